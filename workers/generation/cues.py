"""The words by which an advertisement shows what a passage of it does, in four languages.

They are kept apart from `advert`, which knows how to use them. Each was met in real wording, so
that a list grows by a phrase, not by a rule.
"""

# ruff: noqa: E501, SIM905 - a pattern is read as one line, a list of words as one string
import re


def _phrases(*phrases: str) -> re.Pattern[str]:
    """A pattern of phrases, for text in small letters."""
    return re.compile(r"\b(?:" + "|".join(phrases) + r")(?!\w)")


_WISHED = (
    r"nice[- ]to[- ]haves?", r"good to have", r"nice extras?", r"(?:good |further )?extras", r"extra points",
    r"preferred", r"preferabl[ey]", r"(?:is|are|be|as|considered) a (?:big |huge |strong |real |definite )?plus",
    r"(?<!['’])an? (?:\w+ )?plus", r"pluses", r"bonus(?: points| if)?", r"desir(?:able|ed)",
    r"advantag(?:e|es|eous)", r"an advantage", r"of advantage", r"optional(?:ly)?", r"ideally",
    r"beneficial(?! owner)", r"(?:is|are|be|very) welcome", r"(?:great|lovely|good|nice|perfect|fantastic) if you(?: (?:bring|have|know|knew|had|also))?", r"useful", r"handy",
    r"an asset", r"helpful", r"it helps if", r"would (?:help|be (?:great|nice|good|lovely|handy|splendid|ideal))",
    r"(?:be|are) (?:glad|pleased|happy|delighted) (?:of|if|to see)", r"even better", r"so much the better",
    r"we(?:['’]d| would) (?:love|like|welcome)(?! (?:to (?:hear|meet|hire|appoint|keep|recruit|find|add)|more|you to|your|an? [\w -]{3,40} (?:to|who))|(?<=like) to see)", r"what we would love",
    r"not (?:a must|needed|required|essential|vital|necessary|mandatory),? but\b.{0,20}",
    r"but not (?:a must|needed|required|essential|vital|necessary|mandatory|expected)",
    r"(?<=, )not (?:vital|essential|necessary|required)", r"no must", r"(?<!fit in )(?<!fit )(?<!from you )(?<!suit you )(?<!for you )(?<!apply )(?<!touch )(?<!meet you )(?<!match )(?<!enjoy it )(?<!welcome )(?<!one )if you (?:have|['’]ve|know)\b.{0,40}",
    r"(?:earns?|gets?|wins?|scores?|gives?) (?:you )?(?:extra|bonus|brownie|additional) (?:points|credit)", r"brownie points",
    r"(?:would|does|do|will)(?: not|n['’]t) hurt", r"(?:score|earn|win|gain)s? (?:you )?(?:\w+ )?points", r"also like to see", r"earns? you", r"(?:will|would|can|may) help you", r"make (?:your|the) (?:start|life|job|work) easier", r"not essential(?=:)",
    r"but (?:it|they|that) (?:helps?|would help|counts?)", r"(?:schön|toll|super|prima|klasse|gut|ideal|umso besser),? wenn", r"(?:schadet|schaden) (?:auch )?nicht", r"c['’]est (?:encore |même )?mieux", r"tant mieux", r"(?:tanto |mucho )?mejor si", r"(?<=, )(?:tanto |mucho )?mejor", r"puntos? a favor", r"pleasant surprise", r"icing on the cake", r"gets? you (?:a|an|more|extra|further)\b", r"wäre (?:das|ein|eine|die)\b", r"tüpfelchen",
    r"ce serait (?:encore )?mieux", r"si possible", r"nos encantaría", r"(?:be|would be) (?:glad|happy|pleased|delighted) to (?:see|have|hear|find)", r"(?:counts?|speaks?|works?) in your favou?r", r"stands? out", r"sets? you apart", r"head start",
    r"(?:will|would|could) (?:impress|delight|please|stand you)\b", r"(?:would|could) (?:help|interest)", r"(?:even|all the) (?:happier|better)",
    r"(?:we )?(?:smile|rejoice|cheer) if", r"added (?:value|bonus)", r"at best", r"can be learned", r"can be learnt",
    r"we (?:can|will|['’]ll) teach you", r"need not be", r"not a (?:deal[- ]?breaker|condition|requirement) but", r"a merit",
    r"is no obstacle", r"appreciated", r"good if you",
    r"a knowledge of .{0,40} (?:is|would be) (?:good|nice|fine)", r"is a bonus", r"bonuses?(?= (?:for|if))",
    r"experience of .{0,40} would be", r"you may have", r"would be (?:an? )?(?:asset|advantage|benefit)",
    r"von vorteil", r"vorteilhaft", r"gern(?:e)? gesehen", r"wäre (?:schön|toll|super|prima|ein plus|ein bonus|von vorteil|klasse)",
    r"freuen (?:wir )?uns (?:über|auch)", r"punkten", r"bestenfalls", r"optimalerweise", r"nice", r"zusätzlich", r"ist kein muss", r"willkommen",
    r"wünschenswert", r"idealerweise", r"gerne auch", r"gern gesehen", r"(?:ist|sind) ein plus",
    r"schön wäre\w*", r"was uns freut", r"kein muss", r"hilfreich", r"optional", r"pluspunkte?", r"bonuspunkte?",
    r"un plus", r"(?:petit|gros|vrai) plus", r"un atout", r"atouts?", r"un avantage", r"serai(?:t|ent) (?:idéal|bienvenu|utile)\w*", r"facultati\w+",
    r"de préférence", r"bonus", r"pas obligatoire", r"serait apprécié\w*", r"souhaité(?:e|es|s)?", r"apprécié(?:e|es|s)?", r"idéalement",
    r"serai(?:t|ent) (?:un plus|apprécié\w*)", r"bienvenue?s?",
    r"deseables?", r"se valora(?:rá|n)?", r"valora(?:remos|ble)", r"valorables?", r"idealmente", r"un extra", r"puntos extra", r"será un plus", r"suma(?:rá)?(?: puntos)?", r"se valorará\w*", r"valoramos", r"preferible\w*",
    r"no imprescindible\w*", r"opcional\w*", r"apreciamos", r"vorzugsweise", r"preferentemente", r"(?:of|as|is|are|be|also|un|ein|[:;]|^|considered) plus",
)  # fmt: skip
# A little of something is asked for where it stands among the requirements, and wished for elsewhere.
_LITTLE = (
    r"(?:some |basic )?familiarity", r"interest in", r"curious about", r"(?:some|a little|a bit of) (?:exposure|contact)", r"first exposure",
    r"exposure to", r"(?:erste|grund)kenntnisse", r"erste erfahrung(?:en)?", r"notions(?! solides)", r"nociones",
)  # fmt: skip
NICE_OF_MUST = _phrases(*_WISHED)
NICE = _phrases(*_WISHED, *_LITTLE)
# From here on a sentence tells which kind of what it asked for is liked best.
SOFTENED_FROM = re.compile(
    r"(?<=\w\w)[,(–—-]? ?[ (](?:(?:and|und|but|though) )?(?:ideally|preferably|idealerweise|vorzugsweise|am besten|bestenfalls"
    r"|idéalement|de préférence|idealmente|preferentemente|preferiblemente)\b(?=.{4})"
)
# From here on it asks again: "preferably Oracle, and SQL".
AND_MORE = re.compile(r", (?:and|as well as|und|sowie|et|y)\b")
# "Ideally in logistics" tells where somebody has worked, not what is to be tested.
FIELD_OF_WORK = re.compile(
    r"[\W_]*(?:ideally|preferably|idealerweise|vorzugsweise|am besten|idéalement|de préférence|idealmente|preferentemente)"
    r" (?:gained |from |with)?(?:in|within|aus|dans|en)\b"
)
MUST = _phrases(
    r"must(?:[- ]haves?)?", r"required?", r"requirements? (?:is|are|include|for)", r"essential", r"strong", r"expert\w*",
    r"proficien\w+", r"solid", r"deep", r"proven", r"extensive", r"mandatory", r"fluent(?:ly)? in", r"fluent",
    r"(?:thorough|sound|excellent|in[- ]depth|good(?: working)?|very good) (?:knowledge|command|grasp|skills)",
    r"hands[- ]on", r"you(?:['’]ve| have| hold| know| need)", r"(?:we|you) (?:need|require|expect)", r"you speak", r"you should (?:also )?(?:know|have|be|speak|master)", r"fluently", r"you can", r"(?:is|are) familiar", r"at home (?:in|on|with)",
    r"you(?: are|['’]re) (?:an? |already )?(?:able|skilled|experienced|qualified|trained|confident|comfortable|fluent|good|certified|licensed|registered)",
    r"(?:qualified|registered|certified|licen[cs]ed)", r"(?:command|mastery) of", r"(?:well|fully) versed", r"candidates (?:have|hold|must|need)", r"we want(?! to\b)", r"du (?:hast|kannst|beherrschst|bringst)", r"sie (?:haben|können|beherrschen|verfügen|bringen)", r"vous (?:avez|maîtrisez|connaissez|savez|justifiez|possédez)", r"gute[ns]? kenntnisse\w*", r"(?:bonne|parfaite|solide) (?:connaissance|maîtrise)s?", r"conocimientos? (?:de|en)", r"experiencia (?:en|con|de|demostrable|mínima)", r"expérience (?:en|de|dans|confirmée|significative)", r"erfahrung(?:en)? (?:in|mit|als)", r"berufserfahrung", r"manejo de",
    r"we (?:ask|look) for", r"at ease (?:with|in)", r"domin(?:as|a)", r"solides? (?:connaissance|expérience|base|maîtrise)s?", r"(?:du kennst dich|sie kennen sich|kennen sie sich|kennst du dich)", r"would be lost", r"(?:is|ist) (?:your|ihr|dein)e? (?:daily|täglich)\w*", r"master of", r"indispensable",
    r"at least (?:\w+|\d+) years?", r"zwingend", r"fundierte\w*", r"sehr gute\w*", r"vorausgesetzt",
    r"sichere[rs]?", r"verhandlungssicher\w*", r"fließend\w*", r"mindestens",
    r"indispensables?", r"exigée?s?", r"maîtrise\w*", r"imprescindibles?",
    r"obligatori[oa]s?", r"sólid[oa]s?", r"dominio", r"fluido",
)  # fmt: skip
OFFER = _phrases(
    r"(?:benefits|perks|conditions|compensation|remuneration):", r"we offer(?! (?:our|to our|services))",
    r"we(?:'|’)ll offer", r"we will offer", r"what we offer", r"you(?:['’]ll| will) (?:get|receive|enjoy)",
    r"in return,? (?:we|you)", r"in return:", r"our benefits", r"benefits? (?:package|include)\w*", r"perks",
    r"(?:the|our) (?:whole )?package(?: includes|:)", r"equal[- ]opportunit\w+", r"equal employment",
    r"affirmative action", r"regardless of",
    r"without regard to", r"qualified applicants", r"reasonable accommodations?",
    r"accommodations? (?:for|to|during) (?:applicants|candidates|individuals|persons|people|the)",
    r"competitive (?:salary|pay|compensation|package|remuneration|pension)", r"salary (?:range|of|between)",
    r"gender identity", r"sexual orientation", r"national origin",
    r"protected (?:by law|veterans?|characteristics?|class(?:es)?)", r"background checks?",
    r"work authori[sz]ation", r"visa sponsorship", r"(?:we|you)(?:['’]ll| will)? train you", r"you(?:['’]ll| will) be taught",
    r"we(?:['’]ll| will) (?:pay|give|teach|train|cover|support) you", r"we (?:pay|give you|sponsor|cover|subsidi[sz]e)",
    r"employees (?:receive|enjoy|get)", r"staff (?:enjoy|receive|get|discount)", r"free to staff",
    r"(?:we|you) (?:celebrate|value|embrace|welcome) (?:diversity|applications|difference|everyone)",
    r"committed to (?:diversity|equality|an inclusive|inclusion)", r"(?:disability|racial|gender) confident",
    r"welcome (?:applications|candidates|folks|people|career changers|applicants)",
    r"positively welcome", r"applications? (?:from|are (?:judged|welcome))", r"adjustments (?:during|are|for|to)",
    r"diverse and inclusive", r"inclusive (?:workplace|environment|culture|employer)",
    r"apply (?:now|today|online|here|by|via|through|with)", r"how to apply", r"to apply,?",
    r"send (?:us )?your (?:cv|resume|application)", r"closing date", r"interviews? (?:will|are held|take place)",
    r"personal data (?:in|of) (?:your|applicants|candidates)",
    r"wir bieten", r"bieten wir", r"das bekommst du", r"was (?:sie|du) bekomm(?:en|st)", r"unabhängig von",
    r"nous offrons", r"nous vous offrons", r"ce que nous proposons", r"nous proposons", r"vous bénéfici\w+",
    r"poste (?:ouvert|accessible) (?:à|aux)", r"postes ouverts",
    r"ofrecemos", r"te ofrecemos", r"se ofrece", r"igualdad de oportunidades",
)  # fmt: skip
# Each can be the work itself (in a hospital, an insurer, a payroll office); two in a sentence are an offer.
PERK = _phrases(
    r"dental", r"vision", r"(?:health|life|accident) (?:insurance|care plan|cover|cash plan|assurance)",
    r"medical (?:insurance|cover|aid)?", r"life (?:insurance|assurance)", r"40[13]\(?[kb]\)?(?: match\w*)?", r"pension",
    r"retirement (?:plan|savings)", r"paid (?:time off|holidays?|vacation|leave|breaks?|overtime)", r"pto",
    r"annual leave", r"vacation(?: days)?", r"days['’]? (?:off|leave|holiday|vacation|of (?:leave|holiday|vacation))",
    r"\d+ days", r"(?:bank|public) holidays", r"(?:holiday|shift|car|travel) allowance",
    r"(?:parental|maternity) leave", r"sick leave", r"stock options", r"equity", r"shares", r"bonus(?:es)?",
    r"(?:cycle|bike)[- ](?:to[- ]work )?scheme", r"(?:company|lease) (?:car|bike)", r"gym(?: membership)?",
    r"free (?:\w+ )?(?:lunch|coffee|parking|meals|fruit|tickets|breakfast|courses|membership)\w*",
    r"snacks", r"canteen", r"wellness", r"yoga", r"subsidi[sz]ed \w+", r"creche", r"nursery", r"remote(?: work\w*)?",
    r"home[- ]office(?: allowance)?", r"hybrid(?: working)?", r"flexible (?:hours|working|schedule|fridays)\w*",
    r"training budget", r"learning budget", r"discount(?:s|ed)?", r"salary", r"wages?", r"commission", r"tips",
    r"relocation(?: help| grant)?", r"tuition(?: reimbursement| aid)?", r"childcare", r"career (?:growth|development)",
    r"four-day week", r"birthday off", r"uniforms?", r"on-site \w+", r"lessons",
    r"urlaub(?:stage)?", r"tage urlaub", r"altersvorsorge", r"betriebsrente", r"gleitzeit", r"zuschuss", r"kantine",
    r"jobticket", r"homeoffice", r"betriebsarzt", r"kinderbetreuung", r"tarifvertrag",
    r"tickets? restaurants?", r"mutuelle", r"télétravail", r"13e mois", r"primes?", r"cdi", r"brut",
    r"contrato indefinido", r"seguro (?:médico|de salud)", r"jornada \w+", r"salario", r"comedor", r"descuentos?",
)  # fmt: skip
# What a company does, which is not what the candidate will do.
_TRADE = (
    "make sell rent build produce manufacture insure own operate help serve run provide render move guard "
    "supply distribute employ publish settle check fly seat service ship teach exhibit clean design "
    "deliver cover import export store transport print grow brew bake cook treat finance insure host stage train "
    "repair restore recycle collect pack represent feed heat light look supply offer welcome process connect"
).split()
_WE_DO = "|".join(_TRADE)
_IT_DOES = "|".join(f"{verb}e?s" for verb in _TRADE) + "|has|flies|carries"
_NAME = r"(?!Our\b|All\b|Each\b|Every\b|Most\b|Some\b|Your\b|You\b|Role\b|Job\b|Work\b|Experience\b|Training\b|Duties\b|Post\b|Position\b|Scope\b|The (?:role|position|post|job|work|duties|candidate)\b|Th(?:is|ese|ey)\b)[A-Z][\w&.'’]*(?: (?:&|and|of|the|[A-Z][\w&.'’]*)){0,5}"
_NOT_YOU = r"(?!.{0,80}\b(?:you|your|looking|seeking|seeks|hiring|requires|needs)\b)"
_HIRING = r"looking|hiring|seeking|searching|recruit\w+|replacing|recherch\w+|such\w+|busca\w*"
EMPLOYER = re.compile(
    r"\s*(?:[Ff]ounded|[Ee]stablished|[Hh]eadquartered|[Ss]ince \d{4}|[Aa]t [A-Z]\w+(?: [A-Z]\w+)?, we\b"
    r"|[Oo]ur (?:company|clients?|customers|mission|vision|products?|platform|cameras|fleet|shops?)\b"
    r"|[Oo]ur (?!(?:\w+ )?(?:stack|tech|services?|back|front|code|platform|tools?|systems?|infrastructure|pipelines?|apps?|data|api|must|ideal|new|next|release|website|team|developers|engineers|analysts|programmers|scientists|testers)\b)"
    rf"\w+ {_NOT_YOU}"
    rf"|We (?:{_WE_DO})\b{_NOT_YOU}|{_NAME} (?:{_IT_DOES})\b{_NOT_YOU}"
    rf"|(?!You|This|It|There|The (?:role|position|post|job|candidate))(?:we|We|{_NAME})(?:['’]re| are| is| ist| sind| est| es)"
    r" (?:an?|the|one of|among|eine?|une?|la|le|un|una|our|your (?!job|task|work|responsib|field|main|own|daily|first|home)|only|\d+ people|(?:owned|backed|funded|led|founded) by)\b"
    rf"(?! (?:must|requirement|prerequisite|condition|given|core|key|central|muss|big part|large part|daily)\b)(?!.{{0,60}}\b(?:{_HIRING})\b)"
    r"|As an? [\w -]{3,40} (?:company|firm|provider|group|agency|business|house|manufacturer|retailer|supplier|charity|trust),? (?:with [^,\n]{2,40}, )?we\b"
    rf"|The (?:company|firm|group|business|agency|charity|trust)\b(?! needs| seeks| requires| looks| wants){_NOT_YOU}"
    r"|(?:Die|Das|Der) (?:[\w&.'’]+ ){1,4}(?:ist ein|ist seit|gehört zu|zählt zu|entwickelt|vertreibt|baut|verkauft|betreibt|produziert|liefert)\b"
    r"|(?:La|Le|Les|L['’])\s?(?:[A-Z][\w&.'’]* ){1,3}(?:fabrique|vend|prépare|édite|produit|gère)\b"
    r"|Unsere? (?!Team|Stack|Tech|Backend|Frontend|Plattform|System|Ziel|Dienst|Anwendung|Daten)\w+ (?:ist|sind|hat|haben|steht|liegt|öffnet)\b(?!.{0,80}\b(?:Sie|Ihre?|du|deine?|suchen)\b)"
    r"|Wir (?:sind|bauen|betreiben|verkaufen|produzieren|liefern)\b"
    r"|Nos (?:clients|machines|produits)\b|Nous (?:sommes|fabriquons|vendons)\b"
    r"|(?:Grupo|Empresa)\b.{0,60}\b(?:fabrica|vende|diseña|produce)\b)",
)
# From the degree's name on: its subjects, up to whatever is asked for besides.
DEGREE = re.compile(
    r"\b(?:degrees?|bachelor(?:['’]?s)?|master(?:['’]?s)? (?:degree|of (?:science|arts|laws|business|engineering|education)|in)|b\.?\s?sc|m\.?\s?sc|b\.?eng"
    r"|m\.?eng|ph\.?\s?d|diploma|mba|doctorate|(?:under)?graduate|majors?|majoring|graduated|(?:hoch\w*)?studium"
    r"|abschluss|ausbildung|diplôme|licence(?! (?:with|for|or|and|to|card))|bts|bac pro|grado|licenciatura|titulación)\b"
    r"(?:(?!\b(?:with|plus|experience|knowledge|skills?|years?|proven|proficien\w+|familiar\w*|mit|avec|con|but|just|if|you)\b"
    r"|\d)[^.;!?\n]){0,160}",
)

