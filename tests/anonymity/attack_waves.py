"""Waves of sixty people that an administrator watches, the product's and naive ones, and how many were linked (T4).

Belongs here: letting people answer and counting, with a look at the files after each answer and each stage; the
attacks' scores. Does not: how files are looked at (`attack_sqlite`, `attack_postgres`), what chance gives
(`attack_linking`).
"""

from __future__ import annotations

import itertools
import json
import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import attack_batches
from attack_linking import Answered, Hits, linked
from db_house import ITEMS, SIDES, House
from nacl.public import PrivateKey, SealedBox

from assess.instruments import hashes
from assess.surveys import ballots, box
from assess.surveys.keys import KeyName
from assess.surveys.tables import Wave

ATTACKS: Final = ("rowid", "ctid", "xmin", "WAL", "length", "dump", "mtime")
"""Section 6. On SQLite: rowid, or the order of the B-tree; place in the file; commit; place in the -wal file. On
PostgreSQL: order of a scan; ctid; xmin; place in pg_wal. On both: size of what is stored; order of a dump; modification
time of the file that first holds the row."""
READING_ORDER: Final = "reading"
"""Beyond section 6: the count reads the box in an order that the copies tell; its log tells in which it wrote."""
COMMENTS: Final = "comment"
"""Beyond section 6: a person's answers from the place of their comment (A-08: shuffled separately)."""
EACH: Final = 30
Shuffle = Callable[[list[bytes]], None]


class Administrator(Protocol):
    """Who has every file of one engine."""

    house: House
    reads_by_id: bool
    """Whether the count reads the box in the order of the ballots' ids; in the order of arrival otherwise."""

    def take(self) -> None:
        """Copy every file as it is now."""
        ...

    def lying(self, table: str, key: str) -> Mapping[Any, int]:
        """Return the length of every sealed value in a table."""
        ...

    def orders(self, table: str) -> tuple[list[bytes], Mapping[str, list[Any]]]:
        """Return the sealed rows of a table at the end, and for each attack the keys that order them."""
        ...

    def keep_naively(self, sealed: bytes) -> None:
        """Put a row into `naive`, whose rows arrive with their answers, in a transaction of their own."""
        ...

    def stop(self) -> None:
        """Let go of the database."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person, in the order of answering."""

    code: str
    said: Answered
    comment: str

    @property
    def answers(self) -> dict[str, int]:
        """Return what is sent."""
        return dict(zip(ITEMS, self.said.said, strict=True))  # type: ignore[arg-type]


def product(
    made: Administrator, draw: random.Random, shuffle: Shuffle | None = None, batch: int = 1
) -> dict[str, Hits]:
    """Attack a wave of the product; `shuffle` takes the place of its own (a planted weakness).

    `batch`: so many people, half of either side, send at once, and the files are copied after each batch.
    """
    wave, people = _opened(made.house, draw)
    if batch > 1:
        people = _in_batches(people, batch, draw)
    seen: list[tuple[bytes, int]] = []
    for start in range(0, len(people), batch):
        _drop(made.house, people[start : start + batch])
        made.take()
        lies = made.lying("box", "ballot_id")
        # Which ballot of a batch is whose is what nobody is told.
        new = sorted(lies.keys() - {ballot for ballot, _ in seen})
        draw.shuffle(new)
        assert len(new) == batch
        seen += [(ballot, lies[ballot]) for ballot in new]
    in_batches = _order_of_batches(made, wave, people, draw) if batch > 1 else {}
    made.house.close()
    made.house.count(wave, shuffle=shuffle, on_stage=lambda _: made.take())
    k_stat = SealedBox(PrivateKey(made.house.keys.read(wave.wave_id, KeyName.STAT)))
    sealed, keys = made.orders("stat_row")
    rows = [_row(ballots.unpadded(k_stat.decrypt(row), ballots.STAT)) for row in sealed]
    said = [person.said for person in people]
    found = _seven(said, [length for _, length in seen], rows, keys, draw)
    read = [ballot for ballot, _ in seen] if made.reads_by_id else list(range(len(seen)))
    found[READING_ORDER] = linked(said, read, rows, keys["WAL"], draw)
    comments, places = made.orders("comment_row")
    authors = {person.comment: person.said for person in people}
    wrote = [authors[ballots.unpadded(k_stat.decrypt(row), ballots.COMMENT)["t"]] for row in comments]
    found[COMMENTS] = linked(wrote, places["WAL"], rows, keys["WAL"], draw)
    return found | in_batches


