"""The examination of one deposit: bytes and tables in, what was found out. No write, no clock (design §2, step 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.domain.cadres import CADRES
from edigate.domain.faults import Refusal, fault
from edigate.domain.verdicts import Content, Examination, Examined
from edigate.emitters import pivot
from edigate.parsers import PARSERS
from edigate.parsers._xml import kind_of, read
from edigate.pipeline.admission import admit
from edigate.routing import Addressee, addressee, first_reader
from edigate.rules import check
from edigate.rules.context import Context
from edigate.xsd import places

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from lxml.etree import _Element

    from edigate.domain.faults import Fault
    from edigate.domain.interfaces import Interface
    from edigate.domain.invoice import Invoice
    from edigate.domain.settings import RuleSettings
    from edigate.parsers import Parser
    from edigate.pipeline.desk import Deposit, Desk


def examine(deposit: Deposit, content: Callable[[], bytes], desk: Desk) -> Examination:
    """All that is wrong with a deposit, and where its invoices go.

    `content` is called only once name and size have passed. Raises Hold where a check cannot run.
    """
    try:
        interface = admit(deposit, desk)
        document = open_document(deposit, content, interface, desk)
    except Refusal as refusal:
        return Examination(refusal.faults)
    return judge_all(document, interface, deposit.received_on, desk)


class Document:
    """A well-formed document, valid against its schema, with the parser that reads it."""

    __slots__ = ("content", "parser", "root")

    def __init__(self, content: bytes, root: _Element, parser: Parser) -> None:
        """Hold the source, its tree and the parser."""
        self.content = content
        self.root = root
        self.parser = parser


def open_document(deposit: Deposit, content: Callable[[], bytes], interface: Interface, desk: Desk) -> Document:
    """Size, kind, XML, format and schema; raises Refusal with everything the schema finds."""
    limit = min(desk.settings.flow_bytes, desk.settings.document_bytes)
    if deposit.size == 0:
        raise Refusal(fault("EDG-F011", "document"))
    if deposit.size > limit:
        raise Refusal(fault("EDG-F012", "document", deposit.size, limit=limit))
    if deposit.incomplete:
        raise Refusal(
            fault("EDG-F013", "document", deposit.name, seconds=format(desk.settings.broken_after_seconds, "g"))
        )
    return read_document(content(), interface, desk)


def read_document(content: bytes, interface: Interface, desk: Desk) -> Document:
    """Kind, XML, format and schema of one document for this interface; raises Refusal."""
    kind = kind_of(content[:4096])
    if kind == "empty":
        raise Refusal(fault("EDG-F011", "document"))
    if kind in {"gzip", "zip", "pdf"}:
        raise Refusal(fault("EDG-F020", "document", kind, found=kind, expected="xml"))
    root = read(content, max_bytes=desk.settings.document_bytes)
    parser = next((PARSERS[key] for key in interface.parsers if root.tag in PARSERS[key].ROOTS), None)
    if parser is None:
        unknown = fault("EDG-F105", "document", places.name(root.tag, root), expected=interface.format)
        raise Refusal(unknown.placed(*places.place(root)))
    violations = desk.shelf.faults(root, parser.ROOTS[root.tag])
    if violations:
        raise Refusal(*violations)
    return Document(content, root, parser)


def judge_all(document: Document, interface: Interface, received_on: dt.date, desk: Desk) -> Examination:
    """Every invoice of a document, each by itself (reference §8.1, step 3)."""
    invoices = document.parser.parse(document.root)
    judged = tuple(
        judge(invoice, position, document, interface=interface, received_on=received_on, desk=desk)
        for position, invoice in enumerate(invoices, start=1)
    )
    return Examination(invoices=judged, directory_version=desk.directory.version if desk.directory else "")


def judge(
    invoice: Invoice, position: int, document: Document, *, interface: Interface, received_on: dt.date, desk: Desk
) -> Examined:
    """One invoice: rules, then recipient, then first reader; its pivot is rendered while the document is at hand."""
    context = Context(interface, received_on, desk.settings, desk.directory)
    faults = _placed(check(invoice, context), document)
    whom = addressee(invoice, desk.directory, desk.settings)
    refused = any(f.blocks for f in faults)
    # Outside a gate there are no partners: nobody to route to, and nothing is handed out.
    routed = not refused and bool(desk.book.partners)
    return Examined(
        position=position,
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
        waits=invoice.cadre in CADRES and CADRES[invoice.cadre].waits,
        faults=faults,
        amount_due=format(invoice.totals.due, "f") if invoice.totals.due is not None else "",
        currency=invoice.currency,
        pivot=render(invoice, whom, document, interface=interface, received_on=received_on) if routed else None,
        number_place=_number_place(document, position),
    )


def _placed(faults: tuple[Fault, ...], document: Document) -> tuple[Fault, ...]:
    if not faults:
        return ()
    locate = document.parser.locate_in(document.root)
    return tuple(f.placed(*locate(f.field)) for f in faults)


def _number_place(document: Document, position: int) -> tuple[str, int | None]:
    numbers = document.root.findall(document.parser.NUMBER)
    return places.place(numbers[position - 1]) if position <= len(numbers) else ("", None)


def render(
    invoice: Invoice, whom: Addressee, document: Document, *, interface: Interface, received_on: dt.date
) -> Content:
    """The invoice as the pivot carries it, but for what the ledger gives later."""
    addressing = pivot.Addressing(whom.siret, whom.name, whom.service, whom.service_name)
    unit = pivot.unit(invoice, addressing, received_on, document.content, interface)
    return Content(unit, size=len(unit))


def render_again(
    content: bytes, whom: dict[int, Addressee], *, interface: Interface, received_on: dt.date, rules: RuleSettings
) -> dict[int, Content]:
    """The pivots of the invoices at these positions of an archived document, as they were rendered at first."""
    root = read(content, max_bytes=rules.document_bytes)
    parser = next(PARSERS[key] for key in interface.parsers if root.tag in PARSERS[key].ROOTS)
    document = Document(content, root, parser)
    return {
        position: render(invoice, whom[position], document, interface=interface, received_on=received_on)
        for position, invoice in enumerate(parser.parse(root), start=1)
        if position in whom
    }
