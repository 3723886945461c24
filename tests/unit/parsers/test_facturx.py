"""Factur-X: the invoice is found in its PDF, or the sender is told what stands in the way."""

from __future__ import annotations

import io
import random
import zlib
from typing import TYPE_CHECKING

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edigate.domain.explain import explain
from edigate.domain.faults import Refusal
from edigate.parsers import facturx
from edigate.parsers.facturx import Embedded, extract
from edigate.sandbox.facturx import SOUND, Packing, facturx_pdf, xmp

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.domain.faults import Fault

XML = b"<invoice/>"
LIMIT = 10_000
FLATE, HEX = "FlateDecode", "ASCIIHexDecode"


def found(content: bytes, limit: int = LIMIT) -> tuple[Embedded, list[tuple[str, str]]]:
    """What is extracted, and the warnings by code and value."""
    embedded, warnings = extract(content, max_bytes=limit)
    assert not any(warning.blocks for warning in warnings)
    return embedded, [(warning.code, warning.value) for warning in warnings]


def refused(content: bytes, limit: int = LIMIT) -> list[Fault]:
    """The faults that a PDF is refused for."""
    with pytest.raises(Refusal) as caught:
        extract(content, max_bytes=limit)
    return list(caught.value.faults)


def outcome(content: bytes) -> tuple[bytes, tuple[Fault, ...]]:
    """What is extracted, or the faults that the PDF is refused for."""
    try:
        return extract(content, max_bytes=LIMIT)[0].content, ()
    except Refusal as refusal:
        return b"", refusal.faults


def codes(packing: Packing, xml: bytes = XML) -> list[tuple[str, str]]:
    """The faults of a packing by code and value."""
    return [(fault.code, fault.value) for fault in refused(facturx_pdf(xml, packing))]


def altered(alter: Callable[[pikepdf.Pdf], None], packing: Packing = SOUND) -> bytes:
    """A Factur-X of which one thing was made another."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(facturx_pdf(XML, packing))) as pdf:
        alter(pdf)
        pdf.save(target, fix_metadata_version=False)
    return target.getvalue()


@pytest.mark.parametrize("relationship", ["Data", "Source", "Alternative"])
def test_the_invoice_is_found_by_name_and_relationship(relationship: str) -> None:
    """A sound Factur-X gives its XML as it was put in, and no warning."""
    embedded, warnings = found(facturx_pdf(XML, Packing(relationship=relationship)))

    assert embedded == Embedded(XML, "factur-x.xml", relationship)
    assert warnings == []


@pytest.mark.parametrize("xml", [b"\xef\xbb\xbf<invoice/>", "<invoice/>".encode("utf-16"), b"\n <invoice/>"])
def test_the_invoice_is_left_as_it_is(xml: bytes) -> None:
    """A byte order mark, another encoding or blanks before the root are for whoever reads the XML."""
    assert found(facturx_pdf(xml))[0].content == xml


def test_other_files_do_not_matter() -> None:
    """A delivery slip beside the invoice, or another format's XML, leaves the invoice to be found."""
    others = (("bon.pdf", b"%PDF"), ("zugferd-invoice.xml", b"<other/>"), ("order-x.xml", b"<order/>"))

    assert found(facturx_pdf(XML, Packing(others=others)))[0].content == XML


def test_one_file_embedded_twice_is_one() -> None:
    """The same content under the same name leaves no doubt."""
    assert found(facturx_pdf(XML, Packing(others=(("factur-x.xml", XML),))))[0].content == XML


@pytest.mark.parametrize(("listed", "missing"), [("AF", "EmbeddedFiles"), ("EmbeddedFiles", "AF")])
def test_a_file_that_one_place_lists_is_found(listed: str, missing: str) -> None:
    """It is taken from either place, with a warning that names the other."""
    embedded, warnings = found(facturx_pdf(XML, Packing(listed=(listed,))))

    assert embedded.content == XML
    assert warnings == [("EDG-F073", missing)]


