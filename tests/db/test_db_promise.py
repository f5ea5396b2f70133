"""The five sentences are true of the running configuration, or the start is refused (anonymity.md section 5)."""

from __future__ import annotations

from pathlib import Path

import db_postgres
import pytest
from click.testing import CliRunner
from db_house import CHEAP, House
from pydantic import ValidationError
from sqlalchemy import select

from assess.cli import main
from assess.disclosure.policy import FLOOR_COMMENTS, FLOOR_SCALE, Policy
from assess.settings import Settings
from assess.surveys import count, places, promise, receipts, shares, waves
from assess.surveys.custody import Paper
from assess.surveys.keys import KeyGoneError, KeyName, ShareFile
from assess.surveys.shares import Pair
from assess.surveys.states import KeyMode, WaveRefused
from assess.surveys.tables import BoxRow, EnvelopeRow, SpentRow, Wave

MODES = list(KeyMode)


def told(mode: KeyMode, floors: Policy | None = None, witness: str = "Ana Roy") -> list[str]:
    return promise.sentences(mode, "en", floors or Policy(), witness)


def test_another_mode_changes_sentences_one_and_five_and_no_other() -> None:
    """Sentence 1 and 5: who holds the keys."""
    assert len({told(mode)[0] for mode in MODES}) == 3
    assert len({told(mode)[4] for mode in MODES}) == 2
    assert len({tuple(told(mode)[1:4]) for mode in MODES}) == 1
    assert len({promise.sha256(mode, Policy(), "Ana Roy") for mode in MODES}) == 3


def test_sentence_one_of_a_service_wave_the_key_is_used_after_closing_only(built: House) -> None:
    """Sentence 1, `service`: the count refuses before close and grace, whatever the caller wants."""
    wave = built.opened()
    with pytest.raises(count.CountStopped, match="nothing is counted before its close and grace"):
        built.count(wave)
    assert "our server uses the key only after closing" in told(KeyMode.SERVICE)[0]


def test_sentence_one_of_a_witnessed_wave_takes_two_keys_or_the_wave_does_not_open(built: House) -> None:
    """Sentence 1, witnessed: a server of the firm's own is refused; self-hosted never opens without the witness."""
    wave = built.drafted(mode=KeyMode.WITNESSED)
    with built.sessions() as session, pytest.raises(WaveRefused, match="in one hand"):
        waves.open_(
            session,
            session.get_one(Wave, wave.wave_id),
            instrument=built.instrument,
            keys=built.keys,
            clock=built.clock,
            operator="Firm",
            own_server=True,
            cost=CHEAP,
        )
    assert all(Pair.AB not in shares.pairs(KeyMode.SELF_HOSTED, name) for name in (KeyName.BOX,))
    assert "always the key held by your colleague" in told(KeyMode.SELF_HOSTED)[0]
    assert Settings().own_server, "unless somebody says otherwise, the firm runs its own server"


@pytest.mark.parametrize("mode", MODES)
def test_sentence_two_the_keys_and_everything_that_ties_are_gone_after_the_count(built: House, mode: KeyMode) -> None:
    """Sentence 2, in every mode: K_mail, K_box and its wraps, envelopes, marks and ballots."""
    wave = built.opened(mode=mode)
    built.fill(wave, sales=5, marketing=5)
    built.close()
    keys = built.unlocked(wave, Paper.CODE) if mode.witnessed else built.keys
    built.count(wave, keys)
    for name in (KeyName.MAIL, KeyName.BOX):
        with pytest.raises(KeyGoneError):
            built.keys.read(wave.wave_id, name)
    left = {path.name for path in (built.folder / "keys" / wave.wave_id.hex()).iterdir()}
    assert not [name for name in left if "box" in name or "mail" in name]
    with built.sessions() as session:
        assert [session.scalar(select(table).limit(1)) for table in (BoxRow, SpentRow, EnvelopeRow)] == [None] * 3


def test_sentence_three_follows_the_floors_and_no_floor_can_be_lowered() -> None:
    """Sentence 3, A-11: the constants, raise-only."""
    assert f"at least {FLOOR_SCALE} people" in told(KeyMode.SERVICE)[2]
    assert f"at least {FLOOR_COMMENTS} on each side" in told(KeyMode.SERVICE)[2]
    raised = Policy(floor_scale=FLOOR_SCALE + 2)
    assert f"at least {FLOOR_SCALE + 2} people" in told(KeyMode.SERVICE, raised)[2]
    for lowered in ({"floor_scale": FLOOR_SCALE - 1}, {"floor_comments": FLOOR_COMMENTS - 1}):
        with pytest.raises(ValueError, match="floor"):
            Policy(**lowered)


def test_sentence_four_the_receipt_is_of_the_sealed_ballot_and_says_no_answer(built: House) -> None:
    """Sentence 4, A-10: the same answers twice have two receipts; each is the ballot's that lies in the box."""
    wave = built.opened()
    codes = built.codes(wave)["sales"]
    given = [built.drop(code, {"A1": 4}).receipt for code in codes[:2]]  # type: ignore[union-attr]
    assert given[0] != given[1]
    with built.sessions() as session:
        assert sorted(given) == sorted(receipts.receipt(sealed) for sealed in session.scalars(select(BoxRow.sealed)))


