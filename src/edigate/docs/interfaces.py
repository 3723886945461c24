"""The page of the interfaces, from the catalogue in `flows/`."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate import catalogue
from edigate.docs.markdown import code, table
from edigate.domain.interfaces import Direction, Interface, Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

_STANDINGS: Mapping[Standing, str] = MappingProxyType(
    {Standing.TAKEN: "yes", Standing.NOT_YET: "not yet", Standing.WITHDRAWN: "withdrawn"}
)
_DEPOSIT_HEAD = (
    *("Interface", "Taken", "Type", "Format", "Français", "English", "Cadres"),
    *("Payment mode", "Attachment", "Report", "API name", "Source"),
)
_RETURN_HEAD = ("Interface", "Written", "Format", "Français", "English", "Source")

_PAGE = """\
# Interfaces

Every flow type that edigate knows. A deposit on one that Chorus Pro has withdrawn, or on that of a return, is
inadmissible with a fault that says so; any other code is unknown.

## Deposits

*Payment mode* says whether an invoice must give one, or what is meant where it gives none;
*attachment* whether the original invoice must be attached.

{deposits}

## Returns and deliveries

What the gate writes: reports to depositors, life cycles, and the pivots that recipients get.

{returns}
"""


def render() -> str:
    """The page `docs/reference/interfaces.md`."""
    rows = catalogue.interfaces().values()
    return _PAGE.format(
        deposits=table(_DEPOSIT_HEAD, (_deposit(row) for row in rows if row.direction is Direction.DEPOSIT)),
        returns=table(_RETURN_HEAD, (_return(row) for row in rows if row.direction is Direction.RETURN)),
    )


def _deposit(row: Interface) -> list[str]:
    replaced = f": use {code(row.replaced_by)}" if row.replaced_by else ""
    when = "always" if row.payment_always else "if none"
    default = f"{code(row.payment_default)} {when}" if row.payment_default else ""
    return [
        code(row.code),
        _STANDINGS[row.standing] + replaced,
        row.family,
        row.format,
        row.title_fr,
        row.title_en,
        row.cadres or "",
        "required" if row.payment_required else default,
        "required" if row.attachment_required else "",
        code(row.report),
        code(row.syntax),
        row.source,
    ]


def _return(row: Interface) -> list[str]:
    return [code(row.code), _STANDINGS[row.standing], row.format, row.title_fr, row.title_en, row.source]
