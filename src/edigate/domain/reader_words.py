"""What the readers of XML and PDF say is wrong, in the words of this program, in French and in English.

Their own words are English: those that are not in the table stay so.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.typography import french

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_QUOTED = r"(?:'(?P<value>.*)'|\"(?P<other>.*)\")"

# What a value of a simple type must be: French, English.
_TYPES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "decimal": ("un nombre décimal, avec un point et sans espace", "a decimal number, with a point and no space"),
        "integer": ("un nombre entier", "a whole number"),
        "int": ("un nombre entier", "a whole number"),
        "nonNegativeInteger": ("un nombre entier positif ou nul", "a whole number, 0 or more"),
        "positiveInteger": ("un nombre entier positif", "a whole number, 1 or more"),
        "date": ("une date (AAAA-MM-JJ)", "a date (YYYY-MM-DD)"),
        "time": ("une heure (hh:mm:ss)", "a time (hh:mm:ss)"),
        "dateTime": ("une date et une heure (AAAA-MM-JJThh:mm:ss)", "a date and time (YYYY-MM-DDThh:mm:ss)"),
        "boolean": ("true ou false", "true or false"),
        "base64Binary": ("un texte base64", "a base64 text"),
    }
)


class _Saying(NamedTuple):
    """A reader's sentence and what to say in its stead; parts of the sentence are filled in by name."""

    pattern: re.Pattern[str]
    french: str
    english: str


def _table(*rows: tuple[str, str, str]) -> tuple[_Saying, ...]:
    return tuple(_Saying(re.compile(pattern, re.DOTALL), french, english) for pattern, french, english in rows)


# xmlschema, of values; then libxml2, of the same.
_VALUES = _table(
    (r"value has to be greater or equal than (.+)", "il faut {0} ou plus", "it must be {0} or more"),
    (r"value has to be less than or equal than (.+)", "il faut {0} ou moins", "it must be {0} or less"),
    (r"value has to be greater than (.+)", "il faut plus que {0}", "it must be more than {0}"),
    (r"value has to be lesser than (.+)", "il faut moins que {0}", "it must be less than {0}"),
    (r"length has to be (\d+)", "le nombre de caractères doit être de {0}", "the number of characters must be {0}"),
    (
        r"value length cannot be lesser than (\d+)",
        "le nombre de caractères doit être de {0} au moins",
        "the number of characters must be {0} or more",
    ),
    (
        r"value length cannot be greater than (\d+)",
        "le nombre de caractères doit être de {0} au plus",
        "the number of characters must be {0} or fewer",
    ),
    (
        r"the number of digits has to be lesser or equal than (\d+)",
        "le nombre de chiffres doit être de {0} au plus",
        "the number of digits must be {0} or fewer",
    ),
    (
        r"the number of fraction digits has to be lesser or equal than (\d+)",
        "le nombre de décimales doit être de {0} au plus",
        "the number of decimals must be {0} or fewer",
    ),
    (r"value must be one of \[(.*)\]", "il faut l’une des valeurs {0}", "it must be one of {0}"),
    (r"value doesn't match any pattern of \[(.*)\]", "il faut suivre le modèle {0}", "it must follow the pattern {0}"),
    (r"value must be non negative", "il faut 0 ou plus", "it must be 0 or more"),
    (r"day is out of range for month", "ce jour n’existe pas dans ce mois", "the month has no such day"),
    (r"month must be in 1\.\.12", "ce mois n’existe pas", "there is no such month"),
    (r"(?:hour|minute|second) must be in 0\.\.\d+", "cette heure n’existe pas", "there is no such time"),
    (r"year '(.*)' is an illegal value for XSD 1\.[01]", "l’année {0} n’existe pas", "there is no year {0}"),
    (r"must have the fixed value (.+)", "il faut {0}", "it must be {0}"),
    (r"The value '.*' does not match the fixed value constraint '(.*)'\.?", "il faut {0}", "it must be {0}"),
    (
        r"The value has a length of '\d+'; this exceeds the allowed maximum length of '(\d+)'\.?",
        "le nombre de caractères doit être de {0} au plus",
        "the number of characters must be {0} or fewer",
    ),
    (
        r"The value has a length of '\d+'; this underruns the allowed minimum length of '(\d+)'\.?",
        "le nombre de caractères doit être de {0} au moins",
        "the number of characters must be {0} or more",
    ),
    (
        r"The value has a length of '\d+'; this differs from the allowed length of '(\d+)'\.?",
        "le nombre de caractères doit être de {0}",
        "the number of characters must be {0}",
    ),
    (
        r"The value '.*' is not an element of the set \{(.*)\}\.?",
        "il faut l’une des valeurs {0}",
        "it must be one of {0}",
    ),
    (
        r"The value '.*' is not accepted by the pattern '(.*)'\.?",
        "il faut suivre le modèle {0}",
        "it must follow the pattern {0}",
    ),
    (
        r"The value '.*' is greater than the maximum value allowed \('(.*)'\)\.?",
        "il faut {0} ou moins",
        "it must be {0} or less",
    ),
    (
        r"The value '.*' is less than the minimum value allowed \('(.*)'\)\.?",
        "il faut {0} ou plus",
        "it must be {0} or more",
    ),
)

