"""The life of an invoice."""

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

DAYS = 15
LABEL = "Mise à disposition du premier valideur"
# Those whose pivots the portal has, and of whom nobody could be told that their validators' time runs.
WAITING = (
    "stage = 'validator1' and announced = '' and exists (select 1 from delivery_invoices join deliveries"
    " on deliveries.id = delivery_invoices.delivery"
    " where delivery_invoices.invoice = invoices.id and deliveries.state = 'published')"
)


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(length=6), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index("alerts_by_subject", ["kind", "subject"], unique=False)
        batch_op.create_index(
            "alerts_open",
            ["at"],
            unique=False,
            sqlite_where=sa.text("closed_at is null"),
            postgresql_where=sa.text("closed_at is null"),
        )

    op.create_table(
        "reported",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run", sa.String(length=40), nullable=False),
        sa.Column("flow", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=True),
        sa.Column("faults", sa.Text(), nullable=False),
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
    with op.batch_alter_table("reported", schema=None) as batch_op:
        batch_op.create_index("reported_by_flow", ["flow", "position"], unique=False)
        batch_op.create_index("reported_by_run", ["run"], unique=False)

    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("offers", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("receipt", sa.String(length=2), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("receipt_at", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("receipt_due_at", sa.String(length=32), nullable=True))
        batch_op.create_index(
            "receipts_due",
            ["receipt_due_at"],
            unique=False,
            sqlite_where=sa.text("receipt_due_at is not null"),
            postgresql_where=sa.text("receipt_due_at is not null"),
        )

    with op.batch_alter_table("delivery_invoices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stage", sa.String(length=12), nullable=False, server_default=""))

    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stage", sa.String(length=12), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("second_validator", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("entry", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("market", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("engagement", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("validator", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("label", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("completes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("renvoi", sa.String(length=10), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("announced", sa.String(length=12), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("pivot_bytes", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("due_at", sa.String(length=32), nullable=True))
        batch_op.drop_index(batch_op.f("invoices_by_recipient"))
        batch_op.create_index("invoices_by_dossier", ["recipient", "market", "supplier"], unique=False)
        batch_op.create_index(
            "invoices_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("due_at is not null"),
            postgresql_where=sa.text("due_at is not null"),
        )

    with op.batch_alter_table("statuses", schema=None) as batch_op:
        batch_op.add_column(sa.Column("label", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("actor", sa.String(length=6), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("producer", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("mandate", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("run", sa.String(length=40), nullable=True))

    op.execute(
        "update invoices set stage = case"
        " when verdict <> 'integrated' then ''"
        " when waits then 'validator1'"
        " when cadre in ('A4', 'A7', 'A10', 'A13', 'A14') then 'moe'"
        " when cadre in ('A8', 'A22') then 'moa' else 'recipient' end"
    )
    op.execute("update invoices set announced = stage where status = '03'")
    op.execute(
        "update delivery_invoices set stage ="
        " (select stage from invoices where invoices.id = delivery_invoices.invoice)"
    )
    _begin_the_validators_time()
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.drop_column("waits")


def _begin_the_validators_time() -> None:
    """From now on, as no word of theirs could be taken before."""
    now = dt.datetime.now(dt.UTC)
    at, due = (f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z" for moment in (now, now + dt.timedelta(days=DAYS)))
    told = sa.text(
        "insert into statuses (invoice, depositor, status, label, comment, at)"  # noqa: S608 - our own words
        f" select id, depositor, '01', :label, '', :at from invoices where {WAITING} order by id"
    )
    op.execute(told.bindparams(label=LABEL, at=at))
    begun = sa.text(
        f"update invoices set announced = stage, label = :label, due_at = :due where {WAITING}"  # noqa: S608 - as above
    )
    op.execute(begun.bindparams(label=LABEL, due=due))


def downgrade() -> None:
    with op.batch_alter_table("statuses", schema=None) as batch_op:
        batch_op.drop_column("run")
        batch_op.drop_column("mandate")
        batch_op.drop_column("producer")
        batch_op.drop_column("actor")
        batch_op.drop_column("reason")
        batch_op.drop_column("label")

    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("waits", sa.BOOLEAN(), nullable=False, server_default=sa.false()))
        batch_op.drop_index(
            "invoices_due", sqlite_where=sa.text("due_at is not null"), postgresql_where=sa.text("due_at is not null")
        )
        batch_op.drop_index("invoices_by_dossier")
        batch_op.create_index(batch_op.f("invoices_by_recipient"), ["recipient"], unique=False)
        batch_op.drop_column("due_at")
        batch_op.drop_column("pivot_bytes")
        batch_op.drop_column("announced")
        batch_op.drop_column("renvoi")
        batch_op.drop_column("completes")
        batch_op.drop_column("label")
        batch_op.drop_column("validator")
        batch_op.drop_column("engagement")
        batch_op.drop_column("market")
        batch_op.drop_column("entry")
        batch_op.drop_column("second_validator")
        batch_op.drop_column("stage")

    with op.batch_alter_table("delivery_invoices", schema=None) as batch_op:
        batch_op.drop_column("stage")

    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(
            "receipts_due",
            sqlite_where=sa.text("receipt_due_at is not null"),
            postgresql_where=sa.text("receipt_due_at is not null"),
        )
        batch_op.drop_column("receipt_due_at")
        batch_op.drop_column("receipt_at")
        batch_op.drop_column("receipt")
        batch_op.drop_column("offers")

    with op.batch_alter_table("reported", schema=None) as batch_op:
        batch_op.drop_index("reported_by_run")
        batch_op.drop_index("reported_by_flow")

    op.drop_table("reported")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index(
            "alerts_open", sqlite_where=sa.text("closed_at is null"), postgresql_where=sa.text("closed_at is null")
        )
        batch_op.drop_index("alerts_by_subject")

    op.drop_table("alerts")
