"""A gate that runs takes up what its operator changes: partners, their connections, the directory, replays."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from edigate.domain.partners import Role
from edigate.ledger.tables import deliveries
from edigate.sandbox import structures as people
from tests.acceptance.gates import DEPOSITOR, MIXED, fresh_number, mixed, sound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Outcome, Returns, Site

PROGRAM = """
import sys
from pathlib import Path
from edigate.app import open_gate
from edigate.engine.local import Local
Local(open_gate(Path(sys.argv[1]))).run()
"""
PATIENCE = 60.0


@pytest.fixture
def running(make_site: MakeSite, request: pytest.FixtureRequest) -> Iterator[Site]:
    """A gate at work in a process of its own, perhaps with more settings; it must end well when told to."""
    site = make_site(getattr(request, "param", ""))
    settings = site.root / "edigate.toml"
    settings.write_text(settings.read_text().replace("[intake]", "[intake]\nrescan_seconds = 0.2"))
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(site.root)]) as process:
        yield site
        process.terminate()
        assert process.wait(PATIENCE) == 0


def eventually(look: Callable[[], bool]) -> bool:
    """Whether it comes true while anybody would wait."""
    end = time.monotonic() + PATIENCE
    while not look():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def decided(site: Site, name: str) -> Outcome:
    """What the running gate decided on a flow."""
    assert eventually(lambda: any(o.name == name and o.state == "decided" for o in site.outcomes())), name
    return site.outcome(name)


def collected(site: Site, partner: str, wanted: Callable[[Returns], bool]) -> Returns:
    """All that a partner is handed until it has what it waits for."""
    got = site.collect(partner)

    def look() -> bool:
        more = site.collect(partner)
        got.reports.extend(more.reports)
        got.statuses.extend(more.statuses)
        got.pivots.extend(more.pivots)
        return wanted(got)

    assert eventually(look), got
    return got


def test_a_running_gate_decides_what_is_deposited(running: Site) -> None:
    """Down to the recipient's pivot and the depositor's 03."""
    number = fresh_number()

    name = running.deposit(sound(number=number))

    assert decided(running, name).verdict == "integrated"
    assert collected(running, "SEI001", lambda got: bool(got.pivots)).units.keys() == {number}
    told = collected(running, DEPOSITOR, lambda got: len(got.statuses) == 2)
    assert told.of(number) == ["01", "03"]


def test_a_suspension_counts_from_the_next_flow_on_and_ends_likewise(running: Site) -> None:
    """Taken, refused, taken: without a restart."""
    before = decided(running, running.deposit(sound()))
    running.change(DEPOSITOR, active=False)
    during = decided(running, running.deposit(sound()))
    running.change(DEPOSITOR, active=True)
    after = decided(running, running.deposit(sound()))

    assert [outcome.errors for outcome in (before, during, after)] == [[], ["EDG-F005"], []]
    told = collected(running, DEPOSITOR, lambda got: len(got.reports) == 3)
    assert [report.status for report in told.reports] == ["90", "93", "90"]


def test_a_partner_that_is_added_may_deposit_at_once(running: Site) -> None:
    """Its inbox is made for it, and its returns come to its own outbox."""
    decided(running, running.deposit(sound()))
    running.change("NEW001", deposits=frozenset({MIXED}), receives=frozenset({"FEN1200A", "CSO1116A"}))
    number = fresh_number()

    assert eventually((running.root / "inbox" / "NEW001").is_dir)
    outcome = decided(running, running.deposit(mixed(number=number), MIXED, partner="NEW001"))

    assert outcome.verdict == "integrated"
    told = collected(running, "NEW001", lambda got: len(got.statuses) == 2)
    assert told.of(number) == ["01", "03"]


def test_a_recipient_that_is_connected_gets_its_invoices_itself(running: Site) -> None:
    """The portal stood for it until then."""
    first, second = fresh_number(), fresh_number()
    said = {"recipient_siret": people.NOT_CONNECTED}
    decided(running, running.deposit(sound(number=first, **said)))
    own = {"role": Role.RECIPIENT, "receives": frozenset({"FEN0036A"}), "sirets": frozenset({people.NOT_CONNECTED})}
    running.change("COM001", **own)
    decided(running, running.deposit(sound(number=second, **said)))

    assert collected(running, "POR001", lambda got: bool(got.pivots)).units.keys() == {first}
    assert collected(running, "COM001", lambda got: bool(got.pivots)).units.keys() == {second}


def test_a_directory_and_a_replay_are_taken_up(running: Site) -> None:
    """The rejected invoice is integrated, without anybody touching the gate."""
    said = {"recipient_siret": people.SERVICE_REQUIRED, "service": "CANAUX"}
    name = running.deposit(sound(**said))
    assert decided(running, name).errors == ["EDG-I071"]
    running.publish_directory(
        people.directory_csv() + f"service,{people.SERVICE_REQUIRED},,,,,,,,,,CANAUX,Direction des canaux\n", "v2"
    )

    running.replay(name)

    assert eventually(lambda: running.outcome(name).verdict == "integrated")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells that a file was closed after reading")
@pytest.mark.parametrize("running", ["[outbox]\ncollect_once = true\n"], indirect=True)
def test_what_a_partner_has_read_is_taken_away(running: Site) -> None:
    """A gate that hands files out only once: the report goes when it was read, the life cycle that was not stays."""
    running.deposit(sound())
    outbox = running.root / "outbox" / DEPOSITOR
    assert eventually(lambda: len(list(outbox.glob("[!.]*"))) == 2)
    report, life_cycle = sorted(outbox.glob("[!.]*"))

    report.read_bytes()

    assert eventually(lambda: not report.exists())
    assert eventually(lambda: _gone(running) == {report.name: "collected"})
    assert life_cycle.exists()


def _gone(site: Site) -> dict[str, str]:
    with site.gate.ledger.connect() as connection:
        query = select(deliveries.c.name, deliveries.c.gone_how).where(deliveries.c.gone_at.is_not(None))
        return {row.name: row.gone_how for row in connection.execute(query)}
