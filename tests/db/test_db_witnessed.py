"""A witnessed wave from its opening to its count, on a real database (A-09)."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest
from db_house import CHEAP, CLOSES, House, people_of
from nacl.public import PrivateKey
from nacl.signing import VerifyKey
from sqlalchemy import select

from assess.surveys import custody, destruction, lifecycle, prereg, promise, shares, waves
from assess.surveys.count import CountStopped
from assess.surveys.custody import Paper
from assess.surveys.keys import KeyGoneError, KeyName, ShareFile
from assess.surveys.lifecycle import StepKind
from assess.surveys.shares import Pair
from assess.surveys.states import KeyMode, State, WaveRefused
from assess.surveys.tables import DestructionRow, EnvelopeRow, Wave

WITNESSED = [KeyMode.WITNESSED, KeyMode.SELF_HOSTED]
ALL = tuple(Paper)


def names(built: House, wave: Wave) -> list[str]:
    return sorted(path.name for path in (built.folder / "keys" / wave.wave_id.hex()).iterdir())


@pytest.mark.parametrize("mode", WITNESSED)
def test_the_private_keys_of_a_witnessed_wave_never_touch_the_disk(built: House, mode: KeyMode) -> None:
    """A-09: shares and wraps only; the passphrase, the code and the halves are in no file, the database included."""
    wave = built.opened(mode=mode)
    expected = ["mail", "share-a", "sign", "wrap-ab-stat", "wrap-ac-box", "wrap-ac-stat"]
    assert names(built, wave) == sorted(expected + ["wrap-ab-box"] * (mode is KeyMode.WITNESSED))
    opened = built.unlocked(wave, Paper.CODE)
    printed = built.handed[wave.wave_id].papers()
    secret = [
        *(opened.read(wave.wave_id, name) for name in shares.SHARED),
        *(shares.typed(text, paper.bits) for paper, text in printed.items()),
        *(text.encode() for text in printed.values()),
        shares.share_c(shares.typed(printed[Paper.CODE], shares.CODE_BITS)),
    ]
    built.engine.dispose()
    for path in built.folder.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert not [each for each in secret if each in held], path


@pytest.mark.parametrize("mode", WITNESSED)
def test_every_permitted_pair_opens_both_keys(built: House, mode: KeyMode) -> None:
    """A-09: server + passphrase (never a self-hosted box), server + sheet, passphrase + sheet."""
    wave = built.opened(mode=mode)
    made = [built.unlocked(wave, Paper.CODE), built.unlocked(wave, *ALL, lost=True)]
    if mode is KeyMode.WITNESSED:
        made.append(built.unlocked(wave, Paper.PHRASE))
    for opened in made:
        for name, public in ((KeyName.BOX, wave.k_box_public), (KeyName.STAT, wave.k_stat_public)):
            assert bytes(PrivateKey(opened.read(wave.wave_id, name)).public_key) == public
    stat = built.unlocked(wave, Paper.PHRASE, names=[KeyName.STAT])
    assert stat.read(wave.wave_id, KeyName.STAT) == made[0].read(wave.wave_id, KeyName.STAT)


def test_a_self_hosted_box_is_refused_without_the_sheet(built: House) -> None:
    """A-09: the firm holds the server and the passphrase, and that is not enough."""
    wave = built.opened(mode=KeyMode.SELF_HOSTED)
    with pytest.raises(WaveRefused, match="your own firm runs this server, so the box opens only with the code"):
        built.unlocked(wave, Paper.PHRASE)
    with pytest.raises(KeyGoneError, match="wrap-ab-box"):
        built.keys.read(wave.wave_id, ShareFile.AB_BOX)


def test_what_is_handed_out_hides_itself(built: House) -> None:
    """A-23: a log line or a traceback that prints the value prints no share."""
    wave = built.opened(mode=KeyMode.WITNESSED)
    handed = built.handed[wave.wave_id]
    typed = custody.read(handed.papers())
    for text in handed.papers().values():
        assert text not in repr(handed)
        assert text not in repr(typed)
    assert repr(handed) == "Handed()"


def test_mode_and_witness_are_registered_and_promised(built: House) -> None:
    """A-15, section 5: fixed at opening, in the registration and in the sentences."""
    wave = built.opened(mode=KeyMode.WITNESSED)
    document = prereg.document(wave, built.instrument)
    assert (document["mode"], document["witness"]) == ("witnessed", "Ana Roy")
    assert wave.promise_sha256 == promise.sha256("witnessed", waves.policy(wave), "Ana Roy")
    before = wave.prereg
    wave.witness = "Bo Roy"
    assert prereg.digest(wave, built.instrument) != before


def test_a_service_wave_keeps_no_witness(built: House) -> None:
    wave = built.opened()
    assert wave.witness is None
    assert prereg.document(wave, built.instrument)["witness"] is None


@pytest.mark.parametrize(
    ("mode", "witness", "own_server", "said"),
    [
        (KeyMode.WITNESSED, None, False, "names its witness"),
        (KeyMode.SELF_HOSTED, "  ", True, "names its witness"),
        (KeyMode.WITNESSED, "Ana Roy", True, "the server's key and the passphrase are in one hand"),
    ],
)
def test_a_mode_whose_first_sentence_would_be_untrue_does_not_open(
    built: House, mode: KeyMode, witness: str | None, own_server: bool, said: str
) -> None:
    """Section 5: the witness is named; a firm that runs its own server cannot say "two of three"."""
    wave = built.drafted(mode=mode)
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        found.witness = witness
        with pytest.raises(WaveRefused, match=said):
            waves.open_(
                session,
                found,
                instrument=built.instrument,
                keys=built.keys,
                clock=built.clock,
                operator="Firm",
                own_server=own_server,
                cost=CHEAP,
            )
        assert found.state is State.DRAFT
    assert not (built.folder / "keys").exists()


@pytest.mark.parametrize(("mode", "pairs"), [(KeyMode.WITNESSED, 6), (KeyMode.SELF_HOSTED, 5)])
def test_an_opening_whose_rehearsal_fails_is_refused_and_leaves_nothing(
    built: House, monkeypatch: pytest.MonkeyPatch, mode: KeyMode, pairs: int
) -> None:
    """A-09, U-47: every permitted pair of either key, damaged in turn, is found; the wave stays as it was."""
    wave = built.drafted(mode=mode)
    wrap, seen = shares.wrap, []

    def damaging(nth: int) -> None:
        made: list[Pair] = []

        def damaged(private: bytes, pair: Pair, name: KeyName, **options: bytes) -> bytes:
            made.append(pair)
            seen.append((pair, name))
            return wrap(bytes(32) if len(made) == nth else private, pair, name, **options)

        monkeypatch.setattr(shares, "wrap", damaged)

    for nth in range(1, pairs + 1):
        damaging(nth)
        with built.sessions.begin() as session:
            with pytest.raises(WaveRefused, match=r"tried on a test ballot, and .* did not open it"):
                built.open(session, wave)
            found = session.get_one(Wave, wave.wave_id)
            assert (found.state, found.prereg, found.k_box_public) == (State.DRAFT, None, None)
            assert session.scalar(select(EnvelopeRow).limit(1)) is None
        assert names(built, wave) == []
    assert len(set(seen)) == pairs
    monkeypatch.setattr(shares, "wrap", wrap)
    with built.sessions.begin() as session:
        assert built.open(session, wave).state is State.OPEN


@pytest.mark.parametrize("name", [KeyName.BOX, KeyName.STAT])
def test_the_keys_of_a_service_wave_are_rehearsed_too(
    built: House, monkeypatch: pytest.MonkeyPatch, name: KeyName
) -> None:
    """U-47: no opening without a key rehearsal."""
    wave = built.drafted()
    create = built.keys.create

    def damaged(wave_id: bytes) -> object:
        public = create(wave_id)
        (built.folder / "keys" / wave_id.hex() / name).write_bytes(bytes(32))
        return public

    monkeypatch.setattr(built.keys, "create", damaged)
    with built.sessions.begin() as session, pytest.raises(WaveRefused, match=f"K_{name} did not open it"):
        built.open(session, wave)
    assert names(built, wave) == []


def test_a_wrong_passphrase_or_code_opens_nothing_and_destroys_nothing(built: House) -> None:
    """Issue 4, bad input: refused with the reason; the files are as they were."""
    wave, other = built.opened(mode=KeyMode.WITNESSED), shares.groups
    before = {path: path.read_bytes() for path in (built.folder / "keys").rglob("*") if path.is_file()}
    printed = built.handed[wave.wave_id].papers()
    wrong = {
        Paper.PHRASE: other(shares.passphrase(), shares.PASSPHRASE_BITS),
        Paper.CODE: other(shares.code()),
        Paper.BOX: printed[Paper.RESULTS],
        Paper.RESULTS: printed[Paper.BOX],
    }

    def refused(texts: dict[Paper, str]) -> str:
        with pytest.raises(WaveRefused) as told:
            custody.opened(wave, custody.read(texts), keys=built.keys, cost=CHEAP)
        return str(told.value)

    assert refused({Paper.PHRASE: wrong[Paper.PHRASE]}).startswith("The passphrase is not the one of this wave.")
    assert refused({Paper.CODE: wrong[Paper.CODE]}).startswith("The code is not the one of this wave")
    assert refused({}).startswith("A share is missing")
    for paper in Paper:
        assert refused(printed | {paper: wrong[paper]}).startswith("Passphrase, code and halves do not belong together")
    with pytest.raises(custody.Misread) as misread:
        custody.read(printed | {Paper.CODE: printed[Paper.CODE][:11], Paper.PHRASE: "U"})
    assert set(misread.value.faults) == {Paper.CODE, Paper.PHRASE}
    assert "It stops in group 3 of 8" in str(misread.value)
    assert {path: path.read_bytes() for path in before} == before


def test_keys_of_another_opening_are_not_taken_for_those_of_the_wave(built: House) -> None:
    """The public key is in the registration: shares that open something else are told apart."""
    wave = built.opened(mode=KeyMode.WITNESSED)
    _, handed = custody.make(wave.wave_id, KeyMode.WITNESSED, keys=built.keys, cost=CHEAP)
    with pytest.raises(WaveRefused, match="not the one that this wave was sealed to"):
        custody.opened(wave, custody.read({Paper.CODE: handed.code}), keys=built.keys, cost=CHEAP)


def test_a_lost_key_folder_is_told_with_what_opens_the_wave_without_it(built: House) -> None:
    """A-03, A-09: the server's share alone is gone; four typed values stand in for it."""
    wave = built.opened(mode=KeyMode.WITNESSED)
    shutil.rmtree(built.folder / "keys")
    with pytest.raises(WaveRefused) as told:
        built.unlocked(wave, Paper.CODE)
    assert [str(reason)[:50] for reason in told.value.reasons] == [
        f"The key folder holds nothing of wave {wave.wave_id.hex()[:13]}",
        "If the key folder is lost for good, type all four:",
    ]
    with pytest.raises(WaveRefused, match="Mount its device; or, if it is lost for good, say so"):
        built.unlocked(wave, *ALL)
    assert not (built.folder / "keys").exists()
    assert built.unlocked(wave, *ALL, lost=True).read(wave.wave_id, KeyName.BOX)
    assert names(built, wave) == ["sign"]


