"""The statuses of the EDI channel, row by row as the reference has them (reference §7.2.1, §10.2a, §10.6)."""

from __future__ import annotations

import pytest

from edigate.domain.statuses import (
    FLOW_LABELS,
    INVOICE_LABELS,
    STATUSES,
    FlowStatus,
    InvoiceStatus,
    Setter,
    StepLabel,
    step_of,
)

# Typed a second time, as the table of §10.2a has them: code, label, who sets it.
KNOWN = (
    ("01", "Déposée", Setter.GATE),
    ("02", "En cours d’acheminement", Setter.GATE),
    ("03", "Mise à disposition du destinataire", Setter.GATE),
    ("04", "À recycler", Setter.RECIPIENT),
    ("05", "Rejetée", Setter.RECIPIENT),
    ("06", "Suspendue", Setter.RECIPIENT),
    ("07", "Service fait", Setter.RECIPIENT),
    ("08", "Mandatée", Setter.RECIPIENT),
    ("09", "Mise à disposition du comptable", Setter.RECIPIENT),
    ("10", "Comptabilisée", Setter.RECIPIENT),
    ("11", "Mise en paiement", Setter.RECIPIENT),
    ("12", "Complétée", Setter.SUPPLIER),
    ("13", "Validée par le premier valideur", Setter.VALIDATOR),
    ("14", "Refusée par le premier valideur", Setter.VALIDATOR),
    ("17", "Refusée par le second valideur", Setter.VALIDATOR),
    ("18", "Validée par le second valideur", Setter.VALIDATOR),
    ("37", "Non conforme, non intégrée", Setter.GATE),
)
UNKNOWN = ("15", "16", *(f"{number}" for number in range(19, 37)), "38", "39", "40", "41")
FLOWS = (
    ("90", "Reçu"),
    ("91", "En cours de transmission"),
    ("92", "Reçu destinataire final"),
    ("93", "Erreur réception"),
    ("94", "Erreur réception destinataire final"),
    ("95", "Erreur de transmission"),
    ("96", "Reçu - intégration partielle"),
)
MOVED_ON = "pour erreur dans les données d’acheminement"


@pytest.mark.parametrize(("code", "label", "setter"), KNOWN, ids=[code for code, _, _ in KNOWN])
def test_a_known_code_has_its_row(code: str, label: str, setter: Setter) -> None:
    """§10.2a: each code with a known meaning has its label, in both languages, and who sets it."""
    row = STATUSES[code]
    assert (row.label_fr, row.set_by, row.known) == (label, setter, True)
    assert row.label_en not in {"", label}
    assert INVOICE_LABELS[InvoiceStatus(code)] == label


@pytest.mark.parametrize("code", UNKNOWN)
def test_a_code_of_unknown_meaning_is_called_by_its_number(code: str) -> None:
    """§10.2a: the format admits the code, nobody is known to set it, and the gate has no name for it."""
    assert STATUSES[code] == (f"Statut {code}", f"Status {code}", Setter.UNKNOWN)
    assert not STATUSES[code].known
    assert INVOICE_LABELS[code] == f"Statut {code}"
    assert code not in set(InvoiceStatus)


def test_the_table_holds_01_to_41() -> None:
    """Every code that the format admits is there, in order, and no other."""
    assert list(STATUSES) == list(INVOICE_LABELS) == [f"{number:02d}" for number in range(1, 42)]


@pytest.mark.parametrize(("code", "label"), FLOWS, ids=[code for code, _ in FLOWS])
def test_a_flow_status_has_its_label(code: str, label: str) -> None:
    """§7.2.1: each status of a flow has its label, which fits the 40 characters of ComplementStatut."""
    assert FLOW_LABELS[FlowStatus(code)] == label
    assert len(label) <= 40


@pytest.mark.parametrize("step", StepLabel)
def test_a_step_is_known_by_its_label(step: StepLabel) -> None:
    """§10.6: each label is recognised as it stands, in capitals without accents, and with blanks around."""
    plain = str.maketrans("àéèÀÉÈ’", "aeeAEE'")
    assert step_of(step) is step
    assert step_of(step.upper().translate(plain)) is step
    assert step_of(f"  {step.replace(' ', '  ')}. ") is step


@pytest.mark.parametrize(
    ("label", "step"),
    [
        ("Mise à disposition du valideur 1", StepLabel.AVAILABLE_TO_VALIDATOR_1),
        ("mise a disposition du 1er valideur", StepLabel.AVAILABLE_TO_VALIDATOR_1),
        ("Mise à disposition du deuxième valideur", StepLabel.AVAILABLE_TO_VALIDATOR_2),
        ("Mise à disposition de la MOE", StepLabel.AVAILABLE_TO_MOE),
        ("Mise à disposition de la maîtrise d’œuvre", StepLabel.AVAILABLE_TO_MOE),
        ("Mise à disposition du maître d'ouvrage", StepLabel.AVAILABLE_TO_MOA),
        ("MISE A DISPOSITION FOURNISSEUR", StepLabel.AVAILABLE_TO_SUPPLIER),
        ("Prise en compte par la MOE", StepLabel.TAKEN_BY_MOE),
        ("associee", StepLabel.LINKED),
        ("Validation premier hors délai", StepLabel.LATE_1),
        ("Validation n° 2 hors delai", StepLabel.LATE_2),
        ("Refusée par la MOA", StepLabel.REFUSED_BY_MOA),
        (f"Refusée par la MOE {MOVED_ON}", StepLabel.MISROUTED_BY_MOE),
        (f"Refusée par la MOA {MOVED_ON}", StepLabel.MISROUTED_BY_MOA),
        ("Refusée fournisseur", StepLabel.REFUSED_BY_SUPPLIER),
    ],
)
def test_a_step_is_known_in_other_words(label: str, step: StepLabel) -> None:
    """Ordinals, small words and long names do not hide a step."""
    assert step_of(label) is step


@pytest.mark.parametrize(
    "label", ["", "  ", "Service fait", "Mise à disposition", "Validation", "Validée par le premier valideur", "MOE"]
)
def test_another_label_is_no_step(label: str) -> None:
    """A status with a code of its own, or half a name, is no step."""
    assert step_of(label) is None
