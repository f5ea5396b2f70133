"""Two groups set side by side: means, gaps, paired means, company means, and the probability of superiority.

Belongs here: estimators with their interval and p value, from histograms alone (S-08, S-12, S-14, S-15, S-22). Does not:
who may be compared (disclosure), what may be said (verdicts), which p values belong together (multiplicity).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assess.scoring import permutation
from assess.scoring.intervals import (
    Spread,
    sample_variance,
    spread,
    t_estimate,
    t_quantile,
    t_two_sided,
    welch_df,
    z_quantile,
)
from assess.scoring.permutation import Exact
from assess.scoring.results import Estimand, Estimate, Flag, NotEstimable, Reason
from assess.scoring.tally import Histogram, same_scale

_SIDE_FLOOR = 0.6
"""Smallest variance of placements as a share of p(1 - p)/n (S-14)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """An estimate with its p values: `p_t` by the interval's own t, `p_exact` where S-22 asks for it, `p` the larger."""

    estimate: Estimate
    p_t: float
    p_exact: Exact | None

    @property
    def p(self) -> float:
        """S-22: max(p_t, p_exact) where the exact test was run, else p_t."""
        return self.p_t if self.p_exact is None else max(self.p_t, self.p_exact.p)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrunnerMunzel:
    """Brunner and Munzel's test without S-14's floors: P(x < y) + P(x = y)/2, its se, df and two-sided p value."""

    p_x_lt_y: float
    se: float
    df: float
    p: float


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


def gap(
    x: Histogram,
    y: Histogram,
    *,
    rho: float = 0.0,
    fractions: tuple[float, ...] = (0.0, 0.0),
    estimand: Estimand = Estimand.PROCESS,
) -> Compared | NotEstimable:
    """Difference of two means x - y with Welch's interval and its p value (S-12, S-22).

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
    Compared or NotEstimable
        POMP points, not clipped; `no_answers`, `too_few`.

    Raises
    ------
    ValueError
        When the two are not on the same integer scale.
    """
    same_scale(x, y)
    first = _spread(x, rho, fractions[0], estimand)
    second = _spread(y, rho, fractions[1], estimand)
    if isinstance(first, NotEstimable):
        return first if x.n == 0 or not isinstance(second, NotEstimable) else _emptier(first, second)
    if isinstance(second, NotEstimable):
        return second
    # One integer numerator: equal means give exactly 0, whatever the two head counts.
    difference = 100 * (x.total * y.n - y.total * x.n) / (x.n * y.n * x.span)
    variance = first.variance + second.variance
    estimate = t_estimate(
        difference,
        variance=variance,
        df=welch_df(first.variance, x.n, second.variance, y.n),
        n=x.n,
        m=y.n,
        estimand=estimand,
        method="welch",
        flags=first.flags | second.flags,
    )
    return Compared(
        estimate=estimate,
        p_t=t_two_sided(estimate.value / estimate.se, estimate.df),
        p_exact=exact(x, y) if permutation.wanted(x.n, y.n) else None,
    )


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
    flipped = permutation.sign_flip(d) if found.n <= permutation.SMALL_TOTAL else None
    return Compared(
        estimate=estimate,
        p_t=t_two_sided(estimate.value / estimate.se, estimate.df),
        p_exact=flipped if isinstance(flipped, Exact) else None,
    )


def company(
    x: Histogram,
    y: Histogram,
    *,
    rho: float = 0.0,
    fractions: tuple[float, ...] = (0.0, 0.0),
    estimand: Estimand = Estimand.PROCESS,
) -> Estimate | NotEstimable:
    """Plain mean of the two teams' means, (x̄ + ȳ)/2, V = (V_x + V_y)/4 (S-08, I-12); arguments as for `gap`."""
    same_scale(x, y)
    first = _spread(x, rho, fractions[0], estimand)
    second = _spread(y, rho, fractions[1], estimand)
    if isinstance(first, NotEstimable):
        return first if x.n == 0 or not isinstance(second, NotEstimable) else _emptier(first, second)
    if isinstance(second, NotEstimable):
        return second
    return t_estimate(
        (first.mean + second.mean) / 2,
        variance=(first.variance + second.variance) / 4,
        df=welch_df(first.variance, x.n, second.variance, y.n),
        n=x.n,
        m=y.n,
        estimand=estimand,
        method="welch, mean of two means",
        flags=first.flags | second.flags,
    )


def exact(x: Histogram, y: Histogram) -> Exact | None:
    """Return the exact permutation p of two sides that have answers (S-20), whatever their size."""
    found = permutation.two_sample(x, y)
    return found if isinstance(found, Exact) else None


