"""Clients, waves and the sealed ballot box (A-02), destruction record, archive, audit."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

_SEALED: dict[str, Any] = {"sqlite_with_rowid": False}
_TABLES = (
    "client",
    "wave",
    "envelope",
    "spent",
    "box",
    "stat_row",
    "comment_row",
    "receipt",
    "count_record",
    "roster",
    "destruction",
    "archive",
    "audit",
)


def upgrade() -> None:
    """Create the tables."""
    _clients_and_waves()
    _box()
    _counted()
    _records()


def downgrade() -> None:
    """Drop the tables, those that point at others first."""
    for table in reversed(_TABLES):
        op.drop_table(table)


def _wave_id(**options: Any) -> sa.Column[bytes]:
    return sa.Column("wave_id", sa.LargeBinary(16), nullable=False, **options)


def _clients_and_waves() -> None:
    op.create_table(
        "client",
        sa.Column("client_id", sa.LargeBinary(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", name="pk_client"),
    )
    op.create_table(
        "wave",
        _wave_id(),
        sa.Column("client_id", sa.LargeBinary(16), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("instrument", sa.String(80), nullable=False),
        sa.Column("instrument_version", sa.String(40), nullable=False),
        sa.Column("form", sa.String(40), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("release_at", sa.DateTime(timezone=True)),
        sa.Column("released_at", sa.DateTime(timezone=True)),
        sa.Column("contact", sa.String(254), nullable=False),
        sa.Column("operator", sa.String(200)),
        sa.Column("key_mode", sa.String(16), nullable=False),
        sa.Column("floor_scale", sa.SmallInteger(), nullable=False),
        sa.Column("floor_item", sa.SmallInteger(), nullable=False),
        sa.Column("floor_comments", sa.SmallInteger(), nullable=False),
        sa.Column("invited", sa.JSON()),
        sa.Column("form_hash", sa.String(64)),
        sa.Column("prereg", sa.String(64)),
        sa.Column("promise_sha256", sa.String(64)),
        sa.Column("k_box_public", sa.LargeBinary(32)),
        sa.Column("k_stat_public", sa.LargeBinary(32)),
        sa.Column("k_sign_public", sa.LargeBinary(32)),
        sa.Column("k_mail_fingerprint", sa.LargeBinary(32)),
        sa.PrimaryKeyConstraint("wave_id", name="pk_wave"),
        sa.ForeignKeyConstraint(["client_id"], ["client.client_id"], name="fk_wave_client_id"),
        sa.UniqueConstraint("client_id", "number", name="uq_wave_client_id"),
    )


def _box() -> None:
    op.create_table(
        "envelope",
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        _wave_id(),
        sa.Column("side", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name="pk_envelope"),
        **_SEALED,
    )
    op.create_table(
        "spent",
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        _wave_id(),
        sa.PrimaryKeyConstraint("code_hash", name="pk_spent"),
        **_SEALED,
    )
    op.create_table(
        "box",
        sa.Column("ballot_id", sa.LargeBinary(32), nullable=False),
        _wave_id(),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("receipt", sa.CHAR(20), nullable=False),
        sa.Column("same", sa.LargeBinary(32), nullable=False),
        sa.Column("drops", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("ballot_id", name="pk_box"),
        **_SEALED,
    )


def _counted() -> None:
    for table in ("stat_row", "comment_row"):
        op.create_table(
            table,
            sa.Column("row_id", sa.LargeBinary(16), nullable=False),
            _wave_id(),
            sa.Column("sealed", sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint("row_id", name=f"pk_{table}"),
            **_SEALED,
        )
    op.create_table(
        "receipt",
        _wave_id(),
        sa.Column("receipt", sa.CHAR(20), nullable=False),
        sa.PrimaryKeyConstraint("wave_id", "receipt", name="pk_receipt"),
        **_SEALED,
    )
    op.create_table(
        "count_record",
        _wave_id(),
        sa.Column("stage", sa.String(16), nullable=False),
        *(sa.Column(total, sa.Integer(), nullable=False) for total in ("invited", "used", "replaced", "spoiled")),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("result_mac", sa.LargeBinary(32)),
        sa.PrimaryKeyConstraint("wave_id", name="pk_count_record"),
        **_SEALED,
    )


def _records() -> None:
    op.create_table(
        "roster",
        sa.Column("person_id", sa.LargeBinary(16), nullable=False),
        _wave_id(),
        sa.Column("side", sa.String(32), nullable=False),
        sa.Column("email", sa.String(254)),
        sa.Column("name", sa.String(200)),
        sa.Column("language", sa.String(5)),
        sa.Column("spare_no", sa.SmallInteger()),
        sa.PrimaryKeyConstraint("person_id", name="pk_roster"),
        **_SEALED,
    )
    op.create_table(
        "destruction",
        _wave_id(),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(64), nullable=False),
        sa.PrimaryKeyConstraint("wave_id", name="pk_destruction"),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.wave_id"], name="fk_destruction_wave_id"),
    )
    op.create_table(
        "archive",
        _wave_id(),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("wave_id", name="pk_archive"),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.wave_id"], name="fk_archive_wave_id"),
    )
    op.create_table(
        "audit",
        sa.Column("audit_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(254), nullable=False),
        sa.Column("event", sa.String(80), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name="pk_audit"),
    )
