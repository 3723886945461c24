"""What every test of an implementation starts from."""

from tests.closing import closed_ledgers  # noqa: F401 - a fixture of every test
