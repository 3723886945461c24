"""The doctor: all checks in their order, what they find of a gate, and the mending of what can be mended."""

from __future__ import annotations

import sqlite3
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from edigate import config
from edigate.app import open_gate
from edigate.engine.gate import Places
from edigate.health import (
    archive,
    books,
    connected,
    folders,
    ledger_file,
    ledger_server,
    rules,
    running,
    secret_files,
    spool,
    staging,
)
from edigate.health.findings import Finding, Severity
from edigate.health.kinds import KINDS
from edigate.health.patient import Patient
from edigate.health.settings import settings
from edigate.ledger.database import LedgerUnfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from edigate.domain.wording import Pair
    from edigate.engine.gate import Gate
    from edigate.ledger.clock import Clock


class Needs(IntEnum):
    """How much of a gate a check wants to be open."""

    FOLDER = 0
    GATE = 1


class Check(NamedTuple):
    """One check: its name, its title in French and English, what it needs, and the function that finds."""

    name: str
    title: Pair
    needs: Needs
    find: Callable[[Patient], Iterator[Finding]]


# fmt: off
CHECKS: tuple[Check, ...] = (
    Check("settings",   ("réglages", "settings"),                              Needs.FOLDER, settings),
    Check("lock",       ("verrou", "lock"),                                    Needs.FOLDER, running.running),
    Check("ledger",     ("registre", "ledger"),                                Needs.FOLDER, ledger_server.ledger),
    Check("restored",   ("restauration", "restore"),                           Needs.GATE, running.restored),
    Check("balance",    ("comptes", "books"),                                  Needs.GATE, books.books),
    Check("states",     ("états des flux", "states of flows"),                 Needs.GATE, books.states),
    Check("audit",      ("journal d'audit (fin)", "audit log (its end)"),      Needs.GATE, books.chain),
    Check("clock",      ("horloge", "clock"),                                  Needs.GATE, books.clock),
    Check("archive",    ("archive", "archive"),                                Needs.GATE, archive.archive),
    Check("orphans",    ("archive : fichiers en trop", "archive: odd files"),  Needs.GATE, archive.orphans),
    Check("arriving",   ("archive : copies inachevées", "archive: unfinished copies"), Needs.GATE, archive.leftovers),
    Check("spool",      ("spool", "spool"),                                    Needs.GATE, spool.spool),
    Check("oddities",   ("spool : intrus", "spool: odd things"),               Needs.GATE, spool.oddities),
    Check("fetching",   ("relève en cours", "fetches under way"),              Needs.GATE, spool.fetching),
    Check("staging",    ("fichiers en préparation", "staged files"),           Needs.GATE, staging.staged),
    Check("placed",     ("fichiers à remettre", "files to hand over"),         Needs.GATE, staging.placed),
    Check("schemas",    ("schémas", "schemas"),                                Needs.GATE, rules.schemas),
    Check("antivirus",  ("antivirus", "virus scanner"),                        Needs.GATE, rules.antivirus),
    Check("directory",  ("annuaire", "directory"),                             Needs.GATE, rules.directory),
    Check("folders",    ("dossiers", "folders"),                               Needs.GATE, folders.folders),
    Check("shared",     ("dossiers des partenaires", "partners' folders"),     Needs.GATE, folders.of_partners),
    Check("partners",   ("partenaires", "partners"),                           Needs.GATE, connected.connected),
    Check("host_keys",  ("clés d'hôte", "host keys"),                          Needs.GATE, connected.pinned),
    Check("ways",       ("voies vers les partenaires", "ways to partners"),    Needs.GATE, connected.reached),
    Check("secrets",    ("fichiers secrets", "secret files"),                  Needs.GATE, secret_files.secrets),
    Check("disk",       ("disque", "disk"),                                    Needs.GATE, folders.disk),
    Check("letters",    ("mis au rebut", "dead letters"),                      Needs.GATE, books.letters),
    Check("alerts",     ("alertes", "alerts"),                                 Needs.GATE, books.alerts),
)
# fmt: on


class Found(NamedTuple):
    """What one check found."""

    check: Check
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        """The worst of it."""
        order = list(Severity)
        return max((KINDS[one.kind].severity for one in self.findings), key=order.index, default=Severity.OK)


def examine(
    root: Path,
    clock: Clock,
    *,
    deep: bool = False,
    holder: str = "",
    progress: Callable[[Check, int, int], None] = lambda *_: None,
) -> Iterator[Found]:
    """Make every check in turn; those that need more of the gate than can be opened are left out.

    `holder` is the process that works on the folder, as `lock.holder` tells. `progress` is told how far a check is.
    """
    places = Places(root.resolve())
    opened = _opened(places, clock)
    try:
        for check in CHECKS:
            if check.needs <= (Needs.GATE if opened else Needs.FOLDER):
                told = partial(progress, check)
                told(0, 0)
                yield Found(check, tuple(_made(check, Patient(places, opened, holder, deep, told))))
    finally:
        if opened:
            opened.ledger.dispose()


def left_out(found: Sequence[Found]) -> list[Check]:
    """The checks that were not made: what was found stands in their way."""
    made = {one.check for one in found}
    return [check for check in CHECKS if check not in made]


def _opened(places: Places, clock: Clock) -> Gate | None:
    """The gate, where settings and ledger let it be put together; nothing is made, nor brought up to date."""
    try:
        config.load(places.root)
        if not ledger_server.is_current(places):
            return None
        return open_gate(places.root, clock=clock)
    except (config.BadSettings, OSError, SQLAlchemyError, LedgerUnfit):
        return None


def _made(check: Check, patient: Patient) -> Iterator[Finding]:
    try:
        yield from check.find(patient)
    except (OSError, SQLAlchemyError, sqlite3.Error) as error:
        yield ledger_file.not_made(error)
