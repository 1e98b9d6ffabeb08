"""JavaScript programs about functions, copies and the order of events; the key is what they log.

A mirror of the language's rules works the key out, and a test has Node confirm it.
"""

import random
from collections.abc import Callable

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.situations import words

SKILLS = ("javascript", "typescript", "nodejs", "react")

ROWS = (
    ("orders", "order", "total", "paid"),
    ("tickets", "ticket", "hours", "open"),
    ("parcels", "parcel", "weight", "fragile"),
    ("bookings", "booking", "nights", "confirmed"),
    ("products", "product", "stock", "listed"),
    ("sensors", "sensor", "reading", "active"),
    ("invoices", "invoice", "amount", "overdue"),
)


@item_model(
    "javascript-array-chain", skills=SKILLS, difficulty="intermediate", cognitive_level="apply", seconds=90
)
def array_chain(rng: random.Random) -> Draw:
    """filter, map and reduce on rows, with a start value."""
    name, one, field, flag = rng.choice(ROWS)
    numbers = rng.sample(range(2, 40), 4)
    flags = rng.sample([True, True, False, False] if rng.random() < 0.7 else [True, True, True, False], 4)
    start, by = rng.choice([0, 10, 50, 100]), rng.randint(2, 5)
    keep = rng.choice([f"{one}.{flag}", f"!{one}.{flag}", f"{one}.{field} > {sorted(numbers)[1]}"])
    change, changed = rng.choice(_changes(f"{one}.{field}", by))
    fold, folded = rng.choice(FOLDS)
    kept = [
        _is_kept(keep, number, is_set, sorted(numbers)[1])
        for number, is_set in zip(numbers, flags, strict=True)
    ]

    def result(keeps: list[bool], convert: Callable[[int], int], first: int) -> int:
        total = first
        for number, is_in in zip(numbers, keeps, strict=True):
            total = folded(total, convert(number)) if is_in else total
        return total

    def same(number: int) -> int:
        return number

    rows = "\n".join(
        f"  {{ {field}: {number}, {flag}: {str(is_set).lower()} }},"
        for number, is_set in zip(numbers, flags, strict=True)
    )
    turned = [not is_in for is_in in kept]
    right = str(result(kept, changed, start))
    return Draw(
        stem=f"A report works on {name}. What does this program log?",
        right=(right,),
        wrong=(
            Wrong(str(result(turned, changed, start)), "filter is taken to drop what meets the condition."),
            Wrong(str(result(kept, changed, 0)), "The start value of reduce is passed over."),
            Wrong(str(result(kept, same, start)), "map is taken to leave the array as it was."),
            Wrong(str(result([True] * 4, changed, start)), "filter is taken to leave the array as it was."),
            Wrong(str(changed(result(kept, same, start))), "map is taken to be applied once, to the result."),
        ),
        explanation="filter keeps the elements for which the function is true, map converts each of "
        "them, and "
        "reduce goes through the results from its second argument on.",
        code=f"const {name} = [\n{rows}\n];\nconst result = {name}\n  .filter(({one}) => {keep})\n"
        f"  .map(({one}) => {change})\n  .reduce({fold}, {start});\nconsole.log(result);",
        code_language="javascript",
        value=right,
    )


def _changes(held: str, by: int) -> list[tuple[str, Callable[[int], int]]]:
    return [
        (f"{held} * {by}", lambda number: number * by),
        (f"{held} + {by}", lambda number: number + by),
        (f"{held} - {by}", lambda number: number - by),
    ]


FOLDS: tuple[tuple[str, Callable[[int, int], int]], ...] = (
    ("(sum, value) => sum + value", lambda total, value: total + value),
    ("(most, value) => Math.max(most, value)", max),
    ("(rest, value) => rest - value", lambda total, value: total - value),
)


def _is_kept(keep: str, number: int, is_set: bool, limit: int) -> bool:
    if ">" in keep:
        return number > limit
    return is_set != keep.startswith("!")


