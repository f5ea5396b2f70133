"""The ballot box: `drop` takes a code and answers, and leaves a sealed ballot of one size (A-05, A-06).

Belongs here: the one transaction of a drop. Does not: opening a ballot (`count` alone), the list of people (never).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any, Final

from nacl.public import PublicKey, SealedBox
from sqlalchemy import Insert, Row, Table, bindparam, case, select
from sqlalchemy.orm import Session

from assess.instruments.model import Instrument
from assess.surveys import ballots, envelopes, receipts, tenancy
from assess.surveys.ballots import BallotFault, Flaw
from assess.surveys.db import Clock, upsert
from assess.surveys.moments import GRACE
from assess.surveys.states import State
from assess.surveys.tables import BoxRow, EnvelopeRow, SpentRow, Wave

__all__ = ["BallotFault", "DropRequest", "Flaw", "Receipt", "Refused", "RefusedReason", "drop"]

ATTEMPT_BYTES: Final = 16
_MOST_DROPS: Final = 32_767
_SPENT: Final[Table] = SpentRow.__table__  # type: ignore[assignment]
_BOX: Final[Table] = BoxRow.__table__  # type: ignore[assignment]
_ENVELOPE: Final[Table] = EnvelopeRow.__table__  # type: ignore[assignment]
_WAVE: Final[Table] = Wave.__table__  # type: ignore[assignment]
# Built once, and plain rows instead of objects: a drop reads ten columns and throws them away.
# The lock keeps the wave from closing between this look and the commit (SQLite: BEGIN IMMEDIATE does).
_FOR: Final = (
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
_LYING: Final = select(_BOX.c.receipt, _BOX.c.drops).where(_BOX.c.ballot_id == bindparam("ballot_id"))


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
        outcome = _drop(session, request, clock, instrument)
    except BaseException:
        session.rollback()
        raise
    if isinstance(outcome, Receipt):
        session.commit()
    else:
        session.rollback()
    return outcome


def _drop(session: Session, request: DropRequest, clock: Clock, instrument: Instrument) -> Receipt | Refused:
    if len(request.attempt) != ATTEMPT_BYTES:
        raise BallotFault(Flaw.ATTEMPT, f"an attempt is {ATTEMPT_BYTES} bytes")
    code = envelopes.normalise(request.code)
    slot = None if code is None else envelopes.slot(code)
    wave = None if slot is None else _wave(session, slot)
    if slot is None or wave is None:
        return Refused(reason=RefusedReason.UNKNOWN, wave_id=None)
    now = clock.now(session)
    if wave.state is not State.OPEN or now >= wave.closes_at + GRACE:
        return Refused(reason=RefusedReason.CLOSED, wave_id=wave.wave_id)
    if now < wave.opens_at:
        return Refused(reason=RefusedReason.EARLY, wave_id=wave.wave_id)
    plain = _plain(request, wave, instrument)
    return _stored(session, slot, wave, plain, hmac.digest(request.attempt, plain, "sha256"))


def _wave(session: Session, slot: envelopes.Slot) -> Row[Any] | None:
    connection = session.connection()
    tenancy.hold(connection, code_hash=slot.code_hash, ballot_id=slot.ballot_id)
    return connection.execute(_FOR, {"code_hash": slot.code_hash}).one_or_none()


def _plain(request: DropRequest, wave: Row[Any], instrument: Instrument) -> bytes:
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


def _stored(session: Session, slot: envelopes.Slot, wave: Row[Any], plain: bytes, same: bytes) -> Receipt:
    if wave.k_box_public is None:
        raise ValueError(f"wave {wave.number} is open without a key")
    sealed = SealedBox(PublicKey(wave.k_box_public)).encrypt(plain)
    connection = session.connection()
    spend, put = _statements(connection.dialect.name)
    connection.execute(spend, {"code_hash": slot.code_hash, "wave_id": wave.wave_id})
    lying = connection.execute(
        put,
        {
            "ballot_id": slot.ballot_id,
            "wave_id": wave.wave_id,
            "sealed": sealed,
            "receipt": receipts.receipt(sealed),
            "same": same,
            "drops": 1,
        },
    ).one_or_none()
    # Nothing comes back from a retry: the ballot that lies there is the same one.
    lying = lying or connection.execute(_LYING, {"ballot_id": slot.ballot_id}).one()
    return Receipt(receipt=lying.receipt, replaced=lying.drops > 1, wave_id=wave.wave_id)


@cache
def _statements(dialect: str) -> tuple[Insert, Insert]:
    """Return the two INSERTs of a drop, built once: mark the envelope as used; put the ballot, or replace it."""
    spend = upsert(dialect, _SPENT).on_conflict_do_nothing(index_elements=["code_hash"])
    ballot = upsert(dialect, _BOX)
    put = ballot.on_conflict_do_update(
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
    return spend, put
