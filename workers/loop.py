"""What makes the event loop of a worker process cheap."""

import asyncio
import gc


def new_loop() -> asyncio.AbstractEventLoop:
    """uvloop's where there is one: it takes a fifth off the processor time of a model call."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def spare_the_collector() -> None:
    """Let the garbage collector pass over what lives as long as the process, and look less often.

    With hundreds of calls in flight, everything young looks like garbage to come: at the defaults,
    full collections took a third of the processor time of a hundred jobs.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
