"""Where the names of points stand in the mirror's squares: eight places round each, else numbers (R-25)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from assess.i18n import number
from assess.reports.charts import fonts, svg, tokens
from assess.reports.charts.marks import Axis
from assess.reports.charts.svg import Element
from assess.reports.facts import ReleasedFigure

REACH: Final = 5.0
"""How far a mark reaches from its middle."""
ROOM: Final = 78.0
"""Widest line of a point's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """One side's square: both axes run from 0 to 100."""

    side: int
    x: Axis
    y: Axis


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A topic in a square: what the other answered, what this side expected, and the topic's name."""

    name: str
    answered: ReleasedFigure
    expected: ReleasedFigure


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle that a label or a mark takes up."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Return whether two boxes share any of their area."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def names(sq: Square, points: Sequence[Point], margin: float | None, *, crowded: bool = False) -> list[Element] | None:
    """Return every point's name in one of eight places round it, or None when one finds no free place.

    `crowded`: take the place with the fewest collisions instead of giving up.
    """
    centres = [(sq.x.at(p.answered.value), sq.y.at(p.expected.value)) for p in points]
    taken = [Box(left=x - REACH, top=y - REACH, right=x + REACH, bottom=y + REACH) for x, y in centres]
    left, right, top, bottom = sq.x.left, sq.x.right, sq.y.right, sq.y.left
    taken += [
        Box(left=left, top=top, right=left + 76, bottom=top + 17),
        Box(left=right - 70, top=bottom - 17, right=right, bottom=bottom),
    ]
    drawn: list[Element] = []
    for (x, y), point in zip(centres, points, strict=True):
        lines = fonts.wrap(point.name, tokens.SMALL, ROOM, lines=2)
        w, h = max(fonts.width(line, tokens.SMALL) for line in lines), 10.5 * len(lines)
        inside = [
            (box, anchor)
            for box, anchor in _places(x, y, w, h)
            if left + 2 <= box.left and box.right <= right - 2 and top + 2 <= box.top and box.bottom <= bottom - 2
        ]
        free = [place for place in inside if not any(place[0].meets(other) for other in taken)]
        if not free and not (crowded and inside):
            return None
        box, anchor = min(
            free or inside,
            key=lambda place: (sum(place[0].meets(other) for other in taken), _crossings(sq, place[0], margin)),
        )
        taken.append(box)
        drawn += _lines(lines, box, anchor)
    return drawn


def _crossings(sq: Square, box: Box, margin: float | None) -> int:
    """Return how many slanting lines a label would lie across: the diagonal, the edges of the band."""
    scale = (sq.x.right - sq.x.left) / 100
    offsets = (0.0,) if margin is None else (-margin, 0.0, margin)
    # A slanting line is where up minus right is its offset: over a box that is largest at its upper left corner.
    high = (sq.y.left - box.top) - (box.left - sq.x.left)
    low = (sq.y.left - box.bottom) - (box.right - sq.x.left)
    return sum(low < offset * scale < high for offset in offsets)


def _places(x: float, y: float, w: float, h: float) -> list[tuple[Box, svg.Anchor]]:
    """Return the eight places of a label: right, left, above, below, then the corners."""
    away = REACH + 1
    middle, over, under = y - h / 2, y - away - h, y + away
    found: list[tuple[float, float, svg.Anchor]] = [
        (x + away, middle, "start"),
        (x - away - w, middle, "end"),
        (x - w / 2, over, "middle"),
        (x - w / 2, under, "middle"),
        (x + 4, over + 2, "start"),
        (x + 4, under - 2, "start"),
        (x - 4 - w, over + 2, "end"),
        (x - 4 - w, under - 2, "end"),
    ]
    return [(Box(left=left, top=top, right=left + w, bottom=top + h), anchor) for left, top, anchor in found]


def _lines(lines: Sequence[str], box: Box, anchor: svg.Anchor) -> list[Element]:
    x = {"start": box.left, "middle": (box.left + box.right) / 2, "end": box.right}[anchor]
    return [svg.text(x, box.top + 8.4 + 10.5 * at, words, anchor=anchor) for at, words in enumerate(lines)]


def numbers(sq: Square, points: Sequence[Point], margin: float | None, locale: str) -> list[Element]:
    """Return the number of every point, as in the table, where it collides least."""
    labelled = [replace(point, name=number(at, locale)) for at, point in enumerate(points, start=1)]
    return names(sq, labelled, margin, crowded=True) or []
