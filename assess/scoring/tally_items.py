"""The other half of step 4: from the rows of a `Released` table to tables of answers item by item (S-05).

Belongs here: level counts of every item, T and X of a scale. Does not: scores and pairs (tally), what is read off the
tables (item_table, reliability, agreement, comparability). With `tally` these are the only modules that see rows beside
S-44 and S-45. Tables are as secret as rows, and die with them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from assess.disclosure.registry import Kind
from assess.disclosure.release import Released, ReleasedSubject
from assess.disclosure.table import BLANK
from assess.instruments.model import Instrument
from assess.scoring.histogram import Ints
from assess.scoring.item_table import FIRST, CrossProducts, ItemTable
from assess.scoring.tally import check_released, kind

_BLOCK: Final = 4_096
"""Rows turned at once: a few score answers each stay within the smallest second-level caches."""


def count_levels(released: Released) -> Ints:
    """Count every ballot at every answer of every item, side by side: blank, "don't know", 1..L.

    Parameters
    ----------
    released
        The released table, of any number of sides.

    Returns
    -------
    numpy.ndarray
        int64 array of shape (sides, items, highest L + 2), items in the table's order; last axis as in
        `item_table.FIRST`. Cells of levels that an item does not have are 0.

    Notes
    -----
    One pass an item, over the answers turned to items x people, so that memory stays at a copy of the answers and a few
    bytes a person whatever the number of items.
    """
    table = released.table
    width = max(table.levels, default=0) + FIRST
    place = table.side.astype(np.intp) * width - BLANK
    counts = np.empty((len(table.items), len(table.sides) * width), dtype=np.int64)
    at = np.empty_like(place)
    for row, given in zip(counts, _by_item(table.answers), strict=True):
        np.add(place, given, out=at)
        row[:] = np.bincount(at, minlength=len(row))
    by_side: Ints = counts.reshape(len(table.items), len(table.sides), width).swapaxes(0, 1)
    return by_side


def item_tables(released: Released, subject: ReleasedSubject, instrument: Instrument) -> dict[str, ItemTable]:
    """Count T of a scale, a side at a time: everybody on the side, scored or not (S-05).

    Parameters
    ----------
    released, subject
        The released table, and one of its subjects of kind scale.
    instrument
        Says which items are reversed.

    Returns
    -------
    dict
        Side code -> `ItemTable`.

    Raises
    ------
    ValueError
        When the subject is not a released scale, or its items differ in L.
    """
    answers, top = _oriented(released, subject, instrument)
    part = subject.registered.parts[0]
    k = len(part.items)
    given = answers >= 1
    total, answered = np.where(given, answers, 0).sum(axis=1), given.sum(axis=1)
    shape = (k, top + FIRST, k * top + 1, k + 1)
    tables: dict[str, ItemTable] = {}
    for number, side in enumerate(released.table.sides):
        on = released.table.side == number
        cell = ((answers[on] - BLANK) * shape[2] + total[on, None]) * shape[3] + answered[on, None]
        cell += np.arange(k) * (shape[1] * shape[2] * shape[3])
        count = np.bincount(cell.ravel(), minlength=int(np.prod(shape))).astype(np.int64).reshape(shape)
        tables[side] = ItemTable(items=part.items, levels=top, min_answered=part.min_answered, count=count)
    return tables


def cross_products(released: Released, subject: ReleasedSubject, instrument: Instrument) -> dict[str, CrossProducts]:
    """Sum X of a scale, a side at a time, over the persons who answered every item (S-05).

    Parameters
    ----------
    released, subject, instrument
        As for `item_tables`.

    Returns
    -------
    dict
        Side code -> `CrossProducts` of the oriented codes.
    """
    answers, _ = _oriented(released, subject, instrument)
    whole = (answers >= 1).all(axis=1)
    found: dict[str, CrossProducts] = {}
    for number, side in enumerate(released.table.sides):
        rows = answers[whole & (released.table.side == number)]
        found[side] = CrossProducts(
            items=subject.registered.parts[0].items, n=len(rows), sums=rows.sum(axis=0), products=rows.T @ rows
        )
    return found


def _by_item(answers: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Return the answers as items x people, each item's in one piece: read in place, they are a whole row apart.

    A block of rows is turned while the processor's cache holds it, four times as quick as turning all at once.
    """
    turned = np.empty(answers.shape[::-1], dtype=answers.dtype)
    for first in range(0, len(answers), _BLOCK):
        turned[:, first : first + _BLOCK] = answers[first : first + _BLOCK].T
    return turned


def _oriented(released: Released, subject: ReleasedSubject, instrument: Instrument) -> tuple[Ints, int]:
    """Return every ballot's oriented codes on a scale's items, DK and blank as they stand, and L."""
    kind(subject, Kind.SCALE)
    check_released(released, subject)
    table, part = released.table, subject.registered.parts[0]
    columns = [table.items.index(item) for item in part.items]
    tops = {table.levels[column] for column in columns}
    if len(tops) != 1:
        raise ValueError(f"items of one scale have one number of levels, not {sorted(tops)}")
    top = tops.pop()
    codes = table.answers[:, columns].astype(np.int64)
    turned = np.array([item in instrument.scales[subject.registered.subject].reverse for item in part.items])
    oriented: Ints = np.where(turned & (codes >= 1), top + 1 - codes, codes)
    return oriented, top
