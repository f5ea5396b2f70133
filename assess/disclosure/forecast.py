"""How likely it is that a wave can show its figures, told before anybody has answered (A-17, U-46).

Belongs here: the probability. Does not: what is said about it, or anything once a wave is open.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

USUAL_RATE: Final = 0.65
"""Rate of response where no earlier wave tells one."""
WARNED: Final = 0.80
"""Chance below which a consultant is warned (U-47)."""
_STRENGTH: Final = 12.0


def chance(people: int, floor: int, rate: float = USUAL_RATE) -> float:
    """Return the probability that at least `floor` of `people` answer.

    Parameters
    ----------
    people
        Head count N of one side, at least 0.
    floor
        Least number of answers with which a figure may be shown (A-11), at least 1.
    rate
        Expected rate of response r, in [0, 1]: that of the last wave, or `USUAL_RATE`.

    Returns
    -------
    float
        P(n >= floor), in [0, 1].

    Raises
    ------
    ValueError
        If a head count is negative, the floor is under 1, or the rate is no rate.

    Notes
    -----
    n ~ BetaBinomial(N, 12 r, 12 (1 - r)): people answer alike within a team, so that the spread of n is wider than
    binomial; the weight of 12 earlier people says how much. P(n = k) = C(N, k) B(k + a, N - k + b) / B(a, b), summed
    from the floor up. At r = 0 or 1 the law is a single point.

    Source: A. Gelman et al., Bayesian Data Analysis, 3rd ed., appendix A; anonymity.md A-17.

    Examples
    --------
    >>> [round(chance(n, 5), 2) for n in (6, 8, 10, 12)]
    [0.37, 0.67, 0.84, 0.92]
    """
    if people < 0 or floor < 1 or not 0 <= rate <= 1:
        raise ValueError(f"{people} people, floor {floor}, rate {rate}: needs people >= 0, floor >= 1, rate in [0, 1]")
    if people < floor or rate == 0:
        return 0.0
    if rate == 1:
        return 1.0
    a, b = _STRENGTH * rate, _STRENGTH * (1 - rate)
    # Both tails are sums of positive terms; the sum can exceed 1 by rounding only.
    return min(1.0, math.fsum(math.exp(_log_mass(k, people, a, b)) for k in range(floor, people + 1)))


def both(people: Iterable[int], floor: int, rate: float = USUAL_RATE) -> float:
    """Return the probability that every side reaches the floor: both sides or neither (A-11).

    Parameters
    ----------
    people
        Head counts of the sides.
    floor, rate
        As for `chance`; sides answer independently of each other.

    Returns
    -------
    float
        The product over the sides, in [0, 1].
    """
    return math.prod(chance(number, floor, rate) for number in people)


def _log_mass(k: int, n: int, a: float, b: float) -> float:
    """Return log P(n = k) of the beta-binomial law."""
    log_choose = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return log_choose + _log_beta(k + a, n - k + b) - _log_beta(a, b)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
