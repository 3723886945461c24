"""A CPPFactureMixte cut down to some of its invoices."""

from __future__ import annotations

import pytest
from lxml import etree

from edigate.catalogue import schema_folder
from edigate.emitters.excerpt import excerpt
from edigate.parsers import mixte
from edigate.sandbox.attached import tiny_pdf
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftAttachment
from edigate.sandbox.mixte import cpp_mixte

PDF = DraftAttachment("facture.pdf", "application/pdf", tiny_pdf("Facture"), type_code="01")
DRAFTS = tuple(Draft(f"É-{number}", attachments=(PDF,), encoding="ISO-8859-15") for number in range(4))


@pytest.mark.parametrize("positions", [(1,), (2, 4), (4,), (1, 2, 3)])
def test_the_other_invoices_are_left_out(positions: tuple[int, ...]) -> None:
    """What is kept reads as it did, in the encoding that it had; the document is valid, counted and numbered anew."""
    content = cpp_mixte(*DRAFTS)
    whole = mixte.parse(etree.fromstring(content))

    cut = excerpt(content, positions)

    assert cut is not None
    assert b"ISO-8859-15" in cut[:60]
    root = etree.fromstring(cut)
    assert mixte.parse(root) == tuple(whole[position - 1] for position in positions)
    assert root.xpath("string(CPPFactures/@Compteur)") == str(len(positions))
    assert root.xpath("CPPFactures/*/@NumOrdre") == [str(order + 1) for order in range(len(positions))]
    etree.XMLSchema(file=str(schema_folder() / "CPPFactureMixte_V1_14.xsd")).assertValid(root)


@pytest.mark.parametrize(("content", "positions"), [(cpp_mixte(*DRAFTS), (1, 2, 3, 4)), (cii(Draft("F-1")), (1,))])
def test_there_may_be_nothing_to_leave_out(content: bytes, positions: tuple[int, ...]) -> None:
    """Where all invoices are kept, or the document is of another kind, it is used as it is."""
    assert excerpt(content, positions) is None
