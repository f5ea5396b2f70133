"""Rounding, once, on the way into facts (R-5), and the coarse coding of A-12 as printed numbers.

Belongs here: from an unrounded number to the integer, decimal text or code that every output prints. Does not: which
cuts decide a word (bands, blocks), or how a locale writes a number (typography).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Final

from assess.disclosure.policy import Code, Precision, coded_mean, coded_share, interval_step, outward
from assess.reports.facts import Number

_TENTH: Final = Decimal("0.1")
_NOISE: Final = 9
"""Decimals kept of a float before it is read as a decimal number: 62.49999999999999 is 62.5."""


def exact(value: float | Decimal) -> Decimal:
    """Return a float as the decimal number it stands for."""
    return value if isinstance(value, Decimal) else Decimal(repr(round(value, _NOISE)))


def written(value: Decimal) -> Number:
    """Return a decimal as JSON holds it: an integer, or its digits as text."""
    if value == value.to_integral_value():
        return int(value)
    return format(value.normalize(), "f")


def rounded(value: float | Decimal, cuts: Iterable[float] = ()) -> Number:
    """Return the printed number: whole, half away from zero; finer where a cut that decides a word needs it (R-5).

    If the whole number lies on or across a cut, one decimal is kept; if that lies on the cut still, the nearest tenth
    on the true side of the cut.
    """
    number, edges = exact(value), [exact(cut) for cut in cuts]
    whole = number.quantize(Decimal(1), ROUND_HALF_UP)
    if _same_side(whole, number, edges):
        return written(whole)
    tenth = number.quantize(_TENTH, ROUND_HALF_UP)
    for edge in edges:
        if not _same_side(tenth, number, [edge]):
            tenth = _beside(edge, above=number > edge)
    return written(tenth)


def coarse_mean(value: float, precision: Precision) -> Number | Code:
    """Return a side mean of a coarse class: whole POMP, or a code at the ends of a scale (A-12)."""
    coded = coded_mean(round(value, _NOISE), precision)
    if coded is None:
        raise ValueError("a mean at full precision is rounded, not coded")
    return coded


def coarse_share(percent: float) -> Number | Code:
    """Return a favourable share of the coarse item class: whole percent, coded at the ends (A-12)."""
    return coded_share(round(percent, _NOISE))


def ends(low: float, high: float, precision: Precision, cuts: Iterable[float] = ()) -> tuple[Number, Number]:
    """Return the printed ends of an interval: moved outward in the coarse classes, rounded by R-5 at full precision."""
    step = interval_step(precision)
    if step is None:
        edges = tuple(cuts)
        return rounded(low, edges), rounded(high, edges)
    first, last = outward(low, high, step)
    return int(first), int(last)


def inner(value: float, precision: Precision, cuts: Iterable[float] = ()) -> Number:
    """Return the printed value of an interval: whole in the coarse classes, rounded by R-5 at full precision."""
    return rounded(value) if interval_step(precision) is not None else rounded(value, cuts)


def fives(value: float, cuts: Iterable[float] = ()) -> int:
    """Return a tipping point to the nearest five points, on the true side of the cuts that name it (R-6)."""
    number = exact(value)
    five = 5 * (number / 5).quantize(Decimal(1), ROUND_HALF_UP)
    for cut in (exact(edge) for edge in cuts):
        if number < cut <= five:
            five = 5 * (number / 5).quantize(Decimal(1), ROUND_FLOOR)
        elif five <= cut < number:
            five = 5 * (number / 5).quantize(Decimal(1), ROUND_CEILING)
    return int(five)


def _same_side(printed: Decimal, number: Decimal, edges: Iterable[Decimal]) -> bool:
    return all((printed > edge) - (printed < edge) == (number > edge) - (number < edge) for edge in edges)


def _beside(edge: Decimal, *, above: bool) -> Decimal:
    """Return the tenth next to a cut, on the side named."""
    below = edge.quantize(_TENTH, ROUND_CEILING) - _TENTH
    over = edge.quantize(_TENTH, ROUND_FLOOR) + _TENTH
    return over if above else below
