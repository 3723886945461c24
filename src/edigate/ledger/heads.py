"""Heads: what the last link of each writer was at a moment, as a statement that is signed and kept elsewhere.

A statement is JSON on one line; the signature is Ed25519 over exactly that line, after another that says what it is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import func, insert, select, update

from edigate.ledger.tables import heads, links

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

_DOMAIN = b"edigate head 1\n"
_RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
_PEM = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
MODE, PUBLIC_MODE = 0o600, 0o644


class BadKey(Exception):
    """A file that should hold an Ed25519 key does not; carries the path."""


class At(NamedTuple):
    """Where a writer's chain had come to."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """A statement with who signed it: `key` is the public key and `signature` its word for it, both in base64.

    Both are empty where the gate has no key.
    """

    statement: str
    key: str = ""
    signature: str = ""

    @property
    def at(self) -> str:
        """When it was made."""
        return str(json.loads(self.statement)["at"])

    @property
    def gate(self) -> str:
        """The gate's application code."""
        return str(json.loads(self.statement)["gate"])

    @property
    def writers(self) -> dict[str, At]:
        """By writer, the last link."""
        return {
            name: At(int(at["number"]), str(at["hash"])) for name, at in json.loads(self.statement)["heads"].items()
        }

    @property
    def text(self) -> str:
        """As it is kept in files and posted."""
        return json.dumps({"statement": self.statement, "key": self.key, "signature": self.signature}, indent=1) + "\n"

    def holds(self) -> bool:
        """Whether the signature is that of the key that it bears."""
        try:
            public = Ed25519PublicKey.from_public_bytes(base64.b64decode(self.key, validate=True))
            public.verify(base64.b64decode(self.signature, validate=True), _signed(self.statement))
        except (InvalidSignature, ValueError, TypeError, binascii.Error, UnsupportedAlgorithm):
            return False
        return True


def parse(text: str) -> Head:
    """What `Head.text` gave. Raises ValueError for anything else."""
    try:
        found = json.loads(text)
        head = Head(found["statement"], found["key"], found["signature"])
        _ = head.at, head.gate, head.writers
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    return head


def _signed(statement: str) -> bytes:
    return _DOMAIN + statement.encode()


def make(connection: Connection, gate: str, key: Ed25519PrivateKey | None, now: str) -> tuple[int, Head] | None:
    """Write a head of the chains as they are, with its id; None where nothing has happened since the last one."""
    ends = _ends(connection)
    last = connection.execute(select(heads).order_by(heads.c.id.desc()).limit(1)).mappings().first()
    signed = last is not None and (bool(last["signature"]) or key is None)
    if not ends or (last is not None and signed and _says(last["heads"], ends)):
        return None
    statement = json.dumps({"at": now, "gate": gate, "heads": ends}, sort_keys=True, separators=(",", ":"))
    head = sign(statement, key)
    row = {"at": now, "heads": statement, "key": head.key, "signature": head.signature}
    return int(connection.execute(insert(heads).returning(heads.c.id), row).scalar_one()), head


def _says(statement: str, ends: dict[str, dict[str, Any]]) -> bool:
    """Whether a statement, if it is one, is of these ends."""
    try:
        return bool(json.loads(statement)["heads"] == ends)
    except (KeyError, TypeError, ValueError, RecursionError):
        return False


def sign(statement: str, key: Ed25519PrivateKey | None) -> Head:
    """The statement as a head, with a signature where there is a key."""
    if key is None:
        return Head(statement)
    return Head(statement, public_text(key.public_key()), base64.b64encode(key.sign(_signed(statement))).decode())


def _ends(connection: Connection) -> dict[str, dict[str, Any]]:
    """The last link of each writer; by the index, however long the chains are."""
    found: dict[str, dict[str, Any]] = {}
    writer = ""
    while writer := connection.execute(select(func.min(links.c.writer)).where(links.c.writer > writer)).scalar() or "":
        query = select(links.c.number, links.c.hash).where(links.c.writer == writer)
        row = connection.execute(query.order_by(links.c.number.desc()).limit(1)).one()
        found[writer] = {"number": row.number, "hash": row.hash}
    return found


def last(connection: Connection) -> Head | None:
    """The newest head."""
    row = connection.execute(select(heads).order_by(heads.c.id.desc()).limit(1)).mappings().first()
    return Head(row["heads"], row["key"], row["signature"]) if row else None


def all_of(connection: Connection) -> Iterator[tuple[int, Head]]:
    """Every head, oldest first, with its id."""
    for row in connection.execute(select(heads).order_by(heads.c.id)).mappings():
        yield row["id"], Head(row["heads"], row["key"], row["signature"])


def unsent(connection: Connection, limit: int) -> list[tuple[int, Head]]:
    """The oldest heads that were not sent elsewhere yet."""
    query = select(heads).where(heads.c.sent_at.is_(None)).order_by(heads.c.id).limit(limit)
    return [
        (row["id"], Head(row["heads"], row["key"], row["signature"])) for row in connection.execute(query).mappings()
    ]


def mark_sent(connection: Connection, head: int, now: str) -> None:
    """Note that a head was sent wherever it is to go."""
    connection.execute(update(heads).where(heads.c.id == head).values(sent_at=now))


def new_key(path: Path) -> Path:
    """Make a private key that its owner alone may read, and beside it its public key, whose path it returns.

    Raises FileExistsError: a key is never overwritten.
    """
    key = Ed25519PrivateKey.generate()
    public = public_path(path)
    private_text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    if public.exists():
        raise FileExistsError(public)
    path.parent.mkdir(parents=True, exist_ok=True)
    for place, mode, content in (
        (path, MODE, private_text),
        (public, PUBLIC_MODE, key.public_key().public_bytes(*_PEM)),
    ):
        descriptor = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    public.chmod(PUBLIC_MODE)  # whatever the umask
    return public


def public_path(path: Path) -> Path:
    """Where the public key of a private one lies."""
    return path.with_name(f"{path.stem}.pub{path.suffix}")


def private_key(path: Path) -> Ed25519PrivateKey:
    """The private key in a file. Raises BadKey, OSError."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadKey(path)
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """The public key in a file. Raises BadKey, OSError."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey(path) from error
    if not isinstance(key, Ed25519PublicKey):
        raise BadKey(path)
    return key


def public_text(key: Ed25519PublicKey) -> str:
    """A public key as heads bear it."""
    return base64.b64encode(key.public_bytes(*_RAW)).decode()


def public_pem(text: str) -> bytes:
    """The same as a PEM file holds it. Raises ValueError."""
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True)).public_bytes(*_PEM)


def fingerprint(text: str) -> str:
    """What people compare of a public key: SHA-256 of its 32 bytes, in hexadecimal, by fours."""
    digest = hashlib.sha256(base64.b64decode(text)).hexdigest()[:32]
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))
