"""Means, gaps, paired means, company means, effect size, favourable share (S-08, S-12, S-15, S-22, S-48, F1, F2)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scoring_builders import codes, counts, differences, samples

from assess.scoring import compare
from assess.scoring.compare import Compared
from assess.scoring.histogram import Histogram, pooled
from assess.scoring.intervals import sample_variance, t_estimate, t_quantile, t_two_sided, welch_df
from assess.scoring.results import Estimand, Estimate, Flag, NotEstimable, Reason

EMPTY = NotEstimable(reason=Reason.NO_ANSWERS)
FEW = NotEstimable(reason=Reason.TOO_FEW)


def gap(x: Histogram, y: Histogram, **given: object) -> Compared:
    found = compare.gap(x, y, **given)  # type: ignore[arg-type]
    assert isinstance(found, Compared)
    return found


def estimate(found: object) -> Estimate:
    assert isinstance(found, Estimate)
    return found


def limits(found: Estimate) -> tuple[float, ...]:
    return found.lo95, found.lo90, found.value, found.hi90, found.hi95


def varied(values: list[int]) -> bool:
    """Whether the floor of S-10 leaves a side alone."""
    n = len(values)
    return n * sum(v * v for v in values) - sum(values) ** 2 >= n - 1


CONSTANT, VARIED = codes(*[4] * 8), codes(1, 2, 2, 3, 5)
V_CONSTANT, V_VARIED = 25**2 / 8 / 8, sample_variance(VARIED) / 5
"""Two sides, one under the floor (S-10), and the variances of their means."""


def stated(value: float, variance: float, df: float, people: tuple[int, int], method: str) -> Estimate:
    """Return the floored estimate of estimand B with these numbers."""
    n, m = people
    flags = frozenset({Flag.FLOORED})
    return t_estimate(value, variance=variance, df=df, n=n, m=m, estimand=Estimand.PROCESS, method=method, flags=flags)


def test_every_estimate_says_how_it_was_made_and_of_how_many_persons() -> None:
    """S-01, S-08, S-12: value, error, degrees of freedom, n, m, estimand, method and flags, compared whole."""
    both, df = V_CONSTANT + V_VARIED, welch_df((V_CONSTANT, 8), (V_VARIED, 5))
    assert compare.mean(CONSTANT) == stated(75, V_CONSTANT, 7, (8, 0), "t")
    assert compare.difference(CONSTANT, VARIED) == stated(35, both, df, (8, 5), "welch")
    assert compare.company(CONSTANT, VARIED) == stated(57.5, both / 4, df, (8, 5), "welch, mean of the sides' means")
    paired = compare.paired(differences(*[1] * 8))
    assert isinstance(paired, Compared)
    assert paired.estimate == stated(25, V_CONSTANT, 7, (8, 0), "paired t")


def test_neither_rho_nor_f_alone_nor_both_for_the_process_move_an_estimate() -> None:
    """S-11: each is 0 unless given, and estimand B reads neither."""
    people, x, y = Estimand.PEOPLE, CONSTANT, VARIED
    for alone in ({"rho": 0.75}, {"fractions": (0.8, 0.8)}):
        for function in (compare.difference, compare.gap, compare.company):
            plain = function(x, y, estimand=people)
            assert function(x, y, **alone, estimand=people) == plain  # type: ignore[arg-type]
    assert compare.mean(x, rho=0.75, estimand=people) == compare.mean(x, estimand=people)
    assert compare.mean(x, fraction=0.8, estimand=people) == compare.mean(x, estimand=people)
    assert compare.mean(x, rho=0.75, fraction=0.8) == compare.mean(x)
    for function in (compare.difference, compare.gap, compare.company):
        assert function(x, y, rho=0.75, fractions=(0.8, 0.8)) == function(x, y)


def test_each_side_needs_its_own_answered_fraction() -> None:
    """S-11: one fraction too few would leave a side out of the error."""
    for function in (compare.difference, compare.gap, compare.company):
        with pytest.raises(ValueError, match="shorter"):
            function(CONSTANT, VARIED, rho=0.75, fractions=(0.8,), estimand=Estimand.PEOPLE)


@given(samples(5, 12), samples(5, 12))
def test_a_gap_is_welch_s_where_no_floor_bites(first: list[int], second: list[int]) -> None:
    """S-12 against scipy, in POMP."""
    found = gap(codes(*first), codes(*second))
    if not (varied(first) and varied(second)):
        assert Flag.FLOORED in found.estimate.flags
        return
    x, y = [25.0 * (v - 1) for v in first], [25.0 * (v - 1) for v in second]
    theirs = stats.ttest_ind(x, y, equal_var=False)
    wide = theirs.confidence_interval(0.95)
    assert found.p_t == pytest.approx(theirs.pvalue, rel=1e-9)
    assert found.estimate.df == pytest.approx(theirs.df, rel=1e-9)
    assert (found.estimate.lo95, found.estimate.hi95) == pytest.approx((wide.low, wide.high), rel=1e-9, abs=1e-9)


@given(samples(), samples())
def test_swapping_sides_negates_the_gap_and_keeps_its_p(first: list[int], second: list[int]) -> None:
    """S-54: d, g change sign; p, se, df stay."""
    x, y = codes(*first), codes(*second)
    one, two = gap(x, y), gap(y, x)
    assert limits(one.estimate) == pytest.approx([-number for number in reversed(limits(two.estimate))], rel=1e-12)
    assert one.p == pytest.approx(two.p, rel=1e-12)
    g, h = compare.hedges_g(x, y), compare.hedges_g(y, x)
    assert g == h if isinstance(g, NotEstimable) else g == pytest.approx(-h, rel=1e-12)  # type: ignore[operator]


@given(samples(2, 8, 4), samples(2, 8, 4))
def test_adding_a_constant_to_everybody_keeps_the_gap(first: list[int], second: list[int]) -> None:
    """S-54."""
    before = gap(codes(*first), codes(*second))
    after = gap(codes(*(v + 1 for v in first)), codes(*(v + 1 for v in second)))
    assert limits(before.estimate) == pytest.approx(limits(after.estimate), rel=1e-12, abs=1e-12)
    assert before.p == after.p


@given(samples())
def test_equal_tables_have_no_gap_and_p_one(values: list[int]) -> None:
    """S-54: d exactly 0, p exactly 1."""
    found = gap(codes(*values), codes(*values))
    assert found.estimate.value == 0
    assert found.p == found.p_t == 1


@given(samples(), samples())
def test_an_interval_holds_its_estimate_and_the_wide_one_holds_the_narrow(first: list[int], second: list[int]) -> None:
    """S-01."""
    for found in (
        gap(codes(*first), codes(*second)).estimate,
        estimate(compare.mean(codes(*first))),
        estimate(compare.company(codes(*first), codes(*second))),
    ):
        ordered = limits(found)
        assert list(ordered) == sorted(ordered)
        assert found.lo95 < found.lo90 < found.value < found.hi90 < found.hi95


def test_two_sides_without_any_spread_five_and_five() -> None:
    """S-48: gap 0, 95 % ±16.31, 90 % ±13.15."""
    found = gap(codes(*[3] * 5), codes(*[3] * 5)).estimate
    assert limits(found) == pytest.approx((-16.31, -13.15, 0, 13.15, 16.31), abs=5e-3)
    assert found.flags == {Flag.FLOORED}


def test_two_sides_without_any_spread_eight_and_eight() -> None:
    """S-48: 90 % ±7.78."""
    found = gap(codes(*[3] * 8), codes(*[3] * 8)).estimate
    assert (found.lo90, found.hi90) == pytest.approx((-7.78, 7.78), abs=5e-3)


def test_separated_sides_have_a_floored_welch_and_an_exact_p() -> None:
    """S-48: 5 v 5 apart, exact 2/252; S-22 takes the larger p."""
    found = gap(codes(*[4] * 5), codes(*[3] * 5))
    assert found.p_exact is not None
    assert (found.p_exact.numerator, found.p_exact.denominator) == (2, 252)
    assert found.p == max(found.p_t, 2 / 252)
    assert math.isfinite(found.estimate.lo95)


def test_identical_scores_do_not_make_a_difference_out_of_rounding() -> None:
    """S-49: seven 4/3 and thirty 4/3 are equal; scipy's ttest_ind gives p 9e-6 (scipy#14418)."""
    third = 3  # score 4/3 as the integer 4 of unit 3
    x = Histogram(score=np.array([4]), count=np.array([7]), zero=third, span=12, step=third)
    y = Histogram(score=np.array([4]), count=np.array([30]), zero=third, span=12, step=third)
    assert gap(x, y).p == 1
    assert gap(x, y).estimate.value == 0


