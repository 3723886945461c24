"""One sound invoice, the gate it comes to, and how to change either in one place."""

from __future__ import annotations

import datetime as dt
from base64 import b64encode
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest

from edigate.domain.directory import Service, Structure, Supplier
from edigate.domain.interfaces import CadreClass, Direction, Interface, Standing
from edigate.domain.invoice import (
    Attachment,
    Invoice,
    Line,
    Party,
    Payment,
    Scheme,
    Syntax,
    Totals,
    VatRow,
)
from edigate.domain.settings import RuleSettings
from edigate.rules import check
from edigate.rules.context import Context
from tests.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edigate.domain.faults import Fault

SUPPLIER, RECIPIENT, MASTER, STATE = "90112233300015", "90445566400014", "90778899600011", "11000201100044"


def _content() -> str:
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        archive.writestr("facture.pdf", b"%PDF-1.7 ...")
    return b64encode(target.getvalue()).decode("ascii")


SOUND = Invoice(
    Syntax.CII,
    number="F-2024/0001",
    type_code="380",
    raw_issue_date="20240115",
    issue_date=dt.date(2024, 1, 15),
    currency="EUR",
    cadre="A1",
    supplier=Party(SUPPLIER, Scheme.SIRET, "1", "Ateliers du Lac"),
    recipient=Party(RECIPIENT, Scheme.SIRET, "1", "Ville d’Essai", service="VOIRIE"),
    validator=Party(MASTER, Scheme.SIRET, "1", "Cabinet Essai"),
    engagement="EJ2024",
    market="M2024",
    preceding=("F-2023/0009",),
    payment=Payment("30", "FR1420041010050500013M02606"),
    vat=(VatRow(Decimal(20), Decimal("100.00"), Decimal("20.00"), "S"),),
    lines=(
        Line("1", gross_price=Decimal(25), has_allowance=True, quantity=Decimal(4), net_amount=Decimal(100)),
        Line("2", net_amount=Decimal("999.00"), kind="INFORMATION"),
    ),
    totals=Totals(
        lines=Decimal("100.00"),
        charges=Decimal("5.00"),
        allowances=Decimal("5.00"),
        without_tax=Decimal("100.00"),
        tax=Decimal("20.00"),
        with_tax=Decimal("120.00"),
        prepaid=Decimal("0.00"),
        due=Decimal("120.00"),
    ),
    attachments=(Attachment("facture.pdf", "01", "application/pdf", _content),),
)
GATE = Context(
    interface=Interface(
        "FSO1116A",
        Direction.DEPOSIT,
        Standing.TAKEN,
        "Factures CII",
        "CII invoices",
        "CII",
        family="E2",
        cadres=CadreClass.GENERAL,
        payment_required=True,
        attachment_required=True,
    ),
    received_on=dt.date(2024, 1, 15),
    settings=RuleSettings(),
    directory=Shelf(
        (Structure(RECIPIENT, "Ville d’Essai"), Structure(STATE, "État", engagement_required=True)),
        (
            Service(RECIPIENT, "VOIRIE", "Voirie"),
            Service(RECIPIENT, "CLOS", "Service clos", active=False),
            Service(STATE, "DSJ1", "Service de l’État"),
            Service(STATE, "DSJ0", "Service clos de l’État", active=False),
        ),
        (Supplier(SUPPLIER, "Ateliers du Lac"),),
    ),
)


def changed(record: Any, path: str, value: object) -> Any:  # noqa: ANN401 - a path leads from record to record
    """The same record with the one part at this dotted path made another; a number is a place in a tuple."""
    head, _, rest = path.partition(".")
    if head.isdigit():
        parts = list(record)
        parts[int(head)] = changed(parts[int(head)], rest, value) if rest else value
        return tuple(parts)
    part = {head: changed(getattr(record, head), rest, value) if rest else value}
    return record._replace(**part) if hasattr(record, "_replace") else replace(record, **part)


def _all_changed(record: Any, changes: Mapping[str, object]) -> Any:  # noqa: ANN401 - as above
    for path, value in changes.items():
        record = changed(record, path, value)
    return record


@pytest.fixture
def faults() -> Callable[..., tuple[Fault, ...]]:
    """What is found in the sound invoice after these changes, at the gate after those."""

    def found(invoice: Mapping[str, object], gate: Mapping[str, object] | None = None) -> tuple[Fault, ...]:
        return check(_all_changed(SOUND, invoice), _all_changed(GATE, gate or {}))

    return found


@pytest.fixture
def codes(faults: Callable[..., tuple[Fault, ...]]) -> Callable[..., list[str]]:
    """The same by code, without the prefix; a warning's in small letters."""

    def found(invoice: Mapping[str, object], gate: Mapping[str, object] | None = None) -> list[str]:
        told = ((fault.code.removeprefix("EDG-"), fault.blocks) for fault in faults(invoice, gate))
        return [code if blocks else code.lower() for code, blocks in told]

    return found


@pytest.fixture
def shelf() -> Callable[..., Shelf]:
    """The directory with the recipient's flags changed, and perhaps those of its service VOIRIE."""

    def listed(flags: Mapping[str, object], service: Mapping[str, object] | None = None) -> Shelf:
        directory = _all_changed(GATE.directory, {f"structures.0.{flag}": value for flag, value in flags.items()})
        changes = {f"services.0.{flag}": value for flag, value in (service or {}).items()}
        return _all_changed(directory, changes)  # type: ignore[no-any-return]

    return listed
