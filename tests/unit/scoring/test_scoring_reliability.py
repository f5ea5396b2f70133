"""S-42: alpha, its interval, what each item does to it, and which reliability stands."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scoring_builders import instrument, people, released
from scoring_item_builders import Rows, cross_products, item_table, names, one_factor, related

from assess.disclosure.release import Withheld
from assess.instruments.model import DONT_KNOW
from assess.scoring import item_table as tables
from assess.scoring import tally_items
from assess.scoring.item_table import CrossProducts
from assess.scoring.reliability import Reliability, alpha, alpha_if_dropped, item_rest, reliability
from assess.scoring.results import Estimate, Flag, NotEstimable, Reason
from assess.scoring.scatter import Answers

ZERO = NotEstimable(reason=Reason.ZERO_VARIANCE)
GATE_N = NotEstimable(reason=Reason.GATE_N)

answer = st.one_of(st.none(), st.integers(1, 5))
rows = st.integers(1, 4).flatmap(lambda k: st.lists(st.tuples(*[answer] * k), min_size=1, max_size=7))

ROWS = [(1, 2, 1), (2, 2, 3), (4, 3, 4), (5, 4, 4), (3, 3, 2), (2, 1, 1)]


def estimated(answers: Answers) -> Estimate:
    found = alpha(answers)
    assert isinstance(found, Estimate)
    return found


def by_definition(given: Rows) -> float:
    """Return alpha from rows, as its inventor wrote it."""
    k = len(given[0])
    of_items = sum(statistics.variance(column) for column in zip(*given, strict=True))
    return k / (k - 1) * (1 - of_items / statistics.variance([sum(row) for row in given]))


def many(generator: np.random.Generator, n: int = 60) -> list[tuple[int, ...]]:
    return [tuple(row) for row in one_factor(generator, n, (0.85, 0.8, 0.75, 0.7)).tolist()]


def test_alpha_is_what_its_definition_says() -> None:
    """S-42: k/(k-1)·(1 - Σs²_j/s²_total), persons with a blank left out."""
    found = estimated(item_table([*ROWS, (5, None, 1)]))
    assert found.value == pytest.approx(by_definition(ROWS), rel=1e-14)
    assert (found.n, found.m, found.df) == (6, 0, 5)
    assert found.method.startswith("alpha")
    assert found.flags == frozenset()


def test_what_an_item_does_is_what_the_rows_say() -> None:
    """S-42: alpha without the item, and its correlation with the sum of the others."""
    dropped, rest = alpha_if_dropped(item_table(ROWS)), item_rest(item_table(ROWS))
    for place, item in enumerate(names(3)):
        others = [row[:place] + row[place + 1 :] for row in ROWS]
        assert dropped[item] == pytest.approx(by_definition(others), rel=1e-13)
        own = [row[place] for row in ROWS]
        assert rest[item] == pytest.approx(statistics.correlation(own, [sum(row) for row in others]), rel=1e-13)


def test_the_published_numbers_of_attitude_come_out() -> None:
    """S-42, F3: alpha, Feldt's limits, alpha if dropped and item-rest r of 30 x 7 percentages, from X alone."""
    items = ("rating", "complaints", "privileges", "learning", "raises", "critical", "advance")
    products = [
        [129621, 133017, 104866, 111879, 127490, 145519, 83811],
        [133017, 138208, 108798, 115325, 131824, 150101, 86673],
        [104866, 108798, 89036, 91903, 104669, 119695, 69689],
        [111879, 115325, 91903, 99311, 111561, 126821, 74462],
        [127490, 131824, 104669, 111561, 128459, 146097, 85029],
        [145519, 150101, 119695, 126821, 146097, 170541, 97136],
        [83811, 86673, 69689, 74462, 85029, 97136, 58368],
    ]
    sums = np.array([1939, 1998, 1594, 1691, 1939, 2243, 1288])
    x = CrossProducts(items=items, n=30, sums=sums, products=np.array(products))
    found = estimated(x)
    assert found.value == pytest.approx(0.8431427696, abs=5e-11)
    # The page cuts the upper one, .91577307, to .9157730.
    assert (found.lo95, found.hi95) == pytest.approx((0.7393757, 0.9157731), abs=5e-8)
    dropped, rest = alpha_if_dropped(x), item_rest(x)
    assert [dropped[item] for item in items] == pytest.approx(
        [0.8098, 0.7969, 0.8278, 0.8030, 0.7954, 0.8639, 0.8405], abs=5e-5
    )
    assert [rest[item] for item in items] == pytest.approx(
        [0.6713, 0.7421, 0.5607, 0.7144, 0.7863, 0.2650, 0.4608], abs=5e-5
    )
    five = CrossProducts(items=items[:5], n=30, sums=sums[:5], products=np.array(products)[:5, :5])
    assert estimated(five).value == pytest.approx(0.8757325, abs=5e-8)


