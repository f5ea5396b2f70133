"""Co-orientation: the identity, the oracle F4, labels, directed topics and the mirror scale (S-33 to S-35, I-14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_builders import instrument, people, released

from assess.disclosure.policy import Policy, Precision
from assess.disclosure.release import Withheld
from assess.instruments.load import shipped
from assess.instruments.model import Instrument
from assess.scoring.perception import Perception, perceive
from assess.scoring.results import (
    Estimand,
    Estimate,
    Family,
    Judged,
    Label,
    Modifier,
    NotEstimable,
    Reason,
    Verdict,
)
from assess.scoring.wave import MirrorScale, MirrorTopic

V_S, P_S = (4, 4, 5, 3, 4, 4, 5, 4), (2, 3, 2, 3, 2, 3, 3, 2)
V_M, P_M = (4, 4, 3, 5, 4, 4), (3, 2, 2, 3, 3, 2)

Pairs = Sequence[tuple[int, int]]

UNCOMPARED = Judged(
    estimate=NotEstimable(reason=Reason.NOT_COMPARABLE), verdict=Verdict.CANNOT_TELL, margin=12.5, family=Family.MIRROR
)
"""The gap of a directed topic: what each side rates is not the same thing (I-16)."""


def probe() -> Instrument:
    """The probe instrument without its mirror scale, so that a topic's comparisons are the whole family."""
    return instrument().model_copy(update={"mirror": None})


def topic(east: Pairs, west: Pairs, **options: object) -> Perception:
    """Perceive answers and predictions on V1, a pair a person."""
    rows = {side: [{"V1": v, "P1": p} for v, p in pairs] for side, pairs in (("east", east), ("west", west))}
    return perceive(released(rows, asked=probe(), **options), probe(), "full")  # type: ignore[arg-type]


def number(judged: Judged) -> Estimate:
    assert isinstance(judged.estimate, Estimate)
    return judged.estimate


def f4() -> Perception:
    return topic(list(zip(V_S, P_S, strict=True)), list(zip(V_M, P_M, strict=True)))


def comparisons(found: Perception) -> dict[str, Judged]:
    one = found.topics["V1"]
    return {
        "G": one.gap,
        "C_S": one.perceived["east"],
        "E_S": one.expectation_error["east"],
        "C_M": one.perceived["west"],
        "E_M": one.expectation_error["west"],
    }


@pytest.mark.parametrize(
    ("name", "value", "limits", "tests", "row"),
    [
        ("G", 3.125, (-15.7761, 22.0261), (1, 1), 7),
        ("C_S", 40.625, (21.4775, 59.7725), (2 / 128, 0.02604), 2),
        ("E_S", -37.5, (-55.3764, -19.6236), (5 / 3003, 0.00416), 2),
        ("C_M", 37.5, (23.1300, 51.8700), (2 / 64, 0.03906), 2),
        ("E_M", -40.625, (-58.0117, -23.2383), (4 / 3003, 0.00416), 2),
    ],
)
def test_the_oracle_f4(
    name: str, value: float, limits: tuple[float, float], tests: tuple[float, float], row: int
) -> None:
    """S-35: value, 95 % interval, p (the larger of t and exact, S-22), BH, row of S-30; estimand B."""
    judged = comparisons(f4())[name]
    estimate = number(judged)
    assert estimate.value == pytest.approx(value, abs=1e-12)
    assert (estimate.lo95, estimate.hi95) == pytest.approx(limits, abs=5e-5)
    assert judged.p == pytest.approx(tests[0], abs=1e-12)
    assert judged.p_adjusted == pytest.approx(tests[1], abs=5e-6)
    assert judged.verdict == row
    assert (judged.margin, judged.family, judged.family_size) == (12.5, Family.MIRROR, 5)
    assert estimate.estimand is Estimand.PROCESS


