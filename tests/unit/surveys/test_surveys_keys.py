"""The key folder and its mirror: what is written, passed over, refused, destroyed (A-03, A-09)."""

from __future__ import annotations

from pathlib import Path

import pytest

from assess.surveys import keys
from assess.surveys.keys import FileKeys, KeyFile, KeyFolderError, KeyGoneError, KeyName, ShareFile
from assess.surveys.states import KeyMode

WAVE = b"\x05" * 16


@pytest.fixture
def store(tmp_path: Path) -> FileKeys:
    return FileKeys(tmp_path / "keys", tmp_path / "mirror")


def shared() -> dict[KeyFile, bytes]:
    made: dict[KeyFile, bytes] = {KeyName.MAIL: b"m" * 32, KeyName.SIGN: b"s" * 32, ShareFile.SERVER: b"a" * 32}
    return made | {file: file.value.encode().ljust(72, b".") for file in ShareFile if file is not ShareFile.SERVER}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / WAVE.hex()).iterdir())


def test_a_mirror_that_differs_is_refused_with_what_to_do(store: FileKeys, tmp_path: Path) -> None:
    """A-03, issue 4 (faults): neither copy is believed, nothing is changed."""
    store.create(WAVE)
    file = tmp_path / "mirror" / WAVE.hex() / "box"
    before = file.read_bytes()
    file.write_bytes(bytes(32))
    with pytest.raises(KeyFolderError, match=f"{WAVE.hex()}/box is not the same in the key folder and in its mirror"):
        store.read(WAVE, KeyName.BOX)
    assert file.read_bytes() == bytes(32)
    file.write_bytes(before)
    assert store.read(WAVE, KeyName.BOX) == before


def test_a_truncated_key_file_is_refused_with_its_remedy(store: FileKeys, tmp_path: Path) -> None:
    """Issue 4, bad input: one whole copy serves; without one the message says where to find it."""
    store.create(WAVE)
    whole = store.read(WAVE, KeyName.STAT)
    copies = [tmp_path / place / WAVE.hex() / "stat" for place in ("keys", "mirror")]
    copies[0].write_bytes(whole[:31])
    assert store.read(WAVE, KeyName.STAT) == whole
    copies[1].write_bytes(b"")
    with pytest.raises(KeyFolderError, match=r"stat is cut short, and neither the key folder nor its mirror") as told:
        store.read(WAVE, KeyName.STAT)
    assert "tronqué" in told.value.fault.say("fr-CA")
    alone = FileKeys(tmp_path / "keys")
    with pytest.raises(KeyFolderError, match=r"there is no mirror: put the file back from wherever a copy") as told:
        alone.read(WAVE, KeyName.STAT)
    assert "pas de miroir" in told.value.fault.say("fr-CA")


def test_a_database_without_its_key_folder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """A-03, issue 4 (faults): a copied-out database was restored without the folder it was used with."""
    with pytest.raises(KeyFolderError, match="a restored database needs the key folder it was used with"):
        FileKeys(tmp_path / "keys").read(WAVE, KeyName.MAIL)


def test_a_key_that_died_is_told_from_a_folder_that_is_lost(store: FileKeys) -> None:
    store.create(WAVE)
    store.destroy(WAVE, KeyName.BOX)
    with pytest.raises(KeyGoneError, match="K_box of wave"):
        store.read(WAVE, KeyName.BOX)
    with pytest.raises(KeyGoneError, match=r"^wrap-ab-box of wave"):
        store.read(WAVE, ShareFile.AB_BOX)


def test_shares_and_wraps_stand_in_place_of_the_keys(store: FileKeys, tmp_path: Path) -> None:
    """A-09: in a witnessed wave K_box and K_stat are never in the key folder; what an earlier opening left is gone."""
    store.create(WAVE)
    store.store(WAVE, shared())
    for place in ("keys", "mirror"):
        assert names(tmp_path / place) == sorted(["mail", "sign", *ShareFile])
    assert store.read(WAVE, ShareFile.AC_STAT).startswith(b"wrap-ac-stat")


@pytest.mark.parametrize(
    ("name", "left"),
    [
        (KeyName.MAIL, ["share-a", "sign", "wrap-ab-box", "wrap-ab-stat", "wrap-ac-box", "wrap-ac-stat"]),
        (KeyName.BOX, ["mail", "share-a", "sign", "wrap-ab-stat", "wrap-ac-stat"]),
        (KeyName.STAT, ["mail", "sign", "wrap-ab-box", "wrap-ac-box"]),
    ],
)
def test_the_wraps_of_a_key_die_with_it_in_both_places(
    store: FileKeys, tmp_path: Path, name: KeyName, left: list[str]
) -> None:
    """A-03, A-09: a's wraps for the box die in the count; at sign-off the last wraps, and with them the share."""
    store.store(WAVE, shared())
    store.destroy(WAVE, name)
    store.destroy(WAVE, name)
    assert names(tmp_path / "keys") == names(tmp_path / "mirror") == left


def test_the_record_names_the_files_of_the_mode(store: FileKeys) -> None:
    """A-08, A-09."""
    store.store(WAVE, shared())
    assert [name.rpartition("/")[2] for name in store.files(WAVE, KeyName.BOX, KeyMode.WITNESSED)] == [
        "wrap-ab-box",
        "wrap-ac-box",
    ] * 2
    assert store.files(WAVE, KeyName.BOX, KeyMode.SELF_HOSTED)[0] == f"keys/{WAVE.hex()}/wrap-ac-box"
    assert len(store.files(WAVE, KeyName.BOX, KeyMode.SELF_HOSTED)) == 2
    assert keys.made_for(KeyName.MAIL, KeyMode.WITNESSED) == (KeyName.MAIL,)
    assert keys.made_for(KeyName.BOX, KeyMode.SERVICE) == (KeyName.BOX,)


def test_the_files_of_a_lost_folder_are_not_said_to_have_died(store: FileKeys) -> None:
    """A-08, A-09: the record says `lost`, not that anybody destroyed them."""
    assert not store.holds(WAVE)
    store.store(WAVE, {KeyName.SIGN: bytes(32)})
    assert store.holds(WAVE)
    assert store.files(WAVE, KeyName.MAIL, KeyMode.WITNESSED) == (f"lost/{WAVE.hex()}/mail",)
