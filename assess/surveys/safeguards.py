"""What a database must be set to before anything is served: silent, durable, and each role without a way around (A-23).

Belongs here: reading a server's parameters and logins, and refusing them by name with the remedy. Does not: the roles
and policies themselves (revision 0004), the key folder (`places`).
"""

from __future__ import annotations

import resource
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text

from assess.settings import DatabaseRole, Settings
from assess.surveys import db

SERVING: Final = (DatabaseRole.APP, DatabaseRole.RESPOND, DatabaseRole.COUNT)
_FULL: Final = 2
_OFF: Final = frozenset({"off"})
_NEVER: Final = frozenset({"-1"})


class StartRefused(RuntimeError):  # noqa: N818 - a refusal is an answer, not an error
    """A database that would betray people or lose ballots; each line says what, why, and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of PostgreSQL: the values that are safe, why others are not, and the one to set."""

    safe: frozenset[str]
    why: str
    mend: str


_SPEAKS: Final = "statements and their moments, ballots among them, would stand in the server's log"
_PARAMETERS: Final[Mapping[str, Parameter]] = {
    "log_statement": Parameter(safe=frozenset({"none", "ddl"}), why=_SPEAKS, mend="none"),
    "log_min_duration_statement": Parameter(safe=_NEVER, why=_SPEAKS, mend="-1"),
    "log_min_duration_sample": Parameter(safe=_NEVER, why=_SPEAKS, mend="-1"),
    "log_transaction_sample_rate": Parameter(safe=frozenset({"0"}), why=_SPEAKS, mend="0"),
    "log_duration": Parameter(safe=_OFF, why="the moment of each ballot would stand in the server's log", mend="off"),
    "log_parameter_max_length_on_error": Parameter(
        safe=frozenset({"0"}), why="a failed ballot would stand in the server's log", mend="0"
    ),
    **{
        name: Parameter(safe=_OFF, why=_SPEAKS, mend="off")
        for name in (
            *("debug_print_parse", "debug_print_rewritten", "debug_print_plan"),
            *("log_statement_stats", "log_parser_stats", "log_planner_stats", "log_executor_stats"),
        )
    },
    "auto_explain.log_min_duration": Parameter(safe=_NEVER, why=_SPEAKS, mend="-1"),
    "pgaudit.log": Parameter(safe=frozenset({"none", ""}), why=_SPEAKS, mend="none"),
    "track_commit_timestamp": Parameter(safe=_OFF, why="the database would keep the moment of each ballot", mend="off"),
    "fsync": Parameter(safe=frozenset({"on"}), why="a power cut would lose ballots that have a receipt", mend="on"),
    "synchronous_commit": Parameter(
        safe=frozenset({"on", "local", "remote_write", "remote_apply"}),
        why="a power cut would lose ballots that have a receipt",
        mend="on",
    ),
}
"""Parameters of PostgreSQL by name (A-23); one that a server does not know is as good as off."""
_LENGTH: Final = "log_parameter_max_length"


def without_core_dumps() -> None:
    """Let this process, and whatever it starts, leave no picture of its memory when it crashes (A-23)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def refuse(settings: Settings, roles: Iterable[DatabaseRole] = SERVING) -> None:
    """Raise `StartRefused` with everything that is wrong with the database of the settings, all roles at once."""
    found: list[str] = []
    places: dict[tuple[str, int], DatabaseRole] = {}
    for role in roles:
        made = db.engine(settings.url_of(role))
        try:
            with made.connect() as connection:
                if connection.dialect.name == "sqlite":
                    found += _sqlite(connection)
                    break
                found += [*_postgresql(connection), *_login(connection, role)]
                places.setdefault(_place(connection), role)
        finally:
            made.dispose()
    if len(places) > 1:
        names = ", ".join(f"{role}: {name}" for (name, _), role in places.items())
        found.append(f"the roles use different databases ({names}): give all of them the same one")
    if found:
        raise StartRefused("\n".join(dict.fromkeys(found)))


def _sqlite(connection: Connection) -> Iterator[str]:
    level = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    if level < _FULL:
        yield (
            f"SQLite: synchronous is {level}: a power cut would lose ballots that have a receipt; it must be "
            f"{_FULL} (FULL) or more"
        )


def _postgresql(connection: Connection) -> Iterator[str]:
    rows = connection.execute(
        text("SELECT name, current_setting(name, true) FROM unnest(CAST(:names AS text[])) AS name"),
        {"names": [*_PARAMETERS, _LENGTH]},
    )
    real = {row[0]: row[1] for row in rows}
    for name, parameter in _PARAMETERS.items():
        if real[name] is not None and real[name] not in parameter.safe:
            yield _said(name, real[name], parameter.why, parameter.mend)
    if real["log_statement"] == "ddl" and real[_LENGTH] != "0":
        yield _said(_LENGTH, real[_LENGTH], "what is logged would be logged with its values", "0")


def _said(name: str, value: str, why: str, mend: str) -> str:
    return (
        f"PostgreSQL: {name} is {value}: {why}; set it to {mend} (as a superuser: ALTER SYSTEM SET {name} = '{mend}', "
        "then reload or restart the server; or ALTER ROLE … SET where a role sets it)"
    )


def _login(connection: Connection, role: DatabaseRole) -> Iterator[str]:
    """Yield what a login may do beyond its role; a superuser does not even meet row-level security."""
    query = (
        "SELECT rolname, rolsuper, rolbypassrls, "
        "ARRAY(SELECT r FROM unnest(CAST(:roles AS text[])) AS r WHERE to_regrole(r) IS NOT NULL "
        "AND pg_has_role(current_user, to_regrole(r), 'MEMBER')) AS member "
        "FROM pg_roles WHERE rolname = current_user"
    )
    names = {other: f"assess_{other}" for other in DatabaseRole}
    login: Any = connection.execute(text(query), {"roles": list(names.values())}).one()
    if login.rolsuper or login.rolbypassrls:
        able = "a superuser" if login.rolsuper else "BYPASSRLS"
        yield (
            f"PostgreSQL: the login {login.rolname} for {role} is {able}: row-level security does not exist for it; "
            f"use a login that is only a member of {names[role]} (NOSUPERUSER NOBYPASSRLS)"
        )
        return
    if set(login.member) != {names[role]}:
        held = ", ".join(login.member) or "no role of assess"
        yield (
            f"PostgreSQL: the login {login.rolname} for {role} is a member of {held}; give {role} a login of its own, "
            f"a member of {names[role]} alone (CREATE ROLE … LOGIN IN ROLE {names[role]})"
        )


def _place(connection: Connection) -> tuple[str, int]:
    found = connection.execute(text("SELECT datname, oid FROM pg_database WHERE datname = current_database()")).one()
    return str(found[0]), int(found[1])
