"""The one call for outsiders: a strict table in, every estimate out, nothing that looks like a finding by mistake."""

from __future__ import annotations

import csv
import doctest
import importlib
import io
import math
import pkgutil
from typing import Any

import numpy as np
import pytest

import assess.scoring
from assess.disclosure.policy import Precision
from assess.scoring import score_public_data
from assess.scoring.public import AnswersError
from assess.scoring.results import Estimand, Estimate, NotEstimable, Reason, Verdict

FILE = """team,Q1,Q2,Q3,noise
x,4,2,5,a
x,5,1,NA,b
x,5,1,4,c
y,2,4,,d
y,2,3,1,e
y,1,5,2,f
z,9,9,9,g
"""
KEYING = {"Q": ["Q1", "-Q2", "Q3"]}


def rows() -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(FILE)))


def score(answers: list[dict[str, Any]] | None = None, **changed: Any) -> Any:
    asked: dict[str, Any] = {"keying": KEYING, "side_column": "team", "sides": ("x", "y"), **changed}
    return score_public_data(answers if answers is not None else rows(), asked.pop("keying"), **asked)


def test_a_csv_is_scored_in_one_call() -> None:
    """S-07, S-10, S-12: means by hand, two floored spreads; other columns and other sides are not read."""
    found = score()
    gap = found.subjects["scale.Q"].gap.estimate
    x = (75 + 75 + 100) / 3, (100 + 100) / 2, (100 + 100 + 75) / 3
    y = (25 + 25) / 2, (25 + 50 + 0) / 3, (0 + 0 + 25) / 3
    assert found.subjects["scale.Q"].side_means["x"].value == pytest.approx(sum(x) / 3)
    assert gap.value == pytest.approx(sum(x) / 3 - sum(y) / 3)
    assert gap.se == pytest.approx(math.sqrt(sum(max(np.var(side, ddof=1), 25**2 / 3) / 3 for side in (x, y))))
    assert found.subjects["scale.Q"].precision is Precision.FULL
    assert (found.subjects["item.Q2"].side_means["x"].value, found.sides) == (pytest.approx(100 / 12), ("x", "y"))


def test_numbers_of_a_caller_without_a_file_are_the_same() -> None:
    """Whole numbers of any integer type are codes; None is no answer."""
    typed = [
        {
            name: (np.int16(cell) if cell.isdigit() else None if name.startswith("Q") else cell)
            for name, cell in r.items()
        }
        for r in rows()
    ]
    assert score(typed) == score()


def test_codes_from_zero_score_as_codes_from_one() -> None:
    """S-07: the scale is what counts, not how it is written."""
    shifted = [{n: str(int(c) - 1) if c.isdigit() else c for n, c in row.items()} for row in rows()]
    assert score(shifted, codes=(0, 4)) == score()
    assert score(shifted, codes={"Q": (0, 4)}) == score()


def test_head_counts_make_it_about_these_people() -> None:
    """S-11."""
    found = score(invited={"x": 4, "y": 3}).subjects["scale.Q"]
    assert found.gap.estimate.estimand is Estimand.PEOPLE
    assert found.process_gap.se > found.gap.estimate.se
    assert score().subjects["scale.Q"].gap.estimate.estimand is Estimand.PROCESS


def test_margins_and_reliability_are_the_callers() -> None:
    """S-11, S-13."""
    found = score(margin=7.0, item_margin=9.0, invited={"x": 4, "y": 4}, rho=0.5)
    assert (found.subjects["scale.Q"].gap.margin, found.subjects["item.Q1"].gap.margin) == (7.0, 9.0)
    assert (
        found.subjects["scale.Q"].gap.estimate.se > score(invited={"x": 4, "y": 4}).subjects["scale.Q"].gap.estimate.se
    )


def test_the_least_number_of_answers_is_half_unless_said() -> None:
    """S-07."""
    answers = [*rows(), {"team": "x", "Q1": "1", "Q2": "", "Q3": ""}]
    assert score(answers).subjects["scale.Q"].gap == score().subjects["scale.Q"].gap
    assert score(answers, min_answered={"Q": 1}).subjects["scale.Q"].gap != score().subjects["scale.Q"].gap


def test_three_sides_are_compared_in_pairs() -> None:
    """S-15."""
    answers = [*rows(), *({"team": "w", "Q1": 3, "Q2": 3, "Q3": 3} for _ in range(3))]
    found = score(answers, sides=("x", "y", "w")).subjects["scale.Q"]
    assert list(found.pairs) == [("x", "y"), ("x", "w"), ("y", "w")]
    assert found.pairs["x", "y"].gap.estimate == score().subjects["scale.Q"].gap.estimate


