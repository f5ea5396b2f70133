"""Pick one person from each team at random: how often is x's answer the higher one (S-14).

Belongs here: the probability of superiority with its logit interval, and Brunner and Munzel's test as published. Does
not: how it is worded, or coded at its ends.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from assess.scoring.histogram import Histogram, same_scale
from assess.scoring.intervals import t_quantile, t_two_sided, welch_df
from assess.scoring.results import Estimand, Estimate, Flag, NotEstimable, Reason

_SIDE_FLOOR = 0.6
"""Smallest variance of placements as a share of p(1 - p)/n (S-14)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrunnerMunzel:
    """Brunner and Munzel's test without S-14's floors: P(x < y) + P(x = y)/2, its se, df and two-sided p value."""

    p_x_lt_y: float
    se: float
    df: float
    p: float


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
    se, df = math.sqrt(v_x + v_y), welch_df((v_x, n), (v_y, m))
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
    se, df = math.sqrt(s_x / n + s_y / m), welch_df((s_x / n, n), (s_y / m, m))
    return BrunnerMunzel(p_x_lt_y=p, se=se, df=df, p=t_two_sided((p - 0.5) / se, df))


def _placements(x: Histogram, y: Histogram) -> tuple[float, float, float, float]:
    """Return θ, p = 1 - θ, s_x² and s_y² of S-14, from integer doubled placements.

    One walk up the scores: a person of x is placed above the y below and half of the y beside it, and a person of y
    likewise.
    """
    at_x, at_y = (dict(zip(h.score.tolist(), h.count.tolist(), strict=True)) for h in (x, y))
    n = m = wins = losses = squares_x = squares_y = 0
    for score in sorted(at_x.keys() | at_y.keys()):
        c_x, c_y = at_x.get(score, 0), at_y.get(score, 0)
        a, b = 2 * m + c_y, 2 * n + c_x
        wins, losses = wins + c_x * a, losses + c_y * b
        squares_x, squares_y = squares_x + c_x * a * a, squares_y + c_y * b * b
        n, m = n + c_x, m + c_y
    s_x = (n * squares_x - wins * wins) / (n * (n - 1)) / (4 * m * m)
    s_y = (m * squares_y - losses * losses) / (m * (m - 1)) / (4 * n * n)
    return wins / (2 * n * m), losses / (2 * n * m), s_x, s_y


def _logit_limits(p: float, near: float, se: float, t: float) -> tuple[float, float]:
    """Return expit(logit p̃ ± t·se/w), stretched to hold p; an end is p where p is 0 or 1 (S-14)."""
    from scipy.special import expit

    centre, half = math.log(near / (1 - near)), t * se / (near * (1 - near))
    low, high = float(expit(centre - half)), float(expit(centre + half))
    low, high = min(low, p), max(high, p)
    return low, high
