"""What readers of XML and PDF say is told in French and in English, not in the words of a library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate.domain import reader_words
from edigate.domain.explain import explain
from edigate.domain.faults import Refusal, fault
from edigate.domain.reader_words import in_words
from edigate.domain.typography import french
from edigate.parsers._xml import read
from edigate.sandbox.documents import cpp_mixte, ubl_invoice
from edigate.sandbox.facturx import Packing, facturx_pdf
from tests.unit.domain.applied_examples import DRAFT, REPORTER, a_receipt, a_status, deposited, extracted

if TYPE_CHECKING:
    from collections.abc import Callable

UBL, MIXTE, STATUS, RECEIPT = ubl_invoice(DRAFT), cpp_mixte(DRAFT), a_status(), a_receipt()
XSI = b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


@pytest.mark.parametrize(
    ("content", "in_french", "in_english"),
    [
        (b"<a>", "la balise a, ouverte à la ligne 1, n’est pas fermée", "the tag a, opened on line 1, is not closed"),
        (b"<a><b></a>", "la balise b, ouverte à la ligne 1, est fermée par a", "the tag b, opened on line 1, is clo"),
        (b"<a/>x", "quelque chose suit la fin de l’élément racine", "something follows the end of the root element"),
        (b"<a b='1' b='2'/>", "l’attribut b est donné deux fois", "the attribute b is given twice"),
        (b"<a b=1></a>      ", "une valeur d’attribut n’est pas entre guillemets", "a value is not in quotes"),
        (b"<a b/>", "l’attribut b n’a pas de valeur", "the attribute b has no value"),
        (b"<a>&nope;</a>", "l’entité nope n’est pas définie", "the entity nope is not defined"),
        (b"<a>& b</a>", "un « & » ne commence aucune entité (écrivez « &amp; »)", "an “&” begins no entity"),
        (
            b"<a>&b c</a>",
            "le nom d’une entité n’est pas suivi de « ; »",
            "an entity is not followed by “;”",
        ),
        (b"<a b='<'/>", "un attribut contient « < »", "there is a “<” inside an attribute"),
        (b" <?xml version='1.0'?><a/>", "quelque chose précède la déclaration XML", "something stands before the XML"),
        (b"<x:a/>", "le préfixe x de a n’est pas déclaré", "the prefix x of a is not declared"),
        (b"<a><!-- </a>", "un commentaire n’est pas fermé", "a comment is not closed"),
        (b"<a><![CDATA[ </a>", "une section CDATA n’est pas fermée", "a CDATA section is not closed"),
        (b"<a xml:id='1 2'/>", "un attribut xml:id n’est pas un nom", "an attribute xml:id is no name"),
        (b"<a>\x01</a>", "un caractère que XML n’admet pas s’y trouve", "there is a character that XML does not allow"),
        (b"<a><1/></a>", "un « < » ne commence aucune balise", "a “<” begins no tag"),
        (b"<a", "la balise a n’est pas terminée", "the tag a is not finished"),
        (b"<a></a", "un « > » manque", "a “>” is missing"),
        (b"text", "aucun élément ne s’y trouve", "no element is found"),
        (b"<a>" * 300 + b"</a>" * 300, "plus de 256 niveaux d’éléments imbriqués", "more than 256 levels of nested"),
        (b"<a/>".ljust(2000), "plus de 1000 octets", "more than 1000 bytes"),
    ],
)
def test_what_is_no_xml_is_told_in_words(content: bytes, in_french: str, in_english: str) -> None:
    """Each mistake of syntax that people make has its own."""
    with pytest.raises(Refusal) as refused:
        read(content, max_bytes=1000 if len(content) == 2000 else 1_000_000)

    (found,) = refused.value.faults
    assert french(in_french) in explain(found).message
    assert in_english in explain(found, "en").message


@pytest.mark.parametrize(
    ("document", "right", "wrong", "in_french", "in_english"),
    [
        (
            UBL,
            b"<cbc:InvoicedQuantity>1",
            b"<cbc:InvoicedQuantity>1e3",
            "un nombre décimal, avec un point",
            "a decimal",
        ),
        (UBL, b"2026-03-02", b"02/03/2026", "ce n’est pas une date (AAAA-MM-JJ).", "it is not a date (YYYY-MM-DD)."),
        (UBL, b"2026-03-02", b"2026-02-30", "ce jour n’existe pas dans ce mois", "the month has no such day"),
        (UBL, b"2026-03-02", b"2026-13-01", "ce mois n’existe pas", "there is no such month"),
        (UBL, b"2026-03-02", b"0000-01-01", "l’année 0000 n’existe pas", "there is no year 0000"),
        (UBL, b'TaxAmount currencyID="EUR"', b"TaxAmount", "l’attribut currencyID est obligatoire", "is required"),
        (
            UBL,
            b'mimeCode="',
            b'x="1" mimeCode="',
            "l’attribut x n’est pas permis ici",
            "attribute x is not allowed",
        ),
        (UBL, b"20.00</cbc:Tax", b"<cbc:ID/></cbc:Tax", "l’élément ne contient que du texte", "holds text only"),
        (UBL, b"<cac:LegalMonetaryTotal>", b"<cac:LegalMonetaryTotal>x", "du texte s’y trouve", "there is text"),
        (MIXTE, b"<Type>380", b"<Type>383", "il faut l’une des valeurs 380, 381", "it must be one of 380, 381"),
        (
            MIXTE,
            b"<Devise>EUR",
            b"<Devise>euros",
            "il faut suivre le modèle '[A-Z]{3}'",
            "follow the pattern '[A",
        ),
        (MIXTE, b"<Id>F2026", b"<Id>F2026-0042-0042-0042", "caractères doit être de 20 au plus", "must be 20 or fewer"),
        (MIXTE, b"<Identifiant>99982", b"<Identifiant>9", "caractères doit être de 14.", "characters must be 14."),
        (MIXTE, b'Compteur="1"', b'Compteur="-1"', "vaut « -1 », or il faut 0 ou plus", "is “-1”, but it must be 0 or"),
        (MIXTE, b'Compteur="1"', b'Compteur="x"', "ce n’est pas un nombre entier", "it is not a whole number"),
        (
            MIXTE,
            b"<IdFactureOrigine",
            b"<IdFactureOrigine " + XSI + b' xsi:nil="true"',
            "xsi:nil n’y est",
            "xsi:nil is not",
        ),
        (STATUS, b"<IdStatut>07", b"<IdStatut>57", "il faut 41 ou moins", "it must be 41 or less"),
        (STATUS, b"<IdStatut>07", b"<IdStatut>0", "il faut 1 ou plus", "it must be 1 or more"),
        (STATUS, b"T09:00:00", b"T25:00:00", "cette heure n’existe pas", "there is no such time"),
        (STATUS, b"T09:00:00", b" 09:00:00", "une date et une heure (AAAA-MM-JJThh:mm:ss)", "a date and time"),
        (RECEIPT, b"<IdStatut>92", b"<IdStatut>9", "il faut l’une des valeurs 90, 91", "it must be one of 90, 91"),
    ],
)
def test_what_a_schema_refuses_is_told_in_words(
    document: bytes, right: bytes, wrong: bytes, in_french: str, in_english: str
) -> None:
    """Types, lists, lengths, bounds, attributes and what may be inside what."""
    assert right in document
    interface = {UBL: "FSO1110A", MIXTE: "FSO1113A", STATUS: "FSO1301A", RECEIPT: "FSO1300A"}[document]
    found = deposited(document.replace(right, wrong), interface, REPORTER)

    assert found
    assert any(french(in_french) in explain(one).message for one in found)
    assert any(in_english in explain(one, "en").message for one in found)


def test_libxml2s_own_words_are_known_too() -> None:
    """It speaks where a document is too large to be explained otherwise."""
    said = (
        ("'x' is not a valid value of the atomic type 'xs:int'.", "ce n’est pas un nombre entier"),
        ("'x' is not a valid value of the local atomic type 'xs:date'.", "ce n’est pas une date (AAAA-MM-JJ)"),
        (
            "The value has a length of '30'; this exceeds the allowed maximum length of '20'.",
            "le nombre de caractères doit être de 20 au plus",
        ),
        (
            "The value has a length of '0'; this underruns the allowed minimum length of '1'.",
            "le nombre de caractères doit être de 1 au moins",
        ),
        (
            "The value has a length of '9'; this differs from the allowed length of '14'.",
            "le nombre de caractères doit être de 14",
        ),
        ("The value '9' is not an element of the set {'1', '2'}.", "il faut l’une des valeurs '1', '2'"),
        ("The value 'eur' is not accepted by the pattern '[A-Z]{3}'.", "il faut suivre le modèle [A-Z]{3}"),
        ("The value '57' is greater than the maximum value allowed ('41').", "il faut 41 ou moins"),
        ("The value '0' is less than the minimum value allowed ('1').", "il faut 1 ou plus"),
        ("The attribute 'currencyID' is required but missing.", "l’attribut currencyID est obligatoire"),
        ("The attribute 'x' is not allowed.", "l’attribut x n’est pas permis ici"),
        ("The value '0003' does not match the fixed value constraint '0002'.", "il faut 0002"),
        ("This element is not expected. Expected is ( Nom ).", "il n’est pas attendu ici ; attendu : Nom"),
        ("This element is not expected. Expected is one of ( A, B ).", "il n’est pas attendu ici ; attendu : A, B"),
        ("This element is not expected.", "il n’est pas attendu ici"),
        ("Missing child element(s). Expected is ( Nom ).", "il y manque un élément ; attendu : Nom"),
        ("Not all fields of key identity-constraint 'K' evaluate to a node.", "la clé K n’y a pas de valeur"),
        (
            "The XPath 'M' of a field of key identity-constraint 'K' evaluates to a node-set with more than one member",
            "M s’y trouve plusieurs fois",
        ),
        (
            "Element 'IdSIRET': [facet 'pattern'] The value '12' is not accepted by the pattern '[0-9]{14}'.",
            "IdSIRET vaut « 12 », or il faut suivre le modèle [0-9]{14}",
        ),
        (
            "Element 'MOA': 'oui' is not a valid value of the atomic type 'xs:boolean'.",
            "MOA vaut « oui », or ce n’est pas true ou false",
        ),
        (
            "Element 'IdSIRET', attribute 'qualifiant': The value '2' does not match the fixed value constraint '0009'",
            "IdSIRET/@qualifiant vaut « 2 », or il faut 0009",
        ),
        (
            "Element 'CP': [facet 'length'] The value has a length of '9'; this differs from the allowed length of '8'",
            "CP : le nombre de caractères doit être de 8",
        ),
        (
            "Element 'Nim': This element is not expected. Expected is ( Nom ).",
            "Nim : il n’est pas attendu ici ; attendu : Nom",
        ),
    )
    for reason, words in said:
        assert in_words(reason, "fr") == french(words)
        assert in_words(reason, "en") not in {reason, words}


@pytest.mark.parametrize(
    ("alter", "in_french", "in_english"),
    [
        (
            lambda pdf: pdf[: len(pdf) // 2],
            "sa fin (startxref, trailer) manque",
            "its end (startxref, trailer) is miss",
        ),
        (
            lambda pdf: pdf.replace(b"startxref\n", b"startxref\n9"),
            "la table de ses objets (xref)",
            "table of its objects",
        ),
        (lambda pdf: pdf.replace(b"/Root", b"/Rood"), "il n’a pas de catalogue (Root)", "it has no catalogue (Root)"),
        (lambda pdf: pdf.replace(b"/Kids", b"/Kidz"), "il n’a pas de page", "it has no page"),
        (
            lambda _: facturx_pdf(b"x", Packing(filters=("JBIG2Decode",))),
            "le filtre JBIG2Decode",
            "the filter JBIG2Decode",
        ),
        (
            lambda _: facturx_pdf(b"rubbish!", Packing(filters=("FlateDecode",))),
            "compressées sont abîmées",
            "data are damaged",
        ),
    ],
)
def test_what_is_wrong_with_a_pdf_is_told_in_words(
    alter: Callable[[bytes], bytes], in_french: str, in_english: str
) -> None:
    """The common ways in which a PDF is broken."""
    (found,) = extracted(alter(facturx_pdf(b"<invoice/>")))

    assert french(in_french) in explain(found).message
    assert in_english in explain(found, "en").message


@pytest.mark.parametrize("reason", ["", "{0}", "attribute a='b': {}", "something nobody has heard of: 'x' {y}"])
def test_what_is_not_known_stays_as_it_is(reason: str) -> None:
    """Better a reader's English than nothing; what looks like a template is quoted as it stands."""
    assert reason in in_words(reason, "fr") or "{}" in in_words(reason, "fr")
    assert explain(fault("EDG-F110", reason=reason)).message


def test_every_saying_is_said_in_two_languages() -> None:
    """Each has as many places to fill in as its sentence has parts, in both."""
    for saying in reader_words._SAYINGS:  # noqa: SLF001 - the table itself is what is looked at
        parts = ["?"] * saying.pattern.groups
        assert saying.french.format(*parts) != saying.english.format(*parts)
