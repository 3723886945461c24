"""Settings of a gate: `edigate.toml`, over which the environment wins (`EDIGATE_INTAKE__QUIET_SECONDS=5`)."""

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edigate.domain.faults import Severity
from edigate.domain.settings import RuleSettings
from edigate.fitting import Form, Unfit, fitted, within
from edigate.ledger import storage_address
from edigate.ledger.storage_address import Unfit as UnfitStorage

FILE = "edigate.toml"
UNREADABLE = "unreadable"
_UNKNOWN, _TABLE, _NO_ZONE = "unknown", "table", "zone"
_PREFIX = "edigate_"


def _shaped(kind: str, shape: str, example: str) -> Callable[[object], str]:
    """A text of this shape, in quotes; whoever wrote anything else is told so with an example."""

    def check(value: object) -> str:
        if isinstance(value, str) and re.fullmatch(shape, value, re.ASCII):
            return value
        raise Unfit(kind, example)

    return check


_NO_ADDRESS, _LOGIN_IN_ADDRESS, _NO_LEDGER = "web_address", "web_login", "ledger_address"


def _web_address(value: object) -> str:
    """An address to post to, or an empty text."""
    if value == "":
        return ""
    try:
        parts = urlsplit(value if isinstance(value, str) and re.fullmatch("[!-~]+", value) else "")
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole:
        example = 'write an address that begins with http:// or https://, such as "https://example.org/hook"'
        raise Unfit(_NO_ADDRESS, example)
    if "@" in parts.netloc:
        reason = "a user and password before @ are not sent; take them out, what is secret may stand after the host"
        raise Unfit(_LOGIN_IN_ADDRESS, reason)
    return str(value)


ApplicationCode = Annotated[
    str,
    Form(
        _shaped("application_code", r"[A-Z0-9]{6}", 'write six capitals or digits in quotes, such as "CPP001"'),
        "six capitals or digits",
    ),
]
FileMode = Annotated[
    str,
    Form(
        _shaped("file_mode", r"[0-7]{3,4}", 'write the permissions in octal and in quotes, such as "0640"'),
        "three or four octal digits, in quotes",
    ),
]
ScannerAddress = Annotated[
    str,
    Form(
        _shaped(
            "scanner_address",
            r"|/.+|(?:[\w.-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}",
            'write a whole path or host:port in quotes, such as "/run/clamav/clamd.ctl" or "127.0.0.1:3310"',
        ),
        "a whole path, or host:port, in quotes",
    ),
]
Siret = Annotated[
    str,
    Form(
        _shaped("siret", r"\d{14}", 'write fourteen digits in quotes, such as "11000201100044"'),
        "fourteen digits, in quotes",
    ),
]


LedgerAddress = Annotated[
    str,
    Form(
        _shaped(
            _NO_LEDGER,
            r"|postgresql://[!-~]+",
            'write an address that begins with postgresql://, such as "postgresql://edigate@db/edigate"',
        ),
        "an address of PostgreSQL",
    ),
]


def _storage_address(value: object) -> str:
    """A whole path, or an address that something installed here can reach; an empty text."""
    found = storage_address.unfit(value) if isinstance(value, str) else (UnfitStorage.RELATIVE, {})
    if found:
        kind, words = found
        raise Unfit(kind.value, _UNFIT_STORAGE[kind].format_map(words), words)
    return str(value)


_UNFIT_STORAGE: Mapping[UnfitStorage, str] = MappingProxyType(
    {
        UnfitStorage.RELATIVE: (
            'write a whole path or an address in quotes, such as "/mnt/edigate" or "s3://bucket/edigate"'
        ),
        UnfitStorage.UNKNOWN: "{protocol}:// is no storage that can be reached from here; s3:// is one",
        UnfitStorage.LACKING: "{protocol}:// needs {needed}, which is not installed here: pip install {needed}",
        UnfitStorage.LOGIN: (
            "credentials are not written here; take what is before @ out, and use ~/.aws or AWS_ACCESS_KEY_ID"
        ),
        UnfitStorage.NOWHERE: 'say where in it, such as "s3://bucket/edigate"',
    }
)
StorageAddress = Annotated[str, Form(_storage_address, "a whole path, or the address of a storage")]
WebAddress = Annotated[str, Form(_web_address, "an address, http or https")]
_SECRETS = frozenset({_NO_ADDRESS, _LOGIN_IN_ADDRESS, _NO_LEDGER, *UnfitStorage})
"""Reasons that are told without the value found, which may hold a secret."""


