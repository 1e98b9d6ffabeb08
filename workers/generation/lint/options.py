"""Rules on the options: whether they are there, short enough, and differ."""

import re
from collections.abc import Sequence

from workers.generation.lint import numbers
from workers.generation.lint.lexicon import listed
from workers.generation.lint.looked import Looked
from workers.generation.lint.prose import word_stem
from workers.generation.lint.synonyms import EQUALS, PHRASES

FEWEST_OPTIONS = 4
LONGEST_STEM, LONGEST_OPTION = 2_000, 500
PUNCTUATION = re.compile(r"[^\w'’%$€£+*/=<>#½²³^°&|@~−-]+|(?<=[a-z])-(?=[a-z])|(?<=\d),(?=\d{3})")
WRITING = re.compile(
    r"\b(?:commas?|punctuat|hyphen|apostroph|spel[lt]|capital|writ|enter|proof|type[sd]?\b|format|forms?\b|sentence|syntax|symbols?"
    r"|identifiers?|keywords?|methods?|functions?|commands?|variables?|passwords?|plural|possessive|letters?|case-)",
    re.IGNORECASE,
)
PASSIVE = re.compile(r"(?P<object>.+?) (?:is|are|was|were|gets?) (?P<verb>\w+) by (?P<agent>.+)")
ARTICLES = listed("a an the its their")
POSSESSED = re.compile(r"\b(?:your|his|her|our|my|their|one's) ")
POSSESSIVE = re.compile(r"['’]s?(?= )")
RELATIVE = re.compile(
    r"(?P<thing>.+?) (?:that|which|who) (?:is|are|was|were|has been|have been) (?P<what>\w+)"
)
# "The motor of the pump" is the pump motor; with two of them it is not known what belongs to what.
BELONGING = re.compile(r"(?P<thing>.+?) (?:of|by) (?P<whose>(?:(?!of |by ).)+)")
# Bolts for fixing it are bolts to fix it, and bolts needed for that.
NOMINAL = re.compile(r"(?<=\w{3})(?:ing|ment)$|(?<=\w{4})(?:ation|ions?|ates?|e)$")
ADVERB = re.compile(r"\w+ly|often|again|twice|first")
CHANGES = re.compile(r"\b(?:receives?|gets?|becomes?|turns?) (?=\w+(?:er|ed|en)\b)")
AIM = re.compile(r"\b(?:to (?P<verb>\w{3,})|for (?P<gerund>\w{2,}ing))\b")
COUNTED = re.compile(r"(?P<many>number .+) (?:is|are) (?P<what>\w+)")
SPELLING = re.compile(
    r"\bspel[lt]|\bbritish\b|\bamerica|\bgramma|\bpunctuat|\btense\b|\bwording", re.IGNORECASE
)
# The letters of "VAT", and words that begin with them.
INITIALS = re.compile(r"\b[A-Z]{2,5}\b")
WORD_OR_SLASH = re.compile(r"[a-z]{3}|/|%")
LETTER = re.compile(r"[^\W_]")
# "18 years or older" is at least 18 years, and "from 5 to 10" is 5 to 10.
OR_MORE = re.compile(r"(?P<many>\w+(?: \w+)?) or (?:more|older|longer|higher|later|above|over)\b")
OR_LESS = re.compile(r"(?P<many>\w+(?: \w+)?) or (?:less|fewer|younger|shorter|lower|earlier|below|under)\b")
RANGE = re.compile(r"\b(?:from|between) (?P<low>\w+) (?:to|and|until) (?P<high>\w+)")
DASH = re.compile(r"(?<=\d) ?[-–] ?(?=\d)")
ORDER = re.compile(
    r"\b(?:order|sequence|steps?|first|next|chain|path|route|pipeline|prints?)\b", re.IGNORECASE
)
FEWEST_WORDS, MOST_TURNED = 4, 5
RELATIVES, BELONGINGS = listed("that which who"), listed("of by")
BE_OR_HAVE = listed("is are was were be been being has have had")


