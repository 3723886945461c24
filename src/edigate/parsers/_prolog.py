"""What comes before a document's root element, read as libxml2 reads it: in the encoding that the first bytes show."""

from __future__ import annotations

import re
from typing import NamedTuple

# Which encoding the first bytes show; what none of them fits has one byte for every sign of markup.
_STARTS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_ANY_START = tuple(start for start, _ in _STARTS)
_NARROW = "latin-1"
_MARK = re.compile("\ufeff|\xef\xbb\xbf")
# Some at a time, as each is remembered; not possessive, which before Python 3.11.5 misses what repeats such parts.
_ASIDES = re.compile(r"(?:<!--.*?-->|<\?.*?\?>|[\t\n\r ]++){1,100}", re.DOTALL)
_DECLARATION = "<!DOCTYPE"
_UNFINISHED = ("<!--", "<?")
_FIRST_LOOK, _FURTHER = 4_096, 4


class Prolog(NamedTuple):
    """The beginning of a document as text, byte for byte where it is not wide, and where the prolog ends in it.

    `ended` is False where the content stops before the root element, or whatever else ends a prolog, has begun.
    """

    text: str
    end: int
    ended: bool

    @property
    def declares(self) -> bool:
        """Whether a document type declaration comes next."""
        return self.text.startswith(_DECLARATION, self.end)

    @property
    def line(self) -> int:
        """The line on which it ends."""
        return self.text.count("\n", 0, self.end) + 1


def look(content: bytes) -> Prolog:
    """Read up to the root element, however far down it is, in a time that grows as the prolog does."""
    encoding = _NARROW
    if content.startswith(_ANY_START):
        encoding = next(encoding for start, encoding in _STARTS if content.startswith(start))
    size = _FIRST_LOOK
    while not (found := _read(content[:size].decode(encoding, "ignore"))).ended and size < len(content):
        size *= _FURTHER
    return found


def _read(text: str) -> Prolog:
    mark = _MARK.match(text)
    end = mark.end() if mark else 0
    while asides := _ASIDES.match(text, end):
        end = asides.end()
    ended = len(text) - end >= len(_DECLARATION) and not text.startswith(_UNFINISHED, end)
    return Prolog(text, end, ended)
