"""What libxml2 has judged of a document that it refuses, and found sound: nothing is left to explain there.

It looks at all of a document but what follows a mistake in the order of elements, below the same parent. There it is
asked again, element by element, where the schema lets an element stand alone, as all of UBL does. So the slow explainer
only goes where a mistake is, or may be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edigate.xsd import complaints

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lxml import etree

_MOST = 200  # complaints: past them, finding their places costs more than it saves
_OF_ATTRIBUTES = ("SCHEMAV_CVC_COMPLEX_TYPE_3_2_1", "SCHEMAV_CVC_COMPLEX_TYPE_4")
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


class Judged:
    """One refused document, and what the schema that refused it says of its parts."""

    def __init__(self, root: etree._Element, schema: etree.XMLSchema, log: Sequence[complaints.Entry]) -> None:
        """`log` is what the schema said of the document."""
        self._schema = schema
        self._all_open = not 0 < len(log) <= _MOST
        self._on_the_way = {root}
        self._open: set[etree._Element] = set()
        if not self._all_open:
            self._note(root, log)

    def is_sound(self, element: etree._Element, declared: Any) -> bool:  # noqa: ANN401 - xmlschema's XsdElement
        """Whether libxml2 has nothing to say of an element and all in it, which the explainer finds `declared` so.

        Elements are asked about from the root down, as the explainer meets them.
        """
        if self._all_open:
            return False
        if element not in self._open:
            return element not in self._on_the_way
        if not _stands_alone(declared) or _TYPE in element.attrib:
            self._open.update(element)
            return False
        if self._schema.validate(element):
            return True
        log = complaints.entries(self._schema)
        if 0 < len(log) <= _MOST:
            self._note(element, log)
        else:
            self._open.update(element)
        return False

    def _note(self, base: etree._Element, log: Iterable[complaints.Entry]) -> None:
        for entry in log:
            element = complaints.element(base, entry)
            self._on_the_way.update((element, *element.iterancestors()))
            if complaints.goes_on(entry) or entry.type_name in _OF_ATTRIBUTES:
                continue
            if element is base:
                self._open.update(base)
            else:
                self._open.update((element, *element.itersiblings()))


def _stands_alone(declared: Any) -> bool:  # noqa: ANN401 - as above
    """Whether the schema knows the element at its top, of the same type as here."""
    return declared.ref is not None or bool(declared.is_global())
