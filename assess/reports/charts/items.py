"""Item bars: two rows an item, five answer classes where policy allows them, else the favourable share (R-25, A-12)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assess.i18n import percent
from assess.reports import typography
from assess.reports.charts import fonts, marks, svg, tokens
from assess.reports.charts.chart import Cell, Chart, Line, Table, finish
from assess.reports.charts.marks import Axis
from assess.reports.charts.source import Source, hidden, last_words, not_shown, released, shown
from assess.reports.charts.svg import Element
from assess.reports.facts import BandedFigure, Figure, Row

BAR: Final = 10.0
STEP: Final = 14.0
LEAST: Final = 36.0
"""Height of an item whose name and statement need no more."""
LINE: Final = 11.0
TOP: Final = 26.0
RIGHT: Final = 424.0
SWATCH: Final = 12.0
LEGEND: Final = 136.0
"""Where the legend of the classes may begin, past the names of the sides."""
WORDED: Final = 6
"""Up to so many items stand in the chart as they were worded; longer scales print names only."""
LEVEL: Final = re.compile(r"level_(\d)_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What one chart of items looks like: how many answer classes it draws, and whether items stand as worded."""

    levels: int
    worded: bool

    @property
    def names(self) -> float:
        """Room for names and statements."""
        return 232.0 if self.worded else 118.0

    @property
    def left(self) -> float:
        """Where the bars begin."""
        return self.names + 26

    @property
    def shares(self) -> Axis:
        """The axis of a favourable share, in percent."""
        return Axis(low=0, high=100, left=self.left, right=RIGHT, ticks=(0, 25, 50, 75, 100))

    @property
    def classes(self) -> Axis:
        """The axis of answer classes around zero, in percent."""
        return Axis(low=-100, high=100, left=self.left, right=RIGHT, ticks=(-100, -50, 0, 50, 100))


def shape(rows: Sequence[Row]) -> Shape:
    """Return the shape of the chart of these rows."""
    return Shape(levels=depth(rows), worded=len(rows) <= WORDED)


def draw(source: Source, rows: Sequence[Row], *, id_: str) -> Chart:
    """Return the item bars of rows in their printed order, each item as it was worded beside its bars."""
    form = shape(rows)
    tops, bottom = _tops(source, rows, form)
    children = _frame(source, bottom, form)
    for row, top, end in zip(rows, tops, [*tops[1:], bottom], strict=True):
        children += _item(source, row, (top, end), form)
    visible = shown(source, rows)
    alt = (
        source.tr("Item bars of both teams: {names}.", names=", ".join(source.name(row.subject) for row in visible)),
        *(_spoken(source, row) for row in visible[:1]),
        *not_shown(source, rows),
        last_words(source),
    )
    h = bottom + (0 if form.levels else 14)
    return finish(kind="items", id_=id_, h=h, alt=alt, children=children, table=table(source, rows))


def _tops(source: Source, rows: Sequence[Row], form: Shape) -> tuple[list[float], float]:
    """Return where each item begins, by the lines its name and statement take, and where the last one ends."""
    tops, y = [], TOP
    for row in rows:
        tops.append(y)
        lines = sum(len(part) for part in _words(source, row, form))
        y += max(LEAST, LINE * lines + 8)
    return tops, y


def _words(source: Source, row: Row, form: Shape) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return an item's name and statements, broken into lines."""
    name = fonts.wrap(source.name(row.subject), tokens.TEXT, form.names, face="bold", lines=2)
    texts = [text for text in source.wordings(row.subject) if form.worded and text != source.name(row.subject)]
    return name, tuple(line for text in texts for line in fonts.wrap(text, tokens.SMALL, form.names, lines=4))


def depth(rows: Sequence[Row]) -> int:
    """Return the number of answer levels whose shares are printed; 0 where only the favourable share is."""
    found = [int(match.group(1)) for row in rows for role in row.figures if (match := LEVEL.match(role))]
    return max(found, default=0)


