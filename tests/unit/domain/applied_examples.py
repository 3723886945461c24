"""How the example of each fault code is put to the test: what is found in what it shows."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import tarfile
import tomllib
import zipfile
import zlib
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from lxml import etree

from edigate.catalogue import interfaces, schema_folder
from edigate.clamd import understood
from edigate.domain.cadres import Operation
from edigate.domain.directory import Service, Structure, Supplier
from edigate.domain.faults import Fault, Refusal
from edigate.domain.interfaces import Standing
from edigate.domain.invoice import Scheme
from edigate.domain.partners import Partner, PartnerBook, Role
from edigate.domain.reported import Receipt, ReportedLine, ReportedStatus
from edigate.domain.settings import RuleSettings
from edigate.parsers.facturx import extract
from edigate.pipeline.desk import Deposit, Desk
from edigate.pipeline.examine import examine
from edigate.rules.channel import decide
from edigate.rules.statuses import StatusContext, the_code_is_of_the_list
from edigate.sandbox import structures as people
from edigate.sandbox.archives import gzipped, tar_gz, zipped
from edigate.sandbox.documents import Draft, DraftAttachment, DraftLine, cii, ubl_credit_note, ubl_invoice
from edigate.sandbox.facturx import Packing, facturx_pdf, xmp
from edigate.sandbox.mixte import cpp_mixte
from edigate.sandbox.statuses import receipt_flow, status_flow
from edigate.unpacking import Entry, Limits, unpack
from edigate.xsd import Shelf
from tests import shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lxml.etree import _Element

    from edigate.domain.example_rows import Example

NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "aife": "urn:AIFE:Facture:Extension",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "fx": "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
}
TODAY = dt.date(2026, 3, 2)
PDF = b"%PDF-1.7\n%EOF\n"
ORIGINAL = DraftAttachment("facture.pdf", "application/pdf", PDF, type_code="01")
RECIPIENT = people.SERVICE_WITH_ENGAGEMENT
DRAFT = Draft(
    number="F2026-0042",
    issue_date=TODAY,
    supplier_id=people.SUPPLIER_3,
    supplier_name="Bâtiments Kerouan",
    recipient_siret=RECIPIENT,
    recipient_name="Communauté de communes du Haut-Sorbier",
    service="CULTURE",
    engagement="EJ-2026-118",
    market="M2025-07",
    validator_siret=people.LEAD_CONTRACTOR,
    validator_name="Travaux généraux Sauvebrun",
    attachments=(ORIGINAL,),
    origin_invoice="F2025-0917",
)
EVERYTHING = frozenset(interfaces())
DEPOSITOR = Partner("ABC123", "Abécé", Role.DEPOSITOR, deposits=EVERYTHING)
REPORTER = Partner("SEI001", "Val-Clair", Role.RECIPIENT, deposits=EVERYTHING)
PORTAL = Partner("POR001", "Portail", Role.PORTAL, deposits=EVERYTHING)
SHELF = Shelf(schema_folder(), {}, clock=lambda: 0.0)


@dataclass(frozen=True)
class Listed(shelf.Shelf):
    """The sandbox's directory, with the records that examples name."""

    structures: tuple[Structure, ...] = people.STRUCTURES
    services: tuple[Service, ...] = (
        *(Service(r.siret, r.service_code, r.service_name, r.active, r.engagement_required) for r in people.SERVICES),
        Service(RECIPIENT, "ARCHIVES", "Ancien service des archives", active=False),
    )
    suppliers: tuple[Supplier, ...] = (
        Supplier(people.SUPPLIER_3, accounts=frozenset({"FR7699999000010000012345693"})),
        Supplier("99982740600011", active=False),
    )

    def demanding(self, **flags: object) -> Listed:
        """The same, where the recipient asks for more."""
        rows = (replace(r, **flags) if r.siret == RECIPIENT else r for r in self.structures)  # type: ignore[arg-type]
        return replace(self, structures=tuple(rows))


DESK = Desk(interfaces(), SHELF, RuleSettings(), PartnerBook(), Listed())


class InMemory:
    """A deposit's bytes."""

    def __init__(self, content: bytes) -> None:
        """Hold them."""
        self._content = content

    def read(self) -> bytes:
        """All of them."""
        return self._content

    head = read

    def open(self) -> io.BytesIO:
        """The same as a file."""
        return io.BytesIO(self._content)


