"""`edigate audit verify`: whether chain, heads, ledger and archive are as they were written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from edigate.audit.findings import Report
from edigate.audit.verify import Progress as Told
from edigate.audit.verify import Scope
from edigate.audit.verify import verify as verify_gate
from edigate.cli import common, rows
from edigate.cli.audit_shown import FOUND, KeyOption, bad_key, named_keys, print_findings, report_json
from edigate.cli.messages import counted, t
from edigate.cli.options import Json
from edigate.engine import heads
from edigate.engine.gate import Gate
from edigate.ledger import heads as book
from edigate.sandbox.fill import is_sandbox

app = typer.Typer(add_completion=False)
HeadsOption = Annotated[
    Path | None,
    typer.Option(
        "--heads",
        metavar=t("DIR", "DOSSIER"),
        help=t("Folder of heads kept elsewhere; without it, that of audit.heads_folder.",
               "Dossier des têtes gardées ailleurs ; à défaut, celui de audit.heads_folder."),
    ),
]  # fmt: skip
NoArchiveOption = Annotated[
    bool,
    typer.Option("--no-archive", help=t("Leave the archive's files out.", "Ne pas lire les fichiers de l'archive.")),
]


@app.command(
    help=t(
        "Recompute the chain, and compare heads, ledger and archive with it; the exit status is 1 where anything was"
        " altered, is missing or was put in.",
        "Recalculer la chaîne et lui confronter têtes, registre et archive ; le code de sortie est 1 si quelque chose"
        " a été modifié, manque ou a été inséré.",
    ),
    epilog=t("Example: edigate audit verify --heads /mnt/notary/heads --key gate.pub.pem",
             "Exemple : edigate audit verify --heads /mnt/notaire/tetes --key passerelle.pub.pem"),
)  # fmt: skip
def verify(
    outside: HeadsOption = None,
    key: KeyOption = None,
    no_archive: NoArchiveOption = False,
    as_json: Json = False,
) -> None:
    """Verify the gate in this folder."""
    gate = common.open_here()
    folder = outside or heads.folder(gate)
    scope = Scope(
        _head_files(folder) if folder else (), named_keys(key or ()) or _own_key(gate), not no_archive, is_sandbox(gate)
    )
    with _progress() as progress:
        report = verify_gate(gate, scope, progress)
    if as_json:
        common.print_json(report_json(report) | {"keys": sorted(map(book.fingerprint, scope.keys))})
    else:
        print_findings(report.findings, report)
        _print_verified(gate, report, scope)
    if not report.even:
        raise typer.Exit(FOUND)


def _head_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise common.Failure(
            t("{folder} is no folder: no head kept elsewhere can be looked at.",
              "{folder} n'est pas un dossier : aucune tête gardée ailleurs ne peut être lue.", folder=folder),
            t("Mount it, or name another with --heads.", "Montez-le, ou nommez-en un autre avec --heads."),
        )  # fmt: skip
    return sorted(folder.glob(f"[!.]*{heads.ENDING}"))


def _own_key(gate: Gate) -> frozenset[str]:
    """The key that the settings name: its public half, or else the private one; none where neither is there."""
    path = heads.key_path(gate)
    if path is None:
        return frozenset()
    try:
        public = book.public_path(path)
        key = book.public_key(public) if public.exists() else book.private_key(path).public_key()
    except book.BadKey as error:
        raise bad_key(error) from error
    except FileNotFoundError:
        rows.note(
            t("{path} (audit.key_file) is not there, nor is {public}: verified without that key.",
              "{path} (audit.key_file) est absent, {public} aussi : vérification sans cette clé.",
              path=path, public=public)
        )  # fmt: skip
        return frozenset()
    return frozenset({book.public_text(key)})


@contextmanager
def _progress() -> Iterator[Told]:
    console = common.err()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def show(step: str, done: int, total: int) -> None:
            progress.update(task, description=_step(step), completed=done, total=total)

        yield show


def _step(step: str) -> str:
    return {"links": t("chain", "chaîne"), "archive": "archive"}.get(step, t("ledger", "registre"))


def _print_verified(gate: Gate, report: Report, scope: Scope) -> None:
    counts = report.counts
    rows.say(
        t("{links} links with {entries} entries; {flows} flows, {invoices} invoices, {statuses} statuses, {deliveries}"
          " deliveries compared; {files} archived files read; {heads} heads, {signed} signed, {outside} kept"
          " elsewhere.",
          "{links} maillons, {entries} écritures ; {flows} flux, {invoices} factures, {statuses} statuts, {deliveries}"
          " remises comparés ; {files} fichiers d'archive lus ; {heads} têtes, {signed} signées, {outside} gardées"
          " ailleurs.",
          links=counts["links"], entries=counts["entries"], flows=counts["flows"], invoices=counts["invoices"],
          statuses=counts["statuses"], deliveries=counts["deliveries"], files=counts["archive files"],
          heads=counts["heads"] + counts["heads outside"], signed=counts["heads signed"],
          outside=counts["heads outside"]),
        style="dim",
    )  # fmt: skip
    _print_left_out(report)
    if not report.even:
        count = sum(report.kinds.values())
        rows.say(
            counted(count, ("{count} finding.", "{count} findings."), ("{count} constat.", "{count} constats.")),
            style="red",
        )
        return
    rows.say(t("Everything is as it was written.", "Tout est tel qu'il a été écrit."), style="green")
    _print_anchor(gate, report, scope)


def _print_left_out(report: Report) -> None:
    """What was not proven, and why, where there is any of it."""
    counts = report.counts
    if counts["heads of other gates"]:
        rows.say(
            t("{count} heads are of gates with another code: left out.",
              "{count} têtes sont de passerelles d'un autre code : laissées de côté.",
              count=counts["heads of other gates"]),
            style="dim",
        )  # fmt: skip
    if counts["rows unproven"]:
        rows.say(
            t("{count} events, partners or servers are as old as what retention has purged: the texts that proved them"
              " have gone, so that nothing shows whether they were altered or put in. Compare them with a backup of"
              " then.",
              "{count} événements, partenaires ou serveurs sont aussi anciens que ce que la rétention a purgé : les"
              " textes qui les prouvaient sont partis, rien ne montre donc s'ils ont été modifiés ou insérés."
              " Comparez-les à une sauvegarde d'alors.",
              count=counts["rows unproven"]),
            style="yellow",
        )  # fmt: skip
    if counts["times of demonstrations"]:
        rows.say(
            t("Links of demonstrations bear the times that those were told.",
              "Les maillons des démonstrations portent les heures qu'on leur a dites."),
            style="dim",
        )  # fmt: skip
    if counts["heads not due"]:
        rows.say(
            t("There is a key, and no signed head yet: no head was due yet. Until there is one, whoever can write in"
              " the ledger can write it all anew; to make one: edigate audit head",
              "Il y a une clé, et pas encore de tête signée : aucune n'était due. D'ici là, qui peut écrire dans le"
              " registre peut tout réécrire ; pour en faire une : edigate audit head"),
            style="yellow",
        )  # fmt: skip


def _print_anchor(gate: Gate, report: Report, scope: Scope) -> None:
    """How far that is proven against whoever could write in the ledger."""
    anchor = report.anchored
    if anchor is None:
        rows.say(
            t("No head is signed or kept elsewhere: whoever can write in the ledger could have written it all anew."
              " Make a key (edigate audit key) and set audit.heads_folder or audit.heads_url.",
              "Aucune tête n'est signée ni gardée ailleurs : qui peut écrire dans le registre a pu tout réécrire."
              " Faites une clé (edigate audit key) et réglez audit.heads_folder ou audit.heads_url."),
            style="yellow",
        )  # fmt: skip
        return
    rows.say(
        t("Anchored by heads up to link {number} of {links}, of {at}.",
          "Ancré par des têtes jusqu'au maillon {number} sur {links}, du {at}.",
          number=anchor["number"], links=report.counts["links"], at=rows.local(gate, str(anchor["at"])))
    )  # fmt: skip
    if not scope.keys and report.counts["heads signed"]:
        rows.say(
            t("With no key to compare, a signature shows only that head and key belong together: name the gate's public"
              " key with --key.",
              "Sans clé de référence, une signature montre seulement que tête et clé vont ensemble : nommez la clé"
              " publique avec --key."),
            style="yellow",
        )  # fmt: skip
