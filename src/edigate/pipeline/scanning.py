"""What a virus scanner finds: in a deposit as it came, and in the attachments that base64 hides from it there."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from edigate.domain.attachments import inner_pieces, pieces
from edigate.domain.faults import Refusal, fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.domain.faults import Fault
    from edigate.domain.invoice import Invoice
    from edigate.pipeline.desk import Scan, Source

_PIECE = 1 << 18


def stop_on_danger(source: Source, scan: Scan) -> None:
    """Raise Refusal for a deposit in which the scanner finds anything: nothing else is done with it then."""
    with source.open() as file:
        found = scan(iter(partial(file.read, _PIECE), b""))
    if found:
        raise Refusal(fault("EDG-F016", "document", found, infected=""))


def dangers(invoice: Invoice, scan: Scan, limit: int) -> Iterator[Fault]:
    """What the scanner finds in the attachments of an invoice; each refuses the whole flow.

    An attachment is looked through as it came and, where it is a file in a ZIP of its own, as that file, of up to
    `limit` bytes: of a large one in a ZIP a scanner may look at nothing without a word.
    """
    for index, attachment in enumerate(invoice.attachments):
        encoded = attachment.encoded() or ""
        found = scan(pieces(encoded)) or _inside(encoded, scan, limit)
        if found:
            name = attachment.name or str(index + 1)
            yield fault("EDG-F016", f"attachments[{index}].content", found, infected=name)


def _inside(encoded: str, scan: Scan, limit: int) -> str:
    inside = inner_pieces(encoded, limit)
    first = next(inside, None)
    return "" if first is None else scan(chain((first,), inside))
