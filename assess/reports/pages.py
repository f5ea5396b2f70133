"""A block as the page that templates print: its question, its sentences in order, its charts, its source line.

Nothing is computed or decided here; a page shows what its block lists. What a sentence says is in `wording`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from assess.reports import sources, typography, wording
from assess.reports.charts import gaps, items, legend, mirror, moves, participation, standing
from assess.reports.charts.chart import Cell, Chart, Line, Table
from assess.reports.charts.source import Source, group_rows
from assess.reports.facts import Block, Facts

CHARTS_FROM_ROWS: Final = {
    "standing": standing.draw,
    "gaps": gaps.draw,
    "mirror": mirror.draw,
    "change": moves.draw,
}

QUESTIONS: Final = {
    "brief": "What to know, and what to do?",
    "reading": "How is this report read?",
    "participation": "Who answered?",
    "standing": "Where do we stand?",
    "gaps": "Where do we differ?",
    "items": "{scale}: which statements lie behind the score?",
    "mirror": "Do we see each other rightly?",
    "change": "What has moved?",
    "process": "What do we change?",
    "options": "Which incentive change, if any?",
    "method": "How were these numbers made?",
    "anonymity": "What protects those who answered?",
}
"""The question of each page (R-15), printed under its title."""

SHORT: Final = {
    "reading": "How to read",
    "participation": "Who answered",
    "standing": "Where we stand",
    "gaps": "Differences",
    "mirror": "Mirror",
    "change": "What has moved",
    "process": "What to change",
    "options": "Incentives",
    "method": "Method",
    "anonymity": "Anonymity",
}
"""Running heads: at most forty characters, never a finding (R-33)."""

NOTES: Final = ("brief.trust",)
"""Findings that stand in small print at the foot of their page."""
TILED: Final = ("brief.level", "brief.answered", "brief.answered_of", "headline.gap")
"""Findings whose label, number and interval the brief prints as one of its three facts."""

OWNER_ROLES: Final = {
    "GM": "general management",
    "RL": "revenue leader, else general management",
    "HS": "head of {first}",
    "HM": "head of {second}",
    "HH": "both heads",
    "SO": "sales operations",
    "MO": "marketing operations",
    "PM": "product marketing",
    "CT": "content",
    "HR": "human resources",
    "CN": "consultant",
}
"""Owner roles of P-12."""

COSTS: Final = {
    "S": "under {low} hours this quarter, both teams",
    "M": "{low} to {high} hours this quarter, both teams",
    "L": "over {high} hours this quarter, both teams",
}
COST_HOURS: Final = (20, 60)


PARAGRAPHS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a template prints of one block."""

    block: Block
    anchor: str
    short: str
    title: str
    question: str
    says: tuple[str, ...]
    notes: tuple[str, ...]
    may: tuple[str, ...]
    cannot: tuple[str, ...]
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]
    sources: tuple[str, ...]

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The two paragraphs of an evidence page: its lead and what comes next (R-16)."""
        return self.says[:PARAGRAPHS]


def read(facts: Facts, locale: str) -> tuple[Page, ...]:
    """Return the pages of the blocks that stand, in their order; dropped blocks close up (R-14)."""
    source = Source(facts=facts, locale=locale)
    return tuple(_page(source, block) for block in facts.blocks if block.state != "dropped")


def _page(source: Source, block: Block) -> Page:
    facts, locale, tr = source.facts, source.locale, source.tr
    codes = {finding.id: finding.code for finding in facts.findings}
    lead = () if block.title is None else (block.title,)
    said = [(codes[id_], wording.sentence(facts, id_, locale)) for id_ in (*lead, *block.findings)]
    kind = "items" if block.scale else block.id
    scale = source.name(block.scale) if block.scale else ""
    return Page(
        block=block,
        anchor=f"page-{block.id}",
        short=scale or tr(SHORT.get(block.id, "")) if block.id != "brief" else "",
        title=wording.title(facts, block.title, locale) if block.title else tr(SHORT.get(block.id, "")),
        question=tr(QUESTIONS[kind], scale=scale) if block.scale else tr(QUESTIONS[kind]),
        says=tuple(text for code, text in said if not _aside(code) and code not in (*NOTES, *TILED)),
        notes=tuple(text for code, text in said if code in NOTES),
        may=tuple(text for code, text in said if ".may" in code),
        cannot=tuple(text for code, text in said if code.endswith(".limit")),
        charts=tuple(_charts(source, block)),
        tables=tuple(_tables(source, block)),
        sources=tuple(sources.line(source, block)),
    )


def _aside(code: str) -> bool:
    """Return whether a finding stands in the box of what it may mean and what nobody can tell."""
    return ".may" in code or code.endswith(".limit")


def _charts(source: Source, block: Block) -> Iterable[Chart]:
    if not block.rows:
        return
    if block.scale is not None:
        yield items.draw(source, block.rows, id_=block.id)
    elif block.id == "reading":
        yield legend.draw(source, block.rows[0])
    elif block.id == "participation":
        rows = group_rows(block, None)
        if any("rate" in row.figures for row in rows):
            yield participation.draw(source, rows)
    elif block.id in CHARTS_FROM_ROWS:
        yield CHARTS_FROM_ROWS[block.id](source, block.rows)


def _tables(source: Source, block: Block) -> Iterable[Table]:
    """Return tables without a chart: counts without a head count, and the bounds of silence (S-36)."""
    if block.id != "participation":
        return
    counts = group_rows(block, None)
    if counts and not any("rate" in row.figures for row in counts):
        yield participation.table(source, counts)
    rows = group_rows(block, "bounds")
    if not rows:
        return
    columns = tuple(
        Cell(text=source.tr(text), kind="number")
        for text in ("Difference at least", "Difference at most", "Silent people would have to differ by")
    )
    lines = tuple(
        Line(
            head=Cell(text=source.name(row.subject)),
            cells=(
                Cell(text=source.signed(source.role(row, "low")), kind="number"),
                Cell(text=source.signed(source.role(row, "high")), kind="number"),
                Cell(text=source.cell(source.role(row, "d_star")), kind="number"),
            ),
        )
        for row in rows
    )
    yield Table(
        caption=source.tr("If those who did not answer had answered at the ends of the scale"),
        columns=columns,
        lines=lines,
        class_="bounds",
    )


def owner(source: Source, codes: str | None) -> str:
    """Return owner roles as printed; several are joined with a plus in facts."""
    names = {"first": source.short(0), "second": source.short(1)}
    return ", ".join(source.tr(OWNER_ROLES[code], **names) for code in (codes or "").split("+") if code in OWNER_ROLES)


def cost(source: Source, code: str | None) -> str:
    """Return the cost class in hours of the first quarter (P-12)."""
    if code not in COSTS:
        return typography.DASH
    low, high = (typography.plain(hours, source.locale) for hours in COST_HOURS)
    return source.tr(COSTS[code], low=low, high=high)


def mapping(value: JsonValue | None) -> Mapping[str, JsonValue]:
    """Return a node of the provenance that may be absent (a file has no box)."""
    return value if isinstance(value, dict) else {}