def table(source: Source, rows: Sequence[Row]) -> Table:
    """Return the figures: favourable share with mean by side, difference, interval, verdict; each item as worded."""
    gaps = [released(source.role(row, "gap")) for row in rows]
    alike = all("exploratory" in gap.modifiers for gap in gaps if gap is not None)
    lines = tuple(
        Line(
            head=Cell(text=source.name(row.subject)),
            withheld=source.withheld if hidden(source, row) else None,
            cells=() if hidden(source, row) else _cells(source, row, exploratory=not alike),
        )
        for row in rows
    )
    columns = (
        *(
            cell
            for index in range(len(source.sides))
            for cell in (
                Cell(text=source.short(index), side=index, kind="number"),
                Cell(text=source.tr("share"), kind="number"),
            )
        ),
        Cell(text=source.tr("Gap"), kind="number"),
        Cell(text=source.tr("Interval, {level}", level=percent(95, source.locale)), kind="number"),
        Cell(text=source.tr("What may be said, exploratory") if alike else source.tr("What may be said")),
    )
    return Table(
        caption=source.tr("Mean score and share who agree by team, and the difference of means"),
        columns=columns,
        lines=lines,
        class_="items",
    )


def _frame(source: Source, bottom: float, form: Shape) -> list[Element]:
    drawn = marks.legend(source, 0, 12)
    if form.levels:
        drawn += _classes_legend(source, form)
        middle = form.classes.at(0)
        drawn.append(svg.line(middle, TOP - 2, middle, bottom - 2, stroke=tokens.FRAME, width=0.75))
        drawn.append(svg.text(RIGHT + 27, 12, source.tr("share"), fill=tokens.QUIET, anchor="end"))
    else:
        drawn.append(svg.text(form.left, 12, source.tr("Share who agree"), face="bold"))
        for tick in form.shares.ticks:
            x = form.shares.at(tick)
            drawn.append(svg.line(x, TOP - 2, x, bottom - 2, stroke=tokens.GRID, width=0.75))
            label = percent(tick, source.locale)
            drawn.append(svg.text(x, bottom + 9, label, fill=tokens.QUIET, anchor="middle"))
    drawn.append(svg.text(tokens.WIDTH, 12, source.tr("mean"), fill=tokens.QUIET, anchor="end"))
    return drawn


def _classes_legend(source: Source, form: Shape) -> list[Element]:
    """Return the ramp with its two poles named, above the bars; the names shorten to the room there is."""
    anchors = next((words for words in source.words.anchors.values() if len(words) == form.levels), ("", ""))
    ramp = form.levels * SWATCH
    left = LEGEND if form.worded else form.left
    room = (RIGHT - left - ramp - 12) / 2
    low, high = (fonts.wrap(words, tokens.SMALL, room, lines=1)[0] for words in (anchors[0], anchors[-1]))
    x = RIGHT - fonts.width(high, tokens.SMALL) - 5 - ramp
    drawn = [
        svg.text(x - 4, 12, low, fill=tokens.QUIET, anchor="end"),
        svg.text(RIGHT, 12, high, fill=tokens.QUIET, anchor="end"),
    ]
    for level in range(form.levels):
        colour = tokens.RAMP[tokens.RAMP_OF[form.levels][level]]
        drawn.append(svg.rect(x + level * SWATCH, 4.5, SWATCH - 1.5, 8, fill=colour))
    return drawn


def _item(source: Source, row: Row, span: tuple[float, float], form: Shape) -> list[Element]:
    top, end = span
    name, statement = _words(source, row, form)
    y = (top + end) / 2 - 2
    first = y - LINE * (len(name) + len(statement)) / 2 + 8.2
    drawn = [svg.line(0, end - 2, tokens.WIDTH, end - 2, stroke=tokens.GRID, width=0.5)]
    for at, line in enumerate(name):
        drawn.append(svg.text(0, first + LINE * at, line, size=tokens.TEXT, face="bold"))
    for at, line in enumerate(statement, start=len(name)):
        drawn.append(svg.text(0, first + LINE * at, line, fill=tokens.QUIET))
    if hidden(source, row):
        return [*drawn, *marks.placeholder(source, form.left, y - 11, tokens.WIDTH, 22)]
    for index, side in enumerate(source.sides):
        middle = y + (-STEP / 2 if index == 0 else STEP / 2)
        drawn.append(marks.mark(index, form.left - 9, middle, radius=3.2))
        if form.levels:
            drawn += _classes(source, row, side.code, middle, form)
        else:
            drawn += _share(source, index, source.role(row, f"favourable_{side.code}"), middle, form.shares)
        mean = source.role(row, side.code)
        drawn.append(svg.text(tokens.WIDTH, middle + 3.2, source.value(mean), anchor="end", size=tokens.TEXT))
    return drawn


