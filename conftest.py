"""What every test starts from, those in docstrings included."""

from __future__ import annotations

import os

import pytest
import structlog

from edigate.cli.messages import speak


@pytest.fixture(autouse=True)
def afresh() -> None:
    """English, and logs to standard output: whatever an earlier test in the same process asked for."""
    speak("en")
    structlog.reset_defaults()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: some test always waits for a gate that is killed, cut off or patient."""
    return (os.cpu_count() or 1) + 1
