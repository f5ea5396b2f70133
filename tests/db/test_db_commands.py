"""The commands that touch the database, on either engine: each signs in as the role it needs and no other (A-27)."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import db_connections
import db_postgres
import pytest
from click.testing import CliRunner, Result
from db_house import House
from db_lent import ENGINES, lent
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from assess import publish
from assess.cli import main, serving
from assess.instruments.load import shipped
from assess.jobs import runner
from assess.settings import DatabaseRole
from assess.surveys import audit, shares, staff
from assess.surveys.audit import Event
from assess.surveys.states import KeyMode, State
from assess.surveys.tables import AuditRow, Wave

PEOPLE = {"sales": 6, "marketing": 6}
ROLE_OF = {
    ("staff", "add", "robin@firm.example"): DatabaseRole.APP,
    ("audit", "check"): DatabaseRole.APP,
    ("audit", "head"): DatabaseRole.APP,
    ("due",): DatabaseRole.COUNT,
    ("wave", "count", "00" * 16): DatabaseRole.COUNT,
    ("db", "check"): DatabaseRole.OWNER,
    ("db", "upgrade"): DatabaseRole.OWNER,
}
"""Whose login each command needs."""
ADDRESSES = {
    role: "ASSESS_DATABASE_URL" + ("" if role is DatabaseRole.APP else f"_{role.upper()}") for role in DatabaseRole
}
NOWHERE = "postgresql:///assess?host=/nowhere"


@pytest.fixture(params=ENGINES)
def house(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house whose environment the commands find; by the database's own clock its waves closed long ago."""
    with lent(request.param, tmp_path) as made, db_postgres.serving(request.param):
        made.instrument = shipped("sales-marketing")
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        yield made


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, list(arguments), input=typed)


def answered(house: House, mode: KeyMode = KeyMode.SERVICE) -> Wave:
    wave = house.opened(people=PEOPLE, form="core", mode=mode)
    for codes in house.codes(wave).values():
        for code in codes[:6]:
            house.drop(code, {"AL1": 4})
    return wave


def state(house: House, wave: Wave) -> State:
    with house.sessions() as session:
        return session.get_one(Wave, wave.wave_id).state


