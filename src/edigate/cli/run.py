"""`edigate run`: its options; what works the gate is loaded when a fork server is at loading what workers need."""

from pathlib import Path
from typing import Annotated

import typer

from edigate.cli.common import Misuse, root, uninterrupted
from edigate.cli.messages import t
from edigate.engine import fork_server
from edigate.engine.roles import Role

HELP = t(
    "Watch the inboxes and take what is deposited, until SIGTERM or Ctrl-C, which finish the batch in hand first.",
    "Surveiller les dépôts et prendre ce qui arrive, jusqu'à SIGTERM ou Ctrl-C, qui laissent finir le lot en cours.",
)
_Once = Annotated[
    bool,
    typer.Option(
        "--once",
        help=t(
            "Work off what is there and end: 0, also when flows were refused; 1 when something needs somebody"
            " (a file that cannot be taken, a flow held, a file that cannot be handed over, a server out of reach).",
            "Traiter ce qui est là et finir : 0, même si des flux sont refusés ; 1 si quelque chose est à régler"
            " (fichier impossible à prendre, flux en attente, fichier impossible à remettre, serveur injoignable).",
        ),
    ),
]
_Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        help=t(
            "With --once on a terminal: log every step, as the settings say.",
            "Avec --once dans un terminal : journaliser chaque étape, selon les réglages.",
        ),
    ),
]


_Now = Annotated[
    str | None,
    typer.Option(
        "--now",
        metavar=t("WHEN", "QUAND"),
        help=t(
            "A sandbox gate only: let its clock start at this moment (2026-12-24, 2026-12-24T18:00) or so much later"
            " than now (+15d, +36h), so that deadlines pass while you look.",
            "Bac à sable seulement : faire partir son horloge de ce moment (2026-12-24, 2026-12-24T18:00) ou d'autant"
            " plus tard que maintenant (+15j, +36h), pour voir passer les délais.",
        ),
    ),
]


_EVERY = ",".join(Role)
_Roles = Annotated[
    str,
    typer.Option(
        "--roles",
        metavar=t("ROLES", "RÔLES"),
        help=t(
            "With a ledger on PostgreSQL: what this process does, of intake, work and deliver, with commas between.",
            "Avec un registre sur PostgreSQL : ce que fait ce processus, parmi intake, work et deliver, séparés par des"
            " virgules.",
        ),
    ),
]


def run(once: _Once = False, verbose: _Verbose = False, now: _Now = None, roles: _Roles = _EVERY) -> None:
    """Run the gate in the folder that was found."""
    chosen = _named(roles)
    if Role.WORK in chosen and (not once or _waiting(root())):
        fork_server.start()
    with uninterrupted():
        from edigate.cli.running import run_gate, run_gate_once  # noqa: PLC0415 - beside what the fork server loads

    if not once:
        run_gate(now, chosen)
    elif not run_gate_once(now, chosen, verbose=verbose):
        raise typer.Exit(1)


def _waiting(gate: Path) -> bool:
    """Whether anything lies there that workers may be needed for."""
    return any(gate.glob("inbox/*/[!.]*")) or any(gate.glob("spool/*/*"))


def _named(roles: str) -> frozenset[Role]:
    """The roles of a list with commas. Raises Misuse."""
    words = [word.strip().lower() for word in roles.split(",") if word.strip()]
    wrong = [word for word in words if word not in frozenset(Role)]
    if wrong or not words:
        raise Misuse(
            t("--roles {roles}: {wrong} is no role.", "--roles {roles} : {wrong} n'est pas un rôle.",
              roles=roles, wrong=", ".join(wrong) or "''"),
            t("Write one or several of: {known}", "Écrivez un ou plusieurs de ces rôles : {known}",
              known=",".join(Role)),
        )  # fmt: skip
    return frozenset(map(Role, words))
