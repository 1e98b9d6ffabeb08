"""Settings: what they are by default, what is refused, and the installation's secret."""

import itertools
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

import settings as module
from settings import Settings, SettingsError

LONG = "s" * 32


def read(**environ: str) -> Settings:
    return Settings.from_env(environ)


def test_nothing_need_be_set() -> None:
    settings = read()
    assert settings == Settings(database_url="sqlite:///var/assessgen.db", allow_private_webhooks=True)
    assert settings.is_embedded
    assert settings.resolved_engine == "offline"


@pytest.mark.parametrize("value", ["", "   "])
def test_an_empty_variable_is_as_good_as_none(value: str) -> None:
    names = ("ASSESSGEN_HOME", "DATABASE_URL", "CELERY_BROKER_URL", "ANTHROPIC_API_KEY", "ASSESSGEN_ENGINE")
    more = ("ASSESSGEN_LEASE", "ASSESSGEN_WEB_THREADS", "ASSESSGEN_ALLOW_PRIVATE_WEBHOOKS")
    assert read(**dict.fromkeys(names + more, value)) == read()


READ: dict[str, tuple[dict[str, str], dict[str, object]]] = {
    "the home": (
        {"ASSESSGEN_HOME": "/srv/a"},
        {"home": Path("/srv/a"), "database_url": "sqlite:////srv/a/assessgen.db"},
    ),
    "postgres": (
        {"DATABASE_URL": "postgres://u:p@h/d"},
        {"database_url": "postgresql+psycopg://u:p@h/d"},
    ),
    "postgresql": (
        {"DATABASE_URL": "postgresql://u:p@h/d"},
        {"database_url": "postgresql+psycopg://u:p@h/d"},
    ),
    "the driver by name": (
        {"DATABASE_URL": "postgresql+psycopg://h/d"},
        {"database_url": "postgresql+psycopg://h/d"},
    ),
    "redis by Celery's name": (
        {"CELERY_BROKER_URL": "redis://a/1", "REDIS_URL": "redis://b/1"},
        {"broker_url": "redis://a/1", "is_embedded": False, "allow_private_webhooks": False},
    ),
    "redis by its own": ({"REDIS_URL": "rediss://b/1"}, {"broker_url": "rediss://b/1", "is_embedded": False}),
    "private webhooks with a broker": (
        {"REDIS_URL": "redis://b", "ASSESSGEN_ALLOW_PRIVATE_WEBHOOKS": "Yes"},
        {"allow_private_webhooks": True},
    ),
    "no private webhooks": (
        {"ASSESSGEN_ALLOW_PRIVATE_WEBHOOKS": "off"},
        {"allow_private_webhooks": False},
    ),
    "numbers": (
        {"ASSESSGEN_WEB_THREADS": "4", "ASSESSGEN_MAX_ATTEMPTS": "1", "ASSESSGEN_MODEL_CALLS": "17"},
        {"web_threads": 4, "max_attempts": 1, "model_calls_in_flight": 17},
    ),
    "seconds": (
        {"ASSESSGEN_LEASE": "1", "ASSESSGEN_HEARTBEAT": ".5", "ASSESSGEN_MODEL_TIMEOUT": "1e2"},
        {"lease": 1.0, "heartbeat": 0.5, "model_timeout": 100.0},
    ),
    "a model": (
        {"ASSESSGEN_MODEL_WRITER": "w"},
        {"models": module.Models(writer="w", analyst=module.Models().analyst)},
    ),
    "space around": ({"ASSESSGEN_ENGINE": " offline\n"}, {"engine": "offline"}),
}


