"""Machines that share a ledger on PostgreSQL and an object store, and no folder at all."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from edigate.app import open_gate
from edigate.ledger import snapshots
from edigate.sandbox.fill import install
from tests import postgres
from tests.acceptance.gates import DEPOSITOR, SETTINGS, Site, sound
from tests.contract.storage.conftest import BUCKET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.s3 import Server

ROLES = ("intake", "work", "deliver")


@pytest.fixture
def machines(tmp_path: Path, server: Server) -> Iterator[dict[str, Path]]:
    """The folder of each machine, by the one role that it has; the first one brought partners and directory in."""
    assert server.environment
    url = postgres.server().fresh()
    folders = {role: tmp_path / role for role in ROLES}
    for folder in folders.values():
        folder.mkdir()
        storage = f'[storage]\nurl = "s3://{BUCKET}/{tmp_path.name}"\n'
        (folder / "edigate.toml").write_text(f'{SETTINGS}[ledger]\nurl = "{url}"\n{storage}', encoding="utf-8")
    gate = open_gate(folders["intake"])
    install(gate, actor="operator")
    gate.ledger.dispose()
    yield folders
    postgres.server().drop(url)


def once(machines: dict[str, Path], role: str) -> None:
    """Let one machine do what there is for it."""
    command = [sys.executable, "-m", "edigate", "--gate", str(machines[role]), "run", "--once", "--roles", role]
    done = subprocess.run(command, env=os.environ | {"COLUMNS": "200"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_each_machine_finds_in_the_store_what_another_one_left_there(machines: dict[str, Path]) -> None:
    """Deposit, directory and pivot; each file is delivered once, and nothing is left behind."""
    site = Site(machines["intake"])
    name = site.deposit(sound())
    once(machines, "intake")
    assert len(list(site.gate.archive.places())) == 1
    once(machines, "work")
    assert site.outcome(name).state == "decided"
    assert snapshots.versions(machines["work"] / "directory") == snapshots.versions(machines["intake"] / "directory")
    assert len(list(site.gate.storage.keys("ahead"))) == 1

    for place in site.gate.archive.places():
        site.gate.archive.remove(place)
    once(machines, "deliver")
    delivered = sorted(path.name[:8] for path in (machines["deliver"] / "outbox").glob("*/[!.]*"))
    assert delivered == ["CSO1106A", "FEN0036A", "FEN1200A"]
    assert list(site.gate.storage.keys("ahead")) == []
    assert {path.parent.name for path in (machines["deliver"] / "outbox").glob("*/CSO*")} == {DEPOSITOR}
    site.close()
