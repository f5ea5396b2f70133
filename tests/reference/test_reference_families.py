"""S-23, S-50: Holm and Benjamini-Hochberg equal R's `p.adjust`, on the p values of every public set."""

from __future__ import annotations

from typing import Any

import pytest
import reference_tables
from reference_tables import wrong

from assess.scoring import compare, superiority
from assess.scoring.compare import Compared
from assess.scoring.multiplicity import benjamini_hochberg, holm
from assess.scoring.superiority import BrunnerMunzel

PAIRS = [
    ("lq2002", "13_18"),
    ("lq2002", "14_55"),
    ("cohesion", "2ND_1ST"),
    ("bfi", "full"),
    ("bfi", "first_20"),
    ("attrition", "departments"),
]
each_pair = pytest.mark.parametrize(("data", "pair"), PAIRS, ids=["-".join(name) for name in PAIRS])


def adjusted(data: str, pair: str) -> dict[str, Any]:
    found: dict[str, Any] = reference_tables.read(data)[pair]["multiplicity"]
    return found


@each_pair
def test_adjusted_p_values_equal_r(data: str, pair: str) -> None:
    """R's own p values through our adjustment: Welch by Holm and BH, Brunner-Munzel by Holm, all items by BH."""
    r = adjusted(data, pair)
    for raw, name, ours in (
        ("welch", "welch_holm", holm),
        ("welch", "welch_bh", benjamini_hochberg),
        ("bm", "bm_holm", holm),
        ("items_bm", "items_bm_bh", benjamini_hochberg),
    ):
        found = ours(r[raw])
        assert list(found) == list(r[raw])
        assert wrong({each: (found[each], r[name][each]) for each in r[name]}) == {}
        assert found


@each_pair
def test_our_own_p_values_come_out_adjusted_as_r_s_do(data: str, pair: str) -> None:
    """From tables to adjusted p values, no number of R's in between."""
    of, r = reference_tables.read(data)[pair], adjusted(data, pair)
    welch, munzel, items = {}, {}, {}
    for name, scale in of["scales"].items():
        x, y = reference_tables.histograms(scale, of["sides"])
        gap, test = compare.gap(x, y), superiority.brunner_munzel(x, y)
        assert isinstance(gap, Compared)
        assert isinstance(test, BrunnerMunzel)
        welch[name], munzel[name] = gap.p_t, test.p
        for code in scale["items"]:
            entry = reference_tables.item(scale, code) if "answers" in scale else scale
            of_item = superiority.brunner_munzel(*reference_tables.histograms(entry, of["sides"]))
            assert isinstance(of_item, BrunnerMunzel)
            items[f"{name}.{code}"] = of_item.p
    for ours, name in (
        (holm(welch), "welch_holm"),
        (benjamini_hochberg(welch), "welch_bh"),
        (holm(munzel), "bm_holm"),
        (benjamini_hochberg(items), "items_bm_bh"),
    ):
        assert set(ours) == set(r[name])
        assert wrong({each: (ours[each], r[name][each]) for each in r[name]}) == {}
