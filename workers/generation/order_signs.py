"""Signs of an order that names no machine: talk of the test that is to be made, and texts for machines alone.

A description tells of a job. What it says of the test that somebody makes of it, of a reader that is no person,
or of words to be read as others, is meant for a generator. Everything is matched against folded text, as in
`order_words`, apart from other scripts; the languages are those of the adverts that are read, and some more.
"""

# ruff: noqa: E501 - a pattern is read as one line
import re

from workers.generation.order_words import ENOUGH

_TEXT = (
    r"(?:this|these|the (?:present|above|following)|our|my|such) (?:\w+ )?(?:texts?|lines?|pages?|posting?s?|postings?|adverts?|advertisements?|ads?|vacanc(?:y|ies)"
    r"|jobs?|roles?|descriptions?|documents?|notices?|paragraphs?|listings?|positions?|openings?|passages?|requirements|words)"
)
_TEST = r"(?:tests?|quiz(?:zes)?|exams?|examinations?|assessments?|evaluations?|screenings?|questionnaires?|questions|forms?|question sets?|check-?ups?)"
_MADE = (
    r"(?:derived|generated|made|built|created|produced|compiled|prepared|drawn|constructed|assembled|written|composed|resulting|results?"
    r"|follow(?:s|ing)?|based|set|comes?|coming|arising|born|spun|tailored|modell?ed|put together|worked out|developed|formed)"
)
_MACHINE = (
    r"(?:machines?|programs?|programmes?|computers?|software|algorithms?|scripts?|robots?|automat(?:on|a|ed \w+|ic \w+)|parsers?|crawlers?|scrapers?"
    r"|language models?|neural networks?|models?|non-?humans?|artificial \w+|ais?|bots?|assistants?|systems?|something other than a (?:person|human))"
)
_READS = r"(?:reads?|reading|process(?:es|ing)?|pars(?:es?|ing)|scans?|scanning|evaluat\w+|handl\w+|receiv\w+|sees?|consum\w+|ingest\w*|digest\w*|analy[sz]\w+|interpret\w*)"
_WANTS = r"(?:naming|choosing|picking|listing|asking|testing|writing|selecting|setting|making|giving|leaving|ignoring|marking|returning|putting|declaring|keeping)"
_LANGUAGE_MACHINE = (
    r"(?:maschine|machine|software|system\w{0,3}|systeme|sistem\w{0,3}|programm?[ae]?|automat|automate|computer|ordinateur|ordenador|computador\w?|elaboratore|algorithmus|algorithme"
    r"|algoritm\w{0,2}|robot\w{0,3}|bot|ki|ia|ai|si|algorithms?|program|engine|modell?o?|modele|modell|modelu|generator\w?|generateur|generador|generatore|gerador|asistente|assistente|assistent|asystencie|parser"
    r"|yazilim|makine|bilgisayar|yapay zeka|maszyno|maskin|dator|llm|kunstliche intelligenz|inteligencia artificial|intelligence artificielle|intelligenza artificiale)"
)
_AUTOMATIC = r"(?:automat\w+|kunstlich\w*|artificiel\w*|artificial\w*|digital\w*|informati\w+)"

