"""S-20, S-21: the exact tests by two independent ways that must agree.

The dynamic programme against every relabelling one by one, for every table of up to eight people on four levels and of
up to five on five (the unit tests: up to eight on three, by another program); its float64 branch against the same in
Python's integers; both against chance, for sizes that nobody can list.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from reference_random import codes

from assess.scoring import permutation
from assess.scoring.histogram import Histogram, histogram
from assess.scoring.permutation import Exact

LEVELS = 5
DRAWS = 20_000


@cache
def distances(scores: tuple[int, ...], n: int) -> list[int]:
    """Return |Z·s - nΣ| of every way to choose n of the people, ascending."""
    people, total = len(scores), sum(scores)
    return sorted(abs(people * sum(chosen) - n * total) for chosen in itertools.combinations(scores, n))


def listed(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, int]:
    """Return numerator and denominator by listing, for the smaller side."""
    less, more = sorted((first, second), key=len)
    everybody = tuple(sorted(less + more))
    ways = distances(everybody, len(less))
    seen = abs(len(everybody) * sum(less) - len(less) * sum(everybody))
    return sum(way >= seen for way in ways), len(ways)


def doubled_midranks(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    everybody = first + second
    rank = {v: 2 * sum(other < v for other in everybody) + everybody.count(v) + 1 for v in set(everybody)}
    return tuple(rank[v] for v in first), tuple(rank[v] for v in second)


@pytest.mark.parametrize(("levels", "few"), [(4, 8), (5, 5)])
def test_every_table_of_few_people_is_the_same_by_listing(levels: int, few: int) -> None:
    """S-20: mean and ranks, for every pair of sides of up to `few` people together, every answer of 1 to `levels`."""
    sides = {
        size: {
            side: codes(np.array(side), levels)
            for side in itertools.combinations_with_replacement(range(1, levels + 1), size)
        }
        for size in range(1, few)
    }
    seen = 0
    for n, m in itertools.product(range(1, few), repeat=2):
        if n + m > few:
            continue
        for (first, x), (second, y) in itertools.product(sides[n].items(), sides[m].items()):
            mean, ranks = permutation.two_sample(x, y), permutation.two_sample_ranks(x, y)
            by_rank = listed(*doubled_midranks(first, second))
            assert (mean.numerator, mean.denominator) == listed(first, second), (first, second)  # type: ignore[union-attr]
            assert (ranks.numerator, ranks.denominator) == by_rank, (first, second)  # type: ignore[union-attr]
            seen += 1
    # Two sides' answers fill up to `few` places with 2·levels kinds, less those in which a side is empty.
    assert seen == math.comb(few + 2 * levels, few) - 2 * math.comb(few + levels, few) + 1


def reduced(h: Histogram, low: int, unit: int) -> list[tuple[int, int]]:
    return [((score - low) // unit, count) for score, count in zip(h.score.tolist(), h.count.tolist(), strict=True)]


def by_integers(x: Histogram, y: Histogram) -> Fraction:
    """Return S-20's p in Python's integers alone.

    Π over scores z of Σ_j C(c, j)·(a·b^z)^j, c people at z, holds at a^n·b^s the ways to choose n people with sum s.
    One large integer is the whole polynomial: a power of b is `width` bits, a power of a is a row of them.
    """
    less, more = sorted((x, y), key=lambda h: h.n)
    scores = sorted({*less.score.tolist(), *more.score.tolist()})
    unit = math.gcd(*(score - scores[0] for score in scores)) or 1
    mine = dict(reduced(less, scores[0], unit))
    everybody = {z: mine.get(z, 0) + count for z, count in reduced(more, scores[0], unit)}
    everybody = {z: everybody.get(z, mine.get(z, 0)) for z in {*everybody, *mine}}
    people, n = x.n + y.n, less.n
    total = sum(z * count for z, count in everybody.items())
    width = 8 * (people // 8 + 1)
    row = width * (total + 1)
    kept = (1 << row * (n + 1)) - 1
    ways = 1
    for z, count in everybody.items():
        step = row + z * width
        ways = sum(math.comb(count, j) * (ways << j * step) for j in range(min(count, n) + 1)) & kept
    last = (ways >> n * row).to_bytes(row // 8, "little")
    size = width // 8
    chosen = [int.from_bytes(last[s * size : (s + 1) * size], "little") for s in range(total + 1)]
    assert sum(chosen) == math.comb(people, n)
    far = abs(people * sum(z * count for z, count in mine.items()) - n * total)
    return Fraction(sum(w for s, w in enumerate(chosen) if abs(people * s - n * total) >= far), sum(chosen))


def sides(
    seed: int, n: int, m: int, *, levels: int = LEVELS, items: int = 1, shift: float = 0.3
) -> tuple[Histogram, Histogram]:
    """Draw two sides' answers, or sums of `items` answers, y a little higher."""
    generator = np.random.default_rng([7, seed, n, m])

    def one(size: int, mean: float) -> Histogram:
        latent = generator.normal(mean, size=(size, 1)) + generator.normal(size=(size, items))
        score = np.clip(np.round(latent + (levels + 1) / 2), 1, levels).sum(axis=1)
        return histogram(score.astype(np.int64), zero=items, span=items * (levels - 1), step=items)

    return one(n, 0.0), one(m, shift)


