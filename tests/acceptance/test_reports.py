"""What depositors are told of a flow: the report CSO…, one for every deposit (design §2, reference §7.2.1)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from edigate.sandbox import structures
from edigate.sandbox.cases import not_closed, with_unknown_element
from edigate.sandbox.flows import flow_name
from tests.acceptance.gates import DEPOSITOR, Case, fresh_number, mixed, sound, work_off

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Seen, Site

WITHDRAWN = ("FSO1101A", "FSO1102A", "FSO1111A", "FSO1112A")
STRANGE = {
    "plain": "facture_mars.xml",
    "markup": '<facture> & "l\'avoir".xml',
    "accents": "Échéance n° 3 – été.xml",
    "blanks": " deux  blancs ",
    "controls": "ligne\nune\ttab\x1b[31m",
    "astral": "facture \U0001f4c4",
    "long": "f" * 255,
    "almost": flow_name("FSO1106A", DEPOSITOR, 1) + ".xml",
    "lower": flow_name("FSO1106A", DEPOSITOR, 1).lower(),
    "shell": "$(reboot);`ls`|%00",
    "escapes": r"C:\factures\x41 &amp; ]]>",
}
UNKNOWN = "FSO1199A_JMRPOR_JMRPOR1199000000000000001"


@pytest.fixture(scope="module")
def seen(make_site: MakeSite) -> dict[str, Seen]:
    """One flow of each kind, in one round."""
    cases = {
        "integrated": Case(sound()),
        "rejected": Case(sound(payment_code="", supplier_name="", number="no.dots")),
        "broken": Case(not_closed(sound())),
        "invalid": Case(with_unknown_element(sound())),
        "unknown": Case(sound(), name=UNKNOWN),
        **{code: Case(mixed(), code) for code in WITHDRAWN},
        **{f"name-{key}": Case(sound(), name=name) for key, name in STRANGE.items()},
    }
    return work_off(make_site(), cases)


def test_an_integrated_flow_is_reported_as_received(seen: dict[str, Seen]) -> None:
    """Code 90, with the flow's id and no line."""
    report = seen["integrated"].report

    assert report[:4] == ("CSO1106A", "90", seen["integrated"].name[-25:], "Reçu")
    assert (report.comment, report.lines) == ("", ())


def test_a_rejected_flow_is_reported_with_functional_lines(seen: dict[str, Seen]) -> None:
    """Code 93, one line for each error of its invoices and none else."""
    report = seen["rejected"].report

    assert (report.interface, report.status) == ("CSO1106A", "93")
    assert sorted(report.codes) == ["EDG-I003", "EDG-I049", "EDG-I080"]
    assert {line.nature for line in report.lines} == {"FONCTIONNELLE"}


@pytest.mark.parametrize(("key", "code", "nature"), [
    ("broken", "EDG-F101", "APPLICATIVE"),
    ("invalid", "EDG-F106", "APPLICATIVE"),
    ("FSO1101A", "EDG-F009", "TECHNIQUE"),
])  # fmt: skip
def test_an_inadmissible_flow_is_reported_with_lines_of_its_own(
    seen: dict[str, Seen], key: str, code: str, nature: str
) -> None:
    """Code 93 too; the nature tells the control that failed, and no invoice is spoken of."""
    report = seen[key].report

    assert report.status == "93"
    assert {line.nature for line in report.lines} == {nature}
    assert code in report.codes
    assert not seen[key].outcome.invoices
    assert not any("facture " in line.description.partition("remède")[0] for line in report.lines)


def test_a_line_reads_like_help(seen: dict[str, Seen]) -> None:
    """It says the invoice, the rule, the place in the document, the value found and what to do."""
    report = seen["rejected"].report
    (line,) = [line for line in report.lines if line.code == "EDG-I003"]

    assert "no.dots" in line.label
    parts = line.description.split(" ; ")
    assert parts[0] == f"facture no.dots / fournisseur {structures.SUPPLIER}"
    assert parts[1] == "règle G1.05"
    assert parts[2].startswith("champ Numéro de")
    assert parts[3] == "chemin /rsm:CrossIndustryInvoice/rsm:ExchangedDocument/ram:ID"
    assert parts[4].startswith("ligne ")
    assert int(parts[4].removeprefix("ligne ")) > 1
    assert parts[5] == "valeur no.dots"
    assert parts[6].startswith("remède : ")


