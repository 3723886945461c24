"""The recipient's row of the directory: every flag, with and without what it asks for."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

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
