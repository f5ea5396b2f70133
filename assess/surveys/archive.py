"""The archive: the facts of each wave as canonical JSON bytes, the record from which every output is drawn again.

Belongs here: storing and finding bytes. Does not: what they say (`reports.facts`),
when a wave is released (`lifecycle`).
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from assess.surveys.said import said
from assess.surveys.states import State, WaveRefused
from assess.surveys.tables import ArchiveRow, RiskSheetRow, Wave


def store(session: Session, wave: Wave, facts: bytes) -> None:
    """Store the facts of a wave; once the wave is released they can only be stored again unchanged."""
    row = session.get(ArchiveRow, wave.wave_id)
    if row is None:
        session.add(ArchiveRow(wave_id=wave.wave_id, facts=facts))
    elif row.facts != facts:
        if wave.state is not State.COUNTED:
            raise WaveRefused(
                said("The facts of a wave that is not counted, or is released already, are never changed.")
            )
        row.facts = facts
    session.flush()


def load(session: Session, wave: Wave) -> bytes | None:
    """Return the stored facts of a wave."""
    return session.scalar(select(ArchiveRow.facts).where(ArchiveRow.wave_id == wave.wave_id))


def store_sheet(session: Session, wave: Wave, document: bytes) -> None:
    """Store the risk sheet of a wave at its release (A-34); it is never changed."""
    if session.get(RiskSheetRow, wave.wave_id) is None:
        session.add(RiskSheetRow(wave_id=wave.wave_id, document=document))
        session.flush()


def sheet(session: Session, wave: Wave) -> bytes | None:
    """Return the risk sheet of a wave, None before its release."""
    return session.scalar(select(RiskSheetRow.document).where(RiskSheetRow.wave_id == wave.wave_id))


def earlier(session: Session, wave: Wave) -> list[bytes]:
    """Return the facts of the client's released waves before this one, by number."""
    return list(
        session.scalars(
            select(ArchiveRow.facts)
            .join(Wave, Wave.wave_id == ArchiveRow.wave_id)
            .where(
                Wave.client_id == wave.client_id,
                Wave.number < wave.number,
                Wave.state.in_([State.RELEASED, State.SIGNED_OFF]),
            )
            .order_by(Wave.number)
        )
    )
