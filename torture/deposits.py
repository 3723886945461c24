"""What partners deposit: varied flows of depositors and recipients, sound and otherwise, made from a seed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from edigate.domain.invoice import Scheme
from edigate.domain.reported import ReportedStatus
from edigate.sandbox import structures
from edigate.sandbox.archives import tar_gz, zipped
from edigate.sandbox.attached import tiny_pdf
from edigate.sandbox.cii import cii
from edigate.sandbox.drafts import Draft, DraftAttachment
from edigate.sandbox.facturx import facturx_pdf
from edigate.sandbox.flows import flow_name
from edigate.sandbox.statuses import status_flow
from edigate.sandbox.ubl import ubl_credit_note, ubl_invoice

if TYPE_CHECKING:
    import random

LONG_ANSWER = tiny_pdf("x") + bytes(range(256)) * 700  # large enough that a worker's answer takes a while
LONG_ONES = 0.15


class Deposit(NamedTuple):
    """One file, as its partner drops it; `rivals` names the deposits of one number, of which the first one wins."""

    partner: str
    name: str
    content: bytes
    rivals: str = ""


def some_deposits(count: int, chance: random.Random) -> list[Deposit]:
    """Flows of two depositors to all recipients, sound and otherwise, and what recipients say of the first invoices.

    A repeat of a number comes after its original in the order of names, which is that of one partner's deposits.
    """
    made: list[Deposit] = []
    for number in range(1, count + 1):
        kind = chance.choices(tuple(_MAKERS), (45, 10, 10, 12, 10, 8, 15))[0]
        partner = chance.choice(("JMRPOR", "JMRPOR", "ABC123"))
        made.append(_MAKERS[kind](partner, number, chance))
    return made


def first_deposits() -> list[Deposit]:
    """What a gate has before anything happens to it: invoices that are spoken of, and some that wait for validators."""
    drafts = [
        *(
            Draft(number, recipient_siret=_SPOKEN_OF[partner])
            for partner, numbers in FIRST.items()
            for number in numbers
        ),
        *(Draft(number, cadre, validator_siret=structures.LEAD_CONTRACTOR) for number, cadre in _WAITING),
    ]
    names = (flow_name("FSO1106A", "JMRPOR", 900_000 + place) for place in range(len(drafts)))
    return [Deposit("JMRPOR", name, cii(draft)) for name, draft in zip(names, drafts, strict=True)]


_SPOKEN_OF = {"SEI001": structures.WITHOUT_SERVICE, "POR001": structures.NOT_CONNECTED}
FIRST = {"SEI001": [f"F-{n}" for n in range(12)], "POR001": [f"G-{n}" for n in range(6)]}
_WAITING = (*((f"V-{n}", "A9") for n in range(6)), *((f"V-{n}", "A12") for n in range(6, 9)))


def _sound(partner: str, number: int, chance: random.Random) -> Deposit:
    siret, name = chance.choice(_RECIPIENTS)
    draft = Draft(f"K-{number}", recipient_siret=siret, recipient_name=name, **_needed(siret))  # type: ignore[arg-type]
    if chance.random() < LONG_ONES:
        file = DraftAttachment("f.pdf", "application/pdf", LONG_ANSWER, type_code="01")
        draft = Draft(f"K-{number}", attachments=(file,))
        return Deposit(partner, flow_name("FSO1116A", partner, number), cii(draft))
    interface, build = chance.choice(_BUILDERS[partner])
    if interface == "FSO1116A":
        file = DraftAttachment("f.pdf", "application/pdf", tiny_pdf("x"), type_code="01")
        draft = Draft(f"K-{number}", attachments=(file,))
    return Deposit(partner, flow_name(interface, partner, number), build(draft))


def _repeat(partner: str, number: int, chance: random.Random) -> Deposit:
    """One of few numbers, always on the same interface of the same partner."""
    file = DraftAttachment("f.pdf", "application/pdf", tiny_pdf("x"), type_code="01")
    rivals = f"R-{partner}-{chance.randrange(4)}"
    return Deposit(partner, flow_name("FSO1116A", partner, number), cii(Draft(rivals, attachments=(file,))), rivals)


def _refused(partner: str, number: int, chance: random.Random) -> Deposit:
    file = DraftAttachment("f.pdf", "application/pdf", tiny_pdf("x"), type_code="01")
    wrong = chance.choice(({"cadre": "A5"}, {"supplier_id": "81034732800018"}, {"recipient_siret": "99999999900013"}))
    return Deposit(
        partner,
        flow_name("FSO1116A", partner, number),
        cii(Draft(f"W-{number}", attachments=(file,), **wrong)),  # type: ignore[arg-type]
    )


def _inadmissible(partner: str, number: int, chance: random.Random) -> Deposit:
    document = cii(Draft(f"I-{number}"))
    return chance.choice(
        (
            Deposit(partner, f"facture {number}.xml", document),
            Deposit(partner, flow_name("FSO1199A", partner, number), document),
            Deposit(partner, flow_name("FSO1110A", partner, number), document),
            Deposit(partner, flow_name("FSO1116A", partner, number), b"%PDF-1.4\n%%EOF"),
            Deposit(partner, flow_name("FSO1116A", partner, number, "1117"), document),
            Deposit(partner, flow_name("FSO1116A", partner, number), document.replace(b":ID>", b":Id>", 2)),
        )
    )


def _archive(_partner: str, number: int, chance: random.Random) -> Deposit:
    """Some documents and a signature; one of them may be refused, or all with one that is none."""
    documents = {f"{n}.xml": cii(Draft(f"A-{number}-{n}", recipient_siret=structures.CONNECTED)) for n in range(3)}
    documents["0.xml.xades"] = b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'
    kind = chance.choice(("whole", "partial", "none"))
    if kind == "partial":
        documents["3.xml"] = cii(Draft(f"A-{number}-3", cadre="A5"))
    if kind == "none":
        documents["3.xml"] = b"<Facture/>"
    return Deposit("JMRPOR", flow_name("FSO1106A", "JMRPOR", number), chance.choice((tar_gz, zipped))(documents))


def _facturx(_partner: str, number: int, _chance: random.Random) -> Deposit:
    return Deposit("JMRPOR", flow_name("FSO1117A", "JMRPOR", number), facturx_pdf(cii(Draft(f"X-{number}"))))


def _statuses(_partner: str, number: int, chance: random.Random) -> Deposit:
    """Of the first invoices, or of one that nobody knows; the same may be said twice."""
    partner = chance.choice(tuple(FIRST))
    said = [
        ReportedStatus(
            1, chance.choice(("06", "07", "08", "11")), chance.choice((*FIRST[partner], "NOBODYS")),
            structures.SUPPLIER, Scheme.SIRET, _SPOKEN_OF[partner], comment="AUTRE - essai", at=_SAID_AT,
        )
        for _ in range(chance.randint(1, 3))
    ]  # fmt: skip
    return Deposit(partner, *status_flow(partner, number, said))


_SAID_AT = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
_MAKERS = {
    "sound": _sound,
    "archive": _archive,
    "facturx": _facturx,
    "repeat": _repeat,
    "refused": _refused,
    "inadmissible": _inadmissible,
    "statuses": _statuses,
}
_RECIPIENTS = (
    (structures.WITHOUT_SERVICE, "Régie"),
    (structures.STATE, "État"),
    (structures.NOT_CONNECTED, "Commune"),
    (structures.CONNECTED, "Hôpital"),
)
_UBL = (("FSO1100A", ubl_invoice), ("FSO1110A", ubl_invoice), ("FSO1110A", ubl_credit_note))
_BUILDERS = {"JMRPOR": (("FSO1106A", cii), ("FSO1116A", cii), _UBL[0]), "ABC123": (("FSO1116A", cii), _UBL[0])}


def _needed(siret: str) -> dict[str, str]:
    return {"service": "AAASCPV", "engagement": "1501966748"} if siret == structures.STATE else {}
