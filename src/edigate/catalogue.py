"""The catalogue of `flows/` and the folder of `schemas/`, found once: in the package, else in the checkout."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_type_hints

from edigate.domain.interfaces import Direction, Interface, Standing
from edigate.domain.names import INTERFACE
from edigate.fitting import Unfit, strictly_fitted

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED_REPORT = "CSO11xxA"
_FAMILIES = frozenset({"", "E1", "E2", "E3", "E4", "E5"})
_KEYS = frozenset(Interface._fields) - {"code"}


class CatalogueError(ValueError):
    """A row of the catalogue cannot be used; the message names the file, the key and what is wrong with it."""


@cache
def interfaces() -> Mapping[str, Interface]:
    """Every interface by its code, in the order of the codes; read once per process."""
    return read(_data_folder("flows"))


class Later(Mapping[str, Interface]):
    """The same, read when the first row is asked for: commands that only ask the ledger need none."""

    def __getitem__(self, code: str) -> Interface:
        """The row of a code."""
        return interfaces()[code]

    def __iter__(self) -> Iterator[str]:
        """The codes in order."""
        return iter(interfaces())

    def __len__(self) -> int:
        """How many there are."""
        return len(interfaces())


@cache
def schema_folder() -> Path:
    """The folder that holds the schemas written here."""
    return _data_folder("schemas")


def read(folder: Path) -> Mapping[str, Interface]:
    """Every interface of a folder of TOML files; raises CatalogueError at the first row that cannot be used."""
    rows = {path.stem: _row(path) for path in sorted(folder.glob("*.toml"))}
    shared = rows.pop(SHARED_REPORT, None)
    if shared is not None:
        rows = _reports(shared, rows) | rows
    for code, row in rows.items():
        for key, complaint in _complaints(row, rows):
            raise _error(folder / f"{code}.toml", key, complaint)
    return MappingProxyType(dict(sorted(rows.items())))


def _data_folder(name: str) -> Path:
    """A data folder: inside the package where a wheel put it, else at the root of the checkout."""
    here = Path(__file__)
    places = (here.parent / name, here.parents[2] / name)
    for place in places:
        if place.is_dir():
            return place
    msg = f"no folder {name!r}, neither in the package nor in the checkout: install edigate again"
    raise CatalogueError(msg)


def _row(path: Path) -> Interface:
    """One file as an interface; its code is the file's name."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _error(path, "", f"is not TOML: {error}") from None
    for key in sorted(table.keys() - _KEYS):
        raise _error(path, key, f"is no key of an interface (they are {', '.join(sorted(_KEYS))})")
    values: dict[str, Any] = {"code": path.stem}
    for key in Interface._fields[1:]:
        if key in table:
            values[key] = _value(path, key, table[key])
        elif key not in Interface._field_defaults:
            raise _error(path, key, "is required")
    return Interface(**values)


def _value(path: Path, key: str, value: object) -> Any:  # noqa: ANN401 - of the field's type
    try:
        return strictly_fitted(_hints()[key], value)
    except Unfit as unfit:
        raise _error(path, ".".join([key, *map(str, unfit.path)]), str(unfit)) from None


@cache
def _hints() -> Mapping[str, Any]:
    """The types of an interface's fields."""
    return get_type_hints(Interface)


def _reports(shared: Interface, rows: Mapping[str, Interface]) -> dict[str, Interface]:
    """The report of every deposit of invoices: the shared row, naming the deposit."""
    return {
        row.report: shared._replace(
            code=row.report,
            title_fr=shared.title_fr.replace("{deposit}", row.code),
            title_en=shared.title_en.replace("{deposit}", row.code),
        )
        for row in rows.values()
        if row.report.startswith(SHARED_REPORT.partition("xx")[0])
    }


def _complaints(row: Interface, rows: Mapping[str, Interface]) -> Iterator[tuple[str, str]]:
    """What types do not say of a row, as (key, what is wrong with it); a file's name has the empty key."""
    deposit = row.direction is Direction.DEPOSIT
    withdrawn = row.standing is Standing.WITHDRAWN
    report = f"C{row.code[1:]}" if deposit else ""
    checks = (
        (not INTERFACE.fullmatch(row.code), "", "is not named by an interface code, as FSO1106A.toml is"),
        (row.family not in _FAMILIES, "family", f"is not one of E1 to E5: {row.family!r}"),
        (bool(row.family) != bool(row.cadres), "cadres", "goes with a family: both, or neither"),
        (row.report != report, "report", f"should be {report!r}"),
        (deposit and report not in rows, "report", f"is not in the catalogue: {report!r}"),
        (deposit and row.standing is Standing.TAKEN and not row.parsers, "parsers", "is empty for a deposit taken"),
        (withdrawn != bool(row.replaced_by), "replaced_by", "goes with standing 'withdrawn': both, or neither"),
        (withdrawn and row.replaced_by not in rows, "replaced_by", f"is not in the catalogue: {row.replaced_by!r}"),
        (row.payment_always and not row.payment_default, "payment_always", "goes with a payment_default"),
        (not row.source, "source", "is missing or empty"),
    )
    return ((key, complaint) for wrong, key, complaint in checks if wrong)


def _error(path: Path, key: str, complaint: str) -> CatalogueError:
    """A complaint that names the file and, unless it is about the whole file, the key."""
    return CatalogueError(f"{path.parent.name}/{path.name}: {f'{key}: ' if key else ''}{complaint}")
