"""What anybody may download of a counted wave: its receipts, and the record that `assess verify` checks them by (A-10).

Belongs here: the two files as bytes, and the totals in them. Does not: any result, any page, the check itself
(`assess.verify`, which reads these files and shares no code with this room).
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from assess.instruments import hashes
from assess.surveys import prereg, totals
from assess.surveys.tables import DestructionRow, ReceiptRow, Wave
from assess.surveys.totals import CountRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Destruction:
    """The signed record of the keys that died, as it is told on a page: `day` as signed, `signature` in hex."""

    day: str
    signature: str
    files: tuple[str, ...]


def counted(session: Session, wave: Wave) -> CountRecord | None:
    """Return the totals of a finished count; None before it, and for a wave that was withdrawn before its count."""
    return totals.record(session, wave.wave_id)


def receipts(session: Session, wave: Wave) -> bytes | None:
    """Return the receipts of a counted wave, sorted, one a line; None before the count."""
    if counted(session, wave) is None:
        return None
    asked = select(ReceiptRow.receipt).where(ReceiptRow.wave_id == wave.wave_id)
    return "".join(f"{receipt}\n" for receipt in sorted(session.scalars(asked))).encode("ascii")


def record(session: Session, wave: Wave) -> bytes | None:
    """Return the record of a counted wave as canonical JSON; None before the count, or where none was signed.

    `signed`: the destruction record, `signature` by K_sign; `rules`: what was fixed at opening, which names K_sign's
    public key and hashes to `prereg`; `changes`: what was changed after it.
    """
    row = session.get(DestructionRow, wave.wave_id)
    rules = prereg.fixed(session, wave)
    if row is None or rules is None or counted(session, wave) is None:
        return None
    told = {
        "signed": json.loads(row.document),
        "signature": row.signature.hex(),
        "rules": rules,
        "changes": prereg.changes(session, wave),
    }
    return hashes.canonical(told) + b"\n"


def destruction(session: Session, wave: Wave) -> Destruction | None:
    """Return what the destruction record says of a counted wave."""
    row = session.get(DestructionRow, wave.wave_id)
    if row is None:
        return None
    document = json.loads(row.document)
    files = tuple(file for dead in document["destroyed"].values() for file in dead["files"])
    return Destruction(day=document["date"], signature=row.signature.hex(), files=files)
