"""Houses lent to a test, on the engine it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import db_postgres
from db_house import House, house

ENGINES = ("sqlite", "postgresql")


@contextmanager
def lent(engine: str, folder: Path) -> Iterator[House]:
    """Lend a house on an engine, gone afterwards."""
    if engine == "sqlite":
        made = house(folder)
        yield made
        made.engine.dispose()
        return
    with db_postgres.database() as url:
        made = house(folder, url)
        yield made
        made.engine.dispose()
