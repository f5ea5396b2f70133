"""What is due, and the fenced steps that the clock takes: close, release, sign-off, purge (stack.md section 3).

Belongs here: transitions that need nothing but rows and the time. Does not: the count (`count`), what a release
computes (`publish`), opening (`waves`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, exists, func, select, update
from sqlalchemy.orm import Session

from assess.surveys import participation
from assess.surveys.db import Clock
from assess.surveys.keys import KeyName, KeyStore
from assess.surveys.moments import GRACE, RESULTS_LIFE, ROSTER_LIFE
from assess.surveys.states import KeyMode, State
from assess.surveys.tables import (
    CommentDecisionRow,
    CommentRow,
    CountRow,
    PersonRow,
    RosterPrintRow,
    StatRow,
    Wave,
)
from assess.surveys.totals import Stage


class StepKind(StrEnum):
    """What the clock may ask for."""

    CLOSE = "close"
    COUNT = "count"
    RELEASE = "release"
    SIGN_OFF = "sign_off"
    PURGE = "purge"
    FORGET = "forget"
    MEASURE = "measure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that is due for one wave."""

    kind: StepKind
    wave_id: bytes


def due(session: Session, clock: Clock) -> list[Step]:
    """Return the steps that are due now, the longest overdue wave first; running one twice is harmless."""
    now = clock.now(session)
    rows = session.execute(
        select(
            Wave.wave_id,
            Wave.state,
            Wave.closes_at,
            Wave.release_at,
            exists().where(PersonRow.wave_id == Wave.wave_id).label("listed"),
            Wave.key_mode,
            CountRow.stage,
            exists().where(CommentRow.wave_id == Wave.wave_id, _not_decided()).label("unread"),
        )
        .outerjoin(CountRow, CountRow.wave_id == Wave.wave_id)
        .where(Wave.state != State.DRAFT)
        .order_by(Wave.closes_at, Wave.wave_id)
    )
    steps: list[Step] = []
    for wave_id, state, closes_at, release_at, listed, key_mode, stage, unread in rows:
        kind = _asked(state, closes_at, None if unread else release_at, now)
        if kind is StepKind.COUNT and waits_for_share(KeyMode(key_mode), stage):
            kind = None
        if kind is not None:
            steps.append(Step(kind=kind, wave_id=wave_id))
        if listed and state is not State.OPEN and now >= closes_at + ROSTER_LIFE:
            steps.append(Step(kind=StepKind.PURGE, wave_id=wave_id))
    steps += [Step(kind=StepKind.FORGET, wave_id=wave_id) for wave_id in _to_forget(session, now)]
    return steps + [Step(kind=StepKind.MEASURE, wave_id=wave_id) for wave_id in participation.due(session, now)]


def waits_for_share(mode: KeyMode, stage: str | None) -> bool:
    """Return whether a closed wave cannot be counted on until somebody types a share (U-40).

    Once the rows are verified, what is left to do is to destroy and to sign: the clock can do that alone.
    """
    return mode.witnessed and stage not in (Stage.VERIFIED, Stage.DESTROYED)


def close(session: Session, wave_id: bytes, clock: Clock) -> bool:
    """Close an open wave once its grace is over; return whether this call did it."""
    done = session.execute(
        update(Wave)
        .where(Wave.wave_id == wave_id, Wave.state == State.OPEN, Wave.closes_at <= clock.now(session) - GRACE)
        .values(state=State.CLOSED)
    )
    closed = _one(done)
    if closed:
        participation.forget(session, wave_id)
    return closed


def undecided(session: Session, wave_id: bytes) -> int:
    """Return how many counted comments the desk has not decided about; a release waits for them (section 6)."""
    waiting = select(func.count()).select_from(CommentRow).where(CommentRow.wave_id == wave_id, _not_decided())
    return session.scalar(waiting) or 0


