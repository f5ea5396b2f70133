"""`assess score` from the command line: exit codes, what is written, what is not (U-110, U-120, U-121)."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from assess import resources
from assess.cli import main

FOLDER = Path(__file__).resolve().parents[2] / "instruments" / "leadership"


def answers_file(path: Path, people: int) -> Path:
    rng = np.random.default_rng(3)
    items = [f"LEAD{i:02d}" for i in range(1, 12)] + [f"TSIG{i:02d}" for i in range(1, 4)]
    lines = ["COMPID," + ",".join(items)]
    for side in ("13", "18"):
        lines += [f"{side}," + ",".join(map(str, rng.integers(1, 6, len(items)))) for _ in range(people)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def score(tmp_path: Path, file: Path, *options: str) -> Result:
    base = ["score", str(file), "--instrument", str(FOLDER), "--side-column", "COMPID", "--sides", "13,18"]
    return CliRunner().invoke(main, [*base, "--out", str(tmp_path / "out"), *options])


def test_a_file_becomes_a_report_its_record_and_its_figures(tmp_path: Path) -> None:
    """U-121: out report.json, report.pdf, figures.csv; same input, same bytes."""
    file = answers_file(tmp_path / "a.csv", 12)
    result = score(tmp_path, file)
    assert result.exit_code == 0, result.output
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert set(first) == {"report.pdf", "report.json", "figures.csv"}
    assert score(tmp_path, file).exit_code == 0
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}


def test_too_few_answers_on_a_side_writes_nothing(tmp_path: Path) -> None:
    """A-11, U-120: exit 4, the same gate as a wave's."""
    result = score(tmp_path, answers_file(tmp_path / "a.csv", 4))
    assert result.exit_code == 4
    assert "to protect anonymity" in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("COMPID,LEAD01\n13,7\n18,1\n", "row 2, LEAD01: 7 is outside 1-5"),
        ("COMPID,LEAD01\n13,7\n", "no row has the value 18"),
        ("COMPID,LEAD01\n", "no row of answers"),
        ("TEAM,LEAD01\n13,1\n", 'column "COMPID" is missing'),
    ],
)
def test_a_file_that_cannot_be_scored_exits_3_and_writes_nothing(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text, encoding="utf-8")
    result = score(tmp_path, file)
    assert result.exit_code == 3
    assert said in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--sides", "13"),
        ("--sides", "13,13"),
        ("--invited", "13=x"),
        ("--invited", "13=20"),
        ("--locale", "de"),
    ],
)
def test_a_wrong_option_is_a_usage_error(tmp_path: Path, options: tuple[str, str]) -> None:
    assert score(tmp_path, answers_file(tmp_path / "a.csv", 6), *options).exit_code == 2


def test_an_instrument_that_does_not_load_lists_its_faults(tmp_path: Path) -> None:
    result = score(tmp_path, answers_file(tmp_path / "a.csv", 6), "--instrument", str(tmp_path))
    assert result.exit_code == 3
    assert "instrument.toml" in result.output


def test_a_form_that_the_instrument_lacks_is_said(tmp_path: Path) -> None:
    result = score(tmp_path, answers_file(tmp_path / "a.csv", 6), "--instrument", f"{FOLDER}:pulse")
    assert result.exit_code == 3
    assert "pulse is not a form of" in result.output


def test_both_languages_are_two_files(tmp_path: Path) -> None:
    result = score(tmp_path, answers_file(tmp_path / "a.csv", 12), "--locale", "en,fr-CA", "--invited", "13=20,18=20")
    assert result.exit_code == 0, result.output
    assert {"report.en.pdf", "report.fr-CA.pdf"} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_checking_an_instrument_checks_its_plays_too(tmp_path: Path) -> None:
    """P-23: a fault of a play is listed with its file, like any other."""
    folder = tmp_path / "sales-marketing"
    shutil.copytree(resources.instruments() / "sales-marketing", folder)
    assert CliRunner().invoke(main, ["instrument", "check", str(folder)]).exit_code == 0
    play = folder / "plays" / "P01.toml"
    play.write_text(play.read_text(encoding="utf-8").replace("item(AL3,C)", "item(ZZ9,C)"), encoding="utf-8")
    result = CliRunner().invoke(main, ["instrument", "check", str(folder)])
    assert result.exit_code == 1
    assert "P01.toml" in result.output
