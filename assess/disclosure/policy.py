"""Floors and precision: who must be there before a figure exists, and how coarsely it is then shown (A-11, A-12)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from assess.instruments.model import FloorClass

FLOOR_SCALE: Final = 5
FLOOR_ITEM: Final = 10
FLOOR_COMMENTS: Final = 10
DISTRIBUTION_SCALE: Final = 20
DISTRIBUTION_ITEM: Final = 30
SHARE_STEP: Final = 5
"""Step of a favourable share in the coarse class, percent."""
MEAN_STEP: Final = 5
"""Step of a mean that would say too much of the few who joined or left, POMP points (A-13 R5)."""


class Precision(StrEnum):
    """Precision class of a released figure, by its smaller side (A-12)."""

    COARSE_SCALE = "coarse_scale"
    """Scales at 5-9: whole means coded <= 5, >= 95; gap and H with ends outward to 1 POMP; no own interval."""
    COARSE_ITEM = "coarse_item"
    """Items at 10-29: whole means, favourable share coded <= 10, >= 90 %; gap, G, E with ends outward to 5 POMP."""
    BARE_ITEM = "bare_item"
    """A coarse item whose share of agreement would let its answers be rebuilt (A-13 R3): as before, without shares."""
    FIVES = "fives"
    """A figure that would say too much of the few who joined or left (A-13 R5): side means to 5 POMP, no share, no own
    interval, ends of comparisons outward to 5 POMP, change as a direction only."""
    FULL = "full"
    """Scales from 10, items from 30: everything."""


_CODED_ENDS: Final = frozenset({Precision.COARSE_SCALE, Precision.FIVES})


class Code(StrEnum):
    """What is printed in place of a number too close to the end of its scale (A-12)."""

    AT_MOST_5 = "le5"
    AT_LEAST_95 = "ge95"
    AT_MOST_10_PERCENT = "le10pct"
    AT_LEAST_90_PERCENT = "ge90pct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Floors of one wave, frozen at opening. Raise-only: a floor below the constant is refused.

    `public` marks data that anybody may read row by row (reference sets, fixtures): no floors, full precision.
    """

    floor_scale: int = FLOOR_SCALE
    floor_item: int = FLOOR_ITEM
    floor_comments: int = FLOOR_COMMENTS
    public: bool = False

    def __post_init__(self) -> None:
        """Refuse a lowered floor (A-11), and one that is no whole number: nothing is below "not a number"."""
        for name, given, constant in (
            ("floor_scale", self.floor_scale, FLOOR_SCALE),
            ("floor_item", self.floor_item, FLOOR_ITEM),
            ("floor_comments", self.floor_comments, FLOOR_COMMENTS),
        ):
            if not isinstance(given, int):
                raise TypeError(f"{name} is a whole number, not {given!r}")
            if given < (1 if self.public else constant):
                raise ValueError(f"{name} may be raised, never lowered: {given} is under its constant")

    @classmethod
    def public_data(cls) -> Policy:
        """Policy of public data: no floors. Never named by publish, web, jobs or cli (design.md section 2)."""
        return cls(floor_scale=1, floor_item=1, floor_comments=1, public=True)

    def precision(self, floor_class: FloorClass, smaller: int) -> Precision | None:
        """Return the precision class for the smaller side's n, or None under the floor (A-11, A-12)."""
        if self.public:
            return Precision.FULL
        floor, coarse, full = {
            FloorClass.SCALE: (self.floor_scale, Precision.COARSE_SCALE, FLOOR_ITEM),
            FloorClass.ITEM: (self.floor_item, Precision.COARSE_ITEM, DISTRIBUTION_ITEM),
        }[floor_class]
        if smaller < floor:
            return None
        return Precision.FULL if smaller >= full else coarse


def outward(low: float, high: float, step: int) -> tuple[float, float]:
    """Return an interval with its ends moved outward to multiples of `step` POMP (A-12)."""
    return step * math.floor(low / step + 1e-9), step * math.ceil(high / step - 1e-9)


def interval_step(precision: Precision) -> int | None:
    """Return the step of A-12's outward ends in POMP: 1, 5, or None where the interval is not coarsened."""
    return {
        Precision.COARSE_SCALE: 1,
        Precision.COARSE_ITEM: 5,
        Precision.BARE_ITEM: 5,
        Precision.FIVES: MEAN_STEP,
        Precision.FULL: None,
    }[precision]


def coded_mean(pomp: float, precision: Precision) -> int | Code | None:
    """Return a side mean as A-12 prints it: whole POMP, or a code at scales' ends; None at full precision.

    By fives (A-13 R5) the codes stand at the ends of every figure.
    """
    if precision is Precision.FULL:
        return None
    if precision in _CODED_ENDS and pomp <= 5:
        return Code.AT_MOST_5
    if precision in _CODED_ENDS and pomp >= 95:
        return Code.AT_LEAST_95
    step = MEAN_STEP if precision is Precision.FIVES else 1
    return step * math.floor(pomp / step + 0.5)


def coded_share(percent: float) -> int | Code:
    """Return a favourable share of 10-29 answers: multiples of 5 percent, coded <= 10 and >= 90.

    A-12 prints whole percent; with the mean beside it that gives n away, which A-11 never prints (ADR 0007).
    """
    if percent <= 10:
        return Code.AT_MOST_10_PERCENT
    if percent >= 90:
        return Code.AT_LEAST_90_PERCENT
    return SHARE_STEP * math.floor(percent / SHARE_STEP + 0.5)
