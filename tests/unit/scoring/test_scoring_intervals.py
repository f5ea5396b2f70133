"""Floors, estimands and t limits (S-04, S-10, S-11, S-48)."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scoring_builders import codes, counts, samples

from assess.scoring import intervals
from assess.scoring.histogram import histogram
from assess.scoring.intervals import Spread, choose, clipped, sample_variance, spread
from assess.scoring.results import Estimand, Flag, NotEstimable, Reason


def measured(h: object, **given: float) -> Spread:
    found = spread(h, **given)  # type: ignore[arg-type]
    assert isinstance(found, Spread)
    return found


@given(samples())
def test_the_variance_is_that_of_the_points(values: list[int]) -> None:
    """S-04: (nQ - S²)/(n(n-1)) in POMP squared."""
    points = [25.0 * (value - 1) for value in values]
    assert sample_variance(codes(*values)) == pytest.approx(statistics.variance(points), rel=1e-12, abs=1e-12)


def test_equal_answers_have_exactly_no_variance() -> None:
    """S-04: integers until the last division, so nothing is left over (scipy#14418)."""
    assert sample_variance(codes(*[3] * 7)) == 0
    assert measured(codes(*[3] * 7)).mean == 50


def test_a_constant_side_has_the_variance_of_one_person_one_step_away() -> None:
    """S-10: s²* = D²/n, D = 25 POMP on five levels; flagged."""
    found = measured(codes(*[4] * 8))
    assert found.variance == pytest.approx((25**2 / 8) / 8)
    assert found.flags == {Flag.FLOORED}


def test_a_side_that_varies_more_is_not_floored() -> None:
    """S-10: one of eight a step away has s² = D²/8 exactly, which is the floor and no flag."""
    at = measured(codes(*[4] * 7, 5))
    above = measured(codes(*[4] * 6, 5, 5))
    assert at.variance == pytest.approx(25**2 / 64)
    assert at.flags == above.flags == frozenset()
    assert above.variance > at.variance


def test_mean_and_floor_are_in_points_whatever_integer_unit_the_scores_have() -> None:
    """S-07, S-10: four persons at 4/3 on a scale whose scores are sixtieths; D stays 25 POMP."""
    found = measured(histogram(np.array([80] * 4, dtype=np.int64), zero=60, span=240, step=60))
    assert found.mean == pytest.approx(25 / 3, rel=1e-15)
    assert found.variance == pytest.approx(25**2 / 4 / 4, rel=1e-15)
    assert (found.n, found.flags) == (4, {Flag.FLOORED})


def test_prorated_scores_are_flagged() -> None:
    """S-07: the share with a < k is stated."""
    from dataclasses import replace

    assert measured(replace(codes(1, 3, 5), partial=1)).flags == {Flag.PRORATED}


def test_a_near_census_takes_rho_times_f_off_the_variance() -> None:
    """S-10, S-11: V = s²*(1 - ρf)/n."""
    h = counts(2, 3, 4, 5, 6)
    assert measured(h, rho=0.75, fraction=0.8).variance == pytest.approx(0.4 * measured(h).variance)


def test_neither_rho_nor_f_alone_takes_anything_off() -> None:
    """S-11: both are 0 unless given."""
    h = counts(2, 3, 4, 5, 6)
    assert spread(h, rho=0.75) == spread(h, fraction=0.8) == spread(h)


def test_a_census_without_error_has_no_interval() -> None:
    """S-11: ρf = 1 leaves no variance, and a standard error is positive (S-01)."""
    assert spread(counts(1, 1, 1, 1, 1), rho=1.0, fraction=1.0) == NotEstimable(reason=Reason.ZERO_VARIANCE)


@pytest.mark.parametrize(("rho", "fraction"), [(2.0, 0.9), (-0.5, 0.9), (0.75, 1.5)])
def test_impossible_assumptions_are_refused(rho: float, fraction: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        spread(counts(1, 1, 1, 1, 1), rho=rho, fraction=fraction)


def test_nobody_and_one_person_have_no_interval() -> None:
    """S-02."""
    assert spread(codes()) == NotEstimable(reason=Reason.NO_ANSWERS)
    assert spread(codes(3)) == NotEstimable(reason=Reason.TOO_FEW)


def test_two_persons_have_one() -> None:
    """S-02: too_few is n < 2. Points 0 and 100: s² = 5000, V = 2500."""
    assert spread(codes(1, 5)) == Spread(mean=50, variance=2500, n=2, flags=frozenset())


def test_half_of_each_side_makes_it_about_these_people() -> None:
    """S-11: A from f = .5 on both sides."""
    found = choose({"east": 5, "west": 9}, {"east": 10, "west": 12})
    assert found.estimand is Estimand.PEOPLE
    assert found.fractions == (0.5, 0.75)


@pytest.mark.parametrize(
    ("answered", "invited"),
    [
        ({"east": 4, "west": 12}, {"east": 10, "west": 12}),
        ({"east": 5, "west": 5}, None),
        ({"east": 0, "west": 5}, {"east": 0, "west": 5}),
    ],
)
def test_under_half_or_an_unknown_head_count_makes_it_about_the_process(
    answered: dict[str, int], invited: dict[str, int] | None
) -> None:
    """S-11, S-48: N unknown is estimand B."""
    found = choose(answered, invited)
    assert found == intervals.Basis(estimand=Estimand.PROCESS, fractions=(0.0, 0.0))


def test_more_answers_than_people_is_an_error() -> None:
    """S-48: n > N."""
    with pytest.raises(ValueError, match="side east: 11 persons but only 10 invited"):
        choose({"east": 11, "west": 5}, {"east": 10, "west": 10})


@pytest.mark.parametrize("df", [1, 3.7, 8.05515308812569, 19, 190.3])
def test_quantiles_and_p_values_are_those_of_t(df: float) -> None:
    """S-03: scipy.special alone, equal to scipy.stats."""
    assert intervals.t_quantile(df, 0.95) == pytest.approx(stats.t.ppf(0.975, df), rel=1e-12)
    assert intervals.t_quantile(df, 0.90) == pytest.approx(stats.t.ppf(0.95, df), rel=1e-12)
    assert intervals.t_two_sided(-2.3, df) == pytest.approx(2 * stats.t.sf(2.3, df), rel=1e-12)
    assert intervals.t_two_sided(0.0, df) == 1
    assert intervals.z_quantile(0.95) == pytest.approx(1.959963984540054, rel=1e-14)


@given(st.floats(0.1, 900), st.floats(0.1, 900), st.integers(2, 90), st.integers(2, 90))
def test_welch_degrees_of_freedom_lie_between_the_smaller_side_and_both(
    first: float, second: float, n: int, m: int
) -> None:
    """S-12."""
    df = intervals.welch_df((first, n), (second, m))
    assert min(n, m) - 1 <= df * (1 + 1e-12)
    assert df <= (n + m - 2) * (1 + 1e-12)


def test_an_estimate_holds_what_it_was_given_between_its_t_limits() -> None:
    """S-01, S-12: every field, flags included; t of 9 degrees of freedom at .975 and .95."""
    given = {"df": 9, "n": 10, "m": 4, "estimand": Estimand.PEOPLE, "method": "t", "flags": frozenset({Flag.PRORATED})}
    found = intervals.t_estimate(20.0, variance=9.0, **given)  # type: ignore[arg-type]
    wide, narrow = 3 * stats.t.ppf(0.975, 9), 3 * stats.t.ppf(0.95, 9)
    assert {name: getattr(found, name) for name in given} == given
    assert (found.value, found.se) == (20, 3)
    assert (found.lo95, found.hi95) == pytest.approx((20 - wide, 20 + wide), rel=1e-12)
    assert (found.lo90, found.hi90) == pytest.approx((20 - narrow, 20 + narrow), rel=1e-12)


def test_an_estimate_is_clipped_to_its_scale_value_and_limits() -> None:
    """S-01: scores to [0, 100], gaps to ±100."""
    estimate = intervals.t_estimate(
        96.0, variance=100.0, df=4, n=5, m=0, estimand=Estimand.PROCESS, method="t", flags=frozenset()
    )
    held = clipped(estimate, 0, 100)
    assert (held.value, held.hi90, held.hi95) == (96, 100, 100)
    assert (held.lo90, held.lo95, held.se) == (estimate.lo90, estimate.lo95, estimate.se)
    assert math.isclose(estimate.hi95 - 96, 10 * stats.t.ppf(0.975, 4))


@pytest.mark.parametrize("beyond", [-30.0, 130.0])
def test_a_value_beyond_its_scale_is_clipped_with_all_its_limits(beyond: float) -> None:
    """S-01."""
    estimate = intervals.t_estimate(beyond, variance=1.0, df=9, n=10, m=0, estimand=Estimand.PROCESS, method="t")
    held, end = clipped(estimate, 0, 100), 0 if beyond < 0 else 100
    assert (held.lo95, held.lo90, held.value, held.hi90, held.hi95) == (end,) * 5
