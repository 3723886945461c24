"""Sending placed files on to a partner's real OpenSSH server: each once, whole, in order, whatever comes between."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from edigate.engine import sending
from edigate.engine.handover import publish
from edigate.engine.sending import Stopped, send, tidy
from edigate.ledger import deliveries, hearing, host_keys, servers
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.tables import alerts
from edigate.ledger.tables import deliveries as table
from edigate.remote.login import login_of
from edigate.remote.session import Session, connect
from edigate.remote.trouble import Cause, Refused, RemoteTrouble, Unreachable
from tests.cable import Cable
from tests.integration.remote.conftest import PATIENT
from tests.integration.remote.connected import placed, rows, serve, staged
from tests.openssh import Sshd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from edigate.domain.servers import Server
    from edigate.engine.gate import Gate

OUT = "out"


@contextmanager
def session_of(gate: Gate, server: Server) -> Iterator[Session]:
    """A session on this server, as errands have it."""
    with gate.ledger.connect() as connection:
        keys = host_keys.counting(connection, server.address, stamp(gate.clock()))
    with connect(server, keys, login_of(server, gate.places.root), PATIENT) as session:
        yield session


def send_all(gate: Gate, server: Server) -> int:
    """One errand."""
    with session_of(gate, server) as session:
        return send(gate, session, server, lambda: False)


def arrived(sshd: Sshd) -> dict[str, bytes]:
    """What the partner sees."""
    return {path.name: path.read_bytes() for path in (sshd.root / OUT).iterdir() if not path.name.startswith(".")}


def reports(wanted: dict[str, bytes]) -> dict[str, bytes]:
    """The depositor's files."""
    return {name: content for name, content in wanted.items() if name.startswith("CSO")}


def states(gate: Gate) -> list[object]:
    """The states of the depositor's files."""
    return [row["state"] for row in rows(gate) if row["partner"] == "JMRPOR"]


def pass_pauses(gate: Gate) -> None:
    """Let what failed be tried again now."""
    with writing(gate.ledger) as connection:
        deliveries.try_now(connection)


def test_files_arrive_under_their_names_and_nothing_is_left_behind(gate: Gate, sshd: Sshd) -> None:
    """The same bytes as were placed, no hidden file there, nothing staged here, and all is published."""
    server = serve(gate, sshd, "JMRPOR", put_into=OUT)
    wanted = reports(placed(gate, 3))
    assert send_all(gate, server) == 3

    assert arrived(sshd) == wanted
    assert not [path.name for path in (sshd.root / OUT).iterdir() if path.name.startswith(".")]
    assert not list((gate.places.outbox / "JMRPOR" / ".staging").iterdir())
    assert states(gate) == ["published"] * 3
    assert send_all(gate, server) == 0


STEPS = ("stat", "write", "rename", "mark_uploaded", "mark_published", "forget")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_gate_that_ends_at_any_step_goes_on_without_losing_or_doubling(
    gate: Gate, sshd: Sshd, monkeypatch: pytest.MonkeyPatch, step: str, when: str, nth: int
) -> None:
    """The partner moves files away at once: each arrives once, as it was placed."""
    server = serve(gate, sshd, "JMRPOR", put_into=OUT)
    wanted = reports(placed(gate, 3))
    monkeypatch.setattr(sending, "STRIDE_FILES", 2)
    with monkeypatch.context() as patched:
        ends_at(patched, step, when, nth, gate)
        with pytest.raises(Ended):
            send_all(gate, server)
    first = collected(sshd)
    tidy(gate, "JMRPOR")
    send_all(gate, server)
    second = collected(sshd)

    assert not first.keys() & second.keys(), "handed out twice"
    assert first | second == wanted
    assert states(gate) == ["published"] * 3
    tidy(gate, "JMRPOR")
    assert not list((gate.places.outbox / "JMRPOR" / ".staging").iterdir())
    assert not list((sshd.root / OUT).iterdir())


class Ended(BaseException):
    """The gate died here."""


