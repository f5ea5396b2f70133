"""What is measured in a cell: how often an interval holds the truth, how often a verdict is wrong.

Belongs here: counting over samples what the product's own functions return. Every accepted figure comes from
`assess.scoring`; an `Interval` or a p value of another make is a planted weakness (weaknesses). Equal samples are
estimated once and counted as often as they were drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from simulation_cells import Basis, Cell, Draws, Endless
from simulation_populations import Floats, Ints, Subject

from assess.disclosure.policy import Policy, Precision
from assess.instruments.model import FloorClass
from assess.scoring.compare import Compared, difference, gap, mean
from assess.scoring.histogram import Histogram
from assess.scoring.results import Estimate, NotEstimable, Verdict
from assess.scoring.superiority import superiority
from assess.scoring.verdicts import judge, row

Interval = Callable[[Histogram, Histogram, Basis], tuple[float, float]]
PValue = Callable[[Histogram, Histogram, Basis], float]

CLEAR = frozenset({Verdict.CLEAR_LARGE, Verdict.CLEAR_UNCERTAIN})
SMALL = frozenset({Verdict.TOO_SMALL, Verdict.NO_GAP})


def welch(x: Histogram, y: Histogram, basis: Basis) -> tuple[float, float]:
    """Return the product's 95 % interval of the gap (S-12)."""
    found = _difference(x, y, basis)
    return found.lo95, found.hi95


def logit(x: Histogram, y: Histogram, _basis: Basis) -> tuple[float, float]:
    """Return the product's 95 % interval of θ (S-14)."""
    found = _given(superiority(x, y))
    return found.lo95, found.hi95


def larger_of_two(x: Histogram, y: Histogram, basis: Basis) -> float:
    """Return the product's p value, max(p_W, p_exact) where S-22 asks for the exact one."""
    found = gap(x, y, rho=basis.rho, fractions=basis.fractions, estimand=basis.estimand)
    assert isinstance(found, Compared)
    return found.p


def coverage(cell: Cell, samples: int, interval: Interval = welch) -> float:
    """Return the share of samples whose interval of the gap holds the true gap."""
    draws = cell.draw(samples)
    return _held(draws, draws.truth_x - draws.truth_y, interval)


def theta_coverage(cell: Endless, samples: int, interval: Interval = logit) -> float:
    """Return the share of samples whose interval of θ holds the true θ."""
    return _held(cell.draw(samples), np.full(samples, cell.theta), interval)


def mean_coverage(cell: Cell, samples: int) -> float:
    """Return the share of samples whose interval of x's own mean holds its true mean (S-12, one side)."""
    draws = cell.draw(samples)
    tables, of = np.unique(draws.x, axis=0, return_inverse=True)
    basis = draws.basis
    found = [
        _given(
            mean(draws.subject.histogram(table), rho=basis.rho, fraction=basis.fractions[0], estimand=basis.estimand)
        )
        for table in tables
    ]
    limits = np.array([(each.lo95, each.hi95) for each in found])[of.ravel()]
    return _share_inside(limits, draws.truth_x)


def clear(cell: Cell, samples: int, p_value: PValue = larger_of_two) -> float:
    """Return the share of samples called clear, rows 2 and 3; a single comparison, so p_adj = p (S-22, S-30).

    Rows 2 and 3 only get rarer as p grows: a sample that is not clear at p = 0 is not clear at its own p, which then
    need not be computed. That is why the exact test can be measured in as many samples as everything else.
    """
    draws = cell.draw(samples)
    wrong = 0
    for x, y, times in _tables(draws):
        found = _difference(x, y, draws.basis)
        if _verdict(found, draws.subject, 0.0) in CLEAR:
            wrong += times * (_verdict(found, draws.subject, p_value(x, y, draws.basis)) in CLEAR)
    return wrong / samples


def called_small(cell: Cell, samples: int) -> float:
    """Return the share of samples in rows 4 and 5: the 90 % interval inside the margin (S-13), whatever p is."""
    draws = cell.draw(samples)
    return (
        sum(
            times * (_verdict(_difference(x, y, draws.basis), draws.subject, 1.0) in SMALL)
            for x, y, times in _tables(draws)
        )
        / samples
    )


def called_small_in_print(cell: Endless, samples: int) -> float:
    """Return the same for a single item as it is published: under 30 a side its ends go outward to 5 points (A-12)."""
    precision = Policy().precision(FloorClass.ITEM, min(cell.n, cell.m))
    assert isinstance(precision, Precision)
    draws = cell.draw(samples)
    wrong = 0
    for x, y, times in _tables(draws):
        found = _difference(x, y, draws.basis)
        judged = judge(found, margin=draws.subject.margin, p=1.0, p_adjusted=1.0, precision=precision)
        wrong += times * (judged.verdict in SMALL)
    return wrong / samples


def _verdict(found: Estimate, subject: Subject, p: float) -> Verdict:
    return row(found.lo95, found.hi95, found.lo90, found.hi90, margin=subject.margin, p_adjusted=p)


def _difference(x: Histogram, y: Histogram, basis: Basis) -> Estimate:
    return _given(difference(x, y, rho=basis.rho, fractions=basis.fractions, estimand=basis.estimand))


def _given(found: Estimate | NotEstimable) -> Estimate:
    assert isinstance(found, Estimate), found
    return found


def _tables(draws: Draws) -> Iterator[tuple[Histogram, Histogram, int]]:
    """Yield each distinct sample with how often it was drawn."""
    width = draws.subject.scores
    pairs, times = np.unique(np.hstack([draws.x, draws.y]), axis=0, return_counts=True)
    for pair, often in zip(pairs, times.tolist(), strict=True):
        yield draws.subject.histogram(pair[:width]), draws.subject.histogram(pair[width:]), often


def _held(draws: Draws, truth: Floats, interval: Interval) -> float:
    """Return the share of samples whose interval holds their truth."""
    width = draws.subject.scores
    pairs, of = np.unique(np.hstack([draws.x, draws.y]), axis=0, return_inverse=True)
    limits = np.array([_limits(draws, pair, width, interval) for pair in pairs])
    return _share_inside(limits[of.ravel()], truth)


def _limits(draws: Draws, pair: Ints, width: int, interval: Interval) -> tuple[float, float]:
    return interval(draws.subject.histogram(pair[:width]), draws.subject.histogram(pair[width:]), draws.basis)


def _share_inside(limits: Floats, truth: Floats) -> float:
    return float(np.mean((limits[:, 0] <= truth) & (truth <= limits[:, 1])))
