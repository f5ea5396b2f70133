"""Bands of participation: measured once a day, a side by its own head count, never finer than three numbers (A-16)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from db_house import CLOSES, OPENS, House
from sqlalchemy import func, select

from assess.jobs import runner
from assess.surveys import amend, lifecycle, participation
from assess.surveys.lifecycle import StepKind
from assess.surveys.participation import Band, Measured, band, steps
from assess.surveys.roster import RosterRow
from assess.surveys.tables import ParticipationRow, Wave

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def widths(people: int, parts: int) -> list[int]:
    """Return how many numbers of ballots lie in each band, if a side is cut into so many."""
    with pytest.MonkeyPatch.context() as cut:
        cut.setattr(participation, "steps", lambda _: parts)
        found = [band(n, people) for n in range(people + 1)]
    return [found.count(each) for each in dict.fromkeys(found)]


@pytest.mark.parametrize("people", [*range(8, 121), 300, 1_000, 19_999])
def test_every_band_holds_at_least_three_numbers(people: int) -> None:
    """A-16."""
    assert min(widths(people, steps(people))) >= 3
    assert len(widths(people, steps(people))) == steps(people)


@pytest.mark.parametrize(("people", "finer"), [(8, 5), (13, 5), (15, 10), (28, 10), (30, 20), (58, 20)])
def test_a_finer_band_would_name_a_number_to_within_two(people: int, finer: int) -> None:
    """A-16, planted: one step finer than the rule leaves two numbers or one in a band."""
    assert steps(people) < finer
    assert min(widths(people, finer)) < 3


@pytest.mark.parametrize(
    ("people", "answered", "expected"),
    [
        (7, 7, None),
        (8, 3, Band(low=0, high=50)),
        (8, 4, Band(low=50, high=None)),
        (14, 14, Band(low=50, high=None)),
        (15, 2, Band(low=0, high=20)),
        (15, 3, Band(low=20, high=40)),
        (29, 29, Band(low=80, high=None)),
        (30, 0, Band(low=0, high=10)),
        (30, 26, Band(low=80, high=90)),
        (30, 27, Band(low=90, high=None)),
        (30, 33, Band(low=90, high=None)),
    ],
)
def test_the_bands_are_those_of_the_rule(people: int, answered: int, expected: Band | None) -> None:
    """A-16: tenths from 30, fifths from 15, halves from 8, none below; the last one is open."""
    assert band(answered, people) == expected


def measured(built: House, wave: Wave) -> dict[str, Measured]:
    with built.sessions() as session:
        return participation.of(session, session.get_one(Wave, wave.wave_id))


def measure(built: House, wave: Wave) -> bool:
    with built.sessions.begin() as session:
        return participation.measure(session, wave.wave_id, built.clock)


def due(built: House) -> list[StepKind]:
    with built.sessions() as session:
        return [step.kind for step in lifecycle.due(session, built.clock)]


def test_bands_are_measured_once_a_day_of_the_zone_and_overwritten(built: House) -> None:
    """A-16: daily, overwritten, a side by its own head count, no total."""
    wave = built.opened(people={"sales": 12, "marketing": 15})
    assert due(built) == [StepKind.MEASURE]
    assert measure(built, wave)
    low = {"sales": Band(low=0, high=50), "marketing": Band(low=0, high=20)}
    assert {side: found.band for side, found in measured(built, wave).items()} == low
    built.fill(wave, sales=6, marketing=8)
    assert due(built) == []
    assert not measure(built, wave)
    assert {side: found.band for side, found in measured(built, wave).items()} == low
    midnight = OPENS.replace(hour=5) + DAY  # Toronto, winter
    built.clock.set(midnight - timedelta(seconds=1))
    assert due(built) == []
    built.clock.set(midnight)
    assert due(built) == [StepKind.MEASURE]
    assert measure(built, wave)
    assert measured(built, wave) == {
        "sales": Measured(band=Band(low=50, high=None), day=date(2026, 1, 13)),
        "marketing": Measured(band=Band(low=40, high=60), day=date(2026, 1, 13)),
    }
    with built.sessions() as session:
        assert session.scalar(select(func.count()).select_from(ParticipationRow)) == 2


def test_small_sides_have_no_band_and_a_wave_of_small_sides_no_step(built: House) -> None:
    """U-44: under eight nothing."""
    wave = built.opened(people={"sales": 8, "marketing": 7})
    assert measure(built, wave)
    assert set(measured(built, wave)) == {"sales"}
    with built.sessions.begin() as session:
        session.get_one(Wave, wave.wave_id).invited = {"sales": 7, "marketing": 7}
    built.clock.set(OPENS + 2 * DAY)
    assert due(built) == []
    assert not measure(built, wave)


def test_nothing_is_measured_before_the_opening_nor_after_the_close(built: House) -> None:
    built.clock.set(OPENS - DAY)
    wave = built.opened()
    for moment in (OPENS - timedelta(seconds=1), CLOSES, CLOSES + 5 * timedelta(minutes=1)):
        built.clock.set(moment)
        assert StepKind.MEASURE not in due(built)
        assert not measure(built, wave)
    assert not measure(built, Wave(wave_id=bytes(16)))
    assert measured(built, wave) == {}


def test_a_late_joiner_moves_no_border(built: House) -> None:
    """A-16: with 15 people instead of 14, "half or more" and "40 to 60" would meet in one number of ballots."""
    wave = built.opened(people={"sales": 14, "marketing": 14})
    built.fill(wave, sales=8, marketing=3)
    measure(built, wave)
    before = {side: found.band for side, found in measured(built, wave).items()}
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        amend.join(session, found, RosterRow(side="sales", email="l@x.example"), keys=built.keys, clock=built.clock)
    built.clock.set(OPENS + DAY)
    assert measure(built, wave)
    assert {side: found.band for side, found in measured(built, wave).items()} == before
    met = [n for n in range(16) if band(n, 14) == Band(low=50, high=None) and band(n, 15) == Band(low=40, high=60)]
    assert len(met) == 2, "planted: two numbers are left where the rule wants three"


@pytest.mark.parametrize("by", ["lifecycle", "count"])
def test_the_close_forgets_the_bands(built: House, by: str) -> None:
    """No live result outlives the wave: the count says what may be said."""
    wave = built.opened(form="plain")
    built.fill(wave, sales=5, marketing=5)
    measure(built, wave)
    built.close()
    if by == "count":
        built.count(wave)
    else:
        with built.sessions.begin() as session:
            assert lifecycle.close(session, wave.wave_id, built.clock)
    with built.sessions() as session:
        assert session.scalar(select(func.count()).select_from(ParticipationRow)) == 0
    assert measured(built, wave) == {}


def test_the_runner_knows_every_step() -> None:
    assert set(runner._ACTIONS) == set(StepKind)
