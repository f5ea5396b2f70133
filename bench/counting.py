"""Speed of a count beside PyNaCl opening as many ballots and sealing as many rows, in the same run.

Belongs here: the count. Does not: `assess verify` (`receipts`). Times are CPU seconds of this process: the disk's own
time is the machine's, and the count writes little.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nacl.public import PrivateKey, PublicKey, SealedBox
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from assess.instruments.load import shipped
from assess.surveys import ballots, clients, count, db, receipts, roster, waves
from assess.surveys.ballots import Ballot
from assess.surveys.keys import FileKeys, KeyName
from assess.surveys.moments import GRACE
from assess.surveys.tables import BoxRow, EnvelopeRow, SpentRow, Wave
from bench.row import Row

BALLOTS = 10_000
COMMENTED = 3
"""One person in so many wrote a comment."""
INSTRUMENT = shipped("sales-marketing")
OPENS = datetime(2026, 1, 12, 14, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=11)


def counting() -> list[Row]:
    """Count a core wave of 10,000 ballots; open as many and seal as many rows with PyNaCl alone."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        url = f"sqlite:///{home / 'assess.db'}"
        db.upgrade(url)
        engine = db.engine(url)
        sessions = db.sessions(engine)
        keys, clock = FileKeys(home / "keys"), db.SetClock(OPENS)
        with sessions.begin() as session:
            wave = _opened(session, keys, clock)
            sealed = _fill(session, wave)
        opener = SealedBox(PrivateKey(keys.read(wave.wave_id, KeyName.BOX)))
        limit = _cpu(lambda: _limit(opener, sealed))
        clock.set(CLOSES + GRACE)
        took = _cpu(lambda: count.run(sessions, wave.wave_id, keys=keys, clock=clock, instrument=INSTRUMENT))
        engine.dispose()
    work = f"count of {BALLOTS:,} ballots; of PyNaCl opening and sealing as many"
    return [Row(work=work, measured=took / limit, bar=5, unit="x")]


def _opened(session: Session, keys: FileKeys, clock: db.Clock) -> Wave:
    client = clients.create(session, name="Northwind Tools", zone="America/Toronto", country="CA")
    wave = waves.draft(
        session,
        client,
        instrument=INSTRUMENT,
        form="core",
        label="Winter",
        opens_at=OPENS,
        closes_at=CLOSES,
        contact="camille@client.example",
    )
    rows = tuple(
        roster.RosterRow(side=side.code, email=f"{side.code}{n}@client.example")
        for side in INSTRUMENT.sides
        for n in range(BALLOTS // len(INSTRUMENT.sides))
    )
    roster.replace(session, wave, roster.ParsedRoster(rows=rows, ignored_columns=(), warnings=()))
    waves.open_(session, wave, instrument=INSTRUMENT, keys=keys, clock=clock, operator="Larch & Vale")
    return wave


def _fill(session: Session, wave: Wave) -> list[bytes]:
    """Put a ballot in for everybody, as drops would, and return what was sealed; drops have a bench of their own."""
    found = session.execute(select(EnvelopeRow.code_hash, EnvelopeRow.side).where(EnvelopeRow.wave_id == wave.wave_id))
    items, (question, *_) = INSTRUMENT.closed("core"), INSTRUMENT.open("core")
    seal = SealedBox(PublicKey(wave.k_box_public or b""))
    spent, box = [], []
    for number, envelope in enumerate(found.all()[:BALLOTS]):
        plain = ballots.written(
            Ballot(
                side=envelope.side,
                answers={item: 1 + (number + place) % 5 for place, item in enumerate(items)},
                comments={} if number % COMMENTED else {question: "A comment of an ordinary length. " * 6},
            ),
            wave_id=wave.wave_id,
            form_hash=wave.form_hash or "",
            room=ballots.BALLOT_OPEN,
        )
        sealed = seal.encrypt(plain)
        spent.append({"code_hash": envelope.code_hash, "wave_id": wave.wave_id})
        box.append(
            {
                "ballot_id": secrets.token_bytes(32),
                "wave_id": wave.wave_id,
                "sealed": sealed,
                "receipt": receipts.receipt(sealed),
                "same": secrets.token_bytes(32),
                "drops": 1,
            }
        )
    session.execute(insert(SpentRow), spent)
    session.execute(insert(BoxRow), box)
    return [row["sealed"] for row in box]


def _limit(opener: SealedBox[PrivateKey], sealed: list[bytes]) -> None:
    """Open every ballot and seal a row for each, and for each comment."""
    seal = SealedBox(PrivateKey.generate().public_key)
    answers, comment = bytes(ballots.STAT), bytes(ballots.COMMENT)
    for number, ballot in enumerate(sealed):
        opener.decrypt(ballot)
        seal.encrypt(answers)
        if number % COMMENTED == 0:
            seal.encrypt(comment)


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


MEASURES = (counting,)
