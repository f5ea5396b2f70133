"""A small instrument, a house on a real database, and people who answer: what the database tests share."""

from __future__ import annotations

import contextlib
import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import db_postgres
from nacl import pwhash
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, sessionmaker

from assess import publish
from assess.disclosure.table import BLANK, ResponseTable
from assess.instruments.model import Form, Instrument, Item, ItemText, ItemType, Scale, Side, Texts
from assess.settings import DatabaseRole, Settings
from assess.surveys import box, clients, comments, count, custody, db, envelopes, roster, tenancy, waves
from assess.surveys.keys import FileKeys, KeyName, KeyStore
from assess.surveys.shares import Cost
from assess.surveys.states import KeyMode
from assess.surveys.tables import Wave

OPENS = datetime(2026, 1, 12, 14, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=11)
ITEMS = ("A1", "A2", "A3")
SIDES = ("sales", "marketing")
CHEAP = Cost(operations=pwhash.argon2id.OPSLIMIT_MIN, memory=pwhash.argon2id.MEMLIMIT_MIN)
"""What a passphrase costs in tests: the limits of real waves take seconds on purpose."""


def instrument(*, closed: tuple[str, ...] = ITEMS, version: str = "1.0.0") -> Instrument:
    """Return a small instrument: form `plain` has no open question, `talk` has two."""
    items = {code: Item(code=code, type=ItemType.OWN_VIEW, construct="c", anchors="agree") for code in closed}
    items |= {code: Item(code=code, type=ItemType.OPEN) for code in ("Q1", "Q2")}
    texts = Texts(
        name="Small",
        sides={},
        anchors={"agree": ("1", "2", "3", "4", "5")},
        dont_know="Don't know",
        items={code: ItemText(text=f"Text of {code}") for code in items},
        scales={},
    )
    return Instrument(
        id="small",
        version=version,
        status="unvalidated",
        sides=tuple(Side(letter=code[0].upper(), code=code) for code in SIDES),
        anchors={"agree": 5},
        items=items,
        scales={"S": Scale(id="S", items=closed[:2], min_answered=1, headline=True)},
        composites={},
        forms={
            "plain": Form(id="plain", parts=(closed,)),
            "talk": Form(id="talk", parts=(closed, ("Q1", "Q2"))),
        },
        texts={"en": texts, "fr-CA": texts},
    )


