"""What scoring has to say about one wave, and about each of its subjects: the shape of `estimate.estimates`.

Belongs here: frozen values by registered subject, pair of sides, topic and series. Does not: what a single number or
verdict is (results), any formula.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assess.disclosure.policy import Precision
from assess.disclosure.registry import Kind
from assess.disclosure.release import Withheld
from assess.scoring.agreement import Agreement
from assess.scoring.comparability import Comparability
from assess.scoring.reliability import Reliability
from assess.scoring.results import ControlChart, Count, Estimate, Judged, Label, NotEstimable, Pair, Scored


@dataclass(frozen=True, slots=True, kw_only=True)
class PairEstimates:
    """Two sides set beside each other on one subject: x is the one declared first, a gap is x - y.

    `gap` is at the estimand S-11 allows for the two, judged on A-12's coded ends in the coarse classes; None where the
    subject has no gap verdict (I-15, I-16: directed, fact, prediction, self-rating). `process_gap` is the same at
    estimand B (for change, S-37). `worst_case` bounds the gap whatever the silent would have said (S-36). The p values
    and `hedges_g` are for the engine and its witnesses: no page prints them.
    """

    gap: Judged | None
    process_gap: Scored
    theta: Scored
    worst_case: tuple[float, float] | Withheld | NotEstimable
    hedges_g: float | NotEstimable | None = None
    p_welch: float | None = None
    p_exact: float | None = None
    p_exact_rank: float | None = None
    p_brunner_munzel: float | NotEstimable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleChecks:
    """What qualifies a released scale's numbers: for the engine, and as words, never as figures, for a report.

    All of it reads answers item by item, so it is `Withheld` where the scale is coarse or one of its items withheld:
    nothing depends on a withheld value.
    """

    reliability: Reliability | Withheld
    """Of all sides pooled (S-42)."""
    omega: Estimate | Withheld | NotEstimable
    """Of all sides pooled, from 0 to 1 (S-43)."""
    agreement: Mapping[str, Agreement | Withheld | NotEstimable]
    """By side (S-40)."""
    comparability: Mapping[Pair, Comparability | Withheld]
    """By pair of sides, of scales with a gap verdict (S-46)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectEstimates:
    """All estimates of one registered subject; side codes key the mappings.

    `process_side_means` and `process_company` are at estimand B (for change, S-37). Current figures are clipped to
    their scale (S-01); the process ones are not, as a change is judged on them. `pairs` holds every two sides (S-15),
    in declared order.
    """

    id: str
    kind: Kind
    subject: str
    precision: Precision | None
    side_means: Mapping[str, Scored]
    process_side_means: Mapping[str, Scored]
    company: Scored
    process_company: Scored
    pairs: Mapping[Pair, PairEstimates]
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
    camps: frozenset[str] = frozenset()
    """Sides whose average hides two camps (S-41); none are looked for in the coarse classes."""
    checks: ScaleChecks | None = None
    """Of released scales only."""

    @property
    def pair(self) -> PairEstimates:
        """The one pair of a wave of two sides.

        Raises
        ------
        ValueError
            For more sides: which two are meant has to be said.
        """
        if len(self.pairs) != 1:
            raise ValueError(f"{self.id} has {len(self.pairs)} pairs of sides: say which")
        return next(iter(self.pairs.values()))

    @property
    def gap(self) -> Judged | None:
        """The gap of a wave of two sides."""
        return self.pair.gap

    @property
    def process_gap(self) -> Scored:
        """The gap of a wave of two sides at estimand B."""
        return self.pair.process_gap

    @property
    def theta(self) -> Scored:
        """The probability of superiority of a wave of two sides."""
        return self.pair.theta


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
    """Ballots n and head count N by side code (S-36)."""

    answered: Mapping[str, int]
    invited: Mapping[str, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Change of one released figure since an earlier wave, or a contrast of three to seven (S-37).

    `figure` names the series, for example `scale.ALN.company`, `scale.ALN.sales`, `scale.ALN.gap`. `waves` counts the
    values used; `values` are the released values in wave order, None where that wave withheld or broke the series.
    From the eighth value on `chart` is there, and `judged` is this wave less the mean of the first seven.
    """

    figure: str
    waves: int
    values: tuple[float | None, ...]
    judged: Judged
    chart: ControlChart | None = None


class ShareClass(StrEnum):
    """Share of all ballots that are careless, as it leaves: under 10, 10 to 20, over 20 % (S-44)."""

    UNDER_10 = "lt10"
    FROM_10_TO_20 = "10to20"
    OVER_20 = "gt20"


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """What is published of careless answers: are all headline verdicts the same without them, and how many are they.

    `unchanged` is of the row of S-30 alone: a limit that moves within its row is no change; a verdict that is no longer
    estimable, or is only then, is one (S-44).
    """

    unchanged: bool
    share: ShareClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """Everything scoring has to say about one wave; `topics` and `mirror_scale` of a wave of two sides only."""

    form: str
    sides: tuple[str, ...]
    subjects: Mapping[str, SubjectEstimates]
    """By registered id, in registered order; withheld subjects carry `Withheld` values."""
    topics: Mapping[str, MirrorTopic]
    mirror_scale: MirrorScale | None
    participation: Participation
    care: Care | NotEstimable
    changes: Mapping[str, Change]
