"""The restriction of the EDI channel: every cadre on every interface, with the one fault it gets."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import product

import pytest

from edigate import catalogue
from edigate.domain.cadres import CADRES, Alternative, Cell, Channel, Operation
from edigate.domain.fault_catalogue import FAULTS
from edigate.domain.faults import Severity
from edigate.domain.interfaces import CadreClass, Direction
from edigate.domain.invoice import Invoice, Party, Scheme, Syntax
from edigate.domain.settings import RuleSettings
from edigate.rules.channel import CHANNEL_RULES, decide
from edigate.rules.context import Context

GENERAL = ("FSO1100A", "FSO1106A", "FSO1110A", "FSO1113A", "FSO1116A", "FSO1117A")
JUSTICE = ("FSO1120A",)
WORKS = ("FSO1130A", "FSO1131A", "FSO1137A")
STATUSES = ("FSO1300A", "FSO1301A")

VALIDATOR = Party("24590041000292", Scheme.SIRET)
SOUND = Invoice(Syntax.CII, number="F1", cadre="A1", validator=VALIDATOR)
SETTINGS = [
    RuleSettings(take_a21=take_a21, works_on_general_interfaces=works)
    for take_a21, works in product((False, True), repeat=2)
]

# Independent of the code: the cadres whose fate hangs on the interface, by the fault each class of interface gives.
ALWAYS = {
    **dict.fromkeys(("A15", "A16", "A17", "A18", "A19", "A20", "A24"), "EDG-I142"),
    "A5": "EDG-I143",
    "A11": "EDG-I141",
    "A23": "EDG-I144",
    "A25": "EDG-I145",
}
SIMPLE = ("A1", "A2", "A9", "A12")
SUPPLIER_WORKS = ("A4", "A6", "A7", "A8", "A10", "A13", "A14", "A22")


def expected(cadre: str, interface: str, settings: RuleSettings) -> str:
    """The fault of an initial deposit as the reference's §9.3 has it, empty where it is accepted."""
    if cadre in ALWAYS:
        return ALWAYS[cadre]
    if cadre == "A21" and not settings.take_a21:
        return "EDG-I147"
    if interface in JUSTICE:
        return "" if cadre == "A3" else "EDG-I151"
    if cadre == "A3":
        return "EDG-I146"
    if cadre in SUPPLIER_WORKS:
        return "" if interface in WORKS or settings.works_on_general_interfaces else "EDG-I148"
    return "EDG-I149" if interface in WORKS else ""


def context(interface: str, settings: RuleSettings | None = None) -> Context:
    """A deposit on an interface."""
    return Context(catalogue.interfaces()[interface], dt.date(2026, 9, 1), settings or RuleSettings())


def codes(invoice: Invoice, where: Context) -> list[str]:
    """The faults that the channel's rules find."""
    return [fault.code for rule in CHANNEL_RULES for fault in rule(invoice, where)]


def test_the_walk_knows_every_cadre_and_interface() -> None:
    """The cases below leave out no cadre and no interface that carries one."""
    rows = catalogue.interfaces().values()
    deposits = {row.code for row in rows if row.direction is Direction.DEPOSIT and not row.replaced_by}
    assert {*ALWAYS, *SIMPLE, *SUPPLIER_WORKS, "A3", "A21"} == CADRES.keys()
    assert {*GENERAL, *JUSTICE, *WORKS, *STATUSES} == deposits


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda s: f"a21={s.take_a21}-works={s.works_on_general_interfaces}")
@pytest.mark.parametrize("interface", [*GENERAL, *JUSTICE, *WORKS])
@pytest.mark.parametrize("cadre", CADRES)
def test_a_cadre_on_an_interface(cadre: str, interface: str, settings: RuleSettings) -> None:
    """A cadre gets on each interface the one fault it should, and no other; an accepted one gets none."""
    code = expected(cadre, interface, settings)
    assert codes(replace(SOUND, cadre=cadre), context(interface, settings)) == ([code] if code else [])


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda s: f"a21={s.take_a21}-works={s.works_on_general_interfaces}")
@pytest.mark.parametrize("interface", [*GENERAL, *JUSTICE, *WORKS])
@pytest.mark.parametrize("cadre", CADRES)
def test_association_never_passes(cadre: str, interface: str, settings: RuleSettings) -> None:
    """No cadre can be associated over EDI: one refused anyway keeps its reason, any other is told there is no such."""
    refusal = decide(cadre, catalogue.interfaces()[interface], Operation.ASSOCIATION, settings)
    assert refusal is not None
    a21 = "EDG-I147" if cadre == "A21" and not settings.take_a21 else ""
    assert refusal.code == (ALWAYS.get(cadre) or a21 or "EDG-I152")


