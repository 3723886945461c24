"""The examination of one deposit: bytes and tables in, what was found out. No write, no clock (design §2, step 3)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from edigate.domain.faults import Fault, Refusal, fault
from edigate.domain.interfaces import Carries
from edigate.domain.stages import first_stage
from edigate.domain.verdicts import Content, Examination, Examined
from edigate.emitters import pivot
from edigate.parsers import PARSERS, cppstatut
from edigate.parsers._xml import kind_of, read
from edigate.parsers.facturx import extract
from edigate.pipeline.admission import admit
from edigate.pipeline.desk import in_memory
from edigate.routing import Addressee, addressee, first_reader
from edigate.rules import check
from edigate.rules.context import Context
from edigate.rules.statuses import StatusContext, check_receipt, check_status
from edigate.unpacking import Entry, Limits, unpack
from edigate.xsd import places

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from lxml.etree import _Element

    from edigate.domain.interfaces import Interface
    from edigate.domain.invoice import Invoice
    from edigate.domain.reported import Receipt, ReportedStatus
    from edigate.domain.settings import RuleSettings
    from edigate.parsers import Parser
    from edigate.pipeline.desk import Deposit, Desk, Keep, Source

ARCHIVES = frozenset({"gzip", "zip"})
SIGNATURE = "signature"


def examine(deposit: Deposit, source: Source, desk: Desk, keep: Keep = in_memory) -> Examination:
    """All that is wrong with a deposit, where its invoices go, or what it reports.

    `source` is read only once name and size have passed; `keep` puts away each pivot that is rendered, so that a flow
    of many large invoices never lies in memory whole. Raises Hold where a check cannot run.
    """
    try:
        interface = admit(deposit, desk)
        kind = _kind(deposit, source, desk.settings)
    except Refusal as refusal:
        return Examination(refusal.faults)
    found = Findings()
    for piece in _pieces(source, kind, interface, desk.settings):
        if isinstance(piece, Fault):
            found.faults.append(piece)
        elif piece.kind != SIGNATURE:
            _look_into(piece, found, deposit, interface, desk, keep)
    if len(found.invoices) > desk.settings.flow_invoices:
        found.faults.append(fault("EDG-F015", "document", len(found.invoices), limit=desk.settings.flow_invoices))
    version = desk.directory.version if desk.directory else ""
    return Examination(
        tuple(found.faults), tuple(found.invoices), tuple(found.statuses), tuple(found.receipts), version
    )


@dataclass(slots=True)
class Findings:
    """What the documents of one flow give, as they are gone through; positions are counted over all of them."""

    faults: list[Fault] = field(default_factory=list)
    invoices: list[Examined] = field(default_factory=list)
    statuses: list[ReportedStatus] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)


def _kind(deposit: Deposit, source: Source, settings: RuleSettings) -> str:
    """What the deposit's first bytes announce; raises Refusal for one that is empty, too large or never got whole."""
    if deposit.size == 0:
        raise Refusal(fault("EDG-F011", "document"))
    if deposit.size > settings.flow_bytes:
        raise Refusal(fault("EDG-F012", "document", deposit.size, limit=settings.flow_bytes))
    if deposit.incomplete:
        raise Refusal(fault("EDG-F013", "document", deposit.name, seconds=format(settings.broken_after_seconds, "g")))
    kind = kind_of(source.head())
    if kind not in ARCHIVES and deposit.size > settings.document_bytes:
        raise Refusal(fault("EDG-F012", "document", deposit.size, limit=settings.document_bytes))
    return kind


def _pieces(source: Source, kind: str, interface: Interface, settings: RuleSettings) -> Iterator[Entry | Fault]:
    """The documents of a flow: the file itself, or what its archive holds (reference §4.2)."""
    if kind not in ARCHIVES:
        yield Entry("", source.read(), kind)
        return
    with source.open() as file:
        yield from unpack(file, kind, Limits.of(settings), interface.container)


def _look_into(piece: Entry, found: Findings, deposit: Deposit, interface: Interface, desk: Desk, keep: Keep) -> None:
    try:
        document = read_document(piece.content, interface, desk)
        if interface.carries is not Carries.INVOICES:
            _hear(document, piece.name, found, deposit, interface)
            return
    except Refusal as refusal:
        found.faults += [f.within(piece.name) for f in refusal.faults]
        return
    for place, invoice in enumerate(document.parser.parse(document.root), start=1):
        position = len(found.invoices) + 1
        examined = judge(
            invoice, Place(piece.name, place, position), document, interface=interface,
            received_on=deposit.received_on, desk=desk,
        )  # fmt: skip
        found.invoices.append(replace(examined, pivot=keep(examined.pivot, position) if examined.pivot else None))


def _hear(document: Document, entry: str, found: Findings, deposit: Deposit, interface: Interface) -> None:
    """What a partner reports; raises Refusal for what belongs on the other interface."""
    reported = cppstatut.parse(document.root)
    receipts = cppstatut.is_receipts(document.root)
    if receipts is not (interface.carries is Carries.RECEIPTS):
        raise Refusal(fault("EDG-F050", "document", "CPPFluxStatuts" if receipts else "CPPFactureStatuts"))
    context = StatusContext(deposit.depositor.role, deposit.received_on)
    into: list[Any] = found.receipts if receipts else found.statuses
    check_one: Callable[..., tuple[Fault, ...]] = check_receipt if receipts else check_status
    locate = cppstatut.locate_in(document.root)
    for place, one in enumerate(reported, start=1):
        faults = tuple(f.placed(*locate(place, f.field)).within(entry) for f in check_one(one, context))
        into.append(replace(one, position=len(into) + 1, faults=faults))


