"""S-44: who answered without reading is found, never left out, and said as yes or no and a class."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from scoring_builders import ITEMS, instrument, people, released

from assess.disclosure.policy import Policy
from assess.disclosure.registry import registered
from assess.disclosure.release import Released, ReleasedSubject, release
from assess.instruments.load import shipped
from assess.instruments.model import DONT_KNOW, Instrument
from assess.scoring import care, tally
from assess.scoring.care import Care, ShareClass, careless, check, share_class
from assess.scoring.estimate import estimates
from assess.scoring.results import Judged, NotEstimable, Reason
from assess.scoring.tally import Bools

ASKED = instrument()
KEYED = "V4"
OTHERS = tuple(item for item in ITEMS if item != KEYED)

Row = dict[str, int]


def line(code: int, *items: str) -> Row:
    return dict.fromkeys(items or tuple(ITEMS), code)


def straight(code: int, n: int) -> list[Row]:
    return [line(code) for _ in range(n)]


def wave(
    rows: Mapping[str, Sequence[Row]], *, policy: Policy | None = None, invited: Mapping[str, int] | None = None
) -> Released:
    return released(rows, policy=policy, invited=invited)


def found(rows: Mapping[str, Sequence[Row]], asked: Instrument = ASKED) -> list[bool]:
    return careless(released(rows, asked=asked), asked, "full").tolist()


def lines_that_met_no_keyed_item(given: Released, asked: Instrument, form: str) -> Bools:
    """A planted weakness: ten identical answers, whether or not any of them contradicts the others."""
    answers = given.table.answers[:, [given.table.items.index(item) for item in asked.closed(form)]]
    same = np.array([len(set(row[row >= 1].tolist())) == 1 for row in answers])
    return same & (np.count_nonzero(answers >= 1, axis=1) >= care.FEWEST_ANSWERS)


# --- who is careless --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (line(5), True),
        (line(1), True),
        (line(3), True),
        (line(5, KEYED, *OTHERS[:9]), True),
        (line(5, KEYED, *OTHERS[:8]), False),  # nine answers
        (line(5, *OTHERS), False),  # thirteen, none on the keyed item: such a person may simply agree
        ({**line(5, *OTHERS), KEYED: DONT_KNOW}, False),
        ({**line(5), KEYED: 1}, False),
        ({**line(5), "P1": 4}, False),  # a prediction is on the same answer scale
        ({**line(5, KEYED, *OTHERS[:9]), OTHERS[10]: DONT_KNOW}, True),  # "don't know" is no code
        (line(DONT_KNOW), False),
        ({}, False),
    ],
)
def test_careless_is_one_code_on_ten_items_with_a_keyed_one_among_them(row: Row, expected: bool) -> None:
    """S-44: all given answers on the keyed item's answer scale, at least ten, at least one of them keyed."""
    assert found({"east": [row, *people(np.random.default_rng(1), 1)], "west": [line(2, "V1")]}) == [
        expected, False, False,
    ]  # fmt: skip


def test_the_rule_that_asks_for_no_keyed_item_is_caught() -> None:
    """S-44: the planted weakness takes a person who agrees with everything and was contradicted by nothing."""
    agreeing = released({"east": [line(5, *OTHERS)], "west": [line(5)]})
    assert lines_that_met_no_keyed_item(agreeing, ASKED, "full").tolist() == [True, True]
    assert careless(agreeing, ASKED, "full").tolist() == [False, True]


def mixed(changes: Mapping[str, str], reverse: tuple[str, ...] = ()) -> Instrument:
    """Return the instrument with some items on another answer scale of seven levels, and more items turned round."""
    items = {
        code: item.model_copy(update={"anchors": changes.get(code, item.anchors)}) for code, item in ASKED.items.items()
    }
    rate = ASKED.scales["RATE"].model_copy(update={"reverse": reverse})
    return ASKED.model_copy(
        update={"items": items, "anchors": {"AGREE": 5, "OFTEN": 7}, "scales": {**ASKED.scales, "RATE": rate}}
    )


def test_items_on_another_answer_scale_are_looked_past() -> None:
    """S-44: agree items are those with the anchors of a keyed item, in whatever instrument."""
    asked = mixed({"F1": "OFTEN", "S1": "OFTEN"})
    row = {**line(4), "F1": 7, "S1": 2}
    assert found({"east": [row], "west": [{**row, "D1": 2}]}, asked) == [True, False]
    few = {**line(4, KEYED, *OTHERS[:8]), "F1": 4, "S1": 4}  # eleven identical answers, nine of them to agree items
    assert found({"east": [few], "west": [row]}, asked) == [False, True]


