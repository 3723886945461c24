"""`edigate restored`: what a gate that came out of a backup no longer knows, and what becomes of it."""

from collections import Counter
from typing import Annotated, Any

import typer

from edigate.backup import comparing, deciding
from edigate.backup.comparing import NotRestored
from edigate.backup.comparison import Comparison, Undecided
from edigate.backup.deciding import Accepted, Choice
from edigate.cli import common, filters, requests, rows
from edigate.cli.messages import t
from edigate.cli.options import Json
from edigate.engine.gate import Gate

_SHOWN = 20
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=t(
        "Show what a gate that came out of a backup no longer knows, and decide what becomes of it.",
        "Montrer ce qu'une passerelle issue d'une sauvegarde ne sait plus, et décider de son sort.",
    ),
)
_Offer = Annotated[
    list[str] | None,
    typer.Option(
        "--offer",
        metavar=t("FILE", "FICHIER"),
        help=t(
            "Hand this file over, though it may have gone already; again for others.",
            "Remettre ce fichier, bien qu'il ait pu partir ; à répéter pour d'autres.",
        ),
    ),
]
_OfferAll = Annotated[
    bool,
    typer.Option(
        "--offer-all",
        help=t("Hand over all of which nothing is known.", "Remettre tout ce dont on ne sait rien."),
    ),
]
_Decide = Annotated[
    bool,
    typer.Option(
        "--decide",
        help=t(
            "Decide on the flows that were not decided in the backup, and let deadlines pass that came since; without"
            " it flows are held, and invoices stay with their validators.",
            "Décider des flux qui n'étaient pas décidés dans la sauvegarde, et laisser passer les échéances venues"
            " depuis ; sinon les flux attendent et les factures restent chez leurs valideurs.",
        ),
    ),
]


@app.command(
    "show",
    help=t(
        "Compare the ledger with outboxes, inboxes, archive, spool and partners' servers. What is seen to have gone"
        " counts from then on.",
        "Comparer le registre aux dossiers de sortie et de dépôt, à l'archive, au spool et aux serveurs des"
        " partenaires. Ce qui est vu parti compte désormais.",
    ),
)
def show(as_json: Json = False) -> None:
    """Show the comparison; after it was accepted, the deposits that only the archive has."""
    gate = common.open_here()
    try:
        found = comparing.compare(gate)
    except NotRestored:
        _show_left_over(gate, as_json=as_json)
        return
    if as_json:
        common.print_json(_json(found))
    else:
        _print(gate, found)


@app.command(
    "accept",
    help=t(
        "Decide, so that the gate works again: what is known to have gone counts as handed over; what nobody knows of"
        " is withheld as dead letters, which `edigate deliveries resend` revives, or offered.",
        "Décider, pour que la passerelle travaille : ce qui est parti compte comme remis ; ce dont on ne sait rien est"
        " retenu, et `edigate deliveries resend` le relance, ou bien présenté.",
    ),
    epilog=t(
        'Example: edigate restored accept --reason "disk lost on 2 March; partners asked by phone"',
        'Exemple : edigate restored accept --reason "disque perdu le 2 mars ; partenaires appelés"',
    ),
)
def accept(
    reason: requests.ReasonOption,
    offer: _Offer = None,
    offer_all: _OfferAll = False,
    decide: _Decide = False,
    as_json: Json = False,
) -> None:
    """Accept the comparison."""
    why = requests.given(reason)
    gate = common.open_here()
    choice = Choice(frozenset(offer or ()), offer_all=offer_all, decide=decide)
    try:
        done = deciding.accept(gate, choice, actor=common.actor(), reason=why)
    except NotRestored:
        raise _not_restored() from None
    except deciding.Unknown as error:
        raise common.Failure(
            t("Not among the files of which nothing is known: {names}.",
              "Absents des fichiers dont on ne sait rien : {names}.", names=", ".join(error.args)),
            t("They are listed by: edigate restored show", "La liste : edigate restored show"),
        ) from None  # fmt: skip
    if as_json:
        common.print_json(_counts(done) | {"comparison": _json(done.comparison)})
    else:
        _print_done(done)


