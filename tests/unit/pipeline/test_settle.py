"""The final decision on a batch: who comes first gets the id and the number, and what refused flows had is free."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import TYPE_CHECKING

import pytest

from edigate.domain.faults import fault, warning
from edigate.domain.invoice import Party, Scheme
from edigate.domain.outcomes import Verdict
from edigate.domain.statuses import InvoiceStatus
from edigate.domain.verdicts import Examination
from edigate.pipeline.settle import Case, Original, Taken, decide, key_text
from tests.unit.pipeline.found import an_invoice

if TYPE_CHECKING:
    from edigate.domain.verdicts import Examined
    from edigate.pipeline.settle import Decision

NOW = "2026-03-02T23:30:00.000000Z"
REFUSED = Examination((fault("EDG-F101"),))
WRONG = (fault("EDG-I064"),)
_flows = count(1)


def a_case(
    *found: Examined, flow_id: str | None = None, examination: Examination | None = None, flow: str = ""
) -> Case:
    """A flow with these invoices, or with what examining it found."""
    flow = flow or f"flow{next(_flows)}"
    return Case(f"{flow}-1", flow, f"name of {flow}", NOW, flow_id, None, examination or Examination(invoices=found))


def verdicts(decisions: tuple[Decision, ...]) -> list[str]:
    """Each flow's."""
    return [decision.verdict.value for decision in decisions]


def codes(decision: Decision) -> list[list[str]]:
    """The faults of each invoice."""
    return [[found.code for found in one.invoice.faults] for one in decision.invoices]


def test_a_flow_is_what_its_invoices_are() -> None:
    """All taken, some, none."""
    sound, wrong = an_invoice(), an_invoice(position=2, number="F-2", faults=WRONG)
    decided = decide([a_case(sound), a_case(an_invoice(number="F-3"), wrong), a_case(wrong)], Taken())

    assert verdicts(decided) == ["integrated", "partial", "rejected"]


def test_warnings_refuse_nothing() -> None:
    """Neither of the flow nor of an invoice."""
    found = Examination((warning("EDG-F101"),), (an_invoice(faults=(warning("EDG-I082"),)),))

    assert verdicts(decide([a_case(examination=found)], Taken())) == ["integrated"]


def test_of_rivals_in_one_batch_the_first_gets_the_number() -> None:
    """The others are told by whom; the loser goes to nobody."""
    decided = decide([a_case(an_invoice(), flow=name) for name in ("a", "b", "c")], Taken())

    assert verdicts(decided) == ["integrated", "rejected", "rejected"]
    (loser,) = decided[2].invoices
    (said,) = loser.invoice.faults
    assert (said.code, said.path, said.line, dict(said.args)["flow"]) == (
        "EDG-I150", "/rsm:CrossIndustryInvoice", 7, "name of a",
    )  # fmt: skip
    assert (loser.invoice.reader, loser.invoice.pivot, loser.verdict) == ("", None, Verdict.REJECTED)


def test_of_rivals_in_one_flow_the_first_gets_the_number() -> None:
    """Then the flow is taken in part, and the loser is told which invoice of its own flow has the number."""
    second = an_invoice(position=2, entry="b.pdf", number_entry="b.pdf/x.xml")
    (decided,) = decide([a_case(an_invoice(entry="a.xml"), second)], Taken())

    assert (decided.verdict, codes(decided)) == (Verdict.PARTIAL, [[], ["EDG-I154"]])
    (said,) = decided.invoices[1].invoice.faults
    assert (said.args, said.line, said.entry) == ((("first", "1 a.xml"),), 7, "b.pdf/x.xml")


def test_a_replay_finds_a_rival_in_what_it_integrated_before() -> None:
    """What the ledger holds of the same flow is no other flow."""
    taken = Taken(integrated={("a", 1)})
    key = key_text(an_invoice())
    assert key is not None
    taken.keys[key] = Original("a", "name of a", NOW, "integrated", 1, position=1)
    (decided,) = decide([a_case(an_invoice(), an_invoice(position=2), flow="a")], taken)

    assert codes(decided) == [[], ["EDG-I154"]]
    assert dict(decided.invoices[1].invoice.faults[0].args) == {"first": "1"}


def test_whoever_comes_after_a_completed_invoice_is_told_its_status() -> None:
    """In one batch with what completes it as after that was written down."""
    invoice = an_invoice()
    key = key_text(invoice)
    assert key is not None
    suspended = Original(
        "z", "name of z", NOW, "integrated", 1, invoice.recipient, InvoiceStatus.SUSPENDED.value, invoice.cadre,
        invoice.stage.value, invoice.type_code,
    )  # fmt: skip
    first, second = decide([a_case(invoice), a_case(invoice)], Taken(keys={key: suspended}))

    assert (first.invoices[0].completes, codes(second)) == (1, [["EDG-I150"]])
    assert dict(second.invoices[0].invoice.faults[0].args)["state"] == InvoiceStatus.COMPLETED.value


