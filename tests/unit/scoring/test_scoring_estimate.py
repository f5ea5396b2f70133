"""Everything scoring says about one wave: kinds, families, precision, what has no verdict (S-23, I-12 to I-17)."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_builders import SIDES, instrument, people, released

from assess.disclosure.policy import Policy, Precision
from assess.disclosure.registry import Kind, registered
from assess.disclosure.release import Released, Withheld
from assess.scoring import care, checks, multiplicity
from assess.scoring.estimate import estimates
from assess.scoring.results import Count, Estimand, Estimate, Family, Judged, Modifier, NotEstimable, Reason, Verdict
from assess.scoring.subjects import assumptions
from assess.scoring.trend import EarlierWave
from assess.scoring.wave import Estimates, SubjectEstimates

NOT_COMPARABLE = NotEstimable(reason=Reason.NOT_COMPARABLE)


def wave(
    east: int = 34,
    west: int = 32,
    *,
    shift: float = 0.8,
    form: str = "full",
    invited: Mapping[str, int] | None = None,
    policy: Policy | None = None,
    seed: int = 1,
) -> Released:
    generator = np.random.default_rng(seed)
    rows = {"east": people(generator, east, shift=shift, form=form), "west": people(generator, west, form=form)}
    return released(rows, form=form, invited=invited, policy=policy or Policy())


def scored(found: Released, form: str = "full") -> Estimates:
    return estimates(found, instrument(), form)


def gap(subject: SubjectEstimates) -> tuple[Judged, Estimate]:
    assert subject.gap is not None
    assert isinstance(subject.gap.estimate, Estimate)
    return subject.gap, subject.gap.estimate


def everything(value: object) -> list[object]:
    """Return every leaf of a tree of results."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [leaf for field in dataclasses.fields(value) for leaf in everything(getattr(value, field.name))]
    if isinstance(value, Mapping):
        return [leaf for part in value.values() for leaf in everything(part)]
    if isinstance(value, tuple | list | frozenset):
        return [leaf for part in value for leaf in everything(part)]
    return [value]


def test_every_registered_scale_item_and_composite_is_there_in_order() -> None:
    found = scored(wave())
    expected = [
        shell.id for shell in registered(instrument(), "full") if shell.kind in (Kind.COMPOSITE, Kind.SCALE, Kind.ITEM)
    ]
    assert list(found.subjects) == expected
    assert found.sides == SIDES
    assert set(found.topics) == {"V1"}
    assert found.mirror_scale is not None
    assert found.changes == {}


def test_headline_scales_are_one_holm_family() -> None:
    """S-23, I-12."""
    found = scored(wave())
    family = {id_: gap(found.subjects[id_])[0] for id_ in ("scale.VIEW", "scale.RATE")}
    adjusted = multiplicity.holm({id_: judged.p or 0 for id_, judged in family.items()})
    for id_, judged in family.items():
        assert judged.family is Family.HEADLINE
        assert judged.family_size == 2
        assert judged.p_adjusted == adjusted[id_]
        assert Modifier.EXPLORATORY not in judged.modifiers


def test_all_other_gaps_are_one_exploratory_family() -> None:
    """S-23: other scales, the composite and items; without facts, predictions, self-ratings and directed ones."""
    found = scored(wave())
    family = {
        id_: subject.gap
        for id_, subject in found.subjects.items()
        if subject.gap is not None and subject.gap.family is Family.EXPLORATORY
    }
    items = ["V1", "V2", "V3", "V4", "O1", "O2", "O3", "O4", "D2", "X1"]
    assert set(family) == {"composite.HEALTH", "scale.MIX", *(f"item.{code}" for code in items)}
    adjusted = multiplicity.benjamini_hochberg({id_: judged.p or 0 for id_, judged in family.items()})
    for id_, judged in family.items():
        assert judged.p_adjusted == adjusted[id_]
        assert judged.family_size == len(family)
        assert Modifier.EXPLORATORY in judged.modifiers


