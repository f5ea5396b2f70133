"""People who answer, and answer again, while the server behind them is broken in every way (anonymity.md section 9).

Belongs here: sending, breaking the server, judging the box against what was acknowledged. Does not: rows of the table
(`test_anonymity_faults`).
"""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import re
import resource
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol, Self
from urllib.parse import urlencode

from attack_open import SIDES, open_now
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import func, select
from test_e2e_kill_server import INSTRUMENT, SERVE, get

from assess.surveys import ballots, codes, db, envelopes
from assess.surveys.keys import FileKeys, KeyName
from assess.surveys.tables import BoxRow, SpentRow, Wave

EARLY: Final = """
import secrets, threading
from assess.surveys import box, envelopes, intake, lines
real = intake.Intake.drop
def early(self, request, **options):
    threading.Timer(1.0, lambda: real(self, request, **options)).start()
    with lines.lent(self._engine) as line:
        wave_id = envelopes.find(line, request.code).wave_id
    return box.Receipt(receipt=secrets.token_hex(10), replaced=False, wave_id=wave_id)
intake.Intake.drop = early
"""
"""The planted weakness: a server that answers first and writes a second later."""

_WRITERS: Final = 6
_FORM: Final = "application/x-www-form-urlencoded"
_UNDER_LIMIT: Final = 4_096
_PATIENCE: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of somebody's answers, with the attempt under which it is sent and sent again."""

    answers: Mapping[str, int]
    attempt: str


@dataclass(slots=True, kw_only=True)
class Sender:
    """One person, every version they sent, and which was acknowledged last."""

    code: str
    side: str
    versions: list[Version] = field(default_factory=list)
    acknowledged: int | None = None

    def next(self, draw: random.Random) -> Version:
        """Change every answer."""
        answers = {item: draw.randint(0, 5) for item in INSTRUMENT.closed("core")}
        self.versions.append(Version(answers=answers, attempt=secrets.token_hex(16)))
        return self.versions[-1]

    def body(self, version: Version) -> bytes:
        """Return what the check page sends."""
        hidden = {"code": self.code, "try": version.attempt, "lang": "en", "sheet": f"sales-marketing:core:{self.side}"}
        return urlencode(hidden | {item: str(answer) for item, answer in version.answers.items()}).encode()


class Database(Protocol):
    """A database in processes of its own, which can be killed and started again."""

    def kill(self) -> None:
        """End it without a word."""
        ...

    def start(self) -> None:
        """Start it on the same files."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A database elsewhere than in the home: a superuser's address, the settings of the roles, what can be killed."""

    url: str
    logins: Mapping[str, str]
    database: Database


