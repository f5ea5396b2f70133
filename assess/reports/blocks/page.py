"""A page while it is composed: its block, the figures it owns, what it states; and the ids figures go by (R-2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from assess.reports.facts import Block, Figure, Finding, Row, WithheldFigure

State = Literal["full", "reduced", "dropped"]

COMPANY = "company"
DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A finished page. The figures of a dropped page stay in facts when other pages point at them."""

    block: Block
    figures: Mapping[str, Figure] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def figure_id(block: str, subject: str, statistic: str, scope: str) -> str:
    """Return block.subject.statistic.scope."""
    return f"{block}.{subject}.{statistic}.{scope}"


def direction(side: str, other: str) -> str:
    """Return the scope of what one side says about, or expects of, the other."""
    return f"{side}_to_{other}"


def page(
    block: str,
    *,
    state: State,
    rows: Iterable[Row] = (),
    figures: Mapping[str, Figure] | None = None,
    findings: Iterable[Finding] = (),
    scale: str | None = None,
) -> Page:
    """Return a page whose first finding is its lead: the page prints its title, then its sentence (R-10)."""
    owned, stated, placed = dict(figures or {}), tuple(findings), tuple(rows)
    if state == "dropped":
        return Page(block=Block(id=block, state="dropped", scale=scale), figures=owned)
    named = dict.fromkeys((*owned, *(id_ for row in placed for id_ in row.figures.values())))
    return Page(
        block=Block(
            id=block,
            state=state,
            title=stated[0].id if stated else None,
            findings=tuple(finding.id for finding in stated[1:]),
            rows=placed,
            figures=tuple(named),
            scale=scale,
        ),
        figures=owned,
        findings=stated,
    )


def mostly_withheld(rows: Iterable[Row], figures: Mapping[str, Figure]) -> bool:
    """Return whether over half of the rows are withheld: such a page is dropped (R-14)."""
    placed = tuple(rows)
    return 2 * sum(is_withheld(row, figures) for row in placed) > len(placed)


def is_withheld(row: Row, figures: Mapping[str, Figure]) -> bool:
    """Return whether a row shows nothing, so that it comes last (R-4)."""
    return any(isinstance(figures.get(id_), WithheldFigure) for id_ in row.figures.values())


def withheld_last(rows: Iterable[Row], figures: Mapping[str, Figure]) -> tuple[Row, ...]:
    """Return rows in their order, the withheld ones behind, in instrument order as they came (R-4)."""
    return tuple(sorted(rows, key=lambda row: is_withheld(row, figures)))
