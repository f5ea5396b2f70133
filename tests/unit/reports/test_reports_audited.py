"""What facts hand to the gate, and what they print of its decisions (A-13 R3 to R5, design 5a)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import reports_waves as built

from assess import publish
from assess.advice.model import Records
from assess.disclosure.gate import Decision
from assess.disclosure.movement import Movement
from assess.disclosure.policy import Policy, Precision
from assess.disclosure.reconstruction import alone, moments
from assess.disclosure.registry import registered
from assess.disclosure.release import Released, release
from assess.disclosure.told import EXPECTED, OWN, nodes
from assess.reports import compose, render
from assess.reports.audited import History, Opened, audited, by_fives, history
from assess.reports.earlier import earlier_waves
from assess.reports.facts import BandedFigure, Facts, NotEstimableFigure, ReleasedFigure
from assess.reports.reprint import statements
from assess.reports.told import wave_numbers
from assess.scoring import tally
from assess.scoring.estimate import estimates

SHELLS = registered(built.instrument(), "core")
SIZES = ((34, 31), (34, 14), (12, 11), (9, 6))


def coarse(
    sizes: tuple[int, int], decided: Decision, *, earlier: tuple[Facts, ...] = (), seed: int = 1, al3: float = 2.2
) -> tuple[Facts, Released]:
    """Facts of a wave as the gate has decided."""
    number = len(earlier) + 1
    means = {**built.MEANS, "AL3": (al3, al3)}
    found = built.table(sizes, invited=(sizes[0] + 4, sizes[1] + 2), seed=seed, means=means)
    passed = release(found, Policy(), SHELLS, decided.withhold, decided.coarsen)
    assert isinstance(passed, Released)
    context = built.context(number=number, earlier=earlier, by_fives=by_fives(decided))
    numbers = estimates(
        passed,
        built.instrument(),
        "core",
        earlier_waves(earlier),
        number=number,
        scale_hashes=context.scale_hashes(),
    )
    return compose.facts(numbers, None, context=context), passed


def true_means(passed: Released, id_: str) -> dict[tuple[str, str], float]:
    """The unrounded means of a figure by quantity and side."""
    subject = next(s for s in passed.subjects if s.registered.id == id_)
    instrument, kind = built.instrument(), subject.registered.kind.value
    of = {
        "scale": lambda: {OWN: tally.scale_histograms(passed, subject, instrument)},
        "composite": lambda: {OWN: tally.composite_histograms(passed, subject, instrument)},
        "item": lambda: {OWN: tally.item_histograms(passed, subject)},
        "mirror": lambda: {
            OWN: tally.item_histograms(passed, subject),
            EXPECTED: tally.item_histograms(passed, subject, f"{subject.registered.subject}m"),
        },
        "mirror_scale": lambda: {
            EXPECTED: tally.part_histograms(passed, subject, 0),
            "answered": tally.part_histograms(passed, subject, 1),
        },
    }[kind]()
    return {
        (quantity, side): 100 * (h.total - h.n * h.zero) / (h.n * h.span)
        for quantity, sides in of.items()
        for side, h in sides.items()
    }


ALL_FIVES = Decision(coarsen=dict.fromkeys((shell.id for shell in SHELLS), Precision.FIVES))


@pytest.mark.parametrize("decided", [Decision(), ALL_FIVES], ids=["whole", "by fives"])
@pytest.mark.parametrize("sizes", SIZES)
def test_every_true_mean_lies_in_what_facts_say_of_it(sizes: tuple[int, int], decided: Decision) -> None:
    """A-13 R4: a span without the true number would make the gate reckon with a lie; each kind of figure is there."""
    for seed in range(3):
        facts, passed = coarse(sizes, decided, seed=seed)
        numbers = wave_numbers(facts, 1, SHELLS)
        assert numbers.ballots == dict(zip(built.SIDES, sizes, strict=True))
        assert "composite.H" in numbers.told
        for id_, told in numbers.told.items():
            means = true_means(passed, id_)
            assert set(nodes(told)) <= set(means)
            for each in told:
                value = sum(weight * means[quantity, side] for quantity, side, weight in each.terms)
                assert each.low - 1e-6 <= value <= each.high + 1e-6, (id_, each, value)
        for id_, fewest in numbers.sizes.items():
            answered = true_sizes(passed, id_)
            assert all(fewest[side] <= answered[side] for side in built.SIDES), id_


def true_sizes(passed: Released, id_: str) -> dict[str, int]:
    subject = next(s for s in passed.subjects if s.registered.id == id_)
    missing = tally.missing_share(passed, subject)
    return {side: round(passed.table.people(side) * (1 - missing[side])) for side in built.SIDES}


def test_missing_classes_say_the_fewest_who_can_have_answered() -> None:
    """A-11: under 10, 10 to 25, over 25 %; the floor where most did not answer."""
    blank = {"AL2": 1, "TR1": 2, "FR1": 4}
    found = built.facts(built.table((34, 14), blank=blank), by_fives=())
    sizes = wave_numbers(found, 1, SHELLS).sizes
    assert [sizes[f"item.{code}"]["marketing"] for code in ("AL2", "TR1", "FR1")] == [13, 11, 10]


def test_a_withheld_wave_says_nothing_and_a_withheld_figure_neither() -> None:
    """R-4: nothing depends on a withheld value."""
    nothing = wave_numbers(built.facts(built.table((34, 4)), by_fives=()), 1, SHELLS)
    assert nothing.ballots is None
    assert not nothing.told
    hidden = wave_numbers(built.facts(withhold=frozenset({"scale.TRU"})), 1, SHELLS)
    assert "scale.TRU" not in hidden.told
    assert "scale.ALN" in hidden.told


def test_figures_by_fives_print_fives_and_a_direction() -> None:
    """A-13 R5: "side means to 5 POMP and change as direction only"; no interval, no share, in both languages."""
    first, _ = coarse((12, 11), Decision())
    second, _ = coarse((12, 11), ALL_FIVES, earlier=(first,), seed=2, al3=4.2)
    means = {
        id_: figure
        for id_, figure in second.figures.items()
        if id_.split(".")[2] in ("mean", "mean_process", "own", "expected", "answered")
    }
    assert means
    for id_, figure in means.items():
        if isinstance(figure, ReleasedFigure) and figure.unit == "points":
            assert int(figure.value) % 5 == 0, id_
            assert figure.lo95 is figure.hi95 is None, id_
    changed = {id_: f for id_, f in second.figures.items() if id_.split(".")[2] == "change"}
    assert changed
    assert all(isinstance(figure, BandedFigure | NotEstimableFigure) for figure in changed.values())
    assert second.figures["change.ALN.change.company"] == BandedFigure(code="higher", unit="points")
    assert {"higher", "lower"} >= {f.code for f in changed.values() if isinstance(f, BandedFigure)}
    assert not [id_ for id_ in second.figures if ".favourable." in id_ or ".level_" in id_]
    for locale, words in (("en", "steps of 5 points"), ("fr-CA", "par pas de 5")):
        page = render.html(second, locale, "letter")
        assert words in page.replace(" ", " ")


def test_a_coded_end_has_a_direction_too_and_what_stands_still_has_none() -> None:
    """A-12, A-13 R5: at most 5 after 10 is lower; the same print before and after is no change."""
    low = dict.fromkeys(("TR1", "TR2", "TR3", "TR4"), (1.0, 3.3))
    tables = [built.table((7, 7), means={**built.MEANS, **low}, seed=seed) for seed in (1, 1)]
    first = built.facts(tables[0], by_fives=())
    passed = release(tables[1], Policy(), SHELLS, coarsen=ALL_FIVES.coarsen)
    assert isinstance(passed, Released)
    context = built.context(number=2, earlier=(first,), by_fives=by_fives(ALL_FIVES))
    numbers = estimates(
        passed, built.instrument(), "core", earlier_waves((first,)), number=2, scale_hashes=context.scale_hashes()
    )
    second = compose.facts(numbers, None, context=context)
    codes = {id_: f for id_, f in second.figures.items() if id_.split(".")[2] == "change"}
    assert any(isinstance(f, NotEstimableFigure) for f in codes.values())


def test_a_statement_without_shares_prints_its_means_alone() -> None:
    """A-13 R3: the share is left out as if nobody had asked, on both sides, in the chart's words too."""
    decided = Decision(coarsen={"item.AL1": Precision.BARE_ITEM})
    facts, _ = coarse((34, 14), decided)
    assert not [id_ for id_ in facts.figures if id_.startswith("items-ALN.AL1.favourable")]
    assert isinstance(facts.figures["items-ALN.AL1.mean.sales"], ReleasedFigure)
    assert facts.provenance["audit"] == {"earlier": 0, "by_fives": []}
    short = facts.vocabulary["en"].items["AL1"]["short"]
    assert f"{short}: difference of means" in render.html(facts, "en", "letter").replace(" ", " ")


