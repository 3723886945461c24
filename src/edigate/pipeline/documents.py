"""The documents of a deposit: the file itself, what its archive holds, what its PDF embeds (reference §4.2, §7.7)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from edigate.domain.faults import Fault, Refusal, fault
from edigate.domain.interfaces import Carries, Direction, Standing
from edigate.parsers import PARSERS, cppstatut
from edigate.parsers._foreign import foreign
from edigate.parsers._xml import kind_of, read
from edigate.pipeline.naming import named
from edigate.unpacking import Entry, Limits, unpack
from edigate.xsd import places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element

    from edigate.domain.interfaces import Interface
    from edigate.domain.settings import RuleSettings
    from edigate.parsers import Parser
    from edigate.pipeline.desk import Deposit, Desk, Source

ARCHIVES = frozenset({"gzip", "zip"})
SIGNATURE = "signature"
_READERS: Mapping[str, Any] = MappingProxyType({**PARSERS, "cppstatut": cppstatut})


def kind_of_deposit(deposit: Deposit, source: Source, interface: Interface, settings: RuleSettings) -> str:
    """What the deposit's first bytes announce.

    Raises Refusal for one that is empty, too large, never got whole or is nothing that the interface takes.
    """
    if deposit.size == 0:
        raise Refusal(fault("EDG-F011", "document"))
    if deposit.size > settings.flow_bytes:
        raise Refusal(fault("EDG-F012", "document", deposit.size, limit=settings.flow_bytes))
    if deposit.incomplete:
        raise Refusal(fault("EDG-F013", "document", deposit.name, seconds=format(settings.broken_after_seconds, "g")))
    head = source.head()
    kind = kind_of(head)
    if found := foreign(head, kind, interface.container):
        raise Refusal(fault("EDG-F020", "document", found, found=found, expected=interface.container, instead=found))
    if kind not in ARCHIVES and deposit.size > settings.document_bytes:
        raise Refusal(fault("EDG-F012", "document", deposit.size, limit=settings.document_bytes))
    return kind


def pieces_of(source: Source, kind: str, interface: Interface, settings: RuleSettings) -> Iterator[Entry | Fault]:
    """The documents of a flow: the file itself, or what its archive holds (reference §4.2)."""
    if kind not in ARCHIVES:
        yield Entry("", source.read(), kind)
        return
    with source.open() as file:
        yield from unpack(file, kind, Limits.of(settings), interface.container)


class Document:
    """A well-formed document, valid against its schema, with the parser that reads it; `source` is what came.

    `warnings` are what its container (a PDF) gave cause for; `entry` names the file that its lines are of.
    """

    __slots__ = ("_numbers", "entry", "parser", "root", "source", "warnings")

    def __init__(
        self, source: bytes, root: _Element, parser: Parser, warnings: tuple[Fault, ...] = (), entry: str = ""
    ) -> None:
        """Hold the source, its tree and the parser."""
        self.entry = entry
        self.source = source
        self.root = root
        self.parser = parser
        self.warnings = warnings
        self._numbers: list[_Element] | None = None

    @property
    def numbers(self) -> list[_Element]:
        """The elements that have the numbers of its invoices, looked for once."""
        if self._numbers is None:
            self._numbers = self.root.findall(self.parser.NUMBER)
        return self._numbers


def read_document(content: bytes, interface: Interface, desk: Desk, entry: str = "") -> Document:
    """Kind, XML, format and schema of one document for this interface; raises Refusal with all the schema finds.

    `entry` names it in the flow's archive; what an XML that a PDF embeds has wrong is told of that file in it.
    """
    xml, warnings = xml_of(content, interface, desk.settings)
    if interface.container == "pdf":
        from edigate.parsers.facturx import NAME  # noqa: PLC0415 - see xml_of

        entry = "/".join(filter(None, (entry, NAME)))
    try:
        root, parser = _checked(xml, interface, desk)
    except Refusal as refusal:
        raise Refusal(*(one.within(entry) for one in refusal.faults)) from None
    return Document(content, root, parser, warnings, entry)


def _checked(xml: bytes, interface: Interface, desk: Desk) -> tuple[_Element, Parser]:
    root = read(xml, max_bytes=desk.settings.document_bytes, blanks=False)
    parser = parser_of(root, interface)
    if parser is None:
        raise Refusal(_of_another_format(root, interface, desk).placed(*places.place(root)))
    violations = desk.shelf.faults(root, parser.ROOTS[root.tag], len(xml))
    if violations:
        raise Refusal(*named(violations, root, parser))
    return root, parser


def _of_another_format(root: _Element, interface: Interface, desk: Desk) -> Fault:
    """Told with the interfaces that take it; what a PDF embeds has no other one than Factur-X's."""
    is_receipts = root.tag in cppstatut.ROOTS and cppstatut.is_receipts(root)
    takers = " ".join(
        row.code
        for row in desk.interfaces.values()
        if row.direction is Direction.DEPOSIT and row.standing is Standing.TAKEN and row.container == "xml"
        and parser_of(root, row) and (row.carries is Carries.RECEIPTS) is is_receipts
    )  # fmt: skip
    return fault(
        "EDG-F105", "document", places.name(root.tag, root), expected=interface.format,
        takers=interface.container if interface.container == "pdf" else takers,
    )  # fmt: skip


def parser_of(root: _Element, interface: Interface) -> Any:  # noqa: ANN401 - a parser of invoices, or of CPPStatut
    """The parser that reads documents of this root on the interface; None where it takes none."""
    return next((_READERS[key] for key in interface.parsers if root.tag in _READERS[key].ROOTS), None)


def xml_of(content: bytes, interface: Interface, settings: RuleSettings) -> tuple[bytes, tuple[Fault, ...]]:
    """The XML of a document, which may be embedded in a PDF (reference §7.7)."""
    if kind_of(content[:4096]) == "empty":
        raise Refusal(fault("EDG-F011", "document"))
    if interface.container != "pdf":
        return content, ()
    from edigate.parsers.facturx import extract  # noqa: PLC0415 - with a library that other gates than of PDFs spare

    embedded, warnings = extract(content, max_bytes=settings.document_bytes)
    return embedded.content, warnings
