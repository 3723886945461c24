"""`edigate partners`: who may send and receive what, and for whom."""

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Annotated, Any

import typer
from sqlalchemy import Connection, RowMapping

from edigate.cli import common, filters, partner_test, requests, rows, servers
from edigate.cli.messages import language, t
from edigate.cli.options import Json
from edigate.domain import enrolment
from edigate.domain.interfaces import Direction, Standing
from edigate.domain.names import PIVOT
from edigate.domain.partners import Partner, PartnerBook, Role
from edigate.domain.servers import Server
from edigate.domain.wording import pick
from edigate.engine.gate import Gate
from edigate.ledger import partners, queries
from edigate.ledger.clock import stamp
from edigate.ledger.database import written

ALL = "all"
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=t(
        "List, show, add, change, suspend and test partners.",
        "Lister, montrer, ajouter, modifier, suspendre, essayer les partenaires.",
    ),
)
CodeArgument = Annotated[
    str, typer.Argument(metavar="CODE", help=t("Application code, such as ABC123.", "Code application, comme ABC123."))
]
NameOption = Annotated[
    str | None, typer.Option("--name", help=t("Name, as in envelopes.", "Nom, tel que dans les enveloppes."))
]
RoleOption = Annotated[
    Role | None, typer.Option("--role", help=t("What it is to the gate.", "Ce qu'il est pour la passerelle."))
]
DepositOption = Annotated[
    list[str] | None,
    typer.Option(
        "--deposit",
        metavar="INTERFACE",
        help=t(
            "Deposit interface it may use; several: repeat, or separate by commas; `all`: every one that is taken."
            " The report and the life cycle (FEN1200A) that go with it are subscribed too.",
            "Interface de dépôt permise ; plusieurs : répéter, ou séparer par des virgules ; `all` : toutes celles"
            " prises en charge. Le compte rendu et le cycle de vie (FEN1200A) associés sont abonnés aussi.",
        ),
    ),
]
NoDepositOption = Annotated[
    list[str] | None,
    typer.Option(
        "--no-deposit", metavar="INTERFACE", help=t("End such a subscription.", "Mettre fin à un tel abonnement.")
    ),
]
ReceiveOption = Annotated[
    list[str] | None,
    typer.Option(
        "--receive",
        metavar="INTERFACE",
        help=t("Outgoing interface it gets, such as FEN0036A.", "Interface sortante reçue, comme FEN0036A."),
    ),
]
NoReceiveOption = Annotated[
    list[str] | None,
    typer.Option(
        "--no-receive", metavar="INTERFACE", help=t("End such a subscription.", "Mettre fin à un tel abonnement.")
    ),
]
SiretOption = Annotated[
    list[str] | None,
    typer.Option("--siret", metavar="SIRET", help=t("SIRET it acts for.", "SIRET pour lequel il agit.")),
]
NoSiretOption = Annotated[
    list[str] | None,
    typer.Option(
        "--no-siret", metavar="SIRET", help=t("SIRET it no longer acts for.", "SIRET pour lequel il n'agit plus.")
    ),
]
ReportOption = Annotated[
    bool | None,
    typer.Option(
        "--report-on-success/--report-on-failure-only",
        help=t("Whether integrated flows get a report too.", "Si les flux intégrés ont aussi un compte rendu."),
    ),
]
LifeCycleOption = Annotated[
    bool | None,
    typer.Option(
        "--life-cycle/--no-life-cycle",
        help=t("Whether it is told the life cycle of invoices.", "S'il reçoit le cycle de vie des factures."),
    ),
]
LanguageOption = Annotated[
    str | None,
    typer.Option("--language", metavar="fr|en", help=t("Language of its reports.", "Langue de ses comptes rendus.")),
]
ContactOption = Annotated[str | None, typer.Option("--contact", help=t("Whom to write to.", "À qui écrire."))]
ActiveOption = Annotated[
    bool | None, typer.Option("--active/--suspended", help=t("Whether it may exchange.", "S'il peut échanger."))
]


@app.command("list", help=t("List partners, by their codes.", "Lister les partenaires, par code."))
def list_(as_json: Json = False) -> None:
    """List all partners."""
    gate = common.open_here()
    book = _book(gate)
    if as_json:
        common.print_json([partner_json(partner) for partner in book.partners])
        return
    name = t("Name", "Nom")
    columns: tuple[rows.Column, ...] = (
        (t("Code", "Code"), lambda partner: partner.code),
        (t("Role", "Rôle"), lambda partner: rows.word(partner.role.value)),
        (name, lambda partner: partner.name),
        (t("Deposits on", "Dépose sur"), lambda partner: len(partner.deposits)),
        (t("SIRETs", "SIRET"), lambda partner: len(partner.sirets)),
        (t("State", "État"), lambda partner: t("active", "actif") if partner.active else t("suspended", "suspendu")),
    )
    if book.partners:
        rows.print_table(columns, book.partners, fold=name)
    else:
        rows.note(
            t("No partner yet: edigate partners add CODE --help", "Aucun partenaire : edigate partners add CODE --help")
        )


