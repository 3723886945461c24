"""The examination of one deposit: bytes and tables in, what was found out. No write, no clock (design §2, step 3)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from edigate.domain.brief import brief
from edigate.domain.faults import Fault, Refusal, fault
from edigate.domain.interfaces import Carries
from edigate.domain.reported import Receipt, ReportedStatus, Spot
from edigate.domain.stages import first_stage
from edigate.domain.verdicts import Content, Examination, Examined
from edigate.emitters import pivot
from edigate.parsers import cppstatut
from edigate.parsers._xml import kind_of, read
from edigate.pipeline.admission import admit
from edigate.pipeline.desk import in_memory
from edigate.pipeline.documents import (
    ARCHIVES,
    SIGNATURE,
    Document,
    kind_of_deposit,
    parser_of,
    pieces_of,
    read_document,
    xml_of,
)
from edigate.pipeline.envelopes import oddities
from edigate.pipeline.scanning import dangers, stop_on_danger
from edigate.routing import Addressee, addressee, first_reader
from edigate.rules import check
from edigate.rules.context import Context
from edigate.rules.statuses import StatusContext, check_receipt, check_status
from edigate.xsd import places

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from edigate.domain.interfaces import Interface
    from edigate.domain.invoice import Invoice
    from edigate.domain.settings import RuleSettings
    from edigate.pipeline.desk import Deposit, Desk, Keep, Scan, Source
    from edigate.unpacking import Entry


def examine(deposit: Deposit, source: Source, desk: Desk, keep: Keep = in_memory) -> Examination:
    """All that is wrong with a deposit, where its invoices go, or what it reports.

    `source` is read only once name and size have passed; `keep` puts away each pivot that is rendered, so that a flow
    of many large invoices never lies in memory whole. Raises Hold where a check cannot run.
    """
    return joined([look_into(deposit, source, desk, keep)], desk.settings.flow_invoices)


class Part(NamedTuple):
    """Which documents of an archive are looked into: one of each `of` in a row, the first of them at `number`."""

    number: int = 0
    of: int = 1


WHOLE = Part()


class Looked(NamedTuple):
    """What one part of an examination found: the envelope's refusal, or findings by document."""

    refused: tuple[Fault, ...] = ()
    documents: tuple[Findings, ...] = ()
    directory_version: str = ""


def look_into(
    deposit: Deposit, source: Source, desk: Desk, keep: Keep = in_memory, part: Part = WHOLE
) -> Looked:  # fmt: skip
    """One part of an examination, where several processes share an archive's documents; `joined` makes it whole.

    Each unpacks all of it, which is the least of the work; what is wrong with the archive itself the first part tells.
    """
    try:
        interface = admit(deposit, desk)
        kind = kind_of_deposit(deposit, source, interface, desk.settings)
        scan = desk.scanner.opened(deposit.size) if desk.scanner else None
        if scan and not part.number:
            stop_on_danger(source, scan)
    except Refusal as refusal:
        return Looked(refusal.faults)
    desk.shelf.allowance.serve(deposit.depositor.code)
    documents: list[Findings] = []
    if kind in ARCHIVES or not part.number:
        count = 0
        for number, piece in enumerate(pieces_of(source, kind, interface, desk.settings)):
            if isinstance(piece, Fault):
                if not part.number:
                    documents.append(Findings(number, faults=[piece]))
            elif piece.kind != SIGNATURE and number % part.of == part.number:
                found = Findings(number)
                _look_into(piece, found, _At(deposit, interface, scan, keep, desk.settings.flow_invoices - count), desk)
                count += found.count
                documents.append(found)
            del piece  # before the next one is read: they may be large
    return Looked(documents=tuple(documents), directory_version=desk.directory.version if desk.directory else "")


def joined(parts: Sequence[Looked], most: int) -> Examination:
    """The examination of which these are all parts, the same whatever number they are; `most` invoices in a flow."""
    for part in parts:
        if part.refused:
            return Examination(part.refused)
    whole = Findings()
    for found in sorted((one for part in parts for one in part.documents), key=lambda one: one.number):
        whole.count += found.count
        whole.faults += found.faults
        if whole.count <= most:
            whole.faults += found.dangers
            whole.invoices += _moved(found.invoices, len(whole.invoices))
            whole.statuses += _moved(found.statuses, len(whole.statuses))
            whole.receipts += _moved(found.receipts, len(whole.receipts))
    if whole.count > most:
        whole.faults.append(fault("EDG-F015", "document", whole.count, most=most))
    return Examination(
        tuple(whole.faults),
        tuple(whole.invoices),
        tuple(whole.statuses),
        tuple(whole.receipts),
        parts[0].directory_version,
    )


_Placed = TypeVar("_Placed", Examined, ReportedStatus, Receipt)


def _moved(found: list[_Placed], by: int) -> list[_Placed]:
    """The same with their positions in the flow, of which so many came before this document's."""
    return [replace(one, position=one.position + by) for one in found] if by else found


