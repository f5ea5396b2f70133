"""Which pairs of populations are measured, at which sizes: the cells of S-60, listed by what they are for.

Belongs here: lists of cells. Does not: how a cell is drawn (cells), which row of the table uses it (quantities).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from simulation_cells import Census, Endless
from simulation_populations import (
    ITEM,
    LEVELS,
    SCALE,
    SHIFTS,
    Population,
    Subject,
    item,
    item_moved,
    scale,
    scale_with_mean,
)

SIZES = ((5, 5), (8, 8), (12, 12), (30, 30), (5, 30), (8, 20))
ITEM_SIZES = (*SIZES, (10, 10), (10, 30))
TEN = tuple(size for size in ITEM_SIZES if min(size) >= 10)
OPPOSITE_ENDS = 60
"""Item pairs with a larger true gap have their answers piled up at opposite ends: 66.75 and 77.75 points."""

LOADINGS = (0.6, 0.7, 0.8)
ANSWERING = (
    ((5, 6), (5, 6)),
    ((5, 10), (5, 10)),
    ((8, 13), (8, 13)),
    ((12, 15), (12, 15)),
    ((12, 24), (12, 24)),
    ((30, 36), (30, 36)),
    ((30, 50), (30, 50)),
    ((50, 100), (50, 100)),
    ((60, 100), (60, 100)),
    ((83, 100), (83, 100)),
    ((5, 6), (30, 50)),
    ((8, 10), (20, 40)),
    ((9, 10), (9, 10)),
    ((90, 100), (90, 100)),
)
"""(answering, invited) of x and y: N 6 to 100, f .5 to .9."""
CENSUS = (
    ((6, 6), (6, 6)),
    ((12, 12), (12, 12)),
    ((100, 100), (100, 100)),
    ((6, 6), (30, 30)),
)
"""Everybody answers, f = 1: the width then rests on the declared ρ alone."""


def _pairs(populations: Iterable[Population], sizes: Iterable[tuple[int, int]]) -> list[Endless]:
    """Return every pair of populations at every size, both ways round where the sizes differ."""
    held = list(populations)
    return [
        Endless(x=held[i], y=held[j], n=n, m=m)
        for (i, j), (n, m) in itertools.product(itertools.product(range(len(held)), repeat=2), sizes)
        if i <= j or n != m
    ]


def _both_ways(x: Population, y: Population, sizes: Iterable[tuple[int, int]]) -> list[Endless]:
    return [Endless(x=x, y=y, n=a, m=b) for n, m in sizes for a, b in dict.fromkeys([(n, m), (m, n)])]


def _higher(shift: float, points: float) -> Population:
    """Return the scale whose mean is this many points above the one at `shift`."""
    return scale_with_mean(scale(shift).mean + points, f"shift {shift:g} {points:+g} points")


def censuses(
    subject: Subject, sizes: Iterable[tuple[tuple[int, int], tuple[int, int]]], gap: float | None = None
) -> list[Census]:
    """Return the finite populations of every λ at these sizes, (answering, invited) of x and y."""
    return [
        Census(subject=subject, loading=loading, answering=(x[0], y[0]), invited=(x[1], y[1]), gap=gap)
        for loading, (x, y) in itertools.product(LOADINGS, sizes)
    ]


_ITEMS = [item(name) for name in LEVELS]
_SCALES = [scale(shift) for shift in SHIFTS]
_MIDDLE = scale(0.0)
_ITEM_PAIRS = _pairs(_ITEMS, ITEM_SIZES)

HARD = Endless(x=item("hard"), y=item("hard"), n=5, m=30)
"""80 % on top, five against thirty: where a missing floor shows most (S-10, S-14)."""

SCALE_CELLS = [
    *(Endless(x=each, y=each, n=n, m=m) for each in (_MIDDLE, *_SCALES) for n, m in SIZES),
    *(cell for shift in SHIFTS for cell in _both_ways(scale(shift), _higher(shift, -20), SIZES)),
    *(cell for each in _SCALES for cell in _both_ways(each, _MIDDLE, SIZES)),
]
"""Scales with a gap of 0, of 20 points, and of .5, 1.4 and 2 latent standard deviations (12, 31, 40 points)."""

ITEM_CELLS = [cell for cell in _ITEM_PAIRS if abs(cell.gap) <= OPPOSITE_ENDS]
OPPOSITE = [cell for cell in _ITEM_PAIRS if abs(cell.gap) > OPPOSITE_ENDS]

EQUAL = [
    *(Endless(x=each, y=each, n=n, m=m) for each in _ITEMS for n, m in ITEM_SIZES),
    *(Endless(x=each, y=each, n=n, m=m) for each in (_MIDDLE, *_SCALES) for n, m in SIZES),
]
"""Both sides answer alike."""
EQUAL_LONE = [cell for cell in EQUAL if (cell.n, cell.m) in {(5, 30), (10, 30)}]

AT_MARGIN = [cell for shift in SHIFTS for cell in _both_ways(scale(shift), _higher(shift, -SCALE.margin), SIZES)]
"""Scales whose true gap is the margin, the other side lower."""
AT_CEILING = [cell for shift in (0.5, 1.4) for cell in _both_ways(scale(shift), _higher(shift, SCALE.margin), SIZES)]
"""The same, the other side higher: 72 and 91 points."""
ITEMS_AT_MARGIN = [
    cell
    for each, points in itertools.product(_ITEMS, (-ITEM.margin, ITEM.margin))
    if 5 < each.mean + points < 95
    for cell in _both_ways(each, item_moved(each, points), TEN)
]

THETA = [
    cell for cell in dict.fromkeys([*_ITEM_PAIRS, *SCALE_CELLS, *_pairs(_SCALES, SIZES)]) if 0.1 <= cell.theta <= 0.9
]

FPC = [ANSWERING[3], ANSWERING[5], ANSWERING[9]]
"""f .8 and above: the more answered, the more plain FPC takes off."""
