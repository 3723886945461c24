"""The catalogue of `flows/`: what it says of each interface, and how a wrong row is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edigate import catalogue
from edigate.domain.interfaces import CadreClass, Direction, Interface, Standing

if TYPE_CHECKING:
    from pathlib import Path

# Independent of flows/: the interfaces of the reference's lists, by what the gate does with them.
TAKEN = {f"FSO{digits}A" for digits in (1100, 1106, 1110, 1113, 1116, 1117, 1120, 1130, 1131, 1137, 1300, 1301)}
WITHDRAWN = {"FSO1101A": "FSO1106A", "FSO1102A": "FSO1100A", "FSO1111A": "FSO1116A", "FSO1112A": "FSO1110A"}
WRITTEN = {"FEN0036A", "FEN1200A", "CSO0000A"}

DEPOSIT = {
    "title_fr": '"Dépôt"',
    "title_en": '"Deposit"',
    "direction": '"deposit"',
    "standing": '"taken"',
    "family": '"E1"',
    "format": '"CII"',
    "cadres": '"general"',
    "parsers": '["cii"]',
    "report": '"CSO1106A"',
    "source": '"§3.2"',
}
REPORT = {
    "title_fr": '"Compte rendu d\'un {deposit}"',
    "title_en": '"Report on a {deposit}"',
    "direction": '"return"',
    "standing": '"taken"',
    "format": '"CPPStatut"',
    "source": '"§3.3"',
}


def write(folder: Path, code: str, row: dict[str, str]) -> None:
    """Put a row into a folder as TOML."""
    (folder / f"{code}.toml").write_text("".join(f"{key} = {value}\n" for key, value in row.items()), encoding="utf-8")


def read_with(folder: Path, changes: dict[str, str], code: str = "FSO1106A") -> Interface:
    """The deposit of a folder that holds it, changed, and the shared report."""
    write(folder, code, {key: value for key, value in (DEPOSIT | changes).items() if value})
    write(folder, "CSO11xxA", REPORT)
    return catalogue.read(folder)[code]


def test_every_interface_of_the_reference_has_a_row() -> None:
    """The catalogue holds the reference's deposit interfaces, a report for each, and the outgoing formats: no other."""
    deposits = TAKEN | WITHDRAWN.keys()
    assert catalogue.interfaces().keys() == deposits | {f"C{code[1:]}" for code in deposits} | WRITTEN


@pytest.mark.parametrize("code", sorted(TAKEN | WITHDRAWN.keys()))
def test_a_deposit_says_where_it_stands(code: str) -> None:
    """Each deposit is taken, or withdrawn with the interface that replaces it."""
    row = catalogue.interfaces()[code]
    standing = Standing.TAKEN if code in TAKEN else Standing.WITHDRAWN
    assert (row.direction, row.standing, row.replaced_by) == (Direction.DEPOSIT, standing, WITHDRAWN.get(code, ""))


@pytest.mark.parametrize("row", catalogue.interfaces().values(), ids=lambda row: row.code)
def test_a_row_has_words_in_both_languages(row: Interface) -> None:
    """Each row has a title in French and in English, a format and a source, with nothing left to fill in."""
    assert all((row.title_fr, row.title_en, row.format, row.source))
    assert "{" not in row.title_fr + row.title_en


@pytest.mark.parametrize("code", sorted(TAKEN | WITHDRAWN.keys()))
def test_a_deposit_is_answered_by_the_report_of_its_code(code: str) -> None:
    """The report of a deposit is a return that repeats its code with C for F."""
    report = catalogue.interfaces()[catalogue.interfaces()[code].report]
    assert (report.code, report.direction) == (f"C{code[1:]}", Direction.RETURN)


def test_a_shared_report_names_its_deposit() -> None:
    """The reports that share one row each name the deposit they answer."""
    report = catalogue.interfaces()["CSO1116A"]
    assert (report.title_fr, report.title_en) == (
        "Compte rendu d’intégration de FSO1116A",
        "Integration report on FSO1116A",
    )


