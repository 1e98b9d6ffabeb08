"""Walk a student from a session to verified skills, as your server would; a client to copy from.

make run                                                                  (in another terminal)
export ASSESSGEN_API_KEY=$(.venv/bin/assessgen keys create --org "My Company")
.venv/bin/python examples/verify_student.py
.venv/bin/python examples/verify_student.py --wrong-first                 (fails once, then retakes)

It needs `requests`; with `standardwebhooks` it also checks signatures. docs/verify-a-student.md tells
of every call. Exit codes: 0 verified, 1 not verified or refused by the API, 2 used wrongly or no answer.
"""

import argparse
import json
import os
import secrets
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

try:
    import standardwebhooks
except ImportError:
    standardwebhooks = None  # type: ignore[assignment]

SERVER = "http://127.0.0.1:8000"
# Used with --no-webhook: a name that never resolves, for the API wants an address.
NOWHERE = "https://webhooks.invalid/"
SECONDS = 30
# Generating may take 90 seconds before the API answers; leave it a little more.
GENERATION_SECONDS = 100
TRIES = 3
MOST_ATTEMPTS = 3
MOST_WAITS = 10

SKILLS = [
    {"skillId": "react", "proofUrls": ["https://github.com/example/checkout"]},
    {"skillId": "html-css"},
]
PROJECT = {
    "projectId": "p1",
    "name": "Checkout Service",
    "description": "A payment page of React components that works with a screen reader.",
    "startDate": "2024-01",
    "endDate": "2024-09",
}
JOB = {
    "workExperienceId": "w1",
    "role": "Web Developer",
    "companyName": "Blue Kite",
    "description": "Built the pages of an online shop in HTML and CSS.",
    "startDate": "2023-02",
}
CERTIFICATE = {
    "credentialId": "c1",
    "name": "Responsive Web Design",
    "issuer": "freeCodeCamp",
    "description": "Pages in HTML and CSS for screens of every size.",
}

# No call of the API tells right answers, and none should. This student knows two skills: these are the
# right options of the shipped library's questions on them. What else is asked, the student guesses.
KNOWS = {
    # React
    "setItems([...items, x]);",
    "Pass each Product a function that updates the cart",
    "onClick={() => remove(id)}",
    "Add an onChange handler that calls setName",
    "1",
    "Put userId in the dependency array",
    "Return a function that clears the interval",
    "The id that is stored with each task",
    "By filtering items in its body on each render",
    "The onSelect prop is a new function on each parent render",
    "Set the time in state from an effect, after the first render",
    # HTML and CSS
    '<label for="mail">',
    "250",
    "red",
    '<button type="button">Menu</button>',
    "margin-left: auto",
    "position: relative",
    "repeat(auto-fit, minmax(200px, 1fr))",
    "30",
    "An alt attribute with an empty value",
    "The dialog is ranked within main, and main lies below the header",
    "width and height",
    "min-width: 0",
}


# --- the API ---------------------------------------------------------------------------------


class Refused(Exception):
    """The API said no: `code` is for programs, the text for people."""

    def __init__(self, call: str, status: int, code: str, message: str) -> None:
        super().__init__(f"{call}: {status} {code}: {message}")
        self.code = code


class Api:
    """Calls as whoever owns the key: the organisation, or a student's session by its token."""

    def __init__(self, server: str, key: str) -> None:
        self.server = server
        self.url = server.rstrip("/") + "/api/v1"
        self.key = key

    def get(self, path: str) -> dict[str, Any]:
        """GET; the `data` of the answer."""
        return self._data(requests.get(self.url + path, headers={"x-api-key": self.key}, timeout=SECONDS))

    def post(
        self, path: str, body: dict[str, Any] | None = None, once: bool = False, timeout: int = SECONDS
    ) -> dict[str, Any]:
        """POST; the `data` of the answer. A lost connection is tried again.

        With `once` the same Idempotency-Key goes with every try, so that what was done already is not
        done twice: a session begun, answers scored. The other calls can be repeated as they are.
        """
        headers = {"x-api-key": self.key, **({"Idempotency-Key": secrets.token_hex(16)} if once else {})}
        for tries_left in reversed(range(TRIES)):
            try:
                return self._data(
                    requests.post(self.url + path, json=body or {}, headers=headers, timeout=timeout)
                )
            except requests.ConnectionError:
                if not tries_left:
                    raise
                time.sleep(1)
        raise AssertionError

    def _data(self, response: requests.Response) -> dict[str, Any]:
        call = f"{response.request.method} {response.request.path_url}"
        try:
            answer = response.json()
            if answer["success"]:
                data: dict[str, Any] = answer["data"]
                return data
            code, message = answer["error"]["code"], answer["error"]["message"]
        except (ValueError, KeyError, TypeError):
            # Not the API's words: something before it answered, such as a proxy.
            code, message = "NO_ANSWER_OF_THE_API", response.text[:200]
        raise Refused(call, response.status_code, code, message)