_STRUCTURE = _table(
    (r"missing required attribute '(.+)'", "l’attribut {0} est obligatoire", "the attribute {0} is required"),
    (
        r"The attribute '(.+)' is required but missing\.?",
        "l’attribut {0} est obligatoire",
        "the attribute {0} is required",
    ),
    (
        r"'(.+)' attribute not allowed for element",
        "l’attribut {0} n’est pas permis ici",
        "the attribute {0} is not allowed here",
    ),
    (
        r"The attribute '(.+)' is not allowed\.?",
        "l’attribut {0} n’est pas permis ici",
        "the attribute {0} is not allowed here",
    ),
    (
        (
            r"character data between child elements not allowed|Character content other than whitespace is not allowed"
            r" because the content type is 'element-only'\.?"
        ),
        "du texte s’y trouve à la place d’éléments, ou entre eux",
        "there is text in place of elements, or between them",
    ),
    (
        (
            r"character data is not allowed because content is empty|Character content is not allowed,? because the"
            r" (?:content )?type(?: definition)? is (?:empty|'empty')\.?"
        ),
        "l’élément doit être vide",
        "the element must be empty",
    ),
    (
        (
            r"a simple content element can't have child elements|Element content is not allowed,? because the"
            r" (?:content )?type(?: definition)? is (?:a )?simple(?: type definition)?\.?"
        ),
        "l’élément ne contient que du texte, sans autre élément",
        "the element holds text only, no other element",
    ),
    (
        r"This element is not expected\. Expected is (?:one of )?\( (.+) \)\.?",
        "il n’est pas attendu ici ; attendu : {0}",
        "it is not expected here; expected: {0}",
    ),
    (r"This element is not expected\.?", "il n’est pas attendu ici", "it is not expected here"),
    (
        r"Missing child element\(s\)\. Expected is (?:one of )?\( (.+) \)\.?",
        "il y manque un élément ; attendu : {0}",
        "an element is missing in it; expected: {0}",
    ),
    (
        r"Not all fields of key identity-constraint '(.+)' evaluate to a node\.?",
        "la clé {0} n’y a pas de valeur",
        "the key {0} has no value there",
    ),
    (
        r"The XPath '(.+)' of a field of key .+ evaluates to a node-set with more than one member\.?",
        "{0} s’y trouve plusieurs fois",
        "{0} stands there several times",
    ),
    (r"element is not nillable", "xsi:nil n’y est pas permis", "xsi:nil is not allowed there"),
    (
        r"(.+) is not the root element of this schema",
        "{0} n’est pas l’élément racine de ce schéma",
        "{0} is not the root element of this schema",
    ),
)

