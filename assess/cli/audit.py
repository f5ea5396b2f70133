"""`assess audit`: whether the audit log is whole, and its head for the daily export (U-101, A-33)."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.orm import Session

from assess.settings import Settings
from assess.surveys import audit as log
from assess.surveys import db

BROKEN, UNUSABLE, ENVIRONMENT = 1, 3, 5
_HEAD = re.compile("[0-9a-f]{64}")


@click.group()
def audit() -> None:
    """Check the hash-chained log of what staff did."""


@audit.command()
@click.option("--head", "kept", metavar="HEX", help="A head that was kept elsewhere; the chain must pass it.")
def check(kept: str | None) -> None:
    """Exit 1 and name the first broken link when the chain does not hold."""
    if kept is not None and not _HEAD.fullmatch(kept.strip().lower()):
        _stop("--head: 64 hexadecimal digits are expected, as `assess audit head` prints them", UNUSABLE)
    with _reading() as session:
        broken = log.check(session, kept=None if kept is None else bytes.fromhex(kept.strip()))
        end = log.head(session)
    if broken is not None:
        row = "" if broken.audit_id is None else f"row {broken.audit_id}: "
        _stop(f"{row}{broken.why}", BROKEN)
    click.echo("the log is empty" if end is None else f"the chain holds to row {end.audit_id}", err=True)


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def head(as_json: bool) -> None:
    """Print the head of the chain: keep it, daily, where nobody who can write to the database can."""
    with _reading() as session:
        end = log.head(session)
    if end is None:
        _stop("nothing is chained yet", BROKEN)
        return
    row, at, digest = end.audit_id, f"{end.at:%Y-%m-%dT%H:%M:%SZ}", end.digest.hex()
    click.echo(json.dumps({"head": digest, "row": row, "at": at}) if as_json else digest)


@contextmanager
def _reading() -> Iterator[Session]:
    settings = Settings()
    if db.behind(settings.url):
        _stop("the database is behind this version: run `assess db upgrade`", ENVIRONMENT)
    engine = db.engine(settings.url)
    try:
        with db.readers(engine)() as session:
            yield session
    finally:
        engine.dispose()


def _stop(message: str, code: int) -> None:
    click.echo(message, err=True)
    sys.exit(code)
