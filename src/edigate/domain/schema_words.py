"""Words for what a schema asks of a value, and for what ails base64."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "schema.value": (
            (
                "point décimal sans séparateur de milliers pour un montant, valeur de la liste pour un code, format "
                "demandé pour une date"
            ),
            (
                "a decimal point and no thousands separator for an amount, a value of the list for a code, the "
                "required format for a date"
            ),
        ),
        "schema.base64": (
            (
                "le base64 du ZIP qui contient le fichier, entier, avec l’alphabet ordinaire (« + » et « / »), sans "
                "préfixe ni caractère étranger"
            ),
            (
                "the base64 of the ZIP that holds the file, whole, in the ordinary alphabet (“+” and “/”), without a "
                "prefix or stray characters"
            ),
        ),
        "base64.prefix": (
            "un préfixe « data: » précède le texte base64",
            "a “data:” prefix stands before the base64 text",
        ),
        "base64.of_addresses": (
            "c’est le base64 des adresses Internet (« - » et « _ ») au lieu du base64 ordinaire (« + » et « / »)",
            "it is the base64 of Internet addresses (“-” and “_”) instead of the ordinary one (“+” and “/”)",
        ),
        "base64.length": (
            "le texte base64 est incomplet, car le nombre de ses caractères n’est pas un multiple de 4",
            "the base64 text is incomplete, as the number of its characters is no multiple of 4",
        ),
        "base64.other": ("ce n’est pas un texte base64 correct", "it is not a correct base64 text"),
    }
)
"""By the key that a fault carries: French, English."""
