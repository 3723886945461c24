"""Run tests of gates with their ledgers on a real PostgreSQL: `pytest -p tests.on_postgres tests/acceptance`.

Every gate that a test opens in its own process gets a database of its own; a copy of a gate's folder gets a copy of its
database. Tests of the file ledger.sqlite, or of commands in other processes, are not for this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

from edigate import config
from tests.integration.audit.kept import Kept
from tests.postgres import server

if TYPE_CHECKING:
    from pathlib import Path

MARK = ".database"
_from_file = config.load


def _load(root: Path) -> config.Settings:
    settings = _from_file(root)
    if settings.ledger.url:
        return settings
    return settings._replace(ledger=settings.ledger._replace(url=_url(root.resolve())))


def _url(root: Path) -> str:
    mark = root / MARK
    if not mark.exists():
        url = server().empty()
    else:
        url, home = mark.read_text(encoding="utf-8").splitlines()
        if home == str(root):
            return url
        server().cut(url)
        url = server().empty(url.rpartition("/")[2])
    mark.write_text(f"{url}\n{root}\n", encoding="utf-8")
    return url


def _sql(site: Kept, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(_url(site.root.resolve()), autocommit=True) as session:
        found = session.execute(statement.replace("%", "%%").replace("?", "%s").encode(), values)
        return found.fetchall() if found.description else []


def pytest_configure() -> None:
    """Only as a plugin: whoever imports this to look at it changes nothing."""
    config.load = _load
    Kept.sql = _sql  # type: ignore[method-assign,assignment]
