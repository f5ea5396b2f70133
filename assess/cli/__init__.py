"""The command line: click group `assess`, one module a noun (product.md section 13)."""

from __future__ import annotations

import sqlite3
from typing import Any, Final, NoReturn

import click
from pydantic import ValidationError
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from assess.cli import audit, demo, instrument, logs, score, serving, staff, upkeep, verify, wave
from assess.settings import Settings, SettingsError
from assess.surveys.safeguards import StartRefused

ENVIRONMENT = 5
_BEHIND = "the database is behind: run `assess db upgrade`"
_UNREACHED = (
    "the database cannot be reached, or refuses this login: is the server running, and is the address in {names} "
    "right? `assess doctor` tries each"
)
_MAY_NOT = (
    "this login may not do this: give each ASSESS_DATABASE_URL the login of its own role (`assess doctor` says which), "
    "then run `assess db upgrade`"
)
_INSUFFICIENT_PRIVILEGE: Final = "42501"
_LACKS: Final = frozenset({"42P01", "42703"})
"""PostgreSQL: no such table, no such column."""
_LACKS_SQLITE: Final = ("no such table", "no such column", "has no column named")
_NO_CONNECTION: Final = ("08", "28", "3D", "57P", "53300")
"""PostgreSQL: how the states begin of a connection that cannot be made, is refused or was ended."""


class Commands(click.Group):
    """The group that turns faults of the environment into one line and exit code 5 (U-110)."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a file, a setting or a database that cannot be used is said in words."""
        try:
            return super().invoke(ctx)
        except DBAPIError as error:
            told = _on_sqlite(error) if isinstance(error.orig, sqlite3.Error) else _on_server(error)
            if told is None:
                raise
            _environment(told, error)
        except ValidationError as error:
            named = [(fault["loc"][:1], fault["msg"].removeprefix("Value error, ")) for fault in error.errors()]
            faults = "; ".join("".join(f"ASSESS_{name}: ".upper() for name in where) + what for where, what in named)
            _environment(f"settings: {faults}", error)
        except (SettingsError, StartRefused) as refused:
            _environment(str(refused), refused)
        except OSError as error:
            place = "" if error.filename is None else f"{error.filename}: "
            _environment(f"{place}{error.strerror or error}", error)


def _on_sqlite(error: DBAPIError) -> str | None:
    """Return what to do about a fault of SQLite; None for a defect of the program."""
    said = str(error.orig)
    if any(lacking in said for lacking in _LACKS_SQLITE):
        return _BEHIND
    if isinstance(error, OperationalError) or type(error) is DatabaseError:
        return f"the database cannot be used: {said}"
    return None


def _on_server(error: DBAPIError) -> str | None:
    """Return what to do about a fault of PostgreSQL; None for a defect of the program.

    What the server or its driver says is left out: it repeats addresses, and rows.
    """
    state = getattr(error.orig, "sqlstate", None)
    if state == _INSUFFICIENT_PRIVILEGE:
        return _MAY_NOT
    if state in _LACKS:
        return _BEHIND
    refused = error.statement is None if state is None else state.startswith(_NO_CONNECTION)
    if refused or (state is None and isinstance(error, OperationalError)):
        return _UNREACHED.format(names=_addresses())
    if isinstance(error, OperationalError):
        return f"the database cannot do this now: {type(error.orig).__name__}"
    return None


def _addresses() -> str:
    """Return the variables that say where the server is; never what they hold."""
    settings = Settings()
    fields = [name for name in Settings.model_fields if name.startswith("database_url") and getattr(settings, name)]
    return ", ".join(f"ASSESS_{name.upper()}" for name in sorted(fields))


def _environment(message: str, cause: Exception) -> NoReturn:
    refused = click.ClickException(message)
    refused.exit_code = ENVIRONMENT  # type: ignore[misc]  # click declares it on the class and reads the instance
    raise refused from cause


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="assess")
def main() -> None:
    """Anonymous assessment of alignment, trust and friction between two departments."""
    logs.to_stderr()


for command in (
    demo.demo,
    serving.serve,
    serving.worker,
    serving.due,
    score.score,
    staff.staff,
    audit.audit,
    instrument.instrument,
    upkeep.db,
    upkeep.doctor,
    upkeep.report,
    wave.wave,
    verify.verify,
):
    main.add_command(command)
