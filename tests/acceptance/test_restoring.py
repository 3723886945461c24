"""A gate lost and given back from a backup: nothing that is known to have gone is handed out again or doubled."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from edigate.audit.verify import Scope, verify
from edigate.backup import comparing, deciding, making, manifest, restoring
from edigate.backup.comparing import NotRestored, compare
from edigate.backup.comparison import How
from edigate.backup.deciding import Choice
from edigate.backup.making import Wanted
from edigate.engine import deposits
from edigate.engine.restored import Restored
from edigate.ledger import alerts, balance, deliveries, store
from edigate.ledger.clock import moment, stamp, system_clock
from edigate.ledger.database import writing
from edigate.ledger.tables import deliveries as delivery_table
from edigate.ledger.tables import events, flows, runs
from edigate.sandbox import structures
from edigate.sandbox.cii import cii
from tests.acceptance.actors import BUYER, HIS, Actors, says
from tests.acceptance.gates import DEPOSITOR, STRUCTURED, Site, fresh_number, sound

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edigate.backup.comparison import Comparison, Stranger

REFUSED = b"<no invoice/>"


class Loss:
    """A gate, its backup, and what is given back of it."""

    def __init__(self, site: Site, folder: Path) -> None:
        """`folder` takes the backup and the restored gate."""
        self.site = site
        self.backup = folder / "backup"
        self.root = folder / "restored"
        self.opened: list[Site] = []

    def back_up(self) -> None:
        """Make a generation."""
        making.make(self.site.gate, self.backup, Wanted(), actor="operator")

    def give_back(self, *surviving: str) -> Site:
        """Restore the last generation elsewhere; these folders of the lost gate had survived."""
        restoring.restore(self.backup, self.root)
        for name in surviving:
            if (self.site.root / name).exists():
                shutil.copytree(self.site.root / name, self.root / name, dirs_exist_ok=True)
        self.opened.append(Site(self.root))
        self.opened[-1].change(HIS, active=True)
        return self.opened[-1]


@pytest.fixture
def loss(site: Site, tmp_path: Path) -> Iterator[Loss]:
    """A sandbox gate that will be lost."""
    found = Loss(site, tmp_path)
    yield found
    for one in found.opened:
        one.close()


def actors_of(site: Site) -> Actors:
    """A gate's actors, whose clock is everybody's: backups tell the time by it."""
    found = Actors(site)
    site.gate = replace(site.gate, clock=system_clock)
    return found


def invoices_to(loss: Loss) -> tuple[str, str]:
    """A pivot that was planned when the backup was made, and published after it; its name and its invoice's number."""
    actors = actors_of(loss.site)
    loss.site.change(HIS, active=False)
    number = actors.invoice()
    actors.round()
    loss.back_up()
    loss.site.change(HIS, active=True)
    actors.round()
    (pivot,) = actors.pivots(HIS)
    return pivot.name, number


def accepted(site: Site, choice: Choice | None = None) -> deciding.Accepted:
    """The comparison, accepted."""
    return deciding.accept(site.gate, choice or Choice(), actor="operator", reason="disk lost")


def outbox(site: Site, partner: str) -> list[str]:
    """The files that wait for a partner."""
    folder = site.root / "outbox" / partner
    return sorted(path.name for path in folder.glob("[!.]*")) if folder.exists() else []


def state_of(site: Site, name: str) -> tuple[str, bool]:
    """How far a file has come by the ledger, and whether it is a dead letter."""
    with site.gate.ledger.connect() as connection:
        row = connection.execute(select(delivery_table).where(delivery_table.c.name == name)).mappings().one()
    return row["state"], row["dead_at"] is not None


def even(site: Site) -> bool:
    """Whether the gate's books add up, and every row is what the audit log says."""
    assert verify(site.gate, Scope(demo=True)).findings == []
    with site.gate.ledger.connect() as connection:
        lines = list(balance.balance(connection, site.gate.zone))
        return all(line.even for line in lines) and balance.strays(connection).even


def names(found: Comparison) -> tuple[list[str], list[str]]:
    """What is known to have gone, and of what nothing is known."""
    return [row["name"] for row in found.gone], [row["name"] for row in found.unknown]


