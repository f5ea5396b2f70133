"""What a code leads to: a survey, a side, and whether ballots are taken now.

Belongs here: reading, in one short transaction that never waits for a writer. Does not: writing anything, pages.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from assess.disclosure.policy import Policy
from assess.surveys import clients, db, envelopes, tenancy, waves
from assess.surveys.lines import Line
from assess.surveys.moments import GRACE
from assess.surveys.states import State
from assess.surveys.waves import Wave

Session = Any
"""A session of `surveys.db`: passed on to surveys, never used here, for views import no sqlalchemy (contract 9)."""
FRESH_SECONDS: Final = 5.0
"""How old what a page tells about a survey may be; whether a ballot is taken is never taken from here (A-06)."""


class Standing(StrEnum):
    """Whether a survey takes ballots now."""

    EARLY = "early"
    TAKING = "taking"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What the pages tell about a wave; nothing of a person or of a ballot."""

    wave: str
    client: str
    label: str
    instrument: str
    version: str
    form: str
    opens_at: datetime
    closes_at: datetime
    release_at: datetime | None
    released_at: datetime | None
    zone: str
    contact: str
    operator: str
    key_mode: str
    witness: str | None
    floors: Policy
    prereg: str
    closed: bool
    done: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """What was done since the last wave, at most three lines a language (U-90); empty in a first wave."""

    def standing(self, now: datetime) -> Standing:
        """Return whether ballots are taken at this instant, the grace of A-07 included."""
        if self.closed or now >= self.closes_at + GRACE:
            return Standing.OVER
        return Standing.EARLY if now < self.opens_at else Standing.TAKING


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a code leads to. `receipt`: of the ballot that lies in the box for it (M5)."""

    survey: Survey
    side: str
    standing: Standing
    receipt: str | None


class Board:
    """Surveys by wave, read again once older than `FRESH_SECONDS`: an open wave changes only its release.

    A session is anything that `surveys` takes as one; this room knows no database.
    """

    def __init__(self, operator: str, seconds: Callable[[], float] = time.monotonic) -> None:
        self._operator = operator
        self._seconds = seconds
        self._surveys: dict[bytes, tuple[float, Survey]] = {}

    def survey(self, session: Session, wave_id: bytes) -> Survey:
        """Return what is told about a wave."""
        known = self.fresh(wave_id)
        if known is not None:
            return known
        now = self._seconds()
        survey = _told(session, wave_id, self._operator)
        self._surveys[wave_id] = (now, survey)
        return survey

    def fresh(self, wave_id: bytes) -> Survey | None:
        """Return what was told about a wave a moment ago, None if it must be read again."""
        known = self._surveys.get(wave_id)
        return None if known is None or self._seconds() - known[0] >= FRESH_SECONDS else known[1]


def look(line: Line, code: str, *, survey: Callable[[bytes], Survey], clock: db.Clock) -> Found | None:
    """Return what a typed code leads to, or None: one answer for every code that is not known (U-10)."""
    envelope = envelopes.find(line, code)
    if envelope is None:
        return None
    told = survey(envelope.wave_id)
    return Found(survey=told, side=envelope.side, standing=told.standing(clock.now(line)), receipt=envelope.receipt)


def _told(session: Session, wave_id: bytes, operator: str) -> Survey:
    tenancy.show(session, wave_id)
    wave = waves.find(session, wave_id)
    client = None if wave is None else clients.find(session, wave.client_id)
    if wave is None or client is None:
        raise LookupError("an envelope without its wave")
    return survey(wave, client.name, operator)


def survey(wave: Wave, client: str, operator: str) -> Survey:
    """Return what the pages tell of a wave."""
    return Survey(
        wave=wave.wave_id.hex(),
        client=client,
        label=wave.label,
        instrument=wave.instrument,
        version=wave.instrument_version,
        form=wave.form,
        opens_at=wave.opens_at,
        closes_at=wave.closes_at,
        release_at=wave.release_at,
        released_at=wave.released_at,
        zone=wave.zone,
        contact=wave.contact,
        operator=wave.operator or operator,
        key_mode=wave.key_mode,
        witness=wave.witness,
        floors=waves.policy(wave),
        prereg=wave.prereg or "",
        closed=wave.state is not State.OPEN,
    )
