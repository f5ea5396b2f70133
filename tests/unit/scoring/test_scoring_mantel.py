"""S-46: Mantel's test says of an item what every relabelling within its strata would."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from scoring_item_tables import drawn, nobody, t_of
from statsmodels.stats.contingency_tables import StratifiedTable

from assess.scoring.item_table import ItemTable
from assess.scoring.mantel import LARGE, NOTABLE, Mantel, Size, mantel
from assess.scoring.results import NotEstimable, Reason

Rows = Sequence[Sequence[int]]

person = st.tuples(*[st.integers(1, 3)] * 3)
side = st.lists(person, min_size=2, max_size=7)


def number(found: Mantel | NotEstimable) -> Mantel:
    assert isinstance(found, Mantel)
    return found


def first(x: Rows, y: Rows, levels: int = 3) -> Mantel | NotEstimable:
    return mantel(t_of(x, levels=levels), t_of(y, levels=levels))["I1"]


def strata(x: Rows, y: Rows) -> list[tuple[list[int], list[int]]]:
    """Return the answers to the first item, x and y, wherever both sides have a person with that sum of the others."""
    found = []
    for rest in sorted({sum(row[1:]) for row in x}):
        both = [[row[0] for row in rows if sum(row[1:]) == rest] for rows in (x, y)]
        if both[1]:
            found.append((both[0], both[1]))
    return found


def moments_by_relabelling(x: list[int], y: list[int]) -> tuple[Fraction, Fraction]:
    """Return mean and variance of the sum of x over every way to choose who of a stratum is x."""
    sums = [Fraction(sum(chosen)) for chosen in itertools.combinations([*x, *y], len(x))]
    mean = sum(sums, Fraction(0)) / len(sums)
    return mean, sum(((each - mean) ** 2 for each in sums), Fraction(0)) / len(sums)


@given(side, side)
def test_expectation_and_variance_are_those_of_every_relabelling(x: Rows, y: Rows) -> None:
    """S-46: an outside witness for E, V, χ² and SMD: who is x within a stratum, enumerated."""
    both = strata(x, y)
    assume(both)
    moments = [moments_by_relabelling(*each) for each in both]
    variance = sum((v for _, v in moments), Fraction(0))
    found = first(x, y)
    spread = [row[0] for row in x], [row[0] for row in y]
    within = sum(float(np.var(codes)) * len(codes) for codes in spread) / (len(x) + len(y) - 2)
    if variance == 0 or within == 0:
        assert found == NotEstimable(reason=Reason.ZERO_VARIANCE)
        return
    excess = sum((sum(answers) - mean for (answers, _), (mean, _) in zip(both, moments, strict=True)), Fraction(0))
    apart = sum((len(a) * (Fraction(sum(a), len(a)) - Fraction(sum(b), len(b))) for a, b in both), Fraction(0))
    difference = apart / sum(len(a) for a, _ in both)
    result = number(found)
    assert result.chi_square == pytest.approx(float(excess**2 / variance), rel=1e-12)
    assert result.p == pytest.approx(stats.chi2.sf(float(excess**2 / variance), 1), rel=1e-10)
    assert result.difference == pytest.approx(float(difference), rel=1e-12)
    assert result.ratio == pytest.approx(float(difference) / math.sqrt(within), rel=1e-9)
    assert (result.n, result.m, result.strata) == (len(x), len(y), len(both))


def test_of_two_levels_it_is_the_test_of_cochran_mantel_and_haenszel() -> None:
    """S-46: statsmodels' test of no association over 2 × 2 tables, without continuity correction."""
    rng = np.random.default_rng(46)
    x, y = ((drawn(rng, n, k=4, on_first=shift) > 3).astype(int) + 1 for n, shift in ((70, 0.4), (55, 0)))
    tables = []
    for rest in range(3, 7):
        cells = [[int(((rows[:, 1:].sum(axis=1) == rest) & (rows[:, 0] == code)).sum()) for code in (2, 1)]
                 for rows in (x, y)]  # fmt: skip
        tables.append(np.array(cells, dtype=float))
    witness = StratifiedTable(tables).test_null_odds(correction=False)
    found = number(first(x.tolist(), y.tolist(), levels=2))
    assert found.strata == 4
    assert found.chi_square == pytest.approx(float(witness.statistic), rel=1e-12)
    assert found.p == pytest.approx(float(witness.pvalue), rel=1e-10)


