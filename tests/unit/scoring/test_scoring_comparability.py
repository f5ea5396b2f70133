"""S-46: the smaller side decides what is looked at, and items tested together are judged together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from scoring_item_tables import drawn, nobody, t_of

from assess.scoring import comparability as module
from assess.scoring.comparability import FLAG_BELOW, Comparability, Method, comparability
from assess.scoring.item_table import scores
from assess.scoring.mantel import Mantel, Size, mantel
from assess.scoring.multiplicity import benjamini_hochberg
from assess.scoring.one_item import Scales, rests_on_one_item
from assess.scoring.results import NotEstimable, Reason

Rows = Sequence[Sequence[int | None]]


def scales(x: Rows, y: Rows, *, min_answered: int = 3) -> Scales:
    one, other = (t_of(rows, min_answered=min_answered) for rows in (x, y))
    return Scales(x=one, y=other, rho=0.75, margin=10)


def sampled(n: int, m: int, seed: int = 46, *, on_first: float = 0, k: int = 5) -> Scales:
    rng = np.random.default_rng(seed)
    return scales(drawn(rng, n, k=k, on_first=on_first).tolist(), drawn(rng, m, k=k).tolist())


def alone(scale: Scales) -> Comparability:
    return comparability({"A": scale})["A"]


@pytest.mark.parametrize(
    ("n", "m", "expected"),
    [
        (8, 60, Method.NOT_TESTED),
        (49, 300, Method.NOT_TESTED),
        (50, 50, Method.MANTEL),
        (300, 50, Method.MANTEL),
        (199, 300, Method.MANTEL),
        (200, 200, Method.MANTEL_MODELS_OUTSIDE),
    ],
)
def test_the_smaller_side_decides_what_is_tested(n: int, m: int, expected: Method) -> None:
    """S-46: under 50, 50 to 199, from 200; from 200 Mantel's test is given all the same."""
    scale = sampled(n, m)
    for each in (scale, replace(scale, x=scale.y, y=scale.x)):
        found = alone(each)
        assert found.tested is expected
        assert bool(found.mantel) is (expected is not Method.NOT_TESTED)
        assert found.mantel == (mantel(each.x, each.y) if found.mantel else {})


def test_under_fifty_a_gap_is_asked_whether_it_rests_on_one_item() -> None:
    """S-46: and no item is tested."""
    high, low = [(5, 3, 3), (5, 2, 3), (5, 3, 2), (4, 3, 3)] * 3, [(1, 3, 3), (1, 3, 2), (1, 2, 3), (2, 3, 3)] * 3
    assert alone(scales(high, low, min_answered=2)) == Comparability(tested=Method.NOT_TESTED, one_item="I1")
    assert alone(scales(low, low, min_answered=2)) == Comparability(tested=Method.NOT_TESTED)


def test_from_fifty_on_no_gap_is_said_to_rest_on_one_item() -> None:
    """S-46: the item is tested instead."""
    high, low = [(5, 3, 3), (5, 2, 3), (5, 3, 2), (4, 3, 3)] * 13, [(1, 3, 3), (1, 3, 2), (1, 2, 3), (2, 3, 3)] * 13
    scale = scales(high, low, min_answered=2)
    assert rests_on_one_item(scale) == "I1"
    found = alone(scale)
    assert found.one_item is None
    assert found.flagged["I1"] is Size.LARGE


def test_persons_with_a_missing_answer_do_not_make_a_test_possible() -> None:
    """S-46: 60 scored persons a side of whom 45 answered every item: Mantel's test would rest on 45."""
    rng = np.random.default_rng(55)
    rows = [
        [[*row[:4], None] if place < 15 else row for place, row in enumerate(drawn(rng, 60).tolist())] for _ in "xy"
    ]
    scale = scales(*rows)
    assert (scores(scale.x).n, scale.x.complete) == (60, 45)
    assert alone(scale).tested is Method.NOT_TESTED


def test_flags_are_for_small_q_and_a_difference_worth_naming() -> None:
    """S-46: by hand from Mantel's numbers: q over the five items, |ratio| from .17."""
    scale = sampled(150, 150, on_first=-0.75)
    found = alone(scale)
    tests: Mapping[str, Mantel | NotEstimable] = mantel(scale.x, scale.y)
    p = {item: each.p for item, each in tests.items() if isinstance(each, Mantel)}
    assert len(p) == 5
    assert found.q == benjamini_hochberg(p)
    assert found.flagged == {
        item: each.size
        for item, each in tests.items()
        if isinstance(each, Mantel) and found.q[item] < FLAG_BELOW and abs(each.ratio) >= 0.17
    }
    assert found.flagged["I1"] is Size.LARGE


