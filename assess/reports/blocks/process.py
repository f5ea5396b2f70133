"""What do we change, and which incentive change? Recommendations as facts, and what leads their pages (R-15, R-18)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from assess.advice.model import Advised, FixedText, Indicator, IndicatorKind, Play, Ref, Status
from assess.reports import rounding
from assess.reports.blocks import gaps, items, mirror, standing
from assess.reports.blocks.page import COMPANY, DIFFERENCE, Page, direction, figure_id, page
from assess.reports.context import Grade, Material
from assess.reports.facts import Figure, Finding, Recommendation, ReleasedFigure
from assess.reports.findings import Code, finding

BLOCK = "process"
OPTIONS = "options"

POWER = 1.96 + 0.8416
"""Standard errors of a change that power .80 at two-sided .05 detects."""

_PRINTED = {
    Status.RECOMMENDED: "recommended",
    Status.CONSIDERED: "considered",
    Status.NOT_EVALUATED: "not_evaluated",
    Status.BLOCKED: "blocked",
}


def figures(material: Material, known: Mapping[str, Figure]) -> dict[str, Figure]:
    """Return the change that would be noticeable on each scale that a recommendation is judged on (P-16, S-37)."""
    found: dict[str, Figure] = {}
    for advised in _recommended(material):
        scale = _play(material, advised).judged_on
        figure = known.get(standing.process(scale, COMPANY))
        if isinstance(figure, ReleasedFigure) and figure.lo95 is not None and figure.hi95 is not None:
            error = (Decimal(str(figure.hi95)) - Decimal(str(figure.lo95))) / Decimal("3.92")
            value = rounding.rounded(Decimal(str(POWER)) * error * Decimal(2).sqrt())
            found[noticeable(scale)] = ReleasedFigure(value=value, unit="points")
    return found


def noticeable(scale: str) -> str:
    """Return the id of the change of a scale that would be noticeable next wave."""
    return figure_id(BLOCK, scale, "noticeable", "change")


def process(material: Material, known: Mapping[str, Figure]) -> Page:
    """Return the page of process changes; its figures are noticeable changes and the items no other page shows."""
    owned = {**figures(material, known), **items.rest(material)}
    if material.advice is None or material.grade is Grade.PARTICIPATION:
        return page(BLOCK, state="dropped", figures=owned)
    limit = finding(f"{BLOCK}.limit", Code.PROCESS_LIMIT)
    scales_only = any(advised.scales_only for advised in _recommended(material))
    small = (finding(f"{BLOCK}.small", Code.PROCESS_SMALL),) if scales_only else ()
    return page(
        BLOCK,
        state="reduced" if scales_only else "full",
        figures=owned,
        findings=(_lead(material), *small, *_protect(material), limit),
    )


def options(material: Material) -> Page:
    """Return the page of the one incentive change, dropped where none is chosen (R-19)."""
    advised = material.advice.incentive if material.advice else None
    if advised is None or material.grade is Grade.PARTICIPATION:
        return page(OPTIONS, state="dropped")
    lead = finding(f"{OPTIONS}.lead", Code.OPTIONS_OFFER, subject=advised.play)
    never = finding(f"{OPTIONS}.never", Code.OPTIONS_NEVER, words={"fixed": FixedText.NEVER.value})
    return page(OPTIONS, state="full", findings=(lead, never))


def actions(material: Material) -> tuple[Finding, ...]:
    """Return what the brief says where there is no decision to print: nothing settled, or leave as is (P-16)."""
    if material.advice is None or _recommended(material):
        return ()
    return tuple(
        finding(f"brief.{code.value.rpartition('.')[2]}", code, words={"fixed": text.value})
        for text, code in ((FixedText.OPEN, Code.PROCESS_OPEN), (FixedText.LEAVE, Code.PROCESS_LEAVE))
        if text in material.advice.fixed
    )


def recommendations(material: Material, known: Mapping[str, Figure]) -> tuple[Recommendation, ...]:
    """Return every play that a report names, cards first, with the released figures that chose it (P-5)."""
    advice = material.advice
    if advice is None or material.context.playbook is None:
        return ()
    incentive = (advice.incentive,) if advice.incentive else ()
    blocked = tuple(advised for advised in advice.every if advised.status is Status.BLOCKED)
    named = (*advice.processes, *incentive, *advice.considered, *advice.not_evaluated, *blocked)
    return tuple(_recommendation(material, advised, known) for advised in named if advised.status in _PRINTED)


def _recommendation(material: Material, advised: Advised, known: Mapping[str, Figure]) -> Recommendation:
    play = _play(material, advised)
    if advised.status is not Status.RECOMMENDED:
        return Recommendation(
            play=advised.play,
            kind=play.kind.value,
            status=_PRINTED[advised.status],
            rank=advised.rank,
            reason=advised.reason.value if advised.reason else None,
        )
    why = tuple(dict.fromkeys(id_ for ref in advised.why for id_ in _ids(material, ref, known)))
    return Recommendation(
        play=advised.play,
        kind=play.kind.value,
        status=_PRINTED[advised.status],
        rank=advised.rank,
        why=why,
        why_subjects=tuple(dict.fromkeys(id_.rsplit(".", 3)[1] for id_ in why)),
        owner="+".join(play.owner),
        cost=play.cost.value if play.cost else None,
        control=rounding.written(rounding.exact(play.control)),
        evidence=play.evidence,
        reason="scales_only" if advised.scales_only else None,
        indicators=tuple(_indicator(material, each, known) for each in play.indicators),
        know=_know(material, play, known),
    )


def _know(material: Material, play: Play, known: Mapping[str, Figure]) -> Mapping[str, str] | None:
    """Return the slots of KNOW on the scale the play is judged on; `d` only where S-37 can judge (P-16)."""
    company = known.get(standing.level(play.judged_on, COMPANY))
    if company is None or company.state in ("withheld", "not_estimable"):
        return None
    slots = {"name": play.judged_on, "direction": "FALL" if material.high_is_bad(play.judged_on) else "RISE"}
    return slots | ({"d": noticeable(play.judged_on)} if noticeable(play.judged_on) in known else {})


def _indicator(material: Material, indicator: Indicator, known: Mapping[str, Figure]) -> Mapping[str, str]:
    """Return what should move, which way and by how much, "to test", and the ids of today's values by scope."""
    found = {
        "kind": indicator.kind.value,
        "subject": indicator.subject,
        "who": indicator.who,
        "movement": indicator.movement.value,
    }
    for name, end in (("low", indicator.low), ("high", indicator.high)):
        if end is not None:
            found[name] = str(rounding.written(rounding.exact(end)))
    for id_ in _today(material, indicator, known):
        found[f"today_{id_.rsplit('.', 1)[-1]}"] = id_
    return found


