"""The flows of statuses and receipts made for a try are named, valid, and read back as what they were made of."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from lxml import etree

from edigate.catalogue import schema_folder
from edigate.domain.invoice import Scheme
from edigate.domain.names import parse_name
from edigate.domain.reported import Receipt, ReportedLine, ReportedStatus
from edigate.parsers import cppstatut
from edigate.sandbox.statuses import receipt_flow, status_flow

AT = dt.datetime(2026, 3, 5, 9, tzinfo=dt.timezone(dt.timedelta(hours=1)))
STATUS = ReportedStatus(
    position=1,
    code="06",
    number="F1",
    supplier="90112233300015",
    supplier_scheme=Scheme.SIRET,
    recipient="90445566400014",
    label="Suspendue",
    comment="JUSTIF_ABS - plan <manquant>",
    reason="JUSTIF_ABS",
    at=AT,
    raw_at=AT.isoformat(),
    issue_date=dt.date(2026, 3, 1),
    producer="90445566400014",
    mandate="M1",
)
BARE = ReportedStatus(2, "07", "F2", "FR1", Scheme.EU_VAT, "90445566400014", at=AT, raw_at=AT.isoformat())
RECEIPT = Receipt(
    position=1,
    code="94",
    flow_id="CPP0010036000000000000004",
    label="Erreur",
    comment="Illisible",
    at=AT,
    raw_at=AT.isoformat(),
    lines=(ReportedLine("TECHNIQUE", "E1", "Montant illisible", "facture F1"), ReportedLine("TECHNIQUE", "E2", "Non")),
)
TAKEN = Receipt(2, "92", "CPP0010036000000000000005", at=AT, raw_at=AT.isoformat())


def read(content: bytes) -> etree._Element:
    """A document, once its schema allows it."""
    root = etree.fromstring(content)
    etree.XMLSchema(etree.parse(schema_folder() / "CPPStatut_V1_19.xsd")).assertValid(root)
    return root


def test_statuses_are_read_back() -> None:
    """A flow of statuses says what it was given, all of it or the least there may be."""
    name, content = status_flow("SEI001", 7, (STATUS, BARE))
    root = read(content)
    assert name == "FSO1301A_SEI001_SEI0011301000000000000007"
    assert cppstatut.parse(root) == (STATUS, BARE)


def test_receipts_are_read_back() -> None:
    """A flow of receipts says what it was given, all of it or the least there may be."""
    name, content = receipt_flow("SEI001", 8, (RECEIPT, TAKEN))
    root = read(content)
    assert name == "FSO1300A_SEI001_SEI0011300000000000000008"
    assert cppstatut.parse(root) == (RECEIPT, TAKEN)


def test_the_envelope_names_the_flow_and_the_partners() -> None:
    """The gate receives, the partner sends, and the flow id is that of the name."""
    name, content = status_flow("SEI001", 7, (STATUS,), gate="EDG001")
    root, parsed = read(content), parse_name(name)
    assert parsed is not None
    values = [str(value.text) for value in root.iter("Valeurparametre")]
    assert values[1] == parsed.flow_id
    assert [str(code.text) for code in root.iter("Id")] == ["EDG001", "SEI001"]


@pytest.mark.parametrize(("field", "value"), [("raw_at", "hier"), ("code", "x"), ("number", "")])
def test_what_is_wrong_stays_wrong(field: str, value: str) -> None:
    """A flow can be made that says what the format does not allow."""
    wrong = replace(STATUS, **{field: value})  # type: ignore[arg-type]
    with pytest.raises(etree.DocumentInvalid):
        read(status_flow("SEI001", 7, (wrong,))[1])
