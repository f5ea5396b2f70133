"""S-05, S-09: T and X say of a scale what the rows say, and nothing of anybody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_builders import instrument, people, released
from scoring_item_tables import nobody, t_of

from assess.disclosure.policy import Policy
from assess.disclosure.registry import Kind
from assess.disclosure.release import Released, ReleasedSubject, Withheld, release
from assess.disclosure.table import ResponseTable
from assess.instruments.model import DONT_KNOW, Instrument
from assess.scoring import item_table, tally, tally_items
from assess.scoring.histogram import Histogram, same_scale
from assess.scoring.item_table import FIRST, CrossProducts, ItemTable

ITEMS = ("V1", "V2", "V3", "V4")
ASKED = instrument()

answer = st.sampled_from([None, DONT_KNOW, 1, 2, 3, 4, 5])
rows = st.lists(st.tuples(*[answer] * 4), min_size=1, max_size=6)


def wave(*sides: Sequence[Sequence[int | None]], asked: Instrument = ASKED) -> Released:
    named = dict(zip(("east", "west"), sides, strict=True))
    return released(
        {
            side: [
                {item: code for item, code in zip(ITEMS, row, strict=True) if code is not None} for row in given_rows
            ]
            for side, given_rows in named.items()
        },
        asked=asked,
    )


def scale(found: Released, name: str = "scale.VIEW") -> ReleasedSubject:
    subject = found.find(name)
    assert not isinstance(subject, Withheld)
    return subject


def tables(found: Released, asked: Instrument = ASKED) -> dict[str, ItemTable]:
    return tally_items.item_tables(found, scale(found), asked)


def same(one: Histogram, other: Histogram) -> bool:
    same_scale(one, other)
    return (
        one.score.tolist() == other.score.tolist()
        and one.count.tolist() == other.count.tolist()
        and one.partial == other.partial
    )


@given(rows, rows)
def test_scores_read_off_t_are_those_counted_from_rows(
    east: list[tuple[int | None, ...]], west: list[tuple[int | None, ...]]
) -> None:
    """S-05, S-07: two ways to one histogram, a reversed item, "don't know" and blanks included."""
    found = wave(east, west)
    counted = tally.scale_histograms(found, scale(found), ASKED)
    read = {side: item_table.scores(table) for side, table in tables(found).items()}
    assert all(same(read[side], counted[side]) for side in ("east", "west"))


@given(rows)
def test_a_scale_without_an_item_is_the_scale_that_never_had_it(east: list[tuple[int | None, ...]]) -> None:
    """S-09: leave-one-out from T equals scoring the other items from rows, the minimum one lower."""
    found = wave(east, east)
    table = tables(found)["east"]
    for item in ITEMS:
        shorter = ASKED.scales["VIEW"].model_copy(
            update={"items": tuple(each for each in ITEMS if each != item), "min_answered": 1}
        )
        fewer = ASKED.model_copy(update={"scales": {**ASKED.scales, "VIEW": shorter}, "composites": {}})
        again = wave(east, east, asked=fewer)
        assert same(item_table.scores_without(table, item), tally.scale_histograms(again, scale(again), fewer)["east"])


@given(rows, rows)
def test_pooled_tables_are_the_table_of_pooled_rows(
    east: list[tuple[int | None, ...]], west: list[tuple[int | None, ...]]
) -> None:
    """S-05, S-54: adding T and X is pooling the rows."""
    apart, together = wave(east, west), wave([*east, *west], east)
    one, two = tables(apart).values()
    assert np.array_equal(item_table.pooled(one, two).count, tables(together)["east"].count)
    x, y = tally_items.cross_products(apart, scale(apart), ASKED).values()
    both = tally_items.cross_products(together, scale(together), ASKED)["east"]
    added = item_table.pooled_products(x, y)
    assert (added.items, added.n, added.sums.tolist(), added.products.tolist()) == (
        ITEMS,
        both.n,
        both.sums.tolist(),
        both.products.tolist(),
    )


def test_t_by_hand() -> None:
    """S-05: V4 is reversed, so its 2 is a 4; who left V3 blank and who does not know V2 stand apart."""
    found = wave([(1, 2, 3, 2), (5, DONT_KNOW, None, 1)], [(1, 1, 1, 1)])
    table = tables(found)["east"]
    assert (table.people, table.complete, table.items, table.levels) == (2, 1, ITEMS, 5)
    cells = {tuple(map(int, cell)) for cell in np.argwhere(table.count)}
    whole, part = (1 + 2 + 3 + 4, 4), (5 + 5, 2)
    assert cells == {
        (0, FIRST + 0, *whole), (1, FIRST + 1, *whole), (2, FIRST + 2, *whole), (3, FIRST + 3, *whole),
        (0, FIRST + 4, *part), (1, 1, *part), (2, 0, *part), (3, FIRST + 4, *part),
    }  # fmt: skip
    assert item_table.complete_sums(table).tolist() == [int(s == 10) for s in range(21)]
    assert item_table.complete_answers(table).tolist() == [
        [1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 0],
    ]  # fmt: skip
    assert item_table.complete_joint(table)[0, 0].tolist() == [int(s == 10) for s in range(21)]


def test_x_by_hand() -> None:
    """S-05: sums and products of the complete persons alone."""
    found = wave([(1, 2, 3, 2), (2, 2, 2, 4), (5, DONT_KNOW, None, 1)], [(1, 1, 1, 1)])
    x = tally_items.cross_products(found, scale(found), ASKED)["east"]
    one, two = np.array([1, 2, 3, 4]), np.array([2, 2, 2, 2])
    assert x.n == 2
    assert x.sums.tolist() == (one + two).tolist()
    assert x.products.tolist() == (np.outer(one, one) + np.outer(two, two)).tolist()


@given(rows, rows)
def test_level_counts_are_those_of_every_cell(
    east: list[tuple[int | None, ...]], west: list[tuple[int | None, ...]]
) -> None:
    """S-05: blank, "don't know" and every answer of every item, a side at a time."""
    found = wave(east, west)
    counts = tally_items.count_levels(found)
    assert counts.shape == (2, len(found.table.items), 5 + FIRST)
    for number in range(2):
        for column in range(len(found.table.items)):
            codes = found.table.answers[found.table.side == number, column]
            assert counts[number, column].tolist() == [int((codes == code).sum()) for code in range(-1, 6)]


def test_levels_of_many_groups_and_more_people_than_a_block_are_counted_cell_by_cell() -> None:
    """S-61: rows are turned a block at a time, the last block short; every cell is still its own count."""
    rng = np.random.default_rng(61)
    n, groups, levels = 2 * tally_items._BLOCK + 5, 300, (5, 3, 7)
    table = ResponseTable(
        sides=tuple(f"g{number}" for number in range(groups)),
        items=("A", "B", "C"),
        levels=levels,
        side=rng.integers(0, groups, n, dtype=np.int16),
        answers=np.column_stack([rng.integers(-1, top + 1, n, dtype=np.int8) for top in levels]),
    )
    found = release(table, Policy.public_data(), ())
    assert isinstance(found, Released)
    expected = np.zeros((groups, 3, 7 + FIRST), dtype=np.int64)
    for side, row in zip(table.side.tolist(), table.answers.tolist(), strict=True):
        for item, code in enumerate(row):
            expected[side, item, code + 1] += 1
    counts = tally_items.count_levels(found)
    assert counts.dtype == np.int64
    assert np.array_equal(counts, expected)


def test_a_table_without_items_has_no_levels_to_count() -> None:
    """S-05: blank and "don't know" are the only answers there could be."""
    table = ResponseTable(
        sides=("east", "west"), items=(), levels=(), side=np.array([0, 1]), answers=np.zeros((2, 0), dtype=np.int8)
    )
    found = release(table, Policy.public_data(), ())
    assert isinstance(found, Released)
    assert tally_items.count_levels(found).shape == (2, 0, FIRST)


def test_item_tables_are_of_released_scales_only() -> None:
    """S-05, A-11: another kind of subject, and another release's, are refused."""
    found = released({side: people(np.random.default_rng(1), 6) for side in ("east", "west")})
    with pytest.raises(ValueError, match="not of kind scale"):
        tally_items.item_tables(found, scale(found, "item.V1"), ASKED)
    other = released({side: people(np.random.default_rng(2), 6) for side in ("east", "west")})
    strange = replace_registered(other)
    with pytest.raises(ValueError, match="not among the subjects of this release"):
        tally_items.cross_products(found, strange, ASKED)


