"""Exact tests against counting every relabelling one by one (S-20, S-21, S-22, S-49)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scoring_builders import codes, counts, differences, samples

from assess.scoring import permutation
from assess.scoring.histogram import Histogram, histogram
from assess.scoring.permutation import Exact, rank_work, sign_flip, two_sample, two_sample_ranks, wanted
from assess.scoring.results import NotEstimable, Reason

EMPTY = NotEstimable(reason=Reason.NO_ANSWERS)


def fraction(found: object) -> Fraction:
    assert isinstance(found, Exact)
    assert isinstance(found.numerator, int)
    assert isinstance(found.denominator, int)
    return Fraction(found.numerator, found.denominator)


def brute(first: list[int], second: list[int]) -> Fraction:
    """Relabel every way and count those with means at least as far apart, in integers."""
    everybody = [*first, *second]
    n, total = len(first), sum(everybody)
    far = abs(len(everybody) * sum(first) - n * total)
    ways = [
        abs(len(everybody) * sum(everybody[i] for i in chosen) - n * total)
        for chosen in itertools.combinations(range(len(everybody)), n)
    ]
    return Fraction(sum(way >= far for way in ways), len(ways))


def doubled_midranks(values: list[int], everybody: list[int]) -> list[int]:
    return [2 * sum(v < value for v in everybody) + sum(v == value for v in everybody) + 1 for value in values]


def small_tables() -> Iterator[tuple[list[int], list[int]]]:
    """Every pair of sides with up to eight people together, on three levels."""
    for n, m in itertools.product(range(1, 8), range(1, 8)):
        if n + m <= 8:
            for first in itertools.combinations_with_replacement((1, 2, 3), n):
                for second in itertools.combinations_with_replacement((1, 2, 3), m):
                    yield list(first), list(second)


def test_every_small_table_is_the_same_as_counting_every_relabelling() -> None:
    """S-20: both the mean's and the rank's programme, all tables of up to eight people on three levels."""
    seen = 0
    for first, second in small_tables():
        x, y = codes(*first), codes(*second)
        assert fraction(two_sample(x, y)) == brute(first, second), (first, second)
        everybody = [*first, *second]
        ranks = doubled_midranks(first, everybody), doubled_midranks(second, everybody)
        assert fraction(two_sample_ranks(x, y)) == brute(*ranks), (first, second)
        seen += 1
    assert seen == 2674


@given(samples(1, 5), samples(1, 5), st.sampled_from([(1, 2, 3, 4, 5), (0, 7, 11, 60, 61), (-30, 0, 12, 24, 480)]))
def test_any_integer_scores_are_counted_exactly(first: list[int], second: list[int], onto: tuple[int, ...]) -> None:
    """S-20: less their minimum, over their gcd."""
    x, y = ([onto[v - 1] for v in side] for side in (first, second))

    def table(values: list[int]) -> Histogram:
        score, count = np.unique(np.array(values, dtype=np.int64), return_counts=True)
        return Histogram(score=score, count=count.astype(np.int64), zero=0, span=100, step=1)

    assert fraction(two_sample(table(x), table(y))) == brute(x, y)


@given(samples(1, 9), samples(1, 9))
def test_swapping_sides_keeps_the_exact_p(first: list[int], second: list[int]) -> None:
    """S-54: whichever side is permuted."""
    x, y = codes(*first), codes(*second)
    assert fraction(two_sample(x, y)) == fraction(two_sample(y, x))
    assert fraction(two_sample_ranks(x, y)) == fraction(two_sample_ranks(y, x))


@given(samples(1, 9))
def test_equal_tables_have_an_exact_p_of_one(values: list[int]) -> None:
    """S-54."""
    assert fraction(two_sample(codes(*values), codes(*values))) == 1


@pytest.mark.parametrize("test", [two_sample, two_sample_ranks])
def test_the_smaller_side_is_the_one_that_is_relabelled(
    monkeypatch: pytest.MonkeyPatch, test: Callable[[Histogram, Histogram], object]
) -> None:
    """S-20: its table has a row a person, so this is what makes the test quick."""
    relabelled: list[int] = []
    original = permutation._sums

    def seen(scores: list[int], n: int, *, whole: bool) -> object:
        relabelled.append(n)
        return original(scores, n, whole=whole)

    monkeypatch.setattr(permutation, "_sums", seen)
    test(codes(1, 3), codes(2, 2, 3, 4, 5))
    test(codes(2, 2, 3, 4, 5), codes(1, 3))
    assert relabelled == [2, 2]


def test_the_denominator_is_every_way_to_label_the_smaller_side() -> None:
    """S-20: C(Z, n), an integer up to 66 people."""
    found = two_sample(counts(6, 6, 6, 6, 6), counts(3, 4, 6, 8, 9))
    assert isinstance(found, Exact)
    assert found.denominator == math.comb(60, 30)
    largest = two_sample(counts(6, 7, 6, 7, 7), counts(7, 7, 6, 7, 6))
    assert isinstance(largest, Exact)
    assert largest.denominator == math.comb(66, 33)


def test_over_sixty_six_people_scaled_floats_agree_with_integers(monkeypatch: pytest.MonkeyPatch) -> None:
    """S-20: the same table both ways."""
    x, y = counts(4, 6, 6, 8, 6), counts(8, 7, 6, 4, 5)
    whole = fraction(two_sample(x, y))
    monkeypatch.setattr(permutation, "_INT64", 1)
    scaled = two_sample(x, y)
    assert isinstance(scaled, Exact)
    assert isinstance(scaled.denominator, float)
    assert scaled.p == pytest.approx(float(whole), rel=1e-13)


def test_scaled_ways_of_many_people_are_those_counted_in_whole_numbers() -> None:
    """S-20: 90 v 70 people, scaled down twice on the way, against integers of any size."""
    x, y = counts(9, 21, 30, 18, 12), counts(16, 18, 17, 12, 7)
    ways = {(0, 0): 1}
    for score in np.repeat([1, 2, 3, 4, 5], x.count + y.count).tolist():
        grown = dict(ways)
        for (chosen, total), number in ways.items():
            if chosen < y.n:
                at = chosen + 1, total + score
                grown[at] = grown.get(at, 0) + number
        ways = grown
    far = abs(160 * y.total - 70 * (x.total + y.total))
    reached = {total: number for (chosen, total), number in ways.items() if chosen == y.n}
    away = sum(n for total, n in reached.items() if abs(160 * total - 70 * (x.total + y.total)) >= far)
    found = two_sample(x, y)
    assert isinstance(found, Exact)
    assert sum(reached.values()) == math.comb(160, 70)
    assert found.p == pytest.approx(float(Fraction(away, math.comb(160, 70))), rel=1e-12)


def test_hundreds_of_people_give_a_finite_p_near_the_normal_one() -> None:
    """S-20: C(1200, 600) overflows a float; the scaled programme does not."""
    x, y = counts(60, 120, 180, 150, 90), counts(80, 130, 180, 130, 80)
    found = two_sample(x, y)
    assert isinstance(found, Exact)
    values = [np.repeat([1, 2, 3, 4, 5], h.count) for h in (x, y)]
    assert found.p == pytest.approx(stats.ttest_ind(*values).pvalue, abs=2e-3)


def test_the_rank_test_is_scipy_s_where_nobody_ties() -> None:
    """S-20 against scipy's exact Mann-Whitney, which ignores ties (S-49) and here has none."""
    first, second = [1, 4, 5, 9, 12, 13], [2, 3, 6, 7, 8, 10, 11]
    found = two_sample_ranks(codes(*first, levels=13), codes(*second, levels=13))
    theirs = stats.mannwhitneyu(first, second, method="exact").pvalue
    assert float(fraction(found)) == pytest.approx(theirs, rel=1e-12)


