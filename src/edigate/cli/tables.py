"""`edigate cadres` and `edigate interfaces`: the tables that the gate decides by, as this gate's settings have them."""

from types import MappingProxyType
from typing import Annotated, Any

import typer

from edigate import catalogue, config
from edigate.cli import common, rows
from edigate.cli.messages import language, t
from edigate.cli.options import Json
from edigate.domain.cadres import (
    ALTERNATIVES,
    AS_OF,
    CADRES,
    SOURCE,
    Actor,
    Alternative,
    Cadre,
    Cell,
    Need,
    Operation,
    Reader,
)
from edigate.domain.interfaces import CadreClass, Direction, Interface, Standing
from edigate.domain.settings import RuleSettings
from edigate.domain.wording import pick
from edigate.rules.channel import decide

_SIGNS = {Cell.YES: "✓", Cell.NO: "✗", Cell.NOT_APPLICABLE: "–"}
_MODES = (
    "edi_initial", "edi_association", "portal_initial", "portal_association", "service_initial", "service_association",
)  # fmt: skip
_CLASSES = {
    CadreClass.GENERAL: ("general", "générales"),
    CadreClass.JUSTICE: ("justice", "justice"),
    CadreClass.WORKS: ("works", "travaux"),
}
# Words of the cadres' table that differ in French; MOE and MOA are the same in both.
_FRENCH = MappingProxyType(
    {
        Actor.SUPPLIER: "fournisseur",
        Actor.SUBCONTRACTOR: "sous-traitant",
        Actor.CO_CONTRACTOR: "cotraitant",
        Actor.BENEFICIARY: "bénéficiaire",
        Reader.RECIPIENT: "destinataire",
        Need.EXPECTED: "attendu",
        Need.REQUIRED: "obligatoire",
    }
)
CadresArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="CADRE", help=t("Only these, each in full.", "Seulement ceux-ci, en détail.")),
]
DirectionOption = Annotated[
    Direction | None,
    typer.Option("--direction", help=t("Deposits or returns only.", "Dépôts ou retours seulement.")),
]


def cadres(cadre: CadresArgument = None, as_json: Json = False) -> None:
    """Show AIFE's matrix and what the gate takes over EDI, by its settings (the defaults outside of a gate)."""
    settings = _rules()
    chosen = [_known(code) for code in cadre] if cadre else list(CADRES.values())
    if as_json:
        common.print_json([_cadre_json(one, settings) for one in chosen])
    elif cadre:
        for one in chosen:
            _print_cadre(one, settings)
    else:
        _print_matrix(chosen, settings)


def interfaces(direction: DirectionOption = None, as_json: Json = False) -> None:
    """Show every flow type of the catalogue and whether the gate takes it."""
    found = [row for row in catalogue.interfaces().values() if direction in {None, row.direction}]
    if as_json:
        common.print_json([_interface_json(row) for row in found])
        return
    found.sort(key=lambda row: row.direction is not Direction.DEPOSIT)
    title = t("Title", "Libellé")
    columns: tuple[rows.Column, ...] = (
        (t("Code", "Code"), lambda row: row.code),
        (t("Way", "Sens"), lambda row: rows.word(row.direction.value)),
        (t("Taken", "Prise en charge"), _standing),
        (t("Report", "C. rendu"), lambda row: row.report),
        (title, _title),
    )
    rows.print_table(columns, found, fold=title)


def _rules() -> RuleSettings:
    root = common.find_root()
    return config.load(root).for_rules() if root else RuleSettings()


def _known(code: str) -> Cadre:
    if code.upper() not in CADRES:
        raise common.Failure(
            t(
                "There is no cadre {code}: they are A1 to A25.",
                "Il n'y a pas de cadre {code} : ils vont de A1 à A25.",
                code=code,
            ),
            t("All of them: edigate cadres", "Pour les voir tous : edigate cadres"),
        )
    return CADRES[code.upper()]


def _refusals(cadre: Cadre, settings: RuleSettings) -> dict[CadreClass, str]:
    """By class of interface, the fault that refuses the cadre there, empty where it is taken."""
    current = [
        row
        for row in catalogue.interfaces().values()
        if row.direction is Direction.DEPOSIT and row.standing is not Standing.WITHDRAWN
    ]
    stand_ins = {kind: next(row for row in current if row.cadres is kind) for kind in CadreClass}
    found = {kind: decide(cadre.code, row, Operation.INITIAL, settings) for kind, row in stand_ins.items()}
    return {kind: fault.code if fault else "" for kind, fault in found.items()}


def _over_edi(cadre: Cadre, settings: RuleSettings) -> str:
    """Where it is taken, or the fault that refuses it everywhere."""
    refusals = _refusals(cadre, settings)
    takers = [t(*_CLASSES[kind]) for kind, code in refusals.items() if not code]
    return ", ".join(takers) or refusals[CadreClass.GENERAL]


