"""Where a status or receipt stands that the gate refuses by what its ledger holds: as its report says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate.domain.reported import Receipt
from edigate.sandbox import structures
from edigate.sandbox.archives import tar_gz
from edigate.sandbox.statuses import receipt_flow, status_flow
from tests.acceptance.actors import BEGIN, HIS, Actors, says
from tests.acceptance.gates import fresh_number

if TYPE_CHECKING:
    from tests.acceptance.gates import Site

UNIT = "/CPPStatut/CPPFactureStatuts/CPPFactureStatutUnitaire"


@pytest.fixture
def actors(site: Site) -> Actors:
    """A fresh sandbox gate on its first day."""
    return Actors(site)


def line_of(content: bytes, text: str) -> int:
    """The line (from 1) of the first place of a text in a document."""
    return content[: content.index(text.encode())].count(b"\n") + 1


def test_a_status_refused_at_settling_is_placed(actors: Actors) -> None:
    """An unknown number, told with its status's place in the flow, its path and its line; the second of two."""
    number, unknown = actors.invoice(), fresh_number()
    actors.round()
    name, content = status_flow(HIS, 9001, [says(number, "07"), says(unknown, "07")])
    actors.site.deposit(content, partner=HIS, name=name)
    actors.round()

    (line,) = actors.site.collect(HIS).report(name).lines
    assert line.code == "EDG-S030"
    assert line.description.startswith(
        f"statut n° 2 du flux / facture {unknown} / fournisseur {structures.SUPPLIER} ; champ Numéro de la facture "
        f"concernée ; chemin {UNIT}[2]/DonneesStatut/IdFacture ; ligne {line_of(content, unknown)} ; "
    )


def test_a_status_of_an_archive_is_placed_in_its_file(actors: Actors) -> None:
    """Its place is counted over all the files, its path within its own."""
    number = actors.invoice()
    actors.round()
    name, first = status_flow(HIS, 9002, [says(number, "07")])
    _, second = status_flow(HIS, 9002, [says(number, "13")])
    _, third = status_flow(HIS, 9002, [says("F-9", "07")])
    actors.site.deposit(tar_gz({"a.xml": first, "b.xml": second, "c.xml": third}), partner=HIS, name=name)
    actors.round()

    _, line = actors.site.collect(HIS).report(name).lines
    assert line.description.startswith("statut n° 3 du flux / facture F-9")
    assert f"; fichier c.xml ; champ Numéro de la facture concernée ; chemin {UNIT}/Donnees" in line.description


def test_a_receipt_refused_at_settling_is_placed(actors: Actors) -> None:
    """It names a flow, which the report does not call an invoice."""
    unknown = "CPP0010036000000000009999"
    name, content = receipt_flow(HIS, 9003, [Receipt(1, "92", unknown, at=BEGIN)])
    actors.site.deposit(content, partner=HIS, name=name)
    actors.round()
    path, line_number = (
        "/CPPStatut/CPPFluxStatuts/CPPFluxStatutUnitaire/DonneesStatut/IdFlux",
        line_of(content, unknown),
    )

    (line,) = actors.site.collect(HIS).report(name).lines
    assert line.code == "EDG-S040"
    assert line.description.startswith(
        f"accusé n° 1 du flux / flux {unknown} ; champ Identifiant du flux accusé ; chemin {path} ; "
        f"ligne {line_number} ; "
    )
