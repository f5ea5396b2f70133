"""Settings of every test: hypothesis profiles, no environment of the machine it runs on, no connection left open."""

from __future__ import annotations

import os
from collections.abc import Iterator

import db_connections
import pytest
from hypothesis import settings

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=50, deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's ASSESS_* variables never reach a test."""
    for name in [name for name in os.environ if name.startswith("ASSESS_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True, scope="module")
def _every_connection_is_given_back() -> Iterator[None]:
    """Each module answers for what it opened."""
    with db_connections.none_left():
        yield
