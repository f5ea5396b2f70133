"""S-50: R's numbers come out of the engine itself, from a release under ordinary floors; and the judged real data."""

from __future__ import annotations

import math
from typing import Any

import pytest
import reference_tables

from assess.disclosure.policy import Precision
from assess.scoring import compare, multiplicity, permutation
from assess.scoring.compare import Compared
from assess.scoring.estimate import estimates
from assess.scoring.results import Estimand, Estimate, Estimates, SubjectEstimates, Verdict
from assess.scoring.verdicts import row

LQ2002 = reference_tables.read("lq2002")
COHESION = reference_tables.read("cohesion")
BFI = reference_tables.read("bfi")


def engine(pair: dict[str, Any], *, swapped: bool = False) -> Estimates:
    released, asked = reference_tables.released(pair, swapped=swapped)
    return estimates(released, asked, "core")


def judged(subject: SubjectEstimates) -> tuple[Estimate, float, float, Verdict]:
    assert subject.gap is not None
    assert isinstance(subject.gap.estimate, Estimate)
    assert subject.gap.p is not None
    assert subject.gap.p_adjusted is not None
    return subject.gap.estimate, subject.gap.p, subject.gap.p_adjusted, subject.gap.verdict


@pytest.mark.parametrize("name", ["LEAD", "TSIG"])
@pytest.mark.parametrize("pair", ["13_18", "14_55"])
def test_the_engine_gives_the_numbers_of_r_to_nine_digits(pair: str, name: str) -> None:
    """Gap, Welch interval, Hedges' g, superiority, Brunner-Munzel p, exact rank p: companies 13 v 18 and 14 v 55."""
    numbers = LQ2002[pair]["scales"][name]["numbers"]
    subject = engine(LQ2002[pair]).subjects[f"scale.{name}"]
    gap, _, _, _ = judged(subject)
    theta, munzel = subject.theta, subject.p_brunner_munzel
    assert isinstance(theta, Estimate)
    expected = {
        "gap": (gap.value, 25 * numbers["welch"]["diff"]),
        "lo95": (gap.lo95, 25 * numbers["welch"]["ci95"][0]),
        "hi95": (gap.hi95, 25 * numbers["welch"]["ci95"][1]),
        "lo90": (gap.lo90, 25 * numbers["tost_welch"]["ci90"][0]),
        "hi90": (gap.hi90, 25 * numbers["tost_welch"]["ci90"][1]),
        "df": (gap.df, numbers["welch"]["df"]),
        "p_welch": (subject.p_welch, numbers["welch"]["p"]),
        "hedges_g": (subject.hedges_g, numbers["hedges_g"]),
        "theta": (theta.value, 1 - numbers["brunner_munzel"]["p_x_lt_y"]),
        "theta_lo95": (theta.lo95, 1 - numbers["brunner_munzel"]["ci_logit"][1]),
        "theta_hi95": (theta.hi95, 1 - numbers["brunner_munzel"]["ci_logit"][0]),
        "p_brunner_munzel": (munzel, numbers["brunner_munzel"]["p_value"]),
        "p_exact_rank": (subject.p_exact_rank, numbers["p_exact_rank"]),
    }
    wrong = {
        what: both
        for what, both in expected.items()
        if not (isinstance(both[0], float) and math.isclose(both[0], both[1], rel_tol=1e-9, abs_tol=1e-9))
    }
    assert wrong == {}


LQ_JUDGED = [
    ("13_18", "LEAD", -0.857, (-6.698, 4.985), (-5.751, 4.038), 0.77262, None, 1, 5),
    ("13_18", "TSIG", 6.746, (-0.692, 14.184), (0.513, 12.978), 0.07521, None, 0.22563, 7),
    ("13_18", "HOSTIL", 2.083, (-4.072, 8.237), (-3.075, 7.240), 0.50528, None, 1, 5),
    ("14_55", "LEAD", -7.996, (-26.544, 10.552), (-23.314, 7.322), 0.37776, 0.38642, 1, 7),
]


def agrees(subject: SubjectEstimates, row: tuple[Any, ...]) -> None:
    """Compare a judged subject with a published row, to the digits published."""
    d, wide, narrow, p_welch, p_exact, p_adjusted, verdict = row
    gap, p, adjusted, found = judged(subject)
    assert (gap.value, gap.lo95, gap.hi95, gap.lo90, gap.hi90) == pytest.approx((d, *wide, *narrow), abs=6e-4)
    assert subject.p_welch == pytest.approx(p_welch, abs=6e-6)
    assert (subject.p_exact is None) if p_exact is None else subject.p_exact == pytest.approx(p_exact, abs=6e-6)
    assert p == pytest.approx(max(p_welch, p_exact or 0), abs=6e-6)
    assert adjusted == pytest.approx(p_adjusted, abs=2e-5)
    assert found == verdict