def flagged_of(monkeypatch: pytest.MonkeyPatch, **tests: tuple[float, float]) -> Mapping[str, Size]:
    """Return what is flagged of items with the given p and ratio."""
    made = {
        item: Mantel(chi_square=1, p=p, difference=ratio, ratio=ratio, n=60, m=60, strata=12)
        for item, (p, ratio) in tests.items()
    }
    monkeypatch.setattr(module, "mantel", lambda x, y: made)
    return alone(sampled(60, 60)).flagged


def test_a_large_difference_that_chance_explains_is_not_flagged(monkeypatch: pytest.MonkeyPatch) -> None:
    """S-46: q < .05, strictly."""
    assert flagged_of(monkeypatch, I1=(0.049, 0.3), I2=(0.049, -0.2)) == {"I1": Size.LARGE, "I2": Size.NOTABLE}
    assert flagged_of(monkeypatch, I1=(0.05, 0.9)) == {}
    assert flagged_of(monkeypatch, I1=(0.03, 0.9), I2=(0.9, 0.9)) == {}  # q .06


def test_a_sure_difference_too_small_to_matter_is_not_flagged(monkeypatch: pytest.MonkeyPatch) -> None:
    """S-46: |SMD/SD| >= .17."""
    assert flagged_of(monkeypatch, I1=(1e-9, 0.1699), I2=(1e-9, -0.17)) == {"I2": Size.NOTABLE}


def test_the_items_of_all_scales_are_one_family() -> None:
    """S-46, S-23: q over the tested items of the form, an item counted in each of its scales; small sides no part."""
    given = {
        ("A", "pair"): sampled(60, 60, 1, on_first=-0.6),
        ("B", "pair"): sampled(60, 60, 2),
        ("C", "pair"): sampled(250, 220, 3),
        ("D", "pair"): sampled(30, 90, 4),
    }
    found = comparability(given)
    assert list(found) == list(given)
    tests = {place: mantel(each.x, each.y) for place, each in given.items() if place[0] != "D"}
    p = {(place, item): each.p for place, items in tests.items() for item, each in items.items()
         if isinstance(each, Mantel)}  # fmt: skip
    assert len(p) == 15
    q = benjamini_hochberg(p)
    assert {(place, item): value for place, each in found.items() for item, value in each.q.items()} == q
    alone_q = alone(given["A", "pair"]).q
    assert any(found["A", "pair"].q[item] != value for item, value in alone_q.items())
    assert found["D", "pair"] == Comparability(tested=Method.NOT_TESTED, one_item=rests_on_one_item(given["D", "pair"]))


def test_an_item_without_a_test_has_its_reason_and_is_no_part_of_the_family() -> None:
    """S-02, S-46: everybody answered I2 with 3."""
    rng = np.random.default_rng(56)
    x, y = ([[row[0], 3, *row[1:]] for row in drawn(rng, 70, k=3).tolist()] for _ in "xy")
    found = alone(scales(x, y))
    assert found.mantel["I2"] == NotEstimable(reason=Reason.ZERO_VARIANCE)
    assert set(found.q) == {"I1", "I3", "I4"}


def test_a_scale_of_one_item_is_not_comparable_by_either_method() -> None:
    """S-48: its gap is the item's, and there is no rest to compare by."""
    refused = NotEstimable(reason=Reason.NOT_COMPARABLE)
    for n in (20, 60):
        rng = np.random.default_rng(57)
        found = alone(scales(drawn(rng, n, k=1).tolist(), drawn(rng, n, k=1).tolist(), min_answered=1))
        assert (found.one_item if n == 20 else found.mantel["I1"]) == refused
        assert found.flagged == {}


def test_a_side_without_people_has_a_reason() -> None:
    """S-48."""
    empty = Scales(x=nobody(3), y=t_of([(1, 2, 3)] * 60), rho=0.75, margin=10)
    assert alone(empty) == Comparability(tested=Method.NOT_TESTED, one_item=NotEstimable(reason=Reason.NO_ANSWERS))


def test_a_form_without_scales_has_nothing_to_compare() -> None:
    """S-46."""
    assert comparability({}) == {}
