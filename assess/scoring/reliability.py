"""How consistent a scale's items are among these people: coefficient alpha, and what each item does to it (S-42).

Belongs here: alpha with Feldt's interval, alpha if an item is dropped, item-rest correlations, and which reliability
stands for a wave, the local or the declared one. Does not: omega (omega), agreement within a side (agreement), what a
report says of a scale below .70.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assess.scoring.intervals import z_quantile
from assess.scoring.item_table import ItemTable
from assess.scoring.results import Estimand, Estimate, Flag, NotEstimable, Reason
from assess.scoring.scatter import Answers, Scatter, scatter, varying

FEWEST: Final = 50
"""Complete persons of both sides together under which a local alpha is too uncertain to replace the declared one."""

INDICATIVE_BELOW: Final = 0.70
"""Reliability under which the gaps of a scale are indicative (S-31, S-42)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How reliable one scale is in this wave, both sides together.

    Parameters
    ----------
    items
        The items that count.
    constant
        The items left out because every complete person, of two or more, gave the same answer.
    n
        Persons of both sides who answered every item.
    declared
        The reliability the instrument declares.
    local
        Alpha of this wave; `gate_n` from two to `FEWEST` - 1 complete persons, else as for `alpha`.
    if_dropped, item_rest
        By item, all of them, as in `alpha_if_dropped` and `item_rest`; `gate_n` as for `local`.
    """

    items: tuple[str, ...]
    constant: tuple[str, ...]
    n: int
    declared: float
    local: Estimate | NotEstimable
    if_dropped: Mapping[str, float | NotEstimable]
    item_rest: Mapping[str, float | NotEstimable]

    @property
    def standing(self) -> float:
        """The reliability that stands: the local one where there is one, else the declared one."""
        return self.local.value if isinstance(self.local, Estimate) else self.declared

    @property
    def rho(self) -> float:
        """The ρ of the scale's intervals (S-11): as declared, or as measured where that is less; never under 0."""
        return min(self.declared, max(self.standing, 0.0))

    @property
    def not_a_scale(self) -> bool:
        """Whether the local alpha is negative: "not a scale here"."""
        return self.standing < 0

    @property
    def indicative(self) -> bool:
        """Whether the reliability that stands is under .70."""
        return self.standing < INDICATIVE_BELOW


def reliability(table_pooled: ItemTable, declared: float) -> Reliability:
    """Return the reliability that stands for a scale in this wave, and where it comes from (S-42).

    The local alpha stands where at least `FEWEST` persons of both sides together answered every item and it can be
    computed; else the declared value does. At n 20 and k 5 a true .80 gives intervals like .62 to .91: too wide to
    judge an instrument by. A negative alpha stands as it is.

    Parameters
    ----------
    table_pooled
        T of both sides added (`item_table.pooled`).
    declared
        The reliability the instrument declares, 0 to 1.

    Returns
    -------
    Reliability
        Reliabilities from 0 to 1, not POMP.

    Raises
    ------
    ValueError
        For a declared value outside 0 to 1.

    Notes
    -----
    Pooling the sides adds the gap between them to what people differ by, so that a large gap raises alpha. Alpha is a
    lower bound of reliability when the items' errors are unrelated; a high one does not show that they measure one
    thing.
    """
    if not 0 <= declared <= 1:
        raise ValueError(f"a declared reliability lies between 0 and 1, not {declared}")
    whole = scatter(table_pooled)
    constant = [item for item, own in zip(whole.items, whole.own, strict=True) if whole.n > 1 and own == 0]
    gated = NotEstimable(reason=Reason.GATE_N) if 1 < whole.n < FEWEST else None
    refused = dict.fromkeys(whole.items, gated) if gated else None
    return Reliability(
        items=tuple(item for item in whole.items if item not in constant),
        constant=tuple(constant),
        n=whole.n,
        declared=declared,
        local=gated or alpha(table_pooled),
        if_dropped=refused or alpha_if_dropped(table_pooled),
        item_rest=refused or item_rest(table_pooled),
    )