def test_the_exact_test_is_run_up_to_sixty_people_or_twenty_on_a_side() -> None:
    """S-22: else p is Welch's."""
    assert gap(counts(6, 6, 6, 6, 6), counts(6, 6, 6, 6, 6)).p_exact is not None
    assert gap(counts(6, 6, 6, 6, 7), counts(6, 6, 6, 6, 6)).p_exact is None
    assert gap(counts(4, 4, 4, 4, 4), counts(20, 20, 20, 20, 20)).p_exact is not None
    large = gap(counts(5, 5, 5, 5, 1), counts(20, 20, 20, 20, 20))
    assert large.p_exact is None
    assert large.p == large.p_t


def test_a_near_census_is_narrower_by_rho_and_f_and_the_process_ignores_them() -> None:
    """S-11, S-12."""
    x, y = counts(2, 3, 4, 5, 6), counts(6, 5, 4, 3, 2)
    process, people = gap(x, y), gap(x, y, rho=0.75, fractions=(0.8, 0.8), estimand=Estimand.PEOPLE)
    ignored = gap(x, y, rho=0.75, fractions=(0.8, 0.8))
    assert people.estimate.se == pytest.approx(process.estimate.se * math.sqrt(0.4))
    assert people.estimate.estimand is Estimand.PEOPLE
    assert ignored.estimate == process.estimate
    assert estimate(compare.mean(x, rho=0.75, fraction=0.8, estimand=Estimand.PEOPLE)).se == pytest.approx(
        estimate(compare.mean(x)).se * math.sqrt(0.4)
    )


