"""R5: what two or more reports say of the few who joined or left (A-13)."""

from __future__ import annotations

import math

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from assess.disclosure.bounds import ContradictionError, Span, System, extremes
from assess.disclosure.turnover import ANY, Stage, are_open, groups, joiners, surely_open


def whole(value: float) -> Span:
    return value - 0.5, value + 0.5


def fives(value: float) -> Span:
    return value - 2.5, value + 2.5


def passes(span: Span) -> bool:
    return span[1] - span[0] >= 25


def test_one_joiner_on_eight_stays_open() -> None:
    """A-13 R5, the oracle: 8, 1, 60 -> 62: [29.5, 100] passes."""
    span = joiners(stayers=8, joined=1, before=whole(60), after=whole(62))
    assert span == (29.5, 100.0)
    assert passes(span)


def test_three_joiners_on_five_are_too_narrow() -> None:
    """A-13 R5, the oracle: 5, 3, 60 -> 62: [54.8, 75.8] fails."""
    span = joiners(stayers=5, joined=3, before=whole(60), after=whole(62))
    assert [round(end, 1) for end in span] == [54.8, 75.8]
    assert not passes(span)


def test_by_fives_three_joiners_on_five_are_open_again() -> None:
    """A-13 R5, the oracle: by fives [46.2, 84.5] passes, both means held to 5 points.

    What the gate meets is narrower, as the first report has printed its mean to a point already; it passes too.
    """
    both = joiners(stayers=5, joined=3, before=fives(60), after=fives(62))
    assert [round(end, 1) for end in both] == [46.2, 84.5]
    assert passes(both)
    only_now = joiners(stayers=5, joined=3, before=whole(60), after=fives(62))
    assert [round(end, 1) for end in only_now] == [49.5, 81.2]
    assert passes(only_now)


def test_leavers_are_held_as_joiners_are() -> None:
    """A-13 R5: seen from its end, a chain is one whose leavers join."""
    left = groups(
        (Stage(size=8, mean=whole(62), leaving=3), Stage(size=5, mean=whole(60))),
        5,
    )
    three = next(group for group in left if group.size == 3)
    assert three.stage == 0
    assert three.mean == joiners(stayers=5, joined=3, before=whole(60), after=whole(62))
    assert not are_open(left, 5)


def test_nobody_coming_or_going_is_nobody_found() -> None:
    """A-13 R5: stayers alone, whatever their mean does."""
    for after in (60, 75, 20):
        assert are_open(groups((Stage(size=8, mean=whole(60)), Stage(size=8, mean=whole(after))), 5), 5)


def test_a_visitor_is_held_from_both_sides() -> None:
    """A-13 R5: who was there for one wave only is held by the wave before and the wave after together."""
    chain = (
        Stage(size=8, mean=whole(60)),
        Stage(size=9, mean=whole(65), joined=1, leaving=1),
        Stage(size=8, mean=whole(70)),
    )
    found = [group for group in groups(chain, 5) if group.stage == 1 and group.size == 1]
    assert (56.5, 73.5) in [group.mean for group in found]
    assert not are_open(groups(chain, 5), 5)
    assert are_open(groups(chain[:2], 5), 5)


def test_numbers_against_the_drift_take_as_little_of_it_as_will_do() -> None:
    """A-13 R5: 60 -> 75 with one joiner on eight cannot be within 5 points of drift: a reader reckons with 15."""
    with_joiner = joiners(stayers=8, joined=1, before=whole(60), after=whole(75))
    assert with_joiner == joiners(stayers=8, joined=1, before=whole(60), after=whole(75), drift=15.0)
    assert with_joiner[0] > 0
    both_ends = (
        Stage(size=8, mean=whole(60)),
        Stage(size=9, mean=whole(75), joined=1, leaving=1),
        Stage(size=8, mean=whole(90)),
    )
    assert not are_open(groups(both_ends, 5), 5)


def test_a_withheld_wave_in_between_still_carries_what_is_known() -> None:
    """A-13 R5: all earlier waves count, over one of which nothing is known but who came and went."""
    silent = (
        Stage(size=8, mean=whole(60)),
        Stage(size=8, mean=ANY),
        Stage(size=11, mean=whole(62), joined=3),
    )
    (through,) = {group.mean for group in groups(silent, 5) if group.stage == 2 and group.size == 3}
    assert through == joiners(stayers=8, joined=3, before=whole(60), after=whole(62), drift=10.0)


def test_where_nobody_stayed_nothing_passes_on() -> None:
    """A-13 R5."""
    found = groups((Stage(size=5, mean=whole(60), leaving=5), Stage(size=5, mean=whole(62), joined=5)), 5)
    assert {group.size for group in found} == {5}
    assert are_open(found, 5)