def test_limits_are_feldt_s_and_the_narrow_ones_lie_inside() -> None:
    """S-42: the upper quantile of F gives the lower limit; by scipy's distribution, not the function we call."""
    r = np.full((5, 5), 4 / 9) + np.eye(5) * 5 / 9
    found = estimated(related(r, 20))
    assert found.value == pytest.approx(0.80, abs=1e-6)
    f = stats.f(19, 19 * 4)
    expected = [1 - (1 - found.value) * f.ppf(level) for level in (0.975, 0.95, 0.05, 0.025)]
    assert [found.lo95, found.lo90, found.hi90, found.hi95] == pytest.approx(expected, rel=1e-10)
    assert (found.lo95, found.hi95) == pytest.approx((0.6174, 0.9108), abs=5e-5)
    assert found.se == pytest.approx((found.hi95 - found.lo95) / 2 / 1.959964, rel=1e-6)


def test_the_interval_misses_the_true_alpha_one_time_in_forty_on_each_side() -> None:
    """S-42: 1,000 samples of 15 persons, four items with equal covariances, true alpha .72."""
    generator, n, k, r = np.random.default_rng(42), 15, 4, 9 / 23
    truth = k * r / (1 + (k - 1) * r)
    low = high = 0
    for _ in range(1000):
        person = generator.normal(size=(n, 1)) * math.sqrt(r)
        found = estimated(cross_products(np.rint(1000 * (person + generator.normal(size=(n, k)) * math.sqrt(1 - r)))))
        low, high = low + (truth < found.lo95), high + (truth > found.hi95)
    assert truth == pytest.approx(0.72)
    assert (low / 1000, high / 1000) == pytest.approx((0.025, 0.025), abs=0.015)


@given(rows)
def test_t_and_x_give_the_same_numbers_or_the_same_refusals(given_rows: Rows) -> None:
    """S-02, S-42, S-48: two routes to one number, bit by bit; nothing warns, whatever people answered."""
    t, x = item_table(given_rows), cross_products(given_rows)
    assert alpha(t) == alpha(x)
    assert alpha_if_dropped(t) == alpha_if_dropped(x)
    assert item_rest(t) == item_rest(x)
    for number in (*alpha_if_dropped(t).values(), *item_rest(t).values()):
        assert isinstance(number, NotEstimable) or (math.isfinite(number) and number <= 1)


@given(rows)
def test_reversing_every_item_changes_nothing(given_rows: Rows) -> None:
    """S-54: agreement with the opposite statements is as consistent."""
    turned = [[None if each is None else 6 - each for each in row] for row in given_rows]
    assert alpha(item_table(turned)) == alpha(item_table(given_rows))
    assert alpha_if_dropped(item_table(turned)) == alpha_if_dropped(item_table(given_rows))
    assert item_rest(item_table(turned)) == item_rest(item_table(given_rows))


@given(st.lists(st.tuples(*[answer] * 3), min_size=1, max_size=6), st.lists(st.tuples(*[answer] * 3), min_size=1))
def test_adding_tables_is_pooling_persons(east: Rows, west: Rows) -> None:
    """S-05, S-54."""
    both = tables.pooled(item_table(east), item_table(west))
    assert alpha(both) == alpha(item_table([*east, *west]))
    assert reliability(both, 0.8) == reliability(item_table([*west, *east]), 0.8)


def test_a_released_wave_has_the_alpha_of_its_oriented_rows() -> None:
    """S-07, S-42: V4 is reversed; "don't know" and blank leave the person out."""
    east = [{**row, "V4": 6 - row["V4"]} for row in people(np.random.default_rng(1), 8)]
    east[0]["V1"] = DONT_KNOW
    del east[1]["V2"]
    found = released({"east": east, "west": east[2:]})
    subject = found.find("scale.VIEW")
    assert not isinstance(subject, Withheld)
    oriented = [
        tuple(6 - row["V4"] if item == "V4" else row[item] for item in ("V1", "V2", "V3", "V4")) for row in east[2:]
    ]
    t = tally_items.item_tables(found, subject, instrument())["east"]
    x = tally_items.cross_products(found, subject, instrument())["east"]
    assert t.people == 8
    assert estimated(t).value == pytest.approx(by_definition(oriented), rel=1e-13)
    assert alpha(t) == alpha(x)
    assert alpha(t) == alpha(item_table(oriented))


