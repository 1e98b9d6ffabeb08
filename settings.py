"""The product's settings: one frozen object, read once from the environment.

Nothing else reads `os.environ`. `.env.example` lists every variable with its default.
"""

import contextlib
import importlib.metadata
import os
import re
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

VERSION = "0.1.0"
ENGINES = ("auto", "claude", "offline")
ON_BUDGET = ("fallback", "fail")
SMTP_SECURITY = ("starttls", "tls", "none")
LOGS = ("text", "json")
TRACES_EXPORTERS = ("otlp", "none")
# What sends traces; it comes with the extra `traces`.
EXPORTER = "opentelemetry-exporter-otlp-proto-http"
# A name or none, and an address that every mail server takes: no quotes, spaces or other alphabets.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
SENDER = re.compile(rf"(?:(?P<name>[^<>@\x00-\x1f\x7f]*)<(?P<named>{_ADDRESS})>|(?P<bare>{_ADDRESS}))")
FORGE = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~-]+)*", re.ASCII)
# Nine digits hold more than anybody has; a micro-dollar is the smallest amount.
DOLLARS = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,6}))?", re.ASCII)
TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"", "0", "false", "no", "off"}


class SettingsError(ValueError):
    """The environment can't be used; the message names every bad variable at once."""


@dataclass(frozen=True)
class Models:
    """The language model behind each part of generation, and behind the scoring of tasks."""

    writer: str = "claude-sonnet-5-5"
    analyst: str = "claude-haiku-5-5"
    solver: str = "claude-haiku-5-5"
    critic: str = "claude-haiku-5-5"
    scorer: str = "claude-sonnet-5-5"


@dataclass(frozen=True)
class Settings:
    """Where things are, what may run, and how much of it.

    `home` holds the embedded default's database, key file and secret. `broker_url` is
    `memory://…` for the embedded default. Times are in seconds, money in micro-dollars.
    """

    home: Path = Path("var")
    # Both may hold a password, which no log of the settings should.
    database_url: str = field(default="", repr=False)
    broker_url: str = field(default="memory://localhost/", repr=False)
    anthropic_api_key: str = field(default="", repr=False)
    anthropic_base_url: str | None = None
    engine: str = "auto"
    models: Models = field(default_factory=Models)
    allow_private_webhooks: bool = False
    configured_secret: str = field(default="", repr=False)
    web_threads: int = 256
    requests_per_minute: int = 6000
    trusted_proxies: int = 0
    body_timeout: float = 20.0
    jobs_per_day: int = 0
    open_jobs: int = 0
    retention_days: int = 0
    worker_threads: int = 128
    delivery_threads: int = 32
    delivery_per_host: int = 4
    model_calls_in_flight: int = 2000
    model_timeout: float = 90.0
    model_requests_per_minute: int | None = None
    model_input_tokens_per_minute: int | None = None
    model_output_tokens_per_minute: int | None = None
    model_queue: float = 600.0
    batch_gather: float = 3.0
    batch_poll: float = 15.0
    max_cost_per_job: int | None = None
    on_budget: str = "fallback"
    require_approval: bool = False
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_username: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_security: str = "starttls"
    smtp_ca_file: str | None = None
    mail_from: str = "assessgen@localhost"
    forge_url: str = "https://api.github.com"
    forge_token: str = field(default="", repr=False)
    log: str = LOGS[0]
    metrics: bool = False
    metrics_token: str = field(default="", repr=False)
    # Where traces go, "" for nowhere, and the headers that go with them, which may hold a token.
    traces_endpoint: str = field(default="", repr=False)
    traces_headers: str = field(default="", repr=False)
    lease: float = 30.0
    heartbeat: float = 10.0
    sweep_every: float = 5.0
    max_attempts: int = 5

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; raises SettingsError that names every value that is no good."""
        return _Reader(os.environ if environ is None else environ).settings()

    @property
    def is_embedded(self) -> bool:
        """True where web, worker and broker share one process tree."""
        return self.broker_url.startswith("memory:")

    @property
    def resolved_engine(self) -> str:
        """The engine that runs: `claude` or `offline`."""
        if self.engine != "auto":
            return self.engine
        return "claude" if self.anthropic_api_key else "offline"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that no log line may hold."""
        keys = (self.configured_secret, self.anthropic_api_key)
        headers = ((one.partition("=")[2] or one).strip() for one in self.traces_headers.split(","))
        return (*keys, self.smtp_password, self.forge_token, self.metrics_token, *headers)

    @property
    def mail_sender(self) -> tuple[str, str]:
        """The name, which may be empty, and the address that mails come from."""
        found = SENDER.fullmatch(self.mail_from)
        if found is None:
            raise SettingsError("ASSESSGEN_MAIL_FROM is no address.")
        return (found["name"] or "").strip().strip('"').strip(), found["named"] or found["bare"]

    @property
    def mail_directory(self) -> Path:
        """Where mails are written as files while there is no server to send them."""
        return self.home / "mail"

    @cached_property
    def secret_key(self) -> bytes:
        """The installation's secret: from the environment, else made once under the home."""
        return self.configured_secret.encode() or _secret_in(self.home)


