"""Facts from estimates: what each page holds, how numbers are coded, and what may never depend on a withheld one."""

import dataclasses
import json
import re
from collections.abc import Callable

import numpy as np
import pytest
import reports_waves as built

from assess.disclosure.policy import Policy
from assess.disclosure.table import ResponseTable
from assess.reports import compose, facts
from assess.reports.bands import band
from assess.reports.blocks.brief import detectable_gap
from assess.reports.facts import BandedFigure, NotEstimableFigure, ReleasedFigure, WithheldFigure

ORDER = [
    "brief", "reading", "participation", "standing", "gaps", "items-ALN", "items-TRU", "items-FRI", "mirror", "change",
    "process", "options", "method", "anonymity",
]  # fmt: skip
ID = re.compile(r"[a-z]+(-[A-Z]+)?\.[A-Za-z0-9]+\.[a-z_0-9]+\.[a-z_]+")


@pytest.fixture(scope="module")
def core() -> facts.Facts:
    """A first wave, 34 and 14 answers: scales in full, items in their coarse class."""
    return built.waves(1)[0]


@pytest.fixture(scope="module")
def small() -> facts.Facts:
    """9 and 6 answers: scales in their coarse class, no items."""
    return built.facts(built.table((9, 6), invited=(10, 8)))


def block(found: facts.Facts, id_: str) -> facts.Block:
    return next(each for each in found.blocks if each.id == id_)


def states(found: facts.Facts) -> dict[str, str]:
    return {each.id: each.state for each in found.blocks}


def released(found: facts.Facts, id_: str) -> ReleasedFigure:
    figure = found.figures[id_]
    assert isinstance(figure, ReleasedFigure), figure
    return figure


def changed(found: ResponseTable, change: Callable[[np.ndarray], np.ndarray]) -> ResponseTable:
    """Return a table whose answers to EN3, which belongs to no scale, were changed."""
    answers = found.answers.copy()
    place = found.items.index("EN3")
    answers[:, place] = change(answers[:, place])
    return dataclasses.replace(found, answers=answers)


def test_facts_are_canonical_json_without_floats_and_read_back(core):
    """R-2."""
    data = facts.dump(core)
    assert facts.read(data) == core
    json.loads(data, parse_float=lambda text: pytest.fail(f"a float: {text}"))
    assert data.endswith(b"\n")


def test_the_same_estimates_give_the_same_bytes():
    """R-43: no clock, no order of anything."""
    assert facts.dump(built.facts()) == facts.dump(built.facts())


def test_pages_come_in_the_order_of_the_contract(core):
    """docs/report.md."""
    assert [each.id for each in core.blocks] == ORDER


def test_every_figure_id_is_block_subject_statistic_scope(core):
    """R-2: an id is defined once, by the block that owns it."""
    for id_ in built.waves(2)[1].figures:
        assert ID.fullmatch(id_), id_


def test_blocks_and_findings_point_at_what_exists():
    """R-8: a sentence is about figures of the facts, and every finding is printed somewhere."""
    for found in (*built.waves(3), built.facts(form="pulse"), built.facts(built.table((9, 6), invited=(10, 8)))):
        by_id = {finding.id: finding for finding in found.findings}
        assert len(by_id) == len(found.findings)
        printed = {id_ for each in found.blocks for id_ in (*((each.title,) if each.title else ()), *each.findings)}
        assert printed == set(by_id)
        for finding in found.findings:
            assert set(finding.figures.values()) <= set(found.figures), finding
        for each in found.blocks:
            assert {id_ for row in each.rows for id_ in row.figures.values()} <= set(found.figures)
            assert each.state == "dropped" or each.title in by_id


def test_a_wave_of_three_sides_has_no_report():
    """S-15: gaps are for any number of sides, mirror, gate and report for two; said plainly, not by a traceback."""
    north = built.instrument().sides[0].model_copy(update={"letter": "N", "code": "north"})
    asked = built.instrument().model_copy(update={"sides": (*built.instrument().sides, north)})
    with pytest.raises(ValueError, match=r"a report is of two sides; .* has 3"):
        compose.facts(None, None, context=built.context(instrument=asked))


