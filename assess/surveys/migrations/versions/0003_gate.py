"""What the gate, witnesses, comments and the audit chain need: joiners, bands, errata, changes, risk sheets."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

_WAVE = ["wave.wave_id"]
_TABLES = (
    "prereg_change",
    "roster_print",
    "movement",
    "participation",
    "released_comment",
    "comment_decision",
    "erratum",
    "risk_sheet",
)


def upgrade() -> None:
    """Create the tables and columns."""
    op.add_column("wave", sa.Column("witness", sa.String(200)))
    op.add_column("wave", sa.Column("witness_half_destroyed", sa.Boolean()))
    op.add_column("audit", sa.Column("digest", sa.LargeBinary(32)))
    _of_wave(
        "prereg_change",
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        key="number",
    )
    op.create_table(
        "roster_print",
        sa.Column("client_id", sa.LargeBinary(16), nullable=False),
        sa.Column("print", sa.LargeBinary(16), nullable=False),
        sa.Column("side", sa.String(32), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "print", name="pk_roster_print"),
        sa.ForeignKeyConstraint(["client_id"], ["client.client_id"], name="fk_roster_print_client_id"),
    )
    _of_wave(
        "movement",
        sa.Column("side", sa.String(32), nullable=False),
        *(sa.Column(name, sa.SmallInteger(), nullable=False) for name in ("stayers", "joiners", "leavers")),
        key="side",
    )
    _of_wave(
        "participation",
        sa.Column("side", sa.String(32), nullable=False),
        sa.Column("band", sa.String(16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        key="side",
    )
    _of_wave(
        "released_comment",
        sa.Column("text_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("question", sa.String(32), nullable=False),
        sa.Column("side", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        key="text_hash",
    )
    _of_wave(
        "comment_decision",
        sa.Column("row_id", sa.LargeBinary(16), nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(32)),
        key="row_id",
        sqlite_with_rowid=False,
    )
    _of_wave(
        "erratum",
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        key="number",
    )
    _of_wave("risk_sheet", sa.Column("document", sa.LargeBinary(), nullable=False))


def downgrade() -> None:
    """Drop them."""
    for table in reversed(_TABLES):
        op.drop_table(table)
    # In place, never by a copy of the table: other tables point at these rows.
    op.drop_column("audit", "digest")
    op.drop_column("wave", "witness_half_destroyed")
    op.drop_column("wave", "witness")


def _of_wave(table: str, *columns: sa.Column[Any], key: str | None = None, **options: Any) -> None:
    op.create_table(
        table,
        sa.Column("wave_id", sa.LargeBinary(16), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("wave_id", *([key] if key else []), name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["wave_id"], _WAVE, name=f"fk_{table}_wave_id"),
        **options,
    )
