"""The words by which a text gives orders to a machine that reads it, with what each is worth.

A passage whose words are worth `ENOUGH` together is such an order. What is worth less is met in honest
advertisements too ("list all skills", "you are now part of a team") and counts only beside more of it.
Everything is matched against folded text: small letters, no accents, no look-alikes of other alphabets.
"""

# ruff: noqa: E501 - a pattern is read as one line
import re

ENOUGH = 2

_ADDRESSEE = (
    r"(?:(?:the |any |all |every |our |your |this |an? )?(?:large |dear |automat(?:ed|ic) |assessment |test |quiz |question "
    r"|exam |item |form |job |resume |cv |text |hiring |screening |reading |grading |virtual |generative )*"
    r"(?:ai|a\.i\.|artificial intelligence|language models?|llms?|gpt[\w.-]*|chatgpt|claude|gemini|copilot|llama|mistral"
    r"|chat ?bots?|bots?|assistants?|agents?|generators?|graders?|scorers?|parsers?|screeners?|scanners?|readers?|models?"
    r"|machines?|engines?|writers?|evaluators?|summari[sz]ers?|tools?|systems?|software)"
    r"(?: (?:readers?|assistants?|models?|agents?|systems?|tools?|bots?|graders?|parsers?|generators?|scorers?|writers?))?)"
)
_AI = (
    r"(?:ai|a\.i\.|artificial intelligence|language models?|llms?|gpt[\w.-]*|chatgpt|claude|gemini|copilot|chat ?bots?|bots?"
    r"|ki|ia|kunstliche intelligenz|intelligence artificielle|inteligencia artificial|sprachmodell|modele de langage"
    r"|modelo de lenguaje|modelo de linguagem|intelligenza artificiale|taalmodel)"
)
_RULES = (
    r"(?:instructions?|rules?|guidelines?|guidance|prompts?|directives?|orders|commands?|constraints?|safeguards?|filters?|settings"
    r"|configuration|programming|training|guardrails|system messages?|tasks?|told|said|policies)"
)
_EARLIER = (
    r"(?:previous(?:ly)?|prior|earlier|above|preceding|foregoing|existing|initial|original|system|former|past|before|so far"
    r"|until now|you (?:were|have been|had been|have|got|received)|given|your)"
)
_CANCEL = (
    r"(?:ignor(?:e|ing)|disregard(?:ing)?|forget|overrid(?:e|es|ing)|bypass|discard|neglect|drop|cancel|abandon|set aside|skip"
    r"|do not (?:follow|obey|heed)|don['’]?t (?:follow|obey)|stop following|pay no (?:attention|heed) to|take no notice of"
    r"|throw away|switch off|turn off|disable|leave out)"
)
_TELL = r"(?:reveal|repeat|quote|leak|recite|disclose|print|display|show|output|expose|paste|translate|echo|dump|return|send|include|copy)"
_HIDDEN = (
    r"(?:system (?:prompt|message|instructions?)(?!s)|(?:your|the) (?:full |whole |hidden |initial |own )*(?:text of the )?(?:prompt|instructions?"
    r"|guide(?:lines)?)|environment variables?|api[- ]keys?|answer[- ]keys?|right answers of|credentials|passwords you"
    r"|instructions (?:above|before))"
)
_MAKE = (
    r"(?:write|create|generate|make|return|output|produce|choose|select|pick|list|set|put|place|replace|mark|give|use|test|score"
    r"|rate|award|treat|answer|respond|reply|add|remove|let|emit|report|assign|limit|lower|raise|change|name|build)"
)
_MADE = (
    r"(?:questions?|items?|quiz|test|assessment|form|skills?|answers?|options?|pass(?:ing)?[- ](?:mark|score)|cut-?off|scores?"
    r"|points|seniority|must[- ]haves?|keys?|json|objects?|list|distractors?|difficulty|weights?|output|response)"
)
_PAY = (
    r"(?:(?:award|grant|assign|give|rate|grade|score|mark|worth|add)(?:s|ed|ing)?\b.{0,24}?(?:(?<!to )\b100\b(?! ?(?:eur|dollar|pound|usd))|\b10/10|\bfull (?:marks|points|score|credit)"
    r"|\b(?:top|maximum|highest|perfect) (?:marks?|points|score|grade)|\bthe maximum\b|\bas (?:correct|excellent|right|passed)\b|\b(?:it|them|him|her) (?:correct|right)\b))"
)
_THRESHOLD = r"(?:cut-?off|pass(?:ing)?[- ](?:mark|score|rate|grade|level|threshold)|threshold for passing)"
_START = r"(?:\A|[.:;,!?\"'(>\]-] ?|\b(?:and|then|please|must|should|shall|only|to|now|so|you|will|task is) )"


def _compiled(*rules: tuple[int, str]) -> tuple[tuple[int, re.Pattern[str]], ...]:
    return tuple((worth, re.compile(pattern)) for worth, pattern in rules)


