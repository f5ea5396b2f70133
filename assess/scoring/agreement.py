"""How far the people of one side, or of many groups, answer alike: rwg(j), average deviation, ICC (S-40).

Belongs here: agreement within one group, and how much of what people answer is their group's. Does not: consistency of
items (reliability, omega), two camps (S-41), agreement between two sides, which is a gap (compare).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from assess.scoring.histogram import Histogram, Ints, same_scale
from assess.scoring.item_table import ItemTable, complete_answers
from assess.scoring.results import NotEstimable, Reason
from assess.scoring.scatter import scatter

FEWEST_GROUPS: Final = 10
"""Groups under which an intraclass correlation is not printed."""

CHANCE_LEVELS: Final = 5
"""L of the table `CHANCE`."""

CHANCE: Final = {
    3: {5: 0.71, 8: 0.59, 10: 0.54, 20: 0.41, 30: 0.35, 50: 0.28},
    4: {5: 0.73, 8: 0.62, 10: 0.57, 20: 0.44, 30: 0.37, 50: 0.31},
    5: {5: 0.74, 8: 0.63, 10: 0.59, 20: 0.46, 30: 0.40, 50: 0.33},
}
"""95th percentile of rwg(j) when n people answer k items of five levels at random: by k, then n (S-40)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Agreement of one group on one scale; a description of these people, without an interval.

    Parameters
    ----------
    n
        Persons who answered every item.
    rwg
        rwg(j), 0 (as split as random answers, or more) to 1 (everybody gives the same answers).
    more_split
        Whether the answers are as split as random ones or more: `rwg` is then 0.
    beyond_chance
        Whether `rwg` is above the 95th percentile of random answers; `gate_n` under five persons, `not_comparable` for
        scales outside the table.
    deviation
        Average deviation from the items' means, in steps of the answer scale.
    deviation_limit
        L/6: up to there the group agrees.
    within_limit
        Whether `deviation` is at most `deviation_limit`.
    """

    n: int
    rwg: float
    more_split: bool
    beyond_chance: bool | NotEstimable
    deviation: float
    deviation_limit: float
    within_limit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Intraclass:
    """How much of what people answer is their group's.

    Parameters
    ----------
    groups, n
        Groups with answers, and their persons together.
    icc1
        ICC(1) as it comes out: negative where groups differ less than chance makes them.
    icc2
        ICC(2), reliability of a group's mean, as it comes out; `zero_variance` where all groups have one mean.
    """

    groups: int
    n: int
    icc1: float
    icc2: float | NotEstimable

    @property
    def printed(self) -> float:
        """ICC(1) as printed: a negative one is 0."""
        return max(self.icc1, 0.0)


def rwg(table: ItemTable) -> Agreement | NotEstimable:
    """Agreement of one group on one scale, over the persons who answered every item (S-40).

    rwg(j) = k(1 - r)/(k(1 - r) + r), r the mean variance of the k items (dividing by n - 1) over (L² - 1)/12, that of
    random answers. The average deviation is the mean over items of the mean |answer - item mean|.

    Parameters
    ----------
    table
        T of one side. Not of both: what they disagree on is a gap.

    Returns
    -------
    Agreement or NotEstimable
        `no_answers`, `too_few` for fewer than two complete persons; `zero_variance` for a scale of one level, on which
        random answers do not vary.

    Notes
    -----
    Random answers are taken as spread evenly over the levels. People who all lean one way vary less than that without
    agreeing on anything, so that rwg(j) flatters, the more so the more items there are: `beyond_chance` is a low bar,
    and .70 a convention without a derivation.

    References
    ----------
    James, Demaree & Wolf (1984), Journal of Applied Psychology 69, doi:10.1037/0021-9010.69.1.85. Burke & Dunlap
    (2002), Organizational Research Methods 5, doi:10.1177/1094428102005002002.

    Examples
    --------
    >>> count = np.zeros((2, 7, 11, 3), dtype=np.int64)
    >>> for one, two in ((4, 4), (4, 5), (5, 4), (3, 4)):
    ...     count[0, one + 1, one + two, 2] += 1
    ...     count[1, two + 1, one + two, 2] += 1
    >>> found = rwg(ItemTable(items=("A", "B"), levels=5, min_answered=1, count=count))
    >>> round(found.rwg, 4), found.deviation, round(found.deviation_limit, 4), found.within_limit
    (0.8706, 0.4375, 0.8333, True)
    """
    n, k, levels = table.complete, len(table.items), table.levels
    if n < 2:
        return NotEstimable(reason=Reason.TOO_FEW if n else Reason.NO_ANSWERS)
    if levels < 2:
        return NotEstimable(reason=Reason.ZERO_VARIANCE)
    spread, random = 12 * sum(scatter(table).own), k * n * (n - 1) * (levels**2 - 1)  # r is spread/random
    agreed = k * max(random - spread, 0)
    value = agreed / (agreed + spread)
    away = _deviations(complete_answers(table), n)
    return Agreement(
        n=n,
        rwg=value,
        more_split=spread >= random,
        beyond_chance=_beyond_chance(value, n=n, k=k, levels=levels),
        deviation=away / (k * n * n),
        deviation_limit=levels / 6,
        within_limit=6 * away <= levels * k * n * n,
    )


def intraclass(groups: Sequence[Histogram], fewest: int = FEWEST_GROUPS) -> Intraclass | NotEstimable:
    """ICC(1) and ICC(2) of a score over groups (S-40).

    One-way analysis of variance: ICC(1) = (MSB - MSW)/(MSB + (n̄ - 1)·MSW), n̄ the mean size of a group, ICC(2) =
    (MSB - MSW)/MSB. In fractions until the last division.

    Parameters
    ----------
    groups
        Persons by score, one histogram a group; empty ones count for nothing.
    fewest
        Groups needed, two or more. Under ten the number is arithmetic without meaning: for witnesses only.

    Returns
    -------
    Intraclass or NotEstimable
        `no_answers`; `few_groups` under `fewest`; `too_few` where no group has two persons; `zero_variance` where
        everybody scores the same.

    Raises
    ------
    ValueError
        For histograms on different integer scales, or `fewest` under two.

    Notes
    -----
    Groups are taken as a sample of groups, with one spread inside. Two departments are no sample: their difference is a
    gap. With sizes far apart n̄ overstates what the small groups tell.

    References
    ----------
    Bliese (2000), in Klein & Kozlowski (eds.), Multilevel Theory, Research, and Methods in Organizations, chapter 8.

    Examples
    --------
    >>> def group(*codes):
    ...     score, count = np.unique(np.array(codes), return_counts=True)
    ...     return Histogram(score=score, count=count, zero=1, span=4, step=1)
    >>> found = intraclass([group(1, 2), group(3, 3, 4), group(5, 4)], fewest=3)
    >>> round(found.icc1, 4), round(found.icc2, 4)
    (0.8112, 0.9093)
    """
    if fewest < 2:
        raise ValueError(f"groups differ only where there are two or more, not {fewest}")
    held = [each for each in groups if each.n]
    for each in held:
        same_scale(held[0], each)
    people = sum(each.n for each in held)
    if people == 0:
        return NotEstimable(reason=Reason.NO_ANSWERS)
    if len(held) < fewest:
        return NotEstimable(reason=Reason.FEW_GROUPS)
    if people == len(held):
        return NotEstimable(reason=Reason.TOO_FEW)
    of_groups = sum(Fraction(each.total**2, each.n) for each in held)
    between = (of_groups - Fraction(sum(each.total for each in held) ** 2, people)) / (len(held) - 1)
    within = (sum(each.squares for each in held) - of_groups) / (people - len(held))
    spread = between + (Fraction(people, len(held)) - 1) * within
    if spread == 0:
        return NotEstimable(reason=Reason.ZERO_VARIANCE)
    return Intraclass(
        groups=len(held),
        n=people,
        icc1=float((between - within) / spread),
        icc2=float((between - within) / between) if between else NotEstimable(reason=Reason.ZERO_VARIANCE),
    )


def _beyond_chance(value: float, *, n: int, k: int, levels: int) -> bool | NotEstimable:
    """Return whether rwg(j) is above the line of the next lower n in the table."""
    lines = CHANCE.get(k) if levels == CHANCE_LEVELS else None
    if lines is None:
        return NotEstimable(reason=Reason.NOT_COMPARABLE)
    lower = [line for size, line in lines.items() if size <= n]
    return value > min(lower) if lower else NotEstimable(reason=Reason.GATE_N)


def _deviations(answers: Ints, n: int) -> int:
    """Return n² times the items' average deviations added up: Σ|n·v - Σv|."""
    v = np.arange(1, answers.shape[1] + 1)
    return int((answers * np.abs(n * v - (answers @ v)[:, None])).sum())
