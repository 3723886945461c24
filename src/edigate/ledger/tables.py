"""The ledger's tables. Times are ISO 8601 texts in UTC, which sort as they are; lists of faults are JSON.

The conditions of partial indexes are given for SQLite; `ledger.postgres` takes them over.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    literal_column,
    text,
)

metadata = MetaData()
NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""64 bits, as SQLite's have by themselves: sizes, times in nanoseconds, ids that go on past what a lost ledger gave."""
_OF_WORKS = (
    "cadre in ('A4', 'A5', 'A6', 'A7', 'A8', 'A10', 'A11', 'A13', 'A14', 'A15', 'A16', 'A17', 'A18', 'A19', 'A20',"
    " 'A22', 'A23', 'A24', 'A25')"
)
_UNTOLD = (
    "logged = '' or posted = '' or mailed = ''"
    " or (closed_at is not null and (logged <> 'closed' or posted <> 'closed' or mailed <> 'closed'))"
)


def _id(name: str, *parts: object, **options: object) -> Column[str]:
    return Column(name, String(40), *parts, **options)  # type: ignore[arg-type]


def _time(name: str, *, nullable: bool = True) -> Column[str]:
    return Column(name, String(32), nullable=nullable)


flows = Table(
    "flows",
    metadata,
    _id("id", primary_key=True),
    Column("partner", String(6), nullable=False),
    Column("name", Text, nullable=False),
    Column("flow_id", String(25)),
    Column("interface", String(8)),
    Column("sha256", String(64), nullable=False),
    Column("size", NUMBER, nullable=False),
    Column("archived", Text, nullable=False),
    Column("incomplete", Boolean, nullable=False, default=False),
    _time("received_at", nullable=False),
    Column("state", String(12), nullable=False),
    Column("verdict", String(12)),
    Column("reserved", Boolean, nullable=False, default=False),
    _id("run"),
    Index("flows_by_state", "state", "verdict", "id"),
    Index("flows_by_day", "received_at", "partner"),
    Index("flows_by_hash", "sha256"),
    Index("flows_by_name", "name"),
    Index("flows_by_flow_id", "flow_id"),
    Index("flow_ids_taken", "flow_id", unique=True, sqlite_where=text("reserved")),
)

