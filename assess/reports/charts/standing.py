"""The theme strip: where each scale stands for both sides, the earlier wave hollow, band words beside (R-25, I-19).

A scale on which lower is better runs the other way round, so that good always lies to the right; it says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from assess.reports.charts import fonts, marks, svg, tokens
from assess.reports.charts.chart import Cell, Chart, Line, Table, finish
from assess.reports.charts.marks import Axis
from assess.reports.charts.source import Source, hidden, last_words, not_shown, released, shown
from assess.reports.charts.svg import Element
from assess.reports.facts import Row

ROW: Final = 38.0
TOP: Final = 44.0
NAMES: Final = 116.0
STRIP: Final = marks.scores(124, 376)
SCORE: Final = 404.0
WORDS: Final = 414.0
CUTS: Final = (0, 45, 60, 75, 100)
"""Band cuts of I-19 on a scale where higher is better; they mirror exactly."""
BANDS: Final = ("act", "watch", "sound", "strong")


def draw(source: Source, rows: Sequence[Row], *, id_: str = "standing") -> Chart:
    """Return the theme strip of rows in their printed order."""
    previous = any(role.startswith("previous_") for row in rows for role in row.figures)
    bottom = TOP + ROW * len(rows)
    children = [*_frame(source, bottom, previous=previous)]
    for index, row in enumerate(rows):
        children += _row(source, row, TOP + ROW * index + ROW / 2)
    visible = shown(source, rows)
    alt = (
        source.tr(
            "Theme strip, scores of both teams: {names}.", names=", ".join(source.name(r.subject) for r in visible)
        ),
        *(_spoken(source, row) for row in visible[:1]),
        *not_shown(source, rows),
        last_words(source),
    )
    return finish(kind="standing", id_=id_, h=bottom + 14, alt=alt, children=children, table=table(source, rows))


def mirrored(source: Source, subject: str) -> bool:
    """Return whether lower is better on a scale, so that its strip runs the other way."""
    return source.words.scales.get(subject, {}).get("high") == "bad"


def strip(source: Source, subject: str) -> Axis:
    """Return the axis of a scale's strip, mirrored where lower is better."""
    if not mirrored(source, subject):
        return STRIP
    return Axis(low=0, high=100, left=STRIP.right, right=STRIP.left, ticks=STRIP.ticks)


def table(source: Source, rows: Sequence[Row]) -> Table:
    """Return the figures of the strip: scores with their intervals, both teams together, and the band words."""
    lines = tuple(
        Line(
            head=Cell(text=source.name(row.subject)),
            withheld=source.withheld if hidden(source, row) else None,
            cells=() if hidden(source, row) else _cells(source, row),
        )
        for row in rows
    )
    columns = (
        *(Cell(text=source.short(index), side=index, kind="number") for index in range(len(source.sides))),
        Cell(text=source.tr("Both teams"), kind="number"),
        Cell(text=source.tr("Band")),
    )
    return Table(caption=source.tr("Scores and their bands"), columns=columns, lines=lines)


def _frame(source: Source, bottom: float, *, previous: bool) -> list[Element]:
    extra = [(marks.mark(0, 4, 0, hollow=True, radius=3.2), source.tr("hollow: the wave before"))] if previous else []
    drawn = marks.legend(source, STRIP.left - marks.RADIUS, 12, extra=extra)
    drawn.append(svg.text(WORDS, 12, source.tr("Both teams"), face="bold"))
    for index, (low, high) in enumerate(pairwise(CUTS)):
        left, right = STRIP.at(low), STRIP.at(high)
        if index % 2 == 1:
            drawn.append(svg.rect(left, TOP - 4, right - left, bottom - TOP + 4, fill=tokens.BAND))
    drawn += marks.grid(STRIP, TOP - 4, bottom, source.locale)
    return [*drawn, *_band_names(source)]


