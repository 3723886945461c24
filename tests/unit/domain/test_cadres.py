"""The table of cadres, cell by cell, against the matrix typed a second time as it is published."""

from __future__ import annotations

import datetime as dt

import pytest

from edigate.domain.cadres import (
    ALTERNATIVES,
    AS_OF,
    CADRES,
    DERIVED,
    MATRIX,
    Actor,
    Alternative,
    Cadre,
    CadreKind,
    Cell,
    Channel,
    Need,
    Operation,
    Reader,
)

COLUMNS = (
    (Channel.EDI, Operation.INITIAL),
    (Channel.EDI, Operation.ASSOCIATION),
    (Channel.PORTAL, Operation.INITIAL),
    (Channel.PORTAL, Operation.ASSOCIATION),
    (Channel.SERVICE, Operation.INITIAL),
    (Channel.SERVICE, Operation.ASSOCIATION),
)
PUBLISHED = """
| A4 | ✓ | N/A | ✓ | N/A | ✓ | N/A |
| A5 | ✗ | N/A | ✓ | N/A | ✓ | N/A |
| A6 | ✓ | ✗ | ✓ | ✗ | ✓ | ✗ |
| A7 | ✓ | N/A | ✓ | N/A | ✓ | N/A |
| A8 | ✓ | ✗ | ✓ | ✓ | ✓ | ✓ |
| A10 | ✓ | N/A | ✓ | N/A | ✓ | N/A |
| A13 | ✓ | N/A | ✓ | N/A | ✓ | N/A |
| A14 | ✓ | N/A | ✓ | N/A | ✓ | N/A |
| A15 | ✗ | ✗ | ✓ | ✓ | ✓ | ✓ |
| A16 | ✗ | ✗ | ✓ | N/A | ✓ | N/A |
| A17 | ✗ | ✗ | ✓ | ✓ | ✓ | ✓ |
| A18 | ✗ | ✗ | ✓ | N/A | ✓ | N/A |
| A19 | ✗ | ✗ | ✓ | ✓ | ✓ | ✓ |
| A20 | ✗ | ✗ | ✓ | ✓ | ✓ | ✓ |
| A22 | ✓ | ✗ | ✓ | ✓ | ✓ | ✓ |
| A23 | N/A | ✗ | N/A | ✓ | N/A | ✓ |
| A24 | ✗ | ✗ | ✓ | ✓ | ✓ | ✓ |
| A25 | N/A | ✗ | N/A | ✓ | N/A | ✓ |
"""
UNPUBLISHED = """
| A1 | ✓ | N/A | ✓ | N/A | ✓ | N/A |
| A2 | ✓ | N/A | ✓ | N/A | ✓ | N/A |
| A3 | ✓ | N/A | ✓ | N/A | ✓ | N/A |
| A9 | ✓ | N/A | ✓ | N/A | ✓ | N/A |
| A11 | ✗ | N/A | ✗ | N/A | ✗ | N/A |
| A12 | ✓ | N/A | ✓ | N/A | ✓ | N/A |
| A21 | ✗ | N/A | ✓ | N/A | ✓ | N/A |
"""
SIGNS = {"✓": Cell.YES, "✗": Cell.NO, "N/A": Cell.NOT_APPLICABLE}


def cells(table: str) -> list[tuple[str, Channel, Operation, Cell]]:
    """Every cell of a table written with bars, named by its row and its column."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()]
    return [(code, *column, SIGNS[sign]) for code, *signs in rows for column, sign in zip(COLUMNS, signs, strict=True)]


@pytest.mark.parametrize(("code", "channel", "operation", "expected"), cells(PUBLISHED))
def test_a_published_cell(code: str, channel: Channel, operation: Operation, expected: Cell) -> None:
    """The cell of a works cadre says what the published matrix says."""
    assert CADRES[code].modes.cell(channel, operation) is expected
    assert CADRES[code].printed


@pytest.mark.parametrize(("code", "channel", "operation", "expected"), cells(UNPUBLISHED))
def test_a_derived_cell(code: str, channel: Channel, operation: Operation, expected: Cell) -> None:
    """The cell of a cadre that is not in the published matrix is the derived one, and is not given as published."""
    assert CADRES[code].modes.cell(channel, operation) is expected
    assert not CADRES[code].printed


def test_the_cadres_are_a1_to_a25() -> None:
    """The table holds the 25 cadres in their order, each under its own code, and each with one row of cells."""
    codes = [f"A{number}" for number in range(1, 26)]
    assert [(key, cadre.code) for key, cadre in CADRES.items()] == [(code, code) for code in codes]
    assert sorted([*MATRIX, *DERIVED]) == sorted(codes)
    assert len(cells(PUBLISHED) + cells(UNPUBLISHED)) == 25 * len(COLUMNS)


def test_the_columns_have_names() -> None:
    """A row's cells are reached by name as well as by channel and operation."""
    modes = CADRES["A8"].modes
    assert (modes.edi_initial, modes.edi_association, modes.portal_association) == (Cell.YES, Cell.NO, Cell.YES)


