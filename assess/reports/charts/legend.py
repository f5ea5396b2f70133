"""The gap row explained: one row of the gap chart, larger, each of its parts with a number (R-15, reading page)."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from assess.i18n import number
from assess.reports.charts import gaps, marks, svg, tokens
from assess.reports.charts.chart import Chart, finish
from assess.reports.charts.source import Source, last_words, released
from assess.reports.charts.svg import Element
from assess.reports.facts import Row

TOP: Final = 50.0
BOTTOM: Final = 102.0
MIDDLE: Final = 75.0
SCORES: Final = marks.scores(96, 232)
DIFFERENCES: Final = marks.differences(262, 392)


def draw(source: Source, row: Row, *, id_: str = "reading") -> Chart:
    """Return the annotated gap row of the lead scale."""
    gap = released(source.role(row, "gap"))
    children: list[Element] = []
    if gap is not None and gap.margin is not None:
        children += marks.band(DIFFERENCES, gap.margin, TOP, BOTTOM)
    children += marks.grid(SCORES, TOP, BOTTOM, source.locale)
    children += marks.grid(DIFFERENCES, TOP, BOTTOM, source.locale, sign=True, strong=0)
    children += marks.legend(source, SCORES.left - marks.RADIUS, 12)
    children.append(svg.text(DIFFERENCES.left, 12, source.tr("Difference"), face="bold"))
    children += marks.label(source.name(row.subject), MIDDLE, 88, bold=True)
    for index, figure in enumerate(source.of_sides(row)):
        y = MIDDLE + (-9 if index == 0 else 9)
        if (value := released(figure)) is not None:
            children += marks.whisker(index, SCORES, value, y)
            children.append(marks.mark(index, SCORES.at(value.value), y, radius=5))
    words = source.signed(source.role(row, "gap"))
    children += [
        svg.text(428, MIDDLE + 4, words, size=13, face="serif", anchor="end"),
        svg.text(tokens.WIDTH, MIDDLE + 3.5, source.interval(source.role(row, "gap")), fill=tokens.QUIET, anchor="end"),
    ]
    if gap is not None:
        children += gaps.bar(DIFFERENCES, gap, MIDDLE)
    children += _callouts(source, row)
    alt = (
        source.tr("One row of the gap chart, its parts numbered."),
        last_words(source),
    )
    return finish(kind="reading", id_=id_, h=BOTTOM + 16, alt=alt, children=children, table=gaps.table(source, (row,)))


def _callouts(source: Source, row: Row) -> list[Element]:
    """Return numbered signs above the parts: score, interval, difference, its bar, margin band, figures."""
    first = released(source.of_sides(row)[0])
    gap = released(source.role(row, "gap"))
    places: list[tuple[float, float]] = []
    if first is not None:
        places.append((SCORES.at(first.value), MIDDLE - 14))
        places.append((SCORES.at(first.hi95 if first.hi95 is not None else first.value), MIDDLE - 9))
    if gap is not None:
        places.append((DIFFERENCES.at(gap.value), MIDDLE - 7))
        places.append((DIFFERENCES.at(gap.hi95 if gap.hi95 is not None else gap.value), MIDDLE - 2))
    if gap is not None and gap.margin is not None:
        away = -svg.place(gap.margin) if svg.place(gap.value) > 0 else svg.place(gap.margin)
        places.append((DIFFERENCES.at(away), TOP))
    drawn: list[Element] = []
    for at, (x, y) in enumerate(_apart(places), start=1):
        top = 32.0
        drawn += [
            svg.line(x, top + 7, places[at - 1][0], y, stroke=tokens.FRAME, width=0.6),
            svg.element("circle", cx=x, cy=top, r=7.5, fill=tokens.INK),
            svg.text(x, top + 3.2, number(at, source.locale), face="bold", fill=tokens.PAPER, anchor="middle"),
        ]
    return drawn


def _apart(places: list[tuple[float, float]], least: float = 19.0) -> list[tuple[float, float]]:
    """Return the places moved sideways until their signs no longer touch, in the order given."""
    order = sorted(range(len(places)), key=lambda at: places[at][0])
    moved = dict(enumerate(places))
    for before, after in pairwise(order):
        if moved[after][0] - moved[before][0] < least:
            moved[after] = (moved[before][0] + least, moved[after][1])
    return [moved[at] for at in range(len(places))]
