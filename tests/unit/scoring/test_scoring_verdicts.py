"""The seven verdicts and their modifiers (S-30, S-31, S-32)."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from assess.disclosure.policy import Precision
from assess.disclosure.release import Withheld
from assess.scoring.results import Estimand, Estimate, Family, Judged, Modifier, NotEstimable, Reason, Verdict
from assess.scoring.verdicts import judge, row

ORACLES = [
    (24, (12, 36), (14, 34), 0.001, 2),
    (12, (3, 21), (4.4, 19.6), 0.02, 3),
    (20, (10, 30), (11.6, 28.4), 0.001, 3),
    (5, (1, 9), (1.7, 8.3), 0.03, 4),
    (1, (-7.5, 9.5), (-6.1, 8.1), 1, 5),
    (4, (0, 8), (0.6, 7.4), 0.05, 5),
    (12, (0.6, 23.4), (2.4, 21.6), 0.12, 6),
    (4, (-9, 17), (-6.9, 14.9), 1, 7),
    (4, (-2, 10.6), (-1, 10), 1, 7),
]


def estimate(d: float, wide: tuple[float, float], narrow: tuple[float, float]) -> Estimate:
    return Estimate(
        value=d,
        lo95=wide[0],
        hi95=wide[1],
        lo90=narrow[0],
        hi90=narrow[1],
        se=5,
        df=20,
        n=12,
        m=12,
        estimand=Estimand.PROCESS,
        method="welch",
    )


CLEAR = estimate(24, (12, 36), (14, 34))


@pytest.mark.parametrize("oracle", ORACLES, ids=str)
@pytest.mark.parametrize("swapped", [False, True])
def test_the_oracles_get_their_row_either_way_round(
    oracle: tuple[float, tuple[float, float], tuple[float, float], float, int], *, swapped: bool
) -> None:
    """S-32; S-54: swapping sides keeps the row."""
    d, wide, narrow, p, expected = oracle
    if swapped:
        d, wide, narrow = -d, (-wide[1], -wide[0]), (-narrow[1], -narrow[0])
    assert row(*wide, *narrow, margin=10, p_adjusted=p) == expected
    judged = judge(estimate(d, wide, narrow), margin=10, p=p, p_adjusted=p, family=Family.HEADLINE, family_size=3)
    assert judged.verdict == expected
    assert (judged.p, judged.p_adjusted, judged.family, judged.family_size) == (p, p, Family.HEADLINE, 3)
    assert judged.modifiers == ()


def by_the_table(limits: tuple[float, float, float, float], p: float) -> list[int]:
    """Return every row of S-30 whose own conditions hold at M = 10, the table read cell by cell; 7 when none does."""
    lo95, lo90, hi90, hi95 = limits
    beyond = lo95 > 10 or hi95 < -10
    not_zero = not lo95 <= 0 <= hi95
    inside = lo90 > -10 and hi90 < 10
    fits = [
        (2, beyond and p < 0.05),
        (3, not_zero and p < 0.05 and not inside),
        (4, not_zero and inside),
        (5, inside),
        (6, not_zero),
    ]
    return [number for number, fit in fits if fit] or [7]


def test_each_input_of_a_grid_gets_exactly_one_row_the_first_that_fits() -> None:
    """S-32: all ordered limits on a grid with every boundary, p on both sides of .05."""
    points = (-20.0, -10.0, -5.0, 0.0, 5.0, 10.0, 20.0)
    seen: set[int] = set()
    for limits in itertools.combinations_with_replacement(points, 4):
        lo95, lo90, hi90, hi95 = limits
        for p in (0.01, 0.049999, 0.05, 0.3, 1.0):
            found = row(lo95, hi95, lo90, hi90, margin=10, p_adjusted=p)
            assert found == by_the_table(limits, p)[0], (limits, p)
            assert isinstance(found, Verdict)
            seen.add(int(found))
    assert seen == {2, 3, 4, 5, 6, 7}


def test_a_withheld_comparison_is_row_one_and_holds_no_number() -> None:
    """S-30."""
    judged = judge(Withheld(), margin=10, family=Family.HEADLINE)
    assert judged == Judged(estimate=Withheld(), verdict=Verdict.WITHHELD, margin=10, family=Family.HEADLINE)


def test_a_comparison_that_is_not_estimable_cannot_tell() -> None:
    """S-30: row 7's label, the reason as sentence."""
    reason = NotEstimable(reason=Reason.NO_ANSWERS)
    judged = judge(reason, margin=10, family=Family.EXPLORATORY, family_size=4)
    assert judged == Judged(
        estimate=reason, verdict=Verdict.CANNOT_TELL, margin=10, family=Family.EXPLORATORY, family_size=4
    )


def test_a_comparison_of_no_family_keeps_its_margin_and_counts_nobody_beside_it() -> None:
    """S-30: what is judged travels with what it was judged by."""
    judged = judge(CLEAR, margin=10, p_adjusted=0.001)
    assert judged == Judged(
        estimate=CLEAR, verdict=Verdict.CLEAR_LARGE, margin=10, family=None, family_size=0, p_adjusted=0.001
    )


def test_an_estimate_without_an_adjusted_p_value_is_refused() -> None:
    """S-23."""
    with pytest.raises(ValueError, match="welch: a comparison is judged with an adjusted p value"):
        judge(CLEAR, margin=10, p=0.001)


