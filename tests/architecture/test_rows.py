"""Who may see rows: everything else is read off integer tables, so that it can be made again from them alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SCORING = Path(__file__).resolve().parents[2] / "assess" / "scoring"
SEE_ROWS = {"tally", "tally_items", "care", "resample"}
"""The only modules of scoring that may read answers person by person (S-05, S-06, S-44, S-45)."""


def reads_rows(source: str) -> bool:
    """Return whether a module reads a table's answers, its side of each row, or who counts for a subject."""
    nodes = list(ast.walk(ast.parse(source)))
    read = {node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)}
    imported = {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
    return bool({"answers", "side", "column"} & read) or "persons" in imported


def test_only_the_rooms_that_need_rows_see_them() -> None:
    """S-05, S-06."""
    found = {path.stem for path in SCORING.glob("*.py") if reads_rows(path.read_text(encoding="utf-8"))}
    assert found == SEE_ROWS


@pytest.mark.parametrize(
    "line",
    [
        "x = released.table.answers[0]",
        "on = released.table.side == 0",
        "codes = table.column('AL1')",
        "from assess.disclosure.release import persons",
    ],
)
def test_a_module_that_reads_rows_is_seen(line: str) -> None:
    """Guards the test above (S-06)."""
    assert reads_rows(line)
    assert not reads_rows("n = released.table.people(side)")