def mark_released(session: Session, wave: Wave, clock: Clock) -> bool:
    """Mark a counted wave as released, for all its readers at one moment; return whether this call did it."""
    done = session.execute(
        update(Wave)
        .where(
            Wave.wave_id == wave.wave_id,
            Wave.state == State.COUNTED,
            ~exists().where(CommentRow.wave_id == wave.wave_id, _not_decided()),
        )
        .values(state=State.RELEASED, released_at=clock.now(session))
    )
    return _one(done)


def sign_off(session: Session, wave_id: bytes, *, keys: KeyStore, clock: Clock) -> bool:
    """Destroy K_stat and the shuffled rows of a released wave, 30 days after its count; return whether this call did.

    Only the released tables stay (A-08). Killed before its commit, the step is due again; a key may die twice.
    """
    done = session.execute(
        update(Wave)
        .where(
            Wave.wave_id == wave_id,
            Wave.state == State.RELEASED,
            Wave.closes_at <= clock.now(session) - GRACE - RESULTS_LIFE,
        )
        .values(state=State.SIGNED_OFF)
    )
    if not _one(done):
        return False
    keys.destroy(wave_id, KeyName.STAT)
    for rows in (StatRow, CommentRow, CommentDecisionRow):
        session.execute(delete(rows).where(rows.wave_id == wave_id))
    return True


def purge_roster(session: Session, wave_id: bytes, clock: Clock) -> bool:
    """Delete the roster of a wave 30 days after its close (U-52); return whether there was one."""
    over = select(Wave.wave_id).where(
        Wave.wave_id == wave_id,
        Wave.state.not_in([State.DRAFT, State.OPEN]),
        Wave.closes_at <= clock.now(session) - ROSTER_LIFE,
    )
    done = session.execute(delete(PersonRow).where(PersonRow.wave_id.in_(over)))
    return cast("CursorResult[Any]", done).rowcount > 0


def forget_prints(session: Session, wave_id: bytes, clock: Clock) -> bool:
    """Delete the outlived fingerprints of the wave's client (A-13: 400 days); return whether there were any."""
    client = select(Wave.client_id).where(Wave.wave_id == wave_id).scalar_subquery()
    today = clock.now(session).date()
    done = session.execute(
        delete(RosterPrintRow).where(RosterPrintRow.client_id == client, RosterPrintRow.kept_until < today)
    )
    return cast("CursorResult[Any]", done).rowcount > 0


def _to_forget(session: Session, now: datetime) -> list[bytes]:
    """Return one wave, the latest, of every client with fingerprints that were kept long enough."""
    outlived = select(RosterPrintRow.client_id).where(RosterPrintRow.kept_until < now.date())
    latest = (
        select(Wave.client_id, func.max(Wave.number).label("number"))
        .where(Wave.client_id.in_(outlived))
        .group_by(Wave.client_id)
        .subquery()
    )
    asked = select(Wave.wave_id).join(latest, (Wave.client_id == latest.c.client_id) & (Wave.number == latest.c.number))
    return list(session.scalars(asked.order_by(Wave.wave_id)))


def _asked(state: State, closes_at: datetime, release_at: datetime | None, now: datetime) -> StepKind | None:
    match state:
        case State.OPEN if now >= closes_at + GRACE:
            return StepKind.CLOSE
        case State.CLOSED:
            return StepKind.COUNT
        case State.COUNTED if release_at is not None and now >= release_at:
            return StepKind.RELEASE
        case State.RELEASED if now >= closes_at + GRACE + RESULTS_LIFE:
            return StepKind.SIGN_OFF
        case _:
            return None


def _not_decided() -> ColumnElement[bool]:
    return ~exists().where(
        CommentDecisionRow.wave_id == CommentRow.wave_id, CommentDecisionRow.row_id == CommentRow.row_id
    )


def _one(done: Any) -> bool:
    return cast("CursorResult[Any]", done).rowcount == 1
