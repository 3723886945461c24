"""The first ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("partner", sa.String(length=6), nullable=False),
        sa.Column("interface", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=41), nullable=False),
        sa.Column("run", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("planned_at", sa.String(length=32), nullable=False),
        sa.Column("published_at", sa.String(length=32), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("next_try_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("deliveries_by_partner", ["partner", "id"], unique=False)
        batch_op.create_index("deliveries_by_run", ["run"], unique=False)
        batch_op.create_index(
            "deliveries_to_do",
            ["partner", "state", "id"],
            unique=False,
            sqlite_where=sa.text("state in ('planned', 'placed')"),
            postgresql_where=sa.text("state in ('planned', 'placed')"),
        )

    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index("events_by_subject", ["subject"], unique=False)

    op.create_table(
        "flows",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("partner", sa.String(length=6), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("flow_id", sa.String(length=25), nullable=True),
        sa.Column("interface", sa.String(length=8), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Text(), nullable=False),
        sa.Column("incomplete", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=True),
        sa.Column("reserved", sa.Boolean(), nullable=False),
        sa.Column("run", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("flows", schema=None) as batch_op:
        batch_op.create_index(
            "flow_ids_taken",
            ["flow_id"],
            unique=True,
            sqlite_where=sa.text("reserved"),
            postgresql_where=sa.text("reserved"),
        )
        batch_op.create_index("flows_by_day", ["received_at", "partner"], unique=False)
        batch_op.create_index("flows_by_flow_id", ["flow_id"], unique=False)
        batch_op.create_index("flows_by_hash", ["sha256"], unique=False)
        batch_op.create_index("flows_by_name", ["name"], unique=False)
        batch_op.create_index("flows_by_state", ["state"], unique=False)

    op.create_table(
        "notes",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "partners",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("deposits", sa.Text(), nullable=False),
        sa.Column("receives", sa.Text(), nullable=False),
        sa.Column("sirets", sa.Text(), nullable=False),
        sa.Column("report_on_success", sa.Boolean(), nullable=False),
        sa.Column("life_cycle", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "sequences",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "delivery_invoices",
        sa.Column("delivery", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("invoice", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery"],
            ["deliveries.id"],
        ),
        sa.PrimaryKeyConstraint("delivery", "position"),
    )
    with op.batch_alter_table("delivery_invoices", schema=None) as batch_op:
        batch_op.create_index("deliveries_by_invoice", ["invoice"], unique=False)

    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("flow", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_at", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("hold_reason", sa.Text(), nullable=False),
        sa.Column("hold_detail", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=True),
        sa.Column("decided_at", sa.String(length=32), nullable=True),
        sa.Column("directory_version", sa.Text(), nullable=False),
        sa.Column("edigate_version", sa.Text(), nullable=False),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.Column("wants_report", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["flow"],
            ["flows.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.create_index("runs_by_flow", ["flow", "number"], unique=True)
        batch_op.create_index(
            "runs_to_do",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state in ('due', 'held')"),
            postgresql_where=sa.text("state in ('due', 'held')"),
        )

    op.create_table(
        "invoices",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run", sa.String(length=40), nullable=False),
        sa.Column("flow", sa.String(length=40), nullable=False),
        sa.Column("depositor", sa.String(length=6), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("type_code", sa.Text(), nullable=False),
        sa.Column("issue_date", sa.String(length=10), nullable=True),
        sa.Column("cadre", sa.Text(), nullable=False),
        sa.Column("supplier_scheme", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("supplier_name", sa.Text(), nullable=False),
        sa.Column("supplier_country", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("recipient_name", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("service_name", sa.Text(), nullable=False),
        sa.Column("amount_due", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reader", sa.String(length=6), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=2), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("reserved", sa.Boolean(), nullable=False),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["flow"],
            ["flows.id"],
        ),
        sa.ForeignKeyConstraint(
            ["run"],
            ["runs.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.create_index(
            "invoice_keys_taken",
            ["key"],
            unique=True,
            sqlite_where=sa.text("reserved"),
            postgresql_where=sa.text("reserved"),
        )
        batch_op.create_index("invoices_by_flow", ["flow", "position"], unique=False)
        batch_op.create_index("invoices_by_number", ["number"], unique=False)
        batch_op.create_index("invoices_by_recipient", ["recipient"], unique=False)
        batch_op.create_index("invoices_by_run", ["run"], unique=False)
        batch_op.create_index("invoices_by_supplier", ["supplier"], unique=False)

    op.create_table(
        "statuses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invoice", sa.Integer(), nullable=False),
        sa.Column("depositor", sa.String(length=6), nullable=False),
        sa.Column("status", sa.String(length=2), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("told_in", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["invoice"],
            ["invoices.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("statuses", schema=None) as batch_op:
        batch_op.create_index("statuses_by_invoice", ["invoice"], unique=False)
        batch_op.create_index(
            "statuses_to_tell",
            ["depositor"],
            unique=False,
            sqlite_where=sa.text("told_in is null"),
            postgresql_where=sa.text("told_in is null"),
        )
        batch_op.create_index("statuses_told", ["told_in"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("statuses", schema=None) as batch_op:
        batch_op.drop_index("statuses_told")
        batch_op.drop_index(
            "statuses_to_tell", sqlite_where=sa.text("told_in is null"), postgresql_where=sa.text("told_in is null")
        )
        batch_op.drop_index("statuses_by_invoice")

    op.drop_table("statuses")
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.drop_index("invoices_by_supplier")
        batch_op.drop_index("invoices_by_run")
        batch_op.drop_index("invoices_by_recipient")
        batch_op.drop_index("invoices_by_number")
        batch_op.drop_index("invoices_by_flow")
        batch_op.drop_index(
            "invoice_keys_taken", sqlite_where=sa.text("reserved"), postgresql_where=sa.text("reserved")
        )

    op.drop_table("invoices")
    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.drop_index(
            "runs_to_do",
            sqlite_where=sa.text("state in ('due', 'held')"),
            postgresql_where=sa.text("state in ('due', 'held')"),
        )
        batch_op.drop_index("runs_by_flow")

    op.drop_table("runs")
    with op.batch_alter_table("delivery_invoices", schema=None) as batch_op:
        batch_op.drop_index("deliveries_by_invoice")

    op.drop_table("delivery_invoices")
    op.drop_table("sequences")
    op.drop_table("partners")
    op.drop_table("notes")
    with op.batch_alter_table("flows", schema=None) as batch_op:
        batch_op.drop_index("flows_by_state")
        batch_op.drop_index("flows_by_name")
        batch_op.drop_index("flows_by_hash")
        batch_op.drop_index("flows_by_flow_id")
        batch_op.drop_index("flows_by_day")
        batch_op.drop_index("flow_ids_taken", sqlite_where=sa.text("reserved"), postgresql_where=sa.text("reserved"))

    op.drop_table("flows")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("events_by_subject")

    op.drop_table("events")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(
            "deliveries_to_do",
            sqlite_where=sa.text("state in ('planned', 'placed')"),
            postgresql_where=sa.text("state in ('planned', 'placed')"),
        )
        batch_op.drop_index("deliveries_by_run")
        batch_op.drop_index("deliveries_by_partner")

    op.drop_table("deliveries")
