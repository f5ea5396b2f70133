"""`assess audit check` and `assess audit head` (U-101, A-33)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assess.cli import serving
from assess.cli.audit import audit as command
from assess.settings import Settings
from assess.surveys import audit, db
from assess.surveys.audit import Event
from assess.surveys.tables import AuditRow


@pytest.fixture
def home(tmp_path: Path) -> Path:
    db.upgrade(Settings(home=tmp_path).url)
    return tmp_path


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments), env={"ASSESS_HOME": str(home)})


def acts(home: Path, number: int = 2) -> None:
    engine = db.engine(Settings(home=home).url)
    for each in range(number):
        with db.sessions(engine).begin() as session:
            audit.record(session, "operator", Event.STAFF_ADDED, f"account {each}")
    engine.dispose()


def test_a_whole_chain_passes_and_a_touched_one_exits_with_one(home: Path) -> None:
    """U-101."""
    assert "empty" in run(home, "check").stderr
    acts(home)
    passed = run(home, "check")
    assert (passed.exit_code, passed.stdout) == (0, "")
    assert "the chain holds to row 2" in passed.stderr
    engine = db.engine(Settings(home=home).url)
    with db.sessions(engine).begin() as session:
        session.get_one(AuditRow, 1).detail = "account 7"
    engine.dispose()
    failed = run(home, "check")
    assert failed.exit_code == 1
    assert failed.stderr.startswith("row 1: the row is not what was written")


def test_the_head_is_printed_alone_or_as_json_and_finds_a_cut_end(home: Path) -> None:
    """A-33: what a daily export keeps elsewhere."""
    assert run(home, "head").exit_code == 1
    acts(home)
    kept = run(home, "head").stdout.strip()
    assert len(bytes.fromhex(kept)) == 32
    told = json.loads(run(home, "head", "--json").stdout)
    assert (told["head"], told["row"], told["at"][-1]) == (kept, 2, "Z")
    acts(home)
    assert run(home, "check", "--head", kept).exit_code == 0
    engine = db.engine(Settings(home=home).url)
    with db.sessions(engine).begin() as session:
        for row in (2, 3, 4):
            session.delete(session.get_one(AuditRow, row))
    engine.dispose()
    assert run(home, "check").exit_code == 0
    cut = run(home, "check", "--head", kept)
    assert cut.exit_code == 1
    assert "its end was cut" in cut.stderr


@pytest.mark.parametrize("typed", ["", "abc", "z" * 64, "ab" * 31])
def test_a_head_that_is_none_is_refused(home: Path, typed: str) -> None:
    refused = run(home, "check", "--head", typed)
    assert refused.exit_code == 3
    assert "64 hexadecimal digits" in refused.stderr


@pytest.mark.parametrize("name", ["check", "head"])
def test_a_database_that_is_behind_is_said_and_not_made(tmp_path: Path, name: str) -> None:
    refused = run(tmp_path, name)
    assert refused.exit_code == 5
    assert "assess db upgrade" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_starts_with_other_settings_writes_them_down_once(home: Path) -> None:
    """U-101: setting; no secret and no folder stands in it."""
    for operator in ("Larch & Vale", "Larch & Vale", "Other"):
        serving._note_settings(Settings(home=home, operator=operator, secret_key="hush" * 8, key_mirror=home / "usb"))
    with db.sessions(db.engine(Settings(home=home).url))() as session:
        rows = [(row.actor, row.event, row.detail) for row in session.query(AuditRow)]
    assert [row[:2] for row in rows] == [("operator", "setting changed")] * 2
    assert "operator Larch & Vale; " in rows[0][2]
    assert "key mirror yes" in rows[0][2]
    assert not any(word in row[2] for row in rows for word in ("hush", str(home), "usb"))
