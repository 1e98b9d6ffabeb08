"""What an advertisement says that it does not ask for: "no Python needed", "we moved away from X"."""

# ruff: noqa: E501 - a pattern is read as one line
import re
from collections.abc import Iterable, Iterator

from workers.generation.cues import NICE
from workers.generation.text import lowered

# A denial that looks ahead reaches to the end of its clause; one that looks back, to its beginning.
_STOP = r"(?=[.!?;\n]|, so |: |$| [-–—] |\b(?:but|though|although|however|aber|sondern|mais|pero|sino)\b)"
_TO_CLAUSE_END = rf"(?:(?!{_STOP})(?:.|\.(?=\S))){{0,160}}"
# A bare "no" reaches over a list of short members only: "no patrols, no door work, no CCTV".
_SHORT_LIST = (
    r"(?:(?![.!?;:,\n()]| but | and you | and we ).){0,60}"
    r"(?:, (?!just |only |but |good |strong |solid |you |we |rather |though )(?:(?:no|or|nor|and) )?(?:[\w'’-]+ ?){1,3}(?=,| or | nor |\.)){0,6}"
    r"(?:,? (?:or|nor) (?:(?![.!?;:,\n()]).){0,60})?"
)
_NOT = r"(?:do not|does not|will not|need not|needn['’]t|don['’]t|doesn['’]t|won['’]t|never|cannot|can['’]t|no longer)"
_HARMLESS = (
    r"(?! (?:just|only|merely|simply|mind|hesitate|fear|shy|worry|stop|be afraid|lose|fall|tire|let|forget|miss"
    r"|shrink|work without|do without|panic|bend|cut|lower|neglect|tolerate|settle|like|sleep|apply|send|discriminate|compromise|cut corners|skip|ignore|break|waste|get far|get by|survive|manage without|(?:have to |need to )?be an? [\w+#-]{2,20}[ -](?:guru|expert|wizard|ninja|genius|specialist|virtuoso)|\w+ without))"
)
_NO_MATTER = (
    r"(?! (?:later|more|less|fewer|doubt|matter|one|problem|longer|time|two|nonsense|drama|crunch|terrors?|limits?"
    r"|ordinary|small|stranger|excuses|surprise|strings|bureaucracy|bullshit|poetry|jargon|idea|better|secrets?|project|day|week|month|release|fear|solo|sólo|solamente|únicamente|sorpresas)\b)"
)
_AHEAD = re.compile(
    rf"\b(?:(?:you|we|they|it|candidates?|applicants?|postholder|job|position|post|role|firm|nobody)\b"
    rf"(?: \w+)? {_NOT}{_HARMLESS}{_TO_CLAUSE_END}"
    rf"|(?:you|we|they|it)['’](?:ll|re|s|d) (?:not|never|no longer)\b(?! (?:only|just|afraid)){_TO_CLAUSE_END}"
    rf"|(?:is|are) (?:definitely |really |certainly )?not an? {_TO_CLAUSE_END}"
    rf"|(?:nobody|no one|no-one|none of us) (?:will |would )?(?:expects?|asks?|needs?|wants?|requires?)\b{_TO_CLAUSE_END}"
    rf"|(?:don['’]t|do not|needn['’]t) (?:need|have to|expect|require|ask|want|use|know)\b{_TO_CLAUSE_END}"
    rf"|(?:we|it|they) neither {_TO_CLAUSE_END}"
    rf"|we (?:have |['’]ve )?(?:just |recently |since )?launched {_TO_CLAUSE_END}"
    r"|provide (?:\w+ ){0,5}training\b"
    rf"|our (?:clients|customers|users) (?:are|include|range from) {_TO_CLAUSE_END}"
    rf"|(?:please )?(?:don['’]t|do not) send {_TO_CLAUSE_END}"
    r"|the last (?:of (?:our |the )?)?(?:[\w.+#-]+ ){1,4}(?:was|were|is|are|has|have|went|left|will)(?: been| be)? (?:retired|switched|shut|turned|deleted|removed|gone|replaced"
    r"|decommissioned|scrapped|sold|closed|to its|to their|out|the building)"
    r"|(?:we|they|has|have) (?:have |['’]ve )?(?:since |just |recently |finally )?(?:gave up|given up|stopped using|stopped|did away with|threw out|scrapped|sunset|parted with|buried) "
    r"(?:(?!\bfor\b|\bin favou?r\b|\bto\b|\bwith\b|[.!?;,\n]).){0,60}"
    rf"|(?:inutile|pas la peine|nul besoin) (?:de |d['’]){_TO_CLAUSE_END}"
    r"|nous avons (?:abandonné|quitté|remplacé|arrêté|délaissé) (?:(?!\bpour\b|\bpar\b|\bau profit\b|[.!?;,\n]).){0,60}"
    r"|(?:hemos (?:abandonado|dejado|sustituido|retirado)|dejamos|abandonamos|retiramos) (?:(?!\bpor\b|\bpara\b|[.!?;,\n]).){0,60}"
    rf"|ya no (?:usamos|utilizamos|trabajamos|se|tenemos|hacemos)\b{_TO_CLAUSE_END}"
    rf"|no (?:trabajamos|utilizamos|tenemos|hacemos|exigimos|requerimos|te pediremos|tendrá|harás|llevarás)\b{_TO_CLAUSE_END}"
    r"|we used to (?:run|use|work|have|write|do|offer) [^.!?;,\n]{0,60}|(?:fini|finie|adieu|bye[- ]bye|goodbye) (?:l[ea]s? )?\w+"
    rf"|wir (?:arbeiten|programmieren|entwickeln) (?:\w+ )?(?:nicht|nie)\b(?! (?:nur|allein)){_TO_CLAUSE_END}"
    rf"|sell no {_SHORT_LIST}|\bni {_SHORT_LIST}|\bweder {_SHORT_LIST}"
    r"|(?:what )?(?:you|we|it) (?:won['’]t|do not|don['’]t|need not|needn['’]t|will not|never|will never)(?: \w+){0,3}: [^.\n]*"
    r"|(?:leave (?:behind|at home)|forget about|spare you|spared)(?: \w+){0,2}:? [^.\n]{0,80}"
    rf"|(?:instead of|rather than|in place of|as opposed to|(?<!shy )away from|moved off|not to be confused with) {_SHORT_LIST}"
    r"|(?:we|have|has|was|were) (?:since |just |recently |finally )?(?:moved|migrated|switched|replaced|retired|dropped|"
    r"abandoned|left|ditched|phased out|said goodbye to|got rid of)(?: (?:away|over|all|our|the|off|everything))*"
    r"(?: from)? (?:(?!\bto\b|\bwith\b|\bby\b|\band (?:we|you)\b|[.!?;,\n]).){0,60}"
    rf"|(?:without|sans|sin|ohne) (?:any |the |a )?(?:need|needing|having|knowing|knowledge|experience)\b{_SHORT_LIST}"
    rf"|(?:no|No|NO|nor|zero){_NO_MATTER} {_SHORT_LIST}"
    rf"|kein(?:e[nrms]?)? (?!muss|problem|ding|[\w-]+-(?:profi|expert|guru)){_SHORT_LIST}"
    rf"|(?:statt|anstelle|anstatt) (?:von |des |der )?{_SHORT_LIST}"
    rf"|(?:aucune?|pas de|pas d['’]|pas besoin d['’e]|au lieu de) ?{_SHORT_LIST}"
    rf"|(?:vous|tu|il|elle|on|personne|nous) n(?:e |['’])(?!(?:\w+ )?(?:pas|jamais) (?:peur|que |seulement|uniquement))(?!(?:craign|hésit|oubli|manqu|lâch)){_TO_CLAUSE_END}"
    rf"|n['’]est (?:pas|ni) (?:une?|votre|du|de) {_TO_CLAUSE_END}"
    r"|no (?:es|son|hace falta|hacen falta|necesitas?|se (?:requiere|exige|pide|necesita|trata)|buscamos|tendrás|tienes que"
    rf"|usamos|pedimos|hay)\b{_TO_CLAUSE_END}"
    rf"|(?:en lugar de|en vez de) {_SHORT_LIST})",
)
_WANTED = (
    r"(?:needed|required?s?|necessary|expected|essential|requested|wanted|asked(?: for)?|mandatory|compulsory|used"
    r"|vital|relevant|part of|in use|involved|demanded|called for|a (?:must|condition|requirement|prerequisite|precondition))"
)
_BACK = re.compile(
    rf"(?:\b(?:(?:is|are|was|were|do|does|will|has|have)(?: \w+)?(?: not|n['’]t)|isn['’]t|aren['’]t|not|never|needn['’]t be)"
    rf"(?: (?:be|a|strictly|really|at all|been|even|itself|ever|yet|in fact))* {_WANTED}\b"
    rf"|\b(?:is|are) (?:no|neither) (?:\w+ )?(?:condition|precondition|prerequisite|requirement|must|matter|here nor there)\b"
    r"|\b(?:is|are) (?:of (?:no|little) (?:use|interest|help|concern|importance|relevance|value|consequence)|irrelevant|beside the point|another team['’]s|somebody else['’]s|someone else['’]s)\b"
    r"|\b(?:is|are) (?:gone|history|a thing of the past|no more|dead|over|no longer (?:in use|used|needed|required|with us|relevant|part))\b|\b(?:days|years|era|times) (?:are|is) (?:over|gone|behind us)\b"
    r"|\b(?:had|have had) (?:its|their) day|\b(?:plays?|have|has|take|takes) no (?:part|role|place)\b|\b(?:does|do)(?:n['’]t| not) (?:form part|belong|come into|play|feature|figure|enter)\b"
    r"|\b(?:has|have|was|were) (?:since |long |finally |recently |all )?(?:been )?(?:switched off|shut down|decommissioned|retired|scrapped|turned off|deleted|sunset|phased out|thrown out)\b"
    r"|\b(?:was|were|been|got) (?:\w+ )?replaced by\b|\b(?:was|were) (?:in use|used) until\b|\b(?:will|would) not be (?:considered|assessed|tested|asked)\b"
    r"|\b(?:komm(?:t|en) (?:bei uns |hier )?nicht (?:mehr )?zum einsatz|verzichten wir|der vergangenheit an)\b|\bwurden? durch\b|\bn['’](?:est|sont) (?:pas|plus|jamais) (?:utilis|employ)\w+|\bne (?:vous )?servira\b"
    r"|\b(?:is|are) not (?:something|anything|a thing|what) (?:we|you|that)\b"
    r"|\b(?:went|gone) to (?:its|their) grave|\bso you won['’]t need (?:that|it|them|this|either)\b"
    r"|\bnicht (?:mehr )?(?:im einsatz|in gebrauch|in verwendung|gefragt|gebraucht|benötigt|eingesetzt|genutzt|verwendet)\b"
    r"|\b(?:setzen|nutzen|verwenden|brauchen|benötigen|verlangen|erwarten|fordern|haben|machen) (?:wir|sie|du)(?: hier| bei uns)? (?:\w+ )?(?:nicht|keine?)\b|\barbeiten wir nicht\b|\bbrauchst du (?:\w+ )?nicht\b"
    r"|\bhaben wir (?:(?:uns|vor|seit|im|letzte\w*|längst|schon|\w+ jahren?|\d{4}) ){0,4}(?:abgelöst|abgeschafft|abgeschaltet|verabschiedet|ersetzt|aufgegeben|eingestellt)\b"
    r"|\b(?:wurden?|ist|sind) (?:(?!\bdurch\b)[\w.]+ ){0,3}(?:abgeschaltet|abgelöst|abgeschafft|stillgelegt|eingestellt(?! sein)|geschichte|passé)\b"
    r"|\bn['’](?:est|es|sont) plus (?:utilisée?s?|en service|employée?s?|d['’]actualité)|\bnous ne (?:l['’]|les |la |le )?(?:utilisons|employons|faisons|avons)(?: pas| plus)"
    r"|\b(?:a|ont) été (?:remplacée?s?|abandonnée?s?|arrêtée?s?|retirée?s?)\b|\bya no se (?:usan?|utilizan?)\b|\bno (?:lo|la|los|las) (?:usamos|utilizamos)\b"
    r"|\b(?:neither|none) (?:of (?:them|it|this) )?(?:is|are) (?:yours|needed|required|asked)\b|\byou (?:can|may) (?:safely |gladly )?leave (?:(?:the |all )?[\w ]{3,30} )?to (?!you)\w+|\byou (?:can|may) (?:stay clear|steer clear|leave (?:it|that|them|this)|forget)\b"
    r"|\b(?:is|are) what (?:our|the|another|other) [\w ]{3,25} (?:write|writes|do|does|use|uses|handle|handles)\b|\b(?:is|are|stays?|lies?|lie|sits?|happens?|belongs?) (?:next door|upstairs|downstairs|elsewhere|with (?:our|the|another|a)|to (?:our|another|others|the))\b"
    r"|\b(?:the|our|other|another) [\w ]{3,30} (?:do|does|takes?|handles?|looks? after|sees? to) (?:that|this|it|those|them)\b|\bothers (?:do|handle|take|see to)\b"
    r"|\bwill be your (?:users|customers|clients|guests|neighbours)\b"
    r"|\b(?:is|are) (?:(?:supplied|provided|carried out|performed) by|in the hands of) (?!you\b)(?:the |our |an? )?\w+"
    r"|\bnot (?:your|our) (?:job|business|concern|affair|department|problem)\b|\bunnecessary\b|\bnicht (?:teil|bestandteil|aufgabe|ihre aufgabe|deine aufgabe)\b|\bkeine (?:rolle|voraussetzung)\b"
    r"|\b(?:est|sont) (?:externalisée?s?|sous-traitée?s?)|\bc['’]est pour (?:les|d['’])autres|\b(?:comes?|came) from (?:an?|our|another|the) (?!you)\w+"
    r"|\b(?:ne font pas|ne fait pas) partie\b|\bno (?:forma|forman) parte\b"
    r"|\b(?:(?:is|are) (?:handled|done|looked after|taken care of|kept|run|dealt with|made|managed|covered)"
    r" (?:by|in|with) (?:a |an |another|our|the|others|some|own|their|head|external|Plymouth|specialists|\w+ part))"
    r"|(?:\bist|\bsind|\bwird|\bwerden) (?:jedoch |aber |dafür |hierfür )?(?:nicht|keine?)"
    r" (?:\w+ )?(?:nötig|erforderlich|notwendig|voraussetzung|verlangt|vorausgesetzt|gefordert|bedingung|erwartet)"
    r"|\bmüssen sie nichts? (?:\w+ )?\w+|\bmusst du nicht|\b(?:machen|können|dürfen|übernehmen|besorgen|erledigen|tun) (?:andere|wir selbst|kollegen)"
    r"|\bn['’](?:est|es|étai?en?t|sont) (?:pas |en rien |nullement |ni )?(?:\w+ )?"
    r"(?:exigée?s?|demandée?s?|requise?s?|nécessaires?|obligatoires?|attendue?s?|votre)"
    r"|\b(?:est|sont) (?:tenue?s?|assurée?s?|confiée?s?|gérée?s?) (?:par|à) (?!vos|vous|une? outil)"
    r"|\bno (?:es|son|se) (?:\w+ )?(?:necesari[oa]s?|imprescindibles?|obligatori[oa]s?|requiere|exige|pide|requisito))",
)
_CLAUSE = re.compile(
    r"[.!?;:](?=\s|$)|\n|, (?:but|and|so(?! you won)|yet|though|although|while|whereas|und|aber|mais|pero|y) |\bbut (?!not)|\) "
)


