"""Small working situations that the code in item models is about: names of variables and what they hold."""

import random
from typing import NamedTuple


class Series(NamedTuple):
    """Numbers under a name: what one of them is called, what the list holds, and their range."""

    name: str
    one: str
    what: str
    lowest: int
    highest: int

    def numbers(self, rng: random.Random, count: int) -> list[int]:
        """Different numbers of the series, in no order."""
        return rng.sample(range(self.lowest, self.highest + 1), count)


class Words(NamedTuple):
    """Short words under a name: what one of them is called, and what is counted of each."""

    name: str
    one: str
    what: str
    counted: str
    pool: tuple[str, ...]


SERIES = (
    Series("temperatures", "degree", "temperatures of a cold store", 2, 30),
    Series("latencies", "latency", "response times of a service in milliseconds", 15, 95),
    Series("waits", "wait", "waiting times at a counter in minutes", 2, 45),
    Series("weights", "weight", "weights of parcels in kilograms", 1, 40),
    Series("totals", "total", "totals of orders in euros", 10, 99),
    Series("sizes", "size", "sizes of uploaded files in megabytes", 3, 80),
    Series("scores", "score", "scores of a quiz", 5, 60),
    Series("speeds", "speed", "speeds measured by a road sensor", 20, 90),
    Series("levels", "level", "fill levels of a tank in percent", 5, 95),
    Series("durations", "duration", "durations of builds in seconds", 20, 99),
    Series("distances", "distance", "distances of deliveries in kilometres", 2, 60),
    Series("loads", "load", "loads of a server in percent", 10, 99),
)

WORDS = (
    Words(
        "tickets",
        "ticket",
        "support tickets",
        "hours open",
        ("login", "refund", "printer", "invoice", "badge", "vpn"),
    ),
    Words(
        "stages", "stage", "stages of a build", "minutes", ("lint", "build", "test", "scan", "pack", "ship")
    ),
    Words(
        "depots", "depot", "depots of a carrier", "vans", ("Bern", "Lyon", "Oslo", "Porto", "Turin", "Ghent")
    ),
    Words(
        "parts",
        "part",
        "parts in a store room",
        "pieces",
        ("bolt", "valve", "hose", "gasket", "clamp", "spring"),
    ),
    Words("hosts", "host", "hosts in a rack", "alerts", ("web1", "web2", "db1", "cache", "queue", "proxy")),
    Words(
        "topics",
        "topic",
        "topics of a newsletter",
        "readers",
        ("energy", "rail", "health", "sport", "trade", "music"),
    ),
    Words(
        "shifts",
        "shift",
        "shifts on a rota",
        "people",
        ("early", "late", "night", "split", "relief", "standby"),
    ),
    Words(
        "reports",
        "report",
        "reports of a team",
        "pages",
        ("sales", "stock", "audit", "payroll", "budget", "tax"),
    ),
    Words("rooms", "room", "meeting rooms", "seats", ("Aspen", "Birch", "Cedar", "Maple", "Olive", "Rowan")),
    Words(
        "fields",
        "field",
        "columns of an export",
        "empty cells",
        ("price", "city", "email", "phone", "status", "code"),
    ),
)

PEOPLE = (
    "Ada",
    "Ben",
    "Cora",
    "Dan",
    "Elif",
    "Femi",
    "Gita",
    "Hugo",
    "Ines",
    "Jon",
    "Kira",
    "Liam",
    "Mara",
    "Noor",
)


def series(rng: random.Random) -> Series:
    """Any of the series."""
    return rng.choice(SERIES)


def words(rng: random.Random, count: int) -> tuple[Words, list[str]]:
    """Any of the word lists and `count` of its words."""
    chosen = rng.choice(WORDS)
    return chosen, rng.sample(chosen.pool, count)