def export(**values: str) -> None:
    """Set variables of the environment, for this process's later reading and for its children."""
    os.environ.update(values)


def _secret_in(home: Path) -> bytes:
    path = home / "secret.key"
    home.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make_secret(path)
    secret = path.read_bytes().strip()
    if not secret:
        raise SettingsError(f"{path} is empty; remove it, and a new secret is made (keys must be made anew).")
    return secret


def _make_secret(path: Path) -> None:
    # Linked into its place once it is whole, so that no other process can read half of it; of
    # several processes that start together the first one's counts.
    descriptor, whole = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(whole, path)
    finally:
        os.unlink(whole)


class _Reader:
    """Reads values and collects complaints, so that all of them can be told at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.complaints: list[str] = []

    def settings(self) -> Settings:
        home = Path(self.text("ASSESSGEN_HOME", "var"))
        broker = self.text("CELERY_BROKER_URL") or self.text("REDIS_URL") or "memory://localhost/"
        defaults = Settings()
        smtp_security = self.choice("ASSESSGEN_SMTP_SECURITY", SMTP_SECURITY)
        settings = Settings(
            home=home,
            database_url=_driver(self.text("DATABASE_URL")) or f"sqlite:///{home / 'assessgen.db'}",
            broker_url=broker,
            anthropic_api_key=self.text("ANTHROPIC_API_KEY"),
            anthropic_base_url=self.text("ANTHROPIC_BASE_URL") or None,
            engine=self.choice("ASSESSGEN_ENGINE", ENGINES),
            models=Models(
                writer=self.text("ASSESSGEN_MODEL_WRITER", defaults.models.writer),
                analyst=self.text("ASSESSGEN_MODEL_ANALYST", defaults.models.analyst),
                solver=self.text("ASSESSGEN_MODEL_SOLVER", defaults.models.solver),
                critic=self.text("ASSESSGEN_MODEL_CRITIC", defaults.models.critic),
                scorer=self.text("ASSESSGEN_MODEL_SCORER", defaults.models.scorer),
            ),
            allow_private_webhooks=self.flag(
                "ASSESSGEN_ALLOW_PRIVATE_WEBHOOKS", broker.startswith("memory:")
            ),
            configured_secret=self.text("ASSESSGEN_SECRET_KEY"),
            web_threads=self.number("ASSESSGEN_WEB_THREADS", defaults.web_threads, 4),
            requests_per_minute=self.number("ASSESSGEN_REQUESTS_PER_MINUTE", defaults.requests_per_minute, 0),
            trusted_proxies=self.number("ASSESSGEN_TRUSTED_PROXIES", defaults.trusted_proxies, 0),
            body_timeout=self.seconds("ASSESSGEN_BODY_TIMEOUT", defaults.body_timeout),
            jobs_per_day=self.number("ASSESSGEN_JOBS_PER_DAY", defaults.jobs_per_day, 0),
            open_jobs=self.number("ASSESSGEN_OPEN_JOBS", defaults.open_jobs, 0),
            retention_days=self.number("ASSESSGEN_RETENTION_DAYS", defaults.retention_days, 0),
            worker_threads=self.number("ASSESSGEN_WORKER_THREADS", defaults.worker_threads, 1),
            delivery_threads=self.number("ASSESSGEN_DELIVERY_THREADS", defaults.delivery_threads, 1),
            delivery_per_host=self.number("ASSESSGEN_DELIVERY_PER_HOST", defaults.delivery_per_host, 1),
            model_calls_in_flight=self.number("ASSESSGEN_MODEL_CALLS", defaults.model_calls_in_flight, 1),
            model_timeout=self.seconds("ASSESSGEN_MODEL_TIMEOUT", defaults.model_timeout),
            model_requests_per_minute=self.limit("ASSESSGEN_MODEL_REQUESTS_PER_MINUTE"),
            model_input_tokens_per_minute=self.limit("ASSESSGEN_MODEL_INPUT_TOKENS_PER_MINUTE"),
            model_output_tokens_per_minute=self.limit("ASSESSGEN_MODEL_OUTPUT_TOKENS_PER_MINUTE"),
            model_queue=self.seconds("ASSESSGEN_MODEL_QUEUE", defaults.model_queue),
            batch_gather=self.seconds("ASSESSGEN_BATCH_GATHER", defaults.batch_gather),
            batch_poll=self.seconds("ASSESSGEN_BATCH_POLL", defaults.batch_poll),
            max_cost_per_job=self.micro_dollars("ASSESSGEN_MAX_COST_PER_JOB"),
            on_budget=self.choice("ASSESSGEN_ON_BUDGET", ON_BUDGET),
            require_approval=self.flag("ASSESSGEN_REQUIRE_APPROVAL", False),
            smtp_host=self.text("ASSESSGEN_SMTP_HOST"),
            smtp_port=self.number("ASSESSGEN_SMTP_PORT", 465 if smtp_security == "tls" else 587, 1),
            smtp_username=self.text("ASSESSGEN_SMTP_USERNAME"),
            smtp_password=self.text("ASSESSGEN_SMTP_PASSWORD"),
            smtp_security=smtp_security,
            smtp_ca_file=self.text("ASSESSGEN_SMTP_CA_FILE") or None,
            mail_from=self.text("ASSESSGEN_MAIL_FROM", defaults.mail_from),
            forge_url=self.text("ASSESSGEN_FORGE_URL", defaults.forge_url).rstrip("/"),
            forge_token=self.text("ASSESSGEN_FORGE_TOKEN"),
            # Of several processes a machine gathers the lines; those of one are read by a person.
            log=self.choice("ASSESSGEN_LOG", LOGS if broker.startswith("memory:") else LOGS[::-1]),
            metrics=self.flag("ASSESSGEN_METRICS", False),
            metrics_token=self.text("ASSESSGEN_METRICS_TOKEN"),
            traces_endpoint=self.traces_endpoint(),
            traces_headers=self.text("OTEL_EXPORTER_OTLP_HEADERS"),
            lease=self.seconds("ASSESSGEN_LEASE", defaults.lease),
            heartbeat=self.seconds("ASSESSGEN_HEARTBEAT", defaults.heartbeat),
            sweep_every=self.seconds("ASSESSGEN_SWEEP", defaults.sweep_every),
            max_attempts=self.number("ASSESSGEN_MAX_ATTEMPTS", defaults.max_attempts, 1),
        )
        self.check(settings)
        return settings

    def check(self, settings: Settings) -> None:
        if settings.engine == "claude" and not settings.anthropic_api_key:
            self.complaints.append("ASSESSGEN_ENGINE is claude, so ANTHROPIC_API_KEY must be set.")
        if settings.configured_secret and len(settings.configured_secret) < 32:
            self.complaints.append("ASSESSGEN_SECRET_KEY must have at least 32 characters.")
        if re.fullmatch(r"(?:[!-~]{16,})?", settings.metrics_token) is None:
            self.complaints.append("ASSESSGEN_METRICS_TOKEN must have 16 or more printable ASCII characters.")
        if settings.heartbeat * 2 > settings.lease:
            self.complaints.append("ASSESSGEN_LEASE must be at least twice ASSESSGEN_HEARTBEAT.")
        if not _is_usable(settings.database_url):
            self.complaints.append("DATABASE_URL must be postgresql://… or sqlite:/// and a file's path.")
        if not settings.broker_url.startswith(("memory:", "redis:", "rediss:")):
            self.complaints.append("CELERY_BROKER_URL must begin with redis://, rediss:// or memory://.")
        self.complaints.extend(_about_mail(settings))
        self.complaints.extend(_about_forge(settings))
        self.complaints.extend(_about_traces(settings))
        if self.complaints:
            raise SettingsError(" ".join(self.complaints))

    def traces_endpoint(self) -> str:
        """The URL to which spans are posted, as OpenTelemetry's own variables have it; "" for none."""
        exporter = self.choice("OTEL_TRACES_EXPORTER", TRACES_EXPORTERS)
        if self.flag("OTEL_SDK_DISABLED", False) or exporter == "none":
            return ""
        base = self.text("OTEL_EXPORTER_OTLP_ENDPOINT")
        return self.text("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", base and f"{base.rstrip('/')}/v1/traces")

    def text(self, name: str, default: str = "") -> str:
        return self.environ.get(name, "").strip() or default

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, allowed[0])
        if value not in allowed:
            self.complaints.append(f"{name} is {value!r}; it must be one of {', '.join(allowed)}.")
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.environ.get(name, "").strip().lower()
        if value not in TRUE_WORDS | FALSE_WORDS:
            self.complaints.append(f"{name} is {value!r}; it must be true or false.")
        return default if not value else value in TRUE_WORDS

    def number(self, name: str, default: int, least: int) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or int(value) < least:
            self.complaints.append(f"{name} is {value!r}; it must be a whole number, {least} or more.")
            return default
        return int(value)

    def limit(self, name: str) -> int | None:
        return self.number(name, 0, 1) if self.text(name) else None

    def seconds(self, name: str, default: float) -> float:
        value = self.text(name, str(default))
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 < number < 86_400:
            self.complaints.append(f"{name} is {value!r}; it must be a number of seconds above 0.")
            return default
        return number

    def micro_dollars(self, name: str) -> int | None:
        value = self.text(name)
        if value and (amount := micro_dollars(value)) is None:
            self.complaints.append(f"{name} is {value!r}; it must be dollars, such as 0.25.")
        return amount if value else None


