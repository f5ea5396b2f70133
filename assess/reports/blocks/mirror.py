"""Do we see each other rightly? Own view, expectation and the other's answer, topic by topic (R-15, block 10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from assess.instruments.model import ItemType
from assess.reports.blocks import printed
from assess.reports.blocks.page import DIFFERENCE, Page, direction, figure_id, mostly_withheld, page, withheld_last
from assess.reports.context import Grade, Material
from assess.reports.facts import Figure, Finding, ReleasedFigure, Row
from assess.reports.findings import Code, finding, ordered, standing
from assess.scoring.results import Label
from assess.scoring.wave import MirrorTopic

BLOCK = "mirror"

_URGENCY = (
    Label.FALSE_CONFLICT,
    Label.FALSE_CONSENSUS,
    Label.ONE_SIDED_BLINDNESS,
    Label.ONE_SIDED_FALSE_CONFLICT,
    Label.DISSENSUS,
    Label.TRUE_CONSENSUS,
)
"""Which label leads the page: what a leader can mend by showing answers comes first (R-9)."""

_MAY = {
    Label.FALSE_CONFLICT: Code.MIRROR_MAY_CONFLICT,
    Label.ONE_SIDED_FALSE_CONFLICT: Code.MIRROR_MAY_CONFLICT,
    Label.FALSE_CONSENSUS: Code.MIRROR_MAY_CONSENSUS,
    Label.ONE_SIDED_BLINDNESS: Code.MIRROR_MAY_CONSENSUS,
    Label.DISSENSUS: Code.MIRROR_MAY_DISSENSUS,
    Label.TRUE_CONSENSUS: Code.MIRROR_MAY_AGREED,
}

_MAY_OF_ERROR = {
    Code.MIRROR_LOWER: Code.MIRROR_MAY_ERROR,
    Code.MIRROR_HIGHER: Code.MIRROR_MAY_ERROR,
    Code.MIRROR_ACCURATE: Code.MIRROR_MAY_ACCURATE,
    Code.MIRROR_OPEN: Code.MIRROR_MAY_OPEN,
}


def figures(material: Material) -> dict[str, Figure]:
    """Return the figures of every topic and of the mirror scale."""
    found: dict[str, Figure] = {}
    for topic in _topics(material):
        found |= dict(_topic(material, topic))
    return found | dict(_scale(material))


def mirror(material: Material) -> Page:
    """Return the page; at 5 to 9 answers the mirror scale alone (I-14)."""
    owned = figures(material)
    topics = withheld_last([_row(material, topic) for topic in _topics(material)], owned)
    scale = tuple(_scale_row(material))
    rows = (*(topics if material.grade is Grade.FULL else ()), *scale)
    if material.grade is Grade.PARTICIPATION or not rows or mostly_withheld(rows, owned):
        return page(BLOCK, state="dropped", figures=owned)
    state: Literal["full", "reduced"] = "full" if material.grade is Grade.FULL else "reduced"
    return page(BLOCK, state=state, rows=rows, figures=owned, findings=_findings(material, rows, owned))


def _directed(material: Material, topic: MirrorTopic) -> bool:
    """Return whether the topic rates the other team: each way for itself, no label (I-16)."""
    return material.context.instrument.items[topic.topic].type is ItemType.OTHER_RATING


def ways(material: Material) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return both directions: who expects, and of whom."""
    x, y = material.sides
    return (x, y), (y, x)


def _topics(material: Material) -> tuple[MirrorTopic, ...]:
    return () if material.estimates is None else tuple(material.estimates.topics.values())


def _topic(material: Material, topic: MirrorTopic) -> Iterator[tuple[str, Figure]]:
    code, precision = topic.topic, topic.precision
    for side in material.sides:
        yield figure_id(BLOCK, code, "own", side), printed.plain_mean(topic.own[side], precision)
        yield figure_id(BLOCK, code, "expected", side), printed.plain_mean(topic.expected[side], precision)
    if not _directed(material, topic):
        yield figure_id(BLOCK, code, "gap", DIFFERENCE), printed.comparison(topic.gap, precision)
    for side, other in ways(material):
        error = printed.comparison(topic.expectation_error[side], precision)
        yield figure_id(BLOCK, code, "error", direction(side, other)), error
        if not _directed(material, topic):
            perceived = printed.bare(topic.perceived[side], precision)
            yield figure_id(BLOCK, code, "perceived", direction(side, other)), perceived


def _scale(material: Material) -> Iterator[tuple[str, Figure]]:
    scale = material.estimates.mirror_scale if material.estimates else None
    if scale is None:
        return
    code = _scale_id(material)
    for side, other in ways(material):
        expected = printed.plain_mean(scale.expected[side], scale.precision)
        yield figure_id(BLOCK, code, "expected", side), expected
        yield (
            figure_id(BLOCK, code, "answered", other),
            printed.plain_mean(scale.answered[other], scale.precision),
        )
        error = printed.comparison(scale.error[side], scale.precision)
        yield figure_id(BLOCK, code, "error", direction(side, other)), error


