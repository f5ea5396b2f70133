"""S-15: a client may add a third side; tally, scores and gaps are for k sides, each pair compared, Holm over all."""

from __future__ import annotations

import numpy as np
import pytest
from scoring_builders import counts, instrument, people, released

from assess.disclosure.policy import Policy
from assess.disclosure.release import Released, Withheld
from assess.scoring import compare, multiplicity, tally
from assess.scoring.estimate import estimates
from assess.scoring.results import Estimand, Estimate, Family, Judged, NotEstimable, Reason, Verdict

SIDES = ("east", "west", "north")
PAIRS = (("east", "west"), ("east", "north"), ("west", "north"))
ASKED = instrument()


def wave(*, invited: dict[str, int] | None = None, policy: Policy | None = None) -> Released:
    generator = np.random.default_rng(5)
    rows = {
        side: people(generator, n, shift=shift)
        for side, n, shift in zip(SIDES, (14, 12, 16), (1.2, 0.0, -0.8), strict=True)
    }
    return released(rows, invited=invited, policy=policy)


def two(found: Released, pair: tuple[str, str]) -> Released:
    """Return the same answers with two of the sides alone."""
    table = found.table
    rows = {
        side: [
            dict(zip(table.items, map(int, row), strict=True))
            for row in table.answers[table.side == table.sides.index(side)]
        ]
        for side in pair
    }
    invited = {side: table.invited[side] for side in pair} if table.invited else None
    return released(rows, invited=invited)


def number(judged: Judged | None) -> Estimate:
    assert judged is not None
    assert isinstance(judged.estimate, Estimate)
    return judged.estimate


@pytest.mark.parametrize("invited", [None, dict.fromkeys(SIDES, 18)])
def test_every_pair_of_three_sides_is_the_pair_alone(invited: dict[str, int] | None) -> None:
    """S-15: the third side changes no gap, no interval and no raw p of the other two."""
    found = wave(invited=invited)
    subjects = estimates(found, ASKED, "full").subjects
    for pair in PAIRS:
        alone = estimates(two(found, pair), ASKED, "full").subjects
        for id_, subject in subjects.items():
            assert tuple(subject.pairs) == PAIRS
            here, there = subject.pairs[pair], alone[id_].pair
            assert (here.gap is None) is (there.gap is None)
            assert (here.theta, here.process_gap, here.hedges_g) == (there.theta, there.process_gap, there.hedges_g)
            assert here.worst_case == there.worst_case
            if here.gap is not None and there.gap is not None:
                assert here.gap.estimate == there.gap.estimate
                assert (here.gap.p, here.gap.d_star) == (there.gap.p, there.gap.d_star)


def test_the_families_of_three_sides_are_adjusted_by_holm_over_all_pairs() -> None:
    """S-15, S-23."""
    subjects = estimates(wave(), ASKED, "full").subjects
    sizes = {}
    for which in (Family.HEADLINE, Family.EXPLORATORY):
        judged = {
            (id_, pair): each.gap
            for id_, subject in subjects.items()
            for pair, each in subject.pairs.items()
            if each.gap is not None and each.gap.family is which
        }
        raw = {name: each.p for name, each in judged.items() if each.p is not None}
        assert len(raw) == len(judged)
        assert {name: each.p_adjusted for name, each in judged.items()} == multiplicity.holm(raw)
        assert {each.family_size for each in judged.values()} == {len(judged)}
        sizes[which] = len(judged)
    assert sizes[Family.HEADLINE] == 2 * len(PAIRS)
    assert sizes[Family.EXPLORATORY] > sizes[Family.HEADLINE]


def test_the_company_of_three_sides_is_the_plain_mean_of_three_means() -> None:
    """S-08: V = ΣV/k², Welch's df."""
    x, y, z = counts(2, 3, 4, 1, 0), counts(0, 1, 2, 5, 4), counts(1, 1, 1, 1, 1)
    found = compare.company(x, y, z)
    means = [compare.mean(side) for side in (x, y, z)]
    assert isinstance(found, Estimate)
    assert all(isinstance(each, Estimate) for each in means)
    numbers = [each for each in means if isinstance(each, Estimate)]
    assert found.value == pytest.approx(sum(each.value for each in numbers) / 3)
    assert found.se**2 == pytest.approx(sum(each.se**2 for each in numbers) / 9)
    parts = [each.se**2 for each in numbers]
    assert found.df == pytest.approx(sum(parts) ** 2 / sum(v**2 / e.df for v, e in zip(parts, numbers, strict=True)))
    assert (found.n, found.m, found.estimand) == (10, 12 + 5, Estimand.PROCESS)
    assert compare.company(x, y, counts(0, 0, 0, 0, 0)) == NotEstimable(reason=Reason.NO_ANSWERS)
    assert compare.company(x, y, counts(0, 0, 1, 0, 0)) == NotEstimable(reason=Reason.TOO_FEW)


def test_a_third_side_on_another_scale_is_refused() -> None:
    """S-07: integers that do not mean the same are never added."""
    with pytest.raises(ValueError, match="different integer scales"):
        compare.company(counts(1, 2, 3), counts(3, 2, 1), counts(1, 2, 3, 4))


def test_the_mirror_is_of_two_sides_only() -> None:
    """S-15, S-33: who "the other" is, is not defined for three."""
    found = estimates(wave(), ASKED, "full")
    assert found.sides == SIDES
    assert (found.topics, found.mirror_scale) == ({}, None)
    assert found.participation.answered == {"east": 14, "west": 12, "north": 16}


def test_one_side_under_the_floor_withholds_every_pair() -> None:
    """A-11: all sides or none."""
    rows = {side: people(np.random.default_rng(2), n) for side, n in zip(SIDES, (14, 14, 7), strict=True)}
    found = estimates(released(rows, policy=Policy()), ASKED, "full")
    item = found.subjects["item.V1"]
    assert all(each.gap is not None and each.gap.verdict is Verdict.WITHHELD for each in item.pairs.values())
    assert tuple(item.pairs) == PAIRS
    assert set(item.side_means.values()) == {Withheld()}
    assert all(isinstance(number(each.gap), Estimate) for each in found.subjects["scale.VIEW"].pairs.values())


def test_which_pair_is_meant_has_to_be_said() -> None:
    """S-15: a wrong pair is never picked in silence."""
    subject = estimates(wave(), ASKED, "full").subjects["scale.VIEW"]
    with pytest.raises(ValueError, match="3 pairs of sides"):
        _ = subject.gap


def test_tally_counts_three_sides_like_three_waves() -> None:
    """S-05."""
    found = wave()
    subject = found.find("scale.VIEW")
    assert not isinstance(subject, Withheld)
    three = tally.scale_histograms(found, subject, ASKED)
    for pair in PAIRS:
        alone = two(found, pair)
        same = alone.find("scale.VIEW")
        assert not isinstance(same, Withheld)
        for side, h in tally.scale_histograms(alone, same, ASKED).items():
            assert h.score.tolist() == three[side].score.tolist()
            assert h.count.tolist() == three[side].count.tolist()
