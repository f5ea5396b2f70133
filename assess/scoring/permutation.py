"""Exact tests by counting every relabelling: two-sample on scores or ranks, and sign flips of paired differences.

Belongs here: the dynamic programmes of S-20 and S-21 and the rule of S-22 that says when they are run. They test equal
distributions, given the answers. No Monte Carlo p value exists in this product.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assess.scoring.histogram import Histogram, counts_at, pooled
from assess.scoring.results import NotEstimable, Reason

SMALL_TOTAL = 60
SMALL_SIDE = 20
Ways = npt.NDArray[Any]
"""Numbers of relabellings: int64 while they fit, else float64 on a common factor."""

_INT64 = 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """An exact p value as a fraction of relabellings; integers where they fit, else both scaled by one factor."""

    numerator: int | float
    denominator: int | float

    @property
    def p(self) -> float:
        """Numerator over denominator."""
        return float(self.numerator / self.denominator)


def wanted(n: int, m: int) -> bool:
    """Return whether S-22 asks for the exact test: Z = n + m <= 60 or min(n, m) <= 20."""
    return n + m <= SMALL_TOTAL or min(n, m) <= SMALL_SIDE


def two_sample(x: Histogram, y: Histogram) -> Exact | NotEstimable:
    """Exact conditional permutation test of the mean, two-sided (S-20).

    p = Σ D[n, s] over |Z·s - nΣ| >= |Z·s_obs - nΣ|, divided by C(Z, n): the share of the ways to label n of the Z
    people as the smaller side that leave the means at least as far apart as they are.

    Parameters
    ----------
    x, y
        Persons by score, on one integer scale.

    Returns
    -------
    Exact or NotEstimable
        `no_answers` when a side is empty.
    """
    if x.n == 0 or y.n == 0:
        return NotEstimable(reason=Reason.NO_ANSWERS)
    both = pooled(x, y)
    return _conditional(both.score, both.count, counts_at(x if x.n <= y.n else y, both.score))


def two_sample_ranks(x: Histogram, y: Histogram) -> Exact | NotEstimable:
    """Exact conditional rank test: S-20 on doubled midranks, so that ties stay integers.

    Returns
    -------
    Exact or NotEstimable
        `no_answers` when a side is empty.
    """
    if x.n == 0 or y.n == 0:
        return NotEstimable(reason=Reason.NO_ANSWERS)
    both = pooled(x, y)
    doubled = 2 * np.cumsum(both.count) - both.count + 1
    return _conditional(doubled, both.count, counts_at(x if x.n <= y.n else y, both.score))


def rank_work(x: Histogram, y: Histogram) -> int:
    """Return about how many additions `two_sample_ranks` takes: rows × columns of its table × people."""
    people, n = x.n + y.n, min(x.n, y.n)
    return n * n * (2 * people - n) * people


def sign_flip(d: Histogram) -> Exact | NotEstimable:
    """Exact sign-flip test of paired differences, two-sided (S-21).

    Each of the r nonzero differences is as likely to have either sign; p is the share of the 2^r sign patterns whose
    sum is at least as far from 0 as the sum seen.

    Parameters
    ----------
    d
        Persons by integer difference, zero at 0.

    Returns
    -------
    Exact or NotEstimable
        `no_answers` without a person; 1/1 when every difference is 0.
    """
    if d.n == 0:
        return NotEstimable(reason=Reason.NO_ANSWERS)
    sizes, inverse = np.unique(np.abs(d.score), return_inverse=True)
    counts = np.bincount(inverse, weights=d.count).astype(np.int64)
    sizes, counts = sizes[sizes > 0].astype(np.int64), counts[sizes > 0]
    r = int(counts.sum())
    whole = 2**r < _INT64
    reach = int(sizes @ counts)
    ways: Ways = np.zeros(reach + 1, dtype=np.int64 if whole else np.float64)
    ways[0] = 1
    top = 0
    for size, count in zip(sizes.tolist(), counts.tolist(), strict=True):
        grown: Ways = np.zeros_like(ways)
        for j, weight in enumerate(_weights(count, count, whole=whole)):
            grown[j * size : j * size + top + 1] += weight * ways[: top + 1]
        ways, top = grown, top + size * count
    away = np.abs(2 * np.arange(reach + 1) - reach) >= abs(d.total)
    return _fraction(ways, away)


def _conditional(score: npt.NDArray[np.int64], count: npt.NDArray[np.int64], held: npt.NDArray[np.int64]) -> Exact:
    """Run S-20's dynamic programme for the side that holds `held` of the `count` people at each ascending score."""
    z = score - score[0]
    z //= max(math.gcd(*z.tolist()), 1)
    people, n = int(count.sum()), int(held.sum())
    whole = math.comb(people, n) < _INT64
    ways = _sums(z.tolist(), count.tolist(), n, whole=whole)
    centre, seen = n * int(z @ count), int(z @ held)
    away = np.abs(people * np.arange(len(ways)) - centre) >= abs(people * seen - centre)
    return _fraction(ways, away)


def _sums(z: list[int], count: list[int], n: int, *, whole: bool) -> Ways:
    """Return D[n, :], the number of ways to choose n people with each sum of scores; scaled when not `whole`."""
    reach = _largest(z, count, n)
    dtype = np.int64 if whole else np.float64
    ways: Ways = np.ones((1, 1), dtype=dtype)  # ways[k, s]: k chosen with sum s among the people seen so far
    left = sum(count)
    for value, people in zip(z[:-1], count[:-1], strict=True):
        left -= people
        need, seen, top = max(0, n - left), len(ways) - 1, ways.shape[1] - 1
        grown: Ways = np.zeros((min(n, seen + people) + 1, min(reach, top + value * people) + 1), dtype=dtype)
        for j, weight in enumerate(_weights(people, min(people, n), whole=whole)):
            # Rows that could no longer reach n chosen are left empty.
            first, last = max(0, need - j), min(seen, n - j)
            if first <= last:
                width = min(top, grown.shape[1] - 1 - j * value) + 1
                grown[first + j : last + j + 1, j * value : j * value + width] += (
                    weight * ways[first : last + 1, :width]
                )
        ways = grown if whole else grown / grown.max()
    # The last score needs only the row of n chosen: one slice for each number taken from it.
    final: Ways = np.zeros(reach + 1, dtype=dtype)
    for j, weight in enumerate(_weights(count[-1], min(count[-1], n), whole=whole)):
        if n - j < len(ways):
            row = ways[n - j, : reach - j * z[-1] + 1]
            final[j * z[-1] : j * z[-1] + len(row)] += weight * row
    return final


def _largest(z: list[int], count: list[int], n: int) -> int:
    """Return the largest sum of n scores."""
    total = 0
    for value, people in sorted(zip(z, count, strict=True), reverse=True):
        taken = min(people, n)
        total, n = total + taken * value, n - taken
    return total


def _weights(people: int, top: int, *, whole: bool) -> list[int] | list[float]:
    """Return C(people, j) for j = 0..top; divided by the largest of them when not `whole`."""
    exact = [math.comb(people, j) for j in range(top + 1)]
    if whole:
        return exact
    largest = max(exact)
    return [number / largest for number in exact]


def _fraction(ways: Ways, away: npt.NDArray[np.bool_]) -> Exact:
    """Return the part of the ways that are away over all ways."""
    if ways.dtype == np.int64:
        return Exact(numerator=int(ways[away].sum()), denominator=int(ways.sum()))
    return Exact(numerator=float(ways[away].sum()), denominator=float(ways.sum()))
