"""How many have answered, as a band a side, measured once a day while a wave is open (A-16, U-44).

Belongs here: the bands, and the one step that looks at used envelopes before the count. Does not, ever: a number, a
total, a list of who answered, whether a floor is reached.

Somebody who reads the band every day learns on which days it moved, and then that the number of ballots passed a
known border; each band holds at least three numbers, so the number itself stays open, and one ballot more is not seen
unless it passes a border. That holds only while the borders stay where they are: they are those of the head count
frozen at opening, because a head count that grew with a late joiner would move every border at once and two bands of
one number would meet in a single one. The band of a day is overwritten by the next, and forgotten at the close.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from assess.surveys.db import Clock
from assess.surveys.states import State
from assess.surveys.tables import EnvelopeRow, ParticipationRow, SpentRow, Wave

SMALLEST: Final = 8
"""People a side needs for any band at all."""
_FIFTHS: Final = 15
_TENTHS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """From `low` to under `high` percent of a side; the last band of a side has no upper end: `high` is None."""

    low: int
    high: int | None

    def __str__(self) -> str:
        """Return how it is stored."""
        return f"{self.low}-{'' if self.high is None else self.high}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The band of a side and the local day on which it was measured."""

    band: Band
    day: date


def steps(people: int) -> int:
    """Return into how many bands a side of so many people is cut; 0: none is shown."""
    if people < SMALLEST:
        return 0
    if people < _FIFTHS:
        return 2
    return 5 if people < _TENTHS else 10


def band(answered: int, people: int) -> Band | None:
    """Return the band of a side; more ballots than people were late joiners', and lie in the last one."""
    parts = steps(people)
    if parts == 0:
        return None
    place = min(answered * parts // people, parts - 1)
    width = 100 // parts
    return Band(low=place * width, high=None if place == parts - 1 else (place + 1) * width)


def is_due(wave: Wave, measured: date | None, now: datetime) -> bool:
    """Return whether a wave's bands were not yet measured on this day of its zone."""
    taking = wave.state is State.OPEN and wave.opens_at <= now < wave.closes_at
    shown = any(steps(people) for people in (wave.invited or {}).values())
    return taking and shown and measured != _local_day(wave, now)


def due(session: Session, now: datetime) -> list[bytes]:
    """Return the waves whose bands are to be measured."""
    asked = select(ParticipationRow.wave_id, func.max(ParticipationRow.day)).group_by(ParticipationRow.wave_id)
    days = {row[0]: row[1] for row in session.execute(asked)}
    waves = session.scalars(select(Wave).where(Wave.state == State.OPEN).order_by(Wave.wave_id))
    return [wave.wave_id for wave in waves if is_due(wave, days.get(wave.wave_id), now)]


def measure(session: Session, wave_id: bytes, clock: Clock) -> bool:
    """Overwrite the bands of an open wave, at most once a day of its zone; return whether this call did it."""
    wave = session.get(Wave, wave_id, with_for_update=True, populate_existing=True)
    if wave is None:
        return False
    now = clock.now(session)
    last = session.scalar(select(func.max(ParticipationRow.day)).where(ParticipationRow.wave_id == wave_id))
    if not is_due(wave, last, now):
        return False
    found = _used(session, wave_id)
    for side, people in (wave.invited or {}).items():
        measured = band(found.get(side, 0), people)
        if measured is not None:
            day = _local_day(wave, now)
            session.merge(ParticipationRow(wave_id=wave_id, side=side, band=str(measured), day=day))
    session.flush()
    return True


def of(session: Session, wave: Wave) -> dict[str, Measured]:
    """Return the bands of a wave that is open, by side; a side that is too small, or not measured yet, has none."""
    if wave.state is not State.OPEN:
        return {}
    rows = session.scalars(select(ParticipationRow).where(ParticipationRow.wave_id == wave.wave_id))
    return {row.side: Measured(band=_read(row.band), day=row.day) for row in rows}


def forget(session: Session, wave_id: bytes) -> None:
    """Delete the bands of a wave that is closed: the count says what may be said."""
    session.execute(delete(ParticipationRow).where(ParticipationRow.wave_id == wave_id))


def _used(session: Session, wave_id: bytes) -> dict[str, int]:
    """Return the number of used envelopes a side; nothing outside this module's one step may ask."""
    asked = (
        select(EnvelopeRow.side, func.count())
        .join(SpentRow, SpentRow.code_hash == EnvelopeRow.code_hash)
        .where(EnvelopeRow.wave_id == wave_id)
        .group_by(EnvelopeRow.side)
    )
    return {row[0]: row[1] for row in session.execute(asked)}


def _read(stored: str) -> Band:
    low, _, high = stored.partition("-")
    return Band(low=int(low), high=int(high) if high else None)


def _local_day(wave: Wave, now: datetime) -> date:
    return now.astimezone(ZoneInfo(wave.zone)).date()
