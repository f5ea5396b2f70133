"""Pages whose words hardly depend on the numbers: how to read, method, anonymity (R-15 blocks 3, 22, 23)."""

from __future__ import annotations

from collections.abc import Mapping

from assess.reports.blocks import gaps, standing
from assess.reports.blocks.page import Page, page
from assess.reports.context import Grade, Material
from assess.reports.facts import Figure, Row
from assess.reports.findings import Code, finding


def reading(material: Material, known: Mapping[str, Figure]) -> Page:
    """Return the page that annotates one gap row, the lead headline scale's."""
    order = gaps.headline_order(material, known)
    subject = order[0] if order else None
    if subject is None or material.grade is Grade.PARTICIPATION or known[gaps.gap(subject)].state != "released":
        return page("reading", state="reduced", findings=[finding("reading.lead", Code.READING_PLAIN)])
    x, y = material.sides
    named = {side: standing.level(subject, side) for side in (x, y)} | {"gap": gaps.gap(subject)}
    slots = {"x": named[x], "y": named[y], "gap": named["gap"]}
    return page(
        "reading",
        state="full",
        rows=[Row(subject=subject, figures=named)],
        findings=[finding("reading.lead", Code.READING_ROW, subject=subject, slots=slots)],
    )


def method() -> Page:
    """Return the page drawn from provenance."""
    return page("method", state="full", findings=[finding("method.lead", Code.METHOD_LEAD)])


def anonymity(material: Material) -> Page:
    """Return the page drawn from provenance; a file's anonymity was not examined (U-121)."""
    code = Code.ANONYMITY_FILE if material.context.source == "file" else Code.ANONYMITY_LEAD
    return page("anonymity", state="full", findings=[finding("anonymity.lead", code)])
