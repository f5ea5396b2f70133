"""Pre-registration (A-15): what a wave will ask, of how many, and what may ever be computed, fixed before an answer.

Belongs here: the document and its hash, made of an open wave and its instrument, so that anyone can make them again.
Does not: whether a figure is released (`disclosure`).
"""

from __future__ import annotations

import hashlib
from typing import Any

from assess.disclosure.registry import Kind, Registered, registered
from assess.instruments import hashes
from assess.instruments.model import Instrument
from assess.surveys.states import KeyMode
from assess.surveys.tables import Wave


def document(wave: Wave, instrument: Instrument) -> dict[str, Any]:
    """Return everything that is fixed at opening, as plain values."""
    shells = registered(instrument, wave.form)
    return {
        "wave": wave.wave_id.hex(),
        "instrument": wave.instrument,
        "version": wave.instrument_version,
        "form": wave.form,
        "form_hash": hashes.form_hash(instrument.forms[wave.form]),
        "text_hashes": {
            locale: {code: hashes.item_hash(instrument, code, locale) for code in instrument.forms[wave.form].items}
            for locale in sorted(instrument.texts)
        },
        "promise": wave.promise_sha256,
        "mode": wave.key_mode,
        "witness": wave.witness if KeyMode(wave.key_mode).witnessed else None,
        "operator": wave.operator,
        "public_keys": {
            name: None if key is None else key.hex()
            for name, key in (
                ("box", wave.k_box_public),
                ("stat", wave.k_stat_public),
                ("sign", wave.k_sign_public),
            )
        },
        "floors": {"scale": wave.floor_scale, "item": wave.floor_item, "comments": wave.floor_comments},
        "invited": wave.invited,
        "tables": [shell.id for shell in shells],
        "margins": {shell.id: str(_margin(instrument, shell)) for shell in shells if shell.kind in _MARGINS},
        "families": families(instrument, shells),
        "opens": wave.opens_at.isoformat(),
        "closes": wave.closes_at.isoformat(),
        "zone": wave.zone,
    }


def digest(wave: Wave, instrument: Instrument) -> str:
    """Return `prereg`, 64 hex digits."""
    return hashlib.sha256(hashes.canonical(document(wave, instrument))).hexdigest()


def families(instrument: Instrument, shells: tuple[Registered, ...]) -> dict[str, list[str]]:
    """Return the families of tests (S-23): headline scales, the mirror, and everything else as exploratory."""
    found: dict[str, list[str]] = {"headline": [], "exploratory": [], "mirror": []}
    for shell in shells:
        match shell.kind:
            case Kind.MIRROR_TOPIC | Kind.MIRROR_SCALE:
                found["mirror"].append(shell.id)
            case Kind.SCALE if instrument.scales[shell.subject].headline:
                found["headline"].append(shell.id)
            case Kind.SCALE | Kind.ITEM:
                found["exploratory"].append(shell.id)
            case Kind.COMPOSITE:
                pass
    return found


_MARGINS = (Kind.SCALE, Kind.ITEM, Kind.MIRROR_SCALE)


def _margin(instrument: Instrument, shell: Registered) -> float:
    match shell.kind:
        case Kind.SCALE:
            return instrument.scales[shell.subject].margin
        case Kind.MIRROR_SCALE if instrument.mirror is not None:
            return instrument.mirror.margin
        case _:
            return instrument.items[shell.subject].margin
