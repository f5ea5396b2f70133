"""S-40: agreement within one side and over many groups."""

from __future__ import annotations

import statistics
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scoring_builders import codes, counts
from scoring_item_builders import Rows, item_table

from assess.scoring.agreement import CHANCE, Agreement, Intraclass, intraclass, rwg
from assess.scoring.histogram import Histogram
from assess.scoring.item_table import pooled
from assess.scoring.results import NotEstimable, Reason

ZERO = NotEstimable(reason=Reason.ZERO_VARIANCE)

answer = st.one_of(st.none(), st.integers(1, 5))
rows = st.integers(1, 4).flatmap(lambda k: st.lists(st.tuples(*[answer] * k), min_size=1, max_size=7))
samples = st.lists(st.lists(st.integers(1, 5), max_size=4), min_size=1, max_size=5)


def agreed(given_rows: Rows, levels: int = 5) -> Agreement:
    found = rwg(item_table(given_rows, levels=levels))
    assert isinstance(found, Agreement)
    return found


def alike(answers: tuple[int, ...], k: int, levels: int = 5) -> Agreement:
    """Return the agreement of persons who each give one answer to all k items."""
    return agreed([(each,) * k for each in answers], levels)


def correlated(*groups: Histogram, fewest: int = 2) -> Intraclass:
    found = intraclass(groups, fewest=fewest)
    assert isinstance(found, Intraclass)
    return found


def test_rwg_and_the_average_deviation_by_hand() -> None:
    """S-40: item variances 4/3 and 1/4 make r = 19/48, so 2·29/(2·29 + 19); mean deviations 1 and 3/8."""
    found = agreed([(3, 4), (5, 4), (3, 5), (None, 1), (5, 4)])
    assert found == Agreement(
        n=4,
        rwg=58 / 77,
        more_split=False,
        beyond_chance=NotEstimable(reason=Reason.NOT_COMPARABLE),
        deviation=11 / 16,
        deviation_limit=5 / 6,
        within_limit=True,
    )


@given(rows)
def test_agreement_is_what_the_rows_say(given_rows: Rows) -> None:
    """S-02, S-40, S-48: from rows by definition; nothing warns, whatever people answered."""
    whole = [row for row in given_rows if None not in row]
    found = rwg(item_table(given_rows))
    if len(whole) < 2:
        assert found == NotEstimable(reason=Reason.TOO_FEW if whole else Reason.NO_ANSWERS)
        return
    assert isinstance(found, Agreement)
    columns = [[float(each or 0) for each in column] for column in zip(*whole, strict=True)]
    r, k = statistics.mean(statistics.variance(column) for column in columns) / 2, len(columns)
    assert found.rwg == pytest.approx(max(0, k * (1 - r)) / (max(0, k * (1 - r)) + r), abs=1e-12)
    away = [statistics.mean(abs(each - statistics.mean(column)) for each in column) for column in columns]
    assert found.deviation == pytest.approx(statistics.mean(away), abs=1e-12)
    assert found.within_limit == (found.deviation <= 5 / 6)


@given(rows, st.data())
def test_reversing_items_and_pooling_persons_are_what_they_are_for_rows(given_rows: Rows, data: st.DataObject) -> None:
    """S-54: opposite statements are agreed on as much; added tables are one group."""
    turned = [[None if each is None else 6 - each for each in row] for row in given_rows]
    assert rwg(item_table(turned)) == rwg(item_table(given_rows))
    cut = data.draw(st.integers(0, len(given_rows)))
    k = len(given_rows[0])
    both = pooled(item_table(given_rows[:cut], items=k), item_table(given_rows[cut:], items=k))
    assert rwg(both) == rwg(item_table(given_rows))


def test_people_who_answer_alike_agree_fully() -> None:
    """S-40: all equal, r = 0."""
    found = alike((4,) * 5, 3)
    assert (found.rwg, found.more_split, found.beyond_chance) == (1, False, True)
    assert (found.deviation, found.within_limit) == (0, True)


@pytest.mark.parametrize("answers", [(1, 3), (1, 5), (1, 1, 5, 5, 1, 5)])
def test_answers_as_split_as_random_ones_are_no_agreement(answers: tuple[int, ...]) -> None:
    """S-40: r >= 1, exactly 1 in the first: 0 with a flag, never a negative number or one above 1."""
    found = alike(answers, 3)
    assert (found.rwg, found.more_split) == (0, True)


def test_a_little_less_split_than_random_is_no_flag() -> None:
    """S-40."""
    found = alike((1, 2, 3, 4, 4, 5, 1, 3, 3, 3), 3)
    assert 0 < found.rwg < 0.5
    assert (found.more_split, found.beyond_chance) == (False, False)


def test_a_size_between_two_of_the_table_takes_the_lower_one() -> None:
    """S-40: three items; .65 is under the line of five persons, and above that of eight, .59."""
    seven, eight = alike((2, 2, 3, 3, 4, 4, 5), 3), alike((2, 2, 2, 3, 4, 4, 5, 3), 3)
    assert 0.59 < eight.rwg < seven.rwg < 0.71
    assert (seven.beyond_chance, eight.beyond_chance) == (False, True)
    many = alike((1, 2, 3, 4, 5, 3, 3, 3) * 50, 3)
    assert 0.28 < many.rwg < 0.71
    assert many.beyond_chance is True


