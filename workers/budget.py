"""Budgets: what a job's model calls may cost, checked before each call by the most that it can cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.batch_requests import UNSETTLED
from models.budgets import MonthlyBudget
from models.runs import ClaimedJob
from settings import Settings
from workers.generation.tools import GenerationFailed, ModelBusy

FALLBACK = "fallback"


class BudgetSpent(ModelBusy):
    """The call might exceed a budget: to the job it is a model that can't be had, and is not asked again."""


@dataclass(frozen=True)
class Limit:
    """A sum that calls must stay within, in micro-dollars.

    `spent` is what counts against it before this run; `whose` and `advice` are for the sentence.
    """

    whose: str
    micro_dollars: int
    spent: int
    advice: str


class Budget:
    """What one run may still spend. Calls under way count by the most that they can cost."""

    def __init__(self, limits: Sequence[Limit] = (), on_budget: str = FALLBACK) -> None:
        self._limits = limits
        self._on_budget = on_budget
        self._used = 0

    @property
    def is_limited(self) -> bool:
        """Whether there is anything to keep to."""
        return bool(self._limits)

    def hold(self, micro_dollars: int) -> None:
        """Set aside what a call may cost. Raises BudgetSpent, or GenerationFailed where that is to
        end the job."""
        for limit in self._limits:
            used = limit.spent + self._used
            if used + micro_dollars > limit.micro_dollars:
                raise self._refusal(limit, used, micro_dollars)
        self._used += micro_dollars

    def settle(self, held: int, paid: int) -> None:
        """Put what a call has cost in the place of what was set aside for it."""
        self._used += paid - held

    def _refusal(self, limit: Limit, used: int, more: int) -> Exception:
        if self._on_budget == FALLBACK:
            return BudgetSpent(f"{limit.whose} of {dollars(limit.micro_dollars)} has no room for the call")
        return GenerationFailed(
            "BUDGET_EXCEEDED",
            f"{limit.whose[0].upper()}{limit.whose[1:]} is {dollars(limit.micro_dollars)}, of which "
            f"{dollars(used)} is spent or set aside; the next model call may take {dollars(more)}. "
            f"{limit.advice}",
        )


def budget_of(job: ClaimedJob, settings: Settings, month: MonthlyBudget | None) -> Budget:
    """What the job's run may spend, by the settings and by its organisation's budget."""
    limits = []
    if settings.max_cost_per_job is not None:
        advice = (
            "Ask for fewer questions, or have the operator raise ASSESSGEN_MAX_COST_PER_JOB or set "
            "ASSESSGEN_ON_BUDGET=fallback."
        )
        limits.append(Limit("the budget of a job", settings.max_cost_per_job, _spent_on(job), advice))
    if month is not None:
        advice = (
            f"It is renewed on {month.renewed_at:%Y-%m-%d}; the operator can raise it with "
            f'`assessgen orgs budget "{month.organization}" DOLLARS`.'
        )
        whose = f"the monthly budget of {month.organization}"
        limits.append(Limit(whose, month.micro_dollars, month.spent, advice))
    return Budget(limits, settings.on_budget)


def _spent_on(job: ClaimedJob) -> int:
    paid = sum(int(answer["micro_dollars"]) for answer in job.answers.values())
    held = sum(call.worst_micro_dollars for call in job.registered.values() if call.status in UNSETTLED)
    return paid + held


def dollars(micro_dollars: int) -> str:
    """An amount as people write it: cents, and more digits where it is less than a dollar."""
    digits = 2 if micro_dollars >= 1_000_000 or micro_dollars == 0 else 4
    return f"${micro_dollars / 1_000_000:,.{digits}f}"
