"""A fault is told to its sender in whole sentences, in two languages, whatever the document held."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edigate.domain.explain import explain, label
from edigate.domain.fault_catalogue import FAULTS
from edigate.domain.faults import Fault, Nature, Severity, fault, warning
from edigate.domain.fields import FIELDS

TOO_LONG = fault("EDG-I002", "number", "F-2026-000000000000000042").placed("/ubl:Invoice/cbc:ID", 12)


def test_a_fault_is_explained_with_all_that_the_catalogue_knows() -> None:
    """Rule, nature, severity, title, place, message with the value found, and remedy."""
    explained = explain(TOO_LONG, "en")
    assert (explained.code, explained.rule) == ("EDG-I002", "G1.05")
    assert (explained.nature, explained.severity) == (Nature.FONCTIONNELLE, Severity.ERROR)
    assert explained.title == "Invoice number too long"
    assert explained.field == label("number", "en")
    assert explained.message == "The invoice number “F-2026-000000000000000042” is longer than 20 characters."
    assert explained.remedy.startswith("Shorten the number")


def test_french_is_the_language_of_whoever_asks_for_no_other() -> None:
    """French by default and for a language that nobody speaks here, English when asked for."""
    assert explain(TOO_LONG).message == "Le numéro de facture « F-2026-000000000000000042 » dépasse 20 caractères."
    assert explain(TOO_LONG, "de") == explain(TOO_LONG, "fr")
    assert explain(TOO_LONG, "en") != explain(TOO_LONG, "fr")


def test_the_severity_is_the_faults_own() -> None:
    """A site may make a warning of what usually refuses; what is shown is what was decided."""
    assert explain(warning("EDG-I063", "recipient.identifier", "1")).severity is Severity.WARNING


@pytest.mark.parametrize("code", FAULTS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_missing_argument_never_stops_a_report(code: str, language: str) -> None:
    """A fault that carries nothing at all is still explained, without a template showing through."""
    explained = explain(Fault(code), language)
    assert explained.message
    assert explained.remedy
    assert "{" not in explained.message + explained.remedy


def test_a_missing_argument_reads_as_a_question_mark() -> None:
    """The place of an argument that nobody gave is visible."""
    assert "Expected: ?." in explain(fault("EDG-F107"), "en").message


def test_braces_in_a_value_stay_as_they_are() -> None:
    """A value that looks like a template is quoted, not filled in."""
    assert "“{field}{0}”" in explain(fault("EDG-I002", "number", "{field}{0}"), "en").message


def test_an_empty_value_is_said_to_be_empty() -> None:
    """Quotation marks around nothing would look like a mistake of ours."""
    assert "« (vide) »" in explain(fault("EDG-I140", "cadre", "")).message
    assert "“(empty)”" in explain(fault("EDG-I140", "cadre", ""), "en").message


@given(st.text(max_size=300))
def test_what_a_document_says_cannot_disturb_a_terminal_or_a_report(value: str) -> None:
    """Control characters, line breaks and broken surrogates are shown escaped."""
    assert explain(fault("EDG-F108", "document", value, reason=value)).message.isprintable()


def test_a_long_value_is_shortened_and_says_its_length() -> None:
    """A person reads the start of a value; the rest is in the document."""
    message = explain(fault("EDG-I050", "supplier.name", "N" * 5000), "en").message
    assert "N" * 200 + "… [5000]" in message
    assert "N" * 201 not in message


@pytest.mark.parametrize(
    ("given_limit", "french", "english"),
    [
        ("1000000000", "1 Go", "1 GB"),
        ("100000000", "100 Mo", "100 MB"),
        ("1500000", "1,5 Mo", "1.5 MB"),
        ("2000", "2 ko", "2 kB"),
        ("999", "999 octets", "999 bytes"),
        ("12 Mo", "12 Mo", "12 Mo"),
    ],
)
def test_a_limit_in_bytes_is_told_in_the_unit_a_person_uses(given_limit: str, french: str, english: str) -> None:
    """Limits come as bytes and are read in kilobytes, megabytes, gigabytes; a text stays as it is."""
    found = fault("EDG-I124", "attachments[0].content", limit=given_limit)
    assert f"est de {french}." in explain(found).message
    assert f"the {english} that" in explain(found, "en").message


@pytest.mark.parametrize(
    ("date", "french", "english"),
    [
        ("2026-03-09", "09/03/2026", "2026-03-09"),
        ("2026-03-09T08:00:00", "09/03/2026", "2026-03-09"),
        ("hier", "hier", "hier"),
    ],
)
def test_days_are_written_as_each_language_writes_them(date: str, french: str, english: str) -> None:
    """A day is French for a French reader and ISO for an English one; what is no day stays as it is."""
    duplicate = fault("EDG-I150", "number", "F1", flow="FSO1116A_X", date=date, outcome="integrated")
    assert f"flux FSO1116A_X, reçu le {french}, résultat : intégration." in explain(duplicate).message
    assert f"flow FSO1116A_X, received on {english}, outcome: integrated." in explain(duplicate, "en").message


def test_words_of_ours_are_told_in_the_readers_language() -> None:
    """Outcomes and kinds of content are words of the code, and are translated."""
    archive = fault("EDG-F020", "document", "gzip", found="gzip", expected="xml")
    assert "Trouvé : une archive tar.gz. Attendu : un document XML." in explain(archive).message
    assert "Found: a ZIP archive." in explain(fault("EDG-F020", found="zip", expected="xml"), "en").message


def test_a_withdrawn_interface_names_the_one_to_use() -> None:
    """The remedy names the replacement, and says so where there is none."""
    assert "Replacement interface: FSO1106A." in explain(fault("EDG-F009", replaced_by="FSO1106A"), "en").remedy
    assert "Interface de remplacement : aucune." in explain(fault("EDG-F009", replaced_by="")).remedy


def test_a_reason_that_is_a_sentence_ends_once() -> None:
    """The full stop of a parser's own sentence and that of ours do not meet."""
    assert explain(fault("EDG-F101", reason="mismatched tag. "), "en").message.endswith("XML: mismatched tag.")


@pytest.mark.parametrize("key", FIELDS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_field_has_a_business_name(key: str, language: str) -> None:
    """Each field is named in the reader's language with its term, and the place of a repeated one counts from 1."""
    row = FIELDS[key]
    named = label(key.replace("[]", "[2]"), language)
    assert "[" not in named
    assert (f"({row.term})" in named) == bool(row.term)
    assert (" 3" in named) == ("[]" in key)


def test_a_line_is_numbered_where_its_name_says_line() -> None:
    """The index, counted from 0 in the code, is read from 1 beside the noun it counts."""
    assert label("lines[2].net_amount").startswith("Montant net de la ligne 3")


@pytest.mark.parametrize(
    ("field", "french", "english"),
    [
        ("name", "Nom du fichier", "File name"),
        ("flow_id", "Identifiant de flux", "Flow identifier"),
        ("", "", ""),
        ("something.new", "something.new", "something.new"),
    ],
)
def test_what_is_no_field_of_an_invoice_is_named_too(field: str, french: str, english: str) -> None:
    """The envelope's parts have their names; nothing stays nothing; an unknown key is shown rather than hidden."""
    assert (label(field), label(field, "en")) == (french, english)