def test_agreement_on_the_line_is_not_above_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """S-40: only above."""
    found = alike((3, 3, 4, 4, 5), 3)
    assert found.beyond_chance is True
    monkeypatch.setitem(CHANCE[3], 5, found.rwg)
    assert alike((3, 3, 4, 4, 5), 3).beyond_chance is False


@pytest.mark.parametrize(("k", "levels"), [(2, 5), (6, 5), (3, 6), (3, 4)])
def test_outside_the_table_agreement_is_not_compared_with_chance(k: int, levels: int) -> None:
    """S-40: lines are for three to five items of five levels."""
    assert alike((3, 3, 3, 4) * 5, k, levels).beyond_chance == NotEstimable(reason=Reason.NOT_COMPARABLE)


def test_four_persons_are_too_few_to_be_compared_with_chance() -> None:
    """S-40."""
    assert alike((3, 3, 3, 4), 3).beyond_chance == NotEstimable(reason=Reason.GATE_N)
    assert alike((3, 3, 3, 4, 4), 3).beyond_chance is True


def percentile(k: int, n: int, generator: np.random.Generator) -> float:
    """Return the 95th percentile of rwg(j) of 20,000 groups of n who answer k items of five levels at random."""
    spread = np.zeros(20_000)
    for _ in range(k):
        spread += generator.integers(1, 6, size=(20_000, n)).var(axis=1, ddof=1)
    less = np.maximum(k * 2 - spread, 0)
    return float(np.quantile(k * less / (k * less + spread), 0.95))


def farthest(lines: Mapping[int, Mapping[int, float]], found: Mapping[tuple[int, int], float]) -> float:
    return max(abs(lines[k][n] - line) for (k, n), line in found.items())


def test_the_lines_are_the_95th_percentiles_of_random_answers() -> None:
    """S-40: every cell to .02, and to .01 but for five persons, whose few values leave gaps.

    Planted: lines of five items taken for four, and lines of the next size; both are caught.
    """
    generator = np.random.default_rng(40)
    found = {(k, n): percentile(k, n, generator) for k, lines in CHANCE.items() for n in lines}
    assert len(found) == 18
    assert farthest(CHANCE, found) <= 0.02
    assert farthest(CHANCE, {cell: line for cell, line in found.items() if cell[1] > 8}) <= 0.01
    assert farthest({**CHANCE, 4: CHANCE[5]}, found) > 0.02
    shifted = {k: dict(zip(lines, [*list(lines.values())[1:], 0.2], strict=True)) for k, lines in CHANCE.items()}
    assert farthest(shifted, found) > 0.02


@pytest.mark.parametrize(("n", "low", "high"), [(10, 0.03, 0.07), (12, 0.005, 0.05)])
def test_one_random_group_in_twenty_is_called_beyond_chance(n: int, low: float, high: float) -> None:
    """S-40: by our own route; fewer where the next lower size is taken. Planted: a line .1 lower is caught."""
    generator = np.random.default_rng(n)
    found = [agreed(generator.integers(1, 6, size=(n, 5)).tolist()) for _ in range(1000)]
    assert low <= statistics.mean(each.beyond_chance is True for each in found) <= high
    assert statistics.mean(each.rwg > CHANCE[5][10] - 0.1 for each in found) > high


def test_the_limit_of_the_average_deviation_is_a_sixth_of_the_levels() -> None:
    """S-40: at the limit the group still agrees (exactly 1 step of 6 levels), beyond it no more."""
    at, beyond = alike((2, 4), 3, levels=6), alike((2, 2, 5, 5, 2), 3, levels=6)
    assert (at.deviation, at.deviation_limit, at.within_limit) == (1, 1, True)
    assert beyond.deviation == pytest.approx(1.44)
    assert beyond.within_limit is False


@pytest.mark.parametrize(
    ("given_rows", "reason"),
    [
        ([], Reason.NO_ANSWERS),
        ([(None, None), (1, None)], Reason.NO_ANSWERS),
        ([(1, 2), (None, 2)], Reason.TOO_FEW),
    ],
    ids=["nobody", "nobody complete", "one"],
)
def test_nobody_and_one_person_do_not_agree(given_rows: Rows, reason: Reason) -> None:
    """S-48."""
    assert rwg(item_table(given_rows, items=2)) == NotEstimable(reason=reason)


def test_on_one_level_random_answers_do_not_vary() -> None:
    """S-48."""
    assert rwg(item_table([(1, 1)] * 5, levels=1)) == ZERO


