"""The recipient's row of the directory: every flag, with and without what it asks for."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from edigate.domain.faults import Fault

NEITHER: dict[str, object] = {"engagement": "", "recipient.service": ""}


def required(flags: tuple[bool, bool, bool, bool], *, engagement: bool, service: bool) -> list[str]:
    """What reference §12.3 says is missing, each cause once."""
    wants_engagement, wants_service, wants_either, service_wants_engagement = flags
    missing = []
    if wants_service and not service:
        missing.append("I070")
    if wants_engagement and not engagement:
        missing.append("I074")
    elif service_wants_engagement and service and not engagement:
        missing.append("I075")
    if wants_either and not (engagement or service) and not missing:
        missing.append("I076")
    return missing


@pytest.mark.parametrize("flags", list(product([False, True], repeat=4)))
@pytest.mark.parametrize("engagement", ["", "EJ2024"])
@pytest.mark.parametrize("service", ["", "VOIRIE"])
def test_every_combination_of_flags(
    codes: Callable[..., list[str]],
    shelf: Callable[..., Any],
    flags: tuple[bool, bool, bool, bool],
    engagement: str,
    service: str,
) -> None:
    """EngagementJuridique, Service, EngJurServ and the service's own flag ask for what they say, and for it once."""
    names = ("engagement_required", "service_required", "engagement_or_service_required")
    directory = shelf(dict(zip(names, flags[:3], strict=True)), {"engagement_required": flags[3]})

    found = codes({"engagement": engagement, "recipient.service": service}, {"directory": directory})

    assert found == required(flags, engagement=bool(engagement), service=bool(service))


@pytest.mark.parametrize(
    ("flags", "expected"),
    [({"active": False}, ["I065"]), ({"public": False}, ["I066"]), ({"moa_only": True}, ["I068"])],
)
def test_a_structure_that_cannot_be_invoiced(
    codes: Callable[..., list[str]], shelf: Callable[..., Any], flags: dict[str, object], expected: list[str]
) -> None:
    """A structure that takes no such invoice says so, and asks for nothing besides."""
    directory = shelf({**flags, "service_required": True, "engagement_required": True})

    assert codes(NEITHER, {"directory": directory}) == expected


def test_a_moa_takes_works_documents(codes: Callable[..., list[str]], shelf: Callable[..., Any]) -> None:
    """A structure that is a MOA and nothing else takes the works cadres."""
    assert codes({"cadre": "A4"}, {"directory": shelf({"moa_only": True})}) == []


def test_a_moa_says_nothing_of_an_unknown_cadre(codes: Callable[..., list[str]], shelf: Callable[..., Any]) -> None:
    """A cadre that does not exist is told as such alone."""
    assert codes({"cadre": "Z1"}, {"directory": shelf({"moa_only": True})}) == ["I140"]


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("NULLE-PART", ["I071"]),
        ("voirie", ["I071"]),
        ("DSJ1", ["I071"]),
        ("CLOS", ["I072"]),
        ("S" * 100, ["I071"]),
        ("S" * 101, ["I073"]),
    ],
)
def test_a_service_code(
    codes: Callable[..., list[str]], shelf: Callable[..., Any], service: str, expected: list[str]
) -> None:
    """A service code is one of an active service of that structure, and a wrong one is not also missing."""
    directory = shelf({"service_required": True, "engagement_or_service_required": True})

    assert codes({"recipient.service": service, "engagement": ""}, {"directory": directory}) == expected


def test_an_unknown_recipient_has_no_services(codes: Callable[..., list[str]]) -> None:
    """Nothing is said of the service of a recipient that the directory does not have."""
    assert codes({"recipient.identifier": "90778899600011"}) == ["I064"]


@pytest.mark.parametrize(
    ("service", "engagement", "expected"),
    [
        ("DSJ1", "1501966748", []),
        ("DSJ1", "", ["I074"]),
        ("DSJ0", "1501966748", ["I067"]),
        ("VOIRIE", "1501966748", ["I067"]),
        ("", "1501966748", ["I067"]),
    ],
)
def test_the_state_by_its_service(
    codes: Callable[..., list[str]], service: str, engagement: str, expected: list[str]
) -> None:
    """The SIRET of zeros means the State where an active service of the State stands with it, flags and all."""
    changes = {"recipient.identifier": "0" * 14, "recipient.service": service, "engagement": engagement}

    assert codes(changes) == expected


def test_the_siret_of_zeros_where_it_means_nothing(codes: Callable[..., list[str]]) -> None:
    """A setting makes it a SIRET like any other, which nobody has."""
    changes = {"recipient.identifier": "0" * 14, "recipient.service": "DSJ1"}

    assert codes(changes, {"settings.state_by_service": False}) == ["I064"]


