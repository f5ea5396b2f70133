"""What moved between waves, from released figures only (S-37).

Belongs here: one change per series, its family and verdict. Does not: reading the archive (publish builds `EarlierWave`
from earlier facts), people (no person is ever followed), control limits from the eighth wave on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assess.disclosure.policy import Precision, interval_step, outward
from assess.disclosure.registry import Kind
from assess.disclosure.release import Withheld
from assess.instruments.model import Instrument
from assess.scoring import multiplicity
from assess.scoring.intervals import z_quantile
from assess.scoring.results import (
    Change,
    Estimand,
    Estimate,
    Family,
    NotEstimable,
    Reason,
    Scored,
    SubjectEstimates,
)
from assess.scoring.verdicts import judge

LONGEST: Final = 7
"""Most waves one contrast spans; from the eighth on S-37 asks for control limits, and the last seven are used here."""

Z95_WIDTH: Final = 3.92
"""Width of a 95 % interval in standard errors: e = (hi95 - lo95)/3.92 (S-37)."""

COMPANY: Final = "company"
GAP: Final = "gap"

ReleasedFigure = tuple[float, float | None, float | None]
"""A figure as an earlier report printed it: value, lo95, hi95 of the process (B) interval; None where it had none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierWave:
    """What an earlier wave of the same client released.

    Parameters
    ----------
    number
        Wave number, in quarters; earlier than the current one.
    figures
        By series, for example `scale.ALN.company`, `scale.ALN.sales`, `scale.ALN.gap`; None where it was withheld.
    scale_hashes
        Hash of scoring and wording by subject (`ALN`, `H`): a figure compares only where it equals today's (I-24).
    """

    number: int
    figures: Mapping[str, ReleasedFigure | None]
    scale_hashes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """One series: the numbers of the waves used, this one last, with their values and limits."""

    figure: str
    margin: float
    headline: bool
    now: Scored
    values: tuple[float | None, ...]
    quarters: tuple[int, ...]
    points: tuple[ReleasedFigure, ...]


def changes(
    current: Mapping[str, SubjectEstimates],
    instrument: Instrument,
    form: str,
    *,
    number: int,
    scale_hashes: Mapping[str, str],
    earlier: Sequence[EarlierWave],
    half_silent: bool = False,
) -> dict[str, Change]:
    """Judge the change of every company score, side score and gap that an earlier wave released too.

    Two waves: q₂ - q₁, se² = e₁² + e₂². Three to seven: one contrast, b = Σcq/Σc², c = quarter - mean quarter,
    se = √(Σc²e²)/Σc², given over the span (b × span). Limits by z: t is in the width of the intervals.

    Parameters
    ----------
    current
        This wave's subjects; their process (B) figures are used, coded in the coarse classes as A-12 prints them.
    instrument, form
        Say which scales are headline, and the margins.
    number
        This wave's number, in quarters.
    scale_hashes
        Today's hashes by subject.
    earlier
        Earlier waves, in any order.
    half_silent
        Whether under half answered on a side (S-31).

    Returns
    -------
    dict
        By series, only where this and an earlier wave compare. `no_interval` where one of the figures has none, so
        that before and after print without a verdict. Changes of a headline scale's company score and gap are adjusted
        by Holm, all others by BH (S-23).

    Raises
    ------
    ValueError
        When an earlier wave does not come before this one.
    """
    waves = sorted(earlier, key=lambda wave: wave.number)
    if any(wave.number >= number for wave in waves):
        raise ValueError(f"wave {number} is compared with earlier waves only")
    series = [
        found
        for subject in current.values()
        if subject.kind in (Kind.SCALE, Kind.COMPOSITE)
        for found in _of_subject(
            subject,
            waves,
            same=[wave.scale_hashes.get(subject.subject) == scale_hashes[subject.subject] for wave in waves],
            number=number,
            margin=_margin(subject, instrument),
            headline=subject.subject in instrument.headline(form),
        )
    ]
    estimated = {each.figure: _estimate(each) for each in series}
    families = {each.figure: Family.CHANGE_HEADLINE if each.headline else Family.CHANGE_OTHER for each in series}
    p = {figure: _p(found) for figure, found in estimated.items() if isinstance(found, Estimate)}
    sizes = {family: sum(families[figure] is family for figure in p) for family in Family}
    adjusted = multiplicity.holm(
        {figure: value for figure, value in p.items() if families[figure] is Family.CHANGE_HEADLINE}
    ) | multiplicity.benjamini_hochberg(
        {figure: value for figure, value in p.items() if families[figure] is Family.CHANGE_OTHER}
    )
    return {
        each.figure: Change(
            figure=each.figure,
            waves=len(each.points),
            values=each.values,
            judged=judge(
                estimated[each.figure],
                margin=each.margin,
                p=p.get(each.figure),
                p_adjusted=adjusted.get(each.figure),
                family=families[each.figure],
                family_size=sizes[families[each.figure]],
                half_silent=half_silent,
            ),
        )
        for each in series
    }


