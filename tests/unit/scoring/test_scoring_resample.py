"""The play bootstrap: what its columns hold, and that nothing but content and seed decides them (S-45, P-2, P-4)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_builders import instrument, people, released

from assess.disclosure.policy import Policy
from assess.disclosure.release import Withheld
from assess.instruments.load import shipped
from assess.scoring import compare, tally
from assess.scoring.columns import (
    ANSWERED,
    EXPECTED,
    MEAN,
    PREDICTION,
    RESAMPLES,
    Column,
    Columns,
    LabelColumn,
    Missing,
)
from assess.scoring.compare import Compared
from assess.scoring.estimate import estimates
from assess.scoring.perception import perceive
from assess.scoring.resample import columns
from assess.scoring.results import Estimate, Label, Scored

Rows = Mapping[str, Sequence[Mapping[str, int]]]


def seeded(seed: int = 7) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def drawn(rows: Rows, *, form: str = "full", policy: Policy | None = None, seed: int = 7) -> Columns:
    return columns(released(rows, form=form, policy=policy), instrument(), form, seeded(seed))


def column(found: Column | Missing) -> Column:
    assert isinstance(found, Column)
    return found


def value(found: Scored) -> float:
    assert isinstance(found, Estimate)
    return found.value


def mixed(sales: int = 24, marketing: int = 15, seed: int = 3) -> dict[str, list[dict[str, int]]]:
    """Correlated people with some answers missing or unknown."""
    generator = np.random.default_rng(seed)
    rows = {"east": people(generator, sales), "west": people(generator, marketing, shift=-0.4)}
    for side in rows.values():
        for number, row in enumerate(side):
            row[f"V{number % 4 + 1}"] = -1 if number % 3 else 0
            if number % 5 == 0:
                row["O2"] = 0
    return rows


def test_the_wave_itself_is_the_estimates_of_the_report() -> None:
    """P-8 ranks on point estimates: weights of 1 give the side means that the report prints."""
    rows = mixed()
    found = drawn(rows)
    scored = estimates(released(rows), instrument(), "full")
    for id_, subject in scored.subjects.items():
        for side in ("east", "west"):
            point = column(found.of(id_, side)).point
            if id_ == "item.F1":  # a frequency has no mean in points (I-15), but the column can be read
                continue
            assert point == pytest.approx(value(subject.side_means[side]), abs=1e-8), id_
    mirror = perceive(released(rows), instrument(), "full")
    assert mirror.mirror_scale is not None
    for side in ("east", "west"):
        assert column(found.of("mirror.V1", side)).point == pytest.approx(value(mirror.topics["V1"].own[side]))
        assert column(found.of("mirror.V1", side, PREDICTION)).point == pytest.approx(
            value(mirror.topics["V1"].expected[side])
        )
        assert column(found.of("mirror_scale.MIR", side, EXPECTED)).point == pytest.approx(
            value(mirror.mirror_scale.expected[side])
        )
        assert column(found.of("mirror_scale.MIR", side, ANSWERED)).point == pytest.approx(
            value(mirror.mirror_scale.answered[side])
        )


def test_scores_by_name_are_scales_or_else_composites() -> None:
    found = drawn(mixed())
    assert found.score("VIEW", "east") is found.of("scale.VIEW", "east")
    assert found.score("HEALTH", "east") is found.of("composite.HEALTH", "east", MEAN)
    assert found.score("NONE", "east") is Missing.NOT_IN_FORM


def test_each_column_spreads_as_the_mean_does() -> None:
    """The bootstrap's standard deviation is that of the mean, √((n-1)/n) of the usual estimate."""
    rows = {"east": people(np.random.default_rng(5), 60), "west": people(np.random.default_rng(6), 40)}
    found, table = drawn(rows), released(rows)
    subject = table.find("item.V2")
    assert not isinstance(subject, Withheld)
    for side, h in tally.item_histograms(table, subject).items():
        mean = compare.mean(h)
        assert isinstance(mean, Estimate)
        values = column(found.of("item.V2", side)).values
        assert values.shape == (RESAMPLES,)
        assert values.mean() == pytest.approx(mean.value, abs=4 * mean.se / math.sqrt(RESAMPLES))
        assert values.std() == pytest.approx(mean.se * math.sqrt((h.n - 1) / h.n), rel=0.07)


