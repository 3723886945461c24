"""The portal's own numbering, row by row, and that it is never taken for the EDI channel's (reference §10.2b)."""

from __future__ import annotations

import pytest

from edigate.domain.portal_statuses import PORTAL_OF, PortalStatus, mistaken_for, portal_status
from edigate.domain.statuses import InvoiceStatus

# Typed a second time, in the order of §10.2b: the position is the number.
# fmt: off
NAMES = (
    "BROUILLON", "A_VALIDER_1", "ERREUR_FOURNISSEUR_SUR_VALIDEUR", "REFUSEE_1", "VALIDEE_1",
    "ABSENCE_VALIDATION_1_HORS_DELAI", "A_VALIDER_2", "ERREUR_COTRAITANT_SUR_VALIDEUR", "REFUSEE_2", "VALIDEE_2",
    "ABSENCE_VALIDATION_2_HORS_DELAI", "DEPOSEE", "ERREUR_FOURNISSEUR_SUR_MOE", "EN_COURS_ACHEMINEMENT",
    "MISE_A_DISPOSITION", "A_RECYCLER", "SUSPENDUE", "REJETEE", "MANDATEE", "MISE_EN_PAIEMENT", "COMPTABILISEE",
    "MISE_A_DISPOSITION_COMPTABLE", "ABANDONNEE", "SUPPRIMEE", "ASSOCIEE", "EN_COURS_TRAITEMENT_PIVOT_S",
    "A_VALIDER_MOE", "REFUSEE_MOE", "EN_ATTENTE_RECYCLAGE_FOURNISSEUR", "ERREUR_MOE_SUR_FOURNISSEUR",
    "ERREUR_MOA_SUR_FOURNISSEUR", "INTERPRETEE_OCR", "COMPLETEE", "ERREUR_FOURNISSEUR_SUR_MOA", "ERREUR_MOE_SUR_MOA",
    "ERREUR_DESTINATAIRE_PD", "ERREUR_DESTINATAIRE_EA", "SERVICE_FAIT", "NON_CONFORME", "A_ASSOCIER_MOE",
    "ERREUR_DE_MOE", "MISE_A_DISPOSITION_MOE", "PRISE_EN_COMPTE_MOE", "A_ASSOCIER_MOA", "ERREUR_DE_MOA",
    "REFUSEE_MOA", "A_ASSOCIER_FOURNISSEUR", "REFUSEE_FOURNISSEUR", "A_COMPLETER", "TRANSMISE_MOA",
    "PRISE_EN_COMPTE_DESTINATAIRE", "REMPLACEE_PAR_A22", "DUPLIQUE_APRES_REFUS", "MISE_A_DISPOSITION_MOA",
    "PRISE_EN_COMPTE_MOA", "ABSENCE_VALIDATION_MOE_DELAI_REGLEMENTAIRE", "TECHNIQUE_INCONNU",
)
# fmt: on
PRINTED = {"06": 16, "05": 17, "08": 18, "11": 19, "10": 20, "09": 21, "12": 32, "07": 37}


@pytest.mark.parametrize(("position", "name"), tuple(enumerate(NAMES)), ids=NAMES)
def test_a_position_has_its_code_and_labels(position: int, name: str) -> None:
    """§10.2b: each position has its code and a label in each language."""
    status = PortalStatus[name]
    assert status == position
    assert status.label_fr
    assert status.label_en
    assert portal_status(str(position)) is status


def test_there_are_57() -> None:
    """No other position has a code."""
    assert len(PortalStatus) == len(NAMES) == 57
    assert [portal_status(text) for text in ("57", "-1", "", "1.0", "²", "100")] == [None] * 6


@pytest.mark.parametrize(("code", "position"), tuple(PRINTED.items()))
def test_the_numbers_printed_officially_are_mapped(code: str, position: int) -> None:
    """§10.2b: the eight statuses whose number in the portal's numbering is official."""
    assert PORTAL_OF[InvoiceStatus(code)] == position
    assert mistaken_for(str(position)) == code


@pytest.mark.parametrize("code", InvoiceStatus)
def test_every_status_of_the_channel_has_one_of_the_portal(code: InvoiceStatus) -> None:
    """Each EDI code maps to a portal status that no other has, and back."""
    portal = PORTAL_OF[code]
    assert [other for other, status in PORTAL_OF.items() if status is portal] == [code]
    assert mistaken_for(f"{portal:02d}") is code


def test_no_code_means_the_same_in_both() -> None:
    """The two numberings agree on no number."""
    assert [code for code, portal in PORTAL_OF.items() if int(code) == portal] == []


@pytest.mark.parametrize("number", ["22", "36", "56", "99", "x"])
def test_a_portal_status_without_a_channel_code_is_mistaken_for_none(number: str) -> None:
    """Where the channel has no such status nobody can have meant it."""
    assert mistaken_for(number) is None