def test_a_restored_gate_works_nothing_off_before_somebody_has_decided(loss: Loss) -> None:
    """Neither a round nor a command begins; once the comparison is accepted, it works."""
    loss.back_up()
    site = loss.give_back()
    site.deposit(REFUSED)

    with pytest.raises(Restored):
        site.round()
    assert len(list((site.root / "inbox" / DEPOSITOR).iterdir())) == 1
    accepted(site)

    assert site.round().verdicts == {"inadmissible": 1}
    with pytest.raises(NotRestored):
        compare(site.gate)


def test_what_lies_in_the_outbox_has_gone(loss: Loss) -> None:
    """It counts as published, is not offered again, and its invoice is announced as if it had just been."""
    pivot, number = invoices_to(loss)
    loss.site.collect(DEPOSITOR)
    site = loss.give_back("outbox")

    found = compare(site.gate)

    assert names(found) == ([pivot], [])
    assert found.how[pivot] is How.OUTBOX
    accepted(site)
    before = (site.root / "outbox" / HIS / pivot).stat().st_mtime_ns
    site.round()
    assert (site.root / "outbox" / HIS / pivot).stat().st_mtime_ns == before
    assert state_of(site, pivot) == ("published", False)
    assert site.collect().of(number)[-1] == "03"
    assert even(site)


def test_evidence_counts_though_the_file_was_collected_since(loss: Loss) -> None:
    """Between the first look and the decision partners go on collecting."""
    pivot, _ = invoices_to(loss)
    site = loss.give_back("outbox")
    compare(site.gate)
    site.collect(HIS)

    assert names(compare(site.gate)) == ([pivot], [])
    accepted(site)
    site.round()
    assert outbox(site, HIS) == []


def test_what_nobody_knows_of_is_withheld_until_somebody_revives_it(loss: Loss) -> None:
    """A dead letter with an alert: it keeps nothing back, and goes out when it is asked for."""
    pivot, _ = invoices_to(loss)
    site = loss.give_back()
    assert names(compare(site.gate))[1] == [pivot]

    done = accepted(site)
    site.round()

    assert (done.published, done.withheld) == (0, 1)
    assert outbox(site, HIS) == []
    assert state_of(site, pivot) == ("planned", True)
    assert (alerts.DELIVERY_DEAD, False) in site.alerts()
    with writing(site.gate.ledger) as connection:
        key = connection.execute(select(delivery_table.c.id).where(delivery_table.c.name == pivot)).scalar_one()
        deliveries.revive(connection, key, site.now)
    site.round()
    assert outbox(site, HIS) == [pivot]
    assert even(site)


@pytest.mark.parametrize("choose", ["all", "named"])
def test_what_nobody_knows_of_is_offered_on_request(loss: Loss, choose: str) -> None:
    """Under its name, with the same bytes."""
    pivot, _ = invoices_to(loss)
    expected = (loss.site.root / "outbox" / HIS / pivot).read_bytes()
    site = loss.give_back()

    accepted(site, Choice(offer_all=True) if choose == "all" else Choice(frozenset({pivot})))
    site.round()

    assert outbox(site, HIS) == [pivot]
    assert (site.root / "outbox" / HIS / pivot).read_bytes() == expected


def test_only_what_is_unknown_can_be_offered(loss: Loss) -> None:
    """A name that is not on the list is refused, and nothing is decided."""
    pivot, _ = invoices_to(loss)
    site = loss.give_back("outbox")

    with pytest.raises(deciding.Unknown):
        accepted(site, Choice(frozenset({pivot})))
    with pytest.raises(Restored):
        site.round()


def test_a_placed_file_that_is_staged_no_longer_is_not_taken_for_published(loss: Loss) -> None:
    """The rule of a running gate, that what was placed and is gone was renamed, does not hold after a loss."""
    site = loss.site
    site.change(HIS, active=False)
    actors_of(site).invoice()
    site.round()
    with writing(site.gate.ledger) as connection:
        row = connection.execute(select(delivery_table).where(delivery_table.c.partner == HIS)).mappings().one()
        deliveries.mark_placed(connection, [(row["id"], 1, "0" * 64)])
    site.change(HIS, active=True)
    loss.back_up()
    restored = loss.give_back()
    (restored.root / "outbox" / HIS / ".staging").mkdir(parents=True)

    accepted(restored, Choice(offer_all=True))
    restored.round()

    assert outbox(restored, HIS) == [row["name"]]