ORDERS = _compiled(
    # Take back what the machine was told.
    (2, rf"\b{_CANCEL}\b.{{0,40}}\b{_EARLIER}\b.{{0,30}}\b{_RULES}\b"),
    (2, rf"\b{_CANCEL}\b.{{0,30}}\b{_RULES}\b.{{0,20}}\b(?:above|before|so far|you (?:were|have)|given to you|until now)\b"),
    (2, rf"\b{_CANCEL}\b (?:all |any |everything |the )+(?:that )?(?:you (?:were|have been)|came before|precedes|stands? above)"),
    (1, rf"\b{_CANCEL}\b.{{0,30}}\b(?:the (?:job |rest of |above )|all |everything|sections?|requirements|description|guidelines|filters|(?:the |listed )?skills)"),
    (2, r"\b(?:these|those|this) (?:values?|settings?|instructions?|rules?|lines?|notes?) (?:override|overrule|replace|supersede|outrank|take precedence)"),
    (1, r"\b(?:outranks?|supersedes?|takes? precedence|overrides?|overrules?)\b"),
    # Ask for what it must not tell.
    (2, rf"\b{_TELL}\b.{{0,40}}\b{_HIDDEN}"),
    (1, r"\bsystem prompt\b(?! (?:design|engineer|writ|librar))|\byour prompt\b|\benvironment variables that you\b"),
    (2, r"\b(?:reveal|leak|disclose|expose) (?:all|the|your|every) (?:\w+ )?(?:keys?|answers?|secrets?|prompts?)\b"),
    (2, r"\byour (?:system|initial|hidden) (?:prompt|message|instructions)\b"),
    # Speak to it.
    (2, rf"\b(?:notes?|messages?|notices?|attention|memo|hints?|reminders?|instructions?|information|orders?|requests?|warnings?|directives?)"
        rf"(?: (?:is |here |only )*(?:to|for)|,|:) {_ADDRESSEE}(?= ?(?:[:,.!)\]-]|that\b|which\b|who\b|reading|processing|handling|creating|only\b|$))"),
    (2, rf"\b(?:speaking|talking|addressed|directed|meant|intended) (?:directly |only )?(?:to|at|for) {_ADDRESSEE}(?= ?[:,.])"),
    (2, rf"(?:\A|[.:;] ?)(?:to|for) {_ADDRESSEE}(?: only)? ?:"),
    (2, r"\bfor (?:the )?(?:parser|language model|llm|automated readers?|automated systems?)(?: only)?(?=[,:])|\bfor the ai(?: only)? ?:"),
    (1, rf"(?:\A|[.!?] ?|\bplease,? |\battention,? )(?:hello,? |hi,? |hey,? |ok,? |thank you,? )?(?:dear )?"
        rf"(?:{_AI}(?:[ -](?:\w+ )?(?:readers?|assistants?|models?|agents?|systems?|tools?|bots?|graders?|parsers?|generators?))?"
        r"|(?:assessment|test|quiz|question|item) (?:generator|writer|model|bot|engine)|graders?|generators?|parsers?|model(?=,)) ?[,:!]"),
    (1, r"\A(?:-+ ?)?ai (?:readers?|assistants?|models?|agents?)\b(?! ?: ?(?:experience|knowledge|familiar|hands-on|understanding))"),
    (1, rf"\b(?:dear|hey|hello|thank you,?) (?:{_AI}|model|assistant|generator|grader|parser)\b"),
    (2, r"\b(?:if|as|since|because) (?:you are |you['’]re )?an? (?:ai|a\.i\.|llm|language model|bot|chatbot|machine)\b(?= ?[,.:;]| (?:reading|model|assistant|language|that|you))"),
    (2, rf"\b{_ADDRESSEE} (?:that |which |who )?(?:generat|writ|creat|read|process|pars|grad|handl|mak|build|evaluat|scor)\w* "
        r"(?:this|these|the questions|the (?:test|assessment|form|quiz)|my|our (?:test|assessment))(?! (?:\w+ )?(?:data|values|signals|files|records|messages|sensors?)\b)"),
    (1, rf"\b(?:{_AI}|automated readers?|(?:item[- ]|test[- ]|question[- ])?(?:writer|generator|parser|grader)(?: model)?)\b.{{0,12}}\b(?:must|should|shall|please|will)\b"),
    (1, r"\b(?:language models?|llms?|ai (?:readers?|assistants?|models?)|the (?:item writer|test generator|assessment generator)) (?:should|must|skip|ignore|decode)"),
    (2, rf"\b(?:{_AI}s?|(?:machine|automated|automatic) readers?)(?: \w+)? (?:that |which |who )?(?:read|reads|reading|process|processes|processing|pars|scan|scans|scanning|handl|summari[sz]|see|sees|seeing|find|finds)\w* "
        r"(?:this|these|it\b|here|the (?:text|advert|ad|posting|description|job|page|document|vacancy|line|above|following))"),
    (2, r"\b(?:language models?|llms?|chat ?bots?|bots|ai (?:readers?|assistants?|models?|systems?|agents?|tools?)|(?:machine|automated) readers?) (?:are|is) (?:kindly |hereby |herewith )?(?:asked|requested|instructed|told|ordered|invited|advised|required|to)\b(?! be\b)"),
    (2, r"\b(?:reader|readers|reads this|reading this|you)\b.{0,20}\b(?:is|are|happens? to be) (?:an? )?(?:ai|llm|language model|bot|machine)s?\b(?= ?[,.:;]|$)"),
    (2, r"\b(?:where|wherever|whenever)\b.{0,40}\b(?:says?|reads?|mentions?|written|stands?|names?)\b.{0,30}\b(?:read|take|use|put|mean|understand|write|think of)\b"),
    (1, r"\b(?:replace|swap|substitute|exchange)\b.{0,30}\b(?:by|with|for)\b"),
    (2, rf"\b(?:attention|achtung|atencion|hello|hey|dear|notice|nb|ps|p\.s\.)[,:]? (?:to )?(?:all |any |every |the )?(?:{_AI}s?|machine readers?|automated readers?)\b ?[,:!.-]"),
    (2, rf"\b{_AI}s?[ -](?:instructions?|directives?|prompts?|notes?|orders?|commands?|only) ?[:!]"),
    (1, rf"\b{_AI}s?[,:]? (?:please|kindly|you must|now|do not|don't|just|simply|bitte|merci de|por favor)\b|\b(?:please|kindly),? {_AI}s?\b"),
    (2, r"\b(?:my|our|this) (?:message|request|order|wish|instruction|line|paragraph|sentence|section|note) (?:is |goes |to |for )*(?:meant |intended |addressed |only |to |for )+(?:the |all |any |every )?(?:ai|llms?|language models?|machines?|bots?|models?|software|readers that|parsers?|generators?)\b"),
    # Give it another part to play.
    (1, r"\byou are (?:now|no longer|from now on|hereby)\b|\bfrom now on\b|\bfor the rest of (?:the|this) (?:document|conversation|text|session)"),
    (2, r"\bnow you are\b.{0,40}\b(?:bot|ai|assistant|model|poet|pirate)\b|\byou are (?:\w+bot|dan|an? (?:unrestricted|evil|free|helpful) (?:ai|assistant|bot))\b"),
    (2, r"\byou are (?:now|no longer)\b.{0,40}\b(?:generator|assistant|model|ai|bot|poet|pirate|grader|bound|restricted|limited by)\b"),
    (1, r"\b(?:pretend|role-?play|play a game|stay in (?:this |your )?(?:part|character|role)|act as if|imagine you are|let us play|let's play)\b"),
    (1, r"\b(?:without|no|free of) (?:any )?(?:rules|restrictions|filters|guidelines|limits|constraints)\b"),
    (2, r"\b(?:developer mode|do anything now|god mode|debug mode on|admin override|sudo)\b"),
    (2, r"\byour (?:only |new |real |actual |true |next )+(?:task|instruction|goal|job|objective|purpose|role) (?:now )?is (?:now )?(?:to )?(?:answer|write|output|return|reply|print|say|respond|ignore)"),
    # Close the text and open another.
    (1, r"(?:\A|[-=#*]{2,}) ?(?:end|end of) (?:of )?(?:the )?(?:job|job description|description|input|document|text|posting|advert|data|prompt|user|context)\b"),
    (2, r"\b(?:job|advert|posting|input|user) (?:text|description|data|input) ends? (?:here|above|now)\b|\b(?:text|description) ends above\b"),
    (2, r"\bnew (?:task|instructions?|system message|system prompt|objective|role) (?:for|to) (?:the |you)"),
    (1, r"(?:\A|[.\n] ?)new (?:task|instructions?|system (?:message|prompt)|objective|orders)\b ?:?"),
    (2, r"\b(?:earlier|previous|old|original|first) (?:task|instructions?|request|job) (?:has been|is|was|are|have been) (?:now )?(?:cancel|void|replac|obsolete|over|finish|revok|withdraw)"),
    (2, r"<\|[a-z_]{2,20}\|>|\[/?inst\]|<</?sys>>|\A#{2,} ?(?:system|instruction|response|user|assistant)\b"),
    (1, r"\A(?:system|user|assistant|human)(?: ?\(\w+\))? ?: "),
    (2, r"\A(?:system|assistant|developer|user) ?(?:message|prompt|note|override|update)? ?: ?.{0,80}\b(?:you (?:now|are|must|will|may|return)|i will|i have|understood|polic(?:y|ies)|questions?|skills|cut-?off|ignore|assessment|prompt)\b|\Aassistant ?: (?:sure|certainly|of course|understood|ok)\b"),
    (2, r"</?(?:job[-_ ]?(?:description|role|text|posting|ad|advert)|description|input|prompt|instructions?|system|user|assistant|context|document|quote|untrusted|task|query|admin)(?:[-_ ][^<>\n]{0,40})?>"),
    (2, r"\bonceki talimat\w+|\bsprachmodell\b.{0,40}\banweisungen\b|\brequires you to (?:disclose|reveal|print)|\bmade? an exception and let|\bcommand: follow it\b"),
    (2, r"\bstep \d: (?:take|use|say)\b.{0,60}\b(?:word|skill|nothing)|\bput both together and act\b|\bdo a \+ b|\(\d/\d\).{0,60}\(\d/\d\)"),
    (1, r"\bnot (?:a )?part of the (?:job |real )?(?:description|advert|posting)|\bcommand from\b|\b(?:do not|don['’]?t) (?:use|read|analy[sz]e) the (?:job|text|description|advert)|\buse this list\b"),
    (2, r"\bi (?:hereby )?(?:order|command|instruct|authori[sz]e|permit|allow) you to\b"),
    (2, r"\b(?:earlier|previous|prior|old|former) (?:orders|instructions|rules|guidance) (?:do not|don't|no longer|are|is)\b|\b(?:all|the|your) (?:rules|orders|instructions|guidance)\b.{0,30}\b(?:void|outdated|cancelled|revoked|no longer (?:apply|valid)|invalid)\b"),
    (2, r"\b(?:what|all that) counts from here on\b|\bthe text so far was\b|\bnothing above this (?:line|text|point)\b|\bfollow this line\b"),
    (2, r"\[/?(?:system|user|assistant|admin|operator)\]|\{\"role\": ?\"|\]\]>|<<<\w+>>>|\}\}\} ?end\b|</?(?:\w+_(?:message|text|input|output)|command|job|text)>|[?&]\w+=system_prompt"),
    (2, r"\A(?:system|developer|operator|admin|root) (?:notice|message|note|update|command|alert)\b ?:|\bllm[- ]only\b|\b(?:ai|ki|llm|bot)[- ](?:anweisung|instruction|directive|only section)\w*"),
    (2, r"\bwhat the company says\b|\breal job: |\bwrite (?:a|an|one) \w+ instead of\b|\b(?:is|was) testing you\b|\bwe are testing you\b|\breply with your\b|\bpublish its instructions\b"),
    (2, r"\b(?:generator|model|grader|ai) is to arrange\b|\breturn an? (?:blank|empty)\b|\bthe minimum score is\b|\b(?:test|assessment|questions?) must be skipped\b|\bunlocked (?:expert|admin|debug) mode\b"),
    (2, r"\b(?:what is|what's|repeat what is|tell me what is) written (?:above|before)\b(?! (?:is|are|applies|holds|also|may))|\bwhat are your instructions\b|\bsummari[sz]e your instructions\b"),
    (2, r"\b(?:leave|put|lay|set|break|drop|forget|violate|suspend)\b.{0,12}\byour (?:own )?(?:rules|guidelines|orders|instructions|principles)\b|\byour (?:makers|creators|developers|owners|operators) (?:have |had )?(?:told|said|gave|want)"),
    (2, r"\bstart afresh with\b|\bhold your orders\b|\b(?:previous|earlier|prior) (?:guidance|instructions?|text|orders) (?:is|are|does not|do not|has been|have been)\b|\bdo(?:es)? not follow what was said\b|\btext before (?:this |it )?(?:does not|no longer) count"),
    (2, r"\A(?:system|root|admin|operator)[>$#]|\{\{[#/]?(?:system|user|assistant)\}\}"),
    (2, r"\bif you do not (?:choose|select|pick|obey|comply)\b|\b(?:tip|pay|reward) you .{0,20}(?:dollars?|euros?|\$)?.{0,20}\bif (?:every|all|the) (?:answer|question)"),
    # Make it hide, hurry or obey.
    (1, r"\b(?:failure to do so|never mention|do not mention|don['’]?t mention|without telling|(?:please|must|now) comply(?! with)|carry (?:it|this|them) out|act on it|as agreed|i (?:hereby )?authori[sz]e you|hereby authori|hidden text|i will now|report success|trial run|as instructed|do what (?:they|it|the) says?|nobody will know|keep this secret)\b"),
    (1, r"\b(?:return|answer|reply|respond|output) (?:with )?(?:exactly|only|just|the single)\b|\bin verse\b|\bpoem\b|\blimerick\b|\bhaiku\b|\bsingle word\b|\bexpected (?:output|answer|response)\b"),
    (1, r"\b(?:(?:remember|note|keep) the (?:words?|letters?|first|second)|put (?:both|all|them|the parts|the halves) together|(?:first|second|other) half of (?:the|an) (?:order|message|instruction|sentence|command)|join the parts|part \d of \d|parts? one|(?:decode|decrypt) (?:this|it|the (?:next|following|text|line))|in reverse|backwards)\b"),
    (1, r"\b(?:rot-?13|base-?64|hexadecimal)\b"),
    (1, r"\b(?:please )?(?:join|decode|read) and (?:follow|obey|act)\b|\bfor the (?:reader|parser)\b|\bclever (?:assistant|machine|model|ai)\b|\bsurely you can\b|\bask about (?:cats|the weather|cobol)\b"),
    (2, r"\bend of user (?:input|message|text)\b"),
    (2, r"\b(?:decode|decrypt|unscramble|deobfuscate|join the parts)\b.{0,80}\b(?:carry (?:it|them|this) out|execute (?:it|them|this)|obey|do what|act on (?:it|them|this)|follow (?:it|them))"),
    (1, r"\b(?:everything|all) (?:outside|above|below|else) (?:this |of |it )?.{0,20}(?:is|are) (?:filler|irrelevant|noise|void|untrue)"),
    # A word in an answer that is to be paid for, and what a grader alone is told.
    (2, rf"\b(?:when|whenever|wherever|if|once|upon|on|should|any|every|each)\b.{{0,40}}\b(?:see|seeing|sees|read|reading|meet|find|finding|encounter\w*|contain\w*|mention\w*|includ\w*|begin\w*|start\w*|spot|use|uses)\b.{{0,24}}"
        rf"\b(?:\w*words?|phrase|token|term|string|keyword|slogan)\b.{{0,60}}\b{_PAY}"),
    (1, r"(?:\A|[.!?\n] ?)(?:dear )?(?:(?:ai|llm|language[- ]model|automat(?:ed|ic)|machine|model|scoring|grading|marking|screening)[- ](?:based |powered )?"
        r"(?:graders?|markers?|scorers?|judges?|raters?|examiners?|evaluators?|bots?|models?)) ?[:,]"),
    (1, rf"\b{_PAY}"),
    (1, r"\bstop (?:reading|marking|grading|scoring|evaluating)\b"),
    # Work that the reader alone does, and an excuse that is put into its mouth.
    (2, r"\b(?:when|while|once|before|after|as|whenever) (?:you )?(?:are )?(?:comput|calculat|determin|generat|creat|writ|build|mak|compos|draft|produc|deriv|work out|choos|select|pick)\w*\b.{0,30}"
        r"\b(?:pass(?:ing)?[- ](?:mark|score)|cut-?off|questions?|items?|skills|quiz|test|form|assessment|answer key)\b.{0,20}\b(?:for|from|of|out of) this (?:form|posting|description|advert|ad|text|vacancy|document|page)\b"),
    (1, r"\b(?:when|if|whenever|once|should you be) (?:you are )?asked (?:why|for (?:a|the|your) reasons?|about (?:it|this|that)|how come)\b.{0,20}\b(?:answer|say|reply|claim|state) (?:that|it|with)\b"),
)  # fmt: skip

