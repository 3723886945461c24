"""What the library xmlschema says of a document that libxml2 refused: every mistake, not only the first of each place.

It is imported only then, and told to trust the schema, which libxml2 has compiled already: UBL then loads in 0.3 s
instead of 1.9 s, with the same findings.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from lxml import etree

from edigate.domain.faults import Fault, fault
from edigate.xsd import places, structure, values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import xmlschema
    from lxml.etree import _Element

    Explainer: TypeAlias = xmlschema.XMLSchema10
    Expected: TypeAlias = Mapping[_Element, tuple[str, ...]]

_ATTRIBUTE = re.compile(
    r"attribute (?P<value>[^'\"=\s]+)=|attribute '(?P<missing>[^']+)'|^'(?P<extra>[^']+)' attribute"
)
_LISTED = 10  # as many names as libxml2 gives
# For each mistake in an element the library goes through all its children, attributes or namespaces.
_MOST_CHILDREN, _MOST_ATTRIBUTES, _MOST_NAMESPACES = 5_000, 100, 100
_MANY_CHILDREN = etree.XPath(f"boolean(//*[*[{_MOST_CHILDREN + 1}]])")


def load(path: Path) -> Explainer:
    """The explainer of a schema that libxml2 took: keep it, it costs from 0.1 to 0.3 s."""
    import xmlschema  # noqa: PLC0415 - 0.1 s that only a refused document is worth

    return xmlschema.XMLSchema10(str(path), allow="local", validation="skip")


def is_unwieldy(root: _Element) -> bool:
    """Whether an element has so many children, attributes or namespaces that telling its mistakes takes too long."""
    return bool(_MANY_CHILDREN(root)) or any(
        len(element.attrib) > _MOST_ATTRIBUTES or len(element.nsmap) > _MOST_NAMESPACES for element in root.iter()
    )


def mistakes(
    explainer: Callable[[], Explainer],
    root: _Element,
    expected: Expected,
    is_late: Callable[[], bool],
    is_sound: Callable[[_Element, object], bool],
) -> Iterator[Fault]:
    """One fault per mistake, as they are found; `expected` says more of what may stand where than xmlschema does.

    `explainer` is asked for when the first is wanted: whoever takes the mistakes meets its failures too. The library
    looks at the whole document before it gives the first mistake, so it is asked to pass by what `is_sound`, and to
    stop, at any element, once it is late.
    """
    for error in explainer().iter_errors(root, validation_hook=partial(_passed_by, is_late, is_sound)):
        yield from _faults(error, root, expected)


def _passed_by(
    is_late: Callable[[], bool], is_sound: Callable[[_Element, object], bool], element: _Element, declared: object
) -> bool:
    import xmlschema  # noqa: PLC0415 - see load

    if is_late():
        raise xmlschema.XMLSchemaStopValidation
    return is_sound(element, declared)


def within(mistakes: Iterator[Fault], limit: int) -> tuple[Fault, ...]:
    """The mistakes found until `limit`, by line; what was found stands if the library gives up.

    Nothing found means that the caller must fall back on libxml2's words: the document is refused in any case.
    """
    import xmlschema  # noqa: PLC0415 - see load

    found: list[Fault] = []
    try:
        for mistake in mistakes:
            found.append(mistake)
            if len(found) >= limit:
                break
    except (xmlschema.XMLSchemaException, ArithmeticError, LookupError, OSError, RecursionError, TypeError, ValueError):
        pass  # what the library cannot follow: a document nested past Python's stack, a schema libxml2 is laxer about
    return tuple(sorted(found, key=lambda one: one.line or 0))


def _faults(error: xmlschema.XMLSchemaValidationError, root: _Element, expected: Expected) -> Iterator[Fault]:
    import xmlschema  # noqa: PLC0415 - see load

    element = root if error.elem is None else cast("_Element", error.elem)
    if isinstance(error, xmlschema.XMLSchemaChildrenValidationError):
        yield from _structure(error, element, expected)
    else:
        yield _content(element, error.reason or "", is_value=not etree.iselement(error.obj))


def _content(element: _Element, reason: str, *, is_value: bool) -> Fault:
    attribute = _ATTRIBUTE.search(reason)
    if attribute and (is_value or attribute["value"] is None):
        return _attribute_fault(element, next(name for name in attribute.groups() if name), reason)
    if is_value:
        return values.refused(element, reason).placed(*places.place(element))
    said = places.prefixed(reason, element)
    return fault("EDG-F110", value=places.found(element), reason=said).placed(*places.place(element))


def _attribute_fault(element: _Element, name: str, reason: str) -> Fault:
    path, line = places.place(element)
    value = places.short(_attribute(element, name))
    found = fault("EDG-F109", value=value, reason=places.prefixed(reason, element))
    return found.placed(f"{path}/@{places.name(name, element)}", line)


def _attribute(element: _Element, name: str) -> str:
    """The value of an attribute that a reason names `local`, `prefix:local` or `{namespace}local`."""
    prefix, _, local = name.rpartition(":")
    uri = element.nsmap.get(prefix) if prefix and "{" not in name else None
    return element.get(f"{{{uri}}}{local}" if uri else name, "")


def _structure(
    error: xmlschema.XMLSchemaChildrenValidationError,
    parent: _Element,
    expected: Expected,
) -> Iterator[Fault]:
    """An element that is out of place, one that is missing before it, or both where it is unknown to the parent."""
    required = tuple(one.name for one in error.expected or () if one.name)
    child = cast("_Element | None", error.invalid_child)
    if child is None:
        yield structure.missing(parent, required)
        return
    model = _model(error)
    missing = structure.lacks(parent, required)
    if not (missing and any(part.name == child.tag for part in model)):
        yield structure.unexpected(child, expected.get(child) or required or _following(model, child))
    if missing:
        yield structure.missing(parent, required, child)


def _model(error: xmlschema.XMLSchemaChildrenValidationError) -> list[Any]:
    """The elements that have a place in the parent, in the order of the schema."""
    parts: Any = getattr(error.validator, "iter_elements", tuple)()
    return [part for part in parts if part.name]


def _following(model: list[Any], child: _Element) -> tuple[str, ...]:
    """What a sequence allows in a misplaced child's stead: what follows its last known sibling, up to what must."""
    order = {part.name: at for at, part in enumerate(model, 1)}
    start = next((order[before.tag] for before in child.itersiblings(preceding=True) if before.tag in order), 0)
    required = next((at for at, part in enumerate(model) if at >= start and part.min_occurs), len(model))
    return tuple(part.name for part in model[start : required + 1][:_LISTED])
