"""Bands of I-19: strong, sound, watch, act. Conventions, not norms; no band triggers a play.

Belongs here: which codes a printed figure gets, and the edges that rounding must not cross. Does not: their words.
Rounding keeps every number on its side of the edges (R-5), so that the printed number has the band of the unrounded
one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from decimal import Decimal
from typing import Final

from assess.reports.facts import BandedFigure, Figure, Number, ReleasedFigure

STRONG, SOUND, WATCH, ACT = CODES = ("strong", "sound", "watch", "act")
FAVOURABLE: Final = frozenset({STRONG, SOUND})

EDGES: Final = (45.0, 60.0, 75.0)
"""High is good: [0, 45) act, [45, 60) watch, [60, 75) sound, [75, 100] strong."""
EDGES_REVERSED: Final = (25.0, 40.0, 55.0)
"""High is bad: [0, 25] strong, (25, 40] sound, (40, 55] watch, (55, 100] act."""

CODED_ENDS: Final = {"le5": 5, "ge95": 95}


def edges(*, high_is_bad: bool) -> tuple[float, ...]:
    """Return the cuts between bands, which rounding respects."""
    return EDGES_REVERSED if high_is_bad else EDGES


def band(number: Number, *, high_is_bad: bool) -> str:
    """Return the band code of one printed number."""
    value = Decimal(str(number))
    if high_is_bad:
        return CODES[bisect_left(EDGES_REVERSED, value)]
    return CODES[::-1][bisect_right(EDGES, value)]


def bands(figure: Figure, *, high_is_bad: bool) -> tuple[str, ...]:
    """Return the band of a figure; two, by the lower number first, when its interval lies across a cut (I-19)."""
    match figure:
        case ReleasedFigure(value=value, lo95=low, hi95=high):
            if low is None or high is None:
                return (band(value, high_is_bad=high_is_bad),)
            first, last = (band(end, high_is_bad=high_is_bad) for end in (low, high))
            return (first,) if first == last else (first, last)
        case BandedFigure(code=code) if code in CODED_ENDS:
            return (band(CODED_ENDS[code], high_is_bad=high_is_bad),)
        case _:
            return ()
