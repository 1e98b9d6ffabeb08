"""The offline engine: the taxonomy reads the description, the shipped library has the questions."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from workers.generation import advert, taxonomy
from workers.generation.advert import Kind
from workers.generation.brief import Analysis, Brief, SkillNeed
from workers.generation.engines import Engine
from workers.generation.seniority import seniority_of
from workers.generation.text import clean
from workers.generation.tools import Tools

MOST_SKILLS = 8
# Up to so many where more are required: each of these is to be tested.
MOST_REQUIRED = 10
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
MANNERS_FACTOR = 0.75
# What somebody is rather than can: every advertisement asks for it, and a test examines it worst.
DISPOSITION_FACTOR = 0.5
DISPOSITIONS = {
    "adaptability",
    "creativity",
    "emotional-intelligence",
    "professional-ethics",
    "self-motivation",
    "stress-management",
}
GENERAL_FACTOR = 0.9
# What a whole trade is called says less than any of its parts: "five years in software engineering".
UMBRELLAS = {"software-development", "information-security", "operations-management", "office-administration"}
UMBRELLA_FACTOR = 0.85
MOST_MANNERS = 2
# So many mentions of a skill count; more say nothing new.
MOST_POINTS = 10
# Below this score a skill is named only beside the point (a degree's subject, the employer's trade).
WEAK = 0.5
TITLE_SCORE = 4.0
REQUIRED = (Kind.MUST, Kind.EITHER)
EXPLICIT = (*REQUIRED, Kind.NICE)
# What a role's profile holds is likelier to be meant than what stands in the text by chance, and
# its heaviest must-haves are meant even where nobody needs to say so: an accountant does accounting.
PROFILE_BONUS = 0.15
CORE_SCORE = 1.5
CORE_WEIGHT = 5
ISOLATED_FACTOR = 0.3
# The groups of one field: whoever needs one of them may well need another.
SOFTWARE = {
    "programming", "software-practice", "frontend", "backend", "mobile-games", "embedded", "databases",
    "data", "machine-learning-ai", "cloud", "devops", "systems", "security", "qa",
}  # fmt: skip
EVERYWHERE = {"general", "office-tools", "media-languages", "product-project"}


# "Good written English" asks for writing and for English.
EXPRESSION = {"written-communication", "workplace-communication", "bug-reporting", "legal-drafting"}
LANGUAGE = re.compile(r"\b(?:English|German|French|Spanish)\b")
# Names that ask for two skills: those of the first with this word in them, and the other.
BOTH = (
    ({"demand-planning", "sales-pipeline", "budgeting"}, "forecast", "forecasting"),
    ({"firmware", "embedded-systems"}, " in c", "c"),
    ({"presales"}, "demo", "sales-presentations"),
    ({"contract-management"}, "commercial contract", "contract-law"),
    ({"data-privacy"}, "gdpr", "data-protection-law"),
    ({"leadership"}, "führungserfahrung", "people-management"),
    ({"leadership"}, "liderando", "people-management"),
    ({"leadership"}, "encadrement", "people-management"),
    ({"people-management"}, "equipos", "leadership"),
    ({"people-management"}, "führung", "leadership"),
    ({"contract-negotiation"}, "draft", "legal-drafting"),
    ({"people-management"}, "hiring", "recruiting"),
)


@dataclass
class _Seen:
    """What the text says of one skill."""

    order: int
    score: float = 0.0
    evidence: str = ""
    points: list[float] = field(default_factory=list)
    kinds: set[Kind] = field(default_factory=set)

    def add(self, points: float, kind: Kind, evidence: str) -> None:
        """Count a mention: the third best says less than the best, for emphasis grows slowly."""
        self.kinds.add(kind)
        self.points = sorted((*self.points, points), reverse=True)[:MOST_POINTS]
        self.score = sum(each / rank for rank, each in enumerate(self.points, start=1))
        self.evidence = self.evidence or evidence

    @property
    def is_required(self) -> bool:
        """Whether a passage asks for it as required, or the role's title names it."""
        return not self.kinds.isdisjoint(REQUIRED)

    @property
    def nice(self) -> bool:
        """Whether it is only wished for: a duty that calls for it does not make it required."""
        return not self.is_required and (Kind.NICE in self.kinds or self.kinds.isdisjoint({Kind.ASKED}))


async def read(brief: Brief, tools: Tools) -> Analysis:  # noqa: ARG001 - what a Reader is given
    """Read the brief with the taxonomy alone."""
    return analysis_of(brief)


