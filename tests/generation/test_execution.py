"""Running the code of items: what is decided for a key, against it, and what is left open."""

from dataclasses import replace

import pytest

from workers.generation import library
from workers.generation.brief import Item
from workers.generation.execution import is_runnable, runs_to_key

PRINTS = "What does this program print?"


def an_item(code: str, *options: str, stem: str = PRINTS, language: str = "python") -> Item:
    """A choice whose key is the first option; the last option fills it up."""
    return Item(
        skill="python",
        skill_name="Python",
        difficulty="entry",
        cognitive_level="apply",
        stem=stem,
        options=(*options, "something else altogether"),
        misconceptions=("a mistake",) * len(options),
        explanation="",
        seconds=60,
        source="language_model",
        code=code,
        code_language=language,
    )


def an_open_item(code: str, kind: str, *accepted: str, stem: str = PRINTS, tolerance: str = "0") -> Item:
    item = an_item(code, stem=stem)
    return replace(item, type=kind, options=(), right=0, accepted=accepted, tolerance=tolerance)


RIGHT = [
    ("print(1 + 1)", "2", "3"),
    ("print('a', 'b')", "`a b`", "ab"),
    ("print('a')\nprint('b')", "a\nb", "ab"),
    ("print('a')\nprint('b')", "a b", "ab"),
    ("print('a')\nprint('b')", "a, b", "ab"),
    ("print(3)", "It prints 3.", "It prints 4."),
    ("print([1, 2])", "[1, 2]", "[2, 1]"),
    ("print('5')", "5", "'5'"),
    ("'5' + '5'", "'55'", "10"),
    ("x = 2\nif x > 1:\n    pass\nprint(end='')", "Nothing is printed", "2"),
    ("print(1 / 0)", "ZeroDivisionError is raised", "0"),
    ("print(1)\nprint({}['a'])", "It prints 1 and then raises KeyError", "It raises KeyError"),
    ("int('x')", "An exception is raised", "0"),
    ("import math as m\nprint(m.floor(-1.5))", "-2", "-1"),
    ("from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int = 1\nprint(A())", "A(x=1)", "A(1)"),
    ("from collections import namedtuple\nprint(namedtuple('P', 'a b')(1, 2))", "P(a=1, b=2)", "(1, 2)"),
    ("print('{:.1f} {x}'.format(1.25, x=2))", "1.2 2", "1.3 2"),
    ("class A:\n    pass\nprint(type(A()).__name__, type(1) is int)", "A True", "A False"),
    ("def f():\n    try:\n        return 1\n    finally:\n        print('x')\nprint(f())", "x\n1", "1\nx"),
    ("def f(n):\n    return f(n)\nf(1)", "RecursionError is raised", "0"),
    ("import random\nrandom.seed(3)\nprint(random.random() < 1)", "True", "False"),
    ("print({1, 2, 3})", "{1, 2, 3}", "{3, 2, 1}"),
    ("match {'a': 1}:\n    case {'a': n}:\n        print(n)", "1", "a"),
]


@pytest.mark.parametrize(("code", "key", "other"), RIGHT)
def test_code_that_gives_the_key_speaks_for_it_and_else_against_it(code: str, key: str, other: str) -> None:
    assert runs_to_key(an_item(code, key, other)) is True
    assert runs_to_key(an_item(code, other, key)) is False


STEMS = [
    ("def f(n):\n    return n * 2", "What does f(4) return?", "8", "4"),
    ("def f(n):\n    return [n] * 2", "Was gibt der Aufruf f(4) zurück?", "[4, 4]", "[8]"),
    ("def f(n):\n    n.append(1)", "What does the call f([]) return?", "None", "[1]"),
    ("a = [1]\nb = a\nb += [2]", "What is the value of a?", "[1, 2]", "[1]"),
    ("print(3 * 'a')", "Was gibt dieses Programm aus?", "aaa", "3a"),
    ("print(3 * 'a')", "Qu'affiche ce programme ?", "aaa", "3a"),
    ("print(3 * 'a')", "¿Qué imprime este programa?", "aaa", "3a"),
]


@pytest.mark.parametrize(("code", "stem", "key", "other"), STEMS)
def test_a_stem_may_ask_for_a_call_or_a_name_and_in_other_languages(
    code: str, stem: str, key: str, other: str
) -> None:
    assert runs_to_key(an_item(code, key, other, stem=stem)) is True
    assert runs_to_key(an_item(code, other, key, stem=stem)) is False