def test_a_rejected_rival_leaves_the_number() -> None:
    """It is free for the next one, and no duplicate is told besides the reason it was rejected for."""
    decided = decide([a_case(an_invoice(faults=WRONG)), a_case(an_invoice())], Taken())

    assert (verdicts(decided), codes(decided[0])) == (["rejected", "integrated"], [["EDG-I064"]])


def test_an_inadmissible_flow_takes_nothing() -> None:
    """Neither its id nor the numbers in it."""
    refused = Examination(REFUSED.faults, (an_invoice(),))
    decided = decide([a_case(flow_id="id", examination=refused), a_case(an_invoice(), flow_id="id")], Taken())

    assert (verdicts(decided), decided[0].invoices) == (["inadmissible", "integrated"], ())


@pytest.mark.parametrize("first", [(), WRONG], ids=["integrated", "rejected"])
def test_of_rivals_for_a_flow_id_the_first_has_it(first: tuple[object, ...]) -> None:
    """Whatever became of its invoices; the second is refused whole, and its numbers stay free."""
    cases = [
        a_case(an_invoice(faults=first), flow_id="id", flow="a"),
        a_case(an_invoice(number="F-2"), flow_id="id"),
        a_case(an_invoice(number="F-2"), flow_id="other"),
    ]
    decided = decide(cases, Taken())

    assert verdicts(decided)[1:] == ["inadmissible", "integrated"]
    (said,) = decided[1].faults
    assert (said.code, dict(said.args)["original"]) == ("EDG-F010", "name of a")


def test_a_refused_rival_is_told_its_own_faults_only() -> None:
    """A document that cannot be read says nothing of its id."""
    taken = Taken(flow_ids={"id": Original("z", "name of z", NOW, "integrated")})
    (decided,) = decide([a_case(flow_id="id", examination=REFUSED)], taken)

    assert [found.code for found in decided.faults] == ["EDG-F101"]


def test_flows_without_an_id_are_no_rivals() -> None:
    """A name that is no flow name has none."""
    assert verdicts(decide([a_case(an_invoice(number=str(n))) for n in range(3)], Taken())) == ["integrated"] * 3


def test_what_the_ledger_holds_counts_like_what_came_before_in_the_batch() -> None:
    """The day of the original is told as it is in the gate's zone."""
    key = key_text(an_invoice())
    assert key == "810347328|2025|F-1"
    taken = Taken(keys={key: Original("z", "name of z", NOW, "integrated")})
    (decided,) = decide([a_case(an_invoice())], taken, dt.timezone(dt.timedelta(hours=1)))

    assert dict(decided.invoices[0].invoice.faults[0].args)["date"] == "2026-03-03"


@pytest.mark.parametrize("changes", [{"issue_date": None}, {"number": ""}, {"supplier": Party()}])
def test_an_invoice_without_a_key_is_nobodys_rival(changes: dict[str, object]) -> None:
    """It lacks what makes it unique."""
    keyless = an_invoice(**changes)

    assert key_text(keyless) is None
    assert verdicts(decide([a_case(keyless), a_case(keyless)], Taken())) == ["integrated", "integrated"]


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"supplier": Party("81034732800025", Scheme.SIRET)}, True),
        ({"supplier": Party("81034732900017", Scheme.SIRET)}, False),
        ({"supplier": Party("81034732800017", Scheme.NON_EU)}, False),
        ({"issue_date": dt.date(2025, 12, 31)}, True),
        ({"issue_date": dt.date(2026, 3, 14)}, False),
        ({"number": "f-1"}, False),
        ({"type_code": "381", "recipient": "75356054900010", "cadre": "A2"}, True),
    ],
)
def test_a_number_is_unique_by_issuer_and_year(changes: dict[str, object], same: bool) -> None:  # noqa: FBT001
    """A SIREN's establishments share their numbers; nothing else of the invoice matters."""
    decided = decide([a_case(an_invoice()), a_case(an_invoice(**changes))], Taken())

    assert verdicts(decided)[1] == ("rejected" if same else "integrated")


def test_a_replay_leaves_what_was_integrated_alone() -> None:
    """Only that flow's own invoices, by their place; the others are decided anew."""
    taken = Taken(
        flow_ids={"id": Original("a", "name of a", NOW, "partial")},
        keys={"810347328|2025|F-1": Original("a", "name of a", NOW, "integrated")},
        integrated={("a", 1)},
    )
    case = a_case(an_invoice(), an_invoice(position=2, number="F-2"), flow_id="id", flow="a")
    (decided,) = decide([case], taken)

    assert (decided.verdict, codes(decided)) == (Verdict.INTEGRATED, [[], []])
    assert [one.untouched for one in decided.invoices] == [True, False]


def test_a_replay_that_is_refused_says_that_the_flow_stands() -> None:
    """Where an earlier run has integrated invoices of it, and only there."""
    taken = Taken(integrated={("a", 1)})
    decided = decide([a_case(examination=REFUSED, flow=flow) for flow in ("a", "b")], taken)

    assert [decision.stands for decision in decided] == [True, False]