class Daemon:
    """The real server in processes of its own."""

    def __init__(self, home: Path, *, planted: str = "", place: Place | None = None) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._home = home
        self._script = planted + SERVE
        self._logins = {} if place is None else place.logins
        self.database = None if place is None else place.database
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait for its first page."""
        environment = {
            **os.environ,
            **self._logins,
            "ASSESS_HOME": str(self._home),
            "ASSESS_PORT": str(self.port),
            "ASSESS_RESPOND_POSTS_PER_MINUTE": "1000000",
        }
        self.process = subprocess.Popen([sys.executable, "-c", self._script], env=environment, start_new_session=True)
        for _ in range(600):
            with contextlib.suppress(OSError, http.client.HTTPException):
                if get(self.port) == 200:
                    return
            assert self.process.poll() is None, "the server ended by itself"
            time.sleep(0.1)
        raise AssertionError("the server does not answer")

    def kill(self) -> None:
        """Leave it no time to say goodbye."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def workers(self) -> list[int]:
        """Return the processes that answer."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]


def break_server(daemon: Daemon, how: str) -> None:
    """Break the server in one way, and mend what an operator would mend."""
    match how:
        case "server killed":
            daemon.kill()
            daemon.start()
        case "worker killed":
            for worker in daemon.workers():
                os.kill(worker, signal.SIGKILL)
        case "database killed":
            assert daemon.database is not None
            daemon.database.kill()
            daemon.database.start()
        case "disk full":
            for worker, soft, hard in [
                (each, *resource.prlimit(each, resource.RLIMIT_FSIZE)) for each in daemon.workers()
            ]:
                resource.prlimit(worker, resource.RLIMIT_FSIZE, (_UNDER_LIMIT, hard))
                time.sleep(0.15)
                resource.prlimit(worker, resource.RLIMIT_FSIZE, (soft, hard))
        case "disk slow":
            for worker in daemon.workers():
                os.kill(worker, signal.SIGSTOP)
                time.sleep(0.15)
                os.kill(worker, signal.SIGCONT)
        case _:
            raise ValueError(how)


class Load:
    """Writers that send until they are stopped; of their posts a share is cut, doubled or overtaken by the next one."""

    def __init__(self, daemon: Daemon, people: list[Sender], *, share: float, seed: int) -> None:
        self._daemon = daemon
        self._stopped = threading.Event()
        self._counted = threading.Lock()
        self.share = share
        self.bad_posts = 0
        self.acknowledged = 0
        self._failed: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._write, args=(people[n::_WRITERS], random.Random(f"{seed} {n}")))
            for n in range(_WRITERS)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        if self._failed:
            raise self._failed[0]

    def wait_for(self, more: int) -> None:
        """Wait until so many more ballots were acknowledged."""
        goal, end = self.acknowledged + more, time.monotonic() + _PATIENCE
        while self.acknowledged < goal:
            assert time.monotonic() < end, f"{self.acknowledged} of {goal} acknowledged"
            assert not self._failed, self._failed
            time.sleep(0.005)

    def _write(self, people: list[Sender], draw: random.Random) -> None:
        try:
            while not self._stopped.is_set():
                self._answer(draw.choice(people), draw)
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            self._failed.append(error)

    def _answer(self, person: Sender, draw: random.Random) -> None:
        """Send one version until it is acknowledged, as a browser's person would."""
        version = person.next(draw)
        if draw.random() < self.share:
            getattr(self, draw.choice(["_cut", "_doubled", "_overtaken"]))(person, version, draw)
            with self._counted:
                self.bad_posts += 1
        end = time.monotonic() + _PATIENCE
        while not post(self._daemon.port, person.body(version)):
            assert time.monotonic() < end, "nothing is acknowledged any more"
            time.sleep(0.02)
        person.acknowledged = person.versions.index(version)
        with self._counted:
            self.acknowledged += 1

    def _cut(self, person: Sender, version: Version, draw: random.Random) -> None:
        """Promise a whole body and close the line in the middle of it."""
        body = person.body(version)
        with contextlib.suppress(OSError), _line(self._daemon.port) as line:
            line.sendall(_head(len(body)) + body[: draw.randrange(len(body))])

    def _doubled(self, person: Sender, version: Version, _: random.Random) -> None:
        """Send the same twice at once."""
        both = [threading.Thread(target=post, args=(self._daemon.port, person.body(version))) for _ in range(2)]
        for each in both:
            each.start()
        for each in both:
            each.join()

    def _overtaken(self, person: Sender, version: Version, draw: random.Random) -> None:
        """Begin to send one version, send the next one whole, then finish the first: the last to arrive counts."""
        body = person.body(version)
        with contextlib.suppress(OSError), _line(self._daemon.port) as line:
            line.sendall(_head(len(body)) + body[: len(body) // 2])
            newer = person.next(draw)
            post(self._daemon.port, person.body(newer))
            line.sendall(body[len(body) // 2 :])
            line.recv(65_536)


def post(port: int, body: bytes) -> str | None:
    """Post one ballot; return its receipt if a whole page with one came back."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", "/w/drop", body=body, headers={"Content-Type": _FORM})
        response = connection.getresponse()
        page = response.read().decode()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    assert response.status in {200, 503}, page[:500]
    found = re.search(r'<p class="code">([0-9a-f]{20})</p>', page)
    assert (found is not None) == (response.status == 200), page[:500]
    return None if found is None else found[1]


def _line(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def _head(length: int) -> bytes:
    return f"POST /w/drop HTTP/1.1\r\nHost: x\r\nContent-Type: {_FORM}\r\nContent-Length: {length}\r\n\r\n".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the box holds against what was acknowledged."""

    lost: int
    doubled: int
    half: int


def judge(home: Path, people: list[Sender], url: str | None = None, *, settled: bool = True) -> Judged:
    """Open every ballot and look which version of its person's answers it is.

    `settled`: everybody's last version was acknowledged; else a later one that was not may lie in its place.
    """
    engine = db.engine(url or f"sqlite:///{home / 'assess.db'}")
    with db.sessions(engine)() as session:
        wave = session.scalars(select(Wave)).one()
        box = {row.ballot_id: row for row in session.scalars(select(BoxRow))}
        used = session.scalar(select(func.count()).select_from(SpentRow)) or 0
    engine.dispose()
    opener = SealedBox(PrivateKey(FileKeys(home / "keys").read(wave.wave_id, KeyName.BOX)))
    lost = half = 0
    doubled = abs(used - len(box))
    for person in people:
        row = box.get(codes.ballot_id(envelopes.normalise(person.code) or b""))
        if row is None:
            lost += person.acknowledged is not None
            continue
        plain = opener.decrypt(row.sealed)
        read = ballots.read(
            plain, wave_id=wave.wave_id, form_hash=str(wave.form_hash), instrument=INSTRUMENT, form="core"
        )
        which = [n for n, version in enumerate(person.versions) if version.answers == read.answers]
        half += not which
        first = -1 if person.acknowledged is None else person.acknowledged
        lost += bool(which) and (which != [first] if settled else max(which) < first)
        doubled += row.drops > len(person.versions)
    return Judged(lost=lost, doubled=doubled, half=half)


def under_load(
    folder: Path, faults: list[str], *, posts: int, seed: int, planted: str = "", place: Place | None = None
) -> tuple[Judged, int, int]:
    """Break the server so often while people answer; return the judgement, the faults and what was acknowledged."""
    home = folder / "home"
    url = None if place is None else place.url
    cards = open_now(home, people=12, url=url)
    people = [Sender(code=code, side=side) for side in SIDES for code in cards[side][:12]]
    daemon = Daemon(home, planted=planted, place=place)
    daemon.start()
    try:
        with Load(daemon, people, share=0.2 if posts else 0.0, seed=seed) as load:
            load.wait_for(20)
            for fault in faults:
                break_server(daemon, fault)
                load.wait_for(5)
            while load.bad_posts < posts:
                load.wait_for(1)
    finally:
        daemon.kill()
    return judge(home, people, url), len(faults) + load.bad_posts, load.acknowledged
