"""A directory as CSV, read as a stream: a whole one, or one of suppliers only (docs/directory.md)."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from itertools import chain
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, NoReturn, TextIO

from edigate.domain.forms import LONGEST_HINT, complaint
from edigate.domain.identifiers import is_iban, is_siret
from edigate.domain.wording import printable
from edigate.ledger.directory.continuity import stop_on_nothing
from edigate.ledger.directory.making import ACCOUNTS, FORMS, STRUCTURES, carry, copy, counts, new_version, state
from edigate.ledger.directory.records import BadDirectory, Imported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

COLUMNS = (
    "kind", "siret", "name", "active", "public", "engagement_required", "service_required",
    "engagement_or_service_required", "moa", "moa_only", "payment_status_fed_back", "service_code", "service_name",
    *FORMS, *ACCOUNTS,
)  # fmt: skip
REQUIRED = ("kind", "siret")
# English, then French; of two that stand in the header as often the first one is meant.
_SEPARATORS = MappingProxyType({",": ("comma", "virgule"), ";": ("semicolon", "point-virgule")})
# What no UTF-8 was made of stays as half a surrogate; a zero byte is half a character of UTF-16.
_STRANGE = re.compile("[\0\udc80-\udcff]")
_SHOWN = 30
_FLAGS = COLUMNS[3:11]
_DEFAULTS = {"active": True, "public": True, "payment_status_fed_back": True}
_WORDS = {"true": True, "1": True, "oui": True, "yes": True, "false": False, "0": False, "non": False, "no": False}


def text_of(content: IO[bytes]) -> TextIO:
    """The text of a CSV, with or without byte-order mark; `import_csv` says which line of it is no UTF-8."""
    return io.TextIOWrapper(content, encoding="utf-8-sig", errors="surrogateescape", newline="")


def import_csv(
    source: TextIO, folder: Path, version: str, base: Path | None = None, *, force: bool = False
) -> Imported:
    """Read a CSV directory into a new snapshot, which appears only when complete.

    A file of suppliers only replaces those of `base`, the version in force, and nothing else. A whole one replaces
    everything, but for forms and accounts where it has no columns for them: those of `base` stay. Raises BadDirectory
    for the first row that cannot be read, and unless `force` where no structure is left; then nothing is left behind.
    """
    with new_version(folder, version, base) as connection:
        columns, kinds = _fill(connection, source)
        if kinds == {"supplier"}:
            _complete(connection, base)
        else:
            state(connection, {"source": "csv"})
            if base is not None and not columns & set(FORMS):
                carry(connection, "structure", FORMS)
        left_aside = _leave_aside(connection)
        if not force:
            stop_on_nothing(connection)
        if base is not None and not columns & set(ACCOUNTS):
            carry(connection, "supplier", ACCOUNTS)
        return Imported(version, *counts(connection), before=base.stem if base else "", left_aside=left_aside)


def _leave_aside(connection: sqlite3.Connection) -> int:
    """Take the services out whose structure the file does not hold, wherever it might have stood; how many."""
    query = "delete from main.service where siret not in (select siret from main.structure)"
    return connection.execute(query).rowcount


def _complete(connection: sqlite3.Connection, base: Path | None) -> None:
    if base is None:
        raise BadDirectory(
            english="the file holds suppliers only, and no directory is in force that they could be added to: import "
            "one of structures first",
            french="le fichier ne contient que des fournisseurs, sans annuaire en vigueur auquel les joindre : "
            "importez d'abord celui des structures",
        )
    copy(connection, *STRUCTURES)


def _fill(connection: sqlite3.Connection, source: TextIO) -> tuple[set[str], set[str]]:
    """Write every row; returns the columns and the kinds that the file has."""
    lines = _lines(source)
    header = next(lines, "")
    separator = max(_SEPARATORS, key=header.count)
    reader = csv.DictReader(chain((header,), lines), delimiter=separator)
    try:
        columns = set(reader.fieldnames or ())
        _stop_on_columns(columns)
        kinds = {_write(connection, _even(row, reader.line_num, separator), reader.line_num) for row in reader}
    except csv.Error as error:
        _refuse(reader.line_num + 1, *_unread(error))
    return columns, kinds


def _lines(source: TextIO) -> Iterator[str]:
    """Every line; raises BadDirectory for the first that holds something else than UTF-8."""
    for number, line in enumerate(source, start=1):
        strange = _STRANGE.search(line)
        if strange:
            byte, before = f"0x{ord(strange[0]) & 0xFF:02X}", printable(line[: strange.start()][-_SHOWN:])
            at = (f"after “{before}”", f"après « {before} »") if before else ("at its beginning", "au début")
            _refuse(number, f"the byte {byte} {at[0]} is not UTF-8: save the file as UTF-8 (in a spreadsheet "
                    "“CSV UTF-8”) and import it again",
                    f"l'octet {byte} {at[1]} n'est pas de l'UTF-8 : enregistrez le fichier en UTF-8 (dans un tableur "
                    "« CSV UTF-8 ») et importez-le de nouveau")  # fmt: skip
        yield line


def _even(row: dict[str, str], line: int, separator: str) -> dict[str, str]:
    if None in row:
        english, french = _SEPARATORS[separator]
        _refuse(line, f"more cells than columns: quote a text that holds a {english}",
                f"plus de cellules que de colonnes : un texte avec {french} se met entre guillemets")  # fmt: skip
    return row


def _unread(error: csv.Error) -> tuple[str, str]:
    if str(error).startswith("field larger"):
        longest = csv.field_size_limit()
        return (
            f"a cell of more than {longest} characters: is a quotation mark not closed?",
            f"une cellule de plus de {longest} caractères : un guillemet n'est-il pas fermé ?",
        )
    return f"it cannot be read as CSV ({error})", f"elle ne peut être lue comme du CSV ({error})"


def _stop_on_columns(columns: set[str]) -> None:
    unknown, missing = sorted(columns - set(COLUMNS)), sorted(set(REQUIRED) - columns)
    listed = ", ".join(COLUMNS)
    if unknown and len(columns) == 1:
        english, french = _quoted(unknown)
        _refuse(1, f"one column only, {english}: commas or semicolons separate the columns",
                f"une seule colonne, {french} : des virgules ou des points-virgules séparent les colonnes")  # fmt: skip
    for names, told, dit in ((unknown, "unknown columns", "colonnes inconnues"),
                             (missing, "missing columns", "colonnes absentes")):  # fmt: skip
        if names:
            english, french = _quoted(names)
            _refuse(1, f"{told}: {english}; a directory has the columns {listed}",
                    f"{dit} : {french} ; un annuaire a les colonnes {listed}")  # fmt: skip


def _quoted(names: list[str]) -> tuple[str, str]:
    shown = [printable(name) for name in names]
    return ", ".join(f"“{name}”" for name in shown), ", ".join(f"« {name} »" for name in shown)


def _refuse(line: int, english: str, french: str, column: str = "") -> NoReturn:
    at = (f", column {column}", f", colonne {column}") if column else ("", "")
    raise BadDirectory(english=f"line {line}{at[0]}: {english}", french=f"ligne {line}{at[1]} : {french}")


def _write(connection: sqlite3.Connection, row: dict[str, str], line: int) -> str:
    kind = _text(row, "kind")
    writer = _WRITERS.get(kind)
    if writer is None:
        _refuse(line, f"kind {kind!r} is not one of {', '.join(_WRITERS)}",
                f"kind {kind!r} n'est aucun de {', '.join(_WRITERS)}")  # fmt: skip
    try:
        writer(connection, row, line)
    except sqlite3.IntegrityError:
        which = " ".join(filter(None, (kind, _text(row, "siret"), _text(row, "service_code"))))
        _refuse(line, f"{which} stands twice", f"{which} figure deux fois")
    return kind


def _text(row: dict[str, str], column: str) -> str:
    return (row.get(column) or "").strip()


def _flag(row: dict[str, str], column: str, line: int) -> bool:
    word = _text(row, column).lower()
    if not word:
        return _DEFAULTS.get(column, False)
    if word not in _WORDS:
        _refuse(line, f"{word!r} is neither true nor false", f"{word!r} n'est ni vrai (oui) ni faux (non)", column)
    return _WORDS[word]


def _siret(row: dict[str, str], line: int) -> str:
    siret = _text(row, "siret").replace(" ", "")
    if not is_siret(siret):
        _refuse(line, f"{siret!r} is not a SIRET, which has 14 digits",
                f"{siret!r} n'est pas un SIRET, qui a 14 chiffres", "siret")  # fmt: skip
    return siret


def _form(row: dict[str, str], column: str, line: int) -> str:
    form = _text(row, column)
    said = complaint(form)
    if said:
        french, english = said
        _refuse(line, f"{form!r} cannot be a form: {english}", f"{form!r} ne peut servir : {french}", column)
    return form


def _hint(row: dict[str, str], line: int) -> str:
    hint = _text(row, "form_hint")
    if len(hint) > LONGEST_HINT:
        _refuse(line, f"the sentence is longer than {LONGEST_HINT} characters",
                f"la phrase dépasse {LONGEST_HINT} caractères", "form_hint")  # fmt: skip
    return hint


def _accounts(row: dict[str, str], line: int) -> str:
    accounts = _text(row, "accounts").upper().split()
    wrong = next((account for account in accounts if not is_iban(account)), None)
    if wrong is not None:
        _refuse(line, f"{wrong!r} is no IBAN; write each without blanks, and blanks between two",
                f"{wrong!r} n'est pas un IBAN ; chacun sans espace, une espace les sépare", "accounts")  # fmt: skip
    return " ".join(accounts)


def _write_structure(connection: sqlite3.Connection, row: dict[str, str], line: int) -> None:
    flags = [_flag(row, column, line) for column in _FLAGS]
    forms = (_form(row, "service_form", line), _form(row, "engagement_form", line), _hint(row, line))
    values = (_siret(row, line), _text(row, "name"), *flags, *forms)
    connection.execute("insert into structure values (?,?,?,?,?,?,?,?,?,?,?,?,?)", values)


def _write_service(connection: sqlite3.Connection, row: dict[str, str], line: int) -> None:
    code = _text(row, "service_code")
    if not code:
        _refuse(line, "a service without service_code", "un service sans service_code")
    flags = (_flag(row, "active", line), _flag(row, "engagement_required", line))
    values = (_siret(row, line), code, _text(row, "service_name") or _text(row, "name"), *flags)
    connection.execute("insert into service values (?,?,?,?,?)", values)


def _write_supplier(connection: sqlite3.Connection, row: dict[str, str], line: int) -> None:
    values = (_text(row, "siret"), _text(row, "name"), _flag(row, "active", line), _accounts(row, line))
    connection.execute("insert into supplier values (?,?,?,?)", values)


_WRITERS: Mapping[str, Callable[[sqlite3.Connection, dict[str, str], int], None]] = MappingProxyType(
    {"structure": _write_structure, "service": _write_service, "supplier": _write_supplier}
)
