"""The dossier de facturation of works: the documents of one recipient, market and supplier (reference §10.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, case, func, or_, select

from edigate.domain.outcomes import Verdict
from edigate.ledger.queries import INVOICES, newest
from edigate.ledger.sql import where_in
from edigate.ledger.tables import OF_WORKS, invoices, statuses

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

_KEPT = and_(invoices.c.verdict == Verdict.INTEGRATED.value, OF_WORKS)
_KEY = (invoices.c.recipient, invoices.c.market, invoices.c.supplier)


class Key(NamedTuple):
    """What a dossier is kept by; `market` is empty for documents that name none."""

    recipient: str
    market: str
    supplier: str


@dataclass(frozen=True, slots=True)
class WantedDossiers:
    """Which dossiers are asked for; an empty field takes all, `partner` is a depositor or a reader of a document."""

    recipient: str = ""
    market: str = ""
    supplier: str = ""
    partner: str = ""
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Dossier:
    """One dossier: `number` is the ledger id of its first document, which stays; `last` its newest document.

    `status` is the status that any of its documents got last, None where none is known.
    """

    number: int
    key: Key
    documents: int
    last: RowMapping
    status: RowMapping | None


def list_dossiers(connection: Connection, wanted: WantedDossiers) -> list[Dossier]:
    """Dossiers in the order in which they were begun."""
    found = newest(connection, _grouped(wanted), func.min(invoices.c.id), wanted.limit)
    last = {row["id"]: row for row in where_in(connection, INVOICES, invoices.c.id, {row["last"] for row in found})}
    status = _last_statuses(connection, {Key(row["recipient"], row["market"], row["supplier"]) for row in found})
    return [_dossier(row, last[row["last"]], status) for row in found]


def count_dossiers(connection: Connection, wanted: WantedDossiers) -> int:
    """How many dossiers there are of what is wanted, whatever the limit."""
    return connection.execute(select(func.count()).select_from(_grouped(wanted).subquery())).scalar_one()


def key_of(connection: Connection, number: int) -> Key | None:
    """The dossier that a document belongs to; None for an invoice that belongs to none."""
    row = connection.execute(select(*_KEY).where(invoices.c.id == number, _KEPT)).first()
    return Key(*row) if row else None


def documents_of(connection: Connection, key: Key) -> list[RowMapping]:
    """The documents of a dossier, in the order in which they were decided."""
    query = INVOICES.where(*_is(key), _KEPT).order_by(invoices.c.id)
    return list(connection.execute(query).mappings())


def statuses_of(connection: Connection, documents: list[RowMapping]) -> dict[int, list[RowMapping]]:
    """The statuses of each document in time, by its ledger id."""
    found: dict[int, list[RowMapping]] = {row["id"]: [] for row in documents}
    for row in where_in(connection, select(statuses), statuses.c.invoice, set(found)):
        found[row["invoice"]].append(row)
    return {document: sorted(rows, key=lambda row: row["id"]) for document, rows in found.items()}


def _grouped(wanted: WantedDossiers) -> Any:  # noqa: ANN401 - a query of labelled columns has no name
    conditions = [
        column == value
        for column, value in zip(_KEY, (wanted.recipient, wanted.market, wanted.supplier), strict=True)
        if value
    ]
    query = (
        select(
            *_KEY,
            func.min(invoices.c.id).label("number"),
            func.max(invoices.c.id).label("last"),
            func.count().label("documents"),
        )
        .where(_KEPT, *conditions)
        .group_by(*_KEY)
    )
    if not wanted.partner:
        return query
    theirs = or_(invoices.c.depositor == wanted.partner, invoices.c.reader == wanted.partner)
    return query.having(func.max(case((theirs, 1), else_=0)) == 1)


def _is(key: Key) -> tuple[Any, ...]:
    return tuple(column == value for column, value in zip(_KEY, key, strict=True))


def _last_statuses(connection: Connection, keys: set[Key]) -> dict[Key, RowMapping]:
    """The newest status in each dossier."""
    newest_ids = {
        connection.execute(
            select(func.max(statuses.c.id)).join(invoices, invoices.c.id == statuses.c.invoice).where(*_is(key), _KEPT)
        ).scalar(): key
        for key in keys
    }
    newest_ids.pop(None, None)
    rows = where_in(connection, select(statuses), statuses.c.id, newest_ids)
    return {newest_ids[row["id"]]: row for row in rows}


def _dossier(row: RowMapping, last: RowMapping, status: dict[Key, RowMapping]) -> Dossier:
    key = Key(row["recipient"], row["market"], row["supplier"])
    return Dossier(row["number"], key, row["documents"], last, status.get(key))
