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

_WORK = 500_000_000
"""Additions that one exact test may take, about a second: rows × columns of its table × people."""

_FEWEST_STEPS = 400
"""Steps between the lowest and the highest score that are told apart in any case."""

_INT64 = 2**63
_DOUBLINGS = 64
"""People after whom float64 ways are scaled down. Each at most doubles them, and the largest float64 is near 2^1024."""


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
    sizes = np.repeat(np.abs(d.score), d.count)
    sizes = sizes[sizes > 0]
    reach = int(sizes.sum())
    ways: Ways = np.zeros(reach + 1, dtype=np.int64 if 2 ** len(sizes) < _INT64 else np.float64)
    ways[0] = 1  # ways[s]: sign patterns of the differences seen so far whose positive ones add up to s
    top = 0
    for seen, size in enumerate(sizes.tolist()):
        ways[size : top + size + 1] += ways[: top + 1].copy()
        top += size
        _rescale(ways, seen)
    away = np.abs(2 * np.arange(reach + 1) - reach) >= abs(d.total)
    return _fraction(ways, away)


def _conditional(score: npt.NDArray[np.int64], count: npt.NDArray[np.int64], held: npt.NDArray[np.int64]) -> Exact:
    """Run S-20's dynamic programme for the side that holds `held` of the `count` people at each ascending score."""
    people, n = int(count.sum()), int(held.sum())
    z = _in_reach(score - score[0], people, n)
    whole = math.comb(people, n) < _INT64
    ways = _sums(np.repeat(z, count).tolist(), n, whole=whole)
    centre, seen = n * int(z @ count), int(z @ held)
    away = np.abs(people * np.arange(len(ways)) - centre) >= abs(people * seen - centre)
    return _fraction(ways, away)


def _in_reach(z: npt.NDArray[np.int64], people: int, n: int) -> npt.NDArray[np.int64]:
    """Return scores over their greatest common divisor; rounded to fewer steps where the programme would not end.

    Scores of long scales with many admissible numbers of answers have a common unit of thousands or millions. Rounded
    to as many steps as `_WORK` allows, never under `_FEWEST_STEPS`, the test is still exact, of means a hair away: it
    counts every relabelling of the rounded scores, and equal scores stay equal.
    """
    z = z // max(math.gcd(*z.tolist()), 1)
    steps = max(_WORK // (n * n * people), _FEWEST_STEPS)
    highest = int(z[-1])
    return z if highest <= steps else np.array([round(s * steps / highest) for s in z.tolist()], dtype=np.int64)


def _sums(scores: list[int], n: int, *, whole: bool) -> Ways:
    """Return D[n, :], the number of ways to choose n people with each sum of their scores; scaled when not `whole`.

    S-20's programme, one person at a time: whoever is chosen moves every sum so far up by their score and by one row.
    People who share a score need no binomials then, and one table is filled in place: about half the time of a new
    table for each score, and a quarter where there are hundreds of scores.
    """
    reach = sum(scores[-n:])
    ways: Ways = np.zeros((n + 1, reach + 1), dtype=np.int64 if whole else np.float64)
    ways[0, 0] = 1  # ways[k, s]: k chosen with sum s among the people seen so far
    moved = np.empty_like(ways)
    top = 0
    for seen, score in enumerate(scores):
        # Rows that could no longer reach n chosen are left as they are.
        first, last = max(0, n - len(scores) + seen), min(seen + 1, n)
        width = min(top, reach - score) + 1
        part = moved[: last - first, :width]
        part[:] = ways[first:last, :width]
        ways[first + 1 : last + 1, score : score + width] += part
        top = min(reach, top + score)
        _rescale(ways, seen)
    chosen: Ways = ways[n]
    return chosen


def _rescale(ways: Ways, seen: int) -> None:
    """Bring float64 ways back to 1 at most, now and then; integers stay as they are."""
    if ways.dtype != np.int64 and seen % _DOUBLINGS == _DOUBLINGS - 1:
        ways /= ways.max()


def _fraction(ways: Ways, away: npt.NDArray[np.bool_]) -> Exact:
    """Return the part of the ways that are away over all ways."""
    if ways.dtype == np.int64:
        return Exact(numerator=int(ways[away].sum()), denominator=int(ways.sum()))
    return Exact(numerator=float(ways[away].sum()), denominator=float(ways.sum()))
