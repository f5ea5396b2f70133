"""What reports say in numbers, without their words: all that the gate and a reader with a calculator have (A-13).

Belongs here: spans of numbers of one wave, by registered figure. Does not: how a figure is printed (reports), what
follows from it (bounds, turnover, reconstruction).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from assess.disclosure.movement import Movement

OWN: Final = "own"
"""Quantity: answers about one's own view; the mirror has others beside it."""
EXPECTED: Final = "expected"
"""Quantity: what a side expects of the other."""
ANSWERED: Final = "answered"
"""Quantity: what a side answered to the statements of which the other expected something."""

Term = tuple[str, str, float]
"""Quantity (`own`, `expected`, `answered`), side code, and the weight of that side's mean."""

Node = tuple[str, str]
"""Quantity and side code: one mean that nobody but the gate knows exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A sum of weighted side means lies between two numbers, POMP points, ends included."""

    terms: tuple[Term, ...]
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveNumbers:
    """Everything a released wave says of its means.

    Parameters
    ----------
    number
        Wave number of the client.
    ballots
        Ballots by side code; None where they were not shown, as one side was under the floor.
    told
        By registered figure (`scale.ALN`); a withheld figure is not there.
    sizes
        Answered persons by figure and side; what is not known is not there, and ballots stand in its place.
    movement
        Who stayed, joined and left since the client's wave before, by side; None where nobody knows.
    """

    number: int
    ballots: Mapping[str, int] | None
    told: Mapping[str, tuple[Told, ...]]
    sizes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    movement: Mapping[str, Movement] | None = None


def nodes(told: tuple[Told, ...]) -> tuple[Node, ...]:
    """Return the means that are spoken of, in order of first mention."""
    return tuple(dict.fromkeys((quantity, side) for each in told for quantity, side, _ in each.terms))