@pytest.mark.parametrize(
    ("name", "p"),
    [("G", 0.72284), ("C_S", 0.0015356), ("E_S", 0.00090867), ("C_M", 0.0011144), ("E_M", 0.00028009)],
)
def test_the_oracle_f4_by_t_alone(name: str, p: float) -> None:
    """S-35: the t p values, before the exact test is asked."""
    from assess.scoring.intervals import t_two_sided

    estimate = number(comparisons(f4())[name])
    assert t_two_sided(estimate.value / estimate.se, estimate.df) == pytest.approx(p, rel=5e-5)


def test_the_oracle_f4_has_its_ninety_percent_limits_and_label() -> None:
    """S-35, R-13: "Likely: false conflict"."""
    one = f4().topics["V1"]
    gap = number(one.gap)
    assert (gap.lo90, gap.hi90) == pytest.approx((-12.2975, 18.5475), abs=5e-5)
    assert (one.label, one.likely, one.named_side, one.opposite) == (Label.FALSE_CONFLICT, True, None, False)


pairs = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=9)


@given(pairs, pairs)
def test_the_identity_holds_exactly(east: Pairs, west: Pairs) -> None:
    """S-33: G = C_S + E_S and -G = C_M + E_M, in fractions; what is reported is those fractions to the last bit."""

    def mean(numbers: Sequence[int]) -> Fraction:
        return Fraction(25 * sum(numbers), len(numbers))

    (v_x, p_x), (v_y, p_y) = (tuple(zip(*side, strict=True)) for side in (east, west))
    g = mean(v_x) - mean(v_y)
    c_x, c_y = mean(v_x) - mean(p_x), mean(v_y) - mean(p_y)
    e_x, e_y = mean(p_x) - mean(v_y), mean(p_y) - mean(v_x)
    assert g == c_x + e_x
    assert -g == c_y + e_y
    found = comparisons(topic(east, west))
    for name, fraction in {"G": g, "C_S": c_x, "E_S": e_x, "C_M": c_y, "E_M": e_y}.items():
        assert number(found[name]).value == pytest.approx(float(fraction), abs=1e-12)


@given(pairs, pairs, st.randoms())
def test_the_order_of_rows_changes_nothing(east: Pairs, west: Pairs, rng: object) -> None:
    shuffled = list(east)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert topic(east, west) == topic(shuffled, west)


@given(pairs, pairs)
def test_swapping_the_sides_negates_the_gap_and_keeps_the_label(east: Pairs, west: Pairs) -> None:
    """S-54."""
    found, swapped = topic(east, west).topics["V1"], topic(west, east).topics["V1"]
    assert number(found.gap).value == pytest.approx(-number(swapped.gap).value)
    assert found.label is swapped.label
    assert found.gap.verdict == swapped.gap.verdict
    assert found.likely == swapped.likely
    other = {"east": "west", "west": "east", None: None}
    assert found.named_side == other[swapped.named_side]


def test_persons_without_a_prediction_leave_the_topic() -> None:
    """S-33, one population: v counts only where p was given."""
    rows = {
        "east": [{"V1": 5, "P1": 3}] * 4 + [{"V1": 1}, {"V1": 1, "P1": 0}],
        "west": [{"V1": 3, "P1": 5}] * 4,
    }
    found = perceive(released(rows, asked=probe()), probe(), "full").topics["V1"]
    own = found.own["east"]
    assert isinstance(own, Estimate)
    assert (own.value, own.n) == (100, 4)


@pytest.mark.parametrize(
    ("east", "west", "expected"),
    [
        ((4, 5), (2, 1), (Label.DISSENSUS, False, None, True)),
        ((4, 2), (2, 4), (Label.DISSENSUS, False, None, False)),
        ((4, 4), (2, 4), (Label.ONE_SIDED_BLINDNESS, False, "east", False)),
        ((4, 2), (2, 2), (Label.ONE_SIDED_BLINDNESS, False, "west", False)),
    ],
)
def test_a_topic_says_which_side_its_label_names(
    east: tuple[int, int], west: tuple[int, int], expected: tuple[Label, bool, str | None, bool]
) -> None:
    """S-34: label, likely, named side, opposite, of twenty persons a side who answer alike."""
    one = topic([east] * 20, [west] * 20).topics["V1"]
    assert (one.label, one.likely, one.named_side, one.opposite) == expected


