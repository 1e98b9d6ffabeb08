"""Python programs about lists, sets and sorting; the key is what the program prints."""

import random

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.mixing import mixed
from workers.generation.item_models.running import printed, printed_each, spellings
from workers.generation.item_models.situations import PEOPLE, series, words


@item_model(
    "python-slice-step",
    skills=("python", "pandas", "numpy"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=60,
)
def slice_step(rng: random.Random) -> Draw:
    """A slice with a step, forwards or backwards, with plain and negative indexes."""
    about = series(rng)
    numbers = about.numbers(rng, rng.randint(7, 9))
    size, step = len(numbers), rng.choice([2, 3, 2, -1, -2, 1])
    low, high = rng.randint(1, 2), size - rng.randint(1, 3)
    start, stop = (low, high) if step > 0 else (high, rng.choice([0, 1, 2]))
    forward = 1 if step > 0 else -1

    def taken(first: int, end: int, by: int) -> str:
        return str([numbers[at] for at in range(first, end, by) if 0 <= at < size])

    right = taken(start, stop, step)
    bounds = [rng.choice([str(at), str(at - size)]) for at in (start, stop)]
    if step != 1:
        bounds.append(str(step))
    code = f"{about.name} = {numbers}\nprint({about.name}[{':'.join(bounds)}])"
    return Draw(
        stem=f"The list holds {about.what}. What does this program print?",
        right=(right,),
        wrong=mixed(
            rng,
            right,
            (
                Wrong(taken(start, stop + forward, step), "The end of the slice is taken to be included."),
                Wrong(taken(start - 1, stop, step), "The start is counted one place off, as if from 1."),
                Wrong(
                    taken(start, stop, step + forward),
                    "The step is taken for the number of elements left out.",
                ),
                Wrong(taken(start, stop, forward), "The step is passed over."),
                Wrong(
                    taken(start + forward, stop, step), "The element at the start is taken to be left out."
                ),
                Wrong(taken(start - 1, stop - 1, step), "Both ends are counted from 1."),
            ),
        ),
        explanation=f"The slice starts at index {start % size}, moves by {step} and stops before "
        f"index {stop}; "
        "a negative index counts from the end.",
        code=code,
        code_language="python",
        accepted=spellings(right),
    )


@item_model(
    "python-alias-or-copy", skills=("python",), difficulty="entry", cognitive_level="understand", seconds=75
)
def alias_or_copy(rng: random.Random) -> Draw:
    """Two names for one list or a list and its copy; then one of them is changed or bound anew."""
    about = series(rng)
    first, second, x, y = about.numbers(rng, 4)
    name, other = about.name, rng.choice(["backup", "draft", "previous", "snapshot", "working"])
    alias = f"{other} = {name}"
    copied = rng.choice([f"{other} = {name}.copy()", f"{other} = list({name})", f"{other} = {name}[:]"])
    in_place = rng.choice([f"{name}.append({y})", f"{name} += [{y}]", f"{name}.extend([{y}])"])
    anew = rng.choice([f"{name} = {name} + [{y}]", f"{name} = [*{name}, {y}]"])

    def program(bind: str, change: str) -> str:
        return f"{name} = [{first}, {second}]\n{bind}\n{other}.append({x})\n{change}\nprint({name}, {other})"

    bind, change = rng.choice([(alias, in_place), (alias, anew), (copied, in_place), (copied, anew)])
    right, base = printed(program(bind, change)), f"{first}, {second}"
    return Draw(
        stem=f"A script keeps two lists of {about.what}. What does it print?",
        right=(right,),
        wrong=mixed(
            rng,
            right,
            (
                Wrong(
                    printed(program(alias, in_place)),
                    "A copy or a new list is taken to stay tied to the list it came from.",
                ),
                Wrong(
                    printed(program(alias, anew)),
                    "A change in place and a new list under the old name are mixed up.",
                ),
                Wrong(printed(program(copied, in_place)), "Assignment is taken to copy the list."),
                Wrong(
                    f"[{base}, {x}, {y}] [{base}]",
                    "A change is taken to reach the list that was assigned only.",
                ),
                Wrong(
                    f"[{base}, {y}] [{base}, {x}, {y}]", "A change is taken to pass to the second name only."
                ),
            ),
        ),
        explanation="Assignment gives the same list a second name, while copy(), list() and [:] make another "
        "list; append, extend and += change a list in place, and + makes a new one.",
        code=program(bind, change),
        code_language="python",
    )


@item_model(
    "python-nested-rows", skills=("python",), difficulty="intermediate", cognitive_level="analyse", seconds=75
)
def nested_rows(rng: random.Random) -> Draw:
    """A grid whose rows are one list several times, or lists of their own."""
    name, what = rng.choice(
        [
            ("seats", "seats"),
            ("shelf", "a shelf"),
            ("plan", "a floor plan"),
            ("board", "a planning board"),
            ("bays", "loading bays"),
            ("slots", "time slots"),
            ("cells", "cells of a sheet"),
        ]
    )
    rows, columns = rng.choice([(2, 2), (2, 3), (3, 2), (3, 3)])
    places = rng.sample([(row, column) for row in range(rows) for column in range(columns)], 2)
    marks = rng.sample(range(1, 10), 2)
    shared = f"{name} = [[0] * {columns}] * {rows}"
    own = f"{name} = [[0] * {columns} for _ in range({rows})]"
    turned = f"{name} = [[0] * {rows} for _ in range({columns})]"

    def program(make: str, flip: bool = False) -> str:
        steps = [
            f"{name}[{column if flip else row}][{row if flip else column}] = {mark}"
            for (row, column), mark in zip(places, marks, strict=True)
        ]
        return "\n".join([make, *steps, f"print({name})"])

    last = str([[marks[1] if column == places[1][1] else 0 for column in range(columns)]] * rows)
    make = rng.choice([shared, own])
    right = printed(program(make))
    return Draw(
        stem=f"A script keeps {what} as a list of rows. What does it print?",
        right=(right,),
        wrong=mixed(
            rng,
            right,
            (
                Wrong(printed(program(own)), "Multiplying a list is taken to copy the rows in it."),
                Wrong(printed(program(shared)), "Rows made one by one are taken to be one list."),
                Wrong(printed(program(turned, flip=True)), "The column is taken to come first."),
                Wrong(last, "The row that was written last is taken to stand for all rows."),
            ),
        ),
        explanation="[row] * n holds the same row n times, so a change is seen in each; a "
        "comprehension makes "
        "a new row each time.",
        code=program(make),
        code_language="python",
    )


@item_model(
    "python-comprehension",
    skills=("python", "data-analysis", "pandas"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=60,
)
def comprehension(rng: random.Random) -> Draw:
    """A comprehension that filters, converts, or both, next to the forms it is mixed up with."""
    about = series(rng)
    numbers = about.numbers(rng, rng.randint(5, 6))
    limit = sorted(numbers)[rng.randint(1, 3)]
    change = rng.choice(
        [f"x + {rng.randint(2, 9)}", f"x * {rng.randint(2, 4)}", f"x - {limit}", f"{limit} - x"]
    )
    test, against = rng.choice(
        [("x > {}", "x <= {}"), ("x < {}", "x >= {}"), ("x >= {}", "x < {}"), ("x <= {}", "x > {}")]
    )
    test, against = test.format(limit), against.format(limit)
    name = about.name
    filtered = f"[{change} for x in {name} if {test}]"
    chosen = f"[{change} if {test} else x for x in {name}]"
    asked, mistakes = rng.choice(
        [
            (
                filtered,
                {
                    chosen: "What does not meet the condition is taken to be kept as it is.",
                    f"[y for y in [{change} for x in {name}] if "
                    f"{test.replace('x', 'y')}]": "The condition is taken to test the converted values.",
                    f"[x for x in {name} if {test}]": "The conversion is passed over.",
                    f"[{change} for x in {name} if {against}]": "The condition is taken to say what "
                    "is left out.",
                },
            ),
            (
                chosen,
                {
                    filtered: "What does not meet the condition is taken to be left out.",
                    f"[x if {test} else {change} for x in {name}]": "The two branches are swapped.",
                    f"[{change} for x in {name}]": "The condition is passed over.",
                    f"[x for x in {name} if {test}]": "The condition is taken to filter, and nothing "
                    "to be converted.",
                },
            ),
        ]
    )
    setup = f"{name} = {numbers}"
    right, *results = printed_each(setup, [asked, *mistakes])
    return Draw(
        stem=f"The list holds {about.what}. What does this program print?",
        right=(right,),
        wrong=tuple(Wrong(result, why) for result, why in zip(results, mistakes.values(), strict=True)),
        explanation="An if after the for leaves elements out, by their value before the conversion; "
        "an if with else in front of the for converts some and keeps all.",
        code=f"{setup}\nprint({asked})",
        code_language="python",
        accepted=spellings(right),
    )


SORTS = {
    "sorted({name}, key=lambda row: row[1])": "The order is taken to be ascending.",
    "sorted({name}, key=lambda row: row[1], "
    "reverse=True)": "Rows of one number are taken to keep their order.",
    "sorted({name}, key=lambda row: row[1])[::-1]": "Turning the order round is taken to turn equal "
    "rows too.",
    "sorted({name}, key=lambda row: (-row[1], row[0]))": "Rows of one number are taken to be sorted by name.",
    "sorted({name})": "The rows are taken to be sorted by their first element.",
    "sorted({name}, key=lambda row: (row[1], row[0]))": "Ties are taken to be broken by the name.",
}


@item_model(
    "python-sorted-key",
    skills=("python", "algorithms", "data-analysis"),
    difficulty="intermediate",
    cognitive_level="analyse",
    seconds=90,
)
def sorted_key(rng: random.Random) -> Draw:
    """Sorting rows by a number that two of them share: stability, reverse, a second key."""
    about, names = words(rng, 4)
    low, high = sorted(rng.sample(range(1, 10), 2))
    numbers = [*rng.choice([(low, high, high), (low, low, high)]), rng.choice([low, high])]
    rng.shuffle(numbers)
    rows = list(zip(names, numbers, strict=True))
    setup = f"{about.name} = {rows}"
    forms = [form.format(name=about.name) for form in SORTS]
    results = printed_each(setup, [f"[name for name, _ in {form}]" for form in forms])
    at = rng.randrange(4)
    return Draw(
        stem=f"Each row has one of the {about.what} and a number of {about.counted}. What does this "
        "program print?",
        right=(results[at],),
        wrong=mixed(
            rng,
            results[at],
            [
                Wrong(result, why)
                for result, why in zip(results, SORTS.values(), strict=True)
                if result != results[at]
            ],
        ),
        explanation="sorted keeps the order of rows whose keys are equal, with reverse=True as well; "
        "reversing the "
        "result turns them round, and a tuple as key sorts them by its second part.",
        code=f"{setup}\nordered = {forms[at]}\nprint([name for name, _ in ordered])",
        code_language="python",
        accepted=spellings(results[at]),
    )


@item_model(
    "python-set-operations",
    skills=("python",),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def set_operations(rng: random.Random) -> Draw:
    """Two set operators in one expression, where precedence decides."""
    names, what = rng.choice(
        [
            (("invited", "present", "excused"), "names"),
            (("day", "night", "trained"), "names"),
            (("paid", "shipped", "returned"), "order numbers"),
            (("web", "app", "blocked"), "customer numbers"),
            (("fresh", "urgent", "waiting"), "ticket numbers"),
            (("read", "write", "admin"), "names"),
        ]
    )
    pool: list[object] = list(rng.sample(PEOPLE, 7) if what == "names" else rng.sample(range(101, 190), 7))
    sets = [sorted(rng.sample(pool, rng.randint(3, 4)), key=str) for _ in range(3)]
    setup = "\n".join(
        f"{name} = {{{', '.join(map(repr, held))}}}" for name, held in zip(names, sets, strict=True)
    )
    one, two = rng.choice(["| -", "| &", "- &", "^ -", "& -", "- |", "& |", "^ &", "- -"]).split()
    a, b, c = names
    other = {"|": "&", "&": "|", "-": "&", "^": "|"}
    forms = {
        f"{a} {one} {b} {two} {c}": "",
        f"({a} {one} {b}) {two} {c}": "The operators are taken to be applied from left to right.",
        f"{a} {one} ({b} {two} {c})": "The second operator is taken to be applied first.",
        f"{a} {other[one]} {b} {two} {c}": f"The first operator is taken for {other[one]}.",
        f"{a} {one} {b} {other[two]} {c}": f"The second operator is taken for {other[two]}.",
        f"({a} {other[one]} {b}) {two} {c}": f"The first operator is taken for {other[one]}, and "
        "comes first.",
    }
    asked = rng.choice(list(forms)[:2])
    results = dict(zip(forms, printed_each(setup, [f"sorted({form})" for form in forms]), strict=True))
    return Draw(
        stem=f"The three sets hold {what}. What does this program print?",
        right=(results[asked],),
        wrong=mixed(
            rng,
            results[asked],
            [Wrong(results[form], why) for form, why in forms.items() if form != asked and why],
        ),
        explanation="| is the union, & the intersection, - the difference and ^ what is in one of "
        "two sets only; "
        "without brackets - comes first, then &, then ^, then |.",
        code=f"{setup}\nprint(sorted({asked}))",
        code_language="python",
        accepted=spellings(results[asked]),
    )
