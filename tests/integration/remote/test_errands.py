"""A gate at work with partners' servers: what is fetched is decided, what comes of it is uploaded."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from edigate.domain.servers import HostKey
from edigate.engine import errands
from edigate.engine.local import Local
from edigate.ledger import host_keys, ways
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.tables import alerts, flows
from edigate.ledger.tables import ways as table
from edigate.remote.session import Session
from edigate.sandbox import structures as people
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from edigate.sandbox.flows import flow_name
from edigate.sandbox.statuses import status_flow
from tests.acceptance.actors import BEGIN, BUYER, PORTAL, says
from tests.at_work import at_work
from tests.cable import Cable
from tests.integration.remote.connected import rows, serve
from tests.openssh import Sshd
from tests.unit.engine.test_local import with_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

    from edigate.engine.gate import Gate

PATIENCE = 60


def eventually(look: Callable[[], object]) -> None:
    """Return when it comes true."""
    until = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.05)


def deposit(sshd: Sshd, number: int, partner: str = "JMRPOR") -> str:
    """A sound flow on the partner's server."""
    name = flow_name("FSO1106A", partner, number)
    (sshd.root / "in" / name).write_bytes(cii(Draft(f"ER-{partner}-{number}")))
    return name


def decided(gate: Gate) -> dict[str, str]:
    """The verdicts of the flows, by name."""
    with gate.ledger.connect() as connection:
        return {row.name: row.verdict for row in connection.execute(select(flows)) if row.state == "decided"}


def visible(folder: Path) -> list[str]:
    """What stands in a folder under its name."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_one_run_fetches_decides_and_sends(gate: Gate, sshd: Sshd) -> None:
    """A deposit on the partner's server, its report and its life cycle back there, its pivot in the other's outbox."""
    serve(gate, sshd, "JMRPOR", fetch_from="in", put_into="out")
    names = [deposit(sshd, number) for number in (1, 2)]
    tally = Local(gate).run_once()

    assert decided(gate) == dict.fromkeys(names, "integrated")
    sent = [name[:8] for name in visible(sshd.root / "out")]
    assert (sent.count("CSO1106A"), set(sent)) == (2, {"CSO1106A", "FEN1200A"})
    pivots = [path.name[:8] for path in gate.places.outbox.glob("SEI001/[!.]*")]
    assert set(pivots) == {"FEN0036A"}
    assert list((sshd.root / "in").iterdir()) == []
    assert (tally.booked, tally.published) == (2, len(sent) + len(pivots))
    assert {row["state"] for row in rows(gate)} == {"published"}


def test_a_running_gate_polls_and_pushes(gate: Gate, sshd: Sshd) -> None:
    """What comes while it runs is fetched in its time, and what comes of it sent as soon as it is there."""
    serve(gate, sshd, "JMRPOR", fetch_from="in", put_into="out")
    with at_work(Local(gate)):
        for number in range(1, 4):
            deposit(sshd, number)
            eventually(lambda: number == len(decided(gate)))  # noqa: B023 - it is over before the next number
        eventually(lambda: {row["state"] for row in rows(gate)} == {"published"} and len(rows(gate)) >= 7)
    assert sum(name.startswith("CSO") for name in visible(sshd.root / "out")) == 3


def test_a_dead_server_holds_up_nobody_else(gate: Gate, sshd: Sshd, tmp_path: Path) -> None:
    """One that takes connections and never speaks: its files wait, with an alert, and go when it is back."""
    gate = with_settings(gate, "sftp", connect_seconds=3)
    serve(gate, sshd, "JMRPOR", fetch_from="in", put_into="out")
    with Sshd(tmp_path / "other") as other:
        serve(gate, other, "ABC123", fetch_from="in", put_into="out")
        deposit(other, 1, "ABC123")
        other.stop()
        with socket.create_server((other.host, other.port)), at_work(Local(gate)):
            name = deposit(sshd, 1)
            eventually(lambda: name in decided(gate))
            eventually(lambda: len(visible(sshd.root / "out")) == 2)
            eventually(lambda: failing(gate) == {"ABC123"} and open_alerts(gate) == [("way.open", "ABC123")])
        assert len(decided(gate)) == 1
        other.start()
        with at_work(Local(gate)):
            eventually(lambda: len(decided(gate)) == 2)
            eventually(lambda: len(visible(other.root / "out")) == 1)
            eventually(lambda: not failing(gate) and not open_alerts(gate))


def awaits_validation(gate: Gate) -> tuple[str, bytes]:
    """Deposit an invoice that waits for its validator; a flow with his word, by name and content."""
    invoice = cii(Draft("ER-1", cadre="A9", validator_siret=people.LEAD_CONTRACTOR, **BUYER))  # type: ignore[arg-type]
    (gate.places.inbox / "JMRPOR").mkdir(exist_ok=True)
    (gate.places.inbox / "JMRPOR" / flow_name("FSO1106A", "JMRPOR", 1)).write_bytes(invoice)
    return status_flow(PORTAL, 1, [says("ER-1", "14", comment="Montant à revoir")])


def test_a_word_that_lies_on_a_server_goes_before_its_deadline(gate: Gate, sshd: Sshd) -> None:
    """No gate was at work over the last day: its first look shows the file, and only the second that it is whole."""
    serve(gate, sshd, PORTAL, fetch_from="in")
    name, content = awaits_validation(gate)
    Local(replace(gate, clock=lambda: BEGIN)).run_once()
    (sshd.root / "in" / name).write_bytes(content)
    Local(replace(gate, clock=lambda: BEGIN + dt.timedelta(days=20))).run_once()

    assert decided(gate)[name] == "integrated"


def test_a_word_that_a_full_disk_leaves_on_a_server_goes_before_its_deadline(
    gate: Gate, sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server was looked at before: what comes there while nothing can be fetched is heard before time is called."""
    serve(gate, sshd, PORTAL, fetch_from="in")
    now, usage = [BEGIN], [shutil.disk_usage("/")]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage[0])
    gate = replace(with_settings(gate, "engine", disk_free_bytes=1), clock=lambda: now[0])
    name, content = awaits_validation(gate)
    with at_work(Local(gate)) as engine:
        eventually(lambda: any(row["kind"] == "pivot" and row["state"] == "published" for row in rows(gate)))
        usage[0] = usage[0]._replace(free=0)
        eventually(lambda: any(trouble.reason == "disk.low" for trouble in engine.tally.troubles))
        (sshd.root / "in" / name).write_bytes(content)
        now[0] += dt.timedelta(days=20)
        usage[0] = usage[0]._replace(free=1_000_000_000)
        eventually(lambda: name in decided(gate))

    assert decided(gate)[name] == "integrated"


