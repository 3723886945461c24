"""Enveloppe names the exchange the same way in every format."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from edigate.emitters.envelope import envelope

if TYPE_CHECKING:
    from edigate.emitters.envelope import Header

PARAMETERS = "EnveloppeUnitaire/Parametres/ParametreIndiv"
PARTNERS = "EnveloppeUnitaire/Partenaires"


def test_parameters_are_the_day_and_the_flow(header: Header) -> None:
    """DtPrd is the day in the gate's own zone, IdFlx the flow id, in this order."""
    root = etree.fromstring(envelope(header))

    found = [(p.get("NumOrdre"), p.findtext("Code"), p.findtext("Valeurparametre")) for p in root.iterfind(PARAMETERS)]

    assert found == [("0001", "DtPrd", "2026-03-02"), ("0002", "IdFlx", "CPP0011116000000000000042")]


def test_the_receiver_comes_before_the_sender(header: Header) -> None:
    """Both partners are named, by code and name, the receiver first."""
    partners = etree.fromstring(envelope(header)).find(PARTNERS)

    assert partners is not None
    assert [(p.tag, p.findtext("Id"), p.findtext("Libelle")) for p in partners] == [
        ("Recepteur", "JMRPOR", "Dépôt & Cie"),
        ("Emetteur", "CPP001", "Passerelle d’essai"),
    ]


@pytest.mark.parametrize("field", ["gate_name", "partner_name"])
def test_a_partner_without_a_name_has_no_label(header: Header, field: str) -> None:
    """An empty Libelle is left out."""
    root = etree.fromstring(envelope(replace(header, **{field: ""})))  # type: ignore[arg-type]

    assert len(root.findall(f"{PARTNERS}/*/Libelle")) == 1
