"""Puts the console together: configuration, sign-in, guard, blueprints, headers, errors.

Belongs here: what is true of every page. Does not: any page.
"""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Flask, g, request
from flask import Response as FlaskResponse
from flask_security.core import Security
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.local import LocalProxy
from werkzeug.routing import BaseConverter

from assess import resources
from assess.i18n import babel_locale, day, moment, number
from assess.surveys import staff
from assess.surveys.audit import Event
from assess.surveys.keys import KeyFolderError, KeyGoneError
from assess.surveys.lists import MOST_BYTES
from assess.surveys.said import said
from assess.surveys.states import WaveRefused
from assess.web.console import (
    access,
    cards,
    clients,
    comments,
    custody,
    files,
    handed,
    opened,
    papers,
    releases,
    rosters,
    styleguide,
    waves,
)
from assess.web.console import (
    request as asked,
)
from assess.web.shared import bodies, faults, headers, steering

COOKIE: Final = "assess_console"
PATH: Final = "/console"
_HOURS: Final = 12
"""A sign-in lasts a working day."""
_ROOM: Final = 1024 * 1024
"""Bytes of a form beside the list it carries."""
_KNOWN: Final = frozenset({400, 403, 404, 405, 413, 500})
_KEYLESS: Final[tuple[type[Exception], ...]] = (KeyFolderError, KeyGoneError)
_GONE: Final = said(
    "A key that this step needs is no longer in the key folder of this wave: it was destroyed, or this is another "
    "folder. Mount the folder that the wave was opened with, or set ASSESS_KEY_FOLDER to it, then try again. Nothing "
    "was changed."
)


class KeyConverter(BaseConverter):
    """An id of 16 bytes, as 32 lower-case hexadecimal digits."""

    regex = "[0-9a-f]{32}"

    def to_python(self, value: str) -> bytes:
        """Return the id of an address."""
        return bytes.fromhex(value)

    def to_url(self, value: bytes) -> str:
        """Return how an id stands in an address."""
        return value.hex()


def create_console_app(services: asked.Services, *, secret_key: str) -> Flask:
    """Return the console; `secret_key` signs the cookie of staff sessions."""
    settings = services.settings
    app = Flask(
        "assess.web.console",
        template_folder=str(resources.templates()),
        static_folder=str(resources.templates() / "console" / "static"),
    )
    app.config.from_mapping(_configuration(secret_key, secure=not settings.insecure_cookies))
    app.extensions[asked.EXTENSION] = services
    app.extensions[opened.EXTENSION] = opened.OpenedKeys()
    app.extensions[handed.EXTENSION] = handed.HandedPapers()
    app.url_map.converters["key"] = KeyConverter
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.finalize = steering.unsteered
    app.jinja_env.globals.update(_words())
    # Flask's own logger would print messages of exceptions, which can hold an address.
    app.logger.disabled = True
    app.before_request(access.guard)
    CSRFProtect(app)
    Security(app, staff.datastore(LocalProxy(asked.session)), register_blueprint=False)
    # Staff sign in with a cookie only: no token in a header or an address is ever looked at.
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    for module in (access, clients, waves, rosters, cards, comments, releases, custody, papers, files):
        app.register_blueprint(module.blueprint)
    if settings.log_level == "DEBUG":
        app.register_blueprint(styleguide.blueprint)
    app.after_request(asked.settle)
    app.after_request(_with_headers)
    app.teardown_request(asked.close)
    _catch(app)
    app.wsgi_app = bodies.whole(app.wsgi_app)  # type: ignore[assignment, method-assign]
    return app


def _configuration(secret_key: str, *, secure: bool) -> dict[str, Any]:
    return {
        "SECRET_KEY": secret_key,
        "SESSION_COOKIE_NAME": COOKIE,
        "SESSION_COOKIE_PATH": PATH,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        "PERMANENT_SESSION_LIFETIME": _HOURS * 3600,
        "MAX_CONTENT_LENGTH": MOST_BYTES + _ROOM,
        "MAX_FORM_MEMORY_SIZE": MOST_BYTES + _ROOM,
        # A token lives as long as the session: a list typed for two hours is not lost. No referrer is ever sent.
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_SINGLE_HASH": True,
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__type": "ID",
            "argon2__time_cost": staff.TIME_COST,
            "argon2__memory_cost": staff.MEMORY_COST,
            "argon2__parallelism": staff.PARALLELISM,
        },
        "SECURITY_PASSWORD_NORMALIZE_FORM": staff.UNICODE_FORM,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"globally_deliverable": False},
        "SECURITY_FLASH_MESSAGES": False,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
    }


def _words() -> dict[str, Any]:
    """Return what templates may call; typed text goes through none of them."""
    return {
        "_": asked._,
        "locale": asked.locale,
        "account": asked.account,
        "number": lambda value: number(value, asked.locale()),
        "day": lambda value: day(value, asked.locale()),
        "moment": lambda value, zone: moment(value, zone, asked.locale()),
        "local_day": lambda value, zone: day(value.astimezone(ZoneInfo(zone)).date(), asked.locale()),
        "country_name": lambda code: babel_locale(asked.locale()).territories.get(code, code),
    }


def _with_headers(response: FlaskResponse) -> FlaskResponse:
    """Set the headers of A-21; the console has no inline script or style, so its policy needs no nonce (A-28)."""
    kept = response.headers.get("Cache-Control")
    headers.secure(response)
    if request.endpoint in {"static", "files.font"} and kept:
        response.headers["Cache-Control"] = kept
    return response


def _catch(app: Flask) -> None:
    log = faults.logger()

    def known(error: HTTPException) -> FlaskResponse | tuple[str, int]:
        if error.code is None or error.code < 400:
            return error.get_response()  # type: ignore[return-value]
        return asked.page("error.html", error.code, code=error.code if error.code in _KNOWN else 400)

    def keyless(error: Exception) -> tuple[str, int]:
        """Say what the key folder lacks; an act that was tried is written down, and nothing of it is kept."""
        wave_id: bytes = (request.view_args or {})["wave_id"]
        asked.session().rollback()
        if not g.assess_reads:
            asked.note_refused(Event.KEYS_MISSING, f"{wave_id.hex()}: {request.blueprint}")
        client, wave = asked.wave_or_404(wave_id)
        fault = error.fault if isinstance(error, KeyFolderError) else _GONE
        return asked.refusal(WaveRefused(fault), client, wave)

    def unknown(error: Exception) -> tuple[str, int]:
        cause = getattr(error, "original_exception", None) or error
        faults.record(log, route=str(request.endpoint), error=cause)
        if "assess_session" in g:
            g.assess_session.rollback()
        # Nobody is looked up for this page: the database may be what failed.
        g._login_user = app.login_manager.anonymous_user()  # type: ignore[attr-defined]
        return asked.page("error.html", 500, code=500, bare=True)

    app.register_error_handler(HTTPException, known)
    for kind in _KEYLESS:
        app.register_error_handler(kind, keyless)
    app.register_error_handler(InternalServerError, unknown)
    app.register_error_handler(Exception, unknown)
