"""S-46, S-50: Mantel's test of bfi's A1 to A5 by gender, as the reference notes print it, from T alone.

R's ordinal logistic DIF and multi-group factor analysis are offline methods and not asserted: of the former only the
item that stands out most should agree, and it does (A1).
"""

from __future__ import annotations

import numpy as np
import pytest
import reference_tables
from reference_tables import wrong
from statsmodels.stats.contingency_tables import StratifiedTable

from assess.scoring import comparability
from assess.scoring.item_table import FIRST, ItemTable
from assess.scoring.mantel import Mantel, Size, mantel
from assess.scoring.one_item import Scales

BFI = reference_tables.read("bfi")["full"]
PUBLISHED = {
    "A1": (34.892229, -0.321875, -0.232156),
    "A2": (22.436838, -0.205873, -0.177953),
    "A3": (0.827525, -0.046968, -0.036336),
    "A4": (6.912630, -0.140861, -0.095505),
    "A5": (0.006011, -0.009146, -0.007286),
}
"""χ², SMD, SMD over the spread within the sides."""


def tables(scale: str) -> tuple[ItemTable, ItemTable]:
    x, y = (reference_tables.item_table(BFI["scales"][scale], side) for side in BFI["sides"])
    return x, y


@pytest.mark.parametrize("item", PUBLISHED)
def test_mantel_of_bfi_is_as_published(item: str) -> None:
    """S-46: gender 1 v 2, complete rows of A1 to A5, A1 reversed, n 2,709, strata by rest sum; all printed digits."""
    found = mantel(*tables("A"))[item]
    assert isinstance(found, Mantel)
    assert found.n + found.m == 2709
    assert (found.chi_square, found.difference, found.ratio) == pytest.approx(PUBLISHED[item], abs=5e-7)


@pytest.mark.parametrize("item", PUBLISHED)
def test_mantel_s_chi_square_is_the_same_with_its_sides_exchanged(item: str) -> None:
    """S-46: χ² does not know which side is x. (SMD does: its weights are the persons of x.)"""
    x, y = tables("A")
    one, two = mantel(x, y)[item], mantel(y, x)[item]
    assert isinstance(one, Mantel)
    assert isinstance(two, Mantel)
    assert one.chi_square == pytest.approx(two.chi_square, rel=1e-12)
    assert (one.strata, one.n, one.m) == (two.strata, two.m, two.n)


def test_two_of_the_published_items_are_flagged_and_the_first_stands_out_most() -> None:
    """S-46, S-23: q < .05 and |SMD/SD| >= .17 hold for A1 and A2; .25, large, is reached by none."""
    x, y = tables("A")
    found = comparability.comparability({"A": Scales(x=x, y=y, rho=0.75, margin=10)})["A"]
    assert found.tested is comparability.Method.MANTEL_MODELS_OUTSIDE
    assert found.flagged == {"A1": Size.NOTABLE, "A2": Size.NOTABLE}
    tests = {item: test for item, test in found.mantel.items() if isinstance(test, Mantel)}
    assert len(tests) == 5
    assert max(tests, key=lambda item: abs(tests[item].ratio)) == max(tests, key=lambda i: tests[i].chi_square) == "A1"


def rows_table(rows: np.ndarray, levels: int) -> ItemTable:
    """Return T of complete rows."""
    k = rows.shape[1]
    count = np.zeros((k, levels + FIRST, k * levels + 1, k + 1), dtype=np.int64)
    for item in range(k):
        np.add.at(count, (item, rows[:, item] + FIRST - 1, rows.sum(axis=1), k), 1)
    return ItemTable(items=tuple(f"Q{item}" for item in range(k)), levels=levels, min_answered=1, count=count)


@pytest.mark.parametrize("seed", range(20))
def test_mantel_of_two_answers_is_cochran_s_and_haenszel_s_of_statsmodels(seed: int) -> None:
    """S-46: with two levels Mantel's χ² is theirs without continuity correction, over strata of equal rest sum."""
    generator = np.random.default_rng([46, seed])
    k, sizes = 5, generator.integers(30, 120, size=2)
    able = [generator.normal(loc=shift, size=(n, 1)) for n, shift in zip(sizes, (0, 0.4), strict=True)]
    x, y = ((latent + generator.normal(size=(len(latent), k)) > 0).astype(np.int64) + 1 for latent in able)
    found = mantel(rows_table(x, 2), rows_table(y, 2))
    for item, ours in enumerate(found.values()):
        assert isinstance(ours, Mantel)
        persons = np.zeros((2 * k, 2, 2))  # by rest sum, side and answer
        for side, rows in enumerate((x, y)):
            np.add.at(persons, (rows.sum(axis=1) - rows[:, item], side, rows[:, item] - 1), 1)
        both = [table for table in persons if (table.sum(axis=1) > 0).all()]
        theirs = StratifiedTable(both).test_null_odds(correction=False)
        assert wrong({"chi": (ours.chi_square, theirs.statistic), "p": (ours.p, theirs.pvalue)}) == {}
        assert ours.strata == len(both)
