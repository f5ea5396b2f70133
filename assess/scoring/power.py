"""What a number of answers can show (section 10, S-47): planning figures from head counts and an assumed spread.

Belongs here: the answers a side needed, the gap that n and m answers can detect, the width of an interval to expect,
the margin that could be proved. Does not: anything measured on a wave. Nothing here reads an answer, so nothing here
discloses one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Final

from assess.scoring.intervals import t_quantile
from assess.scoring.results import NotEstimable, Reason

SD_SCALE: Final = 20.0
SD_ITEM: Final = 27.0
"""Planning standard deviations in POMP points: assumptions of S-47, not measured on the wave."""

RHO: Final = 0.75
FRACTION: Final = 0.8
"""Planning reliability and answered fraction of estimand A (section 10)."""

SIZES: Final = ((5, 5), (8, 8), (8, 20), (12, 12), (20, 20), (30, 30), (50, 50), (64, 64), (100, 100), (200, 200))
"""Answers of the two sides in the columns of section 10's table."""

_POWER: Final = 0.80
_LEVEL: Final = 0.05
_FARTHEST: Final = 30.0
"""Largest noncentrality asked for: there the power is 1, and beyond about 36 scipy's function gives nan (S-49)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What n and m answers can show: one column of section 10's table.

    Parameters
    ----------
    n, m
        Answers of the two sides.
    detectable
        `detectable_gap`.
    half_width_process, half_width_people
        `half_width` of estimand B, and of estimand A at f .8 and ρ .75.
    provable
        `provable_margin`.
    """

    n: int
    m: int
    detectable: float
    half_width_process: float
    half_width_people: float
    provable: float


def shown(n: int, m: int, *, sd: float = SD_SCALE) -> Shown | NotEstimable:
    """Return what n and m answers can show.

    Parameters
    ----------
    n, m
        Answers of the two sides, whatever they say.
    sd
        Standard deviation of a person's score within a side, POMP points.

    Returns
    -------
    Shown or NotEstimable
        POMP points, unrounded; `no_answers` or `too_few` for a side of none or one.

    Raises
    ------
    ValueError
        Unless `sd` is positive.

    Examples
    --------
    >>> found = shown(8, 20)
    >>> [round(number, 1) for number in (found.detectable, found.half_width_process, found.provable)]
    [24.4, 17.2, 25.3]
    >>> shown(1, 20)
    NotEstimable(reason=<Reason.TOO_FEW: 'too_few'>)
    """
    if min(n, m) < 2:
        return NotEstimable(reason=Reason.NO_ANSWERS if min(n, m) == 0 else Reason.TOO_FEW)
    return Shown(
        n=n,
        m=m,
        detectable=detectable_gap(n, m, sd=sd),
        half_width_process=half_width(n, m, sd=sd),
        half_width_people=half_width(n, m, sd=sd, rho=RHO, fraction=FRACTION),
        provable=provable_margin(n, m, sd=sd),
    )


def detectable_gap(n: int, m: int, *, sd: float = SD_SCALE) -> float:
    """Return the gap that a two-sided test at .05 detects with power .80 (section 10).

    The gap Δ with P(T' > t) = .80, t the upper .025 quantile of t on n + m - 2 degrees of freedom and T' noncentral t
    on as many, noncentrality Δ/(SD·√(1/n + 1/m)); by bisection. The far tail P(T' < -t), a detection of the wrong
    direction, is no detection: it is left out (under 1e-4 here), and scipy gives nan there (S-49).

    Parameters
    ----------
    n, m
        Answers of the two sides, two or more each.
    sd
        Standard deviation of a person's score within a side, POMP points: scores normal, the same on both sides.

    Returns
    -------
    float
        POMP points, unrounded; over 100 where no gap that exists could be detected.

    Raises
    ------
    ValueError
        For a side of fewer than two, or an `sd` that is not positive.

    Notes
    -----
    A planning figure. Once answers are in, their interval says what they rule out; no verdict reads this.

    References
    ----------
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, chapter 2.

    Examples
    --------
    >>> round(detectable_gap(64, 64), 1)
    10.0
    """
    se = _se(n, m, sd)
    low, high = 0.0, t_quantile(n + m - 2, 1 - _LEVEL)
    while _power(n + m - 2, high) < _POWER:
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if _power(n + m - 2, middle) < _POWER else (low, middle)
    return high * se


