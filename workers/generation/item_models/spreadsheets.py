"""Spreadsheets: what a formula over a small grid gives, and what a formula becomes when it is copied.

The formulas are of the kind that Excel, LibreOffice and Google Sheets read alike.
"""

import random
from fractions import Fraction

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.figures import Mistake, asked, figure, table

SKILLS = ("excel", "spreadsheets-other", "google-workspace", "microsoft-office", "data-analysis")
REGIONS = ("North", "South", "East", "West")
WARES = ("Lamp", "Chair", "Desk", "Shelf", "Rug", "Mirror", "Clock", "Vase")


def _grid(rows: list[tuple[str, ...]]) -> str:
    """Rows with the letters of the columns above and the numbers of the rows before them."""
    letters = ("", *"ABCDEFG"[: len(rows[0])])
    return table([letters, *((str(number), *row) for number, row in enumerate(rows, start=1))], left=2)


@item_model("sumif-result", skills=SKILLS, difficulty="entry", cognitive_level="apply", seconds=60)
def sumif_result(rng: random.Random) -> Draw:
    """A sum over the rows that meet a condition, by name or by size."""
    regions = [*rng.sample(REGIONS, 3) * 2]
    rng.shuffle(regions)
    units = [rng.randrange(5, 60) for _ in range(6)]
    code = _grid(
        [("Region", "Units"), *((name, str(count)) for name, count in zip(regions, units, strict=True))]
    )
    pairs = list(zip(regions, units, strict=True))
    if rng.random() < 0.5:
        wanted = rng.choice(regions)
        key = sum(count for name, count in pairs if name == wanted)
        formula = f'=SUMIF(A2:A7,"{wanted}",B2:B7)'
        extra: list[Mistake] = [
            (next(count for name, count in pairs if name == wanted), "Only the first match is taken."),
            (sum(units) - key, "The rows that do not match are added."),
            (regions.count(wanted), "The matching rows are counted."),
        ]
        which = f"of {wanted}"
    else:
        limit = rng.choice(units)
        key = sum(count for count in units if count > limit)
        formula = f'=SUMIF(B2:B7,">{limit}")'
        extra = [
            (sum(count for count in units if count >= limit), f"The limit of {limit} itself is added too."),
            (sum(units) - key, "The rows that do not match are added."),
            (sum(count > limit for count in units), "The matching rows are counted."),
        ]
        which = f"above {limit}"
    slips: list[Mistake] = [
        (sum(units), "All rows are added."),
        (key - 10, "A ten is lost in adding up."),
        (key + min(units), "A row that does not match is added too."),
        (key - min(units), "A matching row is passed over."),
    ]
    return asked(
        rng,
        f"What does {formula} return for this sheet?",
        key,
        [*extra, *slips],
        f"The units {which} add up to {key}.",
        code=code,
    )


@item_model("countif-result", skills=SKILLS, difficulty="intermediate", cognitive_level="apply", seconds=75)
def countif_result(rng: random.Random) -> Draw:
    """The number of rows that meet one condition or two."""
    regions = [rng.choice(("North", "South", rng.choice(REGIONS))) for _ in range(9)]
    units = [rng.choice(range(10, 60, 5)) for _ in range(9)]
    wanted, limit = max(REGIONS, key=regions.count), rng.choice(units)
    sign, word = rng.choice([(">=", "at least"), ("<", "less than"), (">", "more than"), ("<=", "at most")])
    tests = {
        ">=": lambda count: count >= limit,
        "<": lambda count: count < limit,
        ">": lambda count: count > limit,
        "<=": lambda count: count <= limit,
    }
    flips = {">=": ">", ">": ">=", "<": "<=", "<=": "<"}
    in_region = [count for name, count in zip(regions, units, strict=True) if name == wanted]
    key = sum(map(tests[sign], in_region))
    met = sum(map(tests[sign], units))
    mistakes: list[Mistake] = [
        (sum(map(tests[flips[sign]], in_region)), "The limit itself is put on the wrong side."),
        (met, "The condition on the region is left out."),
        (len(in_region), "The condition on the units is left out."),
        (met + len(in_region) - key, "The rows that meet one condition or both are counted."),
        (len(in_region) - key, "The rows of the region that miss the limit are counted."),
        (key - 1, "A matching row is passed over."),
        (key + 1, "A matching row is counted twice."),
    ]
    return asked(
        rng,
        f'What does =COUNTIFS(A2:A10,"{wanted}",B2:B10,"{sign}{limit}") return for this sheet?',
        key,
        mistakes,
        f"Rows of {wanted} with {word} {limit} units: {key}.",
        code=_grid(
            [("Region", "Units"), *((name, str(count)) for name, count in zip(regions, units, strict=True))]
        ),
    )


