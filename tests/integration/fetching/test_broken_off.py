"""Connections that break off, and gates that end, at any point of a deposit's way from its server."""

from __future__ import annotations

import gzip
import os
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

import pytest

from edigate.engine.fetching import fetch
from edigate.intake import folder, sftp
from edigate.intake.sftp import HIDDEN, Desk
from edigate.ledger import fetches, store
from edigate.ledger.archive import Folder
from edigate.remote.session import Session
from edigate.remote.trouble import Unreachable
from tests.integration.fetching.proxy import Proxy
from tests.integration.fetching.remote_site import WHOLE, Deposit, Site, log_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.integration.fetching.conftest import MakeSite
    from tests.openssh import Sshd

LONG = b"<a>" + os.urandom(1_500_000).hex().encode() + b"</a>"

# What a deposit's way is made of: each is stopped at before it begins, and those in EFFECTS after they are done, too.
STEPS: tuple[tuple[object, str], ...] = (
    (Session, "list"),
    (sftp, "seems_whole"),
    (fetches, "want"),
    (Session, "rename"),
    (fetches, "move"),
    (fetches, "end"),
    (Session, "stat"),
    (Session, "read"),
    (sftp, "download"),
    (sftp, "_resumed"),
    (sftp, "has_its_end"),
    (Desk, "place"),
    (folder, "claimed"),
    (Folder, "keep"),
    (store, "book"),
    (folder, "let_go"),
    (fetches, "booked"),
    (Session, "remove"),
    (fetches, "note"),
)
EFFECTS = {"rename", "download", "place", "keep", "let_go", "remove"}
INSTANTS = [(step, done) for step in STEPS for done in ((False, True) if step[1] in EFFECTS else (False,))]
REQUESTS = [((Session, name), done) for name in ("list", "stat", "rename", "read", "remove") for done in (False, True)]
SERVERS = ("sshd", "fixed_names")
NEVER_TAKEN = {("fixed_names", "remove"), ("fixed_names", "end")}
FILES = {"a": WHOLE, "b": WHOLE, "c": b"<c>" + b"x" * 200_000 + b"</c>"}


class Ended(BaseException):
    """The gate ends here; nothing that it does may catch this."""


@pytest.fixture
def proxy(sshd: Sshd) -> Iterator[Proxy]:
    """A way to the server that can be cut."""
    with Proxy(sshd.port) as way:
        yield way


@pytest.fixture(scope="module")
def sessions(sshd: Sshd, fixed_names: Sshd) -> Iterator[dict[str, Session]]:
    """One session on each server: a login for each gate that ends would take most of the time."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(log_in(server)) for name, server in zip(SERVERS, (sshd, fixed_names), strict=True)
        }


def fails_at(
    patch: pytest.MonkeyPatch, step: tuple[object, str], call: int, failure: Callable[[], BaseException], *, done: bool
) -> list[int]:
    """Have the nth call of a function fail, before it begins or after it is done; the calls are counted."""
    function, calls = getattr(*step), []

    def failing(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - as the function has them
        calls.append(1)
        if len(calls) != call:
            return function(*args, **options)
        if done:
            function(*args, **options)
        raise failure()

    patch.setattr(*step, failing)
    return calls


def ends_at_each_step(
    site: Site, monkeypatch: pytest.MonkeyPatch, step: tuple[object, str], call: int, *, done: bool
) -> bool:
    """Work until the gate ends there, then have another one do the rest; whether the step was taken at all."""
    with monkeypatch.context() as patch:
        calls = fails_at(patch, step, call, Ended, done=done)
        try:
            site.settle(3)
        except Ended:
            site.start(site.sights.lane, keep=True)
    site.settle(5)
    return len(calls) >= call


@pytest.mark.parametrize("instant", INSTANTS, ids=[f"{'after' * done or 'before'} {s[1]}" for s, done in INSTANTS])
@pytest.mark.parametrize("server", SERVERS)
def test_a_gate_may_end_between_any_two_steps(
    make_site: MakeSite,
    request: pytest.FixtureRequest,
    sessions: dict[str, Session],
    monkeypatch: pytest.MonkeyPatch,
    server: str,
    instant: tuple[tuple[object, str], bool],
) -> None:
    """At any of its first calls: every deposit is one flow, and the server keeps none or all of them."""
    sshd: Sshd = request.getfixturevalue(server)
    (step, done), taken = instant, []
    for call in (1, 3):
        site = make_site(sshd)
        site.use(sessions[server])
        for name, content in FILES.items():
            site.drop(name, content)
        taken.append(ends_at_each_step(site, monkeypatch, step, call, done=done))

        assert {deposit.name: deposit.content for deposit in site.deposits()} == FILES
        assert (len(site.names()), site.spooled(), site.half_fetched()) == (len(FILES), 0, [])
        stays = sshd.denied != ()
        assert site.left() == (sorted(FILES) if stays else [])
        kept = [(name, "kept") for name in sorted(FILES)] if stays else []
        assert sorted(row for row in site.rows() if row[1] != "gone") == kept
        site.close()
    assert taken[0] or (server, step[1]) in NEVER_TAKEN


@pytest.mark.parametrize("instant", REQUESTS, ids=[f"{'after' * done or 'before'} {s[1]}" for s, done in REQUESTS])
@pytest.mark.parametrize("server", SERVERS)
def test_the_connection_may_break_at_any_request(
    make_site: MakeSite,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    server: str,
    instant: tuple[tuple[object, str], bool],
) -> None:
    """Before the server gets it, or when it has done it and the answer is lost; the same gate goes on."""
    sshd: Sshd = request.getfixturevalue(server)
    step, done = instant
    for call in (1, 3):
        site = make_site(sshd)
        for name, content in FILES.items():
            site.drop(name, content)
        with monkeypatch.context() as patch:
            fails_at(patch, step, call, lambda: Unreachable("broken_off", "cut"), done=done)  # type: ignore[arg-type]
            for _ in range(6):
                try:
                    site.call()
                except Unreachable:
                    site.again()
                site.book()

        assert {deposit.name: deposit.content for deposit in site.deposits()} == FILES
        assert len(site.names()) == len(FILES)
        assert site.left() == (sorted(FILES) if sshd.denied else [])
        site.close()


def offsets_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """From where claimed files are read from now on."""
    offsets: list[int] = []
    read = Session.read

    def reading(session: Session, path: str, offset: int = 0) -> Iterator[bytes]:
        if HIDDEN in path:
            offsets.append(offset)
        return read(session, path, offset)

    monkeypatch.setattr(Session, "read", reading)
    return offsets


@pytest.mark.parametrize("after", [3_000, 100_000, 2_900_000])
def test_a_connection_that_breaks_off_is_taken_up_where_it_was(
    make_site: MakeSite, sshd: Sshd, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Nothing that was here is asked for again."""
    site = make_site(sshd, port=proxy.port)
    site.drop("a", LONG)
    site.call()
    offsets, here = offsets_read(monkeypatch), []
    proxy.limit = after
    while not site.spooled():
        site.again()
        here.append(sum(site.half_fetched()))
        try:
            site.call()
        except Unreachable:
            proxy.limit += 300_000
    proxy.limit = None
    site.again()
    site.settle()

    assert site.deposits() == [Deposit("a", LONG)]
    assert len(here) > 1
    assert len(set(here)) > 1
    assert set(offsets) <= set(here)
    assert site.left() == []