def test_a_topic_without_numbers_says_nothing() -> None:
    """S-02, S-34: of one person a side."""
    one = topic([(4, 2)], [(4, 2)]).topics["V1"]
    assert one.gap.estimate == one.own["east"] == NotEstimable(reason=Reason.TOO_FEW)
    assert (one.label, one.likely, one.named_side, one.opposite) == (None, False, None, False)


def test_means_of_a_topic_stay_on_their_scale() -> None:
    """S-01: what all answer 1 or 5 has limits beyond the scale, and they are clipped to it."""
    one = topic([(5, 1)] * 6, [(5, 1)] * 6).topics["V1"]
    own, expected = one.own["east"], one.expected["east"]
    assert isinstance(own, Estimate)
    assert isinstance(expected, Estimate)
    assert (own.value, own.hi90, own.hi95) == (100, 100, 100)
    assert (expected.value, expected.lo90, expected.lo95) == (0, 0, 0)


def test_coarse_topics_are_judged_on_the_ends_they_print() -> None:
    """A-12, S-30: at 29 a side, 95 % [1.6, 10.5] prints as [0, 15] and no longer excludes 0: row 5 in place of 4."""
    east, west = [(3, 3)] * 22 + [(4, 3)] * 7, [(3, 3)] * 29
    full, coarse = topic(east, west).topics["V1"], topic(east, west, policy=Policy()).topics["V1"]
    assert (full.precision, coarse.precision) == (Precision.FULL, Precision.COARSE_ITEM)
    assert full.gap.estimate == coarse.gap.estimate
    assert full.gap.verdict is full.perceived["east"].verdict is Verdict.TOO_SMALL
    assert coarse.gap.verdict is coarse.perceived["east"].verdict is Verdict.NO_GAP


# --- the shipped instrument -------------------------------------------------------------------------------------------


def survey(
    sales: int, marketing: int, *, form: str = "core", invited: Mapping[str, int] | None = None
) -> tuple[Perception, Instrument]:
    asked = shipped("sales-marketing")
    generator = np.random.default_rng(11)
    items = asked.closed(form)
    rows = {
        side: [dict(zip(items, map(int, generator.integers(1, 6, len(items))), strict=True)) for _ in range(n)]
        for side, n in (("sales", sales), ("marketing", marketing))
    }
    table = released(rows, asked=asked, form=form, policy=Policy(), invited=invited)
    return perceive(table, asked, form), asked


def test_one_family_holds_every_comparison_of_the_section() -> None:
    """S-23: three topics with G, 2 C, 2 E; two directed with 2 Q, 2 B, 2 F; two errors of the mirror scale."""
    found, _ = survey(40, 35)
    judged = [
        each
        for one in found.topics.values()
        for each in (one.gap, *one.perceived.values(), *one.expectation_error.values(), *one.self_other.values())
        if isinstance(each.estimate, Estimate)
    ]
    assert found.mirror_scale is not None
    judged += found.mirror_scale.error.values()
    assert len(judged) == 3 * 5 + 2 * 6 + 2
    assert {each.family_size for each in judged} == {len(judged)}
    assert {each.family for each in judged} == {Family.MIRROR}
    from assess.scoring.multiplicity import benjamini_hochberg

    p = {str(place): each.p for place, each in enumerate(judged) if each.p is not None}
    assert list(benjamini_hochberg(p).values()) == pytest.approx([each.p_adjusted for each in judged])


