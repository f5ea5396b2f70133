"""Pick one person from each team at random (S-14, S-48, S-49)."""

from __future__ import annotations

import itertools
import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from scoring_builders import codes, counts, samples

from assess.scoring.histogram import Histogram
from assess.scoring.results import Estimand, Estimate, Flag, NotEstimable, Reason
from assess.scoring.superiority import BrunnerMunzel, brunner_munzel, superiority


def theta(first: list[int], second: list[int]) -> Estimate:
    found = superiority(codes(*first), codes(*second))
    assert isinstance(found, Estimate)
    return found


def limits(found: Estimate) -> tuple[float, ...]:
    return found.lo95, found.lo90, found.value, found.hi90, found.hi95


@given(samples(2, 7), samples(2, 7))
def test_theta_is_the_share_of_pairs_won_with_ties_split(first: list[int], second: list[int]) -> None:
    """S-14: P(X > Y) + P(X = Y)/2 over all pairs."""
    won = [1 if a > b else 0.5 if a == b else 0 for a, b in itertools.product(first, second)]
    assert theta(first, second).value == pytest.approx(sum(won) / len(won), rel=1e-12)


@given(samples(2, 7), samples(2, 7))
def test_swapping_sides_maps_theta_to_its_complement(first: list[int], second: list[int]) -> None:
    """S-54."""
    one, two = limits(theta(first, second)), limits(theta(second, first))
    assert one == pytest.approx([1 - number for number in reversed(two)], abs=1e-12)


@given(samples(2, 7), samples(2, 7), st.sampled_from([(1, 2, 4, 6, 7), (1, 2, 3, 4, 7), (2, 3, 5, 6, 7)]))
def test_monotone_recoding_keeps_theta_and_its_interval(
    first: list[int], second: list[int], onto: tuple[int, ...]
) -> None:
    """S-54: θ reads order alone."""
    recode = dict(enumerate(onto, 1))
    there = theta(first, second)
    found = superiority(
        codes(*(recode[v] for v in first), levels=7),
        codes(*(recode[v] for v in second), levels=7),
    )
    assert isinstance(found, Estimate)
    assert limits(found) == pytest.approx(limits(there), abs=1e-12)


@given(samples(2, 7), samples(2, 7))
def test_the_interval_holds_theta_inside_zero_to_one(first: list[int], second: list[int]) -> None:
    """S-01, S-14: stretched to hold p."""
    ordered = limits(theta(first, second))
    assert list(ordered) == sorted(ordered)
    assert ordered[0] >= 0
    assert ordered[-1] <= 1


@given(samples(4, 9), samples(4, 9))
def test_the_unfloored_test_is_scipy_s(first: list[int], second: list[int]) -> None:
    """S-14 against scipy.stats.brunnermunzel, where that gives a number at all."""
    found = brunner_munzel(codes(*first), codes(*second))
    assume(isinstance(found, BrunnerMunzel))
    assert isinstance(found, BrunnerMunzel)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        theirs = stats.brunnermunzel(first, second)
    assume(np.isfinite(theirs.pvalue) and np.isfinite(theirs.statistic))
    assert (found.p_x_lt_y - 0.5) / found.se == pytest.approx(theirs.statistic, rel=1e-9, abs=1e-9)
    assert found.p == pytest.approx(theirs.pvalue, rel=1e-7, abs=1e-12)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(theirs.statistic), found.df), rel=1e-7, abs=1e-12)


def test_sides_of_one_variance_have_an_unfloored_test() -> None:
    """S-14: only where neither side varies is there none."""
    found = brunner_munzel(codes(1, 2, 3), codes(1, 2, 3))
    assert isinstance(found, BrunnerMunzel)
    assert (found.p_x_lt_y, found.p) == (0.5, 1)


def test_theta_of_any_number_of_people_is_exact() -> None:
    """S-04: placements are integers until the division, of any size; in int64 these would wrap round."""
    crowd = 2**40
    x = Histogram(score=np.array([1, 3]), count=np.array([crowd, 3 * crowd]), zero=1, span=4, step=1)
    y = Histogram(score=np.array([2, 3]), count=np.array([crowd, crowd]), zero=1, span=4, step=1)
    found = superiority(x, y)
    assert isinstance(found, Estimate)
    assert found.value == 9 / 16


