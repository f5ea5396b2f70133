"""Which tables of answers fit all that a report prints of a statement (A-13 R3).

Belongs here: tables of answers by level, what is printed of them, and the search for a second one that prints the same.
Does not: how a number is printed (policy codes means and shares; whoever asks hands in the rest as functions).

A reader is taken to know how many answered, which never prints: who knows less rebuilds less.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

from assess.disclosure.policy import DISTRIBUTION_ITEM, Code, Precision, coded_mean, coded_share

Levels = tuple[int, ...]
"""Persons at each level 1..L."""
Moments = tuple[int, int, int]
"""Persons, sum and sum of squares of the codes 1..L: all that an interval is made of."""
Ends = Callable[[Levels, Levels], Hashable]
"""What is printed of a comparison of two tables; tables with the same moments print the same."""

MOVES: Final = 3
"""Persons moved at once in looking for a second table of a side too large to list its tables."""
TRIES: Final = 20_000
"""Comparisons tried before a side is taken to have no second table: withheld rather than trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One table of answers and what is printed of it alone: its mean in its class, and its share of agreement."""

    levels: Levels
    precision: Precision
    share: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What is printed of two tables beside each other, by their names: `ends` makes it again from any two."""

    first: str
    second: str
    ends: Ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement, its tables by name, and how they are compared.

    Parameters
    ----------
    ids
        Registered figures that print it: `item.AL1`, and `mirror.AL1` where it has a prediction.
    sides
        Tables by name: answers and, in the mirror, expectations.
    comparisons
        Gap and errors of expectation.
    """

    ids: tuple[str, ...]
    sides: Mapping[str, Side]
    comparisons: tuple[Comparison, ...] = ()


class _SearchedLongEnough(Exception):  # noqa: N818 - it is no error: nobody outside this module sees it
    """The tries are used up."""


def alone(statement: Statement) -> frozenset[str]:
    """Return the names of tables of which no second one fits everything printed.

    Parameters
    ----------
    statement
        As it would print.

    Returns
    -------
    frozenset of str
        Empty when every table has a second. A search that would take too long counts as having found none.
    """
    return frozenset(name for name in statement.sides if next(_seconds(statement, name), None) is None)


def without_share(statement: Statement) -> Statement:
    """Return the statement as it prints without its shares of agreement."""
    return replace(statement, sides={name: replace(side, share=False) for name, side in statement.sides.items()})


def tells_by_silence(statement: Statement) -> bool:
    """Return whether a missing share gives a table away: it is missing because it would have done so itself.

    A reader who sees no share knows that the tables are among those whose share leaves one. If among these, too, a
    table has no second, the missing share says what the share would have.

    Parameters
    ----------
    statement
        With its shares, of which `alone` names a table.
    """
    bare = without_share(statement)

    def lost(name: str, other: Levels) -> bool:
        sides = {**statement.sides, name: replace(statement.sides[name], levels=other)}
        return bool(alone(replace(statement, sides=sides)))

    return any(not any(lost(name, other) for other in _seconds(bare, name)) for name in bare.sides)


def moments(levels: Sequence[int]) -> Moments:
    """Return persons, sum and sum of squares of the codes 1..L of a table."""
    return (
        sum(levels),
        sum(code * count for code, count in enumerate(levels, start=1)),
        sum(code * code * count for code, count in enumerate(levels, start=1)),
    )


def fitting(side: Side) -> npt.NDArray[np.int64]:
    """Return the tables of as many answers that print as the side's own does, itself among them.

    Up to `DISTRIBUTION_ITEM` - 1 answers all of them; above, those within a few persons of it: there are millions.

    Returns
    -------
    numpy.ndarray
        int64, shape (tables, levels); the nearest in spread first, as they are the likeliest to fit intervals too.
    """
    persons, total, squares = moments(side.levels)
    top = len(side.levels)
    found = tables(persons, top) if persons < DISTRIBUTION_ITEM else _near(side.levels)
    codes = np.arange(1, top + 1)
    # What prints of a table alone depends on its sum and on how many agree: each is asked about once.
    totals, agree = found @ codes, found[:, -_agreeing(top) :].sum(axis=1)
    own_mean, own_share = printed_mean(side, total), printed_share(side, sum(side.levels[-_agreeing(top) :]))
    same_mean = [printed_mean(side, each) == own_mean for each in range(persons * top + 1)]
    same_share = [printed_share(side, each) == own_share for each in range(persons + 1)]
    fits = found[np.array(same_mean)[totals] & np.array(same_share)[agree]]
    order = np.argsort(np.abs(fits @ codes**2 - squares), kind="stable")
    listed: npt.NDArray[np.int64] = fits[order]
    return listed


def printed_mean(side: Side, total: int) -> int | Code | None:
    """Return the mean of a table with this sum of codes, as the side prints it."""
    persons = sum(side.levels)
    return coded_mean(round(100 * (total - persons) / (persons * (len(side.levels) - 1)), 9), side.precision)


def printed_share(side: Side, agree: int) -> int | Code | None:
    """Return the share of so many at the top levels, as the side prints it; None where it does not."""
    return coded_share(round(100 * agree / sum(side.levels), 9)) if side.share else None


def _agreeing(levels: int) -> int:
    """Return how many of the top levels are agreement: two, or one of two or three (S-15)."""
    return max(1, min(2, levels // 2))


@lru_cache(maxsize=64)
def tables(persons: int, levels: int) -> npt.NDArray[np.int64]:
    """Return every table of so many persons at so many levels: int64, shape (tables, levels)."""
    bars = np.array(list(combinations(range(persons + levels - 1), levels - 1)), dtype=np.int64)
    edges = np.pad(bars.reshape(len(bars), levels - 1), ((0, 0), (1, 1)), constant_values=-1)
    edges[:, -1] = persons + levels - 1
    found: npt.NDArray[np.int64] = np.diff(edges, axis=1) - 1
    found.setflags(write=False)
    return found


@lru_cache(maxsize=1)
def _moves(levels: int) -> npt.NDArray[np.int64]:
    """Return what up to `MOVES` persons who change level change of a table: int64, shape (moves, levels)."""
    steps = np.eye(levels, dtype=np.int64)[None, :, :] - np.eye(levels, dtype=np.int64)[:, None, :]
    one = steps.reshape(-1, levels)
    found = one
    for _ in range(MOVES - 1):
        found = np.unique((found[:, None, :] + one[None, :, :]).reshape(-1, levels), axis=0)
    found.setflags(write=False)
    return found


def _near(levels: Levels) -> npt.NDArray[np.int64]:
    """Return the table and all that up to `MOVES` persons at other levels make of it."""
    moved = np.array(levels, dtype=np.int64) + _moves(len(levels))
    found: npt.NDArray[np.int64] = moved[(moved >= 0).all(axis=1)]
    return found


def _seconds(statement: Statement, name: str) -> Iterator[Levels]:
    """Yield other tables of a side that fit everything printed, some tables of the others given."""
    side = statement.sides[name]
    search = _Search(statement)
    later: list[Levels] = []
    try:
        # Same moments, same intervals: nothing that is printed can tell the nearest from the true one.
        for levels in map(tuple, fitting(side).tolist()):
            if levels == side.levels:
                continue
            if search.fits({**search.true, name: levels}, name):
                yield levels
            else:
                later.append(levels)
        for levels in later:
            if search.can({name: levels}):
                yield levels
    except _SearchedLongEnough:
        return


class _Search:
    """Looks for tables of all sides that print as the true ones do. It counts its tries."""

    def __init__(self, statement: Statement) -> None:
        self.true = {name: side.levels for name, side in statement.sides.items()}
        self._comparisons = statement.comparisons
        self._sides = statement.sides
        self._printed = [each.ends(self.true[each.first], self.true[each.second]) for each in statement.comparisons]
        self._known: dict[tuple[int, Moments, Moments], bool] = {}
        self._candidates: dict[str, tuple[Levels, ...]] = {}

    def fits(self, chosen: Mapping[str, Levels], name: str) -> bool:
        """Return whether what is printed of `name` beside the other tables chosen is what was printed."""
        return all(
            self._same(place, chosen[each.first], chosen[each.second])
            for place, each in enumerate(self._comparisons)
            if name in (each.first, each.second) and {each.first, each.second} <= chosen.keys()
        )

    def can(self, chosen: Mapping[str, Levels]) -> bool:
        """Return whether tables of the other sides can be found beside those chosen."""
        left = next((name for name in self._sides if name not in chosen), None)
        if left is None:
            return True
        options = ({**chosen, left: each} for each in self._of(left))
        return any(self.fits(option, left) and self.can(option) for option in options)

    def _of(self, name: str) -> tuple[Levels, ...]:
        """Return one table of a side for each of the moments that fit what is printed of it alone."""
        if name not in self._candidates:
            by_moments = {moments(levels): levels for levels in map(tuple, fitting(self._sides[name]).tolist())}
            self._candidates[name] = tuple(by_moments.values())
        return self._candidates[name]

    def _same(self, place: int, first: Levels, second: Levels) -> bool:
        key = place, moments(first), moments(second)
        if key not in self._known:
            if len(self._known) >= TRIES:
                raise _SearchedLongEnough
            self._known[key] = self._comparisons[place].ends(first, second) == self._printed[place]
        return self._known[key]