def changed_cell(column: str, cell: object) -> list[dict[str, Any]]:
    answers = rows()
    answers[1][column] = cell
    return answers


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("7", "row 2, Q1: 7 is outside 1-5"),
        (0, "row 2, Q1: 0 is outside 1-5"),
        ("4.0", "row 2, Q1: '4.0' is no whole code"),
        ("agree", "row 2, Q1: 'agree' is no whole code"),
        (4.0, "row 2, Q1: 4.0 is no whole code"),
        (math.nan, "row 2, Q1: nan is no whole code"),
        (np.float32(2), "is no whole code; write codes as whole numbers, blanks empty"),
        (True, "row 2, Q1: True is no whole code"),
    ],
)
def test_a_cell_that_is_no_code_is_refused_by_row_and_column(cell: object, said: str) -> None:
    """S-01, S-48: a careless caller gets a typed refusal, never a number."""
    with pytest.raises(AnswersError) as refused:
        score(changed_cell("Q1", cell))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"sides": ("x", "nobody")}, "no row of team is nobody"),
        ({"sides": ("x",)}, "two different values"),
        ({"sides": ("x", "x")}, "two different values"),
        ({"side_column": "squad"}, "row 1 has no column squad"),
        ({"keying": {"Q": ["Q1", "Q9"]}}, "row 1 has no column Q9"),
        ({"keying": {"Q": ["Q1", "-Q1"]}}, "names no item, or one twice"),
        ({"keying": {"Q": []}}, "names no item, or one twice"),
        ({"keying": {}}, "the keying names no scale"),
        ({"min_answered": {"R": 1}}, "min_answered names R"),
        ({"min_answered": {"Q": 4}}, "scale Q has 3 items: 4 of them cannot be asked for"),
        ({"min_answered": {"Q": 0}}, "scale Q has 3 items: 0 of them cannot be asked for"),
        ({"codes": (1, 1)}, "codes from 1 to 1 are no answer scale"),
        ({"codes": {"R": (1, 5)}}, "codes do not say the lowest and highest code of scale Q"),
        (
            {"keying": {"Q": ["Q1"], "R": ["Q1"]}, "codes": {"Q": (1, 5), "R": (0, 5)}},
            "Q1 has different codes in two scales",
        ),
        ({"invited": {"x": 2, "y": 5}}, "side x: 3 ballots but only 2 invited"),
        ({"invited": {"x": 5}}, "head count for every side and no other: see y"),
        ({"invited": {"x": math.nan, "y": 5}}, "invited: x is a whole number of people, one or more, not nan"),
        ({"invited": {"x": 10.5, "y": 5}}, "invited: x is a whole number of people"),
        ({"invited": {"x": "10", "y": 5}}, "invited: x is a whole number of people, one or more, not '10'"),
        ({"invited": {"x": 5, "y": 0}}, "invited: y is a whole number of people, one or more, not 0"),
        ({"invited": {"x": 5, "y": True}}, "invited: y is a whole number"),
        ({"sides": {"x", "y"}}, "sides are a list or tuple of text, x first"),
        ({"sides": (1, 2)}, "sides are a list or tuple of text"),
        ({"sides": [str(n) for n in range(128)]}, "two different values"),
        ({"keying": {"Q": iter(["Q1", "-Q2"])}}, "scale Q: its items are a list or tuple of text"),
        ({"keying": {"Q": "Q1"}}, "scale Q: its items are a list or tuple of text, not 'Q1'"),
        ({"keying": {"Q": [1, 2]}}, "scale Q: its items are a list or tuple of text"),
        ({"codes": ("1", "5")}, "codes are its lowest and its highest, two whole numbers, not ('1', '5')"),
        ({"codes": (1.0, 5.0)}, "codes are its lowest and its highest, two whole numbers"),
        ({"codes": (1, 5, 7)}, "codes are its lowest and its highest, two whole numbers"),
        ({"codes": 5}, "codes are its lowest and its highest, two whole numbers, not 5"),
        ({"min_answered": {"Q": 1.5}}, "scale Q has 3 items: 1.5 of them cannot be asked for"),
        ({"min_answered": {"Q": True}}, "scale Q has 3 items: True of them cannot be asked for"),
        ({"margin": 0}, "margin is over 0 and under 100, not 0"),
        ({"item_margin": math.nan}, "item_margin is over 0 and under 100, not nan"),
        ({"margin": 1e9}, "margin is over 0 and under 100"),
        ({"margin": "10"}, "margin is a number, not '10'"),
        ({"margin": True}, "margin is a number, not True"),
        ({"rho": 1.0}, "rho is at least 0 and under 1, not 1.0"),
        ({"item_rho": -0.1}, "item_rho is at least 0 and under 1, not -0.1"),
    ],
)
def test_a_call_that_contradicts_itself_says_how(changed: dict[str, Any], said: str) -> None:
    """S-48: unequal item sets, empty sides, impossible head counts."""
    with pytest.raises(AnswersError) as refused:
        score(**changed)
    assert said in str(refused.value)


