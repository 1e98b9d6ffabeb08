"""Shell: pipelines, exit statuses, expansions, redirections; the key is what the shell prints.

A mirror of the tools' rules works the key out, and a test has bash confirm it.
"""

import random
from collections import Counter
from collections.abc import Callable
from itertools import groupby

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.situations import PEOPLE, words

SKILLS = ("bash", "linux", "unix")

Lines = list[str]
STAGES: dict[str, tuple[Callable[[Lines], Lines], str]] = {
    "": (lambda lines: lines, "Repeats are taken to be kept."),
    " | uniq": (
        lambda lines: [one for one, _ in groupby(lines)],
        "Only neighbours are taken to be compared.",
    ),
    " | sort | uniq": (lambda lines: sorted(set(lines)), "Every value is taken to be kept once."),
    " | sort -u": (lambda lines: sorted(set(lines)), "Every value is taken to be kept once."),
    " | sort | uniq -d": (
        lambda lines: [one for one, count in Counter(lines).items() if count > 1],
        "Only values that are repeated are taken to be kept.",
    ),
    " | sort | uniq -u": (
        lambda lines: [one for one, count in Counter(lines).items() if count == 1],
        "Only values that are not repeated are taken to be kept.",
    ),
    " | uniq -d": (
        lambda lines: [one for one, same in groupby(lines) if len(list(same)) > 1],
        "Only neighbours that are alike are taken to be kept.",
    ),
}
LOGS = ("access.log", "visits.txt", "events.log", "moves.txt", "audit.log", "shifts.txt")


