"""What a scale and its printed statements say of those that are withheld (A-13, R-4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.disclosure import siblings
from assess.disclosure.bounds import System, extremes
from assess.disclosure.siblings import Sum


def near(mean: float) -> tuple[float, float]:
    """Return where a mean lies that prints as whole points."""
    return max(0, mean - 0.5), min(100, mean + 0.5)


def a_sum(scale: float, **items: float | None) -> Sum:
    return Sum(scale=near(scale), items={item: None if mean is None else near(mean) for item, mean in items.items()})


def test_one_withheld_statement_is_the_scale_less_its_siblings() -> None:
    """A-13: 4 x 70 less 60, 80 and 50 leaves 90, give or take the rounding of four numbers."""
    found = a_sum(70, a=60, b=80, c=50, d=None)
    assert siblings.left(found, ()) == (86.5, 93.5)


def test_two_withheld_statements_leave_their_sum_alone() -> None:
    """A-13: 60 and 90 sum to 150, so each is 50 at least."""
    low, high = siblings.left(a_sum(70, a=60, b=80, c=50, d=None), ("a",))
    assert (low, high) == (47.0, 100.0)


def test_where_all_print_or_none_nothing_can_be_taken_away() -> None:
    assert siblings.left(a_sum(70, a=60, b=80), ()) == (0, 100)
    assert siblings.left(a_sum(70, a=None, b=None), ()) == (0, 100)


def test_a_statement_that_is_turned_round_is_turned_back() -> None:
    """POMP(reverse) = 100 - POMP."""
    assert siblings.turned((20, 21)) == (79, 80)


def test_the_sibling_is_withheld_that_leaves_most_open() -> None:
    """A-13: beside a withheld 90, the 50 leaves [40, 100] and the 80 only [70, 100]."""
    assert siblings.complements([a_sum(70, a=60, b=80, c=50, d=None)], {"d"}) == {"c"}


def test_the_side_where_least_opens_decides() -> None:
    """Both sides lose a statement together: c opens most here, and nothing there."""
    here = a_sum(70, a=60, b=80, c=50, d=None)
    there = a_sum(75, a=55, b=50, c=98, d=None)
    assert siblings.complements([here, there], {"d"}) == {"a"}


def test_near_the_end_of_the_scale_more_than_one_goes() -> None:
    """A-13: 99 and 98 sum to 197: two of them are still within 25 points of 100."""
    (found,) = [a_sum(85, a=98, b=60, c=83, d=None)]
    assert siblings.complements([found], {"d"}) == {"b"}
    high = a_sum(97, a=98, b=96, c=95, d=None)
    assert siblings.complements([high], {"d"}) == {"a", "b", "c"}


def test_a_statement_under_its_floor_is_protected_like_one_that_is_withheld() -> None:
    """T1, item at 9: it does not print although nobody withheld it."""
    assert siblings.complements([a_sum(70, a=60, b=80, c=50, d=None)], ()) == {"c"}


def test_what_is_withheld_for_one_scale_is_looked_at_in_the_other() -> None:
    one = a_sum(70, a=60, b=80, c=50, d=None)
    other = a_sum(50, c=50, e=50, f=50)
    assert siblings.complements([one, other], {"d"}) == {"c", "e"}


def test_nothing_withheld_costs_nothing() -> None:
    assert siblings.complements([a_sum(70, a=60, b=80)], ()) == frozenset()


@given(st.lists(st.tuples(st.floats(0, 100), st.booleans()), min_size=2, max_size=5))
def test_bounds_are_those_of_the_linear_programme(means: list[tuple[float, bool]]) -> None:
    """A second way to the same numbers: HiGHS over all means at once."""
    items = {str(place): near(mean) if printed else None for place, (mean, printed) in enumerate(means)}
    silent = [place for place, (_, printed) in enumerate(means) if not printed]
    if not silent or len(silent) == len(means):
        return
    scale = near(sum(mean for mean, _ in means) / len(means))
    each = [tuple(float(place == other) for other in range(len(means))) for place in range(len(means))]
    rows = [(each[place], span) for place, span in enumerate(items.values()) if span is not None]
    rows.append((tuple(1 / len(means) for _ in means), scale))
    (((least, most),),) = extremes([System(unknowns=len(means), rows=tuple(rows), targets=(each[silent[0]],))])
    assert siblings.left(Sum(scale=scale, items=items), ()) == (
        pytest.approx(least, abs=1e-4),
        pytest.approx(most, abs=1e-4),
    )
