"""S-49: what a library's function does where ours must not follow, at the pinned version, and what ours gives there.

A test that fails because a library has been mended is good news: say so here, and keep our half. The Heywood case of a
one-factor model is in `test_reference_reliability`; alpha and limits of tiny tables are among the unit tests.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import reference_rows
import reference_tables
from reference_random import codes
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.nonparametric import rank_compare_2indep
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW, ttost_ind

from assess.scoring import compare, equivalence, permutation, power, reliability, superiority
from assess.scoring.compare import Compared
from assess.scoring.histogram import Histogram
from assess.scoring.multiplicity import benjamini_hochberg, holm
from assess.scoring.permutation import Exact
from assess.scoring.results import Estimate, Flag

APART = ([4, 4, 5, 5, 5], [1, 1, 2, 2, 3])
ALIKE = ([3] * 6, [3] * 6)


@pytest.fixture(autouse=True)
def _libraries_may_warn() -> Iterator[None]:
    """Several of these traps warn before they fall shut; ours never warns, as every other test sees to."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def five(values: list[int]) -> Histogram:
    return codes(np.array(values), 5)


def quietly(call: Callable[[], object]) -> object:
    """Return what ours gives, any warning an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return call()


def test_brunner_and_munzel_under_separation_is_nan_or_zero_in_scipy_and_an_interval_here() -> None:
    """scipy#15843, S-48: θ [.570, 1]."""
    assert math.isnan(stats.brunnermunzel(*APART).pvalue)
    assert stats.brunnermunzel(*APART, distribution="normal").pvalue == 0
    found = quietly(lambda: superiority.superiority(*map(five, APART)))
    assert isinstance(found, Estimate)
    assert (found.value, found.hi95) == (1, 1)
    assert found.lo95 == pytest.approx(0.570, abs=5e-4)


def test_brunner_and_munzel_of_constants_is_nan_in_scipy_and_a_half_with_an_interval_here() -> None:
    """scipy#22664."""
    assert math.isnan(stats.brunnermunzel(*ALIKE).pvalue)
    found = quietly(lambda: superiority.superiority(*map(five, ALIKE)))
    assert isinstance(found, Estimate)
    assert found.value == 0.5
    assert found.lo95 < 0.5 < found.hi95


@pytest.mark.parametrize("sides", [APART, ALIKE])
def test_rank_compare_2indep_is_nan_under_separation_and_of_constants(sides: tuple[list[int], list[int]]) -> None:
    """statsmodels#6971: p and limits; ours has both limits."""
    theirs = rank_compare_2indep(*sides)
    assert math.isnan(theirs.pvalue)
    assert any(math.isnan(limit) for limit in theirs.conf_int())
    found = quietly(lambda: superiority.superiority(*map(five, sides)))
    assert isinstance(found, Estimate)
    assert Flag.FLOORED in found.flags


def test_a_tie_in_one_slice_alters_the_others_in_mannwhitneyu() -> None:
    """scipy#26115: "auto" takes the asymptotic p of a whole array when one row has a tie."""
    first = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])
    second = np.array([[1.5, 2.5, 9.0, 10.0], [5.0, 11.0, 12.0, 13.0]])
    alone = stats.mannwhitneyu(first[0], second[0]).pvalue
    together = stats.mannwhitneyu(first, second, axis=1).pvalue[0]
    assert alone == pytest.approx(34 / 70)
    assert together != pytest.approx(alone, abs=0.01)
    ranks = [stats.rankdata([*first[0], *second[0]])[at].astype(np.int64) for at in (slice(4), slice(4, 8))]
    ours = quietly(lambda: permutation.two_sample_ranks(*(codes(side, 8) for side in ranks)))
    assert ours == Exact(numerator=34, denominator=70)


def test_the_exact_mannwhitneyu_ignores_ties() -> None:
    """S-49: .111 where every relabelling counted gives .159."""
    first, second = [1, 1, 2, 2], [2, 2, 2, 3, 3]
    assert stats.mannwhitneyu(first, second, method="exact").pvalue == pytest.approx(14 / 126)
    ours = quietly(lambda: permutation.two_sample_ranks(five(first), five(second)))
    assert ours == Exact(numerator=20, denominator=126)


def test_identical_scores_differ_by_rounding_in_ttest_ind_and_are_equal_here() -> None:
    """scipy#14418, #26113: seven people and thirty, all at 4/3; p 9e-6 in scipy."""
    assert stats.ttest_ind([4 / 3] * 7, [4 / 3] * 30, equal_var=False).pvalue < 1e-5

    def at(people: int) -> Histogram:
        return Histogram(score=np.array([4]), count=np.array([people]), zero=3, span=12, step=3)

    found = quietly(lambda: compare.gap(at(7), at(30)))
    assert isinstance(found, Compared)
    assert (found.estimate.value, found.p) == (0, 1)


def test_a_bootstrap_interval_of_constants_is_nan_in_scipy() -> None:
    """scipy#15883: BCa; the product has no such interval, and Welch's floored one is finite."""
    theirs = stats.bootstrap(
        ([4] * 5, [3] * 5),
        lambda a, b, axis: a.mean(axis) - b.mean(axis),
        method="BCa",
        rng=np.random.default_rng(15883),
        n_resamples=200,
    ).confidence_interval
    assert math.isnan(theirs.low)
    assert math.isnan(theirs.high)
    found = quietly(lambda: compare.gap(five([4] * 5), five([3] * 5)))
    assert isinstance(found, Compared)
    assert found.estimate.lo95 < 25 < found.estimate.hi95


