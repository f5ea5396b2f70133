"""In how many resamples a signal holds, how severely, and why (P-3, P-4, P-7, P-8)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from advice_builders import column, playbook, signal, wave

from assess.advice.evaluate import Outcome, Setting, evaluate, rounded, true_in
from assess.advice.model import Need, Records
from assess.scoring.columns import MEAN, RESAMPLES, Columns, Missing


def setting(columns: Columns | None = None, **records: object) -> Setting:
    return Setting(columns=columns or wave(), records=Records(**records), rules=playbook().rules)  # type: ignore[arg-type]


def outcome(text: str, on: Setting) -> Outcome:
    found = evaluate(signal(text), on)
    assert isinstance(found, Outcome)
    return found


def part(text: str, on: Setting) -> float:
    return float(outcome(text, on).true.mean())


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("item(AL1,S)<60", False),
        ("item(AL1,S)<=60", True),
        ("item(AL1,S)>60", False),
        ("item(AL1,S)>=60", True),
        ("item(AL1,S)<60.5", True),
    ],
)
def test_comparisons_are_strict_where_they_say_so(text: str, holds: bool) -> None:
    found = outcome(text, setting(wave(AL1_S=60)))
    assert found.holds is holds
    assert found.true.all() == found.true.any() == holds
    assert not found.unknown.any()


def test_a_signal_holds_in_the_resamples_in_which_its_test_is_true() -> None:
    assert part("item(AL1,S)<60", setting(wave(AL1_S=[40, 50, 60, 70]))) == 0.5


def test_an_undefined_value_is_false_whatever_the_comparison() -> None:
    """P-4."""
    columns = wave()
    half = replace(columns, read={**columns.read, ("item.AL1", MEAN, "sales"): column(0, defined=0.25)})
    assert part("item(AL1,S)<60", setting(half)) == 0.25
    assert part("item(AL1,S)>=0", setting(half)) == 0.25


def test_and_or_are_taken_resample_by_resample() -> None:
    on = setting(wave(AL1_S=[40, 40, 80, 80], AL2_S=[40, 80, 40, 80]))
    assert part("item(AL1,S)<60 and item(AL2,S)<60", on) == 0.25
    assert part("item(AL1,S)<60 or item(AL2,S)<60", on) == 0.75


def test_any_holds_as_often_as_its_best_single_member_not_as_the_union() -> None:
    """P-3: five half-true topics are no sure thing."""
    on = setting(wave(AL1_S=[40, 80, 80, 80], AL1_M=[80, 40, 40, 80]))
    assert part("item(AL1,any)<60", on) == 0.5
    assert part("item(AL1,S)<60 or item(AL1,M)<60", on) == 0.75
    errors = setting(wave(AL1m_S=[60, 80, 80, 80], AL3m_S=[80, 60, 80, 80], TR2m_M=[80, 80, 60, 60]))
    assert part("err(any,any)<=-12.5", errors) == 0.5


def test_any_label_holds_as_often_as_its_best_topic() -> None:
    """P-3: AL1, AL3, AL5; a directed topic has no label."""
    on = setting(
        wave(
            AL1m_S=[60, 60, 80, 80],
            AL1m_M=[60, 60, 80, 80],
            AL3m_S=[80, 80, 60, 80],
            AL3m_M=[80, 80, 60, 80],
            TR2m_S=20,
            TR2m_M=20,
        )
    )
    found = outcome("label(any,false_conflict)", on)
    assert found.true.mean() == 0.5
    assert found.why == (("label", "AL1", "false_conflict"),)
    assert part("label(AL3,false_conflict)", on) == 0.25
    assert part("label(AL3,false_conflict|true_consensus)", on) == 1


# --- records ----------------------------------------------------------------------------------------------------------


def kleene(text: str, **records: object) -> bool | None:
    found = outcome(text, setting(**records))
    assert found.true.all() == found.true.any()
    assert found.unknown.all() == found.unknown.any()
    return None if found.unknown.all() else bool(found.true.all())


TRUE, FALSE, UNKNOWN = "fact(stable_pods)", "fact(no_pay_budget)", "fact(grievance)"
FACTS = {"stable_pods": True, "no_pay_budget": False}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (TRUE, True),
        (FALSE, False),
        (UNKNOWN, None),
        (f"{TRUE} and {UNKNOWN}", None),
        (f"{FALSE} and {UNKNOWN}", False),
        (f"{TRUE} or {UNKNOWN}", True),
        (f"{FALSE} or {UNKNOWN}", None),
        (f"{UNKNOWN} and {UNKNOWN}", None),
        (f"({FALSE} or {UNKNOWN}) and {TRUE}", None),
        (f"item(AL1,C)<90 and {UNKNOWN}", None),
        (f"item(AL1,C)<10 and {UNKNOWN}", False),
        (f"item(AL1,C)<90 or {UNKNOWN}", True),
        (f"item(AL1,C)<10 or {UNKNOWN}", None),
    ],
)
def test_missing_records_are_unknown_by_kleene(text: str, wanted: bool | None) -> None:
    """P-4."""
    assert kleene(text, facts=FACTS) is wanted


def test_conflicts_and_figures_of_records() -> None:
    assert kleene("conflict(K1|K2)") is None
    assert kleene("conflict(K1|K2)", conflicts=frozenset({"K2"})) is True
    assert kleene("conflict(K1|K2)", conflicts=frozenset()) is False
    assert kleene("roster(min)>15", roster={"S": 20, "M": 16}) is True
    assert kleene("roster(min)>15", roster={"S": 20, "M": 15}) is False
    assert kleene("roster(min)>15", roster={"S": 20}) is None
    assert kleene("past(P13)>=1", past={}) is False
    assert kleene("past(P13)>=1") is None
    assert kleene("crm(contacted_pct)<50", crm={"contacted_pct": 43.9}) is True


# --- missing answers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("joined", ["and", "or"])
def test_one_withheld_answer_leaves_the_whole_signal_unevaluated(joined: str) -> None:
    """P-6; R-4: a play never says by its silence what a withheld item holds."""
    text = signal(f"item(AL1,C)<60 {joined} item(AL2,C)<60")
    assert evaluate(text, setting(wave(too_few=["item.AL2"], AL1=10))) is Missing.TOO_FEW
    assert evaluate(text, setting(wave(form="pulse", too_few=["item.AL1"]))) is Missing.TOO_FEW


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("item(AL2,C)<60", None),
        ("item(AL1,C)<60 or item(AL2,C)<60", True),
        ("item(AL3,C)<60 or item(AL2,C)<60", None),
        ("item(AL1,C)<60 and item(AL2,C)<60", None),
        ("item(AL3,C)<60 and item(AL2,C)<60", False),
        ("item(AL1,C)<60 or label(AL3,dissensus)", True),
        ("label(AL3,dissensus)", None),
    ],
)
def test_what_the_form_does_not_ask_is_unknown(text: str, wanted: bool | None) -> None:
    """P-6, P-4: in the pulse AL1 is low, AL3 is not, AL2 and predictions of AL3 are not asked."""
    found = outcome(text, setting(wave(form="pulse", AL1=10)))
    assert found.absent
    assert (None if found.unknown.all() else bool(found.true.all())) is wanted
    assert not outcome("item(AL1,C)<60", setting(wave(form="pulse"))).absent


def test_a_label_that_too_few_answered_is_missing() -> None:
    assert evaluate(signal("label(AL1,dissensus)"), setting(wave(too_few=["mirror.AL1"]))) is Missing.TOO_FEW
    every = [f"mirror.{topic}" for topic in ("AL1", "AL3", "AL5", "TR2", "CO4")]
    assert evaluate(signal("label(any,dissensus)"), setting(wave(too_few=every))) is Missing.TOO_FEW
    short = wave(form="pulse", too_few=["mirror.AL1"])
    assert evaluate(signal("label(any,dissensus)"), setting(short)) is Missing.TOO_FEW


def test_an_instrument_that_predicts_nothing_has_no_label() -> None:
    none = replace(wave(), topics=(), margins={})
    assert outcome("label(any,dissensus)", setting(none)).absent
    assert outcome("err(any,any)<=-12.5", setting(none)).absent


def test_a_gate_takes_what_too_few_answered_as_unknown() -> None:
    """A grievance closes G3 even where TR3 is withheld; a withheld TR3 alone does not."""
    text = signal("item(TR3,min)<40 or fact(grievance)")
    short = wave(too_few=["item.TR3"], TR3=10)
    assert true_in(text, setting(short, facts={"grievance": True})) == RESAMPLES
    assert true_in(text, setting(short)) == 0
    assert true_in(text, setting(wave(TR3=10))) == RESAMPLES
    assert true_in(signal("item(TR3,min)<40"), setting(short)) == 0
    assert true_in(text, setting(wave(TR3_S=[30, 30, 30, 50]))) == 0.75 * RESAMPLES


# --- need -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "light", "regular", "tight"),
    [
        ("item(AL1,C)<60", False, True, True),
        ("score(ALN,C)<60", False, True, True),
        ("item(CO3,C)<50", False, False, True),
        ("item(EN2,C)>=50", True, True, True),
        ("item(TR1,C)<60", True, True, True),
        ("score(TRU,C)<60", True, True, True),
        ("score(FRI,C)>55", False, False, False),
        ("absgap(ALN)<10", True, True, True),
    ],
)
def test_need_moves_each_lower_threshold_on_a_level(text: str, light: bool, regular: bool, tight: bool) -> None:
    """P-7: ALN, AL1-AL3, EXC, CO2-CO4, EN2, EN3; trust and friction never."""
    columns = wave(AL1=55, ALN=55, CO3=55, EN2=55, TR1=55, TRU=55, FRI=55)
    found = [outcome(text, setting(columns, need=need)).holds for need in (Need.LIGHT, Need.REGULAR, Need.TIGHT)]
    assert found == [light, regular, tight]


def test_need_counts_in_the_severity() -> None:
    columns = wave(AL1=45)
    assert outcome("item(AL1,C)<60", setting(columns)).severity == pytest.approx(15 / 25)
    assert outcome("item(AL1,C)<60", setting(columns, need=Need.TIGHT)).severity == pytest.approx(1)
    assert outcome("item(AL1,C)<60", setting(columns, need=Need.LIGHT)).severity == pytest.approx(5 / 25)


# --- severity and why -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "given", "severity"),
    [
        ("item(AL1,C)<60", {"AL1": 48.958}, 0.4),  # P-11 (b)
        ("item(AL1,C)<60", {"AL1": 58.958}, 0.1),  # rounded to 60: clipped
        ("item(AL1,C)<60", {"AL1": 0}, 1),
        ("item(AL1,C)<60", {"AL1": 90}, 0.1),
        ("item(FR4,M)>50", {"FR4": 62.5}, 15 / 25),  # half away from zero: 65
        ("err(AL1,S)<=-12.5", {"AL1m_S": 62}, 7.5 / 25),  # -18 is -20
        ("share(EN5,<=2,C)>=50", {"EN5__1": 73, "EN5__3": 27}, 25 / 50),
        ("label(AL1,false_conflict)", {"AL1m_S": 60, "AL1m_M": 53}, 25 / 50),  # largest of 0, 20, 27
        ("label(AL1,dissensus)", {"AL1m_S": 60, "AL1m_M": 53}, 0.1),
        ("item(AL1,C)<60 and item(AL2,C)<60", {"AL1": 40, "AL2": 55}, 0.2),
        ("item(AL1,C)<60 or item(AL2,C)<60", {"AL1": 40, "AL2": 55}, 0.8),
    ],
)
def test_severity_is_the_distance_past_the_threshold(text: str, given: dict[str, float], severity: float) -> None:
    """P-8: rounded to 5 first; points by 25, shares and labels by 50; and takes the least, or the largest."""
    assert outcome(text, setting(wave(**given))).severity == pytest.approx(severity)


def test_records_are_severe_where_they_hold_and_figures_by_their_distance() -> None:
    """P-8: records 1, crm by 50."""
    on = setting(
        crm={"contacted_pct": 21, "accepted_pct": 90},
        facts={"stable_pods": True},
        past={"P1": 3},
        roster={"S": 1, "M": 1},
    )
    assert outcome("crm(contacted_pct)<50", on).severity == pytest.approx(30 / 50)
    assert outcome("crm(accepted_pct)<50", on).severity == pytest.approx(0.1)
    assert outcome("fact(stable_pods)", on).severity == 1
    assert outcome("past(P1)>=2", on).severity == 1
    assert outcome("roster(any)>15", on).severity == pytest.approx(0.1)
    assert outcome(
        "item(CO4,S)<50 and (fact(lead_overload) or crm(contacted_pct)<50)",
        setting(wave(CO4=10), crm={"contacted_pct": 21}),
    ).severity == pytest.approx(0.6)


def test_the_reason_is_what_holds() -> None:
    on = setting(wave(AL1=45, EN1=90))
    assert outcome("item(AL1,C)<60 or item(EN1,C)<60", on).why == (("item", "AL1", "C"),)
    both = setting(wave(AL1=45, EN1=30))
    assert outcome("item(AL1,C)<60 or item(EN1,C)<60", both).why == (("item", "AL1", "C"), ("item", "EN1", "C"))
    assert outcome("item(AL1,C)<60 and item(EN1,C)<60", both).why == (("item", "AL1", "C"), ("item", "EN1", "C"))
    assert outcome("item(TR3,min)<50", setting(wave(TR3_M=45))).why == (("item", "TR3", "M"),)


def test_the_reason_of_any_is_the_severest_that_holds() -> None:
    on = setting(wave(AL1m_S=60, TR2m_M=40))
    assert outcome("err(any,any)<=-12.5", on).why == (("err", "TR2", "M"),)


def test_where_nothing_holds_in_the_wave_itself_the_nearest_is_the_reason() -> None:
    """A considered play may hold in half of the resamples only."""
    on = setting(wave(AL1=[61, 40, 40, 40], EN1=90))
    found = outcome("item(AL1,C)<60 or item(EN1,C)<60", on)
    assert not found.holds
    assert found.why == (("item", "AL1", "C"), ("item", "EN1", "C"))  # both clipped to the least severity


def test_a_record_that_does_not_hold_is_no_reason() -> None:
    on = setting(wave(CO4=10), facts={"lead_overload": True})
    text = "item(CO4,S)<50 and (fact(lead_overload) or crm(contacted_pct)<50)"
    assert outcome(text, on).why == (("item", "CO4", "S"), ("fact", "lead_overload"))


@pytest.mark.parametrize(
    ("value", "wanted"), [(48.958, 50), (47.4, 45), (47.5, 50), (-12.5, -15), (-12.4, -10), (0, 0)]
)
def test_values_round_to_fives_half_away_from_zero(value: float, wanted: float) -> None:
    """P-8, R-5."""
    assert rounded(value, 5) == wanted


def test_outcomes_are_over_the_resamples() -> None:
    found = outcome("fact(stable_pods) or item(AL1,C)<60", setting())
    assert found.true.shape == found.unknown.shape == (RESAMPLES,)
    assert not np.any(found.true & found.unknown)
