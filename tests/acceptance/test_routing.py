"""Who gets which invoice: by cadre and recipient, one pivot a reader and round (reference §9.2, §14)."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from edigate.domain.partners import Role
from edigate.ledger import store
from edigate.ledger.database import writing
from edigate.sandbox import structures
from edigate.sandbox.cii import cii
from edigate.sandbox.ubl import ubl_credit_note, ubl_invoice
from tests.acceptance.gates import DEPOSITOR, MIXED, Returns, fresh_number, mixed, sound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Site

READERS = ("SEI001", "ETA001", "POR001")
RECIPIENT, PEOPLE = "recipient", "people"
# Who reads a document of this cadre first: the recipient's own system, or people on the portal.
FIRST = {
    "A1": RECIPIENT, "A2": RECIPIENT, "A6": RECIPIENT,
    "A9": PEOPLE, "A12": PEOPLE,
    "A4": PEOPLE, "A7": PEOPLE, "A8": PEOPLE, "A10": PEOPLE, "A13": PEOPLE, "A14": PEOPLE, "A22": PEOPLE,
}  # fmt: skip
WORKS = frozenset(FIRST) - {"A1", "A2", "A9", "A12"}
WAITING = frozenset({"A9", "A10", "A12", "A13", "A14"})
# The partner that stands for a recipient, and what an invoice to it must say.
RECIPIENTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "connected": ("SEI001", {"recipient_siret": structures.WITHOUT_SERVICE}),
    "connected-by-service": ("SEI001", {"recipient_siret": structures.CONNECTED, "service": "PHARMACIE"}),
    "state": ("ETA001", {"recipient_siret": structures.STATE, "service": "AAASCPV", "engagement": "1501966748"}),
    "state-by-service": ("ETA001", {"recipient_siret": "0" * 14, "service": "DSJPFGU057", "engagement": "1"}),
    "not-connected": ("POR001", {"recipient_siret": structures.NOT_CONNECTED}),
    "of-the-portal": ("POR001", {"recipient_siret": structures.WITH_SERVICE, "service": "SERV1"}),
    "moa": ("POR001", {"recipient_siret": structures.MOA}),
    "moa-only": ("POR001", {"recipient_siret": structures.MOA_ONLY}),
}
CELLS = [(cadre, kind) for cadre in FIRST for kind in RECIPIENTS if kind != "moa-only" or cadre in WORKS]


def said_of(cadre: str, kind: str) -> dict[str, object]:
    """What a document of the cadre must say, to this recipient."""
    paid = {"prepaid": 120, "payment_code": "48", "iban": ""} if cadre == "A2" else {}
    validator = {"validator_siret": structures.MOE, "validator_name": "Atelier d'architecture Lisière"}
    return {"cadre": cadre, **validator, **paid, **RECIPIENTS[kind][1]}


class Round:
    """All cells of the table, deposited at once."""

    def __init__(self, site: Site) -> None:
        """Deposit, work off, collect."""
        self.numbers = {cell: fresh_number() for cell in CELLS}
        for cell, number in self.numbers.items():
            site.deposit(mixed(**said_of(*cell), number=number), MIXED)
        self.tally = site.round()
        self.readers = {reader: site.collect(reader) for reader in READERS}
        self.told: Returns = site.collect(DEPOSITOR)


@pytest.fixture(scope="module")
def table(make_site: MakeSite) -> Round:
    """Every cadre that EDI takes, to every kind of recipient."""
    return Round(make_site())


@pytest.mark.parametrize(("cadre", "kind"), CELLS)
def test_an_invoice_goes_to_its_first_reader_and_to_nobody_else(table: Round, cadre: str, kind: str) -> None:
    """The recipient's partner where it may read first, the portal otherwise; the State is known by its service."""
    partner, said = RECIPIENTS[kind]
    number = table.numbers[cadre, kind]

    holders = [reader for reader, got in table.readers.items() if number in got.units]

    assert holders == [partner if FIRST[cadre] == RECIPIENT else "POR001"]
    unit = table.readers[holders[0]].units[number]
    assert unit.findtext("DonneesFacture/Cadre") == cadre
    expected = structures.STATE if kind.startswith("state") else said["recipient_siret"]
    assert unit.findtext("Debiteur/Identifiant") == expected
    assert unit.findtext("Debiteur/CodeService") == said.get("service")


@pytest.mark.parametrize(("cadre", "kind"), CELLS)
def test_an_invoice_is_made_available_unless_a_validator_must_see_it_first(table: Round, cadre: str, kind: str) -> None:
    """The depositor is told 01, then 03 once the pivot is published; whoever waits for a validator stays at 01."""
    statuses = table.told.of(table.numbers[cadre, kind])

    assert statuses == (["01", "01"] if cadre in WAITING else ["01", "03"])


def test_every_flow_of_the_table_is_integrated(table: Round) -> None:
    """Nothing of the table is refused, and nothing is reported twice."""
    assert dict(table.tally.verdicts) == {"integrated": len(CELLS)}
    assert [report.status for report in table.told.reports] == ["90"] * len(CELLS)
    assert all(not report.lines for report in table.told.reports)


def test_a_reader_gets_one_pivot_a_round(table: Round) -> None:
    """However many flows its invoices came in."""
    assert {reader: len(got.pivots) for reader, got in table.readers.items()} == dict.fromkeys(READERS, 1)
    assert sum(len(pivot) for got in table.readers.values() for pivot in got.pivots) == len(CELLS)


