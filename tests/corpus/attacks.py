"""What an attack is: a deposit made by code, and what the gate must say of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftAttachment

if TYPE_CHECKING:
    from collections.abc import Callable

STRUCTURED, MIXED, FACTUR_X = "FSO1106A", "FSO1116A", "FSO1117A"
TAKEN, REFUSED, NOT_ADMITTED = "integrated", "rejected", "inadmissible"

ELSEWHERE = "http://127.0.0.1:00000"
"""In a document: an address of whoever runs the attack, who must never be asked for anything."""
FILE = "file:///nowhere/opened"
"""In a document: a file of this machine, which must never be opened."""


class Attack(NamedTuple):
    """One hostile deposit; `make` gives its bytes for an invoice of this number.

    `faults` are the codes that block it, of the flow and of its invoices, each once, in the order of their numbers.
    """

    name: str
    make: Callable[[str], bytes]
    verdict: str
    faults: tuple[str, ...] = ()
    interface: str = STRUCTURED


def invoice(number: str, **changes: object) -> bytes:
    """A sound document."""
    return cii(Draft(number, **changes))  # type: ignore[arg-type]


def prolog(text: str, after: str = "") -> Callable[[str], bytes]:
    """A sound document with something before its root, and `after` in the place of its supplier's name."""

    def make(number: str) -> bytes:
        content = re.sub(rb"(<\?xml[^>]*\?>)", lambda m: m[1] + text.encode(), invoice(number), count=1)
        return _in_place_of_the_name(content, after) if after else content

    return make


def in_the_name(text: str) -> Callable[[str], bytes]:
    """A sound document with this in the place of its supplier's name."""
    return lambda number: _in_place_of_the_name(invoice(number), text)


def in_the_root(text: str) -> Callable[[str], bytes]:
    """A sound document with these attributes in its root's tag."""
    return lambda number: re.sub(
        rb"(<rsm:CrossIndustryInvoice)", lambda m: m[1] + b" " + text.encode(), invoice(number), count=1
    )


def after_the_notes(text: bytes) -> Callable[[str], bytes]:
    """A sound document with this at the end of its header, where the schema has nothing more."""
    return lambda number: invoice(number).replace(b"</rsm:ExchangedDocument>", text + b"</rsm:ExchangedDocument>", 1)


def around(before: bytes, behind: bytes = b"") -> Callable[[str], bytes]:
    """A sound document between these bytes."""
    return lambda number: before + invoice(number) + behind


def recoded(encoding: str, declared: str | None = None, mark: bytes = b"") -> Callable[[str], bytes]:
    """A sound document in an encoding, which says that it is in another one, or nothing of that (`declared` "")."""

    def make(number: str) -> bytes:
        text = invoice(number, supplier_name="Étanchéité Morvandier").decode()
        said = f' encoding="{encoding if declared is None else declared}"' if declared != "" else ""
        return mark + re.sub(r' encoding="[^"]*"', said, text, count=1).encode(encoding)

    return make


def attached(*files: DraftAttachment) -> Callable[[str], bytes]:
    """A sound document with these attachments."""
    return lambda number: invoice(number, attachments=files)


def _in_place_of_the_name(content: bytes, text: str) -> bytes:
    name = re.compile(rb"(<ram:SellerTradeParty>.*?<ram:Name>)[^<]*", re.DOTALL)
    changed, count = name.subn(lambda m: m[1] + text.encode(), content, count=1)
    if not count:
        raise AssertionError(content)
    return changed
