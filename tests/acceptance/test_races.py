"""What meets in one round: statuses and deposits of one number, words and deadlines, receipts, rivals."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from edigate.domain.invoice import Scheme
from edigate.engine.local import Local
from edigate.sandbox import structures as people
from edigate.sandbox.archives import tar_gz
from edigate.sandbox.flows import flow_name
from edigate.sandbox.statuses import status_flow
from tests.acceptance.actors import HIS, PORTAL, SECOND, STATE_SYSTEM, Actors, says
from tests.acceptance.gates import fresh_number

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Site

TAKEN, REFUSED = "integrated", "rejected"
FULL = shutil.disk_usage("/")._replace(free=0)


@pytest.fixture
def actors(site: Site) -> Actors:
    """A fresh sandbox gate on its first day."""
    return Actors(site)


def test_a_suspension_and_then_its_completion_in_one_round(actors: Actors) -> None:
    """Booked in this order, the deposit completes: 06, then 12 and 03 of the new one."""
    number = actors.invoice()
    actors.round()
    actors.tell(HIS, says(number, "06"))
    actors.invoice_after_others(number)
    actors.round()

    assert actors.site.collect().of(number) == ["01", "03", "06", "12", "03"]
    assert [row["renvoi"] for row in actors.rows(number)] == ["", "Complétée"]


@pytest.mark.parametrize(
    ("code", "settings", "expected"),
    [("06", "", ("12", "")), ("04", "[life_cycle]\nrecycle_is_rejection = false\n", ("04", "Dit par le destinataire"))],
)
def test_what_is_replaced_says_so_in_its_own_words(
    make_site: MakeSite, code: str, settings: str, expected: tuple[str, str]
) -> None:
    """A completed invoice is completed, without the words of its suspension; a recycled one was to be recycled."""
    actors = Actors(make_site(settings))
    number = actors.invoice()
    actors.round()
    actors.tell(HIS, says(number, code, "Dit par le destinataire"))
    actors.round()
    actors.invoice(number)
    actors.round()

    assert [(row["status"], row["label"], row["stage"]) for row in actors.rows(number)] == [
        (*expected, "closed"), ("03", "", "recipient"),
    ]  # fmt: skip


def test_a_completion_that_comes_before_the_suspension_is_a_duplicate(actors: Actors) -> None:
    """Booked first, the deposit finds the number taken; the suspension then holds for the first invoice."""
    number = actors.invoice()
    actors.round()
    actors.invoice(number)
    actors.tell(HIS, says(number, "06"))
    actors.round()

    assert actors.site.collect().of(number) == ["01", "03", "37", "06"]
    assert actors.status(number) == "06"


def test_one_of_two_completions_at_once_wins(actors: Actors) -> None:
    """The first one booked; the other is a duplicate of it."""
    number = actors.invoice()
    actors.round()
    actors.tell(HIS, says(number, "06"))
    actors.round()
    names = [actors.invoice(number), actors.invoice(number)]
    actors.round()

    told = actors.site.collect()
    assert names == [number, number]
    assert told.of(number) == ["01", "03", "06", "12", "37", "03"]
    assert [row["reserved"] for row in actors.rows(number)] == [False, True]
    assert len(actors.site.collect(HIS).pivots) == 2


def test_two_statuses_on_one_invoice_in_one_flow(actors: Actors) -> None:
    """Both are told in the order of the flow, and the later one is the invoice's status."""
    number = actors.invoice()
    actors.round()
    actors.tell(HIS, says(number, "07"), says(number, "08", mandate="M-1"))
    actors.round()

    assert actors.site.collect().of(number) == ["01", "03", "07", "08"]
    assert actors.status(number) == "08"


def test_two_statuses_on_one_invoice_in_two_flows_of_one_round(actors: Actors) -> None:
    """As they were booked; the same words twice are told once."""
    number = actors.invoice()
    actors.round()
    actors.tell(HIS, says(number, "08"))
    again = actors.tell(HIS, says(number, "08"))
    actors.tell(HIS, says(number, "07"))
    actors.round()

    assert actors.site.collect().of(number) == ["01", "03", "08", "07"]
    assert actors.heard(again) == [(TAKEN, ["EDG-S034"])]
    assert actors.status(number) == "07"


