"""Reading a job advertisement: which passages ask for something, and which only speak of the employer."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Kind(Enum):
    """What a passage does. The value is how much a skill that is named there counts."""

    ASKED = 1.5
    MUST = 2.0
    NICE = 0.5
    EMPLOYER = 0.4
    DEGREE = 0.3
    OFFER = 0.0


@dataclass(frozen=True)
class Passage:
    """A stretch of the text, a sentence as a rule."""

    start: int
    end: int
    kind: Kind


def _phrases(*phrases: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(phrases) + r")(?!\w)", re.IGNORECASE)


NICE = _phrases(
    r"nice[- ]to[- ]haves?", r"good to have", r"preferred", r"preferabl[ey]",
    r"(?:is|are|be|as|considered) a (?:big |huge |strong |real |definite )?plus", r"a plus", r"pluses",
    r"bonus(?: points| if)", r"desir(?:able|ed)", r"advantag\w+", r"an advantage", r"optional(?:ly)?",
    r"ideally", r"(?:some |basic )?familiarity", r"beneficial", r"(?:is|are|very) welcome", r"useful",
    r"an asset", r"helpful", r"von vorteil", r"wünschenswert", r"idealerweise", r"gerne auch", r"un plus",
    r"un atout", r"souhaitée?s?", r"appréciée?s?", r"idéalement", r"deseables?", r"se valorará",
    r"valorable",
)  # fmt: skip
MUST = _phrases(
    r"must", r"required?", r"requirements?", r"essential", r"strong", r"expert\w*", r"proficien\w+",
    r"solid", r"deep", r"proven", r"extensive", r"mandatory", r"fluent in", r"zwingend", r"fundierte\w*",
    r"sehr gute", r"vorausgesetzt", r"indispensables?", r"exigée?s?", r"maîtrise", r"imprescindibles?",
    r"obligatori[oa]s?", r"sólid[oa]s?",
)  # fmt: skip
OFFER = _phrases(
    r"(?:benefits|perks):", r"we offer", r"we(?:'|’)ll offer", r"we will offer", r"what we offer",
    r"in return,? (?:we|you)", r"our benefits", r"benefits? (?:package|include)\w*", r"perks",
    r"equal[- ]opportunit\w+", r"equal employment", r"affirmative action", r"regardless of",
    r"without regard to", r"qualified applicants", r"reasonable accommodations?",
    r"accommodations? (?:for|to|during) (?:applicants|candidates|individuals|persons|people|the)",
    r"competitive (?:salary|pay|compensation|package|remuneration)", r"salary (?:range|of|between)",
    r"gender identity", r"sexual orientation",
    r"protected (?:by law|veterans?|characteristics?|class(?:es)?)", r"background checks?",
    r"work authori[sz]ation", r"visa sponsorship",
    r"(?:we|you) (?:celebrate|value|embrace|welcome) (?:diversity|applications|difference)",
    r"diverse and inclusive", r"inclusive (?:workplace|environment|culture|employer)",
    r"apply (?:now|today|online|here|by|via|through|with)", r"how to apply", r"to apply,?",
    r"send (?:us )?your (?:cv|resume|application)",
    r"personal data (?:in|of) (?:your|applicants|candidates)", r"wir bieten", r"nous offrons",
    r"nous vous offrons", r"ofrecemos", r"te ofrecemos", r"se ofrece",
)  # fmt: skip
# Each can be the work itself (in a hospital, an insurer, a payroll office); two in a sentence are an offer.
PERK = _phrases(
    r"dental", r"vision", r"health (?:insurance|care plan|cover)", r"medical (?:insurance|cover)?",
    r"life insurance", r"401\(?k\)?(?: match\w*)?", r"pension", r"retirement (?:plan|savings)",
    r"paid (?:time off|holidays?|vacation|leave)", r"pto", r"annual leave", r"vacation(?: days)?",
    r"parental leave", r"sick leave", r"stock options", r"equity", r"bonus(?:es)?",
    r"gym(?: membership)?", r"free (?:lunch|coffee|parking|meals)\w*", r"snacks", r"wellness",
    r"remote(?: work\w*)?", r"home office", r"flexible (?:hours|working|schedule)\w*", r"training budget",
    r"learning budget", r"discounts?", r"salary", r"relocation", r"company car",
    r"tuition(?: reimbursement)?", r"childcare", r"coaching", r"mentoring",
    r"career (?:growth|development)",
)  # fmt: skip
EMPLOYER = re.compile(
    r"\s*(?:[Ff]ounded|[Ee]stablished|[Hh]eadquartered|[Ss]ince \d{4}|[Aa]t [A-Z]\w+(?: [A-Z]\w+)?, we\b"
    r"|[Oo]ur (?:company|clients?|customers|mission|vision|products?|platform)\b"
    r"|(?:we|We|[A-Z][\w&.'’]*(?: [A-Z][\w&.'’]*){0,3})(?:['’]re| are| is) (?:an?|the|one of|among)\b"
    r"(?!.{0,60}\b(?:looking|hiring|seeking|searching|recruiting)\b))",
)
# From the degree's name on: its subjects, up to whatever is asked for besides.
DEGREE = re.compile(
    r"\b(?:degrees?|bachelor(?:['’]?s)?|master(?:['’]?s)? (?:degree|of|in)|b\.?\s?sc|m\.?\s?sc|b\.?eng"
    r"|m\.?eng|ph\.?\s?d|diploma|mba|doctorate|(?:under)?graduate|majors?|majoring|graduated|(?:hoch\w*)?studium"
    r"|abschluss|diplôme|licence|grado|licenciatura|titulación)\b"
    r"(?:(?!\b(?:with|plus|experience|knowledge|skills?|years?|proven|proficien\w+|familiar\w*|mit|avec|con)\b"
    r"|\d)[^.;!?\n]){0,160}",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|\n")

# What a heading over the employer's own matters is called, whole.
OFFER_HEADING = _phrases(
    r"(?:(?:our|your|the|company|employee|staff|key|main|additional|some of our|some)\b[\s,]*)*"
    r"(?:benefits|perks|compensation|salary|pay|rewards|remuneration|offer|package|diversity|values|culture"
    r"|mission|vision|accommodations?)"
    r"(?:\s*(?:and|&|,|/)\s*(?:our )?(?:benefits|perks|compensation|salary|pay|rewards|inclusion|equity"
    r"|culture|values|belonging|diversity|bonus))*"
    r"(?: (?:package|range|include|you get|you['’]ll get|statement|information|details|offered|at .{2,30}))?",
    r"(?:what|why|here['’]s what) we(?:['’]ll)? (?:can |will )?(?:offer|provide|give).{0,40}",
    r"what you(?:['’]ll| will)? (?:get|receive|enjoy|love).{0,40}",
    r"why (?:you(?:['’]ll| should| will)? )?(?:love|join|choose|work (?:with|for|at|here)|us).{0,40}",
    r"what['’]?s in it for you",
    r"(?:in return,? )?we offer(?: you)?",
    r"(?:about|meet) (?:us|our company|the (?:company|organi[sz]ation|employer|firm|hospital|school|business"
    r"|agency|clinic))",
    r"who we are",
    r"our (?:company|story|organi[sz]ation)",
    r"company (?:overview|description|profile|background)",
    r"(?:equal|eeo).{0,60}",
    r"how to apply",
    r"application (?:process|procedure|instructions)",
    r"to apply",
    r"apply now",
    r"next steps",
    r"(?:the )?(?:interview|hiring|recruitment) process",
    r"contact(?: us)?",
    r"disclaimer",
    r"privacy (?:notice|statement)",
    r"working (?:hours|conditions)",
    r"work environment",
    r"physical (?:demands|requirements)",
    r"location",
    r"hours",
    r"(?:was )?(?:wir bieten|bieten wir)(?: ihnen| dir)?",
    r"unser angebot",
    r"(?:wir )?über uns",
    r"(?:ihre|deine) vorteile",
    r"(?:ce que )?nous (?:vous )?(?:offrons|proposons)",
    r"avantages",
    r"à propos(?: de nous)?",
    r"qui sommes[- ]nous",
    r"(?:qué |que )?(?:te )?ofrecemos",
    r"beneficios",
    r"sobre nosotros",
    r"quiénes somos",
)
NICE_HEADING = _phrases("bonus", "plus", "additional skills", "extra credit")
MUST_HEADING = _phrases(
    "must", "requirements?", "required", "essentials?", "qualifications?", "skills?", "who you are",
    r"what you(?:['’]ll| will)? (?:need|bring|have)", "you (?:have|bring|need)",
    r"(?:your|ihr|dein|candidate) profil\w*", r"what we(?:['’]re| are)? (?:look|ask|expect)\w*",
    "anforderungen", "profil recherché", "requisitos", "perfil",
)  # fmt: skip
_MARKS = " \t#*_-–—•·:>="
_BULLET = re.compile(r"\s*(?:[-*•·–—+]|\d{1,2}[.)]|o\s)\s*")


# The seniority and the skills are read from one text, one after the other.
@lru_cache(maxsize=1)
def passages(text: str) -> tuple[Passage, ...]:
    """The text cut into passages, each with what it does. Every character is in exactly one."""
    found: list[Passage] = []
    section, filled, blank = Kind.ASKED, False, False
    start = 0
    for line in text.splitlines(keepends=True) or [""]:
        end = start + len(line)
        heading = _heading(line, blank or not found)
        if not line.strip():
            blank = True
        elif heading is not None:
            section, filled, blank = heading, False, False
        else:
            if blank and filled and section in (Kind.NICE, Kind.MUST) and not _BULLET.match(line):
                section = Kind.ASKED  # a new paragraph after a heading's list
            filled, blank = True, False
        found += _sentences(text, start, end, section)
        start = end
    return tuple(found)


def at(parts: Sequence[Passage], place: int) -> Passage:
    """The passage at that place."""
    return parts[bisect_right(parts, place, key=lambda part: part.start) - 1]


def degree_ends(text: str) -> dict[int, int]:
    """Where the text lists the subjects of degrees, which are no skills that it asks for: end by start."""
    return dict(match.span() for match in DEGREE.finditer(text))


def _heading(line: str, stands_apart: bool) -> Kind | None:
    """The kind of section that a heading opens; None for a line that is none.

    A heading ends with a colon, is marked as one, or is short and `stands_apart` after a blank line.
    """
    bare = line.strip(_MARKS + "\r\n")
    is_marked = line.rstrip().rstrip("*_").endswith(":") or line.lstrip().startswith(("#", "**"))
    longest = 9 if is_marked else 6
    if not bare or len(bare.split()) > longest or bare.endswith((".", "!", ",", ";")):
        return None
    if not is_marked and (not stands_apart or _BULLET.match(line)):
        return None
    bare = bare.rstrip("?")
    if OFFER_HEADING.fullmatch(bare):
        return Kind.OFFER
    if NICE.search(bare) or NICE_HEADING.search(bare):
        return Kind.NICE
    if MUST_HEADING.search(bare):
        return Kind.MUST
    return Kind.ASKED if is_marked or bare[0].isupper() else None


def _sentences(text: str, start: int, end: int, section: Kind) -> list[Passage]:
    found: list[Passage] = []
    while start < end:
        stop = SENTENCE_END.search(text, start, end)
        after = stop.end() if stop else end
        found.append(Passage(start, after, _kind(text[start:after], section)))
        start = after
    return found


def _kind(sentence: str, section: Kind) -> Kind:
    if section is Kind.OFFER or OFFER.search(sentence) or len(set(PERK.findall(sentence.casefold()))) > 1:
        return Kind.OFFER
    if NICE.search(sentence):
        return Kind.NICE
    if section is Kind.NICE:
        return section
    if EMPLOYER.match(sentence):
        return Kind.EMPLOYER
    return Kind.MUST if MUST.search(sentence) else section
