"""Where keys may lie, and whether those of a database are there: what a start refuses and warns of (A-03).

Belongs here: comparing folders, devices and waves. Does not: keys themselves (`keys`), settings.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from assess.surveys.keys import KeyStore
from assess.surveys.states import KeyMode, State
from assess.surveys.tables import Wave

_NEEDS_KEYS = (State.OPEN, State.CLOSED, State.COUNTED)


def orphans(session: Session, keys: KeyStore) -> list[tuple[str, KeyMode]]:
    """Return label and mode of the waves that need keys and have no key folder: a database restored without it."""
    waves = session.scalars(select(Wave).where(Wave.state.in_(_NEEDS_KEYS)).order_by(Wave.closes_at, Wave.wave_id))
    return [(wave.label, KeyMode(wave.key_mode)) for wave in waves if wave.prereg and not keys.holds(wave.wave_id)]


def one_device(keys: Path, database: Path | None) -> bool:
    """Return whether keys and database share a device, so that a copied disk holds both."""
    if database is None:
        return False
    return _device(keys) == _device(database)


def _device(path: Path) -> int:
    """Return the device of a path, or of the nearest folder above it that exists."""
    place = path.resolve()
    while not place.exists():
        place = place.parent
    return place.stat().st_dev