@pytest.mark.parametrize("published", LQ_JUDGED, ids=lambda row: f"{row[0]}-{row[1]}")
def test_the_companies_are_judged_as_published(published: tuple[Any, ...]) -> None:
    """S-12, S-22, S-23 (Holm of 3), S-30 on lq2002."""
    pair, name, *row = published
    subject = engine(LQ2002[pair]).subjects[f"scale.{name}"]
    agrees(subject, tuple(row))
    assert subject.gap is not None
    assert subject.gap.family_size == 3


BFI_JUDGED = [
    ("A", -9.6, (-20.321, 1.121), (-18.510, -0.690), 0.07740, 0.08189, 0.32756, 7),
    ("C", -2.2, (-14.183, 9.783), (-12.177, 7.777), 0.71193, 0.74041, 0.74041, 7),
    ("E", -16.75, (-29.418, -4.082), (-27.289, -6.211), 0.01108, 0.01068, 0.05542, 6),
    ("N", -9.75, (-24.358, 4.858), (-21.915, 2.415), 0.18455, 0.18616, 0.53957, 7),
    ("O", -6.6, (-16.088, 2.888), (-14.501, 1.301), 0.16718, 0.17986, 0.53957, 7),
]


@pytest.mark.parametrize("published", BFI_JUDGED, ids=lambda row: row[0])
def test_the_first_twenty_of_each_are_judged_as_published(published: tuple[Any, ...]) -> None:
    """S-12, S-20, S-22, S-23 (Holm of 5), S-30 on bfi, items missing here and there."""
    name, *row = published
    agrees(engine(BFI["first_20"]).subjects[f"scale.{name}"], tuple(row))


@pytest.mark.parametrize(
    ("pair", "scale", "p", "low", "high"),
    [
        (BFI["first_20"], "E", 0.7250, 0.5380, 0.8565),
        (LQ2002["13_18"], "TSIG", 0.4412, 0.3616, 0.5238),
        (LQ2002["14_55"], "LEAD", 0.5955, 0.3218, 0.8204),
    ],
)
def test_superiority_of_the_real_data_is_as_published(
    pair: dict[str, Any], scale: str, p: float, low: float, high: float
) -> None:
    """S-14: θ = 1 - p with its logit interval."""
    theta = engine(pair).subjects[f"scale.{scale}"].theta
    assert isinstance(theta, Estimate)
    assert (1 - theta.value, 1 - theta.hi95, 1 - theta.lo95) == pytest.approx((p, low, high), abs=6e-5)


def test_two_platoons_are_judged_as_published() -> None:
    """S-20, S-30 on cohesion, 1ST v 2ND, five and six people: row 7, exact p 72/462; A-12's ends decide the same."""
    subject = engine(COHESION["2ND_1ST"], swapped=True).subjects["scale.COH"]
    gap, p, adjusted, found = judged(subject)
    assert subject.precision is Precision.COARSE_SCALE
    assert (gap.value, gap.lo95, gap.hi95, gap.lo90, gap.hi90) == pytest.approx(
        (21.333, -9.862, 52.529, -3.830, 46.497), abs=6e-4
    )
    assert subject.p_welch == pytest.approx(0.15363, abs=6e-6)
    assert p == adjusted == pytest.approx(0.15584, abs=6e-6)
    assert p == pytest.approx(72 / 462, rel=1e-12)
    assert found is Verdict.CANNOT_TELL


def test_two_platoons_at_nine_tenths_of_the_head_count_are_judged_as_published() -> None:
    """S-11 estimand A, f = .9 on both sides, ρ .75: Welch alone says .024, the exact test keeps it at .156, row 6."""
    pair = COHESION["2ND_1ST"]
    second, first = reference_tables.histograms(pair["scales"]["COH"], pair["sides"])
    found = compare.gap(first, second, rho=0.75, fractions=(0.9, 0.9), estimand=Estimand.PEOPLE)
    assert isinstance(found, Compared)
    gap = found.estimate
    assert (gap.value, gap.lo95, gap.hi95, gap.lo90, gap.hi90) == pytest.approx(
        (21.333, 3.549, 39.118, 6.988, 35.679), abs=6e-4
    )
    assert found.p_t == pytest.approx(0.02440, abs=6e-6)
    assert found.p_exact == permutation.Exact(numerator=72, denominator=462)
    adjusted = multiplicity.holm({"COH": found.p})["COH"]
    assert adjusted == pytest.approx(0.15584, abs=6e-6)
    assert row(gap.lo95, gap.hi95, gap.lo90, gap.hi90, margin=10, p_adjusted=adjusted) is Verdict.POSSIBLE
