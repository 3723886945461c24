"""Flow ids and invoice numbers are taken once, and free again after the right refusals (design §2, reference §8.4)."""

from __future__ import annotations

import datetime as dt
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from edigate.engine.deposits import claim
from edigate.sandbox import structures as people
from edigate.sandbox.cases import with_unknown_element
from edigate.sandbox.flows import flow_name
from edigate.sandbox.ubl import ubl_credit_note, ubl_invoice
from tests.acceptance.gates import DEPOSITOR, MIXED, fresh_number, mixed, sound

if TYPE_CHECKING:
    from tests.acceptance.gates import Site

NAME = flow_name("FSO1106A", DEPOSITOR, 42)


def test_a_flow_id_is_refused_after_an_integrated_flow(site: Site) -> None:
    """F010 names the first flow, its day and what became of it; the first one is untouched."""
    first = site.decide(sound(), name=NAME)
    second = site.decide(sound(), name=NAME)

    assert (first.verdict, second.verdict, second.faults) == ("integrated", "inadmissible", ["EDG-F010"])
    (line,) = site.collect().reports[-1].lines
    assert NAME in line.label
    assert f"{dt.datetime.now(tz=site.gate.zone):%d/%m/%Y}" in line.label
    assert "intégration" in line.label
    assert (line.nature, "règle IRR_UNICITE" in line.description) == ("TECHNIQUE", True)


def test_a_flow_id_is_refused_after_a_rejected_flow(site: Site) -> None:
    """A rejected flow was admissible: its id is used up."""
    site.decide(sound(payment_code=""), name=NAME)

    assert site.decide(sound(), name=NAME).faults == ["EDG-F010"]


def test_a_flow_id_is_free_after_an_inadmissible_flow(site: Site) -> None:
    """As often as it takes, until one is admissible."""
    broken = [site.decide(with_unknown_element(sound()), name=NAME).faults for _ in range(2)]
    good = site.decide(sound(), name=NAME)
    late = site.decide(sound(), name=NAME)

    assert broken == [["EDG-F106"]] * 2
    assert (good.verdict, late.faults) == ("integrated", ["EDG-F010"])


def test_a_flow_id_is_still_taken_after_a_duplicate_was_refused(site: Site) -> None:
    """The refused duplicate does not set the id free."""
    site.decide(sound(), name=NAME)
    site.decide(sound(), name=NAME)

    assert site.decide(sound(), name=NAME).faults == ["EDG-F010"]


def test_the_same_sequence_on_another_interface_is_another_id(site: Site) -> None:
    """The interface's digits are part of the id."""
    outcomes = [site.decide(mixed(), code, name=flow_name(code, DEPOSITOR, 42)) for code in ("FSO1106A", "FSO1116A")]

    assert [outcome.verdict for outcome in outcomes] == ["integrated"] * 2


def test_of_two_flows_with_one_id_in_one_round_the_first_wins(site: Site) -> None:
    """Rivals inside a batch: booked one after the other before any is decided."""
    for _ in range(2):
        site.deposit(sound(), name=NAME)
        claim(site.gate, deque(site.gate.inbox.look([DEPOSITOR], 10).ready))

    site.round()

    assert [outcome.faults for outcome in site.outcomes()] == [[], ["EDG-F010"]]


def test_one_content_twice_is_two_flows_and_one_invoice(site: Site) -> None:
    """The second flow is admissible, its invoice a duplicate."""
    content = sound()

    first, second = site.decide(content), site.decide(content)

    assert (first.verdict, second.verdict, second.errors) == ("integrated", "rejected", ["EDG-I150"])


def test_a_duplicate_says_which_flow_has_the_number(site: Site) -> None:
    """The name of that flow, its day and what became of it, and where the number stands in the document."""
    number = fresh_number()
    first = site.decide(sound(number=number))
    site.decide(sound(number=number))

    (line,) = site.collect().reports[-1].lines
    assert first.name in line.label + line.description
    assert number in line.label
    assert "/ram:ID" in line.description
    assert site.collect().statuses == []


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({}, ["EDG-I150"]),
        ({"recipient_siret": people.NOT_CONNECTED}, ["EDG-I150"]),
        ({"issue_date": dt.date(2025, 12, 31)}, ["EDG-I150"]),
        ({"type_code": "381"}, ["EDG-I150"]),
        ({"supplier_id": f"{people.SUPPLIER[:9]}00025"}, ["EDG-I150"]),
        ({"issue_date": dt.date(2024, 12, 31)}, []),
        ({"supplier_id": people.SUPPLIER_2}, []),
        ({"supplier_scheme": "2", "supplier_id": "BE0429958042", "supplier_country": "BE"}, []),
    ],
    ids=[
        "same", "other-recipient", "same-year", "credit-note", "other-establishment",
        "other-year", "other-supplier", "foreign-supplier",
    ],
)  # fmt: skip
def test_a_number_is_unique_by_issuer_and_year(site: Site, changes: dict[str, object], errors: list[str]) -> None:
    """The issuer's SIREN, the year of issue and the number make the key; nothing else does."""
    number = fresh_number()
    site.decide(sound(number=number))

    assert site.decide(sound(**{"number": number} | changes)).errors == errors


