"""The rows of S-60's table: each quantity with its measure, its cells and the band it is held to.

Belongs here: measure, band and cells brought together, and the cells that decide at the small size. Does not: how a
quantity is measured (measures), which pairs and sizes there are (grid), how it is printed (table).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from simulation_cells import Cell
from simulation_grid import (
    ANSWERING,
    AT_CEILING,
    AT_MARGIN,
    CENSUS,
    EQUAL,
    EQUAL_LONE,
    FPC,
    HARD,
    ITEM_CELLS,
    ITEMS_AT_MARGIN,
    OPPOSITE,
    SCALE_CELLS,
    TEN,
    THETA,
    censuses,
)
from simulation_measures import called_small, called_small_in_print, clear, coverage, mean_coverage, theta_coverage
from simulation_populations import ITEM, SCALE
from simulation_weaknesses import (
    plain_finite_population,
    welch_alone,
    without_the_side_floors,
    without_the_variance_floor,
)

FULL, SMALL = 20_000, 2_000
WIDER = 0.015
"""What the bands are widened by at the small size (S-60)."""

Measure = Callable[[Any, int], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A row: a measure in cells, and the band every cell must be in.

    `accept` None: measured and printed, S-60 has no band for it. `proper`: the row is a planted weakness, which must be
    out of the band; this is the measure it was spoilt from. `decisive`: the cells of the small size.
    """

    title: str
    measure: Measure
    cells: tuple[Cell, ...]
    accept: tuple[float, float] | None
    decisive: tuple[Cell, ...] = ()
    proper: Measure | None = None

    @property
    def planted(self) -> bool:
        """Whether this is a planted weakness."""
        return self.proper is not None

    def inside(self, measured: Iterable[float], wider: float = 0.0) -> bool:
        """Return whether every figure is in the band, ends included."""
        assert self.accept is not None
        low, high = self.accept
        return all(low - wider <= figure <= high + wider for figure in measured)


def _row(
    title: str,
    measure: Measure,
    cells: Sequence[Cell],
    accept: tuple[float, float] | None = None,
    *,
    decisive: tuple[str, ...] = (),
    proper: Measure | None = None,
) -> Quantity:
    """Return a row whose decisive cells are picked by name; a name that is not there is a mistake."""
    named = {cell.name: cell for cell in cells}
    return Quantity(
        title=title,
        measure=measure,
        cells=tuple(cells),
        accept=accept,
        decisive=tuple(named[name] for name in decisive),
        proper=proper,
    )


AT_LEAST_94, AT_LEAST_925 = (0.94, 1.0), (0.925, 1.0)
SCALES_A, ITEMS_A = (0.935, 0.99), (0.93, 0.985)

