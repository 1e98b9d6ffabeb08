"""Series and logic, by trying everything."""

import re
from collections.abc import Iterator
from itertools import pairwise, permutations, product

from tests.generation.worked_again import Answer, found, numbers, rows, solves
from workers.generation.brief import Item


@solves("number-series")
def number_series(item: Item) -> Answer:
    """Whatever simple rule fits the terms shown, the next one is the same."""
    terms = [int(term) for term in numbers(item.stem)]
    guesses = set(_next_terms(terms))
    assert len(guesses) == 1, (terms, guesses)
    return guesses.pop()


def _next_terms(terms: list[int]) -> Iterator[int]:
    """The next term under each simple rule that fits."""
    steps = [after - before for before, after in pairwise(terms)]
    if len({after - before for before, after in pairwise(steps)}) == 1:
        yield terms[-1] + 2 * steps[-1] - steps[-2]
    if len(set(steps[::2])) == 1 and len(set(steps[1::2])) == 1:
        yield terms[-1] + steps[-2]
    for factor, plus in product(range(2, 6), range(-9, 10)):
        if all(after == before * factor + plus for before, after in pairwise(terms)):
            yield terms[-1] * factor + plus
    for plus in range(1, 30):
        moves = [(2, 0), (1, plus)] * 3
        if all(
            after == before * k + p for (before, after), (k, p) in zip(pairwise(terms), moves, strict=False)
        ):
            yield terms[-1] * moves[5][0] + moves[5][1]
    if all(terms[at] == terms[at - 1] + terms[at - 2] for at in range(2, len(terms))):
        yield terms[-1] + terms[-2]
    odd, even = terms[::2], terms[1::2]
    if _is_even(odd) and _is_even(even):
        yield 2 * odd[-1] - odd[-2]


def _is_even(terms: list[int]) -> bool:
    return len({after - before for before, after in pairwise(terms)}) == 1


@solves("letter-series")
def letter_series(item: Item) -> Answer:
    pairs = re.findall(r"\b[A-Z]{2}\b", item.stem)
    steps = [[ord(after[at]) - ord(before[at]) for before, after in pairwise(pairs)] for at in (0, 1)]
    assert all(len(set(moves)) == 1 for moves in steps)
    return "".join(chr(ord(letter) + moves[0]) for letter, moves in zip(pairs[-1], steps, strict=True))


STATEMENT = re.compile(r"(All|No|Some) (.+?) are (not )?(.+)")
Thing = frozenset[str]


@solves("syllogism")
def syllogism(item: Item) -> Answer:
    """The conclusions that no offices of up to four things, of any kinds, make false."""
    first, second, *_ = item.stem.split(". ")
    names = _names([first, second, *item.options])
    kinds = [frozenset(name for name, is_in in zip(names, row, strict=True) if is_in)
             for row in product([True, False], repeat=3)]  # fmt: skip
    worlds = [
        world
        for world in product(kinds, repeat=4)
        if all(any(name in thing for thing in world) for name in names)
        and _is_true(first, names, world)
        and _is_true(second, names, world)
    ]
    assert worlds
    return {option for option in item.options if all(_is_true(option, names, world) for world in worlds)}


def _names(texts: list[str]) -> list[str]:
    found_names = sorted({name for text in texts for name in _parts(text)[1:3]})
    assert len(found_names) == 3, found_names
    return found_names


def _parts(text: str) -> tuple[str, str, str, bool]:
    match = STATEMENT.fullmatch(text)
    assert match is not None, text
    return match[1], match[2], match[4], bool(match[3])


def _is_true(text: str, names: list[str], world: tuple[Thing, ...]) -> bool:
    quantity, subject, other, is_not = _parts(text)
    assert {subject, other} <= set(names)
    found_in = [(other in thing) != is_not for thing in world if subject in thing]
    return {"All": all(found_in), "No": not any(found_in), "Some": any(found_in)}[quantity]


@solves("conditional-inference")
def conditional_inference(item: Item) -> Answer:
    """True in each of the cases that the rule and the fact leave."""
    condition, result, fact, claim = found(
        r"says: if (.*), (.*)\. In one case (.*)\. From this alone it follows that, in that case, (.*)\.$",
        item.stem,
    )
    cases = [(one, two) for one in (True, False) for two in (True, False) if two or not one]
    left = [case for case in cases if _said(fact, condition, result, case)]
    return all(_said(claim, condition, result, case) for case in left)


def _said(text: str, condition: str, result: str, case: tuple[bool, bool]) -> bool:
    """What a text says of a case: the condition or the result, plain or denied."""
    is_denied = re.search(r"\b(not|no)\b", text) is not None
    about = [_bare(text) == _bare(one) for one in (condition, result)]
    assert sum(about) == 1, (text, condition, result)
    return case[about.index(True)] != is_denied


def _bare(text: str) -> tuple[str, ...]:
    """The first letters of its words, without denials, articles and the word does."""
    left_out = {"not", "no", "does", "a", "an", "the"}
    words = text.replace(" has ", " have ").split()
    return tuple(word[:4] for word in words if word not in left_out)


@solves("compound-condition")
def compound_condition(item: Item) -> Answer:
    least, most = (
        int(found(pattern, item.stem)[0]) for pattern in (r"at least (\d+)", r"(?:less|fewer|below)\D*(\d+)")
    )
    kept = set()
    for name, amount, flag, size in rows(item.code)[1:]:
        one, two, three = int(amount) >= least, flag == "yes", int(size) < most
        if "whenever" in item.stem:
            is_kept = (two and three) or one
        else:
            assert re.search(r" and either .* or .*, or both", item.stem)
            is_kept = one and (two or three)
        kept |= {name} if is_kept else set()
    assert len(kept) == 1
    return kept


ORDINALS = ["first", "second", "third", "fourth", "fifth"]


def _orders(stem: str) -> list[tuple[str, ...]]:
    """All orders of the people that keep all the clues."""
    told, *clues = stem.split(". ")
    people = re.findall(r"\b(?!Who)[A-Z][a-z]+\b", told)
    assert len(people) in (4, 5)
    return [order for order in permutations(people) if all(_keeps(order, clue) for clue in clues[:-1])]


def _keeps(order: tuple[str, ...], clue: str) -> bool:
    one, *others = [order.index(name) for name in re.findall(r"\b[A-Z][a-z]+\b", clue) if name in order]
    if not others:
        place = ORDINALS.index(clue.rstrip(".").split()[-1])
        return (one != place) if " was not " in clue else (one == place)
    (other,) = others
    if clue.startswith("At least one person came between"):
        return abs(one - other) >= 2
    if clue.startswith("Exactly one person came between"):
        assert clue.endswith("who was the later")
        return one == other - 2
    return one == other - 1 if "directly before" in clue else one < other


@solves("who-came-when")
def who_came_when(item: Item) -> Answer:
    (order,) = _orders(item.stem)
    return order[ORDINALS.index(item.stem.rstrip("?").split()[-1])]


@solves("order-from-clues")
def order_from_clues(item: Item) -> Answer:
    (order,) = _orders(item.stem)
    return order
