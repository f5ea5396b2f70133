"""Two groups set side by side: means, gaps, paired means, company means, effect size, favourable share.

Belongs here: estimators with interval and p value, from histograms alone (S-08, S-12, S-15, S-22). Does not: pick one
of each (superiority), who may be compared (disclosure), what may be said (verdicts), which p values go together
(multiplicity).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from assess.scoring import permutation
from assess.scoring.histogram import Histogram, same_scale
from assess.scoring.intervals import (
    Spread,
    sample_variance,
    spread,
    t_estimate,
    t_two_sided,
    welch_df,
    z_quantile,
)
from assess.scoring.permutation import Exact
from assess.scoring.results import Estimand, Estimate, NotEstimable, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """An estimate with its p values: `p_t` by the interval's own t, `p_exact` where S-22 asks for it."""

    estimate: Estimate
    p_t: float
    p_exact: Exact | None

    @property
    def p(self) -> float:
        """S-22: max(p_t, p_exact) where the exact test was run, else p_t."""
        return self.p_t if self.p_exact is None else max(self.p_t, self.p_exact.p)


def mean(
    h: Histogram, *, rho: float = 0.0, fraction: float = 0.0, estimand: Estimand = Estimand.PROCESS
) -> Estimate | NotEstimable:
    """Mean of one side with its t interval, df = n - 1 (S-12), floored (S-10).

    Parameters
    ----------
    h
        Persons by score.
    rho, fraction
        Declared reliability and f = n/N; not used for estimand B (S-11).
    estimand
        What the interval is about.

    Returns
    -------
    Estimate or NotEstimable
        POMP points, not clipped; `no_answers`, `too_few`.
    """
    found = _spread(h, rho, fraction, estimand)
    if isinstance(found, NotEstimable):
        return found
    return t_estimate(
        found.mean,
        variance=found.variance,
        df=found.n - 1,
        n=found.n,
        m=0,
        estimand=estimand,
        method="t",
        flags=found.flags,
    )


def difference(
    x: Histogram,
    y: Histogram,
    *,
    rho: float = 0.0,
    fractions: tuple[float, ...] = (0.0, 0.0),
    estimand: Estimand = Estimand.PROCESS,
) -> Estimate | NotEstimable:
    """Difference of two means x - y with Welch's interval (S-12).

    d = x̄ - ȳ, se² = V_x + V_y, df = se⁴/(V_x²/(n-1) + V_y²/(m-1)), V floored (S-10) and reduced by ρf for estimand A.

    Parameters
    ----------
    x, y
        Persons by score, on one integer scale.
    rho
        Declared reliability; not used for estimand B.
    fractions
        f = n/N of x and y; not used for estimand B.
    estimand
        What the interval is about.

    Returns
    -------
    Estimate or NotEstimable
        POMP points, not clipped; `no_answers`, `too_few`.

    Raises
    ------
    ValueError
        When the two are not on the same integer scale.
    """
    same_scale(x, y)
    both = _spreads((x, y), rho, fractions, estimand)
    if isinstance(both, NotEstimable):
        return both
    first, second = both
    return t_estimate(
        # One integer numerator: equal means give exactly 0, whatever the two head counts.
        100 * (x.total * y.n - y.total * x.n) / (x.n * y.n * x.span),
        variance=first.variance + second.variance,
        df=welch_df((first.variance, x.n), (second.variance, y.n)),
        n=x.n,
        m=y.n,
        estimand=estimand,
        method="welch",
        flags=first.flags | second.flags,
    )


def gap(
    x: Histogram,
    y: Histogram,
    *,
    rho: float = 0.0,
    fractions: tuple[float, ...] = (0.0, 0.0),
    estimand: Estimand = Estimand.PROCESS,
) -> Compared | NotEstimable:
    """Return `difference` with its p values: Welch's, and the exact permutation's where S-22 asks for it.

    Parameters
    ----------
    x, y, rho, fractions, estimand
        As for `difference`.

    Returns
    -------
    Compared or NotEstimable
        POMP points, not clipped; `no_answers`, `too_few`.
    """
    estimate = difference(x, y, rho=rho, fractions=fractions, estimand=estimand)
    if isinstance(estimate, NotEstimable):
        return estimate
    exact = permutation.two_sample(x, y) if permutation.wanted(x.n, y.n) else None
    return _compared(estimate, exact)


def paired(d: Histogram) -> Compared | NotEstimable:
    """Mean of paired differences with its t interval, ρ = 0, and the sign-flip p value (S-33, S-10, S-21).

    Parameters
    ----------
    d
        Persons by integer difference, zero at 0.

    Returns
    -------
    Compared or NotEstimable
        POMP points, not clipped, estimand B; `no_answers`, `too_few`.
    """
    found = spread(d)
    if isinstance(found, NotEstimable):
        return found
    estimate = t_estimate(
        found.mean,
        variance=found.variance,
        df=found.n - 1,
        n=found.n,
        m=0,
        estimand=Estimand.PROCESS,
        method="paired t",
        flags=found.flags,
    )
    return _compared(estimate, permutation.sign_flip(d) if d.n <= permutation.SMALL_TOTAL else None)


