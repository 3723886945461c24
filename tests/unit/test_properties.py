"""What holds of any name, any archive and any report, not only of those that came to somebody's mind."""

from __future__ import annotations

import datetime as dt
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from edigate.domain.attachments import NAME_LENGTH, forbidden_characters, safe_name, shortened
from edigate.domain.explain import explain
from edigate.domain.fault_catalogue import FAULTS
from edigate.domain.faults import Fault, Severity
from edigate.domain.names import FlowName, parse_name
from edigate.domain.partners import Role
from edigate.domain.reported import Receipt, ReportedStatus
from edigate.domain.typography import NO_BREAK
from edigate.emitters.attached import distinct
from edigate.intake.folder import printable
from edigate.ledger import faults_json
from edigate.parsers import _xml, cppstatut
from edigate.rules.statuses import StatusContext, check_receipt, check_status
from edigate.sandbox.archives import tar_gz, zipped
from edigate.sandbox.statuses import receipt_flow, status_flow
from edigate.unpacking import Entry
from fuzz import seeds
from fuzz.targets import TARGETS
from tests.unit.unpacking.reading import read

BOUNDED = settings(derandomize=True, max_examples=80, deadline=None)
LEGAL = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=60)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
DAY = dt.date(2026, 3, 2)
MOMENTS = st.datetimes(dt.datetime(1970, 1, 2), dt.datetime(9999, 12, 30), timezones=st.just(dt.UTC))  # noqa: DTZ001


@BOUNDED
@given(st.from_regex(r"[FC](?:SO|EN)[0-9]{4}[A-Z]_[A-Z0-9]{6}_[A-Z0-9]{6}[0-9]{19}", fullmatch=True), NAMES)
def test_a_flow_name_reads_back_and_nothing_else_is_one(name: str, other: str) -> None:
    """Only ASCII counts: digits of other scripts, line ends and what stands before or behind make it none."""
    found = parse_name(name)

    assert isinstance(found, FlowName)
    assert str(found) == name
    assert parse_name(other) is None or len(other) == 41
    for changed in (f"{name}\n", f" {name}", f"{name}.xml", name.lower(), name.replace(name[-1], "\u0661")):
        assert parse_name(changed) is None


@BOUNDED
@given(st.binary(min_size=1, max_size=255).filter(lambda name: b"/" not in name and b"\0" not in name))
def test_any_name_of_a_file_becomes_a_text(name: bytes) -> None:
    """It can be written down, and where it was a text it is the same."""
    text = printable(os.fsdecode(name))

    assert text.encode()
    try:
        assert name.decode() == text or name in {b".", b".."}
    except UnicodeDecodeError:
        assert "\\x" in text


@BOUNDED
@given(st.lists(NAMES, max_size=30))
def test_names_of_attachments_are_made_safe_and_unlike(names: list[str]) -> None:
    """None leads anywhere or is forbidden somewhere, none is too long, no two are alike in any capitals."""
    safe = [safe_name(name, "piece.pdf") for name in names]
    given_names = list(distinct(safe))

    assert not any(forbidden_characters(name) for name in safe)
    assert not any("/" in name or "\\" in name or name in {"", ".", ".."} for name in safe)
    assert all(len(name) <= NAME_LENGTH for name in given_names)
    assert all(len(shortened(name)) <= NAME_LENGTH for name in names)
    assert len({name.casefold() for name in given_names}) == len(names)


@BOUNDED
@given(
    st.dictionaries(
        st.text(st.characters(categories=["Ll", "Nd"], max_codepoint=0x24F), min_size=1, max_size=40),
        st.binary(max_size=300).map(lambda rest: b"<a>" + rest),
        min_size=1,
        max_size=8,
    )
)
def test_a_sound_archive_gives_what_was_put_in(files: dict[str, bytes]) -> None:
    """Either kind, in its order, to the byte."""
    files = {f"{at}{name}.xml": content for at, (name, content) in enumerate(files.items())}
    expected = [Entry(name, content, "xml") for name, content in files.items()]

    assert read(tar_gz(files)) == expected
    assert read(zipped(files)) == expected


