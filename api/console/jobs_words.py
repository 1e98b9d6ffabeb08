"""What jobs are called on pages."""

from babel.numbers import format_currency
from flask_babel import get_locale, gettext

from models.task_executions import (
    ASSESSMENT_CREATION,
    COMPLETED,
    FAILED,
    PENDING,
    PROCESSING,
    QUESTION_REPLACEMENT,
    TASK_SCORING,
    VERIFICATION_FORM,
    TaskExecution,
)

BADGES = {PENDING: "", PROCESSING: "", COMPLETED: "good", FAILED: "bad"}
CANCELLED = "CANCELLED"


def statuses() -> dict[str, str]:
    """The names of the statuses."""
    return {
        PENDING: gettext("waiting"),
        PROCESSING: gettext("running"),
        COMPLETED: gettext("completed"),
        FAILED: gettext("failed"),
    }


def status(job: TaskExecution) -> str:
    """How it is with a job; that one was cancelled is worth a word of its own."""
    if is_cancelled(job):
        return str(gettext("cancelled"))
    if job.status in (PENDING, PROCESSING) and job.waiting_since is not None:
        return str(gettext("waiting for a batch"))
    return statuses().get(job.status, job.status)


def badge(job: TaskExecution) -> str:
    """The class of its badge."""
    return "warn" if is_cancelled(job) else BADGES.get(job.status, "")


def is_cancelled(job: TaskExecution) -> bool:
    """Whether its owner has ended it."""
    return job.error is not None and job.error.get("code") == CANCELLED


def kinds() -> dict[str, str]:
    """The names of the types of jobs."""
    return {
        ASSESSMENT_CREATION: gettext("Assessment"),
        QUESTION_REPLACEMENT: gettext("Replacement of a question"),
        VERIFICATION_FORM: gettext("Verification’s questions"),
        TASK_SCORING: gettext("Scoring of a task"),
    }


def kind(job: TaskExecution) -> str:
    """What sort of job it is."""
    return kinds().get(job.type, job.type)


def title(job: TaskExecution) -> str:
    """What it is about: the role, where it has one."""
    role = (job.brief or {}).get("role")
    return str(role) if role else kind(job)


def why(job: TaskExecution) -> str:
    """What a failure means for whoever asked for the job, before the job's own sentence."""
    code = (job.error or {}).get("code")
    reasons = {
        CANCELLED: gettext("It was cancelled. You can try it again: what was paid for is kept."),
        "NO_SKILLS": gettext(
            "The description names nothing that could be asked about. Describe the work itself."
        ),
        "ATTEMPTS_EXHAUSTED": gettext("It was begun several times and came no further."),
        "BUDGET_EXCEEDED": gettext("It would cost more than your budget allows."),
    }
    return str(reasons.get(str(code)) or gettext("It could not be completed."))


def money(micro_dollars: int) -> str:
    """Micro-dollars as dollars: whole cents from ten cents on, four places below."""
    dollars = micro_dollars / 1_000_000
    if dollars >= 0.1 or not dollars:
        return str(format_currency(dollars, "USD", locale=get_locale()))
    rounded = max(round(dollars, 4), 0.0001)
    return str(
        format_currency(
            rounded, "USD", locale=get_locale(), currency_digits=False, decimal_quantization=False
        )
    )
