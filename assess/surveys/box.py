"""The ballot box: `drop` takes a code and answers, and leaves a sealed ballot of one size (A-05, A-06).

Belongs here: the one transaction of a drop. Does not: opening a ballot (`count` alone), the list of people (never).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from nacl.public import PublicKey, SealedBox
from sqlalchemy import Insert, Table, bindparam, case, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from assess.instruments.model import Instrument
from assess.surveys import ballots, envelopes, lines, receipts, tenancy
from assess.surveys.ballots import BallotFault, Flaw
from assess.surveys.db import Clock, upsert
from assess.surveys.lines import Line, Statement
from assess.surveys.moments import GRACE
from assess.surveys.states import State
from assess.surveys.tables import BoxRow, EnvelopeRow, SpentRow, Wave

__all__ = ["BallotFault", "DropRequest", "Flaw", "Receipt", "Refused", "RefusedReason", "drop", "put", "slot"]

ATTEMPT_BYTES: Final = 16
_MOST_DROPS: Final = 32_767
_SPENT: Final[Table] = SpentRow.__table__  # type: ignore[assignment]
_BOX: Final[Table] = BoxRow.__table__  # type: ignore[assignment]
_ENVELOPE: Final[Table] = EnvelopeRow.__table__  # type: ignore[assignment]
_WAVE: Final[Table] = Wave.__table__  # type: ignore[assignment]
# The lock keeps the wave from closing between this look and the commit (SQLite: BEGIN IMMEDIATE does).
_FOR: Final = Statement(
    lambda _: (
        select(
            _ENVELOPE.c.side,
            *(
                _WAVE.c[name]
                for name in (
                    "wave_id",
                    "number",
                    "state",
                    "opens_at",
                    "closes_at",
                    "instrument",
                    "instrument_version",
                    "form",
                    "form_hash",
                    "k_box_public",
                )
            ),
        )
        .select_from(_ENVELOPE.join(_WAVE, _WAVE.c.wave_id == _ENVELOPE.c.wave_id))
        .where(_ENVELOPE.c.code_hash == bindparam("code_hash"))
        .with_for_update(read=True, of=_WAVE)
    )
)
_SPEND: Final = Statement(lambda engine: upsert(engine, _SPENT).on_conflict_do_nothing(index_elements=["code_hash"]))
_PUT: Final = Statement(lambda engine: _put(upsert(engine, _BOX)))
_LYING: Final = Statement(
    lambda _: select(_BOX.c.receipt, _BOX.c.drops).where(_BOX.c.ballot_id == bindparam("ballot_id"))
)


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
    """Drop a ballot in one transaction, which ends here: committed with a receipt, undone with anything else.

    Raises `BallotFault` for answers outside the form. The same attempt with the same answers gives the same receipt
    and one ballot; other answers replace the ballot.
    """
    try:
        line = lines.of(session)
        outcome = put(line, request, now=clock.now(line), instrument=instrument)
    except BaseException:
        session.rollback()
        raise
    if isinstance(outcome, Receipt):
        session.commit()
    else:
        session.rollback()
    return outcome


def slot(request: DropRequest) -> envelopes.Slot | None:
    """Return where the envelope and the ballot of a request lie, None for a code that cannot be one."""
    code = envelopes.normalise(request.code)
    return None if code is None else envelopes.slot(code)


def put(line: Line, request: DropRequest, *, now: datetime, instrument: Instrument) -> Receipt | Refused:
    """Judge a request and put its ballot into the box, in a transaction that the caller commits, or undoes on a fault.

    What is returned holds only once that is done.
    """
    if len(request.attempt) != ATTEMPT_BYTES:
        raise BallotFault(Flaw.ATTEMPT, f"an attempt is {ATTEMPT_BYTES} bytes")
    place = slot(request)
    wave = None if place is None else _wave(line, place)
    if place is None or wave is None:
        return Refused(reason=RefusedReason.UNKNOWN, wave_id=None)
    if wave.state is not State.OPEN or now >= wave.closes_at + GRACE:
        return Refused(reason=RefusedReason.CLOSED, wave_id=wave.wave_id)
    if now < wave.opens_at:
        return Refused(reason=RefusedReason.EARLY, wave_id=wave.wave_id)
    plain = _plain(request, wave, instrument)
    return _stored(line, place, wave, plain, hmac.digest(request.attempt, plain, "sha256"))


def _wave(line: Line, place: envelopes.Slot) -> Any:
    tenancy.hold(line, code_hash=place.code_hash, ballot_id=place.ballot_id)
    return _FOR.run(line, code_hash=place.code_hash)


def _plain(request: DropRequest, wave: Any, instrument: Instrument) -> bytes:
    if (wave.instrument, wave.instrument_version) != (instrument.id, instrument.version) or wave.form_hash is None:
        raise ValueError(
            f"wave {wave.number} asks {wave.instrument} {wave.instrument_version}, not {instrument.version}"
        )
    ballot = ballots.checked(request.answers, request.comments, instrument=instrument, form=wave.form)
    return ballots.written(
        replace(ballot, side=wave.side),
        wave_id=wave.wave_id,
        form_hash=wave.form_hash,
        room=ballots.size(instrument, wave.form),
    )


def _stored(line: Line, place: envelopes.Slot, wave: Any, plain: bytes, same: bytes) -> Receipt:
    if wave.k_box_public is None:
        raise ValueError(f"wave {wave.number} is open without a key")
    sealed = _sealing(wave.k_box_public).encrypt(plain)
    _SPEND.run(line, code_hash=place.code_hash, wave_id=wave.wave_id)
    lying = _PUT.run(
        line,
        ballot_id=place.ballot_id,
        wave_id=wave.wave_id,
        sealed=sealed,
        receipt=receipts.receipt(sealed),
        same=same,
        drops=1,
    )
    # Nothing comes back from a retry: the ballot that lies there is the same one.
    lying = lying or _LYING.run(line, ballot_id=place.ballot_id)
    return Receipt(receipt=lying.receipt, replaced=lying.drops > 1, wave_id=wave.wave_id)


@lru_cache(64)
def _sealing(public: bytes) -> SealedBox[PublicKey]:
    """Return what seals to a wave's public key, made once: making it takes half as long as sealing."""
    return SealedBox(PublicKey(public))


def _put(ballot: sqlite.Insert | postgresql.Insert) -> Insert:
    """Return the INSERT that puts a ballot, or replaces the one that lies there unless it is the same."""
    return ballot.on_conflict_do_update(
        index_elements=["ballot_id"],
        set_={
            "sealed": ballot.excluded.sealed,
            "receipt": ballot.excluded.receipt,
            "same": ballot.excluded.same,
            # A person who sends for the 32,768th time still gets a receipt.
            "drops": case((_BOX.c.drops < _MOST_DROPS, _BOX.c.drops + 1), else_=_BOX.c.drops),
        },
        where=_BOX.c.same != ballot.excluded.same,
    ).returning(_BOX.c.receipt, _BOX.c.drops)
