"""From the eighth wave on: a series' usual level and range as printed, and what may be said of this wave (S-37, R-11).

Belongs here: the three figures of a control chart and the code of its sentence. Does not: the chart's arithmetic
(scoring), the change itself (change), a drawing of the chart.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from assess.reports import rounding
from assess.reports.blocks.page import DIFFERENCE, figure_id
from assess.reports.facts import Figure, Number, ReleasedFigure
from assess.reports.findings import Code
from assess.scoring.intervals import z_quantile
from assess.scoring.results import ControlChart, Estimand, Signal

BLOCK: Final = "change"

_TENTH: Final = Decimal("0.1")

_STATED: Final = {
    Signal.NONE: (Code.CHANGE_INSIDE, "none"),
    Signal.ABOVE: (Code.CHANGE_OUTSIDE, "above"),
    Signal.BELOW: (Code.CHANGE_OUTSIDE, "below"),
    Signal.DRIFT_UP: (Code.CHANGE_DRIFT, "above"),
    Signal.DRIFT_DOWN: (Code.CHANGE_DRIFT, "below"),
}


def level(subject: str, scope: str) -> str:
    """Return the id of the mean of the first seven comparable waves."""
    return figure_id(BLOCK, subject, "usual", scope)


def low(subject: str, scope: str) -> str:
    """Return the id of the lower limit of this wave."""
    return figure_id(BLOCK, subject, "usual_low", scope)


def high(subject: str, scope: str) -> str:
    """Return the id of the upper limit of this wave."""
    return figure_id(BLOCK, subject, "usual_high", scope)


def slots(subject: str, scope: str) -> dict[str, str]:
    """Return the slots of the sentences with the ids that fill them."""
    return {"usual": level(subject, scope), "usual_low": low(subject, scope), "usual_high": high(subject, scope)}


def stated(chart: ControlChart) -> tuple[Code, str]:
    """Return the code of what the chart says, and which way: above, below or none."""
    return _STATED[chart.signal]


def figures(subject: str, scope: str, chart: ControlChart, now: Figure) -> Mapping[str, Figure]:
    """Return usual level and range; `now` is this wave's value as printed.

    The range is printed so that the words agree with the numbers (R-5, R-53): a wave outside it is printed outside it.
    """
    ends = (-100.0, 100.0) if scope == DIFFERENCE else (0.0, 100.0)
    printed = Decimal(str(now.value)) if isinstance(now, ReleasedFigure) else None
    bounds = {
        low(subject, scope): (chart.low, -1, chart.signal is Signal.BELOW),
        high(subject, scope): (chart.high, 1, chart.signal is Signal.ABOVE),
    }
    return {level(subject, scope): _level(chart, ends)} | {
        id_: ReleasedFigure(value=_limit(_held(limit, ends), printed, way, crossed=crossed), unit="points")
        for id_, (limit, way, crossed) in bounds.items()
    }


def _level(chart: ControlChart, ends: tuple[float, float]) -> ReleasedFigure:
    """Return the baseline's mean with its own interval."""
    error = chart.error * chart.inflation
    limits = {
        f"{end}{level_}": rounding.rounded(_held(chart.mean + way * z_quantile(level_ / 100) * error, ends))
        for level_ in (95, 90)
        for end, way in (("lo", -1), ("hi", 1))
    }
    return ReleasedFigure(value=rounding.rounded(chart.mean), **limits, unit="points", estimand=Estimand.PROCESS.value)


def _held(value: float, ends: tuple[float, float]) -> float:
    return min(max(value, ends[0]), ends[1])


def _limit(limit: float, printed: Decimal | None, way: int, *, crossed: bool) -> Number:
    """Return a limit whole, else in tenths, else a tenth beside the printed value, on the side where it truly lies."""
    whole = rounding.rounded(limit)
    if printed is None:
        return whole
    beside = rounding.written(printed - way * _TENTH if crossed else printed)
    candidates = (whole, rounding.rounded(limit, (float(printed),)), beside)
    return next(each for each in candidates if (way * (printed - Decimal(str(each))) > 0) is crossed)
