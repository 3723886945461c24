"""`edigate invoices export-rejected`: the refused documents of a flow in a folder, each with its faults beside it."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping

from edigate.cli import common, pack, rows
from edigate.cli.messages import t
from edigate.domain.wording import printable
from edigate.engine import resending
from edigate.engine.gate import Gate
from edigate.ledger import queries
from edigate.ledger.archive import Altered
from edigate.ledger.states import DECIDED


def export_rejected(flow: str, to: Path | None, *, as_json: bool) -> None:
    """Write the pack of one flow, or say that nothing of it was refused."""
    gate = common.open_here()
    with gate.ledger.connect() as connection:
        found = rows.one_flow(connection, gate, flow)
        _refuse_unfit(found, reports=bool(queries.reported_of(connection, found["id"])))
        folder = to or Path(f"{pack.safe(found['name'])}-rejected")
        _refuse_full(folder)
        try:
            documents = _write(gate, found, folder, resending.refused(gate, connection, found))
        except (Altered, resending.Missing) as error:
            raise _unreadable(found) from error
    if as_json:
        told = {"id": found["id"], "name": found["name"], "folder": str(folder) if documents else None}
        common.print_json(told | {"documents": documents})
    elif documents:
        _tell(folder, documents)
    else:
        rows.note(
            t("Nothing of {name} was refused: there is nothing to send again.",
              "Rien de {name} n'a été refusé : il n'y a rien à renvoyer.", name=found["name"])
        )  # fmt: skip


def _refuse_unfit(flow: RowMapping, *, reports: bool) -> None:
    if flow["state"] != DECIDED:
        raise common.Failure(
            t("{name} is not decided yet ({state}).", "{name} n'est pas encore décidé ({state}).",
              name=printable(flow["name"]), state=rows.word(flow["state"])),
            t("Ask again once it is: edigate flows show {id}", "Redemandez ensuite : edigate flows show {id}",
              id=flow["id"]),
        )  # fmt: skip
    if reports:
        raise common.Failure(
            t("{name} holds statuses or receipts, no invoices: there is no document to send again.",
              "{name} contient des statuts ou des accusés, pas de factures : il n'y a pas de document à renvoyer.",
              name=printable(flow["name"])),
            t("What is wrong with each of its lines: edigate flows show {id}",
              "Ce qui ne va pas dans chaque ligne : edigate flows show {id}", id=flow["id"]),
        )  # fmt: skip


def _refuse_full(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists() or folder.is_symlink():
        raise common.Failure(
            t("{folder} is there already and is not an empty folder: nothing was written.",
              "{folder} existe déjà et n'est pas un dossier vide : rien n'a été écrit.", folder=folder),
            t("Name another folder with --to, or remove that one.",
              "Nommez un autre dossier avec --to, ou retirez celui-là."),
        )  # fmt: skip


def _unreadable(flow: RowMapping) -> common.Failure:
    return common.Failure(
        t("{name} can no longer be read in the archive: nothing was written.",
          "{name} ne peut plus être lu dans l'archive : rien n'a été écrit.", name=printable(flow["name"])),
        t("Put the original back from a backup: archive/{place}",
          "Remettez l'original d'une sauvegarde : archive/{place}", place=flow["archived"]),
    )  # fmt: skip


def _write(gate: Gate, flow: RowMapping, folder: Path, documents: Iterator[resending.Refused]) -> list[dict[str, Any]]:
    """Write everything under a hidden name beside the folder, which takes its place when all of it is there."""
    first = next(documents, None)
    if first is None:
        return []
    written: list[dict[str, Any]] = []
    taken = {pack.README.casefold()}
    with _arriving(folder) as arriving:
        document: resending.Refused | None = first
        while document is not None:
            name = pack.unique(document.name, taken)
            with (arriving / name).open("xb") as file:
                resending.write(gate, flow, document, file)
            _write_text(arriving / f"{name}.faults.json", json.dumps(
                pack.faults_json(flow, document, name), ensure_ascii=False, indent=2
            ))  # fmt: skip
            _write_text(arriving / f"{name}.faults.txt", pack.faults_text(flow, document, name))
            written.append(_told(name, document))
            document = next(documents, None)
        _write_text(arriving / pack.README, pack.readme(gate, flow, written))
    return written


@contextmanager
def _arriving(folder: Path) -> Iterator[Path]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    arriving = folder.parent / f".{folder.name}.{os.urandom(6).hex()}"
    arriving.mkdir()
    try:
        yield arriving
        arriving.rename(folder)
    except BaseException:
        shutil.rmtree(arriving, ignore_errors=True)
        raise


def _write_text(path: Path, text: str) -> None:
    path.write_text(f"{text.rstrip()}\n", encoding="utf-8", errors="backslashreplace")


def _told(name: str, document: resending.Refused) -> dict[str, Any]:
    return {
        "file": name,
        "entry": document.entry,
        "excerpt": document.excerpt,
        "invoices": [one.number for one in document.invoices],
        "number_taken": [
            one.number for one in document.invoices if any(f.code in pack.NUMBER_TAKEN for f in one.faults)
        ],
        "faults": sorted({f.code for f in document.faults} | {f.code for one in document.invoices for f in one.faults}),
    }


def _tell(folder: Path, documents: list[dict[str, Any]]) -> None:
    file, numbers = t("Document", "Document"), t("Invoices", "Factures")
    columns: tuple[rows.Column, ...] = (
        (file, lambda one: one["file"]),
        (numbers, lambda one: ", ".join(one["invoices"])),
        (t("Because", "Car"), lambda one: ", ".join(one["faults"])),
    )
    rows.print_table(columns, documents, fold=file)
    rows.say(
        t("Written to {folder}, each document with its faults beside it; {readme} there says what to do.",
          "Écrits dans {folder}, chaque document avec ses anomalies à côté ; {readme} y dit que faire.",
          folder=folder, readme=pack.README),
        style="green",
    )  # fmt: skip
