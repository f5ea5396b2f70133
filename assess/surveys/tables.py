"""The tables of clients, waves and the sealed ballot box (A-02).

Belongs here: columns, and nothing that acts on them. A-02's tables (envelope, spent, box, stat_row, comment_row,
receipt, count_record, roster) hold exactly the columns of the specification: no other column, default, trigger,
sequence, foreign key (PostgreSQL keeps those by triggers), date or time; on SQLite they are WITHOUT ROWID, because a
rowid is an order of arrival. Does not: staff (`staff`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import CHAR, JSON, Date, Enum, ForeignKey, LargeBinary, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assess.surveys.db import Base, Moment
from assess.surveys.states import State

A02: Final = ("envelope", "spent", "box", "stat_row", "comment_row", "receipt", "count_record", "roster")
"""Names of the tables whose columns A-02 fixes."""

_STATE: Final = Enum(State, native_enum=False, length=16, values_callable=lambda states: [s.value for s in states])
_SEALED: Final[dict[str, Any]] = {"sqlite_with_rowid": False}


class Client(Base):
    """A company assessed. `zone` is the IANA zone in which its waves open and close."""

    __tablename__ = "client"

    client_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(String(64))
    country: Mapped[str] = mapped_column(String(2))
    created_on: Mapped[date] = mapped_column(Date)


class Wave(Base):
    """One administration of one form of one instrument version in one client; frozen from opening but for its state."""

    __tablename__ = "wave"
    __table_args__ = (UniqueConstraint("client_id", "number"),)

    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    client_id: Mapped[bytes] = mapped_column(LargeBinary(16), ForeignKey("client.client_id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    label: Mapped[str] = mapped_column(String(80))
    instrument: Mapped[str] = mapped_column(String(80))
    instrument_version: Mapped[str] = mapped_column(String(40))
    form: Mapped[str] = mapped_column(String(40))
    state: Mapped[State] = mapped_column(_STATE)
    zone: Mapped[str] = mapped_column(String(64))
    opens_at: Mapped[datetime] = mapped_column(Moment)
    closes_at: Mapped[datetime] = mapped_column(Moment)
    release_at: Mapped[datetime | None] = mapped_column(Moment)
    released_at: Mapped[datetime | None] = mapped_column(Moment)
    contact: Mapped[str] = mapped_column(String(254))
    operator: Mapped[str | None] = mapped_column(String(200))
    key_mode: Mapped[str] = mapped_column(String(16))
    floor_scale: Mapped[int] = mapped_column(SmallInteger)
    floor_item: Mapped[int] = mapped_column(SmallInteger)
    floor_comments: Mapped[int] = mapped_column(SmallInteger)
    invited: Mapped[dict[str, int] | None] = mapped_column(JSON)
    form_hash: Mapped[str | None] = mapped_column(String(64))
    prereg: Mapped[str | None] = mapped_column(String(64))
    promise_sha256: Mapped[str | None] = mapped_column(String(64))
    k_box_public: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    k_stat_public: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    k_sign_public: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    k_mail_fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    witness: Mapped[str | None] = mapped_column(String(200))
    witness_half_destroyed: Mapped[bool | None]


class EnvelopeRow(Base):
    """Who may drop: the hash of a code and the side it carries. Inserted in hash order at opening; to the count."""

    __tablename__ = "envelope"
    __table_args__ = _SEALED

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16))
    side: Mapped[str] = mapped_column(String(32))


class SpentRow(Base):
    """Envelopes used; to the count."""

    __tablename__ = "spent"
    __table_args__ = _SEALED

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16))


class BoxRow(Base):
    """A sealed ballot, of one size for all, under a key that only its code leads to; to the count."""

    __tablename__ = "box"
    __table_args__ = _SEALED

    ballot_id: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    receipt: Mapped[str] = mapped_column(CHAR(20))
    same: Mapped[bytes] = mapped_column(LargeBinary(32))
    drops: Mapped[int] = mapped_column(SmallInteger)


class StatRow(Base):
    """One person's answers after the shuffle, sealed to K_stat, 2,096 bytes; to sign-off."""

    __tablename__ = "stat_row"
    __table_args__ = _SEALED

    row_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class CommentRow(Base):
    """One comment, shuffled apart from the answers, sealed to K_stat, 8,240 bytes; to sign-off."""

    __tablename__ = "comment_row"
    __table_args__ = _SEALED

    row_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ReceiptRow(Base):
    """Receipts of the ballots counted (A-10); kept."""

    __tablename__ = "receipt"
    __table_args__ = _SEALED

    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    receipt: Mapped[str] = mapped_column(CHAR(20), primary_key=True)