class Document:
    """A well-formed document, valid against its schema, with the parser that reads it; `source` is what came.

    `warnings` are what its container (a PDF) gave cause for.
    """

    __slots__ = ("parser", "root", "source", "warnings")

    def __init__(self, source: bytes, root: _Element, parser: Parser, warnings: tuple[Fault, ...] = ()) -> None:
        """Hold the source, its tree and the parser."""
        self.source = source
        self.root = root
        self.parser = parser
        self.warnings = warnings


def read_document(content: bytes, interface: Interface, desk: Desk) -> Document:
    """Kind, XML, format and schema of one document for this interface; raises Refusal with all the schema finds."""
    xml, warnings = _xml_of(content, interface, desk.settings)
    root = read(xml, max_bytes=desk.settings.document_bytes)
    parser = parser_of(root, interface)
    if parser is None:
        unknown = fault("EDG-F105", "document", places.name(root.tag, root), expected=interface.format)
        raise Refusal(unknown.placed(*places.place(root)))
    violations = desk.shelf.faults(root, parser.ROOTS[root.tag])
    if violations:
        raise Refusal(*violations)
    return Document(content, root, parser, warnings)


def parser_of(root: _Element, interface: Interface) -> Any:  # noqa: ANN401 - a parser of invoices, or of CPPStatut
    """The parser that reads documents of this root on the interface; None where it takes none."""
    return next((_READERS[key] for key in interface.parsers if root.tag in _READERS[key].ROOTS), None)


_READERS: Mapping[str, Any] = MappingProxyType({**PARSERS, "cppstatut": cppstatut})


def _xml_of(content: bytes, interface: Interface, settings: RuleSettings) -> tuple[bytes, tuple[Fault, ...]]:
    """The XML of a document, which may be embedded in a PDF (reference §7.7)."""
    kind = kind_of(content[:4096])
    if kind == "empty":
        raise Refusal(fault("EDG-F011", "document"))
    if kind != interface.container and kind in {"gzip", "zip", "pdf", "xml"}:
        raise Refusal(fault("EDG-F020", "document", kind, found=kind, expected=interface.container))
    if interface.container != "pdf":
        return content, ()
    embedded, warnings = extract(content, max_bytes=settings.document_bytes)
    return embedded.content, warnings


class Place(NamedTuple):
    """Where an invoice stands: the entry of the flow's archive, its place in that document, its place in the flow."""

    entry: str
    in_document: int
    position: int


def judge(
    invoice: Invoice, place: Place, document: Document, *, interface: Interface, received_on: dt.date, desk: Desk
) -> Examined:
    """One invoice: rules, then recipient, then first reader; its pivot is rendered while the document is at hand."""
    context = Context(interface, received_on, desk.settings, desk.directory)
    faults = _placed((*document.warnings, *check(invoice, context)), document, place)
    whom = addressee(invoice, desk.directory, desk.settings)
    refused = any(f.blocks for f in faults)
    # Outside a gate there are no partners: nobody to route to, and nothing is handed out.
    routed = not refused and bool(desk.book.partners)
    return Examined(
        position=place.position,
        entry=place.entry,
        number=invoice.number,
        type_code=invoice.type_code,
        issue_date=invoice.issue_date,
        cadre=invoice.cadre,
        supplier=invoice.supplier,
        recipient=whom.siret,
        recipient_name=whom.name,
        service=whom.service,
        service_name=whom.service_name,
        reader=first_reader(invoice.cadre, whom.siret, desk.book) if routed else "",
        stage=first_stage(invoice.cadre),
        market=invoice.market,
        engagement=invoice.engagement,
        validator=invoice.validator,
        faults=faults,
        amount_due=format(invoice.totals.due, "f") if invoice.totals.due is not None else "",
        currency=invoice.currency,
        pivot=render(invoice, whom, document, interface=interface, received_on=received_on) if routed else None,
        number_place=_number_place(document, place.in_document),
    )


def _placed(faults: tuple[Fault, ...], document: Document, place: Place) -> tuple[Fault, ...]:
    if not faults:
        return ()
    locate = document.parser.locate_in(document.root, place.in_document)
    return tuple((f if f.path else f.placed(*locate(f.field))).within(place.entry) for f in faults)


def _number_place(document: Document, position: int) -> tuple[str, int | None]:
    numbers = document.root.findall(document.parser.NUMBER)
    return places.place(numbers[position - 1]) if position <= len(numbers) else ("", None)


def render(
    invoice: Invoice, whom: Addressee, document: Document, *, interface: Interface, received_on: dt.date
) -> Content:
    """The invoice as the pivot carries it, but for what the ledger gives later."""
    addressing = pivot.Addressing(whom.siret, whom.name, whom.service, whom.service_name)
    unit = pivot.unit(invoice, addressing, received_on, document.source, interface)
    return Content(unit, size=len(unit))


def render_again(
    source: Source,
    whom: dict[int, Addressee],
    *,
    interface: Interface,
    received_on: dt.date,
    rules: RuleSettings,
    keep: Keep = in_memory,
) -> dict[int, Content]:
    """The pivots of the invoices at these positions of an archived flow, as they were rendered at first."""
    rendered: dict[int, Content] = {}
    position = 0
    for piece in _pieces(source, kind_of(source.head()), interface, rules):
        if isinstance(piece, Fault) or piece.kind == SIGNATURE:
            continue
        xml, _ = _xml_of(piece.content, interface, rules)
        root = read(xml, max_bytes=rules.document_bytes)
        document = Document(piece.content, root, parser_of(root, interface))
        for invoice in document.parser.parse(root):
            position += 1
            if position in whom:
                content = render(invoice, whom[position], document, interface=interface, received_on=received_on)
                rendered[position] = keep(content, position)
    return rendered
