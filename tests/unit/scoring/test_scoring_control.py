"""The control chart of a series from its eighth wave on (S-37)."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assess.scoring import control as module
from assess.scoring.control import control, cusum, moving_range, spread, weighted
from assess.scoring.results import ControlChart, MovingRange, NotEstimable, Reason, Signal

STEADY = (48.0, 50.0, 47.0, 49.0, 50.0, 48.0, 51.0)
"""A baseline of mean 49."""

values = st.floats(0, 100)
errors = st.floats(0.5, 20)
series = st.lists(st.tuples(values, errors), min_size=8, max_size=25)


def chart(*later: float, baseline: Sequence[float] = STEADY, error: float = 2.0) -> ControlChart:
    """The chart of a baseline and later waves, all of one error."""
    found = (*baseline, *later)
    return control(found, [error] * len(found))


def at(*z: float, error: float = 2.0) -> ControlChart:
    """The chart of a level baseline whose later waves have these z."""
    return chart(*(50 + each * error * math.sqrt(8 / 7) for each in z), baseline=[50.0] * 7, error=error)


def test_the_baseline_is_the_mean_by_weights_of_one_over_e_squared() -> None:
    """S-37 by hand: six errors of 2 weigh 1/4, one of 1 weighs 1; total 2.5."""
    mean, error = weighted((40, 40, 40, 44, 44, 44, 52), (2, 2, 2, 2, 2, 2, 1))
    assert mean == pytest.approx((0.25 * 252 + 52) / 2.5)
    assert error == pytest.approx(1 / math.sqrt(2.5))


@given(st.lists(st.tuples(values, errors), min_size=1, max_size=9))
def test_the_mean_is_numpys_weighted_average(found: list[tuple[float, float]]) -> None:
    """S-37: an outside witness."""
    q, e = zip(*found, strict=True)
    mean, error = weighted(q, e)
    assert mean == pytest.approx(np.average(q, weights=1 / np.square(e)))
    assert error == pytest.approx(np.sum(1 / np.square(e)) ** -0.5)


def test_a_wave_is_measured_by_its_own_error_and_that_of_the_baseline() -> None:
    """S-37: z = (q - μ)/√(e² + e_μ²); limits ± 3 of it."""
    found = chart(53.0, 41.0)
    se = math.sqrt(4 + 4 / 7)
    assert found.z == pytest.approx((4 / se, -8 / se))
    assert (found.mean, found.error) == pytest.approx((49, 2 / math.sqrt(7)))
    assert (found.inflation, found.limit) == (1, 3)
    assert (found.se, found.low, found.high) == pytest.approx((se, 49 - 3 * se, 49 + 3 * se))


def test_limits_that_forget_the_error_of_the_baseline_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """S-37, planted: 6.2 points of error 2 are 3.1 errors of the wave alone, and 2.9 with the baseline's."""
    assert at(2.9).signal is Signal.NONE
    monkeypatch.setattr(module, "weighted", lambda q, e: (weighted(q, e)[0], 0.0))
    assert at(2.9).signal is Signal.ABOVE


def test_a_baseline_that_holds_the_tested_wave_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """S-37, planted: the wave that is judged would pull the mean towards itself and hide."""
    assert at(3.1).signal is Signal.ABOVE
    last = 50 + 3.1 * 2 * math.sqrt(8 / 7)
    monkeypatch.setattr(module, "weighted", lambda q, e: weighted((*q, last), (*e, 2.0)))
    assert at(3.1).signal is Signal.NONE


@given(st.lists(values, min_size=1, max_size=20))
def test_no_later_wave_moves_the_baseline(later: list[float]) -> None:
    """S-37: baseline = the first seven."""
    found, alone = chart(*later), chart(later[0])
    assert (found.mean, found.error, found.inflation) == (alone.mean, alone.error, alone.inflation)
    assert found.z[0] == alone.z[0]
    assert len(found.z) == len(found.up) == len(found.down) == len(later)


