"""The offline engine: the taxonomy reads the description, the shipped library has the questions."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from workers.generation import advert, taxonomy
from workers.generation.advert import Kind
from workers.generation.brief import Analysis, Brief, SkillNeed
from workers.generation.engines import Engine
from workers.generation.seniority import seniority_of
from workers.generation.text import clean
from workers.generation.tools import Tools

MOST_SKILLS = 8
# Fewer named skills than this, and the role's profile is asked what else belongs to it.
ENOUGH_SKILLS = 5
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

# Skills of the general group that a role can be about, so that they are no mere manners.
ROLE_DEFINING = {"workplace-safety", "data-privacy", "people-management", "leadership", "research-skills"}
# Manners are asked for by every advertisement: they count less, and take few of the places.
MANNERS_FACTOR = 0.6
MOST_MANNERS = 2
# Below this score a skill is named only beside the point (a degree's subject, the employer's trade).
WEAK = 0.5
TITLE_SCORE = 4.0
ASIDE = (Kind.NICE, Kind.DEGREE, Kind.EMPLOYER)
# What a role's profile holds is likelier to be meant than what stands in the text by chance, and
# its heaviest must-haves are meant even where nobody needs to say so: an accountant does accounting.
PROFILE_BONUS = 0.15
CORE_SCORE = 1.5
CORE_WEIGHT = 5


@dataclass
class _Seen:
    """What the text says of one skill."""

    order: int
    score: float = 0.0
    nice: bool = True
    evidence: str = ""
    mentions: int = 0

    def add(self, points: float, nice: bool, evidence: str) -> None:
        """Count a mention: the third says less than the first, for emphasis grows slowly."""
        self.mentions += 1
        self.score += points / self.mentions
        self.nice = self.nice and nice
        self.evidence = self.evidence or evidence


async def read(brief: Brief, tools: Tools) -> Analysis:  # noqa: ARG001 - what a Reader is given
    """Read the brief with the taxonomy alone."""
    return analysis_of(brief)


def analysis_of(brief: Brief) -> Analysis:
    """The skills named in the role and its description, and the profile's where those are few."""
    book = taxonomy.shipped()
    role, description = clean(brief.role), clean(brief.description)
    profile = book.profile(role)
    seen = _mentions(book, role, description)
    says_its_core = any(facts.score >= TITLE_SCORE for facts in seen.values())
    for entry in profile:
        is_core = entry.must_have and entry.weight >= CORE_WEIGHT
        if is_core and (entry.skill in seen or not says_its_core):
            seen.setdefault(entry.skill, _Seen(len(seen))).add(CORE_SCORE, nice=False, evidence="")
        if entry.skill in seen:
            seen[entry.skill].score += PROFILE_BONUS * entry.weight
    skills = _chosen(book, seen, profile)
    warnings: tuple[str, ...] = ()
    if not skills:
        skills = [_general(book, skill, weight) for skill, weight in GENERAL]
        warnings = ("The description names no skill that the taxonomy knows: general aptitude is tested.",)
    return Analysis(
        seniority=brief.difficulty or seniority_of(role, description),
        summary=_summary(role, skills),
        skills=tuple(skills),
        warnings=warnings,
    )


def _mentions(book: taxonomy.Taxonomy, role: str, description: str) -> dict[str, _Seen]:
    seen: dict[str, _Seen] = {}
    for mention in book.find(role):
        facts = seen.setdefault(mention.skill, _Seen(len(seen)))
        facts.add(TITLE_SCORE, nice=False, evidence=role[mention.start : mention.end])
    parts = advert.passages(description)
    degrees = advert.degree_ends(description)
    starts = list(degrees)
    counted: set[tuple[str, int]] = set()
    for mention in book.find(description):
        part = advert.at(parts, mention.start)
        kind = part.kind
        if kind is Kind.OFFER or (mention.skill, part.start) in counted:
            continue
        before = bisect_right(starts, mention.start) - 1
        if before >= 0 and mention.start < degrees[starts[before]]:
            kind = Kind.DEGREE
        else:
            counted.add((mention.skill, part.start))
        points = kind.value * (MANNERS_FACTOR if _is_manner(book, mention.skill) else 1.0)
        facts = seen.setdefault(mention.skill, _Seen(len(seen)))
        facts.add(points, kind in ASIDE, description[mention.start : mention.end])
    return seen


def _chosen(
    book: taxonomy.Taxonomy, seen: dict[str, _Seen], profile: Sequence[taxonomy.ProfileSkill]
) -> list[SkillNeed]:
    """The skills to be tested: what is named, the role's own where that is little, then manners."""
    ranked = sorted(seen, key=lambda skill: (-seen[skill].score, seen[skill].order))
    named = [skill for skill in ranked if not _is_manner(book, skill)]
    strong = [skill for skill in named if seen[skill].score >= WEAK]
    if len(strong) >= ENOUGH_SKILLS or profile:
        named = strong
    chosen = [_need(book, skill, seen[skill]) for skill in named[:MOST_SKILLS]]
    manners = [skill for skill in ranked if _is_manner(book, skill)]
    if len(chosen) < ENOUGH_SKILLS:
        known = {skill.id for skill in chosen}
        own = [entry for entry in profile if entry.skill not in known and not _is_manner(book, entry.skill)]
        chosen += [_of_profile(book, entry, bool(known)) for entry in own]
        manners += [
            entry.skill for entry in profile if entry.skill not in manners and entry.skill not in seen
        ]
        manners = [skill for skill in manners if _is_manner(book, skill)]
    places = MOST_MANNERS if len(chosen) >= ENOUGH_SKILLS else MOST_SKILLS - len(chosen)
    chosen = chosen[: MOST_SKILLS - min(len(manners), 1)]
    for skill in manners[: min(places, MOST_SKILLS - len(chosen))]:
        chosen.append(_need(book, skill, seen[skill]) if skill in seen else _general(book, skill, 1))
    if 0 < len(chosen) < ENOUGH_SKILLS:
        known = {skill.id for skill in chosen}
        fresh = [_general(book, skill, 1) for skill, _ in GENERAL if skill not in known]
        chosen += fresh[: ENOUGH_SKILLS - len(chosen)]
    return chosen


def _is_manner(book: taxonomy.Taxonomy, skill_id: str) -> bool:
    return book.skills[skill_id].group == "general" and skill_id not in ROLE_DEFINING


def _need(book: taxonomy.Taxonomy, skill_id: str, facts: _Seen) -> SkillNeed:
    skill = book.skills[skill_id]
    # Half up: Python's own rounding goes to the even number, so 2.5 and 3.5 would be 2 and 4.
    weight = max(1, min(5, math.floor(facts.score + (0 if facts.nice else 1) + 0.5)))
    return SkillNeed(skill.id, skill.name, skill.group, weight, not facts.nice, facts.evidence)


def _of_profile(book: taxonomy.Taxonomy, entry: taxonomy.ProfileSkill, some_named: bool) -> SkillNeed:
    skill = book.skills[entry.skill]
    weight = max(1, entry.weight - 1)
    return SkillNeed(skill.id, skill.name, skill.group, weight, entry.must_have and not some_named)


def _general(book: taxonomy.Taxonomy, skill_id: str, weight: int) -> SkillNeed:
    skill = book.skills[skill_id]
    return SkillNeed(skill.id, skill.name, skill.group, weight, must_have=False)


def _summary(role: str, skills: list[SkillNeed]) -> str:
    return f"{' '.join(role.split())}: " + ", ".join(skill.name for skill in skills) + "."


ENGINE = Engine("offline", read, ("library",))