def half_width(n: int, m: int, *, sd: float = SD_SCALE, rho: float = 0.0, fraction: float = 0.0) -> float:
    """Return half the 95 % interval of a gap to expect: t·SD·√((1/n + 1/m)(1 - ρf)), n + m - 2 degrees of freedom.

    Parameters
    ----------
    n, m
        Answers of the two sides, two or more each.
    sd
        Standard deviation of a person's score within a side, POMP points.
    rho, fraction
        Reliability and answered fraction f of estimand A, f the same on both sides; 0 for estimand B (S-11).

    Returns
    -------
    float
        POMP points, unrounded.

    Raises
    ------
    ValueError
        For a side of fewer than two, an `sd` that is not positive, or ρ, f outside 0 to 1.

    Examples
    --------
    >>> round(half_width(20, 20), 1), round(half_width(20, 20, rho=0.75, fraction=0.8), 1)
    (12.8, 8.1)
    """
    if not (0 <= rho <= 1 and 0 <= fraction <= 1):
        raise ValueError(f"rho {rho} and f {fraction} lie between 0 and 1")
    return t_quantile(n + m - 2, 1 - _LEVEL) * _se(n, m, sd) * math.sqrt(1 - rho * fraction)


def provable_margin(n: int, m: int, *, sd: float = SD_SCALE) -> float:
    """Return the smallest margin that two one-sided tests rule out with power .80 when the true gap is 0 (S-13).

    (t.95 + t.90)·SD·√(1/n + 1/m), n + m - 2 degrees of freedom: each of the two tests may miss one time in ten. The
    spread is taken as known in the second term; with its own error the power is .813 at 5 v 5 and .803 at 20 v 20.

    Parameters
    ----------
    n, m
        Answers of the two sides, two or more each.
    sd
        Standard deviation of a person's score within a side, POMP points.

    Returns
    -------
    float
        POMP points, unrounded, estimand B.

    Raises
    ------
    ValueError
        For a side of fewer than two, or an `sd` that is not positive.

    References
    ----------
    Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15, doi:10.1007/BF01068419.

    Examples
    --------
    >>> round(provable_margin(5, 5), 1), round(provable_margin(8, 20), 1)
    (41.2, 25.3)
    """
    df, missed = n + m - 2, (1 - _POWER) / 2
    return (t_quantile(df, 1 - 2 * _LEVEL) + t_quantile(df, 1 - 2 * missed)) * _se(n, m, sd)


@cache
def need(margin: float, sd: float) -> int:
    """Return the smallest n a side that detects a gap of `margin` with power .80 at two-sided .05.

    Power as in `detectable_gap`, of which this is the inverse: the far tail is left out.

    Parameters
    ----------
    margin
        M, POMP points.
    sd
        Standard deviation of a person's score within a side: `SD_SCALE` or `SD_ITEM`.

    Raises
    ------
    ValueError
        Unless both are positive.

    Examples
    --------
    >>> need(10, SD_SCALE), need(12.5, SD_ITEM)
    (64, 75)
    """
    if margin <= 0 or sd <= 0:
        raise ValueError(f"margin {margin} and sd {sd} are positive")
    n = max(2, math.floor((1.96 * sd / margin) ** 2))  # a quarter of what the normal distribution asks for
    while _power(2 * (n - 1), margin / _se(n, n, sd)) < _POWER:
        n += 1
    return n


def _se(n: int, m: int, sd: float) -> float:
    """Return the standard error of a difference of two means, POMP points."""
    if min(n, m) < 2:
        raise ValueError(f"{n} and {m} answers: each side needs two")
    if sd <= 0:
        raise ValueError(f"sd {sd} is positive")
    return sd * math.sqrt(1 / n + 1 / m)


def _power(df: int, noncentrality: float) -> float:
    """Return P(T' > t), the near tail of a two-sided test at .05."""
    from scipy.special import nctdtr

    return 1 - float(nctdtr(df, min(noncentrality, _FARTHEST), t_quantile(df, 1 - _LEVEL)))
