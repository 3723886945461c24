"""Payment mode and account: one change, one fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        ({}, ["I080"]),
        ({"interface.payment_default": "30"}, []),
        ({"interface.payment_required": False}, []),
        ({"interface.payment_required": False, "interface.payment_default": "30"}, []),
    ],
)
def test_no_payment_mode(codes: Callable[..., list[str]], gate: dict[str, object], expected: list[str]) -> None:
    """A payment mode may be missing where the interface does not ask for it or has one of its own."""
    assert codes({"payment.code": ""}, gate) == expected


@pytest.mark.parametrize("code", ["01", "10", "20", "30", "31", "42", "48", "49", "58", "59", "97"])
def test_every_mode_of_the_list(codes: Callable[..., list[str]], code: str) -> None:
    """Every mode of S2.05 is taken."""
    assert codes({"payment.code": code}) == []


@pytest.mark.parametrize(
    ("code", "expected"), [("", []), ("30", []), ("01", ["i085"]), ("48", ["i085"]), ("97", ["i085"]), ("57", ["I081"])]
)
def test_a_mode_beside_the_only_one_of_the_interface(
    codes: Callable[..., list[str]], code: str, expected: list[str]
) -> None:
    """Rule G8.20: on a mémoire the mode is 30; a listed one beside it is told, and one that is none is refused."""
    always = {"interface.payment_default": "30", "interface.payment_always": True}
    assert codes({"payment.code": code}, always) == expected
    assert codes({"payment.code": code}, always | {"interface.payment_always": False}) == [
        found for found in expected if found != "i085"
    ]


@pytest.mark.parametrize("code", ["1", "57", "ZZZ", "VIREMENT"])
def test_a_mode_that_is_not_listed(codes: Callable[..., list[str]], code: str) -> None:
    """Any other mode is refused."""
    assert codes({"payment.code": code}) == ["I081"]


@pytest.mark.parametrize(
    ("code", "expected"), [("30", ["i082"]), ("31", ["i082"]), ("42", ["i082"]), ("48", []), ("58", [])]
)
def test_a_transfer_without_account(codes: Callable[..., list[str]], code: str, expected: list[str]) -> None:
    """A transfer without an account is taken with a warning."""
    assert codes({"payment.code": code, "payment.account": " "}) == expected


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("FR14 2004 1010 0505 0001 3M02 606", []),
        ("DE89370400440532013000", []),
        ("FR1420041010050500013M02607", ["I083"]),
        ("FR14-2004-1010-0505-0001-3M", ["I083"]),
        ("12345678901", ["I083"]),
        ("XX1420041010050500013M02606", ["I083"]),
        ("MT84MALT011000012345MTLCAST001S", ["I084"]),
    ],
)
def test_the_account(codes: Callable[..., list[str]], account: str, expected: list[str]) -> None:
    """An account is an IBAN of at most 27 characters, spaces aside; one that is longer is not also malformed."""
    assert codes({"payment.account": account}) == expected


def test_a_rib_is_no_iban(codes: Callable[..., list[str]]) -> None:
    """An account that says that it is a RIB is left as it is."""
    assert codes({"payment.account": "20041010050500013M02606", "payment.account_kind": "RIB"}) == []
