"""S-43: our one-factor loadings equal those of another maximum likelihood, statsmodels' `Factor`."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.multivariate.factor import Factor

from assess.scoring.item_table import CrossProducts
from assess.scoring.omega import OneFactor, fit


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("k", [4, 8])
def test_loadings_are_those_of_statsmodels(seed: int, k: int) -> None:
    """S-43: simulated answers of 1 to 5; standardised loadings and error shares to 1e-4."""
    generator = np.random.default_rng(seed)
    lent = generator.uniform(0.4, 0.85, size=k)
    latent = generator.normal(size=(150, 1)) * lent + generator.normal(size=(150, k)) * np.sqrt(1 - lent**2)
    rows = np.clip(np.rint(latent * 1.2 + 3), 1, 5).astype(np.int64)
    items = tuple(f"I{item}" for item in range(k))
    ours = fit(CrossProducts(items=items, n=150, sums=rows.sum(axis=0), products=rows.T @ rows))
    theirs = Factor(corr=np.corrcoef(rows.T), n_factor=1, method="ml", nobs=150).fit()
    assert isinstance(ours, OneFactor)
    assert ours.admissible
    sd = rows.std(axis=0)
    loadings = theirs.loadings[:, 0] * np.sign(theirs.loadings[:, 0].sum())
    assert np.array(ours.loadings) / sd == pytest.approx(loadings, abs=1e-4)
    assert np.array(ours.errors) / sd**2 == pytest.approx(theirs.uniqueness, abs=1e-4)
