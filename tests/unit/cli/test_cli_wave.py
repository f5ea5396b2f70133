"""`assess wave count`: shares at a prompt, exit codes, nothing typed in what is printed (A-09, U-110)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from assess.cli import main
from assess.cli import wave as command
from assess.instruments.load import shipped
from assess.surveys import audit, clients, db, roster, shares, waves
from assess.surveys.custody import Handed
from assess.surveys.keys import FileKeys
from assess.surveys.states import KeyMode
from assess.surveys.tables import AuditRow

OPENS = datetime(2026, 1, 12, 14, tzinfo=UTC)


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Handed]:
    """A self-hosted wave whose close has passed by the database's clock, opened by one that stood in January."""
    derive, cheap = shares.share_b, shares.Cost(operations=1, memory=8192)
    monkeypatch.setattr(shares, "share_b", lambda phrase, wave_id, **_: derive(phrase, wave_id, cost=cheap))
    monkeypatch.setenv("ASSESS_HOME", str(tmp_path))
    url = f"sqlite:///{tmp_path / 'assess.db'}"
    db.upgrade(url)
    engine = db.engine(url)
    instrument = shipped("sales-marketing")
    with db.sessions(engine).begin() as session:
        client = clients.create(session, name="Acme", zone="America/Toronto", country="CA")
        wave = waves.draft(
            session,
            client,
            instrument=instrument,
            form="pulse",
            label="2026-01",
            opens_at=OPENS,
            closes_at=OPENS + timedelta(days=11),
            contact="survey@acme.example",
            key_mode=KeyMode.SELF_HOSTED,
            witness="Ana Roy",
        )
        rows = [
            roster.RosterRow(side=side, email=f"{side}{i}@acme.example")
            for side in ("sales", "marketing")
            for i in range(6)
        ]
        roster.replace(session, wave, roster.ParsedRoster(rows=tuple(rows), ignored_columns=(), warnings=()))
        handed = waves.open_(
            session,
            wave,
            instrument=instrument,
            keys=FileKeys(tmp_path / "keys"),
            clock=db.SetClock(OPENS),
            operator="Firm",
        )
    engine.dispose()
    assert handed is not None
    return wave.wave_id.hex(), handed


def run(wave_id: str, *typed: str) -> Result:
    return CliRunner().invoke(main, ["wave", "count", wave_id], input="\n".join(typed) + "\n")


def test_a_share_that_is_missing_mistyped_or_not_enough_is_refused_with_four(opened: tuple[str, Handed]) -> None:
    """U-110: 4 = shares missing; the message says which paper and which group."""
    wave_id, handed = opened
    for typed, said in (
        (("", ""), "A share is missing"),
        ((handed.passphrase, ""), "The passphrase is not enough"),
        (("", handed.code[:20]), "code on the witness's sheet: It stops in group 4 of 8"),
        (("", shares.groups(shares.code())), "The code is not the one of this wave"),
    ):
        done = run(wave_id, *typed)
        assert (done.exit_code, said in done.output) == (4, True), done.output
        assert not [text for text in typed if text and text in done.output]


def test_the_sheet_counts_the_wave_once(opened: tuple[str, Handed]) -> None:
    """A-09."""
    wave_id, handed = opened
    done = run(wave_id, "", handed.code)
    assert done.exit_code == 0, done.output
    assert "counted 0 of 0 ballots, root " in done.output
    again = run(wave_id, "", handed.code)
    assert again.exit_code == 4
    assert "is counted: only a closed wave can be counted" in again.output


def test_an_early_or_unknown_wave_is_told(opened: tuple[str, Handed], monkeypatch: pytest.MonkeyPatch) -> None:
    wave_id, handed = opened
    assert run("xyz").exit_code == 2
    assert run("00" * 16).exit_code == 3
    monkeypatch.setattr(command, "GRACE", timedelta(days=36_500))
    early = run(wave_id, "", handed.code)
    assert early.exit_code == 4
    assert "is still open: nothing is counted before its close" in early.output


def test_every_share_typed_at_the_prompt_leaves_a_row_in_the_log(opened: tuple[str, Handed], tmp_path: Path) -> None:
    """A-09, U-101: refused and counted, by the operator, without what was typed."""
    wave_id, handed = opened
    for typed in ((handed.passphrase, ""), ("", handed.code[:20]), ("", handed.code)):
        run(wave_id, *typed)
    engine = db.engine(f"sqlite:///{tmp_path / 'assess.db'}")
    with db.readers(engine)() as session:
        found = [(row.actor, row.event, row.detail) for row in session.scalars(select(AuditRow))]
        assert audit.check(session) is None
    engine.dispose()
    assert found == [
        ("operator", "share refused", wave_id),
        ("operator", "share refused", wave_id),
        ("operator", "share given", f"{wave_id}: counted"),
    ]
