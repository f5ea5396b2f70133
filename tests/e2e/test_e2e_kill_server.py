"""Faults under load (anonymity.md section 9): `kill -9` of the server in the middle of 500 submits, twice.

No ballot that was acknowledged is lost, none is doubled, none is half: every person retries what was not acknowledged,
with the same attempt (A-06), and at the end the box holds one ballot each, as it was sent.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from urllib.parse import urlencode

import pytest
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import func, select

from assess.instruments.load import shipped
from assess.surveys import ballots, clients, codes, db, envelopes, roster, waves
from assess.surveys.keys import FileKeys, KeyName
from assess.surveys.tables import BoxRow, SpentRow, Wave

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

PEOPLE = 500
WRITERS = 8
KILLS = (120, 310)
"""Numbers of acknowledged ballots at which the server dies."""

INSTRUMENT = shipped("sales-marketing")
SERVE = "from assess.cli.serving import Server; from assess.settings import Settings; Server(Settings()).run()"


@dataclass(kw_only=True)
class Person:
    """What one person sends, again and again until it is acknowledged."""

    code: str
    answers: Mapping[str, int]
    attempt: str
    tries: int = 0
    receipts: list[str] = field(default_factory=list)

    @property
    def body(self) -> str:
        hidden = {"code": self.code, "try": self.attempt, "lang": "en", "sheet": "sales-marketing:core:sales"}
        return urlencode(hidden | {item: str(answer) for item, answer in self.answers.items()})


class Server:
    """The real server in processes of its own; `kill` leaves it no time to say goodbye."""

    def __init__(self, home: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {
            **os.environ,
            "ASSESS_HOME": str(self.home),
            "ASSESS_PORT": str(self.port),
            "ASSESS_RESPOND_POSTS_PER_MINUTE": "1000000",
        }
        self.process = subprocess.Popen([sys.executable, "-c", SERVE], env=environment, start_new_session=True)
        for _ in range(300):
            with contextlib.suppress(OSError):
                if get(self.port) == 200:
                    return
            assert self.process.poll() is None, "the server ended by itself"
            time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture
def people(tmp_path: Path) -> list[Person]:
    """Open a wave by the database's own clock and give everybody answers of their own."""
    url = f"sqlite:///{tmp_path / 'assess.db'}"
    db.upgrade(url)
    engine = db.engine(url)
    keys, clock = FileKeys(tmp_path / "keys"), db.DatabaseClock()
    lines = [f"{side},{side}{n}@client.example" for side in ("sales", "marketing") for n in range(PEOPLE // 2)]
    sides = [roster.RosterSide(code=side.code, labels=()) for side in INSTRUMENT.sides]
    with db.sessions(engine).begin() as session:
        wave = waves.draft(
            session,
            clients.create(session, name="Northwind Tools", zone="America/Toronto", country="CA"),
            instrument=INSTRUMENT,
            form="core",
            label="Winter",
            opens_at=datetime.now(UTC) - timedelta(days=1),
            closes_at=datetime.now(UTC) + timedelta(days=10),
            contact="camille@client.example",
        )
        roster.replace(session, wave, roster.parse("\n".join(["side,email", *lines]), sides=sides))
        waves.open_(session, wave, instrument=INSTRUMENT, keys=keys, clock=clock, operator="Larch & Vale")
        cards = envelopes.cards(session, wave, keys)
    engine.dispose()
    draw = random.Random(20260112)
    drawn = [code for side in cards.values() for code in side][:PEOPLE]
    return [
        Person(
            code=code,
            answers={item: draw.randint(0, 5) for item in INSTRUMENT.closed("core")},
            attempt=secrets.token_hex(16),
        )
        for code in drawn
    ]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    yield made
    made.kill()


def test_no_acknowledged_ballot_is_lost_and_none_is_doubled(
    server: Server, people: list[Person], tmp_path: Path
) -> None:
    server.start()
    waiting: SimpleQueue[Person] = SimpleQueue()
    for person in people:
        waiting.put(person)
    acknowledged = Tally()
    threads = [threading.Thread(target=write, args=(server.port, waiting, acknowledged)) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for number in KILLS:
        acknowledged.wait_for(number)
        server.kill()
        server.start()
    for thread in threads:
        thread.join(timeout=120)
        assert not thread.is_alive()
    # A browser that never saw its receipt sends once more; it must be told the same.
    for person in people[:50]:
        send(server.port, person)

    assert all(person.receipts for person in people)
    assert sum(person.tries - len(person.receipts) for person in people) >= len(KILLS), "no submit met a dead server"
    assert_the_box_holds(people, tmp_path)


def assert_the_box_holds(people: list[Person], home: Path) -> None:
    """One ballot a person, once, with the receipt that was given and the answers that were sent."""
    engine = db.engine(f"sqlite:///{home / 'assess.db'}")
    with db.sessions(engine)() as session:
        wave = session.scalars(select(Wave)).one()
        box = {row.ballot_id: row for row in session.scalars(select(BoxRow))}
        assert session.scalar(select(func.count()).select_from(SpentRow)) == len(box) == len(people)
    engine.dispose()
    opener = SealedBox(PrivateKey(FileKeys(home / "keys").read(wave.wave_id, KeyName.BOX)))
    for person in people:
        ballot = box[codes.ballot_id(envelopes.normalise(person.code) or b"")]
        assert set(person.receipts) == {ballot.receipt}
        assert ballot.drops == 1
        plain = ballots.read(
            opener.decrypt(ballot.sealed),
            wave_id=wave.wave_id,
            form_hash=str(wave.form_hash),
            instrument=INSTRUMENT,
            form="core",
        )
        assert plain.answers == person.answers


def test_the_check_above_sees_a_lost_a_doubled_and_a_changed_ballot(
    server: Server, people: list[Person], tmp_path: Path
) -> None:
    """The planted weaknesses: each must be caught."""
    few = people[:3]
    server.start()
    for person in few:
        assert send(server.port, person)
    assert_the_box_holds(few, tmp_path)
    few[0].receipts.append("0" * 20)
    with pytest.raises(AssertionError):
        assert_the_box_holds(few, tmp_path)
    few[0].receipts.pop()
    with pytest.raises(AssertionError):
        assert_the_box_holds(people[:4], tmp_path)
    few[1].attempt = secrets.token_hex(16)
    assert send(server.port, few[1])
    with pytest.raises(AssertionError):
        assert_the_box_holds(few, tmp_path)


class Tally:
    """Counts acknowledged ballots over all threads."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = threading.Condition()

    def add(self) -> None:
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def wait_for(self, number: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.count >= number, timeout=120)


def write(port: int, waiting: SimpleQueue[Person], acknowledged: Tally) -> None:
    """Send ballots until none waits; what was not acknowledged waits again."""
    while True:
        try:
            person = waiting.get_nowait()
        except Empty:
            return
        while not send(port, person):
            time.sleep(0.05)
        acknowledged.add()


def send(port: int, person: Person) -> bool:
    """Post one ballot; true only if a whole page with a receipt came back."""
    person.tries += 1
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(
            "POST", "/w/drop", body=person.body, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        response = connection.getresponse()
        page = response.read().decode()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    assert response.status in (200, 503), page[:500]
    if response.status != 200:
        return False
    receipt = re.search(r'<p class="code">([0-9a-f]{20})</p>', page)
    assert receipt is not None
    person.receipts.append(receipt[1])
    return True


def get(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/w/")
        return connection.getresponse().status
    finally:
        connection.close()
