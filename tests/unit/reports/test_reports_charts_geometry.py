"""Every coordinate is the scale of a printed number (R-22, R-24, R-25, R-49)."""

from __future__ import annotations

import itertools

import pytest
import sample_facts
import sample_svg
from sample_svg import centre, of_tag

from assess.reports.charts import (
    Chart,
    Source,
    gaps,
    items,
    legend,
    marks,
    mirror,
    moves,
    participation,
    standing,
    tokens,
)
from assess.reports.charts.source import group_rows
from assess.reports.facts import BandedFigure, Facts, ReleasedFigure, Row, WithheldFigure

CLOSE = {"abs": 0.011}
"""R-49, and half of a second decimal."""
SALES, MARKETING = tokens.SIDE_MARKS


def rows(facts: Facts, block: str) -> tuple[Row, ...]:
    return next(each for each in facts.blocks if each.id == block).rows


def value(facts: Facts, row: Row, role: str) -> float:
    figure = facts.figures[row.figures[role]]
    assert isinstance(figure, ReleasedFigure)
    return float(figure.value)


def discs(chart: Chart, *, hollow: bool = False) -> list[sample_svg.Drawn]:
    """The first side's marks, without the one in the legend."""
    wanted = tokens.PAPER if hollow else SALES
    found = [each for each in of_tag(chart, "circle") if each.attributes["fill"] == wanted]
    return found[1:] if not hollow else [each for each in found if each.attributes.get("stroke") == SALES][1:]


def diamonds(chart: Chart) -> list[tuple[float, float]]:
    return [centre(each) for each in of_tag(chart, "polygon") if each.attributes["fill"] == MARKETING][1:]


def shown(facts: Facts, block: str) -> list[Row]:
    return [
        row
        for row in rows(facts, block)
        if not isinstance(facts.figures[next(iter(row.figures.values()))], WithheldFigure)
    ]


def test_marks_of_the_gap_chart_stand_on_their_printed_scores():
    """R-49: 0 to 100 across the left panel, first side above, second below."""
    facts = sample_facts.core()
    chart = gaps.draw(Source(facts=facts, locale="en"), rows(facts, "gaps"))
    for row, disc, (x, y) in zip(shown(facts, "gaps"), discs(chart), diamonds(chart), strict=True):
        assert disc.number("cx") == pytest.approx(122 + value(facts, row, "sales") * 1.20, **CLOSE)
        assert x == pytest.approx(122 + value(facts, row, "marketing") * 1.20, **CLOSE)
        assert y - disc.number("cy") == pytest.approx(10, **CLOSE)


def test_bars_of_the_gap_chart_span_their_printed_intervals_and_look_like_their_verdicts():
    """R-25: 2 bar 3 and bold figures, 3 bar 3, 4 and 5 bar 1.2, 6 and 7 bar 1.2 dashed."""
    facts = sample_facts.core()
    chart = gaps.draw(Source(facts=facts, locale="en"), rows(facts, "gaps"))
    bars = [each for each in of_tag(chart, "line") if each.attributes["stroke"] == tokens.INK]
    looks = {3: ("3", None), 7: ("1.2", "3 2"), 5: ("1.2", None), 6: ("1.2", "3 2")}
    for row, bar in zip(shown(facts, "gaps"), bars, strict=True):
        figure = facts.figures[row.figures["gap"]]
        assert bar.number("x1") == pytest.approx(336 + float(figure.lo95) * 1.2, **CLOSE)
        assert bar.number("x2") == pytest.approx(336 + float(figure.hi95) * 1.2, **CLOSE)
        assert (bar.attributes["stroke-width"], bar.attributes.get("stroke-dasharray")) == looks[figure.verdict]


def test_the_margin_band_lies_on_every_gap_chart():
    """R-24: from minus to plus the printed margin, edges dashed."""
    facts = sample_facts.core()
    chart = gaps.draw(Source(facts=facts, locale="en"), rows(facts, "gaps"))
    band = next(each for each in of_tag(chart, "rect") if each.attributes["fill"] == tokens.BAND)
    assert band.number("x") == pytest.approx(336 - 12, **CLOSE)
    assert band.number("width") == pytest.approx(24, **CLOSE)


