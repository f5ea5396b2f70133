"""One row of the bench table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured, against its bar: at or under is within budget."""

    work: str
    measured: float
    bar: float
    unit: str