def alpha(answers: Answers) -> Estimate | NotEstimable:
    """Coefficient alpha of the persons who answered every item, with Feldt's interval (S-42).

    alpha = k/(k-1)·(1 - Σs²_j/s²_total), on variances ("raw"), not on correlations; items that everybody answers alike
    leave k. Limits 1 - (1 - alpha)·F, F the quantiles .975 and .025 of F on n - 1 and (n-1)(k-1) degrees of freedom
    (.95 and .05 for the 90 % interval), so that the upper quantile gives the lower limit.

    Parameters
    ----------
    answers
        T or X of the group, both sides pooled or one.

    Returns
    -------
    Estimate or NotEstimable
        Alpha, at most 1, not POMP; may be negative, with `Flag.NOT_A_SCALE`, and is never clipped, nor are its limits.
        se is half the 95 % width over z, and df n - 1, both for the record: the interval is not symmetric and reads
        neither. `no_answers`, `too_few` for fewer than two complete persons; `zero_variance` where fewer than two items
        vary, where the total is constant, and where alpha is exactly 1: the items then differ by constants only, the
        error variance is zero, and an interval of no width would promise what no sample shows.

    Notes
    -----
    Assumes that persons are a sample, that persons and errors are normal and that all items have the same covariance
    with each other. With unequal loadings alpha understates reliability and omega is nearer; with related errors it
    overstates it. It says how well persons are told apart, not whether a gap between sides is real.

    References
    ----------
    Cronbach (1951), Psychometrika 16, doi:10.1007/BF02310555. Feldt (1965), Psychometrika 30, doi:10.1007/BF02289499.

    Examples
    --------
    >>> import numpy as np
    >>> from assess.scoring.item_table import CrossProducts
    >>> rows = np.array([[1, 2, 1], [2, 2, 3], [4, 3, 4], [5, 4, 4]])
    >>> x = CrossProducts(items=("A", "B", "C"), n=4, sums=rows.sum(axis=0), products=rows.T @ rows)
    >>> found = alpha(x)
    >>> round(found.value, 4), round(found.lo95, 4), round(found.hi95, 4)
    (0.9231, 0.4924, 0.9948)
    """
    from scipy.special import fdtri

    found = varying(scatter(answers))
    n, k = found.n, len(found.items)
    if n < 2:
        return NotEstimable(reason=Reason.TOO_FEW if n else Reason.NO_ANSWERS)
    error = _error(found.own, found.total)
    if isinstance(error, NotEstimable):
        return error
    if error == 0:
        return NotEstimable(reason=Reason.ZERO_VARIANCE)

    def times(quantile: float) -> float:
        return error * float(fdtri(n - 1, (n - 1) * (k - 1), quantile))

    above95, below95 = times(0.975), times(0.025)
    return Estimate(
        value=1 - error,
        lo95=1 - above95,
        hi95=1 - below95,
        lo90=1 - times(0.95),
        hi90=1 - times(0.05),
        se=(above95 - below95) / (2 * z_quantile(0.95)),
        df=n - 1,
        n=n,
        m=0,
        estimand=Estimand.PROCESS,
        method="alpha, at most 1, feldt interval",
        flags=frozenset({Flag.NOT_A_SCALE}) if error > 1 else frozenset(),
    )


def alpha_if_dropped(answers: Answers) -> dict[str, float | NotEstimable]:
    """Alpha of the scale without each item in turn, over the persons who answered every item (S-42).

    Parameters
    ----------
    answers
        T or X of the group.

    Returns
    -------
    dict
        By item: alpha without it, at most 1, no interval. `no_answers`, `too_few`; `zero_variance` for an item that is
        constant (it is left out of alpha already), where fewer than two varying items remain, or where they add up to a
        constant.

    Notes
    -----
    A description of these people. The item whose loss raises alpha most is the largest of k numbers that chance moves:
    no reason by itself to drop it.

    Examples
    --------
    >>> import numpy as np
    >>> from assess.scoring.item_table import CrossProducts
    >>> rows = np.array([[1, 2, 1], [2, 2, 3], [4, 3, 4], [5, 4, 4]])
    >>> x = CrossProducts(items=("A", "B", "C"), n=4, sums=rows.sum(axis=0), products=rows.T @ rows)
    >>> {item: round(without, 4) for item, without in alpha_if_dropped(x).items()}
    {'A': 0.8136, 'B': 0.9333, 'C': 0.8791}
    """

    def without(found: Scatter, place: int) -> float | NotEstimable:
        error = _error(found.own[:place] + found.own[place + 1 :], found.rest(place))
        return error if isinstance(error, NotEstimable) else 1 - error

    return _by_item(answers, without)


def item_rest(answers: Answers) -> dict[str, float | NotEstimable]:
    """Correlation of each item with the sum of the others, over the persons who answered every item (S-42).

    Parameters
    ----------
    answers
        T or X of the group.

    Returns
    -------
    dict
        By item: Pearson's r, -1 to 1, no interval. `no_answers`, `too_few`; `zero_variance` for an item that is
        constant, or whose others are or add up to a constant.

    Examples
    --------
    >>> import numpy as np
    >>> from assess.scoring.item_table import CrossProducts
    >>> rows = np.array([[1, 2, 1], [2, 2, 3], [4, 3, 4], [5, 4, 4]])
    >>> x = CrossProducts(items=("A", "B", "C"), n=4, sums=rows.sum(axis=0), products=rows.T @ rows)
    >>> {item: round(r, 4) for item, r in item_rest(x).items()}
    {'A': 0.9881, 'B': 0.8808, 'C': 0.8559}
    """

    def correlation(found: Scatter, place: int) -> float | NotEstimable:
        own, rest = found.own[place], found.rest(place)
        if rest == 0:
            return NotEstimable(reason=Reason.ZERO_VARIANCE)
        # Rounding of the root may push a perfect correlation past 1.
        return min(max((found.shared[place] - own) / math.sqrt(own * rest), -1.0), 1.0)

    return _by_item(answers, correlation)


def _by_item(
    answers: Answers, number: Callable[[Scatter, int], float | NotEstimable]
) -> dict[str, float | NotEstimable]:
    """Return a number of each varying item, and why the others have none."""
    whole = scatter(answers)
    if whole.n < 2:
        reason = Reason.TOO_FEW if whole.n else Reason.NO_ANSWERS
        return dict.fromkeys(whole.items, NotEstimable(reason=reason))
    kept = varying(whole)
    numbers = {item: number(kept, place) for place, item in enumerate(kept.items)}
    return {item: numbers.get(item, NotEstimable(reason=Reason.ZERO_VARIANCE)) for item in whole.items}


def _error(own: Sequence[int], total: int) -> float | NotEstimable:
    """Return 1 - alpha of varying items: never negative, and exactly 0 where they differ by constants only."""
    k = len(own)
    if k < 2 or total == 0:
        return NotEstimable(reason=Reason.ZERO_VARIANCE)
    return (k * sum(own) - total) / ((k - 1) * total)
