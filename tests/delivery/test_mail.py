"""Mails: what they say, that nothing in them does harm, and the files they become without a server."""

import re
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from settings import Settings
from tests.delivery.mails import MESSAGE_ID, VALUES, body, parsed, part
from tests.jobs import Clock
from workers.delivery import mail as module
from workers.delivery.mail import Mail, Mailer, compose

SENDER = ("Acme", "mail@acme.example")


def composed(
    recipient: str = "ada@student.example", sender: tuple[str, str] = SENDER, **changes: Any
) -> Mail:
    return compose(MESSAGE_ID, sender, recipient, body(**changes))


class Page(HTMLParser):
    """What a page says, and the elements that say it."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update({f"{tag}.{name}": value for name, value in attrs})

    def handle_data(self, data: str) -> None:
        self.text += data


# --- what a mail says ------------------------------------------------------------------------

PASSED, FAILED = {"passed": True}, {"passed": False, "score": 45, "correct": 9}
SAID: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "passed": (
        PASSED,
        "You passed: 2 skills are now verified",
        ["You passed your skill verification", "75%", "15 of 20", "60%", "are now verified", "Python", "SQL"],
    ),
    "passed, one skill": (
        {**PASSED, "skills": ["Go & C"]},
        "You passed: Go & C is now verified",
        ["This skill is now verified", "Go & C"],
    ),
    "passed, no skill": ({**PASSED, "skills": []}, "You passed your skill verification", ["Well done"]),
    "failed, once more": (
        {**FAILED, "can_retake": True},
        "Your skill verification: 45%, not passed this time",
        ["You did not pass this time", "45%", "9 of 20", "are not verified yet", "with new questions"],
    ),
    "failed, the last time": (
        {**FAILED, "attempt_number": 3},
        "Your skill verification: 45%, not passed this time",
        ["Your score on attempt 3: 45%", "no retakes left"],
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_both_parts_say_what_happened(case: str) -> None:
    changes, subject, sayings = SAID[case]
    message = parsed(composed(**changes).content)
    assert message["subject"] == subject
    text, page = part(message, "plain"), Page(part(message, "html"))
    for saying in ["Hello", "Ada Lovelace", *sayings]:
        assert saying in text
        assert saying in page.text
    assert ("Congratulations" in text) == ("Congratulations" in page.text) == changes["passed"]
    assert ("new questions" in text) == changes.get("can_retake", False)
    assert not re.search(r"\n{3}|[{}]", text)


def test_the_headers_say_who_to_whom_when_and_that_a_machine_wrote(clock: Clock) -> None:
    mail = composed(sender=("Größe, Inc.", "mail@acme.example"))
    message = parsed(mail.content)
    assert (mail.sender, mail.recipient) == ("mail@acme.example", "ada@student.example")
    [sender] = message["from"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Größe, Inc.", "mail@acme.example")
    assert message["to"] == "ada@student.example"
    assert message["message-id"] == f"<{MESSAGE_ID}@acme.example>"
    assert message["auto-submitted"] == "auto-generated"
    assert parsedate_to_datetime(message["date"]) == clock.now.replace(microsecond=0)
    assert message.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in message.iter_parts()] == ["text/plain", "text/html"]


def test_the_page_is_accessible_and_fetches_nothing() -> None:
    source = part(parsed(composed().content), "html")
    page = Page(source)
    assert page.attributes["html.lang"] == "en"
    assert page.tags.count("h1") == page.tags.count("title") == page.tags.count("main") == 1
    assert not {"img", "link", "script", "style", "a", "iframe"} & set(page.tags)
    assert not re.search(r"https?:|url\(|color:|background", source)


@pytest.mark.parametrize("skills", [["☃"], ["☃" * 150, "x" * 5000]])
def test_a_mail_goes_through_any_server(skills: list[str]) -> None:
    mail = composed(name="Zoë", skills=skills)
    assert mail.content.isascii()
    lines = mail.content.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert b"\n" not in b"".join(lines)


def test_long_addresses_stay_whole_in_the_headers() -> None:
    domain = ".".join(["a" * 60] * 3) + ".example"
    message = parsed(composed("b" * 64 + "@" + domain, ("N" * 100, "c" * 64 + "@" + domain)).content)
    assert message["to"].addresses[0].addr_spec == "b" * 64 + "@" + domain
    assert message["from"].addresses[0].addr_spec == "c" * 64 + "@" + domain
    assert message["message-id"] == f"<{MESSAGE_ID}@{domain}>"


# --- hostile values --------------------------------------------------------------------------

HOSTILE = {
    "a header": "Ada\r\nBcc: everybody@evil.example\r\n\r\nnow a body",
    "lone line ends": "Ada\nBcc: a@evil.example\rX-Evil: 1",
    "other line ends": "Ada\x85Bcc: a@evil.example\u2028X-Evil: 1\u2029\x0bX-Evil: 2\x0c",
    "encoded line ends": "=?utf-8?q?Ada=0D=0ABcc=3A_a=40evil=2Eexample?=",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&",
    "a template": "{{ 7 * 7 }}{% include '/etc/passwd' %}%(name)s",
    "reversed": "Ada \u202egnp.exe\u2066",
    "alphabets": "Ада Лавлейс 愛達 ☃ 👩\u200d🚀 e\u0301",
    "half a character": "Ada \ud83d",
    "nothing but control": "\x00\x01\x7f\x1b[31m",
    "a boundary": "--===============0==\r\nContent-Type: text/html\r\n\r\n<b>",
    "nothing": "",
    "very long": "A" * 100_000,
    "very long words": "ÄÖÜ " * 50_000,
    "very long and special": "a;b:c,<d>" + "A" * 100,
    "very long and wide": "\U0001f680" * 50_000,
}
HEADERS = {"from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type"}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("passed", [True, False])
def test_a_hostile_name_does_no_harm(case: str, passed: bool) -> None:
    text = HOSTILE[case]
    # The one skill stands in the subject, and the name is the installation's as well.
    mail = composed(sender=(text, "mail@acme.example"), name=text, skills=[text], passed=passed)
    message = parsed(mail.content)
    assert {name.lower() for name in message.keys()} == HEADERS  # noqa: SIM118 - keys() has repetitions
    assert message.defects == []
    assert message["to"] == "ada@student.example"
    assert [one.addr_spec for one in message["from"].addresses] == ["mail@acme.example"]
    assert len(message["subject"]) <= module.MAX_SUBJECT
    assert [one.get_content_type() for one in message.walk()] == [
        *("multipart/alternative", "text/plain", "text/html")
    ]
    usual = Page(part(parsed(composed(name="Ada", skills=["Python"], passed=passed).content), "html"))
    page = Page(part(message, "html"))
    assert [tag for tag in page.tags if tag != "bdi"] == [tag for tag in usual.tags if tag != "bdi"]
    assert len(mail.content) < 12_000
    assert not set("\u2028\u2029\u202e\u2066\x00\x1b\x85") & set(page.text + part(message, "plain"))


def test_a_name_of_any_alphabet_is_told_as_it_is() -> None:
    message = parsed(composed(name=HOSTILE["alphabets"], skills=[HOSTILE["alphabets"]]).content)
    assert HOSTILE["alphabets"] in message["subject"]
    assert HOSTILE["alphabets"] in part(message, "plain")
    assert HOSTILE["alphabets"] in Page(part(message, "html")).text


@pytest.mark.parametrize("lacking", VALUES)
def test_a_mail_that_lacks_a_value_is_not_written(lacking: str, tmp_path: Path) -> None:
    # Of a mail that was passed nobody asks whether there are retakes.
    letter = body(passed=lacking not in {"can_retake"})
    del letter["values"][lacking]
    outcome = Mailer(Settings(home=tmp_path)).send(MESSAGE_ID, "ada@student.example", letter)
    assert outcome.kind == "failed"
    assert f"'{lacking}' is undefined" in outcome.detail
    assert list(tmp_path.iterdir()) == []


BODIES: list[dict[str, Any]] = [
    {},
    {"template": "verification_result"},
    {"template": 7, "values": {}},
    {"template": "x", "values": 1},
    body(skills=5),
    body(attempt_number="hush"),
]


@pytest.mark.parametrize("letter", BODIES)
def test_a_body_of_another_kind_is_not_written_and_not_told(letter: dict[str, Any], tmp_path: Path) -> None:
    outcome = Mailer(Settings(home=tmp_path)).send(MESSAGE_ID, "ada@student.example", letter)
    assert outcome.kind == "failed"
    assert "could not be written" in outcome.detail
    assert "hush" not in outcome.detail


def test_an_error_that_may_quote_a_value_is_not_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quoting(*_: object) -> str:
        raise ValueError("'hush' is no number")

    monkeypatch.setattr(module, "_rendered", quoting)
    outcome = Mailer(Settings(home=tmp_path)).send(MESSAGE_ID, "ada@student.example", body())
    assert outcome.detail == "The mail could not be written (ValueError: see its values)."


NO_ADDRESSES = [
    *("", "ada", "@student.example", "ada@", "ada@@student.example", "a@b@student.example"),
    *("ada@.example", "ada@student..example", "ada@student.example.", "ada@-student.example"),
    *("ada@student.example\n", "ada@stu\r\ndent.example", "ada@student.example\r\nBcc: b@evil.example"),
    *("ada@student.example,b@evil.example", "a b@student.example", "Ada <ada@student.example>"),
    *('"a"@student.example', "ada@[127.0.0.1]", "ada\x00@student.example", "ada\ud83d@student.example"),
    *("ada\u202e@student.example", "a@" + "b" * 64 + ".example", "a" * 400 + "@student.example"),
    "=?utf-8?q?a=0D=0ABcc=3A_b=40evil=2Eexample?=@student.example",
]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_what_is_no_address_gets_no_mail(address: str, tmp_path: Path) -> None:
    outcome = Mailer(Settings(home=tmp_path)).send(MESSAGE_ID, address, body())
    assert (outcome.kind, outcome.status_code) == ("gone", None)
    assert "none that a mail can be sent to" in outcome.detail
    assert list(tmp_path.iterdir()) == []


# --- without a server ------------------------------------------------------------------------


def test_without_a_server_mails_are_files_and_one_line_says_where(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mailer = Mailer(Settings(home=tmp_path))
    for number in range(3):
        outcome = mailer.send(f"msg_{number}", "ada@student.example", body())
        assert (outcome.kind, outcome.status_code) == ("delivered", None)
        assert f"mail/msg_{number}.eml" in outcome.detail
    assert mailer.send("msg_0", "ada@student.example", body()).kind == "delivered"
    found = sorted((tmp_path / "mail").iterdir())
    assert [path.name for path in found] == ["msg_0.eml", "msg_1.eml", "msg_2.eml"]
    message = parsed(found[0].read_bytes())
    assert message["message-id"] == "<msg_0@localhost>"
    assert "Ada Lovelace" in part(message, "plain")
    [told] = [record.getMessage() for record in caplog.records]
    assert str(tmp_path / "mail") in told
    assert "ASSESSGEN_SMTP_HOST" in told


def test_a_file_that_breaks_off_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    outcome = Mailer(Settings(home=tmp_path)).send(MESSAGE_ID, "ada@student.example", body())
    assert outcome.kind == "failed"
    assert "No space left on device. Set ASSESSGEN_SMTP_HOST." in outcome.detail
    assert list((tmp_path / "mail").iterdir()) == []


def test_a_home_that_can_not_be_written_is_a_failure_to_be_tried_again(tmp_path: Path) -> None:
    (tmp_path / "mail").touch()
    outcome = Mailer(Settings(home=tmp_path)).send(MESSAGE_ID, "ada@student.example", body())
    assert outcome.kind == "failed"
    assert "could not be written" in outcome.detail
