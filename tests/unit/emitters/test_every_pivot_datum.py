"""Every row of CPPFacturePivot (reference §7.3) is filled from a document that has all data, or from the ledger."""

from __future__ import annotations

import base64
import datetime as dt
import io
import os
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from edigate.catalogue import interfaces, schema_folder
from edigate.domain.invoice import Attachment, Scheme
from edigate.emitters.pivot import Addressing, Known, ValidationStep, finish, pivot, unit
from edigate.parsers import PARSERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

    from edigate.emitters.envelope import Header

    Read = Callable[[bytes], _Element]

DOCUMENTS = Path(__file__).parents[1] / "parsers" / "documents"
SHARED = Path(os.environ.get("EDIGATE_SHARED", Path(__file__).parents[3].parent / "shared"))
REFERENCE = SHARED / "reference" / "chorus-pro-edi.md"
INTERFACES = {"cii": "FSO1106A", "ubl": "FSO1100A"}
RECEIVED = dt.date(2026, 3, 2)
KNOWN = Known(
    id_cpro=77,
    renvoi="Recyclée",
    moe_date=dt.date(2026, 3, 4),
    validation=(
        ValidationStep(
            date=dt.date(2026, 3, 5),
            code="18",
            label="Validée",
            comment="Bon à payer",
            scheme=Scheme.SIRET,
            identifier="24590041000292",
            name="Bureau d’études",
            country="FR",
            note="Lot 2",
        ),
    ),
    slip=b"%PDF-1.7 a slip",
)
# Two more files under one name, be it in capitals: what is handed on says how each was called.
MORE = (Attachment("FACTURE.pdf", "Plan", "application/pdf"),)

DATA = "DonneesFacture"
BANK = "Fournisseur/ReferenceBancaire"
LINE = f"{DATA}/Lignes/Ligne"
VAT = f"{DATA}/TVAs/TVA"
RENAMED = "PJ[NomPJ='FACTURE_2.pdf']"
STEP = "CycleDeValidation/ValidationUnitaire"
PRODUCER = f"{STEP}/ProducteurStatut"
FILLED_IN = object()

# The rows in the format's order; two values where the document in CII and the one in UBL say different things.
ROWS: dict[str, dict[str, object]] = {
    "CPPFacturePivotUnitaire": {"./@NumOrdre": "1"},
    "Fournisseur": {"Fournisseur": FILLED_IN},
    "Fournisseur/TypeIdentifiant": {"Fournisseur/TypeIdentifiant": "1"},
    "Fournisseur/Identifiant, RaisonSociale": {
        "Fournisseur/Identifiant": "81034732800017",
        "Fournisseur/RaisonSociale": "Carrières du Plateau",
    },
    "Fournisseur/CodePays": {"Fournisseur/CodePays": "RE"},
    "Fournisseur/ReferenceBancaire": {
        f"{BANK}/@Type": ("IBAN", "RIB"),
        f"{BANK}/Compte": ("FR7699999000010000012345693", "999990000100000123456-93"),
        f"{BANK}/Etablissement": "ESSAFRPPXXX",
        f"{BANK}/RaisonSocialeEncaisseur": "Affacturage des Alpes",
    },
    "Fournisseur/ModeEmission": {"Fournisseur/ModeEmission": "flux"},
    "Debiteur": {
        "Debiteur/TypeIdentifiant": "1",
        "Debiteur/Identifiant": "75356054900010",
        "Debiteur/Nom": "Syndicat des routes",
        "Debiteur/CodeService": "VOIRIE",
        "Debiteur/NomService": "Routes et ponts",
    },
    "DonneesFacture": {DATA: FILLED_IN},
    "Id": {f"{DATA}/Id": "R-2026-7"},
    "IdCPRO": {f"{DATA}/IdCPRO": "77"},
    "Renvoi": {f"{DATA}/Renvoi": "Recyclée"},
    "IdFactureOrigine": {f"{DATA}/IdFactureOrigine": "R-2025-9"},
    "Type": {f"{DATA}/Type": "380"},
    "Cadre": {f"{DATA}/Cadre": "A9"},
    "DateEmissionFacture": {f"{DATA}/DateEmissionFacture": "2026-02-27"},
    "DateLivraison": {f"{DATA}/DateLivraison": "2026-02-20"},
    "ModePaiement": {
        f"{DATA}/ModePaiement/Code": "42",
        f"{DATA}/ModePaiement/Libelle": "Paiement sur compte bancaire",
    },
    "DateReception": {f"{DATA}/DateReception": "2026-03-02"},
    "DateMiseADispositionMOE": {f"{DATA}/DateMiseADispositionMOE": "2026-03-04"},
    "Devise": {f"{DATA}/Devise": "CHF"},
    "Montants": {
        f"{DATA}/Montants/MontantHT": "103.00",
        f"{DATA}/Montants/MontantTTC": "123.60",
        f"{DATA}/Montants/MontantNetAPayer": "108.10",
    },
    "TVAs": {f"{VAT}/Taux": "20.0", f"{VAT}/BaseHt": "103.00", f"{VAT}/MontantTVA": "20.60"},
    "Engagement": {
        f"{DATA}/Engagement/NumeroMarche": "M-2",
        f"{DATA}/Engagement/NumeroEngagement": "EJ-77",
    },
    "Lignes": {
        f"{LINE}/@NumOrdre": "1",
        f"{LINE}/ReferenceProduit": "SEL-25",
        f"{LINE}/PrixUnitaire": "25.00",
        f"{LINE}/Quantite": "4",
        f"{LINE}/MontantHT": "102.00",
        f"{LINE}/TauxTVA": "20.00",
    },
    "PJ": {"PJ/@NumOrdre": "1"},
    "IdUnique, IdOriginal": {"PJ/IdUnique": None, "PJ/IdOriginal": None},
    "Contenu": {"PJ/Contenu": FILLED_IN},
    "NomPJ": {"PJ/NomPJ": "FAC81034732800017R-2026-7.xml"},
    "NomPJOrigine": {f"{RENAMED}/NomPJOrigine": "FACTURE.pdf"},
    "CategoriePJ": {f"{RENAMED}/CategoriePJ": "Plan"},
    "TypePJ": {"PJ/TypePJ": "01", f"{RENAMED}/TypePJ": "02"},
    "MimeTypePJ": {"PJ/MimeTypePJ": "application/xml", f"{RENAMED}/MimeTypePJ": "application/pdf"},
    "CycleDeValidation": {"CycleDeValidation": FILLED_IN},
    "ValidationUnitaire": {
        f"{STEP}/DateStatut": "2026-03-05",
        f"{STEP}/CodeStatut": "18",
        f"{STEP}/ComplementStatut": "Validée",
        f"{STEP}/Commentaire": "Bon à payer",
    },
    "ProducteurStatut": {
        f"{PRODUCER}/TypeIdentifiant": "1",
        f"{PRODUCER}/Id": "24590041000292",
        f"{PRODUCER}/RaisonSociale": "Bureau d’études",
        f"{PRODUCER}/CodePays": "FR",
        f"{PRODUCER}/Note": "Lot 2",
    },
}


