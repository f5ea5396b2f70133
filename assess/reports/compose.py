"""Step 8: from estimates and advice to `Facts`, suppressed, coded and rounded once (report.md section 1).

Belongs here: the order of the pages, and which pages know which others. Does not: what a page holds (blocks), what a
number means (scoring), what a sentence says (wording). Nothing depends on a withheld value (R-4).
"""

from __future__ import annotations

from collections.abc import Iterable

from assess.advice.model import Advice
from assess.reports.blocks import brief, change, fixed, gaps, items, mirror, participation, process, standing
from assess.reports.blocks.page import Page
from assess.reports.context import Context, Material, WaveDays, grade
from assess.reports.facts import Facts, Figure, seal
from assess.reports.provenance import provenance, vocabulary
from assess.scoring.wave import Estimates

__all__ = ["Context", "WaveDays", "facts"]


def facts(estimates: Estimates | None, advice: Advice | None, *, context: Context) -> Facts:
    """Return the sealed facts of a wave.

    `estimates` is None when the whole wave is withheld: only the total participation is then shown (R-14). `advice`
    is None without a playbook: no process or incentive pages.

    Raises ValueError for a wave of more than two sides: estimates exist for them, pages do not.
    """
    if len(context.instrument.sides) != 2:
        raise ValueError(f"a report is of two sides; {context.instrument.id} has {len(context.instrument.sides)}")
    material = Material(estimates=estimates, advice=advice, context=context, grade=grade(estimates))
    pages = _pages(material)
    figures = _figures(pages)
    return seal(
        Facts(
            provenance=provenance(material, figures),
            client=context.client,
            vocabulary=vocabulary(context),
            figures=figures,
            blocks=tuple(page.block for page in pages),
            findings=tuple(finding for page in pages for finding in page.findings),
            recommendations=process.recommendations(material, figures),
            commitments=context.commitments,
            client_sheet=context.client_sheet,
            comments=context.comments,
            notes=context.notes,
        )
    )


def _pages(material: Material) -> tuple[Page, ...]:
    """Return the pages in printed order (docs/report.md); each is made from the figures of those before it."""
    moved = change.figures(material)
    levels = standing.standing(material, moved, change.previous(material, moved))
    differences = gaps.gaps(material, moved)
    questions = tuple(items.pages(material))
    seen = mirror.mirror(material)
    known = _figures((levels, differences, *questions, seen)) | moved
    answered = participation.participation(material, known)
    known |= answered.figures
    changes = change.changes(material, moved, known)
    plays = process.process(material, known)
    known |= plays.figures
    return (
        brief.brief(material, known, process.actions(material)),
        fixed.reading(material, known),
        answered,
        levels,
        differences,
        *questions,
        seen,
        changes,
        plays,
        process.options(material),
        fixed.method(),
        fixed.anonymity(material),
    )


def _figures(pages: Iterable[Page]) -> dict[str, Figure]:
    return {id_: figure for page in pages for id_, figure in page.figures.items()}
