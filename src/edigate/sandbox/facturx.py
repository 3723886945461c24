"""Small Factur-X: a PDF/A-3 of one page that embeds an invoice, and the ways in which one can be wrong."""

from __future__ import annotations

import io
from dataclasses import dataclass
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, String

_DATE = "D:20250101000000Z"
# PDF/A wants colours that depend on no device and fonts that are embedded: the page is a frame in a calibrated grey.
_DRAWING = b"/Grey CS 0 SC 2 w 40 40 515 762 re S 40 700 m 555 700 l S 40 140 m 555 140 l S"
_FACTURX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_PROPERTIES = ("DocumentType", "DocumentFileName", "Version", "ConformanceLevel")
_DESCRIPTION = """
<rdf:Description rdf:about="" xmlns:fx="{facturx}">
{values}
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{facturx}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>
{properties}
</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>"""
_PROPERTY = """<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>\
<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>\
<pdfaProperty:description>{name}</pdfaProperty:description></rdf:li>"""
_PDFA = """
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>{part}</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description>"""
_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{about}
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """How the invoice is packed; every default is right, but that `level` should be the invoice's own profile.

    `part` is that of PDF/A, empty for no declaration; `level` empty for no description of the Factur-X; `metadata`
    replaces the XMP, None for one that is made; `listed` are the places that list the file; `others` are further
    files by name, of the same name if one likes; `filters` are those of the embedded files, whose content is then
    taken as encoded already; `key` encrypts, and is then needed to open; `locked` encrypts without one.
    """

    name: str = "factur-x.xml"
    relationship: str = "Data"
    part: str = "3"
    level: str = "EN 16931"
    declared_name: str = "factur-x.xml"
    metadata: bytes | None = None
    listed: tuple[str, ...] = ("AF", "EmbeddedFiles")
    others: tuple[tuple[str, bytes], ...] = ()
    filters: tuple[str, ...] = ()
    key: str = ""
    locked: bool = False


SOUND = Packing()


def facturx_pdf(xml: bytes, packing: Packing = SOUND) -> bytes:
    """Make a PDF/A-3 with an invoice inside, the same at every run unless it is encrypted."""
    with pikepdf.new() as pdf:
        pdf.pages.append(_page(pdf))
        files = [(packing.name, xml), *packing.others]
        _embed(pdf, [(name, _file(pdf, name, content, packing)) for name, content in files], packing)
        metadata = xmp(packing) if packing.metadata is None else packing.metadata
        if metadata:
            stream = pdf.make_stream(metadata, Type=Name.Metadata, Subtype=Name.XML)
            pdf.Root.Metadata = pdf.make_indirect(stream)
        return _saved(pdf, packing)


def xmp(packing: Packing = SOUND) -> bytes:
    """Write the XMP metadata, empty where they would say nothing."""
    about = _PDFA.format(part=escape(packing.part)) if packing.part else ""
    if packing.level:
        said = ("INVOICE", packing.declared_name, "1.0", packing.level)
        about += _DESCRIPTION.format(
            facturx=_FACTURX,
            values="\n".join(
                f"<fx:{name}>{escape(value)}</fx:{name}>" for name, value in zip(_PROPERTIES, said, strict=True)
            ),
            properties="\n".join(_PROPERTY.format(name=name) for name in _PROPERTIES),
        )
    return _PACKET.format(about=about).encode() if about else b""


def _page(pdf: pikepdf.Pdf) -> pikepdf.Page:
    grey = Array([Name.CalGray, Dictionary(WhitePoint=[0.9505, 1, 1.089])])
    return pikepdf.Page(
        pdf.make_indirect(
            Dictionary(
                Type=Name.Page,
                MediaBox=[0, 0, 595, 842],
                Resources=Dictionary(ColorSpace=Dictionary(Grey=grey)),
                Contents=pdf.make_stream(_DRAWING),
            )
        )
    )


def _file(pdf: pikepdf.Pdf, name: str, content: bytes, packing: Packing) -> pikepdf.Object:
    stream = pdf.make_stream(content, Type=Name.EmbeddedFile, Subtype=Name("/text/xml"))
    stream.Params = Dictionary(ModDate=String(_DATE), Size=len(content))
    if packing.filters:
        stream.Filter = Array([Name(f"/{one}") for one in packing.filters])
    spec = Dictionary(Type=Name.Filespec, F=name, UF=name, Desc="Factur-X", EF=Dictionary(F=stream, UF=stream))
    if packing.relationship:
        spec.AFRelationship = Name(f"/{packing.relationship}")
    return pdf.make_indirect(spec)


def _embed(pdf: pikepdf.Pdf, files: list[tuple[str, pikepdf.Object]], packing: Packing) -> None:
    if "AF" in packing.listed:
        pdf.Root.AF = Array([spec for _, spec in files])
    if "EmbeddedFiles" in packing.listed:
        leaf = Array([part for name, spec in sorted(files, key=lambda file: file[0]) for part in (String(name), spec)])
        pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=leaf))


def _saved(pdf: pikepdf.Pdf, packing: Packing) -> bytes:
    target = io.BytesIO()
    encrypted = bool(packing.key) or packing.locked
    pdf.save(
        target,
        min_version="1.7",
        compress_streams=not packing.filters,
        stream_decode_level=None if encrypted else pikepdf.StreamDecodeLevel.none,
        fix_metadata_version=False,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        deterministic_id=not encrypted,
        encryption=pikepdf.Encryption(owner="owner", user=packing.key) if encrypted else False,
    )
    return target.getvalue()
