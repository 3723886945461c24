"""What a partner may report of invoices and flows, and how (reference §6.4, §10.2a, §10.5, §10.6)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from edigate.domain.faults import Severity
from edigate.domain.fields import FIELDS
from edigate.domain.invoice import Scheme
from edigate.domain.partners import Role
from edigate.domain.reasons import REASONS, reason_in
from edigate.domain.reported import Receipt, ReportedLine, ReportedStatus
from edigate.domain.statuses import STATUSES, StepLabel
from edigate.rules.statuses import StatusContext, check_receipt, check_status

if TYPE_CHECKING:
    from edigate.domain.faults import Fault

TODAY = dt.date(2026, 3, 5)
PARIS = ZoneInfo("Europe/Paris")
AT = dt.datetime(2026, 3, 5, 9, tzinfo=dt.UTC)
SOUND = ReportedStatus(
    position=1,
    code="07",
    number="F1",
    supplier="90112233300015",
    supplier_scheme=Scheme.SIRET,
    recipient="90445566400014",
    at=AT,
    raw_at=AT.isoformat(),
)
RECEIPT = Receipt(
    position=1,
    code="94",
    flow_id="CPP0010036000000000000004",
    at=AT,
    raw_at=AT.isoformat(),
    lines=(ReportedLine("TECHNIQUE", "E1", "Illisible"),),
)
REASON = "SE_ERR - mauvais service"

# What each role may send, typed a second time from §6.4, §10.6 and §14; 01 from the portal only with a step.
RECIPIENTS = {"03", "04", "05", "06", "07", "08", "09", "10", "11"}
PORTALS = RECIPIENTS | {"01", "12", "13", "14", "17", "18"}
UNKNOWN = {code for code, row in STATUSES.items() if not row.known}


def reported(role: Role = Role.RECIPIENT, /, **changes: object) -> tuple[Fault, ...]:
    """What is found in the sound status after these changes, from a partner of this role."""
    changed = replace(SOUND, **changes)  # type: ignore[arg-type]
    changed = replace(changed, reason=reason_in(changed.label, changed.comment))
    return check_status(changed, StatusContext(role, TODAY, PARIS))


def codes(faults: tuple[Fault, ...]) -> list[str]:
    """The codes without their prefix, those of warnings in small letters."""
    shown = ((found.code.removeprefix("EDG-"), found.blocks) for found in faults)
    return [code if blocks else code.lower() for code, blocks in shown]


def sent(code: str, role: Role) -> list[str]:
    """What is found in a status of this code that is otherwise as it should be."""
    return codes(reported(role, code=code, comment=REASON, label=StepLabel.LATE_1 if code == "01" else ""))


@pytest.mark.parametrize("code", STATUSES)
def test_a_recipient_sets_its_own_statuses(code: str) -> None:
    """§6.4: 03 to 11 are a recipient's; a code of unknown meaning is taken with a remark; the rest is refused."""
    refused = [found for found in sent(code, Role.RECIPIENT) if found.isupper()]
    assert refused == ([] if code in RECIPIENTS | UNKNOWN else ["S002"])


@pytest.mark.parametrize("code", STATUSES)
def test_the_portal_sets_the_validators_statuses_too(code: str) -> None:
    """§14: besides a recipient's the portal sends 12, 13, 14, 17, 18, and 01 for a step; 02 and 37 are the gate's."""
    refused = [found for found in sent(code, Role.PORTAL) if found.isupper()]
    assert refused == ([] if code in PORTALS | UNKNOWN else ["S002"])


@pytest.mark.parametrize("code", STATUSES)
def test_a_depositor_sets_no_status(code: str) -> None:
    """Who only deposits invoices says nothing of their life."""
    assert "S002" in sent(code, Role.DEPOSITOR)


def test_a_status_of_somebody_else_names_who_sets_it() -> None:
    """The fault says whose it is and who sent it."""
    (found,) = reported(code="13")
    assert dict(found.args) == {"code": "13", "holder": "validator", "sender": "recipient"}
    assert (found.field, found.value) == ("status.code", "13")


@pytest.mark.parametrize("code", ["", "00", "42", "123"])
def test_a_code_outside_the_list_is_refused(code: str) -> None:
    """§10.2a: the list ends at 41."""
    assert codes(reported(code=code)) == codes(reported(Role.PORTAL, code=code)) == ["S001"]


