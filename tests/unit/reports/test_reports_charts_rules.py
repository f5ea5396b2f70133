"""What every chart keeps to, whatever it shows (R-22, R-23, R-26 to R-30)."""

from __future__ import annotations

import re

import pytest
import sample_facts
import sample_svg

from assess.reports.charts import Cell, Line, Source, Table, fonts, gaps, svg, tokens
from assess.reports.charts.chart import Chart, clip_alt, finish
from assess.reports.facts import ReleasedFigure, Row, WithheldFigure

VARIANTS = {
    "core": sample_facts.core,
    "full": sample_facts.full,
    "scales_only": sample_facts.scales_only,
    "pulse": sample_facts.pulse,
    "from_file": sample_facts.from_file,
}
ALL = [
    pytest.param(chart, id=f"{name}-{locale}-{chart.id}")
    for name, make in VARIANTS.items()
    for locale in sample_facts.LOCALES
    for chart in sample_svg.every_chart(make(), locale)
]


@pytest.mark.parametrize("chart", ALL)
def test_only_elements_that_are_drawn_well_are_used(chart):
    """R-29: the allow-list; presentation attributes only, no style, no reference, no variable."""
    assert {each.tag for each in sample_svg.elements(chart)} <= svg.ALLOWED
    for word in (' style="', "var(", "currentColor", "href", "url(", "paint-order", "foreignObject"):
        assert word not in chart.svg


@pytest.mark.parametrize("chart", ALL)
def test_the_title_comes_first_and_is_the_alt_text(chart):
    """R-27, R-29: at most 300 characters, ending with where the figures are."""
    second = sample_svg.elements(chart)[1]
    assert (second.tag, second.text) == ("title", chart.alt)
    assert 0 < len(chart.alt) <= 300
    assert chart.alt.endswith(("in the table below.", "dans le tableau ci-dessous."))


@pytest.mark.parametrize("chart", ALL)
def test_coordinates_have_two_decimals_and_text_can_be_read(chart):
    """R-23."""
    for number in re.findall(r"-?\d+\.\d+", re.sub(r">[^<]*<", "><", chart.svg)):
        assert len(number.split(".")[1]) <= 2
    for text in sample_svg.of_tag(chart, "text"):
        assert text.number("font-size") >= 9


@pytest.mark.parametrize("chart", ALL)
def test_no_word_leaves_the_drawing(chart):
    """R-51 by the fonts' advance widths."""
    for text in sample_svg.of_tag(chart, "text"):
        face = "bold" if text.attributes.get("font-weight") == "700" else "regular"
        width = fonts.width(text.text, text.number("font-size"), face) / fonts.ALLOWANCE
        left = (
            text.number("x")
            - {"start": 0, "middle": 0.5, "end": 1}[text.attributes.get("text-anchor", "start")] * width
        )
        assert left >= -0.5, text.text
        assert left + width <= tokens.WIDTH + 0.5, text.text
        assert 0 <= text.number("y") <= chart.h, text.text


@pytest.mark.parametrize("chart", ALL)
def test_every_chart_has_its_table(chart):
    """R-22, R-28: at most twelve rows, each as wide as the head or withheld as a whole."""
    assert 1 <= len(chart.table.lines) <= 12
    assert chart.w == 492


def test_a_chart_without_words_or_table_cannot_be_built():
    """R-22."""
    table = Table(caption="c", columns=(Cell(text="a"),), lines=(Line(head=Cell(text="b"), cells=(Cell(text="1"),)),))
    with pytest.raises(ValueError, match="alt text"):
        Chart(kind="gaps", id="x", w=1, h=1, alt="", svg=svg.drawing(1, 1, "", []), table=table)
    with pytest.raises(ValueError, match="rows"):
        Table(caption="c", columns=(), lines=())
    with pytest.raises(ValueError, match="cells"):
        Table(caption="c", columns=(Cell(text="a"),), lines=(Line(head=Cell(text="b")),))


def test_long_alt_texts_lose_their_middle_never_their_end():
    """R-27."""
    assert clip_alt(("a" * 200, "b" * 200, "The end.")) == "a" * 200 + " The end."
    table = Table(caption="c", columns=(), lines=(Line(head=Cell(text="b")),))
    assert finish(kind="k", id_="i", h=1, alt=("x" * 400, "End."), children=[], table=table).alt == "End."