@dataclass(slots=True)
class Findings:
    """What one document of a flow gives; positions are counted in it, and `number` is its place among what was found.

    `count` is how many invoices there are, looked at or not; `dangers` are in what is attached to those looked at.
    """

    number: int = 0
    count: int = 0
    faults: list[Fault] = field(default_factory=list)
    dangers: list[Fault] = field(default_factory=list)
    invoices: list[Examined] = field(default_factory=list)
    statuses: list[ReportedStatus] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)


class _At(NamedTuple):
    """Under what a document is looked into: `scan` is asked about attachments, where there is one.

    `room` is how many invoices the flow may have from here on.
    """

    deposit: Deposit
    interface: Interface
    scan: Scan | None
    keep: Keep
    room: int


def _look_into(piece: Entry, found: Findings, at: _At, desk: Desk) -> None:
    deposit, interface = at.deposit, at.interface
    try:
        document = read_document(piece.content, interface, desk, piece.name)
        known = desk.book.get(deposit.depositor.code)
        found.faults += [f.within(piece.name) for f in oddities(document.root, known.code if known else "")]
        if interface.carries is not Carries.INVOICES:
            _hear(document, piece.name, found, at, ZoneInfo(desk.settings.timezone))
            return
    except Refusal as refusal:
        found.faults += [f.within(piece.name) for f in refusal.faults]
        return
    found.count = max(1, len(document.numbers))
    if found.count > at.room:
        return  # too many to be looked at, let alone to be told of one by one: the flow is refused for that
    for place, invoice in enumerate(document.parser.parse(document.root), start=1):
        if at.scan:
            found.dangers += _placed(tuple(dangers(invoice, at.scan, desk.settings.attachment_bytes)), document, place)
        examined = judge(
            invoice, Place(piece.name, place, place), document, interface=interface,
            received_on=deposit.received_on, desk=desk,
        )  # fmt: skip
        kept = at.keep(examined.pivot, place) if examined.pivot else None
        found.invoices.append(examined if kept is examined.pivot else replace(examined, pivot=kept))


# Where statuses and receipts may turn out wrong at settling, by what the ledger holds.
_OF_STATUS, _OF_RECEIPT = ("status.code", "status.number"), ("receipt.flow_id",)


def _hear(document: Document, entry: str, found: Findings, at: _At, zone: ZoneInfo) -> None:
    """What a partner reports; raises Refusal for what belongs on the other interface."""
    root, context = document.root, StatusContext(at.deposit.depositor.role, at.deposit.received_on, zone)
    receipts = cppstatut.is_receipts(root)
    if receipts is not (at.interface.carries is Carries.RECEIPTS):
        raise Refusal(fault("EDG-F050", "document", "CPPFluxStatuts" if receipts else "CPPFactureStatuts"))
    locate = cppstatut.locate_in(root)

    def placed(faults: tuple[Fault, ...], place: int) -> tuple[Fault, ...]:
        return tuple(f.placed(*locate(place, f.field)).within(entry) for f in faults)

    def spots(fields: tuple[str, ...], place: int) -> tuple[Spot, ...]:
        return tuple(Spot(name, *locate(place, name)) for name in fields)

    if receipts:
        for place, receipt in enumerate(cppstatut.receipts(root), start=1):
            faults, stand = placed(check_receipt(receipt, context), place), spots(_OF_RECEIPT, place)
            position = len(found.receipts) + 1
            found.receipts.append(replace(brief(receipt), position=position, faults=faults, spots=stand, entry=entry))
        return
    for place, status in enumerate(cppstatut.statuses(root), start=1):
        faults, stand = placed(check_status(status, context), place), spots(_OF_STATUS, place)
        position = len(found.statuses) + 1
        found.statuses.append(replace(brief(status), position=position, faults=faults, spots=stand, entry=entry))


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
    warnings = (one.within(place.entry) for one in document.warnings)
    faults = (*warnings, *_placed(check(invoice, context), document, place.in_document))
    whom = addressee(invoice, desk.directory, desk.settings)
    refused = any(f.blocks for f in faults)
    # Outside a gate there are no partners: nobody to route to, and nothing is handed out.
    routed = not refused and bool(desk.book.partners)
    examined = Examined(
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
        number_entry=document.entry,
    )
    return brief(examined)


def _placed(faults: tuple[Fault, ...], document: Document, position: int) -> tuple[Fault, ...]:
    if not faults:
        return ()
    locate = document.parser.locate_in(document.root, position)
    return tuple((f if f.path else f.placed(*locate(f.field))).within(document.entry) for f in faults)


def _number_place(document: Document, position: int) -> tuple[str, int | None]:
    numbers = document.numbers
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
    for piece in pieces_of(source, kind_of(source.head()), interface, rules):
        if isinstance(piece, Fault) or piece.kind == SIGNATURE:
            continue
        xml, _ = xml_of(piece.content, interface, rules)
        root = read(xml, max_bytes=rules.document_bytes, blanks=False)
        document = Document(piece.content, root, parser_of(root, interface))
        for invoice in document.parser.parse(root):
            position += 1
            if position in whom:
                content = render(invoice, whom[position], document, interface=interface, received_on=received_on)
                rendered[position] = keep(content, position)
    return rendered
