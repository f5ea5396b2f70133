"""The count: what spoils a ballot, and what stops it before anything is destroyed (A-08, A-10)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from db_house import CLOSES, House, instrument, people_of
from nacl.public import PrivateKey, PublicKey, SealedBox
from sqlalchemy import delete, func, insert, select, update

from assess.surveys import ballots, receipts
from assess.surveys.count import CountStopped
from assess.surveys.keys import FileKeys, KeyFolderError, KeyName
from assess.surveys.tables import (
    BoxRow,
    CountRow,
    EnvelopeRow,
    SpentRow,
    StatRow,
    Wave,
)


def sealed_for(house: House, value: bytes) -> dict[str, object]:
    """Return the columns of a ballot row that holds `value`, sealed to the wave's key."""
    with house.sessions() as session:
        public = session.scalar(select(Wave.k_box_public))
    assert public is not None
    sealed = SealedBox(PublicKey(public)).encrypt(value)
    return {"sealed": sealed, "receipt": receipts.receipt(sealed)}


def alter_one(house: House, **values: object) -> None:
    with house.sessions.begin() as session:
        one = session.scalar(select(BoxRow.ballot_id).limit(1))
        session.execute(update(BoxRow).where(BoxRow.ballot_id == one).values(**values))


def stuff(house: House, wave: Wave, value: bytes) -> None:
    """Add a ballot that nobody dropped, with an envelope marked as used."""
    with house.sessions.begin() as session:
        unused = select(EnvelopeRow.code_hash).where(EnvelopeRow.code_hash.not_in(select(SpentRow.code_hash)))
        session.execute(insert(SpentRow).values(code_hash=session.scalar(unused.limit(1)), wave_id=wave.wave_id))
    row = {"ballot_id": bytes(32), "wave_id": wave.wave_id, "same": bytes(32), "drops": 1} | sealed_for(house, value)
    with house.sessions.begin() as session:
        session.execute(insert(BoxRow).values(**row))


def plain(wave: Wave, **changes: object) -> bytes:
    value = {"a": {"A1": 1}, "c": {}, "f": str(wave.form_hash)[:16], "s": "sales", "v": 1, "w": wave.wave_id.hex()}
    return ballots.padded(value | changes, 16_384)


def test_nothing_is_counted_before_close_and_grace(built: House) -> None:
    """A-08: never before close + grace, and K_mail lives on."""
    wave = built.opened()
    built.clock.set(CLOSES + timedelta(minutes=15) - timedelta(seconds=1))
    with pytest.raises(CountStopped, match="still open"):
        built.count(wave)
    assert built.keys.read(wave.wave_id, KeyName.MAIL)


def test_a_draft_and_an_unknown_wave_are_not_counted(built: House) -> None:
    wave = built.drafted()
    built.close()
    with pytest.raises(CountStopped, match="is a draft or is over: only a closed wave"):
        built.count(wave)
    wave.wave_id = bytes(16)
    with pytest.raises(CountStopped, match="no such wave"):
        built.count(wave)


@pytest.mark.parametrize("missing", [BoxRow, SpentRow])
def test_a_box_that_lost_a_ballot_or_an_envelope_stops_the_count(built: House, missing: type) -> None:
    """A-08: #box = #spent, else stop; the keys stay."""
    wave = built.opened()
    built.fill(wave, sales=3, marketing=3)
    with built.sessions.begin() as session:
        key = next(iter(missing.__table__.primary_key.columns))
        session.execute(delete(missing).where(key == session.scalar(select(key).limit(1))))
    built.close()
    with pytest.raises(CountStopped, match="envelopes are used"):
        built.count(wave)
    assert built.keys.read(wave.wave_id, KeyName.MAIL)


def test_a_copied_ballot_stops_the_count(built: House) -> None:
    """T11: the operator adds a copy of a ballot under another id."""
    wave = built.opened()
    built.fill(wave, sales=3, marketing=3)
    with built.sessions() as session:
        twin = session.execute(select(BoxRow.sealed, BoxRow.receipt).limit(1)).one()
    stuff(built, wave, plain(wave))
    with built.sessions.begin() as session:
        session.execute(
            update(BoxRow).where(BoxRow.ballot_id == bytes(32)).values(sealed=twin.sealed, receipt=twin.receipt)
        )
    built.close()
    with pytest.raises(CountStopped, match="two ballots in the box are one"):
        built.count(wave)


