"""A database administrator with every file of a SQLite wave, copied after each answer and each stage (T4).

Belongs here: copying, and reading orders out of the copies. Does not: what an order is worth (`attack_linking`).
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from db_house import OPENS, House

from assess.surveys import db
from assess.surveys.keys import FileKeys

LOG = "-wal"
_BLOCK = 4_096
MARK = 24
"""Bytes at the end of a sealed row by which it is found again; an overflow page, written in turn, holds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """Bytes that one copy has and the copy before had not."""

    moment: int
    file: str
    offset: int
    data: bytes
    mtime: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where a row first stood."""

    moment: int
    place: tuple[str, int]
    """File, and byte in it."""
    mtime: int


class Copies:
    """Copies of files; of each, what is new in it is kept."""

    def __init__(self) -> None:
        self._last: dict[str, bytes] = {}
        self._moment = 0
        self.fresh: list[Fresh] = []

    def take(self, files: Mapping[str, tuple[bytes, int]]) -> None:
        """Take files as they lie on the disk now: of each its bytes and its modification time."""
        self._moment += 1
        for name, (data, mtime) in files.items():
            for start, end in _changed(self._last.get(name, b""), data):
                piece = data[start:end]
                self.fresh.append(Fresh(moment=self._moment, file=name, offset=start, data=piece, mtime=mtime))
            self._last[name] = data

    def first(self, sealed: Sequence[bytes], among: Callable[[str], bool] = bool) -> list[Found | None]:
        """Return where each row first stood, in any file or among some."""
        found: dict[bytes, Found] = {}
        waiting = {row[-MARK:] for row in sealed}
        for piece in self.fresh:
            if among(piece.file):
                for mark in list(waiting):
                    at = piece.data.find(mark)
                    if at >= 0:
                        place = (piece.file, piece.offset + at)
                        found[mark] = Found(moment=piece.moment, place=place, mtime=piece.mtime)
                        waiting.discard(mark)
        return [found.get(row[-MARK:]) for row in sealed]


class SqliteAdministrator:
    """Has every file of a house on SQLite; `template` is an empty database at the newest revision."""

    reads_by_id = True

    def __init__(self, folder: Path, template: Path) -> None:
        database = folder / "assess.db"
        shutil.copyfile(template, database)
        engine = db.engine(f"sqlite:///{database}")
        self.house = House(
            folder=folder,
            engine=engine,
            sessions=db.sessions(engine),
            keys=FileKeys(folder / "keys"),
            clock=db.SetClock(OPENS),
        )
        self._copies = Copies()
        self._database = database
        self._reading = sqlite3.connect(database, isolation_level=None)
        self._reading.execute("CREATE TABLE naive (id INTEGER PRIMARY KEY, sealed BLOB)")

    def take(self) -> None:
        """Copy every file as it is now."""
        paths = {ending: self._database.with_name(self._database.name + ending) for ending in ("", LOG, "-shm")}
        self._copies.take(
            {
                ending or "db": (path.read_bytes(), path.stat().st_mtime_ns)
                for ending, path in paths.items()
                if path.exists()
            }
        )

    def lying(self, table: str, key: str) -> dict[bytes, int]:
        """Return the length of every sealed value in a table."""
        return dict(self._reading.execute(f"SELECT {key}, length(sealed) FROM {table}"))

    def orders(self, table: str) -> tuple[list[bytes], Mapping[str, list[Any]]]:
        """Return the sealed rows of a table at the end, and for each attack the keys that order them."""
        return _orders(self._database, table, self._copies)

    def keep_naively(self, sealed: bytes) -> None:
        """Put a row into a table as anybody would make one, in a transaction of its own."""
        self._reading.execute("INSERT INTO naive (sealed) VALUES (?)", (sealed,))

    def stop(self) -> None:
        """Let go of the database."""
        self._reading.close()
        self.house.engine.dispose()


def _orders(database: Path, table: str, copies: Copies) -> tuple[list[bytes], Mapping[str, list[Any]]]:
    """Return the sealed rows of a table as they lie at the end, and a key by which each attack orders them."""
    scratch = database.with_name("scratch")
    scratch.mkdir()
    for path in database.parent.glob(f"{database.name}*"):
        shutil.copyfile(path, scratch / path.name)
    with closing(sqlite3.connect(scratch / database.name)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        sealed = _in_storage_order(connection, table)
        dump = "\n".join(line for line in connection.iterdump() if line.startswith(f'INSERT INTO "{table}"'))
    image = (scratch / database.name).read_bytes()
    shutil.rmtree(scratch)
    anywhere, log = copies.first(sealed), copies.first(sealed, LOG.__eq__)
    return sealed, {
        "rowid": list(range(len(sealed))),
        "ctid": [image.find(row[-MARK:]) for row in sealed],
        "xmin": [found and found.moment for found in anywhere],
        "WAL": [found and (found.moment, found.place) for found in log],
        "length": [len(row) for row in sealed],
        "dump": [dump.find(row[-MARK:].hex().upper()) for row in sealed],
        "mtime": [found and (found.mtime, found.place) for found in anywhere],
    }


def _in_storage_order(connection: sqlite3.Connection, table: str) -> list[bytes]:
    try:
        rows = connection.execute(f"SELECT sealed FROM {table} ORDER BY rowid").fetchall()
    except sqlite3.OperationalError:
        # WITHOUT ROWID: there is no such column, and what is left is the order of the B-tree.
        rows = connection.execute(f"SELECT sealed FROM {table}").fetchall()
    return [row[0] for row in rows]


def _changed(before: bytes, after: bytes) -> list[tuple[int, int]]:
    """Return the stretches of whole blocks that differ, each a mark longer on both ends."""
    blocks = -(-len(after) // _BLOCK)
    both = min(len(before), len(after)) // _BLOCK
    old = np.frombuffer(before, np.uint8, both * _BLOCK).reshape(both, _BLOCK)
    new = np.frombuffer(after, np.uint8, both * _BLOCK).reshape(both, _BLOCK)
    differs = np.ones(blocks + 2, dtype=bool)
    differs[[0, -1]] = False
    differs[1 : both + 1] = (old != new).any(axis=1)
    edges = np.flatnonzero(np.diff(differs.astype(np.int8)))
    return [
        (max(0, int(start) * _BLOCK - MARK), min(len(after), int(end) * _BLOCK + MARK))
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]