def test_in_a_form_of_the_index_alone_its_gap_is_the_headline() -> None:
    """I-12: in a pulse wave the PUL gap alone."""
    found = scored(wave(form="brief"), "brief")
    assert gap(found.subjects["scale.MIX"])[0].family is Family.HEADLINE
    assert gap(found.subjects["scale.MIX"])[0].family_size == 1
    assert gap(found.subjects["item.V1"])[0].family is Family.EXPLORATORY
    assert found.mirror_scale is None


@pytest.mark.parametrize("name", ["scale.EXCH", "item.D1"])
def test_directed_content_has_values_and_no_gap(name: str) -> None:
    """I-16: side-specific content, no S-M verdict."""
    subject = scored(wave()).subjects[name]
    assert subject.gap is None
    assert subject.process_gap == subject.theta == NOT_COMPARABLE
    assert (subject.pair.p_welch, subject.pair.hedges_g, subject.pair.p_exact_rank) == (None, None, None)
    assert all(isinstance(mean, Estimate) for mean in subject.side_means.values())
    assert isinstance(subject.company, Estimate)


@pytest.mark.parametrize("name", ["item.P1", "item.S1"])
def test_predictions_and_self_ratings_have_values_and_no_gap(name: str) -> None:
    """I-15: they enter no comparison but the mirror's."""
    subject = scored(wave()).subjects[name]
    assert subject.gap is None
    assert isinstance(subject.side_means["east"], Estimate)


def test_a_frequency_has_counts_and_no_points() -> None:
    """I-15: distribution, never POMP."""
    subject = scored(wave()).subjects["item.F1"]
    assert subject.gap is None
    assert set(subject.side_means.values()) == {NOT_COMPARABLE}
    assert subject.company == subject.process_company == NOT_COMPARABLE
    assert subject.favourable == {}
    assert all(isinstance(count, Count) for count in subject.levels.values())


def test_numbers_carry_the_margin_and_rho_of_their_scale() -> None:
    """S-10, S-13, I-17: with under 50 complete persons as declared."""
    asked, found = instrument(), scored(wave(24, 20, invited={"east": 30, "west": 30}))
    assert gap(found.subjects["scale.MIX"])[0].margin == 11
    assert gap(found.subjects["item.X1"])[0].margin == 12.5
    assert gap(found.subjects["composite.HEALTH"])[0].margin == 10
    for name, rho in (("scale.MIX", 0.6), ("item.X1", 0.4), ("scale.VIEW", 0.75), ("composite.HEALTH", 0.75)):
        subject = found.subjects[name]
        mean, process = subject.side_means["east"], subject.process_side_means["east"]
        assert isinstance(mean, Estimate)
        assert isinstance(process, Estimate)
        assert mean.se == pytest.approx(process.se * math.sqrt(1 - rho * 24 / 30))
    shells = {shell.id: shell for shell in registered(asked, "full")}
    with pytest.raises(ValueError, match="measured by perception"):
        assumptions(shells["mirror.V1"], asked)


def test_a_near_census_is_about_these_people_and_keeps_the_process_beside_it() -> None:
    """S-11, S-37: A for current figures, B for change and θ."""
    subject = scored(wave(invited={"east": 40, "west": 40})).subjects["scale.VIEW"]
    _, current = gap(subject)
    assert current.estimand is Estimand.PEOPLE
    assert isinstance(subject.company, Estimate)
    assert subject.company.estimand is Estimand.PEOPLE
    for process in (subject.process_gap, subject.process_company, subject.theta, subject.process_side_means["west"]):
        assert isinstance(process, Estimate)
        assert process.estimand is Estimand.PROCESS
    assert isinstance(subject.process_gap, Estimate)
    assert subject.process_gap.se > current.se


def test_without_head_counts_everything_is_about_the_process() -> None:
    """S-48: N unknown."""
    found = scored(wave())
    subject = found.subjects["scale.VIEW"]
    judged, current = gap(subject)
    assert current.estimand is Estimand.PROCESS
    assert subject.process_gap == current
    assert subject.process_company == subject.company
    assert judged.d_star == NotEstimable(reason=Reason.NO_HEADCOUNT)
    assert found.participation.invited is None
    assert subject.pair.worst_case == NotEstimable(reason=Reason.NO_HEADCOUNT)


