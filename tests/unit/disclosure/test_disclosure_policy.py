"""Floors and precision classes (A-11, A-12)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.disclosure.policy import (
    Code,
    Policy,
    Precision,
    coded_mean,
    coded_share,
    interval_step,
    outward,
)
from assess.instruments.model import FloorClass


def test_the_floors_are_those_of_the_page() -> None:
    """A-11: k = 5, ki = 10, kc = 10."""
    policy = Policy()
    assert (policy.floor_scale, policy.floor_item, policy.floor_comments, policy.public) == (5, 10, 10, False)


@pytest.mark.parametrize("name", ["floor_scale", "floor_item", "floor_comments"])
def test_a_floor_may_be_raised_never_lowered(name: str) -> None:
    """A-11."""
    constant = getattr(Policy(), name)
    assert getattr(Policy(**{name: constant + 1}), name) == constant + 1
    with pytest.raises(ValueError, match=f"{name} may be raised, never lowered"):
        Policy(**{name: constant - 1})


@pytest.mark.parametrize("floor", [math.nan, 10.0, "10"])
def test_a_floor_is_a_whole_number(floor: object) -> None:
    """Nothing is below "not a number": it would be no floor at all."""
    with pytest.raises(TypeError, match="floor_item is a whole number"):
        Policy(floor_item=floor)  # type: ignore[arg-type]


def test_even_public_data_needs_somebody() -> None:
    with pytest.raises(ValueError, match="floor_scale"):
        Policy(floor_scale=0, public=True)


@pytest.mark.parametrize(
    ("floor_class", "classes"),
    [
        (FloorClass.SCALE, {4: None, 5: Precision.COARSE_SCALE, 9: Precision.COARSE_SCALE, 10: Precision.FULL}),
        (
            FloorClass.ITEM,
            {9: None, 10: Precision.COARSE_ITEM, 29: Precision.COARSE_ITEM, 30: Precision.FULL, 5: None},
        ),
    ],
)
def test_the_classes_begin_exactly_where_the_page_says(
    floor_class: FloorClass, classes: dict[int, Precision | None]
) -> None:
    """A-12."""
    for smaller, wanted in classes.items():
        assert Policy().precision(floor_class, smaller) is wanted


def test_a_raised_floor_does_not_make_a_class_finer() -> None:
    """A-12 goes by the number of answers; A-11's floor only withholds more."""
    policy = Policy(floor_scale=12, floor_item=35)
    assert policy.precision(FloorClass.SCALE, 11) is None
    assert policy.precision(FloorClass.SCALE, 12) is Precision.FULL
    assert policy.precision(FloorClass.ITEM, 34) is None
    assert policy.precision(FloorClass.ITEM, 35) is Precision.FULL


def test_public_data_is_always_at_full_precision() -> None:
    assert Policy.public_data().precision(FloorClass.ITEM, 1) is Precision.FULL


@pytest.mark.parametrize(
    ("low", "high", "step", "ends"),
    [
        (0.3, 20.2, 5, (0, 25)),  # R-5's oracle
        (-9.2, 17.4, 5, (-10, 20)),
        (-5, 5, 5, (-5, 5)),
        (-0.2, 0.2, 1, (-1, 1)),
        (0.1 + 0.2, 3, 1, (0, 3)),
        (2.9999999999, 5.0000000001, 1, (3, 5)),  # a float's noise moves no end
    ],
)
def test_ends_move_outward(low: float, high: float, step: int, ends: tuple[int, int]) -> None:
    """A-12."""
    assert outward(low, high, step) == ends


@given(st.floats(-100, 100), st.floats(0, 100), st.sampled_from([1, 5]))
def test_the_coded_interval_holds_the_real_one(low: float, width: float, step: int) -> None:
    first, last = outward(low, low + width, step)
    assert first <= low + 1e-8
    assert last >= low + width - 1e-8
    assert first % step == last % step == 0
    assert first > low - step - 1e-8
    assert last < low + width + step + 1e-8


def test_each_class_has_its_step() -> None:
    """A-12: 1 POMP for scales at 5-9, 5 for items at 10-29 and wherever the gate coarsens, none at full precision."""
    assert {each: interval_step(each) for each in Precision} == {
        Precision.COARSE_SCALE: 1,
        Precision.COARSE_ITEM: 5,
        Precision.BARE_ITEM: 5,
        Precision.FIVES: 5,
        Precision.FULL: None,
    }


@pytest.mark.parametrize(
    ("pomp", "precision", "coded"),
    [
        (41.4, Precision.COARSE_SCALE, 41),
        (41.4, Precision.FIVES, 40),
        (42.5, Precision.FIVES, 45),
        (5.0, Precision.FIVES, Code.AT_MOST_5),
        (95.0, Precision.FIVES, Code.AT_LEAST_95),
        (41.4, Precision.BARE_ITEM, 41),
        (41.5, Precision.COARSE_SCALE, 42),
        (5.0, Precision.COARSE_SCALE, Code.AT_MOST_5),
        (0.0, Precision.COARSE_SCALE, Code.AT_MOST_5),
        (5.6, Precision.COARSE_SCALE, 6),
        (95.0, Precision.COARSE_SCALE, Code.AT_LEAST_95),
        (100.0, Precision.COARSE_SCALE, Code.AT_LEAST_95),
        (94.4, Precision.COARSE_SCALE, 94),
        (3.4, Precision.COARSE_ITEM, 3),
        (100.0, Precision.COARSE_ITEM, 100),
        (41.5, Precision.FULL, None),
    ],
)
def test_means_are_whole_and_coded_at_the_ends_of_a_scale(
    pomp: float, precision: Precision, coded: int | Code | None
) -> None:
    """A-12."""
    assert coded_mean(pomp, precision) == coded


@pytest.mark.parametrize(
    ("percent", "coded"),
    [
        (0, Code.AT_MOST_10_PERCENT),
        (10, Code.AT_MOST_10_PERCENT),
        (10.5, 10),
        (54.5454, 55),
        (52.4, 50),
        (89.4, 90),
        (90, Code.AT_LEAST_90_PERCENT),
        (100, Code.AT_LEAST_90_PERCENT),
    ],
)
def test_favourable_shares_are_coded_at_both_ends(percent: float, coded: int | Code) -> None:
    """A-12."""
    assert coded_share(percent) == coded
