"""The schema: A-02's tables, the data dictionary, migrations up and down, the connection's settings (stack.md 2)."""

from __future__ import annotations

import importlib
import pkgutil
import stat
from pathlib import Path

import db_catalogue
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from db_house import House
from sqlalchemy import inspect, text

import assess.surveys
from assess.surveys import db, tables

DICTIONARY = Path(__file__).parents[2] / "docs" / "data-dictionary.csv"


def test_the_sealed_tables_have_exactly_their_columns_and_nothing_that_tells_when_or_who(built: House) -> None:
    """A-02, A-19."""
    assert set(db_catalogue.A02) == set(tables.A02)
    assert db_catalogue.faults(built.engine) == []


ANYWHERE = [
    ("ALTER TABLE box ADD COLUMN dropped_at TIMESTAMP", "box.dropped_at holds a time"),
    ("ALTER TABLE spent ADD COLUMN used_on VARCHAR", "spent.used_on tells when or who"),
    ("ALTER TABLE stat_row ADD COLUMN person_id INTEGER", "stat_row.person_id tells when or who"),
    ("ALTER TABLE envelope ADD COLUMN opened INTEGER", "envelope.opened is not in the specification"),
    ("ALTER TABLE roster ADD COLUMN answered BOOLEAN", "roster.answered is not in the specification"),
    ("ALTER TABLE count_record DROP COLUMN root", "count_record.root is missing"),
    ("ALTER TABLE receipt ADD COLUMN n INTEGER DEFAULT 0", "receipt.n has a default"),
]
ON_SQLITE = [
    ("ALTER TABLE box ADD COLUMN p BLOB REFERENCES roster (person_id)", "box points at roster"),
    ("CREATE TRIGGER late AFTER INSERT ON box BEGIN SELECT 1; END", "trigger late on box"),
    (
        "DROP TABLE spent; CREATE TABLE spent (code_hash BLOB PRIMARY KEY, wave_id BLOB)",
        "spent keeps the order of arrival in a rowid",
    ),
    (
        "DROP TABLE spent; CREATE TABLE spent (code_hash BLOB, wave_id TEXT PRIMARY KEY) WITHOUT ROWID",
        "spent has another key",
    ),
    (
        "DROP TABLE spent; CREATE TABLE spent (code_hash BLOB PRIMARY KEY, wave_id TEXT) WITHOUT ROWID",
        "spent.wave_id is TEXT",
    ),
]
ON_POSTGRESQL = [
    ("ALTER TABLE box ADD COLUMN p BYTEA REFERENCES roster (person_id)", "box points at roster"),
    (
        (
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
            "CREATE TRIGGER late AFTER INSERT ON box FOR EACH ROW EXECUTE FUNCTION f()"
        ),
        "trigger late on box",
    ),
    ("CREATE RULE late AS ON INSERT TO box DO ALSO NOTHING", "rule late on box"),
    ("ALTER TABLE spent ADD COLUMN n SERIAL", "sequence spent_n_seq on spent"),
    ("ALTER TABLE spent ADD COLUMN n INTEGER GENERATED ALWAYS AS IDENTITY", "sequence spent_n_seq on spent"),
    ("CREATE INDEX late ON box USING brin (wave_id)", "index late on box"),
    ("ALTER TABLE box ADD COLUMN n INTEGER GENERATED ALWAYS AS (drops + 1) STORED", "generated column n on box"),
    ("CREATE STATISTICS late ON wave_id, drops FROM box", "statistics late on box"),
    (
        # A policy reads the column, which cannot be altered under it.
        "DROP POLICY tenant ON spent; ALTER TABLE spent ALTER COLUMN wave_id TYPE TEXT USING 'x'",
        "spent.wave_id is TEXT",
    ),
    ("ALTER TABLE spent DROP CONSTRAINT pk_spent", "spent has another key"),
    ("CREATE TABLE more () INHERITS (box)", "inheritance more on box"),
    (
        (
            "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; "
            "CREATE EVENT TRIGGER late ON ddl_command_end EXECUTE FUNCTION f()"
        ),
        "event trigger late",
    ),
]


@pytest.mark.parametrize(("planted", "caught"), ANYWHERE)
def test_a_planted_weakness_is_caught(built: House, planted: str, caught: str) -> None:
    """T4, T9: the checker above is no decoration."""
    plant(built, planted)
    assert caught in db_catalogue.faults(built.engine)