# --- the walk --------------------------------------------------------------------------------


def begin(organization: Api, student: str, callback_url: str) -> dict[str, Any]:
    """Begin a session. The one call before the end that needs your key; keep it off the student's device."""
    begun = organization.post(
        "/verify",
        {
            "studentId": student,
            "callbackWebhookUrl": callback_url,
            "name": "Maya Okafor",
            "email": "maya@example.com",
            "projects": [PROJECT],
            "experience": [JOB],
            "certificates": [CERTIFICATE],
        },
        once=True,
    )
    say("session", f"{begun['recordVerificationId']} for {student}, until {begun['expiresAt']}")
    return begun


def prepare(session: Api) -> None:
    """The three steps: which skills, by which method, from which of the student's works."""
    stored = session.post("/step1/storeskills/store", {"skills": SKILLS})
    say("step 1", "skills: " + ", ".join(skill["name"] for skill in stored["skills"]))
    stored = session.post("/step2/verification-method", {"verificationMethod": "assessment"})
    say("step 2", f"method: {stored['verificationMethod']}")
    chosen = {"projectIds": ["p1"], "workExperienceIds": ["w1"], "credentialIds": ["c1"]}
    session.post("/step3/store-verification-items/store", chosen)
    say("step 3", f"questions build on: {PROJECT['name']}, {JOB['role']}, {CERTIFICATE['name']}")


def questions_of(session: Api, call: str) -> list[dict[str, Any]]:
    """The questions of `generate` or `retakeassessment`.

    After a 504 the generation goes on, and the next call gets its questions.
    """
    for _ in range(MOST_WAITS):
        started = time.monotonic()
        try:
            made = session.post(f"/assessment/{call}", timeout=GENERATION_SECONDS)
        except Refused as refused:
            if refused.code != "GENERATION_TIMEOUT":
                raise
            say(call, "the questions are still being made; calling again")
            continue
        say(call, f"{made['totalQuestions']} questions in {time.monotonic() - started:.1f} s")
        questions: list[dict[str, Any]] = made["questions"]
        return questions
    raise SystemExit("The questions were not made in time; call again later, with the same token.")


def take(session: Api, call: str, choose: Callable[[list[str]], int]) -> bool:
    """One attempt: the questions, an answer to each, and all of them submitted at once. Whether it passed."""
    answers = []
    for number, question in enumerate(questions_of(session, call), start=1):
        show(number, question)
        place = choose(question["options"])
        put(f"    -> {letter(place)}")
        answers.append({"questionId": question["questionId"], "selectedAnswer": place})
    result = session.post("/assessment/submit", {"answers": answers}, once=True)["result"]
    verdict = "passed" if result["passed"] else "rejected"
    right = f"{result['correctAnswers']} of {result['totalQuestions']} right"
    say("submit", f"attempt {result['attemptNumber']}: {verdict} with {result['score']} %, {right}")
    return bool(result["passed"])


def walk(organization: Api, student: str, callback_url: str, wrong_first: bool) -> tuple[str, int]:
    """From the session to a pass, with retakes; the verification's id and how many attempts it took."""
    begun = begin(organization, student, callback_url)
    session = Api(organization.server, begun["sessionToken"])
    prepare(session)
    record_id: str = begun["recordVerificationId"]
    for attempt in range(1, MOST_ATTEMPTS + 1):
        call = "generate" if attempt == 1 else "retakeassessment"
        if take(session, call, wrong if wrong_first and attempt == 1 else known):
            break
    return record_id, attempt


def report(organization: Api, record_id: str) -> bool:
    """What is kept of it, and whether every skill is verified."""
    kept = organization.get(f"/verifications/{record_id}")
    scores = ", ".join(f"{attempt['score']} %" for attempt in kept["attempts"])
    lock = "locked" if kept["isLocked"] else "not locked"
    say("history", f"{kept['state']}, {lock}, attempts: {scores}")
    for skill in kept["skills"]:
        how = f" (verified by {skill['verifiedBy']} at {skill['verifiedAt']})" if skill["verified"] else ""
        put(f"{skill['status']}: {skill['name']}{how}")
    return all(skill["verified"] for skill in kept["skills"])


# --- the student -----------------------------------------------------------------------------


def known(options: list[str]) -> int:
    """The option that the student knows to be right; else what the person at the terminal says."""
    for place, option in enumerate(options):
        if option in KNOWS:
            return place
    return ask(len(options)) if sys.stdin.isatty() else 0


def wrong(options: list[str]) -> int:
    """An option that the student knows no reason for."""
    return next(place for place, option in enumerate(options) if option not in KNOWS)