def test_the_whole_permutation_distribution_is_scipy_s() -> None:
    """S-20: scipy's exact permutation_test on the distance of the means."""
    first, second = [1, 2, 2, 3, 5], [3, 4, 4, 5, 5, 5]
    theirs = stats.permutation_test(
        (first, second),
        lambda a, b: abs(len(b) * int(a.sum()) - len(a) * int(b.sum())),
        n_resamples=np.inf,
        vectorized=False,
        alternative="greater",
    )
    assert float(fraction(two_sample(codes(*first), codes(*second)))) == pytest.approx(theirs.pvalue, abs=1e-12)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9))
def test_sign_flips_are_counted_one_by_one(values: list[int]) -> None:
    """S-21: 2^r sign patterns of the nonzero differences."""
    moved = [v for v in values if v]
    patterns = itertools.product((1, -1), repeat=len(moved))
    sums = [sum(s * v for s, v in zip(signs, moved, strict=True)) for signs in patterns]
    expected = Fraction(sum(abs(s) >= abs(sum(moved)) for s in sums), len(sums))
    found = sign_flip(differences(*values))
    assert isinstance(found, Exact)
    assert found.denominator == 2 ** len(moved)
    assert fraction(found) == expected


def test_sign_flips_of_the_synthetic_mirror_are_as_published() -> None:
    """S-35: C_S 2/128, C_M 2/64."""
    v_s, p_s = (4, 4, 5, 3, 4, 4, 5, 4), (2, 3, 2, 3, 2, 3, 3, 2)
    v_m, p_m = (4, 4, 3, 5, 4, 4), (3, 2, 2, 3, 3, 2)
    sales = sign_flip(differences(*(v - p for v, p in zip(v_s, p_s, strict=True))))
    marketing = sign_flip(differences(*(v - p for v, p in zip(v_m, p_m, strict=True))))
    assert sales == Exact(numerator=2, denominator=128)
    assert marketing == Exact(numerator=2, denominator=64)


