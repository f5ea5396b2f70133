"""The command line: click group `assess`, one module a noun (product.md section 13)."""

from __future__ import annotations

from typing import Any, NoReturn

import click
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from assess.cli import audit, demo, instrument, score, serving, staff, upkeep, verify, wave
from assess.settings import SettingsError
from assess.surveys.safeguards import StartRefused

ENVIRONMENT = 5


class Commands(click.Group):
    """The group that turns faults of the environment into one line and exit code 5 (U-110)."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a file, a setting or a database that cannot be used is said in words."""
        try:
            return super().invoke(ctx)
        except OperationalError as error:
            _environment("the database cannot be used, or is behind: run `assess db upgrade`", error)
        except ValidationError as error:
            named = [(fault["loc"][:1], fault["msg"]) for fault in error.errors()]
            faults = "; ".join("".join(f"ASSESS_{name}: ".upper() for name in where) + what for where, what in named)
            _environment(f"settings: {faults}", error)
        except (SettingsError, StartRefused) as refused:
            _environment(str(refused), refused)
        except OSError as error:
            _environment(f"{error.filename or 'a file'}: {error.strerror or error}", error)


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
