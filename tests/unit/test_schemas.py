"""The proprietary schemas say what the tables of the format say: every row is broken once, in a sound document.

The tables stand here a second time, as trees of rows (`SHEETS`) that also build the documents: the full one holds every
row, the minimal one only the mandatory rows. `VALUES` and `ATTRIBUTES` hold what the rows say of texts and attributes.
"""

import copy
import functools
import os
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest
import xmlschema
from lxml import etree

PROJECT = Path(__file__).parents[2]
SCHEMAS = PROJECT / "schemas"
SAMPLES = Path(os.environ.get("EDIGATE_SHARED", PROJECT.parent / "shared")) / "samples" / "chorus"


class Row(NamedTuple):
    """An element of the format: how often it stands in its parent, and what it holds (a text, or rows in order)."""

    name: str
    least: int
    most: int | None
    content: "str | tuple[Row, ...]"
    attributes: tuple[tuple[str, str], ...] = ()


def one(name: str, *content: "str | Row", **attributes: str) -> Row:
    """Make a row that stands exactly once."""
    return Row(name, 1, 1, _content(content), tuple(attributes.items()))


def maybe(name: str, *content: "str | Row", **attributes: str) -> Row:
    """Make a row that stands at most once."""
    return Row(name, 0, 1, _content(content), tuple(attributes.items()))


def several(least: int, name: str, *content: "str | Row", **attributes: str) -> Row:
    """Make a row that may be repeated without end."""
    return Row(name, least, None, _content(content), tuple(attributes.items()))


def _content(given: tuple[str | Row, ...]) -> str | tuple[Row, ...]:
    rows = tuple(item for item in given if isinstance(item, Row))
    return rows or "".join(item for item in given if isinstance(item, str))


def build(row: Row, *, full: bool) -> etree._Element:
    """Build the element of a row, with all that is below it or only with what is mandatory there."""
    element = etree.Element(row.name, dict(row.attributes))
    if isinstance(row.content, str):
        element.text = row.content or None
        return element
    for child in row.content:
        for _ in range(max(child.least, 1) if full else child.least):
            element.append(build(child, full=full))
    return element


ENVELOPE = one(
    "Enveloppe",
    several(
        1,
        "EnveloppeUnitaire",
        one(
            "Parametres",
            several(
                2, "ParametreIndiv", one("Code", "DtPrd"), one("Valeurparametre", "2031-05-06"), maybe("Note", "n")
            ),
        ),
        one(
            "Partenaires",
            one("Recepteur", one("Id", "MAI042"), maybe("Libelle", "Mairie"), maybe("Note", "n")),
            one("Emetteur", one("Id", "CPP001"), maybe("Libelle", "Porte"), maybe("Note", "n")),
        ),
    ),
)

DEBTOR = one(
    "Debiteur",
    one("TypeIdentifiant", "1"),
    one("Identifiant", "12345678900011"),
    maybe("Nom", "Mairie"),
    maybe("CodeService", "VOIRIE"),
    maybe("NomService", "Voirie"),
)

FLOW_STATUSES = one(
    "CPPStatut",
    ENVELOPE,
    one(
        "CPPFluxStatuts",
        several(
            1,
            "CPPFluxStatutUnitaire",
            one(
                "DonneesStatut",
                one("IdStatut", "96"),
                maybe("ComplementStatut", "En partie"),
                maybe("Commentaire", "c"),
                maybe("Note", "n"),
                one("Horodatage", "2031-05-06T07:08:09+02:00"),
                maybe("IdProducteur", "CPP00001"),
                maybe("Producteur"),
                one("IdFlux", "MAI0421116000000000000001"),
                maybe(
                    "Details",
                    several(
                        1,
                        "LigneErreurDetail",
                        one("NatureErreur", "FONCTIONNELLE"),
                        one("CodeErreur", "X-1"),
                        one("LibelleErreur", "Trop long"),
                        maybe("DescriptionErreur", "facture 7"),
                    ),
                    NbLignesErreur="1",
                ),
            ),
        ),
    ),
)

