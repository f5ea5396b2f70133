"""Change between waves, from released figures only (S-37)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_builders import instrument, people, released

from assess.disclosure.policy import Policy
from assess.disclosure.release import Withheld
from assess.scoring.estimate import estimates
from assess.scoring.multiplicity import benjamini_hochberg, holm
from assess.scoring.results import (
    Estimand,
    Estimate,
    Family,
    Modifier,
    MovingRange,
    NotEstimable,
    Reason,
    Signal,
    Verdict,
)
from assess.scoring.trend import EarlierWave, ReleasedFigure, changes
from assess.scoring.wave import Change, SubjectEstimates

Z = NormalDist().inv_cdf(0.975)
HASHES = {"VIEW": "a", "RATE": "b", "MIX": "c", "EXCH": "d", "HEALTH": "e"}
COMPANY = "scale.VIEW.company"
CLEAR = (Verdict.CLEAR_LARGE, Verdict.CLEAR_UNCERTAIN)


def current(sales: int = 20, marketing: int = 16, *, policy: Policy | None = None) -> Mapping[str, SubjectEstimates]:
    generator = np.random.default_rng(21)
    rows = {"east": people(generator, sales), "west": people(generator, marketing, shift=-0.5)}
    return estimates(released(rows, policy=policy or Policy()), instrument(), "full").subjects


NOW = current()


def wave(number: int, hashes: Mapping[str, str] | None = None, **figures: ReleasedFigure | None) -> EarlierWave:
    """An earlier wave; figures are named with _ for the dots."""
    return EarlierWave(
        number=number,
        figures={name.replace("__", "."): figure for name, figure in figures.items()},
        scale_hashes=hashes or HASHES,
    )


def changed(*earlier: EarlierWave, number: int = 9, now: Mapping[str, SubjectEstimates] = NOW) -> dict[str, Change]:
    return changes(now, instrument(), "full", number=number, scale_hashes=HASHES, earlier=earlier)


def process(figure: str, now: Mapping[str, SubjectEstimates] = NOW) -> Estimate:
    kind, subject, scope = figure.split(".")
    found = now[f"{kind}.{subject}"]
    value = {"company": found.process_company, "gap": found.process_gap, **found.process_side_means}[scope]
    assert isinstance(value, Estimate)
    return value


def number_of(change: Change) -> Estimate:
    assert isinstance(change.judged.estimate, Estimate)
    return change.judged.estimate


def test_the_first_wave_has_no_change() -> None:
    """S-37, one wave: level and gap."""
    assert changed() == {}


def test_two_waves_give_a_difference_with_the_errors_of_both() -> None:
    """S-37: q2 - q1, se² = e1² + e2², e = width/3.92 of the process interval, z quantiles."""
    found = changed(wave(8, scale__VIEW__company=(41.0, 33.0, 49.0)))[COMPANY]
    now = process(COMPANY)
    e1, e2 = 16 / 3.92, (now.hi95 - now.lo95) / 3.92
    se = math.sqrt(e1**2 + e2**2)
    estimate = number_of(found)
    assert estimate.value == pytest.approx(now.value - 41)
    assert estimate.se == pytest.approx(se)
    assert (estimate.lo95, estimate.hi95) == pytest.approx((now.value - 41 - Z * se, now.value - 41 + Z * se))
    assert found.judged.p == pytest.approx(2 * NormalDist().cdf(-abs(estimate.value / se)))
    assert (found.waves, found.values) == (2, (41.0, now.value))
    assert (estimate.estimand, estimate.method) == (Estimand.PROCESS, "difference of waves, z")
    assert found.judged.margin == 10


def test_the_width_between_waves_does_not_matter_for_two() -> None:
    near = changed(wave(8, scale__VIEW__company=(41.0, 33.0, 49.0)))[COMPANY]
    far = changed(wave(2, scale__VIEW__company=(41.0, 33.0, 49.0)))[COMPANY]
    assert number_of(near).value == pytest.approx(number_of(far).value)
    assert number_of(near).se == pytest.approx(number_of(far).se)


def test_three_waves_give_one_contrast_over_the_span() -> None:
    """S-37: b = Σcq/Σc², c = quarter - mean; b × span. In equal steps the middle wave has no weight."""
    found = changed(
        wave(7, scale__VIEW__company=(40.0, 32.0, 48.0)), wave(8, scale__VIEW__company=(99.0, 95.0, 100.0))
    )[COMPANY]
    now = process(COMPANY)
    e1, e3 = 16 / 3.92, (now.hi95 - now.lo95) / 3.92
    assert number_of(found).value == pytest.approx(now.value - 40)
    assert number_of(found).se == pytest.approx(math.sqrt(e1**2 + e3**2))
    assert found.waves == 3
    assert number_of(found).method == "contrast of waves over the span, z"


def test_unequal_steps_weigh_each_wave_by_its_quarter() -> None:
    """S-37 by hand: quarters 1, 2, 9 have mean 4 and c = -3, -2, 5."""
    found = changed(
        wave(1, scale__VIEW__company=(40.0, 36.08, 43.92)), wave(2, scale__VIEW__company=(44.0, 40.08, 47.92))
    )[COMPANY]
    now = process(COMPANY)
    e = (now.hi95 - now.lo95) / 3.92
    assert number_of(found).value == pytest.approx(8 * (-3 * 40 - 2 * 44 + 5 * now.value) / 38)
    assert number_of(found).se == pytest.approx(8 * math.sqrt(9 * 4 + 4 * 4 + 25 * e * e) / 38)


def test_a_contrast_is_the_slope_of_least_squares() -> None:
    """An outside witness: numpy's straight line through the released values."""
    quarters, values = [1, 3, 4, 6], [35.0, 41.0, 39.0, 47.0]
    earlier = [
        wave(quarter, scale__VIEW__company=(value, value - 5, value + 5))
        for quarter, value in zip(quarters, values, strict=True)
    ]
    now = process(COMPANY)
    slope = np.polyfit([*quarters, 9], [*values, now.value], 1)[0]
    assert number_of(changed(*earlier)[COMPANY]).value == pytest.approx(slope * 8)


