"""S-54: what must hold of the whole engine on any wave, of two sides and of three; and engines that break it."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable

import properties_checks as checks
import properties_planted as planted
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from properties_waves import CODES, ITEMS, SIDES, Engine, Wave, people, scored, waves

from assess.scoring import multiplicity

EXAMPLES = settings(max_examples=20, deadline=None)
A_FEW = settings(max_examples=12, deadline=None)


@EXAMPLES
@given(waves())
def test_swapping_sides_turns_every_gap_round_and_keeps_every_verdict(wave: Wave) -> None:
    """S-54: negates d, g, maps θ to 1 - θ, keeps p and row."""
    checks.swapping_sides_turns_everything_round(scored, wave)


@A_FEW
@given(waves(), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(wave: Wave, order: random.Random) -> None:
    """S-54."""
    checks.the_order_of_rows_changes_nothing(scored, wave, shuffled(wave, order))


@A_FEW
@given(st.sampled_from((2, 3)).flatmap(lambda k: st.tuples(*[waves(sides=(k,), head_counts=False)] * 2)))
def test_pooled_rows_are_added_tables(both: tuple[Wave, Wave]) -> None:
    """S-05, S-54."""
    checks.adding_tables_is_pooling_rows(scored, *both)


@A_FEW
@given(waves(), st.sets(st.sampled_from(("V1", "V2", "V3", "O1", "O3", "X1")), min_size=1).map(sorted))
def test_an_item_worded_and_keyed_the_other_way_keeps_every_score(wave: Wave, items: list[str]) -> None:
    """S-07, S-54: scores and alpha; twice is no change."""
    checks.reversing_items_and_keys_keeps_scores(scored, wave, items)


@EXAMPLES
@given(waves())
def test_the_reverse_of_every_answer_is_a_hundred_less_every_score(wave: Wave) -> None:
    """S-54: POMP(reverse) = 100 - POMP; twice is no change."""
    checks.turning_every_answer_round_turns_every_score_round(scored, wave)


@A_FEW
@given(waves(), st.sets(st.integers(1, 7), min_size=5, max_size=5).map(sorted))
def test_a_monotone_recoding_keeps_theta(wave: Wave, onto: list[int]) -> None:
    """S-14, S-54."""
    checks.a_monotone_recoding_keeps_the_probability_of_superiority(scored, wave, onto)


@EXAMPLES
@given(waves())
def test_adding_a_constant_keeps_d(wave: Wave) -> None:
    """S-54: d, g, θ, p and row."""
    checks.adding_a_constant_keeps_every_gap(scored, wave)


@A_FEW
@given(waves(head_counts=False), st.sampled_from(SIDES[:2]), st.integers(2, 4))
def test_duplicating_one_side_s_people_keeps_the_company_score(wave: Wave, side: str, times: int) -> None:
    """S-08, S-54."""
    checks.more_people_alike_on_one_side_keep_the_company(scored, wave, side, times)


@EXAMPLES
@given(waves(sides=(2,)))
def test_the_mirror_is_exact_in_fractions(wave: Wave) -> None:
    """S-33, S-54."""
    checks.the_mirror_adds_up_exactly(scored, wave)


@A_FEW
@given(waves(head_counts=False), st.lists(st.tuples(st.sampled_from(SIDES), st.sampled_from(("V1", "O1"))), min_size=1))
def test_persons_under_the_minimum_never_move_a_score(wave: Wave, more: list[tuple[str, str]]) -> None:
    """S-07, S-54."""
    checks.people_under_the_minimum_never_count(scored, wave, under_the_minimum(more))


@A_FEW
@given(waves(), st.lists(people(7, 7), min_size=3, max_size=3))
def test_fact_and_meta_items_never_move_a_score(wave: Wave, others: list[tuple[tuple[int, ...], ...]]) -> None:
    """I-15, S-54: whatever is answered, and where nothing is."""
    other = {side: rows[: len(wave.rows[side])] for side, rows in zip(wave.rows, others, strict=False)}
    checks.facts_and_expectations_never_move_a_score(scored, wave, other)
    checks.facts_and_expectations_left_out_never_move_a_scale(scored, wave)


@A_FEW
@given(waves())
def test_equal_sides_have_no_gap(wave: Wave) -> None:
    """S-54: d 0, p 1, row 5 or 7."""
    checks.equal_sides_have_no_gap(scored, wave)


@EXAMPLES
@given(waves(low=2))
def test_an_adjusted_p_value_is_never_under_its_raw_one(wave: Wave) -> None:
    """S-23, S-54: Holm and BH, and neither changes an order; of three sides Holm alone (S-15)."""
    checks.adjusting_never_lowers_a_p_value(scored, wave)


@given(st.lists(st.floats(min_value=0, max_value=1, exclude_min=True), min_size=1, max_size=12))
def test_adjusting_any_family_raises_its_p_values_to_the_last_bit(p: list[float]) -> None:
    """S-23, S-54: never under the raw one, not even by rounding; at most 1; in the same order; BH at most Holm."""
    family = dict(enumerate(p))
    holm, hochberg = multiplicity.holm(family), multiplicity.benjamini_hochberg(family)
    order = sorted(family, key=family.__getitem__)
    for adjusted in (holm, hochberg):
        assert list(adjusted) == list(family)
        assert all(raw <= adjusted[name] <= 1 for name, raw in family.items())
        assert [adjusted[name] for name in order] == sorted(adjusted.values())
    assert all(hochberg[name] <= holm[name] * (1 + 1e-12) for name in family)


@EXAMPLES
@given(waves(low=2))
def test_a_margin_is_ruled_out_where_both_one_sided_tests_say_so(wave: Wave) -> None:
    """S-13, S-54: TOST is the interval."""
    checks.a_margin_is_ruled_out_where_both_one_sided_tests_say_so(scored, wave)


@EXAMPLES
@given(waves())
def test_an_interval_holds_its_estimate(wave: Wave) -> None:
    """S-01, S-54."""
    checks.every_interval_holds_its_estimate(scored, wave)


def shuffled(wave: Wave, order: random.Random) -> Wave:
    return dataclasses.replace(
        wave, rows={side: tuple(order.sample(rows, len(rows))) for side, rows in wave.rows.items()}
    )


def under_the_minimum(more: list[tuple[str, str]]) -> dict[str, list[tuple[int, ...]]]:
    """Return people who answer one item, "don't know" on every other but its twin, which they leave out."""
    found: dict[str, list[tuple[int, ...]]] = {side: [] for side in SIDES}
    for number, (side, item) in enumerate(more):
        twins = {"P1", "S1"}
        found[side].append(tuple(1 + number % 5 if each == item else -(each in twins) for each in ITEMS))
    return found


# Planted: every property is broken by an engine that deserves it, on waves that are always the same.

Check = Callable[[Engine, Wave, random.Random], None]


def fixed_waves(k: int = 2) -> list[Wave]:
    rng = random.Random(k)
    return [
        Wave(rows={side: tuple(fixed_row(rng) for _ in range(rng.randint(3, 9))) for side in SIDES[:k]})
        for _ in range(30)
    ]


def fixed_row(rng: random.Random) -> tuple[int, ...]:
    return tuple(rng.choice(CODES) for _ in ITEMS)


def _pooling(engine: Engine, wave: Wave, rng: random.Random) -> None:
    checks.adding_tables_is_pooling_rows(engine, wave, fixed_waves()[rng.randrange(30)])


def _facts(engine: Engine, wave: Wave, rng: random.Random) -> None:
    others = {side: tuple(fixed_row(rng) for _ in rows) for side, rows in wave.rows.items()}
    checks.facts_and_expectations_never_move_a_score(engine, wave, others)


WITH_ARGUMENTS: dict[str, Check] = {
    "order": lambda engine, wave, rng: checks.the_order_of_rows_changes_nothing(engine, wave, shuffled(wave, rng)),
    "reversal": lambda engine, wave, _: checks.reversing_items_and_keys_keeps_scores(engine, wave, ["V2", "O1"]),
    "recoding": lambda engine, wave, _: checks.a_monotone_recoding_keeps_the_probability_of_superiority(
        engine, wave, [1, 2, 4, 6, 7]
    ),
    "company": lambda engine, wave, _: checks.more_people_alike_on_one_side_keep_the_company(engine, wave, "west", 3),
    "minimum": lambda engine, wave, _: checks.people_under_the_minimum_never_count(
        engine, wave, under_the_minimum([("east", "V1"), ("west", "O1")])
    ),
    "swap": lambda engine, wave, _: checks.swapping_sides_turns_everything_round(engine, wave),
    "pooling": _pooling,
    "facts": _facts,
    "left out": lambda engine, wave, _: checks.facts_and_expectations_left_out_never_move_a_scale(engine, wave),
    "around": lambda engine, wave, _: checks.turning_every_answer_round_turns_every_score_round(engine, wave),
    "constant": lambda engine, wave, _: checks.adding_a_constant_keeps_every_gap(engine, wave),
    "mirror": lambda engine, wave, _: checks.the_mirror_adds_up_exactly(engine, wave),
    "equal": lambda engine, wave, _: checks.equal_sides_have_no_gap(engine, wave),
    "adjusted": lambda engine, wave, _: checks.adjusting_never_lowers_a_p_value(engine, wave),
    "tost": lambda engine, wave, _: checks.a_margin_is_ruled_out_where_both_one_sided_tests_say_so(engine, wave),
    "interval": lambda engine, wave, _: checks.every_interval_holds_its_estimate(engine, wave),
}

WRONG_ENGINES = [
    ("order", planted.forgets_the_last_row),
    ("pooling", planted.forgets_the_last_row),
    ("reversal", planted.ignores_the_keys),
    ("around", planted.takes_blanks_for_the_lowest_answer),
    ("constant", planted.stretches_the_scale),
    ("mirror", planted.fills_in_a_prediction),
    ("minimum", planted.counts_anybody),
    ("facts", planted.scores_a_prediction),
    ("left out", planted.scores_a_prediction),
    ("equal", planted.favours_the_first_side),
    ("swap", planted.favours_the_first_side),
]
WRONG_PARTS = [
    ("swap", planted.unsigned_effect),
    ("pooling", planted.three_of_a_score_at_most),
    ("recoding", planted.means_in_place_of_order),
    ("company", planted.company_of_people),
    ("adjusted", planted.lenient_adjustment),
    ("tost", planted.equivalence_of_the_estimate),
    ("interval", planted.no_ends),
]


@pytest.mark.parametrize("name", WITH_ARGUMENTS)
def test_every_property_holds_on_the_fixed_waves(name: str) -> None:
    """S-54: so that what breaks below is the planted weakness."""
    rng = random.Random(1)
    for wave in fixed_waves()[:4]:
        WITH_ARGUMENTS[name](scored, wave, rng)


@pytest.mark.parametrize(("name", "engine"), WRONG_ENGINES)
def test_an_engine_with_a_planted_weakness_breaks_its_property(name: str, engine: Engine) -> None:
    """S-54."""
    assert broken(name, engine)


@pytest.mark.parametrize(("name", "plant"), WRONG_PARTS)
def test_a_part_with_a_planted_weakness_breaks_its_property(
    name: str, plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S-54."""
    plant(monkeypatch)
    assert broken(name, scored)


def test_every_property_has_a_weakness_that_breaks_it() -> None:
    """A property that nothing can break proves nothing."""
    assert {name for name, _ in (*WRONG_ENGINES, *WRONG_PARTS)} == set(WITH_ARGUMENTS)


def broken(name: str, engine: Engine) -> bool:
    """Return whether one of the fixed waves shows that the property does not hold."""
    rng = random.Random(1)
    for wave in fixed_waves():
        try:
            WITH_ARGUMENTS[name](engine, wave, rng)
        except AssertionError:
            return True
    return False
