"""Change between waves, from released figures only (S-37)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_builders import instrument, people, released

from assess.disclosure.policy import Policy
from assess.disclosure.release import Withheld
from assess.scoring.estimate import estimates
from assess.scoring.results import (
    Change,
    Estimand,
    Estimate,
    Family,
    Modifier,
    NotEstimable,
    Reason,
    SubjectEstimates,
    Verdict,
)
from assess.scoring.trend import EarlierWave, ReleasedFigure, changes

Z = NormalDist().inv_cdf(0.975)
HASHES = {"VIEW": "a", "RATE": "b", "MIX": "c", "EXCH": "d", "HEALTH": "e"}
COMPANY = "scale.VIEW.company"


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


def test_from_the_eighth_wave_the_last_seven_are_used() -> None:
    earlier = [wave(number, scale__VIEW__company=(40.0 + number, 30.0, 60.0)) for number in range(1, 9)]
    found = changed(*earlier)[COMPANY]
    assert found.waves == 7
    assert len(found.values) == 9
    assert number_of(found).value == pytest.approx(number_of(changed(*earlier[2:])[COMPANY]).value)


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
    from assess.scoring.multiplicity import benjamini_hochberg, holm

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


def test_items_have_no_change() -> None:
    """S-37, A-12: a single item's process interval is not released."""
    earlier = EarlierWave(number=8, figures={"item.V1.company": (41.0, 33.0, 49.0)}, scale_hashes={**HASHES, "V1": "z"})
    assert changed(earlier) == {}
