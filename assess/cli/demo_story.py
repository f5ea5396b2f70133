"""The invented client of the demo: what its people would answer in three quarters, and in what story.

Northbeam Instruments sells measuring equipment. In the first quarter nobody agrees on what a ready lead is, and each
team believes the other works toward other targets, which is not so: a false conflict. A hand-off agreement is signed
after the first report; the shared definition takes hold over two quarters and alignment follows. Marketing keeps
feeling that its input is set aside. Nothing here is real: no person, no company.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from assess.instruments.model import DONT_KNOW, Instrument

CLIENT: Final = "Northbeam Instruments"
ZONE: Final = "America/Toronto"
COUNTRY: Final = "CA"
CONTACT: Final = "survey@northbeam.example"
INVITED: Final = {"sales": 34, "marketing": 14}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """One wave of the story: its opening Monday, and how many of each side answer."""

    label: str
    opens: date
    answering: Mapping[str, int]


QUARTERS: Final = (
    Quarter(label="2026-Q1", opens=date(2026, 1, 12), answering={"sales": 27, "marketing": 12}),
    Quarter(label="2026-Q2", opens=date(2026, 4, 13), answering={"sales": 28, "marketing": 12}),
    Quarter(label="2026-Q3", opens=date(2026, 7, 13), answering={"sales": 29, "marketing": 13}),
)

# Expected answer of each item on its 1-5 scale, (sales, marketing), in the first quarter.
_FIRST: Final[dict[str, tuple[float, float]]] = {
    "AL1": (3.9, 3.9),
    "AL2": (3.2, 3.3),
    "AL3": (2.1, 2.4),
    "AL4": (3.5, 3.6),
    "AL5": (3.2, 2.8),
    "TR1": (3.3, 2.9),
    "TR2": (3.5, 3.1),
    "TR3": (3.7, 3.2),
    "TR4": (3.4, 2.7),
    "CO1": (3.3, 3.6),
    "CO2": (2.9, 3.1),
    "CO3": (3.2, 2.4),
    "CO4": (2.5, 3.3),
    "FR1": (3.3, 2.8),
    "FR2": (3.6, 3.8),
    "FR3": (2.2, 2.6),
    "FR4": (2.7, 3.9),
    "EN1": (3.0, 2.9),
    "EN2": (2.6, 2.7),
    "EN3": (3.0, 3.2),
    "EN4": (2.7, 2.4),
    "EN5": (1.9, 1.8),
    "OU1": (3.1, 2.9),
    "TR2s": (4.1, 4.2),
    "CO4s": (3.9, 4.0),
    "AL1m": (2.3, 2.4),
    "AL3m": (2.5, 2.6),
    "AL5m": (2.9, 3.1),
    "TR2m": (3.6, 3.4),
    "CO4m": (3.5, 3.6),
}

# Change of the expected answer a quarter after the hand-off agreement; what is not named stays.
_A_QUARTER: Final[dict[str, tuple[float, float]]] = {
    "AL2": (0.2, 0.2),
    "AL3": (0.8, 0.75),
    "AL4": (-0.3, -0.25),
    "AL3m": (0.5, 0.5),
    "CO4": (0.35, 0.1),
    "CO2": (0.15, 0.1),
    "FR2": (-0.35, -0.3),
    "EN2": (0.5, 0.5),
    "TR2": (0.2, 0.15),
    "OU1": (0.25, 0.2),
}

_HALO: Final = 0.45
"""Share of a person's spread that colours all of that person's answers alike (mood, tenure, manager)."""
_SPREAD: Final = 0.85
_DONT_KNOW: Final = 0.015
_SKIP: Final = 0.01


def people(side: str, quarter: int, instrument: Instrument, form: str, seed: int) -> list[dict[str, int]]:
    """Return the answers of everyone of a side who answers in a quarter (0 to 2): item -> code, skipped ones absent."""
    rng = np.random.default_rng([seed, quarter, [s.code for s in instrument.sides].index(side)])
    x_or_y = 0 if side == "sales" else 1
    answers: list[dict[str, int]] = []
    for _ in range(QUARTERS[quarter].answering[side]):
        mood = rng.normal()
        person: dict[str, int] = {}
        for item in instrument.closed(form):
            expected = _FIRST[item][x_or_y] + quarter * _A_QUARTER.get(item, (0.0, 0.0))[x_or_y]
            coloured = -mood if item in ("AL4", "FR2", "FR3", "FR4") else mood
            latent = expected + _SPREAD * (_HALO * coloured + (1 - _HALO**2) ** 0.5 * rng.normal())
            chance = rng.random()
            if chance < _SKIP:
                continue
            person[item] = DONT_KNOW if chance < _SKIP + _DONT_KNOW else int(np.clip(round(latent), 1, 5))
        answers.append(person)
    return answers
