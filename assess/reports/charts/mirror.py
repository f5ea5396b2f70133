"""The mirror: two squares, what a side expected against what the other answered (R-25, S-33).

On the diagonal a side sees the other rightly; above it, it expected better answers than were given, below it worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assess.i18n import number
from assess.reports.charts import marks, places, svg, tokens
from assess.reports.charts.chart import Cell, Chart, Line, Table, finish
from assess.reports.charts.places import Point, Square
from assess.reports.charts.source import Source, hidden, last_words, not_shown, released, shown
from assess.reports.charts.svg import Element
from assess.reports.facts import Figure, Row

SIZE: Final = 150.0
TOP: Final = 34.0
LEFTS: Final = (50.0, 308.0)
POINTS: Final = 8


def draw(source: Source, rows: Sequence[Row], *, id_: str = "mirror") -> Chart:
    """Return both squares; names stand beside the points where all fit, else every point is numbered."""
    visible = shown(source, rows)[:POINTS]
    squares = [square(index) for index in range(2)]
    points = [_points(source, visible, index) for index in range(2)]
    margin = _margin(source, visible)
    placed = [places.names(sq, pts, margin) for sq, pts in zip(squares, points, strict=True)]
    names: list[list[Element]] = (
        [list(labels) for labels in placed if labels is not None]
        if all(labels is not None for labels in placed)
        else [places.numbers(sq, pts, margin, source.locale) for sq, pts in zip(squares, points, strict=True)]
    )
    numbered = any(labels is None for labels in placed)
    children: list[Element] = []
    for sq, pts, labels in zip(squares, points, names, strict=True):
        children += _frame(source, sq, visible)
        children += [part for point in pts for part in _cross(sq, point)]
        children += [marks.mark(sq.side, sq.x.at(p.answered.value), sq.y.at(p.expected.value)) for p in pts]
        children += labels
    bottom = TOP + SIZE + 26
    hidden_rows = [row for row in rows if hidden(source, row)]
    for index, row in enumerate(hidden_rows):
        children += marks.label(source.name(row.subject), bottom + 12 + 24 * index, 120)
        children += marks.placeholder(source, 128, bottom + 3 + 24 * index, tokens.WIDTH, 18)
    alt = (
        source.tr("Mirror, two squares: what each team expected against what the other answered."),
        *(_spoken(source, row) for row in visible[:1]),
        *not_shown(source, rows),
        last_words(source),
    )
    h = bottom + 24 * len(hidden_rows)
    return finish(kind="mirror", id_=id_, h=h, alt=alt, children=children, table=table(source, rows, numbered=numbered))


def square(index: int) -> Square:
    """Return the square of a side: 0 left, 1 right; the vertical axis points up."""
    left = LEFTS[index]
    return Square(
        side=index,
        x=marks.scores(left, left + SIZE),
        y=marks.scores(TOP + SIZE, TOP),
    )


def table(source: Source, rows: Sequence[Row], *, numbered: bool = False) -> Table:
    """Return own answers and expectations of both sides by topic, the errors below them, and the label."""
    order = {row.subject: at for at, row in enumerate(shown(source, rows), start=1)}
    lines = tuple(
        Line(
            head=Cell(
                text=(f"{number(order[row.subject], source.locale)}. " if numbered and row.subject in order else "")
                + source.name(row.subject)
            ),
            withheld=source.withheld if hidden(source, row) else None,
            cells=() if hidden(source, row) else _cells(source, row),
        )
        for row in rows
    )
    columns: list[Cell] = []
    for index in range(2):
        pair = {"side": source.short(index), "other": source.short(1 - index)}
        columns += [
            Cell(text=source.tr("{other} answered", **pair), side=1 - index, kind="number"),
            Cell(text=source.tr("{side} expected", **pair), side=index, kind="number"),
        ]
    return Table(
        caption=source.tr("What each team answered and what the other expected; the error of the guess below it"),
        columns=(*columns, Cell(text=source.tr("What it is"))),
        lines=lines,
        class_="mirror",
    )


def pair(source: Source, row: Row, index: int) -> tuple[Figure | None, Figure | None]:
    """Return what the other side answered and what this side expected, for a topic or for the mirror scale."""
    side, other = source.sides[index].code, source.sides[1 - index].code
    answered = source.role(row, f"answered_{side}") or source.role(row, f"own_{other}")
    return answered, source.role(row, f"expected_{side}")


def _points(source: Source, rows: Sequence[Row], index: int) -> list[Point]:
    found = []
    for row in rows:
        answered, expected = (released(figure) for figure in pair(source, row, index))
        if answered is not None and expected is not None:
            found.append(Point(name=source.name(row.subject), answered=answered, expected=expected))
    return found


def _frame(source: Source, sq: Square, rows: Sequence[Row]) -> list[Element]:
    side, other = source.short(sq.side), source.short(1 - sq.side)
    left, right, top, bottom = sq.x.left, sq.x.right, sq.y.right, sq.y.left
    margin = _margin(source, rows)
    drawn = [
        marks.mark(sq.side, left + marks.RADIUS, 8.5),
        svg.text(
            left + 14,
            12,
            source.tr("{side} looks at {other}", side=side, other=other),
            face="bold",
            fill=tokens.SIDE_TEXT[sq.side],
            size=tokens.HEAD,
        ),
        svg.text(left, top - 5, source.tr("↑ {side} expected", side=side), fill=tokens.QUIET),
        svg.text(right, bottom + 23, source.tr("{other} answered →", other=other), fill=tokens.QUIET, anchor="end"),
    ]
    for tick in sq.x.ticks:
        x, y = sq.x.at(tick), sq.y.at(tick)
        drawn += [
            svg.line(x, top, x, bottom, stroke=tokens.GRID, width=0.6),
            svg.line(left, y, right, y, stroke=tokens.GRID, width=0.6),
            svg.text(x, bottom + 11, number(tick, source.locale), fill=tokens.QUIET, anchor="middle"),
            svg.text(left - 5, y + 3.2, number(tick, source.locale), fill=tokens.QUIET, anchor="end"),
        ]
    if margin is not None:
        drawn.insert(0, _band(sq, margin))
        drawn += _band_edges(sq, margin)
    drawn.append(svg.line(left, bottom, right, top, stroke=tokens.FRAME, width=0.9))
    better, worse = source.tr("expected higher"), source.tr("expected lower")
    return [
        *drawn,
        svg.text(left + 6, top + 13, better, face="italic", fill=tokens.QUIET),
        svg.text(right - 6, bottom - 7, worse, face="italic", fill=tokens.QUIET, anchor="end"),
    ]


def _margin(source: Source, rows: Sequence[Row]) -> float | None:
    """Return the margin printed with an error of guessing: half the width of the band round the diagonal."""
    for row in rows:
        for side in source.sides:
            error = released(source.role(row, f"error_{side.code}"))
            if error is not None and error.margin is not None and "gap" in row.figures:
                return svg.place(error.margin)
    margin = source.facts.provenance.get("policy")
    item = margin.get("margin_item") if isinstance(margin, dict) else None
    return svg.place(item) if isinstance(item, str | int) else None


def _band(sq: Square, margin: float) -> Element:
    corners = ((0, 0), (margin, 0), (100, 100 - margin), (100, 100), (100 - margin, 100), (0, margin))
    return svg.polygon(((sq.x.at(x), sq.y.at(y)) for x, y in corners), fill=tokens.BAND)


def _band_edges(sq: Square, margin: float) -> list[Element]:
    ends = (((0, margin), (100 - margin, 100)), ((margin, 0), (100, 100 - margin)))
    return [
        svg.line(sq.x.at(x1), sq.y.at(y1), sq.x.at(x2), sq.y.at(y2), stroke=tokens.FRAME, width=0.6, dashes="2 2")
        for (x1, y1), (x2, y2) in ends
    ]


def _cross(sq: Square, point: Point) -> list[Element]:
    """Return the interval cross of a point; nothing in the coarse classes, whose means have no interval (R-30)."""
    x, y = sq.x.at(point.answered.value), sq.y.at(point.expected.value)
    colour, dashes = tokens.SIDE_MARKS[sq.side], None if sq.side == 0 else tokens.DASHES
    drawn = []
    if point.answered.lo95 is not None and point.answered.hi95 is not None:
        low, high = sq.x.at(point.answered.lo95), sq.x.at(point.answered.hi95)
        drawn.append(svg.line(low, y, high, y, stroke=colour, width=0.9, dashes=dashes))
    if point.expected.lo95 is not None and point.expected.hi95 is not None:
        low, high = sq.y.at(point.expected.lo95), sq.y.at(point.expected.hi95)
        drawn.append(svg.line(x, low, x, high, stroke=colour, width=0.9, dashes=dashes))
    return drawn


def _cells(source: Source, row: Row) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for index, side in enumerate(source.sides):
        answered, expected = pair(source, row, index)
        error = source.role(row, f"error_{side.code}")
        notes = () if released(error) is None else (source.signed(error), source.interval(error))
        cells += [
            Cell(text=source.cell(answered), kind="number"),
            Cell(
                text=source.cell(expected),
                kind="number",
                notes=(" ".join(n for n in notes if n != "–"),) if notes else (),
            ),
        ]
    return (*cells, _label(source, row))


def _label(source: Source, row: Row) -> Cell:
    """Return the label of a topic; a topic without one prints each side's verdict on its own guess."""
    if row.label is not None:
        return Cell(text=source.label(row))
    said = {
        source.short(index): source.judged(source.role(row, f"error_{side.code}"), "error", exploratory=False).text
        for index, side in enumerate(source.sides)
        if f"error_{side.code}" in row.figures
    }
    if len(set(said.values())) == 1:
        return Cell(text=next(iter(said.values())))
    first, *others = (source.tr("{side}: {words}", side=side, words=words) for side, words in said.items())
    return Cell(text=first, notes=tuple(others))


def _spoken(source: Source, row: Row) -> str:
    parts = []
    for index in range(2):
        answered, expected = pair(source, row, index)
        parts.append(
            source.tr(
                "{side} expected {expected}, {other} answered {answered}",
                side=source.short(index),
                other=source.short(1 - index),
                expected=source.value(expected),
                answered=source.value(answered),
            )
        )
    return source.tr("{name}: {parts}.", name=source.name(row.subject), parts="; ".join(parts))
