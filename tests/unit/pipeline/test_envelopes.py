"""What a CPP document says of its sender and of the number of its units: a warning where it is not so, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lxml import etree

from edigate.pipeline.envelopes import oddities
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from edigate.sandbox.mixte import cpp_mixte
from tests.unit.domain.applied_examples import a_receipt, a_status

if TYPE_CHECKING:
    from edigate.domain.faults import Fault

MIXTE, STATUS, RECEIPT = cpp_mixte(Draft("F-1"), Draft("F-2")), a_status(), a_receipt("94")
SECOND = b'<CPPFactureMixteUnitaire NumOrdre="2">'


def told(content: bytes, sender: str = "") -> list[Fault]:
    """Everything odd about a document."""
    return list(oddities(etree.fromstring(content), sender))


@pytest.mark.parametrize(
    ("content", "sender"),
    [
        (MIXTE, "JMRPOR"),
        (STATUS, "SEI001"),
        (RECEIPT, "SEI001"),
        (MIXTE, ""),
        (cii(Draft("F-1")), "SEI001"),
        (MIXTE.replace(b' Compteur="2"', b""), ""),
        (MIXTE.replace(b' Compteur="2"', b' Compteur=" +002 "'), ""),
        (MIXTE.replace(b' NumOrdre="2"', b"").replace(b' NumOrdre="1"', b""), ""),
    ],
)
def test_what_is_as_it_is_said_to_be_is_not_told(content: bytes, sender: str) -> None:
    """Nor what is not said; without a depositor that is known nobody is compared."""
    assert told(content, sender) == []


@pytest.mark.parametrize(
    ("content", "before", "after", "attribute", "expected"),
    [
        (MIXTE, b'Compteur="2"', b'Compteur="3"', "Compteur", "2"),
        (MIXTE, b'Compteur="2"', b'Compteur="%b"' % (b"9" * 5000), "Compteur", "2"),
        (STATUS, b'compteur="1"', b'compteur="0"', "compteur", "1"),
        (RECEIPT, b'compteur="1"', b'compteur="7"', "compteur", "1"),
        (RECEIPT, b'NbLignesErreur="1"', b'NbLignesErreur="4"', "NbLignesErreur", "1"),
        (MIXTE, SECOND, SECOND.replace(b"2", b"01"), "NumOrdre", "own_number"),
    ],
    ids=["mixte", "endless", "status", "receipt", "lines", "order"],
)
def test_a_count_that_does_not_come_out_is_told(
    content: bytes, before: bytes, after: bytes, attribute: str, expected: str
) -> None:
    """With what it should be, at the attribute."""
    assert content.count(before) == 1
    (odd,) = told(content.replace(before, after))
    assert (odd.code, odd.blocks, dict(odd.args)) == (
        "EDG-F021", False, {"attribute": attribute, "expected": expected},
    )  # fmt: skip
    assert odd.path.endswith(f"/@{attribute}")
    assert odd.line


def test_a_defect_of_a_producer_is_told_once() -> None:
    """Not for every receipt of a flow."""
    details = b'NbLignesErreur="1"'
    unit = RECEIPT[RECEIPT.index(b"<CPPFluxStatutUnitaire") : RECEIPT.index(b"</CPPFluxStatuts>")]
    many = RECEIPT.replace(unit, b"".join(unit.replace(b'Ordre="1"', b'Ordre="%d"' % n, 1) for n in range(1, 4)))
    found = told(many.replace(b'compteur="1"', b'compteur="3"').replace(details, b'NbLignesErreur="2"'))
    assert [dict(odd.args)["attribute"] for odd in found] == ["NbLignesErreur"]


def test_another_sender_is_told() -> None:
    """The one that the envelope names, beside the one who deposits."""
    (odd,) = told(MIXTE, "ABC123")
    assert (odd.code, odd.blocks, odd.value, odd.args) == ("EDG-F022", False, "JMRPOR", (("depositor", "ABC123"),))
    assert odd.path.endswith("/Partenaires/Emetteur/Id")