def replace_registered(found: Released) -> ReleasedSubject:
    """Return the scale of a release whose instrument asks for more answers."""
    more = ASKED.scales["VIEW"].model_copy(update={"min_answered": 4})
    asked = ASKED.model_copy(update={"scales": {**ASKED.scales, "VIEW": more}})
    again = released({side: people(np.random.default_rng(3), 6) for side in found.table.sides}, asked=asked)
    subject = scale(again)
    assert subject.registered.kind is Kind.SCALE
    return subject


def test_items_of_different_length_have_no_table() -> None:
    """S-07: a scale's items have one number of levels."""
    mixed = ASKED.model_copy(
        update={
            "anchors": {"AGREE": 5, "SHORT": 3},
            "items": {**ASKED.items, "V2": ASKED.items["V2"].model_copy(update={"anchors": "SHORT"})},
        }
    )
    found = wave([(1, 2, 3, 2)] * 2, [(1, 1, 1, 1)] * 2, asked=mixed)
    with pytest.raises(ValueError, match="one number of levels"):
        tally_items.item_tables(found, scale(found), mixed)


def test_tables_of_different_scales_cannot_be_added() -> None:
    """S-05: adding is pooling, so it needs one scale."""
    table = tables(wave([(1, 2, 3, 2)], [(1, 1, 1, 1)]))["east"]
    with pytest.raises(ValueError, match=r"^tables of different scales cannot be added$"):
        item_table.pooled(table, replace(table, min_answered=3))
    x = CrossProducts(items=("A",), n=1, sums=np.array([1]), products=np.array([[1]]))
    with pytest.raises(ValueError, match=r"^tables of different items cannot be added$"):
        item_table.pooled_products(x, replace(x, items=("B",)))


