"""The page of the cadres: AIFE's matrix, and what the gate decides on each."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate import catalogue
from edigate.docs.markdown import table
from edigate.domain.cadres import ALTERNATIVES, AS_OF, CADRES, SOURCE, Cadre, Cell, Operation
from edigate.domain.interfaces import CadreClass, Direction, Standing
from edigate.domain.settings import RuleSettings
from edigate.rules.channel import decide

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIGNS: Mapping[Cell, str] = MappingProxyType({Cell.YES: "✓", Cell.NO: "✗", Cell.NOT_APPLICABLE: "N/A"})
_COLUMNS = ("EDI initial", "EDI assoc.", "Portal initial", "Portal assoc.", "API initial", "API assoc.")

_PAGE = """\
# Cadres de facturation

Which documents each channel supports, and what this gate decides on a deposit of each.

## The matrix

*Initial* is a first document, *association* one made from an earlier document of the same billing file.
✓ supported, ✗ not supported, N/A no such operation.

Source: {source}.
The deck bears no date; it speaks of the obligation of {as_of} as in force, so it is not older.
It is about works contracts: the rows marked * are not in it and are derived from the other sources
(whether A21 can be sent over EDI is not known).

{matrix}

## What the gate decides

On a document with the default settings, by the interface it comes on: {carriers}.
(An interface that is [withdrawn](interfaces.md) refuses the whole flow before that.)
A code leads to its explanation. *Validator* says whether the document must, or had better, name one;
*next reader* is who sees it once a required validator has: a MOE, a MOA and a validator are people on the portal.

{decisions}

Two settings change this table: `take_a21` (off: A21 is refused) lets A21 in on the general interfaces;
`works_on_general_interfaces` (on) set off refuses every works cadre there with `EDG-I148`.
No cadre can be associated over EDI: one that the table above accepts is then refused with `EDG-I152`.
"""


def render() -> str:
    """The page `docs/reference/cadres.md`."""
    return _PAGE.format(
        source=SOURCE,
        as_of=f"{AS_OF:%d/%m/%Y}",
        matrix=table(("Cadre", "Français", "English", *_COLUMNS), map(_cells, CADRES.values())),
        carriers="; ".join(f"{kind} ({', '.join(_current(kind))})" for kind in CadreClass),
        decisions=table(
            ("Cadre", "Deposited by", "Document", "General", "Justice", "Works", "Validator", "Next reader", "Instead"),
            map(_decisions, CADRES.values()),
        ),
    )


def _cells(cadre: Cadre) -> list[str]:
    name = cadre.code if cadre.printed else f"{cadre.code} \\*"
    return [name, cadre.label_fr, cadre.label_en, *(_SIGNS[cell] for cell in cadre.modes)]


def _decisions(cadre: Cadre) -> list[str]:
    return [
        cadre.code,
        cadre.actor,
        cadre.document,
        *(_decision(cadre, kind) for kind in CadreClass),
        cadre.validator,
        cadre.reader or "",
        "<br>".join(text for text in ALTERNATIVES[cadre.alternative] if text),
    ]


def _decision(cadre: Cadre, kind: CadreClass) -> str:
    """Accepted, or the code of the refusal; any interface of a class stands for all of them."""
    interface = catalogue.interfaces()[_current(kind)[0]]
    refusal = decide(cadre.code, interface, Operation.INITIAL, RuleSettings())
    return f"[{refusal.code}](faults.md#{refusal.code.lower()})" if refusal else "accepted"


def _current(kind: CadreClass) -> list[str]:
    """The deposit interfaces of a class that Chorus Pro has not withdrawn."""
    return [
        row.code
        for row in catalogue.interfaces().values()
        if row.direction is Direction.DEPOSIT and row.cadres is kind and row.standing is not Standing.WITHDRAWN
    ]
