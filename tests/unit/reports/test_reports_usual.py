"""From the eighth wave on: the usual level and range as printed, and what is said of this wave (S-37, R-11)."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache

import pytest
import reports_sayings as sayings
import reports_waves as built
from hypothesis import given
from hypothesis import strategies as st
from test_reports_wording import FORBIDDEN, LOCALES, WORDS_LIMIT, counted, plain, slips

from assess.reports import annex, wording
from assess.reports.blocks import usual
from assess.reports.charts import moves
from assess.reports.charts.source import Source
from assess.reports.facts import Facts, Figure, Finding, ReleasedFigure
from assess.reports.findings import Code
from assess.reports.rounding import rounded
from assess.scoring.control import control
from assess.scoring.results import Signal

ALIKE = dict.fromkeys(built.instrument().closed("core"), (3.5, 3.5))
COMPANY = "standing.ALN.mean_process.company"
GAP = "gaps.ALN.gap_process.difference"


@cache
def first() -> Facts:
    return built.facts(built.table(means=ALIKE))


def earlier(levels: Mapping[str, list[int]], waves: int) -> tuple[Facts, ...]:
    """Waves like the first, in which some figures were released that many points higher."""
    found = []
    for k in range(waves):
        base, figures = first(), dict(first().figures)
        for id_, shifts in levels.items():
            figure = figures[id_]
            assert isinstance(figure, ReleasedFigure)
            moved = {
                name: str(Decimal(str(getattr(figure, name))) + shifts[k])
                for name in ("value", "lo95", "hi95", "lo90", "hi90")
            }
            figures[id_] = figure.model_copy(update=moved)
        wave = {**dict(base.provenance["wave"]), "number": k + 1, "label": f"{2026 + k // 4}-Q{1 + k % 4}"}  # type: ignore[arg-type, call-overload]
        found.append(base.model_copy(update={"figures": figures, "provenance": {**base.provenance, "wave": wave}}))
    return tuple(found)


@cache
def eighth(shift: int = 0, waves: int = 7, id_: str = COMPANY) -> Facts:
    """A wave whose first seven were released `shift` points off; the waves between are like this one."""
    return built.facts(built.table(means=ALIKE), earlier=earlier({id_: [shift] * 7 + [0] * (waves - 7)}, waves))


def said(found: Facts, id_: str) -> Finding:
    return next(each for each in found.findings if each.id == id_)


def page(found: Facts, id_: str = "change"):
    return next(each for each in found.blocks if each.id == id_)


def printed(found: Facts, id_: str) -> Decimal:
    figure = found.figures[id_]
    assert isinstance(figure, ReleasedFigure)
    return Decimal(str(figure.value))


def shown(found: Facts, locale: str) -> str:
    """Everything that the change page and the brief say."""
    texts = [wording.title(found, page(found).title, locale)]
    for block in ("brief", "change"):
        texts += [
            wording.sentence(found, each, locale) for each in (page(found, block).title, *page(found, block).findings)
        ]
    return plain(" ".join(texts))


def test_the_seventh_wave_still_speaks_of_a_trend_and_the_eighth_of_a_usual_range():
    """S-37, R-11: no "trend over 8 waves" for a control chart."""
    seventh = built.facts(built.table(means=ALIKE), earlier=earlier({}, 6))
    assert "over 7 waves" in shown(seventh, "en")
    assert not [id_ for id_ in seventh.figures if ".usual" in id_]
    for locale, word, inside in (
        ("en", "trend", "inside its usual range of"),
        ("fr-CA", "tendance", "dans la plage habituelle, de"),
    ):
        text = shown(eighth(), locale)
        assert inside in text
        assert word not in text
        assert "7 waves" not in text
        assert "8 waves" not in text


def test_a_wave_inside_its_range_says_so_with_its_numbers():
    """R-8: label, number and interval in the same block."""
    found = eighth()
    code = said(found, "brief.change")
    assert (code.code, code.subject) == ("change.inside", "H")
    text = plain(wording.sentence(found, "brief.change", "en"))
    assert re.fullmatch(
        r"Collaboration health is inside its usual range of \d+ to \d+: \d+ this wave, usually \d+ "
        r"\(change −?[\d.]+, −\d+ to \d+\)\. No meaningful change: a finding\.",
        text,
    ), text
    assert said(found, "change.may").code == "change.may_open"


@pytest.mark.parametrize(("shift", "way", "french"), [(-25, "above", "au-dessus de"), (25, "below", "au-dessous de")])
def test_a_wave_outside_its_range_heads_page_and_brief(shift, way, french):
    """R-9: a change with verdict 2 or 3 comes before what does not move."""
    found = eighth(shift)
    assert said(found, "brief.headline").code == "headline.outside"
    assert said(found, page(found).title).code == "change.outside"
    assert wording.title(found, page(found).title, "en").startswith(f"Alignment is {way} its usual range (change ")
    assert f"Alignement : {french} la plage habituelle, de " in plain(
        wording.sentence(found, "brief.headline", "fr-CA")
    )
    now, low, high = (
        printed(found, id_) for id_ in (COMPANY, "change.ALN.usual_low.company", "change.ALN.usual_high.company")
    )
    assert now > high if way == "above" else now < low
    assert said(found, "change.may").code == "change.may_moved"
    assert found.figures["change.ALN.change.company"].verdict in (2, 3)
    assert said(found, page(found).title).figures["now"] == COMPANY


def test_a_gap_outside_its_range_has_no_above_and_below():
    """R-11: a gap has a direction of its own; its sign stands by the numbers."""
    found = eighth(-40, id_=GAP)
    assert said(found, "brief.headline").words["scope"] == "difference"
    text = plain(wording.sentence(found, page(found).title, "en"))
    assert text.startswith("The gap on alignment is outside its usual range of −")
    assert re.search(r": [+−]?\d+(\.\d)? this wave, usually −\d+ \(change \d+, \d+ to \d+\)", text), text
    french = plain(wording.sentence(found, page(found).title, "fr-CA"))
    assert french.startswith("Alignement : écart hors de la plage habituelle, de −")


def test_a_drift_is_said_though_this_wave_alone_settles_nothing():
    """S-37: the second finding of the page, behind the lead of R-9; a reason to look, not yet to act."""
    found = eighth(-2, 16)
    code = said(found, "change.ALN.company")
    assert (code.code, code.words["way"]) == ("change.drift", "above")
    assert found.figures["change.ALN.change.company"].verdict not in (2, 3)
    assert "change.ALN.company" in page(found).findings or page(found).title == "change.ALN.company"
    assert "taken together, recent waves lie above the usual" in wording.sentence(found, "change.ALN.company", "en")
    assert said(found, "change.may").code == "change.may_watch"
    assert said(found, "brief.headline").code != "headline.drift"


@pytest.mark.parametrize(("row", "title"), [
    (2, "has drifted from its usual level"), (5, "no meaningful change this wave"), (7, "The answers cannot settle"),
])  # fmt: skip
def test_a_title_of_a_drift_says_no_more_than_the_verdict_of_this_wave(row, title):
    """R-10: rows 6 and 7 head a page as what is not settled."""
    seen = {2: "moved", 5: "steady", 7: "open"}[row]
    facts = sayings.said("change.drift", seen=seen)
    assert title in wording.title(facts, "said", "en")


def test_the_range_is_of_this_wave_and_of_the_first_seven():
    """S-37: as scoring has it, rounded once."""
    found, waves = eighth(-25), earlier({COMPANY: [-25] * 7}, 7)
    numbers, _ = built.scored(built.table(means=ALIKE), earlier=waves, number=8)
    assert numbers is not None
    chart = numbers.changes["scale.ALN.company"].chart
    assert chart is not None
    assert printed(found, "change.ALN.usual.company") == Decimal(str(rounded(chart.mean)))
    assert printed(found, "change.ALN.usual_low.company") == Decimal(str(rounded(chart.low)))
    assert printed(found, "change.ALN.usual_high.company") == Decimal(str(rounded(chart.high)))
    level = found.figures["change.ALN.usual.company"]
    assert isinstance(level, ReleasedFigure)
    assert float(level.hi95) - float(level.lo95) == pytest.approx(3.92 * chart.error, abs=1)
    assert level.estimand == "B"
    row = next(each for each in page(found).rows if each.subject == "ALN")
    roles = {
        f"{role}_{scope}"
        for role in ("usual", "usual_low", "usual_high")
        for scope in ("company", "sales", "marketing", "difference")
    }
    assert roles <= set(row.figures)


@given(st.floats(5, 95), st.floats(0.5, 8), st.floats(0, 100))
def test_words_and_printed_numbers_agree(level, e, now):
    """R-5, R-53: a wave outside its range is printed outside it, one inside is not; and no limit moves a point."""
    chart = control([level] * 7 + [now], [e] * 8)
    figure: Figure = ReleasedFigure(value=rounded(now), unit="points")
    found = usual.figures("ALN", "company", chart, figure)
    low, high = (Decimal(str(found[id_].value)) for id_ in (usual.low("ALN", "company"), usual.high("ALN", "company")))
    value = Decimal(str(figure.value))
    assert (value > high) == (chart.signal is Signal.ABOVE)
    assert (value < low) == (chart.signal is Signal.BELOW)
    assert float(low) == pytest.approx(max(chart.low, 0), abs=0.61)
    assert float(high) == pytest.approx(min(chart.high, 100), abs=0.61)
    assert 0 <= low <= high <= 100


def test_limits_rounded_without_looking_would_contradict_the_words():
    """R-53, planted: 56.4 over a limit of 56.2 prints as 56 beside 56."""
    se = 2 * (8 / 7) ** 0.5
    chart = control([56.2 - 3 * se] * 7 + [56.4], [2.0] * 8)
    assert chart.signal is Signal.ABOVE
    assert rounded(chart.high) == rounded(56.4) == 56
    found = usual.figures("ALN", "company", chart, ReleasedFigure(value=56, unit="points"))
    assert found["change.ALN.usual_high.company"].value == "55.9"


def test_a_range_stays_on_its_scale():
    """S-01: scores from 0 to 100, gaps to ±100."""
    wide = control([90.0] * 8, [8.0] * 8)
    assert (
        usual.figures("ALN", "company", wide, ReleasedFigure(value=90, unit="points"))[
            "change.ALN.usual_high.company"
        ].value
        == 100
    )
    gap = usual.figures("ALN", "difference", control([0.0] * 8, [60.0] * 8), ReleasedFigure(value=0, unit="points"))
    assert [gap[f"change.ALN.usual_{end}.difference"].value for end in ("low", "high")] == [-100, 100]


def test_a_coded_level_leaves_the_range_as_it_is():
    """A-12: at 5 to 9 answers a score under 5 is a code, and has no side of a limit."""
    chart = control([4.0] * 8, [1.0] * 8)
    found = usual.figures("ALN", "company", chart, sayings.BandedFigure(code="le5", unit="points"))
    assert found["change.ALN.usual_high.company"].value == rounded(chart.high)


@pytest.mark.parametrize("waves", [3, 8])
def test_the_method_page_says_what_is_done_from_the_eighth_wave_when_there_are_so_many(waves):
    """R-20."""
    found = eighth() if waves == 8 else built.facts(built.table(means=ALIKE), earlier=earlier({}, 2))
    for locale, words in (("en", "From the eighth wave on"), ("fr-CA", "À partir de la huitième vague")):
        texts = " ".join(text for part in annex.method(Source(facts=found, locale=locale)).parts for text in part.texts)
        assert (words in texts) is (waves == 8)


def test_the_table_has_the_usual_level_and_the_last_two_waves():
    """R-28: three columns of scores have room."""
    source = Source(facts=eighth(-25), locale="en")
    table = moves.table(source, page(source.facts).rows)
    assert [plain(each.text) for each in table.columns[:4]] == ["Usual", "Q3 2027", "Q4 2027", "Both"]
    line = next(line for line in table.lines if line.head.text == "Alignment")
    assert line.cells[0].text == str(printed(source.facts, "change.ALN.usual.company"))
    assert "from the usual level where there is one" in table.caption
    trend = Source(facts=built.facts(built.table(means=ALIKE), earlier=earlier({}, 4)), locale="en")
    columns = [plain(each.text) for each in moves.table(trend, page(trend.facts).rows).columns]
    assert columns[:4] == ["Q1 2026", "Q4 2026", "Q1 2027", "Both"]


@pytest.mark.parametrize(("locale", "words"), [("en", "now, usually"), ("fr-CA", "d’habitude")])
def test_the_chart_speaks_of_the_usual_level_too(locale, words):
    """R-27: the alt text holds the change against what it was taken."""
    source = Source(facts=eighth(), locale=locale)
    assert words in plain(moves.draw(source, page(source.facts).rows).alt)


def test_a_reworded_scale_begins_again_while_others_have_their_range():
    """I-24: a broken series is no chart's."""
    waves = list(earlier({}, 7))
    for k in (0, 1):
        hashes = {**waves[k].provenance["scale_hashes"], "ALN": "00"}
        waves[k] = waves[k].model_copy(update={"provenance": {**waves[k].provenance, "scale_hashes": hashes}})
    found = built.facts(built.table(means=ALIKE), earlier=tuple(waves))
    assert "change.ALN.usual.company" not in found.figures
    assert "change.TRU.usual.company" in found.figures
    row = next(each for each in page(found).rows if each.subject == "ALN")
    assert "usual_company" not in row.figures
    table = moves.table(Source(facts=found, locale="en"), page(found).rows)
    assert next(line for line in table.lines if line.head.text == "Alignment").cells[0].text == "–"


