"""What each function of scoring that reads a scale's answers item by item is called on (S-55).

Belongs here: one entry a function, its tables enumerated from exhaustive_tables. Does not: functions of scores and
numbers (exhaustive_cases), of whole releases (exhaustive_waves).

What is covered: T of every matrix of two items and up to three people, each answering 1, 2, 3, "don't know" or nothing
(3,276), and of three items and up to two people, each answering 1, 2, 3 or nothing (2,145: "don't know" and nothing
differ in one cell of T alone, which two items have shown); X of those of them who answered everything. Two sides: every
two of the 71 tables of two items with up to two people who answer both, or one person who may not, both ways round
(5,041) for Mantel, once (2,556) for leave-one-out, and a twelfth of these for what only chooses between the two. Gates
that open at 30 or 50 people: the same people so many times over. Omega, which fits a model from many starts, is tried
on every X, which for so few people is always singular, and on three that are not: that is no enumeration.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

import numpy as np
from exhaustive_checker import Call, Function, caching, call
from exhaustive_tables import LEVELS, TABLES, Rows, cross_products, item_table, matrices

from assess.scoring import (
    agreement,
    camps,
    comparability,
    mantel,
    omega,
    one_item,
    reliability,
    scatter,
)
from assess.scoring import (
    item_table as tables,
)
from assess.scoring.histogram import Histogram
from assess.scoring.item_table import CrossProducts, ItemTable
from assess.scoring.omega import OneFactor
from assess.scoring.one_item import Scales


@cache
def answered() -> tuple[tuple[Rows, int], ...]:
    """Every matrix, with its number of items."""
    three = (rows for rows in matrices(3, 2) if all(code != 0 for row in rows for code in row))
    return (*((rows, 2) for rows in of_two()), *((rows, 3) for rows in three))


@cache
def of_two() -> tuple[Rows, ...]:
    return tuple(matrices(2, 3))


@cache
def every_t() -> tuple[ItemTable, ...]:
    return tuple(item_table(rows, items, min_answered=1 + (items == 3)) for rows, items in answered())


@cache
def every_x() -> tuple[CrossProducts, ...]:
    """Every different X: who left an item out is no part of it."""
    return tuple(cross_products(rows, items) for rows, items in answered() if whole(rows))


def whole(rows: Rows) -> bool:
    """Return whether everybody answered everything."""
    return all(code >= 1 for row in rows for code in row)


@cache
def pairs() -> tuple[tuple[ItemTable, ItemTable], ...]:
    held = [*(rows for rows in matrices(2, 2) if whole(rows)), *(rows for rows in matrices(2, 1) if not whole(rows))]
    return tuple(itertools.product((item_table(rows, 2) for rows in held), repeat=2))


def times(table: ItemTable, n: int) -> ItemTable:
    return dataclasses.replace(table, count=n * table.count)


def _tables() -> Iterable[Call]:
    return (call(table) for table in every_t())


def _both() -> Iterable[Call]:
    """T of two items, and every X: a test has it that who left an item out makes no difference."""
    return (call(answers) for answers in (*every_t()[: len(of_two())], *every_x()))


def _without() -> Iterable[Call]:
    return (call(table, item) for table in every_t() for item in table.items)


def _reliability() -> Iterable[Call]:
    for place, (table, (rows, _)) in enumerate(zip(every_t(), answered(), strict=True)):
        if len(rows) <= 2:
            yield call(table, (0.0, 0.75, 1.0)[place % 3])
        if whole(rows):
            yield call(times(table, 50), 0.75)


def _pooled() -> Iterable[Call]:
    return (call(x, y) for x, y in pairs())


def _pooled_products() -> Iterable[Call]:
    few = [cross_products(rows, 2) for rows in matrices(2, 1)]
    return (call(x, y) for x, y in itertools.product(few, repeat=2))


def _scales() -> Iterator[Scales]:
    """Every two sides once, in turn one way round and the other, with head counts and without."""
    size = math.isqrt(len(pairs()))
    once = (pair for place, pair in enumerate(pairs()) if place // size <= place % size)
    for place, (x, y) in enumerate(once):
        first, second = (x, y) if place % 4 < 2 else (y, x)
        invited = (first.people + 1, second.people) if place % 2 else None
        yield Scales(x=first, y=second, rho=0.75, margin=10.0, invited=invited)


def _comparability() -> Iterable[Call]:
    """A few scales at a time, some with too few answers and some with enough, as they are one family."""
    held = list(_scales())
    many = [
        dataclasses.replace(each, x=times(each.x, 50), y=times(each.y, 25 + 25 * (place % 8)), invited=None)
        for place, each in enumerate(held)
    ]
    for place in range(0, len(held), 12):
        yield call({"FEW": held[place], "MANY": many[place], "MORE": many[-place]})
    yield call({})


def _states() -> Iterable[Call]:
    from exhaustive_cases import MARGINS, gaps

    return (call(each, margin) for each in gaps() for margin in MARGINS)


def _groups() -> Iterable[Call]:
    """Every three groups of up to two people; every table of six beside nine of its kind and one that is not."""
    few = [h for h in TABLES if h.n <= 2]
    yield from (call(three, 2) for three in itertools.product(few, repeat=3))
    yield from (call([h] * 9 + [other]) for h in TABLES for other in (TABLES[0], TABLES[-1], h))


def scaled(h: Histogram, n: int) -> Histogram:
    return dataclasses.replace(h, count=n * h.count)


def _camps() -> Iterable[Call]:
    return (call(scaled(h, n)) for h in TABLES for n in (1, 5, 30))


def _hidden() -> Iterable[Call]:
    for h, n, split, complete in itertools.product(TABLES, (1, 30), (False, True), (0, 29, 30)):
        yield call(scaled(h, n), more_split_than_random=split, complete=complete)


@cache
def fitted() -> tuple[CrossProducts, ...]:
    """Tables of three and four items on which one factor can be sought: every kind of fit, good, bad and Heywood."""
    rng = np.random.default_rng(7)
    found = []
    for items, n, weight in ((3, 60, 0.9), (4, 60, 0.0), (4, 60, 0.9)):
        latent = rng.normal(size=(n, 1)) * np.linspace(weight, abs(weight), items)
        drawn = latent + rng.normal(size=(n, items)) * (1 - abs(weight))
        codes = np.clip(np.rint(drawn * LEVELS / 3 + 2), 1, LEVELS).astype(int)
        found.append(cross_products(tuple(map(tuple, codes.tolist())), items))
    return tuple(found)


def _x_and_fitted() -> Iterable[Call]:
    return (call(x) for x in (*every_x(), *fitted()))


def _models() -> Iterable[Call]:
    return (call(each) for each in swept(omega.fit).found if isinstance(each, OneFactor))


CASES: Mapping[Function, Callable[[], Iterable[Call]]] = {
    agreement.rwg: _tables,
    agreement.intraclass: _groups,
    camps.two_camps: _camps,
    camps.average_hides_camps: _hidden,
    comparability.comparability: _comparability,
    mantel.mantel: lambda: (call(x, y) for x, y in pairs()),
    omega.fit: _x_and_fitted,
    omega.omega: _x_and_fitted,
    omega.omega_of: _models,
    one_item.rests_on_one_item: lambda: (call(each) for each in _scales()),
    one_item.state: _states,
    reliability.alpha: _both,
    reliability.alpha_if_dropped: _both,
    reliability.item_rest: _both,
    reliability.reliability: _reliability,
    scatter.scatter: _both,
    scatter.varying: lambda: (call(each) for each in swept(scatter.scatter).found),
    tables.pooled: _pooled,
    tables.pooled_products: _pooled_products,
    tables.scores: _tables,
    tables.scores_without: _without,
    tables.complete_answers: _tables,
    tables.complete_joint: _tables,
    tables.complete_sums: _tables,
}
"""What each function is called on."""

NOTHING = frozenset({one_item.rests_on_one_item})
"""Functions that may find nothing, and say so with None: here, that no item carries the gap alone."""

swept = caching(CASES, nothing=NOTHING)