def test_a_wave_stands_outside_only_beyond_three_errors() -> None:
    """S-30: every comparison strict."""
    assert at(2.999).signal is Signal.NONE
    assert at(3.001).signal is Signal.ABOVE
    assert at(-3.001).signal is Signal.BELOW
    level, error = weighted([0.0] * 7, [2.0] * 7)
    exact = control([level] * 7 + [3 * math.hypot(2.0, error)], [2.0] * 8)
    assert (exact.z, exact.signal) == ((3.0,), Signal.NONE)


def test_the_limits_err_once_in_370_waves() -> None:
    """S-37: over 20,000 series that stand still, of unequal errors; planted: without the baseline's error, .5 %."""
    generator = np.random.default_rng(37)
    e = generator.uniform(1, 6, size=(20_000, 8))
    q = 50 + e * generator.normal(size=e.shape)
    found = [control(*both) for both in zip(q.tolist(), e.tolist(), strict=True)]
    plain = [abs(each.z[0]) > 3 for each in found]
    forgetful = [
        abs(each.z[0] * math.hypot(now, each.error) / now) > 3 for each, now in zip(found, e[:, 7], strict=True)
    ]
    expected = 2 * stats.norm.cdf(-3)
    assert np.mean(plain) == pytest.approx(expected, abs=3 * math.sqrt(expected / 20_000))
    assert np.mean(forgetful) > expected + 5 * math.sqrt(expected / 20_000)
    widened = [each.signal in (Signal.ABOVE, Signal.BELOW) for each in found]
    assert np.mean(widened) < np.mean(plain) + 1e-12


@pytest.mark.parametrize(("reach", "inflation"), [(1.44, 1.0), (1.45, 1.45), (3.0, 3.0)])
def test_a_baseline_that_varies_more_than_its_errors_widens_the_limits(reach: float, inflation: float) -> None:
    """S-37: Σz²/6 over 2.10; here it is the square of `reach`, the square root of 2.10 being 1.449."""
    baseline = [50 + 2 * reach * each for each in (-1, 1, -1, 1, -1, 1, 0)]
    assert spread(baseline, [2.0] * 7) == pytest.approx(inflation)
    found = chart(60.0, baseline=baseline)
    assert (found.inflation, found.limit) == pytest.approx((inflation, 3 * inflation))
    assert found.z[0] == pytest.approx(10 / math.sqrt(4 + 4 / 7))
    assert found.up[0] == pytest.approx(found.z[0] / inflation - 0.5)
    assert found.high - found.mean == pytest.approx(3 * inflation * math.sqrt(4 + 4 / 7))
    assert (found.signal is Signal.ABOVE) is (found.z[0] > found.limit) is (found.high < 60)


def test_the_limit_of_the_spread_is_the_upper_twentieth_of_chi_squared() -> None:
    """S-37: where 2.10 comes from; seven values about their own mean have six degrees of freedom."""
    assert round(stats.chi2.ppf(0.95, 6) / 6, 2) == module.DISPERSED


def run_length(*, slack: float = 0.5, decision: float = 5.0, sd: float = 1.0, states: int = 200) -> float:
    """Mean number of waves until a one-sided sum from 0 passes its limit, as a Markov chain (Brook & Evans 1972)."""
    width = 2 * decision / (2 * states - 1)
    steps = (np.arange(states)[None, :] - np.arange(states)[:, None]) * width + slack
    upper, lower = (stats.norm.cdf((steps + half) / sd) for half in (width / 2, -width / 2))
    moves = upper - lower
    moves[:, 0] = upper[:, 0]
    return float(np.linalg.solve(np.eye(states) - moves, np.ones(states))[0])


def first_drift(z: Sequence[float]) -> int:
    """The wave at which either sum first passes 5, or 0."""
    up, down = cusum(z)
    return next((at for at, both in enumerate(zip(up, down, strict=True), 1) if max(both) > module.DECISION), 0)


