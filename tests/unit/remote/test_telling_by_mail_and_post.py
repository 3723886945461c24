"""Mail and posts: against a real mail server and a real web server, and every way in which they fail."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from edigate.remote import mail
from edigate.remote.mail import MailServer as Server
from edigate.remote.post import post
from edigate.remote.untold import NotTold, Reason
from tests.listeners import PASSWORD, USER, Certificate, MailServer, Webhook, deaf
from tests.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 5.0


def a_mail(to: str = "ops@example.org") -> EmailMessage:
    """A small one."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "edigate@example.org", to, "alerte"
    message.set_content("Le disque est presque plein.\n")
    return message


def why(server: Server, message: EmailMessage | None = None, *, seconds: float = SECONDS) -> NotTold:
    """Why a mail cannot be handed in."""
    with pytest.raises(NotTold) as met:
        mail.send(server, message or a_mail(), seconds=seconds)
    return met.value


@pytest.fixture
def password(tmp_path: Path) -> Path:
    """A file with the right password, which only its owner may read."""
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\n", encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """A certificate that this process trusts, as an operator has it trust his own authority."""
    certificate = Certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    return certificate


def test_mail_arrives_without_tls() -> None:
    """Accents and all, with all its addressees."""
    server = MailServer()
    with server as box:
        mail.send(Server("127.0.0.1", server.port), a_mail("ops@example.org, chef@example.org"))

    assert [one["Subject"] for one in box.mails] == ["alerte"]
    assert box.mails[0].get_content().split() == ["Le", "disque", "est", "presque", "plein."]
    assert box.sent_to == [["ops@example.org", "chef@example.org"]]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_arrives_over_tls_with_a_login(trusted: Certificate, password: Path, security: str) -> None:
    """Both ways of TLS; the password, which is not ASCII, comes from its file without the line's end."""
    server = MailServer(trusted, starttls=security == "starttls", login=security == "starttls")
    with server as box:
        user = USER if security == "starttls" else ""
        mail.send(Server("127.0.0.1", server.port, security, user, password), a_mail())

    assert len(box.mails) == 1
    assert box.logins == [user]


def test_a_certificate_that_nobody_trusts_is_refused(tmp_path: Path) -> None:
    """Nothing is sent to whom only claims to be the server."""
    server = MailServer(Certificate(tmp_path), starttls=True)
    with server as box:
        assert why(Server("127.0.0.1", server.port, "starttls")).reason is Reason.NOT_TRUSTED
    assert box.mails == []


def test_a_certificate_of_another_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An authority that is trusted is not enough."""
    certificate = Certificate(tmp_path, "192.0.2.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    server = MailServer(certificate, starttls=True)
    with server as box:
        assert why(Server("127.0.0.1", server.port, "starttls")).reason is Reason.NOT_TRUSTED
    assert box.mails == []


def test_starttls_is_never_left_out_silently() -> None:
    """A server, or somebody in between, that offers none gets no mail."""
    server = MailServer()
    with server as box:
        assert why(Server("127.0.0.1", server.port, "starttls")).reason is Reason.NOT_SECURE
    assert box.mails == []


def test_tls_where_there_is_none_is_told() -> None:
    """The other side speaks first, and in clear."""
    server = MailServer()
    with server:
        assert why(Server("127.0.0.1", server.port, "tls")).reason is Reason.NOT_SECURE


def test_a_wrong_password_is_told_without_saying_it(trusted: Certificate, password: Path) -> None:
    """Neither the wrong one nor the user's right one stands in the message."""
    password.write_text("wrong-one", encoding="utf-8")
    server = MailServer(trusted, starttls=True, login=True)
    with server:
        told = why(Server("127.0.0.1", server.port, "starttls", USER, password))
    assert told.reason is Reason.LOGIN_DENIED
    assert "wrong-one" not in str(told)


@pytest.mark.parametrize("host", ["192.0.2.1", "::ffff:192.0.2.1", "mail.example.org", "localhost.example.org"])
def test_a_password_goes_through_no_network_in_clear(password: Path, host: str) -> None:
    """Without TLS only this machine is told one; nothing is even connected to."""
    told = why(Server(host, 25, "none", USER, password))
    assert (told.reason, PASSWORD in str(told)) == (Reason.NOT_SECURE, False)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_password_may_go_in_clear_to_this_machine(password: Path, host: str) -> None:
    """It passes no network; a mail server on the gate's own machine often has no certificate."""
    server = MailServer(login=True)
    with server as box:
        mail.send(Server(host, server.port, "none", USER, password), a_mail())
    assert box.logins == [USER]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_password_that_others_may_read_is_not_used(password: Path, mode: int) -> None:
    """As with a key of SSH."""
    password.chmod(mode)
    assert why(Server("127.0.0.1", 25, "starttls", USER, password)).reason is Reason.FILE_EXPOSED


def test_a_missing_password_is_told(tmp_path: Path) -> None:
    """No file is set, there is none, or it is no text."""
    torn = tmp_path / "torn"
    torn.write_bytes(b"\xff\xfe")
    torn.chmod(0o600)
    for file in (None, tmp_path / "none", torn):
        assert why(Server("127.0.0.1", 25, "starttls", USER, file)).reason is Reason.FILE_MISSING


