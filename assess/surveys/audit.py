"""The audit log: acts of staff, chained; never a code, a receipt, an address or an answer (U-101).

Belongs here: the closed list of acts, writing one, checking the chain. Does not: what staff may do.

A row's digest is H(digest of the row before + canonical JSON of at, actor, event, detail). Rows written before
migration 0003 have no digest: the chain begins after them, and says nothing about them. Whoever can write to the
database can make a whole new chain; a head kept elsewhere, daily (A-33), is what such a chain does not lead to.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from assess.instruments import hashes
from assess.surveys.db import DatabaseClock
from assess.surveys.tables import AuditRow

__all__ = ["START", "Broken", "Event", "Head", "check", "head", "record", "recorded_setting"]

START: Final = hashlib.sha256(b"assess/audit/v1\0").digest()
"""What the first chained row has for the digest of the row before it."""
_LOCK: Final = 0x61_75_64_69_74
"""Number of PostgreSQL's advisory lock over the end of the chain."""
_BATCH: Final = 1000
_TELLING: Final = re.compile(
    r"@|\b[0-9a-hjkmnp-z]{4}(?:[ -][0-9a-hjkmnp-z]{4}){3}\b|\b(?=[a-z]*\d)[0-9a-hjkmnp-z]{16}\b|\b[0-9a-f]{20}\b",
    re.IGNORECASE,
)
"""Shapes of an address, a one-time code and a receipt."""


class Event(StrEnum):
    """Every act that is written down."""

    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    STAFF_ADDED = "staff added"
    CLIENT_ADDED = "client added"
    CLIENT_ASSIGNED = "client assigned"
    WAVE_DRAFTED = "wave drafted"
    DRAFT_CHANGED = "draft changed"
    WAVE_OPENED = "wave opened"
    OPENING_REFUSED = "opening refused"
    WAVE_EXTENDED = "wave extended"
    WAVE_WITHDRAWN = "wave withdrawn"
    WAVE_COUNTED = "wave counted"
    COUNT_REFUSED = "count refused"
    WAVE_SIGNED_OFF = "wave signed off"
    ROSTER_IMPORTED = "roster imported"
    CARDS_SHOWN = "cards shown"
    SHEET_PRINTED = "witness sheet printed"
    SHARE_GIVEN = "share given"
    SHARE_REFUSED = "share refused"
    KEY_DESTROYED = "key destroyed"
    KEYS_MISSING = "keys missing"
    COMMENTS_EDITED = "comments edited"
    COMMENTS_DONE = "comments done"
    COMMENTS_REFUSED = "comments refused"
    RELEASE_SET = "release set"
    RELEASE_REFUSED = "release refused"
    REPORT_DOWNLOADED = "report downloaded"
    ERRATUM_RELEASED = "erratum released"
    SETTING_CHANGED = "setting changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of the chain: what an operator keeps elsewhere."""

    audit_id: int
    at: datetime
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The first link that does not hold; `audit_id` is None when the chain never reaches a head that was kept."""

    audit_id: int | None
    why: str


def record(session: Session, actor: str, event: Event, detail: str = "") -> None:
    """Write down that `actor` did `event`, in the transaction of the act itself; writers queue, so no chain forks."""
    if found := _TELLING.search(detail):
        # Refused before it is written: nothing in this log may be taken back.
        raise ValueError(
            f"the detail of {event.value!r} has the shape of an address, a code or a receipt at {found.start()}"
        )
    _queue(session)
    previous = session.scalar(
        select(AuditRow.digest).where(AuditRow.digest.is_not(None)).order_by(AuditRow.audit_id.desc()).limit(1)
    )
    at = DatabaseClock().now(session)
    digest = _link(previous or START, at=at, actor=actor, event=event.value, detail=detail)
    session.add(AuditRow(at=at, actor=actor, event=event.value, detail=detail, digest=digest))
    session.flush()


def recorded_setting(session: Session, actor: str, setting: str) -> bool:
    """Write down how an installation is set if that is not what was last written; return whether it was."""
    setting = _TELLING.sub("…", setting)
    last = session.scalar(
        select(AuditRow.detail)
        .where(AuditRow.event == Event.SETTING_CHANGED)
        .order_by(AuditRow.audit_id.desc())
        .limit(1)
    )
    if last == setting:
        return False
    record(session, actor, Event.SETTING_CHANGED, setting)
    return True


def head(session: Session) -> Head | None:
    """Return the end of the chain, None while nothing is chained."""
    last = session.execute(
        select(AuditRow.audit_id, AuditRow.at, AuditRow.digest).order_by(AuditRow.audit_id.desc()).limit(1)
    ).one_or_none()
    if last is None or last.digest is None:
        return None
    return Head(audit_id=last.audit_id, at=last.at, digest=last.digest)


def check(session: Session, *, kept: bytes | None = None) -> Broken | None:
    """Return the first broken link, None when all hold; `kept` is a head from elsewhere that the chain must pass."""
    previous, begun, passed = START, False, kept is None
    chain = (
        select(AuditRow.audit_id, AuditRow.at, AuditRow.actor, AuditRow.event, AuditRow.detail, AuditRow.digest)
        .order_by(AuditRow.audit_id)
        .execution_options(yield_per=_BATCH)
    )
    with session.execute(chain) as rows:
        for row in rows:
            if row.digest is None:
                if begun:
                    return Broken(audit_id=row.audit_id, why="the row is not chained, though the chain began before it")
                continue
            begun = True
            if row.digest != _link(previous, at=row.at, actor=row.actor, event=row.event, detail=row.detail):
                return Broken(
                    audit_id=row.audit_id,
                    why="the row is not what was written, or a row before it was added, removed or moved",
                )
            previous = row.digest
            passed = passed or row.digest == kept
    return None if passed else Broken(audit_id=None, why="the head that was kept is not in the chain: its end was cut")


def _queue(session: Session) -> None:
    """Wait until no other transaction is at the end of the chain; SQLite's write lock does so from its BEGIN."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})


def _link(previous: bytes, *, at: datetime, actor: str, event: str, detail: str) -> bytes:
    written = {
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": actor,
        "event": event,
        "detail": detail,
    }
    return hashlib.sha256(previous + hashes.canonical(written)).digest()
