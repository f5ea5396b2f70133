"""What a log may say about a fault: the route and the class of the exception, nothing else (A-23).

Belongs here: the logger of the respondent plane and the processor that lets nothing else through. Does not: what the
person sees (`respond.pages`).
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import structlog

_MAY_PASS: Final = frozenset({"event", "level", "route", "error"})
EVENT: Final = "fault"

Event = MutableMapping[str, Any]


def only_route_and_class(_logger: Any, _method: str, event: Event) -> Event:
    """Drop whatever is not a route or a class name: code, answers, address, user agent, traceback, time.

    A list of what may pass, because a list of what may not would forget something.
    """
    kept = {name: str(value) for name, value in event.items() if name in _MAY_PASS}
    # A sentence is where a value could hide: the event is always the same word.
    kept["event"] = EVENT
    return kept


def logger(stream: TextIO | None = None) -> structlog.BoundLogger:
    """Return the only logger of the respondent plane; it writes one JSON line a fault."""
    made: structlog.BoundLogger = structlog.wrap_logger(
        structlog.PrintLogger(stream or sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            only_route_and_class,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return made


def record(log: structlog.BoundLogger, *, route: str, error: BaseException) -> None:
    """Write that a route failed and with which class of exception; the message of the exception may hold a value.

    A log that cannot be written, on a full disk, must not cost the person the page that says what to do: there is
    nowhere left to say it.
    """
    with contextlib.suppress(OSError):
        log.error(EVENT, route=route, error=type(error).__qualname__)
