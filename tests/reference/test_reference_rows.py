"""The licence rule of the reference data: tables and numbers are facts, rows and R code stay out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "refdata"


def test_no_rows_and_no_r_code_are_in_the_repository() -> None:
    assert {path.suffix for path in FOLDER.iterdir() if path.is_file()} == {".json", ".py"}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.name)
def test_a_reference_table_says_where_it_comes_from(path: Path) -> None:
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["source"]
    assert found["R"]
    assert (Path(__file__).parents[2] / found["made_by"]).is_file()
