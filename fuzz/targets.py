"""What is fed: each takes any bytes and must give an answer that keeps its promises; anything raised is a finding."""

from __future__ import annotations

import datetime as dt
import io
import os
import time
from base64 import b64decode, b64encode
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from zipfile import ZipFile

import pikepdf
from lxml import etree

from edigate.catalogue import interfaces, schema_folder
from edigate.clamd import understood
from edigate.domain import attachments
from edigate.domain.explain import explain
from edigate.domain.faults import Hold, Refusal
from edigate.domain.names import parse_name
from edigate.domain.partners import Partner, PartnerBook, Role
from edigate.domain.settings import RuleSettings
from edigate.domain.typography import NO_BREAK
from edigate.domain.wrapper_form import is_ordinary
from edigate.emitters import pivot
from edigate.emitters.envelope import Header
from edigate.intake.wholeness import is_whole
from edigate.parsers import PARSERS, _xml, facturx
from edigate.pipeline import returns
from edigate.pipeline.desk import Deposit, Desk
from edigate.pipeline.examine import examine
from edigate.pipeline.settle import Case, Taken, decide
from edigate.unpacking import Entry, Limits, unpack
from edigate.xsd import Shelf
from fuzz import seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from edigate.domain.faults import Fault
    from edigate.domain.verdicts import Examination

DAY = dt.date(2026, 3, 2)
NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
ATTACHMENT = EMBEDDED = 1_000_000
_LIMITS = Limits(
    file_bytes=1_000_000, flow_invoices=50, entries=200, total_bytes=5_000_000, ratio=200, nesting=3, folders=True
)
_RULES = RuleSettings(document_bytes=2_000_000, attachment_bytes=ATTACHMENT, archive_bytes=5_000_000)
_ENVELOPE = Header("CPP001" + "0" * 19, "CPP001", "edigate", "JMRPOR", "x", NOW)
_PORTAL = Partner("POR001", "Portail", Role.PORTAL, deposits=frozenset(interfaces()))


class Target(NamedTuple):
    """One thing that reads, and what it is fed from."""

    feed: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