def _row(material: Material, topic: MirrorTopic) -> Row:
    code = topic.topic
    named: dict[str, str] = {}
    for side in material.sides:
        named[f"own_{side}"] = figure_id(BLOCK, code, "own", side)
        named[f"expected_{side}"] = figure_id(BLOCK, code, "expected", side)
    for side, other in ways(material):
        named[f"error_{side}"] = figure_id(BLOCK, code, "error", direction(side, other))
        if not _directed(material, topic):
            named[f"perceived_{side}"] = figure_id(BLOCK, code, "perceived", direction(side, other))
    if not _directed(material, topic):
        named["gap"] = figure_id(BLOCK, code, "gap", DIFFERENCE)
    return Row(
        subject=code,
        figures=named,
        label=str(topic.label) if topic.label else None,
        likely=topic.likely,
        named_side=topic.named_side,
        opposite=topic.opposite,
    )


def _scale_row(material: Material) -> Iterator[Row]:
    scale = material.estimates.mirror_scale if material.estimates else None
    if scale is None:
        return
    code, named = _scale_id(material), {}
    for side, other in ways(material):
        named[f"expected_{side}"] = figure_id(BLOCK, code, "expected", side)
        # Keyed by the side that expects: what the other side answered stands beside its expectation.
        named[f"answered_{side}"] = figure_id(BLOCK, code, "answered", other)
        named[f"error_{side}"] = figure_id(BLOCK, code, "error", direction(side, other))
    yield Row(subject=code, figures=named)


def _scale_id(material: Material) -> str:
    declared = material.context.instrument.mirror
    return declared.id if declared else "MIR"


def labelled(material: Material) -> tuple[MirrorTopic, ...]:
    """Return the topics that have a label, the most urgent first, then the surer, then by size of the gap expected."""
    topics = [topic for topic in _topics(material) if topic.label is not None]
    return tuple(sorted(topics, key=lambda topic: (_URGENCY.index(Label(topic.label or "")), topic.likely)))


def label_finding(material: Material, topic: MirrorTopic, known: Mapping[str, Figure], id_: str, code: Code) -> Finding:
    """Return a labelled topic as a finding, from the side that best shows it (R-13).

    That is the side the label names; else the side that expects more of the real gap than there is, rather than its
    opposite; else the side whose expectation is farther from the answer.
    """
    side, other = max(ways(material), key=lambda way: _telling(material, known, topic.topic, way))
    if topic.named_side is not None:
        side, other = next(way for way in ways(material) if way[0] == topic.named_side)
    way = direction(side, other)
    words = {"label": str(topic.label), "likely": "yes" if topic.likely else "no", "side": side}
    if topic.named_side is not None:
        words["named"] = topic.named_side
    return finding(
        id_,
        code,
        subject=topic.topic,
        words=words,
        gap=figure_id(BLOCK, topic.topic, "gap", DIFFERENCE),
        perceived=figure_id(BLOCK, topic.topic, "perceived", way),
        error=figure_id(BLOCK, topic.topic, "error", way),
    )


def _telling(material: Material, known: Mapping[str, Figure], topic: str, way: tuple[str, str]) -> tuple[bool, float]:
    gap = _value(known.get(figure_id(BLOCK, topic, "gap", DIFFERENCE)))
    real = gap if way[0] == material.sides[0] else -gap
    perceived = _value(known.get(figure_id(BLOCK, topic, "perceived", direction(*way))))
    error = _value(known.get(figure_id(BLOCK, topic, "error", direction(*way))))
    return real * perceived >= 0, abs(error)


def _value(figure: Figure | None) -> float:
    return float(figure.value) if isinstance(figure, ReleasedFigure) else 0.0


def _findings(material: Material, rows: tuple[Row, ...], owned: Mapping[str, Figure]) -> tuple[Finding, ...]:
    limit = finding(f"{BLOCK}.limit", Code.MIRROR_LIMIT)
    shown = {row.subject for row in rows}
    topics = [topic for topic in labelled(material) if topic.topic in shown]
    errors = _errors(material, rows, owned)
    found: list[Finding] = []
    may = Code.MIRROR_MAY_OPEN
    for place, topic in enumerate(topics[:3]):
        label = Label(topic.label or "")
        code = Code(f"mirror.{label.value}") if place == 0 else Code.MIRROR_ALSO
        found.append(label_finding(material, topic, owned, f"{BLOCK}.{topic.topic}", code))
        may = _MAY[label] if place == 0 else may
    if errors and not found:
        found.append(errors[0])
        may = _MAY_OF_ERROR[Code(errors[0].code)]
    if not found:
        return (limit,)
    return (*found, finding(f"{BLOCK}.may", may), limit)


def _errors(material: Material, rows: tuple[Row, ...], owned: Mapping[str, Figure]) -> list[Finding]:
    """State the errors of expectation of directed topics and of the mirror scale, in R-9's order."""
    ids = {
        row.figures[f"error_{side}"]: (row, side)
        for row in rows
        if "gap" not in row.figures
        for side in material.sides
        if owned[row.figures[f"error_{side}"]].state != "withheld"
    }
    found: list[Finding] = []
    for id_ in ordered(ids, owned):
        row, side = ids[id_]
        code = {0: Code.MIRROR_LOWER, 1: Code.MIRROR_ACCURATE, 2: Code.MIRROR_ACCURATE}.get(
            standing(owned[id_]), Code.MIRROR_OPEN
        )
        figure = owned[id_]
        if code is Code.MIRROR_LOWER and isinstance(figure, ReleasedFigure) and float(figure.value) > 0:
            code = Code.MIRROR_HIGHER
        found.append(
            finding(f"{BLOCK}.{row.subject}.{side}", code, subject=row.subject, words={"side": side}, error=id_)
        )
    return found
