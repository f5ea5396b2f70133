"""Inventory of the settings: a new one is a decision, and a bad value is refused by its name (design.md 4)."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from assess.settings import Settings

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"


def test_the_settings_are_exactly_these() -> None:
    assert sorted(Settings.model_fields) == [
        "backup_set",
        "database_url",
        "database_url_count",
        "database_url_owner",
        "database_url_respond",
        "home",
        "host",
        "insecure_cookies",
        "key_folder",
        "key_mirror",
        "log_level",
        "operator",
        "own_server",
        "port",
        "proxies",
        "public_url",
        "respond_posts_per_minute",
        "secret_key",
    ]


@pytest.mark.parametrize("name", ["ASSESS_PROXIES", "ASSESS_RESPOND_POSTS_PER_MINUTE", "ASSESS_DATABASE_URL_RESPOND"])
def test_what_the_host_of_the_questionnaire_needs_is_in_the_manual(name: str) -> None:
    """A-29."""
    assert f"`{name}`" in OPERATING.read_text(encoding="utf-8")


def test_the_limits_of_a_network_are_those_of_the_rule() -> None:
    """A-29: 600 posts a minute, and no proxy is trusted unless somebody says so."""
    assert (Settings().respond_posts_per_minute, Settings().proxies) == (600, 0)


@pytest.mark.parametrize(("name", "value"), [("proxies", -1), ("proxies", 9), ("respond_posts_per_minute", 0)])
def test_a_limit_that_cannot_be_is_refused(name: str, value: int) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings(**{name: value})  # type: ignore[arg-type]
