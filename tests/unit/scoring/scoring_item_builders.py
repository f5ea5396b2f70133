"""Builds T and X of one scale from rows of oriented answers, for the tests of what is read off them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from assess.scoring.histogram import Ints
from assess.scoring.item_table import FIRST, CrossProducts, ItemTable

Rows = Sequence[Sequence[int | None]]
Floats = npt.NDArray[np.float64]


def item_table(rows: Rows, *, items: int = 0, levels: int = 5) -> ItemTable:
    """Return T of persons by oriented answer, None for blank; `items` is needed where there are no rows."""
    k = items or len(rows[0])
    count = np.zeros((k, levels + FIRST, k * levels + 1, k + 1), dtype=np.int64)
    for row in rows:
        given = [answer for answer in row if answer is not None]
        for item, answer in enumerate(row):
            count[item, 0 if answer is None else FIRST + answer - 1, sum(given), len(given)] += 1
    return ItemTable(items=names(k), levels=levels, min_answered=max(1, k // 2), count=count)


def cross_products(rows: Rows | Ints, *, items: int = 0) -> CrossProducts:
    """Return X of the rows without a blank."""
    whole = [row for row in rows if None not in row]
    answers = np.array(whole, dtype=np.int64).reshape(len(whole), items or len(rows[0]))
    return CrossProducts(
        items=names(answers.shape[1]), n=len(answers), sums=answers.sum(axis=0), products=answers.T @ answers
    )


def related(correlations: Floats, n: int) -> CrossProducts:
    """Return X of n persons whose items have these correlations (to six digits) and variance 1, in thousandths."""
    products = np.rint(np.asarray(correlations) * n * 1_000_000).astype(np.int64)
    return CrossProducts(
        items=names(len(products)), n=n, sums=np.zeros(len(products), dtype=np.int64), products=products
    )


def names(k: int) -> tuple[str, ...]:
    """Return k item codes."""
    return tuple(f"I{item}" for item in range(1, k + 1))


def one_factor(generator: np.random.Generator, n: int, loadings: Sequence[float], *, levels: int = 5) -> Ints:
    """Draw n complete rows of answers 1..L that one trait moves, each item by its loading."""
    lent = np.array(loadings)
    latent = generator.normal(size=(n, 1)) * lent + generator.normal(size=(n, len(lent))) * np.sqrt(1 - lent**2)
    middle = (levels + 1) / 2
    return np.clip(np.rint(latent * levels / 4 + middle), 1, levels).astype(np.int64)
