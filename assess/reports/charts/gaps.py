"""The gap chart: both sides' scores on the left, the difference over its margin band on the right (R-24, R-25)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assess.i18n import percent
from assess.reports.charts import fonts, marks, svg, tokens
from assess.reports.charts.chart import Cell, Chart, Line, Table, finish
from assess.reports.charts.marks import Axis
from assess.reports.charts.source import Source, hidden, last_words, not_shown, released, shown
from assess.reports.charts.svg import Element
from assess.reports.facts import Figure, ReleasedFigure, Row

ROW: Final = 26.0
GROUP: Final = 20.0
TOP: Final = 34.0
NAMES: Final = 112.0
SCORES: Final = marks.scores(122, 242)
DIFFERENCES: Final = marks.differences(276, 396)
FIGURES: Final = 430.0
"""Right edge of the difference as a number; its interval ends at the edge of the chart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """How a verdict is drawn: width of the bar, dashes, bold figures (R-25)."""

    width: float
    dashes: str | None
    bold: bool


STROKES: Final = {
    2: Stroke(width=3, dashes=None, bold=True),
    3: Stroke(width=3, dashes=None, bold=False),
    4: Stroke(width=1.2, dashes=None, bold=False),
    5: Stroke(width=1.2, dashes=None, bold=False),
    6: Stroke(width=1.2, dashes=tokens.DASHES, bold=False),
    7: Stroke(width=1.2, dashes=tokens.DASHES, bold=False),
}


def draw(source: Source, rows: Sequence[Row], *, id_: str = "gaps", caption: str | None = None) -> Chart:
    """Return the gap chart of rows in their printed order, groups apart."""
    children: list[Element] = []
    y = TOP
    spans: list[tuple[float, float]] = []
    names = _group_names(source, rows)
    body: list[Element] = []
    for name, members in names:
        if name:
            body.append(svg.text(0, y + 13, name, fill=tokens.QUIET, face="bold"))
            y += GROUP
        spans.append((y, y + ROW * len(members)))
        for row in members:
            body += _row(source, row, y + ROW / 2)
            y += ROW
    bottom = y + 2
    children += _frame(source, rows, spans, bottom)
    children += body
    alt = (
        source.tr("Gap chart: {names}.", names=", ".join(source.name(row.subject) for row in shown(source, rows))),
        *(_spoken(source, row) for row in shown(source, rows)[:1]),
        *not_shown(source, rows),
        last_words(source),
    )
    return finish(kind="gaps", id_=id_, h=bottom + 14, alt=alt, children=children, table=table(source, rows, caption))


def table(source: Source, rows: Sequence[Row], caption: str | None = None) -> Table:
    """Return the figures of the gap chart (R-28), with the change of each gap where there is an earlier wave."""
    changed = any("change" in row.figures for row in rows)
    lines = tuple(
        Line(
            head=Cell(text=source.name(row.subject)),
            withheld=source.withheld if hidden(source, row) else None,
            group=name or None,
            cells=() if hidden(source, row) else _cells(source, row, changed=changed),
        )
        for name, members in _group_names(source, rows)
        for row in members
    )
    columns = (
        *(Cell(text=source.short(index), side=index, kind="number") for index in range(len(source.sides))),
        Cell(text=source.tr("Difference"), kind="number"),
        Cell(text=source.tr("Interval, {level}", level=percent(95, source.locale)), kind="number"),
        *((Cell(text=source.tr("Change of the gap"), kind="number"),) if changed else ()),
        Cell(text=source.tr("What may be said")),
    )
    return Table(caption=caption or source.tr("Scores of each team and their difference"), columns=columns, lines=lines)


def bar(axis: Axis, figure: ReleasedFigure, y: float) -> list[Element]:
    """Return a difference with its 95 % bar, drawn by its verdict; arrowheads where it leaves the axis."""
    stroke = STROKES[figure.verdict or 7]
    x = axis.at(figure.value)
    drawn: list[Element] = []
    if figure.lo95 is not None and figure.hi95 is not None:
        low, high = axis.at(figure.lo95), axis.at(figure.hi95)
        drawn.append(svg.line(low, y, high, y, stroke=tokens.INK, width=stroke.width, dashes=stroke.dashes))
        if axis.beyond(figure.lo95):
            drawn.append(marks.arrowhead(low, y, right=False, fill=tokens.INK))
        if axis.beyond(figure.hi95):
            drawn.append(marks.arrowhead(high, y, right=True, fill=tokens.INK))
    if axis.beyond(figure.value):
        drawn.append(marks.arrowhead(x, y, right=svg.place(figure.value) > 0, fill=tokens.INK))
    else:
        drawn.append(svg.rect(x - 1.1, y - 6, 2.2, 12, fill=tokens.INK))
    return drawn