@pytest.mark.parametrize(
    "changes",
    [
        {"w": "00" * 16},
        {"f": "0" * 16},
        {"v": 2},
        {"s": "finance"},
        {"s": 1},
        {"a": {"A1": 9}},
        {"a": {"A9": 1}},
        {"a": {"A1": 1.0}},
        {"a": {}},
        {"a": []},
        {"c": {"Q1": 5}},
        {"c": {"Q1": "x" * 1_501}},
        {"x": 1},
    ],
)
def test_a_ballot_that_opens_but_does_not_check_is_spoiled(built: House, changes: dict[str, object]) -> None:
    """A-08: wave, form, side, ranges; opened + spoiled = spent."""
    wave = built.opened()
    built.fill(wave, sales=5, marketing=5)
    stuff(built, wave, plain(wave, **changes))
    built.close()
    record = built.count(wave)
    assert (record.used, record.spoiled, record.counted) == (11, 1, 10)


def test_a_stuffed_ballot_that_checks_is_counted_so_the_test_above_can_fail(built: House) -> None:
    """The planted good twin: the same row without a change is counted."""
    wave = built.opened()
    built.fill(wave, sales=5, marketing=5)
    stuff(built, wave, plain(wave))
    built.close()
    assert built.count(wave).spoiled == 0


@pytest.mark.parametrize(
    "value",
    [
        b"\0" * 100,
        b"\xff" * 16_384,
        ballots.padded({}, 16_384)[:-1] + b"x",
        b"\0\0\0\x01{".ljust(16_384, b"\0"),
        (16_000).to_bytes(4, "big") + (b"[" * 16_000).ljust(16_380, b"\0"),
        b"\0\0\0\x01\xff".ljust(16_384, b"\0"),
    ],
)
def test_bytes_that_are_no_ballot_are_spoiled(built: House, value: bytes) -> None:
    wave = built.opened()
    built.fill(wave, sales=5, marketing=5)
    stuff(built, wave, value)
    built.close()
    assert built.count(wave).spoiled == 1


def test_a_flipped_bit_spoils_the_ballot_and_no_other(built: House) -> None:
    """T5: a flipped bit whose receipt was made to fit is rejected; its owner's receipt is not on the list."""
    wave = built.opened()
    built.fill(wave, sales=5, marketing=5)
    with built.sessions() as session:
        sealed = bytearray(session.scalar(select(BoxRow.sealed).limit(1)) or b"")
    sealed[100] ^= 1
    alter_one(built, sealed=bytes(sealed), receipt=receipts.receipt(bytes(sealed)))
    built.close()
    assert built.count(wave).spoiled == 1


@pytest.mark.parametrize("exchanged", [False, True])
def test_a_ballot_that_is_not_the_one_of_its_receipt_stops_the_count_before_anything_is_destroyed(
    built: House, exchanged: bool
) -> None:
    """A-08, A-10, T5, T11: spoiled in silence, it would leave its owner a receipt on the list; put back, it counts."""
    wave = built.opened()
    given = built.fill(wave, sales=5, marketing=5)
    with built.sessions() as session:
        one, whole = session.execute(select(BoxRow.ballot_id, BoxRow.sealed).limit(1)).one()
    other = (
        sealed_for(built, plain(wave))["sealed"] if exchanged else whole[:100] + bytes([whole[100] ^ 1]) + whole[101:]
    )
    lay(built, one, other)
    built.close()
    with pytest.raises(CountStopped, match=r"do not fit their receipts: 1\. Nothing was destroyed\. Put the box back"):
        built.count(wave)
    assert built.keys.read(wave.wave_id, KeyName.MAIL)
    with built.sessions() as session:
        assert session.get(CountRow, wave.wave_id) is None
        assert session.scalar(select(func.count()).select_from(BoxRow)) == 10
    lay(built, one, whole)
    assert (built.count(wave).counted, people_of(built.table(wave))) == (10, given)


def lay(house: House, ballot_id: bytes, sealed: object) -> None:
    """Change the bytes of a ballot, and nothing else of it."""
    with house.sessions.begin() as session:
        session.execute(update(BoxRow).where(BoxRow.ballot_id == ballot_id).values(sealed=sealed))


