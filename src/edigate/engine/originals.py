"""The documents of a flow in the archive, as they were deposited: the file itself, or what its archive holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.parsers._xml import kind_of
from edigate.pipeline.documents import ARCHIVES, SIGNATURE
from edigate.unpacking import Entry, Limits, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import RowMapping

    from edigate.engine.gate import Gate

# A flow that was taken passed the limits of its day, which today's may not be: here nothing is judged again.
_ENDLESS = 1 << 62
_NO_LIMITS = Limits(
    file_bytes=_ENDLESS, flow_invoices=_ENDLESS, entries=_ENDLESS, total_bytes=_ENDLESS, ratio=_ENDLESS, nesting=16,
    folders=True,
)  # fmt: skip


def originals(gate: Gate, flow: RowMapping) -> Iterator[tuple[str, bytes]]:
    """The documents one by one, each with the name of its entry, which is empty where the flow is the document.

    Of an archive that was refused, those that can be read. Raises ledger.archive.Altered.
    """
    place = flow["archived"]
    kind = kind_of(gate.archive.head(place))
    if kind not in ARCHIVES:
        yield "", gate.archive.recall(place)
        return
    interface = gate.interfaces.get(flow["interface"] or "")
    with gate.archive.open(place) as file:
        for found in unpack(file, kind, _NO_LIMITS, interface.container if interface else "xml"):
            if isinstance(found, Entry) and found.kind != SIGNATURE:
                yield found.name, found.content
