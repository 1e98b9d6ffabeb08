"""Reliability and load: availability, error budgets, rate limits, weights, workers, caches."""

import random
from fractions import Fraction

from workers.generation.item_models import Draw, item_model
from workers.generation.item_models.figures import Mistake, asked, plain

DESIGN = ("system-design", "site-reliability-engineering", "cloud-architecture", "distributed-systems")


@item_model(
    "combined-availability",
    skills=(*DESIGN, "disaster-recovery", "aws", "azure"),
    difficulty="senior",
    cognitive_level="apply",
    seconds=110,
)
def combined_availability(rng: random.Random) -> Draw:
    """The availability of a service behind a balancer, of whose two copies one is enough."""
    front, copy = Fraction(rng.randrange(990, 1000), 10), Fraction(rng.randrange(900, 990, 5), 10)
    pair = 100 - (100 - copy) ** 2 / 100
    key = front * pair / 100
    mistakes: list[Mistake] = [
        (front * copy**2 / 10_000, "All three are taken to be needed."),
        (min(front, copy), "The weakest part is taken for the whole."),
        (pair, "The load balancer is left out."),
        (front * copy / 100, "The second copy is left out."),
        ((front + pair) / 2, "The mean is taken in place of the product."),
        (front, "Two copies are taken to be free of failure."),
    ]
    what = rng.choice(["a search service", "a checkout service", "an image service", "a login service"])
    return asked(
        rng,
        f"A load balancer with an availability of {plain(front)}% stands before two copies of {what}, each "
        f"with {plain(copy)}%. One copy is enough, and the three fail independently. What availability, in "
        "percent to three decimals, do users see?",
        key,
        mistakes,
        f"Both copies fail together {plain((100 - copy) ** 2 / 100)}% of the time, so the pair has "
        f"{plain(pair)}%; times {plain(front)}%.",
        places=3,
        form="{}%",
    )


