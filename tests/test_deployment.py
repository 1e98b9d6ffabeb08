"""The container deployment agrees with the code: no Docker engine is needed to see it."""

import importlib
import re
import shlex
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import Settings

ROOT = Path(__file__).parent.parent
APPLICATION = ("web", "worker", "beat")
LONG_RUNNING = (*APPLICATION, "postgres", "redis")
ALL = (*LONG_RUNNING, "migrate")

READ_BY_THE_CLIENT = {"ASSESSGEN_SERVER", "ASSESSGEN_API_KEY"}
READ_BY_COMPOSE_ONLY = {"POSTGRES_PASSWORD", "ASSESSGEN_PUBLISH"}
REQUIRED = {"ASSESSGEN_SECRET_KEY", "POSTGRES_PASSWORD"}
# The embedded default's home, and a second name of what Compose sets under the first.
NOT_FOR_COMPOSE = {"ASSESSGEN_HOME", "REDIS_URL"}
SECRETS = REQUIRED | {
    "PGPASSWORD",
    "ANTHROPIC_API_KEY",
    "ASSESSGEN_API_KEY",
    "ASSESSGEN_SMTP_PASSWORD",
    "ASSESSGEN_FORGE_TOKEN",
    "ASSESSGEN_METRICS_TOKEN",
    "OTEL_EXPORTER_OTLP_HEADERS",
}

# Compose's interpolation; $$ is a dollar sign that the container sees.
VARIABLE = re.compile(r"(?<!\$)\$(?:\{([A-Za-z_]\w*)([^}]*)\}|([A-Za-z_]\w*))")


def read_by_settings() -> set[str]:
    return set(re.findall(r'"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"', (ROOT / "settings.py").read_text()))


def example() -> dict[str, tuple[str, str]]:
    """Each variable of .env.example with its value and the comment right above it."""
    found: dict[str, tuple[str, str]] = {}
    comment: list[str] = []
    for line in (ROOT / ".env.example").read_text().splitlines():
        if line.startswith("#"):
            comment.append(line.lstrip("# "))
            continue
        if line:
            name, equals, value = line.partition("=")
            assert equals, line
            assert name not in found, f"{name} stands there twice"
            found[name] = (value, " ".join(comment))
        comment = []
    return found


def compose_source() -> str:
    lines = (ROOT / "docker-compose.yml").read_text().splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(compose_source())["services"]
    return found


def words(command: str | list[str]) -> list[str]:
    return shlex.split(command) if isinstance(command, str) else command


