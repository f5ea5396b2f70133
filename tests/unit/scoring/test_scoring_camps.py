"""S-41: two camps are found where they are, and not made up where there is one peak."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_builders import counts

from assess.scoring.camps import FEWEST, average_hides_camps, two_camps
from assess.scoring.histogram import Histogram, Ints, histogram, pooled

SAMPLES = 2_000
ACCEPTED = 0.04
"""S-41: measured at 30, unimodal populations are flagged in at most 4 %."""

ONE_PEAK = {  # S-60
    "mod": (0.05, 0.10, 0.20, 0.40, 0.25),
    "ceil": (0.02, 0.03, 0.10, 0.35, 0.50),
    "hard": (0.01, 0.01, 0.03, 0.15, 0.80),
    "floor": (0.60, 0.25, 0.10, 0.04, 0.01),
}
CUTS = (-1.5, -0.5, 0.5, 1.5)
SHIFTS = (0, 0.5, 1.4, 2)


def items(shares: Sequence[float], rng: np.random.Generator) -> list[Histogram]:
    """Draw samples of 30 answers on one item."""
    drawn = rng.choice(len(shares), size=(SAMPLES, FEWEST), p=shares)
    return [histogram(row.astype(np.int64), zero=0, span=4, step=1) for row in drawn]


def scales(rng: np.random.Generator, shift: float = 0, apart: float = 0) -> list[Histogram]:
    """Draw samples of 30 persons' sums on five items, latent normal, r .45; half of them `apart` up, half down."""
    half = rng.integers(0, 2, size=(SAMPLES, FEWEST, 1)) * 2 - 1
    person = np.sqrt(0.45) * rng.normal(size=(SAMPLES, FEWEST, 1)) + apart * half
    codes = np.digitize(person + np.sqrt(0.55) * rng.normal(size=(SAMPLES, FEWEST, 5)) + shift, CUTS)
    return [histogram(row, zero=0, span=20, step=1) for row in codes.sum(axis=2)]


def without_the_middle(h: Histogram) -> bool:
    """A planted weakness: two ends of 30 %, whatever lies between."""
    low = int(h.count[8 * (h.score - h.zero) < 3 * h.span].sum())
    high = int(h.count[8 * (h.score - h.zero) > 5 * h.span].sum())
    return h.n >= FEWEST and 10 * min(low, high) >= 3 * h.n


def flagged(samples: list[Histogram], rule: Callable[[Histogram], bool] = two_camps) -> float:
    return sum(map(rule, samples)) / len(samples)


@pytest.mark.parametrize("population", ONE_PEAK)
def test_an_item_with_one_peak_is_not_flagged(population: str) -> None:
    """S-41, S-60: at n = 30, in at most 4 %."""
    assert flagged(items(ONE_PEAK[population], np.random.default_rng(41))) <= ACCEPTED


@pytest.mark.parametrize("shift", SHIFTS)
def test_a_scale_of_one_population_is_not_flagged(shift: float) -> None:
    """S-41, S-60: five items, latent normal, r .45, at n = 30, in at most 4 %."""
    assert flagged(scales(np.random.default_rng(42), shift)) <= ACCEPTED


def test_a_rule_that_ignores_the_middle_is_caught() -> None:
    """S-41: the planted weaker rule fails where the rule passes, on a scale and on a bell-shaped item."""
    scale = scales(np.random.default_rng(42))
    assert flagged(scale, without_the_middle) > ACCEPTED
    bell = items((0.1, 0.2, 0.4, 0.2, 0.1), np.random.default_rng(43))
    assert flagged(bell, without_the_middle) > 0.2
    assert flagged(bell) <= ACCEPTED


def test_two_peaks_are_mostly_found() -> None:
    """S-41, S-60: answers u on an item, and two halves of a side far apart on a scale."""
    rng = np.random.default_rng(44)
    assert flagged(items((0.3, 0.1, 0.1, 0.2, 0.3), rng)) == pytest.approx(0.88, abs=0.03)
    assert flagged(scales(rng, apart=1.25)) > 0.75


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ((9, 0, 6, 0, 15), True),  # 30 % below; the middle is exactly two thirds of it
        ((8, 0, 5, 0, 17), False),  # 26.7 % below
        ((17, 0, 5, 0, 8), False),  # the same above
        ((9, 0, 7, 0, 14), False),  # the middle is over two thirds of the smaller end
        ((14, 0, 7, 0, 9), False),
        ((5, 6, 8, 6, 6), False),  # 12 and 11 at the ends allow 7 in the middle
        ((5, 6, 7, 6, 6), True),
        ((15, 0, 0, 0, 14), False),  # 29 persons
        ((15, 0, 0, 0, 15), True),
        ((30, 0, 0, 0, 0), False),
        ((0, 0, 30, 0, 0), False),
    ],
)
def test_every_cut_is_where_the_rule_puts_it(people: tuple[int, ...], expected: bool) -> None:
    """S-41."""
    assert two_camps(counts(*people)) is expected