def test_a_gap_beyond_fifty_becomes_an_arrowhead():
    """R-24: the axis stays fixed."""
    facts = sample_facts.core()
    wide = ReleasedFigure(value=62, lo95=40, hi95=84, unit="points", verdict=2, margin="10")
    facts = facts.model_copy(update={"figures": {**facts.figures, "wide": wide}})
    row = rows(facts, "gaps")[0]
    row = row.model_copy(update={"figures": {**row.figures, "gap": "wide"}})
    chart = gaps.draw(Source(facts=facts, locale="en"), (row,))
    heads = [each for each in of_tag(chart, "polygon") if each.attributes["fill"] == tokens.INK]
    assert len(heads) == 2
    assert max(each.number("x2") for each in of_tag(chart, "line")) <= 396.01


def test_a_direction_is_words_and_never_a_place():
    """R-3: where the gate allows a direction only, no bar is drawn."""
    facts = sample_facts.core()
    figures = {**facts.figures, "way": BandedFigure(code="lower", unit="points")}
    facts = facts.model_copy(update={"figures": figures})
    row = rows(facts, "gaps")[0]
    row = row.model_copy(update={"figures": {**row.figures, "gap": "way"}})
    chart = gaps.draw(Source(facts=facts, locale="en"), (row,))
    assert not [each for each in of_tag(chart, "line") if each.attributes["stroke"] == tokens.INK]
    assert "Marketing higher" in [each.text for each in of_tag(chart, "text")]


def test_the_strip_of_a_scale_where_lower_is_better_runs_the_other_way():
    """R-25: friction mirrored and so labelled; good always lies to the right."""
    facts = sample_facts.core()
    source = Source(facts=facts, locale="en")
    chart = standing.draw(source, rows(facts, "standing"))
    for row, disc in zip(shown(facts, "standing"), discs(chart), strict=True):
        printed = value(facts, row, "sales")
        place = 100 - printed if row.subject == "FRI" else printed
        assert disc.number("cx") == pytest.approx(124 + place * 2.52, **CLOSE)
    assert "lower is better: axis turned" in [each.text for each in of_tag(chart, "text")]


def test_the_wave_before_is_hollow():
    """R-25."""
    facts = sample_facts.core()
    chart = standing.draw(Source(facts=facts, locale="en"), rows(facts, "standing"))
    assert len(discs(chart, hollow=True)) == len(shown(facts, "standing"))


def test_a_favourable_share_is_a_bar_and_a_code_an_outline():
    """R-25, A-12: coded shares are drawn up to their limit only, dashed."""
    facts = sample_facts.core()
    block = rows(facts, "items-FRI")
    chart = items.draw(Source(facts=facts, locale="en"), block, id_="items-FRI")
    axis = items.shape(block).shares
    bars = [each for each in of_tag(chart, "rect") if each.attributes["fill"] in (SALES, MARKETING)]
    assert bars[0].number("width") == pytest.approx(0.31 * (axis.right - axis.left), **CLOSE)
    assert bars[1].number("width") == pytest.approx(0.90 * (axis.right - axis.left), **CLOSE)
    dashed = [each for each in of_tag(chart, "rect") if each.attributes.get("stroke-dasharray") == "2 2"]
    assert [each.number("width") for each in dashed] == pytest.approx([0.1 * (axis.right - axis.left)] * 2, **CLOSE)


def test_five_classes_lie_around_zero_with_the_middle_one_split():
    """R-25: diverging, neutral split across zero."""
    facts = sample_facts.full()
    block = rows(facts, "items-ALN")
    chart = items.draw(Source(facts=facts, locale="en"), block, id_="items-ALN")
    axis = items.shape(block).classes
    first = [each for each in of_tag(chart, "rect") if each.attributes["height"] == "10"][:5]
    assert [each.attributes["fill"] for each in first] == list(tokens.RAMP)
    neutral = first[2]
    middle = neutral.number("x") + neutral.number("width") / 2
    assert middle == pytest.approx(axis.at(0), abs=0.02)
    assert first[0].number("x") == pytest.approx(axis.at(-8 - 22 - 10) + 0.4, **CLOSE)


def test_participation_bars_are_rates_with_the_whole_first():
    facts = sample_facts.core()
    chart = participation.draw(Source(facts=facts, locale="en"), group_rows(_block(facts, "participation"), None))
    bars = [each for each in of_tag(chart, "rect") if each.attributes["fill"] in (tokens.QUIET, SALES, MARKETING)]
    assert [each.number("width") for each in bars] == pytest.approx([0.85 * 316, 0.85 * 316, 0.86 * 316], **CLOSE)


