"""Documents with thousands of elements in a row, refused by the mistakes in the first of them.

For each mistake lxml has libxml2 count the siblings before it: where tens of thousands of lines are wrong alike, that
takes minutes. So the first of them are judged alone; the others only where those have few mistakes or none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.xsd import complaints

if TYPE_CHECKING:
    from lxml import etree

MOST = 5_000
_OF_KEYS = "_IDC"  # these can come of what is left out


def beginning(root: etree._Element, schema: etree.XMLSchema, enough: int) -> list[complaints.Entry]:
    """What the schema says of the document without what follows so many alike: nothing where that is not `enough`.

    The document is whole again afterwards.
    """
    if len(root) <= MOST and max(map(len, root), default=0) <= MOST:
        return []
    parent = next(element for element in (root, *root) if len(element) > MOST)
    children = list(parent)
    last = children[MOST - 1].tag
    end = next((at for at in range(MOST, len(children)) if children[at].tag != last), len(children))
    del parent[MOST:end]
    try:
        log = [] if schema.validate(root) else complaints.entries(schema)
    finally:
        parent[MOST:MOST] = children[MOST:end]
    return log if sum(_OF_KEYS not in entry.type_name for entry in log) >= enough else []
