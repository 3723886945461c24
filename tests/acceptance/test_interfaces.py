"""Each deposit interface taken or refused for its own reason, each return when it is due (reference §3.2, §3.3)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import pytest

from edigate.catalogue import interfaces
from edigate.domain.cadres import CADRES, Operation
from edigate.domain.invoice import Scheme
from edigate.domain.reported import Receipt, ReportedStatus
from edigate.domain.settings import RuleSettings
from edigate.rules.channel import decide
from edigate.sandbox import structures as people
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from edigate.sandbox.facturx import facturx_pdf
from edigate.sandbox.mixte import cpp_mixte
from edigate.sandbox.statuses import receipt_flow, status_flow
from edigate.sandbox.ubl import ubl_invoice
from tests.acceptance.gates import DEPOSITOR, PDF, SHARED, Case, Returns, fresh_number, work_off

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Outcome, Seen, Site

RECIPIENT = "SEI001"
STATUSES = SHARED / "samples" / "chorus" / "statut"
_sequence = count(1)


def embedded(draft: Draft) -> bytes:
    """A Factur-X of the draft; the PDF is the original."""
    return facturx_pdf(cii(replace(draft, attachments=())))


# The format of each interface, and a cadre that it carries.
FORMATS: Mapping[str, tuple[Callable[[Draft], bytes], str]] = {
    "FSO1100A": (ubl_invoice, "A1"),
    "FSO1106A": (cii, "A1"),
    "FSO1110A": (ubl_invoice, "A1"),
    "FSO1113A": (cpp_mixte, "A1"),
    "FSO1116A": (cii, "A1"),
    "FSO1117A": (embedded, "A1"),
    "FSO1120A": (ubl_invoice, "A3"),
    "FSO1130A": (ubl_invoice, "A6"),
    "FSO1131A": (ubl_invoice, "A6"),
    "FSO1137A": (embedded, "A6"),
}
WITHDRAWN = {"FSO1101A": "FSO1106A", "FSO1102A": "FSO1100A", "FSO1111A": "FSO1116A", "FSO1112A": "FSO1110A"}
# The reference asks about these, and found no trace of them (§18).
UNKNOWN = ("FSO1114A", "FSO1115A")


class Channel(NamedTuple):
    """A gate after one round of deposits: their names, outcomes, what came back, and the interfaces of all files."""

    names: Mapping[str, str]
    numbers: Mapping[str, str]
    outcomes: Mapping[str, Outcome]
    told: Returns
    delivered: Returns
    files: Mapping[str, list[str]]


def kinds(site: Site, partner: str) -> list[str]:
    """The interface of every file that waits for a partner."""
    return sorted(path.name[:8] for path in (site.root / "outbox" / partner).glob("[!.]*"))


@pytest.fixture(scope="module")
def channel(make_site: MakeSite) -> Channel:
    """A sound document of its format on every deposit interface, in one round."""
    site = make_site()
    numbers = {code: fresh_number() for code in (*FORMATS, *WITHDRAWN, *UNKNOWN)}
    names = {}
    for code, number in numbers.items():
        build, cadre = FORMATS.get(code, (cii, "A1"))
        names[code] = site.deposit(build(Draft(number, cadre=cadre, attachments=(PDF,))), code)
    site.round()
    files = {partner: kinds(site, partner) for partner in (DEPOSITOR, RECIPIENT)}
    outcomes = {outcome.name: outcome for outcome in site.outcomes()}
    return Channel(names, numbers, outcomes, site.collect(), site.collect(RECIPIENT), files)


@pytest.mark.parametrize("code", FORMATS)
def test_a_current_interface_takes_its_format(channel: Channel, code: str) -> None:
    """The document is integrated, its report repeats the interface with C for F, its recipient gets it."""
    outcome, report = channel.outcomes[channel.names[code]], channel.told.report(channel.names[code])

    assert (outcome.verdict, outcome.errors) == ("integrated", [])
    assert (report.interface, report.status, report.lines) == (f"C{code[1:]}", "90", ())
    assert channel.numbers[code] in channel.delivered.units


@pytest.mark.parametrize("code", WITHDRAWN)
def test_a_historical_interface_names_the_one_to_use(channel: Channel, code: str) -> None:
    """The flow is inadmissible for that reason alone, and nobody gets the invoice."""
    report = channel.told.report(channel.names[code])

    assert (report.interface, report.status, report.codes) == (f"C{code[1:]}", "93", ["EDG-F009"])
    assert WITHDRAWN[code] in report.lines[0].description
    assert channel.numbers[code] not in channel.delivered.units


@pytest.mark.parametrize("code", UNKNOWN)
def test_an_unknown_interface_is_told_as_such(channel: Channel, code: str) -> None:
    """Under the report of no interface, with the flow's whole name."""
    report = channel.told.report(channel.names[code])

    assert (report.interface, report.status, report.codes) == ("CSO0000A", "93", ["EDG-F002"])
    assert report.flow == channel.names[code]
    assert code in report.lines[0].label


