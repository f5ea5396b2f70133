"""Reading drawings back, for tests: marks, texts and lines of a chart as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from assess.reports.charts import Chart, Source, gaps, items, legend, mirror, moves, participation, standing
from assess.reports.charts.source import group_rows
from assess.reports.facts import Facts

NAMESPACE = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """An element of a drawing with its attributes."""

    tag: str
    attributes: dict[str, str]
    text: str

    def number(self, name: str) -> float:
        return float(self.attributes[name])


def elements(chart: Chart) -> list[Drawn]:
    """Every element of a chart in document order, groups with a shift resolved."""
    return list(_walk(ET.fromstring(str(chart.svg)), 0.0, 0.0))


def of_tag(chart: Chart, tag: str) -> list[Drawn]:
    return [each for each in elements(chart) if each.tag == tag]


def centre(diamond: Drawn) -> tuple[float, float]:
    """The middle of a diamond."""
    points = [tuple(map(float, pair.split(","))) for pair in diamond.attributes["points"].split()]
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def every_chart(facts: Facts, locale: str) -> list[Chart]:
    """Every chart that these facts have."""
    source = Source(facts=facts, locale=locale)
    drawn = {"standing": standing.draw, "gaps": gaps.draw, "mirror": mirror.draw, "change": moves.draw}
    found = []
    for block in facts.blocks:
        if not block.rows or block.state == "dropped":
            continue
        if block.scale is not None:
            found.append(items.draw(source, block.rows, id_=block.id))
        elif block.id == "reading":
            found.append(legend.draw(source, block.rows[0]))
        elif block.id == "participation":
            found.append(participation.draw(source, group_rows(block, None)))
        elif block.id in drawn:
            found.append(drawn[block.id](source, block.rows))
    return found


def _walk(node: ET.Element, dx: float, dy: float) -> Iterator[Drawn]:
    shift = node.attrib.get("transform", "")
    if shift:
        x, y = shift.removeprefix("translate(").removesuffix(")").split()
        dx, dy = dx + float(x), dy + float(y)
    moved = {
        name: str(float(value) + (dx if name in ("x", "cx", "x1", "x2") else dy))
        if (dx or dy) and name in ("x", "cx", "x1", "x2", "y", "cy", "y1", "y2")
        else value
        for name, value in node.attrib.items()
    }
    yield Drawn(node.tag.removeprefix(NAMESPACE), moved, node.text or "")
    for child in node:
        yield from _walk(child, dx, dy)