def long(levels: Iterable[float], e: float = 2.0, figure: str = COMPANY) -> list[EarlierWave]:
    """Earlier waves in successive quarters, with these values and this error."""
    half = 1.96 * e
    return [
        EarlierWave(number=number, figures={figure: (level, level - half, level + half)}, scale_hashes=HASHES)
        for number, level in enumerate(levels, 1)
    ]


def lower(z: float, e: float = 2.0, figure: str = COMPANY) -> float:
    """The level of seven earlier waves of error e against which this wave stands z errors higher."""
    now = process(figure)
    return now.value - z * math.hypot((now.hi95 - now.lo95) / 3.92, e / math.sqrt(7))


def latest(levels: Iterable[float], e: float = 2.0, figure: str = COMPANY) -> Change:
    return changed(*long(levels, e, figure), number=99)[figure]


def test_seven_waves_are_a_contrast_and_eight_a_control_chart() -> None:
    """S-37: 3-7, from 8."""
    seven, eight = latest([40.0] * 6), latest([40.0] * 7)
    assert (seven.waves, seven.chart, number_of(seven).method) == (7, None, "contrast of waves over the span, z")
    assert (eight.waves, number_of(eight).method) == (8, "deviation from the first seven waves, z")
    assert eight.chart is not None
    assert len(eight.chart.z) == 1


def test_from_the_eighth_wave_this_wave_is_held_against_the_mean_of_the_first_seven() -> None:
    """S-37 by hand: μ by weights 1/e², se = √(e² + e_μ²), z limits; the waves between do not count."""
    earlier = [*long([40.0, 44.0, 40.0, 44.0, 40.0, 44.0, 42.0]), *[wave(n, scale__VIEW__company=(90.0, 86.08, 93.92))
               for n in (8, 9)]]  # fmt: skip
    found, now = changed(*earlier, number=10)[COMPANY], process(COMPANY)
    se = math.hypot((now.hi95 - now.lo95) / 3.92, 2 / math.sqrt(7))
    estimate = number_of(found)
    assert estimate.value == pytest.approx(now.value - 42)
    assert estimate.se == pytest.approx(se)
    assert (estimate.lo95, estimate.hi95) == pytest.approx((now.value - 42 - Z * se, now.value - 42 + Z * se))
    assert found.judged.p == pytest.approx(2 * NormalDist().cdf(-abs(estimate.value / se)))
    assert (found.waves, len(found.values)) == (10, 10)
    assert estimate.estimand is Estimand.PROCESS
    assert found.chart is not None
    assert found.chart.z == pytest.approx(
        (48 / math.hypot(2, 2 / math.sqrt(7)),) * 2 + ((now.value - 42) / se,), rel=1e-3
    )