def test_the_gap_of_a_topic_is_the_gap_of_its_item() -> None:
    """S-33: one population, so that the mirror page and the item page print one number."""
    from assess.scoring.estimate import estimates

    asked = shipped("sales-marketing")
    generator = np.random.default_rng(12)
    rows = {
        side: [dict(zip(asked.closed("core"), map(int, generator.integers(0, 6, 30)), strict=True)) for _ in range(n)]
        for side, n in (("sales", 24), ("marketing", 20))
    }
    table = released(rows, asked=asked, form="core", policy=Policy(), invited={"sales": 30, "marketing": 25})
    found = estimates(table, asked, "core")
    for code in ("AL1", "AL3", "AL5"):
        gap = found.subjects[f"item.{code}"].gap
        assert gap is not None
        assert gap.estimate == found.topics[code].gap.estimate
        assert found.subjects[f"item.{code}"].side_means == found.topics[code].own


def test_directed_topics_have_errors_and_ratings_instead_of_a_label() -> None:
    """S-33, I-16: Q, B and F for TR2 and CO4; what each side rates is not the same thing, so there is no G."""
    found, asked = survey(40, 35)
    for code in ("TR2", "CO4"):
        one = found.topics[code]
        assert (one.label, one.likely, one.named_side, one.opposite) == (None, False, None, False)
        assert one.gap == UNCOMPARED
        other = {"sales": "marketing", "marketing": "sales"}
        for side in ("sales", "marketing"):
            means = {name: found_.get(side) for name, found_ in (("p", one.expected), ("s", one.self_rating))}
            rating, own = one.own[other[side]], one.own[side]
            assert all(isinstance(each, Estimate) for each in (*means.values(), rating, own))
            p, s = (each.value for each in means.values() if isinstance(each, Estimate))
            assert isinstance(rating, Estimate)
            assert isinstance(own, Estimate)
            assert number(one.expectation_error[side]).value == pytest.approx(p - rating.value)  # Q = m_g - o_h
            assert number(one.self_other[side]).value == pytest.approx(s - rating.value)  # B = s_g - o_h
            assert number(one.perceived[side]).value == pytest.approx(s - own.value)  # F = mean(s - o) in g
    assert asked.items["CO4"].directed
    for code in ("AL1", "AL3", "AL5"):
        assert found.topics[code].label is not None
        assert found.topics[code].self_rating == found.topics[code].self_other == {}


def test_a_directed_topic_without_a_rating_of_one_s_own_team_has_its_error_alone() -> None:
    """S-33: Q needs a prediction only."""
    items = {**probe().items, "P1": probe().items["P1"].model_copy(update={"predicts": "O2"})}
    asked = probe().model_copy(update={"items": items})
    rows = {"east": [{"O2": 4, "P1": 2}] * 3, "west": [{"O2": 5, "P1": 1}] * 3}
    one = perceive(released(rows, asked=asked), asked, "full").topics["O2"]
    assert number(one.expectation_error["east"]).value == pytest.approx(25 - 100)
    assert one.perceived == one.self_other == one.self_rating == {}
    few = perceive(released({side: row * 2 for side, row in rows.items()}, asked=asked, policy=Policy()), asked, "full")
    withheld = few.topics["O2"]
    assert withheld.expectation_error["east"].estimate == Withheld()
    assert withheld.perceived == withheld.self_other == withheld.self_rating == {}


def test_the_mirror_scale_is_exploratory_with_the_margin_of_a_scale() -> None:
    """I-14: MIR error of g = mean expected in g - mean answered in h, margin 10."""
    found, _ = survey(40, 35)
    mirror = found.mirror_scale
    assert mirror is not None
    assert {each.margin for each in mirror.error.values()} == {10}
    assert all(Modifier.EXPLORATORY in each.modifiers for each in mirror.error.values())
    expected, answered = mirror.expected["sales"], mirror.answered["marketing"]
    assert isinstance(expected, Estimate)
    assert isinstance(answered, Estimate)
    assert number(mirror.error["sales"]).value == pytest.approx(expected.value - answered.value)


