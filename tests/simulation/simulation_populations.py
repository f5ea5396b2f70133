"""The populations of S-60: how people answer an item or a scale, and what the truth about them is.

Belongs here: distributions and their exact means. Truth is never estimated: the distribution of a scale's score is a
numeric integral over the common factor (Gauss-Hermite, 101 points), a person's expected score a sum of normal
probabilities. Does not: sample sizes (cells), what is measured (measures).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri, roots_hermitenorm

from assess.scoring.histogram import Histogram

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CUTS = np.array([-1.5, -0.5, 0.5, 1.5])
CORRELATION = 0.45
LEVELS = {
    "mod": (0.05, 0.10, 0.20, 0.40, 0.25),
    "ceil": (0.02, 0.03, 0.10, 0.35, 0.50),
    "hard": (0.01, 0.01, 0.03, 0.15, 0.80),
    "floor": (0.60, 0.25, 0.10, 0.04, 0.01),
    "u": (0.30, 0.10, 0.10, 0.20, 0.30),
}
SHIFTS = (0.5, 1.4, 2.0)
_NODES, _WEIGHTS = roots_hermitenorm(101)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is asked and how its answers become integers (S-07): `items` items of five levels, Λ = unit × items."""

    name: str
    items: int
    unit: int
    margin: float
    rho: float

    @property
    def scores(self) -> int:
        """Number of distinct scores of a complete row: sums of codes less their minimum, 0 to 4 × items."""
        return 4 * self.items + 1

    @property
    def points(self) -> Floats:
        """POMP of each score."""
        return np.arange(self.scores) * 25 / self.items

    def histogram(self, counts: Ints) -> Histogram:
        """Return the product's table of persons by score from the persons at each score."""
        held = np.flatnonzero(counts)
        unit, zero = self.unit, self.unit * self.items
        return Histogram(score=zero + unit * held, count=counts[held], zero=zero, span=4 * zero, step=zero)


ITEM = Subject(name="items", items=1, unit=1, margin=12.5, rho=0.40)
SCALE = Subject(name="scales", items=5, unit=12, margin=10, rho=0.75)
"""Five items, at least three answered: Λ = lcm(3, 4, 5) = 60; everybody here answers all five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Endlessly many people: the probability of each score of a subject."""

    name: str
    subject: Subject
    probabilities: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean in POMP points."""
        return float(self.subject.points @ np.array(self.probabilities))


def item(name: str) -> Population:
    """Return one of the five level distributions of S-60."""
    return Population(name=name, subject=ITEM, probabilities=LEVELS[name])


@cache
def scale(shift: float, name: str = "") -> Population:
    """Return the scale of S-60: five items, latent normal r .45, cuts ±.5 and ±1.5, latent mean `shift`."""
    loading, rest = np.sqrt(CORRELATION), np.sqrt(1 - CORRELATION)
    total = np.zeros(SCALE.scores)
    for node, weight in zip(_NODES, _WEIGHTS / _WEIGHTS.sum(), strict=True):
        level = _levels((CUTS - shift - loading * node) / rest)
        score = np.ones(1)
        for _ in range(SCALE.items):
            score = np.convolve(score, level)
        total += weight * score
    return Population(
        name=name or f"shift {shift:g}", subject=SCALE, probabilities=tuple((total / total.sum()).tolist())
    )


@cache
def scale_with_mean(mean: float, name: str) -> Population:
    """Return the scale whose latent mean gives exactly this mean score."""
    return scale(float(brentq(lambda shift: scale(shift).mean - mean, -6, 6, xtol=1e-12)), name)


@cache
def item_moved(population: Population, points: float) -> Population:
    """Return an item whose latent normal is moved, its cuts kept, until the mean is `points` higher."""
    cuts = ndtri(np.cumsum(population.probabilities)[:-1])

    def moved(shift: float) -> Population:
        name = f"{population.name} {points:+g}"
        return Population(name=name, subject=ITEM, probabilities=tuple(_levels(cuts - shift).tolist()))

    return moved(float(brentq(lambda shift: moved(shift).mean - population.mean - points, -6, 6, xtol=1e-12)))


def true_theta(x: Population, y: Population) -> float:
    """Return P(X > Y) + P(X = Y)/2."""
    first, second = np.array(x.probabilities), np.array(y.probabilities)
    return float(first @ (np.cumsum(second) - second / 2))


CENSUS_MEAN = 0.3
"""Mean of the persons' own latent values in the finite populations of S-60."""


def expected_score(person: Floats, loading: float) -> Floats:
    """Return each person's expected POMP score: latent value plus error N(0, 1 - λ²), cut at ±.5 and ±1.5."""
    rest = np.sqrt(1 - loading**2)
    return sum((25 * ndtr((person - cut) / rest) for cut in CUTS), np.zeros_like(person))


def answered(rng: np.random.Generator, person: Floats, loading: float, subject: Subject) -> Ints:
    """Return the score of one complete row of each person, errors independent between items."""
    score = np.zeros(person.shape, dtype=np.int64)
    for _ in range(subject.items):
        score += np.searchsorted(CUTS, person + np.sqrt(1 - loading**2) * rng.standard_normal(person.shape))
    return score


def true_rho(loading: float, subject: Subject) -> float:
    """Return the reliability of the finite populations: variance of expected scores over variance of scores."""
    person, weight = CENSUS_MEAN + loading * _NODES, _WEIGHTS / _WEIGHTS.sum()
    level = np.array([_levels((CUTS - each) / np.sqrt(1 - loading**2)) for each in person])
    expected = level @ ITEM.points
    error = float(weight @ (level @ ITEM.points**2 - expected**2)) / subject.items
    between = float(weight @ (expected - weight @ expected) ** 2)
    return between / (between + error)


def _levels(cuts: Floats) -> Floats:
    """Return the probabilities of the five levels of a standard normal with these cuts."""
    return np.diff(np.concatenate([[0.0], ndtr(cuts), [1.0]]))
