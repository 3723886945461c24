"""`edigate partners`: records with rules, taken up by the gate, every change in the event log."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

import pytest

from edigate.sandbox.structures import CONNECTED, NOT_CONNECTED, WITH_SERVICE

if TYPE_CHECKING:
    from tests.integration.cli_records.console import Site

KEYS = {
    "code", "name", "role", "deposits", "receives", "sirets", "report_on_success", "life_cycle", "language", "contact",
    "active",
}  # fmt: skip


def test_list_has_every_partner_by_code(shown: Site) -> None:
    """The sandbox's partners stand in the order of their codes, under the documented keys."""
    partners = shown.json("partners", "list")

    assert [partner["code"] for partner in partners] == ["ABC123", "ETA001", "JMRPOR", "POR001", "SEI001"]
    assert all(partner.keys() == KEYS for partner in partners)
    assert "déposant" in shown.run("partners", "list", lang="fr").out


def test_show_tells_one_partner(shown: Site) -> None:
    """A code in any case shows the partner, its folders and who entered it."""
    told = shown.json("partners", "show", "sei001")

    assert told["role"] == "recipient"
    assert CONNECTED in told["sirets"]
    assert [change["event"] for change in told["changes"]] == ["partner.added"]
    assert "outbox/SEI001/" in shown.run("partners", "show", "SEI001").out


def test_an_unknown_partner_is_helped(shown: Site) -> None:
    """The code that comes near is suggested."""
    assert "Did you mean SEI001" in shown.run("partners", "show", "SEI01", expect=1).err


def test_add_subscribes_to_what_goes_with_a_deposit(fresh: Site) -> None:
    """A deposit interface brings its report and the life cycle; the inbox is there at once."""
    fresh.run(
        "partners", "add", "NEW001", "--name", "Nouveau", "--deposit", "FSO1106A,FSO1116A", "--contact", "a@b.example"
    )

    told = fresh.json("partners", "show", "NEW001")
    assert told["role"] == "depositor"
    assert told["deposits"] == ["FSO1106A", "FSO1116A"]
    assert told["receives"] == ["CSO1106A", "CSO1116A", "FEN1200A"]
    assert (told["name"], told["contact"], told["language"], told["active"]) == ("Nouveau", "a@b.example", "fr", True)
    assert (fresh.root / "inbox" / "NEW001").is_dir()


def test_add_takes_every_interface_that_is_taken(fresh: Site) -> None:
    """`all` stands for each deposit interface that the gate takes."""
    fresh.run("partners", "add", "NEW001", "--deposit", "all")

    taken = {row["code"] for row in fresh.json("interfaces", "--direction", "deposit") if row["standing"] == "taken"}
    assert set(fresh.json("partners", "show", "NEW001")["deposits"]) == taken


def test_a_partner_with_a_siret_is_a_recipient_that_gets_pivots(fresh: Site) -> None:
    """Without a role, a SIRET makes a recipient, and a reader of invoices gets FEN0036A."""
    fresh.run("partners", "add", "NEW001", "--siret", NOT_CONNECTED)

    told = fresh.json("partners", "show", "NEW001")
    assert (told["role"], told["receives"], told["sirets"]) == ("recipient", ["FEN0036A"], [NOT_CONNECTED])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("new001",), "six capitals or digits"),
        (("NEW0012",), "six capitals or digits"),
        (("CPP001",), "the gate's own code"),
        (("JMRPOR",), "already"),
        (("NEW001", "--deposit", "FSO9999A"), "Unknown interface: FSO9999A"),
        (("NEW001", "--deposit", "FSO1116"), "FSO1116A"),
        (("NEW001", "--deposit", "CSO1116A"), "no deposit interface"),
        (("NEW001", "--deposit", "FSO1101A"), "withdrawn; subscribe to FSO1106A"),
        (("NEW001", "--receive", "FSO1116A"), "nobody receives it"),
        (("NEW001", "--siret", "123"), "14 digits"),
        (("NEW001", "--siret", "00000000000000"), "14 digits"),
        (("NEW001", "--siret", "99981233200017"), "check digit"),
        (("NEW001", "--siret", CONNECTED), "SEI001 acts for 99981233200016 already"),
        (("NEW001", "--siret", WITH_SERVICE), "POR001 acts for"),
        (("NEW001", "--role", "portal"), "one portal only"),
        (("NEW001", "--language", "de"), "fr or en"),
    ],
)
def test_a_partner_that_cannot_be_is_refused(fresh: Site, arguments: tuple[str, ...], says: str) -> None:
    """Each mistake is named, nothing is written and no folder appears."""
    answer = fresh.run("partners", "add", *arguments, expect=1)

    assert says in answer.err
    assert len(fresh.json("partners", "list")) == 5
    assert not (fresh.root / "inbox" / "NEW001").exists()


