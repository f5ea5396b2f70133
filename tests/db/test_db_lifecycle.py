"""Due steps, the archive, the audit log (stack.md section 3, U-52, U-101)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from db_house import CLOSES, OPENS, House
from sqlalchemy import func, select, update

from assess.surveys import archive, audit, clients, db, lifecycle, moments, waves
from assess.surveys.keys import KeyGoneError, KeyName
from assess.surveys.lifecycle import StepKind
from assess.surveys.states import State, WaveRefused
from assess.surveys.tables import AuditRow, CommentRow, PersonRow, StatRow, Wave

GRACE = timedelta(minutes=15)


def due(house: House) -> list[StepKind]:
    with house.sessions() as session:
        return [step.kind for step in lifecycle.due(session, house.clock)]


def at(house: House, moment: datetime) -> list[StepKind]:
    house.clock.set(moment)
    return due(house)


def released(house: House, label: str, facts: bytes | None, state: State = State.RELEASED) -> Wave:
    """Add a wave of the one client in some state, with facts if given."""
    with house.sessions.begin() as session:
        client = (clients.listed(session) or [clients.create(session, name="A", zone="UTC", country="CA")])[0]
        wave = waves.draft(
            session,
            client,
            instrument=house.instrument,
            form="plain",
            label=label,
            opens_at=OPENS,
            closes_at=CLOSES,
            contact="",
        )
        wave.state = State.COUNTED
        if facts is not None:
            archive.store(session, wave, facts)
        wave.state = state
    return wave


def test_a_wave_asks_for_each_step_when_it_is_due_and_not_before(built: House) -> None:
    """Close at the end of the grace, count when closed, release at its minute, purge thirty days after close."""
    second = timedelta(seconds=1)
    assert at(built, OPENS) == []
    built.drafted()
    assert at(built, CLOSES + timedelta(days=60)) == []
    built.clock.set(OPENS)
    wave = built.opened()
    assert at(built, CLOSES + GRACE - second) == []
    assert at(built, CLOSES + GRACE) == [StepKind.CLOSE]
    with built.sessions.begin() as session:
        assert lifecycle.close(session, wave.wave_id, built.clock)
    assert due(built) == [StepKind.COUNT]
    built.count(wave)
    assert due(built) == []
    release_at = CLOSES + timedelta(days=11)
    with built.sessions.begin() as session:
        waves.set_release(session, wave, release_at)
    assert at(built, release_at - second) == []
    assert at(built, release_at) == [StepKind.RELEASE]
    with built.sessions.begin() as session:
        assert lifecycle.mark_released(session, session.get_one(Wave, wave.wave_id), built.clock)
    assert due(built) == []
    assert at(built, CLOSES + timedelta(days=30) - second) == []
    assert at(built, CLOSES + timedelta(days=30)) == [StepKind.PURGE]
    with built.sessions.begin() as session:
        assert lifecycle.purge_roster(session, wave.wave_id, built.clock)
        assert not lifecycle.purge_roster(session, wave.wave_id, built.clock)
    assert due(built) == []


def test_steps_done_twice_or_too_early_change_nothing(built: House) -> None:
    """Fenced: UPDATE … WHERE state = expected."""
    wave = built.opened()
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        assert not lifecycle.close(session, wave.wave_id, built.clock)
        assert not lifecycle.mark_released(session, found, built.clock)
        assert not lifecycle.purge_roster(session, wave.wave_id, built.clock)
    built.clock.set(CLOSES + timedelta(days=40))
    with built.sessions.begin() as session:
        assert not lifecycle.purge_roster(session, wave.wave_id, built.clock)
        assert lifecycle.close(session, wave.wave_id, built.clock)
        assert not lifecycle.close(session, wave.wave_id, built.clock)
    with built.sessions() as session:
        assert session.scalar(select(func.count()).select_from(PersonRow)) == 22
    assert due(built) == [StepKind.COUNT, StepKind.PURGE]


def test_a_released_wave_carries_the_moment_of_its_release(built: House) -> None:
    """U-30: all readers at one minute."""
    wave = released(built, "Q1", b"{}", State.COUNTED)
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        assert lifecycle.mark_released(session, found, built.clock)
        assert (found.state, found.released_at) == (State.RELEASED, OPENS)
        assert not lifecycle.mark_released(session, found, built.clock)


def test_thirty_days_after_the_count_only_the_released_tables_stay(built: House) -> None:
    """A-08: K_stat and the shuffled rows are destroyed, whether anybody signed off or not."""
    wave = built.opened()
    built.fill(wave, sales=11, marketing=10)
    built.close()
    with built.sessions.begin() as session:
        lifecycle.close(session, wave.wave_id, built.clock)
    built.count(wave)
    built.withhold_comments(wave)
    with built.sessions.begin() as session:
        lifecycle.mark_released(session, session.get_one(Wave, wave.wave_id), built.clock)

    def remains() -> tuple[int, int]:
        with built.sessions() as session:
            return tuple(session.scalar(select(func.count()).select_from(rows)) or 0 for rows in (StatRow, CommentRow))  # type: ignore[return-value]

    assert remains() == (21, 21)
    life = timedelta(days=30)
    assert StepKind.SIGN_OFF not in at(built, CLOSES + GRACE + life - timedelta(seconds=1))
    assert at(built, CLOSES + GRACE + life)[0] is StepKind.SIGN_OFF
    with built.sessions() as session:  # killed before its commit: due again, and the key dies twice unharmed
        assert lifecycle.sign_off(session, wave.wave_id, keys=built.keys, clock=built.clock)
        session.rollback()
    assert StepKind.SIGN_OFF in due(built)
    with built.sessions.begin() as session:
        assert lifecycle.sign_off(session, wave.wave_id, keys=built.keys, clock=built.clock)
    assert remains() == (0, 0)
    with pytest.raises(KeyGoneError):
        built.keys.read(wave.wave_id, KeyName.STAT)
    with built.sessions.begin() as session:
        assert not lifecycle.sign_off(session, wave.wave_id, keys=built.keys, clock=built.clock)
        assert session.get_one(Wave, wave.wave_id).state is State.SIGNED_OFF


def test_the_longest_overdue_wave_comes_first(built: House) -> None:
    first, second = built.opened(), built.opened()
    with built.sessions.begin() as session:
        session.execute(update(Wave).where(Wave.wave_id == second.wave_id).values(closes_at=OPENS + timedelta(days=10)))
    built.close()
    with built.sessions() as session:
        steps = lifecycle.due(session, built.clock)
    assert [step.wave_id for step in steps] == [second.wave_id, first.wave_id]


def test_facts_are_stored_and_found_again(built: House) -> None:
    wave = released(built, "Q1", b'{"v":1}', State.COUNTED)
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        archive.store(session, found, b'{"v":2}')
        assert archive.load(session, found) == b'{"v":2}'
    other = released(built, "Q2", None)
    with built.sessions() as session:
        assert archive.load(session, other) is None


def test_released_facts_are_never_changed(built: House) -> None:
    """product.md section 8: nobody may edit a released number; storing the same again is harmless."""
    wave = released(built, "Q1", b"{}")
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        archive.store(session, found, b"{}")
        with pytest.raises(WaveRefused, match="never changed"):
            archive.store(session, found, b"{1}")
        assert archive.load(session, found) == b"{}"


def test_earlier_facts_are_those_of_released_waves_of_the_client_by_number(built: House) -> None:
    """design.md section 2: steps 3, 5 and 5a read earlier releases."""
    released(built, "Q1", b"1", State.SIGNED_OFF)
    released(built, "Q2", b"2", State.COUNTED)
    released(built, "Q3", b"3")
    last = released(built, "Q4", b"4")
    with built.sessions.begin() as session:
        other = clients.create(session, name="Other", zone="UTC", country="CA")
        foreign = waves.draft(
            session,
            other,
            instrument=built.instrument,
            form="plain",
            label="Q1",
            opens_at=OPENS,
            closes_at=CLOSES,
            contact="",
        )
        assert archive.earlier(session, last) == [b"1", b"3"]
        assert archive.earlier(session, foreign) == []


def test_an_act_of_staff_is_written_down_with_its_moment(built: House) -> None:
    """U-101."""
    with built.sessions.begin() as session:
        audit.record(session, "ana@firm.example", audit.Event.WAVE_OPENED, "Q1")
        audit.record(session, "ana@firm.example", audit.Event.SIGNED_IN)
    with built.sessions() as session:
        lines = session.scalars(select(AuditRow).order_by(AuditRow.audit_id)).all()
        now = db.DatabaseClock().now(session)
    assert [(line.event, line.detail) for line in lines] == [("wave opened", "Q1"), ("signed in", "")]
    assert all(timedelta(0) <= now - line.at < timedelta(minutes=1) for line in lines)


def test_readers_do_not_wait_for_a_writer(built: House) -> None:
    """stack.md section 2: WAL; a session made by `readers` begins without the write lock."""
    built.drafted()
    with built.sessions.begin() as writing:
        writing.execute(update(Wave).values(label="changed"))
        with db.readers(built.engine)() as reading:
            assert reading.scalar(select(Wave.label)) == "Q1"
    with db.readers(built.engine)() as reading:
        assert reading.scalar(select(Wave.label)) == "changed"


def test_a_busy_log_is_said_and_not_passed_over(sqlite: House) -> None:
    """A-08: a step whose traces could not be removed is not done."""
    sqlite.drafted()
    raw = sqlite.engine.raw_connection()
    raw.cursor().execute("BEGIN")
    raw.cursor().execute("SELECT * FROM client").fetchall()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(db, "_PRAGMAS", ("PRAGMA busy_timeout = 50",))
            other = db.engine(str(sqlite.engine.url))
            with pytest.raises(TimeoutError, match="write-ahead log"):
                db.compact(other)
            other.dispose()
    finally:
        raw.cursor().execute("ROLLBACK")
        raw.close()
    db.compact(sqlite.engine)


def test_grace_is_the_same_for_everybody() -> None:
    """A-07."""
    assert moments.GRACE == GRACE