@pytest.mark.parametrize(("field", "expected"), [("engagement", "I077"), ("market", "I078")])
def test_references_have_at_most_50_characters(codes: Callable[..., list[str]], field: str, expected: str) -> None:
    """Engagement and market numbers fit in 50 characters."""
    assert (codes({field: "E" * 50}), codes({field: "E" * 51})) == ([], [expected])


def test_without_a_directory_the_rest_is_checked(codes: Callable[..., list[str]]) -> None:
    """Where there is no directory to ask, lengths are checked all the same."""
    changes = {"recipient.identifier": "90778899600011", "recipient.service": "S" * 101}

    assert codes(changes, {"directory": None}) == ["I073"]


HINT = "Un engagement compte 5 ou 6 chiffres, sans lettre."
FORMS: dict[str, object] = {"engagement_form": "[0-9]{5,6}", "service_form": "[A-Z]{4,8}", "form_hint": HINT}


@pytest.mark.parametrize(
    ("engagement", "expected"),
    [
        ("91821", []),
        ("918210", []),
        ("9182", ["I079"]),
        ("9182101", ["I079"]),
        ("EJ91821", ["I079"]),
        ("91821\n", ["I079"]),
        ("91 821", ["I079"]),
        ("٩١٨٢١", ["I079"]),
        ("", []),
        ("9" * 51, ["I077"]),
    ],
)
def test_an_engagement_of_the_structures_form(
    codes: Callable[..., list[str]], shelf: Callable[..., Any], engagement: str, expected: list[str]
) -> None:
    """Where the structure states the form of its engagement numbers, one of another form has a fault of its own."""
    assert codes({"engagement": engagement}, {"directory": shelf({"engagement_form": "[0-9]{5,6}"})}) == expected


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("VOIRIE", []),
        ("CLOS", ["I072"]),
        ("NULLE", ["I071"]),
        ("NULLE-PART", ["I069"]),
        ("S" * 101, ["I073"]),
        ("", []),
    ],
)
def test_a_service_of_the_structures_form(
    codes: Callable[..., list[str]], shelf: Callable[..., Any], service: str, expected: list[str]
) -> None:
    """A service code that lacks the structure's form is told as such, and not also as unknown."""
    changes: dict[str, object] = {"recipient.service": service}

    assert codes(changes, {"directory": shelf({"service_form": "[A-Z]{4,8}"})}) == expected


def test_a_form_is_asked_beside_what_is_missing(codes: Callable[..., list[str]], shelf: Callable[..., Any]) -> None:
    """A département that always wants a service code tells of the missing code and of the engagement's form at once."""
    directory = shelf({**FORMS, "service_required": True, "engagement_required": True})

    assert codes({"engagement": "BC-7", "recipient.service": ""}, {"directory": directory}) == ["I070", "I079"]


@pytest.mark.parametrize(("hint", "told"), [(HINT, HINT), ("", "[0-9]{5,6}")])
def test_a_form_is_told_in_the_structures_own_sentence(
    faults: Callable[..., tuple[Fault, ...]], shelf: Callable[..., Any], hint: str, told: str
) -> None:
    """The fault carries the structure's sentence, its pattern where it has none, the field and the value found."""
    (found,) = faults({"engagement": "BC-7"}, {"directory": shelf({**FORMS, "form_hint": hint})})

    assert (found.field, found.value) == ("engagement", "BC-7")
    assert dict(found.args) == {"reason": told, "form": "[0-9]{5,6}"}


@pytest.mark.parametrize("cadre", ["A4", "A6", "A7", "A8", "A10", "A13", "A14", "A22"])
@pytest.mark.parametrize("type_code", ["380", "381"])
def test_a_moa_takes_every_works_document(
    codes: Callable[..., list[str]], shelf: Callable[..., Any], cadre: str, type_code: str
) -> None:
    """Invoices and credit notes of every works cadre are for a structure that is a MOA and nothing else."""
    found = codes({"cadre": cadre, "type_code": type_code}, {"directory": shelf({"moa_only": True})})

    assert "I068" not in found


@pytest.mark.parametrize("cadre", ["A1", "A2", "A9", "A12", "A21"])
@pytest.mark.parametrize("type_code", ["380", "381"])
def test_a_moa_takes_nothing_else(
    codes: Callable[..., list[str]], shelf: Callable[..., Any], cadre: str, type_code: str
) -> None:
    """An invoice or a credit note of any other cadre is refused by a structure that is a MOA and nothing else."""
    found = codes({"cadre": cadre, "type_code": type_code}, {"directory": shelf({"moa_only": True})})

    assert "I068" in found