@pytest.mark.parametrize(
    ("syntax", "code"),
    [
        ("IN_DP_E1_UBL_INVOICE", "FSO1100A"),
        ("IN_DP_E1_CII_16B", "FSO1106A"),
        ("IN_DP_E1_CII", "FSO1101A"),
        ("IN_DP_E1_PES_FACTURE", "FSO1102A"),
        ("IN_DP_E2_UBL_INVOICE_MIN", "FSO1110A"),
        ("IN_DP_E2_CII_MIN_16B", "FSO1116A"),
        ("IN_DP_E2_CII_MIN", "FSO1111A"),
        ("IN_DP_E2_CII_FACTURX", "FSO1117A"),
        ("IN_DP_E2_CPP_FACTURE_MIN", "FSO1113A"),
        ("IN_DP_E2_PES_FACTURE_MIN", "FSO1112A"),
        ("IN_DP_E3_UBL_INVOICE", "FSO1120A"),
    ],
)
def test_a_syntax_of_the_api_belongs_to_one_interface(syntax: str, code: str) -> None:
    """The catalogue says for each deposit how the API calls its syntax."""
    assert [row.code for row in interfaces().values() if row.syntax == syntax] == [code]


def test_cso11xx_answers_every_deposit_once(channel: Channel) -> None:
    """CSO11xxA, whether the flow is integrated or inadmissible, with its own digits."""
    answered = [report.interface for report in channel.told.reports]

    assert sorted(answered) == sorted([f"C{code[1:]}" for code in (*FORMATS, *WITHDRAWN)] + ["CSO0000A"] * len(UNKNOWN))


def test_fen1200_tells_the_depositor_the_life_of_what_is_integrated(channel: Channel) -> None:
    """FEN1200A: one file for the round's statuses, 01 and 03 of each integrated invoice, none of inadmissible flows."""
    assert channel.files[DEPOSITOR].count("FEN1200A") == 1
    assert {number for number, _ in channel.told.statuses} == {channel.numbers[code] for code in FORMATS}
    assert all(channel.told.of(channel.numbers[code]) == ["01", "03"] for code in FORMATS)


def test_fen0036_hands_the_recipient_what_is_integrated(channel: Channel) -> None:
    """FEN0036A: one pivot a round for a recipient, and nothing else."""
    assert channel.files[RECIPIENT] == ["FEN0036A"]
    assert set(channel.delivered.units) == {channel.numbers[code] for code in FORMATS}


# Independent of the code: reference §9.3.
SIMPLE = frozenset({"A1", "A2", "A9", "A12"})
SUPPLIER_WORKS = frozenset({"A4", "A6", "A7", "A8", "A10", "A13", "A14", "A22"})
IN_PDF: Mapping[str, frozenset[str]] = {"FSO1117A": SIMPLE | SUPPLIER_WORKS, "FSO1137A": SUPPLIER_WORKS}
CELLS = [(cadre, code) for code in IN_PDF for cadre in CADRES]


@pytest.fixture(scope="module")
def in_pdf(make_site: MakeSite) -> Mapping[str, Seen]:
    """A Factur-X of every cadre on both of its interfaces, with a validator, in one round."""
    paid = {"A2": {"prepaid": Decimal(120), "payment_code": "48"}}
    drafts = {
        (cadre, code): Draft(fresh_number(), cadre=cadre, validator_siret=people.MOE, **paid.get(cadre, {}))  # type: ignore[arg-type]
        for cadre, code in CELLS
    }
    return work_off(
        make_site(), {f"{cadre}-{code}": Case(embedded(draft), code) for (cadre, code), draft in drafts.items()}
    )


@pytest.mark.parametrize(("cadre", "code"), CELLS)
def test_a_cadre_in_factur_x_is_taken_where_the_channel_takes_it(
    in_pdf: Mapping[str, Seen], cadre: str, code: str
) -> None:
    """Integrated without a fault, or rejected for the one reason that the table of decisions gives."""
    outcome = in_pdf[f"{cadre}-{code}"].outcome
    if cadre in IN_PDF[code]:
        assert (outcome.verdict, outcome.errors) == ("integrated", [])
    else:
        refusal = decide(cadre, interfaces()[code], Operation.INITIAL, RuleSettings())
        assert refusal is not None
        assert (outcome.verdict, outcome.errors) == ("rejected", [refusal.code])