def deposited(
    content: bytes,
    interface: str = "FSO1116A",
    partner: Partner = DEPOSITOR,
    desk: Desk = DESK,
    name: str = "",
    **envelope: object,
) -> list[Fault]:
    """All that is told of a flow: of itself, its invoices, and what it reports."""
    name = name or f"{interface}_{partner.code}_{partner.code}{interface[3:7]}{42:015d}"
    size = cast("int", envelope.get("size", len(content)))
    deposit = Deposit(name, partner, TODAY, size, incomplete=bool(envelope.get("incomplete")))
    found = examine(deposit, InMemory(content), desk)
    inside = [
        *(i.faults for i in found.invoices),
        *(s.faults for s in found.statuses),
        *(r.faults for r in found.receipts),
    ]
    return [*found.faults, *chain.from_iterable(inside)]


def forest(snippet: str) -> dict[str, _Element]:
    """The elements of an example that is XML, by their names; those in comments are not there."""
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    root = etree.fromstring(f"<snippet {declared}>{snippet}</snippet>")
    return {str(element.tag): element for element in root.iterchildren("*")}


def spliced(document: bytes, example: Example, snippet: str, scope: str) -> bytes:
    """The document with the elements of the example in their places below `scope`, as the snippet has them."""
    root = etree.fromstring(document)
    (below, *_) = cast("list[_Element]", root.xpath(scope, namespaces=NAMESPACES))
    written = forest(snippet)
    for tag in forest(example.right):
        place = below if below.tag == tag else next(below.iter(tag))
        parent = place.getparent()
        assert parent is not None
        if tag in written:
            parent.replace(place, written[tag])
        else:
            parent.remove(place)
    return etree.tostring(root)


@dataclass(frozen=True)
class In:
    """Where the elements of an example belong: below which element of which document, deposited how."""

    scope: str
    document: bytes = cii(DRAFT)
    interface: str = "FSO1116A"
    partner: Partner = DEPOSITOR
    desk: Desk = DESK

    def __call__(self, example: Example, snippet: str) -> list[Fault]:
        """What is found where the document says this."""
        content = spliced(self.document, example, snippet, self.scope)
        return deposited(content, self.interface, self.partner, self.desk)


def changed(**changes: object) -> bytes:
    """The CII document of the draft with these changes."""
    return cii(replace(DRAFT, **changes))  # type: ignore[arg-type]


def told(directory: Listed | None = None, **settings: object) -> Desk:
    """The desk with these settings, or with this directory."""
    return replace(
        DESK, settings=DESK.settings._replace(**settings), directory=directory or DESK.directory  # type: ignore[arg-type]
    )  # fmt: skip


def a_status(**changes: object) -> bytes:
    """A flow of one status, sound but for these changes."""
    sound = ReportedStatus(
        1, "07", "F2026-0042", people.SUPPLIER_3, Scheme.SIRET, RECIPIENT, "Service fait", "Rien à dire",
        raw_at="2026-03-02T09:00:00+01:00", issue_date=TODAY,
    )  # fmt: skip
    return status_flow("SEI001", 42, [replace(sound, **changes)])[1]  # type: ignore[arg-type]


def a_receipt(code: str = "92") -> bytes:
    """A flow of one receipt."""
    lines = (ReportedLine("TECHNIQUE", "E042", "PJ illisible"),) if code == "94" else ()
    sound = Receipt(1, code, f"CPP0010036{42:015d}", raw_at="2026-03-02T09:00:00+01:00", lines=lines)
    return receipt_flow("SEI001", 42, [sound])[1]


