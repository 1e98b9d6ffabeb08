"""How senior a role is: by its title, else by the years that are asked for, else by the text's words."""

# ruff: noqa: E501 - a pattern is read as one line
import re

from workers.generation import advert
from workers.generation.advert import Kind
from workers.generation.text import lowered

SENIOR_TITLE = re.compile(
    r"\b(senior|sr|lead(?! generation)|principal|head (of|chef|nurse|teacher)|director|chief|vp"
    r"|vice president|staff (software|engineer|developer|scientist|designer|data|machine|product|site"
    r"|security|platform|backend|frontend)|architect|leit(er|erin|ung)|leitende[rn]?"
    r"|directeur|directrice|directora?|jef[ea])\b",
    re.IGNORECASE,
)
MIDDLE_TITLE = re.compile(r"\b(mid[- ]?(level|senior|weight)?|intermediate|medior)\b", re.IGNORECASE)
ENTRY_TITLE = re.compile(
    r"\b(junior|jr|entry[- ]level|graduate|intern(ship)?|trainee|apprentice|praktikant(in)?|azubi"
    r"|auszubildende[r]?|stagiaire|alternant[e]?|becari[oa]|aprendiz)\b",
    re.IGNORECASE,
)
# What is done by beginners as a rule, where neither the title nor the years say otherwise.
HELPING_TITLE = re.compile(
    r"\b(clerk|helper|operative|attendant|cashier|porter|receptionist|labourer|picker|packer|cleaner|crew member"
    r"|(care|teaching|classroom|shop|store|sales|kitchen|office|admin(istrative)?|nursery|library|finance|accounts"
    r"|marketing|healthcare|lab(oratory)?|warehouse|production|bar|catering|retail|dental) assistant"
    r"|(customer (service|support|care)|call centre|contact centre|front desk|help ?desk) (advis[eo]r|agent|assistant"
    r"|representative)|(aus)?hilfe|helfer(in)?|verkäufer(in)?|empfangs\w+|empfang|kassierer(in)?|lagerist(in)?"
    r"|hôtes?(se)?|caissi(er|ère)|vendeu(r|se)|agent d['’](accueil|entretien)|préparateur de commandes"
    r"|réceptionniste|recepcionista|cajer[oa]|dependient[ea]|moz[oa]|auxiliar|ayudante|operari[oa])\b",
    re.IGNORECASE,
)
# Another's title within this one: the assistant to a director is no director.
OF_ANOTHER = re.compile(
    r"\b(to|for|of) (the |our |a )?(\w+ )?(director|chief|vp|ceo|head)\b.*|\bassistant\b.*", re.IGNORECASE
)
PROFESSIONS = (
    "engineer|developer|analyst|manager|scientist|designer|consultant|specialist|accountant|nurse|architect"
    "|administrator"
)
SENIOR_TEXT = re.compile(
    rf"\b(senior[- ]level|(an?|our|as|the) (\w+ )?(senior|lead|principal|staff) (\w+ ){{0,3}}?({PROFESSIONS}))\b",
    re.IGNORECASE,
)
ENTRY_TEXT = re.compile(
    r"\b(entry[- ]level|no (prior |previous )?experience|(recent|new) graduates?|junior[- ]level"
    r"|(an?|our|as) (\w+ )?(junior|trainee|apprentice|intern)|internship|apprenticeship|early career"
    r"|(with or )?without (any )?experience|start of (your|a|their) career|first (proper |real )?job|school leavers?"
    r"|(first[- ]year|newly[- ](qualified|registered)) \w+ (are|is|may|can|welcome|considered)|career starters?|full training is (given|provided)"
    r"|(we|you)(['’]ll| will)? (train you|be (fully )?trained)|(suits?|suitable for|ideal for) an? (\w+ )?(graduate|beginner|starter|school leaver)"
    r"|berufseinsteiger\w*|berufsanfänger\w*|quereinsteiger\w*|(ohne|keine) (berufs)?erfahrung(?! (mit|in|als|im)\b)"
    r"|(werden|wirst|wir) .{0,30}(angelernt|arbeiten (sie|dich) ein|lernen (sie|dich) an)|débutante?s?"
    r"|première expérience|premier emploi|sans expérience|jeunes? diplômée?s?|primer empleo|sin experiencia"
    r"|recién (titulad|graduad)[oa]s?|no (se requiere|es necesaria|hace falta) experiencia(?! en| con)|primera experiencia)\b",
    re.IGNORECASE,
)
# Number words of the four languages, as far as careers go.
NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "one an ein eine einem einer un une uno", "two zwei deux dos couple", "three drei trois tres few einige",
            "four vier quatre cuatro", "five fünf cinq cinco", "six sechs seis", "seven sieben sept siete",
            "eight acht huit ocho", "nine neun neuf nueve", "ten zehn dix diez", "eleven elf onze once",
            "twelve zwölf douze doce",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
