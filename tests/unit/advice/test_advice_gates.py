"""Gates G1 to G7 and the caps (P-9, P-10), over plays whose status and priority are given."""

from __future__ import annotations

import itertools

import pytest
from advice_builders import advised, playbook, table_of

from assess.advice.gates import Conditions, choose
from assess.advice.model import Advice, Advised, FixedText, Kind, Reason, Records, Status

REC, CON, SIL, NOT = Status.RECOMMENDED, Status.CONSIDERED, Status.SILENT, Status.NOT_EVALUATED


def chosen(
    *given: Advised,
    friction: bool = False,
    unsafe: bool = False,
    headline: bool = True,
    blocked: tuple[str, ...] = (),
    **records: object,
) -> Advice:
    conditions = Conditions(friction=friction, unsafe=unsafe, headline=headline, blocked=frozenset(blocked))
    return choose(table_of(*given), playbook().rules, Records(**records), conditions)  # type: ignore[arg-type]


def cards(advice: Advice) -> list[str]:
    return [each.play for each in advice.processes]


def incentive(advice: Advice) -> str | None:
    return advice.incentive.play if advice.incentive else None


def status(advice: Advice, play: str) -> tuple[Status, Reason | None]:
    return next((each.status, each.reason) for each in advice.every if each.play == play)


# --- caps and order ---------------------------------------------------------------------------------------------------


def test_the_best_three_processes_are_printed_best_first() -> None:
    """P-10."""
    found = chosen(
        *(advised(play, REC, priority) for play, priority in (("P1", 0.2), ("P3", 0.4), ("P6", 0.1), ("P17", 0.3)))
    )
    assert cards(found) == ["P3", "P17", "P1"]
    assert [each.rank for each in found.processes] == [1, 2, 3]
    assert status(found, "P6") == (Status.HELD, Reason.OVER_CAP)


def test_ties_keep_the_order_of_the_table() -> None:
    """P-8."""
    assert cards(chosen(advised("P17"), advised("P6"), advised("P1"))) == ["P1", "P6", "P17"]


@pytest.mark.parametrize(("commitments", "printed"), [(0, 3), (1, 2), (2, 1), (3, 1), (9, 1)])
def test_open_commitments_leave_room_for_fewer_but_one(commitments: int, printed: int) -> None:
    """P-10: the best max(1, 3 - open commitments)."""
    found = chosen(*(advised(play) for play in ("P1", "P3", "P6", "P17")), open_commitments=commitments)
    assert cards(found) == ["P1", "P3", "P6"][:printed]


def test_considered_processes_are_titles_five_at_most() -> None:
    """P-10."""
    plays = ["P1", "P3", "P4", "P6", "P10", "P16", "P17"]
    found = chosen(*(advised(play, CON, place / 10) for place, play in enumerate(plays)))
    assert [each.play for each in found.considered] == ["P17", "P16", "P10", "P6", "P4"]
    assert cards(found) == []
    assert status(found, "P3") == (CON, Reason.OVER_CAP)


def test_a_considered_incentive_play_is_never_printed() -> None:
    """P-10."""
    found = chosen(advised("I3", CON, 0.9))
    assert (incentive(found), found.considered) == (None, ())


def test_the_best_incentive_play_is_printed_alone() -> None:
    """P-10: at most one."""
    found = chosen(advised("I3", REC, 0.2), advised("I7", REC, 0.5), advised("I8", REC, 0.1))
    assert incentive(found) == "I7"
    assert status(found, "I3") == status(found, "I8") == (Status.HELD, Reason.OVER_CAP)
    assert FixedText.NEVER in found.fixed


# --- G1 to G4 ---------------------------------------------------------------------------------------------------------


def test_where_friction_is_high_the_charter_comes_first() -> None:
    """G1."""
    given = (advised("P13", REC, 0.1), advised("P4", REC, 0.3), advised("P17", REC, 0.25), advised("P1", REC, 0.2))
    assert cards(chosen(*given, friction=True)) == ["P13", "P4", "P17"]
    assert cards(chosen(*given)) == ["P4", "P17", "P1"]


@pytest.mark.parametrize(
    ("past", "wanted"), [(None, None), ({}, None), ({"P13": 0}, None), ({"P4": 3}, None), ({"P13": 1}, "I3")]
)
def test_where_friction_is_high_pay_waits_for_the_charter(past: dict[str, int] | None, wanted: str | None) -> None:
    """G1: aligned rewards raise collaboration, not lower conflict."""
    found = chosen(advised("P13"), advised("I3"), friction=True, past=past)
    assert incentive(found) == wanted
    if wanted is None:
        assert status(found, "I3") == (Status.HELD, Reason.FRICTION_FIRST)


