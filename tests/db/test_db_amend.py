"""One extension, and spares for people who join late (product.md section 6, U-51, A-04, A-15)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from db_house import CLOSES, OPENS, House
from sqlalchemy import func, select

from assess.surveys import amend, box, count, envelopes, movement, prereg
from assess.surveys.roster import RosterRow
from assess.surveys.states import WaveRefused
from assess.surveys.tables import EnvelopeRow, PersonRow, RosterPrintRow, Wave

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def refused(built: House, wave: Wave, closes_at: object) -> list[str]:
    with built.sessions() as session:
        found = session.get_one(Wave, wave.wave_id)
        before = found.closes_at
        with pytest.raises(WaveRefused) as told:
            amend.extend(session, found, closes_at, clock=built.clock)  # type: ignore[arg-type]
        assert found.closes_at == before
        assert prereg.head(session, found) == prereg.head(session, wave)
    return str(told.value).split("\n")


def test_a_wave_is_extended_once_and_the_extension_is_chained(built: House) -> None:
    """Section 6: once, at most 7 days; A-15."""
    wave = built.opened()
    later = CLOSES + 7 * DAY
    built.clock.set(CLOSES - DAY)
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        amend.extend(session, found, later, clock=built.clock)
        assert found.closes_at == later
        told = {"change": "extension", "from": CLOSES.isoformat(), "to": later.isoformat()}
        assert prereg.changes(session, found) == [told]
        assert prereg.holds(session, found, built.instrument)
    built.clock.set(CLOSES + HOUR)
    assert isinstance(built.drop(built.codes(wave)["sales"][0]), box.Receipt)
    assert refused(built, wave, later + DAY) == ["This wave was extended already; that is possible once."]


@pytest.mark.parametrize(
    ("at", "closes_at", "reason"),
    [
        (CLOSES - DAY, CLOSES, "later than the old one, by 7 days at most"),
        (CLOSES - DAY, CLOSES - HOUR, "later than the old one, by 7 days at most"),
        (CLOSES - DAY, CLOSES + 7 * DAY + HOUR, "later than the old one, by 7 days at most"),
        (CLOSES - DAY + timedelta(seconds=1), CLOSES + DAY, "until 24 hours before it closes"),
        (CLOSES + HOUR, CLOSES + DAY, "until 24 hours before it closes"),
    ],
)
def test_an_extension_outside_its_bounds_is_refused(built: House, at: object, closes_at: object, reason: str) -> None:
    """Section 6: at most 7 days, at least 24 h before close."""
    wave = built.opened()
    built.clock.set(at)  # type: ignore[arg-type]
    assert any(reason in said for said in refused(built, wave, closes_at))


def test_a_wave_never_stays_open_longer_than_twenty_eight_days(built: House) -> None:
    wave = built.drafted()
    with built.sessions.begin() as session:
        session.get_one(Wave, wave.wave_id).closes_at = OPENS + 25 * DAY
        built.open(session, wave)
    assert refused(built, wave, OPENS + 29 * DAY) == ["The wave would stay open for more than 28 days."]
    with built.sessions.begin() as session:
        amend.extend(session, session.get_one(Wave, wave.wave_id), OPENS + 28 * DAY, clock=built.clock)


def test_only_an_open_wave_is_extended(built: House) -> None:
    assert refused(built, built.drafted(), CLOSES + DAY) == ["Only an open wave can be extended."]


def joined(built: House, wave: Wave, row: RosterRow) -> PersonRow:
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        return amend.join(session, found, row, keys=built.keys, clock=built.clock)


def test_a_late_joiner_gets_a_spare_and_no_envelope_is_made(built: House) -> None:
    """U-51, A-04: a later row would name its owner; A-15: chained; the spare is on no card that is printed later."""
    wave = built.opened()
    printed = set(built.codes(wave)["sales"])
    with built.sessions() as session:
        before = session.scalar(select(func.count()).select_from(EnvelopeRow))
    person = joined(built, wave, RosterRow(side="sales", email="late@acme.example"))
    code = envelopes.late(wave, person, built.keys)
    assert person.spare_no == 3
    assert code in printed
    with built.sessions() as session:
        assert session.scalar(select(func.count()).select_from(EnvelopeRow)) == before
        assert set(envelopes.cards(session, wave, built.keys)["sales"]) == printed - {code}
        assert prereg.late_joiners(session, wave) == {"sales": 1}
        assert prereg.holds(session, wave, built.instrument)
        found = envelopes.find(session, code)
        assert found is not None
        assert (found.wave_id, found.side) == (wave.wave_id, "sales")


def test_late_joiners_of_cards_and_mails_never_share_a_spare(built: House) -> None:
    """A-04: cards have the first spares, late joiners the last ones, from the top down."""
    wave = built.opened(people={"sales": 12, "marketing": 10}, mailed=False)
    given = [joined(built, wave, RosterRow(side="sales")).spare_no for _ in range(3)]
    assert given == [15, 14, 13]
    with built.sessions() as session:
        assert len(envelopes.cards(session, wave, built.keys)["sales"]) == 12


def test_no_more_people_join_than_there_are_spares(built: House) -> None:
    """A-04: max(3, a tenth)."""
    wave = built.opened()
    for number in range(3):
        joined(built, wave, RosterRow(side="marketing", email=f"late{number}@acme.example"))
    with pytest.raises(WaveRefused, match="All 3 spares"):
        joined(built, wave, RosterRow(side="marketing", email="late3@acme.example"))
    assert joined(built, wave, RosterRow(side="sales", email="late3@acme.example")).spare_no == 3


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (RosterRow(side="finance"), "not a side"),
        (RosterRow(side="sales", email=" SALES3@acme.example"), "on the roster already"),
        (RosterRow(side="sales", email="marketing3@acme.example"), "on the roster already"),
    ],
)
def test_who_cannot_join_is_refused(built: House, row: RosterRow, reason: str) -> None:
    wave = built.opened()
    with pytest.raises(WaveRefused, match=reason):
        joined(built, wave, row)


def test_nobody_joins_a_wave_that_is_not_open(built: House) -> None:
    draft = built.drafted()
    with pytest.raises(WaveRefused, match="only while a wave is open"):
        joined(built, draft, RosterRow(side="sales"))
    with pytest.raises(WaveRefused, match="only while a wave is open"):
        envelopes.late(draft, PersonRow(side="sales", spare_no=1), built.keys)


def test_nobody_joins_after_the_close(built: House) -> None:
    wave = built.opened()
    built.clock.set(CLOSES)
    with pytest.raises(WaveRefused, match="only while a wave is open"):
        joined(built, wave, RosterRow(side="sales"))


def test_the_ballot_of_a_late_joiner_is_counted_and_their_address_is_known_next_time(built: House) -> None:
    """A-13: a late joiner stays at the next opening."""
    wave = built.opened(form="plain")
    person = joined(built, wave, RosterRow(side="sales", email="late@acme.example"))
    assert isinstance(built.drop(envelopes.late(wave, person, built.keys)), box.Receipt)
    # The cards are printed after somebody joined: the spare that was given is on none of them.
    built.fill(wave, sales=6, marketing=6)
    with built.sessions() as session:
        assert session.scalar(select(func.count()).select_from(RosterPrintRow)) == 23
        assert movement.of(session, wave) is None
    built.close()
    record = built.count(wave)
    assert (record.counted, record.invited) == (13, 22)
    assert isinstance(record, count.CountRecord)
