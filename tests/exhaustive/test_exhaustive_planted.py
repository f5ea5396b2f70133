"""S-55: formulas that are not ours, each with one weakness, and what the same checker says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest
from exhaustive_checker import Function, call, sweep
from exhaustive_relations import inexact, unswapped
from exhaustive_tables import PAIRS
from scipy import stats

from assess.scoring import compare, intervals, permutation
from assess.scoring.histogram import Histogram
from assess.scoring.intervals import sample_variance, t_estimate, welch_df
from assess.scoring.permutation import Exact
from assess.scoring.results import Estimand, Estimate, NotEstimable, Reason

Judge = Callable[[Sequence[object], Sequence[tuple[Histogram, Histogram]]], Iterator[str]]

FEW = [(x, y) for x, y in PAIRS if max(x.n, y.n) <= 3]
"""Pairs of up to three people a side: the first on which a weakness shows."""

FEWER = [(x, y) for x, y in FEW if max(x.n, y.n) <= 2]
"""For scipy's tests, which take a millisecond."""


def unfloored(x: Histogram, y: Histogram) -> object:
    """S-12 without the floor of S-10."""
    if min(x.n, y.n) < 2:
        return NotEstimable(reason=Reason.TOO_FEW)
    v, w = sample_variance(x) / x.n, sample_variance(y) / y.n
    return t_estimate(
        100 * (x.total / x.n - y.total / y.n) / x.span,
        variance=v + w,
        df=welch_df((v, x.n), (w, y.n)),
        n=x.n,
        m=y.n,
        estimand=Estimand.PROCESS,
        method="planted",
    )


def raw(h: Histogram) -> list[int]:
    return np.repeat(h.score, h.count).tolist()


def from_scipy(x: Histogram, y: Histogram) -> object:
    return float(stats.brunnermunzel(raw(x), raw(y)).pvalue)


def student(x: Histogram, y: Histogram) -> object:
    return float(stats.ttest_ind(raw(x), raw(y), equal_var=False).pvalue)


def silent(x: Histogram, y: Histogram) -> object:
    return compare.difference(x, y) if min(x.n, y.n) >= 2 else None


def strict(x: Histogram, y: Histogram) -> object:
    """S-20 that counts what is farther apart than seen, and not what is as far."""
    found = permutation.two_sample(x, y)
    if isinstance(found, NotEstimable):
        return found
    as_far = 1 if x.n != y.n else 2
    return Exact(numerator=found.numerator - as_far, denominator=found.denominator)


def apart(x: Histogram, y: Histogram) -> object:
    """The difference of two rounded means."""
    found = compare.difference(x, y)
    if not isinstance(found, Estimate):
        return found
    first, second = intervals.spread(x), intervals.spread(y)
    return t_estimate(
        first.mean - second.mean,  # type: ignore[union-attr]
        variance=found.se**2,
        df=found.df,
        n=found.n,
        m=found.m,
        estimand=found.estimand,
        method="planted",
    )


def unsigned(x: Histogram, y: Histogram) -> object:
    found = compare.difference(x, y)
    return found if isinstance(found, NotEstimable) or found.value >= 0 else compare.difference(y, x)


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        (unfloored, "ZeroDivisionError"),
        (from_scipy, "Warning"),
        (student, "Warning"),
        (silent, "none of the typed results"),
        (strict, "not a fraction of whole numbers"),
    ],
)
def test_the_checker_sees_a_planted_weakness(planted: Function, said: str) -> None:
    """S-55: the same sweep, over formulas without floors, types or ties."""
    inputs = FEWER if planted in {from_scipy, student} else FEW
    assert any(said in complaint for complaint in sweep(planted, (call(x, y) for x, y in inputs)).complaints)


@pytest.mark.parametrize(("planted", "judge"), [(apart, inexact), (unsigned, unswapped)])
def test_what_must_hold_between_sides_sees_a_planted_weakness(planted: Function, judge: Judge) -> None:
    """S-54, S-55: sound numbers one by one, wrong together."""
    found = sweep(planted, (call(x, y) for x, y in FEW))
    assert found.complaints == ()
    assert list(judge(found.found, FEW))


def test_nan_that_is_swallowed_is_seen_as_well() -> None:
    """S-55: a function that hides its warning and hands on what came out."""

    def hidden(x: Histogram, y: Histogram) -> object:
        with np.errstate(all="ignore"):
            return float(np.float64(x.total) / np.float64(x.n) - np.float64(y.total) / np.float64(y.n))

    assert any("nan is no number" in complaint for complaint in sweep(hidden, (call(x, y) for x, y in FEW)).complaints)