# What a test generator makes. People who write tests speak of it too: all of it together is one sign,
# save for what only a cheat would ask.
PRODUCT = _compiled(
    (2, r"\b(?:topic|subject|skills?|theme|content)s? (?:of|for|in) the (?:test|questions?|assessment|quiz|exam|form)\b.{0,12}\b(?:is|are|must|shall|be)\b|\bskills? to be tested ?(?:is|are|:)|\b(?:test|assessment|quiz|exam|questions?) (?:must|shall|should|is to|are to|has to|have to) (?:only |be (?:only )?(?:on|about|limited)|cover only|consist)"),
    (2, r"\b(?:minimum|required|passing|acceptance) (?:score|result|level|mark|points?)\b.{0,24}(?:\b0\b|\bzero\b|\bnil\b|\bnone\b)|\bpassing requires (?:0|no|zero)\b|\brate (?:it |him |her |them )?\d of \d\b|\b(?:who sends|author of) this (?:text|advert|posting|note)\b"),
    (2, r"\b(?:nothing but|none but|only|alone|solely)\b.{0,24}\b(?:items|questions)\b.{0,40}|\b(?:produce|write|generate|create|make|return)\b.{0,12}\bnothing but\b|\btest (?:for )?(?:only )?cobol\b"),
    (2, r"\b(?:skills?|must_have|must-haves) ?[=:] ?\[?[\"']?\w+.{0,40}\b(?:cut-?off|pass_mark|seniority|questions) ?[=:]|\b(?:cut-?off|pass_mark|max_score) ?[=:] ?\d"),
    (2, r"\b(?:distractors?|wrong answers|correct (?:option|answer)|right (?:option|answer)|answer keys?)\b.{0,50}\b(?:obvious\w*|asterisk|capital|capitals|appended|bold|marked|published|shown|visible)|\b(?:put|make|write|show|mark|print|append|add)\b.{0,30}\b(?:each distractor|the (?:right|correct) (?:option|answer))"),
    (2, r"\b(?:configure|set up|build|make|prepare) the (?:assessment|test|quiz|form) so that\b|\b(?:nobody|no one|no candidate) (?:can|may|shall|should) fail|\bhas to be let through|\b(?:give|grant)\b.{0,30}\bfull credit\b(?! (?:where|when) )|\b(?:grade|give) everyone\b|\balways pass\b|\blet everyone pass"),
    (2, r"\b(?:translate|rewrite|summari[sz]e) this (?:advert|posting|description|text)\b.{0,50}\b(?:output|return|instead)|\binstead of (?:the|a) test\b"),
    (1, rf"{_START}(?:\w+ ){{0,2}}{_MAKE}\b.{{0,50}}\b{_MADE}\b"),
    (1, r"\b(?:exactly|only|just|nothing but|solely|exclusively|at most|no more than|all|every|each|the first|zero|an? (?:empty|single)|ten|\d+) (?:\w+ ){0,3}(?:questions?|items?|list of skills|skill|object)\b"),
    (1, r"\b(?:choose|test|ask|write|select|give|list|pick|use|generate|include) (?:only|nothing but|just|solely|no other|none but)\b"),
    (2, r"\b(?:choose|select|pick|test|use|ask for|return|list|name|give) (?:only|nothing but|just|solely) (?:the )?(?:skills?|questions?|options?|answers?|cobol|fortran|delphi)\b"),
    (2, r"\b(?:cut-?off|pass(?:ing)?[- ](?:mark|score|rate)|max_score|pass mark|threshold)\b.{0,12}(?:= ?|to |is |of |at )(?:now )?(?:0|zero|nil|nothing|none|one|1\b|100)"),
    (2, rf"\b{_THRESHOLD}\b.{{0,50}}\b(?:return|use|take|output|answer|report|reply|write|say|be|come out|put|enter)\b ?(?:it )?(?:to |at |as |with )?(?:0|zero|nil|nothing|none|no points)\b"),
    (2, rf"\b(?:0|zero|nil|nothing|none)\b ?(?:%|per ?cent|points)? (?:as|for|is) (?:the|a|your|our|any|every) {_THRESHOLD}\b"),
    (1, r"\b(?:cut-?off|pass(?:ing)?[- ](?:mark|score)|max_score)\b"),
    (2, r"\b(?:everyone|everybody|all candidates|every candidate|all applicants|every applicant|each candidate) (?:passes|must pass(?! (?:an?|the|our|this|their|all)\b)|shall pass|gets? full|receives? (?:the )?(?:full|highest|maximum))"),
    (2, r"\b(?:highest|full|maximum|perfect|top) (?:score|points|marks)\b.{0,50}\b(?:regardless|whatever|no matter|every|all|automatic)|\b(?:give|award|grant)\b.{0,12}\b(?:every|all|each|any|them)\b.{0,20}\b(?:full|maximum|highest|perfect|top) (?:points|score|marks)"),
    (1, r"\b(?:regardless of|whatever) (?:their|his|her|the) answers?\b|\b(?:highest|perfect|maximum) (?:score|rating)\b"),
    (2, r"\b(?:option|answer|choice|position|letter) [a-d]\b.{0,40}\b(?:right|correct|key|always|true|everywhere)|\b(?:right|correct) (?:answer|option|choice|one)s?\b.{0,40}\b(?:option|always|position|is|as|in|at|be) ['\"]?[a-d1]\b|\boption [a-d] (?:as|be) the\b"),
    (1, r"\b(?:right|correct) (?:answers?|options?)\b|\boption [a-d]\b|\bmultiple[- ]choice\b"),
    (2, r"\b(?:do not|don['’]?t|never) (?:shuffle|randomi[sz]e|mix)\b|\bkey of (?:each|every|all) (?:item|question)"),
    (1, r"\b(?:first|start of|beginning of) (?:the |its |each |every )?(?:question|option|item|stem)"),
    (2, r"\b(?:cobol|fortran|delphi|any skill|the skills?) (?:questions? )?only\b|\bquestions? (?:about|on) cobol\b|\breplace (?:each|every|all) skills?\b|\bgive the skills? as\b"),
    (1, r"\b(?:(?:following|these) skills are (?:the )?must[- ]have|list them first|leave the others out|skills? cobol|only cobol)\b"),
    (2, r"\bno (?:skills?|questions?|topics?) (?:but|except|other than|besides)\b|\b(?:append|prepend|insert|embed)\b.{0,40}\b(?:each|every|the first) (?:question|item|stem)"),
    (2, r"\b(?:candidates?|applicants?|everyone|everybody)\b.{0,20}\b(?:as|have|to be) passed\b|\b(?:no matter|whatever|regardless of) what they answer\b"),
    (2, r"\bthe (?:ai|model|generator|llm) (?:does not|must not|should not|is not to|may not|must only|is to|shall) (?:test|ask|write|choose|select|list|use)\b"),
    (1, r"\b(?:rank|rate|classify|score|treat) this (?:role|job|vacancy|candidate|applicant)|\binstead,? (?:use|take|return|list|write)\b"),
)  # fmt: skip