PAIRS = {
    "server and passphrase": (KeyMode.WITNESSED, (Paper.PHRASE,), False),
    "server and sheet": (KeyMode.WITNESSED, (Paper.CODE,), False),
    "passphrase and sheet": (KeyMode.WITNESSED, ALL, False),
    "server and sheet, self-hosted": (KeyMode.SELF_HOSTED, (Paper.CODE,), False),
    "passphrase and sheet, the server lost": (KeyMode.SELF_HOSTED, ALL, True),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_a_wave_counts_with_each_permitted_pair(built: House, pair: str) -> None:
    """A-09, issue 4 (done when): the same answers, the box's wraps destroyed, a record signed by the registered key."""
    mode, papers, lost = PAIRS[pair]
    wave = built.opened(mode=mode)
    given = built.fill(wave, sales=6, marketing=7)
    built.close()
    if lost:
        shutil.rmtree(built.folder / "keys")
    keys = built.unlocked(wave, *papers, lost=lost)
    record = built.count(wave, keys)
    assert (record.used, record.counted, record.spoiled) == (13, 13, 0)
    assert people_of(built.table(wave, keys)) == given
    assert names(built, wave) == (["sign"] if lost else ["share-a", "sign", "wrap-ab-stat", "wrap-ac-stat"])
    with built.sessions() as session:
        signed = session.get_one(DestructionRow, wave.wave_id)
    VerifyKey(wave.k_sign_public or b"").verify(signed.document, signed.signature)
    document = json.loads(signed.document)
    files = {file.partition("/")[0] for dead in document["destroyed"].values() for file in dead["files"]}
    assert files == ({"lost"} if lost else {"keys"})
    assert document["witness_half_destroyed"] is False
    with pytest.raises(WaveRefused, match="no longer holds its part of this wave"):
        built.unlocked(wave, Paper.CODE)


def test_without_a_share_nothing_is_counted_and_nothing_is_lost(built: House) -> None:
    """A-09: the server alone cannot, and the clock does not try: the step waits."""
    wave = built.opened(mode=KeyMode.WITNESSED)
    built.fill(wave, sales=5, marketing=5)
    built.close()
    with built.sessions.begin() as session:
        assert [step.kind for step in lifecycle.due(session, built.clock)] == [StepKind.CLOSE]
        lifecycle.close(session, wave.wave_id, built.clock)
        assert lifecycle.due(session, built.clock) == []
    with pytest.raises(CountStopped, match="has a witness: it is counted when a share is typed"):
        built.count(wave)
    assert built.keys.read(wave.wave_id, KeyName.MAIL)
    assert built.count(wave, built.unlocked(wave, Paper.PHRASE)).counted == 10


def test_what_is_left_of_a_count_once_it_is_verified_waits_for_nobody(built: House) -> None:
    """Destroying and signing take no share, so the clock finishes them."""
    wave = built.opened(mode=KeyMode.WITNESSED)
    built.fill(wave, sales=5, marketing=5)
    built.close()

    class StoppedError(Exception):
        pass

    def stop(stage: str) -> None:
        if stage == "verified":
            raise StoppedError

    with pytest.raises(StoppedError):
        built.count(wave, built.unlocked(wave, Paper.PHRASE), on_stage=stop)
    with built.sessions() as session:
        assert [step.kind for step in lifecycle.due(session, built.clock)] == [StepKind.COUNT]
    assert built.count(wave).counted == 10


def test_the_witness_confirms_the_end_of_the_half_and_the_record_says_so(built: House) -> None:
    """A-09: told of the count, confirms; until then the record says that nobody did."""
    service = built.opened()
    wave = built.opened(mode=KeyMode.WITNESSED)
    built.fill(wave, sales=5, marketing=5)
    built.close()

    def confirm() -> bool:
        with built.sessions.begin() as session:
            return destruction.confirm(session, session.get_one(Wave, wave.wave_id), keys=built.keys)

    with pytest.raises(WaveRefused, match="once the wave is counted, not before"):
        confirm()
    built.count(wave, built.unlocked(wave, Paper.CODE))
    with built.sessions() as session:
        before = json.loads(session.get_one(DestructionRow, wave.wave_id).document)
    assert before["witness_half_destroyed"] is False
    assert [confirm(), confirm()] == [True, False]
    with built.sessions() as session:
        signed = session.get_one(DestructionRow, wave.wave_id)
        assert session.get_one(Wave, wave.wave_id).witness_half_destroyed is True
    VerifyKey(wave.k_sign_public or b"").verify(signed.document, signed.signature)
    assert json.loads(signed.document) == before | {"witness_half_destroyed": True}
    with built.sessions() as session, pytest.raises(WaveRefused, match="has no witness"):
        destruction.confirm(session, session.get_one(Wave, service.wave_id), keys=built.keys)


def test_at_sign_off_the_last_wraps_and_the_servers_share_die(built: House) -> None:
    """A-08, A-09: only K_sign is left in the folder."""
    wave = built.opened(mode=KeyMode.WITNESSED)
    built.fill(wave, sales=5, marketing=5)
    built.close()
    built.count(wave, built.unlocked(wave, Paper.CODE))
    built.clock.set(CLOSES + timedelta(days=31))
    with built.sessions.begin() as session:
        found = session.get_one(Wave, wave.wave_id)
        found.state = State.RELEASED
        session.flush()
        assert lifecycle.sign_off(session, wave.wave_id, keys=built.keys, clock=built.clock)
    assert names(built, wave) == ["sign"]
