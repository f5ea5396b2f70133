"""Who stayed, joined and left between two rosters of a client, as counts (A-13, U-52): the audit across waves asks.

Belongs here: keyed fingerprints of addresses, the comparison at opening, the counts. Does not: addresses themselves
(`roster`), or what may be released after so many joined (`disclosure`).

People without an address draw a card and have no fingerprint, so nobody can say which of them stayed. The same is true
of everybody when K_roster was lost or the fingerprints were outlived, and of a side where most addresses are new at
once: a company that renames its domain keeps its people. Each such side has several readings, from "all of them are
others" to "all who can be are the same". The reading that is kept is the one that gives the gate the hardest case: a
group of joiners or leavers under the floor, as large as it can be beside the people who stayed, because the smaller the
part that stayed, the closer two means come to the few who did not (oracles of A-13 R5: 3 joiners on 5 fail, 1 on 8
passes).
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from assess.disclosure.movement import Movement
from assess.surveys import prereg, roster
from assess.surveys.keys import KeyStore
from assess.surveys.tables import MovementRow, PersonRow, RosterPrintRow, Wave

KEPT: Final = timedelta(days=400)
PRINT_BYTES: Final = 16


def record(session: Session, wave: Wave, *, keys: KeyStore, day: date) -> None:
    """Compare a roster that is being opened with the client's last one, then keep its fingerprints instead of those.

    In the transaction of the opening; `wave.invited` is frozen already. A client's first wave has nothing to compare.
    """
    key, new = keys.roster_key(wave.client_id)
    prints = _prints(session, wave, key)
    last = session.scalar(
        select(Wave)
        .where(Wave.client_id == wave.client_id, Wave.number < wave.number, Wave.invited.is_not(None))
        .order_by(Wave.number.desc())
        .limit(1)
    )
    if last is not None:
        known = {} if new else _kept(session, wave.client_id, day)
        for side, moved in _compared(wave, prints, known, _people(session, last)).items():
            counts = {"stayers": moved.stayers, "joiners": moved.joiners, "leavers": moved.leavers}
            session.add(MovementRow(wave_id=wave.wave_id, side=side, **counts))
    session.execute(delete(RosterPrintRow).where(RosterPrintRow.client_id == wave.client_id))
    _keep(session, wave, prints, day)
    session.flush()


def add(session: Session, wave: Wave, person: PersonRow, *, keys: KeyStore, day: date) -> None:
    """Keep the fingerprint of a late joiner too: they are on the roster that the next one is compared with."""
    if person.email:
        key, _ = keys.roster_key(wave.client_id)
        _keep(session, wave, {_print(key, person.email): person.side}, day)


def of(session: Session, wave: Wave) -> dict[str, Movement] | None:
    """Return the counts of a wave by side; None for the client's first wave.

    They compare with the client's wave before, whatever became of it: the caller looks whether that is the wave whose
    figures were released.
    """
    rows = session.scalars(select(MovementRow).where(MovementRow.wave_id == wave.wave_id).order_by(MovementRow.side))
    found = {row.side: Movement(stayers=row.stayers, joiners=row.joiners, leavers=row.leavers) for row in rows}
    return found or None


def hardest(*, same: int, joined: int, left: int, doubtful: int, floor: int) -> Movement:
    """Return the reading that is hardest for the gate, of all those that the fingerprints allow.

    `same` are known to have stayed; of `joined` and `left`, up to `doubtful` may be the same people.
    """
    readings = [
        Movement(stayers=same + more, joiners=joined - more, leavers=left - more)
        for more in range(min(joined, left, doubtful) + 1)
    ]
    return max(readings, key=lambda reading: _hardness(reading, floor))


def _hardness(reading: Movement, floor: int) -> float:
    """Return how large a group under the floor is beside those who stayed; 0: there is none."""
    exposed = [group for group in (reading.joiners, reading.leavers) if 0 < group < floor]
    return max(exposed, default=0) / max(reading.stayers, 1)


def _compared(
    wave: Wave, prints: Mapping[bytes, str], known: Mapping[bytes, str], before: Mapping[str, int]
) -> dict[str, Movement]:
    now = wave.invited or {}
    found: dict[str, Movement] = {}
    for side in sorted(now.keys() | before.keys()):
        own = {mark for mark, on in prints.items() if on == side}
        earlier = {mark for mark, on in known.items() if on == side}
        same = len(own & earlier)
        joined, left = now.get(side, 0) - same, max(before.get(side, 0), len(earlier)) - same
        nameless = (now.get(side, 0) - len(own)) + max(before.get(side, 0) - len(earlier), 0)
        renamed = len(own) - same > same
        doubtful = joined if renamed else nameless
        found[side] = hardest(same=same, joined=joined, left=left, doubtful=doubtful, floor=wave.floor_scale)
    return found


def _people(session: Session, last: Wave) -> Mapping[str, int]:
    """Return how many were invited to a wave a side, late joiners included."""
    return Counter(last.invited or {}) + Counter(prereg.late_joiners(session, last))


def _prints(session: Session, wave: Wave, key: bytes) -> dict[bytes, str]:
    people = session.execute(
        select(PersonRow.email, PersonRow.side).where(PersonRow.wave_id == wave.wave_id, PersonRow.email.is_not(None))
    )
    return {_print(key, email): side for email, side in people if email}


def _print(key: bytes, email: str) -> bytes:
    return hmac.digest(key, roster.normalised(email).encode(), "sha256")[:PRINT_BYTES]


def _kept(session: Session, client_id: bytes, day: date) -> dict[bytes, str]:
    rows = session.execute(
        select(RosterPrintRow.print, RosterPrintRow.side).where(
            RosterPrintRow.client_id == client_id, RosterPrintRow.kept_until >= day
        )
    )
    return {mark: side for mark, side in rows}  # noqa: C416 - rows are not pairs to a type checker


def _keep(session: Session, wave: Wave, prints: Mapping[bytes, str], day: date) -> None:
    """Insert fingerprints in their own order, which is nobody's."""
    rows = [
        {"client_id": wave.client_id, "print": mark, "side": prints[mark], "kept_until": day + KEPT}
        for mark in sorted(prints)
    ]
    if rows:
        session.execute(insert(RosterPrintRow), rows)
