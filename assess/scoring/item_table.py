"""T and X of S-05: a scale's answers as integer tables, which reliability, agreement and comparability read.

Belongs here: the two tables, what is read off them, and their sum. Does not: rows (tally_items), any estimate. They are
as secret as rows, and die with them: T of eight people nearly is their rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from assess.scoring.histogram import Histogram, Ints

FIRST = 2
"""Place of answer 1 among the values of T: 0 is blank, 1 is "don't know", 2..L+1 are the answers 1..L."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTable:
    """T of one scale and one group: persons by answer on an item, oriented sum and number of items answered (S-05).

    Parameters
    ----------
    items
        The k items of the scale.
    levels
        L; every item of a scale has the same.
    min_answered
        Answers a person needs for a score (S-07).
    count
        int64 array of shape (k, L + 2, kL + 1, k + 1): persons whose value on the item is v (see `FIRST`; oriented, so
        x' = L + 1 - x for reversed items), whose oriented sum over all answered items is s, and who answered a items.
        Each item's slice counts every person once.
    """

    items: tuple[str, ...]
    levels: int
    min_answered: int
    count: Ints

    def __post_init__(self) -> None:
        """Refuse a table whose slices are not of the same persons."""
        k, levels = len(self.items), self.levels
        if self.count.shape != (k, levels + 2, k * levels + 1, k + 1) or self.count.dtype != np.int64:
            raise ValueError(f"T of {k} items with {levels} levels has another shape: {self.count.shape}")
        people = self.count.sum(axis=1)
        if (self.count < 0).any() or (people != people[0]).any():
            raise ValueError("every item's slice counts the same persons, none of them negative")

    @property
    def people(self) -> int:
        """Persons, those without a single answer included."""
        return int(self.count[0].sum())

    @property
    def complete(self) -> int:
        """Persons who answered every item."""
        return int(self.count[0, :, :, -1].sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossProducts:
    """X of one scale and one group, over the persons who answered every item (S-05).

    Parameters
    ----------
    items
        The k items.
    n
        Complete persons.
    sums
        int64 array of shape (k,): Σx of the oriented codes.
    products
        int64 array of shape (k, k): Σxxᵀ.
    """

    items: tuple[str, ...]
    n: int
    sums: Ints
    products: Ints


def pooled(a: ItemTable, b: ItemTable) -> ItemTable:
    """Add two tables: T of both groups' persons together (S-05).

    Raises
    ------
    ValueError
        When the two are not of the same scale.
    """
    if (a.items, a.levels, a.min_answered) != (b.items, b.levels, b.min_answered):
        raise ValueError("tables of different scales cannot be added")
    return replace(a, count=a.count + b.count)


def pooled_products(a: CrossProducts, b: CrossProducts) -> CrossProducts:
    """Add two tables: X of both groups' persons together (S-05).

    Raises
    ------
    ValueError
        When the two are not of the same items.
    """
    if a.items != b.items:
        raise ValueError("tables of different items cannot be added")
    return CrossProducts(items=a.items, n=a.n + b.n, sums=a.sums + b.sums, products=a.products + b.products)


def scores(table: ItemTable) -> Histogram:
    """Return the persons by exact score of the scale, I = s·Λ/a (S-07): what `tally` counts from rows."""
    return _scores(table.count[0].sum(axis=0), table.levels, table.min_answered)


def scores_without(table: ItemTable, item: str) -> Histogram:
    """Return the persons by exact score of the scale without one item, the minimum one lower (S-09).

    Cells with an answer v of 1..L on the item go to (s - v, a - 1), the others stay.

    Raises
    ------
    ValueError
        For a scale of one item, or an item of another scale.
    """
    k, levels = len(table.items), table.levels
    if k < 2:
        raise ValueError("a scale of one item has no score without it")
    of = table.count[table.items.index(item)]
    rest = np.zeros(((k - 1) * levels + 1, k), dtype=np.int64)
    rest += of[:FIRST, : (k - 1) * levels + 1, :k].sum(axis=0)
    for v in range(1, levels + 1):
        rest += of[FIRST + v - 1, v : (k - 1) * levels + 1 + v, 1:]
    return _scores(rest, levels, max(1, table.min_answered - 1))


def complete_answers(table: ItemTable) -> Ints:
    """Return the complete persons by item and answer 1..L; int64 array of shape (k, L)."""
    answers: Ints = table.count[:, FIRST:, :, -1].sum(axis=2)
    return answers


def complete_joint(table: ItemTable) -> Ints:
    """Return the complete persons by item, answer 1..L and oriented sum; int64 array of shape (k, L, kL + 1)."""
    joint: Ints = table.count[:, FIRST:, :, -1]
    return joint


def complete_sums(table: ItemTable) -> Ints:
    """Return the complete persons by oriented sum 0..kL; int64 array of shape (kL + 1,)."""
    sums: Ints = table.count[0, :, :, -1].sum(axis=0)
    return sums


def _scores(by_sum: Ints, levels: int, min_answered: int) -> Histogram:
    """Return the histogram of I = s·Λ/a from persons by (s, a)."""
    k = by_sum.shape[1] - 1
    unit = math.lcm(*range(min_answered, k + 1))
    people: dict[int, int] = {}
    for s, a in np.argwhere(by_sum[:, min_answered:]).tolist():
        answered = a + min_answered
        score = s * (unit // answered)
        people[score] = people.get(score, 0) + int(by_sum[s, answered])
    ascending = sorted(people)
    return Histogram(
        score=np.array(ascending, dtype=np.int64),
        count=np.array([people[each] for each in ascending], dtype=np.int64),
        zero=unit,
        span=unit * (levels - 1),
        step=unit,
        partial=int(by_sum[:, min_answered:k].sum()),
    )
