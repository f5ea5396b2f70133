"""The gate on a real database: one wave held against the one before, and a wave that is not what was registered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from db_house import CLOSES, OPENS, House

from assess import publish
from assess.cli import demo_story
from assess.instruments.load import shipped
from assess.jobs import runner
from assess.reports.facts import Facts, ReleasedFigure
from assess.surveys import clients, waves
from assess.surveys.clients import Client
from assess.surveys.tables import Wave

FORM = "pulse"
QUARTER = timedelta(days=91)


@pytest.fixture
def services(built: House) -> publish.Services:
    built.instrument = shipped("sales-marketing")
    return built.services()


def counted(house: House, services: publish.Services, client: Client, number: int, sales: int) -> Wave:
    """Ask so many of sales and twelve of marketing; everybody answers, and the wave is counted."""
    later = QUARTER * (number - 1)
    house.clock.set(OPENS + later - timedelta(days=1))
    with house.sessions.begin() as session:
        wave = waves.draft(
            session,
            client,
            instrument=house.instrument,
            form=FORM,
            label=f"Q{number}",
            opens_at=OPENS + later,
            closes_at=CLOSES + later,
            contact="survey@acme.example",
        )
        house.invite(session, wave, {"sales": sales, "marketing": 12})
        house.open(session, wave)
    house.clock.set(OPENS + later + timedelta(hours=1))
    for side, people in (("sales", sales), ("marketing", 12)):
        answers = demo_story.people(side, 0, house.instrument, FORM, seed=number)[:people]
        for code, given in zip(house.codes(wave)[side], answers, strict=False):
            house.drop(code, given)
    house.clock.set(CLOSES + later + timedelta(hours=1))
    assert not [outcome.error for outcome in runner.run(services) if outcome.error]
    house.withhold_comments(wave)
    return wave


def released(house: House, services: publish.Services, wave: Wave) -> Facts:
    facts = publish.release(services, wave.wave_id)
    assert facts.provenance["prereg"] == wave.prereg
    return facts


def acme(house: House) -> Client:
    with house.sessions.begin() as session:
        return clients.create(session, name="Acme", zone="America/Toronto", country="ca")


def test_a_report_is_audited_against_the_one_before(built: House, services: publish.Services) -> None:
    """A-13 R5: sales of eight, then eleven: three new people, counted from fingerprints, are not read off two means."""
    client = acme(built)
    first = released(built, services, counted(built, services, client, 1, 8))
    assert first.provenance["audit"] == {"earlier": 0, "by_fives": []}
    second = released(built, services, counted(built, services, client, 2, 11))
    audit = second.provenance["audit"]
    assert isinstance(audit, dict)
    assert audit["earlier"] == 1
    level = second.figures["standing.PUL.mean.sales"]
    assert level.state == "withheld" or "scale.PUL" in audit["by_fives"] or wide(first, second)


def wide(first: Facts, second: Facts) -> bool:
    """Three on eight with means to a point: (11 m2 - 8 S)/3, S within 5 of m1."""
    means = [facts.figures["standing.PUL.mean.sales"] for facts in (first, second)]
    assert all(isinstance(each, ReleasedFigure) for each in means)
    before, after = (float(each.value) for each in means if isinstance(each, ReleasedFigure))
    low = max(0.0, (11 * (after - 0.5) - 8 * (before + 5.5)) / 3)
    high = min(100.0, (11 * (after + 0.5) - 8 * (before - 5.5)) / 3)
    return high - low >= 25


def test_a_wave_whose_record_was_changed_is_not_published(built: House, services: publish.Services) -> None:
    """A-13 R1, A-15: the fingerprint is made again of wave and instrument; another is refused, nothing stored."""
    wave = counted(built, services, acme(built), 1, 8)
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        found.floor_scale += 1
    with pytest.raises(publish.PublishError, match="is not the wave that was registered at its opening"):
        publish.release(services, wave.wave_id)
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        found.floor_scale -= 1
    assert publish.release(services, wave.wave_id).provenance["audit"] == {"earlier": 0, "by_fives": []}
