"""What is left of a wave after sign-off, in the database, the key folder and its mirror (A-08), as the docs say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from db_house import House
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import Table, func, select
from test_db_canary import files as everything

from assess.surveys import db, lifecycle, moments
from assess.surveys.custody import Paper
from assess.surveys.keys import FileKeys, KeyName
from assess.surveys.states import KeyMode
from assess.surveys.tables import CommentRow, StatRow, Wave

DOCS = Path(__file__).parents[2] / "docs" / "anonymity.md"
BEFORE_SIGN_OFF = {"envelope", "spent", "box", "roster", "stat_row", "comment_row", "comment_decision"}


def told() -> dict[str, str]:
    """Return what the docs say of each table: "gone" or "stays"."""
    section = DOCS.read_text("utf-8").split("## What is left after sign-off")[1].split("\n## ")[0]
    return {name: fate.split()[0] for name, fate in re.findall(r"^\| `(\w+)` \| (\w[^|]*) \|", section, re.MULTILINE)}


def tables() -> dict[str, Table]:
    """Return the tables that hold something of a wave."""
    return {name: table for name, table in db.Base.metadata.tables.items() if "wave_id" in table.columns}


def rows(built: House, wave: Wave) -> dict[str, int]:
    """Return how many rows each table has of a wave."""
    with built.sessions() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table).where(table.c.wave_id == wave.wave_id)) or 0
            for name, table in tables().items()
        }


def files(folder: Path, wave: Wave) -> set[str]:
    return {path.name for path in (folder / wave.wave_id.hex()).iterdir()}


def mirrored(built: House) -> None:
    built.keys = FileKeys(built.folder / "keys", built.folder / "mirror")


def released(built: House, mode: KeyMode) -> Wave:
    """Count and release a wave in which everybody wrote a comment."""
    wave = built.opened(mode=mode)
    built.fill(wave, sales=11, marketing=10)
    built.close()
    with built.sessions.begin() as session:
        lifecycle.close(session, wave.wave_id, built.clock)
    if mode.witnessed:
        opened = built.unlocked(wave, Paper.CODE)
        built.count(wave, opened)
        built.withhold_comments(wave, opened.read(wave.wave_id, KeyName.STAT))
    else:
        built.count(wave)
        built.withhold_comments(wave)
    with built.sessions.begin() as session:
        assert lifecycle.mark_released(session, session.get_one(Wave, wave.wave_id), built.clock)
    return wave


def signed_off(built: House, wave: Wave) -> None:
    built.clock.set(built.clock.moment + moments.RESULTS_LIFE)
    with built.sessions.begin() as session:
        assert lifecycle.purge_roster(session, wave.wave_id, built.clock)
        assert lifecycle.sign_off(session, wave.wave_id, keys=built.keys, clock=built.clock)


def test_every_table_of_a_wave_is_in_the_docs_and_none_besides() -> None:
    """A-08: a new table fails until somebody says what becomes of it."""
    assert set(told()) == set(tables())
    assert {name for name, fate in told().items() if fate == "gone"} == BEFORE_SIGN_OFF


@pytest.mark.parametrize("mode", list(KeyMode))
def test_after_sign_off_there_is_what_the_docs_say_and_no_more(built: House, mode: KeyMode) -> None:
    """A-08, A-09: no row that was sealed, no person, and of the keys the one that signs, on both devices."""
    mirrored(built)
    wave = released(built, mode)
    before = rows(built, wave)
    assert {name for name in ("stat_row", "comment_row", "comment_decision", "roster") if before[name]} == {
        "stat_row",
        "comment_row",
        "comment_decision",
        "roster",
    }
    signed_off(built, wave)
    after = rows(built, wave)
    assert {name for name, number in after.items() if number and told()[name] != "stays"} == set()
    assert {name for name in ("wave", "receipt", "count_record", "destruction") if after[name]} == {
        "wave",
        "receipt",
        "count_record",
        "destruction",
    }
    for device in ("keys", "mirror"):
        assert files(built.folder / device, wave) == {KeyName.SIGN.value}


def test_what_is_left_opens_nothing_that_was_copied_before(built: House) -> None:
    """A-08, T6: rows copied while they were there, every file of both devices tried as a key: none opens."""
    mirrored(built)
    wave = released(built, KeyMode.SERVICE)
    with built.sessions() as session:
        copied = [sealed for table in (StatRow, CommentRow) for sealed in session.scalars(select(table.sealed))]
    k_stat = built.keys.read(wave.wave_id, KeyName.STAT)
    assert opened(copied, [k_stat]) == len(copied) == 42
    signed_off(built, wave)
    left = [
        path.read_bytes()
        for device in ("keys", "mirror")
        for path in (built.folder / device / wave.wave_id.hex()).iterdir()
    ]
    assert opened(copied, left) == 0
    assert k_stat not in left
    assert not any(k_stat in data for data in everything(built).values())


def test_a_key_left_on_the_mirror_is_caught(built: House) -> None:
    """The planted weakness: the second device was not mounted when K_stat died."""
    mirrored(built)
    wave = released(built, KeyMode.SERVICE)
    with built.sessions() as session:
        copied = list(session.scalars(select(StatRow.sealed)))
    built.keys = FileKeys(built.folder / "keys")
    signed_off(built, wave)
    assert files(built.folder / "mirror", wave) == {KeyName.SIGN.value, KeyName.STAT.value}
    left = [path.read_bytes() for path in (built.folder / "mirror" / wave.wave_id.hex()).iterdir()]
    assert opened(copied, left) == len(copied)


def opened(rows_: list[bytes], keys: list[bytes]) -> int:
    """Return how many sealed rows one of the keys opens."""
    found = 0
    for row in rows_:
        for key in keys:
            try:
                SealedBox(PrivateKey(key)).decrypt(row)
            except (CryptoError, ValueError):
                continue
            found += 1
            break
    return found
