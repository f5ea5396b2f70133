"""Step 5a: what the gate withholds and coarsens, and that it only ever grows (A-13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from disclosure_builders import instrument

from assess.disclosure.gate import Decision, audit
from assess.disclosure.movement import Movement
from assess.disclosure.policy import Policy, Precision
from assess.disclosure.reconstruction import Side, Statement, tables
from assess.disclosure.registry import registered
from assess.disclosure.told import Told, WaveNumbers

SHELLS = registered(instrument(), "core")
STILL = Movement(stayers=40, joiners=0, leavers=0)


def mean(side: str, value: float, half: float = 0.5, quantity: str = "own") -> Told:
    return Told(terms=((quantity, side, 1.0),), low=value - half, high=value + half)


def wave(
    number: int,
    size: int,
    value: float,
    *,
    moved: Movement | None = STILL,
    id_: str = "scale.ALN",
    half: float = 0.5,
    other: Mapping[str, tuple[Told, ...]] | None = None,
) -> WaveNumbers:
    """A wave in which sales has `size` answers and a mean, and marketing 40 answers that never change."""
    return WaveNumbers(
        number=number,
        ballots={"sales": size, "marketing": 40},
        told={id_: (mean("sales", value, half), mean("marketing", 50)), **(other or {})},
        movement=None if moved is None else {"sales": moved, "marketing": STILL},
    )


def decide(
    now: WaveNumbers,
    *earlier: WaveNumbers,
    decided: Decision | None = None,
    first: WaveNumbers | None = None,
    statements: Sequence[Statement] = (),
) -> Decision:
    return audit(
        now,
        earlier,
        policy=Policy(),
        shells=SHELLS,
        statements=statements,
        decided=decided or Decision(),
        first=first,
    )


def moved(stayers: int, joiners: int, leavers: int = 0) -> Movement:
    return Movement(stayers=stayers, joiners=joiners, leavers=leavers)


def test_a_first_wave_that_holds_nobody_passes() -> None:
    """A-13: nothing more to do is what was decided before."""
    decided = Decision(withhold=frozenset({"item.AL1"}))
    assert decide(wave(1, 8, 60), decided=decided) == decided


@pytest.mark.parametrize(("value", "size", "open_"), [(60, 5, True), (6, 5, True), (1, 12, False), (99, 10, False)])
def test_a_mean_that_holds_a_person_is_withheld(value: float, size: int, open_: bool) -> None:
    """A-13 R4: each person keeps 25 points; a composite goes with its scale, or the other scales would say it."""
    found = decide(wave(1, size, value))
    assert found.withhold == (frozenset() if open_ else {"scale.ALN", "composite.H"})


def test_a_coded_end_that_other_numbers_uncover_is_withheld() -> None:
    """A-13 R4: at most 5, but the gap and the other side put it at 1: five people then lie within 10 points."""
    coded = Told(terms=(("own", "sales", 1.0),), low=0.0, high=5.0)
    gap = Told(terms=(("own", "sales", 1.0), ("own", "marketing", -1.0)), low=-49.5, high=-48.5)
    told = {"scale.ALN": (coded, mean("marketing", 50), gap)}
    assert decide(replace(wave(1, 5, 60), told=told)).withhold == {"scale.ALN", "composite.H"}
    assert not decide(replace(wave(1, 5, 60), told={"scale.ALN": told["scale.ALN"][:2]})).withhold


def test_one_joiner_on_eight_changes_nothing() -> None:
    """A-13 R5, the oracle: 8, 1, 60 -> 62."""
    assert decide(wave(2, 9, 62, moved=moved(8, 1)), wave(1, 8, 60)) == Decision()


def test_three_joiners_on_five_are_printed_by_fives_then_not_at_all() -> None:
    """A-13 R5, the oracle: 5, 3, 60 -> 62; kin go with it, or they would say it."""
    first = wave(1, 5, 60)
    kin = {id_: (mean("marketing", 50),) for id_ in ("composite.H", "item.AL1", "mirror.AL1")}
    found = decide(wave(2, 8, 62, moved=moved(5, 3), other=kin), first)
    assert found == Decision(coarsen=dict.fromkeys(("scale.ALN", *kin), Precision.FIVES))
    by_fives = wave(2, 8, 62, moved=moved(5, 3), half=2.5, other=kin)
    assert decide(by_fives, first, decided=found) == found
    still_close = decide(wave(2, 8, 62, moved=moved(5, 3), other=kin), first, decided=found)
    assert still_close.withhold == {"scale.ALN", "composite.H"}


def test_two_figures_that_are_close_at_once_are_both_tried_by_fives() -> None:
    """A-13 R5: that one of them coarsens the other is no second failure of it."""
    both = {"scale.TRU": (mean("sales", 62), mean("marketing", 50))}
    before = {"scale.TRU": (mean("sales", 60), mean("marketing", 50))}
    found = decide(wave(2, 8, 62, moved=moved(5, 3), other=both), wave(1, 5, 60, other=before))
    assert found == Decision(coarsen=dict.fromkeys(("scale.ALN", "scale.TRU"), Precision.FIVES))


def test_what_shares_no_answers_stays_as_it_is() -> None:
    """A-13 R5: another statement is no kin."""
    other = {"item.OU1": (mean("marketing", 50),), "scale.FRI": (mean("marketing", 50),)}
    found = decide(wave(2, 8, 62, moved=moved(5, 3), other=other), wave(1, 5, 60))
    assert set(found.coarsen) == {"scale.ALN", "scale.FRI"}  # FRI through H, whose scales both are


def test_leavers_count_as_joiners_do() -> None:
    """A-13 R5: three who left eight."""
    assert decide(wave(2, 5, 60, moved=moved(5, 0, 3)), wave(1, 8, 62)).coarsen


def test_nobody_knowing_who_came_is_the_most_telling_that_can_have_been() -> None:
    """A-13 R5: without a roster of the wave before four may have come and four gone."""
    assert decide(wave(2, 9, 62, moved=None), wave(1, 9, 60)).coarsen
    assert decide(replace(wave(2, 9, 62), movement={}), wave(1, 9, 60)).coarsen
    assert not decide(wave(2, 40, 62, moved=None), wave(1, 40, 60)).coarsen


def test_two_waves_further_apart_are_held_together_too() -> None:
    """A-13 R5, all releases: the wave between printed nothing, or something; who came in both counts together."""
    silent = WaveNumbers(number=2, ballots=None, told={}, movement={"sales": moved(5, 2), "marketing": STILL})
    now = wave(3, 8, 62, moved=moved(7, 2))
    assert decide(now, wave(1, 5, 60), silent).coarsen
    assert decide(now, wave(1, 5, 60), wave(2, 7, 61, moved=moved(5, 2))).coarsen
    assert not decide(now, wave(2, 7, 61, moved=moved(5, 2))).coarsen
    assert not decide(now, replace(silent, number=1), wave(2, 7, 61, moved=moved(5, 2))).coarsen
    unknown = WaveNumbers(number=2, ballots=None, told={}, movement=None)
    assert decide(now, wave(1, 5, 60), unknown).coarsen


def test_a_floor_of_newcomers_is_no_small_group() -> None:
    """A-13 R5: joiners and leavers under the floor."""
    assert not decide(wave(2, 25, 62, moved=moved(20, 5)), wave(1, 20, 60)).coarsen
    grown = wave(3, 40, 62, moved=moved(30, 10))
    assert not decide(grown, wave(1, 20, 60), wave(2, 30, 61, moved=moved(20, 10))).coarsen
    shrunk = wave(3, 20, 62, moved=moved(20, 0, 10))
    assert not decide(shrunk, wave(1, 40, 60), wave(2, 30, 61, moved=moved(30, 0, 10))).coarsen


def test_what_earlier_reports_hold_without_this_wave_is_not_laid_at_its_door() -> None:
    """A-13 R5: what is out is out; a wave is withheld for what it adds."""
    old = (wave(1, 5, 60), wave(2, 8, 62, moved=moved(5, 3)))
    assert not decide(wave(3, 8, 62), *old).coarsen


def test_an_item_and_its_topic_of_the_mirror_are_one() -> None:
    """A-13 R4: they print the same people's mean; what one uncovers, both lose."""
    told = {
        "item.AL1": (mean("sales", 1), mean("marketing", 50)),
        "mirror.AL1": (mean("sales", 1), mean("marketing", 50)),
    }
    now = replace(wave(1, 12, 60), told=told, sizes={"item.AL1": {"sales": 12, "marketing": 40}})
    assert decide(now).withhold == {"item.AL1", "mirror.AL1"}


