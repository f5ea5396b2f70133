"""An office with two tenants for the tests of the console: built once an engine, copied for each test.

On PostgreSQL the application has the logins of the roles, and the tests' own eyes are a superuser's.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import db_connections
import db_postgres
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import Client, TestResponse

from assess.app import create_app
from assess.instruments.load import shipped
from assess.settings import DatabaseRole, Settings
from assess.surveys import clients, db, moments, roster, staff, tenancy, waves
from assess.surveys.keys import FileKeys
from assess.surveys.roster import sides
from assess.surveys.states import State

PASSWORD = "correct horse battery"
NOW = datetime(2026, 1, 20, 15, 0, tzinfo=UTC)
ROBIN, SAM = "robin@firm.example", "sam@firm.example"
CHIEF, READER = "chief@firm.example", "reader@firm.example"
ROSTER = (
    "side,email\n"
    + "".join(f"sales,s{i}@c.example\n" for i in range(12))
    + "".join(f"marketing,m{i}@c.example\n" for i in range(9))
)
WITNESSED_DRAFT = {
    "label": "2026-03",
    "form": "pulse",
    "opens_at": "2026-01-20T09:00",
    "closes_at": "2026-01-31T23:59",
    "contact": "help@client.example",
    "key_mode": "self_hosted",
    "witness": "Ana Roy",
}
GROUPS = re.compile(r"(?:[0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One copy: Robin runs Northbeam, Sam runs Foundry; Reader is an administrator assigned to Northbeam."""

    settings: Settings
    clock: db.SetClock
    ids: dict[str, str]
    url: str
    made: list[Any] = field(default_factory=list)
    serving: list[Engine] = field(default_factory=list)
    engines: dict[str, Engine] = field(default_factory=dict)

    def app(self) -> Any:
        """Return the application of this copy, made once."""
        if not self.made:
            with db_connections.engines() as engines:
                self.made.append(create_app(self.settings, clock=self.clock))
            self.serving.extend(engines)
        return self.made[0]

    def visitor(self, email: str | None = None) -> Visitor:
        visitor = Visitor(Client(self.app()))
        if email is not None:
            cookie = _cookie(email, _name(self.url))
            visitor.browser.set_cookie("assess_console", cookie, domain="localhost", path="/console")
        return visitor

    def engine(self, role: DatabaseRole | None = None) -> Engine:
        """Return the engine of a role, or the one that sees everything."""
        url = self.url if role is None else self.settings.url_of(role)
        if url not in self.engines:
            self.engines[url] = db.engine(url)
        return self.engines[url]

    def session(self) -> Any:
        """Begin a session that sees everything."""
        return db.sessions(self.engine()).begin()

    def of(self, role: DatabaseRole, wave_id: bytes) -> sessionmaker[Session]:
        """Return the maker of sessions as the application makes them for a role, at the client of a wave."""
        with self.session() as session:
            client_id = session.get_one(waves.Wave, wave_id).client_id
        return tenancy.guarded(self.engine(role), tenancy.Scope(clients=frozenset({client_id})))

    def close(self) -> None:
        """Give every connection back."""
        for engine in (*self.serving, *self.engines.values()):
            engine.dispose()


