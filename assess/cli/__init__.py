"""The command line: click group `assess`, one module a noun (product.md section 13)."""

from __future__ import annotations

from typing import Any, NoReturn

import click
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from assess.cli import audit, demo, instrument, score, serving, staff, upkeep, verify, wave
from assess.settings import SettingsError
from assess.surveys.safeguards import StartRefused

ENVIRONMENT = 5
_UNUSABLE = "the database cannot be used, or is behind: run `assess db upgrade`"
_MAY_NOT = (
    "this login may not do this: give each ASSESS_DATABASE_URL the login of its own role (`assess doctor` says which), "
    "then run `assess db upgrade`"
)
_INSUFFICIENT_PRIVILEGE = "42501"


class Commands(click.Group):
    """The group that turns faults of the environment into one line and exit code 5 (U-110)."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a file, a setting or a database that cannot be used is said in words."""
        try:
            return super().invoke(ctx)
        except (OperationalError, ProgrammingError) as error:
            _environment(_MAY_NOT if _forbidden(error) else _UNUSABLE, error)
        except ValidationError as error:
            named = [(fault["loc"][:1], fault["msg"].removeprefix("Value error, ")) for fault in error.errors()]
            faults = "; ".join("".join(f"ASSESS_{name}: ".upper() for name in where) + what for where, what in named)
            _environment(f"settings: {faults}", error)
        except (SettingsError, StartRefused) as refused:
            _environment(str(refused), refused)
        except OSError as error:
            place = "" if error.filename is None else f"{error.filename}: "
            _environment(f"{place}{error.strerror or error}", error)


def _forbidden(error: DBAPIError) -> bool:
    """Return whether PostgreSQL refused a login for what it may not do."""
    return getattr(error.orig, "sqlstate", None) == _INSUFFICIENT_PRIVILEGE


def _environment(message: str, cause: Exception) -> NoReturn:
    refused = click.ClickException(message)
    refused.exit_code = ENVIRONMENT  # type: ignore[misc]  # click declares it on the class and reads the instance
    raise refused from cause


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="assess")
def main() -> None:
    """Anonymous assessment of alignment, trust and friction between two departments."""


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
