"""Python programs about numbers, strings and dicts; the key is what the program prints."""

import random
from collections.abc import Callable

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.running import printed, printed_each
from workers.generation.item_models.situations import PEOPLE, words

OFFSETS = (
    ("minutes", 60, "a time difference in minutes"),
    ("seconds", 60, "a clock's deviation in seconds"),
    ("hours", 24, "a shift's offset in hours"),
    ("days", 7, "a delivery's delay in days, negative when early"),
    ("months", 12, "a contract's offset in months"),
    ("steps", 8, "a motor's position in steps"),
    ("cents", 100, "an account's balance in cents"),
    ("units", 12, "a stock difference in units"),
)


@item_model(
    "python-floor-division",
    skills=("python",),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def floor_division(rng: random.Random) -> Draw:
    """Quotient and remainder of a negative number, floored or cut."""
    name, unit, what = rng.choice(OFFSETS)
    whole, rest = rng.randint(1, 5), rng.randint(1, unit - 1)
    value = -(whole * unit + rest)
    quotients = rng.sample(
        [f"{name} // {unit}", rng.choice([f"int({name} / {unit})", f"-(-{name} // {unit})"])], 2
    )
    remainders = rng.sample([f"{name} % {unit}", f"-(-{name} % {unit})", f"abs({name}) % {unit}"], 2)
    setup = f"{name} = {value}"
    forms = [f"{quotient}, {remainder}" for quotient in quotients for remainder in remainders]
    right, other_rest, other_whole, both = printed_each(setup, forms)
    rounding = (
        "rounded down" if quotients[1].count("//") == 1 and "-(" not in quotients[1] else "cut towards zero"
    )
    return Draw(
        stem=f"The variable holds {what}. What does this program print?",
        right=(right,),
        wrong=(
            Wrong(other_rest, "The sign of the remainder, and the side it is counted from, are mixed up."),
            Wrong(other_whole, f"The quotient is taken to be {rounding}."),
            Wrong(both, f"The quotient is taken to be {rounding}, and the remainder's sign is mixed up."),
        ),
        explanation="// rounds down, also below zero, and % gives a remainder with the divisor's "
        "sign; int() cuts "
        "the decimals off.",
        code=f"{setup}\nprint({forms[0]})",
        code_language="python",
        accepted=(right,),
    )


def _money(rng: random.Random) -> tuple[str, str, dict[str, str]]:
    whole, cents = rng.randint(1200, 98000), rng.choice([1, 2, 3, 4, 6, 7, 8, 9]) + 10 * rng.randint(1, 8)
    value = f"{whole}.{cents:02d}{rng.choice([1, 2, 3, 6, 7, 8])}"
    return (
        value,
        ",.2f",
        {
            ".2f": "The comma in the format is passed over.",
            ",.1f": "The digit that is kept last is taken to be cut too.",
            ",.3f": "The precision is taken to count a digit more.",
            ",.0f": "The format is taken to round to a whole number.",
        },
    )


def _share(rng: random.Random) -> tuple[str, str, dict[str, str]]:
    value = f"0.{rng.randint(11, 98)}{rng.choice([1, 2, 3, 4, 6, 7, 8, 9])}{rng.choice([1, 2, 3, 6, 7, 8])}"
    return (
        value,
        ".1%",
        {
            ".2%": "The decimals of the fraction are taken to be kept.",
            ".0%": "A percentage is taken to be rounded to a whole number.",
            ".3f": "The percent sign is taken to leave the number as it is.",
            ".1f": "The percent sign is taken for a part of the precision.",
        },
    )


def _padded(rng: random.Random) -> tuple[str, str, dict[str, str]]:
    width, value = rng.randint(6, 8), f"{rng.randint(2, 98)}.{rng.choice([12, 27, 38, 41, 63, 74, 86])}"
    return (
        value,
        f"0{width}.1f",
        {
            f"0{width + 2}.1f": "The width is taken to count the digits before the point only.",
            f"0{width}.2f": "The decimals are taken to be kept.",
            f"0{width - 1}.1f": "The decimal point is taken to count for nothing in the width.",
            f"0<{width}.1f": "The zeros are taken to be put after the number.",
        },
    )


def _number(rng: random.Random) -> tuple[str, str, dict[str, str]]:
    width, value = rng.randint(5, 8), str(rng.randint(11, 980))
    return (
        value,
        f"0{width}d",
        {
            f"0{width + len(value)}d": "The width is taken for the number of zeros.",
            f"0{width - 1}d": "One place is taken to be kept for the sign.",
            f"0<{width}d": "The zeros are taken to be put after the number.",
            "d": "The width is taken to be a minimum that needs no filling.",
        },
    )


def _label(rng: random.Random) -> tuple[str, str, dict[str, str]]:
    value, fill = rng.choice(PEOPLE), rng.choice("*.-=#")
    width = len(value) + rng.choice([4, 6])
    sides = {
        "^": "The text is taken to be centred.",
        "<": "The text is taken to stand on the left.",
        ">": "The text is taken to stand on the right.",
    }
    side = rng.choice(list(sides))
    wrong = {f"{fill}{other}{width}": why for other, why in sides.items() if other != side}
    wider = f"{fill}{side}{width + len(value)}"
    return (
        repr(value),
        f"{fill}{side}{width}",
        {**wrong, wider: "The width is taken for the number of added signs."},
    )


FORMATS: tuple[tuple[str, str, Callable[[random.Random], tuple[str, str, dict[str, str]]]], ...] = (
    ("amount", "writes an amount of money into a report", _money),
    ("share", "writes a share into a report", _share),
    ("reading", "writes a sensor's reading into a log", _padded),
    ("number", "writes a form's number into a file name", _number),
    ("name", "writes a name into a fixed column", _label),
)


@item_model(
    "python-format-spec",
    skills=("python", "reporting"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=60,
)
def format_spec(rng: random.Random) -> Draw:
    """A format specification: precision, width, fill, thousands, percent."""
    name, what, make = rng.choice(FORMATS)
    value, spec, mistakes = make(rng)
    forms = [spec, *mistakes]
    right, *wrong = printed_each(f"{name} = {value}", [f'f"{{{name}:{form}}}"' for form in forms])
    return Draw(
        stem=f"A script {what}. What does this program print?",
        right=(right,),
        wrong=tuple(Wrong(text, why) for text, why in zip(wrong, mistakes.values(), strict=True)),
        explanation="A format has fill and side, width, thousands mark, precision and type: the "
        "width is that of "
        "the whole text, .nf rounds to n decimals, and % multiplies by 100 first.",
        code=f'{name} = {value}\nprint(f"{{{name}:{spec}}}")',
        code_language="python",
        accepted=(right,),
    )


LABELS = (
    (
        "host",
        "name of a host",
        "-",
        (("eu", "us", "ap"), ("west", "east"), ("web", "db", "mail"), ("01", "02", "17")),
    ),
    (
        "key",
        "key of a setting",
        ".",
        (("app", "job"), ("mail", "cache"), ("retry", "pool"), ("limit", "delay")),
    ),
    (
        "path",
        "path of an upload",
        "/",
        (("shop", "blog"), ("2023", "2024"), ("april", "june"), ("logo", "cover")),
    ),
    ("row", "row of an export", ";", (("4711", "5238"), ("bolt", "valve"), ("12", "36"), ("Bern", "Oslo"))),
    (
        "stamp",
        "label of a parcel",
        "_",
        (("DE", "FR", "IT"), ("express", "bulk"), ("55", "81"), ("hub3", "hub8")),
    ),
    (
        "record",
        "record of a sensor",
        ":",
        (("inlet", "outlet"), ("temp", "flow"), ("21", "64"), ("ok", "low")),
    ),
)
SPLITS = {
    '{name}.split("{by}", 1)[1]': "Only the first separator is taken to count, and what follows it is kept.",
    '{name}.split("{by}")[1]': "Every separator is taken to count, and the second part is kept.",
    '{name}.rsplit("{by}", 1)[0]': "Only the last separator is taken to count, and what precedes it is kept.",
    '{name}.split("{by}")[-1]': "The last part alone is taken to be kept.",
    '{name}.split("{by}", 2)[2]': "Two separators are taken to count, and the rest is kept.",
    '{name}.partition("{by}")[2]': "What follows the first separator is taken to be kept.",
    '{name}.rpartition("{by}")[0]': "What precedes the last separator is taken to be kept.",
    '{name}.rsplit("{by}", 2)[0]': "The last two separators are taken to count, and what precedes "
    "them is kept.",
    '{name}.rsplit("{by}", 2)[1]': "The parts are taken to be counted from the right.",
}


@item_model(
    "python-split-text",
    skills=("python", "web-scraping", "etl"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=60,
)
def split_text(rng: random.Random) -> Draw:
    """A part of a text with separators, by split, rsplit or partition."""
    name, what, by, pools = rng.choice(LABELS)
    text = by.join(rng.choice(pool) for pool in pools)
    forms = [form.format(name=name, by=by) for form in SPLITS]
    results = printed_each(f'{name} = "{text}"', forms)
    at, *others = rng.sample(range(len(forms)), len(forms))
    return Draw(
        stem=f"A script takes a {what} apart. What does this program print?",
        right=(results[at],),
        wrong=tuple(Wrong(results[other], list(SPLITS.values())[other]) for other in others),
        explanation="split and partition look for the separator from the left, rsplit and rpartition "
        "from the right; "
        "the second argument says how often the text is split.",
        code=f'{name} = "{text}"\nprint({forms[at]})',
        code_language="python",
        accepted=(results[at],),
    )


UPDATES = {
    "totals[key] = totals.get(key, 0) + number": "The numbers of a key are taken to be added up.",
    "totals.setdefault(key, number)": "The first number of a key is taken to stay.",
    "totals[key] = number": "The last number of a key is taken to replace those before.",
    "totals[key] = max(totals.get(key, 0), number)": "The largest number of a key is taken to stay.",
    "totals[key] = totals.get(key, number) + 1": "The first number is taken to be where the count starts.",
    "totals[key] = totals.get(key, 0) + 1": "The rows of a key are taken to be counted.",
}


@item_model(
    "python-dict-totals",
    skills=("python", "data-analysis"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=75,
)
def dict_totals(rng: random.Random) -> Draw:
    """One pass over rows that fills a dict by get, setdefault or assignment."""
    about, (one, two, three) = words(rng, 3)
    keys = [one, one, one, two, two, three][: rng.choice([5, 6])]
    rng.shuffle(keys)
    rows = list(zip(keys, rng.sample(range(2, 20), len(keys)), strict=True))
    last = rng.choice(
        [
            f'totals["{one}"]',
            f'totals["{one}"]',
            f'totals["{two}"]',
            "sum(totals.values())",
            "max(totals.values())",
        ]
    )

    def program(update: str) -> str:
        return f"rows = {rows}\ntotals = {{}}\nfor key, number in rows:\n    {update}\nprint({last})"

    asked, *others = rng.sample(list(UPDATES), len(UPDATES))
    right = printed(program(asked))
    return Draw(
        stem=f"Each row has one of the {about.what} and a number of {about.counted}. What does this "
        "program print?",
        right=(right,),
        wrong=tuple(Wrong(printed(program(update)), UPDATES[update]) for update in others),
        explanation="get gives its second argument for a missing key and stores nothing, setdefault "
        "stores a number "
        "for a missing key only, and an assignment replaces what is there.",
        code=program(asked),
        code_language="python",
        value=right,
    )
