"""What all charts share: axes, side marks with whiskers, margin bands, placeholders, legends (R-24, R-25, R-26)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assess.i18n import number
from assess.reports.charts import fonts, svg, tokens
from assess.reports.charts.source import Source
from assess.reports.charts.svg import Element
from assess.reports.facts import Number, ReleasedFigure

RADIUS: Final = 4.0
"""Half the width of a mark; the diamond reaches a little further, to look as large as the disc."""
OFFSET: Final = 5.0
"""Marks of the two sides stand this far above and below the middle of their row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A fixed linear axis: printed numbers from `low` to `high` lie between `left` and `right` (R-24)."""

    low: float
    high: float
    left: float
    right: float
    ticks: tuple[int, ...]

    def at(self, value: Number | float) -> float:
        """Return the coordinate of a printed number; ends of intervals past the axis stop at its edge."""
        inside = min(max(svg.place(value), self.low), self.high)
        return self.left + (inside - self.low) / (self.high - self.low) * (self.right - self.left)

    def beyond(self, value: Number) -> bool:
        """Return whether a number lies outside the axis, to be marked with an arrowhead."""
        return not self.low <= svg.place(value) <= self.high


def scores(left: float, right: float) -> Axis:
    """Return the axis of scores: 0 to 100, ticks every 25."""
    return Axis(low=0, high=100, left=left, right=right, ticks=(0, 25, 50, 75, 100))


def differences(left: float, right: float) -> Axis:
    """Return the axis of gaps and changes: -50 to +50 with a zero line."""
    return Axis(low=-50, high=50, left=left, right=right, ticks=(-50, -25, 0, 25, 50))


def grid(
    axis: Axis, top: float, bottom: float, locale: str, *, sign: bool = False, strong: int | None = None
) -> list[Element]:
    """Return the vertical lines of an axis with its tick labels below."""
    drawn: list[Element] = []
    for tick in axis.ticks:
        x = axis.at(tick)
        stroke = tokens.FRAME if tick == strong else tokens.GRID
        drawn.append(svg.line(x, top, x, bottom, stroke=stroke, width=0.75))
        label = number(tick, locale, signed=sign)
        drawn.append(svg.text(x, bottom + 11, label, fill=tokens.QUIET, anchor="middle"))
    return drawn


def band(axis: Axis, margin: Number, top: float, bottom: float) -> list[Element]:
    """Return the margin band: within it a difference is too small to act on (R-24)."""
    low, high = axis.at(-svg.place(margin)), axis.at(margin)
    edges = [svg.line(x, top, x, bottom, stroke=tokens.FRAME, width=0.6, dashes="2 2") for x in (low, high)]
    return [svg.rect(low, top, high - low, bottom - top, fill=tokens.BAND), *edges]


def mark(side: int, x: float, y: float, *, hollow: bool = False, radius: float = RADIUS) -> Element:
    """Return a side's mark: ● first, ◆ second; hollow for an earlier wave (R-25)."""
    colour = tokens.SIDE_MARKS[side]
    fill = tokens.PAPER if hollow else colour
    stroke, width = (colour, 1.1) if hollow else (None, None)
    if side == 0:
        return svg.element("circle", cx=x, cy=y, r=radius, fill=fill, stroke=stroke, stroke_width=width)
    reach = radius * 1.25
    corners = ((x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y))
    return svg.polygon(corners, fill=fill, stroke=stroke, stroke_width=width)


def whisker(side: int, axis: Axis, figure: ReleasedFigure, y: float) -> list[Element]:
    """Return a side's 95 % interval, solid or dashed by side; nothing where policy gives none (R-30)."""
    if figure.lo95 is None or figure.hi95 is None:
        return []
    low, high = axis.at(figure.lo95), axis.at(figure.hi95)
    dashes = None if side == 0 else tokens.DASHES
    return [svg.line(low, y, high, y, stroke=tokens.SIDE_MARKS[side], width=1.2, dashes=dashes)]


def placeholder(source: Source, left: float, top: float, right: float, height: float) -> list[Element]:
    """Return the dashed frame and words of a withheld row, alike whatever the cause (R-26)."""
    return [
        svg.rect(left, top, right - left, height, stroke=tokens.FRAME, width=0.75, dashes="3 3", fill=tokens.PAPER),
        svg.text(left + 8, top + height / 2 + 3.2, source.withheld, face="italic", fill=tokens.QUIET),
    ]


def label(words: str, y: float, room: float, *, x: float = 0, bold: bool = False) -> list[Element]:
    """Return a row's name, broken over at most two lines around the row's middle."""
    face: fonts.Face = "bold" if bold else "regular"
    lines = fonts.wrap(words, tokens.TEXT, room, face=face, lines=2)
    first = y + 3.2 - (len(lines) - 1) * 5.5
    return [svg.text(x, first + 11 * index, line, size=tokens.TEXT, face=face) for index, line in enumerate(lines)]


def legend(source: Source, x: float, y: float, *, extra: Sequence[tuple[Element, str]] = ()) -> list[Element]:
    """Return direct names of the two marks on one line, then other signs with their words."""
    drawn: list[Element] = []
    for index in range(len(source.sides)):
        name = source.short(index)
        drawn += [
            mark(index, x + RADIUS, y - 3.2),
            svg.text(x + 13, y, name, face="bold", fill=tokens.SIDE_TEXT[index]),
        ]
        x += 13 + fonts.width(name, tokens.SMALL, "bold") + 14
    for sign, words in extra:
        drawn += [
            svg.group([sign], transform=f"translate({svg.coordinate(x)} {svg.coordinate(y - 3.2)})"),
            svg.text(x + 14, y, words, fill=tokens.QUIET),
        ]
        x += 14 + fonts.width(words, tokens.SMALL) + 14
    return drawn


def arrowhead(x: float, y: float, *, right: bool, fill: str) -> Element:
    """Return the sign that a bar goes on past its axis (R-24)."""
    reach = 5 if right else -5
    return svg.polygon(((x + reach, y), (x, y - 4), (x, y + 4)), fill=fill)
