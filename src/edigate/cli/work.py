"""What `run` and `demo` share: a gate at work behind a progress bar, and the summary of what it did."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from rich.markup import escape

from edigate.app import require_schemas
from edigate.cli import rows
from edigate.cli.alerts_shown import mention
from edigate.cli.common import from_here, out, table
from edigate.cli.messages import t
from edigate.cli.progress import MANY, VERDICT_STYLES, bar, verdict_word
from edigate.domain.outcomes import Verdict
from edigate.domain.wording import printable
from edigate.engine.engines import Engine, engine_of
from edigate.engine.roles import ALL, Role
from edigate.engine.tally import Tally
from edigate.ledger import queries
from edigate.ledger.store import HELD
from edigate.ledger.ways import FETCH
from edigate.observability import logs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from rich.progress import Progress
    from sqlalchemy import RowMapping

    from edigate.engine.gate import Gate
    from edigate.engine.upkeep import Chore

SHOWN = 5

_TROUBLES: "Mapping[str, tuple[str, str]]" = MappingProxyType(
    {
        "disk.low": (
            "has too little room left on its disk, so nothing was taken in: make room, or lower engine.disk_free_bytes",
            "n'a plus assez de place sur son disque, rien n'a été pris : faites-en, ou baissez engine.disk_free_bytes",
        ),
        "inbox.stray_file": (
            "lies beside the partners' folders: move it into inbox/<application code>/",
            "est à côté des dossiers des partenaires : placez-le dans inbox/<code application>/",
        ),
        "inbox.no_partner": (
            "belongs to no partner: add it with `edigate partners add`, or remove the folder",
            "n'appartient à aucun partenaire : ajoutez-le avec `edigate partners add`, ou retirez le dossier",
        ),
        "inbox.not_a_file": (
            "is no regular file (a folder, a link…): deposit a file",
            "n'est pas un fichier ordinaire (un dossier, un lien…) : déposez un fichier",
        ),
        "inbox.unreadable_file": (
            "cannot be read: give the gate's account the right to read it",
            "ne peut pas être lu : donnez au compte de la passerelle le droit de le lire",
        ),
        "inbox.unreadable_folder": (
            "cannot be looked into: give the gate's account the right to read and enter it",
            "ne peut pas être parcouru : donnez au compte de la passerelle le droit de le lire et d'y entrer",
        ),
        "inbox.unclaimable_file": (
            "cannot be moved: give the gate's account the right to write in its folder and in spool/",
            "ne peut pas être déplacé : donnez au compte de la passerelle le droit d'écrire dans son dossier et spool/",
        ),
        "inbox.hollow_file": (
            "is larger than a flow may be and made of holes (a sparse file): take it away, and tell the partner",
            "dépasse la taille d'un flux et n'est fait que de trous (fichier creux) : retirez-le",
        ),
        "spool.unbookable_file": (
            "waits in the spool: see to the disk and to the rights on archive/, then run again",
            "attend dans le spool : vérifiez le disque et les droits sur archive/, puis relancez",
        ),
        "archive.unreachable": (
            "waits, since the archive does not answer: see to the way to storage.url; it is tried again",
            "attend, car l'archive ne répond pas : vérifiez l'accès à storage.url ; elle est essayée de nouveau",
        ),
    }
)


def work_once(gate: "Gate", *, level: str, chores: "Sequence[Chore]" = (), roles: "Collection[Role]" = ALL) -> Tally:
    """Work off what is there, then do the chores; a signal finishes the batch in hand and ends."""
    require_schemas(gate)
    files = sum(1 for _ in gate.places.inbox.glob("*/[!.]*"))
    with bar(files, t("Flows", "Flux"), hidden=files < MANY) as progress:
        logs.configure(fmt=gate.settings.log.format, level=level)
        engine = engine_of(gate, roles, progress=lambda tally, waiting: _advance(progress, tally, files, waiting))
        with _ending_by_signal(engine):
            return engine.run_once(chores=chores)


@contextmanager
def _ending_by_signal(engine: Engine) -> Iterator[None]:
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: engine.stop()) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _advance(progress: "Progress", tally: Tally, files: int, waiting: int) -> None:
    done = tally.verdicts.total()
    progress.update(progress.task_ids[0], completed=done, total=max(files, done + waiting))


def summarise(gate: "Gate", tally: Tally) -> bool:
    """Print what a run did, and what somebody must see to; whether there is nothing of the kind."""
    with gate.ledger.connect() as connection:
        held = queries.count_flows(connection, queries.Wanted(state=HELD))
        failing = queries.list_deliveries(connection, queries.Wanted(state=queries.FAILING))
        ways = queries.failing_ways(connection)
        waiting = queries.waiting_files(connection)
        mentioned = mention(connection)
    _print_counts(tally, held, ways=bool(ways))
    by_name = [(row["name"], row["last_error"]) for row in failing]
    # A partner whose way fails is always named; of what comes after, a few tell enough.
    troubles = [*_ways(gate, ways, waiting), *_troubles(tally), *_held(held), *_failing(by_name)]
    _print_list(t("Left for later:", "Laissés pour plus tard :"), _waiting(tally.waiting))
    _print_list(t("To be seen to:", "À régler :"), troubles, shown=len(ways) + SHOWN)
    if mentioned:
        out().print(mentioned, style="yellow")
    return not troubles


def _print_counts(tally: Tally, held: int, *, ways: bool) -> None:
    if not (tally.verdicts or tally.published or tally.waiting or tally.troubles or held):
        if not ways:
            out().print(t("Nothing to do: nothing waits.", "Rien à faire : rien n'attend."))
        return
    counts = table(t("What became of the flows", "Ce que sont devenus les flux"))
    counts.add_column(t("Number", "Nombre"), justify="right")
    for verdict in Verdict:
        style = VERDICT_STYLES[verdict] if tally.verdicts[verdict] else "dim"
        counts.add_row(f"[{style}]{verdict_word(verdict)}[/]", str(tally.verdicts[verdict]))
    if held:
        counts.add_row(t("[yellow]held[/]", "[yellow]en attente[/]"), str(held))
    if tally.waiting:
        counts.add_row(t("not taken yet", "pas encore pris"), str(len(tally.waiting)))
    counts.add_section()
    counts.add_row(t("files handed to partners", "fichiers remis aux partenaires"), str(tally.published))
    out().print(counts)


def _waiting(paths: "Sequence[str]") -> list[str]:
    why = t("not whole yet, or still changing; taken when it is whole", "incomplet ou encore en cours d'écriture ; pris"
            " dès qu'il sera complet")  # fmt: skip
    return [f"{from_here(Path(path))}: {why}" for path in paths]


def _troubles(tally: Tally) -> list[str]:
    return [
        f"{from_here(trouble.path)} {t(*_TROUBLES[trouble.reason])}{f' ({trouble.detail})' if trouble.detail else ''}"
        for trouble in tally.troubles
    ]


def _held(count: int) -> list[str]:
    if not count:
        return []
    return [
        t("{count} held: `edigate held list` tells why and what to do",
          "{count} en attente : `edigate held list` dit pourquoi et que faire", count=count)
    ]  # fmt: skip


def _ways(gate: "Gate", failing: "Sequence[RowMapping]", waiting: "Mapping[str, int]") -> list[str]:
    """Each way to a partner, or from one, that failed when it was last tried."""
    said = []
    for way in failing:
        facts = {
            "code": way["partner"], "error": way["last_error"], "since": rows.minute(gate, way["failing_since"]),
            "count": waiting.get(way["partner"], 0),
        }  # fmt: skip
        if way["way"] == FETCH:
            said.append(
                t("{code}: nothing could be fetched since {since}: {error}; edigate partners test {code}",
                  "{code} : rien n'a pu être relevé depuis le {since} : {error} ; edigate partners test {code}",
                  **facts)
            )  # fmt: skip
        else:
            said.append(
                t("{code}: files could not be handed over since {since} (waiting: {count}): {error};"
                  " edigate partners test {code}",
                  "{code} : la remise échoue depuis le {since} (fichiers en attente : {count}) : {error} ;"
                  " edigate partners test {code}", **facts)
            )  # fmt: skip
    return said


def _failing(deliveries: "Sequence[tuple[str, str]]") -> list[str]:
    return [
        t("{name} could not be handed over, and is tried again: {error}",
          "{name} n'a pas pu être remis, un nouvel essai suivra : {error}", name=name, error=error)
        for name, error in deliveries
    ]  # fmt: skip


def _print_list(title: str, lines: "Sequence[str]", shown: int = SHOWN) -> None:
    if not lines:
        return
    out().print(title, style="bold")
    for line in lines[:shown]:
        out().print(f"  - {escape(printable(line))}")
    if len(lines) > shown:
        out().print(t("  … and {count} more", "  … et {count} autres", count=len(lines) - shown))
