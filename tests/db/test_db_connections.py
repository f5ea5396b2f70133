"""A connection that a test leaves open is told where it was opened."""

from __future__ import annotations

import db_connections
import pytest
from db_house import House

from assess.surveys import db


def test_an_engine_that_keeps_a_connection_is_told(postgresql: House) -> None:
    """The planted weakness: a pool that nobody disposes of."""
    with db_connections.engines() as made:
        with pytest.raises(AssertionError, match="dispose of the engines"), db_connections.none_left():
            db.engine(postgresql.url).connect().close()
        made[0].dispose()


def test_an_engine_that_is_disposed_of_is_not(postgresql: House) -> None:
    with db_connections.none_left(), db_connections.given_back():
        db.engine(postgresql.url).connect().close()
