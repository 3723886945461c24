"""What a reported status does to its invoice and a receipt to its pivot: one cell of each table at a time."""

from __future__ import annotations

import datetime as dt
import pickle
from dataclasses import replace

import pytest

from edigate.domain.faults import fault
from edigate.domain.names import PIVOT as PIVOT_FLOW
from edigate.domain.partners import Partner, PartnerBook, Role
from edigate.domain.reported import Receipt, ReportedStatus
from edigate.domain.stages import Stage
from edigate.domain.statuses import STATUSES, StepLabel
from edigate.pipeline.answers import Subject, Terms, answer, out_of_time
from edigate.pipeline.receipts import Pivot, acknowledge

SUPPLIER, RECIPIENT = "81034732800017", "53514650090018"
SUBJECT = Subject(7, "F-1", SUPPLIER, RECIPIENT, dt.date(2026, 3, 2), "A1", Stage.RECIPIENT, "03", "SEI001")
WAITING = replace(SUBJECT, cadre="A9", stage=Stage.VALIDATOR_1, status="01", reader="POR001")
HIS = Partner("SEI001", "Val-Clair", Role.RECIPIENT, receives=frozenset({PIVOT_FLOW}), sirets=frozenset({RECIPIENT}))
OTHER = Partner("ETA001", "État", Role.RECIPIENT, sirets=frozenset({"11000201100044"}))
PORTAL = Partner("POR001", "Portail", Role.PORTAL)
BOOK = PartnerBook((HIS, OTHER, PORTAL))
TERMS = Terms(BOOK)
SERVICE_DONE = ReportedStatus(1, "07", "F-1", SUPPLIER, label="Service fait")
PIVOT = Pivot(3, "SEI001", published=True)
TAKEN = Receipt(1, "92", "CPP0010036000000000000001")
REFUSED = replace(TAKEN, code="94")


def codes(reported: ReportedStatus, *subjects: Subject, sender: Partner = HIS, recycle: bool = True) -> list[str]:
    """The codes of the faults and warnings of one status."""
    found = answer(reported, subjects, sender, Terms(BOOK, recycle))
    assert found.accepted is (found.change is not None or found.untouched)
    return [one.code.removeprefix("EDG-") for one in found.faults]


def after(reported: ReportedStatus, subject: Subject, sender: Partner = PORTAL) -> tuple[Stage, str, bool, bool]:
    """Stage and status that an invoice has then, whether it is handed on and whether its number is free."""
    change = answer(reported, [subject], sender, TERMS).change
    assert change
    return change.after.stage, change.after.status, change.hands_on, change.frees_number


@pytest.mark.parametrize(
    ("changes", "sender", "expected"),
    [
        ({}, HIS, []),
        ({"number": "F-2"}, HIS, []),
        ({"recipient": "11000201100044"}, HIS, ["S030"]),
        ({"issue_date": dt.date(2025, 3, 2)}, HIS, ["S030"]),
        ({"issue_date": dt.date(2026, 3, 2)}, HIS, []),
        ({}, OTHER, ["S030"]),
        ({}, PORTAL, ["S031"]),
    ],
)
def test_an_invoice_is_found_by_what_is_said_of_it(
    changes: dict[str, object], sender: Partner, expected: list[str]
) -> None:
    """Among those of the sender's own recipients; whose invoice it is, nobody else learns."""
    assert codes(replace(SERVICE_DONE, **changes), SUBJECT, sender=sender) == expected  # type: ignore[arg-type]


def test_no_invoice_at_all_is_told() -> None:
    """With its number and its supplier."""
    found = answer(SERVICE_DONE, [], HIS, TERMS)

    assert [dict(one.args) for one in found.faults] == [{"number": "F-1", "supplier": SUPPLIER}]


def test_two_invoices_that_fit_need_a_date() -> None:
    """Those of two years have one number rightly; the date tells them apart."""
    earlier = replace(SUBJECT, id=2, issue_date=dt.date(2025, 3, 2))

    assert codes(SERVICE_DONE, earlier, SUBJECT) == ["S032"]
    assert codes(replace(SERVICE_DONE, issue_date=dt.date(2025, 3, 2)), earlier, SUBJECT) == []


def test_the_present_holder_of_a_number_is_meant() -> None:
    """A number that went to a newer deposit names that one; where nobody has it any more, the last one is closed."""
    old = replace(SUBJECT, id=2, current=False, stage=Stage.CLOSED, status="12")
    found = answer(SERVICE_DONE, [old, SUBJECT], HIS, TERMS)

    assert found.subject == SUBJECT.id
    assert codes(SERVICE_DONE, old) == ["S033"]


def test_faults_of_the_status_itself_stop_it() -> None:
    """It is not taken, though it was this invoice that was meant."""
    wrong = replace(SERVICE_DONE, faults=(fault("EDG-S010", "status.comment"),))

    assert codes(wrong, SUBJECT) == ["S010"]
    assert codes(wrong) == ["S010", "S030"]


