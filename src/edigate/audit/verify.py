"""Whether everything is as it was written: the chain, its heads, the ledger's rows, the archive's files.

Everything is read as a stream, in one transaction, so that a gate may run meanwhile; what it writes is not looked at.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sqlalchemy import func, select, text

from edigate.audit.claims import TABLES, flows_of_delivery, of_entry
from edigate.audit.compare import claims
from edigate.audit.findings import Report
from edigate.engine.purging import EVENT as PURGED
from edigate.ledger import heads as book
from edigate.ledger.journal import FIRST, digest, link_body, link_hash
from edigate.ledger.tables import flows, links, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, RowMapping, Select

    from edigate.audit.compare import Claims, Difference
    from edigate.engine.gate import Gate
    from edigate.ledger.heads import Head

LINKS_AT_ONCE, ROWS_AT_ONCE = 20, 1_000
TABLE, FLOW_PURGED, RESTORED = "heads", "flow.purged", "gate.restored"
READ_ERRORS = (KeyError, TypeError, ValueError, AttributeError, IndexError)


class Progress(Protocol):
    """Is told what is being done, how much of it is done and how much there is."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Show it."""


class Kept(NamedTuple):
    """A head and where it was found: a file's name, or `heads` and its id in the ledger."""

    place: str
    head: Head
    outside: bool


class Scope(NamedTuple):
    """What to look at besides the ledger: heads kept outside, public keys that may have signed, the archive.

    Without `keys` a signature shows only that a head and its key belong together.
    """

    outside: Sequence[Path] = ()
    keys: frozenset[str] = frozenset()
    archive: bool = True


def _silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


def verify(gate: Gate, scope: Scope, progress: Progress = _silent) -> Report:
    """Look at everything. What is found names its place; nothing is changed."""
    report = Report()
    with gate.ledger.connect() as connection, claims() as both:
        connection.execute(text("begin"))
        kept = _Heads(list(_heads(gate, connection, scope, report)))
        _walk(connection, kept, both, report, progress)
        _compare(connection, both, report, progress)
        if scope.archive:
            _archive(gate, connection, report, progress)
        connection.execute(text("rollback"))
    return report


def _heads(gate: Gate, connection: Connection, scope: Scope, report: Report) -> Iterator[Kept]:
    """The heads that can be relied on: signed by one of the keys, or kept outside; the others are told of."""
    inside = (Kept(f"{TABLE}:{number}", head, outside=False) for number, head in _readable(connection, report))
    for kept in (*inside, *_files(scope.outside, report)):
        if kept.head.gate != gate.settings.gate.code:
            report.counts["heads of other gates"] += 1
            continue
        report.counts["heads outside" if kept.outside else "heads"] += 1
        if _is_sound(kept, scope, report):
            yield kept


def _readable(connection: Connection, report: Report) -> Iterator[tuple[int, Head]]:
    for number, head in book.all_of(connection):
        try:
            yield number, book.parse(head.text)
        except (ValueError, TypeError) as error:
            report.find("head.unreadable", f"{TABLE}:{number}", error=str(error))


def _files(paths: Sequence[Path], report: Report) -> Iterator[Kept]:
    for path in paths:
        try:
            yield Kept(path.name, book.parse(path.read_text(encoding="utf-8")), outside=True)
        except (OSError, ValueError) as error:
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


class _Heads:
    """By writer and number, the heads that name this link; those that name one of another hash, and noted restores."""

    def __init__(self, kept: Sequence[Kept]) -> None:
        self.waiting: defaultdict[tuple[str, int], list[tuple[Kept, str]]] = defaultdict(list)
        self.differing: list[tuple[str, int, Kept]] = []
        self.restores: list[dict[str, Any]] = []
        for one in kept:
            for writer, at in one.head.writers.items():
                self.waiting[writer, at.number].append((one, at.hash))


class _Chain:
    """How far the walk along one writer's links has come."""

    def __init__(self, writer: str) -> None:
        self.writer = writer
        self.number = 0
        self.hash = FIRST


def _walk(connection: Connection, heads: _Heads, both: Claims, report: Report, progress: Progress) -> None:
    total = connection.execute(select(func.count()).select_from(links)).scalar_one()
    query = select(links).order_by(links.c.writer, links.c.number)
    chain: _Chain | None = None
    unpurged: list[tuple[str, str]] = []
    purged_before = ""
    for done, link in enumerate(_streamed(connection, query, LINKS_AT_ONCE), 1):
        if chain is None or chain.writer != link["writer"]:
            chain = _Chain(link["writer"])
        try:
            _link(chain, link, report)
        except READ_ERRORS:  # a value of another type than the gate writes
            report.find("link.hash", _place(link), at=link["at"])
        _against_heads(link, heads, report)
        if link["entries"] is None:
            unpurged.append((_place(link), str(link["at"])))
            report.counts["links purged"] += 1
        for entry in _entries(link, report):
            purged_before = max(purged_before, _claim(entry, both, heads, _place(link), report))
        progress("links", done, total)
    for place, at in unpurged:
        if at >= purged_before:
            report.find("link.purged", place, at=at)
    report.counts["links"] = total
    _ends(connection, heads, report)
    both.horizon = max((at for _, at in unpurged if at < purged_before), default="")


def _streamed(connection: Connection, query: Select[Any], size: int) -> Iterator[RowMapping]:
    yield from connection.execute(query.execution_options(yield_per=size)).mappings()


def _place(link: RowMapping) -> str:
    return f"links:{link['writer']}:{link['number']}"


