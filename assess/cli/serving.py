"""`assess serve`, `assess worker`, `assess due`: the web server and what runs what is due (stack.md section 3)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager

import click
from gunicorn.app.base import BaseApplication
from sqlalchemy.exc import DBAPIError

from assess import app, publish
from assess.cli.score import refusal
from assess.jobs import runner
from assess.settings import DatabaseRole, Settings
from assess.surveys import audit, db, places, safeguards, tenancy
from assess.surveys.keys import FileKeys
from assess.surveys.states import KeyMode

ROUND_SECONDS = 20.0
WATCH_SECONDS = 5.0
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
    """Serve until stopped, with a child process that runs due steps."""
    settings.home.mkdir(parents=True, exist_ok=True)
    safe(settings)
    db.upgrade(settings.url_of(DatabaseRole.OWNER))
    _look_for_keys(settings)
    _note_settings(settings)
    click.echo(f"assess on http://{settings.host}:{settings.port}/w/ and /console/; Ctrl-C stops it", err=True)
    with _accompanied({**os.environ, "ASSESS_HOME": str(settings.home)}):
        Server(settings).run()


@contextmanager
def _accompanied(environment: Mapping[str, str]) -> Iterator[None]:
    """Let a child process run what is due; one that ends is started anew, so that no wave waits for a restart."""
    owner, stopping = os.getpid(), threading.Event()

    def begun() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "assess", "worker", "--with-server"], env=environment)

    children = [begun()]

    def watch() -> None:
        while not stopping.wait(WATCH_SECONDS):
            if children[-1].poll() is not None:
                click.echo("worker: ended, and is started anew", err=True)
                children.append(begun())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        # The processes that the server forks come by here too when they end; the child is not theirs.
        if os.getpid() == owner:
            stopping.set()
            watcher.join()
            children[-1].terminate()
            children[-1].wait(timeout=30)


def safe(settings: Settings, roles: Iterable[DatabaseRole] = safeguards.SERVING) -> None:
    """Refuse a database that would betray people or lose ballots; leave no picture of the memory behind (A-23)."""
    safeguards.without_core_dumps()
    safeguards.refuse(settings, roles)


def keyless(settings: Settings) -> list[tuple[str, KeyMode]]:
    """Return label and mode of the waves that lack a key they still need (A-03)."""
    engine = db.engine(settings.url_of(DatabaseRole.COUNT))
    try:
        with tenancy.guarded(engine, tenancy.EVERYBODY)() as session:
            return places.orphans(session, FileKeys(settings.keys, settings.key_mirror))
    finally:
        engine.dispose()


def _look_for_keys(settings: Settings) -> None:
    """Refuse a database whose key folder is not there, and warn of a device that holds both (A-03)."""
    if settings.key_mirror is not None and not settings.key_mirror.is_dir():
        told = (
            f"{settings.key_mirror} is not there: mount the device of the key mirror, or make the folder. Without it "
            "the keys of the next wave would lie on one device. Nothing was changed"
        )
        raise refusal([told], ENVIRONMENT)
    found = keyless(settings)
    missing = ", ".join(label for label, mode in found if not mode.witnessed)
    if missing:
        told = (
            f"{settings.keys} lacks a whole key that {missing} needs: a restored database needs the key folder it was "
            "used with, as it was then. Mount that folder, or set ASSESS_KEY_FOLDER to it; or put back from the mirror "
            "what is missing. Keys that a count destroyed come back no more: then this database is older than the "
            "count. Nothing was changed"
        )
        raise refusal([told], ENVIRONMENT)
    for label, _ in found:
        click.echo(
            f"warn {label}: its keys are not whole; the passphrase and the witness's sheet still count it", err=True
        )
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
@click.option("--with-server", is_flag=True, hidden=True, help="Stop once the server that started this is gone.")
def worker(with_server: bool) -> None:
    """Run due steps, round after round, until stopped."""
    parent = os.getppid()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = Settings()
    safe(settings)
    _look_for_keys(settings)
    with closing(publish.services(settings)) as services:
        while True:
            try:
                _round(services)
            except (DBAPIError, OSError) as error:
                # A database that is away, or locked, comes back; its own words may name rows.
                click.echo(f"round: {type(error).__name__}; tried again in {ROUND_SECONDS:.0f} s", err=True)
            if stop.wait(ROUND_SECONDS) or (with_server and os.getppid() != parent):
                return


def _round(services: publish.Services) -> None:
    """Run what is due and draw what is missing."""
    for outcome in runner.run(services):
        _say(outcome)
    for error in runner.render(services):
        if error is not None:
            click.echo(f"render: {type(error).__name__}: {error}", err=True)


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
