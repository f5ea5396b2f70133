"""What a play's signal can read of a wave: values in the wave itself and in each of its resamples (S-45, P-4).

Belongs here: columns and how shares and labels are read from them. Does not: rows and weights (resample), signals and
statuses (advice). Columns live in memory only, like the rows, and feed no verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from assess.scoring.labels import LABELS, code, differs
from assess.scoring.results import Label

RESAMPLES: Final = 2_000

MEAN: Final = "mean"
PREDICTION: Final = "prediction"
EXPECTED: Final = "expected"
ANSWERED: Final = "answered"

DECIMALS: Final = 9
"""Ratios of counts are rounded here, so that one that lies exactly on a threshold is not moved off it."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def level(number: int) -> str:
    """Return the reading of one answer level of an item: the percent of answers at it."""
    return f"level.{number}"


class Missing(StrEnum):
    """Why a value has no column (P-6)."""

    NOT_IN_FORM = "not_in_form"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A value in the wave itself and in every resample, POMP points or percent.

    Parameters
    ----------
    point
        The value with every weight 1.
    values
        float64 array of shape (2,000,); 0 where undefined.
    defined
        bool array, same shape: False where nobody who counts was drawn.
    """

    point: float
    values: Floats
    defined: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelColumn:
    """The co-orientation label of a topic, every state leaned (S-34, P-2).

    Parameters
    ----------
    point
        Label of the wave itself.
    size
        Largest of G, C_x and C_y of the wave itself, as an absolute value, POMP points.
    places
        int64 array of shape (2,000,): places in `labels.LABELS`.
    defined
        bool array, same shape.
    """

    point: Label
    size: float
    places: Ints
    defined: Bools

    def among(self, names: frozenset[Label]) -> Bools:
        """Return where the label is one of these; bool array of shape (2,000,)."""
        wanted = np.array([name in names for name, _ in LABELS])
        found: Bools = wanted[self.places] & self.defined
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What a wave's plays can read, by registered id, reading and side code.

    Parameters
    ----------
    sides
        Side codes by side letter, x first.
    fewest
        Ballots of the smaller side.
    headlines
        Ids of the released headline scales.
    too_few
        Registered ids that are withheld or under the floor of their class.
    levels
        L by item code.
    topics
        Base items of the form's predictions.
    margins
        M by topic with a label.
    """

    sides: Mapping[str, str]
    fewest: int
    headlines: tuple[str, ...]
    too_few: frozenset[str]
    levels: Mapping[str, int]
    topics: tuple[str, ...]
    margins: Mapping[str, float]
    read: Mapping[tuple[str, str, str], Column]

    def of(self, subject: str, side: str, reading: str = MEAN) -> Column | Missing:
        """Return a registered subject's column on one side; `reading` is one of this module's constants."""
        if subject in self.too_few:
            return Missing.TOO_FEW
        return self.read.get((subject, reading, side), Missing.NOT_IN_FORM)

    def score(self, name: str, side: str) -> Column | Missing:
        """Return the column of a scale, or else of a composite, on one side."""
        found = self.of(f"scale.{name}", side)
        return self.of(f"composite.{name}", side) if found is Missing.NOT_IN_FORM else found

    def share(self, item: str, codes: range, side: str) -> Column | Missing:
        """Return the percent of a side's answers on an item whose code is in `codes`."""
        subject = f"item.{item}"
        if subject in self.too_few:
            return Missing.TOO_FEW
        wanted = [each for each in range(1, self.levels.get(item, 0) + 1) if each in codes]
        parts = [self.read[subject, level(each), side] for each in wanted]
        if not parts:
            return Missing.NOT_IN_FORM
        return Column(
            point=round(sum(part.point for part in parts), DECIMALS),
            values=np.round(sum((part.values for part in parts), np.zeros(RESAMPLES)), DECIMALS),
            defined=parts[0].defined,
        )

    def label(self, topic: str) -> LabelColumn | Missing:
        """Return the leaned label of a topic: G = v̄_x - v̄_y and C_g = v̄_g - p̄_g against the margin (S-34)."""
        subject = f"mirror.{topic}"
        if subject in self.too_few:
            return Missing.TOO_FEW
        if topic not in self.margins:
            return Missing.NOT_IN_FORM
        margin = self.margins[topic]
        x, y = ((self.read[subject, MEAN, side], self.read[subject, PREDICTION, side]) for side in self.sides.values())
        points = (x[0].point - y[0].point, x[0].point - x[1].point, y[0].point - y[1].point)
        differences = (x[0].values - y[0].values, x[0].values - x[1].values, y[0].values - y[1].values)
        states = [np.round(np.abs(each), DECIMALS) >= margin for each in differences]
        gap, first, second = (differs(point, margin) for point in points)
        return LabelColumn(
            point=LABELS[code(gap=gap, x=first, y=second)][0],
            size=max(abs(point) for point in points),
            places=4 * states[0].astype(np.int64) + 2 * states[1] + states[2],
            defined=x[0].defined & y[0].defined,
        )