def test_a_baseline_that_varies_too_much_widens_what_is_judged() -> None:
    """S-37: limits × the root, and the interval with them."""
    calm, wild = latest([40.0] * 7), latest([34.0, 46.0, 34.0, 46.0, 34.0, 46.0, 40.0])
    assert calm.chart is not None
    assert wild.chart is not None
    assert wild.chart.inflation == pytest.approx(3)
    assert number_of(wild).value == pytest.approx(number_of(calm).value)
    assert number_of(wild).se == pytest.approx(3 * number_of(calm).se)


@pytest.mark.parametrize(
    ("z", "signal"), [(2.5, Signal.NONE), (-2.5, Signal.NONE), (3.2, Signal.ABOVE), (-3.2, Signal.BELOW)]
)
def test_a_direction_is_worded_only_where_the_chart_signals(z: float, signal: Signal) -> None:
    """S-37, rows 2 and 3 of S-30: 2.5 errors have an interval without 0 and p = .012, and are no signal."""
    found = latest([lower(z)] * 7)
    estimate = number_of(found)
    assert found.chart is not None
    assert found.chart.signal is signal
    assert estimate.lo95 > 0 or estimate.hi95 < 0
    assert found.judged.p == pytest.approx(2 * NormalDist().cdf(-abs(z)), rel=1e-3)
    if signal is Signal.NONE:
        assert found.judged.p_adjusted == 1
        assert found.judged.verdict in (Verdict.TOO_SMALL, Verdict.POSSIBLE)
    else:
        assert found.judged.p_adjusted == pytest.approx(found.judged.p)
        assert found.judged.verdict in CLEAR


def test_a_drift_lets_a_wave_be_worded_that_the_limits_do_not_see() -> None:
    """S-37: 2.5 errors after waves that drifted."""
    levels = [lower(2.5)] * 7 + [process(COMPANY).value] * 3
    found = latest(levels)
    assert found.chart is not None
    assert found.chart.signal is Signal.DRIFT_UP
    assert abs(found.chart.z[-1]) < 3
    assert found.judged.verdict in CLEAR


def test_a_drift_of_which_this_wave_shows_nothing_is_no_direction() -> None:
    """S-37: the sum signals, the verdict speaks of this wave."""
    levels = [lower(1.3)] * 7 + [process(COMPANY).value + 3] * 6
    found = latest(levels)
    assert found.chart is not None
    assert found.chart.signal is Signal.DRIFT_UP
    assert found.judged.verdict in (Verdict.CANNOT_TELL, Verdict.NO_GAP)


@given(st.lists(st.floats(0, 100), min_size=7, max_size=22), st.floats(0.5, 8))
def test_no_row_of_direction_without_a_signal_of_its_direction(levels: list[float], e: float) -> None:
    """S-37, property: whatever was released before."""
    found = latest(levels, e)
    assert found.chart is not None
    if found.judged.verdict in CLEAR:
        up = number_of(found).value > 0
        assert found.chart.signal in ({Signal.ABOVE, Signal.DRIFT_UP} if up else {Signal.BELOW, Signal.DRIFT_DOWN})


@given(st.integers(7, 25), st.floats(0.2, 15))
def test_a_constant_series_gives_no_signal_and_no_direction(waves: int, e: float) -> None:
    """S-37, property."""
    found = latest([process(COMPANY).value] * waves, e)
    assert found.chart is not None
    assert found.chart.signal is Signal.NONE
    assert found.judged.verdict in (Verdict.NO_GAP, Verdict.CANNOT_TELL)
    assert number_of(found).value == pytest.approx(0, abs=1e-9)


def test_a_series_that_stands_still_is_hardly_ever_worded_and_would_be_without_the_chart() -> None:
    """S-37: 400 series; the planted weakness is to word what the interval alone shows."""
    generator, now, e = np.random.default_rng(8), process(COMPANY), 3.0
    truths = now.value + (now.hi95 - now.lo95) / 3.92 * generator.normal(size=400)
    found = [latest((truth + e * generator.normal(size=7)).tolist(), e) for truth in truths]
    assert sum(each.judged.verdict in CLEAR for each in found) <= 6
    shown = [number_of(each) for each in found]
    assert sum(each.lo95 > 0 or each.hi95 < 0 for each in shown) >= 10