def _group_names(source: Source, rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Return the groups in the order in which they first appear, each with its printed name."""
    found: dict[str | None, list[Row]] = {}
    for row in rows:
        found.setdefault(row.group, []).append(row)
    printed = {"headline": source.tr("Headline scales"), "exploratory": source.tr("Also looked at"), None: ""}
    named = len(found) > 1
    return [(printed.get(group, "") if named else "", members) for group, members in found.items()]


def _frame(source: Source, rows: Sequence[Row], spans: Sequence[tuple[float, float]], bottom: float) -> list[Element]:
    top = spans[0][0] - 3
    margin = next(
        (f.margin for row in rows if (f := released(source.role(row, "gap"))) is not None and f.margin is not None),
        None,
    )
    higher = [source.tr("{side} higher", side=source.short(index)) for index in range(2)]
    middle = DIFFERENCES.at(0)
    return [
        *marks.legend(source, SCORES.left - marks.RADIUS, 12),
        svg.text(DIFFERENCES.left, 12, source.tr("Difference"), face="bold"),
        svg.text(middle - 5, 25, _fit(f"← {higher[1]}", middle - 5 - SCORES.right), fill=tokens.QUIET, anchor="end"),
        svg.text(middle + 5, 25, _fit(f"{higher[0]} →", tokens.WIDTH - middle - 5), fill=tokens.QUIET),
        *(marks.band(DIFFERENCES, margin, top, bottom) if margin is not None else ()),
        *marks.grid(SCORES, top, bottom, source.locale),
        *marks.grid(DIFFERENCES, top, bottom, source.locale, sign=True, strong=0),
    ]


def _fit(words: str, room: float) -> str:
    return fonts.wrap(words, tokens.SMALL, room, lines=1)[0]


def _row(source: Source, row: Row, y: float) -> list[Element]:
    drawn = marks.label(source.name(row.subject), y, NAMES)
    if hidden(source, row):
        return [*drawn, *marks.placeholder(source, SCORES.left, y - 9, tokens.WIDTH, 18)]
    for index, figure in enumerate(source.of_sides(row)):
        height = y + (-marks.OFFSET if index == 0 else marks.OFFSET)
        if (number := released(figure)) is not None:
            drawn += marks.whisker(index, SCORES, number, height)
            drawn.append(marks.mark(index, SCORES.at(number.value), height))
        elif figure is not None:
            drawn.append(_coded_side(source, index, figure, height))
    gap = source.role(row, "gap")
    if (number := released(gap)) is not None:
        drawn += bar(DIFFERENCES, number, y)
    return [*drawn, *_figures(source, gap, y)]


def _coded_side(source: Source, index: int, figure: Figure, y: float) -> Element:
    """Return a coded mean as words at the end of the axis where it lies."""
    words = source.value(figure)
    low = "≤" in words
    return svg.text(
        SCORES.left if low else SCORES.right,
        y + 3.2,
        words,
        fill=tokens.SIDE_TEXT[index],
        anchor="start" if low else "end",
    )


def _figures(source: Source, gap: Figure | None, y: float) -> list[Element]:
    number = released(gap)
    if number is None:
        return [svg.text(tokens.WIDTH, y + 3.2, source.signed(gap), fill=tokens.QUIET, anchor="end")]
    face: fonts.Face = "bold" if STROKES[number.verdict or 7].bold else "regular"
    return [
        svg.text(FIGURES, y + 3.2, source.signed(gap), size=tokens.TEXT, face=face, anchor="end"),
        svg.text(tokens.WIDTH, y + 3.2, source.interval(gap), face=face, fill=tokens.QUIET, anchor="end"),
    ]


def _cells(source: Source, row: Row, *, changed: bool) -> tuple[Cell, ...]:
    gap = source.role(row, "gap")
    change = source.role(row, "change")
    cells = [Cell(text=source.cell(figure), kind="number") for figure in source.of_sides(row)]
    cells += [
        Cell(text=source.signed_cell(gap), kind="number"),
        Cell(text=source.interval(gap), kind="number"),
    ]
    if changed:
        ends = () if released(change) is None else (source.interval(change),)
        cells.append(Cell(text=source.signed_cell(change), kind="number", notes=ends))
    return (*cells, source.judged(gap))


def _spoken(source: Source, row: Row) -> str:
    """Return a row as one sentence for an alt text: names, scores, difference, interval, verdict."""
    gap = source.role(row, "gap")
    scores = [source.beside(index, source.value(figure)) for index, figure in enumerate(source.of_sides(row)) if figure]
    return source.tr(
        "{name}: {scores}; difference {gap} {interval}, {verdict}.",
        name=source.name(row.subject),
        scores=", ".join(scores),
        gap=source.signed(gap),
        interval=source.interval(gap),
        verdict=source.verdict(gap).lower(),
    )
