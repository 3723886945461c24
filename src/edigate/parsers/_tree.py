"""Tables of paths, compiled to one descent through a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast, overload

from edigate.parsers import _read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from lxml.etree import _Element

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
        "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
        "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
        "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
        "ubl": "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
        "cn": "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
        "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
        "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
        "ext": "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2",
        "aife": "urn:AIFE:Facture:Extension",
    }
)


class Group(NamedTuple):
    """A part of a document with fields of its own: a party, the totals, or one of several lines.

    Of `many` rows none is looked into before it is asked for, nor kept.
    """

    path: str
    members: Members
    many: bool = False


Members: TypeAlias = Mapping[str, "str | tuple[str, ...] | Group"]


class _Member(NamedTuple):
    """A group of a table, as a descent meets it."""

    key: str
    shape: Shape
    many: bool


class _Step(NamedTuple):
    """What the table wants of an element: itself under this path, the groups that begin here, elements further down."""

    leaf: str | None
    groups: tuple[_Member, ...]
    below: _Branch | None


_Branch: TypeAlias = dict[str, _Step]


class _Wanted(NamedTuple):
    """One path of a table on its way into the tree: the steps still to go, and what is at its end."""

    steps: tuple[str, ...]
    leaf: str | None = None
    group: _Member | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A compiled table: the paths of each key in order of preference, the groups, and the tree to descend by."""

    paths: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, tuple[str, Shape]]
    branch: _Branch


def clark(step: str) -> str:
    """The tag of a name, `{namespace}local` where it has a prefix."""
    prefix, colon, local = step.partition(":")
    return f"{{{PREFIXES[prefix]}}}{local}" if colon else step


def compile_table(members: Members) -> Shape:
    """The shape of a table whose values are paths, alternatives in order of preference, or groups."""
    paths: dict[str, tuple[str, ...]] = {}
    groups: dict[str, tuple[str, Shape]] = {}
    wanted: list[_Wanted] = []
    for key, value in members.items():
        if isinstance(value, Group):
            groups[key] = (value.path, compile_table(value.members))
            wanted.append(_Wanted(tuple(value.path.split("/")), group=_Member(key, groups[key][1], value.many)))
        else:
            paths[key] = (value,) if isinstance(value, str) else value
            wanted += (_Wanted(tuple(path.split("/")), leaf=path) for path in paths[key])
    return Shape(paths, groups, _branch(wanted))


def _branch(wanted: Sequence[_Wanted]) -> _Branch:
    heads = dict.fromkeys(one.steps[0] for one in wanted)
    return {clark(head): _step([one for one in wanted if one.steps[0] == head]) for head in heads}


def _step(wanted: Sequence[_Wanted]) -> _Step:
    ends = [one for one in wanted if len(one.steps) == 1]
    further = [one._replace(steps=one.steps[1:]) for one in wanted if len(one.steps) > 1]
    return _Step(
        leaf=next((one.leaf for one in ends if one.leaf), None),
        groups=tuple(one.group for one in ends if one.group),
        below=_branch(further) if further else None,
    )


@dataclass(slots=True)
class Found:
    """What a descent met of one group: elements by path, inner groups by key.

    A group that the document lacks is one without elements; `at` then says where below `element` it belongs.
    """

    element: _Element
    shape: Shape
    at: str = ""
    leaves: dict[str, list[_Element]] = field(default_factory=dict)
    rows: dict[str, Sequence[Found]] = field(default_factory=dict)

    def every(self, key: str) -> list[_Element]:
        """All elements of a key, empty ones too, preferred paths first, then as in the document."""
        leaves = self.leaves
        return [element for path in self.shape.paths[key] if path in leaves for element in leaves[path]]

    def first(self, key: str) -> _Element | None:
        """The first element of a key that holds text."""
        leaves = self.leaves
        for path in self.shape.paths[key]:
            if path in leaves:
                for element in leaves[path]:
                    if _read.text(element):
                        return element
        return None

    def text(self, key: str) -> str:
        """The first text of a key; an empty element counts as absent."""
        leaves = self.leaves
        for path in self.shape.paths[key]:
            if path in leaves:
                for element in leaves[path]:
                    if value := _read.text(element):
                        return value
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Every text of a key."""
        elements = self.every(key)
        return tuple(filter(None, map(_read.text, elements))) if elements else ()

    def number(self, key: str) -> Decimal | None:
        """The first text of a key as a decimal, None where it is none."""
        value = self.text(key)
        return _read.number(value) if value else None

    def has(self, key: str) -> bool:
        """Whether an element of a key is there at all, empty or not."""
        return any(path in self.leaves for path in self.shape.paths[key])

    def row(self, group: str, index: int = 0) -> Found:
        """One row of a group; where the document has not so many, the place where it belongs."""
        rows = self.rows.get(group, ())
        if index < len(rows):
            return rows[index]
        path, shape = self.shape.groups[group]
        at = f"{path}[{index + 1}]" if index else path
        return Found(self.element, shape, f"{self.at}/{at}" if self.at else at)


def gather(element: _Element, shape: Shape) -> Found:
    """All that a table wants of an element, met in one descent."""
    found = Found(element, shape)
    _descend(element, shape.branch, found)
    return found


def _descend(element: _Element, branch: _Branch, found: Found) -> None:
    wanted, leaves = branch.get, found.leaves
    for child in element:
        step = wanted(child.tag)
        if step is None:
            continue
        leaf, groups, below = step
        if leaf is not None:
            if leaf in leaves:
                leaves[leaf].append(child)
            else:
                leaves[leaf] = [child]
        for group in groups:
            _meet(child, group, found.rows)
        if below is not None:
            _descend(child, below, found)


def _meet(element: _Element, group: _Member, rows: dict[str, Sequence[Found]]) -> None:
    known = rows.get(group.key)
    if group.many:
        if known is None:
            known = rows[group.key] = _Rows(group.shape)
        cast("_Rows", known).elements.append(element)
    elif known is None:
        rows[group.key] = [gather(element, group.shape)]
    else:
        cast("list[Found]", known).append(gather(element, group.shape))


class _Rows(Sequence[Found]):
    """Rows that are gathered as they are asked for: held all at once, those of 40,000 lines are more than the lines."""

    def __init__(self, shape: Shape) -> None:
        """None yet."""
        self.elements: list[_Element] = []
        self._shape = shape

    def __len__(self) -> int:
        """How many there are."""
        return len(self.elements)

    @overload
    def __getitem__(self, at: int) -> Found: ...
    @overload
    def __getitem__(self, at: slice) -> list[Found]: ...
    def __getitem__(self, at: int | slice) -> Found | list[Found]:
        """One of them, or some."""
        if isinstance(at, slice):
            return [gather(element, self._shape) for element in self.elements[at]]
        return gather(self.elements[at], self._shape)

    def __iter__(self) -> Iterator[Found]:
        """Each once."""
        return (gather(element, self._shape) for element in self.elements)
