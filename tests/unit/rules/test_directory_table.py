"""The decision table of the directory (reference §12.3): each row alone, then every combination, by name."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

# The flags under the names that the directory has for them.
FLAGS = {
    "EngagementJuridique": "engagement_required",
    "Service": "service_required",
    "EngJurServ": "engagement_or_service_required",
}
ENGAGEMENT = {"E": "EJ2024", "noE": ""}
SERVICE = {"S": "VOIRIE", "noS": "", "unknownS": "NULLE-PART", "inactiveS": "CLOS"}

# (flags of the structure, of its service), what the invoice gives, the faults.
ROWS = {
    "no-flag": ((), "noE", "noS", []),
    "EngagementJuridique-met": (("EngagementJuridique",), "E", "noS", []),
    "EngagementJuridique-not-met": (("EngagementJuridique",), "noE", "noS", ["I074"]),
    "EngagementJuridique-not-met-by-a-service": (("EngagementJuridique",), "noE", "S", ["I074"]),
    "Service-met": (("Service",), "noE", "S", []),
    "Service-not-met": (("Service",), "noE", "noS", ["I070"]),
    "Service-not-met-by-an-engagement": (("Service",), "E", "noS", ["I070"]),
    "both-met": (("EngagementJuridique", "Service"), "E", "S", []),
    "both-lack-the-engagement": (("EngagementJuridique", "Service"), "noE", "S", ["I074"]),
    "both-lack-the-service": (("EngagementJuridique", "Service"), "E", "noS", ["I070"]),
    "both-lack-both": (("EngagementJuridique", "Service"), "noE", "noS", ["I070", "I074"]),
    "EngJurServ-met-by-the-engagement": (("EngJurServ",), "E", "noS", []),
    "EngJurServ-met-by-the-service": (("EngJurServ",), "noE", "S", []),
    "EngJurServ-met-by-both": (("EngJurServ",), "E", "S", []),
    "EngJurServ-not-met": (("EngJurServ",), "noE", "noS", ["I076"]),
    "EngJurServ-not-met-by-an-unknown-service": (("EngJurServ",), "noE", "unknownS", ["I071"]),
    "EngJurServ-not-met-by-an-inactive-service": (("EngJurServ",), "noE", "inactiveS", ["I072"]),
    "engagement-of-the-service-met": (("of-the-service",), "E", "S", []),
    "engagement-of-the-service-not-met": (("of-the-service",), "noE", "S", ["I075"]),
    "engagement-of-a-service-not-named": (("of-the-service",), "noE", "noS", []),
    "service-unknown": ((), "E", "unknownS", ["I071"]),
    "service-inactive": ((), "E", "inactiveS", ["I072"]),
}


def _directory(shelf: Callable[..., Any], flags: tuple[str, ...], **others: bool) -> dict[str, Any]:
    of_structure = {FLAGS[flag]: True for flag in flags if flag in FLAGS}
    return {"directory": shelf(of_structure | others, {"engagement_required": "of-the-service" in flags})}


@pytest.mark.parametrize(("flags", "engagement", "service", "expected"), ROWS.values(), ids=ROWS)
def test_each_row_of_the_table(
    codes: Callable[..., list[str]],
    shelf: Callable[..., Any],
    flags: tuple[str, ...],
    engagement: str,
    service: str,
    expected: list[str],
) -> None:
    """A row asks for what it says and has its own fault, met by what it names and by nothing else."""
    changes = {"engagement": ENGAGEMENT[engagement], "recipient.service": SERVICE[service]}

    assert codes(changes, _directory(shelf, flags)) == expected


def _missing(flags: tuple[str, ...], engagement: str, service: str) -> list[str]:
    """What the table says of a combination, each cause told once: a service code that is wrong is not also missing."""
    told = {"S": [], "noS": ["I070"] * ("Service" in flags), "unknownS": ["I071"], "inactiveS": ["I072"]}[service]
    if engagement == "E":
        return told
    if "EngagementJuridique" in flags:
        return [*told, "I074"]
    if "of-the-service" in flags and service == "S":
        return [*told, "I075"]
    either = "EngJurServ" in flags and "Service" not in flags and service == "noS"
    return [*told, *["I076"] * either]


_SETS = [
    tuple(name for name, there in zip((*FLAGS, "of-the-service"), chosen, strict=True) if there)
    for chosen in product((False, True), repeat=4)
]
COMBINATIONS = {
    "+".join((*flags, engagement, service)): (flags, engagement, service)
    for flags, engagement, service in product(_SETS, ENGAGEMENT, SERVICE)
}


@pytest.mark.parametrize(("flags", "engagement", "service"), COMBINATIONS.values(), ids=COMBINATIONS)
def test_every_combination(
    codes: Callable[..., list[str]], shelf: Callable[..., Any], flags: tuple[str, ...], engagement: str, service: str
) -> None:
    """All flags with all that an invoice may give: the faults are those of the rows that apply, once each."""
    changes = {"engagement": ENGAGEMENT[engagement], "recipient.service": SERVICE[service]}

    assert codes(changes, _directory(shelf, flags)) == _missing(flags, engagement, service)


@pytest.mark.parametrize(
    ("others", "cadre", "expected"),
    [
        ({"moa_only": True}, "A1", ["I068"]),
        ({"moa_only": True}, "A8", []),
        ({"moa": True}, "A1", []),
        ({"active": False}, "A1", ["I065"]),
        ({"active": False, "moa_only": True}, "A1", ["I065", "I068"]),
        ({"active": False, "moa_only": True}, "A8", ["I065"]),
    ],
    ids=["MOAunique-simple", "MOAunique-works", "MOA-simple", "inactive", "inactive-MOAunique-simple",
         "inactive-MOAunique-works"],
)  # fmt: skip
def test_who_takes_no_invoice_at_all(
    codes: Callable[..., list[str]],
    shelf: Callable[..., Any],
    others: dict[str, bool],
    cadre: str,
    expected: list[str],
) -> None:
    """MOAunique refuses cadres that are not of works, an inactive structure everything."""
    assert codes({"cadre": cadre}, _directory(shelf, (), **others)) == expected
