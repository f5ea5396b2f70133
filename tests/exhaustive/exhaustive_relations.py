"""What must hold between a function's results on every two of some tables, both ways round (S-04, S-54, S-55).

Belongs here: relations between results that are sound one by one. Does not: what a single result may not be
(exhaustive_checker). The same for our functions and for planted ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from assess.scoring.compare import Compared
from assess.scoring.histogram import Histogram
from assess.scoring.results import Estimate


def unswapped(found: Sequence[object], _: Sequence[tuple[Histogram, Histogram]]) -> Iterator[str]:
    """Say where swapping the sides does not negate the difference, or changes its error or p."""
    for place, (one, other) in enumerate(zip(found, swapped(found), strict=True)):
        first, second = (each.estimate if isinstance(each, Compared) else each for each in (one, other))
        if isinstance(one, float) and isinstance(other, float):
            wrong = one != -other
        elif isinstance(first, Estimate) and isinstance(second, Estimate):
            wrong = (first.value, first.lo95, first.lo90, first.se, first.df, first.n) != (
                -second.value, -second.hi95, -second.hi90, second.se, second.df, second.m,
            )  # fmt: skip
            wrong |= isinstance(one, Compared) and isinstance(other, Compared) and one.p != other.p
        else:
            wrong = one != other
        if wrong:
            yield f"{one} is not {other} turned round, pair {place}"


def inexact(found: Sequence[object], pairs: Sequence[tuple[Histogram, Histogram]]) -> Iterator[str]:
    """Say where a difference is not the float nearest to its fraction of whole numbers (S-04)."""
    for (x, y), each in zip(pairs, found, strict=True):
        if isinstance(each, Estimate):
            fraction = 100 * (Fraction(x.total, x.n) - Fraction(y.total, y.n)) / x.span
            if each.value != float(fraction):
                yield f"{each.value} is not {fraction}"


def swapped(found: Sequence[object]) -> list[object]:
    """Return the results for (y, x) in the order of (x, y), which is that of `itertools.product`."""
    size = math.isqrt(len(found))
    return [found[y * size + x] for x in range(size) for y in range(size)]