@pytest.mark.parametrize("operation", Operation)
@pytest.mark.parametrize("cadre", CADRES)
def test_the_decision_is_that_of_the_matrix(cadre: str, operation: Operation) -> None:
    """With the default settings some interface takes an operation exactly where the matrix says yes for EDI."""
    answers = [
        decide(cadre, catalogue.interfaces()[code], operation, RuleSettings()) for code in (*GENERAL, *JUSTICE, *WORKS)
    ]
    assert (None in answers) is (CADRES[cadre].modes.cell(Channel.EDI, operation) is Cell.YES)


@pytest.mark.parametrize("cadre", ["", "A0", "A26", "a1", "A1 ", "A01", "B1", "S3", "A1A2"])
def test_an_unknown_cadre(cadre: str) -> None:
    """What is no code of the table is refused as unknown, on any interface, with the value found."""
    for interface in (*GENERAL, *JUSTICE, *WORKS, *STATUSES):
        faults = [fault for rule in CHANNEL_RULES for fault in rule(replace(SOUND, cadre=cadre), context(interface))]
        assert [(fault.code, fault.field, fault.value) for fault in faults] == [("EDG-I140", "cadre", cadre)]


@pytest.mark.parametrize("cadre", CADRES)
def test_an_interface_without_cadres_refuses_none_for_its_own_sake(cadre: str) -> None:
    """Where an interface carries no cadres only what EDI never takes is refused."""
    refusal = decide(cadre, catalogue.interfaces()["FSO1301A"], Operation.INITIAL, RuleSettings())
    never = ALWAYS.get(cadre) or ("EDG-I147" if cadre == "A21" else "")
    assert (refusal.code if refusal else "") == never


def test_a_refusal_points_at_the_cadre() -> None:
    """A refusal is an error on the field of the cadre, and quotes it."""
    refusal = decide("A15", catalogue.interfaces()["FSO1106A"], Operation.INITIAL, RuleSettings())
    assert refusal is not None
    assert (refusal.field, refusal.value, refusal.severity) == ("cadre", "A15", Severity.ERROR)


@pytest.mark.parametrize("cadre", [code for code, row in CADRES.items() if row.alternative])
def test_a_refusal_names_what_to_do_instead(cadre: str) -> None:
    """The remedy of a cadre that EDI does not take names the portal and the API, or the cadre that took its place."""
    refusal = decide(cadre, catalogue.interfaces()["FSO1106A"], Operation.INITIAL, RuleSettings())
    assert refusal is not None
    french, english = (FAULTS[refusal.code].words(language).remedy for language in ("fr", "en"))
    replaced = CADRES[cadre].alternative is Alternative.USE_A10
    assert all(word in french for word in (("A10",) if replaced else ("portail", "API")))
    assert all(word in english for word in (("A10",) if replaced else ("portal", "API")))


@pytest.mark.parametrize(
    ("code", "interfaces"),
    [("EDG-I146", ["FSO1120A"]), ("EDG-I148", WORKS), ("EDG-I149", ["FSO1100A"]), ("EDG-I151", ["FSO1100A"])],
)
def test_a_misplaced_cadre_is_told_where_to_go(code: str, interfaces: list[str]) -> None:
    """The remedy of a cadre on the wrong interface names one that carries it, in both languages."""
    for language in ("fr", "en"):
        assert all(interface in FAULTS[code].words(language).remedy for interface in interfaces)


@pytest.mark.parametrize("cadre", ["A9", "A10", "A12", "A13", "A14"])
@pytest.mark.parametrize("validator", [None, Party(), Party(name="Without an identifier")])
def test_a_required_validator_is_missed(cadre: str, validator: Party | None) -> None:
    """A subcontractor's or co-contractor's document without a validator's identifier is refused."""
    (fault,) = CHANNEL_RULES[1](replace(SOUND, cadre=cadre, validator=validator), context("FSO1106A"))
    assert (fault.code, fault.field, fault.severity) == ("EDG-I160", "validator.identifier", Severity.ERROR)


@pytest.mark.parametrize("cadre", ["A4", "A7"])
def test_an_expected_validator_is_missed(cadre: str) -> None:
    """A draft statement without a validator is warned about, and not refused."""
    invoice = replace(SOUND, cadre=cadre, validator=None)
    faults = [fault for rule in CHANNEL_RULES for fault in rule(invoice, context("FSO1106A"))]
    assert [(fault.code, fault.field, fault.blocks) for fault in faults] == [
        ("EDG-I161", "validator.identifier", False)
    ]


@pytest.mark.parametrize("cadre", ["A1", "A2", "A6", "A8", "A22"])
def test_no_validator_is_missed_elsewhere(cadre: str) -> None:
    """A cadre without validation asks for no validator."""
    assert codes(replace(SOUND, cadre=cadre, validator=None), context("FSO1106A")) == []


def test_every_class_of_interface_is_walked() -> None:
    """The interfaces named above are what their class says."""
    rows = catalogue.interfaces()
    assert {rows[code].cadres for code in GENERAL} == {CadreClass.GENERAL}
    assert {rows[code].cadres for code in JUSTICE} == {CadreClass.JUSTICE}
    assert {rows[code].cadres for code in WORKS} == {CadreClass.WORKS}