@item_model(
    "javascript-loop-closures",
    skills=SKILLS,
    difficulty="intermediate",
    cognitive_level="analyse",
    seconds=90,
)
def loop_closures(rng: random.Random) -> Draw:
    """Functions made in a loop with var, let or const, called after it."""
    first, step, factor = rng.randint(0, 4), rng.choice([1, 1, 2]), rng.choice([2, 5, 10])
    rounds = [first, first + step, first + 2 * step]
    end, term = first + 3 * step, rng.choice(["{} * {}", "{} + {}", "{} - {}"])
    name = rng.choice(["handlers", "tasks", "callbacks", "listeners", "jobs", "timers", "steps"])
    counter = rng.choice(["i", "n", "index", "id"])
    bump = f"{counter}++" if step == 1 else f"{counter} += {step}"
    push = f"  {name}.push(() => {term.format(counter, factor)});"
    by_count = f"for ({{}} {counter} = {first}; {counter} < {end}; {bump}) {{{{\n{push}\n}}}}"
    by_value = f"for ({{}} {counter} of {rounds}) {{{{\n{push}\n}}}}"
    outside = f"let {counter};\nfor ({counter} = {first}; {counter} < {end}; {bump}) {{\n{push}\n}}"
    head = f"for (var k = {first}; k < {end}; {bump.replace(counter, 'k')}) {{"
    copied = f"{head}\n  const {counter} = k;\n{push}\n}}"
    loop, seen = rng.choice(
        [
            (by_count.format("var"), [end] * 3),
            (by_count.format("let"), rounds),
            (outside, [end] * 3),
            (by_value.format("const"), rounds),
            (by_value.format("var"), rounds[2:] * 3),
            (copied, rounds),
        ]
    )

    def logged(values: list[int]) -> str:
        return " ".join(str(_term(term, value, factor)) for value in values)

    return Draw(
        stem="A page makes three functions and calls them later. What does this program log?",
        right=(logged(seen),),
        wrong=(
            Wrong(logged(rounds), "Each function is taken to keep the value of its own round."),
            Wrong(
                "NaN NaN NaN" if " of " in loop else logged([end] * 3),
                "The functions are taken to share the variable as it is after the loop.",
            ),
            Wrong(logged(rounds[2:] * 3), "The functions are taken to share the value of the last round."),
            Wrong(logged(rounds[:1] * 3), "The functions are taken to share the value of the first round."),
        ),
        explanation="let and const in the loop make a variable for each round; var, or a variable "
        "from outside, "
        "is one that all functions see, with the value it has at the call.",
        code=f'const {name} = [];\n{loop}\nconsole.log({name}.map((run) => run()).join(" "));',
        code_language="javascript",
        accepted=(logged(seen),),
    )


def _term(term: str, value: int, factor: int) -> int:
    return {"*": value * factor, "+": value + factor, "-": value - factor}[term[3]]


@item_model(
    "javascript-copies", skills=SKILLS, difficulty="intermediate", cognitive_level="analyse", seconds=75
)
def copies(rng: random.Random) -> Draw:
    """An object or an array assigned, spread or cloned, and then changed on two levels."""
    outer, inner, code, binds = rng.choice([_object_copied, _array_copied])(rng)
    bind, is_outer, is_inner = rng.choice(binds)

    def logged(outer_shared: bool, inner_shared: bool) -> str:
        return f"{outer[outer_shared]} {inner[inner_shared]}"

    right = logged(is_outer, is_inner)
    inside = "What lies inside is taken to be copied, or to be shared, against what the copy does."
    outside = "The outer level is taken to be copied, or to be shared, against what the copy does."
    return Draw(
        stem="A program changes a draft and then looks at the original. What does it log?",
        right=(right,),
        wrong=(
            Wrong(logged(is_outer, not is_inner), inside),
            Wrong(logged(not is_outer, is_inner), outside),
            Wrong(logged(not is_outer, not is_inner), "Assignment, a shallow and a deep copy are mixed up."),
        ),
        explanation="Assignment copies nothing; spread, slice and Object.assign copy the outer level "
        "and share what "
        "lies inside; structuredClone and JSON copy every level.",
        code=code.replace("BIND", bind),
        code_language="javascript",
        accepted=(right,),
    )


# What is logged of the outer level and of the inner one, if unshared and if shared with the draft; the code;
# the ways to make a draft, with whether they share each level.
Copied = tuple[tuple[str, str], tuple[str, str], str, list[tuple[str, bool, bool]]]
DEEP = ("structuredClone({})", "JSON.parse(JSON.stringify({}))")


def _object_copied(rng: random.Random) -> Copied:
    one, field, before, after, many = rng.choice(
        [
            ("order", "status", "open", "sent", "lines"),
            ("ticket", "state", "new", "closed", "notes"),
            ("user", "role", "guest", "editor", "groups"),
            ("room", "plan", "rows", "circle", "seats"),
            ("trip", "mode", "rail", "road", "stops"),
            ("report", "layout", "wide", "narrow", "pages"),
        ]
    )
    held = rng.sample(range(1, 30), rng.randint(2, 4))
    code = (
        f'const {one} = {{ {field}: "{before}", {many}: {held[1:]} }};\nconst draft = BIND;\n'
        f'draft.{field} = "{after}";\ndraft.{many}.push({held[0]});\n'
        f"console.log({one}.{field}, {one}.{many}.length);"
    )
    binds = [
        (one, True, True),
        (f"{{ ...{one} }}", False, True),
        (f"Object.assign({{}}, {one})", False, True),
    ]
    binds += [(deep.format(one), False, False) for deep in DEEP]
    return (before, after), (str(len(held) - 1), str(len(held))), code, binds


