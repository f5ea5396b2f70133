"""Where do we stand? Every scale's level by side and for the company, shared strengths first (R-15, block 5)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from assess.reports.bands import FAVOURABLE, bands, edges
from assess.reports.blocks import printed
from assess.reports.blocks.page import COMPANY, Page, figure_id, is_withheld, mostly_withheld, page
from assess.reports.context import Grade, Material
from assess.reports.facts import Figure, Finding, ReleasedFigure, Row
from assess.reports.findings import Code, finding
from assess.scoring.wave import SubjectEstimates

BLOCK = "standing"


def figures(material: Material) -> dict[str, Figure]:
    """Return every level: `mean` at the estimand S-11 allows, `mean_process` for the trends of later waves."""
    found: dict[str, Figure] = {}
    for subject in material.scored():
        cuts = edges(high_is_bad=material.high_is_bad(subject.subject))
        for side in material.sides:
            found[level(subject.subject, side)] = printed.mean(subject.side_means[side], subject, side, cuts)
        found[level(subject.subject, COMPANY)] = printed.mean(subject.company, subject, None, cuts)
        for side in material.sides:
            scored = subject.process_side_means[side]
            found[process(subject.subject, side)] = printed.process(scored, subject, side, cuts)
        found[process(subject.subject, COMPANY)] = printed.process(subject.process_company, subject, None, cuts)
    return found


def level(subject: str, scope: str) -> str:
    """Return the id of a level."""
    return figure_id(BLOCK, subject, "mean", scope)


def process(subject: str, scope: str) -> str:
    """Return the id of a level as trends read it."""
    return figure_id(BLOCK, subject, "mean_process", scope)


def words(material: Material, subject: str, known: Mapping[str, Figure]) -> dict[str, tuple[str, ...]]:
    """Return the band codes of a subject by scope, where its figure has any (I-19)."""
    turned = material.high_is_bad(subject)
    found = {scope: bands(known[level(subject, scope)], high_is_bad=turned) for scope in (*material.sides, COMPANY)}
    return {scope: codes for scope, codes in found.items() if codes}


def standing(material: Material, known: Mapping[str, Figure], previous: Mapping[str, Mapping[str, str]]) -> Page:
    """Return the page; `previous`: subject -> side -> id of the last comparable wave's level."""
    owned = figures(material)
    rows = _rows(material, owned, previous)
    if material.grade is Grade.PARTICIPATION or material.is_short() or mostly_withheld(rows, owned):
        return page(BLOCK, state="dropped", figures=owned)
    return page(BLOCK, state="full", rows=rows, figures=owned, findings=_findings(material, rows, {**known, **owned}))


def _rows(
    material: Material, owned: Mapping[str, Figure], previous: Mapping[str, Mapping[str, str]]
) -> tuple[Row, ...]:
    rows = [_row(material, subject, owned, previous) for subject in material.shown_scales()]
    return tuple(sorted(rows, key=lambda row: (is_withheld(row, owned), not _is_strength(material, row))))


def _row(
    material: Material,
    subject: SubjectEstimates,
    owned: Mapping[str, Figure],
    previous: Mapping[str, Mapping[str, str]],
) -> Row:
    named = {scope: level(subject.subject, scope) for scope in (*material.sides, COMPANY)}
    before = {f"previous_{side}": id_ for side, id_ in previous.get(subject.subject, {}).items()}
    shown = not any(owned[id_].state == "withheld" for id_ in named.values())
    return Row(
        subject=subject.subject,
        figures={**named, **(before if shown else {})},
        band=words(material, subject.subject, owned),
    )


def _is_strength(material: Material, row: Row) -> bool:
    return all(side in row.band and set(row.band[side]) <= FAVOURABLE for side in material.sides)


def _findings(material: Material, rows: tuple[Row, ...], figures_: Mapping[str, Figure]) -> tuple[Finding, ...]:
    limit = finding(f"{BLOCK}.limit", Code.STANDING_LIMIT)
    lowest = _least_favourable(material, rows, figures_)
    found: list[Finding] = []
    if rows and _is_strength(material, rows[0]):
        found.append(_stated(material, Code.STANDING_STRENGTH, rows[0].subject))
    if lowest is not None and not _is_strength(material, lowest):
        found.append(_stated(material, Code.STANDING_LOWEST, lowest.subject))
    if not found:
        return (limit,)
    may = Code.STANDING_MAY_LOWEST if found[-1].code == Code.STANDING_LOWEST else Code.STANDING_MAY_STRENGTH
    return (*found, finding(f"{BLOCK}.may", may), limit)


def _stated(material: Material, code: Code, subject: str) -> Finding:
    x, y = material.sides
    slots = {"x": level(subject, x), "y": level(subject, y), "company": level(subject, COMPANY)}
    return finding(
        f"{code.value}.{subject}", code, subject=subject, words={"high": _high(material, subject)}, slots=slots
    )


def _high(material: Material, subject: str) -> str:
    return "bad" if material.high_is_bad(subject) else "good"


def _least_favourable(material: Material, rows: tuple[Row, ...], figures_: Mapping[str, Figure]) -> Row | None:
    """Return the scale whose company score is least favourable on its own bands."""
    scored: list[tuple[Decimal, int, Row]] = []
    for place, row in enumerate(rows):
        company = figures_[row.figures[COMPANY]]
        if isinstance(company, ReleasedFigure):
            value = Decimal(str(company.value))
            scored.append((100 - value if material.high_is_bad(row.subject) else value, place, row))
    return min(scored)[2] if scored else None