def test_separation_of_five_and_five_is_more_than_chance_and_ends_at_one() -> None:
    """S-48: θ [.570, 1]; S-49: scipy's own is nan or 0 there."""
    found = theta([4, 4, 5, 5, 5], [1, 1, 2, 2, 3])
    assert (found.value, found.hi90, found.hi95) == (1, 1, 1)
    assert found.lo95 == pytest.approx(0.570, abs=5e-4)
    assert Flag.FLOORED in found.flags
    assert brunner_munzel(codes(4, 4, 5), codes(1, 2, 2)) == NotEstimable(reason=Reason.ZERO_VARIANCE)


@pytest.mark.parametrize(("n", "m"), [(5, 5), (5, 30), (9, 6)])
def test_separation_from_five_a_side_excludes_a_half(n: int, m: int) -> None:
    """S-14."""
    assert theta([5] * n, [1] * m).lo95 > 0.5
    assert theta([1] * n, [5] * m).hi95 < 0.5


def test_all_equal_answers_are_a_half_with_an_interval() -> None:
    """S-48: scipy's is nan (scipy#22664); ours is floored."""
    found = theta([3] * 6, [3] * 6)
    assert found.value == 0.5
    assert found.lo95 < 0.5 < found.hi95
    assert found.flags == {Flag.FLOORED}
    assert brunner_munzel(codes(3, 3), codes(3, 3)) == NotEstimable(reason=Reason.ZERO_VARIANCE)


def test_the_side_floor_widens_a_side_with_hardly_any_spread() -> None:
    """S-14: s_x² >= .6w/n; the plain product p(1-p)/nm would be far narrower."""
    first, second = [3] * 8, [1, 2, 2, 4, 4, 5, 5, 5]
    found, plain = theta(first, second), brunner_munzel(codes(*first), codes(*second))
    assert isinstance(plain, BrunnerMunzel)
    assert Flag.FLOORED in found.flags
    w = found.value * (1 - found.value)
    assert found.se**2 == pytest.approx(plain.se**2 + 0.6 * w / 8 / 8, rel=1e-12)


def test_a_side_just_at_its_floor_is_not_floored() -> None:
    """S-14: s² >= .6w/n, and here the s² of [1, 2, 2] is .6·(15/64)/3 to the last bit, so nothing was raised."""
    at, above = [1, 2, 2], [1, 2, 2, 3]
    assert theta(at, above).flags == theta(above, at).flags == frozenset()
    assert theta([2, 2, 2], above).flags == theta(above, [2, 2, 2]).flags == {Flag.FLOORED}


def test_theta_says_how_it_was_made_and_of_how_many_persons() -> None:
    """S-01, S-11, S-14: estimand B whatever the head count."""
    found = theta([1, 2, 4, 5], [2, 3, 3, 3, 5])
    assert (found.n, found.m, found.estimand) == (4, 5, Estimand.PROCESS)
    assert found.method == "probability of superiority, 0 to 1, logit interval"


def test_a_table_with_more_scores_than_counts_is_refused() -> None:
    """S-14: nobody may be dropped in silence."""
    broken = replace(codes(1, 2, 3), score=np.array([1, 2, 3, 4]))
    with pytest.raises(ValueError, match="shorter"):
        superiority(broken, codes(1, 2))


def test_a_half_needs_two_people_a_side() -> None:
    """S-02."""
    for function in (superiority, brunner_munzel):
        assert function(codes(), codes(1, 2)) == NotEstimable(reason=Reason.NO_ANSWERS)
        assert function(codes(1, 2), codes(1)) == NotEstimable(reason=Reason.TOO_FEW)


def test_a_lopsided_table_has_the_reference_interval() -> None:
    """S-14 written out for one table: expit(logit p̃ ± t·se/w)."""
    x, y = counts(0, 1, 2, 5, 4), counts(4, 3, 3, 1, 1)
    found = superiority(x, y)
    assert isinstance(found, Estimate)
    p = 1 - found.value
    w = p * (1 - p)
    t = stats.t.ppf(0.975, found.df)
    low = 1 / (1 + np.exp(-(np.log(p / (1 - p)) - t * found.se / w)))
    assert 1 - found.hi95 == pytest.approx(low, rel=1e-12)
    assert found.flags == frozenset()