def _band_names(source: Source) -> list[Element]:
    """Return the band words over their zones, every other one a line higher where a word is wider than its zone."""
    zones = [(STRIP.at(low), STRIP.at(high)) for low, high in pairwise(CUTS)]
    words = [source.band((code,)) for code in BANDS]
    wide = any(
        fonts.width(word, tokens.SMALL) > right - left - 4 for word, (left, right) in zip(words, zones, strict=True)
    )
    return [
        svg.text(
            (left + right) / 2,
            TOP - 8 - (10 if wide and index == 1 else 0),
            word,
            fill=tokens.QUIET,
            anchor="middle",
        )
        for index, (word, (left, right)) in enumerate(zip(words, zones, strict=True))
    ]


def _row(source: Source, row: Row, y: float) -> list[Element]:
    name = source.name(row.subject)
    drawn = [svg.line(0, y + ROW / 2, tokens.WIDTH, y + ROW / 2, stroke=tokens.GRID, width=0.5)]
    lower = mirrored(source, row.subject)
    drawn += marks.label(name, y - (5 if lower else 0), NAMES, bold=True)
    if lower:
        words = fonts.wrap(source.tr("lower is better: axis turned"), tokens.SMALL, NAMES, face="italic", lines=1)[0]
        drawn.append(svg.text(0, y + 9, words, face="italic", fill=tokens.QUIET))
    if hidden(source, row):
        return [*drawn, *marks.placeholder(source, STRIP.left, y - 11, tokens.WIDTH, 22)]
    axis = strip(source, row.subject)
    drawn += _marks(source, row, axis, y)
    company = source.role(row, "company")
    if company is not None:
        drawn.append(svg.text(SCORE, y + 4.5, source.value(company), size=13, face="serif", anchor="end"))
    words = source.band(row.band.get("company", ()))
    lines = fonts.wrap(words, tokens.TEXT, tokens.WIDTH - WORDS, lines=2)
    first = y + 3.2 - (len(lines) - 1) * 5.5
    return [
        *drawn,
        *(svg.text(WORDS, first + 11 * at, words, size=tokens.TEXT) for at, words in enumerate(lines)),
    ]


def _marks(source: Source, row: Row, axis: Axis, y: float) -> list[Element]:
    drawn: list[Element] = []
    earlier = source.of_sides(row, "previous_")
    for index, figure in enumerate(source.of_sides(row)):
        height = y + (-6 if index == 0 else 6)
        before, now = released(earlier[index]), released(figure)
        if now is not None:
            drawn += marks.whisker(index, axis, now, height)
        if before is not None and now is not None:
            start, end = axis.at(before.value), axis.at(now.value)
            drawn.append(svg.line(start, height, end, height, stroke=tokens.SIDE_MARKS[index], width=0.6))
        if before is not None:
            drawn.append(marks.mark(index, axis.at(before.value), height, hollow=True, radius=3.2))
        if now is not None:
            drawn.append(marks.mark(index, axis.at(now.value), height))
        elif figure is not None:
            low = "≤" in (words := source.value(figure))
            x = axis.at(2 if low else 98)
            drawn.append(svg.text(x, height + 3.2, words, fill=tokens.SIDE_TEXT[index], anchor="middle"))
    return drawn


def _cells(source: Source, row: Row) -> tuple[Cell, ...]:
    cells = []
    for figure in (*source.of_sides(row), source.role(row, "company")):
        ends = () if released(figure) is None else (source.interval(figure),)
        cells.append(Cell(text=source.value(figure), kind="number", notes=tuple(end for end in ends if end != "–")))
    return (*cells, Cell(text=source.band(row.band.get("company", ()))))


def _spoken(source: Source, row: Row) -> str:
    scores = [source.beside(index, source.value(f)) for index, f in enumerate(source.of_sides(row)) if f]
    return source.tr(
        "{name}: {scores}; both teams {score}, {band}.",
        name=source.name(row.subject),
        scores=", ".join(scores),
        score=source.value(source.role(row, "company")),
        band=source.band(row.band.get("company", ())),
    )
