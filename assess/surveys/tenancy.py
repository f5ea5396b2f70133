"""Tenancy: which clients a session may see, told to PostgreSQL per transaction and guarded once more here (A-27).

Three nets, each enough by itself: the query that looks a client up (`staff`), the guard on every ORM statement (here;
the only one besides on SQLite), row-level security (revision 0004; on PostgreSQL only). Raw SQL and Core statements
pass the guard: only row-level security stops those. Belongs here: scopes, the guard, the settings of a transaction.
Does not: who may see which client (`staff`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    TextClause,
    bindparam,
    event,
    false,
    func,
    select,
    text,
    true,
)
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker, with_loader_criteria
from sqlalchemy.orm.session import SessionTransaction

from assess.surveys.db import Base
from assess.surveys.lines import Line, Statement
from assess.surveys.tables import Wave

SCOPE: Final = "assess_scope"
_EVERY: Final = "*"
_LISTED: Final = frozenset(
    {"client", "wave", "roster", "roster_print", "participation", "count_record", "comment_row", "comment_decision"}
)
"""Tables that may be listed over all clients, as in revision 0004: names and states, and what is due."""


_HELD: Final = Statement(
    lambda _: select(
        *(func.set_config(f"app.{name}", bindparam(name), true()).label(name) for name in ("code_hash", "ballot_id"))
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a session may see: nothing unless said. `every`: a list over all clients. `account`: whose clients."""

    clients: frozenset[bytes] = frozenset()
    every: bool = False
    account: int | None = None

    @property
    def tenant(self) -> str:
        """The scope as PostgreSQL's policies read it."""
        return _EVERY if self.every else ",".join(sorted(client.hex() for client in self.clients))


NOBODY: Final = Scope()
EVERYBODY: Final = Scope(every=True)


def guarded(engine: Engine, scope: Scope = NOBODY) -> sessionmaker[Session]:
    """Return the maker of sessions that see what a scope allows."""
    made = sessionmaker(engine, expire_on_commit=False, info={SCOPE: scope})
    event.listen(made, "after_begin", _tell)
    event.listen(made, "do_orm_execute", _guard)
    return made


def of_clients(sessions: sessionmaker[Session], clients: Iterable[bytes]) -> sessionmaker[Session]:
    """Return the maker of the same sessions, for these clients alone."""
    return guarded(sessions.kw["bind"], Scope(clients=frozenset(clients)))


def of_wave(sessions: sessionmaker[Session], wave_id: bytes) -> sessionmaker[Session]:
    """Return the maker of the same sessions, for the client of a wave alone; a wave that is not there has no client."""
    with guarded(sessions.kw["bind"], EVERYBODY)() as session:
        client_id = session.scalar(select(Wave.client_id).where(Wave.wave_id == wave_id))
    return of_clients(sessions, [] if client_id is None else [client_id])


def scope_of(session: Session) -> Scope | None:
    """Return the scope of a session, None for one that nobody guards: the owner's, and tests' own eyes."""
    return cast("Scope | None", session.info.get(SCOPE))


def enter(session: Session, scope: Scope) -> None:
    """Give a guarded session another scope, from now on and for its later transactions."""
    session.info[SCOPE] = scope
    if session.in_transaction():
        _settings(session.connection(), scope)


def admit(session: Session, client_id: bytes) -> None:
    """Let a guarded session also see a client, such as one that it is about to add."""
    scope = scope_of(session)
    if scope is not None:
        enter(session, replace(scope, clients=scope.clients | {client_id}))


@contextmanager
def listing(session: Session) -> Iterator[None]:
    """Let a guarded session list the names and states of all clients while it lasts, and nothing else of them."""
    before = scope_of(session)
    if before is None:
        yield
        return
    enter(session, replace(before, every=True))
    try:
        yield
    finally:
        enter(session, before)


def hold(line: Line, *, code_hash: bytes, ballot_id: bytes) -> None:
    """Tell PostgreSQL in this transaction which one envelope and ballot the holder of a code may see (A-27)."""
    if not line.sqlite:
        _HELD.run(line, code_hash=code_hash.hex(), ballot_id=ballot_id.hex())


def show(session: Session, wave_id: bytes) -> None:
    """Tell PostgreSQL in this transaction which one wave a respondent's page shows (A-27)."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        _told(connection, wave=wave_id.hex())


def _tell(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    _settings(connection, session.info[SCOPE])


def _settings(connection: Connection, scope: Scope) -> None:
    if connection.dialect.name == "postgresql":
        _told(connection, tenant=scope.tenant, account="" if scope.account is None else str(scope.account))


def _told(connection: Connection, **values: str) -> None:
    """Set values that end with the transaction, whichever connection serves the next one."""
    connection.execute(_setting(tuple(values)), values)


@lru_cache
def _setting(names: tuple[str, ...]) -> TextClause:
    return text("SELECT " + ", ".join(f"set_config('app.{name}', :{name}, true)" for name in names))


def _guard(state: ORMExecuteState) -> None:
    if state.is_select or state.is_update or state.is_delete:
        state.statement = state.statement.options(*_criteria(state.session.info[SCOPE]))


@lru_cache(maxsize=256)
def _criteria(scope: Scope) -> tuple[Any, ...]:
    """Return what is added to every statement of a scope: one condition a table of a client."""
    return tuple(
        with_loader_criteria(mapper.class_, found, include_aliases=True)
        for mapper in Base.registry.mappers
        if (found := _condition(mapper.local_table, scope)) is not None
    )


def _condition(table: Any, scope: Scope) -> ColumnElement[bool] | None:
    """Return what a row must be for a scope to see it; None for a table that no client has a part in."""
    clients = sorted(scope.clients)
    if scope.every and table.name in _LISTED:
        return None
    if "client_id" in table.c:
        return cast("ColumnElement[bool]", table.c.client_id.in_(clients) if clients else false())
    if "wave_id" in table.c:
        wave = Wave.__table__
        own = select(wave.c.wave_id).where(wave.c.client_id.in_(clients))
        return cast("ColumnElement[bool]", table.c.wave_id.in_(own) if clients else false())
    return None