def ends_at(patched: pytest.MonkeyPatch, step: str, when: str, nth: int, gate: Gate) -> None:
    """Raise before or after the nth call of a step."""
    owner = Session if step in {"stat", "write", "rename"} else deliveries if step.startswith("mark") else gate.outbox
    real: Callable[..., object] = getattr(owner, step)
    calls = []

    def ending(*args: object, **options: object) -> object:
        calls.append(step)
        if len(calls) == nth and when == "before":
            raise Ended
        result = real(*args, **options)
        if len(calls) == nth:
            raise Ended
        return result

    patched.setattr(owner, step, ending)


def collected(sshd: Sshd) -> dict[str, bytes]:
    """What the partner takes away."""
    found = arrived(sshd)
    for name in found:
        (sshd.root / OUT / name).unlink()
    return found


@pytest.mark.parametrize("after", [2_000_000, 3_000_000, 5_500_000])
def test_an_upload_that_breaks_off_goes_on_where_it_was(gate: Gate, sshd: Sshd, after: int) -> None:
    """The connection is cut again and again; the file arrives whole, and not more is sent than was lost on the way."""
    with Cable(sshd.host, sshd.port) as cable:
        server = serve(gate, sshd, "JMRPOR", port=cable.port, put_into=OUT)
        placed(gate, 1)
        content = enlarge(gate, 6_000_000)
        breaks = 0
        for _ in range(40):
            cable.cut_after(after + 40_000)
            try:
                done = send_all(gate, server)
            except RemoteTrouble:
                breaks += 1
                continue
            if done:
                break
        assert list(arrived(sshd).values()) == [content]
        assert breaks >= 1
        on_the_line = 3_000_000  # sent, and not yet written when the connection broke, or written once more
        assert cable.passed < 7_000_000 + breaks * on_the_line


