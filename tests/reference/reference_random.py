"""Batches of paired tables for second witnesses: those of the public sets, and seeded random ones."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import reference_tables

from assess.scoring.histogram import Histogram, histogram

Pair = tuple[Histogram, Histogram]

PAIRS = [
    ("lq2002", "13_18"),
    ("lq2002", "14_55"),
    ("cohesion", "2ND_1ST"),
    ("bfi", "full"),
    ("bfi", "first_20"),
    ("attrition", "departments"),
]
RANDOM = [("random", str(batch)) for batch in range(12)]
A_BATCH = 25
each_batch = pytest.mark.parametrize("name", PAIRS + RANDOM, ids="-".join)


@cache
def tables(name: tuple[str, str]) -> tuple[Pair, ...]:
    """Return the pairs x, y of a batch: of a public set, every scale and every item."""
    data, which = name
    if data == "random":
        return _random(int(which))
    of = reference_tables.read(data)[which]
    entries = [
        entry
        for scale in of["scales"].values()
        for entry in (scale, *(reference_tables.item(scale, code) for code in scale.get("answers", ())))
    ]
    return tuple(reference_tables.histograms(entry, of["sides"]) for entry in entries)


def codes(values: np.ndarray, levels: int) -> Histogram:
    """Return the histogram of raw codes 1..L."""
    return histogram(values.astype(np.int64), zero=1, span=levels - 1, step=1)


def _random(batch: int) -> tuple[Pair, ...]:
    """Draw two to sixty people a side on two to seven levels, from flat to nearly all on one answer."""
    generator = np.random.default_rng([50, batch])

    def side(levels: int) -> Histogram:
        weights = generator.dirichlet(np.full(levels, generator.choice([0.3, 1.0, 5.0])))
        return codes(generator.choice(np.arange(1, levels + 1), size=generator.integers(2, 61), p=weights), levels)

    return tuple((side(levels), side(levels)) for levels in generator.integers(2, 8, size=A_BATCH).tolist())


def varied(*sides: Histogram) -> bool:
    """Return whether every side's answers differ enough for S-10's floor to leave it alone: n·s² >= step²."""
    return all(h.n * h.squares - h.total**2 >= (h.n - 1) * h.step**2 for h in sides)