UNDECIDED = [
    an_item("print(1)", "2", "3"),
    an_item("print(1)", "1", "`1`", stem="Which number is best?"),
    an_item("print('1')", "'1'", "`1`"),
    an_item("print(x)", "1", "NameError is raised", stem="x was set to 1. What does it print?"),
    an_item("print(1)\nprint(2)", "2", "1\n2", stem="What is printed last?"),
    an_item("print(1)", "2", "1", stem="Suppose the 1 is changed to 2. What does the program print?"),
    an_item("print(3 / 2)", "1", "1.5", stem="What does this print in Python 2?"),
    an_item(
        "print({'a', 'b', 'c', 'd', 'e', 'f'})",
        "{'a', 'b', 'c', 'd', 'e', 'f'}",
        "{'f', 'e', 'd', 'c', 'b', 'a'}",
    ),
    an_item("xs = [2, 1]\nxs.sort()\nxs.append(3)", "[1, 2, 3]", "None", stem="What is the result?"),
    an_item("print(1 / 0)", "0", "1"),
    an_item("def f():\n    return 1", "1", "Nothing", stem="What does the function return?"),
    an_item("print 1", "1", "SyntaxError"),
    an_item("print(1)", "1", "2", language="ruby"),
    an_item("import asyncio\nprint(1)", "1", "2"),
    an_item("import random\nprint(random.random())", "0.5", "1"),
    an_item("class A:\n    def __del__(self):\n        print('x')\nA()\nprint(1)", "x\n1", "1\nx"),
    replace(an_item("print(1)", "1", "2"), type="true_false"),
    replace(an_item("print(1)", "1", "2"), type="multiple_select", right=2),
    replace(an_item("print(1)", "1", "2"), code=None),
    an_open_item("print([1, 2])", "short_answer", "1, 2"),
    an_open_item("print('a')", "numeric", "1"),
    an_open_item("print(7)", "numeric", "1", stem="How many numbers does this print?"),
]


@pytest.mark.parametrize("item", UNDECIDED, ids=range(len(UNDECIDED)))
def test_what_code_can_not_tell_is_left_open(item: Item) -> None:
    assert runs_to_key(item) is None


def test_an_answer_without_options_is_compared_as_a_number_or_as_words() -> None:
    assert runs_to_key(an_open_item("print(2 / 3)", "numeric", "0.67", tolerance="0.01")) is True
    assert runs_to_key(an_open_item("print(2 / 3)", "numeric", "0.7", tolerance="0.01")) is False
    assert runs_to_key(an_open_item("print('ab')", "short_answer", "AB", "ab")) is True
    assert runs_to_key(an_open_item("print('ab')", "short_answer", "cd")) is False
    assert runs_to_key(an_open_item("{}['a']", "short_answer", "KeyError")) is True


TABLE = "CREATE TABLE t (a int, b text);\nINSERT INTO t VALUES (1, 'x'), (2, NULL), (3, 'x');\n"
QUERIES = [
    ("SELECT COUNT(b) FROM t;", "What does the query return?", "2", "3"),
    ("SELECT SUM(a), COUNT(*) FROM t", "What does the query return?", "6, 3", "6, 2"),
    ("SELECT a FROM t WHERE b = 'x'", "Which values does it return?", "1, 3", "1, 2, 3"),
    ("SELECT a, b FROM t WHERE a = 1", "Which row is the result?", "(1, 'x')", "(1, NULL)"),
    ("SELECT a FROM t WHERE b <> 'x'", "What does the query return?", "No rows", "2"),
    ("SELECT b, COUNT(*) FROM t WHERE a <> 2 GROUP BY b", "What is returned?", "x 2", "x 1"),
    ("SELECT a FROM t WHERE b = 'x'", "How many rows does the query return?", "2", "3"),
]


@pytest.mark.parametrize(("query", "stem", "key", "other"), QUERIES)
def test_a_querys_rows_are_compared(query: str, stem: str, key: str, other: str) -> None:
    assert runs_to_key(an_item(TABLE + query, key, other, stem=stem, language="sql")) is True
    assert runs_to_key(an_item(TABLE + query, other, key, stem=stem, language="sql")) is False


def test_where_databases_differ_nothing_speaks_against_a_key() -> None:
    stem = "What does the query return?"
    for query in ("SELECT 5 / 2", "SELECT b FROM t ORDER BY b", "SELECT COUNT(*) FROM t WHERE b LIKE 'X'"):
        assert runs_to_key(an_item(TABLE + query, "0", "2", stem=stem, language="sql")) is None
    other = replace(
        an_item(TABLE + "SELECT COUNT(b) FROM t", "3", "2", stem=stem, language="sql"), skill="mysql"
    )
    assert runs_to_key(other) is None
    assert not is_runnable(an_item("SELECT a FROM elsewhere", "1", "2", stem=stem, language="sql"))


@pytest.mark.quality
def test_no_shipped_item_disagrees_with_its_code() -> None:
    runnable = [item for item in library.load() if is_runnable(item)]
    verdicts = {item.library_id: runs_to_key(item) for item in runnable}
    assert len(runnable) >= 8
    assert [name for name, verdict in verdicts.items() if verdict is False] == []
