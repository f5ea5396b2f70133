"""The response table: people x items with side labels, shuffled, without ids. It lives in memory only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BLANK = -1
"""Code of an unanswered item in a response table; 0 is "don't know", 1..L an answer (I-7)."""


class TableError(ValueError):
    """A response table that cannot be what it claims to be; the message says which cell or side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTable:
    """Answers of one wave.

    Parameters
    ----------
    sides
        Side codes in declared order; the first is x, the second y.
    items
        Closed item codes, the columns of `answers`.
    levels
        L of each item, same order as `items`.
    side
        int8 array of shape (people,): index into `sides`.
    answers
        int8 array of shape (people, items): 1..L, `DONT_KNOW` (0) or `BLANK` (-1).
    invited
        Head count N per side code, or None when it is not known (`assess score` without --invited).

    Raises
    ------
    TableError
        If shapes disagree, a code is outside its scale, the dtype is not an integer one, or n > N.
    """

    sides: tuple[str, ...]
    items: tuple[str, ...]
    levels: tuple[int, ...]
    side: npt.NDArray[np.int8]
    answers: npt.NDArray[np.int8]
    invited: Mapping[str, int] | None = None

    def __post_init__(self) -> None:
        """Refuse a table whose cells contradict its own description."""
        if self.answers.dtype.kind != "i" or self.side.dtype.kind != "i":
            raise TableError("answers and sides are integer codes, never floats")
        if self.answers.shape != (len(self.side), len(self.items)) or len(self.levels) != len(self.items):
            raise TableError(f"answers have shape {self.answers.shape}, not {(len(self.side), len(self.items))}")
        if len(self.sides) < 2 or len(set(self.sides)) != len(self.sides):
            raise TableError(f"a table has at least two different sides, not {self.sides}")
        if len(self.side) and not ((self.side >= 0) & (self.side < len(self.sides))).all():
            raise TableError("a row carries a side that the table does not declare")
        for column, (item, top) in enumerate(zip(self.items, self.levels, strict=True)):
            wrong = (self.answers[:, column] < BLANK) | (self.answers[:, column] > top)
            if wrong.any():
                row = int(np.flatnonzero(wrong)[0])
                raise TableError(f"row {row}, {item}: {int(self.answers[row, column])} is outside 1-{top}")
        for code, count in (self.invited or {}).items():
            answered = self.people(code)
            if answered > count:
                raise TableError(f"side {code}: {answered} ballots but only {count} invited")
        # What was checked is what is counted: the arrays are copies that nobody can write to.
        for name in ("side", "answers"):
            kept = np.array(getattr(self, name))
            kept.setflags(write=False)
            object.__setattr__(self, name, kept)

    def people(self, side: str) -> int:
        """Return the number of ballots n of one side."""
        return int(np.count_nonzero(self.side == self.sides.index(side)))

    def column(self, item: str) -> npt.NDArray[np.int8]:
        """Return one item's codes, shape (people,)."""
        column: npt.NDArray[np.int8] = self.answers[:, self.items.index(item)]
        return column