@dataclass(kw_only=True)
class House:
    """Everything a wave needs: keys and a SQLite file in one folder, or keys alone and a database elsewhere."""

    folder: Path
    engine: Engine
    sessions: sessionmaker[Session]
    keys: FileKeys
    clock: db.SetClock
    instrument: Instrument = field(default_factory=instrument)
    engines: dict[DatabaseRole, Engine] = field(default_factory=dict)
    handed: dict[bytes, custody.Handed] = field(default_factory=dict)
    _codes: dict[bytes, dict[str, list[str]]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address of the database, for whoever opens it anew."""
        return self.engine.url.render_as_string(hide_password=False)

    @property
    def environment(self) -> dict[str, str]:
        """What a command of this house finds in its environment."""
        found = {"ASSESS_HOME": str(self.folder), "ASSESS_DATABASE_URL": self.url}
        for role, engine in self.engines.items():
            name = "ASSESS_DATABASE_URL" + ("" if role is DatabaseRole.APP else f"_{role.upper()}")
            found[name] = engine.url.render_as_string(hide_password=False)
        return found

    def engine_of(self, role: DatabaseRole) -> Engine:
        """Return the engine of a role: its own login on PostgreSQL, the one file on SQLite."""
        return self.engines.get(role, self.engine)

    @property
    def settings(self) -> Settings:
        """The settings that the environment of this house makes."""
        named = {name.removeprefix("ASSESS_").lower(): value for name, value in self.environment.items()}
        return Settings(**named)  # type: ignore[arg-type]

    def services(self) -> publish.Services:
        """Return what the runner works with: the login of the role that counts, which may list what is due."""
        counting = tenancy.guarded(self.engine_of(DatabaseRole.COUNT), tenancy.EVERYBODY)
        return publish.Services(sessions=counting, keys=self.keys, clock=self.clock, settings=self.settings)

    def of(self, role: DatabaseRole, wave: Wave) -> sessionmaker[Session]:
        """Return the maker of sessions as the application makes them for a role, at the client of a wave."""
        return tenancy.guarded(self.engine_of(role), tenancy.Scope(clients=frozenset({wave.client_id})))

    def drafted(
        self,
        *,
        people: dict[str, int] | None = None,
        form: str = "talk",
        mailed: bool = True,
        mode: KeyMode = KeyMode.SERVICE,
    ) -> Wave:
        with tenancy.guarded(self.engine_of(DatabaseRole.APP)).begin() as session:
            client = clients.create(session, name="Acme", zone="America/Toronto", country="ca")
            wave = waves.draft(
                session,
                client,
                instrument=self.instrument,
                form=form,
                label="Q1",
                opens_at=OPENS,
                closes_at=CLOSES,
                contact="survey@acme.example",
                key_mode=mode,
                witness="Ana Roy",
            )
            self.invite(session, wave, people or {"sales": 12, "marketing": 10}, mailed=mailed)
        return wave

    def invite(self, session: Session, wave: Wave, people: dict[str, int], *, mailed: bool = True) -> None:
        rows = [
            roster.RosterRow(side=side, email=f"{side}{i}@acme.example" if mailed else None)
            for side, number in people.items()
            for i in range(number)
        ]
        roster.replace(session, wave, roster.ParsedRoster(rows=tuple(rows), ignored_columns=(), warnings=()))

    def opened(self, **options: object) -> Wave:
        wave = self.drafted(**options)  # type: ignore[arg-type]
        with self.of(DatabaseRole.APP, wave).begin() as session:
            return self.open(session, wave)

    def open(self, session: Session, wave: Wave) -> Wave:
        found = session.get_one(Wave, wave.wave_id)
        handed = waves.open_(
            session,
            found,
            instrument=self.instrument,
            keys=self.keys,
            clock=self.clock,
            operator="Firm",
            cost=CHEAP,
        )
        if handed is not None:
            self.handed[wave.wave_id] = handed
        return found

    def unlocked(self, wave: Wave, *papers: custody.Paper, **options: object) -> custody.OpenedKeys:
        """Return the keys that these papers of an opening open, as somebody types them."""
        printed = self.handed[wave.wave_id].papers()
        with self.sessions() as session:
            found = session.get_one(Wave, wave.wave_id)
        typed = custody.read({paper: printed[paper] for paper in papers})
        return custody.opened(found, typed, keys=self.keys, cost=CHEAP, **options)  # type: ignore[arg-type]

    def codes(self, wave: Wave) -> dict[str, list[str]]:
        """Return the codes of a wave, shuffled once."""
        if wave.wave_id not in self._codes:
            with self.sessions() as session:
                self._codes[wave.wave_id] = envelopes.cards(session, wave, self.keys)
        return self._codes[wave.wave_id]

    def drop(
        self,
        code: str,
        answers: dict[str, int] | None = None,
        comments: dict[str, str] | None = None,
        attempt: bytes | None = None,
    ) -> box.Receipt | box.Refused:
        request = box.DropRequest(
            code=code,
            attempt=attempt or secrets.token_bytes(16),
            answers={"A1": 4} if answers is None else answers,
            comments=comments or {},
        )
        with db.sessions(self.engine_of(DatabaseRole.RESPOND))() as session:
            return box.drop(session, request, clock=self.clock, instrument=self.instrument)

    def fill(self, wave: Wave, *, sales: int, marketing: int) -> Counter[tuple[str, tuple[int, ...]]]:
        """Let people answer, each differently, and return what they answered, by side, columns as in `ITEMS`."""
        codes = self.codes(wave)
        given: Counter[tuple[str, tuple[int, ...]]] = Counter()
        for side, number in (("sales", sales), ("marketing", marketing)):
            for i in range(number):
                answers = {"A1": 1 + i % 5, "A2": i % 6} | ({"A3": 5} if i % 2 else {})
                comments = {"Q1": f"{side} says {i}"} if wave.form == "talk" else {}
                dropped = self.drop(codes[side][i], answers, comments)
                assert isinstance(dropped, box.Receipt)
                given[side, tuple(answers.get(item, BLANK) for item in ITEMS)] += 1
        return given

    def close(self) -> None:
        self.clock.set(CLOSES + timedelta(minutes=15))

    def count(self, wave: Wave, keys: KeyStore | None = None, **options: object) -> count.CountRecord:
        return count.run(
            self.of(DatabaseRole.COUNT, wave),
            wave.wave_id,
            keys=keys or self.keys,
            clock=self.clock,
            instrument=self.instrument,
            **options,  # type: ignore[arg-type]
        )

    def frozen(self) -> Wave:
        """Return a wave whose count was stopped after its first stage."""
        wave = self.opened()
        self.fill(wave, sales=5, marketing=5)
        self.close()
        self.stop_after(wave, "frozen")
        return wave

    def stop_after(self, wave: Wave, stage: str) -> None:
        """Count until a stage is committed, and no further."""

        def stop(reached: str) -> None:
            if reached == stage:
                raise InterruptedError

        with contextlib.suppress(InterruptedError):
            self.count(wave, on_stage=stop)
            raise AssertionError(f"the count never reached {stage}")

    def withhold_comments(self, wave: Wave, k_stat: bytes | None = None) -> None:
        """Let the desk decide about every comment, so that a release may follow (A-18)."""
        k_stat = k_stat or self.keys.read(wave.wave_id, KeyName.STAT)
        with self.of(DatabaseRole.APP, wave).begin() as session:
            found = session.get_one(Wave, wave.wave_id)
            for lying in comments.pile(session, found, k_stat=k_stat):
                comments.decide(session, found, lying.row_id, comments.Decision.WITHHOLD, k_stat=k_stat)

    def table(self, wave: Wave, keys: KeyStore | None = None) -> ResponseTable:
        with self.sessions() as session:
            found = waves.find(session, wave.wave_id)
            assert found is not None
            return count.table(session, found, keys=keys or self.keys, instrument=self.instrument)


def house(folder: Path, url: str | None = None, *, at: datetime = OPENS) -> House:
    """Return a house in a folder, on a new SQLite file in there, or on the database of an address, which is ready."""
    if url is None:
        url = f"sqlite:///{folder / 'assess.db'}"
        db.upgrade(url)
    engine = db.engine(url)
    roles = [] if engine.dialect.name == "sqlite" else list(DatabaseRole)
    engines = {role: db.engine(db_postgres.as_role(url, role)) for role in roles}
    # Whoever gives the connections of a house back gives back those of its roles.
    event.listen(engine, "engine_disposed", lambda _: [own.dispose() for own in engines.values()])
    return House(
        folder=folder,
        engine=engine,
        engines=engines,
        sessions=db.sessions(engine),
        keys=FileKeys(folder / "keys"),
        clock=db.SetClock(at),
    )


def people_of(table: ResponseTable) -> Counter[tuple[str, tuple[int, ...]]]:
    """Return who answered what, however the rows are ordered."""
    return Counter(
        (table.sides[int(side)], tuple(int(answer) for answer in row))
        for side, row in zip(table.side, table.answers, strict=True)
    )
