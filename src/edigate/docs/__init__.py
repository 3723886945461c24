"""The reference pages of `docs/reference`, generated from the tables in the code so that they cannot differ."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from edigate.docs import cadres, doctor, events, faults, interfaces, metrics, settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Page(Protocol):
    """A module that makes one page."""

    def render(self) -> str:
        """The page in Markdown; the same tables give the same text."""


PAGES: Mapping[str, Page] = MappingProxyType(
    {
        "cadres": cadres,
        "doctor": doctor,
        "events": events,
        "faults": faults,
        "interfaces": interfaces,
        "metrics": metrics,
        "settings": settings,
    }
)


def write(folder: Path, pages: Mapping[str, Page] = PAGES) -> None:
    """Write every page into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in pages.items():
        _path(folder, name).write_text(_text(page), encoding="utf-8", newline="\n")


def stale(folder: Path, pages: Mapping[str, Page] = PAGES) -> list[Path]:
    """The pages that are missing from a folder, or are not what would be written there now."""
    return [path for name, page in pages.items() if _found(path := _path(folder, name)) != _text(page).encode()]


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.md"


def _text(page: Page) -> str:
    """A page as it lies in its file: one line feed at its end."""
    return f"{page.render().rstrip()}\n"


def _found(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
