"""A control chart of one series from its eighth wave on (S-37): limits, two sums, and later moving ranges.

Belongs here: the arithmetic, on values with their standard errors. Does not: which waves compare and where the errors
come from (trend), the verdict (verdicts), the words (templates), a drawing.

The chart in one paragraph. The first seven values are the baseline, mean μ = Σ(q/e²)/Σ(1/e²), e_μ² = 1/Σ(1/e²). Each
later wave has z = (q - μ)/√(e² + e_μ²): a wave and the baseline are independent, so both errors count. |z| over 3 is a
signal; so is either sum C⁺ = max(0, C⁺ + z - .5), C⁻ = max(0, C⁻ - z - .5) over 5. Where the baseline itself varies
more than its errors allow, Σ((q - μ)/e)²/6 over 2.10 (the upper .05 of χ²₆ is 12.59, over 6), errors understate how
much a quarter differs from the next: limits are then multiplied by the root of it, which is the same as dividing z by
it, and the sums run on the divided z too. Otherwise the sums, in which unmeasured spread adds up, would signal far
sooner than the limits that were widened for it: with z of variance 2.10, every 42 waves instead of every 465.

How often it errs. 465 is the mean number of waves until either of the two sums, both begun at 0, passes 5, when every
z is an independent standard normal, that is when the level is known (one sum alone: 931; test_scoring_control has it
by Markov chain). A mean of seven waves is not known: its error stays in every later z. Measured over 20,000 series of
equal errors: half have a false drift within 132 waves (the known level: 328), 8 % within the 13 waves from the eighth
to the twentieth (1.5 %). The limits do not share it: each wave passes them .3 % of the time. So a drift alone is worth
a look, not a word of direction: that also asks for the verdict (trend).

Values are printed, rounded numbers: a whole point has an error of .29, little beside errors of 2 and more, and it is
not added.

References
----------
Shewhart (1931), Economic Control of Quality of Manufactured Product. Page (1954), Biometrika 41, 100-115,
doi:10.1093/biomet/41.1-2.100. Brook & Evans (1972), Biometrika 59, 539-549, doi:10.1093/biomet/59.3.539: run lengths.
Laney (2002), Quality Engineering 14, 531-537, doi:10.1081/QEN-120003555: limits when counts vary more than they may.
Wheeler & Chambers (1992), Understanding Statistical Process Control: moving ranges.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from assess.scoring.results import ControlChart, MovingRange, NotEstimable, Reason, Signal

BASELINE: Final = 7
"""Waves of the baseline; the chart begins with the wave after it."""

LIMIT: Final = 3.0
"""Limits, in standard errors on either side."""

SLACK: Final = 0.5
"""k: what each wave takes off a sum; a shift of one standard error is what the sums find soonest."""

DECISION: Final = 5.0
"""h: a sum over it is a drift."""

DISPERSED: Final = 2.10
"""Σz²/6 of the baseline over which its errors are too small for how much it varies."""

MOVING_FROM: Final = 20
"""Waves from which moving ranges are stable enough for limits."""

MOVING: Final = 2.66
"""3/1.128: three standard deviations, estimated from the mean range of two neighbouring waves."""


def control(values: Sequence[float], errors: Sequence[float]) -> ControlChart:
    """Return the control chart of a series, judged at its last wave.

    Parameters
    ----------
    values
        q, POMP points, oldest first, the wave to be judged last; eight or more.
    errors
        e, the standard error of each value, POMP points, above 0.

    Returns
    -------
    ControlChart
        The tested wave is never part of the mean it is tested against.

    Raises
    ------
    ValueError
        Under eight values, for another number of errors, or for an error of 0 or less.

    Notes
    -----
    Assumes independent waves (a person who answers twice makes e too large, never too small) and errors known rather
    than estimated. Not for a single item, whose process interval no wave releases, and never for pairs of waves.

    A sum signals at a wave which carries it over 5, or further over it. When it passes is thereby unchanged; but one
    wave far off, which leaves a sum high for many quarters, does not call the quiet waves after it a drift, and the
    two sums never signal together.

    Examples
    --------
    >>> steady = control([48, 50, 47, 49, 50, 48, 51, 49], [2.0] * 8)
    >>> round(steady.mean, 2), round(steady.low, 1), round(steady.high, 1), steady.signal.value
    (49.0, 42.6, 55.4, 'none')
    >>> control([48, 50, 47, 49, 50, 48, 51, 56], [2.0] * 8).signal.value
    'above'
    """
    if not len(values) == len(errors) > BASELINE:
        raise ValueError(f"a control chart has over {BASELINE} values, each with its error")
    if min(errors) <= 0:
        raise ValueError("the error of every value is positive")
    mean, error = weighted(values[:BASELINE], errors[:BASELINE])
    inflation = spread(values[:BASELINE], errors[:BASELINE])
    later = list(zip(values[BASELINE:], errors[BASELINE:], strict=True))
    z = tuple((q - mean) / math.hypot(e, error) for q, e in later)
    up, down = cusum([each / inflation for each in z])
    se = inflation * math.hypot(errors[-1], error)
    return ControlChart(
        mean=mean,
        error=error,
        inflation=inflation,
        limit=LIMIT * inflation,
        z=z,
        up=up,
        down=down,
        se=se,
        low=mean - LIMIT * se,
        high=mean + LIMIT * se,
        signal=_signal(z[-1] / inflation, up, down),
        moving_range=moving_range(values),
    )


def weighted(values: Sequence[float], errors: Sequence[float]) -> tuple[float, float]:
    """Return the mean of values by weights 1/e², and its standard error 1/√Σ(1/e²)."""
    weights = [1 / e**2 for e in errors]
    total = math.fsum(weights)
    return math.fsum(w * q for w, q in zip(weights, values, strict=True)) / total, 1 / math.sqrt(total)


def spread(values: Sequence[float], errors: Sequence[float]) -> float:
    """Return the root of Σ((q - μ)/e)²/(count - 1) where that is over 2.10, else 1: what limits are multiplied by."""
    mean, _ = weighted(values, errors)
    ratio = math.fsum(((q - mean) / e) ** 2 for q, e in zip(values, errors, strict=True)) / (len(values) - 1)
    return math.sqrt(ratio) if ratio > DISPERSED else 1.0


def cusum(z: Sequence[float]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return both one-sided sums at each wave, begun at 0 and never begun again (Page 1954)."""
    up, down = [0.0], [0.0]
    for each in z:
        up.append(max(0.0, up[-1] + each - SLACK))
        down.append(max(0.0, down[-1] - each - SLACK))
    return tuple(up[1:]), tuple(down[1:])


def moving_range(values: Sequence[float]) -> MovingRange | NotEstimable:
    """Return XmR limits from twenty waves on, else `too_few`.

    mean ± 2.66 × the mean of |q_w - q_(w-1)|, over all waves and all neighbours, a withheld wave skipped. It needs no
    interval: what quarters differ by is read off the series itself. The wave that is judged is part of it, as is
    usual, so these limits are to look at beside the chart and give no signal.
    """
    if len(values) < MOVING_FROM:
        return NotEstimable(reason=Reason.TOO_FEW)
    mean = math.fsum(values) / len(values)
    reach = MOVING * math.fsum(abs(b - a) for a, b in pairwise(values)) / (len(values) - 1)
    return MovingRange(mean=mean, low=mean - reach, high=mean + reach)


def _signal(z: float, up: Sequence[float], down: Sequence[float]) -> Signal:
    """Return what the last wave signals; the limits come first, as they speak of this wave alone."""
    if abs(z) > LIMIT:
        return Signal.ABOVE if z > 0 else Signal.BELOW
    if up[-1] > DECISION and z > SLACK:
        return Signal.DRIFT_UP
    if down[-1] > DECISION and z < -SLACK:
        return Signal.DRIFT_DOWN
    return Signal.NONE
