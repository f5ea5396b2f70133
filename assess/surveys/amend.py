"""What may still change once a wave is open: one extension, and a spare for somebody who joins late (section 6, U-51).

Belongs here: those two, each chained to what was fixed at opening (A-15). Does not: a correction of what was fixed
(there is none), withdrawal, mails.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from assess.surveys import envelopes, movement, prereg, roster
from assess.surveys.db import Clock
from assess.surveys.keys import KeyStore
from assess.surveys.moments import LONGEST_WINDOW
from assess.surveys.prereg import Change
from assess.surveys.roster import RosterRow
from assess.surveys.said import Said, said
from assess.surveys.states import State, WaveRefused
from assess.surveys.tables import PersonRow, Wave

LONGEST_EXTENSION: Final = timedelta(days=7)
LAST_CALL: Final = timedelta(hours=24)
"""How long before its close a wave can last be extended."""


def extend(session: Session, wave: Wave, closes_at: datetime, *, clock: Clock) -> None:
    """Move the close of an open wave, once, or refuse and change nothing; the change is chained to `prereg`."""
    session.flush()
    session.refresh(wave, with_for_update=True)
    reasons = list(_against(session, wave, closes_at, clock.now(session)))
    if reasons:
        raise WaveRefused(reasons)
    told = {"from": wave.closes_at.isoformat(), "to": closes_at.isoformat()}
    prereg.change(session, wave, Change.EXTENSION, **told)
    wave.closes_at = closes_at
    session.flush()


def join(session: Session, wave: Wave, row: RosterRow, *, keys: KeyStore, clock: Clock) -> PersonRow:
    """Put somebody who joined after opening on the roster, with a spare of their side; return them.

    No envelope is made: a later row would name its owner (A-04). Spares are given from the last one down, because the
    first ones are on cards.
    """
    session.flush()
    session.refresh(wave, with_for_update=True)
    if wave.state is not State.OPEN or clock.now(session) >= wave.closes_at:
        raise WaveRefused(said("Somebody can join late only while a wave is open."))
    if row.side not in (wave.invited or {}):
        raise WaveRefused(said("The roster names {side}, which is not a side of this questionnaire.", side=row.side))
    people = list(session.scalars(select(PersonRow).where(PersonRow.wave_id == wave.wave_id)))
    if row.email and roster.normalised(row.email) in {roster.normalised(p.email) for p in people if p.email}:
        raise WaveRefused(said("This address is on the roster already."))
    given = sum(person.side == row.side and person.spare_no is not None for person in people)
    if given >= envelopes.late_joiners((wave.invited or {})[row.side]):
        raise WaveRefused(
            said("All {n} spares for people who join late are given; nobody else can join this wave.", n=given)
        )
    person = PersonRow(
        person_id=secrets.token_bytes(16),
        wave_id=wave.wave_id,
        side=row.side,
        email=row.email,
        name=row.name,
        language=row.language,
        spare_no=envelopes.last_spare(session, wave, row.side) - given,
    )
    session.add(person)
    prereg.change(session, wave, Change.SPARE, side=row.side, number=given + 1)
    movement.add(session, wave, person, keys=keys, day=clock.now(session).date())
    session.flush()
    return person


def _against(session: Session, wave: Wave, closes_at: datetime, now: datetime) -> Iterator[Said]:
    if wave.state is not State.OPEN:
        yield said("Only an open wave can be extended.")
        return
    if any(told["change"] == Change.EXTENSION for told in prereg.changes(session, wave)):
        yield said("This wave was extended already; that is possible once.")
    if now > wave.closes_at - LAST_CALL:
        yield said("A wave can be extended until {hours} hours before it closes.", hours=24)
    if not timedelta(0) < closes_at - wave.closes_at <= LONGEST_EXTENSION:
        yield said("The new closing must be later than the old one, by {days} days at most.", days=7)
    if closes_at - wave.opens_at > LONGEST_WINDOW:
        yield said("The wave would stay open for more than {days} days.", days=LONGEST_WINDOW.days)
