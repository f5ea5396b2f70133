"""Person scores: orientation, missing answers, exact integers, composites (S-07, S-08)."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_builders import instrument, people, released

from assess.disclosure.policy import Policy
from assess.disclosure.registry import registered
from assess.disclosure.release import Released, Withheld, release
from assess.disclosure.table import BLANK, ResponseTable
from assess.instruments import load
from assess.instruments.model import Form, Instrument, Item, ItemType, Scale, Side
from assess.scoring import tally
from assess.scoring.histogram import Histogram

ORACLE = {
    "AL1": 4, "AL2": 0, "AL3": 2, "AL4": 5, "AL5": 3,
    "TR1": 0, "TR2": 4, "TR3": 0, "TR4": 0,
    "FR1": 2, "FR2": 4, "FR3": 0, "FR4": 1,
}  # fmt: skip


def points(h: Histogram) -> list[float]:
    """Return the POMP score of every person."""
    return [
        100 * (s - h.zero) / h.span for s, c in zip(h.score.tolist(), h.count.tolist(), strict=True) for _ in range(c)
    ]


def table(found: Released, name: str, asked: Instrument) -> dict[str, Histogram]:
    subject = found.find(name)
    assert not isinstance(subject, Withheld)
    if name.startswith("composite"):
        return tally.composite_histograms(found, subject, asked)
    return tally.scale_histograms(found, subject, asked)


def oracle(answers: dict[str, int], name: str) -> list[float]:
    """Score two identical people a side of the shipped instrument, and return one side's scores."""
    asked = load.shipped("sales-marketing")
    found = released({"sales": [answers] * 2, "marketing": [answers] * 2}, form="core", asked=asked)
    return points(table(found, name, asked)["sales"])


def test_the_oracle_person_is_scored_as_the_instrument_says() -> None:
    """I-18: ALN 37.5; TRU and H missing; FRI 50; PUL 45 (raw 14 of 5)."""
    assert oracle(ORACLE, "scale.ALN") == [37.5, 37.5]
    assert oracle(ORACLE, "scale.TRU") == []
    assert oracle(ORACLE, "composite.H") == []
    assert oracle(ORACLE, "scale.FRI") == [50, 50]
    assert oracle(ORACLE, "scale.PUL") == pytest.approx([45, 45], rel=1e-15)


def test_one_more_answer_brings_trust_and_health() -> None:
    """I-18: with TR3 = 5, TRU 87.5, H 58.333, PUL 54.167 (19 of 6)."""
    answers = ORACLE | {"TR3": 5}
    assert oracle(answers, "scale.TRU") == [87.5, 87.5]
    assert oracle(answers, "composite.H") == pytest.approx([58.333] * 2, abs=5e-4)
    assert oracle(answers, "scale.PUL") == pytest.approx([54.167] * 2, abs=5e-4)


def test_a_scale_unit_is_the_least_common_multiple_of_admissible_counts() -> None:
    """S-07: ALN takes 3, 4 or 5 answers, Λ = 60, so 3/3 and 4/4 alike are the same integer."""
    asked = load.shipped("sales-marketing")
    three, five = {"AL1": 4, "AL2": 4, "AL3": 4}, {"AL1": 4, "AL2": 4, "AL3": 4, "AL4": 2, "AL5": 4}
    found = released({"sales": [three, five], "marketing": [five, five]}, form="core", asked=asked)
    tables = table(found, "scale.ALN", asked)
    assert tables["sales"].zero == tables["sales"].step == 60
    assert tables["sales"].span == 240
    assert tables["sales"].score.tolist() == tables["marketing"].score.tolist() == [240]
    assert (tables["sales"].partial, tables["marketing"].partial) == (1, 0)


