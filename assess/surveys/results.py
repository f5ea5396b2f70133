"""What the count leaves behind: shuffled rows sealed to K_stat, and the response table made of them (A-08).

Belongs here: sealing and re-opening counted rows, the proof that they are unchanged, rows to arrays. Does not: ballots
and their key (`count` alone), what may be said of the table (`disclosure`).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from assess.disclosure.table import BLANK, ResponseTable
from assess.instruments.model import Instrument
from assess.surveys import ballots
from assess.surveys.stops import RowUnopened
from assess.surveys.tables import CommentRow, StatRow, Wave

ROW_ID_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A counted comment, opened; `row_id` is the random id that it was given after the shuffle."""

    row_id: bytes
    question: str
    side: str
    text: str


def reseal(
    session: Session, wave_id: bytes, k_stat: bytes, rows: Sequence[bytes], table: type[StatRow | CommentRow]
) -> None:
    """Store shuffled rows under new random ids, sealed to K_stat."""
    seal = SealedBox(PrivateKey(k_stat).public_key)
    made = [
        {"row_id": secrets.token_bytes(ROW_ID_BYTES), "wave_id": wave_id, "sealed": seal.encrypt(row)} for row in rows
    ]
    if made:
        session.execute(insert(table), made)


def reopen(session: Session, wave_id: bytes, k_stat: bytes, table: type[StatRow | CommentRow]) -> list[bytes]:
    """Return stored rows, opened in memory, in the order of their random ids; raises `RowUnopened`."""
    opener = SealedBox(PrivateKey(k_stat))
    sealed = session.scalars(select(table.sealed).where(table.wave_id == wave_id).order_by(table.row_id))
    try:
        return [opener.decrypt(row) for row in sealed]
    except CryptoError as error:
        raise RowUnopened("a stored row does not open with K_stat") from error


def comments(session: Session, wave_id: bytes, k_stat: bytes) -> list[Comment]:
    """Return the counted comments of a wave, opened in memory, in the order of their random ids; `RowUnopened`."""
    opener = SealedBox(PrivateKey(k_stat))
    found = session.execute(
        select(CommentRow.row_id, CommentRow.sealed).where(CommentRow.wave_id == wave_id).order_by(CommentRow.row_id)
    )
    try:
        opened = [(row.row_id, ballots.unpadded(opener.decrypt(row.sealed), ballots.COMMENT)) for row in found]
    except (CryptoError, ballots.Unreadable) as error:
        raise RowUnopened("a stored comment does not open with K_stat") from error
    return [Comment(row_id=row_id, question=row["q"], side=row["s"], text=row["t"]) for row_id, row in opened]


def mac(k_stat: bytes, answers: Sequence[bytes], comments: Sequence[bytes]) -> bytes:
    """Return what the rows of a wave must have in whatever order they lie: 32 bytes."""
    made = hmac.new(k_stat, b"assess/result/v1\0", "sha256")
    for rows in (answers, comments):
        for row in sorted(rows):
            made.update(row)
    return made.digest()


def table(rows: Sequence[bytes], *, wave: Wave, instrument: Instrument) -> ResponseTable:
    """Return the table of opened rows, in their order, which the shuffle made."""
    sides = tuple(side.code for side in instrument.sides)
    items = instrument.closed(wave.form)
    read = [ballots.unpadded(row, ballots.STAT) for row in rows]
    side = np.array([sides.index(person["s"]) for person in read], dtype=np.int8)
    answers = np.array([[person["a"].get(item, BLANK) for item in items] for person in read], dtype=np.int8)
    # A late joiner's spare makes one more ballot than the roster had people: at least so many were invited.
    invited = {
        code: max((wave.invited or {}).get(code, 0), int(np.count_nonzero(side == index)))
        for index, code in enumerate(sides)
    }
    return ResponseTable(
        sides=sides,
        items=items,
        levels=tuple(instrument.levels(item) for item in items),
        side=side,
        answers=answers.reshape(len(read), len(items)),
        invited=invited,
    )