def named(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a flow of this name."""
    partner = REPORTER if "SEI001" in snippet else DEPOSITOR
    name, _, content = snippet.partition(": ")
    written = a_receipt() if content == "CPPFluxStatuts" else cii(DRAFT)
    return deposited(written, partner=partner, name=name)


def of_partner(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a sound flow of this partner."""
    said = json.loads(snippet)
    partner = replace(
        DEPOSITOR, active=said.get("active", True), deposits=frozenset(said.get("deposits", DEPOSITOR.deposits))
    )
    return deposited(cii(DRAFT), partner=partner)


def of_interface(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a sound flow on an interface with this row."""
    row = interfaces()["FSO1116A"]._replace(standing=Standing(tomllib.loads(snippet)["standing"]))
    return deposited(cii(DRAFT), desk=replace(DESK, interfaces={"FSO1116A": row}))


def of_size(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a flow of this size."""
    size, name = snippet.split()
    return deposited(cii(DRAFT) if int(size) else b"", name=name, size=int(size))


@dataclass(frozen=True)
class Answering:
    """A scanner that answers this whatever it is asked."""

    answer: str

    def opened(self, _size: int) -> Callable[[Iterable[bytes]], str]:
        """The answer, understood."""
        return lambda _pieces: understood(self.answer)


def of_antivirus(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a flow of which the scanner says this."""
    return deposited(cii(DRAFT), desk=replace(DESK, scanner=Answering(snippet)))


def of_type(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a flow whose content begins like this."""
    name, _, start = snippet.partition(": ")
    return deposited(cii(DRAFT) if start.startswith("<?xml") else f"{start}\n".encode(), name=name)


def of_count(_example: Example, snippet: str) -> list[Fault]:
    """What is told of a flow of one status that counts so many."""
    return deposited(a_status().replace(b'compteur="1"', snippet.partition(":")[0].encode()), "FSO1301A", REPORTER)


def of_end(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a flow that ends like this, after a while."""
    content = cii(DRAFT).rstrip()
    return deposited(content, incomplete=not content.endswith(snippet.removeprefix("…").encode()))


def with_text(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a document that names the supplier thus, written as it stands."""
    dtd, _, name = snippet.rpartition(" … ")
    head, end, rest = cii(DRAFT).decode().partition("?>")
    named = rest.replace("<ram:Name>Bâtiments Kerouan</ram:Name>", name)
    return deposited(f"{head}{end}{dtd}{named}".encode())


def with_bytes(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a document that declares this encoding and names the supplier with these bytes."""
    declared, _, written = snippet.partition(": ")
    assert declared.encode() in cii(DRAFT)
    return deposited(cii(DRAFT).replace("Bâtiments".encode(), bytes.fromhex(written)))


def of_depth(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a document where so many notes stand in one another."""
    depth = int(snippet.split(maxsplit=1)[0])
    note = f"{'<ram:IncludedNote>' * depth}<ram:Content>Note</ram:Content>{'</ram:IncludedNote>' * depth}"
    return deposited(cii(DRAFT).replace(b"  </rsm:ExchangedDocument>", f"{note}</rsm:ExchangedDocument>".encode()))


def of_root(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a document of this root."""
    return deposited(cii(DRAFT) if snippet.startswith("<rsm:") else snippet.encode())


def of_files(files: Mapping[str, bytes], settings: RuleSettings = DESK.settings) -> list[Fault]:
    """What is wrong with a tar.gz of these files."""
    return unpacked(tar_gz(files), settings)


def unpacked(archive: bytes, settings: RuleSettings = DESK.settings) -> list[Fault]:
    """What unpacking finds."""
    kind = "zip" if archive.startswith(b"PK") else "gzip"
    found = unpack(io.BytesIO(archive), kind, Limits.of(settings), "xml")
    return [one for one in found if not isinstance(one, Entry)]


SIGNATURE = b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo/></ds:Signature>'


def content_of(name: str) -> bytes:
    """A file as its name says."""
    if name.endswith(".pdf"):
        return PDF
    if name.endswith(".gz"):
        return tar_gz({"facture-3.xml": cii(DRAFT)})
    return SIGNATURE if name.endswith(".xades") else cii(DRAFT)


def listing(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with an archive of these files, as `ls` lists them."""
    names = [line.split(maxsplit=1)[-1] if line.startswith("-") else line for line in snippet.splitlines()]
    if snippet.startswith("l"):
        link = tarfile.TarInfo(snippet.split()[1])
        link.type, link.linkname = tarfile.SYMTYPE, snippet.rsplit(maxsplit=1)[-1]
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w") as archive:
            archive.addfile(link)
        return unpacked(gzipped(content.getvalue()))
    return of_files({name: content_of(name) for name in names})


def sized(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with an archive of one file of this size; sizes and limit are a thousandth."""
    name, size = snippet.split()
    settings = DESK.settings._replace(document_bytes=DESK.settings.document_bytes // 1000)
    return of_files({name: b"<a/>".ljust(int(size) // 1000) if int(size) else b""}, settings)


def counted(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with an archive of so many documents, or entries of any kind, as `wc` or `grep` counts them."""
    command, _, count = snippet.partition("\n")
    if "xml" in command:
        return of_files({f"facture-{number}.xml": b"<a/>" for number in range(int(count))})
    folders = {f"{number}/": b"" for number in range(1, int(count))}
    return of_files({"facture-1.xml": b"<a/>", **folders}, DESK.settings._replace(archive_folders=True))


def of_weight(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with an archive of this size, unpacked; size and limit are a thousandth."""
    size = int(snippet.rpartition(" ")[2]) // 1000
    settings = DESK.settings._replace(archive_bytes=DESK.settings.archive_bytes // 1000)
    return of_files({"facture-1.xml": b"<a/>".ljust(size - 3 * tarfile.BLOCKSIZE)}, settings)


def of_ratio(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with an archive of these sizes, packed and not: part of it packs well, part of it not at all."""
    small, large = map(int, re.findall("[0-9]+", snippet))
    return of_files({"facture-1.xml": (b"<a/>" + Random(1).randbytes(small)).ljust(large)})


def transferred(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with an archive of which so much arrived."""
    whole = tar_gz({"facture-1.xml": cii(DRAFT)})
    sent, arrived = map(int, re.findall(": ([0-9]+)", snippet))
    return unpacked(whole[: len(whole) * arrived // sent])


def as_text(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with an archive whose bytes went through a transfer of texts."""
    whole = tar_gz({"facture-1.xml": cii(DRAFT)})
    return unpacked(whole.replace(b"\n", b"\r\n") if "ascii" in snippet else whole)


def commanded(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with an archive that this command makes."""
    document = cii(DRAFT)
    made = {
        "gzip": gzipped(document),
        "tar": tar_gz({"facture-1.xml": document, "facture-2.xml": document}),
        "cat": tar_gz({"facture-1.xml": document}) + SIGNATURE,
    }
    if not snippet.startswith("zip"):
        return unpacked(made[snippet.split(maxsplit=1)[0]])
    if "bzip2" in snippet:
        return unpacked(zipped({"facture-1.xml": document}, zipfile.ZIP_BZIP2))
    archive = bytearray(zipped({"facture-1.xml": document}))
    if "--encrypt" in snippet:
        for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            archive[archive.index(mark) + offset] |= 1
    return unpacked(bytes(archive))


def described(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a ZIP that has these names before and behind the data."""
    first, second = (line.rpartition(" ")[2].encode() for line in snippet.splitlines())
    archive = bytearray(zipped({"x" * len(first): cii(DRAFT)}))
    names = [match.start() for match in re.finditer(b"x" * len(first), archive)]
    archive[names[0] : names[0] + len(first)] = first
    archive[names[-1] : names[-1] + len(first)] = second.rjust(len(first), b"f")
    return unpacked(bytes(archive))


def in_pdf(packing: Packing, xml: bytes = b"<invoice/>") -> list[Fault]:
    """What is wrong with a Factur-X that is packed thus."""
    return extracted(facturx_pdf(xml, packing))


def extracted(pdf: bytes) -> list[Fault]:
    """What is wrong with a PDF, where the file in it may have a thousandth of the usual size."""
    try:
        return list(extract(pdf, max_bytes=DESK.settings.document_bytes // 1000)[1])
    except Refusal as refusal:
        return list(refusal.faults)


def of_pdf(field: str, pattern: str) -> Callable[[Example, str], list[Fault]]:
    """What is wrong with a Factur-X one of whose details is what the pattern finds in the example."""

    def found(_example: Example, snippet: str) -> list[Fault]:
        match = re.search(pattern, snippet)
        return in_pdf(replace(Packing(), **{field: match[1] if match else ""}))  # type: ignore[arg-type]

    return found


def of_pdf_profile(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a Factur-X whose metadata announce this profile."""
    level = forest(snippet)[f"{{{NAMESPACES['fx']}}}ConformanceLevel"].text or ""
    context = "GuidelineSpecifiedDocumentContextParameter"
    return in_pdf(Packing(level=level), f"<{context}><ID>urn:cen.eu:en16931:2017</ID></{context}>".encode())


def of_embedded(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a Factur-X that embeds files of these sizes; sizes and limit are a thousandth."""
    first, *others = [int(line.split()[1]) for line in snippet.splitlines()]
    more = tuple(("factur-x.xml", b"<other/>") for _ in others)
    return in_pdf(Packing(others=more), b"<invoice/>".ljust(first // 1000) if first else b"")


def of_listing(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a Factur-X that lists its file in these places."""
    return in_pdf(Packing(listed=tuple(place for place in ("AF", "EmbeddedFiles") if f"/{place}" in snippet)))


def of_encryption(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a Factur-X with this trailer."""
    return in_pdf(Packing(key="secret" if "/Encrypt" in snippet else ""))


def of_metadata(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a Factur-X whose metadata say this, written as it stands."""
    part = b"<pdfaid:part>3</pdfaid:part>"
    assert part in xmp()
    return in_pdf(Packing(metadata=xmp().replace(part, snippet.encode())))


def of_filter(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a Factur-X whose file has this filter."""
    return in_pdf(Packing(filters=(snippet.rpartition("/")[2],)), zlib.compress(b"<invoice/>"))


def pdf_transferred(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a PDF of which so much arrived."""
    sent, arrived = map(int, re.findall(": ([0-9]+)", snippet))
    whole = facturx_pdf(b"<invoice/>")
    return extracted(whole[: len(whole) * arrived // sent])


def attached(example: Example, snippet: str) -> list[Fault]:
    """What is wrong with an attachment that holds this; in a ZIP, unless the example is about that."""
    name, _, content = snippet.partition(": ")
    inside = re.fullmatch(r"ZIP \((.*)\)", content)
    file = zipped(dict.fromkeys(inside[1].split(", "), PDF)) if inside else content.encode()
    bare = "ZIP" in example.right
    return deposited(changed(attachments=(replace(ORIGINAL, name=name, content=file, zipped=not bare),)))


def attached_size(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with an attachment of this size; sizes and limit are a thousandth."""
    size = int(snippet.split()[1])
    content = PDF.ljust(size // 1000) if size else b""
    desk = told(attachment_bytes=DESK.settings.attachment_bytes // 1000)
    return deposited(changed(attachments=(replace(ORIGINAL, content=content),)), desk=desk)


def attached_type(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with an attachment of this name and type."""
    name, mime = snippet.split()
    return deposited(changed(attachments=(replace(ORIGINAL, name=name, mime=mime),)))


def attached_text(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with an attachment of this base64 text."""
    return deposited(changed().replace(ORIGINAL.encoded.encode(), snippet.encode()))


def of_code(_example: Example, snippet: str) -> list[Fault]:
    """What is wrong with a status of this code, which the schema refuses before the rule where it is out of range."""
    code = forest(snippet)["IdStatut"].text or ""
    context = StatusContext(Role.RECIPIENT, TODAY, dt.UTC)
    return list(the_code_is_of_the_list(ReportedStatus(1, code, "F1", "1"), context))


def operated(_example: Example, snippet: str) -> list[Fault]:
    """What the channel says of this operation on this cadre."""
    cadre, operation = re.findall(r"EDI (\w+): (\w+)", snippet)[0]
    refusal = decide(cadre, interfaces()["FSO1130A"], Operation(operation), RuleSettings())
    return [refusal] if refusal else []


DOCUMENT, LINE = "//rsm:ExchangedDocument", "//ram:IncludedSupplyChainTradeLineItem"
CADRE = "//ram:BusinessProcessSpecifiedDocumentContextParameter"
SELLER, BUYER, INVOICEE = "//ram:SellerTradeParty", "//ram:BuyerTradeParty", "//ram:InvoiceeTradeParty"
ORDER, MARKET = "//ram:BuyerOrderReferencedDocument", "//ram:ContractReferencedDocument"
AGREEMENT, SETTLEMENT = "//ram:ApplicableHeaderTradeAgreement", "//ram:ApplicableHeaderTradeSettlement"
MEANS, TAX = "//ram:SpecifiedTradeSettlementPaymentMeans", f"{SETTLEMENT}/ram:ApplicableTradeTax"
SUMS, FILE = "//ram:SpecifiedTradeSettlementHeaderMonetarySummation", "//ram:AdditionalReferencedDocument"
PRICES = f"{LINE}//ram:SpecifiedLineTradeAgreement"
LISTED = Listed()
UBL = partial(In, document=ubl_invoice(DRAFT))
OF_A_STATUS = partial(In, interface="FSO1301A", partner=REPORTER)
OF_A_RECEIPT = partial(In, "//DonneesStatut", interface="FSO1300A", partner=REPORTER)

# How each example is put to the test: what is found in what it shows.
APPLIED: Mapping[str, Callable[[Example, str], list[Fault]]] = MappingProxyType(
    {
        **dict.fromkeys(("F001", "F002", "F003", "F004", "F007", "F009", "F050"), named),
        "F005": of_partner,
        "F006": of_partner,
        "F008": of_interface,
        "F011": of_size,
        "F012": of_size,
        "F013": of_end,
        "F016": of_antivirus,
        "F020": of_type,
        "F021": of_count,
        "F022": In("//Partenaires", a_status(), "FSO1301A", REPORTER, replace(DESK, book=PartnerBook((REPORTER,)))),
        "F030": commanded,
        "F031": transferred,
        "F032": as_text,
        "F033": commanded,
        "F034": described,
        "F035": commanded,
        "F036": commanded,
        **dict.fromkeys(("F037", "F038", "F039", "F040", "F043", "F048", "F049"), listing),
        "F041": sized,
        "F042": sized,
        "F044": counted,
        "F045": counted,
        "F046": of_weight,
        "F047": of_ratio,
        "F060": pdf_transferred,
        "F061": of_encryption,
        "F062": of_pdf("part", "<pdfaid:part>(.*)</pdfaid:part>"),
        "F063": of_metadata,
        "F064": of_pdf("part", "<pdfaid:part>(.*)</pdfaid:part>"),
        "F065": of_listing,
        "F066": of_pdf("name", r"/UF \((.*)\)"),
        "F067": of_pdf("name", r"/UF \((.*)\)"),
        "F068": of_pdf("relationship", "/AFRelationship /(.*)"),
        "F069": of_embedded,
        "F070": of_embedded,
        "F071": of_embedded,
        "F072": of_filter,
        "F073": of_listing,
        "F074": of_pdf("declared_name", ">(.*)</"),
        "F075": of_pdf_profile,
        "F076": of_pdf("level", "<fx:ConformanceLevel>(.*)</"),
        "F101": with_text,
        "F102": with_bytes,
        "F103": with_text,
        "F104": of_depth,
        "F105": of_root,
        "F106": In(DOCUMENT),
        "F107": UBL("//cac:LegalMonetaryTotal", interface="FSO1110A"),
        "F108": In(SUMS),
        "F109": UBL("//cac:LegalMonetaryTotal", interface="FSO1110A"),
        "F110": In(BUYER),
        **dict.fromkeys(("I001", "I002", "I003", "I004", "I010", "I011", "I020", "I021", "I022", "I023"), In(DOCUMENT)),
        "I012": In("//cbc:CreditNoteTypeCode", ubl_credit_note(replace(DRAFT, type_code="381")), interface="FSO1110A"),
        "I030": In(SETTLEMENT),
        "I031": In(SUMS),
        **dict.fromkeys(
            ("I040", "I041", "I042", "I043", "I044", "I045", "I046", "I047", "I048", "I049", "I050"), In(SELLER)
        ),
        "I051": In(SELLER, desk=told(supplier_must_be_known=True)),
        "I052": In(SELLER),
        "I053": In(SELLER, desk=told(supplier_must_be_known=True)),
        "I054": In(MEANS, desk=told(supplier_account_must_be_known=True)),
        "I056": In(LINE),
        **dict.fromkeys(("I060", "I061", "I062", "I063", "I064", "I065", "I066", "I068"), In(BUYER)),
        "I067": In(AGREEMENT, changed(recipient_siret="0" * 14)),
        "I069": In(AGREEMENT, desk=told(LISTED.demanding(service_form="[A-Z]{5,8}"))),
        "I070": In(AGREEMENT, desk=told(LISTED.demanding(service_required=True))),
        **dict.fromkeys(("I071", "I072", "I073"), In(AGREEMENT)),
        "I074": In(ORDER, desk=told(LISTED.demanding(engagement_required=True))),
        "I075": In(ORDER, changed(service="VOIRIE")),
        "I076": In(ORDER, changed(service=""), desk=told(LISTED.demanding(engagement_or_service_required=True))),
        "I077": In(ORDER),
        "I078": In(MARKET),
        "I079": In(ORDER, desk=told(LISTED.demanding(engagement_form="[0-9]{5,6}"))),
        **dict.fromkeys(("I080", "I081", "I082", "I083", "I084"), In(MEANS)),
        "I085": UBL("//cbc:PaymentMeansCode", document=ubl_invoice(replace(DRAFT, cadre="A3")), interface="FSO1120A"),
        "I090": In(SUMS, changed(cadre="A2")),
        **dict.fromkeys(("I100", "I101", "I102", "I103", "I104", "I105"), In(SUMS)),
        "I106": In(LINE),
        "I107": In(TAX),
        "I108": In(PRICES, changed(gross_prices=True, lines=(DraftLine(),))),
        "I109": In(LINE),
        "I110": In(LINE),
        "I111": In(TAX),
        "I112": In("//Montants", cpp_mixte(DRAFT), "FSO1113A"),
        "I120": In(AGREEMENT),
        **dict.fromkeys(("I121", "I122", "I128", "I129"), In(FILE)),
        "I123": attached_size,
        "I124": attached_size,
        "I125": attached_text,
        **dict.fromkeys(("I126", "I127", "I130", "I132"), attached),
        "I131": attached_type,
        "I133": attached_type,
        "I134": UBL("//cac:AdditionalDocumentReference", interface="FSO1110A"),
        **dict.fromkeys(("I140", "I141", "I142", "I143", "I144", "I145", "I146", "I147"), In(CADRE)),
        "I148": In(CADRE, desk=told(works_on_general_interfaces=False)),
        "I149": UBL("//aife:CategoryCode", interface="FSO1131A"),
        "I151": UBL("//aife:CategoryCode", interface="FSO1120A"),
        "I152": operated,
        "I160": In(SETTLEMENT, changed(cadre="A9")),
        "I161": In(SETTLEMENT, changed(cadre="A4")),
        "I162": In(INVOICEE, changed(cadre="A9")),
        "I170": In("//ram:InvoiceReferencedDocument"),
        "S001": of_code,
        "S002": OF_A_STATUS("//DonneesStatut", a_status()),
        "S003": OF_A_STATUS("//DonneesStatut", a_status()),
        "S004": OF_A_STATUS("//DonneesStatut", a_status(comment="SE_ERR - service fermé")),
        "S005": In("//DonneesStatut", a_status(code="01"), "FSO1301A", PORTAL),
        **dict.fromkeys(("S010", "S013", "S014", "S015"), OF_A_STATUS("//DonneesStatut", a_status(code="06"))),
        "S011": OF_A_STATUS("//DonneesStatut", a_status()),
        "S012": OF_A_STATUS("//DonneesStatut", a_status()),
        "S020": OF_A_STATUS("//Fournisseur", a_status()),
        "S021": OF_A_STATUS("//DonneesStatut", a_status()),
        "S022": OF_A_STATUS("//Debiteur", a_status()),
        "S025": OF_A_RECEIPT(document=a_receipt()),
        "S026": OF_A_RECEIPT(document=a_receipt()),
        "S027": OF_A_RECEIPT(document=a_receipt("94")),
    }
)
DECIDED_LATER = frozenset(
    {
        "F010", "I150", "I153", "I154", "S030", "S031", "S032", "S033", "S034", "S035",
        "S036", "S037", "S038", "S040", "S041", "S042",
    }
)  # fmt: skip
"""Codes of what the ledger knows besides the document: tests/unit/pipeline shows them, in sequences like these."""

ELSEWHERE = frozenset({"F014", "F015", "F077"})
"""A link in the inbox, a flow of 501 invoices, a PDF that a library minds: shown where such things are made."""