def test_one_side_s_mean_has_a_t_interval_on_n_minus_one() -> None:
    """S-12."""
    found = estimate(compare.mean(counts(1, 2, 3, 4, 2)))
    points = [0.0] + [25.0] * 2 + [50.0] * 3 + [75.0] * 4 + [100.0] * 2
    theirs = stats.ttest_1samp(points, 0).confidence_interval(0.95)
    assert (found.lo95, found.hi95) == pytest.approx((theirs.low, theirs.high), rel=1e-10)
    assert (found.df, found.n, found.m) == (11, 12, 0)


def test_the_company_is_the_plain_mean_of_the_two_teams() -> None:
    """S-08, I-12: (x̄ + ȳ)/2, V = (V_x + V_y)/4, whatever the head counts."""
    x, y = counts(1, 2, 3, 4, 20), counts(2, 2, 2, 1, 0)
    found, apart = estimate(compare.company(x, y)), gap(x, y).estimate
    means = [estimate(compare.mean(h)).value for h in (x, y)]
    assert found.value == pytest.approx(sum(means) / 2)
    assert found.se == pytest.approx(apart.se / 2)
    assert found.df == apart.df


@given(samples(), samples(), st.integers(2, 3))
def test_duplicating_one_side_keeps_the_company_score(first: list[int], second: list[int], times: int) -> None:
    """S-54."""
    x, y = codes(*first), codes(*second)
    many = x
    for _ in range(times - 1):
        many = pooled(many, x)
    assert estimate(compare.company(many, y)).value == pytest.approx(estimate(compare.company(x, y)).value, rel=1e-12)


def test_a_side_without_answers_is_said_before_one_with_too_few() -> None:
    """S-02, S-48."""
    some = codes(1, 2, 3)
    for function in (compare.gap, compare.company, compare.difference, compare.hedges_g):
        assert function(codes(), some) == function(some, codes()) == function(codes(), codes(1)) == EMPTY
        assert function(codes(1), codes()) == EMPTY
        assert function(codes(1), some) == function(some, codes(1)) == function(codes(1), codes(1)) == FEW
    assert compare.mean(codes()) == compare.favourable(codes()) == EMPTY
    assert compare.mean(codes(2)) == FEW


def test_different_scales_are_never_compared() -> None:
    for function in (compare.gap, compare.company, compare.difference, compare.hedges_g):
        with pytest.raises(ValueError, match="different integer scales"):
            function(codes(1, 2), codes(1, 2, levels=7))


@given(st.lists(st.integers(-4, 4), min_size=5, max_size=12))
def test_paired_differences_are_scipy_s_where_no_floor_bites(values: list[int]) -> None:
    """S-33: paired t."""
    found = compare.paired(differences(*values))
    assert isinstance(found, Compared)
    assert found.p_exact is not None
    assert found.p == max(found.p_t, found.p_exact.p)
    if varied(values):
        theirs = stats.ttest_1samp([25.0 * v for v in values], 0)
        assert found.p_t == pytest.approx(theirs.pvalue, rel=1e-9)
        assert found.estimate.value == pytest.approx(25 * np.mean(values), abs=1e-12)


