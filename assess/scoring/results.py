"""What scoring returns: typed values with their interval, or a typed refusal (S-01, S-02).

No function of `assess.scoring` returns None, NaN, an infinity or a stand-in number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from assess.disclosure.policy import Precision
from assess.disclosure.registry import Kind
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectEstimates:
    """All estimates of one registered subject; side codes key the mappings. x is the first side, y the second.

    `gap` is x - y at the estimand S-11 allows; `process_gap` the same at estimand B (for change, S-37); likewise
    `side_means`/`process_side_means` and `company`/`process_company`. `gap.verdict` is judged on A-12's coded ends in
    the coarse classes. Subjects without a gap verdict (I-15, I-16: directed, fact, prediction, self-rating) have `gap`
    None. Current figures are clipped to their scale (S-01); the process ones are not, as a change is judged on them.
    The p values and `hedges_g` are for the engine and its witnesses: no page prints them.
    """

    id: str
    kind: Kind
    subject: str
    precision: Precision | None
    side_means: Mapping[str, Scored]
    process_side_means: Mapping[str, Scored]
    company: Scored
    process_company: Scored
    gap: Judged | None
    process_gap: Scored
    theta: Scored
    hedges_g: float | NotEstimable | None = None
    p_welch: float | None = None
    p_exact: float | None = None
    p_exact_rank: float | None = None
    p_brunner_munzel: float | NotEstimable | None = None
    favourable: Mapping[str, Scored]
    """Share of answers 4-5 (top two of the scale), percent, Wilson interval; items only."""
    levels: Mapping[str, Count | Withheld | NotEstimable]
    """Counts of answers 1..L a side; only at full precision of an item."""
    missing: Mapping[str, float]
    """Share of ballots of a side without a usable answer, 0..1: compose prints it as a class (A-11)."""
    partial: Mapping[str, float] = field(default_factory=dict)
    """Share 0..1 of a side's scored persons with fewer than all items answered (S-07); scales and composites only."""
    dont_know: Mapping[str, float] = field(default_factory=dict)
    """Share 0..1 of a side's ballots that chose "don't know" (I-17); items only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorTopic:
    """Co-orientation of one topic (S-33, S-34): G = own-view gap; C, E by side code.

    `directed` topics (I-16: CO4, TR2, where v is a rating of the other) have Q (prediction error), B and F instead of a
    label: `expectation_error[g]` is then Q_g, `label` is None.
    """

    topic: str
    precision: Precision | None
    own: Mapping[str, Scored]
    expected: Mapping[str, Scored]
    gap: Judged
    perceived: Mapping[str, Judged]
    expectation_error: Mapping[str, Judged]
    self_rating: Mapping[str, Scored]
    self_other: Mapping[str, Judged]
    label: Label | None
    likely: bool = False
    named_side: str | None = None
    opposite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorScale:
    """Prediction error of the MIR pair by side, margin 10, exploratory (I-14)."""

    precision: Precision | None
    expected: Mapping[str, Scored]
    answered: Mapping[str, Scored]
    error: Mapping[str, Judged]


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation:
    """Ballots n and head count N by side code; `worst_case` bounds of the headline gap by scale id (S-36)."""

    answered: Mapping[str, int]
    invited: Mapping[str, int] | None
    worst_case: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Change of one released figure since an earlier wave, or a contrast of three and more (S-37).

    `figure` names the series, for example `scale.ALN.company`, `scale.ALN.sales`, `scale.ALN.gap`. `waves` counts the
    values used; `values` are the released values in wave order, None where that wave withheld or broke the series.
    """

    figure: str
    waves: int
    values: tuple[float | None, ...]
    judged: Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """Everything scoring has to say about one wave."""

    form: str
    sides: tuple[str, ...]
    subjects: Mapping[str, SubjectEstimates]
    """By registered id, in registered order; withheld subjects carry `Withheld` values."""
    topics: Mapping[str, MirrorTopic]
    mirror_scale: MirrorScale | None
    participation: Participation
    changes: Mapping[str, Change]
