"""Replays: a new run of a flow, decided by what the gate knows now; what was integrated is left alone (design §2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree
from sqlalchemy import func, select

from edigate.ledger.tables import deliveries, events, flows, runs
from edigate.sandbox import structures as people
from edigate.sandbox.cases import with_unknown_element
from edigate.sandbox.flows import flow_name
from tests.acceptance.gates import DEPOSITOR, MIXED, fresh_number, mixed, sound

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from tests.acceptance.gates import Site

NEW_SERVICE = people.directory_csv() + f"service,{people.SERVICE_REQUIRED},,,,,,,,,,CANAUX,Direction des canaux\n"


def runs_of(site: Site, name: str) -> list[RowMapping]:
    """The runs of a flow, first to last."""
    query = select(runs).join(flows, flows.c.id == runs.c.flow).where(flows.c.name == name).order_by(runs.c.number)
    with site.gate.ledger.connect() as connection:
        return list(connection.execute(query).mappings())


def reports_of(site: Site) -> int:
    """How many reports were published."""
    query = select(func.count()).where(deliveries.c.kind == "report", deliveries.c.state == "published")
    with site.gate.ledger.connect() as connection:
        return int(connection.execute(query).scalar_one())


def test_a_rejected_invoice_is_integrated_once_the_directory_knows_its_service(site: Site) -> None:
    """The recipient gets it, the depositor a second report that says what it is; the statuses tell 37, 01 and 03."""
    number = fresh_number()
    said = {"number": number, "recipient_siret": people.SERVICE_REQUIRED, "service": "CANAUX"}
    first = site.decide(mixed(**said), MIXED)
    before = site.collect()
    site.publish_directory(NEW_SERVICE, "v2")

    site.replay(first.name, "the service was added")
    site.round()

    after = site.collect()
    assert (first.errors, site.outcome(first.name).verdict) == (["EDG-I071"], "integrated")
    assert list(site.collect("POR001").units) == [number]
    assert (before.of(number), after.of(number)) == (["37"], ["01", "03"])
    parent, child = runs_of(site, first.name)
    (report,) = after.reports
    assert (report.interface, report.status, report.flow) == ("CSO1116A", "90", first.name[-25:])
    assert report.comment.startswith("Rejeu du flux")
    assert parent["id"] in report.comment
    assert before.reports[0].comment == ""
    assert (child["parent"], child["requested_by"], child["reason"]) == (
        parent["id"], "operator", "the service was added",
    )  # fmt: skip
    assert (parent["directory_version"] != "v2", child["directory_version"]) == (True, "v2")
    assert (parent["verdict"], child["verdict"]) == ("rejected", "integrated")


def comments_of(site: Site) -> dict[str, str]:
    """What the life cycles that wait in the outbox say beside each status."""
    files = (site.root / "outbox" / DEPOSITOR).glob("FEN1200A_*")
    entries = [entry for file in files for entry in etree.parse(file).iterfind(".//DonneesStatut")]
    return {entry.findtext("IdStatut", ""): entry.findtext("Commentaire", "") for entry in entries}


def test_the_life_cycle_says_of_a_status_that_a_replay_decided_it(site: Site) -> None:
    """The report is not alone in saying so; what happens to the invoice afterwards is no replay."""
    first = site.decide(mixed(recipient_siret=people.SERVICE_REQUIRED, service="CANAUX"), MIXED)
    assert comments_of(site)["37"].startswith("EDG-I071")
    site.collect()

    site.replay(first.name)
    site.round()
    again = comments_of(site)["37"]
    site.collect()
    site.publish_directory(NEW_SERVICE, "v2")
    site.replay(first.name)
    site.round()

    parents = [run["parent"] for run in runs_of(site, first.name)]
    assert again.startswith(f"Rejeu du flux (décision précédente : {parents[1]}) ; EDG-I071")
    assert comments_of(site) == {"01": f"Rejeu du flux (décision précédente : {parents[2]})", "03": ""}


def test_an_integrated_invoice_is_left_alone(site: Site) -> None:
    """Neither handed on nor told again, whatever the directory has become; its report says integrated still."""
    number = fresh_number()
    first = site.decide(sound(number=number))
    site.collect()
    site.collect("SEI001")
    site.publish_directory(f"kind,siret,name\nstructure,{people.MOA},Commune\n", "v2")

    site.replay(first.name)
    site.round()

    after = site.collect()
    assert [report.status for report in after.reports] == ["90"]
    assert after.statuses == []
    assert site.collect("SEI001").pivots == []
    assert [run["verdict"] for run in runs_of(site, first.name)] == ["integrated"] * 2


def test_a_replay_that_changes_nothing_is_reported_with_the_same_faults(site: Site) -> None:
    """A report for each run, with the run before named in it."""
    first = site.decide(sound(payment_code=""))
    ids = [site.replay(first.name), None]
    site.round()
    ids[1] = site.replay(first.name)
    site.round()

    reports = site.collect().reports
    assert [report.codes for report in reports] == [["EDG-I080"]] * 3
    original = runs_of(site, first.name)[0]["id"]
    assert [original in report.comment for report in reports] == [False, True, False]
    assert ids[0]
    assert ids[0] in reports[2].comment
    assert [run["parent"] for run in runs_of(site, first.name)] == [None, original, ids[0]]


def test_an_inadmissible_flow_is_taken_once_its_partner_is_subscribed(site: Site) -> None:
    """F006 at first; then the subscription is added and the flow is replayed."""
    number = fresh_number()
    first = site.decide(sound(number=number), partner="ABC123")
    site.change("ABC123", deposits=frozenset({"FSO1106A"}))

    site.replay(first.name)
    site.round()

    assert (first.faults, site.outcome(first.name).verdict) == (["EDG-F006"], "integrated")
    told = site.collect("ABC123")
    assert [report.status for report in told.reports] == ["93", "90"]
    assert told.of(number) == ["01", "03"]
    assert list(site.collect("SEI001").units) == [number]


def test_a_flow_whose_id_was_used_meanwhile_stays_inadmissible(site: Site) -> None:
    """Replayed, it finds its id taken by the corrected flow."""
    name = flow_name("FSO1106A", "ABC123", 7)
    early = site.decide(sound(), partner="ABC123", name=name)
    site.change("ABC123", deposits=frozenset({"FSO1106A"}))
    site.decide(sound(), partner="ABC123", name=name)
    with site.gate.ledger.connect() as connection:
        flow = connection.execute(select(flows.c.id).where(flows.c.name == name).order_by(flows.c.id)).scalar()
    site.collect("ABC123")

    site.replay_flow(str(flow))
    site.round()

    assert early.faults == ["EDG-F006"]
    assert site.outcomes()[0].faults == ["EDG-F010"]
    assert site.collect("ABC123").reports[0].codes == ["EDG-F010"]


def test_an_invoice_whose_number_was_used_meanwhile_stays_rejected(site: Site) -> None:
    """The corrected invoice came in another flow: the replayed one is its duplicate now."""
    number = fresh_number()
    first = site.decide(sound(number=number, recipient_siret=people.ENGAGEMENT_REQUIRED))
    site.decide(sound(number=number, recipient_siret=people.ENGAGEMENT_REQUIRED, engagement="1"))
    site.publish_directory(people.directory_csv().replace("true,true,true,false", "true,true,false,false"), "v2")

    site.replay(first.name)
    site.round()

    assert site.outcome(first.name).errors == ["EDG-I150"]


def test_a_refused_replay_leaves_an_integrated_flow_what_it_is(site: Site) -> None:
    """Its depositor is suspended meanwhile: the replay is refused, the invoice stays, and the flow id stays taken."""
    number = fresh_number()
    first = site.decide(sound(number=number))
    site.change(DEPOSITOR, active=False)
    site.replay(first.name)
    site.round()
    site.change(DEPOSITOR, active=True)

    again = site.decide(sound(), name=first.name)

    assert [run["verdict"] for run in runs_of(site, first.name)[:2]] == ["integrated", "inadmissible"]
    assert site.outcomes()[0].verdict == "integrated"
    assert again.faults == ["EDG-F010"]
    told = site.collect()
    assert [report.codes for report in told.reports] == [[], ["EDG-F005"], ["EDG-F010"]]
    assert told.of(number) == ["01", "03"]


def test_a_broken_document_stays_inadmissible(site: Site) -> None:
    """The archive holds what was deposited, byte for byte; a replay reads that."""
    first = site.decide(with_unknown_element(sound()))

    site.replay(first.name)
    site.round()

    assert site.outcome(first.name).faults == ["EDG-F106"]


def test_a_flow_under_way_cannot_be_replayed(site: Site) -> None:
    """One run at a time: the second request finds the first one waiting."""
    first = site.decide(sound(payment_code=""))

    assert site.replay(first.name) is not None
    assert site.replay(first.name) is None
    site.round()
    assert len(runs_of(site, first.name)) == 2


def test_every_run_is_decided_and_reported_once(site: Site) -> None:
    """However often rounds are made, a run has one report."""
    names = [site.decide(sound(payment_code=code)).name for code in ("", "30", "")]
    for name in names:
        site.replay(name)
    for _ in range(3):
        site.round()

    assert reports_of(site) == 6
    assert len(site.collect().reports) == 6
    assert [len(runs_of(site, name)) for name in names] == [2, 2, 2]


def test_a_replay_keeps_to_the_partners_wish_about_reports(site: Site) -> None:
    """A partner that wants no report of success gets none of a replay that succeeds."""
    first = site.decide(mixed(recipient_siret=people.SERVICE_REQUIRED, service="CANAUX"), MIXED)
    site.change(DEPOSITOR, report_on_success=False)
    site.publish_directory(NEW_SERVICE, "v2")
    site.collect()

    site.replay(first.name)
    site.round()

    assert site.outcome(first.name).verdict == "integrated"
    assert site.collect().reports == []


def test_changes_of_partners_are_in_the_event_log(site: Site) -> None:
    """Who changed what, before and after."""
    site.change("ABC123", active=False)

    with site.gate.ledger.connect() as connection:
        row = connection.execute(select(events).order_by(events.c.id.desc())).mappings().first()
    assert row is not None
    assert (row["event"], row["actor"], row["subject"]) == ("partner.changed", "operator", "ABC123")
    assert '"active": false' in row["details"]