def test_a_person_exactly_on_a_cut_stands_in_the_middle() -> None:
    """S-41: below 37.5 and above 62.5, strictly, and without a rounding error: 3/8 and 5/8 of the span."""
    ends = [0] * 12 + [160] * 12
    on_the_cuts = histogram(np.array(ends + [60] * 8, dtype=np.int64), zero=0, span=160, step=40)
    assert two_camps(on_the_cuts)
    for score in (60, 100):
        assert not two_camps(histogram(np.array(ends + [score] * 9, dtype=np.int64), zero=0, span=160, step=40))
    for score in (59, 101):
        assert two_camps(histogram(np.array(ends + [score] * 9, dtype=np.int64), zero=0, span=160, step=40))


@given(st.lists(st.integers(0, 20), min_size=5, max_size=5))
def test_the_rule_is_that_of_the_text_in_fractions(people: list[int]) -> None:
    """S-41, S-04: whole numbers decide as exact shares do."""
    h, n = counts(*people), sum(people)
    low, middle, high = (
        Fraction(part, max(n, 1)) for part in (people[0] + people[1], people[2], people[3] + people[4])
    )
    third = Fraction(2, 3)
    expected = n >= 30 and min(low, high) >= Fraction(3, 10) and middle <= third * min(low, high)
    assert two_camps(h) is bool(expected)


@given(st.lists(st.integers(0, 20), min_size=5, max_size=5))
def test_turning_a_scale_round_keeps_its_camps(people: list[int]) -> None:
    """S-54: POMP(reverse) = 100 - POMP."""
    assert two_camps(counts(*people)) is two_camps(counts(*people[::-1]))


def test_two_sides_apart_are_camps_only_when_somebody_pools_them() -> None:
    """S-41 is of one side: the docstring warns of pooled persons, and this is why."""
    low, high = counts(20, 10, 0, 0, 0), counts(0, 0, 0, 10, 20)
    assert not two_camps(low)
    assert not two_camps(high)
    assert two_camps(pooled(low, high))


def test_nobody_is_one_camp() -> None:
    """S-48."""
    empty: Ints = np.array([], dtype=np.int64)
    assert not two_camps(histogram(empty, zero=1, span=4, step=1))
    assert not average_hides_camps(histogram(empty, zero=1, span=4, step=1), more_split_than_random=True, complete=0)


ONE_PEAKED, SPLIT = counts(2, 6, 15, 6, 2), counts(10, 5, 1, 5, 10)


@pytest.mark.parametrize(
    ("h", "more_split", "complete", "expected"),
    [
        (SPLIT, False, 31, True),
        (SPLIT, True, 31, True),
        (SPLIT, False, 3, True),
        (ONE_PEAKED, False, 31, False),
        (ONE_PEAKED, True, 31, True),
        (ONE_PEAKED, True, 30, True),
        (ONE_PEAKED, True, 29, False),
        (counts(14, 0, 0, 0, 15), True, 29, False),
        (counts(14, 0, 0, 0, 15), True, 30, False),
    ],
)
def test_the_flag_of_agreement_counts_from_thirty_complete_persons(
    h: Histogram, more_split: bool, complete: int, expected: bool
) -> None:
    """S-41, S-40: "or S-40's flag", under the same 30 persons, complete ones as the flag rests on those."""
    assert average_hides_camps(h, more_split_than_random=more_split, complete=complete) is expected


def test_a_flag_of_a_few_complete_persons_would_be_noise() -> None:
    """S-40, S-41: why 30. Among three persons of mod, one sample in eleven has the flag."""
    rng = np.random.default_rng(45)

    def more_split(complete: int) -> float:
        codes = rng.choice(5, size=(SAMPLES, complete, 5), p=ONE_PEAK["mod"])
        return float(np.mean(codes.var(axis=1, ddof=1).mean(axis=1) >= 2))

    assert more_split(3) > ACCEPTED
    assert more_split(FEWEST) == 0