def test_a_reliability_of_nothing_is_allowed() -> None:
    """S-11: with ρ 0 the two estimands have one width."""
    found = score(invited={"x": 3, "y": 3}, rho=0).subjects["scale.Q"]
    assert found.gap.estimate.se == found.process_gap.se


def long(items: int, people: int, *, share: float) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return people on a long scale who skip a share of it, and the arguments that score it."""
    generator = np.random.default_rng(items)
    names = [f"L{number}" for number in range(items)]
    answers = [
        {"team": side}
        | {name: "" if generator.random() < share else int(code) for name, code in zip(names, row, strict=True)}
        for side in "xy"
        for row in generator.integers(1, 6, size=(people, items))
    ]
    return answers, {"keying": {"L": names}}


def test_a_long_scale_with_gaps_is_scored_in_reasonable_time() -> None:
    """S-20: 10 to 20 answers have a common unit of 232,792,560; the exact test rounds the scores, and ends."""
    answers, arguments = long(20, 20, share=0.3)
    found = score(answers, **arguments).subjects["scale.L"]
    assert found.pair.p_exact == pytest.approx(found.pair.p_welch, abs=0.03)


def test_a_scale_without_an_exact_unit_is_refused_with_the_remedy() -> None:
    """S-07."""
    answers, arguments = long(60, 6, share=0.0)
    with pytest.raises(
        AnswersError, match="scale L: scores of 30 to 60 answers have no exact common unit; ask for more"
    ):
        score(answers, **arguments)
    assert score(answers, **arguments, min_answered={"L": 60}).subjects["scale.L"].gap is not None


def test_an_empty_table_names_the_sides_it_lacks() -> None:
    with pytest.raises(AnswersError, match="no row of team is x or y"):
        score([])


def test_degenerate_answers_are_typed_and_never_look_like_a_finding() -> None:
    """S-48: one person, everyone blank, all equal, complete separation."""
    one = score([{"team": "x", "Q1": 5, "Q2": 1, "Q3": 5}, {"team": "y", "Q1": 1, "Q2": 5, "Q3": 1}])
    judged = one.subjects["scale.Q"].gap
    assert (judged.estimate, judged.verdict) == (NotEstimable(reason=Reason.TOO_FEW), Verdict.CANNOT_TELL)
    blank = score([{"team": side, "Q1": "", "Q2": None, "Q3": "NA"} for side in "xxyy"])
    assert blank.subjects["scale.Q"].gap.estimate == NotEstimable(reason=Reason.NO_ANSWERS)
    equal = score([{"team": side, "Q1": 4, "Q2": 2, "Q3": 4} for side in "xxxxxyyyyy"]).subjects["scale.Q"].gap
    assert (equal.estimate.value, equal.p, equal.verdict) == (0.0, 1.0, Verdict.CANNOT_TELL)
    apart = score(
        [{"team": s, "Q1": q, "Q2": 6 - q, "Q3": q} for s, q in zip("xxxxxyyyyy", [5] * 5 + [1] * 5, strict=True)]
    )
    found = apart.subjects["scale.Q"]
    assert found.pair.p_exact == pytest.approx(2 / 252)
    assert isinstance(found.theta, Estimate)
    assert (found.theta.lo95, found.theta.hi95) == (pytest.approx(0.570, abs=5e-4), 1)


EXAMPLES = [f"assess.scoring.{module.name}" for module in pkgutil.iter_modules(assess.scoring.__path__)]


@pytest.mark.parametrize("module", EXAMPLES)
def test_the_examples_of_the_docstrings_run(module: str) -> None:
    """What a docstring shows is what happens."""
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_some_docstrings_have_examples() -> None:
    """Guards the test above."""
    shown = [len(doctest.DocTestFinder().find(importlib.import_module(module))) for module in EXAMPLES]
    ran = sum(doctest.testmod(importlib.import_module(module)).attempted for module in EXAMPLES)
    assert sum(shown) > ran >= 3
