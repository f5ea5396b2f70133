"""Two firms' worth of secrets in one console, and a consultant of one who asks every address for the other's (T3).

Belongs here: the two tenants, who asks, what is asked, what an answer may not hold, taking nets away. Does not: the
verdict (`test_anonymity_tenants`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from db_house import CLOSES, OPENS, House
from db_lent import lent
from flask import Flask
from sqlalchemy import select, text, true
from sqlalchemy.orm import Session
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from assess.app import create_app
from assess.instruments.load import shipped
from assess.settings import Settings
from assess.surveys import archive, clients, db, roster, safeguards, staff, tenancy, waves
from assess.surveys.staff import StaffRole
from assess.surveys.states import State
from assess.surveys.tables import BoxRow, CommentRow, EnvelopeRow, PersonRow, StatRow, Wave
from assess.web.console.request import EXTENSION, session, wave_or_404

PASSWORD: Final = "correct horse battery"
NETS: Final = frozenset({"route", "guard", "policy"})
"""The query that looks up whose a wave is; the guard on ORM statements; row-level security (PostgreSQL alone)."""
WORDS: Final = ("Brackwater", "Quillfeather")
PEOPLE: Final = {"sales": 10, "marketing": 10}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """A client with a wave in every state. `word` stands in every text of it but its `name`."""

    word: str
    name: str
    client_id: bytes
    waves: Mapping[str, bytes]
    comments: list[bytes]
    ids: frozenset[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks: `own` is the number of the tenant they are assigned to; an administrator may read every name."""

    email: str
    role: StaffRole | None
    own: int | None


VISITORS: Final = (
    Visitor(email="robin@firm.example", role=StaffRole.CONSULTANT, own=0),
    Visitor(email="sam@firm.example", role=StaffRole.CONSULTANT, own=1),
    Visitor(email="chief@firm.example", role=StaffRole.ADMIN, own=None),
    Visitor(email="reader@firm.example", role=StaffRole.ADMIN, own=0),
    Visitor(email="idle@firm.example", role=StaffRole.CONSULTANT, own=None),
    Visitor(email="nobody@firm.example", role=None, own=None),
)


@dataclass(kw_only=True)
class Office:
    """A house with two tenants, and what no page may show: ids of rows."""

    house: House
    tenants: tuple[Tenant, Tenant]
    rows: frozenset[bytes]
    cookies: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """An answer that held what it may not."""

    visitor: str
    request: str
    what: str


@contextmanager
def office(engine: str, folder: Path) -> Iterator[Office]:
    """Lend two tenants on an engine."""
    with lent(engine, folder) as house:
        house.instrument = shipped("sales-marketing")
        made = tuple(_tenant(house, word) for word in WORDS)
        with house.sessions.begin() as current:
            for visitor in VISITORS:
                if visitor.role is not None:
                    mine = [] if visitor.own is None else [clients.find(current, made[visitor.own].client_id)]
                    staff.add(current, visitor.email, password=PASSWORD, role=visitor.role, clients=filter(None, mine))
        yield Office(house=house, tenants=made, rows=_rows(house))  # type: ignore[arg-type]


@contextmanager
def console(
    office: Office, nets: frozenset[str] = NETS, planted: Callable[[Flask, House], None] | None = None
) -> Iterator[Any]:
    """Lend the application with some of its nets, and with a planted route if one is given."""
    house = office.house
    with pytest.MonkeyPatch.context() as patch:
        if "route" not in nets:
            patch.setattr(staff, "_seen_by", lambda user: true())
        if "guard" not in nets:
            patch.setattr(tenancy, "_guard", lambda state: None)
        made = _settings(house)
        if house.engines and "policy" not in nets:
            # A superuser does not meet row-level security; the start would refuse such a login.
            made = made.model_copy(update={"database_url": house.url})
            patch.setattr(safeguards, "refuse", lambda settings: None)
        application: Any = create_app(made, clock=db.SetClock(CLOSES + timedelta(days=40)))
        flask: Flask = application.mounts["/console"]
        if planted is not None:
            planted(flask, house)
        try:
            yield application
        finally:
            services = flask.extensions[EXTENSION]
            for maker in (services.sessions, services.readers, services.counting):
                maker.kw["bind"].dispose()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What everybody was answered: what leaked, what failed, and how many answers held the own client's words."""

    leaks: list[Leak]
    failed: list[str]
    answers: int
    own: Mapping[str, int]


