"""Deflating, as PDF and ZIP do it: quick for what is small, which nearly everything is."""

from __future__ import annotations

import zlib

from edigate.domain.deflating_parts import PIECE, in_parts

# A window that reaches further back than a text is long finds nothing more, and clearing its memory takes longer than
# deflating ten kilobytes does. Past level 3 a text of that size takes twice the time for a tenth of its size.
_SMALL, _SMALL_BITS = 1 << 14, 14
_LEVEL = 3


def deflated(data: bytes, *, bare: bool = False) -> bytes:
    """The data in zlib's format, or `bare`, as a ZIP holds it; the same bytes every time."""
    if bare and len(data) > PIECE:
        return b"".join(in_parts(data))
    bits = _SMALL_BITS if len(data) <= _SMALL else zlib.MAX_WBITS
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -bits if bare else bits)
    return packer.compress(data) + packer.flush()