def company(
    *sides: Histogram,
    rho: float = 0.0,
    fractions: tuple[float, ...] | None = None,
    estimand: Estimand = Estimand.PROCESS,
) -> Estimate | NotEstimable:
    """Plain mean of the k teams' means, whatever their sizes (S-08, I-12): of two, (x̄ + ȳ)/2 and V = (V_x + V_y)/4.

    Parameters
    ----------
    sides
        Persons by score of each side, on one integer scale; two sides or more.
    rho, fractions, estimand
        As for `difference`; one fraction a side.

    Returns
    -------
    Estimate or NotEstimable
        POMP points, not clipped; V = ΣV/k², Welch's df. `n` is of the first side, `m` of all others. `no_answers`,
        `too_few`.

    Raises
    ------
    ValueError
        When the sides are not on the same integer scale.
    """
    for other in sides[1:]:
        same_scale(sides[0], other)
    found = _spreads(sides, rho, fractions or (0.0,) * len(sides), estimand)
    if isinstance(found, NotEstimable):
        return found
    return t_estimate(
        sum(each.mean for each in found) / len(found),
        variance=sum(each.variance for each in found) / len(found) ** 2,
        df=welch_df(*((each.variance, each.n) for each in found)),
        n=sides[0].n,
        m=sum(side.n for side in sides[1:]),
        estimand=estimand,
        method="welch, mean of the sides' means",
        flags=frozenset().union(*(each.flags for each in found)),
    )


def hedges_g(x: Histogram, y: Histogram) -> float | NotEstimable:
    """Hedges' g: x̄ - ȳ over the pooled SD, times the exact J of n + m - 2 degrees of freedom (S-15). Engine only.

    Returns
    -------
    float or NotEstimable
        `no_answers`, `too_few`, or `zero_variance` when nobody differs from their side's mean.
    """
    from scipy.special import gammaln

    same_scale(x, y)
    n, m = x.n, y.n
    if min(n, m) < 2:
        return NotEstimable(reason=Reason.NO_ANSWERS if min(n, m) == 0 else Reason.TOO_FEW)
    df = n + m - 2
    pooled_variance = ((n - 1) * sample_variance(x) + (m - 1) * sample_variance(y)) / df
    if pooled_variance == 0:
        return NotEstimable(reason=Reason.ZERO_VARIANCE)
    difference = 100 * (x.total * m - y.total * n) / (n * m * x.span)
    j = math.exp(float(gammaln(df / 2)) - float(gammaln((df - 1) / 2))) / math.sqrt(df / 2)
    return difference / math.sqrt(pooled_variance) * j


def favourable(h: Histogram) -> Estimate | NotEstimable:
    """Share of answers at the top two levels (the top one of two or three), percent, Wilson's interval (S-15).

    Parameters
    ----------
    h
        Persons by raw code 1..L of an item.

    Returns
    -------
    Estimate or NotEstimable
        Percent; se is Wilson's half-width over z, df n - 1 for the record; `no_answers`.
    """
    n = h.n
    if n == 0:
        return NotEstimable(reason=Reason.NO_ANSWERS)
    top = h.zero + h.span
    chosen = int(h.count[h.score > top - max(1, min(2, (h.span + 1) // 2))].sum())
    share = chosen / n

    def limits(z: float) -> tuple[float, float, float]:
        centre = (chosen + z * z / 2) / (n + z * z)
        half = z / (n + z * z) * math.sqrt(n * share * (1 - share) + z * z / 4)
        # At 0 and 100 % one limit is the share itself; rounding may not push it past.
        low, high = min(max(centre - half, 0.0), share), max(min(centre + half, 1.0), share)
        return 100 * low, 100 * high, 100 * half / z

    lo95, hi95, se = limits(z_quantile(0.95))
    lo90, hi90, _ = limits(z_quantile(0.90))
    return Estimate(
        value=100 * share,
        lo95=lo95,
        hi95=hi95,
        lo90=lo90,
        hi90=hi90,
        se=se,
        df=n - 1,
        n=n,
        m=0,
        estimand=Estimand.PROCESS,
        method="percent, wilson",
    )


def _spread(h: Histogram, rho: float, fraction: float, estimand: Estimand) -> Spread | NotEstimable:
    if estimand is Estimand.PROCESS:
        return spread(h)
    return spread(h, rho=rho, fraction=fraction)


def _spreads(
    sides: tuple[Histogram, ...], rho: float, fractions: tuple[float, ...], estimand: Estimand
) -> list[Spread] | NotEstimable:
    """Return every side's spread; `no_answers` of any side goes before `too_few` of another."""
    if min(side.n for side in sides) == 0:
        return NotEstimable(reason=Reason.NO_ANSWERS)
    spreads: list[Spread] = []
    for side, fraction in zip(sides, fractions, strict=True):
        found = _spread(side, rho, fraction, estimand)
        if isinstance(found, NotEstimable):
            return found
        spreads.append(found)
    return spreads


def _compared(estimate: Estimate, exact: Exact | NotEstimable | None) -> Compared:
    return Compared(
        estimate=estimate,
        p_t=t_two_sided(estimate.value / estimate.se, estimate.df),
        p_exact=exact if isinstance(exact, Exact) else None,
    )
