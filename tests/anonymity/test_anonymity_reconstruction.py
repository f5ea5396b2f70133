"""T2: a reader who rebuilds answers from what is printed of them (A-12, A-13 R3).

The reader knows how many answered, lists every table of answers, and keeps those that print what was printed. A table
is rebuilt when one is left. Written apart from the gate: tables are listed one by one, prints are read from the facts.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import combinations_with_replacement

import attack_histories as histories
import numpy as np
import pytest
from attack_histories import SIDES
from attack_table import FULL, SUITE, Row

from assess.advice.model import Records
from assess.disclosure import bounds, gate
from assess.disclosure.policy import Precision
from assess.disclosure.table import ResponseTable
from assess.publish import audited_facts
from assess.reports import rounding
from assess.reports.audited import History
from assess.reports.facts import BandedFigure, Facts, Figure, ReleasedFigure
from assess.scoring import compare
from assess.scoring.histogram import Histogram
from assess.scoring.intervals import choose
from assess.scoring.results import Estimate

WAVES = {SUITE: {10: 2, 11: 1, 12: 1}, FULL: {**dict.fromkeys(range(10, 15), 40), **dict.fromkeys(range(15, 30), 6)}}
"""Waves by answers a side."""
TABLES = {SUITE: 400, FULL: 20_000}
SCALES = {SUITE: 40, FULL: 2_000}
LEVELS = 5
Counts = tuple[int, ...]


def table(size: int) -> list[Row]:
    """Return the rows of T2 at a size."""
    at = SUITE if size <= SUITE else FULL
    rebuilt, looked = items(at, gated=True)
    without, _ = items(at, gated=False)
    held, silent = subtracted(at, Gate.WHOLE)
    lonely, alone_ = subtracted(at, Gate.LONELY)
    share = 100 * planted(TABLES[at])
    scales = five_on_five(SCALES[at])
    return [
        Row(
            attack="T2",
            what=f"sides of {looked} statements at 10 to {max(WAVES[at])} answers, rebuilt whole",
            score=str(rebuilt),
            band="0",
            planted=f"{share:.0f} % of {TABLES[at]} by mean, interval, three classes at 10; {without} without R3",
            holds=rebuilt == 0 and looked > 0 and share >= 95,
        ),
        Row(
            attack="T2",
            what=f"sides of {silent} withheld statements, held within 25 points by a mean of theirs and its others",
            score=str(held),
            band="0",
            planted=f"{lonely} of {alone_} where their siblings all print",
            holds=held == 0 and silent > 0 and lonely > 0,
        ),
        Row(
            attack="T2",
            what=f"scales of 5 v 5, {SCALES[at]} of them, rebuilt whole",
            score=str(scales),
            band="0",
            planted=f"{share:.0f} % as above",
            holds=scales == 0,
        ),
    ]


class Gate(Enum):
    """What stands between the answers and the page."""

    WHOLE = "whole"
    LONELY = "withholds a statement and leaves its siblings"
    NONE = "floors alone"


@cache
def reports(at: int, gate_: Gate) -> tuple[tuple[ResponseTable, Facts], ...]:
    """Return waves of answers with what is printed of them."""
    made = []
    for people, waves in WAVES[at].items():
        for number in range(waves):
            answered = wave(np.random.default_rng(1000 * people + number), people)
            context = histories.context_of(1, (), "core")
            if gate_ is Gate.NONE:
                made.append((answered, histories.ungated(answered, context)))
                continue
            with pytest.MonkeyPatch.context() as patch:
                if gate_ is Gate.LONELY:
                    patch.setattr(gate, "complements", lambda pages: frozenset())
                made.append((answered, audited_facts(answered, context, Records(), History())))
    return tuple(made)


@cache
def items(at: int, *, gated: bool) -> tuple[int, int]:
    """Return how many sides of printed statements are rebuilt, and how many were looked at."""
    rebuilt = looked = 0
    for answered, facts in reports(at, Gate.WHOLE if gated else Gate.NONE):
        for statement in printed(facts, answered):
            looked += len(SIDES)
            rebuilt += sum(alone(statement, side) for side in SIDES)
    return rebuilt, looked


@cache
def subtracted(at: int, gate_: Gate) -> tuple[int, int]:
    """Return how many withheld statement-sides a reader holds within 25 points by their sums, and how many there are.

    A scale's mean times its statements, less those that print, is the sum of the rest; so are the two of the mirror.
    """
    held = withheld = 0
    for _, facts in reports(at, gate_):
        for side in SIDES:
            for whole, each, reverse in sums(facts, side):
                silent = [item for item, span in each.items() if span is None]
                if whole is None or not silent or len(silent) == len(each):
                    continue
                shown = {item: span for item, span in each.items() if span is not None}
                turned = [(100 - b, 100 - a) if item in reverse else (a, b) for item, (a, b) in shown.items()]
                low = len(each) * whole[0] - sum(b for _, b in turned)
                high = len(each) * whole[1] - sum(a for a, _ in turned)
                withheld += len(silent)
                if min(100, high) - max(0, low - 100 * (len(silent) - 1)) < 25:
                    held += len(silent)
    return held, withheld


Reach = tuple[float, float] | None


def sums(facts: Facts, side: str) -> Iterator[tuple[Reach, dict[str, Reach], tuple[str, ...]]]:
    """Yield every mean of statements that a report prints: where it lies, where they lie, which it turns round."""
    asked = histories.instrument()
    for scale in asked.scales.values():
        each = {item: reach(facts, "items", f".{item}.mean.{side}") for item in scale.items}
        yield reach(facts, "standing", f".{scale.id}.mean.{side}"), each, scale.reverse
    mirror = asked.mirror
    assert mirror is not None
    answered = {item: reach(facts, "items", f".{item}.mean.{side}") for item in mirror.answered}
    yield reach(facts, "mirror", f".{mirror.id}.answered.{side}"), answered, ()
    pairs = zip(mirror.expected, mirror.answered, strict=True)
    expected = {item: reach(facts, "mirror", f".{topic}.expected.{side}") for item, topic in pairs}
    yield reach(facts, "mirror", f".{mirror.id}.expected.{side}"), expected, ()


def reach(facts: Facts, block: str, ending: str) -> Reach:
    """Return where a printed mean lies; None where none is printed."""
    for id_, figure in facts.figures.items():
        if id_.startswith(block) and id_.endswith(ending):
            match figure:
                case ReleasedFigure():
                    return max(0, float(figure.value) - 0.5), min(100, float(figure.value) + 0.5)
                case BandedFigure():
                    return (0, 5) if figure.code == "le5" else (95, 100)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A statement as printed: its code, and by side the true table, its mean and share; and the ends of the gap."""

    code: str
    true: Mapping[str, Counts]
    mean: Mapping[str, Figure]
    share: Mapping[str, Figure | None]
    ends: tuple[object, ...] | None
    invited: Mapping[str, int]


