"""What the tests of every outgoing format share: a header, and readers that only take what the schemas allow."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from edigate.catalogue import schema_folder
from edigate.emitters.envelope import Header

if TYPE_CHECKING:
    from collections.abc import Callable

PARIS_WINTER = dt.timezone(dt.timedelta(hours=1))


@pytest.fixture
def header() -> Header:
    """A flow written half an hour after midnight in France, when the day is not yet that of UTC."""
    produced_at = dt.datetime(2026, 3, 2, 0, 30, 15, 999_999, tzinfo=PARIS_WINTER)
    return Header("CPP0011116000000000000042", "CPP001", "Passerelle d’essai", "JMRPOR", "Dépôt & Cie", produced_at)


@pytest.fixture(scope="session")
def read_status() -> Callable[[bytes], etree._Element]:
    """Read a CPPStatut, refusing what its schema refuses."""
    return _reader("CPPStatut_V1_19.xsd")


@pytest.fixture(scope="session")
def read_pivot() -> Callable[[bytes], etree._Element]:
    """Read a CPPFacturePivot, refusing what its schema refuses."""
    return _reader("CPPFacturePivot_V2_02.xsd")


def _reader(schema_name: str) -> Callable[[bytes], etree._Element]:
    schema = etree.XMLSchema(etree.parse(schema_folder() / schema_name))

    def read(content: bytes) -> etree._Element:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, huge_tree=True))
        schema.assertValid(root)
        return root

    return read
