"""From an estimate to the figure that is printed: coded, rounded, with the limits its precision class allows.

Belongs here: A-12 and R-30 for each statistic. Does not: which figures a page has (its module), or their words.
A statistic that its class does not print is None: it is left out, as if nobody had asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from assess.disclosure.policy import Code, Precision
from assess.disclosure.registry import Kind
from assess.disclosure.release import Withheld
from assess.reports import rounding
from assess.reports.facts import BandedFigure, Figure, NotEstimableFigure, Number, ReleasedFigure, WithheldFigure
from assess.scoring.power import SD_ITEM, SD_SCALE, need
from assess.scoring.results import Count, Estimate, Judged, NotEstimable, Scored, Verdict
from assess.scoring.wave import SubjectEstimates

Missing = Mapping[str, Literal["lt10", "10to25", "gt25"]]

HALF = 50.0
"""Cut of the probability of superiority, in times in 100."""


def missing(shares: Mapping[str, float]) -> Missing | None:
    """Return each side's share of ballots without a usable answer as A-11's class."""
    return {side: "lt10" if share < 0.10 else "10to25" if share <= 0.25 else "gt25" for side, share in shares.items()}


def margins(margin: float) -> tuple[float, float, float]:
    """Return the cuts of a comparison: its margin on either side, and zero (R-5)."""
    return (-margin, 0.0, margin)


def mean(scored: Scored, subject: SubjectEstimates, side: str | None, cuts: tuple[float, ...] = ()) -> Figure:
    """Return a mean of one side (None: the company); no own interval in the coarse classes, but for H's company."""
    return _mean(scored, subject.precision, missing(_of(subject.missing, side)), cuts, own=_has_interval(subject, side))


def plain_mean(scored: Scored, precision: Precision | None, cuts: tuple[float, ...] = ()) -> Figure:
    """Return a side mean of the mirror, coded by its class."""
    return _mean(scored, precision, None, cuts, own=precision is Precision.FULL)


def process(scored: Scored, subject: SubjectEstimates, side: str | None, cuts: tuple[float, ...]) -> Figure:
    """Return a mean at the estimand that trends read; intervals only where A-12 allows one (S-37)."""
    return _mean(scored, subject.precision, None, cuts, own=_has_interval(subject, side))


def comparison(judged: Judged, precision: Precision | None, shares: Mapping[str, float] | None = None) -> Figure:
    """Return a gap, error or change with its verdict: ends outward in the coarse classes (A-12, S-30)."""
    figure = interval(judged.estimate, precision, margins(judged.margin), None if shares is None else missing(shares))
    if not isinstance(figure, ReleasedFigure):
        return figure
    return figure.model_copy(update=verdict(judged))


def verdict(judged: Judged) -> dict[str, object]:
    """Return the fields of a judged figure: its row of S-30, modifiers, family, margin and answers needed (S-47)."""
    cannot_tell = judged.verdict is Verdict.CANNOT_TELL
    return {
        "verdict": int(judged.verdict),
        "modifiers": tuple(str(modifier) for modifier in judged.modifiers),
        "family": str(judged.family) if judged.family else None,
        "family_size": judged.family_size or None,
        "margin": rounding.written(rounding.exact(judged.margin)),
        "need": need(judged.margin, SD_SCALE if judged.margin <= 10 else SD_ITEM) if cannot_tell else None,
    }


def interval(
    scored: Scored, precision: Precision | None, cuts: tuple[float, ...], classes: Missing | None = None
) -> Figure:
    """Return a number with its intervals, whole and outward where its class is coarse."""
    match scored:
        case Withheld():
            return WithheldFigure()
        case NotEstimable():
            return NotEstimableFigure(reason=str(scored.reason))
        case Estimate() if precision is not None:
            lo95, hi95 = rounding.ends(scored.lo95, scored.hi95, precision, cuts)
            lo90, hi90 = rounding.ends(scored.lo90, scored.hi90, precision, cuts)
            return ReleasedFigure(
                value=rounding.inner(scored.value, precision, cuts),
                lo95=lo95,
                hi95=hi95,
                lo90=lo90,
                hi90=hi90,
                unit="points",
                missing=classes,
                estimand=scored.estimand.value,
            )
        case Estimate():
            return WithheldFigure()