def blank(n: int, ballots: int = 20) -> Released:
    """Return a wave in which everybody sent a ballot and all but `n` of a side left one scale blank."""
    generator = np.random.default_rng(3)
    rows = {"east": people(generator, ballots, shift=1.5), "west": people(generator, ballots, shift=-1.5)}
    for side in rows.values():
        for person in side[n:]:
            for item in ("V1", "V2", "V3", "V4"):
                del person[item]
    return released(rows, invited={"east": ballots, "west": ballots}, policy=Policy())


def test_ballots_that_leave_a_scale_blank_are_silent_on_it() -> None:
    """S-31, S-36, S-11: all 20 ballots came back and 6 answered VIEW; nothing says that silence hides nothing."""
    judged, current = gap(scored(blank(6)).subjects["scale.VIEW"])
    assert current.estimand is Estimand.PROCESS
    assert Modifier.OF_THOSE_WHO_ANSWERED in judged.modifiers
    assert judged.d_star == NOT_COMPARABLE
    assert scored(blank(6)).subjects["scale.VIEW"].pair.worst_case == NOT_COMPARABLE
    assert judged.verdict is Verdict.CLEAR_LARGE
    assert Modifier.NOT_CLEAR in judged.modifiers


def test_up_to_a_quarter_of_blank_ballots_keeps_the_bounds_of_silence() -> None:
    """S-36, A-11: 15 of 20 is the last that is still of ballots."""
    for n, there in ((15, True), (14, False)):
        subject = scored(blank(n)).subjects["scale.VIEW"]
        assert isinstance(subject.pair.worst_case, tuple) is there
        assert (gap(subject)[0].d_star == NotEstimable(reason=Reason.ALL_ANSWERED)) is there
        assert Modifier.OF_THOSE_WHO_ANSWERED not in gap(subject)[0].modifiers


def test_half_a_silent_side_changes_the_estimand_and_the_words() -> None:
    """S-11, S-31, S-36."""
    found = scored(wave(invited={"east": 80, "west": 40}))
    judged, current = gap(found.subjects["scale.VIEW"])
    assert current.estimand is Estimand.PROCESS
    assert Modifier.OF_THOSE_WHO_ANSWERED in judged.modifiers
    assert judged.d_star == pytest.approx(abs(current.value) / ((1 - 34 / 80) + (1 - 32 / 40)))
    bounds = found.subjects["scale.VIEW"].pair.worst_case
    assert isinstance(bounds, tuple)
    low, high = bounds
    assert low < current.value < high
    assert high - low == pytest.approx(100 * ((1 - 34 / 80) + (1 - 32 / 40)))


def test_an_estimand_goes_by_who_counts_for_the_figure() -> None:
    """S-11: f = n/N with n the valid persons."""
    generator = np.random.default_rng(4)
    rows = {"east": people(generator, 12), "west": people(generator, 12)}
    for row in rows["east"][:5]:
        row["X1"] = 0
    found = scored(released(rows, invited={"east": 16, "west": 16}))
    assert gap(found.subjects["scale.VIEW"])[1].estimand is Estimand.PEOPLE
    assert gap(found.subjects["item.X1"])[1].estimand is Estimand.PROCESS
    assert found.subjects["item.X1"].dont_know == {"east": 5 / 12, "west": 0}
    assert found.subjects["item.X1"].missing == pytest.approx({"east": 5 / 12, "west": 0})


def test_prorated_people_are_counted() -> None:
    """S-07: the share with a < k."""
    generator = np.random.default_rng(4)
    rows = {"east": people(generator, 12), "west": people(generator, 12)}
    for row in rows["east"][:3]:
        del row["V2"]
    found = scored(released(rows))
    assert found.subjects["scale.VIEW"].partial == {"east": 0.25, "west": 0}
    assert found.subjects["item.V3"].partial == {}
    assert found.subjects["scale.VIEW"].dont_know == {}


