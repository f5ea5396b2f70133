"""Step 4: from the rows of a `Released` table to integer tables (S-05). Beside S-44 and S-45, only this module sees rows.

Every later estimate reads a `Histogram`: persons by exact integer score, so that ties are exact (S-07) and a variance is
integers until its last division (S-04). Pooling groups is adding histograms. Tables are as secret as rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Persons by exact integer score.

    Parameters
    ----------
    score
        int64 array of distinct scores, ascending.
    count
        int64 array, same shape, persons at each score, all positive.
    zero
        Integer score that is POMP 0 (0 for differences).
    span
        Integer distance that is 100 POMP.
    step
        Integer distance that is one person's smallest possible step of one category, D of S-10 in integer units.
    """

    score: npt.NDArray[np.int64]
    count: npt.NDArray[np.int64]
    zero: int
    span: int
    step: int

    @property
    def n(self) -> int:
        """Persons."""
        return int(self.count.sum())

    @property
    def total(self) -> int:
        """S: sum of scores (exact)."""
        return sum(int(s) * int(c) for s, c in zip(self.score, self.count, strict=True))

    @property
    def squares(self) -> int:
        """Q: sum of squared scores (exact)."""
        return sum(int(s) ** 2 * int(c) for s, c in zip(self.score, self.count, strict=True))