def test_a_series_without_a_signal_stays_in_its_family_with_p_of_one() -> None:
    """S-23: closed before the adjustment, so that BH counts it and its own p moves nobody's."""
    figures: dict[str, float] = {
        "scale.MIX.company": 2.99,
        "scale.MIX.east": 3.05,
        "scale.VIEW.east": 4.5,
        "scale.VIEW.west": 0.3,
        "composite.HEALTH.company": 5.0,
    }
    series = {name: long([lower(z, figure=name)] * 7, figure=name) for name, z in figures.items()}
    earlier = [
        EarlierWave(
            number=number + 1,
            figures={name: waves[number].figures[name] for name, waves in series.items()},
            scale_hashes=HASHES,
        )
        for number in range(7)
    ]
    found = changed(*earlier, number=99)
    assert set(found) == set(figures)  # one change a series, never all pairs
    worded = {name: 1.0 if z <= 3 else 2 * NormalDist().cdf(-z) for name, z in figures.items()}
    expected = benjamini_hochberg(worded)
    for name in figures:
        assert found[name].judged.p_adjusted == pytest.approx(expected[name], rel=1e-3)
        assert found[name].judged.family_size == 5
    opened = benjamini_hochberg({name: 2 * NormalDist().cdf(-z) for name, z in figures.items()})
    assert opened["scale.MIX.east"] < expected["scale.MIX.east"]  # closing afterwards would have been laxer


def test_the_gap_of_a_long_series_is_a_difference_in_differences() -> None:
    """S-37: this wave's gap less the usual gap."""
    figure = "scale.VIEW.gap"
    found = changed(*long([-3.0] * 7, figure=figure), number=99)[figure]
    now = process(figure)
    assert number_of(found).value == pytest.approx(now.value + 3)
    assert number_of(found).se == pytest.approx(math.hypot((now.hi95 - now.lo95) / 3.92, 2 / math.sqrt(7)))
    assert found.judged.family is Family.CHANGE_HEADLINE


def test_withheld_waves_are_skipped_and_the_first_seven_that_compare_are_the_baseline() -> None:
    """S-37, R-25: a hole moves the chart to a later quarter, and changes no number."""
    levels = [38.0, 41.0, 44.0, 40.0, 42.0, 39.0, 43.0]
    whole = latest(levels)
    holed = [replace(each, number=2 * each.number) for each in long(levels)]
    held = [wave(number, scale__VIEW__company=None) for number in (3, 7, 15)]
    found = changed(*holed, *held, number=99)[COMPANY]
    assert (found.waves, len(found.values), found.values.count(None)) == (8, 11, 3)
    assert found.chart == whole.chart
    short = changed(*holed[:6], *held, number=99)[COMPANY]
    assert (short.waves, short.chart) == (7, None)


def test_other_wording_takes_its_waves_out_of_the_baseline() -> None:
    """I-24: eight waves released, six of them compare: a contrast still."""
    earlier = [
        replace(each, scale_hashes={**HASHES, "VIEW": "older"}) if each.number <= 2 else each
        for each in long([20.0, 20.0, *[40.0] * 6])
    ]
    found = changed(*earlier, number=99)[COMPANY]
    assert (found.waves, found.chart, found.values[:3]) == (7, None, (None, None, 40.0))
    more = changed(*earlier, *[replace(long([40.0])[0], number=20)], number=99)[COMPANY]
    assert more.chart is not None
    assert more.chart.mean == pytest.approx(40)


@pytest.mark.parametrize("at", [1, 7, 9])
def test_a_long_series_with_a_figure_without_an_interval_has_no_chart(at: int) -> None:
    """S-37: in the baseline or after it; before and after print without a verdict."""
    earlier = [wave(each.number, scale__VIEW__company=(40.0, None, None)) if each.number == at else each
               for each in long([40.0] * 9)]  # fmt: skip
    found = changed(*earlier, number=99)[COMPANY]
    assert found.judged.estimate == NotEstimable(reason=Reason.NO_INTERVAL)
    assert (found.chart, found.judged.verdict, found.waves) == (None, Verdict.CANNOT_TELL, 10)


