"""What a number of answers can show: the answers a side needed to detect a gap of the margin (S-47)."""

from __future__ import annotations

import math
from functools import cache

SD_SCALE = 20.0
SD_ITEM = 27.0
"""Planning standard deviations in POMP points: assumptions of S-47, not measured on the wave."""

_POWER = 0.80
_LEVEL = 0.05


@cache
def need(margin: float, sd: float) -> int:
    """Return the smallest n a side that detects a gap of `margin` with power .80 at two-sided .05.

    Power = P(|T'| > t) with T' noncentral t on 2(n-1) degrees of freedom, noncentrality (M/SD)·sqrt(n/2); the far tail
    is left out, as it is below 1e-4 here.

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
    """
    if margin <= 0 or sd <= 0:
        raise ValueError(f"margin {margin} and sd {sd} are positive")
    n = max(2, math.floor((1.96 * sd / margin) ** 2))  # a quarter of what the normal distribution asks for
    while _power(n, margin / sd) < _POWER:
        n += 1
    return n


def _power(n: int, effect: float) -> float:
    from scipy.special import nctdtr, stdtrit

    df = 2 * (n - 1)
    return 1 - float(nctdtr(df, effect * math.sqrt(n / 2), stdtrit(df, 1 - _LEVEL / 2)))
