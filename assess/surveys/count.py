"""The count: opens the box once, shuffles, re-seals, destroys the keys (A-08). The only room that opens a ballot.

Belongs here: the five stages and the tables made of their rows. Does not: what may be said of them (`disclosure`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from assess.disclosure.table import ResponseTable
from assess.instruments.model import Instrument
from assess.surveys.db import Clock
from assess.surveys.keys import KeyStore
from assess.surveys.tables import Wave


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


class CountStopped(RuntimeError):  # noqa: N818 - a stop is what the count is for
    """The box does not add up, or the wave is not ready; nothing was destroyed by this stage."""


def run(
    sessions: sessionmaker[Session],
    wave_id: bytes,
    *,
    keys: KeyStore,
    clock: Clock,
    instrument: Instrument,
    on_stage: Callable[[str], None] = lambda stage: None,  # noqa: ARG005 - its interface
) -> CountRecord:
    """Count a closed wave, from whatever stage a killed run had reached; `on_stage` hears each committed stage."""
    raise NotImplementedError


def table(session: Session, wave: Wave, *, keys: KeyStore, instrument: Instrument) -> ResponseTable:
    """Return the shuffled answers of a counted wave, opened in memory with K_stat."""
    raise NotImplementedError


def record(session: Session, wave_id: bytes) -> CountRecord | None:
    """Return the totals of a finished count, None before that."""
    raise NotImplementedError
