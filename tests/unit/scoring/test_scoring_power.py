"""S-47: the answers a side that row 7 names."""

from __future__ import annotations

import pytest

from assess.scoring.power import SD_ITEM, SD_SCALE, need


def test_a_scale_needs_sixty_four_and_an_item_seventy_five() -> None:
    """S-47."""
    assert need(10, SD_SCALE) == 64
    assert need(12.5, SD_ITEM) == 75


@pytest.mark.parametrize(("n", "detectable"), [(5, 40.5), (8, 30.1), (12, 23.9), (20, 18.2), (30, 14.7), (200, 5.6)])
def test_the_detectable_gap_of_the_table_is_reached_at_its_n(n: int, detectable: float) -> None:
    """Section 10: the printed gap is rounded, so n is enough a little above it and too few a little below."""
    assert need(detectable + 0.05, SD_SCALE) <= n <= need(detectable - 0.05, SD_SCALE)


def test_a_very_large_gap_needs_two_people_a_side() -> None:
    assert need(1000, SD_SCALE) == 2


@pytest.mark.parametrize(("margin", "sd"), [(0, 20), (10, 0), (-1, 20)])
def test_nothing_to_detect_is_refused(margin: float, sd: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        need(margin, sd)
