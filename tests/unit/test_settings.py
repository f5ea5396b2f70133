"""Inventory of the settings: a new one is a decision, and a bad value is refused by its name (design.md 4)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from assess.settings import DatabaseRole, Settings
from assess.surveys.keys import ClientFile, KeyName, ShareFile

README = Path(__file__).parents[2] / "README.md"
OPERATING = README.parent / "docs" / "operating.md"


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


def test_every_setting_is_in_the_manual_and_the_manual_names_no_other() -> None:
    """U-110, A-29: an operator sets what the manual names; a name that is none would be passed over in silence."""
    named = set(re.findall(r"ASSESS_[A-Z_]+", OPERATING.read_text(encoding="utf-8")))
    assert named == {f"ASSESS_{name.upper()}" for name in Settings.model_fields}


def test_what_to_set_before_the_first_wave_stands_in_the_readme_and_at_the_head_of_the_manual() -> None:
    """U-110, A-09: the name of the firm is fixed by an opening, so a reader meets it before that."""
    assert "ASSESS_OPERATOR" in README.read_text(encoding="utf-8").split("make serve")[0]
    table = OPERATING.read_text(encoding="utf-8").split("\n## ")[1]
    assert table.startswith("Set these before the first wave\n")
    decided = ("OPERATOR", "PUBLIC_URL", "KEY_FOLDER", "KEY_MIRROR", "BACKUP_SET", "HOST", "PORT", "SECRET_KEY")
    for name in (*decided, "LOG_LEVEL", "INSECURE_COOKIES"):
        assert f"`ASSESS_{name}`" in table


def test_every_file_of_the_key_folder_is_in_the_manual() -> None:
    """A-03, A-13: whoever guards the folder knows what lies in it, the client's own key too."""
    manual = OPERATING.read_text(encoding="utf-8")
    for file in (*KeyName, *ShareFile, *ClientFile):
        assert f"`{file}`" in manual, file


def test_the_readme_makes_the_environment_before_it_uses_it() -> None:
    """U-110: on a fresh copy of the sources there is no `.venv`."""
    for part in README.read_text(encoding="utf-8").split("\n## "):
        if ".venv/bin/" in part:
            assert part.index("make .venv/.stamp") < part.index(".venv/bin/"), part


def test_the_limits_of_a_network_are_those_of_the_rule() -> None:
    """A-29: 600 posts a minute, and no proxy is trusted unless somebody says so."""
    assert (Settings().respond_posts_per_minute, Settings().proxies) == (600, 0)


@pytest.mark.parametrize(("name", "value"), [("proxies", -1), ("proxies", 9), ("respond_posts_per_minute", 0)])
def test_a_limit_that_cannot_be_is_refused(name: str, value: int) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["database_url", *(f"database_url_{role}" for role in ("owner", "respond", "count"))])
@pytest.mark.parametrize(
    "given",
    [
        "postgres://robin:hush-hush@db/assess",
        "mysql://robin:hush-hush@db/assess",
        "sqlite+other:///assess.db",
        "=assess",
        "postgresql://robin:hush@db:hush-hush/assess",
    ],
)
def test_an_address_of_no_engine_of_ours_is_refused_and_never_repeated(name: str, given: str) -> None:
    """U-110, A-23: whatever prints the fault, a traceback too, prints no password."""
    with pytest.raises(ValidationError, match="must begin with postgresql:// or sqlite:///") as refused:
        Settings(**{name: given})  # type: ignore[arg-type]
    assert name in str(refused.value)
    assert "hush" not in str(refused.value)
    assert "assess.db" not in str(refused.value)


@pytest.mark.parametrize("given", ["postgresql://db/a", "postgresql+psycopg://db/a", "sqlite:////var/a.db"])
def test_an_address_of_our_engines_is_taken_as_it_is(given: str) -> None:
    """U-110."""
    assert Settings(database_url=given).url == given


def test_an_empty_address_is_as_good_as_none() -> None:
    """U-110: a variable that a unit file sets to nothing."""
    assert Settings(database_url="", database_url_count="") == Settings()


def test_the_variable_of_a_role_is_the_one_to_mend() -> None:
    """A-27, U-110."""
    alone = Settings(database_url_respond="postgresql://db/a")
    assert alone.variable_of(DatabaseRole.RESPOND) == "ASSESS_DATABASE_URL_RESPOND"
    assert Settings().variable_of(DatabaseRole.COUNT) == "ASSESS_HOME"
    assert Settings(database_url="sqlite:////a.db").variable_of(DatabaseRole.COUNT) == "ASSESS_DATABASE_URL"
    server = Settings(database_url="postgresql://db/a")
    assert {role: server.variable_of(role) for role in DatabaseRole} == {
        DatabaseRole.OWNER: "ASSESS_DATABASE_URL_OWNER",
        DatabaseRole.APP: "ASSESS_DATABASE_URL",
        DatabaseRole.RESPOND: "ASSESS_DATABASE_URL_RESPOND",
        DatabaseRole.COUNT: "ASSESS_DATABASE_URL_COUNT",
    }
