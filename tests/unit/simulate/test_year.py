"""The replay of a year, its costs, and the search for the fewest processes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from simulate import costs, load, search, year
from simulate.queues import drained_by_all, quantiles

if TYPE_CHECKING:
    from simulate.load import Array

ROOT = Path(__file__).parents[3]
SLOT = 60.0


def coming(per_second: float) -> Array:
    """A year of flows, of one invoice each."""
    rates = load.rates(2026, per_second * 365 * 86400)
    return year.arrivals(rates, SLOT, 20, np.random.default_rng(1))


def test_as_much_comes_as_the_rates_say_by_the_sending() -> None:
    """Counts are whole sendings, the same again by the same seed, and as many as the rates over the year make."""
    flows = coming(100)

    assert flows.sum() == pytest.approx(100 * 365 * 86400, rel=0.001)
    assert (flows % 20 == 0).all()
    assert (flows == coming(100)).all()


def test_a_year_that_is_too_much_ends_with_flows_that_wait() -> None:
    """Half the capacity that the mean needs: half of all is left over, and the last ones waited for half a year."""
    known = costs.Costs("test", {role: costs.Cost(0.0001, 0.0) for role in costs.ROLES} | {"work": costs.Cost(0.02, 0)})
    stages = costs.stages(known, {"intake": 1, "work": 1, "deliver": 1}, 1)

    found = year.replay(coming(100), stages, SLOT)

    assert found.at_stages["work"].most == pytest.approx(365 * 86400, rel=0.1)
    assert found.in_all.most >= found.at_stages["work"].most


@pytest.mark.parametrize("within", [60.0, 3600.0])
def test_the_fewest_are_found(within: float) -> None:
    """99 % wait no longer than they may, and with one process less of any role they would."""
    flows = coming(300)
    known = costs.DEFAULTS
    counts = search.fewest(flows, SLOT, known, 1.3, within)

    assert waited(flows, known, counts) <= within
    for role in costs.ROLES:
        if counts[role] > 1:
            assert waited(flows, known, counts | {role: counts[role] - 1}) > within


def waited(flows: Array, known: costs.Costs, counts: dict[str, int]) -> float:
    """How long the hundredth that waits longest waits at least."""
    total, _ = drained_by_all(flows, costs.stages(known, counts, 1.3), SLOT)
    return quantiles(total, flows, (0.99,))[0]


def test_costs_come_from_the_newest_report(tmp_path: Path) -> None:
    """Steps and processor time of single flows, and what of them an invoice in an archive costs, too."""
    report = tmp_path / "report.json"
    steps = {"claim": 1.0, "book": 3.0, "settle": 2.0, "place": 1.0, "publish": 0.5, "tell": 0.5, "examine": 9.0}
    packed = {"steps": {"claim": 0.0, "book": 0.4, "settle": 0.5, "place": 1.0}, "cpu": {"workers": 1.5}}
    cases = {
        "single": {
            "at": "2026-11-21T18:00:00+00:00",
            "measured": {"flows": 1000, "steps_seconds": steps, "cpu_per_flow": {"workers": 2000}},
        },
        "archives": {"measured": {"invoices": 1000, "each": {"archives": packed}}},
    }
    report.write_text(json.dumps({"cases": cases}), encoding="utf-8")

    known = costs.known(report)

    assert "2026-11-21" in known.source
    assert known.roles["intake"].of(1) == pytest.approx(0.004)
    assert known.roles["work"].of(1) == pytest.approx(0.004)
    assert known.roles["work"].per_invoice == pytest.approx(0.002)
    assert known.roles["deliver"].of(3) == pytest.approx(0.001 + 3 * 0.001)


def test_costs_on_postgresql_are_taken_where_they_were_measured(tmp_path: Path) -> None:
    """One process there takes in 100 flows a second, and decides and delivers 50: so much is each role's in all."""
    report = tmp_path / "report.json"
    steps = {"claim": 1.0, "settle": 2.0, "place": 2.0}
    single = {
        "at": "2026-11-21",
        "measured": {"flows": 1000, "steps_seconds": steps, "cpu_per_flow": {"workers": 4000}},
    }
    postgres = {"measured": {"processes_1": {"flows_per_second": 50.0, "intake_per_second": 100.0}}}
    report.write_text(json.dumps({"cases": {"single": single, "postgres": postgres}}), encoding="utf-8")

    known = costs.known(report)

    assert known.on_postgres
    assert known.roles["intake"].of(1) == pytest.approx(0.01)
    assert known.roles["work"].of(1) == pytest.approx(0.015)
    assert known.roles["deliver"].of(1) == pytest.approx(0.005)


def test_without_a_report_the_costs_measured_once_are_taken(tmp_path: Path) -> None:
    """Nothing measured, or nothing of single flows: the defaults, which say so."""
    empty = tmp_path / "empty.json"
    empty.write_text('{"cases": {}}', encoding="utf-8")

    assert costs.known(tmp_path / "none.json") == costs.DEFAULTS
    assert costs.known(empty) == costs.DEFAULTS


def test_a_year_is_told_and_drawn(tmp_path: Path) -> None:
    """As `make simulate` runs it: roles, waits and rows are printed, and the plot lies there."""
    command = [sys.executable, "-m", "simulate", "--per-second", "50", "--within", "60", "--slot", "60"]
    places = ["--report", str(tmp_path / "none.json"), "--into", str(tmp_path)]
    done = subprocess.run([*command, *places], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    for role in costs.ROLES:
        assert f"\n{role} " in done.stdout
    assert "50.00 invoices/s on the mean" in done.stdout
    assert "new rows/s" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"year.svg", "year.png"}
