"""Where do we differ? The gap of every scale and of H, headline family apart from exploratory (R-15, block 6)."""

from __future__ import annotations

from collections.abc import Mapping

from assess.reports.blocks import printed
from assess.reports.blocks.page import DIFFERENCE, Page, figure_id, mostly_withheld, page
from assess.reports.blocks.standing import level
from assess.reports.context import Grade, Material
from assess.reports.facts import Figure, Finding, Row
from assess.reports.findings import CLEAR, Code, finding, ordered, standing, verdict_of
from assess.scoring.wave import SubjectEstimates

BLOCK = "gaps"
HEADLINE = "headline"
EXPLORATORY = "exploratory"

LEADS = {0: Code.GAPS_CLEAR, 1: Code.GAPS_NONE, 2: Code.GAPS_SMALL, 3: Code.GAPS_OPEN, 4: Code.GAPS_OPEN}
_MAY = {Code.GAPS_CLEAR: Code.GAPS_MAY_CLEAR, Code.GAPS_NONE: Code.GAPS_MAY_NONE, Code.GAPS_SMALL: Code.GAPS_MAY_NONE}


def figures(material: Material) -> dict[str, Figure]:
    """Return gap, gap at the estimand of trends, and probability of superiority where its class prints one."""
    found: dict[str, Figure] = {}
    for subject in material.scored():
        if subject.gap is None:
            continue
        cuts = printed.margins(subject.gap.margin)
        found[gap(subject.subject)] = printed.comparison(subject.gap, subject.precision, subject.missing)
        found[gap_process(subject.subject)] = printed.interval(subject.process_gap, subject.precision, cuts)
        theta_figure = printed.superiority(subject)
        if theta_figure is not None:
            found[theta(subject.subject)] = theta_figure
    return found


def gap(subject: str) -> str:
    """Return the id of a gap."""
    return figure_id(BLOCK, subject, "gap", DIFFERENCE)


def gap_process(subject: str) -> str:
    """Return the id of a gap as trends read it."""
    return figure_id(BLOCK, subject, "gap_process", DIFFERENCE)


def theta(subject: str) -> str:
    """Return the id of a probability of superiority."""
    return figure_id(BLOCK, subject, "theta", DIFFERENCE)


def gaps(material: Material, changes: Mapping[str, Figure]) -> Page:
    """Return the page; `changes`: the figures of the change page, for its column."""
    owned = figures(material)
    rows = _rows(material, owned, changes)
    if material.grade is Grade.PARTICIPATION or mostly_withheld(rows, owned) or not rows:
        return page(BLOCK, state="dropped", figures=owned)
    return page(BLOCK, state="full", rows=rows, figures=owned, findings=_findings(material, owned))


def headline_order(material: Material, known: Mapping[str, Figure]) -> tuple[str, ...]:
    """Return the headline scales that have a gap, in R-9's order; withheld ones last."""
    ids = {gap(subject.subject): subject.subject for subject in material.headline() if subject.gap is not None}
    return tuple(ids[id_] for id_ in ordered(ids, known))


def _rows(material: Material, owned: Mapping[str, Figure], changes: Mapping[str, Figure]) -> tuple[Row, ...]:
    headline = {subject.subject for subject in material.headline()}
    health = material.health()
    subjects = [s for s in (*([health] if health else []), *material.shown_scales()) if s.gap is not None]
    rows = {gap(s.subject): _row(material, s, owned, changes, headline=s.subject in headline) for s in subjects}
    in_size = sorted(rows, key=lambda id_: -_printed_size(owned[id_]))
    # Withheld rows keep instrument order: `in_size` starts from it, and their size is one and the same.
    return tuple(
        rows[id_]
        for withheld in (False, True)
        for group in (HEADLINE, EXPLORATORY)
        for id_ in in_size
        if (owned[id_].state == "withheld") is withheld and rows[id_].group == group
    )


def _printed_size(figure: Figure) -> float:
    return abs(float(figure.value)) if figure.state == "released" else -1.0


def _row(
    material: Material,
    subject: SubjectEstimates,
    owned: Mapping[str, Figure],
    changes: Mapping[str, Figure],
    *,
    headline: bool,
) -> Row:
    code = subject.subject
    named = {side: level(code, side) for side in material.sides} | {"gap": gap(code)}
    if theta(code) in owned:
        named["theta"] = theta(code)
    change = figure_id("change", code, "change", DIFFERENCE)
    if change in changes and owned[gap(code)].state != "withheld":
        named["change"] = change
    return Row(subject=code, figures=named, group=HEADLINE if headline else EXPLORATORY)


def _findings(material: Material, owned: Mapping[str, Figure]) -> tuple[Finding, ...]:
    headline = headline_order(material, owned)
    limit = finding(f"{BLOCK}.limit", Code.GAPS_LIMIT)
    if not headline:
        return (limit,)
    first = headline[0]
    if owned[gap(first)].state == "withheld":
        return (finding(f"{BLOCK}.lead", Code.GAPS_WITHHELD, subject=first, gap=gap(first)), limit)
    code = LEADS[standing(owned[gap(first)])]
    found = [finding(f"{BLOCK}.lead", code, subject=first, gap=gap(first))]
    rest = [subject for subject in headline[1:] if owned[gap(subject)].state != "withheld"]
    if verdict_of(owned[gap(first)]) in CLEAR and theta(first) in owned:
        found.append(finding(f"{BLOCK}.theta", Code.GAPS_THETA, subject=first, theta=theta(first)))
    elif rest:
        found.append(finding(f"{BLOCK}.{rest[0]}", Code.GAPS_VERDICT, subject=rest[0], gap=gap(rest[0])))
    return (*found, finding(f"{BLOCK}.may", _MAY.get(code, Code.GAPS_MAY_OPEN)), limit)