@app.command("show", help=t("Show a partner and who changed it.", "Montrer un partenaire et ses modifications."))
def show(code: CodeArgument, as_json: Json = False) -> None:
    """Show all of one partner."""
    gate = common.open_here()
    partner = _existing(_book(gate), code)
    with gate.ledger.connect() as connection:
        changes = queries.events_about(connection, partner.code)
    server = servers.of_partner(gate, partner.code)
    if as_json:
        common.print_json(
            partner_json(partner)
            | {"server": servers.server_json(server), "changes": [_change_json(change) for change in changes]}
        )
        return
    _print_partner(partner, server)
    for change in changes:
        rows.say(
            f"{rows.local(gate, change['at'])}  {change['event']}  {change['actor']}  {_changed(change)}", style="dim"
        )


@app.command(
    "add",
    help=t(
        "Add a partner; a running gate takes it up.",
        "Ajouter un partenaire ; une passerelle en marche le prend en compte.",
    ),
)
def add(
    *,
    code: CodeArgument,
    name: NameOption = None,
    role: RoleOption = None,
    deposit: DepositOption = None,
    receive: ReceiveOption = None,
    siret: SiretOption = None,
    report_on_success: ReportOption = None,
    life_cycle: LifeCycleOption = None,
    report_language: LanguageOption = None,
    contact: ContactOption = None,
) -> None:
    """Add a partner, with its inbox; without `--role` one that has SIRETs is a recipient, any other a depositor."""
    gate = common.open_here()
    code = code.strip()
    if _book(gate).get(code):
        raise common.Failure(
            t("There is a partner {code} already.", "Il y a déjà un partenaire {code}.", code=code),
            t(
                "To change it: edigate partners set {code} --help",
                "Pour le modifier : edigate partners set {code} --help",
                code=code,
            ),
        )
    chosen = role or (Role.RECIPIENT if siret else Role.DEPOSITOR)
    fresh = _in_role(Partner(code, name or code, Role.DEPOSITOR), chosen)
    changed = _with_preferences(fresh, report_on_success, life_cycle, report_language, contact)
    _save(gate, _subscribed(gate, changed, deposit=deposit, receive=receive, siret=siret))


@app.command(
    "set", help=t("Change a partner; what is not named stays.", "Modifier un partenaire ; le reste ne change pas.")
)
def set_(
    *,
    code: CodeArgument,
    name: NameOption = None,
    role: RoleOption = None,
    deposit: DepositOption = None,
    no_deposit: NoDepositOption = None,
    receive: ReceiveOption = None,
    no_receive: NoReceiveOption = None,
    siret: SiretOption = None,
    no_siret: NoSiretOption = None,
    report_on_success: ReportOption = None,
    life_cycle: LifeCycleOption = None,
    report_language: LanguageOption = None,
    contact: ContactOption = None,
    active: ActiveOption = None,
) -> None:
    """Change what is named."""
    gate = common.open_here()
    before = _existing(_book(gate), code)
    renamed = replace(before, name=name or before.name, active=_or(active, before.active))
    renamed = _in_role(renamed, role or before.role)
    changed = _with_preferences(renamed, report_on_success, life_cycle, report_language, contact)
    after = _subscribed(
        gate, changed, deposit=deposit, no_deposit=no_deposit, receive=receive, no_receive=no_receive,
        siret=siret, no_siret=no_siret,
    )  # fmt: skip
    if after == before:
        rows.note(t("Nothing to change.", "Rien à modifier."))
        return
    _save(gate, after, before)


@app.command(
    "suspend",
    help=t(
        "Suspend a partner: its deposits are inadmissible, its files wait.",
        "Suspendre un partenaire : ses dépôts sont irrecevables, ses fichiers attendent.",
    ),
)
def suspend(code: CodeArgument) -> None:
    """Let the partner neither deposit nor collect."""
    _switch(code, active=False)


@app.command("resume", help=t("End a suspension.", "Mettre fin à une suspension."))
def resume(code: CodeArgument) -> None:
    """Let the partner deposit and collect again."""
    _switch(code, active=True)


app.command("server", help=servers.SERVER_HELP)(servers.server)
app.command("key", help=servers.KEY_HELP)(servers.key)
app.command("test", help=partner_test.HELP)(partner_test.try_out)


def partner_json(partner: Partner) -> dict[str, Any]:
    """A partner, its sets in order."""
    values = {key: sorted(value) if isinstance(value, frozenset) else value for key, value in asdict(partner).items()}
    return values | {"role": partner.role.value}


def _switch(code: str, *, active: bool) -> None:
    gate = common.open_here()
    before = _existing(_book(gate), code)
    if before.active is active:
        rows.note(t("Nothing to change.", "Rien à modifier."))
        return
    _write(gate, replace(before, active=active))
    told = t("{code} is active.", "{code} est actif.") if active else t("{code} is suspended.", "{code} est suspendu.")
    rows.say(told.format(code=before.code))