def enlarge(gate: Gate, size: int) -> bytes:
    """Make the placed report larger, as if it had been rendered so."""
    content = bytes(range(256)) * (size // 256)
    staged(gate, "JMRPOR", 1).write_bytes(content)
    with writing(gate.ledger) as connection:
        connection.execute(update(table).where(table.c.id == 1).values(size=len(content), sha256="f" * 64))
    return content


def test_a_gate_that_is_told_to_end_breaks_an_upload_off(gate: Gate, sshd: Sshd) -> None:
    """And the next one goes on with what is there."""
    server = serve(gate, sshd, "JMRPOR", put_into=OUT)
    placed(gate, 1)
    content = enlarge(gate, 6_000_000)
    pieces: list[None] = []

    def stopped() -> bool:
        pieces.append(None)
        return len(pieces) > 50

    with session_of(gate, server) as session, pytest.raises(Stopped):
        send(gate, session, server, stopped)
    assert arrived(sshd) == {}
    send_all(gate, server)
    assert list(arrived(sshd).values()) == [content]


def test_files_go_in_the_order_of_their_planning(gate: Gate, sshd: Sshd) -> None:
    """A name that is taken keeps those behind it waiting; after so many tries it is a dead letter, and they go."""
    server = serve(gate, sshd, "JMRPOR", put_into=OUT)
    names = list(reports(placed(gate, 3)))
    (sshd.root / OUT / names[0]).mkdir()
    for _ in range(gate.settings.outbox.tries):
        assert (send_all(gate, server), states(gate)) == (0, ["placed"] * 3)
        pass_pauses(gate)
    assert send_all(gate, server) == 2
    (row,) = [row for row in rows(gate) if row["dead_at"]]
    assert row["name"] == names[0]
    with gate.ledger.connect() as connection:
        (alert,) = connection.execute(alerts.select()).mappings()
    assert (alert["kind"], alert["subject"]) == ("delivery.dead", row["id"])
    assert "exists" in str(alert["detail"])

    (sshd.root / OUT / names[0]).rmdir()
    with writing(gate.ledger) as connection:
        deliveries.revive(connection, int(str(row["id"])), stamp(gate.clock()))
    assert send_all(gate, server) == 1
    assert sorted(arrived(sshd)) == sorted(names)


def test_what_is_offered_again_while_it_still_lies_there_counts_as_offered(gate: Gate, sshd: Sshd) -> None:
    """The same bytes under the same name: nothing is doubled, nothing refused."""
    server = serve(gate, sshd, "JMRPOR", put_into=OUT)
    wanted = reports(placed(gate, 1))
    content = staged(gate, "JMRPOR", 1).read_bytes()
    send_all(gate, server)
    with writing(gate.ledger) as connection:
        assert hearing.offer_again(connection, 1)
        deliveries.mark_placed(connection, [(1, len(content), "a" * 64)])
    staged(gate, "JMRPOR", 1).write_bytes(content)

    assert send_all(gate, server) == 1
    assert arrived(sshd) == wanted
    assert not [path for path in (sshd.root / OUT).iterdir() if path.name.startswith(".")]


def test_what_vanishes_under_its_hidden_name_before_it_was_shown_is_uploaded_again(
    gate: Gate, sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server's owner who sweeps hidden files away between two steps of one errand loses nothing."""
    server = serve(gate, sshd, "JMRPOR", put_into=OUT)
    wanted = reports(placed(gate, 1))
    commit = deliveries.mark_uploaded

    def sweep(*args: object) -> set[int]:
        taken = commit(*args)  # type: ignore[arg-type]
        for path in (sshd.root / OUT).glob(".*"):
            path.unlink()
        return taken

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "mark_uploaded", sweep)
        assert send_all(gate, server) == 0
    assert send_all(gate, server) == 1
    assert arrived(sshd) == wanted


LOST = {"before marking": (False,), "after marking": (True, False)}


def lose_lock(gate: Gate, server: Server, when: str) -> None:
    """An errand that finds, once its files are uploaded, that others may serve the partner."""
    answers = iter(LOST[when])
    with session_of(gate, server) as session, pytest.raises(Stopped):
        send(gate, session, server, lambda: False, sure=lambda: next(answers))


def sweep(sshd: Sshd, folder: str = OUT) -> None:
    """Take hidden files away, as a server's owner may."""
    for path in (sshd.root / folder).glob(".*"):
        path.unlink()


@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize("when", LOST)
def test_what_is_not_renamed_for_a_lost_lock_does_not_count_as_renamed(
    gate: Gate,
    sshd: Sshd,
    when: str,
    swept: bool,  # noqa: FBT001 - a case
) -> None:
    """Were it swept away after that, the next errand would otherwise take it for handed over."""
    server = serve(gate, sshd, "JMRPOR", put_into=OUT)
    wanted = reports(placed(gate, 3))
    lose_lock(gate, server, when)
    marks = [row["uploaded_at"] for row in rows(gate)]
    if swept:
        sweep(sshd)

    assert not any(marks)
    assert send_all(gate, server) == 3
    assert arrived(sshd) == wanted


@pytest.mark.parametrize("when", LOST)
@pytest.mark.parametrize("folder", [OUT, "neu"])
def test_what_was_renamed_before_stays_known_though_a_later_errand_loses_its_lock(
    gate: Gate, sshd: Sshd, monkeypatch: pytest.MonkeyPatch, when: str, folder: str
) -> None:
    """The mark of the errand that did it is there again: nothing is handed out twice, in another folder neither."""
    server = serve(gate, sshd, "JMRPOR", put_into=OUT)
    wanted = reports(placed(gate, 1))
    with monkeypatch.context() as patched:
        ends_at(patched, "rename", "after", 1, gate)
        with pytest.raises(Ended):
            send_all(gate, server)
    assert collected(sshd) == wanted
    now = serve(gate, sshd, "JMRPOR", put_into=folder)
    lose_lock(gate, now, when)

    assert send_all(gate, now) == 1
    assert [path for name in {OUT, folder} for path in (sshd.root / name).iterdir()] == []


def test_what_another_errand_has_marked_since_stays_marked(gate: Gate, sshd: Sshd) -> None:
    """Whoever has the lock by then may be renaming it: only one's own mark is taken back."""
    server = serve(gate, sshd, "JMRPOR", put_into=OUT)
    placed(gate, 1)
    theirs = "2100-01-01T00:00:00.000000Z"
    answers = iter([True, False])

    def sure() -> bool:
        answer = next(answers)
        if not answer:
            with writing(gate.ledger) as connection:
                deliveries.mark_uploaded(connection, [1], sending.place(server), theirs)
        return answer

    with session_of(gate, server) as session, pytest.raises(Stopped):
        send(gate, session, server, lambda: False, sure=sure)
    assert [row["uploaded_at"] for row in rows(gate) if row["id"] == 1] == [theirs]


def test_what_was_renamed_elsewhere_stays_known_though_the_line_breaks(
    gate: Gate, sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before its partner was given another folder, where a later file does not come through: it goes out once."""
    server = serve(gate, sshd, "JMRPOR", put_into=OUT)
    wanted = reports(placed(gate, 2))
    with monkeypatch.context() as patched:
        ends_at(patched, "rename", "after", 1, gate)
        with pytest.raises(Ended):
            send_all(gate, server)
    first = collected(sshd)
    new = serve(gate, sshd, "JMRPOR", put_into="neu")

    def broken(*_: object) -> None:
        raise Unreachable(Cause.BROKEN_OFF, "the line broke")

    with monkeypatch.context() as patched:
        patched.setattr(Session, "write", broken)
        with pytest.raises(Unreachable):
            send_all(gate, new)
    assert send_all(gate, new) == 2

    second = {path.name: path.read_bytes() for path in (sshd.root / "neu").iterdir()}
    assert not first.keys() & second.keys(), "handed out twice"
    assert first | second == wanted


def test_what_is_no_longer_staged_here_is_planned_again(gate: Gate, sshd: Sshd) -> None:
    """It is rendered and placed once more."""
    server = serve(gate, sshd, "JMRPOR", put_into=OUT)
    placed(gate, 1)
    staged(gate, "JMRPOR", 1).unlink()
    assert (send_all(gate, server), states(gate)) == (0, ["planned"])


def test_a_folder_that_is_not_there_is_no_fault_of_the_files(gate: Gate, sshd: Sshd) -> None:
    """The server's trouble is raised: no file counts a try, none becomes a dead letter."""
    server = serve(gate, sshd, "JMRPOR", put_into=OUT)
    placed(gate, 2)
    (sshd.root / OUT).rmdir()
    for _ in range(5):
        with pytest.raises(RemoteTrouble):
            send_all(gate, server)
    assert [(row["failures"], row["dead_at"]) for row in rows(gate)][:2] == [(0, None)] * 2


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("changed", ["folder", "port"])
def test_a_server_changed_at_the_worst_moment_loses_nothing(
    gate: Gate,
    sshd: Sshd,
    monkeypatch: pytest.MonkeyPatch,
    changed: str,
    renamed: bool,  # noqa: FBT001 - a case
) -> None:
    """The gate died right before or after a rename, then the partner was given another folder, or another server.

    In another folder of the same server the gate sees what it had done. Of another server it cannot know: the same file
    may then lie at both.
    """
    with Cable(sshd.host, sshd.port) as cable:
        server = serve(gate, sshd, "JMRPOR", put_into=OUT)
        wanted = reports(placed(gate, 1))
        with monkeypatch.context() as patched:
            ends_at(patched, "rename", "after" if renamed else "before", 1, gate)
            with pytest.raises(Ended):
                send_all(gate, server)
        new = serve(
            gate, sshd, "JMRPOR", port=cable.port if changed == "port" else 0,
            put_into="neu" if changed == "folder" else OUT + "/.",
        )  # fmt: skip
        for _ in range(gate.settings.outbox.tries if changed == "port" and renamed else 1):
            send_all(gate, new)
            pass_pauses(gate)
    found = [
        path.name for folder in (OUT, "neu") if (sshd.root / folder).is_dir() for path in (sshd.root / folder).iterdir()
    ]
    assert [name for name in found if not name.startswith(".")] == list(wanted)


def test_a_dead_letter_whose_part_was_swept_away_is_uploaded_again(gate: Gate, sshd: Sshd) -> None:
    """What was refused is known not to have been handed over: offering it again really does."""
    server = serve(gate, sshd, "JMRPOR", put_into=OUT)
    wanted = reports(placed(gate, 1))
    (name,) = wanted
    (sshd.root / OUT / name).mkdir()
    for _ in range(gate.settings.outbox.tries):
        send_all(gate, server)
        pass_pauses(gate)
    (sshd.root / OUT / name).rmdir()
    for path in (sshd.root / OUT).iterdir():
        path.unlink()
    with writing(gate.ledger) as connection:
        assert deliveries.revive(connection, 1, stamp(gate.clock()))
    assert send_all(gate, server) == 1
    assert arrived(sshd) == wanted


def test_a_server_that_renames_nothing_is_the_ways_trouble(gate: Gate, tmp_path: Path) -> None:
    """No file becomes a dead letter for it, and all go once it does."""
    with Sshd(tmp_path / "mean", denied=("rename", "posix-rename", "hardlink")) as mean:
        server = serve(gate, mean, "JMRPOR", put_into=OUT)
        placed(gate, 2)
        for _ in range(5):
            with pytest.raises(RemoteTrouble):
                send_all(gate, server)
            pass_pauses(gate)
        assert arrived(mean) == {}
    reports_ = [row for row in rows(gate) if row["partner"] == "JMRPOR"]
    assert [(row["failures"], row["dead_at"], row["uploaded_at"]) for row in reports_] == [(0, None, None)] * 2


def test_a_server_that_is_full_keeps_nothing_back_that_it_has_got(
    gate: Gate, sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies there whole is shown though a later file is refused: its owner could not make room otherwise."""
    server = serve(gate, sshd, "JMRPOR", put_into=OUT)
    names = list(reports(placed(gate, 3)))
    write = Session.write

    def full(self: Session, path: str, *rest: Any) -> None:  # noqa: ANN401 - as the method has them
        if names[2] in path:
            raise Refused(Cause.FAILED, f"write {path}: Failure")
        write(self, path, *rest)

    monkeypatch.setattr(Session, "write", full)
    assert send_all(gate, server) == 2
    assert sorted(arrived(sshd)) == names[:2]
    assert [row["failures"] for row in rows(gate) if row["partner"] == "JMRPOR"] == [0, 0, 1]


def test_what_only_looks_whole_is_written_again(gate: Gate, sshd: Sshd) -> None:
    """A break may leave the size right and the bytes not there: what was not committed as whole is not trusted."""
    server = serve(gate, sshd, "JMRPOR", put_into=OUT)
    wanted = reports(placed(gate, 1))
    (row,) = [row for row in rows(gate) if row["partner"] == "JMRPOR"]
    (sshd.root / sending.hidden(server, row)).write_bytes(bytes(row["size"]))  # type: ignore[arg-type]
    send_all(gate, server)
    assert arrived(sshd) == wanted


def test_a_server_taken_away_while_a_file_goes_up_hands_it_out_once(
    gate: Gate, sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The errand finds out before it renames: the file goes into the gate's own outbox, and there alone."""
    server = serve(gate, sshd, "JMRPOR", put_into=OUT)
    wanted = reports(placed(gate, 1))
    write = Session.write

    def taken_away(self: Session, *rest: Any) -> None:  # noqa: ANN401 - as the method has them
        write(self, *rest)
        with writing(gate.ledger) as connection:
            servers.remove(connection, "JMRPOR", actor="test", at=stamp(gate.clock()))

    monkeypatch.setattr(Session, "write", taken_away)
    with pytest.raises(Stopped):
        send_all(gate, server)
    publish(gate)
    assert arrived(sshd) == {}
    assert [path.name for path in gate.places.outbox.glob("JMRPOR/[!.]*")] == list(wanted)
