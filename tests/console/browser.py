"""A headless Chromium on the pages, and what each must hold: no fault of axe, no error, no other host."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.services import browser_binary

# As root there is no sandbox; the others keep it from calling home, which a closed network takes ill.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# WCAG 2.2 at level AA, and what axe calls best practice.
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
WIDTHS = (360, 1280, 2560)
PATIENCE = 10_000


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, once for many tests: starting it takes a second."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_binary(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass
class Visit:
    """A visitor's page, and what went wrong on it."""

    page: Page
    url: str
    problems: list[str] = field(default_factory=list)
    # Parts of messages that a test means to cause.
    expected: list[str] = field(default_factory=list)

    @property
    def context(self) -> BrowserContext:
        """The visitor's browser: cookies and network."""
        return self.page.context

    def open(self, path: str) -> Page:
        """Go to a path of the service."""
        self.page.goto(f"{self.url}{path}")
        return self.page

    def check(self) -> None:
        """Fail on an error in the browser, and on what axe finds, narrow or wide, light or dark."""
        before = self.page.viewport_size
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"at {width} px the page is {wide} px wide: {self.page.url}"
        if before:
            self.page.set_viewport_size(before)
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            self._check_axe(scheme)
        self.page.emulate_media(color_scheme="light")
        self.check_quiet()

    def check_quiet(self) -> None:
        """Fail on an error in the browser's console and on a call to another host."""
        found = [one for one in self.problems if not any(part in one for part in self.expected)]
        assert not found, found

    def _check_axe(self, scheme: str) -> None:
        found = Axe().run(self.page, options=RULES).response["violations"]
        told = [
            {"rule": one["id"], "help": one["help"], "where": [node["html"] for node in one["nodes"]][:5]}
            for one in found
        ]
        assert not told, f"{self.page.url} ({scheme}): {json.dumps(told, indent=1)}"


@contextmanager
def visit(browser: Browser, url: str, **options: object) -> Iterator[Visit]:
    """A new visitor, without cookies; at the end what the browser complained of is a failure."""
    # A colour that is still on its way from light to dark has too little contrast for a moment.
    context = browser.new_context(locale="en", reduced_motion="reduce", **options)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    visitor = Visit(page, url)

    def complain(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            visitor.problems.append(f"console: {message.text} ({message.location.get('url')})")

    def look(request: Request) -> None:
        if not request.url.startswith((f"{url}/", "data:", "blob:")):
            visitor.problems.append(f"another host: {request.url}")

    page.on("console", complain)
    page.on("pageerror", lambda error: visitor.problems.append(f"script: {error}"))
    page.on("request", look)
    try:
        yield visitor
        visitor.check_quiet()
    finally:
        context.close()
