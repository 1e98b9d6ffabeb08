"""The house keeps its shape: directions of imports, what a web process loads, sizes, homes."""

import ast
import configparser
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import ROOT

PRODUCT = ("api", "models", "workers", "migrations", "deploy")
MOST_LINES = 400

LINT = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"


def contracts() -> list[str]:
    """The contracts' names in setup.cfg."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return [section.rsplit(":", 1)[1] for section in parser.sections() if section.startswith("importlinter:")]


def product_files() -> list[Path]:
    """Every Python file that is shipped."""
    folders = [path for folder in PRODUCT for path in sorted((ROOT / folder).rglob("*.py"))]
    return [*sorted(ROOT.glob("*.py")), *folders]


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Python with these arguments, in an environment that has nothing else set."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"PYTHONDONTWRITEBYTECODE": "1", **environ},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_the_imports_go_in_the_directions_that_setup_cfg_allows() -> None:
    names = contracts()
    assert {"models", "api", "generation", "workers", "traces"} <= set(names)
    answer = run("-c", LINT)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert f"Contracts: {len(names)} kept, 0 broken." in answer.stdout


# what is imported -> what is not loaded by it, not even indirectly
NOT_LOADED = {
    "api": (
        "anthropic",
        "workers.generation",
        "workers.process",
        "workers.run",
        "workers.delivery",
        "httpx2",
    ),
    "models": ("flask", "celery", "requests", "anthropic", "api", "workers", "settings", "opentelemetry"),
    "settings": ("sqlalchemy", "flask", "celery", "models"),
    "logs": ("settings", "models", "api", "workers"),
    "traces": ("opentelemetry", "settings", "models", "api", "workers"),
    "workers.tasks": ("flask", "api"),
    "workers.process": ("anthropic", "flask", "api"),
    "workers.generation.pipeline": ("sqlalchemy", "flask", "celery", "models", "anthropic"),
}


@pytest.mark.parametrize("module", NOT_LOADED)
def test_importing_a_part_loads_nothing_that_it_must_not_know(module: str) -> None:
    answer = run("-c", f"import sys, {module}; print(*sorted(sys.modules))")
    assert answer.returncode == 0, answer.stderr
    loaded = set(answer.stdout.split())
    assert module in loaded
    assert loaded & set(NOT_LOADED[module]) == set()


LEAVES = ["settings.py", "celeryconfig.py", "address_guard.py", "address_networks.py", "logs.py", "traces.py"]


@pytest.mark.parametrize("name", LEAVES)
def test_a_leaf_imports_nothing_of_the_product_but_the_settings(name: str) -> None:
    # import-linter reads packages only, so that these files are looked at here.
    imported = set()
    for node in ast.walk(ast.parse((ROOT / name).read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported & {*PRODUCT, "embedded", "bench", "tests"} == set()


def test_a_web_application_starts_without_the_model_s_sdk_and_without_a_key(tmp_path: Path) -> None:
    answer = run(
        "-c",
        "import sys, api; api.create_app(); print(*sorted(sys.modules))",
        ASSESSGEN_HOME=str(tmp_path),
        DATABASE_URL=f"sqlite:///{tmp_path / 'test.db'}",
    )
    assert answer.returncode == 0, answer.stderr
    assert set(answer.stdout.split()) & {"anthropic", "workers.generation", "workers.process"} == set()


@pytest.mark.parametrize("path", product_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) < MOST_LINES


# name -> the one file that may use it
HOMES = {
    "os.environ": "settings.py",
    "os.getenv": "settings.py",
    "os.putenv": "settings.py",
    "uuid4": "models/base.py",
    "datetime.now": "models/base.py",
    "datetime.utcnow": "models/base.py",
}


def used_names(tree: ast.AST) -> Iterator[str]:
    """The names that a file uses, dotted where they are, and those that it imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("name", HOMES)
def test_the_environment_the_clock_and_ids_each_have_one_home(name: str) -> None:
    users = {
        str(path.relative_to(ROOT))
        for path in product_files()
        if name in used_names(ast.parse(path.read_text()))
    }
    assert users <= {HOMES[name]}
    if name in ("os.environ", "uuid4", "datetime.now"):
        assert users, "the rule looks for a name that nobody uses any more"


def test_the_domain_names_no_time_or_id_of_the_database_s_own() -> None:
    # A test that sets the clock must set all of it.
    texts = {path: path.read_text() for path in sorted((ROOT / "models").rglob("*.py"))}
    assert [path.name for path, text in texts.items() if "func.now" in text or "server_default" in text] == []


def test_nothing_is_named_after_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "common_utils", "manager", "misc"}
    assert [path for path in product_files() if path.stem in empty] == []
