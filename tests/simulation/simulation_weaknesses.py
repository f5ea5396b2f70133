"""Planted weaknesses: what S-10, S-11, S-14 and S-22 guard against, done the wrong way on purpose.

Belongs here: an interval or a p value that must fall out of the band its proper version is held to. `assess` has none
of them; the simulation would pass unnoticed if it could not tell them apart.
"""

from __future__ import annotations

import math

from scipy.special import expit
from simulation_cells import Basis

from assess.scoring.compare import difference
from assess.scoring.histogram import Histogram
from assess.scoring.intervals import sample_variance, t_quantile, t_two_sided
from assess.scoring.results import Estimate
from assess.scoring.superiority import BrunnerMunzel, brunner_munzel, superiority


def without_the_variance_floor(x: Histogram, y: Histogram, _basis: Basis) -> tuple[float, float]:
    """Return Welch's 95 % interval on the bare sample variances, no S-10; a point when nobody differs on a side."""
    first, second = sample_variance(x) / x.n, sample_variance(y) / y.n
    value = 100 * (x.total * y.n - y.total * x.n) / (x.n * y.n * x.span)
    if first + second == 0:
        return value, value
    df = (first + second) ** 2 / (first**2 / (x.n - 1) + second**2 / (y.n - 1))
    half = t_quantile(df, 0.95) * math.sqrt(first + second)
    return value - half, value + half


def without_the_side_floors(x: Histogram, y: Histogram, _basis: Basis) -> tuple[float, float]:
    """Return θ's logit interval with one floor p(1 - p)/nm under the whole variance in place of one a side (S-14)."""
    proper = superiority(x, y)
    assert isinstance(proper, Estimate)
    n, m, p = x.n, y.n, 1 - proper.value
    near = min(max(p, 0.5 / min(n, m) ** 2), 1 - 0.5 / min(n, m) ** 2)
    w = near * (1 - near)
    bare = brunner_munzel(x, y)
    variance, df = (bare.se**2, bare.df) if isinstance(bare, BrunnerMunzel) else (0.0, min(n, m) - 1)
    half = t_quantile(df, 0.95) * math.sqrt(max(variance, w / (n * m))) / w
    centre = math.log(near / (1 - near))
    low, high = (float(expit(limit)) for limit in (centre - half, centre + half))
    return 1 - max(high, p), 1 - min(low, p)


def plain_finite_population(x: Histogram, y: Histogram, basis: Basis) -> tuple[float, float]:
    """Return the interval of a plain finite population correction, ρ = 1: as if answers carried no error (S-11)."""
    found = difference(x, y, rho=1.0, fractions=basis.fractions, estimand=basis.estimand)
    assert isinstance(found, Estimate)
    return found.lo95, found.hi95


def welch_alone(x: Histogram, y: Histogram, basis: Basis) -> float:
    """Return p_W without the exact test beside it (S-22)."""
    found = difference(x, y, rho=basis.rho, fractions=basis.fractions, estimand=basis.estimand)
    assert isinstance(found, Estimate)
    return t_two_sided(found.value / found.se, found.df)
