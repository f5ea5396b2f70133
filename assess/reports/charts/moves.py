"""Slope (two waves) and trend (three and more): scores of both sides over waves, with their 95 % bands (R-25).

A withheld wave breaks the line and leaves a hollow tick on the axis; nothing is drawn across it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from assess.i18n import number
from assess.reports.charts import fonts, marks, svg, tokens
from assess.reports.charts.chart import Cell, Chart, Line, Table, finish
from assess.reports.charts.marks import Axis
from assess.reports.charts.source import Source, hidden, last_words, not_shown, released, shown
from assess.reports.charts.svg import Element
from assess.reports.facts import ReleasedFigure, Row

FEW: Final = 4
"""Up to so many panels stand two abreast, more of them three."""
HEIGHT: Final = 64.0
PITCH: Final = 108.0
TOP: Final = 20.0
GUTTER: Final = 18.0
COLUMNS: Final = 3
"""Columns of scores for which the table has room."""
USUAL: Final = "usual_company"
WAVE: Final = re.compile(r"wave_(\d+)_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One subject's panel: waves across, scores up."""

    left: float
    top: float
    width: float
    waves: int

    @property
    def y(self) -> Axis:
        """The axis of scores, pointing up."""
        return marks.scores(self.top + HEIGHT, self.top)

    def x(self, k: int) -> float:
        """Return where the k-th wave stands, from 1."""
        first, last = self.left + 40, self.left + self.width - 34
        return first if self.waves < 2 else first + (k - 1) * (last - first) / (self.waves - 1)


