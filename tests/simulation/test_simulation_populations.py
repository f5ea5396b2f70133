"""The populations of S-60 are what the page says, and their integers are the product's own (S-07)."""

from __future__ import annotations

import numpy as np
import pytest
from simulation_cells import Census, Endless
from simulation_populations import (
    CORRELATION,
    CUTS,
    ITEM,
    LEVELS,
    SCALE,
    Ints,
    Subject,
    answered,
    expected_score,
    item,
    item_moved,
    scale,
    scale_with_mean,
    true_rho,
    true_theta,
)

from assess.disclosure.policy import Policy
from assess.disclosure.registry import registered
from assess.disclosure.release import Released, ReleasedSubject, release
from assess.disclosure.table import ResponseTable
from assess.instruments.load import shipped
from assess.scoring import tally
from assess.scoring.histogram import Histogram

PEOPLE = 400_000


def tallied(subject: str, rows: Ints) -> Histogram:
    """Return the product's table of the first side; `rows` answer the scale of alignment, AL1 to AL5, keyed."""
    asked = shipped("sales-marketing")
    items = asked.closed("core")
    scale_items = asked.scales["ALN"].items
    answers = np.full((2 * len(rows), len(items)), 3, dtype=np.int8)
    for place, code in enumerate(scale_items):
        keyed = 6 - rows[:, place] if code in asked.scales["ALN"].reverse else rows[:, place]
        answers[:, items.index(code)] = np.concatenate([keyed, keyed])
    table = ResponseTable(
        sides=tuple(side.code for side in asked.sides),
        items=items,
        levels=tuple(asked.levels(code) for code in items),
        side=np.repeat(np.arange(2), len(rows)).astype(np.int8),
        answers=answers,
        invited=None,
    )
    found = release(table, Policy.public_data(), registered(asked, "core"))
    assert isinstance(found, Released)
    shown = found.find(subject)
    assert isinstance(shown, ReleasedSubject)
    if subject.startswith("scale"):
        return tally.scale_histograms(found, shown, asked)["sales"]
    return tally.item_histograms(found, shown)["sales"]


@pytest.mark.parametrize(("name", "subject"), [("scale.ALN", SCALE), ("item.AL2", ITEM)])
def test_a_table_of_the_simulation_is_the_one_the_product_tallies(name: str, subject: Subject) -> None:
    """S-07, S-10: Λ = 60 for five items of which three suffice; zero, span and one person's step likewise."""
    rows = np.random.default_rng(1).integers(1, 6, size=(40, 5))
    scores = rows.sum(1) - 5 if subject is SCALE else rows[:, 1] - 1
    ours, theirs = subject.histogram(np.bincount(scores, minlength=subject.scores)), tallied(name, rows)
    assert (ours.zero, ours.span, ours.step, ours.partial) == (theirs.zero, theirs.span, theirs.step, theirs.partial)
    np.testing.assert_array_equal(ours.score, theirs.score)
    np.testing.assert_array_equal(ours.count, theirs.count)


def test_margins_and_reliabilities_are_the_shipped_ones() -> None:
    """S-11, S-13."""
    asked = shipped("sales-marketing")
    assert {(each.margin, each.rho) for each in asked.scales.values()} == {(SCALE.margin, SCALE.rho)}
    assert (ITEM.margin, ITEM.rho) == (asked.items["AL2"].margin, asked.items["AL2"].rho)


def test_the_true_reliabilities_are_those_of_the_page() -> None:
    """S-60: λ .6 to .8 is a true ρ of .71 to .88 for scales and .33 to .58 for items."""
    assert [round(true_rho(loading, SCALE), 2) for loading in (0.6, 0.8)] == [0.71, 0.88]
    assert [round(true_rho(loading, ITEM), 2) for loading in (0.6, 0.8)] == [0.33, 0.58]


@pytest.mark.parametrize("shift", [0.0, 2.0])
def test_the_integral_of_a_scale_agrees_with_people_drawn_one_by_one(shift: float) -> None:
    """S-60: the truth of a scale is a numeric integral; 400,000 latent normal persons are within 4 standard errors."""
    rng = np.random.default_rng(60)
    latent = shift + np.sqrt(CORRELATION) * rng.standard_normal((PEOPLE, 1))
    levels = np.searchsorted(CUTS, latent + np.sqrt(1 - CORRELATION) * rng.standard_normal((PEOPLE, 5)))
    probabilities = np.array(scale(shift).probabilities)
    drawn = np.bincount(levels.sum(1), minlength=SCALE.scores) / PEOPLE
    assert np.all(np.abs(drawn - probabilities) < 4 * np.sqrt(probabilities / PEOPLE))


def test_expected_scores_and_reliability_agree_with_people_drawn_one_by_one() -> None:
    """S-60: the covariance of two administrations is the variance of expected scores, ρ times the variance of one."""
    rng = np.random.default_rng(61)
    person = 0.3 + 0.7 * rng.standard_normal(PEOPLE)
    first, second = (25 * answered(rng, person, 0.7, SCALE) / SCALE.items for _ in range(2))
    assert np.mean(first - expected_score(person, 0.7)) == pytest.approx(0, abs=4 * 11 / np.sqrt(PEOPLE))
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(true_rho(0.7, SCALE), abs=4 / np.sqrt(PEOPLE))


def test_the_levels_are_distributions_with_the_means_they_are_moved_to() -> None:
    """S-60."""
    for name in LEVELS:
        assert sum(item(name).probabilities) == pytest.approx(1, abs=1e-12)
    assert item("hard").mean == pytest.approx(93, abs=1e-9)
    assert item_moved(item("hard"), -12.5).mean == pytest.approx(80.5, abs=1e-9)
    assert scale_with_mean(scale(2.0).mean - 20, "lower").mean == pytest.approx(scale(2.0).mean - 20, abs=1e-9)
    assert true_theta(item("ceil"), item("hard")) + true_theta(item("hard"), item("ceil")) == pytest.approx(1)
    assert true_theta(item("u"), item("u")) == pytest.approx(0.5)


def test_every_sample_of_a_census_at_the_margin_has_exactly_that_true_gap() -> None:
    """S-60: row 4, 5 though gap = M, estimand A."""
    draws = Census(subject=SCALE, loading=0.7, answering=(5, 8), invited=(6, 10), gap=10.0).draw(300)
    np.testing.assert_allclose(draws.truth_x - draws.truth_y, 10, atol=1e-8)
    assert draws.truth_x.std() > 1
    assert set(draws.x.sum(1)) == {5}
    assert set(draws.y.sum(1)) == {8}
    assert draws.basis.fractions == (5 / 6, 8 / 10)


def test_a_cell_draws_the_same_samples_whatever_was_drawn_before() -> None:
    """S-60: fixed seeds, one a cell."""
    cell = Endless(x=item("mod"), y=item("u"), n=5, m=30)
    first = cell.draw(50)
    Endless(x=item("mod"), y=item("u"), n=30, m=5).draw(10)
    np.testing.assert_array_equal(first.x, cell.draw(50).x)
    assert not np.array_equal(first.x, Endless(x=item("mod"), y=item("u"), n=5, m=31).draw(50).x)
