"""The floor: the least that a durable gate must do for each flow, and nothing else.

`python -m bench.floor INBOX OUT` takes every file of a folder through it: rename, read, hash, parse, validate, write
and sync three files; one ledger commit for 64 flows; one process per core. Prints seconds and valid documents as JSON.
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

_schemas: dict[str, etree.XMLSchema] = {}


class Done(NamedTuple):
    """What the ledger keeps of a flow."""

    name: str
    sha256: str
    valid: bool


def main() -> None:
    """Take a folder through the floor, and say how long it took."""
    inbox, out = map(Path, sys.argv[1:3])
    seconds, valid = run(inbox, out)
    print(json.dumps({"seconds": seconds, "valid": valid}))


def run(inbox: Path, out: Path) -> tuple[float, int]:
    """Seconds from the first rename to the last commit, and how many documents were valid.

    The processes are up and their schemas compiled before the clock starts.
    """
    files = sorted(inbox.iterdir())
    (out / "spool").mkdir(parents=True)
    shares = [(files[start : start + FLOWS_PER_COMMIT], out) for start in range(0, len(files), FLOWS_PER_COMMIT)]
    ledger = _ledger(out / "floor.sqlite")
    processes = os.cpu_count() or 1
    with ProcessPoolExecutor(processes, initializer=_compile) as pool:
        list(pool.map(abs, range(processes)))
        began = time.perf_counter()
        for done in pool.map(_share, shares):
            with ledger:
                ledger.executemany("insert into flow values (?, ?, ?)", done)
        seconds = time.perf_counter() - began
    (valid,) = ledger.execute("select sum(valid) from flow").fetchone()
    ledger.close()
    return seconds, valid


def _ledger(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    connection.execute("create table flow(name text, sha256 text, valid int)")
    return connection


def _compile() -> None:
    _schemas.update((kind.interface, etree.XMLSchema(file=schema_of(kind))) for kind in KINDS)


def _share(share: tuple[list[Path], Path]) -> list[Done]:
    files, out = share
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return [_one(file, out, parser) for file in files]


def _one(file: Path, out: Path, parser: etree.XMLParser) -> Done:
    taken = file.rename(out / "spool" / file.name)
    content = taken.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    valid = _schemas[kind_of(file).interface].validate(etree.fromstring(content, parser))
    for purpose, length in FILES:
        _put(out / f"{file.name}.{purpose}", content[:length])
    return Done(file.name, digest, valid)


def _put(path: Path, content: bytes) -> None:
    hidden = path.with_name(f".{path.name}")
    with hidden.open("wb", buffering=0) as file:
        file.write(content)
        os.fsync(file.fileno())
    hidden.rename(path)


if __name__ == "__main__":
    main()
