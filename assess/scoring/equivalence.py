"""Equivalence: whether a difference of the margin or more is ruled out (S-13)."""

from __future__ import annotations

from assess.scoring.results import Estimate


def inside(lo90: float, hi90: float, margin: float) -> bool:
    """Return whether the 90 % interval lies strictly inside (-M, M): two one-sided tests at 5 % each (S-13)."""
    return -margin < lo90 and hi90 < margin


def tost_p(estimate: Estimate, margin: float) -> float:
    """Return the p value of the two one-sided tests, the larger of the two (S-13).

    p = max(P(T > (d + M)/se), P(T < (d - M)/se)), T with the estimate's df; p < .05 exactly when `inside`.

    Parameters
    ----------
    estimate
        A gap before it is clipped.
    margin
        M, in the estimate's units.

    References
    ----------
    Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15, doi:10.1007/BF01068419.
    """
    from scipy.special import stdtr

    low = float(stdtr(estimate.df, -(estimate.value + margin) / estimate.se))
    high = float(stdtr(estimate.df, (estimate.value - margin) / estimate.se))
    return max(low, high)
