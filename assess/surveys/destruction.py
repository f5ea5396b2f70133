"""The destruction record (A-08): what was counted, and which keys died with it, signed by the wave's own K_sign.

Belongs here: the document and its signature. Does not: destroying anything (`keys`, `count`).
"""

from __future__ import annotations

from datetime import date

from nacl.signing import SigningKey

from assess.instruments import hashes
from assess.surveys.keys import KeyName, KeyStore, fingerprint
from assess.surveys.states import KeyMode
from assess.surveys.tables import CountRow, DestructionRow, Wave

_DEAD = (KeyName.MAIL, KeyName.BOX)


def signed(wave: Wave, totals: CountRow, *, keys: KeyStore, day: date, head: str) -> DestructionRow:
    """Return the signed record of a wave whose K_mail and K_box are gone; `head`: of what was changed (A-15)."""
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
                    "files": list(keys.files(wave.wave_id, name, KeyMode(wave.key_mode))),
                }
                for name in _DEAD
            },
            "date": day.isoformat(),
        }
    )
    signature = SigningKey(keys.read(wave.wave_id, KeyName.SIGN)).sign(document).signature
    return DestructionRow(wave_id=wave.wave_id, document=document, signature=signature)