class Problem(NamedTuple):
    """One setting that cannot be used: where it stands, its key, the value found, and why not.

    `kind` is a word for the reason, which goes with `limits`, or UNREADABLE for the whole file; `like` is the nearest
    key that exists.
    """

    where: str
    key: str
    value: object
    kind: str
    reason: str
    limits: Mapping[str, Any]
    like: str = ""


class BadSettings(Exception):
    """The settings cannot be used; the message names file, key, value found and remedy, `problems` each mistake."""

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        """The message in English; whoever speaks another language words the problems."""
        super().__init__(message)
        self.problems = problems


def _zone(name: object) -> str:
    text: str = fitted(str, name)
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a very long one is no name of a file
        raise Unfit(_NO_ZONE, 'write the name of a time zone, such as "Europe/Paris"') from None
    return text


class _Told(NamedTuple):
    """What is told of a key in its table's class."""

    default: Any
    description: str
    bounds: Mapping[str, float]


def setting(default: Any, *, description: str, **bounds: float) -> Any:  # noqa: ANN401 - of the key's own type
    """A key with its default, its meaning, and the bounds that its values keep to: `gt`, `ge`, `le`."""
    return _Told(default, description, bounds)


def _table_of(kind: Any) -> Any:  # noqa: ANN401 - a NamedTuple, whose keys are all made by `setting`
    """The class of a table, which now takes the defaults that its keys tell."""
    # A frozen dataclass has all this from `field`, and takes seven times as long to make; every command makes them all.
    kind.__new__.__defaults__ = tuple(told.default for told in kind._field_defaults.values())
    return kind


@_table_of
class GateTable(NamedTuple):
    """Who the gate is."""

    code: ApplicationCode = setting("CPP001", description="Application code of the gate: six capitals or digits.")
    name: str = setting("edigate", description="Name of the gate in the envelopes it writes.")
    timezone: Annotated[str, Form(_zone)] = setting(
        "Europe/Paris", description="Time zone of dates and times in returns and pivots."
    )


@_table_of
class IntakeTable(NamedTuple):
    """When a deposited file counts as complete, and how many are taken at once."""

    quiet_seconds: float = setting(
        1.0,
        ge=0,
        description="A file is complete when it has not changed for so long, nobody has it open and its end is whole;"
        " one that is renamed into the inbox at once. Where other machines write over a network, whose news may come"
        " late, take more: 5.",
    )
    broken_after_seconds: float = setting(
        3600, gt=0, description="A file that is still not whole after so long without a change is inadmissible."
    )
    rescan_seconds: float = setting(60, gt=0, description="Inboxes are looked through at least this often.")
    batch_flows: int = setting(256, ge=1, description="Flows taken through the steps together, at most.")
    batch_bytes: int = setting(
        64_000_000, ge=1, description="Bytes taken through the steps together; a bigger flow goes alone."
    )
    link: bool = setting(
        default=True,
        description="A deposit that only the gate's account can write to is linked into the archive rather than"
        " copied. Say false where inboxes are exported over NFS and their depositors act as that account there: what"
        " they write late is not seen from here.",
    )


