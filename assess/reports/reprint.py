"""Statements as the gate takes them apart (A-13 R3): their tables, and functions that print a comparison again.

Belongs here: from a released table to `Statement`, by the same estimators and the same rounding as the report. Does
not: the search for a second table (disclosure).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from assess.disclosure.policy import Precision
from assess.disclosure.reconstruction import Comparison, Ends, Levels, Moments, Side, Statement, moments
from assess.disclosure.registry import Kind
from assess.disclosure.release import Released, ReleasedSubject
from assess.disclosure.told import EXPECTED, OWN
from assess.instruments.model import Instrument, ItemType
from assess.reports import rounding
from assess.reports.facts import Number
from assess.scoring import compare, tally
from assess.scoring.histogram import Histogram
from assess.scoring.intervals import Basis, choose
from assess.scoring.results import Estimate
from assess.scoring.subjects import assumptions

_COARSE: Final = frozenset({Precision.COARSE_ITEM, Precision.BARE_ITEM, Precision.FIVES})

Tables = Mapping[str, Levels]
"""Persons at each level, by side code."""


def statements(released: Released, instrument: Instrument, form: str) -> tuple[Statement, ...]:
    """Return every released statement under 30 answers a side, with its topic of the mirror where it has one."""
    topics = {s.registered.subject: s for s in released.subjects if s.registered.kind is Kind.MIRROR_TOPIC}
    found = [
        _statement(released, subject, topics.get(subject.registered.subject), instrument, form)
        for subject in released.subjects
        if subject.registered.kind is Kind.ITEM
        and subject.precision in _COARSE
        and instrument.items[subject.registered.subject].type not in (ItemType.FACT, *_TWINS)
    ]
    return tuple(found)


_TWINS: Final = (ItemType.PREDICTION, ItemType.SELF_RATING)
"""Statements that print in the mirror alone, beside the one they go with."""


def _statement(
    released: Released, subject: ReleasedSubject, topic: ReleasedSubject | None, instrument: Instrument, form: str
) -> Statement:
    code, precision = subject.registered.subject, subject.precision
    sides = released.table.sides
    own = _tables(released, subject, code, instrument)
    named = {
        f"{OWN}.{side}": Side(levels=levels, precision=precision, share=precision is Precision.COARSE_ITEM)
        for side, levels in own.items()
    }
    basis = choose({side: sum(own[side]) for side in sides}, released.table.invited)
    assumed = assumptions(subject.registered, instrument)
    comparisons: list[Comparison] = []
    if assumed.verdict:
        ends = _between(precision, basis, assumed.rho)
        comparisons.append(Comparison(first=f"{OWN}.{sides[0]}", second=f"{OWN}.{sides[1]}", ends=ends))
    if topic is None:
        return Statement(ids=(subject.registered.id,), sides=named, comparisons=tuple(comparisons))
    twins = {instrument.items[twin].type: twin for twin in instrument.twins(code, form)}
    expected = _tables(released, topic, twins[ItemType.PREDICTION], instrument)
    named |= {f"{EXPECTED}.{side}": Side(levels=levels, precision=topic.precision) for side, levels in expected.items()}
    for (side, other), fractions in ((sides, basis.fractions), (sides[::-1], basis.fractions[::-1])):
        turned = Basis(estimand=basis.estimand, fractions=fractions)
        ends = _between(topic.precision, turned, assumed.rho)
        comparisons.append(Comparison(first=f"{EXPECTED}.{side}", second=f"{OWN}.{other}", ends=ends))
        if instrument.items[code].type is not ItemType.OTHER_RATING:
            comparisons.append(Comparison(first=f"{OWN}.{side}", second=f"{EXPECTED}.{side}", ends=_within))
    ids = (subject.registered.id, topic.registered.id)
    return Statement(ids=ids, sides=named, comparisons=tuple(comparisons))


def _tables(released: Released, subject: ReleasedSubject, item: str, instrument: Instrument) -> Tables:
    top = instrument.levels(item)
    return {
        side: tuple(
            dict(zip(h.score.tolist(), h.count.tolist(), strict=True)).get(code, 0) for code in range(1, top + 1)
        )
        for side, h in tally.item_histograms(released, subject, item).items()
    }


def _between(precision: Precision, basis: Basis, rho: float) -> Ends:
    """Return the function that prints the difference of two sides' tables, with its intervals.

    It remembers what it has printed: one search asks about the same sums and spreads from every side.
    """
    known: dict[tuple[Moments, Moments], tuple[Number, ...]] = {}

    def ends(first: Levels, second: Levels) -> tuple[Number, ...]:
        key = moments(first), moments(second)
        if key not in known:
            known[key] = printed(first, second)
        return known[key]

    def printed(first: Levels, second: Levels) -> tuple[Number, ...]:
        found = compare.difference(
            _histogram(first), _histogram(second), rho=rho, fractions=basis.fractions, estimand=basis.estimand
        )
        if not isinstance(found, Estimate):
            return ()
        return (
            rounding.inner(found.value, precision),
            *rounding.ends(found.lo95, found.hi95, precision),
            *rounding.ends(found.lo90, found.hi90, precision),
        )

    return ends


def _within(first: Levels, second: Levels) -> Number:
    """Print what a side answered less what it expects: a number without interval (A-12)."""
    means = [100 * (h.total - h.n) / (h.n * h.span) for h in (_histogram(first), _histogram(second))]
    return rounding.rounded(means[0] - means[1])


def _histogram(levels: Levels) -> Histogram:
    held = [(code, count) for code, count in enumerate(levels, start=1) if count]
    return Histogram(
        score=np.array([code for code, _ in held], dtype=np.int64),
        count=np.array([count for _, count in held], dtype=np.int64),
        zero=1,
        span=len(levels) - 1,
        step=1,
    )