_BUT_IT_HELPS = re.compile(
    r",? ?but (?:it|they|that|this|both) (?:helps?|counts?|would|is (?:nice|good|useful|welcome))\b"
)


def denied_ends(text: str) -> dict[int, int]:
    """Where the text speaks of what it does not ask for: end by start, in order and apart."""
    low = lowered(text)
    return merged((*_ahead(low), *_back(low)))


def merged(spans: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The spans, in order, those that touch as one: end by start."""
    ends: dict[int, int] = {}
    last = -1
    for start, end in sorted(spans):
        if last >= 0 and start <= ends[last]:
            ends[last] = max(end, ends[last])
        else:
            ends[start] = end
            last = start
    return ends


def _ahead(text: str) -> Iterator[tuple[int, int]]:
    for match in _AHEAD.finditer(text):
        if not (NICE.search(match.group()) or _BUT_IT_HELPS.match(text, match.end())):
            yield match.span()


def _back(text: str) -> Iterator[tuple[int, int]]:
    """From the clause's beginning to the words that deny it; a "not needed" that softens denies nothing."""
    for match in _BACK.finditer(text):
        begin = max(0, match.start() - 200)
        for stop in _CLAUSE.finditer(text, begin, match.start()):
            begin = stop.end()
        if not NICE.search(text, begin, min(len(text), match.end() + 30)):
            yield begin, match.end()