@pytest.mark.parametrize(
    ("goal", "past", "wanted"),
    [(SIL, None, "I7"), (REC, None, "I7"), (CON, None, None), (NOT, None, None), (CON, {"P4": 1}, "I7")],
)
def test_pay_waits_for_the_joint_goal(goal: Status, past: dict[str, int] | None, wanted: str | None) -> None:
    """G2: P4 silent, printed, or past."""
    found = chosen(advised("P4", goal), advised("I7"), past=past)
    assert incentive(found) == wanted
    if wanted is None:
        assert status(found, "I7") == (Status.HELD, Reason.GOAL_FIRST)


def test_a_joint_goal_that_the_cap_keeps_off_the_page_is_not_printed() -> None:
    """G2."""
    found = chosen(advised("P4", REC, 0.1), *(advised(play, REC, 0.2) for play in ("P1", "P3", "P6")), advised("I7"))
    assert cards(found) == ["P1", "P3", "P6"]
    assert incentive(found) is None


def test_a_joint_goal_that_is_blocked_is_not_printed() -> None:
    """G2 with G5."""
    assert incentive(chosen(advised("P4"), advised("I7"), blocked=("P4",))) is None


def test_pay_stays_alone_where_frank_talk_is_unsafe() -> None:
    """G3."""
    found = chosen(advised("I7"), unsafe=True)
    assert status(found, "I7") == (Status.HELD, Reason.UNSAFE)


@pytest.mark.parametrize(
    ("agreement", "past", "wanted"),
    [(REC, None, "I1"), (CON, None, None), (SIL, None, None), (SIL, {"P1": 1}, "I1"), (NOT, {}, None)],
)
def test_pay_on_accepted_leads_waits_for_the_agreement(
    agreement: Status, past: dict[str, int] | None, wanted: str | None
) -> None:
    """G4: I1 needs P1 printed or past; another play does not."""
    found = chosen(advised("P1", agreement), advised("I1"), past=past)
    assert incentive(found) == wanted
    if wanted is None:
        assert status(found, "I1") == (Status.HELD, Reason.NEEDS_OTHER)
    second = chosen(advised("P1", agreement), advised("I1", REC, 0.5), advised("I3", REC, 0.1), past=past)
    assert incentive(second) == (wanted or "I3")


# --- G5 to G7 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("signalled", [REC, CON])
def test_a_blocked_play_is_not_printed(signalled: Status) -> None:
    """G5: the console says why."""
    found = chosen(advised("P4", signalled), advised("P6"), blocked=("P4", "P9"))
    assert cards(found) == ["P6"]
    assert found.considered == ()
    assert status(found, "P4") == (Status.BLOCKED, Reason.BLOCKED_IF)
    assert status(found, "P9") == (SIL, None)


def test_a_blocked_charter_says_that_the_leader_cannot_chair() -> None:
    """G5: P13 blocked prints CHAIR; where its signal does not fire there is nothing to say."""
    assert FixedText.CHAIR in chosen(advised("P13"), blocked=("P13",)).fixed
    assert FixedText.CHAIR not in chosen(advised("P13", CON), blocked=("P13",)).fixed
    assert FixedText.CHAIR not in chosen(advised("P13", SIL), blocked=("P13",)).fixed
    assert FixedText.CHAIR not in chosen(advised("P13")).fixed


@pytest.mark.parametrize(
    ("high", "low"), [("P7", "P8"), ("P8", "P7"), ("P9", "P15"), ("P15", "P14"), ("P14", "P15"), ("P19", "P13")]
)
def test_two_plays_that_exclude_each_other_are_never_together(high: str, low: str) -> None:
    """G6: the lower leaves, and its place goes to the next."""
    found = chosen(advised(high, REC, 0.5), advised(low, REC, 0.4), advised("P1", REC, 0.1), advised("P6", REC, 0.05))
    assert cards(found) == [high, "P1", "P6"]
    assert status(found, low) == (Status.HELD, Reason.APART)


def test_a_play_that_left_excludes_nobody() -> None:
    """G6: P15 leaves because of P9; P14 may stay."""
    found = chosen(advised("P9", REC, 0.5), advised("P15", REC, 0.4), advised("P14", REC, 0.3))
    assert cards(found) == ["P9", "P14"]


def test_an_incentive_play_leaves_for_the_process_that_excludes_it() -> None:
    """G6: P18-I6."""
    found = chosen(advised("P18", REC, 0.1), advised("I6", REC, 0.9))
    assert (cards(found), incentive(found)) == (["P18"], None)
    assert status(found, "I6") == (Status.HELD, Reason.APART)


def test_a_title_is_never_beside_a_play_that_excludes_it() -> None:
    """G6."""
    found = chosen(advised("P7", REC, 0.1), advised("P8", CON, 0.9), advised("P14", CON, 0.3), advised("P15", CON, 0.2))
    assert [each.play for each in found.considered] == ["P14"]
    assert status(found, "P8") == status(found, "P15") == (CON, Reason.APART)


