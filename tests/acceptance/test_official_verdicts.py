"""CII and UBL documents are inadmissible exactly when their official schema refuses them."""

from __future__ import annotations

import csv
import os
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.gates import DEPOSITOR, SHARED, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.acceptance.conftest import MakeSite

SAMPLES = SHARED / "samples"
TABLE = SAMPLES / "verdicts.csv"
INTERFACES = {"CII": "FSO1106A", "UBL-Invoice": "FSO1100A", "UBL-CreditNote": "FSO1100A", "not-xml": "FSO1100A"}


def rows() -> Mapping[str, dict[str, str]]:
    """The table's documents of these formats, by their path."""
    if not TABLE.exists():
        return {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        found = {row["path"]: row for row in csv.DictReader(file)}
    return {
        path: row for path, row in found.items() if row["format"] in INTERFACES and path.lower().endswith(".xml")
    }  # fmt: skip


ROWS = rows()

pytestmark = pytest.mark.skipif(not ROWS, reason="needs the samples of the shared folder (EDIGATE_SHARED)")


@pytest.fixture(scope="module")
def outcomes(make_site: MakeSite) -> Mapping[str, Outcome]:
    """Every document, deposited long ago: some are cut off, and the gate would wait for their end."""
    site = make_site()
    names = {}
    for path, row in ROWS.items():
        names[path] = site.deposit((SAMPLES / path).read_bytes(), INTERFACES[row["format"]])
        os.utime(site.root / "inbox" / DEPOSITOR / names[path], (0, 0))
    site.round()
    found = {outcome.name: outcome for outcome in site.outcomes()}
    return {path: found[name] for path, name in names.items()}


@pytest.mark.parametrize("path", ROWS)
def test_the_gate_agrees_with_the_official_schema(outcomes: Mapping[str, Outcome], path: str) -> None:
    """What the schema takes is decided invoice by invoice; what it refuses is inadmissible, with a reason."""
    outcome = outcomes[path]

    assert outcome.state == "decided"
    assert (outcome.verdict == "inadmissible") is (ROWS[path]["xsd"] != "ok"), outcome.faults
    assert bool(outcome.faults) is (outcome.verdict == "inadmissible")
