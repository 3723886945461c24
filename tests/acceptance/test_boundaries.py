"""A gate that ends between any two steps, and the one started after it, do together what one would have done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from edigate.delivery.folder import Outbox
from edigate.engine import decisions, deposits, underway
from edigate.engine.gate import Places
from edigate.engine.local import Local
from edigate.engine.underway import Underway
from edigate.intake import folder
from edigate.ledger import deliveries, settlement, store, syncing
from edigate.ledger.archive import Folder
from edigate.sandbox import structures
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft
from edigate.sandbox.flows import flow_name
from tests.ledgers import lay_ledger
from torture.deposits import Deposit
from torture.outcome import Flaws, Result, outcome
from torture.site import Site

if TYPE_CHECKING:
    from pathlib import Path

# What the steps are made of, in the order of a flow's way; each is stopped at before it begins, and after it is done.
STEPS: tuple[tuple[object, str], ...] = (
    (folder, "claim"),
    (Folder, "keep"),
    (Folder, "seal"),
    (store, "book"),
    (folder, "let_go"),
    (deposits, "book"),
    (store, "count_attempts"),
    (underway, "next_of"),
    (decisions, "decide"),
    (store, "taken"),
    (settlement, "write"),
    (Outbox, "prepare"),
    (Outbox, "stage"),
    (Outbox, "seal"),
    (deliveries, "mark_placed"),
    (Outbox, "publish"),
    (Outbox, "settle"),
    (deliveries, "mark_published"),
    (deliveries, "plan_life_cycles"),
    (syncing, "sync_whole"),
    (Underway, "leave"),
)
APART = {(Folder, "seal"), (Outbox, "seal"), (Outbox, "settle")}  # taken where files are not synced all at once
DEPOSITS = tuple(
    Deposit("JMRPOR", flow_name("FSO1106A", "JMRPOR", number), content)
    for number, content in enumerate(
        (
            cii(Draft("B-1")),
            cii(Draft("B-2", recipient_siret=structures.NOT_CONNECTED, recipient_name="Commune")),
            cii(Draft("B-1")),
            cii(Draft("B-3", cadre="A5")),
            b"%PDF-1.4\n%%EOF",
        )
    )
)


class Ended(BaseException):
    """The gate ends here; nothing that it does may catch this."""


def end_at(patch: pytest.MonkeyPatch, step: tuple[object, str], call: int, *, done: bool) -> None:
    """Make a gate end at the nth call of a function, before it begins or after it is done."""
    function, calls = getattr(*step), []

    def ends(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - as the function has them
        calls.append(1)
        if len(calls) != call:
            return function(*args, **options)
        if done:
            function(*args, **options)
        raise Ended

    patch.setattr(*step, ends)


def a_site(root: Path) -> Site:
    """A gate that all of them were deposited at."""
    lay_ledger(Places(root).ledger)
    site = Site(root)
    site.drop(list(DEPOSITS))
    return site


def run_once(site: Site) -> None:
    """A new gate works off what is there, and its files are collected."""
    gate = site.open()
    try:
        Local(gate).run_once()
    finally:
        gate.ledger.dispose()
        site.collect()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """What one gate does alone."""
    site = a_site(tmp_path_factory.mktemp("alone") / "gate")
    run_once(site)
    result, flaws = outcome(site)
    assert flaws == Flaws()
    assert sorted(verdict for _, verdict in result.verdicts) == ["inadmissible", *["integrated"] * 2, *["rejected"] * 2]
    return result


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS, ids=[name for _, name in STEPS])
def test_a_gate_may_end_between_any_two_steps(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    expected: Result,
    step: tuple[object, str],
    done: bool,  # noqa: FBT001
) -> None:
    """At the first call and at the second: what comes after it is the same."""
    for call in (1, 2):
        site = a_site(tmp_path / f"gate{call}")
        with monkeypatch.context() as patch:
            # Whatever else is being written on this machine.
            patch.setattr(syncing, "_can_be_whole", lambda _: True)
            if step in APART:
                patch.setattr(syncing, "WORTH_IT_FROM", len(DEPOSITS) * 10)
            end_at(patch, step, call, done=done)
            try:
                run_once(site)
            except Ended:
                ended = True
            else:
                ended = False
        run_once(site)
        result, flaws = outcome(site)

        assert ended or call == 2, "the step was never taken"
        assert flaws == Flaws()
        assert result == expected
