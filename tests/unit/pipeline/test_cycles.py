"""What an examination leaves behind: nothing that only a search for cycles would find."""

from __future__ import annotations

import datetime as dt
import gc
from dataclasses import replace

import pytest

from edigate.catalogue import interfaces
from edigate.domain.partners import Partner, PartnerBook, Role
from edigate.pipeline.desk import Deposit
from edigate.pipeline.examine import examine
from edigate.sandbox.archives import tar_gz
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, sample_lines
from edigate.sandbox.ubl import ubl_invoice
from tests.unit.pipeline.test_admission import DEPOSITOR, DESK, InMemory

DAY = dt.date(2026, 3, 2)
PARTNER = replace(DEPOSITOR, deposits=frozenset(interfaces()))
ROUTING = replace(DESK, book=PartnerBook((PARTNER, Partner("POR001", "Portail", Role.PORTAL))))
LONG = Draft("F-1", lines=sample_lines(200))


@pytest.mark.parametrize(
    ("interface", "content"),
    [
        ("FSO1106A", cii(LONG)),
        ("FSO1100A", ubl_invoice(LONG)),
        ("FSO1106A", cii(Draft("F-2", payment_code="99"))),
        ("FSO1106A", tar_gz({f"{number}.xml": cii(Draft(f"F-{number}")) for number in range(5)})),
        ("FSO1106A", b"<facture/>"),
    ],
    ids=["cii", "ubl", "refused", "archive", "another format"],
)
def test_nothing_is_left_in_cycles(interface: str, content: bytes) -> None:
    """So that a worker may look for cycles seldom; with each document it would go through all that it is made of."""
    deposit = Deposit(f"{interface}_ABC123_ABC123{interface[3:7]}{42:015d}", PARTNER, DAY, len(content))
    first = examine(deposit, InMemory(content), ROUTING)
    assert all(invoice.pivot for invoice in first.invoices if invoice.accepted)
    gc.freeze()  # whatever there is by now is not gone through
    gc.disable()
    try:
        examine(deposit, InMemory(content), ROUTING)
        assert gc.collect() == 0
    finally:
        gc.enable()
        gc.unfreeze()
