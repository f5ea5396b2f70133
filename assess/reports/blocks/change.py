"""What has moved? Comparable series over the client's waves, and the change that S-37 allows (R-15, block 11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from assess.disclosure.policy import Precision
from assess.reports.bands import CODED_ENDS
from assess.reports.blocks import gaps, printed, standing, usual
from assess.reports.blocks.page import COMPANY, DIFFERENCE, Page, figure_id, page
from assess.reports.context import Grade, Material
from assess.reports.facts import BandedFigure, Figure, Finding, NotEstimableFigure, ReleasedFigure, Row
from assess.reports.findings import CLEAR, Code, finding, ordered, verdict_of
from assess.scoring.results import Reason, Signal
from assess.scoring.wave import Change, SubjectEstimates

BLOCK = "change"
TREND_FROM = 3
"""Waves from which a change is called a trend (R-11)."""

_IMPROVEMENT = (2, 3, 4)
"""Rows of S-30 in which "improved" may be said (R-11)."""


def figures(material: Material) -> dict[str, Figure]:
    """Return earlier waves' levels and gaps as they were released, the changes, and from the eighth wave the range."""
    found: dict[str, Figure] = {}
    for subject in material.scored():
        changed = dict(_changes(material, subject))
        if changed:
            found |= dict(_earlier(material, subject))
            found |= changed
    return found | _usual(material)


def change(subject: str, scope: str) -> str:
    """Return the id of a change."""
    return figure_id(BLOCK, subject, "change", scope)


def wave(subject: str, k: int, scope: str) -> str:
    """Return the id of the value of the k-th wave of the series."""
    return figure_id(BLOCK, subject, f"wave_{k}", scope)


def previous(material: Material, owned: Mapping[str, Figure]) -> dict[str, dict[str, str]]:
    """Return subject -> side -> id of its value in the last wave that compares."""
    found: dict[str, dict[str, str]] = {}
    for subject in material.scored():
        for side in material.sides:
            ids = [wave(subject.subject, k, side) for k in range(material.waves - 1, 0, -1)]
            last = next((id_ for id_ in ids if isinstance(owned.get(id_), ReleasedFigure)), None)
            if last is not None:
                found.setdefault(subject.subject, {})[side] = last
    return found


def changes(material: Material, owned: Mapping[str, Figure], known: Mapping[str, Figure]) -> Page:
    """Return the page; `owned` are its figures, `known` those of the levels and gaps."""
    rows = tuple(_row(material, subject, owned) for subject in _shown(material) if _has_change(subject, owned))
    if material.grade is Grade.PARTICIPATION or not rows:
        return page(BLOCK, state="dropped", figures=owned)
    return page(BLOCK, state="full", rows=rows, figures=owned, findings=_findings(material, owned, known))


def stated(material: Material, subject: str, scope: str, figures_: Mapping[str, Figure], id_: str) -> Finding:
    """Return a change as a finding: its code by verdict and direction, with the values before and now.

    From the eighth wave on the chart names the code, and the usual level stands in place of the value before.
    """
    figure, found = figures_[change(subject, scope)], _change(material, subject, scope)
    now = _now(subject, scope)
    if found is not None and found.chart is not None:
        code, way = usual.stated(found.chart)
        words = {"scope": scope, "waves": str(found.waves), "way": way, "seen": _seen(verdict_of(figure))}
        slots = usual.slots(subject, scope)
        return finding(id_, code, subject=subject, words=words, slots=slots, now=now, change=change(subject, scope))
    values = found.values if found else ()
    first = next((k for k, value in enumerate(values, start=1) if value is not None), 1)
    waves = found.waves if found else 2
    words = {"scope": scope, "waves": str(waves), "trend": "yes" if waves >= TREND_FROM else "no"}
    code = _code(material, subject, scope, figure, waves)
    return finding(
        id_,
        code,
        subject=subject,
        words=words,
        before=wave(subject, first, scope),
        now=now,
        change=change(subject, scope),
    )


