"""Leave-one-out: whether a scale's gap rests on one of its items (S-46, S-09).

Belongs here: the gap without each item, from T alone. Does not: rows (tally_items), how many answers ask for it and
what is tested in its place (comparability), the scale's own verdict (subjects, verdicts).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from assess.scoring import compare
from assess.scoring.equivalence import inside
from assess.scoring.histogram import Histogram
from assess.scoring.intervals import choose
from assess.scoring.item_table import ItemTable, scores, scores_without
from assess.scoring.results import Estimate, NotEstimable, Reason


class State(StrEnum):
    """What the interval of a gap says, the first that fits (S-46); unrounded, strict as S-30 is."""

    EXCLUDES_ZERO = "excludes_zero"
    INSIDE = "inside"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scales:
    """A scale's T on two sides, with what its gap is judged by.

    Parameters
    ----------
    x, y
        T of the two sides, x declared first.
    rho, margin
        Declared reliability, and M in POMP points.
    invited
        Head counts N of x and y, or None when they are not known.

    Raises
    ------
    ValueError
        When the two tables are not of the same scale.
    """

    x: ItemTable
    y: ItemTable
    rho: float
    margin: float
    invited: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Refuse tables of different scales: their items cannot be set beside each other."""
        x, y = self.x, self.y
        if (x.items, x.levels, x.min_answered) != (y.items, y.levels, y.min_answered):
            raise ValueError("tables of different scales cannot be compared")


def rests_on_one_item(scale: Scales) -> str | NotEstimable | None:
    """Return the item without which the gap would be another one (S-46, S-09), or None.

    An item carries the gap when without it the gap changes sign or loses over half, and its interval says something
    else (`State`). Gaps are compared as fractions, so that exactly half is not over half. Score without the item, its
    valid persons, the estimand they allow and hence the interval are all made anew; ρ and M stay the scale's.

    Parameters
    ----------
    scale
        The scale's tables.

    Returns
    -------
    str, NotEstimable or None
        Of several such items, the one that takes most of the gap away, the first of equals. A gap that does not exist
        without an item rests on it; a gap of exactly 0 has neither sign nor half to lose, and rests on none.
        `no_answers`, `too_few` of the gap itself; `not_comparable` for a scale of one item, whose gap is that item's.

    Notes
    -----
    A warning, never a test. Measured, five items (latent normal, r .45), 2,000 samples a cell, at 8 v 8, 20 v 20,
    40 v 40. All items alike, no gap: an item is named in .3, 11, 3 % (estimand B) and 9, 5, 0 % (A, f .8, ρ .75); a
    true gap of 12 POMP: in at most 4 %. One item two SD easier for one side: it is named in 2, 25, 82 % (B) and 20, 72,
    77 % (A).

    Examples
    --------
    >>> import numpy as np
    >>> from assess.scoring.item_table import FIRST
    >>> def table(rows):  # complete persons on two items
    ...     count = np.zeros((2, 5 + FIRST, 11, 3), dtype=np.int64)
    ...     for row in rows:
    ...         for item, code in enumerate(row):
    ...             count[item, FIRST + code - 1, sum(row), 2] += 1
    ...     return ItemTable(items=("PLAN", "PACE"), levels=5, min_answered=1, count=count)
    >>> x, y = table([(5, 3), (5, 2), (4, 3), (5, 3)]), table([(1, 3), (2, 3), (1, 2), (1, 3)])
    >>> rests_on_one_item(Scales(x=x, y=y, rho=0.75, margin=10))
    'PLAN'
    """
    items = scale.x.items
    if len(items) == 1:
        return NotEstimable(reason=Reason.NOT_COMPARABLE)
    whole = _gap(scale, scores(scale.x), scores(scale.y))
    if isinstance(whole, NotEstimable):
        return whole
    gap, says = whole
    carrying: dict[str, Fraction] = {}
    if gap == 0:
        return None
    for item in items:
        rest = _gap(scale, scores_without(scale.x, item), scores_without(scale.y, item))
        left, says_left = (Fraction(0), None) if isinstance(rest, NotEstimable) else rest
        kept = left if gap > 0 else -left  # in the direction of the whole gap: negative for another sign
        if 2 * kept < abs(gap) and says_left is not says:
            carrying[item] = kept
    return min(carrying, key=lambda item: carrying[item], default=None)


def state(estimate: Estimate, margin: float) -> State:
    """Return what an interval says of a gap: 95 % excludes 0, else 90 % inside ±M, else open (S-46)."""
    if estimate.lo95 > 0 or estimate.hi95 < 0:
        return State.EXCLUDES_ZERO
    return State.INSIDE if inside(estimate.lo90, estimate.hi90, margin) else State.OPEN


def _gap(scale: Scales, x: Histogram, y: Histogram) -> tuple[Fraction, State] | NotEstimable:
    """Return the gap of two histograms in POMP points, exactly, and what its interval says."""
    sizes = {"x": x.n, "y": y.n}
    basis = choose(sizes, None if scale.invited is None else dict(zip(sizes, scale.invited, strict=True)))
    estimate = compare.difference(x, y, rho=scale.rho, fractions=basis.fractions, estimand=basis.estimand)
    if isinstance(estimate, NotEstimable):
        return estimate
    return Fraction(100 * (x.total * y.n - y.total * x.n), x.n * y.n * x.span), state(estimate, scale.margin)
