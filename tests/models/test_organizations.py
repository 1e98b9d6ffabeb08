"""Organisations, their keys and the secrets that sign their webhooks."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from models.credentials import ALPHABET
from models.errors import InvalidInput, NotFound
from models.organizations import (
    PREFIX_LENGTH,
    ApiKey,
    Caller,
    Organization,
    WebhookSecret,
    authenticate,
)
from models.session import Database
from tests.jobs import Clock, everything, organization

SECRET, OTHER_SECRET = b"a" * 32, b"b" * 32


def new_key(database: Database, name: str = "Acme", mode: str = "live") -> str:
    with database.write() as session:
        return ApiKey.create(session, Organization.named(session, name), mode, SECRET)


def caller(database: Database, key: str, secret: bytes = SECRET) -> Caller | None:
    with database.read() as session:
        return authenticate(session, key, secret)


def prefix_of(key: str) -> str:
    return key.removeprefix("ak_live_").removeprefix("ak_test_")[:PREFIX_LENGTH]


@pytest.mark.parametrize("mode", ["live", "test"])
def test_a_key_names_its_organisation_and_its_mode(shared: Database, mode: str) -> None:
    key = new_key(shared, mode=mode)
    found = caller(shared, key)
    assert key.startswith(f"ak_{mode}_")
    assert found is not None
    assert (found.organization_id, found.mode) == (organization(shared), mode)
    assert found.key_prefix == prefix_of(key)


def test_two_keys_are_two_keys_of_one_organisation(shared: Database) -> None:
    first, second = caller(shared, new_key(shared)), caller(shared, new_key(shared))
    assert first is not None
    assert second is not None
    assert first.organization_id == second.organization_id
    assert first.key_id != second.key_id


def test_a_key_of_no_known_mode_is_not_made(shared: Database) -> None:
    with pytest.raises(InvalidInput, match="must be live or test"):
        new_key(shared, mode="prod")


def changed(key: str, place: int) -> str:
    other = ALPHABET[(ALPHABET.index(key[place]) + 1) % len(ALPHABET)]
    return key[:place] + other + key[place:][1:]


TAMPERED = {
    "the last letter": lambda key: changed(key, len(key) - 1),
    "a letter of the prefix": lambda key: changed(key, len("ak_live_")),
    "the first letter after the prefix": lambda key: changed(key, len("ak_live_") + PREFIX_LENGTH),
    "the mode": lambda key: key.replace("ak_live_", "ak_test_"),
    "no mode": lambda key: key.removeprefix("ak_live_"),
    "cut off": lambda key: key[:-1],
    "longer": lambda key: key + "2",
    "a space": lambda key: key + " ",
    "a letter that keys never have": lambda key: key[:-1] + "0",
    "beyond ASCII": lambda key: key[:-1] + "é",
    "a NUL": lambda key: key[:-1] + "\0",
    "nothing": lambda key: "",
    "another case": lambda key: key[:8] + key[8:].swapcase(),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_a_key_that_was_changed_in_any_way_is_nobody_s(shared: Database, how: str) -> None:
    key = new_key(shared)
    assert caller(shared, TAMPERED[how](key)) is None
    assert caller(shared, key) is not None


def test_a_key_is_worth_nothing_under_another_secret(shared: Database) -> None:
    assert caller(shared, new_key(shared), OTHER_SECRET) is None


def test_a_revoked_key_is_nobody_s_and_stays_revoked_since_the_first_time(
    shared: Database, clock: Clock
) -> None:
    key, other = new_key(shared), new_key(shared)
    for _ in range(2):
        with shared.write() as session:
            revoked = ApiKey.revoke(session, Organization.named(session, "Acme"), prefix_of(key))
            first = clock.now if revoked.revoked_at is None else revoked.revoked_at
        clock.forward(days=1)
    assert first == clock.now - timedelta(days=2)
    assert caller(shared, key) is None
    assert caller(shared, other) is not None


def test_an_organisation_can_t_revoke_another_s_key(shared: Database) -> None:
    key = new_key(shared, "Acme")
    with pytest.raises(NotFound, match="Rival has no key"), shared.write() as session:
        ApiKey.revoke(session, Organization.named(session, "Rival"), prefix_of(key))
    assert caller(shared, key) is not None


def test_the_key_is_not_stored_anywhere(shared: Database) -> None:
    key = new_key(shared)
    body = key.removeprefix("ak_live_")[PREFIX_LENGTH:]
    stored = repr(everything(shared))
    assert prefix_of(key) in stored
    assert body not in stored
    assert body[:12] not in stored


# --- names -------------------------------------------------------------------------------------


def test_one_name_is_one_organisation_with_one_secret(shared: Database) -> None:
    first, second = organization(shared, "Umbrella"), organization(shared, "  Umbrella\n")
    assert first == second
    with shared.read() as session:
        assert len(WebhookSecret.valid(session, first)) == 1


@pytest.mark.parametrize("name", ["", "   ", "\n", "x" * 201])
def test_a_name_has_1_to_200_characters(shared: Database, name: str) -> None:
    with pytest.raises(InvalidInput, match="1 to 200 characters"):
        organization(shared, name)


@pytest.mark.parametrize("name", ["x" * 200, "名" * 200, 'O\'Neil & "Söhne" %s', "acme", "ACME"])
def test_every_other_name_is_kept_as_it_is(shared: Database, name: str) -> None:
    found = organization(shared, name)
    with shared.read() as session:
        assert session.get_one(Organization, found).name == name
    assert found != organization(shared, "Acme")


def test_many_who_name_an_organisation_at_once_get_the_same(database: Database) -> None:
    barrier = Barrier(8)

    def name_it(_: int) -> str:
        barrier.wait(timeout=60)
        return organization(database, "Initech")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(name_it, range(8)))) == 1
    with database.read() as session:
        assert len(WebhookSecret.valid(session, organization(database, "Initech"))) == 1


# --- webhook secrets ---------------------------------------------------------------------------


def test_the_secrets_that_sign_are_those_that_have_not_ended_newest_first(
    shared: Database, clock: Clock
) -> None:
    owner = organization(shared, "Hooli")
    with shared.read() as session:
        [first] = WebhookSecret.valid(session, owner)
    clock.forward(days=1)
    rotated = WebhookSecret.new(owner)
    ends_at = clock.now + timedelta(hours=24)
    with shared.write() as session:
        session.query(WebhookSecret).filter_by(secret=first).one().expires_at = ends_at
        session.add(rotated)

    def valid() -> list[str]:
        with shared.read() as session:
            return WebhookSecret.valid(session, owner)

    assert valid() == [rotated.secret, first]
    clock.forward(hours=23.999)
    assert valid() == [rotated.secret, first]
    clock.now = ends_at
    assert valid() == [rotated.secret]
    assert len(base64.b64decode(first.removeprefix("whsec_"), validate=True)) == 32
