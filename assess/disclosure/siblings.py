"""What a scale and its printed statements say of those that are withheld: complementary suppression (A-13).

A scale's mean is the mean of its statements: times their number, less the statements that print, it leaves the sum of
those that do not. One withheld statement alone is therefore printed all the same, to a few points.

Belongs here: how far such a sum holds a withheld statement, and which more must be withheld so that none is held
closely. Does not: why a statement was withheld (gate).

References
----------
Cox, L. H. (1980). Suppression methodology and statistical disclosure control. JASA 75, 377-385,
doi:10.1080/01621459.1980.10477481.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from assess.disclosure.bounds import TOP, Span, is_open

_BOUNDS: Final = (0.0, TOP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A scale that prints, and its statements, on one side.

    Parameters
    ----------
    scale
        Where the scale's mean lies by all that is printed of it, POMP points.
    items
        By statement: where its mean lies, turned as the scale turns it; None if it is not printed.
    """

    scale: Span
    items: Mapping[str, Span | None]


def turned(span: Span) -> Span:
    """Return the span of a statement that the scale turns round: POMP(reverse) = 100 - POMP."""
    low, high = span
    return TOP - high, TOP - low


def left(found: Sum, gone: Iterable[str]) -> Span:
    """Return where each statement without a number lies, as far as the sum of them all tells.

    With k statements, scale mean M and printed means p: the rest sum to R = k·M - Σp, and each of r in
    [R - 100(r - 1), R], cut to the scale. Missing answers make the sum vaguer than this, never sharper, so a reader is
    taken to reckon as if everybody had answered everything.

    Parameters
    ----------
    found
        The scale and its statements.
    gone
        Statements that will not print beside those that do not.

    Returns
    -------
    (float, float)
        POMP points. (0, 100) where every statement or none is left: nothing printed can be taken away.
    """
    silent = {item for item, span in found.items.items() if span is None} | set(gone)
    printed = [span for item, span in found.items.items() if span is not None and item not in silent]
    if not printed or not silent:
        return _BOUNDS
    count = len(found.items)
    low = count * found.scale[0] - sum(high for _, high in printed)
    high = count * found.scale[1] - sum(low for low, _ in printed)
    others = TOP * (len(silent) - 1)
    return min(TOP, max(0.0, low - others)), max(0.0, min(TOP, high))


def complements(sums: Sequence[Sum], withheld: Iterable[str]) -> frozenset[str]:
    """Return which printed statements must be withheld too, so that none that is withheld is held within 25 points.

    The scale itself always stays: where no statement prints, it says of them what it says at five answers.

    Parameters
    ----------
    sums
        One for each scale and side; a statement may be in several scales.
    withheld
        Statements that are withheld already, whichever scale they are in.

    Returns
    -------
    frozenset of str
        Statements beside `withheld`; as few as a greedy choice finds, each the one that leaves most open.
    """
    gone = set(withheld)
    start = frozenset(gone)
    while close := next((each for each in sums if not is_open(left(each, gone & each.items.keys()))), None):
        # Both sides lose the statement, so its worth is what it opens on the side where it opens least.
        same = [each for each in sums if each.items.keys() == close.items.keys()]
        printed = [item for item, span in close.items.items() if span is not None and item not in gone]
        gone.add(max(printed, key=partial(_opened, same, frozenset(gone))))
    return frozenset(gone) - start


def _opened(same: Sequence[Sum], gone: frozenset[str], item: str) -> float:
    """Return how many points stay open on the side where fewest do, once a statement is gone too."""
    spans = [left(each, (gone | {item}) & each.items.keys()) for each in same]
    return min(high - low for low, high in spans)
