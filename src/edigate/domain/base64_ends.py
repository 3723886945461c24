"""How a base64 text ends: XML Schema wants the bits zero that its last character has to spare (Part 2, §3.2.16).

Decoders mind them not, so that such a text is read here and refused by whoever holds it to a schema.
"""

from __future__ import annotations

import re

_END = re.compile(rb"(?:[A-Za-z0-9+/]|[AEIMQUYcgkosw048]=|[AQgw]==)\Z")


def ends_whole(text: bytes) -> bool:
    """Whether the end of a base64 text without blanks is that of whole bytes, with nothing to spare.

    >>> ends_whole(b"QUI="), ends_whole(b"QUJ="), ends_whole(b"QQ=="), ends_whole(b"QR==")
    (True, False, True, False)
    """
    return not text or _END.search(text, max(len(text) - 3, 0)) is not None
