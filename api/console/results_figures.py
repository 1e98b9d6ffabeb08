"""The pictures of an assessment's results, each with the numbers that stand in the table beneath it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext, ngettext
from markupsafe import Markup

from api.console import charts, results_words
from api.console.charts import Bar, Point, Told
from api.console.results_words import Badge
from models.cohort_figures import SkillFigures
from models.cohorts import Cohort, FormFigures
from models.forms import ShownQuestion
from models.item_statistics import BINS, ItemStatistics

EDGES = [100 / BINS * place for place in range(BINS + 1)]


@dataclass(frozen=True)
class Distribution:
    """The histogram of scores; `rows` are (from, to, count)."""

    picture: Markup
    rows: list[tuple[int, int, int]]


def distribution(cohort: Cohort, cutoff: int) -> Distribution | None:
    """How the scores are spread; None where they are too few."""
    counts = cohort.statistics.distribution
    if counts is None:
        return None
    width = 100 // BINS
    ends = [*range(width - 1, 99, width), 100]
    told = Told(
        "distribution",
        gettext("Distribution of the scores"),
        ngettext(
            "Columns of how many of the %(num)s scored session have a score in each range of 10 percent; a "
            "line marks the cutoff at %(cutoff)s percent.",
            "Columns of how many of the %(num)s scored sessions have a score in each range of 10 percent; a "
            "line marks the cutoff at %(cutoff)s percent.",
            cohort.statistics.n,
            cutoff=cutoff,
        ),
    )
    words = (gettext("Score in percent"), gettext("Sessions"))
    mark = (float(cutoff), gettext("Cutoff %(cutoff)s %%", cutoff=cutoff))
    picture = charts.histogram(told, counts, EDGES, words, mark)
    return Distribution(picture, [(place * width, ends[place], count) for place, count in enumerate(counts)])


def skill_bars(skills: Sequence[SkillFigures]) -> Markup:
    """A bar for each skill: the mean of its scores."""
    told = Told(
        "skills",
        gettext("Mean score of each skill"),
        gettext("A bar for each skill, as long as the mean score of the candidates who were asked about it."),
    )
    return charts.bars(told, [Bar(one.name, one.mean, results_words.percent(one.mean)) for one in skills])


@dataclass(frozen=True)
class ItemRow:
    """A question with its figures."""

    shown: ShownQuestion
    figures: ItemStatistics
    flag: Badge | None

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """Each option with the share of candidates that chose it, and whether it is right."""
        shares = self.figures.options
        if not shares:
            return []
        correct = self.shown.key.correct if self.shown.key else []
        return [
            (one["text"], results_words.share(shares[one["id"]]), one["id"] in correct)
            for one in self.shown.options
        ]


def item_rows(found: FormFigures) -> list[ItemRow]:
    """The questions in their order."""
    pairs = zip(found.questions, found.statistics.items, strict=True)
    return [ItemRow(shown, item, results_words.flag(item.is_suspect)) for shown, item in pairs]


def item_scatter(rows: Sequence[ItemRow]) -> Markup | None:
    """The questions by difficulty and discrimination; None where no question has both."""
    points = [
        Point(
            str(row.shown.position), row.figures.difficulty, row.figures.discrimination, row.flag is not None
        )
        for row in rows
        if row.figures.discrimination is not None
    ]
    if not points:
        return None
    # Below 0 there is nothing to draw as a rule.
    lowest = -1 if any(point.is_flagged for point in points) else 0
    told = Told(
        "items",
        gettext("Difficulty and discrimination of the questions"),
        gettext(
            "Each question by its number: to the right the share of candidates who had it right, upwards how "
            "well it tells good candidates from others. Diamonds are questions whose key needs a review; "
            "their discrimination is below 0."
        ),
    )
    words = (gettext("Share that was right (p)"), gettext("Discrimination (r)"))
    return charts.scatter(told, points, (0, lowest), (1, 1), words)
