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
    from collections.abc import Iterator, Sequence

    from edigate.emitters._faces import Weight

_MAKER = "edigate"
# What follows tells programs that carry files about that this is no text.
_START = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
_CATALOGUE, _PAGES, _ABOUT = 1, 2, 3


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
    for number, font in enumerate(fonts, start=1):
        names += f"/F{number} {_ABOUT + len(written) + 1} 0 R"
        written += font.objects(_ABOUT + len(written) + 1)
    first = _ABOUT + len(written) + 1
    kids = " ".join(f"{first + 2 * position} 0 R" for position in range(len(pages)))
    return _file(
        [
            f"<</Type/Catalog/Pages {_PAGES} 0 R/Lang(fr)>>".encode(),
            f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]/MediaBox[0 0 {size[0]:g} {size[1]:g}]"
            f"/Resources<</Font<<{names}>>>>>>".encode(),
            _about(about),
            *written,
            *(part for position, page in enumerate(pages) for part in _page(first + 2 * position, page)),
        ]
    )


def stream(data: bytes, about: str) -> bytes:
    """An object that holds data."""
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (about.encode(), len(data), data)


def _page(number: int, operators: bytes) -> Iterator[bytes]:
    yield b"<</Type/Page/Parent %d 0 R/Contents %d 0 R>>" % (_PAGES, number + 1)
    yield stream(deflated(operators), "/Filter/FlateDecode")


def _about(about: About) -> bytes:
    said = {
        "Title": about.title, "Author": about.author, "Subject": about.subject, "Creator": _MAKER, "Producer": _MAKER,
    }  # fmt: skip
    entries = [f"/{key}{_string(text)}" for key, text in said.items()]
    if about.day:
        # Midnight of the document's own day: neither clock nor chance has a part in the file.
        moment = f"(D:{about.day.year:04}{about.day.month:02}{about.day.day:02}000000Z)"
        entries += [f"/CreationDate{moment}", f"/ModDate{moment}"]
    return f"<<{''.join(entries)}>>".encode()


def _string(text: str) -> str:
    if text.isascii() and not set("()\\") & set(text):
        return f"({text})"
    return f"<FEFF{text.encode('utf-16-be').hex()}>"


def _file(objects: Sequence[bytes]) -> bytes:
    """The objects, numbered from 1, with the table of their places."""
    pieces = [b"%d 0 obj\n%b\nendobj\n" % (number, body) for number, body in enumerate(objects, start=1)]
    *places, end = accumulate(map(len, pieces), initial=len(_START))
    count = len(pieces) + 1
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    tail = (
        f"xref\n0 {count}\n0000000000 65535 f \n{table}"
        f"trailer\n<</Size {count}/Root {_CATALOGUE} 0 R/Info {_ABOUT} 0 R>>\nstartxref\n{end}\n%%EOF\n"
    )
    return b"".join((_START, *pieces, tail.encode()))