def test_at_five_to_nine_answers_the_mirror_scale_stands_alone() -> None:
    """I-14, A-11: topics are items and withheld on both sides; MIR is a scale."""
    found, _ = survey(8, 20)
    assert found.mirror_scale is not None
    assert found.mirror_scale.precision is Precision.COARSE_SCALE
    assert {each.family_size for each in found.mirror_scale.error.values()} == {2}
    assert set(found.topics) == {"AL1", "AL3", "AL5", "TR2", "CO4"}
    for code, one in found.topics.items():
        directed = code in ("TR2", "CO4")
        nothing = dict.fromkeys(("sales", "marketing"), Withheld())
        unjudged = Judged(estimate=Withheld(), verdict=Verdict.WITHHELD, margin=12.5, family=Family.MIRROR)
        each = dict.fromkeys(("sales", "marketing"), unjudged)
        assert one == MirrorTopic(
            topic=code,
            precision=None,
            own=nothing,
            expected=nothing,
            gap=UNCOMPARED if directed else unjudged,
            perceived=each,
            expectation_error=each,
            self_rating=nothing if directed else {},
            self_other=each if directed else {},
            label=None,
        )


def test_a_mirror_scale_under_the_floor_is_withheld_on_both_sides() -> None:
    asked = shipped("sales-marketing")
    whole = dict.fromkeys(asked.closed("core"), 3)
    unsaid = {**whole, "AL1m": 0, "AL3m": 0, "AL5m": 0}
    rows = {"sales": [whole] * 12, "marketing": [*[whole] * 4, *[unsaid] * 8]}
    found = perceive(released(rows, asked=asked, form="core", policy=Policy()), asked, "core")
    mirror = found.mirror_scale
    assert mirror is not None
    nothing = dict.fromkeys(("sales", "marketing"), Withheld())
    unjudged = Judged(estimate=Withheld(), verdict=Verdict.WITHHELD, margin=10, family=Family.MIRROR)
    assert mirror == MirrorScale(
        precision=None, expected=nothing, answered=nothing, error=dict.fromkeys(("sales", "marketing"), unjudged)
    )


def test_the_pulse_has_one_topic_and_no_mirror_scale() -> None:
    """I-10."""
    found, _ = survey(12, 12, form="pulse")
    assert list(found.topics) == ["AL1"]
    assert found.mirror_scale is None


def test_an_instrument_without_a_mirror_has_none() -> None:
    assert perceive(released({"east": [{"V1": 3}] * 2, "west": [{"V1": 3}] * 2}), probe(), "full").mirror_scale is None


def test_comparisons_between_sides_are_near_census_and_paired_ones_are_not() -> None:
    """S-11: estimand A for G and E with f >= .5 on both sides; rho = 0 for paired quantities."""
    found, _ = survey(40, 35, invited={"sales": 44, "marketing": 40})
    one = found.topics["AL1"]
    assert number(one.gap).estimand is number(one.expectation_error["sales"]).estimand is Estimand.PEOPLE
    assert number(one.perceived["sales"]).estimand is Estimand.PROCESS
    assert one.perceived["sales"].d_star is None
    assert isinstance(one.gap.d_star, float)
    assert found.mirror_scale is not None
    for side, other in (("sales", "marketing"), ("marketing", "sales")):
        error = found.mirror_scale.error[side]
        assert number(error).estimand is Estimand.PEOPLE
        assert error.d_star == pytest.approx(abs(number(error).value) / (4 / 44 + 5 / 40))
        assert isinstance(one.expectation_error[side].d_star, float)
        assert one.perceived[other].d_star is None


def test_a_half_silent_side_is_said_on_every_comparison() -> None:
    """S-31."""
    found, _ = survey(40, 35, invited={"sales": 90, "marketing": 40})
    one = found.topics["AL1"]
    for each in (one.gap, *one.perceived.values(), *one.expectation_error.values()):
        assert Modifier.OF_THOSE_WHO_ANSWERED in each.modifiers
        assert number(each).estimand is Estimand.PROCESS


def test_people_drawn_at_random_agree_on_nothing_in_particular() -> None:
    """The builder's correlated people go through every comparison without a warning."""
    generator = np.random.default_rng(4)
    rows = {"east": people(generator, 15), "west": people(generator, 12)}
    found = perceive(released(rows), instrument(), "full")
    assert list(found.topics) == ["V1"]
    assert found.mirror_scale is not None
