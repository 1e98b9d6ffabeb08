"""Databases that are made ready once and then copied for each test, which takes a tenth of the making."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg


class Templates:
    """One database of each kind, made ready when first asked for; PostgreSQL's is dropped at the end."""

    def __init__(self, home: Path, postgres: str, make_ready: Callable[[str], None]) -> None:
        self._path = home / "template.db"
        self._postgres = postgres
        self._postgres_template = ""
        self._make_ready = make_ready
        self._held = ExitStack()

    def __enter__(self) -> "Templates":
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def sqlite(self, path: Path) -> str:
        """The address of a copy in that file."""
        if not self._path.exists():
            self._make_ready(f"sqlite:///{self._path}")
        # Nobody has it open, so that nothing stands beside it in a log.
        assert not self._path.with_name(self._path.name + "-wal").exists()
        shutil.copyfile(self._path, path)
        return f"sqlite:///{path}"

    @contextmanager
    def postgresql(self) -> Iterator[str]:
        """The address of a copy, which is dropped at the end."""
        if not self._postgres_template:
            name = self._held.enter_context(self._database("template0"))
            self._make_ready(self._address(name))
            self._postgres_template = name
        with self._database(self._postgres_template) as name:
            yield self._address(name)

    def _address(self, name: str) -> str:
        return self._postgres.rsplit("/", 1)[0] + "/" + name

    @contextmanager
    def _database(self, template: str) -> Iterator[str]:
        name = "assessgen_test_" + secrets.token_hex(6)
        with psycopg.connect(self._postgres, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
            try:
                yield name
            finally:
                admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