@pytest.mark.parametrize("said", ["receipt", "status"])
def test_what_its_recipient_speaks_of_has_gone(loss: Loss, said: str) -> None:
    """A receipt or a status in the inbox is evidence; it is taken in as usual afterwards."""
    pivot, number = invoices_to(loss)
    site = loss.give_back()
    actors = actors_of(site)
    name = actors.acknowledge(HIS, (pivot[-25:], "92")) if said == "receipt" else actors.tell(HIS, says(number, "07"))

    found = compare(site.gate)

    assert names(found) == ([pivot], [])
    assert found.how[pivot] is How(said)
    accepted(site)
    site.round()
    assert outbox(site, HIS) == []
    assert [verdict for verdict, _ in actors.heard(name)] == ["integrated"]


def test_a_partner_is_no_evidence_for_anothers_files(loss: Loss) -> None:
    """Whoever is not the recipient of a pivot cannot make the gate believe that it has gone."""
    pivot, number = invoices_to(loss)
    site = loss.give_back()
    actors = actors_of(site)
    actors.acknowledge("ETA001", (pivot[-25:], "92"))
    actors.tell("ETA001", says(number, "07"))

    assert names(compare(site.gate)) == ([], [pivot])


def test_a_receipt_that_was_worked_off_after_the_backup_is_evidence(loss: Loss) -> None:
    """The archive has it, though the ledger knows nothing of it."""
    pivot, _ = invoices_to(loss)
    lost = actors_of(loss.site)
    lost.acknowledge(HIS, (pivot[-25:], "92"))
    loss.site.round()
    site = loss.give_back("archive")

    found = compare(site.gate)

    assert names(found) == ([pivot], [])
    assert len(found.deposits) == 1


def test_no_number_is_given_out_twice(loss: Loss) -> None:
    """Names of files and ids of invoices of the lost gate are never those of the restored one."""
    loss.back_up()
    lost = actors_of(loss.site)
    for _ in range(3):
        lost.invoice()
    loss.site.round()
    before = set(outbox(loss.site, HIS)) | set(outbox(loss.site, DEPOSITOR))
    ids = {row["id"] for number in _numbers(loss.site) for row in lost.rows(number)}
    site = loss.give_back()
    accepted(site)
    found = actors_of(site)
    found.invoice()
    site.round()

    after = set(outbox(site, HIS)) | set(outbox(site, DEPOSITOR))
    assert len(after) == 3
    assert not before & after
    assert not ids & {row["id"] for number in _numbers(site) for row in found.rows(number)}


def _numbers(site: Site) -> list[str]:
    return [invoice.number for outcome in site.outcomes() for invoice in outcome.invoices]


def test_names_that_were_seen_are_jumped_over_by_far() -> None:
    """A thousand for each second since the backup, and a million at least."""
    at = moment("2026-01-01T00:00:00.000000Z")

    assert deciding.margin_of("2026-01-01T00:00:00.000000Z", at) == 1_000_000
    assert deciding.margin_of("2025-12-31T00:00:00.000000Z", at) == 86_401_000
    assert deciding.margin_of("2026-01-02T00:00:00.000000Z", at) == 1_000_000, "a clock that was set back"


def test_deposits_that_only_the_archive_has_are_listed_and_booked_again_on_request(loss: Loss) -> None:
    """Their decision is lost with the ledger, and may have been handed out: nothing is done by itself."""
    loss.back_up()
    name = loss.site.deposit(REFUSED)
    loss.site.round()
    site = loss.give_back("archive")
    (deposit,) = compare(site.gate).deposits
    accepted(site)
    site.round()
    assert site.outcomes() == []
    assert [one.place for one in comparing.left_over(site.gate)] == [deposit.place]

    deciding.rebook(site.gate, deposit.place, DEPOSITOR, name, actor="operator", reason="never answered")
    site.round()

    assert site.outcome(name).verdict == "inadmissible"
    assert comparing.left_over(site.gate) == []
    with pytest.raises(deciding.NoDeposit):
        deciding.rebook(site.gate, deposit.place, DEPOSITOR, name, actor="operator", reason="twice")


