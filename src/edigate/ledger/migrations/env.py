"""Alembic's way in: the connection comes from `ledger.database`."""

from alembic import context

from edigate.ledger.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