def test_a_table_by_hand() -> None:
    """S-46: strata 5 (x 5, 4; y 2, 3) and 6 (x 4; y 3); the persons at 4 and 7 have nobody beside them.

    E 7 + 3.5, V 4·(4·54 - 14²)/(16·3) + (2·25 - 7²)/4 = 23/12, Σx - ΣE = 9 + 4 - 10.5; SMD (2·2 + 1·1)/3.
    """
    x = [(5, 2, 3), (4, 3, 2), (4, 3, 3), (1, 2, 2)]
    y = [(2, 3, 2), (3, 2, 3), (3, 3, 3), (5, 4, 3)]
    found = number(first(x, y, levels=5))
    assert found.chi_square == pytest.approx(2.5**2 * 12 / 23, rel=1e-14)
    assert found.difference == pytest.approx(5 / 3, rel=1e-14)
    # Within: squared deviations 9 of x (5 4 4 1) and 4.75 of y (2 3 3 5), over 6.
    assert found.ratio == pytest.approx(5 / 3 / math.sqrt((9 + 4.75) / 6), rel=1e-14)
    assert (found.n, found.m, found.strata) == (4, 4, 2)


@given(side, side)
def test_swapping_the_sides_keeps_chi_square(x: Rows, y: Rows) -> None:
    """S-54, S-46."""
    one, other = first(x, y), first(y, x)
    if isinstance(one, NotEstimable):
        assert one == other
        return
    swapped = number(other)
    assert swapped.chi_square == pytest.approx(one.chi_square, rel=1e-12, abs=1e-12)
    assert (swapped.n, swapped.m, swapped.strata) == (one.m, one.n, one.strata)


def test_the_difference_is_weighted_by_the_persons_of_x() -> None:
    """S-46: Σn_x(x̄ - ȳ)/Σn_x. Rest 4: three x 1 over one y; rest 6: one x 2 over three y; swapped, -(1·1 + 3·2)/4."""
    x = [(3, 2, 2)] * 3 + [(3, 3, 3)]
    y = [(2, 2, 2)] + [(1, 3, 3)] * 3
    assert number(first(x, y)).difference == 5 / 4
    assert number(first(y, x)).difference == -7 / 4


@given(side, side)
def test_turning_the_scale_round_turns_the_difference_alone(x: Rows, y: Rows) -> None:
    """S-54: reversing every item keeps χ² and p, and changes the sign of SMD and ratio."""
    one = first(x, y)
    other = first(*([[4 - code for code in row] for row in rows] for rows in (x, y)))
    if isinstance(one, NotEstimable):
        assert one == other
        return
    turned = number(other)
    assert turned == replace(one, difference=-one.difference, ratio=-one.ratio)


@given(side)
def test_two_like_sides_differ_on_no_item(x: Rows) -> None:
    """S-54: equal tables: χ² 0, p 1, difference exactly 0."""
    found = first(x, x)
    if isinstance(found, NotEstimable):
        assert found.reason is Reason.ZERO_VARIANCE
    else:
        assert (found.chi_square, found.p, found.difference, found.ratio) == (0, 1, 0, 0)


def test_only_persons_who_answered_every_item_are_read() -> None:
    """S-46: complete rows."""
    rng = np.random.default_rng(47)
    x, y = drawn(rng, 30).tolist(), drawn(rng, 30).tolist()
    holes = [[None, *row[1:]] for row in drawn(rng, 9).tolist()]
    assert mantel(t_of([*x, *holes]), t_of([*y, *holes[:4]])) == mantel(t_of(x), t_of(y))