def test_all_mistakes_are_named_at_once(fresh: Site) -> None:
    """An interface and a SIRET that are both wrong are both named, in the language asked for."""
    answer = fresh.run("partners", "add", "NEW001", "--deposit", "FSO9999A", "--siret", "1", lang="fr", expect=1)

    assert "Interface inconnue : FSO9999A" in answer.err
    assert "n’est pas un SIRET" in answer.err


def test_two_depositors_may_act_for_one_siret(fresh: Site) -> None:
    """Only those that read invoices must be the one reader of a SIRET."""
    fresh.run("partners", "add", "NEW001", "--role", "depositor", "--siret", CONNECTED)

    assert fresh.json("partners", "show", "NEW001")["sirets"] == [CONNECTED]


def test_set_changes_what_is_named_and_nothing_else(fresh: Site) -> None:
    """Preferences, SIRETs and subscriptions change one by one; secondaries come and go with their deposits."""
    before = fresh.json("partners", "show", "ABC123")

    fresh.run("partners", "set", "ABC123", "--report-on-failure-only", "--language", "en", "--no-deposit", "FSO1110A")

    after = fresh.json("partners", "show", "ABC123")
    assert after["deposits"] == [code for code in before["deposits"] if code != "FSO1110A"]
    assert after["receives"] == [code for code in before["receives"] if code != "CSO1110A"]
    assert (after["report_on_success"], after["language"]) == (False, "en")
    changed = {"deposits", "receives", "report_on_success", "language", "changes"}
    assert all(after[key] == before[key] for key in KEYS - changed)


def test_a_secondary_cannot_be_dropped_alone(fresh: Site) -> None:
    """The report of an interface stays subscribed as long as its deposits are."""
    answer = fresh.run("partners", "set", "ABC123", "--no-receive", "CSO1116A", expect=1)

    assert "CSO1116A goes with what it deposits" in answer.err


def test_a_siret_moves_from_one_recipient_to_another(fresh: Site) -> None:
    """Taken away from one, a SIRET may be given to another."""
    fresh.run("partners", "set", "SEI001", "--no-siret", CONNECTED)
    fresh.run("partners", "set", "ETA001", "--siret", CONNECTED)

    assert CONNECTED in fresh.json("partners", "show", "ETA001")["sirets"]


def test_every_change_is_in_the_event_log_with_who_made_it(fresh: Site) -> None:
    """Suspending and resuming leave who, when, before and after; changing nothing leaves nothing."""
    fresh.run("partners", "suspend", "ABC123")
    assert "Nothing to change" in fresh.run("partners", "suspend", "ABC123").err
    assert fresh.json("partners", "show", "ABC123")["active"] is False
    fresh.run("partners", "resume", "ABC123")

    added, suspended, resumed = fresh.json("partners", "show", "ABC123")["changes"]

    assert (added["event"], suspended["event"], resumed["event"]) == (
        "partner.added",
        "partner.changed",
        "partner.changed",
    )
    assert {suspended["actor"], resumed["actor"]} == {getpass.getuser()}
    assert (suspended["details"]["before"]["active"], suspended["details"]["after"]["active"]) == (True, False)
    assert added["at"] <= suspended["at"] <= resumed["at"]


def test_what_was_a_set_is_a_list_in_a_change(fresh: Site) -> None:
    """Before and after have the deposits, receptions and SIRETs as the partner itself has them."""
    fresh.run("partners", "set", "SEI001", "--no-siret", CONNECTED)

    told = fresh.json("partners", "show", "SEI001")

    added, changed = (change["details"] for change in told["changes"])
    assert added["before"] is None
    assert changed["before"] == added["after"]
    assert CONNECTED in changed["before"]["sirets"]
    assert all(changed["after"][key] == told[key] for key in KEYS)
    assert "sirets" in fresh.run("partners", "show", "SEI001").out


def test_a_suspended_partner_deposits_in_vain(fresh: Site) -> None:
    """What a suspended partner deposits is inadmissible with EDG-F005."""
    fresh.run("partners", "suspend", "ABC123")
    fresh.deposit("ABC123", "FSO1116A_ABC123_ABC1231116000000000000001", b"<a/>")

    fresh.run("run", "--once", expect=None)

    (flow,) = fresh.json("flows", "list")
    assert flow["faults"] == ["EDG-F005"]


def test_what_may_not_be_meant_is_remarked(fresh: Site) -> None:
    """A recipient that nothing can reach is told so on standard error."""
    answer = fresh.run("partners", "add", "NEW001", "--role", "recipient", "--deposit", "FSO1300A")

    assert "Without a SIRET this recipient gets nothing." in answer.err