INVOICE_STATUSES = one(
    "CPPStatut",
    ENVELOPE,
    one(
        "CPPFactureStatuts",
        several(
            1,
            "CPPFactureStatutUnitaire",
            one(
                "Fournisseur",
                one("TypeIdentifiant", "1"),
                one("Identifiant", "98765432100012"),
                one("RaisonSociale", "Menuiserie"),
                maybe("CodePays", "FR"),
            ),
            DEBTOR,
            one(
                "DonneesStatut",
                one("IdStatut", "07"),
                maybe("ComplementStatut", "Service fait"),
                maybe("Commentaire", "c"),
                one("Horodatage", "2031-05-06T07:08:09"),
                maybe("Producteur"),
                one("IdFacture", "F-7"),
                maybe("DateFacture", "2031-05-01"),
                maybe("IdMandatDP", "M-1"),
            ),
        ),
    ),
)

PIVOT = one(
    "CPPFacturePivot",
    ENVELOPE,
    one(
        "CPPFactures",
        several(
            1,
            "CPPFacturePivotUnitaire",
            one(
                "Fournisseur",
                one("TypeIdentifiant", "1"),
                one("Identifiant", "98765432100012"),
                one("RaisonSociale", "Menuiserie"),
                one("CodePays", "FR"),
                maybe(
                    "ReferenceBancaire",
                    maybe("Compte", "FR7630006000011234567890189"),
                    maybe("Etablissement", "Banque"),
                    maybe("RaisonSocialeEncaisseur", "Affactureur"),
                ),
                one("ModeEmission", "flux"),
            ),
            DEBTOR,
            one(
                "DonneesFacture",
                one("Id", "F-7"),
                maybe("IdCPRO", "4211"),
                maybe("Renvoi", "Non"),
                maybe("IdFactureOrigine", "F-6"),
                one("Type", "380"),
                one("Cadre", "A1"),
                one("DateEmissionFacture", "2031-05-01"),
                maybe("DateLivraison", "2031-04-30"),
                one("ModePaiement", one("Code", "30"), maybe("Libelle", "Virement")),
                one("DateReception", "2031-05-02"),
                maybe("DateMiseADispositionMOE", "2031-05-03"),
                one("Devise", "EUR"),
                one("Montants", one("MontantHT", "10"), one("MontantTTC", "12.00"), one("MontantNetAPayer", "12")),
                maybe(
                    "TVAs",
                    several(0, "TVA", one("Taux", "20"), one("BaseHt", "10"), one("MontantTVA", "2")),
                ),
                maybe("Engagement", maybe("NumeroMarche", "M31"), maybe("NumeroEngagement", "E31")),
                maybe(
                    "Lignes",
                    several(
                        0,
                        "Ligne",
                        maybe("ReferenceProduit", "Porte"),
                        one("PrixUnitaire", "5"),
                        one("Quantite", "2"),
                        one("MontantHT", "10"),
                        maybe("TauxTVA", "20"),
                        NumOrdre="1",
                    ),
                ),
            ),
            several(
                1,
                "PJ",
                maybe("IdUnique", "u"),
                maybe("IdOriginal", "o"),
                maybe("Contenu", "UEsFBgAA"),
                one("NomPJ", "facture.pdf"),
                maybe("NomPJOrigine", "f.pdf"),
                maybe("CategoriePJ", "Facture"),
                one("TypePJ", "01"),
                one("MimeTypePJ", "application/pdf"),
            ),
            maybe(
                "CycleDeValidation",
                several(
                    1,
                    "ValidationUnitaire",
                    one("DateStatut", "2031-05-02"),
                    one("CodeStatut", "13"),
                    maybe("ComplementStatut", "Validée"),
                    maybe("Commentaire", "c"),
                    one(
                        "ProducteurStatut",
                        one("TypeIdentifiant", "1"),
                        one("Id", "12345678900029"),
                        one("RaisonSociale", "Valideur"),
                        one("CodePays", "FR"),
                        maybe("Note", "n"),
                    ),
                ),
            ),
        ),
    ),
)

