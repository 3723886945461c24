"""Fournisseur and Debiteur, which CPPStatut and CPPFacturePivot write alike (reference §7.2.2, §7.3)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from edigate.domain.identifiers import country_of
from edigate.emitters._xml import element, optional

if TYPE_CHECKING:
    from edigate.domain.invoice import Party

SERVICE_LENGTH = 100
REMEMBERED = 256  # parties: those of one flow are often the same
# Suppliers from elsewhere have a kind of identifier that tells their country; people, and companies being registered
# (kinds 7 and 6), have not, and are of France unless the document says otherwise.
_HOME = "FR"


def supplier(party: Party, more: str = "") -> str:
    """Fournisseur with `more` at its end; the party's scheme must be known."""
    if party.scheme is None:
        msg = f"a supplier without a kind of identifier cannot be written: {party.identifier!r}"
        raise ValueError(msg)
    return f"{_supplier(party.scheme, party.identifier, party.name, country_of(party) or _HOME)}{more}</Fournisseur>"


@lru_cache(maxsize=REMEMBERED)
def _supplier(scheme: str, identifier: str, name: str, country: str) -> str:
    return (
        f"<Fournisseur>{element('TypeIdentifiant', scheme)}{element('Identifiant', identifier)}"
        f"{element('RaisonSociale', name)}{element('CodePays', country)}"
    )


@lru_cache(maxsize=REMEMBERED)
def debtor(siret: str, name: str, service: str, service_name: str) -> str:
    """Debiteur; a service code too long for the format is left out, since a cut one would be another service's."""
    code = service if len(service) <= SERVICE_LENGTH else ""
    return (
        f"<Debiteur><TypeIdentifiant>1</TypeIdentifiant>{element('Identifiant', siret)}{optional('Nom', name)}"
        f"{optional('CodeService', code)}{optional('NomService', service_name)}</Debiteur>"
    )
