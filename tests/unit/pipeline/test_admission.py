"""The envelope's controls: one changed cell, one fault."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from edigate.catalogue import interfaces, schema_folder
from edigate.domain.faults import Refusal
from edigate.domain.interfaces import Direction, Standing
from edigate.domain.partners import Partner, Role
from edigate.domain.settings import RuleSettings
from edigate.pipeline.admission import admit, known
from edigate.pipeline.desk import Deposit, Desk
from edigate.pipeline.examine import examine
from edigate.xsd import Shelf

if TYPE_CHECKING:
    from edigate.domain.faults import Fault


class InMemory:
    """A deposit's bytes; None is one whose content nobody may ask for."""

    def __init__(self, content: bytes | None) -> None:
        """Hold them."""
        self._content = content

    def read(self) -> bytes:
        """All of them."""
        assert self._content is not None, "the content was asked for"
        return self._content

    head = read

    def open(self) -> BytesIO:
        """The same as a file."""
        return BytesIO(self.read())


NAME = "FSO1106A_ABC123_ABC1231106000000000000042"
DEPOSITOR = Partner("ABC123", "Abécé", Role.DEPOSITOR, deposits=frozenset({"FSO1106A"}))
DESK = Desk(interfaces(), Shelf(schema_folder(), {}, clock=lambda: 0.0), RuleSettings(), book=None)  # type: ignore[arg-type]


def faults_of(name: str = NAME, depositor: Partner = DEPOSITOR, desk: Desk = DESK) -> list[Fault]:
    """What is wrong with an envelope."""
    try:
        admit(Deposit(name, depositor, dt.date(2026, 3, 2), 10), desk)
    except Refusal as refusal:
        return list(refusal.faults)
    return []


def codes(name: str = NAME, depositor: Partner = DEPOSITOR, desk: Desk = DESK) -> list[str]:
    """Their codes."""
    return [found.code for found in faults_of(name, depositor, desk)]


def test_a_sound_envelope_is_admitted_on_its_interface() -> None:
    """Nothing is wrong with it."""
    assert admit(Deposit(NAME, DEPOSITOR, dt.date(2026, 3, 2), 10), DESK).code == "FSO1106A"


@pytest.mark.parametrize(
    "name",
    [
        "", "facture.xml", NAME + ".xml", NAME + "\n", " " + NAME, NAME.lower(), NAME[:-1], NAME + "1",
        NAME.replace("_", "-"), NAME.replace("ABC123_", "ABC12_"), NAME.replace("1106A", "110XA"),
        NAME.replace("0042", "00é2"), NAME.replace("FSO", "XSO"), NAME.replace("_ABC1231106", "_ABC123 106"),
    ],
)  # fmt: skip
def test_a_name_outside_the_grammar_is_one_fault(name: str) -> None:
    """It says nothing else of the flow, and nothing else is said of it."""
    assert [(found.code, found.value) for found in faults_of(name)] == [("EDG-F001", name)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("FSO1199A_ABC123_ABC1231199000000000000042", ["EDG-F002"]),
        ("FSO1106A_ABC123_ABC1231116000000000000042", ["EDG-F003"]),
        ("FSO1106A_JMRPOR_ABC1231106000000000000042", ["EDG-F004"]),
        ("FSO1106A_ABC123_JMRPOR1106000000000000042", ["EDG-F004"]),
        ("FSO1106A_JMRPOR_JMRPOR1106000000000000042", ["EDG-F004"]),
        ("FSO1106A_JMRPOR_XYZ7891106000000000000042", ["EDG-F004", "EDG-F004"]),
        ("FSO1116A_ABC123_ABC1231116000000000000042", ["EDG-F006"]),
        ("CSO1106A_ABC123_ABC1231106000000000000042", ["EDG-F007"]),
        ("FEN0036A_ABC123_ABC1230036000000000000042", ["EDG-F007"]),
    ],
)
def test_one_changed_cell_is_one_fault(name: str, expected: list[str]) -> None:
    """Each control finds its own, and no other speaks."""
    assert codes(name) == expected


@pytest.mark.parametrize(
    ("changes", "expected"), [({"active": False}, ["EDG-F005"]), ({"deposits": frozenset()}, ["EDG-F006"])]
)
def test_the_depositor_must_be_active_and_subscribed(changes: dict[str, object], expected: list[str]) -> None:
    """A suspended one is told that alone."""
    assert codes(depositor=replace(DEPOSITOR, **changes)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("standing", list(Standing))
def test_only_interfaces_that_are_taken_are_taken(standing: Standing) -> None:
    """The others say whether they will come or have gone, and what stands in for them."""
    row = interfaces()["FSO1106A"]._replace(standing=standing, replaced_by="FSO1116A")
    found = faults_of(desk=replace(DESK, interfaces={"FSO1106A": row}))
    expected = {Standing.NOT_YET: ["EDG-F008"], Standing.WITHDRAWN: ["EDG-F009"]}.get(standing, [])

    assert [one.code for one in found] == expected
    if standing is Standing.WITHDRAWN:
        assert dict(found[0].args) == {"replaced_by": "FSO1116A"}


def test_every_interface_of_the_catalogue_is_answered() -> None:
    """Each is taken, or refused with exactly one reason."""
    for code, row in interfaces().items():
        everywhere = replace(DEPOSITOR, deposits=frozenset(interfaces()))
        found = codes(f"{code}_ABC123_ABC123{code[3:7]}000000000000042", everywhere)
        taken = row.direction is Direction.DEPOSIT and row.standing not in {Standing.NOT_YET, Standing.WITHDRAWN}
        assert (found == []) is taken
        assert len(found) <= 1


def test_digits_may_differ_where_the_setting_allows_it() -> None:
    """By default they may not."""
    desk = replace(DESK, settings=RuleSettings(digits_must_match=False))

    assert codes("FSO1106A_ABC123_ABC1231116000000000000042", desk=desk) == []


def test_an_unknown_interface_is_named() -> None:
    """Outside a deposit too."""
    with pytest.raises(Refusal) as refusal:
        known("FSO1199A", interfaces())
    assert (refusal.value.faults[0].code, refusal.value.faults[0].value) == ("EDG-F002", "FSO1199A")


@pytest.mark.parametrize(
    ("size", "incomplete", "content", "expected"),
    [
        (0, False, None, "EDG-F011"),
        (10**12, False, None, "EDG-F012"),
        (10**8 + 1, False, b"<a/>", "EDG-F012"),
        (10, True, None, "EDG-F013"),
        (10, False, b" \n ", "EDG-F011"),
        (10, False, b"%PDF-1.4", "EDG-F020"),
        (10, False, b"\x1f\x8b\x08", "EDG-F031"),
        (10, False, b"Invoice", "EDG-F101"),
        (10, False, b"<a>", "EDG-F101"),
        (10, False, b'<?xml version="1.0" encoding="no-such"?><a/>', "EDG-F102"),
        (10, False, b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "EDG-F103"),
        (10, False, b"<a/>", "EDG-F105"),
    ],
)
def test_what_the_file_is_decides_before_its_content_is_asked(
    size: int,
    incomplete: bool,  # noqa: FBT001
    content: bytes | None,
    expected: str,
) -> None:
    """Size and completeness need no content; each kind has its own fault."""
    deposit = Deposit(NAME, DEPOSITOR, dt.date(2026, 3, 2), size, incomplete)
    found = examine(deposit, InMemory(content), DESK)

    assert [one.code for one in found.faults] == [expected]
