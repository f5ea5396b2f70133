"""Bands of I-19."""

import pytest

from assess.reports import bands
from assess.reports.facts import BandedFigure, ReleasedFigure, WithheldFigure


@pytest.mark.parametrize(
    ("number", "good", "bad"),
    [
        (0, "act", "strong"),
        (25, "act", "strong"),
        ("25.1", "act", "sound"),
        (40, "act", "sound"),
        ("44.9", "act", "watch"),
        (45, "watch", "watch"),
        (55, "watch", "watch"),
        ("55.1", "watch", "act"),
        ("59.6", "watch", "act"),
        (60, "sound", "act"),
        ("74.9", "sound", "act"),
        (75, "strong", "act"),
        (100, "strong", "act"),
    ],
)
def test_a_number_has_one_band_and_friction_is_turned_round(number, good, bad):
    """I-19: closed below where high is good, closed above where high is bad."""
    assert bands.band(number, high_is_bad=False) == good
    assert bands.band(number, high_is_bad=True) == bad


def test_an_interval_across_a_cut_gets_both_words():
    """I-19."""
    figure = ReleasedFigure(value=58, lo95=52, hi95=64, unit="points")
    assert bands.bands(figure, high_is_bad=False) == ("watch", "sound")
    assert bands.bands(figure.model_copy(update={"hi95": "59.9"}), high_is_bad=False) == ("watch",)


def test_a_figure_without_interval_gets_the_word_of_its_printed_value():
    """I-19: in the coarse classes on the printed number."""
    assert bands.bands(ReleasedFigure(value=60, unit="points"), high_is_bad=False) == ("sound",)
    assert bands.bands(BandedFigure(code="le5", unit="points"), high_is_bad=True) == ("strong",)
    assert bands.bands(BandedFigure(code="ge95", unit="points"), high_is_bad=False) == ("strong",)


def test_a_withheld_figure_has_no_band():
    """R-4."""
    assert bands.bands(WithheldFigure(), high_is_bad=False) == ()
