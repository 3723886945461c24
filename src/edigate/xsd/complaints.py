"""libxml2's complaints about a document as faults: what the sender gets when no better explanation is to be had."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Protocol, cast

from edigate.domain.faults import Fault, fault
from edigate.xsd import places, structure, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml import etree

_STRUCTURE = "SCHEMAV_ELEMENT_CONTENT"
_NO_ATTRIBUTE = "SCHEMAV_CVC_COMPLEX_TYPE_4"
_INCOMPLETE = "Missing child element"
_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.*) \)")
_SUBJECT = re.compile(r"^Element '[^']*'(?:, attribute '([^']*)')?: (?:\[facet '\w+'\] )?")
_REQUIRED = re.compile(r"attribute '([^']*)' is required")
_STEP = re.compile(r"(?:(?P<prefix>[^:\[]+):)?(?P<local>[^:\[]+)(?:\[(?P<index>\d+)\])?")
_KEPT = 1_000  # of the entries of a log, which holds one per mistake


class Entry(Protocol):
    """One entry of libxml2's log."""

    type_name: str
    line: int
    path: str | None
    message: str


def entries(schema: etree.XMLSchema) -> list[Entry]:
    """The first complaints about the document that the schema saw last."""
    return list(islice(cast("Iterable[Entry]", schema.error_log), _KEPT))


def faults(root: etree._Element, log: list[Entry]) -> tuple[Fault, ...]:
    """One fault per complaint; a value refused by a facet is named once, though libxml2 does so twice."""
    found: dict[tuple[str, str], Fault] = {}
    for entry in log:
        one = _fault(_element(root, _path(entry)), entry)
        found.setdefault((one.code, one.path), one)
    return tuple(found.values())


def expected(root: etree._Element, log: list[Entry]) -> dict[etree._Element, tuple[str, ...]]:
    """What could have stood where an element is not allowed: libxml2 also names what is optional there."""
    listed = ((_element(root, _path(entry)), _tags(entry)) for entry in log if entry.type_name == _STRUCTURE)
    return {element: tags for element, tags in listed if tags}


def element(base: etree._Element, entry: Entry) -> etree._Element:
    """What an entry is about, in the part of a document that the schema saw; the nearest, if its path is cut."""
    return _element(base, _path(entry))


def goes_on(entry: Entry) -> bool:
    """Whether libxml2 looked at everything else all the same: a value is wrong, or something is missing at the end."""
    return "_VALID" in entry.type_name or (entry.type_name == _STRUCTURE and _INCOMPLETE in entry.message)


def _path(entry: Entry) -> str | None:
    """The path of an entry, as far as it goes: libxml2 cuts long ones, at times within a character."""
    try:
        return entry.path
    except UnicodeDecodeError as error:
        return error.object[: error.start].decode()


def _fault(element: etree._Element, entry: Entry) -> Fault:
    message = " ".join(entry.message.split())
    if entry.type_name == _STRUCTURE:
        return _structure(element, _tags(entry), incomplete=_INCOMPLETE in message)
    said = _SUBJECT.sub("", message)
    reason = places.prefixed(said, element)
    attribute = _attribute(entry.type_name, message)
    path, line = places.place(element)
    if attribute:
        value = places.short(element.get(attribute, ""))
        return fault("EDG-F109", value=value, reason=reason).placed(f"{path}/@{places.name(attribute, element)}", line)
    if "_VALID" in entry.type_name:
        return values.refused(element, said).placed(path, line)
    return fault("EDG-F110", value=places.found(element), reason=reason).placed(path, line)


def _structure(element: etree._Element, tags: tuple[str, ...], *, incomplete: bool) -> Fault:
    if incomplete:
        return structure.missing(element, tags)
    parent = element.getparent()
    if parent is not None and len(tags) == 1 and structure.lacks(parent, tags):
        return structure.missing(parent, tags, element)
    return structure.unexpected(element, tags)


def _tags(entry: Entry) -> tuple[str, ...]:
    found = _EXPECTED.search(entry.message)
    return tuple(tag for tag in found[1].split(", ") if not tag.endswith("*")) if found else ()


def _attribute(type_name: str, message: str) -> str:
    found = _REQUIRED.search(message) if type_name == _NO_ATTRIBUTE else _SUBJECT.search(message)
    return (found[1] or "") if found else ""


def _element(root: etree._Element, path: str | None) -> etree._Element:
    """The element of a path of libxml2, which has `*` for names in a default namespace; the nearest, if it is gone."""
    here = root
    for step in (path or "").split("/")[2:]:
        child = next(_children(here, step), None)
        if child is None:
            return here
        here = child
    return here


def _children(parent: etree._Element, step: str) -> Iterator[etree._Element]:
    match = _STEP.fullmatch(step)
    if match is None:
        return iter(())
    prefix, local, index = match.group("prefix", "local", "index")
    tag = "*" if local == "*" else f"{{*}}{local}"
    alike = (child for child in parent.iterchildren(tag) if local == "*" or child.prefix == prefix)
    return islice(alike, int(index or 1) - 1, None)
