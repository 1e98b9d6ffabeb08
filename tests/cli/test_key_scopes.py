"""`assessgen keys` with scopes, an end and a successor; what the command line changes is kept."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.base import utcnow
from models.organizations import SCOPES, ApiKey, prefix_of
from models.session import Database
from tests.cli.test_cli import here


def made(home: Path, *words: str) -> str:
    """A new key."""
    done = here(home, "keys", *words, "--org", "Acme")
    assert done.exit_code == 0, done.output
    return done.output.strip()


def stored(home: Path, key: str) -> ApiKey:
    """The key's row."""
    with Database(f"sqlite:///{home / 'assessgen.db'}").read() as session:
        return session.scalars(select(ApiKey).where(ApiKey.prefix == prefix_of(key))).one()


def test_a_key_has_all_scopes_and_no_end_unless_told(tmp_path: Path) -> None:
    plain = stored(tmp_path, made(tmp_path, "create"))
    assert (plain.scopes, plain.expires_at) == (list(SCOPES), None)
    narrow = stored(
        tmp_path,
        made(tmp_path, "create", "--scope", "generate", "--scope", "read", "--expires-in-days", "30"),
    )
    assert narrow.scopes == ["read", "generate"]
    assert narrow.expires_at is not None
    assert abs(narrow.expires_at - utcnow() - timedelta(days=30)) < timedelta(minutes=5)


def test_a_key_that_is_rotated_has_a_successor_with_its_scopes(tmp_path: Path) -> None:
    old = made(tmp_path, "create", "--scope", "read")
    new = made(tmp_path, "rotate", prefix_of(old), "--overlap-hours", "1")
    assert stored(tmp_path, new).scopes == ["read"]
    ends = stored(tmp_path, old).expires_at
    assert ends is not None
    assert timedelta() < ends - utcnow() <= timedelta(hours=1)
    listed = here(tmp_path, "keys", "list").output
    assert prefix_of(old) in listed
    assert prefix_of(new) in listed
    assert new not in listed


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("create", "--scope", "write"), 2, "'write' is not one of"),
        (("create", "--expires-in-days", "0"), 2, "0 is not in the range"),
        (("rotate", "nothere"), 1, "has no key with the prefix 'nothere'"),
    ],
)
def test_what_can_t_be_done_is_said(tmp_path: Path, words: tuple[str, ...], code: int, said: str) -> None:
    made(tmp_path, "create")
    done = here(tmp_path, "keys", *words, "--org", "Acme")
    assert (done.exit_code, said in done.output) == (code, True)


def test_a_revoked_key_has_no_successor(tmp_path: Path) -> None:
    key = made(tmp_path, "create")
    assert here(tmp_path, "keys", "revoke", prefix_of(key), "--org", "Acme").exit_code == 0
    done = here(tmp_path, "keys", "rotate", prefix_of(key), "--org", "Acme")
    assert (done.exit_code, "make a new one" in done.output) == (1, True)


def test_what_the_command_line_changes_is_kept_without_the_key(tmp_path: Path) -> None:
    key = made(tmp_path, "create")
    new = made(tmp_path, "rotate", prefix_of(key))
    here(tmp_path, "keys", "revoke", prefix_of(key), "--org", "Acme")
    here(tmp_path, "orgs", "budget", "Acme", "7")
    with Database(f"sqlite:///{tmp_path / 'assessgen.db'}").read() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(row.actor, row.action, row.subject) for row in rows] == [
        ("command line", "keys.create", {"key": prefix_of(key)}),
        ("command line", "keys.rotate", {"key": prefix_of(key), "new_key": prefix_of(new)}),
        ("command line", "keys.revoke", {"key": prefix_of(key)}),
        ("command line", "orgs.budget", {"micro_dollars": 7_000_000}),
    ]