@app.command(
    "rebook",
    help=t(
        "Put a deposit that only the archive has into its depositor's inbox, to be decided as a new one. Make sure that"
        " nothing of it was handed over.",
        "Remettre un dépôt que seule l'archive a dans le dossier de son déposant, pour être décidé comme un nouveau."
        " Assurez-vous que rien n'en a été remis.",
    ),
    epilog=t(
        "Example: edigate restored rebook 2026-03-02/9f86d0… --partner ABC123"
        ' --name FSO1106A_ABC123_ABC1231106000000000000042 --reason "never answered"',
        "Exemple : edigate restored rebook 2026-03-02/9f86d0… --partner ABC123"
        ' --name FSO1106A_ABC123_ABC1231106000000000000042 --reason "sans réponse"',
    ),
)
def rebook(
    place: Annotated[
        str, typer.Argument(metavar=t("PLACE", "PLACE"), help=t("As show lists it.", "Comme show l'indique."))
    ],
    partner: Annotated[str, typer.Option("--partner", metavar="CODE", help=t("Its depositor.", "Son déposant."))],
    name: Annotated[
        str, typer.Option("--name", metavar=t("NAME", "NOM"), help=t("The file's name.", "Le nom du fichier."))
    ],
    reason: requests.ReasonOption,
) -> None:
    """Put one deposit back."""
    why = requests.given(reason)
    gate = common.open_here()
    with gate.ledger.connect() as connection:
        code = filters.known_partner(connection, partner)
    if not name or "/" in name or name.startswith("."):
        raise common.Misuse(
            t("--name {name} is no file name.", "--name {name} n'est pas un nom de fichier.", name=name)
        )
    try:
        path = deciding.rebook(gate, place, code, name, actor=common.actor(), reason=why)
    except deciding.NoDeposit:
        raise common.Failure(
            t("{place} is no deposit that only the archive has.", "{place} n'est pas un dépôt que seule l'archive a.",
              place=place),
            t("They are listed by: edigate restored show", "La liste : edigate restored show"),
        ) from None  # fmt: skip
    rows.say(t("Put back: {path}", "Remis : {path}", path=common.from_here(path)), style="green")


def _not_restored() -> common.Failure:
    return common.Failure(
        t("This gate does not wait for a comparison: it was not restored, or somebody has decided already.",
          "Cette passerelle n'attend pas de comparaison : elle n'est pas issue d'une sauvegarde, ou on a déjà décidé."),
        t("A backup is given back by: edigate restore BACKUP DIR",
          "Une sauvegarde est rendue par : edigate restore SAUVEGARDE DOSSIER"),
    )  # fmt: skip


def _show_left_over(gate: Gate, *, as_json: bool) -> None:
    try:
        left = comparing.left_over(gate)
    except NotRestored:
        raise _not_restored() from None
    if as_json:
        common.print_json({"waiting": False, "deposits": [one._asdict() for one in left]})
        return
    rows.say(t("Accepted already. Deposits that only the archive has: {count}.",
               "Déjà accepté. Dépôts que seule l'archive a : {count}.", count=len(left)))  # fmt: skip
    _list([f"{one.place}  {one.size}" for one in left])


def _json(found: Comparison) -> dict[str, Any]:
    return {
        "waiting": True,
        "made_at": found.made_at,
        "restored_at": found.restored_at,
        "gone": [_delivery(row) | {"how": found.how[row["name"]].value} for row in found.gone],
        "unknown": [_delivery(row) for row in found.unknown],
        "strangers": [{"partner": one.partner, "name": one.name} for one in found.strangers],
        "undecided": [one._asdict() for one in found.undecided],
        "deposits": [one._asdict() for one in found.deposits],
        "spool": [one._asdict() for one in found.spool],
        "claims": [{"partner": one.partner, "name": one.name} for one in found.claims],
        "unasked": found.unasked,
        "last_link": found.last_link,
        "lost_head": found.lost_head or None,
    }


def _delivery(row: rows.Row) -> dict[str, Any]:
    return rows.picked(row, "id", "kind", "partner", "name", "state", "planned_at", "published_at")


