"""The rehearsal at an opening: every permitted way to the keys opens a test ballot, or the wave does not open (A-09).

Belongs here: sealing a test ballot to new keys and opening it again. Does not: any ballot of a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from assess.instruments import hashes
from assess.instruments.model import Instrument
from assess.surveys import ballots, custody, shares
from assess.surveys.ballots import Ballot
from assess.surveys.custody import Handed
from assess.surveys.keys import KeyFolderError, KeyGoneError, KeyName, KeyStore, PublicKeys
from assess.surveys.said import said
from assess.surveys.shares import MODERATE, Cost, Share
from assess.surveys.states import KeyMode, WaveRefused
from assess.surveys.tables import Wave


def rehearse(
    wave: Wave,
    public: PublicKeys,
    handed: Handed | None,
    *,
    instrument: Instrument,
    keys: KeyStore,
    cost: Cost = MODERATE,
) -> None:
    """Open a test ballot, and a test row, in every permitted way, from the disk and from what is printed.

    Raises `WaveRefused` when one does not open, after the new keys are destroyed: an opening that is refused leaves
    nothing.
    """
    ballot = Ballot(side=instrument.sides[0].code, answers={}, comments={})
    plain = {
        KeyName.BOX: ballots.written(
            ballot,
            wave_id=wave.wave_id,
            form_hash=hashes.form_hash(instrument.forms[wave.form]),
            room=ballots.size(instrument, wave.form),
        ),
        KeyName.STAT: ballots.stat_row(ballot),
    }
    sealed = {
        KeyName.BOX: SealedBox(PublicKey(public.box)).encrypt(plain[KeyName.BOX]),
        KeyName.STAT: SealedBox(PublicKey(public.stat)).encrypt(plain[KeyName.STAT]),
    }
    for way, name, key in _ways(wave, handed, keys, cost):
        if key is None or _opened(sealed[name], key) != plain[name]:
            for each in KeyName:
                keys.destroy(wave.wave_id, each)
            raise WaveRefused(
                said(
                    "The new keys were tried on a test ballot, and {way} did not open it. The wave stays a draft; look "
                    "at the device of the key folder, then open it again.",
                    way=way,
                )
            )


def _ways(wave: Wave, handed: Handed | None, keys: KeyStore, cost: Cost) -> Iterator[tuple[str, KeyName, bytes | None]]:
    """Yield each way to a key: its name, the key, and what it gives."""
    if handed is None:
        for name in shares.SHARED:
            yield f"K_{name}", name, _given(partial(keys.read, wave.wave_id, name))
        return
    typed = custody.read(handed.papers())
    held = custody.shares_of(wave.wave_id, "".join(Share), typed, keys=keys, cost=cost)
    for name in shares.SHARED:
        for pair in shares.pairs(KeyMode(wave.key_mode), name):
            given = _given(partial(custody.unlock, wave.wave_id, pair, name, held, typed, keys=keys))
            yield f"{pair}/{name}", name, given


def _given(way: Callable[[], bytes]) -> bytes | None:
    try:
        return way()
    except (shares.NotOpened, KeyGoneError, KeyFolderError):
        return None


def _opened(sealed: bytes, private: bytes) -> bytes | None:
    try:
        return SealedBox(PrivateKey(private)).decrypt(sealed)
    except CryptoError:
        return None
