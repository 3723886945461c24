"""structlog, for people on a terminal or as JSON; always on standard error."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from structlog.typing import EventDict, Processor, WrappedLogger


def configure(*, fmt: str, level: str) -> None:
    """Set the process's logging up; `fmt` is `console` or `json`."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if fmt == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    # It complains in plain lines of events that come while it ends; what it might miss, the rescans find.
    logging.getLogger("watchdog").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_number(level)),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


@contextmanager
def overheard(by: Processor, *, level: str) -> Iterator[None]:
    """Have a processor see every event as long as the context lasts, those too that are below what is logged."""
    before = structlog.get_config()
    least = _number(level)

    def drop_what_is_not_logged(_logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        if _number(method) < least:
            raise structlog.DropEvent
        return event

    structlog.configure(
        **before | {
            "processors": [by, drop_what_is_not_logged, *before["processors"]],
            "wrapper_class": structlog.make_filtering_bound_logger(logging.DEBUG),
        }
    )  # fmt: skip
    try:
        yield
    finally:
        structlog.configure(**before)


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]
