"""`assessgen` in processes of its own, each on a home of its own."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import requests
from click.testing import CliRunner, Result

from api import cli_client
from api.cli import main

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "registered-nurse.json"
DEADLINE = 60.0
NO_SUCH_ID = "6efe0833-332a-4b78-b022-e2275f8204aa"


@dataclass(frozen=True)
class Cli:
    """Calls the command on one home, in an environment that holds nothing else."""

    home: Path

    def environment(self, **more: str) -> dict[str, str]:
        return {"PATH": os.defpath, "HOME": str(self.home), "ASSESSGEN_HOME": str(self.home / "data"), **more}

    def run(self, *words: str, stdin: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "api.cli", *words],
            cwd=ROOT,
            env=self.environment(**more),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )

    def serve(self) -> "Served":
        """A service on a free port of its choice."""
        process = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--port", "0"],
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        said = [process.stdout.readline()]
        assert "serves http://127.0.0.1:" in said[0], process.stdout.read()
        while "  console " not in said[-1]:
            said.append(process.stdout.readline())
            assert said[-1], said
        return Served(self, process, said[0].split()[3], "".join(said))


@dataclass
class Served:
    cli: Cli
    process: "subprocess.Popen[str]"
    url: str
    said: str

    def end(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(DEADLINE)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One service for all that only talk to it."""
    service = Cli(tmp_path_factory.mktemp("served")).serve()
    yield service
    service.end()


def here(home: Path, *words: str, **more: str) -> Result:
    """Call the command in this process: for what needs none of its own, as that takes a second."""
    names = ("DATABASE_URL", "CELERY_BROKER_URL", "ANTHROPIC_API_KEY")
    empty = {name: None for name in os.environ if name in names or name.startswith("ASSESSGEN_")}
    return CliRunner().invoke(main, words, env={**empty, "ASSESSGEN_HOME": str(home), **more})


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/healthz", timeout=2):
            return True
    except (URLError, OSError):
        return False


def test_the_version_is_told(cli: Cli) -> None:
    done = cli.run("--version")
    assert (done.returncode, done.stdout) == (0, "assessgen 0.1.0\n")