def test_a_backup_of_later_files_brings_them_along(loss: Loss) -> None:
    """The archive of a backup is shared: an older generation comes with the deposits that a later one has."""
    loss.back_up()
    first = manifest.generations(loss.backup)[0].name
    loss.site.deposit(REFUSED)
    loss.site.round()
    loss.back_up()
    restoring.restore(loss.backup, loss.root, generation=first)
    loss.opened.append(Site(loss.root))

    assert len(compare(loss.opened[0].gate).deposits) == 1


def test_flows_that_were_not_decided_are_held_with_what_is_known_of_them(loss: Loss) -> None:
    """The lost gate may have answered them: a report in the outbox says that it has."""
    site = loss.site
    answered, open_ = site.deposit(REFUSED), site.deposit(REFUSED + b" ")
    _take_in(site)
    loss.back_up()
    with writing(site.gate.ledger) as connection:
        soon = stamp(system_clock() + dt.timedelta(minutes=4))
        late = select(runs.c.id).join(flows, flows.c.id == runs.c.flow).where(flows.c.name == open_)
        store.hold(connection, connection.execute(late).scalar_one(), "internal_error", "", soon)
    site.round()
    restored = loss.give_back("outbox")

    found = compare(restored.gate)

    reported = {one.name: one.reported for one in found.undecided}
    assert reported == {answered: outbox(site, DEPOSITOR)[0], open_: ""}
    assert accepted(restored).held == 2
    assert restored.round().verdicts == {}
    assert {outcome.state for outcome in restored.outcomes()} == {"held"}
    assert even(restored)
    with writing(restored.gate.ledger) as connection:
        store.release(connection, None, restored.now)
    assert restored.round().verdicts == {"inadmissible": 2}


def test_flows_that_were_not_decided_go_their_way_on_request(loss: Loss) -> None:
    """Where the operator knows that nothing was answered."""
    loss.site.deposit(REFUSED)
    _take_in(loss.site)
    loss.back_up()
    site = loss.give_back()

    accepted(site, Choice(decide=True))

    assert site.round().verdicts == {"inadmissible": 1}


def _take_in(site: Site) -> None:
    """Claim and book what is in the inbox, and decide nothing."""
    for folder in (site.gate.places.spool, site.gate.places.archive):
        folder.mkdir(exist_ok=True)
    look = site.gate.inbox.look({DEPOSITOR}, 100)
    deposits.claim(site.gate, deque(look.ready))
    deposits.book(site.gate)