@pytest.mark.parametrize("limit", [80_000, 120_000])
def test_every_connection_gets_something_done(
    make_site: MakeSite, sshd: Sshd, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    """Over a line that breaks off soon each time, and with files whose end alone is more than it lets through."""
    seems_whole, found_whole = sftp.seems_whole, []

    def looking(session: Session, path: str, *rest: Any) -> bool:  # noqa: ANN401 - as the function has them
        whole = seems_whole(session, path, *rest)
        found_whole.append(path)
        return whole

    monkeypatch.setattr(sftp, "seems_whole", looking)
    site = make_site(sshd, port=proxy.port)
    expected = {f"{number:02}": b"<a>" + os.urandom(8_000).hex().encode() + b"</a>" for number in range(20)}
    expected["a.gz"] = gzip.compress(os.urandom(300_000))
    for name, content in expected.items():
        site.drop(name, content)
    site.call()
    proxy.limit, progress = limit, [0]
    while len(progress) < 100 and sorted(site.names()) != sorted(expected):
        site.again()
        with suppress(Unreachable):
            site.call()
        progress.append(site.sights.progress)
        site.book()
    assert sorted(site.names()) == sorted(expected)
    proxy.limit = None
    site.again()
    site.settle()

    assert len(set(progress)) > len(progress) / 2
    assert len(found_whole) == len(set(found_whole))
    assert {deposit.name: deposit.content for deposit in site.deposits()} == expected
    assert len(site.names()) == len(expected)
    assert site.left() == []


def test_what_was_fetched_outlives_a_restart_as_far_as_it_was_synced(
    make_site: MakeSite, sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came after that may be gone with a power cut, and is fetched anew."""
    monkeypatch.setattr(sftp, "SYNCED", 500_000)
    site = make_site(sshd)
    site.drop("a", LONG)
    site.call()
    fetch(site.gate, site.connect(), site.server, site.sights, stopped=lambda: sum(site.half_fetched()) > 1_700_000)
    (partial,) = (site.root / "spool").glob("*/.fetching/*/a")
    got = partial.stat().st_size
    with partial.open("r+b") as file:
        file.seek(got - got % 500_000)
        file.write(bytes(got % 500_000))
    offsets = offsets_read(monkeypatch)
    site.start()
    site.settle()

    assert offsets == [1_500_000]
    assert site.deposits() == [Deposit("a", LONG)]


def test_a_server_that_goes_away_is_taken_up_when_it_is_back(site: Site) -> None:
    """Between claim and fetch, say."""
    site.drop("a", LONG)
    site.call()
    fetch(site.gate, site.connect(), site.server, site.sights, stopped=lambda: bool(site.half_fetched()))
    site.sshd.stop()
    with pytest.raises(Unreachable):
        site.call()
    site.sshd.start()
    site.again()
    site.settle()

    assert site.deposits() == [Deposit("a", LONG)]
