"""S-50: rwg(j), average deviation and intraclass correlations equal R's, in all 49 companies and every pair.

Tolerances are those of the reference data's own notes: 1e-12 absolute, 1e-8 relative for ICC(2), one of which is
-1124.035. The intraclass correlations of two groups are a check of arithmetic, never of meaning: the product asks for
ten groups. Kruskal's test, R's analyses of variance and the mean and median of rwg(j) are not computed by the product.
"""

from __future__ import annotations

from typing import Any

import pytest
import reference_tables

from assess.scoring import agreement
from assess.scoring.agreement import Agreement, Intraclass
from assess.scoring.item_table import complete_answers, complete_sums
from assess.scoring.results import NotEstimable, Reason

PAIRS = [
    ("lq2002", "all"),
    ("lq2002", "13_18"),
    ("lq2002", "14_55"),
    ("cohesion", "2ND_1ST"),
    ("bfi", "full"),
    ("bfi", "first_20"),
]
SCALES = [(data, pair, scale) for data, pair in PAIRS for scale in reference_tables.read(data)[pair]["scales"]]
each_scale = pytest.mark.parametrize(("data", "pair", "scale"), SCALES, ids=["-".join(name) for name in SCALES])


def entry(data: str, pair: str, scale: str) -> dict[str, Any]:
    found: dict[str, Any] = reference_tables.read(data)[pair]["scales"][scale]
    return found


def within(scale: dict[str, Any]) -> dict[str, Agreement]:
    """Return the agreement of every group on a scale."""
    found = {group: agreement.rwg(reference_tables.complete_table(scale, group)) for group in scale["complete"]}
    assert all(isinstance(each, Agreement) for each in found.values())
    return found  # type: ignore[return-value]


@each_scale
def test_agreement_within_every_group_equals_r(data: str, pair: str, scale: str) -> None:
    """S-40, S-50: rwg(j) and AD to 1e-12."""
    found = entry(data, pair, scale)
    ours, r = within(found), found["agreement"]
    assert {group: each.n for group, each in ours.items()} == r["n"]
    assert {group: each.rwg for group, each in ours.items()} == pytest.approx(r["rwgj"], rel=0, abs=1e-12)
    assert {group: each.deviation for group, each in ours.items()} == pytest.approx(r["ad_m"], rel=0, abs=1e-12)


def test_a_company_more_split_than_random_has_zero_in_r_too() -> None:
    """S-40: r >= 1 is 0 with a flag, and only there."""
    split = {
        (scale, group)
        for scale in reference_tables.read("lq2002")["all"]["scales"]
        for group, each in within(entry("lq2002", "all", scale)).items()
        if each.more_split
    }
    assert split == {
        (scale, group)
        for scale, found in reference_tables.read("lq2002")["all"]["scales"].items()
        for group, value in found["agreement"]["rwgj"].items()
        if value == 0
    }
    assert split


def test_all_forty_nine_companies_are_there() -> None:
    """S-50: 2,042 soldiers, none with a missing answer."""
    everybody = reference_tables.read("lq2002")["all"]
    assert len(everybody["groups"]) == 49
    for scale in everybody["scales"].values():
        assert set(scale["complete"]) == set(everybody["groups"])
        assert sum(count for group in scale["complete"].values() for _, count in group["sums"]) == 2042


@each_scale
def test_intraclass_correlations_equal_r(data: str, pair: str, scale: str) -> None:
    """S-40, S-50: ICC(1) to 1e-12, ICC(2) to 1e-8 relative."""
    found = entry(data, pair, scale)
    groups = [reference_tables.complete_scores(found, group) for group in found["complete"]]
    ours, r = agreement.intraclass(groups, fewest=2), found["agreement"]
    assert isinstance(ours, Intraclass)
    assert isinstance(ours.icc2, float)
    assert (ours.groups, ours.n) == (len(groups), sum(r["n"].values()))
    assert ours.icc1 == pytest.approx(r["icc1"], rel=0, abs=1e-12)
    assert ours.icc2 == pytest.approx(r["icc2"], rel=1e-8)
    assert ours.printed == max(0, ours.icc1)
    gated = agreement.intraclass(groups)
    assert gated == (ours if len(groups) >= 10 else NotEstimable(reason=Reason.FEW_GROUPS))


def test_a_group_s_answers_add_up_to_its_sums() -> None:
    """The tables that stand for rows are of one group of people: Σ answers is Σ sums, and T counts as many."""
    for name in SCALES:
        found = entry(*name)
        answers = 0
        for counts in found["complete"].values():
            total = sum(code * people for item in counts["answers"] for code, people in enumerate(item, 1))
            assert total == sum(score * people for score, people in counts["sums"])
            answers += total
        t = reference_tables.item_table(found)
        assert t.complete == found["X"]["n"] == sum(found["agreement"]["n"].values())
        assert answers == sum(found["X"]["sums"])


def test_the_levels_of_complete_persons_are_those_of_t() -> None:
    """Level counts by group add up to the T of all groups, cell for cell."""
    for name in SCALES:
        found = entry(*name)
        whole = reference_tables.item_table(found)
        parts = [reference_tables.complete_table(found, group) for group in found["complete"]]
        assert (sum(complete_answers(part) for part in parts) == complete_answers(whole)).all()
        assert (sum(complete_sums(part) for part in parts) == complete_sums(whole)).all()
