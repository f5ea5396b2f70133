"""The integers that alpha is made of: how much the items of a scale vary, and share with its total (S-04, S-42).

Belongs here: reading them off T or X, over the persons who answered every item. Does not: any number with a decimal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from assess.scoring.item_table import CrossProducts, ItemTable, complete_joint

Answers = ItemTable | CrossProducts
"""T or X: both hold all that `Scatter` needs of the persons who answered every item, and give the same integers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """Integer sums of the complete persons: n(n - 1) times a sample variance or covariance.

    Parameters
    ----------
    items
        The k items.
    n
        Persons who answered every one of them.
    own
        nΣv² - (Σv)² of each item, oriented answers v.
    shared
        nΣvs - ΣvΣs of each item with the oriented total s.
    """

    items: tuple[str, ...]
    n: int
    own: tuple[int, ...]
    shared: tuple[int, ...]

    @property
    def total(self) -> int:
        """The same of the total: it is the sum of its items, so this is the sum of `shared`."""
        return sum(self.shared)

    def rest(self, place: int) -> int:
        """Return the same of the total without one item, s - v."""
        return self.total - 2 * self.shared[place] + self.own[place]


def scatter(answers: Answers) -> Scatter:
    """Return the scatter of a group.

    Parameters
    ----------
    answers
        T or X of the group.

    Returns
    -------
    Scatter
        In Python's integers, which do not overflow; zeros for a group of none or one.

    Examples
    --------
    >>> rows = np.array([[1, 2], [2, 2], [4, 3]])
    >>> found = scatter(CrossProducts(items=("A", "B"), n=3, sums=rows.sum(axis=0), products=rows.T @ rows))
    >>> found.own, found.shared, found.total, found.rest(0)
    ((14, 2), (19, 7), 26, 2)
    """
    return _of_table(answers) if isinstance(answers, ItemTable) else _of_products(answers)


def varying(found: Scatter) -> Scatter:
    """Return the scatter of the items that vary: a constant item shares nothing, so the total stays as it is."""
    kept = [place for place, own in enumerate(found.own) if own]
    return replace(
        found,
        items=tuple(found.items[place] for place in kept),
        own=tuple(found.own[place] for place in kept),
        shared=tuple(found.shared[place] for place in kept),
    )


def _of_table(table: ItemTable) -> Scatter:
    """Sum each item's persons by answer v and total s: Σv, Σv², Σs, Σvs."""
    joint = complete_joint(table)
    v, s = np.arange(1, table.levels + 1), np.arange(joint.shape[2])
    answers, sums = joint.sum(axis=2), joint[0].sum(axis=0)
    return _scatter(
        items=table.items,
        n=table.complete,
        first=(answers @ v).tolist(),
        second=(answers @ v**2).tolist(),
        both=(joint @ s @ v).tolist(),
        total=int(sums @ s),
    )


def _of_products(x: CrossProducts) -> Scatter:
    """Read the sums off Σx and Σxxᵀ: an item's product with the total is the sum of its row."""
    return _scatter(
        items=x.items,
        n=x.n,
        first=x.sums.tolist(),
        second=np.diagonal(x.products).tolist(),
        both=x.products.sum(axis=1).tolist(),
        total=int(x.sums.sum()),
    )


def _scatter(
    *, items: tuple[str, ...], n: int, first: list[int], second: list[int], both: list[int], total: int
) -> Scatter:
    return Scatter(
        items=items,
        n=n,
        own=tuple(n * square - one**2 for one, square in zip(first, second, strict=True)),
        shared=tuple(n * product - one * total for one, product in zip(first, both, strict=True)),
    )
