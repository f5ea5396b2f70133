"""Engines with one weakness each, of the kind that a change could bring in unseen: what the properties must catch."""

from __future__ import annotations

import functools

import pytest
from properties_waves import ITEMS, Wave, of_items, scored

from assess.instruments.model import Instrument
from assess.scoring import compare, multiplicity, subjects, superiority, tally, verdicts
from assess.scoring.histogram import Histogram, Ints, histogram, pooled
from assess.scoring.results import Estimate, NotEstimable
from assess.scoring.wave import Estimates


def forgets_the_last_row(wave: Wave, asked: Instrument) -> Estimates:
    """As a loop that ends one too early does."""
    rows = {side: held[:-1] or held for side, held in wave.rows.items()}
    return scored(Wave(rows=rows, invited=wave.invited), asked)


def ignores_the_keys(wave: Wave, asked: Instrument) -> Estimates:
    scales = {name: scale.model_copy(update={"reverse": ()}) for name, scale in asked.scales.items()}
    return scored(wave, asked.model_copy(update={"scales": scales}))


def takes_blanks_for_the_lowest_answer(wave: Wave, asked: Instrument) -> Estimates:
    return scored(wave.changed(lambda row: tuple(max(code, 1) for code in row)), asked)


def stretches_the_scale(wave: Wave, asked: Instrument) -> Estimates:
    """Answers are taken for ranks of another scale: 1, 2, 4, 5, 5."""
    return scored(wave.changed(of_items(lambda code: (1, 2, 4, 5, 5)[code - 1])), asked)


def fills_in_a_prediction(wave: Wave, asked: Instrument) -> Estimates:
    """Who predicts nothing is taken to predict the middle."""
    place = list(ITEMS).index("P1")
    return scored(
        wave.changed(lambda row: tuple(3 if at == place and code < 1 else code for at, code in enumerate(row))), asked
    )


def counts_anybody(wave: Wave, asked: Instrument) -> Estimates:
    """One answer is enough for a score."""
    scales = {name: scale.model_copy(update={"min_answered": 1}) for name, scale in asked.scales.items()}
    return scored(wave, asked.model_copy(update={"scales": scales}))


def scores_a_prediction(wave: Wave, asked: Instrument) -> Estimates:
    """An expectation is taken for a view."""
    scales = asked.scales | {"ONE": asked.scales["ONE"].model_copy(update={"items": ("P1",)})}
    return scored(wave, asked.model_copy(update={"scales": scales}))


def favours_the_first_side(wave: Wave, asked: Instrument) -> Estimates:
    """Somebody who agrees with everything is added to x."""
    first = next(iter(wave.rows))
    return scored(Wave(rows=wave.with_people({first: [(5,) * len(ITEMS)]}).rows), asked)


# Weaknesses inside: a function of the engine replaced.


def unsigned_effect(patch: pytest.MonkeyPatch) -> None:
    right = compare.hedges_g

    def wrong(x: Histogram, y: Histogram) -> float | NotEstimable:
        found = right(x, y)
        return abs(found) if isinstance(found, float) else found

    patch.setattr(compare, "hedges_g", wrong)


def three_of_a_score_at_most(patch: pytest.MonkeyPatch) -> None:
    """A table that overflows early."""

    def wrong(score: Ints, *, zero: int, span: int, step: int, partial: int = 0) -> Histogram:
        kept = [each for place, each in enumerate(score.tolist()) if score.tolist()[:place].count(each) < 3]
        return histogram(score[: len(kept)] * 0 + kept, zero=zero, span=span, step=step, partial=partial)

    patch.setattr(tally, "histogram", wrong)


def means_in_place_of_order(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(superiority, "superiority", compare.difference)


def company_of_people(patch: pytest.MonkeyPatch) -> None:
    """The larger side counts for more."""

    def wrong(*sides: Histogram, **_: object) -> Estimate | NotEstimable:
        return compare.mean(functools.reduce(pooled, sides))

    patch.setattr(compare, "company", wrong)


def lenient_adjustment(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(multiplicity, "holm", lambda p: {name: each / 2 for name, each in p.items()})


def equivalence_of_the_estimate(patch: pytest.MonkeyPatch) -> None:
    """A small estimate is taken for a small gap."""
    patch.setattr(verdicts, "inside", lambda low, high, margin: abs(low + high) < 2 * margin)


def no_ends(patch: pytest.MonkeyPatch) -> None:
    """Scores are not held on their scale."""
    patch.setattr(subjects, "clipped", lambda estimate, low, high: estimate)
