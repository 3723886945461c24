"""The ledger wherever it is; on a server: reached, fit, durable, of this version, its clock the machine's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate import config
from edigate.health import ledger_file
from edigate.health.findings import SHOWN, Finding
from edigate.ledger.database import HEAD, LedgerUnfit, open_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.engine.gate import Places
    from edigate.health.patient import Patient
    from edigate.ledger.server_state import State

SKEW_SECONDS = 2.0
PLACE = "[ledger] url"
_UNFIT = {
    LedgerUnfit.NO_DRIVER: "server.no_driver",
    LedgerUnfit.TOO_OLD: "server.too_old",
    LedgerUnfit.ENCODING: "server.encoding",
    LedgerUnfit.ADDRESS: "server.address",
}


def address(places: Places) -> str:
    """Where the settings have the ledger; empty where it is in the gate's folder, or the settings cannot be read."""
    try:
        return config.load(places.root).ledger.url
    except (config.BadSettings, OSError):
        return ""


def is_current(places: Places) -> bool:
    """Whether there is a ledger, and to open it changes nothing."""
    url = address(places)
    if not url:
        return places.ledger.is_file() and ledger_file.revision(places.ledger) == HEAD
    found = _found(url)
    return not isinstance(found, Finding) and found.revision == HEAD and found.jobs >= found.jobs_here


def ledger(patient: Patient) -> Iterator[Finding]:
    """The ledger, where the settings have it."""
    url = address(patient.places)
    return ledger_server(patient, url) if url else ledger_file.ledger_file(patient)


def ledger_server(patient: Patient, url: str) -> Iterator[Finding]:
    """The server answers, its settings keep what is promised, the ledger on it is of this version."""
    found = _found(url)
    if isinstance(found, Finding):
        yield found
        return
    yield from _of_server(found)
    if not found.revision:
        lost = patient.places.ledger.exists() or patient.archive.holds_any()
        yield Finding("server.lost" if lost else "ledger.missing", PLACE)
        return
    yield from _of_tables(found, url)


def _of_server(found: State) -> Iterator[Finding]:
    from edigate.ledger.postgres import OLDEST  # noqa: PLC0415 - of an extra

    if found.number < OLDEST:
        yield Finding("server.too_old", PLACE, found.version)
    if found.encoding != "UTF8":
        yield Finding("server.encoding", PLACE, found.encoding)
    if found.copies:
        yield Finding("server.copies", PLACE)
    if found.losing:
        yield Finding("server.losing", PLACE, ", ".join(found.losing))
    if abs(found.behind) > SKEW_SECONDS:
        yield Finding("server.clock", PLACE, f"{abs(found.behind):.0f}")


def _of_tables(found: State, url: str) -> Iterator[Finding]:
    if found.revision < HEAD:
        yield Finding("ledger.old", PLACE, found.revision, mend=lambda: open_ledger(url).dispose())
    elif found.revision > HEAD:
        yield Finding("ledger.new", PLACE, found.revision)
    elif found.jobs < found.jobs_here:
        yield Finding("server.jobs_old", PLACE, found.jobs, mend=lambda: open_ledger(url).dispose())
    elif found.jobs > found.jobs_here:
        yield Finding("server.jobs_new", PLACE, found.jobs)
    if found.unsorted:
        yield Finding("server.unsorted", PLACE, count=len(found.unsorted), examples=found.unsorted[:SHOWN])


def _found(url: str) -> State | Finding:
    """How it stands with the server, or what keeps from asking it."""
    try:
        import psycopg  # noqa: PLC0415 - of an extra, as what follows

        from edigate.ledger.server_state import state  # noqa: PLC0415 - as above
    except ModuleNotFoundError as error:
        return Finding("server.no_driver", PLACE, error.name or "")
    try:
        return state(url)
    except LedgerUnfit as unfit:
        return Finding(_UNFIT[unfit.why], PLACE, unfit.found)
    except psycopg.Error as error:
        return Finding("server.unreachable", PLACE, " ".join(str(error).splitlines()[:1]))
