"""All that the clock asks for, from the first band to the last fingerprint, with the login that counts (A-27)."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from db_house import CLOSES, OPENS, House
from db_lent import lent
from sqlalchemy import func, select
from sqlalchemy.exc import ProgrammingError

from assess import publish
from assess.cli import demo_story
from assess.instruments.load import shipped
from assess.jobs import runner
from assess.reports import render, risk_pages
from assess.settings import DatabaseRole
from assess.surveys import comments, custody, db, destruction, participation, waves
from assess.surveys.custody import Paper
from assess.surveys.keys import KeyGoneError, KeyName
from assess.surveys.lifecycle import StepKind
from assess.surveys.moments import GRACE, RESULTS_LIFE
from assess.surveys.states import KeyMode, State
from assess.surveys.tables import (
    BoxRow,
    CommentDecisionRow,
    CommentRow,
    EnvelopeRow,
    PersonRow,
    ReleasedCommentRow,
    RosterPrintRow,
    SpentRow,
    StatRow,
    Wave,
)

DAY = timedelta(days=1)
RELEASE = CLOSES + 5 * DAY
PEOPLE = {"sales": 12, "marketing": 12}
NEEDED = {
    StepKind.MEASURE: "SELECT ON spent",
    StepKind.CLOSE: "DELETE ON participation",
    StepKind.COUNT: "MAINTAIN ON box",
    StepKind.RELEASE: "INSERT ON risk_sheet",
    StepKind.SIGN_OFF: "DELETE ON comment_decision",
    StepKind.PURGE: "DELETE ON roster",
    StepKind.FORGET: "DELETE ON roster_print",
}
"""A right of the role that counts, by the step that cannot do without it."""


def ran(house: House, at: datetime) -> list[StepKind]:
    """Run what is due at an instant; return what was done, nothing of it in vain."""
    house.clock.set(at)
    outcomes = list(runner.run(house.services()))
    assert [outcome.error for outcome in outcomes] == [None] * len(outcomes)
    return [outcome.step.kind for outcome in outcomes]


def held_up(house: House, at: datetime, kind: StepKind) -> None:
    """On PostgreSQL: take a right away that a step needs, see that it fails alone, and give it back."""
    if not house.engines:
        return
    house.clock.set(at)
    with house.engine.begin() as connection:
        connection.exec_driver_sql(f"REVOKE {NEEDED[kind]} FROM assess_count")
    outcomes = list(runner.run(house.services()))
    assert [outcome.step.kind for outcome in outcomes if outcome.error] == [kind]
    # The server only warns of a table that it does not rewrite.
    refused = PermissionError if kind is StepKind.COUNT else ProgrammingError
    assert all(isinstance(outcome.error, refused) for outcome in outcomes if outcome.error)
    with house.engine.begin() as connection:
        connection.exec_driver_sql(f"GRANT {NEEDED[kind]} TO assess_count")


def rows(house: House, *kinds: type[db.Base]) -> list[int]:
    with house.sessions() as session:
        return [session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]


def state(house: House, wave: Wave) -> State:
    with house.sessions() as session:
        return session.get_one(Wave, wave.wave_id).state


def bands(house: House, wave: Wave) -> list[str]:
    with house.sessions() as session:
        return [str(found.band) for _, found in sorted(participation.of(session, wave).items())]


def answered(house: House, wave: Wave) -> None:
    question = house.instrument.open(wave.form)
    for side in PEOPLE:
        people = demo_story.people(side, 0, house.instrument, wave.form, seed=3)[:12]
        for number, (code, given) in enumerate(zip(house.codes(wave)[side], people, strict=False)):
            house.drop(code, given, {question[0]: f"They help us, number {number}."} if question else {})


def decided(house: House, wave: Wave) -> None:
    """Release every comment, with the login of the console."""
    k_stat = house.keys.read(wave.wave_id, KeyName.STAT)
    with house.of(DatabaseRole.APP, wave).begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        lying = comments.pile(session, found, k_stat=k_stat)
        for each in lying:
            comments.decide(session, found, each.row_id, comments.Decision.RELEASE, k_stat=k_stat)
        assert comments.withdraw(session, found, lying[0].row_id)
        comments.decide(session, found, lying[0].row_id, comments.Decision.WITHHOLD, k_stat=k_stat)


def released(house: House, wave: Wave) -> None:
    with house.of(DatabaseRole.APP, wave).begin() as session:
        waves.set_release(session, session.get_one(Wave, wave.wave_id), RELEASE)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing has its own tests; what is drawn here is what came out of the database."""
    monkeypatch.setattr(render, "pdf", lambda data, locale, paper: data)
    monkeypatch.setattr(risk_pages, "pdf", lambda data, locale, paper: data)


