"""How senior a role is: by its title, else by the years that are asked for, else by the text's words."""

import re

from workers.generation import advert
from workers.generation.advert import Kind

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
    r"|auszubildende[r]?|stagiaire|becari[oa]|aprendiz)\b",
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
    rf"\b(senior[- ]level|(an?|our|as) (\w+ )?(senior|lead|principal|staff) (\w+ ){{0,3}}?({PROFESSIONS}))\b",
    re.IGNORECASE,
)
ENTRY_TEXT = re.compile(
    r"\b(entry[- ]level|no (prior |previous )?experience|recent graduates?|junior[- ]level"
    r"|(an?|our|as) (\w+ )?(junior|trainee|apprentice|intern)|internship|apprenticeship)\b",
    re.IGNORECASE,
)
YEARS = re.compile(
    r"\b(\d{1,2})\s*(?:\+|plus|or more)?\s*(?:(?:-|–|to)\s*\d{1,2}\s*)?\+?\s*(?:or more )?"
    r"(?:years?|yrs?|jahren?|ans|années|años)\b",
    re.IGNORECASE,
)
SENIOR_YEARS, MIDDLE_YEARS = 5, 2
# More years than a career is asked for are an employer's age; some words say so too.
LONGEST_CAREER = 15
NOT_A_CAREER = re.compile(
    r"\b(founded|history|in business|anniversary|of age|years? old|contract|fixed[- ]term"
    r"|for (over|more than|the (past|last)))\b",
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
    if ENTRY_TEXT.search(description):
        return "entry"
    return "senior" if SENIOR_TEXT.search(description) else "intermediate"


def _years(description: str) -> int | None:
    """The most years of experience that are asked for as a minimum; None where none are."""
    parts = advert.passages(description)
    asked: list[int] = []
    for match in YEARS.finditer(description):
        number = int(match.group(1))
        around = description[max(0, match.start() - 40) : match.end() + 25]
        is_of_employer = advert.at(parts, match.start()).kind in (Kind.OFFER, Kind.EMPLOYER)
        if number <= LONGEST_CAREER and not is_of_employer and not NOT_A_CAREER.search(around):
            asked.append(number)
    return max(asked, default=None)