MIXTE = one(
    "CPPFactureMixte",
    ENVELOPE,
    one(
        "CPPFactures",
        several(
            1,
            "CPPFactureMixteUnitaire",
            one(
                "Fournisseur",
                one("TypeIdentifiant", "1"),
                one("Identifiant", "98765432100012"),
                one("RaisonSociale", "Menuiserie"),
                one("CodePays", "FR"),
                maybe(
                    "ReferenceBancaire",
                    maybe("Compte", "FR7630006000011234567890189"),
                    maybe("Etablissement", "Banque"),
                    maybe("RaisonSocialeEncaisseur", "Affactureur"),
                ),
            ),
            DEBTOR,
            maybe(
                "Valideur",
                one("TypeIdentifiant", "1"),
                one("Identifiant", "12345678900029"),
                maybe("RaisonSociale", "Titulaire"),
                maybe("CodePays", "FR"),
            ),
            one(
                "DonneesFacture",
                one("Id", "F-7"),
                maybe("IdFactureOrigine", "F-6"),
                one("Type", "380"),
                one("Cadre", "A1"),
                one("DateEmissionFacture", "2031-05-01"),
                one("ModePaiement", one("Code", "01"), maybe("Libelle", "Virement")),
                one("Devise", "EUR"),
                one("Montants", one("MontantHT", "10"), one("MontantTTC", "12.00"), one("MontantNetAPayer", "12")),
                maybe(
                    "TVAS",
                    several(0, "TVA", one("Taux", "20"), one("BaseHt", "10"), one("MontantTVA", "2")),
                ),
                maybe("Engagement", maybe("NumeroMarche", "M31"), maybe("NumeroEngagement", "E31")),
            ),
            several(
                1,
                "PJ",
                maybe("Contenu", "UEsFBgAA"),
                one("NomPJ", "facture.pdf"),
                one("TypePJ", "01"),
                one("MimeTypePJ", "application/pdf"),
            ),
        ),
    ),
)


class Sheet(NamedTuple):
    """A kind of document: the tree of its rows and the schema that judges it."""

    root: Row
    schema: str


STATUT_XSD, PIVOT_XSD = "CPPStatut_V1_19.xsd", "CPPFacturePivot_V2_02.xsd"
MIXTE_XSD = "CPPFactureMixte_V1_14.xsd"
SHEETS = MappingProxyType(
    {
        "flux": Sheet(FLOW_STATUSES, STATUT_XSD),
        "facture": Sheet(INVOICE_STATUSES, STATUT_XSD),
        "pivot": Sheet(PIVOT, PIVOT_XSD),
        "mixte": Sheet(MIXTE, MIXTE_XSD),
    }
)


class Values(NamedTuple):
    """What the tables say of one text: some that the schema takes, some that it refuses."""

    good: tuple[str, ...]
    bad: tuple[str, ...]


CADRES = tuple(f"A{number}" for number in (*range(1, 11), *range(12, 26)))
SUPPLIER_KIND = Values((*"1234567", "01", "007"), ("0", "8", "", "SIRET", "-1", "1.0"))
DEBTOR_KIND = Values(("1", "01", "001"), ("0", "2", "7", "", "11"))
PRODUCER_KIND = Values((*"123456", "06", "006"), ("0", "7", "07", ""))
INVOICE_STATUS = Values(("01", "1", "7", "07", "007", "12", "15", "36", "37", "41"), ("0", "00", "42", "90", "", "A1"))
FLOW_STATUS = Values(("90", "91", "92", "93", "94", "95", "96", "090"), ("89", "97", "9", "01", "", "9O"))
COUNTRY = Values(("FR", "BE", "fr", "33"), ("", "F", "FRA", " FR"))
PARTNER = Values(("ABC", "CPP001", "ABCDEFGH", "a b"), ("", "AB", "ABCDEFGHI"))
PARAMETER = Values(("DtPrd", "IdFlx", "ABCDE"), ("", "DtPr", "DtPrdx", "IdFlx "))
SIRET = Values(("12345678900011", "ABCDEFGHIJKLMN"), ("", "1234567890001", "123456789000112", " 12345678900011"))
SERVICE = Values(("", "S", "s" * 100, "é" * 100), ("s" * 101,))
NUMBER = Values(("", "F", "f" * 20, "é" * 20, "F 1-_+/"), ("f" * 21,))
UP_TO_50 = Values(("", "x", "x" * 50, "é" * 50), ("x" * 51,))
DATE = Values(
    ("2031-05-01", "2028-02-29", "2031-05-01Z", "2031-05-01+02:00"), ("", "01/05/2031", "2031-02-29", "20310501")
)
MOMENT = Values(
    ("2031-05-06T07:08:09", "2031-05-06T07:08:09.123+02:00", "2031-05-06T07:08:09Z"),
    ("", "2031-05-06", "2031-05-06 07:08:09", "2031-05-06T25:00:00"),
)
DECIMAL = Values(("0", "-10.5", "+1", "0.000001", "3245.681450", "1" * 18), ("", "1,5", "1e3", "12 EUR", "1 000"))
FLOW_DATA = "CPPFluxStatuts/CPPFluxStatutUnitaire/DonneesStatut/"
INVOICE_DATA = "CPPFactureStatuts/CPPFactureStatutUnitaire/DonneesStatut/"
MIXTE_DATA = "CPPFactureMixteUnitaire/DonneesFacture/"
LINE = "Lignes/Ligne/"
LONG = Values(("", "x" * 50, "x" * 51, "é" * 5000), ())

