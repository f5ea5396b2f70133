"""R3: which tables of answers fit all that is printed of a statement (A-13)."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import Any

import pytest

from assess.disclosure import reconstruction
from assess.disclosure.policy import Precision
from assess.disclosure.reconstruction import (
    Comparison,
    Levels,
    Side,
    Statement,
    alone,
    fitting,
    moments,
    tables,
    tells_by_silence,
    without_share,
)


def side(*levels: int, share: bool = True) -> Side:
    return Side(levels=levels, precision=Precision.COARSE_ITEM, share=share)


def spread(first: Levels, second: Levels) -> tuple[int, ...]:
    """A comparison that prints the spread of both to the last digit: finer than any report."""
    return moments(first)[2], moments(second)[2]


def statement(x: Side, y: Side, ends: Any = spread) -> Statement:
    compared = (Comparison(first="own.x", second="own.y", ends=ends),) if ends else ()
    return Statement(ids=("item.AL1",), sides={"own.x": x, "own.y": y}, comparisons=compared)


@pytest.mark.parametrize(("persons", "levels"), [(1, 2), (3, 5), (10, 5), (12, 4)])
def test_every_table_is_listed_once(persons: int, levels: int) -> None:
    """A-13 R3: against the people drawn one by one."""
    people = combinations_with_replacement(range(levels), persons)
    wanted = {tuple(each.count(code) for code in range(levels)) for each in people}
    found = [tuple(row) for row in tables(persons, levels).tolist()]
    assert len(found) == len(wanted)
    assert set(found) == wanted


def test_everybody_at_the_top_is_known_whatever_is_left_out() -> None:
    """A-13 R3: one table has a mean of 100."""
    extreme = statement(side(0, 0, 0, 0, 12), side(2, 3, 4, 2, 1))
    assert alone(extreme) == {"own.x"}
    assert alone(without_share(extreme)) == {"own.x"}


def test_a_middling_table_has_many_beside_it() -> None:
    """A-13 R3: 2, 3, 4, 2, 1 and 3, 0, 7, 1, 1 print alike, and so do others."""
    middling = side(2, 3, 4, 2, 1)
    assert len(fitting(middling)) > 10
    assert not alone(statement(middling, middling, None))
    assert not alone(statement(middling, middling))


def test_a_share_can_be_what_gives_a_table_away() -> None:
    """A-13 R3: then the share goes first."""
    found = statement(side(0, 0, 0, 2, 8), side(2, 3, 4, 2, 1))
    shareless = without_share(found)
    assert [each.share for each in shareless.sides.values()] == [False, False]
    assert alone(shareless) <= alone(found)


def test_a_missing_share_can_say_what_the_share_would_have() -> None:
    """A-13 R3: who sees no share knows that it would have left one table; among those it may be the only one."""
    found = [
        statement(side(*levels), side(2, 3, 4, 2, 1))
        for levels in map(tuple, tables(10, 5).tolist())
        if alone(statement(side(*levels), side(2, 3, 4, 2, 1)))
        and not alone(without_share(statement(side(*levels), side(2, 3, 4, 2, 1))))
    ]
    assert {tells_by_silence(each) for each in found} == {True, False}


def test_the_other_side_may_have_to_be_another_too() -> None:
    """A-13 R3: a table counts if any table of the other side fits beside it, not the true one alone."""

    def together(first: Levels, second: Levels) -> int:
        return moments(first)[2] + moments(second)[2]

    x, y = side(3, 0, 3, 0, 4, share=False), side(3, 1, 1, 1, 4, share=False)
    assert not alone(statement(x, y, together))


def test_what_fits_no_table_of_the_other_side_is_no_second_table() -> None:
    """A-13 R3: one side all alike holds the other by what is printed of both."""

    def exact(first: Levels, second: Levels) -> tuple[Levels, Levels]:
        return first, second

    found = statement(side(0, 0, 0, 0, 10), side(4, 0, 2, 0, 4), spread)
    assert "own.x" in alone(found)
    assert alone(statement(side(0, 0, 0, 0, 10), side(10, 0, 0, 0, 0), exact)) == {"own.x", "own.y"}


def test_a_search_that_takes_too_long_counts_as_found_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A-13 R3: withheld rather than trusted."""
    monkeypatch.setattr(reconstruction, "TRIES", 1)
    calls = iter(range(10**6))
    assert alone(statement(side(2, 3, 4, 2, 1), side(2, 3, 4, 2, 1), lambda *_: next(calls))) == {"own.x", "own.y"}


def test_a_large_side_beside_a_small_one_has_tables_near_it() -> None:
    """A-13 R3: of 60 answers there are over half a million tables; those a few persons away will do."""
    found = statement(side(0, 0, 0, 0, 60), side(10, 15, 15, 12, 8))
    assert alone(found) == {"own.x"}
    near = fitting(side(10, 15, 15, 12, 8))
    assert (near.sum(axis=1) == 60).all()
    assert near.min() >= 0
    assert len(near) > 30


def test_fewer_levels_have_one_agreeing_level() -> None:
    """S-15: the share is of the top level where there are two or three."""
    assert {tuple(row) for row in fitting(side(5, 0, 7)).tolist()} == {(5, 0, 7)}
