"""Fixtures of the browser tests: Debian's Chromium, and a served wave for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_house import CHROMIUM, Served, prepare, serving
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    prepare(folder)
    return folder


@pytest.fixture
def served(prepared: Path, tmp_path: Path) -> Iterator[Served]:
    with serving(prepared, tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def prepared_pulse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared-pulse")
    prepare(folder, "pulse")
    return folder


@pytest.fixture
def served_pulse(prepared_pulse: Path, tmp_path: Path) -> Iterator[Served]:
    with serving(prepared_pulse, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