runs = Table(
    "runs",
    metadata,
    _id("id", primary_key=True),
    _id("flow", ForeignKey("flows.id"), nullable=False),
    Column("number", NUMBER, nullable=False),
    _id("parent"),
    Column("state", String(12), nullable=False),
    Column("requested_by", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    _time("due_at", nullable=False),
    Column("attempts", NUMBER, nullable=False, default=0),
    Column("deaths", NUMBER, nullable=False, default=0),
    Column("hold_reason", Text, nullable=False, default=""),
    Column("hold_detail", Text, nullable=False, default=""),
    Column("verdict", String(12)),
    _time("decided_at"),
    Column("directory_version", Text, nullable=False, default=""),
    Column("edigate_version", Text, nullable=False, default=""),
    Column("faults", Text, nullable=False, default="[]"),
    Column("wants_report", Boolean, nullable=False, default=True),
    Index("runs_by_flow", "flow", "number", unique=True),
    Index(
        "runs_to_do",
        "due_at",
        sqlite_where=text("state in ('due', 'held')"),
    ),
)

invoices = Table(
    "invoices",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=False),
    _id("run", ForeignKey("runs.id"), nullable=False),
    _id("flow", ForeignKey("flows.id"), nullable=False),
    Column("depositor", String(6), nullable=False),
    Column("position", NUMBER, nullable=False),
    Column("number", Text, nullable=False),
    Column("type_code", Text, nullable=False),
    Column("issue_date", String(10)),
    Column("cadre", Text, nullable=False),
    Column("supplier_scheme", Text, nullable=False),
    Column("supplier", Text, nullable=False),
    Column("supplier_name", Text, nullable=False),
    Column("supplier_country", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("recipient_name", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("service_name", Text, nullable=False),
    Column("amount_due", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reader", String(6), nullable=False),
    Column("stage", String(12), nullable=False, default=""),
    Column("second_validator", Boolean, nullable=False, default=False),
    Column("verdict", String(12), nullable=False),
    Column("status", String(2), nullable=False),
    Column("key", Text),
    Column("reserved", Boolean, nullable=False),
    Column("faults", Text, nullable=False, default="[]"),
    _time("decided_at", nullable=False),
    Column("entry", Text, nullable=False, default=""),
    Column("market", Text, nullable=False, default=""),
    Column("engagement", Text, nullable=False, default=""),
    Column("validator", Text, nullable=False, default=""),
    Column("label", Text, nullable=False, default=""),
    Column("completes", NUMBER),
    Column("renvoi", String(10), nullable=False, default=""),
    Column("announced", String(12), nullable=False, default=""),
    Column("pivot_bytes", NUMBER, nullable=False, default=0),
    _time("due_at"),
    Index("invoices_by_flow", "flow", "position"),
    Index("invoices_by_run", "run"),
    Index("invoices_by_number", "number"),
    Index("invoices_by_supplier", "supplier"),
    Index("invoices_by_recipient", "recipient"),
    Index(
        "invoices_of_works",
        "recipient",
        "market",
        "supplier",
        sqlite_where=text(_OF_WORKS),
    ),
    Index("invoices_due", "due_at", sqlite_where=text("due_at is not null")),
    Index(
        "invoices_by_completed",
        "completes",
        sqlite_where=text("completes is not null"),
    ),
    Index("invoice_keys_taken", "key", unique=True, sqlite_where=text("reserved")),
)

statuses = Table(
    "statuses",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("invoice", NUMBER, ForeignKey("invoices.id"), nullable=False),
    Column("depositor", String(6), nullable=False),
    Column("status", String(2), nullable=False),
    Column("comment", Text, nullable=False, default=""),
    _time("at", nullable=False),
    Column("told_in", NUMBER),
    Column("label", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("actor", String(6), nullable=False, default=""),
    Column("producer", Text, nullable=False, default=""),
    Column("mandate", Text, nullable=False, default=""),
    _id("run"),
    Index("statuses_by_invoice", "invoice"),
    Index("statuses_told", "told_in"),
    Index("statuses_to_tell", "depositor", sqlite_where=text("told_in is null")),
)

# What a partner reported, line by line, and what the gate made of it; `subject` is an invoice, or a pivot's delivery.
reported = Table(
    "reported",
    metadata,
    Column("id", NUMBER, primary_key=True),
    _id("run", ForeignKey("runs.id"), nullable=False),
    _id("flow", ForeignKey("flows.id"), nullable=False),
    Column("position", NUMBER, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("code", Text, nullable=False),
    Column("label", Text, nullable=False, default=""),
    Column("said", Text, nullable=False, default=""),
    Column("names", Text, nullable=False),
    Column("supplier", Text, nullable=False, default=""),
    Column("verdict", String(12), nullable=False),
    Column("subject", NUMBER),
    Column("faults", Text, nullable=False, default="[]"),
    Index("reported_by_run", "run"),
    Index("reported_by_flow", "flow", "position"),
)

# What an operator must see to; open until `closed_at`. `logged`, `posted` and `mailed` tell what each of these ways of
# telling has told of it: nothing yet, that it was `opened`, or that it is `closed`.
alerts = Table(
    "alerts",
    metadata,
    Column("id", NUMBER, primary_key=True),
    _time("at", nullable=False),
    Column("kind", String(24), nullable=False),
    Column("subject", NUMBER, nullable=False),
    Column("partner", String(6), nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    _time("closed_at"),
    Column("logged", String(6), nullable=False, default=""),
    Column("posted", String(6), nullable=False, default=""),
    Column("mailed", String(6), nullable=False, default=""),
    Index("alerts_by_subject", "kind", "subject"),
    Index("alerts_open", "at", sqlite_where=text("closed_at is null")),
    Index("alerts_untold", "id", sqlite_where=text(_UNTOLD)),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=False),
    Column("kind", String(12), nullable=False),
    Column("partner", String(6), nullable=False),
    Column("interface", String(8), nullable=False),
    Column("name", String(41), nullable=False, unique=True),
    _id("run"),
    Column("state", String(10), nullable=False),
    _time("planned_at", nullable=False),
    _time("published_at"),
    Column("size", NUMBER),
    Column("sha256", String(64)),
    Column("failures", NUMBER, nullable=False, default=0),
    Column("last_error", Text, nullable=False, default=""),
    _time("next_try_at"),
    Column("offers", NUMBER, nullable=False, default=0),
    Column("receipt", String(2), nullable=False, default=""),
    _time("receipt_at"),
    _time("receipt_due_at"),
    _time("uploaded_at"),
    Column("uploaded_to", Text, nullable=False, default=""),
    _time("dead_at"),
    _time("gone_at"),
    Column("gone_how", String(10), nullable=False, default=""),
    _time("purged_at"),
    Index(
        "receipts_due",
        "receipt_due_at",
        sqlite_where=text("receipt_due_at is not null"),
    ),
    Index("deliveries_by_run", "run"),
    Index(
        "deliveries_on_offer",
        "partner",
        "id",
        sqlite_where=text("state = 'published' and gone_at is null and uploaded_at is null"),
    ),
    Index("deliveries_by_partner", "partner", "id"),
    # Not by the kind: reports of a run would then be looked for among all there are.
    Index("reports", "id", sqlite_where=text("kind = 'report'")),
    Index(
        "deliveries_to_do",
        "partner",
        "state",
        "id",
        sqlite_where=text("state in ('planned', 'placed')"),
    ),
)

delivery_invoices = Table(
    "delivery_invoices",
    metadata,
    Column("delivery", NUMBER, ForeignKey("deliveries.id"), primary_key=True),
    Column("position", NUMBER, primary_key=True),
    Column("invoice", NUMBER, nullable=False),
    Column("stage", String(12), nullable=False, default=""),
    Index("deliveries_by_invoice", "invoice"),
)

sequences = Table("sequences", metadata, Column("key", Text, primary_key=True), Column("next", NUMBER, nullable=False))

partners = Table(
    "partners",
    metadata,
    Column("code", String(6), primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(12), nullable=False),
    Column("deposits", Text, nullable=False),
    Column("receives", Text, nullable=False),
    Column("sirets", Text, nullable=False),
    Column("report_on_success", Boolean, nullable=False),
    Column("life_cycle", Boolean, nullable=False),
    Column("language", String(2), nullable=False),
    Column("contact", Text, nullable=False),
    Column("active", Boolean, nullable=False),
)

# Where a partner has a server of its own: the gate fetches deposits there, or uploads deliveries, or both.
servers = Table(
    "servers",
    metadata,
    Column("partner", String(6), primary_key=True),
    Column("host", Text, nullable=False),
    Column("port", NUMBER, nullable=False),
    Column("user", Text, nullable=False),
    Column("fetch_from", Text, nullable=False, default=""),
    Column("put_into", Text, nullable=False, default=""),
    Column("key_file", Text, nullable=False, default=""),
    Column("passphrase_file", Text, nullable=False, default=""),
    Column("password_file", Text, nullable=False, default=""),
)

# The host keys that a server may show; one that is replaced counts until `ends_at`.
host_keys = Table(
    "host_keys",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("server", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    _time("accepted_at", nullable=False),
    Column("accepted_by", Text, nullable=False),
    _time("ends_at"),
    Index("host_keys_by_server", "server"),
)

# Files of remote inboxes: what the gate wants to claim, has claimed, or has taken where it may not claim.
# `source` is server and folder.
fetches = Table(
    "fetches",
    metadata,
    _id("id", primary_key=True),
    Column("partner", String(6), nullable=False),
    Column("source", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("size", NUMBER, nullable=False),
    Column("mtime", NUMBER, nullable=False),
    Column("state", String(10), nullable=False),
    _time("at", nullable=False),
    Index("fetches_by_state", "partner", "state", "name"),
)

# How it stands with each way to a partner (`put` or `fetch`): nothing is tried before `open_until`.
ways = Table(
    "ways",
    metadata,
    Column("partner", String(6), primary_key=True),
    Column("way", String(5), primary_key=True),
    Column("failures", NUMBER, nullable=False, default=0),
    Column("last_error", Text, nullable=False, default=""),
    _time("failing_since"),
    _time("open_until"),
)

# The audit log: one link for each transaction, chained by hash; `entries` is null once retention has purged them.
links = Table(
    "links",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("writer", String(40), nullable=False),
    Column("number", NUMBER, nullable=False),
    _time("at", nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("digests", Text, nullable=False),
    Column("entries", Text),
    Index("links_by_number", "writer", "number", unique=True),
    Index("links_by_time", "at"),
    Index(
        "links_unpurged",
        "at",
        sqlite_where=text("entries is not null"),
    ),
)

# The last link of each writer, signed now and then; `sent_at` when it was also kept elsewhere.
heads = Table(
    "heads",
    metadata,
    Column("id", NUMBER, primary_key=True),
    _time("at", nullable=False),
    Column("heads", Text, nullable=False),
    Column("key", Text, nullable=False, default=""),
    Column("signature", Text, nullable=False, default=""),
    _time("sent_at"),
)

# Spans of time (`start` included, `until` not) whose books came out, counted once: nothing of their flows is under way.
# Triggers take a span away as soon as anything of it changes, so that what stands here is always true.
weighed = Table(
    "weighed",
    metadata,
    Column("start", String(32), primary_key=True),
    Column("partner", String(6), primary_key=True),
    _time("until", nullable=False),
    Column("deposited", NUMBER, nullable=False),
    Column("integrated", NUMBER, nullable=False),
    Column("partial", NUMBER, nullable=False),
    Column("rejected", NUMBER, nullable=False),
    Column("inadmissible", NUMBER, nullable=False),
    Column("decisions", NUMBER, nullable=False),
    Column("expected", NUMBER, nullable=False),
    Column("published", NUMBER, nullable=False),
)

notes = Table("notes", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

events = Table(
    "events",
    metadata,
    Column("id", NUMBER, primary_key=True),
    _time("at", nullable=False),
    Column("event", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Text, nullable=False),
    Index("events_by_subject", "subject"),
)

# The conditions of the partial indexes in the indexes' own words: a bound value in them, and the index is not used.
FLOW_ID_TAKEN: ColumnElement[bool] = literal_column("flows.reserved")
RUN_TO_DO: ColumnElement[bool] = literal_column("runs.state in ('due', 'held')")
KEY_TAKEN: ColumnElement[bool] = literal_column("invoices.reserved")
OF_WORKS: ColumnElement[bool] = literal_column(f"invoices.{_OF_WORKS}")
INVOICE_DUE: ColumnElement[bool] = literal_column("invoices.due_at is not null")
RECEIPT_DUE: ColumnElement[bool] = literal_column("deliveries.receipt_due_at is not null")
LINK_UNPURGED: ColumnElement[bool] = literal_column("links.entries is not null")
ALERT_OPEN: ColumnElement[bool] = literal_column("alerts.closed_at is null")
ALERT_UNTOLD: ColumnElement[bool] = literal_column(f"({_UNTOLD})")
REPORT: ColumnElement[bool] = literal_column("deliveries.kind = 'report'")
DELIVERY_TO_DO: ColumnElement[bool] = literal_column("deliveries.state in ('planned', 'placed')")
DELIVERY_ON_OFFER: ColumnElement[bool] = literal_column(
    "deliveries.state = 'published' and deliveries.gone_at is null and deliveries.uploaded_at is null"
)