def test_rows_have_the_roles_of_the_contract(core):
    """docs/report.md."""
    roles = {row.subject: set(row.figures) for each in core.blocks for row in each.rows if each.id == "mirror"}
    sides = {"sales", "marketing"}
    own = {f"{role}_{side}" for role in ("own", "expected", "error") for side in sides}
    assert roles["AL1"] == own | {"gap", "perceived_sales", "perceived_marketing"}
    assert roles["CO4"] == roles["TR2"] == own
    assert roles["MIR"] == {f"{role}_{side}" for role in ("expected", "answered", "error") for side in sides}
    assert set(block(core, "standing").rows[0].figures) == sides | {"company"}
    assert set(block(core, "gaps").rows[0].figures) == sides | {"gap", "theta"}
    item = set(block(core, "items-ALN").rows[0].figures)
    assert item == sides | {"gap", "favourable_sales", "favourable_marketing"}
    brief = {row.subject: set(row.figures) for row in block(core, "brief").rows}
    assert brief["H"] == {"company"}
    assert brief["ballots"] == {"answered", "invited"}
    participation = {row.subject: set(row.figures) for row in block(core, "participation").rows}
    assert participation["total"] == participation["sales"] == {"answered", "invited", "rate"}
    assert participation["ALN"] == {"low", "high", "d_star"}


def test_a_mirror_row_sets_what_one_side_expects_beside_what_the_other_answered(core):
    """I-14."""
    row = next(row for row in block(core, "mirror").rows if row.subject == "MIR")
    assert row.figures["answered_sales"] == "mirror.MIR.answered.marketing"
    assert row.figures["error_sales"] == "mirror.MIR.error.sales_to_marketing"


def test_scales_are_full_from_ten_answers_and_items_coarse_until_thirty(core):
    """A-12, R-30: no own interval of an item, its gap outward to fives, no answer classes."""
    scale = released(core, "standing.TRU.mean.marketing")
    assert scale.lo95 is not None
    item = released(core, "items-TRU.TR1.mean.marketing")
    assert (item.lo95, item.hi95, item.lo90, item.hi90) == (None, None, None, None)
    assert isinstance(item.value, int)
    gap = released(core, "items-TRU.TR1.gap.difference")
    ends = [int(end) for end in (gap.lo95, gap.hi95, gap.lo90, gap.hi90)]
    assert all(end % 5 == 0 for end in ends)
    assert isinstance(gap.value, int)
    assert not [id_ for id_ in core.figures if ".level_" in id_]


def test_a_perceived_gap_of_an_item_prints_without_interval_or_verdict(core):
    """A-12: its interval only judges the label."""
    perceived = released(core, "mirror.AL1.perceived.sales_to_marketing")
    assert (perceived.lo95, perceived.verdict) == (None, None)
    error = released(core, "mirror.AL1.error.sales_to_marketing")
    assert error.verdict is not None
    assert int(error.lo95) % 5 == 0


def test_items_from_thirty_answers_print_five_classes_and_intervals():
    """A-12."""
    found = built.facts(built.table((40, 32), invited=(44, 40)))
    assert released(found, "items-ALN.AL3.mean.sales").lo95 is not None
    assert released(found, "items-ALN.AL3.favourable.sales").lo95 is not None
    levels = [released(found, f"items-ALN.AL3.level_{level}.sales") for level in range(1, 6)]
    assert {figure.unit for figure in levels} == {"percent"}
    assert abs(sum(float(figure.value) for figure in levels) - 100) <= 2.5
    assert released(found, "mirror.AL1.perceived.sales_to_marketing").lo95 is not None
    assert released(found, "items.CO1.level_1.sales").unit == "percent"
    assert "items.CO1.mean.sales" not in found.figures  # I-15: a frequency is never POMP


def test_five_to_nine_answers_print_whole_means_without_interval_but_for_health(small):
    """A-12: side means, gap and H; ends outward to 1 POMP; process intervals likewise."""
    for id_, figure in small.figures.items():
        if ".mean" not in id_ or not isinstance(figure, ReleasedFigure):
            continue
        health = id_ in ("standing.H.mean.company", "standing.H.mean_process.company")
        assert isinstance(figure.value, int)
        assert (figure.lo95 is not None) == health, id_
    for subject in ("ALN", "TRU", "FRI", "H"):
        for statistic in ("gap", "gap_process"):
            gap = released(small, f"gaps.{subject}.{statistic}.difference")
            assert all(isinstance(end, int) for end in (gap.value, gap.lo95, gap.hi95, gap.lo90, gap.hi90))
        assert f"gaps.{subject}.theta.difference" not in small.figures


def test_a_scale_mean_at_its_end_is_a_code():
    """A-12: <= 5 and >= 95 at 5 to 9 answers."""
    means = dict.fromkeys(("TR1", "TR2", "TR3", "TR4"), (-2.0, 8.0))
    found = built.facts(built.table((7, 7), invited=(8, 8), means=means))
    assert found.figures["standing.TRU.mean.sales"] == BandedFigure(code="le5", unit="points")
    assert found.figures["standing.TRU.mean.marketing"] == BandedFigure(code="ge95", unit="points")


