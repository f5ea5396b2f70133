"""What a result refuses to be (S-01, S-02)."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError

import pytest

from assess.scoring.results import Estimand, Estimate, Modifier, NotEstimable, Reason, Verdict

GOOD = {"value": 1.0, "lo95": -2.0, "hi95": 4.0, "lo90": -1.0, "hi90": 3.0, "se": 1.5, "df": 8.0}


def build(**changed: float) -> Estimate:
    return Estimate(**(GOOD | changed), n=5, m=6, estimand=Estimand.PROCESS, method="welch")  # type: ignore[arg-type]


def test_a_good_estimate_is_built_and_frozen() -> None:
    found = build()
    assert found.value == 1
    with pytest.raises(FrozenInstanceError):
        found.value = 2.0  # type: ignore[misc]


@pytest.mark.parametrize("field", sorted(GOOD))
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_no_number_is_missing_or_infinite(field: str, bad: float) -> None:
    """S-01."""
    with pytest.raises(ValueError, match="finite"):
        build(**{field: bad})


@pytest.mark.parametrize("se", [0.0, -1.0])
def test_a_standard_error_is_positive(se: float) -> None:
    """S-01."""
    with pytest.raises(ValueError, match="positive"):
        build(se=se)


@pytest.mark.parametrize(
    "changed", [{"lo95": -0.5}, {"hi95": 2.5}, {"lo90": 1.5}, {"hi90": 0.5}, {"value": 3.5}, {"value": -1.5}]
)
def test_limits_are_in_order(changed: dict[str, float]) -> None:
    """S-01: lo95 <= lo90 <= value <= hi90 <= hi95."""
    with pytest.raises(ValueError, match="out of order"):
        build(**changed)


def test_every_reason_of_the_specification_has_its_code() -> None:
    """S-02."""
    assert {reason.value for reason in Reason} == {
        "no_answers", "too_few", "no_headcount", "all_answered", "zero_variance", "gate_n", "gate_fit", "few_groups",
        "not_comparable", "no_interval", "rows_destroyed",
    }  # fmt: skip
    assert json.dumps(NotEstimable(reason=Reason.TOO_FEW).reason) == '"too_few"'


def test_seven_verdicts_and_their_modifiers_in_the_order_of_the_page() -> None:
    """S-30, S-31; S-23's word comes last."""
    assert [int(verdict) for verdict in Verdict] == [1, 2, 3, 4, 5, 6, 7]
    assert [modifier.value for modifier in Modifier] == [
        "of_those_who_answered", "not_clear", "two_camps", "one_item", "indicative", "exploratory",
        "worth_discussing",
    ]  # fmt: skip
