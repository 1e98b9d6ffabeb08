"""Many things at once."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

Result = TypeVar("Result")


async def together(awaitables: Iterable[Awaitable[Result]]) -> list[Result]:
    """The results in order. All are let end before the first error is raised.

    A model call in flight is paid for, so it must reach the journal even when its neighbour failed.
    """
    results = await asyncio.gather(*awaitables, return_exceptions=True)
    done: list[Result] = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        done.append(result)
    return done