ACCEPTED = (
    _row(
        "S-12 95 %, scales, gap 0 to 40",
        coverage,
        SCALE_CELLS,
        AT_LEAST_94,
        decisive=(
            "scales shift 0.5 v shift 0, 8/20",
            "scales shift 2 v shift 0, 20/8",
            "scales shift 1.4 v shift 1.4 -20 points, 12/12",
            "scales shift 2 v shift 2, 5/30",
        ),
    ),
    _row(
        "S-12 95 %, scales, 30/30",
        coverage,
        [cell for cell in SCALE_CELLS if (cell.n, cell.m) == (30, 30)],
        (0.943, 0.957),
        decisive=(
            "scales shift 0.5 v shift 0.5, 30/30",
            "scales shift 2 v shift 2, 30/30",
            "scales shift 2 v shift 2 -20 points, 30/30",
        ),
    ),
    _row(
        "S-12 95 %, items, sides >= 10, gap 0 to 53",
        coverage,
        [cell for cell in ITEM_CELLS if (cell.n, cell.m) in TEN],
        AT_LEAST_925,
        decisive=(
            "items floor v floor, 10/30",
            "items ceil v hard, 10/30",
            "items floor v mod, 10/30",
            "items hard v hard, 10/10",
        ),
    ),
    _row(
        "clear though equal (S-22 p)",
        clear,
        EQUAL,
        (0.0, 0.055),
        decisive=(
            "items u v u, 5/30",
            "items u v u, 30/30",
            "items floor v floor, 10/30",
            "scales shift 0.5 v shift 0.5, 30/30",
            "scales shift 1.4 v shift 1.4, 8/20",
        ),
    ),
    _row(
        "row 4, 5 though gap = M: B",
        called_small,
        AT_MARGIN,
        (0.0, 0.058),
        decisive=(
            "scales shift 0.5 v shift 0.5 -10 points, 30/30",
            "scales shift 2 v shift 2 -10 points, 30/30",
            "scales shift 2 v shift 2 -10 points, 20/8",
        ),
    ),
    _row(
        "row 4, 5 though gap = M: A, f .5 to .9",
        called_small,
        [*censuses(SCALE, ANSWERING, SCALE.margin), *censuses(ITEM, ANSWERING, ITEM.margin)],
        (0.0, 0.065),
        decisive=(
            "scales λ 0.6, 30 of 36 v 30 of 36, gap 10",
            "scales λ 0.8, 50 of 100 v 50 of 100, gap 10",
            "items λ 0.6, 83 of 100 v 83 of 100, gap 12.5",
        ),
    ),
    _row(
        "S-14 95 %, θ .1 to .9",
        theta_coverage,
        THETA,
        AT_LEAST_925,
        decisive=(
            "items hard v hard, 5/30",
            "items u v hard, 8/20",
            "items u v mod, 5/30",
            "scales shift 1.4 v shift 2, 30/30",
        ),
    ),
    _row(
        "A, scales .75, true ρ .71 to .88, f .5 to .9: gap",
        coverage,
        censuses(SCALE, ANSWERING),
        SCALES_A,
        decisive=(
            "scales λ 0.6, 30 of 36 v 30 of 36",
            "scales λ 0.7, 50 of 100 v 50 of 100",
            "scales λ 0.8, 5 of 6 v 5 of 6",
            "scales λ 0.8, 83 of 100 v 83 of 100",
        ),
    ),
    _row(
        "A, scales .75, f .5 to .9: one side's mean",
        mean_coverage,
        censuses(SCALE, ANSWERING),
        SCALES_A,
        decisive=("scales λ 0.6, 12 of 15 v 12 of 15", "scales λ 0.8, 5 of 6 v 5 of 6"),
    ),
    _row(
        "A, items .40, true ρ .33 to .58, f .5 to 1: gap",
        coverage,
        censuses(ITEM, (*ANSWERING, *CENSUS)),
        ITEMS_A,
        decisive=(
            "items λ 0.6, 30 of 36 v 30 of 36",
            "items λ 0.6, 100 of 100 v 100 of 100",
            "items λ 0.7, 50 of 100 v 50 of 100",
            "items λ 0.8, 12 of 12 v 12 of 12",
        ),
    ),
    _row(
        "A, items .40, f .5 to 1: one side's mean",
        mean_coverage,
        censuses(ITEM, (*ANSWERING, *CENSUS)),
        ITEMS_A,
        decisive=("items λ 0.6, 12 of 12 v 12 of 12", "items λ 0.8, 100 of 100 v 100 of 100"),
    ),
)

PLANTED = (
    _row(
        "planted: no S-10 floor",
        partial(coverage, interval=without_the_variance_floor),
        [HARD],
        AT_LEAST_925,
        decisive=(HARD.name,),
        proper=coverage,
    ),
    _row(
        "planted: no side floors in S-14",
        partial(theta_coverage, interval=without_the_side_floors),
        [HARD],
        AT_LEAST_925,
        decisive=(HARD.name,),
        proper=theta_coverage,
    ),
    _row(
        "planted: plain FPC, scales",
        partial(coverage, interval=plain_finite_population),
        censuses(SCALE, FPC),
        SCALES_A,
        decisive=("scales λ 0.6, 30 of 36 v 30 of 36", "scales λ 0.8, 83 of 100 v 83 of 100"),
        proper=coverage,
    ),
    _row(
        "planted: plain FPC, items",
        partial(coverage, interval=plain_finite_population),
        censuses(ITEM, FPC),
        ITEMS_A,
        decisive=("items λ 0.6, 12 of 15 v 12 of 15", "items λ 0.8, 83 of 100 v 83 of 100"),
        proper=coverage,
    ),
    _row(
        "planted: p_W alone",
        partial(clear, p_value=welch_alone),
        EQUAL_LONE,
        (0.0, 0.055),
        decisive=("items u v u, 5/30",),
        proper=clear,
    ),
)

BEYOND = (
    _row(
        "S-12 95 %, items, a side of 5 or 8 (never printed), gap 0",
        coverage,
        [cell for cell in EQUAL if cell.x.subject is ITEM and (cell.n, cell.m) not in TEN],
    ),
    _row(
        "S-12 95 %, items, sides >= 10, opposite ends (gap 67, 78)",
        coverage,
        [cell for cell in OPPOSITE if (cell.n, cell.m) in TEN],
    ),
    _row(
        "row 4, 5 though gap = M: B, scales, M nearer the ceiling",
        called_small,
        AT_CEILING,
    ),
    _row(
        "row 4, 5 though gap = M: B, items as printed",
        called_small_in_print,
        ITEMS_AT_MARGIN,
    ),
    _row(
        "row 4, 5 though gap = M: A, f = 1",
        called_small,
        [*censuses(SCALE, CENSUS, SCALE.margin), *censuses(ITEM, CENSUS, ITEM.margin)],
    ),
    _row(
        "A, scales .75, f = 1: gap",
        coverage,
        censuses(SCALE, CENSUS),
    ),
)
"""Cells that S-60 does not name: measured all the same, so that nobody takes its bands to hold there."""

QUANTITIES = (*ACCEPTED, *PLANTED, *BEYOND)