def _print(gate: Gate, found: Comparison) -> None:
    rows.say(t("Restored from the backup of {at}.", "Issue de la sauvegarde du {at}.",
               at=rows.local(gate, found.made_at)), style="bold")  # fmt: skip
    if found.lost_head:
        rows.say(t("The audit log had come to link {lost}; here it ends with {last}: what lay between is lost.",
                   "Le journal d'audit en était au maillon {lost} ; ici il finit au {last} : l'intervalle est perdu.",
                   lost=found.lost_head, last=found.last_link), style="yellow")  # fmt: skip
    _print_outgoing(found)
    _heading(t("Handed over after the backup, unknown to the ledger: {count}",
               "Remis après la sauvegarde, inconnus du registre : {count}", count=len(found.strangers)))  # fmt: skip
    _list([f"{one.partner}  {one.name}" for one in found.strangers])
    _heading(t("Flows not decided in the backup (held, unless --decide): {count}",
               "Flux non décidés dans la sauvegarde (mis en attente, sauf --decide) : {count}",
               count=len(found.undecided)))  # fmt: skip
    _list([f"{one.partner}  {one.name}{_answered(one)}" for one in found.undecided])
    _heading(t("Deposits that only the archive has (listed; edigate restored rebook): {count}",
               "Dépôts que seule l'archive a (listés ; edigate restored rebook) : {count}",
               count=len(found.deposits)))  # fmt: skip
    _list([f"{one.place}  {one.size}  {one.also}" for one in found.deposits])
    _heading(t("Files in the spool, booked at the next start: {count}",
               "Fichiers du spool, inscrits au prochain départ : {count}",
               count=sum(not one.known for one in found.spool)))  # fmt: skip
    _list([f"{one.partner}  {one.name}" for one in found.spool if not one.known])
    _heading(t("Deposits on partners' servers that the lost gate had claimed (left alone): {count}",
               "Dépôts chez les partenaires que la passerelle perdue avait saisis (laissés) : {count}",
               count=len(found.claims)))  # fmt: skip
    _list([f"{one.partner}  {one.name}" for one in found.claims])
    for partner, reason in found.unasked.items():
        rows.say(t("The server of {partner} could not be asked: {reason}",
                   "Le serveur de {partner} n'a pas pu être interrogé : {reason}", partner=partner, reason=reason),
                 style="yellow")  # fmt: skip
    rows.note(t("Decide with: edigate restored accept --reason TEXT",
                "Décidez par : edigate restored accept --reason TEXTE"))  # fmt: skip


def _print_outgoing(found: Comparison) -> None:
    words = {
        "outbox": t("lies in the outbox", "est dans le dossier de sortie"),
        "server": t("lies on the partner's server", "est sur le serveur du partenaire"),
        "receipt": t("its recipient has acknowledged it", "son destinataire en a accusé réception"),
        "status": t("its recipient speaks of its invoices", "son destinataire parle de ses factures"),
    }
    _heading(t("Known to have gone: {count}", "Parties, on le sait : {count}", count=len(found.gone)))
    for how, count in Counter(found.how[row["name"]].value for row in found.gone).items():
        rows.say(f"  {count}: {words[how]}")
    _list([f"{row['partner']}  {row['name']}  {words[found.how[row['name']].value]}" for row in found.gone])
    _heading(t("Nobody knows (withheld, unless --offer): {count}", "On ne sait pas (retenues, sauf --offer) : {count}",
               count=len(found.unknown)))  # fmt: skip
    _list([f"{row['partner']}  {row['name']}  {rows.word(row['state'])}" for row in found.unknown])


def _answered(one: Undecided) -> str:
    return t("  (reported in {name})", "  (compte rendu : {name})", name=one.reported) if one.reported else ""


def _heading(text: str) -> None:
    rows.say(text, style="bold")


def _list(lines: list[str]) -> None:
    for line in lines[:_SHOWN]:
        rows.say(f"  {line.rstrip()}")
    if len(lines) > _SHOWN:
        rows.say(t("  … and {count} more; --json has all", "  … et {count} autres ; --json les a tous",
                   count=len(lines) - _SHOWN))  # fmt: skip


def _counts(done: Accepted) -> dict[str, int]:
    return {name: getattr(done, name) for name in deciding.COUNTS}


def _print_done(done: Accepted) -> None:
    rows.say(t("Accepted: the gate works again.", "Accepté : la passerelle travaille de nouveau."), style="green")
    rows.print_facts(
        (
            (t("counted as handed over", "comptés comme remis"), str(done.published)),
            (t("offered", "présentés"), str(done.offered)),
            (t("withheld", "retenus"), str(done.withheld)),
            (t("flows held", "flux en attente"), str(done.held)),
            (
                t("deadlines passed since, which pass nothing on", "échéances passées depuis, sans effet"),
                str(done.late),
            ),
            (t("receipts no longer awaited", "accusés qui ne sont plus attendus"), str(done.awaited)),
            (t("files taken into the ledger", "fichiers repris dans le registre"), str(done.adopted)),
            (t("numbers jumped over", "numéros sautés"), str(done.margin)),
        )
    )
    if done.withheld:
        rows.note(
            t(
                "Withheld files are shown by edigate alerts list and revived by edigate deliveries resend.",
                "Les fichiers retenus : edigate alerts list ; pour les relancer : edigate deliveries resend.",
            )
        )
    if done.held:
        rows.note(t("Held flows: edigate held list; to decide on them: edigate held release.",
                    "Flux en attente : edigate held list ; pour en décider : edigate held release."))  # fmt: skip
