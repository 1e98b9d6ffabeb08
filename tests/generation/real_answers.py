"""What the items of the models on code really answer: by Python, Node, SQLite, bash, Git, or by counting."""

import json
import math
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from celery.schedules import crontab

from workers.generation.brief import Item

# What a family's items really answer, an answer for each.
Answers = Callable[[Sequence[Item]], list[str]]


def given(code: str | None) -> str:
    """The code, which the item must have."""
    assert code is not None
    return code


RUN_PYTHON = """
import contextlib, io, json, sys
results = []
for code in json.load(sys.stdin):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(code, "item", "exec"), {"__name__": "__main__"})
        except Exception as error:
            print(type(error).__name__)
    results.append(out.getvalue())
json.dump(results, sys.stdout)
"""


def by_python(items: Sequence[Item]) -> list[str]:
    return _batch([sys.executable, "-I", "-c", RUN_PYTHON], [given(item.code) for item in items])


def _batch(command: list[str], programs: list[str]) -> list[str]:
    """What each program prints, all run in one process."""
    done = subprocess.run(
        command, input=json.dumps(programs), capture_output=True, text=True, check=True, timeout=60
    )
    return [" ".join(text.split()) for text in json.loads(done.stdout)]


# Each program has a context of its own, and time for its timers before the next one.
RUN_JAVASCRIPT = """
const vm = require("vm");
const programs = JSON.parse(require("fs").readFileSync(0, "utf8"));
(async () => {
  const results = [];
  for (const code of programs) {
    const lines = [];
    const log = (...values) => lines.push(values.map(String).join(" "));
    vm.runInNewContext(code, { console: { log }, setTimeout, queueMicrotask, structuredClone });
    if (/setTimeout|Promise|queueMicrotask|async/.test(code)) {
      await new Promise((done) => setTimeout(done, 5));
    }
    results.push(lines.join("\\n"));
  }
  process.stdout.write(JSON.stringify(results));
})();
"""


def by_node(items: Sequence[Item]) -> list[str]:
    return _batch(["node", "-e", RUN_JAVASCRIPT], [given(item.code) for item in items])


def by_sqlite(items: Sequence[Item]) -> list[str]:
    return [_queried(item) for item in items]


def _queried(item: Item) -> str:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in _tables(item):
        connection.execute(statement)
    statements = re.sub(r"^--.*\n", "", given(item.code), flags=re.MULTILINE).split(";")
    rows = [connection.execute(statement).fetchall() for statement in statements if statement.strip()][-1]
    connection.close()
    if item.family == "sql-join-rows":
        return str(len(rows))
    return ", ".join("NULL" if cell is None else str(cell) for row in rows for cell in row) or "no row"


def _tables(item: Item) -> list[str]:
    """Statements that make the tables which the item shows, or tells of in its stem."""
    told = re.match(r"In the table (\w+), the row with the id (\d+) holds (\d+) in (\w+)", item.stem)
    if told:
        name, one, value, column = told.groups()
        return [f"CREATE TABLE {name} (id, {column})", f"INSERT INTO {name} VALUES ({one}, {value})"]
    made: list[str] = []
    for name, block in re.findall(r"^-- (\w+)\n((?:--   .*\n)+)", given(item.code), flags=re.MULTILINE):
        columns, *rows = [[cell.strip() for cell in line[2:].split("|")] for line in block.splitlines()]
        made.append(f"CREATE TABLE {name} ({', '.join(columns)})")
        for row in rows:
            cells = [cell if cell == "NULL" or cell.isdigit() else f"'{cell}'" for cell in row]
            made.append(f"INSERT INTO {name} VALUES ({', '.join(cells)})")
    return made


def by_re(items: Sequence[Item]) -> list[str]:
    return [_matched(item) for item in items]


def _matched(item: Item) -> str:
    line, _, pattern = given(item.code).rpartition("\n")
    if item.family == "regex-full-match":
        return "; ".join(option for option in item.options if re.search(pattern, option))
    if item.family == "regex-number-of-matches":
        return str(len(re.findall(pattern, line)))
    match = re.search(pattern, line)
    assert match is not None
    return str(match[1])


