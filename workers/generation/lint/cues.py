"""Rules on words and lengths that tell the key, or a distractor, to who does not know the answer."""

import re
from collections.abc import Sequence

from workers.generation.lint import lexicon, prose
from workers.generation.lint.lexicon import in_order
from workers.generation.lint.looked import Looked
from workers.generation.lint.phrases import Phrases, met, phrases

# What differs by less is chance: of four sound options one is the longest.
LONGER, LONGER_BY = 1.3, 12
FEWEST_WORDS = 6
ABSOLUTE = phrases(
    """
    always, never, absolutely, completely, entirely, totally, impossible, forever, for ever, invariably
    undoubtedly, inevitably, exclusively, solely, guarantees, guaranteed, unfailingly, infallible/infallibly
    strictly, utterly, certainly, definitely, unconditionally, everywhere, nowhere, whatsoever
    no matter what/how/when/who/where, by no means, without fail, whatever happens, without any/a/- doubt
    without any/- exception/exceptions, ever again, once and for all, each and every, any and all
    under no/any/all circumstance/circumstances/condition/conditions
    in all/every/each/any/no case/cases/situation/situations/way, in every respect
    on no account, at no time/point, at all times/costs, all the time, every single/time
    at any price/cost/time
    hundred/# percent sure/certain/safe/safety/secure/security/effective/reliable/accurate/correct/protection
    every/any/all possible/conceivable/imaginable, of every/any/all kind/kinds/sort/sorts/type/types
    every/any/all kind/kinds/sort/sorts/type/types of
    nobody/nothing/none ever/anywhere, no one ever/anywhere, nobody/nothing/none at all, nobody/nothing * ever
    everyone/everybody/everything always/ever/must, nothing can/could/will
    works/suitable/true/fits/good for everyone/everybody
    the only way/thing/reason/method/factor/possibility/solution, perfectly safe/secure/accurate, zero risk
    sole cause/reason
    cannot possibly, can t possibly, nothing but
    fully replace/replaces/protect/protects/prevent/prevents/eliminate/eliminates/safe/secure/immune
    perpetually, eternally, universally, unquestionably, undeniably, indisputably, foolproof, flawlessly
    every last, not ever, no risk at, in no respect, ensures/ensure that/- no, never ever
    """
)
# What cures, solves or prevents all there is: "it cures any illness".
MENDING = in_order(
    "cure solve remove prevent fix detect kill eliminate destroy avoid heal resolve catch block protect"
)
MENDS = [*(f"{verb}s" for verb in MENDING), "fixes", "catches"]
TOTAL = phrases(f"{'/'.join([*MENDING, *MENDS])} from/against/- all/any/every")
VAGUE = phrases(
    """
    usually, sometimes, often, frequently, occasionally, generally, rarely, seldom, typically, mostly
    probably, possibly, perhaps, maybe, presumably, commonly, somewhat, largely, relatively, potentially
    fairly, quite, reasonably, reasonable, regularly, may, might, arguably, apparently, ordinarily
    normally *, rather *, hardly ever/any, as needed/appropriate/necessary, as a rule, more or less
    in some/most/many/certain/several case/cases/situations/circumstances/instances, in a few cases/instances
    and so on, etc, it/that depends, from time to time, most/some/much of the time, every so often
    once in a while, now and then/again, at times, to some extent/degree, to a certain/- extent/degree
    by and large, depending on the situation/case/circumstances, tends to, is/are likely/apt/prone to
    could well/possibly, under some/certain conditions/circumstances
    almost/nearly always, it varies, on occasion/occasions, more often than not, mainly, not very often
    for the most part, a number of, a lot, lots of, roughly *
    to a large/great/lesser/greater/limited/small extent/degree, if/where/when/as appropriate
    every now and then/again, in one way or another, as the case may be, will/would/very/most likely
    moderately, to varying degrees, not usually/always/often
    some people/users/customers/patients/experts/employees/companies
    an adequate/appropriate/average amount/number
    some/most/much/many/a lot/a few/a bit/a little of it/them, a fair part/portion/share
    a moderate/considerable/fair/certain/good/reasonable/suitable/decent amount/number/degree/deal/share/while
    """
)
MONTHS = frozenset(
    in_order("january february march april june july august september october november december")
)
# "Less often" compares, "rather than" excludes, and May is a month.
# Nearly always is no always.
NOT_ABSOLUTE = phrases(
    "almost/nearly/not/hardly/virtually always/never/impossible/completely/everywhere/entirely"
)
NOT_VAGUE = phrases(
    """
    less/more/how/as/too/most/very/so often, rather than, may not/only, may #, # may
    in/by/of/since/until/from/to/on may, normally open/closed/distributed
    """
)
UNIVERSAL = re.compile(r"\s*(every|everyone|everybody|nobody|no one|only|all)(?: [\w'-]+){3}", re.IGNORECASE)
SHARES = re.compile(
    r"\b(?:all|every\w*|each|only|no|none|nobody|nothing|alone|any|how many|follows?|conclusions?|share"
    r"|part)\b",
    re.IGNORECASE,
)
# Where it is asked what is allowed, or others say "shall", "may" says just that.
PERMISSION = re.compile(
    r"\b(?:allow|permit|permission|rules?\b|entitle|may\b|forbid|right to)", re.IGNORECASE
)
DUTIES = frozenset(("shall", "must", "cannot", "required"))
COMMON = frozenset(map(prose.word_stem, lexicon.COMMON))
TELLING = 5
BENT = (
    ("ib", "ipt"),
    ("eiv", "ept"),
    ("uc", "uct"),
    ("am", "amat"),
    ("ov", "ot"),
    ("olv", "olut"),
    ("vert", "vers"),
)
LONGEST_TERM = 4


