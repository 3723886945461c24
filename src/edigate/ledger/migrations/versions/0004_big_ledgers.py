"""What a big ledger answers by: spans whose books were weighed, and how they are forgotten when they change."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TIME = sa.String(length=32)
_COUNTS = (
    "deposited", "integrated", "partial", "rejected", "inadmissible", "decisions", "expected", "published",
)  # fmt: skip
_OF_WORKS = (
    "cadre in ('A4', 'A5', 'A6', 'A7', 'A8', 'A10', 'A11', 'A13', 'A14', 'A15', 'A16', 'A17', 'A18', 'A19', 'A20',"
    " 'A22', 'A23', 'A24', 'A25')"
)
_FLOW_OF = "(select received_at from flows where id = {})"
_FLOW_OF_RUN = "(select f.received_at from runs r join flows f on f.id = r.flow where r.id = {})"
# No span is longer than a day: of those that began before there is nothing to be read.
_TWO_DAYS_BEFORE = "coalesce(date({}, '-2 days'), '')"
# Table, what is done to it, when that touches books that may have been weighed, and the time of the flow it is about.
# What is under way is in no weighed span: it costs a look at the row, and no more.
_UNWEIGH = (
    ("flows_in", "insert on flows", "true", "new.received_at"),
    ("flows_out", "delete on flows", "true", "old.received_at"),
    ("flows_from", "update of id, partner, received_at, state, verdict, run on flows",
     "old.state = 'decided' or old.received_at <> new.received_at", "old.received_at"),
    ("flows_to", "update of received_at on flows", "old.received_at <> new.received_at", "new.received_at"),
    ("runs_in", "insert on runs", "new.number > 1 or new.state = 'decided'", _FLOW_OF.format("new.flow")),
    ("runs_out", "delete on runs", "old.state = 'decided'", _FLOW_OF.format("old.flow")),
    ("runs_from", "update of id, flow, state, verdict, wants_report on runs", "old.state = 'decided'",
     _FLOW_OF.format("old.flow")),
    ("runs_to", "update of flow on runs", "old.flow <> new.flow", _FLOW_OF.format("new.flow")),
    ("reports_in", "insert on deliveries", "new.kind = 'report'", _FLOW_OF_RUN.format("new.run")),
    ("reports_out", "delete on deliveries", "old.kind = 'report'", _FLOW_OF_RUN.format("old.run")),
    ("reports_from", "update of kind, partner, run, state on deliveries",
     "old.kind = 'report' and (old.state = 'published' or new.kind <> old.kind or new.run is not old.run)",
     _FLOW_OF_RUN.format("old.run")),
    ("reports_to", "update of kind, run on deliveries",
     "new.kind = 'report' and (new.kind <> old.kind or new.run is not old.run)", _FLOW_OF_RUN.format("new.run")),
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "weighed",
        sa.Column("start", _TIME, nullable=False),
        sa.Column("partner", sa.String(length=6), nullable=False),
        sa.Column("until", _TIME, nullable=False),
        *(sa.Column(count, sa.Integer(), nullable=False) for count in _COUNTS),
        sa.PrimaryKeyConstraint("start", "partner"),
    )
    _partial_index("reports", "deliveries", ("id",), "kind = 'report'")
    op.drop_index("flows_by_state", "flows")
    op.create_index("flows_by_state", "flows", ["state", "verdict", "id"])
    op.drop_index("invoices_by_dossier", "invoices")
    op.create_index("invoices_by_recipient", "invoices", ["recipient"])
    _partial_index("invoices_of_works", "invoices", ("recipient", "market", "supplier"), _OF_WORKS)
    if op.get_bind().dialect.name == "sqlite":
        for name, done, when, moment in _UNWEIGH:
            op.execute(
                f"create trigger unweigh_{name} after {done} when {when} begin delete from weighed"  # noqa: S608 - our own words
                f" where start between {_TWO_DAYS_BEFORE.format(moment)} and {moment} and until > {moment}; end"
            )


def _partial_index(name: str, table: str, columns: tuple[str, ...], where: str) -> None:
    op.create_index(name, table, [*columns], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, *_ in _UNWEIGH:
            op.execute(f"drop trigger unweigh_{name}")
    op.drop_index("invoices_of_works", "invoices")
    op.drop_index("invoices_by_recipient", "invoices")
    op.create_index("invoices_by_dossier", "invoices", ["recipient", "market", "supplier"])
    op.drop_index("flows_by_state", "flows")
    op.create_index("flows_by_state", "flows", ["state"])
    op.drop_index("reports", "deliveries")
    op.drop_table("weighed")
