"""S-13: two one-sided tests and the 90 % interval are the same thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scoring_builders import codes, samples

from assess.scoring import compare
from assess.scoring.equivalence import inside, tost_p
from assess.scoring.intervals import t_estimate
from assess.scoring.results import Estimand, Estimate


def estimate(first: list[int], second: list[int]) -> Estimate:
    found = compare.difference(codes(*first), codes(*second))
    assert isinstance(found, Estimate)
    return found


@given(samples(2, 20), samples(2, 20), st.sampled_from([5.0, 10.0, 12.5, 40.0]))
def test_tost_below_five_percent_is_the_interval_inside_the_margin(
    first: list[int], second: list[int], margin: float
) -> None:
    """S-13, S-54: TOST ⇔ interval."""
    found = estimate(first, second)
    assert (tost_p(found, margin) < 0.05) == inside(found.lo90, found.hi90, margin)


@pytest.mark.parametrize(
    ("lo90", "hi90", "expected"),
    [(-9.9, 9.9, True), (-10, 9, False), (-9, 10, False), (-12, 3, False), (1, 12, False)],
)
def test_the_interval_must_be_strictly_inside(lo90: float, hi90: float, *, expected: bool) -> None:
    """S-13, S-30: all comparisons strict."""
    assert inside(lo90, hi90, 10) is expected


def test_the_larger_of_the_two_one_sided_p_values_counts() -> None:
    """S-49: bounds never swapped: a gap far above the margin has p near 1, not near 0."""
    assert tost_p(estimate([5] * 8 + [4], [1] * 8 + [2]), 10) > 0.999
    assert tost_p(estimate([1] * 8 + [2], [5] * 8 + [4]), 10) > 0.999


@pytest.mark.parametrize("d", [4.0, -4.0])
def test_the_distance_to_the_nearer_margin_is_counted_in_standard_errors(d: float) -> None:
    """S-13: 6 points from M = 10 at an error of 5 is t = 1.2."""
    found = t_estimate(d, variance=25, df=20, n=11, m=11, estimand=Estimand.PROCESS, method="welch")
    assert tost_p(found, 10) == pytest.approx(stats.t.sf(1.2, 20), rel=1e-12)
