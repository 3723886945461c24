"""Heads as a verification finds them, in the ledger and kept elsewhere, and which of them can be relied on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from edigate.ledger import heads as book
from edigate.ledger.tables import links

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from edigate.audit.findings import Report
    from edigate.ledger.heads import Head

TABLE = "heads"


class Kept(NamedTuple):
    """A head and where it was found: a file's name, or `heads` and its id in the ledger."""

    place: str
    head: Head
    outside: bool


class Scope(NamedTuple):
    """What to look at besides the ledger: heads kept outside, public keys that may have signed, the archive.

    Without `keys` a signature shows only that a head and its key belong together. `demo`: a sandbox, whose links may
    bear any time, since its demonstrations live through weeks that are over.
    """

    outside: Sequence[Path] = ()
    keys: frozenset[str] = frozenset()
    archive: bool = True
    demo: bool = False


def reliable(gate: str, connection: Connection, scope: Scope, report: Report) -> Iterator[Kept]:
    """The heads that can be relied on: signed by one of the keys, or kept outside; the others are told of.

    A folder may hold those of several gates, and a gate may have had another code before.
    """
    inside = [Kept(f"{TABLE}:{number}", head, outside=False) for number, head in _readable(connection, report)]
    codes = {gate, *(kept.head.gate for kept in inside)}
    for kept in (*inside, *_files(scope.outside, report)):
        if kept.head.gate not in codes:
            report.counts["heads of other gates"] += 1
            continue
        report.counts["heads outside" if kept.outside else "heads"] += 1
        if not kept.outside and kept.head.signature:
            report.counts["heads signed inside"] += 1
        if _is_sound(kept, scope, report):
            yield kept


def unsigned(connection: Connection, scope: Scope, due_since: str, report: Report) -> None:
    """Where a key is given and the ledger has no signed head: a finding, if one was due since the first link.

    A gate so young that none was due yet has `heads not due` among its counts.
    """
    if not scope.keys or report.counts["heads signed inside"] or not report.counts["links"]:
        return
    first = str(connection.execute(select(func.min(links.c.at)).where(links.c.number == 1)).scalar())
    if first > due_since:
        report.counts["heads not due"] += 1
    else:
        report.find("head.none", TABLE, at=first)


def _readable(connection: Connection, report: Report) -> Iterator[tuple[int, Head]]:
    for number, head in book.all_of(connection):
        try:
            yield number, book.parse(head.text)
        except (ValueError, TypeError, RecursionError) as error:
            report.find("head.unreadable", f"{TABLE}:{number}", error=str(error))


def _files(paths: Sequence[Path], report: Report) -> Iterator[Kept]:
    for path in paths:
        try:
            yield Kept(path.name, book.parse(path.read_text(encoding="utf-8")), outside=True)
        except (OSError, ValueError, RecursionError) as error:
            report.find("head.unreadable", str(path), error=str(error))


def _is_sound(kept: Kept, scope: Scope, report: Report) -> bool:
    if not kept.head.signature and not kept.head.key:
        report.counts["heads unsigned"] += 1
        if scope.keys and not kept.outside and report.counts["heads signed"]:
            report.find("head.unsigned", kept.place, at=kept.head.at)
        return True
    if not kept.head.holds():
        report.find("head.signature", kept.place, at=kept.head.at)
        return False
    if scope.keys and kept.head.key not in scope.keys:
        report.find("head.key", kept.place, at=kept.head.at, key=book.fingerprint(kept.head.key))
        return False
    report.counts["heads signed"] += 1
    return True
