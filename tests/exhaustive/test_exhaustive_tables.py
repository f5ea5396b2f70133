"""S-55: every pair of tables with up to six people a side on three levels, through every function that reads them."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import numpy as np
import pytest
from exhaustive_cases import CASES, MARGINS, Function, gaps, named, swept
from exhaustive_relations import inexact, swapped, unswapped
from exhaustive_tables import DIFFERENCES, PAIRS, PEOPLE, TABLES

from assess.scoring import compare, equivalence, multiplicity, permutation, superiority, verdicts
from assess.scoring.compare import Compared
from assess.scoring.histogram import Histogram
from assess.scoring.permutation import Exact
from assess.scoring.results import Estimate, NotEstimable, Reason, Verdict
from assess.scoring.superiority import BrunnerMunzel

Judge = Callable[[Sequence[object]], Iterator[str]]


@pytest.mark.parametrize("function", CASES, ids=named)
def test_every_small_table_gives_a_sound_number_or_a_reason(function: Function) -> None:
    """S-55, S-01: no nan, infinity, warning or exception; an interval that holds its estimate; p over 0 up to 1."""
    found = swept(function)
    assert found.complaints == ()
    assert found.found


def test_the_tables_are_all_there_are() -> None:
    """S-55: 28 of exactly six people, 84 of up to six; differences of two answers have five levels."""
    assert (len(TABLES), len(PAIRS), len(DIFFERENCES)) == (84, 84 * 84, 462)
    assert sum(h.n == PEOPLE for h in TABLES) == math.comb(PEOPLE + 2, 2) == 28
    assert {(h.n, h.total, h.squares) for h in TABLES} == {
        (low + middle + high, low + 2 * middle + 3 * high, low + 4 * middle + 9 * high)
        for low, middle, high in itertools.product(range(PEOPLE + 1), repeat=3)
        if low + middle + high <= PEOPLE
    }


def of_pairs(function: Function) -> Sequence[object]:
    """Return a function's results on all pairs; what it was called on besides comes after them."""
    return swept(function).found[: len(PAIRS)]


def of_two(function: Function) -> Iterator[tuple[Histogram, Histogram, object]]:
    """Return a function's results with the two tables that they are of, estimand B."""
    for each, found in zip(CASES[function](), swept(function).found, strict=True):
        if len(each.arguments) == 2 and not each.named:
            x, y = each.arguments
            assert isinstance(x, Histogram)
            assert isinstance(y, Histogram)
            yield x, y, found


@pytest.mark.parametrize("function", [compare.difference, compare.hedges_g], ids=named)
def test_swapping_any_two_sides_turns_the_difference_round(function: Function) -> None:
    """S-54, S-55: d and g change sign, to the last bit; se and df stay, so p does."""
    assert list(unswapped(of_pairs(function), PAIRS)) == []


def test_swapping_any_two_sides_keeps_the_exact_p_value() -> None:
    """S-20, S-54, S-55: of sides of one size other people are chosen anew, and as many."""
    found = of_pairs(permutation.two_sample)
    assert list(found) == swapped(found)


def test_swapping_any_two_sides_turns_the_probability_of_superiority_round() -> None:
    """S-54, S-55: θ becomes 1 - θ, limits and all; Brunner and Munzel's p stays."""
    found = of_pairs(superiority.superiority)
    for one, other in zip(found, swapped(found), strict=True):
        if isinstance(one, Estimate) and isinstance(other, Estimate):
            mirrored = (1 - other.value, 1 - other.hi95, 1 - other.hi90, other.se, other.df)
            mine = (one.value, one.lo95, one.lo90, one.se, one.df)
            assert all(math.isclose(*both, rel_tol=1e-9, abs_tol=1e-12) for both in zip(mine, mirrored, strict=True))
            assert 0 <= one.lo95 <= one.hi95 <= 1
        else:
            assert one == other
    munzel = of_pairs(superiority.brunner_munzel)
    for one, other in zip(munzel, swapped(munzel), strict=True):
        if isinstance(one, BrunnerMunzel) and isinstance(other, BrunnerMunzel):
            assert math.isclose(one.p, other.p, rel_tol=1e-9)
        else:
            assert one == other


def relabelled(x: Histogram, y: Histogram) -> tuple[int, int]:
    """Count the ways to choose the smaller side anew, and those of them that leave the means as far apart."""
    smaller, larger = (dict(zip(h.score.tolist(), h.count.tolist(), strict=True)) for h in sorted((x, y), key=size))
    levels = sorted(smaller.keys() | larger.keys())
    both = [smaller.get(level, 0) + larger.get(level, 0) for level in levels]
    people, n = sum(both), sum(smaller.values())
    total = sum(map(operator.mul, levels, both))
    seen = abs(people * sum(level * smaller.get(level, 0) for level in levels) - n * total)
    far = every = 0
    for chosen in itertools.product(*(range(min(count, n) + 1) for count in both)):
        if sum(chosen) == n:
            ways = math.prod(map(math.comb, both, chosen))
            every += ways
            far += ways * (abs(people * sum(map(operator.mul, levels, chosen)) - n * total) >= seen)
    return far, every


