"""The log of the commands: on stderr, as loud as the operator asked, and of few words (A-23, U-110)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog
from click.testing import CliRunner

from assess.cli import logs, main

SECRET = "ABCD-EFGH-JKLM-NPQR"


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    """Return the lines of the log; stdout must have none."""
    said = capsys.readouterr()
    assert said.out == ""
    return [json.loads(line) for line in said.err.splitlines()]


def test_every_command_sends_the_log_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """U-110: what reads the JSON of stdout meets nothing else."""
    structlog.reset_defaults()
    assert CliRunner().invoke(main, ["instrument", "check", "instruments/sales-marketing"]).exit_code == 0
    capsys.readouterr()
    structlog.get_logger("assess.jobs.runner").info("step done", step="close", wave="ab")
    assert written(capsys) == [{"event": "step done", "level": "info", "step": "close", "wave": "ab"}]


def test_the_log_lets_no_value_through(capsys: pytest.CaptureFixture[str]) -> None:
    """A-23: what a careless call hands it is dropped: code, form, traceback; and no line has a time."""
    logs.to_stderr()
    log = structlog.get_logger()
    try:
        json.loads(SECRET)
    except ValueError:
        log.exception("step failed", step="count", code=SECRET, form={"OQ1": SECRET}, address="192.0.2.7")
    assert written(capsys) == [{"event": "step failed", "level": "error", "step": "count"}]


@pytest.mark.parametrize(("level", "heard"), [("INFO", ["info", "error"]), ("ERROR", ["error"])])
def test_the_log_is_as_loud_as_the_setting(
    level: str, heard: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """U-110: `ASSESS_LOG_LEVEL`."""
    monkeypatch.setenv("ASSESS_LOG_LEVEL", level)
    logs.to_stderr()
    log = structlog.get_logger()
    for speak in (log.debug, log.info, log.error):
        speak("step done")
    assert [line["level"] for line in written(capsys)] == heard
