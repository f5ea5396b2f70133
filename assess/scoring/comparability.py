"""Comparability: whether a scale's gap is about the scale, or about an item that works otherwise on one side (S-46).

Belongs here: which method a number of answers allows, and the items tested together as one family. Does not: the
methods (one_item, mantel), rows (tally_items), ordinal DIF models and multi-group factor analysis, which S-46 leaves to
a statistician outside this program.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

from assess.scoring.mantel import Mantel, Size, mantel
from assess.scoring.multiplicity import benjamini_hochberg
from assess.scoring.one_item import Scales, rests_on_one_item
from assess.scoring.results import NotEstimable

MANTEL_FROM: Final = 50
"""Persons on the smaller side from which items are tested."""

MODELS_FROM: Final = 200
"""Persons on the smaller side from which ordinal DIF models and multi-group factor analysis can be fitted elsewhere."""

FLAG_BELOW: Final = 0.05

Place = TypeVar("Place", bound=Hashable)
"""What names a scale among those tested together: its id, or its id and a pair of sides."""


class Method(StrEnum):
    """What a number of answers allows to be said of comparability (S-46), by the smaller side."""

    NOT_TESTED = "too_few_answers"
    """Under 50: "comparability not tested: too few answers"; leave-one-out looks for a gap that rests on one item."""
    MANTEL = "mantel"
    """50 to 199: Mantel's test of every item."""
    MANTEL_MODELS_OUTSIDE = "mantel_models_outside"
    """From 200: Mantel's test all the same; ordinal DIF and multi-group CFA are possible, and done outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparability:
    """What was found out about one scale between two sides.

    Parameters
    ----------
    tested
        By which method, hence what may be said.
    one_item
        `rests_on_one_item`; None where no item carries the gap alone, and where there are enough answers to test.
    mantel
        By item, empty where there are too few answers.
    q
        Benjamini-Hochberg's q by item, over all items tested together; only items with a test.
    flagged
        Items with q < .05 whose difference is notable or large.
    """

    tested: Method
    one_item: str | NotEstimable | None = None
    mantel: Mapping[str, Mantel | NotEstimable] = field(default_factory=dict)
    q: Mapping[str, float] = field(default_factory=dict)
    flagged: Mapping[str, Size] = field(default_factory=dict)


def comparability(scales: Mapping[Place, Scales]) -> dict[Place, Comparability]:
    """Look at every scale of a form by the method its smaller side allows, Mantel's tests as one family (S-46, S-23).

    Parameters
    ----------
    scales
        The released scales with a gap verdict, of one pair of sides or of several; an item that stands in two scales is
        tested in each.

    Returns
    -------
    dict
        By the names given, in their order.

    Notes
    -----
    The smaller side's n is of persons who answered every item, as Mantel's test and any model rest on them: with 60
    scored and 40 complete persons nothing is tested. Leave-one-out reads everybody who has a score.
    """
    tested = {place: _tested(each) for place, each in scales.items()}
    found = {
        place: mantel(scales[place].x, scales[place].y) for place, how in tested.items() if how != Method.NOT_TESTED
    }
    q = benjamini_hochberg(
        {
            (place, item): test.p
            for place, tests in found.items()
            for item, test in tests.items()
            if isinstance(test, Mantel)
        }
    )
    return {
        place: _with_tests(how, found[place], {item: q_ for (where, item), q_ in q.items() if where == place})
        if place in found
        else Comparability(tested=how, one_item=rests_on_one_item(scales[place]))
        for place, how in tested.items()
    }


def _tested(scale: Scales) -> Method:
    smaller = min(scale.x.complete, scale.y.complete)
    if smaller < MANTEL_FROM:
        return Method.NOT_TESTED
    return Method.MANTEL if smaller < MODELS_FROM else Method.MANTEL_MODELS_OUTSIDE


def _with_tests(how: Method, tests: Mapping[str, Mantel | NotEstimable], q: Mapping[str, float]) -> Comparability:
    flagged = {
        item: test.size
        for item, test in tests.items()
        if isinstance(test, Mantel) and q[item] < FLAG_BELOW and test.size is not Size.SMALL
    }
    return Comparability(tested=how, mantel=tests, q=q, flagged=flagged)
