"""Where keys may lie, and whether those of a database are there: what a start refuses and warns of (A-03).

Belongs here: comparing folders, devices and waves. Does not: keys themselves (`keys`), settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from assess.surveys import totals
from assess.surveys.keys import KeyFile, KeyFolderError, KeyGoneError, KeyName, KeyStore, ShareFile, made_for
from assess.surveys.states import KeyMode, State
from assess.surveys.tables import Wave
from assess.surveys.totals import Stage

_NEEDS_KEYS = (State.OPEN, State.CLOSED, State.COUNTED)
_LIVING: Final[Mapping[str | None, tuple[KeyName, ...]]] = {
    None: (KeyName.MAIL, KeyName.BOX, KeyName.STAT, KeyName.SIGN),
    Stage.FROZEN: (KeyName.BOX, KeyName.STAT, KeyName.SIGN),
    Stage.SEALED: (KeyName.BOX, KeyName.STAT, KeyName.SIGN),
}
"""Keys that no count has destroyed, by the stage that it has reached; later only these two live."""
_LATER: Final = (KeyName.STAT, KeyName.SIGN)


def orphans(session: Session, keys: KeyStore) -> list[tuple[str, KeyMode]]:
    """Return label and mode of the waves that lack a key they still need: a database restored without its keys.

    Ballots that nobody could open would have a receipt all the same.
    """
    waves = session.scalars(select(Wave).where(Wave.state.in_(_NEEDS_KEYS)).order_by(Wave.closes_at, Wave.wave_id))
    return [
        (wave.label, KeyMode(wave.key_mode))
        for wave in waves
        if wave.prereg and not all(_whole(keys, wave.wave_id, file) for file in _needed(session, wave))
    ]


def _needed(session: Session, wave: Wave) -> Iterator[KeyFile]:
    """Yield the files that must be there, by mode and stage."""
    mode = KeyMode(wave.key_mode)
    for name in _LIVING.get(totals.stage(session, wave.wave_id), _LATER):
        yield from made_for(name, mode)
    if mode.witnessed:
        yield ShareFile.SERVER


def _whole(keys: KeyStore, wave_id: bytes, file: KeyFile) -> bool:
    try:
        keys.read(wave_id, file)
    except (KeyGoneError, KeyFolderError):
        return False
    return True


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
