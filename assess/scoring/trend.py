"""What moved between waves, from released figures only (S-37).

Belongs here: one change per series, its family and verdict. Does not: reading the archive (publish builds `EarlierWave`
from earlier facts), people (no person is ever followed), the arithmetic of a control chart (control).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assess.disclosure.policy import MEAN_STEP, Precision, interval_step, outward
from assess.disclosure.registry import Kind
from assess.instruments.model import Instrument
from assess.scoring import multiplicity
from assess.scoring.control import BASELINE, control
from assess.scoring.intervals import z_quantile
from assess.scoring.results import ControlChart, Estimand, Estimate, Family, NotEstimable, Reason, Scored, Signal
from assess.scoring.verdicts import judge
from assess.scoring.wave import Change, SubjectEstimates

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
class _Measured:
    """What a series gives: the change to be judged, and from the eighth wave on the chart it was read off."""

    change: Scored
    chart: ControlChart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """One series: the quarters of the waves used, this one last, with their values and limits."""

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
    se = √(Σc²e²)/Σc², given over the span (b × span). Eight and more: a control chart against the first seven, and
    the change is this wave less their mean μ, se = √(e² + e_μ²), times the root by which the chart's limits are
    widened where they are. One number a series, never all pairs. Limits by z: t is in the width of the intervals.

    From the eighth wave on a direction is worded (rows 2, 3 of S-30) only where the chart signals: without a signal
    the series enters its family with p = 1, with one with its own p. Why this is right: the wave is looked at again
    every quarter for years, and its interval alone would find a direction in one quarter of twenty of a series that
    stands still; the chart was declared beforehand for exactly that. Why it is honest: it only ever raises a p value,
    so P(p <= α) stays at most α whatever the chart is, and Holm and BH, which ask no more of a p value, keep their
    promise. Closing series after the adjustment would not do: taking findings out of BH's list raises the share of
    false ones among the rest. What it costs: a true deviation between 2 and 3 standard errors is "possible: watch next
    wave" until it returns, and then the sums have it. What it does not do: a drift of which this wave alone shows
    nothing stays in row 5 or 7, as the verdict speaks of this wave. Rows 4 and 5 are about size, not direction, and
    need no signal. `p` is kept as it was; the number that judges is `p_adjusted`.

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
    if len({wave.number for wave in waves}) < len(waves):
        raise ValueError("two earlier waves have one number")
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
    measured = {each.figure: _measure(each) for each in series}
    families = {each.figure: Family.CHANGE_HEADLINE if each.headline else Family.CHANGE_OTHER for each in series}
    p = {figure: _p(found.change) for figure, found in measured.items() if isinstance(found.change, Estimate)}
    worded = {figure: 1.0 if _is_quiet(measured[figure].chart) else value for figure, value in p.items()}
    sizes = {family: sum(families[figure] is family for figure in p) for family in Family}
    adjusted = multiplicity.holm(
        {figure: value for figure, value in worded.items() if families[figure] is Family.CHANGE_HEADLINE}
    ) | multiplicity.benjamini_hochberg(
        {figure: value for figure, value in worded.items() if families[figure] is Family.CHANGE_OTHER}
    )
    return {
        each.figure: Change(
            figure=each.figure,
            waves=len(each.points),
            values=each.values,
            judged=judge(
                measured[each.figure].change,
                margin=each.margin,
                p=p.get(each.figure),
                p_adjusted=adjusted.get(each.figure),
                family=families[each.figure],
                family_size=sizes[families[each.figure]],
                half_silent=half_silent,
            ),
            chart=measured[each.figure].chart,
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
        used = usable if shown is None else [*usable, (number, shown)]
        yield _Series(
            figure=figure,
            margin=margin,
            headline=headline and (scope == COMPANY or _is_gap(scope)),
            now=now,
            values=(*(found[0] if found else None for found in past), shown[0] if shown else None),
            quarters=tuple(quarter for quarter, _ in used),
            points=tuple(found for _, found in used),
        )


def _figures(subject: SubjectEstimates) -> Iterator[tuple[str, Scored]]:
    yield COMPANY, subject.process_company
    yield from subject.process_side_means.items()
    for pair, found in subject.pairs.items():
        if found.gap is not None:
            yield GAP if len(subject.pairs) == 1 else ".".join((GAP, *pair)), found.process_gap


def _is_gap(scope: str) -> bool:
    """Return whether a scope is a gap: `gap` of two sides, `gap.<x>.<y>` where there are more."""
    return scope.split(".", maxsplit=1)[0] == GAP


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
    unit = MEAN_STEP if subject.precision is Precision.FIVES and not _is_gap(scope) else 1
    whole = float(unit * math.floor(abs(now.value) / unit + 0.5)) * (1 if now.value >= 0 else -1)
    if not _is_gap(scope) and not (subject.precision is Precision.COARSE_SCALE and _is_composite(subject, scope)):
        return whole, None, None
    return whole, *outward(now.lo95, now.hi95, step)


def _is_composite(subject: SubjectEstimates, scope: str) -> bool:
    """Return whether this is H itself: the coarse class prints its interval, but no side's own."""
    return subject.kind is Kind.COMPOSITE and scope == COMPANY


def _measure(series: _Series) -> _Measured:
    """Return the change that S-37 allows for so many waves; `no_interval` where any of the figures has none."""
    if not isinstance(series.now, Estimate):
        return _Measured(change=series.now)
    limits = [(low, high) for _, low, high in series.points if low is not None and high is not None]
    errors = [(high - low) / Z95_WIDTH for low, high in limits]
    if len(limits) < len(series.points) or min(errors) <= 0:
        return _Measured(change=NotEstimable(reason=Reason.NO_INTERVAL))
    values = [value for value, _, _ in series.points]
    if len(values) <= BASELINE:
        return _Measured(change=_contrast(series.quarters, values, errors, series.now))
    chart = control(values, errors)
    change = _z_estimate(values[-1] - chart.mean, chart.se, series.now, "deviation from the first seven waves, z")
    return _Measured(change=change, chart=chart)


def _contrast(quarters: Sequence[int], values: Sequence[float], errors: Sequence[float], now: Estimate) -> Estimate:
    span = quarters[-1] - quarters[0]
    middle = sum(quarters) / len(quarters)
    c = [quarter - middle for quarter in quarters]
    squares = sum(each * each for each in c)
    # With two waves c = ∓ span/2, so b × span is q₂ - q₁ and its se √(e₁² + e₂²): one formula serves both rows.
    value = span * sum(each * q for each, q in zip(c, values, strict=True)) / squares
    se = span * math.sqrt(sum((each * e) ** 2 for each, e in zip(c, errors, strict=True))) / squares
    method = "difference of waves, z" if len(values) == 2 else "contrast of waves over the span, z"
    return _z_estimate(value, se, now, method)


def _z_estimate(value: float, se: float, now: Estimate, method: str) -> Estimate:
    wide, narrow = z_quantile(0.95) * se, z_quantile(0.90) * se
    return Estimate(
        value=value,
        lo95=value - wide,
        hi95=value + wide,
        lo90=value - narrow,
        hi90=value + narrow,
        se=se,
        df=now.df,
        n=now.n,
        m=now.m,
        estimand=Estimand.PROCESS,
        method=method,
    )


def _is_quiet(chart: ControlChart | None) -> bool:
    """Return whether there is a chart and it signals nothing, so that no direction may be worded."""
    return chart is not None and chart.signal is Signal.NONE


def _p(estimate: Estimate) -> float:
    """Return the two-sided normal p value."""
    return math.erfc(abs(estimate.value / estimate.se) / math.sqrt(2))
