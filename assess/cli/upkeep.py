"""`assess db`, `assess doctor`, `assess report render`: what an operator runs by hand."""

from __future__ import annotations

import ctypes
import os
import sqlite3
import stat
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from assess import resources
from assess.cli import serving
from assess.cli.score import UNUSABLE, refusal
from assess.instruments.model import LOCALES
from assess.reports import cards, facts, render
from assess.reports.render import Paper
from assess.settings import DatabaseRole, Settings, SettingsError
from assess.surveys import db as database
from assess.surveys import safeguards

ENVIRONMENT = 5
Check = tuple[str, str | None, str, bool]
"""What was looked at, what is wrong with it, the remedy, and whether nothing works before that."""
_NOTHING_BEFORE = "nothing is served before that"
_PANGO = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")


@click.group()
def db() -> None:
    """Create and migrate the database."""


@db.command()
def upgrade() -> None:
    """Bring the database to this version's schema."""
    settings = Settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    database.upgrade(settings.url_of(DatabaseRole.OWNER))


@db.command()
def check() -> None:
    """Exit 1 when the database is behind this version."""
    if database.behind(Settings().url_of(DatabaseRole.OWNER)):
        raise refusal(["the database is behind this version: run `assess db upgrade`"], 1)


@click.group()
def report() -> None:
    """Work on facts files."""


@report.command("render")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--locale", type=click.Choice(LOCALES), default="en", show_default=True)
@click.option("--paper", type=click.Choice(["letter", "a4"]), default="letter", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def render_report(file: Path, locale: str, paper: Paper, out: Path) -> None:
    """Render the PDF of FILE, a report.json."""
    try:
        data = facts.dump(facts.read(file.read_bytes()))
    except facts.FactsError as error:
        raise refusal([f"{file.name}: {error}"], UNUSABLE) from error
    out.write_bytes(render.pdf(data, locale, paper))


@click.command()
def doctor() -> None:
    """Say what this machine lacks: a line a check, ok, warn or FAIL with the remedy; exit 5 on a FAIL."""
    settings = Settings()
    failed = False
    for name, problem, remedy, fatal in (*_system(), *_folders(settings), *_database(settings)):
        state = "ok" if problem is None else ("FAIL" if fatal else "warn")
        failed = failed or state == "FAIL"
        click.echo(f"{state:4} {name}" + ("" if problem is None else f": {problem}. {remedy}"))
    if failed:
        raise SystemExit(ENVIRONMENT)


def _system() -> list[Check]:
    checks: list[Check] = []
    for library in _PANGO:
        try:
            ctypes.CDLL(library)
            problem = None
        except OSError:
            problem = "cannot be loaded, so no PDF can be made"
        remedy = "On Debian or Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        checks.append((library, problem, remedy, True))
    old = sqlite3.sqlite_version_info < (3, 35)
    checks.append(("SQLite", f"{sqlite3.sqlite_version} is too old" if old else None, "Use SQLite 3.35 or later", True))
    fonts = resources.templates() / "report" / "fonts"
    missing = [n for n in ("SourceSans3-Regular.ttf", "SourceSerif4-Bold.ttf") if not (fonts / n).is_file()]
    checks.append(("fonts", f"missing {missing}" if missing else None, "Reinstall assess", True))
    return checks


def _database(settings: Settings) -> list[Check]:
    """Check what a start would refuse, once there is a database (A-03, A-23, A-27)."""
    file = database.database_file(settings.url)
    if file is not None and not file.exists():
        return []
    name = "database " + ("SQLite" if file is not None else "PostgreSQL")
    lost = _unreached(settings, name)
    if lost:
        return lost
    try:
        safeguards.refuse(settings)
    except safeguards.StartRefused as refused:
        return [(name, line, _NOTHING_BEFORE.capitalize(), True) for line in str(refused).splitlines()]
    behind = database.behind(settings.url_of(DatabaseRole.OWNER))
    reached = (name, "is behind this version" if behind else None, "Run `assess db upgrade`", True)
    return [reached] if behind else [reached, *_keys(settings)]


def _unreached(settings: Settings, name: str) -> list[Check]:
    """Try the address of each role by itself, so that the one to mend is named; never with what it holds."""
    checks: list[Check] = []
    tried: set[str] = set()
    for role in DatabaseRole:
        try:
            url = settings.url_of(role)
        except SettingsError as refused:
            checks.append((name, str(refused), _NOTHING_BEFORE.capitalize(), True))
            continue
        if url in tried:
            continue
        tried.add(url)
        made = database.engine(url)
        try:
            made.connect().close()
        except DBAPIError as error:
            variable = settings.variable_of(role)
            if isinstance(error.orig, sqlite3.Error):
                checks.append((name, f"cannot be used: {error.orig}", f"Look at the file that {variable} names", True))
            else:
                problem = f"cannot be reached as {role}, or refuses this login"
                checks.append((name, problem, f"Start it, or mend {variable}", True))
        finally:
            made.dispose()
    return list(dict.fromkeys(checks))


def _keys(settings: Settings) -> list[Check]:
    """Check whether the waves that need keys have them (A-03)."""
    found = serving.keyless(settings)
    if not found:
        return [("keys of the waves", None, "", True)]
    mount = f"Mount the folder this database was used with, or set ASSESS_KEY_FOLDER to it; {_NOTHING_BEFORE}"
    papers = "The passphrase and the witness's sheet still count it"
    return [
        (
            f"keys of {label}",
            f"{settings.keys} does not hold them whole",
            *((papers, False) if mode.witnessed else (mount, True)),
        )
        for label, mode in found
    ]


def _folders(settings: Settings) -> list[Check]:
    home = settings.home
    writable = os.access(home if home.exists() else home.resolve().parent, os.W_OK)
    lacking = None if home.exists() else "does not exist yet"
    checks: list[Check] = [("home folder", lacking, "`assess db upgrade` makes it", False)] if lacking else []
    checks += [
        (f"home {home}", None if writable else "cannot be written", "Set ASSESS_HOME to a folder of yours", True)
    ]
    nameless = settings.operator == Settings.model_fields["operator"].default
    remedy = "Set ASSESS_OPERATOR to the name of your firm: papers carry it, and an opening fixes it"
    checks.append((f"operator {settings.operator}", "is nobody's name" if nameless else None, remedy, False))
    loopback = settings.public_url is None
    remedy = "Set ASSESS_PUBLIC_URL to the address that invitations and cards shall carry"
    checks.append((f"address {settings.address}", "is this machine's own" if loopback else None, remedy, False))
    link = cards.link_length(settings.address)
    too_long = f"would have {link} characters; {cards.LONGEST_LINK} fit" if link > cards.LONGEST_LINK else None
    checks.append(("link on cards", too_long, "Set ASSESS_PUBLIC_URL to a shorter address", True))
    mirror = settings.key_mirror
    if mirror is not None:
        gone = None if mirror.is_dir() else "is not there, so the keys of the next wave would lie on one device"
        checks.append((f"key mirror {mirror}", gone, f"Mount its device, or make the folder; {_NOTHING_BEFORE}", True))
    keys = settings.keys
    if keys.exists():
        mode = stat.S_IMODE(keys.stat().st_mode)
        loose = mode & 0o077
        checks.append((f"keys {keys}", f"mode {mode:o} lets others in" if loose else None, f"chmod 700 {keys}", True))
        if home.exists() and keys.stat().st_dev == home.stat().st_dev:
            checks.append(
                ("key device", "keys and database share a device", "Set ASSESS_KEY_FOLDER to another device", False)
            )
    return checks
