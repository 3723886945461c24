"""One module per syntax that reads a checked document into invoices, and finds the place of each field again."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from edigate.parsers import cii, mixte, ubl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.etree import _Element

    from edigate.domain.invoice import Invoice


class Parser(Protocol):
    """What a syntax's module offers; no function of it raises, whatever the tree holds."""

    @property
    def ROOTS(self) -> Mapping[str, str]:  # noqa: N802 - a module's constant
        """The root elements it reads, `{namespace}local`, and the key of each one's schema."""

    @property
    def NUMBER(self) -> str:  # noqa: N802 - a module's constant
        """Where the number of each invoice stands below the root, for `findall`."""

    def parse(self, root: _Element, /) -> tuple[Invoice, ...]:
        """The invoices of a document; what is missing or unreadable is empty or None."""

    def locate(self, root: _Element, field: str, /) -> tuple[str, int | None]:
        """The path and line of a field (a key of `domain.fields`, with its index).

        Where it is missing: the path where the syntax expects it, and the line of the nearest element that exists.
        """

    def locate_in(self, root: _Element, position: int = 1, /) -> Callable[[str], tuple[str, int | None]]:
        """`locate` for many fields of one invoice of a document (counted from 1), which it goes through once."""


PARSERS: Mapping[str, Parser] = MappingProxyType({"cii": cii, "ubl": ubl, "mixte": mixte})