@pytest.mark.parametrize("tag", ["script", "image", "use", "foreignObject", "linearGradient", "style", "desc"])
def test_the_writer_refuses_elements_outside_the_list(tag):
    with pytest.raises(ValueError, match="not among"):
        svg.element(tag)


@pytest.mark.parametrize("name", ["style", "onload", "xlink:href"])
def test_the_writer_refuses_attributes_that_style_run_or_refer(name):
    with pytest.raises(ValueError, match="not an attribute"):
        svg.Element(tag="rect", attributes=((name, "x"),))


def test_the_writer_escapes_text_and_attributes():
    """A-31: names are typed."""
    drawn = svg.drawing(10, 10, "<b>&", [svg.text(1, 2, '"><script>'), svg.rect(0, 0, 1, 1, fill='"x<')])
    assert "<script>" not in drawn
    assert "<b>" not in drawn
    assert "&lt;script&gt;" in drawn


def test_small_text_is_refused():
    with pytest.raises(ValueError, match="too small"):
        svg.text(0, 0, "x", size=8.9)


def test_coordinates_are_never_minus_zero():
    assert [svg.coordinate(value) for value in (-0.001, 12.0, 3.14159, 0.5)] == ["0", "12", "3.14", "0.5"]


@pytest.mark.parametrize("locale", sample_facts.LOCALES)
@pytest.mark.parametrize("name", ["standing", "gaps"])
def test_a_withheld_row_keeps_its_height_and_says_verdict_one(name, locale):
    """R-26, R-4: same words in drawing, alt text and table; no number, and alike on both sides."""
    chart = next(c for c in sample_svg.every_chart(sample_facts.core(), locale) if c.id == name)
    words = "Not shown, to protect anonymity" if locale == "en" else "Non affiché, pour protéger l’anonymat"
    assert any(t.text == words and t.attributes["font-style"] == "italic" for t in sample_svg.of_tag(chart, "text"))
    assert any(r.attributes.get("stroke-dasharray") == "3 3" for r in sample_svg.of_tag(chart, "rect"))
    assert words.lower() in chart.alt
    last = chart.table.lines[-1]
    assert (last.withheld, last.cells) == (words, ())


def test_what_is_withheld_leaves_no_trace_of_its_cause():
    """R-48: a row is drawn alike whichever of its figures is withheld by itself or to protect another."""
    facts = sample_facts.core()
    rows = next(block for block in facts.blocks if block.id == "gaps").rows
    figures = dict(facts.figures)
    figures["hidden.one"] = WithheldFigure()
    one = rows[0].model_copy(update={"figures": {**rows[0].figures, "gap": "hidden.one"}})
    all_ = rows[0].model_copy(update={"figures": dict.fromkeys(rows[0].figures, "hidden.one")})
    source = Source(facts=facts.model_copy(update={"figures": figures}), locale="en")
    assert gaps.draw(source, (*rows[1:], one)) == gaps.draw(source, (*rows[1:], all_))


def test_coarse_means_have_no_whisker():
    """R-30: a mean without limits is a mark alone."""
    figures = {
        "a": ReleasedFigure(value=40, unit="points"),
        "b": ReleasedFigure(value=60, unit="points"),
        "g": ReleasedFigure(value=-20, lo95=-40, hi95=0, unit="points", verdict=6, margin="10"),
    }
    facts = sample_facts.core().model_copy(update={"figures": figures})
    row = Row(subject="ALN", figures={"sales": "a", "marketing": "b", "gap": "g"})
    chart = gaps.draw(Source(facts=facts, locale="en"), (row,))
    coloured = [each for each in sample_svg.of_tag(chart, "line") if each.attributes["stroke"] in tokens.SIDE_MARKS]
    assert coloured == []


def test_wrapping_follows_the_advance_widths_of_the_shipped_fonts():
    """R-23: boxes from the fonts' widths plus two percent."""
    assert fonts.width("00", 10) == pytest.approx(2 * 4.97 * 1.02)
    assert fonts.width("0", 10, "bold") > fonts.width("0", 10)
    lines = fonts.wrap("Même définition du client potentiel", 9.5, 112, lines=2)
    assert len(lines) == 2
    assert all(fonts.width(line, 9.5) <= 112 for line in lines)
    assert fonts.wrap("Unbreakableandverylongindeed", 9.5, 40)[0].endswith("…")
