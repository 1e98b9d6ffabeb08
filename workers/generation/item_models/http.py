"""HTTP: methods, caching, connections, bodies, after RFC 9110, 9111 and 3629."""

import json
import random

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.figures import Mistake, asked

API = ("rest-api-design", "api-integration", "backend-development", "api-testing")
THINGS = (
    "orders",
    "invoices",
    "tickets",
    "bookings",
    "parcels",
    "members",
    "devices",
    "reports",
    "contracts",
)

# By RFC 9110, 9.2.
SAFE = ("GET", "HEAD", "OPTIONS")
IDEMPOTENT_ONLY = ("PUT", "DELETE")
NOT_IDEMPOTENT = ("POST", "PATCH")


@item_model(
    "cache-freshness",
    skills=("caching", "cdn-edge", "web-performance", *API),
    difficulty="senior",
    cognitive_level="apply",
    seconds=90,
)
def cache_freshness(rng: random.Random) -> Draw:
    """How long a stored response stays fresh, for a browser or for a cache that many share."""
    browser, shared = rng.sample(range(300, 3660, 60), 2)
    age = rng.randrange(20, min(browser, shared) - 30, 10)
    is_shared = rng.random() < 0.5
    lifetime, other = (shared, browser) if is_shared else (browser, shared)
    who = "a cache that many users share" if is_shared else "a browser's own cache"
    path = rng.choice(THINGS)
    code = f"GET /{path}\n\nHTTP/1.1 200 OK\nCache-Control: max-age={browser}, s-maxage={shared}\nAge: {age}"
    mistakes: list[Mistake] = [
        (lifetime, "The age on arrival is not taken off."),
        (other - age, f"The lifetime for {'private' if is_shared else 'shared'} caches is taken."),
        (lifetime + age, "The age is added."),
        (other, "The other lifetime is taken, and the age is not taken off."),
        (age, "The age is taken for what is left."),
    ]
    name = "s-maxage" if is_shared else "max-age"
    return asked(
        rng,
        f"The response below has just reached {who}. For how many more seconds is it fresh there?",
        lifetime - age,
        mistakes,
        f"{name} gives {lifetime:,} seconds for {who}, and {age:,} of them have passed: {lifetime - age:,}.",
        code=code,
    )


def _path(rng: random.Random) -> str:
    return f"/{rng.choice(THINGS)}/{rng.randrange(10, 1000)}"


@item_model(
    "method-property",
    skills=API,
    difficulty="entry",
    cognitive_level="understand",
    seconds=45,
    type="true_false",
)
def method_property(rng: random.Random) -> Draw:
    """Whether a method is safe, or idempotent; each is true of as many draws as it is false."""
    is_true = rng.random() < 0.5
    asks_safe = rng.random() < 0.4
    has = SAFE if asks_safe else SAFE[:2] + IDEMPOTENT_ONLY * 2
    has_not = IDEMPOTENT_ONLY + NOT_IDEMPOTENT if asks_safe else NOT_IDEMPOTENT
    method = rng.choice(has if is_true else has_not)
    request = f"{method} {_path(rng)}"
    claim = (
        f"By HTTP's definition of its method, the request {request} asks for no change on the server."
        if asks_safe
        else f"The request {request} is sent twice, as its first answer was lost. By HTTP's definition of "
        "its method, that is meant to have the same effect on the server as sending it once."
    )
    word = "safe" if asks_safe else "idempotent"
    truth, untruth = ("True", "False") if is_true else ("False", "True")
    return Draw(
        stem=claim,
        right=(truth,),
        wrong=(Wrong(untruth, f"{method} is taken {'not ' if is_true else ''}to be {word}."),),
        explanation=f"RFC 9110 defines {method} as {'' if is_true else 'not '}{word}.",
    )


@item_model(
    "methods-of-a-kind",
    skills=API,
    difficulty="intermediate",
    cognitive_level="understand",
    seconds=60,
    type="multiple_select",
)
def methods_of_a_kind(rng: random.Random) -> Draw:
    """Which requests may be repeated, or change nothing, by their method."""
    kinds = {
        "safe, which is to say read-only": SAFE,
        "idempotent and not safe": IDEMPOTENT_ONLY,
        "not idempotent": NOT_IDEMPOTENT,
    }
    kind = rng.choice(list(kinds))
    right = rng.sample(kinds[kind], 2)
    others = [method for name, methods in kinds.items() if name != kind for method in methods]
    path = _path(rng)
    return Draw(
        stem=f"Which two of these requests for {path} have a method that HTTP defines as {kind}? Choose two.",
        right=tuple(f"{method} {path}" for method in right),
        wrong=tuple(
            Wrong(f"{method} {path}", f"{method} is taken to be {kind}.") for method in rng.sample(others, 3)
        ),
        explanation=f"RFC 9110 defines {' and '.join(kinds[kind])} as {kind}.",
    )


