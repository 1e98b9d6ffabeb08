"""Make an assessment, invite three candidates, answer as each of them, and print their results.

make run                                                                  (in another terminal)
export ASSESSGEN_API_KEY=$(.venv/bin/assessgen keys create --org "My Company")
.venv/bin/python examples/take_assessment.py

It needs `requests` alone. The candidates know as much as their share says: the owner, who may read the
keys, tells them. Exit codes: 0 done, 1 refused by the API, 2 no key or no answer.
"""

import argparse
import os
import sys
from typing import Any

import requests

SERVER = "http://127.0.0.1:8000"
SECONDS = 100
JOB = {
    "job_role": "Support Agent",
    "job_description": "Answer customers by phone and mail, keep calm, document each case in a ticket.",
    "number_of_questions": 10,
    "cutoff": 60,
}
# Who takes it, and which share of the questions they know.
CANDIDATES = (("Sam", 1.0), ("Robin", 0.7), ("Alex", 0.2))

Json = dict[str, Any]


class Refused(Exception):
    """The API said no, in a sentence."""


class Api:
    """Calls with a key: the organisation's, or a candidate's."""

    def __init__(self, server: str, key: str) -> None:
        self.server, self.key = server.rstrip("/"), key

    def call(self, method: str, path: str, body: Json | None = None, **headers: str) -> Any:
        """The answer's JSON; raises Refused."""
        answer = requests.request(
            method,
            self.server + path,
            json=body,
            headers={"x-api-key": self.key, **headers},
            timeout=SECONDS,
        )
        if not answer.ok:
            raise Refused(f"{method} {path}: {answer.status_code} {reason_of(answer)}")
        return answer.json()


def reason_of(answer: requests.Response) -> str:
    """Why the API said no; the first line of whatever a proxy says in its place."""
    try:
        body = answer.json()
    except ValueError:
        return answer.text.strip().partition("\n")[0]
    code = f" ({body['code']})" if "code" in body else ""
    return f"{body.get('error')}{code}"


def make_assessment(owner: Api) -> str:
    """An assessment by API A; its id."""
    job = owner.call("POST", "/api/v2/assessments/generate-ai", JOB, Prefer="wait=90")
    if job.get("status") != "completed":
        raise Refused(f"The assessment was not made: {job.get('error') or job['status']}")
    assessment_id: str = job["result"]["assessment_id"]
    print(f"assessment {assessment_id}: {job['result']['number_of_questions']} questions")
    return assessment_id


def right_answers(owner: Api, assessment_id: str) -> dict[str, str]:
    """What only the owner may read: the right option's text, by question."""
    shown = owner.call("GET", f"/api/v2/assessments/{assessment_id}/questions?include=keys")["questions"]
    return {one["question_id"]: one["options"][one["key"]["correct"][0]] for one in shown}


def invite(owner: Api, assessment_id: str) -> list[str]:
    """A key for each candidate; each is shown this once."""
    made = owner.call(
        "POST",
        f"/v1/assessments/{assessment_id}/keys",
        {"count": len(CANDIDATES), "candidateNames": [name for name, _ in CANDIDATES]},
    )
    return [one["key"] for one in made["keys"]]


def take(candidate: Api, name: str, share: float, right: dict[str, str]) -> None:
    """Start, save an answer to each question, submit."""
    session = candidate.call("POST", "/v1/candidate/session")
    questions = session["questions"]
    knows = round(share * len(questions))
    for place, question in enumerate(questions):
        options = question["options"]
        is_right = [option["text"] == right[question["id"]] for option in options]
        chosen = options[is_right.index(place < knows)]
        path = f"/v1/candidate/session/responses/{question['id']}"
        candidate.call("PUT", path, {"answer": chosen["id"]})
    done = candidate.call("POST", "/v1/candidate/session/submit", {})
    print(f"{name} submitted with {session['secondsLeft']} s on the clock: {done['status']}")


def report(owner: Api, assessment_id: str) -> None:
    """What the owner sees."""
    for one in owner.call("GET", f"/v1/sessions?assessmentId={assessment_id}")["sessions"][::-1]:
        whole = owner.call("GET", f"/v1/sessions/{one['id']}")
        skills = ", ".join(
            f"{skill['name']} {skill['correct']}/{skill['total']}" for skill in whole["result"]["skills"]
        )
        verdict = "passed" if one["passed"] else "did not pass"
        print(f"{one['candidateName']}: {one['score']} %, {verdict} ({skills})")
    cohort = owner.call("GET", f"/v1/assessments/{assessment_id}/cohort-stats")
    print(f"cohort: n = {cohort['n']}, percentiles from 5 candidates on")


def main() -> int:
    """Make, invite, take, report; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--server", default=SERVER)
    parser.add_argument("--key", default=os.getenv("ASSESSGEN_API_KEY"), help="else ASSESSGEN_API_KEY")
    arguments = parser.parse_args()
    if not arguments.key:
        parser.error('no key; this makes one: .venv/bin/assessgen keys create --org "My Company"')
    owner = Api(arguments.server, arguments.key)
    try:
        assessment_id = make_assessment(owner)
        right = right_answers(owner, assessment_id)
        for (name, share), key in zip(CANDIDATES, invite(owner, assessment_id), strict=True):
            take(Api(arguments.server, key), name, share, right)
        report(owner, assessment_id)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    except requests.RequestException as error:
        print(
            f"No answer from {arguments.server}: {type(error).__name__}; `make run` starts one.",
            file=sys.stderr,
        )
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
