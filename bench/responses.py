"""Candidates who save answers: 200 at once, 20 answers each, and none may be lost."""

import json
import subprocess
import sys
from pathlib import Path

import psycopg

from bench import load

ROOT = Path(__file__).resolve().parent.parent
CANDIDATES = 200
ANSWERS = 20
WARM = 5
SESSION = "/v1/candidate/session"
STORED = """
SELECT s.key_id::text, r.question_id::text, r.version, r.answer ->> 'value'
FROM responses r JOIN candidate_sessions s ON s.id = r.session_id
WHERE s.key_id = ANY(%s::uuid[])
"""


def measure(url: str, port: int, env: dict[str, str]) -> dict[str, float]:
    """How fast answers are saved, and how many of those that were sent are stored as they were sent.

    First all save at one moment, and the next answer when all have saved; then each as fast as it goes.
    """
    made = _candidates(env)
    crowds = {"together": made["keys"][:CANDIDATES], "hurried": made["keys"][CANDIDATES : 2 * CANDIDATES]}
    questions, warm = made["questions"], made["keys"][2 * CANDIDATES :]
    starts = [_request("POST", "", text, {}) for _, text in made["keys"]]
    started = load.run(port, starts, clients=CANDIDATES)
    assert set(started.statuses) == {200}, started.statuses
    load.each(port, [_answers(text, at, questions) for at, (_, text) in enumerate(warm)], False)
    figures = {}
    for name, keys in crowds.items():
        sent = [_answers(text, at, questions) for at, (_, text) in enumerate(keys)]
        saved = load.each(port, sent, together=name == "together")
        assert set(saved.statuses) == {200}, saved.statuses
        figures |= {
            f"{name}_per_s": saved.rate,
            f"{name}_p50_ms": saved.percentile(50),
            f"{name}_p99_ms": saved.percentile(99),
            f"{name}_max_ms": max(saved.times) * 1000,
            f"{name}_sent": float(len(saved.times)),
            f"{name}_lost": float(_lost(url, keys, questions)),
        }
    return figures


def _lost(url: str, keys: list, questions: list[str]) -> int:
    """How many answers are not stored as they were sent, once."""
    sent = {
        (key_id, question, 1, _choice(at, number))
        for at, (key_id, _) in enumerate(keys)
        for number, question in enumerate(questions)
    }
    with psycopg.connect(url) as connection:
        stored = list(connection.execute(STORED, [[key_id for key_id, _ in keys]]))
    assert len(stored) == len(set(stored)), "an answer is stored twice"
    return len(sent ^ set(stored))


def _answers(text: str, at: int, questions: list[str]) -> list[bytes]:
    return [
        _request("PUT", f"/responses/{question}", text, {"answer": _choice(at, number)})
        for number, question in enumerate(questions)
    ]


def _choice(at: int, number: int) -> str:
    return "abcd"[(at + number) % 4]


def _request(method: str, path: str, text: str, body: object) -> bytes:
    headers = {"x-api-key": text, "Content-Type": "application/json"}
    return load.request_bytes(method, SESSION + path, headers, json.dumps(body).encode())


def _candidates(env: dict[str, str]) -> dict[str, list]:
    """A form of 20 questions, and the keys of candidates who may take it."""
    arguments = [sys.executable, "-m", "bench.candidates", str(2 * CANDIDATES + WARM), str(ANSWERS)]
    made = subprocess.run(arguments, cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    return json.loads(made.stdout)
