"""What the gate logs in with: a key, a password, or both, from files that only its own user may read."""

from __future__ import annotations

import stat
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from paramiko import PasswordRequiredException, PKey, SSHException
from paramiko.pkey import UnknownKeyType

from edigate.domain.wording import printable
from edigate.remote.trouble import Cause, LoginRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edigate.domain.servers import Server

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Login:
    """A user, and the files that prove it is him; what they hold is read when it is needed and kept nowhere."""

    user: str
    key_file: Path | None = None
    passphrase_file: Path | None = None
    password_file: Path | None = None


def login_of(server: Server, root: Path) -> Login:
    """How to log in to this server, the gate's folder being `root`."""
    return Login(
        server.user,
        *(root / name if name else None for name in (server.key_file, server.passphrase_file, server.password_file)),
    )


# Errors of the library stay out of ours: they may carry the key or the passphrase along.
def load_key(login: Login) -> PKey | None:
    """The private key, where one is configured. Raises LoginRefused where it cannot be used."""
    if login.key_file is None:
        return None
    phrase = _secret(login.passphrase_file)
    with _usable(login.key_file):
        try:
            return PKey.from_path(login.key_file)
        except (TypeError, PasswordRequiredException):
            return _unlocked(login.key_file, phrase)
        except (ValueError, SSHException, UnknownKeyType, UnsupportedAlgorithm):
            raise _unreadable(login.key_file) from None


def load_password(login: Login) -> str | None:
    """The password, where one is configured. Raises LoginRefused where its file cannot be used."""
    return _secret(login.password_file)


def _unlocked(file: Path, phrase: str | None) -> PKey:
    if phrase is None:
        raise _no(Cause.KEY_LOCKED, file, "{file} needs a passphrase, and no file for it is configured")
    try:
        return PKey.from_path(file, phrase.encode())  # type: ignore[arg-type]
    except UnknownKeyType:
        raise _unreadable(file) from None
    except (TypeError, ValueError, SSHException):
        raise _no(Cause.KEY_NOT_OPENED, file, "the passphrase does not open {file}") from None


def _unreadable(file: Path) -> LoginRefused:
    return _no(Cause.KEY_UNREADABLE, file, "{file} holds no private key that can be used (Ed25519, RSA or ECDSA)")


def _secret(file: Path | None) -> str | None:
    if file is None:
        return None
    with _usable(file):
        try:
            return file.read_text(encoding="utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise _no(Cause.FILE_MISSING, file, "{file} is no text in UTF-8") from None


@contextmanager
def _usable(file: Path) -> Iterator[None]:
    """Raise LoginRefused where this is no file that the gate's user may read and nobody else."""
    try:
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode):
            raise _no(Cause.FILE_MISSING, file, "{file} is no file")
        if mode & _OTHERS:
            raise _no(Cause.FILE_EXPOSED, file, "{file} is open to others: chmod 600 {file}")
        yield
    except OSError as error:
        raise _no(Cause.FILE_MISSING, file, f"{{file}}: {error.strerror}") from error


def _no(cause: Cause, file: Path, message: str) -> LoginRefused:
    shown = printable(str(file))
    return LoginRefused(cause, message.format(file=shown), shown)