def test_the_units_of_a_pivot_are_counted_and_have_ids_of_their_own(table: Round) -> None:
    """NumOrdre counts from 1 in each pivot; IdCPRO is the gate's own and never the same twice."""
    pivots = [pivot for got in table.readers.values() for pivot in got.pivots]

    assert [[unit.get("NumOrdre") for unit in pivot] for pivot in pivots] == [
        [str(order) for order in range(1, len(pivot) + 1)] for pivot in pivots
    ]
    ids = [unit.findtext("DonneesFacture/IdCPRO") for pivot in pivots for unit in pivot]
    assert len(set(ids)) == len(CELLS)


@pytest.mark.parametrize(
    ("interface", "build", "changes"),
    [
        ("FSO1106A", cii, {}),
        ("FSO1116A", cii, {"type_code": "381"}),
        ("FSO1100A", ubl_invoice, {}),
        ("FSO1110A", ubl_invoice, {}),
        ("FSO1100A", ubl_credit_note, {"type_code": "381"}),
        ("FSO1110A", ubl_credit_note, {"type_code": "381"}),
    ],
)
def test_every_interface_leads_to_the_recipient(
    make_site: MakeSite, interface: str, build: object, changes: dict[str, object]
) -> None:
    """Whatever the syntax, the recipient gets the one pivot format, and the depositor its interface's report."""
    site = make_site()
    number = fresh_number()

    site.deposit(mixed(build, number=number, **changes), interface)  # type: ignore[arg-type]
    site.round()

    unit = site.collect("SEI001").units[number]
    assert unit.findtext("DonneesFacture/Type") == changes.get("type_code", "380")
    assert unit.findtext("DonneesFacture/Montants/MontantTTC") == "120.00"
    told = site.collect()
    assert [report.interface for report in told.reports] == [f"C{interface[1:]}"]
    assert told.of(number) == ["01", "03"]


def test_an_invoice_is_not_said_to_be_available_before_its_pivot_is_published(site: Site) -> None:
    """While its recipient's connection is suspended the depositor knows 01 only; 03 comes with the pivot."""
    number = fresh_number()
    site.change("SEI001", active=False)
    site.deposit(sound(number=number))
    site.round()
    first = site.collect()
    assert not site.collect("SEI001").pivots

    site.change("SEI001", active=True)
    site.round()

    assert first.of(number) == ["01"]
    assert list(site.collect("SEI001").units) == [number]
    assert site.collect().statuses == [(number, "03")]


def test_a_recipient_that_takes_no_pivots_is_served_by_the_portal(site: Site) -> None:
    """A connection without a subscription to FEN0036A stands for nobody."""
    number = fresh_number()
    site.change("SEI001", receives=frozenset({"CSO1300A"}))

    site.decide(sound(number=number))

    assert list(site.collect("POR001").units) == [number]
    assert not site.collect("SEI001").pivots


def test_an_invoice_that_nobody_can_be_given_waits(site: Site) -> None:
    """Without a portal its flow is held with the reason; once there is one again, it goes its way."""
    number = fresh_number()
    site.change("POR001", role=Role.DEPOSITOR)
    held = site.decide(sound(number=number, recipient_siret=structures.NOT_CONNECTED))
    nothing = site.collect()
    site.change("POR001", role=Role.PORTAL)

    with writing(site.gate.ledger) as connection:
        store.release(connection, None, site.now)
    site.round()

    assert (held.state, held.verdict, nothing.reports) == ("held", None, [])
    assert site.outcome(held.name).verdict == "integrated"
    assert list(site.collect("POR001").units) == [number]


def test_a_pivot_holds_at_most_as_many_invoices_as_the_setting_says(make_site: MakeSite) -> None:
    """Five invoices, two a pivot, make three pivots."""
    site = make_site("[pivots]\ninvoices = 2\n")
    for _ in range(5):
        site.deposit(sound())

    site.round()

    assert [len(pivot) for pivot in site.collect("SEI001").pivots] == [2, 2, 1]


def test_a_big_invoice_has_a_pivot_of_its_own(make_site: MakeSite) -> None:
    """A pivot that would grow past the bytes of the setting is closed before."""
    site = make_site("[pivots]\nbytes = 20000\n")
    chance = Random(1)
    for size in (10, 10, 30_000):
        site.deposit(sound(notes=(chance.randbytes(size).hex(),)))

    site.round()

    assert [len(pivot) for pivot in site.collect("SEI001").pivots] == [2, 1]


def test_each_depositor_is_told_of_its_own_flows_only(site: Site) -> None:
    """Two depositors in one round: one recipient's pivot holds both, each depositor hears of its own."""
    mine, theirs = fresh_number(), fresh_number()
    site.deposit(sound(number=mine))
    site.deposit(mixed(number=theirs), MIXED, partner="ABC123")

    site.round()

    assert {mine, theirs} == set(site.collect("SEI001").units)
    told = {partner: site.collect(partner) for partner in (DEPOSITOR, "ABC123")}
    assert {partner: got.statuses for partner, got in told.items()} == {
        DEPOSITOR: [(mine, "01"), (mine, "03")], "ABC123": [(theirs, "01"), (theirs, "03")],
    }  # fmt: skip
    assert {partner: len(got.reports) for partner, got in told.items()} == {DEPOSITOR: 1, "ABC123": 1}