def test_each_answer_scale_with_a_keyed_item_is_looked_at_alone() -> None:
    """S-44: a line through ten items of one answer scale is one, whatever was answered on another."""
    extra = {f"R{i}": ASKED.items["O1"].model_copy(update={"code": f"R{i}", "anchors": "OFTEN"}) for i in range(10)}
    rate = ASKED.scales["RATE"].model_copy(update={"items": tuple(extra), "reverse": ("R0",)})
    form = ASKED.forms["full"].model_copy(update={"parts": (tuple(ITEMS), tuple(extra))})
    asked = ASKED.model_copy(
        update={
            "items": {**ASKED.items, **extra},
            "anchors": {"AGREE": 5, "OFTEN": 7},
            "scales": {**ASKED.scales, "RATE": rate},
            "forms": {**ASKED.forms, "full": form},
        }
    )
    read = {**people(np.random.default_rng(2), 1)[0], "V1": 1, "V2": 5}
    rows = [
        {**line(5), **line(7, *extra)},
        {**read, **line(7, *extra)},
        {**line(5), **dict(zip(extra, (1, 2, 3, 4, 5, 6, 7, 1, 2, 3), strict=True))},
        {**read, **dict(zip(extra, (1, 2, 3, 4, 5, 6, 7, 1, 2, 3), strict=True))},
        {**read, **line(7, *list(extra)[1:])},
    ]
    assert found({"east": rows, "west": [read]}, asked) == [True, True, True, False, False, False]


def test_an_item_that_any_scale_of_the_form_turns_round_is_keyed() -> None:
    """S-44, S-07: here O2 as well as V4."""
    asked = mixed({}, reverse=("O2",))
    without_v4 = line(5, *OTHERS)
    assert found({"east": [without_v4], "west": [without_v4]}, asked) == [True, True]
    assert found({"east": [without_v4], "west": [without_v4]}) == [False, False]


def test_the_shipped_questionnaire_has_its_agree_items_found() -> None:
    """S-44, I-7: in core all but CO1, EN5 (how often) and OU1 (how well)."""
    asked = shipped("sales-marketing")
    agree = [item for item in asked.closed("core") if item not in {"CO1", "EN5", "OU1"}]
    assert len(agree) == 27
    sure = {**line(4, *agree), "CO1": 2, "EN5": 1, "OU1": 3}
    rows = {"sales": [sure, {**sure, "AL5m": 3}], "marketing": [{**sure, "AL4": 2}]}
    assert careless(released(rows, form="core", asked=asked), asked, "core").tolist() == [True, False, False]


# --- with and without them --------------------------------------------------------------------------------------------


def verdicts(given: Released) -> dict[object, object]:
    """Return the headline verdicts of a release, None where there is none: the whole engine, from the rows on."""
    scored = estimates(given, ASKED, "full")
    found: dict[object, object] = {}
    for id_ in ("scale.VIEW", "scale.RATE"):
        for pair, each in scored.subjects[id_].pairs.items():
            assert isinstance(each.gap, Judged)
            found[id_, pair] = None if isinstance(each.gap.estimate, NotEstimable) else each.gap.verdict
    return found


SEEDS = 6


def drawn(seed: int, sides: tuple[str, ...]) -> dict[str, list[Row]]:
    """Draw sides of 10 to 16 people; on the first one or two are careless."""
    rng = np.random.default_rng(seed)
    rows = {side: people(rng, int(rng.integers(10, 16)), shift=float(rng.normal() * 0.5)) for side in sides}
    rows[sides[0]] += straight(int(rng.integers(1, 6)), int(rng.integers(1, 3)))
    return rows


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("sides", [("east", "west"), ("east", "west", "north")])
def test_the_check_is_the_whole_engine_run_again_without_their_rows(sides: tuple[str, ...], known: bool) -> None:
    """S-44: same estimand rule, ρ, margins and Holm family as `estimates`; of more than two sides, every pair."""
    answers = {True: 0, False: 0}
    for seed in range(SEEDS):
        rows = drawn(seed, sides)
        kept = {side: [row for row in given if len(set(row.values())) > 1] for side, given in rows.items()}
        invited = {side: round(1.9 * len(given)) for side, given in rows.items()} if known else None
        expected = verdicts(wave(rows, invited=invited)) == verdicts(wave(kept, invited=invited))
        result = check(wave(rows, invited=invited), ASKED, "full")
        assert isinstance(result, Care)
        assert result.unchanged is expected
        answers[expected] += 1
    assert min(answers.values()) > 0