def test_payment_and_attachments_are_as_the_formats_have_them() -> None:
    """A minimal UBL deposit means mode 30 where it gives none, a mémoire always, any other must give one.

    A mixed one needs its original.
    """
    rows = catalogue.interfaces()
    defaults = {code: (rows[code].payment_default, rows[code].payment_always) for code in TAKEN}
    assert {code for code in TAKEN if rows[code].payment_required} == {
        *("FSO1100A", "FSO1106A", "FSO1113A", "FSO1116A", "FSO1117A", "FSO1130A", "FSO1137A")
    }
    assert {code: mode for code, mode in defaults.items() if mode != ("", False)} == {
        "FSO1110A": ("30", False),
        "FSO1120A": ("30", True),
        "FSO1131A": ("30", False),
    }
    assert {code for code in TAKEN if rows[code].attachment_required} == {
        *("FSO1110A", "FSO1113A", "FSO1116A", "FSO1120A", "FSO1131A")
    }


@pytest.mark.parametrize(
    ("code", "given", "meant"),
    [
        ("FSO1110A", "", "30"),
        ("FSO1110A", "48", "48"),
        ("FSO1120A", "", "30"),
        ("FSO1120A", "48", "30"),
        ("FSO1106A", "", ""),
        ("FSO1106A", "48", "48"),
    ],
)
def test_the_payment_mode_that_holds(code: str, given: str, meant: str) -> None:
    """What the document gives, else the interface's own, which on a mémoire holds whatever the document gives."""
    assert catalogue.interfaces()[code].payment_mode(given) == meant


@pytest.mark.parametrize(
    ("code", "parsers"),
    [
        ("FSO1100A", ("ubl",)),
        ("FSO1106A", ("cii",)),
        ("FSO1110A", ("ubl",)),
        ("FSO1113A", ("mixte",)),
        ("FSO1116A", ("cii",)),
        ("FSO1117A", ("cii",)),
        ("FSO1120A", ("ubl",)),
        ("FSO1130A", ("ubl",)),
        ("FSO1131A", ("ubl",)),
        ("FSO1137A", ("cii",)),
    ],
)
def test_a_taken_deposit_names_its_parser(code: str, parsers: tuple[str, ...]) -> None:
    """Each deposit taken says which parser reads it."""
    assert catalogue.interfaces()[code].parsers == parsers


def test_factur_x_comes_in_a_pdf() -> None:
    """The documents of these two interfaces are inside a PDF, those of all others stand alone."""
    assert {row.code for row in catalogue.interfaces().values() if row.container == "pdf"} == {"FSO1117A", "FSO1137A"}


@pytest.mark.parametrize(
    ("kind", "digits"),
    [
        (CadreClass.GENERAL, {1100, 1101, 1102, 1106, 1110, 1111, 1112, 1113, 1116, 1117}),
        (CadreClass.JUSTICE, {1120}),
        (CadreClass.WORKS, {1130, 1131, 1137}),
        (None, {1300, 1301}),
    ],
)
def test_a_deposit_says_which_cadres_it_carries(kind: CadreClass | None, digits: set[int]) -> None:
    """Justice costs and works have interfaces of their own, statuses carry no cadre, the rest is general."""
    deposits = (row for row in catalogue.interfaces().values() if row.direction is Direction.DEPOSIT)
    assert {int(row.digits) for row in deposits if row.cadres is kind} == digits


def test_schemas_written_here_are_found() -> None:
    """The schema folder exists and holds the XSD of CPPStatut."""
    assert list(catalogue.schema_folder().glob("CPPStatut*.xsd"))


def test_the_catalogue_is_read_once() -> None:
    """Asking twice gives the same mapping."""
    assert catalogue.interfaces() is catalogue.interfaces()


def test_a_sound_row_becomes_an_interface(tmp_path: Path) -> None:
    """Words become enumerations, and lists tuples."""
    row = read_with(tmp_path, {"payment_required": "true"})
    assert row == Interface(
        code="FSO1106A",
        direction=Direction.DEPOSIT,
        standing=Standing.TAKEN,
        title_fr="Dépôt",
        title_en="Deposit",
        format="CII",
        family="E1",
        cadres=CadreClass.GENERAL,
        parsers=("cii",),
        report="CSO1106A",
        payment_required=True,
        source="§3.2",
    )


