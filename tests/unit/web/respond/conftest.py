"""Fixtures of the respondent application: a wave is prepared once; a test gets it empty, or a copy of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from respond_house import House, opened, prepare


@pytest.fixture(scope="session")
def prepared_core(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("core")
    prepare(folder)
    return folder


@pytest.fixture(scope="session")
def standing_core(prepared_core: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(prepared_core, tmp_path_factory.mktemp("standing-core")) as made:
        yield made


@pytest.fixture(scope="session")
def standing_pulse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("pulse")
    prepare(folder, "pulse")
    with opened(folder, tmp_path_factory.mktemp("standing-pulse")) as made:
        yield made


@pytest.fixture
def house(standing_core: House) -> House:
    """An open wave of the core form with an empty box."""
    return standing_core.emptied()


@pytest.fixture
def pulse(standing_pulse: House) -> House:
    """An open wave of the pulse form with an empty box."""
    return standing_pulse.emptied()


@pytest.fixture
def own_house(prepared_core: Path, tmp_path: Path) -> Iterator[House]:
    """A copy for a test that changes the wave or the application."""
    with opened(prepared_core, tmp_path) as made:
        yield made
