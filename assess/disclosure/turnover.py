"""What two or more reports say of the few who joined or left a side between them (A-13 R5).

Belongs here: a side's released means, wave after wave, with how many came and went, and the narrowest that a reader
can hold a small group of them. Does not: means within one wave (bounds), what a failure costs (gate).

Model
-----
A wave's answered persons of a side are four cells: there before and leaving (B), there before and staying (C), joined
and staying (A), joined and leaving (V). With the cells' sums b, c, a, v of means in [0, 100]:

    (b + c + a + v)/n lies in the printed span; S_in = (b + c)/(B + C), S_out = (c + a)/(C + A);
    |S_in of a wave - S_out of the wave before| <= drift, 5 POMP a wave.

One wave knows of the next through S_in and S_out alone, each a number, so that a chain of waves is solved exactly by
passing a span along it, once forwards and once backwards. What remains of a wave is a linear programme in which every
row sums neighbours of (b, c, a, v). In the running sums y these are differences, and the greatest y_j - y_i is the
shortest way from i to j; a union of two stretches is the cheaper of its two assignments. Nothing is approximated; a
test holds it against HiGHS. Where the printed numbers contradict the drift, a reader gives up as little of it as will
do: it grows in steps of 5.

References
----------
Cormen, Leiserson, Rivest & Stein, Introduction to Algorithms, 3rd ed. (2009), 24.4 (difference constraints).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Final

from assess.disclosure.bounds import PLACES, TOP, Span, is_open, person

DRIFT: Final = 5.0
"""POMP points that the mean of those who stayed moves from one wave to the next, as a reader may reckon."""
ANY: Final[Span] = (0.0, TOP)

_LEAVES, _STAYS, _CAME, _VISITS = range(4)
_ALL: Final = (_LEAVES, _STAYS, _CAME, _VISITS)
_IN: Final = (_LEAVES, _STAYS)
_OUT: Final = (_STAYS, _CAME)
_TOLERANCE: Final = 1e-7

Cells = tuple[int, int, int, int]
"""Persons of B, C, A and V."""
Ways = list[list[float]]
"""Greatest y_j - y_i of the running sums, by i and j."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One side in one wave.

    Parameters
    ----------
    size
        Answered persons n of the figure.
    mean
        Span of the side's mean as reports print it; `ANY` where it was withheld.
    joined, leaving
        Of these, who was not there in the stage before, and who is not there in the next.
    drift
        How far the stayers' mean may have moved on reaching the next stage.
    """

    size: int
    mean: Span
    joined: int = 0
    leaving: int = 0
    drift: float = DRIFT


Chain = tuple[Stage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of the chain: its stage, its size, where its mean lies, and where one person of it lies."""

    stage: int
    size: int
    mean: Span
    one: Span


def groups(chain: Chain, floor: int) -> tuple[Group, ...]:
    """Return where every small group, and one person of every cell, lies at the narrowest.

    Parameters
    ----------
    chain
        A side's waves, oldest first; the first stage has no joiners, the last no leavers.
    floor
        Smallest group that may be known.

    Returns
    -------
    tuple of Group
        Unions of cells T with 0 < |T| < floor, and larger cells for their persons, in the two extreme cases of who
        left: as many as can be of those who had just joined, and as few.
    """
    return tuple(group for cells in _cases(chain) for group in _groups(chain, cells, floor))


def are_open(found: Sequence[Group], floor: int) -> bool:
    """Return whether every group under the floor, and every person, keeps 25 points (A-13)."""
    return not any(_is_close(group, floor) for group in found)


def joiners(*, stayers: int, joined: int, before: Span, after: Span, drift: float = DRIFT) -> Span:
    """Return where the mean of those who joined lies, from two printed means of a side that nobody left.

    J = (n·m₂ - s·S)/j with S in m₁ ± drift: the two-wave case of `groups`, kept for its worked examples.

    Parameters
    ----------
    stayers, joined
        s and j; n = s + j.
    before, after
        Spans of the two printed means.
    drift
        How far the stayers' mean may have moved.

    Examples
    --------
    >>> joiners(stayers=8, joined=1, before=(59.5, 60.5), after=(61.5, 62.5))
    (29.5, 100.0)
    """
    chain = (
        Stage(size=stayers, mean=before, drift=drift),
        Stage(size=stayers + joined, joined=joined, mean=after),
    )
    return next(group.mean for group in groups(chain, joined + 1) if group.stage == 1 and group.size == joined)