@pytest.mark.parametrize("stage", [Stage.VALIDATOR_1, Stage.VALIDATOR_2, Stage.MOE, Stage.MOA])
def test_only_the_portal_speaks_before_it_is_the_recipients_turn(stage: Stage) -> None:
    """Validators, MOE and MOA are people on the portal (reference §14, §10.6)."""
    assert codes(SERVICE_DONE, replace(WAITING, stage=stage)) == ["S031"]


def test_the_recipients_new_partner_may_speak() -> None:
    """A recipient that was connected since, or changed its system, goes on with the invoices it has."""
    assert codes(SERVICE_DONE, replace(SUBJECT, reader="POR001")) == []


def test_a_validator_is_asked_for_his_word_only() -> None:
    """Nothing else is said while it is awaited, and it is not taken where nobody awaits it."""
    assert codes(SERVICE_DONE, WAITING, sender=PORTAL) == ["S038"]
    assert codes(replace(SERVICE_DONE, code="13"), replace(SUBJECT, reader="POR001"), sender=PORTAL) == ["S037"]


@pytest.mark.parametrize("sender", [HIS, PORTAL])
def test_what_is_no_status_to_say_is_not_told_of_turns(sender: Partner) -> None:
    """A step without its name, or a code that this partner never sets, is wrong whoever has the invoice."""
    nameless = replace(SERVICE_DONE, code="01", label="", faults=(fault("EDG-S005", "status.label"),))
    foreign = replace(SERVICE_DONE, code="13", faults=(fault("EDG-S002", "status.code", "13"),))

    assert codes(nameless, WAITING, sender=sender) == ["S005"]
    assert codes(foreign, WAITING, sender=sender) == ["S002"]
    assert codes(foreign, replace(SUBJECT, reader="POR001"), sender=sender) == ["S002"]
    assert codes(replace(nameless, number="F-2"), sender=sender) == ["S005", "S030"]


def test_to_be_recycled_is_rejected_by_the_2026_rule() -> None:
    """04 is stored and told as 05, its text says what it was; by setting it stays 04."""
    wrong_service = replace(SERVICE_DONE, code="04", comment="SE_ERR - autre service", label="")
    found = answer(wrong_service, [SUBJECT], HIS, TERMS)

    assert found.change
    assert (found.change.code, found.change.comment) == ("05", "À recycler (04) : SE_ERR - autre service")
    assert codes(wrong_service, SUBJECT) == ["S036"]
    assert codes(wrong_service, SUBJECT, recycle=False) == []


def test_a_status_reported_twice_is_taken_once() -> None:
    """The same code with the same words changes nothing, and is told so."""
    first = answer(SERVICE_DONE, [SUBJECT], HIS, TERMS).change
    assert first

    assert codes(SERVICE_DONE, first.after) == ["S034"]
    assert codes(replace(SERVICE_DONE, comment="Complément"), first.after) == []


def test_an_invoice_grows_no_heavier_with_what_it_was_told() -> None:
    """What it has been told is kept beside it: each of thousands of statuses would take it along, all over again."""
    sizes, subject = list[int](), SUBJECT
    for number in range(100, 200):
        change = answer(replace(SERVICE_DONE, comment=f"Complément {number}"), [subject], HIS, TERMS).change
        assert change
        subject = change.after
        sizes.append(len(pickle.dumps(subject)))

    assert sizes[-1] == sizes[0]


def test_no_order_is_imposed_but_an_odd_one_is_told() -> None:
    """Mandated after payment is usual, service done after a rejection is not (reference §10.4)."""
    assert codes(replace(SERVICE_DONE, code="08"), replace(SUBJECT, status="11")) == []
    assert codes(SERVICE_DONE, replace(SUBJECT, status="05")) == ["S035"]


def test_a_code_of_no_known_meaning_leaves_the_invoice_where_it_is() -> None:
    """It is stored, and the invoice keeps its status (reference §18)."""
    assert after(replace(SERVICE_DONE, code="29"), replace(SUBJECT, reader="POR001")) == (
        Stage.RECIPIENT, "03", False, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cadre", "code", "expected"),
    [
        ("A9", "13", (Stage.RECIPIENT, "13", True, False)),
        ("A9", "14", (Stage.RECIPIENT, "14", True, False)),
        ("A10", "13", (Stage.MOE, "13", True, False)),
        ("A10", "14", (Stage.MOE, "14", True, False)),
        ("A12", "13", (Stage.RECIPIENT, "13", True, False)),
        ("A12", "14", (Stage.CLOSED, "14", False, True)),
        ("A13", "18", (Stage.MOE, "18", True, False)),
        ("A13", "17", (Stage.CLOSED, "17", False, True)),
        ("A14", "13", (Stage.MOE, "13", True, False)),
        ("A14", "14", (Stage.CLOSED, "14", False, True)),
    ],
)
def test_a_validators_word(cadre: str, code: str, expected: tuple[Stage, str, bool, bool]) -> None:
    """A subcontractor's request goes on either way; a co-contractor's refused one ends, its number free."""
    assert after(replace(SERVICE_DONE, code=code, label=""), replace(WAITING, cadre=cadre)) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [("13", Stage.VALIDATOR_2), ("14", Stage.VALIDATOR_2), ("17", Stage.RECIPIENT), ("18", Stage.RECIPIENT)],
)
def test_an_announced_second_validator_comes_after_the_first(code: str, expected: Stage) -> None:
    """The first one's word brings it to him; his own goes past both."""
    announced = replace(SERVICE_DONE, code="01", label="Mise à disposition du second valideur")
    change = answer(announced, [WAITING], PORTAL, TERMS).change
    assert change
    assert change.after.stage is Stage.VALIDATOR_1

    assert after(replace(SERVICE_DONE, code=code, label=""), change.after)[0] is expected