def _book(gate: Gate) -> PartnerBook:
    with gate.ledger.connect() as connection:
        return partners.load_book(connection)


def _existing(book: PartnerBook, code: str) -> Partner:
    partner = book.get(code.strip().upper())
    if partner is None:
        raise filters.no_partner(code, [partner.code for partner in book.partners])
    return partner


def _in_role(partner: Partner, role: Role) -> Partner:
    """The partner in this role; who becomes a reader of invoices gets the pivots, unless it is then told otherwise."""
    reader = role is not Role.DEPOSITOR and role is not partner.role
    return replace(partner, role=role, receives=partner.receives | ({PIVOT} if reader else set()))


def _or(value: bool | None, default: bool) -> bool:
    return default if value is None else value


def _with_preferences(
    partner: Partner,
    report_on_success: bool | None,
    life_cycle: bool | None,
    report_language: str | None,
    contact: str | None,
) -> Partner:
    return replace(
        partner,
        report_on_success=_or(report_on_success, partner.report_on_success),
        life_cycle=_or(life_cycle, partner.life_cycle),
        language=report_language or partner.language,
        contact=partner.contact if contact is None else contact,
    )


def _subscribed(
    gate: Gate,
    partner: Partner,
    *,
    deposit: list[str] | None = None,
    no_deposit: list[str] | None = None,
    receive: list[str] | None = None,
    no_receive: list[str] | None = None,
    siret: list[str] | None = None,
    no_siret: list[str] | None = None,
) -> Partner:
    wanted = _codes(deposit)
    if ALL.upper() in wanted:
        wanted = [
            row.code
            for row in gate.interfaces.values()
            if row.direction is Direction.DEPOSIT and row.standing is Standing.TAKEN
        ]
    changed = enrolment.subscribed(partner, gate.interfaces, add=wanted, drop=_codes(no_deposit))
    return replace(
        changed,
        receives=(changed.receives | set(_codes(receive))) - set(_codes(no_receive)),
        sirets=(changed.sirets | set(_sirets(siret))) - set(_sirets(no_siret)),
    )


def _codes(given: Iterable[str] | None) -> list[str]:
    """Codes in capitals, whether the option was repeated or its value separated by commas."""
    return [code.strip().upper() for text in given or () for code in text.split(",") if code.strip()]


def _sirets(given: Iterable[str] | None) -> list[str]:
    return ["".join(code.split()) for code in _codes(given)]


def _save(gate: Gate, partner: Partner, before: Partner | None = None) -> None:
    """Write the partner and show it, with what may not be meant of what is new."""
    _write(gate, partner)
    _print_partner(partner, servers.of_partner(gate, partner.code))
    for pair in enrolment.remarks(partner, gate.interfaces, before.deposits if before else frozenset()):
        rows.note(pick(pair, language()))


def _write(gate: Gate, partner: Partner) -> None:
    def save(connection: Connection) -> None:
        book = partners.load_book(connection)
        luhn = gate.settings.rules.siret_luhn
        found = list(enrolment.objections(partner, book, gate.interfaces, gate=gate.settings.gate.code, luhn=luhn))
        if found:
            raise common.Failure(
                "\n".join(pick(pair, language()) for pair in found),
                t("Nothing was changed.", "Rien n'a été modifié."),
            )
        partners.save(connection, partner, actor=common.actor(), at=stamp(gate.clock()))

    written(gate.ledger, save)
    gate.access.make_folder(gate.places.inbox / partner.code)
    requests.release_waiting(gate, ("no_partner", "no_portal"))
    requests.wake(gate)


def _print_partner(partner: Partner, server: Server | None) -> None:
    rows.say(f"{partner.code}  {partner.name}", style="bold")
    yes, no = t("yes", "oui"), t("no", "non")
    rows.print_facts(
        (
            (t("role", "rôle"), rows.word(partner.role.value)),
            (t("state", "état"), t("active", "actif") if partner.active else t("suspended", "suspendu")),
            (t("deposits on", "dépose sur"), ", ".join(sorted(partner.deposits))),
            (t("receives", "reçoit"), ", ".join(sorted(partner.receives))),
            (t("acts for", "agit pour"), ", ".join(sorted(partner.sirets))),
            (t("report on success", "c. rendu si intégré"), yes if partner.report_on_success else no),
            (t("life cycle", "cycle de vie"), yes if partner.life_cycle else no),
            (t("language", "langue"), partner.language),
            ("contact", partner.contact),
            *servers.facts(partner.code, server),
        )
    )


def _change_json(change: RowMapping) -> dict[str, Any]:
    of_partner = change["event"].startswith("partner.")
    details = partners.changed(change["details"]) if of_partner else json.loads(change["details"])
    return rows.picked(change, "at", "event", "actor") | {"details": details}


def _changed(change: RowMapping) -> str:
    """The names of what a change touched."""
    if not change["event"].startswith("partner."):
        return ""
    details = partners.changed(change["details"])
    before, after = details.get("before") or {}, details.get("after") or {}
    return ", ".join(key for key in after if before and before.get(key) != after[key])
