"""T11: an operator who alters the box, or what is published of it; receipts, root and signature must show it (A-10).

Three operators: one edits the files that were published; one has K_sign and signs what was edited; one edits the box
before the count. The last two leave a list that holds in itself, so whoever has a receipt must miss it.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from attack_table import FULL, SUITE, Row
from db_house import House, house
from nacl.signing import SigningKey
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from assess import verify
from assess.surveys import envelopes, published, receipts, waves
from assess.surveys.count import CountStopped
from assess.surveys.keys import KeyName
from assess.surveys.tables import BoxRow, SpentRow, Wave

TRIALS = {SUITE: 20, FULL: 1_000}
PEOPLE = {"sales": 12, "marketing": 10}
Check = Callable[[list[str], verify.Record, str | None], object]


@dataclass(frozen=True, kw_only=True)
class Published:
    """What a counted wave offers, and K_sign, which only its operator has."""

    receipts: tuple[str, ...]
    record: bytes
    sign: bytes

    def signed(self, record: dict[str, Any]) -> bytes:
        """Return the record signed again."""
        record["signature"] = SigningKey(self.sign).sign(verify.canonical(record["signed"])).signature.hex()
        return verify.canonical(record)


Forged = tuple[list[str], bytes]
Attack = Callable[[Published, random.Random], Forged]


def honest_check(listed: list[str], record: verify.Record, receipt: str | None = None) -> object:
    return verify.check(listed, record, receipt=receipt)


def rootless_check(listed: list[str], record: verify.Record, receipt: str | None = None) -> object:
    """The planted weakness: signature, counts and order are checked, the root is believed."""
    with pytest.MonkeyPatch.context() as weak:
        weak.setattr(verify, "root", lambda _: bytes.fromhex(record.signed["root"]))
        return verify.check(listed, record, receipt=receipt)


def caught(check: Check, forged: Forged, receipt: str | None = None) -> bool:
    """Return whether a check misses nothing: it stops, with "wrong", on what was forged."""
    listed, record = forged
    try:
        data = "".join(f"{line}\n" for line in listed).encode()
        check(verify.read_list(data, "list"), verify.read_record(record, "record"), receipt)
    except verify.Stop as stop:
        return stop.code == verify.WRONG
    return False


def invented(chance: random.Random) -> str:
    return receipts.receipt(chance.randbytes(8_240))


def drop(made: Published, chance: random.Random) -> Forged:
    listed = list(made.receipts)
    listed.pop(chance.randrange(len(listed)))
    return listed, made.record


def add(made: Published, chance: random.Random) -> Forged:
    return sorted([*made.receipts, invented(chance)]), made.record


def alter(made: Published, chance: random.Random) -> Forged:
    listed = list(made.receipts)
    listed[chance.randrange(len(listed))] = invented(chance)
    return sorted(listed), made.record


def reorder(made: Published, chance: random.Random) -> Forged:
    listed = list(made.receipts)
    i, j = chance.sample(range(len(listed)), 2)
    listed[i], listed[j] = listed[j], listed[i]
    return listed, made.record


def recount(made: Published, chance: random.Random) -> Forged:
    record = json.loads(made.record)
    name = chance.choice(sorted(record["signed"]["totals"]))
    record["signed"]["totals"][name] += chance.choice([1, 2, 5])
    return list(made.receipts), verify.canonical(record)


EDITS: dict[str, Attack] = {"drop": drop, "add": add, "alter": alter, "reorder": reorder, "recount": recount}


def sign_a_drop(made: Published, chance: random.Random) -> tuple[Forged, str]:
    """Take a ballot away, count again, sign again: the list holds in itself."""
    listed = list(made.receipts)
    missed = listed.pop(chance.randrange(len(listed)))
    return _signed(made, listed, {"used": -1, "counted": -1}), missed


def sign_an_alteration(made: Published, chance: random.Random) -> tuple[Forged, str]:
    """Put another ballot in the place of one, sign again."""
    listed = list(made.receipts)
    i = chance.randrange(len(listed))
    missed, listed[i] = listed[i], invented(chance)
    return _signed(made, sorted(listed), {}), missed


def _signed(made: Published, listed: list[str], moved: dict[str, int]) -> Forged:
    record = json.loads(made.record)
    for name, by in moved.items():
        record["signed"]["totals"][name] += by
    record["signed"]["root"] = verify.root(listed).hex()
    return listed, made.signed(record)


SIGNED = {"drop, signed again": sign_a_drop, "alter, signed again": sign_an_alteration}


@contextmanager
def voted() -> Iterator[tuple[House, Wave]]:
    """A wave in which everybody answered, closed."""
    with tempfile.TemporaryDirectory() as folder:
        made = house(Path(folder))
        wave = made.opened(people=PEOPLE, form="plain")
        made.fill(wave, **PEOPLE)
        made.close()
        yield made, wave
        made.engine.dispose()


def offered(made: House, wave: Wave) -> Published:
    """Return what the page of a counted wave offers."""
    with made.sessions() as session:
        found = waves.find(session, wave.wave_id)
        assert found is not None
        listed, record = published.receipts(session, found), published.record(session, found)
    assert listed is not None
    assert record is not None
    sign = made.keys.read(wave.wave_id, KeyName.SIGN)
    return Published(receipts=tuple(listed.decode().split()), record=record, sign=sign)


def drop_from_the_box(session: Session, made: House, wave: Wave, code: str) -> None:
    """Take a ballot and its mark away, so that the box adds up."""
    slot = _slot(code)
    session.execute(delete(BoxRow).where(BoxRow.ballot_id == slot.ballot_id))
    session.execute(delete(SpentRow).where(SpentRow.code_hash == slot.code_hash))


def alter_in_the_box(session: Session, made: House, wave: Wave, code: str) -> None:
    """Put another ballot in the place of one: sealed to the same key, as anybody can, with its own receipt."""
    other = session.scalars(select(BoxRow).where(BoxRow.ballot_id != _slot(code).ballot_id)).first()
    assert other is not None
    sealed = other.sealed[:-1] + bytes([other.sealed[-1] ^ 1])
    session.execute(
        update(BoxRow)
        .where(BoxRow.ballot_id == _slot(code).ballot_id)
        .values(sealed=sealed, receipt=receipts.receipt(sealed))
    )


def add_to_the_box(session: Session, made: House, wave: Wave, code: str) -> None:
    """Add a ballot that no envelope was used for."""
    session.add(
        BoxRow(
            ballot_id=bytes(32),
            wave_id=wave.wave_id,
            sealed=bytes(8_240),
            receipt=receipts.receipt(bytes(8_240)),
            same=bytes(32),
            drops=1,
        )
    )


BOX = {"drop": drop_from_the_box, "alter": alter_in_the_box, "add": add_to_the_box}


def _slot(code: str) -> envelopes.Slot:
    normalised = envelopes.normalise(code)
    assert normalised is not None
    return envelopes.slot(normalised)


def box_is_caught(name: str, chance: random.Random, *, with_receipt: bool = True) -> bool:
    """Alter the box of a real wave, count it, publish it: is the count stopped, or does the holder miss a receipt?"""
    with voted() as (made, wave):
        code = made.codes(wave)["sales"][chance.randrange(PEOPLE["sales"])]
        with made.sessions.begin() as session:
            held = envelopes.receipt(session, code)
            BOX[name](session, made, wave, code)
        try:
            made.count(wave)
        except CountStopped:
            return True
        out = offered(made, wave)
        return caught(honest_check, (list(out.receipts), out.record), held if with_receipt else None)


def table(size: int) -> list[Row]:
    """Return T11's rows: five edits of the published files, two by whoever can sign, three of the box."""
    trials = TRIALS[SUITE] if size <= SUITE else TRIALS[FULL]
    chance = random.Random(11)
    with voted() as (made, wave):
        made.count(wave)
        out = offered(made, wave)
    honest = sum(not caught(honest_check, (list(out.receipts), out.record), receipt) for receipt in out.receipts)
    rows = [_row("honest record", honest, len(out.receipts), "passes", "-", planted=True)]
    for name, attack in EDITS.items():
        forged = [attack(out, chance) for _ in range(trials)]
        found = sum(caught(honest_check, each) for each in forged)
        weak = sum(caught(rootless_check, each) for each in forged)
        # Without the root only an alteration that keeps number and order passes: it is the one that needs the root.
        shown = weak < trials if name == "alter" else weak == trials
        rows.append(_row(f"published list: {name}", found, trials, "all caught", f"no root: {weak}", planted=shown))
    for name, signer in SIGNED.items():
        pairs = [signer(out, chance) for _ in range(trials)]
        found = sum(caught(honest_check, forged, missed) for forged, missed in pairs)
        weak = sum(caught(honest_check, forged) for forged, _ in pairs)
        rows.append(_row(name, found, trials, "all caught by the holder", f"no receipt: {weak}", planted=weak == 0))
    rounds = 1 if size <= SUITE else 10
    for name in BOX:
        found = sum(box_is_caught(name, chance) for _ in range(rounds))
        # The planted weakness of the box is a holder who does not look; nothing else can miss a ballot that is gone.
        weak = sum(box_is_caught(name, chance, with_receipt=False) for _ in range(rounds))
        stops = name == "add"
        rows.append(
            _row(f"box before the count: {name}", found, rounds, "all caught", f"no receipt: {weak}",
                 planted=weak == (rounds if stops else 0))
        )  # fmt: skip
    return rows


