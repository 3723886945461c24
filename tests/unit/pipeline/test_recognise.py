"""The interface of a file without a flow name, by what stands at its beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate.domain.settings import RuleSettings
from edigate.pipeline.recognise import interface_of
from edigate.sandbox.archives import tar_gz
from tests.effort import EVEN, growth
from tests.unit.domain.applied_examples import InMemory

if TYPE_CHECKING:
    from collections.abc import Callable


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
@pytest.mark.parametrize(
    "packed",
    [bytes, lambda content: tar_gz({"a.xml": b"<a/>" + content}), lambda content: tar_gz({"a.xml": content})],
    ids=["bare", "behind a root", "packed"],
)
def test_looking_takes_no_longer_than_there_is_to_see(piece: bytes, packed: Callable[[bytes], bytes]) -> None:
    """A comment that never ends is not looked through from each of its signs, in the file or in an archive's."""

    def look(content: bytes) -> None:
        interface_of(InMemory(content), RuleSettings())

    assert growth(look, lambda size: packed(piece * size), 250) < EVEN
