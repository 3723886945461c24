"""The command line: `main`, its options for all commands, and the table of the commands."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from edigate.cli import common, failures
from edigate.cli.messages import LANGUAGES, speak, t

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_EVERYWHERE = ("--gate", "-g", "--lang")


class Entry(NamedTuple):
    """One command: its name, where it lies (`module:attribute`, a Typer or a function), one line in each language."""

    name: str
    place: str
    english: str
    french: str


# fmt: off
COMMANDS: tuple[Entry, ...] = (
    Entry("init",       "init:init",         "Make a new gate in a folder.",
                                             "Créer une passerelle dans un dossier."),
    Entry("demo",       "demo:demo",         "Try the gate: drop sandbox flows and work them off.",
                                             "Essayer la passerelle : déposer des flux d'essai et les traiter."),
    Entry("run",        "run:run",           "Run the gate: watch the inboxes, or work them off once.",
                                             "Lancer la passerelle : surveiller les dépôts, ou les traiter une fois."),
    Entry("check",      "check:check",       "Judge files as the gate would, without depositing them.",
                                             "Juger des fichiers comme le ferait la passerelle, sans les déposer."),
    Entry("flows",      "flows:app",         "List the flows received, and show one.",
                                             "Lister les flux reçus, en montrer un."),
    Entry("invoices",   "invoices:app",      "List the invoices received, show one, export refused ones.",
                                             "Lister les factures, en montrer une, exporter les refusées."),
    Entry("dossiers",   "dossiers:app",      "List works billing files, and show one's documents.",
                                             "Lister les dossiers de facturation de travaux, en montrer un."),
    Entry("held",       "held:app",          "List the flows that wait, with the reason, and release them.",
                                             "Lister les flux en attente et leur raison, les relancer."),
    Entry("alerts",     "alerts:app",        "List what an operator must see to, and close it.",
                                             "Lister ce qu'un exploitant doit régler, le clore."),
    Entry("deliveries", "deliveries:app",    "List the files handed to partners, show one, offer one again.",
                                             "Lister les fichiers remis, en montrer un, en présenter un de nouveau."),
    Entry("replay",     "replay:replay",     "Decide on flows again, as new runs.",
                                             "Rejouer des flux : une nouvelle décision pour chacun."),
    Entry("balance",    "balance:balance",   "Show that every deposit is decided, in progress or held.",
                                             "Montrer que chaque dépôt est décidé, en cours ou en attente."),
    Entry("audit",      "audit:app",         "Verify the audit log, sign it, hand one flow's story to others.",
                                             "Vérifier le journal d'audit, le signer, remettre la piste d'un flux."),
    Entry("backup",     "backup:backup",     "Copy the gate into a backup, also while it runs.",
                                             "Copier la passerelle dans une sauvegarde, même en marche."),
    Entry("restore",    "restore:restore",   "Give a backup back into an empty folder.",
                                             "Rendre une sauvegarde dans un dossier vide."),
    Entry("restored",   "restored:app",      "Show and decide what a restored gate no longer knows.",
                                             "Montrer ce qu'une passerelle rendue ne sait plus, en décider."),
    Entry("migrate",    "migrate:migrate",   "Move the gate's ledger to PostgreSQL, and its archive elsewhere.",
                                             "Déplacer le registre vers PostgreSQL, et l'archive ailleurs."),
    Entry("purge",      "purge:purge",       "Take away what is older than the settings keep.",
                                             "Retirer ce qui est plus ancien que ce que gardent les réglages."),
    Entry("doctor",     "doctor:doctor",     "Examine the gate, and mend what can be mended.",
                                             "Examiner la passerelle, réparer ce qui peut l'être."),
    Entry("partners",   "partners:app",      "List, show, add, change, suspend and test partners.",
                                             "Lister, montrer, ajouter, modifier, essayer les partenaires."),
    Entry("hostkey",    "hostkey:app",       "Show, accept, rotate and remove host keys of partners' servers.",
                                             "Montrer, accepter, remplacer, retirer les clés d'hôte."),
    Entry("directory",  "directory:app",     "Import the directory of public structures, and show it.",
                                             "Importer l'annuaire des structures publiques, le montrer."),
    Entry("explain",    "explain:explain",   "Explain fault codes: what they mean and what to do.",
                                             "Expliquer des codes d'anomalie : leur sens et que faire."),
    Entry("cadres",     "tables:cadres",     "Show what each cadre de facturation may do over EDI.",
                                             "Montrer ce que chaque cadre de facturation permet en EDI."),
    Entry("interfaces", "tables:interfaces", "Show every interface and whether it is taken.",
                                             "Montrer chaque interface et si elle est prise en charge."),
)
# fmt: on


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the command line says and end the process: 0, or 1 for failure, 2 for wrong usage."""
    common.own_the_process()
    sys.exit(obey(sys.argv[1:] if arguments is None else arguments))


