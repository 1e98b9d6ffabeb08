"""Data structures and searches, step by step: queues, heaps, trees, binary search; run for the key."""

import random
from collections import deque
from collections.abc import Callable

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.mixing import mixed
from workers.generation.item_models.running import printed, spellings
from workers.generation.item_models.situations import series

SKILLS = ("algorithms", "python")

# How a container is made, filled and emptied, and what who takes another one for it believes.
CONTAINERS = {
    "waiting = []|waiting.append({})|waiting.pop()": "The element put in last is taken to come out first.",
    "waiting = deque()|waiting.append({})|waiting.popleft()": (
        "The element put in first is taken to come out first."
    ),
    "waiting = []|heappush(waiting, {})|heappop(waiting)": "The smallest element is taken to come out first.",
    "waiting = deque()|waiting.appendleft({})|waiting.popleft()": (
        "The element put in at the left is taken to come out first."
    ),
    "waiting = []|heappush(waiting, "
    "-{})|-heappop(waiting)": "The largest element is taken to come out first.",
    "waiting = deque()|waiting.appendleft({})|waiting.pop()": (
        "The element put in first is taken to be at the right."
    ),
}
IMPORTS = {"deque": "from collections import deque", "heappush": "from heapq import heappop, heappush"}


@item_model("container-order", skills=SKILLS, difficulty="intermediate", cognitive_level="apply", seconds=75)
def container_order(rng: random.Random) -> Draw:
    """What comes out of a stack, a queue or a heap when putting in and taking out alternate."""
    about = series(rng)
    numbers = about.numbers(rng, 5)
    moves = rng.choice(["pp-p-p--", "ppp--p-", "pp-pp--", "ppp-p--", "ppp-pp--", "pp-pp-p-"])

    def program(kind: str) -> str:
        make, put, take = kind.split("|")
        left = iter(numbers)
        lines = [line for word, line in IMPORTS.items() if word in kind]
        lines += [*([""] if lines else []), make, "taken = []"]
        lines += [put.format(next(left)) if move == "p" else f"taken.append({take})" for move in moves]
        return "\n".join([*lines, "print(taken)"])

    asked, *others = rng.sample(list(CONTAINERS), len(CONTAINERS))
    right = printed(program(asked))
    return Draw(
        stem=f"A program keeps {about.what}. What does it print?",
        right=(right,),
        wrong=mixed(rng, right, [Wrong(printed(program(other)), CONTAINERS[other]) for other in others]),
        explanation="append puts in at the right and appendleft at the left; pop takes from the "
        "right and popleft from "
        "the left, and heappop takes the smallest element.",
        code=program(asked),
        code_language="python",
        accepted=spellings(right),
    )


# A search tree: its root, and the two trees below it.
Tree = tuple[int, "Tree | None", "Tree | None"]


def _grown(tree: Tree | None, number: int) -> Tree:
    if tree is None:
        return number, None, None
    root, left, right = tree
    return (root, _grown(left, number), right) if number < root else (root, left, _grown(right, number))


def _walked(tree: Tree | None, order: str) -> list[int]:
    """The numbers in the order of the letters: N the node itself, L the left and R the right tree."""
    if tree is None:
        return []
    parts = {"N": [tree[0]], "L": _walked(tree[1], order), "R": _walked(tree[2], order)}
    return [number for letter in order for number in parts[letter]]


def _levels(tree: Tree) -> list[int]:
    waiting: deque[Tree | None] = deque([tree])
    found = []
    while waiting:
        node = waiting.popleft()
        if node is not None:
            found.append(node[0])
            waiting.extend(node[1:])
    return found


WALKS: dict[str, tuple[Callable[[Tree], list[int]], str]] = {
    "preorder": (lambda tree: _walked(tree, "NLR"), "The node is taken to come before the trees below it."),
    "inorder": (lambda tree: _walked(tree, "LNR"), "The node is taken to come between the trees below it."),
    "postorder": (lambda tree: _walked(tree, "LRN"), "The node is taken to come after the trees below it."),
    "level order": (_levels, "The tree is taken to be read row by row."),
    "mirrored": (lambda tree: _walked(tree, "NRL"), "The right tree is taken to come before the left one."),
}