def printed(facts: Facts, answered: ResponseTable) -> Iterator[Printed]:
    """Yield every statement whose means are printed by side; a table is that of the people complete on its twins."""
    asked = histories.instrument()
    for id_ in facts.figures:
        block, code, statistic, side = id_.split(".", 3)
        if not block.startswith("items") or statistic != "mean" or side != SIDES[0]:
            continue
        means = {of: facts.figures[f"{block}.{code}.mean.{of}"] for of in SIDES}
        if not all(isinstance(figure, ReleasedFigure | BandedFigure) for figure in means.values()):
            continue
        complete = np.ones(len(answered.side), dtype=bool)
        for twin in (code, *asked.twins(code, "core")):
            complete &= answered.column(twin) >= 1
        gap = facts.figures.get(f"{block}.{code}.gap.difference")
        yield Printed(
            code=code,
            true={
                of: tuple(
                    np.bincount(answered.column(code)[complete & (answered.side == place)], minlength=LEVELS + 1)[
                        1:
                    ].tolist()
                )
                for place, of in enumerate(SIDES)
            },
            mean=means,
            share={of: facts.figures.get(f"{block}.{code}.favourable.{of}") for of in SIDES},
            ends=(gap.value, gap.lo95, gap.hi95, gap.lo90, gap.hi90) if isinstance(gap, ReleasedFigure) else None,
            invited=answered.invited or {},
        )


def alone(statement: Printed, side: str) -> bool:
    """Return whether one table of a side is left to a reader who has all that is printed of the statement."""
    own = {of: fitting(statement, of) for of in SIDES}
    mine, others = own[side], own[SIDES[1 - SIDES.index(side)]]
    true = statement.true[side]
    assert true in mine
    if len(mine) == 1:
        return True
    if statement.ends is None or sum(moments(each) == moments(true) for each in mine) > 1:
        return False  # Two tables of one sum and one spread print the same whatever else is printed.
    left = 0
    for kind in {moments(each): each for each in mine}.values():
        if any(ends(statement, {side: kind, opposite(side): other}) == statement.ends for other in distinct(others)):
            left += sum(moments(each) == moments(kind) for each in mine)
            if left > 1:
                return False
    return True


def opposite(side: str) -> str:
    return SIDES[1 - SIDES.index(side)]


def distinct(tables: list[Counts]) -> list[Counts]:
    return list({moments(each): each for each in tables}.values())


