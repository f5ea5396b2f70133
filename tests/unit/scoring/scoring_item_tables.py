"""Builds tables T of complete and incomplete persons for the tests of comparability."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from assess.scoring.item_table import FIRST, ItemTable

CUTS = (-1.5, -0.5, 0.5, 1.5)


def t_of(rows: Sequence[Sequence[int | None]], *, levels: int = 5, min_answered: int = 1) -> ItemTable:
    """Return T of rows of oriented codes; None is blank."""
    items = tuple(f"I{place}" for place in range(1, len(rows[0]) + 1))
    k = len(items)
    count = np.zeros((k, levels + FIRST, k * levels + 1, k + 1), dtype=np.int64)
    for row in rows:
        given = [code for code in row if code is not None]
        for place, code in enumerate(row):
            count[place, 0 if code is None else FIRST + code - 1, sum(given), len(given)] += 1
    return ItemTable(items=items, levels=levels, min_answered=min_answered, count=count)


def nobody(k: int, *, levels: int = 5) -> ItemTable:
    """Return T of a side without people."""
    count = np.zeros((k, levels + FIRST, k * levels + 1, k + 1), dtype=np.int64)
    return ItemTable(items=tuple(f"I{place}" for place in range(1, k + 1)), levels=levels, min_answered=1, count=count)


def drawn(
    rng: np.random.Generator, n: int, *, k: int = 5, shift: float = 0, on_first: float = 0
) -> npt.NDArray[np.int64]:
    """Draw n complete rows of k items, latent normal, r .45, the first one `on_first` easier than the others."""
    latent = np.sqrt(0.45) * rng.normal(size=(n, 1)) + np.sqrt(0.55) * rng.normal(size=(n, k)) + shift
    latent[:, 0] += on_first
    return np.digitize(latent, CUTS).astype(np.int64) + 1