_SYNTAX = _table(
    (r"no element found", "aucun élément ne s’y trouve", "no element is found"),
    (
        r"something follows the end of the root element",
        "quelque chose suit la fin de l’élément racine",
        "something follows the end of the root element",
    ),
    (
        r"a character that XML does not allow",
        "un caractère que XML n’admet pas s’y trouve",
        "there is a character that XML does not allow",
    ),
    (
        r"the name of an entity is not followed by ';' \(write '&amp;' for '&'\)",
        "le nom d’une entité n’est pas suivi de « ; » (écrivez « &amp; » pour « & »)",
        "the name of an entity is not followed by “;” (write “&amp;” for “&”)",
    ),
    (
        r"'<' inside an attribute \(write '&lt;'\)",
        "un attribut contient « < » (écrivez « &lt; »)",
        "there is a “<” inside an attribute (write “&lt;”)",
    ),
    (
        r"something stands before the XML declaration",
        "quelque chose précède la déclaration XML",
        "something stands before the XML declaration",
    ),
    (
        r"'&' begins no entity \(write '&amp;'\)",
        "un « & » ne commence aucune entité (écrivez « &amp; »)",
        "an “&” begins no entity (write “&amp;”)",
    ),
    (
        r"Opening and ending tag mismatch: (\S+) line (\d+) and (\S+)",
        "la balise {0}, ouverte à la ligne {1}, est fermée par {2}",
        "the tag {0}, opened on line {1}, is closed by {2}",
    ),
    (
        r"Opening and ending tag mismatch: (\S+) and (\S+)",
        "la balise {0} est fermée par {1}",
        "the tag {0} is closed by {1}",
    ),
    (
        r"Premature end of data in tag (\S+) line (\d+)",
        "la balise {0}, ouverte à la ligne {1}, n’est pas fermée",
        "the tag {0}, opened on line {1}, is not closed",
    ),
    (r"Attribute (\S+) redefined", "l’attribut {0} est donné deux fois", "the attribute {0} is given twice"),
    (
        r"Specification mandates? value for attribute (\S+)",
        "l’attribut {0} n’a pas de valeur",
        "the attribute {0} has no value",
    ),
    (
        r"Namespace prefix (\S+)(?: for \S+)? on (\S+) is not defined",
        "le préfixe {0} de {1} n’est pas déclaré",
        "the prefix {0} of {1} is not declared",
    ),
    (r"AttValue: \" or ' expected", "une valeur d’attribut n’est pas entre guillemets", "a value is not in quotes"),
    (r"StartTag: invalid element name", "un « < » ne commence aucune balise", "a “<” begins no tag"),
    (r"Couldn't find end of Start Tag (\S+).*", "la balise {0} n’est pas terminée", "the tag {0} is not finished"),
    (r"expected '>'", "un « > » manque", "a “>” is missing"),
    (r"Entity '(.+)' not defined", "l’entité {0} n’est pas définie", "the entity {0} is not defined"),
    (r"Comment not terminated.*", "un commentaire n’est pas fermé", "a comment is not closed"),
    (r"CData section not finished.*", "une section CDATA n’est pas fermée", "a CDATA section is not closed"),
    (r"xml:id : attribute value .+", "un attribut xml:id n’est pas un nom", "an attribute xml:id is no name"),
)

_LIMITS = _table(
    (r"more than (\d+) bytes", "plus de {0} octets", "more than {0} bytes"),
    (r"a text of more than (\d+) bytes", "un texte de plus de {0} octets", "a text of more than {0} bytes"),
    (r"more than (\d+) tags and attributes", "plus de {0} balises et attributs", "more than {0} tags and attributes"),
    (
        r"no element in the first (\d+) bytes",
        "aucun élément dans les {0} premiers octets",
        "no element in the first {0} bytes",
    ),
    (
        r"elements nested more than (\d+) levels deep|Excessive depth in document: (\d+).*",
        "plus de {0} niveaux d’éléments imbriqués",
        "more than {0} levels of nested elements",
    ),
    (
        r"more than (\d+) entries in a list of files",
        "plus de {0} entrées dans une liste de fichiers",
        "more than {0} entries in a list of files",
    ),
    (r"more than (\d+) filters", "plus de {0} filtres", "more than {0} filters"),
    (
        r"the compressed data end too early",
        "les données compressées s’arrêtent trop tôt",
        "the compressed data end too early",
    ),
    (r"wrong or unknown encoding", "encodage inexact ou inconnu", "wrong or unknown encoding"),
    (r"a document type declaration", "une déclaration de type (DTD)", "a document type declaration"),
)

