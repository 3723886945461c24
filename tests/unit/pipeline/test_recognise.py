"""The interface of a file without a flow name, by what stands at its beginning."""

from __future__ import annotations

import time

import pytest

from edigate.domain.settings import RuleSettings
from edigate.pipeline.recognise import interface_of
from edigate.sandbox.archives import tar_gz
from tests.unit.domain.applied_examples import InMemory


@pytest.mark.parametrize(
    ("content", "interface"),
    [
        (b"<a:Invoice>", "FSO1100A"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <CrossIndustryInvoice> -->\n<Invoice>", "FSO1100A"),
        (b"<!DOCTYPE x [<!ENTITY y '<CPPStatut>'>]><CPPFactures/>", "FSO1106A"),
        (b"<CPPStatut><CPPFluxStatuts>", "FSO1300A"),
        (b"<CPPStatut><CPPFactureStatuts>", "FSO1301A"),
        ("<Invoice>".encode("utf-16"), "FSO1100A"),
        (b"nothing of the kind", "FSO1106A"),
        (b"%PDF-1.7", "FSO1117A"),
    ],
)
def test_the_root_tells_the_interface(content: bytes, interface: str) -> None:
    """Whatever stands before it."""
    assert interface_of(InMemory(content), RuleSettings()) == interface


@pytest.mark.parametrize("piece", [b"<!--", b"<?", b"<!DOCTYPE [", b"<", b"<!", b"<a:", b"<!-- - "])
def test_looking_takes_no_longer_than_there_is_to_see(piece: bytes) -> None:
    """A comment that never ends is not looked through from each of its signs, in the file or in an archive's."""
    content = piece * (3_000_000 // len(piece))
    began = time.process_time()
    for given in (content, tar_gz({"a.xml": b"<a/>" + content}), tar_gz({"a.xml": content})):
        interface_of(InMemory(given), RuleSettings())

    assert time.process_time() - began < 3
