"""The walk along the chain: each link by itself, after the one before, against the heads, and what its entries say."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import func, select

from edigate.audit.claims import flows_of_delivery, of_entry
from edigate.engine.purging import EVENT as PURGED
from edigate.ledger.journal import FIRST, digest, link_body, link_hash
from edigate.ledger.tables import links

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, RowMapping, Select

    from edigate.audit.compare import Claims
    from edigate.audit.findings import Report
    from edigate.audit.kept import Kept

LINKS_AT_ONCE = 20
FLOW_PURGED, RESTORED = "flow.purged", "gate.restored"
READ_ERRORS = (KeyError, TypeError, ValueError, AttributeError, IndexError)


class Progress(Protocol):
    """Is told what is being done, how much of it is done and how much there is."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Show it."""


def streamed(connection: Connection, query: Select[Any], size: int) -> Iterator[RowMapping]:
    """The rows of a query, of which memory holds so many at once."""
    yield from connection.execute(query.execution_options(yield_per=size)).mappings()


class Heads:
    """By writer and number, the heads that name this link; those that name one of another hash, and noted restores."""

    def __init__(self, kept: Iterable[Kept]) -> None:
        """Of these heads."""
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


def walk(connection: Connection, heads: Heads, both: Claims, report: Report, progress: Progress) -> None:
    """Recompute every link, hold it against the heads that name it, and put what its entries say on the heap."""
    total = connection.execute(select(func.count()).select_from(links)).scalar_one()
    query = select(links).order_by(links.c.writer, links.c.number)
    chain: _Chain | None = None
    purged_before = ""
    for done, link in enumerate(streamed(connection, query, LINKS_AT_ONCE), 1):
        if chain is None or chain.writer != link["writer"]:
            chain = _Chain(link["writer"])
        try:
            _link(chain, link, report)
        except READ_ERRORS:  # a value of another type than the gate writes
            report.find("link.hash", _place(link), at=link["at"])
        _against_heads(link, heads, report)
        if link["entries"] is None:
            both.textless(_place(link), str(link["at"]))
            report.counts["links purged"] += 1
        for entry in _entries(link, report):
            purged_before = max(purged_before, _claim(entry, both, heads, _place(link), report))
        progress("links", done, total)
    for place, at in both.textless_since(purged_before):
        report.find("link.purged", place, at=at)
    report.counts["links"] = total
    _ends(connection, heads, report)


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


def _against_heads(link: RowMapping, heads: Heads, report: Report) -> None:
    for kept, expected in heads.waiting.pop((link["writer"], link["number"]), ()):
        if link["hash"] != expected:
            heads.differing.append((link["writer"], link["number"], kept))
        elif kept.head.signature or kept.outside:
            report.anchored = {
                "writer": link["writer"], "number": link["number"], "at": kept.head.at,
                "signed": bool(kept.head.signature), "outside": kept.outside,
            }  # fmt: skip


def _ends(connection: Connection, heads: Heads, report: Report) -> None:
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


def _unlike(kind: str, one: tuple[str, int, Kept], heads: Heads, report: Report, end: int) -> None:
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


def _claim(text_: str, both: Claims, heads: Heads, place: str, report: Report) -> str:
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