@item_model("lookup-result", skills=SKILLS, difficulty="intermediate", cognitive_level="apply", seconds=60)
def lookup_result(rng: random.Random) -> Draw:
    """An exact look-up in a table that is not sorted, by VLOOKUP, XLOOKUP or INDEX and MATCH."""
    wares = rng.sample(WARES, 5)
    prices = [rng.randrange(20, 300) for _ in wares]
    stock = [rng.randrange(20, 300) for _ in wares]
    at, column = rng.randrange(5), rng.choice([2, 3])
    sought, other = (prices, stock) if column == 2 else (stock, prices)
    letter = "ABC"[column - 1]
    formula = rng.choice(
        [
            f'=VLOOKUP("{wares[at]}",A2:C6,{column},FALSE)',
            f'=XLOOKUP("{wares[at]}",A2:A6,{letter}2:{letter}6)',
            f'=INDEX({letter}2:{letter}6,MATCH("{wares[at]}",A2:A6,0))',
        ]
    )
    mistakes: list[Mistake] = [
        (other[at], "The wrong column is read."),
        (sought[max(at - 1, 0)], "The eye slips to the row above."),
        (sought[min(at + 1, 4)], "The eye slips to the row below."),
        (other[at - 1], "The wrong column and the wrong row are read."),
        (sought[sorted(wares).index(wares[at])], "The table is taken to be sorted by name first."),
        (at + 1, "The position of the match is given."),
    ]
    return asked(
        rng,
        f"What does {formula} return for this sheet?",
        sought[at],
        mistakes,
        f"{wares[at]} stands in row {at + 2}, and column {letter} holds {sought[at]} there.",
        code=_grid(
            [
                ("Item", "Price", "Stock"),
                *((w, str(p), str(s)) for w, p, s in zip(wares, prices, stock, strict=True)),
            ]
        ),
    )


WORDS = (
    ("Order", "Wait", "Stop"),
    ("Pass", "Repeat", "Fail"),
    ("Free", "Reduced", "Full"),
    ("Gold", "Silver", "Basic"),
    ("Call", "Write", "Close"),
    ("High", "Medium", "Low"),
)


@item_model(
    "nested-if",
    skills=(*SKILLS, "logical-reasoning"),
    difficulty="senior",
    cognitive_level="analyse",
    seconds=90,
)
def nested_if(rng: random.Random) -> Draw:
    """The rows to which a nested IF with AND and OR gives a certain word: how many there are."""
    first, second, third = rng.choice(WORDS)
    high, low = rng.randrange(50, 90, 5), rng.randrange(15, 45, 5)
    rows = [(rng.choice(range(low - 10, high + 15, 5)), rng.randrange(1, 9)) for _ in range(7)]
    limit = rng.randrange(3, 7)
    formula = f'=IF(AND(A2>={high},B2<{limit}),"{first}",IF(OR(A2>={low},B2>={limit}),"{second}","{third}"))'
    wanted = rng.choice([first, second, second, third])

    def count(both: bool, either: bool, strict: int = 0, of: str = wanted) -> int:
        """How many rows give the word, with AND read as AND or as OR, and OR likewise."""
        words = []
        for a, b in rows:
            one = (a >= high + strict, b < limit)
            two = (a >= low + strict, b >= limit)
            is_first = all(one) if both else any(one)
            is_second = any(two) if either else all(two)
            words.append(first if is_first else second if is_second else third)
        return words.count(of)

    key = count(True, True)
    mistakes: list[Mistake] = [
        (count(False, True), "AND is read as OR."),
        (count(True, False), "OR is read as AND."),
        (count(True, True, strict=1), "The sign >= is taken to leave equality out."),
        (sum(a >= low or b >= limit for a, b in rows), "The second test is asked of all rows."),
        (key + 1, "A row is counted twice."),
        (key - 1, "A row is passed over."),
        (count(True, True, of=rng.choice([first, third])), "The cells that show another word are counted."),
    ]
    return asked(
        rng,
        f"The formula {formula} stands in C2 and is copied down to C8. How many of the cells C2 to C8 show "
        f"{wanted}?",
        key,
        mistakes,
        f"{first} needs both conditions of the AND; of the other rows, one condition of the OR is enough for "
        f"{second}, and the rest show {third}. {wanted} comes out {key} time{'s' * (key != 1)}.",
        code=_grid([("Points", "Days"), *((str(a), str(b)) for a, b in rows)]),
    )