@pytest.mark.parametrize(
    ("packing", "expected"),
    [
        (Packing(metadata=b"  \0"), [("EDG-F062", "")]),
        (Packing(part=""), [("EDG-F062", "")]),
        (Packing(part="", level=""), [("EDG-F062", "")]),
        (Packing(metadata=b"<rdf"), [("EDG-F063", "")]),
        (Packing(metadata=b'<!DOCTYPE a [<!ENTITY b "3">]><a>&b;</a>'), [("EDG-F063", "")]),
        (Packing(metadata="<a>é</a>".encode("latin-1")), [("EDG-F063", "")]),
        (Packing(part="1"), [("EDG-F064", "1")]),
        (Packing(part="2"), [("EDG-F064", "2")]),
        (Packing(part="4"), [("EDG-F064", "4")]),
        (Packing(metadata=xmp().replace(b"</pdfaid:part>", b"</pdfaid:part><pdfaid:part>1</pdfaid:part>")),
         [("EDG-F064", "3 / 1")]),
        (Packing(listed=()), [("EDG-F065", "")]),
        (Packing(name="zugferd-invoice.xml"), [("EDG-F066", "zugferd-invoice.xml")]),
        (Packing(name="xrechnung.xml", others=(("a.pdf", b"%PDF"),)), [("EDG-F066", "xrechnung.xml, a.pdf")]),
        (Packing(name="Factur-X.xml"), [("EDG-F066", "Factur-X.xml")]),
        (Packing(name="order-x.xml"), [("EDG-F067", "order-x.xml")]),
        (Packing(relationship=""), [("EDG-F068", "")]),
        (Packing(relationship="Supplement"), [("EDG-F068", "Supplement")]),
        (Packing(others=(("factur-x.xml", b"<other/>"),)), [("EDG-F069", "2")]),
        (Packing(key="secret"), [("EDG-F061", "")]),
        (Packing(locked=True), [("EDG-F061", "")]),
        (Packing(part="1", name="order-x.xml"), [("EDG-F064", "1"), ("EDG-F067", "order-x.xml")]),
        (Packing(metadata=b"<a", listed=()), [("EDG-F063", ""), ("EDG-F065", "")]),
    ],
    ids=repr,
)  # fmt: skip
def test_what_stands_in_the_way_is_told(packing: Packing, expected: list[tuple[str, str]]) -> None:
    """A PDF with one defect, or with one of its declaration and one of its file, is refused for just these."""
    assert codes(packing) == expected


@pytest.mark.parametrize(
    "part", [b'<rdf:Description xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" pdfaid:part=" 3 "/>']
)
def test_the_declaration_may_be_an_attribute(part: bytes) -> None:
    """RDF writes a property as an element or as an attribute, which say the same."""
    metadata = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' + part + b"</rdf:RDF>"

    assert found(facturx_pdf(XML, Packing(metadata=metadata)))[1] == [("EDG-F076", "")]


def test_metadata_that_inflate_too_much_are_refused() -> None:
    """A packet of more than 10 MB is not read."""
    (fault,) = refused(facturx_pdf(XML, Packing(metadata=b" " * 11_000_000)))

    assert (fault.code, dict(fault.args)["reason"]) == ("EDG-F063", "more than 10000000 bytes")


@pytest.mark.parametrize("xml", [b"", b" \n\t", b"\xef\xbb\xbf\n"])
def test_an_empty_invoice_is_refused(xml: bytes) -> None:
    """Nothing, blanks or a byte order mark alone are no invoice."""
    assert codes(SOUND, xml) == [("EDG-F070", "")]


def test_a_file_without_content_is_refused() -> None:
    """A name with no file behind it is an empty one."""

    def empty(pdf: pikepdf.Pdf) -> None:
        del pdf.Root.AF[0].EF

    assert [fault.code for fault in refused(altered(empty))] == ["EDG-F070"]


def test_the_largest_invoice_is_taken_and_no_larger_one() -> None:
    """The limit counts what comes out, whatever the size of what went in."""
    assert len(found(facturx_pdf(b"x" * LIMIT))[0].content) == LIMIT
    (fault,) = refused(facturx_pdf(b"x" * (LIMIT + 1)))
    assert (fault.code, dict(fault.args)) == ("EDG-F071", {"limit": str(LIMIT)})


@pytest.mark.parametrize(
    ("filters", "content"),
    [
        ((FLATE,), zlib.compress(bytes(50_000_000), 9)),
        ((FLATE, FLATE), zlib.compress(zlib.compress(bytes(50_000_000), 9), 9)),
        ((), bytes(LIMIT + 1)),
    ],
    ids=["once", "twice", "plain"],
)
def test_a_bomb_is_not_inflated(filters: tuple[str, ...], content: bytes) -> None:
    """However much a stream would give, it is stopped at the limit."""
    plain = facturx_pdf(content, Packing(filters=filters or (FLATE,)))
    if not filters:
        plain = plain.replace(b"/Filter [ /FlateDecode ]", b" " * 24)

    assert [fault.code for fault in refused(plain)] == ["EDG-F071"]


