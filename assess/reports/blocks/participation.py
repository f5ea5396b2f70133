"""Who answered? Ballots of those invited, and what silence could hide (R-15, block 4; R-6, S-36)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from assess.reports import rounding
from assess.reports.blocks.gaps import gap, headline_order
from assess.reports.blocks.page import COMPANY, DIFFERENCE, Page, figure_id, page
from assess.reports.context import Grade, Material
from assess.reports.facts import BandedFigure, Figure, Finding, NotEstimableFigure, ReleasedFigure, Row, WithheldFigure
from assess.reports.findings import Code, finding, verdict_of
from assess.scoring.nonresponse import FRAGILE_BELOW, ROBUST_ABOVE, cannot_be_erased
from assess.scoring.results import Estimate, NotEstimable, Reason
from assess.scoring.wave import SubjectEstimates

BLOCK = "participation"
BALLOTS = "ballots"
TOTAL = "total"
BOUNDS = "bounds"

GOOD, USABLE, HALF = 80, 60, 50
"""Reading of a rate: 80 percent good, 60 to 79 usable, under 60 caution (product.md section 7); half (S-31)."""

"""Modifier of a tipping point that is over the number printed: "> 40" (R-6)."""

_SOMETHING_TO_ERASE = (2, 3, 4, 6)
"""Rows of S-30 in which the gap excludes zero."""

_CUTS = (HALF, USABLE, GOOD)


def ballots(statistic: str, scope: str) -> str:
    """Return the id of a count or rate."""
    return figure_id(BLOCK, BALLOTS, statistic, scope)


def figures(material: Material) -> dict[str, Figure]:
    """Return counts, rates, rates of earlier waves, bounds and tipping points."""
    found: dict[str, Figure] = {}
    for scope, answered, invited in _counts(material):
        found[ballots("answered", scope)] = _people(answered)
        if invited is not None:
            found[ballots("invited", scope)] = _people(invited)
            if invited:
                rate = rounding.rounded(100 * answered / invited, _CUTS)
                found[ballots("rate", scope)] = ReleasedFigure(value=rate, unit="percent")
    for k, facts in enumerate(material.context.earlier, start=1):
        for scope in (COMPANY, *material.sides):
            if ballots("rate", scope) in facts.figures and ballots("rate", scope) in found:
                found[ballots(f"wave_{k}", scope)] = facts.figures[ballots("rate", scope)]
    for subject in material.headline():
        found |= dict(_bounds(material, subject))
    return found


def participation(material: Material, known: Mapping[str, Figure]) -> Page:
    """Return the page, which is never dropped; by side only where the sides are released (R-6)."""
    owned = figures(material)
    scopes = (COMPANY, *material.sides)
    rows = [_row(material, scope, owned) for scope in scopes if ballots("answered", scope) in owned]
    if not isinstance(owned.get(ballots("rate", COMPANY)), ReleasedFigure):
        bounds: list[Row] = []
    else:
        bounds = [_bounds_row(subject.subject, owned) for subject in material.headline()]
        bounds = [row for row in bounds if row.figures]
    state: Literal["full", "reduced"] = "reduced" if material.grade is Grade.PARTICIPATION else "full"
    found = _findings(material, owned, {**known, **owned})
    return page(BLOCK, state=state, rows=[*rows, *_withheld_last(bounds, owned)], figures=owned, findings=found)


def _withheld_last(rows: list[Row], owned: Mapping[str, Figure]) -> list[Row]:
    return sorted(rows, key=lambda row: any(owned[id_].state == "withheld" for id_ in row.figures.values()))


def _counts(material: Material) -> Iterator[tuple[str, int, int | None]]:
    box = material.context.box
    if material.estimates is None:
        if box is not None:
            yield COMPANY, box["counted"], box["invited"]
        return
    found = material.estimates.participation
    yield COMPANY, sum(found.answered.values()), sum(found.invited.values()) if found.invited else None
    for side in material.sides:
        yield side, found.answered[side], found.invited[side] if found.invited else None


def _people(count: int) -> Figure:
    return ReleasedFigure(value=count, unit="people")


def _bounds(material: Material, subject: SubjectEstimates) -> Iterator[tuple[str, Figure]]:
    if subject.gap is None or material.estimates is None or not material.estimates.participation.invited:
        return
    code = subject.subject
    names = {name: figure_id(BLOCK, code, name, DIFFERENCE) for name in ("low", "high", "d_star")}
    if not isinstance(subject.gap.estimate, Estimate) or subject.precision is None:
        gone = subject.precision is None
        for id_ in names.values():
            yield id_, WithheldFigure() if gone else NotEstimableFigure(reason=Reason.NO_ANSWERS.value)
        return
    bounds = subject.pair.worst_case
    if isinstance(bounds, tuple):
        ends = rounding.ends(*bounds, subject.precision, (0.0,))
        for name, value in zip(("low", "high"), ends, strict=True):
            yield names[name], ReleasedFigure(value=value, unit="points")
    tipping = subject.gap.d_star
    if tipping is not None:
        yield names["d_star"], d_star(tipping)


def d_star(tipping: float | NotEstimable) -> Figure:
    """Return a tipping point to five points, or that it is over 40 (R-6)."""
    if isinstance(tipping, NotEstimable):
        return NotEstimableFigure(reason=str(tipping.reason))
    if tipping > ROBUST_ABOVE:
        return BandedFigure(code="gt40", unit="points")
    return ReleasedFigure(value=rounding.fives(tipping, (FRAGILE_BELOW,)), unit="points")


def _row(material: Material, scope: str, owned: Mapping[str, Figure]) -> Row:
    roles = ("answered", "invited", "rate", *(f"wave_{k}" for k in range(1, material.waves)))
    named = {role: ballots(role, scope) for role in roles}
    return Row(
        subject=TOTAL if scope == COMPANY else scope, figures={r: id_ for r, id_ in named.items() if id_ in owned}
    )


def _bounds_row(subject: str, owned: Mapping[str, Figure]) -> Row:
    named = {name: figure_id(BLOCK, subject, name, DIFFERENCE) for name in ("low", "high", "d_star")}
    return Row(subject=subject, figures={role: id_ for role, id_ in named.items() if id_ in owned}, group=BOUNDS)


def _findings(material: Material, owned: Mapping[str, Figure], known: Mapping[str, Figure]) -> tuple[Finding, ...]:
    limit = finding(f"{BLOCK}.limit", Code.PARTICIPATION_LIMIT)
    found = [_lead(material, owned)]
    if material.grade is not Grade.PARTICIPATION:
        silent = silence(material, known, f"{BLOCK}.silent")
        found += [silent] if silent else []
        found.append(finding(f"{BLOCK}.may", Code.PARTICIPATION_MAY))
    return (*found, limit)


def _lead(material: Material, owned: Mapping[str, Figure]) -> Finding:
    x, y = material.sides
    scopes = {"company": COMPANY, "x": x, "y": y}
    slots = {
        f"{statistic}_{slot}": ballots(statistic, scope)
        for statistic in ("answered", "invited", "rate")
        for slot, scope in scopes.items()
        if ballots(statistic, scope) in owned
    }
    if not slots:
        code = Code.PARTICIPATION_UNKNOWN
    elif material.grade is Grade.PARTICIPATION:
        code = Code.PARTICIPATION_TOTAL
    elif "rate_x" not in slots or "rate_y" not in slots:
        code = Code.PARTICIPATION_COUNT
    else:
        lowest = min(_number(owned[slots["rate_x"]]), _number(owned[slots["rate_y"]]))
        good, usable = lowest >= GOOD, lowest >= USABLE
        code = Code.PARTICIPATION_GOOD if good else Code.PARTICIPATION_USABLE if usable else Code.PARTICIPATION_CAUTION
    return finding(f"{BLOCK}.lead", code, slots=slots)


def silence(material: Material, known: Mapping[str, Figure], id_: str) -> Finding | None:
    """State what the silent could change of the leading headline gap (S-36), where head counts are known."""
    leading = next(iter(headline_order(material, known)), None)
    if leading is None:
        return None
    subject = next(s for s in material.headline() if s.subject == leading)
    if verdict_of(known[gap(leading)]) not in _SOMETHING_TO_ERASE:
        return None
    tipping = known.get(figure_id(BLOCK, leading, "d_star", DIFFERENCE))
    if isinstance(tipping, NotEstimableFigure) and tipping.reason == Reason.ALL_ANSWERED.value:
        return finding(id_, Code.PARTICIPATION_EVERYONE)
    if not isinstance(tipping, ReleasedFigure | BandedFigure) or subject.precision is None:
        return None
    slots = {name: figure_id(BLOCK, leading, name, DIFFERENCE) for name in ("low", "high")}
    ends = [_number(known[bound]) for bound in slots.values() if isinstance(known.get(bound), ReleasedFigure)]
    if len(ends) == len(slots) and cannot_be_erased((ends[0], ends[1])):
        return finding(id_, Code.PARTICIPATION_SETTLED, subject=leading, slots=slots)
    return finding(
        id_, Code.PARTICIPATION_SILENT, subject=leading, d_star=figure_id(BLOCK, leading, "d_star", DIFFERENCE)
    )


def _number(figure: Figure) -> float:
    return float(figure.value) if isinstance(figure, ReleasedFigure) else 0.0


__all__ = ["ballots", "d_star", "figures", "participation", "silence"]
