"""What is said of a reported status names codes with their labels and people by what they are."""

from __future__ import annotations

import re

import pytest

from edigate.domain import typography
from edigate.domain.explain import explain
from edigate.domain.faults import Fault, fault, warning

NOT_YOURS = fault("EDG-S002", "status.code", "13", code="13", holder="validator", sender="recipient")
INTERNAL = warning("EDG-S004", "status.code", "16", portal="16", code="16", meant="06")
NOT_YOUR_TURN = fault("EDG-S031", "status.code", "07", holder="validator2")
WAITS = fault("EDG-S038", "status.code", "07", code="07")
CLOSED = fault("EDG-S033", "status.number", "F1", state="14")
ODD = warning("EDG-S035", "status.code", "07", previous="05", code="07")


@pytest.mark.parametrize(
    ("told", "french", "english"),
    [
        (NOT_YOURS, "13 « Validée par le premier valideur »", "13 “Validated by the first validator”"),
        (NOT_YOURS, "posé par un valideur ; le destinataire ne", "set by a validator; the recipient cannot"),
        (INTERNAL, "il signifie 16 « Suspendue »", "it means 16 “Suspended”"),
        (INTERNAL, "lu comme 16 « Statut 16 »", "read as 16 “Status 16”"),
        (NOT_YOUR_TURN, "c’est le second valideur qui a la facture", "the second validator has the invoice"),
        (INTERNAL, "et n’est pas transmis au fournisseur.", "and it is not passed on to the supplier."),
        (WAITS, "07 « Service fait » ne peut pas être posé", "07 “Service certified as done” cannot be set at present"),
        (CLOSED, "(dernier statut : 14 « Refusée par le premier", "(last status: 14 “Refused by the first"),
        (ODD, "07 « Service fait » suit le statut 05 « Rejetée »", "07 “Service certified as done” follows status 05"),
    ],
)
def test_codes_and_holders_are_said_in_words(told: Fault, french: str, english: str) -> None:
    """A code stands with its label, a holder by a name, in the language of the reader."""
    assert typography.french(french) in explain(told, "fr").message
    assert english in explain(told, "en").message


def test_the_code_to_write_is_in_the_remedy() -> None:
    """Who wrote a number of the portal reads which code of the channel it should have been."""
    assert explain(INTERNAL, "fr").remedy.endswith(typography.french("06 « Suspendue »."))


def test_closed_is_not_what_a_rejection_makes_of_an_invoice() -> None:
    """Statuses are taken after 05, whose order nobody imposes; what closes is named, and 05 is not among it."""
    assert "a newer deposit" in explain(CLOSED, "en").message
    for language in ("fr", "en"):
        assert not re.search("05|[Rr]eje", explain(CLOSED, language).message + explain(CLOSED, language).remedy)


def test_a_step_that_is_not_named_is_told_without_quoting_nothing() -> None:
    """What stands in ComplementStatut is quoted; where it is empty, nothing was found."""
    empty, other = (fault("EDG-S005", "status.label", said, label=said) for said in ("", "Suite"))

    assert explain(empty, "en").message.endswith("names none (found: nothing).")
    assert explain(empty, "fr").message.endswith(typography.french("n’en nomme aucune (trouvé : rien)."))
    assert explain(other, "en").message.endswith("names none (found: “Suite”).")
    assert explain(other, "fr").message.endswith(typography.french("(trouvé : « Suite »)."))


@pytest.mark.parametrize("name", ["holder", "state"])
def test_other_words_are_shown_as_they_stand(name: str) -> None:
    """A partner's code for a holder, or a state in words, is not changed."""
    code = {"holder": "EDG-S031", "state": "EDG-S033"}[name]
    assert "SEI001" in explain(fault(code, "status.code", "x", **{name: "SEI001"})).message
    assert "57" in explain(warning("EDG-S004", "status.code", "57", portal="57", code="57", meant="")).message
