"""Python programs about functions, exceptions, iterators and classes; the key is what the program prints."""

import random
from collections.abc import Callable

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.running import printed, spellings
from workers.generation.item_models.situations import series, words

# Closures in a loop: the list's name, the loop's variable, the parameter, what is worked out.
CLOSURES = (
    ("fees", "rate", "amount", "amount * rate"),
    ("discounts", "cut", "price", "price - cut"),
    ("delays", "wait", "start", "start + wait"),
    ("scales", "factor", "width", "width * factor"),
    ("handlers", "offset", "port", "port + offset"),
    ("refunds", "charge", "paid", "paid - charge"),
    ("converters", "base", "value", "value * base + 1"),
)


@item_model(
    "python-late-binding",
    skills=("python", "functional-programming"),
    difficulty="senior",
    cognitive_level="analyse",
    seconds=90,
)
def late_binding(rng: random.Random) -> Draw:
    """Functions made in a loop: what the loop's variable is when they are called."""
    made, variable, parameter, term = rng.choice(CLOSURES)
    values, later = rng.sample(range(2, 9), 3), rng.randint(10, 15)
    argument = rng.choice([10, 20, 50, 100])
    one = made.removesuffix("s")
    forms = {
        f"{made} = []\nfor {variable} in {values}:\n    {made}.append(lambda {parameter}: {term})": (
            "A lambda looks its variable up when it is called"
        ),
        f"{made} = [lambda {parameter}: {term} for {variable} in {values}]": (
            "A lambda looks its variable up when it is called"
        ),
        f"{made} = []\nfor {variable} in {values}:\n    def {one}({parameter}):\n        return {term}\n"
        f"    {made}.append({one})": "A function looks its outer variable up when it is called",
        f"{made} = []\nfor {variable} in {values}:\n"
        f"    {made}.append(lambda {parameter}, {variable}={variable}: {term})": (
            "A default value is worked out when the lambda is made"
        ),
        f"def make({variable}):\n    return lambda {parameter}: {term}\n\n"
        f"{made} = [make({variable}) for {variable} in {values}]": (
            "Each call of make has a variable of its own"
        ),
    }
    form = rng.choice(list(forms))
    reassigned = f"\n{variable} = {later}" if form.startswith(f"{made} = []") and rng.random() < 0.5 else ""
    code = f"{form}{reassigned}\nprint([{one}({argument}) for {one} in {made}])"
    right = printed(code)

    def worked(inner: list[int], carried: bool = False) -> str:
        results = [argument]
        for value in inner:
            given = results[-1] if carried else argument
            results.append(eval(term, {parameter: given, variable: value}))  # noqa: S307 - ours  # nosec
        return str(results[1:])

    return Draw(
        stem="A program makes three functions and then calls each of them. What does it print?",
        right=(right,),
        wrong=(
            Wrong(worked(values), "Each function is taken to keep the value of its own round."),
            Wrong(worked([values[2]] * 3), "The functions are taken to share the last value of the loop."),
            Wrong(worked([values[0]] * 3), "The functions are taken to share the first value of the loop."),
            Wrong(
                worked(values, carried=True), "Each call is taken to go on from the result of the one before."
            ),
        ),
        explanation=f"{forms[form]}, so the results are {right}.",
        code=code,
        code_language="python",
        accepted=spellings(right),
    )


@item_model(
    "python-default-argument",
    skills=("python", "debugging", "code-review"),
    difficulty="intermediate",
    cognitive_level="analyse",
    seconds=75,
)
def default_argument(rng: random.Random) -> Draw:
    """Calls of a function whose default is a list, or None with a new list in the body."""
    about, (a, b, c, own) = words(rng, 4)
    one, name = about.one, about.name
    shared = f"def add({one}, {name}=[]):\n    {name}.append({one})\n    return {name}\n"
    fresh = (
        f"def add({one}, {name}=None):\n    if {name} is None:\n        {name} = []\n"
        f"    {name}.append({one})\n    return {name}\n"
    )
    rebound = f"def add({one}, {name}=[]):\n    {name} = {name} + [{one}]\n    return {name}\n"
    calls = [f'add("{a}")', rng.choice([f'add("{b}")', f'add("{b}", ["{own}"])']), f'add("{c}")']
    form = rng.choice([shared, shared, fresh, rebound])
    code = "\n".join([form, *calls[:2], f"print({calls[2]})"])
    right = printed(code)
    return Draw(
        stem=f"A function collects {about.what}. What does this program print?",
        right=(right,),
        wrong=(
            Wrong(str([c]), "The default is taken to be made anew for each call."),
            Wrong(str([a, b, c]), "Every call is taken to add to one list."),
            Wrong(str([a, c]), "The default list is taken to be kept between calls."),
            Wrong(
                str([own, b, c] if own in code else [b, c]),
                "The list of the call before is taken to be the default.",
            ),
            Wrong("None", "A function that changes a list is taken to return nothing."),
        ),
        explanation="A default value is made once, when def runs, so a list that is changed in place "
        "is kept for "
        "later calls; a list that is made in the body is new each time.",
        code=code,
        code_language="python",
        accepted=spellings(right),
    )