def test_the_sides_are_resampled_apart() -> None:
    """S-45: 2,000 resamples by side: the gap spreads as Welch's standard error, not as that of a pooled draw."""
    rows = {"east": people(np.random.default_rng(5), 60), "west": people(np.random.default_rng(6), 12, shift=1)}
    found, table = drawn(rows), released(rows)
    subject = table.find("item.V2")
    assert not isinstance(subject, Withheld)
    x, y = tally.item_histograms(table, subject).values()
    gap = compare.gap(x, y)
    assert isinstance(gap, Compared)
    east, west = (column(found.of("item.V2", side)).values for side in ("east", "west"))
    assert (east - west).std() == pytest.approx(gap.estimate.se, rel=0.07)
    assert abs(np.corrcoef(east, west)[0, 1]) < 0.08


def test_two_items_of_one_person_are_drawn_together() -> None:
    rows = {"east": [{"V1": code, "V2": code} for code in (1, 2, 3, 4, 5) * 4], "west": [{"V1": 3, "V2": 3}] * 10}
    rows = {side: [{**row, "P1": 3} for row in people_] for side, people_ in rows.items()}
    found = drawn(rows)
    assert np.array_equal(column(found.of("item.V1", "east")).values, column(found.of("item.V2", "east")).values)


@settings(max_examples=8)
@given(st.randoms())
def test_the_order_of_rows_changes_nothing(rng: object) -> None:
    """S-45: rows are first sorted by content."""
    rows = mixed()
    shuffled = {side: list(people_) for side, people_ in rows.items()}
    for side in shuffled.values():
        rng.shuffle(side)  # type: ignore[attr-defined]
    first, second = drawn(rows), drawn(shuffled)
    assert first.read.keys() == second.read.keys()
    for key, one in first.read.items():
        assert one.point == second.read[key].point
        assert np.array_equal(one.values, second.read[key].values)
        assert np.array_equal(one.defined, second.read[key].defined)