@pytest.mark.parametrize(
    ("changes", "key", "complaint"),
    [
        ({"formt": '"CII"'}, "formt", "is no key of an interface"),
        ({"code": '"FSO1106A"'}, "code", "is no key of an interface"),
        ({"title_fr": ""}, "title_fr", "required"),
        ({"format": "3"}, "format", "a text, in quotes"),
        ({"standing": '"soon"'}, "standing", "'taken', 'not_yet' or 'withdrawn'"),
        ({"payment_required": '"yes"'}, "payment_required", "true or false"),
        ({"parsers": '"cii"'}, "parsers", "a list, in brackets"),
        ({"parsers": "[1]"}, "parsers.0", "a text, in quotes"),
        ({"parsers": ""}, "parsers", "is empty for a deposit taken"),
        ({"family": '"E9"'}, "family", "is not one of E1 to E5: 'E9'"),
        ({"family": ""}, "cadres", "both, or neither"),
        ({"cadres": ""}, "cadres", "both, or neither"),
        ({"report": '"CSO1116A"'}, "report", "should be 'CSO1106A'"),
        ({"report": ""}, "report", "should be 'CSO1106A'"),
        ({"direction": '"return"'}, "report", "should be ''"),
        ({"standing": '"withdrawn"'}, "replaced_by", "both, or neither"),
        ({"replaced_by": '"FSO1116A"'}, "replaced_by", "both, or neither"),
        ({"standing": '"withdrawn"', "replaced_by": '"FSO9999A"'}, "replaced_by", "not in the catalogue: 'FSO9999A'"),
        ({"payment_always": "true"}, "payment_always", "goes with a payment_default"),
        ({"source": ""}, "source", "is missing or empty"),
    ],
)
def test_a_wrong_row_names_file_and_key(tmp_path: Path, changes: dict[str, str], key: str, complaint: str) -> None:
    """A row that cannot be used is told by its file, its key and what is wrong with it."""
    with pytest.raises(catalogue.CatalogueError) as caught:
        read_with(tmp_path, changes)
    assert str(caught.value).startswith(f"{tmp_path.name}/FSO1106A.toml: {key}: ")
    assert complaint in str(caught.value)


def test_a_file_named_by_no_interface_is_told(tmp_path: Path) -> None:
    """A file whose name is no interface code is told by its name."""
    with pytest.raises(catalogue.CatalogueError, match=r"/invoices\.toml: is not named by an interface code"):
        read_with(tmp_path, {}, code="invoices")


@pytest.mark.parametrize("content", [b'title_fr = "', b'title_fr = "D\xe9p\xf4t"'])
def test_a_file_that_is_not_toml_is_told(tmp_path: Path, content: bytes) -> None:
    """A file that cannot be read as TOML in UTF-8 is told by its name."""
    (tmp_path / "FSO1106A.toml").write_bytes(content)
    with pytest.raises(catalogue.CatalogueError, match=r"/FSO1106A\.toml: is not TOML: "):
        catalogue.read(tmp_path)


def test_a_deposit_without_its_report_is_told(tmp_path: Path) -> None:
    """A deposit that no report of the catalogue answers is refused."""
    write(tmp_path, "FSO1106A", DEPOSIT)
    with pytest.raises(catalogue.CatalogueError, match="report: is not in the catalogue: 'CSO1106A'"):
        catalogue.read(tmp_path)


def test_a_folder_that_is_nowhere_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing data folder is an error that names it and the remedy."""
    monkeypatch.setattr(catalogue, "__file__", str(tmp_path / "src" / "edigate" / "catalogue.py"))
    with pytest.raises(catalogue.CatalogueError, match=r"no folder 'flows'.*install edigate again"):
        catalogue.interfaces.__wrapped__()


def test_the_package_comes_before_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that a wheel put into the package is used, whatever lies two levels above it."""
    package = tmp_path / "src" / "edigate"
    (package / "schemas").mkdir(parents=True)
    (tmp_path / "schemas").mkdir()
    monkeypatch.setattr(catalogue, "__file__", str(package / "catalogue.py"))
    assert catalogue.schema_folder.__wrapped__() == package / "schemas"


def test_every_key_is_documented_in_the_error(tmp_path: Path) -> None:
    """Whoever writes an unknown key learns all that exist."""
    with pytest.raises(catalogue.CatalogueError) as caught:
        read_with(tmp_path, {"nonsense": "1"})
    assert all(key in str(caught.value) for key in Interface._fields if key != "code")


def test_every_deposit_can_be_reported_on() -> None:
    """The gate writes the report of every deposit, taken or not: a flow that it does not take is told so there."""
    rows = catalogue.interfaces()
    assert {rows[row.report].standing for row in rows.values() if row.report} == {Standing.TAKEN}