def headline_change(material: Material, figures_: Mapping[str, Figure]) -> tuple[str, str] | None:
    """Return subject and scope of the largest clear change among the headline's company scores, gaps and H (R-9)."""
    ids = {change(s, scope): (s, scope) for s, scope in _headline(material) if change(s, scope) in figures_}
    clear = [id_ for id_ in ids if verdict_of(figures_[id_]) in CLEAR]
    return ids[ordered(clear, figures_)[0]] if clear else None


def _headline(material: Material) -> list[tuple[str, str]]:
    health = material.health()
    subjects = [*material.headline(), *([health] if health else [])]
    return [(s.subject, scope) for scope in (COMPANY, DIFFERENCE) for s in subjects]


def _seen(row: int | None) -> str:
    """Return what a title may say of this wave by itself: rows 6 and 7 head a page as what is not settled (R-10)."""
    return "moved" if row in _IMPROVEMENT else "steady" if row == 5 else "open"


def _code(material: Material, subject: str, scope: str, figure: Figure, waves: int) -> Code:
    verdict = verdict_of(figure)
    if not isinstance(figure, ReleasedFigure):
        return Code.CHANGE_NO_VERDICT
    if verdict not in _IMPROVEMENT:
        return Code.CHANGE_STEADY if verdict == 5 else Code.CHANGE_OPEN
    if scope == DIFFERENCE:
        return Code.CHANGE_GAP_MOVED
    better = (float(figure.value) > 0) != material.high_is_bad(subject)
    if waves >= TREND_FROM:
        return Code.CHANGE_TREND_UP if better else Code.CHANGE_TREND_DOWN
    return Code.CHANGE_IMPROVED if better else Code.CHANGE_WORSENED


def _shown(material: Material) -> tuple[SubjectEstimates, ...]:
    """Return what has a row: H and the form's scales, and a pulse index that a pulse wave has measured too."""
    shown = {subject.subject for subject in material.shown_scales()}
    return tuple(s for s in material.scored() if s.id.startswith("composite.") or s.subject in shown)


def _has_change(subject: SubjectEstimates, owned: Mapping[str, Figure]) -> bool:
    return change(subject.subject, COMPANY) in owned


def _row(material: Material, subject: SubjectEstimates, owned: Mapping[str, Figure]) -> Row:
    code, now = subject.subject, material.waves
    named: dict[str, str] = {}
    for scope in (COMPANY, *material.sides):
        for k in range(1, now):
            if wave(code, k, scope) in owned:
                named[f"wave_{k}_{scope}"] = wave(code, k, scope)
        named[f"wave_{now}_{scope}"] = standing.process(code, scope)
    for scope in (COMPANY, *material.sides, DIFFERENCE):
        if change(code, scope) in owned:
            named[f"change_{scope}"] = change(code, scope)
        for role, id_ in usual.slots(code, scope).items():
            if id_ in owned:
                named[f"{role}_{scope}"] = id_
    return Row(subject=code, figures=named)


def _changes(material: Material, subject: SubjectEstimates) -> Iterator[tuple[str, Figure]]:
    for scope in (COMPANY, *material.sides, DIFFERENCE):
        found = _change(material, subject.subject, scope)
        if found is not None:
            if subject.precision is Precision.FIVES:
                yield change(subject.subject, scope), _direction(material, subject.subject, scope)
                continue
            # The inputs are printed numbers already, coded by their own classes; nothing finer can come out of them.
            yield change(subject.subject, scope), printed.comparison(found.judged, Precision.FULL)


def _direction(material: Material, subject: str, scope: str) -> Figure:
    """Return a change as a direction only (A-13 R5), read off what was printed before and is printed now."""
    id_ = _now(subject, scope)
    of_subject = next(s for s in material.scored() if s.subject == subject)
    before = [figure for key, figure in _earlier(material, of_subject) if key.endswith(f".{scope}")]
    seen = [ends for figure in before if (ends := _place(figure)) is not None]
    now = _place({**standing.figures(material), **gaps.figures(material)}[id_])
    if now is None or not seen or seen[-1] == now:
        return NotEstimableFigure(reason=Reason.NO_INTERVAL.value)
    return BandedFigure(code="higher" if now > seen[-1] else "lower", unit="points")