# Keyed by the end of a path, the first that fits holds; a text that no key ends is free.
VALUES = MappingProxyType(
    {
        MIXTE_DATA + "Cadre": Values((*CADRES, "A11"), ("A0", "A26", "a1", "A01", "B1", "", "A1 ")),
        MIXTE_DATA + "ModePaiement/Code": Values(
            ("01", "1", "10", "20", "30", "31", "42", "48", "49", "58", "59", "97", "030"),
            ("", "0", "57", "60", "ZZZ", "01 02"),
        ),
        MIXTE_DATA + "Engagement/NumeroMarche": LONG,
        MIXTE_DATA + "Engagement/NumeroEngagement": LONG,
        "CPPFactureMixteUnitaire/PJ/NomPJ": LONG,
        "Valideur/TypeIdentifiant": SUPPLIER_KIND,
        "Valideur/CodePays": COUNTRY,
        "ParametreIndiv/Code": PARAMETER,
        "Recepteur/Id": PARTNER,
        "Emetteur/Id": PARTNER,
        FLOW_DATA + "IdStatut": FLOW_STATUS,
        FLOW_DATA + "ComplementStatut": Values(("", "c" * 40, "é" * 40), ("c" * 41,)),
        FLOW_DATA + "Horodatage": MOMENT,
        FLOW_DATA + "IdProducteur": Values(("CPP00001", "ABCDEFGH"), ("", "CPP0001", "CPP000001")),
        FLOW_DATA + "Producteur": Values(("",), ("CPP001",)),
        INVOICE_DATA + "IdStatut": INVOICE_STATUS,
        INVOICE_DATA + "Horodatage": MOMENT,
        INVOICE_DATA + "Producteur": Values(("",), ("CPP001",)),
        INVOICE_DATA + "DateFacture": DATE,
        "Fournisseur/TypeIdentifiant": SUPPLIER_KIND,
        "Fournisseur/CodePays": COUNTRY,
        "Fournisseur/ModeEmission": Values(
            ("flux", "numérisation", "saisie", "PDF"), ("", "Flux", "pdf", "numerisation")
        ),
        "Debiteur/TypeIdentifiant": DEBTOR_KIND,
        "Debiteur/Identifiant": SIRET,
        "Debiteur/CodeService": SERVICE,
        "DonneesFacture/Id": NUMBER,
        "DonneesFacture/IdCPRO": Values(("0", "-1", "007", "9" * 20), ("", "1.5", "A1")),
        "DonneesFacture/Renvoi": Values(("Non", "Complétée", "Recyclée"), ("", "Oui", "non", "Completee")),
        "DonneesFacture/IdFactureOrigine": NUMBER,
        "DonneesFacture/Type": Values(("380", "381", "0380"), ("", "38", "384", "386", "389")),
        "DonneesFacture/Cadre": Values(CADRES, ("A11", "A0", "A26", "a1", "A01", "B1", "", "A1 ")),
        "DonneesFacture/DateEmissionFacture": DATE,
        "DonneesFacture/DateLivraison": DATE,
        "ModePaiement/Code": Values(
            ("10", "20", "30", "31", "42", "48", "49", "97", "030"), ("", "1", "01", "57", "58", "59", "ZZZ")
        ),
        "DonneesFacture/DateReception": DATE,
        "DonneesFacture/DateMiseADispositionMOE": DATE,
        "DonneesFacture/Devise": Values(("EUR", "RSD", "AAA"), ("", "eur", "EU", "EURO", "E1R", "€")),
        "Montants/MontantHT": DECIMAL,
        "Montants/MontantTTC": DECIMAL,
        "Montants/MontantNetAPayer": DECIMAL,
        "TVA/Taux": DECIMAL,
        "TVA/BaseHt": DECIMAL,
        "TVA/MontantTVA": DECIMAL,
        "Engagement/NumeroMarche": UP_TO_50,
        "Engagement/NumeroEngagement": UP_TO_50,
        LINE + "PrixUnitaire": DECIMAL,
        LINE + "Quantite": DECIMAL,
        LINE + "MontantHT": DECIMAL,
        LINE + "TauxTVA": DECIMAL,
        # libxml2 skips signs outside the alphabet, so what shows a broken base64 to it is its length.
        "PJ/Contenu": Values(("", "UEsFBgAA", "UEsFBg==", "UEsF\nBgAA"), ("UEsFBg=", "UEsFB")),
        "PJ/NomPJ": UP_TO_50,
        "PJ/NomPJOrigine": UP_TO_50,
        "PJ/CategoriePJ": UP_TO_50,
        "PJ/TypePJ": Values(("01", "02", "1", "2", "002"), ("", "0", "03", "PJ")),
        "ValidationUnitaire/DateStatut": DATE,
        "ValidationUnitaire/CodeStatut": Values(("0", "01", "13", "999"), ("", "-1", "A", "1.5")),
        "ProducteurStatut/TypeIdentifiant": PRODUCER_KIND,
        "ProducteurStatut/CodePays": COUNTRY,
    }
)