def analysis_of(brief: Brief) -> Analysis:
    """The skills named in the role and its description, and the profile's where those are few."""
    book = taxonomy.shipped()
    asked = asked_of(brief)
    role, description = asked.role, asked.description
    profile = book.profile(role)
    seen = _mentions(book, role, description)
    says_its_core = any(facts.score >= TITLE_SCORE for facts in seen.values())
    for entry in profile:
        is_core = entry.must_have and entry.weight >= CORE_WEIGHT
        if is_core and (entry.skill in seen or not says_its_core):
            seen.setdefault(entry.skill, _Seen(len(seen))).add(CORE_SCORE, Kind.ASKED, "")
        if entry.skill in seen:
            seen[entry.skill].score += PROFILE_BONUS * entry.weight
    _doubt_the_isolated(book, seen, {entry.skill for entry in profile})
    skills = _chosen(book, seen, profile)
    warnings: tuple[str, ...] = (advert.LEFT_OUT,) if asked.held_instructions else ()
    if not skills:
        skills = [_general(book, skill, weight) for skill, weight in GENERAL]
        warnings += ("The description names no skill that the taxonomy knows: general aptitude is tested.",)
    return Analysis(
        seniority=brief.difficulty or seniority_of(role, description),
        summary=summary_of(role, skills),
        skills=tuple(skills),
        warnings=warnings,
    )


@dataclass(frozen=True)
class Asked:
    """A brief as far as it is meant for people: all of it that may be read."""

    role: str
    description: str
    held_instructions: bool


def asked_of(brief: Brief) -> Asked:
    """The brief's role and description without what gives orders to their reader."""
    whole = clean(brief.role), clean(brief.description)
    role, description = (advert.without_instructions(text) for text in whole)
    return Asked(role.strip() or whole[0], description, (role, description) != whole)


def _mentions(book: taxonomy.Taxonomy, role: str, description: str) -> dict[str, _Seen]:
    seen: dict[str, _Seen] = {}
    for mention in book.find(role):
        facts = seen.setdefault(mention.skill, _Seen(len(seen)))
        facts.add(TITLE_SCORE, Kind.MUST, role[mention.start : mention.end])
    reading = advert.read(description)
    mentions = _with_implied(book.find(advert.bare(description)), description)
    denied = {one.skill for one in mentions if reading.denies(one.start) and not _is_manner(book, one.skill)}
    denied -= seen.keys()
    counted: set[tuple[str, int, Kind]] = set()
    for mention in mentions:
        part = reading.at(mention.start)
        if not part.kind.worth or (mention.skill, part.start, part.kind) in counted:
            continue
        # What is denied in one place counts in another only where that asks for it in so many words.
        if mention.skill in denied and part.kind not in EXPLICIT:
            continue
        counted.add((mention.skill, part.start, part.kind))
        points = part.kind.worth * _factor(book, mention.skill)
        facts = seen.setdefault(mention.skill, _Seen(len(seen)))
        facts.add(points, part.kind, description[mention.start : mention.end])
    return seen


def _with_implied(mentions: Sequence[taxonomy.Mention], text: str) -> list[taxonomy.Mention]:
    """The mentions, and with each that asks for two skills, as for writing and for English, the other."""
    found: list[taxonomy.Mention] = []
    for mention in mentions:
        found.append(mention)
        words = text[mention.start : mention.end].lower()
        for skills, word, also in BOTH:
            if mention.skill in skills and word in words:
                found.append(taxonomy.Mention(also, mention.start, mention.end))
        if mention.skill not in EXPRESSION:
            continue
        for name in LANGUAGE.finditer(text, mention.start, mention.end):
            skill = f"{name.group().lower()}-proficiency"
            found.append(taxonomy.Mention(skill, name.start(), name.end()))
    return found


def _doubt_the_isolated(book: taxonomy.Taxonomy, seen: dict[str, _Seen], of_role: set[str]) -> None:
    """Take for chance what stands once, unasked for, in another field than all that the role is about."""
    core = of_role | {skill for skill, facts in seen.items() if facts.score >= CORE_SCORE * 2}
    fields = {_field(book.skills[skill].group) for skill in core} | EVERYWHERE
    if len(core) < ENOUGH_SKILLS:
        return
    for skill, facts in seen.items():
        is_near = _field(book.skills[skill].group) in fields or not core.isdisjoint(
            book.skills[skill].neighbours
        )
        if facts.score <= CORE_SCORE and not is_near and not facts.nice:
            facts.score *= ISOLATED_FACTOR


