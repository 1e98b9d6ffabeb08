"""`make screenshots`: every page with a realistic example on it, into docs/screenshots and docs/console.md.

`python -m tests.console.screenshots [part of a name ...]` makes those alone, and leaves the page as it is.
"""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.sync_api import Browser

from tests.console.browser import chromium
from tests.console.conftest import sign_in_path
from tests.console.example import Example, make
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.services import browser_binary
from tests.stack import ROOT, Stack

FOLDER, PAGE = ROOT / "docs" / "screenshots", ROOT / "docs" / "console.md"
LARGEST = 3 * 1024 * 1024
HEIGHT = 800
WIDE, NARROW = 1280, 360
LIGHT, DARK = "light", "dark"


@dataclass(frozen=True)
class Shot:
    """A picture: the path may hold names of the example; what reads `click` is pressed first.

    It begins at the heading `at`, where there is one, else at the top.
    """

    name: str
    path: str
    sentence: str
    width: int = WIDE
    scheme: str = LIGHT
    click: str | None = None
    at: str | None = None
    is_signed_in: bool = True


SHOTS = (
    Shot("overview", "/console", "The first page: what is going on."),
    Shot("generate", "/console/generate", "A role and a description make an assessment."),
    Shot("jobs", "/console/jobs", "All jobs, to search and filter."),
    Shot("job", "/console/jobs/{job}", "A job: its stages with their times, its log, what it cost."),
    Shot("assessments", "/console/assessments", "All assessments."),
    Shot(
        "assessment",
        "/console/assessments/{assessment}",
        "An assessment: its blueprint, its questions, its review and its candidates.",
    ),
    Shot("results", "/console/results", "The assessments that candidates have taken."),
    Shot(
        "results-of-one",
        "/console/results/{assessment}",
        "The results of an assessment: scores, skills, and how its questions did.",
    ),
    Shot("report", "/console/results/sessions/{session}", "A candidate's report."),
    Shot("tasks-to-score", "/console/results/waiting", "Submitted tasks that wait for a person's scores."),
    Shot(
        "scoring",
        "/console/results/sessions/{task}",
        "A person scores a task by its rubric, beside what the model said.",
        at="Criteria",
    ),
    Shot("webhooks", "/console/webhooks", "Webhook endpoints: who is told of what."),
    Shot("webhook-endpoint", "/console/webhooks/endpoints/{endpoint}", "An endpoint and its deliveries."),
    Shot("webhook-deliveries", "/console/webhooks/deliveries", "What was sent, and what came of it."),
    Shot(
        "webhook-delivery",
        "/console/webhooks/deliveries/{delivery}",
        "A delivery: each attempt with what was answered, the message, and sending it again.",
    ),
    Shot("usage", "/console/usage", "Calls, tokens and money of a month."),
    Shot("library", "/console/library", "The organisation's own questions."),
    Shot("library-import", "/console/library/import", "Questions come in by a file: all of them or none."),
    Shot("take", "/take/{key}", "What a candidate sees first.", is_signed_in=False),
    Shot("dark-usage", "/console/usage", "Dark, as the visitor's system asks for.", scheme=DARK),
    Shot("dark-results", "/console/results/{assessment}", "Results in the dark.", scheme=DARK),
    Shot("narrow-library", "/console/library", "On a telephone, 360 pixels wide.", width=NARROW),
    Shot(
        "narrow-take",
        "/take/{key}",
        "A candidate's first page on a telephone.",
        width=NARROW,
        is_signed_in=False,
    ),
)


class NoPage(Exception):
    """A page did not answer as it should."""


def take(browser: Browser, service: Stack, example: Example, shot: Shot, folder: Path) -> None:
    """Make the picture. Raises NoPage."""
    viewport = {"width": shot.width, "height": HEIGHT}
    context = browser.new_context(
        viewport=viewport, color_scheme=shot.scheme, locale="en", reduced_motion="reduce"
    )
    try:
        page = context.new_page()
        if shot.is_signed_in:
            page.goto(service.url + sign_in_path(service))
        path = shot.path.format(**asdict(example))
        answer = page.goto(service.url + path)
        status = answer.status if answer is not None else None
        if status != 200 or "/sign-in" in page.url:
            raise NoPage(f"{shot.name}: {path} answered {status} and not 200; its picture is missing.")
        if shot.click:
            page.get_by_text(shot.click, exact=True).click()
        if shot.at:
            page.get_by_role("heading", name=shot.at, exact=True).evaluate("e => e.scrollIntoView()")
        page.screenshot(path=folder / f"{shot.name}.png")
    finally:
        context.close()


def take_all(shots: Sequence[Shot], folder: Path) -> list[str]:
    """Make the pictures with a service of their own; what went wrong, a sentence each."""
    problems = []
    with (
        tempfile.TemporaryDirectory() as home,
        WebhookReceiver() as receiver,
        Stack(Path(home), "", "") as service,
        chromium() as browser,
    ):
        service.start()
        example = make(service, receiver)
        for shot in shots:
            try:
                take(browser, service, example, shot, folder)
            except NoPage as error:
                problems.append(str(error))
    return problems


def page_text() -> str:
    """The page that shows the pictures."""
    parts = [
        "# The console",
        "What a person sees at `/console`, and a candidate at `/take/<key>`. `make screenshots` has made the "
        "pictures, with an example that it made through the API.",
        "Sign in with a key of your organisation (`assessgen keys create`), or by the link that "
        "`assessgen sign-in` prints. What a key may not do is not offered: endpoints of webhooks, approvals "
        "and what can't be undone need the scope `admin`.",
    ]
    for shot in SHOTS:
        parts.append(f"## {shot.sentence}\n\n![{shot.sentence}](screenshots/{shot.name}.png)")
    return "\n\n".join(parts) + "\n"


def main(names: Sequence[str]) -> int:
    """Make all pictures and the page, or those that are named."""
    if browser_binary() is None:
        print("There is no Chromium; install one, or name it in ASSESSGEN_TEST_CHROMIUM.", file=sys.stderr)
        return 2
    shots = [shot for shot in SHOTS if not names or any(name in shot.name for name in names)]
    FOLDER.mkdir(parents=True, exist_ok=True)
    problems = take_all(shots, FOLDER)
    missing = len(problems)
    size = sum(file.stat().st_size for file in FOLDER.glob("*.png"))
    if size > LARGEST:
        problems.append(f"The pictures are {size / 2**20:.1f} MiB together; they may be 3.")
    if not names and not problems:
        PAGE.write_text(page_text(), encoding="utf-8")
    for problem in problems:
        print(problem, file=sys.stderr)
    made = len(shots) - missing
    print(f"{made} of {len(shots)} pages, {size / 1024:,.0f} KiB in {FOLDER.relative_to(ROOT)}.")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
