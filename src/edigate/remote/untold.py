"""Why somebody could not be told, by post or mail: `reason` tells which case it is, `str()` says it in English."""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import contextmanager
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Reason(StrEnum):
    """The words are a public contract of `alerts test --json`."""

    BAD_ADDRESS = "bad_address"
    NO_SUCH_NAME = "no_such_name"
    PORT_CLOSED = "port_closed"
    NO_ANSWER = "no_answer"
    NOT_SECURE = "not_secure"
    NOT_TRUSTED = "not_trusted"
    FILE_MISSING = "file_missing"
    FILE_EXPOSED = "file_exposed"
    LOGIN_DENIED = "login_denied"
    MOVED = "moved"
    REFUSED = "refused"
    FAILED = "failed"


class NotTold(Exception):
    """Nobody was told; never holds a secret, nor the address of a webhook, which often is one."""

    def __init__(self, reason: Reason, message: str) -> None:
        """The message in English, for the log."""
        super().__init__(message)
        self.reason = reason


_REASONS: Mapping[type[Exception], Reason] = MappingProxyType(
    {
        ssl.SSLCertVerificationError: Reason.NOT_TRUSTED,
        ssl.SSLError: Reason.NOT_SECURE,
        smtplib.SMTPNotSupportedError: Reason.NOT_SECURE,
        smtplib.SMTPAuthenticationError: Reason.LOGIN_DENIED,
        smtplib.SMTPRecipientsRefused: Reason.REFUSED,
        smtplib.SMTPSenderRefused: Reason.REFUSED,
        smtplib.SMTPDataError: Reason.REFUSED,
        socket.gaierror: Reason.NO_SUCH_NAME,
        ConnectionRefusedError: Reason.PORT_CLOSED,
        TimeoutError: Reason.NO_ANSWER,
    }
)


@contextmanager
def translated(whom: str) -> Iterator[None]:
    """Turn whatever sockets, TLS and SMTP raise into NotTold; `whom` is how the message calls the other side."""
    try:
        yield
    except (OSError, smtplib.SMTPException) as error:
        # urllib wraps what the socket said, and smtplib takes the place of it
        lost = isinstance(error, smtplib.SMTPServerDisconnected)
        met = error.__context__ if lost else getattr(error, "reason", None)
        cause = met if isinstance(met, OSError) else error
        reason = next((_REASONS[kind] for kind in type(cause).__mro__ if kind in _REASONS), Reason.FAILED)
        raise NotTold(reason, f"{whom}: {cause}") from None
