"""What was spent, as a person looks at it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import insert, update

from api.console.usage_chart import HEIGHT, LEFT, TOP, WIDTH, chart
from models.base import table_of, utcnow
from models.model_calls import ModelCall
from models.organizations import Organization
from models.session import Database
from tests.console.browser import Visit
from tests.jobs import call_row
from tests.stack import Stack

PAGE = "/console/usage"
# When, by what stage and model, for how many micro-dollars.
CALLS = [
    ("2026-09-01T00:00:00", "analyse", "claude-haiku-5-5", 1_230_000),
    ("2026-09-01T23:59:59", "write", "claude-sonnet-5-5", 20_000),
    ("2026-09-30T12:00:00", "write", "claude-sonnet-5-5", 500_000),
    ("2026-10-01T00:00:00", "write", "<b>claude</b>", 3_000_000),
]


@pytest.fixture(scope="module")
def database(service: Stack) -> Iterator[Database]:
    """The service's."""
    database = Database(service.settings.database_url)
    yield database
    database.dispose()


@pytest.fixture(scope="module", autouse=True)
def ledger(service: Stack, database: Database) -> None:
    """The calls, on a job of the organisation's."""
    job_id = service.generate()
    rows = [
        {
            **call_row(database, job_id),
            "created_at": datetime.fromisoformat(at).replace(tzinfo=UTC),
            "stage": stage,
            "model": model,
            "micro_dollars": money,
        }
        for at, stage, model, money in CALLS
    ]
    with database.transaction() as connection:
        connection.execute(insert(table_of(ModelCall)), rows)
    service.ended(job_id)


def limit(database: Database, **values: int | None) -> None:
    """Give Acme a budget or a quota."""
    table = table_of(Organization)
    with database.transaction() as connection:
        connection.execute(update(table).where(table.c.name == "Acme").values(**values))


def rows_of(page: Page, caption: str) -> list[list[str]]:
    """The cells of the table of that caption, row by row."""
    table = page.locator("table", has=page.locator("caption", has_text=caption))
    return [
        [cell.strip() for cell in row.locator("th, td").all_inner_texts()]
        for row in table.locator("tbody tr, tfoot tr").all()
    ]


@pytest.mark.browser
def test_a_month_s_calls_are_told_by_day_stage_and_model(member: Visit) -> None:
    page = member.open(f"{PAGE}?month=2026-09")
    expect(page.get_by_role("heading", level=1)).to_have_text("Usage in September 2026")
    days = rows_of(page, "By day")
    assert [(row[0], row[1], row[-1]) for row in days] == [
        ("Sep 1, 2026", "2", "$1.25"),
        ("Sep 30, 2026", "1", "$0.50"),
        ("In all", "3", "$1.75"),
    ]
    assert [(row[0], row[-1]) for row in rows_of(page, "By stage")] == [
        ("analyse", "$1.23"),
        ("write", "$0.52"),
        ("In all", "$1.75"),
    ]
    assert [row[0] for row in rows_of(page, "By model")][:2] == ["claude-haiku-5-5", "claude-sonnet-5-5"]
    bars = page.locator("svg rect.bar")
    expect(bars).to_have_count(2)
    assert bars.first.locator("title").text_content() == "Sep 1, 2026: $1.25"
    expect(page.get_by_role("img")).to_have_attribute("aria-label", "Bars by day of September 2026: the "
        "highest line is $2.00. The table beneath has the numbers.")  # fmt: skip
    member.check()


@pytest.mark.browser
def test_another_month_and_another_measure_are_chosen(member: Visit) -> None:
    page = member.open(f"{PAGE}?month=2026-09")
    page.get_by_label("Month (UTC)").select_option("2026-10")
    page.get_by_label("The picture shows").select_option("calls")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**month=2026-10**")
    assert [row[0] for row in rows_of(page, "By model")] == ["<b>claude</b>", "In all"]
    assert page.locator("svg rect.bar title").text_content() == "Oct 1, 2026: 1"
    member.check()
    member.open(f"{PAGE}?month=2020-02")
    expect(page.get_by_text("No model was called in this month.")).to_be_visible()
    expect(page.get_by_label("Month (UTC)")).to_have_value("2020-02")
    member.check()


@pytest.mark.browser
def test_what_is_left_of_budget_and_quota_is_told(member: Visit, database: Database) -> None:
    page = member.open(PAGE)
    expect(page.get_by_text("There is no budget")).to_be_visible()
    expect(page.get_by_text("There is no quota")).to_be_visible()
    try:
        limit(database, monthly_budget_micro_dollars=5_000_000, jobs_per_day=100, open_jobs=3)
        page.reload()
        expect(page.get_by_text("$5.00 left")).to_be_visible()
        expect(page.get_by_text("$0.00 of $5.00 is spent")).to_be_visible()
        expect(page.get_by_text("1 of 100; 99 left")).to_be_visible()
        expect(page.get_by_text("0 of 3; 3 left")).to_be_visible()
        member.check()
    finally:
        limit(database, monthly_budget_micro_dollars=None, jobs_per_day=None, open_jobs=None)


@pytest.mark.browser
@pytest.mark.parametrize(
    "query", ["month=soon", "month=2026-13", "month=2026-1", "month=9999-12", "measure=weight"]
)
def test_a_month_that_there_is_not_is_refused(member: Visit, query: str) -> None:
    member.expected.append("400")
    page = member.open(f"{PAGE}?{query}")
    expect(page.get_by_role("alert")).to_be_visible()


@pytest.mark.parametrize(
    ("most", "top"),
    [
        (0, 1),
        (1, 1),
        (1.01, 2),
        (3, 4),
        (4.5, 6),
        (7, 8),
        (9.5, 10),
        (10, 10),
        (0.0021, 0.004),
        (41_000, 60_000),
    ],
)
def test_the_highest_line_is_a_round_number_no_lower_than_the_bars(most: float, top: float) -> None:
    drawn = chart([("a", "", most), ("b", "", most / 2)])
    assert drawn.top == pytest.approx(top)
    assert [line.value for line in drawn.lines] == pytest.approx([0, top / 4, top / 2, top * 3 / 4, top])
    high, low = drawn.bars
    assert TOP <= high.y <= HEIGHT
    assert low.height == pytest.approx(high.height / 2, abs=0.02)
    assert LEFT < high.x < high.x + high.width < low.x < low.x + low.width < WIDTH


def test_the_future_is_no_month_to_choose() -> None:
    from api.console.usage import Month, _months

    months = _months(utcnow().date().replace(year=2020, month=1, day=1), utcnow().date().replace(day=1))
    assert len(months) == 36
    assert months[0].text == f"{utcnow():%Y-%m}"
    assert Month(datetime(2028, 2, 1).date()).last.day == 29  # noqa: DTZ001
