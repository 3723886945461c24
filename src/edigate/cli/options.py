"""Options that several commands share; imported by command modules only, when the language is known."""

from __future__ import annotations

from typing import Annotated

import typer

from edigate.cli.messages import t

Json = Annotated[
    bool, typer.Option("--json", help=t("Print JSON on standard output.", "Écrire du JSON sur la sortie standard."))
]

FlowArgument = Annotated[
    str,
    typer.Argument(
        metavar=t("FLOW", "FLUX"),
        help=t("Ledger id or its beginning, flow id, or file name.",
               "Identifiant du registre ou son début, identifiant de flux, ou nom de fichier."),
    ),
]  # fmt: skip
