"""The intake: ballots that arrive together are committed together, by one writer a process on SQLite (A-06, stack.md).

Belongs here: who writes, which ballots share a transaction, who is told what once it is committed. Does not: judging
one ballot and putting it (`box.put`).

SQLite has one writer, and who waits for it polls: under load the unlucky ones wait longest. So the threads of a process
queue here instead. Whoever finds nobody writing writes for all who wait by then, in one transaction, and then hands the
seat to the first of those who have come since. There is no thread of its own that would have to be started after a
fork, stopped, or could die unnoticed. On PostgreSQL every drop is a transaction of its own.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from assess.instruments.model import Instrument
from assess.surveys import box, lines
from assess.surveys.box import DropRequest, Receipt, Refused
from assess.surveys.db import Clock
from assess.surveys.lines import Line

MOST: Final = 64
"""Ballots of one transaction: no more wait for a commit than this many puts take."""


class NotWritten(RuntimeError):  # noqa: N818 - what a person is told is that nothing was received
    """Who wrote for this ballot was stopped in the middle: it may lie in the box, so nobody is told that it does."""


Outcome = Receipt | Refused | BaseException


def _closed() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, kw_only=True, eq=False)
class _Waiting:
    """A ballot in the queue. `place` orders a batch, so that nothing in it tells who came first."""

    request: DropRequest
    instrument: Instrument
    place: bytes
    turn: threading.Lock = field(default_factory=_closed)
    """Opened once the ballot is judged, or once it is its own thread's turn to write."""
    outcome: Outcome | None = None


class Intake:
    """Takes the ballots of all threads of a process; one for each application."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._queue: deque[_Waiting] = deque()
        self._guard = threading.Lock()
        self._taken = False
        """Whether somebody sits in the writer's seat."""

    def drop(self, request: DropRequest, *, instrument: Instrument) -> Receipt | Refused:
        """Return once the ballot is committed, or refused; raises whatever kept it from being written.

        Raises `BallotFault` for answers outside the form. `box.drop` says what a second Send does.
        """
        if self._engine.dialect.name != "sqlite":
            return self._alone(request, instrument)
        place = box.slot(request)
        waiting = _Waiting(request=request, instrument=instrument, place=b"" if place is None else place.ballot_id)
        if not self._seated(waiting):
            waiting.turn.acquire()
        if waiting.outcome is None:
            self._write()
        if isinstance(waiting.outcome, Receipt | Refused):
            return waiting.outcome
        raise waiting.outcome or NotWritten("nobody wrote for this ballot")

    def _alone(self, request: DropRequest, instrument: Instrument) -> Receipt | Refused:
        """Drop in a transaction of its own: PostgreSQL has as many writers as connections."""
        with lines.lent(self._engine) as line:
            outcome = box.put(line, request, now=self._clock.now(line), instrument=instrument)
            if isinstance(outcome, Receipt):
                line.say("COMMIT")
            return outcome

    def _seated(self, waiting: _Waiting) -> bool:
        """Queue a ballot; return whether its thread is the one to write."""
        with self._guard:
            self._queue.append(waiting)
            seated, self._taken = not self._taken, True
        return seated

    def _write(self) -> None:
        """Write for everybody who waits, this thread's ballot among them, and hand the seat on, whatever happens."""
        with self._guard:
            batch = [self._queue.popleft() for _ in range(min(MOST, len(self._queue)))]
        try:
            # By the hash of the code: the pages of a commit do not tell the order of arrival. Two ballots of one code
            # stay in theirs, because the last one counts.
            self._judge(sorted(batch, key=lambda waiting: waiting.place))
        finally:
            for waiting in batch:
                waiting.outcome = waiting.outcome or NotWritten("the writer was stopped")
                waiting.turn.release()
            with self._guard:
                self._taken = bool(self._queue)
                if self._queue:
                    self._queue[0].turn.release()

    def _judge(self, batch: Sequence[_Waiting]) -> None:
        """Commit a batch; if it fails as a whole, each ballot by itself, so that what fails for one fails for one."""
        try:
            self._together(batch)
        except _NotBegun as error:
            # Each ballot by itself would wait for the same lock, one after the other.
            for waiting in batch:
                waiting.outcome = error.cause
        except Exception as error:  # noqa: BLE001 - raised again in the thread whose ballot it is
            if len(batch) == 1:
                batch[0].outcome = error
                return
            for waiting in batch:
                self._judge([waiting])

    def _together(self, batch: Sequence[_Waiting]) -> None:
        """Judge a batch in one transaction with one look at the clock; an outcome stands only after the commit."""
        with lines.lent(self._engine) as line:
            try:
                line.say("BEGIN IMMEDIATE")
                now = self._clock.now(line)
            except Exception as error:
                raise _NotBegun(error) from error
            outcomes = [self._put(line, waiting, now) for waiting in batch]
            if any(isinstance(outcome, Receipt) for outcome in outcomes):
                line.say("COMMIT")
        for waiting, outcome in zip(batch, outcomes, strict=True):
            waiting.outcome = outcome

    def _put(self, line: Line, waiting: _Waiting, now: datetime) -> Outcome:
        """Judge one ballot; what it wrote before a fault is undone, what the others wrote stays."""
        line.say("SAVEPOINT ballot")
        try:
            return box.put(line, waiting.request, now=now, instrument=waiting.instrument)
        except Exception as error:  # noqa: BLE001 - raised again in the thread whose ballot it is
            line.say("ROLLBACK TO ballot")
            return error
        finally:
            line.say("RELEASE ballot")


class _NotBegun(Exception):  # noqa: N818 - never leaves this room
    """No transaction began: nothing was judged."""

    def __init__(self, cause: Exception) -> None:
        self.cause = cause
