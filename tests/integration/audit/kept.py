"""A gate as somebody finds it who can write in its folder, and as an auditor verifies it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from edigate.app import open_gate
from edigate.audit.verify import Scope, verify
from edigate.ledger import heads as book
from edigate.ledger.journal import FIRST, digest, entry_text, link_body, link_hash
from edigate.sandbox.fill import is_sandbox
from tests.integration.cli_records.console import Site

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from edigate.audit.findings import Report
    from edigate.engine.gate import Gate


@dataclass(frozen=True, slots=True)
class Kept(Site):
    """One gate."""

    def open(self) -> Gate:
        """The gate itself."""
        return open_gate(self.root)

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Change the ledger's file, or ask it, as any program that opens it can."""
        with closing(sqlite3.connect(self.root / "ledger.sqlite")) as connection, connection:
            return connection.execute(statement, values).fetchall()

    @property
    def last(self) -> int:
        """The number of the last link."""
        return int(self.sql("select max(number) from links")[0][0])

    @property
    def heads(self) -> list[Path]:
        """The heads kept in the folder."""
        return sorted((self.root / "kept").iterdir())

    @property
    def public(self) -> Path:
        """The gate's public key."""
        return self.root / "audit.pub.pem"

    def verify(self, *, archive: bool = False, outside: bool = True, days: int = 0) -> Report:
        """All that is found, with the gate's own key; by a clock that is so many days ahead."""
        gate = self.later(days)
        keys = frozenset({book.public_text(book.public_key(self.public))})
        try:
            return verify(gate, Scope(self.heads if outside else (), keys, archive, is_sandbox(gate)))
        finally:
            gate.ledger.dispose()

    def later(self, days: int) -> Gate:
        """The gate so many days from now."""
        return replace(self.open(), clock=lambda: dt.datetime.now(dt.UTC) + dt.timedelta(days=days))

    def append(self, *entries: dict[str, Any], at: str = "", writer: str = "gate") -> str:
        """Put one link more at the end of the chain, which agrees with it, as the gate would; returns its place."""
        query = "select number, hash from links where writer = ? order by number desc limit 1"
        number, previous = (self.sql(query, writer) or [(0, FIRST)])[0]
        at = at or max(entry["at"] for entry in entries)
        texts = [entry_text(entry) for entry in entries]
        digests = [digest(text) for text in texts]
        hash_ = link_hash(previous, link_body(writer, number + 1, at, digests))
        row = (writer, number + 1, at, previous, hash_, " ".join(digests), "\n".join(texts))
        columns = "writer, number, at, previous, hash, digests, entries"
        self.sql(f"insert into links ({columns}) values (?,?,?,?,?,?,?)", *row)  # noqa: S608
        return f"links:{writer}:{number + 1}"

    def row(self, table: str, where: str) -> dict[str, Any]:
        """One row of the ledger."""
        with closing(sqlite3.connect(self.root / "ledger.sqlite")) as connection:
            connection.row_factory = sqlite3.Row
            return dict(connection.execute(f"select * from {table} where {where} limit 1").fetchone())  # noqa: S608

    def found(self, *, archive: bool = False, outside: bool = True, days: int = 0) -> set[tuple[str, str]]:
        """What is found, as kinds and places."""
        report = self.verify(archive=archive, outside=outside, days=days)
        return {(one.kind, one.place) for one in report.findings}

    def rewrite(self, first: int = 1) -> None:
        """Make links from a number on anew, so that the chain agrees with whatever its entries now say."""
        previous = self.sql("select hash from links where number = ?", first - 1)[0][0] if first > 1 else FIRST
        query = "select id, writer, number, at, entries from links where number >= ? order by number"
        for key, writer, number, at, entries in self.sql(query, first):
            digests = [digest(text) for text in entries.split("\n")]
            hash_ = link_hash(previous, link_body(writer, number, at, digests))
            values = (previous, hash_, " ".join(digests), key)
            self.sql("update links set previous = ?, hash = ?, digests = ? where id = ?", *values)
            previous = hash_

    def unlink(self, path: Path) -> Path:
        """A file of the archive as its own, so that altering it does not alter the gate it was copied from."""
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
        return path

    def archived(self) -> Sequence[Path]:
        """The files of the archive."""
        return sorted(path for path in (self.root / "archive").glob("*/*") if path.is_file())