def test_a_partner_may_collect_while_the_comparison_looks(loss: Loss, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was seen in his outbox was handed over, though it is gone before it could be kept aside."""
    loss.back_up()
    actors_of(loss.site).invoice()
    loss.site.round()
    site = loss.give_back("outbox")
    seen = outbox(site, HIS)
    sort = comparing._sort  # noqa: SLF001 - right after it the partner comes

    def and_is_collected(*given: Any) -> list[Stranger]:  # noqa: ANN401 - as the function has them
        found = sort(*given)
        for name in seen:
            (site.root / "outbox" / HIS / name).unlink(missing_ok=True)
        return found

    monkeypatch.setattr(comparing, "_sort", and_is_collected)

    assert {one.name: one.path for one in compare(site.gate).strangers if one.partner == HIS} == dict.fromkeys(seen, "")
    accepted(site)
    actors_of(site).invoice()
    site.round()
    assert not set(seen) & set(outbox(site, HIS))


def test_what_the_lost_gate_told_is_not_told_again(loss: Loss) -> None:
    """Life cycles of the lost gate in the outbox are taken in: what they tell is told."""
    site = loss.site
    site.change(DEPOSITOR, life_cycle=False)
    lost = actors_of(site)
    number = lost.invoice()
    site.round()
    loss.back_up()
    site.change(DEPOSITOR, life_cycle=True)
    site.round()
    told = site.root / "outbox" / DEPOSITOR
    (life_cycle,) = [path.name for path in told.glob("FEN1200A*")]
    restored = loss.give_back("outbox")
    assert [one.name for one in compare(restored.gate).strangers] == [life_cycle]

    assert accepted(restored).adopted == 1
    restored.change(DEPOSITOR, life_cycle=True)
    restored.round()

    assert [name for name in outbox(restored, DEPOSITOR) if name.startswith("FEN1200A")] == [life_cycle]
    assert restored.collect().of(number) == ["01", "03"]
    assert even(restored)


def test_a_pivot_is_not_offered_again_because_its_receipt_is_lost(loss: Loss) -> None:
    """It was handed over before the backup: that is known for certain."""
    actors_of(loss.site).invoice()
    loss.site.round()
    loss.back_up()
    site = loss.give_back()
    assert accepted(site).awaited == 1

    site.tell_time(system_clock() + dt.timedelta(days=30))
    site.round()

    assert outbox(site, HIS) == []
    assert even(site)


@pytest.mark.parametrize("decide", [False, True])
def test_a_deadline_that_passed_since_hands_nothing_on_by_itself(loss: Loss, *, decide: bool) -> None:
    """The lost gate may have handed the invoice on; an alert tells of it, and the operator may let the time pass."""
    site = loss.site
    number = fresh_number()
    site.deposit(sound(cii, number=number, cadre="A9", validator_siret=structures.LEAD_CONTRACTOR, **BUYER), STRUCTURED)
    site.round()
    loss.back_up()
    restored = loss.give_back()
    restored.tell_time(system_clock() + dt.timedelta(days=30))

    assert accepted(restored, Choice(decide=decide)).late == (0 if decide else 1)
    restored.round()

    assert bool(outbox(restored, HIS)) is decide
    assert ((alerts.VALIDATOR_SILENT, False) in restored.alerts()) is not decide
    assert even(restored)


def test_claims_in_the_spool_are_booked_as_usual(loss: Loss) -> None:
    """A file that the lost gate had claimed and not booked is in nobody's ledger: it is a deposit like any other."""
    loss.back_up()
    name = loss.site.deposit(REFUSED)
    folder = loss.site.root / "spool" / DEPOSITOR / "0123456789abcdef"
    folder.mkdir(parents=True)
    (loss.site.root / "inbox" / DEPOSITOR / name).rename(folder / name)
    site = loss.give_back("spool")

    (claim,) = compare(site.gate).spool
    assert (claim.name, claim.known) == (name, False)
    accepted(site)
    site.round()

    assert site.outcome(name).verdict == "inadmissible"


def test_the_decision_is_an_event_with_its_reason(loss: Loss) -> None:
    """Who, why, and what became of how much."""
    invoices_to(loss)
    site = loss.give_back()
    accepted(site)

    with site.gate.ledger.connect() as connection:
        row = connection.execute(select(events).where(events.c.event == deciding.EVENT)).mappings().one()
    assert row["actor"] == "operator"
    assert '"reason": "disk lost"' in row["details"]
    assert '"withheld": 1' in row["details"]


def test_a_gate_is_given_back_twice(loss: Loss, tmp_path: Path) -> None:
    """Each copy compares by itself; the second backup of the first copy is a backup like any other."""
    pivot, _ = invoices_to(loss)
    first = loss.give_back("outbox")
    accepted(first)
    first.round()
    making.make(first.gate, tmp_path / "again", Wanted(), actor="operator")
    restoring.restore(tmp_path / "again", tmp_path / "second")
    second = Site(tmp_path / "second")
    loss.opened.append(second)

    assert names(compare(second.gate)) == ([], [])
    accepted(second)
    second.round()

    assert state_of(second, pivot) == ("published", False)
    assert even(second)
    with second.gate.ledger.connect() as connection:
        count = connection.execute(select(func.count()).select_from(flows)).scalar_one()
    assert count == 1
    assert outbox(second, HIS) == []
