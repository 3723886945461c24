"""What a replay would decide now, with the present directory, partners and settings; nothing is written."""

from __future__ import annotations

import time
import traceback
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edigate.clamd import scanner
from edigate.domain.faults import Hold
from edigate.domain.verdicts import Content
from edigate.engine.worker import Waits, unread
from edigate.ledger import notes, partners, store
from edigate.ledger.archive import Altered, Archived, Unreachable
from edigate.ledger.clock import moment
from edigate.ledger.directory import Snapshot
from edigate.ledger.notes import DIRECTORY_VERSION
from edigate.pipeline.answers import Terms
from edigate.pipeline.desk import Deposit, Desk
from edigate.pipeline.examine import examine
from edigate.pipeline.settle import Case, decide
from edigate.xsd import Limits, Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, RowMapping

    from edigate.domain.partners import PartnerBook
    from edigate.domain.verdicts import Examination
    from edigate.engine.gate import Gate
    from edigate.pipeline.settle import Decision


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A flow and what would become of it: a decision, or a reason to wait."""

    flow: RowMapping
    outcome: Decision | Waits


def rehearse(gate: Gate, flows: Iterable[RowMapping]) -> Iterator[Rehearsed]:
    """Each flow as a replay of them all would decide it, in the order given: rivals among them included."""
    with gate.ledger.connect() as connection:
        found = list(_examined(gate, connection, flows))
        book = partners.load_book(connection)
        cases = [_case(flow, examined, book) for flow, examined in found if not isinstance(examined, Waits)]
        terms = Terms(book, gate.settings.life_cycle.recycle_is_rejection)
        decided = decide(cases, store.taken(connection, cases), gate.zone, terms)
        decisions = {decision.case.flow: decision for decision in decided}
    for flow, examination in found:
        yield Rehearsed(flow, examination if isinstance(examination, Waits) else decisions[flow["id"]])


def _examined(
    gate: Gate, connection: Connection, flows: Iterable[RowMapping]
) -> Iterator[tuple[RowMapping, Examination | Waits]]:
    version = notes.read(connection, DIRECTORY_VERSION)
    if version is None:
        yield from ((flow, Waits("no_directory", "")) for flow in flows)
        return
    with closing(Snapshot(gate.directory(version))) as snapshot:
        desk = _desk(gate, partners.load_book(connection), snapshot)
        yield from ((flow, _examine(gate, desk, flow)) for flow in flows)


def _desk(gate: Gate, book: PartnerBook, directory: Snapshot) -> Desk:
    rules = gate.settings.for_rules()
    shelf = Shelf(gate.schemas, gate.site_schemas, clock=time.monotonic, limits=Limits.of(rules))
    return Desk(gate.interfaces, shelf, rules, book, directory, scanner(rules.antivirus, rules.antivirus_seconds))


def _examine(gate: Gate, desk: Desk, flow: RowMapping) -> Examination | Waits:
    depositor = desk.book.get(flow["partner"])
    if depositor is None:
        return Waits("no_partner", flow["partner"])
    received_on = moment(flow["received_at"]).astimezone(gate.zone).date()
    deposit = Deposit(flow["name"], depositor, received_on, flow["size"], flow["incomplete"])
    try:
        return examine(deposit, Archived(gate.archive, flow["archived"]), desk, _forget)
    except Hold as hold:
        return Waits(hold.reason, hold.detail)
    except (Altered, Unreachable) as error:
        return unread(error)
    except Exception:  # noqa: BLE001 - as in a worker: one flow's trouble must not end the rehearsal of the others
        return Waits("internal_error", traceback.format_exc())


def _forget(_content: Content, _position: int) -> Content:
    """Nothing is handed out here: what would be is not kept, so that memory does not grow with the documents."""
    return Content()


def _case(flow: RowMapping, found: Examination, book: PartnerBook) -> Case:
    # The run's name only has to say that it is not the first.
    return Case(
        f"{flow['id']}-again", flow["id"], flow["name"], flow["received_at"], flow["flow_id"], flow["interface"], found,
        book.get(flow["partner"]),
    )  # fmt: skip
