"""Servers of partners, dead letters, and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TIME = sa.String(length=32)
_CODE = sa.String(length=6)
_HASH = sa.String(length=64)
_TOLD = ("logged", "posted", "mailed")
_UNTOLD = (
    "logged = '' or posted = '' or mailed = ''"
    " or (closed_at is not null and (logged <> 'closed' or posted <> 'closed' or mailed <> 'closed'))"
)


def upgrade() -> None:
    op.create_table(
        "servers",
        sa.Column("partner", _CODE, nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("fetch_from", sa.Text(), nullable=False),
        sa.Column("put_into", sa.Text(), nullable=False),
        sa.Column("key_file", sa.Text(), nullable=False),
        sa.Column("passphrase_file", sa.Text(), nullable=False),
        sa.Column("password_file", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("partner"),
    )
    op.create_table(
        "host_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("accepted_at", _TIME, nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.Column("ends_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("host_keys_by_server", "host_keys", ["server"])
    op.create_table(
        "fetches",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("partner", _CODE, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mtime", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("fetches_by_state", "fetches", ["partner", "state", "name"])
    op.create_table(
        "ways",
        sa.Column("partner", _CODE, nullable=False),
        sa.Column("way", sa.String(length=5), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("failing_since", _TIME, nullable=True),
        sa.Column("open_until", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("partner", "way"),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("writer", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("previous", _HASH, nullable=False),
        sa.Column("hash", _HASH, nullable=False),
        sa.Column("digests", sa.Text(), nullable=False),
        sa.Column("entries", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("links_by_number", "links", ["writer", "number"], unique=True)
    op.create_index("links_by_time", "links", ["at"])
    _partial_index("links_unpurged", "links", ("at",), "entries is not null")
    _partial_index("invoices_by_completed", "invoices", ("completes",), "completes is not null")
    op.create_table(
        "heads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("heads", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("sent_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("alerts") as batch_op:
        for column in _TOLD:
            batch_op.add_column(sa.Column(column, sa.String(length=6), nullable=False, server_default=""))
    # Nobody is told now of what was over before there was anybody to tell.
    op.execute("update alerts set logged = 'closed', posted = 'closed', mailed = 'closed' where closed_at is not null")
    op.create_index("alerts_untold", "alerts", ["id"], sqlite_where=sa.text(_UNTOLD))
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.add_column(sa.Column("uploaded_at", _TIME, nullable=True))
        batch_op.add_column(sa.Column("uploaded_to", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("dead_at", _TIME, nullable=True))
        batch_op.add_column(sa.Column("gone_at", _TIME, nullable=True))
        batch_op.add_column(sa.Column("gone_how", sa.String(length=10), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("purged_at", _TIME, nullable=True))
    on_offer = "state = 'published' and gone_at is null and uploaded_at is null"
    _partial_index("deliveries_on_offer", "deliveries", ("partner", "id"), on_offer)


def _partial_index(name: str, table: str, columns: tuple[str, ...], where: str) -> None:
    op.create_index(name, table, [*columns], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    op.drop_index("deliveries_on_offer", "deliveries")
    op.drop_index("invoices_by_completed", "invoices")
    with op.batch_alter_table("deliveries") as batch_op:
        for column in ("purged_at", "gone_how", "gone_at", "dead_at", "uploaded_at", "uploaded_to"):
            batch_op.drop_column(column)
    op.drop_index("alerts_untold", "alerts")
    with op.batch_alter_table("alerts") as batch_op:
        for column in _TOLD:
            batch_op.drop_column(column)
    for table in ("heads", "links", "ways", "fetches", "host_keys", "servers"):
        op.drop_table(table)
