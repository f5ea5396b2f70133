"""From columns to advice: statuses, what is not evaluated, breadth, and that only statuses leave (P-5, P-6, P-8)."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
from advice_builders import advised, drawn, instrument, playbook, wave

from assess.advice.evaluate import Setting
from assess.advice.match import advise, breadth, recommend
from assess.advice.model import Advice, Advised, FixedText, Need, Reason, Records, Status
from assess.disclosure.policy import Policy
from assess.scoring.columns import RESAMPLES, Columns


def setting(columns: Columns, records: Records | None = None) -> Setting:
    return Setting(columns=columns, records=records or Records(), rules=playbook().rules)


def status_of(play: str, columns: Columns, records: Records | None = None) -> tuple[Status, Reason | None]:
    found = advise(playbook().plays[play], setting(columns, records))
    return found.status, found.reason


def all_of(advice: Advice) -> dict[str, tuple[Status, Reason | None]]:
    return {each.play: (each.status, each.reason) for each in advice.every}


@pytest.mark.parametrize(
    ("times", "status"),
    [
        (2000, Status.RECOMMENDED),
        (1600, Status.RECOMMENDED),
        (1599, Status.CONSIDERED),
        (1000, Status.CONSIDERED),
        (999, Status.SILENT),
        (0, Status.SILENT),
    ],
)
def test_statuses_begin_exactly_where_the_page_says(times: int, status: Status) -> None:
    """P-5."""
    columns = wave(AL1=[40.0] * times + [80.0] * (RESAMPLES - times))
    assert status_of("P4", columns) == (status, None)


@pytest.mark.parametrize(("first", "second"), [(1600, 2000), (1000, 1599)])
def test_only_the_status_leaves_memory_never_the_share(first: int, second: int) -> None:
    """P-5: however often it held, the advice is the same to the last bit."""
    one, other = (
        recommend(wave(AL1=[55.0] + [40.0] * (times - 1) + [80.0] * (RESAMPLES - times)), playbook(), Records())
        for times in (first, second)
    )
    assert one == other
    assert {field.name for field in fields(Advised)} == {
        "play", "kind", "status", "rank", "priority", "why", "reason", "scales_only",
    }  # fmt: skip


def test_nothing_to_say_is_said() -> None:
    """P-16."""
    found = recommend(wave(), playbook(), Records(past={}))
    assert (found.processes, found.incentive, found.considered) == ((), None, ())
    assert found.fixed == (FixedText.LEAVE,)


def test_every_play_of_the_issue_is_evaluated_on_a_full_wave() -> None:
    """P1 P4 P5 P6 P13 P17 P18 I1 I3 need no record."""
    found = recommend(wave(), playbook(), Records())
    for play in ("P1", "P4", "P5", "P6", "P13", "P17", "P18", "I1", "I3"):
        assert all_of(found)[play] == (Status.SILENT, None)


@pytest.mark.parametrize(
    ("play", "given"),
    [
        ("P1", {"AL3": 45}),
        ("P1", {"AL3_S": 95, "AL3_M": 60, "AL3m_S": 95, "AL3m_M": 60}),
        ("P3", {"FR4_M": 55}),
        ("P4", {"AL1": 45}),
        ("P5", {"AL1m_S": 60, "AL1m_M": 60}),
        ("P5", {"CO4m_M": 60}),
        ("P6", {"FR1": 45}),
        ("P7", {"TR1_S": 45, "EN5__1": 60}),
        ("P8", {"TR1": 40}),
        ("P9", {"ALN": 45, "EXC": 45}),
        ("P10", {"CO4m_M": 95}),
        ("P11", {"CO4_M": 45, "CO3_S": 45}),
        ("P12", {"EN3": 45, "EN2": 60}),
        ("P13", {"EN1": 45}),
        ("P13", {"FRI": 60}),
        ("P15", {"CO1__5": 60, "EXC": 45}),
        ("P16", {"TR3_S": 45}),
        ("P16", {"AL1_S": 80, "AL1_M": 40, "AL1m_S": 40, "AL1m_M": 80}),
        ("P17", {"CO3_M": 45}),
        ("P18", {"AL5_S": 90, "AL5_M": 60}),
        ("I1", {"EN4_M": 45, "CO4_S": 45}),
        ("I3", {"EN1": 45}),
        ("I6", {"AL5_S": 90, "AL5_M": 60, "TRU": 50}),
    ],
)
def test_each_play_fires_on_the_answers_it_is_for(play: str, given: dict[str, float]) -> None:
    """Section 3 and 4 of the page, signal by signal; on a quiet wave none of them fires."""
    assert status_of(play, wave(**given)) == (Status.RECOMMENDED, None)
    assert status_of(play, wave())[0] is Status.SILENT


RECORDED = Records(
    facts={"lead_overload": True, "stable_pods": True, "no_pay_budget": True},
    conflicts=frozenset({"K2"}),
    plans={"S": {"shared": 5}},
    crm={"contacted_pct": 40},
    prev={("H", "C"): 35},
    past={"P13": 1, "P1": 2},
    roster={"S": 30, "M": 20},
)


@pytest.mark.parametrize(
    ("play", "given"),
    [
        ("P2", {"CO4_S": 45}),
        ("P14", {"EXC": 45}),
        ("P19", {"H": 35}),
        ("I2", {"FR4_M": 60}),
        ("I4", {"EN4": 45}),
        ("I5", {"EN4_S": 35, "AL4": 60}),
        ("I7", {"AL4": 60}),
        ("I8", {"CO3": 55}),
        ("I9", {"AL3": 55}),
    ],
)
def test_plays_that_need_a_record_wait_for_it(play: str, given: dict[str, float]) -> None:
    """P-6: TRUE and unknown together reach 1,000; with the record they fire; where answers are good they are silent."""
    assert status_of(play, wave(**given)) == (Status.NOT_EVALUATED, Reason.NO_RECORD)
    assert status_of(play, wave(**given), RECORDED) == (Status.RECOMMENDED, None)
    assert status_of(play, wave()) == (Status.SILENT, None)


def test_a_play_that_answers_settle_needs_no_record() -> None:
    """P-4: only TRUE counts; unknown matters where it could tip the status."""
    columns = wave(CO4_S=[45.0] * 999 + [80.0] * 1001)
    assert status_of("P2", columns) == (Status.SILENT, None)
    assert status_of("P2", wave(CO4_S=[45.0] * 1000 + [80.0] * 1000)) == (Status.NOT_EVALUATED, Reason.NO_RECORD)


# --- too few, another form --------------------------------------------------------------------------------------------


def ballots(n: int, code: int = 2, **answers: int) -> list[dict[str, int]]:
    return [{**dict.fromkeys(instrument().closed("core"), code), **answers} for _ in range(n)]


def test_at_five_to_nine_only_scales_speak() -> None:
    """P-6: `small` signals and signals wholly of class "scale" run; the rest is not evaluated."""
    rows = {"sales": ballots(20, FR1=2), "marketing": ballots(7, FR1=2)}
    found = recommend(drawn(rows, policy=Policy()), playbook(), Records(past={"P13": 1}, prev={("H", "C"): 30.0}))
    ran = {play for play, (status, _) in all_of(found).items() if status is not Status.NOT_EVALUATED}
    assert ran == {"P4", "P5", "P13", "P16", "P19"}
    assert {reason for status, reason in all_of(found).values() if status is Status.NOT_EVALUATED} == {Reason.TOO_FEW}
    by_play = {each.play: each for each in found.every}
    assert by_play["P4"].why == (("score", "ALN", "C"),)
    assert by_play["P16"].why == (("score", "TRU", "S"),)
    assert all(each.scales_only for each in found.processes)
    assert found.incentive is None


def test_a_figure_short_on_answers_falls_back_on_the_scale() -> None:
    """P-6 by figure: 12 ballots a side, but AL1 answered nine times on one: P4 runs on ALN, and says so."""
    rows = {"sales": ballots(12), "marketing": [*ballots(9), *ballots(3, AL1=0)]}
    found = {each.play: each for each in recommend(drawn(rows, policy=Policy()), playbook(), Records()).every}
    assert (found["P4"].why, found["P4"].scales_only) == ((("score", "ALN", "C"),), True)
    assert (found["P17"].why, found["P17"].scales_only) == ((("item", "CO3", "S"),), False)
    assert found["I3"].reason is Reason.TOO_FEW


def test_a_withheld_answer_decides_nothing() -> None:
    """R-4: whatever the nine answered, the advice is the same."""
    first, second = (
        recommend(
            drawn({"sales": ballots(12), "marketing": [*ballots(9, AL2=code), *ballots(3, AL2=-1)]}, policy=Policy()),
            playbook(),
            Records(),
        )
        for code in (1, 2)
    )
    assert {each.play: each.status for each in first.every}["P3"] is Status.NOT_EVALUATED
    scale = {"P4", "P9"}  # ALN holds AL2, and is released
    assert [e for e in first.every if e.play not in scale] == [e for e in second.every if e.play not in scale]


def test_the_pulse_evaluates_what_it_asks() -> None:
    """P-6: item not in the form. An `or` may hold by what is asked; what could tip the status is not evaluated."""
    low = wave(form="pulse", AL1=45, AL1m=45, AL3=45, FR1=45, EN1=45)
    found = all_of(recommend(low, playbook(), Records()))
    assert {play for play in found if advise(playbook().plays[play], setting(low)).status is Status.RECOMMENDED} == {
        "P1", "P4", "P6", "P13", "I3",
    }  # fmt: skip
    assert found["P17"] == found["P9"] == found["P18"] == (Status.NOT_EVALUATED, Reason.NOT_IN_FORM)
    assert found["I9"] == (Status.NOT_EVALUATED, Reason.NO_RECORD)
    assert found["P5"] == found["P11"] == (Status.SILENT, None)
    quiet = all_of(recommend(wave(form="pulse"), playbook(), Records()))
    assert quiet["P4"] == quiet["P6"] == quiet["I3"] == (Status.SILENT, None)
    assert quiet["P1"] == quiet["P13"] == quiet["P16"] == (Status.NOT_EVALUATED, Reason.NOT_IN_FORM)


def test_too_few_in_a_pulse_is_too_few() -> None:
    found = all_of(recommend(wave(form="pulse", too_few=["item.AL1", "mirror.AL1"], AL1=45), playbook(), Records()))
    assert found["P4"] == found["P5"] == found["I3"] == (Status.NOT_EVALUATED, Reason.TOO_FEW)


def test_a_quiet_wave_at_five_to_nine_has_no_reason_to_print() -> None:
    rows = {"sales": ballots(8, 4, FR2=2, FR3=2, FR4=2, AL4=2), "marketing": ballots(8, 4, FR2=2, FR3=2, FR4=2, AL4=2)}
    found = recommend(drawn(rows, policy=Policy()), playbook(), Records(past={}))
    assert found.fixed == (FixedText.LEAVE,)


# --- gates read from answers ------------------------------------------------------------------------------------------


def test_friction_closes_pay_only_as_surely_as_a_recommendation() -> None:
    """G1: `score(FRI,C)>55` recommended."""
    sure, unsure = (
        recommend(wave(FRI=[60.0] * times + [40.0] * (RESAMPLES - times), AL1=45, AL1m=45), playbook(), Records())
        for times in (1600, 1599)
    )
    assert [each.play for each in sure.processes] == ["P13", "P4"]
    assert sure.incentive is None
    assert unsure.incentive is not None


def test_a_gate_that_protects_people_closes_when_more_likely_than_not() -> None:
    """G3, read as 1,000 of 2,000."""
    for times, wanted in ((1000, None), (999, "I3")):
        columns = wave(AL1=45, TR3_S=[30.0] * times + [80.0] * (RESAMPLES - times))
        found = recommend(columns, playbook(), Records())
        assert (found.incentive.play if found.incentive else None) == wanted
    grieved = recommend(wave(AL1=45), playbook(), Records(facts={"grievance": True}))
    assert grieved.incentive is None


def test_the_mirror_waits_while_a_real_disagreement_is_open() -> None:
    """G5: P5 blocked if AL1 or AL3 is open or false; the same in the pulse, where AL3 has no label."""
    split = {"AL1_S": 80, "AL1_M": 40, "AL1m_S": 40, "AL1m_M": 60}
    for form in ("core", "pulse"):
        found = recommend(wave(form=form, **split), playbook(), Records())
        assert all_of(found)["P5"] == (Status.BLOCKED, Reason.BLOCKED_IF)


def test_records_block_their_plays() -> None:
    """G5."""
    found = recommend(
        wave(AL1=45, EN1=45), playbook(), Records(facts={"no_shared_metric": True, "leader_will_not_chair": True})
    )
    assert all_of(found)["P4"] == all_of(found)["P13"] == (Status.BLOCKED, Reason.BLOCKED_IF)
    assert FixedText.CHAIR in found.fixed


def test_need_reaches_the_statuses() -> None:
    """P-7."""
    statuses = [status_of("P4", wave(AL1=55), Records(need=need))[0] for need in (Need.LIGHT, Need.REGULAR, Need.TIGHT)]
    assert statuses == [Status.SILENT, Status.RECOMMENDED, Status.RECOMMENDED]


# --- priority ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("play", "given", "wanted"),
    [
        ("P4", {"AL1__1": 10, "AL1__2": 16.7, "AL1__3": 73.3}, 0.25),
        ("P4", {"AL1__1_S": 100, "AL1__2_S": 0, "AL1__3_S": 0}, 0.5),
        ("P15", {"FR2__4": 30, "FR2__5": 30, "FR2__3": 40}, 0.6),
        ("P15", {"FR2__1": 60, "FR2__3": 40}, 0.1),
        ("P7", {"TR1__2_S": 40, "TR1__2_M": 90}, 0.4),
        ("P4", {}, 0.1),
        ("P4", {"AL1__1": 100}, 0.9),
        ("P18", {}, 0.5),
    ],
)
def test_breadth_is_the_unfavourable_share_of_the_br_item(play: str, given: dict[str, float], wanted: float) -> None:
    """P-8: codes 1-2, or 4-5 of AL4, FR2-FR4; rounded to 5 %, clipped to .10 and .90; .5 without an item."""
    assert breadth(playbook().plays[play], setting(wave(**given))) == pytest.approx(wanted)


def test_breadth_of_a_withheld_item_is_one_half() -> None:
    """P-8, R-4."""
    assert breadth(playbook().plays["P4"], setting(wave(too_few=["item.AL1"], AL1__1=100))) == 0.5
    assert breadth(playbook().plays["I3"], setting(wave(form="pulse"))) == 0.5


def test_priority_is_the_product_of_four() -> None:
    """P-8: P6 at FR1 35: severity .6, breadth .4, evidence A 1, control .8."""
    found = advise(playbook().plays["P6"], setting(wave(FR1=35, FR1__1=40, FR1__3=60)))
    assert found.priority == pytest.approx(0.6 * 0.4 * 1 * 0.8)


def test_advice_is_plain_data() -> None:
    """Nothing of the columns is left in it."""
    found = recommend(wave(AL1=45, AL3=45), playbook(), Records())
    text = json.dumps([[each.play, each.status, each.priority, each.why, each.reason] for each in found.every])
    assert "array" not in text
    assert replace(advised("P1"), rank=2).rank == 2