def longest_key(looked: Looked) -> str:
    """Writers qualify what they know to be right, and readers know that they do."""
    lengths = [len(option) for option in looked.distractors]
    if not lengths or not looked.plain_right:
        return ""
    # What a program prints is as long as it is.
    if looked.code is not None and len(looked.right.split()) < FEWEST_WORDS:
        return ""
    key, longest = len(looked.right), max(lengths)
    far = key >= LONGER * longest and key - longest >= LONGER_BY
    return "the key is by far the longest option: shorten it, or say as much in the others" if far else ""


def absolute_term(looked: Looked) -> str:
    """What is said to hold always is seldom the key."""
    found = _said(ABSOLUTE, looked, "an absolute term gives an option away", NOT_ABSOLUTE)
    return found or _total(looked) or _universal(looked)


def _total(looked: Looked) -> str:
    """A distractor that does away with all there is, where the key and the question tell of no share."""
    rows = [words for at, words in enumerate(looked.spoken) if at != looked.key]
    term = next((row for words in rows for _, row in met(TOTAL, words)), None)
    if term is None or looked.code is not None or SHARES.search(f"{looked.right} {looked.question}"):
        return ""
    return f'a distractor says "{" ".join(term)}": an absolute term gives it away'


def _universal(looked: Looked) -> str:
    """A distractor that begins with all or none, where the key and the question tell of no share."""
    match = next(filter(None, map(UNIVERSAL.match, looked.plain_distractors)), None)
    if match is None or looked.code is not None or SHARES.search(f"{looked.right} {looked.question}"):
        return ""
    return f'a distractor says "{match[1].casefold()}": an absolute term gives it away'


def vague_term(looked: Looked) -> str:
    """What is said to hold sometimes is true of nearly everything."""
    found = _said(VAGUE, looked, "a vague term can't be judged", NOT_VAGUE)
    return found and _not_of_the_case(found, looked)


def _not_of_the_case(found: str, looked: Looked) -> str:
    """The finding, unless the stem says the term of itself: "the buyer means to judge the bids fairly"."""
    return "" if found.split('"')[1] in looked.stem.casefold() else found


def _said(terms: Phrases, looked: Looked, why: str, exempt: Phrases) -> str:
    # Always and Never are values where they stand alone beside code.
    coded = looked.code is not None or "" in looked.plain
    said = {"" if coded and len(words) < 2 else _term(terms, words, exempt) for words in looked.spoken}
    # What every option says tells them apart no more.
    if len(said) < 2:
        return ""
    if "may" in said and _may_is_meant(looked):
        said.remove("may")
    return f'an option says "{max(said)}": {why}' if any(said) else ""


def _may_is_meant(looked: Looked) -> bool:
    """Whether "may" says what is allowed, or is a month among others."""
    others = DUTIES | MONTHS
    return PERMISSION.search(looked.stem) is not None or any(map(others.intersection, looked.spoken))


def _term(terms: Phrases, words: Sequence[str], exempted: Phrases) -> str:
    """The first of the terms in the words of an option, or nothing."""
    found = list(met(terms, words))
    exempt = {at + more for at, row in met(exempted, words) for more in range(len(row))} if found else set()
    return next((" ".join(row) for at, row in found if at not in exempt), "")


def word_repeat(looked: Looked) -> str:
    """A word of the question that comes back in the key alone is a clang that leads to it.

    Of a case, whose words come back of themselves, a word counts only where no distractor has any.
    """
    others = " ".join(looked.distractors).casefold()
    # The words of a term are short too: "disk encryption".
    least = TELLING - (len(looked.right.split()) <= LONGEST_TERM)
    key = _telling(looked.right, least)
    alone = {stem: word for stem, word in key.items() if stem not in others}
    text = looked.stem.casefold()
    if not any(stem[:least] in text for stem in alone):
        return ""
    told = _telling(prose.uncoded(looked.stem), least)
    # Of a term, a word that every option has ("harvest cover", "fire cover") tells nothing.
    if least < TELLING:
        told = {stem: word for stem, word in told.items() if stem not in key or stem in alone}
    echoed = [stem for stem in told if stem in others]
    if not echoed:
        asked = told
    else:
        asked = {stem: word for stem, word in _telling(looked.question, least).items() if stem not in others}
    repeated = [word for stem, word in alone.items() if any(_akin(stem, other) for other in asked)]
    if not repeated and len(echoed) == 1:
        # A key that is a row of words of the case: "operating costs".
        row = [word for stem, word in alone.items() if any(_akin(stem, other) for other in told)]
        repeated = row if len(row) > 1 and prose.words(looked.right)[:2] == row[:2] else []
    return f'the key alone repeats "{repeated[0]}" from the stem' if repeated else ""


def _akin(one: str, other: str) -> bool:
    """Whether two word stems are of one word: "integr" and "integrat"."""
    short, long = sorted((one, other), key=len)
    if len(short) >= TELLING and long.startswith(short):
        return True
    # "Describe" and "description", "filter" and "filtration".
    return short == long or (len(short) >= TELLING - 1 and long[:-1] == short) or _bent(short, long)


def _bent(one: str, other: str) -> bool:
    """Whether the stems are those of a verb and its noun: "describ" and "descript"."""
    return any(one.endswith(verb) and other == one.removesuffix(verb) + noun for verb, noun in BENT)


def _telling(text: str, least: int) -> dict[str, str]:
    """The text's telling words of at least so many letters, by their stems."""
    found = {prose.word_stem(word): word for word in prose.words(text) if len(word) >= least}
    return {stem: word for stem, word in found.items() if stem not in COMMON}
