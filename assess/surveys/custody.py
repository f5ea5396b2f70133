"""Who holds the keys of a witnessed wave: made and handed out at its opening, opened again by what people type (A-09).

Belongs here: making the shares, reading what is typed, a key store that holds opened keys in memory. Does not: the
arithmetic of shares (`shares`), files (`keys`), what is said of shares that open nothing (`unopened`), trying all of it
before a wave opens (`rehearsal`).

What is handed out or typed is in no row, no log and no message; `repr` hides it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from nacl.public import PrivateKey

from assess.surveys import keys as store
from assess.surveys import shares, unopened
from assess.surveys.keys import (
    KEY_BYTES,
    KeyFile,
    KeyFolderError,
    KeyGoneError,
    KeyName,
    KeyStore,
    PublicKeys,
    ShareFile,
)
from assess.surveys.said import Said, said
from assess.surveys.shares import MODERATE, Cost, Mistyped, NotOpened, Pair, Share
from assess.surveys.states import KeyMode, State, WaveRefused
from assess.surveys.tables import Wave
from assess.surveys.totals import Stage

_WRAP_FILES: Final = {
    (Pair.AB, KeyName.BOX): ShareFile.AB_BOX,
    (Pair.AC, KeyName.BOX): ShareFile.AC_BOX,
    (Pair.AB, KeyName.STAT): ShareFile.AB_STAT,
    (Pair.AC, KeyName.STAT): ShareFile.AC_STAT,
}
_COUNTED: Final = frozenset({State.COUNTED, State.RELEASED, State.SIGNED_OFF})


class Paper(StrEnum):
    """What stands on paper: the consultant's passphrase; the witness's code and two halves."""

    PHRASE = "phrase"
    CODE = "code"
    BOX = "box"
    RESULTS = "results"

    @property
    def bits(self) -> int:
        """Return how much it carries."""
        return {Paper.PHRASE: shares.PASSPHRASE_BITS, Paper.CODE: shares.CODE_BITS}.get(self, shares.HALF_BITS)


_HALVES: Final = {KeyName.BOX: Paper.BOX, KeyName.STAT: Paper.RESULTS}


class Misread(WaveRefused):
    """Something typed is not what is printed; `faults` says what, by paper. Nothing was tried."""

    def __init__(self, faults: Mapping[Paper, Said]) -> None:
        self.faults = dict(faults)
        super().__init__(tuple(faults.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What leaves the server at an opening, once, as it is typed later: the consultant's, and what the sheet prints."""

    passphrase: str = field(repr=False)
    code: str = field(repr=False)
    halves: Mapping[KeyName, str] = field(repr=False)

    def papers(self) -> dict[Paper, str]:
        """Return all of it by paper, as `read` takes it."""
        return {Paper.PHRASE: self.passphrase, Paper.CODE: self.code} | {
            _HALVES[name]: half for name, half in self.halves.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What people typed, checked group by group; what was left blank is absent."""

    papers: Mapping[Paper, bytes] = field(repr=False)


class OpenedKeys:
    """A key store that knows, in memory, the keys two shares opened; everything else is asked of the key folder."""

    def __init__(self, keys: KeyStore, wave_id: bytes, opened: Mapping[KeyName, bytes]) -> None:
        self._keys = keys
        self._wave_id = wave_id
        self._opened = dict(opened)

    def create(self, wave_id: bytes) -> PublicKeys:
        """Make the keys of another wave, as the key folder does."""
        return self._keys.create(wave_id)

    def store(self, wave_id: bytes, files: Mapping[KeyFile, bytes]) -> None:
        """Write files, as the key folder does."""
        self._keys.store(wave_id, files)

    def read(self, wave_id: bytes, name: KeyFile) -> bytes:
        """Return an opened key, or what the key folder holds."""
        if wave_id == self._wave_id and isinstance(name, KeyName) and name in self._opened:
            return self._opened[name]
        return self._keys.read(wave_id, name)

    def destroy(self, wave_id: bytes, name: KeyName) -> None:
        """Destroy every copy of a key in the key folder; what is in memory dies with this object."""
        self._keys.destroy(wave_id, name)

    def files(self, wave_id: bytes, name: KeyName, mode: KeyMode = KeyMode.SERVICE) -> tuple[str, ...]:
        """Return the names of a key's files, as the key folder does."""
        return self._keys.files(wave_id, name, mode)

    def holds(self, wave_id: bytes) -> bool:
        """Return whether the key folder has one of this wave."""
        return self._keys.holds(wave_id)

    def roster_key(self, client_id: bytes) -> tuple[bytes, bool]:
        """Return K_roster, as the key folder does."""
        return self._keys.roster_key(client_id)


def make(wave_id: bytes, mode: KeyMode, *, keys: KeyStore, cost: Cost = MODERATE) -> tuple[PublicKeys, Handed]:
    """Make the keys and shares of a witnessed wave; only shares and wraps reach the key folder, beside K_mail, K_sign.

    K_sign is derived from K_stat, which tells nothing of it, so that a wave whose server is lost can still sign.
    """
    private = store.generate()
    private[KeyName.SIGN] = signing(private[KeyName.STAT], wave_id)
    phrase, code = shares.passphrase(), shares.code()
    held = {
        Share.SERVER: secrets.token_bytes(KEY_BYTES),
        Share.CONSULTANT: shares.share_b(phrase, wave_id, cost=cost),
        Share.WITNESS: shares.share_c(code),
    }
    wraps = {
        (pair, name): shares.wrap(
            private[name], pair, name, wave_id=wave_id, x=held[Share(pair[0])], y=held[Share(pair[1])]
        )
        for name in shares.SHARED
        for pair in shares.pairs(mode, name)
    }
    files: dict[KeyFile, bytes] = {
        KeyName.MAIL: private[KeyName.MAIL],
        KeyName.SIGN: private[KeyName.SIGN],
        ShareFile.SERVER: held[Share.SERVER],
    }
    keys.store(wave_id, files | {_WRAP_FILES[key]: made for key, made in wraps.items() if key in _WRAP_FILES})
    handed = Handed(
        passphrase=shares.groups(phrase, shares.PASSPHRASE_BITS),
        code=shares.groups(code),
        halves={name: shares.groups(wraps[Pair.BC, name]) for name in shares.SHARED},
    )
    return store.public_of(private), handed


def signing(k_stat: bytes, wave_id: bytes) -> bytes:
    """Return K_sign of a witnessed wave."""
    return shares.hkdf(salt=wave_id, ikm=k_stat, info=b"assess/sign/v1")


def read(texts: Mapping[Paper, str]) -> Typed:
    """Return what was typed; raises `Misread` with every fault. What is blank was not typed."""
    found: dict[Paper, bytes] = {}
    faults: dict[Paper, Said] = {}
    for paper, text in texts.items():
        if not text.strip():
            continue
        try:
            found[paper] = shares.typed(text, paper.bits)
        except Mistyped as error:
            faults[paper] = error.fault
    if faults:
        raise Misread(faults)
    return Typed(papers=found)


def needed(stage: str | None) -> tuple[KeyName, ...]:
    """Return the keys that a wave still needs opened, by how far its count has come: after the seal K_stat alone."""
    return shares.SHARED if stage in (None, Stage.FROZEN) else (KeyName.STAT,)


def opened(
    wave: Wave,
    typed: Typed,
    *,
    keys: KeyStore,
    names: Sequence[KeyName] = shares.SHARED,
    cost: Cost = MODERATE,
    lost: bool = False,
) -> OpenedKeys:
    """Return the keys that a permitted pair opens, checked against the wave; raises `WaveRefused`, nothing changed.

    `lost`: the server's key folder is lost for good, and somebody who knows says so: not a device that is unplugged.
    Then the halves on the sheet stand in for its wraps, and its folder is made again with K_sign alone.
    """
    pair = _pair(typed, KeyMode(wave.key_mode), names)
    try:
        held = shares_of(wave.wave_id, pair, typed, keys=keys, cost=cost)
        found = _unlocked(wave.wave_id, pair, names, held, typed, keys=keys)
    except KeyGoneError as error:
        if KeyName.BOX in names and wave.state in _COUNTED:
            raise WaveRefused(unopened.DESTROYED) from error
        raise unopened.missing(error.file, names) from error
    except KeyFolderError as error:
        raise unopened.unreadable(error, names, folder=keys.holds(wave.wave_id)) from error
    for name in names:
        public = wave.k_box_public if name is KeyName.BOX else wave.k_stat_public
        if bytes(PrivateKey(found[name]).public_key) != public:
            raise WaveRefused(said("These shares open a key, but not the one that this wave was sealed to."))
    if not keys.holds(wave.wave_id):
        if not lost:
            raise WaveRefused(
                said(
                    "The key folder holds nothing of this wave. Mount its device; or, if it is lost for good, say so, "
                    "and the wave is counted without it."
                )
            )
        keys.store(wave.wave_id, {KeyName.SIGN: signing(found[KeyName.STAT], wave.wave_id)})
    return OpenedKeys(keys, wave.wave_id, found)


def shares_of(
    wave_id: bytes, letters: str, typed: Typed, *, keys: KeyStore, cost: Cost = MODERATE
) -> dict[Share, bytes]:
    """Return the shares of these letters: of the key folder, of the passphrase, of the code."""
    found: dict[Share, bytes] = {}
    for share in map(Share, letters):
        match share:
            case Share.SERVER:
                found[share] = keys.read(wave_id, ShareFile.SERVER)
            case Share.CONSULTANT:
                found[share] = shares.share_b(typed.papers[Paper.PHRASE], wave_id, cost=cost)
            case Share.WITNESS:
                found[share] = shares.share_c(typed.papers[Paper.CODE])
    return found


def unlock(
    wave_id: bytes, pair: Pair, name: KeyName, held: Mapping[Share, bytes], typed: Typed, *, keys: KeyStore
) -> bytes:
    """Return a private key that a pair of shares opens: its wrap lies in the key folder, for bc on the sheet."""
    wrapped = typed.papers[_HALVES[name]] if pair is Pair.BC else keys.read(wave_id, _WRAP_FILES[pair, name])
    x, y = (held[Share(letter)] for letter in pair)
    return shares.unwrap(wrapped, pair, name, wave_id=wave_id, x=x, y=y)


def at_hand(wave_id: bytes, *, keys: KeyStore) -> bool:
    """Return whether the key folder holds the server's share of a wave, so that one more is enough."""
    try:
        return bool(keys.read(wave_id, ShareFile.SERVER))
    except (KeyGoneError, KeyFolderError):
        return False


def _unlocked(
    wave_id: bytes, pair: Pair, names: Sequence[KeyName], held: Mapping[Share, bytes], typed: Typed, *, keys: KeyStore
) -> dict[KeyName, bytes]:
    """Return every key asked for; one that stays shut beside another that opens tells a bad file from a wrong share."""
    found: dict[KeyName, bytes] = {}
    shut: list[KeyName] = []
    for name in names:
        try:
            found[name] = unlock(wave_id, pair, name, held, typed, keys=keys)
        except NotOpened:
            shut.append(name)
    wraps = [_WRAP_FILES[pair, name] for name in shut if pair is not Pair.BC]
    if wraps and found:
        raise unopened.damaged(wraps[0], names)
    if shut:
        raise unopened.wrong(pair, [ShareFile.SERVER, *wraps], names)
    return found


def _pair(typed: Typed, mode: KeyMode, names: Sequence[KeyName]) -> Pair:
    """Return the pair that what was typed makes, with the server's share unless the sheet's halves stand in for it."""
    papers = typed.papers
    if Paper.CODE in papers:
        if Paper.PHRASE in papers and all(_HALVES[name] in papers for name in names):
            return Pair.BC
        return Pair.AC
    if Paper.PHRASE not in papers:
        raise WaveRefused(said("A share is missing: type the passphrase, or the code on the witness's sheet."))
    if any(Pair.AB not in shares.pairs(mode, name) for name in names):
        raise WaveRefused(
            said(
                "The passphrase is not enough: your own firm runs this server, so the box opens only with the code on "
                "the witness's sheet."
            )
        )
    return Pair.AB
