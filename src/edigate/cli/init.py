"""`edigate init`: make a gate in a folder."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edigate.cli.common import Failure, Misuse, actor, out, program, table
from edigate.cli.messages import t
from edigate.domain.names import APPLICATION

if TYPE_CHECKING:
    from edigate.engine.gate import Gate

HELP = t(
    "Make a gate in a folder: its settings, its inbox and outbox, its ledger.",
    "Créer une passerelle dans un dossier : ses réglages, ses dépôts et ses retours, son registre.",
)
_Folder = Annotated[
    Path,
    typer.Argument(
        metavar=t("DIR", "DOSSIER"),
        help=t("The folder; made where it is missing.", "Le dossier ; il est créé s'il n'existe pas."),
    ),
]
_Sandbox = Annotated[
    bool,
    typer.Option(
        "--sandbox",
        help=t("With made-up partners, directory and flows to try it.", "Avec partenaires, annuaire et flux d'essai."),
    ),
]
_Code = Annotated[
    str,
    typer.Option(
        "--code",
        metavar="CODE",
        help=t("The gate's application code.", "Le code application de la passerelle."),
    ),
]
_NewLedger = Annotated[
    bool,
    typer.Option(
        "--new-ledger",
        help=t(
            "Where a gate has lost its ledger and there is no backup: begin a new one, and give up all that the lost"
            " one knew. Settings and archive stay.",
            "Si une passerelle a perdu son registre et qu'il n'y a pas de sauvegarde : en commencer un nouveau et"
            " renoncer à tout ce que savait l'ancien. Réglages et archive restent.",
        ),
    ),
]


def init(folder: _Folder, sandbox: _Sandbox = False, code: _Code = "CPP001", new_ledger: _NewLedger = False) -> None:
    """Make the gate, and say what to do next."""
    if not APPLICATION.fullmatch(code):
        raise Misuse(
            t("--code {code}: an application code is six capitals or digits, such as CPP001.",
              "--code {code} : un code application est fait de six capitales ou chiffres, comme CPP001.", code=code)
        )  # fmt: skip
    gate = _found(folder, code, new_ledger=new_ledger)
    out().print(
        t("Made gate {code} in {folder}:", "Passerelle {code} créée dans {folder} :",
          code=gate.settings.gate.code, folder=folder)
    )  # fmt: skip
    made = table()
    made.show_header = False
    made.add_row("edigate.toml", t("its settings, each with its meaning", "ses réglages, chacun expliqué"))
    made.add_row("inbox/, outbox/", t("one folder per partner: deposits, returns and pivots",
                                      "un dossier par partenaire : dépôts, retours et pivots"))  # fmt: skip
    ledger = "PostgreSQL" if gate.settings.ledger.url else gate.places.ledger.name
    made.add_row(ledger, t("the book of everything that happens", "le registre de tout ce qui arrive"))
    if sandbox:
        _fill(gate)
        made.add_row("sandbox/", t("flows and lives to try it, explained in SANDBOX.md",
                                   "des flux et des vies d'essai, expliqués dans SANDBOX.md"))  # fmt: skip
    out().print(made)
    _say_next(folder, sandbox=sandbox)


def _found(folder: Path, code: str, *, new_ledger: bool) -> "Gate":
    from edigate.founding import GateExists, begin_anew, found  # noqa: PLC0415 - see common.open_here

    try:
        return begin_anew(folder, code, actor()) if new_ledger else found(folder, code)
    except GateExists as there:
        raise Failure(
            t("There is a gate in {folder} already: {file} is there. Nothing was changed.",
              "Il y a déjà une passerelle dans {folder} : {file} existe. Rien n'a été modifié.",
              folder=folder, file=there),
            t("Name another folder, or use this gate: edigate --gate {folder} run",
              "Nommez un autre dossier, ou utilisez cette passerelle : edigate --gate {folder} run",
              folder=shlex.quote(str(folder))),
        ) from None  # fmt: skip


def _fill(gate: "Gate") -> None:
    from edigate.cli.sandbox_page import page  # noqa: PLC0415 - see common.open_here
    from edigate.sandbox import fill  # noqa: PLC0415 - as above

    fill.install(gate, actor=actor())
    today = gate.clock().astimezone(gate.zone).date()
    steps = fill.lay_out_lives(gate, today)
    flows = fill.lay_out(gate, today)
    (gate.places.root / "SANDBOX.md").write_text(page(flows, steps), encoding="utf-8")


def _say_next(folder: Path, *, sandbox: bool) -> None:
    steps = [f"cd {shlex.quote(str(folder))}", *(_TO_TRY if sandbox else _TO_FILL), f"{program()} run"]
    out().print(t("Next:", "Ensuite :"))
    for step in steps:
        out().print(f"  {step.format(edigate=program())}", markup=False, soft_wrap=True)


_TO_TRY = ("{edigate} demo",)
_TO_FILL = ("{edigate} partners add --help", "{edigate} directory import --help")