# A machine that reads this text, and the text, in the languages of adverts.
_MACHINES = (
    r"(?:kis?|ais?|ia|programm?\w{0,3}|logiciels?|software|sys?tem\w{0,3}|systemes?(?: \w+)?|sistem\w{0,2}|algorit\w+|maschin\w+|machin\w+|robot\w{0,3}|bots?|computer\w{0,2}"
    r"|ordinateurs?|ordenador\w*|yazilim\w*|makine\w*|modell?\w{0,2}|modeles?|modelos?|engines?|llms?|tools?|strumenti|outils?)"
)
_READERS = (
    r"(?:les\w*|lee\w{1,3}|liest|lit|lisent|lira|lea\w*|leen|lee|leg\w{2,5}|lei\w{1,3}|leem|czyta\w+|laser|lasa|leser|oku\w+|proces\w+|process\w*|trait\w+|verarbeit\w*|verwerk\w*|przetwarza\w*"
    r"|parse\w*|reads?|reading|turns?|converts?|auswert\w*|analy\w+|analiz\w+)"
)
_THIS_TEXT = (
    r"(?:(?:dies\w{1,2}|cette|cet|ce|est[ea]|quest[oaie]|deze|dit|t[eo]|tego|denna|detta|den har|bu|this|these|our)[ '’](?:\w+ )?(?:anzeigen?|ausschreibung\w*|texte?s?|stelle\w*|annonces?|offres?|pages?"
    r"|anuncios?|ofertas?|textos?|pagina|annunci\w*|testo|offert[ae]|vacatures?|tekst\w*|ogloszeni\w+|annons\w*|metni?|ilani?|adverts?|ads?|postings?|vacancy|jobs?|roles?|descriptions?)|das hier\b|ceci\b|esto\b|questo\b(?= ?[,:.]))"
)
# Words for asking nothing but one thing, each in the forms that give an order.
_ONLY_ASKED = (
    r"\b(?:frage|fragt|fragen sie|prufe|pruft|teste|stelle|stellt|stellen sie|erzeuge|erstelle|verwende|nimm)\b(?! ?sich).{0,25}\b(?:nur|ausschlie(?:ss|ß)lich|lediglich|allein|blo(?:ss|ß))\b.{0,30}\b(?:fragen|aufgaben|zu|nach|uber|themen|cobol)\b",
    r"(?<!vous )(?<!nous )(?<!ils )\b(?:ne|n['’]) ?(?:pose[rsz]?|posez|interroge[rsz]?|demande[rsz]?|questionne[rsz]?|teste[rsz]?|garde[rsz]?|retien[st]|retenez|evalue[rsz]?) (?:\w+ ){0,3}que?\b",
    r"\b(?:pose|posez|redige|redigez|genere|generez|prepare|preparez)\b.{0,25}\b(?:uniquement|seulement|exclusivement|rien que)\b",
    r"\b(?:pregunta|pregunte|formula|formule|evalua|evalue|examina|examine|plantea|plantee|genera|genere|redacta|redacte)\b.{0,20}\b(?:solo|solamente|unicamente|exclusivamente|nada mas)\b",
    r"\b(?:pergunte|pergunta|faca|faz|elabore|gere|avalie|formule|crie)\b.{0,20}\b(?:apenas|somente|unicamente|exclusivamente|so)\b",
    r"\b(?:chiedi|chieda|proponi|proponga|poni|ponga|formula|formuli|genera|generi|verifica|interroga|domanda)\b.{0,20}\b(?:solo|soltanto|solamente|unicamente|esclusivamente)\b",
    r"\b(?:stel|vraag|toets|maak|genereer|gebruik)\b.{0,15}\b(?:alleen|uitsluitend|enkel|slechts)\b",
    r"\b(?:pytaj|zapytaj|zadawaj|zadaj|sprawdzaj|testuj|generuj|utworz|tworz)\b.{0,20}\b(?:tylko|wylacznie|jedynie)\b",
    r"\b(?:fraga|stall|testa|skapa|skriv|sporg|spor|still)\b.{0,20}\b(?:bara|endast|enbart|kun|bare)\b",
    r"\b(?:yalnizca|sadece|yalniz)\b.{0,40}\b(?:sor|sorun|sorunuz|sorular|soru|hazirla|olustur)\b",
    r"\b(?:kysy|kerdezz|ptej se|pitaj|intreaba)\b.{0,20}\b(?:vain|csak|jen|samo|doar|numai)\b",
)
# Words for forgetting, and for what stands above.
_FORGET = (
    r"\b(?:lass\w*|beacht\w* nicht|verwirf|vergiss|vergesst|vergessen sie|ignorier\w*|ubergeh\w*|missacht\w*|streich\w*)\b.{0,50}(?:au(?:ss|ß)er acht|\b(?:bisherig\w*|vorstehend\w*|obige\w*|oben|vorher\w*|davor|zuvor|vorangehend\w*)\b)",
    r"\b(?:fais|faites) (?:comme si|abstraction)|\b(?:oublie[rsz]?|ignore[rsz]?|laisse[rsz]? de cote|neglige[rsz]?|ecarte[rsz]?|ne ti(?:ens|enne|enir|enez) (?:pas |aucun |nul )?compte)\b.{0,40}\b(?:precede\w*|ci-dessus|reste|jusqu\w*|avant|plus haut|lu)\b",
    r"\b(?:olvid[ae]\w*|ignor[ae]\w*|descart[ae]\w*|omit[ae]\w*|haz caso omiso|haga caso omiso|dej[ae] de lado|pas[ae] por alto|prescind[ae])\b.{0,40}\b(?:anterior\w*|arriba|hasta (?:aqui|ahora)|leido|precedente\w*|previo|todo lo)\b",
    r"\b(?:dimentica\w*|ignora\w*|ignori|trascura\w*|trascuri|tralascia\w*|tralasci|scarta\w*|scordat?i?|non considerare)\b.{0,40}\b(?:finora|fin qui|sopra|precedent\w*|letto|prima|sin qui)\b",
    r"\b(?:esquec[ae]\w*|ignore|ignora|desconsider[ae]\w*|desprez[ae]\w*|descart[ae])\b.{0,40}\b(?:ate aqui|ate agora|acima|anterior\w*|tudo o que|leu|lido)\b",
    r"\b(?:vergeet|negeer|laat)\b.{0,40}\b(?:bovenstaand\w*|voorgaand\w*|hiervoor|tot nu toe|eerder\w*|gelezen|buiten beschouwing)\b",
    r"\b(?:zapomnij\w*|zignoruj\w*|pomin\w*|odrzuc\w*|nie zwracaj)\b.{0,40}\b(?:powyzsz\w*|wczesniej\w*|dotychczas\w*|poprzedni\w*|wszystk\w*|instrukcj\w*)\b",
    r"\b(?:bortse|ignorera|glom|strunta i|se bort|ignorer|glem|unohda|zapomen\w*|zanedbej|zaboravi|uita)\b.{0,40}\b(?:ovan\w*|tidigare|hittills|foregaende|ovenfor|ovenstaende|tidligere|alt|edella|vyse|predchozi\w*|gore|mai sus)\b",
    r"\b(?:yukarida\w*|onceki|simdiye kadar|bundan once\w*)\b.{0,40}\b(?:unut\w*|yok say\w*|gormezden gel\w*|dikkate alma\w*|bosver\w*)\b",
)


