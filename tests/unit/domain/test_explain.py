"""A fault is told to its sender in whole sentences, in two languages, whatever the document held."""

from __future__ import annotations

from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edigate.domain.explain import explain, label
from edigate.domain.fault_catalogue import FAULTS
from edigate.domain.faults import Fault, Nature, Severity, fault, warning
from edigate.domain.fields import FIELDS
from edigate.domain.typography import NO_BREAK, french

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
    assert explain(TOO_LONG).message == french(
        "Le numéro de facture « F-2026-000000000000000042 » dépasse 20 caractères."
    )
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


def test_an_element_with_nothing_to_stand_in_its_stead_is_told() -> None:
    """Where the schema has no other element, nothing more is expected."""
    found = fault("EDG-F106", value="cbc:ID", expected="")
    assert explain(found, "en").message.endswith("Expected: nothing more.")
    assert explain(found).message.endswith(french("Attendu : rien de plus."))


def test_braces_in_a_value_stay_as_they_are() -> None:
    """A value that looks like a template is quoted, not filled in."""
    assert "“{field}{0}”" in explain(fault("EDG-I002", "number", "{field}{0}"), "en").message


def test_an_empty_value_is_said_to_be_empty() -> None:
    """Quotation marks around nothing would look like a mistake of ours."""
    assert french("« (vide) »") in explain(fault("EDG-I140", "cadre", "")).message
    assert "“(empty)”" in explain(fault("EDG-I140", "cadre", ""), "en").message


@given(st.text(max_size=300))
def test_what_a_document_says_cannot_disturb_a_terminal_or_a_report(value: str) -> None:
    """Control characters, line breaks and broken surrogates are shown escaped; our own spaces alone are not plain."""
    message = explain(fault("EDG-F108", "document", value, reason=value)).message
    assert message.replace(NO_BREAK, "").isprintable()


def test_french_spaces_are_put_into_our_words_and_not_into_what_was_found() -> None:
    """A value is quoted as it stands, so that it can be looked for; a no-break space of its own shows."""
    message = explain(fault("EDG-I002", "number", "F : 1 ; 2\N{NO-BREAK SPACE}3")).message
    assert f"numéro de facture «{NO_BREAK}F : 1 ; 2\\xa03{NO_BREAK}» dépasse" in message


def test_a_long_value_is_shortened_and_says_its_length() -> None:
    """A person reads the start of a value, whose rest is in the document; the sentence around it stays whole."""
    long = fault("EDG-I050", "supplier.name", "N" * 5000)
    assert explain(long, "en").message == (
        f"The supplier’s name “{'N' * 200}… [5000 characters in all]” is longer than 99 characters."
    )
    assert "… [5000 caractères en tout]" in explain(long).message


