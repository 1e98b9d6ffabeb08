"""The claude engine: it reads the role, writes each skill's questions at once, and has them examined.

Where the model is busy, refuses or answers nonsense, the taxonomy reads the role and the
library fills the cells, and the result says so.
"""

import random
from functools import lru_cache

from pydantic import BaseModel

from settings import Models
from workers.generation import advert, orders, taxonomy
from workers.generation.brief import DIFFICULTIES, Analysis, Brief, SkillNeed
from workers.generation.engines import Engine
from workers.generation.engines.asking import UnusableAnswer, output_format, parsed, request
from workers.generation.engines.examiner import ModelExaminer, WrittenAnswers, WrittenReviews
from workers.generation.engines.offline import (
    MOST_REQUIRED,
    MOST_SKILLS,
    Asked,
    analysis_of,
    asked_of,
    summary_of,
)
from workers.generation.engines.prompts import (
    ANALYST_GUIDE,
    CRITIC_GUIDE,
    OTHER_TYPES_GUIDE,
    SOLVER_GUIDE,
    WRITER_GUIDE,
)
from workers.generation.engines.writing import MOST_EVIDENCE, WrittenItems
from workers.generation.rubric_scoring import WrittenJudgements
from workers.generation.seniority import seniority_of
from workers.generation.text import clean, fenced
from workers.generation.tools import ModelBusy, ModelRequest, Tools

ANALYST_TOKENS = 2_000
MOST_SUMMARY = 1_000
# So many words in a row are no chance: they were copied, from the description or from our guides.
COPIED_WORDS, COPIED_GUIDE_WORDS = 12, 7
# A name that the taxonomy does not know is no skill's when it is longer.
MOST_NAME_WORDS = 8
FEWEST_EVIDENCE = 3


class WrittenSkill(BaseModel):
    """A skill as the analyst names it."""

    name: str
    must_have: bool
    weight: int
    evidence: str


class WrittenAnalysis(BaseModel):
    """The analyst's answer."""

    job_title: str
    seniority: str
    summary: str
    skills: list[WrittenSkill]


def engine(models: Models) -> Engine:
    """The engine on these models. What a first call would need is made now, not in the first job."""
    taxonomy.shipped()
    for shape in (WrittenAnalysis, WrittenItems, WrittenAnswers, WrittenReviews, WrittenJudgements):
        output_format(shape)

    async def read(brief: Brief, tools: Tools) -> Analysis:
        try:
            answer = await tools.ask("analyse", analysis_request(models.analyst, brief, tools.seed))
            return to_analysis(parsed(answer, WrittenAnalysis), brief)
        except (ModelBusy, UnusableAnswer) as problem:
            tools.say(f"AI Progress: The model could not read the role ({problem}); the taxonomy does")
            analysis = analysis_of(brief)
            warning = f"The role was read by the taxonomy, not by the model: {problem}"
            return Analysis(
                analysis.seniority, analysis.summary, analysis.skills, (warning, *analysis.warnings)
            )

    return Engine(
        "claude",
        read,
        sources=("kept", "language_model"),
        fallbacks=("kept", "item_models", "library", "statements"),
        examiner=ModelExaminer(models.writer, models.solver, models.critic),
        scorer=models.scorer,
    )


def analysis_request(model: str, brief: Brief, seed: int) -> ModelRequest:
    """The call that reads the role, in what is meant for people. It is fenced: a stranger's text."""
    asked = asked_of(brief)
    # With the text in its seed, the number can't be known to who wrote the text, even of a known seed.
    rng = random.Random(f"{seed}:{asked.role}:{asked.description}")
    text = (
        "Read the job below.\n"
        + fenced("job-role", asked.role, rng)
        + "\n"
        + fenced("job-description", asked.description, rng)
        + f"\nName at most {MOST_SKILLS} skills, or up to {MOST_REQUIRED} where more are required."
    )
    return request("analyse", model, ANALYST_TOKENS, ANALYST_GUIDE, text, WrittenAnalysis)


