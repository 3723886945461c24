"""Cadres that the EDI channel does not take: each has its own reason, and what to do instead (reference §9.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate.sandbox import structures as people
from edigate.sandbox.ubl import ubl_credit_note, ubl_invoice
from tests.acceptance.gates import MIXED, STRUCTURED, Case, mixed, work_off

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Seen

# The cadre's fault, and a word of what its depositor can do.
REFUSED: Mapping[str, tuple[str, str]] = {
    "A3": ("EDG-I146", "FSO1120A"),
    "A5": ("EDG-I143", "portail"),
    "A11": ("EDG-I141", "A10"),
    **dict.fromkeys(("A15", "A16", "A17", "A18", "A19", "A20", "A24"), ("EDG-I142", "portail")),
    "A21": ("EDG-I147", "portail"),
    "A23": ("EDG-I144", "portail"),
    "A25": ("EDG-I145", "portail"),
    **dict.fromkeys(("A0", "A26", "A99", "B1", "S1", "a1", "FACTURE"), ("EDG-I140", "A1")),
}
INTERFACES: Mapping[str, tuple[str, tuple[object, ...], Mapping[str, str]]] = {
    "cii": (STRUCTURED, (), {}),
    "cii-mixed": (MIXED, (), {}),
    "ubl": ("FSO1100A", (ubl_invoice,), {}),
    "ubl-mixed": ("FSO1110A", (ubl_credit_note,), {"type_code": "381"}),
}
CELLS = [(cadre, kind) for cadre in REFUSED for kind in INTERFACES]


@pytest.fixture(scope="module")
def seen(make_site: MakeSite) -> dict[str, Seen]:
    """Every cadre on every interface, in one round."""
    cases = {}
    for cadre, kind in CELLS:
        interface, build, said = INTERFACES[kind]
        parties = {"recipient_siret": people.MOA, "validator_siret": people.MOE}
        cases[f"{cadre}-{kind}"] = Case(mixed(*build, cadre=cadre, **parties, **said), interface)  # type: ignore[arg-type]
    return work_off(make_site(), cases)


@pytest.mark.parametrize(("cadre", "kind"), CELLS)
def test_a_cadre_that_edi_does_not_take_rejects_its_invoice(seen: dict[str, Seen], cadre: str, kind: str) -> None:
    """One fault and no other, with a line that says where the cadre stands and what to do."""
    code, advice = REFUSED[cadre]
    flow = seen[f"{cadre}-{kind}"]

    assert (flow.outcome.verdict, flow.outcome.errors) == ("rejected", [code])
    (line,) = flow.report.lines
    assert (line.code, line.nature) == (code, "FONCTIONNELLE")
    assert cadre in line.label
    assert advice in line.description.partition("remède")[2]
    assert " ; chemin /" in line.description


@pytest.mark.parametrize("kind", INTERFACES)
def test_a_document_without_a_cadre_is_of_cadre_a1(make_site: MakeSite, kind: str) -> None:
    """It is taken, and the pivot says A1."""
    interface, build, said = INTERFACES[kind]
    site = make_site()

    outcome = site.decide(mixed(*build, cadre="", **said), interface)  # type: ignore[arg-type]

    assert outcome.errors == []
    (unit,) = site.collect("SEI001").units.values()
    assert unit.findtext("DonneesFacture/Cadre") == "A1"
