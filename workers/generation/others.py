"""What an advertisement names that others do, or own: "payroll is outsourced", "your aunt's bakery"."""

# ruff: noqa: E501 - a pattern is read as one line
import re
from collections.abc import Iterator

# A clause ends where another subject takes over.
_STOP = (
    r"(?=[.!?;:](?:\s|$)|\n|,? (?:and|so|while|but|then) (?:you|your)\b|, (?:you|as|where|when|under)\b|, (?:but|so|which|who|while|whereas|with|mais|aber|sodass|damit|donc|así)\b"
    r"|,? (?:und|et|y) (?:sie|du|ihr|vous|tu|usted|te|se)\b| [-–—] )"
)
_REST = rf"(?:(?!{_STOP})[^\n]){{0,160}}"
# Who it is, in so many words: somebody of the employer's who is not of the candidate's own team.
_FOLK = r"[a-zà-ÿ]+(?:ers|ors|ists|ians|ants|ents|ees|keepers|men|women|nurses?|chefs?|cooks?|colleagues|staff|ist|ian|lawyers?|keeper|accountant|cleaner|gardener|caretaker|solicitors?)"
_BODY = r"(?:team|department|dept|desk|unit|division|office|firm|company|agency|agencies|bureau|studio|partner|supplier|contractor|provider|subcontractor|group|branch|workshop|laboratory|lab|house|school|centre|center|headquarters|hq|squad|vendor|business|specialists?)s?"
_OWN = r"(?:small|little|friendly|whole|own|growing|young|new|great|current|existing|busy|core|entire|local|international|team|project|software|data|product|platform|engineering|development|design)"
_FOREIGN = (
    rf"(?:(?:our|their|an?|the) (?:(?:sister|other|separate|outside|external|freelance|visiting|in-house|specialist|dedicated|different|local|central|partner|parent|third[- ]party) )(?:[\w-]+ ){{0,2}}?[\w-]+"
    rf"|(?:an?)(?: firm of)? (?:[\w-]+ )?(?:agency|bureau|contractor|subcontractor|supplier|firm|colleague|freelancer|neighbour|accountant|solicitor|studio|company)"
    rf"|(?:another|other) (?:[\w-]+ )?(?:{_BODY}|colleagues?|people|person)"
    rf"|our (?!{_OWN} )[\w-]+ (?:{_BODY}|colleagues?)"
    rf"|our (?!engineers|developers|customers|users|clients|members|guests|patients|residents|students|parents|tenants|participants|applicants|recipients|children|data|scientists|analysts)(?:(?!and )[\w-]+ ){{0,2}}?{_FOLK}(?: and (?:[\w-]+ )?{_FOLK})?"
    r"|(?:our )?(?:[\w-]+ )?colleagues (?:in|at|from|on) (?!the (?:team|project)\b)[\w-]+(?: [\w-]+)?|the [\w-]+ colleagues"
    r"|head office|headquarters|freelancers|subcontractors|contractors|the council|the landlord|others|somebody else|someone else)"
)
_DO = (
    r"(?:do|does|did|make|makes|look after|looks after|handle|handles|takes? care of|takes?|sees? to|see to|run|runs|manage|manages|operates?|supply|supplies"
    r"|provide|provides|write|writes|deal with|deals with|cover|covers|keep|keeps|build|builds|installs?|fits?|own|owns|sorts? out|carr(?:y|ies) out|draft|drafts|cleans?|cooks?|drives?|prepares?|produces?|processes|maintains?|teaches|teach)"
)
_AWAY = r"(?:outsourced|contracted out|sub-?contracted|farmed out|put out|bought in|sent out|handed to|centralised|centralized)"
_DONE = r"(?:handled|done|looked after|taken care of|dealt with|made|managed|covered|run|operated|carried out|provided|supplied|prepared|written|kept|performed|processed|delivered|maintained|taught|built|cleaned|cooked|administered|hosted|developed|given|organi[sz]ed|tested|written|translated|designed)(?: and \w+ed)?"
_IT = r"(?:bei uns |für uns |hier |immer |vollständig |komplett |zentral )?"
_HE_DOES = r"(?:macht|machen|übernimmt|übernehmen|erledigt|erledigen|besorgt|besorgen|führt|führen|liefert|liefern|stellt|stellen|betreut|betreuen|schreibt|schreiben|betreibt|betreiben|pflegt|pflegen|verantwortet|bearbeitet|bearbeiten|montiert|prüft|bucht)"
_HIS = r"(?:unsere?|ein(?:e)? (?:extern|ander|eigen)\w*|eine? (?:\w+)?(?:büro|kanzlei|agentur|firma|team|abteilung|dienstleister\w*|kollegin|kollege|betrieb)|andere|kollegen|die (?:kolleg\w+|zentrale|verwaltung|agentur|personalabteilung|buchhaltung)|der (?:hausmeister|steuerberater|dienstleister))"
_HIS_OWN = r"(?:team|kunden|kundinnen|unternehmen|firma|betrieb|produkt\w*|software|plattform|dienste|systeme|mandanten)"
_SON = r"(?:notre|nos|une?|le|la|les|l['’])\s?"
_ELLE = r"(?:siège|cabinet|agence|prestataire|expert-comptable|comptable|service|bureau|équipe|collègues?|partenaire|sous-traitant|société|direction)s?"
_SU = r"(?:nuestr[oa]s?|una?|otr[oa]s?|el|la|los|las)"
_ELLA = r"(?:gestoría|agencia|asesoría|proveedor|equipo|empresa|departamento|compañer[oa]s?|central|despacho|taller|transitario|colaborador)\w*"
# Whom the job answers to, where the desk stands, what happens at the house: no work of the candidate's.
_AROUND = re.compile(
    r"\breport(?:s|ing)? (?:directly )?(?:in)?to (?:the |our |an? )?(?:[\w-]+ ){0,3}?(?:heads?|director|manager|lead|leader|chief|vp|partner|ceo|cfo|cto|coo|president|principal)\b(?: of (?:(?!and\b|who\b|with\b|in\b|for\b|on\b|about\b|at\b|from\b|regarding\b|you\b)[\w&-]+ ?){1,4})?"
    r"|\bbericht\w+ an (?:die |den |unsere[nr]? )?(?:leit\w+|head|chef\w*|geschäfts\w+)(?: (?:of|der|des|für|im|unserer|den|die|bereich))*(?: [\w-]+)?"
    r"|\b(?:rattachée?|(?:sous|à) la (?:responsabilité|direction))(?:\(e\))? (?:de la|de l['’]|du|au|à la|à l['’]|de notre|à notre) ?(?:responsable|direct\w+|chef\w*)(?: (?:de|du|des|la|d['’]))*(?: ?[\w-]+)?"
    r"|\b(?:report\w+|en dependencia|dependiendo) (?:a |al |de |del |a la |de la )+(?:direct\w+|responsable|jef[ea])(?: (?:de|del|la|el))*(?: [\w-]+)?"
    r"|\b(?:sit|desk|desks) (?:is |are )?(?:next to|beside|near|close to|opposite) (?:the |our )?[\w -]{2,30}"
    r"|\b(?:recruitment|recruiting|hiring|selection) process (?:consists|takes|has|includes|starts|begins|involves|is|will|usually)\b|\b(?:call|contact|e-?mail|ask|write to|phone) (?:our|the) (?:recruitment|recruiting|hr|talent)(?: acquisition)? (?:team|department)"
    r"|\bon (?:the|our) payroll\b|\b(?:open|subject) to negotiation|\bdrug (?:and alcohol )?(?:testing|tests?|screening)|\b(?:dental|health|medical|vision) (?:care|cover|plan|insurance) for (?:you|your|the)\b|\ba translation of th"
    r"|\bthere(?:['’]s| is| are) (?!no\b)[^.;:\n]{2,60}\b(?:on the (?:ground|first|second|top) floor|downstairs|upstairs|in the (?:lobby|basement|courtyard|garden)|(?:a)?round the corner|across the (?:road|street)|next door)"
    r"|\b(?:once a (?:week|month|year)|every (?:month|summer|winter|\w+day)|on \w+days),? (?:there (?:is|are)|we (?:all )?(?:meet|cook|eat|play|go|bake))\b(?:(?! and you\b)[^.;\n]){0,80}"
)
# From the others' name to the end of the clause.
_AHEAD = re.compile(
    rf"(?<!\w)(?<!of )(?<!with )(?<!for )(?<!by )(?<!to )(?<!after )(?<!manage )(?<!support )(?<!help )(?<!lead )(?<!helping )(?<!you and ){_FOREIGN} (?:already |always |usually |also )?{_DO}\b{_REST}"
    r"|\ban? [\w-]+ (?:visits|comes (?:in|by|round|once|on|every|twice)|calls (?:by|in)|drops (?:by|in))\b" + _REST +
    r"|\bwe (?:use|have|employ|work with|hire|pay) an? (?:external |outside |freelance |separate |dedicated |specialist |local |\w+ )?(?:bureau|agency|studio|firm|contractor|provider|freelancer|accountant|supplier) (?:for|to do|to run|that|who|which)\b" + _REST +
    r"|\bwe (?:buy in|outsource|contract out|farm out|subcontract|send out)\b" + _REST +
    r"|\b(?:colleagues|hires|vacancies|clients|customers|candidates|joiners|users|applicants)(?: you (?:\w+ ){1,3})? (?:will be|are)(?: mostly| mainly| often)? (?:[\w-]+ ){1,3}who (?:write|use|code|build|work|program|know|develop|speak)\b" + _REST +
    r"|\b(?:you|you['’]ll|you will|to) (?:recruit|source|hire|place|interview|find) (?:[\w-]+ ){1,3}who (?:write|use|code|build|work|program|know|develop)\b" + _REST +
    rf"|(?<!die )(?<!der )(?<!das )\bunsere? (?!{_HIS_OWN}\b)[\w-]+ (?:kümmer[tn] sich (?:um|darum)|{_HE_DOES})\b{_REST}"
    rf"|\b(?:notre (?!équipe\b|cabinet\b|société\b|agence\b|service\b|bureau\b)|nos (?!équipes\b)|une? autres? |d['’]autres |une? (?=\w+ extern))(?:[\w-]+ )?(?:{_ELLE}|[\w-]+(?:eurs?|istes?|iers?))(?: \w+)? (?:s['’]occupe(?:nt)? (?:de|du|des)|se charge(?:nt)? (?:de|du|des)|gère(?:nt)?|prend en charge|prennent en charge|assure(?:nt)?|tient|tiennent|fait|font|établi(?:t|ssent)|réalisent?|traite(?:nt)?)\b{_REST}"
    rf"|\bc['’]est {_SON}(?:[\w-]+ )?{_ELLE} qui (?!vous){_REST}"
    rf"|\b(?:nuestr[oa]s? (?!equipo\b|empresa\b|despacho\b|agencia\b|departamento\b|asesoría\b|gestoría\b(?! se))|otr[oa]s? |una? (?=\w+ extern))(?:[\w-]+ )?{_ELLA}(?: extern[oa])? (?:se encargan? de|llevan?|gestionan?|hacen?|realizan?|tramitan?|desarrollan?|mantienen?)\b{_REST}"
    rf"|\bde (?:(?!{_STOP})[^\n]){{2,40}} se (?:encargan?|ocupan?) {_SU} {_REST}"
    # A relative's shop, or a past of the candidate's, is no trade of the job.
    r"|\byour (?:\w+ )?(?:aunt|uncle|mother|father|mum|mom|dad|parents?|grand\w+|sister|brother|cousin|neighbour|neighbor|friend|flatmate)s?(?:['’]s?)? (?!compan|team|site|brand|hotel|organi)(?:(?!" + _STOP + r")[^\n]){0,40}"
    # Whom the employer serves.
    r"|(?<!you )(?<!will )(?<!to )\b(?:deliver(?:s|ed|ing)?|suppl(?:y|ies|ied|ying)|sells?|sold|ships?|lends?|rents?|distributes?) (?:(?!" + _STOP + r")[^\n]){0,60}\bto (?:over |more than |about |some |around |roughly |almost |nearly )?[\d.,]+ (?!staff|employees|people|colleagues)" + _REST +
    r"|\b(?:used|trusted|bought|chosen|run) (?:by|in) (?:over |more than |about |some |around |roughly |almost |nearly )?[\d.,]+ " + _REST +
    r"|\b[\d.,]+ (?:[\w-]+ ){1,3}(?:rely on|trust|run on|depend on|work with|use) (?:our|us|it|its)\b|\b(?:is|makes?|sells?|publish(?:es)?) (?:[\w-]+ ){0,3}software for " + _REST +
    r"|\b(?:mehr als|über|rund|plus de|más de) [\d.,]+ (?:[\w-]+ ){1,3}(?:vertrauen|nutzen|nous font|utilisent|confían|usan)\b"
    r"|\b(?:leads|orders|clients|customers|revenue|turnover|sales|business) comes? (?:(?:in )?through|from) (?:[\w-]+ )?[\w-]+s\b" + _REST +
    r"|\b(?:wir )?(?:beliefern|versorgen) (?:\w+ ){0,2}?[\d.]+ " + _REST + r"|\bunsere (?:kunden|kundinnen|auftraggeber)(?: und \w+)? sind " + _REST +
    r"|\bnous (?:livrons|fournissons|équipons) (?:\w+ ){0,3}?[\d.]+ " + _REST + r"|\bnos clients sont " + _REST +
    r"|\b(?:suministramos|servimos|abastecemos) (?:\w+ ){0,3}?[\d.]+ " + _REST + r"|\bnuestros clientes son " + _REST
)  # fmt: skip
# From the beginning of the clause to the words that give it away.
_BACK = re.compile(
    rf"\b(?:is|are|gets?|was|were|been)(?: all| mostly| entirely| fully| currently| usually)? {_AWAY}\b"
    rf"|\b(?:is|are|gets?)(?: all| mostly| entirely| fully| currently| usually)? {_DONE} (?:centrally|externally|elsewhere|off-?site|abroad|by (?:{_FOREIGN}|(?:our|the) [\w-]+ {_BODY}|(?:the|our) (?:nurses|doctors|chefs|cooks|lawyers|[\w-]+(?:ists|ants|ians))|the (?:group|parent|council|landlord|hq|head office)(?:['’]s)?|freelancers)|at (?:head office|headquarters))"
    rf"|\b(?:goes|go|falls|fall|belongs?|runs?) (?:straight )?(?:to|through|via) (?:{_FOREIGN}|an? (?:external|outside)|our [\w-]+)\b"
    r"|\b(?:remains?|rests?|lies?|stays?) with (?!you)(?:our|the|another|an?) |\b(?:is|are) (?:best )?left to (?!you)\w+|\bnot (?:in|within|part of) (?:your|the) (?:remit|scope|job|role|duties|brief)\b"
    r"|\bfor [^.;\n]{2,50} we (?:use|have|employ|work with|hire|pay|rely on|turn to) an? (?:\w+ )?(?:bureau|agency|studio|firm|contractor|partner|provider|freelancer|accountant|supplier|specialist)\b"
    r"|\btraining (?:is|will be) (?:provided|given|included|available|paid|free)|\b(?:is|are) the (?:responsibility|job|task|work|business|province) of (?!yours|the (?:postholder|role|successful|job))"
    r"|\b(?:ist|sind|wurde|wurden) (?:\w+ )?(?:ausgelagert|extern vergeben|fremdvergeben|ausgegliedert)|\b(?:wird|werden) (?:\w+ )?(?:extern|zentral|auswärts|woanders) \w+|\berfolg(?:t|en) (?:extern|zentral|durch (?!sie|dich))|\b(?:läuft|laufen) über (?:unsere[nr]?|eine?n? (?:extern|ander)\w*)|\bgibt es (?:bei uns )?(?:eine? eigene[sn]?|eine?n? (?:extern|ander)\w*|ein eigenes|spezialisten)|\bgehör(?:t|en) nicht (?:zu|dazu)"
    rf"|\b(?:wird|werden) {_IT}(?:von|vom|durch) (?!(?:ihnen|dir)\b)(?:\w+ ){{1,3}}(?:erledigt|gemacht|übernommen|betreut|durchgeführt|geliefert|gestellt|geführt|bearbeitet)"
    rf"|\b{_HE_DOES} {_IT}{_HIS}\b|\bkümmer[tn] sich {_HIS}|\blieg(?:t|en) (?:bei|beim) (?!dir|ihnen)|\b(?:ist|sind) (?:die )?(?:aufgabe|sache) (?:der|des|unserer|unseres|eines|einer) "
    rf"|\b(?:est|sont) (?:\w+ )?(?:externalisée?s?|sous-traitée?s?)|\b(?:est|sont) (?:confiée?s?|gérée?s?|assurée?s?|prise?s? en charge|réalisée?s?|traitée?s?) (?:à|par|au) (?!vous|vos)"
    rf"|c['’]est {_SON}(?:[\w-]+ )?{_ELLE}(?: [\w-]+)? qui (?:s['’]en|en|le|la|les)\b|\b(?:est|sont) du ressort d|\b(?:est|sont) \w+é(?:e|s|es)? par (?:une? autres?|(?:une?|notre|nos|le|la) (?:[\w-]+ )?{_ELLE})\b|\bnous faisons appel à (?:une?|des) |\b(?:relève|relèvent|revient|reviennent|incombe|incombent) (?:de|d['’]|du|des|à|au) ?(?!vous|votre)\w+"
    rf"|\b(?:lo|la|los|las) (?:llevan?|hacen?|gestionan?|tramitan?|realizan?|cubren?|preparan?|desarrollan?|mantienen?|administran?|atienden?|imparten?) {_SU} |\bestán? (?:\w+ )?(?:externalizad|subcontratad)[oa]s?|\ben manos de (?:una?|nuestr|otr)|\bcorren? (?:a cargo|por cuenta) de (?!usted)"
)  # fmt: skip
_CLAUSE = re.compile(
    r"[.!?;:](?=\s|$)|\n|, (?:but|and|so|yet|though|although|while|whereas|und|aber|et|mais|y|pero|no|don['’]t) |\bbut (?!not)|\) | [-–—] |, (?:die|das|der) (?=[A-ZÄÖÜ])"
)
# A clause that speaks to the candidate, or of whom it looks for, hands nothing over.
_TO_YOU = re.compile(
    r"\b(?:you(?:['’]ll|['’]re)?|sie|du|vous|tu|usted|manage|supervise|coordinate|lead|we need|looking for)\b(?! (?:don|do|need|will) ?n[o'’])"
)
FARTHEST_BACK = 200


def others_ends(text: str) -> Iterator[tuple[int, int]]:
    """From where to where a text in small letters tells of the work or the trade of others."""
    for match in _AHEAD.finditer(text):
        yield match.span()
    for match in _AROUND.finditer(text):
        yield match.span()
    for match in _BACK.finditer(text):
        begin = _clause_start(text, match.start())
        if not _TO_YOU.search(text, begin, match.end()):
            yield begin, match.end()


def _clause_start(text: str, place: int) -> int:
    begin = max(0, place - FARTHEST_BACK)
    for stop in _CLAUSE.finditer(text, begin, place):
        begin = stop.end()
    return begin
