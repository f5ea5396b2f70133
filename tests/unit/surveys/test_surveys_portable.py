"""What must hold on every engine, tried here without one (stack.md section 2), and on the shipped instrument (A-15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateTable

from assess.instruments import load
from assess.surveys import ballots, db, lines, prereg, tables
from assess.surveys.ballots import BallotFault, Unreadable


@dataclass
class PostgresCursor:
    """A cursor of a driver that is not here: it answers one question."""

    asked: str = ""

    def execute(self, words: str) -> PostgresCursor:
        self.asked = words
        return self

    def fetchall(self) -> list[tuple[datetime]]:
        return [(datetime.fromisoformat("2026-01-12T09:00:00-05:00"),)]


def test_postgresql_tells_the_time_of_the_statement_not_of_the_transaction() -> None:
    """A-06: a drop that waited for a lock is judged when it gets it."""
    cursor = PostgresCursor()
    line = lines.Line(cursor=cursor, dialect=postgresql.dialect())
    assert db.DatabaseClock().now(line) == datetime(2026, 1, 12, 14, tzinfo=UTC)
    assert cursor.asked == "SELECT clock_timestamp()"


def test_each_engine_gets_its_own_insert() -> None:
    table = tables.SpentRow.__table__
    made = {name: db.upsert(name, table).on_conflict_do_nothing() for name in ("sqlite", "postgresql")}  # type: ignore[arg-type]
    assert "ON CONFLICT DO NOTHING" in str(made["sqlite"].compile(dialect=sqlite.dialect()))
    assert "ON CONFLICT DO NOTHING" in str(made["postgresql"].compile(dialect=postgresql.dialect()))


def test_an_address_of_postgresql_gets_the_driver_that_is_shipped() -> None:
    """stack.md section 1: psycopg 3, whatever the address calls the engine."""
    for scheme in ("postgresql", "postgresql+psycopg"):
        assert db.address(f"{scheme}://host/assess").drivername == "postgresql+psycopg"
    assert db.address("sqlite:///a.db").drivername == "sqlite"


def test_the_sealed_tables_have_no_sequence_default_or_reference_on_postgresql() -> None:
    """A-02: what PostgreSQL would add by itself."""
    for name in tables.A02:
        ddl = str(CreateTable(db.Base.metadata.tables[name]).compile(dialect=postgresql.dialect()))
        assert not any(word in ddl for word in ("SERIAL", "DEFAULT", "REFERENCES", "IDENTITY", "TIME", "DATE"))


def test_a_database_in_memory_has_the_same_settings() -> None:
    engine = db.engine("sqlite://")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
    engine.dispose()


def test_the_shipped_instrument_registers_its_families_and_margins() -> None:
    """I-12, S-23: headline alignment, trust, friction; the mirror apart; the rest exploratory."""
    instrument = load.shipped("sales-marketing")
    wave = tables.Wave(
        wave_id=b"\xa0" * 16,
        instrument=instrument.id,
        instrument_version=instrument.version,
        form="core",
        zone="America/Toronto",
        opens_at=datetime(2026, 1, 12, tzinfo=UTC),
        closes_at=datetime(2026, 1, 23, tzinfo=UTC),
        key_mode="service",
        floor_scale=5,
        floor_item=10,
        floor_comments=10,
    )
    told = prereg.document(wave, instrument)
    assert set(told["families"]["headline"]) == {"scale.ALN", "scale.TRU", "scale.FRI"}
    assert "mirror.AL1" in told["families"]["mirror"]
    assert "mirror_scale.MIR" in told["families"]["mirror"]
    assert told["margins"]["mirror_scale.MIR"] == "10.0"
    assert told["margins"]["item.AL1"] == "12.5"
    assert not any(shell.startswith("composite.") for family in told["families"].values() for shell in family)
    assert told["text_hashes"]["en"]["AL1"].startswith("2a508ee848f62f50")
    assert told["text_hashes"]["fr-CA"]["AL1"].startswith("6bbc90668bd37723")


@pytest.mark.parametrize("form", ["core", "pulse"])
def test_the_shipped_forms_fit_into_their_ballots(form: str) -> None:
    """A-05."""
    instrument = load.shipped("sales-marketing")
    assert not ballots.too_large(instrument, form, form_hash="f" * 64)


def test_a_comment_of_spaces_is_no_comment_and_newlines_are_one_character() -> None:
    """A-05, M10: as long as the page counts it."""
    instrument = load.shipped("sales-marketing")
    question = instrument.open("core")[0]
    made = ballots.checked({"AL1": 1}, {question: " \r\n "}, instrument=instrument, form="core")
    assert made.comments == {}
    exact = "a\r\n" * 750
    kept = ballots.checked({"AL1": 1}, {question: exact}, instrument=instrument, form="core").comments[question]
    assert kept == "a\n" * 750
    with pytest.raises(BallotFault, match=r"Comment 1 has 1,501 characters; the limit is 1,500\."):
        ballots.checked({"AL1": 1}, {question: exact + "b"}, instrument=instrument, form="core")


def test_padding_is_read_only_as_it_was_written() -> None:
    """A-05."""
    plain = ballots.padded({"é": 1}, 64)
    assert ballots.unpadded(plain, 64) == {"é": 1}
    for spoiled in (plain[:-1], plain + b"\0", plain[:-1] + b"\1", b"\0\0\0\x3d" + plain[4:], b"\0\0\0\0" + bytes(60)):
        with pytest.raises(Unreadable):
            ballots.unpadded(spoiled, 64)
    with pytest.raises(ValueError, match="do not fit"):
        ballots.padded("x" * 60, 64)
