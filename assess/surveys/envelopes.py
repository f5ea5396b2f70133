"""Envelopes: one-time codes that carry a side, and nothing else. The only room that knows how a code is derived.

Belongs here: making envelopes at opening, finding one by its code, the cards. Does not: what is dropped with a code
(`box`), the list of people (`roster`).
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Table, bindparam, func, insert, select
from sqlalchemy.orm import Session

from assess.surveys import codes, lines, tenancy
from assess.surveys.codes import as_printed, normalise, printed
from assess.surveys.keys import KeyName, KeyStore
from assess.surveys.lines import Line, Statement
from assess.surveys.said import said
from assess.surveys.states import State, WaveRefused
from assess.surveys.tables import BoxRow, EnvelopeRow, PersonRow, Wave

__all__ = [
    "Envelope",
    "Slot",
    "as_printed",
    "cards",
    "find",
    "last_spare",
    "late",
    "late_joiners",
    "normalise",
    "printed",
    "receipt",
    "seal",
    "slot",
]

_LEAST_LATE: Final = 3
_ENVELOPE: Final[Table] = EnvelopeRow.__table__  # type: ignore[assignment]
_BOX: Final[Table] = BoxRow.__table__  # type: ignore[assignment]
# Built once: every page begins with this look, and building a statement costs more than running it.
_LOOK: Final = Statement(
    lambda _: (
        select(_ENVELOPE.c.wave_id, _ENVELOPE.c.side, _BOX.c.receipt)
        .select_from(_ENVELOPE.outerjoin(_BOX, _BOX.c.ballot_id == bindparam("ballot_id")))
        .where(_ENVELOPE.c.code_hash == bindparam("code_hash"))
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a code carries. `receipt`: of the ballot that lies in the box for it (M5)."""

    wave_id: bytes
    side: str
    receipt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Where a code's envelope and its ballot lie."""

    code_hash: bytes
    ballot_id: bytes


def slot(code: bytes) -> Slot:
    """Return the keys under which a code's envelope and ballot are stored."""
    return Slot(code_hash=codes.code_hash(code), ballot_id=codes.ballot_id(code))


def find(session: Session | Line, typed: str) -> Envelope | None:
    """Return what a typed code carries, or None: one answer for every code that is not known."""
    code = normalise(typed)
    if code is None:
        return None
    slot_ = slot(code)
    line = session if isinstance(session, Line) else lines.of(session)
    tenancy.hold(line, code_hash=slot_.code_hash, ballot_id=slot_.ballot_id)
    row = _LOOK.run(line, code_hash=slot_.code_hash, ballot_id=slot_.ballot_id)
    return None if row is None else Envelope(wave_id=row.wave_id, side=row.side, receipt=row.receipt)


def receipt(session: Session, typed: str) -> str | None:
    """Return the receipt of the ballot that lies in the box for this code (M5)."""
    envelope = find(session, typed)
    return None if envelope is None else envelope.receipt


def seal(session: Session, wave: Wave, *, k_mail: bytes) -> None:
    """Insert every envelope of a wave in the order of the hashes: no later row exists that would name its owner."""
    hashes = sorted(
        (codes.code_hash(code), side)
        for side, side_codes in _codes(session, wave, k_mail).items()
        for code in side_codes
    )
    session.execute(
        insert(EnvelopeRow),
        [{"code_hash": code_hash, "wave_id": wave.wave_id, "side": side} for code_hash, side in hashes],
    )


def cards(session: Session, wave: Wave, keys: KeyStore, *, mailed: bool = True) -> dict[str, list[str]]:
    """Return the codes of an open wave by side, shuffled and nameless: spares, and those of people with an address.

    `mailed`: the latter too, as long as no mail brings them; without it a card a row without address, plus spares.
    """
    if wave.state is not State.OPEN:
        raise WaveRefused(said("Codes exist only while a wave is open."))
    made = _codes(session, wave, keys.read(wave.wave_id, KeyName.MAIL), mailed=mailed)
    shuffle = secrets.SystemRandom().shuffle
    drawn: dict[str, list[str]] = {}
    for side, side_codes in made.items():
        drawn[side] = [printed(code) for code in side_codes]
        shuffle(drawn[side])
    return drawn


def late(wave: Wave, person: PersonRow, keys: KeyStore) -> str:
    """Return the code of a late joiner: the spare that was given, as it is printed."""
    if wave.state is not State.OPEN or person.spare_no is None:
        raise WaveRefused(said("Codes exist only while a wave is open."))
    k_mail = keys.read(wave.wave_id, KeyName.MAIL)
    return printed(codes.spare(k_mail, wave.wave_id, person.side, person.spare_no))


def last_spare(session: Session, wave: Wave, side: str) -> int:
    """Return the number of a side's last spare; cards have the first ones, late joiners the others."""
    cards_ = select(func.count()).where(
        PersonRow.wave_id == wave.wave_id,
        PersonRow.side == side,
        PersonRow.email.is_(None),
        PersonRow.spare_no.is_(None),
    )
    return (session.scalar(cards_) or 0) + late_joiners((wave.invited or {}).get(side, 0))


def late_joiners(invited: int) -> int:
    """Return how many spares a side has for people who join after opening: a tenth, at least three."""
    return max(_LEAST_LATE, math.ceil(invited / 10))


def _codes(session: Session, wave: Wave, k_mail: bytes, *, mailed: bool = True) -> Mapping[str, list[bytes]]:
    people = session.execute(
        select(PersonRow.side, PersonRow.person_id, PersonRow.email, PersonRow.spare_no).where(
            PersonRow.wave_id == wave.wave_id
        )
    ).all()
    made: dict[str, list[bytes]] = {}
    for side in _ordered(person.side for person in people):
        # Who joined late has a spare: no envelope of their own was made, nor may one be.
        own = [person for person in people if person.side == side and person.spare_no is None]
        given = {person.spare_no for person in people if person.side == side}
        addressed = [person for person in own if person.email]
        personal = [codes.personal(k_mail, wave.wave_id, person.person_id) for person in addressed] if mailed else []
        # Who has no address draws a card from a hat, so a card is a spare: nobody knows whose it is.
        spares = len(own) - len(addressed) + late_joiners(len(own))
        made[side] = personal + [
            codes.spare(k_mail, wave.wave_id, side, i) for i in range(1, spares + 1) if i not in given
        ]
    return made


def _ordered(sides: Iterable[str]) -> list[str]:
    return sorted(set(sides))
