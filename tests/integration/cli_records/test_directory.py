"""`edigate directory`: a whole new version by import, and what the version in force holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from edigate.sandbox.structures import SERVICE_REQUIRED, STRUCTURES, directory_csv
from tests.integration.cli_records.console import fold

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.cli_records.console import Site


def _file(folder: Path, text: str, encoding: str = "utf-8") -> str:
    path = folder / "structures.csv"
    path.write_text(text, encoding=encoding)
    return str(path)


def test_show_counts_what_is_in_force(shown: Site) -> None:
    """The sandbox's structures are counted, the inactive one apart."""
    told = shown.json("directory", "show")

    assert told.keys() == {"version", "structures", "active_structures", "services", "suppliers", "kept"}
    assert (told["structures"], told["active_structures"]) == (len(STRUCTURES), len(STRUCTURES) - 1)
    assert told["kept"] == [told["version"]]


def test_show_tells_one_structure_with_its_services(shown: Site) -> None:
    """Flags and services of a structure, its SIRET written with spaces or not."""
    told = shown.json("directory", "show", SERVICE_REQUIRED)

    assert (told["siret"], told["service_required"], told["engagement_required"]) == (SERVICE_REQUIRED, True, False)
    assert [(service["code"], service["active"]) for service in told["services"]] == [
        ("ARCHIVES", False),
        ("ROUTES", True),
    ]
    assert shown.json("directory", "show", "999 816 440 00013") == told
    assert "ROUTES Direction des routes oui" in fold(shown.run("directory", "show", SERVICE_REQUIRED, lang="fr").out)


def test_an_unknown_structure_says_what_follows(shown: Site) -> None:
    """A SIRET that the directory lacks is refused with the fault its invoices get."""
    assert "EDG-I064" in shown.run("directory", "show", "99980000000000", expect=1).err


def test_an_import_puts_a_new_version_in_force(fresh: Site, tmp_path: Path) -> None:
    """What was read is said, the new version sorts after the old one, and is what the gate shows."""
    before = fresh.json("directory", "show")
    lines = "kind,siret,name\nstructure,99981644000013,Une\nsupplier,KRX,Autre\n"

    told = fresh.json("directory", "import", _file(tmp_path, lines, "utf-8-sig"))

    assert (told["structures"], told["services"], told["suppliers"], told["released"]) == (1, 0, 1, 0)
    after = fresh.json("directory", "show")
    assert after["version"] == told["version"] > before["version"]
    assert after["kept"] == [before["version"], after["version"]]


def test_an_import_is_in_the_event_log(fresh: Site, tmp_path: Path) -> None:
    """Who imported what stands in the event log."""
    version = fresh.json("directory", "import", _file(tmp_path, directory_csv()))["version"]

    with fresh.connection() as connection:
        row = connection.exec_driver_sql("select event, actor, details from events where subject = ?", (version,)).one()

    assert row.event == "directory.imported"
    assert row.actor
    assert json.loads(row.details)["structures"] == len(STRUCTURES)


def test_a_bad_file_changes_nothing(fresh: Site, tmp_path: Path) -> None:
    """The line, the column and the value are named; the version in force stays."""
    before = fresh.json("directory", "show")
    lines = "kind,siret,name,active\nstructure,99981644000013,Une,peut-être\n"

    answer = fresh.run("directory", "import", _file(tmp_path, lines), expect=1)

    assert "line 2, column active: 'peut-être'" in answer.err
    assert "Nothing was changed" in answer.err
    assert fresh.json("directory", "show") == before


def test_a_file_that_is_no_utf8_is_refused(fresh: Site, tmp_path: Path) -> None:
    """A spreadsheet's own encoding is refused with what to do."""
    answer = fresh.run("directory", "import", _file(tmp_path, "kind,siret,name\nstructure,1,é\n", "latin-1"), expect=1)

    assert "must be UTF-8" in answer.err


def test_a_missing_file_is_named(fresh: Site, tmp_path: Path) -> None:
    """A path that leads nowhere is said as such."""
    assert "structures.csv" in fresh.run("directory", "import", str(tmp_path / "structures.csv"), expect=1).err


def test_the_last_versions_are_kept(fresh: Site, tmp_path: Path) -> None:
    """An examination under way may still read an older version: the last five stay, older ones go."""
    file = _file(tmp_path, directory_csv())
    made = [fresh.json("directory", "import", file)["version"] for _ in range(6)]

    assert fresh.json("directory", "show")["kept"] == made[-5:]


def test_no_directory_is_said_with_its_remedy(fresh: Site) -> None:
    """A gate without a directory says what that means and how to import one."""
    fresh.write("delete from notes where key = 'directory_version'")

    answer = fresh.run("directory", "show", lang="fr", expect=1)

    assert "tous les flux attendent" in answer.err
    assert "edigate directory import" in answer.err
