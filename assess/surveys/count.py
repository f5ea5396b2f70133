"""The count: opens the box once, shuffles, re-seals, destroys the keys (A-08). The only room that opens a ballot.

Belongs here: the five stages. Does not: the table made of the rows (`results`), what may be said of it (`disclosure`).

Each stage is one transaction, fenced by the stage before it; what it does to files can be done twice. So a count that
is killed anywhere and run again ends with the same totals, root and answers.
"""

from __future__ import annotations

import hmac
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import CursorResult, Engine, delete, func, insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from assess.disclosure.table import ResponseTable
from assess.instruments.model import Instrument
from assess.surveys import ballots, destruction, fitness, participation, prereg, receipts, results, stops, totals
from assess.surveys.ballots import Ballot, Unreadable
from assess.surveys.db import Clock, compact
from assess.surveys.keys import KeyName, KeyStore
from assess.surveys.moments import GRACE
from assess.surveys.results import Comment
from assess.surveys.states import State
from assess.surveys.stops import CountStopped
from assess.surveys.tables import (
    BoxRow,
    CommentRow,
    CountRow,
    EnvelopeRow,
    ReceiptRow,
    SpentRow,
    StatRow,
    Wave,
)
from assess.surveys.totals import CountRecord, Stage, record

__all__ = ["Comment", "CountRecord", "CountStopped", "Stage", "comments", "record", "run", "table"]

Shuffle = Callable[[list[bytes]], None]
_BATCH: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    """What every stage needs."""

    sessions: sessionmaker[Session]
    wave_id: bytes
    keys: KeyStore
    clock: Clock
    instrument: Instrument
    shuffle: Shuffle


def run(
    sessions: sessionmaker[Session],
    wave_id: bytes,
    *,
    keys: KeyStore,
    clock: Clock,
    instrument: Instrument,
    on_stage: Callable[[str], None] = lambda stage: None,  # noqa: ARG005 - its interface
    shuffle: Shuffle | None = None,
) -> CountRecord:
    """Count a closed wave, from whatever stage an earlier run had reached; `on_stage` hears each committed stage.

    Raises `CountStopped` before close + grace, and when the box does not add up.
    """
    count = _Count(
        sessions=sessions,
        wave_id=wave_id,
        keys=keys,
        clock=clock,
        instrument=instrument,
        shuffle=shuffle or secrets.SystemRandom().shuffle,
    )
    for stage, act in _STAGES.items():
        if act(count):
            on_stage(stage.value)
    with sessions() as session:
        return totals.of(session.get_one(CountRow, wave_id))


def table(session: Session, wave: Wave, *, keys: KeyStore, instrument: Instrument) -> ResponseTable:
    """Return the shuffled answers of a counted wave, opened in memory with K_stat."""
    if record(session, wave.wave_id) is None:
        raise stops.uncounted(wave.label)
    rows = results.reopen(session, wave.wave_id, keys.read(wave.wave_id, KeyName.STAT), StatRow)
    return results.table(rows, wave=wave, instrument=instrument)


def comments(session: Session, wave: Wave, *, k_stat: bytes) -> list[Comment]:
    """Return the comments of a counted wave, opened in memory; none when a side was under the floor (A-18)."""
    if record(session, wave.wave_id) is None:
        raise stops.uncounted(wave.label)
    return results.comments(session, wave.wave_id, k_stat)


def _freeze(count: _Count) -> bool:
    """Close the wave to drops, fix the root over the receipts in the box, destroy K_mail."""
    with count.sessions.begin() as session:
        wave = session.get(Wave, count.wave_id, with_for_update=True)
        if wave is None:
            raise stops.unknown()
        if session.get(CountRow, wave.wave_id) is not None:
            return False
        if wave.state not in (State.OPEN, State.CLOSED):
            raise stops.unclosed(wave.label)
        if count.clock.now(session) < wave.closes_at + GRACE:
            raise stops.early(wave.label)
        found, replaced = fitness.check(session, wave, count.instrument, count.keys)
        wave.state = State.CLOSED
        participation.forget(session, wave.wave_id)
        session.add(
            CountRow(
                wave_id=wave.wave_id,
                stage=Stage.FROZEN.value,
                invited=sum((wave.invited or {}).values()),
                used=len(found),
                replaced=replaced,
                spoiled=0,
                counted=0,
                root=receipts.root(found),
            )
        )
        session.flush()
        # Before the commit: a run that finds this stage committed need not ask whether the key is gone.
        count.keys.destroy(wave.wave_id, KeyName.MAIL)
    return True


def _seal(count: _Count) -> bool:
    """Open, check, shuffle and re-seal every ballot, answers apart from comments, in one transaction."""
    with count.sessions.begin() as session:
        row = session.get_one(CountRow, count.wave_id, with_for_update=True)
        if row.stage != Stage.FROZEN:
            return False
        wave = session.get_one(Wave, count.wave_id)
        opened = _opened(session, wave, row, count)
        _check_sides(session, wave, opened)
        answers = [ballots.stat_row(ballot) for ballot in opened]
        comments = _comments(wave, opened, count.instrument)
        count.shuffle(answers)
        count.shuffle(comments)
        k_stat = fitness.private(wave, KeyName.STAT, count.keys)
        results.reseal(session, wave.wave_id, k_stat, answers, StatRow)
        results.reseal(session, wave.wave_id, k_stat, comments, CommentRow)
        _keep_receipts(session, wave, row)
        row.stage = Stage.SEALED.value
        row.counted = len(opened)
        row.spoiled = row.used - len(opened)
        row.result_mac = results.mac(k_stat, answers, comments)
    return True


