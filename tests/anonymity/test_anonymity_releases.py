"""T1: a reader of all reports and all rosters, after the few who joined or left (A-11 to A-15).

The reader knows who was on each roster and how many answered, takes those who were silent for people who stayed, lets
the mean of those who stayed move by 5 points a wave, and asks of every two reports of a client where the mean of the
few who are in one and not in the other must lie. Written apart from the gate, which knows counts alone: true rosters,
true groups, one pair of reports at a time, in a few sums.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cache

import attack_histories as histories
import numpy as np
import pytest
from attack_histories import SIDES, Told
from attack_table import FULL, SUITE, Row
from pydantic import ValidationError

from assess.disclosure import gate, rank
from assess.disclosure.bounds import extremes, of_nodes
from assess.disclosure.gate import Decision
from assess.disclosure.movement import Movement
from assess.disclosure.policy import Policy
from assess.disclosure.registry import Kind, Registered
from assess.disclosure.release import Withheld, release
from assess.disclosure.table import ResponseTable
from assess.disclosure.told import OWN, WaveNumbers, nodes
from assess.disclosure.told import Told as Said
from assess.instruments.model import FloorClass
from assess.reports import told
from assess.reports.facts import WithheldFigure

CLIENTS = {SUITE: 8, FULL: 1000}
OPEN = 25.0
FLOOR = {FloorClass.SCALE: 5, FloorClass.ITEM: 10}
Span = tuple[float, float]


def table(size: int) -> list[Row]:
    """Return the rows of T1 at a size."""
    clients = CLIENTS[SUITE] if size <= SUITE else CLIENTS[FULL]
    found, looked = attacked(clients, gated=True)
    planted, _ = attacked(min(clients, 100), gated=False)
    refused = sum(list_() for list_ in LISTS.values())
    return [
        Row(
            attack="T1",
            what=f"{clients} clients x {histories.WAVES} waves: small groups of {looked} held within 25 points",
            score=str(found),
            band="0",
            planted=f"{planted} with floors alone, of {min(clients, 100)} clients",
            holds=found == 0 and planted > 0 and looked > 0,
        ),
        Row(
            attack="T1",
            what="lists of groups that give somebody away, refused",
            score=f"{refused}/{len(LISTS)}",
            band=f"{len(LISTS)}/{len(LISTS)}",
            planted=f"{len(LISTS)} lists",
            holds=refused == len(LISTS) == 10,
        ),
    ]


@cache
def attacked(clients: int, *, gated: bool) -> tuple[int, int]:
    """Return how many small groups a reader holds within 25 points, and how many were looked for."""
    held = looked = 0
    for number in range(clients):
        form = "core" if number % 10 == 0 else "pulse"
        reports = histories.client(np.random.default_rng(number), gate=gated, form=form)
        for width in widths(reports, histories.shells(form)):
            looked += 1
            held += width < OPEN - 1e-6
    return held, looked


def widths(reports: list[Told], shells: tuple[Registered, ...]) -> Iterator[float]:
    """Yield how many points stay open for each small group that two reports of a client tell apart."""
    read = [dict(means(each, shells)) for each in reports]
    for first in range(len(reports)):
        for second in range(first + 1, len(reports)):
            drift = 5.0 * (second - first)
            for key in read[first].keys() & read[second].keys():
                shell, side = key
                before, after = reports[first].roster[side], reports[second].roster[side]
                sizes = [answering(reports[place], side) for place in (first, second)]
                spans = read[first][key], read[second][key]
                for new, here, there in ((after - before, 1, 0), (before - after, 0, 1)):
                    group = min(len(new), sizes[here])
                    others = len(before - after) if here else len(after - before)
                    if 0 < group < FLOOR[shell.floor_class] and sizes[there] > others:
                        low, high = few(
                            spans[here], sizes[here], group, left(spans[there], sizes[there], others), drift
                        )
                        yield high - low


def few(whole: Span, size: int, group: int, stayed: Span, drift: float) -> Span:
    """Return where the mean of a group lies, given the mean of its side and that of those who stayed, as they were."""
    rest = size - group
    if not rest:
        return whole
    low, high = left(whole, size, group)
    while stayed[1] + drift < low or stayed[0] - drift > high:
        drift += 5.0
    kept = max(low, stayed[0] - drift), min(high, stayed[1] + drift)
    return (
        max(0.0, (size * whole[0] - rest * kept[1]) / group),
        min(100.0, (size * whole[1] - rest * kept[0]) / group),
    )


def left(whole: Span, size: int, gone: int) -> Span:
    """Return where the mean of the others lies when anything may be true of those who are gone."""
    rest = size - gone
    return max(0.0, (size * whole[0] - 100 * gone) / rest), min(100.0, size * whole[1] / rest)


def means(report: Told, shells: tuple[Registered, ...]) -> Iterator[tuple[tuple[Registered, str], Span]]:
    """Yield where each printed side mean lies by all that its report says: values, gaps, the company, intervals.

    A reader who left numbers out could take a drift for possible that they exclude.
    """
    numbers = told.wave_numbers(report.facts, report.number, shells)
    topics = {shell.subject: shell.id for shell in shells if shell.kind is Kind.MIRROR_TOPIC}
    asked: list[tuple[Registered, tuple[Said, ...]]] = []
    for shell in shells:
        said = numbers.told.get(shell.id, ())
        if shell.kind is Kind.ITEM and shell.subject in topics:
            said += numbers.told.get(topics[shell.subject], ())
        if said:
            asked.append((shell, said))
    for (shell, said), spans in zip(asked, extremes([of_nodes(said) for _, said in asked]), strict=True):
        for (quantity, side), span in zip(nodes(said), spans, strict=True):
            if quantity == OWN:
                yield (shell, side), span


def answering(report: Told, side: str) -> int:
    return len(report.answered[side])


# The ten planted lists: each is refused, or the weakness it plants gets through.


def total_and_one_side() -> bool:
    """One side of three: the company less the other side."""
    return refused({"S": 9, "M": 3}, {"company": "SM", "sales": "S"})


def small_cell() -> bool:
    return refused({"a": 9, "b": 4, "c": 8}, {"b": "b", "company": "abc"})


def small_complement() -> bool:
    return refused({"a": 7, "b": 3, "c": 6, "d": 4}, {"S": "ab", "M": "cd", "company": "abcd", "Sa": "a"})


def overlap() -> bool:
    return refused({"a": 6, "b": 3, "c": 6}, {"ab": "ab", "bc": "bc", "company": "abc"})


def nested_roles() -> bool:
    return refused({"a": 12, "b": 8, "c": 2}, {"all": "abc", "staff": "ab", "front": "a"})


def released_again_with_one_more() -> bool:
    """A late ballot: the first release's sum and the new one, of one person more. The gate withholds everything."""
    shells = histories.shells()
    said = {"scale.PUL": (Said(terms=(("own", "sales", 1.0),), low=59.5, high=60.5),)}
    first = WaveNumbers(number=1, ballots={"sales": 8, "marketing": 9}, told=said)
    again = WaveNumbers(number=1, ballots={"sales": 9, "marketing": 9}, told=said)
    none, decided = (), Decision()
    found = gate.audit(again, none, policy=Policy(), shells=shells, statements=none, decided=decided, first=first)
    return refused({"first": 8, "late": 1}, {"before": ("first",), "after": ("first", "late")}) and (
        found.withhold == {shell.id for shell in shells}
    )


