"""A second witness: statsmodels and scipy on the public sets' tables and on hundreds of random ones (S-50).

Welch's test and limits, two one-sided tests, Brunner and Munzel, Wilson, Holm and Benjamini-Hochberg, power of a t
test; exact permutation, sign flips and the paired t. A floor of S-10 is ours alone, so a floored figure is left out.
statsmodels has nothing for ρ, for the floors and for the logit interval of S-14: R is their witness.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from reference_random import codes, each_batch, tables, varied
from reference_tables import wrong
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.nonparametric import rank_compare_2indep
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from assess.scoring import compare, equivalence, permutation, power, superiority
from assess.scoring.compare import Compared
from assess.scoring.histogram import Histogram, histogram
from assess.scoring.multiplicity import benjamini_hochberg, holm
from assess.scoring.permutation import Exact
from assess.scoring.results import Estimate, Flag, NotEstimable


def points(h: Histogram) -> np.ndarray:
    """Return POMP points at each score."""
    return 100.0 * (h.score - h.zero) / h.span


def described(h: Histogram) -> DescrStatsW:
    return DescrStatsW(points(h), weights=h.count)


@each_batch
def test_gaps_and_equivalence_are_those_of_statsmodels(name: tuple[str, str]) -> None:
    """S-12, S-13: Welch's p, df and limits at two levels, the p of two one-sided tests."""
    seen = 0
    for x, y in tables(name):
        found = compare.gap(x, y)
        assert isinstance(found, Compared)
        if not varied(x, y):
            assert Flag.FLOORED in found.estimate.flags
            continue
        assert Flag.FLOORED not in found.estimate.flags
        theirs, ours = CompareMeans(described(x), described(y)), found.estimate
        t, p, df = theirs.ttest_ind(usevar="unequal")
        low95, high95 = theirs.tconfint_diff(alpha=0.05, usevar="unequal")
        low90, high90 = theirs.tconfint_diff(alpha=0.10, usevar="unequal")
        p_tost, _ = theirs.ttost_ind(-10, 10, usevar="unequal")
        expected = {
            "t": (ours.value / ours.se, t),
            "p": (found.p_t, p),
            "df": (ours.df, df),
            "lo95": (ours.lo95, low95),
            "hi95": (ours.hi95, high95),
            "lo90": (ours.lo90, low90),
            "hi90": (ours.hi90, high90),
            "tost": (equivalence.tost_p(ours, 10), p_tost),
        }
        assert wrong(expected) == {}
        seen += 1
    assert seen >= 5 or name == ("cohesion", "2ND_1ST")


@each_batch
def test_one_side_s_mean_is_that_of_statsmodels(name: tuple[str, str]) -> None:
    """S-12: one side, df n - 1."""
    seen = 0
    for h in (side for pair in tables(name) for side in pair):
        found = compare.mean(h)
        assert isinstance(found, Estimate)
        if varied(h):
            low, high = described(h).tconfint_mean()
            assert wrong({"lo95": (found.lo95, low), "hi95": (found.hi95, high)}) == {}
            assert found.df == h.n - 1
            seen += 1
    assert seen >= 10


@each_batch
def test_one_picked_of_each_is_that_of_statsmodels(name: tuple[str, str]) -> None:
    """S-14: θ, and Brunner and Munzel's se, df and p, where both sides' placements vary."""
    seen = 0
    for x, y in tables(name):
        ours, theta = superiority.brunner_munzel(x, y), superiority.superiority(x, y)
        assert isinstance(theta, Estimate)
        if isinstance(ours, NotEstimable):
            continue
        theirs = rank_compare_2indep(np.repeat(x.score, x.count), np.repeat(y.score, y.count))
        expected = {
            "theta": (theta.value, theirs.prob1),
            "se": (ours.se, math.sqrt(theirs.var_prob)),
            "df": (ours.df, theirs.df),
            "p": (ours.p, theirs.pvalue),
        }
        assert wrong(expected) == {}
        if Flag.FLOORED not in theta.flags:
            assert wrong({"se": (theta.se, math.sqrt(theirs.var_prob)), "df": (theta.df, theirs.df)}) == {}
        seen += 1
    assert seen >= 5