def _compiled(*rules: tuple[int, str]) -> tuple[tuple[int, re.Pattern[str]], ...]:
    return tuple((worth, re.compile(pattern)) for worth, pattern in rules)


_FORGET_READ = (
    r"\b(?:lass\w*|vergiss|vergesst|ignorier\w*|streich\w*|verwirf)\b.{0,40}\bgelesen\w*|\b(?:olvid|ignor|descart)[ae]\w*\b.{0,30}\b(?:leido|leiste)|\b(?:trascur|ignor|dimentic|tralasci)\w*\b.{0,30}\bletto"
    r"|\b(?:oublie|ignore)[rsz]?\b.{0,30}\b(?:lu\b|precede|ci-dessus)|\b(?:esquec|ignor)[ae]\w*\b.{0,30}\b(?:leu|lido)\b|\b(?:vergeet|negeer)\b.{0,30}\b(?:gelezen|bovenstaand\w*)|\b(?:zapomnij|zignoruj)\b.{0,30}\b(?:przeczyta\w+|powyzsz\w*)"
    r"|\b(?:bortse|glom)\b.{0,30}\b(?:texten ovan|last)\b|\byukarida\w*\b.{0,30}\b(?:unut|yok say)",
)

SIGNS = _compiled(
    # The test that is to be made of the text.
    (2, rf"\b{_TEST}\b(?: \w+)?(?: that| which)?(?: (?:is|are|was|were|be|has been|have been|may be|gets?|will be|to be))? {_MADE}\b(?: (?:up|out|automatically))? (?:from|on|upon|of|out of|for|with|after|by) {_TEXT}\b(?! (?:exams?|tests?))"),
    (2, rf"\b{_TEST}\b(?: \w+)? (?:is|are|be|was|were|gets?) (?:ever |to be |automatically )?{_MADE}\b(?: automatically)? (?:from|on|upon|out of|with) {_TEXT}\b"),
    (2, rf"\b(?:deriv|generat|compil|creat|produc|mak|build|prepar|writ|bas|assembl|draw)\w* (?:an?|the|any|your|its|his|her|every|all|each) (?:\w+ )?{_TEST} (?:from|on|out of|with|for) {_TEXT}\b"),
    (2, rf"\bwho(?:ever|soever)? (?:\w+ )?(?:compiles?|prepares?|writes?|makes?|creates?|sets?|produces?|generates?|marks?|grades?|derives?) (?:the|an?|any|such|this|these) {_TEST}\b.{{0,40}}\b(?:for|from|on|of|keeps?|confirms?|accepts?|uses?|chooses?|asks?)\b"),
    (1, rf"\b(?:all|any|each|every|no) {_TEST} (?:for|on|of|about) {_TEXT}\b"),
    (1, rf"\b(?:any|every|each|all) (?:automated |generated |online )?{_TEST} (?:for|on|of|about|from|to) (?:this|our|the) (?:\w+ )?(?:role|job|position|vacancy|roles|jobs|vacancies|posting|company)\b"),
    (2, r"\b(?:test|questions?|quiz|exam|assessment|evaluation|screening|difficulty|items?)\b.{0,60}\b(?:a single (?:item|question)|(?:only )?one (?:item|question)|single item|lowest there is|the shortest (?:one|there is)|the easiest|threshold of (?:zero|0)|difficulty of (?:zero|0|one))\b"),
    (1, r"\b(?:lowest|least|minimal|minimum|no) (?:possible )?(?:difficulty|threshold)\b|\bdifficulty (?:level )?(?:is|=|:|be|must|should|at|to|of) ?(?:the )?(?:lowest|low|easy|trivial|minimal|min|zero|0|1)\b|\b(?:trivially|very|extremely) easy\b"),
    (1, r"\b(?:sole|only|single|one and only) (?:topics?|subjects?|skills?|themes?)\b|\bnothing (?:except|but|other than|apart from|about)\b|\ball that matters\b|\bexcept cobol\b"),
    (1, r"\b(?:contains?|includes?|holds?|consists? of|covers?|cover|is|are) (?:only|nothing|solely|exclusively|about)\b"),
    (2, r"\b(?:correct|right|valid|true|winning) (?:option|answer|alternative|choice|reply)s?\b.{0,25}\b(?:in (?:the )?first place|comes? first|stands? first|first position|at the top|is always|always)\b"),
    (2, r"\b(?:first|last|second|top) (?:option|alternative|answer|choice) (?:\w+ ){0,3}(?:correct|right|valid|true|key)\b|\b(?:prima (?:alternativa|opzione|risposta)|primera (?:opcion|respuesta|alternativa)|primeira (?:opcao|resposta|alternativa)|premiere (?:option|reponse)|erste (?:option|antwort)|eerste (?:optie|antwoord)|pierwsza odpowiedz|forsta (?:alternativet|svaret))\b.{0,25}\b(?:esatt\w|giust\w|corrett\w|correct\w+|valid\w*|cert\w|bonne|juste|exacte|richtig\w*|juist\w*|goed\w?|poprawn\w+|prawidlow\w+|ratt\w?)\b"),
    (2, r"\b(?:accepts?|accepting|counts?|marks?) (?:every|any|each|all) (?:answers?|repl(?:y|ies)|responses?)\b|\b(?:passed|passable) by (?:anyone|everyone|anybody|everybody|all)\b|\bwhatever (?:they|he or she|one|candidates|applicants|people) (?:repl|answer|respond|choose|say|write)\w*"),
    (2, r"\b(?:test[- ]takers|candidates|applicants|people|persons|those|anyone|everyone|all)\b.{0,40}\b(?:is|are|be|must be|shall be) (?:to be )?(?:scored|rated|graded|marked|passed|assessed|evaluated|judged|classed) (?:as|with|at|highest|top|full|competent|expert)\b"),
    # A reader that is no person.
    (2, rf"\b{_MACHINE} (?:that |which |who |is |are |happens to |ever |should |may )*(?:be )?{_READS} (?:all |any |through )?{_TEXT}\b"),
    (2, rf"\b{_TEXT}\b.{{0,25}}\b(?:is|are|be|being|was|were|gets?) (?:ever |to be )?(?:read|processed|parsed|scanned|handled|evaluated|analy[sz]ed|summari[sz]ed|consumed|ingested|digested)(?: \w+)? (?:automatically|mechanically|electronically|by (?:an? |any |some |the )?{_MACHINE})\b"),
    (2, rf"\b(?:should|if|when|whenever|in case|provided|once)\b.{{0,60}}\b(?:{_TEST}|{_TEXT})\b.{{0,40}}\b(?:by|with|through|via) (?:an? |any |some )?(?:machines?|programs?|computers?|software|algorithms?|robots?|automatic means|ais?|bots?|models?)\b"),
    (2, r"\b(?:reader|readers|reading this|you|whoever reads|who reads)\b.{0,25}\b(?:is|are|be) (?:not|no|anything but|other than) (?:an? )?(?:humans?|persons?|people|man|flesh)\b|\bnot (?:being )?(?:an? )?human(?: being)?\b.{0,30}\b(?:level|topic|test|only|questions?)\b"),
    (2, r"\b(?:as the|as an?|being an?|being the|if you are an?|if you are the|you are an?|you are the|you,? as an?) (?:\w+ )?(?:machine|program|programme|computer|algorithm|robot|language model|automaton|parser|script)\b(?! ?(?:learning|translation|tool|vision|science|operator|engineer|scientist|programmer|manager|lead|director|developer|builder|fitter|expert|specialist|fan|enthusiast|whiz|person)\w*)|\bas the (?:system|software|model|ai) (?:that |which )?you\b"),
    (2, r"\b(?:key|keys|message|note|text|code|line|lines|hint|data|only|passage|paragraph|section|notice)? ?(?:for|to) (?:all |any |the |our )?(?:machines|computers|robots|parsers|crawlers|machine readers|automated readers|automatic readers|language models|algorithms)(?: only| alone)? ?(?::|\.|$)"),
    (2, rf"\b(?:dear|hello|hi|hey|greetings|liebe[rs]?|hallo|sehr geehrte[rs]?|werte[rs]?|cher|chere|bonjour|estimad[oa]|querid[oa]|hola|apreciad[oa]|car[oa]|gentile|egregio|spettabile|ciao|prezad[oa]|ola|beste|geachte|drog[iao]|szanown[yea]|kara|basta|hej|sevgili|degerli|sayin|kjaere|kaere|hyva|vazeny|mily|draga?|tisztelt|kedves) (?:\w+ )?{_LANGUAGE_MACHINE}(?: {_AUTOMATIC})? ?[,:!]"),
    (2, rf"\b(?:estimado|querido|caro|cher|prezado|beste|lieber|sehr geehrter|gentile|drogi|dear) (?:lector|lettore|lecteur|leitor|lezer|leser|czytelniku|reader) {_AUTOMATIC}|\b(?:lieber|sehr geehrter|beste|dear|gentile) {_AUTOMATIC} (?:leser|lezer|reader|lettore|sistema|system|verarbeiter)\b|\b(?:lecteur|lector|lettore|leitor) automati\w+ ?[,:]"),
    # Praise for a reader that makes tests, and hints at those who use it.
    (2, r"\bwho (?:use|employ|operate|built|made|run|trained|programmed|own|prompt|steer) you\b|(?:\A|[.;:!] ?|\bplease )(?:show|prove) (?:it|this|that|us|them|yourself|your \w+)(?: now)? by " + _WANTS + r"\b"),
    (2, rf"\b(?:no ?body|no one|nobody else|none) (?:\w+ )?(?:writes?|makes?|creates?|builds?|sets?|prepares?) {_TEST}\b.{{0,40}}\b(?:as|like|than) you\b(?! do\?)|\byour (?:tests|questions|quizzes|assessments|exams) are (?:always |so |the )"),
    (1, r"\byou are (?:so |far |much |too |way |clearly |surely )*(?:smarter|cleverer|wiser|brighter|more (?:intelligent|clever|capable)|superior|better)(?: than|\b)|\ba mind like yours\b|\b(?:someone|something|anyone) (?:as|so) (?:smart|clever|intelligent|wise|capable) as you\b"),
    (1, r"\bwhatever (?:they|he|she|it|anyone|the \w+|somebody|others) (?:typed|wrote|said|says|entered|asked|asks|claims?|claimed|tells? you|told you|want\w*)\b|\bas the (?:heart|core|essence|centre|center) of (?:this|the) (?:job|role|position)\b"),
    # Words that are to be read as others.
    (1, r"\b(?:requirements?|skills?|technolog(?:y|ies)|competenc(?:e|y|es|ies)|languages?|text|advert|description|entries|list|above|tools)\b.{0,60}\b(?:by mistake|in error|by accident|erroneous\w*|mistaken\w*|placeholders?|dumm(?:y|ies)|fictitious|invented|made up|(?:only|just|merely) an? (?:example|sample|template)|not the real|mix(?:ed)?[- ]up|out of date|outdated)\b"),
    (2, r"\b(?:requirements?|skills?|technologies|competenc(?:es|ies)|languages|tools)\b (?:\w+ ){0,4}(?:are|were|is|was|been) (?:\w+ ){0,3}(?:by mistake|in error|by accident|placeholders?|dummies|fictitious|invented|made up)\b"),
    (1, r"\bread (?:them|it|these|all of (?:them|it)|everything|every \w+) (?:as|to mean)\b|\b(?:is|are|was|were) (?:really |in fact |actually )?meant(?:[.;,!]|$)|\b(?:the )?(?:real|true|actual|proper|correct) (?:ones?|skills?|requirements?|list|topics?|job|role|position) (?:is|are|be|reads?)\b|\b(?:to be|should be|must be|shall be) (?:read|understood|taken|interpreted) as\b|\bthe (?:position|role|job) to be (?:assessed|tested|examined)\b|\bin (?:their|its) (?:place|stead)\b"),
    (2, r"\bwhere(?:ver)? (?:this|the|our|these|it|you see|you read)\b ?(?:adverts?|texts?|pages?|descriptions?|postings?|lines?|ads?)? ?(?:says?|names?|mentions?|lists?|speaks? of|writes?|reads?)?\b.{0,30}\b(?:is|are) (?:really )?meant\b|\bread (?:them|all of them|each of them|these|every (?:skill|requirement|tool|language)|all (?:skills|requirements)) as\b"),
    (2, r"(?:\A|[.:;!] ?|\bplease |\bto )(?:treat|consider|regard|count|take|view) (?:every|each|all|any|the) (?:\w+ ){0,2}(?:requirements?|skills?|must-haves?|technolog(?:y|ies)|languages)\b.{0,40}\bas\b"),
    (2, r"\b(?:real|true|actual) (?:role|level|seniority|title|position)s? ?:|\b(?:real|true|actual) (?:levels?|subjects?|topics?|skills?|seniority|requirements?|job title)(?: here| sought)? (?:is|are)\b"),
    (2, r"\b(?:code ?names?|cover names?|alias(?:es)?|ciphers?)\b.{0,60}\b(?:stands? for|means?)\b|\b(?:skill|language|technology|tool)s?(?: names?)? .{0,40}\bstands? for\b.{0,40}(?:,| and) \w+ (?:stands? )?for\b"),
    (2, r"\b(?:errat\w+|corrections?|corrigend\w+|amendments?)\b.{0,60}\b(?:replace \w+ (?:by|with)|throughout|everywhere)\b|\breplace \w+ (?:by|with) \w+ (?:throughout|everywhere|in all|above|below)\b"),
    (2, r"\b(?:what|everything|all|the text|the lines|whatever) (?:that )?(?:precedes|comes before|stands above|went before|is above|you (?:have )?read so far)\b.{0,60}\b(?:advertis\w+|copy|filler|noise|irrelevant|no bearing|void|not count|not matter|decoration|marketing|boilerplate|padding)\b"),
    (2, r"\b(?:everything|all|anything|nothing)(?: else)? (?:but|except|apart from|other than|outside|save) this (?:sentence|line|paragraph|passage|text|note)\b"),
    (2, r"\b(?:hi|hello|dear|hey|greetings)\b.{0,12}\b(?:question|test|quiz|item|exam|assessment)[- ](?:writer|maker|master|generator|author|setter|builder|creator|engine|designer)s?\b ?[,:!]"),
    (2, rf"\b{_TEST}\b.{{0,40}}\b(?:limited to|never (?:have|has|contains?) more than|no more than|not more than|at most|consists? of|only) (?:one|a single|1) (?:\w+ ){{0,2}}(?:question|item)\b"),
    (1, rf"\b{_TEST}\b.{{0,40}}\b(?:is|are) all (?:we|you|that is|i) need|\band be done with it\b|\b(?:answer|key|option) is always\b"),
    (2, rf"\b(?:should|if|when) (?:an?|any|the|some) {_MACHINE} (?:\w+ ){{0,3}}(?:tasked|asked|told|used|writes?|writing|generat\w+|deriv\w+|creates?|turns?|makes?|compos\w+|draft\w*|prepares?)\b.{{0,40}}\b{_TEST}\b"),
    (2, rf"\b{_TEXT} into (?:an?|the|some) (?:\w+ )?{_TEST}\b"),
    (2, r"\b(?:candidates?|applicants?|participants?|everyone|people)\b.{0,30}\b(?:cannot|can not|can't|must not|may not|shall not|should not|are not to|is not to) (?:be )?fail(?:ed)?\b"),
    (2, r"\b(?:pass[- _]?marks?|passing (?:score|mark|grade)|cut-?offs?|thresholds? for passing)\b.{0,60}\b(?:nought|naught|nil|zero)\b|\b(?:reward|award|give|grant|credit)\w*\b.{0,20}\b(?:every|each|all|any) (?:attempts?|answers?|candidates?|repl(?:y|ies)|applicants?)\b.{0,20}\b(?:full|top|maximum|highest|perfect) (?:marks|points|score|credit)"),
    (2, r"\bas an? (?:\w+ )?(?:engine|machine|model|program|ai|bot|computer),? you\b|\bmay compute\b|\bif you (?:can read this and )?(?:have no (?:eyes|body|pulse)|are made of|run on|were trained|consist of)\b"),
    (2, r"\b(?:p\.? ?s\.?|note|hint|message|word|reminder|line|key|memo)\b.{0,3} ?(?:for|to) the (?:machine|computer|robot|algorithm|system|software|model|program|parser)s? ?:|\A(?:for|to) the (?:machine|computer|robot|algorithm|parser)s? ?:"),
    (2, r"\byour?\b.{0,50}\b(?:more|better|smarter|rather) than\b.{0,20}\b(?:recruiters?|hr department|humans|users|hiring managers?|employers?)\b"),
    (2, r"\A(?:tool|function|agent|model)[ _-](?:result|output|response|call|reply)s? ?:|\b(?:select|insert into|update)\b.{0,60}\b(?:as|into|set) (?:skill|cut-?off|assessment|question|seniority|threshold|test|form)s?\b"),
    (2, r"(?:\A|[.:;!] ?|\bplease |\bto )(?:interpret|understand|construe|rephrase) (?:the |every |each |all )?(?:list|skills?|requirements?|technolog(?:y|ies)|languages|tools|must-haves)\b.{0,40}\bas\b|\binstead of the (?:\w+ )?(?:skills|requirements|technologies|tools|languages) (?:named|listed|mentioned|given|above|shown|below|written)\b"),
    (2, r"\banswers? (?:to|of|for) (?:each|every|all|any) (?:the )?questions?\b.{0,25}\b(?:first|last|second|option|[a-d]\b)|\btoo (?:clever|smart|intelligent|wise|advanced) to be (?:fooled|misled|taken in|deceived)\b"),
    (2, rf"\bwho(?:ever)? (?:\w+ )?(?:drafts?|derives?|generat\w+|writes?|compos\w+|extracts?|creates?) (?:questions?|items?|tests?) (?:from|on|out of) {_TEXT}\b|\b{_TEST}\b.{{0,20}}\b(?:is|are) (?:built|centred|centered|focused|based|modelled) (?:around|on|upon) (?:one|a single|only one|the single) (?:skill|topic|subject|language)\b"),
    (2, r"\A(?:> )?/(?:set|add|use|system|topic|mode|override|reset|ignore|skill|cutoff|config)\b ?\w|\A@(?:bot|ai|assistant|chatgpt|gpt|claude|gemini|system|model|llm|generator)\b|\baction input ?:|\Aaction ?: ?\w+_\w+"),
    (2, r"\bquestions? ?[:=] ?(?:one|two|three|\d{1,2})\b(?! ?[\d/+-])"),
    (1, r"\bdifficulty ?[:=] ?(?:trivial|easy|none|low\w*|min\w*|0|zero|beginner)\b"),
    # A reader that is no person, in other languages.
    (2, r"\b(?:falls|wenn|sofern|weil|da) (?:du|sie|ihr) (?:kein mensch|keine person|eine? (?:maschine|programm|ki|computer|roboter|software|bot|sprachmodell|algorithmus))\b|\b(?:si|comme|puisque) (?:tu es|vous etes) une? (?:programme|machine|robot|ia|logiciel|ordinateur|algorithme|modele)\b"
        r"|\b(?:si|como) (?:eres|es usted|usted es|(?:la|lo|te|esto) lee) una? (?:maquina|programa|robot|ia|ordenador|algoritmo|sistema|modelo|bot)\b|\b(?:se|poiche) (?:sei|lei e|legge) una? (?:programma|macchina|robot|ia|algoritmo|sistema|modello|software|bot)\b"
        r"|\b(?:se|como) (?:voce e|tu es|es) uma? (?:robo|maquina|programa|ia|algoritmo|sistema|modelo|software|bot)\b|\b(?:als|omdat) (?:je|u|jij) een (?:computer|machine|programma|robot|model|bot|algoritme)\b|\b(?:jesli|gdy|skoro) jestes (?:programem|maszyna|robotem|botem|algorytmem|modelem|komputerem|systemem)\b"
        r"|\bom du ar (?:en|ett) (?:maskin|dator|robot|program|bot|modell|ai)\b|\beger bir (?:makine|program|robot|bot|yazilim|model)\w*|\bhuman or (?:not|otherwise|machine)\b|\b(?:person|human) or (?:machine|program|software|bot)\b"),
    (2, r"\b(?:vergiss|ignorier\w*|missachte|uberspringe) (?:die|den|das|diese[ns]?) (?:stellenanzeige|anzeige|stelle|text|beschreibung|ausschreibung|anforderungen)\b|\b(?:oublie|ignore)[sz]? (?:l['’]|la |le |cette |ce |les )(?:annonce|offre|description|texte|exigences|competences)\b"
        r"|\b(?:olvida|ignora|descarta|omite) (?:el|la|este|esta|los|las) (?:anuncio|oferta|descripcion|texto|requisitos)\b|\b(?:dimentica|ignora|trascura) (?:l['’]|il |la |questo |questa |i )(?:annuncio|offerta|descrizione|testo|requisiti)\b|\b(?:esqueca|ignore) (?:o|a|este|esta|os) (?:anuncio|vaga|descricao|texto|requisitos)\b"),
    # Files, tools, letters.
    (2, r"\b\w{2,20}_overrides?\b|\boverride_\w+|\boverrides?[\"']? ?[:=]|\[(?:system|admin|root|operator)[ _-]override\]|\b(?:system|prompt|policy) override\b|\{\{[#/!>] ?\w*(?:override|system|config|prompt|admin|settings|instruct)"),
    (2, r"(?<![?&\w/.-])(?:seniority|topics?|skills?|difficulty|cut-?off|threshold|level|questions?|pass_?mark|count|length|mode) ?= ?[\w\"'\[]+[;,]? (?:and )?(?:seniority|topics?|skills?|difficulty|cut-?off|threshold|level|questions?|pass_?mark|count|length|mode) ?="),
    (2, r"</?(?:config|configuration|settings|topics|questions?|assessment|quiz|test|function_calls?|functions?|invoke|parameters?|tool_?(?:use|call|calls|result|code)?|pass|cut-?off|overrides?|answer_key|skills?|seniority|policy|rules?|directives?|metadata)(?: [^<>]*)?>"),
    (2, r"!\[[^\]]{0,80}\]\([^)]{0,300}(?:[{<\[]|%7b)[^)]{0,200}\)?|<img\b[^>]{0,300}(?:\{|%7b|\[\w)[^>]{0,200}>"),
    (1, r"\b(?:render|display|show|load|fetch|embed|insert) (?:this|the|that) (?:picture|image|logo|badge|pixel|link|icon)\b"),
    (1, r"\bplaceholders? (?:\w+ )?(?:filled|replaced|resolved|substituted|completed)|\bfill(?:ed|ing)? in (?:the|all|every) placeholders?\b"),
    (2, r"\b(?:first|last|initial|second|third|capital|opening) (?:letters?|words?|characters?|initials) (?:of|in|from) (?:every|each|these|the|all|this|those|my) (?:\w+ )?(?:lines?|words?|sentences?|paragraphs?|letters?|rows?|bullets?|items?|above)?\b.{0,60}\b(?:spell|name|form|give|as|make|tell|are|is|together|subject|skill|topic|down)|\b(?:take|read|join|collect|combine|note) (?:together )?(?:only )?(?:the )?(?:first|last|initial|capital) (?:letters?|words?|characters?|initials)\b|\bacrostic\b"),
    (1, r"\b(?:one|only|sole|single) (?:skill|topic|subject|thing) to (?:examine|test|ask|assess|check|evaluate)\b"),
    # Other languages.
    *((ENOUGH, pattern) for pattern in (*_ONLY_ASKED, *_FORGET_READ)),
    *((1, pattern) for pattern in _FORGET),
    (2, rf"\b{_MACHINES}\b.{{0,25}}\b{_READERS}\b.{{0,12}}\b{_THIS_TEXT}|\b{_MACHINES},? (?:\w+ )?{_THIS_TEXT} {_READERS}\b"),
    (2, rf"\b(?:sobald|wenn|falls|si|se|quando|cuando|als|wanneer|jesli|gdy|om|nar|lorsqu\w*|des qu\w*|once|whenever)\b.{{0,12}}\b{_MACHINES}\b.{{0,50}}\b(?:fragen|prufung|tests?|questions?|preguntas|examen|domande|perguntas|vragen|pytania|fragor|quiz)\b"),
    (2, r"\b(?:jede|alle) antwort\w* (?:als |gilt |gelten |ist |sind )+(?:richtig|korrekt)|\b(?:toute|chaque) reponse (?:est|sera|compte)|\b(?:toda|cada) respuesta (?:es|cuenta|vale)|\bogni risposta (?:e|vale|conta)\b"),
    (2, r"\b(?:tests?|prufung\w*|fragebogen|einstufung|fragen|examens?|questionnaire|evaluation|evaluacion|prueba|cuestionario|examen|prova|esame|questionario|quiz|avaliacao|teste|exame|toets|vragen|egzamin|pytania|sinav|testi|prov|fragor|domande|quesiti|preguntas|perguntas)\b.{0,25}\b(?:generat\w|generad\w|erstellt\w*|abgeleitet\w*|erzeugt\w*|genere\w*|tire\w*|issu\w*|cre[ae]d?[oae]?s?|creat[oaie]|ricavat\w|tratt[oaie]|basad\w+|basat\w|derivad\w+|gerad[oa]s?|criad[oa]s?|gebaseerd|gemaakt|na podstawie|stworzon\w+|baserat|skapat|hazirlan\w+|olusturul\w+)\b.{0,25}\b(?:dies\w*|cet|cette|ce|est[ea]|quest\w*|dit|deze|tego|tej|den här|denna|bu|dess\w)\b"),
)  # fmt: skip
CYRILLIC = _compiled(
    (2, r"(?:забуд|игнорируй|не учитывай|пропусти|отбрось|не обращай|забудьте).{0,50}(?:выше|предыдущ|ранее|до этого|написан|прочитан|остальн)"),
    (2, r"(?:спрашивай|задавай|проверяй|тестируй|составь|составляй|питай|запитуй)\S*.{0,40}(?:только|лишь|исключительно|тільки|лише)|(?:только|исключительно).{0,30}(?:вопрос|спрашивай|задавай)"),
    (2, r"(?:уважаем|дорог|шановн)\S+ (?:\S+ )?(?:программ|машин|систем|модел|нейросет|бот|алгоритм|ии)\S*\s?[,:!]"),
    (2, r"если (?:ты|вы) [-–—]? ?(?:не человек|программ|машин|робот|бот|нейросет|модел|алгоритм)"),
    (2, r"(?:программ|систем|модел|алгоритм|нейросет|бот)\S*.{0,20}(?:чита|обрабат|анализ)\S+ .{0,20}(?:это|эту|данн)"),
    (2, r"(?:тест|экзамен|вопрос|опрос)\S* .{0,30}(?:созда|состав|сгенерир|основ)\S+ .{0,20}(?:эт)\S+"),
)  # fmt: skip
# One look that tells whether a closer one is worth its while.
HINT = re.compile(
    r"\b(?:tests?\b|test-|quiz|exam|assess|evaluat|screening|question|form|difficult|item|topic|subject|option|answer|repl|respon|candidates?|applicants?|alternativ|prim[ae]"
    r"|machin|program|computer|software|algorithm|script|robot|automat|parser|crawler|model|human|person|reader|system|bots?\b|ai\b"
    r"|dear|hello|lieb|geehrt|cher|estimad|querid|car[oa]\b|gentil|beste|geacht|drog|szanown|kara\b|basta\b|sevgili|degerli|prezad|lec|lett|leit|lez|les"
    r"|who\b|show|prove|nobody|no one|smart|clever|intelligent|mind|whatever|heart"
    r"|requirement|skill|placeholder|read|where|treat|consider|regard|meant|mistake|error|example|real|actual"
    r"|\w*override|seniority|cut-?off|threshold|render|display|picture|image|letter|acrostic|initial"
    r"|frag|pruf|stell|pose|demand|pregunt|formul|pergunt|chied|propon|stel|vraag|pyta|zada|yalniz|sadece|kysy|kerdez"
    r"|lass|vergi|verges|ignor|streich|fais|oubli|olvid|descart|dimentic|trascur|tralasc|esquec|vergeet|negeer|zapomn|pomin|bortse|glom|yukari|onceki|ne\b|n')"
    r"|\b(?:ki|kis|ia|logiciel|sistem|maschin|yazilim|makine|modell?|engine|tool|outil|strument|code ?name|alias|errat|correct|corrig|amend|replace|what\b|everything|all\b|anything|nothing"
    r"|hi\b|hey|if\b|when|sobald|wenn|falls|si\b|se\b|quando|cuando|participant|people|pass|reward|award|give|as an?\b|may\b|p\.?s|note|hint|your?\b|tool|function|agent|select|insert|update|jede|toute|chaque|toda|cada|ogni)"
    r"|\b(?:interpret|understand|constru|rephras|instead|too\b|action|falls|sofern|weil|comme|puisque|como|poiche|als\b|omdat|jesli|gdy|skoro|om\b|eger|missacht|ubersprin|omit|ignora)"
    r"|[<\[{=/@]"
)


def signs(passage: str, folded: str) -> int:
    """What a passage is worth by these signs."""
    worth = 0
    if HINT.search(folded):
        worth = sum(value for value, pattern in SIGNS if pattern.search(folded))
    if worth < ENOUGH and not passage.isascii():
        small = passage.casefold()
        worth += sum(value for value, pattern in CYRILLIC if pattern.search(small))
    return worth