def four_joiners_on_five() -> bool:
    """5 people, then 9 of whom 4 are new, on one side; the other side of 20 stands still."""
    return bool(between_two(5, 9, Movement(stayers=5, joiners=4, leavers=0)))


def item_at_nine() -> bool:
    released = release(answers(9, 12), Policy(), histories.shells())
    return not isinstance(released, Withheld) and isinstance(released.find("item.AL1"), Withheld)


def company_alone() -> bool:
    """A side under the floor: not even the company's figure, from which the other side would be taken away."""
    return isinstance(release(answers(4, 30), Policy(), histories.shells()), Withheld)


def withheld_with_its_n() -> bool:
    """A withheld figure that says how many answered."""
    with pytest.raises(ValidationError):
        WithheldFigure.model_validate({"state": "withheld", "n": 4})
    return set(WithheldFigure().model_dump()) == {"state"}


LISTS: dict[str, Callable[[], bool]] = {
    "total + side": total_and_one_side,
    "small cell": small_cell,
    "small complement": small_complement,
    "overlap": overlap,
    "nested roles": nested_roles,
    "re-release + 1": released_again_with_one_more,
    "4 joiners on 5": four_joiners_on_five,
    "item at 9": item_at_nine,
    "company alone": company_alone,
    "withheld n": withheld_with_its_n,
}


