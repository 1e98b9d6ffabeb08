"""JavaScript programs about values: coercion, comparison, defaults, sorting; the key is what they log.

No JavaScript runs here: a mirror of the language's rules works the key out, and a test has Node confirm it.
"""

import random

from workers.generation.item_models import Draw, Wrong, item_model

SKILLS = ("javascript", "nodejs", "react")

# A number, a string, or NaN as None.
Value = int | str | None


def _number(value: Value) -> int | None:
    if isinstance(value, str):
        text = value.removeprefix("-")
        return int(value) if text.isdigit() else None
    return value


def _shown(value: Value) -> str:
    return "NaN" if value is None else str(value)


def _worked(left: Value, sign: str, right: Value) -> Value:
    """The operator by the language's rules: + joins as soon as one side is a string, - and * make numbers."""
    if sign == "+" and (isinstance(left, str) or isinstance(right, str)):
        return _shown(left) + _shown(right)
    one, two = _number(left), _number(right)
    if one is None or two is None:
        return None
    return {"+": one + two, "-": one - two, "*": one * two}[sign]


def _chain(values: list[Value], signs: tuple[str, str]) -> Value:
    """The three values with the operators between them, products first, else from the left."""
    if signs[1] == "*" and signs[0] != "*":
        return _worked(values[0], signs[0], _worked(values[1], signs[1], values[2]))
    return _worked(_worked(values[0], signs[0], values[1]), signs[1], values[2])


FORMS = (
    ("price", "quantity", "discount"),
    ("hours", "rate", "bonus"),
    ("rent", "months", "deposit"),
    ("width", "margin", "border"),
    ("base", "fee", "credit"),
    ("stock", "delivery", "damaged"),
    ("tickets", "seats", "reserved"),
)


@item_model("javascript-coercion", skills=SKILLS, difficulty="entry", cognitive_level="apply", seconds=60)
def coercion(rng: random.Random) -> Draw:
    """Sums, differences and products of numbers and of numbers that came as strings."""
    names, numbers = rng.choice(FORMS), rng.sample(range(2, 21), 3)
    kinds = rng.choice([(0, 1, 0), (1, 0, 0), (0, 0, 1), (1, 0, 1), (1, 1, 0), (0, 1, 1)])
    values: list[Value] = [
        str(number) if text else number for number, text in zip(numbers, kinds, strict=True)
    ]
    signs = rng.choice([("+", "+"), ("+", "-"), ("-", "+"), ("*", "+"), ("+", "*")])
    plain: list[Value] = list(numbers)
    joined: list[Value] = [str(number) for number in numbers]
    from_right = _worked(values[0], signs[0], _worked(values[1], signs[1], values[2]))
    from_left = _worked(_worked(values[0], signs[0], values[1]), signs[1], values[2])
    lines = [
        f"const {name} = {f'{chr(34)}{value}{chr(34)}' if isinstance(value, str) else value};"
        for name, value in zip(names, values, strict=True)
    ]
    right = _shown(_chain(values, signs))
    return Draw(
        stem="Some of the values come from a form as strings. What does this program log?",
        right=(right,),
        wrong=(
            Wrong(
                _shown(_chain(plain, signs)), "Strings that hold numbers are taken to be added as numbers."
            ),
            Wrong(_shown(from_right), "The operators are taken to be applied from right to left."),
            Wrong(_shown(_chain(joined, signs)), "One string is taken to turn every value into a string."),
            Wrong(
                _shown(from_left),
                "The operators are taken to be applied from left to right whatever they are.",
            ),
            Wrong("NaN", "A string is taken to spoil every calculation."),
            Wrong(
                "".join(map(str, numbers)), "Every operator is taken to join as soon as a string is there."
            ),
        ),
        explanation="+ joins as soon as one of its sides is a string, while - and * turn strings "
        "into numbers; "
        "products come first, then it goes from left to right.",
        code="\n".join([*lines, f"console.log({names[0]} {signs[0]} {names[1]} {signs[1]} {names[2]});"]),
        code_language="javascript",
        accepted=(right,),
    )