@pytest.mark.parametrize("code", FAULTS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_longest_arguments_cut_no_sentence(code: str, language: str) -> None:
    """Whatever is filled in, the message is there from its first word to its full stop, and so is the remedy."""
    row = FAULTS[code].words(language)
    names = {name for text in row for _, name, _, _ in Formatter().parse(text) if name not in {None, "value", "field"}}
    explained = explain(fault(code, "number", "V" * 9000, **{str(name): "A" * 9000 for name in names}), language)
    for told, template in ((explained.message, row.message), (explained.remedy, row.remedy)):
        at = 0
        for text, _, _, _ in Formatter().parse(template):
            at = told.index(text, at) + len(text)
        assert at == len(told)


@pytest.mark.parametrize(
    ("given_limit", "in_french", "in_english"),
    [
        ("1000000000", "1 Go", "1 GB"),
        ("100000000", "100 Mo", "100 MB"),
        ("1500000", "1,5 Mo", "1.5 MB"),
        ("2000", "2 ko", "2 kB"),
        ("999", "999 octets", "999 bytes"),
        ("12 Mo", "12 Mo", "12 Mo"),
    ],
)
def test_a_limit_in_bytes_is_told_in_the_unit_a_person_uses(given_limit: str, in_french: str, in_english: str) -> None:
    """Limits come as bytes and are read in kilobytes, megabytes, gigabytes; a text stays as it is."""
    found = fault("EDG-I124", "attachments[0].content", limit=given_limit)
    assert f"est de {in_french}." in explain(found).message.replace(NO_BREAK, " ")
    assert f"the {in_english} that" in explain(found, "en").message


@pytest.mark.parametrize(
    ("date", "in_french", "in_english"),
    [
        ("2026-03-09", "09/03/2026", "2026-03-09"),
        ("2026-03-09T08:00:00", "09/03/2026", "2026-03-09"),
        ("hier", "hier", "hier"),
    ],
)
def test_days_are_written_as_each_language_writes_them(date: str, in_french: str, in_english: str) -> None:
    """A day is French for a French reader and ISO for an English one; what is no day stays as it is."""
    duplicate = fault("EDG-F010", "flow_id", "F1", original="FSO1116A_X", date=date, outcome="integrated")
    message = explain(duplicate).message.replace(NO_BREAK, " ")
    assert f"flux FSO1116A_X, reçu le {in_french}, résultat : intégration." in message
    assert f"flow FSO1116A_X, received on {in_english}, outcome: integrated." in explain(duplicate, "en").message


def test_a_duplicate_tells_what_became_of_the_first_one() -> None:
    """Flow, day, outcome and latest status are in the message, each in words."""
    args = {"flow": "FSO1116A_X", "date": "2026-03-09", "outcome": "integrated", "state": "06"}
    duplicate = fault("EDG-I150", "number", "F1", **args)
    message = explain(duplicate).message.replace(NO_BREAK, " ")
    assert "flux FSO1116A_X, reçu le 09/03/2026, résultat : intégration, dernier statut : 06 « Suspendue »." in message
    assert "outcome: integrated, latest status: 06 “Suspended”." in explain(duplicate, "en").message


@pytest.mark.parametrize(
    ("first", "in_french", "in_english"),
    [
        ("1", "facture n° 1 du flux.", "invoice 1 of the flow."),
        (
            "2 mars/a b.xml",
            "facture n° 2 du flux, fichier « mars/a b.xml ».",
            "invoice 2 of the flow, file “mars/a b.xml”.",
        ),
    ],
)
def test_a_duplicate_in_one_flow_tells_which_invoice_has_the_number(
    first: str, in_french: str, in_english: str
) -> None:
    """By its place in the flow and, in an archive, by its file."""
    twice = fault("EDG-I154", "number", "F1", first=first)
    assert explain(twice).message.replace(NO_BREAK, " ").endswith(in_french)
    assert explain(twice, "en").message.endswith(in_english)


def test_a_number_of_invoices_is_no_size() -> None:
    """What is allowed of invoices in a flow is counted, not measured in bytes."""
    many = fault("EDG-F015", "document", "501", most="500")
    assert "501 factures, plus que les 500 permises." in explain(many).message
    assert "at most" in explain(many, "en").remedy


@pytest.mark.parametrize("language", ["fr", "en"])
def test_one_limit_is_told_with_one_remedy(language: str) -> None:
    """Too many invoices, in one document or in the documents of an archive, are spread over several flows."""
    told = [explain(fault(code, "document", "501", most="500"), language) for code in ("EDG-F015", "EDG-F045")]
    assert len({(one.rule, one.nature, one.remedy) for one in told}) == 1
    assert {one.rule for one in told} == {"IRR_TAILLE"}


def test_a_form_of_date_is_told_in_the_readers_letters() -> None:
    """A French reader counts in années, mois and jours."""
    unread = fault("EDG-I021", "issue_date", "hier", format="YYYYMMDD")
    assert explain(unread).message.endswith("au format AAAAMMJJ.")
    assert explain(unread, "en").message.endswith("in the format YYYYMMDD.")


def test_words_of_ours_are_told_in_the_readers_language() -> None:
    """Outcomes and kinds of content are words of the code, and are translated."""
    archive = fault("EDG-F020", "document", "gzip", found="gzip", expected="xml")
    assert french("Trouvé : une archive tar.gz. Attendu : un document XML.") in explain(archive).message
    assert "Found: a ZIP archive." in explain(fault("EDG-F020", found="zip", expected="xml"), "en").message


@pytest.mark.parametrize("kind", ["tar", "bzip2", "xz", "zstd", "7z", "rar", "program"])
def test_an_archive_of_another_kind_is_to_be_packed_otherwise(kind: str) -> None:
    """Its documents may be what is expected, only not in that wrapping."""
    packed = fault("EDG-F020", "document", kind, found=kind, expected="xml", instead=kind)
    assert "Déposez les documents dans une archive tar compressée par gzip (tar.gz)" in explain(packed).remedy
    assert "compressed with gzip" in explain(packed, "en").remedy


def test_a_withdrawn_interface_names_the_one_to_use() -> None:
    """The remedy names the replacement, and says so where there is none."""
    assert "Replacement interface: FSO1106A." in explain(fault("EDG-F009", replaced_by="FSO1106A"), "en").remedy
    assert french("Interface de remplacement : aucune.") in explain(fault("EDG-F009", replaced_by="")).remedy


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
    ("field", "in_french", "in_english"),
    [
        ("name", "Nom du fichier", "File name"),
        ("flow_id", "Identifiant de flux", "Flow identifier"),
        ("", "", ""),
        ("something.new", "something.new", "something.new"),
    ],
)
def test_what_is_no_field_of_an_invoice_is_named_too(field: str, in_french: str, in_english: str) -> None:
    """The envelope's parts have their names; nothing stays nothing; an unknown key is shown rather than hidden."""
    assert (label(field), label(field, "en")) == (in_french, in_english)
