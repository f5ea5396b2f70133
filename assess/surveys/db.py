"""The database: declarative base, engine, sessions, migrations, and the clock on which all hosts agree (A-06).

Belongs here: what is true of every table and every connection. Does not: any table (`tables`, `staff`).
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlalchemy import URL, DateTime, Dialect, Engine, MetaData, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from assess.surveys import lines
from assess.surveys.lines import Line

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

MIGRATIONS: Final = Path(__file__).resolve().parent / "migrations"
BUSY_SECONDS: Final = 30
LOSING_ROWS: Final = ("envelope", "spent", "box", "stat_row", "comment_row", "roster")
"""Tables whose rows are deleted while the wave lives on; on PostgreSQL a deleted row lies there until a rewrite."""
_READING: Final = "assess_reading"
_PRAGMAS: Final = (
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
)


class Base(DeclarativeBase):
    """Every table of the application; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database on every engine; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC, without a zone where the engine stores none."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no zone; an instant is needed")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - its interface
        """Return the instant, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Clock(Protocol):
    """Tells the time of a decision; always asked with the session, or line, in which the decision is written."""

    def now(self, session: Session | Line) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class DatabaseClock:
    """The database's own clock, so that all hosts agree on when a wave closes (A-06)."""

    def now(self, session: Session | Line) -> datetime:
        """Return the database's present instant."""
        line = session if isinstance(session, Line) else lines.of(session)
        if line.sqlite:
            told = line.told("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")
            return datetime.fromisoformat(told).replace(tzinfo=UTC)
        moment: datetime = line.told("SELECT clock_timestamp()")
        return moment.astimezone(UTC)


class SetClock:
    """A clock that stands where it is set: the demo's quarters, the tests' closings."""

    def __init__(self, moment: datetime) -> None:
        self.set(moment)

    def set(self, moment: datetime) -> None:
        """Move the clock to an aware instant."""
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no zone; an instant is needed")
        self.moment = moment.astimezone(UTC)

    def now(self, session: Session | Line) -> datetime:  # noqa: ARG002 - its interface
        """Return the instant that was set."""
        return self.moment


def engine(url: str) -> Engine:
    """Return an engine whose SQLite connections lose no acknowledged ballot and leave no deleted byte behind.

    SQLite transactions are explicit: `BEGIN IMMEDIATE`, or a plain `BEGIN` for sessions made by `readers`.
    """
    at = address(url)
    on_sqlite = at.get_backend_name() == "sqlite"
    # A server that was started again broke every connection that waits: each is asked before it is lent, so that nobody
    # who answers is told of it.
    made = create_engine(at, pool_pre_ping=not on_sqlite)
    if on_sqlite:
        file = made.url.database
        if file and file != ":memory:":
            _private(Path(file))
        event.listen(made, "connect", _prepare)
        event.listen(made, "begin", _begin)
    return made


def address(url: str) -> URL:
    """Return an address with the driver that we ship for its engine."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg") if parsed.get_backend_name() == "postgresql" else parsed


def sessions(engine: Engine) -> sessionmaker[Session]:
    """Return the maker of sessions that may write; each transaction takes SQLite's write lock at its start."""
    return sessionmaker(engine, expire_on_commit=False)


def readers(engine: Engine) -> sessionmaker[Session]:
    """Return the maker of sessions that only read and never wait for a writer."""
    return sessionmaker(engine.execution_options(**{_READING: True}), expire_on_commit=False)


def upsert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return the engine's own INSERT, the one that knows ON CONFLICT."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def compact(engine: Engine) -> None:
    """Rewrite what held deleted rows, so that they are gone from the database's files (A-08).

    SQLite: the file without its free pages, and an empty write-ahead log. PostgreSQL: the tables that lose rows,
    without their dead versions; its write-ahead log goes when the server recycles it.
    """
    raw = engine.raw_connection()
    try:
        kept = _rewritten_file(raw) if engine.dialect.name == "sqlite" else _rewritten_tables(raw)
    finally:
        raw.close()
    if kept:
        raise TimeoutError(f"{kept}; the step is tried again")


def _rewritten_file(raw: Any) -> str | None:
    cursor = raw.cursor()
    cursor.execute("VACUUM")
    busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    cursor.close()
    return "another connection kept the write-ahead log in use" if busy else None


def _rewritten_tables(raw: Any) -> str | None:
    """Rewrite tables one by one; the server itself says how many dead versions somebody's old look still held back.

    A login without the right is not refused: the server warns and goes on to the next table, which would leave every
    ballot where it lay.
    """
    driver = raw.driver_connection
    held: list[int] = []

    def hear(notice: Any) -> None:
        if found := re.match(r"\D*(\d+)", notice.message_detail or ""):
            held.append(int(found[1]))

    driver.rollback()
    driver.autocommit = True
    driver.add_notice_handler(hear)
    try:
        for table in LOSING_ROWS:
            told = len(held)
            driver.execute(f"VACUUM (FULL, VERBOSE) {table}")
            if len(held) == told:
                raise PermissionError(
                    f"{table} was not rewritten, so deleted rows lie in its file: let the login that counts be a "
                    f"member of assess_count, and that role have MAINTAIN on {table}"
                )
    finally:
        driver.remove_notice_handler(hear)
        driver.autocommit = False
    return "another transaction kept deleted rows in sight" if any(held) else None


def upgrade(url: str) -> None:
    """Bring the database to the newest revision."""
    from alembic import command

    made = engine(url)
    try:
        with made.begin() as connection:
            command.upgrade(configuration(connection), "head")
    finally:
        made.dispose()


def behind(url: str) -> bool:
    """Return whether the database lacks a revision that this version of the code needs."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    file = database_file(url)
    if file is not None and not file.exists():
        return True
    made = engine(url)
    try:
        with made.connect() as connection:
            present = set(MigrationContext.configure(connection).get_current_heads())
            return present != set(ScriptDirectory.from_config(configuration(connection)).get_heads())
    finally:
        made.dispose()


def configuration(connection: Connection) -> Config:
    """Return Alembic's configuration for one connection; there is no alembic.ini to find or to leave behind."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def database_file(url: str) -> Path | None:
    """Return the file of a SQLite URL, None for every other engine."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        return None
    return Path(parsed.database)


def _private(file: Path) -> None:
    """Make the database file, and its folder, readable by its owner only before SQLite makes them otherwise."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare(connection: Any, _record: Any) -> None:
    # The driver's own transaction control commits behind SQLAlchemy's back; `_begin` replaces it.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
