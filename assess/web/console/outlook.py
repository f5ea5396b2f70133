"""What a consultant is told of participation: the forecast before opening (U-46), the bands of an open wave (U-44).

Belongs here: words. Does not: the probability (`disclosure.forecast`), the bands (`surveys.participation`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assess.disclosure import forecast
from assess.disclosure.policy import Policy
from assess.i18n import number
from assess.instruments.model import SideText
from assess.surveys.participation import Band, Measured, steps
from assess.web.console.request import _, locale


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """`sections`: what, and its chance; `small`: a sentence for every side that may keep scores from being shown."""

    rate: str
    sections: tuple[tuple[str, str], ...]
    small: tuple[str, ...]
    warned: bool


def outlook(people: Mapping[str, int], sides: Mapping[str, SideText], policy: Policy, rate: float | None) -> Outlook:
    """Return the forecast of a draft; `rate` is that of the last wave, None if there is none."""
    expected = forecast.USUAL_RATE if rate is None else rate
    floors = (
        (_("Scores"), policy.floor_scale),
        (_("Single statements"), policy.floor_item),
        (_("Comments"), policy.floor_comments),
    )
    percent = number(round(100 * expected), locale())
    told = (
        _("If {percent} % answer, as is usual:", percent=percent)
        if rate is None
        else _("If {percent} % answer, as in the last wave:", percent=percent)
    )
    small = [side for side, n in people.items() if forecast.chance(n, policy.floor_scale, expected) < forecast.WARNED]
    return Outlook(
        rate=told,
        sections=tuple((what, chance(forecast.both(people.values(), floor, expected))) for what, floor in floors),
        small=tuple(_small(sides[side].short, people[side], policy, expected) for side in small),
        warned=forecast.both(people.values(), policy.floor_scale, expected) < forecast.WARNED,
    )


def chance(probability: float) -> str:
    """Return a chance in words that never say "certain"."""
    if probability == 0:
        return _("no chance")
    if probability < 0.005:
        return _("less than 1 % chance")
    if probability >= 0.995:
        return _("more than 99 % chance")
    return _("{percent} % chance", percent=number(round(100 * probability), locale()))


def bands(people: Mapping[str, int], measured: Mapping[str, Measured]) -> dict[str, str]:
    """Return the band of every side in words."""
    return {side: _band(n, measured.get(side)) for side, n in people.items()}


def _band(people: int, measured: Measured | None) -> str:
    if steps(people) == 0:
        return _("not shown for teams this small")
    if measured is None:
        return _("not measured yet")
    return _words(measured.band)


def _words(band: Band) -> str:
    low, high = number(band.low, locale()), number(band.high or 0, locale())
    if band == Band(low=0, high=50):
        return _("under half")
    if band == Band(low=50, high=None):
        return _("half or more")
    if band.high is None:
        return _("{low} % or more", low=low)
    if band.low == 0:
        return _("under {high} %", high=high)
    return _("{low} % to under {high} %", low=low, high=high)


def _small(side: str, people: int, policy: Policy, rate: float) -> str:
    scores, items = (chance(forecast.chance(people, floor, rate)) for floor in (policy.floor_scale, policy.floor_item))
    return _(
        "{side} has {people} people: {scores} that scores can be shown, {items} for single statements. Merge teams, "
        "widen the roster or hold a facilitated session.",
        side=side,
        people=number(people, locale()),
        scores=scores,
        items=items,
    )
