"""The response table refuses what contradicts itself, and keeps what it checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from assess.disclosure.table import BLANK, ResponseTable, TableError

GOOD: Mapping[str, Any] = {
    "sides": ("sales", "marketing"),
    "items": ("AL1", "AL2"),
    "levels": (5, 5),
    "side": np.array([0, 0, 1], dtype=np.int8),
    "answers": np.array([[1, 5], [0, BLANK], [3, 2]], dtype=np.int8),
    "invited": {"sales": 2, "marketing": 1},
}


def build(**changed: Any) -> ResponseTable:
    return ResponseTable(**{**GOOD, **changed})


def test_a_sound_table_is_read_by_side_and_item() -> None:
    table = build()
    assert (table.people("sales"), table.people("marketing")) == (2, 1)
    assert table.column("AL2").tolist() == [5, BLANK, 2]
    assert build(invited=None).invited is None


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"answers": np.array([[1, 6], [0, 1], [3, 2]], dtype=np.int8)}, "row 0, AL2: 6 is outside 1-5"),
        ({"answers": np.array([[1, 5], [-2, 1], [3, 2]], dtype=np.int8)}, "row 1, AL1: -2 is outside 1-5"),
        ({"levels": (5, 4)}, "row 0, AL2: 5 is outside 1-4"),
        ({"answers": np.array([[1.0, 5], [0, 1], [3, 2]])}, "never floats"),
        ({"side": np.array([0.0, 0, 1])}, "never floats"),
        ({"answers": np.array([[1], [0], [3]], dtype=np.int8)}, r"shape \(3, 1\), not \(3, 2\)"),
        ({"side": np.array([0, 1], dtype=np.int8)}, r"shape \(3, 2\), not \(2, 2\)"),
        ({"levels": (5,)}, "shape"),
        ({"sides": ("sales",)}, "at least two different sides"),
        ({"sides": ("sales", "sales")}, "at least two different sides"),
        ({"side": np.array([0, 0, 2], dtype=np.int8)}, "a side that the table does not declare"),
        ({"side": np.array([0, 0, -1], dtype=np.int8)}, "a side that the table does not declare"),
        ({"invited": {"sales": 1, "marketing": 1}}, "side sales: 2 ballots but only 1 invited"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(TableError, match=message):
        build(**changed)


def test_an_empty_table_is_a_table() -> None:
    empty = build(side=np.array([], dtype=np.int8), answers=np.empty((0, 2), dtype=np.int8))
    assert empty.people("sales") == 0


def test_what_was_checked_cannot_be_changed_afterwards() -> None:
    """A cell that was 1 when it was checked is 1 when it is counted, whatever its maker still holds."""
    answers, side = np.array(GOOD["answers"]), np.array(GOOD["side"])
    table = build(answers=answers, side=side)
    answers[0, 0], side[0] = 5, 1
    assert table.column("AL1")[0] == 1
    assert table.people("sales") == 2
    for array in (table.answers, table.side):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