def test_coarse_scales_are_judged_on_their_whole_ends() -> None:
    """S-30, A-12: [.4, 9.4], [1.1, 8.7] is row 4 unrounded; its ends print as [0, 10], [1, 9]: row 5."""
    near = estimate(5, (0.4, 9.4), (1.1, 8.7))
    assert judge(near, margin=10, p_adjusted=0.03).verdict is Verdict.TOO_SMALL
    coarse = judge(near, margin=10, p_adjusted=0.03, precision=Precision.COARSE_SCALE)
    assert coarse.verdict is Verdict.NO_GAP
    assert coarse.estimate == near  # unrounded: compose codes it


def test_coarse_items_are_judged_on_ends_by_fives() -> None:
    """S-30, A-12: 90 % [-8, 11] is inside ±12.5; its ends by fives, [-10, 15], are not."""
    near = estimate(1.5, (-10, 13), (-8, 11))
    assert judge(near, margin=12.5, p_adjusted=1).verdict is Verdict.NO_GAP
    assert judge(near, margin=12.5, p_adjusted=1, precision=Precision.COARSE_ITEM).verdict is Verdict.CANNOT_TELL


def test_half_silent_sides_take_the_word_clear_away_unless_the_tipping_point_is_over_forty() -> None:
    """S-31, S-36."""
    given = {"margin": 10.0, "p_adjusted": 0.001, "half_silent": True}
    both = (Modifier.OF_THOSE_WHO_ANSWERED, Modifier.NOT_CLEAR)
    assert judge(CLEAR, **given, d_star=40.0).modifiers == both  # type: ignore[arg-type]
    assert judge(CLEAR, **given, d_star=40.1).modifiers == both[:1]  # type: ignore[arg-type]
    assert judge(CLEAR, **given).modifiers == both  # type: ignore[arg-type]
    nobody = NotEstimable(reason=Reason.ALL_ANSWERED)
    assert judge(CLEAR, **given, d_star=nobody).modifiers == both  # type: ignore[arg-type]


def test_rows_that_never_said_clear_only_say_who_answered() -> None:
    """S-31."""
    judged = judge(estimate(4, (-9, 17), (-6.9, 14.9)), margin=10, p_adjusted=1, half_silent=True, d_star=10.0)
    assert judged.modifiers == (Modifier.OF_THOSE_WHO_ANSWERED,)
    assert judged.d_star == 10


def test_exploratory_is_the_last_modifier() -> None:
    """S-31, I-14."""
    one = judge(CLEAR, margin=10, p_adjusted=0.001, family=Family.EXPLORATORY, half_silent=True, d_star=50.0)
    assert one.modifiers == (Modifier.OF_THOSE_WHO_ANSWERED, Modifier.EXPLORATORY)
    other = judge(CLEAR, margin=10, p_adjusted=0.001, family=Family.MIRROR, qualified=(Modifier.EXPLORATORY,))
    assert other.modifiers == (Modifier.EXPLORATORY,)
    assert judge(CLEAR, margin=10, p_adjusted=0.001, family=Family.MIRROR).modifiers == ()


POSSIBLE = estimate(12, (0.6, 23.4), (2.4, 21.6))


@pytest.mark.parametrize("family", [Family.EXPLORATORY, Family.MIRROR, Family.CHANGE_OTHER])
@pytest.mark.parametrize(("q", "worth"), [(0.05, True), (0.10, True), (0.1000001, False), (1.0, False)])
def test_a_possible_gap_up_to_a_q_of_a_tenth_is_worth_discussing(family: Family, q: float, worth: bool) -> None:
    """S-23."""
    judged = judge(POSSIBLE, margin=10, p_adjusted=q, family=family)
    assert judged.verdict is Verdict.POSSIBLE
    assert (Modifier.WORTH_DISCUSSING in judged.modifiers) is worth


def test_what_holm_adjusts_and_what_is_settled_or_open_is_not_called_worth_discussing() -> None:
    """S-23: a q value, and row 6, alone."""
    for family in (Family.HEADLINE, Family.CHANGE_HEADLINE, None):
        assert judge(POSSIBLE, margin=10, p_adjusted=0.06, family=family).modifiers == ()
    open_ = estimate(4, (-9, 17), (-6.9, 14.9))
    for other in (CLEAR, open_):
        found = judge(other, margin=10, p_adjusted=0.04, family=Family.MIRROR)
        assert found.verdict is not Verdict.POSSIBLE
        assert found.modifiers == ()


def test_a_gap_is_judged_before_it_is_clipped() -> None:
    """S-01: gaps clip to ±100 after judging."""
    wide = replace(CLEAR, value=95.0, lo95=60.0, lo90=70.0, hi90=120.0, hi95=130.0)
    judged = judge(wide, margin=10, p_adjusted=0.001)
    assert isinstance(judged.estimate, Estimate)
    assert (judged.estimate.hi90, judged.estimate.hi95, judged.estimate.value) == (100, 100, 95)
    other = judge(
        replace(CLEAR, value=-95.0, lo95=-130.0, lo90=-120.0, hi90=-70.0, hi95=-60.0), margin=10, p_adjusted=1
    )
    assert isinstance(other.estimate, Estimate)
    assert (other.estimate.lo95, other.estimate.lo90, other.estimate.value) == (-100, -100, -95)
    # With a margin beyond the scale only the unclipped limit can tell: clipped first, this would be row 5.
    assert judge(replace(wide, lo95=-5.0, lo90=-3.0), margin=110, p_adjusted=1).verdict is Verdict.CANNOT_TELL
