"""Variance, estimand and t limits: what every interval is built from (S-10, S-11, S-12).

Belongs here: the floor, the choice between "these people" and "how these departments work", quantiles of t. Does not:
which two groups are compared, or what may be said of the interval.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from assess.scoring.histogram import Histogram
from assess.scoring.results import Estimand, Estimate, Flag, NotEstimable, Reason

HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The estimand of a figure, with the answered fraction f = n/N of each side (zeros for estimand B)."""

    estimand: Estimand
    fractions: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Mean of a histogram and the variance of that mean, POMP and POMP squared; df = n - 1."""

    mean: float
    variance: float
    n: int
    flags: frozenset[Flag]


def choose(persons: Mapping[str, int], invited: Mapping[str, int] | None) -> Basis:
    """Choose the estimand of a current figure (S-11).

    A, "these people, this quarter", when the head count is known and f = n/N >= .5 on every side; else B.

    Parameters
    ----------
    persons
        Valid persons n by side code.
    invited
        Head count N by side code, or None.

    Raises
    ------
    ValueError
        When more persons are valid than were invited (S-48).
    """
    nothing = tuple(0.0 for _ in persons)
    if invited is None:
        return Basis(estimand=Estimand.PROCESS, fractions=nothing)
    for side, n in persons.items():
        if n > invited[side]:
            raise ValueError(f"side {side}: {n} persons but only {invited[side]} invited")
    fractions = tuple(n / invited[side] if invited[side] else 0.0 for side, n in persons.items())
    if min(fractions) >= HALF:
        return Basis(estimand=Estimand.PEOPLE, fractions=fractions)
    return Basis(estimand=Estimand.PROCESS, fractions=nothing)


def sample_variance(h: Histogram) -> float:
    """Return s² in POMP squared, (nQ - S²)/(n(n-1)) in integers until the division (S-04); n >= 2."""
    n = h.n
    return 10_000 * (n * h.squares - h.total**2) / (n * (n - 1) * h.span**2)


def spread(h: Histogram, *, rho: float = 0.0, fraction: float = 0.0) -> Spread | NotEstimable:
    """Return the mean and its floored variance V = max(s², D²/n)(1 - ρf)/n (S-10, S-11).

    Parameters
    ----------
    h
        Persons by score.
    rho
        Declared reliability; 0 for estimand B, for paired quantities and for θ.
    fraction
        f = n/N, 0 to 1.

    Returns
    -------
    Spread or NotEstimable
        `no_answers`, `too_few` under two persons, or `zero_variance` when ρf is 1 (a census without error).
    """
    n = h.n
    if n == 0:
        return NotEstimable(reason=Reason.NO_ANSWERS)
    if n < 2:
        return NotEstimable(reason=Reason.TOO_FEW)
    if not 0 <= rho * fraction <= 1:
        raise ValueError(f"rho {rho} and f {fraction} lie between 0 and 1")
    if rho * fraction == 1:
        return NotEstimable(reason=Reason.ZERO_VARIANCE)
    s2 = sample_variance(h)
    floor = 10_000 * h.step**2 / (h.span**2 * n)
    flags = {Flag.FLOORED} if s2 < floor else set()
    if h.partial:
        flags.add(Flag.PRORATED)
    return Spread(
        mean=100 * (h.total - n * h.zero) / (n * h.span),
        variance=max(s2, floor) * (1 - rho * fraction) / n,
        n=n,
        flags=frozenset(flags),
    )


def t_quantile(df: float, level: float) -> float:
    """Return the upper quantile of t that leaves (1 - level)/2 above it."""
    from scipy.special import stdtrit

    return float(stdtrit(df, 0.5 + level / 2))


def t_two_sided(t: float, df: float) -> float:
    """Return the two-sided p value of a t statistic."""
    from scipy.special import stdtr

    return min(1.0, 2 * float(stdtr(df, -abs(t))))


def z_quantile(level: float) -> float:
    """Return the upper quantile of the normal distribution that leaves (1 - level)/2 above it."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + level / 2))


def welch_df(*sides: tuple[float, int]) -> float:
    """Return Welch's df = (ΣV)²/Σ(V²/(n-1)) of variances V of means of n persons, two sides or more (S-12)."""
    total: float = sum(variance for variance, _ in sides)
    return total**2 / sum(variance**2 / (n - 1) for variance, n in sides)


def t_estimate(
    value: float,
    *,
    variance: float,
    df: float,
    n: int,
    m: int,
    estimand: Estimand,
    method: str,
    flags: frozenset[Flag] = frozenset(),
) -> Estimate:
    """Return value ± t·se at 95 and 90 % with `df` degrees of freedom; not clipped (S-01 clips after judging)."""
    se = math.sqrt(variance)
    wide, narrow = t_quantile(df, 0.95) * se, t_quantile(df, 0.90) * se
    return Estimate(
        value=value,
        lo95=value - wide,
        hi95=value + wide,
        lo90=value - narrow,
        hi90=value + narrow,
        se=se,
        df=df,
        n=n,
        m=m,
        estimand=estimand,
        method=method,
        flags=flags,
    )


def clipped(estimate: Estimate, low: float, high: float) -> Estimate:
    """Return the estimate with value and limits held inside [low, high], as printed after judging (S-01)."""

    def held(number: float) -> float:
        return min(max(number, low), high)

    return replace(
        estimate,
        value=held(estimate.value),
        lo95=held(estimate.lo95),
        hi95=held(estimate.hi95),
        lo90=held(estimate.lo90),
        hi90=held(estimate.hi90),
    )
