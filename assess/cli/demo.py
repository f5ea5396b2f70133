"""`assess demo`: an invented client over three quarters, through the real intake, count, release and report.

A demo clock moves through the quarters, so nothing waits for real days. The same seed gives the same answers; codes,
keys and the order of ballots are random, as they always are.
"""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from werkzeug.serving import WSGIRequestHandler, make_server

from assess import app, publish
from assess.cli import demo_person, demo_story, serving
from assess.instruments.load import shipped
from assess.instruments.model import LOCALES, Instrument
from assess.jobs import runner
from assess.settings import Settings
from assess.surveys import clients, db, envelopes, moments, roster, staff, waves

SLUG, FORM, SEED = "sales-marketing", "core", 7
LOGIN = "demo@firm.example"
MARK = ".assess-demo"


@click.command()
@click.option("--no-serve", is_flag=True, help="Exit when the reports are written.")
@click.option("--seed", default=SEED, show_default=True, help="Seed of the simulated answers.")
def demo(no_serve: bool, seed: int) -> None:
    """Run an invented client through three quarters and write its reports under var/demo/; then serve it."""
    outer = Settings()
    home = outer.home / "demo"
    _empty(home)
    settings = Settings(
        home=home,
        # An invented client never meets real ones: the demo has a file of its own.
        database_url=None,
        database_url_owner=None,
        database_url_respond=None,
        database_url_count=None,
        insecure_cookies=True,
        operator="Demo Consulting",
        host=outer.host,
        port=outer.port,
    )
    db.upgrade(settings.url)
    clock = db.SetClock(moments.window(demo_story.QUARTERS[0].opens, demo_story.ZONE)[0])
    services = _operators(publish.services(settings, clock=clock))
    password = secrets.token_urlsafe(9)
    instrument = shipped(SLUG)
    people = sum(sum(quarter.answering.values()) for quarter in demo_story.QUARTERS)
    reports = len(demo_story.QUARTERS) * len(LOCALES)
    console = Console(stderr=True)
    with (
        _intake(settings, clock) as port,
        Progress(
            TextColumn("{task.description:28}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        ) as progress,
        ThreadPoolExecutor(max_workers=2) as renderers,
    ):
        bar = progress.add_task("ballots", total=people + reports)
        with services.sessions.begin() as session:
            client = clients.create(session, name=demo_story.CLIENT, zone=demo_story.ZONE, country=demo_story.COUNTRY)
            user = staff.add(session, LOGIN, password=password, role=(staff.StaffRole.CONSULTANT,))
            staff.assign(session, user, client)
        rendering = []
        for number, quarter in enumerate(demo_story.QUARTERS):
            progress.update(bar, description=f"{quarter.label}: ballots")
            window = moments.window(quarter.opens, demo_story.ZONE)
            clock.set(window[0])
            wave_id = _open(services, client.client_id, quarter.label, window, instrument)
            for code, answers in _voters(services, wave_id, number, instrument, seed):
                demo_person.answer("127.0.0.1", port, code, answers)
                progress.advance(bar)
            progress.update(bar, description=f"{quarter.label}: count, release")
            _finish(services, wave_id, clock)
            for locale in LOCALES:
                rendering.append(renderers.submit(publish.render_wave, services, wave_id, locale))
                rendering[-1].add_done_callback(lambda _done: progress.advance(bar))
        progress.update(bar, description="reports")
        for done in rendering:
            done.result()
    for path in _final(services, wave_id, home):
        click.echo(path)
    _say_how_to_look(settings, password)
    if not no_serve:
        _serve(settings, client.client_id, instrument)


def _operators(services: publish.Services) -> publish.Services:
    """Return services whose own sessions see every row: the demo is the firm and its console in one."""
    return replace(services, sessions=db.sessions(services.sessions.kw["bind"]))


class _NoAccessLog(WSGIRequestHandler):
    """The intake keeps no access log, in the demo neither (A-23)."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing."""


def _empty(home: Path) -> None:
    """Make an empty demo folder; refuse to delete a folder that no demo has made."""
    if home.exists() and any(home.iterdir()) and not (home / MARK).exists():
        raise click.ClickException(f"{home} holds files that no demo made; move them away or set ASSESS_HOME")
    if home.exists():
        shutil.rmtree(home)
    home.mkdir(parents=True)
    (home / MARK).touch()


@contextmanager
def _intake(settings: Settings, clock: db.Clock) -> Iterator[int]:
    """Serve the whole application on a free loopback port while people answer; yield the port."""
    # A hundred invented people answer from one address within a minute.
    lifted = settings.model_copy(update={"respond_posts_per_minute": 10**6})
    server = make_server(
        "127.0.0.1", 0, app.create_app(lifted, clock=clock), threaded=True, request_handler=_NoAccessLog
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _open(
    services: publish.Services,
    client_id: bytes,
    label: str,
    window: tuple[datetime, datetime],
    instrument: Instrument,
) -> bytes:
    with services.sessions.begin() as session:
        client = clients.find(session, client_id)
        if client is None:
            raise click.ClickException("the demo client is gone: another demo runs in this folder")
        wave = waves.draft(
            session,
            client,
            instrument=instrument,
            form=FORM,
            label=label,
            opens_at=window[0],
            closes_at=window[1],
            contact=demo_story.CONTACT,
        )
        roster.replace(session, wave, roster.parse(_roster(), sides=roster.sides(instrument)))
        waves.open_(
            session,
            wave,
            instrument=instrument,
            keys=services.keys,
            clock=services.clock,
            operator=services.settings.operator,
        )
    return wave.wave_id


def _roster() -> str:
    lines = ["side,email,name,language"]
    for side, invited in demo_story.INVITED.items():
        lines += [f"{side},{side}{i}@northbeam.example,,{'fr' if i % 3 == 0 else 'en'}" for i in range(1, invited + 1)]
    return "\n".join(lines) + "\n"


def _voters(
    services: publish.Services, wave_id: bytes, number: int, instrument: Instrument, seed: int
) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield a code and the answers its holder will give, sides mixed as they come in."""
    with services.sessions() as session:
        wave = waves.find(session, wave_id)
        if wave is None:
            raise click.ClickException("the demo wave is gone: another demo runs in this folder")
        cards = envelopes.cards(session, wave, services.keys)
    voters = [
        (code, answers)
        for side in demo_story.INVITED
        for code, answers in zip(cards[side], demo_story.people(side, number, instrument, FORM, seed), strict=False)
    ]
    secrets.SystemRandom().shuffle(voters)
    yield from voters


def _finish(services: publish.Services, wave_id: bytes, clock: db.SetClock) -> None:
    """Let the clock pass the close and the release; due steps do the rest."""
    with services.sessions.begin() as session:
        wave = waves.find(session, wave_id)
        if wave is None:
            raise click.ClickException("the demo wave is gone: another demo runs in this folder")
        clock.set(wave.closes_at + moments.GRACE)
        release_at = moments.usual_release(wave.closes_at, wave.zone)
    _run_due(services)
    with services.sessions.begin() as session:
        wave = waves.find(session, wave_id)
        if wave is not None:
            waves.set_release(session, wave, release_at)
    clock.set(release_at)
    _run_due(services)


def _run_due(services: publish.Services) -> None:
    for outcome in runner.run(services):
        if outcome.error is not None:
            raise click.ClickException(f"{outcome.step.kind}: {outcome.error}") from outcome.error


def _final(services: publish.Services, wave_id: bytes, home: Path) -> list[Path]:
    """Copy the last wave's files to the top of the demo folder, where a person looks first."""
    found = []
    for source in sorted(publish.wave_folder(services, wave_id).iterdir()):
        target = home / source.name
        shutil.copyfile(source, target)
        found.append(target)
    return found


def _say_how_to_look(settings: Settings, password: str) -> None:
    click.echo(f"console: http://{settings.host}:{settings.port}/console/  login {LOGIN}  password {password}")
    click.echo(f"questionnaire: http://{settings.host}:{settings.port}/w/")


def _serve(settings: Settings, client_id: bytes, instrument: Instrument) -> None:
    """Open a fourth wave on today's calendar, print a few of its codes to try, and serve until Ctrl-C."""
    services = _operators(publish.services(settings))
    with services.sessions.begin() as session:
        now = services.clock.now(session)
        today = now.astimezone(ZoneInfo(demo_story.ZONE)).date()
    label = f"{today.year}-Q{(today.month + 2) // 3}"
    wave_id = _open(services, client_id, label, (now, moments.window(today, demo_story.ZONE)[1]), instrument)
    with services.sessions() as session:
        wave = waves.find(session, wave_id)
        cards = envelopes.cards(session, wave, services.keys) if wave else {}
    for side, codes in cards.items():
        click.echo(f"codes to try, {side}: {'  '.join(codes[:3])}")
    serving.run(settings)