def test_a_play_with_an_open_commitment_is_in_force() -> None:
    """G7: the ledger alone shows it."""
    found = chosen(advised("P4"), advised("P1", CON), advised("P6"), open_plays=frozenset({"P4", "P1", "P9"}))
    assert cards(found) == ["P6"]
    assert found.considered == ()
    assert status(found, "P4") == status(found, "P1") == (Status.HELD, Reason.IN_FORCE)
    assert status(found, "P9") == (SIL, None)


# --- fixed texts ------------------------------------------------------------------------------------------------------


def test_leave_as_is_where_nothing_fires() -> None:
    """P-16: none recommended or considered, a headline released."""
    assert chosen().fixed == (FixedText.LEAVE,)
    assert chosen(headline=False).fixed == ()
    assert FixedText.LEAVE not in chosen(advised("P4", CON)).fixed
    assert FixedText.LEAVE not in chosen(advised("P4")).fixed
    assert FixedText.LEAVE not in chosen(advised("P4"), blocked=("P4",)).fixed
    assert chosen(advised("P4", NOT)).fixed == (FixedText.LEAVE,)


def test_what_is_in_force_calls_for_nothing_new() -> None:
    """P-16: "Finish last quarter's commitments"."""
    assert chosen(advised("P4"), open_plays=frozenset({"P4"})).fixed == (FixedText.LEAVE,)


def test_open_where_the_answers_do_not_settle_it() -> None:
    """P-16: none recommended, at least one considered."""
    assert chosen(advised("P4", CON)).fixed == (FixedText.OPEN,)
    assert FixedText.OPEN not in chosen(advised("P4", CON), advised("P6")).fixed
    assert chosen(advised("P4", CON), advised("I3")).fixed == (FixedText.OPEN,)  # I3 waits for P4


@pytest.mark.parametrize("commitments", [0, 3])
def test_protect_stands_card_or_not(commitments: int) -> None:
    """P-16."""
    found = chosen(advised("P18", REC, 0.1), advised("P4", REC, 0.2), open_commitments=commitments)
    assert FixedText.PROTECT in found.fixed
    assert FixedText.PROTECT not in chosen(advised("P18", CON)).fixed


def test_never_stands_beside_every_incentive_play() -> None:
    """P-16."""
    assert FixedText.NEVER in chosen(advised("I3")).fixed
    assert FixedText.NEVER not in chosen(advised("P4")).fixed
    assert FixedText.NEVER not in chosen(advised("I3"), unsafe=True).fixed


def test_every_play_is_in_the_log_once_in_table_order() -> None:
    """P-10."""
    found = chosen(advised("P4"), advised("I3"), advised("P9", NOT, reason=Reason.TOO_FEW))
    assert [each.play for each in found.every] == list(playbook().plays)
    assert [(each.play, each.reason) for each in found.not_evaluated] == [("P9", Reason.TOO_FEW)]


# --- all statuses -----------------------------------------------------------------------------------------------------

STATUSES = (REC, CON, SIL, NOT)


@pytest.mark.parametrize("friction", [False, True])
@pytest.mark.parametrize("past", [None, {"P13": 1}, {"P4": 1}, {"P1": 1}, {"P1": 1, "P4": 1, "P13": 1}])
def test_over_all_statuses_no_gate_is_jumped(friction: bool, past: dict[str, int] | None) -> None:
    """P-24: at most 3 + 1, and no I-play before its gates, over every status of P1, P4, P13, I1, I3 and blocks."""
    done = past or {}
    for p1, p4, p13, i1, i3 in itertools.product(STATUSES, repeat=5):
        for blocked in ((), ("P1", "P4")):
            given = [
                advised(play, state, priority)
                for play, state, priority in (
                    ("P1", p1, 0.1), ("P4", p4, 0.2), ("P13", p13, 0.3), ("I1", i1, 0.5), ("I3", i3, 0.4),
                )
            ]  # fmt: skip
            found = chosen(
                *given,
                *(advised(play, REC, 0.25) for play in ("P6", "P17")),
                friction=friction,
                past=past,
                blocked=blocked,
            )
            printed = cards(found)
            assert len(printed) <= 3
            assert not {*printed, *(each.play for each in found.considered)} & set(blocked)
            if friction and "P13" in printed:
                assert printed[0] == "P13"
            if incentive(found) is None:
                continue
            assert not friction or "P13" in done
            assert p4 is SIL or "P4" in printed or "P4" in done
            assert incentive(found) != "I1" or "P1" in printed or "P1" in done
            assert {"I1": i1, "I3": i3}[incentive(found) or ""] is REC
            assert FixedText.NEVER in found.fixed


def test_a_gate_that_were_open_would_be_seen() -> None:
    """The planted weakness: the goal gate of another playbook lets I3 through while P4 is considered."""
    from dataclasses import replace

    loose = replace(playbook().rules, goal="P6")
    conditions = Conditions(friction=False, unsafe=False, headline=True, blocked=frozenset())
    found = choose(table_of(advised("P4", CON), advised("I3")), loose, Records(), conditions)
    assert incentive(found) == "I3"
    assert {each.kind for each in found.every} == set(Kind)
