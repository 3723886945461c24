"""Partners' servers that several machines of a gate fetch from."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from edigate.engine.distributed import Distributed
from edigate.engine.errands import Errands
from edigate.engine.heard import KEYS
from edigate.intake.sftp import Desk
from edigate.ledger import fetches, notes
from edigate.ledger.clock import stamp
from edigate.ledger.database import written
from edigate.ledger.fetches import Fetch, Sight, State
from edigate.ledger.locks import Locks
from edigate.ledger.tables import flows
from edigate.sandbox import structures as people
from edigate.sandbox.flows import flow_name
from edigate.sandbox.statuses import status_flow
from tests.acceptance.actors import BEGIN, PORTAL, Actors, says
from tests.acceptance.gates import sound
from tests.at_work import at_work
from tests.contract.engines.test_roles import other_machine
from tests.contract.engines.test_watching import until
from tests.integration.remote.connected import serve
from tests.openssh import SSHD, Sshd
from tests.unit.engine.steps import rows
from tests.unit.engine.test_local import with_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.gates import Site

pytestmark = pytest.mark.skipif(not SSHD, reason="no OpenSSH server here (Debian, Ubuntu: openssh-server)")


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    """A partner's server."""
    with Sshd(tmp_path / "sshd") as running:
        yield running


def test_a_machine_that_is_full_leaves_servers_to_others(site: Site, sshd: Sshd, tmp_path: Path) -> None:
    """Whoever fetches keeps his turn, as he knows what he saw; not where he has no room to fetch anything any more."""
    serve(site.gate, sshd, "JMRPOR", fetch_from="in")
    other = other_machine(site, tmp_path / "other")
    gates = [with_settings(one.gate, "sftp", poll_seconds=0.1) for one in (site, other)]
    locks = [Locks(gate.ledger) for gate in gates]
    first, second = (
        Errands(gate, lambda: None, lambda: False, locks=held, sends=False)
        for gate, held in zip(gates, locks, strict=True)
    )

    def looked(errands: Errands) -> bool:
        errands.set_off("always")
        return errands.caught_up and not errands.busy

    first.set_off("always")
    until(lambda: looked(first))
    assert locks[0].holds("fetch JMRPOR")
    name = flow_name("FSO1106A", "JMRPOR", 1)
    (sshd.root / "in" / name).write_bytes(sound())
    until(lambda: not first.busy)
    first.set_off("never")
    assert not locks[0].holds("fetch JMRPOR")

    def placed() -> bool:
        second.set_off("always")
        return any((other.root / "spool" / "JMRPOR").glob(f"[!.]*/{name}"))

    until(placed)
    for errands, held in zip((first, second), locks, strict=True):
        errands.close()
        held.close()
    shutil.rmtree(other.root / "spool")
    other.close()


def test_what_was_fetched_by_half_is_thrown_away_once_another_machine_has_it(
    site: Site, sshd: Sshd, tmp_path: Path
) -> None:
    """By a machine that lost the turn; what nobody has booked yet stays, in case the turn comes back."""
    serve(site.gate, sshd, "JMRPOR", fetch_from="in")
    other = other_machine(site, tmp_path / "other")
    name = flow_name("FSO1106A", "JMRPOR", 1)
    (sshd.root / "in" / name).write_bytes(sound())
    other.round()
    booked = [str(row["id"]) for row in rows(site.gate, flows)]
    waiting = Fetch("w", "JMRPOR", "elsewhere", "a.xml", Sight(10, 0), State.CLAIMED, "2026-03-02T09:00:00.000000Z")
    written(site.gate.ledger, fetches.want, [waiting])
    desk = Desk(site.root / "spool" / "JMRPOR")
    desk.open()
    for claim in (*booked, "w", "ended"):
        desk.path(claim, name).parent.mkdir()
        desk.path(claim, name).write_bytes(b"half of i")
    holder, idle = Locks(other.gate.ledger), Locks(site.gate.ledger)
    holder.take(["fetch JMRPOR", "big JMRPOR"])
    errands = Errands(site.gate, lambda: None, lambda: False, locks=idle, sends=False)
    errands.set_off("always")
    until(lambda: not errands.busy)
    errands.close()
    for locks in (holder, idle):
        locks.close()
    other.close()

    assert booked
    assert desk.begun() == {"w"}


def test_a_machine_that_has_room_again_has_heard_what_lies_on_servers_once_it_has_fetched_it(
    site: Site, sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it had none it asked no server; a word that came there meanwhile goes before its deadline."""
    actors = Actors(site)
    serve(site.gate, sshd, PORTAL, fetch_from="in")
    now, usage = [BEGIN], [shutil.disk_usage("/")]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage[0])
    gate = with_settings(with_settings(site.gate, "engine", disk_free_bytes=1), "intake", rescan_seconds=0.1)
    gate = replace(with_settings(gate, "sftp", poll_seconds=0.1), clock=lambda: now[0])
    number = actors.invoice(cadre="A9", validator_siret=people.LEAD_CONTRACTOR)
    name, content = status_flow(PORTAL, 1, [says(number, "14", comment="Montant à revoir")])
    with at_work(Distributed(gate)) as engine:
        until(lambda: said(site) and any(row["stage"] == "validator1" for row in actors.rows(number)))
        usage[0] = usage[0]._replace(free=0)
        until(lambda: any(trouble.reason == "disk.low" for trouble in engine.tally.troubles))
        (sshd.root / "in" / name).write_bytes(content)
        now[0] += dt.timedelta(days=20)
        usage[0] = usage[0]._replace(free=1_000_000_000)
        until(lambda: any(word >= stamp(now[0]) for word in said(site)))
        fetched = {row["name"] for row in rows(site.gate, flows)}

    assert name in fetched


def said(site: Site) -> list[str]:
    """Up to when each machine says that it has heard."""
    with site.gate.ledger.connect() as connection:
        return [value.split()[0] for _, value in notes.under(connection, KEYS)]