def test_intraclass_correlations_by_hand() -> None:
    """S-40: means 1.5, 10/3, 4.5 of 2, 3, 2: grand mean 22/7, n̄ = 7/3."""
    found = correlated(codes(1, 2), codes(3, 3, 4), codes(5, 4))
    grand = 22 / 7
    between = (2 * (1.5 - grand) ** 2 + 3 * (10 / 3 - grand) ** 2 + 2 * (4.5 - grand) ** 2) / 2
    within = (1 / 2 + 2 / 3 + 1 / 2) / 4
    assert (found.groups, found.n) == (3, 7)
    assert found.icc1 == pytest.approx((between - within) / (between + 4 / 3 * within), abs=1e-14)
    assert found.icc2 == pytest.approx((between - within) / between, abs=1e-14)
    assert found.printed == found.icc1


@given(samples)
def test_intraclass_correlations_are_those_of_the_analysis_of_variance(given_groups: list[list[int]]) -> None:
    """S-02, S-40, S-48: with scipy's F, ICC(2) = 1 - 1/F and ICC(1) = (F - 1)/(F + n̄ - 1); else a reason."""
    found = intraclass([codes(*group) for group in given_groups], fewest=2)
    held = [group for group in given_groups if group]
    people = [each for group in held for each in group]
    if not people:
        assert found == NotEstimable(reason=Reason.NO_ANSWERS)
    elif len(held) < 2:
        assert found == NotEstimable(reason=Reason.FEW_GROUPS)
    elif len(people) == len(held):
        assert found == NotEstimable(reason=Reason.TOO_FEW)
    elif len(set(people)) == 1:
        assert found == ZERO
    elif all(len(set(group)) == 1 for group in held):
        assert isinstance(found, Intraclass)
        assert (found.icc1, found.icc2) == (1, 1)
    else:
        assert isinstance(found, Intraclass)
        f, size = float(stats.f_oneway(*map(np.array, held)).statistic), len(people) / len(held)
        assert found.icc1 == pytest.approx((f - 1) / (f + size - 1), abs=1e-9)
        assert -1 / (size - 1) - 1e-12 <= found.icc1 <= 1
        assert found.icc2 == ZERO or found.icc2 == pytest.approx(1 - 1 / f, rel=1e-6, abs=1e-9)


def test_groups_that_differ_less_than_chance_print_0() -> None:
    """S-40: the raw value is kept beside it, as is an ICC(2) far under 0: MSB 1/6, MSW 19/6, n̄ 3."""
    found = correlated(codes(1, 5, 3), codes(2, 5, 3))
    assert (found.icc1, found.icc2, found.printed) == (pytest.approx(-6 / 13), pytest.approx(-18), 0)


def test_groups_of_one_mean_have_no_second_correlation() -> None:
    """S-48: MSB is 0, so ICC(2) would be minus infinity; ICC(1) is at its lowest, -1/(n̄ - 1)."""
    found = correlated(counts(1, 0, 1), counts(0, 2, 0), counts(1, 0, 1))
    assert (found.icc1, found.icc2, found.printed) == (-1, ZERO, 0)


def test_a_correlation_that_made_the_groups_is_found_again() -> None:
    """S-40: 400 groups of 10, true ICC(1) .2, true ICC(2) 10·.2/(1 + 9·.2) = .714."""
    generator = np.random.default_rng(41)
    group = generator.normal(size=(400, 1)) * np.sqrt(0.2)
    scores = np.rint(1000 * (group + generator.normal(size=(400, 10)) * np.sqrt(0.8))).astype(int)
    found = correlated(*(codes(*row, levels=5) for row in scores.tolist()), fewest=10)
    assert found.icc1 == pytest.approx(0.2, abs=0.03)
    assert found.icc2 == pytest.approx(10 / 14, abs=0.04)


def test_under_ten_groups_there_is_no_intraclass_correlation() -> None:
    """S-40: few_groups; empty groups do not count, and a witness may ask for two."""
    group = codes(1, 2, 4)
    assert intraclass([group] * 9 + [codes()]) == NotEstimable(reason=Reason.FEW_GROUPS)
    assert isinstance(intraclass([group] * 10), Intraclass)
    assert isinstance(intraclass([group] * 2, fewest=2), Intraclass)


def test_one_group_can_not_be_asked_for() -> None:
    with pytest.raises(ValueError, match="two or more"):
        intraclass([codes(1, 2)], fewest=1)


def test_groups_on_different_scales_are_refused() -> None:
    with pytest.raises(ValueError, match="different integer scales"):
        intraclass([codes(1, 2), codes(1, 2, levels=4)], fewest=2)


@pytest.mark.parametrize(
    ("given_groups", "reason"),
    [
        ([], Reason.NO_ANSWERS),
        ([codes(), codes()], Reason.NO_ANSWERS),
        ([codes(1), codes(2), codes(5)], Reason.TOO_FEW),
        ([codes(3, 3), codes(3)], Reason.ZERO_VARIANCE),
    ],
    ids=["no group", "nobody", "one person each", "all alike"],
)
def test_degenerate_groups_have_no_intraclass_correlation(given_groups: list[Histogram], reason: Reason) -> None:
    """S-48."""
    assert intraclass(given_groups, fewest=2) == NotEstimable(reason=reason)
