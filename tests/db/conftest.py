"""Fixtures of the database tests: a house on a real SQLite file, and one on a real PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from db_house import House
from db_lent import ENGINES, lent


@pytest.fixture(params=ENGINES)
def built(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A house on each engine; a test of one engine alone asks for `sqlite` or `postgresql`."""
    with lent(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[House]:
    with lent("sqlite", tmp_path) as made:
        yield made


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[House]:
    with lent("postgresql", tmp_path) as made:
        yield made
