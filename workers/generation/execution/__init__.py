"""Runs the code of items that ask for its outcome, and compares that with their keys.

What may be run is decided by `python_subset` and `sql`, in which of the options the outcome is by
`reading`; `sandbox` starts the process, and `child` is the program of that process and says which
layers keep it shut in.
"""

import ast
import re
from dataclasses import dataclass
from typing import Any

from workers.generation.brief import OPEN_TYPES, Item
from workers.generation.execution import python_subset, reading, sandbox, sql
from workers.generation.execution.reading import Outcome

PYTHON = {"python", "python3", "python 3", "py"}
SQL = {"sql", "sqlite", "sqlite3"}
CHOICES = {"multiple_choice", "code_reading"}
# A set of two texts comes out in one order or the other: four runs give it away seven times in eight.
RUNS_IF_VARYING = 4
# "What does f(3) return?", "the value of total".
CALL = re.compile(r"\b([A-Za-z_]\w*)\([^()\n]*\)")
ASKS_VALUE = re.compile(
    r"\b(return(s|ed)?|evaluates?|values?|results?|zurück|liefert|rückgabewert|wert|ergebnis|renvo\w+|retourn\w+"
    r"|valeurs?|résultats?|devuelv\w+|retorna|valor|resultado)\b",
    re.IGNORECASE,
)
VALUE_OF = re.compile(r"\b(?:value of|wert von|valeur de|valor de)\s+[`'\"]?([A-Za-z_]\w*)", re.IGNORECASE)
LONGEST_ANSWER = 60


@dataclass(frozen=True)
class _Plan:
    """A job for the sandbox, and how often it must come out the same."""

    job: dict[str, Any]
    runs: int = 1


def is_runnable(item: Item) -> bool:
    """Whether the item asks for the outcome of code that can be run here."""
    return _plan(item) is not None


def runs_to_key(item: Item) -> bool | None:
    """Whether the code gives what the key says; None where that can't be told. Never raises.

    False where it gives what a distractor says or, without options, something clearly else; and only if
    the stem asks for the whole outcome of the code as it stands.
    """
    plan = _plan(item)
    report = sandbox.run(plan.job) if plan else None
    if plan is None or report is None:
        return None
    if any(sandbox.run(plan.job) != report for _ in range(1, plan.runs)):
        return None
    outcome = _outcome(report, item)
    if outcome is None or outcome.raised in reading.OWN_FAILURES:
        return None
    verdict = _chosen(item, outcome) if item.options else _answered(item, outcome)
    return verdict if verdict or _is_telling(item) else None


def _plan(item: Item) -> _Plan | None:
    if not item.code or not _has_one_key(item) or not reading.asks_for_output(item.stem):
        return None
    language = (item.code_language or "").strip().lower()
    if language in SQL:
        statements = sql.admitted(item.code)
        return _Plan({"statements": statements}) if statements else None
    return _python_plan(item.code, item.stem) if language in PYTHON else None


def _has_one_key(item: Item) -> bool:
    return (item.type in CHOICES and item.right == 1 and len(item.options) > 1) or (
        item.type in OPEN_TYPES and bool(item.accepted)
    )


def _python_plan(code: str, stem: str) -> _Plan | None:
    program = python_subset.admitted(code)
    if program is None or not program.tree.body:
        return None
    body, value = _split(code, program.tree, stem)
    if value and python_subset.admitted(f"{body}\n({value})") is None:
        return None
    job = {"code": body, "value": value, "modules": program.modules}
    return _Plan(job, RUNS_IF_VARYING if program.may_vary else 1)


def _split(code: str, tree: ast.Module, stem: str) -> tuple[str, str]:
    """The code, and the expression whose value the stem asks for: its own, or the last line of the code."""
    asked, last = reading.question(stem), tree.body[-1]
    made = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    names = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    calls = [match[0] for match in CALL.finditer(asked) if match[1] in made]
    is_quiet = not any(isinstance(node, ast.Expr) for node in tree.body)
    asked_name = VALUE_OF.search(asked)
    if is_quiet and len(calls) == 1:
        return code, calls[0]
    if "print" not in code and asked_name and asked_name[1] in names:
        return code, asked_name[1]
    if "print" not in code and isinstance(last, ast.Expr) and last.col_offset == 0:
        lines = code.split("\n")
        return "\n".join(lines[: last.lineno - 1]), "\n".join(lines[last.lineno - 1 : last.end_lineno])
    return code, ""


def _outcome(report: dict[str, Any], item: Item) -> Outcome | None:
    """What a report says, which the code under test may have written itself; None where it says nothing."""
    rows, printed, values = report.get("rows"), report.get("printed"), report.get("values")
    raised = report.get("raised")
    if isinstance(rows, list) and all(isinstance(row, list) for row in rows):
        return _row_outcome(rows, item.stem)
    if not isinstance(printed, str):
        return None
    if isinstance(raised, str):
        return Outcome((printed,), raised)
    spelled = tuple(str(value) for value in values) if isinstance(values, list) else ()
    if spelled and (not printed or ASKS_VALUE.search(reading.question(item.stem))):
        return _value_outcome(spelled, item.stem)
    # Code that prints nothing because it was to be called, or read, has no outcome.
    return Outcome((printed,)) if printed or "print" in (item.code or "") else None


def _value_outcome(spelled: tuple[str, ...], stem: str) -> Outcome | None:
    """None of a call that the stem names is an answer; that of a last line such as `xs.append(1)` is not."""
    is_by_the_way = "None" in spelled and not CALL.search(reading.question(stem))
    return None if is_by_the_way else Outcome(spelled)


def _row_outcome(rows: list[list[Any]], stem: str) -> Outcome:
    if not reading.ROW_COUNT.search(reading.question(stem)):
        return Outcome(tuple(sql.renderings(rows)))
    counted = [f"{len(rows)} rows", str(len(rows))]
    # "How many rows does this count?" is asked of the value.
    is_value = len(rows) == 1 and len(rows[0]) == 1
    return Outcome((*counted, str(rows[0][0])) if is_value else tuple(counted))


def _chosen(item: Item, outcome: Outcome) -> bool | None:
    found = reading.hits(outcome, item.options)
    if not found or {0} < found:
        return None
    return found == {0}


def _answered(item: Item, outcome: Outcome) -> bool | None:
    if reading.hits(outcome, item.accepted):
        return True
    given = outcome.texts[0].strip()
    if item.type == "numeric":
        return _is_near(given, item)
    is_comparable = not outcome.raised and 0 < len(given) <= LONGEST_ANSWER and "\n" not in given
    same_words = any(reading.words(given) == reading.words(text) for text in item.accepted)
    return False if is_comparable and not same_words else None


def _is_near(given: str, item: Item) -> bool | None:
    found, wanted = reading.number(given), reading.number(item.accepted[0])
    tolerance = reading.number(item.tolerance)
    if found is None or wanted is None or tolerance is None:
        return None
    return abs(found - wanted) <= tolerance


def _is_telling(item: Item) -> bool:
    """Whether another outcome than the key's speaks against the key."""
    if (item.code_language or "").strip().lower() not in SQL:
        return reading.is_plain(item.stem)
    is_plain = reading.is_plain(item.stem) or bool(reading.ROW_COUNT.search(reading.question(item.stem)))
    errs = any(reading.ANY_ERROR.search(option) for option in item.options)
    return is_plain and not errs and sql.is_telling(item.skill, item.code or "")
