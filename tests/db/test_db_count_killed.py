"""A count that is killed anywhere and run again ends the same (A-08, anonymity.md section 9)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from db_house import House
from db_lent import ENGINES, lent

from assess.surveys.custody import Paper
from assess.surveys.states import KeyMode


@pytest.fixture(scope="module", params=ENGINES)
def closed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[House, str, list[list[object]]]]:
    folder = tmp_path_factory.mktemp("house") / "var"
    folder.mkdir()
    with lent(request.param, folder) as built:
        wave = built.opened()
        given = built.fill(wave, sales=11, marketing=10)
        code = built.codes(wave)["sales"][0]
        built.drop(code, {"A1": 1, "A2": 0}, {"Q1": "sales says 0 again"})
        built.engine.dispose()
        yield built, wave.wave_id.hex(), sorted([side, *row, n] for (side, row), n in given.items())


@pytest.mark.parametrize("mode", ["stages", "steps"])
def test_a_count_killed_anywhere_and_run_again_ends_the_same(
    closed: tuple[House, str, list[list[object]]], mode: str
) -> None:
    """Killed after each committed stage, and and before each statement, commit, destruction of a key."""
    built, wave_id, given = closed
    script = Path(__file__).with_name("db_killed_counts.py")
    done = subprocess.run(
        [sys.executable, str(script), str(built.folder), built.url, wave_id, mode],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    whole = runs.pop()
    assert not whole["died"]
    assert all(run["died"] for run in runs)
    stages = ["none", "frozen", "sealed", "verified", "destroyed", "counted"]
    assert [stage for stage in stages if stage in {run["reached"] for run in runs}] == (
        stages[1:] if mode == "stages" else stages
    )
    if mode == "steps":
        assert len(runs) > 30
    for run in runs:
        for what in ("totals", "root", "people", "receipts", "state", "left", "keys"):
            assert run[what] == whole[what], (run["moment"], run["reached"], what)
    assert whole["totals"] == [22, 21, 1, 0, 21]
    assert whole["people"] == given
    assert whole["state"] == "counted"
    assert whole["left"] == [False, False, False]
    assert whole["keys"] == ["sign", "stat"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("mode", "papers", "kept"),
    [
        (KeyMode.WITNESSED, [Paper.PHRASE], ["share-a", "sign", "wrap-ab-stat", "wrap-ac-stat"]),
        (KeyMode.SELF_HOSTED, [Paper.CODE], ["share-a", "sign", "wrap-ab-stat", "wrap-ac-stat"]),
        (KeyMode.WITNESSED, list(Paper), ["sign"]),
    ],
)
def test_a_witnessed_count_killed_anywhere_and_run_again_with_the_shares_ends_the_same(
    tmp_path: Path, engine: str, mode: KeyMode, papers: list[Paper], kept: list[str]
) -> None:
    """A-08, A-09: with each permitted pair; the last wave's server lost its key folder."""
    folder = tmp_path / "var"
    folder.mkdir()
    with lent(engine, folder) as built:
        wave = built.opened(mode=mode)
        given = built.fill(wave, sales=11, marketing=10)
        if len(papers) == len(Paper):
            shutil.rmtree(folder / "keys")
            built.unlocked(wave, *papers, lost=True)
        built.engine.dispose()
        printed = built.handed[wave.wave_id].papers()
        script = Path(__file__).with_name("db_killed_counts.py")
        typed = json.dumps({paper: printed[paper] for paper in papers})
        command = [sys.executable, str(script), str(folder), built.url, wave.wave_id.hex(), "stages", typed]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    assert [run["reached"] for run in runs] == ["frozen", "sealed", "verified", "destroyed", "counted", "counted"]
    for run in runs:
        assert run["totals"] == [22, 21, 0, 0, 21]
        assert run["people"] == sorted([side, *row, n] for (side, row), n in given.items())
        assert (run["root"], run["receipts"]) == (runs[-1]["root"], runs[-1]["receipts"])
        assert run["state"] == "counted"
        assert run["left"] == [False, False, False]
        assert run["keys"] == kept