class Attribute(NamedTuple):
    """What the tables say of an attribute, which stands on the elements whose path ends with `element`."""

    element: str
    name: str
    required: bool
    values: Values


COUNT = Values(("0", "1", "0001", "12345"), ("", "-1", "1.5", "un"))
ANYTHING = Values(("", "1", "F-7 / 2"), ())
ATTRIBUTES = (
    Attribute("CPPStatut", "Version", required=False, values=ANYTHING),
    Attribute("CPPFacturePivot", "Version", required=False, values=ANYTHING),
    Attribute("CPPFactureMixte", "Version", required=False, values=ANYTHING),
    Attribute("EnveloppeUnitaire", "NumOrdre", required=False, values=COUNT),
    Attribute(
        "ParametreIndiv", "NumOrdre", required=False, values=Values(("0001", "9999"), ("", "1", "001", "00001", "000A"))
    ),
    Attribute("CPPFluxStatuts", "compteur", required=False, values=COUNT),
    Attribute("CPPFluxStatutUnitaire", "NumOrdre", required=False, values=COUNT),
    Attribute("Details", "NbLignesErreur", required=True, values=COUNT),
    Attribute("LigneErreurDetail", "IdLigne", required=False, values=ANYTHING),
    Attribute("CPPFactureStatuts", "compteur", required=False, values=COUNT),
    Attribute("CPPFactureStatutUnitaire", "NumOrdre", required=False, values=COUNT),
    Attribute(INVOICE_DATA + "Producteur", "Id", required=False, values=ANYTHING),
    Attribute("CPPFactures", "Compteur", required=False, values=COUNT),
    Attribute("CPPFacturePivotUnitaire", "NumOrdre", required=False, values=COUNT),
    Attribute("CPPFactureMixteUnitaire", "NumOrdre", required=False, values=COUNT),
    Attribute(
        "ReferenceBancaire", "Type", required=False, values=Values(("IBAN", "RIB"), ("", "iban", "BIC", "IBAN "))
    ),
    Attribute("Lignes/Ligne", "NumOrdre", required=True, values=COUNT),
    Attribute("PJ", "NumOrdre", required=False, values=COUNT),
)
MISSPELT = (
    ("flux", "CPPFluxStatuts", "Compteur"),
    ("facture", "CPPFactureStatuts", "Compteur"),
    ("pivot", "CPPFactures", "compteur"),
    ("mixte", "CPPFactures", "compteur"),
    ("flux", FLOW_DATA + "Producteur", "Id"),
)