def ask(count: int) -> int:
    """The person's choice."""
    letters = [letter(place) for place in range(count)]
    while True:
        said = input(f"    Not known. Your choice ({', '.join(letters)}): ").strip().lower()
        if said in letters:
            return letters.index(said)


# --- webhooks --------------------------------------------------------------------------------


class Webhooks:
    """Receives webhooks on a free port of this machine and prints them.

    Yours runs at a public https address. It answers 2xx within 15 seconds, before any longer work.
    """

    def __init__(self, secret: str | None) -> None:
        self._check = standardwebhooks.Webhook(secret) if standardwebhooks and secret else None
        self._seen: list[str] = []
        self._came = threading.Condition()
        if self._check is None:
            what = "set ASSESSGEN_WEBHOOK_SECRET" if standardwebhooks else "install standardwebhooks"
            say("webhooks", f"signatures are not checked; {what} to have that done")

    def __enter__(self) -> str:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}/verifications"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, count: int, seconds: float = 15) -> None:
        """Wait until so many have come: they are sent apart from the answers."""
        with self._came:
            if not self._came.wait_for(lambda: len(self._seen) >= count, seconds):
                say("webhooks", f"{len(self._seen)} of {count} came within {seconds:g} s; see --no-webhook")

    def receive(self, headers: dict[str, str], body: bytes) -> int:
        """Check and print one webhook; the status to answer with."""
        checked = "signature not checked"
        if self._check is not None:
            try:
                self._check.verify(body, headers)
            except standardwebhooks.WebhookVerificationError:
                say("webhook", "refused: its signature is wrong")
                return 400
            checked = "signature right"
        # The same one may come twice, with the same id.
        with self._came:
            if headers["webhook-id"] not in self._seen:
                self._seen.append(headers["webhook-id"])
                say("webhook", f"{told(json.loads(body))} ({checked})")
            self._came.notify_all()
        return 204

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receive = self.receive

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(receive(headers, body))
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing of each request."""

        return Handler


def told(event: dict[str, Any]) -> str:
    """A webhook in words."""
    data = event["data"]
    skills = ", ".join(f"{skill['name']} {skill['status']}" for skill in data["skills"])
    score = f", {data['result']['score']} %" if "result" in data else ""
    return f"{event['type']} for {data['externalStudentId']}: {skills}{score}"


# --- the terminal ----------------------------------------------------------------------------


def say(step: str, text: str) -> None:
    """A step in a line."""
    put(f"{step:17} {text}")


def put(line: str) -> None:
    """A line, written whole with its end, for webhooks come while others are written."""
    print(f"{line}\n", end="", flush=True)


def show(number: int, question: dict[str, Any]) -> None:
    """A question with its options."""
    put(f"\n{number:2}. " + textwrap.indent(question["question"], "    ").lstrip())
    for place, option in enumerate(question["options"]):
        put(f"    {letter(place)}) {option}")


def letter(place: int) -> str:
    """a for the first option, b for the second, and so on."""
    return chr(ord("a") + place)


def read_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Walk a student from a session to verified skills.")
    parser.add_argument("--server", default=SERVER, metavar="URL", help="%(default)s by default")
    parser.add_argument("--key", default=os.getenv("ASSESSGEN_API_KEY"), help="else ASSESSGEN_API_KEY")
    parser.add_argument(
        "--student",
        default=f"student-{secrets.token_hex(3)}",
        metavar="ID",
        help="a new one by default; one who comes again is asked other questions",
    )
    parser.add_argument("--wrong-first", action="store_true", help="fail the first attempt on purpose")
    parser.add_argument("--no-webhook", action="store_true", help="receive no webhooks")
    arguments = parser.parse_args()
    if not arguments.key:
        parser.error(
            "no organisation key: give --key or set ASSESSGEN_API_KEY. "
            'This makes one: .venv/bin/assessgen keys create --org "My Company"'
        )
    return arguments


def main() -> int:
    """Walk, wait for the webhooks, report; the exit code."""
    arguments = read_arguments()
    organization = Api(arguments.server, arguments.key)
    webhooks = None if arguments.no_webhook else Webhooks(os.getenv("ASSESSGEN_WEBHOOK_SECRET"))
    try:
        with webhooks or nullcontext(NOWHERE) as callback_url:
            record_id, attempts = walk(organization, arguments.student, callback_url, arguments.wrong_first)
            if webhooks:
                # One when the first questions were made, one for each attempt.
                webhooks.wait_for(1 + attempts)
        return 0 if report(organization, record_id) else 1
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    except requests.RequestException as error:
        print(
            f"No answer from {arguments.server}; `make run` starts a service. ({type(error).__name__})",
            file=sys.stderr,
        )
        return 2


if __name__ == "__main__":
    sys.exit(main())
