"""A wave on PostgreSQL through a real gunicorn, as the four roles, from the sign-in to the released report."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import db_postgres
import pytest
import reports_paper
from db_house import House
from db_lent import lent
from sqlalchemy import text

from assess.cli import demo_person
from assess.surveys import staff

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

OPENS = datetime(2026, 1, 12, 14, 0, tzinfo=UTC)
CLOSES = datetime(2026, 1, 24, 4, 59, tzinfo=UTC)
PASSWORD = "correct horse battery"
CLOCK = """
import sys
from datetime import datetime
from pathlib import Path
from assess.settings import Settings

class Clock:
    def now(self, session):
        return datetime.fromisoformat((Settings().home / "clock").read_text())

"""
SERVE = (
    CLOCK
    + """
from assess.app import create_app
from assess.cli.serving import Server

class Moved(Server):
    def load(self):
        return create_app(self.settings, clock=Clock())

Moved(Settings()).run()
"""
)
DUE = (
    CLOCK
    + """
from assess import publish
from assess.jobs import runner

for outcome in runner.run(publish.services(Settings(), clock=Clock())):
    assert outcome.error is None, outcome.error
    print("step", outcome.step.kind.value)
"""
)


class Console:
    """A consultant's browser without script, over HTTP."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}/console"
        self.browser: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        with self.browser.open(self.address + path, timeout=60) as response:
            return str(response.read().decode())

    def post(self, path: str, **fields: str) -> tuple[str, str]:
        """Post a form with the token of the page that holds it; return where that led and the page there."""
        place, sent = self._sent(path, fields)
        return place, sent.decode()

    def file(self, path: str) -> bytes:
        """Post a form that only asks for a file; return the file."""
        return self._sent(path, {})[1]

    def _sent(self, path: str, fields: dict[str, str]) -> tuple[str, bytes]:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path))
        assert token is not None
        body = urlencode({"csrf_token": token[1], **fields}).encode()
        with self.browser.open(self.address + path, body, timeout=60) as response:
            return response.geturl().removeprefix(self.address), response.read()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with lent("postgresql", tmp_path) as made, db_postgres.durable():
        with made.sessions.begin() as session:
            staff.add(session, "robin@firm.example", password=PASSWORD)
        yield made


def environment(house: House, port: int) -> dict[str, str]:
    more = {"ASSESS_PORT": str(port), "ASSESS_INSECURE_COOKIES": "true"}
    return {**os.environ, **house.environment, **more}


def at(house: House, moment: datetime) -> None:
    (house.folder / "clock").write_text(moment.isoformat(), encoding="utf-8")


def due(house: House) -> list[str]:
    """Run what is due in a process of its own, as the role that counts."""
    done = subprocess.run(
        [sys.executable, "-c", DUE], env=environment(house, 1), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return re.findall(r"^step (\w+)$", done.stdout, re.MULTILINE)


@contextlib.contextmanager
def serving(house: House) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-c", SERVE], env=environment(house, port))
    try:
        for _ in range(600):
            assert process.poll() is None, "the server ended by itself"
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/w/")
                assert connection.getresponse().status == 200
                connection.close()
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_a_wave_goes_from_its_draft_to_its_report_on_postgresql(house: House) -> None:
    """A-02, A-06, A-08, A-27, issue 4 (1): everything that exists, over HTTP, each step with the login of its role."""
    at(house, OPENS - timedelta(days=2))
    people = "".join(f"{side},{side}{i}@client.example\n" for side in ("sales", "marketing") for i in range(12))
    with serving(house) as port:
        console = Console(port)
        assert console.post("/sign-in", email="robin@firm.example", password=PASSWORD)[0] == "/"
        client, _ = console.post("/clients/new", name="Northwind Tools", zone="America/Toronto", country="CA")
        wave, _ = console.post(
            f"{client}/waves/new",
            label="Winter",
            form="core",
            opens_at="2026-01-12T09:00",
            closes_at="2026-01-23T23:59",
            contact="camille@client.example",
            key_mode="service",
        )
        assert "12" in console.post(f"{wave}/roster", text=f"side,email\n{people}")[1]
        assert console.post(f"{wave}/open")[0] == wave
        codes = [code for sheet in reports_paper.codes(console.file(f"{wave}/cards")) for code in sheet]
        assert len(codes) == len(set(codes)) == 30
        at(house, OPENS + timedelta(hours=1))
        half = len(codes) // 2
        for number, code in enumerate([*codes[:11], *codes[half : half + 11]]):
            demo_person.answer("127.0.0.1", port, code, {"AL1": 1 + number % 5, "TR1": 1 + number % 4})
        at(house, CLOSES + timedelta(minutes=16))
        assert due(house) == ["close", "count"]
        for table in ("envelope", "spent", "box"):
            with house.engine.connect() as connection:
                assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
        assert console.post(f"{wave}/release", at="2026-01-24T09:00")[0] == wave
        at(house, datetime(2026, 1, 24, 14, 0, tzinfo=UTC))
        assert due(house) == ["release"]
        assert "Winter" in console.get(wave)
        about = console.browser.open(console.address.removesuffix("/console") + f"/w/about/{wave.rpartition('/')[2]}")
        with about as response:
            assert "22" in response.read().decode()


def test_a_server_on_postgresql_refuses_to_serve_with_a_superuser(house: House) -> None:
    """A-27: the planted weakness of the whole set-up: one strong login for everything."""
    strong = {name: house.url for name in house.environment if "DATABASE" in name}
    done = subprocess.run(
        [sys.executable, "-m", "assess", "serve"],
        env={**environment(house, 1), **strong},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 5
    assert all(f"the login postgres for {role} is a superuser" in done.stderr for role in ("app", "respond", "count"))
