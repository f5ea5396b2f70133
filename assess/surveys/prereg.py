"""Pre-registration (A-15): what a wave will ask, of how many, and what may ever be computed, fixed before an answer.

Belongs here: the document and its hash, made of an open wave and its instrument, so that anyone can make them again;
the chain of what was changed after opening, each hash over the one before: H(prereg + change). Does not: whether a
figure is released (`disclosure`), who may change what (`amend`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assess.disclosure.registry import Kind, Registered, registered
from assess.instruments import hashes
from assess.instruments.model import Instrument
from assess.surveys.states import KeyMode
from assess.surveys.tables import PreregChangeRow, Wave


class Change(StrEnum):
    """What may happen to a wave after opening that people must be able to see."""

    EXTENSION = "extension"
    """Ballots are taken longer than was told at first."""
    SPARE = "spare"
    """A late joiner was given a spare of a side."""
    WITHDRAWAL = "withdrawal"
    """The wave was withdrawn: no result exists."""


def document(wave: Wave, instrument: Instrument, *, closes_at: datetime | None = None) -> dict[str, Any]:
    """Return everything that is fixed at opening, as plain values; `closes_at`: as told then, if it was extended."""
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
        "closes": (closes_at or wave.closes_at).isoformat(),
        "zone": wave.zone,
    }


def digest(wave: Wave, instrument: Instrument, *, closes_at: datetime | None = None) -> str:
    """Return `prereg`, 64 hex digits; `closes_at`: as told at opening, if the wave was extended."""
    return hashlib.sha256(hashes.canonical(document(wave, instrument, closes_at=closes_at))).hexdigest()


def fix(session: Session, wave: Wave, instrument: Instrument) -> str:
    """Store what is fixed at opening as number 0 of the chain: it outlives the questionnaire; return `prereg`."""
    fixed = hashes.canonical(document(wave, instrument))
    found = hashlib.sha256(fixed).hexdigest()
    session.add(PreregChangeRow(wave_id=wave.wave_id, number=0, document=fixed, digest=found))
    session.flush()
    return found


def change(session: Session, wave: Wave, kind: Change, **what: str | int) -> str:
    """Chain a change to what was fixed, in the transaction of the change; return the new head, 64 hex digits."""
    links = _links(session, wave.wave_id)
    if not links:
        raise LookupError(f"wave {wave.number} was never opened: there is nothing that a change could be chained to")
    told = hashes.canonical({"change": kind.value, **what})
    found = hashlib.sha256(bytes.fromhex(links[-1].digest) + told).hexdigest()
    session.add(PreregChangeRow(wave_id=wave.wave_id, number=len(links), document=told, digest=found))
    session.flush()
    return found


def head(session: Session, wave: Wave) -> str:
    """Return the hash of the last change, or `prereg` itself; empty before opening."""
    links = _links(session, wave.wave_id)
    return links[-1].digest if links else wave.prereg or ""


def fixed(session: Session, wave: Wave) -> dict[str, Any] | None:
    """Return what was fixed at opening, as it was stored then."""
    links = _links(session, wave.wave_id)
    return None if not links else _read(links[0])


def changes(session: Session, wave: Wave) -> list[dict[str, Any]]:
    """Return the changes after opening in order, each with its kind under `change`."""
    return [_read(link) for link in _links(session, wave.wave_id)[1:]]


def holds(session: Session, wave: Wave, instrument: Instrument) -> bool:
    """Return whether wave and instrument, made into a document again, still hash to `prereg`, and the chain holds.

    An extension moves the closing of the wave; the document names the one that was told at opening.
    """
    links = _links(session, wave.wave_id)
    closes_at = None
    found = hashlib.sha256()
    for link in links:
        found = hashlib.sha256((found.digest() if link.number else b"") + link.document)
        if link.digest != found.hexdigest():
            return False
        told = _read(link)
        if told.get("change") == Change.EXTENSION and closes_at is None:
            closes_at = datetime.fromisoformat(told["from"])
    first = links[0].digest if links else wave.prereg
    return wave.prereg is not None and first == wave.prereg == digest(wave, instrument, closes_at=closes_at)


def late_joiners(session: Session, wave: Wave) -> dict[str, int]:
    """Return how many late joiners each side was given a spare for; a side without one is not named."""
    found = Counter(told["side"] for told in changes(session, wave) if told["change"] == Change.SPARE)
    return dict(sorted(found.items()))


def _links(session: Session, wave_id: bytes) -> list[PreregChangeRow]:
    asked = select(PreregChangeRow).where(PreregChangeRow.wave_id == wave_id).order_by(PreregChangeRow.number)
    return list(session.scalars(asked))


def _read(link: PreregChangeRow) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(link.document)
    return told


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