def _place(figure: Figure) -> Decimal | None:
    """Return where a printed figure stands, for the sake of a direction."""
    match figure:
        case ReleasedFigure(value=value):
            return Decimal(str(value))
        case BandedFigure(code=code):
            return Decimal(CODED_ENDS[code])
        case _:
            return None


def _usual(material: Material) -> dict[str, Figure]:
    """Return usual level and range of every series that has a control chart (S-37)."""
    charts = {
        (subject.subject, scope): found.chart
        for subject in material.scored()
        for scope in (COMPANY, *material.sides, DIFFERENCE)
        if (found := _change(material, subject.subject, scope)) is not None and found.chart is not None
    }
    if not charts:
        return {}
    now = {**standing.figures(material), **gaps.figures(material)}
    return {
        id_: figure
        for (subject, scope), chart in charts.items()
        for id_, figure in usual.figures(subject, scope, chart, now[_now(subject, scope)]).items()
    }


def _now(subject: str, scope: str) -> str:
    """Return the id of this wave's value as trends read it."""
    return gaps.gap_process(subject) if scope == DIFFERENCE else standing.process(subject, scope)


def _change(material: Material, subject: str, scope: str) -> Change | None:
    if material.estimates is None:
        return None
    id_ = next((s.id for s in material.scored() if s.subject == subject), None)
    return material.estimates.changes.get(f"{id_}.{'gap' if scope == DIFFERENCE else scope}")


def _earlier(material: Material, subject: SubjectEstimates) -> Iterator[tuple[str, Figure]]:
    code, today = subject.subject, material.context.scale_hashes().get(subject.subject)
    for k, facts in enumerate(material.context.earlier, start=1):
        hashes = facts.provenance.get("scale_hashes")
        same = isinstance(hashes, Mapping) and hashes.get(code) == today
        for scope in (COMPANY, *material.sides, DIFFERENCE):
            id_ = _now(code, scope)
            if id_ in facts.figures:
                broken = NotEstimableFigure(reason=Reason.NOT_COMPARABLE.value)
                yield wave(code, k, scope), facts.figures[id_] if same else broken


def _findings(material: Material, owned: Mapping[str, Figure], known: Mapping[str, Figure]) -> tuple[Finding, ...]:
    figures_ = {**known, **owned}
    limit = finding(f"{BLOCK}.limit", Code.CHANGE_LIMIT)
    shown = {subject.subject for subject in _shown(material)}
    ids = {change(s, scope): (s, scope) for s, scope in _headline(material) if s in shown and change(s, scope) in owned}
    in_order = [ids[id_] for id_ in ordered(ids, figures_) if owned[id_].state != "withheld"]
    if not in_order:
        return (limit,)
    lead, rest = in_order[0], in_order[1:]
    # A drift may stand behind what did not move; it is the one thing that a reader would not see without a chart.
    other = [each for each in rest if _signals(material, *each)] or rest
    found = [
        stated(material, subject, scope, figures_, f"{BLOCK}.{subject}.{scope}")
        for subject, scope in (lead, *other[:1])
    ]
    may = _may(found, verdict_of(figures_[change(*lead)]))
    return (*found, finding(f"{BLOCK}.may", may), limit)


def _signals(material: Material, subject: str, scope: str) -> bool:
    found = _change(material, subject, scope)
    return found is not None and found.chart is not None and found.chart.signal is not Signal.NONE


def _may(found: Sequence[Finding], row: int | None) -> Code:
    """Return what it may mean; a chart's signal that its wave alone does not settle asks to look, not yet to act."""
    if row in _IMPROVEMENT and found[0].code != Code.CHANGE_INSIDE:
        return Code.CHANGE_MAY_MOVED
    signalled = any(each.code in (Code.CHANGE_OUTSIDE, Code.CHANGE_DRIFT) for each in found)
    return Code.CHANGE_MAY_WATCH if signalled else Code.CHANGE_MAY_OPEN
