"""Alembic's entry: runs revisions on the connection that `db` hands over. Nothing here knows an address."""

from __future__ import annotations

from alembic import context

from assess.surveys.db import Base

# render_as_batch: SQLite changes a table only by copying it.
context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
