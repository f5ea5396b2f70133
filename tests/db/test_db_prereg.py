"""What was fixed at opening, what was changed after it, and the record that both are checked by (A-15, A-10)."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from db_house import CLOSES, House, instrument
from sqlalchemy import select, update

from assess import verify
from assess.instruments.hashes import canonical
from assess.surveys import prereg, published
from assess.surveys.prereg import Change
from assess.surveys.tables import PreregChangeRow, Wave


def test_what_is_fixed_at_opening_is_stored_and_hashes_to_prereg(built: House) -> None:
    """A-15: prereg = H(canonical JSON)."""
    wave = built.opened()
    with built.sessions() as session:
        found = prereg.fixed(session, wave)
        assert found is not None
        assert hashlib.sha256(canonical(found)).hexdigest() == wave.prereg == prereg.head(session, wave)
        assert found["invited"] == {"sales": 12, "marketing": 10}
        assert prereg.changes(session, wave) == []
        assert prereg.holds(session, wave, built.instrument)


def test_each_change_is_hashed_over_the_one_before(built: House) -> None:
    """A-15: H(prereg + change), in the order of the changes."""
    wave = built.opened()
    with built.sessions.begin() as session:
        first = prereg.change(session, wave, Change.SPARE, side="sales", number=1)
        second = prereg.change(session, wave, Change.SPARE, side="sales", number=2)
        prereg.change(session, wave, Change.SPARE, side="marketing", number=1)
    assert wave.prereg is not None
    by_hand = wave.prereg
    for number in (1, 2):
        told = f'{{"change":"spare","number":{number},"side":"sales"}}'.encode()
        by_hand = hashlib.sha256(bytes.fromhex(by_hand) + told).hexdigest()
        assert by_hand == (first, second)[number - 1]
    with built.sessions() as session:
        assert prereg.head(session, wave) not in {first, second, wave.prereg}
        assert prereg.late_joiners(session, wave) == {"marketing": 1, "sales": 2}
        assert prereg.holds(session, wave, built.instrument)


def test_a_draft_has_nothing_that_a_change_could_be_chained_to(built: House) -> None:
    wave = built.drafted()
    with built.sessions() as session:
        assert (prereg.fixed(session, wave), prereg.head(session, wave)) == (None, "")
        assert not prereg.holds(session, wave, built.instrument)
        with pytest.raises(LookupError, match="never opened"):
            prereg.change(session, wave, Change.SPARE, side="sales", number=1)


def test_an_extended_wave_still_holds_to_the_closing_told_at_opening(built: House) -> None:
    """A-13 R1: prereg recomputed; the extension is in the chain and moves the closing of the wave alone."""
    wave = built.opened()
    later = CLOSES + timedelta(days=3)
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        found.closes_at = later
        assert not prereg.holds(session, found, built.instrument)
        told = {"from": CLOSES.isoformat(), "to": later.isoformat()}
        prereg.change(session, found, Change.EXTENSION, **told)
        assert prereg.holds(session, found, built.instrument)
        assert prereg.digest(found, built.instrument) != found.prereg
        assert prereg.digest(found, built.instrument, closes_at=CLOSES) == found.prereg


def test_whatever_is_altered_afterwards_no_longer_holds(built: House) -> None:
    """A-15: a floor, a head count, a questionnaire, a stored change."""
    wave = built.opened()
    with built.sessions.begin() as session:
        prereg.change(session, wave, Change.SPARE, side="sales", number=1)
    other = instrument(closed=("A1", "A2", "A4"))
    with built.sessions() as session:
        found = session.get_one(Wave, wave.wave_id)
        assert not prereg.holds(session, found, other)
        for changed in ({"floor_scale": 6}, {"invited": {"sales": 1, "marketing": 10}}, {"operator": "Other"}):
            session.execute(update(Wave).values(**changed))
            session.refresh(found)
            assert not prereg.holds(session, found, built.instrument)
            session.rollback()
    for number in (0, 1):
        with built.sessions() as session:
            found = session.get_one(Wave, wave.wave_id)
            row = session.get_one(PreregChangeRow, (wave.wave_id, number))
            row.document = row.document.replace(b"sales", b"sails")
            session.flush()
            assert not prereg.holds(session, found, built.instrument)


def test_a_wave_opened_before_rules_were_stored_is_still_checked(built: House) -> None:
    wave = built.opened()
    with built.sessions.begin() as session:
        for row in session.scalars(select(PreregChangeRow)):
            session.delete(row)
        session.flush()
        assert prereg.holds(session, wave, built.instrument)
        assert prereg.head(session, wave) == wave.prereg
        assert published.record(session, wave) is None


def test_nothing_is_published_before_the_count(built: House) -> None:
    """A-10, E5: after the count."""
    wave = built.opened()
    built.fill(wave, sales=6, marketing=5)
    with built.sessions() as session:
        assert published.receipts(session, wave) is None
        assert published.record(session, wave) is None
        assert published.destruction(session, wave) is None
        assert published.counted(session, wave) is None


def test_the_record_of_a_counted_wave_verifies_with_its_changes(built: House) -> None:
    """A-10, A-15, A-08: signed with the head of the chain; each receipt that was given is on the list."""
    wave = built.opened()
    built.fill(wave, sales=6, marketing=5)
    with built.sessions.begin() as session:
        head = prereg.change(session, wave, Change.SPARE, side="sales", number=1)
    built.close()
    built.count(wave)
    with built.sessions() as session:
        found = session.get_one(Wave, wave.wave_id)
        listed, record = published.receipts(session, found), published.record(session, found)
        told = published.destruction(session, found)
    assert listed is not None
    assert record is not None
    assert told is not None
    receipts = verify.read_list(listed, "receipts.txt")
    checked = verify.check(receipts, verify.read_record(record, "record.json"), receipt=receipts[3])
    assert (checked.prereg, checked.head, checked.changes) == (wave.prereg, head, 1)
    assert dict(checked.totals) == {"invited": 22, "used": 11, "replaced": 0, "spoiled": 0, "counted": 11}
    assert json.loads(record)["signature"] == told.signature
    assert told.day == json.loads(record)["signed"]["date"]
    assert {file.rsplit("/")[-1] for file in told.files} == {"box", "mail"}
