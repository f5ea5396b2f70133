"""S-50: R's numbers come out of the engine itself, from a release under ordinary floors; and the judged real data."""

from __future__ import annotations

from functools import cache

import pytest
import reference_tables
from reference_judged import COMPANIES, FIRST_TWENTY, Row

from assess.disclosure.policy import Precision
from assess.scoring import compare, multiplicity, permutation
from assess.scoring.compare import Compared
from assess.scoring.estimate import estimates
from assess.scoring.results import Estimand, Estimate, Verdict
from assess.scoring.verdicts import row
from assess.scoring.wave import Estimates, SubjectEstimates

NUMBERED = [
    (data, pair, scale)
    for data, pair in (("lq2002", "13_18"), ("lq2002", "14_55"), ("cohesion", "2ND_1ST"), ("bfi", "first_20"))
    for scale in reference_tables.read(data)[pair]["scales"]
]


@cache
def engine(data: str, pair: str, *, swapped: bool = False) -> Estimates:
    released, asked = reference_tables.released(reference_tables.read(data)[pair], swapped=swapped)
    return estimates(released, asked, "core")


def judged(subject: SubjectEstimates) -> tuple[Estimate, float, float, Verdict]:
    assert subject.gap is not None
    assert isinstance(subject.gap.estimate, Estimate)
    assert subject.gap.p is not None
    assert subject.gap.p_adjusted is not None
    return subject.gap.estimate, subject.gap.p, subject.gap.p_adjusted, subject.gap.verdict


@pytest.mark.parametrize(("data", "pair", "scale"), NUMBERED)
def test_the_engine_gives_the_numbers_of_r(data: str, pair: str, scale: str) -> None:
    """S-50: gap, Welch and 90 % limits, Hedges' g, superiority, Brunner-Munzel p to 1e-10, exact rank p to 1e-12."""
    found = reference_tables.read(data)[pair]["scales"][scale]
    numbers, step = found["numbers"], 100 / (found["levels"] - 1)
    subject = engine(data, pair).subjects[f"scale.{scale}"]
    gap, _, _, _ = judged(subject)
    theta, of = subject.theta, subject.pair
    assert isinstance(theta, Estimate)
    expected = {
        "gap": (gap.value, step * numbers["welch"]["diff"]),
        "lo95": (gap.lo95, step * numbers["welch"]["ci95"][0]),
        "hi95": (gap.hi95, step * numbers["welch"]["ci95"][1]),
        "lo90": (gap.lo90, step * numbers["tost_welch"]["ci90"][0]),
        "hi90": (gap.hi90, step * numbers["tost_welch"]["ci90"][1]),
        "df": (gap.df, numbers["welch"]["df"]),
        "p_welch": (of.p_welch, numbers["welch"]["p"]),
        "hedges_g": (of.hedges_g, numbers["hedges_g"]),
        "theta": (theta.value, 1 - numbers["brunner_munzel"]["p_x_lt_y"]),
        "theta_lo95": (theta.lo95, 1 - numbers["brunner_munzel"]["ci_logit"][1]),
        "theta_hi95": (theta.hi95, 1 - numbers["brunner_munzel"]["ci_logit"][0]),
        "p_brunner_munzel": (of.p_brunner_munzel, numbers["brunner_munzel"]["p_value"]),
    }
    assert reference_tables.wrong(expected) == {}  # type: ignore[arg-type]
    assert isinstance(of.p_exact_rank, float)
    assert reference_tables.close(of.p_exact_rank, numbers["p_exact_rank"], 1e-12)


def agrees(subject: SubjectEstimates, published: Row) -> None:
    """Compare a judged subject with a published row, to the digits published."""
    d, wide, narrow, p_welch, p_exact, p_adjusted, verdict = published
    gap, p, adjusted, found = judged(subject)
    assert (gap.value, gap.lo95, gap.hi95, gap.lo90, gap.hi90) == pytest.approx((d, *wide, *narrow), abs=6e-4)
    assert subject.pair.p_welch == pytest.approx(p_welch, abs=6e-6)
    assert (
        (subject.pair.p_exact is None) if p_exact is None else subject.pair.p_exact == pytest.approx(p_exact, abs=6e-6)
    )
    assert p == pytest.approx(max(p_welch, p_exact or 0), abs=6e-6)
    assert adjusted == pytest.approx(p_adjusted, abs=2e-5)
    assert found == verdict


@pytest.mark.parametrize(("pair", "name"), COMPANIES)
def test_the_companies_are_judged_as_published(pair: str, name: str) -> None:
    """S-12, S-22, S-23 (Holm of 3), S-30 on lq2002."""
    subject = engine("lq2002", pair).subjects[f"scale.{name}"]
    agrees(subject, COMPANIES[pair, name])
    assert subject.gap is not None
    assert subject.gap.family_size == 3


@pytest.mark.parametrize("name", FIRST_TWENTY)
def test_the_first_twenty_of_each_are_judged_as_published(name: str) -> None:
    """S-12, S-20, S-22, S-23 (Holm of 5), S-30 on bfi, items missing here and there."""
    agrees(engine("bfi", "first_20").subjects[f"scale.{name}"], FIRST_TWENTY[name])


@pytest.mark.parametrize(
    ("data", "pair", "scale", "published"),
    [
        ("bfi", "first_20", "E", (0.7250, 0.5380, 0.8565)),
        ("lq2002", "13_18", "TSIG", (0.4412, 0.3616, 0.5238)),
        ("lq2002", "14_55", "LEAD", (0.5955, 0.3218, 0.8204)),
    ],
)
def test_superiority_of_the_real_data_is_as_published(
    data: str, pair: str, scale: str, published: tuple[float, float, float]
) -> None:
    """S-14: θ = 1 - p with its logit interval."""
    theta = engine(data, pair).subjects[f"scale.{scale}"].theta
    assert isinstance(theta, Estimate)
    assert (1 - theta.value, 1 - theta.hi95, 1 - theta.lo95) == pytest.approx(published, abs=6e-5)


def test_two_platoons_are_judged_as_published() -> None:
    """S-20, S-30 on cohesion, 1ST v 2ND, five and six people: row 7, exact p 72/462; A-12's ends decide the same."""
    subject = engine("cohesion", "2ND_1ST", swapped=True).subjects["scale.COH"]
    gap, p, adjusted, found = judged(subject)
    assert subject.precision is Precision.COARSE_SCALE
    assert (gap.value, gap.lo95, gap.hi95, gap.lo90, gap.hi90) == pytest.approx(
        (21.333, -9.862, 52.529, -3.830, 46.497), abs=6e-4
    )
    assert subject.pair.p_welch == pytest.approx(0.15363, abs=6e-6)
    assert p == adjusted == pytest.approx(0.15584, abs=6e-6)
    assert p == pytest.approx(72 / 462, rel=1e-12)
    assert found is Verdict.CANNOT_TELL


def test_two_platoons_at_nine_tenths_of_the_head_count_are_judged_as_published() -> None:
    """S-11 estimand A, f = .9 on both sides, ρ .75: Welch alone says .024, the exact test keeps it at .156, row 6."""
    pair = reference_tables.read("cohesion")["2ND_1ST"]
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
