"""The play bootstrap (S-45): every value that a play's signal can read, in 2,000 resamples of the wave.

Belongs here: one of the few places that see rows (S-06). Does not: what is read from the columns (columns), statuses
(advice). Columns live in memory only, like the rows, and feed no verdict.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from assess.disclosure.policy import FLOOR_ITEM, FLOOR_SCALE
from assess.disclosure.registry import Kind, Part, Registered, registered
from assess.disclosure.release import Released, persons
from assess.disclosure.table import ResponseTable
from assess.instruments.model import FloorClass, Instrument, ItemType
from assess.scoring.columns import (
    ANSWERED,
    DECIMALS,
    EXPECTED,
    MEAN,
    PREDICTION,
    RESAMPLES,
    Bools,
    Column,
    Columns,
    Floats,
    Ints,
    level,
)

_BLOCK: Final = 2_000_000
"""Draws held in memory at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Feature:
    """Integer points of the persons who count for a subject; 100 POMP (or percent) is `span` points a person."""

    subject: str
    reading: str
    points: Ints
    valid: Bools
    span: int


def columns(released: Released, instrument: Instrument, form: str, rng: np.random.Generator) -> Columns:
    """Resample the wave 2,000 times, by side, and read every released subject of the form in each resample.

    Rows are first sorted by content, so that their order never matters. Values are ratios of two columns of one
    product, weights (2,001 x people) times features (people x features): the first row has every weight 1.

    Parameters
    ----------
    released
        The released table, of two sides.
    instrument, form
        What was asked, and which form of it.
    rng
        PCG64, seeded by R-7.

    Returns
    -------
    Columns
        Subjects under ten persons (five for scales) on the smaller side are too few (P-6), whatever the policy.
    """
    table = released.table
    features = [
        feature
        for subject in released.subjects
        if _enough(table, subject.registered)
        for feature in _features(table, subject.registered, instrument, form)
    ]
    readable = {feature.subject for feature in features}
    read: dict[tuple[str, str, str], Column] = {}
    for number, side in enumerate(table.sides):
        rows = np.flatnonzero(table.side == number)
        rows = rows[np.lexsort(table.answers[rows].T[::-1])]
        sums = _product(rng, features, rows)
        for place, feature in enumerate(features):
            total, count = sums[:, 2 * place], sums[:, 2 * place + 1]
            defined = count > 0
            ratio = np.round(100 * total / (np.where(defined, count, 1) * feature.span), DECIMALS)
            read[feature.subject, feature.reading, side] = Column(
                point=float(ratio[0]), values=np.where(defined, ratio, 0)[1:], defined=defined[1:]
            )
    released_ids = {subject.registered.id for subject in released.subjects}
    return Columns(
        sides={side.letter: code for side, code in zip(instrument.sides, table.sides, strict=False)},
        fewest=min(table.people(side) for side in table.sides),
        headlines=tuple(scale for scale in instrument.headline(form) if f"scale.{scale}" in released_ids),
        too_few=frozenset((released_ids | set(released.withheld)) - readable),
        levels={item: instrument.levels(item) for item in instrument.closed(form)},
        topics=tuple(shell.subject for shell in registered(instrument, form) if shell.kind is Kind.MIRROR_TOPIC),
        margins={
            subject.registered.subject: instrument.items[subject.registered.subject].margin
            for subject in released.subjects
            if subject.registered.kind is Kind.MIRROR_TOPIC
            and instrument.items[subject.registered.subject].type is not ItemType.OTHER_RATING
        },
        read=read,
    )


def _product(rng: np.random.Generator, features: list[_Feature], rows: Ints) -> Floats:
    """Return weights times features, shape (2,001, 2 x features): every number is an integer, exact in float64."""
    n = len(rows)
    matrix = np.empty((n, 2 * len(features)), dtype=np.float64)
    for place, feature in enumerate(features):
        matrix[:, 2 * place] = feature.points[rows]
        matrix[:, 2 * place + 1] = feature.valid[rows]
    sums = np.empty((RESAMPLES + 1, matrix.shape[1]), dtype=np.float64)
    sums[0] = matrix.sum(axis=0)
    block = max(1, _BLOCK // n)
    for start in range(1, RESAMPLES + 1, block):
        height = min(block, RESAMPLES + 1 - start)
        drawn = rng.integers(0, n, size=(height, n)) + n * np.arange(height)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=height * n).reshape(height, n)
        sums[start : start + height] = weights.astype(np.float64) @ matrix
    return sums