def bare(judged: Judged, precision: Precision | None) -> Figure:
    """Return a perceived gap: at full precision as any comparison, in the coarse item class a number alone (A-12)."""
    if precision is Precision.FULL or not isinstance(judged.estimate, Estimate):
        return comparison(judged, precision)
    return ReleasedFigure(
        value=rounding.rounded(judged.estimate.value), unit="points", estimand=judged.estimate.estimand.value
    )


def superiority(subject: SubjectEstimates) -> Figure | None:
    """Return how often of 100 random pairs the first side's answer is higher; coded beyond 5 and 95 (S-14)."""
    match subject.theta:
        case Withheld():
            return WithheldFigure()
        case NotEstimable():
            return NotEstimableFigure(reason=str(subject.theta.reason))
        case Estimate() if subject.precision is not Precision.FULL:
            return None
        case Estimate(value=value) if value < 0.05 or value > 0.95:
            return BandedFigure(code="le5" if value < HALF / 100 else "ge95", unit="percent")
        case Estimate():
            return ReleasedFigure(**_scaled(subject.theta, (HALF,)), unit="times_in_100")


def favourable(scored: Scored, subject: SubjectEstimates, side: str) -> Figure:
    """Return the share of favourable answers in percent; coded and without interval in the coarse class (A-12)."""
    match scored:
        case Withheld():
            return WithheldFigure()
        case NotEstimable():
            return NotEstimableFigure(reason=str(scored.reason))
        case Estimate() if subject.precision is Precision.FULL:
            return ReleasedFigure(
                **_limits(scored), unit="percent", missing=missing(_of(subject.missing, side)), estimand="B"
            )
        case Estimate():
            return _coded(
                rounding.coarse_share(scored.value), missing(_of(subject.missing, side)), unit="percent", estimand="B"
            )


def shares(count: Count | Withheld | NotEstimable) -> tuple[Figure, ...]:
    """Return the percentage of answers at each level; nothing where the class does not print classes (A-12)."""
    if not isinstance(count, Count) or not sum(count.values):
        return ()
    total = sum(count.values)
    return tuple(ReleasedFigure(value=rounding.rounded(100 * n / total), unit="percent") for n in count.values)


def _has_interval(subject: SubjectEstimates, side: str | None) -> bool:
    if subject.precision is Precision.FIVES:
        return False
    return subject.precision is Precision.FULL or (side is None and subject.kind is Kind.COMPOSITE)


def _mean(
    scored: Scored, precision: Precision | None, classes: Missing | None, cuts: tuple[float, ...], *, own: bool
) -> Figure:
    if not isinstance(scored, Estimate) or precision is None:
        return interval(scored, precision, cuts)
    if precision is Precision.FULL:
        return ReleasedFigure(**_limits(scored, cuts), unit="points", missing=classes, estimand=scored.estimand.value)
    coded = _coded(
        rounding.coarse_mean(scored.value, precision), classes, unit="points", estimand=scored.estimand.value
    )
    if not own or not isinstance(coded, ReleasedFigure):
        return coded
    lo95, hi95 = rounding.ends(scored.lo95, scored.hi95, precision)
    lo90, hi90 = rounding.ends(scored.lo90, scored.hi90, precision)
    return coded.model_copy(update={"lo95": lo95, "hi95": hi95, "lo90": lo90, "hi90": hi90})


def _coded(
    number: Number | Code, classes: Missing | None, *, unit: Literal["points", "percent"], estimand: Literal["A", "B"]
) -> Figure:
    if isinstance(number, Code):
        return BandedFigure(code=number.value, unit=unit)
    return ReleasedFigure(value=number, unit=unit, missing=classes, estimand=estimand)


def _limits(scored: Estimate, cuts: tuple[float, ...] = ()) -> dict[str, Number]:
    """Return value and limits by R-5, by field of a figure."""
    return {name: rounding.rounded(getattr(scored, name), cuts) for name in ("value", "lo95", "hi95", "lo90", "hi90")}


def _scaled(scored: Estimate, cuts: tuple[float, ...]) -> dict[str, Number]:
    return {
        name: rounding.rounded(100 * getattr(scored, name), cuts) for name in ("value", "lo95", "hi95", "lo90", "hi90")
    }


def _of(shares_by_side: Mapping[str, float], side: str | None) -> Mapping[str, float]:
    return shares_by_side if side is None else {side: shares_by_side[side]} if side in shares_by_side else {}