def test_the_doctor_finds_a_fresh_home_well_and_leaves_it_untouched(cli: Cli) -> None:
    done = cli.run("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "offline (ANTHROPIC_API_KEY is not set)" in done.stdout
    assert "(ASSESSGEN_SMTP_HOST would send it)" in " ".join(done.stdout.split())
    assert not (cli.home / "data").exists()


def test_the_doctor_says_where_mail_goes_and_shows_no_password(cli: Cli) -> None:
    server = {"ASSESSGEN_SMTP_HOST": "smtp.example.com", "ASSESSGEN_SMTP_USERNAME": "mailer"}
    done = cli.run("doctor", **server, ASSESSGEN_SMTP_PASSWORD="hunter5")
    assert done.returncode == 0, done.stdout + done.stderr
    said = "SMTP smtp.example.com:587 (starttls, logs in as mailer)"
    assert said in " ".join(done.stdout.replace("│", " ").split())
    assert "hunter" not in done.stdout + done.stderr
    lacking = {"ASSESSGEN_SMTP_HOST": "smtp.example.com", "ASSESSGEN_SMTP_CA_FILE": "/no/ca.pem"}
    told = here(cli.home / "data", "doctor", **lacking)
    assert told.exit_code == 1
    assert "Correct ASSESSGEN_SMTP_CA_FILE" in told.stdout


def test_the_doctor_names_each_problem_with_its_remedy_and_shows_no_secret(cli: Cli) -> None:
    done = cli.run(
        "doctor",
        DATABASE_URL="postgresql://me:hunter2@127.0.0.1:1/none",
        CELERY_BROKER_URL="redis://:hunter3@127.0.0.1:1/0",
        ANTHROPIC_API_KEY="sk-ant-hunter4",
    )
    assert done.returncode == 1
    assert "start the database or correct DATABASE_URL" in done.stdout
    assert "start Redis or correct CELERY_BROKER_URL" in done.stdout
    assert "hunter" not in done.stdout + done.stderr


def test_keys_are_made_listed_and_revoked(cli: Cli) -> None:
    made = cli.run("keys", "create", "--org", "Acme", "--mode", "test")
    assert made.returncode == 0, made.stderr
    key = made.stdout.strip()
    assert key.startswith("ak_test_")
    assert made.stdout.count("\n") == 1
    prefix = key.removeprefix("ak_test_")[:10]
    data = cli.home / "data"
    listed = here(data, "keys", "list", "--org", "Acme")
    assert prefix in listed.stdout
    assert key not in listed.stdout
    assert here(data, "keys", "revoke", "--org", "Acme", prefix).exit_code == 0
    assert here(data, "keys", "revoke", "--org", "Acme", "2222222222").exit_code == 1
    assert here(data, "webhooks", "secret", "--org", "Acme").stdout.startswith("whsec_")


def test_an_unknown_organisation_is_not_made_by_looking_at_it(tmp_path: Path) -> None:
    for words in (["webhooks", "secret"], ["keys", "list"], ["jobs", "list"]):
        done = here(tmp_path, *words, "--org", "Nobody")
        assert done.exit_code == 1
        assert "There is no organisation 'Nobody'" in done.stderr


def test_generate_without_a_service_runs_one_for_the_job(cli: Cli) -> None:
    brief = json.loads(EXAMPLE.read_text())
    done = cli.run(
        "generate", "--role", brief["job_role"], "--description", "-", stdin=brief["job_description"]
    )
    assert done.returncode == 0, done.stderr
    for word in ("Assessment created successfully", "Sections", "Skills", "20 questions", "/info"):
        assert word in done.stdout
    key_file = cli.home / "data" / "api_key"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert key_file.read_text() not in done.stdout + done.stderr
    assert not (cli.home / "data" / "server.json").exists()
    assert "completed" in here(cli.home / "data", "jobs", "list").stdout


def test_generate_uses_the_service_of_its_home_and_prints_one_json_object(served: Served) -> None:
    cli = served.cli
    done = cli.run(
        *("generate", "--role", "Nurse", "--description", str(EXAMPLE), "--questions", "5", "--json")
    )
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["task_execution"]["status"] == "completed"
    assert made["assessment"]["number_of_questions"] == 5
    assert "Assessment created successfully" in done.stderr
    job = made["task_execution"]["id"]
    assert "completed" in here(cli.home / "data", "jobs", "show", job).stdout
    retried = here(cli.home / "data", "jobs", "retry", job)
    assert retried.exit_code == 1
    assert "only one that is failed can be retried" in retried.stderr
    watched = cli.run("watch", job, "--json", ASSESSGEN_SERVER=served.url, ASSESSGEN_API_KEY=_key(cli))
    assert json.loads(watched.stdout)["assessment"] == made["assessment"]


def _key(cli: Cli) -> str:
    return (cli.home / "data" / "api_key").read_text()


def test_a_service_says_where_things_are(served: Served) -> None:
    for word in ("/docs", "assessgen.db", "offline", "loopback"):
        assert word in served.said


def test_a_service_prints_a_link_that_signs_in_once(served: Served) -> None:
    [link] = re.findall(r"console   (\S+)", served.said)
    with requests.Session() as browser:
        assert browser.get(link, timeout=10).url == f"{served.url}/console"
    assert requests.get(link, timeout=10).status_code == 401


def test_a_link_is_made_for_an_organisation_that_has_a_key(served: Served) -> None:
    home = served.cli.home / "data"
    made = here(home, "keys", "create", "--org", "Acme")
    assert made.exit_code == 0, made.stderr
    link = here(home, "sign-in", "--org", "Acme").stdout.strip()
    assert link.startswith(f"{served.url}/console/link/")
    assert requests.get(link, timeout=10).url == f"{served.url}/console"
    refused = here(home, "sign-in", "--org", "Nobody's")
    assert refused.exit_code == 1
    assert "There is no organisation" in refused.stderr


def test_without_a_service_a_link_leads_nowhere(tmp_path: Path) -> None:
    refused = here(tmp_path, "sign-in")
    assert refused.exit_code == 1
    assert "name the one to sign in to with --server URL" in refused.stderr
    link = here(tmp_path, "sign-in", "--server", "https://assess.example/").stdout
    assert link.startswith("https://assess.example/console/link/")


def test_a_second_service_on_a_home_or_a_port_is_refused(cli: Cli, served: Served) -> None:
    # Both at once, for each tries for three seconds.
    with ThreadPoolExecutor(2) as pool:
        on_the_home = pool.submit(served.cli.run, "serve", "--port", "0")
        on_the_port = pool.submit(cli.run, "serve", "--port", served.url.rpartition(":")[2])
    second, other = on_the_home.result(), on_the_port.result()
    assert second.returncode == 1
    assert f"Another assessgen serves from {served.cli.home / 'data'} at {served.url}" in second.stderr
    assert other.returncode == 1
    assert "is taken by another program" in other.stderr


def test_a_signal_ends_a_service_cleanly_and_frees_its_home(cli: Cli) -> None:
    service = cli.serve()
    assert service.end(signal.SIGINT) == 0
    assert not answers(service.url)
    assert not (cli.home / "data" / "server.json").exists()


def test_a_killed_service_leaves_no_process_that_holds_its_home(cli: Cli) -> None:
    service = cli.serve()
    service.end(signal.SIGKILL)
    wait_until(lambda: not answers(service.url))
    again = cli.serve()
    assert again.end() == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["generate"], "Missing option '--role'"),
        (["generate", "--role", "X", "--description", "/no/such/file"], "No such file"),
        (["generate", "--role", "X", "--description", "-", "--cutoff", "101"], "101"),
        (["generate", "--role", "X", "--description", "-"], "is empty"),
        (["generate", "--role", "X", "--description", str(EXAMPLE), "--server", "nowhere"], "needs a key"),
        (
            ["generate", "--role", "X", "--description", str(EXAMPLE), "--server", "x", "--api-key", "k"],
            "is no URL",
        ),
        (["keys", "create"], "Missing option '--org'"),
        (["serve", "--port", "70000"], "70000"),
        (["no-such-command"], "No such command"),
    ],
)
def test_wrong_usage_exits_2_and_says_what_is_wrong(words: list[str], said: str, tmp_path: Path) -> None:
    done = here(tmp_path, *words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_bad_settings_exit_2_and_name_the_variable(cli: Cli) -> None:
    done = cli.run("doctor", ASSESSGEN_ENGINE="magic")
    assert done.returncode == 2
    assert "ASSESSGEN_ENGINE" in done.stderr


def test_a_service_that_is_away_exits_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_client, "FIRST_PATIENCE", 0.2)
    done = here(
        tmp_path,
        *("generate", "--role", "X", "--description", str(EXAMPLE)),
        *("--server", "http://127.0.0.1:1", "--api-key", "k"),
    )
    assert done.exit_code == 2
    assert "can't be reached (nothing answers there)" in done.stderr


