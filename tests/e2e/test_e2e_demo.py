"""The main job with one command: `assess demo --no-serve`, from an installed wheel, once for all tests."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import e2e_installed
import pikepdf
import pytest

from assess.reports import facts

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Demo:
    folder: Path
    stdout: str
    stderr: str


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    wheel = e2e_installed.build(tmp_path_factory.mktemp("wheel"))
    return e2e_installed.install(wheel, tmp_path_factory.mktemp("installed"))


def run(installed: Path, command: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    return e2e_installed.run(installed, home, "-m", "assess", *command, home=home)


@pytest.fixture(scope="module")
def demo(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    home = tmp_path_factory.mktemp("home")
    done = run(installed, ["demo", "--no-serve"], home)
    assert done.returncode == 0, done.stderr
    return Demo(folder=home / "demo", stdout=done.stdout, stderr=done.stderr)


def test_the_demo_leaves_reports_in_both_languages(demo: Demo) -> None:
    for name in ("report.en.pdf", "report.fr-CA.pdf"):
        assert str(demo.folder / name) in demo.stdout
        with pikepdf.open(demo.folder / name) as pdf:
            assert 10 <= len(pdf.pages) <= 24


def test_the_facts_are_whole_and_tell_three_waves(demo: Demo) -> None:
    record = facts.read((demo.folder / "report.json").read_bytes())
    assert [wave["label"] for wave in record.provenance["series"]] == ["2026-Q1", "2026-Q2", "2026-Q3"]  # type: ignore[index, union-attr, call-overload]
    assert record.provenance["box"]["counted"] == 42  # type: ignore[index, call-overload]


def test_the_story_is_in_the_numbers(demo: Demo) -> None:
    """Alignment rises after the hand-off agreement; both teams expect the other to aim elsewhere, which it does not."""
    record = facts.read((demo.folder / "report.json").read_bytes())
    rows = {row.subject: row for block in record.blocks if block.id == "mirror" for row in block.rows}
    assert rows["AL1"].label == "false_conflict"
    change = next(row for block in record.blocks if block.id == "change" for row in block.rows if row.subject == "ALN")
    moved = record.figures[change.figures["change_company"]]
    assert moved.state == "released"
    assert float(moved.value) > 5
    assert any(r.status == "recommended" and r.kind == "process" for r in record.recommendations)


def test_the_demo_prints_where_to_look_and_how_to_sign_in(demo: Demo) -> None:
    assert re.search(r"console: http://127\.0\.0\.1:8000/console/  login \S+@\S+  password \S+", demo.stdout)
    assert "questionnaire: http://127.0.0.1:8000/w/" in demo.stdout


def test_no_code_of_a_counted_wave_is_left_in_any_file(demo: Demo) -> None:
    """A-08: after the count there is no envelope, no ballot and no key that opens one."""
    keys = [path.name for path in (demo.folder / "keys").rglob("*") if path.is_file()]
    assert keys
    assert not [name for name in keys if "mail" in name or "box" in name]


def test_a_record_rendered_again_gives_the_same_bytes(installed: Path, demo: Demo, tmp_path: Path) -> None:
    """R-43: same facts, another process, same PDF."""
    source, out = demo.folder / "report.json", tmp_path / "again.pdf"
    done = run(installed, ["report", "render", str(source), "--locale", "fr-CA", "--out", str(out)], tmp_path)
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == (demo.folder / "report.fr-CA.pdf").read_bytes()


def test_the_demo_does_not_delete_what_it_did_not_make(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    kept = tmp_path / "demo" / "thesis.txt"
    kept.write_text("mine", encoding="utf-8")
    done = run(installed, ["demo", "--no-serve"], tmp_path)
    assert done.returncode == 1
    assert "no demo made" in done.stderr
    assert kept.read_text(encoding="utf-8") == "mine"


def test_figures_are_a_table_a_spreadsheet_reads(demo: Demo) -> None:
    """R-41: one row a figure, no number in a withheld one."""
    lines = (demo.folder / "figures.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("facts_version,wave,instrument")
    record = json.loads((demo.folder / "report.json").read_text(encoding="utf-8"))
    assert len(lines) - 1 == len(record["figures"])


def test_the_three_numbers_of_the_statistics_page_are_printed(demo: Demo) -> None:
    """docs/statistics.md says what the report prints of friction: a gap, pick one of each, what silence could hide."""
    figures = facts.read((demo.folder / "report.json").read_bytes()).figures

    def printed(id_: str) -> tuple[object, ...]:
        return tuple(getattr(figures[id_], name) for name in ("value", "lo95", "hi95"))

    assert printed("gaps.FRI.gap.difference") == (-22, -27, -17)
    assert tuple(100 - int(str(number)) for number in printed("gaps.FRI.theta.difference")) == (88, 97, 63)
    assert [printed(f"participation.FRI.{end}.difference")[0] for end in ("low", "high")] == [-30, -8]
    page = (Path(__file__).resolve().parents[2] / "docs" / "statistics.md").read_text(encoding="utf-8")
    for said in ("printed -22, 95 % -27 to -17", "printed 88 in 100, 63 to 97", "printed -30 to -8"):
        assert said in page
