"""A cheap HTTP/1.1 client on keep-alive connections, so that the measured server has the machine."""

import asyncio
import statistics
import time
from dataclasses import dataclass, field


@dataclass
class Load:
    """What a load run saw. Times are in seconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds

    def percentile(self, share: int) -> float:
        """The time below which `share` percent of the answers came, in milliseconds."""
        return statistics.quantiles(self.times, n=100)[share - 1] * 1000


def request_bytes(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A whole request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def _worker(
    port: int, requests: list[bytes], load: Load, keep: bool, gate: asyncio.Barrier | None = None
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while requests:
        if gate is not None:
            await gate.wait()
        started = time.perf_counter()
        writer.write(requests.pop())
        head = await reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        place = lower.find(b"content-length:")
        length = int(lower[place + 15 : lower.index(b"\r\n", place)]) if place >= 0 else 0
        body = await reader.readexactly(length)
        load.times.append(time.perf_counter() - started)
        status = int(head[9:12])
        load.statuses[status] = load.statuses.get(status, 0) + 1
        if keep:
            load.bodies.append(body)
    writer.close()


def each(port: int, clients: list[list[bytes]], together: bool) -> Load:
    """Send each client's requests over a connection of its own, one after the other.

    `together`: nobody sends the next one before all have got their answers.
    """
    load = Load()

    async def everything() -> None:
        started = time.perf_counter()
        gate = asyncio.Barrier(len(clients)) if together else None
        await asyncio.gather(*(_worker(port, requests[::-1], load, False, gate) for requests in clients))
        load.seconds = time.perf_counter() - started

    asyncio.run(everything())
    return load


def run(port: int, requests: list[bytes], clients: int = 32, keep: bool = False) -> Load:
    """Send the requests over `clients` connections."""
    load = Load()

    async def everything() -> None:
        left = list(requests)
        started = time.perf_counter()
        await asyncio.gather(*(_worker(port, left, load, keep) for _ in range(clients)))
        load.seconds = time.perf_counter() - started

    asyncio.run(everything())
    return load
