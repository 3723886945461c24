"""The same on PostgreSQL."""

from tests.unit.ledger.test_sql import *  # noqa: F403 - the very tests, with another ledger