def surely_open(first: Stage, last: Stage, floor: int) -> bool:
    """Return whether two waves by themselves leave everybody open, in a few sums: what `groups` would find at length.

    S in m₁ ± drift as far as the leavers let m₁ be theirs, J = (n·m₂ - s·S)/j, and the same turned round for leavers.
    False where `groups` has to be asked: numbers that contradict the drift, few who stayed, or somebody who is held.
    """
    before, after = _rest(first.mean, first.size, first.leaving), _rest(last.mean, last.size, last.joined)
    kept = (first.size - first.leaving, last.size - last.joined)
    if min(kept) < floor:
        return False
    both = (_met(before, _wider(after, first.drift)), _met(after, _wider(before, first.drift)))
    counts = (first.leaving, last.joined)
    for stage, stayers, stayed, few in zip((first, last), kept, both, counts, strict=True):
        low, high = stayed
        if low > high or not is_open(person((low, high), stayers)):
            return False
        if few:
            mean = (
                max(0.0, (stage.size * stage.mean[0] - stayers * high) / few),
                min(TOP, (stage.size * stage.mean[1] - stayers * low) / few),
            )
            if not is_open(person(mean, few)) or (few < floor and not is_open(mean)):
                return False
    return True


def _rest(mean: Span, size: int, few: int) -> Span:
    """Return where the mean of the others lies, whatever is true of the few."""
    rest = size - few
    if not rest:
        return ANY
    return max(0.0, (size * mean[0] - TOP * few) / rest), min(TOP, size * mean[1] / rest)


def _met(span: Span, other: Span) -> Span:
    return max(span[0], other[0]), min(span[1], other[1])


def _cases(chain: Chain) -> tuple[tuple[Cells, ...], ...]:
    """Return the cells of each stage, with the fewest and with the most leavers among those just joined."""
    fewest = tuple(_cells(stage, max(0, stage.joined + stage.leaving - stage.size)) for stage in chain)
    most = tuple(_cells(stage, min(stage.joined, stage.leaving)) for stage in chain)
    return tuple(dict.fromkeys((fewest, most)))


def _cells(stage: Stage, both: int) -> Cells:
    joined, leaving = stage.joined - both, stage.leaving - both
    return leaving, stage.size - joined - leaving - both, joined, both


def gives_away(chain: Chain, floor: int) -> bool:
    """Return whether the last wave's mean holds somebody too closely: not what earlier reports hold without it.

    Walks back from the last wave for as long as its mean says anything of those before it.

    Parameters
    ----------
    chain
        A side's waves, oldest first.
    floor
        Smallest group that may be known.
    """
    silent = (*chain[:-1], replace(chain[-1], mean=ANY))
    return any(_last_gives_away(chain, silent, cells, floor) for cells in _cases(chain))


def _last_gives_away(chain: Chain, silent: Chain, cells: Sequence[Cells], floor: int) -> bool:
    came = _forwards(chain, cells)
    went, without = ANY, ANY
    for at in range(len(chain) - 1, -1, -1):
        found = _at(at, chain[at], cells[at], came=came[at], went=went, floor=floor)
        if any(_is_close(group, floor) for group in found):
            before = _at(at, silent[at], cells[at], came=came[at], went=without, floor=floor)
            if any(
                _is_close(group, floor) and group.mean != other.mean for group, other in zip(found, before, strict=True)
            ):
                return True
        if at:
            here, onto, there = _turned(cells[at]), chain[at - 1], _turned(cells[at - 1])
            went = _step(chain[at], here, went, drift=onto.drift, onto=onto, held=there)
            without = _step(silent[at], here, without, drift=onto.drift, onto=onto, held=there)
            if went == without:
                return False
    return False


def _is_close(group: Group, floor: int) -> bool:
    return not is_open(group.one) or (group.size < floor and not is_open(group.mean))


def _groups(chain: Chain, cells: Sequence[Cells], floor: int) -> Iterator[Group]:
    came = _forwards(chain, cells)
    went = [ANY]
    for at in range(len(chain) - 1, 0, -1):
        onto = chain[at - 1]
        here, there = _turned(cells[at]), _turned(cells[at - 1])
        went.append(_step(chain[at], here, went[-1], drift=onto.drift, onto=onto, held=there))
    for at, (stage, held) in enumerate(zip(chain, cells, strict=True)):
        yield from _at(at, stage, held, came=came[at], went=went[-1 - at], floor=floor)


def _at(at: int, stage: Stage, cells: Cells, *, came: Span, went: Span, floor: int) -> list[Group]:
    ways = _eased(stage, cells, came, went)
    found: list[Group] = []
    for union in _unions(cells, floor):
        size = sum(cells[place] for place in union)
        low, high = _extremes(ways, union)
        mean = round(low / size, PLACES) + 0.0, round(high / size, PLACES)
        found.append(Group(stage=at, size=size, mean=mean, one=person(mean, size)))
    return found


def _forwards(chain: Chain, cells: Sequence[Cells]) -> list[Span]:
    """Return what the waves before say of S_in of every stage."""
    spans = [ANY]
    for at in range(len(chain) - 1):
        spans.append(
            _step(chain[at], cells[at], spans[-1], drift=chain[at].drift, onto=chain[at + 1], held=cells[at + 1])
        )
    return spans


