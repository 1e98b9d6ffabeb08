"""Git: what a file holds and which commits a branch has after a few commands.

A mirror of Git's rules works the key out, and a test has Git confirm it.
"""

import random
from collections.abc import Callable

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.mixing import mixed

SKILLS = ("git",)

# What the last commit, the index and the working tree hold of the file, and what the commit before holds.
State = tuple[str, str, str]
Undo = Callable[[State, str], State]

UNDOS: dict[str, tuple[Undo, str]] = {
    "git reset --soft HEAD~1": (
        lambda now, before: (before, now[1], now[2]),
        "Only the branch is taken to move back.",
    ),
    "git reset HEAD~1": (
        lambda now, before: (before, before, now[2]),
        "The index is taken to go back with the branch.",
    ),
    "git reset --hard HEAD~1": (
        lambda _, before: (before, before, before),
        "Everything is taken to go back.",
    ),
    "git reset --hard": (
        lambda now, _: (now[0], now[0], now[0]),
        "All is taken to be as in the last commit.",
    ),
    "git reset": (lambda now, _: (now[0], now[0], now[2]), "The index is taken to be as in the last commit."),
    "git restore {file}": (
        lambda now, _: (now[0], now[1], now[1]),
        "The file is taken to come from the index.",
    ),
    "git restore --staged {file}": (
        lambda now, _: (now[0], now[0], now[2]),
        "The index is taken to be as in the last commit.",
    ),
    'git commit -m "Next"': (lambda now, _: (now[1], now[1], now[2]), "The index is taken to be committed."),
    'git commit -am "Next"': (
        lambda now, _: (now[2], now[2], now[2]),
        "The working tree is taken to be committed.",
    ),
    "git add {file}": (
        lambda now, _: (now[0], now[2], now[2]),
        "The working tree is taken to be put into the index.",
    ),
}

# With nothing in the index to commit, it fails.
NEEDS_STAGED = 'git commit -m "Next"'
FILES = (
    ("price.txt", ("10", "12", "15", "18", "21")),
    ("color.txt", ("red", "blue", "green", "amber", "white")),
    ("mode.conf", ("fast", "safe", "debug", "quiet", "trial")),
    ("owner.txt", ("ada", "ben", "cora", "dan", "elif")),
    ("limit.cfg", ("5", "50", "80", "100", "200")),
    ("region.txt", ("north", "south", "east", "west", "coast")),
)


@item_model(
    "git-three-states", skills=SKILLS, difficulty="intermediate", cognitive_level="analyse", seconds=100
)
def three_states(rng: random.Random) -> Draw:
    """What commit, index and working tree hold after a reset, a restore or a commit."""
    file, pool = rng.choice(FILES)
    words = rng.sample(pool, 4)
    staged = rng.random() < 0.75
    now: State = (words[1], words[2] if staged else words[1], words[3])
    asked, *others = rng.sample(list(UNDOS), len(UNDOS))
    if not staged and asked == NEEDS_STAGED:
        asked, others[0] = others[0], asked
    lines = [
        f"echo {words[0]} > {file}",
        f"git add {file}",
        'git commit -m "First"',
        f"echo {words[1]} > {file}",
        'git commit -am "Second"',
        f"echo {words[2]} > {file}\ngit add {file}" if staged else "",
        f"echo {words[3]} > {file}",
        asked.format(file=file),
    ]

    def held(undo: str) -> str:
        return ", ".join(UNDOS[undo][0](now, words[0]))

    return Draw(
        stem=f"In a new repository, these commands run. Which content of {file} do the last commit, "
        "the index and "
        "the working tree then hold, in this order?",
        right=(held(asked),),
        wrong=mixed(
            rng,
            held(asked),
            (
                *[Wrong(held(other), UNDOS[other][1]) for other in others],
                Wrong(", ".join(now), "The last command is taken to change nothing."),
            ),
        ),
        explanation=f"{EXPLAINED[' '.join(asked.split()[:2])]} So they hold {held(asked)}.",
        code="\n".join(line for line in lines if line),
        code_language="shell",
        accepted=(held(asked), held(asked).replace(",", "")),
    )


EXPLAINED = {
    "git reset": "reset moves the branch to the commit named; --soft stops there, the default also "
    "resets the index, "
    "and --hard the working tree as well.",
    "git restore": "restore takes a file from the index into the working tree; with --staged it "
    "takes it from the "
    "last commit into the index.",
    "git commit": "A commit records the index; -a first puts the changed tracked files into it.",
    "git add": "add puts the file as it is in the working tree into the index.",
}


class History:
    """Two branches of one beginning, each a list of commits, the oldest first."""

    def __init__(self, common: int, main: int, side: int, side_name: str) -> None:
        names = iter("ABCDEFGHIJKLMNOP")
        self.side_name = side_name
        self.common = [next(names) for _ in range(common)]
        self.side_only = [next(names) for _ in range(side)]
        self.main_only = [next(names) for _ in range(main)]

    @property
    def main(self) -> list[str]:
        """The commits of main."""
        return self.common + self.main_only

    @property
    def side(self) -> list[str]:
        """The commits of the side branch."""
        return self.common + self.side_only

    def drawn(self) -> str:
        """The history as the manual pages of Git draw it."""
        trunk, indent = "---".join(self.main), " " * (4 * len(self.common) - 2)
        return f"{indent}{'---'.join(self.side_only)}  {self.side_name}\n{indent[:-1]}/\n{trunk}  main"


BRANCHES = (
    "feature",
    "login",
    "search",
    "hotfix",
    "export",
    "billing",
    "cleanup",
    "upload",
    "mobile",
    "reports",
)