@item_model(
    "shell-unique-lines",
    skills=(*SKILLS, "data-engineering"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=90,
)
def unique_lines(rng: random.Random) -> Draw:
    """How many lines a pipeline of cut, sort and uniq counts."""
    file, (about, pool) = rng.choice(LOGS), words(rng, 4)
    people = [name.lower() for name in rng.sample(PEOPLE, 3)]
    rows = [(rng.choice(people), rng.choice(pool)) for _ in range(rng.randint(6, 8))]
    column = rng.choice([1, 2])
    cut = f"cut -d' ' -f{column} {file}"
    asked = rng.choice([stage for stage in STAGES if stage])

    def counted(stage: str, at: int) -> str:
        return str(len(STAGES[stage][0]([row[at] for row in rows])))

    right = counted(asked, column - 1)
    others = rng.sample([stage for stage in STAGES if stage != asked], len(STAGES) - 1)
    listing = "\n".join(" ".join(row) for row in rows)
    return Draw(
        stem=f"The file {file} holds the lines shown, each with a name and one of the {about.what}. "
        "Which number does the last command print?",
        right=(right,),
        wrong=(
            *[Wrong(counted(other, column - 1), STAGES[other][1]) for other in others],
            Wrong(counted(asked, 2 - column), "cut is taken to give the other column."),
        ),
        explanation="uniq compares neighbours only, so that lines are sorted first; -d keeps values "
        "that are repeated and "
        "-u those that are not, while sort -u keeps each value once.",
        code=f"$ cat {file}\n{listing}\n$ {cut}{asked} | wc -l",
        code_language="console",
        value=right,
    )


ORDERS: dict[str, tuple[Callable[[list[int]], list[int]], str]] = {
    "sort": (lambda numbers: sorted(numbers, key=str), "The lines are taken to be compared as text."),
    "sort -n": (lambda numbers: sorted(numbers), "The lines are taken to be compared as numbers."),
    "sort -r": (
        lambda numbers: sorted(numbers, key=str, reverse=True),
        "Text order is taken to be turned round.",
    ),
    "sort -rn": (lambda numbers: sorted(numbers, reverse=True), "The largest number is taken to come first."),
}


@item_model("shell-sorted-lines", skills=SKILLS, difficulty="entry", cognitive_level="apply", seconds=60)
def sorted_lines(rng: random.Random) -> Draw:
    """Which lines sort with head or tail leaves of a file of numbers."""
    file = rng.choice(
        ["sizes.txt", "ports.txt", "times.txt", "counts.txt", "ids.txt", "prices.txt", "stock.txt"]
    )
    numbers = [*rng.sample(range(2, 10), 2), *rng.sample(range(10, 100), 2), *rng.sample(range(100, 1000), 2)]
    rng.shuffle(numbers)
    cut, many = rng.choice(["head", "tail"]), rng.choice([2, 3])

    def left(order: str, how: str) -> str:
        lines = ORDERS[order][0](numbers)
        return " ".join(map(str, lines[:many] if how == "head" else lines[-many:]))

    asked, *others = rng.sample(list(ORDERS), 4)
    listing = "\n".join(map(str, numbers))
    return Draw(
        stem=f"The file {file} holds the numbers shown. Which of them does the last command print, "
        "from first to last?",
        right=(left(asked, cut),),
        wrong=(
            *[Wrong(left(other, cut), ORDERS[other][1]) for other in others],
            Wrong(left(asked, "tail" if cut == "head" else "head"), "head and tail are mixed up."),
        ),
        explanation="Without -n sort compares lines as text, character by character; -r turns the "
        "order round; head "
        "keeps the first lines and tail the last, in their order.",
        code=f"$ cat {file}\n{listing}\n$ {asked} {file} | {cut} -n {many}",
        code_language="console",
        accepted=(left(asked, cut),),
    )


TASKS = (
    ("build", "verify"),
    ("backup", "cleanup"),
    ("fetch", "unpack"),
    ("lint", "compile"),
    ("lock_db", "migrate"),
    ("ping_host", "restart"),
    ("mount_disk", "rsync_all"),
    ("log_in", "upload"),
)
SAID = (
    ("ready", "failed", "done"),
    ("ok", "alert", "end"),
    ("saved", "retry", "bye"),
    ("green", "red", "closed"),
    ("sent", "undo", "logged"),
    ("passed", "warn", "finished"),
)
SHAPES = (
    "{a} && {b} && echo {x} || echo {y}; echo {z}",
    "{a} && echo {x} || echo {y} && echo {z}",
    "{a} || {b} && echo {x}; echo {y} && echo {z}",
    "{a} && {b} || echo {x} && echo {y}; echo {z}",
    "{a} || echo {x} && {b} && echo {y}; echo {z}",
    "{a} && echo {x}; {b} || echo {y} && echo {z}",
    "{a} || {b} || echo {x} && echo {y}; echo {z}",
    "! {a} && echo {x} || {b} && echo {y}; echo {z}",
)


@item_model(
    "shell-exit-status", skills=SKILLS, difficulty="intermediate", cognitive_level="analyse", seconds=90
)
def exit_status(rng: random.Random) -> Draw:
    """What a line with && and || prints when some of its commands fail."""
    a, b = rng.choice(TASKS)
    x, y, z = rng.choice(SAID)
    passes = {a: rng.random() < 0.5, b: rng.random() < 0.5}
    line = rng.choice(SHAPES).format(a=a, b=b, x=x, y=y, z=z)
    flipped = {task: not passed for task, passed in passes.items()}
    told = " and ".join(
        f"{task} ends with status {'0' if passed else '1'}" for task, passed in passes.items()
    )
    right = _said(line, passes)
    mistakes = (
        Wrong(_said(line, flipped), "A status of 0 is taken for failure."),
        Wrong(_said(line, passes, ends=True), "A failure is taken to end what comes after it."),
        Wrong(_said(line, passes, tight=True), "&& is taken to bind before ||."),
        Wrong(
            _said(line, passes, joined=True),
            "A semicolon is taken to need the success of what comes before it.",
        ),
        Wrong(_said(line, {a: True, b: True}), "Every command is taken to succeed."),
        Wrong(_said(line, {a: False, b: False}), "Every command is taken to fail."),
        Wrong(f"{x} {y} {z}", "Every echo is taken to run."),
    )
    return Draw(
        stem=f"The commands print nothing themselves; {told}. What does this line print?",
        right=(right,),
        wrong=tuple(one for one in rng.sample(mistakes, len(mistakes)) if one.text),
        explanation="0 is success. && runs what follows after a success and || after a failure, with "
        "equal rank from "
        "left to right, by the status of what ran last; a semicolon starts anew.",
        code=line,
        code_language="bash",
    )


def _said(
    line: str, passes: dict[str, bool], *, ends: bool = False, tight: bool = False, joined: bool = False
) -> str:
    """What the line prints by the shell's rules, or with a mistaken idea of them."""
    said: list[str] = []
    lists = [line.replace("; ", " && ")] if joined else line.split("; ")
    for one in lists:
        passed = _run_either(one, passes, said) if tight else _run_list(one, passes, said, ends)
        if ends and not passed:
            break
    return " ".join(said)


def _run_list(one: str, passes: dict[str, bool], said: list[str], ends: bool) -> bool:
    passed, sign = True, "&&"
    for part in one.replace("&&", "\n&&\n").replace("||", "\n||\n").split("\n"):
        if part in ("&&", "||"):
            sign = part
            if ends and not passed and sign == "&&":
                return False
        elif passed == (sign == "&&"):
            passed = _run(part.strip(), passes, said)
    return passed


def _run_either(one: str, passes: dict[str, bool], said: list[str]) -> bool:
    return any(all(_run(part.strip(), passes, said) for part in side.split("&&")) for side in one.split("||"))


def _run(command: str, passes: dict[str, bool], said: list[str]) -> bool:
    if command.startswith("echo "):
        said.append(command.removeprefix("echo "))
        return True
    return not passes[command[2:]] if command.startswith("! ") else passes[command]


PATHS = (
    (
        "path",
        ("/srv/data", "/var/backups", "/home/ada", "/mnt/disk2"),
        ("orders", "photos", "users", "mails"),
    ),
    (
        "file",
        ("/etc/app", "/opt/shop", "/usr/local/share", "/opt/build"),
        ("config", "routes", "prices", "rules"),
    ),
    (
        "input",
        ("/data/raw", "/exports/q3", "/logs/web", "/in/batch7"),
        ("sales", "visits", "clicks", "errors"),
    ),
)
EXPANSIONS: dict[str, tuple[Callable[[str], str], str]] = {
    "##*/": (lambda text: text.rpartition("/")[2], "Everything up to the last slash is taken to be cut off."),
    "%/*": (lambda text: text.rpartition("/")[0], "The last slash and what follows are taken to be cut off."),
    "#*/": (lambda text: text.partition("/")[2], "The text up to the first slash is taken to be cut off."),
    "%.*": (lambda text: text.rpartition(".")[0], "The last dot and what follows are taken to be cut off."),
    "%%.*": (lambda text: text.partition(".")[0], "The first dot and what follows are taken to be cut off."),
    "##*.": (lambda text: text.rpartition(".")[2], "Everything up to the last dot is taken to be cut off."),
    "#*.": (lambda text: text.partition(".")[2], "The text up to the first dot is taken to be cut off."),
}


@item_model(
    "shell-parameter-expansion",
    skills=("bash", "linux", "unix"),
    difficulty="senior",
    cognitive_level="apply",
    seconds=75,
)
def parameter_expansion(rng: random.Random) -> Draw:
    """What # and % cut off a path."""
    name, folders, stems = rng.choice(PATHS)
    end = rng.choice([".csv.gz", ".tar.gz", ".2024.csv", ".old.txt", ".sql.zip", ".v2.json", ".en.md"])
    value = f"{rng.choice(folders)}/{rng.choice(stems)}{end}"
    asked, *others = rng.sample(list(EXPANSIONS), len(EXPANSIONS))
    right = EXPANSIONS[asked][0](value)
    return Draw(
        stem="What does this script print?",
        right=(right,),
        wrong=tuple(Wrong(EXPANSIONS[other][0](value), EXPANSIONS[other][1]) for other in others),
        explanation="# cuts off at the start and % at the end; one sign takes the shortest match and "
        "two the longest.",
        code=f'{name}={value}\necho "${{{name}{asked}}}"',
        code_language="bash",
        accepted=(right,),
    )


@item_model("shell-redirections", skills=SKILLS, difficulty="entry", cognitive_level="apply", seconds=60)
def redirections(rng: random.Random) -> Draw:
    """What a file holds after echo with > and >>, and after commands that are kept from it."""
    about, said = words(rng, 5)
    file = f"{about.name}.txt"
    signs = [
        rng.choice([">", ">>"]),
        *rng.choice([[">>", ">", ">>"], [">", ">>", ">>"], [">>", ">>", ">"], [">>", ">", ">"]]),
    ]
    steps = list(zip(said, signs, strict=False))
    extra = rng.choice(
        [f"echo {said[4]} > /dev/null", f"echo {said[4]} 2>> {file}", f"echo {said[4]} >&2", ""]
    )
    lines = [f"echo {word} {sign} {file}" for word, sign in steps]
    place = rng.randint(1, 4)
    shown = [*lines[:place], *([extra] if extra else []), *lines[place:]]

    def held(pairs: list[tuple[str, str]]) -> str:
        text: list[str] = []
        for word, sign in pairs:
            text = [word] if sign == ">" else [*text, word]
        return " ".join(text)

    with_extra = [*steps[:place], *([(said[4], ">>")] if extra else []), *steps[place:]]
    swapped = [(word, ">" if sign == ">>" else ">>") for word, sign in steps]
    return Draw(
        stem=f"The folder is empty at first. Which words does {file} hold after these commands, from "
        "the first line to "
        "the last?",
        right=(held(steps),),
        wrong=(
            Wrong(held(with_extra), "Text that is sent elsewhere is taken to go into the file."),
            Wrong(held(swapped), "> and >> are mixed up."),
            Wrong(" ".join(word for word, _ in steps), "> is taken to add to the file."),
            Wrong(said[3], "Each redirection is taken to replace the file."),
            Wrong(
                held([(word, sign) for word, sign in steps if sign == ">>"]),
                "> is taken to leave the file alone.",
            ),
        ),
        explanation="> empties the file first and >> adds to it; 2>> catches error messages only, "
        ">&2 sends the "
        "text to where those go, and /dev/null drops it.",
        code="\n".join(shown),
        code_language="bash",
        accepted=(held(steps), held(steps).replace(" ", ", ")),
    )
