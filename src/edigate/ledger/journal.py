"""The audit log as it is written: what a transaction noted becomes one link of a chain of hashes.

A link's hash covers the link before it and its body; the body covers writer, number, time and the digest of each entry.
So entries may be purged, kept from whoever checks somebody else's, or left out with all of their link but its body, and
the chain still holds.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select

from edigate.ledger.sql import for_each
from edigate.ledger.tables import links

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

WRITER = "gate"
"""Whose chain it is; where transactions run side by side, `gate.1`, `gate.2` and so on have one each.

Their entries have a number each, `order`, that grows from every transaction to those that may have seen what it did.
"""
FIRST = "0" * 64
ORDER = "order"
_NOTED, _WRITER = "noted", "writer"
_LAST = (
    select(links.c.number, links.c.hash)
    .where(links.c.writer == bindparam("writer"))
    .order_by(links.c.number.desc())
    .limit(1)
)
_LINK = insert(links)
_ONE_OF_MANY = re.compile(rf"{WRITER}\.[1-9][0-9]{{0,4}}")


# In ASCII: an entry is one line, also where a name is no text.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), check_circular=False, default=str).encode


def note(connection: Connection, event: str, subject: str, *, at: str, **facts: object) -> None:
    """Have an entry in this transaction's link; `event` is a word of `observability.events`, facts become JSON."""
    connection.info[_NOTED].append({"at": at, "event": event, "subject": subject, **facts})


def begin(connection: Connection, writer: str = WRITER) -> None:
    """Forget what a transaction that failed had noted; this one's link goes to the writer's chain."""
    connection.info[_NOTED], connection.info[_WRITER] = [], writer


def seal(connection: Connection) -> None:
    """Write the link of what was noted, if anything was; nobody else may be writing to the chain."""
    noted: list[dict[str, Any]] = connection.info[_NOTED]
    if not noted:
        return
    writer = connection.info[_WRITER]
    placed = {"id": _order(connection, noted)} if writer != WRITER else {}
    texts = [entry_text(entry) for entry in noted]
    digests = [digest(text) for text in texts]
    number, previous = connection.execute(_LAST, {"writer": writer}).first() or (0, FIRST)
    at = max(entry["at"] for entry in noted)
    values = {
        "writer": writer, "number": number + 1, "at": at, "previous": previous,
        "hash": link_hash(previous, link_body(writer, number + 1, at, digests)),
        "digests": " ".join(digests), "entries": "\n".join(texts), **placed,
    }  # fmt: skip
    for_each(connection, _LINK, [values])
    begin(connection, writer)


def is_writer(name: str, *, embedded: bool) -> bool:
    """Whether a chain of this name can be the gate's; an embedded ledger has only the one."""
    return name == WRITER or (not embedded and _ONE_OF_MANY.fullmatch(name) is not None)


def _order(connection: Connection, noted: Sequence[dict[str, Any]]) -> int:
    """The link's place among those of all chains, which its entries bear: the chains alone do not tell it."""
    sequence = func.pg_get_serial_sequence("links", "id")
    place: int = connection.execute(select(func.nextval(sequence))).scalar_one()
    for entry in noted:
        entry[ORDER] = place
    return place


def entry_text(entry: dict[str, Any]) -> str:
    """An entry as its digest sees it: JSON on one line, keys in order."""
    return _encode(entry)


def digest(text: str) -> str:
    """SHA-256 of an entry's text, or of any other."""
    return hashlib.sha256(text.encode()).hexdigest()


def values_digest(values: Sequence[object]) -> str:
    """SHA-256 of a row's values, in their order, as a JSON array."""
    return hashlib.sha256(_encode(values).encode()).hexdigest()


def link_body(writer: str, number: int, at: str, digests: Sequence[str]) -> str:
    """SHA-256 over writer, number, time and the entries' digests, one a line."""
    return digest("\n".join((writer, str(number), at, *digests)))


def link_hash(previous: str, body: str) -> str:
    """SHA-256 over the link before and this one's body, one a line."""
    return digest(f"{previous}\n{body}")
