"""T5: the administrator of the database while the wave is open (A-05, A-08): sealing, and what a flipped bit does.

After every ballot each file, each row of each table and each stream of a real gunicorn is searched for canaries. Then
bits of sealed ballots are flipped where they lie: no flip may change an answer. Alone it stops the count before
anything is destroyed; with a receipt made to fit it is a spoiled ballot, and its owner's receipt is not on the list.
"""

from __future__ import annotations

import random
import secrets
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import attack_server as server
import pytest
from attack_table import SUITE, Row
from db_house import House, house
from sqlalchemy import inspect, select, text, update

from assess.surveys import ballots, box, db, receipts
from assess.surveys.count import CountStopped
from assess.surveys.keys import KeyName
from assess.surveys.tables import BoxRow, Wave

pytestmark = pytest.mark.enable_socket

EVERY = {"A1": 4, "A2": 2, "A3": 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flipped:
    """What became of ballots in which bits were flipped; `stopped`: how many the count named before it began."""

    flipped: int
    stopped: int
    spoiled: int
    counted: int
    altered: int


def searched(folder: Path, program: str = server.PRODUCT, *, people: int = 6) -> tuple[int, list[str]]:
    """Let people answer and look into everything after each; return how often, and what was found."""
    found: list[str] = []
    looks = 0
    with server.serving(folder, program) as survey:
        codes = [code for side in survey.codes.values() for code in side][:people]
        for code in codes:
            assert survey.post("/w/drop", survey.form(code, attempt=secrets.token_hex(16))) == 200
            found += server.leaks(survey) + in_tables(survey)
            looks += 1
    return looks, found + server.leaks(survey)


def in_tables(survey: server.Survey) -> list[str]:
    """Return the canaries that a reader of every row finds; there is no queue table to read beside them."""
    engine = db.engine(f"sqlite:///{survey.home / 'assess.db'}")
    try:
        with engine.connect() as connection:
            rows = [
                repr(tuple(row)).encode()
                for name in inspect(engine).get_table_names()
                for row in connection.execute(text(f'SELECT * FROM "{name}"'))
            ]
    finally:
        engine.dispose()
    return [
        f"{kind} in a row"
        for kind, forms in server.canaries(survey).items()
        if any(form in row for form in forms for row in rows)
    ]


def flipped(
    folder: Path, draw: random.Random, *, number: int, receipts_too: bool = False, believing: bool = False
) -> Flipped:
    """Flip one bit in each of some sealed ballots, `receipts_too` so that each receipt fits again, and count.

    A count that stops is run again once the ballots are put back. `believing`: the planted weakness, a count that takes
    every receipt in the box for that of its ballot.
    """
    made = house(folder)
    wave = made.opened(people={"sales": number + 6, "marketing": 12})
    codes = made.codes(wave)
    for side, people in (("sales", number + 6), ("marketing", 12)):
        for code in codes[side][:people]:
            assert isinstance(made.drop(code, EVERY, {"Q1": "x"}), box.Receipt)
    with made.sessions() as session:
        rows = draw.sample(list(session.execute(select(BoxRow.ballot_id, BoxRow.sealed, BoxRow.receipt))), number)
    changed = {row.ballot_id: flip(row.sealed, draw) for row in rows}
    for row in rows:
        lay(made, row.ballot_id, changed[row.ballot_id], receipts_too=receipts_too)
    made.close()
    stopped = 0
    with pytest.MonkeyPatch.context() as weak:
        if believing:
            held = {changed[row.ballot_id]: row.receipt for row in rows}
            honest = receipts.receipt
            weak.setattr(receipts, "receipt", lambda sealed: held.get(sealed) or honest(sealed))
        try:
            totals = made.count(wave)
        except CountStopped as stop:
            stopped = int(str(stop.told[0].slots["number"]))
            assert made.keys.read(wave.wave_id, KeyName.MAIL)
            for row in rows:
                lay(made, row.ballot_id, row.sealed)
            totals = made.count(wave)
    given = Counter(tuple(int(answer) for answer in person) for person in made.table(wave).answers)
    made.engine.dispose()
    return Flipped(
        flipped=number,
        stopped=stopped,
        spoiled=totals.spoiled,
        counted=totals.counted,
        altered=sum(given.values()) - given[tuple(EVERY.values())],
    )


def lay(made: House, ballot_id: bytes, sealed: bytes, *, receipts_too: bool = False) -> None:
    """Put other bytes in the place of a ballot's."""
    values = {"sealed": sealed} | ({"receipt": receipts.receipt(sealed)} if receipts_too else {})
    with made.sessions.begin() as session:
        session.execute(update(BoxRow).where(BoxRow.ballot_id == ballot_id).values(**values))


def flip(sealed: bytes, draw: random.Random) -> bytes:
    """Return bytes with one bit changed."""
    bit = draw.randrange(8 * len(sealed))
    return sealed[: bit // 8] + bytes([sealed[bit // 8] ^ 1 << bit % 8]) + sealed[bit // 8 + 1 :]


def unauthenticated(built: House) -> dict[str, int]:
    """The planted weakness: a ballot under a key stream alone; return what is read after one chosen bit is flipped."""
    wave = built.opened()
    with built.sessions() as session:
        found = session.get_one(Wave, wave.wave_id)
        ballot = ballots.Ballot(side="sales", answers=EVERY, comments={})
        plain = ballots.written(ballot, wave_id=found.wave_id, form_hash=found.form_hash or "", room=16_384)
    stream = secrets.token_bytes(len(plain))
    place = plain.index(b'"A1":4') + 5
    lying = bytes(a ^ b for a, b in zip(plain, stream, strict=True))
    lying = lying[:place] + bytes([lying[place] ^ 1]) + lying[place + 1 :]
    opened = bytes(a ^ b for a, b in zip(lying, stream, strict=True))
    read = ballots.read(
        opened,
        wave_id=wave.wave_id,
        form_hash=wave.form_hash or "",
        instrument=built.instrument,
        form=wave.form,
    )
    return dict(read.answers)


def table(size: int) -> list[Row]:
    """Return T5's rows: what lies in clear while people answer, and what a flipped bit does."""
    small = size <= SUITE
    draw = random.Random(5)
    number = 6 if small else 200
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        looks, found = searched(folder / "product", people=4 if small else 24)
        _, planted = searched(folder / "planted", server.DEBUG_LOG, people=1)
        for name in ("bits", "receipts", "believing", "stream"):
            (folder / name).mkdir()
        alone = flipped(folder / "bits", draw, number=number)
        fitting = flipped(folder / "receipts", draw, number=number, receipts_too=True)
        believed = flipped(folder / "believing", draw, number=number, believing=True)
        built = house(folder / "stream")
        read = unauthenticated(built)
        built.engine.dispose()
    caught = server.kinds(planted)
    altered = alone.altered + fitting.altered
    everybody = number + 18
    return [
        Row(
            attack="T5",
            what=f"canaries in files, rows and streams, looked for after each of {looks} ballots",
            score=f"{len(found)} found",
            band="0",
            planted=f"debug log: {', '.join(caught)}",
            holds=not found and {"answer", "code", "comment"} <= set(caught),
        ),
        Row(
            attack="T5",
            what=f"one bit flipped in {number} sealed ballots: the count stops, and counts all once they are put back",
            score=f"{alone.stopped} named, {alone.counted} counted",
            band=f"{number}, {everybody}",
            planted=f"receipts believed: {believed.stopped} named, {believed.spoiled} spoiled",
            holds=(alone.stopped, alone.counted, believed.stopped, believed.spoiled) == (number, everybody, 0, number),
        ),
        Row(
            attack="T5",
            what=f"one bit flipped in {number} sealed ballots with a receipt that fits again, and in {number} without",
            score=f"{fitting.spoiled} spoiled, {altered} answers altered",
            band=f"{number}, 0",
            planted=f"key stream alone: answer 4 read as {read['A1']}",
            holds=fitting.spoiled == number and altered == 0 and read["A1"] != EVERY["A1"],
        ),
    ]


def test_nothing_lies_in_clear_while_people_answer(tmp_path: Path) -> None:
    """T5, A-05: 0 canaries in files, rows and streams after each ballot."""
    looks, found = searched(tmp_path, people=4)
    assert (looks, found) == (4, [])


def test_a_debug_log_that_prints_answers_is_caught(tmp_path: Path) -> None:
    """T5's planted weakness."""
    _, found = searched(tmp_path, server.DEBUG_LOG, people=1)
    assert {"answer in debug.log", "code in debug.log", "comment in debug.log"} <= set(found)


def test_a_flipped_bit_stops_the_count_before_anything_is_destroyed_and_put_back_all_is_counted(
    tmp_path: Path,
) -> None:
    """T5, A-08, A-10: the count names how many; nobody's receipt stays on the list of a ballot that was not counted."""
    seen = flipped(tmp_path, random.Random(5), number=8)
    assert seen == Flipped(flipped=8, stopped=8, spoiled=0, counted=26, altered=0)


def test_a_flipped_bit_with_a_receipt_made_to_fit_spoils_a_ballot_and_changes_none(tmp_path: Path) -> None:
    """T5, A-08: rejected and counted as spoiled; its owner misses the receipt that the list no longer has (T11)."""
    seen = flipped(tmp_path, random.Random(5), number=8, receipts_too=True)
    assert seen == Flipped(flipped=8, stopped=0, spoiled=8, counted=18, altered=0)


def test_a_count_that_believes_the_receipts_spoils_in_silence(tmp_path: Path) -> None:
    """The planted weakness of the stop: what a count did that took a receipt that does not fit for a spoiled ballot."""
    seen = flipped(tmp_path, random.Random(5), number=4, believing=True)
    assert seen == Flipped(flipped=4, stopped=0, spoiled=4, counted=18, altered=0)


def test_a_flipped_bit_that_changes_an_answer_unseen_is_caught(tmp_path: Path) -> None:
    """The planted weakness of the flip: a key stream without authentication reads 5 where 4 was given."""
    built = house(tmp_path)
    assert unauthenticated(built)["A1"] == 5
    built.engine.dispose()