@_table_of
class LimitsTable(NamedTuple):
    """What a flow may hold, at most; sizes in bytes."""  # reference §4.3

    flow_bytes: int = setting(1_000_000_000, ge=1, description="Size of a flow.")
    document_bytes: int = setting(100_000_000, ge=1, description="Size of one XML document, unpacked.")
    attachment_bytes: int = setting(100_000_000, ge=1, description="Size of one attachment, unpacked.")
    flow_invoices: int = setting(500, ge=1, description="Invoices in one flow.")
    archive_entries: int = setting(2_000, ge=1, description="Entries of an archive, folders and signatures included.")
    archive_bytes: int = setting(4_000_000_000, ge=1, description="Size of all that an archive holds, unpacked.")
    archive_ratio: int = setting(
        200, ge=2, description="How many times its packed size an archive may unpack to, past the first 10 MB."
    )
    archive_nesting: int = setting(1, ge=1, description="Levels of archives: 1 is an archive that holds no other.")
    archive_folders: bool = setting(
        default=False, description="Take files in an archive's folders, not only at its root."
    )
    explained_bytes: int = setting(
        2_000_000,
        ge=0,
        description="A document of up to so much that is against its schema is told all its mistakes, each with what"
        " is expected; of a bigger one the parser's own messages are told.",
    )
    explained_seconds: float = setting(
        5,
        ge=0,
        description="Processor time for that, for one document and, with a second more for each MB, for what one"
        " sender has in a worker's part of a batch; past it, what was found so far is told, or the parser's own"
        " messages.",
    )


@_table_of
class RulesTable(NamedTuple):
    """Choices that change what a rule decides."""  # reference §18

    siret_luhn: Severity = setting(
        Severity.ERROR,
        description="What a SIRET with a wrong key is, unless the directory lists it: `error` or `warning`.",
    )
    supplier_must_be_known: bool = setting(
        default=False, description="Refuse suppliers that the directory does not hold; import suppliers first."
    )
    supplier_account_must_be_known: bool = setting(
        default=False, description="Refuse an IBAN that is not among those the supplier's record gives."
    )
    works_on_general_interfaces: bool = setting(
        default=True, description="Take works cadres on the interfaces that existed before 2024, too."
    )
    take_a21: bool = setting(default=False, description="Take cadre A21 (reimbursement of the TIC) over EDI.")
    state_by_service: bool = setting(
        default=True, description="Recognise the State by its service code when the SIRET is 00000000000000."
    )
    state_siret: Siret = setting("11000201100044", description="SIRET of the State.")
    digits_must_match: bool = setting(
        default=True, description="The four digits inside a flow id must be those of its interface."
    )


@_table_of
class PivotsTable(NamedTuple):
    """How invoices are gathered in the pivots that recipients get."""

    invoices: int = setting(500, ge=1, description="Invoices in one pivot, at most.")
    bytes: int = setting(100_000_000, ge=1, description="Bytes in one pivot; an invoice that is bigger goes alone.")


@_table_of
class LifeCycleTable(NamedTuple):
    """What becomes of statuses, validators and receipts."""  # reference §10.1, §14, §6.4

    recycle_is_rejection: bool = setting(
        default=True, description="A status 04 (to be recycled) counts as 05 (rejected), as from 2026."
    )
    subcontracting_days: int = setting(
        15, ge=1, description="Days a validator of a subcontractor's request has; then it goes on without him."
    )
    co_contracting_days: int = setting(
        15, ge=1, description="Days after which a silent leader of a group is shown to operators."
    )
    receipt_hours: float = setting(
        72,
        ge=0,
        description="Hours in which the receipt of a pivot is awaited of those who deposit FSO1300A; 0 is never.",
    )


@_table_of
class OutboxTable(NamedTuple):
    """How files are offered to partners."""

    file_mode: FileMode = setting("0640", description="Permissions of published files, in octal.")
    folder_mode: FileMode = setting(
        "0750", description="Permissions of the inbox and outbox folders that the gate makes, in octal."
    )
    group: str = setting("", description="Group that published files and folders belong to; empty leaves it as it is.")
    umask: FileMode = setting("0027", description="Umask of the gate's process.")
    retry_seconds: float = setting(
        30, gt=0, description="First pause after a failed hand-over; it doubles up to an hour."
    )
    tries: int = setting(
        10, ge=1, description="A file that could not be made, or was refused, so often is set aside as a dead letter."
    )
    breaker_failures: int = setting(
        3, ge=1, description="So many failures in a row on the way to a partner raise an alert (`way.open`)."
    )
    collect_once: bool = setting(
        default=False, description="Take a file out of the outbox once a partner has read it (Linux only)."
    )
    purge_days: int = setting(
        0, ge=0, description="Take files out of the outbox that nobody collected for so many days; 0 is never."
    )


