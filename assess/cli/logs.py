"""Where the log of the commands goes, and what may stand in it: stderr, a JSON line an event (A-23).

Belongs here: the one configuration of structlog. Does not: the log of the respondent plane (`web.shared.faults`), which
lets still less through, or what a command answers (stdout).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

from assess.settings import Settings

_MAY_PASS: Final = frozenset({"event", "level", "step", "wave", "locale", "error"})
Event = MutableMapping[str, Any]


def to_stderr() -> None:
    """Let every logger of this process write to stderr, so that stdout holds what a command answers, and only that."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _loud_enough,
            _only_steps,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.BoundLogger,
        # Asked for at each line: whoever replaces stderr gets what is written afterwards.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _loud_enough(_logger: Any, _method: str, event: Event) -> Event:
    """Drop what is below ASSESS_LOG_LEVEL; read here, because a command that logs nothing needs no setting."""
    loudness = logging.getLevelNamesMapping()
    if loudness[event["level"].upper()] < loudness[Settings().log_level]:
        raise structlog.DropEvent
    return event


def _only_steps(_logger: Any, _method: str, event: Event) -> Event:
    """Drop whatever is not the step, its wave, a language or the class of a fault: values, tracebacks, times."""
    return {name: str(value) for name, value in event.items() if name in _MAY_PASS}
