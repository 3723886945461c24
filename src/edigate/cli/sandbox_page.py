"""SANDBOX.md: what lies in `sandbox/` of a gate made to be tried, and how a person lives the lives by hand."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from edigate.cli.messages import language, t
from edigate.domain.wording import pick

if TYPE_CHECKING:
    from edigate.sandbox.fill import LaidOut
    from edigate.sandbox.flows import DemoFlow


def page(flows: "Sequence[DemoFlow]", steps: "Sequence[LaidOut]") -> str:
    """The whole page, as Markdown."""
    return "\n".join([*_flows(flows), "", *_lives(steps), ""])


def _flows(flows: "Sequence[DemoFlow]") -> Iterator[str]:
    yield t(
        "# Flows to try\n\nCopy what you like from `sandbox/<partner>/` into `inbox/<partner>/`, then run the gate."
        " Copied again, a flow is\na duplicate; `edigate demo` makes fresh ones.\n",
        "# Flux d'essai\n\nCopiez ceux que vous voulez de `sandbox/<partenaire>/` dans `inbox/<partenaire>/`, puis"
        " lancez la passerelle.\nCopié une deuxième fois, un flux est un doublon ; `edigate demo` en fait de"
        " nouveaux.\n",
    )
    for flow in flows:
        yield f"- `{flow.partner}/{flow.name}`{t(': ', ' : ')}{pick((flow.note_fr, flow.note_en), language())}"


def _lives(steps: "Sequence[LaidOut]") -> Iterator[str]:
    yield t(
        "# Lives to live\n\nEach step is a folder to copy into the inbox, then a run of the gate on that day: first"
        " what the supplier deposits,\nthen what the public entity or the portal answers. What each party finds lies"
        " in `outbox/`. A receipt names its pivot by\nits flow id, the last 25 characters of its name. Those below"
        " name the pivots of a fresh gate that lives this life first;\nelsewhere write the id of your pivot in"
        " their place.",
        "# Vies à vivre\n\nChaque étape est un dossier à copier dans les dépôts, puis un passage de la passerelle ce"
        " jour-là : d'abord ce que le\nfournisseur dépose, puis ce que l'entité publique ou le portail répond. Ce que"
        " chacun trouve est dans `outbox/`. Un\naccusé de réception nomme son pivot par son identifiant de flux, les"
        " 25 derniers caractères de son nom. Ceux d'ici\nnomment les pivots d'une passerelle neuve qui vit d'abord"
        " cette vie ; ailleurs, mettez à la place l'identifiant du\nvôtre.",
    )
    for life, own in groupby(steps, key=lambda step: step.life):
        yield f"\n## {pick((life.title_fr, life.title_en), language())}\n"
        yield "```console"
        for laid in own:
            yield from _step(laid)
        yield "```"


def _step(laid: "LaidOut") -> Iterator[str]:
    note = pick((laid.step.note_fr, laid.step.note_en), language())
    yield t("# day {day}: {who}", "# jour {day} : {who}", day=laid.step.day, who=f"{laid.step.partner} {note}".strip())
    if laid.folder:
        yield f"cp -r {laid.folder}/. inbox/"
    yield f"edigate run --once --now +{laid.step.day}{t('d', 'j')}" if laid.step.day else "edigate run --once"