class _Source:
    """A deposit's bytes."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def head(self) -> bytes:
        return self._content[:4096]

    def read(self) -> bytes:
        return self._content

    def open(self) -> io.BytesIO:
        return io.BytesIO(self._content)


@cache
def _desk() -> Desk:
    return Desk(interfaces(), Shelf(schema_folder(), clock=time.monotonic), _RULES, PartnerBook((_PORTAL,)))


@cache
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(schema_folder() / f"{name}.xsd"))


def read_xml(content: bytes) -> None:
    """Well-formed or refused; what is well-formed is read by each parser, whatever it is."""
    try:
        root = _xml.read(content, max_bytes=2_000_000)
    except Refusal as refusal:
        _told(refusal.faults)
        return
    for parser in PARSERS.values():
        parser.parse(root)


def read_archive(content: bytes) -> None:
    """Entries within limits, or faults."""
    given = list(unpack(io.BytesIO(content), "zip" if content.startswith(b"PK") else "gzip", _LIMITS, "xml"))
    _keeps(bool(given), "nothing said of an archive")
    for one in given:
        if isinstance(one, Entry):
            _keeps(len(one.content) <= _LIMITS.file_bytes, "an entry past its limit")
            _keeps(one.name.isprintable(), "a name that is not printable")
        else:
            _told([one])


def read_pdf(content: bytes) -> None:
    """The invoice inside, or what is wrong."""
    try:
        embedded, warnings = facturx.extract(content, max_bytes=EMBEDDED)
    except Refusal as refusal:
        _told(refusal.faults)
        return
    _keeps(len(embedded.content) <= EMBEDDED, "an invoice past its limit")
    _told(warnings)


def read_attachment(content: bytes) -> None:
    """A flaw or a file; a sound one can be handed on."""
    text = content.decode("latin-1")
    found = attachments.inspect("facture.pdf", text, ATTACHMENT)
    for _ in attachments.pieces(text):
        pass
    inside = sum(map(len, attachments.inner_pieces(text, ATTACHMENT)))
    _keeps(inside <= ATTACHMENT + (1 << 16), "a file past its limit")
    if found.flaw is None:
        wrapped = attachments.as_wrapper("facture.pdf", text)
        _keeps(attachments.inspect("facture.pdf", wrapped, ATTACHMENT).flaw is None, "a wrapper with a flaw")
        data = b64decode(wrapped)
        _keeps(is_ordinary(data, data, len(data)), "a wrapper with more in it than its file")
        _keeps(b64encode(data).decode("ascii") == wrapped, "base64 that a schema refuses")


def read_name(content: bytes) -> None:
    """A flow name that reads back as it was, or none."""
    text = content.decode("utf-8", "surrogateescape")
    name = parse_name(text)
    _keeps(name is None or str(name) == text, "a name that does not read back")
    attachments.safe_name(text, "a.pdf")
    attachments.shortened(text)


def read_answer(content: bytes) -> None:
    """What a scanner says is understood, or holds the flow; half an answer is never taken for OK."""
    text = content.decode("utf-8", "backslashreplace").strip()
    with suppress(Hold):
        _keeps(bool(understood(text)) or text.endswith("OK"), "an answer taken for OK")


def read_end(content: bytes) -> None:
    """Whole or not, which the gate itself looks for before it takes a file."""
    descriptor = os.memfd_create("deposit")
    try:
        os.write(descriptor, content)
        is_whole(descriptor, len(content))
    finally:
        os.close(descriptor)


def _whole(interface: str, depositor: Partner) -> Callable[[bytes], None]:
    def feed(content: bytes) -> None:
        """A verdict, and a report that says it, valid against its schema."""
        name = f"{interface}_{depositor.code}_{depositor.code}{interface[3:7]}{1:015d}"
        try:
            found = examine(Deposit(name, depositor, DAY, len(content)), _Source(content), _desk())
        except Refusal as refusal:
            _told(refusal.faults)
            raise
        _report(name, interface, depositor, found)

    return feed


def _report(name: str, interface: str, depositor: Partner, found: Examination) -> None:
    case = Case("r", "f", name, NOW.isoformat(), name[-25:], interface, found, depositor)
    (decision,) = decide([case], Taken())
    _told(decision.faults)
    for invoice in decision.invoices:
        _told(invoice.invoice.faults)
        if invoice.invoice.pivot:
            whole = b"".join(pivot.pivot(_ENVELOPE, 1, [pivot.finish(invoice.invoice.pivot.data, 1, pivot.Known(1))]))
            _valid(whole, "CPPFacturePivot_V2_02")
            _opens(whole)
    row: Mapping[str, object] = {"name": name, "verdict": decision.verdict, "parent": ""}
    report = returns.report(_ENVELOPE, row, decision.faults, (), interface=interface)  # type: ignore[arg-type]
    _valid(report, "CPPStatut_V1_19")


def _valid(content: bytes, name: str) -> None:
    schema = _schema(name)
    _keeps(schema.validate(etree.fromstring(content, _xml.build(huge=True))), f"{name}: {schema.error_log}")


def _opens(content: bytes) -> None:
    """Each file comes out of its ZIP, alone, and the readable one is a PDF without mistakes."""
    for piece in etree.fromstring(content, _xml.build(huge=True)).iter("PJ"):
        encoded = piece.findtext("Contenu")
        if encoded:
            with ZipFile(io.BytesIO(b64decode(encoded))) as archive:
                (name,) = archive.namelist()
                inside = archive.read(name)
            if name.endswith("_lisible.pdf"):
                with pikepdf.open(io.BytesIO(inside)) as found:
                    _keeps(not found.check_pdf_syntax(), "a readable PDF with mistakes")


def _told(faults: Iterable[Fault]) -> None:
    """Each fault has its words in both languages, and they can be written down."""
    for one in faults:
        for language in ("fr", "en"):
            words = explain(one, language)
            texts = (words.title, words.message, words.remedy, words.field, one.path, one.entry)
            for text in texts:
                text.encode()
        message = explain(one).message.replace(NO_BREAK, "")
        _keeps(message.isprintable(), f"a message that is not printable: {message!r}")


def _keeps(promise: bool, what: str) -> None:  # noqa: FBT001 - a condition
    if not promise:
        raise AssertionError(what)


_SUPPLIER = Partner("JMRPOR", "Fournisseur", Role.DEPOSITOR, deposits=frozenset(interfaces()))
_RECIPIENT = Partner("SEI001", "Destinataire", Role.RECIPIENT, deposits=frozenset(interfaces()))

TARGETS: Mapping[str, Target] = {
    "xml": Target(read_xml, (*seeds.XML, *seeds.STATUSES)),
    "archive": Target(read_archive, seeds.ARCHIVES),
    "pdf": Target(read_pdf, seeds.PDF),
    "attachment": Target(read_attachment, seeds.BASE64),
    "name": Target(read_name, seeds.NAMES),
    "answer": Target(read_answer, seeds.ANSWERS),
    "end": Target(read_end, (*seeds.XML, *seeds.ARCHIVES, *seeds.PDF)),
    "cii": Target(_whole("FSO1106A", _SUPPLIER), (seeds.XML[0], seeds.XML[4], *seeds.ARCHIVES[:4])),
    "cii mixed": Target(_whole("FSO1116A", _SUPPLIER), (seeds.XML[0],)),
    "ubl": Target(_whole("FSO1100A", _SUPPLIER), (seeds.XML[1], seeds.XML[2], seeds.XML[5])),
    "mixte": Target(_whole("FSO1113A", _SUPPLIER), (seeds.XML[3],)),
    "factur-x": Target(_whole("FSO1117A", _SUPPLIER), seeds.PDF),
    "statuses": Target(_whole("FSO1301A", _RECIPIENT), seeds.STATUSES),
    "receipts": Target(_whole("FSO1300A", _RECIPIENT), seeds.STATUSES[::-1]),
}
"""By name; the last ones are the whole examination, decision and report of a flow of that kind."""