def test_a_wrong_key_and_a_wrong_brief_exit_2(served: Served) -> None:
    cli, words = served.cli, ("generate", "--role", "X", "--description", str(EXAMPLE))
    wrong_key = cli.run(*words, "--server", served.url, "--api-key", "ak_live_no")
    assert wrong_key.returncode == 2
    assert "does not take this key" in wrong_key.stderr
    wrong_brief = cli.run(*words, "--notify", "ftp://example.com")
    assert wrong_brief.returncode == 2
    assert "notification_url" in wrong_brief.stderr


def test_jobs_that_are_not_there_are_told_of(tmp_path: Path) -> None:
    for job in (NO_SUCH_ID, "nonsense"):
        done = here(tmp_path, "jobs", "show", job)
        assert done.exit_code == 1
        assert "no" in done.stderr.lower()


def test_the_schema_is_upgraded_by_name(cli: Cli) -> None:
    done = cli.run("db", "upgrade")
    assert done.returncode == 0, done.stderr
    assert "is current" in done.stdout


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.json")), ids=lambda path: path.stem)
def test_every_example_is_a_whole_brief(path: Path) -> None:
    brief = json.loads(path.read_text(encoding="utf-8"))
    assert brief["job_role"]
    assert len(brief["job_description"].split()) <= 400
    assert "notification_url" not in brief