def to_analysis(written: WrittenAnalysis, brief: Brief) -> Analysis:
    """The model's analysis in our terms: known skills by their id, evidence only where verbatim.

    A skill that the taxonomy does not know must be shown by the text, for a model can be made to name any.
    A brief that held instructions may have had more of them, which nobody saw and the model obeyed.
    Of its answer only skills that the rest of the brief bears out are kept then, and no text of its own.
    """
    book = taxonomy.shipped()
    asked = asked_of(brief)
    text = asked.role + "\n" + asked.description
    borne_out = _borne_out(book, asked) if asked.held_instructions else None
    skills: dict[str, SkillNeed] = {}
    for skill in written.skills:
        need = _need(book, skill, text)
        if borne_out is not None:
            is_borne_out = need.id in borne_out or _is_named(need.name, text)
        else:
            is_borne_out = need.id in book.skills or _shows(need, text)
        if need.id and is_borne_out and not orders.gives_orders(need.name):
            skills.setdefault(need.id, need)
    if not skills:
        raise UnusableAnswer("the model named no skill")
    chosen = tuple(skills.values())[:MOST_REQUIRED]
    seniority = written.seniority if written.seniority in DIFFICULTIES and not asked.held_instructions else ""
    return Analysis(
        seniority=brief.difficulty or seniority or seniority_of(asked.role, asked.description),
        summary=_summary(written.summary, asked, chosen),
        skills=chosen,
        warnings=(advert.LEFT_OUT,) if asked.held_instructions else (),
    )


def _borne_out(book: taxonomy.Taxonomy, asked: Asked) -> set[str]:
    """The skills that the role and the description name, and those that the role is known to need."""
    named = {mention.skill for text in (asked.role, asked.description) for mention in book.find(text)}
    return named | {entry.skill for entry in book.profile(asked.role)}


def _shows(need: SkillNeed, text: str) -> bool:
    """Whether the text that was sent shows a skill which the taxonomy does not know."""
    if len(_words(need.name)) > MOST_NAME_WORDS:
        return False
    return len(need.evidence.strip()) >= FEWEST_EVIDENCE or _is_named(need.name, text)


def _is_named(name: str, text: str) -> bool:
    return bool(name) and f" {' '.join(_words(name))} " in f" {' '.join(_words(text))} "


def _summary(written: str, asked: Asked, skills: tuple[SkillNeed, ...]) -> str:
    """The model's summary, or ours where it may be an obeyed instruction's."""
    summary = clean(written)[:MOST_SUMMARY]
    if asked.held_instructions or not summary.strip() or orders.gives_orders(summary):
        return summary_of(asked.role, skills)
    is_copied = not _runs(summary, COPIED_WORDS).isdisjoint(_runs(asked.description, COPIED_WORDS))
    if is_copied or not _runs(summary, COPIED_GUIDE_WORDS).isdisjoint(_guide_runs()):
        return summary_of(asked.role, skills)
    return summary


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    """All rows of so many words in the text."""
    words = _words(text)
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


@lru_cache(maxsize=1)
def _guide_runs() -> set[tuple[str, ...]]:
    """The rows of words of our guides, which nobody is to read."""
    guides = (ANALYST_GUIDE, WRITER_GUIDE, OTHER_TYPES_GUIDE, SOLVER_GUIDE, CRITIC_GUIDE)
    return set().union(*(_runs(guide, COPIED_GUIDE_WORDS) for guide in guides))


def _need(book: taxonomy.Taxonomy, skill: WrittenSkill, text: str) -> SkillNeed:
    name = " ".join(clean(skill.name).split())[:100]
    known = book.named(name)
    return SkillNeed(
        id=known.id if known else _slug(name),
        name=known.name if known else name,
        group=known.group if known else "other",
        weight=max(1, min(5, skill.weight)),
        must_have=skill.must_have,
        evidence=skill.evidence[:MOST_EVIDENCE] if skill.evidence in text else "",
    )


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text.casefold()).split()


def _slug(name: str) -> str:
    return "-".join(_words(name))[:80]
