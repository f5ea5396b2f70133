"""T10: somebody who guesses codes, and somebody who sends one code a hundred times at once (A-04, A-06)."""

from __future__ import annotations

import itertools
import random
import sqlite3
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from attack_open import answering, open_now
from attack_table import SUITE, Row
from respond_house import House, opened, prepare
from test_e2e_kill_server import Person, Server, send

from assess.surveys import codes, envelopes

pytestmark = pytest.mark.enable_socket

GUESSES = {True: 50_000, False: 1_000_000}
OVER_HTTP = 2_000
WEAK_OVER_HTTP = 500
PARALLEL = 100
ROUNDS = {True: 1, False: 10}
WEAK_BITS = 12
SEED = 20260112
_AT_ONCE = 30_000


def guesses(number: int, own: bytes, draw: random.Random) -> Iterator[bytes]:
    """Half at random, half around the guesser's own code: the next ones, and the same but for some symbols."""
    about = int.from_bytes(own, "big")
    for n in range(number):
        match n % 4:
            case 0:
                yield ((about + 1 + n // 4) % 2**80).to_bytes(codes.CODE_BYTES, "big")
            case 1:
                yield (about ^ draw.getrandbits(5) << 5 * draw.randrange(16)).to_bytes(codes.CODE_BYTES, "big")
            case _:
                yield draw.randbytes(codes.CODE_BYTES)


def hits(folder: Path, tried: Iterable[bytes]) -> int:
    """Look guesses up as the product does, by the hash of the code, many at a time; return how many are codes."""
    found = 0
    with closing(sqlite3.connect(folder / "assess.db")) as connection:
        waiting = iter(tried)
        while batch := {envelopes.slot(code).code_hash for code in itertools.islice(waiting, _AT_ONCE)}:
            marks = ",".join("?" * len(batch))
            query = f"SELECT count(*) FROM envelope WHERE code_hash IN ({marks})"
            found += connection.execute(query, tuple(batch)).fetchone()[0]
    return found


def hits_over_http(house: House, tried: Iterable[bytes]) -> int:
    """Type guesses into the first page; return how many lead anywhere but to M1."""
    client = house.client
    statuses = Counter(client.post("/w/start", data={"code": envelopes.printed(code)}).status_code for code in tried)
    assert statuses.keys() <= {200, 404}
    return statuses[200]


def weak_codes(bits: int) -> Iterator[bytes]:
    """Return codes of few bits, each once: what a short code would be."""
    for value in random.Random(SEED).sample(range(2**bits), 2**bits):
        yield value.to_bytes(codes.CODE_BYTES, "big")


def guessed(size: int, folder: Path) -> Row:
    """Guess the codes of a wave, and those of a wave with 12-bit codes."""
    draw = random.Random(SEED)
    number = GUESSES[size <= SUITE]
    prepared, weak = folder / "prepared", folder / "weak"
    prepared.mkdir()
    weak.mkdir()
    prepare(prepared)
    with opened(prepared, folder / "house") as house:
        own = envelopes.normalise(house.code)
        assert own is not None
        known = hits(house.folder, [own])
        # The guesser's own code is no hit.
        found = hits(house.folder, (code for code in guesses(number, own, draw) if code != own))
        found += hits_over_http(house, (code for code in guesses(OVER_HTTP, own, draw) if code != own))
    with pytest.MonkeyPatch.context() as patch:
        drawn, kept = weak_codes(WEAK_BITS), {}
        patch.setattr(codes, "_derived", lambda key, message: kept.setdefault((key, message), next(drawn)))
        prepare(weak)
        every = [value.to_bytes(codes.CODE_BYTES, "big") for value in range(2**WEAK_BITS)]
        with opened(weak, folder / "weak house") as house:
            envelopes_there = sum(map(len, house.codes.values()))
            caught = hits(house.folder, every)
            caught_over_http = hits_over_http(house, draw.sample(every, WEAK_OVER_HTTP))
    return Row(
        attack="T10",
        what=f"{number:,} guesses at a wave's codes, {OVER_HTTP:,} more over HTTP",
        score=f"{found} hits",
        band="0",
        planted=f"{WEAK_BITS}-bit codes: {caught} of {envelopes_there}; {caught_over_http} over HTTP",
        holds=found == 0 and known == 1 and caught == envelopes_there and caught_over_http > 0,
    )


def parallel(server: Server, people: list[Person]) -> None:
    """Send all at once."""
    together = threading.Barrier(len(people))

    def one(person: Person) -> None:
        together.wait()
        while not send(server.port, person):
            pass

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(one, people))


def in_the_box(home: Path) -> tuple[int, int]:
    """Return how many ballots lie in the box and how many envelopes are used."""
    with closing(sqlite3.connect(home / "assess.db")) as connection:
        ((ballots,),) = connection.execute("SELECT count(*) FROM box")
        ((used,),) = connection.execute("SELECT count(*) FROM spent")
    return ballots, used


def stuffed(size: int, folder: Path) -> Row:
    """Send one code a hundred times at once, as one attempt or as a hundred; then to a box that looks, then puts."""
    rounds = ROUNDS[size <= SUITE]
    home = folder / "home"
    cards = open_now(home, people=10)
    server = Server(home)
    server.start()
    most, receipts = 0, set[int]()
    try:
        for number, person in enumerate(answering(cards, 2 * rounds, random.Random(SEED))):
            alike = number % 2 == 0
            sent = [
                replace(person, receipts=[], attempt=person.attempt if alike else f"{copy:032x}")
                for copy in range(PARALLEL)
            ]
            parallel(server, sent)
            ballots, used = in_the_box(home)
            most = max(most, ballots - number, used - number)
            if alike:
                receipts.add(len({each.receipts[0] for each in sent}))
    finally:
        server.kill()
    planted = look_then_put(folder / "naive.db")
    return Row(
        attack="T10",
        what=f"{PARALLEL} posts of one code at once, {2 * rounds} times, behind the real server",
        score=f"{most} ballot a code; {max(receipts)} receipt an attempt",
        band="1; 1",
        planted=f"a box that looks before it puts: {planted} ballots",
        holds=most == 1 and receipts == {1} and planted > 1,
    )


def look_then_put(database: Path) -> int:
    """Plant the usual box: nothing there yet? then insert. Return how many ballots one code has put."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE box (code BLOB)")
    together = threading.Barrier(8)

    def put(_: int) -> None:
        with closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as connection:
            there = connection.execute("SELECT count(*) FROM box WHERE code = 'one'").fetchone()[0]
            together.wait()
            if not there:
                connection.execute("INSERT INTO box VALUES ('one')")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(8)))
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT count(*) FROM box").fetchone()[0])


def table(size: int) -> list[Row]:
    """Run T10."""
    with tempfile.TemporaryDirectory() as folder:
        return [guessed(size, Path(folder)), stuffed(size, Path(folder))]


def test_no_guess_is_a_code(tmp_path: Path) -> None:
    """T10, A-04: 80 bits; 12-bit codes are all found."""
    row = guessed(SUITE, tmp_path)
    assert row.holds, row


def test_one_code_sent_a_hundred_times_at_once_is_one_ballot(tmp_path: Path) -> None:
    """T10, A-06: whatever is sent, the box holds one ballot a code; a box that looks before it puts is caught."""
    row = stuffed(SUITE, tmp_path)
    assert row.holds, row
