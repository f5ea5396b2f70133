"""What a report may state: the closed set of finding codes, and which finding leads a page (R-8, R-9, R-10).

Belongs here: codes, their evidence, their order. Does not: prose, which is one file per code and language under
`templates/report/wording` (a code without its texts fails a test), or figures (blocks).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum

from assess.reports.facts import BandedFigure, Figure, Finding, NotEstimableFigure, ReleasedFigure


class Code(StrEnum):
    """Every finding, by page: its lead, what else is seen, what it may mean, what nobody can tell."""

    HEADLINE_GAP = "headline.gap"
    HEADLINE_IMPROVED = "headline.improved"
    HEADLINE_WORSENED = "headline.worsened"
    HEADLINE_TREND_UP = "headline.trend_up"
    HEADLINE_TREND_DOWN = "headline.trend_down"
    HEADLINE_GAP_MOVED = "headline.gap_moved"
    HEADLINE_OUTSIDE = "headline.outside"
    HEADLINE_DRIFT = "headline.drift"
    HEADLINE_FALSE_CONSENSUS = "headline.false_consensus"
    HEADLINE_FALSE_CONFLICT = "headline.false_conflict"
    HEADLINE_NO_GAP = "headline.no_gap"
    HEADLINE_TOO_SMALL = "headline.too_small"
    HEADLINE_TOO_FEW = "headline.too_few"
    HEADLINE_WITHHELD = "headline.withheld"
    BRIEF_LEVEL = "brief.level"
    BRIEF_ANSWERED = "brief.answered"
    BRIEF_ANSWERED_OF = "brief.answered_of"
    BRIEF_TRUST = "brief.trust"

    READING_ROW = "reading.row"
    READING_PLAIN = "reading.plain"

    PARTICIPATION_GOOD = "participation.good"
    PARTICIPATION_USABLE = "participation.usable"
    PARTICIPATION_CAUTION = "participation.caution"
    PARTICIPATION_COUNT = "participation.count"
    PARTICIPATION_TOTAL = "participation.total"
    PARTICIPATION_UNKNOWN = "participation.unknown"
    PARTICIPATION_SILENT = "participation.silent"
    PARTICIPATION_SETTLED = "participation.settled"
    PARTICIPATION_EVERYONE = "participation.everyone"
    PARTICIPATION_MAY = "participation.may"
    PARTICIPATION_LIMIT = "participation.limit"

    STANDING_STRENGTH = "standing.strength"
    STANDING_LOWEST = "standing.lowest"
    STANDING_MAY_STRENGTH = "standing.may_strength"
    STANDING_MAY_LOWEST = "standing.may_lowest"
    STANDING_LIMIT = "standing.limit"

    GAPS_CLEAR = "gaps.clear"
    GAPS_NONE = "gaps.none"
    GAPS_SMALL = "gaps.small"
    GAPS_OPEN = "gaps.open"
    GAPS_WITHHELD = "gaps.withheld"
    GAPS_VERDICT = "gaps.verdict"
    GAPS_THETA = "gaps.theta"
    GAPS_MAY_CLEAR = "gaps.may_clear"
    GAPS_MAY_NONE = "gaps.may_none"
    GAPS_MAY_OPEN = "gaps.may_open"
    GAPS_LIMIT = "gaps.limit"

    ITEMS_GAP = "items.gap"
    ITEMS_NONE = "items.none"
    ITEMS_SMALL = "items.small"
    ITEMS_OPEN = "items.open"
    ITEMS_LEVELS = "items.levels"
    ITEMS_WEAKEST = "items.weakest"
    ITEMS_DONT_KNOW = "items.dont_know"
    ITEMS_MAY_GAP = "items.may_gap"
    ITEMS_MAY_SHARED = "items.may_shared"
    ITEMS_LIMIT = "items.limit"

    MIRROR_TRUE_CONSENSUS = "mirror.true_consensus"
    MIRROR_DISSENSUS = "mirror.dissensus"
    MIRROR_FALSE_CONSENSUS = "mirror.false_consensus"
    MIRROR_FALSE_CONFLICT = "mirror.false_conflict"
    MIRROR_ONE_SIDED_BLINDNESS = "mirror.one_sided_blindness"
    MIRROR_ONE_SIDED_FALSE_CONFLICT = "mirror.one_sided_false_conflict"
    MIRROR_ALSO = "mirror.also"
    MIRROR_LOWER = "mirror.lower"
    MIRROR_HIGHER = "mirror.higher"
    MIRROR_ACCURATE = "mirror.accurate"
    MIRROR_OPEN = "mirror.open"
    MIRROR_MAY_CONFLICT = "mirror.may_conflict"
    MIRROR_MAY_CONSENSUS = "mirror.may_consensus"
    MIRROR_MAY_DISSENSUS = "mirror.may_dissensus"
    MIRROR_MAY_AGREED = "mirror.may_agreed"
    MIRROR_MAY_ACCURATE = "mirror.may_accurate"
    MIRROR_MAY_OPEN = "mirror.may_open"
    MIRROR_MAY_ERROR = "mirror.may_error"
    MIRROR_LIMIT = "mirror.limit"

    CHANGE_IMPROVED = "change.improved"
    CHANGE_WORSENED = "change.worsened"
    CHANGE_TREND_UP = "change.trend_up"
    CHANGE_TREND_DOWN = "change.trend_down"
    CHANGE_GAP_MOVED = "change.gap_moved"
    CHANGE_STEADY = "change.steady"
    CHANGE_OPEN = "change.open"
    CHANGE_NO_VERDICT = "change.no_verdict"
    CHANGE_OUTSIDE = "change.outside"
    CHANGE_DRIFT = "change.drift"
    CHANGE_INSIDE = "change.inside"
    CHANGE_MAY_MOVED = "change.may_moved"
    CHANGE_MAY_WATCH = "change.may_watch"
    CHANGE_MAY_OPEN = "change.may_open"
    CHANGE_LIMIT = "change.limit"

    PROCESS_START = "process.start"
    PROCESS_OPEN = "process.open"
    PROCESS_LEAVE = "process.leave"
    PROCESS_NONE = "process.none"
    PROCESS_SMALL = "process.small"
    PROCESS_PROTECT = "process.protect"
    PROCESS_CHAIR = "process.chair"
    PROCESS_LIMIT = "process.limit"
    OPTIONS_OFFER = "options.offer"
    OPTIONS_NEVER = "options.never"

    METHOD_LEAD = "method.lead"
    ANONYMITY_LEAD = "anonymity.lead"
    ANONYMITY_FILE = "anonymity.file"


CLEAR = (2, 3)
"""Rows of S-30 whose direction may head a page."""


def finding(
    id_: str,
    code: Code,
    *,
    subject: str | None = None,
    words: Mapping[str, str] | None = None,
    slots: Mapping[str, str] | None = None,
    **figures: str,
) -> Finding:
    """Return a finding; `figures` and `slots` are slots of its template with the ids that fill them."""
    return Finding(
        id=id_, code=code.value, figures={**(slots or {}), **figures}, subject=subject, words=dict(words or {})
    )


def standing(figure: Figure) -> int:
    """Return the place of a comparison in R-9's order: 2-3, then 5, 4, 6-7, no number, nothing."""
    match figure:
        case ReleasedFigure(verdict=2 | 3):
            return 0
        case ReleasedFigure(verdict=5):
            return 1
        case ReleasedFigure(verdict=4):
            return 2
        case ReleasedFigure() | BandedFigure():
            return 3
        case NotEstimableFigure():
            return 4
        case _:
            return 5


def size(figure: Figure) -> Decimal:
    """Return the printed size of a comparison, whatever its direction; 0 without a number."""
    return abs(Decimal(str(figure.value))) if isinstance(figure, ReleasedFigure) else Decimal(0)


def ordered(ids: Iterable[str], figures: Mapping[str, Figure]) -> tuple[str, ...]:
    """Return comparisons in R-9's order, larger ones first; ties stay in instrument order."""
    return tuple(sorted(ids, key=lambda id_: (standing(figures[id_]), -size(figures[id_]))))


def verdict_of(figure: Figure) -> int | None:
    """Return the row of S-30 of a released comparison."""
    return figure.verdict if isinstance(figure, ReleasedFigure) else None
