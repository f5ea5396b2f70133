"""What to know and do? The headline, the level, what to trust, and decisions (R-9, R-15 block 1, R-16)."""

from __future__ import annotations

from collections.abc import Mapping

from assess.reports import rounding
from assess.reports.blocks import change, gaps, mirror, participation, standing
from assess.reports.blocks.page import COMPANY, DIFFERENCE, Page, figure_id, page
from assess.reports.context import Grade, Material
from assess.reports.facts import Figure, Finding, ReleasedFigure, Row
from assess.reports.findings import Code, finding
from assess.reports.findings import standing as place
from assess.scoring.power import detectable_gap
from assess.scoring.results import Label

BLOCK = "brief"
DETECTABLE = figure_id(BLOCK, "detectable", "gap", DIFFERENCE)

_CHANGES = {
    Code.CHANGE_IMPROVED: Code.HEADLINE_IMPROVED,
    Code.CHANGE_WORSENED: Code.HEADLINE_WORSENED,
    Code.CHANGE_TREND_UP: Code.HEADLINE_TREND_UP,
    Code.CHANGE_TREND_DOWN: Code.HEADLINE_TREND_DOWN,
    Code.CHANGE_GAP_MOVED: Code.HEADLINE_GAP_MOVED,
    Code.CHANGE_OUTSIDE: Code.HEADLINE_OUTSIDE,
    Code.CHANGE_DRIFT: Code.HEADLINE_DRIFT,
}
_LABELS = {
    Label.FALSE_CONSENSUS: Code.HEADLINE_FALSE_CONSENSUS,
    Label.FALSE_CONFLICT: Code.HEADLINE_FALSE_CONFLICT,
}


def brief(material: Material, known: Mapping[str, Figure], actions: tuple[Finding, ...]) -> Page:
    """Return the page; `actions`: what the process page says when it has no card."""
    owned = _figures(material)
    if material.grade is Grade.PARTICIPATION:
        found = (_headline_withheld(), *_answered(known), finding(f"{BLOCK}.trust", Code.BRIEF_TRUST))
        return page(BLOCK, state="reduced", rows=_ballots(known), figures=owned, findings=found)
    figures_ = {**known, **owned}
    lead = headline(material, figures_)
    found = (lead, *_level(material, known), *_change(material, known, lead), *_gap(material, known, lead))
    silent = participation.silence(material, known, f"{BLOCK}.silent")
    trust = finding(f"{BLOCK}.trust", Code.BRIEF_TRUST)
    rows = (*_rows(material, known), *_ballots(known))
    return page(
        BLOCK,
        state="full" if material.grade is Grade.FULL else "reduced",
        rows=rows,
        figures=owned,
        findings=(*found, *_answered(known), *([silent] if silent else []), trust, *actions),
    )


def headline(material: Material, known: Mapping[str, Figure]) -> Finding:
    """Return the one sentence of the brief: the first of R-9's order that exists."""
    id_ = f"{BLOCK}.headline"
    order = gaps.headline_order(material, known)
    first = order[0] if order else None
    rank = place(known[gaps.gap(first)]) if first else 4
    if first and rank == 0:
        return finding(id_, Code.HEADLINE_GAP, subject=first, gap=gaps.gap(first))
    moved = change.headline_change(material, known)
    if moved is not None:
        said = change.stated(material, *moved, known, id_)
        return said.model_copy(update={"code": _CHANGES[Code(said.code)].value})
    for topic in mirror.labelled(material):
        code = _LABELS.get(Label(topic.label)) if topic.label else None
        if code is not None and material.grade is Grade.FULL:
            return mirror.label_finding(material, topic, known, id_, code)
    if first and rank in {1, 2}:
        code = Code.HEADLINE_NO_GAP if rank == 1 else Code.HEADLINE_TOO_SMALL
        return finding(id_, code, subject=first, gap=gaps.gap(first))
    if first is None or known[gaps.gap(first)].state == "withheld":
        return _headline_withheld()
    return finding(id_, Code.HEADLINE_TOO_FEW, subject=first, gap=gaps.gap(first), detectable=DETECTABLE)