def test_a_number_is_unique_across_interfaces_syntaxes_and_depositors(site: Site) -> None:
    """The supplier is the one who issued it, whoever deposits and however."""
    number = fresh_number()
    site.decide(sound(number=number))

    again = [
        site.decide(mixed(number=number), MIXED),
        site.decide(sound(ubl_invoice, number=number), "FSO1100A"),
        site.decide(mixed(ubl_credit_note, number=number, type_code="381"), "FSO1110A"),
        site.decide(mixed(number=number), MIXED, partner="ABC123"),
    ]

    assert [outcome.errors for outcome in again] == [["EDG-I150"]] * 4


def test_a_foreign_suppliers_number_is_unique_by_its_whole_identifier(site: Site) -> None:
    """Two suppliers outside the European Union whose identifiers begin alike are two."""
    number = fresh_number()
    said = {"number": number, "supplier_scheme": "ETR", "supplier_country": "KR"}

    outcomes = [
        site.decide(sound(**said, supplier_id=identifier))
        for identifier in ("KRSAMSUNGMOBILEPHO", "KRSAMSUNGHEAVYIND", "KRSAMSUNGMOBILEPHO")
    ]

    assert [outcome.errors for outcome in outcomes] == [[], [], ["EDG-I150"]]


def test_a_number_of_tahiti_is_nobodys_siren(site: Site) -> None:
    """Nine digits that are a TAHITI number here and a SIREN there are two issuers."""
    number = fresh_number()
    tahiti = {"supplier_scheme": "5", "supplier_id": people.SUPPLIER[:9], "supplier_country": "PF"}
    site.decide(sound(number=number))

    assert site.decide(sound(number=number, **tahiti)).errors == []
    assert site.decide(sound(number=number, **tahiti)).errors == ["EDG-I150"]


def test_the_day_of_the_first_one_is_told_as_it_is_in_france(site: Site) -> None:
    """Half past eleven at night in UTC is the next day here."""
    evening = dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.UTC)
    site.gate = replace(site.gate, clock=lambda: evening)
    content = sound()

    site.decide(content)
    site.decide(content)

    assert "03/03/2026" in "".join(site.collect().reports[1].lines[0][2:])


def test_a_number_is_free_after_a_rejection_at_integration(site: Site) -> None:
    """Corrected, the invoice comes again under its number."""
    number = fresh_number()
    rejected = site.decide(sound(number=number, payment_code=""))
    corrected = site.decide(sound(number=number))

    assert (rejected.verdict, corrected.verdict) == ("rejected", "integrated")
    assert site.collect().of(number) == ["37", "01", "03"]


def test_a_number_is_free_after_an_inadmissible_flow(site: Site) -> None:
    """Nothing of an inadmissible flow counts."""
    number = fresh_number()
    site.decide(with_unknown_element(sound(number=number)))

    assert site.decide(sound(number=number)).verdict == "integrated"


def test_a_refused_duplicate_leaves_the_number_taken(site: Site) -> None:
    """A third try is a duplicate of the first one, too."""
    number = fresh_number()
    first = site.decide(sound(number=number))
    site.decide(sound(number=number))
    site.collect()

    assert site.decide(sound(number=number)).errors == ["EDG-I150"]
    (report,) = site.collect().reports
    assert first.name in report.lines[0].label + report.lines[0].description


def test_rivals_in_one_round_leave_one_winner(site: Site) -> None:
    """Of five invoices with one number, the first booked is integrated and handed on; the others are duplicates."""
    number = fresh_number()
    for _ in range(5):
        site.deposit(sound(number=number))

    site.round()

    outcomes = site.outcomes()
    assert [outcome.errors for outcome in outcomes] == [[], *[["EDG-I150"]] * 4]
    assert [len(pivot) for pivot in site.collect("SEI001").pivots] == [1]
    told = site.collect()
    assert sorted(told.of(number)) == ["01", "03", "37", "37", "37", "37"]
    assert all(outcomes[0].name in report.lines[0].label + report.lines[0].description for report in told.reports[1:])


def test_a_rejected_rival_does_not_take_the_number(site: Site) -> None:
    """In one round, too: the first is rejected for its own fault, the second gets the number."""
    number = fresh_number()
    site.deposit(sound(number=number, payment_code=""))
    site.deposit(sound(number=number))

    site.round()

    assert [outcome.errors for outcome in site.outcomes()] == [["EDG-I080"], []]


def test_numbers_that_differ_in_capitals_are_two(site: Site) -> None:
    """A number is what its issuer wrote."""
    outcomes = [site.decide(sound(number=number)) for number in ("fa-1", "FA-1")]

    assert [outcome.verdict for outcome in outcomes] == ["integrated"] * 2