def refused(cells: dict[str, int], groups: dict[str, str | tuple[str, ...]]) -> bool:
    try:
        rank.refuse(cells, {name: tuple(members) for name, members in groups.items()}, 5)
    except rank.CutError:
        return True
    return False


def between_two(before: int, after: int, moved: Movement, means_: tuple[float, float] = (60.0, 62.0)) -> set[str]:
    """Return what the gate changes of a second report whose side went from so many answers to so many."""

    def numbers(number: int, size: int, mean: float, movement: dict[str, Movement] | None) -> WaveNumbers:
        said = (
            Said(terms=(("own", "sales", 1.0),), low=mean - 0.5, high=mean + 0.5),
            Said(terms=(("own", "marketing", 1.0),), low=49.5, high=50.5),
        )
        ballots = {"sales": size, "marketing": 20}
        return WaveNumbers(number=number, ballots=ballots, told={"scale.PUL": said}, movement=movement)

    still = Movement(stayers=20, joiners=0, leavers=0)
    found = gate.audit(
        numbers(2, after, means_[1], {"sales": moved, "marketing": still}),
        (numbers(1, before, means_[0], None),),
        policy=Policy(),
        shells=tuple(shell for shell in histories.shells() if shell.id == "scale.PUL"),
        statements=(),
        decided=Decision(),
    )
    return {*found.withhold, *found.coarsen}


def answers(sales: int, marketing: int) -> ResponseTable:
    asked = histories.instrument()
    items = asked.closed(histories.FORM)
    codes = np.random.default_rng(1).integers(1, 6, (sales + marketing, len(items))).astype(np.int8)
    return ResponseTable(
        sides=SIDES,
        items=items,
        levels=tuple(asked.levels(item) for item in items),
        side=np.array([0] * sales + [1] * marketing, dtype=np.int8),
        answers=codes,
    )


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_gives_somebody_away_is_refused(name: str) -> None:
    """T1, A-13: the ten planted lists."""
    assert LISTS[name]()


def test_a_list_that_gives_nobody_away_is_not_refused() -> None:
    """T1: a gate that refuses everything would pass every other test."""
    assert not refused({"S": 9, "M": 8}, {"company": "SM", "sales": "S", "marketing": "M"})
    assert not between_two(20, 21, Movement(stayers=20, joiners=1, leavers=0))
    released = release(answers(10, 12), Policy(), histories.shells())
    assert not isinstance(released, Withheld)
    assert not isinstance(released.find("item.AL1"), Withheld)


def test_one_person_more_or_less_between_two_waves_cannot_be_read_from_any_two_reports() -> None:
    """T1, the line of the issue: any two of four reports, one person apart; without the gate some can be read."""
    found, looked = attacked(CLIENTS[SUITE], gated=True)
    assert looked > 100
    assert found == 0
    for size in range(5, 40):
        for mean in range(5, 96, 5):
            for moved, after in (
                (Movement(stayers=size, joiners=1, leavers=0), size + 1),
                (Movement(stayers=size - 1, joiners=0, leavers=1), size - 1),
            ):
                if after < 5:
                    continue
                printed = (60.0, float(mean))
                spans = [(value - 0.5, value + 0.5) for value in printed]
                here = 1 if after > size else 0
                sizes = (size, after)
                low, high = few(spans[here], sizes[here], 1, spans[1 - here], 5.0)
                if high - low < OPEN - 1e-6:
                    assert between_two(size, after, moved, printed), (size, mean, moved)


def test_floors_alone_let_small_groups_be_read() -> None:
    """T1, the planted weakness: the same clients without the gate."""
    found, _ = attacked(CLIENTS[SUITE], gated=False)
    assert found > 0


def test_the_reader_who_attacks_reckons_as_the_worked_examples_do() -> None:
    """T1, A-13 R5: the attack is no weaker than the rule: its oracles come out of it."""
    assert few((61.5, 62.5), 9, 1, (59.5, 60.5), 5.0) == (29.5, 100.0)
    low, high = few((61.5, 62.5), 8, 3, (59.5, 60.5), 5.0)
    assert math.isclose(low, 54.8333, abs_tol=1e-4)
    assert math.isclose(high, 75.8333, abs_tol=1e-4)


def test_the_rows_of_t1_hold() -> None:
    """T1: what `make attack` prints."""
    assert all(row.holds for row in table(SUITE))