def test_a_missing_p_value_is_refused_or_counted_by_libraries_and_no_part_of_our_family() -> None:
    """statsmodels#2899: Holm counts the nan as a test, BH loses the family; scipy refuses. Ours never meets one."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        stats.false_discovery_control([0.01, 0.02, np.nan])
    assert multipletests([0.01, 0.02, np.nan], method="holm")[1][:2] == pytest.approx([0.03, 0.04])
    assert np.isnan(multipletests([0.01, 0.02, np.nan], method="fdr_bh")[1]).all()
    family = {"a": 0.01, "b": 0.02}  # the third is withheld or not estimable: it has no p value to give
    assert holm(family) == pytest.approx({"a": 0.02, "b": 0.02})
    assert benjamini_hochberg(family) == pytest.approx({"a": 0.02, "b": 0.02})


def test_a_missing_answer_makes_every_rank_nan_in_scipy_and_is_left_out_here() -> None:
    """scipy#17731, S-07: a blank never reaches a formula, so a person without an answer changes nothing."""
    assert np.isnan(stats.rankdata([1, np.nan, 2])).all()
    released, _ = reference_rows.bfi(20)
    scales = reference_tables.read("bfi")["first_20"]["scales"]
    short = [code for scale in scales.values() for code in scale["items"] if (released.table.column(code) < 1).any()]
    assert short
    for code in short:
        scale = next(each for each in scales.values() if code in each["items"])
        x, y = reference_tables.histograms(reference_tables.item(scale, code), ["1", "2"])
        answered = np.count_nonzero(released.table.column(code) >= 1)
        assert x.n + y.n == answered < 40
        assert isinstance(quietly(lambda x=x, y=y: permutation.two_sample_ranks(x, y)), Exact)


def test_the_far_tail_of_the_noncentral_t_is_nan_in_scipy_and_not_asked_for_here() -> None:
    """S-49: nct.cdf(-2.1, 14, 15), hence a power of nan from statsmodels where the power is 1."""
    assert math.isnan(stats.nct.cdf(-2.1, 14, 15))
    assert stats.nct.cdf(-2.1, 14, 14) == pytest.approx(1.5e-42, rel=0.1)
    assert math.isnan(TTestIndPower().power(effect_size=20, nobs1=8, alpha=0.05, ratio=1, alternative="two-sided"))
    assert quietly(lambda: power.need(400, 20)) == 2
    assert quietly(lambda: power.need(120, 20)) == 2
    for n in (2, 3, 8, 200):
        assert math.isfinite(quietly(lambda n=n: power.detectable_gap(n, n)))  # type: ignore[arg-type]


def test_equivalence_bounds_can_be_swapped_in_statsmodels_and_not_here() -> None:
    """TOSTER#27: exchanged bounds are another question, silently answered; ours takes one margin."""
    first, second = [1, 2, 2, 3, 2, 3, 3], [2, 2, 3, 3, 4, 3, 2, 2]
    right, swapped = (ttost_ind(first, second, *bounds, usevar="unequal")[0] for bounds in ((-1, 1), (1, -1)))
    assert swapped > 0.99
    assert right < 0.06
    found = compare.difference(five(first), five(second))
    assert isinstance(found, Estimate)
    assert quietly(lambda: equivalence.tost_p(found, 25)) == pytest.approx(right, rel=1e-10)


def test_equivalence_pools_its_spread_by_default_in_statsmodels_and_never_here() -> None:
    """pingouin#48: pooled degrees of freedom, .402 for Welch's .387."""
    first, second = [3, 3, 4, 4, 5], [1, 2, 5, 4, 3, 3, 1, 5]
    default = ttost_ind(first, second, -1, 1)[0]
    welch = CompareMeans(DescrStatsW(first), DescrStatsW(second)).ttost_ind(-1, 1, usevar="unequal")[0]
    assert (default, welch) == pytest.approx((0.4017, 0.3870), abs=5e-5)
    found = compare.difference(five(first), five(second))
    assert isinstance(found, Estimate)
    assert found.df < len(first) + len(second) - 2
    assert quietly(lambda: equivalence.tost_p(found, 25)) == pytest.approx(welch, rel=1e-10)


@pytest.mark.parametrize("scale", ["E", "N"])
def test_alpha_by_pairs_of_items_is_another_number_than_alpha_of_complete_rows(scale: str) -> None:
    """jamovi#649: covariances from whoever answered both items, as pandas makes them, give another alpha than R's."""
    import pandas as pd

    entry = reference_tables.read("bfi")["first_20"]["scales"][scale]
    released, asked = reference_rows.bfi(20)
    answers = pd.DataFrame({code: released.table.column(code).astype(float) for code in entry["items"]})
    answers = answers.where(answers >= 1)
    for code in asked.scales[scale].reverse:
        answers[code] = 7 - answers[code]
    by_pairs = answers.cov().to_numpy()
    k = len(entry["items"])
    alpha_by_pairs = k / (k - 1) * (1 - np.trace(by_pairs) / by_pairs.sum())
    ours, r = quietly(lambda: reliability.alpha(reference_tables.item_table(entry))), entry["reliability"]
    assert isinstance(ours, Estimate)
    assert ours.n == r["n_complete"] < 40
    assert ours.value == pytest.approx(r["alpha_raw"], rel=1e-10)
    assert abs(alpha_by_pairs - ours.value) > 1e-3
