"""Who an invoice concerns, and where it was delivered, as a person reads it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from edigate.domain.invoice import NO_ADDRESS, NO_CONTACT, NO_SITE
from edigate.emitters._french import joined, labelled
from edigate.emitters._labels import REGIMES, SCHEMES
from edigate.emitters._sheet import Column, Shape, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edigate.domain.invoice import Address, Contact, Invoice, Party, Site
    from edigate.emitters.pivot import Addressing

_SIDE_BY_SIDE = Shape((Column("", 1), Column("", 1)))


def parties(invoice: Invoice, addressing: Addressing) -> Iterator[Table]:
    """Two beside each other: who sells, who pays, who has a say, and where it was delivered."""
    site = place(invoice.site)
    known: list[tuple[str, str, str]] = [
        ("Fournisseur", invoice.supplier.name, _party(invoice.supplier)),
        ("Destinataire", *_recipient(invoice.recipient, addressing)),
    ]
    if invoice.validator:
        known.append(("Valideur", invoice.validator.name, _party(invoice.validator)))
    if invoice.payee:
        known.append(("Encaisseur", invoice.payee.name, _party(invoice.payee)))
    if site:
        known.append(("Lieu de livraison", invoice.site.name, site))
    if len(known) % 2:
        known.append(("", "", ""))
    for two in zip(known[::2], known[1::2], strict=True):
        titles, names, details = zip(*two, strict=True)
        yield Table(_titled(titles), [names])
        yield Table(_SIDE_BY_SIDE, [details])


@lru_cache
def _titled(titles: tuple[str, ...]) -> Shape:
    return Shape(tuple(Column(title, 1, bold=True) for title in titles), ruled=False, gap=0)


def _recipient(recipient: Party, addressing: Addressing) -> tuple[str, str]:
    """Name and details; where the invoice goes to is told as well when the document says something else."""
    elsewhere = addressing.recipient if addressing.recipient != recipient.identifier else ""
    service = joined(addressing.service, addressing.service_name) if not recipient.service else ""
    routed = joined(
        labelled("Transmise à", joined(elsewhere, addressing.recipient_name) if elsewhere else ""),
        labelled("Service", service),
        sep="\n",
    )
    return recipient.name or addressing.recipient_name, joined(_party(recipient), routed, sep="\n")


def _party(party: Party) -> str:
    scheme = SCHEMES[party.scheme] if party.scheme else joined("Identifiant", party.raw_scheme, sep=" ")
    return joined(
        labelled("Nom commercial", party.trade_name),
        labelled(scheme, party.identifier),
        labelled("N° d’enregistrement", party.registration),
        labelled("N° de TVA", party.vat_number),
        labelled("Régime de TVA", REGIMES.get(party.vat_regime.upper(), party.vat_regime)),
        labelled("Service", joined(party.service, party.service_name)),
        _address(party.legal_address, party.country),
        labelled("Adresse commerciale", _address(party.trade_address)),
        _contact(party.contact),
        labelled("Adresse électronique", party.endpoint),
        party.note,
        sep="\n",
    )


def _address(address: Address, country: str = "") -> str:
    if address == NO_ADDRESS:
        return country
    town = joined(address.postcode, address.city, sep=" ")
    return joined(*address.lines, town, address.country, country if country != address.country else "", sep="\n")


def _contact(contact: Contact) -> str:
    if contact == NO_CONTACT:
        return ""
    return joined(
        labelled("Contact", joined(contact.name, contact.department)),
        labelled("Téléphone", contact.phone),
        labelled("Télécopie", contact.fax),
        labelled("Courriel", contact.mail),
        sep="\n",
    )


def place(site: Site) -> str:
    """Where something was delivered, line by line; empty where nothing is said of it."""
    if site == NO_SITE:
        return ""
    return joined(labelled("Identifiant", site.identifier), _address(site.address), sep="\n")
