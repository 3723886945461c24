"""The options of every command; imported when the language is known, for their help is worded then."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from edigate.cli.common import Misuse, choose_gate
from edigate.cli.messages import LANGUAGES, colon, t
from edigate.cli.plain_values import take_plain_values

HELP = t("An EDI gate for French public-sector invoices.", "Une passerelle EDI pour les factures du secteur public.")
EPILOG = t(
    "--gate and --lang may also stand after the command. `edigate COMMAND --help` tells more.",
    "--gate et --lang peuvent aussi suivre la commande. `edigate COMMANDE --help` en dit plus.",
)

_TYPERS_OWN = {
    "help": t("Show this help and exit.", "Afficher cette aide."),
    "install_completion": t("Install completion for this shell.", "Installer la complétion pour ce shell."),
    "show_completion": t("Show completion for this shell.", "Afficher la complétion pour ce shell."),
}


def _version(wanted: bool) -> None:
    if wanted:
        from edigate import __version__  # noqa: PLC0415 - found in the installation's metadata, which takes a while

        sys.stdout.write(f"edigate {__version__}\n")
        raise typer.Exit


_Gate = Annotated[
    Path | None,
    typer.Option(
        "--gate",
        "-g",
        envvar="EDIGATE_GATE",
        metavar=t("DIR", "DOSSIER"),
        help=t(
            "The gate's folder; without it, the nearest folder from here upwards that holds an edigate.toml.",
            "Le dossier de la passerelle ; à défaut, le plus proche, en remontant, qui contient un edigate.toml.",
        ),
    ),
]
_Lang = Annotated[
    str,
    typer.Option(
        "--lang", envvar="EDIGATE_LANG", metavar="en|fr", help=t("Language of messages.", "Langue des messages.")
    ),
]
_Version = Annotated[
    bool,
    typer.Option(
        "--version", is_eager=True, callback=_version, help=t("Show the version and exit.", "Afficher la version.")
    ),
]


def options(gate: _Gate = None, lang: _Lang = "en", version: _Version = False) -> None:  # noqa: ARG001 - seen to before
    """Remember the gate's folder; the language was set before anything was worded."""
    if lang not in LANGUAGES:
        raise Misuse(
            t("--lang {lang}: edigate speaks en and fr.", "--lang {lang} : edigate parle en et fr.", lang=lang)
        )
    choose_gate(gate)


def word_options(command: Any) -> None:  # noqa: ANN401 - typer keeps its types to itself
    """Word the help of a command and of those below it: no value for flags, choices in full, typer's own options.

    What they are given is taken as it stands where it is plain; what is wrong with it is told with the command.
    """
    command.parse_args = _told_with(command.parse_args)
    every = (*command.params, command.get_help_option(typer.Context(command)))
    take_plain_values(every)
    for option in every:
        if getattr(option, "is_flag", False):
            option.metavar = ""
        elif choices := option.type_descriptor.choices:
            # In the help words fold; in typer's own column they would break.
            option.metavar = option.metavar or t("WORD", "MOT")
            option.help = f"{option.help.rstrip('.')}{colon()} {', '.join(map(str, choices))}."
        option.help = _TYPERS_OWN.get(option.name, option.help)
    for below in getattr(command, "commands", {}).values():
        word_options(below)


def _told_with(parse: Any) -> Any:  # noqa: ANN401 - see word_options
    def parse_args(context: Any, arguments: list[str]) -> Any:  # noqa: ANN401 - see word_options
        try:
            return parse(context, arguments)
        except typer.TyperException as error:
            if getattr(error, "ctx", context) is None:  # typer forgets it where an option lacks its value, or has one
                error.ctx = context  # type: ignore[attr-defined]
            raise

    return parse_args
