"""What silence could hide: worst-case bounds of a gap and the tipping point d* (S-36). No answer is ever weighted.

Belongs here: the two formulas, and the participation of a wave. Does not: the words of a verdict (verdicts), bands of
participation while a wave is open (surveys).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from assess.disclosure.release import Released, Withheld
from assess.scoring.intervals import HALF
from assess.scoring.results import Estimate, NotEstimable, Pair, Reason, Scored
from assess.scoring.wave import Participation

ROBUST_ABOVE = 40.0
FRAGILE_BELOW = 15.0

_MISSING_TO = 0.25


class Robustness(StrEnum):
    """How a gap stands against silence, by its tipping point: over 40, 15 to 40, under 15 (S-36)."""

    ROBUST = "robust"
    MODERATE = "moderate"
    FRAGILE = "fragile"


def fractions(released: Released) -> dict[str, float] | NotEstimable:
    """Return f = ballots/N by side code (S-36), or `no_headcount` when a head count is unknown or 0."""
    table = released.table
    if table.invited is None or not all(table.invited.get(side) for side in table.sides):
        return NotEstimable(reason=Reason.NO_HEADCOUNT)
    return {side: table.people(side) / table.invited[side] for side in table.sides}


def half_silent(
    released: Released, sides: Sequence[str] | None = None, persons: Mapping[str, int] | None = None
) -> bool:
    """Return whether under half answered on one of the sides, if head counts are known (S-31).

    Parameters
    ----------
    released
        The released table.
    sides
        The sides that matter; all by default.
    persons
        Who counts for the figure, by side, as S-11 asks; ballots by default.
    """
    found = fractions(released)
    if isinstance(found, NotEstimable):
        return False
    if persons is None:
        return min(found[side] for side in sides or found) < HALF
    invited = released.table.invited or {}
    return min(n / invited[side] for side, n in persons.items()) < HALF


def _mostly_there(missing: Mapping[str, float] | None, sides: Sequence[str]) -> bool:
    """Return whether at most a quarter of the ballots of each of these sides leaves the figure without an answer.

    f of S-36 is of ballots, which are printed, and not of who counts for a figure, which is not (A-11). Beyond a
    quarter, the last class of A-11, ballots say too little of who was silent on it, and no bound is given.
    """
    return missing is None or max(missing[side] for side in sides) <= _MISSING_TO


def worst_case(x: float, y: float, f_x: float, f_y: float) -> tuple[float, float]:
    """Bound the gap x - y whatever the silent would have said.

    Each side lies in [f·x̄, f·x̄ + 100(1 - f)]; the gap by subtraction.

    Parameters
    ----------
    x, y
        Side means, POMP 0 to 100.
    f_x, f_y
        Fraction of each side that answered, 0 to 1.

    Returns
    -------
    tuple
        Lower and upper bound, POMP points.

    References
    ----------
    Horowitz & Manski (2000), Journal of the American Statistical Association 95, doi:10.1080/01621459.2000.10473902.
    """
    low_x, low_y = f_x * x, f_y * y
    high_x, high_y = low_x + 100 * (1 - f_x), low_y + 100 * (1 - f_y)
    return low_x - high_y, high_x - low_y


def tipping_point(gap: float, f_x: float, f_y: float) -> float | NotEstimable:
    """Return d* = |gap|/((1 - f_x) + (1 - f_y)): how far the silent would have to differ to erase the gap.

    Parameters
    ----------
    gap
        x - y, POMP points.
    f_x, f_y
        Fraction of each side that answered, 0 to 1.

    Returns
    -------
    float or NotEstimable
        POMP points, in opposite directions on the two sides; `all_answered` when nobody was silent.
    """
    silent = (1 - f_x) + (1 - f_y)
    if silent <= 0:
        return NotEstimable(reason=Reason.ALL_ANSWERED)
    return abs(gap) / silent


def tipping(
    released: Released, gap: float, pair: Pair, missing: Mapping[str, float] | None = None
) -> float | NotEstimable:
    """Return d* of a gap between two sides of a release.

    Parameters
    ----------
    released
        The released table.
    gap
        x - y, POMP points.
    pair
        The two sides.
    missing
        Share of a side's ballots without an answer to the figure; none by default.

    Returns
    -------
    float or NotEstimable
        `no_headcount`; `not_comparable` where over a quarter of a side's ballots leave the figure blank;
        `all_answered`.
    """
    found = fractions(released)
    if isinstance(found, NotEstimable):
        return found
    if not _mostly_there(missing, pair):
        return NotEstimable(reason=Reason.NOT_COMPARABLE)
    return tipping_point(gap, *(found[side] for side in pair))


def bounds(
    released: Released, pair: Pair, x: Scored, y: Scored, missing: Mapping[str, float] | None = None
) -> tuple[float, float] | Withheld | NotEstimable:
    """Return the worst case of the gap between two sides of means x and y, or why there is none; as for `tipping`."""
    found = fractions(released)
    if isinstance(found, NotEstimable):
        return found
    if not _mostly_there(missing, pair):
        return NotEstimable(reason=Reason.NOT_COMPARABLE)
    if not isinstance(x, Estimate):
        return x
    if not isinstance(y, Estimate):
        return y
    return worst_case(x.value, y.value, *(found[side] for side in pair))


def robustness(d_star: float) -> Robustness:
    """Return the class of a tipping point (S-36)."""
    if d_star > ROBUST_ABOVE:
        return Robustness.ROBUST
    return Robustness.FRAGILE if d_star < FRAGILE_BELOW else Robustness.MODERATE


def cannot_be_erased(bounds: tuple[float, float]) -> bool:
    """Return whether the worst case excludes 0: nothing the silent could say would erase the gap."""
    low, high = bounds
    return low > 0 or high < 0


def participation(released: Released) -> Participation:
    """Return ballots and head counts of every side."""
    table = released.table
    return Participation(answered={side: table.people(side) for side in table.sides}, invited=table.invited)
