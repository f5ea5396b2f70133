"""What silence could hide (S-36)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_builders import SIDES, released

from assess.disclosure.release import Withheld
from assess.scoring import nonresponse
from assess.scoring.nonresponse import Robustness
from assess.scoring.results import Estimand, Estimate, NotEstimable, Reason

share = st.floats(0.01, 0.99)
score = st.floats(0, 100)

ROWS = {"east": [{"V1": 4}] * 8, "west": [{"V1": 2}] * 6}


def estimate(value: float) -> Estimate:
    return Estimate(
        value=value,
        lo95=value - 2,
        hi95=value + 2,
        lo90=value - 1,
        hi90=value + 1,
        se=1,
        df=9,
        n=10,
        m=0,
        estimand=Estimand.PROCESS,
        method="t",
    )


def test_the_oracle_of_the_tipping_point() -> None:
    """S-36: a gap of 12 with f .8 and .6 is erased only if the silent differ by 20 points the other way."""
    assert nonresponse.tipping_point(12, 0.8, 0.6) == pytest.approx(20, abs=1e-12)
    assert nonresponse.tipping_point(-12, 0.8, 0.6) == pytest.approx(20, abs=1e-12)


def test_nobody_silent_leaves_nothing_to_tip() -> None:
    """S-48: f = 1 on both sides."""
    assert nonresponse.tipping_point(12, 1, 1) == NotEstimable(reason=Reason.ALL_ANSWERED)
    assert nonresponse.tipping_point(12, 1, 0.75) == pytest.approx(48)


@pytest.mark.parametrize(
    ("d_star", "wanted"),
    [
        (40.1, Robustness.ROBUST),
        (40, Robustness.MODERATE),
        (15, Robustness.MODERATE),
        (14.9, Robustness.FRAGILE),
        (0, Robustness.FRAGILE),
    ],
)
def test_the_tipping_point_has_three_classes(d_star: float, wanted: Robustness) -> None:
    """S-36: over 40 robust, 15 to 40 moderate, under 15 fragile."""
    assert nonresponse.robustness(d_star) is wanted


def test_the_worst_case_by_hand() -> None:
    """S-36: x in [48, 68], y in [24, 64]."""
    low, high = nonresponse.worst_case(60, 40, 0.8, 0.6)
    assert (low, high) == pytest.approx((48 - 64, 68 - 24))
    assert not nonresponse.cannot_be_erased((low, high))


def test_a_gap_that_no_silence_can_erase() -> None:
    assert nonresponse.cannot_be_erased(nonresponse.worst_case(90, 10, 0.9, 0.95))
    assert nonresponse.cannot_be_erased(nonresponse.worst_case(10, 90, 0.9, 0.95))


@given(score, score, share, share, st.tuples(score, score))
def test_whatever_the_silent_say_the_gap_stays_within_the_bounds(
    x: float, y: float, f_x: float, f_y: float, silent: tuple[float, float]
) -> None:
    low, high = nonresponse.worst_case(x, y, f_x, f_y)
    truth = (f_x * x + (1 - f_x) * silent[0]) - (f_y * y + (1 - f_y) * silent[1])
    assert low - 1e-9 <= truth <= high + 1e-9


@given(score, score, share, share)
def test_silent_people_at_the_tipping_point_erase_the_gap(x: float, y: float, f_x: float, f_y: float) -> None:
    """d* in opposite directions from what was answered brings both sides together."""
    d_star = nonresponse.tipping_point(x - y, f_x, f_y)
    assert isinstance(d_star, float)
    toward = 1 if y > x else -1
    moved = (x + (1 - f_x) * toward * d_star) - (y - (1 - f_y) * toward * d_star)
    assert moved == pytest.approx(0, abs=1e-9)


def test_the_fractions_are_ballots_over_head_count() -> None:
    found = released(ROWS, invited={"east": 10, "west": 10})
    assert nonresponse.fractions(found) == {"east": 0.8, "west": 0.6}
    assert nonresponse.tipping(found, 12, SIDES) == pytest.approx(20)
    assert not nonresponse.half_silent(found)
    partly = released(ROWS, invited={"east": 10, "west": 13})
    assert nonresponse.half_silent(partly)
    assert nonresponse.half_silent(partly, SIDES)
    assert not nonresponse.half_silent(partly, ["east"])
    assert not nonresponse.half_silent(released(ROWS, invited={"east": 16, "west": 12}))


@pytest.mark.parametrize("invited", [None, {"east": 10}])
def test_without_a_head_count_nothing_is_said_of_silence(invited: dict[str, int] | None) -> None:
    """S-48."""
    found = released(ROWS, invited=invited)
    assert nonresponse.fractions(found) == NotEstimable(reason=Reason.NO_HEADCOUNT)
    assert nonresponse.tipping(found, 12, SIDES) == NotEstimable(reason=Reason.NO_HEADCOUNT)
    assert not nonresponse.half_silent(found)


def test_the_worst_case_of_a_pair_needs_both_means_and_both_head_counts() -> None:
    """S-36, S-48."""
    found = released(ROWS, invited={"east": 10, "west": 10})
    assert nonresponse.bounds(found, SIDES, estimate(60), estimate(40)) == pytest.approx((-16, 44))
    none = NotEstimable(reason=Reason.NO_ANSWERS)
    assert nonresponse.bounds(found, SIDES, estimate(60), none) == none
    assert nonresponse.bounds(found, SIDES, Withheld(), estimate(40)) == Withheld()
    unknown = nonresponse.bounds(released(ROWS), SIDES, estimate(60), estimate(40))
    assert unknown == NotEstimable(reason=Reason.NO_HEADCOUNT)


def test_beyond_a_quarter_of_blank_ballots_there_are_no_bounds() -> None:
    """S-36, A-11; an unknown head count goes first."""
    found = released(ROWS, invited={"east": 10, "west": 10})
    none = NotEstimable(reason=Reason.NOT_COMPARABLE)
    for share, there in ((0.25, True), (0.2500001, False)):
        missing = {"east": 0.0, "west": share}
        assert (nonresponse.tipping(found, 12, SIDES, missing) != none) is there
        assert (nonresponse.bounds(found, SIDES, estimate(60), estimate(40), missing) != none) is there
    unknown = NotEstimable(reason=Reason.NO_HEADCOUNT)
    assert nonresponse.tipping(released(ROWS), 12, SIDES, {"east": 1.0, "west": 1.0}) == unknown


def test_participation_is_ballots_and_head_counts() -> None:
    """S-36."""
    found = nonresponse.participation(released(ROWS, invited={"east": 10, "west": 10}))
    assert found.answered == {"east": 8, "west": 6}
    assert found.invited == {"east": 10, "west": 10}
    assert nonresponse.participation(released(ROWS)).invited is None
