"""PostgreSQL, killed whole while people answer and while a wave is counted, and started again (anonymity.md section 9).

A cluster of its own on a real disk, with fsync: what a transaction wrote before its commit came back is what has to be
there. The application runs in this process, with the logins of the roles; only the database dies.

Belongs here: killing and starting it, people who answer meanwhile, the count that goes on. Does not: rows of the table
(`test_anonymity_faults`).
"""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import attack_unfenced
import db_postgres
import psycopg
import pytest
from attack_load import Judged, Place, Sender, judge
from db_house import House, house, people_of
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from test_e2e_kill_server import INSTRUMENT
from werkzeug.test import Client

from assess.instruments.load import shipped
from assess.settings import DatabaseRole
from assess.surveys import count, db, receipts, safeguards
from assess.surveys.tables import BoxRow, CountRow, Wave
from assess.web.respond import create_respond_app

DURABLE: Final = (
    "listen_addresses = ''\nmax_connections = 60\nautovacuum_naptime = 1h\n"
    # Before it recovers, a server makes sure that its files are on the disk: all at once instead of one by one.
    "recovery_init_sync_method = syncfs\n"
)
FORGETFUL: Final = "synchronous_commit = off\nwal_writer_delay = 10s\n"
"""The planted weakness: a commit comes back before it is on disk. A start refuses such a server."""
NOT_RECEIVED: Final = "Not received. Your answers are still on this page. Try again in a minute."
_WRITERS: Final = 4
_FORM: Final = "application/x-www-form-urlencoded"
_PATIENCE: Final = 60