def _share(source: Source, index: int, figure: Figure | None, y: float, axis: Axis) -> list[Element]:
    """Return a favourable share as a bar from zero, outlined up to its code where only a code may be printed."""
    colour = tokens.SIDE_MARKS[index]
    top = y - BAR / 2
    if (number := released(figure)) is not None:
        end = axis.at(number.value)
        bar = svg.rect(axis.left, top, end - axis.left, BAR, fill=colour)
        return [bar, svg.text(end + 4, y + 3.2, source.value(figure), fill=tokens.SIDE_TEXT[index], face="bold")]
    if isinstance(figure, BandedFigure) and figure.code in typography.ENDS:
        sign, cut = typography.ENDS[figure.code]
        edge = axis.at(cut)
        low, high = (axis.left, edge) if sign == "≤" else (edge, axis.right)
        drawn = [] if sign == "≤" else [svg.rect(axis.left, top, edge - axis.left, BAR, fill=colour)]
        drawn.append(svg.rect(low, top, high - low, BAR, fill=tokens.PAPER, stroke=colour, width=0.75, dashes="2 2"))
        words = source.value(figure)
        return [*drawn, svg.text(high + 4, y + 3.2, words, fill=tokens.SIDE_TEXT[index], face="bold")]
    return [svg.text(axis.left, y + 3.2, source.value(figure), fill=tokens.QUIET)]


def _classes(source: Source, row: Row, side: str, y: float, form: Shape) -> list[Element]:
    """Return the answer classes of a side around zero, the middle class split across it, figures inside."""
    levels, axis = form.levels, form.classes
    figures = [released(source.role(row, f"level_{level}_{side}")) for level in range(1, levels + 1)]
    shares = [0.0 if figure is None else svg.place(figure.value) for figure in figures]
    below = sum(shares[: levels // 2]) + (shares[levels // 2] / 2 if levels % 2 else 0)
    start = -below
    drawn: list[Element] = []
    for level, share in enumerate(shares):
        if share <= 0:
            continue
        left, right = axis.at(start), axis.at(start + share)
        ramp = tokens.RAMP_OF[levels][level]
        drawn.append(svg.rect(left + 0.4, y - BAR / 2, max(0.2, right - left - 0.8), BAR, fill=tokens.RAMP[ramp]))
        words = source.value(figures[level])
        if right - left >= fonts.width(words, tokens.SMALL) + 4:
            middle = (left + right) / 2
            drawn.append(svg.text(middle, y + 3.2, words, fill=tokens.RAMP_TEXT[ramp], anchor="middle"))
        start += share
    favourable = source.role(row, f"favourable_{side}")
    drawn.append(svg.text(RIGHT + 27, y + 3.2, source.value(favourable), face="bold", anchor="end"))
    return drawn


def _cells(source: Source, row: Row, *, exploratory: bool) -> tuple[Cell, ...]:
    gap = source.role(row, "gap")
    sides = [
        Cell(text=source.cell(figure), kind="number")
        for pair in zip(source.of_sides(row), source.of_sides(row, "favourable_"), strict=True)
        for figure in pair
    ]
    return (
        *sides,
        Cell(text=source.signed_cell(gap), kind="number"),
        Cell(text=source.interval(gap), kind="number"),
        source.judged(gap, exploratory=exploratory),
    )


def _spoken(source: Source, row: Row) -> str:
    shares = [
        source.beside(index, source.value(figure))
        for index, figure in enumerate(source.of_sides(row, "favourable_"))
        if figure is not None
    ]
    gap = source.role(row, "gap")
    if not shares:
        return source.tr(
            "{name}: difference of means {gap} {interval}.",
            name=source.name(row.subject),
            gap=source.signed(gap),
            interval=source.interval(gap),
        )
    return source.tr(
        "{name}: agree {shares}; difference of means {gap} {interval}.",
        name=source.name(row.subject),
        shares=", ".join(shares),
        gap=source.signed(gap),
        interval=source.interval(gap),
    )