def _headline_withheld() -> Finding:
    return finding(f"{BLOCK}.headline", Code.HEADLINE_WITHHELD)


def _figures(material: Material) -> dict[str, Figure]:
    """Return the gap that these numbers of answers can detect, a planning figure from n alone (section 10 of S-)."""
    if material.estimates is None or not material.headline():
        return {}
    n, m = (material.estimates.participation.answered[side] for side in material.sides)
    value = rounding.rounded(detectable_gap(n, m))
    return {DETECTABLE: ReleasedFigure(value=value, unit="points")}


def _level(material: Material, known: Mapping[str, Figure]) -> tuple[Finding, ...]:
    subject = _opening(material)
    if subject is None or known[standing.level(subject, COMPANY)].state == "withheld":
        return ()
    high = "bad" if material.high_is_bad(subject) else "good"
    company = standing.level(subject, COMPANY)
    words = {"high": high, "band": " ".join(standing.words(material, subject, known).get(COMPANY, ()))}
    said = {word: code for word, code in words.items() if code}
    return (finding(f"{BLOCK}.level", Code.BRIEF_LEVEL, subject=subject, words=said, company=company),)


def _opening(material: Material) -> str | None:
    """Return what opens the brief: H, or the first headline scale where there is no composite (R-14)."""
    health = material.health()
    opening = health or next(iter(material.headline()), None)
    return opening.subject if opening else None


def _change(material: Material, known: Mapping[str, Figure], lead: Finding) -> tuple[Finding, ...]:
    subject = _opening(material)
    if subject is None or change.change(subject, COMPANY) not in known:
        return ()
    if known[change.change(subject, COMPANY)].state == "withheld":
        return ()
    if lead.figures.get("change") == change.change(subject, COMPANY):
        return ()
    return (change.stated(material, subject, COMPANY, known, f"{BLOCK}.change"),)


def _gap(material: Material, known: Mapping[str, Figure], lead: Finding) -> tuple[Finding, ...]:
    order = gaps.headline_order(material, known)
    if not order or lead.figures.get("gap") == gaps.gap(order[0]):
        return ()
    if known[gaps.gap(order[0])].state == "withheld":
        return ()
    return (finding(f"{BLOCK}.gap", Code.GAPS_VERDICT, subject=order[0], gap=gaps.gap(order[0])),)


def _answered(known: Mapping[str, Figure]) -> tuple[Finding, ...]:
    answered, invited = (participation.ballots(each, COMPANY) for each in ("answered", "invited"))
    if answered not in known:
        return ()
    if invited not in known:
        return (finding(f"{BLOCK}.answered", Code.BRIEF_ANSWERED, answered=answered),)
    return (finding(f"{BLOCK}.answered", Code.BRIEF_ANSWERED_OF, answered=answered, invited=invited),)


def _ballots(known: Mapping[str, Figure]) -> tuple[Row, ...]:
    named = {role: participation.ballots(role, COMPANY) for role in ("answered", "invited")}
    present = {role: id_ for role, id_ in named.items() if id_ in known}
    return (Row(subject=participation.BALLOTS, figures=present),) if present else ()


def _rows(material: Material, known: Mapping[str, Figure]) -> tuple[Row, ...]:
    rows: list[Row] = []
    opening = _opening(material)
    if opening is not None:
        named = {COMPANY: standing.level(opening, COMPANY), "change": change.change(opening, COMPANY)}
        words = {scope: codes for scope, codes in standing.words(material, opening, known).items() if scope == COMPANY}
        present = {role: id_ for role, id_ in named.items() if id_ in known}
        rows.append(Row(subject=opening, figures=present, band=words))
    order = gaps.headline_order(material, known)
    if order:
        named = {side: standing.level(order[0], side) for side in material.sides} | {"gap": gaps.gap(order[0])}
        rows.append(Row(subject=order[0], figures=named))
    return tuple(rows)