def _comparisons(rng: random.Random) -> list[tuple[str, bool, str]]:
    """Three comparisons on different rules, whether they hold, and what who misjudges them believes."""
    number, less, more = rng.randint(2, 9), rng.randint(2, 9), rng.randint(10, 19)
    groups = [
        [
            (f'{number} == "{number}"', True, "== is taken to ask for one type."),
            (f'{number} === "{number}"', False, "=== is taken to convert the string."),
            (f'{number} !== "{number}"', True, "!== is taken to convert the string."),
        ],
        [
            ("null == undefined", True, "null and undefined are taken to differ under ==."),
            ("null === undefined", False, "null and undefined are taken to be one value."),
            ("null == 0", False, "null is taken to become 0 under ==."),
            ("null >= 0", True, "null is taken to become NaN under >=."),
            ('typeof null === "object"', True, "null is taken to have a type of its own."),
        ],
        [
            ('0 == ""', True, "The empty string is taken to become NaN."),
            ('"" == "0"', False, "Two strings are taken to be compared as numbers."),
            ('true == "1"', True, "A boolean is taken not to become a number under ==."),
            (f"true == {number}", False, "Every number but 0 is taken to equal true."),
        ],
        [
            (
                f'"{more}" < {less}',
                False,
                "A string beside a number is taken to be compared letter by letter.",
            ),
            (f'"{more}" < "{less}"', True, "Two strings of digits are taken to be compared as numbers."),
        ],
        [
            ("NaN == NaN", False, "NaN is taken to equal itself."),
            (f"[{number}] === [{number}]", False, "Arrays are taken to be compared by what they hold."),
        ],
    ]
    return [rng.choice(group) for group in rng.sample(groups, 3)]


@item_model(
    "javascript-comparison",
    skills=("javascript", "nodejs"),
    difficulty="intermediate",
    cognitive_level="understand",
    seconds=75,
)
def comparison(rng: random.Random) -> Draw:
    """Three comparisons, each of which somebody misjudges."""
    asked = _comparisons(rng)
    truths = [truth for _, truth, _ in asked]

    def logged(flips: tuple[int, ...]) -> str:
        return " ".join(str(truth != bool(flip)).lower() for truth, flip in zip(truths, flips, strict=True))

    every = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1) if a or b or c]
    return Draw(
        stem="A reviewer doubts three comparisons. What does this program log?",
        right=(logged((0, 0, 0)),),
        wrong=tuple(
            Wrong(logged(flips), " ".join(asked[at][2] for at, flip in enumerate(flips) if flip))
            for flips in rng.sample(every, 3)
        ),
        explanation="=== compares without conversion, and objects by identity; == turns strings and "
        "booleans into "
        "numbers, takes null and undefined for equal to each other only, and NaN equals nothing.",
        code="\n".join(["console.log(", *[f"  {expression}," for expression, _, _ in asked], ");"]),
        code_language="javascript",
        accepted=(logged((0, 0, 0)), logged((0, 0, 0)).replace(" ", ", ")),
    )


# What a setting holds: its code, its value in the log, whether it is falsy, whether it is null or missing.
HELD = {
    "0": ("0", True, False),
    "false": ("false", True, False),
    "null": ("null", True, True),
    "": ("undefined", True, True),
}
SETTINGS = (
    ("settings", ("limit", "retries", "delay", "timeout")),
    ("options", ("width", "margin", "columns", "zoom")),
    ("query", ("page", "size", "offset", "depth")),
    ("player", ("lives", "score", "level", "speed")),
    ("item", ("stock", "weight", "discount", "rating")),
    ("config", ("port", "workers", "ttl", "quota")),
)