@pytest.mark.parametrize(
    ("code", "meant"), [("15", "04"), ("16", "06"), ("19", "11"), ("20", "10"), ("21", "09"), ("32", "12")]
)
def test_an_unknown_code_of_the_portals_numbering_is_told(code: str, meant: str) -> None:
    """§10.2b: what the channel has no meaning for, but the portal's own numbering has, was probably meant as that."""
    (found,) = reported(code=code)
    assert (found.code, found.severity) == ("EDG-S004", Severity.WARNING)
    assert dict(found.args) == {"portal": code, "code": code, "meant": meant}


@pytest.mark.parametrize("code", sorted(UNKNOWN - {"15", "16", "19", "20", "21", "32"}))
def test_an_unknown_code_is_taken_with_a_remark(code: str) -> None:
    """§18: the meaning was not found, so the code is stored and nothing else made of it."""
    assert codes(reported(code=code)) == codes(reported(Role.PORTAL, code=code)) == ["s003"]


@pytest.mark.parametrize(("code", "meant"), [("14", "03"), ("17", "05"), ("18", "08"), ("37", "07")])
def test_a_code_of_somebody_else_may_be_of_the_portals_numbering(code: str, meant: str) -> None:
    """§10.2b: the recipient's status of that number in the portal's numbering is offered beside the refusal."""
    faults = reported(code=code)
    assert codes(faults) == ["S002", "s004"]
    assert dict(faults[1].args)["meant"] == meant


@pytest.mark.parametrize("code", ["13", "14", "17", "18"])
def test_a_validators_status_from_the_portal_is_not_doubted(code: str) -> None:
    """What the sender may set means what the channel's code says."""
    assert reported(Role.PORTAL, code=code) == ()


@pytest.mark.parametrize("step", StepLabel)
@pytest.mark.parametrize("code", ["01", "03"])
def test_the_portal_announces_a_step(code: str, step: StepLabel) -> None:
    """§10.6: a step without a code of its own comes as 01 or 03 with its label."""
    assert reported(Role.PORTAL, code=code, label=step.value) == ()


@pytest.mark.parametrize("label", ["", "Déposée"])
def test_a_01_without_a_step_is_refused(label: str) -> None:
    """That an invoice is deposited nobody else knows than the gate."""
    (found,) = reported(Role.PORTAL, code="01", label=label)
    assert (found.code, found.field, found.value) == ("EDG-S005", "status.label", label)


@pytest.mark.parametrize("code", ["04", "05", "06"])
@pytest.mark.parametrize("comment", ["", " \n"])
def test_a_refusal_needs_a_comment(code: str, comment: str) -> None:
    """§10.5: with 04, 05 and 06 goes a Commentaire; a reason in ComplementStatut alone does not do."""
    (found,) = reported(code=code, comment=comment, label="SE_ERR")
    assert (found.code, found.field, dict(found.args)) == ("EDG-S010", "status.comment", {"code": code})


@pytest.mark.parametrize("code", sorted(RECIPIENTS - {"04", "05", "06"}))
def test_another_status_needs_no_comment(code: str) -> None:
    """Only a refusal or a suspension must be explained."""
    assert reported(code=code) == reported(code=code, comment="Tout va bien") == ()


@pytest.mark.parametrize("reason", sorted(REASONS.keys() - {"JUSTIF_ABS"}))
@pytest.mark.parametrize("code", ["04", "05"])
def test_a_known_reason_is_taken(code: str, reason: str) -> None:
    """§10.5: each reason of refusal, at the head of the comment."""
    assert reported(code=code, comment=f"{reason} - voir la commande") == ()


def test_a_reason_may_stand_in_the_complement() -> None:
    """The comment then only explains it."""
    assert reported(code="05", label="SE_ERR", comment="mauvais service") == ()


def test_an_unknown_reason_is_told() -> None:
    """What is written as a code and is none of the list is quoted."""
    (found,) = reported(code="05", comment="SERVICE_KO - mauvais service")
    assert (found.code, found.severity, found.value) == ("EDG-S013", Severity.WARNING, "SERVICE_KO")


def test_a_missing_reason_is_told() -> None:
    """A comment without any code is taken with a remark."""
    assert codes(reported(code="05", comment="mauvais service")) == ["s014"]


