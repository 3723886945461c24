"""What the commands of `edigate audit` share: keys by which signatures count, and findings as shown."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from edigate.audit import words
from edigate.audit.findings import Finding, Report
from edigate.cli import common, rows
from edigate.cli.messages import language, t
from edigate.ledger import heads as book

FOUND = 1
SHOWN = 50
KeyOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--key",
        metavar=t("FILE", "FICHIER"),
        help=t("Public key (PEM) that may have signed; may be given several times.",
               "Clé publique (PEM) qui peut avoir signé ; plusieurs fois si besoin."),
    ),
]  # fmt: skip


def named_keys(paths: Iterable[Path]) -> frozenset[str]:
    """The public keys in these files, as heads bear them."""
    try:
        return frozenset(book.public_text(book.public_key(path)) for path in paths)
    except book.BadKey as error:
        raise bad_key(error) from error


def bad_key(error: book.BadKey) -> common.Failure:
    """What to say of a file that holds no key."""
    return common.Failure(
        t("{path} holds no Ed25519 key in PEM.", "{path} ne contient pas de clé Ed25519 au format PEM.",
          path=error.args[0]),
        t("Make one with: edigate audit key", "Faites-en une avec : edigate audit key"),
    )  # fmt: skip


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "place": finding.place,
        "values": finding.values,
        "message": words.said(finding, language()),
        "remedy": words.to_do(finding.kind, language()),
    }


def report_json(report: Report) -> dict[str, Any]:
    """What was looked at, and what was found."""
    return {
        "even": report.even,
        "counts": dict(sorted(report.counts.items())),
        "anchored": report.anchored,
        "kinds": dict(sorted(report.kinds.items())),
        "findings": [_finding_json(finding) for finding in report.findings],
    }


def print_findings(findings: Iterable[Finding], report: Report) -> None:
    """Each place with what was found there; what to do once for each kind."""
    for kind, count in report.kinds.items():
        own = [finding for finding in findings if finding.kind == kind][:SHOWN]
        for finding in own:
            rows.say(f"{finding.place}: {words.said(finding, language())}", style="red")
        if count > len(own):
            rows.say(
                t("… and {count} more of this kind.", "… et {count} autres de cette sorte.", count=count - len(own))
            )
        rows.say(f"  {t('To do', 'À faire')}: {words.to_do(kind, language())}")