def walk(row: Row, parent: str = "") -> Iterator[tuple[str, Row]]:
    """Give every row below this one with its path, in document order."""
    if isinstance(row.content, str):
        return
    for child in row.content:
        path = f"{parent}{child.name}"
        yield path, child
        yield from walk(child, f"{path}/")


def ends(path: str, end: str) -> bool:
    """Tell whether a path ends with whole steps of another."""
    return f"/{path}".endswith(f"/{end}")


def rule_of(path: str) -> Values | None:
    """Find what the tables say of the text at a path, None where it is free."""
    return next((values for end, values in VALUES.items() if ends(path, end)), None)


ROWS = tuple((sheet, path, row) for sheet, (root, _) in SHEETS.items() for path, row in walk(root))
PLACES = (*((sheet, ".", root) for sheet, (root, _) in SHEETS.items()), *ROWS)
LEAVES = tuple((sheet, path) for sheet, path, row in ROWS if isinstance(row.content, str))
NEIGHBOURS = tuple(
    (sheet, parent, first.name, second.name)
    for sheet, parent, row in PLACES
    if not isinstance(row.content, str)
    for first, second in zip(row.content, row.content[1:], strict=False)
)
STANDING = tuple(
    (sheet, path, attribute)
    for sheet, path, row in PLACES
    for attribute in ATTRIBUTES
    if ends(row.name if path == "." else path, attribute.element)
)


def full(sheet: str) -> etree._Element:
    """Make a document of this kind that holds every row."""
    return build(SHEETS[sheet].root, full=True)


def at(document: etree._Element, path: str) -> etree._Element:
    """Give the first element at a path."""
    found = document.find(path)
    assert found is not None, path
    return found


@functools.cache
def shelf(name: str) -> etree.XMLSchema:
    """Load a schema once."""
    return etree.XMLSchema(etree.parse(SCHEMAS / name))


def is_valid(document: etree._Element, schema: str) -> bool:
    """Judge what a partner would read: the document written out and parsed again."""
    return shelf(schema).validate(etree.fromstring(etree.tostring(document)))


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("is_full", [True, False])
def test_sound_documents_are_valid(sheet: str, *, is_full: bool) -> None:
    """A document with every row and one with the mandatory rows alone are both valid."""
    root, schema = SHEETS[sheet]
    assert is_valid(build(root, full=is_full), schema)


@pytest.mark.parametrize(("sheet", "path", "row"), ROWS)
def test_an_element_may_be_missing_only_where_it_is_optional(sheet: str, path: str, row: Row) -> None:
    """Without one of its elements a document stays valid exactly when the row says 0."""
    document = full(sheet)
    element = at(document, path)
    at(document, f"{path}/..").remove(element)
    assert is_valid(document, SHEETS[sheet].schema) is (row.least == 0)


@pytest.mark.parametrize(("sheet", "path", "row"), ROWS)
def test_an_element_may_be_repeated_only_where_it_is_multiple(sheet: str, path: str, row: Row) -> None:
    """With one element twice a document stays valid exactly when the row says n."""
    document = full(sheet)
    element = at(document, path)
    element.addnext(copy.deepcopy(element))
    assert is_valid(document, SHEETS[sheet].schema) is (row.most is None)


@pytest.mark.parametrize(("sheet", "parent", "first", "second"), NEIGHBOURS)
def test_order_is_that_of_the_rows(sheet: str, parent: str, first: str, second: str) -> None:
    """Two neighbours that change places make the document invalid, so Recepteur comes before Emetteur."""
    document = full(sheet)
    holder = at(document, parent)
    holder.findall(second)[-1].addnext(holder.findall(first)[0])
    assert not is_valid(document, SHEETS[sheet].schema)


@pytest.mark.parametrize(("sheet", "path", "row"), PLACES)
def test_nothing_else_is_let_in(sheet: str, path: str, row: Row) -> None:
    """An element or an attribute that no row names is refused everywhere, and so is text between elements."""
    schema = SHEETS[sheet].schema
    with_child, with_attribute, with_text = (full(sheet) for _ in range(3))
    etree.SubElement(at(with_child, path), "Inconnu")
    at(with_attribute, path).set("inconnu", "1")
    at(with_text, path).text = "texte"
    assert not is_valid(with_child, schema)
    assert not is_valid(with_attribute, schema)
    assert isinstance(row.content, str) or not is_valid(with_text, schema)


