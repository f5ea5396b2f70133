"""Keys that two shares opened for the desk: in memory only, for one account and one wave, for a quarter of an hour.

Belongs here: keeping and forgetting them. Does not: opening (`surveys.custody`). Nothing here is written anywhere, and
a server that is restarted has forgotten all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, cast

from flask import current_app

EXTENSION: Final = "assess_opened"

LIFE: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    k_stat: bytes = field(repr=False)
    until: datetime


class OpenedKeys:
    """What is open, by account and wave."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, bytes], _Kept] = {}
        self._lock = Lock()

    def keep(self, account: int, wave_id: bytes, k_stat: bytes, *, now: datetime) -> None:
        """Keep a key for as long as its life, from now."""
        with self._lock:
            self._kept[account, wave_id] = _Kept(k_stat=k_stat, until=now + LIFE)

    def read(self, account: int, wave_id: bytes, *, now: datetime) -> bytes | None:
        """Return the key if it is still open; whatever is over is forgotten first."""
        with self._lock:
            self._kept = {place: kept for place, kept in self._kept.items() if now < kept.until}
            found = self._kept.get((account, wave_id))
        return None if found is None else found.k_stat

    def forget(self, account: int) -> None:
        """Forget everything that an account has open."""
        with self._lock:
            self._kept = {place: kept for place, kept in self._kept.items() if place[0] != account}


def here() -> OpenedKeys:
    """Return what is open in this application."""
    return cast("OpenedKeys", current_app.extensions[EXTENSION])