def both(value: float, quantity: str = "own") -> tuple[Told, ...]:
    """A mean that is the same on both sides."""
    return tuple(mean(side, value, quantity=quantity) for side in ("sales", "marketing"))


def test_beside_a_withheld_statement_another_of_its_scale_goes() -> None:
    """A-13: CO3 is 3 x 60 less 50 and 70; on both sides, with its topic of the mirror, and the scale stays."""
    items = {"item.CO2": both(50), "item.CO3": both(60), "item.CO4": both(70), "mirror.CO4": both(70)}
    made = wave(1, 12, 60, id_="scale.EXC", other=items)
    assert not decide(made).withhold
    found = decide(made, decided=Decision(withhold=frozenset({"item.CO3"}))).withhold
    assert found == {"item.CO3", "item.CO2"}
    low = wave(1, 12, 31, id_="scale.EXC", other={**items, "scale.EXC": both(31), "item.CO2": both(20)})
    found = decide(low, decided=Decision(withhold=frozenset({"item.CO3"}))).withhold
    assert found == {"item.CO3", "item.CO4", "mirror.CO4"}


def test_beside_a_withheld_topic_another_of_the_mirror_goes() -> None:
    """A-13: what a side expects of a topic is the mirror's mean of five less the other four; the statement stays."""
    means = {"AL1": 50, "AL3": 45, "AL5": 60, "TR2": 75}
    topics = {f"mirror.{topic}": both(value, "expected") for topic, value in means.items()}
    mirror = {"mirror_scale.MIR": (*both(60, "expected"), *both(60, "answered"))}
    found = decide(wave(1, 12, 60, other={**topics, **mirror, "item.AL3": both(50)})).withhold
    assert found == {"mirror.AL3"}


