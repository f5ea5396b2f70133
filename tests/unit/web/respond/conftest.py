"""Fixtures of the respondent application: a wave is prepared once and copied for each test."""

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
def prepared_pulse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pulse")
    prepare(folder, "pulse")
    return folder


@pytest.fixture
def house(prepared_core: Path, tmp_path: Path) -> Iterator[House]:
    with opened(prepared_core, tmp_path) as made:
        yield made


@pytest.fixture
def pulse(prepared_pulse: Path, tmp_path: Path) -> Iterator[House]:
    with opened(prepared_pulse, tmp_path) as made:
        yield made
