"""`assess staff`: accounts of the firm, made by the operator (U-110)."""

from __future__ import annotations

import json
import sys

import click

from assess.settings import Settings
from assess.surveys import audit, db
from assess.surveys import staff as accounts

UNUSABLE, ENVIRONMENT = 3, 5


@click.group()
def staff() -> None:
    """Accounts of the people who run assessments."""


@staff.command()
@click.argument("email")
@click.option(
    "--role",
    "roles",
    type=click.Choice([role.value for role in accounts.StaffRole]),
    multiple=True,
    default=[accounts.StaffRole.CONSULTANT.value],
    show_default=True,
    help="What the account may do; can be given twice.",
)
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def add(email: str, *, roles: tuple[str, ...], password_stdin: bool, as_json: bool) -> None:
    """Add an account; without --password-stdin a password is made and printed, once."""
    settings = Settings()
    if db.behind(settings.url):
        _stop("the database is behind this version: run `assess db upgrade`", ENVIRONMENT)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else accounts.generated_password()
    engine = db.engine(settings.url)
    try:
        with db.sessions(engine).begin() as session:
            user = accounts.add(session, email, password=password, role=roles)
            held = [role.name for role in user.roles]
            audit.record(session, "operator", audit.Event.STAFF_ADDED, f"account {user.staff_id}: {', '.join(held)}")
            address = user.email
    except accounts.StaffRefused as refused:
        _stop(str(refused), UNUSABLE)
    finally:
        engine.dispose()
    _say(address, held, None if password_stdin else password, as_json=as_json)


def _say(address: str, roles: list[str], password: str | None, *, as_json: bool) -> None:
    click.echo(f"{address} may sign in as {' and '.join(roles)}", err=True)
    if as_json:
        click.echo(json.dumps({"email": address, "roles": roles, "password": password}))
    elif password is not None:
        click.echo("password, shown only once:", err=True)
        click.echo(password)


def _stop(message: str, code: int) -> None:
    click.echo(message, err=True)
    sys.exit(code)