def missing_option(looked: Looked) -> str:
    """A key and three distractors are the form's measure."""
    whole = len(looked.options) >= FEWEST_OPTIONS and all(option.strip() for option in looked.options)
    return "" if whole else "an option is missing"


def too_long(looked: Looked) -> str:
    """Reading must not be what is tested."""
    long = len(looked.stem) > LONGEST_STEM or any(len(option) > LONGEST_OPTION for option in looked.options)
    return "it is too long to read" if long else ""


def same_options(looked: Looked) -> str:
    """Two options that say the same can't both be wrong for a reason of their own."""
    same = _twice(looked, exactly=False)
    if same and (SPELLING.search(looked.stem) or _by_the_letter(looked)):
        same = _twice(looked, exactly=True)
    return "two options are the same" if same else ""


def _by_the_letter(looked: Looked) -> bool:
    """Whether the writing is what is asked for, so that a comma or a capital letter counts."""
    letters = ["".join(filter(str.isalnum, option.casefold())) for option in looked.options]
    return _twofold(letters) and WRITING.search(looked.stem) is not None


def _twice(looked: Looked, exactly: bool) -> bool:
    pairs = [pair for pair in zip(looked.options, looked.plain, strict=True) if pair[0].strip()]
    # What a program prints is compared by the letter, and so is code.
    fewest = 1 if looked.code is None else FEWEST_WORDS
    prose = [
        not exactly and len(plain.split()) >= fewest and LETTER.search(plain) is not None
        for _, plain in pairs
    ]
    said = [_said(option, not free) for (option, _), free in zip(pairs, prose, strict=True)]
    if _twofold(said) or _turned(said):
        return True
    free = [text for text, is_prose in zip(said, prose, strict=True) if is_prose]
    if exactly or looked.code is not None:
        return False
    if _measured_alike(looked.options) or _twofold([_bare(text) for text in free]) or _reordered(free):
        return True
    if _twofold(_deeds(free)) or (not ORDER.search(looked.stem) and _turned_round(free)):
        return True
    return any(map(INITIALS.fullmatch, looked.options)) and _spelt_out(looked.options)


def _turned_round(said: Sequence[str]) -> bool:
    """Whether one option begins with what another ends with: "members only" and "only members"."""
    rows = [text.split() for text in said]
    wordy = [row for row in rows if all(len(word) > 1 and word.isalpha() for word in row)]
    # A boathouse is no houseboat.
    wordy = [row for row in wordy if MOST_TURNED >= len(row) > 2 or "only" in (*row[:1], *row[-1:])]
    # A row that is turned so far that its least word leads is the same for all of its turns.
    turns = [min(tuple(row[at:] + row[:at]) for at in range(len(row))) for row in wordy]
    return len(set(turns)) < len(turns)


def _deeds(said: Sequence[str]) -> list[str]:
    """The options with what is done before what it is done to: "hand washing" as wash hand.

    An adverb goes to the end, for "by often checking it" is by checking it often.
    """
    turned = any(text.endswith("ing") for text in said)
    found = []
    for text in said:
        words = POSSESSED.sub("", text).split()
        adverbs = sorted(word for word in words if ADVERB.fullmatch(word))
        words = [word for word in words if not ADVERB.fullmatch(word)]
        if len(words) > 1:
            # "Repair of the roof" is repairing the roof, and deployment is to deploy.
            words = [NOMINAL.sub("", word) for word in words if word != "of"]
        if turned and len(words) == 2:
            words = sorted(word.removesuffix("s") for word in words)
        found.append(" ".join(words + adverbs))
    return found


def _spelt_out(options: Sequence[str]) -> bool:
    """Whether one option is the initials of another: RAM and random access memory."""
    words = [option.replace("-", " ").split() for option in options]
    initials = {"".join(word[0] for word in row).upper() for row in words if len(row) > 1}
    return not initials.isdisjoint(options)