def _of_subject(
    subject: SubjectEstimates,
    waves: Sequence[EarlierWave],
    *,
    same: Sequence[bool],
    number: int,
    margin: float,
    headline: bool,
) -> Iterator[_Series]:
    for scope, now in _figures(subject):
        figure = f"{subject.id}.{scope}"
        past = [wave.figures.get(figure) if fits else None for wave, fits in zip(waves, same, strict=True)]
        shown = _released(now, subject, scope)
        usable = [(wave.number, found) for wave, found in zip(waves, past, strict=True) if found is not None]
        if not usable:
            continue
        used = usable if shown is None else [*usable, (number, shown)][-LONGEST:]
        yield _Series(
            figure=figure,
            margin=margin,
            headline=headline and scope in (COMPANY, GAP),
            now=now,
            values=(*(found[0] if found else None for found in past), shown[0] if shown else None),
            quarters=tuple(quarter for quarter, _ in used),
            points=tuple(found for _, found in used),
        )


def _figures(subject: SubjectEstimates) -> Iterator[tuple[str, Scored]]:
    yield COMPANY, subject.process_company
    yield from subject.process_side_means.items()
    if subject.gap is not None:
        yield GAP, subject.process_gap


def _margin(subject: SubjectEstimates, instrument: Instrument) -> float:
    if subject.kind is Kind.SCALE:
        return instrument.scales[subject.subject].margin
    composite = instrument.composites[subject.subject]
    return max(instrument.scales[member].margin for member in (*composite.plus, *composite.minus))


def _released(now: Scored, subject: SubjectEstimates, scope: str) -> ReleasedFigure | None:
    """Return the current figure as it is released: coded, without interval where A-12 prints none."""
    if not isinstance(now, Estimate):
        return None
    step = interval_step(subject.precision) if subject.precision is not None else None
    if step is None:
        return now.value, now.lo95, now.hi95
    whole = float(math.floor(abs(now.value) + 0.5)) * (1 if now.value >= 0 else -1)
    if scope != GAP and not (subject.precision is Precision.COARSE_SCALE and _is_composite(subject, scope)):
        return whole, None, None
    return whole, *outward(now.lo95, now.hi95, step)


def _is_composite(subject: SubjectEstimates, scope: str) -> bool:
    """Return whether this is H itself: the coarse class prints its interval, but no side's own."""
    return subject.kind is Kind.COMPOSITE and scope == COMPANY


def _estimate(series: _Series) -> Estimate | NotEstimable | Withheld:
    if not isinstance(series.now, Estimate):
        return series.now
    limits = [(low, high) for _, low, high in series.points if low is not None and high is not None]
    if len(limits) < len(series.points):
        return NotEstimable(reason=Reason.NO_INTERVAL)
    errors = [(high - low) / Z95_WIDTH for low, high in limits]
    if min(errors) <= 0:
        return NotEstimable(reason=Reason.NO_INTERVAL)
    values = [value for value, _, _ in series.points]
    span = series.quarters[-1] - series.quarters[0]
    middle = sum(series.quarters) / len(series.quarters)
    c = [quarter - middle for quarter in series.quarters]
    squares = sum(each * each for each in c)
    # With two waves c = ∓ span/2, so b × span is q₂ - q₁ and its se √(e₁² + e₂²): one formula serves both rows.
    value = span * sum(each * q for each, q in zip(c, values, strict=True)) / squares
    se = span * math.sqrt(sum((each * e) ** 2 for each, e in zip(c, errors, strict=True))) / squares
    wide, narrow = z_quantile(0.95) * se, z_quantile(0.90) * se
    return Estimate(
        value=value,
        lo95=value - wide,
        hi95=value + wide,
        lo90=value - narrow,
        hi90=value + narrow,
        se=se,
        df=series.now.df,
        n=series.now.n,
        m=series.now.m,
        estimand=Estimand.PROCESS,
        method="difference of waves, z" if len(values) == 2 else "contrast of waves over the span, z",
    )


def _p(estimate: Estimate) -> float:
    """Return the two-sided normal p value."""
    return math.erfc(abs(estimate.value / estimate.se) / math.sqrt(2))