@given(st.lists(st.lists(st.integers(-1, 5), min_size=4, max_size=4), min_size=1, max_size=6))
def test_a_person_score_is_the_exact_mean_of_what_was_answered(rows: list[list[int]]) -> None:
    """S-07: I/Λ = s/a in fractions, oriented, for whoever answered at least the minimum."""
    asked = instrument()
    answers = [dict(zip(("V1", "V2", "V3", "V4"), row, strict=True)) for row in rows]
    found = released({"east": answers, "west": answers}, asked=asked)
    h = table(found, "scale.VIEW", asked)["east"]
    expected = sorted(
        Fraction(sum(given), len(given))
        for row in rows
        if len(given := [v for v in row[:3] if v >= 1] + [6 - v for v in row[3:] if v >= 1]) >= 2
    )
    scores = [Fraction(s, h.zero) for s, c in zip(h.score.tolist(), h.count.tolist(), strict=True) for _ in range(c)]
    assert scores == expected
    assert h.zero == math.lcm(2, 3, 4)
    assert h.partial == sum(2 <= sum(v >= 1 for v in row) < 4 for row in rows)


def test_people_under_the_minimum_and_foreign_items_never_move_a_score() -> None:
    """S-54: facts, predictions and self-ratings enter no scale; one answer of four is not a score."""
    asked = instrument()
    generator = np.random.default_rng(2)
    rows = {"east": people(generator, 5), "west": people(generator, 5)}
    more = {
        side: [row | {"F1": 1, "S1": 1, "P1": 5} for row in given] + [{"V1": 1, "F1": 5}]
        for side, given in rows.items()
    }
    for name in ("scale.VIEW", "scale.RATE", "composite.HEALTH"):
        before, after = table(released(rows), name, asked), table(released(more), name, asked)
        assert {side: points(h) for side, h in before.items()} == {side: points(h) for side, h in after.items()}


def test_reversing_items_and_keys_keeps_every_score() -> None:
    """S-54."""
    asked = instrument()
    view = asked.scales["VIEW"]
    turned = asked.model_copy(
        update={"scales": dict(asked.scales) | {"VIEW": view.model_copy(update={"reverse": ("V1", "V2", "V3")})}}
    )
    rows = {"east": people(np.random.default_rng(3), 7), "west": people(np.random.default_rng(4), 7)}
    flipped = {
        side: [row | {item: 6 - row[item] for item in view.items} for row in given] for side, given in rows.items()
    }
    before, after = table(released(rows), "scale.VIEW", asked), table(released(flipped), "scale.VIEW", turned)
    assert {side: points(h) for side, h in before.items()} == {side: points(h) for side, h in after.items()}


def test_a_reversed_scale_scores_a_hundred_minus_the_scale() -> None:
    """S-54: POMP(reverse) = 100 - POMP."""
    asked = instrument()
    view = asked.scales["VIEW"]
    turned = asked.model_copy(
        update={"scales": dict(asked.scales) | {"VIEW": view.model_copy(update={"reverse": ("V1", "V2", "V3")})}}
    )
    found = released({"east": people(np.random.default_rng(8), 9), "west": people(np.random.default_rng(9), 9)})
    straight, reverse = table(found, "scale.VIEW", asked)["east"], table(found, "scale.VIEW", turned)["east"]
    assert points(reverse) == pytest.approx(sorted(100 - score for score in points(straight)))


def test_a_composite_is_the_exact_mean_of_its_parts() -> None:
    """S-08: (VIEW + 100 - RATE)/2 in fractions, everybody with both parts."""
    asked = instrument()
    rows = people(np.random.default_rng(6), 12)
    del rows[0]["O1"], rows[0]["O2"], rows[0]["O3"]  # one answer of four: no RATE, so no composite
    del rows[1]["V2"]  # three of four: prorated
    found = released({"east": rows, "west": rows[2:]})
    h, other = table(found, "composite.HEALTH", asked).values()

    def pomp(row: dict[str, int], items: tuple[str, ...], reverse: str = "") -> Fraction:
        given = [6 - row[item] if item == reverse else row[item] for item in items if item in row]
        return 25 * (Fraction(sum(given), len(given)) - 1)

    expected = sorted(
        (pomp(row, ("V1", "V2", "V3", "V4"), "V4") + 100 - pomp(row, ("O1", "O2", "O3", "O4"))) / 2 for row in rows[1:]
    )
    ours = [
        Fraction(100 * s, h.span) for s, c in zip(h.score.tolist(), h.count.tolist(), strict=True) for _ in range(c)
    ]
    assert ours == expected
    assert (h.n, h.partial, h.zero) == (11, 1, 0)
    assert (other.n, other.partial, other.zero) == (10, 0, 0)
    assert Fraction(100 * h.step, h.span) == 25  # D of S-10: one category of every part


