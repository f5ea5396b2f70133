"""S-46, S-09: a gap is said to rest on one item when it does, by the interval it has without that item."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scoring_builders import instrument, released
from scoring_item_tables import drawn, nobody, t_of

from assess.disclosure.release import ReleasedSubject
from assess.scoring import tally_items
from assess.scoring.item_table import ItemTable
from assess.scoring.one_item import Scales, State, rests_on_one_item, state
from assess.scoring.results import Estimand, Estimate, NotEstimable, Reason
from assess.scoring.subjects import measure

Row = Sequence[int | None]
Rows = Sequence[Row]
Invited = tuple[int, int] | None

RHO = 0.75
STEP = 25

sides = st.lists(st.tuples(*[st.sampled_from([None, 1, 2, 4, 5])] * 3), min_size=3, max_size=7)


def resting(
    x: Rows, y: Rows, *, invited: Invited = None, margin: float = 10, min_answered: int = 1
) -> str | NotEstimable | None:
    one, other = (t_of(rows, min_answered=min_answered) for rows in (x, y))
    return rests_on_one_item(Scales(x=one, y=other, rho=RHO, margin=margin, invited=invited))


# --- an outside witness: from rows, with nothing of the engine --------------------------------------------------------


def interval(
    x: Rows, y: Rows, least: int, invited: Invited, margin: float, *, fractions: Sequence[float] | None = None
) -> tuple[Fraction, State, Sequence[float]] | None:
    """Return the gap in answer steps, what its interval says, and the fractions it was made with (S-07 to S-13)."""
    scores = []
    for rows in (x, y):
        answers = [[code for code in row if code is not None] for row in rows]
        scores.append([Fraction(sum(given), len(given)) for given in answers if len(given) >= least])
    n = [len(each) for each in scores]
    if min(n) < 2:
        return None
    if fractions is None:
        answered = [count / head for count, head in zip(n, invited, strict=True)] if invited else [0.0, 0.0]
        fractions = answered if min(answered) >= 0.5 else [0.0, 0.0]
    variances = [
        max(float(np.var([float(score) * STEP for score in each], ddof=1)), STEP**2 / count) * (1 - RHO * f) / count
        for each, count, f in zip(scores, n, fractions, strict=True)
    ]
    gap = sum(scores[0], Fraction(0)) / n[0] - sum(scores[1], Fraction(0)) / n[1]
    df = sum(variances) ** 2 / sum(v**2 / (count - 1) for v, count in zip(variances, n, strict=True))
    d, se = float(gap) * STEP, sum(variances) ** 0.5
    if abs(d) > stats.t.ppf(0.975, df) * se:
        return gap, State.EXCLUDES_ZERO, fractions
    within = abs(d) + stats.t.ppf(0.95, df) * se < margin
    return gap, State.INSIDE if within else State.OPEN, fractions


def carrying(
    x: Rows, y: Rows, *, invited: Invited, margin: float = 10, least: int = 1, keep_fractions: bool = False
) -> dict[str, Fraction]:
    """Return what is left, in the direction of the gap, without each item that carries it."""
    whole = interval(x, y, least, invited, margin)
    found: dict[str, Fraction] = {}
    if whole is None or whole[0] == 0:
        return found
    gap, says, fractions = whole
    for place in range(len(x[0])):
        without = [[[*row[:place], *row[place + 1 :]] for row in rows] for rows in (x, y)]
        rest = interval(*without, max(1, least - 1), invited, margin, fractions=fractions if keep_fractions else None)
        left = Fraction(0) if rest is None else rest[0] * (1 if gap > 0 else -1)
        if (left < 0 or left < abs(gap) / 2) and (rest is None or rest[1] is not says):
            found[f"I{place + 1}"] = left
    return found


@given(sides, sides, st.sampled_from([None, 1.2, 1.7, 3]), st.sampled_from([10.0, 40.0]), st.sampled_from([1, 2]))
def test_the_rule_is_that_of_the_text_made_from_rows(
    x: Rows, y: Rows, silence: float | None, margin: float, least: int
) -> None:
    """S-46, S-09, S-11: gaps, intervals and estimands from rows and scipy.stats; missing answers included."""
    invited = None if silence is None else (int(silence * len(x)), int(silence * len(y)))
    found = resting(x, y, invited=invited, margin=margin, min_answered=least)
    if interval(x, y, least, invited, margin) is None:
        assert isinstance(found, NotEstimable)
        assert found.reason in {Reason.NO_ANSWERS, Reason.TOO_FEW}
        return
    expected = carrying(x, y, invited=invited, margin=margin, least=least)
    assert found == (min(expected, key=lambda item: expected[item]) if expected else None)


# --- case by case -----------------------------------------------------------------------------------------------------


LOW = [(1, 3, 3), (1, 3, 2), (1, 2, 3), (2, 3, 3), (1, 3, 3), (1, 2, 3)]
HIGH = [(5, 3, 3), (5, 2, 3), (5, 3, 2), (4, 3, 3), (5, 3, 3), (5, 3, 2)]


def left(x: Rows, y: Rows, item: int) -> Fraction:
    """Return what share of the gap is left without an item, complete rows."""

    def gap(places: Sequence[int]) -> Fraction:
        means = [
            Fraction(sum(code for row in rows for place in places if (code := row[place])), len(rows) * len(places))
            for rows in (x, y)
        ]
        return means[0] - means[1]

    everything = range(len(x[0]))
    return gap([place for place in everything if place != item - 1]) / gap(everything)


@pytest.mark.parametrize(
    ("x", "y", "item", "share", "expected"),
    [
        # On I1 alone: without it nothing is left, and its interval is open.
        (HIGH, LOW, 1, Fraction(0), "I1"),
        # On every item.
        ([(4, 4, 4), (4, 5, 4), (5, 4, 4)] * 3, [(2, 2, 2), (2, 1, 2), (1, 2, 2)] * 3, 1, Fraction(21, 22), None),
        # Exactly half is left, and the interval no longer excludes 0: half is not over half.
        ([(4, 2), (3, 3), (4, 2), (4, 2), (4, 3)], [(5, 4), (5, 4), (4, 4), (4, 5), (4, 4)], 2, Fraction(1, 2), None),
        # One step less is left.
        ([(4, 2), (3, 3), (4, 2), (4, 2), (4, 3)], [(5, 4), (4, 4), (4, 4), (4, 5), (4, 4)], 2, Fraction(4, 11), "I2"),
        # Over half is lost, but 95 % excludes 0 all the same.
        (
            [(1, 1, 5), (1, 2, 5), (1, 2, 5), (1, 2, 5), (1, 2, 5)],
            [(4, 4, 3), (4, 5, 4), (4, 4, 4), (4, 4, 4), (4, 5, 4)],
            1, Fraction(21, 44), None,
        ),
        # Another sign, as clear as before.
        ([(1, 4), (1, 5), (1, 4), (1, 3)], [(4, 3), (5, 3), (4, 3), (5, 2)], 1, Fraction(-10, 9), None),
        # Another sign, open before and clear without.
        (
            [(5, 3, 2), (5, 3, 2), (4, 2, 2), (4, 3, 2), (4, 3, 2)],
            [(2, 5, 3), (2, 5, 3), (1, 5, 3), (2, 4, 4), (2, 4, 3)],
            2, Fraction(-21, 4), "I2",
        ),
        # Of two items the one that takes more, I3; of equals the first, I1.
        (
            [(4, 2, 1), (3, 2, 2), (3, 2, 1), (4, 2, 2), (3, 2, 1)],
            [(1, 4, 4), (2, 5, 4), (1, 5, 5), (1, 5, 4)],
            3, Fraction(6, 23), "I3",
        ),
        (
            [(1, 2, 5), (1, 2, 4), (1, 2, 3), (1, 2, 5), (1, 2, 5)],
            [(3, 3, 2), (3, 3, 4), (2, 4, 3), (4, 5, 3), (3, 5, 3)],
            2, Fraction(9, 26), "I1",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("swapped", [False, True])
def test_a_gap_rests_on_an_item_that_takes_over_half_of_it_and_what_it_says(
    x: Rows, y: Rows, item: int, share: Fraction, expected: str | None, *, swapped: bool
) -> None:
    """S-46: both conditions, over half strictly; S-54: either way round."""
    assert left(x, y, item) == share
    assert resting(*((y, x) if swapped else (x, y))) == expected


def test_a_gap_of_nothing_rests_on_nothing() -> None:
    """S-46, S-48: 0 has no sign to change and no half to lose, even where two items pull it apart."""
    assert resting(LOW, LOW) is None
    assert resting([(5, 1)] * 4, [(1, 5)] * 4) is None


def test_the_estimand_is_chosen_anew_without_the_item() -> None:
    """S-46, S-11: without I2, as with it, over half of those invited count; without I1, under half do.

    Its interval is then about the process and open, as the whole one is; kept at the whole gap's fractions it would
    exclude 0, and I1 would be named.
    """
    x: Rows = [(4, None), (4, None), (4, 5), (3, 4), (3, 3)]
    y: Rows = [(4, None), (5, None), (5, 2), (4, 3), (5, 3), (5, 2)]
    assert resting(x, y, invited=(8, 10)) is None
    assert list(carrying(x, y, invited=(8, 10), keep_fractions=True)) == ["I1"]


def test_a_gap_that_does_not_exist_without_an_item_rests_on_it() -> None:
    """S-46, S-48: of x one person answered anything but I1."""
    x: Rows = [(5, None), (4, None), (5, None), (5, 2)]
    y: Rows = [(1, 2), (2, 2), (1, 2), (1, 2)]
    assert resting(x, y) == "I1"


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        (nobody(3), t_of([(1, 2, 3), (2, 2, 2)]), Reason.NO_ANSWERS),
        (t_of([(1, 2, 3), (2, 2, 2)]), t_of([(None, None, None)]), Reason.NO_ANSWERS),
        (t_of([(1, 2, 3)]), t_of([(1, 2, 3), (2, 2, 2)]), Reason.TOO_FEW),
        (t_of([(1,), (2,)]), t_of([(1,), (3,)]), Reason.NOT_COMPARABLE),
    ],
)
def test_without_a_gap_or_a_rest_there_is_a_reason(x: ItemTable, y: ItemTable, reason: Reason) -> None:
    """S-02, S-48."""
    assert rests_on_one_item(Scales(x=x, y=y, rho=RHO, margin=10)) == NotEstimable(reason=reason)


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ((1, 30), (3, 28), State.EXCLUDES_ZERO),
        ((-30, -1), (-28, -3), State.EXCLUDES_ZERO),
        ((1, 9), (2, 8), State.EXCLUDES_ZERO),  # goes before inside
        ((-9, 9), (-8, 8), State.INSIDE),
        ((0, 9), (1, 8), State.INSIDE),  # 0 itself is not excluded
        ((-12, 11), (-10, 9), State.OPEN),  # -10 is not inside ±10
        ((-12, 14), (-9, 10), State.OPEN),
        ((-30, 30), (-25, 25), State.OPEN),
    ],
)
def test_an_interval_says_one_of_three_things_in_order(
    wide: tuple[float, float], narrow: tuple[float, float], expected: State
) -> None:
    """S-46, S-13: 95 % excludes 0, else 90 % strictly inside ±M, else open."""
    estimate = Estimate(
        value=sum(narrow) / 2,
        lo95=wide[0],
        hi95=wide[1],
        lo90=narrow[0],
        hi90=narrow[1],
        se=5,
        df=20,
        n=12,
        m=12,
        estimand=Estimand.PROCESS,
        method="welch",
    )
    assert state(estimate, 10) is expected


def test_a_reversed_item_can_carry_a_gap_read_from_rows() -> None:
    """S-46, S-05: from a release to T to the answer. V4 is turned round; 100 POMP on it, 0 on the others."""
    asked = instrument()
    rows = {
        side: [{"V1": 3, "V2": level, "V3": 3, "V4": code} for level in (2, 3, 3, 4) * 3]
        for side, code in (("east", 1), ("west", 5))
    }
    found = released(rows, invited={"east": 14, "west": 14})
    subject = found.find("scale.VIEW")
    assert isinstance(subject, ReleasedSubject)
    x, y = tally_items.item_tables(found, subject, asked).values()
    gap = measure(found, subject, asked)
    scale = Scales(x=x, y=y, rho=asked.scales["VIEW"].rho, margin=gap.margin, invited=(14, 14))
    assert rests_on_one_item(scale) == "V4"


def test_an_item_that_one_side_takes_otherwise_is_often_what_a_gap_rests_on() -> None:
    """S-46: 20 v 20, f .8, 60 samples each: one item two SD easier for x, and all items alike."""
    rng = np.random.default_rng(52)

    def share(on_first: float) -> float:
        found = [
            resting(drawn(rng, 20, on_first=on_first).tolist(), drawn(rng, 20).tolist(), invited=(25, 25))
            for _ in range(60)
        ]
        return sum(each == "I1" if on_first else each is not None for each in found) / len(found)

    assert share(2) == pytest.approx(0.72, abs=0.15)
    assert share(0) == pytest.approx(0.05, abs=0.08)


def test_tables_of_different_scales_are_refused() -> None:
    """S-46."""
    table = t_of([(1, 2, 3), (2, 2, 2)])
    for other in (nobody(2), nobody(3, levels=4)):
        with pytest.raises(ValueError, match="different scales"):
            Scales(x=table, y=other, rho=RHO, margin=10)
