"""Staff: accounts, roles, and the clients each account may see."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "staff",
        sa.Column("staff_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("password", sa.String(255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name="pk_staff"),
        sa.UniqueConstraint("email", name="uq_staff_email"),
        sa.UniqueConstraint("fs_uniquifier", name="uq_staff_fs_uniquifier"),
    )
    op.create_table(
        "role",
        sa.Column("role_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("role_id", name="pk_role"),
        sa.UniqueConstraint("name", name="uq_role_name"),
    )
    op.create_table(
        "staff_role",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "role_id", name="pk_staff_role"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.staff_id"], name="fk_staff_role_staff_id"),
        sa.ForeignKeyConstraint(["role_id"], ["role.role_id"], name="fk_staff_role_role_id"),
    )
    op.create_table(
        "client_staff",
        sa.Column("client_id", sa.LargeBinary(16), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "staff_id", name="pk_client_staff"),
        sa.ForeignKeyConstraint(["client_id"], ["client.client_id"], name="fk_client_staff_client_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.staff_id"], name="fk_client_staff_staff_id"),
    )


def downgrade() -> None:
    """Drop the tables, those that point at others first."""
    for table in ("client_staff", "staff_role", "role", "staff"):
        op.drop_table(table)