def _chosen(
    book: taxonomy.Taxonomy, seen: dict[str, _Seen], profile: Sequence[taxonomy.ProfileSkill]
) -> list[SkillNeed]:
    """The skills to be tested: what is named, the role's own where that is little, then manners."""
    ranked = sorted(seen, key=lambda skill: (-seen[skill].score, seen[skill].order))
    named = [skill for skill in ranked if not _is_manner(book, skill)]
    strong = [skill for skill in named if seen[skill].score >= WEAK]
    if len(strong) >= ENOUGH_SKILLS or profile:
        named = strong
    manners = [skill for skill in ranked if _is_manner(book, skill)]
    if len(named) >= ENOUGH_SKILLS:
        best = _best(seen, (*named, *manners[:MOST_MANNERS]))
        return [_need(book, skill, seen[skill]) for skill in (*named, *manners) if skill in best]
    return _joined_by_others(book, seen, named, manners, profile)


def _best(seen: dict[str, _Seen], named: Sequence[str]) -> list[str]:
    """The skills that count most, and the required ones that do not fit among them."""
    ranked = sorted(named, key=lambda skill: -seen[skill].score)
    more = [skill for skill in ranked[MOST_SKILLS:] if seen[skill].is_required]
    return ranked[:MOST_SKILLS] + more[: MOST_REQUIRED - MOST_SKILLS]


def _joined_by_others(
    book: taxonomy.Taxonomy,
    seen: dict[str, _Seen],
    named: list[str],
    manners: list[str],
    profile: Sequence[taxonomy.ProfileSkill],
) -> list[SkillNeed]:
    """What is named, where that is little, then the role's own skills, manners, and general aptitude."""
    chosen = [_need(book, skill, seen[skill]) for skill in named]
    own = [entry for entry in profile if not _is_manner(book, entry.skill) and entry.skill not in named]
    chosen += [_of_profile(book, entry, bool(named)) for entry in own]
    usual = [entry.skill for entry in profile if _is_manner(book, entry.skill) and entry.skill not in seen]
    manners = manners + usual
    places = MOST_MANNERS if len(chosen) >= ENOUGH_SKILLS else MOST_SKILLS - len(chosen)
    chosen = chosen[: MOST_SKILLS - min(len(manners), 1)]
    for skill in manners[: min(places, MOST_SKILLS - len(chosen))]:
        chosen.append(_need(book, skill, seen[skill]) if skill in seen else _general(book, skill, 1))
    if 0 < len(chosen) < ENOUGH_SKILLS:
        known = {skill.id for skill in chosen}
        fresh = [_general(book, skill, 1) for skill, _ in GENERAL if skill not in known]
        chosen += fresh[: ENOUGH_SKILLS - len(chosen)]
    return chosen


def _field(group: str) -> str:
    return "software" if group in SOFTWARE else group


def _factor(book: taxonomy.Taxonomy, skill_id: str) -> float:
    if _is_manner(book, skill_id):
        return DISPOSITION_FACTOR if skill_id in DISPOSITIONS else MANNERS_FACTOR
    if skill_id in UMBRELLAS:
        return UMBRELLA_FACTOR
    return GENERAL_FACTOR if book.skills[skill_id].group == "general" else 1.0


def _is_manner(book: taxonomy.Taxonomy, skill_id: str) -> bool:
    return book.skills[skill_id].group == "general" and skill_id not in ROLE_DEFINING


def _need(book: taxonomy.Taxonomy, skill_id: str, facts: _Seen) -> SkillNeed:
    skill = book.skills[skill_id]
    # Half up: Python's own rounding goes to the even number, so 2.5 and 3.5 would be 2 and 4.
    weight = max(1, min(5, math.floor(facts.score + (0 if facts.nice else 0.5) + 0.5)))
    return SkillNeed(skill.id, skill.name, skill.group, weight, not facts.nice, facts.evidence)


def _of_profile(book: taxonomy.Taxonomy, entry: taxonomy.ProfileSkill, some_named: bool) -> SkillNeed:
    skill = book.skills[entry.skill]
    weight = max(1, entry.weight - 1)
    return SkillNeed(skill.id, skill.name, skill.group, weight, entry.must_have and not some_named)


def _general(book: taxonomy.Taxonomy, skill_id: str, weight: int) -> SkillNeed:
    skill = book.skills[skill_id]
    return SkillNeed(skill.id, skill.name, skill.group, weight, must_have=False)


def summary_of(role: str, skills: Sequence[SkillNeed]) -> str:
    """The role and its skills in our own words."""
    return f"{' '.join(role.split())}: " + ", ".join(skill.name for skill in skills) + "."


ENGINE = Engine("offline", read, sources=(), fallbacks=("kept", "item_models", "library", "statements"))
