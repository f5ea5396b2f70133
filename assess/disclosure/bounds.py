"""How narrowly printed numbers hold a mean or a person: linear programmes (A-13 R4).

Belongs here: small systems of means in [0, 100] under printed spans, solved exactly enough to be compared. Does not:
who joined or left (turnover), which figures a failure costs (gate).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from assess.disclosure.told import Node, Told, nodes

TOP: Final = 100.0
"""POMP points; every mean lies in [0, TOP]."""
WIDTH: Final = 25.0
"""POMP points that must stay open for every small group and every person."""
PLACES: Final = 6
"""Decimals of a bound that count: the solver's tolerance is 1e-7, and all inputs are multiples of .05."""

Span = tuple[float, float]
Weights = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Unknowns in [0, 100] and what is known of them.

    Parameters
    ----------
    unknowns
        How many there are.
    rows
        Weights, shape (unknowns,), and the span that the weighted sum lies in.
    targets
        Weighted sums whose extremes are asked for.
    """

    unknowns: int
    rows: tuple[tuple[Weights, Span], ...]
    targets: tuple[Weights, ...]


class ContradictionError(ValueError):
    """Numbers that no answers could have given: a span that does not hold the true value."""


def extremes(systems: Sequence[System]) -> list[tuple[Span, ...]]:
    """Return least and greatest value of every target of every system.

    The systems share no unknown, so that one linear programme over all of them, with the sum of their targets as its
    objective, has the same optimum in each: min Σ f_i = Σ min f_i. One call of the solver then does for a whole wave.

    Parameters
    ----------
    systems
        Independent systems.

    Returns
    -------
    list of tuple of (float, float)
        In the order given; rounded to `PLACES` decimals.

    Raises
    ------
    ContradictionError
        When a system has no solution.

    References
    ----------
    HiGHS: Huangfu & Hall (2018), doi:10.1007/s12532-017-0130-5.
    """
    blocks = [
        (system, tuple(sign * weight for weight in target))
        for system in systems
        for target in system.targets
        for sign in (1.0, -1.0)
    ]
    values = _solve(blocks)
    found: list[tuple[Span, ...]] = []
    at = 0
    for system in systems:
        spans: list[Span] = []
        for _ in system.targets:
            spans.append((round(values[at], PLACES) + 0.0, round(-values[at + 1], PLACES) + 0.0))
            at += 2
        found.append(tuple(spans))
    return found


def _solve(blocks: Sequence[tuple[System, Weights]]) -> list[float]:
    """Return the least value of each block's objective, all blocks in one programme."""
    if not blocks:
        return []
    # Reading scipy.optimize takes longer than many a wave's audit: only who audits waits for it.
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    starts = np.cumsum([0, *(system.unknowns for system, _ in blocks)])
    rows: list[int] = []
    columns: list[int] = []
    data: list[float] = []
    limits: list[float] = []
    for start, (system, _) in zip(starts, blocks, strict=False):
        for weights, (low, high) in system.rows:
            for sign, limit in ((1.0, high), (-1.0, -low)):
                for place, weight in enumerate(weights):
                    if weight:
                        rows.append(len(limits))
                        columns.append(int(start) + place)
                        data.append(sign * weight)
                limits.append(limit)
    objective: npt.NDArray[np.float64] = np.concatenate([np.array(weights) for _, weights in blocks])
    table = csr_array((data, (rows, columns)), shape=(len(limits), int(starts[-1])))
    solved = linprog(  # type: ignore[call-overload]  # the stubs know of no sparse table; HiGHS does
        objective,
        A_ub=table if limits else None,
        b_ub=limits or None,
        bounds=(0.0, TOP),
        method="highs",
    )
    if solved.x is None:
        raise ContradictionError(f"no answers give these numbers: {solved.message}")
    parts = objective * solved.x
    return [float(parts[start:end].sum()) for start, end in pairwise(starts)]


def of_nodes(told: tuple[Told, ...]) -> System:
    """Return the system of a figure's side means, asking for each of them; unknowns in the order of `nodes`."""
    names = nodes(told)
    return System(
        unknowns=len(names),
        rows=tuple((_weights(each, names), (each.low, each.high)) for each in told),
        targets=tuple(tuple(float(name == other) for other in names) for name in names),
    )


def _weights(each: Told, names: tuple[Node, ...]) -> Weights:
    weights = dict.fromkeys(names, 0.0)
    for quantity, side, weight in each.terms:
        weights[quantity, side] += weight
    return tuple(weights.values())


def person(mean: Span, size: int) -> Span:
    """Return where one person of a group lies, given where the group's mean lies.

    The others lie in [0, 100] each, so the person in [n·low - 100(n-1), n·high], cut to the scale.

    Parameters
    ----------
    mean
        Span of the group's mean, POMP points.
    size
        n, the group's answered persons, itself known to the reader at worst.
    """
    low, high = mean
    return max(0.0, round(size * low - TOP * (size - 1), PLACES)), min(TOP, round(size * high, PLACES))


def is_open(span: Span) -> bool:
    """Return whether at least `WIDTH` points stay possible."""
    low, high = span
    return round(high - low, PLACES) >= WIDTH
