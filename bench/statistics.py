"""Speed of the statistics beside scipy and numpy doing the same work (S-61), each in a process with one thread.

The thread pools of OpenMP and BLAS read their sizes when numpy is imported, which is too late here: every measurement
starts a process for itself, with them set to one, and that process counts its threads. Times are CPU seconds, the least
of several rounds in which ours and the yardstick take turns, so that other work on the machine slows both.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assess.disclosure.policy import Policy
from assess.disclosure.registry import Kind, Registered, registered
from assess.disclosure.release import Released, release
from assess.disclosure.table import BLANK, ResponseTable
from assess.instruments.load import shipped
from assess.scoring import compare, permutation, superiority
from assess.scoring.compare import Compared
from assess.scoring.estimate import estimates
from assess.scoring.histogram import Histogram, histogram
from assess.scoring.permutation import Exact
from assess.scoring.resample import columns
from assess.scoring.tally_items import count_levels
from bench.row import Row

ROUNDS = 5
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB", "NUMEXPR")}
PROCESS = Path("/proc/self")

LEVELS = 5
SCALE_ITEMS = 5
UNIT = 60
"""Integer score of 1 on a scale of five items with three answered at least: lcm(3, 4, 5)."""

HEAVY = 480
PART = 12
"""Comparisons of the heavy wave that the yardstick does: all of them take it more than a minute."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Pairs = list[tuple[Histogram, Histogram]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Comparisons as the yardstick takes them, raw scores of shape (comparisons, people), and as ours do, tables."""

    x: Ints
    y: Ints
    tables: Pairs


def small_wave() -> list[Row]:
    """Time 40 items and 8 scales, 30 v 30, beside scipy's permutation test; then a whole core wave."""
    sample = _sample(30, items=40, scales=8)
    found: list[float] = []

    def yardstick() -> None:
        found[:] = _permutation_test(sample.x, sample.y, 9_999)

    ours, scipy = _least(lambda: _compare(sample.tables), yardstick)
    _check_same(sample.tables, found)
    instrument = shipped("sales-marketing")
    wave = _released(_core_wave(30), registered(instrument, "core"))
    (whole,) = _least(lambda: estimates(wave, instrument, "core"))
    return [
        Row(
            work="48 comparisons 30 v 30: gap, θ, exact p; of permutation_test", measured=ours / scipy, bar=1, unit="x"
        ),
        Row(work="all estimates of a core wave, 30 v 30, exact tests included", measured=whole, bar=1, unit="s"),
    ]


def heavy_wave() -> list[Row]:
    """Time 480 comparisons of 200 v 200 beside scipy's test of each with 10,000 resamples, done for 12 of them."""
    sample = _sample(200, items=400, scales=80)
    picked = np.linspace(0, HEAVY - 1, PART).astype(int)

    def yardstick(places: Iterable[int]) -> None:
        for place in places:
            _permutation_test(sample.x[place], sample.y[place], 10_000)

    ours, part, half = _least(
        lambda: _compare(sample.tables), lambda: yardstick(picked), lambda: yardstick(picked[::2]), rounds=2
    )
    return [
        Row(
            work=f"480 comparisons 200 v 200: gap, θ; of 480 permutation_tests ({PART} done, x {HEAVY // PART}; "
            f"{PART} took {part / half:.1f} times {PART // 2})",
            measured=1_000 * ours / (part * HEAVY / PART),
            bar=5,
            unit="‰",
        )
    ]


def exact_scale() -> list[Row]:
    """Time the exact permutation test of a scale at 20 v 20, the slowest of eight scales."""
    tables = _sample(20, items=0, scales=8).tables
    each = _least(*(functools.partial(permutation.two_sample, x, y) for x, y in tables), rounds=20)
    return [Row(work="exact permutation of a scale, 20 v 20", measured=1_000 * max(each), bar=3, unit="ms")]


