"""S-47 and section 10: the answers a side needs, and what n answers can show."""

from __future__ import annotations

import dataclasses
import itertools
import math

import pytest
from scipy import integrate, stats
from statsmodels.stats.power import TTestIndPower

from assess.scoring import power
from assess.scoring.power import (
    SD_ITEM,
    SD_SCALE,
    SIZES,
    Shown,
    detectable_gap,
    half_width,
    need,
    provable_margin,
    shown,
)
from assess.scoring.results import NotEstimable, Reason

# Section 10, as printed: n, m; detectable gap, half-width B, half-width A, provable margin.
TABLE = [
    ((5, 5), ("40.5", "29.2", "18.4", "41.2")),
    ((8, 8), ("30.1", "21.4", "13.6", "31.1")),
    ((8, 20), ("24.4", "17.2", "10.9", "25.3")),
    ((12, 12), ("23.9", "16.9", "10.7", "24.8")),
    ((20, 20), ("18.2", "12.8", "8.1", "18.9")),
    ((30, 30), ("14.7", "10.3", "6.5", "15.3")),
    ((50, 50), ("11.3", "7.9", "5.0", "11.8")),
    ((64, 64), ("10.0", "7.0", "4.4", "10.4")),
    ((100, 100), ("8.0", "5.6", "3.5", "8.3")),
    ((200, 200), ("5.6", "3.9", "2.5", "5.9")),
]
UNEQUAL = [(2, 2), (2, 40), (5, 30), (10, 60), (17, 9)]


def column(n: int, m: int) -> Shown:
    found = shown(n, m)
    assert isinstance(found, Shown)
    return found


@pytest.mark.parametrize(("sizes", "printed"), TABLE)
def test_the_table_of_section_ten_comes_out_to_its_printed_decimal(
    sizes: tuple[int, int], printed: tuple[str, ...]
) -> None:
    """S-47, section 10: all four rows."""
    found = column(*sizes)
    numbers = (found.detectable, found.half_width_process, found.half_width_people, found.provable)
    assert tuple(f"{number:.1f}" for number in numbers) == printed
    assert (found.n, found.m) == sizes


def test_the_columns_of_the_table_are_those_of_section_ten() -> None:
    """Section 10."""
    assert [sizes for sizes, _ in TABLE] == list(SIZES)


@pytest.mark.parametrize(("n", "m"), [*SIZES, *UNEQUAL])
def test_a_second_program_gives_our_gap_the_power_asked_for(n: int, m: int) -> None:
    """Section 10 against statsmodels, one-sided at .025: the near tail alone, as ours."""
    effect = detectable_gap(n, m) / SD_SCALE
    theirs = TTestIndPower().power(effect, nobs1=n, ratio=m / n, alpha=0.025, alternative="larger")
    assert theirs == pytest.approx(0.80, abs=1e-9)


@pytest.mark.parametrize(("n", "m"), [*SIZES, *UNEQUAL])
def test_the_far_tail_that_is_left_out_is_below_one_in_ten_thousand(n: int, m: int) -> None:
    """S-47: a detection of the wrong direction; the near tail alone is the power .80."""
    df, se = n + m - 2, SD_SCALE * math.sqrt(1 / n + 1 / m)
    nc, critical = detectable_gap(n, m) / se, stats.t.ppf(0.975, df)
    assert stats.nct.sf(critical, df, nc) == pytest.approx(0.80, abs=1e-9)

    def wrong(spread: float) -> float:  # P(T' < -t) from its definition, as no library gives it
        density = 2 * df * spread * stats.chi2.pdf(df * spread * spread, df)
        return float(density * stats.norm.cdf(-critical * spread - nc))

    assert integrate.quad(wrong, 0, 5, points=(1,))[0] < 1e-4


def test_the_power_is_a_number_at_every_gap_that_may_be_asked_for() -> None:
    """S-49: `nct.cdf` gives nan in the far tail and, with `nctdtr`, under a large gap; ours is asked for neither."""
    from scipy.special import nctdtr, stdtrit

    assert math.isnan(stats.nct.cdf(-2.1, 14, 15))
    planted = [float(nctdtr(df, 42.5, stdtrit(df, 0.975))) for df in (8, 26, 398)]
    assert any(math.isnan(number) for number in planted)
    for df in (2, 3, 5, 8, 14, 26, 38, 98, 126, 398, 5000):
        powers = [power._power(df, step / 4) for step in range(400)]
        assert all(0 < number <= 1 for number in powers)
        assert powers == sorted(powers)
        assert powers[-1] > 0.99


