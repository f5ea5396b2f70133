"""The forecast on the opening page and the bands on the page of an open wave (U-44, U-46, U-47)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from web_console_office import READER, ROBIN, Office, office, words

from assess.surveys import participation, waves
from assess.surveys.states import State
from assess.surveys.tables import CountRow, Wave


@pytest.fixture
def desk(tmp_path: Path) -> Office:
    return office(tmp_path)


def opening(desk: Office, language: str = "en") -> str:
    return words(desk.visitor(ROBIN).get(f"/waves/{desk.ids['draft']}/open?lang={language}"))


def shown(desk: Office, email: str = ROBIN, language: str = "en") -> str:
    return words(desk.visitor(email).get(f"/waves/{desk.ids['open']}?lang={language}"))


def test_the_opening_page_tells_the_chance_of_every_section(desk: Office) -> None:
    """U-46: 12 and 9 people at 65 %: scores .92 x .77, single statements never on the smaller side."""
    told = opening(desk)
    assert "If 65% answer, as is usual:" in told
    assert "Scores 71% chance" in told
    assert "Single statements no chance" in told
    assert "Comments no chance" in told


def test_a_small_team_is_named_with_the_remedy(desk: Office) -> None:
    """U-46, U-47: under .80 a caution."""
    told = opening(desk)
    assert "Scores may stay hidden on both sides" in told
    small = "Marketing has 9 people: 77% chance that scores can be shown, no chance for single statements."
    assert f"{small} Merge teams, widen the roster or hold a facilitated session." in told
    assert "Sales has 12 people" not in told


def test_the_forecast_speaks_french(desk: Office) -> None:
    """U-1."""
    told = opening(desk, "fr")
    assert "77 % de chances que les scores puissent être montrés" in told.replace("\u00a0", " ")
    assert "Réunissez des équipes" in told


def test_the_last_wave_tells_the_rate(desk: Office) -> None:
    """A-17: r = last rate; a wave that was withdrawn tells none."""
    counted = bytes.fromhex(desk.ids["counted"])
    with desk.session() as session:
        totals = {"invited": 20, "used": 18, "replaced": 0, "spoiled": 0, "counted": 18}
        session.add(CountRow(wave_id=counted, stage="counted", root=bytes(32), result_mac=None, **totals))
        session.get_one(Wave, bytes.fromhex(desk.ids["draft"])).number = 90
    assert "If 90% answer, as in the last wave:" in opening(desk)
    with desk.session() as session:
        session.get_one(Wave, counted).state = State.WITHDRAWN
    assert "as is usual" in opening(desk)


def test_there_is_no_forecast_once_a_wave_is_open(desk: Office) -> None:
    """U-46: before opening only."""
    response = desk.visitor(ROBIN).get(f"/waves/{desk.ids['open']}/open")
    assert response.status_code == 409
    for told in (words(response), shown(desk)):
        assert "chance" not in told


def measured(desk: Office) -> None:
    with desk.session() as session:
        participation.measure(session, bytes.fromhex(desk.ids["open"]), desk.clock)


def test_an_open_wave_shows_its_bands_and_nothing_finer(desk: Office) -> None:
    """U-44: no total, no "floor reached", no list."""
    assert "not measured yet" in shown(desk)
    measured(desk)
    told = shown(desk)
    assert "Sales under half , Marketing under half" in told or "Sales under half, Marketing under half" in told
    assert "Measured once a day" in told
    assert "moins de la moitié" in shown(desk, language="fr")


def test_a_team_under_eight_has_no_band(desk: Office) -> None:
    """U-44."""
    with desk.session() as session:
        found = waves.find(session, bytes.fromhex(desk.ids["open"]))
        assert found is not None
        found.invited = {"sales": 31, "marketing": 7}
    measured(desk)
    told = shown(desk)
    assert "under 10%" in told
    assert "not shown for teams this small" in told


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ("20-40", "20% to under 40%"),
        ("90-", "90% or more"),
        ("80-", "80% or more"),
        ("50-", "half or more"),
        ("0-20", "under 20%"),
    ],
)
def test_every_band_has_its_words(desk: Office, stored: str, told: str) -> None:
    measured(desk)
    with desk.session() as session:
        for row in session.query(participation.ParticipationRow):
            row.band = stored
    assert told in shown(desk)


def test_only_those_who_run_a_wave_see_its_bands(desk: Office) -> None:
    """Section 8: consultants; an administrator who reads reports does not."""
    measured(desk)
    assert "Have answered" in shown(desk)
    assert "Have answered" not in shown(desk, READER)


def test_a_wave_that_has_not_begun_or_is_closed_shows_none(desk: Office) -> None:
    measured(desk)
    with desk.session() as session:
        wave = waves.find(session, bytes.fromhex(desk.ids["open"]))
        assert wave is not None
        opens_at = wave.opens_at
    now = desk.clock.moment
    desk.clock.set(opens_at - timedelta(hours=1))
    assert "Have answered" not in shown(desk)
    desk.clock.set(now)
    with desk.session() as session:
        session.get_one(Wave, bytes.fromhex(desk.ids["open"])).state = State.CLOSED
    assert "Have answered" not in shown(desk)
