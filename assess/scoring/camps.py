"""Two camps: whether a mean stands where almost nobody is (S-41).

Belongs here: the rule, on persons by exact score. Does not: how far people agree (agreement), what is said in place of
the mean (verdicts, templates), from how many answers a spread is shown at all (disclosure).
"""

from __future__ import annotations

from typing import Final

from assess.scoring.histogram import Histogram

FEWEST: Final = 30
"""Persons from which two camps are looked for: that is where false alarms were measured."""


def two_camps(h: Histogram) -> bool:
    """Return whether one side's persons stand in two camps with a thin middle (S-41).

    n >= 30, at least 30 % of the persons below POMP 37.5, at least 30 % above 62.5, and the middle (37.5 and 62.5
    included) at most two thirds of the smaller end. All of it in whole numbers: nobody is moved over a cut by rounding.

    Parameters
    ----------
    h
        Persons by score on a scale or an item, of one side.

    Returns
    -------
    bool
        False under 30 persons: two camps are then not looked for, which is not the same as one camp.

    Notes
    -----
    Measured at n = 30, 20,000 samples each. Populations with one peak are flagged in at most 2.2 % (items of S-60: mod
    2.2, ceil, hard and floor 0; five-item scales, latent normal, r .45: at most .2); without the condition on the
    middle the same scales are flagged in up to 7 %, a bell-shaped item (.1 .2 .4 .2 .1) in 25 % in place of 2 %. An
    item with answers u (.3 .1 .1 .2 .3) is found in 88 %. A single item so flat that it hardly has a peak is flagged
    more often: .15 .2 .3 .2 .15 in 18 %, five equal levels in 59 %.

    Not for paired differences, nor for both sides' persons together: two sides that differ are a gap, not camps.

    Examples
    --------
    >>> import numpy as np
    >>> from assess.scoring.histogram import histogram
    >>> split = np.repeat([1, 2, 3, 4, 5], [8, 6, 4, 5, 7])
    >>> two_camps(histogram(split, zero=1, span=4, step=1))
    True
    >>> two_camps(histogram(split[:-1], zero=1, span=4, step=1))
    False
    """
    n = h.n
    if n < FEWEST:
        return False
    above_zero = 8 * (h.score - h.zero)  # 37.5 and 62.5 POMP are 3/8 and 5/8 of the span
    low = int(h.count[above_zero < 3 * h.span].sum())
    high = int(h.count[above_zero > 5 * h.span].sum())
    smaller = min(low, high)
    return 10 * smaller >= 3 * n and 3 * (n - low - high) <= 2 * smaller


def average_hides_camps(h: Histogram, *, more_split_than_random: bool, complete: int) -> bool:
    """Return whether "the average hides two camps" replaces a side's mean (S-41, S-31): `two_camps`, or S-40's flag.

    S-41 puts n >= 30 in its own rule and then says "or S-40's flag". We ask for 30 persons there too, since that is
    where false alarms were measured and from where report.md prints two camps; and as the flag rests on the persons
    who answered every item, for 30 of those. Measured, five items drawn from mod (S-60): the flag stands in 9.3 % of
    samples with three complete persons, 2.7 % with five, .2 % with ten, none with 30.

    Parameters
    ----------
    h
        Persons by score, of one side.
    more_split_than_random
        S-40: answers on the items vary at least as much as if everybody answered at random.
    complete
        Persons who answered every item, on whom that flag rests.

    Returns
    -------
    bool

    Examples
    --------
    >>> import numpy as np
    >>> from assess.scoring.histogram import histogram
    >>> even = histogram(np.repeat([1, 2, 3, 4, 5], [6, 6, 6, 6, 7]), zero=1, span=4, step=1)
    >>> average_hides_camps(even, more_split_than_random=False, complete=31)
    True
    >>> one_peak = histogram(np.repeat([2, 3, 4], [8, 15, 8]), zero=1, span=4, step=1)
    >>> average_hides_camps(one_peak, more_split_than_random=True, complete=31)
    True
    >>> average_hides_camps(one_peak, more_split_than_random=True, complete=29)
    False
    """
    return two_camps(h) or (more_split_than_random and min(h.n, complete) >= FEWEST)
