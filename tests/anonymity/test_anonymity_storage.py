"""T4: a database administrator after the close, with every file copied after each answer, the order in which people
answered, and K_stat (A-01, A-02, A-08). Everybody is in the order of answering; the rows are in an order that a file
tells. What the product leaves must be matched no better than by lot; a table that anybody would make is matched whole.
"""

from __future__ import annotations

import multiprocessing
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import attack_linking as linking
import pytest
from attack_batches import BATCH, PLACES, as_they_came
from attack_linking import Answered, Hits
from attack_postgres import PostgresAdministrator
from attack_sqlite import SqliteAdministrator
from attack_table import SUITE, Row
from attack_waves import ATTACKS, COMMENTS, EACH, READING_ORDER, Administrator, naive, product

from assess.surveys import db

PEOPLE = 2 * EACH
CAUGHT = 0.95
SEED = 20260112
FULL_ERROR = 0.01 / 14
"""The same of the full size, as the bands of section 6 have it."""
ERROR = 1e-6
"""How often chance alone may fail one attack of the suite's small size, which runs with every change."""


def unshuffled(rows: list[bytes]) -> None:
    """Leave the rows as the box had them: a planted weakness."""


def alike(rows: list[bytes]) -> None:
    """Shuffle answers and comments in the same way: a planted weakness."""
    random.Random(SEED).shuffle(rows)


