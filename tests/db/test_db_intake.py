"""The intake: ballots that wait together are committed together, and each is answered for itself (A-01, A-06)."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import db_postgres
import pytest
from db_house import CLOSES, House
from sqlalchemy import func, select

from assess.settings import DatabaseRole
from assess.surveys import box, db, envelopes, intake, lines
from assess.surveys.box import BallotFault, DropRequest, Receipt, Refused, RefusedReason
from assess.surveys.intake import Intake, NotWritten
from assess.surveys.moments import GRACE
from assess.surveys.tables import BoxRow, SpentRow, Wave

Told = Receipt | Refused | BaseException


def asked(code: str, answer: int = 3, attempt: bytes | None = None) -> DropRequest:
    return DropRequest(code=code, attempt=attempt or secrets.token_bytes(16), answers={"A1": answer}, comments={})


def lying(house: House) -> dict[bytes, str]:
    """Return the receipts in the box by ballot, and assert that as many envelopes are spent."""
    with house.sessions() as session:
        found = {row.ballot_id: row.receipt for row in session.scalars(select(BoxRow))}
        assert session.scalar(select(func.count()).select_from(SpentRow)) == len(found)
    return found


def place(request: DropRequest) -> bytes:
    found = box.slot(request)
    assert found is not None
    return found.ballot_id


class Crowd:
    """Many people who send at once while the writer's seat is taken, so that they share the next transaction."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.intake = Intake(house.engine_of(DatabaseRole.RESPOND), house.clock)
        self.batches: list[int] = []
        self.told: dict[int, Told] = {}

    def send(self, first: DropRequest, rest: list[DropRequest]) -> list[Told]:
        """Let `first` write until all the others wait; return what each of the others was told."""
        together, waiting = self.intake._together, threading.Event()

        def slowly(batch: Any) -> None:
            if not self.batches:
                assert waiting.wait(30)
            self.batches.append(len(batch))
            together(batch)

        self.intake._together = slowly  # type: ignore[method-assign]
        threads = [threading.Thread(target=self._drop, args=(-1, first))]
        threads[0].start()
        while not self.intake._taken:
            pass
        while self.intake._queue:
            pass
        for number, request in enumerate(rest):
            thread = threading.Thread(target=self._drop, args=(number, request))
            thread.start()
            threads.append(thread)
            while len(self.intake._queue) <= number:
                pass
        waiting.set()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()
        return [self.told[number] for number in range(len(rest))]

    def _drop(self, number: int, request: DropRequest) -> None:
        try:
            self.told[number] = self.intake.drop(request, instrument=self.house.instrument)
        except BaseException as error:  # noqa: BLE001 - judged by the test
            self.told[number] = error


@pytest.fixture
def crowd(sqlite: House) -> Crowd:
    sqlite.opened(people={"sales": 40, "marketing": 10}, form="plain")
    return Crowd(sqlite)


@pytest.fixture
def codes(crowd: Crowd) -> list[str]:
    with crowd.house.sessions() as session:
        wave = session.scalars(select(Wave)).one()
    return crowd.house.codes(wave)["sales"]


@contextmanager
def broken(monkeypatch: pytest.MonkeyPatch, breaks: Callable[[DropRequest], None]) -> Iterator[None]:
    """Let a put fail for some requests, after it wrote."""
    real = box.put

    def put(line: lines.Line, request: DropRequest, *, now: datetime, instrument: Any) -> Receipt | Refused:
        outcome = real(line, request, now=now, instrument=instrument)
        breaks(request)
        return outcome

    with monkeypatch.context() as patched:
        patched.setattr(box, "put", put)
        yield


def test_on_each_engine_a_ballot_gets_a_receipt_and_a_second_send_the_same(built: House) -> None:
    """A-06: committed when told; the same attempt gives the same receipt and one ballot."""
    code = built.codes(built.opened(form="plain"))["sales"][0]
    taking = Intake(built.engine_of(DatabaseRole.RESPOND), built.clock)
    request = asked(code)
    first = taking.drop(request, instrument=built.instrument)
    assert isinstance(first, Receipt)
    assert lying(built) == {place(request): first.receipt}
    assert taking.drop(request, instrument=built.instrument) == first


