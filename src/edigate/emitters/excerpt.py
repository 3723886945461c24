"""A CPPFactureMixte that holds only some of the invoices of another one, to be deposited again (reference §7.4)."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from edigate.parsers._xml import read

if TYPE_CHECKING:
    from collections.abc import Collection

ROOT = "CPPFactureMixte"
_INVOICES, _UNIT = "CPPFactures", "CPPFactureMixteUnitaire"


def excerpt(content: bytes, positions: Collection[int]) -> bytes | None:
    """The document without the invoices at other positions (from 1), counted and numbered anew.

    None where there is nothing to leave out, or it is another kind of document. Raises Refusal for what is no XML.
    """
    root = read(content, max_bytes=len(content))
    units = root.findall(f"{_INVOICES}/{_UNIT}") if root.tag == ROOT else []
    others = [unit for place, unit in enumerate(units, start=1) if place not in positions]
    if not others:
        return None
    for unit in others:
        parent = unit.getparent()
        if parent is not None:
            parent.remove(unit)
    kept = [unit for unit in units if unit not in others]
    for order, unit in enumerate(kept, start=1):
        unit.set("NumOrdre", str(order))
    for invoices in root.iterfind(_INVOICES):
        invoices.set("Compteur", str(len(kept)))
    written = BytesIO()
    tree = root.getroottree()
    tree.write(written, encoding=tree.docinfo.encoding or "UTF-8", xml_declaration=True)
    return written.getvalue()