class Cluster:
    """A server that can be killed without a word, and started again on the same files."""

    def __init__(self) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="assess-pg-killed-"))
        self.server = db_postgres.made(self.data, DURABLE)
        self._guard = db_postgres.launched(self.server)
        self.kills = 0

    def start(self) -> None:
        """Start it again; it comes back by its own write-ahead log."""
        self._guard = db_postgres.launched(self.server)

    def kill(self) -> None:
        """End every process of the server at once; the files stay."""
        self._kill()
        self._end(b"keep\n")
        self.kills += 1

    def _kill(self) -> None:
        postmaster = int((self.data / "postmaster.pid").read_text(encoding="ascii").split()[0])
        os.kill(postmaster, signal.SIGSTOP)
        _until(lambda: _state(postmaster) == "T")
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="ascii").split()
        doomed = [postmaster, *map(int, children)]
        for process in doomed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        _until(lambda: all(_state(process) in {"", "Z"} for process in doomed))

    def say(self, configuration: str) -> None:
        """Change how it is set; what a reload cannot change waits for the next start."""
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(configuration)
        with self.server.admin() as connection:
            connection.execute("SELECT pg_reload_conf()")

    def stop(self) -> None:
        """End it and sweep; nobody waits for files to be put in order that are thrown away."""
        self._kill()
        self._end(b"")

    def copied(self, template: str) -> str:
        """Copy a database that nobody uses; return a superuser's address of the copy."""
        name = f"copy_{secrets.token_hex(6)}"
        with self.server.admin() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log")
        return self.server.named(name)

    def _end(self, told: bytes) -> None:
        assert self._guard.stdin is not None
        self._guard.stdin.write(told)
        self._guard.stdin.close()
        self._guard.wait(timeout=30)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Lend a cluster."""
    made = Cluster()
    try:
        yield made
    finally:
        made.stop()


def place(on: Cluster, template: str) -> Place:
    """Return a new database of a cluster for the real server, which signs in as the roles."""
    url = on.copied(template)
    logins = {
        "ASSESS_DATABASE_URL" + ("" if role is DatabaseRole.APP else f"_{role.upper()}"): db_postgres.as_role(url, role)
        for role in DatabaseRole
    }
    return Place(url=url, logins=logins, database=on)


@dataclass(kw_only=True)
class Survey:
    """An open wave on a cluster, the application over it, and the people who were asked."""

    cluster: Cluster
    house: House
    wave: Wave
    application: Any
    people: list[Sender]

    def judged(self) -> Judged:
        """Look into the box: nobody may have less than what was acknowledged, nobody two ballots or half a one."""
        return judge(self.house.folder, self.people, self.house.url, settled=False)


@contextmanager
def survey(on: Cluster, template: str, folder: Path, *, people: int = 12) -> Iterator[Survey]:
    """Lend an open wave in a new database of a cluster, which is in order: else the application refuses to start."""
    folder.mkdir(parents=True)
    made = house(folder, on.copied(template))
    made.instrument = INSTRUMENT
    wave = made.opened(people={"sales": people, "marketing": people}, form="core")
    safeguards.refuse(made.settings)
    application = create_respond_app(
        sessions=db.sessions(made.engine_of(DatabaseRole.RESPOND)),
        clock=made.clock,
        instruments=shipped,
        operator="Larch & Vale",
        posts_per_minute=10**6,
    )
    senders = [Sender(code=code, side=side) for side, codes in made.codes(wave).items() for code in codes[:people]]
    lent = Survey(cluster=on, house=made, wave=wave, application=application, people=senders)
    try:
        yield lent
    finally:
        made.engine.dispose()


@dataclass(kw_only=True)
class Writers:
    """People who send until they are told to stop; what was not acknowledged is sent again at the next round."""

    survey: Survey
    draw: random.Random
    acknowledged: int = 0
    refused: int = 0
    pages: list[str] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _counted: threading.Lock = field(default_factory=threading.Lock)
    _failed: list[BaseException] = field(default_factory=list)

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Send from several threads while this lasts."""
        self._stopped.clear()
        threads = [
            threading.Thread(
                target=self._write, args=(self.survey.people[n::_WRITERS], random.Random(self.draw.random()))
            )
            for n in range(_WRITERS)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            for thread in threads:
                thread.join()
        if self._failed:
            raise self._failed[0]

    def wait_for(self, more: int) -> None:
        """Wait until so many more ballots were acknowledged."""
        goal = self.acknowledged + more
        _until(lambda: self.acknowledged >= goal or bool(self._failed))

    def _write(self, people: list[Sender], draw: random.Random) -> None:
        client = Client(self.survey.application)
        try:
            while not self._stopped.is_set():
                self._answer(client, draw.choice(people), draw)
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            self._failed.append(error)

    def _answer(self, client: Client, person: Sender, draw: random.Random) -> None:
        waiting = person.versions and person.acknowledged != len(person.versions) - 1
        version = person.versions[-1] if waiting else person.next(draw)
        while not self._stopped.is_set():
            response = client.post("/w/drop", data=person.body(version), content_type=_FORM)
            assert response.status_code in {200, 503}, response.text[:500]
            with self._counted:
                if response.status_code == 200:
                    person.acknowledged = len(person.versions) - 1
                    self.acknowledged += 1
                    return
                self.refused += 1
                self.pages.append(response.text)
            time.sleep(0.02)


def killed(survey: Survey, kills: int, draw: random.Random, *, more: int = 6) -> tuple[list[Judged], Writers]:
    """Kill the database so often while people answer; look into the box each time it has come back."""
    writers, found = Writers(survey=survey, draw=draw), []
    for _ in range(kills):
        with writers.sending():
            writers.wait_for(more)
            survey.cluster.kill()
            met = writers.refused
            _until(lambda met=met: writers.refused > met)
        survey.cluster.start()
        found.append(survey.judged())
    with writers.sending():
        writers.wait_for(more)
    return found, writers


def forgotten(survey: Survey, draw: random.Random, *, more: int = 6) -> Judged:
    """The planted weakness: the server is set to forget once it is served, and dies right after a few receipts."""
    survey.cluster.say(FORGETFUL)
    survey.cluster.kill()
    survey.cluster.start()
    writers = Writers(survey=survey, draw=draw)
    with writers.sending():
        writers.wait_for(more)
        survey.cluster.kill()
    survey.cluster.start()
    return survey.judged()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a count came to that lost its database again and again."""

    kills: int
    same: bool


def counted(on: Cluster, template: str, folder: Path, *, stride: int) -> Counted:
    """Count a wave; kill the database before one statement or commit after the other, in every stage.

    `stride`: how many of them are passed over each time.
    """
    folder.mkdir(parents=True)
    made = house(folder, on.copied(template))
    wave = made.opened()
    given = made.fill(wave, sales=11, marketing=10)
    made.close()
    with made.sessions() as session:
        root = receipts.root(sorted(session.scalars(select(BoxRow.receipt))))
    before = on.kills
    record = _to_the_end(made, wave, on, stride)
    people = people_of(made.table(wave))
    made.engine.dispose()
    totals = (record.used, record.replaced, record.spoiled, record.counted)
    return Counted(
        kills=on.kills - before, same=(*totals, record.root) == (21, 0, 0, 21, root.hex()) and people == given
    )


def forgets(on: Cluster, template: str, folder: Path) -> bool:
    """The planted weakness: a count that seals anew whenever it is run anew; return whether it comes to no end."""
    folder.mkdir(parents=True)
    made = house(folder, on.copied(template))
    wave = made.opened()
    made.fill(wave, sales=11, marketing=10)
    made.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(count._STAGES, count.Stage.SEALED, attack_unfenced.seal_again)
        for again in (False, True):
            try:
                made.count(wave, on_stage=lambda stage: on.kill() if stage == count.Stage.SEALED else None)
            except IntegrityError:
                return again
            except DBAPIError:
                made.engine.dispose()
                on.start()
            finally:
                made.engine.dispose()
    return False


def _to_the_end(made: House, wave: Wave, on: Cluster, stride: int) -> count.CountRecord:
    """Run the count until it ends; each run dies a little later than the one before that reached the same stage."""
    reached, moment = "", 0
    engine = made.engine_of(DatabaseRole.COUNT)
    left = [0]

    def strike(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            on.kill()

    def strike_then_compact(of: Engine) -> None:
        strike()
        compact(of)

    compact = count.compact
    for name in ("before_cursor_execute", "commit"):
        event.listen(engine, name, strike)
    while True:
        moment += stride
        left[0] = moment
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(count, "compact", strike_then_compact)
                return made.count(wave)
        except (DBAPIError, psycopg.Error):
            if left[0] > 0:
                raise
        on.start()
        made.engine.dispose()
        with made.sessions() as session:
            row = session.get(CountRow, wave.wave_id)
        stage = "" if row is None else row.stage
        moment, reached = (0 if stage != reached else moment), stage


def _state(process: int) -> str:
    """Return the state of a process as the kernel names it, empty if there is none."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)