def test_a_table_whose_slices_disagree_is_refused() -> None:
    """S-01: a careless caller's table is no table."""
    table = tables(wave([(1, 2, 3, 2)], [(1, 1, 1, 1)]))["east"]
    wrong = table.count.copy()
    wrong[0] = 0
    for count in (wrong, -table.count):
        with pytest.raises(ValueError, match=r"^every item's slice counts the same persons, none of them negative$"):
            replace(table, count=count)
    for count in (table.count[:3], table.count.astype(np.float64)):
        with pytest.raises(ValueError, match=r"^T of 4 items with 5 levels has another shape: \("):
            replace(table, count=count)


@pytest.mark.parametrize(
    ("answers", "minimum", "left"),
    [
        ([(1, 2, 3), (4, None, None), (5, 5, None)], 3, {5: 1}),
        ([(1, 2, 3), (4, None, None), (5, 5, None)], 2, {5: 1, 10: 1}),
        ([(4, 5), (2, None), (None, 3)], 1, {3: 1, 5: 1}),
    ],
)
def test_the_minimum_without_an_item_is_one_lower_but_never_none(
    answers: list[tuple[int | None, ...]], minimum: int, left: dict[int, int]
) -> None:
    """S-09: persons by I = s·Λ/a without the first item, Λ = 2, 2 and 1."""
    found = item_table.scores_without(t_of(answers, min_answered=minimum), "I1")
    assert dict(zip(found.score.tolist(), found.count.tolist(), strict=True)) == left


def test_a_scale_that_nobody_answered_has_an_empty_table_of_integers() -> None:
    """S-05, S-48."""
    for found in (item_table.scores(nobody(3)), item_table.scores_without(nobody(3), "I2")):
        assert (found.n, found.partial) == (0, 0)
        assert (found.score.dtype, found.count.dtype) == (np.int64, np.int64)


def test_a_scale_of_one_item_has_nothing_left_without_it() -> None:
    """S-09."""
    count = np.zeros((1, 7, 6, 2), dtype=np.int64)
    count[0, FIRST, 1, 1] = 3
    table = ItemTable(items=("A",), levels=5, min_answered=1, count=count)
    with pytest.raises(ValueError, match=r"^a scale of one item has no score without it$"):
        item_table.scores_without(table, "A")
    assert item_table.scores(table).count.tolist() == [3]
    assert item_table.complete_sums(table).tolist() == [0, 3, 0, 0, 0, 0]