def _today(material: Material, indicator: Indicator, known: Mapping[str, Figure]) -> Iterable[str]:
    names = {
        IndicatorKind.ITEM: "item",
        IndicatorKind.SCALE: "score",
        IndicatorKind.ERROR: "err",
        IndicatorKind.GAP: "gap",
    }
    if indicator.kind not in names:
        return ()
    who = indicator.who if indicator.kind is not IndicatorKind.ERROR else "any"
    return _ids(material, (names[indicator.kind], indicator.subject, who), known)


def _ids(material: Material, ref: Ref, known: Mapping[str, Figure]) -> tuple[str, ...]:
    """Return the released figures behind a value of the grammar (P-1): what a card may print of it."""
    return tuple(id_ for id_ in _named(material, ref) if id_ in known and known[id_].state in ("released", "banded"))


def _named(material: Material, ref: Ref) -> Iterator[str]:
    name, subject, who = ref[0], ref[1] if len(ref) > 1 else "", ref[-1]
    letters = {side.letter: side.code for side in material.context.instrument.sides}
    sides = (letters[who],) if who in letters else material.sides
    match name:
        case "score" if who == "C":
            yield standing.level(subject, COMPANY)
        case "score":
            yield from (standing.level(subject, side) for side in sides)
        case "item" | "share":
            block = items.owners(material).get(subject, items.REST)
            yield from (figure_id(block, subject, "mean", side) for side in sides)
        case "gap" | "absgap":
            yield gaps.gap(subject)
            yield figure_id(items.owners(material).get(subject, items.REST), subject, "gap", DIFFERENCE)
        case "err":
            ways = mirror.ways(material)
            if subject != "any":
                yield from (
                    figure_id(mirror.BLOCK, subject, "error", direction(one, other))
                    for one, other in ways
                    if one in sides
                )
        case "label":
            yield figure_id(mirror.BLOCK, subject, "gap", DIFFERENCE)
            for one, other in mirror.ways(material):
                yield figure_id(mirror.BLOCK, subject, "perceived", direction(one, other))
        case _:
            return


def _recommended(material: Material) -> tuple[Advised, ...]:
    advice = material.advice
    if advice is None or material.context.playbook is None:
        return ()
    return (*advice.processes, *((advice.incentive,) if advice.incentive else ()))


def _play(material: Material, advised: Advised) -> Play:
    playbook = material.context.playbook
    if playbook is None:
        raise ValueError(f"{advised.play} is advised without a playbook")
    return playbook.plays[advised.play]


def _lead(material: Material) -> Finding:
    advice = material.advice
    id_ = f"{BLOCK}.lead"
    if advice is not None and advice.processes:
        many = {"many": "yes" if len(advice.processes) > 1 else "no"}
        return finding(id_, Code.PROCESS_START, subject=advice.processes[0].play, words=many)
    fixed = advice.fixed if advice is not None else ()
    for text, code in ((FixedText.OPEN, Code.PROCESS_OPEN), (FixedText.LEAVE, Code.PROCESS_LEAVE)):
        if text in fixed:
            return finding(id_, code, words={"fixed": text.value})
    return finding(id_, Code.PROCESS_NONE)


def _protect(material: Material) -> Iterator[Finding]:
    fixed = material.advice.fixed if material.advice else ()
    for text, code in ((FixedText.PROTECT, Code.PROCESS_PROTECT), (FixedText.CHAIR, Code.PROCESS_CHAIR)):
        if text in fixed:
            yield finding(f"{BLOCK}.{text.value.lower()}", code, words={"fixed": text.value})