def _turned(cells: Cells) -> Cells:
    """Return the cells as seen from the chain's end: who left has joined, and S_in is S_out."""
    leaves, stays, came, visits = cells
    return came, stays, leaves, visits


def _step(stage: Stage, cells: Cells, span: Span, *, drift: float, onto: Stage, held: Cells) -> Span:
    """Return what a stage, of whose S_in `span` is known, says of S_in of the next; `ANY` where it says nothing new."""
    out, arriving = sum(cells[place] for place in _OUT), sum(held[place] for place in _IN)
    if not out or not arriving:
        return ANY
    low, high = _through(stage, cells, span)
    sent = _wider((low / out, high / out), drift)
    local = _rest(onto.mean, onto.size, onto.size - arriving)
    apart = max(local[0] - sent[1], sent[0] - local[1], 0.0)
    told = _wider(sent, DRIFT * math.ceil(round(apart / DRIFT, PLACES)))
    return ANY if told[0] <= local[0] and local[1] <= told[1] else told


def _through(stage: Stage, cells: Cells, span: Span) -> Span:
    """Return least and greatest sum of C and A, given where the mean of B and C lies.

    With p the sum of B and C and t that of all: c is at most min(100C, p), a at most min(100A, t - p); what they add
    to is concave in p, so that its greatest value is at an end of p or where one of the two stops growing. The least
    likewise, from max(0, p - 100B) and max(0, t - p - 100V).
    """
    leaves, stays, came, visits = (TOP * size for size in cells)
    lowest, highest = stage.size * stage.mean[0], stage.size * stage.mean[1]
    arrived = sum(cells[place] for place in _IN)
    first = max(0.0, lowest - came - visits, arrived * span[0])
    last = min(leaves + stays, highest, arrived * span[1])
    first, last = min(first, last), max(first, last)  # They cross by a rounding only: `span` met this stage before.

    def held(at: float) -> float:
        return min(max(at, first), last)

    at_most = [held(at) for at in (first, last, stays, highest - came)]
    at_least = [held(at) for at in (first, last, leaves, lowest - visits)]
    return (
        min(max(0.0, p - leaves) + max(0.0, lowest - p - visits) for p in at_least),
        max(min(stays, p) + min(came, highest - p) for p in at_most),
    )


def _unions(cells: Cells, floor: int) -> Iterator[tuple[int, ...]]:
    """Yield every union of cells under the floor, and every cell for its persons."""
    held = [place for place in _ALL if cells[place]]
    for count in range(1, len(held) + 1):
        for union in combinations(held, count):
            if count == 1 or sum(cells[place] for place in union) < floor:
                yield union


def _eased(stage: Stage, cells: Cells, came: Span, went: Span) -> Ways:
    """Return the ways of a stage, its two ends given whole steps of drift until they do not contradict each other."""
    steps = math.ceil(TOP / DRIFT)
    found = (_ways(stage, cells, _wider(came, DRIFT * step), _wider(went, DRIFT * step)) for step in range(steps + 1))
    return next(ways for ways in found if all(ways[place][place] >= -_TOLERANCE for place in range(len(ways))))


def _ways(stage: Stage, cells: Cells, came: Span, went: Span) -> Ways:
    """Return the closure of the differences of running sums; a negative way from a point to itself: no solution."""
    points = range(len(cells) + 1)
    ways = [[0.0 if start == end else math.inf for end in points] for start in points]

    def within(start: int, end: int, span: Span, size: int) -> None:
        ways[start][end] = min(ways[start][end], size * span[1])
        ways[end][start] = min(ways[end][start], -size * span[0])

    for place, size in enumerate(cells):
        within(place, place + 1, ANY, size)
    within(0, 4, stage.mean, stage.size)
    within(0, 2, came, sum(cells[place] for place in _IN))
    within(1, 3, went, sum(cells[place] for place in _OUT))
    for over, start in product(points, points):
        first, row = ways[start][over], ways[start]
        for end, rest in enumerate(ways[over]):
            if first + rest < row[end]:  # noqa: PLR1730 - min() takes a third longer, and this is where the time goes
                row[end] = first + rest
    return ways


def _extremes(ways: Ways, union: Sequence[int]) -> Span:
    """Return least and greatest sum of a union of cells."""
    starts = [place for place in union if place - 1 not in union]
    ends = [place + 1 for place in union if place + 1 not in union]
    pairings = (ends, ends[::-1])
    high = min(sum(ways[start][end] for start, end in zip(starts, order, strict=True)) for order in pairings)
    low = -min(sum(ways[end][start] for start, end in zip(starts, order, strict=True)) for order in pairings)
    return low, high


def _wider(span: Span, by: float) -> Span:
    return max(0.0, span[0] - by), min(TOP, span[1] + by)