# What the steps of a function are called: begin, end of the try block, except, else, finally, after it.
STEPS = (
    ("read", "save", "skip", "notify", "close", "end"),
    ("open", "parse", "warn", "store", "release", "done"),
    ("start", "convert", "reject", "accept", "tidy", "leave"),
    ("begin", "check", "retry", "count", "unlock", "finish"),
    ("load", "clean", "drop", "publish", "free", "stop"),
)


def _traced(steps: tuple[str, ...], valid: bool, returns: bool, mistake: str = "") -> str:
    """The steps of the function below, by the rules or by a mistaken idea of them."""
    begin, tried, failed, otherwise, final, after = steps
    reached = valid or mistake == "resumes"
    left = (reached and returns and mistake != "goes on") or (not valid and mistake == "leaves")
    ran_else = {"else always": True, "else never": False}.get(mistake, valid and not left)
    run = [(begin, True), (tried, reached), (failed, not valid), (otherwise, ran_else)]
    run += [(final, mistake != "no finally"), (after, not left)]
    return " ".join(step for step, is_run in run if is_run)


FLOW_MISTAKES = {
    "no finally": "finally is taken to be for failures that nothing catches.",
    "else always": "else is taken to run in either case.",
    "resumes": "The try block is taken to go on after the line that failed.",
    "goes on": "A return is taken to let the rest of the function run.",
    "leaves": "A failure is taken to leave the function, though it is caught.",
    "else never": "else is taken to run after a failure only.",
}


@item_model(
    "python-try-finally",
    skills=("python", "debugging"),
    difficulty="intermediate",
    cognitive_level="analyse",
    seconds=90,
)
def try_finally(rng: random.Random) -> Draw:
    """Which parts of try, except, else and finally run, with a failure or a return on the way."""
    about, steps = series(rng), rng.choice(STEPS)
    begin, tried, failed, otherwise, final, after = steps
    good = str(rng.randint(about.lowest, about.highest))
    bad = rng.choice(["n/a", "unknown", f"{good}.5", f"{good} ?", f"{good}kg", "missing", "-"])
    valid, returns = rng.random() < 0.5, rng.random() < 0.5
    code = (
        f'log = []\n\ndef handle({about.one}):\n    try:\n        log.append("{begin}")\n'
        f'        number = int({about.one})\n        log.append("{tried}")\n'
        + ("        return number\n" if returns else "")
        + f'    except ValueError:\n        log.append("{failed}")\n    else:\n        '
        f'log.append("{otherwise}")\n'
        f'    finally:\n        log.append("{final}")\n    log.append("{after}")\n\n'
        f'handle("{good if valid else bad}")\nprint(" ".join(log))'
    )
    right = printed(code)
    mistakes = rng.sample(list(FLOW_MISTAKES), len(FLOW_MISTAKES))
    return Draw(
        stem=f"The function is given one of the {about.what}. What does this program print?",
        right=(right,),
        wrong=tuple(Wrong(_traced(steps, valid, returns, how), FLOW_MISTAKES[how]) for how in mistakes),
        explanation="A failure leaves the try block for its except; else runs when the try block "
        "reached its end, "
        "so not after a return, and finally runs in every case.",
        code=code,
        code_language="python",
        accepted=(right,),
    )


