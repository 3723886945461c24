"""A mail handed to a mail server, with or without TLS and a login, within a time."""

from __future__ import annotations

import smtplib
import ssl
import stat
from base64 import b64encode
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from edigate.remote.untold import NotTold, Reason, translated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import EmailMessage
    from pathlib import Path

SECONDS = 10.0
_AUTHENTICATED = 235
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in; `security` is `none`, `starttls` or `tls`, an empty `user` means no login."""

    host: str
    port: int
    security: str = "none"
    user: str = ""
    password_file: Path | None = None


def send(server: MailServer, message: EmailMessage, *, seconds: float = SECONDS) -> Mapping[str, str]:
    """Hand a message in for all its addressees; returns those whom the server refused, with what it said.

    Raises NotTold where it has taken the message for none of them.
    """
    password = _password(server)
    with translated(f"{server.host}:{server.port}"), _connected(server, seconds) as session:
        if server.security == "starttls":
            session.starttls(context=ssl.create_default_context())
        if server.user:
            _log_in(session, server.user, password)
        refused = session.send_message(message)
    return {address: f"{code} {said.decode(errors='replace')}" for address, (code, said) in refused.items()}


def _log_in(session: smtplib.SMTP, user: str, password: str) -> None:
    """As smtplib does, which can only say ASCII; other passwords in UTF-8 (RFC 4616)."""
    if (user + password).isascii():
        session.login(user, password)
        return
    proof = b64encode(f"\0{user}\0{password}".encode()).decode()
    session.ehlo_or_helo_if_needed()
    code, said = session.docmd("AUTH", f"PLAIN {proof}")
    if code != _AUTHENTICATED:
        raise smtplib.SMTPAuthenticationError(code, said)


def _connected(server: MailServer, seconds: float) -> smtplib.SMTP:
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=seconds, context=ssl.create_default_context())
    return smtplib.SMTP(server.host, server.port, timeout=seconds)


def _password(server: MailServer) -> str:
    """From its file, which nobody else may read; it is not sent in clear through a network."""
    if not server.user:
        return ""
    if server.security == "none" and not _is_here(server.host):
        raise NotTold(Reason.NOT_SECURE, f"{server.host}: a password is sent over TLS only, except to this machine")
    if server.password_file is None:
        raise NotTold(Reason.FILE_MISSING, "no password file is set")
    try:
        mode = server.password_file.stat().st_mode
        if mode & _OTHERS:
            raise NotTold(Reason.FILE_EXPOSED, f"{server.password_file}: others may read it ({stat.filemode(mode)})")
        return server.password_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise NotTold(Reason.FILE_MISSING, f"{server.password_file}: {said}") from None


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
