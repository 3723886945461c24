"""A mistake in a document's form names the business field that stands there, beside its path."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edigate.domain.explain import explain
from edigate.sandbox.documents import DraftLine, cpp_mixte, ubl_invoice
from tests.effort import calls
from tests.unit.domain.applied_examples import DRAFT, REPORTER, a_receipt, a_status, deposited

UBL = ubl_invoice(replace(DRAFT, lines=(DraftLine(), DraftLine(), DraftLine())))
MIXTE, STATUS, RECEIPT = cpp_mixte(DRAFT, DRAFT), a_status(), a_receipt()
AMOUNT = b'<cbc:PayableAmount currencyID="EUR">120.00</cbc:PayableAmount>'


@pytest.mark.parametrize(
    ("document", "interface", "right", "wrong", "expected"),
    [
        (UBL, "FSO1110A", b"2026-03-02", b"02/03/2026", [("F108", "Date d’émission (BT-2)")]),
        (UBL, "FSO1110A", AMOUNT.replace(b"120", b"360"), b"", [("F107", "Montant net à payer (BT-115)")]),
        (UBL, "FSO1110A", b'<cbc:PayableAmount currencyID="EUR"', b"<cbc:PayableAmount",
         [("F109", "Montant net à payer (BT-115)")]),
        (UBL, "FSO1110A", b"<cbc:InvoicedQuantity>1", b"<cbc:InvoicedQuantity>un",
         [("F108", f"Quantité facturée de la ligne {number} (BT-129)") for number in (1, 2, 3)]),
        (UBL, "FSO1110A", b"<cac:LegalMonetaryTotal>", b"<cac:LegalMonetaryTotal>x", [("F110", "")]),
        (MIXTE, "FSO1113A", b"<Type>380", b"<Type>383", [("F108", "Type de facture (BT-3)")] * 2),
        (STATUS, "FSO1301A", b"<IdStatut>07", b"<IdStatut>57", [("F108", "Code du statut")]),
        (RECEIPT, "FSO1300A", b"<IdStatut>92", b"<IdStatut>9", [("F108", "Code de l’accusé de réception")]),
    ],
)  # fmt: skip
def test_the_field_at_the_path_is_named(
    document: bytes, interface: str, right: bytes, wrong: bytes, expected: list[tuple[str, str]]
) -> None:
    """Of the document, of its rows and attributes, of each of its invoices; an element that is no field has none."""
    assert right in document
    found = deposited(document.replace(right, wrong), interface, REPORTER)

    assert [(one.code.removeprefix("EDG-"), explain(one).field) for one in found] == expected


def test_many_mistakes_are_named_with_little_effort() -> None:
    """In a refused flow of many invoices each is looked through for its own mistakes, not for everybody's."""
    document = cpp_mixte(*[DRAFT] * 100).replace(b"<Type>380", b"<Type>383")
    found = deposited(document, "FSO1113A")

    assert {one.field for one in found} == {"type_code"}
    assert calls(deposited, document, "FSO1113A") < 2_300_000
