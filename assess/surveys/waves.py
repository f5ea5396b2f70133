"""Waves: drafting, opening, finding them.

Belongs here: what a wave is until it is open, and the checks of opening (U-47). Does not: drops (`box`), the clock's
steps (`lifecycle`), the count (`count`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from assess.disclosure.policy import Policy
from assess.instruments.model import Instrument
from assess.surveys.db import Clock
from assess.surveys.keys import KeyStore
from assess.surveys.states import KeyMode, State, WaveRefused
from assess.surveys.tables import Client, Wave

__all__ = ["KeyMode", "State", "Wave", "WaveRefused", "draft", "find", "of_client", "open_", "policy", "set_release"]


def draft(
    session: Session,
    client: Client,
    *,
    instrument: Instrument,
    form: str,
    label: str,
    opens_at: datetime,
    closes_at: datetime,
    contact: str,
) -> Wave:
    """Add a draft to a client's waves and return it."""
    raise NotImplementedError


def open_(session: Session, wave: Wave, *, instrument: Instrument, keys: KeyStore, clock: Clock, operator: str) -> None:
    """Open a draft: freeze roster, floors and promise, make the keys, insert the envelopes; or refuse, unchanged."""
    raise NotImplementedError


def set_release(session: Session, wave: Wave, moment: datetime) -> None:
    """Set the minute at which all readers see the report of a wave that is not released yet."""
    raise NotImplementedError


def find(session: Session, wave_id: bytes) -> Wave | None:
    """Return the wave of this id."""
    return session.get(Wave, wave_id)


def of_client(session: Session, client: Client) -> list[Wave]:
    """Return the waves of a client by number."""
    raise NotImplementedError


def policy(wave: Wave) -> Policy:
    """Return the floors frozen at opening."""
    return Policy(floor_scale=wave.floor_scale, floor_item=wave.floor_item, floor_comments=wave.floor_comments)