@pytest.mark.parametrize(
    ("sheet", "path", "text", "verdict"),
    [
        (sheet, path, text, verdict)
        for sheet, path in LEAVES
        if (values := rule_of(path)) is not None
        for verdict, texts in ((True, values.good), (False, values.bad))
        for text in texts
    ],
)
def test_texts_keep_to_their_rule(sheet: str, path: str, text: str, *, verdict: bool) -> None:
    """A text is taken or refused as its row says: list, length, pattern, date, number."""
    document = full(sheet)
    at(document, path).text = text
    assert is_valid(document, SHEETS[sheet].schema) is verdict


@pytest.mark.parametrize(("sheet", "path"), [leaf for leaf in LEAVES if rule_of(leaf[1]) is None])
@pytest.mark.parametrize("text", ["", " ", "é & <b>", "x" * 5000])
def test_other_texts_are_free(sheet: str, path: str, text: str) -> None:
    """Where the tables fix nothing, an empty element, markup signs and a long text are all valid."""
    document = full(sheet)
    at(document, path).text = text
    assert is_valid(document, SHEETS[sheet].schema)


@pytest.mark.parametrize(("sheet", "path", "attribute"), STANDING)
def test_attributes_keep_to_their_rule(sheet: str, path: str, attribute: Attribute) -> None:
    """An attribute takes and refuses what its row says, and may be missing unless the row requires it."""
    document, schema = full(sheet), SHEETS[sheet].schema
    element = at(document, path)
    if attribute.name in element.attrib:
        del element.attrib[attribute.name]
    assert is_valid(document, schema) is not attribute.required
    for verdict, texts in ((True, attribute.values.good), (False, attribute.values.bad)):
        for text in texts:
            element.set(attribute.name, text)
            assert is_valid(document, schema) is verdict, text


@pytest.mark.parametrize(("sheet", "path", "name"), MISSPELT)
def test_attributes_of_one_format_are_refused_in_the_other(sheet: str, path: str, name: str) -> None:
    """The count is `compteur` in CPPStatut and `Compteur` elsewhere, and the producer of a flow status has no Id."""
    document = full(sheet)
    at(document, path).set(name, "1")
    assert not is_valid(document, SHEETS[sheet].schema)


def test_statuses_are_of_flows_or_of_invoices() -> None:
    """A CPPStatut holds exactly one of the two blocks, in whatever order both are tried."""
    flows, invoices = full("flux"), full("facture")
    both, turned = copy.deepcopy(flows), copy.deepcopy(invoices)
    both.append(at(copy.deepcopy(invoices), "CPPFactureStatuts"))
    turned.append(at(copy.deepcopy(flows), "CPPFluxStatuts"))
    flows.remove(at(flows, "CPPFluxStatuts"))
    assert not any(is_valid(document, STATUT_XSD) for document in (both, turned, flows))


@pytest.mark.parametrize(("count", "verdict"), [(0, False), (1, False), (2, True), (3, True), (9, True)])
def test_an_envelope_has_two_parameters_or_more(count: int, *, verdict: bool) -> None:
    """ParametreIndiv stands at least twice, without upper bound."""
    for sheet, (_, schema) in SHEETS.items():
        document = full(sheet)
        parameters = at(document, "Enveloppe/EnveloppeUnitaire/Parametres")
        parameter = copy.deepcopy(parameters[0])
        parameters[:] = [copy.deepcopy(parameter) for _ in range(count)]
        assert is_valid(document, schema) is verdict


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_root_is_the_format_itself(sheet: str) -> None:
    """Another name, another namespace or a part of a document is no document."""
    schema = SHEETS[sheet].schema
    renamed, spaced = full(sheet), full(sheet)
    renamed.tag = "CPPFacture"
    spaced.tag = "{urn:example}" + SHEETS[sheet].root.name
    other = full("flux" if sheet == "pivot" else "pivot")
    parts = [copy.deepcopy(part) for part in full(sheet)]
    assert not any(is_valid(document, schema) for document in (renamed, spaced, other, *parts))


@pytest.mark.parametrize("end", VALUES)
def test_every_rule_of_these_tables_is_used(end: str) -> None:
    """A rule whose path no document holds would test nothing."""
    assert any(ends(path, end) for _, path in LEAVES)