@item_model("git-commit-count", skills=SKILLS, difficulty="senior", cognitive_level="analyse", seconds=100)
def commit_count(rng: random.Random) -> Draw:
    """How many commits main has after a merge, a rebase or a cherry-pick, and one command more."""
    history = History(rng.randint(1, 3), rng.randint(0, 3), rng.randint(2, 4), rng.choice(BRANCHES))
    name, ahead = history.side_name, len(history.main_only)
    base, own = len(history.common), len(history.side_only)
    both = base + ahead + own
    on_main = "git switch main\n"
    counts = {
        f"{on_main}git merge {name}": (
            both + (ahead > 0),
            "A merge is taken to add a commit where main has moved on.",
        ),
        f"{on_main}git merge --no-ff {name}": (both + 1, "The merge is taken to make a commit of its own."),
        f'{on_main}git merge --squash {name}\ngit commit -m "All"': (
            base + ahead + 1,
            "The commits of the branch are taken to be pressed into one.",
        ),
        f"git switch {name}\ngit rebase main\n{on_main}git merge {name}": (
            both,
            "No commit for the merge is taken to be made.",
        ),
        f"{on_main}git cherry-pick {name}": (base + ahead + 1, "One commit is taken to be copied."),
        f"{on_main}git cherry-pick {name}~1 {name}": (
            base + ahead + 2,
            "Two commits are taken to be copied.",
        ),
    }
    more = {
        "": 0,
        'git commit --amend -m "Better"': 0,
        "git revert --no-edit HEAD": 1,
        "git reset --hard HEAD~1": -1,
    }
    asked = rng.choice(list(counts))
    kinds = [
        kind
        for kind in more
        if not (counts[asked][0] == both + 1 and kind.startswith(("git re", "git commit")))
    ]
    after = rng.choice(kinds)
    right = counts[asked][0] + more[after]
    wrong = [(count + more[after], why) for count, why in counts.values()]
    if after:
        wrong += [
            (counts[asked][0] + step, "The last command is taken to add, or to take away, another number.")
            for step in more.values()
        ]
    wrong.append((base + ahead, "main is taken to stay as it was."))
    return Draw(
        stem="The history is as drawn, and each commit adds a file of its own. Then the commands run. "
        "How many commits does git log list on main?",
        right=(str(right),),
        wrong=tuple(Wrong(str(count), why) for count, why in rng.sample(wrong, len(wrong))),
        explanation="A merge brings all commits of the branch and adds one unless main can just move "
        "forward; --squash "
        "and a cherry-pick make new commits on main only; revert adds a commit, amend replaces the last.",
        code=f"{history.drawn()}\n\n" + "\n".join(line for line in (asked, after) if line),
        code_language="text",
        value=str(right),
    )


@item_model("git-log-order", skills=SKILLS, difficulty="intermediate", cognitive_level="analyse", seconds=90)
def log_order(rng: random.Random) -> Draw:
    """The messages on a branch after a rebase, a cherry-pick, a reset or an amended commit."""
    history = History(rng.randint(1, 2), rng.randint(1, 3), rng.randint(2, 3), rng.choice(BRANCHES))
    name, main, side, own = history.side_name, history.main, history.side, history.side_only
    to_main, to_side = "git switch main\n", f"git switch {name}\n"
    logs = {
        f"{to_side}git rebase main": (main + own, "The branch is taken to be put on top of main."),
        f"{to_main}git rebase {name}": (
            side + history.main_only,
            "main is taken to be put on top of the branch.",
        ),
        f"{to_main}git cherry-pick {name}": ([*main, own[-1]], "Only the last commit is taken to be copied."),
        f"{to_main}git cherry-pick {name}~1": (
            [*main, own[-2]],
            "Only the commit before the last is taken to be copied.",
        ),
        f"{to_main}git cherry-pick {name}~1 {name}": (
            main + own[-2:],
            "The last two commits are taken to be copied.",
        ),
        f"{to_main}git reset --hard HEAD~1\ngit cherry-pick {name}": (
            [*main[:-1], own[-1]],
            "The last commit is taken to be replaced by a copied one.",
        ),
        f"{to_side}git reset --hard HEAD~1\ngit cherry-pick main": (
            [*side[:-1], main[-1]],
            "The last commit of the branch is taken to be replaced.",
        ),
        f'{to_side}git commit --amend -m "Z"\ngit rebase main': (
            [*main, *own[:-1], "Z"],
            "The last message is taken to be replaced.",
        ),
        f'{to_main}git commit --amend -m "Z"\ngit cherry-pick {name}': (
            [*main[:-1], "Z", own[-1]],
            "The last message of main is taken to be replaced.",
        ),
    }
    asked, *others = rng.sample(list(logs), len(logs))
    likely = sorted(others, key=lambda other: other.startswith(asked[:14]), reverse=True)
    return Draw(
        stem="The history is as drawn, each letter being a message, and each commit adds a file of "
        "its own. Then the "
        "commands run. Which messages does git log list on the current branch, the newest first?",
        right=(_newest_first(logs[asked][0]),),
        wrong=tuple(Wrong(_newest_first(logs[other][0]), logs[other][1]) for other in likely),
        explanation="A rebase puts copies of the current branch's own commits on top of the branch "
        "named; a cherry-pick "
        "puts copies of the commits named on top of the current branch; amend replaces the last commit.",
        code=f"{history.drawn()}\n\n{asked}",
        code_language="text",
        accepted=(_newest_first(logs[asked][0]), _newest_first(logs[asked][0]).replace(" ", "")),
    )


def _newest_first(commits: list[str]) -> str:
    return " ".join(reversed(commits))
