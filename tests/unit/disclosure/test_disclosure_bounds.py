"""R4: how narrowly printed numbers hold means and persons (A-13)."""

from __future__ import annotations

import pytest

from assess.disclosure.bounds import ContradictionError, System, extremes, is_open, of_nodes, person
from assess.disclosure.told import Told, nodes


def mean(side: str, value: float, half: float = 0.5) -> Told:
    return Told(terms=(("own", side, 1.0),), low=value - half, high=value + half)


def gap(value: float, half: float = 0.5) -> Told:
    return Told(terms=(("own", "x", 1.0), ("own", "y", -1.0)), low=value - half, high=value + half)


def test_a_mean_lies_where_all_that_is_printed_lets_it() -> None:
    """A-13 R4: a gap and the other side's mean hold a mean that is printed more coarsely."""
    told = (mean("x", 60, 2.5), mean("y", 40), gap(21))
    assert nodes(told) == (("own", "x"), ("own", "y"))
    assert extremes([of_nodes(told)]) == [((60.0, 62.0), (39.5, 40.5))]


def test_no_mean_leaves_the_scale() -> None:
    """A-13 R4: means in [0, 100]."""
    assert extremes([of_nodes((mean("x", 0),)), of_nodes((mean("x", 100),))]) == [((0.0, 0.5),), ((99.5, 100.0),)]


def test_systems_are_solved_each_for_itself() -> None:
    """A-13 R4: one call of the solver for all of them changes no answer."""
    systems = [of_nodes((mean("x", value), mean("y", 50), gap(value - 50))) for value in range(10, 90, 7)]
    assert extremes(systems) == [extremes([system])[0] for system in systems]
    assert extremes([]) == []


def test_without_a_number_a_mean_may_be_anything() -> None:
    """A-13 R4."""
    assert extremes([System(unknowns=2, rows=(), targets=((0.5, 0.5),))]) == [((0.0, 100.0),)]


def test_numbers_that_nobody_can_have_answered_are_refused() -> None:
    """A-13 R4: a contradiction is an error of the caller, never an open span."""
    with pytest.raises(ContradictionError, match="no answers give these numbers"):
        extremes([of_nodes((mean("x", 60), mean("x", 40)))])


@pytest.mark.parametrize(
    ("span", "size", "one"),
    [
        ((59.5, 60.5), 5, (0.0, 100.0)),
        ((5.5, 6.5), 5, (0.0, 32.5)),
        ((0.0, 5.0), 5, (0.0, 25.0)),
        ((95.0, 100.0), 5, (75.0, 100.0)),
        ((0.5, 1.5), 12, (0.0, 18.0)),
        ((98.5, 99.5), 10, (85.0, 100.0)),
        ((60.0, 60.0), 1, (60.0, 60.0)),
    ],
)
def test_a_person_lies_where_the_others_let_them(
    span: tuple[float, float], size: int, one: tuple[float, float]
) -> None:
    """A-13 R4: the codes of A-12 leave a person of five just the 25 points that R4 asks for."""
    assert person(span, size) == one


def test_twenty_five_points_are_open_and_a_hair_less_is_not() -> None:
    """A-13 R4."""
    assert is_open((0.0, 25.0))
    assert is_open((75.0, 100.0))
    assert not is_open((0.0, 24.9999))