def test_an_addressee_that_is_refused_is_named_while_the_others_have_theirs() -> None:
    """The mail counts as handed in, once."""
    server = MailServer()
    with server as box:
        box.refused.add("chef@example.org")
        refused = mail.send(Server("127.0.0.1", server.port), a_mail("ops@example.org, chef@example.org"))
    assert refused == {"chef@example.org": "550 no such mailbox here"}
    assert box.sent_to == [["ops@example.org"]]


def test_a_mail_that_is_taken_for_nobody_is_not_told() -> None:
    """It says of each what the server said."""
    server = MailServer()
    with server as box:
        box.refused |= {"ops@example.org", "chef@example.org"}
        told = why(Server("127.0.0.1", server.port), a_mail("ops@example.org, chef@example.org"))
    assert told.reason is Reason.REFUSED
    assert "chef@example.org" in str(told)
    assert box.mails == []


def test_a_server_that_is_not_there_or_not_known_is_told() -> None:
    """Each for what it is."""
    assert why(Server("127.0.0.1", free_port())).reason is Reason.PORT_CLOSED
    assert why(Server("nobody.invalid", 25)).reason is Reason.NO_SUCH_NAME


def test_a_server_that_says_nothing_is_given_up() -> None:
    """Within the time set, mail and post alike."""
    started = time.monotonic()
    with deaf() as port:
        assert why(Server("127.0.0.1", port), seconds=0.3).reason is Reason.NO_ANSWER
        with pytest.raises(NotTold) as met:
            post(f"http://127.0.0.1:{port}/", {}, seconds=0.3)
    assert met.value.reason is Reason.NO_ANSWER
    assert time.monotonic() - started < SECONDS


def test_a_document_is_posted_as_json() -> None:
    """UTF-8, with its type said."""
    hook = Webhook()
    with hook.listening():
        post(hook.address, {"text": "là"})
    assert hook.posted == [{"text": "là"}]
    assert hook.headers[0]["Content-Type"] == "application/json; charset=utf-8"


def test_a_document_is_posted_over_tls(trusted: Certificate) -> None:
    """To whom shows a certificate that is trusted, and to nobody else."""
    hook = Webhook()
    address = hook.address.replace("http:", "https:")
    with hook.listening(trusted.context()):
        post(address, {"text": "x"})
        assert len(hook.posted) == 1


def test_a_web_server_that_nobody_trusts_gets_nothing(tmp_path: Path) -> None:
    """Its certificate is looked at."""
    hook = Webhook()
    with hook.listening(Certificate(tmp_path).context()), pytest.raises(NotTold) as met:
        post(hook.address.replace("http:", "https:"), {"text": "x"})
    assert (met.value.reason, hook.posted) == (Reason.NOT_TRUSTED, [])


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (301, Reason.MOVED), (302, Reason.MOVED), (307, Reason.MOVED), (308, Reason.MOVED), (400, Reason.REFUSED),
        (401, Reason.LOGIN_DENIED), (403, Reason.LOGIN_DENIED), (404, Reason.REFUSED), (500, Reason.REFUSED),
    ],
)  # fmt: skip
def test_an_answer_that_is_no_success_is_told(status: int, reason: Reason) -> None:
    """What is sent on elsewhere, too; and the address, which may be a secret, stays one."""
    hook = Webhook()
    hook.answers = [status]
    with hook.listening(), pytest.raises(NotTold) as met:
        post(hook.address, {"text": "x"})
    assert (met.value.reason, hook.posted) == (reason, [])
    assert "s3cret-part" not in str(met.value)


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://example.org/x", "example.org/hook", "http://", "http://[", "http://x:y/"]
)
def test_an_address_of_another_kind_is_never_opened(address: str) -> None:
    """Only http and https; the message does not repeat the address."""
    with pytest.raises(NotTold) as met:
        post(address, {})
    assert met.value.reason is Reason.BAD_ADDRESS
    assert address not in str(met.value)


def test_an_answer_that_is_no_http_is_told_in_words() -> None:
    """With what was said, and without the names that Python has for it."""

    def greet(listener: socket.socket) -> None:
        line, _ = listener.accept()
        with line:
            line.recv(4096)
            line.sendall(b"220 mail.example ready\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as threads:
        greeting = threads.submit(greet, listener)
        with pytest.raises(NotTold) as met:
            post(f"http://127.0.0.1:{listener.getsockname()[1]}/", {})
        greeting.result()
    assert met.value.reason is Reason.FAILED
    assert str(met.value).strip().endswith("127.0.0.1: no answer in HTTP: 220 mail.example ready")


def test_a_web_server_that_is_not_there_is_told() -> None:
    """Nothing listens, or no such name."""
    for address, reason in (
        (f"http://127.0.0.1:{free_port()}/", Reason.PORT_CLOSED),
        ("http://nobody.invalid/", Reason.NO_SUCH_NAME),
    ):
        with pytest.raises(NotTold) as met:
            post(address, {})
        assert met.value.reason is reason