def test_the_parts_of_a_mirror_scale_are_scored_apart() -> None:
    """I-14: what was expected, and what was answered, of persons with both."""
    found = released(
        {"east": [{"P1": 5, "V1": 1}, {"P1": 5}, {"V1": 1}], "west": [{"P1": 2, "V1": 4}, {"P1": 3, "V1": 3}]}
    )
    subject = found.find("mirror_scale.MIR")
    assert not isinstance(subject, Withheld)
    assert points(tally.part_histograms(found, subject, 0)["east"]) == [100]
    assert points(tally.part_histograms(found, subject, 1)["east"]) == [0]


def one_scale(levels: tuple[int, int], items: int, min_answered: int) -> tuple[Released, Instrument]:
    names = tuple(f"I{n}" for n in range(items))
    asked = Instrument(
        id="probe",
        version="1.0.0",
        status="unvalidated",
        sides=(Side(letter="E", code="east"), Side(letter="W", code="west")),
        anchors={"A": levels[0], "B": levels[1]},
        items={name: Item(code=name, type=ItemType.OWN_VIEW, anchors="AB"[n > 0]) for n, name in enumerate(names)},
        scales={"ONE": Scale(id="ONE", items=names, min_answered=min_answered)},
        composites={},
        forms={"full": Form(id="full", parts=(names,))},
        texts={},
    )
    table_ = ResponseTable(
        sides=("east", "west"),
        items=names,
        levels=tuple(asked.levels(name) for name in names),
        side=np.array([0, 0, 1, 1], dtype=np.int8),
        answers=np.full((4, items), 2, dtype=np.int8),
    )
    found = release(table_, Policy.public_data(), registered(asked, "full"))
    assert isinstance(found, Released)
    return found, asked


def test_a_scale_of_mixed_answer_scales_is_refused() -> None:
    """S-07: one D a scale."""
    found, asked = one_scale((5, 7), 4, 2)
    with pytest.raises(ValueError, match=r"^items of one scale have one number of levels, not \[5, 7\]$"):
        table(found, "scale.ONE", asked)


def test_a_scale_too_long_for_exact_integers_is_refused() -> None:
    """S-07: Λ of 45 to 90 answers no longer fits, and 5 Λ of 1 to 40 answers does not either."""
    for items, minimum in ((90, 45), (40, 1)):
        found, asked = one_scale((5, 5), items, minimum)
        with pytest.raises(ValueError, match=f"^{items} items with {minimum} answered have no exact integer score$"):
            table(found, "scale.ONE", asked)


def test_a_long_scale_is_still_exact() -> None:
    """S-07: eleven items with six admissible counts, Λ = 27,720."""
    found, asked = one_scale((5, 5), 11, 6)
    h = table(found, "scale.ONE", asked)["east"]
    assert h.zero == math.lcm(6, 7, 8, 9, 10, 11)
    assert points(h) == [25, 25]


def test_blank_is_not_a_code() -> None:
    """S-07: nobody at all answered, nobody is scored, and nothing warns."""
    assert BLANK < 1
    found = released({"east": [{}, {}], "west": [{}, {}]})
    assert [h.n for h in table(found, "scale.VIEW", instrument()).values()] == [0, 0]
    assert [h.n for h in table(found, "composite.HEALTH", instrument()).values()] == [0, 0]