@item_model(
    "python-generator-exhausted",
    skills=("python", "data-engineering"),
    difficulty="senior",
    cognitive_level="analyse",
    seconds=90,
)
def generator_exhausted(rng: random.Random) -> Draw:
    """A generator or an iterator that is used twice: what the second use still finds."""
    about = series(rng)
    numbers = about.numbers(rng, 6)
    limit = sorted(numbers)[rng.randint(0, 1)]
    kept = [number for number in numbers if number > limit]
    filtered = f"{about.name} = {numbers}\nstream = (x for x in {about.name} if x > {limit})"
    plain = f"{about.name} = {kept}\nstream = iter({about.name})"
    at = rng.randrange(1, len(kept) - 1)
    uses: list[tuple[str, int]] = [
        ("first = next(stream)", 1),
        (f"first = {kept[at]} in stream", at + 1),
        ("first = next(stream) + next(stream)", 2),
        (f"for first in stream:\n    if first == {kept[at]}:\n        break", at + 1),
        ("first = max(stream)", len(kept)),
    ]
    use, used = rng.choice(uses)
    second, of_rest = rng.choice(LATER_USES)
    code = f"{rng.choice([filtered, plain])}\n{use}\nprint({second})"
    right = printed(code)
    return Draw(
        stem=f"A script goes over the {about.what} twice. What does it print?",
        right=(right,),
        wrong=(
            Wrong(of_rest(kept), "The second use is taken to start again from the first element."),
            Wrong(
                of_rest(kept[max(used - 1, 0) :]),
                "The last element that was looked at is taken to be left in.",
            ),
            Wrong(of_rest(kept[used + 1 :]), "One element more is taken to be used up."),
            Wrong(of_rest([]), "The first use is taken to use up everything."),
            Wrong(of_rest(kept[1:]), "The first use is taken to take one element only."),
            Wrong(of_rest(kept[2:]), "The first use is taken to take two elements."),
        ),
        explanation=f"An iterator yields each element once: the first use took {used} of "
        f"{len(kept)}, and the second "
        "sees what is left.",
        code=code,
        code_language="python",
        accepted=spellings(right),
    )


LATER_USES: list[tuple[str, Callable[[list[int]], str]]] = [
    ("sum(stream)", lambda rest: str(sum(rest))),
    ("list(stream)", str),
    ("sorted(stream)", lambda rest: str(sorted(rest))),
]


# A class, its list, its counter, the parameter of its method and two objects of it.
CLASSES = (
    ("Cart", "items", "count", "item", ("first", "second"), "part"),
    ("Queue", "waiting", "served", "name", ("desk", "phone"), "person"),
    ("Sensor", "alarms", "fired", "alarm", ("inlet", "outlet"), "alarm"),
    ("Team", "members", "size", "member", ("red", "blue"), "person"),
    ("Depot", "parcels", "stored", "parcel", ("north", "south"), "parcel"),
    ("Worker", "jobs", "done", "job", ("fast", "slow"), "job"),
    ("Room", "bookings", "booked", "booking", ("large", "small"), "booking"),
)


@item_model(
    "python-class-attribute",
    skills=("python", "object-oriented-programming"),
    difficulty="senior",
    cognitive_level="analyse",
    seconds=120,
)
def class_attribute(rng: random.Random) -> Draw:
    """A list and a counter in the class or in the object, changed through two objects."""
    name, held, counter, parameter, (one, two), _ = rng.choice(CLASSES)
    of_one, of_two, base = rng.randint(1, 3), rng.randint(1, 3), rng.choice([0, 0, 10])
    labels = rng.sample(["A7", "B2", "C9", "D4", "E1", "F6", "G3", "H8"], of_one + of_two)
    calls = [f'{one}.add("{label}")' for label in labels[:of_one]]
    calls += [f'{two}.add("{label}")' for label in labels[of_one:]]
    rng.shuffle(calls)

    def program(list_in_class: bool, count: str) -> str:
        start = f"    {counter} = {base}\n" + (f"    {held} = []\n" if list_in_class else "")
        init = "" if list_in_class else f"\n    def __init__(self):\n        self.{held} = []\n"
        return (
            f"class {name}:\n{start}{init}\n    def add(self, {parameter}):\n        "
            f"self.{held}.append({parameter})\n"
            f"        {count}.{counter} += 1\n\n{one}, {two} = {name}(), {name}()\n"
            + "\n".join(calls)
            + f"\nprint(len({one}.{held}), {one}.{counter}, {name}.{counter})"
        )

    mistakes = {
        (False, "self"): "A list in the class is taken to be a list of each object.",
        (True, "self"): "A list that each object makes is taken to be shared.",
        (True, name): "Adding to a counter through self is taken to change that of the class.",
        (False, name): "The counter is taken to be one for all objects, however it is changed.",
    }
    asked = rng.choice(list(mistakes))
    right = printed(program(*asked))
    return Draw(
        stem=f"Two objects of the class {name} are used. What does this program print?",
        right=(right,),
        wrong=tuple(Wrong(printed(program(*how)), why) for how, why in mistakes.items() if how != asked),
        explanation="A list in the class is one list for all objects. self.x += 1 reads the class's "
        "number and stores "
        "the sum in the object, so the class keeps its own.",
        code=program(*asked),
        code_language="python",
        accepted=(right,),
    )
