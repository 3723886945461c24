"""Whole lives of invoices over real folders: payment, suspension and completion, a silence, a works dossier."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING

import pytest

from edigate.domain.invoice import Scheme
from edigate.domain.reported import Receipt, ReportedStatus
from edigate.sandbox import structures
from edigate.sandbox.cii import cii
from edigate.sandbox.statuses import receipt_flow, status_flow
from edigate.sandbox.ubl import ubl_invoice
from tests.acceptance.gates import DEPOSITOR, MIXED, STRUCTURED, fresh_number, mixed, sound

if TYPE_CHECKING:
    from lxml.etree import _Element

    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Returns, Site

BUYER = {"recipient_siret": structures.WITHOUT_SERVICE, "recipient_name": "Régie des eaux du Val-Clair"}
HIS, PORTAL = "SEI001", "POR001"
BEGIN = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
ON_TIME_TO_VALIDATOR = ("01", "Mise à disposition du premier valideur")

_sequence = count(1)


class Life:
    """One gate as its actors meet it, day after day."""

    def __init__(self, site: Site) -> None:
        """Begin on the first day."""
        self.site = site
        self.day(0)

    def day(self, number: int) -> Life:
        """Let it be so many days after the beginning, and let the gate work off what is due."""
        self.site.tell_time(BEGIN + dt.timedelta(days=number))
        self.site.round()
        return self

    def deposit(self, content: bytes, interface: str) -> str:
        """The supplier's software deposits a flow."""
        name = self.site.deposit(content, interface)
        self.site.round()
        return name

    def report(self, partner: str, number: str, code: str, label: str = "", comment: str = "", **more: str) -> str:
        """A recipient or the portal sends one status; returns the flow's name."""
        one = ReportedStatus(
            1, code, number, structures.SUPPLIER, Scheme.SIRET, more.pop("recipient", structures.WITHOUT_SERVICE),
            label=label, comment=comment, at=self.site.gate.clock(), **more,  # type: ignore[arg-type]
        )  # fmt: skip
        name, content = status_flow(partner, next(_sequence), [one])
        self.site.deposit(content, partner=partner, name=name)
        self.site.round()
        return name

    def acknowledge(self, partner: str, pivot: str, code: str = "92") -> str:
        """A recipient acknowledges a pivot by its flow id."""
        one = Receipt(1, code, pivot, comment="Fichier illisible" if code == "94" else "", at=self.site.gate.clock())
        name, content = receipt_flow(partner, next(_sequence), [one])
        self.site.deposit(content, partner=partner, name=name)
        self.site.round()
        return name

    def told(self) -> Returns:
        """What the supplier's software collects."""
        return self.site.collect(DEPOSITOR)

    def pivots(self, partner: str) -> list[str]:
        """The names of the pivots that wait in a partner's outbox."""
        return sorted(path.name for path in (self.site.root / "outbox" / partner).glob("FEN0036A*"))


@pytest.fixture
def life(site: Site) -> Life:
    """A fresh sandbox gate on its first day."""
    return Life(site)


def cycle(unit: _Element) -> list[tuple[str, str]]:
    """The validation cycle that a pivot shows: code and label of each step."""
    return [
        (step.findtext("CodeStatut", ""), step.findtext("ComplementStatut", ""))
        for step in unit.iterfind("CycleDeValidation/ValidationUnitaire")
    ]


def test_an_invoice_from_deposit_to_payment(life: Life) -> None:
    """Deposited, available, received, service done, mandated, with the accountant, booked, paid: each told at once."""
    number = fresh_number()
    life.deposit(sound(cii, number=number, **BUYER), STRUCTURED)
    (pivot,) = life.pivots(HIS)
    life.acknowledge(HIS, pivot[-25:])
    steps = [("07", "Service fait"), ("08", "Mandatée"), ("09", "Mise à disposition du comptable"),
             ("10", "Comptabilisée"), ("11", "Mise en paiement")]  # fmt: skip
    for day, (code, label) in enumerate(steps, start=1):
        life.day(day)
        life.report(HIS, number, code, label, mandate="M-77" if code == "08" else "")
    told = life.told()

    assert told.labels(number) == [("01", "Déposée"), ("03", "Mise à disposition du destinataire"), *steps]
    assert [report.status for report in told.reports] == ["90"]
    assert life.site.collect(HIS).reports == [], "usable statuses are not answered"


