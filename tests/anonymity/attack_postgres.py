"""A database administrator with every file and every system column of a PostgreSQL wave (T4).

Belongs here: looking after each answer and each stage, and reading orders out of what was seen. Does not: what an order
is worth (`attack_linking`).
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import db_postgres
from attack_sqlite import MARK, Copies
from db_house import house
from sqlalchemy import make_url

_SEGMENT = re.compile(r"pg_wal/[0-9A-F]{24}")
_PAGE, _HEADER, _LONG_HEADER = 8_192, 24, 40
_TABLES = """
  SELECT pg_relation_filepath(c.oid) AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname IN ('public', 'pg_toast') AND c.relkind IN ('r', 'i', 't') AND c.oid >= 16384
"""
_SEGMENTS = """
  SELECT 'pg_wal/' || name AS name FROM pg_ls_waldir()
  WHERE name >= '{since}' AND name <= pg_walfile_name(pg_current_wal_lsn()) ORDER BY name
"""
_READ = """
SELECT name, pg_read_binary_file(name, 0, 1 << 29, true),
  (extract(epoch FROM (pg_stat_file(name, true)).modification) * 1e6)::bigint
FROM ({names}) AS files
"""


class PostgresAdministrator:
    """Is superuser of a house on PostgreSQL: reads files and system columns, and writes pages out whenever it likes."""

    reads_by_id = False

    def __init__(self, folder: Path) -> None:
        self._open = ExitStack()
        url = self._open.enter_context(db_postgres.database())
        self.house = house(folder, url)
        self._open.callback(self.house.engine.dispose)
        self._url = make_url(url)
        self._reading = self._open.enter_context(db_postgres.server().admin(str(self._url.database)))
        self._reading.execute("CREATE TABLE naive (id serial PRIMARY KEY, sealed bytea)")
        self._copies = Copies()
        self._since = self._position()

    def take(self) -> None:
        """Copy the log, write every page out, and copy every file of the tables."""
        log = self._read(_SEGMENTS.format(since=self._since))
        files = {name: (_records(data), mtime) for name, (data, mtime) in log.items()}
        self._since = self._position()
        # Not before: a checkpoint throws the log away that it needs no more.
        self._reading.execute("CHECKPOINT")
        self._copies.take(files | self._read(_TABLES))

    def lying(self, table: str, key: str) -> dict[bytes, int]:
        """Return the length of every sealed value in a table."""
        return dict(self._reading.execute(f"SELECT {key}, length(sealed) FROM {table}").fetchall())

    def orders(self, table: str) -> tuple[list[bytes], Mapping[str, list[Any]]]:
        """Return the sealed rows of a table at the end, and for each attack the keys that order them."""
        found = self._reading.execute(f"SELECT sealed, ctid::text, xmin::text::bigint FROM {table}").fetchall()
        sealed = [bytes(row[0]) for row in found]
        dump = self._dump(table)
        anywhere = self._copies.first(sealed)
        log = self._copies.first(sealed, lambda name: _SEGMENT.fullmatch(name) is not None)
        return sealed, {
            "rowid": list(range(len(sealed))),
            "ctid": [tuple(map(int, row[1].strip("()").split(","))) for row in found],
            "xmin": [row[2] for row in found],
            "WAL": [place and place.place for place in log],
            "length": [len(row) for row in sealed],
            "dump": [dump.find(row[-MARK:].hex()) for row in sealed],
            "mtime": [place and (place.mtime, place.moment) for place in anywhere],
        }

    def keep_naively(self, sealed: bytes) -> None:
        """Put a row into a table as anybody would make one, in a transaction of its own."""
        self._reading.execute("INSERT INTO naive (sealed) VALUES (%s)", (sealed,))

    def stop(self) -> None:
        """Let go of the database."""
        self._open.close()

    def _read(self, names: str) -> dict[str, tuple[bytes, int]]:
        found = self._reading.execute(_READ.format(names=names), binary=True)
        return {name: (data, mtime) for name, data, mtime in found if data is not None}

    def _position(self) -> str:
        row = self._reading.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone()
        assert row is not None
        return str(row[0])

    def _dump(self, table: str) -> str:
        address = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        order = [str(db_postgres._programs() / "pg_dump"), "--data-only", "--table", table, address]
        return subprocess.run(order, check=True, capture_output=True, text=True).stdout


def _records(segment: bytes) -> bytes:
    """Return a segment of the log without the headers of its pages, which cut records in the middle of a row."""
    pages = [segment[start : start + _PAGE] for start in range(0, len(segment), _PAGE)]
    return b"".join(page[_LONG_HEADER if number == 0 else _HEADER :] for number, page in enumerate(pages))
