"""What a CPP document says of itself besides its data: who sends it, how many units it holds (reference §7.1, §7.2).

Whatever is wrong with that, the units themselves are read and judged: it is told to the gate, and refuses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.domain.faults import warning
from edigate.parsers import _read
from edigate.xsd import places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from edigate.domain.faults import Fault

_ROOTS = frozenset({"CPPFactureMixte", "CPPStatut"})
_SENDER = "Enveloppe/EnveloppeUnitaire/Partenaires/Emetteur/Id"
# Which attribute of which element counts which of its children.
_COUNTED = (
    ("CPPFactures", "Compteur", "CPPFactureMixteUnitaire"),
    ("CPPFluxStatuts", "compteur", "CPPFluxStatutUnitaire"),
    ("CPPFactureStatuts", "compteur", "CPPFactureStatutUnitaire"),
    ("CPPFluxStatuts/CPPFluxStatutUnitaire/DonneesStatut/Details", "NbLignesErreur", "LigneErreurDetail"),
)
_ORDER = "NumOrdre"


def oddities(root: _Element, sender: str) -> Iterator[Fault]:
    """A wrong count, a number that two units have, another sender than this one (none to compare with: empty)."""
    if root.tag not in _ROOTS:
        return
    for element in root.findall(_SENDER)[: 1 if sender else 0]:
        if _read.text(element) != sender:
            yield warning("EDG-F022", "sender", _read.text(element), depositor=sender).placed(*places.place(element))
    for path, attribute, unit in _COUNTED:
        for element in root.iterfind(path):
            found = (*_miscounted(element, attribute, unit), *_repeated(element, unit))
            yield from found
            if found:
                break  # a defect of a producer is told once


def _miscounted(element: _Element, attribute: str, unit: str) -> Iterator[Fault]:
    stated, count = element.get(attribute, ""), len(element.findall(unit))
    if stated.strip() and _number(stated) != str(count):
        yield _odd(element, attribute, stated, str(count))


def _repeated(element: _Element, unit: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for child in element.iterfind(unit):
        order = child.get(_ORDER, "")
        if order.strip() and _number(order) in seen:
            yield _odd(child, _ORDER, order, "own_number")
            return
        seen.add(_number(order))


def _number(written: str) -> str:
    """The digits that count, of a number as long as a schema lets it be."""
    return written.strip().lstrip("+-0") or "0"


def _odd(element: _Element, attribute: str, value: str, expected: str) -> Fault:
    path, line = places.place(element)
    odd = warning("EDG-F021", "document", value, attribute=attribute, expected=expected)
    return odd.placed(f"{path}/@{attribute}", line)
