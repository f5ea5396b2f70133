"""The forecast before opening, beside scipy's beta-binomial law and the oracles of A-17."""

from __future__ import annotations

import pytest
from scipy import stats

from assess.disclosure.forecast import USUAL_RATE, both, chance


@pytest.mark.parametrize(
    ("floor", "people", "told"),
    [
        (5, (6, 8, 10, 12), (0.37, 0.67, 0.84, 0.92)),
        (10, (12, 16, 20, 25), (0.25, 0.64, 0.84, 0.94)),
    ],
)
def test_the_oracles_of_the_specification_come_out(
    floor: int, people: tuple[int, ...], told: tuple[float, ...]
) -> None:
    """A-17."""
    assert tuple(round(chance(n, floor), 2) for n in people) == told


@pytest.mark.parametrize("rate", [0.01, 0.4, USUAL_RATE, 0.9, 0.99])
@pytest.mark.parametrize("people", [1, 5, 8, 40, 300])
@pytest.mark.parametrize("floor", [1, 5, 10])
def test_an_outside_witness_gives_the_same_chance(rate: float, people: int, floor: int) -> None:
    """A-17: scipy.stats.betabinom."""
    law = stats.betabinom(people, 12 * rate, 12 * (1 - rate))
    assert chance(people, floor, rate) == pytest.approx(law.sf(floor - 1), abs=1e-10)


def test_it_is_wider_than_binomial() -> None:
    """Guards the test above: a law without the weight of A-17 gives other figures."""
    assert round(float(stats.binom(8, USUAL_RATE).sf(4)), 2) != round(chance(8, 5), 2)


def test_both_sides_must_reach_the_floor() -> None:
    """A-11: one side under, nothing is shown."""
    assert both([12, 8], 5) == pytest.approx(chance(12, 5) * chance(8, 5))
    assert both([300, 4], 5) == 0


def test_at_its_ends_the_law_is_a_point() -> None:
    assert (chance(5, 5, 1.0), chance(4, 5, 1.0), chance(50, 5, 0.0)) == (1.0, 0.0, 0.0)


def test_no_chance_leaves_its_range() -> None:
    for people in range(1, 200):
        assert 0 <= chance(people, 1) <= 1


@pytest.mark.parametrize(("people", "floor", "rate"), [(-1, 5, 0.5), (8, 0, 0.5), (8, 5, 1.1), (8, 5, float("nan"))])
def test_what_is_no_question_is_refused(people: int, floor: int, rate: float) -> None:
    with pytest.raises(ValueError, match="needs people >= 0, floor >= 1, rate in"):
        chance(people, floor, rate)