def on_ranks(x: Histogram, y: Histogram) -> tuple[Histogram, Histogram]:
    """Return both sides' doubled midranks as scores."""
    values = [np.repeat(h.score, h.count) for h in (x, y)]
    first, second = (tuple(side.tolist()) for side in values)
    ranks = doubled_midranks(first, second)
    return tuple(histogram(np.array(side), zero=0, span=1, step=1) for side in ranks)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("n", "m"), [(33, 33), (33, 34), (34, 34), (20, 120), (1, 150), (45, 90), (70, 75), (100, 100)]
)
@pytest.mark.parametrize("items", [1, 5])
def test_the_scaled_programme_is_the_one_in_python_s_integers(n: int, m: int, items: int) -> None:
    """S-20: int64 up to 66 people, float64 beyond; both to 1e-12 of the exact fraction, items and sums of five."""
    x, y = sides(1, n, m, items=items)
    found, exact = permutation.two_sample(x, y), by_integers(x, y)
    assert isinstance(found, Exact)
    if math.comb(n + m, n) < 2**63:
        assert Fraction(int(found.numerator), int(found.denominator)) == exact
    else:
        assert isinstance(found.denominator, float)
        assert found.p == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize(("n", "m"), [(33, 33), (34, 34), (20, 60), (40, 45)])
def test_the_scaled_rank_programme_is_the_one_in_python_s_integers(n: int, m: int) -> None:
    """S-20 on doubled midranks."""
    x, y = sides(2, n, m)
    found, exact = permutation.two_sample_ranks(x, y), by_integers(*on_ranks(x, y))
    assert isinstance(found, Exact)
    assert found.p == pytest.approx(float(exact), rel=1e-12)


def moved(seed: int, people: int) -> Histogram:
    """Draw paired differences of two answers of five levels."""
    generator = np.random.default_rng([8, seed, people])
    first = generator.integers(1, LEVELS + 1, size=people)
    second = np.clip(first + generator.integers(-2, 3, size=people) - (generator.random(people) < 0.15), 1, LEVELS)
    return histogram((first - second).astype(np.int64), zero=0, span=LEVELS - 1, step=1)


@pytest.mark.parametrize("people", [20, 60, 70, 80, 120, 200])
def test_scaled_sign_flips_are_those_in_python_s_integers(people: int) -> None:
    """S-21: Π(1 + b^2d) over the r nonzero differences, in one large integer, against int64 and float64."""
    d = moved(1, people)
    sizes = [abs(score) for score, count in zip(d.score.tolist(), d.count.tolist(), strict=True) for _ in range(count)]
    sizes = [size for size in sizes if size]
    width = 8 * (len(sizes) // 8 + 1)
    ways = 1
    for size in sizes:
        ways += ways << size * width
    reach = sum(sizes)
    packed = ways.to_bytes((reach + 1) * width // 8, "little")
    held = [int.from_bytes(packed[s * width // 8 : (s + 1) * width // 8], "little") for s in range(reach + 1)]
    assert sum(held) == 2 ** len(sizes)
    exact = Fraction(sum(w for s, w in enumerate(held) if abs(2 * s - reach) >= abs(d.total)), sum(held))
    found = permutation.sign_flip(d)
    assert isinstance(found, Exact)
    assert found.p == pytest.approx(float(exact), rel=1e-12)
    assert isinstance(found.denominator, int) == (len(sizes) < 63)


def within_chance(p: float, far: np.ndarray) -> bool:
    """Return whether a share of draws is within four standard errors of p."""
    return abs(far.mean() - p) <= 4 * math.sqrt(p * (1 - p) / len(far)) + 1 / len(far)


SIZES = [(10, 10), (5, 25), (20, 20), (12, 40), (30, 30), (30, 60), (20, 180), (100, 100)]


@pytest.mark.parametrize(("n", "m"), SIZES)
@pytest.mark.parametrize("seed", range(4))
def test_exact_p_values_are_what_chance_gives(n: int, m: int, seed: int) -> None:
    """S-20: 20,000 seeded relabellings of 20 to 200 people, of scores, of sums of five items and of ranks."""
    generator = np.random.default_rng([9, seed, n, m])
    item, scale = sides(seed, n, m), sides(seed, n, m, items=5)
    for (x, y), found in (
        (item, permutation.two_sample(*item)),
        (scale, permutation.two_sample(*scale)),
        (on_ranks(*item), permutation.two_sample_ranks(*item)),
    ):
        scores = np.union1d(x.score, y.score)
        counts = [int(x.count[x.score == s].sum() + y.count[y.score == s].sum()) for s in scores]
        drawn = generator.multivariate_hypergeometric(counts, n, size=DRAWS) @ scores
        centre = n * (x.total + y.total)
        far = np.abs((n + m) * drawn - centre) >= abs((n + m) * x.total - centre)
        assert isinstance(found, Exact)
        assert within_chance(found.p, far)


@pytest.mark.parametrize("people", [20, 40, 64, 90, 200])
@pytest.mark.parametrize("seed", range(4))
def test_sign_flip_p_values_are_what_chance_gives(people: int, seed: int) -> None:
    """S-21: 20,000 seeded patterns of signs."""
    d, generator = moved(seed, people), np.random.default_rng([10, seed, people])
    up = generator.binomial(d.count, 0.5, size=(DRAWS, len(d.count)))
    drawn = (2 * up - d.count) @ d.score
    found = permutation.sign_flip(d)
    assert isinstance(found, Exact)
    assert within_chance(found.p, np.abs(drawn) >= abs(d.total))


def test_chance_would_see_a_test_of_one_side() -> None:
    """Guards the two tests above: half the p value is far outside four standard errors."""
    x, y = sides(0, 20, 20)
    found = permutation.two_sample(x, y)
    assert isinstance(found, Exact)
    far = np.random.default_rng(1).random(DRAWS) < found.p
    assert within_chance(found.p, far)
    assert not within_chance(found.p / 2, far)
