"""The one table every estimate reads: persons by exact integer score. Nothing here sees a row.

A variance is integers until its last division (S-04), ties are exact (S-07), pooling groups is adding tables (S-05).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


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
    partial
        Persons scored on fewer than all of their items (S-07).
    """

    score: Ints
    count: Ints
    zero: int
    span: int
    step: int
    partial: int = 0

    @property
    def n(self) -> int:
        """Persons."""
        return sum(self.count.tolist())

    @property
    def total(self) -> int:
        """S: sum of scores (exact)."""
        return sum(s * c for s, c in zip(self.score.tolist(), self.count.tolist(), strict=True))

    @property
    def squares(self) -> int:
        """Q: sum of squared scores (exact)."""
        return sum(s * s * c for s, c in zip(self.score.tolist(), self.count.tolist(), strict=True))


def histogram(score: Ints, *, zero: int, span: int, step: int, partial: int = 0) -> Histogram:
    """Count persons by score.

    Parameters
    ----------
    score
        int64 array of shape (persons,), any order.
    zero, span, step, partial
        As in `Histogram`.

    Returns
    -------
    Histogram
        With no scores at all when `score` is empty.
    """
    values, counts = np.unique(score, return_counts=True)
    return Histogram(
        score=values.astype(np.int64), count=counts.astype(np.int64), zero=zero, span=span, step=step, partial=partial
    )


def pooled(a: Histogram, b: Histogram) -> Histogram:
    """Add two tables: the histogram of both groups' persons together (S-05).

    Raises
    ------
    ValueError
        When the two are not on the same integer scale.
    """
    same_scale(a, b)
    score = np.union1d(a.score, b.score)
    count = counts_at(a, score) + counts_at(b, score)
    return Histogram(score=score, count=count, zero=a.zero, span=a.span, step=a.step, partial=a.partial + b.partial)


def counts_at(h: Histogram, score: Ints) -> Ints:
    """Return the persons of `h` at each of the ascending scores, which hold all of its own; int64, shape of `score`."""
    held = np.zeros(len(score), dtype=np.int64)
    held[np.searchsorted(score, h.score)] = h.count
    return held


def same_scale(a: Histogram, b: Histogram) -> None:
    """Refuse two histograms whose integers do not mean the same.

    Raises
    ------
    ValueError
        When zero, span or step differ.
    """
    if (a.zero, a.span, a.step) != (b.zero, b.span, b.step):
        raise ValueError("two histograms on different integer scales cannot be compared or added")
