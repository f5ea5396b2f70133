"""What scoring returns: typed values with their interval, or a typed refusal (S-01, S-02).

No function of `assess.scoring` returns None, NaN, an infinity or a stand-in number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from assess.disclosure.release import Withheld


class Reason(StrEnum):
    """Why a number cannot be given (S-02)."""

    NO_ANSWERS = "no_answers"
    TOO_FEW = "too_few"
    NO_HEADCOUNT = "no_headcount"
    ALL_ANSWERED = "all_answered"
    ZERO_VARIANCE = "zero_variance"
    GATE_N = "gate_n"
    GATE_FIT = "gate_fit"
    FEW_GROUPS = "few_groups"
    NOT_COMPARABLE = "not_comparable"
    NO_INTERVAL = "no_interval"
    ROWS_DESTROYED = "rows_destroyed"


class Estimand(StrEnum):
    """What an interval is about (S-11)."""

    PEOPLE = "A"
    """These people, this quarter: declared rho, f = n/N."""
    PROCESS = "B"
    """How these departments work: rho = 0."""


class Family(StrEnum):
    """Family of comparisons within which p values are adjusted (S-23)."""

    HEADLINE = "headline"
    EXPLORATORY = "exploratory"
    MIRROR = "mirror"
    CHANGE_HEADLINE = "change_headline"
    CHANGE_OTHER = "change_other"


class Flag(StrEnum):
    """Something a reader of an estimate must know."""

    FLOORED = "floored"
    PRORATED = "prorated"
    NOT_A_SCALE = "not_a_scale"
    """Alpha is negative: the items do not measure one thing here (S-42)."""


class Verdict(IntEnum):
    """The seven verdicts of S-30, by row."""

    WITHHELD = 1
    CLEAR_LARGE = 2
    CLEAR_UNCERTAIN = 3
    TOO_SMALL = 4
    NO_GAP = 5
    POSSIBLE = 6
    CANNOT_TELL = 7


class Modifier(StrEnum):
    """What qualifies a verdict (S-31), in the order of the page."""

    OF_THOSE_WHO_ANSWERED = "of_those_who_answered"
    NOT_CLEAR = "not_clear"
    """Rows 2 and 3 lose the word "clear": under half answered on a side and d* is not above 40."""
    TWO_CAMPS = "two_camps"
    ONE_ITEM = "one_item"
    INDICATIVE = "indicative"
    EXPLORATORY = "exploratory"
    WORTH_DISCUSSING = "worth_discussing"
    """Row 6 with a q value of .10 or less: not settled, not to be passed over (S-23)."""


class Label(StrEnum):
    """Co-orientation labels of S-34."""

    TRUE_CONSENSUS = "true_consensus"
    DISSENSUS = "dissensus"
    FALSE_CONSENSUS = "false_consensus"
    FALSE_CONFLICT = "false_conflict"
    ONE_SIDED_BLINDNESS = "one_sided_blindness"
    ONE_SIDED_FALSE_CONFLICT = "one_sided_false_conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEstimable:
    """Not computed, for mathematical reasons."""

    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Integers without an interval."""

    values: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its intervals, in POMP points unless `method` says otherwise.

    Raises
    ------
    ValueError
        For a non-finite number, se <= 0, or any order but lo95 <= lo90 <= value <= hi90 <= hi95 (S-01).
    """

    value: float
    lo95: float
    hi95: float
    lo90: float
    hi90: float
    se: float
    df: float
    n: int
    m: int
    estimand: Estimand
    method: str
    flags: frozenset[Flag] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what S-01 refuses."""
        numbers = (self.value, self.lo95, self.hi95, self.lo90, self.hi90, self.se, self.df)
        if not all(math.isfinite(number) for number in numbers):
            raise ValueError(f"{self.method}: an estimate is finite, got {numbers}")
        if self.se <= 0:
            raise ValueError(f"{self.method}: a standard error is positive, got {self.se}")
        if not self.lo95 <= self.lo90 <= self.value <= self.hi90 <= self.hi95:
            raise ValueError(f"{self.method}: limits out of order: {numbers[:5]}")


Result = Count | Estimate | Withheld | NotEstimable
"""Every value scoring hands on (S-01)."""

Scored = Estimate | Withheld | NotEstimable
"""A number, or why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A comparison with its verdict. `d_star` is the tipping point of S-36, POMP points."""

    estimate: Scored
    verdict: Verdict
    modifiers: tuple[Modifier, ...] = ()
    margin: float
    family: Family | None = None
    family_size: int = 0
    p: float | None = None
    p_adjusted: float | None = None
    d_star: float | NotEstimable | None = None


Pair = tuple[str, str]
"""Codes of two sides, x declared before y."""


class Signal(StrEnum):
    """What a control chart says of the last wave (S-37)."""

    NONE = "none"
    ABOVE = "above"
    """Over the upper limit."""
    BELOW = "below"
    DRIFT_UP = "drift_up"
    """The upper sum is over its limit, and this wave carried it there or further."""
    DRIFT_DOWN = "drift_down"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingRange:
    """XmR limits of a series, POMP points: mean of all its waves ± 2.66 × mean moving range (S-37)."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlChart:
    """A series against its first seven waves (S-37), in POMP points; `z`, `up`, `down` in standard errors.

    `error` is that of `mean`. `inflation` is 1, or the root of Σz²/6 where the baseline varies more than its errors
    allow; `limit` is 3 times it. `z` counts the waves after the baseline, oldest first; `up` and `down` are the sums
    on z/inflation at the same waves. `se` is the standard error of the last wave less `mean`, inflation included;
    `low` and `high`, 3 of it on either side of `mean`, are the limits of the last wave.
    """

    mean: float
    error: float
    inflation: float
    limit: float
    z: tuple[float, ...]
    up: tuple[float, ...]
    down: tuple[float, ...]
    se: float
    low: float
    high: float
    signal: Signal
    moving_range: MovingRange | NotEstimable
    """`too_few` under twenty waves."""