def by_js_regexes(items: Sequence[Item]) -> list[str]:
    programs = []
    for item in items:
        line, _, pattern = given(item.code).rpartition("\n")
        made = f"new RegExp({json.dumps(pattern)}, 'g')"
        programs.append(
            {
                "regex-full-match": f"{json.dumps(item.options)}.filter((one) => one.match({made})).join()",
                "regex-number-of-matches": f"({json.dumps(line)}.match({made}) ?? []).length",
                "regex-captured-group": f"{made}.exec({json.dumps(line)})[1]",
            }[item.family or ""]
        )
    return _batch(["node", "-e", RUN_JAVASCRIPT], [f"console.log({program})" for program in programs])


def by_bash(items: Sequence[Item]) -> list[str]:
    return _in_bash([_script(item) for item in items])


def _in_bash(scripts: list[str]) -> list[str]:
    """What each script prints in a new folder of its own, all run by one bash."""
    whole = "".join(f'(cd "$(mktemp -d -p .)"\n{script}\n) 2>/dev/null\nprintf "\\0"\n' for script in scripts)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "LC_ALL": "C",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_EDITOR": "true",
        **{f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    try:
        done = subprocess.run(
            ["bash", "-s"],
            input=whole,
            capture_output=True,
            text=True,
            cwd=folder,
            env=environment,
            timeout=60,
        )
    finally:
        shutil.rmtree(folder)
    return [" ".join(text.split()) for text in done.stdout.split("\0")[:-1]]


def _script(item: Item) -> str:
    code = given(item.code)
    if item.family == "shell-exit-status":
        statuses = re.findall(r"(\w+) ends with status (\d)", item.stem)
        return "\n".join([*[f"{name}() {{ return {status}; }}" for name, status in statuses], code])
    if item.family == "shell-redirections":
        file = re.findall(r"Which words does (\S+) hold", item.stem)[0]
        return f"{{ {code}\n}} >/dev/null\ncat {file}"
    shown = re.fullmatch(r"\$ cat (\S+)\n(.*)\n\$ (.*)", code, flags=re.DOTALL)
    return f"cat > {shown[1]} <<'END'\n{shown[2]}\nEND\n{shown[3]}" if shown else code


def by_chmod(items: Sequence[Item]) -> list[str]:
    """The permissions that ls shows after the two commands."""
    told = [re.search(r"has the mode (\d+)\..* command chmod (\S+) ", item.stem) for item in items]
    return _in_bash(
        [
            f"touch f; chmod {one[1]} f; chmod {one[2]} f; ls -l f | cut -c1-10"
            for one in told
            if one is not None
        ]
    )


def by_git(items: Sequence[Item]) -> list[str]:
    return _in_bash([f"git init -q -b main\n{_replayed(item)}" for item in items])


def _replayed(item: Item) -> str:
    code = given(item.code)
    if item.family == "git-three-states":
        file = re.findall(r"content of (\S+) do", item.stem)[0]
        shown = f"echo $(git show HEAD:{file}), $(git show :{file}), $(cat {file})"
        return f"{{ {code}\n}} >/dev/null\n{shown}"
    side, _, main, _, *commands = code.split("\n")
    history = _history(main.split()[0].split("---"), side, side.split()[-1])
    ask = "git rev-list --count main" if item.family == "git-commit-count" else "git log --format=%s"
    return f"{{ {history}\n" + "\n".join(commands) + f"\n}} >/dev/null\n{ask}"


def _history(main: list[str], side: str, name: str) -> str:
    """Commands that make the drawn history; the branch begins above the letter left of its slash."""
    fork = side.index(side.split()[0]) // 4

    def commit(letter: str) -> str:
        return f"touch {letter}; git add {letter}; git commit -qm {letter}"

    lines = [*map(commit, main[: fork + 1]), f"git branch {name}", *map(commit, main[fork + 1 :])]
    return "\n".join(
        [*lines, f"git switch -q {name}", *map(commit, side.split()[0].split("---")), "git switch -q main"]
    )


def by_celery(items: Sequence[Item]) -> list[str]:
    """By Celery's reading of crontabs, which knows nothing of ours."""
    return [_scheduled(item) for item in items]


def _scheduled(item: Item) -> str:
    minutes, hours, _, _, days, _ = given(item.code).split()
    at = crontab(minute=minutes, hour=hours, day_of_week=days)
    if item.family == "cron-runs-per-week":
        return str(len(at.minute) * len(at.hour) * len(at.day_of_week))
    return "; ".join(option for option in item.options if _fits(option, at))


def _fits(option: str, at: crontab) -> bool:
    day, clock = option.split()
    hour, minute = map(int, clock.split(":"))
    number = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"].index(day)
    return number in at.day_of_week and hour in at.hour and minute in at.minute


# Counting goes on to the n where logarithms can be told from rounding, and then while it is cheap.
MOST_CALLS, CHEAP_CALLS = 300_000, 10_000
SMALLEST, TELLING, LARGEST = 16, 128, 2**14
GROWTHS: dict[str, Callable[[int], float]] = {
    "O(1)": lambda n: 1,
    "O(log n)": lambda n: math.log2(n),
    "O(n)": lambda n: n,
    "O(n log n)": lambda n: n * math.log2(n),
    "O(n^2)": lambda n: n**2,
    "O(n^2 log n)": lambda n: n**2 * math.log2(n),
    "O(n^3)": lambda n: n**3,
    "O(n^3 log n)": lambda n: n**3 * math.log2(n),
    "O(n^4)": lambda n: n**4,
}


class TooManySteps(Exception):
    """The count has gone far enough."""


def by_counting(items: Sequence[Item]) -> list[str]:
    """The larger growth of the places where the work is called, each counted by itself."""
    return [_grown(_counting(given(item.code))) for item in items]


def _counting(code: str) -> str:
    """The code with each call of the work counted; a loop that does nothing else is counted at once."""
    places = iter(range(9))
    work = re.findall(r"^ +(\w+\(\))$", code, flags=re.MULTILINE)[0]
    loop = re.compile(rf"^( *)for \w+ in (range\(.*\)):\n +{re.escape(work)}$", flags=re.MULTILINE)
    code = loop.sub(lambda found: f"{found[1]}count({next(places)}, len({found[2]}))", code)
    return re.sub(re.escape(work), lambda _: f"count({next(places)}, 1)", code)


def _grown(code: str) -> str:
    """The largest growth of a place, as the ratio of its counts at two large n comes nearest to it."""
    counts = {SMALLEST: _counts(code, SMALLEST)}
    n = SMALLEST
    while n < LARGEST and (count := _counts(code, 2 * n, MOST_CALLS if n < TELLING else CHEAP_CALLS)):
        n *= 2
        counts[n] = count
    small = max(SMALLEST, n // 16)
    found = [_nearest(counts[n][place] / counts[small][place], small, n) for place in counts[n]]
    return max(found, key=list(GROWTHS).index)


def _nearest(ratio: float, small: int, large: int) -> str:
    return min(GROWTHS, key=lambda name: abs(math.log(GROWTHS[name](large) / GROWTHS[name](small) / ratio)))


def _counts(code: str, n: int, most: int = MOST_CALLS) -> dict[int, int]:
    """How often each place is come to; empty where that takes too many calls."""
    done: Counter[int] = Counter()
    calls = 0

    def count(place: int, many: int) -> None:
        nonlocal calls
        done[place] += many
        calls += 1
        if calls > most:
            raise TooManySteps

    scope: dict[str, object] = {"count": count}
    exec(code, scope)
    function = scope[re.findall(r"def (\w+)", code)[0]]
    assert callable(function)
    try:
        function(range(n))
    except TooManySteps:
        return {}
    return dict(done)


def by_walking(items: Sequence[Item]) -> list[str]:
    """By the definition: in a search tree the first key is the root, smaller ones are left of it."""
    return [_visited(item) for item in items]


def _visited(item: Item) -> str:
    keys = [int(key) for key in re.findall(r"\d+", item.stem)]
    order = re.findall(r"an? (\w+(?: \w+)?) traversal", item.stem)[0]
    if order == "level order":
        return " ".join(str(key) for _, key in sorted(_depths(keys, 0), key=lambda pair: pair[0]))
    return " ".join(map(str, _traversed(keys, order)))


def _traversed(keys: list[int], order: str) -> list[int]:
    if not keys:
        return []
    left = _traversed([key for key in keys if key < keys[0]], order)
    right = _traversed([key for key in keys if key > keys[0]], order)
    root = keys[:1]
    return {
        "preorder": root + left + right,
        "inorder": left + root + right,
        "postorder": left + right + root,
    }[order]


def _depths(keys: list[int], depth: int) -> list[tuple[int, int]]:
    """Each key with its depth, the keys of one depth from left to right."""
    if not keys:
        return []
    left = _depths([key for key in keys if key < keys[0]], depth + 1)
    right = _depths([key for key in keys if key > keys[0]], depth + 1)
    return [*left, (depth, keys[0]), *right]
