"""Directory flows as short as a test needs them."""

from __future__ import annotations

import io
import time
from functools import cache
from typing import TYPE_CHECKING

from edigate.catalogue import schema_folder
from edigate.ledger.directory.from_f14 import SCHEMA_KEY, import_f14
from edigate.xsd import Shelf

if TYPE_CHECKING:
    from pathlib import Path

    from lxml import etree

    from edigate.ledger.directory import Imported

SUNDAY, MONDAY, TUESDAY, WEDNESDAY = "20260301010022", "20260302010022", "20260303010022", "20260304010022"
FLAGS = ("EngagementJuridique", "Service", "EngJurServ", "MOA", "MOAunique", "StatutMiseEnPaiement")
ONE, TWO, THREE = "99981644000013", "99981781000016", "99981918800015"


@cache
def schema() -> etree.XMLSchema:
    """The schema of the flow, compiled once."""
    return Shelf(schema_folder(), clock=time.process_time).compiled(SCHEMA_KEY)


def _instance(motif: str, statut: str) -> str:
    return f"<IdInstance>7</IdInstance><MotifPresence>{motif}</MotifPresence><Statut>{statut}</Statut>"


def unit(siret: str, kind: str = "P", motif: str = "C", statut: str = "A") -> str:
    """The legal unit of an establishment."""
    return (
        f'<UniteLegale>{_instance(motif, statut)}<IdSIREN qualifiant="0002">{siret[:9]}</IdSIREN><Nom>Unité</Nom>'
        f"<TypeEntite>{kind}</TypeEntite><Diffusible>O</Diffusible></UniteLegale>"
    )


def establishment(
    siret: str, *flags: str, name: str = "Mairie", motif: str = "C", statut: str = "A", b2g: bool = True
) -> str:
    """An establishment with these flags set."""
    stated = "".join(f"<{flag}>{str(flag in flags).lower()}</{flag}>" for flag in FLAGS)
    return (
        f'<Etablissement>{_instance(motif, statut)}<IdSIRET qualifiant="0009">{siret}</IdSIRET>'
        f"<TypeEtablissement>P</TypeEtablissement><Nom>{name}</Nom>"
        f"{f'<DonneesB2G>{stated}</DonneesB2G>' if b2g else ''}<Diffusible>O</Diffusible></Etablissement>"
    )


def service(
    siret: str, code: str, *, engagement: str = "", motif: str = "C", statut: str = "A", qualifier: str = "0224"
) -> str:
    """A routing code of an establishment; `engagement` is true, false or not told."""
    told = f"<EngagementJuridique>{engagement}</EngagementJuridique>" if engagement else ""
    return (
        f'<CodeRoutage>{_instance(motif, statut)}<IdSIRET qualifiant="0009">{siret}</IdSIRET>'
        f'<IdRoutage qualifiant="{qualifier}">{code}</IdRoutage><Nom>Service {code}</Nom>{told}</CodeRoutage>'
    )


def flow(*records: str, kind: str = "C", made: str = SUNDAY, since: str = "") -> bytes:
    """A whole flow of these records, sorted into their blocks."""
    last = f"<DernierHorodateProduction>{since}</DernierHorodateProduction>" if since else ""
    blocks = "".join(
        f"<{block}>{inside}</{block}>\n"
        for block, tag in (
            ("BlocUnitesLegales", "<UniteLegale"),
            ("BlocEtablissements", "<Etablissement"),
            ("BlocCodesRoutage", "<CodeRoutage"),
        )
        if (inside := "\n".join(record for record in records if record.startswith(tag)))
    )
    head = f"<HorodateProduction>{made}</HorodateProduction>{last}<TypeFlux>{kind}</TypeFlux>"
    return f"<AnnuaireConsultationF14>{head}\n{blocks}</AnnuaireConsultationF14>".encode()


def bring(folder: Path, content: bytes, version: str, base: Path | None = None, *, force: bool = False) -> Imported:
    """Import a flow."""
    return import_f14(io.BytesIO(content), folder, version, schema(), base=base, force=force)