@pytest.mark.parametrize(
    ("actor", "numbers"),
    [
        (Actor.SUPPLIER, {1, 2, 3, 4, 5, 6, 7, 8, 22, 23}),
        (Actor.SUBCONTRACTOR, {9, 10, 11}),
        (Actor.CO_CONTRACTOR, {12, 13, 14}),
        (Actor.MOE, {15, 16, 17, 18, 24}),
        (Actor.MOA, {19, 20, 25}),
        (Actor.BENEFICIARY, {21}),
    ],
)
def test_who_deposits(actor: Actor, numbers: set[int]) -> None:
    """Each cadre has the one actor who deposits it."""
    assert {cadre.code for cadre in CADRES.values() if cadre.actor is actor} == {f"A{number}" for number in numbers}


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        (CadreKind.SIMPLE, {1, 2, 9, 12}),
        (CadreKind.JUSTICE, {3}),
        (CadreKind.REIMBURSEMENT, {21}),
        (CadreKind.WORKS, {4, 5, 6, 7, 8, 10, 11, *range(13, 21), 22, 23, 24, 25}),
    ],
)
def test_what_a_cadre_is_about(kind: CadreKind, numbers: set[int]) -> None:
    """Works cadres are told from simple ones, from justice costs and from reimbursements."""
    found = {cadre.code for cadre in CADRES.values() if cadre.kind is kind}
    assert found == {f"A{number}" for number in numbers}
    assert all(CADRES[code].works is (kind is CadreKind.WORKS) for code in found)


@pytest.mark.parametrize(
    ("fault", "numbers"),
    [
        ("EDG-I141", {11}),
        ("EDG-I142", {15, 16, 17, 18, 19, 20, 24}),
        ("EDG-I143", {5}),
        ("EDG-I144", {23}),
        ("EDG-I145", {25}),
        ("", {1, 2, 3, 4, 6, 7, 8, 9, 10, 12, 13, 14, 21, 22}),
    ],
)
def test_what_edi_never_takes(fault: str, numbers: set[int]) -> None:
    """Each cadre that EDI refuses everywhere has its reason, and no other has one."""
    assert {cadre.code for cadre in CADRES.values() if cadre.fault == fault} == {f"A{number}" for number in numbers}


@pytest.mark.parametrize("cadre", CADRES.values(), ids=lambda cadre: cadre.code)
def test_a_refusal_agrees_with_the_matrix(cadre: Cadre) -> None:
    """A cadre that the matrix lets in over EDI has no refusal and has a reader; any other says what to do instead."""
    taken = cadre.modes.edi_initial is Cell.YES
    assert taken is (cadre.alternative is Alternative.NONE)
    if taken:
        assert not cadre.fault
        assert cadre.reader is not None
    if cadre.fault:
        assert cadre.reader is None


@pytest.mark.parametrize("cadre", CADRES.values(), ids=lambda cadre: cadre.code)
def test_an_alternative_is_open(cadre: Cadre) -> None:
    """What is advised instead of EDI is supported by the matrix, on the portal and by the API alike."""
    operation = {Alternative.PORTAL_OR_API: Operation.INITIAL, Alternative.ASSOCIATE: Operation.ASSOCIATION}
    if cadre.alternative in operation:
        others = {
            cadre.modes.cell(channel, operation[cadre.alternative]) for channel in (Channel.PORTAL, Channel.SERVICE)
        }
        assert others == {Cell.YES}
    assert cadre.alternative is not Alternative.USE_A10 or CADRES["A10"].modes.edi_initial is Cell.YES


@pytest.mark.parametrize(
    ("reader", "numbers"),
    [
        (Reader.RECIPIENT, {1, 2, 3, 6, 9, 12, 21}),
        (Reader.MOE, {4, 7, 10, 13, 14}),
        (Reader.MOA, {8, 22}),
    ],
)
def test_who_reads_next(reader: Reader, numbers: set[int]) -> None:
    """A works document goes on to the MOE or to the MOA, all but A6."""
    found = {cadre.code for cadre in CADRES.values() if cadre.reader is reader}
    assert found == {f"A{number}" for number in numbers}


def test_who_waits_for_a_validator() -> None:
    """A9, A10, A12, A13 and A14 wait for a validator; silence passes on what a subcontractor asks for."""
    waiting = {cadre.code for cadre in CADRES.values() if cadre.waits}
    assert waiting == {"A9", "A10", "A12", "A13", "A14"}
    assert {code for code in waiting if CADRES[code].goes_on_unvalidated} == {"A9", "A10"}


def test_who_is_on_the_portal() -> None:
    """Validators, MOE and MOA are people on the portal, whoever the recipient is."""
    read_by_people = {cadre.code for cadre in CADRES.values() if cadre.read_by_people}
    assert read_by_people == {"A4", "A7", "A8", "A9", "A10", "A12", "A13", "A14", "A22"}


@pytest.mark.parametrize(
    ("need", "numbers"),
    [(Need.REQUIRED, {9, 10, 12, 13, 14}), (Need.EXPECTED, {4, 7})],
)
def test_who_needs_a_validator(need: Need, numbers: set[int]) -> None:
    """Subcontractors' and co-contractors' documents need a validator, draft statements expect one."""
    assert {cadre.code for cadre in CADRES.values() if cadre.validator is need} == {f"A{number}" for number in numbers}


def test_every_cadre_has_its_own_words() -> None:
    """No two cadres share a label, in either language, and every cadre names its document."""
    assert len({cadre.label_fr for cadre in CADRES.values()}) == len(CADRES)
    assert len({cadre.label_en for cadre in CADRES.values()}) == len(CADRES)
    assert all(cadre.document for cadre in CADRES.values())


def test_every_alternative_has_words_in_both_languages() -> None:
    """What to do instead is said in French and in English; where nothing needs doing nothing is said."""
    assert ALTERNATIVES.keys() == set(Alternative)
    for alternative, (french, english) in ALTERNATIVES.items():
        assert bool(french) is bool(english) is (alternative is not Alternative.NONE)


def test_the_matrix_is_dated() -> None:
    """The matrix is not older than the obligation of 2020 that its source speaks of."""
    assert dt.date(2020, 1, 1) == AS_OF