def test_mirror_points_stand_on_what_was_answered_and_expected():
    """R-25: x = what the other answered, y = what we expected, upwards."""
    facts = sample_facts.core()
    chart = mirror.draw(Source(facts=facts, locale="en"), rows(facts, "mirror"))
    left, right = mirror.square(0), mirror.square(1)
    circles = [each for each in of_tag(chart, "circle") if each.attributes["fill"] == SALES][1:]
    for row, point in zip(rows(facts, "mirror"), circles, strict=True):
        assert point.number("cx") == pytest.approx(left.x.at(value(facts, row, "own_marketing")), **CLOSE)
        assert point.number("cy") == pytest.approx(left.y.at(value(facts, row, "expected_sales")), **CLOSE)
    for row, (x, y) in zip(rows(facts, "mirror"), diamonds(chart), strict=True):
        assert x == pytest.approx(right.x.at(value(facts, row, "own_sales")), **CLOSE)
        assert y == pytest.approx(right.y.at(value(facts, row, "expected_marketing")), **CLOSE)


def test_the_mirror_band_is_the_margin_of_items_around_the_diagonal():
    """R-24: ±12.5."""
    facts = sample_facts.core()
    chart = mirror.draw(Source(facts=facts, locale="en"), rows(facts, "mirror"))
    band = next(each for each in of_tag(chart, "polygon") if each.attributes["fill"] == tokens.BAND)
    points = [tuple(map(float, pair.split(","))) for pair in band.attributes["points"].split()]
    square = mirror.square(0)
    assert points[1] == pytest.approx((square.x.at("12.5"), square.y.at(0)), **CLOSE)


def test_mirror_names_never_lie_on_a_mark():
    """R-25: names in eight places, else all points numbered as in the table."""
    facts = sample_facts.core()
    source = Source(facts=facts, locale="fr-CA")
    chart = mirror.draw(source, rows(facts, "mirror"))
    assert next(line.head.text for line in chart.table.lines).startswith("1. ")
    drawn = [each.text for each in of_tag(chart, "text")]
    assert all(drawn.count(str(n)) >= 2 for n in range(1, 6))
    alone = mirror.draw(source, rows(facts, "mirror")[:1])
    assert "Mêmes objectifs" in [each.text for each in of_tag(alone, "text")]


def test_two_waves_make_a_slope_and_three_a_trend():
    facts = sample_facts.core()
    source = Source(facts=facts, locale="en")
    assert moves.draw(source, rows(facts, "change")).kind == "trend"
    two = tuple(
        row.model_copy(update={"figures": {k: v for k, v in row.figures.items() if not k.startswith("wave_3")}})
        for row in rows(facts, "change")
    )
    assert moves.draw(source, two).kind == "slope"


def test_a_withheld_wave_breaks_the_line_and_leaves_a_hollow_tick():
    """R-25: nothing is drawn across what may not be shown."""
    facts = sample_facts.core()
    facts = facts.model_copy(update={"figures": {**facts.figures, "gone": WithheldFigure()}})
    row = rows(facts, "change")[0]
    broken = {role: "gone" if role.startswith("wave_2") else id_ for role, id_ in row.figures.items()}
    whole = moves.draw(Source(facts=facts, locale="en"), (row,))
    chart = moves.draw(Source(facts=facts, locale="en"), (row.model_copy(update={"figures": broken}),))

    def segments(drawn: Chart) -> int:
        return sum(each.attributes.get("stroke-width") == "1.6" for each in of_tag(drawn, "line"))

    assert (segments(whole), segments(chart)) == (4, 0)
    assert any(each.attributes.get("stroke") == tokens.FRAME for each in of_tag(chart, "circle"))


def test_the_annotated_row_numbers_its_parts_from_left_to_right():
    facts = sample_facts.core()
    chart = legend.draw(Source(facts=facts, locale="en"), rows(facts, "reading")[0])
    signs = [each for each in of_tag(chart, "circle") if each.attributes["fill"] == tokens.INK]
    places = sorted(each.number("cx") for each in signs)
    assert len(signs) == 5
    assert all(b - a >= 15 for a, b in itertools.pairwise(places))


def test_scores_and_gaps_keep_their_fixed_axes():
    """R-24: scores 0 to 100 and ticks every 25; gaps −50 to +50."""
    assert marks.scores(0, 100).ticks == (0, 25, 50, 75, 100)
    assert marks.differences(0, 100).at(0) == 50
    assert marks.differences(0, 100).ticks == (-50, -25, 0, 25, 50)


def _block(facts: Facts, block: str):
    return next(each for each in facts.blocks if each.id == block)