@_table_of
class SftpTable(NamedTuple):
    """How the gate deals with partners' SFTP servers."""

    poll_seconds: float = setting(60, gt=0, description="A remote inbox is looked into this often.")
    connect_seconds: float = setting(10, gt=0, description="Time for a connection and a login.")
    silence_seconds: float = setting(
        30, gt=0, description="A connection on which nothing moves for so long is given up."
    )
    keep_alive_seconds: int = setting(
        15, ge=0, description="Pause between signs of life on a connection; 0 sends none."
    )
    connections: int = setting(
        16, ge=2, description="Connections to all servers at the same time; a quarter of them is for big files."
    )
    small_bytes: int = setting(
        8_000_000, ge=0, description="Files up to this size are fetched beside bigger ones, not after them."
    )


@_table_of
class EngineTable(NamedTuple):
    """Processes and time."""

    workers: int = setting(0, ge=0, description="Processes that examine flows; 0 means one per core.")
    examine_seconds: int = setting(
        120, ge=1, description="A worker that takes longer over a flow, with a second more for each MB of it, is ended."
    )
    worker_bytes: int = setting(
        4_000_000_000, ge=500_000_000, description="Memory that a worker may take; a document that needs more is held."
    )
    held_retry_seconds: float = setting(300, gt=0, description="A held flow is tried again after so long.")
    stop_seconds: float = setting(
        60, gt=0, description="Time to finish the batch in hand when the gate is told to end; the next start goes on."
    )
    disk_free_bytes: int = setting(
        200_000_000, ge=0, description="Nothing is taken in while the disk has less than this left."
    )
    durability: Literal["full", "relaxed"] = setting(
        "full",
        description="`relaxed` leaves it to the system when files are on the disk: faster where syncing is slow, and a"
        " power cut may lose deposits of the last minute, cut published files short or have them made twice. See the"
        " operating guide.",
    )
    job_flows: int = setting(
        64, ge=1, description="Flows that a worker on PostgreSQL takes at once; fewer spread better, more cost less."
    )
    heartbeat_seconds: float = setting(
        10,
        ge=0.1,
        le=3600,
        description="A process on PostgreSQL says this often that it lives; after three times it counts dead.",
    )

    @property
    def relaxed(self) -> bool:
        """Whether nothing is synced that a power cut alone could undo."""
        return self.durability == "relaxed"


@_table_of
class LedgerTable(NamedTuple):
    """Where the ledger is."""

    url: LedgerAddress = setting(
        "",
        description="PostgreSQL for a gate of several processes or machines, such as postgresql://edigate@db/edigate;"
        " empty keeps the ledger in the gate's folder. Leave the password to ~/.pgpass or EDIGATE_LEDGER__URL.",
    )


@_table_of
class StorageTable(NamedTuple):
    """Where deposits are kept, and what several machines share."""

    url: StorageAddress = setting(
        "",
        description="A shared folder, or an object store such as s3://bucket/edigate; empty is the gate's own folder.",
    )


@_table_of
class AntivirusTable(NamedTuple):
    """A virus scanner that is asked about every flow and every attachment."""

    socket: ScannerAddress = setting(
        "", description="clamd's socket: a path, or host:port; empty asks nobody. No answer holds the flow."
    )
    seconds: float = setting(
        60, gt=0, description="Time for its answers about one flow, with a second more for each MB of it."
    )


@_table_of
class AuditTable(NamedTuple):
    """The log that proves what the gate did: chained by hash, its heads signed."""

    key_file: str = setting(
        "", description="Ed25519 private key (PEM) that signs heads (`edigate audit key`); empty leaves them unsigned."
    )
    sign_minutes: float = setting(60, gt=0, description="A head is written this often, where anything happened.")
    heads_folder: str = setting("", description="Folder elsewhere, which exists, that every head is also written to.")
    heads_url: WebAddress = setting("", description="Address that every head is also posted to, as JSON.")


