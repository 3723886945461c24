"""A full document with some of its text replaced, and the ends of the paths that point into it."""

from __future__ import annotations

from lxml import etree


def root_of(document: str, *changes: tuple[str, str]) -> etree._Element:
    """The document after these changes, each of a text that must be there once."""
    for old, new in changes:
        assert document.count(old) == 1, old
        document = document.replace(old, new)
    return etree.fromstring(document.encode())


def tail(path: str, steps: int = 2) -> str:
    """The last steps of a path."""
    return "/".join(path.split("/")[-steps:])