def test_sign_flips_of_more_than_sixty_two_people_are_scaled() -> None:
    """S-21: the share stays that of the binomial when all differences are one step."""
    found = sign_flip(differences(*[1] * 45, *[-1] * 25))
    assert isinstance(found, Exact)
    assert found.p == pytest.approx(stats.binomtest(45, 70).pvalue, rel=1e-12)


@pytest.mark.parametrize(("up", "down", "whole"), [(40, 22, True), (40, 23, False), (620, 560, False)])
def test_sign_flips_stay_integers_while_two_to_the_r_fits(up: int, down: int, *, whole: bool) -> None:
    """S-21: 2^62 does and 2^63 does not; 2^1180 is over any float, and is scaled on the way."""
    found = sign_flip(differences(*[1] * up, *[-1] * down))
    assert isinstance(found, Exact)
    assert isinstance(found.numerator, int) is isinstance(found.denominator, int) is whole
    assert found.p == pytest.approx(stats.binomtest(up, up + down).pvalue, rel=1e-11)


def test_nobody_has_no_exact_p() -> None:
    """S-02."""
    for function in (two_sample, two_sample_ranks):
        assert function(codes(), codes(1)) == function(codes(1), codes()) == EMPTY
    assert sign_flip(differences()) == EMPTY


def test_nobody_moved_is_one_of_one() -> None:
    """S-21: r = 0."""
    assert sign_flip(differences(0, 0, 0)) == Exact(numerator=1, denominator=1)


@pytest.mark.parametrize(
    ("n", "m", "expected"), [(30, 30, True), (31, 30, False), (20, 900, True), (21, 40, False), (1, 1, True)]
)
def test_when_the_exact_test_is_wanted(n: int, m: int, *, expected: bool) -> None:
    """S-22: Z <= 60 or min(n, m) <= 20."""
    assert wanted(n, m) is expected


def test_the_work_of_a_rank_test_grows_with_both_sides() -> None:
    """S-20: (rows n) × (columns n(2Z - n)) × (people Z), n the smaller side: 10 v 20 is 10·10·50·30."""
    assert rank_work(counts(10), counts(20)) == rank_work(counts(20), counts(10)) == 10 * 10 * 50 * 30
    assert rank_work(counts(10), counts(10)) < rank_work(counts(10), counts(20)) < rank_work(counts(20), counts(20))


def test_scores_too_fine_for_the_programme_are_rounded_and_those_of_a_questionnaire_are_not() -> None:
    """S-20: the p of rounded scores is next to the p of the scores themselves; 60 to a level is left alone."""
    generator = np.random.default_rng(3)
    fine = [histogram(generator.integers(0, 10**9, size=8), zero=0, span=10**9, step=1) for _ in range(2)]
    found = permutation.two_sample(*fine)
    assert isinstance(found, Exact)
    both = np.concatenate([each.score for each in fine])
    seen = abs(int(fine[0].score.sum()) * 2 - int(both.sum()))
    ways = [abs(2 * int(both[list(chosen)].sum()) - int(both.sum())) for chosen in itertools.combinations(range(16), 8)]
    assert found.denominator == len(ways) == 12870
    assert found.p == pytest.approx(sum(way >= seen for way in ways) / len(ways), abs=0.002)
    left = np.array([0, 60, 97, 240])
    assert permutation._in_reach(left, 60, 30).tolist() == left.tolist()


def test_scores_are_rounded_to_as_many_steps_as_the_work_allows() -> None:
    """S-20: 30 v 30 allows 500,000,000 // (30·30·60) = 9,259 steps, a large wave the fewest, 400."""
    few, many = np.array([0, 1, 9_259]), np.array([0, 1, 9_994, 10_000])
    assert permutation._in_reach(few, 60, 30).tolist() == [0, 1, 9_259]
    assert permutation._in_reach(many, 60, 30).tolist() == [0, 1, 9_253, 9_259]
    assert permutation._in_reach(few, 1_000, 500).tolist() == [0, 0, 400]
    assert permutation._in_reach(10 * few, 60, 30).tolist() == [0, 1, 9_259]
