"""The walk along the chain: each link by itself, after the one before, against the heads, and what its entries say."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sqlalchemy import func, select

from edigate.audit import purges
from edigate.audit.claims import flows_of_delivery, of_entry
from edigate.ledger import takeover
from edigate.ledger.clock import moment, stamp
from edigate.ledger.journal import FIRST, ORDER, WRITER, digest, is_writer, link_body, link_hash
from edigate.ledger.tables import links

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, RowMapping, Select

    from edigate.audit.compare import Claims
    from edigate.audit.findings import Report
    from edigate.audit.kept import Kept

LINKS_AT_ONCE = 20
RESTORED = "gate.restored"
READ_ERRORS = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)
ASTRAY = dt.timedelta(days=1)  # a clock may be wrong by so much before anybody asks


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
        self.times: dict[tuple[str, int], str] = {}
        """By writer and number of link, the latest time of a head that names it."""
        self.vouched: dict[str, int] = {}
        """By writer, the last link that a head which is signed or was kept outside names."""
        self._made: dict[str, frozenset[str]] = {}
        for one in kept:
            self._made[one.head.at] = frozenset(one.head.writers) | self._made.get(one.head.at, frozenset())
            for writer, at in one.head.writers.items():
                self.waiting[writer, at.number].append((one, at.hash))
                self.times[writer, at.number] = max(self.times.get((writer, at.number), ""), one.head.at)
                if one.head.signature or one.outside:
                    self.vouched[writer] = max(self.vouched.get(writer, 0), at.number)

    def without(self, writer: str) -> str:
        """The latest time of a head that does not know of this writer: it began later."""
        return max((at for at, writers in self._made.items() if writer not in writers), default="")


class Terms(NamedTuple):
    """What links are held against besides each other: the present time, and how many years the settings keep flows.

    `demo`: a sandbox, whose demonstrations live through weeks that are over.
    """

    now: dt.datetime
    years: float
    demo: bool = False


class _Chain:
    """How far the walk along one writer's links has come.

    `latest` is the latest time of what is known to be older than the next link, `earliest` what that one's may be at
    least; `back` whether the last one's was astray.
    """

    def __init__(self, begun_after: str) -> None:
        self.number = 0
        self.hash = FIRST
        self.latest = ""
        self.earliest = ""
        self.back = False
        self.astray: dict[str, dict[str, object]] = {}
        self.not_before(begun_after)

    def not_before(self, at: str) -> None:
        """What comes now is not older than this."""
        if at > self.latest:
            with suppress(*READ_ERRORS):  # a time of another form is no time to go by
                self.latest, self.earliest = at, stamp(moment(at) - ASTRAY)


def walk(connection: Connection, heads: Heads, both: Claims, terms: Terms, report: Report, progress: Progress) -> None:
    """Recompute every link, hold it against the heads that name it, and put what its entries say on the heap."""
    total = connection.execute(select(func.count()).select_from(links)).scalar_one()
    embedded = connection.dialect.name == "sqlite"
    chains: dict[str, _Chain] = {}
    purged = purges.Purges(terms.years, heads.vouched)
    for done, link in enumerate(streamed(connection, _in_order(embedded=embedded), LINKS_AT_ONCE), 1):
        progress("links", done, total)
        writer = str(link["writer"])
        if is_writer(writer, embedded=embedded):
            chain = chains.get(writer) or chains.setdefault(writer, _Chain(heads.without(writer)))
            _walked(chain, link, heads, terms, report)
            _told(chain, link, purged, heads, both, report)
        else:
            report.find("link.writer", _place(link), at=link["at"])
    report.counts["links"] = total
    astray = {place: values for chain in chains.values() for place, values in chain.astray.items()}
    if terms.demo:
        report.counts["times of demonstrations"] = len(astray)
        astray.clear()
    for place, values in astray.items():
        report.find("link.time", place, **values)
    for place, at in both.textless_since(purged.before):
        report.find("link.purged", place, at=at)
    report.left = purged.left
    _ends(connection, heads, report)


def _in_order(*, embedded: bool) -> Select[Any]:
    """The links as what they say came about: by their numbers; those of several chains by what their entries bear.

    A ledger that was embedded once has what it noted then in one chain, which is older than the others.
    """
    if embedded:
        return select(links).order_by(links.c.writer, links.c.number)
    return select(links).order_by(links.c.writer != WRITER, links.c.id)


def _walked(chain: _Chain, link: RowMapping, heads: Heads, terms: Terms, report: Report) -> None:
    """One link as such."""
    try:
        _link(chain, link, report)
        if found := _time(chain, link, heads, terms):
            chain.astray[_place(link)] = found
    except READ_ERRORS:  # a value of another type than the gate writes
        report.find("link.hash", _place(link), at=link["at"])
    _against_heads(link, heads, report)


def _told(chain: _Chain, link: RowMapping, purged: purges.Purges, heads: Heads, both: Claims, report: Report) -> None:
    """What one link says."""
    place = _place(link)
    if link["entries"] is None:
        both.textless(place, str(link["at"]))
        report.counts["links purged"] += 1
        return
    read = [entry for text in _entries(link, report) if (entry := _read(text, place, report))]
    if link["writer"] != WRITER and any(entry.get(ORDER) != link["id"] for entry in read):
        report.find("link.order", place, at=link["at"])
    for entry in read:
        _claim(entry, both, heads, place, report)
        if entry["event"] == takeover.EVENT:  # what a ledger held before it had a log has the times of then
            chain.astray.clear()
    purged.note(read, link, place, both, report)


def _time(chain: _Chain, link: RowMapping, heads: Heads, terms: Terms) -> dict[str, object] | None:
    """Where a link's time goes back behind what is older, or is yet to come; said once where several follow."""
    at = str(link["at"])
    astray: dict[str, object] | None = None
    if at > stamp(terms.now + ASTRAY):
        astray = {"at": at, "other": stamp(terms.now)}
    elif at < chain.earliest:
        astray = {"at": at, "other": chain.latest}
    known, chain.back = chain.back, astray is not None
    # A text that retention has taken leaves its time behind, which is no proof against a clock.
    older = at if link["entries"] is not None else ""
    chain.not_before(max(older, heads.times.get((link["writer"], link["number"]), "")))
    return None if known else astray


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
    texts, digests = str(link["entries"]).split("\n"), str(link["digests"]).split(" ")
    if len(texts) != len(digests):
        report.find("link.count", _place(link), entries=len(texts), digests=len(digests))
    for place, (one, expected) in enumerate(zip(texts, digests, strict=False), 1):
        report.counts["entries"] += 1
        if digest(one) != expected:
            report.find("link.entry", _place(link), entry=place, at=link["at"])
            continue
        yield one


def _read(text: str, place: str, report: Report) -> dict[str, Any] | None:
    """The entry that a text is. Its digest is right: one that is none was written so, by another program."""
    try:
        entry = json.loads(text)
        if isinstance(entry, dict) and isinstance(entry["event"], str):
            return entry
        error = "no entry"
    except READ_ERRORS as raised:
        error = repr(raised)
    report.find("entry.strange", place, event=text[:80], error=error)
    return None


def _claim(entry: dict[str, Any], both: Claims, heads: Heads, place: str, report: Report) -> None:
    """Put what an entry says on the heap."""
    try:
        if entry["event"] == RESTORED:
            heads.restores.append({"at": entry["at"], "actor": entry["actor"], "last": entry["details"]["last_link"]})
        for one in of_entry(entry):
            both.claim(one, place)
        if about := flows_of_delivery(entry):
            both.holds(*about)
    except READ_ERRORS as error:
        report.find("entry.strange", place, event=str(entry)[:80], error=repr(error))