def _row(what: str, found: int, trials: int, band: str, weak: str, *, planted: bool) -> Row:
    score = f"{found}/{trials}"
    return Row(attack="T11", what=what, score=score, band=band, planted=weak, holds=found == trials and planted)


@pytest.fixture(scope="module")
def rows() -> dict[str, Row]:
    return {row.what: row for row in table(SUITE)}


def test_an_honest_record_passes_for_every_receipt(rows: dict[str, Row]) -> None:
    """T11, A-10."""
    assert rows["honest record"].score == "22/22"


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_of_what_was_published_is_caught(rows: dict[str, Row], name: str) -> None:
    """T11: drop, add, alter, reorder, recount: 5/5."""
    row = rows[f"published list: {name}"]
    assert row.score == "20/20"
    assert row.holds


def test_a_check_without_the_root_misses_every_alteration(rows: dict[str, Row]) -> None:
    """T11, planted: number, order and signature of an altered list are right."""
    assert rows["published list: alter"].planted == "no root: 0"


@pytest.mark.parametrize("name", SIGNED)
def test_what_the_operator_signs_again_is_missed_by_whoever_holds_a_receipt(rows: dict[str, Row], name: str) -> None:
    """T11: K_sign does not help against a receipt on paper; without a receipt nothing is seen, and the page says so."""
    assert rows[name].holds
    assert rows[name].planted == "no receipt: 0"


@pytest.mark.parametrize("name", BOX)
def test_an_altered_box_stops_the_count_or_is_missed_by_the_holder(rows: dict[str, Row], name: str) -> None:
    """T11, A-08."""
    assert rows[f"box before the count: {name}"].holds
