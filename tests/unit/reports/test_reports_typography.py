"""Numbers, dates and words as they stand on a page (R-37, R-38, R-54)."""

from __future__ import annotations

import pytest

from assess.i18n import NBSP
from assess.reports import typography
from assess.reports.facts import BandedFigure, NotEstimableFigure, ReleasedFigure, WithheldFigure
from assess.scoring.results import Reason

GAP = ReleasedFigure(value=-9, lo95=-17, hi95="0.3", lo90=-15, hi90=-2, unit="points")
SHARE = ReleasedFigure(value=83, unit="percent")
MANY = ReleasedFigure(value=12345, unit="people")


def test_a_released_number_is_written_as_its_locale_writes_it():
    """R-37, R-38: U+2212, decimal comma, percent and thousands with a no-break space in French."""
    assert typography.num(GAP, "en") == "−9"
    assert typography.num(SHARE, "en") == "83%"
    assert typography.num(SHARE, "fr-CA") == f"83{NBSP}%"
    assert typography.num(MANY, "en") == "12,345"
    assert typography.num(MANY, "fr-CA") == f"12{NBSP}345"
    assert typography.num(ReleasedFigure(value="59.6", unit="points"), "fr-CA") == "59,6"


def test_a_difference_carries_its_sign():
    assert typography.signed(ReleasedFigure(value=24, unit="points"), "en") == "+24"
    assert typography.signed(GAP, "fr-CA") == "−9"
    assert typography.signed(ReleasedFigure(value=0, unit="points"), "en") == "0"


def test_an_interval_is_written_as_its_locale_writes_it():
    """R-37: [−9, 17]; −9 to 17; in fr-CA [−9; 17]; de −9 à 17, never breaking inside."""
    assert typography.interval(GAP, "en") == f"[−17,{NBSP}0.3]"
    assert typography.interval(GAP, "fr-CA") == f"[−17;{NBSP}0,3]"
    assert typography.interval(GAP, "en", level=90) == f"[−15,{NBSP}−2]"
    assert typography.span(GAP, "en").replace(NBSP, " ") == "−17 to 0.3"
    assert typography.span(GAP, "fr-CA").replace(NBSP, " ") == "de −17 à 0,3"


def test_what_policy_leaves_out_is_a_dash():
    """R-30: a figure without limits has no interval to print."""
    for figure in (SHARE, WithheldFigure(), NotEstimableFigure(reason="too_few")):
        assert typography.interval(figure, "en") == "–"
        assert typography.span(figure, "fr-CA") == "–"


@pytest.mark.parametrize(
    ("code", "unit", "en", "fr"),
    [
        ("le5", "points", "≤ 5", "≤ 5"),
        ("ge95", "points", "≥ 95", "≥ 95"),
        ("le10pct", "percent", "≤ 10%", "≤ 10 %"),
        ("ge90pct", "percent", "≥ 90%", "≥ 90 %"),
        ("higher", "points", "higher", "plus haut"),
    ],
)
def test_a_banded_figure_prints_its_code_and_nothing_closer(code, unit, en, fr):
    """A-12, R-3."""
    figure = BandedFigure(code=code, unit=unit)
    assert typography.num(figure, "en").replace(NBSP, " ") == en
    assert typography.num(figure, "fr-CA").replace(NBSP, " ") == fr


def test_a_withheld_figure_prints_verdict_one():
    """R-4."""
    assert typography.num(WithheldFigure(), "en") == "Not shown, to protect anonymity"
    assert typography.signed(WithheldFigure(), "fr-CA") == "Non affiché, pour protéger l’anonymat"


def test_every_reason_for_no_estimate_has_its_words_in_both_languages():
    """S-02: a reason without words would stop a report years later."""
    assert set(typography.REASONS) == {reason.value for reason in Reason}
    for reason in Reason:
        figure = NotEstimableFigure(reason=reason.value)
        assert typography.num(figure, "en") != typography.num(figure, "fr-CA")


def test_english_percentages_have_no_space():
    """R-37: 83%; in French the no-break space stays."""
    assert typography.ours("Put 30 to 50 % there", "en") == "Put 30 to 50% there"
    assert typography.ours(f"de 30 à 50{NBSP}%", "fr-CA") == f"de 30 à 50{NBSP}%"


def test_dates_and_waves_follow_the_locale():
    """R-37: July 1, 2026; 1ᵉʳ juillet 2026; Q3, T3; what somebody typed stays."""
    assert typography.iso_day("2026-07-01", "en") == "July 1, 2026"
    assert typography.iso_day("2026-07-01", "fr-CA").replace(NBSP, " ") == "1ᵉʳ juillet 2026"
    assert typography.wave("2026-Q3", "en") == f"Q3{NBSP}2026"
    assert typography.wave("2026-Q3", "fr-CA") == f"T3{NBSP}2026"
    assert typography.wave("Spring 'survey'", "fr-CA") == "Spring 'survey'"


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("It's", "en"),
        ('the "gap"', "en"),
        ("from -9 to 17", "en"),
        ("83 %", "en"),
        ("« gap »", "en"),
        ("Wait...", "en"),
        ("Left {name}", "en"),
        ("Really ?", "fr-CA"),
        ("Écart : 3", "fr-CA"),
        ("Écart: 3", "fr-CA"),
        ("« écart »", "fr-CA"),
        ("83%", "fr-CA"),
        ("83 %", "fr-CA"),
        ("“écart”", "fr-CA"),
        ("le 1er juillet", "fr-CA"),
        ("0.3 point", "fr-CA"),
        ("[−9, 17]", "fr-CA"),
    ],
)
def test_the_lint_sees_each_fault_it_is_made_for(text, locale):
    """R-54: a lint that cannot fail is no lint."""
    assert typography.faults(text, locale)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("“Same targets”: 24 points higher (12 to 36), 83% of 1,234; [−9, 17].", "en"),
        (
            "ÉcartN: 24 points; «NMêmes objectifsN»N: 83N%, [−9;N17], 0,3; version 0.1.0, 09:30?".replace("N", NBSP),
            "fr-CA",
        ),
        ("It’s 14:30 at https://r.example.org/w/", "en"),
    ],
)
def test_the_lint_leaves_clean_text_alone(text, locale):
    assert typography.faults(text, locale) == []