@pytest.mark.parametrize("sizes", [(12, 11), (34, 14)])
def test_a_statement_prints_again_what_the_facts_print(sizes: tuple[int, int]) -> None:
    """A-13 R3: the gate searches among tables that print the same; the true ones do."""
    facts, passed = coarse(sizes, Decision())
    found = {each.ids[0]: each for each in statements(passed, built.instrument(), "core")}
    assert "item.AL1" in found
    assert found["item.AL1"].ids == ("item.AL1", "mirror.AL1")
    assert {shell.id for shell in SHELLS if shell.id.startswith("item.")} > set(found)
    sides = found["item.AL1"].sides
    names = {
        ("own.sales", "own.marketing"): "mirror.AL1.gap.difference",
        ("expected.sales", "own.marketing"): "mirror.AL1.error.sales_to_marketing",
        ("expected.marketing", "own.sales"): "mirror.AL1.error.marketing_to_sales",
    }
    for each in found["item.AL1"].comparisons:
        id_ = names.get((each.first, each.second))
        printed = each.ends(sides[each.first].levels, sides[each.second].levels)
        if id_ is not None:
            figure = facts.figures[id_]
            assert isinstance(figure, ReleasedFigure)
            assert printed == (figure.value, figure.lo95, figure.hi95, figure.lo90, figure.hi90)
        else:
            way = "sales_to_marketing" if each.first == "own.sales" else "marketing_to_sales"
            figure = facts.figures[f"mirror.AL1.perceived.{way}"]
            assert isinstance(figure, ReleasedFigure)
            assert printed == figure.value
    assert moments(sides["own.sales"].levels)[0] == sizes[0]
    assert isinstance(alone(found["item.AL1"]), frozenset)