@item_model("copied-formula", skills=SKILLS, difficulty="entry", cognitive_level="apply", seconds=60)
def copied_formula(rng: random.Random) -> Draw:
    """What becomes of relative, absolute and mixed references when a formula is copied.

    Each reference comes in two forms in the options, both twice, so that none shares most with the others.
    """
    row, column = rng.randrange(2, 9), rng.randrange(3, 6)
    down, right = rng.randrange(1, 7), rng.randrange(1, 4)
    one, other = (column - 1, row), (rng.randrange(8, 11), rng.randrange(1, 3))
    locks = rng.choice([(True, True), (True, False), (False, True)])
    sign = rng.choice("*+-/")

    def formula(first: tuple[int, int], second: tuple[int, int]) -> str:
        return f"={_cell(*first)}{sign}{_cell(*second, *locks)}"

    moved = (one[0] + right, one[1] + down)
    moved_other = (other[0] + right * (not locks[0]), other[1] + down * (not locks[1]))
    slipped, why = rng.choice(
        [
            (one, "The reference without $ signs is taken to stay."),
            ((one[0] + down, one[1] + right), "Rows and columns are mixed up."),
        ]
    )
    slipped_other, why_other = rng.choice(
        [
            ((other[0] + right, other[1] + down), "The $ signs are taken to mean nothing."),
            (
                (other[0] + right * locks[0], other[1] + down * locks[1]),
                "The $ sign is taken to mark what moves.",
            ),
        ]
    )
    return Draw(
        stem=f"Cell {_cell(column, row)} holds the formula {formula(one, other)}. It is copied to cell "
        f"{_cell(column + right, row + down)}. Which formula does that cell hold?",
        right=(formula(moved, moved_other),),
        wrong=(
            Wrong(formula(moved, slipped_other), why_other),
            Wrong(formula(slipped, moved_other), why),
            Wrong(
                formula(slipped, slipped_other), f"{why[:-1]}; besides, {why_other[0].lower()}{why_other[1:]}"
            ),
        ),
        explanation=f"The copy stands {right} column{'s' * (right > 1)} to the right and {down} "
        f"row{'s' * (down > 1)} down; references move as much, apart from what a $ sign holds fast.",
        accepted=(formula(moved, moved_other), formula(moved, moved_other)[1:]),
    )


def _cell(column: int, row: int, locks_column: bool = False, locks_row: bool = False) -> str:
    return f"{'$' * locks_column}{'ABCDEFGHIJKLMNOP'[column - 1]}{'$' * locks_row}{row}"


@item_model(
    "average-with-gaps", skills=SKILLS, difficulty="intermediate", cognitive_level="understand", seconds=60
)
def average_with_gaps(rng: random.Random) -> Draw:
    """AVERAGE leaves out empty cells and texts, but counts zeros."""
    numbers = [rng.randrange(4, 60, 2) for _ in range(rng.choice([3, 4]))]
    zeros = rng.choice([1, 1, 2])
    cells = [*map(str, numbers), *["0"] * zeros, "", rng.choice(["n/a", "none", "sick", "closed"])]
    rng.shuffle(cells)
    if cells[-1] == "":
        cells.append(str(numbers[0]))
        numbers.append(numbers[0])
    whole, total = len(cells), sum(numbers)
    counted = len(numbers) + zeros
    mistakes: list[Mistake] = [
        (Fraction(total, whole), "The empty cell and the text are counted as zeros."),
        (Fraction(total, len(numbers)), "The zeros are left out, as the empty cell is."),
        (Fraction(total, counted + 1), "The text is counted as a zero."),
        (Fraction(total, counted - 1), "One zero is left out."),
        (sorted([*numbers, *[0] * zeros])[counted // 2], "The median is given."),
        (Fraction(max(numbers), 2), "The middle between the least and the largest is given."),
    ]
    return asked(
        rng,
        f"What does =AVERAGE(A1:A{whole}) return for this column, in which one cell is empty? "
        "Round to one decimal.",
        Fraction(total, counted),
        mistakes,
        f"The {counted} numbers, zeros among them, add up to {total}; "
        f"{total} / {counted} = {figure(Fraction(total, counted), 1)}.",
        places=1,
        code=_column(cells),
    )


def _column(cells: list[str]) -> str:
    return table([("", "A"), *((str(number), cell) for number, cell in enumerate(cells, start=1))])
