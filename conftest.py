"""What every test starts from, those in docstrings included."""

from __future__ import annotations

import compileall
import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog

import edigate
from edigate.cli.messages import speak

if TYPE_CHECKING:
    from collections.abc import Generator

TOOLS = ("bench", "fuzz", "simulate", "torture")


@pytest.fixture(autouse=True)
def afresh() -> None:
    """English, and logs to standard output: whatever an earlier test in the same process asked for."""
    speak("en")
    structlog.reset_defaults()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: some test always waits for a gate that is killed, cut off or patient."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Compile once what hundreds of processes of tests load, even where PYTHONDONTWRITEBYTECODE is set."""
    if not hasattr(config, "workerinput"):
        for folder in (Path(edigate.__file__).parent, *(config.rootpath / name for name in TOOLS)):
            compileall.compile_dir(folder, quiet=2)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no cycles while tests are collected: nearly all that comes up stays, and would be gone through again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