def tally() -> list[Row]:
    """Count the levels of 1,000,000 people x 30 answers in 4,000 groups beside numpy's bincount."""
    people, items, groups = 1_000_000, 30, 4_000
    rng = np.random.default_rng(61)
    table = ResponseTable(
        sides=tuple(f"g{number}" for number in range(groups)),
        items=tuple(f"i{number}" for number in range(items)),
        levels=(LEVELS,) * items,
        side=rng.integers(0, groups, people, dtype=np.int16),
        answers=rng.integers(BLANK, LEVELS + 1, (people, items), dtype=np.int8),
    )
    released = _released(table, ())
    counted = count_levels(released)
    memory = _peak_megabytes()  # before the yardstick's own memory is added
    flat = (table.answers - np.int8(BLANK)).ravel()
    if not np.array_equal(counted.sum(axis=(0, 1)), np.bincount(flat)):
        raise SystemExit("the tally and the yardstick count different things")
    ours, numpy = _least(lambda: count_levels(released), lambda: np.bincount(flat))
    return [
        Row(work="tally 1,000,000 x 30 in 4,000 groups; of numpy.bincount", measured=ours / numpy, bar=2, unit="x"),
        Row(work="the same, peak memory of a process with the table", measured=memory, bar=600, unit="MB"),
    ]


def bootstrap() -> list[Row]:
    """Time the play bootstrap at 400 people, with 60 features and with all of the core form."""
    instrument = shipped("sales-marketing")
    every = registered(instrument, "core")
    ten = tuple(subject for subject in every if subject.kind is Kind.ITEM)[:10]
    rows = []
    for subjects in (ten, every):
        wave = _released(_core_wave(200), subjects)

        def drawn(wave: Released = wave) -> int:
            return len(columns(wave, instrument, "core", np.random.default_rng(61)).read) // 2

        (seconds,) = _least(drawn)
        work = f"play bootstrap, 2,000 resamples of 400 people x {drawn()} features"
        rows.append(Row(work=work, measured=seconds, bar=0.5, unit="s"))
    return rows


