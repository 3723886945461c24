"""What a virus scanner finds: in a deposit as it came, and in the attachments that base64 hides from it there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from edigate.domain.attachments import pieces
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


def dangers(invoice: Invoice, scan: Scan) -> Iterator[Fault]:
    """What the scanner finds in the attachments of an invoice; each refuses the whole flow."""
    for index, attachment in enumerate(invoice.attachments):
        found = scan(pieces(attachment.encoded() or ""))
        if found:
            name = attachment.name or str(index + 1)
            yield fault("EDG-F016", f"attachments[{index}].content", found, infected=name)
