"""Whatever single thing is left out of a rich document, or overdone, the gate decides, and what it writes is valid."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from edigate.sandbox import structures as people
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import DraftAttachment, sample_lines
from edigate.sandbox.ubl import ubl_credit_note, ubl_invoice
from tests.acceptance.gates import MIXED, PDF, fresh_number, sound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edigate.sandbox.drafts import Draft
    from tests.acceptance.gates import Site

RICH: dict[str, object] = {
    "lines": sample_lines(2),
    "attachments": (PDF, DraftAttachment("heures.csv", "text/csv", b"1;2\n")),
    "recipient_siret": people.CONNECTED,
    "service": "PHARMACIE",
    "service_name": "Pharmacie",
    "engagement": "EJ-1",
    "market": "M-1",
    "validator_siret": people.MOE,
    "validator_name": "Atelier d'architecture Lisière",
    "payee_siret": people.FACTOR,
    "payee_name": "Comptoir d'affacturage Rivoire",
    "due_date": dt.date(2025, 4, 1),
    "delivery_date": dt.date(2025, 3, 1),
    "origin_invoice": "O-1",
    "notes": ("Une note",),
    "supplier_vat": "FR32810347328",
}
MARK = "NUMBER"


def changed(document: bytes) -> Iterator[bytes]:
    """The document without one of its elements, or with one that is empty, twice there, or long and strange."""
    count = sum(1 for _ in etree.fromstring(document).iter(etree.Element))
    for place in range(1, count):
        for change in (leave_out, empty, repeat, overdo):
            root = etree.fromstring(document)
            element = list(root.iter(etree.Element))[place]
            if change(element):
                yield etree.tostring(root)


def leave_out(element: etree._Element) -> bool:
    """Take the element away."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
    return True


def empty(element: etree._Element) -> bool:
    """Take the text away."""
    element.text = None
    return not len(element)


def repeat(element: etree._Element) -> bool:
    """Put a copy beside it."""
    element.addnext(etree.fromstring(etree.tostring(element)))
    return True


def overdo(element: etree._Element) -> bool:
    """Fill it with a text that no field of the formats can hold."""
    element.text = "<é€ & \u2028 ]]> " * 20
    return not len(element)


@pytest.mark.parametrize(
    ("interface", "build", "said"),
    [
        ("FSO1106A", cii, {}),
        (MIXED, cii, {"type_code": "381"}),
        ("FSO1100A", ubl_invoice, {}),
        ("FSO1110A", ubl_credit_note, {"type_code": "381"}),
    ],
)
def test_no_single_change_makes_the_gate_stumble(
    site: Site, interface: str, build: Callable[[Draft], bytes], said: dict[str, object]
) -> None:
    """Every flow is decided and reported once, no flow is held, and every integrated invoice is in a valid pivot."""
    document = sound(build, **{**RICH, **said, "number": MARK})
    for content in changed(document):
        site.deposit(content.replace(f">{MARK}<".encode(), f">{fresh_number()}<".encode()), interface)

    tally = site.round()

    outcomes = site.outcomes()
    assert len(outcomes) > 200
    assert (tally.held, {outcome.state for outcome in outcomes}) == (0, {"decided"})
    verdicts = {outcome.verdict for outcome in outcomes}
    assert verdicts == {"integrated", "rejected", "inadmissible"}
    integrated = sum(outcome.verdict == "integrated" for outcome in outcomes)
    readers = [site.collect(partner) for partner in ("SEI001", "ETA001", "POR001")]
    assert sum(len(pivot) for reader in readers for pivot in reader.pivots) == integrated
    told = site.collect()
    assert len(told.reports) == len(outcomes)
    assert [bool(report.lines) for report in told.reports].count(False) == integrated