def _drop(house: House, people: list[Person]) -> None:
    """Let people send: one by itself, several at once."""
    if len(people) == 1:
        (person,) = people
        assert isinstance(house.drop(person.code, person.answers, {"Q1": person.comment}), box.Receipt)
    else:
        attack_batches.together(
            house, [attack_batches.asked(person.code, person.answers, person.comment) for person in people]
        )


def _in_batches(people: list[Person], batch: int, draw: random.Random) -> list[Person]:
    """Return people in an order in which each batch has as many of one side as of the other."""
    by_side = [[person for person in people if person.said.side == side] for side in SIDES]
    each, ordered = batch // len(SIDES), []
    for start in range(0, EACH, each):
        came = [person for side in by_side for person in side[start : start + each]]
        draw.shuffle(came)
        ordered += came
    return ordered


def _order_of_batches(made: Administrator, wave: Wave, people: list[Person], draw: random.Random) -> Mapping[str, Hits]:
    """Attack the order within the batches, as somebody who besides every file has the key of the box."""
    k_box = SealedBox(PrivateKey(made.house.keys.read(wave.wave_id, KeyName.BOX)))
    sealed, keys = made.orders("box")
    rows = [_row(ballots.unpadded(k_box.decrypt(row), ballots.BALLOT_OPEN)) for row in sealed]
    return attack_batches.order([person.said for person in people], rows, keys, draw)


def naive(made: Administrator, draw: random.Random, *, padded: bool = True) -> dict[str, Hits]:
    """Attack the planted weakness: rows that arrive with their answers, sealed, with no link; `padded` or not."""
    wave, people = _opened(made.house, draw)
    private = PrivateKey(made.house.keys.read(wave.wave_id, KeyName.STAT))
    lengths = []
    for person in people:
        value = {"a": person.answers, "s": person.said.side} | ({} if padded else {"c": person.comment})
        plain = ballots.padded(value, ballots.STAT) if padded else hashes.canonical(value)
        sealed = SealedBox(private.public_key).encrypt(plain)
        made.keep_naively(sealed)
        made.take()
        lengths.append(len(sealed))
    sealed_rows, keys = made.orders("naive")
    opened = [SealedBox(private).decrypt(row) for row in sealed_rows]
    rows = [_row(ballots.unpadded(row, ballots.STAT) if padded else json.loads(row)) for row in opened]
    return _seven([person.said for person in people], lengths, rows, keys, draw)


def _seven(
    said: list[Answered], lengths: list[int], rows: list[Answered], keys: Mapping[str, list[Any]], draw: random.Random
) -> dict[str, Hits]:
    arrival = list(range(len(said)))
    return {name: linked(said, lengths if name == "length" else arrival, rows, keys[name], draw) for name in ATTACKS}


def _opened(house: House, draw: random.Random) -> tuple[Wave, list[Person]]:
    """Open a wave and draw who answers what, and when: everybody something else, in an order that sides share."""
    wave = house.opened(people=dict.fromkeys(SIDES, EACH))
    codes = house.codes(wave)
    # Nobody says what another says, and no two comments have one length: the attacker could not wish for more.
    said = draw.sample(list(itertools.product(range(6), repeat=len(ITEMS))), 2 * EACH)
    lengths = draw.sample(range(20, 1_400, 8), 2 * EACH)
    people = [
        Person(
            code=code,
            said=Answered(side=side, said=said.pop()),
            comment=secrets.token_hex(1_000)[: lengths.pop()],
        )
        for side in SIDES
        for code in codes[side][:EACH]
    ]
    draw.shuffle(people)
    return wave, people


def _row(value: Mapping[str, Any]) -> Answered:
    return Answered(side=value["s"], said=tuple(value["a"][item] for item in ITEMS))
