"""Adjusted p values of a family of comparisons: Holm and Benjamini-Hochberg (S-23). Which family, `estimate` says."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

Figure = TypeVar("Figure", bound=Hashable)
"""What names a comparison: an id, or an id and a pair of sides."""


def holm(p: Mapping[Figure, float]) -> dict[Figure, float]:
    """Return Holm's adjusted p values: p̃ᵢ = max over j <= i of min(1, (m - j + 1)pⱼ), p sorted ascending (S-23).

    Parameters
    ----------
    p
        Raw p values by figure, 0 to 1; withheld and not estimable figures are no part of a family.

    Returns
    -------
    dict
        Adjusted p values by figure, in the order given.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6: controls the chance of any false finding.
    """
    ranked = sorted(p, key=lambda name: p[name])
    adjusted: dict[Figure, float] = {}
    running = 0.0
    for position, name in enumerate(ranked):
        running = max(running, min(1.0, (len(ranked) - position) * p[name]))
        adjusted[name] = running
    return {name: adjusted[name] for name in p}


def benjamini_hochberg(p: Mapping[Figure, float]) -> dict[Figure, float]:
    """Return Benjamini and Hochberg's q values: qᵢ = min over j >= i of min(1, m·pⱼ/j), p sorted ascending (S-23).

    Parameters
    ----------
    p
        Raw p values by figure, 0 to 1; withheld and not estimable figures are no part of a family.

    Returns
    -------
    dict
        q values by figure, in the order given.

    References
    ----------
    Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57, doi:10.1111/j.2517-6161.1995.tb02031.x:
    controls the share of false findings.
    """
    ranked = sorted(p, key=lambda name: p[name])
    adjusted: dict[Figure, float] = {}
    running = 1.0
    for position in range(len(ranked), 0, -1):
        name = ranked[position - 1]
        running = min(running, p[name] * (len(ranked) / position))  # a ratio of 1 is exact: q is never under p
        adjusted[name] = running
    return {name: adjusted[name] for name in p}