@item_model(
    "search-tree-walk",
    skills=("algorithms",),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=100,
)
def search_tree_walk(rng: random.Random) -> Draw:
    """The numbers of a binary search tree in one of the usual orders."""
    numbers = rng.sample(range(2, 60), rng.choice([6, 7]))
    tree = None
    for number in numbers:
        tree = _grown(tree, number)
    assert tree is not None
    asked, *others = rng.sample(["preorder", "postorder", "level order", "inorder"], 4)
    texts = {name: " ".join(map(str, walk(tree))) for name, (walk, _) in WALKS.items()}
    given = ", ".join(map(str, numbers))
    return Draw(
        stem=f"The keys {given} are inserted in this order into an empty binary search tree, which "
        "is not rebalanced. "
        f"In which order does {'an' if asked[0] == 'i' else 'a'} {asked} traversal visit them?",
        right=(texts[asked],),
        wrong=(
            *[Wrong(texts[other], WALKS[other][1]) for other in others],
            Wrong(texts["mirrored"], WALKS["mirrored"][1]),
            Wrong(" ".join(map(str, numbers)), "The keys are taken to be visited as they were inserted."),
        ),
        explanation="Smaller keys go to the left. Preorder visits the node, then left and right; "
        "inorder left, node, right; "
        "postorder left, right, node; level order goes row by row.",
        accepted=(texts[asked], texts[asked].replace(" ", ", ")),
    )


@item_model(
    "binary-search-probes", skills=SKILLS, difficulty="intermediate", cognitive_level="apply", seconds=90
)
def binary_search_probes(rng: random.Random) -> Draw:
    """The elements that a binary search looks at."""
    about = series(rng)
    numbers = sorted(rng.sample(range(2, 99), rng.randint(9, 13)))
    # What is drawn of the code: whether the upper bound is the last index or the one after it.
    open_end = rng.random() < 0.5
    targets = [
        number for number in range(numbers[0], numbers[-1]) if len(_probes(numbers, number, open_end)) > 2
    ]
    target = rng.choice([*targets, *[number for number in numbers if number in targets] * 5])
    right = _probes(numbers, target, open_end)
    up = _probes(numbers, target, open_end, round_up=True)
    mistakes = [
        Wrong(str(_probes(numbers, target, not open_end)), "The upper bound is taken to be one place off."),
        Wrong(str(up), "The middle is taken to be rounded up."),
        Wrong(str(right[:-1]), "The last element that is looked at is left out."),
        Wrong(
            str([number for number in numbers if number <= target]),
            "The list is taken to be searched from its start.",
        ),
        Wrong(str(sorted(right)), "The elements are taken to be looked at from small to large."),
        Wrong(
            str([*right, _next_to(numbers, right[-1])]), "The search is taken to go on for one round more."
        ),
    ]
    return Draw(
        stem=f"The list holds {about.what} in ascending order. What does this program print?",
        right=(str(right),),
        wrong=mixed(rng, str(right), mistakes),
        explanation="Each round looks at the element in the middle, rounded down, and goes on with "
        "the half in which "
        f"{target} must be: {', '.join(map(str, right))}.",
        code=SEARCH[open_end].format(name=about.name, numbers=numbers, target=target),
        code_language="python",
        accepted=spellings(str(right)),
    )


def _next_to(numbers: list[int], number: int) -> int:
    at = numbers.index(number)
    return numbers[at + 1] if at + 1 < len(numbers) else numbers[at - 1]


def _probes(numbers: list[int], target: int, open_end: bool, round_up: bool = False) -> list[int]:
    """The elements looked at; the upper bound is left out of the range if `open_end`."""
    low, high, seen = 0, len(numbers) - (not open_end), []
    while low < high or (low == high and not open_end):
        middle = min((low + high + round_up) // 2, len(numbers) - 1)
        if numbers[middle] in seen:
            break
        seen.append(numbers[middle])
        if numbers[middle] == target:
            break
        if numbers[middle] < target:
            low = middle + 1
        else:
            high = middle if open_end else middle - 1
    return seen


LOOP = """\
    middle = (low + high) // 2
    seen.append({name}[middle])
    if {name}[middle] == {target}:
        break
    if {name}[middle] < {target}:
        low = middle + 1
    else:
        high = """
SEARCH = {
    True: "{name} = {numbers}\nlow, high, seen = 0, len({name}), []\nwhile low < high:\n"
    + LOOP
    + "middle\nprint(seen)",
    False: "{name} = {numbers}\nlow, high, seen = 0, len({name}) - 1, []\nwhile low <= high:\n"
    + LOOP
    + "middle - 1\nprint(seen)",
}
