"""R2: exact rank, and the groups that released sums give away (A-13)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.disclosure import rank

CELLS = {"SJ": 7, "SM": 3, "MJ": 6, "MM": 4}
SIDES = {"total": tuple(CELLS), "S": ("SJ", "SM"), "M": ("MJ", "MM")}

matrices = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(st.integers(-3, 3), min_size=width, max_size=width), min_size=1, max_size=5)
)


def test_total_and_both_sides_pass() -> None:
    """A-13 R2, the oracle: floor 5, cells 7, 3, 6, 4."""
    rank.refuse(CELLS, SIDES, 5)


def test_one_cell_more_isolates_the_three_others_of_its_side() -> None:
    """A-13 R2, A-14, the oracle: + SJ refused, as S - SJ is three people; the message says what to do, not how many."""
    with pytest.raises(rank.CutError, match="leave a group out, or join two of them") as refused:
        rank.refuse(CELLS, {**SIDES, "SJ": ("SJ",)}, 5)
    assert "3" not in str(refused.value)
    assert rank.isolated([7, 3, 6, 4], [[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 0]], 5) == (1,)


def test_two_small_cells_are_given_away_together() -> None:
    """A-13 R2: a union of atoms counts as a group, where neither of them comes out alone."""
    assert rank.isolated([7, 2, 2], [[1, 1, 1], [1, 0, 0]], 5) == (1, 2)
    assert rank.isolated([7, 2, 3], [[1, 1, 1], [1, 0, 0]], 5) is None


def test_an_empty_cell_is_nobody() -> None:
    """A-13 R2: 0 < |T|."""
    assert rank.isolated([7, 0, 6], [[1, 1, 1], [1, 0, 0], [0, 0, 1]], 5) is None


def test_nothing_released_gives_nothing_away() -> None:
    """A-13 R2."""
    assert rank.isolated([3, 2], [], 5) is None
    assert rank.rank([]) == 0


def test_a_cell_that_is_not_there_is_named() -> None:
    """A-13 R2: bad input says what and where."""
    with pytest.raises(KeyError, match="no cell is called XX; there are SJ, SM, MJ, MM"):
        rank.refuse(CELLS, {"S": ("SJ", "XX")}, 5)


@given(matrices)
def test_rank_is_that_of_linear_algebra(matrix: list[list[int]]) -> None:
    """A-13 R2: against numpy's singular values, a second way to the same number."""
    assert rank.rank(matrix) == np.linalg.matrix_rank(np.array(matrix, dtype=float))