def test_a_bomb_that_qpdf_inflates_is_stopped_too() -> None:
    """Where qpdf decodes, its own limit holds."""
    bomb = zlib.compress(bytes(50_000_000), 9).hex().encode() + b">"
    (fault,) = refused(facturx_pdf(bomb, Packing(filters=(HEX, FLATE))), limit=100_000_000)

    assert fault.code == "EDG-F072"
    assert "limit" in dict(fault.args)["reason"]


@pytest.mark.parametrize(
    ("filters", "content"),
    [
        ((FLATE,), zlib.compress(XML)),
        ((FLATE, FLATE), zlib.compress(zlib.compress(XML))),
        ((HEX, FLATE), zlib.compress(XML).hex().encode() + b">"),
    ],
)
def test_an_encoded_invoice_is_decoded(filters: tuple[str, ...], content: bytes) -> None:
    """Every filter that PDF/A allows for text is undone, in its order."""
    assert found(facturx_pdf(content, Packing(filters=filters)))[0].content == XML


@pytest.mark.parametrize(
    ("filters", "content", "reason"),
    [
        ((FLATE,), zlib.compress(XML)[:-3], "the compressed data end too early"),
        ((FLATE,), b"plain", "Error -3 while decompressing data: incorrect header check"),
        (("LZWDecode",), b"x", "filter LZWDecode"),
        ((FLATE,) * 5, b"x", "more than 4 filters"),
    ],
)
def test_what_cannot_be_decoded_is_told(filters: tuple[str, ...], content: bytes, reason: str) -> None:
    """Damaged compressed data, or a filter that PDF/A forbids, are told with the reason."""
    (fault,) = refused(facturx_pdf(content, Packing(filters=filters)))

    assert (fault.code, dict(fault.args)["reason"]) == ("EDG-F072", reason)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "can't find"),
        (b"%PDF-1.7\n", "can't find startxref"),
        (facturx_pdf(XML)[:-200], ""),
        (facturx_pdf(XML)[:1500], "can't find startxref"),
        (facturx_pdf(XML).replace(b"\nxref\n", b"\nxxxx\n"), "xref not found"),
        (b"PK\x03\x04", "can't find"),
        (b"\x89PNG", "can't find"),
    ],
)
def test_a_damaged_pdf_is_refused(content: bytes, reason: str, capfd: pytest.CaptureFixture[str]) -> None:
    """What could be read by guessing only is not read; the reason names no object of the gate, nothing is printed."""
    (fault,) = refused(content)

    assert fault.code == "EDG-F060"
    assert reason in dict(fault.args)["reason"]
    assert "BytesIO" not in explain(fault).message
    assert capfd.readouterr() == ("", "")


def test_a_pdf_that_was_added_to_shows_its_last_state() -> None:
    """An incremental update is how a PDF is altered rightly: the invoice is the one that it ends with."""
    content = facturx_pdf(zlib.compress(XML), Packing(filters=(FLATE,)))
    at = content.index(b"/Length 18")
    number = content.rindex(b" 0 obj", 0, at)
    start = content.rindex(b"\n", 0, number) + 1
    identity = content[start:number]
    new = zlib.compress(b"<another/>")
    update = len(content)
    body = b"%b 0 obj\n<< /Type /EmbeddedFile /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (
        identity,
        len(new),
        new,
    )
    previous = content[content.rindex(b"startxref") + 10 :].split()[0]
    size = content[content.rindex(b"/Size ") + 6 :].split()[0]
    root = content[content.rindex(b"/Root ") + 6 :].split()[0]
    table = b"xref\n%b 1\n%010d 00000 n \ntrailer\n<< /Size %b /Root %b 0 R /Prev %b >>\nstartxref\n%d\n%%%%EOF\n" % (
        identity,
        update,
        size,
        root,
        previous,
        update + len(body),
    )

    assert found(content)[0].content == XML
    assert found(content + body + table)[0].content == b"<another/>"