@_table_of
class RetentionTable(NamedTuple):
    """How long flows are kept."""

    years: float = setting(10, gt=0, description="Flows, their files and their entries are kept for so long.")
    automatic: bool = setting(
        default=False, description="Purge every hour what is older; otherwise only `edigate purge` does."
    )


@_table_of
class WatchTable(NamedTuple):
    """What watches the gate, and whom it tells."""

    metrics_port: int = setting(0, ge=0, le=65535, description="Port of the metrics for Prometheus; 0 opens none.")
    metrics_address: str = setting("127.0.0.1", description="Address that the metrics' port is opened on.")
    every_seconds: float = setting(60, gt=0, description="How often the gate looks for what is stuck, low or uneven.")
    stuck_minutes: float = setting(30, gt=0, description="A flow that is not decided after so long raises an alert.")
    language: Literal["en", "fr"] = setting("en", description="Language of what is told to the webhook and by mail.")
    webhook: WebAddress = setting("", description="Address that alerts are posted to, as JSON.")
    mail_to: str = setting("", description="Whom alerts are mailed to: addresses, separated by commas.")
    mail_from: str = setting("edigate@localhost", description="Sender of such mail.")
    smtp_host: str = setting("", description="Mail server; empty sends no mail.")
    smtp_port: int = setting(25, ge=1, le=65535, description="Its port.")
    smtp_security: Literal["none", "starttls", "tls"] = setting("none", description="How the connection is secured.")
    smtp_user: str = setting("", description="Login at the mail server; empty for none.")
    smtp_password_file: str = setting("", description="File that holds its password, and nothing else.")


@_table_of
class LogTable(NamedTuple):
    """What the gate says of its work."""

    format: Literal["console", "json"] = setting("console", description="`console` for people, `json` for machines.")
    level: Literal["debug", "info", "warning", "error"] = setting("info", description="Least level that is written.")


@_table_of
class SchemasTable(NamedTuple):
    """Schemas of a site's own, instead of the packaged ones: paths relative to the gate's folder."""

    cii: str = setting("", description="Schema of CII documents.")
    ubl_invoice: str = setting("", description="Schema of UBL invoices.")
    ubl_creditnote: str = setting("", description="Schema of UBL credit notes.")


class Settings(NamedTuple):
    """All settings of a gate."""

    gate: GateTable = GateTable()
    intake: IntakeTable = IntakeTable()
    limits: LimitsTable = LimitsTable()
    rules: RulesTable = RulesTable()
    pivots: PivotsTable = PivotsTable()
    life_cycle: LifeCycleTable = LifeCycleTable()
    outbox: OutboxTable = OutboxTable()
    sftp: SftpTable = SftpTable()
    engine: EngineTable = EngineTable()
    ledger: LedgerTable = LedgerTable()
    storage: StorageTable = StorageTable()
    antivirus: AntivirusTable = AntivirusTable()
    audit: AuditTable = AuditTable()
    retention: RetentionTable = RetentionTable()
    watch: WatchTable = WatchTable()
    schemas: SchemasTable = SchemasTable()
    log: LogTable = LogTable()

    def for_rules(self) -> RuleSettings:
        """What the rules get to know."""
        return RuleSettings(
            **self.rules._asdict(),
            **self.limits._asdict(),
            timezone=self.gate.timezone,
            broken_after_seconds=self.intake.broken_after_seconds,
            antivirus=self.antivirus.socket,
            antivirus_seconds=self.antivirus.seconds,
        )


class Key(NamedTuple):
    """One setting: its name in its table, its type, its default, its meaning, and the bounds of its values."""

    name: str
    hint: Any
    default: Any
    description: str
    bounds: Mapping[str, float]


TABLES: Mapping[str, Any] = MappingProxyType({name: type(table) for name, table in Settings._field_defaults.items()})
"""The class of each table, by its name in the file and in the order of the file."""


@cache
def keys_of(table: str) -> Mapping[str, Key]:
    """The keys of a table by their names, in the order of the file."""
    kind = TABLES[table]
    hints = get_type_hints(kind, include_extras=True)
    return MappingProxyType({name: Key(name, hints[name], *told) for name, told in kind._field_defaults.items()})


