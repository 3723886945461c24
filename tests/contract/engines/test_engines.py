"""The engine of several processes keeps what the one of a single folder keeps: its tests, on PostgreSQL."""

from tests.acceptance.test_lives import *  # noqa: F403 - the very tests, with other gates
