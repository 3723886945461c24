"""A file that was handed to a partner, as it was: from the outbox while it lies there, or rendered again."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import deque
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from edigate.domain.partners import PartnerBook
from edigate.engine.pool import Pool
from edigate.engine.rendering import Renderers
from edigate.engine.worker import Charge
from edigate.ledger import partners
from edigate.ledger.archive import CHUNK
from edigate.ledger.tables import events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, RowMapping

    from edigate.engine.gate import Gate


class Again:
    """Files that were handed out, once more."""

    def __init__(self, gate: Gate, connection: Connection, pool: Pool, folder: Path) -> None:
        """`folder` holds what is rendered until it is read."""
        self._gate = gate
        self._connection = connection
        self._pool = pool
        self._folder = folder

    def file(self, row: RowMapping) -> Path | None:
        """A file with the bytes that the ledger has the hash of; None where they cannot be had any more."""
        lying: Path = self._gate.places.outbox / row["partner"] / row["name"]
        # Where files are handed out only once, whoever reads one has it: this would take it from its partner.
        if not self._gate.settings.outbox.collect_once and _sha256(lying) == row["sha256"]:
            return lying
        for book in self._books(row["partner"]):
            rendered = self._folder / str(row["id"])
            if self._render(row, book, rendered) and _sha256(rendered) == row["sha256"]:
                return rendered
        return None

    def _books(self, code: str) -> Iterator[PartnerBook]:
        """The partners as they are, then with each name and language that this one ever had: both show in its files."""
        present = partners.load_book(self._connection)
        partner = present.get(code)
        if partner is None:
            return
        query = select(events.c.details).where(
            events.c.subject == code, events.c.event.in_(("partner.added", "partner.changed"))
        )
        told = [json.loads(details) for details in self._connection.execute(query).scalars()]
        sides = [side for change in told for side in (change["before"], change["after"]) if side]
        others = tuple(one for one in present.partners if one.code != code)
        looks = dict.fromkeys([(partner.name, partner.language), *((one["name"], one["language"]) for one in sides)])
        for name, language in looks:
            yield PartnerBook((*others, replace(partner, name=name, language=language)))

    def _render(self, row: RowMapping, book: PartnerBook, into: Path) -> bool:
        try:
            pieces = Renderers(self._gate, self._pool, book, {}, self._connection, [row]).pieces(row)
            with into.open("wb") as file:
                deque(map(file.write, pieces), 0)
        except Exception:  # noqa: BLE001 - whatever a renderer meets: the file is then told of by its hash alone
            return False
        return True


@contextmanager
def again(gate: Gate, connection: Connection) -> Iterator[Again]:
    """Workers and room of its own, apart from those of a gate that may be running."""
    with tempfile.TemporaryDirectory(prefix="edigate-") as folder:
        pool = Pool(Charge.of(gate, Path(folder)), 1)
        try:
            yield Again(gate, connection, pool, Path(folder))
        finally:
            pool.close()


def pieces(path: Path) -> Iterable[bytes]:
    """A file's bytes, in parts."""
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            yield part


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