def test_a_side_below_the_item_floor_withholds_items_and_keeps_scales() -> None:
    """A-11: both sides or neither, and never a number beside it."""
    found = scored(wave(9, 30))
    item, scale = found.subjects["item.X1"], found.subjects["scale.VIEW"]
    assert item.precision is None
    assert item.gap == Judged(estimate=Withheld(), verdict=Verdict.WITHHELD, margin=12.5, family=Family.EXPLORATORY)
    leaves = everything(
        [getattr(item, each.name) for each in dataclasses.fields(item) if each.name not in {"id", "subject", "pairs"}]
    ) + everything([getattr(item.pair, each.name) for each in dataclasses.fields(item.pair) if each.name != "gap"])
    assert not any(isinstance(leaf, int | float) for leaf in leaves)
    assert found.subjects["item.D1"].gap is None
    assert scale.precision is Precision.COARSE_SCALE
    assert gap(scale)[0].family_size == 2


def test_withheld_figures_are_no_part_of_a_family() -> None:
    """S-23: the registered list less withheld and not estimable."""
    assert gap(scored(wave(9, 30)).subjects["scale.MIX"])[0].family_size == 2  # with the composite; no item


def test_coarse_classes_are_judged_on_the_ends_they_print() -> None:
    """A-12, S-30, R-5: found by search, a five-a-side wave whose coded ends give another row than its numbers."""
    from assess.disclosure.policy import outward
    from assess.scoring.verdicts import row

    differing = 0
    for seed in range(60):
        subject = scored(wave(9, 9, shift=0.35, seed=seed)).subjects["scale.VIEW"]
        judged, estimate = gap(subject)
        assert judged.p_adjusted is not None
        wide, narrow = outward(estimate.lo95, estimate.hi95, 1), outward(estimate.lo90, estimate.hi90, 1)
        assert judged.verdict == row(*wide, *narrow, margin=10, p_adjusted=judged.p_adjusted)
        raw = row(estimate.lo95, estimate.hi95, estimate.lo90, estimate.hi90, margin=10, p_adjusted=judged.p_adjusted)
        differing += judged.verdict != raw
    assert differing > 0


def test_counts_by_level_leave_scoring_at_full_precision_only() -> None:
    """A-12: no classes at 10 to 29 answers."""
    coarse, full = scored(wave(29, 40)).subjects["item.X1"], scored(wave(30, 40)).subjects["item.X1"]
    assert coarse.precision is Precision.COARSE_ITEM
    assert coarse.levels == {"east": Withheld(), "west": Withheld()}
    assert full.precision is Precision.FULL
    assert [sum(count.values) for count in full.levels.values() if isinstance(count, Count)] == [30, 40]


def test_scores_stay_on_their_scale_and_process_ones_keep_their_width() -> None:
    """S-01: scores clip to [0, 100]; a change is judged on the unclipped width (S-37)."""
    generator = np.random.default_rng(3)
    rows = {"east": people(generator, 6, shift=2.4), "west": people(generator, 6)}
    subject = scored(released(rows, policy=Policy())).subjects["scale.RATE"]
    mean, process = subject.side_means["east"], subject.process_side_means["east"]
    assert isinstance(mean, Estimate)
    assert isinstance(process, Estimate)
    assert process.hi95 > 100
    assert mean.hi95 == 100
    assert process.hi95 - process.value == pytest.approx(process.value - process.lo95)


def test_engine_numbers_are_filled_for_small_and_large_waves() -> None:
    """S-15, S-20, S-22: the exact p where the rule asks for it, the rank p of scales where it is quick."""
    small, large = scored(wave(30, 30)).subjects, scored(wave(45, 40)).subjects
    assert isinstance(small["scale.VIEW"].pair.p_exact, float)
    assert isinstance(small["item.X1"].pair.p_exact, float)
    assert large["scale.VIEW"].pair.p_exact is None
    assert isinstance(large["scale.VIEW"].pair.p_exact_rank, float)
    assert large["item.X1"].pair.p_exact_rank is None
    for subject in (small["scale.VIEW"], large["item.X1"]):
        assert isinstance(subject.pair.hedges_g, float)
        assert isinstance(subject.pair.p_welch, float)
        assert isinstance(subject.pair.p_brunner_munzel, float)
    judged, _ = gap(small["scale.VIEW"])
    assert judged.p == max(small["scale.VIEW"].pair.p_welch or 0, small["scale.VIEW"].pair.p_exact or 0)