def _about_mail(settings: Settings) -> Iterator[str]:
    """What is wrong with the settings of mail; no password is shown."""
    if "/" in settings.smtp_host or settings.smtp_host.count(":") == 1:
        yield "ASSESSGEN_SMTP_HOST must be a host's name without a scheme; the port is ASSESSGEN_SMTP_PORT."
    if settings.smtp_port > 65535:
        yield f"ASSESSGEN_SMTP_PORT is {settings.smtp_port}; it must be 65535 or less."
    if bool(settings.smtp_username) != bool(settings.smtp_password):
        yield "ASSESSGEN_SMTP_USERNAME and ASSESSGEN_SMTP_PASSWORD must be set together, or neither."
    if settings.smtp_password and settings.smtp_security == "none":
        yield (
            "ASSESSGEN_SMTP_SECURITY is none, so ASSESSGEN_SMTP_PASSWORD would go out readable; "
            "use starttls or tls."
        )
    for name, value in (("USERNAME", settings.smtp_username), ("PASSWORD", settings.smtp_password)):
        if not value.isascii():
            yield f"ASSESSGEN_SMTP_{name} must have ASCII characters only."
    if SENDER.fullmatch(settings.mail_from) is None:
        yield (
            f"ASSESSGEN_MAIL_FROM is {settings.mail_from!r}; it must be an address, such as "
            "mail@example.com or Example <mail@example.com>."
        )