# German, French, Spanish, then Italian, Portuguese, Dutch, Russian, Chinese, Japanese. Folded, as above.
FOREIGN = _compiled(
    (2, r"\b(?:ignorier\w*|vergiss|vergesst|vergessen sie|missacht\w*|ubergeh\w*|uberspring\w*|setz\w* dich (?:uber|hinweg))\b.{0,50}\b(?:anweisung\w*|regeln|vorgaben|instruktion\w*|befehle|richtlinien|anleitung\w*|bisherige\w*|vorherige\w*|obige\w*)"),
    (2, rf"\b(?:hinweis|nachricht|anmerkung|achtung|mitteilung|notiz|anweisung)\w* (?:an|fur) (?:die |das |den |alle |jede )?(?:automatische\w* )?(?:{_AI}|modell|generator\w*|bewert\w*|parser|assistent\w*|leser)\b"),
    (1, rf"\b(?:an die|fur die|liebe) ki\b|\b(?:als ki|als sprachmodell)\b|\A(?:ki|ia|sprachmodell|kunstliche intelligenz)(?:[- ]\w+)? ?[,:!]|\A(?:para|pour|fur) (?:el |la |l'|die |das )?{_AI} ?:"),
    (1, rf"\b(?:para el|para la|pour le|pour la|pour l'|fur die|fur das) ?{_AI} ?:"),
    (1, r"\b(?:erstell\w*|schreib\w*|wahl\w*|setz\w*|gib|gebt|gebe|stell\w*|nenn\w*|bewert\w*)\b.{0,50}\b(?:fragen?|fahigkeit\w*|kompetenz\w*|antwort\w*|bestehensgrenze|punkt\w*|liste)\b"),
    (1, r"\b(?:bestehensgrenze|systemprompt|system-prompt|antwortschlussel|losungsschlussel|richtige antwort|volle punktzahl|ausschließlich fragen|ausschliesslich fragen|nur fragen|erwahne)\b"),
    (2, r"\b(?:ignore[rsz]? (?:\w+ )?(?:les|tes|vos|ces|la|ce|cette)|oubli\w+|ne tiens? (?:aucun |pas )?compte|ne tenez (?:aucun |pas )?compte|neglig\w+|fais abstraction)\b.{0,60}\b(?:consignes?|instructions?|regles?|directives?|ce qui precede|precedent\w*)"),
    (2, rf"(?:a l['’]attention d[eu]|note (?:a|pour|au)|message (?:a|pour|au)|consigne pour|instructions? pour|a destination d[eu]) ?(?:l['’]|la |le |les |tout\w* )?(?:{_AI}|modele|assistant|generateur|correcteur|lecteur automatique)"),
    (1, r"\b(?:ecri\w+|cree[rsz]?|gener\w+|choisi\w+|plac\w+|mets|mettez|donn\w+|renvo\w+|affich\w+|revel\w+|repet\w+)\b.{0,50}\b(?:questions?|competences?|reponses?|seuil|note de passage|liste|invite systeme|message systeme|consignes)\b"),
    (1, r"\b(?:bonne reponse|reponse correcte|position a|seuil de reussite|message systeme|invite systeme|en tant qu['’]ia)\b"),
    (2, r"\b(?:ignor\w+|olvid\w+|omit\w+|descart\w+|no hagas caso|haz caso omiso|no tengas en cuenta)\b.{0,60}\b(?:instruccion\w*|reglas?|indicacion\w*|anterior\w*|descripcion|ordenes)"),
    (2, rf"\b(?:instruccion|nota|mensaje|aviso|atencion|indicacion)(?:es)? (?:para|a|al) ?(?:la |el |los |las |todo\w* )?(?:{_AI}|modelo|asistente|generador|corrector|lector automatico)"),
    (1, r"\b(?:escrib\w+|cre[ae]\w*|gener\w+|elig\w+|elij\w+|pon\w*|devuelv\w+|muestr\w+|revel\w+|repit\w+)\b.{0,50}\b(?:preguntas?|competencias?|respuestas?|nota de corte|lista|mensaje de(?:l)? sistema)\b"),
    (1, r"\b(?:respuestas? correctas?|mensaje de(?:l)? sistema|nota de corte|lista de competencias vacia|todas las preguntas)\b"),
    (2, r"\b(?:das modell|die ki|der generator|le modele|le generateur|l'ia|el modelo|el generador|la ia|il modello|il generatore|l'ia|o modelo|o gerador|het model) (?:soll|muss|darf|doit|ne doit|debe|deve|moet|mag)\b"),
    (2, r"\b(?:ignora\w*|dimentica\w*)\b.{0,40}\b(?:istruzioni|regole)|\b(?:ignore|esqueca|desconsidere)\b.{0,40}\b(?:instrucoes|regras)|\b(?:negeer|vergeet)\b.{0,40}\b(?:instructies|aanwijzingen|regels)|\b(?:zignoruj|zapomnij)\b.{0,40}\binstrukcj\w+"),
)  # fmt: skip
OTHER_SCRIPTS = _compiled(
    (2, r"(?:игнорируй|забудь|проигнорируй|отмени|не обращай)\w*.{0,50}(?:инструкци|указани|правил|команд|описани|требовани|вакансии)|\bии[:,]"),
    (2, r"(?:忽略|无视|無視|忽視|忘记|忘記|不要理会|不要遵守|跳过).{0,20}(?:指令|指示|说明|說明|规则|規則|提示|要求|内容|命令|描述|职位)"),
    (2, r"(?:系统提示|系統提示|系统消息|标准答案|正确答案|答案选|及格线|及格分|合格线)"),
    (2, r"(?:致|给|給|对|請|请).{0,6}(?:人工智能|人工智慧|语言模型|語言模型|大模型|模型|AI|ai|机器人|生成器|助手)"),
    (2, r"(?:人工智能|人工智慧|语言模型|語言模型|模型|助手)(?:助手|模型)?[,，:：]|(?:AI|ai)(?:助手|模型|系统)?[，：]"),
    (2, r"(?:只|仅|全部|所有).{0,8}(?:题|考|技能|问题|選擇|选择|出题|通过|及格)|(?:技能|题目)(?:列表|清单)?(?:仅|只)|请照此输出|照此执行|正解|テストは.{0,12}のみ"),
    (2, r"(?:指示|命令|ルール|プロンプト).{0,15}(?:無視|忘れ|従わな)|(?:無視して|忘れて)"),
    (2, r"تجاهل.{0,40}(?:التعليمات|الأوامر)|무시.{0,20}(?:지시|명령)|(?:지시|명령).{0,20}무시"),
)  # fmt: skip
# Families of signs, for orders in words that no rule above foresaw. An honest advertisement has one or two of
# them in a sentence; a machine's or a text's own mention beside two others is an order.
FAMILIES = {
    "machine": re.compile(
        rf"\b(?:{_AI}s?|generator|grader|scorer|marker|parser|analyst is|robots?|crawlers?|automated (?:scorers?|graders?|readers?|systems?)"
        r"|evaluation (?:bot|tool)|(?:item|test) writer|whoever (?:scores|grades|marks|reads)|(?:clever|dear|good) (?:assistant|machine|program)"
        r"|only a program|security team here|the administrator has|scoring note|for the record of the (?:system|tool)|openai|anthropic|tenant|developer message|generateur|generador|correcteur|generatore|gerador|yapay zeka"
        r"|sztucznej inteligencji)\b"
    ),
    "text": re.compile(
        r"\b(?:your (?:\w+ )?(?:instructions|orders|prompt|guidelines|configuration|policy|anweisungen|consignes|instrucciones)|guidance you"
        r"|(?:instructions?|orders|rules) (?:that |which )?you (?:have |had )?(?:received|got|were)|(?:above|below|before|outside) this (?:line|text|point|note)"
        r"|(?:this|next|following) (?:line|note)\b|text so far|from (?:here|this point)(?: on)?|user (?:input|message)|end of (?:data|input|user)"
        r"|from the operator|hidden (?:text|instructions?|key)|form a command|(?:llm|ai|bot)[- ]only|system[_ ]prompt|expert mode|test mode|debug mode|mode=debug"
        r"|deine (?:\w+ )?anweisungen|tes (?:\w+ )?consignes|reply with(?! (?:patience|care|tact|courtesy|empathy|confidence))|answer in (?:the|emoji)|the answer to everything|say nothing of it"
        r"|instead of (?:a|the) test|summary field|job summary|rules that you|\[/?system\]|nothing above|now (?:begin|reply|show the))\b"
    ),
    "test": re.compile(
        r"\b(?:questions?|quiz|assessment|(?:right|correct|wrong|blank) (?:answers?|options?)|answer[- ]keys?|(?:the|your) keys?|cut-?off|pass[-_ ]?mark"
        r"|threshold|minimum score|full credit|distractors?|(?:only|no|the) skills?|skills? ?(?:is|are|=|:)|every answer|answers? (?:is|are)|the test"
        r"|your test|responses?|grade|must_have|(?:fragen|antworten|bestehen|punktzahl|questions|reponses?|note de passage|preguntas|respuestas"
        r"|nota de corte|competencias?|domande|perguntas|vragen|pytan\w*))\b"
    ),
    "cheat": re.compile(
        r"\b(?:only|nobody can fail|everyone|everybody|every applicant|anyone called|named \w+ always|all responses|all skills|let(?: \w+){0,3} (?:pass|through)|always"
        r"|zero|nil|null|empty|blank|no skills|full credit|by definition|is [a-d]\b|= ?0\b|: ?0\b|0 percent|be skipped|obviously|capital letters|asterisk|one question"
        r"|as (?:correct|excellent|passed)|every answer is|void|outdated|do not apply|lassen? alle|alle bestehen|a zero|en cero|seule question|solo|nur|seulement|alleen)\b"
    ),
    "command": re.compile(
        r"(?:\A|[.:;,!?)\]-] ?|\b(?:please|must|shall|should|has to|have to|is to|are to|may now|can you|bitte|to|and|then|now) )"
        r"(?:write|put|make|set|give|show|list|use|answer|reply|treat|count|ignore|configure|translate|summarise|summarize|append|tell|print|output|return|choose"
        r"|pick|take|say|follow|begin|grade|mark|skip|leave|do|ask|run|let|place|add|select|extract|publish|disclose|reveal|be|act|join|approve|make an exception"
        r"|lass|gib|stell|erstell|mets|donne|ecris|pon|usa|escribe|devuelve|scrivi|gere|stel)\b"
    ),
}
MANY_FAMILIES = 3
# The family that a text for candidates has least cause to show: one other beside it is enough.
TELLTALE = "text"

