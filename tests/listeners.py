"""A real mail server and a real web server on 127.0.0.1, that keep what they are told."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import socket
import ssl
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

USER, PASSWORD = "edigate", "péché-4"


class Certificate:
    """A certificate of 127.0.0.1 that signs itself, with its key, made when it is asked for."""

    def __init__(self, folder: Path, name: str = "127.0.0.1") -> None:
        """Write both into a folder; `name` is the address that the certificate is of."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "edigate test")])
        now = dt.datetime.now(dt.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.file, self._key = folder / "cert.pem", folder / "key.pem"
        self.file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        self._key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    def context(self) -> ssl.SSLContext:
        """What a server shows it with."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.file, self._key)
        return context


class _Mailbox:
    """aiosmtpd's handler: keeps what is handed in, and refuses whom it is told to refuse."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.sent_to: list[list[str]] = []
        self.logins: list[str] = []
        self.refused: set[str] = set()

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = cast("bytes", envelope.content)
        self.mails.append(message_from_bytes(content, policy=policy.default))
        self.sent_to.append(list(envelope.rcpt_tos))
        login: Any = session.auth_data
        self.logins.append(login.login.decode() if login else "")
        return "250 OK"


class MailServer:
    """An SMTP server: without TLS, with STARTTLS, or TLS from the first byte.

    `login` takes USER and PASSWORD, and nobody without them where there is STARTTLS.
    """

    def __init__(self, certificate: Certificate | None = None, *, starttls: bool = False, login: bool = False) -> None:
        """On a free port, not started yet."""
        self.box = _Mailbox()
        options: dict[str, Any] = {}
        if certificate and starttls:
            options["tls_context"] = certificate.context()
        elif certificate:
            options["ssl_context"] = certificate.context()
        if login:
            options |= {"authenticator": _right, "auth_required": starttls, "auth_require_tls": starttls}
        self.port = free_port()
        self._controller = Controller(self.box, hostname="127.0.0.1", port=self.port, **options)

    def __enter__(self) -> _Mailbox:
        """Listen; what is handed in stands in the mailbox."""
        self._controller.start()
        return self.box

    def __exit__(self, *_: object) -> None:
        """End."""
        self._controller.stop()


def _right(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:  # noqa: ANN401 - as aiosmtpd has it
    right = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
    return AuthResult(success=right, handled=right, auth_data=data)


class Webhook:
    """An address that takes POSTs; `answers` are the statuses of the next ones, 204 when they have run out."""

    def __init__(self) -> None:
        """Nothing was posted yet."""
        self.port = free_port()
        self.posted: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answers: list[int] = []

    @property
    def address(self) -> str:
        """Where to post to, with a part that only its owner knows."""
        return f"http://127.0.0.1:{self.port}/hook/s3cret-part"

    @contextmanager
    def listening(self, context: ssl.SSLContext | None = None) -> Iterator[None]:
        """Answer as long as the context lasts."""
        server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(hook: Webhook) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = hook.answers.pop(0) if hook.answers else 204
            if status // 100 == 2:
                hook.posted.append(json.loads(body))
                hook.headers.append(dict(self.headers))
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def deaf() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield int(listening.getsockname()[1])
