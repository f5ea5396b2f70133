"""No answer is ever in clear on disk (A-05, A-08, T5): every file is searched while people answer and are counted."""

from __future__ import annotations

import db_postgres
from db_house import House, envelopes
from sqlalchemy import event, text

from assess.settings import DatabaseRole
from assess.surveys import ballots, box
from assess.surveys.keys import KeyName

CANARY = "kanarienvogel 7731"


def search(house: House, needles: list[bytes], since: str | None = None) -> list[str]:
    """Return the files of a house that hold one of the needles, in any of the encodings they could be kept in."""
    return [
        name
        for name, data in files(house, since).items()
        for needle in needles
        for form in (needle, needle.hex().encode(), needle.decode().encode("utf-16-le"))
        if form in data
    ]


def files(house: House, since: str | None = None) -> dict[str, bytes]:
    """Return every file of a house: keys and SQLite's files; of PostgreSQL the tables, and the log since a position."""
    found = {path.name: path.read_bytes() for path in house.folder.rglob("*") if path.is_file()}
    if since is not None:
        found |= db_postgres.tables_on_disk(house.url) | db_postgres.log_on_disk(house.url, since)
    return found


def position(house: House) -> str | None:
    """Return where the write-ahead log of a house stands, None for a house whose log is in its folder."""
    return db_postgres.log_position(house.url) if house.engine.dialect.name == "postgresql" else None


# The comment, and the beginning of every ballot and of every counted row as they are before they are sealed.
NEEDLES = [CANARY.encode(), b'{"a":{"A', b'"A1":4', b'"s":"sales"}']


def test_no_answer_is_in_any_file_while_people_answer_and_are_counted(built: House) -> None:
    """Database, write-ahead log, keys: after each drop, and around each statement of a count."""
    searched: list[str] = []

    def look(*_: object) -> None:
        searched.append("once")
        assert search(built, NEEDLES, start) == []

    start = position(built)
    wave = built.opened()
    codes = built.codes(wave)
    for side in ("sales", "marketing"):
        for i, code in enumerate(codes[side][:10]):
            assert isinstance(built.drop(code, {"A1": 4, "A2": i % 6}, {"Q1": f"{CANARY} {i}"}), box.Receipt)
            look()
    built.close()
    counting = built.engine_of(DatabaseRole.COUNT)
    event.listen(counting, "after_cursor_execute", look)
    event.listen(counting, "commit", look)
    assert built.count(wave, on_stage=look).counted == 20
    look()
    built.table(wave)
    look()
    assert len(searched) > 60


def test_no_code_and_no_address_stands_in_the_sealed_tables(built: House) -> None:
    """A-04: a code is in no file at all; what the box holds is its hash."""
    start = position(built)
    wave = built.opened()
    codes = [code for side in built.codes(wave).values() for code in side]
    for code in codes[:5]:
        built.drop(code)
    raw = [envelopes.normalise(code) or b"" for code in codes]
    plain = b"".join(files(built, start).values())
    assert not any(code in plain for code in raw)
    assert not any(code.encode() in plain or code.replace("-", "").encode() in plain for code in codes)


def test_the_search_finds_an_answer_that_was_written_in_clear(built: House) -> None:
    """The planted weakness: a debug file, and a table that keeps the ballot before it is sealed."""
    start = position(built)
    wave = built.opened()
    ballot = ballots.written(
        ballots.Ballot(side="sales", answers={"A1": 4}, comments={"Q1": CANARY}),
        wave_id=wave.wave_id,
        form_hash=wave.form_hash or "",
        room=16_384,
    )
    assert search(built, NEEDLES, start) == []
    with built.engine.begin() as connection:
        kind = "BLOB" if start is None else "BYTEA"
        connection.execute(text(f"CREATE TABLE debug (plain {kind})"))
        if start is not None:
            # PostgreSQL packs long values: a needle in a pack is found by opening it, and this one is not opened.
            connection.execute(text("ALTER TABLE debug ALTER COLUMN plain SET STORAGE EXTERNAL"))
        connection.execute(text("INSERT INTO debug VALUES (:plain)"), {"plain": ballot})
    found = search(built, NEEDLES, start)
    assert "assess.db-wal" in found or any(name.startswith("pg_wal/") for name in found)
    (built.folder / "keys" / "debug.log").write_text(f"dropped {CANARY}")
    assert "debug.log" in search(built, NEEDLES, start)


def test_no_private_key_is_in_the_database(built: House) -> None:
    """A-03, A-33: keys live in the key folder alone."""
    start = position(built)
    wave = built.opened()
    built.fill(wave, sales=5, marketing=5)
    keys = {path.name for path in (built.folder / "keys").rglob("*")}
    stored = b"".join(data for name, data in files(built, start).items() if name not in keys)
    assert wave.wave_id in stored
    assert not any(built.keys.read(wave.wave_id, name) in stored for name in KeyName)
