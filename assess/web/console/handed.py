"""What an opening handed out: in memory only, for the account that opened and that wave, for a quarter of an hour.

Belongs here: keeping and forgetting it. Does not: what is handed out (`surveys.custody`), the page (`papers`). Nothing
here is written anywhere, and a server that is restarted has forgotten all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock, Timer
from typing import Final, cast

from flask import current_app

EXTENSION: Final = "assess_handed"

LIFE: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What the page of an opening shows; `k_box_public` tells this opening from one that was never committed."""

    phrase: str = field(repr=False)
    sheets: tuple[tuple[str, str, str], ...] = field(repr=False)
    k_box_public: bytes | None
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    account: int
    wave_id: bytes
    papers: Papers
    end: Timer = field(repr=False)


class HandedPapers:
    """What is kept, by wave: an opening takes the place of one before it, whoever's that was."""

    def __init__(self, *, life: timedelta = LIFE) -> None:
        self.life = life
        self._kept: dict[bytes, _Kept] = {}
        self._lock = Lock()

    def keep(self, account: int, wave_id: bytes, papers: Papers) -> None:
        """Keep papers until their time is over; a timer forgets them then, though nobody asks again."""
        end = Timer(self.life.total_seconds(), self._drop, args=(lambda kept: kept.papers is papers,))
        end.daemon = True
        self._drop(lambda kept: kept.wave_id == wave_id)
        with self._lock:
            self._kept[wave_id] = _Kept(account=account, wave_id=wave_id, papers=papers, end=end)
        end.start()

    def read(self, account: int, wave_id: bytes, *, now: datetime) -> Papers | None:
        """Return the papers if this account opened the wave and their time is not over by the clock that decides."""
        self._drop(lambda kept: kept.papers.until <= now)
        with self._lock:
            found = self._kept.get(wave_id)
        return found.papers if found is not None and found.account == account else None

    def wipe(self, account: int, wave_id: bytes) -> None:
        """Forget the papers of a wave that this account opened."""
        self._drop(lambda kept: kept.wave_id == wave_id and kept.account == account)

    def forget(self, account: int) -> None:
        """Forget everything that was handed to an account."""
        self._drop(lambda kept: kept.account == account)

    def _drop(self, over: Callable[[_Kept], bool]) -> None:
        with self._lock:
            for kept in [kept for kept in self._kept.values() if over(kept)]:
                del self._kept[kept.wave_id]
                kept.end.cancel()


def here() -> HandedPapers:
    """Return what is kept in this application."""
    return cast("HandedPapers", current_app.extensions[EXTENSION])
