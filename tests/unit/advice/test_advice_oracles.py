"""The oracles of the playbook page (P-11), from answers and from statuses."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from advice_builders import advised, drawn, playbook, signal, table_of

from assess.advice.evaluate import Outcome, Setting, evaluate
from assess.advice.gates import Conditions, choose
from assess.advice.match import advise, breadth, recommend
from assess.advice.model import Advice, Advised, Records, Status
from assess.disclosure.policy import Policy
from assess.scoring.columns import RESAMPLES, Columns

A = ((4, 4, 3, 3, 3, 4, 4, 3, 3, 4, 3, 3), (3, 3, 4, 4, 3, 3, 2, 3, 4, 4))
B = ((2, 2, 3, 3, 3, 4, 4, 2, 3, 4, 3, 2), (3, 3, 2, 4, 3, 3, 2, 3, 4, 3))

Answers = tuple[Sequence[int], Sequence[int]]


def wave(answers: Answers) -> Columns:
    """AL1 as given; predictions as needed for it to count."""
    sales, marketing = ([{"AL1": code, "AL1m": 3} for code in side] for side in answers)
    return drawn({"sales": sales, "marketing": marketing}, policy=Policy())


def setting(columns: Columns) -> Setting:
    return Setting(columns=columns, records=Records(), rules=playbook().rules)


def share(columns: Columns) -> float:
    found = evaluate(signal("item(AL1,C)<60"), setting(columns))
    assert isinstance(found, Outcome)
    return float(np.count_nonzero(found.true) / RESAMPLES)


def exact(answers: Answers) -> float:
    """The chance that a resample's company mean is below 60, by adding every draw."""

    def sums(codes: Sequence[int]) -> Counter[int]:
        total = Counter({0: 1})
        for _ in codes:
            grown: Counter[int] = Counter()
            for (reached, ways), code in itertools.product(total.items(), codes):
                grown[reached + code] += ways
            total = grown
        return total

    sales, marketing = (sums(side) for side in answers)
    n, m = (len(side) for side in answers)
    below = sum(
        x * y
        for (s, x), (t, y) in itertools.product(sales.items(), marketing.items())
        if 25 * (Fraction(s, n) - 1 + Fraction(t, m) - 1) / 2 < 60
    )
    return below / (n**n * m**m)


def company(columns: Columns) -> float:
    return sum(columns.of("item.AL1", side).point for side in columns.sides.values()) / 2  # type: ignore[union-attr]


def test_oracle_a_considered() -> None:
    """P-11 (a): C 58.958; P4 holds in .6002 (exact) of resamples."""
    columns = wave(A)
    assert company(columns) == pytest.approx(58.958, abs=5e-4)
    assert exact(A) == pytest.approx(0.6002, abs=5e-5)
    assert 0.55 <= share(columns) <= 0.65
    assert advise(playbook().plays["P4"], setting(columns)).status is Status.CONSIDERED


def test_oracle_b_recommended() -> None:
    """P-11 (b): C 48.958, .9984; severity .4, breadth 26.7 -> .25, priority .10."""
    columns = wave(B)
    assert company(columns) == pytest.approx(48.958, abs=5e-4)
    assert exact(B) == pytest.approx(0.9984, abs=5e-5)
    assert share(columns) >= 0.98
    play = playbook().plays["P4"]
    found = advise(play, setting(columns))
    assert found.status is Status.RECOMMENDED
    assert breadth(play, setting(columns)) == pytest.approx(0.25)
    assert found.priority == pytest.approx(0.10)
    assert found.why == (("item", "AL1", "C"),)


def test_the_share_of_resamples_is_the_exact_one_over_many_seeds() -> None:
    """A witness for the draw itself: the mean over blocks of one long draw is the sum over every draw."""
    from advice_builders import instrument

    from assess.disclosure.registry import registered
    from assess.disclosure.release import Released, release
    from assess.disclosure.table import ResponseTable
    from assess.scoring.resample import columns as resampled

    table = ResponseTable(
        sides=("sales", "marketing"),
        items=instrument().closed("core"),
        levels=tuple(5 for _ in instrument().closed("core")),
        side=np.array([0] * len(A[0]) + [1] * len(A[1]), dtype=np.int8),
        answers=np.array([[code] * 30 for code in (*A[0], *A[1])], dtype=np.int8),
    )
    found = release(table, Policy(), registered(instrument(), "core"))
    assert isinstance(found, Released)
    generator = np.random.Generator(np.random.PCG64(1))
    shares = [share(resampled(found, instrument(), "core", generator)) for _ in range(20)]
    assert np.mean(shares) == pytest.approx(0.6002, abs=4 * np.sqrt(0.24 / 40_000))


# --- (c) to (e): statuses given ---------------------------------------------------------------------------------------


def chosen(*given: Advised, friction: bool = False, **records: object) -> Advice:
    conditions = Conditions(friction=friction, unsafe=False, headline=True, blocked=frozenset())
    return choose(table_of(*given), playbook().rules, Records(**records), conditions)  # type: ignore[arg-type]


def printed(advice: Advice) -> tuple[list[str], str | None]:
    return [each.play for each in advice.processes], advice.incentive.play if advice.incentive else None


def recommended(**priorities: float) -> list[Advised]:
    return [advised(play, Status.RECOMMENDED, priority) for play, priority in priorities.items()]


def test_oracle_c() -> None:
    """P-11 (c): P13 by FRI, P4 .30, P17 .25, P1 .20, I3, no history -> P13, P4, P17, no I."""
    given = recommended(P13=0.1, P4=0.30, P17=0.25, P1=0.20, I3=0.4)
    assert printed(chosen(*given, friction=True, past={})) == (["P13", "P4", "P17"], None)


def test_oracle_d() -> None:
    """P-11 (d): FRI 50; P4 .30, P1 .20, I3 -> P4, P1, I3."""
    assert printed(chosen(*recommended(P4=0.30, P1=0.20, I3=0.1))) == (["P4", "P1"], "I3")


def test_oracle_e() -> None:
    """P-11 (e): P6 .30, P17 .20, P1 .10, I1, P4 silent, 2 open -> P6, no I (G4)."""
    given = recommended(P6=0.30, P17=0.20, P1=0.10, I1=0.5)
    assert printed(chosen(*given, open_commitments=2)) == (["P6"], None)


# --- rows -------------------------------------------------------------------------------------------------------------


def test_the_order_of_rows_changes_nothing() -> None:
    """P-24."""
    generator = np.random.default_rng(8)
    items = [f"{code}" for code in wave(A).levels]
    rows = {
        side: [dict(zip(items, map(int, generator.integers(1, 5, len(items))), strict=True)) for _ in range(n)]
        for side, n in (("sales", 17), ("marketing", 12))
    }
    turned = {side: people[::-1] for side, people in rows.items()}
    first, second = (recommend(drawn(each, policy=Policy()), playbook(), Records()) for each in (rows, turned))
    assert first == second
    assert first.processes
