"""Alembic migrations, run by `assess db upgrade`."""
