"""Holm and Benjamini-Hochberg (S-23, S-49)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from assess.scoring.multiplicity import benjamini_hochberg, holm

FAMILIES = st.dictionaries(st.text(min_size=1, max_size=3), st.floats(0, 1), max_size=8)


def test_holm_by_hand() -> None:
    """S-23: .01, .02, .04 of three, .04 carried up by .02·2 = .04, then .04·1 under it."""
    assert holm({"c": 0.04, "a": 0.01, "b": 0.02}) == pytest.approx({"a": 0.03, "b": 0.04, "c": 0.04})
    assert holm({"a": 0.6, "b": 0.9}) == {"a": 1, "b": 1}


def test_benjamini_hochberg_by_hand() -> None:
    """S-23: .01·3, .02·3/2, .04·3/3; the largest rank caps those below it."""
    assert benjamini_hochberg({"c": 0.04, "a": 0.01, "b": 0.039}) == pytest.approx({"a": 0.03, "b": 0.04, "c": 0.04})


def test_benjamini_hochberg_of_the_synthetic_mirror() -> None:
    """S-35: C_S 2/128 → .02604, E 5/3003 and 4/3003 → .00416, C_M 2/64 → .03906, G 1."""
    raw = {"G": 1.0, "C_S": 2 / 128, "E_S": 5 / 3003, "C_M": 2 / 64, "E_M": 4 / 3003}
    expected = {"G": 1, "C_S": 0.02604, "E_S": 0.00416, "C_M": 0.03906, "E_M": 0.00416}
    assert benjamini_hochberg(raw) == pytest.approx(expected, abs=5e-6)


@given(FAMILIES)
def test_adjusted_p_values_are_never_smaller_and_keep_their_order(p: dict[str, float]) -> None:
    """S-54: Holm >= raw; a smaller p never gets a larger adjusted one."""
    for adjust in (holm, benjamini_hochberg):
        adjusted = adjust(p)
        assert list(adjusted) == list(p)
        assert all(p[name] <= adjusted[name] <= 1 or adjusted[name] == pytest.approx(p[name]) for name in p)
        ranked = sorted(p, key=lambda name: p[name])
        assert [adjusted[name] for name in ranked] == sorted(adjusted.values())


@given(FAMILIES.filter(bool))
def test_benjamini_hochberg_is_scipy_s_and_no_stricter_than_holm(p: dict[str, float]) -> None:
    """S-23."""
    ours = benjamini_hochberg(p)
    assert list(ours.values()) == pytest.approx(stats.false_discovery_control(list(p.values())).tolist(), rel=1e-12)
    assert all(q <= h + 1e-15 for q, h in zip(ours.values(), holm(p).values(), strict=True))


def test_an_empty_family_stays_empty() -> None:
    assert holm({}) == benjamini_hochberg({}) == {}


def test_one_comparison_needs_no_adjustment() -> None:
    assert holm({"a": 0.02}) == benjamini_hochberg({"a": 0.02}) == {"a": 0.02}