def test_verdicts_and_families_are_those_of_scoring(core):
    """Step 8 judges nothing."""
    numbers, _ = built.scored(built.table(means={**built.MEANS, "AL3": (2.2, 2.4), "AL2": (2.9, 2.9)}, seed=1))
    assert numbers is not None
    for subject in numbers.subjects.values():
        id_ = f"gaps.{subject.subject}.gap.difference"
        if subject.gap is not None and id_ in core.figures:
            assert released(core, id_).verdict == subject.gap.verdict
            assert released(core, id_).family == subject.gap.family
            assert released(core, id_).family_size == subject.gap.family_size


def test_no_figure_says_how_many_answered_it(core):
    """R-6, A-11: ballots a side, and missing answers as classes."""
    people = {id_ for id_, figure in core.figures.items() if getattr(figure, "unit", "") == "people"}
    assert people == {
        f"participation.ballots.{statistic}.{scope}"
        for statistic in ("answered", "invited")
        for scope in ("sales", "marketing", "company")
    }
    found = built.facts(built.table(blank={"FR1": 2, "FR2": 3}))
    assert released(found, "items-FRI.FR1.gap.difference").missing == {"sales": "lt10", "marketing": "10to25"}


def test_more_than_a_quarter_missing_is_the_last_class():
    """A-11."""
    found = built.facts(built.table((34, 20), invited=(40, 22), blank={"FR1": 6}))
    assert released(found, "items-FRI.FR1.mean.marketing").missing == {"marketing": "gt25"}


def test_withheld_rows_come_last_with_every_role_withheld():
    """R-4."""
    found = built.facts(built.table(blank={"AL1": 6}))
    rows = block(found, "items-ALN").rows
    assert rows[-1].subject == "AL1"
    assert {type(found.figures[id_]) for id_ in rows[-1].figures.values()} == {WithheldFigure}
    mirror = block(found, "mirror").rows
    assert [row.subject for row in mirror][-2:] == ["AL1", "MIR"]
    assert mirror[-2].label is None


def test_a_page_more_than_half_withheld_is_dropped():
    """R-14."""
    blank = dict.fromkeys(("TR1", "TR3", "TR4"), 5)
    found = built.facts(built.table(blank=blank))
    assert states(found)["items-TRU"] == "dropped"
    assert states(found)["items-ALN"] == "full"


def test_grades_follow_the_smaller_side(core, small):
    """R-14: full, scales only, participation only."""
    assert set(states(core).values()) == {"full", "dropped"}
    assert [id_ for id_, state in states(core).items() if state == "dropped"] == ["change"]
    assert {id_: states(small)[id_] for id_ in ("items-ALN", "mirror", "gaps", "standing")} == {
        "items-ALN": "dropped", "mirror": "reduced", "gaps": "full", "standing": "full",
    }  # fmt: skip
    assert [row.subject for row in block(small, "mirror").rows] == ["MIR"]
    gone = built.facts(built.table((12, 4), invited=(14, 6)))
    assert [id_ for id_, state in states(gone).items() if state != "dropped"] == [
        "brief", "reading", "participation", "method", "anonymity",
    ]  # fmt: skip
    assert set(gone.figures) == {f"participation.ballots.{each}.company" for each in ("answered", "invited", "rate")}
    assert gone.recommendations == ()


def test_a_pulse_puts_its_index_in_the_place_of_the_scales():
    """R-14: 1-4, 6, one item page, the mirror of AL1, plays as fired."""
    found = built.facts(form="pulse")
    kept = [id_ for id_, state in states(found).items() if state != "dropped"]
    assert kept[:6] == ["brief", "reading", "participation", "gaps", "items-PUL", "mirror"]
    assert [row.subject for row in block(found, "mirror").rows] == ["AL1"]
    assert block(found, "brief").rows[0].subject == "PUL"
    assert [row.subject for row in block(found, "gaps").rows] == ["PUL"]
    few = built.facts(built.table((9, 7), invited=(10, 8), form="pulse"), "pulse")
    assert {states(few)["items-PUL"], states(few)["mirror"]} == {"dropped"}


def test_the_pulse_index_of_a_core_wave_has_figures_for_trends_but_no_row(core):
    """S-37: every PUL figure is registered; I-12: it heads pulses only."""
    assert "standing.PUL.mean_process.company" in core.figures
    for id_ in ("standing", "gaps"):
        assert "PUL" not in [row.subject for row in block(core, id_).rows]