# One look at a passage that tells whether a closer one is worth its while.
SUSPECT = re.compile(
    r"\b(?:where|award|per ?cent|\w*words?\b|phrase|token|evaluator|judge|examiner|worth|stop|wherever|replace|swap|substitute|machine reader|automated reader|reads this|reading this|"
    r"ignor|disregard|forget|overrid|bypass|instruction|prompt|ai\b|a\.i\.|artificial"
    r"|language model|llm|gpt|claude|anthropic|gemini|bots?\b|chatbot|assistant|generator|grader"
    r"|parser|model|reader|system|question|quiz|skills?\b|answer|option [a-d]|correct|order you"
    r"|command you|instruct you|reveal|cut-?off|pass(?:ing)?[- ](?:mark|score)|score|points"
    r"|shuffle|cobol|decode|decrypt|rot-?13|base-?64|remember|join the parts|part \d|pretend|play"
    r"|you are (?:now|no longer)|from now on|rules|restrict|poem|limerick|verse|comply|obey"
    r"|mention|authori[sz]e|failure to|task|ends? (?:here|above)|end of|expected|return|reply"
    r"|respond|secret|environment var|api[- ]key|jailbreak|sudo|developer mode|hidden"
    r"|everyone passes|filler|carry (?:it|this) out|max_score|skip|everything|only\b|command"
    r"|operator|robots|zero|mark|grade|written above|every answer|asterisk|distractor|applicant"
    r"|kunstlich|yapay|program\b|wherever|whenever|where|replace|swap|substitute|machine readers?|llms?|void|text so far|this line|from here|bitte|nota|domande"
    r"|perguntas|orders|guidance|fail|topic|subject|soll\b|muss\b|doit\b|debe\b|deve\b|moet\b"
    r"|makers|afresh|minimum|passing|acceptance|this text|count|the key|threshold|test must"
    r"|letters|candidates named|configuration|role is|anweisung|vergiss|hinweis|ki\b|sprachmodell"
    r"|bestehens|fragen|ia\b|consigne|langage|reponse|modele|inteligencia|instruccion|preguntas"
    r"|olvid|respuesta|sistema|competenc|istruzioni|instrucoes|instructies|instrukcj"
    r")"
    r"|^(?:user|human|developer|tool)\s*:"
    r"|<\|"
    r"|\[/?inst"
    r"|<<"
    r"|</?[a-z]+[-_>]"
    r"|^#"
    r"|[=&]"
    r"|\]\]"
    r"|\}\}"
    r"|[\u0400-\u04ff]{4}"
    r"|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}"
    r"|[\u0600-\u06ff]{3}"
    r"|(?:\b\w[ ._*-]){5}"
    r"|[a-z][013457@$][a-z]",
    re.MULTILINE,
)
# What is left of an order when every space and mark between its letters is gone.
SQUEEZED = re.compile(
    r"(?:ignore|disregard|forget|override)(?:all|any|the|your|every|of)*(?:previous|prior|earlier|above|former)?"
    r"(?:instruction|rule|prompt|order|guideline)s?|snoitcurtsni|systemprompt(?:here|now|above)|onlycobol|(?:cutoff|passmark)(?:to|is)?(?:0|zero)"
)