_NUMBER = r"(?:\d{1,2}|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + r")"
_UNIT = (
    r"(?:years?['’]?|yrs?|jahr(?:e[ns]?)?|ans?|année?s?|années|años?"
    r"|(?P<months>months?['’]?|monat(?:e[n]?)?|mois|mes(?:es)?))"
)
YEARS = re.compile(
    rf"\b(?P<least>{_NUMBER})\s*(?:\(\d{{1,2}}\)\s*)?(?:\+|[- ]plus|or more|o más|ou plus|oder mehr)?\s*"
    rf"(?:(?:-|–|to|or|and|bis|à|a|y|o|ou|und|et)\s*(?P<most>{_NUMBER})\s*)?\+?\s*"
    rf"(?:or more |of |full |whole |good |solid )*{_UNIT}(?!\w)",
)
AT_MOST = re.compile(
    r"\b(?:up to|under|less than|at most|no more than|bis zu|maximal|jusqu['’]à|moins de|hasta|menos de)"
    r"(?: \w+)?\s*\Z",
    re.IGNORECASE,
)
# An article is a number before a year of practice only: "a year's experience", but not "paid once a year".
A_YEAR = re.compile(
    r"\ba (?:full |good |whole )?year(?:['’]s)?(?= (?:or (?:more|longer|so|two)\b|(?:of )?(?:[\w-]+ ){0,2}experience|in an? (?:[\w-]+ )?(?:role|job|post|position|similar|comparable)\b))"
)
# Before years, the beginning of a range: "6 months to 2 years".
FROM_MONTHS = re.compile(
    rf"\b{_NUMBER} (?:months?|monaten?|mois|meses) (?:to|up to|and|bis|à|a|–|-) ?\Z", re.IGNORECASE
)
SENIOR_YEARS, MIDDLE_YEARS = 5, 2
MONTHS_A_YEAR = 12
# More years than a career is asked for are an employer's age; some words say so too.
LONGEST_CAREER = 15
NO_DEMAND = (Kind.OFFER, Kind.EMPLOYER, Kind.UNASKED)
NOT_A_CAREER = re.compile(
    r"\b(founded|history|in business|anniversary|of age|years? old|year \d|contract|fixed[- ]term|ago|we have|in a row|since(?! (?:registration|qualif|graduat))"
    r"|for (over|more than|the (past|last))|within|every|each|next|once|a year|after(?! (?:(?:your|the|an?) )?(?:apprentice|qualif|training|graduat|registration|degree|studies))|probation|per|befristet|seit"
    r"|depuis|desde|pro jahr|par an|al año|rota)\b",
    re.IGNORECASE,
)


def seniority_of(role: str, description: str) -> str:
    """The level that the role's title asks for, else the description's, by its years or its words."""
    title = OF_ANOTHER.sub("", role)
    for level, pattern in (("entry", ENTRY_TITLE), ("intermediate", MIDDLE_TITLE), ("senior", SENIOR_TITLE)):
        if pattern.search(title):
            return level
    years = _years(description)
    if years is not None:
        return "senior" if years >= SENIOR_YEARS else "intermediate" if years >= MIDDLE_YEARS else "entry"
    if ENTRY_TEXT.search(description) or HELPING_TITLE.search(role):
        return "entry"
    return "senior" if SENIOR_TEXT.search(description) else "intermediate"


def _years(description: str) -> float | None:
    """The most years of experience that are asked for as a minimum; None where none are."""
    reading = advert.read(description)
    asked: list[float] = []
    low = lowered(description)
    if any(reading.at(match.start()).kind not in NO_DEMAND for match in A_YEAR.finditer(low)):
        asked.append(1)
    for match in YEARS.finditer(low):
        number = _least(match, description)
        part = reading.at(match.start())
        around = description[max(part.start, match.start() - 40) : min(part.end, match.end() + 25)]
        is_of_employer = part.kind in NO_DEMAND
        if number <= LONGEST_CAREER and not is_of_employer and not NOT_A_CAREER.search(around):
            asked.append(number)
    return max(asked, default=None)


def _least(match: re.Match[str], text: str) -> float:
    """The years that a phrase asks for: none of "up to two", two of "one to three", three of "three to five"."""
    number: float = _number(match["least"])
    if match["most"] and number < MIDDLE_YEARS:
        number = (number + _number(match["most"])) / 2
    if FROM_MONTHS.search(text, max(0, match.start() - 20), match.start()):
        number /= 2
    if AT_MOST.search(text, max(0, match.start() - 30), match.start()):
        number = 0 if number <= MIDDLE_YEARS else 1
    return number / MONTHS_A_YEAR if match["months"] else number


def _number(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS[word.casefold()]