def fitting(statement: Printed, side: str) -> list[Counts]:
    """Return the tables that print the mean and the share of a side."""
    persons = sum(statement.true[side])
    return [
        each
        for total, tables in listed(persons).items()
        if says(statement.mean[side], 100 * (total - persons) / (persons * (LEVELS - 1)), whole=True)
        for each in tables
        if says(statement.share[side], 100 * sum(each[-2:]) / persons, whole=False)
    ]


def says(figure: Figure | None, value: float, *, whole: bool) -> bool:
    """Return whether a number prints as this figure: whole points, or shares in fives coded at 10 and 90."""
    match figure:
        case ReleasedFigure(value=number):
            step = 1 if whole else 5
            coded = not whole and (value <= 10 or value >= 90)
            return not coded and step * math.floor(round(value, 9) / step + 0.5) == number
        case BandedFigure(code=code):
            return {"le10pct": value <= 10, "ge90pct": value >= 90, "le5": value <= 5, "ge95": value >= 95}[code]
        case _:
            return True


@cache
def listed(persons: int) -> dict[int, list[Counts]]:
    """Every table of so many persons, by the sum of its codes."""
    found: dict[int, list[Counts]] = defaultdict(list)
    for people in combinations_with_replacement(range(1, LEVELS + 1), persons):
        found[sum(people)].append(tuple(people.count(code) for code in range(1, LEVELS + 1)))
    return found


@cache
def moments(counts: Counts) -> tuple[int, int, int]:
    codes = range(1, len(counts) + 1)
    return (
        sum(counts),
        sum(code * n for code, n in zip(codes, counts, strict=True)),
        sum(code * code * n for code, n in zip(codes, counts, strict=True)),
    )


def ends(statement: Printed, tables: Mapping[str, Counts]) -> tuple[object, ...]:
    """Print the gap of two tables again: the formula is published, the reliability in the instrument."""
    basis = choose({side: sum(tables[side]) for side in SIDES}, statement.invited)
    found = compare.difference(
        *(histogram(tables[side]) for side in SIDES),
        rho=histories.instrument().items[statement.code].rho,
        fractions=basis.fractions,
        estimand=basis.estimand,
    )
    assert isinstance(found, Estimate)
    pairs = ((found.lo95, found.hi95), (found.lo90, found.hi90))
    outward = [end for low, high in pairs for end in rounding.ends(low, high, Precision.COARSE_ITEM)]
    return (rounding.rounded(found.value), *outward)


def histogram(counts: Counts) -> Histogram:
    held = [(code, n) for code, n in enumerate(counts, start=1) if n]
    return Histogram(
        score=np.array([code for code, _ in held], dtype=np.int64),
        count=np.array([n for _, n in held], dtype=np.int64),
        zero=1,
        span=len(counts) - 1,
        step=1,
    )


def wave(generator: np.random.Generator, people: int) -> ResponseTable:
    """Answers of two sides as alike or unlike as they come: each statement leans its own way on each side."""
    asked = histories.instrument()
    codes = asked.closed("core")
    lean = generator.normal(3.2, 0.8, (2, len(codes)))
    side = np.repeat(np.array([0, 1], dtype=np.int8), people)
    spread = generator.uniform(0.5, 1.4, len(codes))
    drawn = np.clip(np.rint(generator.normal(lean[side], spread)), 1, 5).astype(np.int8)
    return ResponseTable(
        sides=SIDES,
        items=codes,
        levels=tuple(asked.levels(item) for item in codes),
        side=side,
        answers=drawn,
        invited=dict.fromkeys(SIDES, people + 2),
    )


@cache
def planted(tables: int) -> float:
    """Return the share of tables of ten answers that mean, own interval and three classes leave alone: the weakness."""
    every = [each for group in listed(10).values() for each in group]
    left: dict[tuple[object, ...], int] = defaultdict(int)
    for each in every:
        left[unguarded(each)] += 1
    generator = np.random.default_rng(2)
    drawn = generator.choice(5, size=(tables, 10), p=(0.1, 0.2, 0.3, 0.25, 0.15))
    return float(np.mean([left[unguarded(tuple(np.bincount(row, minlength=5).tolist()))] == 1 for row in drawn]))


@cache
def unguarded(counts: Counts) -> tuple[object, ...]:
    """Print a table as nobody should: its mean and own interval in whole points, and three classes in percent."""
    found = compare.mean(histogram(counts))
    assert isinstance(found, Estimate)
    numbers = (found.value, found.lo95, found.hi95)
    classes = (sum(counts[:2]), counts[2], sum(counts[3:]))
    return (*(math.floor(number + 0.5) for number in numbers), *(round(100 * n / sum(counts)) for n in classes))