def test_every_attribute_of_these_tables_is_used() -> None:
    """An attribute whose element no document holds would test nothing."""
    assert {attribute for _, _, attribute in STANDING} == set(ATTRIBUTES)


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_other_validator_agrees(sheet: str) -> None:
    """The `xmlschema` library, which words the refusals, loads each schema and judges as libxml2 does."""
    root, name = SHEETS[sheet]
    schema = xmlschema.XMLSchema(SCHEMAS / name)
    broken = full(sheet)
    at(broken, "Enveloppe/EnveloppeUnitaire/Partenaires/Recepteur/Id").text = "AB"
    assert schema.is_valid(build(root, full=True))
    assert schema.is_valid(build(root, full=False))
    assert not schema.is_valid(broken)


@pytest.mark.parametrize("name", [STATUT_XSD, PIVOT_XSD, MIXTE_XSD])
def test_a_schema_stands_alone_and_says_what_it_is(name: str) -> None:
    """No schema includes or imports another, and each opens with a note naming format, version and wording."""
    root = etree.parse(SCHEMAS / name).getroot()
    xs = {"xs": "http://www.w3.org/2001/XMLSchema"}
    note = root[0].findtext("xs:documentation", namespaces=xs) or ""
    stem, _, version = Path(name).stem.partition("_")
    assert not root.xpath("xs:include | xs:import | xs:redefine", namespaces=xs)
    assert root.get("targetNamespace") is None
    assert root.get("elementFormDefault") == "qualified"
    assert all(word in note for word in (stem, version, "edigate's own wording"))


@pytest.mark.parametrize(("alien", "after"), [
    ("TVAs", "Montants"),
    ("DateReception", "ModePaiement"),
    ("IdCPRO", "Id"),
    ("Renvoi", "Id"),
    ("Lignes", "Engagement"),
])  # fmt: skip
def test_what_the_pivot_alone_has_is_refused_in_a_mixed_invoice(alien: str, after: str) -> None:
    """The pivot's spelling of TVAS, its lines, and what the gate itself adds are no part of a deposit."""
    document = full("mixte")
    at(document, f"CPPFactures/{MIXTE_DATA}{after}").addnext(etree.Element(alien))
    assert not is_valid(document, MIXTE_XSD)


def test_a_mixed_invoice_has_no_mode_of_emission() -> None:
    """How an invoice came is the gate's to say, in the pivot."""
    document = full("mixte")
    etree.SubElement(at(document, "CPPFactures/CPPFactureMixteUnitaire/Fournisseur"), "ModeEmission").text = "flux"
    assert not is_valid(document, MIXTE_XSD)


@pytest.mark.parametrize("path", [
    "Fournisseur/Identifiant", "Fournisseur/RaisonSociale", "Debiteur/Nom", "PJ/MimeTypePJ",
])  # fmt: skip
def test_texts_may_say_that_they_are_texts(path: str) -> None:
    """Flows that circulate have xsi:type="xs:string" on the free texts."""
    xsi, xs = "http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/2001/XMLSchema"
    document = full("mixte")
    element = at(document, f"CPPFactures/CPPFactureMixteUnitaire/{path}")
    typed = etree.Element(element.tag, {f"{{{xsi}}}type": "xs:string"}, nsmap={"xs": xs})
    typed.text = element.text
    at(document, f"CPPFactures/CPPFactureMixteUnitaire/{path}/..").replace(element, typed)
    assert is_valid(document, MIXTE_XSD)


@pytest.mark.parametrize(("folder", "name"), [("statut", STATUT_XSD), ("pivot", PIVOT_XSD), ("mixte", MIXTE_XSD)])
def test_real_files_are_valid(folder: str, name: str) -> None:
    """The files that circulate in the field, empty optional elements and all, are valid."""
    files = sorted((SAMPLES / folder).glob("*.xml"))
    if not files:
        pytest.skip(f"no sample in shared/samples/chorus/{folder}: set EDIGATE_SHARED")
    for file in files:
        document = etree.parse(file, etree.XMLParser(huge_tree=True))
        assert shelf(name).validate(document), f"{file.name}: {shelf(name).error_log}"
