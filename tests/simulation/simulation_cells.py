"""Cells: two populations, how many of each answer, and how a sample of them is drawn, each on its own fixed seed.

Belongs here: drawing. A cell's generator is seeded by its name, so that no figure depends on which cells were run
before it, or in how many processes. Does not: which cells a quantity is measured in (quantities).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from simulation_populations import (
    CENSUS_MEAN,
    CUTS,
    Floats,
    Ints,
    Population,
    Subject,
    answered,
    expected_score,
    true_theta,
)

from assess.scoring.results import Estimand

SEED = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the product is told of a cell: declared reliability, f = n/N, and which people an interval is about."""

    rho: float = 0.0
    fractions: tuple[float, float] = (0.0, 0.0)
    estimand: Estimand = Estimand.PROCESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Samples of a cell: persons at each score on x and y, shape (samples, scores), and the truth each is about."""

    x: Ints
    y: Ints
    truth_x: Floats
    truth_y: Floats
    subject: Subject
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Endless:
    """Samples of n and m people from two endless populations: estimand B."""

    x: Population
    y: Population
    n: int
    m: int

    @property
    def name(self) -> str:
        """As printed; seeds the generator."""
        return f"{self.x.subject.name} {self.x.name} v {self.y.name}, {self.n}/{self.m}"

    @property
    def gap(self) -> float:
        """True gap, POMP points."""
        return self.x.mean - self.y.mean

    @property
    def theta(self) -> float:
        """True θ."""
        return true_theta(self.x, self.y)

    def draw(self, samples: int) -> Draws:
        """Draw samples of both sides."""
        rng = _generator(self.name)
        return Draws(
            x=rng.multinomial(self.n, self.x.probabilities, samples),
            y=rng.multinomial(self.m, self.y.probabilities, samples),
            truth_x=np.full(samples, self.x.mean),
            truth_y=np.full(samples, self.y.mean),
            subject=self.x.subject,
            basis=Basis(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """Two finite populations of `invited` persons, new in each sample, of whom `answering` answer: estimand A.

    Person N(.3, λ), error N(0, 1 - λ²); the truth is the mean expected score of all who were invited. Who answers is
    left to chance. `gap`: the persons of y are moved together until the true gap of each sample is exactly this.
    """

    subject: Subject
    loading: float
    answering: tuple[int, int]
    invited: tuple[int, int]
    gap: float | None = None

    @property
    def name(self) -> str:
        """As printed; seeds the generator."""
        of = " v ".join(f"{n} of {everybody}" for n, everybody in zip(self.answering, self.invited, strict=True))
        return f"{self.subject.name} λ {self.loading:g}, {of}" + ("" if self.gap is None else f", gap {self.gap:g}")

    def draw(self, samples: int) -> Draws:
        """Draw populations, who answers, and their answers."""
        rng = _generator(self.name)
        x, y = (CENSUS_MEAN + self.loading * rng.standard_normal((samples, everybody)) for everybody in self.invited)
        truth_x = expected_score(x, self.loading).mean(1)
        if self.gap is not None:
            y = _moved(y, truth_x - self.gap, self.loading)
        return Draws(
            x=self._answers(rng, x[:, : self.answering[0]]),
            y=self._answers(rng, y[:, : self.answering[1]]),
            truth_x=truth_x,
            truth_y=expected_score(y, self.loading).mean(1),
            subject=self.subject,
            basis=Basis(
                rho=self.subject.rho,
                fractions=(self.answering[0] / self.invited[0], self.answering[1] / self.invited[1]),
                estimand=Estimand.PEOPLE,
            ),
        )

    def _answers(self, rng: np.random.Generator, person: Floats) -> Ints:
        """Return persons by score; the first n of exchangeable persons are a random n."""
        score = answered(rng, person, self.loading, self.subject)
        counts = np.zeros((len(score), self.subject.scores), dtype=np.int64)
        np.add.at(counts, (np.arange(len(score))[:, None], score), 1)
        return counts


Cell = Endless | Census


def _generator(name: str) -> np.random.Generator:
    return np.random.default_rng([SEED, zlib.crc32(name.encode())])


def _moved(person: Floats, wanted: Floats, loading: float) -> Floats:
    """Move each population's persons together until its mean expected score is the wanted one (Newton)."""
    rest = np.sqrt(1 - loading**2)
    for _ in range(50):
        missing = wanted - expected_score(person, loading).mean(1)
        if np.abs(missing).max() < 1e-9:
            return person
        z = (person[..., None] - CUTS) / rest
        slope = 25 * np.exp(-z * z / 2).sum(2).mean(1) / (rest * np.sqrt(2 * np.pi))
        person = person + np.clip(missing / slope, -0.5, 0.5)[:, None]
    raise ArithmeticError(f"no population of {person.shape[1]} has the wanted gap: {np.abs(missing).max()} points off")