@given(
    st.integers(5, 20),
    st.integers(5, 20),
    st.integers(0, 6),
    st.integers(0, 6),
    st.integers(0, 100),
    st.integers(0, 100),
)
def test_what_is_surely_open_is_open(  # noqa: PLR0917 - hypothesis hands them over by place
    n: int, m: int, joined: int, leaving: int, before: int, after: int
) -> None:
    """A-13 R5: the short way says open only where the long way does."""
    first = Stage(size=n, mean=held(before), leaving=min(leaving, n), drift=10.0)
    last = Stage(size=m, mean=held(after), joined=min(joined, m))
    if surely_open(first, last, 5):
        assert are_open(groups((first, last), 5), 5)


def test_the_short_way_is_mostly_enough() -> None:
    """A-13 R5: and says so where nobody is held."""
    assert surely_open(Stage(size=8, mean=whole(60)), Stage(size=9, mean=whole(62), joined=1), 5)
    assert not surely_open(Stage(size=5, mean=whole(60)), Stage(size=8, mean=whole(62), joined=3), 5)
    assert not surely_open(Stage(size=8, mean=whole(60)), Stage(size=9, mean=whole(90), joined=1), 5)
    assert not surely_open(Stage(size=5, mean=whole(60), leaving=5), Stage(size=5, mean=whole(62), joined=5), 5)
    assert not surely_open(Stage(size=8, mean=held(0)), Stage(size=8, mean=held(0)), 5)


def held(value: float) -> Span:
    return max(0.0, value - 0.5), min(100.0, value + 0.5)


stages = st.lists(
    st.tuples(st.integers(2, 9), st.integers(0, 3), st.integers(0, 3), st.integers(5, 95)), min_size=2, max_size=4
)


@given(stages)
@settings(max_examples=40)
def test_shortest_ways_find_what_the_linear_programme_finds(drawn: list[tuple[int, int, int, int]]) -> None:
    """A-13 R4, R5: the same chain as one programme for HiGHS, with a drift that contradicts nothing."""
    drift = 100.0
    chain = tuple(
        Stage(
            size=size,
            mean=whole(mean),
            joined=min(joined, size) if at else 0,
            leaving=min(leaving, size) if at + 1 < len(drawn) else 0,
            drift=drift if at % 2 else 40.0,
        )
        for at, (size, joined, leaving, mean) in enumerate(drawn)
    )
    least = [max(0, stage.joined + stage.leaving - stage.size) for stage in chain]
    system, sizes = programme(chain, least)
    try:
        spans = dict(zip(sizes, extremes([system])[0], strict=True))
    except ContradictionError:
        reject()  # A reader with this drift has nothing to go by; what is then done has its own test.
    for group in groups(chain, 5)[: len(sizes)]:
        held = [span for (stage, size, _), span in spans.items() if (stage, size) == (group.stage, group.size)]
        assert any(
            all(math.isclose(a, b, abs_tol=1e-4) for a, b in zip(group.mean, span, strict=True)) for span in held
        )


def programme(chain: tuple[Stage, ...], both: list[int]) -> tuple[System, list[tuple[int, int, tuple[int, ...]]]]:
    """The chain as one linear programme: four unknowns a stage, B C A V, and every union of cells under the floor."""
    cells = [
        (s.leaving - v, s.size - s.joined - s.leaving + v, s.joined - v, v) for s, v in zip(chain, both, strict=True)
    ]

    def weights(stage: int, places: tuple[int, ...], sign: float = 1.0) -> list[float]:
        total = sum(cells[stage][place] for place in places)
        row = [0.0] * (4 * len(chain))
        for place in places:
            row[4 * stage + place] = sign * cells[stage][place] / total if total else 0.0
        return row

    rows = [(tuple(weights(at, (0, 1, 2, 3))), stage.mean) for at, stage in enumerate(chain)]
    for at, stage in enumerate(chain[:-1]):
        out, arriving = weights(at, (1, 2), -1.0), weights(at + 1, (0, 1))
        if any(out) and any(arriving):
            rows.append((tuple(a + b for a, b in zip(out, arriving, strict=True)), (-stage.drift, stage.drift)))
    wanted = []
    for at, held in enumerate(cells):
        for mask in range(1, 16):
            union = tuple(place for place in range(4) if mask >> place & 1)
            size = sum(held[place] for place in union)
            if all(held[place] for place in union) and (len(union) == 1 or size < 5):
                wanted.append((at, size, union))
    targets = tuple(tuple(weights(at, union)) for at, _, union in wanted)
    return System(unknowns=4 * len(chain), rows=tuple(rows), targets=targets), wanted
