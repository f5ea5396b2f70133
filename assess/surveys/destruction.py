"""The destruction record (A-08): what was counted, and which keys died with it, signed by the wave's own K_sign.

Belongs here: the document, its signature, what the witness confirms later. Does not: destroying anything (`keys`,
`count`).
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from nacl.signing import SigningKey
from sqlalchemy.orm import Session

from assess.instruments import hashes
from assess.surveys.keys import KeyName, KeyStore, fingerprint
from assess.surveys.said import said
from assess.surveys.states import KeyMode, WaveRefused
from assess.surveys.tables import CountRow, DestructionRow, Wave

_DEAD = (KeyName.MAIL, KeyName.BOX)


def told(session: Session, wave_id: bytes) -> tuple[dict[str, Any], bytes] | None:
    """Return the signed record of a wave and its signature, None before the end of its count."""
    row = session.get(DestructionRow, wave_id)
    return None if row is None else (json.loads(row.document), row.signature)


def signed(wave: Wave, totals: CountRow, *, keys: KeyStore, day: date, head: str) -> DestructionRow:
    """Return the signed record of a wave whose K_mail and K_box are gone; `head`: of what was changed (A-15)."""
    mode = KeyMode(wave.key_mode)
    fingerprints = {
        KeyName.MAIL: wave.k_mail_fingerprint or b"",
        KeyName.BOX: fingerprint(wave.k_box_public or b""),
    }
    document = hashes.canonical(
        {
            "v": 1,
            "wave": wave.wave_id.hex(),
            "prereg": wave.prereg,
            "head": head,
            "root": totals.root.hex(),
            "totals": {
                "invited": totals.invited,
                "used": totals.used,
                "replaced": totals.replaced,
                "spoiled": totals.spoiled,
                "counted": totals.counted,
            },
            "destroyed": {
                name.value: {
                    "fingerprint": fingerprints[name].hex(),
                    "files": list(keys.files(wave.wave_id, name, mode)),
                }
                for name in _DEAD
            },
            "date": day.isoformat(),
        }
        | ({"witness_half_destroyed": bool(wave.witness_half_destroyed)} if mode.witnessed else {})
    )
    return DestructionRow(wave_id=wave.wave_id, document=document, signature=_signature(document, wave, keys))


def confirm(session: Session, wave: Wave, *, keys: KeyStore) -> bool:
    """Put down that the witness destroyed the half "box" of the sheet, and sign the record anew; return if it is news.

    Until then the record says that nobody confirmed it: with that half, passphrase and code still open an old copy.
    """
    if not KeyMode(wave.key_mode).witnessed:
        raise WaveRefused(said("This wave has no witness."))
    row = session.get(DestructionRow, wave.wave_id)
    if row is None:
        raise WaveRefused(said("The witness destroys the half of the box once the wave is counted, not before."))
    if wave.witness_half_destroyed:
        return False
    wave.witness_half_destroyed = True
    row.document = hashes.canonical(json.loads(row.document) | {"witness_half_destroyed": True})
    row.signature = _signature(row.document, wave, keys)
    session.flush()
    return True


def _signature(document: bytes, wave: Wave, keys: KeyStore) -> bytes:
    return SigningKey(keys.read(wave.wave_id, KeyName.SIGN)).sign(document).signature