@pytest.mark.parametrize("sizes", SIZES)
def test_a_true_gap_of_zero_is_proved_inside_the_margin_four_times_in_five(sizes: tuple[int, int]) -> None:
    """Section 10: the exact power of both one-sided tests, over the spread that the sample happens to have."""
    n, m = sizes
    df, margin = n + m - 2, provable_margin(n, m)
    se, critical = SD_SCALE * math.sqrt(1 / n + 1 / m), stats.t.ppf(0.95, df)

    def both_pass(spread: float) -> float:  # given s/SD: P(|d| < M - t.95·se·s/SD)
        room = max(0.0, margin - critical * spread * se)
        density = 2 * df * spread * stats.chi2.pdf(df * spread * spread, df)
        return float(density * (2 * stats.norm.cdf(room / se) - 1))

    found = integrate.quad(both_pass, 0, 6, points=(1,), limit=200)[0]
    assert 0.80 <= found < 0.815
    assert found == pytest.approx({(5, 5): 0.813, (20, 20): 0.803}.get(sizes, found), abs=5e-4)


def test_a_near_census_is_narrower_by_rho_and_f() -> None:
    """S-11, section 10: √(1 - .75 × .8)."""
    assert half_width(12, 20, rho=0.75, fraction=0.8) == pytest.approx(half_width(12, 20) * math.sqrt(0.4), rel=1e-12)
    assert column(12, 20).half_width_people == half_width(12, 20, rho=0.75, fraction=0.8)


@pytest.mark.parametrize(("n", "m"), UNEQUAL)
def test_the_sides_may_be_swapped_and_the_spread_is_a_unit(n: int, m: int) -> None:
    """S-54: the same numbers; 1.35 times the spread, 1.35 times every number."""
    there, back = column(n, m), column(m, n)
    assert dataclasses.astuple(there)[2:] == dataclasses.astuple(back)[2:]
    wider = shown(n, m, sd=SD_ITEM)
    assert isinstance(wider, Shown)
    for name in ("detectable", "half_width_process", "half_width_people", "provable"):
        assert getattr(wider, name) == pytest.approx(getattr(there, name) * SD_ITEM / SD_SCALE, rel=1e-12)


def test_more_answers_always_show_more() -> None:
    """Section 10."""
    columns = [dataclasses.astuple(column(n, n))[2:] for n in range(2, 120)]
    assert all(all(a > b for a, b in zip(few, many, strict=True)) for few, many in itertools.pairwise(columns))


def test_a_side_of_none_or_one_can_show_nothing() -> None:
    """S-02: a reason, and no number from the functions behind it."""
    assert shown(0, 9) == shown(9, 0) == shown(0, 1) == NotEstimable(reason=Reason.NO_ANSWERS)
    assert shown(1, 9) == shown(9, 1) == NotEstimable(reason=Reason.TOO_FEW)
    for function in (detectable_gap, half_width, provable_margin):
        with pytest.raises(ValueError, match="each side needs two"):
            function(1, 9)


@pytest.mark.parametrize("function", [shown, detectable_gap, half_width, provable_margin])
def test_a_spread_of_zero_is_refused(function: object) -> None:
    """S-47."""
    with pytest.raises(ValueError, match="sd 0 is positive"):
        function(9, 9, sd=0)  # type: ignore[operator]


@pytest.mark.parametrize(("rho", "fraction"), [(1.1, 0.5), (0.5, 1.1), (-0.1, 0.5), (0.5, -0.1)])
def test_a_reliability_or_fraction_outside_its_range_is_refused(rho: float, fraction: float) -> None:
    """S-11."""
    with pytest.raises(ValueError, match="lie between 0 and 1"):
        half_width(9, 9, rho=rho, fraction=fraction)


def test_a_scale_needs_sixty_four_and_an_item_seventy_five() -> None:
    """S-47."""
    assert need(10, SD_SCALE) == 64
    assert need(12.5, SD_ITEM) == 75


@pytest.mark.parametrize("margin", [5, 8, 10, 12.5, 20, 40])
@pytest.mark.parametrize("sd", [SD_SCALE, SD_ITEM])
def test_need_is_the_first_n_that_detects_the_margin(margin: float, sd: float) -> None:
    """S-47: the inverse of the table's first row."""
    n = need(margin, sd)
    assert detectable_gap(n, n, sd=sd) <= margin < detectable_gap(n - 1, n - 1, sd=sd)


@pytest.mark.parametrize(("margin", "sd"), [(10, SD_SCALE), (12.5, SD_ITEM), (5, SD_SCALE), (20, SD_ITEM)])
def test_a_second_program_needs_as_many(margin: float, sd: float) -> None:
    """S-47 against statsmodels."""
    theirs = TTestIndPower().solve_power(effect_size=margin / sd, alpha=0.05, power=0.8, alternative="two-sided")
    assert need(margin, sd) == math.ceil(float(theirs))


def test_a_very_large_gap_needs_two_people_a_side() -> None:
    """S-47, S-49: a gap at which scipy's function would give nan."""
    assert need(1000, SD_SCALE) == need(100_000, SD_SCALE) == 2


@pytest.mark.parametrize(("margin", "sd"), [(0, 20), (10, 0), (-1, 20)])
def test_nothing_to_detect_is_refused(margin: float, sd: float) -> None:
    """S-47."""
    with pytest.raises(ValueError, match="positive"):
        need(margin, sd)