def test_a_very_large_wave_leaves_the_rank_test_out() -> None:
    """The rank test judges nothing, so it never costs seconds."""
    assert scored(wave(150, 150)).subjects["scale.VIEW"].pair.p_exact_rank is None


def test_sides_that_do_not_vary_are_estimable_with_reasons_where_not() -> None:
    """S-48: floors give an interval; g and Brunner-Munzel have none."""
    same = [dict.fromkeys(people(np.random.default_rng(1), 1)[0], 3)] * 12
    subject = scored(released({"east": same, "west": same}, policy=Policy())).subjects["scale.RATE"]
    judged, estimate = gap(subject)
    assert (estimate.value, judged.p) == (0, 1)
    assert judged.verdict is Verdict.NO_GAP
    none = NotEstimable(reason=Reason.ZERO_VARIANCE)
    assert subject.pair.hedges_g == subject.pair.p_brunner_munzel == none


def test_an_item_that_nobody_can_answer_is_not_estimable_and_leaves_its_family() -> None:
    """S-48: all don't know; only public data can be that empty."""
    generator = np.random.default_rng(2)
    rows = {"east": people(generator, 6), "west": people(generator, 6)}
    for row in rows["east"]:
        row["X1"] = 0
    found = scored(released(rows))
    subject = found.subjects["item.X1"]
    assert subject.gap == Judged(
        estimate=NotEstimable(reason=Reason.NO_ANSWERS),
        verdict=Verdict.CANNOT_TELL,
        margin=12.5,
        family=Family.EXPLORATORY,
        family_size=11,
    )
    assert subject.side_means["east"] == subject.company == subject.theta == NotEstimable(reason=Reason.NO_ANSWERS)
    assert subject.levels["east"] == Count(values=(0, 0, 0, 0, 0))
    assert subject.dont_know["east"] == subject.missing["east"] == 1
    assert gap(found.subjects["item.V1"])[0].family_size == 11  # of twelve


def test_an_empty_side_of_a_scale_has_no_rank_test() -> None:
    """S-48: a side empty."""
    generator = np.random.default_rng(2)
    rows = {"east": [{"X1": 1}] * 3, "west": people(generator, 6)}
    subject = scored(released(rows)).subjects["scale.VIEW"]
    assert subject.pair.p_exact_rank is None
    assert subject.theta == subject.pair.hedges_g == NotEstimable(reason=Reason.NO_ANSWERS)
    assert subject.partial == {"east": 0, "west": 0}


def test_changes_are_asked_of_the_trend_with_today_s_hashes() -> None:
    """S-37, I-24."""
    found = wave()
    earlier = EarlierWave(
        number=1,
        figures={"scale.VIEW.company": (50.0, 40.0, 60.0), "scale.RATE.company": (50.0, 40.0, 60.0)},
        scale_hashes={"VIEW": "a", "RATE": "old"},
    )
    hashes = {"VIEW": "a", "RATE": "b", "MIX": "c", "EXCH": "d", "HEALTH": "e"}
    changes = estimates(found, instrument(), "full", [earlier], number=2, scale_hashes=hashes).changes
    assert list(changes) == ["scale.VIEW.company"]
    now = scored(found).subjects["scale.VIEW"].process_company
    assert isinstance(now, Estimate)
    judged = changes["scale.VIEW.company"].judged
    assert isinstance(judged.estimate, Estimate)
    assert judged.estimate.value == pytest.approx(now.value - 50)
    assert Modifier.OF_THOSE_WHO_ANSWERED not in judged.modifiers
    silent = wave(invited={"east": 34, "west": 80})
    changes = estimates(silent, instrument(), "full", [earlier], number=2, scale_hashes=hashes).changes
    assert Modifier.OF_THOSE_WHO_ANSWERED in changes["scale.VIEW.company"].judged.modifiers
    with pytest.raises(KeyError):
        estimates(found, instrument(), "full", [earlier], number=2)
    with pytest.raises(ValueError, match="wave 1 is compared with earlier waves only"):
        estimates(found, instrument(), "full", [earlier], scale_hashes=hashes)


