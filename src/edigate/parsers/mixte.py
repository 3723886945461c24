"""CPPFactureMixte V1_14: several invoices in one document, each with its original attached (reference §7.4)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from edigate.domain.invoice import Contract, Invoice, Party, Payment, Scheme, Syntax, Totals, VatRow
from edigate.parsers import _parts, _read
from edigate.parsers._places import locator, spot
from edigate.parsers._tree import Found, Group, compile_table, gather, kept, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element

    from edigate.domain.invoice import Attachment
    from edigate.parsers._places import Locate, Place, Spots
    from edigate.parsers._tree import Members, Shape

ROOTS: Mapping[str, str] = MappingProxyType({"CPPFactureMixte": "cppfacturemixte"})

_UNIT = "CPPFactures/CPPFactureMixteUnitaire"
_DATA = "DonneesFacture"
NUMBER = f"{_UNIT}/{_DATA}/Id"

_PARTY: Members = {
    "scheme": "TypeIdentifiant",
    "identifier": "Identifiant",
    "name": "RaisonSociale",
    "country": "CodePays",
}
# Below one unit, in the order of the document.
TABLE: Members = {
    "supplier": Group("Fournisseur", _PARTY),
    "bank": Group(
        "Fournisseur/ReferenceBancaire",
        {"account": "Compte", "institution": "Etablissement", "holder": "RaisonSocialeEncaisseur"},
    ),
    "recipient": Group("Debiteur", {**_PARTY, "name": "Nom"}),
    "service": "Debiteur/CodeService",
    "service_name": "Debiteur/NomService",
    "validator": Group("Valideur", _PARTY),
    "number": kept(f"{_DATA}/Id"),
    "origin": kept(f"{_DATA}/IdFactureOrigine"),
    "type_code": f"{_DATA}/Type",
    "cadre": f"{_DATA}/Cadre",
    "issue_date": kept(f"{_DATA}/DateEmissionFacture"),
    "payment": Group(f"{_DATA}/ModePaiement", {"code": "Code"}),
    "currency": f"{_DATA}/Devise",
    "totals": Group(
        f"{_DATA}/Montants",
        {"without_tax": number("MontantHT"), "with_tax": number("MontantTTC"), "due": number("MontantNetAPayer")},
    ),
    "vat": Group(
        f"{_DATA}/TVAS/TVA", {"rate": number("Taux"), "base": number("BaseHt"), "amount": number("MontantTVA")}
    ),
    "market": f"{_DATA}/Engagement/NumeroMarche",
    "engagement": f"{_DATA}/Engagement/NumeroEngagement",
    "attachments": Group(
        "PJ",
        {
            "content": kept("Contenu"),
            "name": kept("NomPJ"),
            "declared_type": "TypePJ",
            "mime": kept("MimeTypePJ"),
        },
    ),
}
_SHAPE = compile_table(TABLE)


@cache
def _of_places() -> Shape:
    return compile_table(TABLE, keep=True)


_SCHEMES = MappingProxyType({scheme.value: scheme for scheme in Scheme})
_MARKET = "BC"


def parse(root: _Element) -> tuple[Invoice, ...]:
    """The invoices of a document, in its order; what is missing or unreadable is empty or None, nothing raises."""
    return tuple(_invoice(gather(unit, _SHAPE)) for unit in root.iterfind(_UNIT))


def _invoice(found: Found) -> Invoice:
    issued = found.first("issue_date")
    market = found.text("market")
    return Invoice(
        syntax=Syntax.CPP_MIXTE,
        number=_read.literal(found.every("number")),
        type_code=_read.code(found.text("type_code"), 3),
        raw_issue_date=_read.text(issued),
        issue_date=_read.zoned_day(issued),
        currency=_parts.currency_of(found),
        cadre=found.text("cadre") or _parts.DEFAULT_CADRE,
        supplier=_party(found.row("supplier")),
        recipient=replace(
            _party(found.row("recipient")), service=found.text("service"), service_name=found.text("service_name")
        ),
        validator=_parts.party_if_any(found, "validator", _party),
        engagement=found.text("engagement"),
        market=market,
        contracts=(Contract(market, _MARKET),) if market else (),
        preceding=found.texts("origin"),
        payment=_payment(found),
        vat=tuple(map(_vat, found.rows.get("vat", ()))),
        totals=_totals(found.row("totals")),
        attachments=tuple(map(_attachment, found.rows.get("attachments", ()))),
    )


def _party(row: Found) -> Party:
    kind = row.text("scheme")
    return Party(
        identifier=row.text("identifier"),
        scheme=_SCHEMES.get(_read.code(kind, 1)),
        raw_scheme=kind,
        name=row.text("name"),
        country=row.text("country"),
    )


def _payment(found: Found) -> Payment:
    bank = found.row("bank")
    account = bank.text("account")
    kind = "" if bank.at else bank.element.get("Type", "")
    return Payment(
        code=_read.code(found.row("payment").text("code"), 2),
        account=account,
        account_kind=kind or ("RIB" if _read.is_rib(account) else "IBAN"),
        account_name=bank.text("holder"),
        institution=bank.text("institution"),
    )


def _vat(row: Found) -> VatRow:
    return VatRow(**row.values)


def _totals(row: Found) -> Totals:
    return Totals(**row.values)


def _attachment(row: Found) -> Attachment:
    attached = _parts.attachment(row, spot(row, "mime"))
    return replace(attached, declared_type=_read.code(attached.declared_type, 2))


_SPOTS: Spots = MappingProxyType(
    {
        "payment.account": lambda found: spot(found.row("bank"), "account"),
        "preceding[0]": lambda found: spot(found, "origin"),
    }
)


def locate_in(root: _Element, position: int = 1) -> Locate:
    """A function from field keys to their places in one invoice, counted from 1, which it descends once.

    The fields of an invoice that the document does not have are placed where its first one belongs.
    """
    units = root.findall(_UNIT)
    shape = _of_places()
    found = gather(units[position - 1], shape) if 0 < position <= len(units) else Found(root, shape, _UNIT)
    return locator(found, _SPOTS, {})


def locate(root: _Element, field: str) -> Place:
    """The path and line of a field of the first invoice; where it is missing, its expected path and the line above."""
    return locate_in(root)(field)