def _enough(table: ResponseTable, subject: Registered) -> bool:
    """Return whether the smaller side has enough persons for a signal to read the subject (P-6)."""
    valid = persons(table, subject)
    smaller = min(int(np.count_nonzero(valid & (table.side == number))) for number in range(len(table.sides)))
    return smaller >= (FLOOR_SCALE if subject.floor_class is FloorClass.SCALE else FLOOR_ITEM)


def _features(table: ResponseTable, subject: Registered, instrument: Instrument, form: str) -> Iterator[_Feature]:
    valid = persons(table, subject)

    def item(name: str, reading: str) -> _Feature:
        points = np.where(valid, table.column(name).astype(np.int64) - 1, 0)
        span = instrument.levels(name) - 1
        return _Feature(subject=subject.id, reading=reading, points=points, valid=valid, span=span)

    match subject.kind:
        case Kind.ITEM:
            yield item(subject.subject, MEAN)
            for number in range(1, instrument.levels(subject.subject) + 1):
                at = (valid & (table.column(subject.subject) == number)).astype(np.int64)
                yield _Feature(subject=subject.id, reading=level(number), points=at, valid=valid, span=1)
        case Kind.MIRROR_TOPIC:
            yield item(subject.subject, MEAN)
            for twin in instrument.twins(subject.subject, form):
                if instrument.items[twin].type is ItemType.PREDICTION:
                    yield item(twin, PREDICTION)
        case Kind.SCALE:
            reverse = instrument.scales[subject.subject].reverse
            points, span = _points(table, subject.parts[0], valid, reverse)
            yield _Feature(subject=subject.id, reading=MEAN, points=points, valid=valid, span=span)
        case Kind.MIRROR_SCALE:
            for part, reading in zip(subject.parts, (EXPECTED, ANSWERED), strict=True):
                points, span = _points(table, part, valid, ())
                yield _Feature(subject=subject.id, reading=reading, points=points, valid=valid, span=span)
        case _:  # Kind.COMPOSITE
            points, span = _composite(table, subject, valid, instrument)
            yield _Feature(subject=subject.id, reading=MEAN, points=points, valid=valid, span=span)


def _points(table: ResponseTable, part: Part, valid: Bools, reverse: tuple[str, ...]) -> tuple[Ints, int]:
    """Return each person's exact score less its minimum, (s/a - 1)·Λ, 0 for who does not count; and 100 POMP (S-07)."""
    columns = [table.items.index(item) for item in part.items]
    top = table.levels[columns[0]]
    unit = math.lcm(*range(part.min_answered, len(columns) + 1))
    codes = table.answers[:, columns].astype(np.int64)
    answered = codes >= 1
    turned = np.array([item in reverse for item in part.items])
    oriented = np.where(answered, np.where(turned, top - codes, codes - 1), 0).sum(axis=1)
    count = np.where(valid, answered.sum(axis=1), 1)
    points: Ints = np.where(valid, oriented * (unit // count), 0)
    return points, unit * (top - 1)


def _composite(table: ResponseTable, subject: Registered, valid: Bools, instrument: Instrument) -> tuple[Ints, int]:
    """Return each person's exact composite, brought to one denominator (S-08)."""
    composite = instrument.composites[subject.subject]
    members = (*composite.plus, *composite.minus)
    parts = [
        _points(table, part, valid, instrument.scales[member].reverse)
        for part, member in zip(subject.parts, members, strict=True)
    ]
    common = math.lcm(*(span for _, span in parts))
    total = np.zeros(len(valid), dtype=np.int64)
    for member, (points, span) in zip(members, parts, strict=True):
        scaled = points * (common // span)
        total += scaled if member in composite.plus else np.where(valid, common - scaled, 0)
    return total, common * len(members)
