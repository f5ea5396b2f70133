"""Waves: drafting, opening, finding them.

Belongs here: what a wave is until it is open, and the checks of opening (U-47). Does not: drops (`box`), the clock's
steps (`lifecycle`), the count (`count`).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from assess.disclosure.policy import Policy
from assess.instruments import hashes
from assess.instruments.model import Instrument
from assess.surveys import ballots, custody, envelopes, lifecycle, movement, prereg, promise, rehearsal, roster
from assess.surveys.custody import Handed
from assess.surveys.db import Clock
from assess.surveys.keys import KeyName, KeyStore
from assess.surveys.moments import LONGEST_WINDOW, SHORTEST_WINDOW, known_zone
from assess.surveys.said import Said, said
from assess.surveys.shares import MODERATE, Cost
from assess.surveys.states import KeyMode, State, WaveRefused
from assess.surveys.tables import Client, CountRow, Wave

__all__ = ["KeyMode", "State", "Wave", "WaveRefused", "draft", "find", "of_client", "open_", "policy", "set_release"]

LEAST_ROSTER: Final = 5
"""People a side needs before a wave can open (U-47)."""


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
    key_mode: KeyMode = KeyMode.SERVICE,
    witness: str | None = None,
) -> Wave:
    """Add a draft to a client's waves and return it; its floors are the constants (A-11)."""
    if form not in instrument.forms:
        raise WaveRefused(said("{instrument} has no form {form}.", instrument=instrument.id, form=form))
    last = session.scalar(select(func.max(Wave.number)).where(Wave.client_id == client.client_id))
    floors = Policy()
    wave = Wave(
        wave_id=secrets.token_bytes(16),
        client_id=client.client_id,
        number=(last or 0) + 1,
        label=label.strip(),
        instrument=instrument.id,
        instrument_version=instrument.version,
        form=form,
        state=State.DRAFT,
        zone=client.zone,
        opens_at=opens_at,
        closes_at=closes_at,
        contact=contact.strip(),
        key_mode=key_mode.value,
        witness=witness.strip() if witness and key_mode.witnessed else None,
        floor_scale=floors.floor_scale,
        floor_item=floors.floor_item,
        floor_comments=floors.floor_comments,
    )
    session.add(wave)
    session.flush()
    return wave


def open_(
    session: Session,
    wave: Wave,
    *,
    instrument: Instrument,
    keys: KeyStore,
    clock: Clock,
    operator: str,
    own_server: bool = False,
    against: Sequence[Said] = (),
    cost: Cost = MODERATE,
) -> Handed | None:
    """Open a draft: freeze roster, floors and promise, make the keys, insert the envelopes; or refuse, unchanged.

    The keys are on disk, and were rehearsed, before the caller commits. Should the commit fail, they are keys of
    nothing, and the next opening replaces them. Returns what a witnessed wave hands out, which nothing keeps.
    `own_server`: the consultants' firm runs this server; `against`: what else stands in the way; `cost` of the
    passphrase is lower in tests only.
    """
    session.flush()
    session.refresh(wave, with_for_update=True)
    invited = roster.counts(session, wave)
    reasons = list(_reasons(session, wave, instrument, invited, clock.now(session)))
    reasons += [*_custody(wave, own_server=own_server), *against]
    if reasons:
        raise WaveRefused(reasons)
    mode = KeyMode(wave.key_mode)
    handed = None
    if mode.witnessed:
        public, handed = custody.make(wave.wave_id, mode, keys=keys, cost=cost)
    else:
        public = keys.create(wave.wave_id)
    rehearsal.rehearse(wave, public, handed, instrument=instrument, keys=keys, cost=cost)
    wave.operator = operator
    wave.invited = {side.code: invited[side.code] for side in instrument.sides}
    wave.form_hash = hashes.form_hash(instrument.forms[wave.form])
    wave.promise_sha256 = promise.sha256(wave.key_mode, policy(wave), wave.witness)
    wave.k_box_public = public.box
    wave.k_stat_public = public.stat
    wave.k_sign_public = public.sign
    wave.k_mail_fingerprint = public.mail_fingerprint
    wave.prereg = prereg.fix(session, wave, instrument)
    movement.record(session, wave, keys=keys, day=clock.now(session).date())
    # Before the state: envelopes are inserted into a draft only, and PostgreSQL holds the console to it.
    envelopes.seal(session, wave, k_mail=keys.read(wave.wave_id, KeyName.MAIL))
    wave.state = State.OPEN
    session.flush()
    return handed


