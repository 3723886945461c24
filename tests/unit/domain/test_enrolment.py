"""What holds of every partner, alone and beside the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edigate import catalogue
from edigate.domain.enrolment import objections, remarks, secondaries, subscribed
from edigate.domain.faults import Severity
from edigate.domain.interfaces import Standing
from edigate.domain.partners import Partner, PartnerBook, Role

INTERFACES = catalogue.interfaces()
SIRET, OTHER_SIRET, WRONG_KEY = "99981233200016", "99981370200019", "99981233200017"
DEPOSITOR = subscribed(Partner("ABC123", "Abécé", Role.DEPOSITOR), INTERFACES, add=["FSO1106A", "FSO1116A"])
RECIPIENT = Partner("SEI001", "Val-Clair", Role.RECIPIENT, receives=frozenset({"FEN0036A"}), sirets=frozenset({SIRET}))
PORTAL = Partner("POR001", "Portail", Role.PORTAL, receives=frozenset({"FEN0036A"}), sirets=frozenset({OTHER_SIRET}))
BOOK = PartnerBook((DEPOSITOR, PORTAL, RECIPIENT))


def _objections(partner: Partner, luhn: Severity = Severity.ERROR) -> list[str]:
    return [english for _, english in objections(partner, BOOK, INTERFACES, gate="CPP001", luhn=luhn)]


@pytest.mark.parametrize("partner", BOOK.partners, ids=lambda partner: partner.code)
def test_a_sound_partner_meets_no_objection(partner: Partner) -> None:
    """Depositor, recipient and portal may stand as they are, and nothing is remarked."""
    assert _objections(partner) == []
    assert list(remarks(partner, INTERFACES)) == []


@pytest.mark.parametrize(
    ("partner", "says"),
    [
        (replace(DEPOSITOR, code="abc123"), "no application code"),
        (replace(DEPOSITOR, code="CPP001"), "the gate's own code"),
        (replace(DEPOSITOR, deposits=frozenset({"FSO9999A"})), "Unknown interface"),
        (replace(DEPOSITOR, deposits=DEPOSITOR.deposits | {"FEN0036A"}), "no deposit interface"),
        (replace(DEPOSITOR, receives=DEPOSITOR.receives | {"FSO1116A"}), "nobody receives it"),
        (replace(DEPOSITOR, receives=DEPOSITOR.receives - {"CSO1116A"}), "compulsory"),
        (replace(DEPOSITOR, receives=DEPOSITOR.receives - {"FEN1200A"}), "compulsory"),
        (replace(DEPOSITOR, language="de"), "fr or en"),
        (replace(RECIPIENT, sirets=frozenset({"1"})), "14 digits"),
        (replace(RECIPIENT, sirets=frozenset({WRONG_KEY})), "check digit"),
        (replace(RECIPIENT, code="NEW001"), "SEI001 acts for"),
        (replace(RECIPIENT, sirets=frozenset({OTHER_SIRET})), "POR001 acts for"),
        (replace(PORTAL, code="NEW001", sirets=frozenset()), "one portal only"),
        (replace(PORTAL, receives=frozenset()), "must receive FEN0036A"),
    ],
)
def test_one_change_one_objection(partner: Partner, says: str) -> None:
    """Each mistake meets its own objection, and no other."""
    (objection,) = _objections(partner)

    assert says in objection


def test_a_withdrawn_interface_names_what_replaces_it() -> None:
    """Subscribing to an interface that is gone is refused with its successor."""
    partner = subscribed(DEPOSITOR, INTERFACES, add=["FSO1101A"])

    assert _objections(partner) == ["FSO1101A was withdrawn; subscribe to FSO1106A."]


def test_where_a_wrong_key_is_a_warning_it_is_taken() -> None:
    """The setting that forgives a SIRET's key in invoices forgives it in a partner."""
    assert _objections(replace(RECIPIENT, sirets=frozenset({WRONG_KEY})), Severity.WARNING) == []


def test_a_depositor_may_share_sirets_with_anybody() -> None:
    """Who only deposits is nobody's reader."""
    assert _objections(replace(DEPOSITOR, sirets=frozenset({SIRET, OTHER_SIRET}))) == []


def test_secondaries_come_and_go_with_their_deposits() -> None:
    """The report goes with its interface, the life cycle with the last interface that brings invoices."""
    without_one = subscribed(DEPOSITOR, INTERFACES, drop=["FSO1116A"])
    without_any = subscribed(without_one, INTERFACES, drop=["FSO1106A"])

    assert DEPOSITOR.receives == {"CSO1106A", "CSO1116A", "FEN1200A"}
    assert without_one.receives == {"CSO1106A", "FEN1200A"}
    assert without_any.receives == frozenset()


def test_a_status_flow_brings_its_report_alone() -> None:
    """Statuses are no invoices: no life cycle goes with them."""
    assert secondaries(["FSO1300A"], INTERFACES) == {"CSO1300A"}


@pytest.mark.parametrize(
    ("partner", "says"),
    [
        (replace(RECIPIENT, sirets=frozenset()), "gets nothing"),
        (replace(RECIPIENT, receives=frozenset()), "go to the portal"),
        (Partner("NEW001", "Nouveau", Role.DEPOSITOR), "inadmissible"),
    ],
)
def test_what_may_not_be_meant_is_remarked(partner: Partner, says: str) -> None:
    """A partner that could be and would achieve nothing is told so."""
    (remark,) = [english for _, english in remarks(partner, INTERFACES)]

    assert says in remark


def test_an_interface_that_is_not_taken_yet_is_remarked() -> None:
    """A subscription to what the gate does not take yet stands, and is said to bring nothing."""
    announced = INTERFACES["FSO1120A"]._replace(standing=Standing.NOT_YET)
    partner = subscribed(DEPOSITOR, INTERFACES, add=["FSO1120A"])

    catalogued = {**INTERFACES, "FSO1120A": announced}
    (remark,) = [english for _, english in remarks(partner, catalogued)]

    assert "FSO1120A is not taken yet" in remark
    assert list(remarks(partner, catalogued, known=["FSO1120A"])) == []