def _link(chain: _Chain, link: RowMapping, report: Report) -> None:
    """One link by itself and after the one before it; whatever is found, the walk goes on from its stored hash."""
    place, expected = _place(link), chain.number + 1
    if link["number"] != expected:
        report.find("link.gap", place, first=expected, last=link["number"] - 1)
    elif link["previous"] != chain.hash:
        report.find("link.previous", place, before=chain.number)
    body = link_body(link["writer"], link["number"], link["at"], link["digests"].split(" "))
    if link_hash(link["previous"], body) != link["hash"]:
        report.find("link.hash", place, at=link["at"])
    chain.number, chain.hash = link["number"], link["hash"]


def _against_heads(link: RowMapping, heads: _Heads, report: Report) -> None:
    for kept, expected in heads.waiting.pop((link["writer"], link["number"]), ()):
        if link["hash"] != expected:
            heads.differing.append((link["writer"], link["number"], kept))
        elif kept.head.signature or kept.outside:
            report.anchored = {
                "writer": link["writer"], "number": link["number"], "at": kept.head.at,
                "signed": bool(kept.head.signature), "outside": kept.outside,
            }  # fmt: skip


def _ends(connection: Connection, heads: _Heads, report: Report) -> None:
    """What heads name and no link bears: the chain was cut off before it, written anew, or the link taken out.

    Where a restore is noted that gave those links up, that is said instead: whoever knows of it can tell.
    """
    query = select(links.c.writer, func.max(links.c.number)).group_by(links.c.writer)
    ends = {row[0]: row[1] for row in connection.execute(query)}
    for (writer, number), named in sorted(heads.waiting.items()):
        for kept, _ in named:
            end = ends.get(writer, 0)
            kind = "head.ahead" if number > end else "head.missing"
            _unlike(kind, (writer, number, kept), heads, report, end)
    for one in heads.differing:
        _unlike("head.hash", one, heads, report, ends.get(one[0], 0))


def _unlike(kind: str, one: tuple[str, int, Kept], heads: _Heads, report: Report, end: int) -> None:
    writer, number, kept = one
    values = {"head": kept.place, "at": kept.head.at, "end": end}
    for restore in heads.restores:
        if number > restore["last"] and kept.head.at < restore["at"]:
            kind, values = "head.lost", values | {"restored_at": restore["at"], "actor": restore["actor"]}
    report.find(kind, f"links:{writer}:{number}", **values)


def _entries(link: RowMapping, report: Report) -> Iterator[str]:
    """The entries of a link that are as they were written."""
    if link["entries"] is None:
        return
    texts, digests = str(link["entries"]).split("\n"), str(link["digests"]).split(" ")
    if len(texts) != len(digests):
        report.find("link.count", _place(link), entries=len(texts), digests=len(digests))
    for place, (one, expected) in enumerate(zip(texts, digests, strict=False), 1):
        report.counts["entries"] += 1
        if digest(one) != expected:
            report.find("link.entry", _place(link), entry=place, at=link["at"])
            continue
        yield one


def _claim(text_: str, both: Claims, heads: _Heads, place: str, report: Report) -> str:
    """Put what an entry says on the heap; returns the time before which it says that links were purged."""
    try:
        entry = json.loads(text_)
        if entry["event"] == RESTORED:
            heads.restores.append({"at": entry["at"], "actor": entry["actor"], "last": entry["details"]["last_link"]})
        for one in of_entry(entry):
            both.claim(one)
        if about := flows_of_delivery(entry):
            both.holds(*about)
        if entry["event"] == FLOW_PURGED:
            both.purged(entry["subject"])
        if entry["event"] == PURGED:
            both.forgotten(entry["details"]["before"])
            return str(entry["details"]["before"])
    except READ_ERRORS as error:  # its digest is right: it was written so, by a program that is not this one
        report.find("entry.strange", place, event=text_[:80], error=repr(error))
    return ""


def _compare(connection: Connection, both: Claims, report: Report, progress: Progress) -> None:
    for name, rows in TABLES.items():
        total = connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
        for done, row in enumerate(_streamed(connection, rows.query, ROWS_AT_ONCE), 1):
            for one in rows.claims(row):
                both.found(one)
            progress(name, done, total)
        report.counts[name] = total
    for other in both.altered():
        report.find("row.altered", _row(other), log=other.one, row=other.other)
    for other in both.missing():
        report.find("row.missing", _row(other), at=other.other)
    for other in both.inserted():
        if both.horizon and other.other <= both.horizon:
            report.counts["rows unproven"] += 1
        else:
            report.find("row.inserted", _row(other), at=other.other)


def _row(one: Difference) -> str:
    return f"{one.kind}:{one.key}"


def _archive(gate: Gate, connection: Connection, report: Report, progress: Progress) -> None:
    """Every file that a flow has, once; the files of a day share their disk blocks' neighbourhood."""
    counted = select(func.count(flows.c.archived.distinct()))
    total = connection.execute(counted).scalar_one()
    query = select(flows.c.archived, func.min(flows.c.id).label("flow")).group_by(flows.c.archived)
    for done, row in enumerate(_streamed(connection, query, ROWS_AT_ONCE), 1):
        _file(gate.places.archive / str(row["archived"]), row, report)
        progress("archive", done, total)


def _file(path: Path, row: Mapping[Any, Any], report: Report) -> None:
    place = f"archive/{row['archived']}"
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            report.counts["archive bytes"] += file.tell()
    except FileNotFoundError:
        report.find("archive.missing", place, flow=row["flow"])
        return
    except OSError as error:
        report.find("archive.unreadable", place, flow=row["flow"], error=error.strerror or str(error))
        return
    report.counts["archive files"] += 1
    if found != path.name:
        report.find("archive.altered", place, flow=row["flow"], found=found)