@pytest.mark.parametrize(("seed", "unchanged"), [(40, True), (12, False)])
def test_who_is_left_out_counts_as_silent_and_moves_no_estimand(seed: int, unchanged: bool) -> None:
    """S-44, S-11: 12 of 22 answered, ten of them read. As a wave of its own the ten would be about the process."""
    rng = np.random.default_rng(seed)
    kept = {"east": people(rng, 10, shift=0.8), "west": people(rng, 14)}
    rows = {**kept, "east": [*kept["east"], *straight(3, 2)]}
    invited = {"east": 22, "west": 20}
    with_all = verdicts(wave(rows, invited=invited))
    still_about_people = verdicts(wave(kept, invited={"east": 19, "west": 20}))
    assert (still_about_people == with_all) is unchanged
    assert (verdicts(wave(kept, invited=invited)) == with_all) is not unchanged
    assert check(wave(rows, invited=invited), ASKED, "full") == Care(unchanged=unchanged, share=ShareClass.UNDER_10)


def test_nothing_leaves_but_yes_or_no_and_a_class() -> None:
    """S-44: no figure without the careless, no count of them."""
    assert [(each.name, each.type) for each in dataclasses.fields(Care)] == [
        ("unchanged", "bool"), ("share", "ShareClass"),
    ]  # fmt: skip


def test_a_line_of_fives_on_one_side_can_make_a_verdict() -> None:
    """S-44: two like sides, and four people who ticked 5 throughout: RATE has a gap with them, none without."""
    rng = np.random.default_rng(11)
    rows = {"east": [*people(rng, 10), *straight(5, 6)], "west": people(rng, 16)}
    assert check(wave(rows), ASKED, "full") == Care(unchanged=False, share=ShareClass.FROM_10_TO_20)


def test_without_anybody_careless_nothing_changes() -> None:
    """S-44."""
    rng = np.random.default_rng(12)
    rows = {"east": people(rng, 12, shift=1), "west": people(rng, 12)}
    assert check(wave(rows), ASKED, "full") == Care(unchanged=True, share=ShareClass.UNDER_10)


def test_a_check_that_drops_people_no_item_contradicted_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """S-44: the planted weakness calls a verdict fragile that rests on people who agreed and were not contradicted."""
    rng = np.random.default_rng(11)
    agreeing = [line(5, *OTHERS) for _ in range(6)]
    given = wave({"east": [*people(rng, 10), *agreeing], "west": people(rng, 16)})
    assert check(given, ASKED, "full") == Care(unchanged=True, share=ShareClass.UNDER_10)
    monkeypatch.setattr(care, "careless", lines_that_met_no_keyed_item)
    assert check(given, ASKED, "full") == Care(unchanged=False, share=ShareClass.FROM_10_TO_20)


@pytest.mark.parametrize("left", [0, 1])
def test_a_verdict_that_is_no_longer_estimable_has_changed(left: int) -> None:
    """S-44: a side left with one person or none is no exception, and no verdict that stands."""
    rng = np.random.default_rng(13)
    rows = {"east": [*straight(4, 12 - left), *people(rng, left)], "west": people(rng, 12)}
    assert check(wave(rows), ASKED, "full") == Care(unchanged=False, share=ShareClass.OVER_20)


def test_a_scale_that_had_no_verdict_anyway_has_not_changed() -> None:
    """S-44, S-48: nobody of one side answered RATE; VIEW is judged and stands."""
    rng = np.random.default_rng(14)
    views = [{item: code for item, code in row.items() if not item.startswith("O")} for row in people(rng, 14, shift=2)]
    rows = {"east": views, "west": [*people(rng, 30), line(3)]}
    assert check(wave(rows), ASKED, "full") == Care(unchanged=True, share=ShareClass.UNDER_10)


