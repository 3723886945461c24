"""The gate's actors, several of whom may speak in one round: suppliers, recipients, the portal, and the clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import select

from edigate.domain.invoice import Scheme
from edigate.domain.reported import Receipt, ReportedLine, ReportedStatus
from edigate.ledger.faults_json import load
from edigate.ledger.tables import flows, invoices, reported
from edigate.sandbox import structures
from edigate.sandbox.cii import cii
from edigate.sandbox.statuses import receipt_flow, status_flow
from tests.acceptance.gates import STRUCTURED, fresh_number, sound

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import RowMapping

    from tests.acceptance.gates import Site

HIS, PORTAL, STATE_SYSTEM = "SEI001", "POR001", "ETA001"
BEGIN = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
BUYER = {"recipient_siret": structures.WITHOUT_SERVICE, "recipient_name": "Régie des eaux du Val-Clair"}
REASON = "JUSTIF_ABS - pièce manquante"
SECOND = "Mise à disposition du second valideur"

_sequence = count(1)


def says(number: str, code: str, label: str = "", comment: str = "", **more: object) -> ReportedStatus:
    """One status of an invoice of the sandbox's supplier for the sandbox's buyer, but for `more`."""
    comment = comment or (REASON if code in {"04", "05", "06"} else "")
    plain = ReportedStatus(
        1, code, number, structures.SUPPLIER, Scheme.SIRET, structures.WITHOUT_SERVICE, label, comment, at=BEGIN
    )
    return replace(plain, **more)  # type: ignore[arg-type]


class Actors:
    """One gate on its first day. Nothing is worked off before `round` or `day`."""

    def __init__(self, site: Site) -> None:
        """Let it be the first day."""
        self.site = site
        site.tell_time(BEGIN)

    def invoice(self, number: str = "", **changes: object) -> str:
        """A supplier deposits an invoice for the buyer; its number."""
        number = number or fresh_number()
        self.site.deposit(sound(cii, **{"number": number, **BUYER, **changes}), STRUCTURED)
        return number

    def invoice_after_others(self, number: str, **changes: object) -> str:
        """The same, booked after what others deposit in this round: partners take turns, file by file."""
        self.invoice()
        return self.invoice(number, **changes)

    def tell(self, partner: str, *statuses: ReportedStatus) -> str:
        """A partner deposits one flow of statuses; the flow's name."""
        name, content = status_flow(partner, next(_sequence), statuses)
        return self.site.deposit(content, partner=partner, name=name)

    def acknowledge(self, partner: str, *receipts: tuple[str, str]) -> str:
        """A partner deposits one flow of receipts (pivot, code); the flow's name."""
        lines = (ReportedLine("TECHNIQUE", "X1", "Illisible", "Fichier illisible"),)
        given = [
            Receipt(1, code, pivot, comment="Illisible" if code == "94" else "", at=BEGIN,
                    lines=lines if code == "94" else ())
            for pivot, code in receipts
        ]  # fmt: skip
        name, content = receipt_flow(partner, next(_sequence), given)
        return self.site.deposit(content, partner=partner, name=name)

    def round(self) -> Actors:
        """Let the gate work off what is there; nothing may stand in its way."""
        tally = self.site.round()
        if tally.waiting or tally.troubles or tally.held:
            raise AssertionError(tally)
        return self

    def day(self, number: float) -> Actors:
        """Let it be so many days after the beginning, and let the gate work off what is due."""
        self.site.tell_time(BEGIN + dt.timedelta(days=number))
        return self.round()

    def pivots(self, partner: str) -> list[Path]:
        """The pivots that wait in a partner's outbox."""
        return sorted((self.site.root / "outbox" / partner).glob("FEN0036A*"))

    def rows(self, number: str) -> list[RowMapping]:
        """The integrated invoices of a number as the ledger has them, oldest first."""
        query = select(invoices).where(invoices.c.number == number, invoices.c.verdict == "integrated")
        with self.site.gate.ledger.connect() as connection:
            return list(connection.execute(query.order_by(invoices.c.id)).mappings())

    def status(self, number: str) -> str:
        """The present status of the invoice that has the number."""
        return str(self.rows(number)[-1]["status"])

    def heard(self, name: str) -> list[tuple[str, list[str]]]:
        """What became of each line of a flow of statuses or receipts at its last run: verdict, codes of its faults."""
        query = select(reported).join(flows, flows.c.run == reported.c.run).where(flows.c.name == name)
        with self.site.gate.ledger.connect() as connection:
            rows = connection.execute(query.order_by(reported.c.position)).mappings().all()
        return [(row["verdict"], [fault.code for fault in load(row["faults"])]) for row in rows]
