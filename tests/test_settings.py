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
    "another forge": (
        {"ASSESSGEN_FORGE_URL": "https://git.example.com:8443/api/v1/", "ASSESSGEN_FORGE_TOKEN": " abc "},
        {"forge_url": "https://git.example.com:8443/api/v1", "forge_token": "abc"},
    ),
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
    "limits of model calls": (
        {
            "ASSESSGEN_MODEL_REQUESTS_PER_MINUTE": "50",
            "ASSESSGEN_MODEL_INPUT_TOKENS_PER_MINUTE": "30000",
            "ASSESSGEN_MODEL_OUTPUT_TOKENS_PER_MINUTE": "8000",
            "ASSESSGEN_MODEL_QUEUE": "90",
        },
        {
            "model_requests_per_minute": 50,
            "model_input_tokens_per_minute": 30_000,
            "model_output_tokens_per_minute": 8_000,
            "model_queue": 90.0,
        },
    ),
    "no limits of model calls": (
        {"ASSESSGEN_MODEL_REQUESTS_PER_MINUTE": " "},
        {"model_requests_per_minute": None, "model_queue": 600.0},
    ),
    "batches": (
        {"ASSESSGEN_BATCH_GATHER": "0.5", "ASSESSGEN_BATCH_POLL": "60"},
        {"batch_gather": 0.5, "batch_poll": 60.0},
    ),
    "a budget of whole dollars": (
        {"ASSESSGEN_MAX_COST_PER_JOB": "2", "ASSESSGEN_ON_BUDGET": "fail"},
        {"max_cost_per_job": 2_000_000, "on_budget": "fail"},
    ),
    "a budget of less": ({"ASSESSGEN_MAX_COST_PER_JOB": "0.123456"}, {"max_cost_per_job": 123_456}),
    "a budget of nothing": ({"ASSESSGEN_MAX_COST_PER_JOB": "0"}, {"max_cost_per_job": 0}),
    "mail": (
        {
            "ASSESSGEN_SMTP_HOST": "smtp.example.com",
            "ASSESSGEN_SMTP_USERNAME": "mailer",
            "ASSESSGEN_SMTP_PASSWORD": "p#$ ss",
            "ASSESSGEN_SMTP_CA_FILE": "/etc/ca.pem",
            "ASSESSGEN_MAIL_FROM": '"Acme, Inc." <mail@example.com>',
        },
        {
            "smtp_host": "smtp.example.com",
            "smtp_port": 587,
            "smtp_username": "mailer",
            "smtp_password": "p#$ ss",
            "smtp_security": "starttls",
            "smtp_ca_file": "/etc/ca.pem",
            "mail_sender": ("Acme, Inc.", "mail@example.com"),
        },
    ),
    "mail over TLS": ({"ASSESSGEN_SMTP_SECURITY": "tls"}, {"smtp_port": 465}),
    "mail on a port of one's own": (
        {"ASSESSGEN_SMTP_SECURITY": "none", "ASSESSGEN_SMTP_PORT": "25", "ASSESSGEN_SMTP_HOST": "::1"},
        {"smtp_security": "none", "smtp_port": 25, "smtp_host": "::1"},
    ),
    "no mail": (
        {"ASSESSGEN_HOME": "/srv/a"},
        {
            "smtp_host": "",
            "smtp_ca_file": None,
            "mail_directory": Path("/srv/a/mail"),
            "mail_sender": ("", "assessgen@localhost"),
        },
    ),
    "a sender without quotes": (
        {"ASSESSGEN_MAIL_FROM": "Größe & Co, Ltd <a.b+c@mail.example.com>"},
        {"mail_sender": ("Größe & Co, Ltd", "a.b+c@mail.example.com")},
    ),
    "a bare sender": ({"ASSESSGEN_MAIL_FROM": "a@b"}, {"mail_sender": ("", "a@b")}),
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
    *(
        (f"ASSESSGEN_MODEL_{what}_PER_MINUTE", value)
        for what in ("REQUESTS", "INPUT_TOKENS", "OUTPUT_TOKENS")
        for value in ("0", "-1", "many", "1.5")
    ),
    ("ASSESSGEN_MODEL_QUEUE", "0"),
    *((name, "0") for name in ("ASSESSGEN_BATCH_GATHER", "ASSESSGEN_BATCH_POLL")),
    *(
        ("ASSESSGEN_MAX_COST_PER_JOB", value)
        for value in ("-1", "free", "$1", "1,5", "1e3", ".5", "0.1234567")
    ),
    ("ASSESSGEN_ON_BUDGET", "ignore"),
    ("ASSESSGEN_HEARTBEAT", "15.1"),
    *(("ASSESSGEN_SMTP_HOST", value) for value in ("smtp://mail.example.com", "mail.example.com:25")),
    *(("ASSESSGEN_SMTP_PORT", value) for value in ("0", "smtp", "65536")),
    *(("ASSESSGEN_SMTP_SECURITY", value) for value in ("ssl", "STARTTLS")),
    ("ASSESSGEN_SMTP_USERNAME", "mäiler"),
    ("ASSESSGEN_SMTP_PASSWORD", "pässword"),
    *(("ASSESSGEN_MAIL_FROM", value) for value in ("Acme", "a@b c@d", "a@b, c@d", "A <a@b> <c@d>", "<a@b")),
    *(("ASSESSGEN_MAIL_FROM", value) for value in ("A\nBcc: x@y <a@b>", "ä@b", "a@b..c", "@b", "a@")),
    *(("ASSESSGEN_FORGE_URL", value) for value in ("github.com", "ftp://a", "https://", "https://a/?b=1")),
    *(("ASSESSGEN_FORGE_URL", value) for value in ("https://me:hush@a", "https://a/b c", "file:///etc")),
    *(("ASSESSGEN_FORGE_TOKEN", value) for value in ("a b", "a\nb", "tökén")),
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


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"ASSESSGEN_SMTP_USERNAME": "mailer"}, "must be set together"),
        ({"ASSESSGEN_SMTP_PASSWORD": "hush"}, "must be set together"),
        (
            {
                "ASSESSGEN_SMTP_USERNAME": "mailer",
                "ASSESSGEN_SMTP_PASSWORD": "hush",
                "ASSESSGEN_SMTP_SECURITY": "none",
            },
            "ASSESSGEN_SMTP_PASSWORD would go out readable",
        ),
        ({"ASSESSGEN_SMTP_USERNAME": "mailer", "ASSESSGEN_SMTP_PASSWORD": "hushé"}, "ASCII characters only"),
    ],
)
def test_a_login_to_the_mail_server_is_whole_and_stays_secret(environ: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        read(**environ)
    assert "hush" not in str(caught.value)


def test_all_bad_values_are_named_at_once() -> None:
    # The last of each name counts, and each must still be named beside the others.
    bad = {name: value for name, value in BAD if name != "ASSESSGEN_HEARTBEAT"}
    with pytest.raises(SettingsError) as caught:
        read(**bad)
    assert [name for name in bad if name not in str(caught.value)] == []


def test_a_complaint_about_a_secret_does_not_show_it() -> None:
    with pytest.raises(SettingsError) as caught:
        read(
            ASSESSGEN_SECRET_KEY="tooshort",
            ANTHROPIC_API_KEY="sk-hush",
            DATABASE_URL="mysql://u:hush@h/d",
            ASSESSGEN_FORGE_URL="https://u:hush@h",
            ASSESSGEN_FORGE_TOKEN="hush é",
        )
    assert "tooshort" not in str(caught.value)
    assert "hush" not in str(caught.value)


def test_the_settings_in_a_log_show_no_secret() -> None:
    settings = read(
        ASSESSGEN_SECRET_KEY="hush" + LONG,
        ANTHROPIC_API_KEY="sk-hush",
        DATABASE_URL="postgresql://u:hush@h/d",
        REDIS_URL="redis://:hush@h/1",
        ASSESSGEN_SMTP_USERNAME="mailer",
        ASSESSGEN_SMTP_PASSWORD="hush",
        ASSESSGEN_FORGE_TOKEN="hush",
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
            barrier.wait(timeout=60)
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
