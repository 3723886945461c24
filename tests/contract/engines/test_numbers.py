"""What a gate of several processes takes once: the tests of the one in a single folder, on PostgreSQL."""

from tests.acceptance.test_uniqueness import *  # noqa: F403 - the very tests, with other gates
