"""The ballot box: `drop` takes a code and answers, and leaves a sealed ballot of one size (A-05, A-06).

Belongs here: the one transaction of a drop. Does not: opening a ballot (`count` alone), the list of people (never).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from assess.instruments.model import Instrument
from assess.surveys.ballots import BallotFault
from assess.surveys.db import Clock

__all__ = ["BallotFault", "DropRequest", "Receipt", "Refused", "RefusedReason", "drop"]


class RefusedReason(StrEnum):
    """Why a code cannot drop now: M1, M2, M3."""

    UNKNOWN = "unknown"
    EARLY = "early"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DropRequest:
    """What a person sends. `attempt`: 16 random bytes of the check page, never stored; a second Send repeats it."""

    code: str
    attempt: bytes
    answers: Mapping[str, int]
    comments: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The ballot is in the box, on disk. `replaced`: it took the place of an earlier one."""

    receipt: str
    replaced: bool
    wave_id: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing was stored. `wave_id` is None for a code that is not known."""

    reason: RefusedReason
    wave_id: bytes | None


def drop(session: Session, request: DropRequest, *, clock: Clock, instrument: Instrument) -> Receipt | Refused:
    """Drop a ballot in one transaction, which it commits; raises `BallotFault` for answers outside the form."""
    raise NotImplementedError
