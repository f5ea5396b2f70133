"""What a playbook is once loaded, what it is matched against, and what comes out: plays, records, advice. All frozen.

Belongs here: values only. Does not: reading files (load), parsing signals (signal), deciding (match, gates).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assess.advice.signal import Signal

Ref = tuple[str, ...]
"""A value of the grammar by its parts, such as ("item", "AL3", "C") or ("score", "ALN", "C") (P-1)."""


class Kind(StrEnum):
    """Process plays P1-P19, incentive plays I1-I9."""

    PROCESS = "process"
    INCENTIVE = "incentive"


class Status(StrEnum):
    """What became of a play. Only this leaves memory, never the share of resamples (P-5)."""

    RECOMMENDED = "recommended"
    """Its signal holds in 1,600 of 2,000 resamples or more, and it is printed as a card."""
    CONSIDERED = "considered"
    """Its signal holds in 1,000 to 1,599."""
    SILENT = "silent"
    NOT_EVALUATED = "not_evaluated"
    """Too few answers, an item not in the form, or no record (P-6); `Advised.reason` says which."""
    BLOCKED = "blocked"
    """Recommended or considered, but its own "blocked if" is true (G5): not printed."""
    HELD = "held"
    """Recommended by its signal, but another gate or the cap keeps it off the page; `Advised.reason` says which."""


class Reason(StrEnum):
    """Why a play is not evaluated (P-6) or held (P-9, P-10)."""

    TOO_FEW = "too_few"
    NOT_IN_FORM = "not_in_form"
    NO_RECORD = "no_record"
    BLOCKED_IF = "blocked_if"
    FRICTION_FIRST = "friction_first"
    """G1: friction is high and the charter is not yet under way."""
    GOAL_FIRST = "goal_first"
    """G2: the joint goal is neither silent nor printed nor past."""
    UNSAFE = "unsafe"
    """G3: frank talk is not safe, or the fairness of decisions is contested."""
    NEEDS_OTHER = "needs_other"
    """G4: the play it builds on is neither printed nor past."""
    APART = "apart"
    """G6: never together with a play that ranks higher."""
    IN_FORCE = "in_force"
    """G7: there is an open commitment for it; the ledger alone shows it."""
    OVER_CAP = "over_cap"
    """P-10: better ranked plays fill the page."""


class Cost(StrEnum):
    """Cost in the first quarter, both teams: S < 20 h, M 20-60 h, L > 60 h (P-12)."""

    SMALL = "S"
    MEDIUM = "M"
    LARGE = "L"


class IndicatorKind(StrEnum):
    """What an indicator is read from."""

    ITEM = "item"
    SCALE = "scale"
    ERROR = "error"
    """Prediction error of a topic, or of any topic ("any")."""
    GAP = "gap"
    CRM = "crm"
    """A figure of P-21."""
    CLIENT = "client"
    """A figure the client keeps, such as quota."""


class Movement(StrEnum):
    """How an indicator is expected to move: a range to test, never a promise (P-12)."""

    RISE = "rise"
    FALL = "fall"
    HALVE = "halve"
    VANISH = "vanish"
    KEEP = "keep"
    AT_LEAST = "at_least"


class Trial(StrEnum):
    """The reversible trial of an incentive play, option B (P-13, R-19)."""

    SHADOW_QUARTER = "shadow_quarter"
    TWO_PODS = "two_pods"
    ONE_REGION = "one_region"
    THREE_MONTHS = "three_months"


class Need(StrEnum):
    """Need for integration, stated by the client before opening (P-7)."""

    LIGHT = "light"
    REGULAR = "regular"
    TIGHT = "tight"


class FixedText(StrEnum):
    """Ids of the fixed texts (P-16, P-13, P-6)."""

    LEAVE = "LEAVE"
    OPEN = "OPEN"
    PROTECT = "PROTECT"
    NEVER = "NEVER"
    CHAIR = "CHAIR"
    KNOW = "KNOW"
    """Slots name, direction (RISE or FALL)."""
    KNOW_CHANGE = "KNOW_CHANGE"
    """Second sentence of KNOW, slot d, only where S-37 can judge."""
    RISE = "RISE"
    FALL = "FALL"
    SCALE_WHY = "SCALE_WHY"
    """Why of a card that rests on a scale alone at 5-9 answers; slots scale, x (P-6)."""
    SHADOW_D60 = "SHADOW_D60"
    SHADOW_D90 = "SHADOW_D90"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One citation; `contrary` evidence prints as such, unverified never (P-15), and the note is for consultants."""

    cite: str
    note: str = ""
    contrary: bool = False
    verified: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """What should move, whose (`who`: a side's letter or C), which way, by how many points (`low` to `high`)."""

    kind: IndicatorKind
    subject: str
    who: str = "C"
    movement: Movement
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayText:
    """Words of a play in one language; `share`, `gains`, `pays` are an incentive play's (P-13, P-25)."""

    title: str
    why: str
    what: str
    d30: str
    d60: str
    d90: str
    watch: str
    share: str = ""
    gains: str = ""
    pays: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A process or incentive change with the signal that chooses it (playbook.md sections 3, 4, 9)."""

    id: str
    kind: Kind
    signal: Signal
    small: Signal | None
    """Signal that runs at 5-9 answers a side, when the main one needs items (P-6)."""
    blocked_if: Signal | None
    evidence: str
    sources: tuple[Source, ...]
    owner: tuple[str, ...]
    """Codes of P-12: GM RL HS HM HH SO MO PM CT HR CN."""
    control: float
    cost: Cost | None
    """None for an incentive play."""
    trial: Trial | None
    """None for a process play."""
    breadth: tuple[str, str] | None
    """Br item and whose answers, such as ("AL3", "C"); None for a dash."""
    indicators: tuple[Indicator, ...]
    judged_on: str
    """Scale or composite on which the change is judged (P-12): AL -> ALN, EN and OU1 -> H."""
    texts: Mapping[str, PlayText]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Provisional numbers of P-5 to P-10: data, not code."""

    recommended: int
    considered: int
    cards: int
    titles: int
    points: float
    shares: float
    severity: tuple[float, float]
    breadth: tuple[float, float]
    breadth_unknown: float
    nearest: float
    unfavourable_high: frozenset[str]
    """Items whose high codes are the unfavourable ones (P-8: AL4, FR2-FR4)."""
    evidence: Mapping[str, float]
    need: Mapping[Need, float]
    need_shifts: frozenset[str]
    friction: Signal
    charter: str
    goal: str
    unsafe: Signal
    protect: str
    needs: Mapping[str, str]
    apart: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """The set of plays shipped with an instrument, in table order, with its rules and fixed texts per locale."""

    version: str
    sha256: str
    plays: Mapping[str, Play]
    rules: Rules
    fixed: Mapping[str, Mapping[FixedText, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What the client has stated or recorded; everything is unknown by default (P-4).

    `past` and `plans` are None, or lack a key, when there is no record; a play missing from a `past` that exists was
    never tried (0). Sides are keyed by their letter, scores by (scale, who).
    """

    facts: Mapping[str, bool] = field(default_factory=dict)
    conflicts: frozenset[str] | None = None
    """K codes that hold between the two plans (P-19); None without a map."""
    plans: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    crm: Mapping[str, float] = field(default_factory=dict)
    prev: Mapping[tuple[str, str], float] = field(default_factory=dict)
    past: Mapping[str, int] | None = None
    roster: Mapping[str, int] = field(default_factory=dict)
    need: Need = Need.REGULAR
    open_plays: frozenset[str] = frozenset()
    """Plays with an open commitment (G7)."""
    open_commitments: int = 0
    """All open commitments, also those that are no play (P-10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """What became of one play. `why` names the values that chose it; `priority` ranks and is never printed."""

    play: str
    kind: Kind
    status: Status
    rank: int | None = None
    priority: float = 0.0
    why: tuple[Ref, ...] = ()
    reason: Reason | None = None
    scales_only: bool = False
    """Its "why" is SCALE_WHY instead of the play's own sentence (P-6, at 5-9 answers)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Everything the report says about changes."""

    processes: tuple[Advised, ...]
    """Cards, best first."""
    incentive: Advised | None
    considered: tuple[Advised, ...]
    """Titles only."""
    not_evaluated: tuple[Advised, ...]
    fixed: tuple[FixedText, ...]
    """Fixed texts that apply: LEAVE, OPEN, PROTECT, NEVER, CHAIR."""
    every: tuple[Advised, ...]
    """Each play once, in table order: the log of statuses (P-10)."""