@pytest.mark.parametrize(
    ("given_rows", "reason"),
    [
        ([], Reason.NO_ANSWERS),
        ([(None, None, None), (1, None, 2)], Reason.NO_ANSWERS),
        ([(1, 2, 3), (None, 2, 3)], Reason.TOO_FEW),
        ([(3, 3, 3)] * 9, Reason.ZERO_VARIANCE),
        ([(1, 3, 5), (1, 4, 5), (1, 5, 5)], Reason.ZERO_VARIANCE),
        ([(1, 3, 5), (2, 3, 4), (5, 3, 1)], Reason.ZERO_VARIANCE),
        ([(1, 2, 3), (2, 3, 4), (3, 4, 5)], Reason.ZERO_VARIANCE),
    ],
    ids=["nobody", "nobody complete", "one", "all alike", "one item varies", "constant total", "alpha exactly 1"],
)
def test_a_degenerate_table_has_no_alpha(given_rows: Rows, reason: Reason) -> None:
    """S-48: a typed refusal, and the same through X."""
    assert alpha(item_table(given_rows, items=3)) == NotEstimable(reason=reason)
    assert alpha(cross_products(given_rows, items=3)) == NotEstimable(reason=reason)


def test_a_scale_of_one_item_has_no_alpha() -> None:
    """S-48: nothing to be consistent with, however many people."""
    one = item_table([(1,), (2,), (5,)])
    assert alpha(one) == ZERO
    assert alpha_if_dropped(one) == item_rest(one) == {"I1": ZERO}


def test_a_constant_item_leaves_k() -> None:
    """S-42: a statement that everybody answers alike says nothing of consistency."""
    padded = [(row[0], 4, row[1], row[2]) for row in ROWS]
    found = estimated(item_table(padded))
    assert found == estimated(item_table(ROWS))
    assert found.value != pytest.approx(by_definition(padded))
    for by_item in (alpha_if_dropped, item_rest):
        assert by_item(item_table(padded))["I2"] == ZERO
        assert by_item(item_table(padded))["I3"] == by_item(item_table(ROWS))["I2"]


def test_nobody_and_one_person_have_no_item_numbers() -> None:
    """S-48."""
    for by_item in (alpha_if_dropped, item_rest):
        assert set(by_item(item_table([], items=2)).values()) == {NotEstimable(reason=Reason.NO_ANSWERS)}
        assert set(by_item(item_table([(1, 2)])).values()) == {NotEstimable(reason=Reason.TOO_FEW)}


def test_an_item_whose_others_cancel_has_no_numbers() -> None:
    """S-48: without I3 the total is constant; of two items, neither leaves a scale."""
    found = item_table([(1, 5, 2), (2, 4, 5), (5, 1, 3)])
    assert alpha_if_dropped(found)["I3"] == item_rest(found)["I3"] == ZERO
    assert isinstance(item_rest(found)["I1"], float)
    assert set(alpha_if_dropped(item_table([(1, 2), (2, 5), (4, 4)])).values()) == {ZERO}


def test_items_that_differ_by_a_constant_correlate_exactly() -> None:
    """S-42: rounding may not push r past 1, and alpha without an item may be 1."""
    found = item_table([(1, 2, 1), (2, 3, 2), (4, 5, 4)])
    assert item_rest(found) == pytest.approx(dict.fromkeys(names(3), 1.0))
    assert max(number for number in item_rest(found).values() if isinstance(number, float)) <= 1
    assert alpha_if_dropped(found) == dict.fromkeys(names(3), 1.0)


def test_a_negative_alpha_is_a_number_with_a_flag() -> None:
    """S-42: "not a scale here"; never clipped to 0."""
    against = [(1, 5, 3), (2, 4, 3), (5, 1, 2), (4, 1, 3)]
    found = estimated(item_table(against))
    assert found.value == pytest.approx(by_definition(against), rel=1e-12)
    assert found.value < -1
    assert found.lo95 < found.lo90 < found.value < found.hi90 < found.hi95 <= 1
    assert found.flags == {Flag.NOT_A_SCALE}