@BOUNDED
@given(LEGAL, LEGAL, LEGAL, st.sampled_from(["01", "05", "06", "12", "99", ""]), MOMENTS)
def test_any_status_is_read_as_it_was_written(
    number: str, comment: str, label: str, code: str, at: dt.datetime
) -> None:
    """And each of its faults has words and a place, whatever the texts."""
    told = ReportedStatus(1, code, number, "99982055800016", recipient="x", label=label, comment=comment, at=at)
    root = _xml.read(status_flow("SEI001", 1, [told, told])[1], max_bytes=1_000_000)
    first, second = cppstatut.statuses(root)

    assert (first.number.split(), first.comment.split(), first.label.split()) == (
        number.split(), comment.split(), label.split(),
    )  # fmt: skip
    assert (first.code, first.at) == (code, at.replace(microsecond=first.at.microsecond) if first.at else None)
    for one in (first, second):
        worded(check_status(one, StatusContext(Role.RECIPIENT, DAY, dt.UTC)))
    assert cppstatut.locate_in(root)(2, "status.comment")[0].startswith("/CPPStatut/")


@BOUNDED
@given(LEGAL, LEGAL, st.sampled_from(["92", "94", "01", ""]))
def test_any_receipt_is_read_as_it_was_written(flow: str, comment: str, code: str) -> None:
    """The same of what acknowledges a pivot."""
    told = Receipt(1, code, flow, comment=comment, at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    (found,) = cppstatut.receipts(_xml.read(receipt_flow("SEI001", 1, [told])[1], max_bytes=1_000_000))

    assert (found.code, found.flow_id.split(), found.comment.split()) == (code, flow.split(), comment.split())
    worded(check_receipt(found, StatusContext(Role.RECIPIENT, DAY, dt.UTC)))


@BOUNDED
@given(st.sampled_from(sorted(FAULTS)), NAMES, st.dictionaries(st.sampled_from(["reason", "limit", "date", "found",
       "within", "first", "takers", "infected", "state"]), NAMES, max_size=9), NAMES)  # fmt: skip
def test_a_fault_survives_the_ledger_and_has_words_whatever_it_quotes(
    code: str, value: str, args: dict[str, str], entry: str
) -> None:
    """In both languages, and of nothing that no report could carry."""
    one = Fault(code, "document", value, tuple(args.items()), Severity.WARNING, "/a", 3, entry)

    assert faults_json.load(faults_json.dump([one, one])) == (one, one)
    worded([one])


VALUES = (
    "9" * 10_000, "0" * 10_000 + "1", "1" * 5_000 + "." + "9" * 5_000, "-" + "9" * 6_000, "", " ", "\u0661\u0662",
    "A" * 100_000, "A_" * 30_000, "1E400", "NaN", "-0", "9999-12-31", "0000-00-00", "99991231", "2026-02-30T25:61:61Z",
    "2026-01-01T00:00:00." + "9" * 20_000, "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "24:00:00",
    "<>&\"'", "\u202e", "\U0010ffff",
)  # fmt: skip
DOCUMENTS = {
    "cii mixed": seeds.XML[0], "ubl": seeds.XML[1], "mixte": seeds.XML[3], "statuses": seeds.STATUSES[0],
    "receipts": seeds.STATUSES[1],
}  # fmt: skip


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_any_value_in_any_place_is_answered(kind: str) -> None:
    """Every leaf and attribute takes its turn with some of the values; each document is decided on and reported."""
    root = etree.fromstring(DOCUMENTS[kind])
    leaves = [element for element in root.iter() if not len(element)]
    for at, element in enumerate(leaves):
        before = element.text
        for value in VALUES[at % 5 :: 5]:
            element.text = value
            TARGETS[kind].feed(etree.tostring(root, encoding="utf-8", xml_declaration=True))
        element.text = before
    for at, element in enumerate(root.iter()):
        for name, given_value in element.attrib.items():
            element.set(name, VALUES[at % len(VALUES)])
            TARGETS[kind].feed(etree.tostring(root, encoding="utf-8", xml_declaration=True))
            element.set(name, given_value)


def worded(faults: list[Fault] | tuple[Fault, ...]) -> None:
    """Each has its sentences, printable ones."""
    for one in faults:
        for language in ("fr", "en"):
            words = explain(one, language)
            assert words.message.replace(NO_BREAK, "").isprintable()
            assert words.remedy.encode()