def test_a_census_of_one_answer_each_prints_no_interval_twice() -> None:
    """A-13 R3: where a comparison cannot be estimated there is nothing to hold a table by."""
    _, passed = coarse((12, 11), Decision())
    each = next(each for each in statements(passed, built.instrument(), "core") if each.ids == ("item.AL2",))
    assert each.comparisons[0].ends((0, 0, 1, 0, 0), (0, 0, 1, 0, 0)) == ()


def test_publishing_asks_the_gate_until_it_is_content() -> None:
    """Design 5a: three joiners on five: by fives; the reader of both reports is told of the audit."""
    before = built.table((5, 12), invited=(5, 12))
    after = built.table((8, 12), invited=(8, 12), seed=3)
    context = built.context(number=1, playbook=None)
    first = publish.audited_facts(before, context, Records(), History())
    assert first.provenance["audit"] == {"earlier": 0, "by_fives": []}
    moved = {
        "sales": Movement(stayers=5, joiners=3, leavers=0),
        "marketing": Movement(stayers=12, joiners=0, leavers=0),
    }
    held = history([Opened(number=1, facts=first, movement=None)], SHELLS, movement=moved)
    second = publish.audited_facts(after, built.context(number=2, earlier=(first,), playbook=None), Records(), held)
    audit = second.provenance["audit"]
    assert isinstance(audit, dict)
    assert audit["earlier"] == 1
    coarser = set(audit["by_fives"])
    withheld = {id_.split(".")[1] for id_, f in second.figures.items() if f.state == "withheld"}
    assert "scale.TRU" in coarser
    assert all(f"scale.{scale}" in coarser or scale in withheld for scale in ("ALN", "TRU", "FRI"))
    still = history(
        [Opened(number=1, facts=first, movement=None)],
        SHELLS,
        movement={side: Movement(stayers=12, joiners=0, leavers=0) for side in built.SIDES},
    )
    calm = publish.audited_facts(after, built.context(number=2, earlier=(first,), playbook=None), Records(), still)
    assert calm.provenance["audit"] == {"earlier": 1, "by_fives": []}


def test_a_wave_that_printed_nothing_still_says_who_came() -> None:
    """A-13 R5: over a withdrawn wave people come and go all the same."""
    moved = {"sales": Movement(stayers=5, joiners=2, leavers=0)}
    held = history([Opened(number=1, facts=None, movement=moved)], SHELLS, movement=None)
    assert held.waves[0].movement == moved
    assert held.waves[0].ballots is None


def test_an_erratum_with_one_ballot_more_withholds_everything() -> None:
    """A-13: an erratum is audited with the first release."""
    first, _ = coarse((9, 6), Decision())
    again, passed = coarse((10, 6), Decision())
    context = built.context(by_fives=())
    decided = audited(again, passed, context, History(first=first), Decision())
    assert decided.withhold == {shell.id for shell in SHELLS}
    same, passed = coarse((9, 6), Decision())
    assert audited(same, passed, context, History(first=first), Decision()).withhold == frozenset()


def test_facts_from_before_the_gate_say_that_nothing_was_audited() -> None:
    """R-21: a report that is drawn again says what was done when it was released."""
    old = built.facts()
    assert old.provenance["audit"] is None
    assert "Not audited against earlier waves." in render.html(old, "en", "letter")
    new = replace_audit(old)
    assert "Audited against the releases of earlier waves: 3." in render.html(new, "en", "letter")


def replace_audit(facts: Facts) -> Facts:
    return facts.model_copy(update={"provenance": {**facts.provenance, "audit": {"earlier": 3, "by_fives": []}}})


def test_withheld_by_the_gate_is_withheld_by_the_floor() -> None:
    """R-4: two figures withheld for two reasons are one and the same."""
    low = built.facts(built.table((34, 14), blank={"AL2": 6}), by_fives=())
    gated = built.facts(built.table((34, 14)), withhold=frozenset({"item.AL2"}), by_fives=())
    names = [id_ for id_ in low.figures if ".AL2." in id_]
    assert names
    assert [low.figures[id_] for id_ in names] == [gated.figures[id_] for id_ in names]
    assert {low.figures[id_].state for id_ in names} == {"withheld"}


def test_numbers_are_plain() -> None:
    """Design, section 2: disclosure reads plain numbers."""
    facts, _ = coarse((12, 11), Decision())
    numbers = wave_numbers(facts, 1, SHELLS)
    assert all(isinstance(each.low, float) for told in numbers.told.values() for each in told)
    assert replace(numbers, number=2).told == numbers.told
    assert np.isfinite([each.high for told in numbers.told.values() for each in told]).all()
