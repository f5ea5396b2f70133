"""Fixtures of the database tests: every one on a real SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from db_house import House, house


@pytest.fixture
def built(tmp_path: Path) -> Iterator[House]:
    made = house(tmp_path)
    yield made
    made.engine.dispose()
