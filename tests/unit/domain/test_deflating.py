"""What is deflated for a PDF or a ZIP, small or large."""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING

import pytest

from edigate.domain.deflating import deflated
from edigate.sandbox.documents import Draft, cii, sample_lines, ubl_invoice

if TYPE_CHECKING:
    from collections.abc import Callable

MARKUP = b"".join(
    b"<cac:InvoiceLine><cbc:ID>%d</cbc:ID><cbc:Note>%x</cbc:Note></cac:InvoiceLine>" % (n, n * n) for n in range(900)
)
LENGTHS = (0, 1, 300, 10_000, 1 << 14, (1 << 14) + 1, 40_000, 1 << 16)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("content", [MARKUP, os.urandom(1 << 16)])
def test_any_reader_gets_back_what_went_in(content: bytes, length: int) -> None:
    """As one stream with nothing behind it, in zlib's format and bare, whatever it is and however long."""
    data = content[:length]
    for bits, bare in ((zlib.MAX_WBITS, False), (-zlib.MAX_WBITS, True)):
        machine = zlib.decompressobj(bits)
        assert machine.decompress(deflated(data, bare=bare)) == data
        assert (machine.eof, machine.unused_data) == (True, b"")


@pytest.mark.parametrize("build", [ubl_invoice, cii])
def test_an_invoice_shrinks_nearly_as_much_as_it_can_at_leisure(build: Callable[[Draft], bytes]) -> None:
    """Within a tenth of what zlib makes of it: time that is saved once must not be paid by whoever keeps the pivot."""
    invoice = build(Draft("F1", lines=sample_lines(6)))
    assert len(deflated(invoice, bare=True)) <= 1.1 * len(zlib.compress(invoice, 3, wbits=-zlib.MAX_WBITS))


def test_the_same_data_give_the_same_bytes() -> None:
    """Deflated twice, they are the same, so that a pivot rendered again is the same pivot."""
    assert deflated(MARKUP[:10_000], bare=True) == deflated(MARKUP[:10_000], bare=True)