def test_an_item_that_one_side_takes_otherwise_is_found_and_the_others_are_not() -> None:
    """S-46: one item three quarters of an SD harder for x."""
    rng = np.random.default_rng(48)
    found = mantel(t_of(drawn(rng, 150, on_first=-0.75).tolist()), t_of(drawn(rng, 150).tolist()))
    results = {item: number(each) for item, each in found.items()}
    assert results["I1"].size is Size.LARGE
    assert results["I1"].ratio < 0
    assert results["I1"].p == min(each.p for each in results.values())
    assert max(abs(each.ratio) for item, each in results.items() if item != "I1") < abs(results["I1"].ratio) / 2


def test_under_no_difference_p_is_spread_evenly() -> None:
    """S-46: 60 v 60, five items, 200 samples: 5 % of p under .05, 50 % under .5."""
    rng = np.random.default_rng(49)
    p = [
        number(each).p
        for _ in range(200)
        for each in mantel(t_of(drawn(rng, 60).tolist()), t_of(drawn(rng, 60).tolist())).values()
    ]
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.02)
    assert np.mean(np.array(p) < 0.5) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    ("ratio", "size"),
    [
        (0, Size.SMALL), (0.1699, Size.SMALL), (NOTABLE, Size.NOTABLE), (-NOTABLE, Size.NOTABLE),
        (-0.2499, Size.NOTABLE), (LARGE, Size.LARGE), (-LARGE, Size.LARGE), (3, Size.LARGE),
    ],
)  # fmt: skip
def test_sizes_begin_at_their_cut(ratio: float, size: Size) -> None:
    """S-46: |SMD/SD| from .17, from .25; the direction does not matter."""
    found = Mantel(chi_square=9, p=0.01, difference=ratio, ratio=ratio, n=60, m=60, strata=12)
    assert found.size is size


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        (nobody(3), t_of([(1, 2, 3), (2, 2, 2)]), Reason.NO_ANSWERS),
        (t_of([(1, 2, 3), (2, 2, 2)]), nobody(3), Reason.NO_ANSWERS),
        (t_of([(None, 2, 3), (None, 2, 2)]), t_of([(1, 2, 3), (2, 2, 2)]), Reason.NO_ANSWERS),
        (t_of([(1, 2, 3)]), t_of([(1, 2, 3), (2, 2, 2)]), Reason.TOO_FEW),
        (t_of([(1,), (2,)]), t_of([(1,), (3,)]), Reason.NOT_COMPARABLE),
        (t_of([(1, 1, 1), (2, 1, 1)]), t_of([(1, 5, 5), (2, 5, 5)]), Reason.NOT_COMPARABLE),
        (t_of([(2, 2, 2), (3, 3, 3)]), t_of([(2, 2, 2), (3, 3, 3)]), Reason.ZERO_VARIANCE),
        (t_of([(1, 2, 2), (1, 2, 2)]), t_of([(4, 2, 2), (4, 2, 2)]), Reason.ZERO_VARIANCE),
    ],
)
def test_what_cannot_be_tested_has_a_reason(x: ItemTable, y: ItemTable, reason: Reason) -> None:
    """S-02, S-48: an empty side, one person, no rest, no common rest sum, no spread in strata or within sides."""
    assert mantel(x, y)["I1"] == NotEstimable(reason=reason)


def test_every_pair_of_small_tables_gives_numbers_or_a_reason() -> None:
    """S-55: sides of up to three people on two items of three levels: nothing infinite, no exception."""
    kinds = list(itertools.product(range(1, 4), repeat=2))
    sides = [t_of(rows, levels=3) for n in (1, 2, 3) for rows in itertools.combinations_with_replacement(kinds, n)]
    for x, y in itertools.product(sides[::7], sides[::5]):
        for found in mantel(x, y).values():
            if isinstance(found, Mantel):
                assert math.isfinite(found.chi_square)
                assert math.isfinite(found.ratio)
                assert 0 <= found.p <= 1


def test_tables_of_different_scales_are_refused() -> None:
    """S-46."""
    table = t_of([(1, 2, 3), (2, 2, 2)])
    for other in (nobody(2), nobody(3, levels=4)):
        with pytest.raises(ValueError, match="different scales"):
            mantel(table, other)