def test_an_irregular_pdf_is_taken_with_a_warning(capfd: pytest.CaptureFixture[str]) -> None:
    """What qpdf minds and can do without repair of the file's structure is told, in the report and nowhere else."""
    irregular = facturx_pdf(XML).replace(b"/Kids [ ", b"/Kids [7 ").replace(b"/Count 1 ", b"/Count 1")

    embedded, warnings = found(irregular)

    assert embedded.content == XML
    assert [code for code, _ in warnings] == ["EDG-F077"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("guideline", "level"),
    [
        ("urn:factur-x.eu:1p0:minimum", "MINIMUM"),
        ("urn:factur-x.eu:1p0:basicwl", "BASIC WL"),
        ("urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic", "BASIC"),
        ("urn:cen.eu:en16931:2017:compliant:factur-x.eu:1p0:basic", "BASIC"),
        ("urn:cen.eu:en16931:2017", "EN 16931"),
        ("urn:cen.eu:en16931:2017:compliant:factur-x.eu:1p0:en16931", "EN 16931"),
        ("urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended", "EXTENDED"),
    ],
)
def test_the_profile_of_the_metadata_is_compared(guideline: str, level: str) -> None:
    """The level that XMP states is the one that the guideline means, whatever its blanks; another one warns."""
    xml = (
        f'<r:I xmlns:r="r"><!-- <r:GuidelineSpecifiedDocumentContextParameter><ID>urn:x:basic</ID> -->'
        f'<r:GuidelineSpecifiedDocumentContextParameter>\n<ram:ID schemeID="x"> {guideline}\n</ram:ID>'
    ).encode()
    other = "EXTENDED" if level != "EXTENDED" else "BASIC"

    assert found(facturx_pdf(xml, Packing(level=level.replace(" ", ""))))[1] == []
    assert found(facturx_pdf(xml, Packing(level=other)))[1] == [("EDG-F075", other)]


def test_a_guideline_of_another_family_is_not_compared() -> None:
    """Whoever uses a national profile has no level of Factur-X to be held to."""
    xml = b"<GuidelineSpecifiedDocumentContextParameter><ID>urn:cen.eu:en16931:2017#compliant#urn:xyz</ID>"

    assert found(facturx_pdf(xml, Packing(level="BASIC")))[1] == []


def test_metadata_about_another_file_warn() -> None:
    """A name in the metadata that is not the file's is told, and so is a missing description."""
    assert found(facturx_pdf(XML, Packing(declared_name="invoice.xml")))[1] == [("EDG-F074", "invoice.xml")]
    assert found(facturx_pdf(XML, Packing(level="")))[1] == [("EDG-F076", "")]


def test_a_name_tree_may_have_branches_and_go_round() -> None:
    """The file is found below nodes of nodes; a node that is its own descendant is read once."""

    def branch(pdf: pikepdf.Pdf) -> None:
        leaf = pdf.make_indirect(pdf.Root.Names.EmbeddedFiles)
        top = pdf.make_indirect(pikepdf.Dictionary())
        top.Kids = pikepdf.Array([pdf.make_indirect(pikepdf.Dictionary(Kids=[leaf, top, leaf]))])
        pdf.Root.Names.EmbeddedFiles = top
        del pdf.Root.AF

    embedded, warnings = found(altered(branch))

    assert embedded.content == XML
    assert warnings == [("EDG-F073", "AF")]


@pytest.mark.parametrize("place", ["AF", "EmbeddedFiles", "Kids"])
def test_an_endless_list_of_files_is_refused(place: str) -> None:
    """More than a thousand entries in one list are no invoice's."""

    def lengthen(pdf: pikepdf.Pdf) -> None:
        spec = pdf.Root.AF[0]
        if place == "AF":
            pdf.Root.AF = pikepdf.Array([spec] * 1001)
        elif place == "EmbeddedFiles":
            pdf.Root.Names.EmbeddedFiles.Names = pikepdf.Array([pikepdf.String("a"), spec] * 501)
        else:
            pdf.Root.Names.EmbeddedFiles.Kids = pikepdf.Array([pikepdf.Dictionary()] * 1001)

    (fault,) = refused(altered(lengthen))

    assert (fault.code, "entries" in dict(fault.args)["reason"]) == ("EDG-F060", True)


@pytest.mark.parametrize("key", ["/Names", "/Kids"])
def test_nodes_that_share_their_entries_make_no_tree_without_end(key: str) -> None:
    """A few kilobytes can say a million entries: more than ten thousand of a tree are not looked at."""

    def multiply(pdf: pikepdf.Pdf) -> None:
        nodes = [pdf.make_indirect(pikepdf.Dictionary()) for _ in range(101)]
        kids = pdf.make_indirect(pikepdf.Array(nodes))
        names = pdf.make_indirect(pikepdf.Array([pikepdf.String("a"), pdf.Root.AF[0]] * 50))
        for node in nodes:
            node[key] = kids if key == "/Kids" else names
        nodes[0]["/Kids"] = kids
        pdf.Root.Names.EmbeddedFiles = nodes[0]

    (fault,) = refused(altered(multiply))

    assert (fault.code, "10000 entries" in dict(fault.args)["reason"]) == ("EDG-F060", True)


