"""Fournisseur and Debiteur, which CPPStatut and CPPFacturePivot write alike (reference §7.2.2, §7.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edigate.domain.identifiers import country_of
from edigate.emitters._xml import element, optional

if TYPE_CHECKING:
    from edigate.domain.invoice import Party

SERVICE_LENGTH = 100
# Suppliers from elsewhere have a kind of identifier that tells their country; people, and companies being registered
# (kinds 7 and 6), have not, and are of France unless the document says otherwise.
_HOME = "FR"


def supplier(party: Party, more: str = "") -> str:
    """Fournisseur with `more` at its end; the party's scheme must be known."""
    if party.scheme is None:
        msg = f"a supplier without a kind of identifier cannot be written: {party.identifier!r}"
        raise ValueError(msg)
    return (
        "<Fournisseur>"
        f"{element('TypeIdentifiant', party.scheme)}{element('Identifiant', party.identifier)}"
        f"{element('RaisonSociale', party.name)}{element('CodePays', country_of(party) or _HOME)}{more}"
        "</Fournisseur>"
    )


def debtor(siret: str, name: str, service: str, service_name: str) -> str:
    """Debiteur; a service code too long for the format is left out, since a cut one would be another service's."""
    code = service if len(service) <= SERVICE_LENGTH else ""
    return (
        f"<Debiteur><TypeIdentifiant>1</TypeIdentifiant>{element('Identifiant', siret)}{optional('Nom', name)}"
        f"{optional('CodeService', code)}{optional('NomService', service_name)}</Debiteur>"
    )
