"""What is said of a reported status names codes with their labels and people by what they are."""

from __future__ import annotations

import pytest

from edigate.domain import typography
from edigate.domain.explain import explain
from edigate.domain.faults import Fault, fault, warning

NOT_YOURS = fault("EDG-S002", "status.code", "13", code="13", holder="validator", sender="recipient")
INTERNAL = warning("EDG-S004", "status.code", "16", portal="16", code="16", meant="06")
NOT_YOUR_TURN = fault("EDG-S031", "status.code", "07", holder="validator2")
CLOSED = fault("EDG-S033", "status.number", "F1", state="05")
ODD = warning("EDG-S035", "status.code", "07", previous="05", code="07")


@pytest.mark.parametrize(
    ("told", "french", "english"),
    [
        (NOT_YOURS, "13 « Validée par le premier valideur »", "13 “Validated by the first validator”"),
        (NOT_YOURS, "posé par un valideur ; le destinataire ne", "set by a validator; the recipient cannot"),
        (INTERNAL, "il signifie 16 « Suspendue »", "it means 16 “Suspended”"),
        (INTERNAL, "lu comme 16 « Statut 16 »", "read as 16 “Status 16”"),
        (NOT_YOUR_TURN, "c’est le second valideur qui a la facture", "the second validator has the invoice"),
        (CLOSED, "(dernier statut : 05 « Rejetée »)", "(last status: 05 “Rejected”)"),
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


@pytest.mark.parametrize("name", ["holder", "state"])
def test_other_words_are_shown_as_they_stand(name: str) -> None:
    """A partner's code for a holder, or a state in words, is not changed."""
    code = {"holder": "EDG-S031", "state": "EDG-S033"}[name]
    assert "SEI001" in explain(fault(code, "status.code", "x", **{name: "SEI001"})).message
    assert "57" in explain(warning("EDG-S004", "status.code", "57", portal="57", code="57", meant="")).message