def _print_matrix(chosen: list[Cadre], settings: RuleSettings) -> None:
    label = t("What is deposited", "Ce qui est déposé")
    columns: tuple[rows.Column, ...] = (
        ("", lambda one: one.code if one.printed else f"{one.code}*"),
        ("EDI", lambda one: _pair(one, 0)),
        (t("Portal", "Portail"), lambda one: _pair(one, 2)),
        ("API", lambda one: _pair(one, 4)),
        (t("Taken here on", "Prise ici sur"), lambda one: _over_edi(one, settings)),
        (label, lambda one: pick((one.label_fr, one.label_en), language())),
    )
    rows.print_table(columns, chosen, fold=label)
    for line in (
        t("Each pair: a first document, then one made by association. ✓ supported, ✗ not, – no such operation.",
          "Chaque paire : première pièce, puis pièce créée par association. ✓ oui, ✗ non, – opération inexistante."),
        t("Source: {source}; not older than {day}. * not in it: derived.",
          "Source : {source} ; pas antérieure au {day}. * n'y figure pas : déduit.",
          source=SOURCE, day=f"{AS_OF:%d/%m/%Y}"),
        t("Why a cadre is refused, and what to do instead: edigate cadres A19",
          "Pourquoi un cadre est refusé, et que faire : edigate cadres A19"),
    ):  # fmt: skip
        rows.say(line, style="dim")


def _pair(cadre: Cadre, first: int) -> str:
    return f"{_SIGNS[cadre.modes[first]]} {_SIGNS[cadre.modes[first + 1]]}"


def _print_cadre(cadre: Cadre, settings: RuleSettings) -> None:
    rows.say(f"{cadre.code}  {pick((cadre.label_fr, cadre.label_en), language())}", style="bold")
    rows.print_facts(
        (
            (t("deposited by", "déposé par"), _word(cadre.actor)),
            ("document", cadre.document),
            (t("read next by", "lu ensuite par"), _word(cadre.reader) if cadre.reader else ""),
            (t("validator", "valideur"), _word(cadre.validator)),
            ("EDI", _pair(cadre, 0)),
            (t("portal", "portail"), _pair(cadre, 2)),
            ("API", _pair(cadre, 4)),
            *((t(*_CLASSES[kind]), code or t("taken", "pris")) for kind, code in _refusals(cadre, settings).items()),
            (t("instead", "à la place"), pick(ALTERNATIVES[cadre.alternative], language())),
        )
    )


def _word(word: Actor | Reader | Need) -> str:
    """As a person reads it."""
    english = word.value.upper() if word in {Reader.MOE, Reader.MOA} else word.value
    return t(english, _FRENCH.get(word, english))


def _cadre_json(cadre: Cadre, settings: RuleSettings) -> dict[str, Any]:
    refusals = _refusals(cadre, settings)
    return {
        "code": cadre.code,
        "label_fr": cadre.label_fr,
        "label_en": cadre.label_en,
        "actor": cadre.actor.value,
        "document": cadre.document,
        "kind": cadre.kind.value,
        "reader": cadre.reader.value if cadre.reader else None,
        "validator": cadre.validator.value or None,
        "matrix": {name: cadre.modes[place].value for place, name in enumerate(_MODES)},
        "in_source": cadre.printed,
        "refused_with": {kind.value: code or None for kind, code in refusals.items()},
        "instead": pick(ALTERNATIVES[cadre.alternative], language())
        if cadre.alternative is not Alternative.NONE
        else "",
    }


def _interface_json(row: Interface) -> dict[str, Any]:
    return {
        "code": row.code,
        "direction": row.direction.value,
        "standing": row.standing.value,
        "title_fr": row.title_fr,
        "title_en": row.title_en,
        "format": row.format,
        "family": row.family or None,
        "syntax": row.syntax or None,
        "cadres": row.cadres.value if row.cadres else None,
        "report": row.report or None,
        "payment_required": row.payment_required,
        "attachment_required": row.attachment_required,
        "replaced_by": row.replaced_by or None,
        "source": row.source,
    }


def _standing(row: Interface) -> object:
    if row.standing is Standing.WITHDRAWN:
        return t("no: use {code}", "non : {code}", code=row.replaced_by)
    if row.direction is Direction.RETURN and row.standing is Standing.TAKEN:
        return t("written", "émise")
    return rows.coloured(row.standing.value)


def _title(row: Interface) -> str:
    title = pick((row.title_fr, row.title_en), language())
    shown = t(row.format, row.format.replace("before", "avant"))
    return f"{title} ({shown})" if shown else title