def test_a_group_under_the_floor_withholds_everything() -> None:
    """A-13 R2: run on what is about to print, whatever let it come so far."""
    made = wave(1, 5, 60)
    assert made.ballots is not None
    small = replace(made, ballots={side: n if side == "sales" else 4 for side, n in made.ballots.items()})
    assert not decide(made).withhold
    assert decide(small).withhold == {shell.id for shell in SHELLS}


def test_an_erratum_is_held_together_with_the_first_release() -> None:
    """A-13: two roundings of one mean; and a ballot more is the answer of one person, so that nothing is printed."""
    first = wave(1, 5, 9)
    second = wave(1, 5, 4.6, half=0.5)
    assert not decide(second).withhold
    narrow = wave(1, 5, 60, half=0.1)
    assert not decide(narrow, first=wave(1, 5, 60)).withhold
    low = Told(terms=(("own", "sales", 1.0),), low=0.0, high=5.0)
    coded = replace(first, told={"scale.ALN": (low, mean("marketing", 50))})
    assert not decide(coded).withhold
    again = replace(first, told={"scale.ALN": (mean("sales", 4), mean("marketing", 50))})
    assert decide(coded, first=again).withhold == {"scale.ALN", "composite.H"}
    late = decide(wave(1, 6, 60), first=wave(1, 5, 60))
    assert late.withhold == {shell.id for shell in SHELLS}


def statement(*levels: int, ids: tuple[str, ...] = ("item.AL1", "mirror.AL1"), share: bool = True) -> Statement:
    middling = Side(levels=(2, 3, 4, 2, 1), precision=Precision.COARSE_ITEM, share=share)
    return Statement(
        ids=ids,
        sides={
            "own.sales": Side(levels=levels, precision=Precision.COARSE_ITEM, share=share),
            "own.marketing": middling,
        },
    )


def nothing() -> WaveNumbers:
    return WaveNumbers(number=1, ballots={"sales": 12, "marketing": 12}, told={})


def test_a_statement_that_can_be_rebuilt_is_withheld() -> None:
    """A-13 R3: where the share is not what gives it away."""
    assert decide(nothing(), statements=[statement(0, 0, 0, 0, 12)]).withhold == {"item.AL1", "mirror.AL1"}
    assert not decide(nothing(), statements=[statement(2, 3, 4, 2, 1)]).withhold


def test_a_share_that_gives_a_table_away_goes_alone_where_that_will_do() -> None:
    """A-13 R3: "loses the favourable share, then the item"; an item by fives has no share already."""
    every = [statement(*levels) for levels in tables(10, 5).tolist()]
    lost = next(each for each in every if decide(nothing(), statements=[each]).coarsen)
    found = decide(nothing(), statements=[lost])
    assert found == Decision(coarsen=dict.fromkeys(lost.ids, Precision.BARE_ITEM))
    fives = Decision(coarsen=dict.fromkeys(lost.ids, Precision.FIVES))
    assert decide(nothing(), statements=[lost], decided=fives) == fives


def test_an_expectation_that_can_be_rebuilt_takes_the_topic_not_the_statement() -> None:
    """A-13 R3: the statement itself prints nothing of what was expected."""
    found = statement(2, 3, 4, 2, 1)
    expected = Side(levels=(0, 0, 0, 0, 12), precision=Precision.COARSE_ITEM)
    found = replace(found, sides={**found.sides, "expected.sales": expected})
    assert decide(nothing(), statements=[found]).withhold == {"mirror.AL1"}


def test_withheld_stays_withheld() -> None:
    """Design 5a: the set only grows."""
    before = Decision(withhold=frozenset({"item.FR1"}), coarsen={"item.AL1": Precision.BARE_ITEM})
    after = decide(wave(1, 12, 1), decided=before)
    assert before.withhold < after.withhold
    assert before.coarsen.items() <= after.coarsen.items()


def test_the_gate_is_the_same_every_time() -> None:
    """A-13: no clock, no chance, no order of sets."""
    once = decide(wave(2, 8, 62, moved=moved(5, 3)), wave(1, 5, 60))
    assert once == decide(wave(2, 8, 62, moved=moved(5, 3)), wave(1, 5, 60))
    assert sorted(once.coarsen) == sorted(decide(wave(2, 8, 62, moved=moved(5, 3)), wave(1, 5, 60)).coarsen)
