"""What each function of scoring that reads tables or numbers is called on (S-55).

Belongs here: one entry a function, its inputs enumerated from exhaustive_tables. Does not: functions of whole waves and
of a scale's items (exhaustive_waves), what is wrong with a result (exhaustive_checker).

What is covered: a function of one table gets all 84; of two tables all 7,056 pairs where swapping the sides changes
what comes out, else all 3,570 once; of differences all 462; of a pair table all 5,005. A function of numbers gets the
numbers that those tables lead to, each different one once: there are 7,761 different gaps of either estimand.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from functools import cache

import numpy as np
from exhaustive_checker import Call, Function, caching, call
from exhaustive_tables import DIFFERENCES, LEVELS, PAIRS, PEOPLE, TABLES, pair_tables

from assess.disclosure.policy import Precision
from assess.disclosure.release import Withheld
from assess.scoring import (
    columns,
    compare,
    control,
    equivalence,
    histogram,
    intervals,
    labels,
    multiplicity,
    nonresponse,
    permutation,
    power,
    subjects,
    superiority,
    tally,
    verdicts,
)
from assess.scoring.results import Estimand, Estimate, Judged, NotEstimable, Reason, Verdict

MARGINS = (10.0, 60.0)
"""The margin of a scale; and one so wide that six people on three levels can rule it out."""

CENSUS = {"rho": 0.75, "fractions": (0.8, 1.0), "estimand": Estimand.PEOPLE}
"""A near census, everybody of y among it."""

P_VALUES = (1e-12, 0.01, 0.025, 0.05, 1 / 3, 1.0)
NONE = NotEstimable(reason=Reason.NO_ANSWERS)

_ASPECTS = (
    (60.0, Precision.FULL, False, 0.01),
    (10.0, Precision.FULL, True, 0.01),
    (60.0, Precision.COARSE_SCALE, False, 0.01),
    (10.0, Precision.COARSE_ITEM, True, 1.0),
)
"""Margin, precision, whether a side is half silent, adjusted p: ways of judging, which the gaps take in turn."""


def named(function: Function) -> str:
    """Return module and name, as the inventory lists them."""
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"


def pairs() -> Iterable[Call]:
    return (call(x, y) for x, y in PAIRS)


def once() -> Iterable[Call]:
    """Every two tables, one way round: what a function does with the other follows from its parts, which have both."""
    return (call(x, y) for place, x in enumerate(TABLES) for y in TABLES[place:])


def pairs_of_both_estimands() -> Iterable[Call]:
    return itertools.chain(pairs(), (call(x, y, **CENSUS) for x, y in PAIRS))


def tables() -> Iterable[Call]:
    return (call(h) for h in TABLES)


@cache
def gaps() -> list[Estimate]:
    """Return every different gap among all pairs, of both estimands."""
    found = [each for each in swept(compare.difference).found if isinstance(each, Estimate)]
    return list({(each.value, each.lo95, each.df): each for each in found}.values())


def means() -> list[Estimate]:
    return [each for each in swept(compare.mean).found if isinstance(each, Estimate)]


def levels_of_means() -> list[float]:
    return sorted({each.value for each in means()})


def fractions() -> Iterable[tuple[float, float]]:
    return itertools.product((0.0, 0.5, 0.8, 1.0), repeat=2)


def worst_cases() -> list[tuple[float, float]]:
    return sorted({each for each in swept(nonresponse.worst_case).found if isinstance(each, tuple)})


def tipping_points() -> list[float]:
    return sorted({each for each in swept(nonresponse.tipping_point).found if isinstance(each, float)})


def _mean() -> Iterable[Call]:
    for h in TABLES:
        yield call(h)
        for n in range(max(h.n, 1), 2 * max(h.n, 1) + 1):
            yield call(h, rho=0.75, fraction=h.n / n, estimand=Estimand.PEOPLE)
        yield call(h, rho=1.0, fraction=1.0, estimand=Estimand.PEOPLE)


def _company() -> Iterable[Call]:
    few = itertools.product([h for h in TABLES if h.n <= 2], repeat=3)
    census = CENSUS | {"fractions": (0.8, 1.0, 0.5)}
    return itertools.chain(once(), *((call(*three), call(*three, **census)) for three in few))


def _row() -> Iterable[Call]:
    for each, margin, p in itertools.product(gaps(), MARGINS, (0.01, 0.05, 1.0)):
        yield call(each.lo95, each.hi95, each.lo90, each.hi90, margin=margin, p_adjusted=p)


def _judge() -> Iterable[Call]:
    yield from (call(none, margin=10.0) for none in (Withheld(), *(NotEstimable(reason=each) for each in Reason)))
    for each, (margin, precision, half_silent, p) in zip(gaps(), itertools.cycle(_ASPECTS), strict=False):
        d_star = nonresponse.tipping_point(each.value, 0.8, 0.3) if half_silent else NONE
        yield call(
            each, margin=margin, p=0.01, p_adjusted=p, precision=precision, half_silent=half_silent, d_star=d_star
        )


def _labelled() -> Iterable[Call]:
    """Any three comparisons of a topic: of each verdict the lowest there is, the highest, and the one nearest to 0."""
    kinds: dict[Verdict, list[tuple[float, Judged]]] = {}
    for each in swept(verdicts.judge).found:
        # A topic without three numbers has no label, and no result: test_scoring_perception says so.
        if isinstance(each, Judged) and isinstance(each.estimate, Estimate):
            kinds.setdefault(each.verdict, []).append((each.estimate.value, each))
    ends = [
        chosen
        for held in kinds.values()
        for _, chosen in (min(held, key=_value), max(held, key=_value), min(held, key=_size))
    ]
    return (call(gap, [x, y]) for gap, x, y in itertools.product(ends, repeat=3))


def _value(held: tuple[float, Judged]) -> float:
    return held[0]


def _size(held: tuple[float, Judged]) -> float:
    return abs(held[0])


def _p_families() -> Iterable[Call]:
    for size in range(5):
        for p in itertools.product(P_VALUES, repeat=size):
            yield call({str(number): each for number, each in enumerate(p)})


def _choose() -> Iterable[Call]:
    for n, m in itertools.product(range(PEOPLE + 1), repeat=2):
        yield call({"x": n, "y": m}, None)
        for most_x, most_y in itertools.product(range(n, PEOPLE + 1), range(m, PEOPLE + 1)):
            yield call({"x": n, "y": m}, {"x": most_x, "y": most_y})


def _series() -> Iterable[Call]:
    """Every series of eight waves at two heights, the last at five; errors small, large, and of both sizes."""
    for values in itertools.product((0.0, 50.0), repeat=7):
        for last, errors in itertools.product((0.0, 25.0, 50.0, 100.0), ((0.5,) * 8, (20.0,) * 8, (0.5, 20.0) * 4)):
            yield call((*values, last), errors)


def _long_series() -> Iterable[Call]:
    yield from (call(tuple(50.0 * (w % each == 0) for w in range(n))) for n in range(8, 24) for each in (1, 2, 3, 7))


def _people() -> Iterable[Call]:
    return (call(n, m) for n, m in itertools.product((*range(2, PEOPLE + 1), 64, 5000), repeat=2))


def _welch() -> Iterable[Call]:
    held = sorted({(each.se**2, each.n) for each in means()})
    return (call(x, y) for x, y in itertools.product(held, repeat=2))


CASES: Mapping[Function, Callable[[], Iterable[Call]]] = {
    columns.level: lambda: (call(n) for n in range(1, LEVELS + 1)),
    compare.mean: _mean,
    compare.difference: pairs_of_both_estimands,
    compare.gap: once,
    compare.paired: lambda: (call(d) for d in DIFFERENCES),
    compare.company: _company,
    compare.hedges_g: pairs,
    compare.favourable: tables,
    control.control: _series,
    control.weighted: _series,
    control.spread: _series,
    control.cusum: lambda: (call(each.arguments[0]) for each in _long_series()),
    control.moving_range: _long_series,
    equivalence.inside: lambda: (call(each.lo90, each.hi90, margin) for each in gaps() for margin in MARGINS),
    equivalence.tost_p: lambda: (call(each, margin) for each in gaps() for margin in MARGINS),
    histogram.histogram: lambda: (
        call(np.repeat(h.score, h.count)[::-1], zero=h.zero, span=h.span, step=h.step) for h in (*TABLES, *DIFFERENCES)
    ),
    histogram.pooled: once,
    histogram.counts_at: lambda: (call(x, np.arange(1, n)) for x in TABLES for n in (LEVELS + 1, LEVELS + 4)),
    intervals.choose: _choose,
    intervals.sample_variance: lambda: (call(h) for h in (*TABLES, *DIFFERENCES) if h.n >= 2),
    intervals.spread: lambda: (call(h, rho=rho, fraction=1.0) for h in (*TABLES, *DIFFERENCES) for rho in (0, 0.4, 1)),
    intervals.t_quantile: lambda: (call(each.df, level) for each in gaps() for level in (0.90, 0.95)),
    intervals.t_two_sided: lambda: (call(each.value / each.se, each.df) for each in gaps()),
    intervals.z_quantile: lambda: (call(level) for level in (0.90, 0.95)),
    intervals.welch_df: _welch,
    intervals.t_estimate: lambda: (
        call(each.value, variance=each.se**2, df=each.df, n=each.n, m=0, estimand=each.estimand, method="t")
        for each in means()
    ),
    intervals.clipped: lambda: (call(each, low, 100) for each in gaps() for low in (-100, 0)),
    labels.code: lambda: (call(gap=g, x=x, y=y) for g, x, y in itertools.product((False, True), repeat=3)),
    labels.differs: lambda: (call(each.value, margin) for each in gaps() for margin in MARGINS),
    labels.labelled: _labelled,
    multiplicity.holm: _p_families,
    multiplicity.benjamini_hochberg: _p_families,
    nonresponse.worst_case: lambda: (
        call(x, y, *f) for x, y in itertools.product(levels_of_means(), repeat=2) for f in fractions()
    ),
    nonresponse.tipping_point: lambda: (
        call(value, *f) for value in sorted({each.value for each in gaps()}) for f in fractions()
    ),
    nonresponse.robustness: lambda: (call(each) for each in tipping_points()),
    nonresponse.cannot_be_erased: lambda: (call(each) for each in worst_cases()),
    permutation.wanted: _people,
    permutation.two_sample: pairs,
    permutation.two_sample_ranks: once,
    permutation.rank_work: once,
    permutation.sign_flip: lambda: (call(d) for d in DIFFERENCES),
    power.shown: lambda: (call(n, m) for n, m in itertools.product((*range(PEOPLE + 1), 64, 5000), repeat=2)),
    power.detectable_gap: _people,
    power.half_width: _people,
    power.provable_margin: _people,
    power.need: lambda: (call(margin, sd) for margin in (5.0, 10.0, 12.5, 400.0) for sd in (1.0, 20.0, 27.0)),
    subjects.pairs: lambda: (call(tuple("abcdef"[:k])) for k in range(2, 7)),
    superiority.superiority: pairs,
    superiority.brunner_munzel: pairs,
    tally.difference_histogram: lambda: (call(table) for table in pair_tables()),
    verdicts.row: _row,
    verdicts.judge: _judge,
}
"""What each function is called on."""

swept = caching(CASES)
