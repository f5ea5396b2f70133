"""The closed grammar of signals (P-1): its tree and its parser. Anything else fails to load.

Belongs here: words to tree. Does not: what a tree is worth on answers (match).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Op(StrEnum):
    """Comparison of a value with a threshold."""

    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A named number: `name` is score, item, share, gap, absgap, err, prev, past, roster, crm or plan."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """A value against a threshold."""

    value: Value
    op: Op
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HasLabel:
    """Whether a topic (or any) carries one of these co-orientation labels (S-34)."""

    topic: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HasFact:
    """Whether the client stated a fact (P-14)."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HasConflict:
    """Whether one of these conflicts holds between the two plans (P-19)."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """Every part holds."""

    parts: tuple[Signal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Signal, ...]


Signal = Compare | HasLabel | HasFact | HasConflict | All | AnyOf
