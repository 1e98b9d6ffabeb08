"""Grammar that tells the key: an article, a verb's form or a number that it alone fits."""

import re

from workers.generation.lint.lexicon import listed
from workers.generation.lint.looked import Looked

FITS = "the key alone fits the stem's grammar"
UNLIKE = "the key's form is unlike the distractors'"
END = r"\s*(?:[.:…_\s]|-{2,})*$"
ARTICLE_END = re.compile(rf"(\ban?|^An?){END}")
VERB_END = re.compile(
    r"\b(?:to|can|must|should|will|would|does|did|may)"
    rf"(?: (?:first|then|also|always|now|never|not|best|next))?{END}",
    re.IGNORECASE,
)
NOUN_END = re.compile(
    rf"\b(?:by|of|for|from|with|through|without|is called|are called|the|an?){END}", re.IGNORECASE
)
# By sound: "a user", "an hour", "an HTML page".
VOWEL = re.compile(
    r"(?!u(?:ni(?!n|m)|s[eu]|til|biq)|eu|one\b|once\b)[aeiou]|8|11\b|18\b|hour|hono|heir", re.IGNORECASE
)
ACRONYM = re.compile(r"[A-Z]{2,5}\b")
# "Which of the following tools are ...?", but not "under which heading are they named?".
SEVERAL_ASKED = re.compile(
    r"\b(?:which|what|who|name|give)\s+(?:(?:are|were|is) )?(?:the )?(?:\w+ )?(?:two|three|four|several)\b"
    r"|\b(?:which|what|who)\s+(?:(?!(?:is|was|has|does|that|who|when|if|do)\b)\w+\s+){0,5}?(?:are|were|have)\b"
    r"(?! (?:they|these|those|you|we|the)\b)|\b(?:what|which|who) (?:are|were) the\b",
    re.IGNORECASE,
)
COUNTED = re.compile(
    r"\b(?:which|what|who|name|give)\s+(?:(?:are|were|is) )?(?:the )?(?:two|three|four)\b", re.IGNORECASE
)
QUANTITY_ASKED = re.compile(
    r"\b(?:how (?:many|much|often|long|old|far|high|large|tall|deep|heavy|fast|wide|hot)"
    r"|(?:what|which) (?:percentage|year|share|temperature|age|amount|proportion))\b",
    re.IGNORECASE,
)
COUNT = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand"
    r"|half|quarter|once|twice|no|none|zero|an?|hour\w*|day\w*|daily|week\w*|month\w*|year\w*|all|every|until|as)\b",
    re.IGNORECASE,
)
SEVERAL_END = re.compile(rf"\b(?:are|were)(?: called| known as| named)?(?: the)?{END}")
ONE_END = re.compile(rf"\b(?:is|was)(?: called| known as| named)?{END}")
THE_END = re.compile(rf"\b(?:the|an?){END}")
CALLED_END = re.compile(rf"\b(?:called|named|known as){END}")
# "Which parts of a plant take up water?" asks for several; "which part takes up water?" for one.
KIND_ASKED = re.compile(r"\bwhich (?P<kind>\w+)(?: (?P<next>\w+))?", re.IGNORECASE)
NO_PLURAL = ("ss", "us", "is", "'s")
JOINED = re.compile(r"\band\b| & |, |\bboth\b", re.IGNORECASE)
IRREGULAR = listed(
    """
    children people men women workmen salesmen policemen feet teeth mice geese lice oxen cattle police data
    bacteria criteria phenomena strata fungi media atria ova septa vertebrae alveoli nuclei stimuli bronchi
    larvae algae antennae formulae indices vertices matrices crises hypotheses syntheses radii foci calculi
    """
)
PREPOSITION = re.compile(r"\b(?:of|in|for|that|which|with|from|to|by|on|at)\b")
OPENINGS = {
    "article": frozenset(("a", "an", "the")),
    "to": frozenset(("to",)),
    "by": frozenset(("by",)),
    "reason": frozenset(("because", "since")),
    "clause": frozenset(("it", "they", "he", "she", "you", "we", "there")),
}
WHERE_OR_WHEN = re.compile(r"\b(where|when)\b", re.IGNORECASE)
# "How should it be placed?" is answered by "at an angle", not by "the window".
HOW = re.compile(r"\bhow (?:is|are|was|were|do|does|did|can|should|must|may|will)\b", re.IGNORECASE)
WHO = re.compile(r"\bwho (?:(?:is|are|was|has|have|may|must|should|can|will) )?\w+", re.IGNORECASE)
# "What do brokers do?" is answered by a verb.
DOING = re.compile(r"\bwhat (?:do|does|did|should|must|can|may|will)\b.*\bdo\b", re.IGNORECASE)
MANNERS = listed("by with at in on through via using without under from as")
PLACES = listed(
    "in on at under over behind beside between below above near inside outside within into to from next"
)
TIMES = listed("at on in after before when during once while by as until within every each if immediately")
# Words that a noun phrase or a clause begins with, and no verb.
NO_VERBS = listed(
    "a an the its their this that these those it they he she we to by in on at of for with from as because"
)
OPEN_END = re.compile(
    r"\b(?:a|an|the|of|by|for|with|from|to|in|on|at|than|is|are|was|were|called|and|or|can|must|should|will|would"
    r"|may|as|into|between|has|have|be|been|except|EXCEPT)$"
)
BY_DATE = re.compile(r"\s*[Bb]y (?:\d|[A-Z])")
FIRST = re.compile(r"\s*([^\W\d_]+)")
GERUND = re.compile(r"[A-Za-z]{2,}ing\s")
NO_GERUND = listed(
    """
    string thing nothing something anything everything king ring spring during being bring sing swing fling
    cling sting wing
    """
)
# "Position the patient" is a verb; "position of the patient" is none.
NOMINAL = re.compile(
    r"(?:the )?\w{4,}(?:(?:tion|sion|ance|ence)s? (?:of|in|for|from|with)|(?:ness|ity)|ments? of)\b",
    re.IGNORECASE,
)
# What a reader hears at once in three options and misses in the fourth.
LED = frozenset(("to", "by", "reason"))
HEARD = LED | {"gerund"}
GAP_SIGNS = ("__", "..", "…", "[", "(", "---")
GAP = re.compile(r"\s(?:_{2,}|\.{3,}|…|\[[^\]]*\]|\([^\w()]*\)|-{3,})")
LAST = 24
ABBREVIATED = re.compile(r"\.\w+\.$|\b(?:etc|Inc|Ltd|Co|No|St)\.$")
MARKS = (".", "?", "!")