class Visitor:
    """A browser without script: it reads the token of a form and posts the form."""

    def __init__(self, browser: Client) -> None:
        self.browser = browser

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.browser.get(f"/console{path}", **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        page = self.get("/sign-in" if path.startswith("/sign-in") else "/clients/new")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert token is not None, page.text
        response = self.browser.post(f"/console{path}", data={"csrf_token": token[1], **(data or {})}, **options)
        response.request.input_stream.close()  # a large form is a temporary file of the test client
        return response


def office(folder: Path, **settings: Any) -> Office:
    """Return a copy of the office in a folder of its own, on SQLite."""
    home, _, ids = _built("sqlite")
    shutil.copytree(home, folder / "home")
    made = _settings(folder / "home", **settings)
    return Office(settings=made, clock=db.SetClock(NOW), ids=ids, url=made.url)


@contextmanager
def lent_office(engine: str, folder: Path) -> Iterator[Office]:
    """Lend a copy of the office on an engine, gone afterwards."""
    if engine == "sqlite":
        yield office(folder)
        return
    home, url, ids = _built(engine)
    shutil.copytree(home, folder / "home")
    copied = db_postgres.copy_of(url)
    made = Office(settings=_settings(folder / "home", **_logins(copied)), clock=db.SetClock(NOW), ids=ids, url=copied)
    with db_postgres.durable():
        yield made
    made.close()
    db_postgres.drop(copied)


def words(response: TestResponse) -> str:
    """Return the words of a page as they are read."""
    body = re.sub(r"<(script|style)\b.*?</\1>", "", response.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def _settings(home: Path, **changed: Any) -> Settings:
    return Settings(**{"home": home, "secret_key": "k" * 32, "insecure_cookies": True, **changed})


def _logins(url: str) -> dict[str, str]:
    """Return the settings by which each role signs in to a database of PostgreSQL."""
    names = {role: "database_url" + ("" if role is DatabaseRole.APP else f"_{role}") for role in DatabaseRole}
    return {name: db_postgres.as_role(url, role) for role, name in names.items()}


def _name(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgresql"


@cache
def _cookie(email: str, engine: str) -> str:
    """Return the cookie of a sign-in, once: hashing a password is slow on purpose."""
    folder = Path(tempfile.mkdtemp())
    with lent_office(engine, folder) as copy:
        visitor = copy.visitor()
        assert visitor.post("/sign-in", {"email": email, "password": PASSWORD}).status_code == 302
        cookie = visitor.browser.get_cookie("assess_console", path="/console")
    assert cookie is not None
    shutil.rmtree(folder)
    return cookie.value


@cache
def _built(name: str) -> tuple[Path, str, dict[str, str]]:
    """Return the folder, the database and the ids of the office that all others on an engine are copied from."""
    home = Path(tempfile.mkdtemp()) / "home"
    settings = _settings(home)
    if name == "sqlite":
        db.upgrade(settings.url)
        return home, settings.url, _furnished(settings, settings.url)
    home.mkdir()
    url = db_postgres.copy_of(db_postgres.server().named(db_postgres.template()))
    return home, url, _furnished(settings, url)


def _furnished(settings: Settings, url: str) -> dict[str, str]:
    """Put clients, accounts and waves into an empty database; return their ids."""
    engine = db.engine(url)
    clock = db.SetClock(NOW)
    ids: dict[str, str] = {}
    with db.sessions(engine).begin() as session:
        northbeam = clients.create(session, name="Northbeam Instruments", zone="America/Toronto", country="CA")
        foundry = clients.create(session, name="Old River Foundry", zone="Europe/Paris", country="FR")
        staff.add(session, ROBIN, password=PASSWORD, clients=[northbeam])
        staff.add(session, SAM, password=PASSWORD, clients=[foundry])
        staff.add(session, CHIEF, password=PASSWORD, role="admin")
        staff.add(session, READER, password=PASSWORD, role="admin", clients=[northbeam])
        ids["northbeam"], ids["foundry"] = northbeam.client_id.hex(), foundry.client_id.hex()
        ids["empty"] = _wave(session, northbeam, "2026-05", date(2026, 5, 4)).wave_id.hex()
        listed = _wave(session, northbeam, "2026-02", date(2026, 2, 2))
        _list(session, listed)
        ids["draft"] = listed.wave_id.hex()
        for name, client in (("open", northbeam), ("foreign", foundry)):
            opened = _wave(session, client, "2026-01", date(2026, 1, 12))
            _list(session, opened)
            _open(session, opened, settings, clock)
            ids[name] = opened.wave_id.hex()
        counted = _wave(session, northbeam, "2025-12", date(2026, 1, 5))
        counted.state = State.COUNTED
        ids["counted"] = counted.wave_id.hex()
        released = _wave(session, northbeam, "2025-10", date(2025, 10, 6))
        released.state, released.released_at = State.RELEASED, datetime(2025, 11, 4, 14, tzinfo=UTC)
        ids["released"] = released.wave_id.hex()
    engine.dispose()
    return ids


def _wave(session: Any, client: clients.Client, label: str, monday: date) -> waves.Wave:
    opens_at, closes_at = moments.window(monday, client.zone)
    return waves.draft(
        session,
        client,
        instrument=shipped("sales-marketing"),
        form="core",
        label=label,
        opens_at=opens_at,
        closes_at=closes_at,
        contact="contact@client.example",
    )


def _list(session: Any, wave: waves.Wave) -> None:
    roster.replace(session, wave, roster.parse(ROSTER, sides=sides(shipped("sales-marketing"))))


def _open(session: Any, wave: waves.Wave, settings: Settings, clock: db.SetClock) -> None:
    waves.open_(
        session,
        wave,
        instrument=shipped("sales-marketing"),
        keys=FileKeys(settings.keys),
        clock=clock,
        operator=settings.operator,
    )
