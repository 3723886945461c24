"""The rules as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.domain.faults import Fault


def test_a_sound_invoice_has_no_fault(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """An invoice that meets every rule gets neither fault nor warning."""
    assert faults({}) == ()


def test_each_rule_is_listed_once() -> None:
    """No rule runs twice, and no two have one name."""
    names = [rule.__name__ for rule in RULES]

    assert len(names) == len(set(names))


def test_each_rule_states_itself() -> None:
    """Every rule has a docstring that is a sentence."""
    assert all((rule.__doc__ or "").split("\n")[0].endswith(".") for rule in RULES)


def test_faults_come_in_the_order_of_the_rules(codes: Callable[..., list[str]]) -> None:
    """Several mistakes are all told, in the order of the table of contents."""
    changes: dict[str, object] = {"totals.due": None, "payment.code": "", "number": "", "currency": "FRANCS"}

    assert codes(changes) == ["I001", "I030", "I080", "I102"]


def test_a_fault_names_field_value_and_arguments(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """A fault carries what its message needs; where it stands is left to the parser."""
    (found,) = faults({"number": "F#1"})

    assert (found.field, found.value, found.args, found.path) == ("number", "F#1", (("characters", "#"),), "")