def test_paired_differences_of_many_people_need_no_exact_test() -> None:
    """S-22 as applied to pairs: over 60 people p is the paired t's."""
    sixty = compare.paired(differences(*[1] * 40, *[0] * 20))
    assert isinstance(sixty, Compared)
    assert sixty.p_exact is not None
    found = compare.paired(differences(*[1] * 40, *[0] * 21))
    assert isinstance(found, Compared)
    assert found.p_exact is None
    assert compare.paired(differences()) == EMPTY
    assert compare.paired(differences(1)) == FEW


# n, mean, SD of two groups on 1-5, with what the published table gives (tests below).
F1 = [
    ((68, 2.98, 0.83), (99, 2.68, 1.06), 2.04692, 162.110, 0.04228, (0.01058, 0.58942), 0.30686),
    ((68, 3.15, 0.92), (99, 2.74, 1.22), 2.47323, 163.511, 0.01441, (0.08266, 0.73734), 0.36834),
    ((68, 2.75, 0.90), (99, 2.60, 1.15), 0.94359, 162.132, 0.34678, (-0.16391, 0.46391), 0.14145),
]
F2 = [
    ((256, 3.25, 0.85), (573, 3.52, 0.91), -4.13313, 522.001, 4.1684e-5, -0.30244),
    ((256, 3.17, 1.05), (573, 3.70, 0.93), -6.94962, 440.927, 1.3236e-11, -0.54669),
    ((256, 3.48, 0.75), (573, 3.84, 0.71), -6.48989, 466.721, 2.1978e-10, -0.49777),
    ((256, 4.13, 0.56), (573, 4.02, 0.64), 2.49753, 555.161, 0.012795, 0.17828),
    ((256, 3.81, 0.61), (573, 3.94, 0.61), -2.83487, 490.138, 0.0047738, -0.21292),
    ((256, 3.68, 0.60), (573, 3.84, 0.60), -3.54723, 490.138, 4.2673e-4, -0.26642),
    ((256, 3.77, 0.55), (573, 3.40, 1.09), 6.48513, 815.571, 1.5353e-10, 0.38645),
    ((256, 3.76, 0.77), (573, 3.87, 0.74), -1.92312, 472.962, 0.055065, -0.14666),
]


def moments(n: int, mean: float, sd: float) -> Histogram:
    """Return a histogram of n people with this mean and sd on 1-5: half each side of the mean, in steps of 1e-6.

    An odd one stands at the mean. It is no survey, only numbers with the moments of a published table.
    """
    unit = 1_000_000
    half = n // 2
    offset = sd * math.sqrt((n - 1) / (2 * half))
    centre, away = round(mean * unit), round(offset * unit)
    at = [(centre - away, half), (centre, n % 2), (centre + away, half)]
    held = [(score, people) for score, people in at if people]
    return Histogram(
        score=np.array([score for score, _ in held], dtype=np.int64),
        count=np.array([people for _, people in held], dtype=np.int64),
        zero=unit,
        span=4 * unit,
        step=unit,
    )


@pytest.mark.parametrize("line", F1)
def test_published_means_of_students_and_nurses_give_the_published_test(line: tuple[object, ...]) -> None:
    """F1: BMC Medical Education 2006, 6:23, Table 1."""
    x, y, t, df, p, (low, high), g = line
    first, second = moments(*x), moments(*y)  # type: ignore[misc]
    found = gap(first, second)
    assert found.estimate.value / found.estimate.se == pytest.approx(t, abs=2e-5)
    assert found.estimate.df == pytest.approx(df, abs=2e-3)
    assert found.p_t == pytest.approx(p, abs=1e-5)
    assert (found.estimate.lo95 / 25, found.estimate.hi95 / 25) == pytest.approx((low, high), abs=2e-5)
    assert compare.hedges_g(first, second) == pytest.approx(g, abs=2e-5)