def test_only_a_negative_alpha_is_no_scale() -> None:
    """S-42: 0 is a scale that tells nobody apart; a hair under 0 is none."""
    none = [(1, 1), (1, 5), (5, 1), (5, 5)]
    zero, under = item_table(none * 15), item_table([*none * 15, (1, 5)])
    assert (estimated(zero).value, estimated(zero).flags) == (0, frozenset())
    assert -0.1 < estimated(under).value < 0
    assert estimated(under).flags == {Flag.NOT_A_SCALE}
    assert standing(reliability(zero, 0.8)) == (0, False, True)
    assert standing(reliability(under, 0.8)) == (estimated(under).value, True, True)


def standing(found: Reliability) -> tuple[float, bool, bool]:
    return found.standing, found.not_a_scale, found.indicative


def test_under_fifty_persons_the_declared_reliability_stands() -> None:
    """S-42: 49 complete persons of 52, and nothing of any item either."""
    given_rows: Rows = [*many(np.random.default_rng(2), 49), *[(None, 1, 2, 3)] * 3]
    found = reliability(item_table(given_rows), 0.8)
    assert (found.n, found.items, found.constant, found.declared) == (49, names(4), (), 0.8)
    assert found.local == GATE_N
    assert found.if_dropped == found.item_rest == dict.fromkeys(names(4), GATE_N)
    assert standing(found) == (0.8, False, False)


def test_from_fifty_persons_the_local_alpha_stands() -> None:
    """S-42."""
    given_rows = many(np.random.default_rng(3), 50)
    table = item_table(given_rows)
    found = reliability(table, 0.2)
    assert found.local == alpha(table)
    assert (found.if_dropped, found.item_rest) == (alpha_if_dropped(table), item_rest(table))
    assert standing(found) == (pytest.approx(by_definition(given_rows)), False, False)
    assert found.standing > 0.7


def test_the_items_that_nobody_tells_apart_are_named() -> None:
    """S-42: noted."""
    given_rows = [(*row[:2], 5, *row[2:]) for row in many(np.random.default_rng(4))]
    found = reliability(item_table(given_rows), 0.8)
    assert (found.items, found.constant) == (("I1", "I2", "I4", "I5"), ("I3",))
    assert found.standing == pytest.approx(by_definition([row[:2] + row[3:] for row in given_rows]))


@pytest.mark.parametrize(("n", "reason"), [(0, Reason.NO_ANSWERS), (1, Reason.TOO_FEW)])
def test_with_nobody_or_one_person_no_item_is_called_constant(n: int, reason: Reason) -> None:
    """S-48."""
    found = reliability(item_table([(1, 2)] * n, items=2), 0.75)
    assert (found.n, found.items, found.constant) == (n, names(2), ())
    assert found.local == NotEstimable(reason=reason)
    assert set(found.item_rest.values()) == {NotEstimable(reason=reason)}
    assert standing(found) == (0.75, False, False)


def test_where_alpha_cannot_be_computed_the_declared_reliability_stands() -> None:
    """S-42, S-48: sixty persons whose total is constant."""
    found = reliability(item_table([(1, 5), (5, 1), (2, 4)] * 20), 0.8)
    assert found.local == ZERO
    assert standing(found) == (0.8, False, False)


def test_a_negative_local_alpha_stands_and_is_not_a_scale_here() -> None:
    """S-42: the declared .80 does not cover it up."""
    found = reliability(item_table([(1, 5, 3), (2, 4, 3), (5, 1, 2), (4, 1, 3)] * 20), 0.8)
    assert standing(found) == (found.standing, True, True)
    assert found.standing < -1


@pytest.mark.parametrize(("declared", "indicative"), [(0.7, False), (0.699, True), (0.0, True), (1.0, False)])
def test_under_seventy_a_scale_is_indicative(declared: float, indicative: bool) -> None:
    """S-31, S-42: strictly under .70; a declared reliability is never "not a scale"."""
    assert standing(reliability(item_table([(1, 2)] * 3), declared)) == (declared, False, indicative)


@pytest.mark.parametrize("declared", [-0.1, 1.1])
def test_a_declared_reliability_outside_0_to_1_is_refused(declared: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        reliability(item_table(ROWS), declared)