def test_gap_rows_are_sorted_by_printed_size_headline_first(core):
    """R-25."""
    rows = block(core, "gaps").rows
    assert [row.group for row in rows] == ["headline", "headline", "headline", "exploratory"]
    sizes = [abs(float(released(core, row.figures["gap"]).value)) for row in rows[:3]]
    assert sizes == sorted(sizes, reverse=True)
    assert rows[-1].subject == "H"


def test_shared_strengths_come_first():
    """R-15: a strength is sound or better on both sides, whatever the scale's direction."""
    means = {"FR1": (4.6, 4.6), "FR2": (1.4, 1.4), "FR3": (1.4, 1.4), "FR4": (1.4, 1.4)}
    found = built.facts(built.table(means={**built.MEANS, **means}))
    rows = block(found, "standing").rows
    assert rows[0].subject == "FRI"
    assert rows[0].band["sales"] == ("strong",)
    assert found.blocks[3].title == "standing.strength.FRI"


def test_bands_are_those_of_the_printed_numbers(core):
    """I-19, R-5: rounding never crosses a band's edge."""
    for row in block(core, "standing").rows:
        for scope, codes in row.band.items():
            figure = core.figures[row.figures[scope]]
            assert isinstance(figure, ReleasedFigure)
            ends = [end for end in (figure.lo95, figure.hi95) if end is not None] or [figure.value]
            assert codes == tuple(dict.fromkeys(band(end, high_is_bad=row.subject == "FRI") for end in ends))


@pytest.mark.parametrize(
    ("n", "m", "gap"),
    [(5, 5, 40.5), (8, 8, 30.1), (8, 20, 24.4), (12, 12, 23.9), (20, 20, 18.2), (30, 30, 14.7), (64, 64, 10.0),
     (200, 200, 5.6)],
)  # fmt: skip
def test_the_detectable_gap_is_that_of_the_table(n, m, gap):
    """statistics.md section 10."""
    assert detectable_gap(n, m) == pytest.approx(gap, abs=0.05)


def test_tipping_points_print_by_fives_and_over_forty_as_such(core):
    """R-6."""
    assert core.figures["participation.TRU.d_star.difference"] == BandedFigure(code="gt40", unit="points")
    leading = next(found for found in core.findings if found.id == "participation.silent")
    assert (leading.code, leading.subject) == ("participation.settled", "TRU")
    other = released(core, "participation.ALN.d_star.difference")
    assert int(other.value) % 5 == 0
    assert other.modifiers == ()


def test_everybody_answering_leaves_no_tipping_point():
    """S-48."""
    found = built.facts(built.table((34, 14), invited=(34, 14)))
    assert found.figures["participation.TRU.d_star.difference"] == NotEstimableFigure(reason="all_answered")


def test_without_head_counts_there_is_no_rate_and_no_bound():
    """U-121, S-11: only how these departments work."""
    found = built.facts(built.table(invited=None), source="file", box=None, merkle_root=None)
    assert "participation.ballots.rate.company" not in found.figures
    assert not [row for row in block(found, "participation").rows if row.group == "bounds"]
    assert found.provenance["estimand"] == {"code": "B", "why": "no_headcount"}
    assert found.provenance["box"] is None
    code = {finding.id: finding.code for finding in found.findings}
    assert code["anonymity.lead"] == "anonymity.file"


def test_no_playbook_no_pages_of_changes():
    """R-14: blocks follow the instrument."""
    numbers, _ = built.scored(built.table())
    found = compose.facts(numbers, None, context=built.context(playbook=None))
    assert {states(found)["process"], states(found)["options"]} == {"dropped"}
    assert found.recommendations == ()
    assert found.provenance["playbook"] is None


def test_recommendations_carry_released_figures_owner_cost_and_how_we_will_know(core):
    """P-5, P-12, P-16."""
    cards = [each for each in core.recommendations if each.status == "recommended" and each.kind == "process"]
    assert cards
    first = next(each for each in cards if each.play == "P1")
    assert first.why == ("items-ALN.AL3.mean.sales", "items-ALN.AL3.mean.marketing")
    assert (first.owner, first.cost, first.evidence, first.control) == ("HH", "M", "B", "0.8")
    assert first.know == {"name": "ALN", "direction": "RISE", "d": "process.ALN.noticeable.change"}
    assert first.indicators[0]["today_sales"] == "items-ALN.AL3.mean.sales"
    assert (first.indicators[0]["low"], first.indicators[0]["high"]) == ("10", "15")
    for each in core.recommendations:
        assert all(core.figures[id_].state in ("released", "banded") for id_ in each.why)