def test_time_is_called_once_all_that_lay_on_a_server_was_fetched(
    gate: Gate, sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few at a time, as far ahead of the batches as is allowed, however long it takes; the word is the newest."""
    monkeypatch.setattr(errands, "LINGER", 0.0)
    serve(gate, sshd, PORTAL, fetch_from="in")
    gate = with_settings(gate, "intake", batch_flows=1)
    name, content = awaits_validation(gate)
    Local(replace(gate, clock=lambda: BEGIN)).run_once()
    for number in range(20):
        (sshd.root / "in" / flow_name("FSO1300A", PORTAL, number)).write_bytes(b"<a/>")
    (sshd.root / "in" / name).write_bytes(content)
    os.utime(sshd.root / "in" / name, (time.time() + 10, time.time() + 10))
    with at_work(Local(replace(gate, clock=lambda: BEGIN + dt.timedelta(days=20)))):
        eventually(lambda: name in decided(gate))

    assert decided(gate)[name] == "integrated"


def failing(gate: Gate) -> set[str]:
    """The partners on whose ways something fails."""
    with gate.ledger.connect() as connection:
        return ways.failing(connection, ways.FETCH) | ways.failing(connection, ways.PUT)


def open_alerts(gate: Gate) -> list[tuple[str, str]]:
    """What is to be seen to."""
    with gate.ledger.connect() as connection:
        found = connection.execute(select(alerts).where(alerts.c.closed_at.is_(None)))
        return [(row.kind, row.partner) for row in found]


def test_a_changed_host_key_is_refused_until_somebody_accepts_it(gate: Gate, sshd: Sshd) -> None:
    """Nothing is sent, nothing fetched, and the reason names the key; once it is accepted all goes its way."""
    server = serve(gate, sshd, "JMRPOR", fetch_from="in", put_into="out")
    deposit(sshd, 1)
    sshd.swap_host_key("ed25519")
    Local(gate).run_once()
    with gate.ledger.connect() as connection:
        said = connection.execute(select(table.c.last_error)).scalars().all()
    assert said
    assert all("shows the host key SHA256:" in one for one in said)
    assert (decided(gate), len(visible(sshd.root / "in"))) == ({}, 1)

    with writing(gate.ledger) as connection:
        key = HostKey(*sshd.host_public_keys[0].split())
        host_keys.accept(connection, server.address, key, actor="test", at=stamp(gate.clock()))
    Local(gate).run_once()
    assert len(decided(gate)) == 1


def test_a_big_file_does_not_hold_up_small_ones(gate: Gate, sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is fetched on a connection of its own: small ones that came later are decided while it is under way."""
    small_ones_decided = threading.Event()
    read = Session.read

    def slow_when_big(self: Session, path: str, offset: int = 0) -> Iterator[bytes]:
        got = 0
        for piece in read(self, path, offset):
            yield piece
            got += len(piece)
            if got > gate.settings.sftp.small_bytes:
                small_ones_decided.wait(PATIENCE)

    monkeypatch.setattr(Session, "read", slow_when_big)
    serve(gate, sshd, "JMRPOR", fetch_from="in", put_into="")
    big = sshd.root / "in" / flow_name("FSO1106A", "JMRPOR", 99)
    big.write_bytes(b"<a>" + b"x" * 20_000_000 + b"</a>")
    with at_work(Local(gate)):
        eventually(lambda: list(gate.places.spool.glob("JMRPOR/.fetching/*")))
        names = {deposit(sshd, number) for number in (1, 2, 3)}
        eventually(lambda: decided(gate).keys() == names)
        small_ones_decided.set()
        eventually(lambda: decided(gate).keys() == names | {big.name})


def test_a_gate_ends_in_time_though_a_server_is_slow(gate: Gate, sshd: Sshd) -> None:
    """A connection on which nothing moves is broken off when the gate is told to end."""
    with Cable(sshd.host, sshd.port) as cable:
        serve(gate, sshd, "JMRPOR", port=cable.port, fetch_from="in", put_into="out")
        deposit(sshd, 1)
        with at_work(Local(gate)) as local:
            eventually(lambda: cable.passed > 3_000)
            cable.block()
            local.stop()
        cable.unblock()
        with at_work(Local(gate)):
            eventually(lambda: len(decided(gate)) == 1)