def _verify(count: _Count) -> bool:
    """Open the rows that were stored and compare them with those that were sealed, while the box still exists."""
    with count.sessions.begin() as session:
        row = session.get_one(CountRow, count.wave_id, with_for_update=True)
        if row.stage != Stage.SEALED:
            return False
        wave = session.get_one(Wave, count.wave_id)
        k_stat = fitness.private(wave, KeyName.STAT, count.keys)
        try:
            answers = results.reopen(session, wave.wave_id, k_stat, StatRow)
            comments = results.reopen(session, wave.wave_id, k_stat, CommentRow)
        except stops.RowUnopened as error:
            raise stops.unopened(wave.label) from error
        if not hmac.compare_digest(results.mac(k_stat, answers, comments), row.result_mac or b""):
            raise stops.replaced(wave.label)
        row.stage = Stage.VERIFIED.value
    return True


def _destroy(count: _Count) -> bool:
    """Destroy K_box, then the box, its envelopes and their traces in the database file."""
    with count.sessions.begin() as session:
        if session.get_one(CountRow, count.wave_id, with_for_update=True).stage != Stage.VERIFIED:
            return False
        count.keys.destroy(count.wave_id, KeyName.BOX)
        for table in (BoxRow, SpentRow, EnvelopeRow):
            session.execute(delete(table).where(table.wave_id == count.wave_id))
        engine = session.get_bind()
    compact(cast("Engine", engine))
    with count.sessions.begin() as session:
        done = session.execute(
            update(CountRow)
            .where(CountRow.wave_id == count.wave_id, CountRow.stage == Stage.VERIFIED.value)
            .values(stage=Stage.DESTROYED.value)
        )
        return cast("CursorResult[Any]", done).rowcount == 1


def _finish(count: _Count) -> bool:
    """Sign the destruction record and mark the wave as counted."""
    with count.sessions.begin() as session:
        row = session.get_one(CountRow, count.wave_id, with_for_update=True)
        if row.stage != Stage.DESTROYED:
            return False
        wave = session.get_one(Wave, count.wave_id, with_for_update=True)
        day = count.clock.now(session).date()
        head = prereg.head(session, wave)
        session.add(destruction.signed(wave, row, keys=count.keys, day=day, head=head))
        wave.state = State.COUNTED
        row.stage = Stage.COUNTED.value
    return True


_STAGES: Final[dict[Stage, Callable[[_Count], bool]]] = {
    Stage.FROZEN: _freeze,
    Stage.SEALED: _seal,
    Stage.VERIFIED: _verify,
    Stage.DESTROYED: _destroy,
    Stage.COUNTED: _finish,
}


def _opened(session: Session, wave: Wave, row: CountRow, count: _Count) -> list[Ballot]:
    """Return the ballots that open and pass the checks; the others are spoiled."""
    instrument = count.instrument
    # Once more: a stage may be run long after the first one, by another version and from another folder.
    fitness.check_form(wave, instrument)
    opener = SealedBox(PrivateKey(fitness.private(wave, KeyName.BOX, count.keys)))
    rows = session.execute(
        select(BoxRow.sealed, BoxRow.receipt).where(BoxRow.wave_id == wave.wave_id).execution_options(yield_per=_BATCH)
    )
    read = ballots.reader(wave_id=wave.wave_id, form_hash=wave.form_hash or "", instrument=instrument, form=wave.form)
    tried: list[Ballot | None] = []
    altered = 0
    for lying in rows:
        altered += receipts.receipt(lying.sealed) != lying.receipt
        tried.append(_ballot(opener, lying.sealed, read))
    if len(tried) != row.used:
        raise stops.changed(wave.label)
    if altered:
        raise stops.altered(wave.label, altered, stops.BEGUN)
    return [ballot for ballot in tried if ballot is not None]


def _ballot(opener: SealedBox[PrivateKey], sealed: bytes, read: Callable[[bytes], Ballot]) -> Ballot | None:
    try:
        return read(opener.decrypt(sealed))
    except (CryptoError, Unreadable):
        return None


def _check_sides(session: Session, wave: Wave, opened: list[Ballot]) -> None:
    """Stop when a side has more ballots than envelopes: somebody added some."""
    found = session.execute(
        select(EnvelopeRow.side, func.count()).where(EnvelopeRow.wave_id == wave.wave_id).group_by(EnvelopeRow.side)
    )
    envelopes = {row[0]: row[1] for row in found}
    for side, number in Counter(ballot.side for ballot in opened).items():
        if number > envelopes.get(side, 0):
            raise stops.stuffed(wave.label)


def _comments(wave: Wave, opened: list[Ballot], instrument: Instrument) -> list[bytes]:
    """Return every comment as a row; none when a side is under the floor, for then none may ever be shown (A-18)."""
    people = Counter(ballot.side for ballot in opened)
    if min(people[side.code] for side in instrument.sides) < wave.floor_comments:
        return []
    return [
        ballots.comment_row(question, ballot.side, text)
        for ballot in opened
        for question, text in ballot.comments.items()
    ]


def _keep_receipts(session: Session, wave: Wave, row: CountRow) -> None:
    found = list(session.scalars(select(BoxRow.receipt).where(BoxRow.wave_id == wave.wave_id).order_by(BoxRow.receipt)))
    if receipts.root(found) != row.root:
        raise stops.unlisted(wave.label)
    if found:
        session.execute(insert(ReceiptRow), [{"wave_id": wave.wave_id, "receipt": receipt} for receipt in found])