@pytest.mark.parametrize("case", READ)
def test_a_variable_is_read_as_it_is_meant(case: str) -> None:
    environ, expected = READ[case]
    settings = read(**environ)
    assert {name: getattr(settings, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("engine", "key", "resolved"),
    [
        ("auto", "", "offline"),
        ("auto", "test-key", "claude"),
        ("claude", "test-key", "claude"),
        ("offline", "test-key", "offline"),
        ("offline", "", "offline"),
    ],
)
def test_the_engine_follows_from_the_key_unless_it_is_named(engine: str, key: str, resolved: str) -> None:
    assert read(ASSESSGEN_ENGINE=engine, ANTHROPIC_API_KEY=key).resolved_engine == resolved


BAD = [
    *(
        (name, value)
        for name in ("ASSESSGEN_WEB_THREADS",)
        for value in ("0", "3", "-4", "4.5", "many", "٤", "0x10")
    ),
    *(
        (name, "0")
        for name in ("ASSESSGEN_WORKER_THREADS", "ASSESSGEN_DELIVERY_THREADS", "ASSESSGEN_MODEL_CALLS")
    ),
    ("ASSESSGEN_MAX_ATTEMPTS", "0"),
    *(("ASSESSGEN_MODEL_TIMEOUT", value) for value in ("0", "-1", "soon", "nan", "inf", "86400")),
    *((name, "0") for name in ("ASSESSGEN_LEASE", "ASSESSGEN_HEARTBEAT", "ASSESSGEN_SWEEP")),
    ("ASSESSGEN_LEASE", "19.9"),
    ("ASSESSGEN_HEARTBEAT", "15.1"),
    *(("ASSESSGEN_ENGINE", value) for value in ("gpt", "Claude", "auto,claude")),
    ("ASSESSGEN_ALLOW_PRIVATE_WEBHOOKS", "perhaps"),
    ("ASSESSGEN_SECRET_KEY", "s" * 31),
    *(("DATABASE_URL", value) for value in ("mysql://h/d", "postgresql+psycopg2://h/d", "h/d")),
    *(("DATABASE_URL", value) for value in ("sqlite://", "sqlite:///:memory:", "sqlite:///")),
    *(("CELERY_BROKER_URL", value) for value in ("amqp://h", "filesystem://", "redis")),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read(**{name: value})


def test_the_claude_engine_needs_a_key() -> None:
    with pytest.raises(SettingsError, match="ANTHROPIC_API_KEY must be set"):
        read(ASSESSGEN_ENGINE="claude")


def test_all_bad_values_are_named_at_once() -> None:
    # The last of each name counts, and each must still be named beside the others.
    bad = {name: value for name, value in BAD if name != "ASSESSGEN_HEARTBEAT"}
    with pytest.raises(SettingsError) as caught:
        read(**bad)
    assert [name for name in bad if name not in str(caught.value)] == []


def test_a_complaint_about_a_secret_does_not_show_it() -> None:
    with pytest.raises(SettingsError) as caught:
        read(ASSESSGEN_SECRET_KEY="tooshort", ANTHROPIC_API_KEY="sk-hush", DATABASE_URL="mysql://u:hush@h/d")
    assert "tooshort" not in str(caught.value)
    assert "hush" not in str(caught.value)


def test_the_settings_in_a_log_show_no_secret() -> None:
    settings = read(
        ASSESSGEN_SECRET_KEY="hush" + LONG,
        ANTHROPIC_API_KEY="sk-hush",
        DATABASE_URL="postgresql://u:hush@h/d",
        REDIS_URL="redis://:hush@h/1",
    )
    assert settings.secret_key == b"hush" + LONG.encode()
    assert "hush" not in repr(settings)
    assert "hush" not in str(settings)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        read().home = Path("elsewhere")  # type: ignore[misc]


def test_the_environment_is_read_and_exported_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSESSGEN_SWEEP", "1")
    module.export(ASSESSGEN_SWEEP="7")
    assert Settings.from_env().sweep_every == 7.0


# --- the installation's secret -----------------------------------------------------------------


def test_the_secret_is_made_once_and_is_its_owner_s_alone(tmp_path: Path) -> None:
    home = tmp_path / "not" / "there"
    first = read(ASSESSGEN_HOME=str(home)).secret_key
    assert len(first) >= 43
    assert read(ASSESSGEN_HOME=str(home)).secret_key == first
    assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["secret.key"]
    assert read(ASSESSGEN_HOME=str(tmp_path)).secret_key != first


def test_a_secret_of_the_environment_leaves_no_file(tmp_path: Path) -> None:
    assert read(ASSESSGEN_HOME=str(tmp_path), ASSESSGEN_SECRET_KEY=LONG).secret_key == LONG.encode()
    assert list(tmp_path.iterdir()) == []


def test_many_that_start_at_once_have_the_same_secret(tmp_path: Path) -> None:
    for number in range(20):
        home, barrier = tmp_path / str(number), Barrier(16)

        def start(_: int, home: Path = home, barrier: Barrier = barrier) -> bytes:
            settings = read(ASSESSGEN_HOME=str(home))
            barrier.wait(timeout=10)
            return settings.secret_key

        with ThreadPoolExecutor(16) as pool:
            assert len(set(pool.map(start, range(16)))) == 1
        assert [path.name for path in home.iterdir()] == ["secret.key"]


def test_nobody_sees_a_secret_that_is_only_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []

    def slow(_: int) -> str:
        # Another process starts at the worst moment: while the secret is being made.
        if not seen:
            seen.append(b"")
            seen.append(read(ASSESSGEN_HOME=str(tmp_path)).secret_key)
        return "t" * 64 + str(next(numbers))

    numbers = itertools.count()
    monkeypatch.setattr(module.secrets, "token_urlsafe", slow)
    mine = read(ASSESSGEN_HOME=str(tmp_path)).secret_key
    assert seen[1] == mine != b""


def test_an_empty_secret_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.key").touch()
    with pytest.raises(SettingsError, match="is empty"):
        _ = read(ASSESSGEN_HOME=str(tmp_path)).secret_key