@pytest.mark.parametrize("line", F2)
def test_published_means_of_clinicians_and_staff_give_the_published_test(line: tuple[object, ...]) -> None:
    """F2: Family Practice 2018, PMC7190894, Table 2; care coordination has SDs 1 : 2."""
    x, y, t, df, p, g = line
    first, second = moments(*x), moments(*y)  # type: ignore[misc]
    found = gap(first, second)
    assert found.estimate.value / found.estimate.se == pytest.approx(t, abs=5e-5)
    assert found.estimate.df == pytest.approx(df, abs=5e-3)
    assert found.p_t == pytest.approx(p, rel=5e-4)
    assert compare.hedges_g(first, second) == pytest.approx(g, abs=2e-5)


def test_hedges_g_needs_somebody_to_differ() -> None:
    """S-15."""
    assert compare.hedges_g(codes(2, 2), codes(5, 5)) == NotEstimable(reason=Reason.ZERO_VARIANCE)


def test_hedges_g_is_the_pooled_one_with_the_exact_correction() -> None:
    """S-15: J = Γ(df/2)/(√(df/2) Γ((df-1)/2))."""
    first, second = [1, 2, 2, 5, 4], [3, 5, 4, 4, 5, 5]
    df = len(first) + len(second) - 2
    pooled_sd = math.sqrt((4 * np.var(first, ddof=1) + 5 * np.var(second, ddof=1)) / df)
    j = math.gamma(df / 2) / (math.sqrt(df / 2) * math.gamma((df - 1) / 2))
    expected = (np.mean(first) - np.mean(second)) / pooled_sd * j
    assert compare.hedges_g(codes(*first), codes(*second)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("chosen", "n"), [(0, 10), (3, 10), (10, 10), (1, 1), (17, 40)])
def test_the_favourable_share_has_wilson_s_interval(chosen: int, n: int) -> None:
    """S-15: against scipy's proportion interval."""
    found = estimate(compare.favourable(codes(*[5] * chosen, *[3] * (n - chosen))))
    for level, low, high in ((0.95, found.lo95, found.hi95), (0.90, found.lo90, found.hi90)):
        theirs = stats.binomtest(chosen, n).proportion_ci(level, method="wilson")
        assert (low / 100, high / 100) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert found.value == pytest.approx(100 * chosen / n)
    assert (found.df, found.n, found.m) == (n - 1, n, 0)
    assert (found.estimand, found.method) == (Estimand.PROCESS, "percent, wilson")


def test_the_error_of_a_favourable_share_is_wilson_s_half_width_over_z() -> None:
    """S-15: se such that the interval is as wide as that of a number with this error."""
    found = estimate(compare.favourable(codes(*[5] * 3, *[3] * 7)))
    assert found.se == pytest.approx((found.hi95 - found.lo95) / 2 / stats.norm.ppf(0.975), rel=1e-12)


@pytest.mark.parametrize("n", [10, 15, 16, 22, 28, 32, 33])
def test_a_share_of_nobody_or_everybody_ends_on_its_scale(n: int) -> None:
    """S-01: for these n the limits written out pass 0 or 100 by the last bit."""
    everybody, nobody = estimate(compare.favourable(codes(*[5] * n))), estimate(compare.favourable(codes(*[1] * n)))
    assert (everybody.hi95, everybody.hi90) == (100, 100)
    assert (nobody.lo95, nobody.lo90) == (0, 0)


@pytest.mark.parametrize(
    ("people", "share"),
    [((1, 1), 50), ((1, 1, 1), 100 / 3), ((1, 1, 1, 1), 50), ((1, 1, 1, 1, 1), 40), ((1,) * 7, 200 / 7)],
)
def test_favourable_answers_are_the_top_two_levels_or_the_top_of_two_or_three(
    people: tuple[int, ...], share: float
) -> None:
    assert estimate(compare.favourable(counts(*people))).value == pytest.approx(share)


def test_t_helpers_agree_with_each_other() -> None:
    """S-13: the p of a limit's own t is the level it stands for."""
    df = welch_df((3.0, 9), (5.0, 12))
    assert t_two_sided(t_quantile(df, 0.95), df) == pytest.approx(0.05, rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_planted_removal_of_the_floor_would_be_seen(seed: int) -> None:
    """S-10: without its floor a constant side against a varied one would claim the varied side's error alone."""
    values = np.random.default_rng(seed).integers(1, 6, size=9).tolist()
    found = gap(codes(*[5] * 6), codes(*values)).estimate
    alone = estimate(compare.mean(codes(*values)))
    assert found.se > alone.se
    assert Flag.FLOORED in found.flags
