"""Trying a server step by step: the way to it, who it is, the login, and what it allows in each folder."""

from __future__ import annotations

import io
import secrets
from contextlib import ExitStack, suppress
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from edigate.remote.connection import host_key_of, reach, resolve, verified
from edigate.remote.session import connect
from edigate.remote.trouble import Cause, Refused, RemoteTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from edigate.domain.servers import HostKey, Server
    from edigate.remote.connection import Times
    from edigate.remote.login import Login
    from edigate.remote.session import Session

_CONTENT = b"edigate tries whether it may write here; this file can go.\n"


class Check(StrEnum):
    """What is tried, in this order."""

    NAME = "name"
    CONNECTION = "connection"
    HOST_KEY = "host_key"
    LOGIN = "login"
    FETCH = "fetch"
    CLAIM = "claim"
    PUT = "put"


class Outcome(StrEnum):
    """How it went; a remark is nothing that stands in the way."""

    OK = "ok"
    REMARK = "remark"
    FAILED = "failed"
    SKIPPED = "skipped"


class NotRemoved(Refused):
    """The probe file was written and renamed, but had to be left; it is what `about` names."""


class Step(NamedTuple):
    """One thing that was tried: what was found, or what went wrong."""

    check: Check
    outcome: Outcome
    found: str = ""
    trouble: RemoteTrouble | None = None


def probe(server: Server, keys: Sequence[HostKey], login: Login, times: Times) -> Iterator[Step]:
    """Try a server, step after step; after one on the way that fails, the rest is skipped.

    Probe files have hidden names that nobody takes for a flow, and are removed.
    """
    with ExitStack() as stack:
        sessions: list[Session] = []

        def log_in() -> str:
            sessions.append(stack.enter_context(connect(server, keys, login, times)))
            return login.user

        way: tuple[tuple[Check, Callable[[], str]], ...] = (
            (Check.NAME, lambda: ", ".join(resolve(server.host, server.port))),
            (Check.CONNECTION, lambda: _reached(server, times)),
            (Check.HOST_KEY, lambda: _host_key(server, keys, times)),
            (Check.LOGIN, log_in),
        )
        broken = False
        for check, attempt in way:
            step = Step(check, Outcome.SKIPPED) if broken else _tried(check, attempt)
            broken = step.outcome is not Outcome.OK
            yield step
        yield from _folders(server, sessions)


def _folders(server: Server, sessions: Sequence[Session]) -> Iterator[Step]:
    here: list[tuple[Check, Callable[[Session], str]]] = []
    if server.fetch_from:
        here += [(Check.FETCH, lambda session: _listed(session, server.fetch_from))]
        here += [(Check.CLAIM, lambda session: _written(session, server.fetch_from))]
    if server.put_into:
        here += [(Check.PUT, lambda session: _written(session, server.put_into))]
    for check, attempt in here:
        if not sessions:
            yield Step(check, Outcome.SKIPPED)
        else:
            yield _mildly(_tried(check, lambda attempt=attempt: attempt(sessions[0])))  # type: ignore[misc]


def _tried(check: Check, attempt: Callable[[], str]) -> Step:
    try:
        return Step(check, Outcome.OK, attempt())
    except RemoteTrouble as trouble:
        return Step(check, Outcome.FAILED, trouble=trouble)


def _mildly(step: Step) -> Step:
    """A folder to fetch from may forbid writing: the gate then keeps in mind what it took. Nobody need remove."""
    refused = isinstance(step.trouble, Refused) and not step.trouble.missing
    mild = refused if step.check is Check.CLAIM else isinstance(step.trouble, NotRemoved)
    return step._replace(outcome=Outcome.REMARK) if mild else step


def _reached(server: Server, times: Times) -> str:
    reach(server.host, server.port, times).close()
    return server.address


def _host_key(server: Server, keys: Sequence[HostKey], times: Times) -> str:
    transport = verified(server.host, server.port, keys, times)
    shown = host_key_of(transport)
    transport.close()
    return shown.fingerprint


def _listed(session: Session, folder: str) -> str:
    return str(sum(entry.is_file and not entry.name.startswith(".") for entry in session.list(folder)))


def _written(session: Session, folder: str) -> str:
    """A file written, given another name, and removed under whichever it has in the end."""
    mark = secrets.token_hex(6)
    before, after = (f"{folder}/.probe-edigate-{mark}{end}" for end in (".tmp", ".renamed"))
    try:
        session.write(before, io.BytesIO(_CONTENT))
        _check_size(session, before)
        session.rename(before, after)
    except Refused:
        for path in (before, after):
            with suppress(Refused):
                session.remove(path)
        raise
    try:
        session.remove(after)
    except Refused as refused:
        raise NotRemoved(refused.cause, str(refused), after) from refused
    return folder


def _check_size(session: Session, path: str) -> None:
    there = session.stat(path)
    size = there.size if there else 0
    if size != len(_CONTENT):
        raise Refused(Cause.FAILED, f"write {path}: {size} bytes arrived of {len(_CONTENT)}")
