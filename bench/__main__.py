"""`python -m bench`: the figures of docs/performance.md, measured here and now.

PostgreSQL and Redis come from `tests/services.py`, else the local ones are used. Makes a database
of its own and drops it.
"""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from bench import load, responses, waiting

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get("ASSESSGEN_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("ASSESSGEN_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
EXAMPLE = {
    "job_role": "Senior Python Developer",
    "job_description": "We are looking for a Senior Python Developer with 5+ years of experience in Django, "
    "Flask, and FastAPI. The candidate should have strong knowledge of databases, REST APIs, and cloud "
    "technologies. Experience with Docker, Kubernetes, and CI/CD pipelines is preferred.",
    "cutoff": 60,
}
PORT = 18321
JOBS = 100


@contextmanager
def process(
    arguments: list[str], env: dict[str, str], ready: str | None = None
) -> Iterator[subprocess.Popen]:
    """A child process that has said `ready`, ended at the end."""
    child = subprocess.Popen(
        arguments, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines: list[str] = []
    try:
        for line in child.stdout:
            lines.append(line)
            if re.search(ready, line):
                child.said = line
                break
        else:
            raise RuntimeError("".join(lines[-30:]))
        threading.Thread(target=lambda: [None for _ in child.stdout], daemon=True).start()
        yield child
    finally:
        child.terminate()
        try:
            child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()


@contextmanager
def database() -> Iterator[str]:
    """A new database."""
    name = "assessgen_bench_" + secrets.token_hex(4)
    with psycopg.connect(POSTGRES, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    url = re.sub(r"/[^/]*$", f"/{name}", POSTGRES)
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE bench_jobs (id uuid PRIMARY KEY, role text)")
        yield url
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def web(target: str) -> list[str]:
    """The default web server on an application."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", target, "--port", str(PORT),
        "--workers", "2", "--blocking-threads", "256", "--backpressure", "512", "--no-access-log",
    ]  # fmt: skip


def wait_until_up() -> None:
    """Wait until the port answers."""
    deadline = time.monotonic() + 20
    while True:
        try:
            load.run(PORT, [load.request_bytes("GET", "/healthz", {})], 1)
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def commit_rate(url: str, clients: int = 32, seconds: float = 2.0) -> float:
    """The database's own: one-row transactions a second over as many connections."""
    counts = [0] * clients
    stop = time.monotonic() + seconds

    def insert(place: int) -> None:
        with psycopg.connect(url) as connection:
            while time.monotonic() < stop:
                connection.execute("INSERT INTO bench_jobs VALUES (gen_random_uuid(), 'x')")
                connection.commit()
                counts[place] += 1

    threads = [threading.Thread(target=insert, args=(place,)) for place in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def key_for(env: dict[str, str]) -> str:
    """A migrated database's first key."""
    script = (
        "import migrations, settings, models.session as s; from models.organizations import *;"
        "c = settings.Settings.from_env(); d = s.Database(c.database_url); migrations.upgrade(d);\n"
        "with d.write() as x: print(ApiKey.create(x, Organization.named(x, 'bench'), 'live', c.secret_key))"
    )
    return subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    ).stdout.strip()


def rss(pid: int) -> float:
    """A process's resident memory in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} is gone")


def cpu(pid: int) -> float:
    """A process's processor time in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def generate_request(key: str) -> bytes:
    """The contract's request."""
    headers = {"x-api-key": key, "Content-Type": "application/json"}
    return load.request_bytes(
        "POST", "/api/v2/assessments/generate-ai", headers, json.dumps(EXAMPLE).encode()
    )


COMPLETED = "SELECT count(*) FROM task_executions WHERE status = 'completed'"
ENDED = "SELECT count(*) FROM task_executions WHERE status IN ('completed', 'failed')"


def measure_web(url: str, env: dict[str, str], key: str, count: int) -> dict[str, float]:
    """Accepts and polls against a bare hello and one INSERT."""
    figures: dict[str, float] = {"commits_per_s": commit_rate(url)}
    with process(web("bench.baseline:create_app"), env, "Started worker-2|worker-2"):
        wait_until_up()
        load.run(PORT, [load.request_bytes("GET", "/hello", {})] * 500)
        figures["hello_per_s"] = load.run(PORT, [load.request_bytes("GET", "/hello", {})] * count).rate
        body = json.dumps(EXAMPLE).encode()
        post = load.request_bytes("POST", "/insert", {"Content-Type": "application/json"}, body)
        load.run(PORT, [post] * 500)
        figures["insert_per_s"] = load.run(PORT, [post] * count).rate
    with process(web("api:create_app"), env, "Started worker-2|worker-2"):
        wait_until_up()
        accept = generate_request(key)
        load.run(PORT, [accept] * 200)
        accepted = load.run(PORT, [accept] * count, keep=True)
        figures |= rates("accepts", accepted)
        ids = [json.loads(body)["job_id"] for body in accepted.bodies[:200]]
        polls = [
            load.request_bytes("GET", f"/api/v2/task-executions/status/{one}", {"x-api-key": key})
            for one in ids
        ]
        load.run(PORT, polls)
        figures |= rates("polls", load.run(PORT, polls * (count // len(polls))))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("TRUNCATE task_executions CASCADE")
    return figures


def rates(name: str, result: load.Load) -> dict[str, float]:
    """A load's figures under a name."""
    assert set(result.statuses) <= {200, 202}, result.statuses
    return {
        f"{name}_per_s": result.rate,
        f"{name}_p50_ms": result.percentile(50),
        f"{name}_p99_ms": result.percentile(99),
    }


def worker_command() -> list[str]:
    """A Celery worker as the README starts it."""
    return [
        sys.executable, "-m", "celery", "-A", "workers.app", "worker", "-P", "threads",
        "--without-mingle", "--without-gossip", "-l", "INFO",
    ]  # fmt: skip


READY = r"celery@\S+ ready"


def measure_waiting(url: str, env: dict[str, str], key: str) -> dict[str, float]:
    """Polls while as many as the default server is to bear wait for their questions."""
    with process(web("api:create_app"), env, "Started worker-2|worker-2"):
        wait_until_up()
        [accepted] = load.run(PORT, [generate_request(key)], clients=1, keep=True).bodies
        job = json.loads(accepted)["job_id"]
        poll = load.request_bytes("GET", f"/api/v2/task-executions/status/{job}", {"x-api-key": key})
        return waiting.measure(url, PORT, key, poll, lambda: process(worker_command(), env, READY))


def measure_responses(url: str, env: dict[str, str]) -> dict[str, float]:
    """Candidates who save their answers at once."""
    with process(web("api:create_app"), env, "Started worker-2|worker-2"):
        wait_until_up()
        return responses.measure(url, PORT, env)


def measure_jobs(url: str, env: dict[str, str], key: str) -> dict[str, float]:
    """A lone job and a hundred at once, on one worker process with the model at 1 s a call."""
    figures: dict[str, float] = {}
    with ExitStack() as stack:
        stack.enter_context(process(web("api:create_app"), env, "Started worker-2|worker-2"))
        one = stack.enter_context(process(worker_command(), env, READY))
        wait_until_up()
        submit(key, 2)
        until_ended(url, 2)
        lone = []
        for number in range(3):
            started = time.monotonic()
            submit(key, 1)
            until_ended(url, 3 + number)
            lone.append(time.monotonic() - started)
        figures["lone_job_s"] = min(lone)
        before, cpu_before = rss(one.pid), cpu(one.pid)
        peak = [before]
        stop = threading.Event()
        watcher = threading.Thread(target=lambda: _watch_memory(one.pid, peak, stop))
        watcher.start()
        started = time.monotonic()
        submit(key, JOBS)
        until_ended(url, 5 + JOBS)
        figures["hundred_jobs_s"] = time.monotonic() - started
        stop.set()
        watcher.join()
        figures["memory_mb_per_job"] = (max(peak) - before) / JOBS
        figures["worker_cpu_s_per_job"] = (cpu(one.pid) - cpu_before) / JOBS
    with psycopg.connect(url) as connection:
        done = connection.execute(
            "SELECT count(*) FROM task_executions WHERE status = 'completed'"
        ).fetchone()[0]
    assert done == 5 + JOBS, f"{done} of {5 + JOBS} jobs completed"
    return figures


def _watch_memory(pid: int, peak: list[float], stop: threading.Event) -> None:
    while not stop.wait(0.05):
        peak.append(rss(pid))


def submit(key: str, count: int) -> None:
    """Submit jobs at once."""
    result = load.run(PORT, [generate_request(key)] * count, clients=min(32, count))
    assert set(result.statuses) == {202}, result.statuses


def until_ended(url: str, count: int) -> None:
    """Wait for so many ended jobs, asking the database two hundred times a second."""
    deadline = time.monotonic() + 120
    with psycopg.connect(url, autocommit=True) as connection:
        while (there := connection.execute(ENDED).fetchone()[0]) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"only {there} of {count} jobs ended")
            time.sleep(0.005)


# Analyse, write, solve beside review: what passes is not mended, so three calls follow each other.
FLOOR = 3.0


def report(figures: dict[str, float]) -> str:
    """The table, with each goal."""
    accept_ratio = figures["accepts_per_s"] / figures["insert_per_s"]
    poll_ratio = figures["polls_per_s"] / figures["hello_per_s"]
    commits = figures["accepts_per_s"] / figures["commits_per_s"]
    lone, hundred = figures["lone_job_s"], figures["hundred_jobs_s"]
    memory, processor = figures["memory_mb_per_job"], figures["worker_cpu_s_per_job"] * 1000
    rows = [
        ("bare Flask hello", f"{figures['hello_per_s']:,.0f}/s", "", ""),
        ("one INSERT behind the same server", f"{figures['insert_per_s']:,.0f}/s", "", ""),
        ("the database's own commits, 32 connections", f"{figures['commits_per_s']:,.0f}/s", "", ""),
        (
            "accepts",
            _rate(figures, "accepts"),
            f"{accept_ratio:.2f} of one INSERT, {commits:.2f} of commits",
            ">= 0.60",
        ),
        ("status polls", _rate(figures, "polls"), f"{poll_ratio:.2f} of hello", ">= 0.50"),
        (
            "a lone job, three model calls of 1 s",
            f"{lone:.3f} s",
            f"{lone / FLOOR:.3f} of its floor",
            "<= 1.05",
        ),
        (f"{JOBS} jobs at once, one worker process", f"{hundred:.2f} s", "", "<= 5 s"),
        ("memory a job in flight", f"{memory:.2f} MB", "", "<= 1.2 MB"),
        ("worker's processor time a job", f"{processor:.0f} ms", "", ""),
        (
            f"status polls while {figures['waiting_calls']:.0f} calls wait for questions",
            f"p50 {figures['waiting_polls_p50_ms']:.1f} ms, p99 {figures['waiting_polls_p99_ms']:.1f} ms",
            "",
            "p50 < 50 ms",
        ),
        (
            "of them answered with their questions, once a worker starts",
            f"{figures['waiting_with_questions']:.0f} in {figures['waiting_served_s']:.1f} s",
            "",
            f"{waiting.WAITING}",
        ),
        (
            f"{responses.CANDIDATES} candidates saving at one moment, {responses.ANSWERS} times",
            _rate(figures, "together"),
            "",
            "p99 < 250 ms",
        ),
        (
            "the same, each as fast as answers are saved",
            _rate(figures, "hurried"),
            "",
            "",
        ),
        (
            "of all their answers lost",
            f"{figures['together_lost'] + figures['hurried_lost']:.0f} of "
            f"{figures['together_sent'] + figures['hurried_sent']:.0f}",
            "",
            "0",
        ),
    ]
    lines = ["| what | figure | ratio | goal |", "|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _rate(figures: dict[str, float], name: str) -> str:
    p50, p99 = figures[f"{name}_p50_ms"], figures[f"{name}_p99_ms"]
    return f"{figures[f'{name}_per_s']:,.0f}/s, p50 {p50:.1f} ms, p99 {p99:.1f} ms"


def main() -> None:
    """Measure everything and print the table."""
    count = int(os.environ.get("BENCH_REQUESTS", "6000"))
    home = tempfile.mkdtemp(prefix="assessgen-bench-")
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        url = stack.enter_context(database())
        model = stack.enter_context(
            process(
                [sys.executable, "-m", "tests.fakes.model_server", "--port", "0", "--latency", "1.0"],
                dict(os.environ),
                "listening on",
            )
        )
        env = {
            **os.environ,
            "ASSESSGEN_HOME": home,
            "DATABASE_URL": url,
            "BENCH_POSTGRES": url,
            "CELERY_BROKER_URL": REDIS,
            # A limit that is counted and never reached.
            "ASSESSGEN_REQUESTS_PER_MINUTE": "100000000",
            "ANTHROPIC_API_KEY": "test-key",
            "ANTHROPIC_BASE_URL": re.search(r"http://\S+", model.said).group(),
        }
        key = key_for(env)
        figures = {}
        asked = set(sys.argv[1:]) or {"web", "jobs", "waiting", "responses"}
        if "web" in asked:
            figures |= measure_web(url, env, key, count)
        if "jobs" in asked:
            figures |= measure_jobs(url, env, key)
        if "waiting" in asked:
            figures |= measure_waiting(url, env, key)
        if "responses" in asked:
            figures |= measure_responses(url, env)
    print(json.dumps(figures, indent=1) if len(sys.argv) > 1 else report(figures))


main()
