"""The application: the respondent plane at /w, the console at /console, and nothing else.

Belongs here: putting the two together over one database. Does not: pages; what is due (`jobs`).
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from assess.instruments.load import shipped
from assess.settings import DatabaseRole, Settings
from assess.surveys import db, safeguards, tenancy
from assess.surveys.keys import FileKeys
from assess.web.console.assembly import PATH, create_console_app
from assess.web.console.request import Services
from assess.web.respond import create_respond_app, entrance
from assess.web.shared import rates

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from sqlalchemy import Engine


def create_app(settings: Settings | None = None, *, clock: db.Clock | None = None) -> WSGIApplication:
    """Return the whole application over the database of the settings; `clock` is the database's unless given."""
    settings = Settings() if settings is None else settings
    clock = db.DatabaseClock() if clock is None else clock
    safeguards.refuse(settings)
    engines = _engines(settings)
    respond = create_respond_app(
        sessions=db.sessions(engines[DatabaseRole.RESPOND]),
        clock=clock,
        instruments=shipped,
        operator=settings.operator,
        posts_per_minute=settings.respond_posts_per_minute,
    )
    reading = db.readers(engines[DatabaseRole.APP]).kw["bind"]
    services = Services(
        settings=settings,
        sessions=tenancy.guarded(engines[DatabaseRole.APP]),
        readers=tenancy.guarded(reading),
        counting=tenancy.guarded(engines[DatabaseRole.COUNT], tenancy.EVERYBODY),
        clock=clock,
        keys=FileKeys(settings.keys, settings.key_mirror),
        instruments=shipped,
    )
    pages = create_console_app(services, secret_key=secret_key(settings))
    return rates.proxied(DispatcherMiddleware(entrance.led(respond), {PATH: pages}), settings.proxies)


def _engines(settings: Settings) -> dict[DatabaseRole, Engine]:
    """Return an engine a role: one for all on SQLite, where two would wait for each other."""
    roles = (DatabaseRole.APP, DatabaseRole.RESPOND, DatabaseRole.COUNT)
    made = {url: db.engine(url) for url in {settings.url_of(role) for role in roles}}
    return {role: made[settings.url_of(role)] for role in roles}


def secret_key(settings: Settings) -> str:
    """Return the key that signs staff sessions: of the settings, or of a file made at the first start (0600)."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    file = settings.home / "secret_key"
    if not file.exists():
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(file, secrets.token_hex(32))
    return file.read_text(encoding="ascii")


def _write_once(file: Path, text: str) -> None:
    """Write a file whole or not at all; of two processes that start together, the first one's key stands."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(opened, text.encode("ascii"))
        os.fsync(opened)
    finally:
        os.close(opened)
    with contextlib.suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()
