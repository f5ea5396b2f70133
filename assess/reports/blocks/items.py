"""The questions of each headline scale, a page a scale, and the closed items no page shows (R-15, blocks 7 to 9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from assess.disclosure.policy import Precision
from assess.disclosure.registry import Kind
from assess.instruments.model import ItemType
from assess.reports.blocks import printed
from assess.reports.blocks.page import DIFFERENCE, Page, figure_id, mostly_withheld, page, withheld_last
from assess.reports.context import Grade, Material
from assess.reports.facts import Figure, Finding, NotEstimableFigure, ReleasedFigure, Row
from assess.reports.findings import CLEAR, Code, finding, ordered, standing, verdict_of
from assess.scoring.wave import SubjectEstimates

REST = "items"
"""Owner of the figures of items that no headline scale claims; they have no page of their own."""

DONT_KNOW_ABOVE = 0.25
"""Share of "don't know" in a team that is a finding (I-17)."""

_WITHOUT_SHARE = frozenset({Precision.BARE_ITEM, Precision.FIVES})

_TWINS = frozenset({ItemType.PREDICTION, ItemType.SELF_RATING})
_LEADS = {0: Code.ITEMS_GAP, 1: Code.ITEMS_NONE, 2: Code.ITEMS_SMALL, 3: Code.ITEMS_OPEN, 4: Code.ITEMS_OPEN}


def owners(material: Material) -> dict[str, str]:
    """Return item -> block that owns its figures: its first headline scale's page, or `items`."""
    claimed: dict[str, str] = {}
    for scale in material.headline():
        for item in material.context.instrument.scales[scale.subject].items:
            claimed.setdefault(item, block_of(scale.subject))
    return {
        item.subject: claimed.get(item.subject, REST)
        for item in material.of(Kind.ITEM)
        if material.context.instrument.items[item.subject].type not in _TWINS
    }


def block_of(scale: str) -> str:
    """Return the id of the page of a headline scale."""
    return f"items-{scale}"


def pages(material: Material) -> Iterator[Page]:
    """Yield a page a headline scale (R-14)."""
    owner = owners(material)
    for scale in material.headline():
        block = block_of(scale.subject)
        subjects = [item for item in material.of(Kind.ITEM) if owner.get(item.subject) == block]
        yield _page(material, block, scale.subject, subjects)


def rest(material: Material) -> dict[str, Figure]:
    """Return the figures of the remaining closed items: plays rest on them."""
    owner = owners(material)
    subjects = [item for item in material.of(Kind.ITEM) if owner.get(item.subject) == REST]
    return {id_: figure for item in subjects for id_, figure in _figures(material, REST, item)}


def _page(material: Material, block: str, scale: str, subjects: list[SubjectEstimates]) -> Page:
    owned = {id_: figure for item in subjects for id_, figure in _figures(material, block, item)}
    rows = withheld_last([_row(material, block, item, owned) for item in subjects], owned)
    if material.grade is not Grade.FULL or not rows or mostly_withheld(rows, owned):
        return page(block, state="dropped", figures=owned, scale=scale)
    released = [item for item in subjects if item.precision is not None]
    found = _findings(material, block, scale, released, owned)
    return page(block, state="full", rows=rows, figures=owned, findings=found, scale=scale)


def _figures(material: Material, block: str, item: SubjectEstimates) -> Iterator[tuple[str, Figure]]:
    code = item.subject
    points = material.context.instrument.items[code].type is not ItemType.FACT
    for side in material.sides:
        if points:
            yield figure_id(block, code, "mean", side), printed.mean(item.side_means[side], item, side)
            if side in item.favourable and item.precision not in _WITHOUT_SHARE:
                share = printed.favourable(item.favourable[side], item, side)
                yield figure_id(block, code, "favourable", side), share
    if item.gap is not None:
        yield figure_id(block, code, "gap", DIFFERENCE), printed.comparison(item.gap, item.precision, item.missing)
    for side in material.sides:
        shares = printed.shares(item.levels[side]) if side in item.levels else ()
        for place, figure in enumerate(shares, start=1):
            yield figure_id(block, code, f"level_{place}", side), figure