def test_the_seed_decides_the_draw() -> None:
    rows = mixed()
    first, again, other = (column(drawn(rows, seed=seed).of("scale.VIEW", "east")).values for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_large_wave_is_drawn_in_blocks() -> None:
    """Memory stays bounded: 1,500 people a side take two blocks of draws."""
    generator = np.random.default_rng(9)
    rows = {side: [{"X1": int(code)} for code in generator.integers(1, 6, 1500)] for side in ("east", "west")}
    values = column(drawn(rows).of("item.X1", "east")).values
    assert values.std() == pytest.approx(25 * math.sqrt(2 / 1500), rel=0.1)
    assert len(np.unique(values)) > 100


def test_a_resample_that_draws_nobody_who_counts_is_undefined() -> None:
    """P-4: undefined in a resample is false. Five of 40 answered: nobody of them is drawn with chance (7/8)^40."""
    five = [{"V1": 5, "V2": 5, "V3": 5, "V4": 1}] * 5
    rows = {"east": [*five, *[{"X1": 3}] * 35], "west": [{**row, "X1": 3} for row in five] * 2}
    found = column(drawn(rows).of("scale.VIEW", "east"))
    assert found.defined.mean() == pytest.approx(1 - (7 / 8) ** 40, abs=0.005)
    assert not found.defined.all()
    assert set(found.values[~found.defined]) == {0}
    assert set(found.values[found.defined]) == {100}
    assert column(drawn(rows).of("scale.VIEW", "west")).defined.all()


def test_shares_add_the_levels_they_name() -> None:
    rows = {"east": [{"F1": code} for code in (1, 1, 2, 3, 3, 3, 4, 5, 5, 5)], "west": [{"F1": 2}] * 10}
    found = drawn(rows)
    low, high, every = (column(found.share("F1", codes, "east")) for codes in (range(1, 3), range(4, 6), range(1, 8)))
    assert (low.point, high.point, every.point) == (30, 40, 100)
    assert np.array_equal(every.values, np.full(RESAMPLES, 100.0))
    assert low.values.mean() == pytest.approx(30, abs=1.5)


def test_ratios_that_lie_on_a_threshold_stay_on_it() -> None:
    """P-4's strict comparisons: a mean of exactly 60 is not below 60, whatever binary fractions make of it."""
    rows = {"east": [{"X1": code} for code in (3,) * 6 + (4,) * 4], "west": [{"X1": 3}] * 10}
    assert column(drawn(rows).of("item.X1", "east")).point == 60
    values = column(drawn(rows).of("item.X1", "east")).values
    assert 0.2 < np.mean(values == 60) < 0.3  # C(10, 4).4^4.6^6 = .2508


# --- who may be read --------------------------------------------------------------------------------------------------


def test_a_withheld_subject_and_one_of_another_form_are_missing() -> None:
    """P-6."""
    rows = mixed(12, 12)
    for row in rows["west"][:4]:
        row["X1"] = 0
    found = drawn(rows, policy=Policy())
    assert found.of("item.X1", "east") is Missing.TOO_FEW
    assert found.share("X1", range(1, 3), "east") is Missing.TOO_FEW
    assert found.of("item.F1", "east") is not Missing.TOO_FEW
    brief = drawn({side: people(np.random.default_rng(2), 12, form="brief") for side in rows}, form="brief")
    assert brief.of("item.V2", "east") is Missing.NOT_IN_FORM
    assert brief.share("V2", range(1, 3), "east") is Missing.NOT_IN_FORM
    assert brief.score("VIEW", "east") is Missing.NOT_IN_FORM
    assert brief.label("V1") is Missing.NOT_IN_FORM
    assert (brief.topics, brief.headlines) == ((), ("MIX",))


def test_public_data_of_a_few_people_is_too_little_for_a_play() -> None:
    """P-6: n = 10 on the smaller side (5 for scales), whatever the policy."""
    found = drawn({"east": people(np.random.default_rng(2), 30), "west": people(np.random.default_rng(3), 6)})
    assert found.of("item.X1", "east") is Missing.TOO_FEW
    assert isinstance(found.of("scale.VIEW", "east"), Column)
    assert found.fewest == 6
    assert found.headlines == ("VIEW", "RATE")
    few = drawn({"east": people(np.random.default_rng(2), 30), "west": people(np.random.default_rng(3), 4)})
    assert few.of("scale.VIEW", "east") is Missing.TOO_FEW
    assert few.label("V1") is Missing.TOO_FEW


def test_sides_go_by_their_letters() -> None:
    assert drawn(mixed()).sides == {"E": "east", "W": "west"}


# --- labels -----------------------------------------------------------------------------------------------------------


def topic(v_east: int, p_east: int, v_west: int, p_west: int) -> Columns:
    return drawn({"east": [{"V1": v_east, "P1": p_east}] * 10, "west": [{"V1": v_west, "P1": p_west}] * 10})


@pytest.mark.parametrize(
    ("answers", "label", "size"),
    [
        ((4, 4, 4, 4), Label.TRUE_CONSENSUS, 0),
        ((4, 2, 2, 4), Label.DISSENSUS, 50),
        ((5, 5, 2, 2), Label.FALSE_CONSENSUS, 75),
        ((4, 2, 4, 2), Label.FALSE_CONFLICT, 50),
        ((4, 4, 2, 4), Label.ONE_SIDED_BLINDNESS, 50),
        ((4, 2, 4, 4), Label.ONE_SIDED_FALSE_CONFLICT, 50),
    ],
)
def test_labels_lean_on_the_values_alone(answers: tuple[int, int, int, int], label: Label, size: float) -> None:
    """P-2: S-34, every state leaned; no interval inside (P-4)."""
    found = topic(*answers).label("V1")
    assert not isinstance(found, Missing)
    assert (found.point, found.size) == (label, size)
    assert found.among(frozenset({label})).all()
    assert not found.among(frozenset(set(Label) - {label})).any()


def test_a_label_may_change_from_resample_to_resample() -> None:
    rows = {
        "east": [{"V1": 4, "P1": p} for p in (4, 4, 4, 4, 4, 3, 3, 3, 3, 3)],
        "west": [{"V1": 4, "P1": 4}] * 10,
    }
    found = drawn(rows).label("V1")
    assert not isinstance(found, Missing)
    assert found.point is Label.ONE_SIDED_FALSE_CONFLICT  # C is exactly 12.5, the margin
    one_sided, none = (
        found.among(frozenset({name})) for name in (Label.ONE_SIDED_FALSE_CONFLICT, Label.TRUE_CONSENSUS)
    )
    assert (one_sided ^ none).all()
    assert one_sided.mean() == pytest.approx(0.623, abs=0.04)  # at least 5 of 10 at one half


def test_an_undefined_label_is_none_of_them() -> None:
    """P-4."""
    defined = np.array([True, False])
    found = LabelColumn(point=Label.TRUE_CONSENSUS, size=0, places=np.array([0, 0]), defined=defined)
    assert np.array_equal(found.among(frozenset(Label)), defined)


def test_a_directed_topic_has_a_prediction_but_no_label() -> None:
    """I-16: TR2 and CO4."""
    asked = shipped("sales-marketing")
    rows = {
        "sales": [{"TR2": 4, "TR2s": 5, "TR2m": 2}] * 10,
        "marketing": [{"TR2": 3, "TR2s": 5, "TR2m": 1}] * 10,
    }
    found = columns(released(rows, asked=asked, form="core"), asked, "core", seeded())
    assert found.topics == ("AL1", "AL3", "AL5", "TR2", "CO4")
    assert found.label("TR2") is Missing.NOT_IN_FORM
    assert column(found.of("mirror.TR2", "sales", PREDICTION)).point == 25
    assert column(found.of("mirror.TR2", "marketing")).point == 50
