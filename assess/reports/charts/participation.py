"""Participation: how many of those invited answered, the whole first; earlier waves as hollow marks (R-25)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from assess.i18n import percent
from assess.reports.charts import marks, svg, tokens
from assess.reports.charts.chart import Cell, Chart, Line, Table, finish
from assess.reports.charts.source import Source, hidden, last_words, not_shown, released, shown
from assess.reports.charts.svg import Element
from assess.reports.facts import Row

ROW: Final = 32.0
TOP: Final = 8.0
LEFT: Final = 112.0
RIGHT: Final = 428.0
AXIS: Final = marks.Axis(low=0, high=100, left=LEFT, right=RIGHT, ticks=(0, 25, 50, 75, 100))
BAR: Final = 12.0
ROLES: Final = {"invited": "Invited", "answered": "Answered", "rate": "Rate"}
WAVE: Final = re.compile(r"wave_(\d+)")


def draw(source: Source, rows: Sequence[Row], *, id_: str = "participation") -> Chart:
    """Return the participation chart of the whole and each side."""
    bottom = TOP + ROW * len(rows)
    children: list[Element] = []
    for tick in AXIS.ticks:
        x = AXIS.at(tick)
        children.append(svg.line(x, TOP, x, bottom, stroke=tokens.GRID, width=0.75))
        label = percent(tick, source.locale)
        children.append(svg.text(x, bottom + 11, label, fill=tokens.QUIET, anchor="middle"))
    for index, row in enumerate(rows):
        children += _row(source, row, TOP + ROW * index + ROW / 2)
    visible = shown(source, rows)
    alt = (
        source.tr("Participation bars: {rows}.", rows="; ".join(_spoken(source, row) for row in visible)),
        *not_shown(source, rows),
        last_words(source),
    )
    if earlier(rows):
        children.append(svg.rect(LEFT, bottom + 20, 2.4, 10, fill=tokens.PAPER, stroke=tokens.QUIET, width=0.8))
        children.append(svg.text(LEFT + 9, bottom + 28.5, source.tr("earlier waves"), fill=tokens.QUIET))
    return finish(
        kind="participation",
        id_=id_,
        h=bottom + (32 if earlier(rows) else 14),
        alt=alt,
        children=children,
        table=table(source, rows),
    )


def table(source: Source, rows: Sequence[Row]) -> Table:
    """Return invited, answered and rate of the whole and each side, and the rates of earlier waves."""
    waves = earlier(rows)
    given = tuple(role for role in ROLES if any(role in row.figures for row in rows))
    lines = tuple(
        Line(
            head=Cell(text=source.name(row.subject), side=source.index(row.subject)),
            withheld=source.withheld if hidden(source, row) else None,
            cells=()
            if hidden(source, row)
            else tuple(
                Cell(text=source.value(source.role(row, role)), kind="number")
                for role in (*given, *(f"wave_{wave}" for wave in waves))
            ),
        )
        for row in rows
    )
    columns = (
        *(Cell(text=source.tr(ROLES[role]), kind="number") for role in given),
        *(Cell(text=source.wave_name(wave), kind="number") for wave in waves),
    )
    return Table(caption=source.tr("Who was invited and who answered"), columns=columns, lines=lines)


def earlier(rows: Sequence[Row]) -> tuple[int, ...]:
    """Return the numbers of the earlier waves whose rates are printed."""
    found = {int(match.group(1)) for row in rows for role in row.figures if (match := WAVE.fullmatch(role))}
    return tuple(sorted(found))


def _row(source: Source, row: Row, y: float) -> list[Element]:
    side = source.index(row.subject)
    drawn: list[Element] = []
    if side is not None:
        drawn.append(marks.mark(side, marks.RADIUS, y))
    drawn += marks.label(source.name(row.subject), y, LEFT - 20, x=0 if side is None else 13, bold=True)
    if hidden(source, row):
        return [*drawn, *marks.placeholder(source, LEFT, y - 10, tokens.WIDTH, 20)]
    colour = tokens.QUIET if side is None else tokens.SIDE_MARKS[side]
    rate = released(source.role(row, "rate"))
    top = y - BAR / 2
    drawn.append(svg.rect(LEFT, top, RIGHT - LEFT, BAR, fill=tokens.BAND))
    if rate is not None:
        drawn.append(svg.rect(LEFT, top, AXIS.at(rate.value) - LEFT, BAR, fill=colour))
    for wave in earlier((row,)):
        before = released(source.role(row, f"wave_{wave}"))
        if before is not None:
            x = AXIS.at(before.value)
            drawn.append(svg.rect(x - 1.2, top - 3, 2.4, BAR + 6, fill=tokens.PAPER, stroke=colour, width=0.8))
    answered, invited = source.role(row, "answered"), source.role(row, "invited")
    if answered is not None and invited is not None:
        words = source.tr("{n} of {all}", n=source.value(answered), all=source.value(invited))
        drawn.append(svg.text(tokens.WIDTH, y + 3.2, words, face="bold", size=tokens.TEXT, anchor="end"))
    return drawn


def _spoken(source: Source, row: Row) -> str:
    return source.tr(
        "{name} {n} of {all}",
        name=source.name(row.subject),
        n=source.value(source.role(row, "answered")),
        all=source.value(source.role(row, "invited")),
    )