def obey(arguments: Sequence[str]) -> int:
    """Do what the arguments say; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A file's name may hold bytes that are no text: they show as escapes, which JSON reads back.
            stream.reconfigure(errors="backslashreplace")
    moved = [*_hoisted(arguments)]
    speak(_language(moved))
    try:
        status = _command().main(moved, prog_name="edigate", standalone_mode=False)
        sys.stdout.flush()
    except Exception as error:
        if (told := failures.tell(error)) is None:
            raise
        return told
    return status if isinstance(status, int) else 0


class Later(TyperCommand):
    """A command whose module is imported when it is used, so that `--help` stays quick."""

    def __init__(self, entry: Entry) -> None:
        """Know the name and the one line that the list of commands shows."""
        super().__init__(entry.name, help=t(entry.english, entry.french), rich_markup_mode=None)
        self._entry = entry

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:  # noqa: ANN401 - typer keeps its types to itself
        """The context of the real command."""
        return _load(self._entry).make_context(info_name, args, parent, **extra)


def _load(entry: Entry) -> Any:  # noqa: ANN401 - see Later
    name, _, attribute = entry.place.partition(":")
    with common.uninterrupted():
        module = import_module(f"edigate.cli.{name}")
    common.settle_what_is_loaded()
    target = getattr(module, attribute)
    app = target if isinstance(target, typer.Typer) else _alone(entry, target, getattr(module, "HELP", ""))
    return _worded(app)


def _alone(entry: Entry, function: Any, words: str) -> typer.Typer:  # noqa: ANN401 - any command's function
    app = typer.Typer(add_completion=False)
    app.command(entry.name, help=words or t(entry.english, entry.french))(function)
    return app


def _worded(app: typer.Typer) -> Any:  # noqa: ANN401 - see Later
    from edigate.cli.everywhere import word_options  # noqa: PLC0415 - worded in the language spoken now

    command = typer.main.get_command(app)
    word_options(command)
    return command


def _command() -> TyperGroup:
    from edigate.cli.everywhere import EPILOG, HELP, options  # noqa: PLC0415 - worded in the language spoken now

    failures.word_the_frame()
    app = typer.Typer(no_args_is_help=True, help=HELP, epilog=EPILOG)
    app.callback()(options)
    command = _worded(app)
    if not isinstance(command, TyperGroup):
        raise TypeError(command)
    for entry in COMMANDS:
        command.add_command(Later(entry))
    return command


def _hoisted(arguments: Sequence[str]) -> Iterator[str]:
    """The options of all commands first, wherever they stood; nothing after `--` is touched."""
    first: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in _EVERYWHERE:
            first += [argument, *([value] if (value := next(waiting, None)) is not None else [])]
        elif argument.startswith(("--gate=", "--lang=")):
            first.append(argument)
        else:
            rest.append(argument)
    return iter([*first, *rest])


def _language(arguments: Sequence[str]) -> str:
    """What `--lang` or EDIGATE_LANG says, before anything is worded; whether it is a language is checked later."""
    said = os.environ.get("EDIGATE_LANG", "en")
    for place, argument in enumerate(arguments[:-1]):
        if argument == "--lang":
            said = arguments[place + 1]
    for argument in arguments:
        if argument.startswith("--lang="):
            said = argument.partition("=")[2]
    return said if said in LANGUAGES else "en"
