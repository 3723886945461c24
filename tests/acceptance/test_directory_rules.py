"""What the directory asks of an invoice, through the whole gate: one change, one fault (reference §12.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate.sandbox import structures as people
from tests.acceptance.gates import MIXED, Case, mixed, sound, work_off

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.acceptance.conftest import MakeSite
    from tests.acceptance.gates import Seen

EJ = "1501966748"
# (recipient, what the invoice says besides, faults)
ROWS: Mapping[str, tuple[str, Mapping[str, str], list[str]]] = {
    "engagement-given": (people.ENGAGEMENT_REQUIRED, {"engagement": EJ}, []),
    "engagement-missing": (people.ENGAGEMENT_REQUIRED, {}, ["EDG-I074"]),
    "service-given": (people.SERVICE_REQUIRED, {"service": "ROUTES"}, []),
    "service-missing": (people.SERVICE_REQUIRED, {}, ["EDG-I070"]),
    "service-unknown": (people.SERVICE_REQUIRED, {"service": "CANAUX"}, ["EDG-I071"]),
    "service-of-another": (people.SERVICE_REQUIRED, {"service": "LYCEES"}, ["EDG-I071"]),
    "service-in-small-letters": (people.SERVICE_REQUIRED, {"service": "routes"}, ["EDG-I071"]),
    "service-inactive": (people.SERVICE_REQUIRED, {"service": "ARCHIVES"}, ["EDG-I072"]),
    "service-too-long": (people.SERVICE_REQUIRED, {"service": "S" * 101}, ["EDG-I073"]),
    "service-not-asked-but-unknown": (people.NOT_CONNECTED, {"service": "CANAUX"}, ["EDG-I071"]),
    "service-not-asked-but-known": (people.CONNECTED, {"service": "PHARMACIE"}, []),
    "service-not-asked-nor-given": (people.CONNECTED, {}, []),
    "both-given": (people.BOTH_REQUIRED, {"engagement": EJ, "service": "LYCEES"}, []),
    "both-without-engagement": (people.BOTH_REQUIRED, {"service": "LYCEES"}, ["EDG-I074"]),
    "both-without-service": (people.BOTH_REQUIRED, {"engagement": EJ}, ["EDG-I070"]),
    "both-with-neither": (people.BOTH_REQUIRED, {}, ["EDG-I070", "EDG-I074"]),
    "either-by-engagement": (people.EITHER_REQUIRED, {"engagement": EJ}, []),
    "either-by-service": (people.EITHER_REQUIRED, {"service": "RESEAU"}, []),
    "either-with-neither": (people.EITHER_REQUIRED, {}, ["EDG-I076"]),
    "either-with-unknown-service": (people.EITHER_REQUIRED, {"service": "CANAUX"}, ["EDG-I071"]),
    "either-with-both": (people.EITHER_REQUIRED, {"engagement": EJ, "service": "RESEAU"}, []),
    "service-with-engagement": (people.SERVICE_WITH_ENGAGEMENT, {"service": "VOIRIE", "engagement": EJ}, []),
    "service-wants-engagement": (people.SERVICE_WITH_ENGAGEMENT, {"service": "VOIRIE"}, ["EDG-I075"]),
    "service-wants-none": (people.SERVICE_WITH_ENGAGEMENT, {"service": "CULTURE"}, []),
    "inactive": (people.INACTIVE, {}, ["EDG-I065"]),
    "private": (people.PRIVATE, {}, ["EDG-I066"]),
    "unknown": ("99981370200027", {}, ["EDG-I064"]),
    "wrong-key": ("99981370200018", {}, ["EDG-I063"]),
    "thirteen-digits": ("9998137020001", {}, ["EDG-I062"]),
    "a-siren": ("999813702", {}, ["EDG-I062"]),
    "not-a-siret": (people.NOT_CONNECTED, {"recipient_scheme": "2"}, ["EDG-I061"]),
    "missing": ("", {}, ["EDG-I060"]),
    "moa-only-simple": (people.MOA_ONLY, {"cadre": "A1"}, ["EDG-I068"]),
    "moa-only-subcontractor": (people.MOA_ONLY, {"cadre": "A9", "validator_siret": people.MOE}, ["EDG-I068"]),
    "moa-only-works": (people.MOA_ONLY, {"cadre": "A8"}, []),
    "moa-too-simple": (people.MOA, {"cadre": "A1"}, []),
    "payment-not-fed-back": (people.PAYMENT_NOT_FED_BACK, {}, []),
    "state-without-engagement": (people.STATE, {"service": "AAASCPV"}, ["EDG-I074"]),
    "state-with-all": (people.STATE, {"service": "AAASCPV", "engagement": EJ}, []),
    "placeholder-with-state-service": ("0" * 14, {"service": "DSJPFGU057", "engagement": EJ}, []),
    "placeholder-without-engagement": ("0" * 14, {"service": "DSJPFGU057"}, ["EDG-I074"]),
    "placeholder-without-service": ("0" * 14, {"engagement": EJ}, ["EDG-I067"]),
    "placeholder-with-other-service": ("0" * 14, {"service": "ROUTES", "engagement": EJ}, ["EDG-I067"]),
    "engagement-of-50": (people.ENGAGEMENT_REQUIRED, {"engagement": "E" * 50}, []),
    "engagement-of-51": (people.ENGAGEMENT_REQUIRED, {"engagement": "E" * 51}, ["EDG-I077"]),
    "form-kept": (people.WITH_FORMS, {"service": "COLLEGES", "engagement": "91821"}, []),
    "form-kept-by-six-digits": (people.WITH_FORMS, {"service": "SOCIAL", "engagement": "918210"}, []),
    "form-of-four-digits": (people.WITH_FORMS, {"service": "COLLEGES", "engagement": "9182"}, ["EDG-I079"]),
    "form-of-seven-digits": (people.WITH_FORMS, {"service": "COLLEGES", "engagement": "9182100"}, ["EDG-I079"]),
    "form-with-letters": (people.WITH_FORMS, {"service": "COLLEGES", "engagement": "BC91821"}, ["EDG-I079"]),
    "form-and-no-service": (people.WITH_FORMS, {"engagement": "BC91821"}, ["EDG-I070", "EDG-I079"]),
    "form-and-no-engagement": (people.WITH_FORMS, {"service": "COLLEGES"}, ["EDG-I074"]),
    "market-of-50": (people.NOT_CONNECTED, {"market": "M" * 50}, []),
    "market-of-51": (people.NOT_CONNECTED, {"market": "M" * 51}, ["EDG-I078"]),
}


@pytest.fixture(scope="module")
def seen(make_site: MakeSite) -> dict[str, Seen]:
    """Every row, deposited in one round."""
    rows = {key: {"recipient_siret": siret, **said} for key, (siret, said, _) in ROWS.items()}
    return work_off(make_site(), {key: Case(mixed(**said), MIXED) for key, said in rows.items()})


@pytest.mark.parametrize("key", ROWS)
def test_each_flag_of_the_directory_has_its_own_fault(seen: dict[str, Seen], key: str) -> None:
    """In the ledger and in the report: what the directory asks for, and nothing besides."""
    expected = ROWS[key][2]

    assert seen[key].outcome.verdict == ("rejected" if expected else "integrated")
    assert sorted(seen[key].outcome.errors) == expected
    assert sorted(seen[key].report.codes) == expected


@pytest.mark.parametrize(("settings", "said", "expected"), [
    ("siret_luhn = 'warning'", {"recipient_siret": "53514650090019"}, ["EDG-I064"]),
    ("siret_luhn = 'warning'", {"supplier_id": "81034732800018"}, []),
    ("state_by_service = false", {"recipient_siret": "0" * 14, "service": "DSJPFGU057"}, ["EDG-I064"]),
    ("supplier_must_be_known = true", {}, []),
    ("supplier_must_be_known = true", {"supplier_id": "35600000000048"}, ["EDG-I051"]),
    ("supplier_account_must_be_known = true", {}, []),
    ("supplier_account_must_be_known = true", {"iban": people.FACTOR_ACCOUNT}, ["EDG-I054"]),
    ("supplier_account_must_be_known = true", {"iban": people.FACTOR_ACCOUNT, "payee_siret": people.FACTOR,
                                               "payee_name": "Comptoir d'affacturage Rivoire"}, []),
    ("supplier_account_must_be_known = true", {"supplier_id": people.SUPPLIER_2, "iban": people.FACTOR_ACCOUNT}, []),
    ("supplier_account_must_be_known = false", {"iban": people.FACTOR_ACCOUNT}, []),
    ("works_on_general_interfaces = false", {"cadre": "A8"}, ["EDG-I148"]),
    ("take_a21 = true", {"cadre": "A21"}, []),
    ("take_a21 = false", {"cadre": "A21"}, ["EDG-I147"]),
])  # fmt: skip
def test_a_setting_changes_what_its_rule_decides(
    make_site: MakeSite, settings: str, said: dict[str, object], expected: list[str]
) -> None:
    """One setting, one changed decision."""
    outcome = make_site(f"[rules]\n{settings}\n").decide(sound(**said))

    assert outcome.errors == expected


def test_suppliers_of_the_directory_pass_where_they_must_be_known(make_site: MakeSite) -> None:
    """Known and active suppliers pass; one that is no longer active does not, and is told so."""
    site = make_site("[rules]\nsupplier_must_be_known = true\n")
    suppliers = f"supplier,{people.SUPPLIER},Papeterie,true\nsupplier,{people.SUPPLIER_2},Mécanique,false\n"
    structure = f"structure,{people.WITHOUT_SERVICE},Régie,true\n"
    site.publish_directory(f"kind,siret,name,active\n{structure}{suppliers}", "v2")

    known, former = site.decide(sound()), site.decide(sound(supplier_id=people.SUPPLIER_2))

    assert (known.errors, former.errors) == ([], ["EDG-I053"])


def test_the_structures_own_sentence_reaches_the_sender(make_site: MakeSite) -> None:
    """A number of another form is refused in the words of the structure, in the report that the depositor gets."""
    site = make_site()

    outcome = site.decide(
        mixed(recipient_siret=people.WITH_FORMS, service="COLLEGES", engagement="BC-91821"), interface=MIXED
    )

    assert outcome.errors == ["EDG-I079"]
    (report,) = (site.gate.places.outbox / "JMRPOR").glob("CSO*")
    text = report.read_text(encoding="utf-8")
    assert "«\u00a0BC-91821\u00a0»" in text
    assert "compte 5 ou 6 chiffres, sans lettre ni espace." in text
