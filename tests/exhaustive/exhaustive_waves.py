"""What each function of scoring that reads a whole release is called on (S-55).

Belongs here: one entry a function, its waves enumerated from exhaustive_tables. Does not: functions of tables and
numbers (exhaustive_cases), of a scale's items (exhaustive_items).

What is covered: a side is every matrix of up to two people who answer two items with 1, 2, 3, "don't know" or nothing
at all (350 without the empty one, which no release holds), once as a scale with a reversed item and once as an item
with its prediction; beside it, in turn, one of five other sides, with or without head counts, first or second. A side's
tables do not depend on what stands beside it, and what two tables give is enumerated from the tables: so not all
122,500 pairs are. Three sides are every one of the 25 people alone, beside two in turn of those five. Of a person who
rates both teams every matrix of three items (125). The whole engine, which puts together what other functions have
found out, runs on a third of the scale's waves, a tenth of the topic's, and all of three sides.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from exhaustive_checker import Call, Function, caching, call
from exhaustive_tables import FORM, RATED, SCALE, TEN, TOPIC, Rows, matrices, wave

from assess.disclosure.registry import Kind, Registered, registered
from assess.disclosure.release import Released, ReleasedSubject
from assess.instruments.model import Instrument
from assess.scoring import care, checks, estimate, nonresponse, perception, subjects, tally, tally_items, trend
from assess.scoring.results import NotEstimable, Reason
from assess.scoring.trend import EarlierWave
from assess.scoring.wave import Estimates

Wave = tuple[Released, Instrument]

BESIDE: tuple[Rows, ...] = (
    ((1, 2), (3, 3)),
    ((2, 2), (2, 2)),
    ((3, 1),),
    ((-1, 0), (0, -1)),
    ((1, 1), (3, -1), (2, 0), (3, 3)),
)
"""Answers that differ, that do not, of one person, of nobody who counts, and some of each."""


@cache
def waves() -> tuple[Wave, ...]:
    """Every side of a scale and of a topic, and every person who rates both teams, each beside another side."""
    rated = tuple(rows for rows in matrices(3, 1) if rows)
    beside_rated = tuple(tuple((*row, row[0]) for row in rows) for rows in BESIDE)
    return (
        *_beside(SCALE, tuple(rows for rows in matrices(2, 2) if rows), BESIDE),
        *_beside(TOPIC, tuple(rows for rows in matrices(2, 2) if rows), BESIDE),
        *_beside(RATED, rated, beside_rated),
    )


@cache
def waves_of_three() -> tuple[Wave, ...]:
    people = [rows for rows in matrices(2, 1) if rows]
    return tuple(
        (wave(asked, {"east": first, "west": second, "north": third}, _invited(place, (first, second, third))), asked)
        for asked in (SCALE, TOPIC)
        for place, (first, (second, third)) in enumerate(
            zip(people, itertools.cycle(itertools.permutations(BESIDE, 2)), strict=False)
        )
    )


def _beside(asked: Instrument, sides: tuple[Rows, ...], others: tuple[Rows, ...]) -> Iterator[Wave]:
    for place, (rows, other) in enumerate(zip(sides, itertools.cycle(others), strict=False)):
        first, second = (rows, other) if place % 2 else (other, rows)
        yield wave(asked, {"east": first, "west": second}, _invited(place, (first, second))), asked


def _invited(place: int, sides: tuple[Rows, ...]) -> Mapping[str, int] | None:
    """Return no head counts, a census, a near census or a half-silent wave, in turn."""
    if place % 4 == 0:
        return None
    times, more = ((1, 0), (1, 1), (3, 0))[place % 4 - 1]
    return {side: times * len(rows) + more for side, rows in zip(("east", "west", "north"), sides, strict=False)}


def scored() -> Iterator[tuple[Released, Instrument, Estimates]]:
    for each, found in zip(whole_engine(), swept(estimate.estimates).found, strict=True):
        released, asked, _ = each.arguments
        if isinstance(released, Released) and isinstance(asked, Instrument) and isinstance(found, Estimates):
            yield released, asked, found


def whole_engine() -> Iterable[Call]:
    """Every third wave of a scale, every tenth of a topic, and those of three sides: it puts together what has them."""
    scales, topics = ([each for each in waves() if each[1] is asked] for asked in (SCALE, TOPIC))
    return (call(found, asked, FORM) for found, asked in (*scales[::3], *topics[::10], *waves_of_three()))


def mirrors() -> Iterable[Call]:
    """Every wave of ratings, and every second one of a topic."""
    topics, rated = ([each for each in waves() if each[1] is asked] for asked in (TOPIC, RATED))
    return (call(found, asked, FORM) for found, asked in (*topics[::2], *rated))


def releases() -> Iterable[Call]:
    return (call(found) for found, _ in (*waves(), *waves_of_three()))


def of_kind(*kinds: Kind) -> Iterator[tuple[Released, ReleasedSubject, Instrument]]:
    for found, asked in (*waves(), *waves_of_three()):
        for subject in found.subjects:
            if subject.registered.kind in kinds:
                yield found, subject, asked


def shells() -> Iterator[tuple[Registered, Instrument]]:
    for asked in (SCALE, TOPIC, RATED):
        for shell in registered(asked, FORM):
            if shell.kind not in {Kind.MIRROR_TOPIC, Kind.MIRROR_SCALE}:
                yield shell, asked


def _scales(*kinds: Kind) -> Callable[[], Iterable[Call]]:
    return lambda: (call(found, subject, asked) for found, subject, asked in of_kind(*kinds))


def _subjects(*kinds: Kind) -> Callable[[], Iterable[Call]]:
    return lambda: (call(found, subject) for found, subject, _ in of_kind(*kinds))


def _parts() -> Iterable[Call]:
    for found, subject, _ in of_kind(Kind.SCALE, Kind.MIRROR_SCALE):
        yield from (call(found, subject, part) for part in range(len(subject.registered.parts)))


def _pair_tables() -> Iterable[Call]:
    for found, subject, _ in of_kind(Kind.MIRROR_TOPIC):
        items = [item for part in subject.registered.parts for item in part.items]
        yield from (call(found, subject, v, w) for v, w in itertools.permutations(items, 2))


def _tipping() -> Iterable[Call]:
    for found, _ in (*waves(), *waves_of_three()):
        for pair in itertools.combinations(found.table.sides, 2):
            yield from (call(found, gap, pair) for gap in (0.0, -12.5, 100.0))
            yield from (call(found, 5.0, pair, dict.fromkeys(pair, share)) for share in (0.0, 0.25, 0.26, 1.0))


def _bounds() -> Iterable[Call]:
    none = NotEstimable(reason=Reason.NO_ANSWERS)
    for found, _, each in scored():
        for subject in each.subjects.values():
            for pair in subject.pairs:
                x, y = (subject.side_means[side] for side in pair)
                yield from (call(found, pair, x, y), call(found, pair, x, none), call(found, pair, none, y))


def _changes() -> Iterable[Call]:
    """Every wave after one, two and eight others: printed before with limits, without, not at all, of another hash."""
    hashes = {name: name for name in ("VIEW", "RATE", "HEALTH", "V1")}
    figures = {
        "scale.VIEW.company": (50.0, 20.0, 80.0),
        "scale.VIEW.east": (0.0, 0.0, 30.0),
        "scale.VIEW.west": (50.0, None, None),
        "scale.VIEW.gap": (-100.0, -100.0, -30.0),
        "composite.HEALTH.company": None,
    }
    for length in (1, 2, 8):
        earlier = [
            EarlierWave(number=number, figures=figures if number % 3 else {}, scale_hashes=hashes)
            for number in range(1, length + 1)
        ]
        for found, asked, each in scored():
            if asked is SCALE and len(found.table.sides) == 2:
                yield call(each.subjects, asked, FORM, number=length + 1, scale_hashes=hashes, earlier=earlier)


@cache
def _ten_ballots() -> tuple[Call, ...]:
    """Every way for ten ballots to be of people who agree with all, disagree with all, answer, or do not: 286."""
    kinds = ((1,) * 10, (3,) * 10, (1, 3) * 5, (-1,) * 10)
    other = (kinds[2],) * 9 + (kinds[0],)
    sides = itertools.combinations_with_replacement(kinds, 10)
    return tuple(call(wave(TEN, {"east": rows, "west": other}), TEN, FORM) for rows in sides)


def _careless() -> Iterable[Call]:
    return itertools.chain((call(found, asked, FORM) for found, asked in waves_of_three()), _ten_ballots())


def _qualifiers() -> Iterable[Call]:
    return (
        call(subject, pair) for _, _, each in scored() for subject in each.subjects.values() for pair in subject.pairs
    )


def _rhos() -> Iterable[Call]:
    """Every scale, item and composite with the checks of every wave."""
    for found, asked in (*waves(), *waves_of_three()):
        known = checks.scale_checks(found, asked)
        yield from (call(shell, asked, known) for shell, of in shells() if of is asked)


def _withheld() -> Iterable[Call]:
    for shell, asked in shells():
        gap = None
        for found, subject, instrument in of_kind(shell.kind):
            if instrument is asked and subject.registered == shell:
                pairs = subjects.measure(found, subject, asked).numbers.pairs
                gap = next(iter(pairs.values())).gap
                break
        yield call(shell, ("east", "west", "north"), gap)


CASES: Mapping[Function, Callable[[], Iterable[Call]]] = {
    care.careless: _careless,
    care.check: _careless,
    care.share_class: lambda: (call(some, n) for n in range(1, 41) for some in range(n + 1)),
    checks.qualifiers: _qualifiers,
    checks.rho: _rhos,
    checks.scale_checks: lambda: (call(found, asked) for found, asked in (*waves(), *waves_of_three())),
    estimate.estimates: whole_engine,
    estimate.family: lambda: (call(shell, asked, FORM) for shell, asked in shells()),
    nonresponse.fractions: releases,
    nonresponse.half_silent: releases,
    nonresponse.tipping: _tipping,
    nonresponse.bounds: _bounds,
    nonresponse.participation: releases,
    perception.perceive: mirrors,
    subjects.assumptions: lambda: (call(shell, asked) for shell, asked in shells()),
    subjects.measure: _scales(Kind.SCALE, Kind.COMPOSITE),
    subjects.withheld: _withheld,
    tally.scale_histograms: _scales(Kind.SCALE),
    tally.part_histograms: _parts,
    tally.composite_histograms: _scales(Kind.COMPOSITE),
    tally.item_histograms: _subjects(Kind.ITEM),
    tally.levels: _subjects(Kind.ITEM),
    tally.pair_table: _pair_tables,
    tally.missing_share: _subjects(*Kind),
    tally.dont_know_share: _subjects(Kind.ITEM),
    tally_items.count_levels: releases,
    tally_items.item_tables: _scales(Kind.SCALE),
    tally_items.cross_products: _scales(Kind.SCALE),
    trend.changes: _changes,
}
"""What each function is called on."""

swept = caching(CASES)
