"""What becomes of a job whose run ended badly: a pure decision, from the error and the attempt."""

from dataclasses import dataclass
from datetime import timedelta

from workers.generation.tools import GenerationFailed, ModelBusy, ModelRefused

LONGEST_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True)
class Again:
    """Run the job again after this pause."""

    after: timedelta


@dataclass(frozen=True)
class Fail:
    """End the job as failed, with a code and a sentence."""

    code: str
    message: str


def decide(error: BaseException, attempts_without_progress: int, max_attempts: int) -> Again | Fail:
    """Permanent faults fail at once; all others are tried again, with doubling pauses."""
    if isinstance(error, GenerationFailed):
        return Fail(error.code, str(error))
    if isinstance(error, ModelRefused):
        return Fail("MODEL_REFUSED", str(error))
    if attempts_without_progress >= max_attempts:
        return Fail(
            "INTERNAL_ERROR",
            f"The job failed {attempts_without_progress} times without getting further "
            f"({type(error).__name__}); the worker's log has the details.",
        )
    # Bounded while they are numbers: a timedelta can't hold every wait that a header may ask for.
    pause = 2.0 ** min(attempts_without_progress, 10)
    if isinstance(error, ModelBusy) and error.retry_after:
        pause = max(pause, error.retry_after)
    return Again(timedelta(seconds=min(pause, LONGEST_PAUSE.total_seconds())))