@pytest.mark.parametrize(("seed", "unchanged"), [(11, True), (13, False)])
def test_a_class_left_by_a_handful_is_no_change_of_verdict(seed: int, unchanged: bool) -> None:
    """S-44, A-12: ten a side are judged at full precision, and nine of them too; released as nine they would not be."""
    rng = np.random.default_rng(seed)
    kept = {"east": people(rng, 9, shift=0.7), "west": people(rng, 9)}
    rows = {side: [*given, line(3)] for side, given in kept.items()}
    before = verdicts(wave(rows, policy=Policy()))
    assert (verdicts(wave(kept)) == before) is unchanged
    assert (verdicts(wave(kept, policy=Policy())) == before) is not unchanged
    assert check(wave(rows, policy=Policy()), ASKED, "full") == Care(
        unchanged=unchanged, share=ShareClass.FROM_10_TO_20
    )


@pytest.mark.parametrize(("seed", "unchanged"), [(0, True), (1, False)])
def test_in_a_coarse_class_the_verdicts_compared_are_those_printed(seed: int, unchanged: bool) -> None:
    """S-44, S-30: nine scored people: a limit that only a page without A-12 would print decides nothing."""
    rng = np.random.default_rng(seed)
    rows = {"east": [*people(rng, 8, shift=0.7), {"F1": 1}, line(3)], "west": people(rng, 12)}
    coarse, full = (check(wave(rows, policy=policy), ASKED, "full") for policy in (Policy(), None))
    assert coarse == Care(unchanged=unchanged, share=ShareClass.UNDER_10)
    assert full == Care(unchanged=not unchanged, share=ShareClass.UNDER_10)


# --- when it is not made ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ballots", "made"), [(9, False), (10, True)])
def test_the_check_takes_ten_ballots_on_every_side(ballots: int, made: bool) -> None:
    """S-44: under that, yes or no would say something of a person."""
    rng = np.random.default_rng(15)
    for order in (("east", "west"), ("west", "east")):
        rows = dict(zip(order, (people(rng, ballots), people(rng, 30)), strict=True))
        result = check(wave(rows), ASKED, "full")
        assert isinstance(result, Care) if made else result == NotEstimable(reason=Reason.GATE_N)


def test_a_form_on_which_nobody_can_be_careless_is_not_checked() -> None:
    """S-44: "unchanged" would be untested. The shipped pulse has nine agree items; the others no keyed one."""
    rng = np.random.default_rng(16)
    brief = released({side: people(rng, 12, form="brief") for side in ("east", "west")}, form="brief")
    assert check(brief, ASKED, "brief") == NotEstimable(reason=Reason.GATE_N)
    view = ASKED.scales["VIEW"].model_copy(update={"reverse": ()})
    asked = ASKED.model_copy(update={"scales": {**ASKED.scales, "VIEW": view}})
    straight_on = released({"east": [*people(rng, 12), line(5)], "west": people(rng, 12)}, asked=asked)
    assert check(straight_on, asked, "full") == NotEstimable(reason=Reason.GATE_N)
    asked = shipped("sales-marketing")
    rows = {side: [dict.fromkeys(asked.closed("pulse"), 4)] * 12 for side in ("sales", "marketing")}
    pulse = released(rows, form="pulse", asked=asked)
    assert not careless(pulse, asked, "pulse").any()
    assert check(pulse, asked, "pulse") == NotEstimable(reason=Reason.GATE_N)


def test_a_wave_without_a_headline_verdict_has_nothing_to_check() -> None:
    """S-44: withheld gaps are no part of the family, gaps that are not estimable have no verdict."""
    rng = np.random.default_rng(17)
    table = wave({"east": [*people(rng, 12), line(2)], "west": people(rng, 12)}).table
    shells = registered(ASKED, "full")

    def withholding(*ids: str) -> Released:
        again = release(table, Policy(), shells, frozenset(ids))
        assert isinstance(again, Released)
        return again

    assert isinstance(check(withholding("scale.VIEW"), ASKED, "full"), Care)
    nothing = NotEstimable(reason=Reason.NOT_COMPARABLE)
    assert check(withholding("scale.VIEW", "scale.RATE"), ASKED, "full") == nothing
    facts = [{"F1": 3} for _ in range(12)]
    assert check(wave({"east": facts, "west": people(rng, 12)}), ASKED, "full") == nothing


RATE_ALONE = 37
"""Seed of a wave in which the verdict on RATE alone rests on the careless."""