class CountRow(Base):
    """Where the count stands, and its totals; kept."""

    __tablename__ = "count_record"
    __table_args__ = _SEALED

    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    stage: Mapped[str] = mapped_column(String(16))
    invited: Mapped[int]
    used: Mapped[int]
    replaced: Mapped[int]
    spoiled: Mapped[int]
    counted: Mapped[int]
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    result_mac: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class PersonRow(Base):
    """A row of the roster: U-70's columns. Never a code, a hash or "answered"; deleted 30 days after close."""

    __tablename__ = "roster"
    __table_args__ = _SEALED

    person_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16))
    side: Mapped[str] = mapped_column(String(32))
    email: Mapped[str | None] = mapped_column(String(254))
    name: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str | None] = mapped_column(String(5))
    spare_no: Mapped[int | None] = mapped_column(SmallInteger)


class DestructionRow(Base):
    """The record of the keys that died with the count, as signed by K_sign (A-08); kept."""

    __tablename__ = "destruction"

    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16), ForeignKey("wave.wave_id"), primary_key=True)
    document: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))


class ArchiveRow(Base):
    """The facts of a wave as canonical JSON: suppressed, coded, rounded; kept."""

    __tablename__ = "archive"

    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16), ForeignKey("wave.wave_id"), primary_key=True)
    facts: Mapped[bytes] = mapped_column(LargeBinary)


class AuditRow(Base):
    """An act of staff. Never a code, a receipt, an address or an answer (U-101)."""

    __tablename__ = "audit"

    audit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(254))
    event: Mapped[str] = mapped_column(String(80))
    detail: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class PreregChangeRow(Base):
    """A change after opening, chained to the pre-registration: an extension, a spare given (A-15); kept."""

    __tablename__ = "prereg_change"

    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16), ForeignKey("wave.wave_id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    document: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))


class RosterPrintRow(Base):
    """Keyed fingerprint of an address of the client's last roster (A-13); to the next opening, at most 400 days."""

    __tablename__ = "roster_print"

    client_id: Mapped[bytes] = mapped_column(LargeBinary(16), ForeignKey("client.client_id"), primary_key=True)
    print: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    side: Mapped[str] = mapped_column(String(32))
    kept_until: Mapped[date] = mapped_column(Date)


class MovementRow(Base):
    """How many people of a side stayed, joined and left since the client's wave before (A-13 R5); kept."""

    __tablename__ = "movement"

    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16), ForeignKey("wave.wave_id"), primary_key=True)
    side: Mapped[str] = mapped_column(String(32), primary_key=True)
    stayers: Mapped[int] = mapped_column(SmallInteger)
    joiners: Mapped[int] = mapped_column(SmallInteger)
    leavers: Mapped[int] = mapped_column(SmallInteger)


class ParticipationRow(Base):
    """The band of a side's participation, overwritten once a day while a wave is open (A-16)."""

    __tablename__ = "participation"

    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16), ForeignKey("wave.wave_id"), primary_key=True)
    side: Mapped[str] = mapped_column(String(32), primary_key=True)
    band: Mapped[str] = mapped_column(String(16))
    day: Mapped[date] = mapped_column(Date)


class ReleasedCommentRow(Base):
    """A comment as the desk released it, redacted or paraphrased, apart from every score (A-18); kept."""

    __tablename__ = "released_comment"

    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16), ForeignKey("wave.wave_id"), primary_key=True)
    text_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    question: Mapped[str] = mapped_column(String(32))
    side: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)


class CommentDecisionRow(Base):
    """What the desk decided about a counted comment, and the hash of what it released of it; to sign-off (A-18)."""

    __tablename__ = "comment_decision"
    __table_args__ = _SEALED

    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16), ForeignKey("wave.wave_id"), primary_key=True)
    row_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    decision: Mapped[str] = mapped_column(String(16))
    text_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class ErratumRow(Base):
    """Facts that correct a release, audited together with it (A-13); kept."""

    __tablename__ = "erratum"

    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16), ForeignKey("wave.wave_id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    facts: Mapped[bytes] = mapped_column(LargeBinary)


class RiskSheetRow(Base):
    """The risk sheet of a wave as canonical JSON (A-34); kept."""

    __tablename__ = "risk_sheet"

    wave_id: Mapped[bytes] = mapped_column(LargeBinary(16), ForeignKey("wave.wave_id"), primary_key=True)
    document: Mapped[bytes] = mapped_column(LargeBinary)
