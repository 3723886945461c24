"""Mistakes in the order of elements, whoever found them: EDG-F106 unexpected, EDG-F107 missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.domain.faults import fault
from edigate.xsd import places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

    from edigate.domain.faults import Fault


def missing(parent: etree._Element, tags: Sequence[str], before: etree._Element | None = None) -> Fault:
    """EDG-F107, placed where the element should be: on the line of the one that stands there instead, if any."""
    line = places.line(parent if before is None else before)
    found = fault("EDG-F107", expected=places.names(tags, parent))
    steps = [places.path(parent), *(places.name(tag, parent) for tag in tags[:1])]
    return found.placed("/".join(steps), line)


def unexpected(child: etree._Element, tags: Sequence[str]) -> Fault:
    """EDG-F106, placed at the element that may not be there, or not there; `tags` may be in its stead."""
    found = fault("EDG-F106", value=places.name(child.tag, child), expected=places.names(tags, child))
    return found.placed(*places.place(child))


def lacks(parent: etree._Element, tags: Sequence[str]) -> bool:
    """Whether none of these is anywhere among the children: an element missing rather than out of order."""
    return bool(tags) and not any(child.tag in tags for child in parent)