@pytest.mark.parametrize(("planted", "caught"), ON_SQLITE)
def test_a_weakness_that_only_sqlite_can_have_is_caught(sqlite: House, planted: str, caught: str) -> None:
    """T4: a rowid is an order of arrival."""
    plant(sqlite, planted)
    assert caught in db_catalogue.faults(sqlite.engine)


@pytest.mark.parametrize(("planted", "caught"), ON_POSTGRESQL)
def test_a_weakness_that_only_postgresql_can_have_is_caught(postgresql: House, planted: str, caught: str) -> None:
    """T4, A-02: no default, trigger, sequence."""
    plant(postgresql, planted)
    assert caught in db_catalogue.faults(postgresql.engine)


def plant(house: House, planted: str) -> None:
    """Run what plants a weakness: PostgreSQL takes statements together, SQLite one by one."""
    whole = house.engine.dialect.name == "postgresql" or planted.startswith("CREATE TRIGGER")
    with house.engine.begin() as connection:
        for statement in [planted] if whole else planted.split("; "):
            connection.exec_driver_sql(statement)


def test_every_column_is_in_the_data_dictionary(built: House) -> None:
    """A-19: an undocumented column fails."""
    assert db_catalogue.undocumented(built.engine, DICTIONARY) == []


def test_an_undocumented_column_and_a_half_documented_one_are_caught(built: House, tmp_path: Path) -> None:
    """A-19."""
    with built.engine.begin() as connection:
        connection.execute(text("ALTER TABLE client ADD COLUMN mood VARCHAR"))
    copy = tmp_path / "dictionary.csv"
    copy.write_text(
        DICTIONARY.read_text("utf-8").replace("client,name,name of the company,no,", "client,name,,no,")
        + "client,colour,what,no,kept\nclient,zone,what,no,kept\n"
    )
    assert db_catalogue.undocumented(built.engine, copy) == [
        "('client', 'zone') is there twice",
        "client.colour does not exist",
        "client.mood is not documented",
        "client.name is half documented",
    ]


def test_models_and_migrations_agree(built: House) -> None:
    """stack.md section 1: nothing to migrate after the last revision."""
    for module in pkgutil.iter_modules(assess.surveys.__path__):
        importlib.import_module(f"assess.surveys.{module.name}")
    with built.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, db.Base.metadata) == []
        connection.execute(text("ALTER TABLE client ADD COLUMN mood VARCHAR"))
        assert [change[0] for change in compare_metadata(context, db.Base.metadata)] == ["remove_column"]


@pytest.mark.parametrize("loaded", [False, True])
def test_migrations_go_down_to_nothing_and_up_again(built: House, loaded: bool) -> None:
    """stack.md section 1: from empty and from loaded data."""
    if loaded:
        wave = built.opened()
        built.fill(wave, sales=5, marketing=5)
        built.close()
        built.count(wave)
        built.drafted()
    url = built.url
    assert not db.behind(url)
    with built.engine.begin() as connection:
        command.downgrade(db.configuration(connection), "base")
    assert inspect(built.engine).get_table_names() == ["alembic_version"]
    assert db.behind(url)
    db.upgrade(url)
    assert not db.behind(url)
    assert db_catalogue.faults(built.engine) == []


def test_a_database_that_is_not_there_is_behind_and_is_not_made_by_asking(tmp_path: Path) -> None:
    file = tmp_path / "sub" / "assess.db"
    assert db.behind(f"sqlite:///{file}")
    assert not file.parent.exists()


def test_upgrading_twice_is_harmless_and_keeps_what_is_there(built: House) -> None:
    built.drafted()
    db.upgrade(built.url)
    with built.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM wave")).scalar() == 1


def test_connections_lose_nothing_and_leave_nothing(sqlite: House) -> None:
    """A-02, stack.md section 2: WAL, synchronous FULL, foreign keys, secure_delete, temp_store in memory, patience."""
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "temp_store": 2,
        "busy_timeout": 30_000,
    }
    with sqlite.engine.connect() as connection:
        assert {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in wanted} == wanted


def test_the_database_and_its_log_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'assess.db'}"
    db.upgrade(url)
    engine = db.engine(url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM client"))
        files = list((tmp_path / "new").iterdir())
        assert {path.name for path in files} >= {"assess.db", "assess.db-wal"}
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    engine.dispose()
