"""The closed grammar of signals (P-1): what it reads, and that it reads nothing else."""

from __future__ import annotations

import re

import pytest
from advice_builders import playbook, signal, words
from hypothesis import given
from hypothesis import strategies as st

from assess.advice.grammar import ARGUMENTS, CONFLICTS, FACTS, METRICS, PLAN_FIELDS, SignalError, Slot, parse
from assess.advice.signal import All, AnyOf, Compare, HasConflict, HasFact, HasLabel, Op, Value
from assess.instruments.model import ItemType
from assess.scoring.results import Label


def compare(name: str, *arguments: str, op: Op = Op.LESS, threshold: float = 60) -> Compare:
    return Compare(value=Value(name=name, arguments=arguments), op=op, threshold=threshold)


def test_the_vocabulary_is_the_page_s() -> None:
    """P-1: SC, T, W and the closed sets beside them; PUL is no score of a play."""
    found = words()
    assert found[Slot.SCORE] == {"ALN", "TRU", "FRI", "EXC", "H"}
    assert found[Slot.TOPIC] == {"AL1", "AL3", "AL5", "TR2", "CO4", "MIR", "any"}
    assert found[Slot.OWN_VIEW] == {"AL1", "AL3", "AL5", "any"}
    assert found[Slot.WHO] == {"S", "M", "C", "min", "max", "any"}
    assert found[Slot.SIDE] == {"S", "M"}
    assert found[Slot.PLAY] == {f"P{n}" for n in range(1, 20)} | {f"I{n}" for n in range(1, 10)}
    assert found[Slot.LABEL] == set(Label)
    assert found[Slot.FACT] == FACTS
    assert len(FACTS) == 10
    assert found[Slot.CONFLICT] == CONFLICTS == {f"K{n}" for n in range(1, 9)}
    assert set(ARGUMENTS) == {
        "score", "item", "share", "gap", "absgap", "err", "prev", "past", "roster", "crm", "plan",
    }  # fmt: skip
    from advice_builders import instrument

    assert found[Slot.ITEM] == {code for code, item in instrument().items.items() if item.type is not ItemType.OPEN}


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("item(AL1,C)<60", compare("item", "AL1", "C")),
        ("score(FRI,max) >= 55.5", compare("score", "FRI", "max", op=Op.AT_LEAST, threshold=55.5)),
        ("share(EN5,<=2,C)>=50", compare("share", "EN5", "<=2", "C", op=Op.AT_LEAST, threshold=50)),
        ("gap(AL5)>12.5", compare("gap", "AL5", op=Op.MORE, threshold=12.5)),
        ("absgap(ALN)<10", compare("absgap", "ALN", threshold=10)),
        ("err(any,any)<=-12.5", compare("err", "any", "any", op=Op.AT_MOST, threshold=-12.5)),
        ("prev(H,C)<40", compare("prev", "H", "C", threshold=40)),
        ("past(P13)>=1", compare("past", "P13", op=Op.AT_LEAST, threshold=1)),
        ("roster(min)>15", compare("roster", "min", op=Op.MORE, threshold=15)),
        ("crm(contacted_pct)<50", compare("crm", "contacted_pct", threshold=50)),
        ("plan(S,shared)<10", compare("plan", "S", "shared", threshold=10)),
        ("fact(stable_pods)", HasFact(name="stable_pods")),
        ("conflict(K1|K2|K3)", HasConflict(codes=("K1", "K2", "K3"))),
        ("label(any,dissensus|false_consensus)", HasLabel(topic="any", names=("dissensus", "false_consensus"))),
    ],
)
def test_each_value_and_test_has_its_tree(text: str, tree: object) -> None:
    assert signal(text) == tree


