"""Texts of megabytes where a document says a number or a name: refused, and kept no longer than is read."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from edigate.domain.brief import LONGEST_COMMENT
from edigate.domain.faults import LONGEST_TEXT
from edigate.domain.invoice import Scheme
from edigate.domain.reported import ReportedStatus
from edigate.ledger.tables import invoices, reported, statuses
from edigate.sandbox import structures
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from edigate.sandbox.statuses import status_flow
from tests.integration.wrong import Place

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_number_of_megabytes_is_refused_and_not_kept_whole(tmp_path: Path) -> None:
    """Neither in the ledger nor in the returns, which tell where it stands and how it begins."""
    place = Place(tmp_path / "gate")
    name = place.drop(cii(Draft("9" * 3_000_000, supplier_name="Ä" * 2_000_000)))
    place.round()

    assert place.verdicts() == [(name, "rejected")]
    (row,) = place.rows(invoices)
    assert len(row["number"]) == LONGEST_TEXT
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


def test_a_report_of_megabytes_is_kept_and_told_on_in_short(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Its comment, to the supplier; what it names that is not there, to its sender; neither swells ledger or log."""
    place = Place(tmp_path / "gate")
    place.drop(cii(Draft("F-1", recipient_siret=structures.WITHOUT_SERVICE)))
    place.round()
    long, at = "é" * 2_000_000, dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    sound = ReportedStatus(
        1, "06", "F-1", structures.SUPPLIER, Scheme.SIRET, structures.WITHOUT_SERVICE, comment=long, at=at
    )
    name, content = status_flow("SEI001", 1, [sound, replace(sound, number=long, mandate=long, comment="x")])
    place.drop(content, partner="SEI001", name=name)
    place.round()

    said, unheard = place.rows(reported)
    assert (said["verdict"], unheard["verdict"]) == ("integrated", "rejected")
    assert LONGEST_COMMENT in {len(row["comment"]) for row in place.rows(statuses)}
    assert (place.root / "ledger.sqlite").stat().st_size < 3_000_000
    assert all(path.stat().st_size < 100_000 for who in ("JMRPOR", "SEI001") for path in place.offered(who))
    assert len(capfd.readouterr().out) < 100_000


def test_checking_prints_what_a_person_reads(tmp_path: Path) -> None:
    """However long what a document says is."""
    place = Place(tmp_path / "gate")
    long = "é" * 1_000_000
    (place.root / "long.xml").write_bytes(
        cii(Draft(long, supplier_name=long, recipient_siret="9" * 1_000_000, cadre=long))
    )

    assert len(place.edigate("check", "long.xml").stdout) < 20_000
    assert len(place.edigate("check", "--json", "long.xml").stdout) < 100_000