def test_on_each_engine_what_is_refused_or_faulty_leaves_nothing(built: House) -> None:
    """A-06: M1, M3 and answers outside the form."""
    code = built.codes(built.opened(form="plain"))["sales"][0]
    taking = Intake(built.engine_of(DatabaseRole.RESPOND), built.clock)
    unknown = taking.drop(asked("nonsense"), instrument=built.instrument)
    assert unknown == Refused(reason=RefusedReason.UNKNOWN, wave_id=None)
    with pytest.raises(BallotFault):
        taking.drop(asked(code, answer=9), instrument=built.instrument)
    built.clock.set(CLOSES + GRACE)
    late = taking.drop(asked(code), instrument=built.instrument)
    assert isinstance(late, Refused)
    assert late.reason is RefusedReason.CLOSED
    assert lying(built) == {}


def test_who_waits_together_is_committed_together_and_each_gets_their_own_receipt(
    crowd: Crowd, codes: list[str]
) -> None:
    """A-06: one transaction for all who waited; a batch mixes ballots, refusals and faults."""
    rest = [asked(code, 1 + n % 5) for n, code in enumerate(codes[1:21])]
    others = [asked("0000-0000-0000-0000"), asked(codes[22], answer=9)]
    told = crowd.send(asked(codes[0]), [*rest, *others])
    assert crowd.batches == [1, 22]
    assert isinstance(told[-1], BallotFault)
    assert told[-2] == Refused(reason=RefusedReason.UNKNOWN, wave_id=None)
    given = {place(request): one.receipt for request, one in zip(rest, told, strict=False) if isinstance(one, Receipt)}
    assert len(given) == 20
    assert given.items() <= lying(crowd.house).items()
    assert len(lying(crowd.house)) == 21


