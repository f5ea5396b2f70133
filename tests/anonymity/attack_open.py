"""A wave that is open by the real clock behind the real server, and the people who send to it.

Belongs here: opening it, people. Does not: what is sent to break it (`test_anonymity_cheating`,
`test_anonymity_faults`); the server in its own process and the look into the box are those of the end-to-end tests.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from test_e2e_kill_server import INSTRUMENT, Person

from assess.surveys import clients, db, envelopes, roster, waves
from assess.surveys.keys import FileKeys

SIDES = tuple(side.code for side in INSTRUMENT.sides)


def open_now(home: Path, *, people: int, form: str = "core", url: str | None = None) -> Mapping[str, list[str]]:
    """Open a wave of `people` a side in a home of its own, or in a database elsewhere; return its codes by side."""
    url = url or f"sqlite:///{home / 'assess.db'}"
    db.upgrade(url)
    engine = db.engine(url)
    keys = FileKeys(home / "keys")
    rows = tuple(
        roster.RosterRow(side=side, email=f"{side}{n}@client.example") for side in SIDES for n in range(people)
    )
    now = datetime.now(UTC)
    with db.sessions(engine).begin() as session:
        wave = waves.draft(
            session,
            clients.create(session, name="Northwind Tools", zone="America/Toronto", country="CA"),
            instrument=INSTRUMENT,
            form=form,
            label="Winter",
            opens_at=now - timedelta(days=1),
            closes_at=now + timedelta(days=10),
            contact="camille@client.example",
        )
        roster.replace(session, wave, roster.ParsedRoster(rows=rows, ignored_columns=(), warnings=()))
        waves.open_(session, wave, instrument=INSTRUMENT, keys=keys, clock=db.DatabaseClock(), operator="Larch & Vale")
        cards = envelopes.cards(session, wave, keys)
    engine.dispose()
    return cards


def answering(cards: Mapping[str, list[str]], number: int, draw: random.Random) -> list[Person]:
    """Return people, sides in turn, each with answers of their own."""
    drawn = [code for pair in zip(*(cards[side] for side in SIDES), strict=False) for code in pair][:number]
    return [
        Person(
            code=code,
            answers={item: draw.randint(0, 5) for item in INSTRUMENT.closed("core")},
            attempt=secrets.token_hex(16),
        )
        for code in drawn
    ]
