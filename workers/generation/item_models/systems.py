"""Systems: number bases, permissions, transfers, disks, backups."""

import random
from fractions import Fraction

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.figures import Mistake, asked, plain

UNIX = ("linux", "unix", "bash", "system-administration")
BASES = {"hexadecimal": 16, "binary": 2, "octal": 8, "decimal": 10}
PREFIXES = {"hexadecimal": "0x", "binary": "0b", "octal": "0o", "decimal": ""}
LETTERS = {16: "X", 2: "b", 8: "o", 10: "d"}


def _digits(number: int, base: str) -> str:
    width = 8 if base == "binary" else 1
    return format(number, f"0{width}{LETTERS[BASES[base]]}")


@item_model(
    "number-base",
    skills=("embedded-systems", "firmware", "c", "assembly-language", "networking", "plc-programming"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=60,
)
def number_base(rng: random.Random) -> Draw:
    """A byte in another base."""
    number = rng.randrange(18, 250)
    source, target = rng.choice(
        [("hexadecimal", "decimal"), ("decimal", "hexadecimal"), ("binary", "hexadecimal"),
         ("hexadecimal", "binary"), ("binary", "decimal"), ("octal", "decimal")]
    )  # fmt: skip
    high, low = divmod(number, 16)
    mistakes = (
        (number ^ 32, "A bit of the upper half is misread.")
        if target == "hexadecimal"
        else (low * 16 + high, "The two halves of the byte are exchanged."),
        (high * 10 + low, "The places are counted in tens."),
        (int(f"{number:08b}"[::-1], 2), "The lowest bit is taken to stand first."),
        (number + 16, "The upper half is taken one too high."),
        (number - 1, "The count is taken to begin at one."),
        (number ^ 8, "A bit of the lower half is misread."),
    )
    return Draw(
        stem=f"What is the {source} number {_digits(number, source)} as {_with_article(target)} "
        f"number{' of eight digits' if target == 'binary' else ''}?",
        right=(_digits(number, target),),
        wrong=tuple(Wrong(_digits(wrong, target), why) for wrong, why in mistakes if 0 < wrong < 256),
        explanation=f"{_digits(number, source)} is {high} sixteens and {low}, which is {number}, and that is "
        f"{_digits(number, target)}.",
        accepted=(_digits(number, target), PREFIXES[target] + _digits(number, target)),
    )


def _with_article(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _letters(mode: str) -> str:
    return "".join(
        "".join(letter if int(digit) & bit else "-" for letter, bit in zip("rwx", (4, 2, 1), strict=True))
        for digit in mode
    )


FILES = (
    "backup.sh",
    "report.csv",
    "deploy.py",
    "notes.txt",
    "server.key",
    "cron.log",
    "build.sh",
    "settings.ini",
)
PEOPLE = ("ana", "omar", "lena", "ivan", "mei", "tomas", "priya", "sven")


@item_model("octal-mode", skills=UNIX, difficulty="entry", cognitive_level="apply", seconds=60)
def octal_mode(rng: random.Random) -> Draw:
    """The octal mode for the permissions that `ls -l` shows."""
    user = rng.choice([6, 7, 7, 5, 4])
    group = user & rng.choice([0, 4, 5, 6, 7])
    mode = f"{user}{group}{group & rng.choice([0, 4, 5, 1])}"
    name = rng.choice(FILES)
    owner, size, day = rng.choice(PEOPLE), rng.randrange(200, 9000), rng.randint(10, 28)
    line = f"-{_letters(mode)} 1 {owner} staff {size} Mar {day} {name}"
    turned = "".join(str(int(f"{int(digit):03b}"[::-1], 2)) for digit in mode)
    moved = str(mode[0] + mode[2] + mode[1])
    wrong = (
        Wrong(turned, "r is taken to count 1 and x to count 4."),
        Wrong(mode[::-1], "The three digits are taken to begin with all others."),
        Wrong(moved, "Group and others are exchanged."),
        Wrong(
            "".join(str(7 - int(digit)) for digit in mode),
            "The permissions that are missing are counted.",
        ),
        Wrong("".join(str(int(digit) & 5) for digit in mode), "The write permission is not counted."),
        Wrong("".join(str(int(digit) | 1) for digit in mode), "Execute is taken to come with the others."),
        Wrong("".join(str(int(digit) | 4) for digit in mode), "Read is taken to come with the others."),
    )
    return Draw(
        stem=f"A file is listed as below. Which octal mode, in three digits, gives {name} these permissions "
        "with chmod?",
        code=line,
        code_language="text",
        right=(mode,),
        wrong=tuple(rng.sample(wrong, len(wrong))),
        explanation=f"r counts 4, w 2 and x 1, for the owner, the group and all others: {mode}.",
        accepted=(mode, f"0{mode}", f"0o{mode}"),
    )


@item_model("umask-mode", skills=UNIX, difficulty="senior", cognitive_level="apply", seconds=75)
def umask_mode(rng: random.Random) -> Draw:
    """The mode of a new file or directory under a umask."""
    mask = int(f"{rng.choice([0, 0, 1])}{rng.choice([2, 7, 3, 5, 1, 0])}{rng.choice([2, 7, 6, 5, 3])}", 8)
    is_file = rng.random() < 0.6
    full, other = (0o666, 0o777) if is_file else (0o777, 0o666)
    key = full & ~mask
    kind, how = (
        ("file", "open() and the mode 0666") if is_file else ("directory", "mkdir() and the mode 0777")
    )
    mistakes = (
        (other & ~mask, f"The mode for a {'directory' if is_file else 'file'} is started from."),
        (mask, "The mask is taken for the mode."),
        (full & mask, "The bits of the mask are taken to be those that are kept."),
        (full - mask, "The mask is subtracted, where its bits are to be cleared."),
        (full, "The mask is taken not to hold for what a program creates."),
        (full & ~(mask & 0o77), "The mask is taken to leave the owner alone."),
        (0o777 - mask, "The mask is taken off 777 without regard to what is created."),
        (full & ~(mask & 0o7), "The mask is taken to hold for others alone."),
    )
    return Draw(
        stem=f"{rng.choice(PEOPLE).capitalize()} runs a program under umask {mask:03o}. It creates a {kind} "
        f"with {how}. Which octal mode, in three digits, does that get where no default ACL is set?",
        right=(f"{key:03o}",),
        wrong=tuple(
            Wrong(f"{wrong:03o}", why)
            for wrong, why in rng.sample(mistakes, len(mistakes))
            if 0 <= wrong <= 0o777
        ),
        explanation=f"The bits of {mask:03o} are cleared in {full:03o}, which leaves {key:03o}.",
        accepted=(f"{key:03o}", f"0{key:03o}", f"0o{key:03o}"),
    )


@item_model(
    "transfer-time",
    skills=(
        "networking",
        "cloud-migration",
        "system-administration",
        "storage-systems",
        "telecommunications",
    ),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=90,
)
def transfer_time(rng: random.Random) -> Draw:
    """The minutes that so many gigabytes take over a line that is used in part."""
    rate, share = rng.choice([100, 200, 250, 400, 500, 800, 1000, 2000]), rng.choice([50, 60, 75, 80, 90])
    size = rng.randrange(rate // 4, rate * 3, 5)
    key = Fraction(size * 8000 * 100, rate * share * 60)
    mistakes: list[Mistake] = [
        (Fraction(size * 8000, rate * 60), "The share of the line that others use is left out."),
        (key / 8, "Bytes and bits are taken for the same."),
        (
            Fraction(size * 8000 * share, rate * 100 * 60),
            "The time, not the rate, is multiplied by the share.",
        ),
        (key * Fraction(1024**3, 1000**3), "Gigabytes are taken for blocks of 1,024 cubed bytes."),
        (key * 10 / 8, "A byte is taken to have ten bits."),
        (
            Fraction(size * 8000 * 100, rate * (100 - share) * 60),
            "The part of the line that is not available is taken.",
        ),
    ]
    return asked(
        rng,
        f"A copy of {size:,} GB goes over a line of {rate:,} Mbit/s, of which {share}% is available to it. 1 "
        "GB is 1,000,000,000 bytes. How many minutes does it take, to one decimal?",
        key,
        mistakes,
        f"{size:,} GB are {size * 8000:,} Mbit, and {plain(Fraction(rate * share, 100))} Mbit/s are "
        f"available: {plain(Fraction(size * 8000 * 100, rate * share))} seconds, divided by 60.",
        places=1,
    )


def _usable(level: int, disks: int, size: int) -> int:
    spare = {0: 0, 5: 1, 6: 2, 10: disks // 2}
    return (disks - spare[level]) * size


@item_model(
    "raid-capacity",
    skills=(
        "storage-systems",
        "system-administration",
        "hardware-support",
        "data-centre-operations",
        "linux",
    ),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=60,
)
def raid_capacity(rng: random.Random) -> Draw:
    """The usable capacity of an array, with or without a hot spare."""
    level, disks, size = (
        rng.choice([5, 6, 10]),
        rng.choice([4, 6, 8, 10, 12]),
        rng.choice([2, 4, 6, 8, 10, 12, 16, 20]),
    )
    spares = rng.choice([0, 1, 2])
    key = _usable(level, disks, size)
    whys = {
        0: "No capacity is taken to go for redundancy.",
        5: "The capacity of a single disk is taken to go for parity.",
        6: "The capacity of two disks is taken to go for parity.",
        10: "Half of the capacity is taken to go for copies.",
    }
    mistakes: list[Mistake] = [(_usable(one, disks, size), why) for one, why in whys.items() if one != level]
    mistakes += [
        (_usable(level, disks + spares, size), "The hot spares are counted as part of the array."),
        (key - spares * size, "The hot spares are taken off a second time."),
        (key - size, "The capacity of one disk more is taken off."),
    ]
    given_up = "half of its disks" if level == 10 else f"the capacity of {level - 4} of its disks"
    idle = "; a hot spare holds nothing until a disk fails" if spares else ""
    spare = {0: "", 1: ", with one hot spare more", 2: ", with two hot spares more"}[spares]
    return asked(
        rng,
        f"A RAID {level} array is made of {disks} disks of {size} TB each{spare}. How many TB can hold data?",
        key,
        mistakes,
        f"RAID {level} gives up {given_up}{idle}: {key} TB.",
        form="{} TB",
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@item_model(
    "backup-loss",
    skills=(
        "disaster-recovery",
        "data-security",
        "database-administration",
        "business-continuity",
        "system-administration",
    ),
    difficulty="intermediate",
    cognitive_level="analyse",
    seconds=90,
)
def backup_loss(rng: random.Random) -> Draw:
    """The minutes of changes that are lost when a disk fails, perhaps while a backup runs."""
    every, takes = rng.choice([60, 90, 120, 180, 240, 360]), rng.randrange(10, 50, 5)
    start = every * rng.randint(1, 1380 // every - 1)
    is_running = rng.random() < 0.4
    fails = start + (rng.randint(2, takes - 2) if is_running else rng.randint(takes + 3, every - 1))
    last = start - every if is_running else start
    key = fails - last
    mistakes: list[Mistake] = [
        (fails - start, "The backup that had not ended is taken to be of use."),
        (abs(fails - last - takes), "The loss is counted from the end of the backup, not from its start."),
        (every, "The time between two backups is taken for the loss."),
        (every + takes, "The worst case is taken for this one."),
        (key + takes, "The time that a backup takes is added."),
        (start + every - fails, "The time to the next backup is counted."),
    ]
    system = rng.choice(
        ["an order database", "a file server", "a ticket system", "a mail archive", "a web shop"]
    )
    return asked(
        rng,
        f"A backup of {system} starts every {every} minutes from 00:00, takes {takes} minutes and holds the "
        f"data as of its start. It is of no use until it has ended. The disk fails at {_clock(fails)}. How "
        "many minutes of changes are lost?",
        key,
        mistakes,
        f"The last backup that had ended is that of {_clock(last)}; from there to {_clock(fails)} are {key} "
        "minutes.",
    )
