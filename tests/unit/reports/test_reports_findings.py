"""Which finding leads: the headline's order of R-9, page by page (R-10)."""

import dataclasses

import pytest
import reports_sayings as sayings
import reports_waves as built

from assess.disclosure.policy import Precision
from assess.reports import compose, wording
from assess.reports.facts import Facts, Finding, NotEstimableFigure, ReleasedFigure, WithheldFigure
from assess.reports.findings import Code, ordered, size, standing
from assess.scoring.results import Estimate, Judged, Verdict
from assess.scoring.wave import Estimates

ALIKE = dict.fromkeys(built.instrument().closed("core"), (3.5, 3.5))


def lead(found: Facts, block: str = "brief") -> Finding:
    page = next(each for each in found.blocks if each.id == block)
    return next(finding for finding in found.findings if finding.id == page.title)


def composed(numbers: Estimates, **changed) -> Facts:
    return compose.facts(numbers, None, context=built.context(**changed))


def judged(numbers: Estimates, verdicts: dict[str, Verdict]) -> Estimates:
    """Return estimates whose headline gaps carry these verdicts."""
    subjects = dict(numbers.subjects)
    for scale, verdict in verdicts.items():
        subject = subjects[f"scale.{scale}"]
        assert isinstance(subject.gap, Judged)
        pair = dataclasses.replace(subject.pair, gap=dataclasses.replace(subject.gap, verdict=verdict))
        subjects[f"scale.{scale}"] = dataclasses.replace(subject, pairs=dict.fromkeys(subject.pairs, pair))
    return dataclasses.replace(numbers, subjects=subjects)


@pytest.fixture(scope="module")
def quiet() -> Estimates:
    """A wave without topics, in which verdicts can be set."""
    numbers, _ = built.scored(built.table(means=ALIKE))
    assert numbers is not None
    return dataclasses.replace(numbers, topics={}, mirror_scale=None)


def test_comparisons_are_ordered_by_verdict_then_by_size():
    """R-9: 2-3, 5, 4, then what cannot be told; larger ones first; nothing withheld before anything shown."""
    figures = {
        "open": sayings.GAPS[7],
        "hidden": WithheldFigure(),
        "none": sayings.GAPS[5],
        "clear": sayings.GAPS[3],
        "large": sayings.GAPS[2],
        "small": sayings.GAPS[4],
        "reason": NotEstimableFigure(reason="too_few"),
    }
    assert ordered(figures, figures) == ("large", "clear", "none", "small", "open", "reason", "hidden")
    assert [standing(figures[id_]) for id_ in ("large", "hidden")] == [0, 5]
    assert size(figures["clear"]) == 12
    assert size(figures["hidden"]) == 0


def test_ties_keep_the_order_of_the_instrument():
    figures = {"b": sayings.GAPS[5], "a": sayings.GAPS[5]}
    assert ordered(("b", "a"), figures) == ("b", "a")


@pytest.mark.parametrize(
    ("verdicts", "code", "subject"),
    [
        ({"ALN": 5, "TRU": 3, "FRI": 2}, Code.HEADLINE_GAP, None),
        ({"ALN": 4, "TRU": 5, "FRI": 7}, Code.HEADLINE_NO_GAP, "TRU"),
        ({"ALN": 4, "TRU": 6, "FRI": 7}, Code.HEADLINE_TOO_SMALL, "ALN"),
        ({"ALN": 7, "TRU": 6, "FRI": 7}, Code.HEADLINE_TOO_FEW, None),
    ],
)
def test_the_headline_is_the_first_of_the_order_that_exists(quiet, verdicts, code, subject):
    """R-9."""
    found = composed(judged(quiet, {scale: Verdict(row) for scale, row in verdicts.items()}))
    assert lead(found).code == code
    assert subject is None or lead(found).subject == subject
    assert wording.sentence(found, "brief.headline", "en")


def test_a_false_conflict_comes_before_no_gap_and_after_a_clear_one(quiet):
    """R-9: even "Likely:"."""
    numbers, _ = built.scored(built.table())
    assert numbers is not None
    topics = dataclasses.replace(quiet, topics=numbers.topics)
    calm = judged(topics, dict.fromkeys(("ALN", "TRU", "FRI"), Verdict.NO_GAP))
    assert lead(composed(calm)).code == "headline.false_conflict"
    loud = judged(topics, {"ALN": Verdict.NO_GAP, "TRU": Verdict.CLEAR_LARGE, "FRI": Verdict.NO_GAP})
    assert lead(composed(loud)).code == "headline.gap"