OPENING = (
    "The browser asks its DNS resolver for the address of {host}",
    "The browser sends a TCP segment with the SYN flag",
    "The server answers with a segment that has SYN and ACK set",
    "The browser sends its TLS ClientHello",
    "The server sends its ServerHello and its certificate",
    "The browser sends the request GET {path}",
    "The server sends the status line of its response",
)
LOOKING_UP = (
    "The browser asks its recursive resolver for {host}",
    "The resolver asks a root server",
    "The resolver asks a server of the top-level domain",
    "The resolver asks the name server of the domain",
    "The resolver gives the browser the address of {host}",
    "The browser opens a TCP connection to the address",
)


@item_model(
    "opening-a-page",
    skills=("networking", "dns", "tcp-ip", "technical-troubleshooting", "backend-development"),
    difficulty="intermediate",
    cognitive_level="understand",
    seconds=90,
    type="ordering",
)
def opening_a_page(rng: random.Random) -> Draw:
    """The order of some of the events between an address that is typed and its page."""
    name = f"{rng.choice(['shop', 'www', 'app', 'docs', 'api'])}.{rng.choice(THINGS)}.example"
    path = f"/{rng.choice(['start', 'help', 'login', 'search', 'news'])}"
    events = rng.choice([OPENING, LOOKING_UP])
    places = sorted(rng.sample(range(len(events)), rng.choice([4, 5])))
    return Draw(
        stem=f"A browser opens https://{name}{path} over TLS 1.3 on TCP. No cache on the way holds anything, "
        "and no connection is open. In which order do these events happen?",
        right=tuple(events[place].format(host=name, path=path) for place in places),
        wrong=(),
        explanation="The name is resolved from the root downwards, then TCP connects, then TLS, and only "
        "then HTTP speaks.",
    )


WORDS = (
    "Zoë",
    "Café",
    "Łódź",
    "naïve",
    "Größe",
    "jalapeño",
    "Straße",
    "Malmö",
    "crème",
    "piñata",
    "Köln",
    "Åre",
)
SIGNS = ("€", "→", "☕", "東京", "😀", "🚚", "½", "±", "№", "👍", "§")


@item_model(
    "utf8-length",
    skills=("api-integration", "backend-development", "rest-api-design", "data-engineering", "localisation"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def utf8_length(rng: random.Random) -> Draw:
    """The bytes of a short text in UTF-8."""
    text = f"{rng.choice(WORDS)} {rng.choice(SIGNS)} {rng.randint(1, 40)}"
    key = len(text.encode())
    others = [letter for letter in text if not letter.isascii()]
    mistakes: list[Mistake] = [
        (len(text), "Each character is taken to be one byte."),
        (len(text) + len(others), "Each character outside of ASCII is taken to be two bytes."),
        (len(text.encode("utf-16-le")), "Each character is taken to be two bytes, as in UTF-16."),
        (len(text) + 2 * len(others), "Each character outside of ASCII is taken to be three bytes."),
        (len(text) + 3 * len(others), "Each character outside of ASCII is taken to be four bytes."),
        (key - 1, "A space is not counted."),
        (key + 1, "A byte is counted for the end of the text."),
    ]
    return asked(
        rng,
        "A text field is sent in UTF-8, its accented letters as single characters. How many bytes is "
        f'"{text}" long without the quotation marks?',
        key,
        mistakes,
        "ASCII takes a byte, other letters of Latin and Greek two, most signs and Chinese characters three, "
        f"emoji four: {key} in all.",
    )


@item_model(
    "json-path",
    skills=("api-integration", "api-testing", "rest-api-design", "javascript", "test-automation"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=60,
)
def json_path(rng: random.Random) -> Draw:
    """The number at a path through two lists."""
    outer, inner, leaf = rng.choice(
        [("orders", "lines", "quantity"), ("hosts", "disks", "used"), ("teams", "members", "age"),
         ("shops", "shelves", "items"), ("routes", "stops", "minute"), ("tests", "runs", "errors")]
    )  # fmt: skip
    numbers = rng.sample(range(11, 99), 9)
    grid = [numbers[0:3], numbers[3:6], numbers[6:9]]
    row, column = rng.choice([(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (1, 1), (2, 2)])
    rows = [json.dumps({inner: [{leaf: number} for number in line]}) for line in grid]
    mistakes: list[Mistake] = [
        (
            grid[row - 1][column - 1] if row and column else grid[row][column - 1],
            "Places are counted from one.",
        ),
        (grid[column][row], "The two places are exchanged."),
        (grid[row - 1][column], "The outer list is counted from one, or from its end."),
        (grid[row][column - 1], "The inner list is counted from one, or from its end."),
        (grid[(row + 1) % 3][column], "The place in the outer list is taken one too far."),
        (grid[row][(column + 1) % 3], "The place in the inner list is taken one too far."),
    ]
    key = grid[row][column]
    return asked(
        rng,
        "The first element of a list has the place 0. Which number is at "
        f"{outer}[{row}].{inner}[{column}].{leaf}?",
        key,
        mistakes,
        f"Element {row + 1} of {outer} has the numbers {', '.join(map(str, grid[row]))}; element "
        f"{column + 1} of those is {key}.",
        code=f'{{"{outer}": [\n  ' + ",\n  ".join(rows) + "\n]}",
    )
