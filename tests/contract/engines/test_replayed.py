"""What operators of several processes replay: the tests of the one in a single folder, on PostgreSQL."""

from tests.acceptance.test_replays import *  # noqa: F403 - the very tests, with other gates