def rate_alone() -> dict[str, list[Row]]:
    rng = np.random.default_rng(RATE_ALONE)
    return {"east": [*people(rng, 10), *straight(5, 6)], "west": people(rng, 16)}


@pytest.mark.parametrize(("withheld", "unchanged"), [("scale.RATE", True), ("scale.VIEW", False)])
def test_a_withheld_headline_gap_is_not_looked_at(withheld: str, unchanged: bool) -> None:
    """S-44, S-23: withheld, RATE is neither judged nor told of."""
    again = release(wave(rate_alone()).table, Policy(), registered(ASKED, "full"), frozenset({withheld}))
    assert isinstance(again, Released)
    assert check(again, ASKED, "full") == Care(unchanged=unchanged, share=ShareClass.FROM_10_TO_20)


@pytest.mark.parametrize(("directed", "unchanged"), [("RATE", True), ("VIEW", False)])
def test_a_directed_headline_scale_has_no_verdict_to_check(directed: str, unchanged: bool) -> None:
    """I-16: what is side-specific is not compared, so it cannot have changed."""
    scale = ASKED.scales[directed].model_copy(update={"directed": True})
    asked = ASKED.model_copy(update={"scales": {**ASKED.scales, directed: scale}})
    assert check(released(rate_alone(), asked=asked), asked, "full") == Care(
        unchanged=unchanged, share=ShareClass.FROM_10_TO_20
    )


def test_a_release_of_another_form_is_refused() -> None:
    """A-13 R1: registered figures only."""
    rng = np.random.default_rng(18)
    brief = released({side: people(rng, 12, form="brief") for side in ("east", "west")}, form="brief")
    with pytest.raises(KeyError, match="not a registered figure"):
        check(brief, ASKED, "full")
    with pytest.raises(ValueError, match="not in"):
        careless(brief, ASKED, "full")


# --- shares and tables ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("some", "ballots", "expected"),
    [
        (0, 20, ShareClass.UNDER_10), (1, 20, ShareClass.UNDER_10), (2, 20, ShareClass.FROM_10_TO_20),
        (4, 20, ShareClass.FROM_10_TO_20), (5, 20, ShareClass.OVER_20), (20, 20, ShareClass.OVER_20),
        (7, 71, ShareClass.UNDER_10), (7, 69, ShareClass.FROM_10_TO_20), (6, 29, ShareClass.OVER_20),
        (6, 31, ShareClass.FROM_10_TO_20), (3, 30, ShareClass.FROM_10_TO_20), (6, 30, ShareClass.FROM_10_TO_20),
    ],
)  # fmt: skip
def test_shares_are_classes_with_their_borders_in_the_middle_one(some: int, ballots: int, expected: ShareClass) -> None:
    """S-44: under 10, 10 to 20, over 20 %."""
    assert share_class(some, ballots) is expected


def test_the_share_is_of_all_ballots_the_ones_that_score_nothing_included() -> None:
    """S-44: three of 30 ballots, ten of them blank."""
    rng = np.random.default_rng(19)
    rows = {"east": [*people(rng, 12), *straight(2, 3)], "west": [*people(rng, 5), *[{} for _ in range(10)]]}
    result = check(wave(rows), ASKED, "full")
    assert isinstance(result, Care)
    assert result.share is ShareClass.FROM_10_TO_20


def test_a_table_without_some_people_is_the_table_of_the_others() -> None:
    """S-44, S-07: and of everybody when nobody is named."""
    rng = np.random.default_rng(20)
    rows = {side: [*people(rng, 6), {"V1": 3, "V2": 4}, *straight(5, 3)] for side in ("east", "west")}
    kept = {side: given[:-3] for side, given in rows.items()}
    given, fewer = wave(rows), wave(kept)
    subject, same = given.find("scale.VIEW"), fewer.find("scale.VIEW")
    assert isinstance(subject, ReleasedSubject)
    assert isinstance(same, ReleasedSubject)

    def read(of: Released, which: ReleasedSubject, without: Bools | None = None) -> list[object]:
        tables = tally.scale_histograms(of, which, ASKED, without=without)
        return [(side, h.score.tolist(), h.count.tolist(), h.partial) for side, h in tables.items()]

    flagged = careless(given, ASKED, "full")
    assert read(given, subject, flagged) == read(fewer, same)
    assert read(given, subject, np.zeros_like(flagged)) == read(given, subject)
    assert read(given, subject) != read(fewer, same)