def test_the_noticeable_change_is_what_two_waves_of_this_width_detect(core):
    """S-37: e = width/3.92 of the process interval, power .80 at two-sided .05."""
    company = released(core, "standing.ALN.mean_process.company")
    width = float(company.hi95) - float(company.lo95)
    expected = (1.96 + 0.8416) * width / 3.92 * 2**0.5
    assert float(released(core, "process.ALN.noticeable.change").value) == pytest.approx(expected, abs=0.5)


def test_no_noticeable_change_where_the_class_prints_no_interval(small):
    """S-37: without an interval there is no verdict to come."""
    recommended = [each for each in small.recommendations if each.status == "recommended"]
    for each in recommended:
        assert each.know is None or ("d" in each.know) == (each.know["name"] == "H")


def test_unverified_sources_never_reach_the_facts(core):
    """P-15."""
    texts = json.dumps(core.model_dump(mode="json")["vocabulary"], ensure_ascii=False)
    for name in ("Chung", "Narayandas", "Lim & Chen"):
        assert name not in texts
    assert "Sabnis" in core.vocabulary["en"].plays["P1"]["sources"]


def test_vocabulary_holds_every_word_of_the_form_with_the_clients_labels():
    """I-3: placeholders are filled, in both languages."""
    found = built.facts(form="pulse")
    for locale in ("en", "fr-CA"):
        words = found.vocabulary[locale]
        assert set(words.items) == set(built.instrument().closed("pulse"))
        texts = [text for item in words.items.values() for text in item.values()]
        assert all(texts)
        assert not [text for text in texts if "{" in text]
        assert words.scales["FRI"]["high"] == "bad"
    assert found.vocabulary["en"].items["TR2"]["sales"].startswith("The Marketing team")


def test_provenance_has_the_keys_of_the_contract(core):
    """docs/report.md, R-20, R-21."""
    assert set(core.provenance) == {
        "versions", "instrument", "scale_hashes", "playbook", "policy", "wave", "series", "prereg", "release_sha256",
        "audit", "box", "merkle_root", "seed", "estimand", "half_silent", "checks", "withheld", "paper", "promise",
    }  # fmt: skip
    assert core.provenance["seed"] == "12345678901234567890"
    assert core.provenance["policy"]["margin_item"] == "12.5"
    assert core.provenance["policy"]["families"]["headline"] == 3
    assert core.provenance["withheld"] == 0


def test_a_half_silent_side_is_named_and_the_estimand_says_why():
    """S-11, S-31."""
    found = built.facts(built.table((34, 14), invited=(40, 40)))
    assert found.provenance["half_silent"] == ["marketing"]
    assert found.provenance["estimand"] == {"code": "B", "why": "half_silent"}
    assert "of_those_who_answered" in released(found, "gaps.TRU.gap.difference").modifiers


def test_raised_floors_are_recorded():
    """A-11."""
    found = built.facts(policy=Policy(floor_item=15))
    assert found.provenance["policy"]["floor_item"] == 15


def test_answers_behind_a_withheld_figure_change_no_byte():
    """R-48: EN3 has 9 answers in marketing; what they are, and everybody else's, leaves no trace."""
    one = built.table(blank={"EN3": 5})
    other = changed(one, lambda codes: np.where(codes > 0, 6 - codes, codes))
    assert not np.array_equal(one.answers, other.answers)
    assert facts.dump(built.facts(one)) == facts.dump(built.facts(other))
    assert built.facts(one).figures["items.EN3.gap.difference"] == WithheldFigure()


def test_which_side_falls_short_changes_no_byte():
    """R-48: primary on one side, on the other, or withheld by the gate, a figure looks alike."""
    here = built.table(blank={"EN3": 5})
    there = changed(built.table(), lambda codes: np.where(np.arange(len(codes)) < 25, -1, codes))
    kept = built.table()
    found = {
        facts.dump(compose.facts(built.scored(each, withhold=withheld)[0], None, context=built.context()))
        for each, withheld in ((here, frozenset()), (there, frozenset()), (kept, frozenset({"item.EN3"})))
    }
    assert len(found) == 1


def test_a_wave_withheld_as_a_whole_never_says_which_side():
    """A-11, R-6: the total alone."""
    one, other = built.table((12, 4), invited=(14, 14)), built.table((4, 12), invited=(14, 14))
    assert facts.dump(built.facts(one)) == facts.dump(built.facts(other))


def test_the_leak_test_would_catch_a_leak():
    """R-48: had EN3 been released, its answers would have changed the bytes."""
    one = built.table()
    other = changed(one, lambda codes: 6 - codes)
    assert facts.dump(built.facts(one)) != facts.dump(built.facts(other))