def size(h: Histogram) -> int:
    return h.n


def flipped(d: Histogram) -> tuple[int, int]:
    """Count the patterns of signs that leave the sum as far from 0, one person at a time, and all patterns."""
    sizes = np.repeat(np.abs(d.score), d.count)
    sizes = sizes[sizes > 0]
    signs = np.array(list(itertools.product((-1, 1), repeat=len(sizes)))).reshape(2 ** len(sizes), len(sizes))
    return int((np.abs(signs @ sizes) >= abs(d.total)).sum()), len(signs)


def test_integers_stay_exact_until_their_last_division() -> None:
    """S-04, S-55: every difference and θ is the float nearest to its fraction."""
    assert list(inexact(of_pairs(compare.difference), PAIRS)) == []
    for (x, y), theta in zip(PAIRS, of_pairs(superiority.superiority), strict=True):
        if isinstance(theta, Estimate):
            wins = sum(
                2 * c * d * (s > t) + c * d * (s == t)
                for s, c in zip(x.score.tolist(), x.count.tolist(), strict=True)
                for t, d in zip(y.score.tolist(), y.count.tolist(), strict=True)
            )
            assert theta.value == float(Fraction(wins, 2 * x.n * y.n))


def test_exact_p_values_are_counted_as_one_would_count_them() -> None:
    """S-20, S-21, S-55: the dynamic programmes against every relabelling and every pattern of signs there is."""
    for x, y, exact in of_two(permutation.two_sample):
        if isinstance(exact, Exact) and x.n <= y.n:  # the other way round is the test above
            assert (exact.numerator, exact.denominator) == relabelled(x, y)
    for d, exact in zip(DIFFERENCES, swept(permutation.sign_flip).found, strict=True):
        if isinstance(exact, Exact):
            assert (exact.numerator, exact.denominator) == flipped(d)


@pytest.mark.parametrize("function", [multiplicity.holm, multiplicity.benjamini_hochberg], ids=named)
def test_adjusting_any_small_family_never_lowers_a_p_value(function: Function) -> None:
    """S-23, S-54, S-55: every family of up to four of six p values."""
    for each, adjusted in zip(CASES[function](), swept(function).found, strict=True):
        (raw,) = each.arguments
        assert isinstance(raw, dict)
        assert isinstance(adjusted, dict)
        assert all(p <= adjusted[name] <= 1 for name, p in raw.items())
        assert sorted(raw, key=lambda name: (adjusted[name], raw[name])) == sorted(raw, key=raw.__getitem__)


@pytest.mark.parametrize(
    "function",
    [compare.difference, compare.gap, compare.company, compare.hedges_g, superiority.superiority,
     superiority.brunner_munzel],
    ids=named,
)  # fmt: skip
def test_a_side_of_none_or_one_is_refused_with_its_reason(function: Function) -> None:
    """S-02, S-55: and nobody else is, but for want of any spread where there is no floor."""
    unfloored = function in {compare.hedges_g, superiority.brunner_munzel}
    for x, y, found in of_two(function):
        smaller = min(x.n, y.n)
        if smaller < 2:
            assert found == NotEstimable(reason=Reason.TOO_FEW if smaller else Reason.NO_ANSWERS)
        elif unfloored:
            assert not isinstance(found, NotEstimable) or found.reason is Reason.ZERO_VARIANCE
        else:
            assert not isinstance(found, NotEstimable)


def test_two_equal_tables_have_no_gap_whatever_they_are() -> None:
    """S-54, S-55: d 0, p 1, row 5 or 7, θ a half."""
    rows = set()
    for x, y, found in of_two(compare.gap):
        if x is y and isinstance(found, Compared):
            assert (found.estimate.value, found.p, found.p_t) == (0, 1, 1)
            limits = (found.estimate.lo95, found.estimate.hi95, found.estimate.lo90, found.estimate.hi90)
            rows |= {verdicts.row(*limits, margin=margin, p_adjusted=found.p) for margin in MARGINS}
    assert rows == {Verdict.NO_GAP, Verdict.CANNOT_TELL}
    halves = {found.value for x, y, found in of_two(superiority.superiority) if x is y and isinstance(found, Estimate)}
    assert halves == {0.5}


def test_a_margin_is_ruled_out_where_both_one_sided_tests_say_so() -> None:
    """S-13, S-54, S-55: TOST p < .05 is the 90 % interval inside."""
    inside, p = swept(equivalence.inside).found, swept(equivalence.tost_p).found
    assert [each < 0.05 for each in p] == list(inside)  # type: ignore[operator]
    assert len(set(inside)) == 2


def test_every_gap_gets_one_of_six_verdicts_and_every_verdict_is_given() -> None:
    """S-30, S-55: row 1 is a withheld figure's."""
    assert set(swept(verdicts.row).found) == set(Verdict) - {Verdict.WITHHELD}
    assert len(gaps()) > 5000
