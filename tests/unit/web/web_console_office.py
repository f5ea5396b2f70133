"""An office with two tenants for the tests of the console: built once, copied for each test."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from werkzeug.test import Client, TestResponse

from assess.app import create_app
from assess.instruments.load import shipped
from assess.settings import Settings
from assess.surveys import clients, db, moments, roster, staff, waves
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One copy: Robin runs Northbeam, Sam runs Foundry; Reader is an administrator assigned to Northbeam."""

    settings: Settings
    clock: db.SetClock
    ids: dict[str, str]
    made: list[Any] = field(default_factory=list)

    def app(self) -> Any:
        """Return the application of this copy, made once."""
        if not self.made:
            self.made.append(create_app(self.settings, clock=self.clock))
        return self.made[0]

    def visitor(self, email: str | None = None) -> Visitor:
        visitor = Visitor(Client(self.app()))
        if email is not None:
            visitor.browser.set_cookie("assess_console", _cookie(email), domain="localhost", path="/console")
        return visitor

    def session(self) -> Any:
        return db.sessions(db.engine(self.settings.url)).begin()


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
    """Return a copy of the office in a folder of its own."""
    home = folder / "home"
    shutil.copytree(_built()[0], home)
    return Office(settings=_settings(home, **settings), clock=db.SetClock(NOW), ids=_built()[1])


def words(response: TestResponse) -> str:
    """Return the words of a page as they are read."""
    body = re.sub(r"<(script|style)\b.*?</\1>", "", response.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def _settings(home: Path, **changed: Any) -> Settings:
    return Settings(**{"home": home, "secret_key": "k" * 32, "insecure_cookies": True, **changed})


@cache
def _cookie(email: str) -> str:
    """Return the cookie of a sign-in, once: hashing a password is slow on purpose."""
    folder = Path(tempfile.mkdtemp())
    copy = office(folder)
    visitor = copy.visitor()
    assert visitor.post("/sign-in", {"email": email, "password": PASSWORD}).status_code == 302
    cookie = visitor.browser.get_cookie("assess_console", path="/console")
    assert cookie is not None
    shutil.rmtree(folder)
    return cookie.value


@cache
def _built() -> tuple[Path, dict[str, str]]:
    home = Path(tempfile.mkdtemp()) / "home"
    settings = _settings(home)
    db.upgrade(settings.url)
    engine = db.engine(settings.url)
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
    return home, ids


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