def test_a_wave_withheld_now_has_no_chart() -> None:
    """R-4."""
    rows = {
        "east": [*people(np.random.default_rng(1), 6)],
        "west": [dict.fromkeys(("V1", "V2", "V3", "V4"), 3)] * 6,
    }
    now = estimates(released(rows, policy=Policy()), instrument(), "full").subjects
    found = changed(*long([40.0] * 9, figure="scale.RATE.east"), number=99, now=now)["scale.RATE.east"]
    assert (found.judged.estimate, found.chart, found.waves) == (Withheld(), None, 9)


def test_twenty_waves_have_moving_range_limits_too() -> None:
    """S-37: >= 20, this one counted."""
    few, many = latest([40.0, 42.0] * 9), latest([40.0, 42.0] * 9 + [40.0])
    assert few.chart is not None
    assert many.chart is not None
    assert few.chart.moving_range == NotEstimable(reason=Reason.TOO_FEW)
    assert isinstance(many.chart.moving_range, MovingRange)
    now = process(COMPANY).value
    assert many.chart.moving_range.mean == pytest.approx((760 + 18 + now) / 20)


def test_the_coarse_class_is_charted_on_what_it_prints() -> None:
    """A-12 at 5-9: whole points, ends outward."""
    now, figure = current(8, 7), "composite.HEALTH.company"
    found = changed(*long([40.0] * 7, figure=figure), number=99, now=now)[figure]
    exact = process(figure, now)
    e = (math.ceil(exact.hi95) - math.floor(exact.lo95)) / 3.92
    assert number_of(found).value == pytest.approx(math.floor(exact.value + 0.5) - 40)
    assert number_of(found).se == pytest.approx(math.hypot(e, 2 / math.sqrt(7)))


def test_the_order_in_which_waves_are_given_changes_nothing() -> None:
    first, second = wave(3, scale__VIEW__company=(40.0, 30.0, 50.0)), wave(6, scale__VIEW__company=(44.0, 30.0, 60.0))
    assert changed(first, second) == changed(second, first)


@given(st.floats(5, 95), st.floats(1, 40))
def test_no_change_excludes_zero_only_by_its_interval(value: float, width: float) -> None:
    found = number_of(changed(wave(8, scale__VIEW__company=(value, value - width, value + width)))[COMPANY])
    assert found.lo95 < found.lo90 < found.value < found.hi90 < found.hi95


def test_another_scoring_or_wording_breaks_the_series() -> None:
    """I-24: a figure compares only where the hashes agree; the broken wave leaves no value."""
    old = wave(7, {**HASHES, "VIEW": "older"}, scale__VIEW__company=(20.0, 15.0, 25.0))
    new = wave(8, scale__VIEW__company=(41.0, 33.0, 49.0))
    assert changed(old) == {}
    found = changed(old, new)[COMPANY]
    assert (found.waves, found.values[:2]) == (2, (None, 41.0))
    unknown = wave(8, {"RATE": "b"}, scale__VIEW__company=(41.0, 33.0, 49.0))
    assert changed(unknown) == {}


def test_a_wave_that_withheld_the_figure_leaves_a_hole() -> None:
    held = wave(8, scale__VIEW__company=None)
    assert changed(held) == {}
    found = changed(wave(7, scale__VIEW__company=(40.0, 32.0, 48.0)), held)[COMPANY]
    assert (found.waves, found.values[:2]) == (2, (40.0, None))


def test_a_figure_without_an_interval_prints_before_and_after_without_a_verdict() -> None:
    """S-37: else NotEstimable(no_interval)."""
    found = changed(wave(8, scale__VIEW__company=(41.0, None, None)))[COMPANY]
    assert found.judged.estimate == NotEstimable(reason=Reason.NO_INTERVAL)
    assert found.judged.verdict is Verdict.CANNOT_TELL
    assert found.values == (41.0, process(COMPANY).value)
    collapsed = changed(wave(8, scale__VIEW__company=(41.0, 41.0, 41.0)))[COMPANY]
    assert collapsed.judged.estimate == NotEstimable(reason=Reason.NO_INTERVAL)


def test_a_figure_withheld_now_has_no_change_and_no_number() -> None:
    """R-4."""
    rows = {
        "east": [*people(np.random.default_rng(1), 6)],
        "west": [dict.fromkeys(("V1", "V2", "V3", "V4"), 3)] * 6,
    }
    now = estimates(released(rows, policy=Policy()), instrument(), "full").subjects
    assert now["scale.RATE"].company == Withheld()
    found = changed(wave(8, scale__RATE__company=(41.0, 33.0, 49.0), scale__RATE__east=(40.0, 30.0, 50.0)), now=now)
    for scope, value in (("company", 41.0), ("east", 40.0)):
        change = found[f"scale.RATE.{scope}"]
        assert change.judged.estimate == Withheld()
        assert change.judged.verdict is Verdict.WITHHELD
        assert (change.values, change.waves) == ((value, None), 1)


