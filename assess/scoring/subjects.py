"""One released subject, from its tables to its numbers, before anything is judged (S-07 to S-15).

Belongs here: which estimator each kind of subject gets, and which have no gap verdict (I-15, I-16). Does not: families
and verdicts (estimate), the co-orientation topics (perception).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from assess.disclosure.policy import Precision
from assess.disclosure.registry import Kind, Registered
from assess.disclosure.release import Released, ReleasedSubject, Withheld
from assess.instruments.model import Instrument, ItemType
from assess.scoring import compare, nonresponse, permutation, superiority, tally
from assess.scoring.agreement import Agreement
from assess.scoring.camps import average_hides_camps, two_camps
from assess.scoring.compare import Compared
from assess.scoring.histogram import Histogram
from assess.scoring.intervals import Basis, choose, clipped
from assess.scoring.permutation import Exact
from assess.scoring.results import (
    Count,
    Estimand,
    Estimate,
    Judged,
    NotEstimable,
    Pair,
    Reason,
    Scored,
)
from assess.scoring.wave import PairEstimates, ScaleChecks, SubjectEstimates

JUDGED_TYPES = frozenset({ItemType.OWN_VIEW, ItemType.OTHER_RATING, ItemType.OWN_SITUATION})
"""Items whose gap gets a verdict: what both sides were asked of the same thing (I-15, I-16)."""

_RANK_WORK = 500_000_000
"""Work (`permutation.rank_work`) the engine-only rank test may take: 99 v 94 people take this and .2 s, measured."""

_NOT_COMPARABLE = NotEstimable(reason=Reason.NOT_COMPARABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What a subject brings along: margin M, declared reliability, and whether its gap gets a verdict."""

    margin: float
    rho: float
    verdict: bool
    points: bool
    """Whether its codes mean POMP points: frequencies do not (I-15)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A released subject's numbers, with the comparisons that its family will adjust; none without a verdict."""

    numbers: SubjectEstimates
    compared: Mapping[Pair, Compared | NotEstimable]
    margin: float
    precision: Precision


def assumptions(registered: Registered, instrument: Instrument) -> Assumptions:
    """Return margin, rho and what may be said of a scale, item or composite, from the instrument (I-13 to I-17).

    A composite takes the smallest rho and the largest margin of its scales.

    Raises
    ------
    ValueError
        For the mirror's kinds, which `perception` measures.
    """
    match registered.kind:
        case Kind.ITEM:
            item = instrument.items[registered.subject]
            return Assumptions(
                margin=item.margin,
                rho=item.rho,
                verdict=item.type in JUDGED_TYPES and not item.directed,
                points=item.type is not ItemType.FACT,
            )
        case Kind.SCALE:
            scale = instrument.scales[registered.subject]
            return Assumptions(margin=scale.margin, rho=scale.rho, verdict=not scale.directed, points=True)
        case Kind.COMPOSITE:
            composite = instrument.composites[registered.subject]
            members = [instrument.scales[member] for member in (*composite.plus, *composite.minus)]
            return Assumptions(
                margin=max(member.margin for member in members),
                rho=min(member.rho for member in members),
                verdict=not any(member.directed for member in members),
                points=True,
            )
        case _:
            raise ValueError(f"{registered.id} is measured by perception")


def pairs(sides: tuple[str, ...]) -> tuple[Pair, ...]:
    """Return every two sides, x declared before y (S-15)."""
    return tuple(combinations(sides, 2))


def measure(
    released: Released,
    subject: ReleasedSubject,
    instrument: Instrument,
    *,
    checks: ScaleChecks | None = None,
    rho: float | None = None,
) -> Measured:
    """Measure one released scale, item or composite.

    Parameters
    ----------
    released
        The released table, of two sides or more.
    subject
        One of its subjects.
    instrument
        Declares margins, reliabilities, reversals and directed content.
    checks
        What is known of a scale's items; its agreement has a say in two camps (S-41).
    rho
        ρ of the intervals (`checks.rho`); the declared one by default.

    Returns
    -------
    Measured
        Current figures clipped to their scale; the comparisons unclipped, to be judged. The estimand of a mean is
        chosen by all sides, that of a gap by its two.
    """
    assumed = assumptions(subject.registered, instrument)
    tables = _tables(released, subject, instrument)
    basis = choose({side: h.n for side, h in tables.items()}, released.table.invited)
    numbers = _nothing_to_compare(released, subject, tables)
    compared: dict[Pair, Compared | NotEstimable] = {}
    if assumed.points:
        numbers = _with_means(numbers, tables, assumed.rho if rho is None else rho, basis)
        camps = frozenset(side for side, h in tables.items() if _in_camps(h, subject, checks, side))
        numbers = replace(numbers, camps=camps, checks=checks)
    if assumed.verdict:
        compared = {
            pair: _compared(released, tables, pair, assumed.rho if rho is None else rho) for pair in numbers.pairs
        }
        found = {pair: _pair(released, numbers, tables, pair, gap) for pair, gap in compared.items()}
        numbers = replace(numbers, pairs=found)
    return Measured(numbers=numbers, compared=compared, margin=assumed.margin, precision=subject.precision)


def _with_means(
    numbers: SubjectEstimates, tables: Mapping[str, Histogram], rho: float, basis: Basis
) -> SubjectEstimates:
    sides = tuple(tables.values())
    company = compare.company(*sides, rho=rho, fractions=basis.fractions, estimand=basis.estimand)
    return replace(
        numbers,
        side_means=_means(tables, rho, basis),
        process_side_means={side: compare.mean(h) for side, h in tables.items()},
        company=_held(company),
        process_company=company if basis.estimand is Estimand.PROCESS else compare.company(*sides),
        favourable={side: compare.favourable(h) for side, h in tables.items()} if numbers.kind is Kind.ITEM else {},
    )


