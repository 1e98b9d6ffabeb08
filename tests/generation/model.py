"""A form made by the claude engine: the real SDK over loopback, through the tools in memory."""

import asyncio
from collections.abc import Callable
from typing import Any

from settings import Models
from tests.fakes.model_server import ModelServer
from tests.generation.tools import FakeTools, word
from workers.generation import pipeline, rubric_scoring
from workers.generation.brief import Analysis, Brief, FormDraft
from workers.generation.engines import claude, prompts
from workers.generation.engines.model_client import ModelClient
from workers.generation.tools import ModelAnswer, ModelRequest

GUIDES = {
    "analyse": prompts.ANALYST_GUIDE,
    "write": prompts.WRITER_GUIDE,
    "solve": prompts.SOLVER_GUIDE,
    "review": prompts.CRITIC_GUIDE,
    "score": rubric_scoring.GUIDE,
}
KEY = "test-key-that-nobody-may-see"
Json = dict[str, Any]


def form_from(
    server: ModelServer,
    a_brief: Brief,
    tools: FakeTools | None = None,
    key: str = KEY,
    timeout: float = 20,
    models: Models | None = None,
) -> FormDraft:
    """The form of one job on the server's model."""
    tools = tools or FakeTools()
    models = models or Models()
    tools.writer_model = models.writer

    async def run() -> FormDraft:
        client = ModelClient(key, server.url, timeout, 50)
        tools.send = client.send
        try:
            return await pipeline.generate(a_brief, claude.engine(models), tools)
        finally:
            await client.close()

    return asyncio.run(run())


def form_on(server: ModelServer, a_brief: Brief, known: Analysis, tools: FakeTools) -> FormDraft:
    """The form of one job on known skills, on the server's model."""

    async def run() -> FormDraft:
        client = ModelClient(KEY, server.url, 20, 50)
        tools.send = client.send
        try:
            return await pipeline.generate_on(a_brief, known, claude.engine(Models()), tools)
        finally:
            await client.close()

    return asyncio.run(run())


def sent(server: ModelServer, request: ModelRequest, key: str = KEY, timeout: float = 20) -> ModelAnswer:
    """One call's answer."""

    async def run() -> ModelAnswer:
        client = ModelClient(key, server.url, timeout, 50)
        try:
            return await client.send(request)
        finally:
            await client.close()

    return asyncio.run(run())


def stage_is(stage: str) -> Callable[[Json], bool]:
    """Whether a request is of that stage."""
    guide = GUIDES[stage]
    return lambda request: bool(request["system"][0]["text"] == guide)


def writer_of(skill: str) -> Callable[[Json], bool]:
    """Whether a request asks for items on that skill."""
    return lambda request: stage_is("write")(request) and f'Skill: "{skill}"' in user_text(request)


def user_text(request: Json) -> str:
    """The request's user turn."""
    (turn,) = request["messages"]
    assert turn["role"] == "user"
    text: str = turn["content"]
    return text


def analysis(*skills: str | Json, **more: Any) -> Json:
    """What an analyst answers."""
    plain = {"must_have": True, "weight": 3, "evidence": ""}
    named = [plain | (one if isinstance(one, dict) else {"name": one}) for one in skills]
    return {"job_title": "Dev", "seniority": "senior", "summary": "A role.", "skills": named} | more


def written_item(number: int, **more: Any) -> Json:
    """What a writer answers for a cell."""
    return {
        "stem": f"Which way out of the {word(number)} do you choose after a {word((number, 2))}?",
        "code": "",
        "code_language": "",
        "correct": f"way {number}",
        "distractor_1": "first wrong way",
        "distractor_2": "second wrong way",
        "distractor_3": "third wrong way",
        "misconception_1": "one",
        "misconception_2": "two",
        "misconception_3": "three",
        "explanation": "It leads out.",
        "difficulty": "intermediate",
        "cognitive_level": "apply",
        "seconds": 60,
    } | more