def test_the_coarse_class_compares_what_it_prints() -> None:
    """A-12 at 5-9: gap and H with ends outward to 1 POMP; side means and a scale's company score have no interval."""
    now = current(8, 7)
    figures: dict[str, ReleasedFigure | None] = {
        f"{subject}.{scope}": (40.0, 30.0, 50.0)
        for subject in ("scale.VIEW", "composite.HEALTH")
        for scope in ("company", "east", "west", "gap")
    }
    found = changed(EarlierWave(number=8, figures=figures, scale_hashes=HASHES), now=now)
    judged = {name for name, each in found.items() if isinstance(each.judged.estimate, Estimate)}
    assert judged == {"scale.VIEW.gap", "composite.HEALTH.gap", "composite.HEALTH.company"}
    for name in judged:
        whole = process(name, now)
        value = math.copysign(math.floor(abs(whole.value) + 0.5), whole.value)
        assert found[name].values == (40.0, value)
        width = math.ceil(whole.hi95) - math.floor(whole.lo95)
        assert number_of(found[name]).se == pytest.approx(math.hypot(20 / 3.92, width / 3.92))
    assert all(value == round(value) for each in found.values() for value in each.values if value is not None)


def test_headline_changes_are_adjusted_by_holm_and_the_others_by_bh() -> None:
    """S-23: company score and gap of a headline scale are one family; sides, composite and other scales the other."""
    figures: dict[str, ReleasedFigure | None] = {
        f"{subject}.{scope}": (30.0 + 3 * place, 25.0 + 3 * place, 35.0 + 3 * place)
        for place, subject in enumerate(("scale.VIEW", "scale.RATE", "scale.MIX", "scale.EXCH", "composite.HEALTH"))
        for scope in ("company", "east", "west", "gap")
    }
    found = changed(EarlierWave(number=8, figures=figures, scale_hashes=HASHES))
    headline = {name for name, each in found.items() if each.judged.family is Family.CHANGE_HEADLINE}
    assert headline == {f"scale.{scale}.{scope}" for scale in ("VIEW", "RATE") for scope in ("company", "gap")}
    assert "scale.EXCH.gap" not in found  # directed: no gap verdict (I-16)
    other = set(found) - headline
    for names, adjust in ((headline, holm), (other, benjamini_hochberg)):
        p = {name: found[name].judged.p for name in sorted(names)}
        adjusted = adjust(p)  # type: ignore[arg-type]
        for name in names:
            assert found[name].judged.p_adjusted == pytest.approx(adjusted[name])
            assert found[name].judged.family_size == len(names)
    assert {found["scale.MIX.company"].judged.margin, found["composite.HEALTH.gap"].judged.margin} == {11, 10}


def test_a_half_silent_wave_says_so() -> None:
    """S-31, R-11."""
    found = changes(
        NOW,
        instrument(),
        "full",
        number=9,
        scale_hashes=HASHES,
        earlier=[wave(8, scale__VIEW__company=(41.0, 33.0, 49.0))],
        half_silent=True,
    )
    assert Modifier.OF_THOSE_WHO_ANSWERED in found[COMPANY].judged.modifiers


@pytest.mark.parametrize("late", [9, 12])
def test_a_wave_that_is_not_earlier_is_refused(late: int) -> None:
    with pytest.raises(ValueError, match="wave 9 is compared with earlier waves only"):
        changed(wave(late, scale__VIEW__company=(41.0, 33.0, 49.0)))


def test_two_earlier_waves_of_one_number_are_refused() -> None:
    """S-37: one of them would count twice."""
    one = wave(8, scale__VIEW__company=(41.0, 33.0, 49.0))
    with pytest.raises(ValueError, match="two earlier waves have one number"):
        changed(one, one)


def test_items_have_no_change() -> None:
    """S-37, A-12: a single item's process interval is not released."""
    earlier = EarlierWave(number=8, figures={"item.V1.company": (41.0, 33.0, 49.0)}, scale_hashes={**HASHES, "V1": "z"})
    assert changed(earlier) == {}
