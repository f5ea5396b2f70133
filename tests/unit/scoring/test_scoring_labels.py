"""From three judged comparisons to one of six names, settled or leaned (S-34)."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from assess.scoring import labels
from assess.scoring.labels import labelled
from assess.scoring.results import Estimand, Estimate, Judged, Label, NotEstimable, Reason, Verdict
from assess.scoring.verdicts import judge

SETTLED = {True: (20.0, Verdict.CLEAR_LARGE), False: (1.0, Verdict.NO_GAP)}


def stated(value: float, verdict: Verdict) -> Judged:
    estimate = Estimate(
        value=value,
        lo95=value - 2,
        hi95=value + 2,
        lo90=value - 1,
        hi90=value + 1,
        se=1,
        df=9,
        n=10,
        m=10,
        estimand=Estimand.PROCESS,
        method="given",
    )
    return Judged(estimate=estimate, verdict=verdict, margin=12.5)


@pytest.mark.parametrize(
    ("states", "label", "named"),
    [
        ((False, False, False), Label.TRUE_CONSENSUS, None),
        ((True, True, True), Label.DISSENSUS, None),
        ((True, False, False), Label.FALSE_CONSENSUS, None),
        ((False, True, True), Label.FALSE_CONFLICT, None),
        ((True, False, True), Label.ONE_SIDED_BLINDNESS, 0),
        ((True, True, False), Label.ONE_SIDED_BLINDNESS, 1),
        ((False, True, False), Label.ONE_SIDED_FALSE_CONFLICT, 0),
        ((False, False, True), Label.ONE_SIDED_FALSE_CONFLICT, 1),
    ],
)
def test_each_pattern_of_states_has_its_label(states: tuple[bool, ...], label: Label, named: int | None) -> None:
    """S-34: blindness names the side that sees no gap, one-sided false conflict the side that sees one."""
    gap, x, y = (stated(*SETTLED[state]) for state in states)
    found = labelled(gap, [x, y])
    assert found is not None
    assert (found.label, found.named, found.likely) == (label, named, False)


def test_every_pattern_has_exactly_one_label() -> None:
    places = {labels.code(gap=g, x=x, y=y) for g, x, y in itertools.product((False, True), repeat=3)}
    assert places == set(range(len(labels.LABELS)))
    assert {label for label, _ in labels.LABELS} == set(Label)


@pytest.mark.parametrize(
    ("value", "verdict", "different", "open_"),
    [
        (20, Verdict.CLEAR_LARGE, True, False),
        (12.5, Verdict.CLEAR_UNCERTAIN, True, False),
        (12.4, Verdict.CLEAR_UNCERTAIN, False, True),
        (11, Verdict.TOO_SMALL, False, False),
        (3, Verdict.NO_GAP, False, False),
        (13, Verdict.POSSIBLE, True, True),
        (-13, Verdict.CANNOT_TELL, True, True),
        (2, Verdict.CANNOT_TELL, False, True),
    ],
)
def test_a_state_is_settled_or_leans(value: float, verdict: Verdict, different: bool, open_: bool) -> None:
    """S-34: DIFFERENT is row 2 or 3 with |q| >= M, SAME is row 4 or 5, else OPEN, leaning DIFFERENT if |q| >= M."""
    same = stated(*SETTLED[False])
    found = labelled(stated(value, verdict), [same, same])
    assert found is not None
    assert found.label is (Label.FALSE_CONSENSUS if different else Label.TRUE_CONSENSUS)
    assert found.likely is open_


@pytest.mark.parametrize(
    ("g", "c_x", "c_y", "opposite"),
    [(20, 20, -20, False), (20, -20, -20, True), (20, 20, 20, True), (-20, 20, 20, True)],
)
def test_an_open_disagreement_may_be_expected_the_other_way_round(
    g: float, c_x: float, c_y: float, opposite: bool
) -> None:
    """S-34: opposite if C_S·G < 0 or C_M·G > 0."""
    gap, x, y = (stated(value, Verdict.CLEAR_LARGE) for value in (g, c_x, c_y))
    found = labelled(gap, [x, y])
    assert found is not None
    assert found.label is Label.DISSENSUS
    assert found.opposite is opposite


@pytest.mark.parametrize(("c_x", "c_y", "opposite"), [(0.6, -0.6, False), (0.6, 0.6, True), (-0.6, -0.6, True)])
def test_the_other_way_round_is_a_matter_of_signs_however_small_the_margin(
    c_x: float, c_y: float, opposite: bool
) -> None:
    """S-34: a product of two gaps has no size to reach."""
    gap, x, y = (replace(stated(value, Verdict.CLEAR_LARGE), margin=0.5) for value in (0.6, c_x, c_y))
    found = labelled(gap, [x, y])
    assert found is not None
    assert (found.label, found.opposite) == (Label.DISSENSUS, opposite)


def test_only_an_open_disagreement_can_be_opposite() -> None:
    gap, x, y = (stated(value, Verdict.CLEAR_LARGE) for value in (1, -20, 20))
    found = labelled(gap, [x, y])
    assert found is not None
    assert not found.opposite


def test_a_gap_on_the_margin_is_told_to_nine_decimals() -> None:
    """S-34: |q| >= M of ratios of counts, not of what their binary fractions leave."""
    assert labels.differs(12.5 - 4e-10, 12.5)
    assert labels.differs(-12.5 + 4e-10, 12.5)
    assert not labels.differs(12.5 - 6e-10, 12.5)


def test_a_topic_without_three_numbers_has_no_label() -> None:
    """S-34: whichever of the three is missing."""
    none = judge(NotEstimable(reason=Reason.TOO_FEW), margin=12.5)
    some = stated(20, Verdict.CLEAR_LARGE)
    for gap, x, y in ((none, some, some), (some, none, some), (some, some, none)):
        assert labelled(gap, [x, y]) is None
