"""Gates in trouble: a sandbox gate, processes without root's rights, small file systems."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from sqlalchemy import select

from edigate.app import open_gate
from edigate.catalogue import schema_folder
from edigate.config import FILE
from edigate.engine.gate import Places
from edigate.engine.local import Local
from edigate.ledger import partners
from edigate.ledger.clock import stamp
from edigate.ledger.database import writing
from edigate.ledger.tables import deliveries, flows, runs
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from edigate.sandbox.fill import install
from edigate.sandbox.flows import flow_name
from tests.ledgers import lay_ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lxml.etree import _Element
    from sqlalchemy import Table

    from edigate.engine.tally import Tally

PATIENCE = 120
SETTINGS = """
[intake]
quiet_seconds = {quiet}
broken_after_seconds = {broken_after}
rescan_seconds = 0.3
batch_flows = {batch}
[outbox]
retry_seconds = 0.2
[engine]
workers = 1
held_retry_seconds = {held}
disk_free_bytes = {free}
"""
# What a program starts with after this is root without any of root's rights, or whoever it was.
UNPRIVILEGED = """
import ctypes, os, sys
PR_CAPBSET_DROP = 24
for capability in range(64):
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
_numbers = count(1)


class Place:
    """One sandbox gate's folder."""

    def __init__(
        self,
        root: Path,
        *,
        quiet: float = 0,
        broken_after: float = 3600,
        batch: int = 256,
        held: float = 300,
        free: int = 0,
    ) -> None:
        """Make it."""
        root.mkdir(exist_ok=True)
        text = SETTINGS.format(quiet=quiet, broken_after=broken_after, batch=batch, held=held, free=free)
        (root / FILE).write_text(text, encoding="utf-8")
        self.root = root
        lay_ledger(Places(root).ledger)
        gate = open_gate(root)
        install(gate, actor="test")
        gate.ledger.dispose()

    def drop(self, content: bytes | None = None, *, partner: str = "JMRPOR", name: str | bytes = "") -> str:
        """Deposit one file whole; a sound one under a fresh name unless told otherwise."""
        number = next(_numbers)
        name = os.fsdecode(name or flow_name("FSO1106A", partner, number))
        folder = self.root / "inbox" / partner
        (folder / ".arriving").write_bytes(sound(f"WR-{number}") if content is None else content)
        (folder / ".arriving").rename(folder / name)
        return name

    def round(self) -> Tally:
        """Work off what is there, in this process."""
        gate = open_gate(self.root)
        try:
            return Local(gate).run_once()
        finally:
            gate.ledger.dispose()

    def rows(self, table: Table) -> list[dict[str, str]]:
        """All rows of a table of the ledger, by id."""
        gate = open_gate(self.root)
        try:
            with gate.ledger.connect() as connection:
                return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]
        finally:
            gate.ledger.dispose()

    def verdicts(self) -> list[tuple[str, str]]:
        """Name and verdict of every flow, in the order of booking; the state where there is no verdict."""
        return [(row["name"], row["verdict"] or row["state"]) for row in self.rows(flows)]

    def faults(self, name: str) -> list[str]:
        """The codes of a flow's own faults."""
        (flow,) = [row for row in self.rows(flows) if row["name"] == name]
        (run,) = [row for row in self.rows(runs) if row["id"] == flow["run"]]
        return [fault[0] for fault in json.loads(run["faults"])]

    def offered(self, partner: str, interface: str = "") -> list[Path]:
        """The files that a partner may collect."""
        return sorted((self.root / "outbox" / partner).glob(f"{interface}[!.]*"))

    def published(self) -> bool:
        """Whether everything that was planned is published."""
        return {row["state"] for row in self.rows(deliveries)} <= {"published"}

    def change(self, code: str, **values: object) -> None:
        """Change a partner."""
        gate = open_gate(self.root)
        with writing(gate.ledger) as connection:
            known = partners.load_book(connection).get(code)
            assert known
            partners.save(connection, replace(known, **values), actor="test", at=stamp(gate.clock()))  # type: ignore[arg-type]
        gate.ledger.dispose()

    def edigate(self, *arguments: str, privileged: bool = True) -> subprocess.CompletedProcess[str]:
        """The command, in this gate; without root's rights on demand."""
        program = ["-m", "edigate", "--gate", str(self.root), *arguments]
        command = [sys.executable, *program] if privileged else [sys.executable, "-c", UNPRIVILEGED, *program]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)

    @contextlib.contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        """The gate at work; it must end well when told to."""
        command = [sys.executable, "-m", "edigate", "--gate", str(self.root), "run"]
        with (self.root / "log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            yield process
            process.terminate()
            assert process.wait(PATIENCE) == 0, self.log()
        finally:
            process.kill()
            process.wait()

    def log(self) -> str:
        """What the running gate said."""
        return (self.root / "log").read_text()


def sound(number: str, **changes: object) -> bytes:
    """A sound document."""
    return cii(Draft(number, **changes))  # type: ignore[arg-type]


def eventually(look: Callable[[], bool]) -> None:
    """Return when it comes true; fails when it does not."""
    until = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.05)


_STATUS = etree.XMLSchema(file=str(schema_folder() / "CPPStatut_V1_19.xsd"))


def read_report(path: Path) -> _Element:
    """A report's data; it must be valid against its schema."""
    root = etree.parse(str(path)).getroot()
    _STATUS.assertValid(root)
    (data,) = root.iterfind("CPPFluxStatuts/CPPFluxStatutUnitaire/DonneesStatut")
    return data


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own on a folder; skips, saying so, where this machine does not let us mount one."""
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder],  # noqa: S607 - wherever it is
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a full disk is not tried: no tmpfs can be mounted here ({mounted.stderr.decode().strip()})")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)  # noqa: S607


def fill_up(folder: Path, *, leave: int = 0) -> Path:
    """Fill the file system of a folder but for some bytes; the file that does."""
    ballast = folder / ".ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        status = os.statvfs(folder)
        file.write(b"x" * max(0, status.f_bavail * status.f_frsize - leave))
        while not leave:
            file.write(b"x" * 4096)
    return ballast