@cache
def five_on_five(waves: int) -> int:
    """Return how many sides of five on a scale of five statements are rebuilt: the scores of all five people.

    A mean to a point, or a code at the ends, beside the ends of a gap that hold of all fives of one sum and spread. The
    other five are as unknown as these (R3): their mean is printed, their spread is not.
    """
    steps = 20
    alike: dict[tuple[int, int], int] = defaultdict(int)
    for people in combinations_with_replacement(range(steps + 1), 5):
        alike[sum(people), sum(score * score for score in people)] += 1
    coded: dict[object, int] = defaultdict(int)
    for (total, _), count in alike.items():
        coded[rounding.coarse_mean(100 * total / (5 * steps), Precision.COARSE_SCALE)] += count
    generator = np.random.default_rng(3)
    rebuilt = 0
    for _ in range(waves):
        people = generator.binomial(steps, generator.uniform(0.05, 0.95), 5).tolist()
        key = sum(people), sum(score * score for score in people)
        mean = rounding.coarse_mean(100 * key[0] / (5 * steps), Precision.COARSE_SCALE)
        # At the ends the code holds several sums, and no gap is finer than a point: nothing else may print it.
        others = generator.binomial(steps, generator.uniform(0.05, 0.95), 5).tolist()
        other = sum(others), sum(score * score for score in others)
        if withheld_by_r4(key, other):
            continue
        rebuilt += coded[mean] == 1 or (alike[key] == 1 and not hidden(key, other, alike, mean))
    return rebuilt


def withheld_by_r4(key: tuple[int, int], other: tuple[int, int]) -> bool:
    """Return whether the gap and the other side's mean hold somebody within 25 points: then none of it prints (A-13).

    A code at the ends says five points; the gap to a side whose mean prints says one.
    """
    value = gap(key, other)[0]
    assert isinstance(value, int)
    near = value + math.floor(other[0] + 0.5)
    return not bounds.is_open(bounds.person((max(0.0, near - 1.0), min(100.0, near + 1.0)), 5))


def hidden(key: tuple[int, int], other: tuple[int, int], alike: Mapping[tuple[int, int], int], mean: object) -> bool:
    """Return whether five of another spread, beside others of any spread, print the same means and the same gap."""
    own = [at for at in alike if rounding.coarse_mean(at[0], Precision.COARSE_SCALE) == mean and at != key]
    beside = [at for at in alike if at[0] == other[0]]
    printed = gap(key, other)
    nearest = sorted(own, key=lambda at: abs(at[1] - key[1]))[:200]
    return any(gap(at, by) == printed for by in sorted(beside, key=lambda at: abs(at[1] - other[1])) for at in nearest)


def gap(key: tuple[int, int], other: tuple[int, int]) -> tuple[object, ...]:
    """Print the gap of fives with these sums and spreads: Welch's, ends outward to a point."""
    variances = [(squares - total**2 / 5) / 4 * 25 for total, squares in (key, other)]
    # S-10: no variance under that of one person's step of a level on every statement.
    errors = [max(variance, 25.0**2 / 5) / 5 for variance in variances]
    value = 5 * (key[0] - other[0]) / 5
    half = 2.306 * math.sqrt(sum(errors))
    return math.floor(value + 0.5), math.floor(value - half), math.ceil(value + half)


def test_no_statement_is_rebuilt() -> None:
    """T2, A-13 R3: items of 10 answers and more through the real path, every printed side looked at."""
    rebuilt, looked = items(SUITE, gated=True)
    assert looked > 50
    assert rebuilt == 0


def test_mean_own_interval_and_three_classes_rebuild_ten_answers() -> None:
    """T2, the planted weakness, A-12: 100 % at 10; at least 95 is asked for."""
    assert planted(TABLES[SUITE]) >= 0.95


def test_no_withheld_statement_is_read_off_its_scale_and_its_siblings() -> None:
    """T2, A-13, R-4: complementary suppression."""
    held, withheld = subtracted(SUITE, Gate.WHOLE)
    assert withheld > 0
    assert held == 0


def test_a_statement_withheld_alone_is_read_off_its_scale() -> None:
    """The planted weakness of the test above."""
    held, withheld = subtracted(SUITE, Gate.LONELY)
    assert 0 < held <= withheld


def test_no_scale_of_five_people_a_side_is_rebuilt() -> None:
    """T2, A-12: 5 v 5: 0."""
    assert five_on_five(SCALES[SUITE]) == 0


def test_the_rows_of_t2_hold() -> None:
    """T2: what `make attack` prints."""
    assert all(row.holds for row in table(SUITE))