def test_a_missing_document_goes_with_a_suspension() -> None:
    """§10.5: JUSTIF_ABS suspends, it does not reject."""
    comment = "JUSTIF_ABS - plan manquant"
    assert reported(code="06", comment=comment) == ()
    assert codes(reported(code="05", comment=comment)) == codes(reported(code="04", comment=comment)) == ["s015"]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (dt.datetime(2026, 3, 5, 22, 59, tzinfo=dt.UTC), []),
        (dt.datetime(2026, 3, 5, 23, 1, tzinfo=dt.UTC), ["s012"]),
        (dt.datetime(2026, 3, 6, 1, tzinfo=dt.timezone(dt.timedelta(hours=5))), []),
        (dt.datetime(2027, 1, 1, tzinfo=dt.UTC), ["s012"]),
        (dt.datetime(2000, 1, 1, tzinfo=dt.UTC), []),
        (dt.datetime(1999, 12, 31, tzinfo=dt.UTC), ["S011"]),
        (dt.datetime(2100, 1, 1, tzinfo=dt.UTC), ["S011"]),
        (dt.datetime.max.replace(tzinfo=dt.timezone(-dt.timedelta(hours=14))), ["S011"]),
        (None, ["S011"]),
    ],
)
def test_a_moment_is_of_this_century_and_not_to_come(moment: dt.datetime | None, expected: list[str]) -> None:
    """A moment past the day of the deposit in France is remarked on; one that cannot be, or be read, is refused."""
    raw = moment.isoformat() if moment else "hier"
    receipt = replace(RECEIPT, at=moment, raw_at=raw)
    assert codes(reported(at=moment, raw_at=raw)) == expected
    assert codes(check_receipt(receipt, StatusContext(Role.RECIPIENT, TODAY, PARIS))) == expected


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("supplier", "", "S020"),
        ("number", "", "S021"),
        ("recipient", "", "S022"),
        ("recipient", "9044556640001A", "S022"),
        ("recipient", "904455664", "S022"),
    ],
)
def test_the_invoice_is_identified(field: str, value: str, code: str) -> None:
    """§7.2.2: supplier, number and the SIRET of the debtor say which invoice is meant."""
    (found,) = reported(**{field: value})
    assert (codes((found,)), found.field, found.value) == ([code], f"status.{field}", value)


@pytest.mark.parametrize("code", [f"{number}" for number in range(90, 97)])
def test_a_receipt_is_92_or_94(code: str) -> None:
    """§6.4: of the statuses of a flow a recipient sends two."""
    found = codes(check_receipt(replace(RECEIPT, code=code), StatusContext(Role.RECIPIENT, TODAY, PARIS)))
    assert found == ([] if code in {"92", "94"} else ["S025"])


@pytest.mark.parametrize(
    ("flow_id", "expected"),
    [
        ("CPP0010036000000000000004", []),
        ("FEN0036A_SEI001_CPP0010036000000000000004", []),
        ("1000000000", ["S026"]),
        ("", ["S026"]),
        ("cpp0010036000000000000004", ["S026"]),
        ("CPP001003600000000000000é", ["S026"]),
        ("FEN0036A_SEI001_CPP0010036000000000000004.xml", ["S026"]),
    ],
)
def test_a_receipt_names_a_flow(flow_id: str, expected: list[str]) -> None:
    """§4.1: by the 25 characters of its identifier or the 41 of its name."""
    found = check_receipt(replace(RECEIPT, flow_id=flow_id), StatusContext(Role.RECIPIENT, TODAY, PARIS))
    assert codes(found) == expected


def test_an_error_without_a_line_is_remarked_on() -> None:
    """A 94 says what was wrong; a 92 has nothing to say."""
    context = StatusContext(Role.RECIPIENT, TODAY, PARIS)
    assert codes(check_receipt(replace(RECEIPT, lines=()), context)) == ["s027"]
    assert check_receipt(replace(RECEIPT, code="92", lines=()), context) == ()


def test_everything_is_found_at_once() -> None:
    """One status that is wrong in every way gets a fault for each, on a field that has a name."""
    faults = reported(Role.PORTAL, code="05", at=None, raw_at="", supplier="", number="", recipient="")
    assert codes(faults) == ["S010", "S011", "S020", "S021", "S022"]
    assert {found.field for found in faults} <= FIELDS.keys()
