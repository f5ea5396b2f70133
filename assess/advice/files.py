"""The shapes of the files in a plays/ folder (P-23), before signals are parsed: unknown keys are refused.

Belongs here: one model a file. Does not: reading and resolving (load).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assess.advice.model import Cost, IndicatorKind, Movement, Need, Trial
from assess.instruments.model import Value

OWNERS = ("GM", "RL", "HS", "HM", "HH", "SO", "MO", "PM", "CT", "HR", "CN")
"""P-12."""

SignalText = Annotated[str, Field(min_length=1, max_length=400)]
Line = Annotated[str, Field(min_length=1, max_length=300)]


class SourceFile(Value):
    """A citation of a play."""

    cite: Line
    note: str = ""
    contrary: bool = False
    verified: bool = True


class IndicatorFile(Value):
    """What should move."""

    kind: IndicatorKind
    subject: str
    who: str = "C"
    movement: Movement
    low: float | None = None
    high: float | None = None


class PayFile(Value):
    """What an incentive play changes in pay, in one language."""

    share: Line
    gains: Line
    pays: Line


class PlayFile(Value):
    """`P01.toml` or `I01.toml`: the fields of playbook.md sections 3 and 4."""

    id: str = Field(pattern=r"^[PI][1-9]\d?$")
    signal: SignalText
    small: SignalText | None = None
    blocked_if: SignalText | None = None
    evidence: str
    owner: tuple[str, ...] = Field(min_length=1)
    control: float = Field(gt=0, le=1)
    cost: Cost | None = None
    trial: Trial | None = None
    breadth: str | None = Field(None, pattern=r"^\w+ [A-Z]$", description="Br item and whose answers: AL3 C.")
    sources: tuple[SourceFile, ...] = Field(min_length=1)
    indicators: tuple[IndicatorFile, ...] = Field(min_length=1)
    pay: dict[str, PayFile] = Field(default_factory=dict)


class StatusRules(Value):
    """P-5: resamples of 2,000 for a status."""

    recommended: int = Field(gt=0, le=2000)
    considered: int = Field(gt=0, le=2000)


class CardRules(Value):
    """P-10: how much is printed."""

    processes: int = Field(ge=1)
    considered: int = Field(ge=0)


class PriorityRules(Value):
    """P-8."""

    nearest: float = Field(gt=0)
    points: float = Field(gt=0)
    shares: float = Field(gt=0)
    severity: tuple[float, float]
    breadth: tuple[float, float]
    breadth_unknown: float
    unfavourable_high: tuple[str, ...]
    evidence: dict[str, Annotated[float, Field(gt=0, le=1)]]


class NeedRules(Value):
    """P-7: by how much each threshold moves, and whose."""

    shift: dict[Need, float]
    on: tuple[str, ...]


class GateRules(Value):
    """P-9: what the gates look at."""

    friction: SignalText
    charter: str
    goal: str
    unsafe: SignalText
    protect: str
    needs: dict[str, str]
    apart: tuple[tuple[str, str], ...]


class RulesFile(Value):
    """`playbook.toml`."""

    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    status: StatusRules
    cards: CardRules
    priority: PriorityRules
    need: NeedRules
    gates: GateRules
