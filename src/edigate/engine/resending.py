"""What a depositor has to send again of a flow: each refused document as it came, with what is wrong with it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.outcomes import Verdict
from edigate.emitters.excerpt import excerpt
from edigate.engine.originals import originals
from edigate.ledger import queries
from edigate.ledger.faults_json import load
from edigate.parsers import mixte
from edigate.parsers._xml import kind_of, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from sqlalchemy import Connection, RowMapping

    from edigate.domain.faults import Fault
    from edigate.engine.gate import Gate

_HEAD = 4096
_ENDINGS = {"xml": ".xml", "pdf": ".pdf", "gzip": ".tar.gz", "zip": ".zip"}


class RefusedInvoice(NamedTuple):
    """One invoice to mend; `position` is its place in the flow, empty faults are those of the flow alone."""

    number: str
    supplier: str
    position: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """One document to send again: `name` is a file name for it, `entry` its file inside the flow's archive.

    `content` is None where it is the deposit itself, which may be large and is copied by `write`. `faults` are those of
    the flow. `excerpt` says that it holds only the refused ones of several invoices.
    """

    name: str
    entry: str
    invoices: tuple[RefusedInvoice, ...]
    faults: tuple[Fault, ...] = ()
    content: bytes | None = None
    excerpt: bool = False


class Missing(Exception):
    """The archive no longer gives documents that the ledger has; carries their entries."""


def refused(gate: Gate, connection: Connection, flow: RowMapping) -> Iterator[Refused]:
    """The documents to send again, one by one; none where everything was taken. Raises ledger.archive.Altered, Missing.

    Of a flow that is inadmissible that is all of it.
    """
    rows = queries.invoices_of(connection, flow["id"])
    rejected = _rejected(rows)
    if flow["verdict"] == Verdict.INADMISSIBLE:
        yield _whole(gate, connection, flow, rejected)
        return
    wanted = {row["entry"] for row in rejected}
    for entry, content in originals(gate, flow) if wanted else ():
        if entry in wanted:
            wanted.remove(entry)
            yield _document(flow, entry, content, rows, rejected)
    if wanted:
        raise Missing(*sorted(wanted))


def write(gate: Gate, flow: RowMapping, document: Refused, into: BinaryIO) -> None:
    """Write a document's content."""
    with _opened(gate, flow, document) as file:
        shutil.copyfileobj(file, into)


def _opened(gate: Gate, flow: RowMapping, document: Refused) -> AbstractContextManager[BinaryIO]:
    if document.content is None:
        return gate.archive.open(flow["archived"])
    return BytesIO(document.content)


def _rejected(rows: Sequence[RowMapping]) -> list[RowMapping]:
    """The last decision on each place that was never integrated: what is integrated stays so."""
    integrated = {row["position"] for row in rows if row["verdict"] == Verdict.INTEGRATED}
    last = {row["position"]: row for row in rows}
    return [row for position, row in sorted(last.items()) if position not in integrated]


def _whole(gate: Gate, connection: Connection, flow: RowMapping, rejected: Sequence[RowMapping]) -> Refused:
    run = next(run for run in reversed(queries.runs_of(connection, flow["id"])) if run["verdict"])
    kind = kind_of(gate.archive.head(flow["archived"]))
    return Refused(_named(flow["name"], kind), "", tuple(map(_invoice, rejected)), load(run["faults"]))


def _invoice(row: RowMapping) -> RefusedInvoice:
    return RefusedInvoice(row["number"], row["supplier"], row["position"], load(row["faults"]))


def _document(
    flow: RowMapping, entry: str, content: bytes, rows: Sequence[RowMapping], rejected: Sequence[RowMapping]
) -> Refused:
    name = PurePosixPath(entry).name if entry else _named(flow["name"], kind_of(content[:_HEAD]))
    places = sorted({row["position"] for row in rows if row["entry"] == entry})
    wanted = [row for row in rejected if row["entry"] == entry]
    invoices = tuple(map(_invoice, wanted))
    cut = excerpt(content, [places.index(row["position"]) + 1 for row in wanted])
    if cut is None:
        return Refused(name, entry, invoices, content=content)
    return Refused(name, entry, _placed_again(cut, invoices), content=cut, excerpt=True)


def _placed_again(content: bytes, invoices: Sequence[RefusedInvoice]) -> tuple[RefusedInvoice, ...]:
    """The same faults, at their places in the excerpt."""
    root = read(content, max_bytes=len(content))
    placed = []
    for place, one in enumerate(invoices, start=1):
        locate = mixte.locate_in(root, place)
        placed.append(one._replace(faults=tuple(replace(f, path="").placed(*locate(f.field)) for f in one.faults)))
    return tuple(placed)


def _named(flow: str, kind: str) -> str:
    ending = _ENDINGS.get(kind, "")
    return flow if flow.lower().endswith(ending) else f"{flow}{ending}"
