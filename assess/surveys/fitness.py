"""Whether a box, its form and its keys are fit to be counted: looked at before the first key dies (A-08).

Belongs here: reading and comparing. Does not: opening a ballot, changing a row or a key (`count`).
"""

from __future__ import annotations

from typing import Final

from nacl.public import PrivateKey
from nacl.signing import SigningKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assess.instruments import hashes
from assess.instruments.model import Instrument
from assess.surveys import receipts, stops
from assess.surveys.keys import KeyFolderError, KeyGoneError, KeyName, KeyStore
from assess.surveys.said import Said, said
from assess.surveys.states import KeyMode
from assess.surveys.stops import CountStopped
from assess.surveys.tables import BoxRow, CountRow, SpentRow, Wave

NEEDED: Final = (KeyName.BOX, KeyName.STAT, KeyName.SIGN)
"""Keys that the later stages need."""
BEGUN: Final = said(
    "The count has begun and is not done. It goes on by itself; on the server, the command assess due says what stops "
    "it."
)
_BATCH: Final = 500


def check(session: Session, wave: Wave, instrument: Instrument, keys: KeyStore) -> tuple[list[str], int]:
    """Return the receipts in a box that is fit to be counted, and how many ballots a later one replaced.

    Raises `CountStopped` with what does not add up, and `keys.KeyFolderError`.
    """
    used = session.scalar(select(func.count()).select_from(SpentRow).where(SpentRow.wave_id == wave.wave_id)) or 0
    found, replaced, altered = looked_over(session, wave)
    if len(found) != used:
        raise stops.unequal(wave.label, used, len(found))
    if len(set(found)) != used:
        raise stops.twins(wave.label)
    if altered:
        # Counted as it lies, it would be spoiled, and its owner would find the receipt on the list.
        raise stops.altered(wave.label, altered, stops.INTACT)
    check_form(wave, instrument)
    for name in NEEDED:
        private(wave, name, keys)
    return found, replaced


def obstacle(session: Session, wave: Wave, instrument: Instrument, keys: KeyStore) -> list[Said]:
    """Return why a closed wave cannot be counted as it lies, then the remedy; empty when nothing is in the way.

    Of a count that has begun, only that it is not done: what stopped it is found by going on with it.
    """
    if session.get(CountRow, wave.wave_id) is not None:
        return [BEGUN]
    try:
        check(session, wave, instrument, keys)
    except CountStopped as stopped:
        return list(stopped.told)
    except KeyFolderError as broken:
        return [broken.fault]
    return []


def looked_over(session: Session, wave: Wave) -> tuple[list[str], int, int]:
    """Return the receipts in the box, how many ballots a later one replaced, how many do not fit their receipt."""
    rows = session.execute(
        select(BoxRow.receipt, BoxRow.drops, BoxRow.sealed)
        .where(BoxRow.wave_id == wave.wave_id)
        .execution_options(yield_per=_BATCH)
    )
    found: list[str] = []
    replaced = altered = 0
    for lying in rows:
        found.append(lying.receipt)
        replaced += lying.drops - 1
        altered += receipts.receipt(lying.sealed) != lying.receipt
    return found, replaced, altered


def check_form(wave: Wave, instrument: Instrument) -> None:
    """Stop when answers would be read by another form than people saw."""
    if (wave.instrument, wave.instrument_version, wave.form_hash) != (
        instrument.id,
        instrument.version,
        hashes.form_hash(instrument.forms[wave.form]),
    ):
        raise stops.other_form(wave.label, instrument.id, instrument.version)


def private(wave: Wave, name: KeyName, keys: KeyStore) -> bytes:
    """Return a private key of a wave, which is the one that it was opened with."""
    file = f"{wave.wave_id.hex()}/{name}"
    try:
        private = keys.read(wave.wave_id, name)
    except KeyGoneError as error:
        if KeyMode(wave.key_mode).witnessed and name is not KeyName.SIGN:
            raise stops.no_share(wave.label) from error
        raise stops.no_key(wave.label, file) from error
    of_sign = name is KeyName.SIGN
    public = bytes(SigningKey(private).verify_key) if of_sign else bytes(PrivateKey(private).public_key)
    if public != {KeyName.BOX: wave.k_box_public, KeyName.STAT: wave.k_stat_public}.get(name, wave.k_sign_public):
        raise stops.other_key(wave.label, file)
    return private