def test_the_portal_may_tell_that_a_validators_time_is_over() -> None:
    """By its label: for a subcontractor the request goes on, for a co-contractor nothing does."""
    late = replace(SERVICE_DONE, code="01", label="Validation 1 hors délai")

    assert after(late, WAITING) == (Stage.RECIPIENT, "01", True, False)
    assert after(late, replace(WAITING, cadre="A12")) == (Stage.VALIDATOR_1, "01", False, False)


def test_the_moe_hands_to_the_moa_by_a_label() -> None:
    """The step has no code of its own (reference §10.6)."""
    step = replace(SERVICE_DONE, code="03", label="Mise à disposition MOA")

    assert after(step, replace(WAITING, cadre="A4", stage=Stage.MOE)) == (Stage.MOA, "03", False, False)
    assert after(replace(step, label="Prise en compte MOE"), replace(WAITING, cadre="A4", stage=Stage.MOE))[0] is (
        Stage.MOE
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("Validation 1 hors délai", Stage.RECIPIENT)),
        ({"second_validator": True}, ("Validation 1 hors délai", Stage.VALIDATOR_2)),
        ({"stage": Stage.VALIDATOR_2}, ("Validation 2 hors délai", Stage.RECIPIENT)),
        ({"cadre": "A10"}, ("Validation 1 hors délai", Stage.MOE)),
        ({"cadre": "A12"}, None),
        ({"stage": Stage.RECIPIENT}, None),
    ],
)
def test_time_that_is_over(changes: dict[str, object], expected: tuple[str, Stage] | None) -> None:
    """A subcontractor's request goes on as hors délai; a group's leader keeps a co-contractor's invoice."""
    change = out_of_time(replace(WAITING, **changes), BOOK)  # type: ignore[arg-type]

    assert (change and (change.label, change.after.stage)) == expected


@pytest.mark.parametrize("book", [BOOK, PartnerBook((HIS,)), PartnerBook((PORTAL,))], ids=["all", "his", "portal"])
def test_no_status_leaves_an_invoice_without_a_reader(book: PartnerBook) -> None:
    """Only the portal moves an invoice on, and so there is one: no answer is held for want of it, whoever is there."""
    statuses = [replace(SERVICE_DONE, code=code, label=label) for code in STATUSES for label in ("", *StepLabel)]
    subjects = [
        replace(WAITING, cadre=cadre, stage=stage, second_validator=second)
        for cadre in ("A1", "A4", "A9", "A10", "A12", "A14") for stage in Stage for second in (False, True)
    ]  # fmt: skip
    found = [
        answer(status, [subject], sender, Terms(book))
        for status in statuses for subject in subjects for sender in book.partners
    ]  # fmt: skip

    assert any(one.change and one.change.after.stage is not one.change.before.stage for one in found) is (
        PORTAL in book.partners
    )


@pytest.mark.parametrize(
    ("receipt", "pivot", "expected"),
    [
        (TAKEN, PIVOT, ([], True, False, False)),
        (TAKEN, None, (["S040"], False, False, False)),
        (TAKEN, replace(PIVOT, published=False), (["S042"], False, False, False)),
        (TAKEN, replace(PIVOT, receipt="92"), (["S041"], False, False, False)),
        (TAKEN, replace(PIVOT, receipt="94", offers=1), ([], True, False, False)),
        (REFUSED, PIVOT, ([], True, True, False)),
        (REFUSED, replace(PIVOT, receipt="94", offers=1), ([], True, False, True)),
        (REFUSED, replace(PIVOT, receipt="94", offers=1, renewing=True), (["S041"], False, False, False)),
        (replace(TAKEN, faults=(fault("EDG-S025", "receipt.code", "91"),)), PIVOT, (["S025"], False, False, False)),
        (
            replace(TAKEN, faults=(fault("EDG-S025", "receipt.code", "91"),)),
            None,
            (["S025", "S040"], False, False, False),
        ),
        (replace(TAKEN, faults=(fault("EDG-S026", "receipt.flow_id", "1"),)), None, (["S026"], False, False, False)),
    ],
)
def test_a_receipt(receipt: Receipt, pivot: Pivot | None, expected: tuple[list[str], bool, bool, bool]) -> None:
    """Noted once; a refused pivot is offered once more, and refused again it is an alert."""
    found = acknowledge(receipt, pivot)
    told = [one.code.removeprefix("EDG-") for one in found.faults]

    assert (told, found.noted, found.offers_again, found.alerts) == expected
    assert found.accepted is (found.noted or told == ["S041"])
