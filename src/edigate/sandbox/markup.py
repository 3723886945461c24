"""XML written from a tree of nodes: an element without content is left out, the declared encoding is the one used."""

from __future__ import annotations

import html
from typing import NamedTuple

_BYTE_ORDER_MARK = b"\xff\xfe"
_INDENT = "  "


class Node(NamedTuple):
    """One element, its prefix in its tag; `keep` writes it even when it holds nothing."""

    tag: str
    text: str = ""
    children: tuple[Node, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    keep: bool = False


def leaf(tag: str, text: object, **attributes: str) -> Node:
    """Make an element that holds text; attributes without a value are left out."""
    return Node(tag, str(text), attributes=tuple(attributes.items()))


def branch(tag: str, *children: Node, keep: bool = False, **attributes: str) -> Node:
    """Make an element that holds elements."""
    return Node(tag, children=children, attributes=tuple(attributes.items()), keep=keep)


def document(root: Node, encoding: str, stylesheet: str = "") -> bytes:
    """Write the document in the encoding it declares; a character that the encoding lacks becomes a reference."""
    style = f'<?xml-stylesheet type="text/xsl" href="{html.escape(stylesheet)}"?>\n' if stylesheet else ""
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n{style}{_written(root, "")}'
    # Python's own "utf-16" follows the machine's byte order; the same draft gives the same bytes everywhere.
    if encoding.upper() == "UTF-16":
        return _BYTE_ORDER_MARK + text.encode("utf-16-le")
    return text.encode(encoding, "xmlcharrefreplace")


def _written(node: Node, margin: str) -> str:
    opening = node.tag + "".join(f' {name}="{html.escape(value)}"' for name, value in node.attributes if value)
    if node.text:
        return f"{margin}<{opening}>{html.escape(node.text, quote=False)}</{node.tag}>\n"
    inside = "".join(_written(child, margin + _INDENT) for child in node.children)
    if inside:
        return f"{margin}<{opening}>\n{inside}{margin}</{node.tag}>\n"
    return f"{margin}<{opening}/>\n" if node.keep else ""
