"""The offline engine: the taxonomy reads the description, the shipped library has the questions."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from workers.generation import taxonomy
from workers.generation.brief import Analysis, Brief, SkillNeed
from workers.generation.engines import Engine
from workers.generation.text import clean
from workers.generation.tools import Tools

MOST_SKILLS = 8
# Fewer named skills than this, and the role's profile is asked what else belongs to it.
ENOUGH_SKILLS = 4
# What every occupation needs, for texts that name nothing the taxonomy knows.
GENERAL = (
    ("problem-solving", 3),
    ("workplace-communication", 3),
    ("attention-to-detail", 2),
    ("numerical-reasoning", 2),
    ("teamwork", 2),
    ("time-management", 2),
    ("logical-reasoning", 1),
    ("verbal-reasoning", 1),
)

NICE = re.compile(
    r"\b(nice[- ]to[- ]have|preferred|preferabl[ey]|a plus|bonus|desirable|advantage\w*|optional(ly)?|"
    r"ideally|familiarity)\b",
    re.IGNORECASE,
)
MUST = re.compile(
    r"\b(must|required?|requirements?|essential|strong|expert\w*|proficien\w+|solid|deep|proven|"
    r"extensive|mandatory)\b",
    re.IGNORECASE,
)
SENIOR = re.compile(
    r"\b(senior|sr\.?|lead|principal|staff|head of|director|chief|vp|([5-9]|1\d)\s*\+?\s*(or more )?years?)\b",
    re.IGNORECASE,
)
ENTRY = re.compile(
    r"\b(junior|jr\.?|entry[- ]level|graduate|intern(ship)?|trainee|apprentice|no experience)\b",
    re.IGNORECASE,
)
CLAUSE_END = re.compile(r"[.!?;]\s|\n")


@dataclass
class _Seen:
    """What the text says of one skill."""

    score: float = 0.0
    nice: bool = True
    evidence: str = ""
    order: int = 0
    clauses: list[str] = field(default_factory=list)


async def read(brief: Brief, _tools: Tools) -> Analysis:
    """Read the brief with the taxonomy alone."""
    return analysis_of(brief)


def analysis_of(brief: Brief) -> Analysis:
    """The skills named in the role and its description, and the profile's where those are few."""
    book = taxonomy.shipped()
    role, description = clean(brief.role), clean(brief.description)
    seen = _mentions(book, role, description)
    ranked = sorted(seen.items(), key=lambda pair: (-pair[1].score, pair[1].order))
    skills = [_need(book, skill, facts) for skill, facts in ranked[:MOST_SKILLS]]
    skills += _from_profile(book, role, {skill.id for skill in skills})
    warnings: tuple[str, ...] = ()
    if not skills:
        skills = [_general(book, skill, weight) for skill, weight in GENERAL]
        warnings = ("The description names no skill that the taxonomy knows: general aptitude is tested.",)
    return Analysis(
        seniority=brief.difficulty or seniority_of(role, description),
        summary=_summary(role, skills),
        skills=tuple(skills[:MOST_SKILLS]),
        warnings=warnings,
    )


def seniority_of(role: str, description: str) -> str:
    """The level that the role's title asks for, else the description's."""
    for text in (role, description):
        if ENTRY.search(text):
            return "entry"
        if SENIOR.search(text):
            return "senior"
    return "intermediate"


def _mentions(book: taxonomy.Taxonomy, role: str, description: str) -> dict[str, _Seen]:
    seen: dict[str, _Seen] = defaultdict(_Seen)
    for mention in book.find(role):
        seen[mention.skill].score += 4
        seen[mention.skill].nice = False
        seen[mention.skill].evidence = role[mention.start : mention.end]
    for order, mention in enumerate(book.find(description)):
        facts = seen[mention.skill]
        clause = _clause(description, mention.start, mention.end)
        nice = NICE.search(clause) is not None
        must = MUST.search(clause) is not None
        # The third mention says less than the first: emphasis grows, but slowly.
        facts.score += (0.5 if nice else 2.0 if must else 1.5) / (1 + len(facts.clauses))
        facts.nice = facts.nice and nice
        facts.order = facts.order or order
        facts.clauses.append(clause)
        facts.evidence = facts.evidence or description[mention.start : mention.end]
    return dict(seen)


def _clause(text: str, start: int, end: int) -> str:
    begin = 0
    for match in CLAUSE_END.finditer(text, max(0, start - 300), start):
        begin = match.end()
    stop = CLAUSE_END.search(text, end)
    return text[max(begin, start - 300) : stop.start() if stop else min(len(text), end + 300)]


def _need(book: taxonomy.Taxonomy, skill_id: str, facts: _Seen) -> SkillNeed:
    skill = book.skills[skill_id]
    weight = max(1, min(5, round(facts.score + (0 if facts.nice else 1))))
    return SkillNeed(skill.id, skill.name, skill.group, weight, not facts.nice, facts.evidence)


def _from_profile(book: taxonomy.Taxonomy, role: str, known: set[str]) -> list[SkillNeed]:
    if len(known) >= ENOUGH_SKILLS:
        return []
    return [
        SkillNeed(
            entry.skill,
            book.skills[entry.skill].name,
            book.skills[entry.skill].group,
            max(1, entry.weight - 1),
            entry.must_have and not known,
        )
        for entry in book.profile(role)
        if entry.skill not in known
    ]


def _general(book: taxonomy.Taxonomy, skill_id: str, weight: int) -> SkillNeed:
    skill = book.skills[skill_id]
    return SkillNeed(skill.id, skill.name, skill.group, weight, must_have=False)


def _summary(role: str, skills: list[SkillNeed]) -> str:
    return f"{role.strip()}: " + ", ".join(skill.name for skill in skills[:MOST_SKILLS]) + "."


ENGINE = Engine("offline", read, ("library",))