def test_a_withheld_wave_leaves_the_range_of_the_others_alone():
    """R-4: nothing of a chart stands where this wave is withheld."""
    found = built.facts(built.table(means=ALIKE), earlier=earlier({}, 7), withhold=frozenset({"scale.TRU"}))
    assert not [id_ for id_ in found.figures if id_.startswith("change.TRU.usual")]
    assert "change.ALN.usual.company" in found.figures


def test_half_silent_waves_say_of_whom():
    """S-31, R-11."""
    found = built.facts(built.table(means=ALIKE, invited=(40, 34)), earlier=earlier({COMPANY: [-25] * 7}, 7))
    assert said(found, "brief.headline").code == "headline.outside"
    assert wording.sentence(found, "brief.headline", "en").endswith(", of those who answered.")


CHARTED = [code for code in Code if code.value.endswith((".outside", ".inside", ".drift"))]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", CHARTED)
def test_every_shape_of_a_chart_s_sentence_is_clean_and_fits(code, locale):
    """R-8 to R-12, R-54: both scopes, both ways, each verdict's title, the longest names, a half-silent side."""
    base = built.waves(1)[0]
    shapes = [
        *itertools.product(("company", "difference"), ("above", "below"), ("moved",)),
        ("company", "above", "open"),
    ]
    shapes += [(scope, "above", "steady") for scope in ("company", "difference")]
    grid = [(*shape, subject) for shape in shapes for subject in ("H", "PUL")]
    for scope, way, seen, subject in grid:
        facts = sayings.said(code.value, base, scope=scope, way=way, seen=seen)
        figures = {
            id_: figure.model_copy(update={"modifiers": ("of_those_who_answered",)})
            if isinstance(figure, ReleasedFigure) and figure.verdict
            else figure
            for id_, figure in facts.figures.items()
        }
        finding = facts.findings[0].model_copy(update={"subject": subject})
        facts = facts.model_copy(update={"findings": (finding,), "figures": figures})
        title, sentence = wording.title(facts, "said", locale), wording.sentence(facts, "said", locale)
        assert len(title) <= wording.TITLE_LIMITS[locale], title
        for text in (title, sentence):
            assert not re.search(r"[{}\ue000-\uf8ff]|  | \.|\.\.", text), text
            assert not re.search(FORBIDDEN[locale], text, re.IGNORECASE), text
            assert slips(text, locale) == []
        assert re.search(r"\(change|\(variation", sentence), "no comparison without its interval (R-53)"
        if code.value.startswith("headline."):
            assert counted(sentence) <= WORDS_LIMIT[locale], sentence
        else:
            assert counted(sentence) <= 45, sentence


def test_each_signal_has_its_code_and_its_way():
    """S-37: each signal has its code."""
    assert {usual.stated(dataclasses.replace(control([50.0] * 8, [2.0] * 8), signal=each)) for each in Signal} == {
        (Code.CHANGE_INSIDE, "none"),
        (Code.CHANGE_OUTSIDE, "above"),
        (Code.CHANGE_OUTSIDE, "below"),
        (Code.CHANGE_DRIFT, "above"),
        (Code.CHANGE_DRIFT, "below"),
    }