def test_and_binds_tighter_than_or_and_brackets_tighter_than_both() -> None:
    a, b, c = (compare("item", code, "C") for code in ("AL1", "AL2", "AL3"))
    assert signal("item(AL1,C)<60 or item(AL2,C)<60 and item(AL3,C)<60") == AnyOf(parts=(a, All(parts=(b, c))))
    assert signal("(item(AL1,C)<60 or item(AL2,C)<60) and item(AL3,C)<60") == All(parts=(AnyOf(parts=(a, b)), c))
    assert signal("((item(AL1,C)<60))") == a


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ends where a value is expected"),
        ("item(AL1,C)<", "ends where a number is expected"),
        ("item(AL1,C)<C", "'C' where a number is expected"),
        ("item(AL1,C)", "ends where a comparison is expected"),
        ("item(AL1,C)=60", "'=' is no part of a signal"),
        ("item(AL1,C)<60 item(AL1,C)<60", "'item' where the end is expected"),
        ("item(AL1;C)<60", "';' is no part of a signal"),
        ("item AL1,C)<60", "'AL1' where '(' is expected"),
        ("item(AL1 C)<60", "'C' where ',' is expected"),
        ("item(AL1,C<60", "'<' where ')' is expected"),
        ("(item(AL1,C)<60", "ends where ')' is expected"),
        ("item(ZZ9,C)<60", "'ZZ9' where a closed item is expected"),
        ("item(OQ1,C)<60", "'OQ1' where a closed item is expected"),
        ("item(AL1,X)<60", "'X' where whose answers is expected"),
        ("score(PUL,C)<60", "'PUL' where a score is expected"),
        ("score(AL1,C)<60", "'AL1' where a score is expected"),
        ("share(EN5,<2,C)>50", "'<' where <= or >= is expected"),
        ("share(EN5,<=9,C)>50", "'9' where an answer code is expected"),
        ("err(AL2,S)<0", "'AL2' where a topic is expected"),
        ("label(TR2,dissensus)", "'TR2' where a topic with a label is expected"),
        ("label(AL1,war)", "'war' where a label is expected"),
        ("fact(sunshine)", "'sunshine' where a fact is expected"),
        ("conflict(K9)", "'K9' where a conflict is expected"),
        ("past(P99)>0", "'P99' where a play is expected"),
        ("crm(leads)>0", "'leads' where a figure of the CRM is expected"),
        ("plan(C,shared)<10", "'C' where a side is expected"),
        ("plan(S,bonus)<10", "'bonus' where a field of the plan is expected"),
        ("not fact(grievance)", "'not' where a value is expected"),
        ("__import__(os)", "'__import__' where a value is expected"),
    ],
)
def test_anything_else_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(SignalError, match=re.escape(message)):
        signal(text)


@given(st.text(alphabet="item(AL1,C)<60 or share>=fact|&;_\n", max_size=40))
def test_no_text_does_more_than_parse_or_fail(text: str) -> None:
    try:
        found = parse(text, words())
    except SignalError:
        return
    assert isinstance(found, Compare | HasLabel | HasFact | HasConflict | All | AnyOf)


def test_no_field_of_a_plan_names_an_item_or_scale() -> None:
    """P-24, P-17: pay is never tied to these scores, so no plan can even say so."""
    measures = {
        "raw_leads", "traffic", "events", "content", "calls", "qualified_leads", "accepted_leads", "followup",
        "revenue", "units", "pipeline", "margin", "price", "retention", "new_segments", "brand", "joint_goal",
        "satisfaction", "budget", "judgement",
    }  # fmt: skip
    named = {name.casefold() for name in words()[Slot.ITEM_OR_SCORE]}
    assert not named & {name.casefold() for name in (*PLAN_FIELDS, *METRICS, *measures)}


def test_every_signal_of_the_playbook_is_of_the_grammar() -> None:
    """P-24: codes resolve; the loader has parsed them all, gates included."""
    plays = playbook().plays.values()
    assert all(play.signal for play in plays)
    assert {play.id for play in plays if play.small} == {"P4", "P5", "P13", "P16"}
