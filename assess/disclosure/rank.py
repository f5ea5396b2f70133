"""Which groups can be worked out from sums that are released side by side (A-13 R2).

Belongs here: atoms, lists of released groups, and the exact rank that says whether a small group falls out of them.
Does not: who answered (release), what a number is worth after rounding (bounds).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

Matrix = Sequence[Sequence[int]]


class CutError(ValueError):
    """A list of groups that would give a small group away; the message says which list, and what to do."""


def rank(matrix: Matrix) -> int:
    """Return the rank of an integer matrix, by elimination in rational numbers.

    Parameters
    ----------
    matrix
        Rows of equal length; no rows at all have rank 0.

    Returns
    -------
    int
        Exact: no floating point takes part.
    """
    rows = [[Fraction(value) for value in row] for row in matrix]
    found = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((at for at in range(found, len(rows)) if rows[at][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        top = rows[found]
        for below in range(found + 1, len(rows)):
            factor = rows[below][column] / top[column]
            if factor:
                rows[below] = [value - factor * above for value, above in zip(rows[below], top, strict=True)]
        found += 1
    return found


def unions(sizes: Sequence[int], floor: int) -> Iterator[tuple[int, ...]]:
    """Yield every union T of atoms with 0 < |T| < floor, as the places of its atoms that hold anybody.

    Parameters
    ----------
    sizes
        Answered persons of each atom.
    floor
        Smallest group that may be known.
    """
    small = [place for place, size in enumerate(sizes) if 0 < size < floor]
    for count in range(1, min(len(small), floor - 1) + 1):
        for chosen in combinations(small, count):
            if sum(sizes[place] for place in chosen) < floor:
                yield chosen


def isolated(sizes: Sequence[int], released: Matrix, floor: int) -> tuple[int, ...] | None:
    """Return a union of atoms under the floor that the released sums say something of by itself, or None.

    T is isolated when rank(Q) > rank(Q without T's columns): some combination of released sums then leaves everybody
    else out.

    Parameters
    ----------
    sizes
        Answered persons of each atom (wave x side x cut cell).
    released
        Q: a row a released sum, a column an atom, 1 where the atom's persons are summed.
    floor
        Smallest group that may be known.

    Returns
    -------
    tuple of int or None
        Places of the atoms of the smallest such union.

    References
    ----------
    Chin & Özsoyoğlu (1982), ACM TODS 7, doi:10.1145/319758.319778 (auditing sums in statistical databases).
    """
    if not released:
        return None
    whole = rank(released)
    for union in unions(sizes, floor):
        without = [[value for place, value in enumerate(row) if place not in union] for row in released]
        if rank(without) < whole:
            return union
    return None


def refuse(cells: Mapping[str, int], groups: Mapping[str, Sequence[str]], floor: int) -> None:
    """Refuse a list of groups to be shown side by side when a small group could be worked out from it.

    Parameters
    ----------
    cells
        Answered persons of each cell; no person is in two.
    groups
        Name of each group of the list, with the cells it adds up.
    floor
        Smallest group that may be known.

    Raises
    ------
    CutError
        When the list isolates a union of cells under the floor. It names the groups of the list, never the cells or
        how many are in them.
    KeyError
        For a cell that is not there.
    """
    names = list(cells)
    for members in groups.values():
        for member in members:
            if member not in cells:
                raise KeyError(f"no cell is called {member}; there are {', '.join(names)}")
    matrix = [[int(name in members) for name in names] for members in groups.values()]
    if isolated(list(cells.values()), matrix, floor) is not None:
        raise CutError(
            f"shown together, {', '.join(groups)} would say what a group of fewer than {floor} people answered; "
            "leave a group out, or join two of them"
        )