@pytest.fixture(params=INTERFACES)
def syntax(request: pytest.FixtureRequest) -> str:
    """Each syntax that has a document with every datum."""
    name: str = request.param
    return name


def source(syntax: str) -> bytes:
    """The document that has every datum."""
    return (DOCUMENTS / f"rich-{syntax}.xml").read_bytes()


@pytest.fixture
def rendered(syntax: str, header: Header, read_pivot: Read) -> _Element:
    """Its valid CPPFacturePivotUnitaire, finished with all that a ledger may know."""
    content = source(syntax)
    (invoice,) = PARSERS[syntax].parse(etree.fromstring(content))
    whole = replace(invoice, attachments=(*invoice.attachments, *MORE))
    addressing = Addressing(invoice.recipient.identifier, "", invoice.recipient.service)
    started = unit(whole, addressing, RECEIVED, content, interfaces()[INTERFACES[syntax]])
    found = read_pivot(b"".join(pivot(header, 1, [finish(started, 1, KNOWN)]))).find("CPPFactures/*")
    assert found is not None
    return found


def written(unit: _Element, place: str) -> str | None:
    """What stands at a place, the first of several; None where nothing does."""
    path, _, attribute = place.partition("/@")
    found = unit.find(path)
    if found is None:
        return None
    return found.get(attribute) if attribute else found.text or ""


@pytest.mark.parametrize("row", ROWS)
def test_every_datum_of_the_pivot_is_filled(syntax: str, rendered: _Element, row: str) -> None:
    """What the source or the ledger has stands where the format has it."""
    for place, expected in ROWS[row].items():
        value = written(rendered, place)
        if expected is FILLED_IN:
            assert value is not None, place
        else:
            of_syntax = dict(zip(INTERFACES, expected, strict=True)) if isinstance(expected, tuple) else {}
            assert value == of_syntax.get(syntax, expected), place


def test_the_original_is_the_first_piece(syntax: str, rendered: _Element) -> None:
    """Contenu is the base64 of a ZIP that holds the deposited document, byte for byte."""
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(written(rendered, "PJ/Contenu") or ""))) as archive:
        (name,) = archive.namelist()
        assert archive.read(name) == source(syntax)


def test_the_attached_files_follow(rendered: _Element) -> None:
    """Each under its own name, then the follow-up slip, numbered from 1."""
    names = [piece.findtext("NomPJ") for piece in rendered.iterfind("PJ")]

    assert {"facture.pdf", "FACTURE_2.pdf"} < set(names[1:-1])
    assert names[-1] == "Bordereau_de_suivi.pdf"
    assert [piece.get("NumOrdre") for piece in rendered.iterfind("PJ")] == [str(n) for n in range(1, len(names) + 1)]


# --- nothing forgotten -----------------------------------------------------------------------------------------------


def covered() -> set[str]:
    """The names of all elements and attributes that the rows go through."""
    places = {place for row in ROWS.values() for place in row}
    return {re.sub(r"\[.*", "", step.lstrip("@")) for place in places for step in place.split("/")} | set(ROWS)


def test_no_element_of_the_schema_is_forgotten() -> None:
    """Each element and attribute that the schema has for an invoice is in the rows."""
    schema = etree.parse(schema_folder() / "CPPFacturePivot_V2_02.xsd")
    names = {node.get("name", "") for node in schema.iter("{*}element", "{*}attribute")}
    envelope = {"CPPFacturePivot", "CPPFactures", "Version", "Compteur", "Enveloppe", "EnveloppeUnitaire"}
    envelope |= {"Parametres", "ParametreIndiv", "Partenaires", "Recepteur", "Emetteur", "Code", "Valeurparametre"}

    assert names - envelope - covered() == set()


@pytest.mark.skipif(not REFERENCE.exists(), reason="needs the reference of the shared folder (EDIGATE_SHARED)")
def test_no_row_of_the_reference_is_forgotten() -> None:
    """Each row of the reference's table has its entry here, in its order, which names the row's elements."""
    text = REFERENCE.read_text(encoding="utf-8").partition("\n### 7.3 ")[2].partition("\n### ")[0]
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")][2:]

    assert len(rows) == len(ROWS)
    for row, ours in zip(rows, ROWS, strict=True):
        assert re.findall(r"\w+", row)[-1] == re.findall(r"\w+", ours)[-1]
