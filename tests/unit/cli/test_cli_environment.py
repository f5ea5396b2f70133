"""Faults of the environment are one line and exit code 5, never a traceback (U-110)."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy.exc import IntegrityError

from assess.cli import main
from assess.settings import Settings
from assess.surveys import db as database


def test_a_database_that_was_never_made_says_what_to_run(tmp_path: Path) -> None:
    result = CliRunner(env={"ASSESS_HOME": str(tmp_path)}).invoke(main, ["due"])
    assert result.exit_code == 5
    assert result.output == "Error: the database is behind: run `assess db upgrade`\n"


def test_a_file_that_is_no_database_is_said_in_words(tmp_path: Path) -> None:
    """U-110: migrating it would mend nothing."""
    (tmp_path / "assess.db").write_bytes(b"not a database" * 100)
    env = {"ASSESS_HOME": str(tmp_path)}
    for command in (["due"], ["db", "upgrade"], ["audit", "head"]):
        result = CliRunner(env=env).invoke(main, command)
        assert result.exit_code == 5
        assert result.output == "Error: the database cannot be used: file is not a database\n"
    found = CliRunner(env=env).invoke(main, ["doctor"])
    assert found.exit_code == 5
    assert "FAIL database SQLite: cannot be used: file is not a database" in found.output


def test_a_defect_of_the_program_is_not_blamed_on_the_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """U-110: a row that breaks a rule is no fault of the environment and keeps its traceback."""
    broken = IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed"))

    def fail(*_: object) -> None:
        raise broken

    monkeypatch.setattr(database, "upgrade", fail)
    result = CliRunner(env={"ASSESS_HOME": str(tmp_path)}).invoke(main, ["db", "upgrade"])
    assert result.exception is broken


def test_doctor_warns_while_papers_carry_nobodys_name(tmp_path: Path) -> None:
    """U-110, A-09: the witness's sheet and the pre-registration name the operator, and an opening fixes it."""
    env = {"ASSESS_HOME": str(tmp_path)}
    told = "warn operator assess: is nobody's name. Set ASSESS_OPERATOR to the name of your firm"
    assert told in CliRunner(env=env).invoke(main, ["doctor"]).output
    found = CliRunner(env={**env, "ASSESS_OPERATOR": "Larch & Vale"}).invoke(main, ["doctor"])
    assert "ok   operator Larch & Vale\n" in found.output


def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    result = CliRunner(env={"ASSESS_HOME": str(tmp_path), "ASSESS_PORT": "none"}).invoke(main, ["due"])
    assert result.exit_code == 5
    assert "ASSESS_PORT" in result.output


@pytest.mark.parametrize("given", ["postgres://robin:hush@db/assess", "=assess", "postgresql://robin:hush@db:hush/a"])
@pytest.mark.parametrize("command", [("due",), ("doctor",), ("db", "upgrade"), ("audit", "head")], ids=" ".join)
def test_an_address_that_is_none_is_said_in_words(command: tuple[str, ...], given: str, tmp_path: Path) -> None:
    """U-110: one line, exit code 5, and neither the address nor its password."""
    env = {"ASSESS_HOME": str(tmp_path), "ASSESS_DATABASE_URL": given}
    result = CliRunner(env=env).invoke(main, list(command))
    assert result.exit_code == 5
    told = "settings: ASSESS_DATABASE_URL: the address must begin with postgresql:// or sqlite:/// and be whole"
    assert result.output == f"Error: {told}\n"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file", encoding="utf-8")
    result = CliRunner(env={"ASSESS_HOME": str(tmp_path / "var")}).invoke(main, ["db", "upgrade"])
    assert result.exit_code == 5
    assert "var" in result.output


def test_a_changed_record_is_refused_in_words(tmp_path: Path) -> None:
    record = tmp_path / "report.json"
    for text, said in (("{", "not a facts file"), ("[]", "cannot read"), ('{"facts_version":"1.0"}', "not the facts")):
        record.write_text(text, encoding="utf-8")
        result = CliRunner().invoke(main, ["report", "render", str(record), "--out", str(tmp_path / "a.pdf")])
        assert result.exit_code == 3
        assert said in result.output


@pytest.mark.parametrize(
    ("given", "address"),
    [({"port": 8311}, "http://127.0.0.1:8311"), ({"public_url": "https://r.example.org/"}, "https://r.example.org")],
)
def test_cards_carry_the_address_that_is_served(given: dict[str, object], address: str) -> None:
    assert Settings(**given).address == address  # type: ignore[arg-type]


def test_doctor_says_that_an_address_of_this_machine_reaches_nobody(tmp_path: Path) -> None:
    result = CliRunner(env={"ASSESS_HOME": str(tmp_path)}).invoke(main, ["doctor"])
    assert "warn address http://127.0.0.1:8000: is this machine's own" in result.output
    assert result.exit_code == 0


def test_doctor_fails_where_a_link_does_not_fit_on_a_card(tmp_path: Path) -> None:
    """U-47, U-84: 60 characters, said before a wave is opened."""
    fits = "https://" + "r" * 29
    for address, failed in ((fits, False), (fits + "r", True)):
        env = {"ASSESS_HOME": str(tmp_path), "ASSESS_PUBLIC_URL": address}
        result = CliRunner(env=env).invoke(main, ["doctor"])
        assert ("FAIL link on cards: would have 61 characters; 60 fit" in result.output) is failed
        assert (result.exit_code != 0) is failed
