"""`edigate audit`: verify what the gate has written, show the log, sign it, hand one flow's story to others."""

import typer

from edigate.cli import audit_heads, audit_log, audit_story, audit_verify
from edigate.cli.messages import t

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=t("Verify the audit log, sign it, and hand one flow's story to an auditor.",
           "Vérifier le journal d'audit, le signer, remettre la piste d'audit d'un flux."),
)  # fmt: skip


for part in (audit_verify, audit_log, audit_heads, audit_story):
    app.add_typer(part.app)