def test_the_two_sums_run_465_waves_when_nothing_happens() -> None:
    """S-37: 465 is the two-sided run length from 0 with a known level; for two sums 1/R = 1/R⁺ + 1/R⁻ (Kemp 1971)."""
    assert run_length(slack=module.SLACK, decision=module.DECISION) == pytest.approx(931, abs=0.5)
    assert run_length(slack=module.SLACK, decision=module.DECISION) / 2 == pytest.approx(465, abs=0.5)
    assert run_length(slack=0.4) / 2 < 300  # the check can fail
    assert run_length(decision=4.8) / 2 < 400


def test_our_sums_run_as_long_as_the_markov_chain() -> None:
    """S-37: 600 seeded runs of `cusum` itself."""
    generator, lengths = np.random.default_rng(465), []
    for _ in range(600):
        z = generator.normal(size=512).tolist()
        while not (found := first_drift(z)):
            z += generator.normal(size=len(z)).tolist()
        lengths.append(found)
    assert np.mean(lengths) == pytest.approx(run_length() / 2, abs=3.5 * 465 / math.sqrt(600))


def test_spread_that_the_errors_do_not_know_would_set_off_the_sums() -> None:
    """Why the sums run on z over the inflation: at variance 2.10 they would run 42 waves."""
    assert run_length(sd=math.sqrt(2.10)) / 2 == pytest.approx(42, abs=0.5)


def test_a_mean_of_seven_is_not_a_known_level() -> None:
    """What the module says of it: 8 % of series that stand still have a drift by their twentieth wave, not 1.5 %."""
    generator = np.random.default_rng(720)
    estimated = [control(row, [1.0] * 20) for row in generator.normal(size=(4000, 20)).tolist()]
    drifted = np.mean([max(*each.up, *each.down) > 5 for each in estimated])
    known = np.mean([first_drift(row) > 0 for row in generator.normal(size=(4000, 13)).tolist()])
    assert drifted == pytest.approx(0.08, abs=0.015)
    assert known == pytest.approx(0.015, abs=0.007)


def test_the_sums_are_those_of_the_definition() -> None:
    """S-37: k .5; by hand."""
    up, down = cusum([1.0, 2.0, -3.0, 0.5])
    assert up == pytest.approx((0.5, 2.0, 0.0, 0.0))
    assert down == pytest.approx((0.0, 0.0, 2.5, 1.5))
    assert cusum([]) == ((), ())


@pytest.mark.parametrize(("sign", "signal"), [(1, Signal.DRIFT_UP), (-1, Signal.DRIFT_DOWN)])
def test_a_small_lasting_shift_is_a_drift_that_no_single_wave_shows(sign: int, signal: Signal) -> None:
    """S-37: steps of 1.3 - .5 pass 5 at the seventh wave after the baseline."""
    found = [at(*[1.3 * sign] * waves) for waves in range(1, 9)]
    assert [each.signal for each in found] == [Signal.NONE] * 6 + [signal] * 2
    assert all(abs(z) < 3 for each in found for z in each.z)


def test_a_quiet_wave_after_a_drift_is_no_drift() -> None:
    """A sum over its limit signals at the waves that carry it further."""
    drifted = at(*[1.3] * 8)
    assert drifted.signal is Signal.DRIFT_UP
    quiet = at(*[1.3] * 8, 0.4)
    assert quiet.up[-1] > 5
    assert quiet.signal is Signal.NONE


def test_one_wave_far_off_does_not_call_the_waves_after_it_a_drift() -> None:
    far = at(12.0)
    assert far.signal is Signal.ABOVE
    after = at(12.0, 0.0, 0.2, -0.3)
    assert after.up[-1] > 5
    assert after.signal is Signal.NONE
    assert at(12.0, -3.5).signal is Signal.BELOW