def test_a_ballot_changed_after_the_freeze_stops_the_count_while_the_box_and_its_key_exist(built: House) -> None:
    """A-08, A-10: the later stage asks again, for it may be run much later."""
    wave = built.frozen()
    with built.sessions() as session:
        one, whole = session.execute(select(BoxRow.ballot_id, BoxRow.sealed).limit(1)).one()
    lay(built, one, whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(CountStopped, match=r"do not fit their receipts: 1\. No ballot was destroyed"):
        built.count(wave)
    assert built.keys.read(wave.wave_id, KeyName.BOX)
    lay(built, one, whole)
    assert (built.count(wave).counted, built.count(wave).spoiled) == (10, 0)


def test_more_ballots_of_a_side_than_envelopes_stop_the_count(built: House) -> None:
    """A-08: a side ≤ its envelopes."""
    wave = built.opened(people={"sales": 5, "marketing": 5})
    built.fill(wave, sales=8, marketing=3)
    stuff(built, wave, plain(wave))
    built.close()
    with pytest.raises(CountStopped, match="one team has more ballots than envelopes"):
        built.count(wave)
    assert built.keys.read(wave.wave_id, KeyName.BOX)


def test_a_box_that_changes_after_it_was_frozen_stops_the_count(built: House) -> None:
    wave = built.frozen()
    with built.sessions.begin() as session:
        session.execute(delete(BoxRow).where(BoxRow.ballot_id == session.scalar(select(BoxRow.ballot_id).limit(1))))
    with pytest.raises(CountStopped, match="changed after it was frozen"):
        built.count(wave)


def test_receipts_that_change_after_the_root_was_fixed_stop_the_count(built: House) -> None:
    """A-10, T11: the root was taken before anything was opened."""
    wave = built.frozen()
    alter_one(built, **sealed_for(built, plain(wave)))
    with pytest.raises(CountStopped, match="receipts changed"):
        built.count(wave)


@pytest.mark.parametrize("name", [KeyName.BOX, KeyName.STAT, KeyName.SIGN])
@pytest.mark.parametrize("harm", ["cut", "gone", "exchanged"])
def test_a_key_that_a_later_stage_needs_is_missed_before_the_first_key_dies(
    built: House, name: KeyName, harm: str
) -> None:
    """A-03, A-08: K_mail lives, no stage is begun; put back, the key counts the wave."""
    wave = built.opened()
    built.fill(wave, sales=5, marketing=5)
    built.close()
    file = built.folder / "keys" / wave.wave_id.hex() / name
    whole = file.read_bytes()
    file.unlink() if harm == "gone" else file.write_bytes(whole[:20] if harm == "cut" else bytes(PrivateKey.generate()))
    told = {"cut": "cut short", "gone": "is missing in the key folder", "exchanged": "is not the key of this wave"}
    with pytest.raises((CountStopped, KeyFolderError), match=f"{name} .*{told[harm]}.*ut .* back"):
        built.count(wave)
    assert built.keys.read(wave.wave_id, KeyName.MAIL)
    with built.sessions() as session:
        assert session.get(CountRow, wave.wave_id) is None
    file.write_bytes(whole)
    assert built.count(wave).counted == 10


def test_a_key_that_is_not_the_waves_spoils_nothing_but_stops(built: House) -> None:
    wave = built.frozen()
    (built.folder / "keys" / wave.wave_id.hex() / "box").write_bytes(bytes(PrivateKey.generate()))
    with pytest.raises(CountStopped, match="box is not the key of this wave"):
        built.count(wave)


def test_another_form_than_the_wave_asked_stops_the_count(built: House) -> None:
    wave = built.frozen()
    built.instrument = instrument(closed=("A1", "A3", "A2"))
    with pytest.raises(CountStopped, match="asked another form"):
        built.count(wave)


def test_rows_altered_between_sealing_and_verifying_stop_the_count_while_the_box_exists(built: House) -> None:
    """A-08: result_mac; the box and its key are still there to count again from."""
    wave = built.frozen()
    built.stop_after(wave, "sealed")
    public = PrivateKey(built.keys.read(wave.wave_id, KeyName.STAT)).public_key
    forged = SealedBox(public).encrypt(ballots.padded({"a": {"A1": 5}, "s": "sales"}, ballots.STAT))
    with built.sessions.begin() as session:
        one = session.scalar(select(StatRow.row_id).limit(1))
        session.execute(update(StatRow).where(StatRow.row_id == one).values(sealed=forged))
    with pytest.raises(CountStopped, match="not those that were counted"):
        built.count(wave)
    with built.sessions.begin() as session:
        session.execute(update(StatRow).where(StatRow.row_id == one).values(sealed=bytes(2_096)))
    with pytest.raises(CountStopped, match="does not open"):
        built.count(wave)
    with built.sessions() as session:
        assert session.scalar(select(func.count()).select_from(BoxRow)) == 10
    assert built.keys.read(wave.wave_id, KeyName.BOX)


def test_a_mirror_that_is_not_mounted_stops_the_count_before_anything_is_deleted(built: House) -> None:
    """A-03: a copy of the key on a device that is not there would live on."""
    mirror = built.folder / "mirror"
    built.keys = FileKeys(built.folder / "keys", mirror)
    wave = built.opened()
    built.fill(wave, sales=5, marketing=5)
    built.close()
    mirror.rename(built.folder / "unplugged")
    with pytest.raises(OSError, match="mounted"):
        built.count(wave)
    with built.sessions() as session:
        assert session.get(CountRow, wave.wave_id) is None
    (built.folder / "unplugged").rename(mirror)
    assert built.count(wave).counted == 10
    assert sorted(path.name for path in (mirror / wave.wave_id.hex()).iterdir()) == ["sign", "stat"]
