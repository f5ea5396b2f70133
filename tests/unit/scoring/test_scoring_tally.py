"""Step 4: who is counted, and that nothing but a released subject's own items can be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_builders import codes, counts, differences, instrument, people, released, samples

from assess.disclosure.registry import Kind, registered
from assess.disclosure.release import Released, ReleasedSubject, Withheld, release
from assess.scoring import tally
from assess.scoring.histogram import Histogram, counts_at, histogram, same_scale
from assess.scoring.results import Count


def subject(found: Released, name: str) -> ReleasedSubject:
    passed = found.find(name)
    assert not isinstance(passed, Withheld)
    return passed


def as_dict(h: Histogram) -> dict[int, int]:
    return dict(zip(h.score.tolist(), h.count.tolist(), strict=True))


def test_a_histogram_knows_its_exact_sums() -> None:
    """S-04: n, S and Q are integers."""
    h = counts(1, 0, 2, 0, 3)
    assert (h.n, h.total, h.squares) == (6, 1 + 6 + 15, 1 + 18 + 75)


def test_an_empty_histogram_has_nobody() -> None:
    assert (codes().n, codes().total, codes().squares) == (0, 0, 0)


def test_scores_and_counts_are_integers_wherever_they_are_laid_out() -> None:
    """S-04, S-05: int64 whatever came in, so that no sum is rounded; an empty table too."""
    small = histogram(np.array([3, 1, 3], dtype=np.int8), zero=1, span=4, step=1)
    both = tally.pooled(small, codes(5))
    assert as_dict(small) == {1: 1, 3: 2}
    for h in (small, both, codes()):
        assert (h.score.dtype, h.count.dtype) == (np.int64, np.int64)
    assert counts_at(small, both.score).dtype == np.int64


@given(samples(0), samples(0))
def test_merging_rows_equals_adding_tables(first: list[int], second: list[int]) -> None:
    """S-05, S-54: pooled rows = added tables."""
    merged, added = codes(*first, *second), tally.pooled(codes(*first), codes(*second))
    assert as_dict(merged) == as_dict(added)


def test_partial_persons_add_up_when_tables_are_pooled() -> None:
    """S-07: who answered fewer than all items stays counted, on the scale both tables have."""
    x, y = (
        histogram(np.array(scores, dtype=np.int64), zero=60, span=240, step=30, partial=partial)
        for scores, partial in (([60, 75], 1), ([180], 2))
    )
    both = tally.pooled(x, y)
    assert as_dict(both) == {60: 1, 75: 1, 180: 1}
    assert (both.zero, both.span, both.step, both.partial) == (60, 240, 30, 3)


def test_tables_on_different_scales_are_never_added() -> None:
    """S-05."""
    with pytest.raises(ValueError, match=r"^two histograms on different integer scales cannot be compared or added$"):
        tally.pooled(codes(1, 2), codes(1, 2, levels=7))
    for other in ({"zero": 0}, {"span": 5}, {"step": 2}):
        with pytest.raises(ValueError, match="different integer scales"):
            same_scale(codes(1), replace(codes(1), **other))  # type: ignore[arg-type]
    same_scale(codes(1), codes(5))


def test_counts_are_laid_out_on_the_scores_asked_for() -> None:
    assert counts_at(codes(2, 4, 4), np.array([1, 2, 3, 4])).tolist() == [0, 1, 0, 2]


def test_don_t_know_and_blank_never_reach_an_item_table() -> None:
    """S-07: both are missing, counted apart."""
    found = released(
        {"east": [{"X1": 5}, {"X1": 0}, {}, {"X1": 5}], "west": [{"X1": 1}, {"X1": 2}, {"X1": 0}, {"X1": 0}]}
    )
    item = subject(found, "item.X1")
    tables = tally.item_histograms(found, item)
    assert {side: as_dict(h) for side, h in tables.items()} == {"east": {5: 2}, "west": {1: 1, 2: 1}}
    assert {(h.zero, h.span, h.step, h.partial) for h in tables.values()} == {(1, 4, 1, 0)}
    assert tally.levels(found, item) == {
        "east": Count(values=(0, 0, 0, 0, 2)),
        "west": Count(values=(1, 1, 0, 0, 0)),
    }
    assert tally.missing_share(found, item) == {"east": 0.5, "west": 0.5}
    assert tally.dont_know_share(found, item) == {"east": 0.25, "west": 0.5}


def test_shares_are_of_a_side_s_ballots_however_few() -> None:
    """I-17, S-07: of one ballot all or nothing."""
    found = released({"east": [{"X1": 5}], "west": [{"X1": 0}]})
    item = subject(found, "item.X1")
    assert tally.missing_share(found, item) == tally.dont_know_share(found, item) == {"east": 0, "west": 1}


def test_whoever_is_left_out_is_not_counted_and_nobody_comes_in_instead() -> None:
    """S-44: of three persons with a score and one without."""
    whole = {"V2": 1, "V3": 1, "V4": 5}
    found = released({"east": [whole | {"V1": 1}, whole | {"V1": 5}, {"V1": 4}], "west": [whole | {"V1": 3}]})
    scale = subject(found, "scale.VIEW")
    kept = tally.scale_histograms(found, scale, instrument(), without=np.array([True, False, False, False]))
    assert {side: as_dict(h) for side, h in kept.items()} == {"east": {24: 1}, "west": {18: 1}}
    nobody = tally.scale_histograms(found, scale, instrument(), without=np.zeros(4, dtype=np.bool_))
    everybody = tally.scale_histograms(found, scale, instrument())
    assert {side: as_dict(h) for side, h in nobody.items()} == {side: as_dict(h) for side, h in everybody.items()}
    assert as_dict(everybody["east"]) == {12: 1, 24: 1}


def test_an_item_with_a_twin_counts_only_who_answered_both() -> None:
    """S-33: one population for every figure of an item that has a twin."""
    found = released(
        {
            "east": [{"V1": 5, "P1": 1}, {"V1": 4}, {"V1": 3, "P1": 3}],
            "west": [{"V1": 1, "P1": 2}, {"P1": 2}, {"V1": 1}],
        }
    )
    item = subject(found, "item.V1")
    assert {side: as_dict(h) for side, h in tally.item_histograms(found, item).items()} == {
        "east": {3: 1, 5: 1},
        "west": {1: 1},
    }
    assert {side: as_dict(h) for side, h in tally.item_histograms(found, item, "P1").items()} == {
        "east": {1: 1, 3: 1},
        "west": {2: 1},
    }


def test_a_pair_table_crosses_two_answers_of_one_person() -> None:
    """S-05: P[v, w], persons complete on both."""
    found = released(
        {"east": [{"V1": 5, "P1": 1}, {"V1": 5, "P1": 1}, {"V1": 4}], "west": [{"V1": 1, "P1": 2}, {"V1": 3, "P1": 3}]}
    )
    tables = tally.pair_table(found, subject(found, "mirror.V1"), "V1", "P1")
    assert tables["east"].shape == (5, 5)
    assert tables["east"].dtype == np.int64
    assert tables["east"][4, 0] == tables["east"].sum() == 2
    assert tables["west"][0, 1] == tables["west"][2, 2] == 1


def test_a_pair_of_different_answer_scales_is_refused() -> None:
    asked = instrument()
    items = dict(asked.items)
    items["P1"] = items["P1"].model_copy(update={"anchors": "SEVEN"})
    asked = asked.model_copy(update={"items": items, "anchors": {"AGREE": 5, "SEVEN": 7}})
    found = released({"east": [{"V1": 5, "P1": 7}] * 2, "west": [{"V1": 1, "P1": 2}] * 2}, asked=asked)
    with pytest.raises(ValueError, match="cannot be crossed"):
        tally.pair_table(found, subject(found, "mirror.V1"), "V1", "P1")


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=12))
def test_differences_from_a_pair_table_are_own_minus_second(pairs: list[tuple[int, int]]) -> None:
    """S-33: C = v - p by person."""
    table = np.zeros((5, 5), dtype=np.int64)
    for v, w in pairs:
        table[v - 1, w - 1] += 1
    h = tally.difference_histogram(table)
    expected = differences(*(v - w for v, w in pairs))
    assert as_dict(h) == as_dict(expected)
    assert (h.score.dtype, h.count.dtype) == (np.int64, np.int64)
    assert (h.zero, h.span, h.step) == (0, 4, 1)


def test_only_items_of_the_subject_can_be_counted() -> None:
    """A-13 R1: registered figures only; another item of the table is out of reach."""
    found = released({"east": [{"V1": 5, "P1": 1, "X1": 2}] * 2, "west": [{"V1": 1, "P1": 2, "X1": 2}] * 2})
    with pytest.raises(ValueError, match="X1"):
        tally.item_histograms(found, subject(found, "item.V1"), "X1")
    with pytest.raises(ValueError, match="X1"):
        tally.pair_table(found, subject(found, "mirror.V1"), "V1", "X1")


def test_an_item_that_a_scale_does_not_require_cannot_be_counted_through_the_scale() -> None:
    """S-05: not everybody scored on a scale has answered each of its items."""
    found = released({"east": [{"V1": 5, "V2": 1}] * 2, "west": [{"V1": 1, "V2": 2}] * 2})
    with pytest.raises(ValueError, match="V1"):
        tally.item_histograms(found, subject(found, "scale.VIEW"), "V1")


def test_a_subject_of_another_release_is_refused() -> None:
    """Only what this release lists is scored: 10 answers released an item that 9 do not."""
    generator = np.random.default_rng(5)
    rows = {"east": people(generator, 4), "west": people(generator, 4)}
    found = released(rows)
    fewer = release_without(found, "item.X1")
    with pytest.raises(ValueError, match="not among the subjects"):
        tally.item_histograms(fewer, subject(found, "item.X1"))


def release_without(found: Released, without: str) -> Released:
    again = release(found.table, found.policy, registered(instrument(), "full"), frozenset({without}))
    assert isinstance(again, Released)
    return again


def test_a_subject_of_another_kind_is_refused() -> None:
    found = released({"east": [{"X1": 5}] * 2, "west": [{"X1": 1}] * 2})
    item, scale = subject(found, "item.X1"), subject(found, "scale.VIEW")
    with pytest.raises(ValueError, match=r"item\.X1 is not of kind scale"):
        tally.scale_histograms(found, item, instrument())
    with pytest.raises(ValueError, match=r"item\.X1 is not of kind composite"):
        tally.composite_histograms(found, item, instrument())
    with pytest.raises(ValueError, match=r"scale\.VIEW is not of kind item"):
        tally.dont_know_share(found, scale)
    tally.kind(item, Kind.ITEM)


@given(st.randoms(use_true_random=False))
def test_row_order_is_irrelevant(order: object) -> None:
    """S-54."""
    generator = np.random.default_rng(11)
    rows = {"east": people(generator, 6), "west": people(generator, 6)}
    shuffled = {side: list(given) for side, given in rows.items()}
    for given_rows in shuffled.values():
        order.shuffle(given_rows)  # type: ignore[attr-defined]
    first, second = released(rows), released(shuffled)
    for name in ("scale.VIEW", "composite.HEALTH"):
        count = tally.scale_histograms if name.startswith("scale") else tally.composite_histograms
        one = count(first, subject(first, name), instrument())
        two = count(second, subject(second, name), instrument())
        assert {side: as_dict(h) for side, h in one.items()} == {side: as_dict(h) for side, h in two.items()}