def test_a_suspended_invoice_is_completed_by_a_new_deposit_of_its_number(life: Life) -> None:
    """06 with its reason; the same number again is a completion: 12, 03, and the pivot says Complétée."""
    number = fresh_number()
    draft = {"number": number, **BUYER}
    life.deposit(mixed(cii, **draft), MIXED)
    first = life.site.collect(HIS).units[number]
    life.day(2).report(HIS, number, "06", comment="JUSTIF_ABS - bon de livraison manquant")
    life.day(3).deposit(mixed(cii, **draft), MIXED)
    second = life.site.collect(HIS).units[number]
    life.day(4).report(HIS, number, "11")
    again = life.day(5).deposit(mixed(cii, **draft), MIXED)
    told = life.told()

    assert told.of(number) == ["01", "03", "06", "12", "03", "11", "37"]
    assert [one.comment for one in told.told if one.status == "06"] == ["JUSTIF_ABS - bon de livraison manquant"]
    assert first.findtext("DonneesFacture/Renvoi") is None
    assert second.findtext("DonneesFacture/Renvoi") == "Complétée"
    assert first.findtext("DonneesFacture/IdCPRO") != second.findtext("DonneesFacture/IdCPRO")
    assert told.report(again).codes == ["EDG-I150"]
    assert "11" in told.report(again).lines[0].label


def test_a_rejected_invoices_number_is_burnt(life: Life) -> None:
    """05 by the recipient, or 04 by the 2026 rule: the number is never taken again, and the fault says so."""
    for code in ("04", "05"):
        number = fresh_number()
        life.deposit(sound(cii, number=number, **BUYER), STRUCTURED)
        life.report(HIS, number, code, comment="SE_ERR - mauvais service")
        again = life.deposit(sound(cii, number=number, **BUYER), STRUCTURED)
        told = life.told()

        assert told.of(number) == ["01", "03", "05", "37"]
        assert told.report(again).codes == ["EDG-I150"]


def test_an_invoice_to_be_recycled_is_sent_again_under_the_old_rule(make_site: MakeSite) -> None:
    """04 stays 04 by setting: a new deposit of the number may correct the recipient, and the pivot says Recyclée."""
    life = Life(make_site("[life_cycle]\nrecycle_is_rejection = false\n"))
    number = fresh_number()
    life.deposit(sound(cii, number=number, **BUYER), STRUCTURED)
    life.report(HIS, number, "04", comment="SE_ERR - ce n’est pas pour nous")
    life.deposit(sound(cii, number=number, recipient_siret=structures.CONNECTED, recipient_name="Hôpital"), STRUCTURED)

    assert life.told().of(number) == ["01", "03", "04", "01", "03"]
    assert life.site.collect(HIS).units[number].findtext("DonneesFacture/Renvoi") == "Recyclée"


def test_a_subcontractors_silence_passes_the_request_on(life: Life) -> None:
    """A9: given to the portal; after 15 days without a word it goes to the buyer, as validation hors délai."""
    number = fresh_number()
    life.deposit(sound(cii, number=number, cadre="A9", validator_siret=structures.LEAD_CONTRACTOR, **BUYER), STRUCTURED)
    waiting = life.site.collect(PORTAL).units[number]
    assert life.pivots(HIS) == []
    life.day(14)
    assert life.pivots(HIS) == [], "the fifteenth day is not over"
    life.day(16)
    unit = life.site.collect(HIS).units[number]

    assert cycle(waiting) == []
    assert cycle(unit) == [("01", "Validation 1 hors délai")]
    assert unit.findtext("CycleDeValidation/ValidationUnitaire/ProducteurStatut/Id") == structures.LEAD_CONTRACTOR
    assert "Bordereau_de_suivi.pdf" in [piece.findtext("NomPJ") for piece in unit.iterfind("PJ")]
    assert life.told().labels(number) == [
        ("01", "Déposée"), ON_TIME_TO_VALIDATOR, ("01", "Validation 1 hors délai"),
        ("03", "Mise à disposition du destinataire"),
    ]  # fmt: skip


@pytest.mark.parametrize(("code", "label"), [("13", "Validée par le premier valideur"), ("14", "Refusée")])
def test_a_subcontractors_request_goes_on_with_its_validators_word(life: Life, code: str, label: str) -> None:
    """Accepted or refused, the buyer gets it with the validation cycle (reference §14)."""
    number = fresh_number()
    life.deposit(sound(cii, number=number, cadre="A9", validator_siret=structures.LEAD_CONTRACTOR, **BUYER), STRUCTURED)
    life.day(3).report(PORTAL, number, code, label, comment="Vu")
    life.day(30)

    assert cycle(life.site.collect(HIS).units[number]) == [(code, label)]
    assert life.told().of(number) == ["01", "01", code, "03"]