@pytest.mark.parametrize("n", range(1, 41))
def test_favourable_shares_have_wilson_s_limits_of_statsmodels(n: int) -> None:
    """S-15: every share of up to forty people, both levels of confidence."""
    for chosen in range(n + 1):
        found = compare.favourable(codes(np.repeat([5, 3], [chosen, n - chosen]), 5))
        assert isinstance(found, Estimate)
        for alpha, limits in ((0.05, (found.lo95, found.hi95)), (0.10, (found.lo90, found.hi90))):
            theirs = proportion_confint(chosen, n, alpha=alpha, method="wilson")
            assert limits == pytest.approx([100 * limit for limit in theirs], rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("seed", range(40))
def test_families_are_adjusted_as_statsmodels_does(seed: int) -> None:
    """S-23: one to forty p values, ties, zeros and ones among them."""
    generator = np.random.default_rng([23, seed])
    p = generator.random(generator.integers(1, 41)) ** generator.choice([1, 4])
    p[generator.random(len(p)) < 0.2] = generator.choice([0.0, 1.0, p[0]])
    family = {str(place): float(each) for place, each in enumerate(p)}
    for ours, method in ((holm, "holm"), (benjamini_hochberg, "fdr_bh")):
        theirs = multipletests(p, method=method)[1]
        assert list(ours(family).values()) == pytest.approx(theirs.tolist(), rel=1e-12)


@pytest.mark.parametrize(("n", "m"), [*power.SIZES, (2, 2), (2, 40), (7, 300)])
@pytest.mark.parametrize("sd", [power.SD_SCALE, power.SD_ITEM])
def test_the_detectable_gap_has_power_eighty_by_statsmodels(n: int, m: int, sd: float) -> None:
    """S-47: exactly in the direction of the gap; two-sided, a detection of the wrong direction adds under 1e-4."""
    asked = {"effect_size": power.detectable_gap(n, m, sd=sd) / sd, "nobs1": n, "ratio": m / n}
    assert TTestIndPower().power(alpha=0.025, alternative="larger", **asked) == pytest.approx(0.80, abs=1e-9)
    two_sided = TTestIndPower().power(alpha=0.05, alternative="two-sided", **asked)
    assert 0.80 - 1e-9 <= two_sided < 0.80 + 1e-4


@pytest.mark.parametrize("margin", [5, 7.5, 10, 12.5, 20, 40])
@pytest.mark.parametrize("sd", [power.SD_SCALE, power.SD_ITEM])
def test_the_answers_needed_are_those_of_statsmodels(margin: float, sd: float) -> None:
    """S-47: its root, rounded up."""
    theirs = TTestIndPower().solve_power(effect_size=margin / sd, alpha=0.025, power=0.80, alternative="larger")
    assert power.need(margin, sd) == max(2, math.ceil(theirs))


def small(seed: int, count: int = 12) -> list[tuple[np.ndarray, np.ndarray, int]]:
    """Return seeded pairs of two to five people a side."""
    generator = np.random.default_rng([20, seed])
    drawn = []
    for levels in generator.integers(2, 8, size=count).tolist():
        first, second = (generator.integers(1, levels + 1, size=generator.integers(2, 6)) for _ in range(2))
        drawn.append((first, second, levels))
    return drawn


def apart(a: np.ndarray, b: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return how far apart two means are, in integers."""
    return np.abs(b.shape[axis] * a.sum(axis=axis) - a.shape[axis] * b.sum(axis=axis))


@pytest.mark.parametrize("seed", range(10))
def test_exact_tests_of_few_people_are_scipy_s_permutation_test(seed: int) -> None:
    """S-20: every relabelling, of scores and of doubled midranks."""
    for first, second, levels in small(seed):
        x, y = codes(first, levels), codes(second, levels)
        ranks = 2 * stats.rankdata(np.concatenate([first, second]))
        for ours, sides in (
            (permutation.two_sample(x, y), (first, second)),
            (permutation.two_sample_ranks(x, y), (ranks[: len(first)], ranks[len(first) :])),
        ):
            theirs = stats.permutation_test(
                [side.astype(np.int64) for side in sides], apart, n_resamples=np.inf, alternative="greater"
            )
            assert isinstance(ours, Exact)
            assert ours.p == pytest.approx(theirs.pvalue, rel=1e-12)
            assert ours.denominator == math.comb(len(first) + len(second), len(first))


@pytest.mark.parametrize("seed", range(10))
def test_paired_tests_of_few_people_are_scipy_s(seed: int) -> None:
    """S-21, S-33: every pattern of signs by permutation_test, and the t test of related samples."""
    generator = np.random.default_rng([21, seed])
    for _ in range(5):
        first, second = generator.integers(1, 6, size=(2, generator.integers(3, 11)))
        moved = first - second
        h = histogram(moved.astype(np.int64), zero=0, span=4, step=1)
        theirs = stats.permutation_test(
            [moved],
            lambda d, axis: np.abs(d.sum(axis=axis)),
            permutation_type="samples",
            n_resamples=np.inf,
            alternative="greater",
        )
        ours, found = permutation.sign_flip(h), compare.paired(h)
        assert isinstance(ours, Exact)
        assert isinstance(found, Compared)
        assert ours.p == pytest.approx(theirs.pvalue, rel=1e-12)
        if varied(h):
            assert found.p_t == pytest.approx(stats.ttest_rel(first, second).pvalue, rel=1e-9)