def test_an_account_and_the_log_of_it(house: House) -> None:
    """U-101, U-110, A-27: `assess staff` and `assess audit`, as the console's login."""
    done = run("staff", "add", "robin@firm.example", "--role", "admin", "--role", "consultant", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["roles"] == ["admin", "consultant"]
    assert run("staff", "add", "robin@firm.example").exit_code == 3
    assert run("staff", "add", "sam@firm.example").exit_code == 0
    with house.sessions() as session:
        assert staff.find(session, "robin@firm.example") is not None
        assert list(session.scalars(select(AuditRow.event))) == [Event.STAFF_ADDED] * 2
        first = session.scalar(select(AuditRow.audit_id).order_by(AuditRow.audit_id).limit(1))
    head = json.loads(run("audit", "head", "--json").stdout)
    assert run("audit", "check", "--head", head["head"]).exit_code == 0
    with house.sessions.begin() as session:
        session.execute(update(AuditRow).where(AuditRow.audit_id == first).values(actor="nobody"))
    broken = run("audit", "check")
    assert (broken.exit_code, f"row {first}: " in broken.output) == (1, True)


def test_what_is_due_is_listed_and_done(house: House) -> None:
    """U-110, A-27: `assess due`, as the login that counts."""
    wave = answered(house)
    listed = run("due", "--dry-run")
    assert listed.exit_code == 0, listed.output
    assert f"close {wave.wave_id.hex()}" in listed.output
    assert state(house, wave) is State.OPEN
    done = run("due", "--json")
    assert done.exit_code == 0, done.output
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    assert [step["step"] for step in steps if step["step"] != "forget"] == ["close", "count", "purge"]
    assert {step["result"] for step in steps} == {"done"}
    assert {"event": "step done", "level": "info", "step": "close", "wave": wave.wave_id.hex()} in [
        json.loads(line) for line in done.stderr.splitlines()
    ]
    assert state(house, wave) is State.COUNTED
    again = run("due")
    assert (again.exit_code, again.output) == (0, "")


@pytest.mark.parametrize("mode", list(KeyMode))
def test_a_wave_is_counted_at_the_prompt(house: House, mode: KeyMode, monkeypatch: pytest.MonkeyPatch) -> None:
    """U-110, A-09, A-27: `assess wave count`, as the login that counts; nothing typed is printed."""
    derive, cheap = shares.share_b, shares.Cost(operations=1, memory=8192)
    monkeypatch.setattr(shares, "share_b", lambda phrase, wave_id, **_: derive(phrase, wave_id, cost=cheap))
    wave = answered(house, mode)
    code = house.handed[wave.wave_id].code if mode.witnessed else ""
    done = run("wave", "count", wave.wave_id.hex(), typed=f"\n{code}\n")
    assert done.exit_code == 0, done.output
    assert "counted 12 of 12 ballots, root " in done.output
    assert not code or code not in done.output
    assert state(house, wave) is State.COUNTED


def test_a_count_at_the_prompt_without_the_key_folder_says_what_to_mount(house: House) -> None:
    """A-03, U-110: the fault in words, the environment's exit code, and the wave is as it was."""
    wave = answered(house)
    (house.folder / "keys").rename(house.folder / "elsewhere")
    done = run("wave", "count", wave.wave_id.hex())
    assert done.exit_code == 5
    assert f"Error: The key folder holds nothing of wave {wave.wave_id.hex()}" in done.output
    assert state(house, wave) is State.OPEN


def test_the_server_and_its_worker_start_as_the_roles(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A-23, A-27, stack.md section 3: refusals, migration, keys, settings in the log; the worker's first round."""
    wave = answered(house)
    begun: list[Any] = []
    monkeypatch.setattr(serving.Server, "run", lambda server: begun.append(server.load()))
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: _Child())
    with db_connections.given_back():
        served = run("serve")
    assert served.exit_code == 0, served.output
    assert len(begun) == 1
    with house.sessions() as session:
        assert list(session.scalars(select(AuditRow.event))) == [Event.SETTING_CHANGED]
    stopped = threading.Event()
    stopped.set()
    monkeypatch.setattr(serving.threading, "Event", lambda: stopped)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    worked = run("worker")
    assert worked.exit_code == 0, worked.output
    assert f"count {wave.wave_id.hex()}: done" in worked.output
    assert state(house, wave) is State.COUNTED


def test_a_round_that_meets_no_database_is_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """stack.md section 3: a server that was started again, or a lock, costs one round and not every one after it."""
    wave = answered(house)
    real, rounds = runner.run, 0

    def away(services: publish.Services) -> Iterator[runner.Outcome]:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise OperationalError("SELECT", {}, Exception("the answers of somebody"))
        return real(services)

    monkeypatch.setattr(runner, "run", away)
    monkeypatch.setattr(serving.threading, "Event", lambda: _Waits(1))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    worked = run("worker")
    assert worked.exit_code == 0, worked.output
    assert "round: OperationalError; tried again in 20 s" in worked.output
    assert "the answers of somebody" not in worked.output
    assert state(house, wave) is State.COUNTED


def test_a_worker_whose_server_is_gone_ends(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """stack.md section 3: a server that was killed leaves nobody behind who counts with its settings."""
    assert house.settings
    parents = iter([7, 7, 1])
    monkeypatch.setattr(serving.os, "getppid", lambda: next(parents))
    monkeypatch.setattr(serving.threading, "Event", lambda: _Waits(10))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    assert run("worker", "--with-server").exit_code == 0
    assert next(parents, None) is None


def test_a_worker_that_ends_is_started_anew_until_the_server_stops(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """stack.md section 3: else a server would serve on and never close, count or release a wave."""
    begun: list[_Child] = []
    third = threading.Event()

    def begin(command: list[str], env: dict[str, str]) -> _Child:
        assert command[-2:] == ["worker", "--with-server"]
        assert env == {"ASSESS_HOME": "x"}
        begun.append(_Child(ended=len(begun) < 2))
        if len(begun) == 3:
            third.set()
        return begun[-1]

    monkeypatch.setattr(subprocess, "Popen", begin)
    monkeypatch.setattr(serving, "WATCH_SECONDS", 0.01)
    with serving._accompanied({"ASSESS_HOME": "x"}):
        assert third.wait(10)
    assert [child.told for child in begun] == [[], [], ["terminate", "wait"]]
    assert capsys.readouterr().err == "worker: ended, and is started anew\n" * 2


class _Waits(threading.Event):
    """An event that is set once it has been waited for so often."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self._rounds = rounds

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for nothing."""
        assert timeout
        self._rounds -= 1
        return self._rounds < 0


class _Child:
    """Stands for the process that runs what is due."""

    def __init__(self, *, ended: bool = False) -> None:
        self._ended = ended
        self.told: list[str] = []

    def poll(self) -> int | None:
        """Return what it ended with, if it has."""
        return 0 if self._ended else None

    def terminate(self) -> None:
        """End nothing."""
        self.told.append("terminate")

    def wait(self, timeout: float) -> None:
        """Wait for nothing."""
        self.told.append("wait")


@pytest.mark.parametrize("command", list(ROLE_OF), ids=" ".join)
def test_a_command_uses_no_other_login_than_that_of_its_role(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-27: the addresses of the other three roles lead nowhere; with its own leading nowhere too it says so."""
    with lent("postgresql", tmp_path) as house, db_postgres.durable():
        with house.sessions.begin() as session:
            audit.record(session, "operator", Event.STAFF_ADDED, "account 1")
        needed = ROLE_OF[command]
        monkeypatch.setenv("ASSESS_HOME", str(tmp_path))
        for role, name in ADDRESSES.items():
            monkeypatch.setenv(name, house.environment[name] if role is needed else NOWHERE)
        done = run(*command)
        assert done.exit_code == (3 if command[0] == "wave" else 0), done.output
        monkeypatch.setenv(ADDRESSES[needed], NOWHERE)
        lost = run(*command)
        assert lost.exit_code == 5
        assert "the database cannot be reached, or refuses this login: is the server running" in lost.output
        assert ADDRESSES[needed] in lost.output
        assert "nowhere" not in lost.output
        assert "db upgrade" not in lost.output


@pytest.mark.parametrize(
    ("command", "mend"),
    [
        (("staff", "add", "robin@firm.example"), "this login may not do this"),
        (("audit", "check"), "this login may not do this"),
        (("audit", "head"), "this login may not do this"),
        (("due",), "the login assess_respond for count is a member of assess_respond"),
    ],
    ids=["staff add", "audit check", "audit head", "due"],
)
def test_a_login_of_another_role_is_said_in_words(
    command: tuple[str, ...], mend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-27, U-110: the database refuses what a login may not, and whoever runs the command reads what to mend."""
    with lent("postgresql", tmp_path) as house, db_postgres.durable():
        for name in house.environment:
            monkeypatch.setenv(name, house.environment[ADDRESSES[DatabaseRole.RESPOND]])
        monkeypatch.setenv("ASSESS_HOME", str(tmp_path))
        done = run(*command)
        assert done.exit_code == 5, done.output
        assert mend in done.output


@pytest.mark.parametrize("command", [("due",), ("due", "--dry-run"), ("wave", "count", "00" * 16)], ids=" ".join)
def test_whoever_counts_at_the_prompt_is_as_careful_as_the_server(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-23: no picture of a memory in which ballots are opened; a database that loses them is refused, and mended."""
    asked: list[Any] = []
    monkeypatch.setattr(resource, "setrlimit", lambda *limit: asked.append(limit))
    with lent("postgresql", tmp_path) as house:
        for name, value in house.environment.items():
            monkeypatch.setenv(name, value)
        careless = run(*command)
        assert careless.exit_code == 5, careless.output
        assert "PostgreSQL: fsync is off: a power cut would lose ballots that have a receipt" in careless.output
        with db_postgres.durable():
            assert run(*command).exit_code == (3 if command[0] == "wave" else 0)
    assert asked == [(resource.RLIMIT_CORE, (0, 0))] * 2


@pytest.mark.parametrize("command", list(ROLE_OF), ids=" ".join)
def test_a_login_that_the_server_does_not_know_is_no_database_that_is_behind(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U-110: what to mend is the address, whose login and password are not repeated."""
    with lent("postgresql", tmp_path) as house, db_postgres.durable():
        for name, value in house.environment.items():
            monkeypatch.setenv(name, value)
        stranger = house.engine.url.set(username="robin", password="hush").render_as_string(hide_password=False)
        monkeypatch.setenv(ADDRESSES[ROLE_OF[command]], stranger)
        done = run(*command)
    assert done.exit_code == 5, done.output
    assert f"is the address in {', '.join(sorted(ADDRESSES.values()))} right?" in done.output
    assert "robin:" not in done.output
    assert "hush" not in done.output
    assert "db upgrade" not in done.output


@pytest.mark.parametrize("role", list(DatabaseRole))
def test_the_doctor_names_the_variable_whose_address_leads_nowhere(
    role: DatabaseRole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U-110, A-27: each of the four, and not the other three."""
    with lent("postgresql", tmp_path) as house, db_postgres.durable():
        for name, value in house.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv(ADDRESSES[role], NOWHERE)
        found = run("doctor")
    assert found.exit_code == 5
    told = f"cannot be reached as {role}, or refuses this login. Start it, or mend {ADDRESSES[role]}"
    assert [line for line in found.output.splitlines() if line.startswith("FAIL")] == [
        f"FAIL database PostgreSQL: {told}"
    ]


@pytest.mark.parametrize("mode", list(KeyMode))
def test_the_doctor_refuses_a_key_folder_that_was_moved_away_as_a_start_does(house: House, mode: KeyMode) -> None:
    """A-03, U-110: what no start would serve is no `ok`; papers still count a witnessed wave: a warning."""
    answered(house, mode)
    fine = run("doctor")
    assert (fine.exit_code, "ok   keys of the waves\n" in fine.output) == (0, True), fine.output
    (house.folder / "keys").rename(house.folder / "elsewhere")
    found = run("doctor")
    state_, code = ("warn", 0) if mode.witnessed else ("FAIL", 5)
    assert found.exit_code == code, found.output
    assert f"{state_} keys of " in found.output
    if not mode.witnessed:
        assert run("serve").exit_code == 5


def test_the_doctor_refuses_a_mirror_that_is_not_mounted_as_a_start_does(
    sqlite: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-03, U-110."""
    mirror = sqlite.folder / "second-device"
    for name, value in {**sqlite.environment, "ASSESS_KEY_MIRROR": str(mirror)}.items():
        monkeypatch.setenv(name, value)
    found = run("doctor")
    assert (found.exit_code, f"FAIL key mirror {mirror}: is not there" in found.output) == (5, True), found.output
    assert run("serve").exit_code == 5
    mirror.mkdir()
    assert f"ok   key mirror {mirror}\n" in run("doctor").output


def test_an_empty_database_of_postgresql_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """U-110: as on SQLite."""
    with lent("postgresql", tmp_path) as house, db_postgres.durable():
        with house.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
            connection.exec_driver_sql("GRANT USAGE ON SCHEMA public TO PUBLIC")
        for name, value in house.environment.items():
            monkeypatch.setenv(name, value)
        for command in ROLE_OF:
            if command != ("db", "upgrade"):
                done = run(*command)
                assert done.exit_code in {1, 5}, (command, done.output)
                assert "assess db upgrade" in done.output, (command, done.output)
