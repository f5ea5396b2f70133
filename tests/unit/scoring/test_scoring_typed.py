"""Design, section 2: a small group cannot be scored by forgetting an `if`: the type checker refuses the call."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

HEAD = """
from assess.disclosure.policy import Policy
from assess.disclosure.registry import registered
from assess.disclosure.release import Released, ReleasedSubject, Withheld, release
from assess.disclosure.table import ResponseTable
from assess.instruments.model import Instrument
from assess.scoring import tally
from assess.scoring.estimate import estimates


def score(table: ResponseTable, instrument: Instrument, subject: ReleasedSubject, withheld: Withheld) -> None:
    found = release(table, Policy(), registered(instrument, "core"))
    if isinstance(found, Withheld):
        return
    {line}
"""

PASSES = [
    "estimates(found, instrument, 'core')",
    "tally.scale_histograms(found, subject, instrument)",
    "tally.item_histograms(found, subject)",
]
REFUSED = [
    ("estimates(table, instrument, 'core')", '"ResponseTable"; expected "Released"'),
    ("estimates(withheld, instrument, 'core')", '"Withheld"; expected "Released"'),
    ("estimates(release(table, Policy(), ()), instrument, 'core')", '"Released | Withheld"; expected "Released"'),
    ("tally.scale_histograms(table, subject, instrument)", '"ResponseTable"; expected "Released"'),
    ("tally.scale_histograms(found, 'scale.ALN', instrument)", '"str"; expected "ReleasedSubject"'),
    ("tally.scale_histograms(found, withheld, instrument)", '"Withheld"; expected "ReleasedSubject"'),
    (
        "tally.scale_histograms(found, found.find('scale.ALN'), instrument)",
        '"ReleasedSubject | Withheld"; expected "ReleasedSubject"',
    ),
    ("tally.item_histograms(found, registered(instrument, 'core')[0])", '"Registered"; expected "ReleasedSubject"'),
    ("tally.pair_table(found, 'mirror.AL1', 'AL1', 'AL1m')", '"str"; expected "ReleasedSubject"'),
]


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Check every snippet in one run of mypy with the project's own settings; complaints by file name."""
    folder = tmp_path_factory.mktemp("typed")
    lines = [*PASSES, *(line for line, _ in REFUSED)]
    files = []
    for number, line in enumerate(lines):
        file = folder / f"snippet_{number}.py"
        file.write_text(HEAD.replace("{line}", line), encoding="utf-8")
        files.append(str(file))
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in (0, 1), run.stderr
    found: dict[str, list[str]] = {line: [] for line in lines}
    for number, line in enumerate(lines):
        found[line] = [said for said in run.stdout.splitlines() if f"snippet_{number}.py:" in said and "error" in said]
    return found


@pytest.mark.parametrize("line", PASSES)
def test_a_released_table_and_subject_pass_the_type_checker(line: str, complaints: dict[str, list[str]]) -> None:
    assert complaints[line] == []


@pytest.mark.parametrize(("line", "said"), REFUSED)
def test_the_type_checker_refuses_to_score_anything_else(
    line: str, said: str, complaints: dict[str, list[str]]
) -> None:
    assert any(said in complaint for complaint in complaints[line]), complaints[line]
