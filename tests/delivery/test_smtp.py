"""Handing mails in to a real mail server: encryption, login, answers, and the time it takes."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from settings import Settings
from tests.delivery.mails import MESSAGE_ID, body, part
from tests.fakes.smtp_server import DROP, HANG, SmtpServer
from tests.jobs import Clock
from workers.delivery import outbox, smtp
from workers.delivery.mail import Mailer
from workers.delivery.smtp import MailServer, NotSent
from workers.delivery.webhooks import Outcome


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def settings_for(server: SmtpServer, **changes: Any) -> Settings:
    values = {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_security": server.security,
        "smtp_username": "mailer" if server.login else "",
        "smtp_password": "hush-hush" if server.login else "",
        "smtp_ca_file": server.ca_file,
        "mail_from": "Acme <mail@acme.example>",
    }
    return Settings(**{**values, **changes})


def send(server: SmtpServer, address: str = "ada@student.example", **changes: Any) -> Outcome:
    return Mailer(settings_for(server, **changes)).send(MESSAGE_ID, address, body())


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_is_handed_in_encrypted_and_logged_in_with_both_parts(security: str) -> None:
    with SmtpServer(security=security) as server:
        outcome = send(server)
    assert (outcome.kind, outcome.status_code) == ("delivered", 250)
    [taken] = server.mails
    assert (taken.encrypted, taken.username) == (True, "mailer")
    assert (taken.sender, taken.recipients) == ("mail@acme.example", ["ada@student.example"])
    assert "Ada Lovelace" in part(taken.message(), "plain")
    assert "Ada Lovelace" in part(taken.message(), "html")


def test_a_relay_that_is_trusted_takes_mails_without_encryption_and_login() -> None:
    with SmtpServer(security="none", login=None) as server:
        assert send(server).kind == "delivered"
        [taken] = server.mails
        assert (taken.encrypted, taken.username) == (False, None)


def test_a_server_without_starttls_gets_neither_the_mail_nor_the_password() -> None:
    with SmtpServer(security="none") as server:
        outcome = send(server, smtp_security="starttls")
    assert outcome.kind == "failed"
    assert "does not offer STARTTLS, so nothing was sent" in outcome.detail
    assert server.commands == ["EHLO", "QUIT"]


def test_a_server_with_another_name_in_its_certificate_is_not_trusted() -> None:
    with SmtpServer(names=("elsewhere.example",)) as server:
        outcome = send(server)
    assert outcome.kind == "failed"
    assert "no certificate that can be trusted: IP address mismatch" in outcome.detail
    assert server.commands == ["EHLO"]


def test_a_host_by_name_is_checked_by_name(server: SmtpServer) -> None:
    assert send(server, smtp_host="localhost").kind == "delivered"


def test_a_wrong_password_is_told_without_it(server: SmtpServer, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "workers"):
        outcome = send(server, smtp_password="hush-not-this")
    assert (outcome.kind, outcome.status_code) == ("failed", 535)
    assert "refused the login (535). Check ASSESSGEN_SMTP_USERNAME" in outcome.detail
    assert "hush" not in repr(outcome) + "".join(one.getMessage() for one in caplog.records)
    assert "MAIL" not in server.commands


def test_a_server_that_repeats_the_password_does_not_get_it_told(server: SmtpServer) -> None:
    server.answer("RCPT", "550 You said hush-hush to me\x1b[31m " + "x" * 300)
    outcome = send(server)
    assert "550 You said … to me" in outcome.detail
    assert "hush" not in outcome.detail
    assert "\x1b" not in outcome.detail
    assert len(outcome.detail) < 350


def test_a_server_that_offers_no_login_is_told_so() -> None:
    with SmtpServer(security="none", login=None) as server:
        server.answer("EHLO", "250 HELP")
        outcome = send(server, smtp_username="mailer", smtp_password="hush-hush")
    assert (outcome.kind, outcome.status_code) == ("failed", None)
    assert "offers no login" in outcome.detail
    assert server.mails == []


REPLIES = [
    *((command, "421 4.3.2 Closing", "failed", 421) for command in ("EHLO", "MAIL", "RCPT", "DATA")),
    *((command, "451 4.3.0 Later", "failed", 451) for command in ("EHLO", "MAIL", "RCPT", "DATA")),
    *((command, "554 5.7.1 Never", "gone", 554) for command in ("MAIL", "RCPT", "DATA")),
    ("EHLO", "554 5.7.1 Never", "failed", 554),
    *((command, "530 5.7.0 Log in", "failed", 530) for command in ("MAIL", "RCPT")),
    ("DATA", "299 what", "failed", 299),
    *((command, DROP, "failed", None) for command in ("EHLO", "MAIL", "RCPT", "DATA")),
    *(("QUIT", reply, "delivered", 250) for reply in (DROP, "451 4.3.0 Later", "554 5.7.1 Never")),
]


@pytest.mark.parametrize(("command", "reply", "kind", "code"), REPLIES)
def test_the_answer_decides_the_outcome(
    server: SmtpServer, command: str, reply: str, kind: str, code: int | None
) -> None:
    server.answer(command, reply)
    outcome = send(server)
    assert (outcome.kind, outcome.status_code) == (kind, code)
    assert outcome.detail.startswith(f"The mail server 127.0.0.1 port {server.port} ")
    assert (len(server.mails) == 1) == (kind == "delivered")


def hurried(server: SmtpServer | int, **changes: Any) -> MailServer:
    """The mail server for a sender that has little time."""
    if isinstance(server, int):
        values: dict[str, Any] = {"port": server, "security": "none"}
    else:
        login = {"username": "mailer", "password": "hush-hush"}
        values = {"port": server.port, "security": server.security, "ca_file": server.ca_file, **login}
    return MailServer(**{"host": "127.0.0.1", "step_seconds": 0.2, "whole_seconds": 5.0, **values, **changes})


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_a_server_that_says_nothing_is_given_up(server: SmtpServer, command: str) -> None:
    server.answer(command, HANG)
    with pytest.raises(NotSent, match="did not answer in time") as caught:
        smtp.send(hurried(server), "a@acme.example", "b@student.example", b"Subject: x\r\n\r\ny\r\n")
    assert (caught.value.code, caught.value.for_good) == (None, False)


def test_a_server_that_says_no_goodbye_has_the_mail_all_the_same(server: SmtpServer) -> None:
    server.answer("QUIT", HANG)
    smtp.send(hurried(server), "a@acme.example", "b@student.example", b"Subject: x\r\n\r\ny\r\n")
    assert len(server.mails) == 1


@contextmanager
def raw_server(*, every: float, says: bytes) -> Iterator[int]:
    """The port of a server that says this over and over, after as many seconds, until the end."""
    over = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            while not over.wait(every):
                try:
                    connection.sendall(says)
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        over.set()
        thread.join()


def test_a_server_that_speaks_ever_so_slowly_is_given_up() -> None:
    with raw_server(every=0.02, says=b"2") as port, pytest.raises(NotSent, match="did not answer in time"):
        smtp.send(hurried(port), "a@acme.example", "b@student.example", b"")


def test_all_steps_together_have_their_time_too() -> None:
    started_at = time.monotonic()
    with (
        raw_server(every=0.05, says=b"250-and so on\r\n") as port,
        pytest.raises(NotSent, match="did not answer in time"),
    ):
        smtp.send(
            hurried(port, step_seconds=60.0, whole_seconds=0.3), "a@acme.example", "b@student.example", b""
        )
    assert time.monotonic() - started_at < 20


def test_the_lease_of_a_delivery_outlives_its_sender() -> None:
    assert smtp.STEP_SECONDS < smtp.WHOLE_SECONDS < outbox.LEASE.total_seconds()


def test_what_does_not_speak_smtp_is_a_failure_to_be_tried_again() -> None:
    with raw_server(every=0, says=b"HTTP/1.1 400 Bad Request\r\n") as port, pytest.raises(NotSent) as caught:
        smtp.send(hurried(port), "a@acme.example", "b@student.example", b"")
    assert not caught.value.for_good


def test_nobody_there_is_a_failure_to_be_tried_again() -> None:
    with SmtpServer() as gone:
        settings = settings_for(gone)
    outcome = Mailer(settings).send(MESSAGE_ID, "ada@student.example", body())
    assert (outcome.kind, outcome.status_code) == ("failed", None)


def test_the_name_of_a_host_may_be_in_any_alphabet(server: SmtpServer) -> None:
    assert send(server, "ada@bücher.example").kind == "delivered"
    assert server.mails[0].recipients == ["ada@xn--bcher-kva.example"]
    assert server.mails[0].message()["to"] == "ada@xn--bcher-kva.example"


def test_an_address_beyond_ascii_goes_to_a_server_that_takes_it(server: SmtpServer) -> None:
    assert send(server, "zoë@student.example").kind == "delivered"
    [taken] = server.mails
    assert taken.recipients == ["zoë@student.example"]
    assert "SMTPUTF8" in taken.options
    assert "To: zoë@student.example\r\n".encode() in taken.content
    with SmtpServer(utf8=False) as older:
        outcome = send(older, "zoë@student.example")
        assert outcome.kind == "gone"
        assert "no address with letters beyond ASCII" in outcome.detail
        assert older.mails == []


def test_a_file_has_the_bytes_that_would_be_sent(
    tmp_path: Path, clock: Clock, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("email.generator.random.randrange", lambda _: 7)
    Mailer(Settings(home=tmp_path, mail_from="Acme <mail@acme.example>")).send(
        MESSAGE_ID, "ada@student.example", body()
    )
    send(server)
    assert (tmp_path / "mail" / f"{MESSAGE_ID}.eml").read_bytes() == server.mails[0].content
