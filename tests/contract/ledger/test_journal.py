"""The same on PostgreSQL, whose chains have other names: `test_chains`."""

from tests.unit.ledger.test_journal import *  # noqa: F403 - the very tests, with another ledger

del test_a_transaction_becomes_one_link_after_the_one_before  # noqa: F821 - of those