def draw(source: Source, rows: Sequence[Row], *, id_: str = "change") -> Chart:
    """Return a panel a subject, two or three abreast, in printed order."""
    waves = count(rows)
    children = marks.legend(source, 0, 10)
    body = shown(source, rows)
    y = 0.0
    abreast = 2 if len(body) <= FEW else 3
    pitch = (tokens.WIDTH + GUTTER) / abreast
    for at, row in enumerate(body):
        left, top = pitch * (at % abreast), TOP + 24 + PITCH * (at // abreast)
        panel = Panel(left=left, top=top, width=pitch - GUTTER, waves=waves)
        children += _panel(source, row, panel)
        y = panel.top + HEIGHT + 20
    for row in (row for row in rows if hidden(source, row)):
        children += marks.label(source.name(row.subject), y + 14, 120)
        children += marks.placeholder(source, 128, y + 5, tokens.WIDTH, 18)
        y += 26
    kind = "slope" if waves < 3 else "trend"
    first = (
        source.tr("Slope of scores over two waves: {names}.") if waves < 3 else source.tr("Scores over waves: {names}.")
    )
    alt = (
        first.format(names=", ".join(source.name(row.subject) for row in body)),
        *(_spoken(source, row, waves) for row in body[:1]),
        *not_shown(source, rows),
        last_words(source),
    )
    return finish(kind=kind, id_=id_, h=y, alt=alt, children=children, table=table(source, rows))


def count(rows: Sequence[Row]) -> int:
    """Return the number of the latest wave that any row prints."""
    found = [int(match.group(1)) for row in rows for role in row.figures if (match := WAVE.match(role))]
    return max(found, default=1)


def table(source: Source, rows: Sequence[Row]) -> Table:
    """Return scores of both teams together by wave, the change with its interval, and what may be said of it.

    Three columns of scores have room: over three waves the first and the last two, and from the eighth on the usual
    level in place of the first. The others are in the chart and in the files.
    """
    levels = _levels(rows)
    lines = tuple(
        Line(
            head=Cell(text=source.name(row.subject)),
            withheld=source.withheld if hidden(source, row) else None,
            cells=() if hidden(source, row) else _cells(source, row, tuple(levels)),
        )
        for row in rows
    )
    columns = (
        *(Cell(text=source.wave_name(k) if k else source.tr("Usual"), kind="number") for k in levels.values()),
        Cell(text=source.tr("Both"), kind="number"),
        *(Cell(text=source.short(index), side=index, kind="number") for index in range(len(source.sides))),
        Cell(text=source.tr("What may be said")),
    )
    return Table(
        caption=source.tr(
            "Scores of both teams together by wave, then the change, from the usual level where there is one: of both, "
            "and of each team"
        )
        if USUAL in levels
        else source.tr("Scores of both teams together by wave, then the change: of both, and of each team"),
        columns=columns,
        lines=lines,
        class_="waves",
    )


def _levels(rows: Sequence[Row]) -> dict[str, int]:
    """Return the roles of the columns of scores, each with its wave; 0 for the usual level."""
    waves = count(rows)
    printed = {f"wave_{k}_company": k for k in range(1, waves + 1) if k in (1, waves - 1, waves) or waves <= COLUMNS}
    if not any(USUAL in row.figures for row in rows):
        return printed
    return {USUAL: 0} | {role: k for role, k in printed.items() if k > 1}


def _panel(source: Source, row: Row, panel: Panel) -> list[Element]:
    left, right, bottom = panel.left + 22, panel.left + panel.width - 18, panel.top + HEIGHT
    drawn = [svg.text(panel.left, panel.top - 10, source.name(row.subject), face="bold", size=tokens.HEAD)]
    for tick in panel.y.ticks:
        y = panel.y.at(tick)
        drawn += [
            svg.line(left, y, right, y, stroke=tokens.GRID, width=0.6),
            svg.text(left - 5, y + 3.2, number(tick, source.locale), fill=tokens.QUIET, anchor="end"),
        ]
    for k in range(1, panel.waves + 1):
        label = source.wave_name(k)
        if k in (1, panel.waves) or panel.waves * (fonts.width(label, tokens.SMALL) + 6) < panel.width - 40:
            drawn.append(svg.text(panel.x(k), bottom + 12, label, fill=tokens.QUIET, anchor="middle"))
    series = [[source.role(row, f"wave_{k}_{side.code}") for k in range(1, panel.waves + 1)] for side in source.sides]
    values = [[released(figure) for figure in figures] for figures in series]
    for index, figures in enumerate(values):
        drawn += _bands(panel, index, figures)
    for index, figures in enumerate(values):
        drawn += _line(panel, index, figures)
    for k in range(1, panel.waves + 1):
        if all(figures[k - 1] is None for figures in values):
            drawn.append(svg.element("circle", cx=panel.x(k), cy=bottom, r=2.5, fill=tokens.PAPER, stroke=tokens.FRAME))
    return [*drawn, *_ends(source, panel, values)]


def _bands(panel: Panel, index: int, figures: Sequence[ReleasedFigure | None]) -> list[Element]:
    """Return the 95 % band between each two neighbouring waves that both have an interval."""
    drawn = []
    for k, (a, b) in enumerate(pairwise(figures), start=1):
        if a is None or b is None or a.lo95 is None or a.hi95 is None or b.lo95 is None or b.hi95 is None:
            continue
        x1, x2, at = panel.x(k), panel.x(k + 1), panel.y.at
        corners = ((x1, at(a.hi95)), (x2, at(b.hi95)), (x2, at(b.lo95)), (x1, at(a.lo95)))
        drawn.append(svg.polygon(corners, fill=tokens.SIDE_MARKS[index], fill_opacity="0.13"))
    return drawn


def _line(panel: Panel, index: int, figures: Sequence[ReleasedFigure | None]) -> list[Element]:
    colour, dashes = tokens.SIDE_MARKS[index], None if index == 0 else "4 2.5"
    drawn: list[Element] = []
    for k, (a, b) in enumerate(pairwise(figures), start=1):
        if a is not None and b is not None:
            x1, x2 = panel.x(k), panel.x(k + 1)
            y1, y2 = panel.y.at(a.value), panel.y.at(b.value)
            drawn.append(svg.line(x1, y1, x2, y2, stroke=colour, width=1.6, dashes=dashes))
    for k, figure in enumerate(figures, start=1):
        if figure is not None:
            last = k == len(figures)
            drawn.append(marks.mark(index, panel.x(k), panel.y.at(figure.value), hollow=not last, radius=3.4))
    return drawn


def _ends(source: Source, panel: Panel, values: Sequence[Sequence[ReleasedFigure | None]]) -> list[Element]:
    """Return first and last numbers beside their marks, moved apart where the two sides nearly meet."""
    drawn: list[Element] = []
    for k, anchor, away in ((1, "end", -7.0), (panel.waves, "start", 7.0)):
        here = [(index, figures[k - 1]) for index, figures in enumerate(values)]
        found = [(panel.y.at(figure.value), index, figure) for index, figure in here if figure is not None]
        found.sort(key=lambda entry: (entry[0], entry[1]))
        heights = [height for height, _, _ in found]
        if len(heights) == 2 and heights[1] - heights[0] < 10:
            middle = sum(heights) / 2
            heights = [middle - 5, middle + 5]
        for height, (_, index, figure) in zip(heights, found, strict=True):
            end: svg.Anchor = "end" if anchor == "end" else "start"
            drawn.append(
                svg.text(
                    panel.x(k) + away,
                    height + 3.2,
                    source.value(figure),
                    face="bold",
                    fill=tokens.SIDE_TEXT[index],
                    anchor=end,
                )
            )
    return drawn


def _cells(source: Source, row: Row, levels: Sequence[str]) -> tuple[Cell, ...]:
    change = source.role(row, "change_company")
    cells = [Cell(text=source.cell(source.role(row, role)), kind="number") for role in levels]
    for figure in (change, *(source.role(row, f"change_{side.code}") for side in source.sides)):
        ends = source.interval(figure)
        cells.append(Cell(text=source.signed_cell(figure), kind="number", notes=(ends,) if ends != "–" else ()))
    return (*cells, source.judged(change, "change"))


def _spoken(source: Source, row: Row, waves: int) -> str:
    change = source.role(row, "change_company")
    usual = source.role(row, USUAL)
    if usual is not None:
        return source.tr(
            "{name}: {now} now, usually {usual}, change {change} {interval}, {verdict}.",
            name=source.name(row.subject),
            now=source.value(source.role(row, f"wave_{waves}_company")),
            usual=source.value(usual),
            change=source.signed(change),
            interval=source.interval(change),
            verdict=source.verdict(change, "change").lower(),
        )
    return source.tr(
        "{name}: from {before} to {now}, change {change} {interval}, {verdict}.",
        name=source.name(row.subject),
        before=source.value(source.role(row, "wave_1_company")),
        now=source.value(source.role(row, f"wave_{waves}_company")),
        change=source.signed(change),
        interval=source.interval(change),
        verdict=source.verdict(change, "change").lower(),
    )
