"""A PDF file of pages that are ready: objects, their places, and what readers show of a document (PDF 32000-1, 7.5).

The gate writes this itself: in a library's document model, built and formatted object by object, half of the time of
a small document goes.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.deflating import deflated

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from edigate.emitters._faces import Weight

_MAKER = "edigate"
# What follows tells programs that carry files about that this is no text.
_START = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
_CATALOGUE, _PAGES, _ABOUT = 1, 2, 3
_START_OF_ALL = f"<</Type/Catalog/Pages {_PAGES} 0 R/Lang(fr)>>".encode()


class About(NamedTuple):
    """What a reader of PDF shows of a document besides its pages."""

    title: str
    author: str
    subject: str
    day: dt.date | None


def document(
    about: About, size: tuple[float, float], fonts: Sequence[Weight], pages: Sequence[bytes]
) -> bytes:  # fmt: skip
    """The file: each page's operators on a sheet of this size, in French; fonts are F1, F2 ... there."""
    written: list[bytes] = []
    names = ""
    for place, font in enumerate(fonts, start=1):
        number = _ABOUT + len(written) + 1
        names += f"/F{place} {number} 0 R"
        written += font.objects(number)
    first = _ABOUT + len(written) + 1
    for page in pages:
        number = _ABOUT + len(written) + 1
        written.append(f"<</Type/Page/Parent {_PAGES} 0 R/Contents {number + 1} 0 R>>".encode())
        written.append(stream(deflated(page), "/Filter/FlateDecode"))
    kids = " ".join([f"{number} 0 R" for number in range(first, first + 2 * len(pages), 2)])
    tree = (
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]/MediaBox[0 0 {size[0]:g} {size[1]:g}]"
        f"/Resources<</Font<<{names}>>>>>>"
    )
    return _file([_START_OF_ALL, tree.encode(), _about(about), *written])


def stream(data: bytes, about: str) -> bytes:
    """An object that holds data."""
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (about.encode(), len(data), data)


def _about(about: About) -> bytes:
    said = (
        f"<</Title{_string(about.title)}/Author{_string(about.author)}/Subject{_string(about.subject)}"
        f"/Creator({_MAKER})/Producer({_MAKER})"
    )
    if about.day:
        # Midnight of the document's own day: neither clock nor chance has a part in the file.
        moment = f"(D:{about.day.isoformat().replace('-', '')}000000Z)"
        said += f"/CreationDate{moment}/ModDate{moment}"
    return f"{said}>>".encode()


def _string(text: str) -> str:
    if text.isascii() and not ("(" in text or ")" in text or "\\" in text):
        return f"({text})"
    return f"<FEFF{text.encode('utf-16-be').hex()}>"


def _file(objects: Sequence[bytes]) -> bytes:
    """The objects, numbered from 1, with the table of their places."""
    pieces = [b"%d 0 obj\n%b\nendobj\n" % (number, body) for number, body in enumerate(objects, start=1)]
    *places, end = accumulate(map(len, pieces), initial=len(_START))
    count = len(pieces) + 1
    table = b"%010d 00000 n \n" * len(places) % tuple(places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % count
    tail = b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, _CATALOGUE, _ABOUT, end)
    return b"".join((_START, *pieces, head, table, tail))
