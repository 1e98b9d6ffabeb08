"""Item models on networks, HTTP, systems and containers: each key worked out again from the item's own text.

Nothing of the models is used here but what they drew; where they compute, this counts, steps or builds bits.
"""

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from workers.generation import item_models
from workers.generation.brief import Item
from workers.generation.item_models import drawn

MODELS = item_models.load()
DRAWS = 40


def numbers(text: str) -> list[Fraction]:
    """Every number of a text, in order."""
    return [Fraction(one.replace(",", "")) for one in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def whole(text: str) -> list[int]:
    return [int(one) for one in numbers(text)]


def bits(address: str) -> str:
    return "".join(f"{int(octet):08b}" for octet in address.split("."))


def dotted(text: str) -> str:
    return ".".join(str(int(text[at : at + 8], 2)) for at in range(0, 32, 8))


def blocks(text: str) -> list[tuple[str, int]]:
    """The networks of a text: the bits that they fix, and how many."""
    found = re.findall(r"(\d+\.\d+\.\d+\.\d+)/(\d+)", text)
    return [(bits(address)[: int(length)], int(length)) for address, length in found]


def ratio(text: str) -> Fraction:
    return Fraction(re.sub(r"[^\d.]", "", text))


def nearest(item: Item, value: Fraction | int) -> list[str]:
    """The options that are the value, rounded as they are."""
    places = len(item.options[0].rstrip("% TB").partition(".")[2])
    half = Fraction(1, 2 * 10**places)
    return [option for option in item.options if -half < ratio(option) - value <= half]


def said(item: Item, value: object) -> list[str]:
    return [option for option in item.options if option == str(value)]


def host_count(item: Item) -> list[str]:
    [(fixed, _)] = blocks(item.stem)
    kept = 5 if "provider" in item.stem else 2
    return nearest(item, sum(1 for _ in range(2 ** (32 - len(fixed)))) - kept)


def in_subnet(item: Item) -> list[str]:
    [(fixed, _)] = blocks(item.stem)
    return [option for option in item.options if bits(option).startswith(fixed)]


def edge(item: Item) -> list[str]:
    [(fixed, _)] = blocks(item.stem)
    return said(item, dotted(fixed.ljust(32, "0" if "network address" in item.stem else "1")))


def smallest(item: Item) -> list[str]:
    [hosts] = whole(item.stem.replace("IPv4", ""))
    enough = [option for option in item.options if 2 ** (32 - int(option)) - 2 >= hosts]
    return [max(enough, key=int)]


def next_hop(item: Item) -> list[str]:
    target = bits(re.findall(r"\d+\.\d+\.\d+\.\d+", item.stem)[0])
    routes = [(blocks(line)[0], line.split()[-1]) for line in str(item.code).splitlines()]
    matching = [(length, hop) for (fixed, length), hop in routes if target.startswith(fixed)]
    return said(item, max(matching)[1])


def summary(item: Item) -> list[str]:
    networks = [fixed for fixed, _ in blocks(str(item.code))]
    covers = {option: blocks(option)[0][0] for option in item.options}
    enough = [option for option, fixed in covers.items() if all(one.startswith(fixed) for one in networks)]
    return [max(enough, key=lambda option: len(covers[option]))]


STATUSES = {
    "with its new address": 201,
    "into a queue": 202,
    "has no body": 204,
    "without credentials": 401,
    "a valid login whose role": 403,
    "never stored": 404,
    "supports GET and POST only": 405,
    "unique number": 409,
    "If-Match": 412,
    "in XML": 415,
    "CSV alone": 406,
    "more than its quota": 429,
    "If-None-Match": 304,
    "from now on": 308,
}


def status(item: Item) -> list[str]:
    [code] = [code for words, code in STATUSES.items() if words in item.stem]
    return [option for option in item.options if option.startswith(str(code))]


def freshness(item: Item) -> list[str]:
    fields = dict(re.findall(r"([\w-]+)[=:] ?(\d+)", str(item.code)))
    lifetime = fields["s-maxage"] if "many users share" in item.stem else fields["max-age"]
    return nearest(item, int(lifetime) - int(fields["Age"]))


KINDS = {"GET": "si", "HEAD": "si", "OPTIONS": "si", "PUT": "i", "DELETE": "i", "POST": "", "PATCH": ""}


def property_holds(item: Item) -> list[str]:
    method = re.search(r"request ([A-Z]+) /", item.stem)
    assert method
    return [str(("i" if "sent twice" in item.stem else "s") in KINDS[method[1]])]


def of_kind(item: Item) -> list[str]:
    wanted = {"safe,": "si", "idempotent and": "i", "not": ""}
    kind = re.search(r"defines as (safe,|idempotent and|not)", item.stem)
    assert kind
    return [option for option in item.options if KINDS[option.split()[0]] == wanted[kind[1]]]


ORDER = (
    "asks its DNS resolver",
    "recursive resolver",
    "root server",
    "top-level",
    "name server of",
    "gives the browser",
    "opens a TCP",
    "the SYN flag",
    "SYN and ACK",
    "ClientHello",
    "ServerHello",
    "the request GET",
    "status line",
)


def in_order(item: Item) -> list[str]:
    return [option for words in ORDER for option in item.options if words in option]


def utf8(item: Item) -> list[str]:
    text = item.stem.partition('"')[2].rpartition('"')[0]
    sizes = [sum(ord(letter) >= bound for bound in (0, 0x80, 0x800, 0x10000)) for letter in text]
    return nearest(item, sum(sizes))


def at_path(item: Item) -> list[str]:
    value = json.loads(str(item.code))
    path = re.findall(r"[a-z]+(?=[\[.?])|(?<=\[)\d", item.stem.rpartition(" ")[2])
    for step in path:
        value = value[int(step)] if step.isdigit() else value[step]
    return said(item, value)


def in_base(item: Item) -> list[str]:
    found = re.search(r"the (\w+) number (\w+) as an? (\w+)", item.stem)
    assert found
    bases = {"hexadecimal": 16, "decimal": 10, "octal": 8, "binary": 2}
    return [
        option for option in item.options if int(option, bases[found[3]]) == int(found[2], bases[found[1]])
    ]


def mode(item: Item) -> list[str]:
    letters = str(item.code)[1:10]
    values = [letter != "-" and {"r": 4, "w": 2, "x": 1}[letter] for letter in letters]
    return said(item, "".join(str(sum(values[at : at + 3])) for at in (0, 3, 6)))


def under_umask(item: Item) -> list[str]:
    found = re.search(r"umask (\d{3})\..* mode 0(\d{3})", item.stem)
    assert found
    mask, full = (f"{int(text, 8):09b}" for text in found.groups())
    kept = "".join(bit if hidden == "0" else "0" for bit, hidden in zip(full, mask, strict=True))
    return said(item, f"{int(kept, 2):03o}")


def minutes_of_transfer(item: Item) -> list[str]:
    size, rate, share, *_ = numbers(item.stem)
    return nearest(item, size * 10**9 * 8 / (rate * 10**6 * share / 100) / 60)


def raid(item: Item) -> list[str]:
    level, disks, size = whole(item.stem)
    lost = {5: 1, 6: 2, 10: Fraction(disks, 2)}[level]
    return nearest(item, disks * size - lost * size)


def lost_minutes(item: Item) -> list[str]:
    every, _, _, takes, hour, minute = whole(item.stem)
    fails = hour * 60 + minute
    starts = [start for start in range(0, 1440, every) if start + takes <= fails]
    return nearest(item, fails - starts[-1])


def container(item: Item) -> list[str]:
    port = item.stem.partition("localhost:")[2][:4]
    name = re.search(rf'(\w+):\n    image: .*\n    ports:\n      - "{port}:(\d+)"', str(item.code))
    assert name
    return said(item, f"{name[1]}, on port {name[2]}")


def first_rebuilt(item: Item) -> list[str]:
    changed = re.search(r"only (\S+) changed", item.stem)
    assert changed
    lines = str(item.code).splitlines()
    copied = [line for line in lines if re.match(rf"COPY (\.|{re.escape(changed[1])}) ", line)]
    return said(item, lines.index(copied[0]) + 1)


def pods(item: Item) -> list[str]:
    cores, memory, used_cpu, used_memory, cpu, mega, *_ = whole(str(item.code))
    count = 0
    while used_cpu + cpu <= cores * 1000 and used_memory + mega <= memory * 1024:
        used_cpu, used_memory, count = used_cpu + cpu, used_memory + mega, count + 1
    return nearest(item, count)


def rolling(item: Item) -> list[str]:
    replicas, surge, unavailable = whole(item.stem)
    if "at most" in item.stem:
        return nearest(item, min(n for n in range(100) if 100 * (n - replicas) >= surge * replicas))
    return nearest(item, min(n for n in range(100) if 100 * (replicas - n) <= unavailable * replicas))


def availability(item: Item) -> list[str]:
    front, copy = (Fraction(text) / 100 for text in re.findall(r"([\d.]+)%", item.stem))
    up = sum(
        (copy if first else 1 - copy) * (copy if second else 1 - copy)
        for first, second in ((1, 1), (1, 0), (0, 1))
    )
    return nearest(item, 100 * front * up)


def budget(item: Item) -> list[str]:
    _, days, objective, used = numbers(item.stem)
    return nearest(item, days * 24 * 60 * (1 - objective / 100) - used)


def refused(item: Item) -> list[str]:
    size, rate, first, pause, second, _ = whole(item.stem)
    tokens = size
    for _ in range(first):
        tokens = max(0, tokens - 1)
    for _ in range(rate * pause):
        tokens = min(size, tokens + 1)
    return nearest(item, sum(1 for place in range(second) if place >= tokens))


def balanced(item: Item) -> list[str]:
    weights = {name: int(weight) for name, weight in re.findall(r"(\w+)  weight (\d+)", str(item.code))}
    failed = re.search(r"(\w+) has failed", item.stem)
    asked = re.search(r"go to (\w+)", item.stem)
    assert failed
    assert asked
    del weights[failed[1]]
    return nearest(item, Fraction(whole(item.stem)[0] * weights[asked[1]], sum(weights.values())))


def staff(item: Item) -> list[str]:
    rate, busy, most = whole(item.stem)
    return nearest(item, next(n for n in range(1, 9999) if rate * busy * 100 <= n * 1000 * most))


def mean_read(item: Item) -> list[str]:
    cache, hit, store = whole(item.stem)
    reads = [cache if place < hit else cache + store for place in range(100)]
    return nearest(item, Fraction(sum(reads), 100))


CHECKS: dict[str, Callable[[Item], Sequence[str]]] = {
    "subnet-host-count": host_count,
    "hosts-in-subnet": in_subnet,
    "subnet-edge": edge,
    "smallest-subnet": smallest,
    "route-lookup": next_hop,
    "route-summary": summary,
    "http-status": status,
    "cache-freshness": freshness,
    "method-property": property_holds,
    "methods-of-a-kind": of_kind,
    "opening-a-page": in_order,
    "utf8-length": utf8,
    "json-path": at_path,
    "number-base": in_base,
    "octal-mode": mode,
    "umask-mode": under_umask,
    "transfer-time": minutes_of_transfer,
    "raid-capacity": raid,
    "backup-loss": lost_minutes,
    "published-port": container,
    "layer-cache": first_rebuilt,
    "pods-per-node": pods,
    "rolling-update": rolling,
    "combined-availability": availability,
    "error-budget": budget,
    "token-bucket": refused,
    "weighted-balancing": balanced,
    "workers-needed": staff,
    "cache-latency": mean_read,
}


@pytest.mark.parametrize("name", CHECKS)
def test_the_key_and_it_alone_follows_from_the_items_text(name: str) -> None:
    for item in drawn(MODELS[name], DRAWS, seed=11):
        right, options = CHECKS[name](item), item.options[: item.right]
        assert (list(right) if item.type == "ordering" else set(right)) == (
            list(options) if item.type == "ordering" else set(options)
        ), item
        assert len(right) == item.right


def test_every_model_of_these_files_is_checked() -> None:
    files = {"networking", "http", "statuses", "systems", "containers", "reliability"}
    made = {name for name, model in MODELS.items() if model.make.__module__.rpartition(".")[2] in files}
    assert made == set(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("kind", ["numeric", "short_answer"])
def test_an_answer_without_options_follows_from_the_text_too(name: str, kind: str) -> None:
    model, rng = MODELS[name], random.Random(5)
    if kind not in model.types():
        return
    for _ in range(DRAWS):
        item = model.item(model.skills[0], "A skill", kind, rng)
        assert len(CHECKS[name](replace(item, options=item.accepted[:1], right=1))) == 1, item


@pytest.mark.parametrize("name", CHECKS)
def test_the_checks_tell_a_wrong_key(name: str) -> None:
    for item in drawn(MODELS[name], 5):
        turned = item.options[::-1]
        assert CHECKS[name](replace(item, options=turned))[: item.right] != list(turned[: item.right])