def test_a_wave_has_its_checks_and_its_careless_answers_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """S-31, S-40 to S-44: every scale carries its own, and its gap and the careless are judged by them."""
    released_, asked = wave(), instrument()
    found, known = scored(released_), checks.scale_checks(released_, asked)
    assert found.form == "full"
    assert {id_: each.checks for id_, each in found.subjects.items() if each.checks} == known
    assert found.care == care.check(released_, asked, "full", known)
    asked_with: list[object] = []
    monkeypatch.setattr(care, "check", lambda *passed: asked_with.append(passed[3]))
    scored(released_)
    assert asked_with == [known]
    few = scored(wave(12, 12)).subjects["scale.MIX"]  # too few to measure, and .60 declared
    assert Modifier.INDICATIVE in gap(few)[0].modifiers


def test_a_measured_reliability_is_that_of_every_number_of_its_scale() -> None:
    """S-11, ADR 0010: unrelated answers have none, so that knowing everybody's takes hardly anything off."""
    generator = np.random.default_rng(9)
    drawn = [dict(zip(people(generator, 1)[0], map(int, generator.integers(1, 6, 14)), strict=True)) for _ in range(60)]
    found = released({"east": drawn[:30], "west": drawn[30:]}, invited={"east": 30, "west": 30})
    shell = next(shell for shell in registered(instrument(), "full") if shell.id == "scale.VIEW")
    lowest = checks.rho(shell, instrument(), checks.scale_checks(found, instrument()))
    subject = scored(found).subjects["scale.VIEW"]
    assert lowest < 0.3
    for now, process in ((gap(subject)[1], subject.process_gap), (subject.company, subject.process_company)):
        assert isinstance(now, Estimate)
        assert isinstance(process, Estimate)
        assert now.se == pytest.approx(process.se * math.sqrt(1 - lowest))


def test_a_release_of_another_form_is_refused() -> None:
    """A-13 R1: registered figures only."""
    with pytest.raises(KeyError, match="not a registered figure"):
        estimates(wave(form="brief"), instrument(), "full")


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(5, 14), st.integers(5, 14))
def test_swapping_the_sides_mirrors_every_gap_and_keeps_every_row(seed: int, east: int, west: int) -> None:
    """S-54: negates d and g, maps θ to 1 - θ, keeps p and row."""
    generator = np.random.default_rng(seed)
    rows = {"east": people(generator, east, shift=0.7), "west": people(generator, west)}
    there = scored(released(rows)).subjects
    back = scored(released({"west": rows["west"], "east": rows["east"]})).subjects
    for id_, subject in there.items():
        other = back[id_]
        assert subject.side_means == other.side_means
        if subject.gap is None or other.gap is None:
            assert subject.gap is other.gap is None
            continue
        one, two = subject.gap.estimate, other.gap.estimate
        assert isinstance(one, Estimate)
        assert isinstance(two, Estimate)
        assert one.value == pytest.approx(-two.value, abs=1e-9)
        assert subject.gap.p == pytest.approx(other.gap.p, rel=1e-9)
        assert subject.gap.verdict == other.gap.verdict
        if isinstance(subject.theta, Estimate) and isinstance(other.theta, Estimate):
            assert subject.theta.value == pytest.approx(1 - other.theta.value)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(2, 12), st.integers(2, 12), st.sampled_from([0.0, 1.0, 2.5]))
def test_no_wave_gives_a_missing_or_infinite_number(seed: int, east: int, west: int, shift: float) -> None:
    """S-01, S-55: no NaN, inf, warning or exception, holes included."""
    generator = np.random.default_rng(seed)
    rows = {"east": people(generator, east, shift=shift), "west": people(generator, west)}
    for side in rows.values():
        for row in side:
            for item in list(row):
                if generator.random() < 0.25:
                    row[item] = 0
    found = scored(released(rows, invited={"east": east + 3, "west": west}))
    numbers = [leaf for leaf in everything(found) if isinstance(leaf, float)]
    assert numbers
    assert all(math.isfinite(number) for number in numbers)
