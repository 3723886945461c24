"""A text is read back as it was given, whatever it holds, and what XML cannot hold is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from edigate.emitters._xml import element, optional, text

ALLOWED = st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff").filter(
    lambda char: char >= " " or char in "\t\n\r"
)


@given(st.text(ALLOWED))
def test_what_xml_can_hold_is_read_back_unchanged(value: str) -> None:
    """Markup, entities, carriage returns and all of Unicode survive."""
    read = etree.fromstring(element("E", value).encode())

    assert (read.text or "") == value


@given(st.text(st.characters()))
def test_no_text_breaks_the_document(value: str) -> None:
    """Any string at all, lone surrogates and control characters included, makes a well-formed element."""
    assert etree.fromstring(element("E", value).encode()).tag == "E"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\x00b", r"a\x00b"),
        ("a\x1bb", r"a\x1bb"),
        ("facture\udce9.xml", r"facture\udce9.xml"),
        ("\ufffe\uffff", r"\ufffe\uffff"),
    ],
)
def test_a_character_that_xml_forbids_is_shown(value: str, shown: str) -> None:
    """A reader sees that there was a character, and which."""
    assert text(value) == shown


def test_an_element_without_text_may_be_left_out() -> None:
    """Optional elements are there only with something in them."""
    assert (optional("E", ""), optional("E", "x"), element("E", "")) == ("", "<E>x</E>", "<E></E>")
