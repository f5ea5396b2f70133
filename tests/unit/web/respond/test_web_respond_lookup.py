"""What a page tells of a survey may be seconds old, never more; whether a ballot is taken, the box decides (A-06)."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial

import pytest
from respond_house import House, checked, post

from assess.instruments.load import shipped
from assess.surveys import lines, waves
from assess.web.respond import create_respond_app
from assess.web.respond.lookup import FRESH_SECONDS, Board, Standing, look
from assess.web.shared import faults


def test_a_survey_is_read_again_once_it_is_no_longer_fresh(own_house: House) -> None:
    seconds = [0.0]
    board = Board("operator", lambda: seconds[0])
    release = own_house.wave.closes_at + timedelta(days=20)
    with own_house.sessions() as session:
        before = board.survey(session, own_house.wave.wave_id)
        wave = waves.find(session, own_house.wave.wave_id)
        assert wave is not None
        waves.set_release(session, wave, release)
        session.expire_all()
        seconds[0] = FRESH_SECONDS - 0.1
        assert board.survey(session, own_house.wave.wave_id) is before
        seconds[0] = FRESH_SECONDS
        assert board.survey(session, own_house.wave.wave_id).release_at == release
    assert before.release_at is None


def test_a_code_leads_to_its_side_and_to_its_receipt_only_when_asked(house: House) -> None:
    board = Board("operator")
    for side, codes in house.codes.items():
        with house.sessions() as session:
            line, survey = lines.of(session), partial(board.survey, session)
            found = look(line, codes[0].lower(), survey=survey, clock=house.clock)
            assert found is not None
            assert (found.side, found.standing, found.receipt) == (side, Standing.TAKING, None)
            assert look(line, "7K3M-9QXT-2V8D-4HBN", survey=survey, clock=house.clock) is None


def test_a_survey_stands_by_its_opening_closing_and_grace(house: House) -> None:
    with house.sessions() as session:
        survey = Board("operator").survey(session, house.wave.wave_id)
    moments = {
        survey.opens_at - timedelta(seconds=1): Standing.EARLY,
        survey.opens_at: Standing.TAKING,
        survey.closes_at + timedelta(minutes=14, seconds=59): Standing.TAKING,
        survey.closes_at + timedelta(minutes=15): Standing.OVER,
    }
    assert {moment: survey.standing(moment) for moment in moments} == moments


def test_a_wave_whose_instrument_changed_under_it_takes_nothing(own_house: House) -> None:
    """A wave asks the version it was opened with; another one is a fault, told as M8, and no ballot is made of it."""
    fields = checked(own_house)
    later = shipped("sales-marketing").model_copy(update={"version": "9.9.9"})
    own_house.app = create_respond_app(
        sessions=own_house.sessions,
        clock=own_house.clock,
        instruments=lambda _slug: later,
        operator="Larch & Vale",
        posts_per_minute=10**6,
        log=faults.logger(own_house.log),
    )
    assert post(own_house, "/w/start", {"code": own_house.code}).status == 503
    page = post(own_house, "/w/drop", fields)
    assert page.status == 503
    assert page.form.fields == fields
    assert own_house.ballots() == []
    assert [json.loads(line)["error"] for line in own_house.log.getvalue().splitlines()] == [
        "LookupError",
        "ValueError",
    ]


def test_an_envelope_without_its_wave_is_a_fault_and_not_a_survey(house: House) -> None:
    with house.sessions() as session, pytest.raises(LookupError):
        Board("operator").survey(session, b"\0" * 16)
