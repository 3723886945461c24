"""What holds of every partner: its code, its subscriptions and their secondaries, whom it acts for (reference §5.3)."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, TypeAlias

from edigate.domain.faults import Severity
from edigate.domain.identifiers import PLACEHOLDER_SIRET, is_siret, passes_luhn
from edigate.domain.interfaces import Direction, Interface, Standing
from edigate.domain.names import APPLICATION, LIFE_CYCLE, PIVOT
from edigate.domain.partners import Partner, PartnerBook, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from edigate.domain.wording import Pair

    Objections: TypeAlias = Iterator[Pair]

LANGUAGES = ("fr", "en")


def secondaries(deposits: Iterable[str], interfaces: Mapping[str, Interface]) -> frozenset[str]:
    """What goes with these deposits unasked: their reports, and the life cycle of the invoices they bring in."""
    rows = [interfaces[code] for code in deposits if code in interfaces]
    reports = {row.report for row in rows if row.report}
    return frozenset(reports | ({LIFE_CYCLE} if any(row.family for row in rows) else set()))


def subscribed(
    partner: Partner, interfaces: Mapping[str, Interface], *, add: Collection[str] = (), drop: Collection[str] = ()
) -> Partner:
    """The partner with deposits added and dropped; secondaries come with the first and go with the last."""
    deposits = (partner.deposits | frozenset(add)) - frozenset(drop)
    gone = secondaries(partner.deposits, interfaces) - secondaries(deposits, interfaces)
    receives = (partner.receives - gone) | secondaries(deposits, interfaces)
    return replace(partner, deposits=deposits, receives=receives)


def objections(
    partner: Partner, book: PartnerBook, interfaces: Mapping[str, Interface], *, gate: str, luhn: Severity
) -> Objections:
    """Why there cannot be such a partner beside the others, in French and English; none where there can."""
    others = [other for other in book.partners if other.code != partner.code]
    yield from _code(partner, gate)
    yield from _directions(partner, interfaces)
    yield from _sirets(partner, luhn)
    yield from _shared(partner, others)
    portal = next((other for other in others if other.role is Role.PORTAL), None)
    if partner.role is Role.PORTAL and portal:
        yield (
            f"Il n’y a qu’un portail, et c’est {portal.code} : changez d’abord son rôle.",
            f"There is one portal only, and it is {portal.code}: change its role first.",
        )
    if partner.role is Role.PORTAL and PIVOT not in partner.receives:
        yield (f"Le portail doit recevoir {PIVOT}.", f"The portal must receive {PIVOT}.")
    if partner.language not in LANGUAGES:
        yield (
            f"Langue {partner.language} : les comptes rendus sont en fr ou en.",
            f"Language {partner.language}: reports are in fr or en.",
        )


def remarks(partner: Partner, interfaces: Mapping[str, Interface], known: Collection[str] = ()) -> Objections:
    """What is allowed but may not be meant; deposits that are `known` were remarked on when they were added."""
    if partner.role is Role.RECIPIENT and not partner.sirets:
        yield ("Sans SIRET, ce destinataire ne recevra rien.", "Without a SIRET this recipient gets nothing.")
    if partner.role is Role.RECIPIENT and PIVOT not in partner.receives:
        yield (
            f"Sans abonnement à {PIVOT}, ses factures vont au portail.",
            f"Without a subscription to {PIVOT} its invoices go to the portal.",
        )
    if partner.role is Role.DEPOSITOR and not partner.deposits:
        yield (
            "Sans abonnement à une interface de dépôt, tout ce qu’il dépose est irrecevable.",
            "Without a subscription to a deposit interface all that it deposits is inadmissible.",
        )
    for code in sorted(partner.deposits.difference(known)):
        if code in interfaces and interfaces[code].standing is Standing.NOT_YET:
            yield (
                f"{code} n’est pas encore prise en charge : ses flux seront irrecevables.",
                f"{code} is not taken yet: flows on it will be inadmissible.",
            )


def _code(partner: Partner, gate: str) -> Objections:
    if not APPLICATION.fullmatch(partner.code):
        yield (
            f"{partner.code!r} n’est pas un code application : six majuscules ou chiffres, comme ABC123.",
            f"{partner.code!r} is no application code: six capitals or digits, such as ABC123.",
        )
    elif partner.code == gate:
        yield (
            f"{gate} est le code de la passerelle elle-même.",
            f"{gate} is the gate's own code.",
        )


def _directions(partner: Partner, interfaces: Mapping[str, Interface]) -> Objections:
    for codes, direction in ((partner.deposits, Direction.DEPOSIT), (partner.receives, Direction.RETURN)):
        for code in sorted(codes):
            yield from _direction(code, direction, interfaces)
    for code in sorted(secondaries(partner.deposits, interfaces) - partner.receives):
        yield (
            f"{code} va de pair avec ses dépôts : l’abonnement est obligatoire.",
            f"{code} goes with what it deposits: the subscription is compulsory.",
        )


def _direction(code: str, direction: Direction, interfaces: Mapping[str, Interface]) -> Objections:
    row = interfaces.get(code)
    if row is None:
        same = [known for known, row in interfaces.items() if row.direction is direction]
        near = " / ".join(get_close_matches(code, same, n=3))
        yield (
            f"Interface inconnue : {code}." + (f" Vouliez-vous dire {near} ?" if near else ""),
            f"Unknown interface: {code}." + (f" Did you mean {near}?" if near else ""),
        )
    elif row.direction is not direction and direction is Direction.DEPOSIT:
        yield (f"{code} n’est pas une interface de dépôt.", f"{code} is no deposit interface.")
    elif row.direction is not direction:
        yield (
            f"{code} est une interface de dépôt : elle ne se reçoit pas.",
            f"{code} is a deposit interface: nobody receives it.",
        )
    elif row.standing is Standing.WITHDRAWN:
        yield (
            f"{code} a été retirée ; abonnez à {row.replaced_by}.",
            f"{code} was withdrawn; subscribe to {row.replaced_by}.",
        )


def _sirets(partner: Partner, luhn: Severity) -> Objections:
    for siret in sorted(partner.sirets):
        if not is_siret(siret) or siret == PLACEHOLDER_SIRET:
            yield (f"{siret!r} n’est pas un SIRET : 14 chiffres.", f"{siret!r} is no SIRET: 14 digits.")
        elif luhn is Severity.ERROR and not passes_luhn(siret):
            yield (
                f"{siret} : la clé de ce SIRET est fausse, il doit contenir une faute de frappe.",
                f"{siret}: the check digit of this SIRET is wrong, it must be mistyped.",
            )


def _shared(partner: Partner, others: Iterable[Partner]) -> Objections:
    """Of those that read invoices each SIRET has one: else nobody could say to whom they go."""
    if partner.role is Role.DEPOSITOR:
        return
    for other in others:
        for siret in sorted(partner.sirets & other.sirets if other.role is not Role.DEPOSITOR else ()):
            yield (
                f"{other.code} agit déjà pour {siret} : retirez-le d’abord (partners set {other.code} --no-siret).",
                f"{other.code} acts for {siret} already: take it away first (partners set {other.code} --no-siret).",
            )
