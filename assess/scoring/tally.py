"""Step 4: from the rows of a `Released` table to integer tables (S-05).

Beside `tally_items` (answers item by item), S-44 and S-45, only this module sees rows. Every function takes `Released`
and a `ReleasedSubject` that it lists: who counts is `disclosure.release.persons`, and an item that is no part of the
subject cannot be counted. Mappings are keyed by side code, in the table's order. Tables are as secret as rows, and die
with them.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from assess.disclosure.registry import Kind, Part
from assess.disclosure.release import Released, ReleasedSubject, persons
from assess.instruments.model import DONT_KNOW, Instrument
from assess.scoring.histogram import Histogram, Ints, histogram, pooled, same_scale
from assess.scoring.results import Count

__all__ = [
    "Histogram",
    "composite_histograms",
    "difference_histogram",
    "dont_know_share",
    "histogram",
    "item_histograms",
    "levels",
    "missing_share",
    "pair_table",
    "part_histograms",
    "pooled",
    "same_scale",
    "scale_histograms",
]

Bools = npt.NDArray[np.bool_]

ROOM = 2**53
"""Largest integer score: products with head counts then stay exact in int64 and in float64."""


def scale_histograms(
    released: Released, subject: ReleasedSubject, instrument: Instrument, *, without: Bools | None = None
) -> dict[str, Histogram]:
    """Count persons by the exact score of a scale, a side at a time (S-07).

    I = s·Λ/a: s the oriented sum of the a answered items (x' = L + 1 - x for reversed ones), Λ the least common
    multiple of the admissible a, so that POMP = D(I/Λ - 1) and equal scores are equal integers.

    Parameters
    ----------
    released
        The released table.
    subject
        A released subject of kind scale.
    instrument
        Says which items are reversed.
    without
        Persons to leave out, bool array of shape (people,); nobody by default (S-44).

    Returns
    -------
    dict
        Side code -> `Histogram`.

    Raises
    ------
    ValueError
        When the subject is not a released scale, or its items differ in L.
    """
    kind(subject, Kind.SCALE)
    scale = instrument.scales[subject.registered.subject]
    return part_histograms(released, subject, 0, reverse=scale.reverse, without=without)


def part_histograms(
    released: Released,
    subject: ReleasedSubject,
    part: int,
    *,
    reverse: tuple[str, ...] = (),
    without: Bools | None = None,
) -> dict[str, Histogram]:
    """Count the subject's persons by their exact score on one of its parts (S-07).

    Parameters
    ----------
    released, subject
        The released table and subject; persons must be complete on every part of the subject.
    part
        Index into the subject's parts: of a mirror scale, 0 is what is expected and 1 what was answered.
    reverse
        Items turned round before they are added.
    without
        Persons to leave out, bool array of shape (people,); nobody by default (S-44).

    Returns
    -------
    dict
        Side code -> `Histogram`.
    """
    valid = _persons(released, subject)
    if without is not None:
        valid &= ~without
    shell = subject.registered.parts[part]
    score, unit, levels, partial = _scores(released, shell, valid, reverse)
    span = unit * (levels - 1)
    side = released.table.side[valid]
    return {
        code: histogram(
            score[side == i], zero=unit, span=span, step=unit, partial=int(np.count_nonzero(partial[side == i]))
        )
        for i, code in enumerate(released.table.sides)
    }


def composite_histograms(released: Released, subject: ReleasedSubject, instrument: Instrument) -> dict[str, Histogram]:
    """Count persons by the exact composite, persons with every part only (S-08): H = (ALN + TRU + 100 - FRI)/3.

    Each part's score is brought to one denominator, so the integer is exact. The step of the floor is one category of
    every part at once, as for a scale it is one category of every item.

    Returns
    -------
    dict
        Side code -> `Histogram` with zero 0.
    """
    kind(subject, Kind.COMPOSITE)
    composite = instrument.composites[subject.registered.subject]
    members = (*composite.plus, *composite.minus)
    valid = _persons(released, subject)
    found = [
        _scores(released, shell, valid, instrument.scales[member].reverse)
        for shell, member in zip(subject.registered.parts, members, strict=True)
    ]
    common = math.lcm(*(unit * (levels - 1) for _, unit, levels, _ in found))
    total = np.zeros(int(np.count_nonzero(valid)), dtype=np.int64)
    partial = np.zeros(len(total), dtype=np.bool_)
    for member, (score, unit, levels, short) in zip(members, found, strict=True):
        points = (score - unit) * (common // (unit * (levels - 1)))
        total += points if member in composite.plus else common - points
        partial |= short
    step = len(members) * common // (min(levels for _, _, levels, _ in found) - 1)
    side = released.table.side[valid]
    return {
        code: histogram(
            total[side == i],
            zero=0,
            span=len(members) * common,
            step=step,
            partial=int(np.count_nonzero(partial[side == i])),
        )
        for i, code in enumerate(released.table.sides)
    }


def item_histograms(released: Released, subject: ReleasedSubject, item: str | None = None) -> dict[str, Histogram]:
    """Count the subject's persons by their raw code 1..L on one item, as worded (I-15).

    Parameters
    ----------
    released, subject
        The released table and subject.
    item
        One of the subject's items (a twin, say); the subject itself by default.

    Returns
    -------
    dict
        Side code -> `Histogram` with zero 1, span L - 1, step 1.

    Raises
    ------
    ValueError
        When the item is no part of the subject.
    """
    column, top, side = _column(released, subject, item or subject.registered.subject)
    return {
        code: histogram(column[side == i], zero=1, span=top - 1, step=1) for i, code in enumerate(released.table.sides)
    }


def levels(released: Released, subject: ReleasedSubject) -> dict[str, Count]:
    """Count the subject's persons at each answer level 1..L of its own item, empty levels included, by side code."""
    column, top, side = _column(released, subject, subject.registered.subject)
    return {
        code: Count(values=tuple(np.bincount(column[side == i], minlength=top + 1)[1:].tolist()))
        for i, code in enumerate(released.table.sides)
    }


def pair_table(released: Released, subject: ReleasedSubject, v_item: str, w_item: str) -> dict[str, Ints]:
    """Cross two answers of one person, persons complete on all of the subject's parts (S-05, P).

    Parameters
    ----------
    released, subject
        The released table and subject.
    v_item, w_item
        Two of the subject's items, with the same L.

    Returns
    -------
    dict
        Side code -> int64 array of shape (L, L): entry [v - 1, w - 1] counts who answered v and w.

    Raises
    ------
    ValueError
        When an item is no part of the subject or the two differ in L.
    """
    first, top, side = _column(released, subject, v_item)
    second, top_second, _ = _column(released, subject, w_item)
    if top != top_second:
        raise ValueError(f"{v_item} has {top} levels and {w_item} {top_second}: their answers cannot be crossed")
    cell = (first - 1) * top + second - 1
    return {
        code: np.bincount(cell[side == i], minlength=top * top).astype(np.int64).reshape(top, top)
        for i, code in enumerate(released.table.sides)
    }


def difference_histogram(table: Ints) -> Histogram:
    """Count persons by v - w from their pair table of shape (L, L), v down and w across (S-33: C = v - p, F = s - o).

    Returns
    -------
    Histogram
        Scores -(L-1)..L-1 in raw codes, zero 0, span L - 1, step 1: a difference of one level is one step D.
    """
    top = len(table)
    codes = np.arange(1, top + 1)
    difference = codes[:, None] - codes[None, :]
    counts = np.bincount((difference + top - 1).ravel(), weights=table.ravel()).astype(np.int64)
    held = np.flatnonzero(counts)
    return Histogram(score=held - (top - 1), count=counts[held], zero=0, span=top - 1, step=1)


def missing_share(released: Released, subject: ReleasedSubject) -> dict[str, float]:
    """Return the share 0..1 of each side's ballots that do not count for the subject."""
    valid = _persons(released, subject)
    return {
        code: 1 - int(np.count_nonzero(valid & at)) / max(int(np.count_nonzero(at)), 1) for code, at in _at(released)
    }


def dont_know_share(released: Released, subject: ReleasedSubject) -> dict[str, float]:
    """Return the share 0..1 of each side's ballots with "don't know" on the subject's own item (I-17)."""
    kind(subject, Kind.ITEM)
    _persons(released, subject)
    unknown = released.table.column(subject.registered.subject) == DONT_KNOW
    return {code: int(np.count_nonzero(unknown & at)) / max(int(np.count_nonzero(at)), 1) for code, at in _at(released)}


def kind(subject: ReleasedSubject, wanted: Kind) -> None:
    """Refuse a subject of another kind.

    Raises
    ------
    ValueError
        When `subject` is not of the wanted kind.
    """
    if subject.registered.kind is not wanted:
        raise ValueError(f"{subject.registered.id} is not of kind {wanted}")


def check_released(released: Released, subject: ReleasedSubject) -> None:
    """Refuse a subject of another release.

    Raises
    ------
    ValueError
        When `released` does not list `subject`.
    """
    if subject not in released.subjects:
        raise ValueError(f"{subject.registered.id} is not among the subjects of this release")


def _persons(released: Released, subject: ReleasedSubject) -> Bools:
    check_released(released, subject)
    return persons(released.table, subject.registered)


def _at(released: Released) -> list[tuple[str, Bools]]:
    return [(code, released.table.side == i) for i, code in enumerate(released.table.sides)]


def _column(released: Released, subject: ReleasedSubject, item: str) -> tuple[Ints, int, npt.NDArray[np.int8]]:
    """Return the codes, L and sides of the subject's persons on one of its items; each must have answered it."""
    if not any(item in part.items and part.min_answered == len(part.items) for part in subject.registered.parts):
        raise ValueError(f"{item} is not an item that everybody counted for {subject.registered.id} has answered")
    valid = _persons(released, subject)
    top = released.table.levels[released.table.items.index(item)]
    return released.table.column(item)[valid].astype(np.int64), top, released.table.side[valid]


def _scores(released: Released, part: Part, valid: Bools, reverse: tuple[str, ...]) -> tuple[Ints, int, int, Bools]:
    """Return I = s·Λ/a of the valid persons, Λ, L, and who answered fewer than all items of the part."""
    table = released.table
    columns = [table.items.index(item) for item in part.items]
    tops = {table.levels[column] for column in columns}
    if len(tops) != 1:
        raise ValueError(f"items of one scale have one number of levels, not {sorted(tops)}")
    top = tops.pop()
    unit = math.lcm(*range(part.min_answered, len(columns) + 1))
    if unit * top >= ROOM:
        raise ValueError(f"{len(columns)} items with {part.min_answered} answered have no exact integer score")
    codes = table.answers[valid][:, columns].astype(np.int64)
    answered = codes >= 1
    turned = np.array([item in reverse for item in part.items])
    oriented = np.where(answered, np.where(turned, top + 1 - codes, codes), 0)
    count = answered.sum(axis=1)
    score: Ints = oriented.sum(axis=1) * (unit // count)
    return score, unit, top, count < len(columns)