def _about_forge(settings: Settings) -> Iterator[str]:
    """What is wrong with the settings of the forge; no token is shown, nor a URL that may hold one."""
    if FORGE.fullmatch(settings.forge_url) is None:
        yield (
            "ASSESSGEN_FORGE_URL must be http:// or https://, a host and perhaps a path, without a name, "
            "a password or a query; a token is ASSESSGEN_FORGE_TOKEN."
        )
    if re.fullmatch(r"[!-~]*", settings.forge_token) is None:
        yield "ASSESSGEN_FORGE_TOKEN must have printable ASCII characters only, and no space."


def _about_traces(settings: Settings) -> Iterator[str]:
    """What is wrong with the settings of traces; no URL is shown that may hold a password."""
    if not settings.traces_endpoint:
        return
    if re.match(r"https?://[^/]", settings.traces_endpoint) is None:
        yield "OTEL_EXPORTER_OTLP_ENDPOINT must begin with http:// or https://, such as http://localhost:4318."
    try:
        importlib.metadata.version(EXPORTER)
    except importlib.metadata.PackageNotFoundError:
        yield (
            "OTEL_EXPORTER_OTLP_ENDPOINT asks for traces, but what sends them is not installed: run pip "
            "install -c constraints.txt '.[traces]' in the source's directory, or set OTEL_SDK_DISABLED=true."
        )


def micro_dollars(text: str) -> int | None:
    """Dollars, such as 20 or 0.25, in micro-dollars; None where the text is no such amount."""
    found = DOLLARS.fullmatch(text)
    return int(found[1]) * 1_000_000 + int((found[2] or "").ljust(6, "0")) if found else None


def _is_usable(url: str) -> bool:
    # Of SQLite in memory each connection would have a database of its own.
    in_file = url.startswith("sqlite:///") and url.removeprefix("sqlite:///") not in ("", ":memory:")
    return in_file or url.startswith("postgresql+psycopg:")


def _driver(url: str) -> str:
    """Name the driver that is installed, so that the URL every host hands out works as it is."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
