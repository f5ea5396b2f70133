"""`assess serve`, `assess worker`, `assess due`: the web server and what runs what is due (stack.md section 3)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import closing

import click
from gunicorn.app.base import BaseApplication

from assess import app, publish
from assess.cli.score import refusal
from assess.jobs import runner
from assess.settings import DatabaseRole, Settings
from assess.surveys import audit, db, places, safeguards, tenancy
from assess.surveys.keys import FileKeys

ROUND_SECONDS = 20.0
ENVIRONMENT = 5


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with threads and no access log: the respondent plane leaves no trace of requests (A-23)."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Set what gunicorn reads from files otherwise."""
        for key, value in {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": 32,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "critical",  # its warnings name the address of whoever sent a broken request
            "proc_name": "assess",
        }.items():
            self.cfg.set(key, value)

    def load(self) -> object:
        """Return the application."""
        return app.create_app(self.settings)


@click.command()
def serve() -> None:
    """Serve the application, with one child process that runs what is due."""
    run(Settings())


def run(settings: Settings) -> None:
    """Serve until stopped; the child process that runs due steps lives and dies with the server."""
    settings.home.mkdir(parents=True, exist_ok=True)
    safe(settings)
    db.upgrade(settings.url_of(DatabaseRole.OWNER))
    _look_for_keys(settings)
    _note_settings(settings)
    environment = {**os.environ, "ASSESS_HOME": str(settings.home)}
    child = subprocess.Popen([sys.executable, "-m", "assess", "worker"], env=environment)
    click.echo(f"assess on http://{settings.host}:{settings.port}/w/ and /console/; Ctrl-C stops it", err=True)
    try:
        Server(settings).run()
    finally:
        child.terminate()
        child.wait(timeout=30)


def safe(settings: Settings, roles: Iterable[DatabaseRole] = safeguards.SERVING) -> None:
    """Refuse a database that would betray people or lose ballots; leave no picture of the memory behind (A-23)."""
    safeguards.without_core_dumps()
    safeguards.refuse(settings, roles)


def _look_for_keys(settings: Settings) -> None:
    """Refuse a database whose key folder is not there, and warn of a device that holds both (A-03)."""
    engine = db.engine(settings.url_of(DatabaseRole.COUNT))
    try:
        with tenancy.guarded(engine, tenancy.EVERYBODY)() as session:
            found = places.orphans(session, FileKeys(settings.keys, settings.key_mirror))
    finally:
        engine.dispose()
    missing = ", ".join(label for label, mode in found if not mode.witnessed)
    if missing:
        told = (
            f"{settings.keys} holds no keys of {missing}: a restored database needs the key folder it was used with. "
            "Mount that folder, or set ASSESS_KEY_FOLDER to it. Nothing was changed"
        )
        raise refusal([told], ENVIRONMENT)
    for label, _ in found:
        click.echo(f"warn {label}: no key folder; the passphrase and the witness's sheet still count it", err=True)
    if places.one_device(settings.keys, db.database_file(settings.url)):
        click.echo("warn keys and database share a device: set ASSESS_KEY_FOLDER to another one", err=True)


def _note_settings(settings: Settings) -> None:
    """Write into the audit log how this installation is set, when that has changed; never a secret or a folder."""
    told = {
        "operator": settings.operator,
        "address": settings.address,
        "database": "SQLite" if db.database_file(settings.url) else "server",
        "key mirror": "yes" if settings.key_mirror else "no",
        "cookies over plain http": "yes" if settings.insecure_cookies else "no",
        "log level": settings.log_level,
    }
    engine = db.engine(settings.url)
    try:
        with db.sessions(engine).begin() as session:
            audit.recorded_setting(session, "operator", "; ".join(f"{name} {value}" for name, value in told.items()))
    finally:
        engine.dispose()


@click.command()
def worker() -> None:
    """Run due steps, round after round, until stopped."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = Settings()
    safe(settings)
    _look_for_keys(settings)
    with closing(publish.services(settings)) as services:
        while True:
            for outcome in runner.run(services):
                _say(outcome)
            for error in runner.render(services):
                if error is not None:
                    click.echo(f"render: {type(error).__name__}: {error}", err=True)
            if stop.wait(ROUND_SECONDS):
                return


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what is due.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def due(dry_run: bool, as_json: bool) -> None:
    """Run what is due now, a line a step; exit 1 if a step failed."""
    settings = Settings()
    safe(settings, [DatabaseRole.COUNT])
    with closing(publish.services(settings)) as services:
        if dry_run:
            for step in runner.due(services):
                _print(as_json=as_json, step=step.kind.value, wave=step.wave_id.hex())
        elif _done(services, as_json=as_json):
            raise SystemExit(1)


def _done(services: publish.Services, *, as_json: bool) -> bool:
    """Run what is due, a line a step; return whether a step failed."""
    failed = False
    for outcome in runner.run(services):
        failed = failed or outcome.error is not None
        _print(
            as_json=as_json,
            step=outcome.step.kind.value,
            wave=outcome.step.wave_id.hex(),
            result=_reason(outcome) or "done",
        )
    for error in runner.render(services):
        failed = failed or error is not None
        _print(as_json=as_json, step="render", result="done" if error is None else str(error))
    return failed


def _print(*, as_json: bool, **line: str) -> None:
    click.echo(json.dumps(line) if as_json else " ".join(line.values()))


def _say(outcome: runner.Outcome) -> None:
    click.echo(f"{outcome.step.kind.value} {outcome.step.wave_id.hex()}: {_reason(outcome) or 'done'}", err=True)


def _reason(outcome: runner.Outcome) -> str | None:
    return None if outcome.error is None else f"{type(outcome.error).__name__}: {outcome.error}"