@item_model(
    "javascript-defaults",
    skills=("javascript", "typescript", "nodejs", "react"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def defaults(rng: random.Random) -> Draw:
    """Settings that are 0, false, null or missing, and defaults by || or ??."""
    thing, names = rng.choice(SETTINGS)
    fields = rng.sample(names, 3)
    held = [*rng.sample(["0", "false", "null", ""], 2), rng.choice(["0", "null", "", str(rng.randint(2, 9))])]
    rng.shuffle(held)
    spare = rng.sample(range(10, 90, 5), 3)
    signs = rng.choice([["||", "??", "??"], ["??", "||", "||"], ["??", "||", "??"], ["||", "??", "||"]])

    def logged(*used: str) -> str:
        return " ".join(
            _defaulted(value, sign, other) for value, sign, other in zip(held, used, spare, strict=True)
        )

    swapped = ["??" if sign == "||" else "||" for sign in signs]
    inside = ", ".join(f"{field}: {value}" for field, value in zip(fields, held, strict=True) if value)
    given = [
        f"  {thing}.{field} {sign} {other}," for field, sign, other in zip(fields, signs, spare, strict=True)
    ]
    return Draw(
        stem="A program falls back on defaults. What does it log?",
        right=(logged(*signs),),
        wrong=(
            Wrong(logged(*swapped), "|| and ?? are mixed up."),
            Wrong(logged("||", "||", "||"), "?? is taken to replace every falsy value."),
            Wrong(logged("??", "??", "??"), "|| is taken to replace null and undefined only."),
            Wrong(logged("", "", ""), "A value that is there, or missing, is taken to be logged as it is."),
            Wrong(logged(signs[0], *swapped[1:]), "|| and ?? are mixed up in the last two lines."),
            Wrong(logged(*swapped[:2], signs[2]), "|| and ?? are mixed up in the first two lines."),
        ),
        explanation="|| replaces every falsy value, 0 and false among them; ?? replaces null and "
        "undefined only.",
        code="\n".join([f"const {thing} = {{ {inside} }};", "console.log(", *given, ");"]),
        code_language="javascript",
    )


def _defaulted(value: str, sign: str, other: int) -> str:
    shown, falsy, lacking = HELD.get(value, (value, False, False))
    return str(other) if (sign == "||" and falsy) or (sign == "??" and lacking) else shown


LISTS = (
    ("latencies", "response times in milliseconds"),
    ("sizes", "file sizes in kilobytes"),
    ("distances", "distances in kilometres"),
    ("views", "page views of five articles"),
    ("amounts", "amounts of five invoices"),
    ("rooms", "room numbers"),
    ("stocks", "stock levels of five articles"),
    ("durations", "durations of calls in seconds"),
)


@item_model("javascript-sort", skills=SKILLS, difficulty="entry", cognitive_level="understand", seconds=60)
def sort(rng: random.Random) -> Draw:
    """sort with and without a function that compares, on numbers of one to three digits."""
    name, what = rng.choice(LISTS)
    numbers = [rng.randint(2, 9), *rng.sample(range(10, 100), 2), *rng.sample(range(100, 251), 2)]
    rng.shuffle(numbers)
    as_text = sorted(numbers, key=str)
    plain = (f"{name}.sort()", as_text, "The numbers are taken to be compared as text.")
    forms = [
        plain,
        (f"{name}.sort((a, b) => a - b)", sorted(numbers), "The numbers are taken to be sorted by size."),
        (
            f"{name}.sort((a, b) => b - a)",
            sorted(numbers)[::-1],
            "The largest number is taken to come first.",
        ),
        (f"{name}.sort().reverse()", as_text[::-1], "The text order is taken to be turned round."),
    ]
    asked = rng.choice([plain, *forms])
    others = [*rng.sample(forms, 4), ("", numbers, "The array is taken to be left in its order.")]
    right = " ".join(map(str, asked[1]))
    return Draw(
        stem=f"The array holds {what}. What does this program log?",
        right=(right,),
        wrong=tuple(Wrong(" ".join(map(str, order)), why) for _, order, why in others),
        explanation="Without a function that compares, sort turns the elements into strings and "
        "orders these; "
        "(a, b) => a - b orders numbers from small to large.",
        code=f'const {name} = {numbers};\nconsole.log({asked[0]}.join(" "));',
        code_language="javascript",
        accepted=(right,),
    )