@pytest.mark.parametrize("key", ["/UF", "/AFRelationship"])
def test_entries_that_share_a_name_without_end_are_refused(key: str) -> None:
    """A few kilobytes can say a name of megabytes a thousand times: none past a million characters is read."""

    def lengthen(pdf: pikepdf.Pdf) -> None:
        spec = pdf.Root.AF[0]
        spec[key] = pikepdf.Name("/" + "x" * 300_000) if key == "/AFRelationship" else pikepdf.String("x" * 300_000)
        pdf.Root.AF = pikepdf.Array([spec] * 4)

    (fault,) = refused(altered(lengthen))

    assert (fault.code, "1000000 characters" in dict(fault.args)["reason"]) == ("EDG-F060", True)


@pytest.mark.parametrize("value", [5, pikepdf.Name.X, pikepdf.String("x"), pikepdf.Array([1, None, []])], ids=repr)
@pytest.mark.parametrize("place", ["AF", "Names", "Names/EmbeddedFiles", "AF/0/EF", "AF/0/UF", "Metadata"])
def test_objects_of_the_wrong_kind_are_no_crash(place: str, value: object) -> None:
    """A PDF whose entries are not what they should be is taken or refused, by whatever is left of it."""

    def spoil(pdf: pikepdf.Pdf) -> None:
        *path, last = place.split("/")
        part = pdf.Root
        for step in path:
            part = part[int(step)] if step.isdigit() else part[f"/{step}"]
        part[f"/{last}"] = value

    content, faults = outcome(altered(spoil))

    assert content in {XML, b""}
    assert {fault.code for fault in faults} <= {"EDG-F062", "EDG-F065", "EDG-F066", "EDG-F070"}


_WORDS = (
    b"/AF /Names /EmbeddedFiles /Kids /EF /UF /F /Filter /DecodeParms /Root /Metadata /Type /Length /Pages /Encrypt "
    b"/AFRelationship << >> [ ] ( ) stream endstream endobj obj xref trailer startxref null true 0 -1 1.5 R 99999999999"
).split()
_PLAIN = facturx_pdf(b"<a/>" * 50, Packing(others=(("slip.pdf", b"%PDF"),)))


def _packed() -> bytes:
    """The same with its objects in compressed streams, as newer producers write."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(_PLAIN)) as pdf:
        pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate, fix_metadata_version=False)
    return target.getvalue()


_BASES = (_PLAIN, _packed())


def _mutated(content: bytes, chance: random.Random) -> bytes:
    """A PDF with a few bytes, numbers or words made others, taken out or put in."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(data) or 1)
        length = chance.choice((0, 1, 1, 2, 30))
        put = chance.choice((b"", bytes([chance.randrange(256)]), b"%d" % chance.randrange(30), chance.choice(_WORDS)))
        word = chance.choice(_WORDS)
        if chance.random() < 0.5 and (place := data.find(word, at)) >= 0:
            at, length, put = place, len(word), put.ljust(len(word))
        data[at : at + length] = put
        if chance.random() < 0.05:
            del data[max(1, chance.randrange(len(data) or 1)) :]
    return bytes(data)


@settings(deadline=None, max_examples=500)
@given(seed=st.integers(min_value=0), base=st.sampled_from(range(len(_BASES))))
def test_no_mutation_raises_anything_else(seed: int, base: int) -> None:
    """Whatever happens to a PDF on its way, it is extracted within the limit or refused with words."""
    content, faults = outcome(_mutated(_BASES[base], random.Random(seed)))

    assert bool(content) is not bool(faults)
    assert len(content) <= LIMIT
    assert all(explain(fault).message for fault in faults)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_raise_anything_else(content: bytes, headed: bool) -> None:  # noqa: FBT001
    """Bytes that are no PDF are refused, with or without the beginning of one."""
    assert refused((b"%PDF-1.7\n" if headed else b"") + content)


def test_the_name_is_the_standard_s_own() -> None:
    """The name and the relationships are those of Factur-X."""
    assert facturx.NAME == "factur-x.xml"
    assert sorted(facturx.RELATIONSHIPS) == ["Alternative", "Data", "Source"]