def test_what_is_missing_has_the_place_where_it_should_be(seen: dict[str, Seen]) -> None:
    """A path for a payment mode that is not there, and no value."""
    (line,) = [line for line in seen["rejected"].report.lines if line.code == "EDG-I080"]

    assert "ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode" in line.description
    assert "valeur" not in line.description.partition("remède")[0]


@pytest.mark.parametrize("interface", WITHDRAWN)
def test_a_flow_on_a_withdrawn_interface_is_inadmissible(seen: dict[str, Seen], interface: str) -> None:
    """Its own report names the interface to use instead."""
    report = seen[interface].report

    assert report.interface == f"C{interface[1:]}"
    assert report.codes == ["EDG-F009"]
    assert f"FSO1{interface[4]}" in report.lines[0].description


def test_a_flow_on_an_unknown_interface_is_reported_under_its_whole_name(seen: dict[str, Seen]) -> None:
    """CSO0000A, as nobody knows which report its interface has."""
    report = seen["unknown"].told.report(UNKNOWN)

    assert (report.interface, report.flow) == ("CSO0000A", UNKNOWN)
    assert report.codes == ["EDG-F002"]


@pytest.mark.parametrize("key", [key for key in STRANGE if key != "controls"])
def test_a_file_without_a_flow_name_is_reported_under_its_own(seen: dict[str, Seen], key: str) -> None:
    """CSO0000A with the original name, whatever its characters."""
    report = seen[f"name-{key}"].report

    assert (report.interface, report.flow) == ("CSO0000A", STRANGE[key])
    assert report.codes == ["EDG-F001"]


def test_control_characters_of_a_name_are_shown_as_escapes(seen: dict[str, Seen]) -> None:
    """XML forbids some of them: they are told as they are written in programs, line breaks stay."""
    flows = [report.flow for report in seen["integrated"].told.reports]

    assert "ligne\nune\ttab\\x1b[31m" in flows


def test_a_name_that_is_no_utf_8_is_reported_with_its_bytes(site: Site) -> None:
    """The bytes that are no text become escapes."""
    site.deposit(sound(), name=os.fsdecode(b"facture\xff\xe9.xml"))

    site.round()

    (report,) = site.collect().reports
    assert (report.interface, report.flow) == ("CSO0000A", r"facture\xff\xe9.xml")


def test_every_deposit_has_one_report(seen: dict[str, Seen]) -> None:
    """No more, no less."""
    assert len(seen["integrated"].told.reports) == len(seen)


def test_a_partner_may_ask_not_to_be_told_of_success(site: Site) -> None:
    """Without report_on_success an integrated flow has no report; a refused one has."""
    site.change(DEPOSITOR, report_on_success=False)
    number = fresh_number()
    site.deposit(sound(number=number))
    refused = site.deposit(sound(payment_code=""))

    site.round()

    told = site.collect()
    assert [report.flow for report in told.reports] == [refused[-25:]]
    assert told.of(number) == ["01", "03"]


def test_a_partner_may_ask_for_no_life_cycle(site: Site) -> None:
    """Without life_cycle only reports come; what was not told is told once it asks for it."""
    number = fresh_number()
    site.change(DEPOSITOR, life_cycle=False)
    site.deposit(sound(number=number))
    site.round()
    first = site.collect()

    site.change(DEPOSITOR, life_cycle=True)
    site.round()

    assert (len(first.reports), first.statuses) == (1, [])
    assert site.collect().of(number) == ["01", "03"]


def test_a_partner_reads_its_reports_in_its_own_language(site: Site) -> None:
    """English words for a partner that asked for them; the format's own labels stay French."""
    site.change(DEPOSITOR, language="en")
    site.deposit(sound(payment_code=""))

    site.round()

    (report,) = site.collect().reports
    assert report.complement == "Erreur réception"
    assert "payment" in report.lines[0].label.lower()
    assert "paiement" not in report.lines[0].label.lower()