def as_they_came_in(made: Administrator, draw: random.Random) -> dict[str, Hits]:
    """Put the ballots of a batch in the order of arrival: a planted weakness."""
    with as_they_came():
        return product(made, draw, batch=BATCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many waves are attacked, the product's and each planted weakness's."""

    waves: int
    planted: int


SIZES = {True: Size(waves=3, planted=1), False: Size(waves=200, planted=20)}
KINDS: Mapping[str, Callable[[Administrator, random.Random], dict[str, Hits]]] = {
    "product": product,
    "naive": naive,
    "unpadded": partial(naive, padded=False),
    "unshuffled": partial(product, shuffle=unshuffled),
    "shuffled alike": partial(product, shuffle=alike),
    "batches": partial(product, batch=BATCH),
    "as they came": as_they_came_in,
}
ON_SQLITE = frozenset({"batches", "as they came"})
"""On PostgreSQL every drop is a transaction of its own."""
WEAKNESS = dict.fromkeys(ATTACKS, "naive") | {
    "length": "unpadded",
    READING_ORDER: "unshuffled",
    COMMENTS: "shuffled alike",
}
"""Which planted weakness each attack must catch."""
WHAT = {
    READING_ORDER: "order in which the count reads against order of its log",
    COMMENTS: "a person's comment against the answers beside it in the log",
}


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Administrator]:
    """A new house on SQLite, in a folder that has, or gets, an empty database to copy."""
    template = folder / "template.db"
    if not template.exists():
        db.upgrade(f"sqlite:///{template}")
    with tempfile.TemporaryDirectory(dir=folder) as own:
        made = SqliteAdministrator(Path(own), template)
        try:
            yield made
        finally:
            made.stop()


@contextmanager
def on_postgresql(folder: Path) -> Iterator[Administrator]:
    """A new house on PostgreSQL."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        made = PostgresAdministrator(Path(own))
        try:
            yield made
        finally:
            made.stop()


ENGINES = {"SQLite": on_sqlite, "PostgreSQL": on_postgresql}
Task = tuple[str, str, int]


def attacked(task: Task, folder: Path) -> tuple[Task, dict[str, Hits]]:
    """Attack one wave: (engine, kind, number)."""
    engine, kind, number = task
    with ENGINES[engine](folder) as administrator:
        return task, KINDS[kind](administrator, random.Random(f"{SEED} {engine} {kind} {number}"))


def scores(size: int, folder: Path) -> dict[tuple[str, str], Counter[str]]:
    """Return the hits of every attack, by engine and kind of wave; side known under `attack + " side"`."""
    sizes = SIZES[size <= SUITE]
    tasks = [
        (engine, kind, number)
        for engine in ENGINES
        for kind in KINDS
        if engine == "SQLite" or kind not in ON_SQLITE
        for number in range(sizes.waves if kind in {"product", "batches"} else sizes.planted)
    ]
    if size <= SUITE:
        return _summed(attacked(task, folder) for task in tasks)
    with multiprocessing.get_context("spawn").Pool() as pool:
        folders = [folder / str(number) for number in range(len(tasks))]
        return _summed(pool.starmap(_attacked_in, zip(tasks, folders, strict=True), chunksize=5))


def _attacked_in(task: Task, folder: Path) -> tuple[Task, dict[str, Hits]]:
    folder.mkdir()
    return attacked(task, folder)


def _summed(found: Iterable[tuple[Task, dict[str, Hits]]]) -> dict[tuple[str, str], Counter[str]]:
    sums: dict[tuple[str, str], Counter[str]] = {}
    for (engine, kind, _), hits in found:
        total = sums.setdefault((engine, kind), Counter())
        for attack, one in hits.items():
            total[attack] += one.everybody
            total[f"{attack} side"] += one.by_side
    return sums


def bands(size: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the bands of chance: those of section 6 at full size; everybody, side known."""
    if size > SUITE:
        return (153, 247), (333, 467)
    waves = SIZES[True].waves
    return (
        linking.band(linking.chance(waves, [PEOPLE]), ERROR),
        linking.band(linking.chance(waves, [EACH, EACH]), ERROR),
    )


Bands = tuple[tuple[int, int], tuple[int, int]]


def rows(size: int, found: Mapping[tuple[str, str], Counter[str]]) -> list[Row]:
    """Return a row for each attack: on each engine, on a wave that came in batches, on the order within a batch."""
    waves, people = SIZES[size <= SUITE].waves, PEOPLE * SIZES[size <= SUITE].planted
    number = waves * PEOPLE // BATCH
    made = [
        _row(
            f"{named}, {WHAT.get(attack, attack)}: {waves} waves x {PEOPLE}",
            attack,
            (found[engine, kind], bands(size)),
            (planted, found[engine, planted][attack] / people),
        )
        for named, engine, kind in (
            *((engine, engine, "product") for engine in ENGINES),
            (f"SQLite in batches of {BATCH}", "SQLite", "batches"),
        )
        for attack, planted in WEAKNESS.items()
    ]
    for place in PLACES:
        attack = f"batch {place}"
        what = f"SQLite, order of arrival within a batch, {place}: {number} batches x {BATCH}"
        caught = found["SQLite", "as they came"][attack] / people
        made.append(_row(what, attack, (found["SQLite", "batches"], within(size, number)), ("as they came", caught)))
    return made


def within(size: int, number: int) -> Bands:
    """Return the bands of chance of so many batches; everybody, side known."""
    error = ERROR if size <= SUITE else FULL_ERROR
    return (
        linking.band(linking.chance(number, [BATCH]), error),
        linking.band(linking.chance(number, [BATCH // 2, BATCH // 2]), error),
    )


def _row(what: str, attack: str, made: tuple[Counter[str], Bands], planted: tuple[str, float]) -> Row:
    (hits, ((low, high), (side_low, side_high))), (weakness, caught) = made, planted
    everybody, by_side = hits[attack], hits[f"{attack} side"]
    return Row(
        attack="T4",
        what=what,
        score=f"{everybody} linked; {by_side} with sides known",
        band=f"{low}-{high}; {side_low}-{side_high}",
        planted=f"{weakness}: {caught:.0%} linked",
        holds=low <= everybody <= high and side_low <= by_side <= side_high and caught >= CAUGHT,
    )


def table(size: int) -> list[Row]:
    """Run T4."""
    with tempfile.TemporaryDirectory() as folder:
        return rows(size, scores(size, Path(folder)))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    return rows(SUITE, scores(SUITE, tmp_path_factory.mktemp("storage")))


def test_no_order_in_any_file_links_people_to_answers_better_than_chance(found: list[Row]) -> None:
    """T4, A-01, A-02, A-08: seven attacks of section 6, ours beside them; each catches its planted weakness."""
    assert len(found) == (len(ENGINES) + 1) * (len(ATTACKS) + 2) + len(PLACES)
    assert [row for row in found if not row.holds] == []


def test_the_bands_of_the_full_size_are_those_of_chance() -> None:
    """T4: exact, from the matches of random permutations: 99 % over fourteen attacks (98.9 %)."""
    for band, groups in zip(bands(SUITE + 1), ([PEOPLE], [EACH, EACH]), strict=True):
        chance = linking.chance(200, groups)
        outside = 1 - chance[band[0] : band[1] + 1].sum()
        assert 0.0095 < 14 * outside < 0.0115
        low, high = linking.band(chance, 0.01 / 14)
        assert abs(low - band[0]) <= 3
        assert abs(high - band[1]) <= 3


def test_a_match_by_lot_hits_one_person_a_wave() -> None:
    """The distribution that the bands are cut from has the mean and variance of random matching: 1 and 1 a group."""
    chance = linking.chance(200, [EACH, EACH])
    hits = range(len(chance))
    mean = sum(k * p for k, p in zip(hits, chance, strict=True))
    assert chance.sum() == pytest.approx(1)
    assert mean == pytest.approx(400)
    assert sum((k - mean) ** 2 * p for k, p in zip(hits, chance, strict=True)) == pytest.approx(400)


def test_equal_keys_and_rows_that_no_file_shows_are_drawn_by_lot() -> None:
    """An attack that learns nothing must score chance, neither 0 nor all."""
    people = [Answered(side="sales", said=number) for number in range(PEOPLE)]
    draw = random.Random(SEED)
    for keys in ([1] * PEOPLE, [None] * PEOPLE):
        hits = sum(linking.linked(people, list(range(PEOPLE)), people, keys, draw).everybody for _ in range(200))
        assert 153 <= hits <= 247