def test_a_clear_change_comes_before_no_gap():
    """R-9, R-11: "improved" by the direction of the scale."""
    views = dict.fromkeys(("AL1", "AL2", "AL3", "AL5", "AL1m", "AL3m", "AL5m"), (2.0, 2.0))
    low, high = built.table(means={**ALIKE, **views, "AL4": (4.0, 4.0)}), built.table(means=ALIKE)
    better = built.facts(high, earlier=(built.facts(low),))
    assert (lead(better).code, lead(better).subject) == ("headline.improved", "ALN")
    worse = built.facts(low, earlier=(built.facts(high),))
    assert (lead(worse).code, lead(worse).subject) == ("headline.worsened", "ALN")


def test_less_friction_is_an_improvement():
    """R-11: high is bad for FRI."""
    first = built.facts(built.table(means={**ALIKE, "FR2": (4.6, 4.6), "FR3": (4.6, 4.6), "FR4": (4.6, 4.6)}))
    second = built.facts(built.table(means=ALIKE), earlier=(first,))
    code = {finding.id: finding.code for finding in second.findings}
    assert code["change.FRI.company"] == "change.improved"


def test_everything_withheld_says_what_a_report_needs():
    """R-14: brief at under five answers."""
    assert lead(built.facts(built.table((9, 4), invited=(10, 8)))).code == "headline.withheld"
    hidden = frozenset(f"scale.{scale}" for scale in ("ALN", "TRU", "FRI", "EXC", "PUL")) | {"composite.H"}
    found = built.facts(withhold=hidden)
    assert lead(found).code in ("headline.withheld", "headline.false_conflict")


def test_a_withheld_headline_scale_never_leads_while_another_is_shown():
    """R-4, R-10."""
    found = built.facts(withhold=frozenset({"scale.TRU"}))
    assert lead(found, "gaps").subject != "TRU"
    assert [row.subject for row in next(b for b in found.blocks if b.id == "gaps").rows][-1] == "TRU"


def test_the_page_of_a_wholly_withheld_family_says_so():
    """R-10: topic and verdict-1 label."""
    found = built.facts(withhold=frozenset({"scale.ALN", "scale.FRI", "scale.TRU"}))
    page = next(each for each in found.blocks if each.id == "gaps")
    assert page.state == "dropped"  # three of four rows
    code = sayings.said("gaps.withheld")
    assert wording.title(code, "said", "en") == "Trust: not shown, to protect anonymity"


def test_an_item_that_many_could_not_answer_is_a_finding():
    """I-17: over 25 percent "don't know" in a team."""
    found = built.table((34, 20), invited=(40, 22))
    place = found.items.index("FR3")
    answers = found.answers.copy()
    answers[34:40, place] = 0
    told = built.facts(dataclasses.replace(found, answers=answers))
    said = [finding for finding in told.findings if finding.code == "items.dont_know"]
    assert [(finding.subject, dict(finding.words)) for finding in said] == [("FR3", {"side": "marketing"})]
    assert "over 25% of the Marketing team" in wording.sentence(told, said[0].id, "en")


def test_the_least_favourable_item_is_found_whatever_its_direction():
    """R-15: AL4 is unfavourable when agreed with."""
    means = {**ALIKE, "AL4": (4.8, 4.8)}
    found = built.facts(built.table(means=means))
    said = next(f for f in found.findings if f.id in ("items-ALN.weakest", "items-ALN.lead") and f.subject == "AL4")
    assert said
    turned = {**ALIKE, "AL4": (1.2, 1.2), "AL5": (2.0, 2.0)}
    other = built.facts(built.table(means=turned))
    assert "AL4" not in {f.subject for f in other.findings if f.id == "items-ALN.weakest"}


def test_gaps_that_do_not_exclude_zero_leave_nothing_for_silence_to_erase(quiet):
    """S-36 speaks of a gap; without one there is no tipping point to tell."""
    found = composed(judged(quiet, dict.fromkeys(("ALN", "TRU", "FRI"), Verdict.CANNOT_TELL)))
    assert not [f for f in found.findings if f.code in ("participation.silent", "participation.settled")]


def test_coarse_verdicts_are_judged_on_what_is_printed():
    """R-5's oracle: item [0.3, 20.2] prints [0, 25], cannot tell."""
    from assess.reports.blocks import printed
    from assess.scoring.results import Estimand, Family
    from assess.scoring.verdicts import judge

    estimate = Estimate(
        value=10.2, lo95=0.3, hi95=20.2, lo90=2.0, hi90=18.4, se=5.0, df=20, n=12, m=14,
        estimand=Estimand.PROCESS, method="welch",
    )  # fmt: skip
    found = judge(
        estimate, margin=12.5, p=0.01, p_adjusted=0.01, family=Family.EXPLORATORY, precision=Precision.COARSE_ITEM
    )
    figure = printed.comparison(found, Precision.COARSE_ITEM)
    assert isinstance(figure, ReleasedFigure)
    assert (figure.value, figure.lo95, figure.hi95, figure.verdict) == (10, 0, 25, 7)
