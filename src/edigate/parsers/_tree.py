"""Tables of paths, compiled to one descent through a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, overload

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


_XML_SPACE = _read.XML_SPACE


class Datum(NamedTuple):
    """Where a datum stands, alternatives in order of preference, and how its text is read.

    One that is `kept` has its elements kept instead, to be read when they are asked for.
    """

    paths: tuple[str, ...]
    read: Callable[[str], Value] | None = None
    kept: bool = False


def number(*paths: str) -> Datum:
    """A datum that is read as a decimal."""
    return Datum(paths, _read.number)


def kept(*paths: str) -> Datum:
    """A datum that says more than one text, or much: it repeats, has attributes, is a file."""
    return Datum(paths, kept=True)


class Group(NamedTuple):
    """A part of a document with fields of its own: a party, the totals, or one of several lines.

    Of `many` rows none is looked into before it is asked for, nor kept.
    """

    path: str
    members: Members
    many: bool = False


Members: TypeAlias = Mapping[str, "str | tuple[str, ...] | Datum | Group"]
Value: TypeAlias = "str | Decimal | None"


# What becomes of an element: its text, read so, is the value of a key; it is kept under its path; or both. What begins
# there: groups, and elements further down. Plain tuples, as they are taken apart for each element of a document.
_Leaf: TypeAlias = "tuple[str, Callable[[str], Value] | None, str]"
_Member: TypeAlias = "tuple[str, Shape, bool]"
_Step: TypeAlias = "tuple[str, Callable[[str], Value] | None, str, tuple[_Member, ...], _Branch]"
_Branch: TypeAlias = dict[str, _Step]
_NO_LEAF: _Leaf = ("", None, "")


class _Wanted(NamedTuple):
    """One path of a table on its way into the tree: the steps still to go, and what is at its end."""

    steps: tuple[str, ...]
    leaf: _Leaf | None = None
    group: _Member | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A compiled table: the paths of each key in order of preference, the groups, and the tree to descend by.

    `kept` are the paths of the keys whose elements are, `chosen` the keys whose value is the first of several paths
    that has one, and how it is read; the text of each of these `alternatives` is a value by its path until then.
    """

    paths: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, tuple[str, Shape]]
    branch: _Branch
    kept: Mapping[str, tuple[str, ...]]
    chosen: tuple[tuple[str, tuple[str, ...], Callable[[str], Value] | None], ...]
    alternatives: tuple[str, ...]


def clark(step: str) -> str:
    """The tag of a name, `{namespace}local` where it has a prefix."""
    prefix, colon, local = step.partition(":")
    return f"{{{PREFIXES[prefix]}}}{local}" if colon else step


def compile_table(members: Members, *, keep: bool = False) -> Shape:
    """The shape of a table whose values are paths, alternatives in order of preference, or groups.

    To `keep` every element is for a document in which places are looked for.
    """
    shapes = {key: compile_table(one.members, keep=keep) for key, one in members.items() if isinstance(one, Group)}
    groups = {key: one for key, one in members.items() if isinstance(one, Group)}
    data = {key: _datum(one) for key, one in members.items() if not isinstance(one, Group)}
    paths = {key: datum.paths for key, datum in data.items()}
    read = {key: datum for key, datum in data.items() if not datum.kept}
    uses = Counter(path for datum in read.values() for path in datum.paths)
    alone = {datum.paths[0]: key for key, datum in read.items() if [uses[path] for path in datum.paths] == [1]}
    chosen = {key: datum for key, datum in read.items() if key not in alone.values()}
    alternatives = dict.fromkeys(path for datum in chosen.values() for path in datum.paths)
    held = {key: datum.paths for key, datum in data.items() if datum.kept or keep}
    kept_paths = {path for way in held.values() for path in way}
    wanted = [_Wanted(tuple(one.path.split("/")), group=(key, shapes[key], one.many)) for key, one in groups.items()]
    for path in dict.fromkeys(path for way in paths.values() for path in way):
        key = alone.get(path, "")
        leaf = (
            path if path in alternatives else key,
            read[key].read if key else None,
            path if path in kept_paths else "",
        )
        wanted.append(_Wanted(tuple(path.split("/")), leaf=leaf))
    return Shape(
        paths,
        {key: (one.path, shapes[key]) for key, one in groups.items()},
        _branch(wanted),
        held,
        tuple((key, datum.paths, datum.read) for key, datum in chosen.items()),
        tuple(alternatives),
    )