def test_what_completes_a_validated_request_goes_straight_back_to_the_buyer(life: Life) -> None:
    """A9 suspended by the buyer: its completion passes the validators by, and still shows what they said."""
    number = fresh_number()
    draft = {"number": number, "cadre": "A9", "validator_siret": structures.LEAD_CONTRACTOR, **BUYER}
    life.deposit(sound(cii, **draft), STRUCTURED)
    life.day(3).report(PORTAL, number, "13")
    life.site.collect(HIS)
    life.site.collect(PORTAL)
    life.report(HIS, number, "06", comment="JUSTIF_ABS - pièce manquante")
    life.deposit(sound(cii, **draft), STRUCTURED)

    assert life.pivots(PORTAL) == []
    unit = life.site.collect(HIS).units[number]
    assert (unit.findtext("DonneesFacture/Renvoi"), [code for code, _ in cycle(unit)]) == ("Complétée", ["13"])
    assert life.told().of(number) == ["01", "01", "13", "03", "06", "12", "03"]


def test_a_second_validator_has_his_own_time(life: Life) -> None:
    """Announced by the portal, he gets the invoice after the first one's word, and 15 days of his own."""
    number = fresh_number()
    life.deposit(sound(cii, number=number, cadre="A9", validator_siret=structures.CO_CONTRACTOR, **BUYER), STRUCTURED)
    life.day(1).report(PORTAL, number, "01", "Mise à disposition du second valideur")
    life.day(10).report(PORTAL, number, "13")
    life.day(20)
    assert life.pivots(HIS) == []
    life.day(22).report(PORTAL, number, "18", producer=structures.LEAD_CONTRACTOR)
    unit = life.site.collect(HIS).units[number]

    assert [code for code, _ in cycle(unit)] == ["13", "18"]
    ids = [one.text for one in unit.iterfind("CycleDeValidation/ValidationUnitaire/ProducteurStatut/Id")]
    assert ids == [structures.CO_CONTRACTOR, structures.LEAD_CONTRACTOR]


def test_a_group_leaders_refusal_stops_a_co_contractors_invoice_and_frees_its_number(life: Life) -> None:
    """A12: 14 ends it; the recipient never sees it, and the number may be deposited again."""
    number = fresh_number()
    draft = {"number": number, "cadre": "A12", "validator_siret": structures.LEAD_CONTRACTOR, **BUYER}
    life.deposit(sound(cii, **draft), STRUCTURED)
    life.day(2).report(PORTAL, number, "14", comment="Montant à revoir")
    again = life.deposit(sound(cii, **draft), STRUCTURED)
    late = life.report(HIS, number, "07")

    assert life.pivots(HIS) == []
    told = life.told()
    assert told.report(again).status == "90"
    assert told.of(number) == ["01", "01", "14", "01", "01"]
    assert life.site.collect(HIS).report(late).codes == ["EDG-S031"]


def test_a_group_leaders_silence_is_shown_and_passes_nothing_on(life: Life) -> None:
    """A13: after the set time an alert is raised, once, and closed by his word; nothing goes on by itself."""
    number = fresh_number()
    draft = {"number": number, "cadre": "A13", "validator_siret": structures.LEAD_CONTRACTOR, **BUYER}
    life.deposit(sound(cii, **draft), STRUCTURED)
    life.day(16).day(40)
    silent = life.site.alerts()
    life.report(PORTAL, number, "13")

    assert silent.count(("validator.silent", False)) == len([kind for kind, _ in silent if kind.startswith("val")]) == 1
    assert ("validator.silent", True) in life.site.alerts()
    assert life.told().labels(number)[-1] == ("03", "Mise à disposition MOE")


def test_a_works_dossier(life: Life) -> None:
    """A4, A10, A7 and A8 of one market: each to the portal with its own step, and refused by the MOE as it reports."""
    market = {"market": "M2026-7", **BUYER}
    numbers = {cadre: fresh_number() for cadre in ("A4", "A7", "A8", "A22")}
    for day, (cadre, number) in enumerate(numbers.items()):
        changes = {"validator_siret": structures.MOE} if cadre in {"A4", "A7"} else {}
        life.day(day * 30).deposit(
            sound(ubl_invoice, number=number, cadre=cadre, issue_date=BEGIN.date(), **market, **changes), "FSO1130A"
        )
    life.report(PORTAL, numbers["A4"], "03", "Prise en compte MOE")
    life.report(PORTAL, numbers["A7"], "05", "Refusée par la MOE pour autre motif", comment="AUTRE - à revoir")
    told, units = life.told(), life.site.collect(PORTAL).units

    assert {number: told.labels(number)[1] for number in numbers.values()} == {
        numbers["A4"]: ("03", "Mise à disposition MOE"), numbers["A7"]: ("03", "Mise à disposition MOE"),
        numbers["A8"]: ("03", "Mise à disposition MOA"), numbers["A22"]: ("03", "Mise à disposition MOA"),
    }  # fmt: skip
    assert told.labels(numbers["A4"])[2:] == [("03", "Prise en compte MOE")]
    assert told.labels(numbers["A7"])[2:] == [("05", "Refusée par la MOE pour autre motif")]
    assert units[numbers["A4"]].findtext("DonneesFacture/DateMiseADispositionMOE") == "2026-03-02"
    assert units[numbers["A8"]].find("DonneesFacture/DateMiseADispositionMOE") is None
    assert life.pivots(HIS) == []


