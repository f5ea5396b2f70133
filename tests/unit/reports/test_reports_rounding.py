"""R-5 rounding and A-12 coding, with the oracles of report.md."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assess.disclosure.policy import Code, Precision
from assess.reports import rounding

GAP = (-10, 0, 10)
SCORE = (45, 60, 75)


@pytest.mark.parametrize(
    ("value", "cuts", "printed"),
    [
        (40.625, GAP, 41),
        (-37.5, GAP, -38),
        (0.3, GAP, "0.3"),
        (0.04, GAP, "0.1"),
        (-9.96, GAP, "-9.9"),
        (59.6, SCORE, "59.6"),
        (0.0, GAP, 0),
        (-0.2, GAP, "-0.2"),
        (-0.04, GAP, "-0.1"),
        (10.04, GAP, "10.1"),
        (10.0, GAP, 10),
        (9.5, GAP, "9.5"),
        (12.5, (-12.5, 0, 12.5), "12.5"),
        (12.52, (-12.5, 0, 12.5), 13),
        (12.48, (-12.5, 0, 12.5), 12),
        (74.97, SCORE, "74.9"),
        (62.49999999999999, (), 63),
        (2.5, (), 3),
        (-2.5, (), -3),
    ],
)
def test_a_number_is_rounded_once_and_never_onto_or_across_a_cut(value, cuts, printed):
    """R-5, its oracles first."""
    assert rounding.rounded(value, cuts) == printed


@given(st.floats(-100, 100), st.sampled_from([GAP, (-12.5, 0, 12.5), SCORE, (25, 40, 55)]))
def test_a_printed_number_is_on_the_same_side_of_every_cut_as_the_unrounded_one(value, cuts):
    """R-5: a word that depends on a cut can be read off the printed number."""
    printed, true = Decimal(str(rounding.rounded(value, cuts))), Decimal(repr(round(value, 9)))
    for cut in map(Decimal, map(str, cuts)):
        assert (printed > cut, printed < cut) == (true > cut, true < cut)
    assert abs(printed - true) <= Decimal("0.5")


def test_numbers_are_integers_or_decimal_text():
    """R-2: no floats in facts."""
    assert rounding.written(Decimal("10.0")) == 10
    assert isinstance(rounding.written(Decimal("10.0")), int)
    assert rounding.written(Decimal("12.50")) == "12.5"


def test_coarse_items_move_interval_ends_outward_to_fives():
    """R-5's oracle: item [0.3, 20.2] prints [0, 25]."""
    assert rounding.ends(0.3, 20.2, Precision.COARSE_ITEM, (-12.5, 0, 12.5)) == (0, 25)
    assert rounding.ends(0.3, 20.2, Precision.COARSE_SCALE, GAP) == (0, 21)
    assert rounding.ends(0.3, 20.2, Precision.FULL, GAP) == ("0.3", 20)


def test_coarse_values_have_no_decimal():
    """A-12: whole points; only full precision keeps a decimal beside a cut."""
    assert rounding.inner(0.3, Precision.COARSE_ITEM, GAP) == 0
    assert rounding.inner(0.3, Precision.FULL, GAP) == "0.3"


def test_coarse_means_and_shares_are_coded_at_their_ends():
    """A-12: scales <= 5 and >= 95, favourable shares <= 10 and >= 90 percent."""
    assert rounding.coarse_mean(4.9, Precision.COARSE_SCALE) is Code.AT_MOST_5
    assert rounding.coarse_mean(95.0, Precision.COARSE_SCALE) is Code.AT_LEAST_95
    assert rounding.coarse_mean(62.5, Precision.COARSE_SCALE) == 63
    assert rounding.coarse_mean(4.9, Precision.COARSE_ITEM) == 5
    assert rounding.coarse_share(8.3) is Code.AT_MOST_10_PERCENT
    assert rounding.coarse_share(91.7) is Code.AT_LEAST_90_PERCENT
    assert rounding.coarse_share(58.3) == 60  # in fives (ADR 0007)


def test_a_mean_at_full_precision_is_refused_by_the_coarse_coding():
    with pytest.raises(ValueError, match="full precision"):
        rounding.coarse_mean(50, Precision.FULL)


@pytest.mark.parametrize(
    ("value", "printed"), [(20.0, 20), (12.4, 10), (12.5, 10), (14.9, 10), (15.0, 15), (22.5, 25), (39.9, 40), (2.4, 0)]
)
def test_tipping_points_print_by_fives_without_changing_their_word(value, printed):
    """R-6, S-36: under 15 is fragile, 15 to 40 moderate."""
    assert rounding.fives(value, (15,)) == printed


def test_a_tipping_point_just_above_a_cut_prints_above_it():
    assert rounding.fives(40.5, (40,)) == 45
