"""An archive whose documents several processes look into: what they find together is what one would have found."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from edigate.catalogue import interfaces
from edigate.domain.partners import PartnerBook
from edigate.pipeline.desk import Deposit
from edigate.pipeline.examine import Part, examine, joined, look_into
from edigate.sandbox.archives import tar_gz
from edigate.sandbox.cases import with_unknown_element
from edigate.sandbox.cii import cii
from edigate.sandbox.documents import cpp_mixte
from edigate.sandbox.drafts import Draft, DraftAttachment
from tests.unit.pipeline.test_admission import DEPOSITOR, DESK, InMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from edigate.domain.verdicts import Examination
    from edigate.pipeline.desk import Desk

PARTNER = replace(DEPOSITOR, deposits=frozenset(interfaces()))
DAY = dt.date(2026, 3, 2)
HERE = replace(DESK, book=PartnerBook())


def archive_of(*contents: bytes) -> bytes:
    """A tar.gz of documents, by number."""
    return tar_gz({f"{number:03d}.xml": content for number, content in enumerate(contents)})


def sound(number: int) -> bytes:
    """A document that nothing is wrong with."""
    return cii(Draft(f"F-{number}"))


FAULTY = cii(Draft("F-99", payment_code="99"))
MIXED = [sound(1), FAULTY, with_unknown_element(sound(2)), b"<facture/>", sound(3), FAULTY, sound(4), b"no XML"]
CASES = {
    "sound": archive_of(*map(sound, range(7))),
    "mixed": archive_of(*MIXED),
    "one": archive_of(sound(1)),
    "none": archive_of(),
    "cut short": archive_of(*map(sound, range(7)))[:-40],
    "a document": sound(1),
    "no invoice": with_unknown_element(sound(1)),
    "other": b"nothing of the sort",
}


def whole_and_shared(
    content: bytes, among: int, desk: Desk = HERE, name: str = "FSO1106A"
) -> tuple[Examination, Examination]:
    """The same deposit examined by one, and by several."""
    deposit = Deposit(f"{name}_ABC123_ABC123{name[3:7]}{42:015d}", PARTNER, DAY, len(content))
    parts = [look_into(deposit, InMemory(content), desk, part=Part(number, among)) for number in range(among)]
    return examine(deposit, InMemory(content), desk), joined(parts, desk.settings.flow_invoices)


@pytest.mark.parametrize("among", [2, 3, 9])
@pytest.mark.parametrize("content", CASES.values(), ids=CASES)
def test_shared_out_or_not_the_examination_is_the_same(content: bytes, among: int) -> None:
    """Faults in their order, invoices with their positions; what is wrong with the archive is told once."""
    alone, together = whole_and_shared(content, among)
    assert together == alone


def test_every_part_has_its_share() -> None:
    """Nothing is looked into twice, nothing is left out."""
    content = CASES["sound"]
    deposit = Deposit(f"FSO1106A_ABC123_ABC1231106{42:015d}", PARTNER, DAY, len(content))
    parts = [look_into(deposit, InMemory(content), HERE, part=Part(number, 2)) for number in range(2)]
    assert [len(part.documents) for part in parts] == [4, 3]


@pytest.mark.parametrize("most", [3, 6, 7])
def test_too_many_invoices_are_too_many_however_they_are_shared(most: int) -> None:
    """The flow is refused for their number, and as many are told of as one process would have looked at."""
    desk = replace(HERE, settings=HERE.settings._replace(flow_invoices=most))
    alone, together = whole_and_shared(CASES["sound"], 2, desk)
    assert together == alone


def test_what_is_attached_past_the_last_invoice_is_not_looked_through() -> None:
    """Whoever has fewer of the documents sees one that another would not have looked at: it is told by neither."""

    class Suspicious:
        """A scanner that finds fault with whatever is attached."""

        def opened(self, _size: int) -> Callable[[Iterable[bytes]], str]:
            """Of those here it finds fault with one."""
            return lambda pieces: "Eicar" if b"Eicar" in b"".join(pieces) else ""

    def pair(number: int, attached: bytes) -> bytes:
        files = (DraftAttachment("a.pdf", "application/pdf", b"%PDF-1.7 " + attached, zipped=False),)
        return cpp_mixte(*(Draft(f"F-{number}-{of}", attachments=files) for of in range(2)))

    content = archive_of(pair(1, b""), pair(2, b""), pair(3, b"Eicar"))
    for most, codes in ((4, ["EDG-F015"]), (6, ["EDG-F016", "EDG-F016"])):
        desk = replace(HERE, settings=HERE.settings._replace(flow_invoices=most), scanner=Suspicious())
        alone, together = whole_and_shared(content, 2, desk, "FSO1113A")
        assert together == alone
        assert [found.code for found in alone.faults] == codes


def test_a_name_that_is_refused_is_refused_once() -> None:
    """The envelope is judged by every part, and told by one."""
    alone, together = whole_and_shared(CASES["sound"], 3, name="FSO9999A")
    assert together == alone
