"""Ballots that share a commit, and what a copy of the files after each batch tells of their order (T4).

Belongs here: letting a batch come together in a known order, the attack on that order, the planted weakness. Does not:
waves and people (`attack_waves`), copies (`attack_sqlite`).
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

import attack_linking as linking
from attack_linking import Answered, Hits
from db_house import House

from assess.surveys import box, intake
from assess.surveys.box import DropRequest
from assess.surveys.intake import Intake

BATCH: Final = 10
"""People who send at once, as many of either side."""
PLACES: Final = ("ctid", "WAL", "mtime")
"""Attacks on the order within a batch: whatever tells where a row was put, and when; the others see one commit."""


def together(house: House, requests: Sequence[DropRequest]) -> None:
    """Drop ballots that came in this order while somebody else was writing: one transaction."""
    taking, told = Intake(house.engine, house.clock), list[box.Receipt | box.Refused]()
    assert not taking._taken
    taking._taken = True  # this thread sits in the writer's seat
    threads = []
    for number, request in enumerate(requests):
        send = threading.Thread(
            target=lambda asked=request: told.append(taking.drop(asked, instrument=house.instrument))
        )
        send.start()
        threads.append(send)
        while len(taking._queue) <= number:
            pass
    taking._write()
    for send in threads:
        send.join(60)
    assert [type(one) for one in told] == [box.Receipt] * len(requests)


def asked(code: str, answers: Mapping[str, int], comment: str) -> DropRequest:
    """Return what one person sends."""
    return DropRequest(code=code, attempt=secrets.token_bytes(16), answers=answers, comments={"Q1": comment})


@contextmanager
def as_they_came() -> Iterator[None]:
    """Let a batch be put in the order of arrival: the planted weakness."""
    with patch.object(intake, "sorted", lambda batch, key: batch, create=True):
        yield


def order(
    people: Sequence[Answered], rows: Sequence[Answered], keys: Mapping[str, Sequence[Any]], draw: Any
) -> dict[str, Hits]:
    """Match the people of each batch, in the order they came, to its opened ballots in the order that a file tells."""
    found = {}
    for attack in PLACES:
        total: Counter[str] = Counter()
        for start in range(0, len(people), BATCH):
            came = people[start : start + BATCH]
            lie = [(row, key) for row, key in zip(rows, keys[attack], strict=True) if row in came]
            assert len(lie) == len(came)
            arrival = list(range(len(came)))
            hits = linking.linked(came, arrival, [row for row, _ in lie], [key for _, key in lie], draw)
            total.update(everybody=hits.everybody, by_side=hits.by_side)
        found[f"batch {attack}"] = Hits(everybody=total["everybody"], by_side=total["by_side"])
    return found