def final_stage() -> list[str]:
    """The instructions of the Dockerfile's last stage, one a line."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    instructions = [line.strip() for line in re.sub(r"\\\n", " ", text).splitlines() if line.strip()]
    starts = [place for place, line in enumerate(instructions) if line.startswith("FROM ")]
    assert len(starts) > 1, "the image is not built in stages"
    return instructions[starts[-1] :]


def instruction(name: str) -> str:
    """The value that the last such instruction of the final stage gives."""
    values = [line.removeprefix(name + " ") for line in final_stage() if line.startswith(name + " ")]
    assert values, f"the final stage has no {name}"
    return values[-1]


# --- .env.example ------------------------------------------------------------------------------


def test_the_example_names_exactly_the_variables_that_are_read() -> None:
    settings = read_by_settings()
    assert {"DATABASE_URL", "ASSESSGEN_MAX_ATTEMPTS"} <= settings
    assert set(example()) == settings | READ_BY_THE_CLIENT | READ_BY_COMPOSE_ONLY


def test_the_example_explains_each_variable_and_gives_its_default() -> None:
    lacking = [name for name, (_, comment) in example().items() if "default" not in comment.lower()]
    assert lacking == []


def test_the_example_holds_no_value_so_no_secret_and_no_outdated_default() -> None:
    assert {name: value for name, (value, _) in example().items() if value} == {}


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("ASSESSGEN_HOME", str(Settings().home)),
        ("CELERY_BROKER_URL", Settings().broker_url),
        ("ASSESSGEN_ENGINE", Settings().engine),
        ("ASSESSGEN_MODEL_WRITER", Settings().models.writer),
        ("ASSESSGEN_MODEL_ANALYST", Settings().models.analyst),
        ("ASSESSGEN_WEB_THREADS", Settings().web_threads),
        ("ASSESSGEN_WORKER_THREADS", Settings().worker_threads),
        ("ASSESSGEN_REQUESTS_PER_MINUTE", Settings().requests_per_minute),
        ("ASSESSGEN_TRUSTED_PROXIES", Settings().trusted_proxies),
        ("ASSESSGEN_RETENTION_DAYS", Settings().retention_days),
        ("ASSESSGEN_DELIVERY_THREADS", Settings().delivery_threads),
        ("ASSESSGEN_DELIVERY_PER_HOST", Settings().delivery_per_host),
        ("ASSESSGEN_MODEL_CALLS", Settings().model_calls_in_flight),
        ("ASSESSGEN_MODEL_TIMEOUT", Settings().model_timeout),
        ("ASSESSGEN_SMTP_PORT", Settings().smtp_port),
        ("ASSESSGEN_SMTP_SECURITY", Settings().smtp_security),
        ("ASSESSGEN_MAIL_FROM", Settings().mail_from),
        ("ASSESSGEN_FORGE_URL", Settings().forge_url),
        ("ASSESSGEN_LEASE", Settings().lease),
        ("ASSESSGEN_HEARTBEAT", Settings().heartbeat),
        ("ASSESSGEN_SWEEP", Settings().sweep_every),
        ("ASSESSGEN_MAX_ATTEMPTS", Settings().max_attempts),
    ],
)
def test_the_example_tells_the_default_that_the_settings_have(name: str, default: object) -> None:
    told = f"{default:g}" if isinstance(default, float) else str(default)
    stated = example()[name][1].split("Default:", 1)[1]
    assert re.search(rf"(?<![\w.-]){re.escape(told)}(?![\w-]|\.\d)", stated)


def test_an_unchanged_example_gives_the_default_settings() -> None:
    values = {name: value for name, (value, _) in example().items()}
    assert Settings.from_env(values) == Settings.from_env({})


# --- docker-compose.yml --------------------------------------------------------------------------


def test_compose_has_the_five_services_and_the_migration() -> None:
    assert set(services()) == set(ALL)


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_each_long_running_service_is_checked_and_restarted(name: str) -> None:
    service = services()[name]
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries", "start_period"} <= set(service["healthcheck"])
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ALL)
def test_no_service_has_more_rights_than_it_needs(name: str) -> None:
    service = services()[name]
    assert not service.get("privileged", False)
    assert not {"cap_add", "devices", "pid", "ipc", "network_mode"} & set(service)
    assert service["read_only"] is True
    assert any(mount.split(":")[0] == "/tmp" for mount in service["tmpfs"])
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not any("docker.sock" in volume for volume in service.get("volumes", []))
    assert str(service.get("user", "")).split(":")[0] not in {"0", "root"}


def test_the_application_is_one_image() -> None:
    assert len({services()[name]["image"] for name in (*APPLICATION, "migrate")}) == 1


@pytest.mark.parametrize("name", APPLICATION)
def test_the_application_starts_after_the_migration(name: str) -> None:
    assert services()[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_the_migration_runs_once_when_the_database_is_there() -> None:
    migrate = services()["migrate"]
    assert migrate["restart"] == "no"
    assert migrate["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_only_web_is_published_and_only_to_loopback_by_default() -> None:
    published = {name: service["ports"] for name, service in services().items() if "ports" in service}
    assert published == {"web": ["${ASSESSGEN_PUBLISH:-127.0.0.1:8000}:8000"]}


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_what_is_to_last_is_in_a_named_volume_off_the_outer_network(name: str) -> None:
    document = yaml.safe_load(compose_source())
    service = document["services"][name]
    assert [volume.split(":")[0] for volume in service["volumes"]] == [f"{name}-data"]
    assert f"{name}-data" in document["volumes"]
    assert all(document["networks"][network]["internal"] for network in service["networks"])


def test_redis_keeps_its_messages() -> None:
    command = " ".join(words(services()["redis"]["command"]))
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_every_variable_in_compose_is_explained_and_guarded() -> None:
    used = VARIABLE.findall(compose_source())
    assert used
    for braced, rest, bare in used:
        assert not bare, f"${bare} is neither required nor has it a default"
        assert rest.startswith(":?" if braced in REQUIRED else ":-"), braced
    assert {braced for braced, _, _ in used} <= set(example())
    assert {braced for braced, rest, _ in used if rest.startswith(":?")} == REQUIRED


def test_every_setting_reaches_a_service() -> None:
    passed = {name for one in APPLICATION for name in services()[one]["environment"]}
    assert read_by_settings() - NOT_FOR_COMPOSE - passed == set()


@pytest.mark.parametrize(
    ("secret", "user"),
    [
        ("ANTHROPIC_API_KEY", "worker"),
        ("ASSESSGEN_SMTP_PASSWORD", "worker"),
        ("ASSESSGEN_FORGE_TOKEN", "web"),
        ("ASSESSGEN_METRICS_TOKEN", "web"),
    ],
)
def test_what_only_one_service_needs_is_its_alone(secret: str, user: str) -> None:
    holders = [name for name, one in services().items() if secret in one.get("environment", {})]
    assert holders == [user]


def test_no_secret_is_written_into_compose() -> None:
    for service in services().values():
        for name, value in service.get("environment", {}).items():
            assert name not in SECRETS or VARIABLE.fullmatch(value), name


@pytest.mark.parametrize("name", APPLICATION)
def test_the_settings_accept_what_compose_passes_when_only_the_required_is_set(name: str) -> None:
    def interpolated(match: re.Match[str]) -> str:
        return "x" * 40 if match[1] in REQUIRED else match[2].removeprefix(":-")

    environment = services()[name]["environment"]
    passed = {key: VARIABLE.sub(interpolated, value) for key, value in environment.items()}
    settings = Settings.from_env(passed)
    assert settings.database_url.startswith("postgresql+psycopg://")
    assert not settings.is_embedded
    assert not settings.allow_private_webhooks
    assert settings.web_threads == Settings().web_threads


# --- the commands --------------------------------------------------------------------------------


def test_web_serves_a_factory_that_exists() -> None:
    command = words(services()["web"]["command"])
    module, _, factory = command[command.index("--factory") + 1].partition(":")
    assert (module, factory) == ("api", "create_app")
    assert callable(getattr(importlib.import_module(module), factory))
    assert command[command.index("--interface") + 1] == "wsgi"


def test_web_has_the_threads_that_its_settings_speak_of() -> None:
    command = words(services()["web"]["command"])
    environment = services()["web"]["environment"]
    assert command[command.index("--blocking-threads") + 1] == environment["ASSESSGEN_WEB_THREADS"]
    assert f":-{Settings().web_threads}}}" in environment["ASSESSGEN_WEB_THREADS"]


@pytest.mark.parametrize(("name", "node"), [("worker", "celery@"), ("beat", "celerybeat@")])
def test_worker_and_beat_name_a_celery_app_that_exists_and_ask_it_how_it_is(name: str, node: str) -> None:
    service = services()[name]
    command = words(service["command"])
    assert command[:4] == ["celery", "-A", "workers.app", name]
    assert importlib.import_module("workers.app").app.main == "assessgen"
    check = service["healthcheck"]["test"][1]
    assert "celery -A workers.app inspect ping" in check
    assert f"-d {node}$$HOSTNAME" in check


def test_beat_writes_its_schedule_where_it_can() -> None:
    beat = services()["beat"]
    command = words(beat["command"])
    directory = str(Path(command[command.index("--schedule") + 1]).parent)
    assert directory in [mount.split(":")[0] for mount in beat["tmpfs"]]
    assert "--enable-remote-control" in command


def test_the_migration_runs_a_script_that_the_package_installs() -> None:
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    scripts = setup["options.entry_points"]["console_scripts"].split()
    assert words(services()["migrate"]["command"]) == ["assessgen", "db", "upgrade"]
    assert scripts[0] == "assessgen"


# --- Dockerfile and .dockerignore ------------------------------------------------------------------


def test_the_image_does_not_run_as_root() -> None:
    user = instruction("USER").split(":")[0]
    assert user.isdigit()
    assert int(user) > 0


def test_the_image_checks_its_health_and_stops_on_sigterm() -> None:
    assert "/healthz" in instruction("HEALTHCHECK")
    assert "urllib" in instruction("HEALTHCHECK")
    assert instruction("STOPSIGNAL") == "SIGTERM"


def test_the_image_is_made_of_wheels_that_the_constraints_pin() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["python:3.13-slim"] * 2
    assert re.search(r"pip wheel .*-c constraints\.txt", text)
    assert "--no-index" in text
    assert "[dev]" not in text


def test_no_secret_is_baked_into_the_image() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert not [name for name in SECRETS if name in text]
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert next(line for line in ignored if not line.startswith("#")) == "*"
    assert not [line for line in ignored if line.startswith("!") and ".env" in line]