def test_a_refused_pivot_is_offered_once_more_then_somebody_is_told(life: Life) -> None:
    """94: the same file with the same bytes; 94 again: an alert, until 92 closes it."""
    number = fresh_number()
    life.deposit(sound(cii, number=number, **BUYER), STRUCTURED)
    (name,) = life.pivots(HIS)
    path = life.site.root / "outbox" / HIS / name
    first = path.read_bytes()
    path.unlink()
    life.acknowledge(HIS, name[-25:], "94")
    assert path.read_bytes() == first
    path.unlink()
    life.acknowledge(HIS, name, "94")

    assert not path.exists()
    assert life.site.alerts() == [("pivot.refused", False)]
    assert life.told().of(number) == ["01", "03"]
    life.acknowledge(HIS, name, "92")
    assert life.site.alerts() == [("pivot.refused", True)]


def test_nothing_heard_after_a_refused_pivot_was_offered_again_is_told_too(life: Life) -> None:
    """94, the same file again, and then silence: an alert, like any receipt that does not come."""
    life.deposit(sound(cii, **BUYER), STRUCTURED)
    (name,) = life.pivots(HIS)
    life.acknowledge(HIS, name, "94")
    life.day(10)

    assert life.site.alerts() == [("pivot.unreceived", False)]


def test_a_pivot_without_a_receipt_is_offered_once_more_then_somebody_is_told(life: Life) -> None:
    """After the set hours the file comes again, after as many more an alert is raised; a late 92 closes it."""
    life.deposit(sound(cii, **BUYER), STRUCTURED)
    (name,) = life.pivots(HIS)
    (life.site.root / "outbox" / HIS / name).unlink()
    assert life.day(2).pivots(HIS) == []
    assert life.day(4).pivots(HIS) == [name]
    (life.site.root / "outbox" / HIS / name).unlink()
    assert life.day(8).pivots(HIS) == []
    assert life.site.alerts() == [("pivot.unreceived", False)]
    life.acknowledge(HIS, name[-25:])

    assert life.day(20).pivots(HIS) == []
    assert life.site.alerts() == [("pivot.unreceived", True)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"cadre": "A12", "validator_siret": structures.LEAD_CONTRACTOR}, "BT-23"),
        ({"cadre": "A2", "prepaid": Decimal("120.00")}, "BT-23"),
        ({"type_code": "381"}, "BT-3"),
        ({"recipient_siret": structures.CONNECTED, "recipient_name": "Hôpital de la Combe-Verte"}, "BT-47"),
    ],
)
def test_what_completes_an_invoice_is_the_same_invoice(life: Life, changes: dict[str, object], field: str) -> None:
    """Neither another cadre, which may want validators, nor a credit note, nor another recipient's."""
    number = fresh_number()
    life.deposit(sound(cii, number=number, **BUYER), STRUCTURED)
    life.report(HIS, number, "06", comment="JUSTIF_ABS - bon de livraison manquant")
    again = life.deposit(sound(cii, **({"number": number, **BUYER} | changes)), STRUCTURED)
    (line,) = life.told().report(again).lines

    assert (line.code, field in line.label) == ("EDG-I153", True)


def test_a_number_that_was_rejected_once_stays_burnt(life: Life) -> None:
    """05, then 06 (odd, but no order is imposed): its number is not taken again."""
    number = fresh_number()
    life.deposit(sound(cii, number=number, **BUYER), STRUCTURED)
    life.report(HIS, number, "05", comment="AUTRE - non")
    life.report(HIS, number, "06", comment="JUSTIF_ABS - tout de même")
    again = life.deposit(sound(cii, number=number, **BUYER), STRUCTURED)

    assert life.told().report(again).codes == ["EDG-I150"]
