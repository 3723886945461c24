"""Status 37: told of a rejected invoice where it has all that CPPStatut makes mandatory (reference §7.2.2, §10.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lxml import etree

from tests.acceptance.gates import Case, fresh_number, sound, work_off

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Seen

TELLABLE = {
    "no-payment-mode": {"payment_code": ""},
    "unknown-recipient": {"recipient_siret": "99981370200027"},
    "wrong-key": {"recipient_siret": "53514650090019"},
    "no-recipient-name": {"payment_code": "", "recipient_name": ""},
    "number-too-long": {"number": "N" * 21},
    "foreign-supplier": {"supplier_scheme": "2", "supplier_id": "BE0429958043", "supplier_country": "BE"},
    "service-too-long": {"service": "S" * 101},
}
UNTELLABLE = {
    "no-number": {"number": ""},
    "no-supplier": {"supplier_id": ""},
    "no-supplier-name": {"supplier_name": ""},
    "unknown-scheme": {"supplier_scheme": "99"},
    "no-recipient": {"recipient_siret": ""},
    "short-recipient": {"recipient_siret": "5351465009001"},
}


NO_DAY = "impossible-date"


@pytest.fixture(scope="module")
def seen(make_site: MakeSite) -> dict[str, Seen]:
    """One rejected invoice of each kind."""
    cases = {key: Case(sound(**changes)) for key, changes in {**TELLABLE, **UNTELLABLE}.items()}
    cases[NO_DAY] = Case(sound().replace(b">20250314<", b">20251314<"))
    return work_off(make_site(), cases)


@pytest.mark.parametrize("key", [*TELLABLE, NO_DAY])
def test_a_rejected_invoice_is_told_as_not_integrated(seen: dict[str, Seen], key: str) -> None:
    """One status, 37, besides the report."""
    (invoice,) = seen[key].outcome.invoices

    assert (invoice.verdict, invoice.status) == ("rejected", "37")
    assert seen[key].told.of(invoice.number) == ["37"]
    assert seen[key].report.status == "93"


@pytest.mark.parametrize("key", UNTELLABLE)
def test_what_the_format_cannot_tell_is_reported_alone(seen: dict[str, Seen], key: str) -> None:
    """Without a mandatory part there is no status; the report says why."""
    (invoice,) = seen[key].outcome.invoices

    assert (invoice.verdict, invoice.status) == ("rejected", "")
    assert seen[key].told.of(invoice.number) == []
    assert seen[key].report.codes == invoice.errors


def test_statuses_are_told_of_nothing_else(seen: dict[str, Seen]) -> None:
    """As many as there are invoices that can be told of."""
    assert len(next(iter(seen.values())).told.statuses) == len(TELLABLE) + 1


def test_a_rejected_invoice_is_handed_to_nobody(make_site: MakeSite) -> None:
    """Its would-be recipient gets the sound one of the round only."""
    site = make_site()
    good = fresh_number()
    site.deposit(sound(payment_code=""))
    site.deposit(sound(number=good))

    site.round()

    assert list(site.collect("SEI001").units) == [good]


def test_a_status_37_says_in_short_why(make_site: MakeSite) -> None:
    """The first reason by code and title, and how many more the report tells."""
    site = make_site()
    site.deposit(sound(payment_code="", engagement="9" * 51))
    site.round()

    (told,) = (site.root / "outbox" / "JMRPOR").glob("FEN1200A_*")
    comment = etree.parse(told).findtext(".//Commentaire")
    assert comment is not None
    assert comment.startswith("EDG-I077 - ")
    assert comment.endswith("(et 1 autre(s) motif(s) : voir le compte-rendu)")
