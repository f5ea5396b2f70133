"""Every small table there is (S-55): level counts, differences, pairs of answers, answer matrices, whole waves.

Belongs here: enumeration alone. Does not: which function reads which (exhaustive_cases), what is wrong with a result
(exhaustive_checker).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from assess.disclosure.policy import Policy
from assess.disclosure.registry import registered
from assess.disclosure.release import Released, release
from assess.disclosure.table import BLANK, ResponseTable
from assess.instruments.model import Composite, Form, Instrument, Item, ItemType, Mirror, Scale, Side
from assess.scoring.histogram import Histogram, Ints
from assess.scoring.item_table import FIRST, CrossProducts, ItemTable

LEVELS = 3
PEOPLE = 6
"""Persons a side, at most (S-55)."""

CODES = (BLANK, 0, *range(1, LEVELS + 1))
"""Blank, "don't know", and every answer."""

SIDES = ("east", "west")
FORM = "full"

Rows = tuple[tuple[int, ...], ...]
"""Answers of a few persons, a row each."""


def counted(people: int, cells: int) -> Iterator[tuple[int, ...]]:
    """Every way to put up to so many people into so many cells."""
    if cells == 1:
        yield from ((n,) for n in range(people + 1))
        return
    for n in range(people + 1):
        yield from ((n, *rest) for rest in counted(people - n, cells - 1))


def of_counts(people: Sequence[int], *, zero: int, lowest: int) -> Histogram:
    held = [place for place, n in enumerate(people) if n]
    return Histogram(
        score=np.array([lowest + place for place in held], dtype=np.int64),
        count=np.array([people[place] for place in held], dtype=np.int64),
        zero=zero,
        span=LEVELS - 1,
        step=1,
    )


TABLES = tuple(of_counts(people, zero=1, lowest=1) for people in counted(PEOPLE, LEVELS))
"""Every table of an item with three levels and up to six people: 84, the empty one among them."""

PAIRS = tuple(itertools.product(TABLES, repeat=2))
"""Every two of them, both ways round: 7,056."""

DIFFERENCES = tuple(of_counts(people, zero=0, lowest=1 - LEVELS) for people in counted(PEOPLE, 2 * LEVELS - 1))
"""Every table of differences -2..2 of up to six people: 462."""


def pair_tables() -> Iterator[Ints]:
    """Every table of two answers of up to six people: 5,005."""
    for people in counted(PEOPLE, LEVELS * LEVELS):
        yield np.array(people, dtype=np.int64).reshape(LEVELS, LEVELS)


def matrices(items: int, people: int) -> Iterator[Rows]:
    """Every answer matrix of up to so many people, each code of each item; as their order is irrelevant, sorted."""
    rows = tuple(itertools.product(CODES, repeat=items))
    for n in range(people + 1):
        yield from itertools.combinations_with_replacement(rows, n)


def item_table(rows: Rows, items: int, *, min_answered: int = 1) -> ItemTable:
    """T of these rows, none of the items reversed."""
    count = np.zeros((items, LEVELS + FIRST, items * LEVELS + 1, items + 1), dtype=np.int64)
    for row in rows:
        given = [code for code in row if code >= 1]
        for item, code in enumerate(row):
            count[item, code - BLANK, sum(given), len(given)] += 1
    names = tuple(f"V{number}" for number in range(1, items + 1))
    return ItemTable(items=names, levels=LEVELS, min_answered=min_answered, count=count)


def cross_products(rows: Rows, items: int) -> CrossProducts:
    """X of the complete ones of these rows."""
    whole = np.array([row for row in rows if min(row) >= 1], dtype=np.int64).reshape(-1, items)
    names = tuple(f"V{number}" for number in range(1, items + 1))
    return CrossProducts(items=names, n=len(whole), sums=whole.sum(axis=0), products=whole.T @ whole)


def instrument(items: Mapping[str, Mapping[str, str]]) -> Instrument:
    """An instrument of three levels: scales of two items, a composite, a mirror, so far as these items allow."""
    scales = {
        name: Scale(id=name, items=pair, reverse=pair[1:], min_answered=1, headline=True)
        for name, pair in {"VIEW": ("V1", "V2")}.items()
        if set(pair) <= set(items)
    }
    return Instrument(
        id="small",
        version="1.0.0",
        status="unvalidated",
        sides=tuple(Side(letter=code[0].upper(), code=code) for code in SIDES),
        anchors={"AGREE": LEVELS},
        items={code: Item.model_validate({"code": code, "anchors": "AGREE", **given}) for code, given in items.items()},
        scales=scales,
        composites={"HEALTH": Composite(id="HEALTH", plus=("VIEW",))} if "VIEW" in scales else {},
        mirror=Mirror(expected=("P1",), answered=("V1",), min_answered=1) if {"P1", "V1"} <= set(items) else None,
        forms={FORM: Form(id=FORM, parts=(tuple(items),))},
        texts={},
    )


SCALE = instrument({"V1": {"type": ItemType.OWN_VIEW}, "V2": {"type": ItemType.OWN_VIEW}})
"""Two items, the second reversed, and their scale, which is a composite as well."""

TOPIC = instrument({"V1": {"type": ItemType.OWN_VIEW}, "P1": {"type": ItemType.PREDICTION, "predicts": "V1"}})
"""An item and its prediction: a topic, and a mirror scale of one item."""

RATED = instrument(
    {
        "O1": {"type": ItemType.OTHER_RATING},
        "P1": {"type": ItemType.PREDICTION, "predicts": "O1"},
        "S1": {"type": ItemType.SELF_RATING, "rates_self_of": "O1"},
    }
)
"""A rating of the other team with its prediction and self-rating: a directed topic."""


TEN = instrument({f"V{number}": {"type": ItemType.OWN_VIEW} for number in range(1, 11)})
"""Ten items, one of them keyed the other way: somebody may be careless (S-44)."""


def wave(asked: Instrument, sides: Mapping[str, Rows], invited: Mapping[str, int] | None = None) -> Released:
    """A release of these rows, columns in the order of the form, as public data: no floor but one ballot a side."""
    items = asked.closed(FORM)
    table = ResponseTable(
        sides=tuple(sides),
        items=items,
        levels=(LEVELS,) * len(items),
        side=np.repeat(np.arange(len(sides), dtype=np.int8), [len(rows) for rows in sides.values()]),
        answers=np.array([row for rows in sides.values() for row in rows], dtype=np.int8).reshape(-1, len(items)),
        invited=invited,
    )
    found = release(table, Policy.public_data(), registered(asked, FORM))
    assert isinstance(found, Released)
    return found
