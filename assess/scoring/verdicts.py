"""What may be said of a comparison: one of seven verdicts with its modifiers (S-30, S-31).

Belongs here: the table of verdicts, on unrounded numbers or on A-12's coded ends. Does not: the words (templates), the
numbers (compare), the families (multiplicity, estimate), what qualifies a subject (checks).
"""

from __future__ import annotations

from collections.abc import Collection

from assess.disclosure.policy import Precision, interval_step, outward
from assess.disclosure.release import Withheld
from assess.scoring.equivalence import inside
from assess.scoring.intervals import clipped
from assess.scoring.nonresponse import ROBUST_ABOVE
from assess.scoring.results import Family, Judged, Modifier, NotEstimable, Scored, Verdict

WORDS_BELOW = 0.05
"""A direction is worded when the adjusted p value is below this (S-23)."""

DISCUSSED_TO = 0.10
"""A possible gap is worth discussing up to this q value (S-23)."""

_BY_Q = (Family.EXPLORATORY, Family.MIRROR, Family.CHANGE_OTHER)
"""Families whose adjusted p value bounds a q value: all but the headline's, which are Holm's."""

_CLEAR = (Verdict.CLEAR_LARGE, Verdict.CLEAR_UNCERTAIN)


def row(lo95: float, hi95: float, lo90: float, hi90: float, *, margin: float, p_adjusted: float) -> Verdict:
    """Return the first row of S-30 that fits a computed comparison; every comparison is strict.

    Parameters
    ----------
    lo95, hi95, lo90, hi90
        Limits in POMP points, unrounded or coded by A-12.
    margin
        M: the smallest gap worth acting on.
    p_adjusted
        p value adjusted within its family.

    Returns
    -------
    Verdict
        Rows 2 to 7; row 1 is a withheld figure's, which has no limits.
    """
    excludes_zero = lo95 > 0 or hi95 < 0
    small = inside(lo90, hi90, margin)
    worded = p_adjusted < WORDS_BELOW
    if worded and (lo95 > margin or hi95 < -margin):
        return Verdict.CLEAR_LARGE
    if worded and excludes_zero and not small:
        return Verdict.CLEAR_UNCERTAIN
    if small:
        return Verdict.TOO_SMALL if excludes_zero else Verdict.NO_GAP
    return Verdict.POSSIBLE if excludes_zero else Verdict.CANNOT_TELL


def judge(
    estimate: Scored,
    *,
    margin: float,
    p: float | None = None,
    p_adjusted: float | None = None,
    family: Family | None = None,
    family_size: int = 0,
    precision: Precision = Precision.FULL,
    half_silent: bool = False,
    d_star: float | NotEstimable | None = None,
    qualified: Collection[Modifier] = (),
) -> Judged:
    """Judge one comparison: its verdict, its modifiers, and the estimate clipped to ±100 for print (S-01, S-30, S-31).

    Parameters
    ----------
    estimate
        The comparison, not clipped; or why there is none.
    margin
        M, POMP points.
    p, p_adjusted
        Raw (S-22) and adjusted p value; the adjusted one is needed for an `Estimate`.
    family, family_size
        The family it was adjusted in, and how many comparisons that family has.
    precision
        In A-12's coarse classes the verdict is judged on the ends moved outward, which are the ones printed.
    half_silent
        Whether f < .5 on a side.
    d_star
        Tipping point of S-36.
    qualified
        What else qualifies it: two camps, one item, indicative (`checks`), or exploratory outside that family (I-14).

    Raises
    ------
    ValueError
        For an `Estimate` without an adjusted p value.
    """
    if isinstance(estimate, Withheld):
        return Judged(estimate=estimate, verdict=Verdict.WITHHELD, margin=margin, family=family)
    if isinstance(estimate, NotEstimable):
        return Judged(
            estimate=estimate,
            verdict=Verdict.CANNOT_TELL,
            margin=margin,
            family=family,
            family_size=family_size,
        )
    if p_adjusted is None:
        raise ValueError(f"{estimate.method}: a comparison is judged with an adjusted p value")
    lo95, hi95 = _ends(estimate.lo95, estimate.hi95, precision)
    lo90, hi90 = _ends(estimate.lo90, estimate.hi90, precision)
    verdict = row(lo95, hi95, lo90, hi90, margin=margin, p_adjusted=p_adjusted)
    modifiers = set(qualified)
    if half_silent:
        modifiers.add(Modifier.OF_THOSE_WHO_ANSWERED)
        if verdict in _CLEAR and not (isinstance(d_star, float) and d_star > ROBUST_ABOVE):
            modifiers.add(Modifier.NOT_CLEAR)
    if family is Family.EXPLORATORY:
        modifiers.add(Modifier.EXPLORATORY)
    if verdict is Verdict.POSSIBLE and family in _BY_Q and p_adjusted <= DISCUSSED_TO:
        modifiers.add(Modifier.WORTH_DISCUSSING)
    return Judged(
        estimate=clipped(estimate, -100, 100),
        verdict=verdict,
        modifiers=tuple(modifier for modifier in Modifier if modifier in modifiers),
        margin=margin,
        family=family,
        family_size=family_size,
        p=p,
        p_adjusted=p_adjusted,
        d_star=d_star,
    )


def _ends(low: float, high: float, precision: Precision) -> tuple[float, float]:
    step = interval_step(precision)
    return (low, high) if step is None else outward(low, high, step)
