"""One row of the bench table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured, against its bar: at or under is within budget, or at or over where more is better."""

    work: str
    measured: float
    bar: float
    unit: str
    at_least: bool = False

    @property
    def within(self) -> bool:
        """Return whether the bar is met."""
        return self.measured >= self.bar if self.at_least else self.measured <= self.bar