def _row(material: Material, block: str, item: SubjectEstimates, owned: Mapping[str, Figure]) -> Row:
    code = item.subject
    roles = {
        **{side: ("mean", side) for side in material.sides},
        **{f"favourable_{side}": ("favourable", side) for side in material.sides},
        "gap": ("gap", DIFFERENCE),
        **{
            f"level_{place}_{side}": (f"level_{place}", side)
            for side in material.sides
            for place in range(1, material.context.instrument.levels(code) + 1)
        },
    }
    named = {role: figure_id(block, code, *place) for role, place in roles.items()}
    return Row(subject=code, figures={role: id_ for role, id_ in named.items() if id_ in owned})


def _findings(
    material: Material, block: str, scale: str, released: list[SubjectEstimates], owned: Mapping[str, Figure]
) -> tuple[Finding, ...]:
    gaps = {figure_id(block, item.subject, "gap", DIFFERENCE): item.subject for item in released if item.gap}
    limit = finding(f"{block}.limit", Code.ITEMS_LIMIT)
    weakest = _weakest(material, block, scale, released, owned)
    may = Code.ITEMS_MAY_SHARED
    if gaps:
        first = ordered(gaps, owned)[0]
        code = _LEADS[standing(owned[first])]
        lead = finding(f"{block}.lead", code, subject=gaps[first], words={"scale": scale}, gap=first)
        may = Code.ITEMS_MAY_GAP if verdict_of(owned[first]) in CLEAR else may
    else:
        lead = finding(f"{block}.lead", Code.ITEMS_LEVELS, subject=scale, words={"scale": scale})
    if weakest is not None and weakest.subject == lead.subject:
        weakest = None
    seen = _dont_know(material, block, released) or weakest
    return (lead, *([seen] if seen else []), finding(f"{block}.may", may), limit)


def _weakest(
    material: Material, block: str, scale: str, released: list[SubjectEstimates], owned: Mapping[str, Figure]
) -> Finding | None:
    """State the item with the least favourable answers, both sides counted alike."""
    x, y = material.sides
    scored: list[tuple[Decimal, int, str]] = []
    for place, item in enumerate(released):
        both = [owned.get(figure_id(block, item.subject, "mean", side)) for side in (x, y)]
        values = [Decimal(str(each.value)) for each in both if isinstance(each, ReleasedFigure)]
        if len(values) == len(both):
            total = sum(values, Decimal(0))
            turned = _unfavourable_high(material, scale, item.subject)
            scored.append((200 - total if turned else total, place, item.subject))
    if not scored:
        return None
    item_code = min(scored)[2]
    slots = {"x": figure_id(block, item_code, "mean", x), "y": figure_id(block, item_code, "mean", y)}
    gap = figure_id(block, item_code, "gap", DIFFERENCE)
    if gap in owned and not isinstance(owned[gap], NotEstimableFigure):
        slots["gap"] = gap
    words = {"turned": "yes" if _unfavourable_high(material, scale, item_code) else "no"}
    return finding(f"{block}.weakest", Code.ITEMS_WEAKEST, subject=item_code, words=words, slots=slots)


def _unfavourable_high(material: Material, scale: str, item: str) -> bool:
    """Return whether agreement with an item is the unfavourable answer in its scale."""
    declared = material.context.instrument.scales[scale]
    return (item in declared.reverse) != (declared.high == "bad")


def _dont_know(material: Material, block: str, released: list[SubjectEstimates]) -> Finding | None:
    """State the first item that over a quarter of a team could not answer (I-17)."""
    for item in released:
        for side in material.sides:
            if item.dont_know.get(side, 0.0) > DONT_KNOW_ABOVE:
                return finding(f"{block}.dont_know", Code.ITEMS_DONT_KNOW, subject=item.subject, words={"side": side})
    return None
