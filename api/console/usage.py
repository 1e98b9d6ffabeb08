"""What was spent: calls, tokens and money."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, Response, request
from flask_babel import format_currency, format_date, format_decimal, gettext

from api.auth import caller
from api.console import guard, paths
from api.console.pages import page
from api.console.usage_chart import Chart, chart
from api.schemas.usage_v2 import EARLIEST, LATEST
from api.services import services
from models import budgets, model_calls, quotas
from models.base import utcnow
from models.errors import InvalidInput
from models.model_calls import BY_DAY, BY_MODEL, BY_STAGE, Figures

blueprint = Blueprint(
    "usage_pages", __name__, url_prefix=f"{paths.CONSOLE}/usage", template_folder="templates"
)
blueprint.before_request(guard.require_sign_in)

MONEY, TOKENS, CALLS = "money", "tokens", "calls"
MEASURES = (MONEY, TOKENS, CALLS)
# Of a longer past the first months are asked for in the address, or at the command line.
MOST_MONTHS = 36
# Every so many days one has its number below it.
LABELLED = 5
DOLLAR = 1_000_000


@dataclass(frozen=True)
class Month:
    """A calendar month (UTC)."""

    first: date

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def days(self) -> list[date]:
        """All its days."""
        return [self.first + timedelta(days=count) for count in range(self.last.day)]

    @property
    def text(self) -> str:
        """As the address has it: 2026-11."""
        return f"{self.first:%Y-%m}"

    @property
    def name(self) -> str:
        """As a person reads it."""
        return str(format_date(self.first, "LLLL yyyy"))


@blueprint.get("")
def show() -> Response:
    """A month's calls, by day, stage and model; what is left of budget and quota."""
    this_month = utcnow().date().replace(day=1)
    month = _month(request.args.get("month")) or Month(this_month)
    measure = request.args.get("measure", MONEY)
    if measure not in MEASURES:
        raise InvalidInput(gettext("There is no such picture; go back and choose anew."))
    owner, quota = caller().organization_id, caller().quota
    with services().database.connection() as connection:
        by_day, by_stage, by_model = (
            model_calls.summed(connection, owner, month.first, month.last, group)
            for group in (BY_DAY, BY_STAGE, BY_MODEL)
        )
        budget = budgets.monthly(connection, [owner]).get(owner)
        used = quotas.used(connection, owner) if quota.is_limit else None
        began = model_calls.first_of(connection, owner)
    return page(
        "console/usage.html",
        month=month,
        months=_months(began.date().replace(day=1) if began else this_month, this_month),
        measure=measure,
        total=sum(by_day.values(), Figures()),
        by_day={date.fromisoformat(name): figures for name, figures in by_day.items()},
        by_stage=by_stage,
        by_model=by_model,
        chart=_chart(month, by_day, measure),
        budget=budget,
        quota=quota,
        used=used,
        dollars=_dollars,
        number=format_decimal,
        day_name=format_date,
        shown=lambda value: _shown(measure, value),
        tokens=_tokens,
    )


def _month(text: str | None) -> Month | None:
    """The month asked for, as 2026-11. Raises InvalidInput."""
    if not text:
        return None
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = None
    if first is None or not EARLIEST <= first <= LATEST:
        raise InvalidInput(gettext("“%(text)s” is no month; write it like 2026-11.", text=text))
    return Month(first)


def _months(first: date, last: date) -> list[Month]:
    """The months to choose from, the latest one first."""
    found: list[Month] = []
    while last >= first and len(found) < MOST_MONTHS:
        found.append(Month(last))
        last = (last - timedelta(days=1)).replace(day=1)
    return found


def _chart(month: Month, by_day: dict[str, Figures], measure: str) -> Chart:
    values = []
    for day in month.days:
        value = _measured(by_day.get(day.isoformat(), Figures()), measure)
        label = str(day.day) if day.day == 1 or day.day % LABELLED == 0 else ""
        values.append((f"{format_date(day, 'medium')}: {_shown(measure, value)}", label, value))
    return chart(values)


def _measured(figures: Figures, measure: str) -> float:
    if measure == MONEY:
        return figures.micro_dollars / DOLLAR
    return float(figures.calls if measure == CALLS else _tokens(figures))


def _tokens(figures: Figures) -> int:
    """All tokens, those from and to the cache too."""
    cached = figures.cache_read_tokens + figures.cache_write_tokens
    return figures.input_tokens + figures.output_tokens + cached


def _shown(measure: str, value: float) -> str:
    if measure == MONEY:
        return _dollars(round(value * DOLLAR))
    return str(format_decimal(round(value, 2)))


def _dollars(micro_dollars: int) -> str:
    """Dollars; small amounts to a hundredth of a cent."""
    fine = 0 < abs(micro_dollars) < 10 * DOLLAR
    pattern = "¤#,##0.00##" if fine else "¤#,##0.00"
    return str(format_currency(micro_dollars / DOLLAR, "USD", format=pattern, currency_digits=False))
