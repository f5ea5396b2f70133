"""Linking people to counted rows by two orders, and what chance gives (T4).

Belongs here: people in the order they answered, opened rows, a match of two orders, exact bands of chance. Does not:
where an order comes from (`attack_sqlite`, `attack_postgres`).
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from math import factorial

import numpy as np
from numpy.typing import NDArray

Distribution = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What one person, or one row, says: nobody else in the wave says the same, so a hit is a hit."""

    side: str
    said: Hashable


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """How many people were linked to their own row: by order alone, and with everybody's side known."""

    everybody: int
    by_side: int


def linked(
    people: Sequence[Answered],
    people_keys: Sequence[object],
    rows: Sequence[Answered],
    row_keys: Sequence[object],
    draw: random.Random,
) -> Hits:
    """Match people to rows by the order of their keys; equal keys, and rows without one, are drawn by lot."""
    ordered_people = _by_key(people, people_keys, draw)
    ordered_rows = _by_key(rows, row_keys, draw)
    sides = sorted({person.side for person in people})
    return Hits(
        everybody=_equal(ordered_people, ordered_rows),
        by_side=sum(
            _equal(
                [one for one in ordered_people if one.side == side], [one for one in ordered_rows if one.side == side]
            )
            for side in sides
        ),
    )


def _by_key(what: Sequence[Answered], keys: Sequence[object], draw: random.Random) -> list[Answered]:
    mixed = [(key is None, 0 if key is None else key, draw.random(), one) for one, key in zip(what, keys, strict=True)]
    return [one for *_, one in sorted(mixed, key=lambda entry: entry[:3])]


def _equal(people: Sequence[Answered], rows: Sequence[Answered]) -> int:
    return sum(person == row for person, row in zip(people, rows, strict=False))


@cache
def _fixed_points(n: int) -> Distribution:
    """Return the distribution of the hits of one random match of n people to their n rows."""
    missed = [1, 0]
    for k in range(2, n + 1):
        missed.append((k - 1) * (missed[-1] + missed[-2]))
    return np.array([missed[n - k] / factorial(n - k) / factorial(k) for k in range(n + 1)])


def chance(waves: int, groups: Sequence[int]) -> Distribution:
    """Return the distribution of all hits when each group of every wave is matched at random."""
    total = np.ones(1)
    for n in groups:
        total = np.convolve(total, _fixed_points(n))
    power = np.ones(1)
    for _ in range(waves):
        power = np.convolve(power, total)[: 40 + 6 * waves * len(groups)]
    return power


def band(distribution: Distribution, error: float) -> tuple[int, int]:
    """Return the narrowest band of hits that chance leaves with at most half of `error` on either end."""
    below = np.cumsum(distribution)
    above = np.cumsum(distribution[::-1])[::-1]
    low = int(np.argmax(below > error / 2))
    high = int(len(distribution) - 1 - np.argmax(above[::-1] > error / 2))
    return low, high