def _twofold(texts: Sequence[str]) -> bool:
    return len(set(texts)) < len(texts)


def _reordered(said: list[str]) -> bool:
    """Whether salt and pepper meet pepper and salt, or a lifejacket a life jacket."""
    pairs = [frozenset(option.split(" and ")) for option in said if " and " in option]
    closed: dict[str, int] = {}
    for option in said:
        spaces = closed.setdefault(option.replace(" ", ""), option.count(" "))
        if spaces != option.count(" ") and option.replace(" ", "").isalpha():
            return True
    return len(set(pairs)) < len(pairs)


def _measured_alike(options: Sequence[str]) -> bool:
    """Whether an hour meets 60 minutes; 10 Mb and 10 MB differ in their case alone, and are not alike."""
    texts: dict[tuple[str, float], str] = {}
    for option in options:
        amount = numbers.quantity(option)
        if amount is None:
            continue
        text = option.strip(" .`").casefold()
        other = texts.setdefault(amount, text)
        # 1 and 1.0 differ in what they say of themselves; a half and 50 % do not.
        if other != text and (amount[0] or WORD_OR_SLASH.search(text + other) or not text.isascii()):
            return True
    return False


def _said(option: str, exactly: bool) -> str:
    """The option as it is compared: prose without its case and punctuation, code by the letter."""
    text = " ".join(option.replace("`", "").split())
    if exactly:
        return text
    bare = text
    if not text.replace(" ", "").isalpha():
        bare = PUNCTUATION.sub(" ", DASH.sub(" to ", text.replace(" percent", "%")))
    # Most words are small already, and have no other of the same sense.
    words = [
        word if word.islower() and word not in EQUALS else EQUALS.get(word.casefold()) or _small(word)
        for at, word in enumerate(bare.split())
        if (word if at else word.casefold()) not in ARTICLES or word == bare
    ]
    said = f" {' '.join(words)} "
    # What is put for a phrase may begin another one: "one time a day" is once a day, which is daily.
    for row in (words, None):
        for word in said.split() if row is None else row:
            for phrase, same in PHRASES.get(word, ()):
                said = said.replace(phrase, same)
    return said.strip()


def _bare(said: str) -> str:
    """The words without articles, and "the motor of the pump" or "the pump's motor" as pump motor."""
    if " or " in said:
        said = OR_LESS.sub(r"at most \g<many>", OR_MORE.sub(r"at least \g<many>", said))
    said = RANGE.sub(r"\g<low> to \g<high>", said)
    said = CHANGES.sub("is ", said)
    if " are " in said or " is " in said:
        said = COUNTED.sub(r"\g<many> \g<what>", said)
    if "to " in said or "for " in said:
        said = AIM.sub(lambda match: f"to {word_stem(match['verb'] or match['gerund'])}", said)
    words = POSSESSIVE.sub("", said).removeprefix("to ").split()
    text = " ".join(words)
    if not RELATIVES.isdisjoint(words):
        match = RELATIVE.fullmatch(text)
        return f"{match['what']} {match['thing']}" if match else text
    if BELONGINGS.isdisjoint(words) or not BE_OR_HAVE.isdisjoint(words):
        return text
    match = BELONGING.fullmatch(text)
    return f"{match['whose']} {match['thing']}" if match else text


def _small(word: str) -> str:
    """The word in small letters, unless its case may be what tells it apart: Mb, mA, pH."""
    return word.casefold() if word.istitle() or len(word) > 3 else word


def _turned(said: list[str]) -> bool:
    """Whether one option says in the passive what another says in the active."""
    passives = (PASSIVE.fullmatch(option) for option in said if " by " in option)
    for match in filter(None, passives):
        start, end = f"{match['agent']} {match['verb'][:2]}", f" {match['object']}"
        if any(other.startswith(start) and other.endswith(end) for other in said):
            return True
    return False