def ask(office: Office, application: Any, *, visitors: tuple[Visitor, ...] = VISITORS, own: bool = True) -> Heard:
    """Ask every address as everybody, with foreign ids and, if wished, with own ones."""
    leaks: list[Leak] = []
    failed: list[str] = []
    words: Counter[str] = Counter()
    asked = 0
    for visitor in visitors:
        for method, path, response in answers(office, application, visitor, own=own):
            asked += 1
            if response.status_code >= 500:
                failed.append(f"{visitor.email} {method} {path}: {response.status_code}")
            shown = response.data + repr(list(response.headers)).encode()
            found = [what for what in _forbidden(office, visitor, path) if what in shown]
            leaks += [Leak(visitor=visitor.email, request=f"{method} {path}", what=what.decode()) for what in found]
            if visitor.own is not None and office.tenants[visitor.own].word.encode() in shown:
                words[visitor.email] += 1
    return Heard(leaks=leaks, failed=failed, answers=asked, own=words)


def answers(
    office: Office, application: Any, visitor: Visitor, *, own: bool
) -> Iterator[tuple[str, str, TestResponse]]:
    """Yield method, path and answer for every address that a visitor can try."""
    flask: Flask = application.mounts["/console"]
    browser = _signed_in(office, application, visitor)
    token = _token(browser) if visitor.role is not None else ""
    tried = [tenant for number, tenant in enumerate(office.tenants) if own or number != visitor.own]
    for rule in sorted(flask.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        if rule.endpoint == "access.sign_out":
            continue  # it ends the visit, and says nothing
        for path in _paths(rule.rule, tried):
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                data = {"csrf_token": token} if method == "POST" else None
                response = browser.open(f"/console{path}", method=method, data=data)
                response.get_data()  # read whole, so that a file that is sent can be closed
                response.close()
                yield method, path, response


def _forbidden(office: Office, visitor: Visitor, path: str) -> Iterator[bytes]:
    """Yield what an answer may not hold: anything foreign, and the id of any row. What was asked may be echoed."""
    for number, tenant in enumerate(office.tenants):
        if number == visitor.own:
            continue
        yield tenant.word.encode()
        if not (visitor.role is StaffRole.ADMIN and path == "/"):
            yield tenant.name.encode()
            yield from (id_.hex().encode() for id_ in tenant.ids if id_.hex() not in path)
    yield from (id_.hex().encode() for id_ in office.rows)


def _paths(rule: str, tenants: list[Tenant]) -> list[str]:
    """Return an address for every tenant, wave and comment that a rule can ask for."""
    rule = re.sub(r"<(?!key:)[^>]*name>", "report.en.pdf" if "report" in rule else "console.css", rule)
    names = re.findall(r"<key:(\w+)>", rule)
    if not names:
        return [rule]
    filled = []
    for tenant in tenants:
        known = {"client_id": [tenant.client_id], "wave_id": [*tenant.waves.values()], "row_id": tenant.comments[:1]}
        for chosen in product(*(known[name] for name in names)):
            left = iter(chosen)
            filled.append(re.sub(r"<key:\w+>", lambda _, left=left: next(left).hex(), rule))  # type: ignore[misc]
    return filled


def _signed_in(office: Office, application: Any, visitor: Visitor) -> Browser:
    browser = Browser(application)
    if visitor.role is None:
        return browser
    if visitor.email not in office.cookies:
        page = browser.get("/console/sign-in")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert token is not None
        data = {"csrf_token": token[1], "email": visitor.email, "password": PASSWORD}
        assert browser.post("/console/sign-in", data=data).status_code == 302
        cookie = browser.get_cookie("assess_console", path="/console")
        assert cookie is not None
        office.cookies[visitor.email] = cookie.value
    browser.set_cookie("assess_console", office.cookies[visitor.email], domain="localhost", path="/console")
    return browser


def _token(browser: Browser) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/console/clients/new").text)
    assert found is not None
    return found[1]


def _settings(house: House) -> Settings:
    urls = {name: value for name, value in house.environment.items() if "DATABASE" in name and house.engines}
    named = {name.removeprefix("ASSESS_").lower(): value for name, value in urls.items()}
    return Settings(home=house.folder, secret_key="k" * 32, insecure_cookies=True, **named)  # type: ignore[arg-type]


def _tenant(house: House, word: str) -> Tenant:
    name = f"{word[::-1]} Company"
    made: dict[str, bytes] = {}
    with house.sessions.begin() as current:
        client = clients.create(current, name=name, zone="America/Toronto", country="CA")
    for state in ("counted", "released", "open", "draft"):
        house.clock.set(OPENS)
        wave = _wave(house, client, word, state)
        made[state] = wave.wave_id
        if state in {"counted", "released"}:
            question = house.instrument.open("core")[0]
            for side, codes in house.codes(wave).items():
                for i, code in enumerate(codes[: PEOPLE[side]]):
                    house.drop(code, {"AL1": 1 + i % 5}, {question: f"{word} says {i}"})
            house.close()
            house.count(wave)
    folder = house.folder / "reports" / made["released"].hex()
    folder.mkdir(parents=True)
    for file in ("report.en.pdf", "report.fr-CA.pdf", "report.json", "figures.csv"):
        (folder / file).write_bytes(f"{word} report".encode())
    with house.sessions.begin() as current:
        released = current.get_one(Wave, made["released"])
        archive.store(current, released, f'{{"word": "{word}"}}'.encode())
        released.state, released.released_at = State.RELEASED, CLOSES + timedelta(days=9)
    with house.sessions() as current:
        mine = list(made.values())
        comments = list(current.scalars(select(CommentRow.row_id).where(CommentRow.wave_id.in_(mine))))
    return Tenant(
        word=word,
        name=name,
        client_id=client.client_id,
        waves=made,
        comments=comments,
        ids=frozenset({client.client_id, *mine, *comments}),
    )


def _wave(house: House, client: clients.Client, word: str, state: str) -> Wave:
    """Draft a wave, list its people, and open it unless it shall stay a draft."""
    with house.sessions.begin() as current:
        wave = waves.draft(
            current,
            client,
            instrument=house.instrument,
            form="core",
            label=f"{word} {state}",
            opens_at=OPENS,
            closes_at=CLOSES,
            contact=f"{word}@contact.example",
        )
        people = tuple(
            roster.RosterRow(side=side, email=f"{word}.{side}{i}@client.example", name=f"{word} Person {i}")
            for side, number in PEOPLE.items()
            for i in range(number)
        )
        roster.replace(current, wave, roster.ParsedRoster(rows=people, ignored_columns=(), warnings=()))
    if state != "draft":
        with house.sessions.begin() as current:
            return house.open(current, wave)
    return wave


def _rows(house: House) -> frozenset[bytes]:
    """Return the ids of rows that no page shows to anybody."""
    columns = (StatRow.row_id, PersonRow.person_id, EnvelopeRow.code_hash, BoxRow.ballot_id)
    with house.sessions() as current:
        return frozenset(id_ for column in columns for id_ in current.scalars(select(column)))


def bare(flask: Flask, house: House) -> None:
    """Plant a route without a net: an engine of its own, and nobody asks whose wave it is."""

    def show(wave_id: bytes) -> str:
        with house.sessions() as every:
            return every.get_one(Wave, wave_id).label

    flask.add_url_rule("/planted/<key:wave_id>", "planted", show)


def careless(flask: Flask, house: House) -> None:
    """Plant a route that asks the request's own session, and forgets to ask whose wave it is."""

    def show(wave_id: bytes) -> str:
        found = session().get(Wave, wave_id)
        return "none" if found is None else found.label

    flask.add_url_rule("/planted/<key:wave_id>", "planted", show)


def raw(flask: Flask, house: House) -> None:
    """Plant a route that asks in raw SQL, which passes the guard (SQLAlchemy #6176)."""

    def show(wave_id: bytes) -> str:
        current: Session = session()
        return str(current.scalar(text("SELECT label FROM wave WHERE wave_id = :id"), {"id": wave_id}))

    flask.add_url_rule("/planted/<key:wave_id>", "planted", show)


def row_view(flask: Flask, house: House) -> None:
    """Plant a view of single rows for the wave's own consultant."""

    def show(wave_id: bytes) -> str:
        _, wave = wave_or_404(wave_id)
        with house.sessions() as every:
            rows = every.scalars(select(StatRow.row_id).where(StatRow.wave_id == wave.wave_id))
            return " ".join(row.hex() for row in rows)

    flask.add_url_rule("/planted/<key:wave_id>", "planted", show)