def grammatical_cue(looked: Looked) -> str:
    """A key that alone fits the stem's article, number or verb is chosen by ear."""
    if not looked.right.strip() or not looked.distractors:
        return ""
    if _number(looked) or _quantity(looked) or _place_or_time(looked) or _asked_apart(looked):
        return FITS
    # A question is complete, unless it has a gap.
    asks = looked.stem.rstrip().endswith("?") and not GAP.search(looked.stem)
    if not asks and (_article(looked) or _completion(looked) or _verbs(looked)):
        return FITS
    return UNLIKE if _opening_apart(looked) or _mark_apart(looked) else ""


def _article(looked: Looked) -> bool:
    """Whether the stem's last "a" or "an" rules a distractor out."""
    match = ARTICLE_END.search(_end(looked))
    if match is None:
        return False
    needed = match[1].casefold() == "an"
    # "Is called a" goes on neither with "a crane" nor with "cranes", if it goes on with "lathe".
    doubled = _opening(looked.right) != "article" and not _several(looked.right)
    unfit = [
        _vowel(option) is (not needed)
        or (doubled and (_opening(option) == "article" or _plural(_last(option))))
        for option in looked.distractors
    ]
    return _vowel(looked.right) is needed and any(unfit)


def _last(option: str) -> str:
    """The last word of the option's head: "tools" of "tools for wood"."""
    return (PREPOSITION.split(option.strip(" ."))[0].split() or [""])[-1]


