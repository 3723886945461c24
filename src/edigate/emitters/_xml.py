"""Elements as text: documents are small and of a fixed shape, so they are written directly, every text through here."""

from __future__ import annotations

import re

# What XML 1.0 forbids (section 2.2), what has a meaning in it, and the carriage return, which a reader would lose.
_SPECIAL = re.compile("[^\t\n\x20-\x25\x27-\x3b\x3d\x3f-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


def text(value: str) -> str:
    r"""The value as element content; a character that XML forbids is shown as its escape (`\x1b`, `\udcff`)."""
    usual = value.isprintable() and not ("&" in value or "<" in value or ">" in value)
    return value if usual else _SPECIAL.sub(_written, value)


def _written(match: re.Match[str]) -> str:
    char = match[0]
    return _ENTITIES.get(char) or char.encode("unicode_escape").decode("ascii")


def attribute(value: str) -> str:
    """The value as an attribute's, in its quotes; a reader would take any other blank for a space."""
    return '"' + text(value).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;") + '"'


def element(name: str, value: str) -> str:
    """An element that holds this text, be it empty."""
    return f"<{name}>{text(value)}</{name}>"


def optional(name: str, value: str) -> str:
    """An element that holds this text, or nothing where there is no text."""
    return element(name, value) if value else ""
