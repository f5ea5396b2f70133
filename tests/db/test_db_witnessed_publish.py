"""A witnessed report is prepared while a share is there, and released at its minute without one (A-09, U-30)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from db_house import CLOSES, House

from assess import publish
from assess.cli import demo_story
from assess.instruments.load import shipped
from assess.jobs import runner
from assess.reports import facts as record
from assess.surveys import archive, destruction, lifecycle, waves
from assess.surveys.custody import Paper
from assess.surveys.keys import KeyName
from assess.surveys.lifecycle import StepKind
from assess.surveys.states import KeyMode, State
from assess.surveys.tables import Wave

INVITED = {"sales": 16, "marketing": 16}
RELEASE = CLOSES + timedelta(days=9)


@pytest.fixture
def services(built: House) -> publish.Services:
    built.instrument = shipped("sales-marketing")
    return built.services()


def closed(house: House, services: publish.Services, mode: KeyMode) -> Wave:
    wave = house.opened(people=INVITED, form="pulse", mode=mode)
    for side in INVITED:
        people = demo_story.people(side, 0, house.instrument, "pulse", seed=3)[:12]
        for code, answers in zip(house.codes(wave)[side], people, strict=False):
            house.drop(code, answers)
    house.close()
    assert [outcome.step.kind for outcome in runner.run(services)] == [StepKind.CLOSE]
    return wave


def minute(house: House, wave: Wave) -> None:
    with house.sessions.begin() as session:
        waves.set_release(session, session.get_one(Wave, wave.wave_id), RELEASE)
    house.clock.set(RELEASE)


@pytest.mark.parametrize("mode", [KeyMode.WITNESSED, KeyMode.SELF_HOSTED])
def test_a_report_counted_with_shares_is_released_by_the_clock(
    built: House, services: publish.Services, mode: KeyMode
) -> None:
    """A-09: the facts wait, sealed from readers, for their minute; its day and the witness's word come in then."""
    wave = closed(built, services, mode)
    keys = built.unlocked(wave, Paper.CODE)
    assert publish.count_wave(services, wave.wave_id, keys).counted == 24
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        assert (found.state, publish.prepared(session, found)) == (State.COUNTED, True)
        assert destruction.confirm(session, found, keys=built.keys)
        waiting = record.read(archive.load(session, found) or b"")
    assert waiting.provenance["policy"]["witness_half_destroyed"] is False  # type: ignore[index,call-overload]
    with pytest.raises(publish.PublishError, match="not released"):
        publish.render_wave(services, wave.wave_id, "en")
    minute(built, wave)
    outcomes = list(runner.run(services))
    assert [(outcome.step.kind, outcome.error) for outcome in outcomes] == [(StepKind.RELEASE, None)]
    facts = publish.release(services, wave.wave_id)
    assert facts.figures == waiting.figures
    assert facts.provenance["wave"]["released_on"] == "2026-02-01"  # type: ignore[index,call-overload]
    assert facts.provenance["series"][-1]["released_on"] == "2026-02-01"  # type: ignore[index,call-overload]
    policy = facts.provenance["policy"]
    assert (policy["key_mode"], policy["witness_half_destroyed"]) == (mode.value, True)  # type: ignore[index,call-overload]
    assert facts.provenance["promise"]["en"][0].endswith("your colleague Ana Roy.")  # type: ignore[index,call-overload,union-attr]


def test_a_report_that_nobody_prepared_is_not_released_and_says_what_to_do(
    built: House, services: publish.Services
) -> None:
    """At the minute of release nobody types: the step fails with its remedy, and the next round finds it prepared."""
    wave = closed(built, services, KeyMode.SELF_HOSTED)
    built.count(wave, built.unlocked(wave, Paper.CODE))
    minute(built, wave)
    [outcome] = runner.run(services)
    assert isinstance(outcome.error, publish.PublishError)
    assert "choose to prepare the report, and type the passphrase" in str(outcome.error)
    publish.prepare(services, wave.wave_id, built.unlocked(wave, Paper.PHRASE, names=[KeyName.STAT]))
    assert [outcome.error for outcome in runner.run(services)] == [None]


def test_a_report_that_is_behind_another_release_is_prepared_again(built: House, services: publish.Services) -> None:
    """A-13: the gate knew the client's releases of then, so a release since makes the facts stale."""
    wave = closed(built, services, KeyMode.SELF_HOSTED)
    keys = built.unlocked(wave, Paper.CODE)
    publish.count_wave(services, wave.wave_id, keys)
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        found.number = 2
        other = waves.draft(
            session,
            session.get_one(type(publish.clients.find(session, wave.client_id)), wave.client_id),
            instrument=built.instrument,
            form="pulse",
            label="Q0",
            opens_at=wave.opens_at,
            closes_at=wave.closes_at,
            contact="survey@acme.example",
        )
        other.number = 1
        session.flush()
        archive.store(session, other, archive.load(session, found) or b"")
        other.state = State.RELEASED
    with pytest.raises(publish.PublishError, match="another wave of this client was released after"):
        publish.release(services, wave.wave_id)
    with built.sessions() as session:
        assert not lifecycle.waits_for_share(KeyMode.SERVICE, None)
        assert session.get_one(Wave, wave.wave_id).state is State.COUNTED
