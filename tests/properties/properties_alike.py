"""What it means for two results to be the same, or each other's mirror image, and where they are in a wave's estimates.

Belongs here: assertions about two results. Does not: which two (properties_checks).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from assess.disclosure.registry import Kind
from assess.scoring.results import Estimate, Judged, Scored
from assess.scoring.wave import Estimates, PairEstimates, SubjectEstimates

ALMOST = {"rel": 1e-9, "abs": 1e-9}


def limits(found: Estimate) -> tuple[float, ...]:
    return found.value, found.lo95, found.lo90, found.hi90, found.hi95


def alike(one: Scored, other: Scored, *, about: float | None = None, by: float = 0) -> None:
    """Assert that two results are the same; mirrored at `about`/2 where that is given, or moved `by` points."""
    if not (isinstance(one, Estimate) and isinstance(other, Estimate)):
        assert one == other
        return
    value, lo95, lo90, hi90, hi95 = limits(other)
    if about is not None:
        value, lo95, lo90, hi90, hi95 = (about - each for each in (value, hi95, hi90, lo90, lo95))
    moved = [each - by for each in (value, lo95, lo90, hi90, hi95)]
    assert limits(one) == pytest.approx(tuple(moved), **ALMOST)
    assert (one.se, one.df) == pytest.approx((other.se, other.df), **ALMOST)


def same_judgement(one: Judged | None, other: Judged | None, *, about: float | None = None) -> None:
    """Assert the same verdict, modifiers, p values and tipping point; the gap mirrored at `about`/2."""
    if one is None or other is None:
        assert one is other is None
        return
    alike(one.estimate, other.estimate, about=about)
    assert (one.verdict, one.modifiers, one.family, one.family_size) == (
        other.verdict,
        other.modifiers,
        other.family,
        other.family_size,
    )
    for name in ("p", "p_adjusted", "d_star"):
        assert_close(getattr(one, name), getattr(other, name))


def assert_close(one: object, other: object) -> None:
    if isinstance(one, float) and isinstance(other, float):
        assert one == pytest.approx(other, **ALMOST)
    else:
        assert one == other


def same_pair(one: PairEstimates, other: PairEstimates, *, mirrored: bool) -> None:
    """Assert that two pairs say the same; with the sides the other way round where `mirrored`."""
    nought, whole = (0.0, 1.0) if mirrored else (None, None)
    same_judgement(one.gap, other.gap, about=nought)
    alike(one.process_gap, other.process_gap, about=nought)
    alike(one.theta, other.theta, about=whole)
    sign = -1 if mirrored else 1
    assert_close(one.hedges_g, sign * other.hedges_g if isinstance(other.hedges_g, float) else other.hedges_g)
    for name in ("p_welch", "p_exact", "p_exact_rank", "p_brunner_munzel"):
        assert_close(getattr(one, name), getattr(other, name))


def same_sides(one: Mapping[str, Scored], other: Mapping[str, Scored], *, about: float | None = None) -> None:
    assert set(one) == set(other)
    for side, found in one.items():
        alike(found, other[side], about=about)


def subjects(found: Estimates, *kinds: Kind) -> Iterator[SubjectEstimates]:
    return (each for each in found.subjects.values() if each.kind in (kinds or tuple(Kind)))


def gaps(found: Estimates) -> Iterator[tuple[SubjectEstimates, PairEstimates, Judged]]:
    for subject in found.subjects.values():
        for pair in subject.pairs.values():
            if pair.gap is not None:
                yield subject, pair, pair.gap


def judged(found: Estimates) -> Iterator[Judged]:
    """Every judgement of a wave, the mirror's among them."""
    yield from (gap for _, _, gap in gaps(found))
    for topic in found.topics.values():
        yield from (topic.gap, *topic.perceived.values(), *topic.expectation_error.values(), *topic.self_other.values())
    if found.mirror_scale is not None:
        yield from found.mirror_scale.error.values()
