"""`edigate dossiers`: the documents of works by recipient, market and supplier, with their statuses in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate.sandbox import structures
from tests.integration.cli_records import actors
from tests.integration.cli_records.console import Site, fold

if TYPE_CHECKING:
    from pathlib import Path

KEY = (structures.MOA, "2025-TRX-014", structures.SUPPLIER_3)


@pytest.fixture(scope="module")
def works(empty: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A gate that took two statements of one market, one of another, and a plain invoice; the MOE took the first."""
    import shutil  # noqa: PLC0415 - only this fixture copies

    site = Site(shutil.copytree(empty, tmp_path_factory.mktemp("works") / "gate"))
    actors.invoice(site, "PDM-1", "FSO1116A", **actors.WORKS, cadre="A4")
    label = "Prise en compte MOE"
    told = actors.status("PDM-1", "03", label, supplier=structures.SUPPLIER_3, recipient=structures.MOA)
    actors.report(site, actors.PORTAL, told)
    actors.invoice(site, "PDF-1", "FSO1116A", **actors.WORKS, cadre="A7")
    actors.invoice(site, "PDM-2", "FSO1116A", **{**actors.WORKS, "market": ""}, cadre="A4")
    actors.invoice(site, "F-1")
    return site


def test_list_keeps_the_documents_of_a_market_together(works: Site) -> None:
    """Recipient, market and supplier make a dossier; a plain invoice is in none; the last status is told."""
    found = works.json("dossiers", "list")

    assert [(one["recipient"]["siret"], one["market"], one["supplier"]["identifier"]) for one in found] == [
        KEY,
        (structures.MOA, "", structures.SUPPLIER_3),
    ]
    assert [one["documents"] for one in found] == [2, 1]
    assert found[0]["last_status"]["label"] == "Mise à disposition MOE"
    assert found[0]["recipient"]["name"] == "Commune de Pont-l'Aulne"
    text = fold(works.run("dossiers", "list", lang="fr").out)
    assert "2025-TRX-014" in text
    assert "Bâtiments Kerouan" in text


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (["--recipient", structures.MOA], 2),
        (["--market", "2025-TRX-014"], 1),
        (["--supplier", structures.SUPPLIER_3], 2),
        (["--supplier", structures.SUPPLIER], 0),
        (["--partner", "POR001"], 2),
        (["--partner", "SEI001"], 0),
        (["--limit", "1"], 1),
    ],
)
def test_list_is_narrowed_down(works: Site, filters: list[str], count: int) -> None:
    """Each filter leaves the dossiers that it names."""
    assert len(works.json("dossiers", "list", *filters)) == count


def test_show_has_each_document_with_its_statuses_in_time(works: Site) -> None:
    """By its key or its number: documents in the order of deposit, the steps of each with who reported them."""
    told = works.json("dossiers", "show", *KEY)

    assert works.json("dossiers", "show", str(told["number"])) == told
    assert [(one["cadre"], one["number"]) for one in told["documents"]] == [("A4", "PDM-1"), ("A7", "PDF-1")]
    steps = [(one["status"], one["label"], one["actor"]) for one in told["documents"][0]["statuses"]]
    assert steps == [
        ("01", "", ""),
        ("03", "Mise à disposition MOE", ""),
        ("03", "Prise en compte MOE", "POR001"),
    ]


def test_show_reads_as_the_portals_page(works: Site) -> None:
    """The newest document first, its present state in its heading, its newest status on top."""
    lines = works.run("dossiers", "show", *KEY, lang="fr").out.splitlines()

    headings = [line for line in lines if line.startswith("A")]
    assert [line.partition(" ")[0] for line in headings] == ["A7", "A4"]
    assert "n° PDM-1" in headings[1]
    assert headings[1].endswith("état courant : Prise en compte MOE")
    statuses = [fold(line[21:]) for line in lines[lines.index(headings[1]) + 1 :]]
    assert statuses == ["Prise en compte MOE (POR001)", "Mise à disposition MOE", "Déposée"]


def test_documents_without_a_market_are_named_by_a_dash(works: Site) -> None:
    """What the list shows for no market is what one types."""
    told = works.json("dossiers", "show", structures.MOA, "-", structures.SUPPLIER_3)

    assert [one["number"] for one in told["documents"]] == ["PDM-2"]


def test_what_is_no_dossier_is_said(works: Site) -> None:
    """A number of no works document, a key without documents, half a key."""
    plain = works.json("invoices", "show", "F-1")[0]["id"]

    assert "edigate dossiers list" in works.run("dossiers", "show", str(plain), expect=1).err
    assert "There is no billing file" in works.run("dossiers", "show", "1", "2", "3", expect=1).err
    assert "DESTINATAIRE MARCHÉ FOURNISSEUR" in works.run("dossiers", "show", "1", "2", lang="fr", expect=2).err


def test_no_dossier_is_no_error(works: Site) -> None:
    """An empty list is an empty array, and people are told."""
    assert works.json("dossiers", "list", "--market", "none") == []
    assert works.run("dossiers", "list", "--market", "none").err == "No billing file is like that.\n"