def test_sentence_five_names_the_weakness_of_its_own_mode() -> None:
    """Sentence 5: test_anonymity_shares.py opens a copied `service` store, and any two shares."""
    assert told(KeyMode.SERVICE)[4].endswith("or from someone who copies our keys before the count.")
    assert told(KeyMode.WITNESSED)[4].endswith("or from two key holders who cheat together.")


@pytest.mark.parametrize("name", ["key_folder", "key_mirror"])
def test_keys_inside_what_backups_copy_refuse_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A-03: a copy of the keys outlives their destruction, so sentence 2 would be untrue."""
    home, saved = tmp_path / "var", tmp_path / "saved"
    for place, copied in ((saved / "keys", saved), (saved, saved), (home / "reports" / "keys", None), (tmp_path, None)):
        with pytest.raises(ValidationError, match=f"ASSESS_{name.upper()}"):
            Settings(home=home, **{name: place}, backup_set=(copied,) if copied else ())  # type: ignore[arg-type]
    assert Settings(home=home, **{name: tmp_path / "apart"}, backup_set=(saved,)).keys  # type: ignore[arg-type]
    monkeypatch.setenv("ASSESS_HOME", str(home))
    monkeypatch.setenv("ASSESS_BACKUP_SET", f"/nowhere:{saved}")
    monkeypatch.setenv(f"ASSESS_{name.upper()}", str(saved / "keys"))
    refused = CliRunner().invoke(main, ["due"])
    assert refused.exit_code == 5
    assert f"ASSESS_{name.upper()}: {saved / 'keys'} lies in {saved}, which backups copy" in refused.output


def test_a_database_restored_without_its_keys_refuses_the_start(built: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A-03, issue 4 (faults): ballots that nobody could open must not be taken; the message says what to do."""
    wave = built.opened()
    with built.sessions() as session:
        assert places.orphans(session, built.keys) == []
    (built.folder / "keys").rename(built.folder / "elsewhere")
    with built.sessions() as session:
        assert places.orphans(session, built.keys) == [(wave.label, KeyMode.SERVICE)]
    for name, value in built.environment.items():
        monkeypatch.setenv(name, value)
    with db_postgres.serving(built.engine.dialect.name):
        refused = CliRunner().invoke(main, ["worker"])
    assert refused.exit_code == 5
    assert (
        "lacks a whole key that Q1 needs: a restored database needs the key folder it was used with" in refused.output
    )


@pytest.mark.parametrize("name", list(KeyName))
@pytest.mark.parametrize("left", ["nothing", "half"])
def test_a_key_folder_that_lacks_one_key_refuses_the_start(sqlite: House, name: KeyName, left: str) -> None:
    """A-03: an emptied folder is still a folder; ballots would get a receipt that nobody could ever open."""
    wave = sqlite.opened()
    file = sqlite.folder / "keys" / wave.wave_id.hex() / name
    whole = file.read_bytes()
    file.unlink()
    if left == "half":
        file.write_bytes(whole[:16])
    with sqlite.sessions() as session:
        assert places.orphans(session, sqlite.keys) == [(wave.label, KeyMode.SERVICE)]
        file.write_bytes(whole)
        assert places.orphans(session, sqlite.keys) == []


@pytest.mark.parametrize("mode", list(KeyMode))
def test_keys_that_a_count_has_destroyed_are_not_missed(built: House, mode: KeyMode) -> None:
    """A-03, A-08: at every stage of a count a start goes on; a wave of witnesses misses its share."""
    wave = built.opened(mode=mode)
    built.fill(wave, sales=5, marketing=5)
    built.close()
    papers = {
        KeyMode.SERVICE: (),
        KeyMode.WITNESSED: (Paper.PHRASE, Paper.CODE),
        KeyMode.SELF_HOSTED: (Paper.CODE,),
    }[mode]
    missed: list[object] = []

    def look(_: str) -> None:
        with built.sessions() as session:
            missed.append(places.orphans(session, built.keys))

    look("before")
    built.count(wave, built.unlocked(wave, *papers) if papers else None, on_stage=look)
    assert missed == [[]] * 6
    (built.folder / "keys" / wave.wave_id.hex() / (ShareFile.SERVER if mode.witnessed else KeyName.STAT)).unlink()
    with built.sessions() as session:
        assert places.orphans(session, built.keys) == [(wave.label, mode)]


def test_a_mirror_that_is_not_mounted_refuses_the_start(sqlite: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A-03: the keys of the next wave would lie on one device, and nobody would know."""
    monkeypatch.setenv("ASSESS_HOME", str(sqlite.folder))
    monkeypatch.setenv("ASSESS_KEY_MIRROR", str(sqlite.folder / "mirror" / "keys"))
    refused = CliRunner().invoke(main, ["worker"])
    assert refused.exit_code == 5
    assert "mirror/keys is not there: mount the device of the key mirror, or make the folder" in refused.output


def test_keys_on_the_device_of_the_database_are_told(tmp_path: Path) -> None:
    """A-03: a copied disk holds both."""
    assert places.one_device(tmp_path / "not" / "yet", tmp_path / "assess.db")
    assert not places.one_device(tmp_path, None)
    assert not places.one_device(Path("/proc"), tmp_path)