@given(series)
def test_a_drift_is_called_only_in_the_direction_of_the_wave(found: list[tuple[float, float]]) -> None:
    """S-37: no word against the printed numbers (R-53)."""
    each = control(*zip(*found, strict=True))
    match each.signal:
        case Signal.ABOVE | Signal.DRIFT_UP:
            assert each.z[-1] > 0
        case Signal.BELOW | Signal.DRIFT_DOWN:
            assert each.z[-1] < 0
    assert each.low < each.mean < each.high
    assert (each.signal in (Signal.ABOVE, Signal.BELOW)) == (abs(each.z[-1] / each.inflation) > 3)


@given(values, st.lists(errors, min_size=8, max_size=30))
def test_a_constant_series_gives_no_signal(level: float, found: list[float]) -> None:
    """S-37, property: whatever its errors and however long."""
    each = control([level] * len(found), found)
    assert each.signal is Signal.NONE
    assert each.inflation == 1
    assert max(*each.up, *each.down) == 0


@given(series)
def test_turning_a_series_over_turns_the_chart_over(found: list[tuple[float, float]]) -> None:
    """S-54 for the chart: swapping the sides of a gap negates it."""
    q, e = zip(*found, strict=True)
    one, other = control(q, e), control([-each for each in q], e)
    turned = {Signal.ABOVE: Signal.BELOW, Signal.DRIFT_UP: Signal.DRIFT_DOWN, Signal.NONE: Signal.NONE}
    turned |= {value: key for key, value in turned.items()}
    assert other.signal is turned[one.signal]
    assert (other.up, other.down) == (one.down, one.up)
    assert other.z == pytest.approx([-z for z in one.z])


@given(series, st.floats(1.5, 40))
def test_points_of_another_size_change_no_z(found: list[tuple[float, float]], times: float) -> None:
    """The chart counts in errors, so the unit of the scale does not matter."""
    q, e = zip(*found, strict=True)
    scaled = control([times * each for each in q], [times * each for each in e])
    assert scaled.z == pytest.approx(control(q, e).z, rel=1e-6, abs=1e-9)


def test_twenty_waves_have_moving_range_limits_and_nineteen_have_not() -> None:
    """S-37: mean ± 2.66 × mean moving range; by hand, 40 and 42 in turn."""
    assert moving_range([40.0, 42.0] * 9 + [40.0]) == NotEstimable(reason=Reason.TOO_FEW)
    found = moving_range([40.0, 42.0] * 10)
    assert isinstance(found, MovingRange)
    assert (found.mean, found.low, found.high) == pytest.approx((41, 41 - 5.32, 41 + 5.32))
    assert control([40.0, 42.0] * 10, [3.0] * 20).moving_range == found
    assert control([40.0, 42.0] * 9, [3.0] * 18).moving_range == NotEstimable(reason=Reason.TOO_FEW)


def test_the_factor_of_moving_ranges_is_three_over_the_mean_range_of_two() -> None:
    """S-37: two standard normals lie 2/√π apart on average; limits of 400 waves are 3 standard deviations."""
    assert round(3 / (2 / math.sqrt(math.pi)), 2) == module.MOVING
    found = moving_range(np.random.default_rng(2).normal(50, 4, size=4000).tolist())
    assert isinstance(found, MovingRange)
    assert (found.high - found.low) / 2 == pytest.approx(12, rel=0.05)


def test_a_constant_series_has_moving_range_limits_of_no_width() -> None:
    found = moving_range([50.0] * 20)
    assert found == MovingRange(mean=50, low=50, high=50)


@pytest.mark.parametrize(("count", "given_errors"), [(7, 7), (0, 0), (8, 7), (8, 9)])
def test_a_chart_has_eight_values_each_with_its_error(count: int, given_errors: int) -> None:
    with pytest.raises(ValueError, match="over 7 values, each with its error"):
        control([50.0] * count, [2.0] * given_errors)


@pytest.mark.parametrize("error", [0.0, -1.0])
def test_an_error_of_nothing_is_refused(error: float) -> None:
    """S-01."""
    with pytest.raises(ValueError, match="error of every value is positive"):
        control([50.0] * 8, [2.0] * 7 + [error])


def test_a_chart_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        chart(50.0).signal = Signal.ABOVE  # type: ignore[misc]