def test_a_status_that_comes_back_is_told_again(actors: Actors) -> None:
    """Suspended by mistake: 07, 06, and 07 once more a day later, in the same words. The invoice is at 07."""
    number = actors.invoice()
    actors.round()
    for day, code in ((1, "07"), (2, "06"), (3, "07")):
        actors.tell(HIS, says(number, code, at=dt.datetime(2026, 3, 2 + day, 8, tzinfo=dt.UTC)))
        actors.day(day)

    assert actors.site.collect().of(number) == ["01", "03", "07", "06", "07"]
    assert actors.status(number) == "07"


def test_a_status_sent_again_after_others_is_the_same_one(actors: Actors) -> None:
    """07 of one moment, 08, and the same 07 again, moment and words: it was told already."""
    number = actors.invoice()
    actors.round()
    actors.tell(HIS, says(number, "07"))
    actors.tell(HIS, says(number, "08"))
    again = actors.tell(HIS, says(number, "07"))
    actors.round()

    assert actors.site.collect().of(number) == ["01", "03", "07", "08"]
    assert actors.heard(again) == [(TAKEN, ["EDG-S034"])]
    assert actors.status(number) == "08"


def test_a_validators_word_and_then_the_recipients_in_one_round(actors: Actors) -> None:
    """13 hands the request on; the recipient's 07 is the later word, and the invoice is his."""
    number = actors.invoice(cadre="A9", validator_siret=people.LEAD_CONTRACTOR)
    actors.round()
    actors.tell(PORTAL, says(number, "13"))
    actors.tell(HIS, says(number, "07"))
    actors.round()

    (row,) = actors.rows(number)
    assert (row["status"], row["stage"], row["reader"]) == ("07", "recipient", HIS)
    assert [code for code in actors.site.collect().of(number) if code != "03"] == ["01", "01", "13", "07"]
    assert len(actors.site.collect(HIS).pivots) == 1


def test_the_portal_has_no_say_once_its_validators_word_has_handed_the_invoice_on(actors: Actors) -> None:
    """13 and 07 in one flow of the portal: the 07 is out of turn, as it would be a day later."""
    number = actors.invoice(cadre="A9", validator_siret=people.LEAD_CONTRACTOR)
    actors.round()
    name = actors.tell(PORTAL, says(number, "13"), says(number, "07"))
    actors.round()

    assert actors.heard(name) == [(TAKEN, []), (REFUSED, ["EDG-S031"])]
    assert actors.status(number) == "03"


def test_the_portal_goes_on_with_an_invoice_that_its_own_people_treat(actors: Actors) -> None:
    """13 and 07 in one flow, for a recipient who is not connected: the portal has it before and after."""
    siret = people.NOT_CONNECTED
    number = actors.invoice(
        cadre="A9", validator_siret=people.LEAD_CONTRACTOR, recipient_siret=siret, recipient_name="Commune"
    )
    actors.round()
    name = actors.tell(PORTAL, says(number, "13", recipient=siret), says(number, "07", recipient=siret))
    actors.round()

    assert [verdict for verdict, _ in actors.heard(name)] == [TAKEN, TAKEN]
    assert actors.status(number) == "07"


def test_a_status_for_an_invoice_deposited_in_the_same_round(actors: Actors) -> None:
    """The recipient cannot have it yet: it is taken all the same, and making it available afterwards undoes nothing."""
    number = actors.invoice()
    name = actors.tell(HIS, says(number, "06"))
    actors.round()
    assert actors.heard(name)[0][0] == TAKEN
    assert actors.status(number) == "06"
    actors.invoice(number)
    actors.round()

    assert actors.status(number) == "03"
    assert [row["renvoi"] for row in actors.rows(number)] == ["", "Complétée"]


def test_a_validators_word_that_lies_in_the_inbox_goes_before_his_deadline(actors: Actors) -> None:
    """The gate stood still over the last day: what came meanwhile is heard first, then time is called."""
    number = actors.invoice(cadre="A9", validator_siret=people.LEAD_CONTRACTOR)
    late = actors.invoice(cadre="A9", validator_siret=people.LEAD_CONTRACTOR)
    actors.round()
    actors.tell(PORTAL, says(number, "14", comment="Montant à revoir"))
    actors.day(20)
    told = actors.site.collect()

    assert told.of(number) == ["01", "01", "14", "03"]
    assert told.labels(late)[2:] == [("01", "Validation 1 hors délai"), ("03", "Mise à disposition du destinataire")]