def _array_copied(rng: random.Random) -> Copied:
    name, _, field, _ = rng.choice(ROWS)
    held = rng.sample(range(2, 40), rng.randint(2, 3))
    fresh, changed = rng.sample(range(41, 90), 2)
    rows = ", ".join(f"{{ {field}: {number} }}" for number in held)
    code = (
        f"const {name} = [{rows}];\nconst draft = BIND;\ndraft.push({{ {field}: {fresh} }});\n"
        f"draft[0].{field} = {changed};\nconsole.log({name}.length, {name}[0].{field});"
    )
    binds = [(name, True, True), (f"[...{name}]", False, True), (f"{name}.slice()", False, True)]
    binds += [(deep.format(name), False, False) for deep in DEEP]
    return (str(len(held)), str(len(held) + 1)), (str(held[0]), str(changed)), code, binds


def _statements(rng: random.Random, names: list[str]) -> list[tuple[str, str, str]]:
    """The code of statements, the kind of each, and the labels that it logs."""
    one, two = names[:2]
    later = rng.choice(["Promise.resolve().then({})", "queueMicrotask({})"])
    return [
        (f'console.log("{one}");', "now", one),
        (f'setTimeout(() => console.log("{one}"), 0);', "timer", one),
        (later.format(f'() => console.log("{one}")') + ";", "micro", one),
        (
            f'(async () => {{\n  console.log("{one}");\n  await null;\n  console.log("{two}");\n}})();',
            "now micro",
            f"{one} {two}",
        ),
        (
            "setTimeout(() => "
            f'{{\n  console.log("{one}");\n  queueMicrotask(() => console.log("{two}"));\n}}, 0);',
            "timer timer-micro",
            f"{one} {two}",
        ),
        (
            later.format(
                f'() => {{\n  console.log("{one}");\n  setTimeout(() => console.log("{two}"), 0);\n}}'
            )
            + ";",
            "micro micro-timer",
            f"{one} {two}",
        ),
    ]


# When each kind of step runs, by the rules and by mistaken ideas of them: lower numbers first, equal ones as
# they are written. A microtask of a timer runs before the next timer.
TURNS = {
    "": {"now": 0, "micro": 1, "timer": 2, "timer-micro": 2, "micro-timer": 3},
    "Everything is taken to run as it is written.": dict.fromkeys(
        ["now", "micro", "timer", "timer-micro", "micro-timer"], 0
    ),
    "Timers are taken to come before promises.": {
        "now": 0,
        "timer": 1,
        "timer-micro": 2,
        "micro": 2,
        "micro-timer": 3,
    },
    "Promises and timers are taken to wait in one queue.": {
        "now": 0,
        "timer": 1,
        "micro": 1,
        "timer-micro": 2,
        "micro-timer": 2,
    },
    "A promise that is settled is taken to run its function at once.": {
        "now": 0,
        "micro": 0,
        "timer": 1,
        "timer-micro": 1,
        "micro-timer": 2,
    },
    "A timer of 0 ms is taken to run at once.": {
        "now": 0,
        "timer": 0,
        "micro": 1,
        "timer-micro": 1,
        "micro-timer": 2,
    },
    "What a timer starts is taken to wait for the other timers.": {
        "now": 0,
        "micro": 1,
        "timer": 2,
        "micro-timer": 3,
        "timer-micro": 4,
    },
}


@item_model(
    "javascript-event-loop", skills=SKILLS, difficulty="senior", cognitive_level="analyse", seconds=120
)
def event_loop(rng: random.Random) -> Draw:
    """The order of plain statements, microtasks and timers."""
    names = words(rng, 6)[1]
    chosen = rng.choice(
        [(0, 1, 2, 3), (1, 2, 3), (4, 1, 2), (1, 5, 0), (5, 1, 3), (4, 2, 3), (1, 2, 0, 2), (5, 1, 2)]
    )
    lines: list[str] = []
    steps: list[tuple[str, str]] = []
    for kind in rng.sample(chosen, len(chosen)):
        code, kinds, labels = _statements(rng, names[len(steps) :])[kind]
        lines.append(code)
        steps += zip(kinds.split(), labels.split(), strict=True)

    def logged(turns: dict[str, int]) -> str:
        return " ".join(label for _, label in sorted(steps, key=lambda step: turns[step[0]]))

    orders = {why: logged(turns) for why, turns in TURNS.items()}
    return Draw(
        stem="In which order does this program log its words?",
        right=(orders.pop(""),),
        wrong=tuple(Wrong(orders[why], why) for why in rng.sample(list(orders), len(orders))),
        explanation="The program runs to its end first; then come all microtasks (promises, what "
        "follows an await, "
        "queueMicrotask), then one timer after another, each followed by its own microtasks.",
        code="\n".join(lines),
        code_language="javascript",
    )