# qpdf and zlib, which say in brackets where in the file.
_PDF = _table(
    (r"can't find PDF header", "il ne commence pas comme un PDF", "it does not begin as a PDF does"),
    (
        r"can't find startxref|expected trailer dictionary.*|trailer dictionary lacks /Size key.*",
        "sa fin (startxref, trailer) manque ou est incomplète",
        "its end (startxref, trailer) is missing or incomplete",
    ),
    (
        r"xref not found.*|invalid xref entry.*|xref syntax invalid.*",
        "la table de ses objets (xref) manque ou est abîmée",
        "the table of its objects (xref) is missing or damaged",
    ),
    (r"unable to find /Root dictionary", "il n’a pas de catalogue (Root)", "it has no catalogue (Root)"),
    (
        r"no pages found|unable to find page tree|root of pages tree has no /Kids array",
        "il n’a pas de page",
        "it has no page",
    ),
    (
        r"Error -\d+ while decompressing data: .*",
        "les données compressées sont abîmées",
        "the compressed data are damaged",
    ),
    (r"filter (\S+)", "le filtre {0} n’y a pas sa place", "the filter {0} has no place there"),
    (
        (r"unknown token while reading object; treating as string.*|invalid character(?: \(.*\))?|expected endobj.*"),
        "un de ses objets est mal écrit",
        "one of its objects is badly written",
    ),
)

_SAYINGS = (*_VALUES, *_STRUCTURE, *_SYNTAX, *_LIMITS, *_PDF)


def _not_of_type(match: re.Match[str], language: str) -> str:
    kind = match["type"]
    wanted = _TYPES.get(kind) or _TYPES.get(kind[0].lower() + kind[1:]) or (f"du type {kind}", f"of the type {kind}")
    return f"it is not {wanted[1]}" if language == "en" else f"ce n’est pas {wanted[0]}"


def _of_attribute(match: re.Match[str], language: str) -> str:
    said = in_words(match["reason"], language)
    name, value = match["name"], match["value"] or match["other"] or ""
    if language == "en":
        return f"the attribute {name} is “{value}”, but {said}"
    return french("l’attribut {name} vaut « {value} », or {said}").format(name=name, value=value, said=said)


def _of_element(match: re.Match[str], language: str) -> str:
    """libxml2 names the element first, then a facet of its type, and at times the value."""
    reason, attribute = match["reason"], match["attribute"]
    name = f"{match['name']}/@{attribute}" if attribute else match["name"]
    said, value = in_words(reason, language), _VALUE.match(reason)
    if value is None:
        return f"{name}: {said}" if language == "en" else french("{name} : {said}").format(name=name, said=said)
    if language == "en":
        return f"{name} is “{value[1]}”, but {said}"
    return french("{name} vaut « {value} », or {said}").format(name=name, value=value[1], said=said)


def _cut_short(match: re.Match[str], language: str) -> str:
    said = in_words(match["reason"], language)
    return (
        f"the document stops before its end: {said}" if language == "en" else f"le document s’arrête trop tôt : {said}"
    )


_VALUE = re.compile(r"(?:The value )?'(.*?)' (?:is|does) not ", re.DOTALL)

# Sentences that hold another, or a name that has words of its own.
_NESTED: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], str]], ...] = (
    (re.compile(rf"invalid value {_QUOTED} for xs:(?P<type>\w+)", re.DOTALL), _not_of_type),
    (
        re.compile(
            r"'.*' is not a valid value of the (?:atomic|local atomic|union|list) type 'xs:(?P<type>\w+)'\.?", re.DOTALL
        ),
        _not_of_type,
    ),
    (re.compile(r"Invalid datetime string '.*' for <class '[\w.]*\.(?P<type>[A-Za-z]+)\d*'>", re.DOTALL), _not_of_type),
    (re.compile(r"invalid literal for (?P<type>int)\(\) with base 10: .*", re.DOTALL), _not_of_type),
    (re.compile(rf"attribute (?P<name>[^\s=]+)={_QUOTED}: (?P<reason>.+)", re.DOTALL), _of_attribute),
    (
        re.compile(
            r"Element '(?P<name>[^']*)'(?:, attribute '(?P<attribute>[^']*)')?: (?:\[facet '\w+'\] )?(?P<reason>.+)",
            re.DOTALL,
        ),
        _of_element,
    ),
    (re.compile(r"the document stops before its end: (?P<reason>.+)", re.DOTALL), _cut_short),
)


def in_words(reason: str, language: str) -> str:
    """A reader's reason in English for "en", in French for any other; the reason itself where nobody knows it."""
    for pattern, words in _NESTED:
        match = pattern.fullmatch(reason)
        if match:
            return words(match, language)
    for saying in _SAYINGS:
        match = saying.pattern.fullmatch(reason)
        if match:
            parts = [part for part in match.groups() if part is not None]
            return (saying.english if language == "en" else french(saying.french)).format(*parts)
    return reason
