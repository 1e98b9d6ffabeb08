"""The keys of the models on code, found again by the real thing: Python, Node, SQLite, bash, Git."""

import random
import shutil
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.generation import real_answers
from tests.generation.real_answers import Answers
from workers.generation import item_models
from workers.generation.brief import Item
from workers.generation.item_models import drawn

MODELS = item_models.load()
FILES = (
    *("python_lists", "python_functions", "python_values", "javascript_values", "javascript_flow"),
    *("sql_results", "sql_nulls", "sql_transactions", "regular_expressions", "git_commands", "complexity"),
    *("data_structures", "shell", "unix_administration"),
)
OURS = [name for name, model in MODELS.items() if model.make.__module__.rpartition(".")[2] in FILES]
DRAWS = 40
# Git takes some 10 ms a command.
GIT_DRAWS = 4

PYTHON = [name for name in OURS if name.startswith("python-")]
PYTHON += ["binary-search-probes", "container-order", "loop-step-count"]
JAVASCRIPT = [name for name in OURS if name.startswith("javascript-")]
SQL = [name for name in OURS if name.startswith("sql-")]
REGEX = [name for name in OURS if name.startswith("regex-")]
SHELL = [name for name in OURS if name.startswith("shell-")]
GIT = [name for name in OURS if name.startswith("git-")]
CRON = ["cron-next-time", "cron-runs-per-week"]


def items_of(name: str, count: int = DRAWS) -> list[Item]:
    return list(drawn(MODELS[name], count, seed=11))


def check(items: Sequence[Item], answers: Answers) -> None:
    """Every key is the real answer, and no distractor is."""
    found = answers(items)
    assert len(found) == len(items)
    for item, answer in zip(items, found, strict=True):
        right, *wrong = [" ".join(option.split()) for option in item.options]
        assert right == answer, f"{item.stem}\n{item.code}\nkey {right}, but {answer}"
        assert answer not in wrong


needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="there is no node on the PATH")


@pytest.mark.parametrize("name", PYTHON)
def test_python_prints_the_key(name: str) -> None:
    check(items_of(name), real_answers.by_python)


@needs_node
@pytest.mark.parametrize("name", JAVASCRIPT)
def test_node_logs_the_key(name: str) -> None:
    check(items_of(name), real_answers.by_node)


@pytest.mark.parametrize("name", SQL)
def test_sqlite_returns_the_key(name: str) -> None:
    check(items_of(name), real_answers.by_sqlite)


@pytest.mark.parametrize("name", REGEX)
def test_re_finds_the_key(name: str) -> None:
    check(items_of(name), real_answers.by_re)


@needs_node
@pytest.mark.parametrize("name", REGEX)
def test_the_key_holds_in_javascripts_dialect_too(name: str) -> None:
    check(items_of(name), real_answers.by_js_regexes)


@pytest.mark.parametrize("name", SHELL)
def test_bash_prints_the_key(name: str) -> None:
    check(items_of(name), real_answers.by_bash)


def test_chmod_gives_the_key() -> None:
    check(items_of("chmod-symbolic"), real_answers.by_chmod)


@pytest.mark.parametrize("name", GIT)
def test_git_answers_the_key(name: str) -> None:
    check(items_of(name, GIT_DRAWS), real_answers.by_git)


@pytest.mark.parametrize("name", CRON)
def test_a_crontab_starts_at_the_key(name: str) -> None:
    check(items_of(name), real_answers.by_celery)


def test_counted_steps_grow_as_the_key_says() -> None:
    check(items_of("big-o-of-loops"), real_answers.by_counting)


def test_a_walk_through_a_search_tree_visits_the_key() -> None:
    check(items_of("search-tree-walk"), real_answers.by_walking)


CHECKS: dict[str, Answers] = {
    **dict.fromkeys(PYTHON, real_answers.by_python),
    **dict.fromkeys(SQL, real_answers.by_sqlite),
    **dict.fromkeys(REGEX, real_answers.by_re),
    **dict.fromkeys(SHELL, real_answers.by_bash),
    **dict.fromkeys(GIT, real_answers.by_git),
    "chmod-symbolic": real_answers.by_chmod,
    **dict.fromkeys(CRON, real_answers.by_celery),
    "big-o-of-loops": real_answers.by_counting,
    "search-tree-walk": real_answers.by_walking,
}

if shutil.which("node"):
    CHECKS.update(dict.fromkeys(JAVASCRIPT, real_answers.by_node))


@pytest.mark.parametrize("name", CHECKS)
def test_a_wrong_key_would_be_found(name: str) -> None:
    item = items_of(name, 1)[0]
    swapped = replace(item, options=(item.options[1], item.options[0], *item.options[2:]))
    with pytest.raises(AssertionError):
        check([swapped], CHECKS[name])


def test_every_model_of_the_files_on_code_is_checked() -> None:
    assert set(OURS) == {*CHECKS, *JAVASCRIPT}


@pytest.mark.parametrize("name", [*CHECKS])
def test_a_typed_answer_counts_the_key_among_its_spellings(name: str) -> None:
    for draw in (MODELS[name].make(rng) for rng in map(random.Random, range(20))):
        spelled = {*draw.accepted, *([draw.value] if draw.value is not None else [])}
        assert not spelled or draw.right[0] in spelled
        assert not spelled & {one.text for one in draw.wrong if one.text != draw.right[0]}
