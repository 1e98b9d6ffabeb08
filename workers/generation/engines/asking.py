"""What every call to the model shares: the request's body, and reading the answer as data.

The request shapes are those of anthropic 2.11: structured output by `output_config`, no
temperature, and the stop reason is checked before the text is read.
"""

from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from workers.generation.tools import ModelAnswer, ModelRequest


class UnusableAnswer(Exception):
    """The model answered, but not with what was asked for; the message says how."""


Answered = TypeVar("Answered", bound=BaseModel)


def request(
    stage: str, model: str, max_tokens: int, guide: str, text: str, shape: type[BaseModel]
) -> ModelRequest:
    """A call whose answer has that shape. The guide is constant and cached; `text` is the user's turn."""
    body = {
        "model": model,
        "max_tokens": max_tokens,
        "system": [{"type": "text", "text": guide, "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": text}],
        "output_config": {"format": output_format(shape)},
    }
    return ModelRequest(stage, body)


@cache
def output_format(model: type[BaseModel]) -> dict[str, Any]:
    """The output format of a stage: the same bytes every time, for the grammar is cached.

    The SDK is imported here and not above, so that an offline worker never loads it.
    """
    import anthropic

    return {"type": "json_schema", "schema": anthropic.transform_schema(model)}


def parsed(answer: ModelAnswer, model: type[Answered]) -> Answered:
    """The answer as data; raises UnusableAnswer for a refusal, a cut-off answer or the wrong shape."""
    if answer.stop_reason == "refusal":
        raise UnusableAnswer("the model refused the request")
    if answer.stop_reason != "end_turn":
        raise UnusableAnswer(f"the model's answer was cut off ({answer.stop_reason})")
    try:
        return model.model_validate_json(answer.text)
    except ValidationError as error:
        raise UnusableAnswer(
            f"the model's answer has not the shape asked for ({error.error_count()} errors)"
        ) from error