def superiority(x: Histogram, y: Histogram) -> Estimate | NotEstimable:
    """θ = P(X > Y) + P(X = Y)/2 with a logit interval that exists under separation too (S-14).

    With placements a = (F_y - c_y/2)/m and b = (F_x - c_x/2)/n at each level, p = Σc_y b/m = 1 - θ,
    s_x² = Σc_x(a - θ)²/(n-1) and s_y² = Σc_y(b - p)²/(m-1) (Brunner & Munzel 2000). p̃ is p held in [ε, 1-ε],
    ε = 1/(2 min(n, m)²), w = p̃(1 - p̃); s_x² is at least .6w/n and s_y² at least .6w/m. The interval of p is
    expit(logit p̃ ± t·se/w), stretched to hold p; where p is 0 or 1 that end is p.

    Returns
    -------
    Estimate or NotEstimable
        θ from 0 to 1, not POMP; `no_answers`, `too_few`. ρ is 0 (S-11).
    """
    same_scale(x, y)
    n, m = x.n, y.n
    if min(n, m) < 2:
        return NotEstimable(reason=Reason.NO_ANSWERS if min(n, m) == 0 else Reason.TOO_FEW)
    theta, p, s_x, s_y = _placements(x, y)
    epsilon = 0.5 / min(n, m) ** 2
    near = min(max(p, epsilon), 1 - epsilon)
    w = near * (1 - near)
    floor_x, floor_y = _SIDE_FLOOR * w / n, _SIDE_FLOOR * w / m
    v_x, v_y = max(s_x, floor_x) / n, max(s_y, floor_y) / m
    se, df = math.sqrt(v_x + v_y), welch_df(v_x, n, v_y, m)
    lo95, hi95 = _logit_limits(p, near, se, t_quantile(df, 0.95))
    lo90, hi90 = _logit_limits(p, near, se, t_quantile(df, 0.90))
    return Estimate(
        value=theta,
        lo95=1 - hi95,
        hi95=1 - lo95,
        lo90=1 - hi90,
        hi90=1 - lo90,
        se=se,
        df=df,
        n=n,
        m=m,
        estimand=Estimand.PROCESS,
        method="probability of superiority, 0 to 1, logit interval",
        flags=frozenset({Flag.FLOORED}) if s_x < floor_x or s_y < floor_y else frozenset(),
    )


def brunner_munzel(x: Histogram, y: Histogram) -> BrunnerMunzel | NotEstimable:
    """Brunner and Munzel's test as published, without floors: engine only, for reference.

    Returns
    -------
    BrunnerMunzel or NotEstimable
        `no_answers`, `too_few`, or `zero_variance` under separation and equal constants.
    """
    same_scale(x, y)
    n, m = x.n, y.n
    if min(n, m) < 2:
        return NotEstimable(reason=Reason.NO_ANSWERS if min(n, m) == 0 else Reason.TOO_FEW)
    _, p, s_x, s_y = _placements(x, y)
    if s_x + s_y == 0:
        return NotEstimable(reason=Reason.ZERO_VARIANCE)
    se, df = math.sqrt(s_x / n + s_y / m), welch_df(s_x / n, n, s_y / m, m)
    return BrunnerMunzel(p_x_lt_y=p, se=se, df=df, p=t_two_sided((p - 0.5) / se, df))


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


def _emptier(first: NotEstimable, second: NotEstimable) -> NotEstimable:
    """Return `no_answers` if either side has none, else the first reason."""
    return second if second.reason is Reason.NO_ANSWERS else first


def _placements(x: Histogram, y: Histogram) -> tuple[float, float, float, float]:
    """Return θ, p = 1 - θ, s_x² and s_y² of S-14, from integer doubled placements."""
    score = np.union1d(x.score, y.score)
    c_x, c_y = _counts(score, x), _counts(score, y)
    a, b = 2 * np.cumsum(c_y) - c_y, 2 * np.cumsum(c_x) - c_x
    n, m = x.n, y.n
    wins, losses = int(c_x @ a), int(c_y @ b)
    s_x = _integer_variance(c_x, a, n) / (4 * m * m)
    s_y = _integer_variance(c_y, b, m) / (4 * n * n)
    return wins / (2 * n * m), losses / (2 * n * m), s_x, s_y


def _counts(score: npt.NDArray[np.int64], h: Histogram) -> npt.NDArray[np.int64]:
    held = np.zeros(len(score), dtype=np.int64)
    held[np.searchsorted(score, h.score)] = h.count
    return held


def _integer_variance(count: npt.NDArray[np.int64], value: npt.NDArray[np.int64], n: int) -> float:
    total = int(count @ value)
    squares = sum(c * v * v for c, v in zip(count.tolist(), value.tolist(), strict=True))
    return (n * squares - total * total) / (n * (n - 1))


def _logit_limits(p: float, near: float, se: float, t: float) -> tuple[float, float]:
    """Return expit(logit p̃ ± t·se/w), stretched to hold p; an end is p where p is 0 or 1 (S-14)."""
    from scipy.special import expit

    centre, half = math.log(near / (1 - near)), t * se / (near * (1 - near))
    low, high = float(expit(centre - half)), float(expit(centre + half))
    low, high = min(low, p), max(high, p)
    return low, high