def test_a_word_that_a_full_disk_keeps_out_goes_before_its_deadline(
    actors: Actors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine that goes on meanwhile calls time once what lay in the inbox was heard, as one that starts does."""
    number = actors.invoice(cadre="A9", validator_siret=people.LEAD_CONTRACTOR)
    moment = actors.site.gate.clock()
    engine = Local(replace(actors.site.gate, clock=lambda: moment))
    engine.run_once()
    actors.tell(PORTAL, says(number, "14", comment="Montant à revoir"))
    moment += dt.timedelta(days=20)
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: FULL)
        engine.run_once()
    assert actors.site.collect().of(number) == ["01", "01"]
    engine.run_once()

    assert actors.site.collect().of(number) == ["14", "03"]


def test_a_word_that_an_archive_out_of_reach_keeps_out_goes_before_its_deadline(
    make_site: MakeSite, tmp_path: Path
) -> None:
    """It is claimed and cannot be booked: time is called once it was."""
    storage, aside = tmp_path / "storage", tmp_path / "aside"
    storage.mkdir()
    actors = Actors(make_site(f'[storage]\nurl = "{storage}"\n'))
    number = actors.invoice(cadre="A9", validator_siret=people.LEAD_CONTRACTOR)
    actors.round()
    actors.tell(PORTAL, says(number, "14", comment="Montant à revoir"))
    actors.site.tell_time(actors.site.gate.clock() + dt.timedelta(days=20))
    storage.rename(aside)
    actors.site.round()
    aside.rename(storage)
    actors.round()

    assert actors.site.collect().of(number) == ["01", "01", "14", "03"]


def test_a_validators_word_after_his_deadline_finds_it_passed(actors: Actors) -> None:
    """The request went on without him: his word is refused, the invoice stays with its recipient."""
    number = actors.invoice(cadre="A9", validator_siret=people.LEAD_CONTRACTOR)
    actors.round().day(16)
    name = actors.tell(PORTAL, says(number, "13"))
    actors.round()

    assert actors.heard(name) == [(REFUSED, ["EDG-S031"])]
    assert len(actors.site.collect(HIS).pivots) == 1


def test_a_second_validator_who_is_silent_lets_his_own_time_pass(actors: Actors) -> None:
    """Announced on the first day, in his turn on the tenth: on the 26th it goes on as Validation 2 hors délai."""
    number = actors.invoice(cadre="A9", validator_siret=people.CO_CONTRACTOR)
    actors.round()
    actors.tell(PORTAL, says(number, "01", SECOND))
    actors.day(10)
    actors.tell(PORTAL, says(number, "13"))
    actors.round().day(24)
    assert actors.pivots(HIS) == []
    actors.day(26)
    unit = actors.site.collect(HIS).units[number]

    labels = [step.findtext("ComplementStatut") for step in unit.iterfind("CycleDeValidation/ValidationUnitaire")]
    assert labels == ["Validée par le premier valideur", "Validation 2 hors délai"]
    assert actors.site.collect().labels(number)[-2:] == [
        ("01", "Validation 2 hors délai"), ("03", "Mise à disposition du destinataire"),
    ]  # fmt: skip


def test_a_second_validator_of_a_group_who_is_silent_is_shown(actors: Actors) -> None:
    """A12: passes nothing on; the alert is raised for the second one's time."""
    number = actors.invoice(cadre="A12", validator_siret=people.CO_CONTRACTOR)
    actors.round()
    actors.tell(PORTAL, says(number, "01", SECOND), says(number, "13"))
    actors.round().day(16)

    assert actors.site.alerts() == [("validator.silent", False)]
    assert actors.pivots(HIS) == []


def test_a_second_validator_announced_right_after_the_first_ones_word(actors: Actors) -> None:
    """13 and then his announcement, in one flow, as a history tells it: the request waits for him."""
    number = actors.invoice(cadre="A9", validator_siret=people.CO_CONTRACTOR)
    actors.round()
    name = actors.tell(PORTAL, says(number, "13"), says(number, "01", SECOND))
    actors.round()
    assert (actors.heard(name), actors.pivots(HIS)) == ([(TAKEN, []), (TAKEN, [])], [])
    actors.tell(PORTAL, says(number, "18"))
    actors.round()

    assert actors.site.collect().of(number) == ["01", "01", "13", "01", "18", "03"]


def test_both_validators_words_in_one_flow(actors: Actors) -> None:
    """13 and 18 of a whole history at once: both are taken, and the request goes on once."""
    number = actors.invoice(cadre="A9", validator_siret=people.CO_CONTRACTOR)
    actors.round()
    name = actors.tell(PORTAL, says(number, "13"), says(number, "18"))
    actors.round()

    assert actors.heard(name) == [(TAKEN, []), (TAKEN, [])]
    assert len(actors.site.collect(HIS).pivots) == 1
    assert actors.site.collect().of(number) == ["01", "01", "13", "18", "03"]


def test_a_group_leaders_refusal_and_a_new_deposit_in_one_round(actors: Actors) -> None:
    """14 frees the number, and the deposit booked after it takes it."""
    number = actors.invoice(cadre="A12", validator_siret=people.LEAD_CONTRACTOR)
    actors.round()
    actors.tell(PORTAL, says(number, "14", comment="Montant à revoir"))
    actors.invoice_after_others(number, cadre="A12", validator_siret=people.LEAD_CONTRACTOR)
    actors.round()

    assert [(row["stage"], row["reserved"]) for row in actors.rows(number)] == [("closed", False), ("validator1", True)]
    assert actors.site.collect().of(number) == ["01", "01", "14", "01", "01"]


def test_many_requests_that_go_on_at_once_are_cut_into_pivots(make_site: MakeSite) -> None:
    """By the number that one pivot may hold, whether their validators spoke or their time passed."""
    actors = Actors(make_site("[pivots]\ninvoices = 2\n[life_cycle]\nreceipt_hours = 0\n"))
    numbers = [actors.invoice(cadre="A9", validator_siret=people.LEAD_CONTRACTOR) for _ in range(8)]
    actors.round()
    actors.tell(PORTAL, *(says(number, "13") for number in numbers[:5]))
    actors.round()
    spoken = [len(pivot) for pivot in actors.site.collect(HIS).pivots]
    actors.day(16)

    assert (spoken, [len(pivot) for pivot in actors.site.collect(HIS).pivots]) == ([2, 2, 1], [2, 1])


def test_what_completes_a_works_document_goes_back_to_whoever_suspended_it(actors: Actors) -> None:
    """A4 that the MOE had handed on: the MOA gets the completion, not the MOE once more."""
    works = {"cadre": "A4", "validator_siret": people.MOE}
    number = actors.invoice(**works)
    actors.round()
    actors.tell(PORTAL, says(number, "03", "Mise à disposition MOA"), says(number, "06"))
    actors.round()
    actors.invoice(number, **works)
    actors.round()

    assert [row["stage"] for row in actors.rows(number)] == ["closed", "moa"]
    assert actors.site.collect().labels(number)[-2:] == [("12", "Complétée"), ("03", "Mise à disposition MOA")]


def test_what_is_wrong_in_an_inadmissible_flow_of_statuses_is_told_line_by_line(actors: Actors) -> None:
    """An archive of two, one of them broken: nothing is taken, and the other one's faults are in the report."""
    number = actors.invoice()
    actors.round()
    _, good = status_flow(HIS, 1, [says(number, "07"), says(number, "13")])
    name = flow_name("FSO1301A", HIS, 900)
    actors.site.deposit(tar_gz({"a.xml": good, "b.xml": good[:-30]}), partner=HIS, name=name)
    actors.round()

    assert actors.site.outcome(name).verdict == "inadmissible"
    report = actors.site.collect(HIS).report(name)
    assert (report.status, sorted(report.codes)) == ("93", ["EDG-F101", "EDG-S002"])
    assert actors.status(number) == "03"


def test_a_refusal_that_is_sent_twice_offers_the_pivot_again_once(actors: Actors) -> None:
    """Two 94 before it was offered again are one refusal: no alert, one new offer."""
    actors.invoice()
    actors.round()
    (pivot,) = actors.pivots(HIS)
    names = [actors.acknowledge(HIS, (pivot.name[-25:], "94")) for _ in range(2)]
    actors.round()

    assert actors.site.alerts() == []
    assert actors.heard(names[1]) == [(TAKEN, ["EDG-S041"])]
    assert actors.pivots(HIS) == [pivot]


def test_received_and_refused_in_one_round(actors: Actors) -> None:
    """94 and then 92 before it was offered again: it was taken in the end, nothing is offered again."""
    actors.invoice()
    actors.round()
    (pivot,) = actors.pivots(HIS)
    pivot.unlink()
    actors.acknowledge(HIS, (pivot.name[-25:], "94"), (pivot.name[-25:], "92"))
    actors.round()

    assert (actors.pivots(HIS), actors.site.alerts()) == ([], [])


def test_a_receipt_that_is_sent_twice_is_noted_once(actors: Actors) -> None:
    """92 and 92: the second one is known already."""
    actors.invoice()
    actors.round()
    (pivot,) = actors.pivots(HIS)
    name = actors.acknowledge(HIS, (pivot.name[-25:], "92"), (pivot.name, "92"))
    actors.round()

    assert actors.heard(name) == [(TAKEN, []), (TAKEN, ["EDG-S041"])]
    assert actors.day(30).site.alerts() == []


def test_one_number_of_two_years(actors: Actors) -> None:
    """Without its date nobody knows which invoice is meant; with it, that one alone moves."""
    number = fresh_number()
    days = dt.date(2025, 12, 30), dt.date(2026, 1, 2)
    for day in days:
        actors.invoice(number, issue_date=day)
    actors.round()
    vague, exact = actors.tell(HIS, says(number, "07")), actors.tell(HIS, says(number, "08", issue_date=days[1]))
    actors.round()

    assert (actors.heard(vague), actors.heard(exact)) == ([(REFUSED, ["EDG-S032"])], [(TAKEN, [])])
    assert [(row["issue_date"], row["status"]) for row in actors.rows(number)] == [
        (days[0].isoformat(), "03"), (days[1].isoformat(), "08"),
    ]  # fmt: skip


def test_one_number_of_two_suppliers(actors: Actors) -> None:
    """A status names its supplier: the other one's invoice stays as it is."""
    number = actors.invoice()
    actors.invoice(number, supplier_id=people.SUPPLIER_3, supplier_name="Bâtiments Kerouan")
    actors.round()
    name = actors.tell(HIS, says(number, "07", supplier=people.SUPPLIER_3))
    actors.round()

    assert actors.heard(name) == [(TAKEN, [])]
    assert [(row["supplier"], row["status"]) for row in actors.rows(number)] == [
        (people.SUPPLIER, "03"), (people.SUPPLIER_3, "07"),
    ]  # fmt: skip


def test_one_number_of_two_suppliers_whose_identifiers_read_alike(actors: Actors) -> None:
    """A RIDET and a TAHITI number of the same digits: the kind of identifier tells them apart."""
    number = fresh_number()
    for scheme, country in (("RIDET", "NC"), ("5", "PF")):
        actors.invoice(number, supplier_scheme=scheme, supplier_id="350041679", supplier_country=country)
    actors.round()
    name = actors.tell(HIS, says(number, "07", supplier="350041679", supplier_scheme=Scheme.TAHITI))
    actors.round()

    assert actors.heard(name) == [(TAKEN, [])]
    assert [(row["supplier_country"], row["status"]) for row in actors.rows(number)] == [("NC", "03"), ("PF", "07")]


def test_one_number_of_two_recipients(actors: Actors) -> None:
    """Of two years, so that both were taken: each recipient moves its own, by its SIRET."""
    number = fresh_number()
    state = {"recipient_siret": people.STATE, "recipient_name": "État", "service": "AAASCPV", "engagement": "15"}
    actors.invoice(number, issue_date=dt.date(2025, 12, 30))
    actors.invoice(number, issue_date=dt.date(2026, 1, 2), **state)
    actors.round()
    names = [
        actors.tell(HIS, says(number, "07")),
        actors.tell(STATE_SYSTEM, says(number, "08", recipient=people.STATE)),
        actors.tell(STATE_SYSTEM, says(number, "08")),
    ]
    actors.round()

    assert [actors.heard(name) for name in names] == [[(TAKEN, [])], [(TAKEN, [])], [(REFUSED, ["EDG-S030"])]]
    assert [(row["recipient"], row["status"]) for row in actors.rows(number)] == [
        (people.WITHOUT_SERVICE, "07"), (people.STATE, "08"),
    ]  # fmt: skip
