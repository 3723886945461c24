"""Texts of megabytes where a document says a number or a name: refused, and kept no longer than is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edigate.domain.faults import LONGEST_TEXT
from edigate.ledger.tables import invoices
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from tests.integration.wrong import Place

if TYPE_CHECKING:
    from pathlib import Path


def test_a_number_of_megabytes_is_refused_and_not_kept_whole(tmp_path: Path) -> None:
    """Neither in the ledger nor in the returns, which tell where it stands and how it begins."""
    place = Place(tmp_path / "gate")
    name = place.drop(cii(Draft("9" * 3_000_000, supplier_name="Ä" * 2_000_000)))
    place.round()

    assert place.verdicts() == [(name, "rejected")]
    (row,) = place.rows(invoices)
    assert len(row["number"]) == LONGEST_TEXT + 1
    assert max(len(str(value)) for value in row.values()) < 20_000
    assert (place.root / "ledger.sqlite").stat().st_size < 3_000_000
    assert all(path.stat().st_size < 100_000 for path in place.offered("JMRPOR"))


def test_a_number_of_millions_of_digits_is_refused(tmp_path: Path) -> None:
    """Wherever it stands; the flow gets its verdict, and arithmetic is done with all others."""
    place = Place(tmp_path / "gate")
    endless = b"9" * 1_800_000
    document = cii(Draft("F-1"))
    names = [
        place.drop(re.sub(b"(<ram:%s[^>]*>)[0-9.]+" % tag, rb"\g<1>" + number, document, count=1))
        for tag in (b"DuePayableAmount", b"BilledQuantity", b"ChargeAmount", b"RateApplicablePercent")
        for number in (endless, b"-" + endless, b"0." + b"0" * 1_800_000 + b"1")
    ]
    place.round()

    assert sorted(place.verdicts()) == sorted((name, "rejected") for name in names)
    assert all(re.search("EDG-I1(09|10)", row["faults"]) for row in place.rows(invoices))
    assert (place.root / "ledger.sqlite").stat().st_size < 3_000_000