def _datum(value: str | tuple[str, ...] | Datum) -> Datum:
    if isinstance(value, str):
        return Datum((value,))
    return value if isinstance(value, Datum) else Datum(value)


def _branch(wanted: Sequence[_Wanted]) -> _Branch:
    heads = dict.fromkeys(one.steps[0] for one in wanted)
    return {clark(head): _step([one for one in wanted if one.steps[0] == head]) for head in heads}


def _step(wanted: Sequence[_Wanted]) -> _Step:
    ends = [one for one in wanted if len(one.steps) == 1]
    leaf = next((one.leaf for one in ends if one.leaf), _NO_LEAF)
    groups = tuple(one.group for one in ends if one.group)
    below = _branch([one._replace(steps=one.steps[1:]) for one in wanted if len(one.steps) > 1])
    return *leaf, groups, below


@dataclass(slots=True)
class Found:
    """What a descent met of one group: values by key, kept elements by path, inner groups by key.

    A group that the document lacks is one without elements; `at` then says where below `element` it belongs.
    """

    element: _Element
    shape: Shape
    at: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    leaves: dict[str, list[_Element]] = field(default_factory=dict)
    rows: dict[str, Sequence[Found]] = field(default_factory=dict)

    def every(self, key: str) -> list[_Element]:
        """All elements of a key that are kept, empty ones too, preferred paths first, then as in the document."""
        leaves, paths = self.leaves, self.shape.kept[key]
        if len(paths) == 1:
            return leaves.get(paths[0], [])
        return [element for path in paths if path in leaves for element in leaves[path]]

    def first(self, key: str) -> _Element | None:
        """The first kept element of a key that holds text."""
        return next(filter(_read.text, self.every(key)), None) if self.leaves else None

    def text(self, key: str) -> str:
        """The first text of a key; an empty element counts as absent."""
        value: str | None = self.values.get(key)
        if value is None:
            return _read.text(self.first(key)) if key in self.shape.kept else ""
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Every text of a key that is kept."""
        return tuple(filter(None, map(_read.text, self.every(key)))) if self.leaves else ()

    def number(self, key: str) -> Decimal | None:
        """The first text of a key that is a number's as a decimal, None where it is none."""
        value: Decimal | None = self.values.get(key)
        return value

    def has(self, key: str) -> bool:
        """Whether an element of a key is there at all, empty or not."""
        return bool(self.leaves) and bool(self.every(key))

    def choose(self) -> None:
        """Give the keys of several paths their values, once all elements are met."""
        values = self.values
        for key, paths, read in self.shape.chosen:
            for path in paths:
                if path in values:
                    values[key] = read(values[path]) if read else values[path]
                    break
        for path in self.shape.alternatives:
            if path in values:
                del values[path]

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
    found = Found(element, shape, "", {}, {}, {})
    _descend(element, shape.branch, found)
    if shape.chosen:
        found.choose()
    return found


def _descend(element: _Element, branch: _Branch, found: Found) -> None:
    values = found.values
    for child in element:
        step = branch.get(child.tag)
        if step is None:
            continue
        key, read, kept, groups, below = step
        if key and key not in values:
            text = _read.raw(child) if len(child) else child.text
            if text and (text := text.strip(_XML_SPACE)):
                values[key] = read(text) if read else text
        if kept:
            found.leaves.setdefault(kept, []).append(child)
        if groups:
            for group in groups:
                _meet(child, group, found.rows)
        if below:
            _descend(child, below, found)


def _meet(element: _Element, group: _Member, rows: dict[str, Any]) -> None:
    key, shape, many = group
    if key not in rows:
        rows[key] = _Rows(shape) if many else []
    if many:
        rows[key].elements.append(element)
    else:
        rows[key].append(gather(element, shape))


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
