"""A wave that the clock cannot count: its page says what is in the way and how to mend it (A-08)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from db_lent import ENGINES
from sqlalchemy import select, update
from web_console_office import READER, ROBIN, Office, lent_office, words

from assess.instruments.load import shipped
from assess.settings import DatabaseRole
from assess.surveys import box, count, db, envelopes
from assess.surveys.keys import FileKeys
from assess.surveys.moments import GRACE
from assess.surveys.tables import AuditRow, BoxRow, CountRow, SpentRow, Wave

INSTRUMENT = shipped("sales-marketing")
TOLD = {
    "en": "The wave is not counted 2026-01: ballots in the box that do not fit their receipts: 1. "
    "Nothing was destroyed. Put the box back from a backup of the database; then count again.",
    "fr": "La vague n’est pas dépouillée 2026-01 : nombre de bulletins dans l’urne qui ne correspondent pas à leur "
    "reçu : 1.",
}


@pytest.fixture(params=ENGINES)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office whose open wave has closed with one ballot, its grace over by a minute."""
    with lent_office(request.param, tmp_path) as made:
        closes_at = answered(made)
        made.clock.set(closes_at + GRACE + timedelta(minutes=1))
        yield made


def wave_id(desk: Office) -> bytes:
    return bytes.fromhex(desk.ids["open"])


def answered(desk: Office) -> object:
    with desk.session() as session:
        wave = session.get_one(Wave, wave_id(desk))
        codes = envelopes.cards(session, wave, FileKeys(desk.settings.keys))
    request = box.DropRequest(
        code=codes["sales"][0], attempt=bytes(16), answers={INSTRUMENT.closed("core")[0]: 4}, comments={}
    )
    with db.sessions(desk.engine(DatabaseRole.RESPOND))() as session:
        assert isinstance(box.drop(session, request, clock=desk.clock, instrument=INSTRUMENT), box.Receipt)
    return wave.closes_at


def alter(desk: Office) -> bytes:
    """Change a byte of the ballot; return what lay there."""
    with desk.session() as session:
        sealed = session.scalar(select(BoxRow.sealed))
        session.execute(update(BoxRow).values(sealed=bytes([sealed[0] ^ 1]) + sealed[1:]))
    return bytes(sealed)


def counted(desk: Office, on_stage: Callable[[str], object] = str) -> None:
    count.run(
        desk.of(DatabaseRole.COUNT, wave_id(desk)),
        wave_id(desk),
        keys=FileKeys(desk.settings.keys),
        clock=desk.clock,
        instrument=INSTRUMENT,
        on_stage=on_stage,
    )


def shown(desk: Office, who: str = ROBIN, language: str = "en") -> str:
    return words(desk.visitor(who).get(f"/waves/{desk.ids['open']}?lang={language}"))


@pytest.mark.parametrize("language", TOLD)
def test_the_page_says_what_stops_the_count_until_it_is_mended(desk: Office, language: str) -> None:
    """A-08: what the page says is what the count says; it is looked up anew, and looking writes nothing."""
    sealed = alter(desk)
    with pytest.raises(count.CountStopped) as stopped:
        counted(desk)
    assert " ".join(stopped.value.say("en")) in TOLD["en"]
    assert TOLD[language] in shown(desk, language=language)
    with desk.session() as session:
        assert session.scalar(select(CountRow)) is None
        assert session.scalar(select(AuditRow)) is None
        session.execute(update(BoxRow).values(sealed=sealed))
    assert "The wave is not counted" not in shown(desk)
    assert "The count runs by itself" in shown(desk)
    counted(desk)
    assert "The ballots are counted" in shown(desk)


def test_a_missing_key_is_named(desk: Office) -> None:
    """A-08: the file, and where to put it."""
    (desk.settings.keys / desk.ids["open"] / "box").unlink()
    page = shown(desk)
    assert f"2026-01: {desk.ids['open']}/box is missing in the key folder." in page
    assert "Put this file back into the key folder" in page


def test_a_whole_key_folder_that_is_missing_is_named(desk: Office) -> None:
    """A-03: a restored database without its keys."""
    desk.settings.keys.rename(desk.settings.home / "elsewhere")
    assert "The key folder holds nothing of wave" in shown(desk)


def test_how_many_answered_is_told_to_nobody_but_those_who_run_the_wave(desk: Office) -> None:
    """Section 8: the reason may hold numbers of ballots."""
    with desk.session() as session:
        session.execute(SpentRow.__table__.delete())
    assert "0 envelopes are used, 1 ballots are in the box" in shown(desk)
    assert "envelopes are used" not in shown(desk, READER)
    assert "The count runs by itself" in shown(desk, READER)


def test_nothing_is_said_during_the_grace(desk: Office) -> None:
    """A-08: the box may still change."""
    alter(desk)
    desk.clock.set(desk.clock.now(None) - timedelta(minutes=2))  # type: ignore[arg-type]
    assert "The wave is not counted" not in shown(desk)


def test_a_count_that_has_begun_is_said_to_be_under_way(desk: Office) -> None:
    """A-08: after the first stage only going on with it finds out more."""

    def killed(stage: str) -> None:
        raise KeyboardInterrupt(stage)

    with pytest.raises(KeyboardInterrupt):
        counted(desk, killed)
    assert "The count has begun and is not done. It goes on by itself;" in shown(desk)
