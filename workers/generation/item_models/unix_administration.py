"""Unix administration: permissions and times of cron jobs; the key is worked out from the rules."""

import random

from workers.generation.item_models import Draw, Wrong, item_model

SKILLS = ("linux", "unix", "bash", "system-administration")

BITS = {"r": 4, "w": 2, "x": 1}
MODES = (
    "640",
    "644",
    "664",
    "600",
    "755",
    "750",
    "700",
    "754",
    "660",
    "666",
    "744",
    "711",
    "775",
    "440",
    "555",
)


def _letters(mode: str) -> str:
    return "".join(
        "".join(letter if int(digit) & bit else "-" for letter, bit in BITS.items()) for digit in mode
    )


def _changed(mode: str, changes: list[tuple[str, str, str]]) -> str:
    """The mode after changes such as ("g", "+", "w")."""
    digits = [int(digit) for digit in mode]
    for who, sign, what in changes:
        bits = sum(BITS[letter] for letter in what)
        for at, letter in enumerate("ugo"):
            if letter in who or who == "a":
                before = digits[at]
                digits[at] = {"+": before | bits, "-": before & ~bits, "=": bits}[sign]
    return "".join(map(str, digits))


@item_model(
    "chmod-symbolic",
    skills=(*SKILLS, "embedded-linux"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def chmod_symbolic(rng: random.Random) -> Draw:
    """The permissions of a file after a chmod with letters."""
    file = rng.choice(
        ["report.sh", "deploy.sh", "notes.txt", "backup.py", "data.csv", "key.pem", "run.log", "site.conf"]
    )
    mode, who = rng.choice(MODES), rng.sample(["u", "g", "o", "go", "ug"], 2)
    changes = [(whom, rng.choice("+-="), rng.choice(["r", "w", "x", "rw", "rx"])) for whom in who]
    text = ",".join("".join(change) for change in changes)
    swap = {"u": "g", "g": "o", "o": "u", "go": "ug", "ug": "go"}
    turned = {"+": "-", "-": "+", "=": "+"}
    (w1, s1, p1), (w2, s2, p2) = changes
    mistakes = [
        ([changes[0]], "Only the first change is taken to count."),
        ([changes[1]], "Only the second change is taken to count."),
        ([(swap[w1], s1, p1), changes[1]], "The letters for user, group and others are mixed up."),
        ([changes[0], (swap[w2], s2, p2)], "The letters for user, group and others are mixed up."),
        ([(w1, turned[s1], p1), changes[1]], "The signs +, - and = are mixed up."),
        ([changes[0], (w2, turned[s2], p2)], "The signs +, - and = are mixed up."),
        ([("a", s1, p1), changes[1]], "A change is taken to be for everybody."),
    ]
    right = _letters(_changed(mode, changes))
    return Draw(
        stem=f"The file {file} has the mode {mode}. Which permissions does ls -l show for it after "
        "the command "
        f"chmod {text} {file}?",
        right=(f"-{right}",),
        wrong=(
            *[
                Wrong(f"-{_letters(_changed(mode, how))}", why)
                for how, why in rng.sample(mistakes, len(mistakes))
            ],
            Wrong(f"-{_letters(mode)}", "A file with a mode in digits is taken to keep it."),
        ),
        explanation=f"{mode} is {_letters(mode)}; u, g and o stand for owner, group and others, + "
        "adds, - takes away and "
        f"= sets exactly, which gives {right} ({_changed(mode, changes)}).",
        accepted=(f"-{right}", right),
    )


DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def _field(text: str, lowest: int, highest: int) -> set[int]:
    """The numbers that a field of a crontab stands for: lists of stars, ranges and steps."""
    numbers: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        low, high = (lowest, highest) if span == "*" else (int(first), int(last or first))
        numbers |= set(range(low, high + 1, int(step or 1)))
    return numbers


def _runs(line: str, day: int, hour: int, minute: int) -> bool:
    minutes, hours, _, _, days = line.split()
    return minute in _field(minutes, 0, 59) and hour in _field(hours, 0, 23) and day in _field(days, 0, 6)


@item_model(
    "cron-next-time",
    skills=(*SKILLS, "devops"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def cron_time(rng: random.Random) -> Draw:
    """Which of four times a line of a crontab stands for."""
    low, span, first = rng.randint(6, 10), rng.randint(4, 8), rng.randint(1, 3)
    minutes = rng.choice(["*/15", "*/20", "*/10", "5,35", "10,40", "0", "30", "45"])
    hours = rng.choice([f"{low}-{low + span}", f"{low},{low + span}", f"{low}-{low + span}/2", "*/6"])
    days = rng.choice(["1-5", f"{first},{first + 2}", f"{first}-{first + 2}", "0,6", "6", "1"])
    job = rng.choice(
        ["backup.sh", "report.py", "sync.sh", "cleanup.sh", "mailout.py", "rotate.sh", "invoice.py"]
    )
    line = f"{minutes} {hours} * * {days}"
    sets = (_field(minutes, 0, 59), _field(hours, 0, 23), _field(days, 0, 6))
    minute, hour, day = (rng.choice(sorted(numbers)) for numbers in sets)
    step = int(minutes.partition("/")[2] or 1)
    other_days = [(max(sets[2]) + 1) % 7, (min(sets[2]) - 1) % 7, (day + 1) % 7, (day + 2) % 7]
    other_times = [
        ((hour, (minute + 5) % 60), "The field of the minutes is misread."),
        ((hour, step + 1), "A star with a step is taken for that many minutes past."),
        ((max(sets[1]) + 1, minute), "The last hour is taken to be one more."),
        ((hour + 1, minute), "The field of the hours is misread."),
        ((minute, hour), "The fields of the minutes and of the hours are swapped."),
    ]
    off_days = [
        (other, "The field of the days of the week is misread.")
        for other in other_days
        if other not in sets[2]
    ]
    off_times = [(at, why) for at, why in other_times if at[0] < 24 and not _runs(line, day, *at)]
    first_off, why = rng.choice(off_times)
    wrong = [Wrong(_clock(day, *first_off), why)]
    off_day, day_why = rng.choice(off_days)
    wrong += [
        Wrong(_clock(off_day, hour, minute), day_why),
        Wrong(_clock(off_day, *first_off), f"{why} {day_why}"),
    ]
    return Draw(
        stem=f"A crontab has the line shown. At which of these times does {job} start?",
        right=(_clock(day, hour, minute),),
        wrong=tuple(wrong),
        explanation="The fields are minute, hour, day of the month, month and day of the week, of "
        "which 0 is Sunday; a-b is a "
        "range with both ends, and */n each n-th from the lowest on.",
        code=f"{line}  /opt/jobs/{job}",
        code_language="text",
    )


def _clock(day: int, hour: int, minute: int) -> str:
    return f"{DAYS[day]} {hour:02}:{minute:02}"


@item_model(
    "cron-runs-per-week",
    skills=(*SKILLS, "devops"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def cron_runs(rng: random.Random) -> Draw:
    """How many times a week a line of a crontab starts its job."""
    low, span, step = rng.randint(5, 12), rng.randint(3, 9), rng.choice([10, 15, 20, 30])
    minutes = rng.choice([f"*/{step}", f"*/{step}", "0", "15,45", "5,25,45", "0,30"])
    hours = rng.choice(
        [f"{low}-{low + span}", f"{low},{low + span}", "*/4", "*/6", f"{low}-{low + span}/2", "*"]
    )
    days = rng.choice(["1-5", "*", "0,6", "1,3,5", "2-4", "1"])
    job = rng.choice(
        ["backup.sh", "report.py", "sync.sh", "cleanup.sh", "mailout.py", "rotate.sh", "invoice.py"]
    )
    m, h, d = (len(_field(minutes, 0, 59)), len(_field(hours, 0, 23)), len(_field(days, 0, 6)))
    ends = h - 1 if "-" in hours else h
    right = m * h * d
    mistakes = [
        (m * ends * d, "The last hour of a range is taken to be left out."),
        (m * h * max(d - 1, 1) if "-" in days else m * h * 7, "The days of the week are misread."),
        (h * d, "The job is taken to start once an hour."),
        (m * 24 * d, "The field of the hours is passed over."),
        (
            int(minutes.partition("/")[2] or m) * h * d,
            "A star with a step is taken for that many starts an hour.",
        ),
        (m * h, "The job is taken to run on one day a week."),
        (m * d, "The job is taken to run in one hour a day."),
    ]
    return Draw(
        stem=f"A crontab has the line shown. How many times does {job} start in a week without a "
        "change of the clocks?",
        right=(str(right),),
        wrong=tuple(Wrong(str(count), why) for count, why in rng.sample(mistakes, len(mistakes))),
        explanation=f"It starts {m} times an hour in {h} hours on {d} day{'s' if d > 1 else ''}: {m} "
        f"x {h} x {d} = {right}.",
        code=f"{minutes} {hours} * * {days}  /opt/jobs/{job}",
        code_language="text",
        value=str(right),
    )
