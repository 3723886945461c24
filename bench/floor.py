"""The floor: the least that a durable gate must do for each flow, and nothing else.

`python -m bench.floor INBOX OUT [--no-sync]` takes every file of a folder through it: rename, read, hash, parse,
validate, write and sync three files; one ledger commit for 64 flows; one process per core. Prints seconds, seconds of
processor time and valid documents as JSON. Without syncing, it is the floor of a gate that may lose what it took.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from bench.corpus import KINDS, kind_of, schema_of

FLOWS_PER_COMMIT = 64
SHORT = 1500
# What a gate hands out for a flow at the least: a report, a life cycle, and the invoice itself.
FILES = (("report", SHORT), ("life-cycle", SHORT), ("pivot", None))

NO_SYNC = "--no-sync"

_schemas: dict[str, etree.XMLSchema] = {}


class Share(NamedTuple):
    """Files that one process takes through the floor and that one commit is for."""

    files: list[Path]
    out: Path
    sync: bool


class Done(NamedTuple):
    """What the ledger keeps of a flow."""

    name: str
    sha256: str
    valid: bool


def main() -> None:
    """Take a folder through the floor, and say how long it took."""
    inbox, out = map(Path, sys.argv[1:3])
    print(json.dumps(run(inbox, out, sync=NO_SYNC not in sys.argv)))


def run(inbox: Path, out: Path, *, sync: bool = True) -> dict[str, float]:
    """Seconds from the first rename to the last commit, processor time of it, and how many documents were valid.

    The processes are up and their schemas compiled before the clock starts.
    """
    files = sorted(inbox.iterdir())
    (out / "spool").mkdir(parents=True)
    starts = range(0, len(files), FLOWS_PER_COMMIT)
    shares = [Share(files[start : start + FLOWS_PER_COMMIT], out, sync) for start in starts]
    ledger = _ledger(out / "floor.sqlite")
    processes = os.cpu_count() or 1
    with ProcessPoolExecutor(processes, initializer=_compile) as pool:
        list(pool.map(abs, range(processes)))
        began, cpu = time.perf_counter(), -time.process_time()
        for done, cpu_of_share in pool.map(_share, shares):
            cpu += cpu_of_share
            with ledger:
                ledger.executemany("insert into flow values (?, ?, ?)", done)
        seconds, cpu = time.perf_counter() - began, cpu + time.process_time()
    (valid,) = ledger.execute("select sum(valid) from flow").fetchone()
    ledger.close()
    return {"seconds": seconds, "cpu_seconds": round(cpu, 3), "valid": valid}


def _ledger(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    connection.execute("create table flow(name text, sha256 text, valid int)")
    return connection


def _compile() -> None:
    _schemas.update((kind.interface, etree.XMLSchema(file=schema_of(kind))) for kind in KINDS)


def _share(share: Share) -> tuple[list[Done], float]:
    before = time.process_time()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return [_one(file, share, parser) for file in share.files], time.process_time() - before


def _one(file: Path, share: Share, parser: etree.XMLParser) -> Done:
    taken = file.rename(share.out / "spool" / file.name)
    content = taken.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    valid = _schemas[kind_of(file).interface].validate(etree.fromstring(content, parser))
    for purpose, length in FILES:
        _put(share.out / f"{file.name}.{purpose}", content[:length], sync=share.sync)
    return Done(file.name, digest, valid)


def _put(path: Path, content: bytes, *, sync: bool) -> None:
    hidden = path.with_name(f".{path.name}")
    with hidden.open("wb", buffering=0) as file:
        file.write(content)
        if sync:
            os.fsync(file.fileno())
    hidden.rename(path)


if __name__ == "__main__":
    main()