def _compared(released: Released, tables: Mapping[str, Histogram], pair: Pair, rho: float) -> Compared | NotEstimable:
    x, y = (tables[side] for side in pair)
    basis = choose({side: tables[side].n for side in pair}, released.table.invited)
    return compare.gap(x, y, rho=rho, fractions=basis.fractions, estimand=basis.estimand)


def _pair(
    released: Released,
    numbers: SubjectEstimates,
    tables: Mapping[str, Histogram],
    pair: Pair,
    compared: Compared | NotEstimable,
) -> PairEstimates:
    """Return the pair's numbers; its gap is judged when its family is complete."""
    x, y = (tables[side] for side in pair)
    current, estimable = (compared, None) if isinstance(compared, NotEstimable) else (compared.estimate, compared)
    process = isinstance(current, Estimate) and current.estimand is Estimand.PROCESS
    munzel = superiority.brunner_munzel(x, y)
    return PairEstimates(
        gap=None,
        process_gap=current if process else compare.difference(x, y),
        theta=superiority.superiority(x, y),
        worst_case=nonresponse.bounds(
            released, pair, numbers.side_means[pair[0]], numbers.side_means[pair[1]], numbers.missing
        ),
        hedges_g=compare.hedges_g(x, y),
        p_welch=estimable.p_t if estimable else None,
        p_exact=estimable.p_exact.p if estimable and estimable.p_exact else None,
        p_exact_rank=_rank(numbers.kind, x, y),
        p_brunner_munzel=munzel if isinstance(munzel, NotEstimable) else munzel.p,
    )


def withheld(registered: Registered, sides: tuple[str, ...], gap: Judged | None) -> SubjectEstimates:
    """Return the estimates of a subject that did not pass: nothing, on every side."""
    nothing: Mapping[str, Withheld] = dict.fromkeys(sides, Withheld())
    return SubjectEstimates(
        id=registered.id,
        kind=registered.kind,
        subject=registered.subject,
        precision=None,
        side_means=nothing,
        process_side_means=nothing,
        company=Withheld(),
        process_company=Withheld(),
        pairs=dict.fromkeys(
            pairs(sides),
            PairEstimates(gap=gap, process_gap=Withheld(), theta=Withheld(), worst_case=Withheld()),
        ),
        favourable=nothing if registered.kind is Kind.ITEM else {},
        levels=nothing if registered.kind is Kind.ITEM else {},
        missing={},
    )


def _nothing_to_compare(
    released: Released, subject: ReleasedSubject, tables: Mapping[str, Histogram]
) -> SubjectEstimates:
    """Return what every released subject has, with no number in points and no comparison yet."""
    none: Mapping[str, Scored] = dict.fromkeys(tables, _NOT_COMPARABLE)
    item = _is_item(subject)
    return SubjectEstimates(
        id=subject.registered.id,
        kind=subject.registered.kind,
        subject=subject.registered.subject,
        precision=subject.precision,
        side_means=none,
        process_side_means=none,
        company=_NOT_COMPARABLE,
        process_company=_NOT_COMPARABLE,
        pairs=dict.fromkeys(
            pairs(released.table.sides),
            PairEstimates(gap=None, process_gap=_NOT_COMPARABLE, theta=_NOT_COMPARABLE, worst_case=_NOT_COMPARABLE),
        ),
        favourable={},
        levels=_levels(released, subject) if item else {},
        missing=tally.missing_share(released, subject),
        partial={} if item else {side: h.partial / max(h.n, 1) for side, h in tables.items()},
        dont_know=tally.dont_know_share(released, subject) if item else {},
    )


def _tables(released: Released, subject: ReleasedSubject, instrument: Instrument) -> dict[str, Histogram]:
    match subject.registered.kind:
        case Kind.ITEM:
            return tally.item_histograms(released, subject)
        case Kind.COMPOSITE:
            return tally.composite_histograms(released, subject, instrument)
        case _:
            return tally.scale_histograms(released, subject, instrument)


def _means(tables: Mapping[str, Histogram], rho: float, basis: Basis) -> dict[str, Scored]:
    return {
        side: _held(compare.mean(h, rho=rho, fraction=fraction, estimand=basis.estimand))
        for (side, h), fraction in zip(tables.items(), basis.fractions, strict=True)
    }


def _in_camps(h: Histogram, subject: ReleasedSubject, checks: ScaleChecks | None, side: str) -> bool:
    """Return whether a side's average hides two camps; in the coarse classes nothing is said of a spread (A-12)."""
    if subject.precision is not Precision.FULL:
        return False
    agreed = checks.agreement[side] if checks else None
    if isinstance(agreed, Agreement):
        return average_hides_camps(h, more_split_than_random=agreed.more_split, complete=agreed.n)
    return two_camps(h)


def _held(score: Estimate | NotEstimable) -> Estimate | NotEstimable:
    return clipped(score, 0, 100) if isinstance(score, Estimate) else score


def _levels(released: Released, subject: ReleasedSubject) -> Mapping[str, Count | Withheld]:
    """Return the counts by level, which A-12 lets out at full precision only."""
    if subject.precision is not Precision.FULL:
        return dict.fromkeys(released.table.sides, Withheld())
    return tally.levels(released, subject)


def _rank(kind: Kind, x: Histogram, y: Histogram) -> float | None:
    """Return the exact rank p of a scale, where it is quick enough: it judges nothing (see `PairEstimates`)."""
    if kind is not Kind.SCALE or permutation.rank_work(x, y) > _RANK_WORK:
        return None
    found = permutation.two_sample_ranks(x, y)
    return found.p if isinstance(found, Exact) else None


def _is_item(subject: ReleasedSubject) -> bool:
    return subject.registered.kind is Kind.ITEM