def load(root: Path) -> Settings:
    """The settings of the gate in this folder. Raises BadSettings, with every mistake in one message."""
    path = root / FILE
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        msg = f"{root}: no gate here, as {FILE} is missing; make one with: edigate init {root}"
        raise BadSettings(msg) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        unreadable = Problem(str(path), "", "", UNREADABLE, reason, {})
        raise BadSettings(_sentence(unreadable), (unreadable,)) from error
    return checked(path, values)


def checked(path: Path, values: Mapping[str, Any]) -> Settings:
    """The settings that a file with these values gives, over which the environment wins. Raises BadSettings."""
    problems: list[Problem] = []
    variables = _environment()
    tables = {name: _table(name, values.get(name, {}), variables[name], path, problems) for name in TABLES}
    problems += (
        _problem(path, (name,), value, Unfit(_UNKNOWN, "is no setting"))
        for name, value in values.items()
        if name not in TABLES
    )
    if problems:
        raise BadSettings("\n".join(map(_sentence, problems)), tuple(problems))
    return Settings(**tables)


def _environment() -> Mapping[str, dict[str, str]]:
    """What the environment says of each table, such as EDIGATE_INTAKE__QUIET_SECONDS; EDIGATE_GATE is no table."""
    found: dict[str, dict[str, str]] = {name: {} for name in TABLES}
    for variable, value in os.environ.items():
        name, parted, key = variable.lower().removeprefix(_PREFIX).partition("__")
        if parted and name in TABLES and variable.lower().startswith(_PREFIX):
            found[name][key] = value
    return found


def _table(name: str, given: Any, variables: Mapping[str, str], path: Path, problems: list[Problem]) -> Any:  # noqa: ANN401 - of the class in TABLES
    """The table with what fits of what is given; what does not is told among the problems."""
    if not isinstance(given, dict):
        if not variables:
            problems.append(_problem(path, (name,), given, Unfit(_TABLE, f"write a table of settings: [{name}]")))
        given = {}
    given = {**given, **variables}
    keys = keys_of(name) if given else {}
    fitting = {}
    for key in (*filter(given.__contains__, keys), *(key for key in given if key not in keys)):
        try:
            fitting[key] = _value(keys.get(key), given[key])
        except Unfit as unfit:
            problems.append(_problem(path, (name, key), given[key], unfit))
    return TABLES[name](**fitting)


def _value(key: Key | None, value: object) -> Any:  # noqa: ANN401 - of the key's own type
    if key is None:
        raise Unfit(_UNKNOWN, "is no setting")
    fitting = fitted(key.hint, value)
    within(fitting, key.bounds)
    return fitting


def _problem(path: Path, parts: tuple[str, ...], value: object, unfit: Unfit) -> Problem:
    variable = f"EDIGATE_{'__'.join(parts)}".upper()
    return Problem(
        where=variable if variable in os.environ else str(path),
        key=".".join(parts),
        value="…" if unfit.kind in _SECRETS else value,
        kind=unfit.kind,
        reason=str(unfit),
        limits=unfit.limits,
        like=_nearest(parts),
    )


def _nearest(parts: tuple[str, ...]) -> str:
    """The key that was meant, where one is spelt nearly like it."""
    known = all_keys() if len(parts) > 1 else list(TABLES)
    return next(iter(difflib.get_close_matches(".".join(parts), known, 1)), "")


def all_keys() -> list[str]:
    """Every setting as `table.key`, in the order of the file."""
    return [f"{name}.{key}" for name in TABLES for key in keys_of(name)]


def _sentence(problem: Problem) -> str:
    if problem.kind == UNREADABLE:
        return f"{problem.where}: cannot be read: {problem.reason}"
    if problem.kind == _UNKNOWN:
        hint = (
            f"did you mean {problem.like}?" if problem.like else "the settings are listed in docs/reference/settings.md"
        )
        return f"{problem.where}: {problem.key} is no setting; {hint}"
    return f"{problem.where}: {problem.key} = {problem.value!r}: {problem.reason}"