def test_every_step_of_a_wave_is_done_with_the_login_that_counts(built: House, drawn: None) -> None:
    """A-27, stack.md section 3: each kind of step; planted: without one right that it needs it fails, alone."""
    built.instrument = shipped("sales-marketing")
    wave = built.opened(people=PEOPLE, form="core")
    held_up(built, OPENS, StepKind.MEASURE)
    assert ran(built, OPENS) == [StepKind.MEASURE]
    assert bands(built, wave) == ["0-50", "0-50"]
    answered(built, wave)
    assert ran(built, OPENS + DAY) == [StepKind.MEASURE]
    assert bands(built, wave) == ["50-", "50-"]
    over = CLOSES + GRACE
    held_up(built, over, StepKind.CLOSE)
    assert ran(built, over - timedelta(seconds=1)) == []
    held_up(built, over, StepKind.COUNT)
    assert ran(built, over) == ([StepKind.COUNT] if built.engines else [StepKind.CLOSE, StepKind.COUNT])
    assert rows(built, EnvelopeRow, SpentRow, BoxRow, StatRow, CommentRow) == [0, 0, 0, 24, 24]
    decided(built, wave)
    released(built, wave)
    held_up(built, RELEASE, StepKind.RELEASE)
    assert ran(built, RELEASE) == [StepKind.RELEASE]
    assert list(runner.render(built.services())) == [None, None]
    folder = publish.wave_folder(built.services(), wave.wave_id)
    assert {"report.en.pdf", "report.fr-CA.pdf", "risk.en.pdf", "risk.json"} <= {each.name for each in folder.iterdir()}
    end = over + RESULTS_LIFE
    held_up(built, CLOSES + RESULTS_LIFE, StepKind.PURGE)
    assert ran(built, CLOSES + RESULTS_LIFE) == [StepKind.PURGE]
    held_up(built, end, StepKind.SIGN_OFF)
    assert ran(built, end) == [StepKind.SIGN_OFF]
    assert state(built, wave) is State.SIGNED_OFF
    assert rows(built, StatRow, CommentRow, CommentDecisionRow, PersonRow) == [0, 0, 0, 0]
    assert rows(built, ReleasedCommentRow, RosterPrintRow) == [23, 24]
    with pytest.raises(KeyGoneError):
        built.keys.read(wave.wave_id, KeyName.STAT)
    forgotten = OPENS + 401 * DAY
    held_up(built, forgotten, StepKind.FORGET)
    assert ran(built, forgotten) == [StepKind.FORGET]
    assert rows(built, RosterPrintRow) == [0]
    assert ran(built, forgotten + DAY) == []


def test_a_witnessed_wave_waits_for_its_share_and_the_clock_does_the_rest(built: House) -> None:
    """A-09, U-40, A-27: killed once its rows are verified, it is ended without a share; the report takes one."""
    built.instrument = shipped("sales-marketing")
    wave = built.opened(people=PEOPLE, form="pulse", mode=KeyMode.SELF_HOSTED)
    answered(built, wave)
    assert ran(built, CLOSES + GRACE) == [StepKind.CLOSE]
    keys = built.unlocked(wave, Paper.CODE)

    class Killed(BaseException):
        """Ends the count after its third stage."""

    def die(stage: str) -> None:
        if stage == "verified":
            raise Killed

    with pytest.raises(Killed):
        built.count(wave, keys, on_stage=die)
    assert ran(built, CLOSES + GRACE) == [StepKind.COUNT]
    again = built.unlocked(wave, Paper.PHRASE, names=custody.needed("counted"))
    publish.prepare(built.services(), wave.wave_id, again)
    with built.of(DatabaseRole.APP, wave).begin() as session:
        assert destruction.confirm(session, session.get_one(Wave, wave.wave_id), keys=built.keys)
    released(built, wave)
    assert ran(built, RELEASE) == [StepKind.RELEASE]
    assert set(ran(built, CLOSES + GRACE + RESULTS_LIFE)) == {StepKind.SIGN_OFF, StepKind.PURGE}
    assert state(built, wave) is State.SIGNED_OFF
    assert [path.name for path in (built.folder / "keys" / wave.wave_id.hex()).iterdir()] == [KeyName.SIGN.value]


def test_a_runner_that_keeps_its_list_of_all_clients_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A-27, planted: a step that is not brought to the client of its wave; a list never opens."""
    with lent("postgresql", tmp_path) as house:
        wave = house.opened()
        house.close()
        monkeypatch.setattr(publish.Services, "at", lambda services, wave_id: services)
        steps = runner.run(house.services())
        for _ in range(3):
            assert next(steps).step.kind is StepKind.CLOSE
        assert state(house, wave) is State.OPEN
