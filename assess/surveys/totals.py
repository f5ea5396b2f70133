"""How far a count has come and what it found: stages and totals (A-08).

Belongs here: reading `count_record`. Does not: moving it (`count`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from assess.surveys.tables import CountRow


class Stage(StrEnum):
    """How far a count has come, in order."""

    FROZEN = "frozen"
    SEALED = "sealed"
    VERIFIED = "verified"
    DESTROYED = "destroyed"
    COUNTED = "counted"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRecord:
    """Totals of a count: used envelopes = ballots in the box = counted + spoiled. `root`: 64 hex digits (A-10)."""

    wave_id: bytes
    invited: int
    used: int
    replaced: int
    spoiled: int
    counted: int
    root: str


def record(session: Session, wave_id: bytes) -> CountRecord | None:
    """Return the totals of a finished count, None before that."""
    row = session.get(CountRow, wave_id, populate_existing=True)
    return None if row is None or row.stage != Stage.COUNTED else of(row)


def stage(session: Session, wave_id: bytes) -> str | None:
    """Return how far a count has come, None before it began."""
    row = session.get(CountRow, wave_id, populate_existing=True)
    return None if row is None else row.stage


def of(row: CountRow) -> CountRecord:
    """Return the totals of a row."""
    return CountRecord(
        wave_id=row.wave_id,
        invited=row.invited,
        used=row.used,
        replaced=row.replaced,
        spoiled=row.spoiled,
        counted=row.counted,
        root=row.root.hex(),
    )