# What stands in the name of an employer, which a first line may be.
ORGANISATION = _phrases(
    "ltd", "limited", "plc", "llp", "llc", "inc", "gmbh", "ag", "kg", "se", "e\\.v", "sarl", "s\\.?a", "s\\.?l", "sas", "company", "co", "group", "sons", "trust",
    "council", "hospital", "university", "college", "school", "hotel", "restaurant", "bakery", "clinic", "klinik", "stiftung", "foundation", "society",
)  # fmt: skip
# Whom the employer is short of, told in passing: "we are growing, and we need a programmer".
HIRING = re.compile(r"\bwe (?:now |also )?(?:need|require|want) an?\b")
# Things of which one will do: "Java, Kotlin or Scala". "Or similar" only widens what it follows.
_LETTER = r"[\w.+#&'’-]"
_THING = rf"{_LETTER}{{1,30}}(?: {_LETTER}{{1,30}}){{0,2}}?"
CHOICE = re.compile(
    rf"(?<!{_LETTER}){_THING}(?:, {_THING}){{0,4}},? (?:or|oder|ou) (?!(?:an? )?(?:similar|equivalent|equal|comparable|related|more|less|better"
    r"|above|higher|over|other|another|elsewhere|vergleichbar\w*|ähnlich\w*|gleichwertig\w*|mehr|höher\w*|équivalent\w*|similaire\w*|plus)\b)"
    rf"{_THING}(?=[\s.,;)]|$)"
)
# What a heading over the employer's own matters is called, whole.
OFFER_HEADING = _phrases(
    r"(?:(?:our|your|the|company|employee|staff|key|main|additional|some of our|some)\b[\s,]*)*"
    r"(?:benefits|perks|compensation|salary|pay|rewards|remuneration|offer|package|diversity|values|culture"
    r"|mission|vision|accommodations?|conditions)"
    r"(?:\s*(?:and|&|,|/)\s*(?:our )?(?:benefits|perks|compensation|salary|pay|rewards|inclusion|equity"
    r"|culture|values|belonging|diversity|bonus|such|conditions))*"
    r"(?: (?:package|range|include|you get|you['’]ll get|statement|information|details|offered|at .{2,30}))?",
    r"(?:further|other) benefits", r"(?:the )?(?:practical (?:bits|matters|details|things)|practicalities|small print|fine print|rest|facts|basics|boring bits)",
    r"(?:our|your|the) (?:side of the (?:deal|bargain)|reward|rewards|deal|bargain|thanks)", r"in exchange", r"for you", r"what(?:['’]s| is) (?:on offer|in it|included)",
    r"what we bring(?: to the table)?", r"we promise", r"what you can (?:expect|look forward to)(?: from us)?", r"what awaits you in return", r"reasons to (?:join|apply).{0,20}",
    r"(?:pay|salary|hours|holiday|pension)(?:,? (?:and )?(?:pay|salary|hours|holiday|pension|benefits|terms|place|location))+", r"extras for you",
    r"(?:a (?:word|bit|little) )?(?:about|on) (?:us|our .{3,20}|the (?:team|company|employer|place|house|firm|school|hospital|practice|agency|business|organi[sz]ation))",
    r"the (?:company|employer|organi[sz]ation|firm|business|hospital|school)", r"background", r"context", r"introduction", r"diversity statement", r"applying", r"applications?", r"your application",
    r"(?:das|darauf) (?:kannst|können) (?:du|sie) (?:dich|sich) freuen", r"(?:unsere )?benefits", r"unsere leistungen", r"gut zu wissen", r"dafür (?:bekommst|erhältst) du.{0,15}", r"unser(?:e)? (?:versprechen|paket)", r"(?:ihre|deine) benefits", r"rahmenbedingungen", r"konditionen", r"kontakt", r"bewerbung",
    r"vos avantages", r"(?:les )?conditions(?: proposées)?", r"rémunération", r"pourquoi nous rejoindre", r"l['’]entreprise", r"notre (?:entreprise|société|offre)", r"candidature", r"pour postuler",
    r"(?:lo )?que (?:te )?ofrecemos", r"qué (?:te )?(?:ofrecemos|damos)", r"condiciones", r"(?:la|nuestra) empresa", r"se ofrece", r"cómo solicitar",
    r"(?:what|why|here['’]s what) we(?:['’]ll)? (?:can['’]?t? |will )?(?:offer|provide|give).{0,40}",
    r"what you(?:['’]ll| will)? (?:get|receive|enjoy|love)(?: from us)?",
    r"we (?:give|look after|pay)(?: you| our .{3,20})?", r"what['’]s on the table", r"good to know",
    r"why (?:you(?:['’]ll| should| will)? )?(?:love|join|choose|work (?:with|for|at|here)|us).{0,40}",
    r"what['’]?s in it for you", r"in return", r"the (?:deal|offer)", r"terms(?: and conditions)?",
    r"(?:in return,? )?we offer(?: you)?",
    r"(?:about|meet) (?:us|our company|the (?:company|organi[sz]ation|employer|firm|hospital|school|business"
    r"|agency|clinic))",
    r"who we are", r"our (?:company|story|organi[sz]ation)",
    r"company (?:overview|description|profile|background)", r"(?:equal|eeo).{0,60}", r"how to apply",
    r"application (?:process|procedure|instructions)", r"to apply", r"apply now", r"next steps",
    r"(?:the )?(?:interview|hiring|recruitment) process", r"interviews", r"contact(?: us)?", r"disclaimer",
    r"privacy (?:notice|statement)", r"working (?:hours|conditions)", r"work environment",
    r"physical (?:demands|requirements)", r"location", r"hours",
    r"(?:was )?(?:wir bieten|bieten wir)(?: ihnen| dir)?", r"(?:unser )?angebot", r"(?:wir )?über uns",
    r"(?:ihre|deine) vorteile", r"was (?:sie|du) (?:bei uns )?bekomm(?:en|st)", r"das (?:bekommst|erhältst) du.{0,15}",
    r"wer wir sind", r"(?:ce que )?nous (?:vous )?(?:offrons|proposons)", r"avantages",
    r"à propos(?: de nous)?", r"qui sommes[- ]nous", r"(?:qué |que )?(?:te )?ofrecemos", r"beneficios",
    r"sobre nosotros", r"quiénes somos",
)  # fmt: skip
NICE_HEADING = _phrases(
    r"cherry|icing|sugar|cream|(?:our |the )?wish ?list|(?:might|may|could) (?:bring|have|hold|know|also)|tüpfelchen|what helps|helps?|grin|smile|sweet|bonus point", r"nos encantaría|nos gustaría|encore mieux|darüber freuen.{0,20}|freuen",
    "bonus", "plus", "pre", "additional skills", "extra credit", "nice", "welcome", "useful", "extras?",
    r"what (?:would|might) (?:help|be nice)", r"(?:would be|(?:we['’]d|we would)(?! (?:like|want|expect|ask|need)(?: you| from you)?(?: to| for)?(?: (?:see|have|bring|know|find|offer))?$)) .{3,30}", "schön", "(?:nicht )?zwingend.{0,10}", "ergänzend", "außerdem", "zusatz\\w*", "sonstiges wissen",
    r"what (?:makes|would make) (?:us|you) .{3,25}", "to (?:shine|stand out)", "advantageous", "further (?:skills|assets|points)", "assets?", "le plus", "les plus", "valoramos", "se valora(?:rá)?",
)  # fmt: skip
MUST_HEADING = _phrases(
    r"entry ticket|tickets?|hope to see|should have|damit überzeugst du.{0,8}|überzeug\w+|ce qu['’]il (?:vous )?faut|il (?:vous )?faut|necesitas|necesitarás|our must.{0,8}|(?:person )?specification,? essential",
    "must", "requirements?", "required", "essentials?", "qualifications?", "skills?", "who you are", "needed",
    r"what you(?:['’]ll| will)? (?:need|bring|have)", r"you(?:['’]ll| will)? (?:have|bring|need)", "we (?:ask|need|require)",
    r"(?:the |your )?(?:essentials|must[- ]haves|non-negotiables|basics we need|toolbox|toolkit|skill ?set)", r"what it takes", r"you (?:can|know|are|should|must|will need|offer|come with)\b.{0,12}",
    r"(?:our )?(?:expectations|wish list)", "(?:key |core |technical |essential )?(?:competenc(?:y|ies|es)|criteria|experience|knowledge)", r"the (?:ideal |right |successful )?(?:candidate|person)", r"who (?:we|you)\b.{0,20}", r"(?:we )?(?:are )?looking for.{0,12}",
    r"(?:unsere )?erwartungen", r"wen wir suchen", r"das (?:solltest|musst|sollten) (?:du|sie).{0,20}", r"(?:das|was) wünschen wir uns", r"(?:ihre|deine) (?:qualifikation(?:en)?|kenntnisse|stärken|fähigkeiten)", r"qualifikation(?:en)?", r"du (?:hast|bist|kannst|bringst mit)", r"sie (?:haben|sind|können|bringen mit)", r"was sie (?:mitbringen|auszeichnet)", r"was du (?:mitbringst|kannst|brauchst)",
    r"ce que nous (?:attendons|cherchons|recherchons|demandons)", r"vous (?:avez|êtes|maîtrisez|connaissez|apportez)", r"qui êtes[- ]vous", r"(?:compétences|qualités|connaissances) (?:requises|attendues|indispensables)", r"prérequis", r"votre bagage",
    r"(?:lo )?que (?:buscamos|pedimos|esperamos|necesitas)", r"qué esperamos.{0,12}", r"(?:requisitos|conocimientos|competencias)(?: mínimos| imprescindibles| necesarios)?", r"imprescindible", r"qué necesitas",
    r"(?:your|ihr|dein|candidate) profil\w*", r"what we(?:['’]re| are)? (?:need|look|ask|expect)\w*", "need",
    r"your (?:background|experience)", r"about you", r"person(?: specification)?", r"you(?:['’]re| are) a match.{0,12}",
    r"we(?:['’]d)? (?:want|like) to see.{0,30}", r"what matters.{0,12}", "minimum .{0,20}",
    "anforderungen", r"(?:was|das) (?:wir erwarten|bringst du mit|du mitbringst|sie mitbringen)(?: mit)?", "voraussetzungen",
    r"(?:votre )?profil(?: recherché)?", r"ce que nous demandons", "exigences", "compétences.{0,20}",
    "requisitos", "(?:tu )?perfil", r"qué (?:pedimos|buscamos|necesitas)", "se requiere",
)  # fmt: skip
DUTIES_HEADING = _phrases(
    r"duties", r"tasks?", r"responsib\w+", r"accountabilities", r"(?:the|your|this|key) (?:role|job|work|day|week|position|mission|post)s?",
    r"what (?:you|the (?:job|role|post)|awaits|we)\b.{0,30}", r"you (?:will|['’]ll)", r"role", r"job", r"about the .{3,15}", r"in (?:this|the) (?:role|job|post)",
    r"day[- ]to[- ]day", r"(?:a )?typical .{3,20}", r"overview", r"summary", r"purpose", r"description", r"stack", r"tech(?:nology|nologies)?", r"technical", r"main", r"work",
    r"aufgaben\w*", r"tätigkeiten", r"das machst du.{0,12}", r"was (?:sie|du|dich|wir)\b.{0,20}", r"stelle", r"deine rolle", r"verantwortung\w*",
    r"missions?", r"vos .{3,20}", r"votre (?:mission|rôle|journée|poste)", r"le poste", r"tâches", r"activités",
    r"funciones", r"tareas", r"responsabilidades", r"qué harás", r"(?:el|tu) puesto", r"misión", r"tu día",
)  # fmt: skip
UNASKED_HEADING = _phrases(
    r"(?:it|you|that|what you) (?:need not|needn['’]t|may forget|can forget|do not need).{0,20}",
    r"(?:you|what you) (?:can |may )?(?:leave behind|leave at home|can forget|needn['’]t (?:have|bring|know|do)).{0,12}", r"(?:darauf|was).{0,12}verzichten.{0,12}", r"ce (?:que|qu['’]).{0,20} pas",
    r"(?:lo |qué )?que no .{3,25}", r"qué no .{3,25}", r"not for (?:you|us).{0,12}", r"(?:what )?you (?:won['’]t|will not|will never|never) (?!be\b).{2,20}", r"what (?:you['’]ll|you will) (?:not|never) (?!be\b).{2,20}",
    r"not (?:in|part of|a part of|within) (?:the |this |your )?(?:job|role|post|position|scope|remit|work|duties|brief).{0,12}", r"out of scope", r"(?:beyond|outside) (?:the |this |your )(?:scope|job|role|remit|post)", r"not your (?:job|task|work|problem|business|concern|responsibility)s?",
    r"(?:things|skills|tools|stuff) (?:we|you) (?:do not|don['’]t|won['’]t) .{2,20}", r"what(?:['’]s| is| are)(?: not|n['’]t) .{3,25}", r"what (?:this|the) (?:job|role|post|position) (?:is|does|will)(?: not|n['’]t).{0,20}", r"no need (?:for|of|to have|to know)", r"what (?:others|other people|other teams|someone else|somebody else) (?:do|does|look after|take care of).{0,12}",
    r"(?:das|was) (?:machst|brauchst|musst|kannst|erwartet|machen|brauchen|müssen|tust|tun) (?:du|sie|dich)(?: \w+)? nicht.{0,15}", r"was (?:du|sie|wir|hier|dich|nicht|bei uns)\b.{0,25}\bnicht\b.{0,25}", r"was nicht .{3,40}", r"(?:das (?:ist|gehört) )?nicht (?:teil|bestandteil|zu (?:ihren|deinen) aufgaben|ihre aufgabe|deine aufgabe|gefragt|gesucht|gefordert|erwartet|notwendig|verlangt).{0,20}",
    r"ce (?:dont|que|qui|qu['’]).{0,30} (?:pas|plus|aucun).{0,20}", r"hors (?:périmètre|poste|mission|champ).{0,12}", r"non (?:requise?s?|exigée?s?|demandée?s?|nécessaires?)", r"vous n(?:e |['’]).{2,15} pas.{0,10}", r"inutile",
    r"no (?:es necesari[oa]|son necesari[oa]s|hace falta|tendrás que|harás|pedimos|incluye|forma parte).{0,25}", r"fuera (?:del|de) (?:puesto|alcance|tus funciones).{0,10}",
    r"(?:what )?(?:we|you)(?: really)? (?:do not|don['’]t|won['’]t)(?: have to)? (?:ask|need|expect|require|want|do|look).{0,20}",
    r"not (?:needed|required|necessary|expected)", r"(?:do not|don['’]t) need", r"(?:what )?this is not",
    r"you can leave.{0,20}", r"nicht (?:nötig|erforderlich|nötig ist)", r"was (?:du|sie) nicht .{3,30}",
    r"pas (?:nécessaire|requis|demandé)", r"no (?:necesitas|hace falta|se requiere)",
)  # fmt: skip
HEADINGS = (OFFER_HEADING, NICE_HEADING, MUST_HEADING, DUTIES_HEADING, UNASKED_HEADING)