@item_model(
    "error-budget",
    skills=("site-reliability-engineering", "observability", "incident-management", *DESIGN[2:], "itil"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def error_budget(rng: random.Random) -> Draw:
    """The minutes of downtime that an objective still allows."""
    objective, days = (
        Fraction(rng.choice([9900, 9950, 9980, 9990, 9995]), 100),
        rng.choice([7, 14, 28, 30, 60, 90]),
    )
    minutes, month = days * 1440, 31 if days == 30 else 30
    budget = (100 - objective) * minutes / 100
    used = Fraction(int(budget * rng.randint(10, 70)), 100) // 1
    key = budget - used
    mistakes: list[Mistake] = [
        (budget, "The downtime that there was is not taken off."),
        (budget + used, "The downtime that there was is added."),
        (Fraction(used), "The downtime that there was is given."),
        ((100 - objective) * month * 1440 / 100 - used, "A month is taken for the period."),
        (2 * budget - used, "Half of the allowed failure is read."),
        (budget / 2 - used, "Twice the allowed failure is read."),
    ]
    return asked(
        rng,
        f"A service may be down for {plain(100 - objective)}% of each {days} days (objective: "
        f"{plain(objective)}%). In this period it has been down for {used} minutes. How many minutes of "
        "downtime are left, to one decimal?",
        key,
        [mistake for mistake in mistakes if mistake[0] > 0 and mistake[0] != key],
        f"{plain(100 - objective)}% of {minutes:,} minutes are {plain(budget)}; less {used} that is "
        f"{plain(key)}.",
        places=1,
    )


@item_model(
    "token-bucket",
    skills=("rest-api-design", *DESIGN, "redis", "application-security"),
    difficulty="senior",
    cognitive_level="analyse",
    seconds=110,
)
def token_bucket(rng: random.Random) -> Draw:
    """The requests of a second burst that a token bucket refuses."""
    size, rate = rng.randrange(20, 110, 10), rng.randint(2, 9)
    first, pause = rng.randrange(size // 2, size * 2, 5), rng.randint(3, 12)
    left = max(0, size - first)
    full = min(size, left + rate * pause)
    second = full + rng.randrange(5, 45)
    mistakes: list[Mistake] = [
        (second - left - rate * pause, "The bucket is taken to have no upper limit."),
        (second - min(size, rate * pause), "What was left after the first burst is lost."),
        (second - left, "The bucket is taken not to be filled in the pause."),
        (second - size, "The bucket is taken to be full again."),
        (full, "The requests that pass are counted."),
        (
            second - min(size, size + rate * pause - first),
            "The first burst is taken to run the bucket into debt.",
        ),
        (max(0, first - size) + second - full, "The requests that the first burst lost are added."),
    ]
    return asked(
        rng,
        f"A rate limiter has a bucket for {size} tokens, full at first, and adds {rate} tokens per second. A "
        f"request takes a token or is refused. {first} requests come at once, then after {pause} seconds "
        f"{second} more at once. How many of those {second} are refused?",
        second - full,
        [mistake for mistake in mistakes if mistake[0] > 0 and mistake[0] != second - full],
        f"After the first burst {left} tokens are left, after the pause {full}; {second} - {full} = "
        f"{second - full}.",
    )


@item_model(
    "weighted-balancing",
    skills=("load-balancing", *DESIGN, "networking"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def weighted_balancing(rng: random.Random) -> Draw:
    """The requests of one server by its weight, once another one has been taken out."""
    weights = rng.sample(range(1, 9), 4)
    names = rng.sample(["amber", "birch", "cedar", "delta", "ember", "fjord"], 4)
    alive, both = sum(weights[:3]), weights[0] + weights[3]
    total = alive * sum(weights) * rng.randint(4, 30)
    mistakes: list[Mistake] = [
        (total * weights[0] // sum(weights), "The weight of the server that is out is still counted."),
        (Fraction(total, 3), "The servers that are left are taken to share alike."),
        (Fraction(total, 4), "All four are taken to share alike."),
        (Fraction(total * weights[0], sum(weights)) + Fraction(total * weights[3], 3 * sum(weights)),
         "The share of the server that is out is split evenly."),
        (Fraction(total * both, sum(weights)), "The share of the server that is out is added."),
        (total * weights[1] // alive, "Another server's weight is taken."),
    ]  # fmt: skip
    code = "\n".join(f"{name}  weight {weight}" for name, weight in zip(names, weights, strict=True))
    return asked(
        rng,
        f"A load balancer shares requests by the weights below. {names[3]} has failed its health check and "
        f"gets none. Of the next {total:,} requests, how many go to {names[0]}?",
        total * weights[0] // alive,
        mistakes,
        f"The weights that are left add up to {alive}, of which {names[0]} has {weights[0]}.",
        code=code,
    )


@item_model(
    "workers-needed",
    skills=(*DESIGN, "backend-development", "performance-testing", "operations-research"),
    difficulty="senior",
    cognitive_level="apply",
    seconds=100,
)
def workers_needed(rng: random.Random) -> Draw:
    """The workers that a load keeps busy to a given part at most (utilisation law)."""
    rate, busy, most = (
        rng.randrange(40, 400, 10),
        rng.randrange(50, 650, 10),
        rng.choice([50, 60, 70, 75, 80]),
    )
    demand = Fraction(rate * busy, 1000)
    key = _up(demand * 100 / most)
    mistakes: list[Mistake] = [
        (_up(demand), "The workers are taken to be busy all the time."),
        (_up(demand * most / 100), "The load is multiplied by the utilisation."),
        (_up(demand * (200 - most) / 100), "The part that is to be free is added to the load."),
        (key - 1, "The number is rounded down."),
        (_up(Fraction(rate * 1000, busy * 10)), "The rate is divided by the time."),
        (_up(demand * 100 / (100 - most)), "The part that is to be free is divided by."),
    ]
    return asked(
        rng,
        f"A service gets {rate} requests per second. Each keeps one worker busy for {busy} ms. How many "
        f"workers does it need so that they are busy for {most}% of the time at most?",
        key,
        mistakes,
        f"{rate} per second times {plain(Fraction(busy, 1000))} s keep {plain(demand)} workers busy; divided "
        f"by {plain(Fraction(most, 100))} and rounded up that is {key}.",
    )


def _up(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


@item_model(
    "cache-latency",
    skills=("caching", "redis", *DESIGN, "web-performance"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def cache_latency(rng: random.Random) -> Draw:
    """The mean time of a read through a cache that is asked first."""
    hit, cache, store = rng.choice([60, 70, 75, 80, 85, 90]), rng.randint(1, 9), rng.randrange(30, 200, 5)
    miss = 100 - hit
    key = cache + Fraction(miss * store, 100)
    mistakes: list[Mistake] = [
        (Fraction(hit * cache + miss * store, 100), "A miss is taken not to ask the cache."),
        (Fraction(hit * store + miss * (cache + store), 100), "Hits and misses are exchanged."),
        (Fraction(cache + store, 2), "Hits and misses are taken to be equally many."),
        (Fraction(miss * (cache + store), 100), "The hits are left out."),
        (cache + Fraction(hit * store, 100), "The share of hits is taken for that of misses."),
        (Fraction(cache + store), "Each read is taken to be a miss."),
    ]
    what = rng.choice(["prices", "profiles", "sessions", "stock levels", "translations"])
    return asked(
        rng,
        f"Reads of {what} ask a cache first, which takes {cache} ms; {hit}% are found there. A miss then "
        f"asks the database, which takes {store} ms more. How many ms does a read take on average, to two "
        "decimals?",
        key,
        mistakes,
        f"Each read takes {cache} ms, and {miss}% take {store} ms more: {cache} + "
        f"{plain(Fraction(miss * store, 100))} = {plain(key)}.",
        places=2,
    )
