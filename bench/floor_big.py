"""The floor of one large tar.gz: the least that a durable gate must do for it, and nothing else.

`python -m bench.floor_big FILE OUT` reads it, hashes and keeps a copy, unpacks it, parses and validates each document,
writes each document to the one file that its recipient would get, and syncs all of it; one process, as one flow is one
stream. Prints seconds and valid documents as JSON.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import sqlite3
import sys
import tarfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

from bench.corpus import KINDS, schema_of

if TYPE_CHECKING:
    from typing import BinaryIO

CHUNK = 1 << 20
FILE_BYTES = 100_000_000  # as much as the gate puts in one pivot


def main() -> None:
    """Take one file through the floor, and say how long it took."""
    file, out = map(Path, sys.argv[1:3])
    print(json.dumps(run(file, out)))


def run(file: Path, out: Path) -> dict[str, Any]:
    """Seconds of the clock and of the processor from reading to the last commit, and how many documents were valid."""
    out.mkdir(parents=True)
    schema = etree.XMLSchema(file=schema_of(KINDS[0]))
    ledger = sqlite3.connect(out / "floor.sqlite")
    for statement in (
        "pragma journal_mode=wal",
        "pragma synchronous=full",
        "create table flow(sha256 text, valid int)",
    ):
        ledger.execute(statement)
    began, spent = time.perf_counter(), time.process_time()
    digest = _kept(file, out / "archived")
    valid = _handed_out(out / "archived", out, schema)
    with ledger:
        ledger.execute("insert into flow values (?, ?)", (digest, valid))
    seconds, cpu = time.perf_counter() - began, time.process_time() - spent
    ledger.close()
    return {"seconds": seconds, "cpu": cpu, "valid": valid}


def _kept(file: Path, copy: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as source, copy.open("wb") as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            target.write(chunk)
        _synced(target)
    return digest.hexdigest()


def _handed_out(archived: Path, out: Path, schema: etree.XMLSchema) -> int:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    valid, number, target = 0, 0, (out / "pivot-0").open("wb")
    with gzip.open(archived) as unpacked, tarfile.open(fileobj=unpacked, mode="r|") as archive:
        for entry in archive:
            stream = archive.extractfile(entry)
            content = stream.read() if stream else b""
            valid += schema.validate(etree.fromstring(content, parser))
            if target.tell() + len(content) > FILE_BYTES:
                _synced(target)
                target.close()
                number += 1
                target = (out / f"pivot-{number}").open("wb")
            target.write(content)
    _synced(target)
    target.close()
    return valid


def _synced(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


if __name__ == "__main__":
    main()
