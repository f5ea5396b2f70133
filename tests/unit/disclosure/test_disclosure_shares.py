"""What a printed share tells of the number who answered, which never prints (A-11, ADR 0007)."""

from __future__ import annotations

import math
from collections.abc import Callable

from assess.disclosure.policy import Code, coded_share

CLASSES = ((0.90, 1.0), (0.75, 0.90), (0.0, 0.75))
"""Share of a side's ballots that count for an item: the printed classes of missing answers."""


def whole(percent: float) -> int | str:
    """The planted weakness: whole percents, as A-12 words it."""
    return "low" if percent <= 10 else "high" if percent >= 90 else math.floor(percent + 0.5)


def given_away(printed: Callable[[float], int | str | Code]) -> float:
    """Percent of cases in which the printed share fits one n alone: every side of 10 to 29 ballots, class and count."""
    alone = cases = 0
    for ballots in range(10, 30):
        for low, high in CLASSES:
            sizes = [n for n in range(10, ballots + 1) if low < n / ballots <= high]
            if len(sizes) < 2:
                continue
            fits: dict[int | str | Code, set[int]] = {}
            for n in sizes:
                for agree in range(n + 1):
                    fits.setdefault(printed(100 * agree / n), set()).add(n)
            counts = [len(fits[printed(100 * agree / n)]) for n in sizes for agree in range(n + 1)]
            cases += len(counts)
            alone += counts.count(1)
    return 100 * alone / cases


def test_a_share_in_fives_seldom_gives_n_away() -> None:
    """A-11: n per figure never."""
    assert given_away(coded_share) < 5


def test_whole_percents_would_give_n_away_nearly_every_second_time() -> None:
    """The planted weakness is caught."""
    assert given_away(whole) > 40
