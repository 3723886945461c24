"""What every test starts from, those in docstrings included."""

from __future__ import annotations

import pytest

from edigate.cli.messages import speak


@pytest.fixture(autouse=True)
def english() -> None:
    """The command line speaks English, whatever an earlier test in the same process asked for."""
    speak("en")
