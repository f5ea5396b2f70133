"""S-50: numbers computed in R from rows that are not here, equalled from score tables alone.

Tolerances are those of the reference data's own notes: 1e-10 relative for Welch, Brunner-Munzel and Hedges' g, 1e-12
for exact p values, absolute under 1e-9.

Not asserted, because the numbers are weak witnesses: R's intervals of g (noncentral t) and of Cliff's delta (a standard
error under the null hypothesis, or Feng and Cliff's), which the product does not give; the ordinal logit of an item,
which does not exist under separation; `finite_population` but as the case ρ = 1 (its head counts are invented).
Reliability and agreement have their own modules, and their own lists.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
import reference_tables
from reference_tables import close
from scipy.special import stdtrit

from assess.scoring import compare, equivalence, intervals, permutation, superiority
from assess.scoring.compare import Compared
from assess.scoring.histogram import Histogram
from assess.scoring.permutation import Exact
from assess.scoring.results import Estimand, Estimate, Flag
from assess.scoring.superiority import BrunnerMunzel

SETS = {name: reference_tables.read(name) for name in reference_tables.NAMES}
PAIRS = [
    ("lq2002", "13_18"),
    ("lq2002", "14_55"),
    ("cohesion", "2ND_1ST"),
    ("bfi", "full"),
    ("bfi", "first_20"),
    ("attrition", "departments"),
]
SCALES = [(data, pair, scale) for data, pair in PAIRS for scale in SETS[data][pair]["scales"]]
ITEMS = [
    (data, pair, scale, item)
    for data, pair, scale in SCALES
    for item in SETS[data][pair]["scales"][scale].get("answers", {})
]


def table(
    data: str, pair: str, scale: str, item: str | None = None
) -> tuple[Histogram, Histogram, dict[str, Any], int]:
    found = SETS[data][pair]
    entry = found["scales"][scale]
    if item is not None:
        entry = reference_tables.item(entry, item)
    x, y = reference_tables.histograms(entry, found["sides"])
    return x, y, entry["numbers"], entry["levels"]


def gap(x: Histogram, y: Histogram) -> tuple[Compared, Estimate]:
    found = compare.gap(x, y)
    assert isinstance(found, Compared)
    return found, found.estimate


# Where both groups together are over 400, R had no exact test.
EXACT = [name for name in SCALES if table(*name)[2]["p_exact_rank"] is not None]


@pytest.mark.parametrize(("data", "pair", "scale"), SCALES)
def test_a_scale_gap_and_its_welch_interval_equal_r(data: str, pair: str, scale: str) -> None:
    """S-12, S-13, S-50."""
    x, y, r, levels = table(data, pair, scale)
    found, estimate = gap(x, y)
    step = 100 / (levels - 1)
    assert Flag.FLOORED not in estimate.flags
    assert [x.n, y.n] == r["n"]
    assert close(estimate.value / step, r["welch"]["diff"])
    assert close(estimate.value / estimate.se, r["welch"]["t"])
    assert close(estimate.df, r["welch"]["df"])
    assert close(found.p_t, r["welch"]["p"])
    assert close(estimate.lo95 / step, r["welch"]["ci95"][0])
    assert close(estimate.hi95 / step, r["welch"]["ci95"][1])
    assert close(estimate.lo90 / step, r["tost_welch"]["ci90"][0])
    assert close(estimate.hi90 / step, r["tost_welch"]["ci90"][1])
    assert close(equivalence.tost_p(estimate, 10), r["tost_welch"]["p"])


@pytest.mark.parametrize(("data", "pair", "scale"), SCALES)
def test_hedges_g_and_superiority_of_a_scale_equal_r(data: str, pair: str, scale: str) -> None:
    """S-14, S-15, S-50: the floors of S-14 bite in none of these."""
    x, y, r, _ = table(data, pair, scale)
    g = compare.hedges_g(x, y)
    assert isinstance(g, float)
    assert close(g, r["hedges_g"])
    theta, munzel = superiority.superiority(x, y), superiority.brunner_munzel(x, y)
    assert isinstance(theta, Estimate)
    assert isinstance(munzel, BrunnerMunzel)
    expected = r["brunner_munzel"]
    assert Flag.FLOORED not in theta.flags
    assert close(1 - theta.value, expected["p_x_lt_y"])
    assert close(theta.se, expected["se"])
    assert close(theta.df, expected["df"])
    assert close(1 - theta.hi95, expected["ci_logit"][0])
    assert close(1 - theta.lo95, expected["ci_logit"][1])
    assert close(munzel.p_x_lt_y, expected["p_x_lt_y"])
    assert close(munzel.p, expected["p_value"])


@pytest.mark.parametrize(("data", "pair", "scale"), EXACT)
def test_the_exact_rank_p_of_a_scale_equals_r(data: str, pair: str, scale: str) -> None:
    """S-20 on doubled midranks, S-50; 13 v 18 has 193 people and runs on scaled floats."""
    x, y, r, _ = table(data, pair, scale)
    found = permutation.two_sample_ranks(x, y)
    assert isinstance(found, Exact)
    assert close(found.p, r["p_exact_rank"], 1e-12)
    assert isinstance(found.denominator, int) == (math.comb(x.n + y.n, x.n) < 2**63)


def test_the_reference_holds_every_public_set() -> None:
    """S-50: none of these tests compares with nothing."""
    assert (len(SCALES), len(ITEMS)) == (22, 93)
    assert len(EXACT) == 12
    assert {name for name in SCALES if name not in EXACT} == {
        name for name in SCALES if sum(table(*name)[2]["n"]) > 400
    }


@pytest.mark.parametrize(("data", "pair", "scale"), SCALES)
def test_the_means_and_spreads_of_a_scale_equal_r(data: str, pair: str, scale: str) -> None:
    """S-04, S-07, S-50: means and standard deviations, from integers until the last division."""
    x, y, r, levels = table(data, pair, scale)
    step, lowest = 100 / (levels - 1), SETS[data][pair]["scales"][scale]["lowest"]
    for h, mean, sd in zip((x, y), r["mean"], r["sd"], strict=True):
        found = intervals.spread(h)
        assert isinstance(found, intervals.Spread)
        assert close(found.mean / step + lowest, mean)
        assert close(math.sqrt(intervals.sample_variance(h)) / step, sd)


@pytest.mark.parametrize(("data", "pair", "scale", "item"), ITEMS)
def test_an_item_equals_r_where_no_floor_bites(data: str, pair: str, scale: str, item: str) -> None:
    """S-12, S-14, S-20, S-50: of a floored item only what a floor does not touch is compared."""
    x, y, r, levels = table(data, pair, scale, item)
    found, estimate = gap(x, y)
    step = 100 / (levels - 1)
    assert close(estimate.value / step, r["welch"]["diff"])
    if Flag.FLOORED not in estimate.flags:
        assert close(found.p_t, r["welch"]["p"])
        assert close(estimate.df, r["welch"]["df"])
        assert close(estimate.lo95 / step, r["welch"]["ci95"][0])
        assert close(estimate.hi95 / step, r["welch"]["ci95"][1])
    g, munzel = compare.hedges_g(x, y), superiority.brunner_munzel(x, y)
    assert isinstance(g, float)
    assert isinstance(munzel, BrunnerMunzel)
    assert close(g, r["hedges_g"])
    for ours, name in ((munzel.p_x_lt_y, "p_x_lt_y"), (munzel.se, "se"), (munzel.df, "df"), (munzel.p, "p_value")):
        assert close(ours, r["brunner_munzel"][name])
    low, high = unfloored_logit(munzel)
    assert close(low, r["brunner_munzel"]["ci_logit"][0])
    assert close(high, r["brunner_munzel"]["ci_logit"][1])
    if r["p_exact_mean"] is not None:
        exact, rank = permutation.two_sample(x, y), permutation.two_sample_ranks(x, y)
        assert isinstance(exact, Exact)
        assert isinstance(rank, Exact)
        assert close(exact.p, r["p_exact_mean"], 1e-12)
        assert close(rank.p, r["p_exact_rank"], 1e-12)


def unfloored_logit(munzel: BrunnerMunzel) -> tuple[float, float]:
    p, t = munzel.p_x_lt_y, float(stdtrit(munzel.df, 0.975))
    half = t * munzel.se / (p * (1 - p))
    return tuple(1 / (1 + math.exp(-(math.log(p / (1 - p)) + sign * half))) for sign in (-1, 1))  # type: ignore[return-value]


def test_most_items_are_compared_whole() -> None:
    """The branch for floored items is the exception, and small pairs bring exact p values of the mean."""
    whole = [name for name in ITEMS if Flag.FLOORED not in gap(*table(*name)[:2])[1].flags]
    assert len(whole) >= 40
    assert sum(table(*name)[2]["p_exact_mean"] is not None for name in ITEMS) >= 20


@pytest.mark.parametrize(
    ("data", "pair", "scale"),
    [name for name in SCALES if "finite_population" in table(*name)[2]],
)
def test_a_rho_of_one_equals_the_plain_finite_population_correction(data: str, pair: str, scale: str) -> None:
    """S-11, S-50: V with ρ = 1 is what the survey package calls the finite population correction."""
    x, y, r, levels = table(data, pair, scale)
    heads = r["finite_population"]["headcount"]
    step = 100 / (levels - 1)
    for h, head, se in zip((x, y), heads, r["finite_population"]["se"], strict=True):
        found = intervals.spread(h, rho=1.0, fraction=h.n / head)
        assert isinstance(found, intervals.Spread)
        assert close(math.sqrt(found.variance) / step, se)
    found = compare.gap(x, y, rho=1.0, fractions=(x.n / heads[0], y.n / heads[1]), estimand=Estimand.PEOPLE)
    assert isinstance(found, Compared)
    assert close(found.estimate.se / step, r["finite_population"]["se_diff"])