def set_release(session: Session, wave: Wave, moment: datetime) -> None:
    """Set the minute at which all readers see the report of a wave that is not released yet."""
    over = [State.RELEASED, State.SIGNED_OFF, State.WITHDRAWN]
    session.flush()
    waiting = lifecycle.undecided(session, wave.wave_id)
    if waiting:
        raise WaveRefused(said("{n} comments wait for a decision; the report is released after them.", n=waiting))
    done = session.execute(
        update(Wave).where(Wave.wave_id == wave.wave_id, Wave.state.not_in(over)).values(release_at=moment)
    )
    if cast("CursorResult[Any]", done).rowcount != 1:
        raise WaveRefused(said("This wave is released or withdrawn; its release date cannot change."))


def find(session: Session, wave_id: bytes) -> Wave | None:
    """Return the wave of this id."""
    return session.get(Wave, wave_id)


def of_client(session: Session, client: Client) -> list[Wave]:
    """Return the waves of a client by number."""
    return list(session.scalars(select(Wave).where(Wave.client_id == client.client_id).order_by(Wave.number)))


def last_rate(session: Session, wave: Wave) -> float | None:
    """Return the rate of response of the client's last counted wave before this one, as its own page tells it."""
    found = session.execute(
        select(CountRow.counted, CountRow.invited)
        .join(Wave, Wave.wave_id == CountRow.wave_id)
        .where(
            Wave.client_id == wave.client_id,
            Wave.number < wave.number,
            Wave.state.in_([State.COUNTED, State.RELEASED, State.SIGNED_OFF]),
            CountRow.invited > 0,
        )
        .order_by(Wave.number.desc())
        .limit(1)
    ).one_or_none()
    return None if found is None else min(1.0, found.counted / found.invited)


def before(session: Session, wave: Wave) -> list[Wave]:
    """Return the client's waves that come before this one, by number."""
    earlier = select(Wave).where(Wave.client_id == wave.client_id, Wave.number < wave.number)
    return list(session.scalars(earlier.order_by(Wave.number)))


def policy(wave: Wave) -> Policy:
    """Return the floors frozen at opening."""
    return Policy(floor_scale=wave.floor_scale, floor_item=wave.floor_item, floor_comments=wave.floor_comments)


def _reasons(
    session: Session, wave: Wave, instrument: Instrument, invited: Mapping[str, int], now: datetime
) -> Iterator[Said]:
    """Yield everything that stands in the way of opening, so that it can be mended in one go."""
    if wave.state is not State.DRAFT:
        yield said("Only a draft can be opened.")
        return
    if (wave.instrument, wave.instrument_version) != (instrument.id, instrument.version):
        yield said(
            "The draft was made for version {version} of {instrument}; make a new draft.",
            version=wave.instrument_version,
            instrument=wave.instrument,
        )
        return
    for side in instrument.sides:
        if invited.get(side.code, 0) < LEAST_ROSTER:
            yield said(
                "The roster has {n} for {side}; each side needs at least {least}.",
                n=invited.get(side.code, 0),
                side=side.code,
                least=LEAST_ROSTER,
            )
    for unknown in sorted(invited.keys() - {side.code for side in instrument.sides}):
        yield said("The roster names {side}, which is not a side of this questionnaire.", side=unknown)
    if not known_zone(wave.zone):
        yield said("{zone} is not a time zone we know; use a name such as America/Toronto.", zone=wave.zone)
    if not SHORTEST_WINDOW <= wave.closes_at - wave.opens_at <= LONGEST_WINDOW:
        yield said(
            "The wave must stay open for {shortest} to {longest} days.",
            shortest=SHORTEST_WINDOW.days,
            longest=LONGEST_WINDOW.days,
        )
    if wave.closes_at <= now:
        yield said("The closing date has passed.")
    if ballots.too_large(instrument, wave.form, form_hash=hashes.form_hash(instrument.forms[wave.form])):
        yield said("The largest answer to this form would not fit into a sealed ballot; shorten the form.")
    yield from _another_open(session, wave)


def _custody(wave: Wave, *, own_server: bool) -> Iterator[Said]:
    """Yield what makes the first sentence of the promise untrue (section 5 of anonymity.md)."""
    mode = KeyMode(wave.key_mode)
    if mode.witnessed and not (wave.witness or "").strip():
        yield said("A witnessed wave names its witness: a colleague of the people who answer, or the role of one.")
    if mode is KeyMode.WITNESSED and own_server:
        yield said(
            "Your own firm runs this server, so the server's key and the passphrase are in one hand: choose that the "
            "box always takes the witness."
        )


def _another_open(session: Session, wave: Wave) -> Iterator[Said]:
    others = select(Wave.label).where(
        Wave.client_id == wave.client_id, Wave.wave_id != wave.wave_id, Wave.state == State.OPEN
    )
    for label in session.scalars(others):
        yield said("Another wave of this client is open: {label}.", label=label)
