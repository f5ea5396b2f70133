"""Checks on a database's own catalogue: A-02's columns and no more, and a dictionary that covers every column (A-19).

Each check returns what is wrong, so that a test can plant a weakness and see it caught.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from sqlalchemy import Engine, inspect, text
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.types import BLOB, CHAR, INTEGER, SMALLINT, VARCHAR, TypeEngine

A02 = {
    "envelope": {"code_hash": BLOB, "wave_id": BLOB, "side": VARCHAR},
    "spent": {"code_hash": BLOB, "wave_id": BLOB},
    "box": {
        "ballot_id": BLOB,
        "wave_id": BLOB,
        "sealed": BLOB,
        "receipt": CHAR,
        "same": BLOB,
        "drops": SMALLINT,
    },
    "stat_row": {"row_id": BLOB, "wave_id": BLOB, "sealed": BLOB},
    "comment_row": {"row_id": BLOB, "wave_id": BLOB, "sealed": BLOB},
    "receipt": {"wave_id": BLOB, "receipt": CHAR},
    "count_record": {
        "wave_id": BLOB,
        "stage": VARCHAR,
        "invited": INTEGER,
        "used": INTEGER,
        "replaced": INTEGER,
        "spoiled": INTEGER,
        "counted": INTEGER,
        "root": BLOB,
        "result_mac": BLOB,
    },
    "roster": {
        "person_id": BLOB,
        "wave_id": BLOB,
        "side": VARCHAR,
        "email": VARCHAR,
        "name": VARCHAR,
        "language": VARCHAR,
        "spare_no": SMALLINT,
    },
}
KEYS = {
    "envelope": ["code_hash"],
    "spent": ["code_hash"],
    "box": ["ballot_id"],
    "stat_row": ["row_id"],
    "comment_row": ["row_id"],
    "receipt": ["wave_id", "receipt"],
    "count_record": ["wave_id"],
    "roster": ["person_id"],
}
_TIMES = re.compile(r"date|time|stamp|interval|year", re.IGNORECASE)
_TELLING = re.compile(
    r"(^|_)(at|on|date|time|day|ip|inet|agent|user|staff|person|email|session|seq)($|_)", re.IGNORECASE
)


def faults(engine: Engine) -> list[str]:
    """Return what in A-02's tables the specification does not allow."""
    catalogue = inspect(engine)
    found: list[str] = []
    for table, columns in A02.items():
        real = {column["name"]: column for column in catalogue.get_columns(table)}
        found += [f"{table}.{name} is missing" for name in columns.keys() - real.keys()]
        for name, column in real.items():
            if name not in columns:
                found.append(f"{table}.{name} is not in the specification")
            elif type(column["type"]) is not _as_kept(engine, columns[name]):
                found.append(f"{table}.{name} is {column['type']}")
            if column["default"] is not None:
                found.append(f"{table}.{name} has a default")
            found += _telling(table, name, column["type"])
        if catalogue.get_pk_constraint(table)["constrained_columns"] != KEYS[table]:
            found.append(f"{table} has another key")
        found += [f"{table} points at {key['referred_table']}" for key in catalogue.get_foreign_keys(table)]
    return found + (_sqlite(engine) if engine.dialect.name == "sqlite" else _postgresql(engine))


def undocumented(engine: Engine, dictionary: Path) -> list[str]:
    """Return columns without a row in the dictionary, rows without a column, and rows with an empty cell."""
    with dictionary.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    documented = {(row["table"], row["column"]) for row in rows}
    catalogue = inspect(engine)
    real = {
        (table, column["name"])
        for table in catalogue.get_table_names()
        if table != "alembic_version"
        for column in catalogue.get_columns(table)
    }
    return sorted(
        [f"{table}.{column} is not documented" for table, column in real - documented]
        + [f"{table}.{column} does not exist" for table, column in documented - real]
        + [f"{row['table']}.{row['column']} is half documented" for row in rows if not all(row.values())]
        + [f"{row} is there twice" for row in documented if sum((r["table"], r["column"]) == row for r in rows) > 1]
    )


def _as_kept(engine: Engine, kind: type) -> type:
    """Return the name under which an engine's catalogue knows a type."""
    return BYTEA if kind is BLOB and engine.dialect.name == "postgresql" else kind


def _telling(table: str, name: str, kind: TypeEngine[object]) -> list[str]:
    """Return the faults of a column that could tell when or who; the roster alone may know who."""
    if _TIMES.search(str(kind)):
        return [f"{table}.{name} holds a time"]
    if table != "roster" and _TELLING.search(name):
        return [f"{table}.{name} tells when or who"]
    return []


def _sqlite(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        made = dict(connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all())
        others = connection.execute(text("SELECT type, name, tbl_name, sql FROM sqlite_master")).all()
    ordered = [f"{table} keeps the order of arrival in a rowid" for table in A02 if "WITHOUT ROWID" not in made[table]]
    acting = [
        f"{kind} {name} on {table}"
        for kind, name, table, sql in others
        if table in A02 and (kind == "trigger" or "AUTOINCREMENT" in (sql or ""))
    ]
    return ordered + acting


def _postgresql(engine: Engine) -> list[str]:
    """Return what acts on a sealed table by itself: triggers, rules, sequences, indexes beyond the key.

    Rows of a heap do lie in the order of their arrival: that is why they are sealed, and rewritten by the count.
    """
    acting = {
        "trigger": "SELECT tgname, tgrelid::regclass::text FROM pg_trigger",
        "rule": "SELECT rulename, ev_class::regclass::text FROM pg_rewrite",
        "statistics": "SELECT stxname, stxrelid::regclass::text FROM pg_statistic_ext",
        "sequence": (
            "SELECT objid::regclass::text, refobjid::regclass::text FROM pg_depend "
            "WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i') "
            "AND objid IN (SELECT seqrelid FROM pg_sequence)"
        ),
        "index": "SELECT indexrelid::regclass::text, indrelid::regclass::text FROM pg_index WHERE NOT indisprimary",
        "generated column": "SELECT attname, attrelid::regclass::text FROM pg_attribute WHERE attgenerated <> ''",
        "inheritance": "SELECT inhrelid::regclass::text, inhparent::regclass::text FROM pg_inherits",
    }
    with engine.connect() as connection:
        found = [
            f"{kind} {name} on {table}"
            for kind, query in acting.items()
            for name, table in connection.execute(text(query))
            if table in A02
        ]
        order = [row[0] for row in connection.execute(text("SELECT evtname FROM pg_event_trigger"))]
    return found + [f"event trigger {name}" for name in order]
