"""Plain lines to the database: statements built once and run by the driver itself, for what everybody asks at once.

Belongs here: the look behind every page and the drop run through a line, because building an ORM session and its
statements costs more than the database does. Does not: any statement (its room has it), when a transaction ends (who
took the line says so), and anything that a tenant's guard must see (`tenancy`).
"""

from __future__ import annotations

import threading
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Dialect, Engine, Executable, event
from sqlalchemy.orm import Session

_SQLITE: Final = "sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A cursor of the driver inside somebody's transaction, and what it speaks."""

    cursor: Any
    dialect: Dialect

    @property
    def sqlite(self) -> bool:
        """Return whether this is SQLite, which has one writer and no roles."""
        return self.dialect.name == _SQLITE

    def say(self, words: str) -> None:
        """Run a statement of the engine's own that returns nothing: begin, savepoint, commit."""
        self.cursor.execute(words)

    def told(self, words: str) -> Any:
        """Return the one value that a question of the engine's own is answered with."""
        (row,) = self.cursor.execute(words).fetchall()
        return row[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    text: str
    fixed: Mapping[str, Any]
    row: Callable[..., Any] | None
    """Makes a named row; None for a statement that returns none."""
    read: tuple[tuple[int, Callable[[Any], Any]], ...]
    """By position, what turns a value of the driver into one of ours."""


class Statement:
    """A statement as an engine's driver takes it, compiled at its first run; `built` makes it for a dialect."""

    def __init__(self, built: Callable[[str], Executable]) -> None:
        self._built = built
        self._compiled: dict[str, _Compiled] = {}

    def run(self, line: Line, **values: Any) -> Any:
        """Run the statement and return its only row, None if it has none."""
        compiled = self._compiled.get(line.dialect.name) or self._compile(line.dialect)
        line.cursor.execute(compiled.text, {**compiled.fixed, **values})
        if compiled.row is None:
            return None
        found = line.cursor.fetchall()
        if not found:
            return None
        (row,) = found
        read = list(row)
        for position, turned in compiled.read:
            read[position] = turned(read[position])
        return compiled.row(*read)

    def _compile(self, dialect: Dialect) -> _Compiled:
        built: Any = self._built(dialect.name)
        # Named places on both engines, so that one mapping serves both.
        own: Any = type(dialect)
        made = built.compile(dialect=own(paramstyle="named") if dialect.name == _SQLITE else dialect)
        columns = list(built.exported_columns)
        turns = ((n, column.type.dialect_impl(dialect)) for n, column in enumerate(columns))
        read = ((n, kind.result_processor(dialect, None)) for n, kind in turns)
        compiled = _Compiled(
            text=str(made),
            fixed={name: value for name, value in made.params.items() if value is not None},
            row=namedtuple("Row", [column.name for column in columns]) if columns else None,  # noqa: PYI024 - its columns are known only here
            read=tuple((n, turned) for n, turned in read if turned is not None),
        )
        self._compiled[dialect.name] = compiled
        return compiled


def of(session: Session) -> Line:
    """Return a line inside the transaction of a session."""
    connection = session.connection()
    return Line(cursor=connection.connection.cursor(), dialect=connection.dialect)


@contextmanager
def lent(engine: Engine) -> Iterator[Line]:
    """Lend a line of its own; what is not committed through it when it comes back is undone.

    On SQLite no transaction begins by itself: each statement is one.
    """
    connection = engine.raw_connection()
    try:
        yield Line(cursor=connection.cursor(), dialect=engine.dialect)
    except engine.dialect.loaded_dbapi.Error:
        # What failed on a connection may have broken it.
        connection.invalidate()
        raise
    finally:
        connection.close()


class Readers:
    """Lends each thread of a process the same line for its looks: on SQLite, where a pool costs more than a look.

    Each look is a transaction of its own, so a line that is kept holds nothing back. On PostgreSQL, where what a look
    may see ends with its transaction, it lends one from the pool.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._own = threading.local()
        self._kept: list[Any] = []
        event.listen(engine, "engine_disposed", lambda _: self._close())

    @contextmanager
    def lent(self) -> Iterator[Line]:
        """Lend the line of this thread, for reading; after a fault of the driver it gets another one."""
        if self._engine.dialect.name != _SQLITE:
            with lent(self._engine) as line:
                yield line
            return
        kept: Line | None = getattr(self._own, "line", None)
        if kept is None or self._own.of is not self._kept:
            # Taken out of the pool, which has fewer connections than the server threads.
            connection = self._engine.raw_connection()
            connection.detach()
            self._kept.append(connection)
            kept = self._own.line = Line(cursor=connection.cursor(), dialect=self._engine.dialect)
            self._own.of = self._kept
        try:
            yield kept
        except self._engine.dialect.loaded_dbapi.Error:
            self._own.line = None
            raise

    def _close(self) -> None:
        """Close what was kept when the engine is disposed of."""
        before, self._kept = self._kept, []
        for connection in before:
            connection.close()