class Answered(NamedTuple):
    """A gate whose recipient sent usable and unusable flows: their names, all reports back, all the depositor heard."""

    names: Mapping[str, str]
    reports: Returns
    files: list[str]
    told: Returns
    number: str


@pytest.fixture(scope="module")
def answered(make_site: MakeSite) -> Answered:
    """One invoice's pivot acknowledged and its status set; a receipt and a status that mean nothing here."""
    site, number = make_site(), fresh_number()
    site.decide(cii(Draft(number)))
    (pivot,) = (path.name for path in (site.root / "outbox" / RECIPIENT).glob("FEN0036A*"))
    site.collect(RECIPIENT)
    site.collect()
    flows = {
        "receipt": receipt_flow(RECIPIENT, next(_sequence), [Receipt(1, "92", pivot[-25:], at=site.gate.clock())]),
        "unknown-receipt": receipt_flow(
            RECIPIENT, next(_sequence), [Receipt(1, "92", "CPP0010036999999999999999", at=site.gate.clock())]
        ),
        "status": status_flow(RECIPIENT, next(_sequence), [status(site, number)]),
        "unknown-status": status_flow(RECIPIENT, next(_sequence), [status(site, "NONE-1"), status(site, "NONE-2")]),
    }
    for name, content in flows.values():
        site.deposit(content, partner=RECIPIENT, name=name)
    site.round()
    files = kinds(site, RECIPIENT)
    names = {key: name for key, (name, _) in flows.items()}
    return Answered(names, site.collect(RECIPIENT), files, site.collect(), number)


def status(site: Site, number: str) -> ReportedStatus:
    """The status 07 of an invoice."""
    return ReportedStatus(
        1, "07", number, Draft("").supplier_id, Scheme.SIRET, people.WITHOUT_SERVICE, at=site.gate.clock()
    )


def test_fso1300_and_fso1301_that_can_be_used_are_not_answered(answered: Answered) -> None:
    """FSO1300A and FSO1301A: the recipient gets a file for each unusable flow, and none for the others."""
    assert answered.files == ["CSO1300A", "CSO1301A"]
    assert {report.flow for report in answered.reports.reports} == {
        answered.names["unknown-receipt"][-25:],
        answered.names["unknown-status"][-25:],
    }


def test_fso1301_reaches_the_depositor_as_fen1200(answered: Answered) -> None:
    """A status that its recipient sets is told to whoever deposited the invoice; an unknown invoice's is not."""
    assert answered.told.statuses == [(answered.number, "07")]


def test_cso1300_says_why_a_receipt_is_of_no_use(answered: Answered) -> None:
    """CSO1300A: 93, with the flow that nobody knows."""
    report = answered.reports.report(answered.names["unknown-receipt"])

    assert (report.interface, report.status, report.codes) == ("CSO1300A", "93", ["EDG-S040"])
    assert "CPP0010036999999999999999" in report.lines[0].label


def test_cso1301_has_a_line_for_every_status_of_no_use(answered: Answered) -> None:
    """CSO1301A: 93, each line names its invoice."""
    report = answered.reports.report(answered.names["unknown-status"])

    assert (report.interface, report.status, report.codes) == ("CSO1301A", "93", ["EDG-S030", "EDG-S030"])
    assert ["NONE-1" in report.lines[0].label, "NONE-2" in report.lines[1].label] == [True, True]


@pytest.mark.parametrize(
    ("file", "interface", "code", "names"),
    [
        ("Example01-FactureStatut-ok.xml", "FSO1301A", "EDG-S030", "Example01"),
        ("Example04-FactureStatut-ko.xml", "FSO1300A", "EDG-S026", "1000000000"),
    ],
)
def test_a_file_that_circulates_is_read_to_its_end(
    site: Site, file: str, interface: str, code: str, names: str
) -> None:
    """All that stands in its way is that no gate knows its invoice, or could know its flow by that name."""
    path = STATUSES / file
    if not path.exists():
        pytest.skip("no sample in shared/samples/chorus/statut: set EDIGATE_SHARED")
    outcome = site.decide(path.read_bytes(), interface, partner=RECIPIENT)
    report = site.collect(RECIPIENT).report(outcome.name)

    assert (report.interface, report.status, report.codes) == (f"C{interface[1:]}", "93", [code])
    assert names in report.lines[0].label
