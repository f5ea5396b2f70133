"""Connections that tests must give back: those to PostgreSQL, and the engines of what never gives any back itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, Pool, event

from assess.surveys import db


@contextmanager
def connections() -> Iterator[list[psycopg.Connection[Any]]]:
    """Note every connection that a pool makes to PostgreSQL meanwhile."""
    made: list[psycopg.Connection[Any]] = []

    def note(connection: object, _: object) -> None:
        if isinstance(connection, psycopg.Connection):
            made.append(connection)

    event.listen(Pool, "connect", note)
    try:
        yield made
    finally:
        event.remove(Pool, "connect", note)


@contextmanager
def engines() -> Iterator[list[Engine]]:
    """Note the engines that are made meanwhile: an application gives none back, because its process ends."""
    made: list[Engine] = []
    real = db.engine

    def note(url: str) -> Engine:
        made.append(real(url))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "engine", note)
        yield made


@contextmanager
def given_back() -> Iterator[None]:
    """Dispose afterwards of the engines that are made meanwhile."""
    with engines() as made:
        try:
            yield
        finally:
            for engine in made:
                engine.dispose()


@contextmanager
def none_left() -> Iterator[None]:
    """Fail for a connection that is left open, here, and not in whichever test the sweep comes by."""
    with connections() as made:
        yield
    left = [connection for connection in made if not connection.closed]
    assert left == [], "dispose of the engines of these"
