"""`edigate audit export` and `check`: one flow's story for others, and whether such a one is sound."""

from pathlib import Path
from typing import Annotated

import typer

from edigate.audit.check import Checked
from edigate.audit.check import check as check_file
from edigate.audit.export import Exported
from edigate.audit.export import export as export_flow
from edigate.audit.packet import plain
from edigate.cli import common, rows
from edigate.cli.audit_shown import FOUND, KeyOption, bad_key, named_keys, print_findings, report_json
from edigate.cli.messages import t
from edigate.cli.options import FlowArgument, Json
from edigate.domain.wording import printable
from edigate.ledger import heads as book
from edigate.ledger.archive import Altered

app = typer.Typer(add_completion=False)
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar=t("FILE", "FICHIER"),
        help=t("A new file; without it, FLOW-audit.zip here.", "Un nouveau fichier ; à défaut, FLUX-audit.zip ici."),
    ),
]
ZipArgument = Annotated[
    Path,
    typer.Argument(
        metavar=t("FILE", "FICHIER"), exists=True, dir_okay=False,
        help=t("What `edigate audit export` wrote.", "Ce que `edigate audit export` a écrit."),
    ),
]  # fmt: skip


@app.command(
    help=t("Write one flow's whole story as a ZIP that anybody can check without the gate.",
           "Écrire toute la piste d'audit d'un flux dans un ZIP que chacun peut vérifier sans la passerelle."),
    epilog=t("Example: edigate audit export FSO1113A_ABC123_ABC1231113000000000000001 -o story.zip",
             "Exemple : edigate audit export FSO1113A_ABC123_ABC1231113000000000000001 -o piste.zip"),
)  # fmt: skip
def export(flow: FlowArgument, output: OutOption = None, as_json: Json = False) -> None:
    """Export one flow."""
    gate = common.open_here()
    with gate.ledger.connect() as connection:
        found = rows.one_flow(connection, gate, flow)
    path = output or Path(f"{plain(found['name'])}-audit.zip")
    try:
        exported = export_flow(gate, found, path, actor=common.actor())
    except book.BadKey as error:
        raise bad_key(error) from error
    except FileExistsError as error:
        raise common.Failure(
            t("{path} is there already: nothing was written.", "{path} existe déjà : rien n'a été écrit.", path=path),
            t("Name another file with -o.", "Nommez un autre fichier avec -o."),
        ) from error  # fmt: skip
    except Altered as error:
        raise common.Failure(
            t("{name} is no longer in the archive as it was deposited: nothing was written.",
              "{name} n'est plus dans l'archive tel qu'il a été déposé : rien n'a été écrit.",
              name=printable(found["name"])),
            t("Put the original back from a backup: archive/{place}",
              "Remettez l'original d'une sauvegarde : archive/{place}", place=found["archived"]),
        ) from error  # fmt: skip
    if as_json:
        common.print_json(exported._asdict() | {"path": str(exported.path), "flow": found["id"]})
    else:
        _print_exported(exported)


def _print_exported(exported: Exported) -> None:
    why = {
        "holds_others": t("also holds others' invoices or statuses", "contient aussi celles d'autres dépôts"),
        "not_as_it_was": t("can no longer be made as it was", "ne peut plus être produit à l'identique"),
        "not_made": t("has not been made yet", "n'a pas encore été produit"),
    }
    rows.say(
        t("{path}: {files} files, {links} links of the chain.", "{path} : {files} fichiers, {links} maillons.",
          path=exported.path, files=exported.files, links=exported.links),
        style="green",
    )  # fmt: skip
    for name, reason in exported.left_out.items():
        rows.say(t("By its hash alone: {name} ({why})", "Par son empreinte seule : {name} ({why})",
                   name=name, why=why[reason]))  # fmt: skip
    if not exported.signed:
        rows.say(
            t("Not all of it is signed: make a key (edigate audit key), set audit.key_file, then export it again.",
              "Tout n'est pas signé : faites une clé (edigate audit key), réglez audit.key_file, puis recommencez."),
            style="yellow",
        )  # fmt: skip
    rows.say(t("To check it, anywhere: edigate audit check {path} --key PUBLIC_KEY.pem",
               "Pour le vérifier, n'importe où : edigate audit check {path} --key CLE_PUBLIQUE.pem",
               path=exported.path))  # fmt: skip


@app.command(
    help=t("Check a story that `audit export` wrote: no gate is needed. The exit status is 1 where anything is wrong.",
           "Vérifier une piste écrite par `audit export`, sans passerelle. Le code de sortie est 1 en cas d'anomalie."),
    epilog=t("Example: edigate audit check story.zip --key gate.pub.pem",
             "Exemple : edigate audit check piste.zip --key passerelle.pub.pem"),
)  # fmt: skip
def check(file: ZipArgument, key: KeyOption = None, as_json: Json = False) -> None:
    """Check a ZIP by itself."""
    checked = check_file(file, named_keys(key or ()))
    if as_json:
        about = {name: checked.manifest.get(name) for name in ("gate", "flow", "name", "partner")}
        common.print_json(about | report_json(checked.report) | {"keys": list(checked.keys)})
    else:
        print_findings(checked.report.findings, checked.report)
        _print_checked(checked, compared=bool(key))
    if not checked.report.even:
        raise typer.Exit(FOUND)


def _print_checked(checked: Checked, *, compared: bool) -> None:
    if not checked.report.even:
        rows.say(t("This file is not proven.", "Ce fichier n'est pas prouvé."), style="red")
        return
    manifest, counts = checked.manifest, checked.report.counts
    rows.say(
        t("Sound: {name} of {partner} at {gate} (flow {flow}); {files} files, {rows} rows, {entries} entries in {links}"
          " links, up to signed heads.",
          "Intègre : {name} de {partner} chez {gate} (flux {flow}) ; {files} fichiers, {rows} lignes, {entries}"
          " écritures sur {links} maillons, jusqu'à des têtes signées.",
          name=manifest["name"], partner=manifest["partner"], gate=manifest["gate"], flow=manifest["flow"],
          files=counts["files"], rows=counts["rows"], entries=counts["entries"], links=counts["links"]),
        style="green",
    )  # fmt: skip
    for fingerprint in checked.keys:
        rows.say(t("Signed by the key {key}", "Signé par la clé {key}", key=fingerprint))
    if not compared:
        rows.say(
            t("Compare this key with the one that the gate gave you by another way, or name that one with --key: the"
              " file alone does not prove whose it is.",
              "Comparez cette clé à celle que la passerelle vous a remise par ailleurs, ou nommez-la avec --key : le"
              " fichier seul ne prouve pas à qui elle est."),
            style="yellow",
        )  # fmt: skip