def _end(looked: Looked) -> str:
    """The last words of the stem, or those before its gap."""
    stem = looked.stem.rstrip()
    gap = GAP.search(stem) if any(mark in stem[:-1] for mark in GAP_SIGNS) else None
    return stem[: gap.start()][-LAST:] if gap else stem[-LAST:]


def _vowel(option: str) -> bool | None:
    """Whether the option begins with the sound of a vowel; None for letters that are spelt or said."""
    text = option.strip("`'\" ")
    if ACRONYM.match(text):
        return None
    return VOWEL.match(text) is not None


def _completion(looked: Looked) -> bool:
    """Whether the options complete the stem, and a distractor can't where the key can."""
    stem = _end(looked)
    if VERB_END.search(stem):
        unfit = frozenset(("article", "gerund", "to", "reason", "clause", "nominal"))
    elif CALLED_END.search(stem) and looked.right.split(" ", 1)[0].endswith("ing"):
        return all(_opening(option) == "article" for option in looked.distractors)
    elif THE_END.search(stem):
        unfit = frozenset(("to", "reason", "clause", "article"))
    elif NOUN_END.search(stem):
        unfit = frozenset(("to", "reason", "clause"))
    elif ONE_END.search(stem):
        unfit = frozenset(("reason", "clause"))
    else:
        return _form_apart(looked)
    if NOUN_END.search(stem) and _opening(looked.right) == "gerund":
        return sum(_opening(option) == "gerund" for option in looked.distractors) < 2
    return _opening(looked.right) not in unfit and any(
        _opening(option) in unfit for option in looked.distractors
    )


def _form_apart(looked: Looked) -> bool:
    """Whether the key goes on with a participle or a verb in -ing, and the distractors alike with neither."""
    forms = {_form(option) for option in looked.distractors}
    key = _form(looked.right)
    return "" not in forms and key not in forms and (key == "participle" or (key != "" and len(forms) == 1))


def _form(option: str) -> str:
    first = _first(option)
    if len(first) > 4 and first.endswith("ed"):
        return "participle"
    return _opening(option) if _opening(option) in ("gerund", "article", "to", "clause") else ""


def _number(looked: Looked) -> bool:
    """Whether several things are asked for and the key alone names several, or one and it alone names one."""
    end = _end(looked)
    one = ONE_END.search(end) is not None
    if not one and not _asks_several(looked.question) and not SEVERAL_END.search(end):
        return False
    several = [_several(option) for option in looked.distractors]
    if one or not _several(looked.right):
        return one and not _several(looked.right) and all(several)
    # The sentence that ends in "are", and who asks for two, has no use for one.
    strict = COUNTED.search(looked.question) or not looked.question.endswith("?")
    return not all(several) if strict else not any(several)


def _asks_several(question: str) -> bool:
    """Whether it is asked for two things, as in "which parts of a plant take up water?"."""
    if SEVERAL_ASKED.search(question):
        return True
    match = KIND_ASKED.search(question)
    return match is not None and _plural(match["kind"]) and not (match["next"] or "").endswith("s")


def _plural(word: str) -> bool:
    return (len(word) > 3 and word.endswith("s") and not word.endswith(NO_PLURAL)) or word in IRREGULAR


def _several(option: str) -> bool:
    head = PREPOSITION.split(option.strip(" ."))[0].strip()
    plural = head.endswith("s") and not head.endswith(NO_PLURAL)
    plural = plural or _last(option).casefold() in IRREGULAR
    return plural or JOINED.search(option) is not None


