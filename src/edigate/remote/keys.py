"""Key pairs that the gate logs in with, and public keys as other people send them."""

from __future__ import annotations

import os
from base64 import b64decode
from binascii import Error as NoBase64
from itertools import pairwise
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_public_key,
)

from edigate.domain.servers import HostKey
from edigate.remote.connection import KINDS

if TYPE_CHECKING:
    from pathlib import Path


def make_pair(file: Path, comment: str) -> str:
    """Write a new Ed25519 key, for nobody else to read, and its public half beside it (`.pub`); returns that line.

    Raises FileExistsError rather than lose a key.
    """
    file.parent.mkdir(mode=0o700, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    line = f"{public} {comment}"
    _write(file, secret, 0o600)
    _write(public_file(file), f"{line}\n".encode(), 0o644)
    return line


def public_file(file: Path) -> Path:
    """Where the public half of a key lies."""
    return file.with_name(f"{file.name}.pub")


def read_public(line: str) -> HostKey | None:
    """A public key from a line of a `.pub` or a `known_hosts` file; None where it is none that the gate knows."""
    words = line.split()
    for kind, key in pairwise(words):
        if kind in KINDS:
            try:
                load_ssh_public_key(f"{kind} {key}".encode())
                b64decode(key, validate=True)
            except (ValueError, NoBase64, UnsupportedAlgorithm):
                return None
            return HostKey(kind, key)
    return None


def _write(file: Path, content: bytes, mode: int) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as made:
        made.write(content)
        made.flush()
        os.fsync(made.fileno())