def test_no_batch_is_longer_than_its_limit(crowd: Crowd, codes: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST", 4)
    told = crowd.send(asked(codes[0]), [asked(code) for code in codes[1:11]])
    assert crowd.batches == [1, 4, 4, 2]
    assert all(isinstance(one, Receipt) for one in told)


def test_a_fault_of_one_ballot_loses_and_delays_no_other(
    crowd: Crowd, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-06: what it had written is undone, the others are committed in the same transaction."""
    rest = [asked(code) for code in codes[1:9]]

    def breaks(request: DropRequest) -> None:
        if request is rest[3]:
            raise RuntimeError("after the insert")

    with broken(monkeypatch, breaks):
        told = crowd.send(asked(codes[0]), rest)
    assert crowd.batches == [1, 8]
    assert [type(one) for one in told].count(Receipt) == 7
    assert isinstance(told[3], RuntimeError)
    assert place(rest[3]) not in lying(crowd.house)
    assert len(lying(crowd.house)) == 8


def test_a_batch_that_fails_as_a_whole_is_written_one_by_one(
    crowd: Crowd, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-06: the engine itself undid the transaction, as when the disk is full for one ballot."""
    rest = [asked(code) for code in codes[1:7]]
    say = lines.Line.say

    def breaks(request: DropRequest) -> None:
        if request is rest[2]:
            raise sqlite3.OperationalError("disk I/O error")

    def lost(line: lines.Line, words: str) -> None:
        say(line, "ROLLBACK" if words.startswith("ROLLBACK TO") else words)

    monkeypatch.setattr(lines.Line, "say", lost)
    with broken(monkeypatch, breaks):
        told = crowd.send(asked(codes[0]), rest)
    assert crowd.batches == [1, 6, 1, 1, 1, 1, 1, 1]
    assert [isinstance(one, Receipt) for one in told] == [True, True, False, True, True, True]
    assert isinstance(told[2], sqlite3.OperationalError)
    given = {place(request): one.receipt for request, one in zip(rest, told, strict=True) if isinstance(one, Receipt)}
    assert given.items() <= lying(crowd.house).items()
    assert place(rest[2]) not in lying(crowd.house)


def test_when_no_transaction_begins_everybody_is_told_at_once(
    crowd: Crowd, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """M8: a locked database is not waited for once for each ballot."""
    say = lines.Line.say

    def locked(line: lines.Line, words: str) -> None:
        if words.startswith("BEGIN"):
            raise sqlite3.OperationalError("database is locked")
        say(line, words)

    monkeypatch.setattr(lines.Line, "say", locked)
    told = crowd.send(asked(codes[0]), [asked(code) for code in codes[1:7]])
    assert crowd.batches == [1, 6]
    assert all(isinstance(one, sqlite3.OperationalError) for one in [*told, crowd.told[-1]])
    assert lying(crowd.house) == {}


def test_a_writer_that_is_stopped_answers_everybody_and_hands_its_seat_on(
    crowd: Crowd, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-06: whoever did not see a commit is told M8, never a receipt; the next ballot is taken."""
    rest = [asked(code) for code in codes[1:7]]

    def breaks(request: DropRequest) -> None:
        if request in rest:
            raise SystemExit

    with broken(monkeypatch, breaks):
        told = crowd.send(asked(codes[0]), rest)
    assert [type(one) for one in told].count(SystemExit) == 1
    assert [type(one) for one in told].count(NotWritten) == 5
    assert len(lying(crowd.house)) == 1
    again = crowd.intake.drop(rest[0], instrument=crowd.house.instrument)
    assert isinstance(again, Receipt)
    assert lying(crowd.house)[place(rest[0])] == again.receipt


def test_of_two_ballots_of_one_code_in_a_batch_the_later_one_lies(crowd: Crowd, codes: list[str]) -> None:
    """A-06: the last one counts; both were told a receipt, and the box says how often it was replaced."""
    rest = [asked(codes[1], 1), asked(codes[2], 2), asked(codes[1], 5)]
    told = crowd.send(asked(codes[0]), rest)
    last = told[2]
    assert isinstance(last, Receipt)
    assert last.replaced
    assert lying(crowd.house)[place(rest[2])] == last.receipt


def test_a_batch_is_put_in_the_order_of_its_hashes_whoever_came_first(
    crowd: Crowd, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-01: the pages of one commit say nothing of the order of arrival."""
    seen: list[bytes] = []
    with broken(monkeypatch, lambda request: seen.append(place(request))):
        crowd.send(asked(codes[0]), [asked(code) for code in codes[1:13]])
    assert seen[1:] == sorted(seen[1:])


def test_the_clock_is_asked_once_a_batch(crowd: Crowd, codes: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A-06: one instant for all who are committed together."""
    asked_at: list[Any] = []
    real = crowd.house.clock.now
    monkeypatch.setattr(crowd.house.clock, "now", lambda line: asked_at.append(line) or real(line))
    crowd.send(asked(codes[0]), [asked(code) for code in codes[1:13]])
    assert len(asked_at) == 2


def test_a_thread_keeps_its_line_for_looks_and_gets_another_after_a_fault_or_a_new_start(sqlite: House) -> None:
    """A look is a transaction of its own: it sees what was committed since, and holds nothing back."""
    code = sqlite.codes(sqlite.opened(form="plain"))["sales"][0]
    readers = lines.Readers(sqlite.engine)
    with readers.lent() as first:
        assert envelopes.find(first, code) is not None
    dropped = sqlite.drop(code)
    assert isinstance(dropped, Receipt)
    with readers.lent() as second:
        assert second is first
        found = envelopes.find(second, code)
        assert found is not None
        assert found.receipt == dropped.receipt
    db.compact(sqlite.engine)
    with pytest.raises(sqlite3.OperationalError), readers.lent() as broken:
        broken.told("SELECT nothing FROM nowhere")
    with readers.lent() as third:
        assert third is not first
    sqlite.engine.dispose()
    with readers.lent() as fourth:
        assert fourth is not third
        assert envelopes.find(fourth, code) is not None


def test_whoever_answers_after_the_server_came_back_is_told_nothing_of_it(postgresql: House) -> None:
    """A-06, M8: every connection that waits was cut, and the next two people have receipts all the same."""
    wave = postgresql.opened(form="plain")
    engine = postgresql.engine_of(DatabaseRole.RESPOND)
    taking = Intake(engine, postgresql.clock)
    with engine.connect(), engine.connect():  # two that wait afterwards
        pass
    assert db_postgres.cut(postgresql.url) >= 2
    for code in postgresql.codes(wave)["sales"][:2]:
        assert isinstance(taking.drop(asked(code), instrument=postgresql.instrument), Receipt)


def test_a_connection_that_is_lost_leaves_those_that_others_use_to_the_pool(postgresql: House) -> None:
    """What came back to a pool that is gone would stay open until it is swept."""
    engine = postgresql.engine_of(DatabaseRole.RESPOND)

    def process(line: lines.Line) -> int:
        return int(line.told("SELECT pg_backend_pid()"))

    def lose() -> None:
        with lines.lent(engine) as line:
            db_postgres.cut(postgresql.url, process(line))
            line.say("SELECT 1")

    with lines.lent(engine) as line:
        held = process(line)
        with pytest.raises(engine.dialect.loaded_dbapi.OperationalError):
            lose()
    with lines.lent(engine) as one, lines.lent(engine) as other:
        assert held in {process(one), process(other)}
