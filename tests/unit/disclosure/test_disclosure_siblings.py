"""What printed sums say of statements that are withheld (A-13, R-4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.disclosure import siblings
from assess.disclosure.bounds import System, extremes
from assess.disclosure.siblings import Page, Sum


def near(mean: float) -> tuple[float, float]:
    """Return where a mean lies that prints as whole points."""
    return max(0, mean - 0.5), min(100, mean + 0.5)


def page(*sums: tuple[float, str], reverse: str = "", **printed: float) -> Page:
    """Return a side: sums as (mean, letters of its statements), and the statements that print."""
    return Page(
        printed={item: near(mean) for item, mean in printed.items()},
        sums=tuple(Sum(mean=near(mean), items=tuple(of), reverse=frozenset(reverse)) for mean, of in sums),
    )


def test_one_withheld_statement_is_the_scale_less_its_siblings() -> None:
    """A-13: 4 x 70 less 60, 80 and 50 leaves 90, give or take the rounding of four numbers."""
    assert siblings.reach(page((70, "abcd"), a=60, b=80, c=50)) == {"d": (86.5, 93.5)}


def test_two_withheld_statements_leave_their_sum_alone() -> None:
    """A-13: 60 and 90 sum to 150, so each is 50 at least."""
    found = siblings.reach(page((70, "abcd"), a=60, b=80, c=50), {"a"})
    assert found == {"a": (47.0, 100.0), "d": (47.0, 100.0)}


def test_a_statement_that_is_turned_round_is_turned_back() -> None:
    """POMP(reverse) = 100 - POMP: the withheld one itself, and one that prints."""
    assert siblings.reach(page((70, "abcd"), reverse="d", a=60, b=80, c=50)) == {"d": (6.5, 13.5)}
    assert siblings.reach(page((70, "abcd"), reverse="a", a=40, b=80, c=50)) == {"d": (86.5, 93.5)}


def test_where_all_print_or_none_nothing_can_be_taken_away() -> None:
    assert siblings.reach(page((70, "ab"), a=60, b=80)) == {}
    assert siblings.reach(page((70, "ab"))) == {}


def test_two_sums_say_together_what_neither_says_alone() -> None:
    """a + b + c = 150 and a + b = 110 leave c at 40, although each sum alone leaves it open."""
    first, second = (55, "abcde"), (50, "abfg")
    found = siblings.reach(page(first, second, d=70, e=55, f=40, g=50))
    assert found["c"] == (33.5, 46.5)
    assert siblings.reach(page(first, d=70, e=55))["c"] == (0, 100)
    assert siblings.reach(page(second, f=40, g=50))["a"] == (7.0, 100.0)


def test_numbers_that_missing_answers_set_against_each_other_give_way() -> None:
    """2 x 90 less 20 would be 160: the sum is given 1, 2, 4, 8 and 16 points either way, then some answers fit."""
    assert siblings.reach(page((90, "ab"), a=20)) == {"b": (96.5, 100.0)}


def test_the_sibling_is_withheld_that_leaves_most_open() -> None:
    """A-13: beside a withheld 90, the 50 leaves [40, 100] and the 80 only [70, 100]."""
    assert siblings.complements([page((70, "abcd"), a=60, b=80, c=50)]) == {"c"}


def test_the_side_where_least_opens_decides() -> None:
    """Both sides lose a statement together: c opens most here, and nothing there."""
    here = page((70, "abcd"), a=60, b=80, c=50)
    there = page((75, "abcd"), a=55, b=50, c=98)
    assert siblings.complements([here, there]) == {"a"}


def test_near_the_end_of_the_scale_more_than_one_goes() -> None:
    """A-13: 99 and 98 sum to 197: two of them are still within 25 points of 100."""
    assert siblings.complements([page((85, "abcd"), a=98, b=60, c=83)]) == {"b"}
    assert siblings.complements([page((97, "abcd"), a=98, b=96, c=95)]) == {"a", "b", "c"}


def test_a_sibling_that_another_sum_tells_is_no_help() -> None:
    """Beside d, c would leave most open, but e, f and their sum with c say where c lies."""
    assert siblings.complements([page((70, "abcd"), a=60, b=80, c=50)]) == {"c"}
    assert siblings.complements([page((70, "abcd"), (50, "cef"), a=60, b=80, c=50, e=50, f=50)]) == {"a"}


def test_a_statement_in_two_sums_is_opened_in_both() -> None:
    """A-13: a scale, and the mirror's mean of what the side answered, hold the same statement."""
    both = page((70, "abcd"), (70, "defg"), a=60, b=80, c=50, e=60, f=80, g=50)
    found = siblings.complements([both])
    assert found & set("abc")
    assert found & set("efg")


def test_everything_printed_costs_nothing() -> None:
    assert siblings.complements([page((70, "ab"), a=60, b=80)]) == frozenset()


@given(st.lists(st.tuples(st.floats(0, 100), st.booleans()), min_size=2, max_size=5))
def test_bounds_are_those_of_the_linear_programme(means: list[tuple[float, bool]]) -> None:
    """A second way to the same numbers: HiGHS over all means of a sum at once."""
    letters = "abcde"[: len(means)]
    shown = {item: mean for item, (mean, printed) in zip(letters, means, strict=True) if printed}
    mean = sum(each for each, _ in means) / len(means)
    made = page((mean, letters), **shown)
    silent = [place for place, item in enumerate(letters) if item not in shown]
    if not silent or not shown:
        assert siblings.reach(made) == {}
        return
    each = [tuple(float(place == other) for other in range(len(means))) for place in range(len(means))]
    rows = [(each[letters.index(item)], span) for item, span in made.printed.items()]
    rows.append((tuple(1 / len(means) for _ in means), made.sums[0].mean))
    asked = tuple(each[place] for place in silent)
    (spans,) = extremes([System(unknowns=len(means), rows=tuple(rows), targets=asked)])
    found = siblings.reach(made)
    for place, (least, most) in zip(silent, spans, strict=True):
        assert found[letters[place]] == (pytest.approx(least, abs=1e-4), pytest.approx(most, abs=1e-4))