def _least(*works: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Return the least CPU seconds of each piece of work, taking turns after one round to warm up."""
    seconds = [[_seconds(work) for work in works] for _ in range(rounds + 1)]
    return [min(column[1:]) for column in zip(*seconds, strict=True)]


def _seconds(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def _compare(tables: Pairs) -> None:
    """Do what `subjects.measure` does for a gap judged: interval and p, exact where S-22 asks for it, and θ."""
    for x, y in tables:
        compare.gap(x, y)
        superiority.superiority(x, y)


def _permutation_test(x: Ints, y: Ints, resamples: int) -> list[float]:
    """Return scipy's two-sided p of each comparison, all of them in one vectorised call with the default batch."""
    from scipy import stats  # noqa: PLC0415  # the process that starts the measurements stays small

    def difference(first: Floats, second: Floats, axis: int) -> Any:
        return first.mean(axis=axis) - second.mean(axis=axis)

    found = stats.permutation_test(
        (x.astype(np.float64), y.astype(np.float64)),
        difference,
        vectorized=True,
        axis=-1,
        n_resamples=resamples,
        rng=np.random.default_rng(61),
    )
    return [float(p) for p in np.atleast_1d(found.pvalue)]


def _check_same(tables: Pairs, theirs: list[float]) -> None:
    """Refuse a yardstick that measures something else: its p is ours but for the error of its resampling."""
    for (x, y), p in zip(tables, theirs, strict=True):
        ours = compare.gap(x, y)
        if not (isinstance(ours, Compared) and isinstance(ours.p_exact, Exact) and abs(ours.p_exact.p - p) < 0.03):
            raise SystemExit(f"the exact p and the yardstick's {p} differ by more than resampling explains: {ours}")


def _sample(n: int, *, items: int, scales: int) -> Sample:
    """Draw n people a side: raw codes of items, and scores of scales on three to five answers, so that Λ is 60."""
    rng = np.random.default_rng(61)
    x, y = (np.vstack([_codes(rng, items, n, shift), _scores(rng, scales, n, shift)]) for shift in (0.0, 0.3))
    units = [1] * items + [UNIT] * scales
    first, second = (
        [histogram(row, zero=unit, span=unit * (LEVELS - 1), step=unit) for row, unit in zip(side, units, strict=True)]
        for side in (x, y)
    )
    return Sample(x=x, y=y, tables=list(zip(first, second, strict=True)))


def _codes(rng: np.random.Generator, items: int, n: int, shift: float, person: float | Floats = 0.0) -> Ints:
    """Draw codes 1..5, shape (items, n), of a normal latent answer."""
    latent = rng.normal(size=(items, n)) + person + shift
    return np.digitize(latent, (-1.5, -0.5, 0.5, 1.5)) + 1


def _scores(rng: np.random.Generator, scales: int, n: int, shift: float) -> Ints:
    """Draw I = s·Λ/a of five answers to one scale, up to two of them missing; shape (scales, n)."""
    scores = np.zeros((scales, n), dtype=np.int64)
    for place in range(scales):
        codes = _codes(rng, SCALE_ITEMS, n, shift, rng.normal(size=n))
        answered = SCALE_ITEMS - rng.choice(3, size=n, p=(0.8, 0.15, 0.05))
        given = np.arange(SCALE_ITEMS)[:, None] < answered
        scores[place] = np.where(given, codes, 0).sum(axis=0) * (UNIT // answered)
    return scores


def _core_wave(n: int) -> ResponseTable:
    """Draw n people a side who answer the shipped core form, 5 % of the answers blank or unknown."""
    instrument = shipped("sales-marketing")
    items = instrument.closed("core")
    tops = np.array([instrument.levels(item) for item in items])
    rng = np.random.default_rng(61)
    side = np.repeat(np.arange(2, dtype=np.int8), n)
    latent = 0.7 * rng.normal(size=(2 * n, 1)) + 0.7 * rng.normal(size=(2 * n, len(items))) + 0.4 * side[:, None]
    answers = np.clip(np.round(latent + (tops + 1) / 2), 1, tops)
    missing = rng.random(answers.shape)
    answers[missing < 0.05] = 0
    answers[missing < 0.02] = BLANK
    return ResponseTable(
        sides=tuple(each.code for each in instrument.sides),
        items=items,
        levels=tuple(tops.tolist()),
        side=side,
        answers=answers.astype(np.int8),
    )


def _released(table: ResponseTable, subjects: tuple[Registered, ...]) -> Released:
    found = release(table, Policy.public_data(), subjects)
    if not isinstance(found, Released):
        raise SystemExit("invented data were withheld")
    return found


def _peak_megabytes() -> float:
    """Return this process's peak of resident memory.

    Not ru_maxrss: Linux starts that at the peak of the process which started this one.
    """
    line = next(
        line for line in (PROCESS / "status").read_text(encoding="ascii").splitlines() if line.startswith("VmHWM")
    )
    return int(line.split()[1]) / 1024


WORKS = (small_wave, heavy_wave, exact_scale, tally, bootstrap)


def _alone(work: Callable[[], list[Row]]) -> Callable[[], list[Row]]:
    """Return the measurement as one that starts a process of one thread for itself."""

    @functools.wraps(work)
    def started() -> list[Row]:
        command = [sys.executable, "-m", "bench.statistics", work.__name__]
        done = subprocess.run(command, env={**os.environ, **ONE_THREAD}, stdout=subprocess.PIPE, check=True, text=True)
        return [Row(**fields) for fields in json.loads(done.stdout)]

    return started


MEASURES = tuple(_alone(work) for work in WORKS)


def main(name: str) -> None:
    """Run one measurement in this process and print its rows as JSON."""
    rows = next(work for work in WORKS if work.__name__ == name)()
    threads = len(list((PROCESS / "task").iterdir()))
    if threads != 1:
        raise SystemExit(f"{name} was measured with {threads} threads")
    json.dump([asdict(row) for row in rows], sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
