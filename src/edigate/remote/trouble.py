"""What can go wrong with a server, as a tree; `cause` tells which case it is, `str()` says it in English.

RemoteTrouble
├── Unreachable      no connection, or it broke off: worth another try
├── HostKeyRefused   the server shows a key that is not pinned: somebody must look at it
├── LoginRefused     the server, or our own files of keys and secrets, allow no login
└── Refused          the server does not do what it was asked; the connection goes on
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edigate.domain.servers import HostKey


class Cause(StrEnum):
    """Why; the words are a public contract of `partners test --json`."""

    NO_SUCH_NAME = "no_such_name"
    PORT_CLOSED = "port_closed"
    NO_ANSWER = "no_answer"
    NO_WAY = "no_way"
    NOT_SSH = "not_ssh"
    NOTHING_IN_COMMON = "nothing_in_common"
    NO_SFTP = "no_sftp"
    SILENT = "silent"
    BROKEN_OFF = "broken_off"
    NONSENSE = "nonsense"
    HOST_KEY_UNKNOWN = "host_key_unknown"
    HOST_KEY_CHANGED = "host_key_changed"
    NO_USER = "no_user"
    NO_LOGIN = "no_login"
    FILE_MISSING = "file_missing"
    FILE_EXPOSED = "file_exposed"
    KEY_UNREADABLE = "key_unreadable"
    KEY_LOCKED = "key_locked"
    KEY_NOT_OPENED = "key_not_opened"
    LOGIN_DENIED = "login_denied"
    MORE_NEEDED = "more_needed"
    MISSING = "missing"
    EXISTS = "exists"
    DENIED = "denied"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"


class RemoteTrouble(Exception):
    """A server cannot be dealt with; never holds a secret."""

    def __init__(self, cause: Cause, message: str, about: str = "") -> None:
        """The message in English, for the ledger and the log; `about` is the file, or the server's words, in it."""
        super().__init__(message)
        self.cause, self.about = cause, about


class Unreachable(RemoteTrouble):
    """There is no connection, or it broke off, or nothing moved on it for too long."""


class HostKeyRefused(RemoteTrouble):
    """The server shows a key that is not pinned, which was found before anything was said of the login."""

    def __init__(self, address: str, shown: HostKey, pinned: Sequence[HostKey]) -> None:
        """`pinned` are the keys that count now; there are none where the server is not known yet."""
        fingerprints = tuple(key.fingerprint for key in pinned)
        was = f"instead of {', '.join(fingerprints)}" if pinned else "and none was accepted yet"
        cause = Cause.HOST_KEY_CHANGED if pinned else Cause.HOST_KEY_UNKNOWN
        super().__init__(
            cause, f"{address} shows the host key {shown.fingerprint} ({shown.kind}) {was}", shown.fingerprint
        )
        self.address, self.kind, self.fingerprint, self.pinned = address, shown.kind, shown.fingerprint, fingerprints


class LoginRefused(RemoteTrouble):
    """No login: the server will not have it, or a file of keys or secrets cannot be used."""


class Refused(RemoteTrouble):
    """The server does not do what it was asked: permission, a missing file, a full disk, no such operation."""

    @property
    def missing(self) -> bool:
        """Whether there is no such file or folder."""
        return self.cause is Cause.MISSING