def _quantity(looked: Looked) -> bool:
    """Whether a number is asked for and the key alone gives one."""
    if not QUANTITY_ASKED.search(looked.question):
        return False
    return _counts(looked.right) and not any(_counts(option) for option in looked.distractors)


def _counts(option: str) -> bool:
    return COUNT.search(option) is not None


def _place_or_time(looked: Looked) -> bool:
    """Whether "where" or "when" is asked and the key alone begins like an answer to it."""
    match = WHERE_OR_WHEN.search(looked.question)
    if match is None:
        return False
    fitting = PLACES if match[1].casefold() == "where" else TIMES
    return _first(looked.right) in fitting and not any(
        _first(option) in fitting for option in looked.distractors
    )


def _asked_apart(looked: Looked) -> bool:
    """Whether it is asked who or how, or what is done, and the key's first word alone fits an answer."""
    question, kinds = looked.question, [_opening(option) for option in looked.distractors]
    places = [_first(option) in MANNERS | PLACES | TIMES for option in looked.distractors]
    key = _first(looked.right)
    if DOING.search(question):
        return _opening(looked.right) in ("clause", "to") and set(kinds) <= {"article", "nominal"}
    if HOW.search(question):
        return key in MANNERS and set(kinds) == {"article"}
    return WHO.match(question) is not None and key not in MANNERS | PLACES | TIMES and all(places)


def _verbs(looked: Looked) -> bool:
    """Whether the options go on with a verb, and the key's alone is singular or alone is plural."""
    if looked.stem.rstrip().endswith(("?", ".", ":")) or looked.code is not None:
        return False
    firsts = [_first(option) for option in looked.options]
    # "The employer" goes on with "provides rails", and not with "to train" or "a helmet".
    kinds = {_opening(option) for option in looked.distractors}
    if firsts[looked.key or 0].endswith("s") and kinds <= {"to", "gerund", "article"} and len(kinds) > 1:
        return True
    if not all(map(str.isalpha, firsts)) or any(first in NO_VERBS for first in firsts):
        return False
    singular = [first.endswith("s") for first in firsts]
    key = singular[looked.key or 0]
    return (
        singular.count(key) == 1
        and len(singular) > 2
        and not any(map(OPEN_END.search, [looked.stem.rstrip()]))
    )


def _first(option: str) -> str:
    return option.strip().split(" ", 1)[0].casefold()


def _opening_apart(looked: Looked) -> bool:
    """Whether the key begins like no distractor, where what they begin with is heard."""
    openings = {_opening(option) for option in looked.plain_distractors}
    key = _opening(looked.plain_right)
    alone = key in LED and key not in openings and all(looked.plain_distractors)
    return (
        alone or (len(openings) == 1 and openings <= HEARD and key not in openings) or _one_excluded(looked)
    )


def _one_excluded(looked: Looked) -> bool:
    """Whether one distractor alone begins unlike the rest, all of which begin with "to" or "by"."""
    openings = [_opening(option) for option in looked.plain_distractors]
    key = _opening(looked.plain_right)
    return key in LED and len(openings) > 2 and openings.count(key) == len(openings) - 1


def _opening(option: str) -> str:
    """The kind of word that the option begins with; empty for a kind that tells nothing."""
    match = FIRST.match(option)
    first = match[1].casefold() if match else ""
    if first == "by" and BY_DATE.match(option):
        return ""
    for kind, words in OPENINGS.items():
        if first in words:
            return kind
    if GERUND.match(option.strip()) and first not in NO_GERUND:
        return "gerund"
    return "nominal" if NOMINAL.match(option.strip()) else ""


def _mark_apart(looked: Looked) -> bool:
    """Whether the key alone ends, or alone does not end, like a sentence."""
    marks = {_stops(option) for option in looked.distractors}
    return bool(looked.plain_right) and all(looked.plain_distractors) and _stops(looked.right) not in marks


def _stops(option: str) -> bool:
    text = option.rstrip()
    return text.endswith(MARKS) and ABBREVIATED.search(text) is None
